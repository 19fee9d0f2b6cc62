package sqlstore

import (
	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/ticket"
)

// Stores is the stores of all domains in one database, or in one transaction.
type Stores struct{ *session }

// Tickets returns the store of tickets.
func (s Stores) Tickets() ticket.Store { return ticketStore{outbox{ticketDomain, s.session}} }

type ticketStore struct{ outbox }

func (s ticketStore) Tickets() townclerk.Repo[ticket.Ticket, ticket.Query] {
	return table[ticket.Ticket, ticket.Query]{tickets, s.s}
}
