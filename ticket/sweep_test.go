package ticket

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// local reads a time of the test policy's zone, such as "Sun 2026-06-07 09:00".
func local(t testing.TB, p *Policy, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("Mon 2006-01-02 15:04:05.999999", s, p.promises.Zone())
	if err != nil {
		at, err = time.ParseInLocation("Mon 2006-01-02 15:04", s, p.promises.Zone())
	}
	require.NoError(t, err)
	return at.UTC()
}

// RA-31, TE-19, TE-23: what falls due is recorded when a sweep comes by, and once.
func TestSweep(t *testing.T) {
	store := NewMemStore()
	d, _ := testDesk(t, store)
	network := fault()
	network.Class = "network"
	made, err := d.Open(t.Context(), town, network) // Sunday, 09:00
	require.NoError(t, err)
	require.Equal(t, local(t, d.policy, "Sun 2026-06-07 09:20:00.000001"), made.NextAt, "the moment after the transfer is due")

	tests := []struct {
		at   string
		adds []string
	}{
		{"Sun 2026-06-07 09:20", nil},
		{"Sun 2026-06-07 09:20:00.000001", []string{"0 transfer 1/0/0"}},
		{"Sun 2026-06-07 09:21", nil},
		{"Sun 2026-06-07 12:00:00.000001", []string{"0 vendor-call 1/0/0"}},
		{"Sun 2026-06-07 13:00", []string{"0 handling 1/1/0"}},
		{"Mon 2026-06-08 08:00", nil},
		{"Mon 2026-06-08 08:30", []string{"0 handling 1/0/0"}},
		{"Mon 2026-06-08 10:30", []string{"0 handling 1/2/0", "0 handling 1/2/1"}},
		{"Mon 2026-06-08 16:30", []string{"0 handling 1/2/2"}},
		{"Tue 2026-06-09 09:00", []string{"0 follow-up 1/0/0"}},
		{"Tue 2026-06-16 09:00", nil},
	}
	var want []string
	for _, tt := range tests {
		now := local(t, d.policy, tt.at)
		for range 2 {
			_, err := d.Sweep(t.Context(), town, now)
			require.NoError(t, err)
		}
		want = append(want, tt.adds...)
		slices.Sort(want)
		made, err = d.Get(t.Context(), town, made.ID)
		require.NoError(t, err)
		require.Equal(t, want, ids(made.Owed), tt.at)
		require.True(t, made.NextAt.IsZero() || made.NextAt.After(now), tt.at)
	}
	require.Zero(t, made.NextAt)
	var told []string
	for _, e := range allEvents(t, store) {
		if data, err := ReadData(e); err == nil && data.Owed != nil {
			told = append(told, fmt.Sprintf("%s %s", e.Kind, ids([]sla.Owed{*data.Owed})))
		}
	}
	require.Len(t, told, len(want))
	require.Contains(t, told, "ticket.escalated [0 handling 1/1/0]")
	require.Contains(t, told, "ticket.overdue [0 vendor-call 1/0/0]")
	sameStory(t, store)
}

// A sweep after a long silence records all that was owed, and a second one nothing.
func TestSweepAfterSilence(t *testing.T) {
	store := NewMemStore()
	d, _ := testDesk(t, store)
	for range 250 {
		_, err := d.Open(t.Context(), town, fault())
		require.NoError(t, err)
	}
	later := sunday.AddDate(0, 1, 0)
	n, err := d.Sweep(t.Context(), town, later)
	require.NoError(t, err)
	require.Equal(t, 250, n, "more than one claim brings")
	before := len(allEvents(t, store))
	n, err = d.Sweep(t.Context(), town, later)
	require.NoError(t, err)
	require.LessOrEqual(t, n, 250)
	require.Len(t, allEvents(t, store), before)
}

// RA-50: stages have clocks of their own, also for what is owed.
func TestSweepStages(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	c.add(5 * time.Minute)
	made, err = d.OpenStage(t.Context(), town, made.ID, desk, "information-systems", "", "")
	require.NoError(t, err)
	_, err = d.Sweep(t.Context(), town, sunday.Add(40*time.Minute))
	require.NoError(t, err)
	made, err = d.Get(t.Context(), town, made.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"1 transfer 1/0/0"}, ids(made.Owed), "the ticket was passed on with its stage")
	require.True(t, made.Owed[0].At.Equal(sunday.Add(25*time.Minute)))
}

