package slatest

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// Ra'anana's own vectors, of which most are the worked ones (V1 to V12), and the
// invariants of its policy.
func TestRaanana(t *testing.T) {
	cfg := Config{Reviewed: true}
	if testing.Short() {
		cfg = june
	}
	Run(t, os.DirFS("../../examples/policies/raanana"), cfg)
}

// june is a span for tests to which a year adds nothing.
var june = Config{
	From: time.Date(2026, 6, 7, 0, 0, 0, 0, time.UTC),
	To:   time.Date(2026, 6, 14, 0, 0, 0, 0, time.UTC),
}

func parse(t testing.TB, text string) *sla.Policy {
	t.Helper()
	p, err := sla.Parse([]byte(text), "sla.toml")
	require.NoError(t, err)
	return p
}

// town has a rule of each sort, on hours that run past midnight too.
const town = `format = 1
name = "a town"
zone = "Asia/Jerusalem"

[attributes]
class = ["fault", "network", "account", "visit", "project"]
priority = ["low", "high"]
place = []

[roles]
boss = {}
clerk = {}

[calendars.desk]
week = { sun-thu = "07:30-16:30", fri = ["08:00-10:00", "10:30-12:00"] }

[[calendars.desk.days]]
date = 2030-05-01
hours = "07:30-09:00"
why = "an excursion"

[calendars.night]
week = { sun-sat = "22:00-06:00" }

[[targets]]
id = "fast"
metric = "handling"
kind = "commitment"
title = {}
source = "1"
match = { class = "fault", priority = "high" }
start = "opened"
meets = "closed"
calendar = "desk"
due = { earliest = [ { within = "30m" }, { days = 0, at = "close" } ] }
pauses = ["user", "part"]

[[targets.escalations]]
at = "80%"
to = "boss"
do = "watch"

[[targets]]
id = "usual"
metric = "handling"
kind = "commitment"
title = {}
source = "2"
match = { class = ["fault", "network"] }
start = "opened"
meets = "closed"
calendar = "desk"
due.granularity = "minute"
due.cutoffs = [ { until = "10:00", days = 0, at = "close", meets = "diagnosed" }, { days = 1, at = "12:00" } ]
pauses = ["user", "part"]

[[targets.escalations]]
at = "62.5%"
match = { place = "hall" }
to = "boss"
do = "watch"

[[targets.escalations]]
after = "1h"
every = "2h"
times = 3
to = "boss"
do = "take-over"

[[targets]]
id = "watch"
metric = "watch"
kind = "estimate"
title = {}
source = "3"
match = { class = "network" }
start = ["opened", "noted"]
meets = "closed"
calendar = "night"
due = { immediate = true, grace = "5m" }

[[targets]]
id = "account"
metric = "fulfilment"
kind = "commitment"
title = {}
source = "4"
match = { class = "account" }
start = "approved"
approvals = ["boss", "clerk"]
meets = "granted"
calendar = "desk"
due = { contract = "cap", default = { days = 3, at = "same-time" } }

[[targets]]
id = "visit"
metric = "fulfilment"
kind = "commitment"
title = {}
source = "5"
match = { class = "visit" }
start = "appointed"
meets = "done"
calendar = "elapsed"
due = { appointment = true }

[[targets]]
id = "plan"
metric = "plan"
kind = "window"
title = {}
source = "6"
match = { class = "project" }
start = "opened"
meets = "planned"
calendar = "desk"
due = { min = { within = "1h", calendar = "elapsed" }, max = { days = 5, at = "close" } }
`

// Every rule keeps every invariant, and each invariant has something to check.
func TestSoundPolicy(t *testing.T) {
	r := Inspect(parse(t, town), nil, Config{})
	require.NoError(t, r.Err())
	for _, in := range r.Invariants {
		if in.Checks == 0 {
			t.Errorf("%s was never checked", in.Rule)
		}
	}
	if len(r.Unreached) > 0 || r.Combinations != r.Possible || r.Possible != 6*3*3 {
		t.Errorf("unreached %v, %d of %d combinations, want all of 54", r.Unreached, r.Combinations, r.Possible)
	}
	if r.Vectors != nil {
		t.Errorf("vectors %v, want none", r.Vectors)
	}
}

