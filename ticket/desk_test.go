package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

const town townclerk.Tenant = "testville"

// clock is a clock that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

var (
	desk    = Who{Actor: "tali", Role: "desk"}
	yossi   = Who{Actor: "yossi", Role: "technician"}
	manager = Who{Actor: "mira", Role: "manager"}
)

func testDesk(t testing.TB, store Store) (*Desk, *clock) {
	c := &clock{now: sunday}
	n := 0
	var mu sync.Mutex
	return NewDesk(store, testPolicy(t), Config{Now: c.Now, NewID: func() ID {
		mu.Lock()
		defer mu.Unlock()
		n++
		return ID(fmt.Sprintf("t-%03d", n))
	}}), c
}

func fault() Request {
	return Request{Channel: "phone", Opener: "dana", Recorder: "tali", Department: "operations", Class: "incident", Subject: "no network"}
}

func allEvents(t testing.TB, s Store) []townclerk.Event {
	t.Helper()
	events, err := s.Events(context.Background(), town, 0, 100_000)
	require.NoError(t, err)
	return events
}

// sameStory compares what the store's events tell with the logs of its tickets.
func sameStory(t testing.TB, s Store) {
	t.Helper()
	timelines, err := ReadTimelines(allEvents(t, s))
	require.NoError(t, err)
	told := map[string]string{}
	for _, tl := range timelines {
		told[tl.ID] = fmt.Sprintf("%+v", tl.Events)
	}
	n := 0
	for made, err := range townclerk.All(func(after string) (townclerk.Page[Ticket], error) {
		return s.Tickets().List(context.Background(), town, Query{After: after})
	}) {
		require.NoError(t, err)
		for _, tl := range made.Timelines() {
			require.Equal(t, told[tl.ID], fmt.Sprintf("%+v", tl.Events), tl.ID)
			n++
		}
	}
	require.Len(t, told, n)
}

func kinds(events []townclerk.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, strings.TrimPrefix(e.Kind, "ticket."))
	}
	return all
}

