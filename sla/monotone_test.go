package sla

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk/sla/worktime"
)

// V14: without pauses, changes and appointments a later start is never due
// earlier, for every due rule (RA-20 to RA-26, RA-36, RA-52, RA-53; RA-23 through
// earliest). Between two breakpoints a due time stays or moves with its start, so
// it is enough, and necessary, to look at both sides of each of them.
func TestMonotone(t *testing.T) { rapid.Check(t, monotone) }

func FuzzMonotone(f *testing.F) { f.Fuzz(rapid.MakeFuzz(monotone)) }

func monotone(t *rapid.T) {
	middle := rapid.SampledFrom([]worktime.Date{
		{Year: 2026, Month: 3, Day: 27}, {Year: 2026, Month: 10, Day: 25}, {Year: 2026, Month: 6, Day: 10}, {Year: 2026, Month: 9, Day: 6},
	}).Draw(t, "middle")
	zone := rapid.SampledFrom([]string{"Asia/Jerusalem", "Europe/Warsaw", "America/Santiago", "America/Havana", "UTC"}).Draw(t, "zone")
	rule := drawRule(t, 2)
	text := fmt.Sprintf(frame, zone, drawWeek(t), middle.AddDays(rapid.IntRange(-3, 3).Draw(t, "short day")), drawHours(t, "short"),
		middle.AddDays(rapid.IntRange(-5, 5).Draw(t, "holiday")), rule)
	p, err := Parse([]byte(text), "drawn.toml")
	if err != nil {
		t.Skip(err.Error()) // overlapping hours, or cut-offs that Parse refuses
	}
	terms := map[string][]Terms{
		"none": nil,
		"some": {{Contract: "C", Metric: "t", Calendar: "desk", Within: 5 * time.Hour}},
		"days": {{Contract: "C", Metric: "t", Calendar: "desk", Days: 2, At: "12:00"}},
	}[rapid.SampledFrom([]string{"none", "some", "days"}).Draw(t, "terms")]

	var last time.Time
	var lastAt time.Time
	for _, at := range bothSides(p, &p.targets[0].due, middle) {
		a, err := p.Assess(Timeline{Events: []Event{{Kind: "opened", At: at, Contract: terms}}}, at)
		if err != nil || a.Clocks[0].Err() != nil {
			t.Fatalf("opened %v: %v, %v", at, err, a.Clocks[0].Err())
		}
		due := a.Clocks[0].Due
		if due.Before(at) {
			t.Fatalf("%s\nopened %v, due before, at %v", text, at, due)
		}
		if due.Before(last) {
			t.Fatalf("%s\nopened %v: due %v\nopened %v: due %v, which is earlier", text, lastAt, last, at, due)
		}
		last, lastAt = due, at
	}
}

const frame = `format = 1
name = "drawn"
zone = %q

[calendars.desk]
week = { %s }
holidays = "local"
cover = { from = 2025, to = 2027 }

[[calendars.desk.days]]
date = %s
hours = %s
why = "drawn"

[[holidays.local]]
name = "drawn"
date = %s

[[targets]]
id = "t"
metric = "t"
kind = "commitment"
title = {}
source = "drawn"
start = "opened"
meets = "closed"
calendar = "desk"
due = %s
`

func drawWeek(t *rapid.T) string {
	var days []string
	for _, day := range weekdays {
		days = append(days, day+" = "+drawHours(t, day))
	}
	return strings.Join(days, ", ")
}

// drawHours draws hours with a lunch break, past midnight, around the clock, or none.
func drawHours(t *rapid.T, label string) string {
	return rapid.SampledFrom([]string{
		`"07:30-16:30"`, `["07:30-12:00", "13:00-16:30"]`, `"22:00-06:00"`, `["05:00-13:00", "22:00-06:00"]`, `"00:00-24:00"`,
		`"07:30-11:30"`, `"closed"`, `["02:00-02:30", "10:00-10:00:01"]`, `"16:00-15:00"`,
	}).Draw(t, label)
}

func drawTime(t *rapid.T, label string) string {
	return rapid.SampledFrom([]string{"00:00", "02:30", "07:30", "09:00", "10:00", "12:00", "16:30", "23:00", "24:00"}).Draw(t, label)
}

