package vendors

import (
	"testing"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storetest"
)

// parts is a store made of its parts.
type parts struct {
	townclerk.Outbox
	contracts townclerk.Repo[Contract, Query]
	calls     townclerk.Repo[Call, Query]
	invoices  townclerk.Repo[Invoice, Query]
	frames    townclerk.Repo[Frame, Query]
	reviews   townclerk.Repo[Review, Query]
	usages    townclerk.Repo[Usage, Query]
}

func (p parts) Contracts() townclerk.Repo[Contract, Query] { return p.contracts }
func (p parts) Calls() townclerk.Repo[Call, Query]         { return p.calls }
func (p parts) Invoices() townclerk.Repo[Invoice, Query]   { return p.invoices }
func (p parts) Frames() townclerk.Repo[Frame, Query]       { return p.frames }
func (p parts) Reviews() townclerk.Repo[Review, Query]     { return p.reviews }
func (p parts) Usages() townclerk.Repo[Usage, Query]       { return p.usages }

// with returns the store with another outbox, and with what change changes.
func with(s Store, outbox townclerk.Outbox, change func(*parts)) Store {
	p := parts{outbox, s.Contracts(), s.Calls(), s.Invoices(), s.Frames(), s.Reviews(), s.Usages()}
	change(&p)
	return p
}

// Each mistake that one of the Repos may make is caught by its own rule and by no other;
// so is each way of mixing up the Repos.
func TestCheckStoreCatches(t *testing.T) {
	storetest.Faults(t, CheckStore, func() Store { return NewMemStore() },
		storetest.Repo(contractCheck, func(s Store, r townclerk.Repo[Contract, Query], o townclerk.Outbox) Store {
			return with(s, o, func(p *parts) { p.contracts = r })
		}),
		storetest.Repo(callCheck, func(s Store, r townclerk.Repo[Call, Query], o townclerk.Outbox) Store {
			return with(s, o, func(p *parts) { p.calls = r })
		}),
		storetest.Repo(invoiceCheck, func(s Store, r townclerk.Repo[Invoice, Query], o townclerk.Outbox) Store {
			return with(s, o, func(p *parts) { p.invoices = r })
		}),
		storetest.Repo(frameCheck, func(s Store, r townclerk.Repo[Frame, Query], o townclerk.Outbox) Store {
			return with(s, o, func(p *parts) { p.frames = r })
		}),
		storetest.Repo(reviewCheck, func(s Store, r townclerk.Repo[Review, Query], o townclerk.Outbox) Store {
			return with(s, o, func(p *parts) { p.reviews = r })
		}),
		storetest.Repo(usageCheck, func(s Store, r townclerk.Repo[Usage, Query], o townclerk.Outbox) Store {
			return with(s, o, func(p *parts) { p.usages = r })
		}))
}

// The documents of every release are read and written.
func TestDocuments(t *testing.T) {
	storetest.Document[Contract](t, "testdata/contract.json")
	storetest.Document[Call](t, "testdata/call.json")
	storetest.Document[Invoice](t, "testdata/invoice.json")
	storetest.Document[Frame](t, "testdata/frame.json")
	storetest.Document[Review](t, "testdata/review.json")
	storetest.Document[Usage](t, "testdata/usage.json")
}
