package sla

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// threeTargets are an ordinary desk's: a transfer, a handling by cut-off, and a
// duration in working days, all with escalations.
const threeTargets = `format = 1
name = "bench"
zone = "Asia/Jerusalem"

[attributes]
class = ["incident", "network"]

[roles]
boss = {}

[calendars.desk]
week = { sun-thu = "07:30-16:30" }
cover = { from = 2020, to = 2035 }

[[targets]]
id = "transfer"
metric = "transfer"
kind = "commitment"
title = {}
source = "bench"
match = { class = "incident" }
start = "opened"
meets = "transferred"
calendar = "desk"
due = { within = "20m" }

[[targets.escalations]]
at = "80%"
to = "boss"
do = "watch"

[[targets]]
id = "handling"
metric = "handling"
kind = "commitment"
title = {}
source = "bench"
match = { class = "incident" }
start = "opened"
meets = "treated"
calendar = "desk"
due.cutoffs = [ { until = "10:00", days = 0, at = "close" }, { days = 1, at = "12:00" } ]
pauses = ["user", "part"]

[[targets.escalations]]
at = "80%"
to = "boss"
do = "watch"

[[targets.escalations]]
at = "due"
to = "boss"
do = "take-over"

[[targets]]
id = "duration"
metric = "duration"
kind = "commitment"
title = {}
source = "bench"
match = { class = "incident" }
start = "opened"
meets = "closed"
calendar = "desk"
due = { within = "27h" }
pauses = ["user", "part"]

[[targets.escalations]]
age = 3
to = "boss"
do = "watch"
`

// eightEvents is a ticket opened at the instant, with two pauses.
func eightEvents(at time.Time) Timeline {
	tl := Timeline{ID: "T-1"}
	add := func(after time.Duration, kind, reason string, attributes map[string]string) {
		tl.Events = append(tl.Events, Event{At: at.Add(after), Kind: kind, Reason: reason, Attributes: attributes})
	}
	add(0, "opened", "", map[string]string{"class": "incident"})
	add(10*time.Minute, "transferred", "", nil)
	add(1*time.Hour, Paused, "user", nil)
	add(20*time.Hour, Resumed, "user", nil)
	add(22*time.Hour, Paused, "part", nil)
	add(44*time.Hour, Resumed, "part", nil)
	add(50*time.Hour, "treated", "", nil)
	add(52*time.Hour, "closed", "", nil)
	return tl
}

// instants are random, from 2021 to 2034: a fixed one only trains the branch predictor.
func instants(n int) []time.Time {
	r := rand.New(rand.NewPCG(1, 2))
	first := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	list := make([]time.Time, n)
	for i := range list {
		list[i] = time.Unix(first+r.Int64N(13*365*24*3600), 0)
	}
	return list
}

func benchPolicy(b testing.TB) *Policy {
	p, err := Parse([]byte(threeTargets), "bench.toml")
	require.NoError(b, err)
	return p
}

