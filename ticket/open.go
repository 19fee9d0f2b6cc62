package ticket

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
)

// Request is what somebody brings to the desk. It is written in JSON into the event
// ticket.opened; see [Data].
type Request struct {
	At       time.Time       `json:"-"` // when it was received
	Recorded time.Time       `json:"-"` // when it was written down; zero: when it was received
	Recorder townclerk.Actor `json:"-"` // who took it down

	Channel string          `json:"channel"`          // one of the policy's
	Opener  townclerk.Actor `json:"opener"`           // who asks
	Unit    string          `json:"unit,omitempty"`   // the opener's
	Author  string          `json:"author,omitempty"` // the role of the opener, where the catalogue asks for one
	To      string          `json:"to,omitempty"`     // the role to which it is addressed, likewise

	Department string            `json:"department,omitempty"` // default: that of the item, or the only one
	Class      string            `json:"class,omitempty"`      // default: that of the item
	Type       string            `json:"type,omitempty"`
	Item       string            `json:"item,omitempty"` // of the catalogue
	Cause      string            `json:"cause,omitempty"`
	Impact     string            `json:"impact,omitempty"`
	Urgency    string            `json:"urgency,omitempty"`
	Priority   string            `json:"priority,omitempty"` // default: by impact and urgency
	Critical   bool              `json:"critical,omitempty"` // it concerns a critical system
	Attributes map[string]string `json:"attributes,omitempty"`
	Fields     map[string]string `json:"fields,omitempty"`    // what the catalogue's item has to know
	Requested  []Grant           `json:"requested,omitempty"` // the accesses that are asked for
	Subject    string            `json:"subject,omitempty"`
	Text       string            `json:"text,omitempty"`
	Asset      string            `json:"asset,omitempty"`

	Contract []sla.Terms `json:"-"` // what the contract in force promises; in the log of the event
}

// Open opens a ticket under an id, and returns it with the event that this is. A
// department that gets its tickets through another has a stage of that other's
// ticket opened with it, by which the ticket is passed on.
//
// The error is one or more [*townclerk.FieldError], joined, which name all that is missing
// or unknown.
func (p *Policy) Open(id ID, r Request) (Ticket, []townclerk.Event, error) {
	d := &decision{p: p, c: &Command{}, t: &Ticket{
		ID: id, Opened: r.At.UTC(),
		Channel: r.Channel, Opener: r.Opener, Unit: r.Unit, Author: r.Author, To: r.To, Recorder: r.Recorder,
		Department: r.Department, Class: r.Class, Type: r.Type, Item: r.Item, Cause: r.Cause, Impact: r.Impact, Urgency: r.Urgency,
		Priority: r.Priority, Critical: r.Critical, Attributes: maps.Clone(r.Attributes), Fields: maps.Clone(r.Fields),
		Requested: slices.Clone(r.Requested), Subject: r.Subject, Text: r.Text, Asset: r.Asset,
	}}
	d.c.At, d.c.Recorded, d.c.By = r.At, r.Recorded, r.Recorder
	d.s, _ = d.t.subject(0)
	d.stamp()
	service.CheckTexts(r, d.problem)
	d.complete()
	d.checkRequest()
	d.checkItem()
	if len(d.problems) == 0 {
		if in, err := p.book.InForce(d.t.Opened); err != nil {
			d.fail("at", "%v", err)
		} else {
			d.t.Edition = in.Edition().Number
		}
	}
	if err := errors.Join(d.problems...); err != nil {
		return Ticket{}, nil, fmt.Errorf("a ticket cannot be opened: %w", err)
	}
	t := d.t
	t.Series = fmt.Sprint(t.Opened.In(p.promises.Zone()).Year())
	t.Recorded = d.Recorded
	chain := p.chainFor(t)
	t.Chain, t.AnyOrder = slices.Clone(chain.roles), chain.anyOrder
	t.State = New
	if len(t.Chain) > 0 {
		t.State = Pending
	}
	target := t.Department
	t.Department = cmp.Or(p.departments[target].intake, target)
	for i, kind := range p.openedAs(t) {
		e := sla.Event{Kind: kind}
		if i == 0 {
			e.Attributes, e.Contract = t.attributes(), slices.Clone(r.Contract)
		}
		d.write(0, &t.Log, e)
	}
	if target != t.Department {
		d.passOn(target, t.Class, t.Subject)
	}
	e := p.event(t, eventOpened, d.At, d.Recorded, r.Recorder, Data{To: t.State, Request: &r, Log: d.log})
	return *t, []townclerk.Event{e}, nil
}

