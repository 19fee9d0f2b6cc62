package project

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Command is one action and what it needs to know. It is written in JSON into the event
// that it becomes; see [Data].
type Command struct {
	Do       Action          `json:"-"`
	Part     int             `json:"-"`              // the number of the deliverable or change to which it is done; else 0
	At       time.Time       `json:"-"`              // when it happened
	Recorded time.Time       `json:"-"`              // when it was written down; zero: when it happened
	By       townclerk.Actor `json:"-"`              // who does it
	Role     string          `json:"role,omitempty"` // in which By acts; empty: in none

	Reason string `json:"reason,omitempty"` // Reject, Return, Undo, Propose, Decline, Rework, Hold, Cancel, SendBack, Drop, Refuse
	Text   string `json:"text,omitempty"`   // Write, Review, Record, Ask: what was found or is wanted

	Milestones []Milestone     `json:"milestones,omitempty"` // Plan, Propose: the whole plan
	Milestone  string          `json:"milestone,omitempty"`  // Reach, Undo, Spend
	Amount     townclerk.Money `json:"amount,omitzero"`      // Spend; below zero: it came back

	Kind      string `json:"kind,omitempty"`      // Record, Order, Attach: one of the policy's
	Name      string `json:"name,omitempty"`      // Record, Order, Attach: of the test, the deliverable or the document
	Passed    bool   `json:"passed,omitempty"`    // Record
	Reference string `json:"reference,omitempty"` // Record, Attach, Deliver, Spend: where it is kept; Ask: of the law
	Cause     string `json:"cause,omitempty"`     // Ask: one of the policy's

	Set     map[string]string `json:"set,omitempty"`     // Alter: class, lead, partner, title or text
	Content *Content          `json:"content,omitempty"` // Edit
}

// Do carries out a command on a project or one of its parts, and returns the project as
// it is then and the event that this is. What is given stays as it is, also on an error.
// It is written down as [github.com/townclerk/townclerk/ticket.Policy.Do] does it.
//
// The error is a [*townclerk.TransitionError] if the workflow refuses the action, and
// one or more [*townclerk.FieldError], joined, if the command does not say what the
// action needs.
func (p *Policy) Do(t Project, c Command) (Project, []townclerk.Event, error) {
	t = t.Clone()
	d := &decision{p: p, c: &c, h: &t.Header, project: &t, before: t.attributes()}
	events, err := d.carryOut()
	if err != nil {
		return Project{}, nil, err
	}
	return t, events, nil
}

// DoWork carries out a command on a work plan, as Do does on a project.
func (p *Policy) DoWork(w WorkPlan, c Command) (WorkPlan, []townclerk.Event, error) {
	w = w.Clone()
	d := &decision{p: p, c: &c, h: &w.Header, work: &w, before: w.attributes()}
	events, err := d.carryOut()
	if err != nil {
		return WorkPlan{}, nil, err
	}
	return w, events, nil
}

// Allowed returns what may be done to the project, or to a part of it, by somebody in a
// role. What a command has to say besides, such as a reason, is not looked at.
func (p *Policy) Allowed(t Project, part int, by townclerk.Actor, role string) []Action {
	d := &decision{p: p, c: &Command{Part: part, By: by, Role: role}, h: &t.Header, project: &t}
	return d.allowed()
}

// AllowedWork returns what may be done to the work plan by somebody in a role.
func (p *Policy) AllowedWork(w WorkPlan, by townclerk.Actor, role string) []Action {
	d := &decision{p: p, c: &Command{By: by, Role: role}, h: &w.Header, work: &w}
	return d.allowed()
}

// decision is a command that is being carried out on a project or a work plan.
type decision struct {
	p       *Policy
	c       *Command
	h       *Header   // of what it is done to: a copy, which is changed
	project *Project  // nil: it is a work plan
	work    *WorkPlan // nil: it is a project
	service.Moment
	before map[string]string // the attributes

	problems []error
	event    sla.Event // what the command's events say besides their kind
	log      []sla.Event
}

type table = workflow.Table[State, Action, *decision]

