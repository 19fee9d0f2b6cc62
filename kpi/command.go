package kpi

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Command is one action and what it needs to know. It is written in JSON into the
// event that it becomes; see [Data].
type Command struct {
	Do       Action          `json:"-"`
	At       time.Time       `json:"-"`              // when it happened
	Recorded time.Time       `json:"-"`              // when it was written down; zero: when it happened
	By       townclerk.Actor `json:"-"`              // who does it
	Role     string          `json:"role,omitempty"` // in which By acts

	Reason    string `json:"reason,omitempty"`    // Correct, Strike, Excuse, Withdraw, Reopen; Draft of a next version
	Text      string `json:"text,omitempty"`      // Demand, Attest, Plan, Finish, Verify: what was done, or is to be
	Reference string `json:"reference,omitempty"` // the document about it: Attest, Finish, Verify

	Count *Count `json:"count,omitempty"` // Measure, Correct

	Parts []Part `json:"parts,omitempty"` // Attest: what was done; default: all that is not done yet
	Entry int    `json:"entry,omitempty"` // Strike: the Number of the evidence

	Card   *Version `json:"card,omitempty"`   // Draft: what it says; Enter: likewise
	Former []Former `json:"former,omitempty"` // Enter: the versions before
	Before int      `json:"before,omitempty"` // Enter: how many there were before those, of which nothing else is known

	Subject ID              `json:"subject,omitempty"` // Raise: the measurement or the occurrence
	Cause   string          `json:"cause,omitempty"`   // Plan
	Due     time.Time       `json:"due,omitzero"`      // Plan: until when
	Owner   townclerk.Actor `json:"owner,omitempty"`   // Plan: who sees to it; default: By
}

// decision is a command that is being carried out on an aggregate.
type decision struct {
	p *Policy
	k *kind
	r *Record // a copy, which is changed
	c *Command
	service.Moment

	measurement *Measurement
	occurrence  *Occurrence
	card        *Card
	remedy      *Remedy
	schedule    *Schedule
	missed      bool // the subject of a remedy

	problems []error
	event    sla.Event   // what the command's events say besides their kind
	more     []sla.Event // events beside those of the workflow
	log      []sla.Event // what was written
	value    *Value
}

type (
	rule  = workflow.Rule[*decision]
	table = workflow.Table[State, Action, *decision]

	row struct {
		from   []State
		do     Action
		to     State
		when   *rule
		if_    []*rule
		events []string
	}
)

// kind is a kind of aggregate.
type kind struct {
	name     string
	table    *table
	effects  map[Action]func(*decision)
	happened map[Action]string // the kinds of event, without what they all begin with
}

func newKind(name string, rows []row, effects map[Action]func(*decision), happened map[Action]string) *kind {
	var all []workflow.Row[State, Action, *decision]
	for _, r := range rows {
		all = append(all, workflow.Row[State, Action, *decision]{From: r.from, Do: r.do, To: r.to, When: r.when, If: r.if_, Events: r.events})
	}
	return &kind{name, workflow.New([]*rule{permitted}, all...), effects, happened}
}

// called is what messages call the aggregate.
func (d *decision) called() string { return d.k.name + " " + d.r.name() }

// carryOut asks whether the command is allowed, does what it does, and goes to the
// next state.
func (d *decision) carryOut() ([]townclerk.Event, error) {
	if err := d.k.table.Refuse(d.called(), d.r.State, d.c.Do, d, d.allowed); err != nil {
		return nil, err
	}
	last := d.r.Recorded
	if d.r.Began.After(last) {
		last = d.r.Began
	}
	d.Moment = service.When(d.c.At, d.c.Recorded, d.r.Began, last, d.problem)
	service.CheckTexts(*d.c, d.problem)
	d.checkWritable()
	if err := d.errs(); err != nil {
		return nil, err
	}
	if effect := d.k.effects[d.c.Do]; effect != nil {
		effect(d)
	}
	if err := d.errs(); err != nil {
		return nil, err
	}
	return []townclerk.Event{d.finish()}, nil
}