// complete fills in what follows from the rest.
func (d *decision) complete() {
	t, it := d.t, d.p.items[d.t.Item]
	t.Department = cmp.Or(t.Department, it.department)
	if ids := d.p.titles.IDs(tableDepartments); t.Department == "" && len(ids) == 1 {
		t.Department = ids[0]
	}
	t.Class = cmp.Or(t.Class, it.class)
	if t.Priority == "" {
		t.Priority = d.p.Priority(t.Impact, t.Urgency)
	}
	if tiers := d.p.tiersFor(t); len(tiers) > 0 {
		t.Tier = tiers[0] // the lowest that is allowed
	}
	for _, id := range it.checklist {
		t.Checklist = append(t.Checklist, Todo{ID: id})
	}
	if it.onePer != "" {
		t.Holds = t.Item + "/" + t.Unit
	}
}

func (d *decision) checkRequest() {
	t := d.t
	if t.ID == "" {
		d.fail("id", "missing")
	}
	for _, f := range []struct {
		field, table, value string
		required            bool
	}{
		{"channel", tableChannels, t.Channel, true},
		{"department", tableDepartments, t.Department, true},
		{"class", tableClasses, t.Class, true},
		{"item", tableItems, t.Item, false},
		{"type", tableTypes, t.Type, false},
		{"cause", tableCauses, t.Cause, false},
	} {
		switch {
		case f.value != "":
			d.known(f.field, f.table, f.value)
		case f.required:
			d.fail(f.field, "missing%s", tomldoc.Suggest("", d.p.titles.IDs(f.table)))
		}
	}
	if t.Opener == "" {
		d.fail("opener", "missing; say who asks")
	}
	for _, key := range slices.Sorted(maps.Keys(t.Attributes)) {
		if slices.Contains(fixed, key) {
			d.fail("attributes."+key, "it has a field of its own")
			continue
		}
		d.p.checkAttribute(d, "attributes."+key, key, t.Attributes[key])
	}
	if t.Priority != "" {
		d.p.checkAttribute(d, "priority", "priority", t.Priority)
	}
}

// fixed is the attributes that are fields of a ticket.
var fixed = []string{"channel", "department", "class", "type", "item", "cause", "impact", "urgency", "priority", "critical", "tier"}

// checkItem asks for what the catalogue wants to know: IR-03, IR-04, IR-08.
func (d *decision) checkItem() {
	t, it := d.t, d.p.items[d.t.Item]
	for _, f := range it.fields {
		if t.Fields[f] == "" {
			d.fail("fields."+f, "missing; %s asks for it", t.Item)
		}
	}
	if it.author != "" && t.Author != it.author {
		d.fail("author", "%q may not ask for %s; only %s may", t.Author, t.Item, it.author)
	}
	if it.addressee != "" && t.To != it.addressee {
		d.fail("to", "%q does not receive requests for %s; address it to %s", t.To, t.Item, it.addressee)
	}
	if it.onePer != "" && t.Unit == "" {
		d.fail("unit", "missing; each unit may have one %s", t.Item)
	}
	for i, g := range t.Requested {
		if g.Part == "" {
			d.fail(fmt.Sprintf("requested[%d].part", i+1), "missing; name the part of the systems")
		}
		if len(it.levels) > 0 && !slices.Contains(it.levels, g.Level) {
			d.fail(fmt.Sprintf("requested[%d].level", i+1), "%q is no level%s", g.Level, tomldoc.Suggest(g.Level, it.levels))
		}
	}
	if len(it.levels) > 0 && len(t.Requested) == 0 {
		d.fail("requested", "missing; say to which part access is asked for, and at which level")
	}
}
