package sla

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const steps = within8h + `
[[targets.escalations]]
at = "50%"
to = "boss"
do = "watch"

[[targets.escalations]]
before = "30m"
to = "boss"
do = "watch"

[[targets.escalations]]
at = "due"
to = "boss"
do = "take-over"

[[targets.escalations]]
after = "2h"
every = "3h"
times = 2
to = "boss"
do = "activate-vendor"

[[targets.escalations]]
age = 3
to = "boss"
do = "watch"

[[targets.escalations]]
by_hand = true
to = "boss"
do = "take-over"
`

// When each step falls due, on both sides: opened Sunday 09:00 with 8 working
// hours, half of it is 13:00, and it is due Monday 08:00.
func TestEscalations(t *testing.T) {
	tests := []struct{ name, events, now, want string }{
		{"a nanosecond before half", `
			Sun 2026-06-07 09:00: opened`, "Sun 2026-06-07 12:59:59.999999999", ""},
		{"at half", `
			Sun 2026-06-07 09:00: opened`, "Sun 2026-06-07 13:00", "t#1.1.0 Sun 13:00:00"},
		{"half an hour of working time before the due time lies on the day before", `
			Sun 2026-06-07 09:00: opened`, "Mon 2026-06-08 07:59", "t#1.1.0 Sun 13:00:00 t#1.2.0 Mon 07:30:00"},
		{"at the due time", `
			Sun 2026-06-07 09:00: opened`, "Mon 2026-06-08 08:00", "t#1.1.0 Sun 13:00:00 t#1.2.0 Mon 07:30:00 t#1.3.0 Mon 08:00:00"},
		{"not when it was met just then", `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 08:00: closed`, "Tue 2026-06-09 08:00", "t#1.1.0 Sun 13:00:00 t#1.2.0 Mon 07:30:00"},
		{"after the due time, again and again, and at an age of three days (RA-31)", `
			Sun 2026-06-07 09:00: opened`, "Mon 2026-06-15 08:00", "t#1.1.0 Sun 13:00:00 t#1.2.0 Mon 07:30:00 t#1.3.0 Mon 08:00:00 t#1.4.0 Mon 10:00:00 t#1.4.1 Mon 13:00:00 t#1.4.2 Mon 16:00:00 t#1.5.0 Wed 09:00:00"},
		{"not while it waits; then moved by the pause", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 12:00: paused reason=user
			Sun 2026-06-07 14:00: resumed`, "Sun 2026-06-07 15:00", "t#1.1.0 Sun 15:00:00"},
		{"an age does not wait", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 12:00: paused reason=user`, "Wed 2026-06-10 09:00", "t#1.5.0 Wed 09:00:00"},
		{"what has fired stays when a pause moves the rest", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 13:00: paused reason=user`, "Mon 2026-06-08 16:00", "t#1.1.0 Sun 13:00:00"},
		{"TE-25 A-28 by hand, with its reason", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 10:00: escalated reason=mayor
			Sun 2026-06-07 11:00: escalated reason=mayor`, "Sun 2026-06-07 12:00", "t#1.6.0 Sun 10:00:00 t#1.6.1 Sun 11:00:00"},
		{"nothing after it was called off", `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 10:00: cancelled
			Sun 2026-06-07 11:00: escalated reason=mayor`, "Sun 2026-06-14 12:00", ""},
	}
	p := policy(t, steps)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := p.Assess(timeline(t, p, tt.events), local(t, p.Zone(), tt.now))
			require.NoError(t, err)
			if got := owed(a.Escalations); got != tt.want {
				t.Errorf("at %s owed\n%s\nwant\n%s", tt.now, got, tt.want)
			}
		})
	}
}

// The age of working days fires at its instant and not before (V8, RA-31).
func TestAgeOnBothSides(t *testing.T) {
	p := raanana(t)
	tl := Timeline{ID: "V8", Events: []Event{{Seq: 1, Kind: "opened", At: local(t, p.Zone(), "Wed 2026-06-10 14:00"), Attributes: incident("operations")}}}
	due := local(t, p.Zone(), "Mon 2026-06-15 14:00")
	for now, want := range map[time.Time]string{due.Add(-1): "", due: "ops-follow-up#1.2.0 Mon 14:00:00"} {
		a, err := p.Assess(tl, now)
		require.NoError(t, err)
		if got := owed(a.Escalations); got != want {
			t.Errorf("at %s owed %q, want %q", now, got, want)
		}
	}
}

