package project

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

const town townclerk.Tenant = "raanana"

// office is a portfolio with a clock that is set by hand.
type office struct {
	*Portfolio
	store Store
	now   time.Time
	ids   int
	t     testing.TB
}

func newOffice(t testing.TB, store Store) *office {
	o := &office{store: store, now: local("2026-06-01 09:00"), t: t}
	o.Portfolio = NewPortfolio(store, policy(t), Config{Now: func() time.Time { return o.now }, NewID: func() ID {
		o.ids++
		return ID(fmt.Sprintf("p-%d", o.ids))
	}})
	return o
}

var boss = Who{Actor: "u-1", Role: "director-general"}

func (o *office) must(id ID, commands ...Command) Project {
	o.t.Helper()
	var last Project
	for _, c := range commands {
		var err error
		last, err = o.Do(o.t.Context(), town, id, boss, c)
		require.NoError(o.t, err)
	}
	return last
}

func (o *office) demand(class string) Project {
	o.t.Helper()
	made, err := o.Demand(o.t.Context(), town, Request{Demander: "u-2", Class: class, Lead: "information-systems", Title: "Online forms"})
	require.NoError(o.t, err)
	return made
}

func (o *office) kinds() []string {
	o.t.Helper()
	events, err := o.store.Events(o.t.Context(), town, 0, 1000)
	require.NoError(o.t, err)
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.Kind)
		data, err := ReadData(e)
		require.NoError(o.t, err)
		again, err := json.Marshal(data)
		require.NoError(o.t, err)
		require.JSONEq(o.t, string(e.Data), string(again), "what an event holds is read whole")
	}
	return kinds
}

// From the demand to the acceptance, of each class: RA-12, RA-52, RA-53, RA-54.
func TestFromDemandToAcceptance(t *testing.T) {
	for _, class := range []string{"project-upgrade", "project-complex", "project-system-wide", "project-pilot"} {
		o := newOffice(t, NewMemStore())
		made := o.demand(class)
		require.Equal(t, "2026-000001", made.Number)
		o.must(made.ID, Command{Do: Admit}, Command{Do: Plan, Milestones: plan()})
		o.must(made.ID, specified()...)
		o.must(made.ID, Command{Do: Attach, Kind: "charter", Name: "charter"}, Command{Do: Record, Kind: "security", Name: "code", Passed: true})
		o.now = local("2026-06-04 12:00")
		o.must(made.ID, Command{Do: Submit}, Command{Do: Approve})
		o.now = local("2026-06-18 12:00")
		o.must(made.ID, Command{Do: Spend, Milestone: "e1", Amount: ils(990_000)}, Command{Do: Reach, Milestone: "e1"}, Command{Do: Finish})
		o.now = local("2026-06-25 12:00")
		closed := o.must(made.ID, Command{Do: Record, Kind: "acceptance", Name: "forms", Passed: true}, Command{Do: Reach, Milestone: "a1"}, Command{Do: Close})
		require.Equal(t, Closed, closed.State)
		require.Equal(t, o.now, closed.Ended)
		require.Zero(t, closed.NextAt)
		require.Empty(t, closed.Alarms)
		require.Empty(t, closed.Problem)
		a, err := o.policy.Assess(closed.Header, o.now.AddDate(1, 0, 0))
		require.NoError(t, err)
		var met []string
		for _, c := range a.Clocks {
			require.Equal(t, sla.Met, c.State, c.Target.ID)
			met = append(met, c.Target.Metric)
		}
		if class == "project-pilot" {
			require.Empty(t, met, "RA-12: pilots are promised no time")
		} else {
			require.Equal(t, []string{"intake", "planning", "project-approval"}, met)
			require.True(t, a.Clocks[1].Early, "A-16: before the minimum only informs")
		}
		n, err := o.Sweep(t.Context(), town, o.now.AddDate(1, 0, 0))
		require.NoError(t, err)
		require.Zero(t, n)
	}
}