// everything is each method of the desk, on a ticket of the id, in an order in
// which all of them succeed.
func everything(d *Desk, tenant townclerk.Tenant, id ID) []struct {
	name string
	call func(context.Context) (Ticket, error)
} {
	type step = struct {
		name string
		call func(context.Context) (Ticket, error)
	}
	of, stage := Of(id), StageOf(id, 1)
	analyst := Who{Actor: "ada", Role: "analyst"}
	return []step{
		{"Approve", func(ctx context.Context) (Ticket, error) {
			return d.Approve(ctx, tenant, id, Who{"h", "head", time.Time{}})
		}},
		{"Approve", func(ctx context.Context) (Ticket, error) { return d.Approve(ctx, tenant, id, desk) }},
		{"Approve", func(ctx context.Context) (Ticket, error) { return d.Approve(ctx, tenant, id, manager) }},
		{"Revoke", func(ctx context.Context) (Ticket, error) { return d.Revoke(ctx, tenant, id, manager, "too soon") }},
		{"Approve", func(ctx context.Context) (Ticket, error) { return d.Approve(ctx, tenant, id, manager) }},
		{"Begin", func(ctx context.Context) (Ticket, error) { return d.Begin(ctx, tenant, of, desk) }},
		{"Assign", func(ctx context.Context) (Ticket, error) {
			return d.Assign(ctx, tenant, of, desk, Assignment{Handler: "yossi"})
		}},
		{"Refer", func(ctx context.Context) (Ticket, error) { return d.Refer(ctx, tenant, id, desk, "office") }},
		{"Assign", func(ctx context.Context) (Ticket, error) {
			return d.Assign(ctx, tenant, of, desk, Assignment{Team: "field", Handler: "yossi", Delegates: []townclerk.Actor{"rivka"}})
		}},
		{"Change", func(ctx context.Context) (Ticket, error) {
			return d.Change(ctx, tenant, id, desk, map[string]string{"impact": "high", "urgency": "high"})
		}},
		{"Diagnose", func(ctx context.Context) (Ticket, error) {
			return d.Diagnose(ctx, tenant, of, yossi, Finding{Text: "a cable", Cause: "line", How: "on-site", NeedsVendor: true})
		}},
		{"HandOver", func(ctx context.Context) (Ticket, error) {
			return d.HandOver(ctx, tenant, of, desk, VendorCall{Channel: "system", Reference: "V-1"})
		}},
		{"Follow", func(ctx context.Context) (Ticket, error) { return d.Follow(ctx, tenant, of, desk, 0, "noa") }},
		{"TakeBack", func(ctx context.Context) (Ticket, error) { return d.TakeBack(ctx, tenant, of, desk, 1) }},
		{"Wait", func(ctx context.Context) (Ticket, error) { return d.Wait(ctx, tenant, of, desk, "awaiting-user") }},
		{"Resume", func(ctx context.Context) (Ticket, error) { return d.Resume(ctx, tenant, of, desk, "awaiting-user") }},
		{"Order", func(ctx context.Context) (Ticket, error) { return d.Order(ctx, tenant, id, desk, "cable", 2, "P-1") }},
		{"Receive", func(ctx context.Context) (Ticket, error) { return d.Receive(ctx, tenant, id, desk, 1) }},
		{"Appoint", func(ctx context.Context) (Ticket, error) {
			return d.Appoint(ctx, tenant, id, desk, sunday.Add(48*time.Hour))
		}},
		{"Escalate", func(ctx context.Context) (Ticket, error) {
			return d.Escalate(ctx, tenant, of, desk, "head", "the mayor asks")
		}},
		{"FollowUp", func(ctx context.Context) (Ticket, error) { return d.FollowUp(ctx, tenant, of, manager, "it goes on") }},
		{"OpenStage", func(ctx context.Context) (Ticket, error) {
			return d.OpenStage(ctx, tenant, id, desk, "information-systems", "network", "the switch")
		}},
		{"Assign", func(ctx context.Context) (Ticket, error) {
			return d.Assign(ctx, tenant, stage, desk, Assignment{Handler: "ada"})
		}},
		{"Diagnose", func(ctx context.Context) (Ticket, error) {
			return d.Diagnose(ctx, tenant, stage, analyst, Finding{Text: "a table"})
		}},
		{"Write", func(ctx context.Context) (Ticket, error) {
			return d.Write(ctx, tenant, stage, analyst, "on-site", time.Hour, "looked")
		}},
		{"Treat", func(ctx context.Context) (Ticket, error) {
			return d.Treat(ctx, tenant, stage, analyst, Treatment{Text: "mended"})
		}},
		{"Reopen", func(ctx context.Context) (Ticket, error) { return d.Reopen(ctx, tenant, stage, desk, "it is not") }},
		{"Move", func(ctx context.Context) (Ticket, error) {
			return d.Move(ctx, tenant, stage, desk, "development", "p-1")
		}},
		{"Check", func(ctx context.Context) (Ticket, error) { return d.Check(ctx, tenant, id, desk, "training") }},
		{"Attach", func(ctx context.Context) (Ticket, error) {
			return d.Attach(ctx, tenant, id, desk, "quote", "offer", "F-1")
		}},
		{"Treat", func(ctx context.Context) (Ticket, error) {
			return d.Treat(ctx, tenant, of, yossi, Treatment{Text: "access given", Granted: []Grant{{"letters", "read"}}, Used: map[int]int{1: 1}})
		}},
		{"Inform", func(ctx context.Context) (Ticket, error) { return d.Inform(ctx, tenant, id, desk, "phone") }},
		{"Close", func(ctx context.Context) (Ticket, error) { return d.Close(ctx, tenant, of, Who{Actor: "rivka"}) }},
		{"Rate", func(ctx context.Context) (Ticket, error) {
			return d.Rate(ctx, tenant, id, Who{Actor: "dana"}, 5, "thanks")
		}},
		{"Link", func(ctx context.Context) (Ticket, error) { return d.Link(ctx, tenant, id, desk, "a-1", "p-1") }},
		{"Reopen", func(ctx context.Context) (Ticket, error) { return d.Reopen(ctx, tenant, of, desk, "again") }},
		{"Cancel", func(ctx context.Context) (Ticket, error) { return d.Cancel(ctx, tenant, of, desk, "gone") }},
		{"Get", func(ctx context.Context) (Ticket, error) { return d.Get(ctx, tenant, id) }},
	}
}

func worklist() Request {
	return Request{
		Channel: "phone", Opener: "dana", Item: "worklist", Author: "unit-head", To: "head", Unit: "registry", Type: "defect",
		Fields: map[string]string{"position": "clerk"}, Requested: []Grant{{"letters", "write"}},
	}
}

