package slatest

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// How long does a QA team wait for its policy? Forty targets, half of which differ
// by priority, and two hundred vectors should take less than two seconds.
func BenchmarkInspect(b *testing.B) {
	var text strings.Builder
	text.WriteString(`format = 1
name = "forty"
zone = "Asia/Jerusalem"

[attributes]
class = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"]
priority = ["low", "high"]
critical = [false, true]

[roles]
boss = {}

[calendars.desk]
week = { sun-thu = "07:30-16:30" }
`)
	rules := []string{
		`{ within = "4h" }`,
		`{ days = 3, at = "same-time" }`,
		`{ cutoffs = [ { until = "10:00", days = 0, at = "close" }, { days = 1, at = "12:00" } ] }`,
		`{ days = 14, at = "close" }`,
	}
	vectors := fstest.MapFS{}
	for i := range 20 {
		for _, priority := range []string{`, priority = "high"`, ""} {
			fmt.Fprintf(&text, `
[[targets]]
id = "t%d%d"
metric = "m%d"
kind = "commitment"
title = {}
source = "bench"
match = { class = "c%d"%s }
start = "opened"
meets = "closed"
calendar = "desk"
due = %s
pauses = ["user"]

[[targets.escalations]]
at = "80%%"
to = "boss"
do = "watch"
`, i, len(priority), i/10, i%10, priority, rules[i%len(rules)])
		}
		for j := range 10 {
			vectors[fmt.Sprintf("%d-%d.toml", i, j)] = &fstest.MapFile{Data: fmt.Appendf(nil, `title = "a ticket"
state = { m%d = "running" }

[[events]]
is = "opened"
at = 2026-06-07T09:%02d:00
with = { class = "c%d" }
`, i/10, j, i%10)}
		}
	}
	p := parse(b, text.String())
	b.ReportAllocs()
	for b.Loop() {
		if err := Check(p, vectors, Config{}); err != nil {
			b.Fatal(err)
		}
	}
}
