package kpi

import (
	"context"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/memtable"
)

// MemStore is a [Store] in memory, for tests, for demonstrations and for what need not
// outlive the program. It copies what goes in and what comes out.
type MemStore struct {
	db           *memtable.DB
	measurements *memtable.Table[Measurement, Query]
	occurrences  *memtable.Table[Occurrence, Query]
	schedules    *memtable.Table[Schedule, Query]
	cards        *memtable.Table[Card, Query]
	remedies     *memtable.Table[Remedy, Query]
}

var _ Store = (*MemStore)(nil)

// NewMemStore returns an empty store.
func NewMemStore() *MemStore {
	s := &MemStore{
		measurements: newTable("measurement", (*Measurement).traits),
		occurrences:  newTable("occurrence", (*Occurrence).traits),
		schedules:    newTable("schedule", (*Schedule).traits),
		cards:        newTable("card", (*Card).traits),
		remedies:     newTable("remedy", (*Remedy).traits),
	}
	s.db = memtable.New(s.measurements, s.occurrences, s.schedules, s.cards, s.remedies)
	return s
}

// Measurements returns the repository of measurements.
func (s *MemStore) Measurements() townclerk.Repo[Measurement, Query] { return s.measurements }

// Occurrences returns the repository of the occurrences of duties.
func (s *MemStore) Occurrences() townclerk.Repo[Occurrence, Query] { return s.occurrences }

// Schedules returns the repository of the schedules of duties.
func (s *MemStore) Schedules() townclerk.Repo[Schedule, Query] { return s.schedules }

// Cards returns the repository of cards.
func (s *MemStore) Cards() townclerk.Repo[Card, Query] { return s.cards }

// Remedies returns the repository of remedies.
func (s *MemStore) Remedies() townclerk.Repo[Remedy, Query] { return s.remedies }

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

func newTable[T any](name string, of func(*T) traits) *memtable.Table[T, Query] {
	index := func(name string, value func(traits) string) memtable.Index[T] {
		return memtable.Index[T]{Name: name, Value: func(t *T) string { return value(of(t)) }}
	}
	return memtable.NewTable(memtable.Kind[T, Query]{
		Name:    name,
		ID:      func(t *T) string { return string(of(t).ID) },
		Version: func(t *T) *int64 { return &of(t).Version },
		NextAt:  func(t *T) time.Time { return of(t).NextAt },
		Series:  func(t *T) string { return of(t).Series },
		Number:  func(t *T) *string { return &of(t).Number },
		Order:   func(k memtable.Key, t *T) memtable.Key { return k.Time(of(t).Began) },
		Indexes: []memtable.Index[T]{
			index("number", func(t traits) string { return t.Number }),
			index("state", func(t traits) string { return string(t.State) }),
			index("of", func(t traits) string { return t.indicator + t.duty + string(t.subject) }),
		},
		Search: func(q Query) memtable.Search[T] {
			s := memtable.Search[T]{After: q.After, Limit: q.Limit, Match: func(t *T) bool { return q.selects(of(t)) }}
			q.narrow(func(index string, values ...string) { s.Index, s.Values = index, values })
			if !q.From.IsZero() {
				s.From = memtable.Key(nil).Time(q.From)
			}
			if !q.To.IsZero() {
				s.To = memtable.Key(nil).Time(q.To.Add(time.Microsecond - 1)) // a Key has no nanoseconds
			}
			return s
		},
	})
}

// narrow looks aggregates up by whatever most likely leaves the fewest of them.
func (q *Query) narrow(by func(index string, values ...string)) {
	switch of := q.Indicator + q.Duty + string(q.Subject); {
	case q.Number != "":
		by("number", q.Number)
	case of != "":
		by("of", of) // no kind has two of them
	case len(q.States) > 0:
		values := make([]string, 0, len(q.States))
		for _, s := range q.States {
			if s == "" {
				return
			}
			values = append(values, string(s))
		}
		by("state", values...)
	}
}
