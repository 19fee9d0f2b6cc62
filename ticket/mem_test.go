package ticket_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/ticket"
)

func openMem(context.Context) (ticket.Store, func() error, error) {
	return ticket.NewMemStore(), func() error { return nil }, nil
}

// The sound store breaks no rule.
func TestMemStore(t *testing.T) {
	if err := ticket.CheckStore(t.Context(), openMem); err != nil {
		t.Error(err)
	}
}

// Whatever index a query is answered from, and on however many pages, it selects
// what looking at every ticket selects.
func TestMemStoreListsWhatAQuerySelects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
		opened := func(label string) time.Time {
			return year.Add(time.Duration(rapid.IntRange(0, 9000).Draw(t, label)) * time.Nanosecond)
		}
		tickets := ticket.NewMemStore().Tickets()
		var all []ticket.Ticket
		for i := range rapid.IntRange(0, 20).Draw(t, "tickets") {
			created, err := tickets.Create(t.Context(), town, ticket.Ticket{
				ID: ticket.ID(fmt.Sprint(i)), Number: few("number", "", "1", "2"),
				Opened: opened("opened").Truncate(time.Microsecond), State: ticket.State(few("state", "", "new", "closed", "treated")),
				Department: few("department", "", "d"), Class: few("class", "", "c"), Team: few("team", "", "t"),
				Handler: townclerk.Actor(few("handler", "", "h", "i")), Opener: townclerk.Actor(few("opener", "", "o")),
			})
			require.NoError(t, err)
			all = append(all, created)
		}
		q := ticket.Query{
			Department: few("by department", "", "", "d"), Class: few("by class", "", "", "c"), Team: few("by team", "", "", "t"),
			Handler: townclerk.Actor(few("by handler", "", "", "h", "j")), Opener: townclerk.Actor(few("by opener", "", "", "o")),
			Number: few("by number", "", "", "", "1"), Limit: rapid.IntRange(0, 4).Draw(t, "limit"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "states") {
			q.States = append(q.States, ticket.State(few("by state", "", "new", "closed", "moved")))
		}
		if rapid.Bool().Draw(t, "bounded") {
			q.From, q.To = opened("from"), opened("to")
		}
		var want, got []string
		slices.SortStableFunc(all, func(a, b ticket.Ticket) int {
			if c := a.Opened.Compare(b.Opened); c != 0 {
				return c
			}
			return strings.Compare(string(a.ID), string(b.ID))
		})
		for _, x := range all {
			if selected(q, x) {
				want = append(want, string(x.ID))
			}
		}
		for x, err := range townclerk.All(func(after string) (townclerk.Page[ticket.Ticket], error) {
			q.After = after
			return tickets.List(t.Context(), town, q)
		}) {
			require.NoError(t, err)
			got = append(got, string(x.ID))
		}
		require.Equal(t, want, got)
	})
}

// selected says in the words of Query's documentation what it selects.
func selected(q ticket.Query, t ticket.Ticket) bool {
	equal := func(asked, is string) bool { return asked == "" || asked == is }
	if len(q.States) > 0 && !slices.Contains(q.States, t.State) {
		return false
	}
	if !q.From.IsZero() && t.Opened.Before(q.From) || !q.To.IsZero() && !t.Opened.Before(q.To) {
		return false
	}
	return equal(q.Department, t.Department) && equal(q.Class, t.Class) && equal(q.Team, t.Team) && equal(q.Number, t.Number) &&
		equal(string(q.Handler), string(t.Handler)) && equal(string(q.Opener), string(t.Opener))
}
