package sla

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla/worktime"
)

// timeline reads one event a line: the time, its kind, and key=value pairs. The
// keys reason, role, recorded, corrects, void, appointment and contract are the
// event's own; all others are attributes.
func timeline(t testing.TB, p *Policy, lines string) Timeline {
	t.Helper()
	tl := Timeline{ID: "T-1"}
	for line := range strings.Lines(strings.TrimSpace(lines)) {
		at, rest, ok := strings.Cut(strings.TrimSpace(line), ": ")
		require.True(t, ok, line)
		words := strings.Fields(rest)
		e := Event{Seq: townclerk.Seq(len(tl.Events) + 1), At: local(t, p.Zone(), at), Kind: words[0]}
		for _, word := range words[1:] {
			key, value, _ := strings.Cut(word, "=")
			set(t, p, &e, key, strings.ReplaceAll(value, "_", " "))
		}
		tl.Events = append(tl.Events, e)
	}
	return tl
}

func set(t testing.TB, p *Policy, e *Event, key, value string) {
	t.Helper()
	switch key {
	case "reason":
		e.Reason = value
	case "role":
		e.Role = value
	case "recorded":
		e.Recorded, e.Correction = local(t, p.Zone(), value), true
	case "corrects":
		_, err := fmt.Sscan(value, &e.Corrects)
		require.NoError(t, err)
	case "void":
		e.Void = true
	case "appointment":
		e.Appointment = local(t, p.Zone(), value)
	case "contract":
		within, err := time.ParseDuration(value)
		require.NoError(t, err)
		e.Contract = []Terms{{Contract: "C-1", Metric: "t", Calendar: Elapsed, Within: within}}
	default:
		if e.Attributes == nil {
			e.Attributes = map[string]string{}
		}
		e.Attributes[key] = value
	}
}

// brief writes the clocks of an assessment as "id#number state due", for tables.
func brief(a Assessment) string {
	var lines []string
	for i := range a.Clocks {
		c := &a.Clocks[i]
		lines = append(lines, fmt.Sprintf("%s#%d %s %s", c.Target.ID, c.Number, c.State, c.Due.Format("Mon 15:04:05")))
	}
	return strings.Join(lines, "\n")
}

const within8h = "calendar = \"desk\"\ndue = { within = \"8h\" }\n"