// RA-52 to RA-54: the windows of the phases, on both sides of each boundary. The demand is
// made and the plan submitted on a Tuesday; days are those of the calendar.
func TestPhaseWindows(t *testing.T) {
	p := policy(t)
	calendar := p.calendar
	day := func(from time.Time, n int) time.Time { // the close of the nth working day after
		d, err := calendar.Step(p.date(from), n)
		require.NoError(t, err)
		return d.Last.UTC()
	}
	state := func(project Project, target string) (sla.State, bool) {
		a, err := p.Assess(project.Header, project.latest())
		require.NoError(t, err)
		c := a.Clock(target)
		require.NotNil(t, c, target)
		return c.State, c.Early
	}
	for _, tt := range []struct {
		class            string
		intake, min, max int
	}{
		{"upgrade", 14, 14, 21}, {"complex", 21, 21, 28}, {"system-wide", 28, 28, 55},
	} {
		// In June, over the feasts of Tishri, and over New Year's Eve of the Gregorian calendar.
		for _, start := range []string{"2026-06-02 10:00", "2026-09-01 10:00", "2026-12-15 10:00"} {
			made := demand(t, p, "project-"+tt.class, start)
			last := day(made.Began, tt.intake)
			in := must(t, p, made, Command{Do: Admit, At: last})
			got, _ := state(in, "is-intake-"+tt.class)
			require.Equal(t, sla.Met, got, "day %d: on the last day it is in time", tt.intake)
			late := must(t, p, made, Command{Do: Admit, At: day(made.Began, tt.intake+1)})
			got, _ = state(late, "is-intake-"+tt.class)
			require.Equal(t, sla.MetLate, got, "day %d", tt.intake+1)
			got, _ = state(must(t, p, made, Command{Do: Reject, Reason: "no", At: last}), "is-intake-"+tt.class)
			require.Equal(t, sla.Met, got, "A-53: a rejection is a status, too")

			in = must(t, p, made, Command{Do: Admit}, Command{Do: Plan, Milestones: plan()})
			submit := func(n int) (sla.State, bool) {
				return state(must(t, p, in, Command{Do: Submit, At: day(in.Began, n)}), "is-planning-"+tt.class)
			}
			got, early := submit(tt.min - 1)
			require.Equal(t, sla.Met, got)
			require.True(t, early, "A-16: before the minimum only informs")
			got, early = submit(tt.min)
			require.Equal(t, sla.Met, got)
			require.False(t, early)
			got, _ = submit(tt.max)
			require.Equal(t, sla.Met, got)
			got, _ = submit(tt.max + 1)
			require.Equal(t, sla.MetLate, got)

			planned := must(t, p, in, Command{Do: Submit})
			planned = must(t, p, planned, specified()...)
			if tt.class != "upgrade" {
				planned = must(t, p, planned, Command{Do: Attach, Kind: "charter", Name: "charter"}, Command{Do: Record, Kind: "security", Name: "code", Passed: true})
			}
			got, _ = state(must(t, p, planned, Command{Do: Approve, At: day(in.Began, 14)}), "is-project-approval")
			require.Equal(t, sla.Met, got)
			got, _ = state(must(t, p, planned, Command{Do: Approve, At: day(in.Began, 15)}), "is-project-approval")
			require.Equal(t, sla.MetLate, got)
		}
	}
}