// drawRule draws a rule with so many rules inside each other at the most.
func drawRule(t *rapid.T, depth int) string {
	kinds := []string{"within", "elapsed", "days", "cutoffs", "immediate"}
	if depth > 0 {
		kinds = append(kinds, "window", "contract", "earliest", "latest")
	}
	d := func(label string) string {
		return (time.Duration(rapid.IntRange(0, 40*60).Draw(t, label)) * time.Minute).String()
	}
	n := func(label string) int { return rapid.IntRange(0, 3).Draw(t, label) }
	at := func(label string) string {
		return rapid.SampledFrom([]string{"close", drawTime(t, label+" time")}).Draw(t, label)
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "within":
		return fmt.Sprintf(`{ within = %q }`, d("within"))
	case "elapsed":
		return fmt.Sprintf(`{ within = %q, calendar = "elapsed" }`, d("elapsed"))
	case "days":
		return fmt.Sprintf(`{ days = %d, at = %q }`, n("days"), rapid.SampledFrom([]string{"same-time", at("at")}).Draw(t, "moment"))
	case "immediate":
		return fmt.Sprintf(`{ immediate = true, grace = %q }`, d("grace"))
	case "cutoffs":
		return fmt.Sprintf(`{ cutoffs = [ { until = %q, days = %d, at = %q }, { until = %q, days = %d, at = %q }, { days = %d, at = %q } ], inclusive = %v, granularity = %q }`,
			drawTime(t, "until"), n("n"), at("then"), drawTime(t, "until 2"), n("n 2"), at("then 2"), 1+n("n 3"), at("then 3"),
			rapid.Bool().Draw(t, "inclusive"), rapid.SampledFrom([]string{"instant", "minute"}).Draw(t, "granularity"))
	case "window":
		return fmt.Sprintf(`{ min = %s, max = %s }`, drawRule(t, depth-1), drawRule(t, depth-1))
	case "contract":
		return fmt.Sprintf(`{ contract = %q, default = %s }`, rapid.SampledFrom([]string{"replace", "cap"}).Draw(t, "mode"), drawRule(t, depth-1))
	default:
		return fmt.Sprintf(`{ %s = [ %s, %s ] }`, kind, drawRule(t, depth-1), drawRule(t, depth-1))
	}
}

// bothSides returns, in order, each breakpoint of the rule within some days with
// the instants just before and just after it.
func bothSides(p *Policy, r *rule, middle worktime.Date) []time.Time {
	cal := p.calendars["desk"]
	var edges []time.Time
	from, _ := cal.At(middle.AddDays(-9), 0)
	to, _ := cal.At(middle.AddDays(9), 0)
	periods, _ := cal.Periods(from, to)
	for period := range periods {
		edges = append(edges, period.Open, period.Close)
	}
	for n := -8; n <= 8; n++ {
		for _, tod := range append(timesOf(r), 0) {
			at, _ := cal.At(middle.AddDays(n), tod)
			edges = append(edges, at, at.Add(time.Minute))
		}
	}
	for _, back := range backs(r, cal) {
		for _, at := range slices.Clone(edges) {
			if earlier, err := back(at); err == nil && earlier.After(from) {
				edges = append(edges, earlier)
			}
		}
	}
	var all []time.Time
	for _, at := range edges {
		all = append(all, at.Add(-1), at, at.Add(1))
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// timesOf lists the times of day that the rule and its sub-rules name.
func timesOf(r *rule) []worktime.TimeOfDay {
	list := []worktime.TimeOfDay{r.at.tod}
	for _, c := range r.cutoffs {
		list = append(list, c.until, c.at.tod)
	}
	for i := range r.subs {
		list = append(list, timesOf(&r.subs[i])...)
	}
	return list
}

// backs lists, for each length in the rule, the way back from where it leads to.
func backs(r *rule, cal *worktime.Calendar) []func(time.Time) (time.Time, error) {
	var list []func(time.Time) (time.Time, error)
	if r.d > 0 {
		d := r.d
		list = append(list,
			func(t time.Time) (time.Time, error) { return cal.Add(t, -d) },
			func(t time.Time) (time.Time, error) { return t.Add(-d), nil })
	}
	for i := range r.subs {
		list = append(list, backs(&r.subs[i], cal)...)
	}
	return list
}

// The shipped charter is monotone for every target, over a year, on both sides of
// every opening, closing, midnight and cut-off.
func TestRaananaIsMonotone(t *testing.T) {
	p := raanana(t)
	cal := p.Calendar("ops-desk")
	var all []time.Time
	from, to := worktime.Date{Year: 2026, Month: 1, Day: 1}, worktime.Date{Year: 2026, Month: 12, Day: 31}
	if testing.Short() { // the clock change in March, and Passover
		from, to = worktime.Date{Year: 2026, Month: 3, Day: 22}, worktime.Date{Year: 2026, Month: 4, Day: 12}
	}
	for d := from; d.Compare(to) <= 0; d = d.AddDays(1) {
		for _, tod := range []worktime.TimeOfDay{0, worktime.Clock(7, 30, 0), worktime.Clock(10, 0, 0), worktime.Clock(12, 0, 0), worktime.Clock(16, 10, 0), worktime.Clock(16, 30, 0)} {
			at, err := cal.At(d, tod)
			require.NoError(t, err)
			all = append(all, at.Add(-1), at, at.Add(1))
		}
	}
	for _, target := range p.Targets() {
		attributes := map[string]string{}
		for _, c := range target.match {
			attributes[c.key] = c.values[0]
		}
		last := time.Time{}
		for _, at := range all {
			a := p.Promise(at, attributes)
			c := a.Clock(target.ID)
			if c == nil || c.State == Undetermined && target.ID != "ops-installation" || c.Due.Before(last) {
				t.Fatalf("%s opened %s is due %v, after %s", target.ID, at, c, last)
			}
			last = c.Due
		}
	}
}
