package kpi

import (
	"context"
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

// Occurrence is one time that a duty has to be done, or a report made. Its Began is
// when its window opens. It is due, done, done in part, missed or excused; that its
// window is over it finds out by itself, in [Policy.SettleOccurrence].
type Occurrence struct {
	Record
	Duty  string           `json:"duty,omitzero"` // one of the policy's duties or reports
	Date  worktime.Date    `json:"date,omitzero"`
	Due   time.Time        `json:"due,omitzero"` // until when; zero: whenever, or as the promises say
	Of    townclerk.Period `json:"of,omitzero"`
	Parts []Part           `json:"parts,omitzero"` // of which it consists

	// Evidence is what was attested, in the order of recording. What was struck stays.
	Evidence []Evidence `json:"evidence,omitzero"`
}

// Part is a step of a duty for an item, such as to distribute a database to a computer.
type Part struct {
	Step string `json:"step,omitempty"` // empty: the duty has none
	Item string `json:"item,omitempty"` // such as the id of an asset; empty: it is not done for each
}

// Evidence says that parts were done.
type Evidence struct {
	Number    int             `json:"number,omitzero"` // within its occurrence, from 1
	Parts     []Part          `json:"parts,omitzero"`
	At        time.Time       `json:"at,omitzero"` // when they were done
	Recorded  time.Time       `json:"recorded,omitzero"`
	By        townclerk.Actor `json:"by,omitempty"`
	Role      string          `json:"role,omitempty"`
	Text      string          `json:"text,omitempty"`
	Reference string          `json:"reference,omitempty"` // of the document, or where it is kept

	Struck   time.Time       `json:"struck,omitzero"` // when it turned out to be wrong; zero: it stands
	StruckBy townclerk.Actor `json:"struck_by,omitempty"`
	Why      string          `json:"why,omitempty"`
}

// OccurrenceID returns the id of a duty's occurrence of a date, so that there is one.
func OccurrenceID(duty string, date worktime.Date) ID {
	return ID("occurrence/" + duty + "/" + date.String())
}

// Items names what a duty is done for, such as the servers that are in use at an instant.
type Items func(ctx context.Context, tenant townclerk.Tenant, kind string, at time.Time) ([]string, error)

// Missing returns the parts that are not done, as far as is known.
func (o *Occurrence) Missing() []Part { return o.without(time.Time{}) }

// without returns the parts that were not done by an instant; zero: at all.
func (o *Occurrence) without(by time.Time) []Part {
	var missing []Part
	for _, part := range o.Parts {
		if !slices.ContainsFunc(o.Evidence, func(e Evidence) bool {
			return e.Struck.IsZero() && slices.Contains(e.Parts, part) && (by.IsZero() || !e.At.After(by))
		}) {
			missing = append(missing, part)
		}
	}
	return missing
}

// Coverage returns how many parts are done, of how many there are (TE-14).
func (o *Occurrence) Coverage() townclerk.Ratio {
	return townclerk.Ratio{N: int64(len(o.Parts) - len(o.Missing())), D: int64(len(o.Parts))}
}

// inTime returns how many parts were done in the window.
func (o *Occurrence) inTime() int { return len(o.Parts) - len(o.without(o.Due)) }

func (o *Occurrence) clone() {
	o.Record = cloneRecord(o.Record)
	o.Parts, o.Evidence = slices.Clone(o.Parts), slices.Clone(o.Evidence)
	for i := range o.Evidence {
		o.Evidence[i].Parts = slices.Clone(o.Evidence[i].Parts)
	}
}

// stands is a rule for how an occurrence stands once a command is carried out.
func stands(says string, holds func(o *Occurrence) bool) *rule {
	return &rule{Says: says, About: workflow.Command, Holds: func(d *decision) bool { return holds(d.occurrence) }}
}

var (
	isDone    = stands("all of it was done in its window", func(o *Occurrence) bool { return o.inTime() == len(o.Parts) })
	isLate    = stands("all of it was done, but later", func(o *Occurrence) bool { return len(o.Missing()) == 0 })
	isPartial = &rule{Says: "its window is over, and a part was done in it", About: workflow.Thing, Holds: func(d *decision) bool {
		return d.lapsed() && d.occurrence.inTime() > 0
	}}
	isMissing = &rule{Says: "its window is over", About: workflow.Thing, Holds: func(d *decision) bool { return d.lapsed() }}

	onDemand = &rule{Says: "the duty is one on demand", About: workflow.Thing, Holds: func(d *decision) bool {
		return d.p.duties[d.occurrence.Duty].every == demand
	}}

	isNothing = stands("there is nothing for which it is done", func(o *Occurrence) bool { return len(o.Parts) == 0 })

	undone = []State{Due, Partial, Missed}
	over   = []State{Due, Partial, Missed, Done, Late}
)

// lapsed reports whether the window was over as it was written down.
func (d *decision) lapsed() bool {
	return !d.occurrence.Due.IsZero() && d.Recorded.After(d.occurrence.Due)
}

// occurrenceRows is what may happen to occurrences. What it does not list is refused.
var occurrenceRows = []row{
	{[]State{New}, fall, Excused, isNothing, nil, []string{begun}},
	{[]State{New}, fall, Due, nil, nil, []string{begun}},
	{[]State{New}, Demand, Due, nil, []*rule{onDemand}, []string{begun}},
	{undone, Attest, Done, isDone, []*rule{proven}, nil},
	{undone, Attest, Late, isLate, []*rule{proven}, nil},
	{undone, Attest, Partial, isPartial, []*rule{proven}, nil},
	{undone, Attest, Missed, isMissing, []*rule{proven}, nil},
	{undone, Attest, Due, nil, []*rule{proven}, nil},
	{over, Strike, Done, isDone, []*rule{reasoned}, nil},
	{over, Strike, Late, isLate, []*rule{reasoned}, nil},
	{over, Strike, Partial, isPartial, []*rule{reasoned}, nil},
	{over, Strike, Missed, isMissing, []*rule{reasoned}, nil},
	{over, Strike, Due, nil, []*rule{reasoned}, nil},
	{[]State{Due}, lapse, Partial, isPartial, nil, nil},
	{[]State{Due}, lapse, Missed, nil, nil, nil},
	{undone, Excuse, Excused, nil, []*rule{reasoned}, []string{calledOff}},
}

var occurrences = newKind("occurrence", occurrenceRows, map[Action]func(*decision){
	fall: (*decision).beginDuty, Demand: (*decision).beginDuty, Attest: (*decision).attest, Strike: (*decision).strike,
}, map[Action]string{fall: "due", Demand: "demanded", Attest: "attested", Strike: "struck", lapse: "lapsed", Excuse: "excused"})

// OccurrenceWorkflow returns what may happen to occurrences. What it does not list is
// refused.
func OccurrenceWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{New, Due, Partial, Missed, Done, Late, Excused}, Starts: []State{New}, Ends: []State{Done, Late, Excused}, Rows: occurrences.table.Transitions(),
	}
}

