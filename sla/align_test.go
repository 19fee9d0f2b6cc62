package sla

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// alignmentOf returns how a target of a policy stands beside the vendor's promise.
func alignmentOf(t testing.TB, p *Policy, target, from, to string, terms ...Terms) *Alignment {
	t.Helper()
	all, err := p.Align(local(t, p.Zone(), from), local(t, p.Zone(), to), terms...)
	require.NoError(t, err)
	for _, a := range all {
		if a.Target.ID == target {
			return a
		}
	}
	t.Fatalf("no vendor's promise stands behind %s", target)
	return nil
}

// RA-20, RA-22, RA-26, A-9: what the charter promises and what its vendors do, by hand.
func TestAlignOfTheCharter(t *testing.T) {
	p := raanana(t)
	for _, tt := range []struct {
		name, target, start string
		fit                 Fit
		due, atOnce, latest string // "": no such time
	}{
		{"until the cut-off it is diagnosed, for which no vendor is needed", "ops-handling", "Sun 2026-06-07 10:00", FitAlone, "Sun 2026-06-07 16:30", "", ""},
		{"a second after it, hand over by noon", "ops-handling", "Sun 2026-06-07 10:00:01", FitKept, "Mon 2026-06-08 12:00", "Mon 2026-06-08 10:00:01", "Sun 2026-06-07 12:00"},
		{"passed on at 12:00 as promised, there is just time", "ops-handling", "Sun 2026-06-07 11:40", FitKept, "Mon 2026-06-08 12:00", "Mon 2026-06-08 11:40", "Sun 2026-06-07 12:00"},
		{"a second more, and the transfer may take too long", "ops-handling", "Sun 2026-06-07 11:40:01", FitTight, "Mon 2026-06-08 12:00", "Mon 2026-06-08 11:40:01", "Sun 2026-06-07 12:00"},
		{"at noon it has to be handed over that instant", "ops-handling", "Sun 2026-06-07 12:00", FitTight, "Mon 2026-06-08 12:00", "Mon 2026-06-08 12:00", "Sun 2026-06-07 12:00"},
		{"a nanosecond after noon it is lost", "ops-handling", "Sun 2026-06-07 12:00:00.000000001", FitLost, "Mon 2026-06-08 12:00", "Mon 2026-06-08 12:00:00.000000001", ""},
		{"and so it is in the evening", "ops-handling", "Sun 2026-06-07 23:59:59", FitLost, "Mon 2026-06-08 12:00", "Mon 2026-06-08 23:59:59", ""},
		{"before the weekend there is time", "ops-handling", "Thu 2026-06-11 10:30", FitKept, "Sun 2026-06-14 12:00", "Fri 2026-06-12 10:30", "Sat 2026-06-13 12:00"},
		{"unless the transfer waits for Sunday", "ops-handling", "Thu 2026-06-11 16:20", FitTight, "Sun 2026-06-14 12:00", "Fri 2026-06-12 16:20", "Sat 2026-06-13 12:00"},
		{"on Friday it counts as Sunday's first instant", "ops-handling", "Fri 2026-06-12 11:00", FitAlone, "Sun 2026-06-14 16:30", "", ""},
		{"before Passover", "ops-handling", "Wed 2026-04-01 10:30", FitKept, "Sun 2026-04-05 12:00", "Thu 2026-04-02 10:30", "Sat 2026-04-04 12:00"},
		{"before the seventh day of Passover", "ops-handling", "Tue 2026-04-07 10:30", FitKept, "Thu 2026-04-09 12:00", "Wed 2026-04-08 10:30", "Wed 2026-04-08 12:00"},
		{"the night in which the clock goes back has 25 hours", "ops-handling", "Thu 2026-10-22 10:30", FitKept, "Sun 2026-10-25 12:00", "Fri 2026-10-23 10:30", "Sat 2026-10-24 13:00"},
		{"the night in which it goes forward has 23", "ops-handling", "Thu 2026-03-26 10:30", FitKept, "Sun 2026-03-29 12:00", "Fri 2026-03-27 11:30", "Sat 2026-03-28 12:00"},
		{"RA-34 is RA-22 once more", "ops-user-down-handling", "Sun 2026-06-07 10:00:01", FitKept, "Mon 2026-06-08 12:00", "Mon 2026-06-08 10:00:01", "Sun 2026-06-07 12:00"},
		{"RA-44 beside RA-47: at noon it is still diagnosed", "is-handling", "Sun 2026-06-07 12:00", FitAlone, "Sun 2026-06-07 16:30", "", ""},
		{"RA-44 beside RA-47: a second later it is lost", "is-handling", "Sun 2026-06-07 12:00:01", FitLost, "Mon 2026-06-08 10:00", "Mon 2026-06-08 12:00:01", ""},
		{"RA-61: as long as ours, so that it has to be handed over that instant", "web-resolution", "Sun 2026-06-07 10:00", FitTight, "Mon 2026-06-08 10:00", "Mon 2026-06-08 10:00", "Sun 2026-06-07 10:00"},
		{"RA-44 beside RA-47: on Thursday it is not", "is-handling", "Thu 2026-06-11 12:00:01", FitKept, "Sun 2026-06-14 10:00", "Fri 2026-06-12 12:00:01", "Sat 2026-06-13 10:00"},
	} {
		start := local(t, p.Zone(), tt.start)
		a := alignmentOf(t, p, tt.target, start.Format(time.DateOnly)+" 00:00", start.AddDate(0, 0, 1).Format(time.DateOnly)+" 00:00")
		got := a.At(start)
		want := Aligned{Due: instant0(t, p, tt.due), AtOnce: instant0(t, p, tt.atOnce), Latest: instant0(t, p, tt.latest)}
		if got.Fit != tt.fit || !got.Due.Equal(want.Due) || !got.AtOnce.Equal(want.AtOnce) || !got.Latest.Equal(want.Latest) {
			t.Errorf("%s: %s is %s, due %v, the vendor %v, latest %v;\nwant %s, due %v, the vendor %v, latest %v",
				tt.name, tt.start, got.Fit, got.Due, got.AtOnce, got.Latest, tt.fit, want.Due, want.AtOnce, want.Latest)
		}
		if steps := a.Explain(start); steps[0].Rule != "start" || tt.fit == FitLost && steps[len(steps)-1].Rule != "hand-over-never" {
			t.Errorf("%s: %v explains nothing", tt.name, steps)
		}
	}
}

