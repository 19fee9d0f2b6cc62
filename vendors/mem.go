package vendors

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/memtable"
)

// MemStore is a [Store] in memory, for tests, for demonstrations and for what need not
// outlive the program. It copies what goes in and what comes out.
type MemStore struct {
	db        *memtable.DB
	contracts *memtable.Table[Contract, Query]
	calls     *memtable.Table[Call, Query]
	invoices  *memtable.Table[Invoice, Query]
	frames    *memtable.Table[Frame, Query]
	reviews   *memtable.Table[Review, Query]
	usages    *memtable.Table[Usage, Query]
}

var _ Store = (*MemStore)(nil)

// NewMemStore returns an empty store.
func NewMemStore() *MemStore {
	s := &MemStore{
		contracts: newTable("contract", (*Contract).traits, memtable.Index[Contract]{Name: "in force", Values: (*Contract).blocks}),
		calls:     newTable("call", (*Call).traits),
		invoices:  newTable("invoice", (*Invoice).traits, memtable.Index[Invoice]{Name: "holds", Unique: true, Value: func(v *Invoice) string { return v.Holds }}),
		frames:    newTable("frame", (*Frame).traits),
		reviews:   newTable("review", (*Review).traits),
		usages:    newTable("usage", (*Usage).traits),
	}
	s.db = memtable.New(s.contracts, s.calls, s.invoices, s.frames, s.reviews, s.usages)
	return s
}

// Contracts returns the repository of contracts.
func (s *MemStore) Contracts() townclerk.Repo[Contract, Query] { return s.contracts }

// Calls returns the repository of calls.
func (s *MemStore) Calls() townclerk.Repo[Call, Query] { return s.calls }

// Invoices returns the repository of invoices.
func (s *MemStore) Invoices() townclerk.Repo[Invoice, Query] { return s.invoices }

// Frames returns the repository of frames.
func (s *MemStore) Frames() townclerk.Repo[Frame, Query] { return s.frames }

// Reviews returns the repository of reviews.
func (s *MemStore) Reviews() townclerk.Repo[Review, Query] { return s.reviews }

// Usages returns the repository of years' usage.
func (s *MemStore) Usages() townclerk.Repo[Usage, Query] { return s.usages }

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

// traits is what queries look at.
type traits struct {
	*Record
	vendor   string
	contract ID
	year     int
	ticket   string
	service  string
	follower townclerk.Actor
	kind     string
	terms    *Contract // of a contract
}

func (c *Contract) traits() traits { return traits{Record: &c.Record, vendor: c.Vendor, terms: c} }
func (c *Call) traits() traits {
	return traits{Record: &c.Record, vendor: c.Vendor, contract: c.Contract, ticket: c.Ticket, service: c.Service, follower: c.Follower}
}

func (v *Invoice) traits() traits {
	return traits{Record: &v.Record, vendor: v.Vendor, contract: v.Contract, year: v.Year}
}

func (f *Frame) traits() traits {
	return traits{Record: &f.Record, vendor: f.Vendor, contract: f.Contract, year: f.Year}
}

func (r *Review) traits() traits {
	return traits{Record: &r.Record, vendor: r.Vendor, contract: r.Contract, kind: r.Kind}
}

func (u *Usage) traits() traits {
	return traits{Record: &u.Record, vendor: u.Vendor, contract: u.Contract, year: u.Year}
}

// Selects reports whether q selects an aggregate: a pointer to one of those that a
// [Store] keeps. It is what a store may filter with.
func (q *Query) selects(t traits) bool {
	return (len(q.States) == 0 || slices.Contains(q.States, t.State)) &&
		(q.Number == "" || q.Number == t.Number) &&
		(q.Vendor == "" || q.Vendor == t.vendor) &&
		(q.Service == "" || q.Service == t.service || t.terms != nil && t.terms.serves(q.Service)) &&
		(q.InForce.IsZero() || t.terms != nil && t.terms.inForce(q.InForce, q.Service)) &&
		(q.Contract == "" || q.Contract == t.contract) &&
		(q.Year == 0 || q.Year == t.year) &&
		(q.Ticket == "" || q.Ticket == t.ticket) &&
		(q.Follower == "" || q.Follower == t.follower) &&
		(q.Kind == "" || q.Kind == t.kind) &&
		(q.From.IsZero() || !t.Began.Before(q.From)) &&
		(q.To.IsZero() || t.Began.Before(q.To))
}