// RA-55, RA-57: the sweep warns before the plan is left by too much, raises the alarm when
// it is, each once, and tells the manager.
func TestSweepRaisesAlarms(t *testing.T) {
	o := newOffice(t, NewMemStore())
	made := o.demand("project-upgrade")
	o.must(made.ID, Command{Do: Admit}, Command{Do: Plan, Milestones: plan()})
	o.must(made.ID, specified()...)
	o.must(made.ID, Command{Do: Submit}, Command{Do: Approve})
	begun := len(o.kinds())
	sweep := func(now string) Project {
		t.Helper()
		o.now = local(now)
		_, err := o.Sweep(t.Context(), town, o.now)
		require.NoError(t, err)
		got, err := o.Get(t.Context(), town, made.ID)
		require.NoError(t, err)
		return got
	}
	require.Empty(t, sweep("2026-06-18 23:59").Alarms)
	require.Empty(t, sweep("2026-06-20 23:59").Alarms)
	got := sweep("2026-06-21 00:00")
	require.Equal(t, []Alarm{
		{1, Acceptance, "a1", "time", Warning, o.now, 5, 1}, {1, Acceptance, "", "time", Warning, o.now, 5, 1},
	}, got.Alarms)
	require.Equal(t, local("2026-06-22 00:00"), got.NextAt)
	got = sweep("2026-06-22 00:05")
	require.Equal(t, []Alarm{
		{1, Execution, "e1", "time", Exceeded, o.now, 10, 2}, {1, Execution, "", "time", Exceeded, o.now, 10, 2}, {1, "", "", "time", Warning, o.now, 15, 2},
	}, got.Alarms[2:])
	require.Equal(t, []string{
		"project.deviation-forecast", "project.deviation-forecast", "project.deviation-exceeded", "project.deviation-exceeded", "project.deviation-forecast",
		"project.escalated",
	}, o.kinds()[begun:])
	require.Equal(t, got, sweep("2026-06-22 00:06"), "each is raised once")

	// While it rests, nothing is raised, and the answer to the alarm waits.
	o.must(made.ID, Command{Do: Hold, Reason: "elections"})
	require.Len(t, sweep("2026-07-20 00:00").Alarms, 5)
	got = o.must(made.ID, Command{Do: Resume})
	require.Greater(t, len(got.Alarms), 5)
	// A new baseline begins anew.
	raised := len(got.Alarms)
	got = o.must(made.ID, Command{Do: Propose, Reason: "elections", Milestones: []Milestone{
		ms("e1", "2026-06-07", "2026-07-30", 1_000_000), ms("a1", "2026-08-02", "2026-08-06", 50_000, "e1"),
	}}, Command{Do: Adopt})
	require.Len(t, got.Alarms, raised)
	require.Len(t, sweep("2026-07-30 12:00").Alarms, raised)
	require.Greater(t, len(sweep("2026-08-12 12:00").Alarms), raised)
}

// What cannot be assessed says why, and is looked at again.
func TestBeyondTheCalendar(t *testing.T) {
	o := newOffice(t, NewMemStore())
	made := o.demand("project-pilot")
	o.must(made.ID, Command{Do: Admit}, Command{Do: Plan, Milestones: plan()})
	o.must(made.ID, specified()...)
	o.must(made.ID, Command{Do: Submit}, Command{Do: Approve})
	o.now = local("2040-01-01")
	_, err := o.Sweep(t.Context(), town, o.now)
	require.NoError(t, err)
	got, err := o.Get(t.Context(), town, made.ID)
	require.NoError(t, err)
	require.Contains(t, got.Problem, "not covered")
	require.Equal(t, o.now.Add(24*time.Hour), got.NextAt)
	require.Equal(t, "project.unassessed", o.kinds()[len(o.kinds())-1])
	cancelled := o.must(made.ID, Command{Do: Cancel, Reason: "forgotten"})
	require.Empty(t, cancelled.Problem)
	require.Equal(t, "project.assessed", o.kinds()[len(o.kinds())-1])
}

