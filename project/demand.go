package project

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
)

// Request is the demand for a project. It is written in JSON into the event
// project.demanded; see [Data].
type Request struct {
	At       time.Time       `json:"-"` // when it was received
	Recorded time.Time       `json:"-"` // when it was written down; zero: when it was received
	By       townclerk.Actor `json:"-"` // who took it down

	Demander  townclerk.Actor `json:"demander"`          // who wants it
	Class     string          `json:"class"`             // one of the policy's
	Lead      string          `json:"lead"`              // the department that leads it; default: the only one
	Partner   string          `json:"partner,omitempty"` // the department that does it with the lead; default: that of the policy
	Title     string          `json:"title"`
	Text      string          `json:"text,omitempty"`
	Cause     string          `json:"cause,omitempty"`     // such as law or user-need; empty: not said
	Reference string          `json:"reference,omitempty"` // to the law, where the cause asks for it
	Origin    string          `json:"origin,omitempty"`    // the ticket or stage that it came from; see [Portfolio.Develop]
}

// Demand begins a project under an id, and returns it with the event that this is. The
// promise about the demand counts from r.At: A-53.
//
// The error is one or more [*townclerk.FieldError], joined, which name all that is
// missing or unknown.
func (p *Policy) Demand(id ID, r Request) (Project, []townclerk.Event, error) {
	if ids := p.titles.IDs(tableDepartments); r.Lead == "" && len(ids) == 1 {
		r.Lead = ids[0]
	}
	r.Partner = cmp.Or(r.Partner, p.partners[r.Lead])
	t := Project{
		Header: Header{ID: id, State: Intake, Since: r.At.UTC(), Began: r.At.UTC()},
		Class:  r.Class, Lead: r.Lead, Partner: r.Partner, Demander: r.Demander, Title: r.Title, Text: r.Text,
		Cause: r.Cause, Reference: r.Reference, Origin: r.Origin,
	}
	d := &decision{p: p, c: &Command{}, h: &t.Header, project: &t}
	d.Moment = service.When(r.At, r.Recorded, t.Began, t.Began, d.problem)
	service.CheckTexts(r, d.problem)
	if id == "" {
		d.fail("id", "missing")
	}
	if r.Demander == "" {
		d.fail("demander", "missing; say who wants it")
	}
	d.checkProject("")
	d.cause("", r.Cause, r.Reference, false)
	if len(d.problems) == 0 {
		d.begin(demanded)
	}
	if err := errors.Join(d.problems...); err != nil {
		return Project{}, nil, fmt.Errorf("a project cannot be demanded: %w", err)
	}
	e := newEvent(&t.Header, prefix+eventDemanded, d.At, d.Recorded, r.By, Data{To: Intake, Request: &r, Log: d.log})
	return t, []townclerk.Event{e}, nil
}

// Development is a ticket, or a stage of one, that turned out to be development, as
// RA-48 has it. Package ticket tells of it in the event ticket.moved; whoever connects
// the two fills this in.
type Development struct {
	Ticket  string // the id of the ticket; with a slash and the number, of a stage
	Project ID     // that the ticket names already; empty: the portfolio gives it one

	At       time.Time       // when it was moved
	By       townclerk.Actor // who moved it
	Demander townclerk.Actor // who opened the ticket; default: By
	Title    string          // the subject of the ticket
	Text     string          // what is known of it, such as why it is development
	Class    string          // default: that of the policy's intake; [Alter] changes it when more is known
	Lead     string          // likewise
}

// request returns the demand that the ticket is.
func (p *Policy) request(v Development) Request {
	return Request{
		At: v.At, By: v.By, Demander: cmp.Or(v.Demander, v.By), Class: cmp.Or(v.Class, p.intake.class), Lead: cmp.Or(v.Lead, p.intake.lead),
		Title: v.Title, Text: v.Text, Origin: v.Ticket,
	}
}

// DraftWork begins a work plan of a department under an id, and returns it with the
// event that this is. The error is as that of Demand.
func (p *Policy) DraftWork(id ID, department string, c Command) (WorkPlan, []townclerk.Event, error) {
	w := WorkPlan{Header: Header{ID: id, State: Draft, Since: c.At.UTC(), Began: c.At.UTC()}, Department: department}
	c.Do = Edit
	d := &decision{p: p, c: &c, h: &w.Header, work: &w}
	d.Moment = service.When(c.At, c.Recorded, w.Began, w.Began, d.problem)
	if !permitted.Holds(d) {
		return WorkPlan{}, nil, fmt.Errorf("a work plan cannot be drafted: the role %q may not %s: %w", c.Role, Edit, townclerk.ErrForbidden)
	}
	d.check()
	if id == "" {
		d.fail("id", "missing")
	}
	d.known("department", tableDepartments, department)
	d.edit()
	if len(d.problems) == 0 {
		d.begin(workDraft)
	}
	if err := errors.Join(d.problems...); err != nil {
		return WorkPlan{}, nil, fmt.Errorf("a work plan cannot be drafted: %w", err)
	}
	e := newEvent(&w.Header, workPrefix+eventDrafted, d.At, d.Recorded, c.By, Data{To: Draft, Command: &c, Log: d.log})
	return w, []townclerk.Event{e}, nil
}
