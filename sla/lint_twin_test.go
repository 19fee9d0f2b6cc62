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

// What Lint says of attributes is compared with a loop over all combinations.
func TestLintAgainstAllCombinations(t *testing.T) { rapid.Check(t, lintCombinations) }

func FuzzLintCombinations(f *testing.F) { f.Fuzz(rapid.MakeFuzz(lintCombinations)) }

// drawnTarget is what a drawn policy says of a target: the values by attribute.
type drawnTarget struct {
	id, metric string
	match      map[string][]string
}

// drawnPolicy is a policy of which only attributes and matches matter.
type drawnPolicy struct {
	keys    []string
	values  map[string][]string // as declared
	open    map[string]bool     // it allows any value; these are the ones that something names
	targets []drawnTarget
}

func drawMatches(t *rapid.T) *drawnPolicy {
	p := &drawnPolicy{values: map[string][]string{}, open: map[string]bool{}}
	for _, key := range []string{"class", "priority", "place"}[:rapid.IntRange(1, 3).Draw(t, "attributes")] {
		p.keys = append(p.keys, key)
		p.values[key] = []string{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(t, key)]
		p.open[key] = key == "place" && rapid.Bool().Draw(t, "open")
	}
	for i := range rapid.IntRange(1, 6).Draw(t, "targets") {
		d := drawnTarget{fmt.Sprintf("t%d", i), rapid.SampledFrom([]string{"m", "n"}).Draw(t, "metric"), map[string][]string{}}
		for _, key := range p.keys {
			if rapid.Bool().Draw(t, "asks") {
				d.match[key] = rapid.SliceOfNDistinct(rapid.SampledFrom(append([]string{""}, p.values[key]...)), 1, -1, rapid.ID[string]).Draw(t, "values")
			}
		}
		p.targets = append(p.targets, d)
	}
	return p
}

func (p *drawnPolicy) toml() string {
	var b strings.Builder
	b.WriteString("format = 1\nname = \"drawn\"\nzone = \"UTC\"\n[attributes]\n")
	for _, key := range p.keys {
		if p.open[key] {
			fmt.Fprintf(&b, "%s = []\n", key)
		} else {
			fmt.Fprintf(&b, "%s = %s\n", key, quoted(p.values[key]))
		}
	}
	for _, d := range p.targets {
		fmt.Fprintf(&b, "[[targets]]\nid = %q\nmetric = %q\nkind = \"commitment\"\ntitle = {}\nsource = \"drawn\"\nstart = \"opened\"\nmeets = \"closed\"\ncalendar = \"elapsed\"\ndue = { within = \"1h\" }\n", d.id, d.metric)
		for _, key := range p.keys {
			if values, ok := d.match[key]; ok {
				fmt.Fprintf(&b, "match.%s = %s\n", key, quoted(values))
			}
		}
	}
	return b.String()
}

func quoted(values []string) string {
	return "[" + strings.Join(strings.Split(fmt.Sprintf("%q", values), " "), ", ")[1:]
}

// all returns the values that a timeline may have; declared leaves out that it has none.
func (p *drawnPolicy) all(key string, declared bool) []string {
	var values []string
	if !declared {
		values = append(values, "")
	}
	if !p.open[key] {
		return append(values, p.values[key]...)
	}
	for _, v := range p.values[key] { // those that something names
		if slices.ContainsFunc(p.targets, func(d drawnTarget) bool { return slices.Contains(d.match[key], v) }) {
			values = append(values, v)
		}
	}
	return append(values, "…")
}

// each visits all combinations.
func (p *drawnPolicy) each(declared bool, visit func(map[string]string)) {
	with := map[string]string{}
	var step func(i int)
	step = func(i int) {
		if i == len(p.keys) {
			visit(with)
			return
		}
		for _, v := range p.all(p.keys[i], declared) {
			with[p.keys[i]] = v
			step(i + 1)
		}
	}
	step(0)
}

// first returns the target of the metric that counts, or "".
func (p *drawnPolicy) first(metric string, with map[string]string) string {
	for _, d := range p.targets {
		matches := d.metric == metric
		for key, values := range d.match {
			matches = matches && slices.Contains(values, with[key])
		}
		if matches {
			return d.id
		}
	}
	return ""
}

func (p *drawnPolicy) promised(with map[string]string) bool {
	return p.first("m", with) != "" || p.first("n", with) != ""
}