// What an event does to a running clock. The desk is open from 07:30 to 16:30,
// Sunday to Thursday; the target is 8 working hours, so Sunday 09:00 is due Sunday
// 17:00 less half an hour of closed time: Monday 08:00.
func TestAssess(t *testing.T) {
	tests := []struct {
		name   string
		events string
		now    string
		want   string
	}{
		{"before its start there is no clock", `
			Sun 2026-06-07 09:00: noted`, "Sun 2026-06-07 12:00", ""},
		{"running", `
			Sun 2026-06-07 09:00: opened`, "Sun 2026-06-07 12:00", "t#1 running Mon 08:00:00"},
		{"at the due instant it can still be met", `
			Sun 2026-06-07 09:00: opened`, "Mon 2026-06-08 08:00", "t#1 running Mon 08:00:00"},
		{"a nanosecond later it is breached", `
			Sun 2026-06-07 09:00: opened`, "Mon 2026-06-08 08:00:00.000000001", "t#1 breached Mon 08:00:00"},
		{"met at the due instant is met", `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 08:00: closed`, "Mon 2026-06-08 12:00", "t#1 met Mon 08:00:00"},
		{"met a nanosecond later is met late", `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 08:00:00.000000001: closed`, "Mon 2026-06-08 12:00", "t#1 met late Mon 08:00:00"},
		{"an event after now is ignored", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 10:00: closed`, "Sun 2026-06-07 09:30", "t#1 running Mon 08:00:00"},
		{"an unknown kind is skipped", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 10:00: sang`, "Sun 2026-06-07 12:00", "t#1 running Mon 08:00:00"},
		{"A-51 while paused, due as if resumed now", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 10:00: paused reason=user`, "Sun 2026-06-07 12:00", "t#1 paused Mon 10:00:00"},
		{"A-51 a pause over the weekend moves the due time by its working time", `
			Thu 2026-06-11 09:00: opened
			Thu 2026-06-11 16:00: paused reason=user
			Sun 2026-06-14 08:30: resumed reason=user`, "Sun 2026-06-14 09:00", "t#1 running Sun 09:30:00"},
		{"a pause in closed time moves nothing", `
			Thu 2026-06-11 09:00: opened
			Thu 2026-06-11 16:30: paused reason=user
			Sun 2026-06-14 07:30: resumed`, "Sun 2026-06-14 07:45", "t#1 running Sun 08:00:00"},
		{"overlapping pauses count once", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 10:00: paused reason=user
			Sun 2026-06-07 11:00: paused reason=part
			Sun 2026-06-07 12:00: resumed reason=user
			Sun 2026-06-07 13:00: resumed reason=part`, "Sun 2026-06-07 14:00", "t#1 running Mon 11:00:00"},
		{"a reason that the target does not know does not pause", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 10:00: paused reason=lunch`, "Sun 2026-06-07 14:00", "t#1 running Mon 08:00:00"},
		{"a pause that begins at the due instant does not count", `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 08:00: paused reason=user`, "Mon 2026-06-08 09:00", "t#1 breached Mon 08:00:00"},
		{"a pause that begins just before it does", `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 07:59: paused reason=user`, "Mon 2026-06-08 09:00", "t#1 paused Mon 09:01:00"},
		{"met while paused", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 10:00: paused reason=user
			Mon 2026-06-08 14:00: closed`, "Tue 2026-06-09 14:00", "t#1 met Tue 12:00:00"},
		{"met, then reopened, is a pause", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 10:00: closed
			Mon 2026-06-08 10:00: reopened`, "Mon 2026-06-08 11:00", "t#1 running Tue 08:00:00"},
		{"a breach stays when reopened", `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 10:00: closed
			Mon 2026-06-08 11:00: reopened`, "Mon 2026-06-08 12:00", "t#1 breached Mon 08:00:00"},
		{"a breach stays when closed again", `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 10:00: closed
			Mon 2026-06-08 11:00: reopened
			Mon 2026-06-08 12:00: closed`, "Mon 2026-06-08 13:00", "t#1 met late Mon 08:00:00"},
		{"RA-48 called off", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 10:00: cancelled`, "Tue 2026-06-09 12:00", "t#1 cancelled Mon 08:00:00"},
		{"called off after the breach stays breached", `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 10:00: cancelled`, "Tue 2026-06-09 12:00", "t#1 breached Mon 08:00:00"},
		{"a second opening starts nothing", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 11:00: opened`, "Sun 2026-06-07 12:00", "t#1 running Mon 08:00:00"},
	}
	p := policy(t, within8h)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := p.Explain(timeline(t, p, tt.events), local(t, p.Zone(), tt.now))
			require.NoError(t, err)
			if got := brief(a); got != tt.want {
				t.Errorf("at %s:\n%s\nwant\n%s", tt.now, got, tt.want)
			}
			for i := range a.Clocks {
				checkSteps(t, &a.Clocks[i])
			}
		})
	}
}

// A cut-off's due time moves by the pause as well, and each branch has its own
// event that meets it.
func TestCutOffPausesAndMeets(t *testing.T) {
	p := policy(t, `calendar = "desk"
due.cutoffs = [ { until = "10:00", days = 0, at = "close", meets = ["diagnosed", "closed"] }, { days = 1, at = "12:00" } ]
`)
	tests := []struct{ name, events, want string }{
		{"RA-20 diagnosis meets the same-day promise", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 15:00: diagnosed`, "t#1 met Sun 16:30:00"},
		{"RA-22 diagnosis does not meet the next-day promise", `
			Sun 2026-06-07 10:30: opened
			Sun 2026-06-07 15:00: diagnosed`, "t#1 running Mon 12:00:00"},
		{"RA-22 treatment does", `
			Sun 2026-06-07 10:30: opened
			Sun 2026-06-07 15:00: diagnosed
			Sun 2026-06-07 16:00: closed`, "t#1 met Mon 12:00:00"},
		{"a pause of 90 minutes", `
			Sun 2026-06-07 10:30: opened
			Sun 2026-06-07 15:00: paused reason=user
			Sun 2026-06-07 16:30: resumed`, "t#1 running Mon 13:30:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := p.Explain(timeline(t, p, tt.events), local(t, p.Zone(), "Mon 2026-06-08 09:00"))
			require.NoError(t, err)
			if got := brief(a); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

const byPriority = `format = 1
name = "priorities"
zone = "Asia/Jerusalem"

[attributes]
priority = ["low", "high"]

[roles]
boss = {}

[calendars.desk]
week = { sun-thu = "07:30-16:30" }

[[targets]]
id = "fast"
metric = "handling"
kind = "commitment"
title = {}
source = "test"
match = { priority = "high" }
start = "opened"
meets = "closed"
calendar = "desk"
due = { within = "2h" }
pauses = ["user"]

[[targets.escalations]]
at = "50%"
to = "boss"
do = "watch"

[[targets.escalations]]
at = "due"
to = "boss"
do = "take-over"

[[targets]]
id = "slow"
metric = "handling"
kind = "commitment"
title = {}
source = "test"
start = "opened"
meets = "closed"
calendar = "desk"
due = { within = "8h" }
pauses = ["user"]

[[targets.escalations]]
at = "50%"
to = "boss"
do = "watch"
`

// A change of priority starts a new clock that inherits the pauses and leaves
// the old verdict (RA-23; "pause time lost when the SLA is re-selected").
func TestChangeOfPriority(t *testing.T) {
	tests := []struct {
		name, onChange, events, now, want, owed string
	}{
		{"raised, counted from the opening", "opening", `
			Sun 2026-06-07 09:00: opened priority=low
			Sun 2026-06-07 10:00: changed priority=high`, "Sun 2026-06-07 10:30",
			"slow#1 cancelled Mon 08:00:00\nfast#1 running Sun 11:00:00", "fast#1.1.0 Sun 10:00:00"},
		{"raised, counted from the change", "change", `
			Sun 2026-06-07 09:00: opened priority=low
			Sun 2026-06-07 10:00: changed priority=high`, "Sun 2026-06-07 10:30",
			"slow#1 cancelled Mon 08:00:00\nfast#1 running Sun 12:00:00", ""},
		{"raised late, counted from the change: the earlier of old and new", "change", `
			Sun 2026-06-07 09:00: opened priority=low
			Mon 2026-06-08 07:45: changed priority=high`, "Mon 2026-06-08 07:50",
			"slow#1 cancelled Mon 08:00:00\nfast#1 running Mon 08:00:00", "slow#1.1.0 Sun 13:00:00"},
		{"raised after a pause, which it inherits", "opening", `
			Sun 2026-06-07 09:00: opened priority=low
			Sun 2026-06-07 10:00: paused reason=user
			Sun 2026-06-07 13:00: resumed
			Sun 2026-06-07 13:30: changed priority=high`, "Sun 2026-06-07 13:40",
			"slow#1 cancelled Mon 11:00:00\nfast#1 running Sun 14:00:00", "fast#1.1.0 Sun 13:30:00"},
		{"raised during a pause, which goes on", "opening", `
			Sun 2026-06-07 09:00: opened priority=low
			Sun 2026-06-07 10:00: paused reason=user
			Sun 2026-06-07 12:00: changed priority=high
			Sun 2026-06-07 13:00: resumed`, "Sun 2026-06-07 13:20",
			"slow#1 cancelled Mon 10:00:00\nfast#1 running Sun 14:00:00", "fast#1.1.0 Sun 12:00:00"},
		{"born overdue: breached at the change, and only the highest step", "opening", `
			Sun 2026-06-07 09:00: opened priority=low
			Sun 2026-06-07 12:00: changed priority=high`, "Sun 2026-06-07 12:30",
			"slow#1 cancelled Mon 08:00:00\nfast#1 breached Sun 11:00:00", "fast#1.2.0 Sun 12:00:00"},
		{"born overdue and called off by the same event: never late", "opening", `
			Sun 2026-06-07 09:00: opened priority=low
			Sun 2026-06-07 12:00: cancelled priority=high`, "Sun 2026-06-07 12:30",
			"slow#1 cancelled Mon 08:00:00\nfast#1 cancelled Sun 11:00:00", ""},
		{"lowered: the longer time, the old verdict stays", "opening", `
			Sun 2026-06-07 09:00: opened priority=high
			Sun 2026-06-07 12:00: changed priority=low`, "Sun 2026-06-07 12:30",
			"fast#1 breached Sun 11:00:00\nslow#1 running Mon 08:00:00", "fast#1.1.0 Sun 10:00:00 fast#1.2.0 Sun 11:00:00"},
		{"changed after it was met: nothing starts", "opening", `
			Sun 2026-06-07 09:00: opened priority=low
			Sun 2026-06-07 10:00: closed
			Sun 2026-06-07 11:00: changed priority=high`, "Sun 2026-06-07 12:30",
			"slow#1 met Mon 08:00:00", ""},
		{"changed, and changed back", "opening", `
			Sun 2026-06-07 09:00: opened priority=low
			Sun 2026-06-07 09:10: changed priority=high
			Sun 2026-06-07 09:20: changed priority=low`, "Sun 2026-06-07 09:30",
			"slow#1 cancelled Mon 08:00:00\nfast#1 cancelled Sun 11:00:00\nslow#2 running Mon 08:00:00", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Parse([]byte(strings.Replace(byPriority, "[attributes]", fmt.Sprintf("on_change = %q\n[attributes]", tt.onChange), 1)), "test.toml")
			require.NoError(t, err)
			a, err := p.Explain(timeline(t, p, tt.events), local(t, p.Zone(), tt.now))
			require.NoError(t, err)
			if got := brief(a); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if got := owed(a.Escalations); got != tt.owed {
				t.Errorf("owed %q, want %q", got, tt.owed)
			}
		})
	}
}

// owed writes escalations as "target#clock.step.repetition time", for tables.
func owed(list []Escalation) string {
	var words []string
	for _, e := range list {
		words = append(words, fmt.Sprintf("%s#%d.%d.%d %s", e.Target.ID, e.Clock, e.Step, e.Repetition, e.At.Format("Mon 15:04:05")))
	}
	return strings.Join(words, " ")
}

// a change to another target with approvals counts from when they were
// first complete, not from an approval that was given once more.
func TestApprovedTwiceThenChanged(t *testing.T) {
	const chain = "approvals = [\"boss\"]\ncalendar = \"desk\"\n"
	p := policyFrom(t, Approved, chain+"match = { priority = \"low\" }\ndue = { days = 3, at = \"close\" }\n"+`
[[targets]]
id = "u"
metric = "t"
kind = "commitment"
title = {}
source = "A-14"
start = "approved"
meets = "closed"
due = { within = "2h" }
`+chain+`
[attributes]
priority = ["low", "high"]
`)
	tl := timeline(t, p, `
		Mon 2026-06-08 09:00: approved role=boss priority=low
		Mon 2026-06-08 10:00: approved role=boss
		Mon 2026-06-08 10:30: changed priority=high`)
	a, err := p.Assess(tl, local(t, p.Zone(), "Mon 2026-06-08 10:45"))
	require.NoError(t, err)
	if got, want := brief(a), "t#1 cancelled Thu 16:30:00\nu#1 running Mon 11:00:00"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A clock that is due by the time at which it is reopened is late from then, since
// until then it was met.
func TestReopenedWhenDue(t *testing.T) {
	p := policyFrom(t, "opened", within8h)
	tl := timeline(t, p, `
		Sun 2026-06-07 08:30: opened
		Sun 2026-06-07 16:30: closed
		Mon 2026-06-08 06:00: reopened`)
	reopened := local(t, p.Zone(), "Mon 2026-06-08 06:00")
	for _, tt := range []struct {
		after time.Duration
		want  State
	}{{-time.Nanosecond, Met}, {0, Breached}, {time.Hour, Breached}} {
		a, err := p.Assess(tl, reopened.Add(tt.after))
		require.NoError(t, err)
		c := a.Clocks[0]
		if c.State != tt.want || c.State == Breached && !c.Breached.Equal(reopened) {
			t.Errorf("%v later it is %s since %v, want %s", tt.after, c.State, c.Breached, tt.want)
		}
	}
}

// What was met early and is reopened is not early any more.
func TestReopenedBeforeTheMinimum(t *testing.T) {
	p := policyFrom(t, "opened", "calendar = \"desk\"\ndue = { min = { days = 1, at = \"close\" }, max = { days = 2, at = \"close\" } }\n")
	tl := timeline(t, p, `
		Sun 2026-06-07 09:00: opened
		Sun 2026-06-07 10:00: closed
		Sun 2026-06-07 11:00: reopened
		Tue 2026-06-09 09:00: closed`)
	for _, tt := range []struct {
		at   string
		want bool
	}{{"Sun 2026-06-07 10:30", true}, {"Sun 2026-06-07 11:30", false}, {"Tue 2026-06-09 09:30", false}} {
		a, err := p.Assess(tl, local(t, p.Zone(), tt.at))
		require.NoError(t, err)
		if got := a.Clocks[0].Early; got != tt.want {
			t.Errorf("%s: early %v, want %v", tt.at, got, tt.want)
		}
	}
}

// Of the steps that had passed when a change brought the clock, the last in the
// file fires where two fell due at once.
func TestBornOverdueWithTwoStepsAtOnce(t *testing.T) {
	const steps = `
[[targets.escalations]]
at = "due"
to = "boss"
do = "watch"

[[targets.escalations]]
at = "100%"
to = "boss"
do = "take-over"
`
	p := policyFrom(t, "opened", within8h+"match = { priority = \"low\" }\n"+`
[attributes]
priority = ["low", "high"]

[[targets]]
id = "u"
metric = "t"
kind = "commitment"
title = {}
source = "RA-23"
start = "opened"
meets = "closed"
calendar = "desk"
due = { within = "1h" }
`+steps)
	tl := timeline(t, p, `
		Sun 2026-06-07 09:00: opened priority=low
		Sun 2026-06-07 12:00: changed priority=high`)
	a, err := p.Assess(tl, local(t, p.Zone(), "Sun 2026-06-07 12:00"))
	require.NoError(t, err)
	if got, want := owed(a.Escalations), "u#1.2.0 Sun 12:00:00"; got != want {
		t.Errorf("owed %q, want %q", got, want)
	}
}

// what a branch of the cut-offs says meets the target instead of, not
// besides, what the target says.
func TestBranchMeetsInstead(t *testing.T) {
	p := policyFrom(t, "opened", "calendar = \"desk\"\n"+
		`due.cutoffs = [ { until = "10:00", days = 0, at = "close", meets = "diagnosed" }, { days = 1, at = "12:00" } ]`)
	for _, tt := range []struct{ opened, what, want string }{
		{"09:00", "closed", "t#1 running Sun 16:30:00"},
		{"09:00", "diagnosed", "t#1 met Sun 16:30:00"},
		{"11:00", "closed", "t#1 met Mon 12:00:00"},
		{"11:00", "diagnosed", "t#1 running Mon 12:00:00"},
	} {
		tl := timeline(t, p, "Sun 2026-06-07 "+tt.opened+": opened\nSun 2026-06-07 12:00: "+tt.what)
		a, err := p.Assess(tl, local(t, p.Zone(), "Sun 2026-06-07 12:00"))
		require.NoError(t, err)
		if got := brief(a); got != tt.want {
			t.Errorf("opened %s, then %s: got %s, want %s", tt.opened, tt.what, got, tt.want)
		}
	}
}

// One pause takes as much from each clock as it took of that clock's own time.
func TestOnePauseOfSeveralClocks(t *testing.T) {
	p := policyFrom(t, "opened", "calendar = \"desk\"\ndue = { within = \"8h\" }\n"+`
[[targets]]
id = "low"
metric = "handling"
kind = "commitment"
title = {}
source = "A-51"
match = { priority = "low" }
start = "opened"
meets = "closed"
calendar = "desk"
due = { within = "8h" }
pauses = ["user"]

[[targets]]
id = "high"
metric = "handling"
kind = "commitment"
title = {}
source = "A-51"
start = "opened"
meets = "closed"
calendar = "desk"
due = { within = "4h" }
pauses = ["user"]
on_change = "change"

[attributes]
priority = ["low", "high"]
`)
	tl := timeline(t, p, `
		Sun 2026-06-07 09:00: opened priority=low
		Sun 2026-06-07 10:00: paused reason=user
		Sun 2026-06-07 12:00: changed priority=high
		Sun 2026-06-07 13:00: resumed`)
	a, err := p.Assess(tl, local(t, p.Zone(), "Sun 2026-06-07 13:00"))
	require.NoError(t, err)
	if got, want := brief(a), "t#1 running Mon 11:00:00\nlow#1 cancelled Mon 10:00:00\nhigh#1 running Mon 08:00:00"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// RA-36, A-14, V11: a target with approvals counts from the last of them.
func TestApprovals(t *testing.T) {
	p := policyFrom(t, Approved, "calendar = \"desk\"\ndue = { days = 3, at = \"close\" }\napprovals = [\"boss\", \"deputy\"]\n")
	tests := []struct{ name, events, want string }{
		{"one of two is not enough", `
			Mon 2026-06-08 09:00: approved role=boss`, ""},
		{"V11 the last of two", `
			Mon 2026-06-08 09:00: approved role=boss
			Tue 2026-06-09 11:00: approved role=deputy`, "t#1 running Sun 16:30:00"},
		{"an approval given twice counts once", `
			Mon 2026-06-08 09:00: approved role=boss
			Mon 2026-06-08 10:00: approved role=deputy
			Tue 2026-06-09 11:00: approved role=deputy`, "t#1 running Thu 16:30:00"},
		{"a stranger's approval does not count", `
			Mon 2026-06-08 09:00: approved role=boss
			Mon 2026-06-08 10:00: approved role=clown`, ""},
		{"a revocation stops the clock", `
			Mon 2026-06-08 09:00: approved role=boss
			Mon 2026-06-08 10:00: approved role=deputy
			Mon 2026-06-08 11:00: revoked role=boss`, "t#1 cancelled Thu 16:30:00"},
		{"a new approval starts it anew", `
			Mon 2026-06-08 09:00: approved role=boss
			Mon 2026-06-08 10:00: approved role=deputy
			Mon 2026-06-08 11:00: revoked role=boss
			Tue 2026-06-09 11:00: approved role=boss`, "t#1 cancelled Thu 16:30:00\nt#2 running Sun 16:30:00"},
		{"after fulfilment a revocation changes nothing", `
			Mon 2026-06-08 09:00: approved role=boss
			Mon 2026-06-08 10:00: approved role=deputy
			Mon 2026-06-08 11:00: closed
			Mon 2026-06-08 12:00: revoked role=boss`, "t#1 met Thu 16:30:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := p.Assess(timeline(t, p, tt.events), local(t, p.Zone(), "Wed 2026-06-10 09:00"))
			require.NoError(t, err)
			if got := brief(a); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// RA-37: due at the agreed appointment, which pauses do not move and a new
// agreement does; until one is agreed there is no clock.
func TestAppointment(t *testing.T) {
	p := policyFrom(t, Appointed, "calendar = \"elapsed\"\ndue = { appointment = true }\n")
	tests := []struct{ name, events, want string }{
		{"none agreed", `
			Sun 2026-06-07 09:00: opened`, ""},
		{"agreed", `
			Sun 2026-06-07 09:00: appointed appointment=2026-06-09_10:00`, "t#1 running Tue 10:00:00"},
		{"a pause does not move it", `
			Sun 2026-06-07 09:00: appointed appointment=2026-06-09_10:00
			Sun 2026-06-07 10:00: paused reason=user`, "t#1 running Tue 10:00:00"},
		{"agreed anew", `
			Sun 2026-06-07 09:00: appointed appointment=2026-06-09_10:00
			Sun 2026-06-07 11:00: appointed appointment=2026-06-10_14:00`, "t#1 running Wed 14:00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := p.Assess(timeline(t, p, tt.events), local(t, p.Zone(), "Mon 2026-06-08 09:00"))
			require.NoError(t, err)
			if got := brief(a); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// RA-26, RA-33, A-9: the contract in force at the start replaces the default in
// either direction, or caps it.
func TestContract(t *testing.T) {
	const rest = "calendar = \"elapsed\"\ndue = { contract = %q, default = { within = \"24h\" } }\n"
	tests := []struct{ name, mode, events, want string }{
		{"V10 no contract: the default", "replace", `
			Thu 2026-06-11 15:00: opened`, "t#1 running Fri 15:00:00"},
		{"a faster one", "replace", `
			Thu 2026-06-11 14:00: noted contract=4h
			Thu 2026-06-11 15:00: opened`, "t#1 running Thu 19:00:00"},
		{"a slower one", "replace", `
			Thu 2026-06-11 15:00: opened contract=48h`, "t#1 running Sat 15:00:00"},
		{"one that begins after the start", "replace", `
			Thu 2026-06-11 15:00: opened
			Thu 2026-06-11 16:00: noted contract=4h`, "t#1 running Fri 15:00:00"},
		{"a cap takes the faster one", "cap", `
			Thu 2026-06-11 15:00: opened contract=4h`, "t#1 running Thu 19:00:00"},
		{"a cap ignores the slower one", "cap", `
			Thu 2026-06-11 15:00: opened contract=48h`, "t#1 running Fri 15:00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := policy(t, fmt.Sprintf(rest, tt.mode))
			a, err := p.Explain(timeline(t, p, tt.events), local(t, p.Zone(), "Thu 2026-06-11 17:00"))
			require.NoError(t, err)
			if got := brief(a); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			checkSteps(t, &a.Clocks[0])
		})
	}
}

// A contract on a calendar that the policy lacks leaves the clock undetermined,
// with the reason; nothing is guessed.
func TestContractOnAnUnknownCalendar(t *testing.T) {
	p := policy(t, "calendar = \"elapsed\"\ndue = { contract = \"replace\", default = { within = \"24h\" } }\n")
	tl := timeline(t, p, "Thu 2026-06-11 15:00: opened contract=4h")
	tl.Events[0].Contract[0].Calendar = "moon"
	a, err := p.Assess(tl, tl.Events[0].At)
	require.NoError(t, err)
	if c := a.Clocks[0]; c.State != Undetermined || c.Err() == nil || !strings.Contains(c.Err().Error(), `"moon"`) {
		t.Errorf("the clock is %s: %v", c.State, c.Err())
	}
}

// A window's maximum is the promise; before its minimum it is early, which only
// informs (RA-53, A-16).
func TestWindow(t *testing.T) {
	p := policy(t, "calendar = \"desk\"\ndue = { min = { days = 2, at = \"close\" }, max = { days = 4, at = \"close\" } }\n")
	for closed, want := range map[string]bool{
		"Tue 2026-06-09 16:29:59": true, "Tue 2026-06-09 16:30": false, "Thu 2026-06-11 16:30": false,
	} {
		a, err := p.Assess(timeline(t, p, "Sun 2026-06-07 09:00: opened\n"+closed+": closed"), local(t, p.Zone(), "Sun 2026-06-14 09:00"))
		require.NoError(t, err)
		if c := a.Clocks[0]; c.State != Met || c.Early != want {
			t.Errorf("closed %s: %s, early %v, want met, early %v", closed, c.State, c.Early, want)
		}
	}
}

// IR-02, IR-17, A-40: an estimate overruns; it is never breached.
func TestEstimateIsNeverBreached(t *testing.T) {
	p, err := Parse([]byte(strings.Replace(jerusalem, `kind = "commitment"`, `kind = "estimate"`, 1)+within8h), "test.toml")
	require.NoError(t, err)
	tl := timeline(t, p, "Sun 2026-06-07 09:00: opened\nTue 2026-06-09 09:00: closed")
	for now, want := range map[string]string{
		"Mon 2026-06-08 08:00": "running false", "Mon 2026-06-08 08:00:01": "running true", "Tue 2026-06-09 10:00": "met true",
	} {
		a, err := p.Assess(tl, local(t, p.Zone(), now))
		require.NoError(t, err)
		if got := fmt.Sprint(a.Clocks[0].State, " ", a.Clocks[0].Overrun); got != want {
			t.Errorf("at %s the estimate is %s, want %s", now, got, want)
		}
	}
}

// A due time beyond the calendar's cover is not guessed; the ticket still opens.
func TestBeyondTheCover(t *testing.T) {
	p := raanana(t)
	a := p.Promise(local(t, p.Zone(), "Mon 2035-12-31 15:00"), incident("operations"))
	if c := a.Clock("ops-transfer"); c.State != Running {
		t.Errorf("the transfer, due within the cover, is %s: %v", c.State, c.Err())
	}
	if c := a.Clock("ops-handling"); c.State != Undetermined || !errors.Is(c.Err(), worktime.ErrNotCovered) || !c.Due.IsZero() {
		t.Errorf("the handling is %s, due %s: %v", c.State, c.Due, c.Err())
	}
	if c := a.Clock("ops-vendor"); c.State != Running {
		t.Errorf("24 elapsed hours are %s: %v", c.State, c.Err())
	}
}

// A correction that arrives late puts the verdict right, and keeps the old one visible.
func TestCorrections(t *testing.T) {
	p := policy(t, within8h)
	events := timeline(t, p, `
		Sun 2026-06-07 09:00: opened
		Mon 2026-06-08 10:00: closed
		Mon 2026-06-08 07:45: closed corrects=2 recorded=2026-06-09_09:00`)
	tests := []struct{ now, want, former string }{
		{"Mon 2026-06-08 09:00", "t#1 breached Mon 08:00:00", ""},
		{"Tue 2026-06-09 08:59", "t#1 met late Mon 08:00:00", ""},
		{"Tue 2026-06-09 09:00", "t#1 met Mon 08:00:00", "met late until Tue 09:00"},
	}
	for _, tt := range tests {
		a, err := p.Assess(events, local(t, p.Zone(), tt.now))
		require.NoError(t, err)
		former := ""
		for _, v := range a.Clocks[0].Former() {
			former += fmt.Sprintf("%s until %s", v.State, v.Until.In(p.Zone()).Format("Mon 15:04"))
		}
		if got := brief(a); got != tt.want || former != tt.former {
			t.Errorf("at %s: %s, formerly %q, want %s, formerly %q", tt.now, got, former, tt.want, tt.former)
		}
	}
}

// A fact that was recorded late belongs where it happened: the pause counts.
func TestLateFactAndStruckOutEvent(t *testing.T) {
	p := policy(t, within8h)
	tl := timeline(t, p, `
		Sun 2026-06-07 09:00: opened
		Sun 2026-06-07 12:00: paused reason=user
		Sun 2026-06-07 14:00: resumed
		Sun 2026-06-07 10:00: paused reason=part recorded=2026-06-07_15:00
		Sun 2026-06-07 11:00: resumed reason=part recorded=2026-06-07_15:00
		Sun 2026-06-07 12:00: paused corrects=2 void recorded=2026-06-07_15:30`)
	for now, want := range map[string]string{
		"Sun 2026-06-07 14:59": "t#1 running Mon 10:00:00",
		"Sun 2026-06-07 15:00": "t#1 running Mon 11:00:00",
		"Sun 2026-06-07 15:30": "t#1 running Mon 09:00:00",
	} {
		a, err := p.Assess(tl, local(t, p.Zone(), now))
		require.NoError(t, err)
		if got := brief(a); got != want {
			t.Errorf("at %s: %s, want %s", now, got, want)
		}
	}
}

// Corrections upon corrections cost what they are, and what never ran after all
// stays visible with what it was taken for.
func TestManyCorrections(t *testing.T) {
	p := policy(t, within8h)
	tl := timeline(t, p, "Sun 2026-06-07 09:00: opened\nTue 2026-06-09 09:00: noted")
	recorded := local(t, p.Zone(), "Tue 2026-06-09 10:00")
	for i := range 60 {
		tl.Events = append(tl.Events, Event{
			Seq: townclerk.Seq(3 + i), Kind: "noted", At: tl.Events[0].At, Correction: true, Recorded: recorded.Add(time.Duration(i) * time.Minute),
		})
	}
	tl.Events = append(tl.Events, Event{Seq: 63, Correction: true, Corrects: 1, Void: true, Recorded: recorded.Add(2 * time.Hour)})
	a, err := p.Assess(tl, recorded.Add(3*time.Hour))
	require.NoError(t, err)
	if got := brief(a); got != "t#1 cancelled Mon 08:00:00" || len(a.Clocks[0].Former()) != 1 || a.Clocks[0].Former()[0].State != Breached {
		t.Errorf("got %s, formerly %+v", got, a.Clocks[0].Former())
	}
}

// A timeline that cannot be is refused, with the event that is wrong.
func TestTimelineErrors(t *testing.T) {
	p := policy(t, within8h)
	at := local(t, p.Zone(), "Sun 2026-06-07 09:00")
	tests := []struct {
		name   string
		events []Event
		want   string
	}{
		{"out of order", []Event{{Seq: 1, Kind: "opened", At: at}, {Seq: 2, Kind: "closed", At: at.Add(-1)}}, "event 2 (seq 2): at 2026-06-07T08:59:59.999999999+03:00 it precedes the event before it; only a correction may"},
		{"seq twice", []Event{{Seq: 1, Kind: "opened", At: at}, {Seq: 1, Kind: "closed", At: at}}, "event 2 (seq 1): its seq does not follow 1"},
		{"no kind", []Event{{Seq: 1, At: at}}, "event 1 (seq 1): it has no kind"},
		{"no time", []Event{{Seq: 1, Kind: "opened"}}, "event 1 (seq 1): it has no time"},
		{"a correction without its recording", []Event{{Seq: 1, Kind: "opened", At: at, Correction: true}}, "event 1 (seq 1): a correction says when it was recorded"},
		{"a correction of nothing", []Event{{Seq: 1, Kind: "opened", At: at}, {Seq: 2, Kind: "opened", At: at, Correction: true, Corrects: 7, Recorded: at}}, "event 2 (seq 2): it corrects seq 7, which is not before it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := p.Assess(Timeline{ID: "T-9", Events: tt.events}, at)
			var e *TimelineError
			if want := "timeline T-9: " + tt.want; !errors.As(err, &e) || e.Error() != want {
				t.Errorf("Assess said %v, want %s", err, want)
			}
		})
	}
}

// AssessInto gives what Assess gives, also into memory that held something else.
func TestAssessInto(t *testing.T) {
	p := policy(t, steps)
	var a Assessment
	for _, events := range []string{
		"Sun 2026-06-07 09:00: opened\nMon 2026-06-08 07:30: paused reason=user",
		"Sun 2026-06-07 09:00: noted",
		"Sun 2026-06-07 09:00: opened\nMon 2026-06-08 09:30: closed",
		"Sun 2026-06-07 09:00: opened\nSun 2026-06-07 10:00: closed\nSun 2026-06-07 09:30: paused reason=user recorded=2026-06-07_11:00",
	} {
		tl, now := timeline(t, p, events), local(t, p.Zone(), "Tue 2026-06-09 09:00")
		want, err := p.Assess(tl, now)
		require.NoError(t, err)
		require.NoError(t, p.AssessInto(&a, tl, now))
		if brief(a) != brief(want) || owed(a.Escalations) != owed(want.Escalations) || !a.Next.Equal(want.Next) {
			t.Errorf("AssessInto gave\n%s %s\nAssess\n%s %s", brief(a), owed(a.Escalations), brief(want), owed(want.Escalations))
		}
	}
}

// A ticket that no target covers has no clocks, and nothing is owed.
func TestNothingCovers(t *testing.T) {
	a := raanana(t).Promise(time.Date(2026, 6, 7, 9, 0, 0, 0, time.UTC), map[string]string{"department": "elsewhere"})
	if len(a.Clocks) != 0 || len(a.Escalations) != 0 || !a.Next.IsZero() {
		t.Errorf("Promise gave %+v", a)
	}
}