// instant0 is local, and the zero time for nothing.
func instant0(t testing.TB, p *Policy, s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	return local(t, p.Zone(), s)
}

// RA-22, RA-26: a Sunday, segment by segment, with the slack at both ends of each.
func TestAlignSegmentsOfASunday(t *testing.T) {
	a := alignmentOf(t, raanana(t), "ops-handling", "Sun 2026-06-07 00:00", "Mon 2026-06-08 00:00")
	var got strings.Builder
	for _, s := range a.Through {
		from, to := "from", "before"
		if s.After {
			from = "after"
		}
		if s.Until {
			to = "until"
		}
		fmt.Fprintf(&got, "%s %s %s %s: %s", from, s.From.Format("15:04"), to, s.To.Format("15:04"), s.Fit)
		if s.Fit != FitAlone {
			fmt.Fprintf(&got, ", slack %v to %v, after our own targets %v to %v", s.First.Slack, s.Last.Slack, s.First.Reserve, s.Last.Reserve)
		}
		fmt.Fprintln(&got)
	}
	want := `from 00:00 until 10:00: alone
after 10:00 until 11:40: kept, slack 2h0m0s to 20m0s, after our own targets 1h40m0s to 0s
after 11:40 until 12:00: tight, slack 20m0s to 0s, after our own targets 0s to -20m0s
after 12:00 before 16:10: lost, slack 0s to -4h10m0s, after our own targets -20m0s to -4h30m0s
from 16:10 until 16:30: lost, slack -4h10m0s to -4h30m0s, after our own targets -19h30m0s to -19h50m0s
after 16:30 before 00:00: lost, slack -4h30m0s to -12h0m0s, after our own targets -19h50m0s to -19h50m0s
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
	worst, ok := a.Worst()
	require.True(t, ok)
	require.Equal(t, -12*time.Hour, worst.Slack, "as midnight comes near")
}

// A year of RA-22 beside RA-26, counted by hand: 2026 has 256 working days, and on
// 56 of them the next one is not the next day.
func TestAlignOfAYear(t *testing.T) {
	a := alignmentOf(t, raanana(t), "ops-handling", "2026-01-01 00:00", "2027-01-01 00:00")
	by, all := a.Counted()
	const days, free = 256, 56
	require.Equal(t, days*9*time.Hour, all)
	require.Equal(t, map[Fit]time.Duration{
		FitAlone: days * (2*time.Hour + 30*time.Minute),
		FitKept:  (days-free)*100*time.Minute + free*(6*time.Hour+10*time.Minute),
		FitTight: days * 20 * time.Minute,
		FitLost:  (days - free) * (4*time.Hour + 30*time.Minute),
	}, by)
	from, to := a.Week()
	require.Equal(t, "Sun 2026-01-04 to Sun 2026-01-11", from.Format("Mon 2006-01-02")+" to "+to.Format("Mon 2006-01-02"))
}

// RA-26, A-9: a contract replaces the 24 hours in either direction, by whatever terms.
func TestAlignWithAContract(t *testing.T) {
	p := raanana(t)
	vendor := func(terms Terms) Terms {
		terms.Contract, terms.Metric = "C-7", "vendor-handling"
		return terms
	}
	const sunday, next = "Sun 2026-06-07 00:00", "Mon 2026-06-08 00:00"
	for _, tt := range []struct {
		name   string
		terms  []Terms
		start  string
		fit    Fit
		latest string
	}{
		{"4 hours: noon is early enough", []Terms{vendor(Terms{Calendar: Elapsed, Within: 4 * time.Hour})}, "12:00:01", FitKept, "Mon 2026-06-08 08:00"},
		{"4 hours of the desk, 7:30 to 12:00 being four and a half", []Terms{vendor(Terms{Calendar: "ops-desk", Within: 4 * time.Hour})}, "16:29", FitKept, "Mon 2026-06-08 08:00"},
		{"4 hours 31 of the desk end before the closing", []Terms{vendor(Terms{Calendar: "ops-desk", Within: 4*time.Hour + 31*time.Minute})}, "16:29", FitTight, "Sun 2026-06-07 16:29"},
		{"4 hours 31 of the desk, handed over a second later", []Terms{vendor(Terms{Calendar: "ops-desk", Within: 4*time.Hour + 31*time.Minute})}, "16:29:01", FitLost, ""},
		{"the next working day at noon", []Terms{vendor(Terms{Calendar: "ops-desk", Days: 1, At: "12:00"})}, "10:30", FitKept, "Sun 2026-06-07 16:29:59.999999999"},
		{"the next working day at closing", []Terms{vendor(Terms{Calendar: "ops-desk", Days: 1, At: "close"})}, "10:30", FitLost, ""},
		{"48 hours are worse than none", []Terms{vendor(Terms{Calendar: Elapsed, Within: 48 * time.Hour})}, "10:00:01", FitLost, ""},
		{"terms of another metric change nothing", []Terms{{Contract: "C-8", Metric: "resolution", Calendar: Elapsed, Within: time.Hour}}, "12:00:01", FitLost, ""},
	} {
		a := alignmentOf(t, p, "ops-handling", sunday, next, tt.terms...)
		got := a.At(local(t, p.Zone(), "Sun 2026-06-07 "+tt.start))
		if got.Fit != tt.fit || !got.Latest.Equal(instant0(t, p, tt.latest)) {
			t.Errorf("%s: at %s it is %s, latest %v; want %s, %s", tt.name, tt.start, got.Fit, got.Latest, tt.fit, tt.latest)
		}
	}
	_, err := p.Align(local(t, p.Zone(), sunday), local(t, p.Zone(), next), vendor(Terms{Calendar: "vendor-desk", Within: time.Hour}))
	require.ErrorContains(t, err, `contract C-7: its terms for vendor-handling name the calendar "vendor-desk", which the policy does not have`)
	_, err = p.Align(local(t, p.Zone(), next), local(t, p.Zone(), sunday))
	require.ErrorContains(t, err, "holds no instant")
}

// What stands behind a target, and what comes before the hand-over, may differ by
// attributes: each combination is looked at by itself, and none that cannot be.
func TestAlignByAttributes(t *testing.T) {
	p, err := Parse([]byte(`format = 1
name = "Telephones"
zone = "Europe/Warsaw"
[attributes]
cause = ["device", "line", "person"]
urgent = [false, true]
`+targetsOf([]string{
		`id = "repair"`, `metric = "repair"`, `kind = "commitment"`, `start = "opened"`, `meets = "repaired"`, `due = { within = "24h" }`,
		`backed_by = "vendor"`, `hand_over_after = "transfer"`,
	}, []string{
		`id = "device-vendor"`, `metric = "vendor"`, `kind = "contract"`, `match = { cause = "device" }`, `start = "handed-over"`, `meets = "done"`, `due = { within = "20h" }`,
	}, []string{
		`id = "line-vendor"`, `metric = "vendor"`, `kind = "contract"`, `match = { cause = "line" }`, `start = "handed-over"`, `meets = "done"`, `due = { within = "23h" }`,
	}, []string{
		`id = "quick"`, `metric = "transfer"`, `kind = "commitment"`, `match = { urgent = true }`, `start = "opened"`, `meets = "passed"`, `due = { within = "1h" }`,
	}, []string{
		`id = "slow"`, `metric = "transfer"`, `kind = "commitment"`, `match = { cause = ["line", "person"] }`, `start = "opened"`, `meets = "passed"`, `due = { within = "2h" }`,
	})), "sla.toml")
	require.NoError(t, err)
	from := local(t, p.Zone(), "2026-06-01 00:00")
	all, err := p.Align(from, from.AddDate(0, 0, 1))
	require.NoError(t, err)
	var got strings.Builder
	for _, a := range all {
		fmt.Fprintf(&got, "%s: %s %v %s\n", a.For, a.Vendor.ID, ids(a.Before), a.At(from).Fit)
	}
	want := `cause = device, urgent = true: device-vendor [quick] kept
cause = device, urgent = "" | false: device-vendor [] kept
cause = line, urgent = true: line-vendor [quick] kept
cause = line, urgent = "" | false: line-vendor [slow] tight
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
	var found []string
	for _, f := range p.Lint(lintNow) {
		if strings.HasSuffix(f.Code, "-too-late") {
			found = append(found, fmt.Sprint(f.Code, " ", f.Args["vendor"]))
		}
	}
	require.Equal(t, []string{"hand-over-too-late line-vendor"}, found)
}

