package ticket_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/hashicorp/go-memdb"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

const town townclerk.Tenant = "raanana"

// year is the first instant of the tickets that the benchmarks make.
var year = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// invented is the nth ticket of a year, just opened. Its id begins with the time, as that
// of a UUID of version 7 does.
func invented(n int, r *rand.Rand) ticket.Ticket {
	opened := year.Add(time.Duration(n)*100*time.Second + time.Duration(r.IntN(1e8))*time.Microsecond)
	id := fmt.Sprintf("%012x", opened.UnixMilli())
	id = fmt.Sprintf("%s-%s-7%03x-%04x-%012x", id[:8], id[8:], r.IntN(1<<12), 1<<15+r.IntN(1<<14), r.Int64N(1<<48))
	return ticket.Ticket{
		ID: ticket.ID(id), Series: "2026", NextAt: opened.Add(time.Duration(r.IntN(1e10)) * time.Microsecond),
		State: ticket.Assigned, Opened: opened, Channel: "phone",
		Opener: townclerk.Actor(fmt.Sprintf("person-%d", r.IntN(2000))), Unit: "engineering", Recorder: "desk-2",
		Department: "operations", Class: "incident", Impact: "one", Urgency: "soon", Priority: "normal",
		Fields:  map[string]string{"room": "214", "asset-tag": "PC-1042"},
		Subject: "the large plotter jams", Text: "Since this morning it stops after every second sheet.",
		Tier: "1", Handler: townclerk.Actor(fmt.Sprintf("technician-%d", r.IntN(20))),
		Log: []sla.Event{
			{Kind: "opened", At: opened, Recorded: opened, Seq: 1, Attributes: map[string]string{
				"department": "operations", "class": "incident", "priority": "normal", "channel": "phone",
			}},
			{Kind: "transferred", At: opened, Recorded: opened, Seq: 2},
		},
	}
}

// threeEvents are what opening a ticket records.
func threeEvents(t ticket.Ticket) []townclerk.Event {
	list := make([]townclerk.Event, 3)
	for i, kind := range []string{"ticket.opened", "ticket.routed", "ticket.promised"} {
		list[i] = townclerk.Event{
			Aggregate: string(t.ID), Kind: kind, At: t.Opened, Recorded: t.Opened, Actor: t.Recorder,
			Data: []byte(`{"department":"operations","class":"incident","team":"field"}`),
		}
	}
	return list
}

// direct is what somebody has who keeps the same rows in go-memdb without a store
// around it: no copies, no numbers, no check of a version, no context.
type direct struct {
	db   *memdb.MemDB
	last townclerk.Seq
	read int
}

// by is an index of go-memdb.
type by[R any] func(R) []byte

func (key by[R]) FromObject(row any) (bool, []byte, error) {
	k := key(row.(R))
	return k != nil, k, nil
}

func (key by[R]) FromArgs(args ...any) ([]byte, error) { return args[0].([]byte), nil }

func newDirect(tb testing.TB) *direct {
	indexes := map[string]*memdb.IndexSchema{}
	index := func(name string, key by[*ticket.Ticket]) {
		indexes[name] = &memdb.IndexSchema{Name: name, Unique: name == "id", AllowMissing: true, Indexer: key}
	}
	index("id", func(t *ticket.Ticket) []byte { return text(string(t.ID)) })
	index("next", func(t *ticket.Ticket) []byte { return instant(t.NextAt) })
	index("opened", func(t *ticket.Ticket) []byte { return instant(t.Opened) })
	index("number", func(t *ticket.Ticket) []byte { return text(t.Number) })
	index("handler", func(t *ticket.Ticket) []byte { return text(string(t.Handler)) })
	index("opener", func(t *ticket.Ticket) []byte { return text(string(t.Opener)) })
	index("state", func(t *ticket.Ticket) []byte { return text(string(t.State)) })
	db, err := memdb.NewMemDB(&memdb.DBSchema{Tables: map[string]*memdb.TableSchema{
		"tickets": {Name: "tickets", Indexes: indexes},
		"events": {Name: "events", Indexes: map[string]*memdb.IndexSchema{
			"id": {Name: "id", Unique: true, Indexer: by[*townclerk.Event](func(e *townclerk.Event) []byte {
				return binary.BigEndian.AppendUint64(text(string(town)), uint64(e.Seq))
			})},
		}},
	}})
	require.NoError(tb, err)
	return &direct{db: db}
}

func text(s string) []byte { return append(append(append([]byte(nil), town...), 0), s...) }

func instant(t time.Time) []byte {
	if t.IsZero() {
		return nil
	}
	return binary.BigEndian.AppendUint64(text(""), uint64(t.UnixMicro()))
}

func (d *direct) insert(t *ticket.Ticket, events []townclerk.Event) error {
	txn := d.db.Txn(true)
	defer txn.Abort()
	if err := d.insertIn(txn, t, events); err != nil {
		return err
	}
	txn.Commit()
	return nil
}

func (d *direct) insertIn(txn *memdb.Txn, t *ticket.Ticket, events []townclerk.Event) error {
	if err := txn.Insert("tickets", t); err != nil {
		return err
	}
	for i := range events {
		d.last++
		events[i].Seq = d.last
		if err := txn.Insert("events", &events[i]); err != nil {
			return err
		}
	}
	return nil
}