// RA-30, A-11: a network fault is watched at once, also one that turns out to be
// one later; a user's fault only at its age.
func TestExceptionalEventsAtOnce(t *testing.T) {
	p := raanana(t)
	tests := []struct{ name, events, want string }{
		{"a network fault", `
			Sun 2026-06-07 09:00: opened department=operations class=network`, "ops-follow-up#1.1.0 Sun 09:00:00"},
		{"a user's fault", `
			Sun 2026-06-07 09:00: opened department=operations class=incident`, ""},
		{"one that turns out to be the network", `
			Sun 2026-06-07 09:00: opened department=operations class=incident
			Sun 2026-06-07 11:00: changed class=network`, "ops-follow-up#1.1.0 Sun 11:00:00"},
		{"RA-33 the outside company, when needed", `
			Sun 2026-06-07 09:00: opened department=operations class=incident critical=true
			Sun 2026-06-07 09:10: action-begun
			Sun 2026-06-07 09:30: escalated reason=vendor role=ops-desk`, "ops-follow-up#1.4.0 Sun 09:30:00"},
		{"RA-33 not of a system that is not critical", `
			Sun 2026-06-07 09:00: opened department=operations class=incident
			Sun 2026-06-07 09:30: escalated reason=vendor role=ops-desk`, ""},
		{"by hand to all whom the policy names", `
			Sun 2026-06-07 09:00: opened department=operations class=incident critical=true
			Sun 2026-06-07 09:30: escalated reason=vendor`, "ops-follow-up#1.3.0 Sun 09:30:00 ops-follow-up#1.4.0 Sun 09:30:00"},
		{"RA-51 of Information Systems", `
			Sun 2026-06-07 09:00: stage-opened department=information-systems class=network`, "is-follow-up#1.1.0 Sun 09:00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := p.Assess(timeline(t, p, tt.events), local(t, p.Zone(), "Sun 2026-06-07 12:00"))
			require.NoError(t, err)
			if got := owed(a.Escalations); got != tt.want {
				t.Errorf("owed %q, want %q", got, tt.want)
			}
		})
	}
}

// Next is the first instant at which something changes: nothing does before it.
func TestNext(t *testing.T) {
	p := policy(t, steps)
	tl := timeline(t, p, `
		Sun 2026-06-07 09:00: opened
		Sun 2026-06-07 14:00: paused reason=user
		Sun 2026-06-07 15:00: resumed
		Wed 2026-06-10 10:00: closed`)
	want := []string{
		"Sun 09:00:00", "Sun 13:00:00", "Sun 14:00:00", "Sun 15:00:00", "Mon 08:30:00", "Mon 09:00:00", "Mon 09:00:00.000000001",
		"Mon 11:00:00", "Mon 14:00:00", "Tue 08:00:00", "Wed 09:00:00", "Wed 10:00:00",
	}
	now := tl.Events[0].At.Add(-time.Hour)
	for _, at := range want {
		a, err := p.Assess(tl, now)
		require.NoError(t, err)
		if got := a.Next.In(p.Zone()).Format("Mon 15:04:05.999999999"); got != at {
			t.Fatalf("after %s comes %s, want %s", now, got, at)
		}
		now = a.Next
	}
	a, err := p.Assess(tl, now)
	require.NoError(t, err)
	if !a.Next.IsZero() {
		t.Errorf("after the end comes %s", a.Next)
	}
}

// A share is exact: a nanosecond that does not divide is rounded up, and a long
// time does not overflow.
func TestShareIsExact(t *testing.T) {
	tests := []struct {
		share string
		of    time.Duration
		want  time.Duration
	}{
		{"50%", time.Hour, 30 * time.Minute},
		{"33.3333%", time.Hour, 1199998800 * time.Microsecond},
		{"1%", 1, 1},
		{"100%", 7, 7},
		{"150%", time.Hour, 90 * time.Minute},
		{"0.0001%", time.Second, 1000},
		{"99%", 290 * 365 * 24 * time.Hour, 2871 * 876 * time.Hour},
	}
	for _, tt := range tests {
		s, err := parseShare(tt.share)
		require.NoError(t, err)
		if got := s.of(tt.of); got != tt.want {
			t.Errorf("%s of %v = %v, want %v", tt.share, tt.of, got, tt.want)
		}
	}
}
