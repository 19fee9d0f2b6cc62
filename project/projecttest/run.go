package projecttest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/sla/worktime"
)

// tenant is whose project a vector is about, and id which one it is.
const (
	tenant townclerk.Tenant = "vector"
	id     project.ID       = "it"
)

// run does the steps in a portfolio of its own, whose clock they set.
func (v *vector) run() {
	var now time.Time
	portfolio := project.NewPortfolio(project.NewMemStore(), v.policy, project.Config{
		Now: func() time.Time { return now }, NewID: func() project.ID { return id },
	})
	r := runner{v, portfolio, v.steps[0].Do == draft}
	for i := range v.steps {
		s := &v.steps[i]
		now = s.recorded
		if !r.outcome(s, r.do(s)) {
			return
		}
		if i == 0 && s.Refused != "" {
			return // there is nothing of which more could be expected
		}
		if err := r.expect(s); err != nil {
			v.doc.Errorf(s.here, "%v", err)
			return
		}
	}
}

// runner runs a vector.
type runner struct {
	*vector
	portfolio *project.Portfolio
	work      bool // it is about a work plan
}

// do does what the step says.
func (r *runner) do(s *step) error {
	ctx, who := context.Background(), project.Who{Actor: townclerk.Actor(s.By), Role: s.Role, At: s.at}
	var err error
	switch {
	case s.Do == look:
	case s.Do == sweep:
		_, err = r.portfolio.Sweep(ctx, tenant, s.at)
	case s.Do == demand:
		_, err = r.portfolio.Demand(ctx, tenant, project.Request{
			At: s.at, By: who.Actor, Demander: townclerk.Actor(s.Demander), Class: s.Class, Lead: s.Lead, Partner: s.Partner, Title: s.Subject, Text: s.Text,
			Cause: s.Cause, Reference: s.Reference, Origin: s.Origin,
		})
	case s.Do == draft:
		content := s.content()
		if content == nil {
			content = &project.Content{}
		}
		_, err = r.portfolio.DraftWork(ctx, tenant, who, s.Department, *content)
	case r.work:
		_, err = r.portfolio.DoWork(ctx, tenant, id, who, r.command(s))
	default:
		_, err = r.portfolio.Do(ctx, tenant, id, who, r.command(s))
	}
	return err
}

func (r *runner) command(s *step) project.Command {
	c := project.Command{
		Do: project.Action(s.Do), Part: s.Part, Reason: s.Reason, Text: s.Text, Milestone: s.Milestone, Amount: townclerk.Money(s.Amount), Kind: s.Kind,
		Name: s.Name, Passed: s.Passed, Reference: s.Reference, Cause: s.Cause, Set: s.Set, Content: s.content(),
	}
	for _, m := range s.Milestones {
		c.Milestones = append(c.Milestones, project.Milestone{
			ID: m.ID, Title: cmp.Or(m.Title, m.ID), Phase: project.State(m.Phase), From: worktime.Date(m.From), To: worktime.Date(m.To), Cost: townclerk.Money(m.Cost), After: m.After,
		})
	}
	return c
}

func (s *step) content() *project.Content {
	if s.Content == nil {
		return nil
	}
	c := &project.Content{Title: s.Content.Title, Horizon: s.Content.Horizon, Plane: s.Content.Plane, First: s.Content.First, Last: s.Content.Last}
	for _, l := range s.Content.Lines {
		c.Lines = append(c.Lines, project.Line{Title: l.Title, Year: l.Year, Cost: townclerk.Money(l.Cost)})
	}
	return c
}

// outcome compares whether the step was refused with what is expected. It is false if the
// rest of the file makes no sense any more.
func (r *runner) outcome(s *step, err error) bool {
	switch {
	case err == nil && s.Refused == "":
		return true
	case err == nil:
		r.doc.Errorf(s.here.Add("refused"), "it was done, and should be refused: %s", s.Refused)
		return false
	case s.Refused == "":
		r.doc.Errorf(s.here, "it was refused: %v", err)
		return false
	}
	// What is allowed instead is no reason.
	if text, _, _ := strings.Cut(err.Error(), "; allowed now: "); !strings.Contains(text, s.Refused) {
		r.doc.Errorf(s.here.Add("refused"), "it was refused, but for another reason\n  got  %s\n  want %s", err, s.Refused)
	}
	return true
}