// How much of a ticket's assessment is the calendar's own arithmetic? The peer
// makes the calendar's calls and nothing else, a pause measured for each mark that
// it moves. (An assessment remembers the last one, and makes four calls fewer.)
//
// There are so many timelines that the branch predictor cannot learn them: of 256 it
// does, and the few branches of the calls alone gain more from that than the
// assessment's many.
func BenchmarkAssess(b *testing.B) {
	p := benchPolicy(b)
	var timelines []Timeline
	for _, at := range instants(16_384) {
		timelines = append(timelines, eightEvents(at))
	}
	b.Run("into", func(b *testing.B) {
		b.ReportAllocs()
		var a Assessment
		i := 0
		for b.Loop() {
			tl := timelines[i%len(timelines)]
			if err := p.AssessInto(&a, tl, tl.Events[7].At.Add(time.Hour)); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
	b.Run("assess", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			tl := timelines[i%len(timelines)]
			if _, err := p.Assess(tl, tl.Events[7].At.Add(time.Hour)); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
	b.Run("calendar calls alone", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			calendarCalls(p, timelines[i%len(timelines)].Events)
			i++
		}
	})
}

// calendarCalls makes the calls by which BenchmarkAssess's assessment works.
func calendarCalls(p *Policy, e []Event) {
	cal := p.calendars["desk"]
	start := e[0].At
	share := func(due time.Time) time.Time {
		d, _ := cal.Between(start, due)
		at, _ := cal.Add(start, d)
		return at
	}
	pause := func(from, to time.Time, marks ...time.Time) {
		for i := range marks {
			d, _ := cal.Between(from, to)
			marks[i], _ = cal.Add(marks[i], d)
		}
	}
	// transfer
	due, _ := cal.Add(start, 20*time.Minute)
	share(due)
	// handling
	date, _, _ := cal.Read(start)
	day, _ := cal.Step(date, 0)
	_, _ = cal.At(day.Date, 0)
	_, _ = cal.At(day.Date, 0)
	day, _ = cal.Step(date, 1)
	due, _ = cal.At(day.Date, 0)
	mark := share(due)
	pause(e[2].At, e[3].At, due, mark)
	pause(e[4].At, e[5].At, due, mark)
	// duration
	due, _ = cal.Add(start, 27*time.Hour)
	open, _ := cal.Roll(start)
	date, _, _ = cal.Read(open)
	day, _ = cal.Step(date, 3)
	_, _ = cal.At(day.Date, 0)
	pause(e[2].At, e[3].At, due)
	pause(e[4].At, e[5].At, due)
}

// What does it cost to load a charter with 15 years of calendar? And with its
// holidays locked, and with a correction?
func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile("../examples/policies/raanana/sla.toml")
	require.NoError(b, err)
	p, err := Parse(data, "raanana/sla.toml")
	require.NoError(b, err)
	locked, err := p.Lock()
	require.NoError(b, err)
	run := func(name string, data, locked []byte) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if locked == nil {
					_, err = Parse(data, "raanana/sla.toml")
				} else {
					_, err = ParseLocked(data, "raanana/sla.toml", locked, "raanana/sla.lock.toml")
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("rules", data, nil)
	run("locked", data, locked)
	run("corrected", append(data, strings.ReplaceAll(strike, "desk", "ops-desk")...), nil)
}

// What does a correction cost a ticket that was opened before it, and one after?
func BenchmarkAssessCorrected(b *testing.B) {
	p, err := Parse([]byte(threeTargets+strike), "bench.toml")
	require.NoError(b, err)
	for name, at := range map[string]time.Time{
		"opened before": time.Date(2026, 6, 7, 6, 0, 0, 0, time.UTC),
		"opened after":  time.Date(2026, 6, 7, 10, 0, 0, 0, time.UTC),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			tl := eightEvents(at)
			for b.Loop() {
				if _, err := p.Assess(tl, tl.Events[7].At.Add(time.Hour)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What does it cost to look through a charter's policy for what is odd?
func BenchmarkLint(b *testing.B) {
	data, err := os.ReadFile("../examples/policies/raanana/sla.toml")
	require.NoError(b, err)
	p, err := Parse(data, "raanana/sla.toml")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		p.Lint(time.Date(2026, 6, 7, 0, 0, 0, 0, time.UTC))
	}
}

// And of a policy with forty targets, of which each asks for three of six
// attributes with ten values, so that there are 1.7 million combinations, and
// rules of all sorts stand against each other by priority?
func BenchmarkLintOfManyCombinations(b *testing.B) {
	p := manyCombinations(b)
	b.ReportAllocs()
	for b.Loop() {
		p.Lint(time.Date(2026, 6, 7, 0, 0, 0, 0, time.UTC))
	}
}

func manyCombinations(b testing.TB) *Policy {
	var text strings.Builder
	text.WriteString("format = 1\nname = \"many\"\nzone = \"Asia/Jerusalem\"\n[attributes]\n")
	keys := []string{"class", "priority", "place", "system", "unit", "service"}
	for _, key := range keys {
		fmt.Fprintf(&text, "%s = [%s]\n", key, strings.TrimSuffix(strings.Repeat("VALUE, ", 10), ", "))
	}
	data := text.String()
	for i := 0; strings.Contains(data, "VALUE"); i++ {
		data = strings.Replace(data, "VALUE", fmt.Sprintf(`"v%d"`, i%10), 1)
	}
	text.Reset()
	text.WriteString(data)
	text.WriteString("[calendars.desk]\nweek = { sun-thu = \"07:30-16:30\" }\nholidays = \"state\"\ncover = { from = 2020, to = 2035 }\n")
	text.WriteString("[[holidays.state]]\nname = \"Passover\"\nhebrew = \"15 Nisan\"\n[[holidays.state]]\nname = \"Shavuot\"\nhebrew = \"6 Sivan\"\n")
	r := rand.New(rand.NewPCG(3, 4))
	rules := []string{`{ within = "4h" }`, `{ days = 1, at = "same-time" }`, `{ days = 1, at = "12:00" }`, `{ within = "30h", calendar = "elapsed" }`,
		`{ cutoffs = [ { until = "10:00", days = 0, at = "close" }, { days = 1, at = "12:00" } ] }`}
	for i := range 40 {
		fmt.Fprintf(&text, "[[targets]]\nid = \"t%d\"\nmetric = \"m%d\"\nkind = \"commitment\"\ntitle = {}\nsource = \"bench\"\nstart = \"opened\"\nmeets = \"closed%d\"\ncalendar = \"desk\"\ndue = %s\n",
			i, i%5, i%5, rules[i%len(rules)])
		for _, k := range r.Perm(len(keys))[:3] {
			from := r.IntN(7)
			fmt.Fprintf(&text, "match.%s = [\"v%d\", \"v%d\", \"v%d\"]\n", keys[k], from, from+1, from+2)
		}
	}
	p, err := Parse([]byte(text.String()), "many.toml")
	require.NoError(b, err)
	return p
}

// How long does it take to see for a year whether Ra'anana's vendors can keep its four
// promises, and for one open ticket?
func BenchmarkAlign(b *testing.B) {
	p := raanana(b)
	year := func(n int) time.Time { return time.Date(n, 1, 1, 0, 0, 0, 0, p.Zone()) }
	b.Run("year", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.Align(year(2026), year(2027)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ticket", func(b *testing.B) {
		r := rand.New(rand.NewPCG(5, 6))
		tl := Timeline{ID: "T", Events: []Event{{Kind: "opened", Attributes: map[string]string{"department": "operations", "class": "incident"}}}}
		b.ReportAllocs()
		for b.Loop() {
			tl.Events[0].At = year(2026).Add(time.Duration(r.Int64N(int64(365 * 24 * time.Hour))))
			if _, err := p.Backings(tl, tl.Events[0].At.Add(time.Hour)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
