package ticket

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

// The form of events is a promise: what this release writes is what is kept in the
// file, and what is kept there is read for good. Later releases may add keys, but
// lines that any release wrote stay. Write it anew with
//
//	UPDATE=1 go test ./ticket -run TestEventsInJSON
func TestEventsInJSON(t *testing.T) {
	const file = "testdata/events.jsonl"
	store := NewMemStore()
	d, c := testDesk(t, store)
	made, err := d.Open(t.Context(), town, worklist())
	require.NoError(t, err)
	for _, step := range everything(d, town, made.ID) {
		c.add(time.Minute)
		made, err = step.call(t.Context())
		require.NoError(t, err)
	}
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	enc.SetEscapeHTML(false)
	for _, e := range allEvents(t, store) {
		require.NoError(t, enc.Encode(e))
	}
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, lines.Bytes(), 0o644))
	}
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(kept), lines.String(), "%s; see the comment of this test before writing it anew", file)

	var events []townclerk.Event
	dec := json.NewDecoder(bytes.NewReader(kept))
	for dec.More() {
		var e townclerk.Event
		require.NoError(t, dec.Decode(&e))
		events = append(events, e)
	}
	timelines, err := ReadTimelines(append(events, townclerk.Event{Kind: "asset.moved"}))
	require.NoError(t, err)
	require.Equal(t, toJSON(t, made.Log), toJSON(t, timelines[0].Events))
	require.Equal(t, toJSON(t, made.Stages[0].Log), toJSON(t, timelines[1].Events))

	_, err = ReadData(townclerk.Event{Kind: "asset.moved"})
	require.ErrorContains(t, err, `"asset.moved" is no kind of a ticket's event`)
	_, err = ReadTimelines([]townclerk.Event{{Seq: 7, Kind: "ticket.opened", Data: []byte("{")}})
	require.ErrorContains(t, err, "event 7, ticket.opened: ")
}