func TestDeskDoesEverything(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	made, err := d.Open(t.Context(), town, worklist())
	require.NoError(t, err)
	require.Equal(t, "2026-000001", made.Number)
	called := []string{"Release"} // see TestOneSiteExpert
	for i, step := range everything(d, town, made.ID) {
		c.add(time.Minute)
		made, err = step.call(t.Context())
		require.NoError(t, err, "step %d, %s", i, step.name)
		called = append(called, step.name)
		stored, err := d.Get(t.Context(), town, made.ID)
		require.NoError(t, err)
		require.Equal(t, made, stored, "what a method returns is what is stored")
	}
	for _, do := range Actions {
		words := strings.Split(string(do), " ")
		method := ""
		for _, w := range words {
			method += strings.ToUpper(w[:1]) + w[1:]
		}
		require.Contains(t, called, method, "each action has a method")
	}
	sameStory(t, store)

	require.Equal(t, "urgent", made.Priority, "by impact and urgency")
	require.Equal(t, []Call{{
		Number: 1, Vendor: "lines", Channel: "system", Reference: "V-1", Follower: "noa",
		Owed: made.Calls[0].Owed, Opened: made.Calls[0].Opened, Done: made.Calls[0].Done,
	}}, made.Calls)
	require.Equal(t, 1, made.Parts[0].Used)
	require.Equal(t, []Feedback{{At: made.Feedback[0].At, By: "dana", Score: 5, Text: "thanks"}}, made.Feedback)
	require.Equal(t, "on-site", made.Diagnosis.How, "SG-30")
	require.Equal(t, "p-1", made.Stages[0].Project, "RA-48")
	page, err := d.List(t.Context(), town, Query{Opener: "dana"})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
}

// Another tenant's ticket does not exist, for any method, and is left alone.
func TestOtherTenants(t *testing.T) {
	store := NewMemStore()
	d, _ := testDesk(t, store)
	made, err := d.Open(t.Context(), town, worklist())
	require.NoError(t, err)
	for _, step := range everything(d, "elsewhere", made.ID) {
		if _, err := step.call(t.Context()); !errors.Is(err, townclerk.ErrNotFound) {
			t.Errorf("%s of another tenant's ticket: %v", step.name, err)
		}
	}
	_, err = d.Release(t.Context(), "elsewhere", made.ID, desk, "x")
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	n, err := d.Sweep(t.Context(), "elsewhere", sunday.Add(1000*time.Hour))
	require.NoError(t, err)
	require.Zero(t, n)
	sent, err := NewNotifier(store, testPolicy(t), "n", func(context.Context, Message) error { return nil }).Run(t.Context(), "elsewhere", sunday)
	require.NoError(t, err)
	require.Zero(t, sent)
	events, err := store.Events(t.Context(), "elsewhere", 0, 10)
	require.NoError(t, err)
	require.Empty(t, events)
	still, err := d.Get(t.Context(), town, made.ID)
	require.NoError(t, err)
	require.Equal(t, made, still)
}

// failing is a store whose nth call fails.
type failing struct {
	Store
	townclerk.Repo[Ticket, Query]
	left int
}

var errBroken = errors.New("the disk is full")

func (f *failing) Tickets() townclerk.Repo[Ticket, Query] { return f }

// fails counts a call down.
func (f *failing) fails() bool {
	f.left--
	return f.left == 0
}

func (f *failing) Create(ctx context.Context, tenant townclerk.Tenant, t Ticket, events ...townclerk.Event) (Ticket, error) {
	if f.fails() {
		return Ticket{}, errBroken
	}
	return f.Repo.Create(ctx, tenant, t, events...)
}

func (f *failing) Put(ctx context.Context, tenant townclerk.Tenant, t Ticket, events ...townclerk.Event) (Ticket, error) {
	if f.fails() {
		return Ticket{}, errBroken
	}
	return f.Repo.Put(ctx, tenant, t, events...)
}

func (f *failing) Get(ctx context.Context, tenant townclerk.Tenant, id string) (Ticket, error) {
	if f.fails() {
		return Ticket{}, errBroken
	}
	return f.Repo.Get(ctx, tenant, id)
}

func (f *failing) Claim(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]Ticket, error) {
	if f.fails() {
		return nil, errBroken
	}
	return f.Repo.Claim(ctx, tenant, now, until, limit)
}

func (f *failing) Events(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
	if f.fails() {
		return nil, errBroken
	}
	return f.Store.Events(ctx, tenant, after, limit)
}

func (f *failing) Cursor(ctx context.Context, tenant townclerk.Tenant, consumer string) (townclerk.Seq, error) {
	if f.fails() {
		return 0, errBroken
	}
	return f.Store.Cursor(ctx, tenant, consumer)
}

