package ticket

import (
	"testing"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storetest"
)

// parts is a store made of its parts.
type parts struct {
	townclerk.Outbox
	tickets townclerk.Repo[Ticket, Query]
}

func (p parts) Tickets() townclerk.Repo[Ticket, Query] { return p.tickets }

// Each mistake that a store may make is caught by its own rule and by no other.
func TestCheckStoreCatches(t *testing.T) {
	storetest.Faults(t, CheckStore, func() Store { return NewMemStore() },
		storetest.Repo(ticketKind, func(_ Store, tickets townclerk.Repo[Ticket, Query], outbox townclerk.Outbox) Store {
			return parts{outbox, tickets}
		}))
}

// The documents of every release are read and written.
func TestDocuments(t *testing.T) {
	storetest.Document[Ticket](t, "testdata/ticket.json")
}