// RA-48: a ticket that is development becomes one project, however often it is told.
func TestDevelop(t *testing.T) {
	o := newOffice(t, NewMemStore())
	v := Development{Ticket: "t-7/2", At: local("2026-05-31 10:00"), By: "u-4", Demander: "u-5", Title: "A form for parking", Text: "it is development"}
	var wait sync.WaitGroup
	ids := make([]ID, 8)
	for i := range ids {
		wait.Go(func() {
			mine := newOffice(t, o.store)
			mine.ids = 100 * (i + 1)
			made, err := mine.Develop(t.Context(), town, v)
			require.NoError(t, err)
			ids[i] = made.ID
		})
	}
	wait.Wait()
	slices.Sort(ids)
	require.Len(t, slices.Compact(ids), 1)
	page, err := o.List(t.Context(), town, Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	made := page.Items[0]
	require.Equal(t, "t-7/2", made.Origin)
	require.Equal(t, "project-upgrade", made.Class)
	require.Equal(t, "information-systems", made.Lead)
	require.Equal(t, "operations", made.Partner)
	require.Equal(t, v.At, made.Began, "the promise about the demand counts from when it was moved")
	require.Equal(t, townclerk.Actor("u-5"), made.Demander)

	other := v
	other.Ticket, other.Project = "t-8", made.ID
	_, err = o.Develop(t.Context(), town, other)
	require.ErrorIs(t, err, townclerk.ErrExists, "the id is that of another ticket's project")
	other.Project = "p-given"
	given, err := o.Develop(t.Context(), town, other)
	require.NoError(t, err)
	require.Equal(t, ID("p-given"), given.ID)
	_, err = o.Develop(t.Context(), town, Development{})
	require.ErrorContains(t, err, "ticket: missing")
	neighbour, err := o.Develop(t.Context(), "kalisz", v)
	require.NoError(t, err)
	require.NotEqual(t, made.ID, neighbour.ID)
}

// Many at once: nothing is lost.
func TestConcurrentWriters(t *testing.T) {
	o := newOffice(t, NewMemStore())
	made := o.demand("project-upgrade")
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			_, err := o.Do(context.Background(), town, made.ID, boss, Command{Do: Write, Text: fmt.Sprint(i)})
			require.NoError(t, err)
			_, err = o.Sweep(context.Background(), town, o.now)
			require.NoError(t, err)
		})
	}
	wait.Wait()
	got, err := o.Get(t.Context(), town, made.ID)
	require.NoError(t, err)
	require.Len(t, got.Notes, 20)
	require.EqualValues(t, 21, got.Version)
}

// Many sweeps at once, beside somebody who writes: each alarm and each debt is told once.
func TestManySweepsTellOnce(t *testing.T) {
	o := newOffice(t, NewMemStore())
	for range 5 {
		made := o.demand("project-upgrade")
		o.must(made.ID, Command{Do: Admit}, Command{Do: Plan, Milestones: plan()})
		o.must(made.ID, specified()...)
		o.must(made.ID, Command{Do: Submit}, Command{Do: Approve})
	}
	begun := len(o.kinds())
	o.now = local("2026-06-22 12:00")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			_, err := o.Sweep(context.Background(), town, o.now)
			require.NoError(t, err)
			_, err = o.Do(context.Background(), town, "p-3", boss, Command{Do: Write, Text: "x"})
			require.NoError(t, err)
		})
	}
	wait.Wait()
	told := map[string]int{}
	for _, kind := range o.kinds()[begun:] {
		told[kind]++
	}
	// Of the milestones e1 and a1, the two phases and the whole; the manager is told of it.
	require.Equal(t, map[string]int{
		"project.deviation-exceeded": 5 * 2, "project.deviation-forecast": 5 * 3, "project.escalated": 5, "project.note-written": 8,
	}, told)
}

// Another tenant's ids do not exist, in any method, and no error tells of them.
func TestOtherTenants(t *testing.T) {
	o := newOffice(t, NewMemStore())
	made := o.demand("project-upgrade")
	work, err := o.DraftWork(t.Context(), town, boss, "information-systems", *ready(Edit).Content)
	require.NoError(t, err)
	const other townclerk.Tenant = "kalisz"
	missing := func(err error) {
		t.Helper()
		require.ErrorIs(t, err, townclerk.ErrNotFound)
		require.NotContains(t, err.Error(), "Online forms")
	}
	_, err = o.Get(t.Context(), other, made.ID)
	missing(err)
	_, err = o.GetWork(t.Context(), other, work.ID)
	missing(err)
	for _, do := range Actions {
		_, err := o.Do(t.Context(), other, made.ID, boss, ready(do))
		missing(err)
		_, err = o.DoWork(t.Context(), other, work.ID, boss, ready(do))
		missing(err)
	}
	page, err := o.List(t.Context(), other, Query{})
	require.NoError(t, err)
	require.Empty(t, page.Items)
	works, err := o.ListWork(t.Context(), other, WorkQuery{})
	require.NoError(t, err)
	require.Empty(t, works.Items)
	n, err := o.Sweep(t.Context(), other, local("2030-01-01"))
	require.NoError(t, err)
	require.Zero(t, n)
	got, err := o.Get(t.Context(), town, made.ID)
	require.NoError(t, err)
	require.EqualValues(t, 1, got.Version)
}