// TE-25: a manager takes over; RA-33: the vendor of a critical system is activated.
func TestEscalationByHand(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	critical := fault()
	critical.Critical = true
	made, err := d.Open(t.Context(), town, critical)
	require.NoError(t, err)
	c.add(time.Minute)
	made, err = d.Assign(t.Context(), town, Of(made.ID), desk, Assignment{Handler: "yossi"})
	require.NoError(t, err)
	head := Who{Actor: "hila", Role: "head"}
	_, err = d.Treat(t.Context(), town, Of(made.ID), head, Treatment{Text: "done"})
	require.ErrorIs(t, err, townclerk.ErrForbidden)
	made, err = d.Escalate(t.Context(), town, Of(made.ID), desk, "head", "the vendors disagree")
	require.NoError(t, err)
	require.Equal(t, []string{"0 handling 1/3/0", "0 handling 1/4/0"}, ids(made.Owed))
	require.Equal(t, "the vendors disagree", made.Owed[0].Reason)
	require.Equal(t, "exchange", made.Calls[0].Vendor, "a call is owed")
	_, err = d.Treat(t.Context(), town, Of(made.ID), head, Treatment{Text: "done"})
	require.ErrorContains(t, err, "no call to a vendor about this is left open")
	c.add(time.Minute)
	made, err = d.Diagnose(t.Context(), town, Of(made.ID), desk, Finding{Text: "no vendor is needed"})
	require.NoError(t, err)
	_, err = d.Treat(t.Context(), town, Of(made.ID), head, Treatment{Text: "done"})
	require.NoError(t, err)
	sameStory(t, store)
}

// RA-48: a ticket that becomes a project owes nothing more.
func TestMovedStopsTheClocks(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	c.add(time.Minute)
	made, err = d.Move(t.Context(), town, Of(made.ID), desk, "it is development", "p-1")
	require.NoError(t, err)
	require.Zero(t, made.NextAt)
	require.Equal(t, "p-1", made.Project)
	all, err := d.policy.Assess(made, c.Now().Add(1000*time.Hour))
	require.NoError(t, err)
	for _, clock := range all[0].Clocks {
		require.Equal(t, sla.Stopped, clock.State, clock.Target.ID)
	}
}

// What cannot be assessed says why, is looked at again later, and says when it can.
func TestUnassessed(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	c.now = local(t, d.policy, "Tue 2030-12-31 16:00") // the calendar is known until the end of the year
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	require.Contains(t, made.Problem, "handling: ")
	require.Equal(t, c.now.Add(20*time.Minute+time.Microsecond), made.NextAt, "the transfer is known")
	require.Equal(t, []string{"opened", "unassessed"}, kinds(allEvents(t, store)))
	_, err = d.Sweep(t.Context(), town, c.now.Add(time.Hour))
	require.NoError(t, err)
	made, err = d.Get(t.Context(), town, made.ID)
	require.NoError(t, err)
	require.Equal(t, c.now.Add(25*time.Hour), made.NextAt)
	require.Equal(t, []string{"opened", "unassessed", "overdue"}, kinds(allEvents(t, store)), "the same problem is told once")

	store = NewMemStore()
	d, c = testDesk(t, store)
	made, err = d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	made.Edition = 7
	made, err = store.Tickets().Put(t.Context(), town, made)
	require.NoError(t, err)
	_, err = d.Sweep(t.Context(), town, sunday.Add(time.Hour))
	require.NoError(t, err)
	made, err = d.Get(t.Context(), town, made.ID)
	require.NoError(t, err)
	require.Equal(t, "timeline t-001: it is pinned to edition 7, which is not here; the only one has no number", made.Problem)
	require.Equal(t, sunday.Add(2*time.Hour), made.NextAt)
	c.add(90 * time.Minute)
	made, err = d.Begin(t.Context(), town, Of(made.ID), desk)
	require.NoError(t, err, "work goes on all the same")
	made.Edition = 0
	_, err = store.Tickets().Put(t.Context(), town, made)
	require.NoError(t, err)
	_, err = d.Sweep(t.Context(), town, sunday.Add(3*time.Hour))
	require.NoError(t, err)
	made, err = d.Get(t.Context(), town, made.ID)
	require.NoError(t, err)
	require.Empty(t, made.Problem)
	require.Equal(t, []string{"opened", "unassessed", "begun", "assessed", "overdue"}, sortedTail(kinds(allEvents(t, store)), 3))
}

// sortedTail sorts what comes after the first n.
func sortedTail(s []string, n int) []string {
	slices.Sort(s[n:])
	return s
}

