package kpi

import (
	"context"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storecheck"
)

// CheckStore tries whether a store keeps the contract of [Store] and
// [townclerk.Repo], for each of its repositories. It takes some seconds on a database.
//
// For each rule it has open make an empty store, and closes it with the function that
// comes with it. The error joins all failures, each of which begins with the name of
// the kind of aggregate and of the rule that was broken; it is nil if there are none.
func CheckStore(ctx context.Context, open func(context.Context) (Store, func() error, error)) error {
	return storecheck.Check(ctx, open, measurementKind, occurrenceKind, scheduleKind, cardKind, remedyKind)
}

var (
	measurementKind = checked("measurement", Store.Measurements, (*Measurement).traits, func(m *Measurement, n int) {
		m.State, m.Indicator, m.Unit = either(n, 0, Missed, Met), either(n, 1, "repairs", "availability"), either(n, 2, "wo", "bip")
	})
	occurrenceKind = checked("occurrence", Store.Occurrences, (*Occurrence).traits, func(o *Occurrence, n int) {
		o.State, o.Duty = either(n, 0, Missed, Due), either(n, 1, "backup", "control")
	})
	scheduleKind = checked("schedule", Store.Schedules, (*Schedule).traits, func(s *Schedule, n int) {
		s.State, s.Duty = either(n, 0, Missed, Running), either(n, 1, "backup", "control")
	})
	cardKind   = checked("card", Store.Cards, (*Card).traits, func(c *Card, n int) { c.State = either(n, 0, Missed, Issued) })
	remedyKind = checked("remedy", Store.Remedies, (*Remedy).traits, func(r *Remedy, n int) {
		r.State, r.Subject = either(n, 0, Missed, Raised), either(n, 1, ID("measurement/repairs/2026-01-01"), ID("occurrence/backup/2026-01-01"))
	})
)

// checked is a kind of aggregate. Where it has nothing of what a query asks for, the
// query selects none.
func checked[T any](name string, repo func(Store) townclerk.Repo[T, Query], of func(*T) traits, vary func(*T, int)) storecheck.Kind[Store, T, Query] {
	k := storecheck.Kind[Store, T, Query]{
		Name: name, Repo: repo, Vary: vary,
		ID:      func(t *T) string { return string(of(t).ID) },
		SetID:   func(t *T, id string) { of(t).ID = ID(id) },
		Version: func(t *T) *int64 { return &of(t).Version },
		NextAt:  func(t *T) *time.Time { return &of(t).NextAt },
		Series:  func(t *T) *string { return &of(t).Series },
		Number:  func(t *T) *string { return &of(t).Number },
		Place:   func(t *T, place int) { of(t).Began = minute(place) },
		Page:    func(q *Query, after string, limit int) { q.After, q.Limit = after, limit },
	}
	for _, s := range []struct {
		name  string
		query Query
		wants func(traits) bool
	}{
		{"by state", Query{States: []State{Missed}}, func(t traits) bool { return t.State == Missed }},
		{"by any of two states", Query{States: []State{Missed, Withdrawn, Missed}}, func(t traits) bool { return t.State == Missed }},
		{"by number", Query{Number: "2026-000007"}, func(t traits) bool { return t.Number == "2026-000007" }},
		{"by indicator", Query{Indicator: "repairs"}, func(t traits) bool { return t.indicator == "repairs" }},
		{"by duty", Query{Duty: "backup"}, func(t traits) bool { return t.duty == "backup" }},
		{"by unit", Query{Unit: "wo"}, func(t traits) bool { return t.unit == "wo" }},
		{"by subject", Query{Subject: "measurement/repairs/2026-01-01"}, func(t traits) bool { return t.subject == "measurement/repairs/2026-01-01" }},
		{"from an instant", Query{From: minute(5)}, func(t traits) bool { return !t.Began.Before(minute(5)) }},
		{"to an instant", Query{To: minute(9)}, func(t traits) bool { return t.Began.Before(minute(9)) }},
	} {
		k.Selections = append(k.Selections, storecheck.Selection[T, Query]{Name: s.name, Query: s.query, Wants: func(t *T) bool { return s.wants(of(t)) }})
	}
	return k
}

// minute is when the first of the aggregates began that CheckStore makes, and so many
// minutes later.
func minute(n int) time.Time {
	return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute)
}

// either returns a value or another, by a bit of n.
func either[V any](n, bit int, value, other V) V {
	if n>>bit&1 == 1 {
		return value
	}
	return other
}
