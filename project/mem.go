package project

import (
	"context"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/memtable"
)

// MemStore is a [Store] in memory, for tests, for demonstrations and for what need not
// outlive the program. It copies what goes in and what comes out.
type MemStore struct {
	db        *memtable.DB
	projects  *memtable.Table[Project, Query]
	workPlans *memtable.Table[WorkPlan, WorkQuery]
}

var _ Store = (*MemStore)(nil)

// NewMemStore returns an empty store.
func NewMemStore() *MemStore {
	s := &MemStore{
		projects: newTable("project", func(t *Project) *Header { return &t.Header }, Query.search, []memtable.Index[Project]{
			{Name: "origin", Unique: true, Value: func(t *Project) string { return t.Origin }},
			{Name: "demander", Value: func(t *Project) string { return string(t.Demander) }},
		}),
		workPlans: newTable("work plan", func(w *WorkPlan) *Header { return &w.Header }, WorkQuery.search, nil),
	}
	s.db = memtable.New(s.projects, s.workPlans)
	return s
}

func newTable[T, Q any](name string, header func(*T) *Header, search func(Q) memtable.Search[T], indexes []memtable.Index[T]) *memtable.Table[T, Q] {
	return memtable.NewTable(memtable.Kind[T, Q]{
		Name:    name,
		ID:      func(t *T) string { return string(header(t).ID) },
		Version: func(t *T) *int64 { return &header(t).Version },
		NextAt:  func(t *T) time.Time { return header(t).NextAt },
		Series:  func(t *T) string { return header(t).Series },
		Number:  func(t *T) *string { return &header(t).Number },
		Order:   func(k memtable.Key, t *T) memtable.Key { return k.Time(header(t).Began) },
		Indexes: append(indexes,
			memtable.Index[T]{Name: "number", Value: func(t *T) string { return header(t).Number }},
			memtable.Index[T]{Name: "state", Value: func(t *T) string { return string(header(t).State) }},
		),
		Search: search,
	})
}

// Projects returns the repository of projects.
func (s *MemStore) Projects() townclerk.Repo[Project, Query] { return s.projects }

// WorkPlans returns the repository of work plans.
func (s *MemStore) WorkPlans() townclerk.Repo[WorkPlan, WorkQuery] { return s.workPlans }

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

// search looks projects up by whatever most likely leaves the fewest of them.
func (q Query) search() memtable.Search[Project] {
	s := memtable.Search[Project]{After: q.After, Limit: q.Limit, Match: q.match}
	switch {
	case q.Origin != "":
		s.Index, s.Values = "origin", []string{q.Origin}
	case q.Number != "":
		s.Index, s.Values = "number", []string{q.Number}
	case q.Demander != "":
		s.Index, s.Values = "demander", []string{string(q.Demander)}
	default:
		s.Index, s.Values = byState(q.States)
	}
	if !q.From.IsZero() {
		s.From = memtable.Key(nil).Time(q.From)
	}
	if !q.To.IsZero() {
		s.To = memtable.Key(nil).Time(q.To.Add(time.Microsecond - 1)) // a Key has no nanoseconds
	}
	return s
}

// byState is the look-up of what is in one of the states; none if that may be any.
func byState(states []State) (index string, values []string) {
	if len(states) == 0 || slices.Contains(states, "") {
		return "", nil
	}
	return "state", texts(states)
}

// match says whether q selects a project.
func (q *Query) match(t *Project) bool {
	return (len(q.States) == 0 || slices.Contains(q.States, t.State)) &&
		(q.Class == "" || q.Class == t.Class) &&
		(q.Lead == "" || q.Lead == t.Lead) &&
		(q.Demander == "" || q.Demander == t.Demander) &&
		(q.Number == "" || q.Number == t.Number) &&
		(q.Origin == "" || q.Origin == t.Origin) &&
		(q.From.IsZero() || !t.Began.Before(q.From)) &&
		(q.To.IsZero() || t.Began.Before(q.To))
}

func (q WorkQuery) search() memtable.Search[WorkPlan] {
	s := memtable.Search[WorkPlan]{After: q.After, Limit: q.Limit, Match: q.match}
	if q.Number != "" {
		s.Index, s.Values = "number", []string{q.Number}
	} else {
		s.Index, s.Values = byState(q.States)
	}
	return s
}

// match says whether q selects a work plan.
func (q *WorkQuery) match(w *WorkPlan) bool {
	return (len(q.States) == 0 || slices.Contains(q.States, w.State)) &&
		(q.Department == "" || q.Department == w.Department) &&
		(q.Horizon == "" || q.Horizon == w.Horizon) &&
		(q.Plane == "" || q.Plane == w.Plane) &&
		(q.Number == "" || q.Number == w.Number) &&
		(q.Year == 0 || q.Year >= w.First && q.Year <= w.Last)
}