// A ticket is judged by the edition that was in force when it was opened.
func TestEditions(t *testing.T) {
	data, err := os.ReadFile("testdata/sla.toml")
	require.NoError(t, err)
	edition := func(number int, from, within string) *fstest.MapFile {
		text := strings.Replace(string(data), "format = 1\n", fmt.Sprintf("format = 1\nedition = %d\neffective = %s\n", number, from), 1)
		return &fstest.MapFile{Data: []byte(strings.Replace(text, `within = "20m"`, fmt.Sprintf("within = %q", within), 1))}
	}
	book, err := sla.OpenBook(fstest.MapFS{"1/sla.toml": edition(1, "2026-01-01", "20m"), "2/sla.toml": edition(2, "2026-06-08", "40m")})
	require.NoError(t, err)
	store := NewMemStore()
	d, c := testDesk(t, store)
	d.policy = d.policy.WithBook(book)
	for i, want := range []time.Duration{20 * time.Minute, 40 * time.Minute} {
		made, err := d.Open(t.Context(), town, fault())
		require.NoError(t, err)
		require.Equal(t, i+1, made.Edition)
		require.Equal(t, c.now.Add(want+time.Microsecond), made.NextAt)
		c.add(24 * time.Hour)
	}
	c.now = sunday.AddDate(-1, 0, 0)
	_, err = d.Open(t.Context(), town, fault())
	require.ErrorContains(t, err, "at: ")
}

// Eight at a time work on the same tickets and sweep. Nothing is lost: every entry
// of work is there. Nothing is doubled: each debt is recorded once, and all are.
func TestManyAtOnce(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	var tickets []ID
	for range 12 {
		made, err := d.Open(t.Context(), town, fault())
		require.NoError(t, err)
		tickets = append(tickets, made.ID)
	}
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		written = map[ID]int{}
		failed  []error
	)
	for g := range uint64(8) {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(g, 7))
			for range 60 {
				c.add(3 * time.Minute)
				id := tickets[rnd.IntN(len(tickets))]
				var err error
				switch rnd.IntN(4) {
				case 0:
					_, err = d.Sweep(t.Context(), town, c.Now())
				case 1:
					_, err = d.Assign(t.Context(), town, Of(id), desk, Assignment{Handler: "yossi"})
				case 2:
					_, err = d.Escalate(t.Context(), town, Of(id), desk, "head", fmt.Sprint(g))
				default:
					if _, err = d.Write(t.Context(), town, Of(id), yossi, "phone", time.Minute, fmt.Sprint(g)); err == nil {
						mu.Lock()
						written[id]++
						mu.Unlock()
					}
				}
				if err != nil {
					mu.Lock()
					failed = append(failed, err)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(failed...))
	_, err := d.Sweep(t.Context(), town, c.Now())
	require.NoError(t, err)
	recorded := map[string]int{}
	for _, e := range allEvents(t, store) {
		data, err := ReadData(e)
		require.NoError(t, err)
		if data.Owed != nil {
			recorded[e.Aggregate+" "+ids([]sla.Owed{*data.Owed})[0]]++
		}
	}
	for key, n := range recorded {
		require.Equal(t, 1, n, key)
	}
	total := 0
	for _, id := range tickets {
		made, err := d.Get(t.Context(), town, id)
		require.NoError(t, err)
		require.Len(t, made.Work, written[id])
		_, more := d.policy.Settle(made, c.Now())
		require.Empty(t, more, "all that is owed is recorded")
		total += len(made.Owed)
	}
	require.Len(t, recorded, total)
	require.Greater(t, total, 12)
	sameStory(t, store)
}

// A store on which somebody else is always faster is an error, not a hang.
func TestConflictWithoutEnd(t *testing.T) {
	mem := NewMemStore()
	d, _ := testDesk(t, mem)
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	d.store = &conflicting{Store: mem, Repo: mem.Tickets()}
	_, err = d.Begin(t.Context(), town, Of(made.ID), desk)
	require.ErrorIs(t, err, townclerk.ErrConflict)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = d.Begin(ctx, town, Of(made.ID), desk)
	require.ErrorIs(t, err, context.Canceled)
	n, err := d.Sweep(t.Context(), town, sunday.Add(24*time.Hour))
	require.Zero(t, n)
	require.ErrorIs(t, err, townclerk.ErrConflict)
}

type conflicting struct {
	Store
	townclerk.Repo[Ticket, Query]
}

func (c *conflicting) Tickets() townclerk.Repo[Ticket, Query] { return c }

func (c *conflicting) Put(_ context.Context, _ townclerk.Tenant, t Ticket, _ ...townclerk.Event) (Ticket, error) {
	return Ticket{}, &townclerk.ConflictError{ID: string(t.ID), Have: t.Version + 1, Want: t.Version}
}

// sender is one that remembers, and fails when it is told to.
type sender struct {
	messages []Message
	fail     map[string]bool // recipients whom no message reaches
}

func (s *sender) send(_ context.Context, m Message) error {
	if s.fail[m.To+string(m.Actor)+m.Team] {
		return errBroken
	}
	s.messages = append(s.messages, m)
	return nil
}