// effects is what actions do to a project beside its state. One that returns normally
// may still have found problems.
var effects = map[Action]func(*decision){
	Reject: (*decision).end, Plan: (*decision).plan, Return: (*decision).giveBack, Submit: (*decision).submit, Approve: (*decision).approve,
	Reach: (*decision).reach, Undo: (*decision).undo, Spend: (*decision).spend, Propose: (*decision).propose, Adopt: (*decision).adopt,
	Decline: (*decision).decline, Finish: (*decision).finish, Record: (*decision).record, Close: (*decision).end, Hold: (*decision).hold,
	Resume: (*decision).resume, Cancel: (*decision).end, Alter: (*decision).alter, Attach: (*decision).attach, Write: (*decision).write,
	Order: (*decision).order, Deliver: (*decision).deliver, Review: (*decision).review, Pass: (*decision).decide, SendBack: (*decision).decide,
	Drop: (*decision).decide, Ask: (*decision).ask, Grant: (*decision).judge, Refuse: (*decision).judge, Install: (*decision).install,
}

// workEffects is what actions do to a work plan beside its state.
var workEffects = map[Action]func(*decision){
	Edit: (*decision).edit, Approve: (*decision).approveWork, Close: (*decision).end, Cancel: (*decision).end,
}

// of returns the workflow that an action belongs to, the state that it is about, and
// what the thing is called; state is nil if there is no such part.
func (d *decision) of(do Action) (t *table, state *State, called string) {
	if d.work != nil {
		return workPlans, &d.h.State, "work plan " + d.h.name()
	}
	called = "project " + d.h.name()
	switch do {
	case Deliver, Review, Pass, SendBack, Drop:
		if v := d.project.Deliverable(d.c.Part); v != nil {
			state = &v.State
		}
		return deliverables, state, fmt.Sprintf("%s, deliverable %d", called, d.c.Part)
	case Grant, Refuse, Install:
		if v := d.project.Change(d.c.Part); v != nil {
			state = &v.State
		}
		return changes, state, fmt.Sprintf("%s, change %d", called, d.c.Part)
	}
	return projects, &d.h.State, called
}

// carryOut asks whether the command is allowed, does what it does, and goes to the next
// state.
func (d *decision) carryOut() ([]townclerk.Event, error) {
	t, state, called := d.of(d.c.Do)
	switch {
	case state == nil:
		d.fail("part", "the project has no part %d of this kind", d.c.Part)
	case t == projects && d.c.Part != 0:
		d.fail("part", "%d is given, but %s is done to the project itself", d.c.Part, d.c.Do)
	}
	if err := d.errs(); err != nil {
		return nil, err
	}
	if err := t.Refuse(called, *state, d.c.Do, d, d.allowed); err != nil {
		return nil, d.detailed(err)
	}
	d.Moment = service.When(d.c.At, d.c.Recorded, d.h.Began, d.h.latest(), d.problem)
	d.check()
	if len(d.problems) == 0 && d.At.Before(d.h.latest()) {
		d.inOrder(t, *state, called)
	}
	if err := d.errs(); err != nil {
		return nil, err
	}
	does := effects
	if d.work != nil {
		does = workEffects
	}
	if effect := does[d.c.Do]; effect != nil {
		effect(d)
	}
	if err := d.errs(); err != nil {
		return nil, err
	}
	return []townclerk.Event{d.done(t, state)}, nil
}

// detailed says which of the things that a gate asks for are not there.
func (d *decision) detailed(err error) error {
	var e *townclerk.TransitionError
	if errors.As(err, &e) && e.Rule == gatesHold.Says {
		e.Rule = "the gate asks for " + strings.Join(d.lacking(), ", ")
	}
	return err
}

// check notes texts, days and amounts that cannot be stored.
func (d *decision) check() {
	service.CheckTexts(*d.c, d.problem)
	for i, m := range d.c.Milestones {
		here := fmt.Sprintf("milestones[%d]", i+1)
		if d.c.Do != Plan && d.c.Do != Propose { // which look at the days themselves
			d.day(here+".from", m.From)
			d.day(here+".to", m.To)
		}
		d.amount(here+".cost", m.Cost)
	}
	if _, err := d.c.Amount.MarshalText(); err != nil {
		d.fail("amount", "%v", err)
	}
	if c := d.c.Content; c != nil {
		for i, l := range c.Lines {
			d.amount(fmt.Sprintf("content.lines[%d].cost", i+1), l.Cost)
		}
	}
}

