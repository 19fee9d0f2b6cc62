package incidentlog

import (
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// counted is what a real log says of its tickets, counted from its columns alone.
type counted struct {
	opened   map[string]int // by month
	closed   map[string]int // by the month of the first line from which on it is closed
	channels map[string]int
}

func countRealLog(t *testing.T) counted {
	t.Helper()
	rows, err := csv.NewReader(realLog(t)).ReadAll()
	require.NoError(t, err)
	columns := map[string]int{}
	for i, name := range rows[0] {
		columns[name] = i
	}
	all := counted{map[string]int{}, map[string]int{}, map[string]int{}}
	month := func(text string) string {
		at, err := time.Parse("02-01-2006 15:04", text)
		require.NoError(t, err)
		return at.Format("2006-01")
	}
	seen, closed := map[string]bool{}, map[string]string{}
	for _, row := range rows[1:] {
		number := row[columns["number"]]
		if !seen[number] {
			seen[number] = true
			all.opened[month(row[columns["opened_at"]])]++
			all.channels[row[columns["contact_type"]]]++
		}
		switch {
		case row[columns["incident_state"]] != "Closed":
			delete(closed, number)
		case closed[number] == "":
			closed[number] = month(row[columns["sys_updated_at"]])
		}
	}
	for _, month := range closed {
		all.closed[month]++
	}
	return all
}

// realDesk is a policy that the real log's desk might have had.
func realDesk(t *testing.T, edition string) *ticket.Policy {
	t.Helper()
	promises, err := os.ReadFile("../townclerk/testdata/replay/" + edition + "/sla.toml")
	require.NoError(t, err)
	of, err := sla.Parse(promises, edition+"/sla.toml")
	require.NoError(t, err)
	desk, err := os.ReadFile("../townclerk/testdata/replay/before/ticket.toml")
	require.NoError(t, err)
	p, err := ticket.Parse(desk, "ticket.toml", of)
	require.NoError(t, err)
	return p
}

// The 890 incidents of a real desk, imported and swept, reported in every way and
// replayed: every one of them is accounted for in every number, which is what the
// columns of the log say where these say it, and what a replay says of the promises.
func TestRealLogReportedAndReplayed(t *testing.T) {
	const incidents = 890
	want := countRealLog(t)
	p := realDesk(t, "before")
	store := ticket.NewMemStore()
	desk := ticket.NewDesk(store, p, ticket.Config{Now: func() time.Time { return time.Date(2018, 1, 1, 12, 0, 0, 0, time.UTC) }})
	records, wrong := readTickets(realLog(t), ServiceNow(), Desk{Tenant: "town", Zone: p.Promises().Zone(), Policy: p})
	require.NoError(t, wrong)
	for _, r := range records {
		_, became, err := ticket.Restore(t.Context(), store, "town", r)
		require.NoError(t, err)
		require.Equal(t, ticket.Created, became)
	}
	now := time.Date(2018, 1, 1, 12, 0, 0, 0, time.UTC)
	n, err := desk.Sweep(t.Context(), "town", now)
	require.NoError(t, err)
	require.Zero(t, n, "all are closed")
	all := func(yield func(ticket.Ticket, error) bool) {
		for made, err := range townclerk.All(func(after string) (townclerk.Page[ticket.Ticket], error) {
			return store.Tickets().List(t.Context(), "town", ticket.Query{After: after})
		}) {
			if !yield(made, err) {
				return
			}
		}
	}
	report := func(kind ticket.ReportKind, period townclerk.Period) *ticket.Report {
		t.Helper()
		r, err := p.Report(kind, period, all, now)
		require.NoError(t, err)
		require.NoError(t, r.Err(), "no ticket is left out")
		for _, tag := range sla.Languages() {
			d := r.In(tag, nil)
			require.NoError(t, d.Text(io.Discard))
			require.NoError(t, d.Markdown(io.Discard))
			require.NoError(t, d.HTML(io.Discard))
		}
		return r
	}

	year := report(ticket.YearlyReport, p.Year(time.Date(2016, 6, 1, 0, 0, 0, 0, time.UTC)))
	later := want.closed["2017-02"] // and the others in 2016
	require.Equal(t, ticket.Volume{Opened: incidents, Closed: incidents - later, Open: later}, year.Total)
	delete(want.closed, "2017-02")
	opened, closed := map[string]int{}, map[string]int{}
	for _, m := range year.Months {
		if m.Opened > 0 {
			opened[m.ID] = m.Opened
		}
		if m.Closed > 0 {
			closed[m.ID] = m.Closed
		}
	}
	require.Equal(t, want.opened, opened)
	require.Equal(t, want.closed, closed)
	channels := report(ticket.ChannelReport, year.Period).Channels
	require.Equal(t, "phone", channels[0].ID)
	require.Equal(t, want.channels, map[string]int{"Phone": channels[0].Opened}, "all came by telephone")

	// Each month, until the last one is closed, and each handler in it.
	months := ticket.Volume{}
	decided := 0
	for at := year.Period.From; at.Before(year.Period.To.AddDate(0, 2, 0)); {
		month := p.Month(at)
		r := report(ticket.MonthlyReport, month)
		handlers := ticket.Volume{}
		for _, h := range r.Handlers {
			handlers.Opened, handlers.Closed = handlers.Opened+h.Opened, handlers.Closed+h.Closed
			decided += h.Met + h.Missed
		}
		require.Equal(t, r.Total.Opened, handlers.Opened, "%s", month.From)
		require.Equal(t, r.Total.Closed, handlers.Closed, "%s", month.From)
		require.Equal(t, want.opened[month.From.Format("2006-01")], r.Total.Opened)
		months.Opened, months.Closed = months.Opened+r.Total.Opened, months.Closed+r.Total.Closed
		at = month.To
	}
	require.Equal(t, ticket.Volume{Opened: incidents, Closed: incidents}, months)

	// Each week, and each call in it.
	calls := map[string]bool{}
	for at := year.Period.From; at.Before(year.Period.To); {
		week, err := p.Week(at)
		require.NoError(t, err)
		r := report(ticket.WeeklyReport, week)
		require.Equal(t, r.Total.Opened, len(r.Calls))
		for _, c := range r.Calls {
			require.False(t, calls[c.Number], "%s is in two weeks", c.Number)
			calls[c.Number] = true
			require.Equal(t, ticket.Closed, c.State)
		}
		at = week.To
	}
	require.Len(t, calls, incidents)

	// Each promise, as a replay of the store's events judges it.
	var events []townclerk.Event
	for after := townclerk.Seq(0); ; after = events[len(events)-1].Seq {
		more, err := store.Events(t.Context(), "town", after, 100)
		require.NoError(t, err)
		if len(more) == 0 {
			break
		}
		events = append(events, more...)
	}
	require.Len(t, events, incidents)
	timelines, err := ticket.ReadTimelines(events)
	require.NoError(t, err)
	var history bytes.Buffer
	for _, tl := range timelines {
		require.NoError(t, sla.WriteTimeline(&history, tl))
	}
	after := realDesk(t, "after")
	replayed := sla.Replay(p.Promises(), after.Promises(), sla.ReadTimelines(&history, "2016.jsonl"), now)
	require.NoError(t, replayed.Err())
	require.Equal(t, incidents, replayed.Timelines)
	targets := report(ticket.TargetReport, year.Period).Targets
	require.Len(t, targets, len(replayed.Targets))
	clocks, verdicts, replaced := 0, 0, 0
	for i, target := range replayed.Targets {
		require.Equal(t, target.All.Old, targets[i].Tally, target.ID)
		require.Equal(t, target.ID, targets[i].Target.ID)
		if target.Metric == "handling" {
			clocks += target.All.Old.Clocks
			verdicts += target.All.Old.Met + target.All.Old.Missed
			replaced += target.All.Old.Cancelled // when the priority changed
		}
		require.LessOrEqual(t, target.All.New.Missed, target.All.Old.Missed, "24 hours are more than 16")
	}
	require.Equal(t, clocks, verdicts+replaced, "none is still running")
	require.GreaterOrEqual(t, verdicts, incidents, "each incident has a time to be resolved in")
	require.Equal(t, decided, verdicts, "by handlers and by months, as by targets")
}