// failing is a store that fails at the nth call.
type failing struct {
	Store
	left *int
}

var errDisk = errors.New("the disk is full")

func (f failing) Projects() townclerk.Repo[Project, Query] {
	return failingRepo[Project, Query]{f.Store.Projects(), f.left}
}

func (f failing) WorkPlans() townclerk.Repo[WorkPlan, WorkQuery] {
	return failingRepo[WorkPlan, WorkQuery]{f.Store.WorkPlans(), f.left}
}

type failingRepo[T, Q any] struct {
	townclerk.Repo[T, Q]
	left *int
}

func (f failingRepo[T, Q]) err() error {
	*f.left--
	if *f.left < 0 {
		return errDisk
	}
	return nil
}

func (f failingRepo[T, Q]) Create(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	if err := f.err(); err != nil {
		return t, err
	}
	return f.Repo.Create(ctx, tenant, t, events...)
}

func (f failingRepo[T, Q]) Put(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	if err := f.err(); err != nil {
		return t, err
	}
	return f.Repo.Put(ctx, tenant, t, events...)
}

func (f failingRepo[T, Q]) Get(ctx context.Context, tenant townclerk.Tenant, id string) (T, error) {
	if err := f.err(); err != nil {
		var zero T
		return zero, err
	}
	return f.Repo.Get(ctx, tenant, id)
}

func (f failingRepo[T, Q]) List(ctx context.Context, tenant townclerk.Tenant, q Q) (townclerk.Page[T], error) {
	if err := f.err(); err != nil {
		return townclerk.Page[T]{}, err
	}
	return f.Repo.List(ctx, tenant, q)
}

func (f failingRepo[T, Q]) Claim(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]T, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.Repo.Claim(ctx, tenant, now, until, limit)
}

// A store that fails at any call: the error comes back, what is returned is nothing, and
// what is stored is as before.
func TestStoreFails(t *testing.T) {
	for name, do := range map[string]func(o *office) (any, error){
		"demand": func(o *office) (any, error) {
			return o.Demand(t.Context(), town, Request{Demander: "u-2", Class: "project-upgrade", Lead: "operations", Title: "x"})
		},
		"develop": func(o *office) (any, error) {
			return o.Develop(t.Context(), town, Development{Ticket: "t-1", By: "u-2", Title: "x"})
		},
		"do": func(o *office) (any, error) { return o.Do(t.Context(), town, "p-1", boss, Command{Do: Admit}) },
		"draft": func(o *office) (any, error) {
			return o.DraftWork(t.Context(), town, boss, "operations", *ready(Edit).Content)
		},
		"work":  func(o *office) (any, error) { return o.DoWork(t.Context(), town, "p-2", boss, Command{Do: Submit}) },
		"sweep": func(o *office) (any, error) { return o.Sweep(t.Context(), town, local("2026-12-01")) },
	} {
		failed := 0
		for calls := 0; ; calls++ {
			left := 1000
			store := NewMemStore()
			o := newOffice(t, failing{store, &left})
			o.demand("project-upgrade")
			_, err := o.DraftWork(t.Context(), town, boss, "information-systems", *ready(Edit).Content)
			require.NoError(t, err)
			before := stored(t, store)
			left = calls
			got, err := do(o)
			if err == nil {
				break
			}
			failed++
			require.ErrorIs(t, err, errDisk, "%s, after %d calls", name, calls)
			require.NotContains(t, err.Error(), "Online forms")
			if name != "sweep" {
				require.Zero(t, got)
				require.Equal(t, before, stored(t, store), "%s, after %d calls", name, calls)
			}
		}
		require.Positive(t, failed, name)
	}
}

