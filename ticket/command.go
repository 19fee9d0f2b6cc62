package ticket

import (
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
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
// The error is a [*townclerk.TransitionError] if the workflow refuses the action, and one or
// more [*townclerk.FieldError], joined, if the command does not say what the action needs.
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
// in a role. What a command has to say besides, such as a reason or which part has come,
// is not looked at, nor whether there is anything that it could name.
func (p *Policy) Allowed(t Ticket, stage int, by townclerk.Actor, role string) []Action {
	s, ok := t.subject(stage)
	if !ok {
		return nil
	}
	return p.allowed(&t, s, by, role)
}

func (p *Policy) allowed(t *Ticket, s subject, by townclerk.Actor, role string) []Action {
	var allowed []Action
	for _, do := range Actions {
		d := &decision{p: p, t: t, s: s, c: &Command{Do: do, Stage: s.stage, By: by, Role: role}}
		if workflowOf(s.stage).Allows(*s.state, do, d) {
			allowed = append(allowed, do)
		}
	}
	return allowed
}

// decision is a command that is being carried out.
type decision struct {
	p *Policy
	t *Ticket // a copy, which is changed
	s subject // of t
	c *Command
	service.Moment
	before map[string]string // the attributes

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
	allowed := func() []Action { return p.allowed(t, d.s, c.By, c.Role) }
	if err := workflowOf(c.Stage).Refuse(name(t.ID, t.Number, c.Stage), *d.s.state, c.Do, d, allowed); err != nil {
		return nil, err
	}
	d.stamp()
	service.CheckTexts(*c, d.problem)
	return d, d.errs()
}

// stamp says when it happened, and when it is written down.
func (d *decision) stamp() {
	began := d.t.Opened
	if st := d.t.Stage(d.c.Stage); st != nil {
		began = st.Opened
	}
	d.Moment = service.When(d.c.At, d.c.Recorded, began, d.t.latest(), d.problem)
	service.CheckWritable("appointment", d.c.Appointment, d.problem)
}

// finish goes to the next state and writes what happened.
func (d *decision) finish() townclerk.Event {
	from := *d.s.state
	r := workflowOf(d.c.Stage).Next(from, d.c.Do, d)
	*d.s.state = r.To
	d.t.Recorded = d.Recorded
	changed := d.changed()
	for i, kind := range r.Events {
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
	return d.p.event(d.t, happened[d.c.Do], d.At, d.Recorded, d.c.By, Data{Stage: d.c.Stage, From: from, To: r.To, Command: d.c, Log: d.log})
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
	if e.At.IsZero() {
		e.At = d.At
	}
	*log = sla.Append(*log, e, d.Recorded)
	d.log = append(d.log, lastEntry(stage, *log))
}
