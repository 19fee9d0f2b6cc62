package asset_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/sla"
)

// owing returns an asset in use of which nothing is owed, and since when.
func owing(t *testing.T, p *asset.Policy) asset.Asset {
	t.Helper()
	c := command(asset.Register, at(t, "Sun 2026-06-07 09:00"))
	a, _, err := p.Add("a-1", c)
	require.NoError(t, err)
	require.Zero(t, a.Owing)
	return a
}

func changes(t *testing.T, p *asset.Policy, a asset.Asset, now time.Time) []asset.Changed {
	t.Helper()
	all, err := p.Changes(a, now)
	require.NoError(t, err)
	return all
}

// RA-38: each of the five changes owes a report, under its own name; nothing else does.
func TestFiveChangesOweReports(t *testing.T) {
	p := policy(t)
	a := in(t, p, asset.Disposed)
	got := map[asset.Action]string{}
	for _, c := range changes(t, p, a, start.Add(time.Hour)) {
		got[c.Entry.Do] = c.Entry.Change
	}
	a = do(t, p, owing(t, p), at(t, "Mon 2026-06-08 09:00"), asset.Upgrade, asset.Relocate, asset.Place, asset.HandOver, asset.Install, asset.Configure, asset.Fail)
	for _, c := range changes(t, p, a, at(t, "Mon 2026-06-08 10:00")) {
		got[c.Entry.Do] = c.Entry.Change
	}
	l, _, err := p.AddLicence("l-1", licenceOf(asset.Begin, start))
	require.NoError(t, err)
	for i, do := range []asset.Action{asset.Buy, asset.Allot, asset.Free, asset.End} {
		l, _, err = p.DoLicence(l, licenceOf(do, start.Add(time.Duration(i+1)*time.Minute)))
		require.NoError(t, err, do)
	}
	of, err := p.LicenceChanges(l, start.Add(time.Hour))
	require.NoError(t, err)
	for _, c := range of {
		require.True(t, c.Licence)
		got[c.Entry.Do] = c.Entry.Change
	}
	require.Equal(t, map[asset.Action]string{
		asset.Receive: "new", asset.Decommission: "decommission", asset.Upgrade: "upgrade", asset.Place: "relocate",
		asset.Buy: "licence", asset.Allot: "licence", asset.Free: "licence", asset.End: "licence",
	}, got)
}

// RA-39, A-15, V12: our own change is reported within 24 hours of it, day and night;
// what others did, within 24 hours of the notice.
func TestReportIsDueFromChangeOrNotice(t *testing.T) {
	p := policy(t)
	for _, tt := range []struct{ name, changed, notice, due string }{
		{"our own change on a Thursday", "Thu 2026-06-11 15:00", "", "Fri 2026-06-12 15:00"},
		{"others' change, from the notice", "Tue 2026-06-09 10:00", "Thu 2026-06-11 15:00", "Fri 2026-06-12 15:00"},
		{"across the night when the clock goes back", "Sat 2026-10-24 20:00", "", "Sun 2026-10-25 19:00"},
		{"across the night when it goes forward", "Thu 2027-03-25 20:00", "", "Fri 2027-03-26 21:00"},
	} {
		c := command(asset.Place, at(t, tt.changed))
		first := "changed"
		if tt.notice != "" {
			c.Notice, first = at(t, tt.notice), "notified"
			c.Recorded = c.Notice
		}
		a := doing(t, p, owing(t, p), c)
		due := at(t, tt.due)
		require.Equal(t, first, a.History[1].Log[0].Kind, tt.name)
		for _, side := range []struct {
			sent  time.Time
			state sla.State
		}{{due, sla.Met}, {due.Add(time.Microsecond), sla.MetLate}} {
			r := asset.Command{Do: asset.Report, At: side.sent, Role: "technician", Reference: "M-7"}
			b := doing(t, p, a, r)
			got := changes(t, p, b, side.sent.Add(time.Hour))
			require.Len(t, got, 1)
			require.Equal(t, due, got[0].Due, tt.name)
			require.Equal(t, side.state, got[0].State, tt.name)
			require.Equal(t, side.sent, got[0].Entry.Report.At)
			require.Zero(t, b.Owing)
			require.Equal(t, side.state == sla.MetLate, !got[0].Breached.IsZero(), "a late report is flagged")
		}
	}
}

