package storetest_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/memtable"
	"github.com/townclerk/townclerk/internal/storecheck"
	"github.com/townclerk/townclerk/internal/storetest"
)

// store keeps three kinds of aggregates: contracts and invoices have all that an
// aggregate may have, notes have as little as one can.
type store interface {
	townclerk.Outbox
	Contracts() townclerk.Repo[contract, contractQuery]
	Invoices() townclerk.Repo[invoice, invoiceQuery]
	Notes() townclerk.Repo[note, noteQuery]
}

type contract struct {
	ID, Number, Series string
	Version            int64
	NextAt             time.Time
	Facts              struct{ Tag, Vendor string }
	Terms              []term
	From, To, Signed   time.Time
	Remark             string
}

type term struct {
	Text   string
	At     time.Time
	Labels map[string]string
}

type contractQuery struct {
	Vendor  string
	InForce time.Time
	After   string
	Limit   int
}

type invoice struct {
	ID, Number, Series, Reference string
	Version                       int64
	NextAt, Received, Paid        time.Time
	Amount                        townclerk.Money
	Signatures                    map[string]time.Time
	Remark                        string
}

type invoiceQuery struct {
	Paid     bool
	Currency string
	After    string
	Limit    int
}

type note struct {
	ID      string
	Version int64
	Line    int
}

type noteQuery struct {
	Lines []int
	After string
	Limit int
}

// parts is a store made of its parts.
type parts struct {
	townclerk.Outbox
	contracts townclerk.Repo[contract, contractQuery]
	invoices  townclerk.Repo[invoice, invoiceQuery]
	notes     townclerk.Repo[note, noteQuery]
}

func (p parts) Contracts() townclerk.Repo[contract, contractQuery] { return p.contracts }
func (p parts) Invoices() townclerk.Repo[invoice, invoiceQuery]    { return p.invoices }
func (p parts) Notes() townclerk.Repo[note, noteQuery]             { return p.notes }

func newStore() store {
	contracts := memtable.NewTable(memtable.Kind[contract, contractQuery]{
		Name:    "contract",
		ID:      func(c *contract) string { return c.ID },
		Version: func(c *contract) *int64 { return &c.Version },
		NextAt:  func(c *contract) time.Time { return c.NextAt },
		Series:  func(c *contract) string { return c.Series },
		Number:  func(c *contract) *string { return &c.Number },
		Order:   func(k memtable.Key, c *contract) memtable.Key { return k.Time(c.From) },
		Indexes: []memtable.Index[contract]{{Name: "tag", Unique: true, Value: func(c *contract) string { return c.Facts.Tag }}},
		Search: func(q contractQuery) memtable.Search[contract] {
			return memtable.Search[contract]{After: q.After, Limit: q.Limit, Match: func(c *contract) bool {
				return (q.Vendor == "" || q.Vendor == c.Facts.Vendor) &&
					(q.InForce.IsZero() || !c.From.After(q.InForce) && c.To.After(q.InForce))
			}}
		},
	})
	invoices := memtable.NewTable(memtable.Kind[invoice, invoiceQuery]{
		Name:    "invoice",
		ID:      func(i *invoice) string { return i.ID },
		Version: func(i *invoice) *int64 { return &i.Version },
		NextAt:  func(i *invoice) time.Time { return i.NextAt },
		Series:  func(i *invoice) string { return i.Series },
		Number:  func(i *invoice) *string { return &i.Number },
		Order:   func(k memtable.Key, i *invoice) memtable.Key { return k.Time(i.Received) },
		Indexes: []memtable.Index[invoice]{{Name: "reference", Unique: true, Value: func(i *invoice) string { return i.Reference }}},
		Search: func(q invoiceQuery) memtable.Search[invoice] {
			return memtable.Search[invoice]{After: q.After, Limit: q.Limit, Match: func(i *invoice) bool {
				return (!q.Paid || !i.Paid.IsZero()) && (q.Currency == "" || q.Currency == i.Amount.Currency)
			}}
		},
	})
	notes := memtable.NewTable(memtable.Kind[note, noteQuery]{
		Name:    "note",
		ID:      func(n *note) string { return n.ID },
		Version: func(n *note) *int64 { return &n.Version },
		Order:   func(k memtable.Key, n *note) memtable.Key { return k.Time(time.UnixMicro(int64(n.Line))) },
		Search: func(q noteQuery) memtable.Search[note] {
			return memtable.Search[note]{After: q.After, Limit: q.Limit, Match: func(n *note) bool {
				return len(q.Lines) == 0 || slices.Contains(q.Lines, n.Line)
			}}
		},
	})
	return parts{memtable.New(contracts, invoices, notes), contracts, invoices, notes}
}