// What the edges are taken from.
// The instant at which a correction was recorded is no edge of a promise: a start
// before it may be due later than one after it, if a day was opened.
func TestCorrectedPolicy(t *testing.T) {
	p := parse(t, town+`
[[corrections]]
recorded = 2026-06-11T10:00:00
why = "Saturday is worked"
[[corrections.days]]
calendar = "desk"
date = 2026-06-13
hours = "07:30-16:30"
why = "Saturday is worked"
`)
	opened := func(at string) sla.Clock {
		start, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		a := p.Promise(start, map[string]string{"class": "account"})
		require.NotEmpty(t, a.Clocks)
		return a.Clocks[0]
	}
	require.True(t, opened("2026-06-11T09:59:59+03:00").Due.After(opened("2026-06-11T10:00:00+03:00").Due), "it is no test otherwise")
	require.NoError(t, Check(p, nil, june))
}

func TestTraits(t *testing.T) {
	p := parse(t, town)
	tests := []struct{ target, want string }{
		{"usual", "{[desk] [10:00 10:01 12:00] [closed diagnosed] [1] map[class:[fault network]] [boss] false}"},
		{"fast", "{[desk] [] [closed] [1] map[class:[fault] priority:[high]] [boss] false}"},
		{"watch", "{[night] [] [closed] [] map[class:[network]] [] false}"},
		{"account", "{[desk] [] [granted] [] map[class:[account]] [] true}"},
		{"visit", "{[] [] [done] [] map[class:[visit]] [] false}"},
		{"plan", "{[desk] [] [planned] [] map[class:[project]] [] false}"},
	}
	for _, tt := range tests {
		if got := fmt.Sprint(p.Target(tt.target).Traits()); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.target, got, tt.want)
		}
	}
	for key, want := range map[string]string{"priority": "[low high]", "place": "[hall]", "colour": "[]"} {
		if got := fmt.Sprint(p.Values(key)); got != want {
			t.Errorf("%s has the values %s, want %s", key, got, want)
		}
	}
}

// A zone that changes its clocks at midnight, one that has not changed them for
// years, a cover of a single year, and a span of one's own.
func TestAwkwardSpans(t *testing.T) {
	zones := []string{"America/Santiago", "Atlantic/Azores", "Asia/Tehran", "Africa/Casablanca", "UTC"}
	if testing.Short() {
		zones = zones[:1]
	}
	for _, zone := range zones {
		p := parse(t, strings.Replace(town, "Asia/Jerusalem", zone, 1))
		if err := Check(p, nil, Config{}); err != nil {
			t.Errorf("%s: %v", zone, err)
		}
	}
	// A cover of one year, before the zone's clocks moved twice a year.
	old := parse(t, strings.ReplaceAll(town, "week = {", "cover = { from = 1945, to = 1945 }\nweek = {"))
	if r := Inspect(old, nil, Config{}); r.Err() != nil || r.Invariants[0].Checks < 1000 {
		t.Errorf("1945: %d checks, %v", r.Invariants[0].Checks, r.Err())
	}
}

