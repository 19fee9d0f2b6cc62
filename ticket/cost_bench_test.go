package ticket_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// testPolicy is the policy of testdata.
func testPolicy(tb testing.TB) *ticket.Policy {
	tb.Helper()
	data, err := os.ReadFile("testdata/sla.toml")
	require.NoError(tb, err)
	promises, err := sla.Parse(data, "sla.toml")
	require.NoError(tb, err)
	data, err = os.ReadFile("testdata/ticket.toml")
	require.NoError(tb, err)
	p, err := ticket.Parse(data, "ticket.toml", promises)
	require.NoError(tb, err)
	return p
}

// deskOn returns a desk on the store, whose clock is what the function says.
func deskOn(store ticket.Store, policy *ticket.Policy, now *time.Time) *ticket.Desk {
	return ticket.NewDesk(store, policy, ticket.Config{Now: func() time.Time { return *now }})
}

// What does it cost to open a ticket with three targets at a desk, beside inserting
// the same ticket and its event into go-memdb, with the same indexes, among 10,000?
// The desk checks the request, judges the promises, writes the event and has the
// store number and copy; it takes about RATIO times as long.
func BenchmarkDeskOpen(b *testing.B) {
	policy, now := testPolicy(b), year.AddDate(0, 5, 0)
	p := newPair(b, 10_000)
	desk := deskOn(p.store, policy, &now)
	r := ticket.Request{
		Channel: "phone", Opener: "person-7", Unit: "engineering", Recorder: "desk-2", Department: "operations", Class: "network",
		Fields:  map[string]string{"room": "214", "asset-tag": "PC-1042"},
		Subject: "the large plotter jams", Text: "Since this morning it stops after every second sheet.",
	}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(10 * time.Millisecond)
		began := time.Now()
		made, err := desk.Open(b.Context(), town, r)
		p.inStore += time.Since(began)
		require.NoError(b, err)
		same := r
		same.At = now
		_, events, err := policy.Open(made.ID, same)
		require.NoError(b, err)
		began = time.Now()
		err = p.peer.insert(&made, events)
		p.inPeer += time.Since(began)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(p.inStore.Nanoseconds())/float64(b.N), "desk-ns/op")
	b.ReportMetric(float64(p.inPeer.Nanoseconds())/float64(b.N), "memdb-ns/op")
	b.ReportMetric(float64(p.inStore)/float64(p.inPeer), "desk/memdb")
}

// morning is when the tickets were opened that the sweep finds, a working day of the
// policy's; the twenty minutes within which they are passed on have gone by at sweepAt.
var (
	morning = time.Date(2026, 6, 7, 6, 0, 0, 0, time.UTC)
	sweepAt = morning.Add(25 * time.Minute)
)

// sweeping is a pair whose due tickets can be swept again and again.
type sweeping struct {
	*pair
	desk    *ticket.Desk
	due     []ticket.Ticket // as a sweep finds them
	settled []ticket.Ticket // as it leaves them
	events  [][]townclerk.Event
}

func newSweeping(b *testing.B, policy *ticket.Policy, open int) *sweeping {
	now := sweepAt
	s := &sweeping{pair: pairOf(b, open)}
	s.desk = deskOn(s.store, policy, &now)
	claimed, err := s.store.Tickets().Claim(b.Context(), town, year.AddDate(50, 0, 0), year, 2*due)
	require.NoError(b, err)
	require.Len(b, claimed, due)
	for _, t := range claimed {
		t.Opened, t.Recorded, t.NextAt, t.State = morning, morning, morning.Add(20*time.Minute+time.Microsecond), ticket.New
		t.Handler, t.Owed = "", nil
		t.Log = t.Log[:1]
		t.Log[0].At, t.Log[0].Recorded = morning, time.Time{}
		after, events := policy.Settle(t, sweepAt)
		require.Len(b, events, 1, "it is overdue")
		require.True(b, after.NextAt.After(sweepAt))
		s.due, s.settled, s.events = append(s.due, t), append(s.settled, after), append(s.events, events)
	}
	return s
}

// reset makes the tickets due again.
func (s *sweeping) reset(b *testing.B) {
	for i := range s.due {
		t := &s.due[i]
		stored, err := s.store.Tickets().Get(b.Context(), town, string(t.ID))
		require.NoError(b, err)
		again := t.Clone()
		again.Version = stored.Version
		_, err = s.store.Tickets().Put(b.Context(), town, again)
		require.NoError(b, err)
		require.NoError(b, s.peer.insert(t, nil))
	}
}

// sweep has the desk sweep, and the peer read and write the same rows.
func (s *sweeping) sweep(b *testing.B) {
	s.reset(b)
	began := time.Now()
	n, err := s.desk.Sweep(b.Context(), town, sweepAt)
	s.inStore += time.Since(began)
	require.NoError(b, err)
	require.Equal(b, due, n)
	began = time.Now()
	n, err = s.peer.due(sweepAt, 2*due)
	for i := range s.settled {
		if err == nil {
			err = s.peer.insert(&s.settled[i], append([]townclerk.Event(nil), s.events[i]...))
		}
	}
	s.inPeer += time.Since(began)
	require.NoError(b, err)
	require.Equal(b, due, n)
}

// Does a whole sweep cost what is due, and not what is open? 1,000 tickets have just
// gone overdue, among 10,000 and among 300,000: the desk claims them, judges their
// promises, and stores each with the event that this is. The peer reads the same rows
// of go-memdb and writes what the desk does. Among 300,000 the desk takes 1.5 to 2.1
// times as long as among 10,000, for want of room in the processor's caches, and the
// peer 2.2 to 2.7 times: the desk's ratio is 0.7 to 0.8 of go-memdb's own.
func BenchmarkSweep(b *testing.B) {
	policy := testPolicy(b)
	few, many := newSweeping(b, policy, 10_000), newSweeping(b, policy, manyTickets())
	b.ReportAllocs()
	for b.Loop() {
		few.sweep(b)
		many.sweep(b)
	}
	desk, peer := float64(many.inStore)/float64(few.inStore), float64(many.inPeer)/float64(few.inPeer)
	b.ReportMetric(float64(many.inStore.Nanoseconds())/float64(b.N), "desk-ns/op")
	b.ReportMetric(float64(many.inPeer.Nanoseconds())/float64(b.N), "memdb-ns/op")
	b.ReportMetric(desk, fmt.Sprintf("desk-%dk/10k", manyTickets()/1000))
	b.ReportMetric(peer, fmt.Sprintf("memdb-%dk/10k", manyTickets()/1000))
	b.ReportMetric(desk/peer, "desk/memdb")
}