// A-15 ⚙: a policy may have it due at the same time of the next working day instead,
// since Procurement is closed on Fridays.
func TestReportOnTheNextWorkingDay(t *testing.T) {
	p := policy(t, `calendar = "elapsed"
due = { within = "24h" }`, `calendar = "desk"
due = { days = 1, at = "same-time" }`, `after = "1h"`, `after = "60m"`)
	a := doing(t, p, owing(t, p), command(asset.Place, at(t, "Thu 2026-06-11 15:00")))
	require.Equal(t, at(t, "Sun 2026-06-14 15:00"), changes(t, p, a, at(t, "Thu 2026-06-11 15:00"))[0].Due, "V12")
}

// A notice lies between the change and its recording.
func TestNotice(t *testing.T) {
	p := policy(t)
	a := owing(t, p)
	c := command(asset.Place, at(t, "Mon 2026-06-08 10:00"))
	c.Recorded = at(t, "Mon 2026-06-08 12:00")
	for _, notice := range []string{"Mon 2026-06-08 09:59", "Mon 2026-06-08 12:01"} {
		c.Notice = at(t, notice)
		_, _, err := p.Do(a, c)
		require.Equal(t, []string{"notice"}, fields(err))
	}
	c.Notice = at(t, "Mon 2026-06-08 10:00")
	_, _, err := p.Do(a, c)
	require.NoError(t, err)
}

// Several changes are reported together, or some of them; none twice, and none before
// it was made.
func TestReportSomeOrAll(t *testing.T) {
	p := policy(t)
	a := do(t, p, owing(t, p), at(t, "Mon 2026-06-08 10:00"), asset.Upgrade, asset.Place, asset.Upgrade)
	require.Equal(t, 3, a.Owing)
	r := asset.Command{Do: asset.Report, At: at(t, "Mon 2026-06-08 11:00"), Role: "technician", Entries: []int{3, 2, 3}}
	a, events, err := p.Do(a, r)
	require.NoError(t, err)
	require.Equal(t, 1, a.Owing)
	data, err := asset.ReadData(events[0])
	require.NoError(t, err)
	require.Equal(t, []int{2, 3}, data.Entries)
	require.Len(t, data.Log, 2)

	r.Entries = []int{3, 9, 1}
	_, _, err = p.Do(a, r)
	require.Equal(t, []string{"entries", "entries", "entries"}, fields(err), "reported, not there, and none that is owed")
	r.Entries, r.At, r.Recorded = []int{4}, at(t, "Mon 2026-06-08 10:01"), at(t, "Mon 2026-06-08 12:00")
	_, _, err = p.Do(a, r)
	require.Equal(t, []string{"at"}, fields(err))
}

// An obligation goes overdue by itself, is told once, and escalates once.
func TestSettle(t *testing.T) {
	p := policy(t)
	changed := at(t, "Thu 2026-06-11 15:00")
	a, events := p.Settle(doing(t, p, owing(t, p), command(asset.Place, changed)), changed)
	require.Empty(t, events)
	due := changed.Add(24 * time.Hour)
	require.Equal(t, due.Add(time.Microsecond), a.NextAt, "it is breached right after")
	a, events = p.Settle(a, due)
	require.Empty(t, events, "at the due time it is not late")
	a, events = p.Settle(a, a.NextAt)
	require.Len(t, events, 1)
	require.Equal(t, "asset.overdue", events[0].Kind)
	data, err := asset.ReadData(events[0])
	require.NoError(t, err)
	require.Equal(t, "report", data.Owed.Target)
	require.Equal(t, 2, data.Owed.Part, "the entry")
	require.Equal(t, due.Add(time.Hour), a.NextAt)
	a, events = p.Settle(a, a.NextAt)
	require.Len(t, events, 1)
	require.Equal(t, "asset.escalated", events[0].Kind)
	again, events := p.Settle(a, due.Add(1000*time.Hour))
	require.Empty(t, events, "each once")
	require.Equal(t, a.Owed, again.Owed)
	require.True(t, again.NextAt.IsZero(), "nothing changes by itself any more")

	// What was late says so also if it is reported before a sweep came by.
	b := doing(t, p, owing(t, p), command(asset.Place, changed))
	b = doing(t, p, b, asset.Command{Do: asset.Report, At: due.Add(time.Minute), Role: "technician"})
	_, events = p.Settle(b, due.Add(time.Minute))
	require.Len(t, events, 1)
	require.Equal(t, "asset.overdue", events[0].Kind)
}

