package incidentlog

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// More notes, of tickets.
const (
	Untreated NoteKind = "a ticket was closed without having been resolved; it is taken as treated then"
	NotRead   NoteKind = "columns are not read, as the mapping does not name them"
)

// Desk is whose tickets a log is read into.
type Desk struct {
	Tenant   townclerk.Tenant
	Policy   *ticket.Policy    // what is read has to be known to it; nil: anything will do
	Zone     *time.Location    // of the log's times, unless the mapping names one
	Defaults map[string]string // go before those of the mapping
	Note     func(Note)        // is told what was put right; may be nil
}

// ReadTickets reads a log as [Read] does, into tickets with the event of their import,
// for [ticket.Restore]. A ticket that the policy cannot have is left out, and comes
// back as an error as one with a bad line does.
//
// A ticket keeps its Number. Its ID follows from the tenant, the mapping's name and
// that number, so that the same ticket is the same whenever it is read.
//
// Its log is of the kinds that the workflow has, and those that the mapping names. It
// was passed on when its team or handler changed, and begun when it first came to a
// state that is "assigned".
func ReadTickets(r io.Reader, name string, m *Mapping, desk Desk) iter.Seq2[ticket.Record, error] {
	return func(yield func(ticket.Record, error) bool) {
		l := newLog(r, name, m, desk.Zone, desk.Note)
		l.tickets, l.attributes = true, map[string]string{}
		maps.Copy(l.attributes, m.Attributes)
		for _, key := range ticketAttributes {
			if column := m.Ticket[key]; column != "" {
				l.attributes[key] = column
			}
		}
		defaults := map[string]string{}
		maps.Copy(defaults, m.Defaults)
		maps.Copy(defaults, desk.Defaults)
		if wrong := append(m.checkImport(), l.checkDefaults(desk, defaults)...); len(wrong) > 0 {
			yield(ticket.Record{}, errors.Join(wrong...))
			return
		}
		each(l, func() (ticket.Record, error) { return l.record(desk, defaults) }, yield)
	}
}

// checkDefaults returns which defaults are of attributes that nothing knows.
func (l *log) checkDefaults(desk Desk, defaults map[string]string) []error {
	known := slices.Concat(ticketAttributes, slices.Sorted(maps.Keys(l.mapping.Attributes)))
	if desk.Policy != nil {
		for _, a := range desk.Policy.Promises().Attributes() {
			known = append(known, a.Key)
		}
	}
	var wrong []error
	for _, key := range slices.Sorted(maps.Keys(defaults)) {
		if !slices.Contains(known, key) {
			slices.Sort(known)
			wrong = append(wrong, fmt.Errorf("the mapping %s: defaults.%s: tickets have no such attribute; they have %s", l.mapping.Name, key, strings.Join(slices.Compact(known), ", ")))
		}
	}
	return wrong
}

// ID returns the id of the ticket that a system has under a number.
func ID(tenant townclerk.Tenant, system, number string) ticket.ID {
	space := uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/townclerk/townclerk/examples/incidentlog"))
	return ticket.ID(uuid.NewSHA1(space, fmt.Appendf(nil, "%q %q %q", tenant, system, number)).String())
}

// record makes a ticket of the rows at hand.
func (l *log) record(desk Desk, defaults map[string]string) (ticket.Record, error) {
	l.sort()
	first := &l.rows[0]
	t := past{
		log: l, tl: sla.Timeline{ID: l.number}, attributes: maps.Clone(defaults), changes: map[string]string{},
		desk: &ticket.Ticket{ID: ID(desk.Tenant, l.mapping.Name, l.number), Number: l.number, Opened: first.opened},
	}
	if t.attributes["critical"] == "" {
		t.attributes["critical"] = "false"
	}
	t.changed(first)
	t.add(first.opened, "opened", maps.Clone(t.attributes))
	t.follow()
	t.finish()
	made, events, err := ticket.Import(*t.desk, desk.Policy, townclerk.Actor("import/"+l.mapping.Name))
	if err != nil {
		return ticket.Record{}, l.refused(first.line, err)
	}
	return ticket.Record{Ticket: made, Events: events}, nil
}

// refused makes mistakes of the line out of what a ticket cannot be.
func (l *log) refused(line int, err error) error {
	var wrong []error
	var walk func(error)
	walk = func(err error) {
		if f, ok := err.(*townclerk.FieldError); ok {
			wrong = append(wrong, l.mistake(line, f.Field, "%s%s", f.Problem, l.cure(f)))
			return
		}
		switch e := err.(type) {
		case interface{ Unwrap() []error }:
			for _, err := range e.Unwrap() {
				walk(err)
			}
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		}
	}
	walk(err)
	if len(wrong) == 0 {
		return l.mistake(line, "", "%v", err)
	}
	return errors.Join(wrong...)
}

// cure says where in the mapping a ticket's mistake can be mended.
func (l *log) cure(f *townclerk.FieldError) string {
	switch {
	case !slices.Contains(ticketAttributes, f.Field) && l.attributes[f.Field] == "":
		return ""
	case strings.HasPrefix(f.Problem, "missing"):
		return fmt.Sprintf("; [defaults] of the mapping %s may say it", l.mapping.Name)
	}
	return fmt.Sprintf("; [values.%s] of the mapping %s says what the policy calls what the log has", f.Field, l.mapping.Name)
}

