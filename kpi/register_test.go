package kpi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// KA-13, A-33: a measurement keeps what was counted, what shows it, the target and the
// edition; a correction keeps the former value.
func TestMeasure(t *testing.T) {
	p := policy(t)
	tr := newTrial(t, p, "2027-01-15 09:00")
	year := between(t, "2026-01-01", "2027-01-01")
	m, err := tr.Measure(tr.ctx, town, owner, "repairs", year)
	require.NoError(t, err)
	require.Equal(t, Met, m.State)
	require.Equal(t, ID("measurement/repairs/2026-01-01"), m.ID)
	v := m.Value()
	require.Equal(t, Count{N: 9, D: 100, Evidence: []string{"protocol-1"}}, v.Count)
	require.Equal(t, &Target{LessThan, 1, 10}, v.Target)
	require.Equal(t, 3, v.Edition)
	require.Equal(t, tr.at, v.At)

	_, err = tr.Measure(tr.ctx, town, owner, "repairs", year)
	require.ErrorIs(t, err, townclerk.ErrExists, "a year is measured once")
	_, err = tr.Correct(tr.ctx, town, m.ID, owner, Count{N: 10, D: 100}, "")
	var refused *townclerk.TransitionError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "a reason is given", refused.Rule)
	tr.set("2027-02-01 09:00")
	m, err = tr.Correct(tr.ctx, town, m.ID, owner, Count{N: 10, D: 100}, "a protocol came late")
	require.NoError(t, err)
	require.Equal(t, Missed, m.State)
	require.Len(t, m.Values, 2)
	require.Equal(t, Met, m.Values[0].Verdict, "what was measured first stays")
	require.Equal(t, "a protocol came late", m.Value().Reason)

	// Under another edition what was measured stays as it was judged.
	stricter := policy(t, `target = { less_than = "10 %" }`, `target = { less_than = "5 %" }`, "edition = 3", "edition = 4")
	m, _, err = stricter.DoMeasurement(m, Command{Do: Correct, Count: &Count{N: 9, D: 100}, Reason: "again", At: tr.at, Role: "owner"})
	require.NoError(t, err)
	require.Equal(t, Missed, m.State)
	require.Equal(t, Target{LessThan, 1, 10}, *m.Values[0].Target)
	require.Equal(t, []int{3, 3, 4}, []int{m.Values[0].Edition, m.Values[1].Edition, m.Values[2].Edition})
}

func TestMeasurementsThatAreRefused(t *testing.T) {
	tr := newTrial(t, policy(t), "2026-12-31 23:59")
	year := between(t, "2026-01-01", "2027-01-01")
	count := Count{N: 1, D: 2}
	for _, tt := range []struct {
		who       Who
		indicator string
		in        townclerk.Period
		count     Count
		now, want string
	}{
		{owner, "repairs", year, count, "2026-12-31 23:59", "its period is over"},
		{owner, "repairs", year, count, "2027-01-01 00:00", ""},
		{admin, "availability", year, count, "2027-01-01 00:00", "may do this"},
		{owner, "repair", year, count, "2027-01-01 00:00", `did you mean "repairs"`},
		{owner, "renewal", between(t, "2026-01-01", "2026-07-01"), count, "2027-01-01 00:00", "period: it is measured each year, such as from 2026-01-01 until before 2027-01-01"},
		{owner, "renewal", year, Count{N: -1, D: 2}, "2027-01-01 00:00", "-1 of 2 is no count"},
	} {
		tr.set(tt.now)
		_, err := tr.Enter(tr.ctx, town, tt.who, tt.indicator, tt.in, tt.count)
		if tt.want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, tt.want)
	}
	_, err := tr.Enter(tr.ctx, town, admin, "availability", year, count)
	require.ErrorIs(t, err, townclerk.ErrForbidden)
	_, err = tr.Measure(tr.ctx, town, owner, "renewal", year)
	require.ErrorContains(t, err, "indicator renewal has no source")
	got, err := tr.Count(tr.ctx, town, "duties-done", year)
	require.NoError(t, err)
	require.Equal(t, []string{"duty-done"}, got.Evidence, "an objective over a target asks for its attainment")
}

// RA-35, A-56: a backup is due each night; without evidence it is missed, by itself.
func TestNightlyDuty(t *testing.T) {
	tr := newTrial(t, policy(t), "2026-06-04 12:00") // Corpus Christi
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	require.NoError(t, tr.Start(tr.ctx, town, tr.at.Add(time.Hour)), "what comes round already stays as it is")
	tr.set("2026-06-04 19:59")
	tr.sweep()
	_, err := tr.store.Occurrences().Get(tr.ctx, town, string(OccurrenceID("backup", date(t, "2026-06-04"))))
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	tr.set("2026-06-04 20:00")
	tr.sweep()
	o := tr.occurrence("backup", "2026-06-04")
	require.Equal(t, Due, o.State)
	require.Equal(t, local(t, "2026-06-05 06:00"), o.Due)

	// The night of the 4th is backed up, that of the 5th is not.
	tr.set("2026-06-05 06:00")
	_, err = tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Attest})
	require.ErrorContains(t, err, "there is evidence")
	o, err = tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Attest, Reference: "tape 12"})
	require.NoError(t, err)
	require.Equal(t, Done, o.State)
	require.Empty(t, o.Owed)
	tr.set("2026-06-06 06:00")
	tr.sweep()
	require.Equal(t, Due, tr.occurrence("backup", "2026-06-05").State, "what is done at the very end is in time")
	tr.at = tr.at.Add(time.Microsecond)
	tr.sweep()
	o = tr.occurrence("backup", "2026-06-05")
	require.Equal(t, Missed, o.State)
	require.Len(t, o.Owed, 2, "it is overdue, and the head is told")
}

