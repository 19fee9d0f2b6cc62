package sla

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// RA-22, RA-26, A-9: tickets that are open, before and after the vendor has them.
func TestBackings(t *testing.T) {
	p := raanana(t)
	at := func(s string) time.Time { return local(t, p.Zone(), s) }
	opened := func(s string) Event {
		return Event{Kind: "opened", At: at(s), Attributes: map[string]string{"department": "operations", "class": "incident"}}
	}
	event := func(kind, s string) Event { return Event{Kind: kind, At: at(s)} }
	paused := Event{Kind: Paused, At: at("Sun 2026-06-07 11:00"), Reason: "awaiting-user"}
	quick := []Terms{{Contract: "C-7", Metric: "vendor-handling", Calendar: Elapsed, Within: 4 * time.Hour}}
	handedOver := event("handed-over", "Sun 2026-06-07 13:00")
	handedOver.Contract = quick
	for _, tt := range []struct {
		name        string
		events      []Event
		now         string
		terms       []Terms
		fit         Fit    // "": nothing of a vendor's stands behind what is open
		due, latest string // the vendor's
	}{
		{"not handed over, in time", []Event{opened("Sun 2026-06-07 10:00:01")}, "Sun 2026-06-07 11:00", nil, FitKept, "Mon 2026-06-08 11:00", "Sun 2026-06-07 12:00"},
		{"not handed over, at the last instant", []Event{opened("Sun 2026-06-07 10:00:01")}, "Sun 2026-06-07 12:00", nil, FitKept, "Mon 2026-06-08 12:00", "Sun 2026-06-07 12:00"},
		{"not handed over, a microsecond too late", []Event{opened("Sun 2026-06-07 10:00:01")}, "Sun 2026-06-07 12:00:00.000001", nil, FitLost, "Mon 2026-06-08 12:00:00.000001", "Sun 2026-06-07 12:00"},
		{"it never could be", []Event{opened("Sun 2026-06-07 12:00:01")}, "Sun 2026-06-07 12:00:01", nil, FitLost, "Mon 2026-06-08 12:00:01", ""},
		{"a contract in force makes it easy", []Event{opened("Sun 2026-06-07 12:00:01")}, "Sun 2026-06-07 15:00", quick, FitKept, "Sun 2026-06-07 19:00", "Mon 2026-06-08 08:00"},
		{"handed over in time", []Event{opened("Sun 2026-06-07 10:00:01"), event("handed-over", "Sun 2026-06-07 12:00")}, "Sun 2026-06-07 15:00", nil, FitKept, "Mon 2026-06-08 12:00", "Sun 2026-06-07 12:00"},
		{"handed over too late", []Event{opened("Sun 2026-06-07 10:00:01"), event("handed-over", "Sun 2026-06-07 13:20")}, "Sun 2026-06-07 15:00", nil, FitLost, "Mon 2026-06-08 13:20", "Sun 2026-06-07 12:00"},
		{"handed over under a contract, whatever is in force now", []Event{opened("Sun 2026-06-07 10:00:01"), handedOver}, "Sun 2026-06-07 15:00",
			[]Terms{{Contract: "C-8", Metric: "vendor-handling", Calendar: Elapsed, Within: 48 * time.Hour}}, FitKept, "Sun 2026-06-07 17:00", "Mon 2026-06-08 08:00"},
		{"waiting for the user, 15 minutes so far, moves ours alone", []Event{opened("Sun 2026-06-07 10:00:01"), paused}, "Sun 2026-06-07 11:15", nil, FitKept, "Mon 2026-06-08 11:15", "Sun 2026-06-07 12:15"},
		{"the vendor has done it", []Event{opened("Sun 2026-06-07 10:00:01"), event("handed-over", "Sun 2026-06-07 13:20"), event("vendor-done", "Sun 2026-06-07 14:00")}, "Sun 2026-06-07 15:00", nil, "", "", ""},
		{"it is treated", []Event{opened("Sun 2026-06-07 10:00:01"), event("treated", "Sun 2026-06-07 13:20")}, "Sun 2026-06-07 15:00", nil, "", "", ""},
		{"it is overdue already", []Event{opened("Sun 2026-06-07 10:00:01")}, "Mon 2026-06-08 12:00:01", nil, "", "", ""},
		{"a diagnosis meets it", []Event{opened("Sun 2026-06-07 10:00")}, "Sun 2026-06-07 15:00", nil, "", "", ""},
		{"a class behind which no vendor stands", []Event{{Kind: "opened", At: at("Sun 2026-06-07 12:00:01"), Attributes: map[string]string{"department": "operations", "class": "account"}}}, "Sun 2026-06-07 15:00", nil, "", "", ""},
		{"nothing has happened yet", []Event{opened("Sun 2026-06-07 12:00:01")}, "Sun 2026-06-07 12:00", nil, "", "", ""},
	} {
		all, err := p.Backings(Timeline{ID: "T-1", Events: tt.events}, at(tt.now), tt.terms...)
		require.NoError(t, err, tt.name)
		if tt.fit == "" || len(all) != 1 {
			require.Len(t, all, map[bool]int{true: 0, false: 1}[tt.fit == ""], tt.name)
			continue
		}
		b := all[0]
		if b.Fit != tt.fit || !b.Due.Equal(instant0(t, p, tt.due)) || !b.Latest.Equal(instant0(t, p, tt.latest)) || b.Vendor.ID != "ops-vendor" || b.Clock.Target.ID != "ops-handling" {
			t.Errorf("%s: %s, %s due %v, latest %v; want %s, %s, %s", tt.name, b.Fit, b.Vendor.ID, b.Due, b.Latest, tt.fit, tt.due, tt.latest)
		}
		for _, rule := range []string{"cut-off", "hand-over"} {
			if !slices.ContainsFunc(b.Steps, func(s Step) bool { return s.Rule == rule }) {
				t.Errorf("%s: no step says %s: %v", tt.name, rule, b.Steps)
			}
		}
	}
}

