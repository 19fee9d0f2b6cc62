package sla_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// settled is a timeline and what is recorded of it.
type settled struct {
	policy *sla.Policy
	tl     sla.Timeline
	owed   []sla.Owed
}

func (s *settled) at(now time.Time) (time.Time, string) {
	return sla.Settle(now, s.owed, func() ([]sla.Assessment, error) {
		a, err := s.policy.Assess(s.tl, now)
		return []sla.Assessment{a}, err
	}, func(o sla.Owed) { s.owed = append(s.owed, o) })
}

const settlePolicy = `format = 1
name = "a desk"
zone = "UTC"
[calendars.desk]
week = { mon-fri = "08:00-16:00" }
[roles]
head.en = "Head"
[[targets]]
id = "answer"
metric = "answer"
kind = "commitment"
title = { en = "Answered within an hour" }
source = "a test"
start = "opened"
meets = "answered"
calendar = "desk"
due = { within = "1h" }
escalations = [{ at = "50%", to = "head", do = "watch" }]
`

// What is owed is recorded once, in the order in which it fell due, and the next
// look is when something changes: a microsecond after the due time, since at the due
// time it can still be met.
func TestSettleRecordsEachDebtOnce(t *testing.T) {
	p, err := sla.Parse([]byte(settlePolicy), "sla.toml")
	require.NoError(t, err)
	monday := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s := settled{policy: p, tl: sla.Timeline{ID: "t", Events: sla.Append(nil, sla.Event{Kind: "opened"}, monday)}}

	next, problem := s.at(monday)
	require.Empty(t, problem)
	require.Empty(t, s.owed)
	require.Equal(t, monday.Add(30*time.Minute), next)

	next, _ = s.at(monday.Add(30*time.Minute - 1))
	require.Empty(t, s.owed, "a nanosecond before")
	require.Equal(t, monday.Add(30*time.Minute), next)

	next, _ = s.at(monday.Add(30 * time.Minute))
	watch := sla.Owed{Target: "answer", Clock: 1, Step: 1, At: monday.Add(30 * time.Minute), To: "head", Do: sla.Watch}
	require.Equal(t, []sla.Owed{watch}, s.owed)
	require.Equal(t, monday.Add(time.Hour+time.Microsecond), next)

	next, _ = s.at(monday.Add(2 * time.Hour))
	require.Equal(t, []sla.Owed{watch, {Target: "answer", Clock: 1, At: monday.Add(time.Hour)}}, s.owed)
	require.True(t, next.IsZero(), "nothing more happens by itself")

	s.at(monday.Add(3 * time.Hour))
	require.Len(t, s.owed, 2, "twice records nothing twice")

	late := settled{policy: p, tl: s.tl}
	late.at(monday.Add(2 * time.Hour))
	require.Equal(t, s.owed, late.owed, "late, the same in the same order")
}

func TestSettleSaysWhyItCannot(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 500, time.UTC)
	next, problem := sla.Settle(now, nil, func() ([]sla.Assessment, error) { return nil, errors.New("no events") }, func(sla.Owed) { t.Error("recorded") })
	require.Equal(t, "no events", problem)
	require.Equal(t, now.Truncate(time.Microsecond).Add(time.Hour+time.Microsecond), next, "in whole microseconds, rounded up")
}

// What is recorded late is a correction only if something happened in between.
func TestAppend(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	log := sla.Append(nil, sla.Event{Kind: "opened"}, noon)
	log = sla.Append(log, sla.Event{Kind: "seen", At: noon.Add(time.Minute)}, noon.Add(time.Hour))
	log = sla.Append(log, sla.Event{Kind: "called", At: noon.Add(time.Minute - 1)}, noon.Add(2*time.Hour))
	log = sla.Append(log, sla.Event{Kind: "answered", At: noon.Add(time.Minute)}, noon.Add(3*time.Hour))
	require.Equal(t, []sla.Event{
		{Kind: "opened", At: noon, Seq: 1},
		{Kind: "seen", At: noon.Add(time.Minute), Recorded: noon.Add(time.Hour), Seq: 2},
		{Kind: "called", At: noon.Add(time.Minute - 1), Recorded: noon.Add(2 * time.Hour), Seq: 3, Correction: true},
		{Kind: "answered", At: noon.Add(time.Minute), Recorded: noon.Add(3 * time.Hour), Seq: 4},
	}, log, "the last event that is no correction counts")
}

// A policy alone judges what began before it came into force, too.
func TestBookOfOnePolicy(t *testing.T) {
	p, err := sla.Parse([]byte("edition = 3\neffective = 2026-01-01\n"+settlePolicy), "sla.toml")
	require.NoError(t, err)
	b := p.Book()
	before := time.Date(2025, 12, 31, 9, 0, 0, 0, time.UTC)
	in, err := b.InForce(before)
	require.NoError(t, err)
	require.Same(t, p, in)
	require.Same(t, p, b.Newest())
	require.Equal(t, p.Roles(), b.Roles())
	tl := sla.Timeline{ID: "t", Events: []sla.Event{{Kind: "opened", At: before}}, Edition: 4}
	_, err = b.Assess(tl, before)
	require.ErrorContains(t, err, "pinned to edition 4, which is not here; there are 3")
	tl.Edition = 3
	_, err = b.Assess(tl, before)
	require.NoError(t, err)
}