// SG-22, SG-20: a duty per item is partial while an item is missing, and one of two steps
// needs both.
func TestDutyPerItem(t *testing.T) {
	tr := newTrial(t, policy(t), "2026-06-09 07:30")
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	tr.sweep()
	o := tr.occurrence("control", "2026-06-09")
	require.Equal(t, []Part{{Item: "s-1"}, {Item: "s-2"}}, o.Parts)
	tr.set("2026-06-09 09:00")
	o, err := tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Attest, Text: "looked at", Parts: []Part{{Item: "s-1"}}})
	require.NoError(t, err)
	require.Equal(t, Due, o.State)
	require.Equal(t, townclerk.Ratio{N: 1, D: 2}, o.Coverage())
	for want, c := range map[string]Command{
		`"s-3" is no part of it`:  {Do: Attest, Text: "x", Parts: []Part{{Item: "s-3"}}},
		`"s-1" is done already`:   {Do: Attest, Text: "x", Parts: []Part{{Item: "s-1"}}},
		`"s-2" stands twice`:      {Do: Attest, Text: "x", Parts: []Part{{Item: "s-2"}, {Item: "s-2"}}},
		`there is no evidence 7`:  {Do: Strike, Reason: "x", Entry: 7},
		`the role of who acts is`: {Do: Excuse, Reason: "x"},
	} {
		_, err := tr.DoOccurrence(tr.ctx, town, o.ID, admin, c)
		require.ErrorContains(t, err, want)
	}
	tr.set("2026-06-09 16:00")
	tr.sweep()
	o = tr.occurrence("control", "2026-06-09")
	require.Equal(t, Partial, o.State)
	require.Equal(t, []Part{{Item: "s-2"}}, o.Missing())

	// It was looked at in time, and is written down later; or it was not.
	in := admin
	in.At = local(t, "2026-06-09 10:00")
	timely, err := tr.DoOccurrence(tr.ctx, town, o.ID, in, Command{Do: Attest, Text: "looked at"})
	require.NoError(t, err)
	require.Equal(t, Done, timely.State)
	late, err := tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Strike, Entry: 2, Reason: "that was another server"})
	require.NoError(t, err)
	require.Equal(t, Partial, late.State)
	require.Len(t, late.Evidence, 2, "what was struck stays")
	_, err = tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Strike, Entry: 2, Reason: "again"})
	require.ErrorContains(t, err, "was struck at")
	late, err = tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Attest, Text: "looked at now"})
	require.NoError(t, err)
	require.Equal(t, Late, late.State)
	a, err := tr.policy.Assess(late.Timeline(), tr.at)
	require.NoError(t, err)
	require.Equal(t, "met late", string(a.Clock("duty-done").State))
}

// SG-22: where there is no server nothing is missed, and nobody is told; what has no id is
// no server. Later there is one.
func TestDutyPerItemWithoutItems(t *testing.T) {
	tr := newTrial(t, policy(t), "2026-06-09 00:00")
	tr.servers = nil
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	tr.set("2026-06-09 07:30")
	tr.sweep()
	o := tr.occurrence("control", "2026-06-09")
	require.Equal(t, Excused, o.State)
	require.Empty(t, o.Parts)
	require.Equal(t, []Part{{Step: "fetch"}}, tr.occurrence("antivirus", "2026-06-09").Parts, "that is done once, whatever there is")
	tr.set("2026-06-09 18:00")
	tr.sweep()
	o = tr.occurrence("control", "2026-06-09")
	require.Equal(t, Excused, o.State)
	require.Empty(t, o.Owed)

	for _, tt := range []struct{ at, bad, want string }{
		{"07:30", "", "items: a server has no id"}, {"07:36", "s\x00", "no text in UTF-8"}, {"07:42", "s\xff", "no text in UTF-8"},
	} {
		tr.servers = []string{"s-1", tt.bad}
		tr.set("2026-06-10 " + tt.at)
		_, err := tr.Sweep(tr.ctx, town, tr.at)
		require.ErrorContains(t, err, tt.want)
		_, err = tr.store.Occurrences().Get(tr.ctx, town, string(OccurrenceID("control", date(t, "2026-06-10"))))
		require.ErrorIs(t, err, townclerk.ErrNotFound, "nothing is half done")
	}
	tr.servers = []string{"s-1"}
	tr.set("2026-06-10 07:48")
	tr.sweep()
	require.Equal(t, []Part{{Item: "s-1"}}, tr.occurrence("control", "2026-06-10").Parts)

	p := policy(t, "every = \"demand\"", "every = \"demand\"\nper = \"server\"")
	tr = newTrial(t, p, "2026-06-09 07:30")
	tr.servers = nil
	_, err := tr.Demand(tr.ctx, town, admin, "training", "new programs")
	require.ErrorContains(t, err, "items: there is no server for which it would be done")
}

