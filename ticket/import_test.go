package ticket

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// elsewhere is a ticket of another system, treated and closed there.
func elsewhere() Ticket {
	return Ticket{
		ID: "id-7", Number: "INC-7", State: Closed, Opened: nine, Channel: "phone", Opener: "avi", Department: "operations", Class: "account",
		Attributes: map[string]string{"category": "Mail"},
		Log: []sla.Event{
			{Kind: opened, At: nine, Attributes: map[string]string{"department": "operations", "class": "account", "category": "Mail"}},
			{Kind: treated, At: nine.Add(time.Hour)},
			{Kind: closed, At: nine.Add(2*time.Hour + 7*time.Nanosecond)},
		},
	}
}

func kindsAt(log []sla.Event) []string {
	var all []string
	for _, e := range log {
		all = append(all, e.At.Format("15:04 ")+e.Kind)
	}
	return all
}

// What happened elsewhere is judged by our promises: the policy's own kinds of event
// are added, and the event tells it all.
func TestImport(t *testing.T) {
	p := testPolicy(t)
	given, same := elsewhere(), elsewhere()
	given.Item, same.Item = "site-expert", "site-expert"
	got, events, err := Import(given, p, "import/test")
	require.NoError(t, err)
	require.Equal(t, same, given, "what is given stays as it is")
	require.Equal(t, []string{"09:00 opened", "09:00 introduced", "10:00 treated", "10:00 granted", "11:00 closed"}, kindsAt(got.Log))
	require.Equal(t, nine.Add(2*time.Hour), got.Closed, "whole microseconds")
	require.Equal(t, got.Closed, got.Recorded)
	require.Zero(t, got.NextAt)
	require.Equal(t, "INC-7", got.Number)

	require.Len(t, events, 1)
	e := events[0]
	require.Equal(t, "ticket.imported", e.Kind)
	require.Equal(t, "id-7", e.Aggregate)
	require.Equal(t, townclerk.Actor("import/test"), e.Actor)
	timelines, err := ReadTimelines(events)
	require.NoError(t, err)
	require.Equal(t, []sla.Timeline{{ID: "id-7", Events: got.Log}}, timelines)
	data, err := ReadData(e)
	require.NoError(t, err)
	require.Equal(t, Closed, data.To)
	require.Equal(t, townclerk.Actor("avi"), data.Request.Opener)

	again, sameEvents, err := Import(same, p, "import/test")
	require.NoError(t, err)
	require.Equal(t, got, again)
	require.Equal(t, events, sameEvents)

	_, _, err = p.Do(got, Command{Do: Reopen, At: nine.Add(24 * time.Hour), By: "dana", Reason: "it broke again"})
	require.NoError(t, err, "the desk goes on with it")
}

// One that is still open is looked at by the next sweep.
func TestImportOpen(t *testing.T) {
	open := elsewhere()
	open.State, open.Log = Waiting, append(open.Log[:1:1], sla.Event{Kind: sla.Paused, At: nine.Add(time.Minute), Reason: "awaiting-user"})
	open.Waits = []string{"awaiting-user"}
	for _, p := range []*Policy{nil, testPolicy(t)} {
		got, _, err := Import(open, p, "")
		require.NoError(t, err)
		require.Equal(t, nine.Add(time.Minute), got.NextAt)
		require.Zero(t, got.Closed)
	}
}