// due is the same reads as a claim's.
func (d *direct) due(now time.Time, limit int) (n int, err error) {
	rows, err := d.db.Txn(false).LowerBound("tickets", "next", text(""))
	if err != nil {
		return 0, err
	}
	for ; n < limit; n++ {
		t, ok := rows.Next().(*ticket.Ticket)
		if !ok || t.NextAt.After(now) {
			break
		}
		d.read += len(t.Fields) + len(t.Log) + len(t.Log[0].Attributes) + len(t.Text)
	}
	return n, nil
}

// pair is a store and its peer with the same tickets.
type pair struct {
	store           *ticket.MemStore
	peer            *direct
	r               *rand.Rand
	n               int           // tickets in both
	inStore, inPeer time.Duration // spent so far
}

// manyTickets is how many a town has in some years. With -short, which is to see that the
// benchmarks run, they are fewer: to make them takes minutes.
func manyTickets() int {
	if testing.Short() {
		return 20_000
	}
	return 300_000
}

// due is how many of a pair's tickets a sweep finds, however many there are.
const due = 1000

// pairs are made once, for that takes longer than all that is measured on them.
var pairs = map[int]*pair{}

func pairOf(b *testing.B, open int) *pair {
	p := pairs[open]
	if p == nil {
		p = newPair(b, open)
		pairs[open] = p
	}
	p.inStore, p.inPeer = 0, 0
	return p
}

// newPair returns a pair with so many tickets, of which some are due.
func newPair(b *testing.B, open int) *pair {
	p := &pair{store: ticket.NewMemStore(), peer: newDirect(b), r: rand.New(rand.NewPCG(1, uint64(open)))}
	txn := p.peer.db.Txn(true) // one for all, as that takes a fraction of the time
	for p.n < open {
		t := p.next(p.n%(open/due) == 0)
		made, err := p.store.Tickets().Create(b.Context(), town, t, threeEvents(t)[:1]...)
		require.NoError(b, err)
		require.NoError(b, p.peer.insertIn(txn, &made, threeEvents(t)[:1]))
	}
	txn.Commit()
	return p
}

// next is the next ticket of the pair.
func (p *pair) next(isDue bool) ticket.Ticket {
	p.n++
	t := invented(p.n, p.r)
	if !isDue {
		t.NextAt = t.NextAt.AddDate(100, 0, 0)
	}
	return t
}

// open opens a ticket in both, in the one right after the other.
func (p *pair) open(b *testing.B) {
	t := p.next(false)
	list, same := threeEvents(t), threeEvents(t)
	began := time.Now()
	_, err := p.store.Tickets().Create(b.Context(), town, t, list...)
	between := time.Now()
	t.Number = fmt.Sprintf("2026-%06d", p.n)
	err2 := p.peer.insert(&t, same)
	p.inStore, p.inPeer = p.inStore+between.Sub(began), p.inPeer+time.Since(between)
	require.NoError(b, err)
	require.NoError(b, err2)
}

// What does the store add to go-memdb when a ticket is opened? It copies, numbers
// and checks, but it keeps the events of a call in one row and its keys make
// smaller nodes, so that it takes 0.8 to 1.0 times as long, among 10,000 as among
// 300,000, and of the 83 kB that a round allocates 37 are the store's.
func BenchmarkCreate(b *testing.B) {
	for _, open := range []int{10_000, manyTickets()} {
		b.Run(fmt.Sprintf("open=%d", open), func(b *testing.B) {
			p := pairOf(b, open)
			b.ReportAllocs()
			for b.Loop() {
				p.open(b)
			}
			b.ReportMetric(float64(p.inStore.Nanoseconds())/float64(b.N), "store-ns/op")
			b.ReportMetric(float64(p.inPeer.Nanoseconds())/float64(b.N), "memdb-ns/op")
			b.ReportMetric(float64(p.inStore)/float64(p.inPeer), "store/memdb")
		})
	}
}

// Does a claim cost what is due, and not what is open? 1,000 are due, among 10,000
// and among 300,000. The peer reads the same rows of go-memdb, and something of all
// that a ticket points to. Among 300,000 the store takes about 1.1 times as long as
// among 10,000, and so does the peer.
func BenchmarkClaim(b *testing.B) {
	few, many := pairOf(b, 10_000), pairOf(b, manyTickets())
	now := year.AddDate(50, 0, 0)
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		for _, p := range []*pair{few, many} {
			began := time.Now()
			claimed, err := p.store.Tickets().Claim(b.Context(), town, now, now, 2*due)
			between := time.Now()
			n, err2 := p.peer.due(now, 2*due)
			p.inStore, p.inPeer = p.inStore+between.Sub(began), p.inPeer+time.Since(between)
			require.NoError(b, err)
			require.NoError(b, err2)
			require.Len(b, claimed, due)
			require.Equal(b, due, n)
		}
	}
	store, peer := float64(many.inStore)/float64(few.inStore), float64(many.inPeer)/float64(few.inPeer)
	b.ReportMetric(float64(many.inStore.Nanoseconds())/float64(b.N), "store-ns/op")
	b.ReportMetric(float64(many.inPeer.Nanoseconds())/float64(b.N), "memdb-ns/op")
	b.ReportMetric(store, fmt.Sprintf("store-%dk/10k", manyTickets()/1000))
	b.ReportMetric(peer, fmt.Sprintf("memdb-%dk/10k", manyTickets()/1000))
	b.ReportMetric(store/peer, "store/memdb")
}