// A duty that one policy does not have comes round again when a later one has it, from
// then on: what nobody had to do meanwhile is not missed.
func TestDutyComesAndGoes(t *testing.T) {
	text := string(read(t, "kpi.toml", `duties = ["backup"]`, ""))
	begin, end := strings.Index(text, "[duties.backup]"), strings.Index(text, "[duties.control]")
	without, err := Parse([]byte(text[:begin]+text[end:]), "kpi.toml", promises(t))
	require.NoError(t, err)
	tr := newTrial(t, policy(t), "2026-06-09 20:00")
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	tr.sweep()
	tr.set("2026-06-12 12:00")
	_, err = tr.register(tr.store, without).Sweep(tr.ctx, town, tr.at)
	require.NoError(t, err)
	of := func() Schedule {
		s, err := tr.store.Schedules().Get(tr.ctx, town, string(ScheduleID("backup")))
		require.NoError(t, err)
		return s
	}
	require.Equal(t, `the policy has no duty "backup" any more`, of().Problem)
	require.Zero(t, of().NextAt)
	tr.set("2026-06-20 12:00")
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	require.Empty(t, of().Problem)
	tr.set("2026-06-21 21:00")
	tr.sweep()
	var on []string
	for o, err := range tr.Occurrences(tr.ctx, town, Query{Duty: "backup"}) {
		require.NoError(t, err)
		on = append(on, o.Date.String()[5:])
	}
	require.Equal(t, []string{"06-09", "06-20", "06-21"}, on)
}

// SG-20: both steps of a duty, attested one after the other; an excuse needs a role and a
// reason, and calls its promise off.
func TestDutyInSteps(t *testing.T) {
	tr := newTrial(t, policy(t), "2026-06-13 00:00") // a Saturday: antivirus is a matter of every day
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	tr.sweep()
	o := tr.occurrence("antivirus", "2026-06-13")
	require.Equal(t, []Part{{Step: "fetch"}, {Step: "distribute", Item: "s-1"}, {Step: "distribute", Item: "s-2"}}, o.Parts)
	tr.set("2026-06-13 08:00")
	o, err := tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Attest, Text: "by the program", Parts: []Part{{Step: "fetch"}}})
	require.NoError(t, err)
	require.Equal(t, Due, o.State)
	o, err = tr.DoOccurrence(tr.ctx, town, o.ID, owner, Command{Do: Excuse, Reason: "the network was moved"})
	require.NoError(t, err)
	require.Equal(t, Excused, o.State)
	tr.set("2026-06-14 08:00")
	tr.sweep()
	o = tr.occurrence("antivirus", "2026-06-13")
	require.Equal(t, Excused, o.State)
	require.Empty(t, o.Owed)
	_, err = tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Attest, Text: "after all"})
	require.ErrorContains(t, err, "cannot attest while excused")
}

// TE-14, SG-28, KA-10: training is recorded when it happens: who, what, when.
func TestDutyOnDemand(t *testing.T) {
	tr := newTrial(t, policy(t), "2026-06-09 07:30")
	o, err := tr.Demand(tr.ctx, town, admin, "training", "new devices")
	require.NoError(t, err)
	require.Equal(t, Due, o.State)
	require.Equal(t, "2026-000001", o.Number)
	tr.set("2026-06-20 10:00")
	tr.sweep()
	o, err = tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Attest, Text: "two clerks", Reference: "list 4"})
	require.NoError(t, err)
	require.Equal(t, Done, o.State, "it has no window that could be over")
	_, err = tr.Demand(tr.ctx, town, admin, "backup", "")
	require.ErrorContains(t, err, "the duty is one on demand")
	_, err = tr.Demand(tr.ctx, town, admin, "trainings", "")
	require.ErrorContains(t, err, `did you mean "training"`)
}

// What came while nobody swept is made all the same, each once, also by two sweeps.
func TestSweepCatchesUp(t *testing.T) {
	tr := newTrial(t, policy(t), "2026-01-01 00:00")
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	tr.set("2026-12-31 12:00")
	tr.sweep()
	require.Zero(t, tr.sweep())
	counts := map[string]int{}
	for o, err := range tr.Occurrences(tr.ctx, town, Query{}) {
		require.NoError(t, err)
		counts[o.Duty]++
		if o.Due.Before(tr.at) {
			require.Equal(t, Missed, o.State, o.ID)
		}
	}
	falls, err := tr.policy.Falls("control", between(t, "2026-01-01", "2027-01-01"))
	require.NoError(t, err)
	// The first of the 53 Thursdays is New Year, whose report is made the year before.
	require.Equal(t, map[string]int{"backup": 364, "antivirus": 365, "control": len(falls), "audit": 4, "weekly": 52, "monthly": 12, "yearly": 1}, counts)
	events, err := tr.store.Events(tr.ctx, town, 0, 100_000)
	require.NoError(t, err)
	for _, e := range events {
		_, err := ReadData(e)
		require.NoError(t, err)
	}
	_, err = ReadData(townclerk.Event{Kind: "ticket.opened"})
	require.Error(t, err)
}

