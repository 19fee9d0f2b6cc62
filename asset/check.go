package asset

import (
	"context"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storecheck"
)

// CheckStore tries whether a store keeps the contract of [Store] and
// [townclerk.Repo]: what it stores, whom it lets see it, what happens when many write
// at once or a context ends. It takes some seconds on a database.
//
// For each rule it has open make an empty store, and closes it with the function that
// comes with it. The error joins all failures, each of which begins with the names of
// the kind of aggregate and of the rule that was broken; it is nil if there are none.
// An adapter's own test need not be longer than:
//
//	func TestAssets(t *testing.T) {
//		if err := asset.CheckStore(t.Context(), openSQLite); err != nil {
//			t.Error(err)
//		}
//	}
func CheckStore(ctx context.Context, open func(context.Context) (Store, func() error, error)) error {
	return storecheck.Check(ctx, open, assetKind, licenceKind, stockKind)
}

// firstBegan is when the first of the things began that CheckStore makes.
var firstBegan = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func minute(place int) time.Time { return firstBegan.Add(time.Duration(place) * time.Minute) }

// choice returns a value for the things in whose number the bit is set, and another for
// the others.
func choice(n, bit int, value string) string {
	if n>>bit&1 == 1 {
		return value
	}
	return "other"
}

var assetKind = storecheck.Kind[Store, Asset, Query]{
	Name:    "asset",
	Repo:    Store.Assets,
	ID:      func(a *Asset) string { return string(a.ID) },
	SetID:   func(a *Asset, id string) { a.ID = ID(id) },
	Version: func(a *Asset) *int64 { return &a.Version },
	NextAt:  func(a *Asset) *time.Time { return &a.NextAt },
	Series:  func(a *Asset) *string { return &a.Series },
	Number:  func(a *Asset) *string { return &a.Number },
	Unique:  []storecheck.Unique[Asset]{{Name: "Facts.Tag", Set: func(a *Asset, key string) { a.Facts.Tag = key }}},
	Place:   func(a *Asset, place int) { a.Began = minute(place) },
	Page:    func(q *Query, after string, limit int) { q.After, q.Limit = after, limit },
	Vary: func(a *Asset, n int) {
		f := &a.Facts
		f.State = []State{Ordered, Commissioned, Disposed}[n%3]
		f.Kind = []string{Server, Printer}[n>>2&1]
		f.Unit, f.Location, f.Product = choice(n, 0, "registry"), choice(n, 1, "town hall"), choice(n, 2, "office")
		f.Serial, f.Holder = choice(n, 3, "ש-7"), townclerk.Actor(choice(n, 1, "dana"))
		f.Critical, a.Owing = n>>2&1 == 1, n>>3&1
	},
	Selections: []storecheck.Selection[Asset, Query]{
		{Name: "by state", Query: Query{States: []State{Commissioned}}, Wants: func(a *Asset) bool { return a.Facts.State == Commissioned }},
		{Name: "by any of two states", Query: Query{States: []State{Ordered, Disposed, Ordered}},
			Wants: func(a *Asset) bool { return a.Facts.State != Commissioned }},
		{Name: "by a state that none has", Query: Query{States: []State{Withdrawn}}, Wants: func(a *Asset) bool { return false }},
		{Name: "by kind", Query: Query{Kinds: []string{Server}}, Wants: func(a *Asset) bool { return a.Facts.Kind == Server }},
		{Name: "by any of two kinds", Query: Query{Kinds: []string{Printer, Server, Card}}, Wants: func(a *Asset) bool { return true }},
		{Name: "by unit", Query: Query{Unit: "registry"}, Wants: func(a *Asset) bool { return a.Facts.Unit == "registry" }},
		{Name: "by location", Query: Query{Location: "town hall"}, Wants: func(a *Asset) bool { return a.Facts.Location == "town hall" }},
		{Name: "by holder", Query: Query{Holder: "dana"}, Wants: func(a *Asset) bool { return a.Facts.Holder == "dana" }},
		{Name: "by product", Query: Query{Product: "office"}, Wants: func(a *Asset) bool { return a.Facts.Product == "office" }},
		{Name: "by number", Query: Query{Number: "2026-000007"}, Wants: func(a *Asset) bool { return a.Number == "2026-000007" }},
		{Name: "by the beginning of a number", Query: Query{Number: "2026-00000"}, Wants: func(a *Asset) bool { return false }},
		{Name: "by a tag that none has", Query: Query{Tag: "T-0"}, Wants: func(a *Asset) bool { return a.Facts.Tag == "T-0" }},
		{Name: "by serial", Query: Query{Serial: "ש-7"}, Wants: func(a *Asset) bool { return a.Facts.Serial == "ש-7" }},
		{Name: "critical systems", Query: Query{Critical: true}, Wants: func(a *Asset) bool { return a.Facts.Critical }},
		{Name: "with reports owed", Query: Query{Owing: true}, Wants: func(a *Asset) bool { return a.Owing > 0 }},
		{Name: "from an instant", Query: Query{From: minute(5)}, Wants: func(a *Asset) bool { return !a.Began.Before(minute(5)) }},
		{Name: "to an instant", Query: Query{To: minute(9)}, Wants: func(a *Asset) bool { return a.Began.Before(minute(9)) }},
		{Name: "by everything at once", Query: Query{
			States: []State{Commissioned, Ordered}, Kinds: []string{Server}, Unit: "registry", Location: "town hall", Holder: "dana",
			Serial: "ש-7", Owing: true, From: minute(1), To: minute(30),
		}, Wants: func(a *Asset) bool {
			f := &a.Facts
			return f.State != Disposed && f.Kind == Server && f.Unit == "registry" && f.Location == "town hall" && f.Holder == "dana" &&
				f.Serial == "ש-7" && a.Owing > 0 && !a.Began.Before(minute(1)) && a.Began.Before(minute(30))
		}},
	},
}