// Begin returns the occurrence that a duty's fall is, for the items that it is done for,
// written down at an instant; and the event that this is. Of a duty per item that has no
// item then, it is excused. An item without an id is a [*townclerk.FieldError].
func (p *Policy) Begin(duty string, f Fall, items []string, recorded time.Time) (Occurrence, []townclerk.Event, error) {
	o := Occurrence{Record: Record{ID: OccurrenceID(duty, f.Date), State: New, Began: f.Began}, Duty: duty, Date: f.Date, Due: f.Due, Of: f.Of}
	return p.beginning(o, items, Command{Do: fall, At: f.Began, Recorded: later(recorded, f.Began)})
}

// DemandNow returns an occurrence of a duty on demand under an id, and the event that
// this is: the command Demand on what was not there. Without an item, a duty per item is
// a [*townclerk.FieldError].
func (p *Policy) DemandNow(id ID, duty string, items []string, c Command) (Occurrence, []townclerk.Event, error) {
	o := Occurrence{Record: Record{ID: id, State: New}, Duty: duty, Date: dateIn(c.At, p.zone()), Of: townclerk.Period{From: c.At, To: c.At}}
	c.Do = Demand
	return p.beginning(o, items, c)
}

func (p *Policy) beginning(o Occurrence, items []string, c Command) (Occurrence, []townclerk.Event, error) {
	duty, ok := p.duties[o.Duty]
	if !ok {
		return Occurrence{}, nil, fmt.Errorf("%q is no duty and no report%s", o.Duty, p.suggest(tableDuties, o.Duty))
	}
	if duty.Per == "" {
		items = []string{""}
	}
	steps := duty.Steps
	if len(steps) == 0 {
		steps = []string{""}
	}
	for _, step := range steps {
		each := items
		if duty.PerStep != "" && step != duty.PerStep {
			each = []string{""} // it is done once
		}
		for _, item := range each {
			if part := (Part{step, item}); !slices.Contains(o.Parts, part) {
				o.Parts = append(o.Parts, part)
			}
		}
	}
	return p.DoOccurrence(o, c)
}

// DoOccurrence carries out a command on an occurrence, as [Policy.DoMeasurement] does on
// a measurement.
func (p *Policy) DoOccurrence(o Occurrence, c Command) (Occurrence, []townclerk.Event, error) {
	o.clone()
	d := &decision{p: p, k: occurrences, r: &o.Record, c: &c, occurrence: &o}
	events, err := d.carryOut()
	if err != nil {
		return Occurrence{}, nil, err
	}
	return o, events, nil
}