// Up to the end of its calendar's cover a duty comes round in time, and its schedule says
// that it ends; beyond it does not.
func TestScheduleBeyondCover(t *testing.T) {
	tr := newTrial(t, policy(t), "2035-12-27 00:00")
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	tr.sweep()
	of := func(duty string) Schedule {
		s, err := tr.store.Schedules().Get(tr.ctx, town, string(ScheduleID(duty)))
		require.NoError(t, err)
		return s
	}
	require.Contains(t, of("control").Problem, "2036-01-01 is outside: not covered")
	require.Equal(t, local(t, "Thu 2035-12-27 07:30"), of("control").NextAt, "not a day later")
	tr.set("2036-01-03 09:00")
	tr.sweep()
	require.Equal(t, Missed, tr.occurrence("control", "2035-12-31").State, "the last day is covered")
	require.Equal(t, Missed, tr.occurrence("antivirus", "2035-12-31").State)
	require.Equal(t, tr.at.Add(24*time.Hour), of("control").NextAt)
	unassessed := 0
	for _, e := range tr.events() {
		if e == string(ScheduleID("control"))+" kpi.schedule-unassessed" {
			unassessed++
		}
	}
	require.Equal(t, 1, unassessed)
}

// a report begins where the one before was cut, also where the policy has another
// day for it since then.
func TestReportsOfTwoPolicies(t *testing.T) {
	const weekly = "every = \"week\"\non = \"thu\"\nclosed = \"before\""
	tr := newTrial(t, policy(t), "2026-06-01 00:00")
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	tr.set("2026-06-12 00:00")
	tr.sweep()
	for _, on := range []string{"tue", "fri"} {
		r := tr.register(tr.store, policy(t, weekly, strings.Replace(weekly, "thu", on, 1)))
		tr.at = tr.at.AddDate(0, 0, 12)
		_, err := r.Sweep(tr.ctx, town, tr.at)
		require.NoError(t, err)
	}
	var last time.Time
	var on []string
	for o, err := range tr.Occurrences(tr.ctx, town, Query{Duty: "weekly"}) {
		require.NoError(t, err)
		if !last.IsZero() {
			require.Equal(t, last, o.Of.From, o.ID)
		}
		last, on = o.Of.To, append(on, o.Date.String()[5:])
	}
	require.Equal(t, []string{"06-03", "06-11", "06-16", "06-23", "06-26", "07-03"}, on)
}

// In the year 9999 time ends, and nothing is written down that lies beyond.
func TestScheduleAtTheEndOfTime(t *testing.T) {
	tr := newTrial(t, policy(t), "2026-06-01 00:00")
	tr.at = time.Date(9999, 12, 31, 12, 0, 0, 0, time.UTC)
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	require.Equal(t, 7, tr.sweep())
	s, err := tr.store.Schedules().Get(tr.ctx, town, string(ScheduleID("control")))
	require.NoError(t, err)
	require.Contains(t, s.Problem, "not covered")
	require.Zero(t, s.NextAt)
}

// ISO 9001: a missed target is answered by a cause and an action, which is due, and which
// another verifies.
func TestRemedy(t *testing.T) {
	tr := newTrial(t, policy(t), "2027-01-15 09:00")
	m, err := tr.Enter(tr.ctx, town, owner, "repairs", between(t, "2026-01-01", "2027-01-01"), Count{N: 10, D: 100})
	require.NoError(t, err)
	met, err := tr.Enter(tr.ctx, town, owner, "renewal", between(t, "2026-01-01", "2027-01-01"), Count{N: 15, D: 100})
	require.NoError(t, err)
	_, err = tr.Raise(tr.ctx, town, owner, met.ID, "")
	require.ErrorContains(t, err, "it is about something that was missed")
	_, err = tr.Raise(tr.ctx, town, owner, "nothing", "")
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	r, err := tr.Raise(tr.ctx, town, owner, m.ID, "ten repairs")
	require.NoError(t, err)
	require.Equal(t, "2027-000001", r.Number)
	do := func(who Who, c Command) error {
		next, err := tr.DoRemedy(tr.ctx, town, r.ID, who, c)
		if err == nil {
			r = next
		}
		return err
	}
	require.ErrorContains(t, do(owner, Command{Do: Plan, Text: "replace them"}), "it says why it was missed")
	due := local(t, "2027-03-01 12:00")
	require.ErrorContains(t, do(owner, Command{Do: Plan, Cause: "old", Text: "replace them", Due: local(t, "2027-01-15 08:59")}), "before it is planned")
	require.NoError(t, do(owner, Command{Do: Plan, Cause: "old printers", Text: "replace them", Due: due}))
	require.Equal(t, Planned, r.State)

	tr.at = due.Add(time.Microsecond)
	tr.sweep()
	r, err = tr.store.Remedies().Get(tr.ctx, town, string(r.ID))
	require.NoError(t, err)
	require.Len(t, r.Owed, 1, "it goes overdue by itself")

	require.NoError(t, do(owner, Command{Do: Finish, Text: "replaced", Reference: "order 5"}))
	require.ErrorIs(t, do(owner, Command{Do: Verify, Text: "fine"}), townclerk.ErrForbidden)
	another := Who{Actor: "u-9", Role: "owner"}
	require.NoError(t, do(another, Command{Do: Reopen, Reason: "the new ones break as well"}))
	require.Equal(t, Planned, r.State)
	require.NoError(t, do(owner, Command{Do: Finish, Text: "replaced again"}))
	require.NoError(t, do(another, Command{Do: Verify, Text: "no repair for a month"}))
	require.Equal(t, Verified, r.State)
	require.Equal(t, []State{Finished, Planned, Finished, Verified}, []State{r.Results[0].State, r.Results[1].State, r.Results[2].State, r.Results[3].State})
}