var licenceKind = storecheck.Kind[Store, Licence, LicenceQuery]{
	Name:    "licence",
	Repo:    Store.Licences,
	ID:      func(l *Licence) string { return string(l.ID) },
	SetID:   func(l *Licence, id string) { l.ID = ID(id) },
	Version: func(l *Licence) *int64 { return &l.Version },
	NextAt:  func(l *Licence) *time.Time { return &l.NextAt },
	Series:  func(l *Licence) *string { return &l.Series },
	Number:  func(l *Licence) *string { return &l.Number },
	Place:   func(l *Licence, place int) { l.Began = minute(place) },
	Page:    func(q *LicenceQuery, after string, limit int) { q.After, q.Limit = after, limit },
	Vary: func(l *Licence, n int) {
		l.State = []State{Held, Ended}[n&1]
		l.Product, l.Unit = choice(n, 1, "office"), choice(n, 2, "registry")
		l.Owing, l.Over = n>>1&1, n>>3&1
	},
	Selections: []storecheck.Selection[Licence, LicenceQuery]{
		{Name: "by state", Query: LicenceQuery{States: []State{Held}}, Wants: func(l *Licence) bool { return l.State == Held }},
		{Name: "by product", Query: LicenceQuery{Product: "office"}, Wants: func(l *Licence) bool { return l.Product == "office" }},
		{Name: "by unit", Query: LicenceQuery{Unit: "registry"}, Wants: func(l *Licence) bool { return l.Unit == "registry" }},
		{Name: "by number", Query: LicenceQuery{Number: "2026-000007"}, Wants: func(l *Licence) bool { return l.Number == "2026-000007" }},
		{Name: "with reports owed", Query: LicenceQuery{Owing: true}, Wants: func(l *Licence) bool { return l.Owing > 0 }},
		{Name: "overused", Query: LicenceQuery{Over: true, Product: "office"}, Wants: func(l *Licence) bool { return l.Over > 0 && l.Product == "office" }},
	},
}

var stockKind = storecheck.Kind[Store, Stock, StockQuery]{
	Name:    "stock",
	Repo:    Store.Stocks,
	ID:      func(s *Stock) string { return string(s.ID) },
	SetID:   func(s *Stock, id string) { s.ID = ID(id) },
	Version: func(s *Stock) *int64 { return &s.Version },
	Place:   func(s *Stock, place int) { s.Began = minute(place) },
	Page:    func(q *StockQuery, after string, limit int) { q.After, q.Limit = after, limit },
	Vary: func(s *Stock, n int) {
		s.State = []State{Held, Ended}[n&1]
		s.Part, s.Location = choice(n, 1, "toner"), choice(n, 2, "store room")
		s.Minimum, s.Quantity = 3, n%7
	},
	Selections: []storecheck.Selection[Stock, StockQuery]{
		{Name: "by state", Query: StockQuery{States: []State{Ended}}, Wants: func(s *Stock) bool { return s.State == Ended }},
		{Name: "by part", Query: StockQuery{Part: "toner"}, Wants: func(s *Stock) bool { return s.Part == "toner" }},
		{Name: "by location", Query: StockQuery{Location: "store room"}, Wants: func(s *Stock) bool { return s.Location == "store room" }},
		{Name: "low", Query: StockQuery{Low: true}, Wants: func(s *Stock) bool { return s.State == Held && s.Quantity < s.Minimum }},
	},
}