// changed returns the combination with another value.
func changed(with map[string]string, key, value string) map[string]string {
	c := map[string]string{}
	for k, v := range with {
		c[k] = v
	}
	c[key] = value
	return c
}

func (p *drawnPolicy) text(with map[string]string) string {
	var parts []string
	for _, key := range p.keys {
		parts = append(parts, key+" = "+with[key])
	}
	return strings.Join(parts, ", ")
}

// expected is the findings by brute force, each in a line of its own.
func (p *drawnPolicy) expected() map[string]bool {
	want := map[string]bool{}
	reached, counts, covered := map[string]bool{}, map[string]bool{}, map[string]bool{}
	p.each(false, func(with map[string]string) {
		for _, metric := range []string{"m", "n"} {
			id := p.first(metric, with)
			if id == "" {
				continue
			}
			reached[id] = true
			for key, v := range with {
				counts[id+key+v] = true
				covered[key+"="+v] = true
			}
		}
	})
	for _, d := range p.targets {
		if !reached[d.id] {
			want["never-matches "+d.id] = true
			continue
		}
		for key, values := range d.match {
			for _, v := range values {
				if !counts[d.id+key+v] {
					want["value-never-counts "+d.id+" "+key+" "+v] = true
				}
			}
		}
	}
	for _, key := range p.keys {
		for _, v := range p.all(key, true) {
			if v != "…" && !covered[key+"="+v] {
				want["value-not-covered "+key+" "+v] = true
			}
		}
	}
	p.each(true, func(with map[string]string) {
		dead := false
		for key, v := range with {
			dead = dead || v != "…" && !covered[key+"="+v]
		}
		if !dead && !p.promised(with) {
			want["gap "+p.text(with)] = true
		}
	})
	for _, metric := range []string{"m", "n"} {
		p.expectMetric(metric, want)
	}
	return want
}

func (p *drawnPolicy) expectMetric(metric string, want map[string]bool) {
	asks := func(key string) bool {
		return slices.ContainsFunc(p.targets, func(d drawnTarget) bool { _, ok := d.match[key]; return ok && d.metric == metric })
	}
	p.each(false, func(with map[string]string) {
		priorities := p.values["priority"]
		if low := slices.Index(priorities, with["priority"]); low >= 0 && p.first(metric, with) != "" {
			for _, high := range priorities[low+1:] {
				if p.first(metric, changed(with, "priority", high)) == "" {
					want["priority-gap "+metric] = true
				}
			}
		}
	})
	p.each(true, func(with map[string]string) {
		for _, key := range p.keys {
			if !asks(key) || p.first(metric, changed(with, key, "")) != "" {
				continue
			}
			every := true
			for _, v := range p.all(key, true) {
				every = every && p.first(metric, changed(with, key, v)) != ""
			}
			if every {
				want["gap-unset "+metric+" "+key] = true
			}
		}
	})
}

func lintCombinations(t *rapid.T) {
	d := drawMatches(t)
	p, err := Parse([]byte(d.toml()), "drawn.toml")
	require.NoError(t, err)
	got := map[string]bool{}
	for _, f := range p.Lint(time.Time{}) {
		a := f.Args
		switch f.Code {
		case "never-matches":
			got[fmt.Sprintf("%s %s", f.Code, a["target"])] = true
		case "value-never-counts":
			id := strings.Split(f.Path, ".")[1]
			got[fmt.Sprintf("%s %s %s %s", f.Code, id, a["attribute"], a["value"])] = true
		case "value-not-covered":
			got[fmt.Sprintf("%s %s %s", f.Code, a["attribute"], a["value"])] = true
		case "priority-gap":
			got[fmt.Sprintf("%s %s", f.Code, a["metric"])] = true
		case "gap-unset":
			got[fmt.Sprintf("%s %s %s", f.Code, a["metric"], a["attribute"])] = true
		case "gap":
			// It names the attributes that it is about; the others may have any value
			// that is covered at all.
			within := map[string][]string{}
			for _, part := range strings.Split(a["attributes"].(string), ", ") {
				if key, values, ok := strings.Cut(part, " = "); ok {
					within[key] = strings.Split(values, " | ")
				}
			}
			d.each(true, func(with map[string]string) {
				for key, values := range within {
					if !slices.Contains(values, with[key]) {
						return
					}
				}
				if !d.uncovered(with) {
					got["gap "+d.text(with)] = true
				}
			})
		}
	}
	want := d.expected()
	for line := range want {
		if !got[line] {
			t.Errorf("%s\nLint does not find %s", d.toml(), line)
		}
	}
	for line := range got {
		if !want[line] {
			t.Errorf("%s\nLint finds %s, which is not so", d.toml(), line)
		}
	}
}