// KA-01, KA-18, A-36, A-37: a card is entered with its history; what was printed of it
// overlaps, and yet it is known what was in force when, as far as anybody knew.
func TestCardVersions(t *testing.T) {
	tr := newTrial(t, policy(t), "2021-09-17 09:25")
	c, ok := tr.policy.EnterCard("pr-1")
	require.True(t, ok)
	card, err := tr.AddCard(tr.ctx, town, "pr-1", owner, c)
	require.NoError(t, err)
	require.Equal(t, Issued, card.State)
	require.Equal(t, 5, card.Revision(len(card.Versions)-1), "four former versions, and one")
	require.Equal(t, local(t, "2019-12-16 08:08:54"), card.Versions[4].Recorded)

	late := local(t, "2021-01-01 00:00")
	for _, tt := range []struct {
		on    string
		known time.Time
		want  int
	}{
		{"2013-09-17", late, 0},
		{"2013-09-18", late, 1},
		{"2014-10-01", late, 1},
		{"2014-10-02", late, 2},
		{"2016-09-23", late, 2},
		{"2016-09-24", late, 3},                            // as is known now
		{"2016-09-24", local(t, "2016-09-24 12:00"), 2},    // as was known then: 28 October had not come
		{"2016-10-28", local(t, "2016-10-28 11:10:47"), 2}, // the printed ranges overlap
		{"2016-10-28", local(t, "2016-10-28 11:10:48"), 3},
		{"2019-01-10", local(t, "2019-01-10 12:00"), 3},
		{"2019-01-10", late, 4},
		{"2019-12-16", local(t, "2019-12-16 08:08:53"), 4},
		{"2019-12-16", local(t, "2019-12-16 08:08:54"), 5},
	} {
		version, ok := card.AsOf(date(t, tt.on), tt.known)
		if got := map[bool]int{true: card.Revision(version)}[ok]; got != tt.want {
			t.Errorf("on %s, as known at %s, revision %d was in force, want %d", tt.on, tt.known, got, tt.want)
		}
	}

	// A next version is drafted, signed by both roles, and then in force.
	next := card.Versions[4]
	text := *next.Text
	text.Aim = "זמינות"
	next.From, next.Text = date(t, "2022-01-01"), &text
	_, err = tr.DoCard(tr.ctx, town, "pr-1", owner, Command{Do: Draft, Card: &next})
	require.ErrorContains(t, err, "a reason is given")
	card, err = tr.DoCard(tr.ctx, town, "pr-1", owner, Command{Do: Draft, Card: &next, Reason: "the law changed"})
	require.NoError(t, err)
	require.Len(t, card.Versions, 5)
	_, err = tr.DoCard(tr.ctx, town, "pr-1", owner, Command{Do: Sign})
	require.ErrorIs(t, err, townclerk.ErrForbidden, "the owner has no signature to give")
	card, err = tr.DoCard(tr.ctx, town, "pr-1", admin, Command{Do: Sign})
	require.NoError(t, err)
	require.Len(t, card.Versions, 5)
	tr.set("2021-12-20 10:00")
	card, err = tr.DoCard(tr.ctx, town, "pr-1", head, Command{Do: Sign})
	require.NoError(t, err)
	require.Len(t, card.Versions, 6)
	require.Nil(t, card.Draft)
	require.Equal(t, tr.at, card.Versions[4].Replaced)
	require.Equal(t, tr.at, card.Versions[5].Recorded)
	require.Equal(t, "the law changed", card.Versions[5].Reason)
	require.Len(t, card.Versions[5].Signed, 2)
	version, _ := card.AsOf(date(t, "2021-12-31"), tr.at)
	require.Equal(t, 4, version, "the next is not in force yet")

	card, err = tr.DoCard(tr.ctx, town, "pr-1", owner, Command{Do: Withdraw, Reason: "the process is part of another"})
	require.NoError(t, err)
	require.Equal(t, Withdrawn, card.State)
	_, err = tr.DoCard(tr.ctx, town, "pr-1", owner, Command{Do: Draft, Card: &next, Reason: "again"})
	require.ErrorContains(t, err, "nothing else is allowed now")
}

// SG-02, A-36: from the day on which it was withdrawn a card is in force no more, as far as
// that was known; and what is printed of it says so.
func TestWithdrawnCard(t *testing.T) {
	tr := newTrial(t, policy(t), "2022-01-12 10:00")
	c, _ := tr.policy.EnterCard("pr-1")
	entered := tr.at
	_, err := tr.AddCard(tr.ctx, town, "pr-1", owner, c)
	require.NoError(t, err)
	_, err = tr.DoCard(tr.ctx, town, "pr-1", owner, Command{Do: Draft, Card: c.Card, Reason: "x"})
	require.NoError(t, err)
	tr.set("2022-01-20 09:00")
	who := owner
	who.At = local(t, "2022-01-15 23:59")
	card, err := tr.DoCard(tr.ctx, town, "pr-1", who, Command{Do: Withdraw, Reason: "merged into another"})
	require.NoError(t, err)
	require.Nil(t, card.Draft)
	for _, tt := range []struct {
		on    string
		known time.Time
		want  bool
	}{
		{"2022-01-14", tr.at, true},
		{"2022-01-15", tr.at, false},
		{"2022-01-15", tr.at.Add(-time.Microsecond), true},
		{"2030-01-01", tr.at, false},
		{"2030-01-01", entered, true},
	} {
		_, ok := card.AsOf(date(t, tt.on), tt.known)
		require.Equal(t, tt.want, ok, "on %s, as known at %s", tt.on, tt.known)
	}
	text := func(x Export) string {
		d, err := tr.policy.Document(&card, x)
		require.NoError(t, err)
		var b strings.Builder
		require.NoError(t, d.Text(&b))
		return b.String()
	}
	require.Contains(t, text(Export{At: tr.at}), "בוטל: \u20682022-01-15\u2069")
	require.Contains(t, text(Export{At: tr.at, On: date(t, "2022-01-14")}), "בוטל")
	require.NotContains(t, text(Export{At: tr.at.Add(-time.Microsecond)}), "בוטל")
	_, err = tr.policy.Document(&card, Export{At: tr.at, On: date(t, "2022-01-15")})
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	_, err = tr.policy.Document(&card, Export{})
	require.ErrorContains(t, err, "at: missing; say when it is printed")
}