func (s *sender) take() []string {
	var all []string
	for _, m := range s.messages {
		all = append(all, fmt.Sprintf("%s to %s", strings.TrimPrefix(m.Event.Kind, "ticket."), m.To+string(m.Actor)+m.Team))
	}
	s.messages = nil
	return all
}

// What is due is told in working time, unless the role is told at any time; what
// is no debt is told at once.
func TestNotifierKeepsWorkingTime(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	night := local(t, d.policy, "Sun 2026-06-07 22:00")
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	c.add(time.Minute)
	_, err = d.Assign(t.Context(), town, Of(made.ID), desk, Assignment{Handler: "yossi"})
	require.NoError(t, err)
	c.now = night.Add(-time.Hour)
	_, err = d.Escalate(t.Context(), town, Of(made.ID), desk, "head", "the mayor asks")
	require.NoError(t, err)

	var s sender
	n := NewNotifier(store, d.policy, "mail", s.send)
	run := func(at time.Time) []string {
		t.Helper()
		sent, err := n.Run(t.Context(), town, at)
		require.NoError(t, err)
		require.Len(t, s.messages, sent)
		return s.take()
	}
	require.Equal(t, []string{"assigned to yossi", "escalated to manager"}, run(night), "a manager is told at any time")
	require.Empty(t, run(night))
	morning := local(t, d.policy, "Mon 2026-06-08 07:30")
	require.Empty(t, run(morning.Add(-time.Microsecond)))
	_, err = n.Run(t.Context(), town, morning)
	require.NoError(t, err)
	require.True(t, s.messages[0].Due())
	require.True(t, s.messages[0].Working.Equal(morning), "the message says when work can begin: %s", s.messages[0].Working)
	require.Equal(t, made.ID, s.messages[0].Ticket.ID)
	require.Equal(t, "the mayor asks", s.messages[0].Data.Owed.Reason)
	require.Equal(t, []string{"escalated to head"}, s.take())

	// A debt of a handler, and the answer to the opener.
	_, err = d.Sweep(t.Context(), town, local(t, d.policy, "Mon 2026-06-08 08:30"))
	require.NoError(t, err)
	require.Equal(t, []string{"overdue to yossi"}, run(local(t, d.policy, "Mon 2026-06-08 08:31")))
	c.now = local(t, d.policy, "Mon 2026-06-08 08:40")
	_, err = d.Treat(t.Context(), town, Of(made.ID), yossi, Treatment{Text: "mended"})
	require.ErrorIs(t, err, nil)
	_, err = d.Inform(t.Context(), town, made.ID, yossi, "phone")
	require.NoError(t, err)
	require.Equal(t, []string{"informed to dana"}, run(local(t, d.policy, "Mon 2026-06-08 23:00")))
}

// Each message comes at least once, in the order of events for each recipient; one
// that cannot be sent holds up nobody else, and comes again under the same key.
func TestNotifierAtLeastOnce(t *testing.T) {
	store := NewMemStore()
	d, _ := testDesk(t, store)
	for range 3 {
		_, err := d.Open(t.Context(), town, fault())
		require.NoError(t, err)
	}
	now := local(t, d.policy, "Sun 2026-06-14 10:00")
	_, err := d.Sweep(t.Context(), town, now)
	require.NoError(t, err)
	s := sender{fail: map[string]bool{"manager": true}}
	n := NewNotifier(store, d.policy, "mail", s.send)
	sent, err := n.Run(t.Context(), town, now)
	require.ErrorIs(t, err, errBroken)
	require.Equal(t, 6, sent, "what nobody has is told to the department's team: two targets of three tickets")
	keys := map[string]bool{}
	for _, m := range s.messages {
		require.Equal(t, "field", m.Team)
		keys[m.Key] = true
	}
	s.messages = nil

	s.fail = nil
	sent, err = n.Run(t.Context(), town, now)
	require.NoError(t, err)
	require.Equal(t, 12, sent, "four steps of three tickets, for the manager")
	last := townclerk.Seq(0)
	for _, m := range s.messages {
		require.False(t, keys[m.Key], m.Key)
		keys[m.Key] = true
		require.Greater(t, m.Event.Seq, last)
		last = m.Event.Seq
	}

	// A crash before the cursor was stored: the same messages under the same keys.
	s.messages = nil
	_, err = NewNotifier(&failing{Store: store, Repo: store.Tickets(), left: 1 << 30}, d.policy, "other", s.send).Run(t.Context(), town, now)
	require.NoError(t, err)
	for _, m := range s.messages {
		require.True(t, keys[m.Key], m.Key)
	}
	require.Len(t, s.messages, len(keys))
}