func (f *failing) SetCursor(ctx context.Context, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error {
	if f.fails() {
		return errBroken
	}
	return f.Store.SetCursor(ctx, tenant, consumer, seq)
}

// A store that fails at each call in turn: the ticket is whole before and after,
// and done again, everything is as if nothing had failed.
func TestStoreThatFails(t *testing.T) {
	story := func(fail int) (end string, calls int) {
		mem := NewMemStore()
		store := &failing{Store: mem, Repo: mem.Tickets(), left: fail}
		d, c := testDesk(t, store)
		told := map[string]int{}
		notifier := NewNotifier(store, d.policy, "n", func(_ context.Context, m Message) error {
			told[m.Key]++
			return nil
		})
		id := ID("")
		again := func(do func() error) {
			err := do()
			if errors.Is(err, errBroken) {
				sameStory(t, mem)
				err = do()
			}
			require.NoError(t, err, "failing at call %d", fail)
			sameStory(t, mem)
		}
		d.cfg.NewID = func() ID { return "t-1" }
		again(func() error {
			made, err := d.Open(t.Context(), town, worklist())
			id = made.ID
			return err
		})
		for _, step := range everything(d, town, "t-1")[:21] {
			c.add(time.Minute)
			again(func() error {
				_, err := step.call(t.Context())
				return err
			})
		}
		c.add(100 * time.Hour)
		again(func() error {
			_, err := d.Sweep(t.Context(), town, c.Now().Add(10*time.Minute)) // later than the lease of a sweep that failed
			if errors.Is(err, errBroken) {
				c.add(10 * time.Minute)
			}
			return err
		})
		again(func() error {
			_, err := notifier.Run(t.Context(), town, sunday.Add(24*time.Hour))
			return err
		})
		made, err := mem.Tickets().Get(t.Context(), town, string(id))
		require.NoError(t, err)
		made.NextAt, made.Recorded = time.Time{}, time.Time{}
		return fmt.Sprintf("%v %v %d told", made.State, kinds(allEvents(t, mem)), len(told)), -store.left
	}
	want, calls := story(0)
	require.Greater(t, calls, 50)
	for n := 1; n <= calls; n++ {
		if got, _ := story(n); got != want {
			t.Errorf("with a failure at call %d\n%s\nwant\n%s", n, got, want)
		}
	}
}

// A clock that goes back does not turn the order around: what is done then is
// written down with what was last.
func TestClockThatGoesBack(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	c.add(10 * time.Minute)
	made, err = d.Begin(t.Context(), town, Of(made.ID), desk)
	require.NoError(t, err)
	last := made.Log[1].At
	c.add(-2 * time.Hour)
	made, err = d.Assign(t.Context(), town, Of(made.ID), desk, Assignment{Team: "field"})
	require.NoError(t, err)
	e := made.Log[2]
	require.Equal(t, transferred, e.Kind)
	require.True(t, e.At.Equal(last) && e.Recorded.IsZero() && !e.Correction, "%+v", e)
	a, err := d.policy.Assess(made, last)
	require.NoError(t, err)
	require.Equal(t, sla.Met, a[0].Clock("transfer").State)
	n, err := d.Sweep(t.Context(), town, c.Now())
	require.NoError(t, err)
	require.Zero(t, n, "nothing is due by a clock that went back")
	_, err = d.Begin(t.Context(), town, Of(made.ID), Who{Actor: "tali", At: last.Add(time.Hour)})
	require.ErrorContains(t, err, "at: 2026-06-07 07:10:00Z lies after it is written down, at 2026-06-07 06:10:00Z")
	sameStory(t, store)
}

// What is written down late counts from when it happened: a correction, which
// keeps what was known until then.
func TestEventsOutOfOrder(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	c.add(time.Hour)
	made, err = d.Begin(t.Context(), town, Of(made.ID), desk)
	require.NoError(t, err)
	require.Equal(t, []sla.Owed{{Target: "transfer", Clock: 1, At: sunday.Add(20 * time.Minute)}}, made.Owed, "20 minutes have passed")
	late := Who{Actor: "tali", Role: "desk", At: sunday.Add(5 * time.Minute)}
	made, err = d.Assign(t.Context(), town, Of(made.ID), late, Assignment{Team: "field"})
	require.NoError(t, err)
	e := made.Log[2]
	require.True(t, e.Correction && e.At.Equal(late.At) && e.Recorded.Equal(sunday.Add(time.Hour)), "%+v", e)
	a, err := d.policy.Assess(made, c.Now())
	require.NoError(t, err)
	clock := a[0].Clock("transfer")
	require.Equal(t, sla.Met, clock.State)
	require.Equal(t, sla.Breached, clock.Former()[0].State)
	_, err = d.Begin(t.Context(), town, Of(made.ID), Who{Actor: "tali", At: sunday.Add(-time.Second)})
	require.ErrorContains(t, err, "is before it was opened")
	sameStory(t, store)
}

// texts are written in several scripts, in both directions, also mixed (SG-36).
var texts = []string{
	"אין רשת בקומה 2 — Wi‑Fi \"כבוי\"", "\u200cکارتابل ۱۲۵ در سامانه سجاد", "Zażółć gęślą jaźń", "кvara, Фиревалл, сервисе-пацк",
	"\u2067abc\u2069 \u200f123", "e\u0301 é", "line one\nline two\ttab", "日本語 🛠", strings.Repeat("ארוך ", 2000),
}

func TestTextsOfAnyScript(t *testing.T) {
	for _, text := range texts {
		store := NewMemStore()
		d, c := testDesk(t, store)
		r := Request{
			Channel: "phone", Opener: townclerk.Actor(text), Unit: text, Recorder: townclerk.Actor(text), Department: "operations", Class: "incident",
			Attributes: map[string]string{"floor": text}, Fields: map[string]string{text: text}, Subject: text, Text: text, Asset: text,
			Impact: text, Urgency: text, Requested: []Grant{{text, text}},
		}
		made, err := d.Open(t.Context(), town, r)
		require.NoError(t, err)
		of, who := Of(made.ID), Who{Actor: townclerk.Actor(text), Role: "desk"}
		steps := []func() (Ticket, error){
			func() (Ticket, error) {
				return d.Assign(t.Context(), town, of, who, Assignment{Handler: who.Actor, Delegates: []townclerk.Actor{who.Actor}})
			},
			func() (Ticket, error) {
				return d.Diagnose(t.Context(), town, of, who, Finding{Text: text, NeedsVendor: true})
			},
			func() (Ticket, error) {
				return d.HandOver(t.Context(), town, of, who, VendorCall{Channel: text, Reference: text, Follower: who.Actor})
			},
			func() (Ticket, error) { return d.TakeBack(t.Context(), town, of, who, 0) },
			func() (Ticket, error) { return d.Order(t.Context(), town, made.ID, who, text, 1, text) },
			func() (Ticket, error) { return d.Receive(t.Context(), town, made.ID, who, 1) },
			func() (Ticket, error) { return d.Escalate(t.Context(), town, of, who, "", text) },
			func() (Ticket, error) {
				return d.OpenStage(t.Context(), town, made.ID, who, "information-systems", "", text)
			},
			func() (Ticket, error) { return d.Move(t.Context(), town, StageOf(made.ID, 1), who, text, text) },
			func() (Ticket, error) { return d.Write(t.Context(), town, of, who, "phone", time.Minute, text) },
			func() (Ticket, error) { return d.Attach(t.Context(), town, made.ID, who, text, text, text) },
			func() (Ticket, error) { return d.FollowUp(t.Context(), town, of, who, text) },
			func() (Ticket, error) {
				return d.Treat(t.Context(), town, of, who, Treatment{Text: text, Granted: []Grant{{text, text}}})
			},
			func() (Ticket, error) { return d.Inform(t.Context(), town, made.ID, who, text) },
			func() (Ticket, error) { return d.Close(t.Context(), town, of, who) },
			func() (Ticket, error) { return d.Rate(t.Context(), town, made.ID, who, 0, text) },
			func() (Ticket, error) { return d.Link(t.Context(), town, made.ID, who, text, text) },
		}
		for i, step := range steps {
			c.add(time.Second)
			made, err = step()
			require.NoError(t, err, "step %d", i)
		}
		for i, got := range []string{
			string(made.Opener), made.Unit, string(made.Recorder), made.Attributes["floor"], made.Fields[text], made.Subject, made.Text, made.Asset,
			made.Impact, made.Urgency, made.Requested[0].Part, made.Granted[0].Level, string(made.Handler), string(made.Delegates[0]), made.Diagnosis.Text,
			made.Calls[0].Channel, made.Calls[0].Reference, string(made.Calls[0].Follower), made.Parts[0].Name, made.Parts[0].Reference,
			made.Stages[0].Subject, made.Stages[0].Project, made.Work[0].Text, made.Documents[0].Kind, made.Documents[0].Name, made.Documents[0].Reference,
			made.Treatment, made.Feedback[0].Text, made.Project, made.Owed[slices.IndexFunc(made.Owed, func(o sla.Owed) bool { return o.To == "head" })].Reason,
		} {
			require.Equal(t, text, got, "field %d", i)
		}
		sameStory(t, store)
	}
}

// What no database stores is refused, before anything is done.
func TestTextsThatAreNone(t *testing.T) {
	d, _ := testDesk(t, NewMemStore())
	for _, text := range []string{"\xff\xfe", "a\x00b"} {
		r := fault()
		r.Subject, r.Fields = text, map[string]string{"position": text}
		_, err := d.Open(t.Context(), town, r)
		require.ErrorContains(t, err, "subject: ")
		require.ErrorContains(t, err, "fields: ")
	}
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	_, err = d.Escalate(t.Context(), town, Of(made.ID), desk, "", "\xff")
	require.ErrorContains(t, err, "reason: ")
}

// IR-08, A-46: one at a time for each unit, until it is released.
func TestOneSiteExpert(t *testing.T) {
	store := NewMemStore()
	d, _ := testDesk(t, store)
	expert := Request{Channel: "phone", Opener: "dana", Department: "operations", Item: "site-expert", Unit: "registry"}
	made, err := d.Open(t.Context(), town, expert)
	require.NoError(t, err)
	_, err = d.Open(t.Context(), town, expert)
	require.ErrorIs(t, err, townclerk.ErrExists)
	require.ErrorContains(t, err, `unit "registry" may have one site-expert at a time`)
	expert.Unit = "parks"
	_, err = d.Open(t.Context(), town, expert)
	require.NoError(t, err)

	for _, step := range []func() (Ticket, error){
		func() (Ticket, error) {
			return d.Assign(t.Context(), town, Of(made.ID), desk, Assignment{Handler: "tali"})
		},
		func() (Ticket, error) {
			return d.Treat(t.Context(), town, Of(made.ID), desk, Treatment{Text: "introduced"})
		},
		func() (Ticket, error) { return d.Inform(t.Context(), town, made.ID, desk, "phone") },
		func() (Ticket, error) { return d.Close(t.Context(), town, Of(made.ID), desk) },
		func() (Ticket, error) { return d.Release(t.Context(), town, made.ID, desk, "left the unit") },
	} {
		_, err := step()
		require.NoError(t, err)
	}
	expert.Unit = "registry"
	_, err = d.Open(t.Context(), town, expert)
	require.NoError(t, err)
}

// What is missing in a request is said all at once: RA-03, IR-03, IR-04.
func TestOpenSaysAllThatIsMissing(t *testing.T) {
	p := testPolicy(t)
	_, _, err := p.Open("", Request{At: sunday, Channel: "fone", Item: "worklist", Type: "gidance", Attributes: map[string]string{"class": "x", "colour": "red"}, Priority: "hi"})
	want := []string{
		"id: missing",
		`channel: "fone" is none of [channels]; did you mean "phone"?`,
		`type: "gidance" is none of [types]; did you mean "guidance"?`,
		"opener: missing; say who asks",
		"attributes.class: it has a field of its own",
		"attributes.colour: the promises know no attribute of this name",
		`priority: priority has no value "hi" in [attributes]; known: low, normal, high, urgent`,
		"fields.position: missing; worklist asks for it",
		`author: "" may not ask for worklist; only unit-head may`,
		`to: "" does not receive requests for worklist; address it to head`,
		"requested: missing; say to which part access is asked for, and at which level",
	}
	require.EqualError(t, err, "a ticket cannot be opened: "+strings.Join(want, "\n"))
	var field *townclerk.FieldError
	require.ErrorAs(t, err, &field)

	_, _, err = p.Open("t", Request{})
	for _, want := range []string{"at: missing", "channel: missing; known: phone, walk-in", "department: missing", "class: missing"} {
		require.ErrorContains(t, err, want)
	}
}

// Commands that do not say what they need change nothing.
func TestCommandsThatLackSomething(t *testing.T) {
	p := testPolicy(t)
	tests := []struct {
		name   string
		state  State
		do     Action
		change func(*Ticket, *Command)
		want   string
	}{
		{"no time", Assigned, Begin, func(_ *Ticket, c *Command) { c.At = time.Time{} }, "at: missing"},
		{"no year", Assigned, Begin, func(_ *Ticket, c *Command) { c.At = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC) }, "at: the year 12000"},
		{"a team that is none", Assigned, Assign, func(_ *Ticket, c *Command) { c.Team = "feild" }, `team: "feild" is none of [teams]; did you mean "field"?`},
		{"no finding", Assigned, Diagnose, func(_ *Ticket, c *Command) { c.Text = "" }, "text: missing"},
		{"a cause that is none", Assigned, Diagnose, func(_ *Ticket, c *Command) { c.Cause = "x" }, `cause: "x" is none of [causes]`},
		{"a kind of work that is none", Assigned, Diagnose, func(_ *Ticket, c *Command) { c.Kind = "x" }, `kind: "x" is none of [work]`},
		{"a vendor that is none", Assigned, HandOver, func(_ *Ticket, c *Command) { c.Vendor = "x" }, `vendor: "x" is none of [vendors]`},
		{"no channel of the vendor", Assigned, HandOver, func(_ *Ticket, c *Command) { c.Channel = "" }, "channel: missing"},
		{"a vendor that has it", AtVendor, HandOver, func(_ *Ticket, c *Command) { c.Vendor = "exchange" }, "vendor: exchange has it already, in call 1"},
		{"which call", AtVendor, TakeBack, func(t *Ticket, _ *Command) { t.Calls = append(t.Calls, Call{Number: 3, Opened: sunday}) }, "call: missing; calls 1 and 3 are open"},
		{"a call that is none", AtVendor, TakeBack, func(_ *Ticket, c *Command) { c.Call = 9 }, "call: no such call is open"},
		{"a reason that is none", Assigned, Wait, func(_ *Ticket, c *Command) { c.Reason = "x" }, `reason: "x" is none of [waits]`},
		{"a reason for which it waits", Waiting, Wait, func(_ *Ticket, c *Command) { c.Reason = "awaiting-user" }, "already"},
		{"a reason for which it does not wait", Waiting, Resume, func(_ *Ticket, c *Command) { c.Reason = "awaiting-part" }, "does not wait"},
		{"no part", Assigned, Order, func(_ *Ticket, c *Command) { c.Name, c.Quantity = "", 0 }, "name: missing; name the part\nquantity: 0 is too few"},
		{"a part that is none", Assigned, Receive, func(_ *Ticket, c *Command) { c.Part = 2 }, "part: no part of the number 2"},
		{"a line that is none", Assigned, Check, func(_ *Ticket, c *Command) { c.Todo = "x" }, `todo: "x" is not on the checklist; known: training`},
		{"a line that is done", Assigned, Check, func(t *Ticket, _ *Command) { t.Checklist[0].At = sunday }, "done already"},
		{"parts beyond what was ordered", Assigned, Treat, func(t *Ticket, c *Command) { t.Checklist, c.Used = nil, map[int]int{1: 3, 2: 1} }, "used: 3 of part 1"},
		{"no change", Assigned, Change, func(_ *Ticket, c *Command) { c.Set = map[string]string{"priority": "normal"} }, "nothing would change"},
		{"a class that is none", Assigned, Change, func(_ *Ticket, c *Command) { c.Set = map[string]string{"class": "x"} }, "set.class"},
		{"no class", Assigned, Change, func(_ *Ticket, c *Command) { c.Set = map[string]string{"class": ""} }, "a ticket has a class"},
		{"a tier by change", Assigned, Change, func(_ *Ticket, c *Command) { c.Set = map[string]string{"tier": "unit"} }, "refer the ticket"},
		{"critical or not", Assigned, Change, func(_ *Ticket, c *Command) { c.Set = map[string]string{"critical": "yes"} }, `neither "true" nor "false"`},
		{"an attribute that is none", Assigned, Change, func(_ *Ticket, c *Command) { c.Set = map[string]string{"colour": "red"} }, "know no attribute"},
		{"an appointment that has passed", Assigned, Appoint, func(_ *Ticket, c *Command) { c.Appointment = sunday }, "has passed"},
		{"a role that is none", Assigned, Escalate, func(_ *Ticket, c *Command) { c.To = "boss" }, `to: no role is named "boss"`},
		{"no department", Assigned, OpenStage, func(_ *Ticket, c *Command) { c.Department = "" }, "department: missing"},
		{"a department that is none", Assigned, OpenStage, func(_ *Ticket, c *Command) { c.Department = "x" }, "department: "},
		{"no kind of work", Assigned, Write, func(_ *Ticket, c *Command) { c.Kind = "" }, "kind: missing"},
		{"less than no time", Assigned, Write, func(_ *Ticket, c *Command) { c.Took = -1 }, "took: "},
		{"a document without a name", Assigned, Attach, func(_ *Ticket, c *Command) { c.Name = "" }, "name: missing"},
		{"a score that is none", Closed, Rate, func(_ *Ticket, c *Command) { c.Score = 6 }, "score: 6"},
		{"neither score nor text", Closed, Rate, func(_ *Ticket, c *Command) { c.Score, c.Text = 0, "" }, "score: 0"},
		{"no link", Closed, Link, func(_ *Ticket, c *Command) { c.Asset = "" }, "asset: missing"},
		{"nothing to release", Closed, Release, func(t *Ticket, _ *Command) { t.Holds = "" }, "holds: there is nothing"},
	}
	for _, tt := range tests {
		before, c := inState(tt.state), ready(tt.do, 0)
		tt.change(&before, &c)
		given := before.Clone()
		after, events, err := p.Do(before, c)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want: %s", tt.name, err, tt.want)
		}
		require.Zero(t, after, tt.name)
		require.Empty(t, events, tt.name)
		require.Equal(t, given, before, tt.name)
	}
}