// SG-01: two roles may give the same signature, and both are needed; none is given before
// what it signs was written.
func TestSignatures(t *testing.T) {
	tr := newTrial(t, policy(t), "2022-01-12 10:00")
	c, _ := tr.policy.EnterCard("pr-1")
	text := *c.Card.Text
	text.Signatures = []Signer{{"approved", "head"}, {"approved", "administrator"}}
	v := Version{From: date(t, "2022-02-01"), Text: &text, By: "somebody", Replaced: tr.at}
	card, err := tr.AddCard(tr.ctx, town, "pr-2", owner, Command{Do: Draft, Card: &v})
	require.NoError(t, err)
	require.Empty(t, card.Draft.By, "nothing has replaced it")
	drafted := tr.at
	tr.set("2022-01-13 10:00")
	early := head
	early.At = drafted.Add(-time.Microsecond)
	_, err = tr.DoCard(tr.ctx, town, "pr-2", early, Command{Do: Sign})
	require.ErrorContains(t, err, "at: ")
	early.At = drafted
	card, err = tr.DoCard(tr.ctx, town, "pr-2", early, Command{Do: Sign})
	require.NoError(t, err)
	require.Equal(t, Drafted, card.State)
	_, err = tr.DoCard(tr.ctx, town, "pr-2", head, Command{Do: Sign})
	require.ErrorIs(t, err, townclerk.ErrForbidden, "it gave its own")
	card, err = tr.DoCard(tr.ctx, town, "pr-2", admin, Command{Do: Sign})
	require.NoError(t, err)
	require.Equal(t, Issued, card.State)
	require.Equal(t, []Signature{{"approved", "head", "u-3", drafted}, {"approved", "administrator", "u-2", tr.at}}, card.Versions[0].Signed)
	require.Empty(t, card.Versions[0].By)
	require.Zero(t, card.Versions[0].Replaced)

	again, err := tr.AddCard(tr.ctx, town, "pr-3", owner, Command{Do: Draft, Card: &v})
	require.NoError(t, err)
	tr.set("2022-01-14 10:00")
	_, err = tr.DoCard(tr.ctx, town, "pr-3", owner, Command{Do: Draft, Card: &v})
	require.NoError(t, err)
	early.At = again.Draft.Drafted
	_, err = tr.DoCard(tr.ctx, town, "pr-3", early, Command{Do: Sign})
	require.ErrorContains(t, err, "is before that was written which is signed", "it was another draft then")
}

// SG-01: a card of which not all former versions are listed has the number that it says.
func TestRevisions(t *testing.T) {
	p := policy(t, "annex = ", "revision = 7\nannex = ")
	c, _ := p.EnterCard("pr-1")
	c.At, c.Role = local(t, "2022-01-12 10:00"), "owner"
	card, _, err := p.NewCard("pr-1", c)
	require.NoError(t, err)
	require.Equal(t, []int{3, 7}, []int{card.Revision(0), card.Revision(4)})
}