// A correction of what was not reported yet leaves the obligation where it was: it
// counts from the change, not from the correction. What was reported and was wrong
// is owed anew, and what never happened is not owed.
func TestCorrectionOfWhatIsOwed(t *testing.T) {
	p := policy(t)
	moved := at(t, "Mon 2026-06-08 10:00")
	a := doing(t, p, owing(t, p), command(asset.Place, moved))
	correct := asset.Command{Do: asset.Correct, Corrects: 2, Recorded: moved.Add(5 * time.Hour), Role: "technician", Reason: "elsewhere", Set: map[string]string{"location": "cellar"}}
	b := doing(t, p, a, correct)
	require.Equal(t, 1, b.Owing)
	got := changes(t, p, b, moved.Add(6*time.Hour))
	require.Len(t, got, 1)
	require.Equal(t, 3, got[0].Entry.Number)
	require.Equal(t, moved.Add(24*time.Hour), got[0].Due)

	earlier := correct
	earlier.At = moved.Add(-23 * time.Hour)
	c := doing(t, p, a, earlier)
	require.Equal(t, moved.Add(time.Hour), changes(t, p, c, moved.Add(6*time.Hour))[0].Due, "it had happened before")
	require.Equal(t, sla.Breached, changes(t, p, c, moved.Add(6*time.Hour))[0].State)

	void := correct
	void.Void, void.Set = true, nil
	d := doing(t, p, a, void)
	require.Zero(t, d.Owing)
	require.Empty(t, changes(t, p, d, moved.Add(100*time.Hour)))
	d, events := p.Settle(d, moved.Add(100*time.Hour))
	require.Empty(t, events)
	require.True(t, d.NextAt.IsZero())

	a = doing(t, p, a, asset.Command{Do: asset.Report, At: moved.Add(time.Hour), Role: "technician"})
	for _, again := range []asset.Command{correct, void} {
		e := doing(t, p, a, again)
		require.Equal(t, 1, e.Owing, "what was reported was not so")
		got := changes(t, p, e, moved.Add(6*time.Hour))
		require.Len(t, got, 2)
		require.Equal(t, again.Recorded.Add(24*time.Hour), got[1].Due)
	}
}

// Where nothing was promised yet, nothing is owed: an old change is recorded after the fact.
func TestNothingIsOwedBeforeThePromises(t *testing.T) {
	p := policy(t)
	c := command(asset.Register, at(t, "Sun 2015-06-07 09:00"))
	c.Recorded = start
	a, _, err := p.Add("a-1", c)
	require.NoError(t, err)
	c = command(asset.Place, at(t, "Mon 2015-06-08 09:00"))
	c.Recorded = start
	book, err := sla.OpenBook(folder{"sla.toml": strings.Replace(read(t, "testdata/sla.toml"), "2020-01-01", "2020-01-02", 1)}.fs())
	require.NoError(t, err)
	a = doing(t, p.WithBook(book), a, c)
	require.Zero(t, a.Owing)
	require.Equal(t, "relocate", a.History[1].Change)
	require.Empty(t, changes(t, p, a, start))
}