// targetsOf writes targets, each with the keys that it needs besides those given.
func targetsOf(targets ...[]string) string {
	var b strings.Builder
	for _, lines := range targets {
		b.WriteString("\n[[targets]]\ntitle = { en = \"drawn\" }\nsource = \"1\"\ncalendar = \"elapsed\"\n" + strings.Join(lines, "\n") + "\n")
	}
	return b.String()
}

// Beyond the cover nothing is guessed, and a part of a span is cut exactly.
func TestAlignBeyondTheCover(t *testing.T) {
	p := raanana(t)
	a := alignmentOf(t, p, "ops-handling", "Mon 2035-12-31 00:00", "Wed 2036-01-02 00:00")
	last := a.Through[len(a.Through)-1]
	require.Equal(t, FitUnknown, last.Fit)
	require.Zero(t, a.At(last.Some()).Due)
	require.Nil(t, a.Explain(last.Some()))
	require.Equal(t, FitUnknown, a.At(a.To).Fit, "not looked at")

	a = alignmentOf(t, p, "ops-handling", "Sun 2026-06-07 00:00", "Mon 2026-06-08 00:00")
	part := a.Part(local(t, p.Zone(), "Sun 2026-06-07 11:00"), local(t, p.Zone(), "Sun 2026-06-07 12:30"))
	require.Len(t, part, 3)
	require.Equal(t, []time.Duration{time.Hour, -30 * time.Minute}, []time.Duration{part[0].First.Slack, part[2].Last.Slack})
	require.False(t, part[0].After || part[2].Until)
}

