package ticket

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

// An event that does not say what its kind has to say is told of as such, whatever it
// is read for; none of them makes a reader panic, and no import takes one in.
func TestEventsThatSayTooLittle(t *testing.T) {
	p := testPolicy(t)
	kinds := map[string]string{
		"ticket.opened": "request", "ticket.imported": "request", "ticket.escalated": "owed", "ticket.overdue": "owed",
	}
	for _, kind := range happened {
		kinds[kind] = "command"
	}
	for kind, lacks := range kinds {
		for _, data := range []string{`{}`, `{"to":"new","log":[]}`, `{"to":"new","` + lacks + `":null}`} {
			e := townclerk.Event{Aggregate: "t-1", Kind: kind, At: sunday, Recorded: sunday, Data: json.RawMessage(data)}
			_, err := ReadData(e)
			require.EqualError(t, err, "event 0, "+kind+": it has no "+lacks, data)
			_, _, err = Restore(t.Context(), NewMemStore(), town, Record{Ticket{ID: "t-1", State: New, Opened: sunday}, []townclerk.Event{e}})
			require.ErrorContains(t, err, "it has no "+lacks)

			store := NewMemStore()
			_, err = store.Tickets().Create(t.Context(), town, Ticket{ID: "t-1", State: New, Opened: sunday, Team: "field"}, e)
			require.NoError(t, err)
			_, err = ReadTimelines(allEvents(t, store))
			require.Error(t, err)
			_, err = NewNotifier(store, p, "n", func(context.Context, Message) error { return nil }).Run(t.Context(), town, sunday)
			if strings.Contains("ticket.escalated ticket.overdue ticket.assigned ticket.informed", kind) {
				require.ErrorContains(t, err, "it has no "+lacks)
			}
		}
	}
}

// A record that is longer than what can be read is refused when it is written.
func TestRecordsThatAreTooLong(t *testing.T) {
	r := Record{Ticket: Ticket{ID: "t-1", Number: "2026-000001", Text: strings.Repeat("x", longestRecord)}}
	err := WriteRecord(io.Discard, r)
	require.EqualError(t, err, "ticket 2026-000001: its line would be longer than 64 MiB, which is not read")
}