// A span of one's own is kept to; half of one is a year from there, or until then.
func TestSpan(t *testing.T) {
	p := parse(t, town)
	tests := []struct {
		name     string
		cfg      Config
		from, to string
	}{
		{"by default, a year in the middle", Config{}, "2030-01-01", "2031-01-01"},
		{"both ends", june, "2026-06-07", "2026-06-14"},
		{"from", Config{From: june.From}, "2026-06-07", "2027-06-07"},
		{"to", Config{To: june.To}, "2025-06-14", "2026-06-14"},
	}
	for _, tt := range tests {
		s := survey{policy: p, engine: p, cfg: tt.cfg, spans: map[string][2]time.Time{}}
		from, to := s.span([]string{"desk"})
		if got := from.Format(time.DateOnly); got != tt.from {
			t.Errorf("%s: from %s, want %s", tt.name, got, tt.from)
		}
		if got := to.Format(time.DateOnly); got != tt.to {
			t.Errorf("%s: to %s, want %s", tt.name, got, tt.to)
		}
	}
	for _, start := range func() []time.Time {
		s := survey{policy: p, engine: p, cfg: june, spans: map[string][2]time.Time{}}
		return s.edges(&sla.Traits{Calendars: []string{"desk", "night"}})
	}() {
		if start.Before(june.From) || !start.Before(june.To) {
			t.Errorf("a start at %s lies outside the span", start)
		}
	}
}

// Each invariant finds what breaks it, and nothing but that fails.
func TestInvariantsCanFail(t *testing.T) {
	town := parse(t, town)
	clock := func(a *sla.Assessment, f func(*sla.Clock)) {
		for i := range a.Clocks {
			f(&a.Clocks[i])
		}
	}
	tests := []struct {
		rule  string
		spoil func(*sla.Assessment, time.Time)
		want  string   // in the first failure
		also  []string // the rules that cannot hold then, either
	}{
		{"due", func(a *sla.Assessment, now time.Time) {
			clock(a, func(c *sla.Clock) {
				if now.Equal(c.Start) {
					c.Start = c.Start.Add(time.Minute)
				}
			})
		}, "it counts from", []string{"explanation", "escalation"}},
		{"monotone", func(a *sla.Assessment, now time.Time) {
			clock(a, func(c *sla.Clock) {
				if now.Equal(c.Start) && c.Start.Nanosecond() == 1 {
					c.Due = c.Due.Add(-time.Nanosecond)
				}
			})
		}, "but started at", []string{"explanation", "verdict", "next"}},
		{"explanation", func(a *sla.Assessment, _ time.Time) {
			clock(a, func(c *sla.Clock) {
				for _, class := range []string{"fault", "network", "account", "visit", "project"} {
					for _, other := range town.Promise(c.Start, map[string]string{"class": class}).Clocks {
						if !other.Due.Equal(c.Due) {
							explain(c, other)
						}
					}
				}
			})
		}, "its last step leads to", nil},
		{"verdict", func(a *sla.Assessment, now time.Time) {
			clock(a, func(c *sla.Clock) {
				if c.State == sla.Met {
					c.State = sla.MetLate
				}
			})
		}, "met at its due time", nil},
		{"next", func(a *sla.Assessment, now time.Time) {
			if !a.Next.IsZero() {
				a.Next = now
			}
		}, "Next is", nil},
		{"escalation", func(a *sla.Assessment, now time.Time) {
			for i := range a.Planned {
				if p := &a.Planned[i]; p.Target.ID == "fast" {
					p.At = a.Clock("fast").Due.Add(1)
				}
			}
		}, "its escalation 1 at", nil},
		{"priority", func(a *sla.Assessment, now time.Time) {
			clock(a, func(c *sla.Clock) {
				if c.Target.ID == "fast" && a.Clock("usual") != nil {
					c.Due = c.Due.Add(30 * 24 * time.Hour)
				}
			})
		}, "and raised at", nil},
	}
	p := town
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			r := inspect(p, spoiled{p, tt.spoil}, nil, june)
			for _, in := range r.Invariants {
				if in.Rule == tt.rule {
					if len(in.Failures) == 0 || !strings.HasPrefix(in.Failures[0].Error(), tt.rule+": ") || !strings.Contains(in.Failures[0].Error(), tt.want) {
						t.Errorf("failures %v, want one with %q", in.Failures, tt.want)
					}
				} else if len(in.Failures) > 0 && !slices.Contains(tt.also, in.Rule) {
					t.Errorf("%s fails as well: %v", in.Rule, in.Failures[0])
				}
			}
		})
	}
}

