package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

const aboutProjects = "A project of each class, from the demand to the acceptance. Phases are promised in working days, and a plan may be left by 10 %."

// undertaking is the story of some projects. What it prints is read from the events that
// the portfolio stored.
type undertaking struct {
	diary

	policy    *project.Policy
	store     project.Store
	portfolio *project.Portfolio
	names     map[project.ID]string
}

// move is something that is done to a project.
type move struct {
	at      string // "2026-06-07 10:00", or of the same day "10:05"
	of      project.ID
	by      project.Who
	demand  project.Request
	do      project.Command
	refused bool // the portfolio does not let it happen
}

// ladder is a project on its way.
type ladder struct {
	id, title, class                                    string
	demanded, admitted, planned, approved, done, closed string // days
	plan                                                []project.Milestone
	approver                                            project.Who
	late                                                []move // what happens besides, before it is done
	trial                                               bool   // it ends with what was learned: RA-12
}

var (
	cityManager = project.Who{Actor: "the Director General", Role: "director-general"}
	isManager   = project.Who{Actor: "the manager", Role: "is-manager"}
	analyst     = project.Who{Actor: "an analyst", Role: "systems-analyst"}
	citizen     = project.Who{Actor: "a user", Role: "user"}
)

// ladders is the four projects, one after the other.
func (t *undertaking) ladders() []ladder {
	piece := func(id string, phase project.State, from, to string, cost int64, after ...string) project.Milestone {
		return project.Milestone{ID: id, Title: id, Phase: phase, From: day(from), To: day(to), Cost: shekels(cost), After: after}
	}
	return []ladder{
		{
			id: "A", title: "the permits form, a new release", class: "project-upgrade", approver: isManager,
			demanded: "2026-01-04", admitted: "2026-01-20", planned: "2026-02-15", approved: "2026-02-22", done: "2026-03-12", closed: "2026-03-19",
			plan: []project.Milestone{piece("set-up", project.Execution, "2026-03-01", "2026-03-12", 40_000), piece("tests", project.Acceptance, "2026-03-15", "2026-03-19", 5_000, "set-up")},
		},
		{
			id: "B", title: "online registration of kindergartens", class: "project-complex", approver: isManager,
			demanded: "2026-02-01", admitted: "2026-02-24", planned: "2026-03-31", approved: "2026-04-15", done: "2026-05-19", closed: "2026-06-04",
			plan: []project.Milestone{piece("forms", project.Execution, "2026-04-19", "2026-05-17", 120_000), piece("trial", project.Acceptance, "2026-05-18", "2026-06-01", 20_000, "forms")},
			late: []move{{at: "2026-05-18 09:00", by: analyst, do: project.Command{Do: project.Spend, Milestone: "forms", Amount: shekels(133_000)}}},
		},
		{
			id: "C", title: "one register of residents for all units", class: "project-system-wide", approver: cityManager,
			demanded: "2026-03-01", admitted: "2026-04-12", planned: "2026-07-01", approved: "2026-07-20", done: "2026-10-12", closed: "2026-11-05",
			plan: []project.Milestone{piece("move", project.Execution, "2026-08-02", "2026-10-07", 900_000), piece("parallel-run", project.Acceptance, "2026-10-08", "2026-11-05", 60_000, "move")},
			late: []move{{at: "2026-07-20 09:00", by: isManager, do: project.Command{Do: project.Approve}, refused: true}},
		},
		{
			id: "D", title: "sensors in public gardens", class: "project-pilot", approver: isManager, trial: true,
			demanded: "2026-11-01", admitted: "2026-11-08", planned: "2026-11-10", approved: "2026-11-11", done: "2026-12-10", closed: "2026-12-17",
			plan: []project.Milestone{piece("ten-sensors", project.Execution, "2026-11-15", "2026-12-10", 8_000), piece("judgement", project.Acceptance, "2026-12-13", "2026-12-17", 0, "ten-sensors")},
		},
	}
}