// uncovered reports whether a value of the combination is covered in none.
func (p *drawnPolicy) uncovered(with map[string]string) bool {
	for _, key := range p.keys {
		covered := with[key] == "…"
		p.each(false, func(o map[string]string) {
			covered = covered || o[key] == with[key] && p.promised(o)
		})
		if !covered {
			return true
		}
	}
	return false
}

// The largest difference between two due times is found, if one that looks at
// every seventh minute and at all edges finds one at all; and what neverLater says
// is never refuted.
func TestCompareAgainstAllMinutes(t *testing.T) { rapid.Check(t, compareMinutes) }

func FuzzCompare(f *testing.F) { f.Fuzz(rapid.MakeFuzz(compareMinutes)) }

func compareMinutes(t *rapid.T) {
	middle := rapid.SampledFrom([]worktime.Date{
		{Year: 2026, Month: 3, Day: 27}, {Year: 2026, Month: 10, Day: 25}, {Year: 2026, Month: 6, Day: 10},
	}).Draw(t, "middle")
	zone := rapid.SampledFrom([]string{"Asia/Jerusalem", "Europe/Warsaw", "America/Santiago", "America/Havana", "UTC"}).Draw(t, "zone")
	rules := []string{drawRule(t, 1), drawRule(t, 1)}
	text := fmt.Sprintf(frame, zone, drawWeek(t), middle.AddDays(rapid.IntRange(-3, 3).Draw(t, "short day")), drawHours(t, "short"),
		middle.AddDays(rapid.IntRange(-5, 5).Draw(t, "holiday")), fmt.Sprintf("{ earliest = [ %s, %s ] }", rules[0], rules[1]))
	p, err := Parse([]byte(text), "drawn.toml")
	if err != nil {
		t.Skip(err.Error())
	}
	l := &linter{p: p, raw: p.source.raw, doc: p.source.doc}
	a, b := &p.targets[0].due.subs[0], &p.targets[0].due.subs[1]
	at := append(bothSides(p, a, middle), bothSides(p, b, middle)...)
	for m := at[0]; m.Before(at[0].AddDate(0, 0, 18)); m = m.Add(7 * time.Minute) {
		at = append(at, m)
	}
	var most time.Duration
	var when time.Time
	for _, start := range at {
		dueA, ok := l.dueAt(a, start)
		dueB, ok2 := l.dueAt(b, start)
		if d := dueA.Sub(dueB); ok && ok2 && (when.IsZero() || d > most) {
			most, when = d, start
		}
	}
	c, found := l.compare(a, b, func(c compared) bool { return c.a.Sub(c.b) >= most })
	if !found {
		t.Fatalf("%s\nstarted at %v the first is due %v after the second; compare finds no such start", text, when, most)
	}
	if dueA, _ := l.dueAt(a, c.start); !dueA.Equal(c.a) {
		t.Fatalf("compare says %v, but started at %v it is due at %v", c.a, c.start, dueA)
	}
	if neverLater(a, b) && most > 0 {
		t.Fatalf("%s\nstarted at %v the first is due %v after the second; neverLater denies it", text, when, most)
	}
}

// Rules of extreme lengths come to an end, as does the longest cover that there can be.
func TestLintOfExtremes(t *testing.T) {
	for _, tt := range []struct{ cover, high, low, want string }{
		{"{ from = 2000, to = 2040 }", `{ days = 3000, at = "close" }`, `{ within = "24000h" }`, ""},
		{"{ from = 2000, to = 2040 }", `{ within = "24000h" }`, `{ days = 3000, at = "close" }`, "longer-with-priority"},
		{"{ from = 1678, to = 2261 }", `{ immediate = true }`, `{ within = "1ns", calendar = "elapsed" }`, "longer-with-priority"},
	} {
		text := strings.ReplaceAll(soundPolicy(t), "{ from = 2025, to = 2030 }", tt.cover)
		text = patched(t, text, Patch{`due = { within = "4h" }`, "due = " + tt.high}, Patch{`due = { days = 2, at = "close" }`, "due = " + tt.low})
		var got string
		for _, f := range lint(t, text) {
			if f.Severity == SeverityError {
				got = f.Code
			}
		}
		require.Equal(t, tt.want, got, "%s instead of %s", tt.high, tt.low)
	}
}