// checkWritable notes times and dates that cannot be written down in JSON.
func (d *decision) checkWritable() {
	times := map[string]time.Time{"due": d.c.Due}
	dates := map[string]worktime.Date{}
	if v := d.c.Card; v != nil {
		times["card.recorded"], times["card.replaced"], dates["card.from"] = v.Recorded, v.Replaced, v.From
		for i, s := range v.Signed {
			times[fmt.Sprintf("card.signed[%d].at", i+1)] = s.At
		}
		if v.Text != nil {
			for i, r := range v.Text.References {
				if r.Date != nil {
					dates[fmt.Sprintf("card.text.references[%d].date", i+1)] = *r.Date
				}
			}
		}
	}
	for i, f := range d.c.Former {
		times[fmt.Sprintf("former[%d].replaced", i+1)], dates[fmt.Sprintf("former[%d].from", i+1)] = f.Replaced, f.From
	}
	for _, field := range slices.Sorted(maps.Keys(dates)) {
		if _, err := dates[field].MarshalText(); err != nil {
			d.fail(field, "%v", err)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(times)) {
		service.CheckWritable(field, times[field], d.problem)
	}
}

// allowed returns what whoever acts may do to the aggregate, as far as that does not
// depend on what a command says.
func (d *decision) allowed() []Action {
	var allowed []Action
	for _, do := range Actions {
		one := *d
		c := *d.c
		c.Do = do
		one.c = &c
		if d.k.table.Allows(d.r.State, do, &one) {
			allowed = append(allowed, do)
		}
	}
	return allowed
}

// finish goes to the next state and writes what happened.
func (d *decision) finish() townclerk.Event {
	from := d.r.State
	next := d.k.table.Next(from, d.c.Do, d)
	d.r.State, d.r.Recorded = next.To, d.Recorded
	for _, kind := range next.Events {
		e := d.event
		e.Kind = kind
		d.write(e)
		d.event.Attributes = nil
	}
	for _, e := range d.more {
		d.write(e)
	}
	if from == New {
		from = ""
	}
	return newEvent(d.r, d.k.name+"-"+d.k.happened[d.c.Do], d.At, d.Recorded, d.c.By, Data{From: from, To: next.To, Command: d.c, Value: d.value, Log: d.log})
}

// write adds to the timeline, if promises were in force when it began.
func (d *decision) write(e sla.Event) {
	if len(d.r.Log) == 0 && e.Attributes == nil {
		return
	}
	if e.At.IsZero() {
		e.At = d.At
	}
	d.r.Log = sla.Append(d.r.Log, e, d.Recorded)
	d.log = append(d.log, d.r.Log[len(d.r.Log)-1])
}

// begin begins the timeline of a new aggregate, unless no edition was in force.
func (d *decision) begin(attributes map[string]string) {
	edition, err := d.p.book.InForce(d.At)
	if errors.Is(err, sla.ErrNotInForce) {
		return // nothing was promised then
	}
	if err != nil {
		d.fail("at", "%v", err)
		return
	}
	d.r.Edition = edition.Edition().Number
	d.event.Attributes = attributes
	maps.DeleteFunc(attributes, func(_, value string) bool { return value == "" })
}

// numbered has the store give the aggregate a number that counts within the year.
func (d *decision) numbered() { d.r.Series = fmt.Sprint(d.At.In(d.p.zone()).Year()) }

// problem notes what is wrong with a field.
func (d *decision) problem(field, problem string) {
	d.problems = append(d.problems, &townclerk.FieldError{Field: field, Problem: problem})
}

func (d *decision) fail(field, format string, args ...any) {
	d.problem(field, fmt.Sprintf(format, args...))
}

func (d *decision) errs() error {
	if len(d.problems) == 0 {
		return nil
	}
	return fmt.Errorf("%s: cannot %s: %w", d.called(), d.c.Do, errors.Join(d.problems...))
}

// need notes a problem if a text is missing.
func (d *decision) need(field, value, cure string) {
	if strings.TrimSpace(value) == "" {
		d.fail(field, "missing; %s", cure)
	}
}

// known notes a problem if the table does not have the id.
func (d *decision) known(field, table, id string) {
	if !slices.Contains(d.p.titles.IDs(table), id) {
		d.fail(field, "%q is none of [%s]%s", id, table, tomldoc.Suggest(id, d.p.titles.IDs(table)))
	}
}

// Rules that several kinds of aggregate have.
var (
	permitted = &rule{Says: "the role of who acts is one that may do this", About: workflow.Person, Holds: func(d *decision) bool {
		switch d.c.Do {
		case schedule, fall, lapse:
			return true
		}
		return d.p.mayDo(d.c.Role, d.c.Do)
	}}
	reasoned = &rule{Says: "a reason is given", About: workflow.Command, Holds: func(d *decision) bool { return strings.TrimSpace(d.c.Reason) != "" }}
	proven   = &rule{Says: "there is evidence: a text, or a reference to a document", About: workflow.Command, Holds: func(d *decision) bool {
		return strings.TrimSpace(d.c.Text+d.c.Reference) != ""
	}}
)