func TestCardsThatAreRefused(t *testing.T) {
	tr := newTrial(t, policy(t), "2021-09-17 09:25")
	entered := func(recorded time.Time) *Version {
		return &Version{From: date(t, "2020-01-01"), Recorded: recorded, Text: &Text{Language: "en", Title: "x", Symbol: "x", Owner: "owner", Units: []string{"it"}}}
	}
	former := func(replaced time.Time) []Former { return []Former{{From: date(t, "2019-01-01"), Replaced: replaced}} }
	for want, c := range map[string]Command{
		"card: missing":               {Do: Enter},
		"card.from":                   {Do: Enter, Card: &Version{Text: &Text{Language: "en", Title: "x", Symbol: "x", Owner: "owner"}}},
		"it has no owner":             {Do: Enter, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Language: "en", Title: "x", Symbol: "x"}}},
		"is no category":              {Do: Enter, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Language: "en", Title: "x", Symbol: "x", Owner: "owner", Category: "big"}}},
		"no role may release them":    {Do: Enter, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Language: "en", Title: "x", Symbol: "x", Owner: "owner", Controlled: true}}},
		"it needs no signature":       {Do: Draft, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Language: "en", Title: "x", Symbol: "x", Owner: "owner"}}},
		"no unit that executes it":    {Do: Enter, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Language: "en", Title: "x", Symbol: "x", Owner: "owner"}}},
		`"ti" is none of [units]`:     {Do: Enter, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Units: []string{"ti"}}}},
		`"a" is none of [indicators]`: {Do: Enter, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Indicators: []string{"a"}}}},
		`no role is named "ownr"`:     {Do: Enter, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Owner: "ownr"}}},
		"that role may not sign":      {Do: Draft, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Signatures: []Signer{{"approved", "owns"}}}}},
		"signs twice":                 {Do: Draft, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Signatures: []Signer{{"approved", "head"}, {"approved", "head"}}}}},
		"card.recorded: 2021-09-17 07:25:00.000001Z is after it is": {Do: Enter, Card: entered(local(t, "2021-09-17 09:25").Add(time.Microsecond))},
		"card.recorded: 2019-06-01 09:59:59.999999Z is before the":  {Do: Enter, Card: entered(local(t, "2019-06-01 12:00").Add(-time.Microsecond)), Former: former(local(t, "2019-06-01 12:00"))},
		"former[1].replaced: 2021-09-17 07:25:00.000001Z is after":  {Do: Enter, Card: entered(time.Time{}), Former: former(local(t, "2021-09-17 09:25").Add(time.Microsecond))},
		"before: -1 is no number":                                   {Do: Enter, Card: entered(time.Time{}), Before: -1},
		"card.from: 2020-02-30":                                     {Do: Enter, Card: &Version{From: worktime.Date{Year: 2020, Month: 2, Day: 30}, Text: &Text{Language: "en", Title: "x", Symbol: "x", Owner: "owner"}}},
		"card.text.references[2].date: 12020-01-01 is not a date": {Do: Enter, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{
			Language: "en", Title: "x", Symbol: "x", Owner: "owner",
			References: []Reference{{Title: "a"}, {Title: "b", Date: &worktime.Date{Year: 12020, Month: 1, Day: 1}}},
		}}},
		"card.signed[1].at": {Do: Enter, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Language: "en", Title: "x", Symbol: "x", Owner: "owner"},
			Signed: []Signature{{At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}}}},
		"former[2].replaced": {Do: Enter, Card: &Version{From: date(t, "2020-01-01"), Text: &Text{Language: "en", Title: "x", Symbol: "x", Owner: "owner", Units: []string{"it"}}},
			Former: []Former{{From: date(t, "2019-01-01"), Replaced: local(t, "2019-06-01 12:00")}, {From: date(t, "2019-02-01"), Replaced: local(t, "2019-06-01 12:00")}}},
	} {
		_, err := tr.AddCard(tr.ctx, town, "x", owner, c)
		require.ErrorContains(t, err, want)
	}
	require.Empty(t, tr.events(), "nothing was half done")
	_, err := tr.AddCard(tr.ctx, town, "x", owner, Command{Do: Enter, Card: entered(tr.at), Former: former(tr.at)})
	require.NoError(t, err, "at the very instant")
	_, ok := tr.policy.EnterCard("pr-2")
	require.False(t, ok)
}

// Another tenant's ids are not found, and nothing of it is swept.
func TestOtherTenants(t *testing.T) {
	tr := newTrial(t, policy(t), "2027-01-15 09:00")
	m, err := tr.Enter(tr.ctx, town, owner, "repairs", between(t, "2026-01-01", "2027-01-01"), Count{N: 10, D: 100})
	require.NoError(t, err)
	require.NoError(t, tr.Start(tr.ctx, town, tr.at.Add(-24*time.Hour)))
	const other townclerk.Tenant = "other"
	n, err := tr.Sweep(tr.ctx, other, tr.at)
	require.NoError(t, err)
	require.Zero(t, n)
	tr.sweep()
	o := tr.occurrence("antivirus", "2027-01-15")
	_, err = tr.Correct(tr.ctx, other, m.ID, owner, Count{N: 1, D: 2}, "x")
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	require.NotContains(t, err.Error(), "10")
	_, err = tr.DoOccurrence(tr.ctx, other, o.ID, admin, Command{Do: Attest, Text: "x"})
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	_, err = tr.Raise(tr.ctx, other, owner, m.ID, "x")
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	_, err = tr.DoCard(tr.ctx, other, "pr-1", owner, Command{Do: Withdraw, Reason: "x"})
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	_, err = tr.Enter(tr.ctx, other, owner, "repairs", between(t, "2026-01-01", "2027-01-01"), Count{N: 1, D: 100})
	require.NoError(t, err, "it has a measurement of its own")
}

var errDisk = errors.New("the disk is gone")

// failing is a store whose writes and reads fail from the nth on, once.
type failing struct {
	Store
	calls, at int
}

func (f *failing) fails() bool { f.calls++; return f.calls == f.at }

func (f *failing) Measurements() townclerk.Repo[Measurement, Query] {
	return failingRepo[Measurement]{f, f.Store.Measurements()}
}
func (f *failing) Occurrences() townclerk.Repo[Occurrence, Query] {
	return failingRepo[Occurrence]{f, f.Store.Occurrences()}
}
func (f *failing) Schedules() townclerk.Repo[Schedule, Query] {
	return failingRepo[Schedule]{f, f.Store.Schedules()}
}
func (f *failing) Cards() townclerk.Repo[Card, Query] { return failingRepo[Card]{f, f.Store.Cards()} }
func (f *failing) Remedies() townclerk.Repo[Remedy, Query] {
	return failingRepo[Remedy]{f, f.Store.Remedies()}
}