// day notes a day that cannot be written down, such as 30 February.
func (d *decision) day(field string, day worktime.Date) {
	if _, err := day.MarshalText(); err != nil {
		d.fail(field, "%v", err)
	}
}

// amount notes a cost that cannot be.
func (d *decision) amount(field string, m townclerk.Money) {
	if _, err := m.MarshalText(); err != nil {
		d.fail(field, "%v", err)
	} else if m.Minor < 0 {
		d.fail(field, "%v is less than nothing", m)
	}
}

// allowed returns what whoever acts may do, as far as that does not depend on what a
// command says: to the part that the command names, or else to the thing itself.
func (d *decision) allowed() []Action {
	var allowed []Action
	for _, do := range Actions {
		c := *d.c
		c.Do = do
		one := &decision{p: d.p, c: &c, h: d.h, project: d.project, work: d.work}
		t, state, _ := one.of(do)
		if t == projects && c.Part != 0 {
			continue
		}
		if state != nil && t.Allows(*state, do, one) {
			allowed = append(allowed, do)
		}
	}
	return allowed
}

// done goes to the next state and writes what happened.
func (d *decision) done(t *table, state *State) townclerk.Event {
	from := *state
	r := t.Next(from, d.c.Do, d)
	*state = r.To
	if state == &d.h.State && r.To != from {
		d.h.Since = d.At
	}
	if from == OnHold && r.To != OnHold {
		d.project.Held = ""
	}
	d.h.Recorded = d.Recorded
	for i, kind := range r.Events {
		e := d.event
		e.Kind = kind
		if i == 0 {
			e.Attributes = d.changed()
		}
		d.append(e)
	}
	kind := prefix
	if d.work != nil {
		kind = workPrefix
	}
	return newEvent(d.h, kind+happened[d.c.Do], d.At, d.Recorded, d.c.By, Data{Part: d.c.Part, From: from, To: r.To, Command: d.c, Log: d.log})
}

// append adds an event to the Log.
func (d *decision) append(e sla.Event) {
	if e.At.IsZero() {
		e.At = d.At
	}
	d.h.Log = sla.Append(d.h.Log, e, d.Recorded)
	d.log = append(d.log, d.h.Log[len(d.h.Log)-1].Clone())
}

// begin begins the Log and says by which edition it is judged.
func (d *decision) begin(kind string) {
	in, err := d.p.book.InForce(d.h.Began)
	if err != nil {
		d.fail("at", "%v", err)
		return
	}
	d.h.Edition = in.Edition().Number
	d.h.Series = fmt.Sprint(d.h.Began.In(d.p.promises.Zone()).Year())
	d.h.Recorded = d.Recorded
	attributes := d.attributes()
	maps.DeleteFunc(attributes, func(_, value string) bool { return value == "" })
	d.append(sla.Event{Kind: kind, Attributes: attributes})
}

// attributes is what the promises match on.
func (t *Project) attributes() map[string]string {
	return map[string]string{"department": t.Lead, "partner": t.Partner, "class": t.Class}
}

func (w *WorkPlan) attributes() map[string]string {
	return map[string]string{"department": w.Department, "class": workClass, "horizon": w.Horizon, "plane": w.Plane}
}

// workClass is the class of work plans, for the promises.
const workClass = "work-plan"

func (d *decision) attributes() map[string]string {
	if d.work != nil {
		return d.work.attributes()
	}
	return d.project.attributes()
}

// changed returns the attributes that are others now; nil if none is.
func (d *decision) changed() map[string]string {
	var changed map[string]string
	after := d.attributes()
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if after[key] != d.before[key] {
			if changed == nil {
				changed = map[string]string{}
			}
			changed[key] = after[key]
		}
	}
	return changed
}

// fail notes what is wrong with a field.
func (d *decision) fail(field, format string, args ...any) {
	d.problem(field, fmt.Sprintf(format, args...))
}

func (d *decision) problem(field, problem string) {
	d.problems = append(d.problems, &townclerk.FieldError{Field: field, Problem: problem})
}

func (d *decision) errs() error {
	if len(d.problems) == 0 {
		return nil
	}
	_, _, called := d.of(d.c.Do)
	return fmt.Errorf("%s: cannot %s: %w", called, d.c.Do, errors.Join(d.problems...))
}