// Lengths that nobody promises come to an end soon, and far years are unknown.
func TestAlignOfExtremes(t *testing.T) {
	policy := func(ours, theirs, cover string) *Policy {
		p, err := Parse([]byte("format = 1\nname = \"x\"\nzone = \"Europe/Warsaw\"\n[calendars.desk]\nweek = { mon-fri = \"08:00-16:00\" }\n"+cover+targetsOf(
			[]string{`id = "ours"`, `metric = "ours"`, `kind = "commitment"`, `start = "opened"`, `meets = "treated"`, `backed_by = "vendor"`, "due = " + ours},
			[]string{`id = "theirs"`, `metric = "vendor"`, `kind = "contract"`, `start = "handed-over"`, `meets = "done"`, "due = " + theirs},
		)), "sla.toml")
		require.NoError(t, err)
		return p
	}
	const desk = `, calendar = "desk" }`
	for _, tt := range []struct {
		ours, theirs, cover, at string
		want                    Fit
	}{
		{`{ days = 3000, at = "close"` + desk, `{ within = "24000h" }`, "", "2026-01-01 00:00", FitKept},
		{`{ within = "24000h" }`, `{ days = 3000, at = "close"` + desk, "", "2026-01-01 00:00", FitLost},
		{`{ within = "200000h" }`, `{ days = 1, at = "close"` + desk, "", "2050-01-01 00:00", FitUnknown},
		{`{ days = 10000, at = "close"` + desk, `{ days = 10000, at = "close"` + desk, "", "2026-01-01 00:00", FitUnknown},
		{`{ days = 1, at = "close"` + desk, `{ within = "1h" }`, "", "2058-12-01 00:00", FitKept},
		{`{ days = 1, at = "close"` + desk, `{ within = "1h" }`, "", "2070-01-01 00:00", FitUnknown},
		{`{ days = 1, at = "close"` + desk, `{ within = "1h" }`, "", "1990-01-01 00:00", FitUnknown},
		{`{ days = 1, at = "close"` + desk, `{ within = "1h" }`, "cover = { from = 1980, to = 2100 }\n", "2070-01-01 00:00", FitKept},
		{`{ within = "5h" }`, `{ within = "1h" }`, "", "9999-01-01 00:00", FitUnknown},
		{`{ within = "0s" }`, `{ within = "0s" }`, "", "2026-01-01 00:00", FitKept},
	} {
		p := policy(tt.ours, tt.theirs, tt.cover)
		from := local(t, p.Zone(), tt.at)
		before := time.Now()
		all, err := p.Align(from, from.AddDate(0, 0, 20))
		require.NoError(t, err)
		require.Equal(t, tt.want, all[0].At(from.Add(10*24*time.Hour+time.Second)).Fit, "%s beside %s at %s", tt.ours, tt.theirs, tt.at)
		p.Lint(lintNow)
		require.Less(t, time.Since(before), 20*time.Second, "%s beside %s", tt.ours, tt.theirs)
	}
}

