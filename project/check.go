package project

import (
	"context"
	"fmt"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storecheck"
)

// CheckStore tries whether a store keeps the contract of [Store] and [townclerk.Repo], for
// each of its repositories. It takes some seconds on a database.
//
// For each rule it has open make an empty store, and closes it with the function that
// comes with it. The error joins all failures, each of which begins with the name of the
// kind of aggregate and of the rule that was broken; it is nil if there are none.
func CheckStore(ctx context.Context, open func(context.Context) (Store, func() error, error)) error {
	return storecheck.Check(ctx, open, projectKind, workPlanKind)
}

// projectKind is what a project is to a store.
var projectKind = storecheck.Kind[Store, Project, Query]{
	Name:       "project",
	Repo:       Store.Projects,
	ID:         func(t *Project) string { return string(t.ID) },
	SetID:      func(t *Project, id string) { t.ID = ID(id) },
	Version:    func(t *Project) *int64 { return &t.Version },
	NextAt:     func(t *Project) *time.Time { return &t.NextAt },
	Series:     func(t *Project) *string { return &t.Series },
	Number:     func(t *Project) *string { return &t.Number },
	Unique:     []storecheck.Unique[Project]{{Name: "Origin", Set: func(t *Project, key string) { t.Origin = key }}},
	Place:      func(t *Project, place int) { t.Began = firstBegan.Add(time.Duration(place) * time.Minute) },
	Page:       func(q *Query, after string, limit int) { q.After, q.Limit = after, limit },
	Vary:       varyProject,
	Selections: projectSelections,
}

// workPlanKind is what a work plan is to a store.
var workPlanKind = storecheck.Kind[Store, WorkPlan, WorkQuery]{
	Name:       "work plan",
	Repo:       Store.WorkPlans,
	ID:         func(w *WorkPlan) string { return string(w.ID) },
	SetID:      func(w *WorkPlan, id string) { w.ID = ID(id) },
	Version:    func(w *WorkPlan) *int64 { return &w.Version },
	NextAt:     func(w *WorkPlan) *time.Time { return &w.NextAt },
	Series:     func(w *WorkPlan) *string { return &w.Series },
	Number:     func(w *WorkPlan) *string { return &w.Number },
	Place:      func(w *WorkPlan, place int) { w.Began = firstBegan.Add(time.Duration(place) * time.Minute) },
	Page:       func(q *WorkQuery, after string, limit int) { q.After, q.Limit = after, limit },
	Vary:       varyWorkPlan,
	Selections: workPlanSelections,
}

// firstBegan is when the first of the aggregates began that CheckStore makes.
var firstBegan = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// either returns a value or another, by a bit of n.
func either(n, bit int, value, other string) string {
	if n>>bit&1 == 1 {
		return value
	}
	return other
}

// varyProject makes projects that queries can tell apart, in all combinations. Each third
// has no origin, the others each their own.
func varyProject(t *Project, n int) {
	t.State = []State{Intake, Execution, Closed}[n%3]
	t.Class, t.Lead = either(n, 0, "upgrade", "pilot"), either(n, 1, "systems", "operations")
	t.Demander = townclerk.Actor(either(n, 2, "dana", "avi"))
	t.Origin = fmt.Sprintf("T-%d", n)
	if n%3 == 0 {
		t.Origin = ""
	}
}

var projectSelections = []storecheck.Selection[Project, Query]{
	{Name: "by state", Query: Query{States: []State{Execution}}, Wants: func(t *Project) bool { return t.State == Execution }},
	{Name: "by any of two states", Query: Query{States: []State{Intake, Closed, Intake}},
		Wants: func(t *Project) bool { return t.State == Intake || t.State == Closed }},
	{Name: "by a state that none has", Query: Query{States: []State{OnHold}}, Wants: func(*Project) bool { return false }},
	{Name: "by class", Query: Query{Class: "upgrade"}, Wants: func(t *Project) bool { return t.Class == "upgrade" }},
	{Name: "by lead department", Query: Query{Lead: "systems"}, Wants: func(t *Project) bool { return t.Lead == "systems" }},
	{Name: "by who demanded it", Query: Query{Demander: "dana"}, Wants: func(t *Project) bool { return t.Demander == "dana" }},
	{Name: "by origin", Query: Query{Origin: "T-4"}, Wants: func(t *Project) bool { return t.Origin == "T-4" }},
	{Name: "by the beginning of an origin", Query: Query{Origin: "T-"}, Wants: func(*Project) bool { return false }},
	{Name: "by number", Query: Query{Number: "2026-000007"}, Wants: func(t *Project) bool { return t.Number == "2026-000007" }},
	{Name: "from an instant", Query: Query{From: firstBegan.Add(5 * time.Minute)},
		Wants: func(t *Project) bool { return !t.Began.Before(firstBegan.Add(5 * time.Minute)) }},
	{Name: "to an instant", Query: Query{To: firstBegan.Add(9 * time.Minute)},
		Wants: func(t *Project) bool { return t.Began.Before(firstBegan.Add(9 * time.Minute)) }},
	{Name: "by everything at once", Query: Query{
		States: []State{Intake, Execution}, Class: "upgrade", Lead: "systems", Demander: "dana", From: firstBegan.Add(time.Minute), To: firstBegan.Add(20 * time.Minute),
	}, Wants: func(t *Project) bool {
		return (t.State == Intake || t.State == Execution) && t.Class == "upgrade" && t.Lead == "systems" && t.Demander == "dana" &&
			t.Began.After(firstBegan) && t.Began.Before(firstBegan.Add(20*time.Minute))
	}},
}

// varyWorkPlan makes work plans that queries can tell apart, in all combinations.
func varyWorkPlan(w *WorkPlan, n int) {
	w.State = []State{Draft, Submitted, Active}[n%3]
	w.Department, w.Horizon, w.Plane = either(n, 0, "systems", "operations"), either(n, 1, "yearly", "multi-year"), either(n, 2, "application", "infrastructure")
	w.First, w.Last = 2024+n%4, 2026+n%2
}

var workPlanSelections = []storecheck.Selection[WorkPlan, WorkQuery]{
	{Name: "by state", Query: WorkQuery{States: []State{Active}}, Wants: func(w *WorkPlan) bool { return w.State == Active }},
	{Name: "by any of two states", Query: WorkQuery{States: []State{Draft, Active, Draft}},
		Wants: func(w *WorkPlan) bool { return w.State == Draft || w.State == Active }},
	{Name: "by department", Query: WorkQuery{Department: "systems"}, Wants: func(w *WorkPlan) bool { return w.Department == "systems" }},
	{Name: "by horizon and plane", Query: WorkQuery{Horizon: "yearly", Plane: "application"},
		Wants: func(w *WorkPlan) bool { return w.Horizon == "yearly" && w.Plane == "application" }},
	{Name: "by number", Query: WorkQuery{Number: "2026-000007"}, Wants: func(w *WorkPlan) bool { return w.Number == "2026-000007" }},
	{Name: "by a year", Query: WorkQuery{Year: 2026}, Wants: func(w *WorkPlan) bool { return w.First <= 2026 && 2026 <= w.Last }},
	{Name: "by the first year of some", Query: WorkQuery{Year: 2024}, Wants: func(w *WorkPlan) bool { return w.First <= 2024 && 2024 <= w.Last }},
}