func stored(t *testing.T, store Store) string {
	events, err := store.Events(t.Context(), town, 0, 1000)
	require.NoError(t, err)
	projects, err := store.Projects().List(t.Context(), town, Query{})
	require.NoError(t, err)
	works, err := store.WorkPlans().List(t.Context(), town, WorkQuery{})
	require.NoError(t, err)
	return fmt.Sprintf("%v %+v %+v", events, projects.Items, works.Items)
}

// RA-05: work plans of one year and of several, on both planes.
func TestWorkPlans(t *testing.T) {
	o := newOffice(t, NewMemStore())
	for _, horizon := range []string{"yearly", "multi-year"} {
		for _, plane := range []string{"application", "infrastructure"} {
			c := Content{Title: "תכנית עבודה", Horizon: horizon, Plane: plane, First: 2027, Last: 2027, Lines: []Line{{Title: "טפסים מקוונים", Project: "p-1", Year: 2027, Cost: ils(100)}}}
			if horizon == "multi-year" {
				c.Last = 2031
			}
			w, err := o.DraftWork(t.Context(), town, Who{Actor: "u-3", Role: "is-manager"}, "information-systems", c)
			require.NoError(t, err)
			w, err = o.DoWork(t.Context(), town, w.ID, Who{Actor: "u-3", Role: "is-manager"}, Command{Do: Submit})
			require.NoError(t, err)
			_, err = o.DoWork(t.Context(), town, w.ID, Who{Actor: "u-3", Role: "is-manager"}, Command{Do: Approve})
			require.ErrorIs(t, err, townclerk.ErrForbidden)
			w, err = o.DoWork(t.Context(), town, w.ID, boss, Command{Do: Return, Reason: "what of the schools?"})
			require.NoError(t, err)
			c.Lines = append(c.Lines, Line{Title: "בתי ספר", Year: 2027, Cost: ils(50)}, Line{Title: "cloud", Year: 2027, Cost: townclerk.Money{Minor: 7, Currency: "USD"}})
			w, err = o.DoWork(t.Context(), town, w.ID, Who{Actor: "u-3"}, Command{Do: Edit, Content: &c})
			require.NoError(t, err)
			sums, err := w.Cost()
			require.NoError(t, err)
			require.Equal(t, []townclerk.Money{ils(150), {Minor: 7, Currency: "USD"}}, sums)
			_, err = o.DoWork(t.Context(), town, w.ID, boss, Command{Do: Approve})
			require.Error(t, err, "a draft is not approved")
			_, err = o.DoWork(t.Context(), town, w.ID, Who{Actor: "u-3"}, Command{Do: Submit})
			require.NoError(t, err)
			w, err = o.DoWork(t.Context(), town, w.ID, boss, Command{Do: Approve})
			require.NoError(t, err)
			require.Equal(t, Active, w.State)
			page, err := o.ListWork(t.Context(), town, WorkQuery{States: []State{Active}, Plane: plane, Horizon: horizon, Year: 2027})
			require.NoError(t, err)
			require.Len(t, page.Items, 1)
		}
	}
	_, err := o.DraftWork(t.Context(), town, boss, "", Content{Horizon: "yearly", Plane: "cloud", First: 2027, Last: 2028, Lines: []Line{{Year: 2030, Cost: ils(-1)}}})
	for _, want := range []string{
		"department: missing", "content.title: missing", `content.plane: "cloud" is none of [planes]`, "a plan of the horizon yearly is for 1 years at most, which 2027 to 2028 is not",
		"content.lines[1].title: missing", "content.lines[1].year: 2030 is none of the years", "content.lines[1].cost: -0.01 ILS is less than nothing",
	} {
		require.ErrorContains(t, err, want)
	}
	_, err = o.DraftWork(t.Context(), town, Who{Role: "user"}, "operations", Content{})
	require.ErrorIs(t, err, townclerk.ErrForbidden)
}