// A new diagnosis by which no vendor is needed takes back the call that was owed,
// and the promise to hand over at once with it.
func TestVendorNotNeededAfterAll(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	c.add(time.Minute)
	made, err = d.Diagnose(t.Context(), town, Of(made.ID), desk, Finding{Text: "the exchange", Cause: "device", NeedsVendor: true})
	require.NoError(t, err)
	require.Equal(t, "exchange", made.Calls[0].Vendor, "TE-20")
	c.add(time.Minute)
	made, err = d.Diagnose(t.Context(), town, Of(made.ID), desk, Finding{Text: "a plug", Cause: "user"})
	require.NoError(t, err)
	require.False(t, made.Calls[0].open())
	c.add(time.Minute)
	a, err := d.policy.Assess(made, c.Now())
	require.NoError(t, err)
	require.Equal(t, sla.Stopped, a[0].Clock("hand-over").State, "the event that began it is struck out")
	made, err = d.Assign(t.Context(), town, Of(made.ID), desk, Assignment{})
	require.NoError(t, err)
	require.Equal(t, "field", made.Team, "the team of the cause")
}

type contracts map[string]sla.Terms

func (c contracts) InForce(_ context.Context, _ townclerk.Tenant, vendor string, _ time.Time) ([]sla.Terms, error) {
	if vendor == "lines" {
		return nil, errBroken
	}
	if terms, ok := c[vendor]; ok {
		return []sla.Terms{terms}, nil
	}
	return nil, nil
}