func TestParseRefusesABackingThatCannotBe(t *testing.T) {
	base := []string{`id = "ours"`, `metric = "ours"`, `kind = "commitment"`, `start = "opened"`, `meets = "treated"`, `due = { within = "24h" }`}
	vendor := []string{`id = "theirs"`, `metric = "vendor"`, `kind = "contract"`, `start = "handed-over"`, `meets = "done"`, `due = { within = "20h" }`}
	estimate := []string{`id = "follow-up"`, `metric = "duration"`, `kind = "estimate"`, `start = "opened"`, `meets = "closed"`, `due = { within = "72h" }`}
	with := func(lines []string, more ...string) []string {
		var out []string
		for _, l := range lines {
			key, _, _ := strings.Cut(l, " =")
			keep := true
			for _, m := range more {
				keep = keep && !strings.HasPrefix(m, key+" =")
			}
			if keep {
				out = append(out, l)
			}
		}
		return append(out, more...)
	}
	for _, tt := range []struct {
		name         string
		ours, theirs []string
		want         string
	}{
		{"a metric that nothing has", with(base, `backed_by = "vendors"`), vendor, `targets.ours.backed_by: no target has the metric "vendors"; did you mean "vendor"?`},
		{"a metric that is our own", with(base, `backed_by = "ours"`), vendor, `targets.ours.backed_by: ours has the metric "ours" and is no vendor's promise; write kind = "contract" there, or name another metric`},
		{"behind a vendor's promise", base, with(vendor, `backed_by = "vendor"`), `targets.theirs.backed_by: it stands behind a promise, and this target is of the kind contract; take it out, or write kind = "commitment"`},
		{"behind an appointment", with(base, `backed_by = "vendor"`, `start = "appointed"`, `due = { appointment = true }`), vendor, `targets.ours.backed_by: an appointment is agreed with the vendor as well; take it out`},
		{"by an appointment", with(base, `backed_by = "vendor"`), with(vendor, `start = "appointed"`, `due = { appointment = true }`), `targets.ours.backed_by: theirs is due at an appointment, so nothing can be said of it beforehand; name another metric`},
		{"before a hand-over to nobody", with(base, `hand_over_after = "ours"`), vendor, `targets.ours.hand_over_after: it says what comes before a vendor gets it; name the metric of the vendor's promise with backed_by = "…"`},
		{"before the hand-over an estimate", with(base, `backed_by = "vendor"`, `hand_over_after = ["duration"]`), vendor, `targets.ours.hand_over_after: follow-up has the metric "duration" and says nothing of when we are done with it; name metrics of commitments that have a due rule`},
		{"before the hand-over what there is not", with(base, `backed_by = "vendor"`, `hand_over_after = ["transfer"]`), vendor, `targets.ours.hand_over_after: no target has the metric "transfer"; known: ours, vendor, duration`},
		{"before the hand-over twice", with(base, `backed_by = "vendor"`, `hand_over_after = ["ours", "ours"]`), vendor, `targets.ours.hand_over_after: "ours" stands twice`},
	} {
		_, err := Parse([]byte("format = 1\nname = \"x\"\nzone = \"UTC\"\n"+targetsOf(tt.ours, tt.theirs, estimate)), "sla.toml")
		if err == nil || !strings.HasSuffix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: Parse said\n%v\nwant\n%s", tt.name, err, tt.want)
		}
	}
	// A mistake of the vendor's own target is told there and not here.
	_, err := Parse([]byte("format = 1\nname = \"x\"\nzone = \"UTC\"\n"+targetsOf(with(base, `backed_by = "vendor"`), with(vendor, `kind = "contrakt"`))), "sla.toml")
	require.ErrorContains(t, err, "targets.theirs.kind")
	require.NotContains(t, err.Error(), "backed_by")
}
