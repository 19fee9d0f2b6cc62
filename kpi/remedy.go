package kpi

import (
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
)

// Remedy is a corrective action, as ISO 9001 asks for where a target was missed: why it
// was, what is done about it until when, and whether that works.
type Remedy struct {
	Record
	Subject ID              `json:"subject,omitzero"` // the measurement or the occurrence that was missed
	Cause   string          `json:"cause,omitzero"`
	Action  string          `json:"action,omitzero"` // what is to be done
	Owner   townclerk.Actor `json:"owner,omitzero"`
	Due     time.Time       `json:"due,omitzero"`     // zero: not agreed yet
	Results []Result        `json:"results,omitzero"` // what was done and found, in the order of recording
}

// Result is what was done about what was missed, or found of it.
type Result struct {
	State     State           `json:"state,omitzero"` // [Finished], [Verified], or [Planned] if it does not work
	At        time.Time       `json:"at,omitzero"`
	Recorded  time.Time       `json:"recorded,omitzero"`
	By        townclerk.Actor `json:"by,omitempty"`
	Role      string          `json:"role,omitempty"`
	Text      string          `json:"text,omitempty"`
	Reference string          `json:"reference,omitempty"`
}

var (
	wasMissed = &rule{Says: "it is about something that was missed", About: workflow.Thing, Holds: func(d *decision) bool { return d.missed }}

	explained = &rule{Says: "it says why it was missed, what is done about it, and until when", About: workflow.Command, Holds: func(d *decision) bool {
		return strings.TrimSpace(d.c.Cause) != "" && strings.TrimSpace(d.c.Text) != "" && !d.c.Due.IsZero()
	}}

	// Who did something does not say alone that it works.
	byAnother = &rule{Says: "somebody else than who finished it does this", About: workflow.Person, Holds: func(d *decision) bool {
		for _, r := range slices.Backward(d.remedy.Results) {
			if r.State == Finished {
				return r.By != d.c.By || r.By == ""
			}
		}
		return true
	}}
)

// remedyRows is what may happen to remedies. What it does not list is refused.
var remedyRows = []row{
	{[]State{New}, Raise, Raised, nil, []*rule{wasMissed}, []string{raised}},
	{[]State{Raised, Planned}, Plan, Planned, nil, []*rule{explained}, []string{planned}},
	{[]State{Planned}, Finish, Finished, nil, []*rule{proven}, []string{finished}},
	{[]State{Finished}, Verify, Verified, nil, []*rule{byAnother, proven}, []string{verified}},
	{[]State{Finished, Verified}, Reopen, Planned, nil, []*rule{reasoned}, []string{reopened, sla.Reopened}},
}

var remedies = newKind("remedy", remedyRows, map[Action]func(*decision){
	Raise: (*decision).raise, Plan: (*decision).plan, Finish: (*decision).result, Verify: (*decision).result, Reopen: (*decision).result,
}, map[Action]string{Raise: "raised", Plan: "planned", Finish: "finished", Verify: "verified", Reopen: "reopened"})

// RemedyWorkflow returns what may happen to remedies. What it does not list is refused.
func RemedyWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{New, Raised, Planned, Finished, Verified}, Starts: []State{New}, Ends: []State{Verified}, Rows: remedies.table.Transitions(),
	}
}

// RaiseRemedy returns a remedy under an id, and the event that this is: the command Raise
// on what was not there. The subject is the measurement or the occurrence with c.Subject,
// as it stands.
func (p *Policy) RaiseRemedy(id ID, subject State, c Command) (Remedy, []townclerk.Event, error) {
	c.Do = Raise
	d := &decision{missed: slices.Contains([]State{Missed, Partial, Late}, subject)}
	return p.remedy(Remedy{Record: Record{ID: id, State: New}}, c, d)
}

// DoRemedy carries out a command on a remedy, as [Policy.DoMeasurement] does on a
// measurement.
func (p *Policy) DoRemedy(r Remedy, c Command) (Remedy, []townclerk.Event, error) {
	return p.remedy(r, c, &decision{})
}

func (p *Policy) remedy(r Remedy, c Command, d *decision) (Remedy, []townclerk.Event, error) {
	r.Record, r.Results = cloneRecord(r.Record), slices.Clone(r.Results)
	d.p, d.k, d.r, d.c, d.remedy = p, remedies, &r.Record, &c, &r
	events, err := d.carryOut()
	if err != nil {
		return Remedy{}, nil, err
	}
	return r, events, nil
}

func (d *decision) raise() {
	d.need("subject", string(d.c.Subject), "say which measurement or occurrence was missed")
	d.r.Began, d.remedy.Subject = d.At, d.c.Subject
	d.begin(map[string]string{"class": classRemedy})
	d.numbered()
}

func (d *decision) plan() {
	r, c := d.remedy, d.c
	if c.Due.Before(d.At) {
		d.fail("due", "%s is before it is planned, at %s", service.Stamp(c.Due), service.Stamp(d.At))
		return
	}
	r.Cause, r.Action, r.Due = c.Cause, c.Text, c.Due.UTC()
	if r.Owner = c.Owner; r.Owner == "" {
		r.Owner = c.By
	}
	if len(r.Log) > 0 {
		d.more = append(d.more, sla.Event{Kind: agreed, Appointment: r.Due})
	}
}

func (d *decision) result() {
	r := Result{State: d.k.table.Next(d.r.State, d.c.Do, d).To, At: d.At, Recorded: d.Recorded, By: d.c.By, Role: d.c.Role, Text: d.c.Text, Reference: d.c.Reference}
	if d.c.Do == Reopen {
		r.Text = d.c.Reason
	}
	if last := d.remedy.Results; len(last) > 0 && r.At.Before(last[len(last)-1].At) {
		d.fail("at", "%s is before what was done last, at %s", service.Stamp(r.At), service.Stamp(last[len(last)-1].At))
		return
	}
	d.remedy.Results = append(d.remedy.Results, r)
}