// spoiled is a policy whose assessments are broken on purpose.
type spoiled struct {
	policy *sla.Policy
	spoil  func(*sla.Assessment, time.Time)
}

func (s spoiled) Assess(tl sla.Timeline, now time.Time) (sla.Assessment, error) {
	a, err := s.policy.Assess(tl, now)
	s.spoil(&a, now)
	return a, err
}

func (s spoiled) Explain(tl sla.Timeline, now time.Time) (sla.Assessment, error) {
	a, err := s.policy.Explain(tl, now)
	s.spoil(&a, now)
	return a, err
}

// explain gives the clock the steps of the other.
func explain(c *sla.Clock, other sla.Clock) {
	other.Target, other.Number, other.State, other.Early, other.Overrun = c.Target, c.Number, c.State, c.Early, c.Overrun
	other.Start, other.Due, other.Breached, other.Ended = c.Start, c.Due, c.Breached, c.Ended
	*c = other
}

// A rule that fails everywhere is not told a thousand times.
func TestFailuresAreFew(t *testing.T) {
	p := parse(t, town)
	r := inspect(p, spoiled{p, func(a *sla.Assessment, _ time.Time) {
		for i := range a.Clocks {
			explain(&a.Clocks[i], sla.Clock{})
		}
	}}, nil, june)
	failures := r.Invariants[slices.IndexFunc(r.Invariants, func(in Invariant) bool { return in.Rule == "explanation" })].Failures
	if len(failures) > 4*7 || !strings.Contains(failures[0].Error(), "no step says why") || !strings.HasSuffix(failures[3].Error(), "more") {
		t.Errorf("%d failures, the fourth is %v", len(failures), failures[3])
	}
}

// Where there are too many combinations some are tried, from all over, and the
// report says so.
func TestCombinationsAreBounded(t *testing.T) {
	var text strings.Builder
	for i := range 12 {
		fmt.Fprintf(&text, "a%d = [\"x\", \"y\"]\n", i)
	}
	p := parse(t, strings.Replace(town, "place = []\n", "place = []\n"+text.String(), 1))
	r := Inspect(p, nil, Config{Combinations: 60, From: june.From, To: june.To})
	require.NoError(t, r.Err())
	if want := 6 * 3 * 531441 * 3; r.Combinations != 60*3 || r.Possible != want || len(r.Unreached) > 0 {
		t.Errorf("%d of %d combinations, unreached %v; want 180 of %d", r.Combinations, r.Possible, r.Unreached, want)
	}
	if w := r.Warnings(); len(w) != 1 || !strings.HasPrefix(w[0], "only 180 of ") {
		t.Errorf("warnings %q", w)
	}
}

// A target that nothing leads to is named, and so is a start that nothing covers.
func TestWhatCannotBeChecked(t *testing.T) {
	p := parse(t, strings.Replace(town, `match = { class = "visit" }`, `match = { class = "account", priority = "low" }`, 1))
	if got := Inspect(p, nil, june).Unreached; !slices.Equal(got, []string{"visit"}) {
		t.Errorf("unreached %v, want visit", got)
	}
	p = parse(t, strings.ReplaceAll(town, "[calendars.night]\n", "[calendars.night]\ncover = { from = 2026, to = 2026 }\n"))
	err := Check(p, nil, Config{From: time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC)})
	if err == nil || !strings.HasPrefix(err.Error(), "due: watch with class=network: no start could be judged: ") {
		t.Errorf("Check = %v", err)
	}
}

// recorder stands in for *testing.T.
type recorder struct {
	name string
	out  *[]string
}

