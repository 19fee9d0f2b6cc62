package ticket

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/sla"
)

// eventImported is the one event of a ticket that was worked on elsewhere: its Data
// holds the whole log.
const eventImported = "ticket.imported"

// Import returns a ticket that was worked on in another system as it is to be
// created in a [Store], and the event that this is, of the kind ticket.imported. It
// reads no clock: the same ticket always becomes the same.
//
// The ticket says what is known: at least its ID, State and Opened, and a Log of the
// kinds that the workflow writes, which begins with opened. What the workflow would
// have asked for is not asked for again, but what stands in it has to be known to
// the policy. That adds the kinds of event that opening and treating are there, and
// the department if there is only one. A Number without a Series stays as it is. It
// holds nothing that only one ticket may. If it was opened before the first edition of
// the promises, none judges it. One that is still open is looked at by the
// next sweep.
//
// The policy may be nil: then ids are compared with nothing. The error joins a
// [*townclerk.FieldError] for all that is missing, unknown or cannot be.
func Import(t Ticket, p *Policy, by townclerk.Actor) (Ticket, []townclerk.Event, error) {
	t = t.Clone()
	d := &decision{p: p, t: &t}
	if d.importable(); len(d.problems) == 0 && p != nil {
		d.adopt()
	}
	if err := errors.Join(d.problems...); err != nil {
		return Ticket{}, nil, fmt.Errorf("%s: cannot be imported: %w", name(t.ID, t.Number, 0), err)
	}
	for i := range t.Log {
		e := &t.Log[i]
		e.Seq = townclerk.Seq(i + 1)
		d.log = append(d.log, Entry{Event: e.Clone()})
		t.Recorded = latest(t.Recorded, e.At, e.Recorded)
	}
	if t.State.Final() {
		if t.Closed.IsZero() {
			t.Closed = t.Recorded
		}
	} else {
		t.NextAt = t.Recorded
	}
	request := Request{
		Channel: t.Channel, Opener: t.Opener, Unit: t.Unit, Author: t.Author, To: t.To,
		Department: t.Department, Class: t.Class, Type: t.Type, Item: t.Item, Cause: t.Cause, Impact: t.Impact, Urgency: t.Urgency,
		Priority: t.Priority, Critical: t.Critical, Attributes: maps.Clone(t.Attributes), Fields: maps.Clone(t.Fields),
		Requested: slices.Clone(t.Requested), Subject: t.Subject, Text: t.Text, Asset: t.Asset,
	}
	e := p.event(&t, eventImported, t.Recorded, t.Recorded, by, Data{To: t.State, Request: &request, Log: d.log})
	return t, []townclerk.Event{e}, nil
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// importable asks what must be so under any policy.
func (d *decision) importable() {
	t := d.t
	if t.ID == "" {
		d.fail("id", "missing")
	}
	if !slices.Contains(States, t.State) {
		d.fail("state", "%q is none of the workflow's", t.State)
	}
	whole(reflect.ValueOf(t).Elem())
	for i := range t.Log {
		e := &t.Log[i]
		e.Seq = 0
		if e.Corrects != 0 || e.Void {
			d.fail("log", "event %d puts another right; leave out what did not happen", i+1)
		}
	}
	switch {
	case len(t.Log) == 0 || t.Log[0].Kind != opened:
		d.fail("log", "it does not begin with %q", opened)
	case !t.Log[0].At.Equal(t.Opened):
		d.fail("opened", "it is %s, and in the log %s", service.Stamp(t.Opened), service.Stamp(t.Log[0].At))
	}
	err := sla.WriteTimeline(io.Discard, sla.Timeline{ID: "log", Events: t.Log})
	var event *sla.TimelineError
	switch {
	case errors.As(err, &event):
		d.fail("log", "event %d: %s", event.Index+1, event.Problem)
	case err != nil && len(t.Log) > 0:
		d.fail("log", "%v", err)
	}
	service.CheckTexts(*t, d.problem)
	d.standing()
	if len(t.Stages) > 0 {
		d.fail("stages", "a ticket is imported without stages; import what they did as tickets of their own")
	}
}

// whole has all instants of a value in UTC and whole microseconds.
func whole(v reflect.Value) {
	if t, ok := v.Addr().Interface().(*time.Time); ok {
		*t = service.Micro(*t)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			whole(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			whole(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			whole(v.Elem())
		}
	}
}

// standing asks for what a state says of a ticket.
func (d *decision) standing() {
	t := d.t
	switch {
	case t.State == Waiting && len(t.Waits) == 0:
		d.fail("waits", "missing; say for what it waits")
	case t.State == Pending && t.nextApproval() == "":
		d.fail("chain", "missing; say whose approval it waits for")
	case t.State == AtVendor && !t.withVendor(0):
		d.fail("calls", "missing; say which vendor has it, and since when")
	case !t.State.Final() && !t.Closed.IsZero():
		d.fail("closed", "it has a time, and the ticket is %s", t.State)
	}
	if t.State != AtVendor && t.State != Pending && t.withVendor(0) {
		d.fail("calls", "a vendor has it, and the ticket is %s", t.State)
	}
}

// adopt compares a ticket with the policy, and completes it.
func (d *decision) adopt() {
	p, t := d.p, d.t
	if ids := p.titles.IDs(tableDepartments); t.Department == "" && len(ids) == 1 {
		t.Department = ids[0]
	}
	if in, err := p.book.InForce(t.Opened); err == nil {
		t.Edition = in.Edition().Number
	}
	for _, f := range []struct{ field, table, value string }{
		{"department", tableDepartments, t.Department}, {"class", tableClasses, t.Class},
	} {
		if f.value == "" && len(p.titles.IDs(f.table)) > 0 {
			d.fail(f.field, "missing; name one of [%s]", f.table)
		}
	}
	for _, w := range t.Waits {
		d.known("waits", tableWaits, w)
	}
	for _, c := range t.Calls {
		if c.Vendor != "" {
			d.known("vendor", tableVendors, c.Vendor)
		}
	}
	d.adoptAttributes()
	d.adoptKinds()
}

// adoptAttributes compares all attributes that the ticket ever had. Those that the
// promises do not know match nothing, and stay.
func (d *decision) adoptAttributes() {
	tables := map[string]string{
		"channel": tableChannels, "department": tableDepartments, "class": tableClasses, "type": tableTypes, "item": tableItems,
		"cause": tableCauses, "tier": tableTiers,
	}
	checked := map[[2]string]bool{}
	check := func(key, value string) {
		if value == "" || checked[[2]string{key, value}] {
			return
		}
		checked[[2]string{key, value}] = true
		if table, ok := tables[key]; ok && !d.known(key, table, value) {
			return
		}
		if slices.ContainsFunc(d.p.promises.Attributes(), func(a sla.Attribute) bool { return a.Key == key }) {
			d.p.checkAttribute(d, key, key, value)
		}
	}
	for _, e := range d.t.Log {
		for _, key := range slices.Sorted(maps.Keys(e.Attributes)) {
			check(key, e.Attributes[key])
		}
	}
	now := d.t.attributes()
	for _, key := range slices.Sorted(maps.Keys(now)) {
		check(key, now[key])
	}
}

// adoptKinds adds the kinds of event that opening and treating are for the policy.
func (d *decision) adoptKinds() {
	t := d.t
	also := map[string][]string{opened: d.p.openedAs(t), treated: d.p.treatedAs(t.Class, t.Item)}
	var log []sla.Event
	for i, e := range t.Log {
		log = append(log, e)
		if e.Kind == opened && i > 0 {
			continue
		}
		for _, kind := range also[e.Kind] {
			same := func(o sla.Event) bool { return o.Kind == kind && o.At.Equal(e.At) }
			if !slices.ContainsFunc(t.Log, same) && !slices.ContainsFunc(log, same) {
				log = append(log, sla.Event{Kind: kind, At: e.At, Recorded: e.Recorded, Correction: e.Correction})
			}
		}
	}
	t.Log = log
}