// people takes what a row says of who has the ticket.
func (t *past) people(r *row) {
	passed := false
	for _, f := range []struct {
		key    string
		set    func(string)
		now    string
		passes bool // a change of it passes the ticket on
		stays  bool // the first that is known counts
	}{
		{"opener", func(v string) { t.desk.Opener = townclerk.Actor(v) }, string(t.desk.Opener), false, true},
		{"recorder", func(v string) { t.desk.Recorder = townclerk.Actor(v) }, string(t.desk.Recorder), false, true},
		{"unit", func(v string) { t.desk.Unit = v }, t.desk.Unit, false, true},
		{"subject", func(v string) { t.desk.Subject = v }, t.desk.Subject, false, true},
		{"text", func(v string) { t.desk.Text = v }, t.desk.Text, false, true},
		{"team", func(v string) { t.desk.Team = v }, t.desk.Team, true, false},
		{"handler", func(v string) { t.desk.Handler = townclerk.Actor(v) }, string(t.desk.Handler), true, false},
		{"treatment", func(v string) { t.desk.Treatment = v }, t.desk.Treatment, false, false},
	} {
		value := t.log.field(r.fields, t.log.mapping.Ticket[f.key])
		if value == "" || value == f.now || f.stays && f.now != "" {
			continue
		}
		f.set(value)
		passed = passed || f.passes
	}
	for name, column := range t.log.mapping.Fields {
		if value := t.log.field(r.fields, column); value != "" {
			if t.desk.Fields == nil {
				t.desk.Fields = map[string]string{}
			}
			t.desk.Fields[name] = value
		}
	}
	if passed {
		t.add(r.at, "transferred", nil)
	}
}

// move brings the ticket to another state, and returns the kinds of event that this is.
func (t *past) move(r *row, from, to State) []string {
	d := t.desk
	if from.Is == ticket.AtVendor && to.Is != ticket.AtVendor {
		d.Calls[len(d.Calls)-1].Done = r.at
		t.add(r.at, "vendor-done", nil)
	}
	d.Closed = time.Time{}
	kinds := t.kinds(r, from.Is, to.Is)
	for _, kind := range kinds {
		t.add(r.at, kind, nil)
	}
	switch {
	case to.Is == ticket.AtVendor && from.Is != ticket.AtVendor:
		vendor := t.log.field(r.fields, t.log.mapping.Ticket["vendor"])
		d.Calls = append(d.Calls, ticket.Call{Number: len(d.Calls) + 1, Vendor: vendor, Follower: d.Handler, Owed: r.at, Opened: r.at})
	case to.Is.Final():
		d.Closed = r.at
	}
	d.State, d.Waits = to.Is, nil
	if to.Waits != "" {
		d.Waits = []string{to.Waits}
	}
	return kinds
}

// kinds returns what it is to come from one state of the workflow to another.
func (t *past) kinds(r *row, from, to ticket.State) []string {
	if from == to {
		return nil
	}
	switch to {
	case ticket.Assigned:
		if !slices.ContainsFunc(t.tl.Events, func(e sla.Event) bool { return e.Kind == "action-begun" }) {
			return []string{"action-begun"}
		}
	case ticket.AtVendor:
		return []string{"handed-over"}
	case ticket.Treated:
		return []string{"treated"}
	case ticket.Closed:
		if from == ticket.Treated {
			return []string{"closed"}
		}
		t.log.note(Note{r.line, t.log.number, Untreated, "it was " + orNothing(string(from))})
		return []string{"treated", "closed"}
	case ticket.Cancelled:
		return []string{sla.Cancelled}
	case ticket.Moved:
		return []string{"moved-to-project", sla.Cancelled}
	}
	return nil
}

func orNothing(state string) string {
	if state == "" {
		return "nothing before"
	}
	return state + " before"
}

// finish fills in what follows from the rest.
func (t *past) finish() {
	d := t.desk
	if d.State == ticket.New && (d.Team != "" || d.Handler != "") {
		d.State = ticket.Assigned
	}
	d.Log = t.tl.Events
	a := maps.Clone(t.attributes)
	for key, field := range map[string]*string{
		"channel": &d.Channel, "department": &d.Department, "class": &d.Class, "type": &d.Type, "item": &d.Item, "cause": &d.Cause,
		"impact": &d.Impact, "urgency": &d.Urgency, "priority": &d.Priority, "tier": &d.Tier,
	} {
		*field = a[key]
		delete(a, key)
	}
	d.Critical = a["critical"] == "true"
	delete(a, "critical")
	if len(a) > 0 {
		d.Attributes = a
	}
}

// noteUnread notes the columns that nothing reads.
func (l *log) noteUnread(names []string) {
	var unread []string
	for i, name := range names {
		if !slices.Contains(l.used, i) {
			unread = append(unread, strings.TrimSpace(name))
		}
	}
	if len(unread) > 0 {
		l.note(Note{Line: 1, Kind: NotRead, Text: strings.Join(unread, ", ")})
	}
}
