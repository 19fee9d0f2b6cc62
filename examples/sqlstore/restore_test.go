package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/ticket"
)

var errUnread = errors.New("line 7 cannot be read")

// records is so many tickets as another system had them. One cannot be read, and one wants
// what another holds.
func records(n int) iter.Seq2[ticket.Record, error] {
	return func(yield func(ticket.Record, error) bool) {
		for i := range n {
			id := ticket.ID(fmt.Sprintf("t-%03d", i))
			r := ticket.Record{
				Ticket: ticket.Ticket{ID: id, Number: fmt.Sprint("INC-", i), Opened: noon, Subject: "noise"},
				Events: []townclerk.Event{{Aggregate: string(id), Kind: "other.logged", At: noon, Recorded: noon}},
			}
			var err error
			switch i {
			case 7:
				r, err = ticket.Record{}, errUnread
			case 8, 9:
				r.Ticket.Holds = "the place of site expert"
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Tickets are stored in their order across transactions; what cannot be read or stored is
// told, and keeps no other from being stored; doing it again changes nothing.
func TestRestoreTickets(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := e.database(t)
		for again, want := range []ticket.Restored{ticket.Created, ticket.Already} {
			i := 0
			err := db.RestoreTickets(t.Context(), town, records(250), func(r sqlstore.Restored) {
				switch i {
				case 7:
					require.Equal(t, errUnread, r.Err)
				case 9:
					require.ErrorIs(t, r.Err, townclerk.ErrExists)
				default:
					require.NoError(t, r.Err)
					require.Equal(t, want, r.Became, i)
					require.Equal(t, ticket.ID(fmt.Sprintf("t-%03d", i)), r.ID())
					require.Equal(t, fmt.Sprint("INC-", i), r.Ticket.Number)
				}
				i++
			})
			require.NoError(t, err)
			require.Equal(t, 250, i, again)
			events, err := db.Tickets().Events(t.Context(), town, 0, 1000)
			require.NoError(t, err)
			require.Len(t, events, 248)
			require.Equal(t, "t-010", events[8].Aggregate)
		}
	})
}

// A ticket that stands twice is there the second time; one that the database refuses keeps
// none of those beside it, and is as in a store that is asked for one at a time.
func TestRestoreTicketsOneByOne(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := e.database(t)
		some := func(yield func(ticket.Record, error) bool) {
			for r := range records(7) {
				if !yield(r, nil) {
					return
				}
				if r.Ticket.ID == "t-003" {
					bad := ticket.Record{Ticket: ticket.Ticket{ID: "bad", Opened: noon}, Events: []townclerk.Event{
						{Aggregate: "bad", Kind: "other.logged", At: noon, Recorded: noon, Data: []byte("no JSON")},
					}}
					if !yield(r, nil) || !yield(bad, nil) {
						return
					}
				}
			}
		}
		var became []string
		require.NoError(t, db.RestoreTickets(t.Context(), town, some, func(r sqlstore.Restored) {
			became = append(became, fmt.Sprint(r.ID(), " ", r.Became, " ", r.Err != nil, " ", r.Ticket.Version))
		}))
		require.Equal(t, []string{
			"t-000 0 false 1", "t-001 0 false 1", "t-002 0 false 1", "t-003 0 false 1", "t-003 1 false 1", "bad 0 true 0",
			"t-004 0 false 1", "t-005 0 false 1", "t-006 0 false 1",
		}, became)
		events, err := db.Tickets().Events(t.Context(), town, 0, 1000)
		require.NoError(t, err)
		require.Len(t, events, 7)
		for i, e := range events {
			require.EqualValues(t, i+1, e.Seq)
			require.Equal(t, fmt.Sprintf("t-%03d", i), e.Aggregate)
			made, err := db.Tickets().Tickets().Get(t.Context(), town, e.Aggregate)
			require.NoError(t, err)
			require.EqualValues(t, 1, made.Version)
			require.Equal(t, fmt.Sprint("INC-", i), made.Number)
		}
	})
}

// What was told of when the context ended is stored, and nothing else is.
func TestRestoreTicketsIsInterrupted(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := e.database(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		told := 0
		err := db.RestoreTickets(ctx, town, records(1_000_000), func(r sqlstore.Restored) {
			if told++; told == 200 {
				cancel()
			}
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 200, told)
		events, err := db.Tickets().Events(t.Context(), town, 0, 1000)
		require.NoError(t, err)
		require.Len(t, events, 198)
	})
}