func TestBackingsSayWhatCannotBe(t *testing.T) {
	p := raanana(t)
	at := local(t, p.Zone(), "Sun 2026-06-07 12:00")
	tl := Timeline{ID: "T-1", Events: []Event{{Kind: "opened", At: at, Attributes: map[string]string{"department": "operations", "class": "incident"}}}}
	_, err := p.Backings(tl, at, Terms{Contract: "C-7", Metric: "vendor-handling", Calendar: "nowhere", Within: time.Hour})
	require.ErrorContains(t, err, `name the calendar "nowhere"`)
	_, err = p.Backings(Timeline{ID: "T-1", Events: []Event{{At: at}}}, at)
	var wrong *TimelineError
	require.ErrorAs(t, err, &wrong)

	// The cover ends with 2035: ours is due within it, the vendor's is not.
	late := local(t, p.Zone(), "Mon 2035-12-31 09:00")
	tl.Events[0].At = local(t, p.Zone(), "Sun 2035-12-30 11:00")
	all, err := p.Backings(tl, late, Terms{Contract: "C-7", Metric: "vendor-handling", Calendar: "ops-desk", Days: 2, At: "close"})
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, FitUnknown, all[0].Fit)
	require.Zero(t, all[0].Due)
}

// a closure that is declared later moves ours and not the vendor's 24 hours.
func TestBackingsByCorrections(t *testing.T) {
	charter, err := os.ReadFile("../examples/policies/raanana/sla.toml")
	require.NoError(t, err)
	text := string(charter) + `
[[corrections]]
recorded = 2026-06-07T15:00:00
why = "order of the Home Front Command"

[[corrections.days]]
calendar = "ops-desk"
date = 2026-06-08
hours = "closed"
why = "order of the Home Front Command"
`
	p, err := Parse([]byte(text), "raanana/sla.toml")
	require.NoError(t, err)
	tl := Timeline{ID: "T-1", Events: []Event{{Kind: "opened", At: local(t, p.Zone(), "Sun 2026-06-07 10:30"), Attributes: map[string]string{"department": "operations", "class": "incident"}}}}
	for now, want := range map[string]struct {
		fit    Fit
		latest string
	}{
		"Sun 2026-06-07 14:59:59": {FitLost, "Sun 2026-06-07 12:00"},
		"Sun 2026-06-07 15:00":    {FitKept, "Mon 2026-06-08 12:00"},
	} {
		all, err := p.Backings(tl, local(t, p.Zone(), now))
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.Same(t, p.Target("ops-vendor"), all[0].Vendor)
		require.Same(t, p.Target("ops-handling"), all[0].Clock.Target)
		require.Equal(t, want.fit, all[0].Fit, now)
		require.True(t, all[0].Latest.Equal(local(t, p.Zone(), want.latest)), "%s: %v", now, all[0].Latest)
	}
}

// What Backings says of a hand-over is what the engine says once it has happened, and
// what Align says of the start.
func TestBackingsAgreeWithTheEngineAndWithAlign(t *testing.T) {
	p := raanana(t)
	from := local(t, p.Zone(), "Sun 2026-10-18 00:00") // two weeks around the clock change
	all, err := p.Align(from, from.AddDate(0, 0, 14))
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom(all).Draw(t, "alignment")
		start := from.Add(time.Duration(rapid.Int64Range(0, int64(14*24*time.Hour)-1).Draw(t, "start")))
		attributes := map[string]string{}
		for _, c := range a.Target.match {
			attributes[c.key] = rapid.SampledFrom(c.values).Draw(t, c.key)
		}
		tl := Timeline{ID: "T", Events: []Event{{Kind: a.Target.Start[0], At: start, Attributes: attributes}}}
		at := a.At(start)
		now := start.Add(time.Duration(rapid.Int64Range(0, int64(at.Due.Sub(start))).Draw(t, "now")))
		got, err := p.Backings(tl, now)
		require.NoError(t, err)
		if at.Fit == FitAlone {
			require.Empty(t, got)
			return
		}
		require.Len(t, got, 1)
		require.True(t, got[0].Latest.Equal(at.Latest), "%v, and Align says %v", got[0].Latest, at.Latest)
		tl.Events = append(tl.Events, Event{Kind: "handed-over", At: now})
		engine, err := p.Assess(tl, now)
		require.NoError(t, err)
		late := engine.Clock(a.Vendor.ID).Due.After(engine.Clock(a.Target.ID).Due)
		require.True(t, engine.Clock(a.Vendor.ID).Due.Equal(got[0].Due))
		require.Equal(t, late, got[0].Fit == FitLost)
		require.Equal(t, late, at.Latest.IsZero() || now.After(at.Latest))
		after, err := p.Backings(tl, now)
		require.NoError(t, err)
		require.Equal(t, got[0].Fit, after[0].Fit)
		require.True(t, got[0].Latest.Equal(after[0].Latest))
	})
}