// beginDuty begins the timeline: with the duty, and the end of its window as what was
// agreed.
func (d *decision) beginDuty() {
	o, duty := d.occurrence, d.p.duties[d.occurrence.Duty]
	d.checkParts(&duty)
	if o.Began.IsZero() {
		o.Began, o.Of = d.At, townclerk.Period{From: d.At, To: d.At}
		d.numbered()
	}
	class := classDuty
	if duty.Report {
		class = classReport
	}
	all := map[string]string{"class": class, "duty": o.Duty, "role": duty.Role}
	maps.Copy(all, duty.match)
	d.begin(all)
	for _, kind := range duty.begun {
		d.more = append(d.more, sla.Event{Kind: kind})
	}
	if !o.Due.IsZero() {
		d.more = append(d.more, sla.Event{Kind: agreed, Appointment: o.Due})
	}
	if len(o.Parts) == 0 {
		d.more = append(d.more, sla.Event{Kind: calledOff})
	}
}

// checkParts notes what is wrong with the items that a duty is done for.
func (d *decision) checkParts(duty *Duty) {
	parts := d.occurrence.Parts
	if len(parts) == 0 && d.c.Do == Demand {
		d.fail("items", "there is no %s for which it would be done", duty.Per)
	}
	for _, part := range parts {
		if part.Item == "" && duty.Per != "" && (duty.PerStep == "" || part.Step == duty.PerStep) {
			d.fail("items", "a %s has no id", duty.Per)
		}
	}
	service.CheckTexts(struct{ Items []Part }{parts}, d.problem)
}

// attest notes what was done.
func (d *decision) attest() {
	o, c := d.occurrence, d.c
	missing := o.Missing()
	parts := slices.Clone(c.Parts)
	if len(parts) == 0 {
		parts = missing
	}
	for i, part := range parts {
		field := fmt.Sprintf("parts[%d]", i+1)
		switch {
		case !slices.Contains(o.Parts, part):
			d.fail(field, "%s is no part of it%s", part, tomldoc.Suggest(part.String(), partNames(o.Parts)))
		case !slices.Contains(missing, part):
			d.fail(field, "%s is done already; strike that out first", part)
		case slices.Contains(parts[:i], part):
			d.fail(field, "%s stands twice", part)
		}
	}
	o.Evidence = append(o.Evidence, Evidence{
		Number: len(o.Evidence) + 1, Parts: parts, At: d.At, Recorded: d.Recorded, By: c.By, Role: c.Role, Text: c.Text, Reference: c.Reference,
	})
	if len(d.problems) == 0 {
		d.concluded()
	}
}

// String returns what messages call a part.
func (part Part) String() string {
	if all := strings.Trim(part.Step+"/"+part.Item, "/"); all != "" {
		return fmt.Sprintf("%q", all)
	}
	return "all of it"
}

func partNames(parts []Part) []string {
	all := make([]string, len(parts))
	for i, part := range parts {
		all[i] = strings.Trim(part.Step+"/"+part.Item, "/")
	}
	return all
}

// strike notes that evidence was wrong.
func (d *decision) strike() {
	o, c := d.occurrence, d.c
	i := slices.IndexFunc(o.Evidence, func(e Evidence) bool { return e.Number == c.Entry })
	switch {
	case i < 0:
		d.fail("entry", "there is no evidence %d; the last is %d", c.Entry, len(o.Evidence))
		return
	case !o.Evidence[i].Struck.IsZero():
		d.fail("entry", "evidence %d was struck at %s", c.Entry, service.Stamp(o.Evidence[i].Struck))
		return
	}
	e := &o.Evidence[i]
	e.Struck, e.StruckBy, e.Why = d.Recorded, c.By, c.Reason
	d.concluded()
}

// concluded writes into the timeline whether all is done: when the last part was, as it
// is known now. What was written there otherwise is struck out.
func (d *decision) concluded() {
	o := d.occurrence
	complete := len(o.Missing()) == 0
	for _, kind := range append([]string{done}, d.p.duties[o.Duty].done...) {
		stands := o.stands(kind)
		switch {
		case stands != nil && !complete:
			d.more = append(d.more, sla.Event{Kind: kind, At: stands.At, Correction: true, Void: true, Corrects: stands.Seq})
		case stands == nil && complete:
			d.more = append(d.more, sla.Event{Kind: kind, At: o.completed()})
		}
	}
}

// stands returns the event of a kind that was not struck out, or nil.
func (o *Occurrence) stands(kind string) *sla.Event {
	var stands *sla.Event
	for i := range o.Log {
		switch e := &o.Log[i]; {
		case e.Kind == kind && !e.Void:
			stands = e
		case stands != nil && e.Void && e.Corrects == stands.Seq:
			stands = nil
		}
	}
	return stands
}

// completed returns when the last of the parts was done.
func (o *Occurrence) completed() time.Time {
	var last time.Time
	for _, part := range o.Parts {
		first := time.Time{}
		for _, e := range o.Evidence {
			if e.Struck.IsZero() && slices.Contains(e.Parts, part) && (first.IsZero() || e.At.Before(first)) {
				first = e.At
			}
		}
		last = later(last, first)
	}
	return last
}
