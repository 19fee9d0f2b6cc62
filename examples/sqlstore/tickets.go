package sqlstore

import "github.com/townclerk/townclerk/ticket"

var tickets = newKind(kind[ticket.Ticket, ticket.Query]{
	thing: "ticket", table: "tickets", domain: ticketDomain, order: "opened", number: true, unique: "holds",
	clone: ticket.Ticket.Clone,
	header: func(t *ticket.Ticket) header {
		return header{string(t.ID), &t.Version, t.NextAt, t.Series, &t.Number, t.Opened}
	},
	columns: []column[ticket.Ticket]{
		{"state", func(t *ticket.Ticket) any { return string(t.State) }},
		{"department", func(t *ticket.Ticket) any { return t.Department }},
		{"class", func(t *ticket.Ticket) any { return t.Class }},
		{"team", func(t *ticket.Ticket) any { return t.Team }},
		{"handler", func(t *ticket.Ticket) any { return string(t.Handler) }},
		{"opener", func(t *ticket.Ticket) any { return string(t.Opener) }},
		{"holds", func(t *ticket.Ticket) any { return t.Holds }},
	},
	selects: func(q *ticket.Query, w *where) (string, int) {
		equal(w, "number", q.Number)
		equal(w, "handler", q.Handler)
		equal(w, "opener", q.Opener)
		equal(w, "department", q.Department)
		equal(w, "class", q.Class)
		equal(w, "team", q.Team)
		among(w, "state", q.States)
		w.between("opened", q.From, q.To)
		return q.After, q.Limit
	},
})