func day(n int) time.Time { return time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC) }

var contracts = storecheck.Kind[store, contract, contractQuery]{
	Name:    "contract",
	Repo:    store.Contracts,
	ID:      func(c *contract) string { return c.ID },
	SetID:   func(c *contract, id string) { c.ID = id },
	Version: func(c *contract) *int64 { return &c.Version },
	NextAt:  func(c *contract) *time.Time { return &c.NextAt },
	Series:  func(c *contract) *string { return &c.Series },
	Number:  func(c *contract) *string { return &c.Number },
	Unique:  []storecheck.Unique[contract]{{Name: "tag", Set: func(c *contract, key string) { c.Facts.Tag = key }}},
	Place:   func(c *contract, place int) { c.From = day(place) },
	Page:    func(q *contractQuery, after string, limit int) { q.After, q.Limit = after, limit },
	Vary: func(c *contract, n int) {
		c.To = c.From.AddDate(0, 0, n%5)
		c.Facts.Vendor = []string{"cables", "phones"}[n%2]
	},
	Selections: []storecheck.Selection[contract, contractQuery]{
		{Name: "by vendor", Query: contractQuery{Vendor: "cables"}, Wants: func(c *contract) bool { return c.Facts.Vendor == "cables" }},
		{Name: "in force", Query: contractQuery{InForce: day(7)}, Wants: func(c *contract) bool { return !c.From.After(day(7)) && c.To.After(day(7)) }},
	},
}

var invoices = storecheck.Kind[store, invoice, invoiceQuery]{
	Name:    "invoice",
	Repo:    store.Invoices,
	ID:      func(i *invoice) string { return i.ID },
	SetID:   func(i *invoice, id string) { i.ID = id },
	Version: func(i *invoice) *int64 { return &i.Version },
	NextAt:  func(i *invoice) *time.Time { return &i.NextAt },
	Series:  func(i *invoice) *string { return &i.Series },
	Number:  func(i *invoice) *string { return &i.Number },
	Unique:  []storecheck.Unique[invoice]{{Name: "reference", Set: func(i *invoice, key string) { i.Reference = key }}},
	Place:   func(i *invoice, place int) { i.Received = day(place) },
	Page:    func(q *invoiceQuery, after string, limit int) { q.After, q.Limit = after, limit },
	Vary: func(i *invoice, n int) {
		i.Paid = []time.Time{{}, day(3)}[n%2]
		i.Amount.Currency = []string{"ILS", "EUR", "PLN"}[n%3]
	},
	Selections: []storecheck.Selection[invoice, invoiceQuery]{
		{Name: "paid", Query: invoiceQuery{Paid: true}, Wants: func(i *invoice) bool { return !i.Paid.IsZero() }},
		{Name: "by currency", Query: invoiceQuery{Currency: "EUR"}, Wants: func(i *invoice) bool { return i.Amount.Currency == "EUR" }},
	},
}

var notes = storecheck.Kind[store, note, noteQuery]{
	Name:    "note",
	Repo:    store.Notes,
	ID:      func(n *note) string { return n.ID },
	SetID:   func(n *note, id string) { n.ID = id },
	Version: func(n *note) *int64 { return &n.Version },
	Place:   func(n *note, place int) { n.Line = place },
	Page:    func(q *noteQuery, after string, limit int) { q.After, q.Limit = after, limit },
	Vary:    func(n *note, i int) { n.Line = i % 4 },
	Selections: []storecheck.Selection[note, noteQuery]{
		{Name: "by line", Query: noteQuery{Lines: []int{1, 3}}, Wants: func(n *note) bool { return n.Line%2 == 1 }},
	},
}

func check(ctx context.Context, open storetest.Opener[store]) error {
	return storecheck.Check(ctx, open, contracts, invoices, notes)
}

// Each fault of a store with several Repos is caught by the rule of the Repo that has
// it, and by no other; so is each way of mixing up the Repos.
func TestFaultsOfSeveralRepos(t *testing.T) {
	storetest.Faults(t, check, newStore,
		storetest.Repo(contracts, func(s store, r townclerk.Repo[contract, contractQuery], outbox townclerk.Outbox) store {
			return parts{outbox, r, s.Invoices(), s.Notes()}
		}),
		storetest.Repo(invoices, func(s store, r townclerk.Repo[invoice, invoiceQuery], outbox townclerk.Outbox) store {
			return parts{outbox, s.Contracts(), r, s.Notes()}
		}),
		storetest.Repo(notes, func(s store, r townclerk.Repo[note, noteQuery], outbox townclerk.Outbox) store {
			return parts{outbox, s.Contracts(), s.Invoices(), r}
		}))
}
