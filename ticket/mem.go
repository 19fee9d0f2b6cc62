package ticket

import (
	"context"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/memtable"
)

// MemStore is a [Store] in memory, for tests, for demonstrations and for what
// need not outlive the program. It copies what goes in and what comes out.
type MemStore struct {
	db      *memtable.DB
	tickets *memtable.Table[Ticket, Query]
}

var _ Store = (*MemStore)(nil)

// NewMemStore returns an empty store.
func NewMemStore() *MemStore {
	tickets := memtable.NewTable(memtable.Kind[Ticket, Query]{
		Name:    "ticket",
		ID:      func(t *Ticket) string { return string(t.ID) },
		Version: func(t *Ticket) *int64 { return &t.Version },
		NextAt:  func(t *Ticket) time.Time { return t.NextAt },
		Series:  func(t *Ticket) string { return t.Series },
		Number:  func(t *Ticket) *string { return &t.Number },
		Order:   func(k memtable.Key, t *Ticket) memtable.Key { return k.Time(t.Opened) },
		Indexes: []memtable.Index[Ticket]{
			{Name: "holds", Unique: true, Value: func(t *Ticket) string { return t.Holds }},
			{Name: "number", Value: func(t *Ticket) string { return t.Number }},
			{Name: "handler", Value: func(t *Ticket) string { return string(t.Handler) }},
			{Name: "opener", Value: func(t *Ticket) string { return string(t.Opener) }},
			{Name: "state", Value: func(t *Ticket) string { return string(t.State) }},
		},
		Search: Query.search,
	})
	return &MemStore{db: memtable.New(tickets), tickets: tickets}
}

// Tickets returns the repository of tickets.
func (s *MemStore) Tickets() townclerk.Repo[Ticket, Query] { return s.tickets }

// Events returns the tenant's events with a Seq above after, as [townclerk.Outbox] has it.
func (s *MemStore) Events(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
	return s.db.Events(ctx, tenant, after, limit)
}

// Cursor returns how far the consumer is, as [townclerk.Outbox] has it.
func (s *MemStore) Cursor(ctx context.Context, tenant townclerk.Tenant, consumer string) (townclerk.Seq, error) {
	return s.db.Cursor(ctx, tenant, consumer)
}

// SetCursor stores how far the consumer is, as [townclerk.Outbox] has it.
func (s *MemStore) SetCursor(ctx context.Context, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error {
	return s.db.SetCursor(ctx, tenant, consumer, seq)
}

// search looks tickets up by whatever most likely leaves the fewest of them.
func (q Query) search() memtable.Search[Ticket] {
	s := memtable.Search[Ticket]{After: q.After, Limit: q.Limit, Match: q.match}
	switch {
	case q.Number != "":
		s.Index, s.Values = "number", []string{q.Number}
	case q.Handler != "":
		s.Index, s.Values = "handler", []string{string(q.Handler)}
	case q.Opener != "":
		s.Index, s.Values = "opener", []string{string(q.Opener)}
	case len(q.States) > 0 && !slices.Contains(q.States, ""):
		s.Index = "state"
		for _, state := range q.States {
			s.Values = append(s.Values, string(state))
		}
	}
	if !q.From.IsZero() {
		s.From = memtable.Key(nil).Time(q.From)
	}
	if !q.To.IsZero() {
		s.To = memtable.Key(nil).Time(q.To.Add(time.Microsecond - 1)) // a Key has no nanoseconds
	}
	return s
}

// match says whether q selects a ticket.
func (q *Query) match(t *Ticket) bool {
	return (len(q.States) == 0 || slices.Contains(q.States, t.State)) &&
		(q.Department == "" || q.Department == t.Department) &&
		(q.Class == "" || q.Class == t.Class) &&
		(q.Team == "" || q.Team == t.Team) &&
		(q.Handler == "" || q.Handler == t.Handler) &&
		(q.Opener == "" || q.Opener == t.Opener) &&
		(q.Number == "" || q.Number == t.Number) &&
		(q.From.IsZero() || !t.Opened.Before(q.From)) &&
		(q.To.IsZero() || t.Opened.Before(q.To))
}