// serves reports whether any agreement names the service.
func (c *Contract) serves(service string) bool {
	return slices.ContainsFunc(c.Agreed, func(a Agreement) bool { return slices.Contains(a.Services, service) })
}

func (c *Contract) inForce(at time.Time, service string) bool {
	a, ok := c.At(at)
	return ok && (service == "" || slices.Contains(a.Services, service))
}

func newTable[T any](name string, of func(*T) traits, more ...memtable.Index[T]) *memtable.Table[T, Query] {
	return memtable.NewTable(memtable.Kind[T, Query]{
		Name:    name,
		ID:      func(t *T) string { return string(of(t).ID) },
		Version: func(t *T) *int64 { return &of(t).Version },
		NextAt:  func(t *T) time.Time { return of(t).NextAt },
		Series:  func(t *T) string { return of(t).Series },
		Number:  func(t *T) *string { return &of(t).Number },
		Order:   func(k memtable.Key, t *T) memtable.Key { return k.Time(of(t).Began) },
		Indexes: append([]memtable.Index[T]{
			{Name: "number", Value: func(t *T) string { return of(t).Number }},
			{Name: "contract", Value: func(t *T) string { return string(of(t).contract) }},
			{Name: "ticket", Value: func(t *T) string { return of(t).ticket }},
			{Name: "vendor", Value: func(t *T) string { return of(t).vendor }},
			{Name: "state", Value: func(t *T) string { return string(of(t).State) }},
		}, more...),
		Search: func(q Query) memtable.Search[T] {
			s := memtable.Search[T]{After: q.After, Limit: q.Limit, Match: func(t *T) bool { return q.selects(of(t)) }}
			s.Index, s.Values = q.index(len(more) > 0 && more[0].Values != nil)
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

// index says by what to look up: whatever most likely leaves the fewest.
func (q *Query) index(periods bool) (name string, values []string) {
	switch {
	case q.Number != "":
		return "number", []string{q.Number}
	case periods && !q.InForce.IsZero() && (q.Service != "" || q.Vendor != ""):
		return "in force", q.blocks()
	case q.Contract != "":
		return "contract", []string{string(q.Contract)}
	case q.Ticket != "":
		return "ticket", []string{q.Ticket}
	case q.Vendor != "":
		return "vendor", []string{q.Vendor}
	case len(q.States) > 0 && !slices.Contains(q.States, ""):
		for _, state := range q.States {
			values = append(values, string(state))
		}
		return "state", values
	}
	return "", nil
}

// The contract in force is looked up by blocks of time. A block of level n is 2ⁿ days
// long and begins at a multiple of that. Each period of a contract is made of few
// blocks, at most two of a level, and each instant lies in one block of each level: so
// many look-ups find what is in force, however many contracts there are or were.
const (
	day    = 24 * time.Hour
	levels = 17 // the longest block has 179 years; what lies beyond the first and the last is in those
)

var firstDay = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// dayOf returns the day of an instant, as blocks count them.
func dayOf(t time.Time) uint {
	n := (t.Unix() - firstDay) / int64(day/time.Second)
	return uint(min(max(n, 0), 1<<(levels-1)-1))
}

func blockName(of, name string, level int, number uint) string {
	return fmt.Sprintf("%s/%s/%d/%d", of, name, level, number)
}

// blocks returns the names of the blocks in which a contract is in force, for its
// vendor and for each of its services.
func (c *Contract) blocks() []string {
	var all []string
	for i := range c.Agreed {
		a := &c.Agreed[i]
		to := uint(1<<(levels-1) - 1)
		if !a.To.IsZero() {
			to = dayOf(a.To)
		}
		if i+1 < len(c.Agreed) {
			to = min(to, dayOf(c.Agreed[i+1].From))
		}
		for from := dayOf(a.From); from <= to; {
			level := levels - 1
			if from > 0 {
				level = bits.TrailingZeros(from)
			}
			for from+1<<level-1 > to {
				level--
			}
			all = append(all, blockName("vendor", c.Vendor, level, from>>level))
			for _, s := range a.Services {
				all = append(all, blockName("service", s, level, from>>level))
			}
			from += 1 << level
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// blocks returns the names of the blocks in which the instant lies.
func (q *Query) blocks() []string {
	of, name := "service", q.Service
	if name == "" {
		of, name = "vendor", q.Vendor
	}
	n := dayOf(q.InForce)
	all := make([]string, levels)
	for level := range all {
		all[level] = blockName(of, name, level, n>>level)
	}
	return all
}