// day is one of the story's own dates.
func day(text string) worktime.Date {
	d, err := worktime.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// moves returns what happens to a project.
func (l ladder) moves() []move {
	on := func(day, hour string, by project.Who, c project.Command) move {
		return move{at: day + " " + hour, by: by, do: c}
	}
	first, last := l.plan[0].ID, l.plan[1].ID
	all := []move{
		{at: l.demanded + " 09:00", by: citizen, demand: project.Request{Demander: "a unit", Class: l.class, Lead: "information-systems", Title: l.title, Cause: "user-need"}},
		on(l.admitted, "10:00", isManager, project.Command{Do: project.Admit}),
		on(l.admitted, "11:00", analyst, project.Command{Do: project.Order, Kind: "specification", Name: "specification"}),
		on(l.planned, "08:00", analyst, project.Command{Do: project.Plan, Milestones: l.plan}),
		on(l.planned, "08:10", analyst, project.Command{Do: project.Attach, Kind: "requirements", Name: "requirements"}),
		on(l.planned, "08:20", analyst, project.Command{Do: project.Deliver, Part: 1, Reference: "specification-" + l.id}),
		on(l.planned, "08:30", analyst, project.Command{Do: project.Review, Part: 1, Text: "complete"}),
		on(l.planned, "09:00", isManager, project.Command{Do: project.Pass, Part: 1}),
		on(l.planned, "12:00", analyst, project.Command{Do: project.Submit}),
	}
	approve := on(l.approved, "10:00", l.approver, project.Command{Do: project.Approve})
	if len(l.late) > 0 && l.late[0].refused {
		all = append(append(all, l.late...), approve)
	} else {
		all = append(append(all, approve), l.late...)
	}
	all = append(all,
		on(l.done, "12:00", analyst, project.Command{Do: project.Reach, Milestone: first}),
		on(l.done, "12:10", analyst, project.Command{Do: project.Finish}),
	)
	untested := on(l.closed, "11:00", isManager, project.Command{Do: project.Close})
	untested.refused = true
	all = append(all,
		on(l.closed, "10:00", analyst, project.Command{Do: project.Reach, Milestone: last}), untested,
		on(l.closed, "12:00", citizen, project.Command{Do: project.Record, Kind: "acceptance-test", Name: "use", Passed: true}),
	)
	if l.trial {
		all = append(all, on(l.closed, "12:30", analyst, project.Command{Do: project.Record, Kind: "trial", Name: "sensors", Passed: true, Text: "worth a project"}))
	}
	return append(all, on(l.closed, "13:00", isManager, project.Command{Do: project.Close}))
}

// developed tells the story of Ra'anana's projects.
func developed(ctx context.Context, s scene) error {
	t := undertaking{diary: diary{scene: s}, store: s.stores.Projects(), names: map[project.ID]string{}}
	var err error
	if t.policy, err = openPolicy("raanana", "project.toml", project.Parse); err != nil {
		return err
	}
	var id project.ID
	t.portfolio = project.NewPortfolio(t.store, t.policy, project.Config{
		Now: func() time.Time { return t.now }, NewID: func() project.ID { return id },
	})
	t.headline(t.policy.Name(), aboutProjects)
	for _, l := range t.ladders() {
		id = project.ID(l.id)
		t.names[id] = l.title
		for i, m := range l.moves() {
			m.of = id
			if err := t.move(ctx, m); err != nil {
				return fmt.Errorf("project %s: move %d, at %s: %w", l.id, i+1, m.at, err)
			}
		}
	}
	return nil
}

// move lets the time pass until something is done, with all that falls due, and then lets
// it happen.
func (t *undertaking) move(ctx context.Context, m move) error {
	at, err := t.time(m.at, t.policy.Promises().Zone())
	if err != nil {
		return err
	}
	if err := t.pass(ctx, at); err != nil {
		return err
	}
	if m.do.Do == "" {
		m.demand.By = m.by.Actor
		_, err = t.portfolio.Demand(ctx, t.tenant, m.demand)
	} else {
		_, err = t.portfolio.Do(ctx, t.tenant, m.of, m.by, m.do)
	}
	switch {
	case err == nil && m.refused:
		return errors.New("it should have been refused")
	case err != nil && m.refused:
		t.line(fmt.Sprintf("%s: %s is refused: %s", m.of, m.by.Actor, because(err)))
	case err != nil:
		return err
	}
	return t.news(ctx, t.store, t.event)
}

// pass looks at the projects each morning until the instant, when what fell due is told.
func (t *undertaking) pass(ctx context.Context, until time.Time) error {
	for !t.now.IsZero() {
		y, m, d := t.now.Date()
		morning := time.Date(y, m, d+1, 7, 30, 0, 0, t.now.Location())
		if morning.After(until) {
			break
		}
		t.now = morning
		if _, err := t.portfolio.Sweep(ctx, t.tenant, t.now); err != nil {
			return err
		}
		if err := t.news(ctx, t.store, t.event); err != nil {
			return err
		}
	}
	t.now = until
	return nil
}

// event prints what happened, and which promise it kept or broke.
func (t *undertaking) event(ctx context.Context, e townclerk.Event) error {
	data, err := project.ReadData(e)
	if err != nil {
		return err
	}
	text := t.happened(strings.TrimPrefix(e.Kind, "project."), &data)
	if text == "" {
		return nil
	}
	t.line(e.Aggregate + ": " + text)
	made, err := t.portfolio.Get(ctx, t.tenant, project.ID(e.Aggregate))
	if err != nil {
		return err
	}
	a, err := t.policy.Assess(made.Header, t.now)
	if err != nil {
		return err
	}
	for i := range a.Clocks {
		c := &a.Clocks[i]
		switch {
		case c.Ended.Equal(t.now) && c.Early:
			t.below(c.State, "kept: "+c.Target.Metric+", before the shortest time, which is no fault")
		case c.Ended.Equal(t.now) && c.State == sla.Met:
			t.below(c.State, fmt.Sprintf("kept: %s, due by %s", c.Target.Metric, stamp(c.Due)))
		case c.Ended.Equal(t.now):
			t.below(c.State, fmt.Sprintf("late: %s, due by %s", c.Target.Metric, stamp(c.Due)))
		case c.Start.Equal(t.now) && c.Ended.IsZero():
			t.below("", fmt.Sprintf("%s by %s", c.Target.Metric, stamp(c.Due)))
		}
	}
	return nil
}

// happened says in a few words what an event was; of small steps, nothing.
func (t *undertaking) happened(kind string, d *project.Data) string {
	switch kind {
	case "demanded":
		return fmt.Sprintf("%s: %s", t.policy.Title("classes", d.Request.Class, "en"), d.Request.Title)
	case "admitted":
		return "the demand is approved"
	case "deliverable-approved":
		return "the specification is approved"
	case "submitted":
		return "specified and planned"
	case "approved":
		return "the project is approved: its plan is the baseline"
	case "milestone-reached":
		return d.Command.Milestone + " is reached"
	case "money-spent":
		return fmt.Sprintf("%v are spent on %s", d.Command.Amount, d.Command.Milestone)
	case "result-recorded":
		return d.Command.Kind + " passed"
	case "closed":
		return "accepted and closed"
	case "overdue":
		return "overdue: " + t.policy.Promises().Target(d.Owed.Target).Metric
	case "deviation-forecast", "deviation-exceeded":
		return t.alarm(d.Alarm)
	}
	return ""
}

// alarm says how far a plan was left.
func (t *undertaking) alarm(a *project.Alarm) string {
	verb := "was left"
	if a.Level == project.Warning {
		verb = "is about to be left"
	}
	of := cmp.Or(a.Milestone, "the whole "+cmp.Or(string(a.Phase), "project"))
	return fmt.Sprintf("the plan of %s %s by %s %% in %s", of, verb, townclerk.Ratio{N: a.Over, D: a.Planned}.Percent(1), a.Of)
}