// expect compares the project or the work plan with what is expected of it. The error is
// that it cannot be looked at.
func (r *runner) expect(s *step) error {
	ctx := context.Background()
	var header project.Header
	var allowed []project.Action
	if r.work {
		w, err := r.portfolio.GetWork(ctx, tenant, id)
		if err != nil {
			return err
		}
		header, allowed = w.Header, r.policy.AllowedWork(w, townclerk.Actor(s.By), s.Role)
	} else {
		t, err := r.portfolio.Get(ctx, tenant, id)
		if err != nil {
			return err
		}
		header, allowed = t.Header, r.policy.Allowed(t, s.Part, townclerk.Actor(s.By), s.Role)
		header.State = part(&t, s)
		r.plan(s, t)
	}
	if s.Is != "" && s.Is != string(header.State) {
		r.doc.Errorf(s.here.Add("is"), "got %s, want %s", header.State, s.Is)
	}
	r.same(s, "allowed", texts(allowed), s.Allowed)
	var overdue []string
	for _, o := range header.Owed {
		if o.Step == 0 {
			overdue = append(overdue, o.Target)
		}
	}
	r.same(s, "overdue", overdue, s.Overdue)
	if r.judge.Expects(s.here) {
		r.judge.Judge(s.here, &s.Clocks, header.Timeline(), s.recorded)
	}
	return nil
}

// part returns the state of what the step is done to.
func part(t *project.Project, s *step) project.State {
	if v := t.Deliverable(s.Part); v != nil && slices.Contains([]project.Action{project.Deliver, project.Review, project.Pass, project.SendBack, project.Drop}, project.Action(s.Do)) {
		return v.State
	}
	if v := t.Change(s.Part); v != nil && s.Part != 0 {
		return v.State
	}
	return t.State
}

// same compares a list with what is expected of it, in any order.
func (r *runner) same(s *step, key string, got, want []string) {
	if !r.doc.Has(s.here.Add(key)) {
		return
	}
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		r.doc.Errorf(s.here.Add(key), "got %s, want %s", list(got), list(want))
	}
}

func list(names []string) string { return cmp.Or(strings.Join(names, ", "), "nothing") }

// plan compares how far the project is from its plan with what is expected.
func (r *runner) plan(s *step, t project.Project) {
	var alarms []string
	for _, a := range t.Alarms {
		alarms = append(alarms, strings.Join([]string{called(a.Milestone, a.Phase), a.Of, string(a.Level)}, " "))
	}
	r.same(s, "alarms", alarms, s.Alarms)
	if len(s.Late)+len(s.Level)+len(s.Expected) == 0 {
		return
	}
	drift, err := r.policy.Deviations(t, 0, s.recorded)
	if err != nil {
		r.doc.Errorf(s.here, "%v", err)
		return
	}
	all := map[string]*project.Deviation{}
	for i := range drift.Deviations {
		d := &drift.Deviations[i]
		all[called(d.Milestone, d.Phase)] = d
	}
	compare(r, s, "late", s.Late, all, func(d *project.Deviation) int { return int(d.Time.Over) })
	compare(r, s, "level", s.Level, all, func(d *project.Deviation) string { return cmp.Or(string(d.Level()), fine) })
	compare(r, s, "expected", s.Expected, all, func(d *project.Deviation) string { return d.Expected.String() })
}

// called is how a vector names a milestone, or a total.
func called(milestone string, phase project.State) string {
	return cmp.Or(milestone, string(phase), "project")
}

// compare compares one thing of each deviation with what is expected.
func compare[X comparable](r *runner, s *step, key string, want map[string]X, all map[string]*project.Deviation, of func(*project.Deviation) X) {
	for _, name := range r.doc.Keys(s.here.Add(key)) {
		d := all[name]
		if d == nil {
			r.doc.Errorf(s.here.Add(key, name), "the plan has no milestone of this name; there are %s", list(slices.Sorted(maps.Keys(all))))
			continue
		}
		if got := of(d); got != want[name] {
			r.doc.Errorf(s.here.Add(key, name), "got %v, want %v", got, want[name])
		}
	}
}