// The timelines of an asset can be made of its events again.
func TestReadTimelines(t *testing.T) {
	p := policy(t)
	a, events, err := p.Add("a-1", command(asset.Register, start))
	require.NoError(t, err)
	for i, action := range []asset.Action{asset.Place, asset.Upgrade, asset.Report, asset.Place} {
		var more []townclerk.Event
		a, more, err = p.Do(a, command(action, start.Add(time.Duration(i+1)*time.Hour)))
		require.NoError(t, err)
		events = append(events, more...)
	}
	events = append(events, townclerk.Event{Kind: "ticket.opened"})
	got, err := asset.ReadTimelines(events)
	require.NoError(t, err)
	want := a.Timelines()
	require.Len(t, want, 3)
	for i := range want {
		want[i].Note, want[i].Edition = "", 0
	}
	require.Equal(t, want, got)
	all, err := p.Assess(a, start.Add(100*time.Hour))
	require.NoError(t, err)
	require.Len(t, all, 3)
	_, err = asset.ReadTimelines([]townclerk.Event{{Kind: "asset.placed", Data: []byte("{")}})
	require.Error(t, err)
	_, err = asset.ReadData(townclerk.Event{Kind: "ticket.opened"})
	require.Error(t, err)
}

// RA-39: the report itself, as a document in each language and as CSV.
func TestReportDocument(t *testing.T) {
	v, clock := inventory(t, policy(t))
	*clock = at(t, "Mon 2026-06-08 09:00")
	c := command(asset.Register, time.Time{})
	c.Set["name"] = "=תחנה 1"
	a, err := v.Add(t.Context(), town, c)
	require.NoError(t, err)
	*clock = at(t, "Mon 2026-06-08 10:00")
	_, err = v.Do(t.Context(), town, a.ID, command(asset.Place, time.Time{}))
	require.NoError(t, err)
	l, err := v.AddLicence(t.Context(), town, licenceOf(asset.Begin, time.Time{}))
	require.NoError(t, err)
	*clock = at(t, "Mon 2026-06-08 11:00")
	_, err = v.DoLicence(t.Context(), town, l.ID, licenceOf(asset.Buy, time.Time{}))
	require.NoError(t, err)

	r, err := v.Report(t.Context(), town, townclerk.Period{})
	require.NoError(t, err)
	require.Equal(t, "procurement", r.To)
	require.Len(t, r.Changes, 2)
	var csv bytes.Buffer
	require.NoError(t, r.In("he", nil).CSV(&csv, "changes"))
	lines := strings.Split(csv.String(), "\r\n")
	require.Len(t, lines, 4)
	require.Equal(t, "מספר,שם,סוג,שינוי,מועד,התקבלה הודעה,על ידי,מה השתנה,סיבה,מסמך,לדווח עד,דווח,דיווח", lines[0])
	require.Equal(t, "2026-000001,'=תחנה 1,תחנת עבודה,ניוד ציוד,2026-06-08 10:00:00,,u-3,unit: ספרייה → ארכיון,,,2026-06-09 10:00:00,,"+sla.LanguageFor("he").State(sla.Running), lines[1])
	for _, l := range sla.Languages() {
		var text bytes.Buffer
		require.NoError(t, r.In(l, func(townclerk.Actor) string { return "Dana" }).HTML(&text))
		require.Contains(t, text.String(), "Dana")
		require.NotContains(t, text.String(), "<no value>")
		for _, f := range r.In(l, nil).Facts {
			require.NotEmpty(t, f.Label, l)
		}
		for _, c := range r.In(l, nil).Tables[0].Columns {
			require.NotEmpty(t, c.Label, l)
		}
	}

	*clock = at(t, "Wed 2026-06-10 11:00")
	_, err = v.Do(t.Context(), town, a.ID, command(asset.Report, time.Time{}))
	require.NoError(t, err)
	r, err = v.Report(t.Context(), town, townclerk.Period{})
	require.NoError(t, err)
	require.Len(t, r.Changes, 1, "what was reported is owed no more")
	r, err = v.Report(t.Context(), town, townclerk.Period{From: at(t, "Mon 2026-06-08 00:00"), To: at(t, "Mon 2026-06-08 11:00")})
	require.NoError(t, err)
	require.Len(t, r.Changes, 1, "and is in the report of its period, half-open")
	require.Equal(t, sla.MetLate, r.Changes[0].State)
	r, err = v.Report(t.Context(), "other", townclerk.Period{})
	require.NoError(t, err)
	require.Empty(t, r.Changes, "another tenant's")
}