// RA-26, RA-33: with the hand-over, the contract in force counts; without one that
// is on record, too.
func TestContractInForce(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	d.cfg.Contracts = contracts{"exchange": {Contract: "C-7", Metric: "vendor-handling", Calendar: sla.Elapsed, Within: 4 * time.Hour}}
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	_, err = d.Diagnose(t.Context(), town, Of(made.ID), desk, Finding{Text: "the exchange", NeedsVendor: true})
	require.NoError(t, err)
	_, err = d.HandOver(t.Context(), town, Of(made.ID), desk, VendorCall{Vendor: "lines", Channel: "system"})
	require.ErrorIs(t, err, errBroken)
	made, err = d.HandOver(t.Context(), town, Of(made.ID), desk, VendorCall{Channel: "system"})
	require.NoError(t, err)
	require.Equal(t, "C-7", made.Calls[0].Contract)
	a, err := d.policy.Assess(made, c.Now())
	require.NoError(t, err)
	require.True(t, a[0].Clock("vendor").Due.Equal(sunday.Add(4*time.Hour)))
	sameStory(t, store)
}

func ids(owed []sla.Owed) []string {
	var all []string
	for _, o := range owed {
		all = append(all, fmt.Sprintf("%d %s %d/%d/%d", o.Part, o.Target, o.Clock, o.Step, o.Repetition))
	}
	slices.Sort(all)
	return all
}

// RA-41, RA-43: what comes in for a department that gets its tickets through another
// is passed on at once, as a stage with clocks of its own; so the ticket itself is
// not waiting to be.
func TestIntakePassesOn(t *testing.T) {
	d, c := testDesk(t, NewMemStore())
	r := fault()
	r.Department = "information-systems"
	d.policy.departments["information-systems"] = department{intake: "operations"}
	made, err := d.Open(t.Context(), town, r)
	require.NoError(t, err)
	require.Equal(t, "operations", made.Department)
	require.Equal(t, Assigned, made.State)
	require.Equal(t, "field", made.Team)
	require.Equal(t, "information-systems", made.Stages[0].Department)
	all, err := d.policy.Assess(made, c.now)
	require.NoError(t, err)
	require.Equal(t, sla.Met, all[0].Clock("transfer").State)
	require.Equal(t, sla.Running, all[1].Clock("transfer").State)
}