type failingRepo[T any] struct {
	f *failing
	townclerk.Repo[T, Query]
}

func (r failingRepo[T]) Create(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	if r.f.fails() {
		return t, errDisk
	}
	return r.Repo.Create(ctx, tenant, t, events...)
}

func (r failingRepo[T]) Put(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	if r.f.fails() {
		return t, errDisk
	}
	return r.Repo.Put(ctx, tenant, t, events...)
}

func (r failingRepo[T]) Get(ctx context.Context, tenant townclerk.Tenant, id string) (T, error) {
	if r.f.fails() {
		var zero T
		return zero, errDisk
	}
	return r.Repo.Get(ctx, tenant, id)
}

func (r failingRepo[T]) Claim(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]T, error) {
	if r.f.fails() {
		return nil, errDisk
	}
	return r.Repo.Claim(ctx, tenant, now, until, limit)
}

// A store that fails at any one call gives its error; and once the work is done again,
// everything is there once, as in a store that never failed.
func TestStoreFailsAtEachCall(t *testing.T) {
	p := policy(t)
	work := func(tr *trial, r *Register) error {
		err := r.Start(tr.ctx, town, local(t, "2026-06-08 00:00"))
		tr.set("2026-06-10 12:00")
		_, swept := r.Sweep(tr.ctx, town, tr.at)
		c, _ := p.EnterCard("pr-1")
		_, entered := r.AddCard(tr.ctx, town, "pr-1", owner, c)
		id := OccurrenceID("antivirus", date(t, "2026-06-10"))
		_, attested := r.DoOccurrence(tr.ctx, town, id, admin, Command{Do: Attest, Text: "done"})
		for _, err := range []*error{&entered, &attested} {
			if errors.Is(*err, townclerk.ErrExists) || errors.As(*err, new(*townclerk.TransitionError)) {
				*err = nil // it was done the first time
			}
		}
		return errors.Join(err, swept, entered, attested)
	}
	all := func(tr *trial) string {
		var text string
		for o, err := range tr.Occurrences(tr.ctx, town, Query{}) {
			require.NoError(t, err)
			text += fmt.Sprintln(o.ID, o.State, len(o.Evidence), len(o.Log))
		}
		return text
	}
	sound := newTrial(t, p, "2026-06-08 00:00")
	require.NoError(t, work(sound, sound.Register))
	for n := 1; ; n++ {
		tr := newTrial(t, p, "2026-06-08 00:00")
		f := &failing{Store: tr.store, at: n}
		err := work(tr, tr.register(f, p))
		if f.calls < n {
			require.Greater(t, n, 30)
			break
		}
		require.ErrorIs(t, err, errDisk, "call %d", n)
		tr.set("2026-06-10 12:10") // a claim that was not finished is over
		_, err = tr.Sweep(tr.ctx, town, tr.at)
		require.NoError(t, err)
		require.NoError(t, work(tr, tr.Register))
		require.Equal(t, all(sound), all(tr), "call %d", n)
	}
}

// A duty is known to targets by attributes and kinds of event of their own; what is
// struck is struck of all of them.
func TestDutyAsTargetsKnowIt(t *testing.T) {
	const target = `
[[targets]]
id = "backup"
metric = "own"
kind = "commitment"
title = { en = "Backup", he = "גיבוי" }
source = ["SG-17"]
match = { class = "copy" }
start = "planned"
meets = "copied"
calendar = "elapsed"
due = { within = "5h" }
`
	promised, err := sla.Parse(append(read(t, "sla.toml"), target...), "sla.toml")
	require.NoError(t, err)
	text := read(t, "kpi.toml", "procedure = \"Backup procedure\"\n", "attributes = { class = \"copy\" }\nbegun_as = [\"planned\"]\ndone_as = \"copied\"\n")
	p, err := Parse(text, "kpi.toml", promised)
	require.NoError(t, err)
	tr := newTrial(t, p, "2026-06-04 20:00")
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	tr.sweep()
	o := tr.occurrence("backup", "2026-06-04")
	tr.set("2026-06-05 01:00")
	o, err = tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Attest, Text: "tape"})
	require.NoError(t, err)
	state := func() string {
		a, err := p.Assess(o.Timeline(), tr.at)
		require.NoError(t, err)
		require.NotNil(t, a.Clock("backup"))
		return string(a.Clock("backup").State)
	}
	require.Equal(t, "met", state())
	tr.set("2026-06-05 02:00")
	o, err = tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Strike, Entry: 1, Reason: "the tape is empty"})
	require.NoError(t, err)
	require.Equal(t, Due, o.State)
	require.Equal(t, "breached", state())
	o, err = tr.DoOccurrence(tr.ctx, town, o.ID, admin, Command{Do: Attest, Text: "another tape"})
	require.NoError(t, err)
	require.Equal(t, "met late", state())
	require.Equal(t, Done, o.State, "in its window, though later than the target asks")

	_, err = Parse(read(t, "kpi.toml", "procedure = \"Backup procedure\"\n", "attributes = { klass = \"copy\" }\nbegun_as = [\"plan\"]\n"), "kpi.toml", promised)
	require.ErrorContains(t, err, "klass")
	require.ErrorContains(t, err, `"plan" neither starts nor meets a target`)
}
