package ticket

import (
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Command is one action and what it needs to know. It is written in JSON into the
// event that it becomes; see [Data].
type Command struct {
	Do       Action          `json:"-"`
	Stage    int             `json:"-"`              // on which it is done; 0 is the ticket itself
	At       time.Time       `json:"-"`              // when it happened
	Recorded time.Time       `json:"-"`              // when it was written down; zero: when it happened
	By       townclerk.Actor `json:"-"`              // who does it
	Role     string          `json:"role,omitempty"` // in which By acts; empty: in none

	Reason string `json:"reason,omitempty"` // Wait, Resume: one of the policy's; Reopen, Cancel, Move, Escalate, Release: free text
	Text   string `json:"text,omitempty"`   // Diagnose, Treat, Write, Rate, FollowUp: what was found, done or said; OpenStage: the subject

	Team      string            `json:"team,omitempty"`      // Assign; default: that of the cause, or of the department
	Handler   townclerk.Actor   `json:"handler,omitempty"`   // Assign
	Delegates []townclerk.Actor `json:"delegates,omitempty"` // Assign
	Tier      string            `json:"tier,omitempty"`      // Refer

	Cause       string `json:"cause,omitempty"`        // Diagnose
	Kind        string `json:"kind,omitempty"`         // Diagnose, Write: of work; Attach: of document
	NeedsVendor bool   `json:"needs_vendor,omitempty"` // Diagnose: a vendor has to act

	Call      int             `json:"call,omitempty"`      // TakeBack, Follow; 0: the only one that is open
	Vendor    string          `json:"vendor,omitempty"`    // Diagnose, HandOver; default: that of the cause
	Channel   string          `json:"channel,omitempty"`   // HandOver: the vendor's; Inform: by which the opener was told
	Reference string          `json:"reference,omitempty"` // HandOver, Order, Attach: the other side's number
	Follower  townclerk.Actor `json:"follower,omitempty"`  // HandOver, Follow; default: By
	Contract  []sla.Terms     `json:"-"`                   // HandOver: what the contract in force promises; in the log of the event

	Name     string      `json:"name,omitempty"`     // Order: of the part; Attach: of the document
	Quantity int         `json:"quantity,omitempty"` // Order
	Part     int         `json:"part,omitempty"`     // Receive: the number of what was ordered
	Used     map[int]int `json:"used,omitempty"`     // Treat: how many of what was ordered went into it, by number
	Todo     string      `json:"todo,omitempty"`     // Check: a line of the checklist
	Granted  []Grant     `json:"granted,omitempty"`  // Treat

	Set         map[string]string `json:"set,omitempty"`        // Change: see [Desk.Change]
	Appointment time.Time         `json:"appointment,omitzero"` // Appoint
	To          string            `json:"to,omitempty"`         // Escalate: a role; empty: to all whom the policy names
	Department  string            `json:"department,omitempty"` // OpenStage
	Class       string            `json:"class,omitempty"`      // OpenStage; default: that of the ticket
	Took        time.Duration     `json:"took,omitempty"`       // Write; in JSON in nanoseconds
	Score       int               `json:"score,omitempty"`      // Rate: from 1 to 5
	Asset       string            `json:"asset,omitempty"`      // Link
	Project     string            `json:"project,omitempty"`    // Link, Move
}

// Do carries out a command on a ticket, and returns the ticket as it is then and
// the event that this is. What is given stays as it is, also on an error.
//
// It is written down at c.Recorded, or at the last instant at which anything was
// written about the ticket if that is later, as after a clock went back; and so is
// what happens as it is written. What happened earlier than something that is
// written already becomes a correction of the timeline.
//
// The error is a [*TransitionError] if the workflow refuses the action, and one or
// more [*FieldError], joined, if the command does not say what the action needs.
func (p *Policy) Do(t Ticket, c Command) (Ticket, []townclerk.Event, error) {
	t = t.Clone()
	d, err := p.decide(&t, &c)
	if err != nil {
		return Ticket{}, nil, err
	}
	effects[c.Do](d)
	if err := d.errs(); err != nil {
		return Ticket{}, nil, err
	}
	return t, []townclerk.Event{d.finish()}, nil
}

// Allowed returns what may be done to the ticket, or to a stage of it, by somebody
// in a role. What a command has to say besides, such as a reason, is not looked at.
func (p *Policy) Allowed(t Ticket, stage int, by townclerk.Actor, role string) []Action {
	s, ok := t.subject(stage)
	if !ok {
		return nil
	}
	var allowed []Action
	for _, do := range Actions {
		d := &decision{p: p, t: &t, s: s, c: &Command{Do: do, Stage: stage, By: by, Role: role}}
		if found := rows(stage, *s.state, do); len(found) > 0 && d.broken(found[0].if_, false) == nil {
			allowed = append(allowed, do)
		}
	}
	return allowed
}

// decision is a command that is being carried out.
type decision struct {
	p        *Policy
	t        *Ticket // a copy, which is changed
	s        subject // of t
	c        *Command
	rows     []row
	at       time.Time
	recorded time.Time
	before   map[string]string // the attributes

	problems []error
	event    sla.Event   // what the command's events say besides their kind
	more     []sla.Event // events beside those of the workflow
	resumed  bool        // it waits no more for parts
	waited   bool        // it waited for parts before
	log      []Entry
}

// decide asks whether the command is allowed.
func (p *Policy) decide(t *Ticket, c *Command) (*decision, error) {
	d := &decision{p: p, t: t, c: c, before: t.attributes()}
	var ok bool
	if d.s, ok = t.subject(c.Stage); !ok {
		d.fail("stage", "%s has %d stages, and no stage %d", name(t.ID, t.Number, 0), len(t.Stages), c.Stage)
		return nil, d.errs()
	}
	d.rows = rows(c.Stage, *d.s.state, c.Do)
	if len(d.rows) == 0 {
		return nil, d.refused(nil)
	}
	if r := d.broken(d.rows[0].if_, true); r != nil {
		return nil, d.refused(r)
	}
	d.stamp()
	d.checkTexts(*c)
	return d, d.errs()
}

// broken returns the first rule that does not hold, or nil.
func (d *decision) broken(rules []*rule, command bool) *rule {
	if !permitted.holds(d) {
		return permitted
	}
	for _, r := range rules {
		if (command || r.about != aboutCommand) && !r.holds(d) {
			return r
		}
	}
	return nil
}

func (d *decision) refused(r *rule) error {
	e := &TransitionError{
		ID: d.t.ID, Number: d.t.Number, Stage: d.c.Stage, State: *d.s.state, Do: d.c.Do,
		Allowed: d.p.Allowed(*d.t, d.c.Stage, d.c.By, d.c.Role),
	}
	if r != nil {
		e.Rule, e.forbidden = r.says, r.about == aboutPerson
	}
	return e
}

// stamp says when it happened, and when it is written down.
func (d *decision) stamp() {
	c, t := d.c, d.t
	if c.At.IsZero() {
		d.fail("at", "missing; say when it happened")
		return
	}
	now := c.Recorded.IsZero() || c.Recorded.Equal(c.At)
	d.at, d.recorded = c.At.UTC(), c.At.UTC()
	if !c.Recorded.IsZero() {
		d.recorded = c.Recorded.UTC()
	}
	if last := t.latest(); d.recorded.Before(last) {
		d.recorded = last
	}
	if now {
		d.at = d.recorded
	}
	for _, f := range []struct {
		field string
		at    time.Time
	}{{"at", d.at}, {"recorded", d.recorded}, {"appointment", c.Appointment.UTC()}} {
		if year, ok := writable(f.at); !ok {
			d.fail(f.field, "the year %d is none that can be written down", year)
			return
		}
	}
	began := t.Opened
	if st := t.Stage(c.Stage); st != nil {
		began = st.Opened
	}
	switch {
	case d.at.After(d.recorded):
		d.fail("at", "%s lies after it is written down, at %s", stampText(d.at), stampText(d.recorded))
	case d.at.Before(began):
		d.fail("at", "%s is before it was opened, at %s", stampText(d.at), stampText(began))
	}
}

// writable reports whether RFC 3339 can write an instant's year, which it returns.
func writable(t time.Time) (year int, ok bool) {
	year = t.UTC().Year()
	return year, 1 <= year && year <= 9999
}

func stampText(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.999999Z07:00") }

// finish goes to the next state and writes what happened.
func (d *decision) finish() townclerk.Event {
	from := *d.s.state
	r := d.row()
	*d.s.state = r.to
	d.t.Recorded = d.recorded
	changed := d.changed()
	for i, kind := range r.events {
		e := d.event
		e.Kind = kind
		if i == 0 && d.c.Stage == 0 {
			e.Attributes = changed
		}
		d.write(d.c.Stage, d.s.log, e)
	}
	for _, e := range d.more {
		d.write(d.c.Stage, d.s.log, e)
	}
	d.tellStages(changed)
	return d.p.event(d.t, happened[d.c.Do], d.at, d.recorded, d.c.By, Data{Stage: d.c.Stage, From: from, To: r.to, Command: d.c, Log: d.log})
}

// row returns the transition that is the right one, now that the action is done.
func (d *decision) row() row {
	for _, r := range d.rows {
		if r.when == nil || r.when.holds(d) {
			return r
		}
	}
	return d.rows[len(d.rows)-1] // each list ends with one that always holds: see TestWorkflowIsComplete
}

// changed returns the attributes that are others now.
func (d *decision) changed() map[string]string {
	var changed map[string]string
	set := func(key, value string) {
		if changed == nil {
			changed = map[string]string{}
		}
		changed[key] = value
	}
	after := d.t.attributes()
	for key, value := range after {
		if d.before[key] != value {
			set(key, value)
		}
	}
	for key := range d.before {
		if _, ok := after[key]; !ok {
			set(key, "")
		}
	}
	return changed
}

// tellStages writes changes of the ticket into the logs of its open stages, which
// have a department and a class of their own.
func (d *decision) tellStages(changed map[string]string) {
	theirs := map[string]string{}
	for key, value := range changed {
		if key != "department" && key != "class" {
			theirs[key] = value
		}
	}
	if len(theirs) == 0 {
		return
	}
	for i := range d.t.Stages {
		if st := &d.t.Stages[i]; !st.State.Final() && st.Number != d.opening() {
			d.write(st.Number, &st.Log, sla.Event{Kind: reclassified, Attributes: theirs})
		}
	}
}

// opening returns the number of the stage that the command opens, or 0.
func (d *decision) opening() int {
	if d.c.Do != OpenStage {
		return 0
	}
	return len(d.t.Stages)
}

// write adds an event to a log.
func (d *decision) write(stage int, log *[]sla.Event, e sla.Event) {
	d.log = append(d.log, entry(stage, appendTo(log, e, d.at, d.recorded)))
}

// appendTo adds an event to a log and returns it as it stands there. What happened
// before the last event, or strikes one out, is a correction.
func appendTo(log *[]sla.Event, e sla.Event, at, recorded time.Time) sla.Event {
	e.Seq = townclerk.Seq(len(*log) + 1)
	if e.At.IsZero() {
		e.At = at
	}
	for i := len(*log) - 1; i >= 0; i-- {
		if last := &(*log)[i]; !last.Correction {
			e.Correction = e.Correction || e.At.Before(last.At)
			break
		}
	}
	if e.Correction || !recorded.Equal(e.At) {
		e.Recorded = recorded
	}
	*log = append(*log, e)
	return e
}