// All that is wrong comes back at once, under the name of its field.
func TestImportMistakes(t *testing.T) {
	const start = "ticket INC-7: cannot be imported: "
	for _, tt := range []struct {
		name   string
		change func(*Ticket)
		want   string
	}{
		{"nothing known", func(t *Ticket) { *t = Ticket{} }, `ticket : cannot be imported: id: missing
state: "" is none of the workflow's
log: it does not begin with "opened"`},
		{"another opening", func(t *Ticket) { t.Opened = nine.Add(time.Hour) }, start + "opened: it is 2026-03-02 10:00:00Z, and in the log 2026-03-02 09:00:00Z"},
		{"an event before the one before it", func(t *Ticket) { t.Log[2].At = nine }, start + "log: event 3: at 2026-03-02T09:00:00Z it precedes the event before it; only a correction may"},
		{"a correction of another event", func(t *Ticket) {
			t.Log[2].Correction, t.Log[2].Recorded, t.Log[2].Corrects = true, nine.Add(3*time.Hour), 2
		}, start + "log: event 3 puts another right; leave out what did not happen\nlog: event 3: it corrects seq 2, which is not before it"},
		{"no reason for a pause", func(t *Ticket) { t.Log[1].Kind = sla.Paused }, start + `log: event 2: an event "paused" needs its reason`},
		{"waiting for nothing", func(t *Ticket) { t.State = Waiting }, start + "waits: missing; say for what it waits"},
		{"pending nobody's approval", func(t *Ticket) { t.State = Pending }, start + "chain: missing; say whose approval it waits for"},
		{"with no vendor", func(t *Ticket) { t.State = AtVendor }, start + "calls: missing; say which vendor has it, and since when"},
		{"with a vendor, and closed", func(t *Ticket) { t.Calls = []Call{{Number: 1, Opened: nine}} }, start + "calls: a vendor has it, and the ticket is closed"},
		{"closed and open", func(t *Ticket) { t.State, t.Closed = Treated, nine }, start + "closed: it has a time, and the ticket is treated"},
		{"a text that is none", func(t *Ticket) { t.Subject = "\xff" }, start + "subject: it is no text in UTF-8, or has a zero character in it"},
		{"stages", func(t *Ticket) { t.Stages = []Stage{{}} }, start + "stages: a ticket is imported without stages; import what they did as tickets of their own"},
		{"what the policy does not know", func(t *Ticket) {
			t.Channel, t.Priority, t.Waits = "telex", "moderate", []string{"awaiting-spring"}
			t.Calls = []Call{{Vendor: "nobody"}}
			t.Log[0].Attributes["class"] = "incidnt"
		}, start + `waits: "awaiting-spring" is none of [waits]; known: awaiting-user, awaiting-part
vendor: "nobody" is none of [vendors]; known: exchange, lines
class: "incidnt" is none of [classes]; did you mean "incident"?
channel: "telex" is none of [channels]; known: phone, walk-in
priority: priority has no value "moderate" in [attributes]; known: low, normal, high, urgent`},
		{"neither department nor class", func(t *Ticket) { t.Department, t.Class, t.Log[0].Attributes = "", "", nil }, start + "department: missing; name one of [departments]\nclass: missing; name one of [classes]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			given := elsewhere()
			tt.change(&given)
			_, events, err := Import(given, testPolicy(t), "")
			require.EqualError(t, err, tt.want)
			require.ErrorAs(t, err, new(*townclerk.FieldError))
			require.Empty(t, events)
		})
	}
}

// The desk takes over where the other system left off: what is owed is found by the
// next sweep, the work goes on, and importing once more changes nothing.
func TestImportedTicketsAreWorkedOn(t *testing.T) {
	s := NewMemStore()
	d, _ := testDesk(t, s)
	open := elsewhere()
	open.State, open.Class, open.Team, open.Opened = Assigned, "incident", "field", sunday.Add(-72*time.Hour)
	open.Log = []sla.Event{
		{Kind: opened, At: open.Opened, Attributes: map[string]string{"department": "operations", "class": "incident"}},
		{Kind: transferred, At: open.Opened.Add(time.Minute)},
	}
	imported, events, err := Import(open, testPolicy(t), "")
	require.NoError(t, err)
	record := Record{imported, events}
	_, became, err := Restore(t.Context(), s, town, record)
	require.NoError(t, err)
	require.Equal(t, Created, became)

	n, err := d.Sweep(t.Context(), town, sunday.Add(9*time.Hour))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	swept, err := d.Get(t.Context(), town, imported.ID)
	require.NoError(t, err)
	require.Empty(t, swept.Problem)
	require.NotEmpty(t, swept.Owed)

	_, err = d.Assign(t.Context(), town, Of(imported.ID), desk, Assignment{Handler: "yossi"})
	require.NoError(t, err)
	_, err = d.Treat(t.Context(), town, Of(imported.ID), yossi, Treatment{Text: "new cable"})
	require.NoError(t, err)
	_, err = d.Inform(t.Context(), town, imported.ID, yossi, "phone")
	require.NoError(t, err)
	done, err := d.Close(t.Context(), town, Of(imported.ID), yossi)
	require.NoError(t, err)
	require.Equal(t, Closed, done.State)
	require.Equal(t, "INC-7", done.Number)

	there, became, err := Restore(t.Context(), s, town, record)
	require.NoError(t, err)
	require.Equal(t, Already, became)
	require.Equal(t, done, there)
}
