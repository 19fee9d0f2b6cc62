package sla

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const day = `
[[timelines]]
id = "T-1"
note = "no printing"

[[timelines.events]]
is = "opened"
at = 2026-06-07T09:00:00
with = { class = "incident", department = "operations", critical = true }

[[timelines.events]]
is = "paused"
at = "2026-06-07 10:00"
reason = "awaiting-user"

[[timelines.events]]
is = "closed"
at = 2026-06-07T08:30:00
recorded = 2026-06-07T12:00:00+03:00
correction = true

[[timelines]]
id = "T-2"

[[timelines.events]]
is = "approved"
at = 2026-06-07T09:00:00Z
role = "unit-manager"
contract = [{ contract = "C-7", metric = "vendor-handling", calendar = "elapsed", within = "4h" }]
`

func TestParseTimelines(t *testing.T) {
	p := raanana(t)
	list, err := p.ParseTimelines([]byte(day), "day.toml")
	require.NoError(t, err)
	require.Len(t, list, 2)
	events := list[0].Events
	if list[0].ID != "T-1" || list[0].Note != "no printing" || len(events) != 3 {
		t.Fatalf("the first timeline is %+v", list[0])
	}
	if e := events[0]; e.Seq != 1 || e.Attributes["critical"] != "true" || !e.At.Equal(local(t, p.Zone(), "Sun 2026-06-07 09:00")) {
		t.Errorf("the first event is %+v", e)
	}
	if e := events[2]; !e.Correction || !e.Recorded.Equal(local(t, p.Zone(), "Sun 2026-06-07 12:00")) {
		t.Errorf("the correction is %+v", e)
	}
	if e := list[1].Events[0]; !e.At.Equal(local(t, p.Zone(), "Sun 2026-06-07 12:00")) || e.Contract[0].Contract != "C-7" {
		t.Errorf("the event with an offset is %+v", e)
	}
}

func TestParseTimelinesReportsMistakes(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"a local time that the clock skips", "2026-06-07T09:00:00\nwith", "2026-03-27T02:30:00\nwith", "8: timelines.T-1.events[1].at: 2026-03-27T02:30:00 does not exist in Asia/Jerusalem"},
		{"one that it shows twice", `"2026-06-07 10:00"`, `"2026-10-25 01:30"`, "13: timelines.T-1.events[2].at: 2026-10-25 01:30 occurs twice in Asia/Jerusalem, with the offsets +03:00 and +02:00"},
		{"unknown attribute", "class =", "clas =", `9: timelines.T-1.events[1].with.clas: no attribute is named "clas" in [attributes]; did you mean "class"?`},
		{"unknown value", `"incident"`, `"accident"`, `9: timelines.T-1.events[1].with.class: class has no value "accident" in [attributes]; did you mean "incident"?`},
		{"a pause without a reason", "reason = \"awaiting-user\"\n", "\n", `11: timelines.T-1.events[2]: an event "paused" needs its reason`},
		{"an approval without a role", "role = \"unit-manager\"\n", "\n", `25: timelines.T-2.events[1]: an event "approved" needs its role`},
		{"out of order", `"2026-06-07 10:00"`, `"2026-06-07 08:00"`, `11: timelines.T-1.events[2]: at 2026-06-07T08:00:00+03:00 it precedes the event before it; only a correction may`},
		{"a correction of nothing", "correction = true", "corrects = 9", `16: timelines.T-1.events[3]: it corrects seq 9, which is not before it`},
		{"terms on an unknown calendar", `calendar = "elapsed"`, `calendar = "moon"`, `29: timelines.T-2.events[1].contract[1]: contract C-7: its terms for vendor-handling name the calendar "moon", which the policy does not have`},
		{"no time", "at = 2026-06-07T09:00:00Z\n", "\n", `25: timelines.T-2.events[1]: it has no time`},
	}
	p := raanana(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(day, tt.old))
			_, err := p.ParseTimelines([]byte(strings.Replace(day, tt.old, tt.new, 1)), "day.toml")
			if want := "day.toml:" + tt.want; err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got\n%v\nwant\n%s", err, want)
			}
		})
	}
	if _, err := p.ParseTimelines(nil, "day.toml"); err == nil || !strings.Contains(err.Error(), "it has no events") {
		t.Errorf("an empty file gives %v", err)
	}
}