// What happened earlier than something that is written already is a correction.
func TestLateEntry(t *testing.T) {
	o := newOffice(t, NewMemStore())
	made := o.demand("project-upgrade")
	o.now = local("2026-07-15 09:00")
	late, err := o.Do(t.Context(), town, made.ID, boss, Command{Do: Admit})
	require.NoError(t, err)
	require.NotEmpty(t, late.Owed, "it went overdue on 21 June")
	_, err = o.Do(t.Context(), town, made.ID, Who{Role: "director-general", At: local("2026-07-16")}, Command{Do: Write, Text: "x"})
	require.ErrorContains(t, err, "lies after it is written down")
	_, err = o.Do(t.Context(), town, made.ID, Who{Role: "director-general", At: local("2026-05-16")}, Command{Do: Write, Text: "x"})
	require.ErrorContains(t, err, "is before it was opened")

	o = newOffice(t, NewMemStore())
	made = o.demand("project-upgrade")
	o.now = local("2026-07-15 09:00")
	in, err := o.Do(t.Context(), town, made.ID, Who{Actor: "u-1", Role: "is-manager", At: local("2026-06-10 09:00")}, Command{Do: Admit})
	require.NoError(t, err)
	require.Len(t, in.Owed, 1)
	require.Equal(t, "is-planning-upgrade", in.Owed[0].Target, "it was admitted in time, and written down later; not so the plan")
}

// Hebrew goes through every field, and comes out as it went in.
func TestHebrew(t *testing.T) {
	o := newOffice(t, NewMemStore())
	const text = "טפסים מקוונים <b> (2026)"
	made, err := o.Demand(t.Context(), town, Request{Demander: "דנה", Class: "project-upgrade", Lead: "information-systems", Title: text, Text: text, Cause: "law", Reference: text})
	require.NoError(t, err)
	milestones := plan()
	milestones[0].Title = text
	got := o.must(made.ID, Command{Do: Admit, Text: text}, Command{Do: Plan, Milestones: milestones}, Command{Do: Attach, Kind: "charter", Name: text, Reference: text},
		Command{Do: Write, Text: text}, Command{Do: Order, Kind: "specification", Name: text}, Command{Do: Deliver, Part: 1, Reference: text},
		Command{Do: Review, Part: 1, Text: text}, Command{Do: Record, Kind: "security", Name: text, Text: text}, Command{Do: Ask, Cause: "user-need", Text: text},
		Command{Do: Hold, Reason: text})
	for _, x := range []string{
		got.Title, got.Text, got.Reference, got.Draft.Milestones[0].Title, got.Documents[0].Name, got.Notes[0].Text, got.Deliverables[0].Name, got.Deliverables[0].Text,
		got.Results[0].Name, got.Changes[0].Text,
	} {
		require.Equal(t, text, x)
	}
	o.kinds()
	for _, bad := range []string{"a\x00b", "\xff"} {
		for _, c := range []Command{{Do: Write, Text: bad}, {Do: Write, Text: "x", Reference: bad}, {Do: Write, Text: "x", Milestones: []Milestone{{ID: bad}}}} {
			_, err := o.Do(t.Context(), town, made.ID, boss, c)
			require.ErrorContains(t, err, "it is no text in UTF-8, or has a zero character in it")
		}
	}
}

func TestReadDataOfOthers(t *testing.T) {
	_, err := ReadData(townclerk.Event{Seq: 3, Kind: "ticket.moved"})
	require.EqualError(t, err, `event 3: "ticket.moved" is no kind of a project's event`)
	_, err = ReadData(townclerk.Event{Seq: 3, Kind: "project.admitted", Data: []byte("{")})
	require.ErrorContains(t, err, "event 3, project.admitted: ")
	for _, do := range Actions {
		require.NotEmpty(t, happened[do], do)
		require.False(t, strings.Contains(happened[do], " "))
	}
}