func (r recorder) Helper()           {}
func (r recorder) Log(args ...any)   { *r.out = append(*r.out, r.name+" logs "+fmt.Sprint(args...)) }
func (r recorder) Error(args ...any) { *r.out = append(*r.out, r.name+" fails "+fmt.Sprint(args...)) }
func (r recorder) Run(name string, f func(recorder)) bool {
	*r.out = append(*r.out, r.name+"/"+name)
	f(recorder{r.name + "/" + name, r.out})
	return true
}

// drifted is a lock file that town has not.
const drifted = `format = 1
content = "sha256:?"
zone = "Asia/Jerusalem"
offsets = { from = 2020, to = 2021, hash = "sha256:?" }
`

func TestRun(t *testing.T) {
	folder := fstest.MapFS{
		"sla.toml":                {Data: []byte(town)},
		"vectors/sound.toml":      {Data: []byte(opened + "[due]\nusual = 2026-06-07T16:30:00\n")},
		"vectors/deep/wrong.toml": {Data: []byte("unreviewed = true\n" + opened + "[due]\nusual = 2026-06-07T16:00:00\n")},
		"vectors/README.md":       {Data: []byte("not a vector")},
	}
	tests := []struct {
		name   string
		folder fs.FS
		want   []string
	}{
		{"a subtest of each", folder, []string{
			"T logs nobody has reviewed vectors/deep/wrong.toml",
			"T/invariants/due", "T/invariants/monotone",
			"T/vectors/deep/wrong logs unreviewed",
			"T/vectors/deep/wrong fails vectors/deep/wrong.toml:10: due.usual: got Sun 2026-06-07 16:30, want Sun 2026-06-07 16:00, as of Sun 2026-06-07 09:00\n" +
				"    usual is running\n" +
				"    - counted from opened, Sun 2026-06-07 09:00\n" +
				"    - Sun 2026-06-07 09:00 is not after the cut-off at 10:00, by the minute\n" +
				"    - the same working day at closing",
			"T/vectors/sound",
		}},
		{"no vectors", fstest.MapFS{"sla.toml": {Data: []byte(town)}},
			[]string{"T logs there is no folder vectors, so that only the invariants are checked", "T/invariants"}},
		{"a lock file of another time", fstest.MapFS{"sla.toml": {Data: []byte(town)}, "sla.lock.toml": {Data: []byte(drifted)}}, []string{
			"T/lint fails sla.lock.toml:2: error: content: sla.toml does not say any more what it said when it was locked; " +
				"publish another edition or a correction, or run townclerk lock if it is not in force yet [edition-edited]",
			"T/lint logs sla.lock.toml:4: warning: offsets: the clock changes of Asia/Jerusalem from 2020 to 2021 are not those that were locked, so that due times may have moved; " +
				"see which of them are new, and run townclerk lock to accept them [offsets-changed]",
		}},
		{"no policy", fstest.MapFS{}, []string{"T fails open sla.toml: file does not exist"}},
		{"a policy with a mistake", fstest.MapFS{"sla.toml": {Data: []byte("format = 2\n" + town[len("format = 1\n"):])}},
			[]string{"T fails sla.toml:1: format: 2 is not a format that is known here; write format = 1"}},
		{"a file where the folder should be", fstest.MapFS{"sla.toml": {Data: []byte(town)}, "vectors": {Data: []byte("x")}},
			[]string{"T fails vectors: this is a file; make it a folder of vectors"}},
		{"an empty folder", fstest.MapFS{"sla.toml": {Data: []byte(town)}, "vectors": {Mode: fs.ModeDir}},
			[]string{"T fails vectors: the folder holds no vectors; write one, or remove it"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			Run(recorder{"T", &got}, tt.folder, june)
			for _, want := range tt.want {
				if !slices.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, strings.Join(got, "\n"))
				}
			}
			for _, line := range got {
				if strings.Contains(line, " fails ") && !slices.Contains(tt.want, line) {
					t.Errorf("and %s", line)
				}
			}
		})
	}
}
