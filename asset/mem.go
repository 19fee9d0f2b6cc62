package asset

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/memtable"
)

// MemStore is a [Store] in memory, for tests, for demonstrations and for what need not
// outlive the program. It copies what goes in and what comes out.
type MemStore struct {
	townclerk.Outbox
	assets   *memtable.Table[Asset, Query]
	licences *memtable.Table[Licence, LicenceQuery]
	stocks   *memtable.Table[Stock, StockQuery]
}

var _ Store = (*MemStore)(nil)

// NewMemStore returns an empty store.
func NewMemStore() *MemStore {
	assets := memtable.NewTable(memtable.Kind[Asset, Query]{
		Name:    "asset",
		ID:      func(a *Asset) string { return string(a.ID) },
		Version: func(a *Asset) *int64 { return &a.Version },
		NextAt:  func(a *Asset) time.Time { return a.NextAt },
		Series:  func(a *Asset) string { return a.Series },
		Number:  func(a *Asset) *string { return &a.Number },
		Order:   func(k memtable.Key, a *Asset) memtable.Key { return k.Time(a.Began) },
		Indexes: []memtable.Index[Asset]{
			{Name: "tag", Unique: true, Value: func(a *Asset) string { return a.Facts.Tag }},
			{Name: "number", Value: func(a *Asset) string { return a.Number }},
			{Name: "serial", Value: func(a *Asset) string { return a.Facts.Serial }},
			{Name: "holder", Value: func(a *Asset) string { return string(a.Facts.Holder) }},
			{Name: "kind", Value: func(a *Asset) string { return a.Facts.Kind }},
			{Name: "owing", Value: func(a *Asset) string { return yes(a.Owing > 0) }},
		},
		Search: Query.search,
	})
	licences := memtable.NewTable(memtable.Kind[Licence, LicenceQuery]{
		Name:    "licence",
		ID:      func(l *Licence) string { return string(l.ID) },
		Version: func(l *Licence) *int64 { return &l.Version },
		NextAt:  func(l *Licence) time.Time { return l.NextAt },
		Series:  func(l *Licence) string { return l.Series },
		Number:  func(l *Licence) *string { return &l.Number },
		Order:   func(k memtable.Key, l *Licence) memtable.Key { return k.Time(l.Began) },
		Indexes: []memtable.Index[Licence]{{Name: "product", Value: func(l *Licence) string { return l.Product }}},
		Search: func(q LicenceQuery) memtable.Search[Licence] {
			s := memtable.Search[Licence]{After: q.After, Limit: q.Limit, Match: q.match}
			if q.Product != "" {
				s.Index, s.Values = "product", []string{q.Product}
			}
			return s
		},
	})
	stocks := memtable.NewTable(memtable.Kind[Stock, StockQuery]{
		Name:    "stock",
		ID:      func(s *Stock) string { return string(s.ID) },
		Version: func(s *Stock) *int64 { return &s.Version },
		Order:   func(k memtable.Key, s *Stock) memtable.Key { return k.Time(s.Began) },
		Indexes: []memtable.Index[Stock]{{Name: "part", Value: func(s *Stock) string { return s.Part }}},
		Search: func(q StockQuery) memtable.Search[Stock] {
			s := memtable.Search[Stock]{After: q.After, Limit: q.Limit, Match: q.match}
			if q.Part != "" {
				s.Index, s.Values = "part", []string{q.Part}
			}
			return s
		},
	})
	return &MemStore{memtable.New(assets, licences, stocks), assets, licences, stocks}
}

// Assets returns the repository of assets.
func (s *MemStore) Assets() townclerk.Repo[Asset, Query] { return s.assets }

// Licences returns the repository of licences.
func (s *MemStore) Licences() townclerk.Repo[Licence, LicenceQuery] { return s.licences }

// Stocks returns the repository of stocks.
func (s *MemStore) Stocks() townclerk.Repo[Stock, StockQuery] { return s.stocks }

// search looks assets up by whatever most likely leaves the fewest of them.
func (q Query) search() memtable.Search[Asset] {
	s := memtable.Search[Asset]{After: q.After, Limit: q.Limit, Match: q.match}
	for _, by := range []struct{ index, value string }{
		{"tag", q.Tag}, {"number", q.Number}, {"serial", q.Serial}, {"holder", string(q.Holder)}, {"owing", yes(q.Owing)},
	} {
		if by.value != "" {
			s.Index, s.Values = by.index, []string{by.value}
			break
		}
	}
	if s.Index == "" && len(q.Kinds) > 0 && !slices.Contains(q.Kinds, "") {
		s.Index, s.Values = "kind", slices.Clone(q.Kinds)
	}
	if !q.From.IsZero() {
		s.From = memtable.Key(nil).Time(q.From)
	}
	if !q.To.IsZero() {
		s.To = memtable.Key(nil).Time(q.To.Add(time.Microsecond - 1)) // a Key has no nanoseconds
	}
	return s
}

// match says whether q selects an asset.
func (q *Query) match(a *Asset) bool {
	f := &a.Facts
	return (len(q.States) == 0 || slices.Contains(q.States, f.State)) &&
		(len(q.Kinds) == 0 || slices.Contains(q.Kinds, f.Kind)) &&
		(q.Unit == "" || q.Unit == f.Unit) &&
		(q.Location == "" || q.Location == f.Location) &&
		(q.Holder == "" || q.Holder == f.Holder) &&
		(q.Product == "" || q.Product == f.Product) &&
		(q.Number == "" || q.Number == a.Number) &&
		(q.Tag == "" || q.Tag == f.Tag) &&
		(q.Serial == "" || q.Serial == f.Serial) &&
		(!q.Critical || f.Critical) &&
		(!q.Owing || a.Owing > 0) &&
		(q.From.IsZero() || !a.Began.Before(q.From)) &&
		(q.To.IsZero() || a.Began.Before(q.To))
}

func (q *LicenceQuery) match(l *Licence) bool {
	return (len(q.States) == 0 || slices.Contains(q.States, l.State)) &&
		(q.Product == "" || q.Product == l.Product) &&
		(q.Unit == "" || q.Unit == l.Unit) &&
		(q.Number == "" || q.Number == l.Number) &&
		(!q.Owing || l.Owing > 0) &&
		(!q.Over || l.Over > 0)
}

func (q *StockQuery) match(s *Stock) bool {
	return (len(q.States) == 0 || slices.Contains(q.States, s.State)) &&
		(q.Part == "" || q.Part == s.Part) &&
		(q.Location == "" || q.Location == s.Location) &&
		(!q.Low || s.Low())
}
