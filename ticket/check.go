package ticket

import (
	"context"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storecheck"
)

// CheckStore tries whether a store keeps the contract of [Store] and
// [townclerk.Repo]: what it stores, whom it lets see it, what happens when many
// write at once or a context ends. It takes some seconds on a database.
//
// For each rule it has open make an empty store, and closes it with the function
// that comes with it. The error joins all failures, each of which begins with the
// name of the rule that was broken; it is nil if there are none. An adapter's own
// test need not be longer than:
//
//	func TestTickets(t *testing.T) {
//		if err := ticket.CheckStore(t.Context(), openSQLite); err != nil {
//			t.Error(err)
//		}
//	}
func CheckStore(ctx context.Context, open func(context.Context) (Store, func() error, error)) error {
	return storecheck.Check(ctx, open, ticketKind)
}

// ticketKind is what a ticket is to a store.
var ticketKind = storecheck.Kind[Store, Ticket, Query]{
	Name:       "ticket",
	Repo:       Store.Tickets,
	ID:         func(t *Ticket) string { return string(t.ID) },
	SetID:      func(t *Ticket, id string) { t.ID = ID(id) },
	Version:    func(t *Ticket) *int64 { return &t.Version },
	NextAt:     func(t *Ticket) *time.Time { return &t.NextAt },
	Series:     func(t *Ticket) *string { return &t.Series },
	Number:     func(t *Ticket) *string { return &t.Number },
	Unique:     []storecheck.Unique[Ticket]{{Name: "Holds", Set: func(t *Ticket, key string) { t.Holds = key }}},
	Place:      func(t *Ticket, place int) { t.Opened = firstOpened.Add(time.Duration(place) * time.Minute) },
	Page:       func(q *Query, after string, limit int) { q.After, q.Limit = after, limit },
	Vary:       vary,
	Selections: selections,
}

// firstOpened is when the first of the tickets was opened that CheckStore makes.
var firstOpened = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// vary makes tickets that queries can tell apart, in all combinations.
func vary(t *Ticket, n int) {
	yes := func(bit int, value string) string {
		if n>>bit&1 == 1 {
			return value
		}
		return "other"
	}
	t.State = []State{New, Assigned, Closed}[n%3]
	t.Department, t.Class, t.Team = yes(0, "operations"), yes(1, "network"), yes(2, "field")
	t.Handler, t.Opener = townclerk.Actor(yes(3, "dana")), townclerk.Actor(yes(1, "avi"))
}

type selection = storecheck.Selection[Ticket, Query]

var selections = []selection{
	{Name: "by state", Query: Query{States: []State{Assigned}},
		Wants: func(t *Ticket) bool { return t.State == Assigned }},
	{Name: "by any of two states", Query: Query{States: []State{New, Closed, New}},
		Wants: func(t *Ticket) bool { return t.State == New || t.State == Closed }},
	{Name: "by a state that none has", Query: Query{States: []State{Moved}},
		Wants: func(t *Ticket) bool { return false }},
	{Name: "by department", Query: Query{Department: "operations"},
		Wants: func(t *Ticket) bool { return t.Department == "operations" }},
	{Name: "by class", Query: Query{Class: "network"},
		Wants: func(t *Ticket) bool { return t.Class == "network" }},
	{Name: "by team", Query: Query{Team: "field"},
		Wants: func(t *Ticket) bool { return t.Team == "field" }},
	{Name: "by handler", Query: Query{Handler: "dana"},
		Wants: func(t *Ticket) bool { return t.Handler == "dana" }},
	{Name: "by opener", Query: Query{Opener: "avi"},
		Wants: func(t *Ticket) bool { return t.Opener == "avi" }},
	{Name: "by number", Query: Query{Number: "2026-000007"},
		Wants: func(t *Ticket) bool { return t.Number == "2026-000007" }},
	{Name: "by the beginning of a number", Query: Query{Number: "2026-00000"},
		Wants: func(t *Ticket) bool { return false }},
	{Name: "from an instant", Query: Query{From: firstOpened.Add(5 * time.Minute)},
		Wants: func(t *Ticket) bool { return !t.Opened.Before(firstOpened.Add(5 * time.Minute)) }},
	{Name: "to an instant", Query: Query{To: firstOpened.Add(9 * time.Minute)},
		Wants: func(t *Ticket) bool { return t.Opened.Before(firstOpened.Add(9 * time.Minute)) }},
	{Name: "by everything at once", Query: Query{
		States: []State{New, Assigned}, Department: "operations", Class: "network", Handler: "dana", Opener: "avi",
		From: firstOpened.Add(time.Minute), To: firstOpened.Add(20 * time.Minute),
	}, Wants: func(t *Ticket) bool {
		return slices.Contains([]State{New, Assigned}, t.State) && t.Department == "operations" && t.Class == "network" &&
			t.Handler == "dana" && t.Opener == "avi" && t.Opened.After(firstOpened) && t.Opened.Before(firstOpened.Add(20*time.Minute))
	}},
}
