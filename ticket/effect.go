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

// effects is what actions do to a ticket beside its state. One that returns
// normally may still have found problems.
var effects = map[Action]func(*decision){
	Approve: (*decision).approve, Revoke: (*decision).revoke, Assign: (*decision).assign, Refer: (*decision).refer, Begin: (*decision).nothing,
	Diagnose: (*decision).diagnose, HandOver: (*decision).handOver, TakeBack: (*decision).takeBack, Follow: (*decision).follow,
	Wait: (*decision).wait, Resume: (*decision).resume, Order: (*decision).order, Receive: (*decision).receive, Check: (*decision).check,
	Treat: (*decision).treat, Inform: (*decision).inform, Close: (*decision).close, Reopen: (*decision).reopen, Cancel: (*decision).cancel,
	Move: (*decision).move, Change: (*decision).change, Appoint: (*decision).appoint, Escalate: (*decision).escalate,
	FollowUp: (*decision).nothing, OpenStage: (*decision).openStage, Write: (*decision).writeWork, Attach: (*decision).attach,
	Rate: (*decision).rate, Link: (*decision).link, Release: (*decision).release,
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
	return fmt.Errorf("%s: cannot %s: %w", name(d.t.ID, d.t.Number, d.c.Stage), d.c.Do, errors.Join(d.problems...))
}

// known notes a problem if the table does not have the id.
func (d *decision) known(field, table, id string) bool {
	if !d.p.titles.Has(table, id) {
		d.fail(field, "%q is none of [%s]%s", id, table, tomldoc.Suggest(id, d.p.titles.IDs(table)))
		return false
	}
	return true
}

func (d *decision) nothing() {}

func (d *decision) approve() {
	d.t.Approvals = append(d.t.Approvals, Approval{Role: d.c.Role, By: d.c.By, At: d.At})
	d.event.Role = d.c.Role
}

// revoke takes back an approval and, of an ordered chain, those that rested on it.
func (d *decision) revoke() {
	d.event.Role = d.c.Role
	after := false
	for _, role := range d.t.Chain {
		if role != d.c.Role && (!after || !d.t.approved(role)) {
			continue
		}
		for i := range d.t.Approvals {
			if a := &d.t.Approvals[i]; a.Role == role && a.Revoked.IsZero() {
				a.Revoked = d.At
			}
		}
		if role != d.c.Role {
			d.more = append(d.more, sla.Event{Kind: sla.Revoked, Role: role})
		}
		after = !d.t.AnyOrder
	}
}

func (d *decision) assign() {
	c := d.c
	if c.Team == "" && c.Handler == "" {
		_, c.Team = d.p.Route(d.t.Cause)
		c.Team = cmp.Or(c.Team, d.p.team(d.s.department))
	}
	if c.Team != "" && d.known("team", tableTeams, c.Team) {
		*d.s.team = c.Team
	}
	*d.s.handler, *d.s.delegates = c.Handler, slices.Clone(c.Delegates)
}

// refer leaves the ticket to the tier's team; who had it has it no more.
func (d *decision) refer() {
	d.t.Tier, d.t.Team = d.c.Tier, d.p.tiers[d.c.Tier].team
	d.t.Handler, d.t.Delegates = "", nil
}

func (d *decision) diagnose() {
	c := d.c
	if c.Text == "" {
		d.fail("text", "missing; say what is the matter")
	}
	if c.Cause != "" {
		d.known("cause", tableCauses, c.Cause)
	}
	if c.Kind != "" {
		d.known("kind", tableWork, c.Kind)
	}
	if c.Cause != "" && c.Stage == 0 {
		d.t.Cause = c.Cause
	}
	*d.s.diagnosis = &Diagnosis{At: d.At, By: c.By, Role: c.Role, How: c.Kind, Text: c.Text, Vendor: c.NeedsVendor}
	if c.NeedsVendor {
		c.Vendor = d.routed() // for the event
		d.oweCall(c.Vendor)
		return
	}
	if d.dropCalls() {
		d.withdraw(vendorNeeded)
	}
}

// routed returns the vendor to whom the ticket goes: the one that is named, or
// that of the cause, of the tier, or by default.
func (d *decision) routed() string {
	vendor := d.c.Vendor
	if vendor == "" {
		vendor = d.p.vendorFor(d.t, cmp.Or(d.c.Cause, d.t.Cause))
	}
	if vendor == "" {
		d.fail("vendor", "missing; no vendor is known for the cause %q, so name one", cmp.Or(d.c.Cause, d.t.Cause))
		return ""
	}
	d.known("vendor", tableVendors, vendor)
	return vendor
}

// oweCall notes that a vendor has to be called, unless that was done.
func (d *decision) oweCall(vendor string) *Call { return d.t.oweCall(d.c.Stage, vendor, d.At) }

func (t *Ticket) oweCall(stage int, vendor string, at time.Time) *Call {
	for i := range t.Calls {
		c := &t.Calls[i]
		if c.Stage != stage || !c.open() {
			continue
		}
		if c.Opened.IsZero() {
			c.Vendor = vendor
		}
		if c.Vendor == vendor {
			return c
		}
	}
	t.Calls = append(t.Calls, Call{Number: len(t.Calls) + 1, Stage: stage, Vendor: vendor, Owed: at})
	return &t.Calls[len(t.Calls)-1]
}

// dropCalls gives up calls that were never opened, and reports whether there were any.
func (d *decision) dropCalls() (dropped bool) {
	for i := range d.t.Calls {
		if c := &d.t.Calls[i]; c.Stage == d.c.Stage && c.open() && c.Opened.IsZero() {
			c.Done, dropped = d.At, true
		}
	}
	return dropped
}

// withdraw strikes the last event of a kind out of the log.
func (d *decision) withdraw(kind string) {
	log := *d.s.log
	for i := len(log) - 1; i >= 0; i-- {
		e := &log[i]
		if e.Kind == kind && !e.Void {
			d.more = append(d.more, sla.Event{Kind: kind, At: e.At, Correction: true, Void: true, Corrects: e.Seq})
			return
		}
	}
}

func (d *decision) handOver() {
	c := d.c
	if c.Channel == "" {
		d.fail("channel", "missing; say by which of the vendor's channels it was handed over")
	}
	vendor := c.Vendor
	for i := range d.t.Calls {
		if call := &d.t.Calls[i]; vendor == "" && call.Stage == c.Stage && call.open() && call.Opened.IsZero() {
			vendor = call.Vendor
		}
	}
	c.Vendor = vendor
	if vendor = d.routed(); vendor == "" {
		return
	}
	c.Vendor = vendor
	call := d.oweCall(vendor)
	if !call.Opened.IsZero() {
		d.fail("vendor", "%s has it already, in call %d", vendor, call.Number)
		return
	}
	call.Channel, call.Reference, call.Follower, call.Opened = c.Channel, c.Reference, c.follower(), d.At
	if len(c.Contract) > 0 {
		call.Contract = c.Contract[0].Contract
	}
	d.event.Contract = slices.Clone(c.Contract)
}

// call returns the open call that the command means, or nil.
func (d *decision) call() *Call {
	var found *Call
	for i := range d.t.Calls {
		call := &d.t.Calls[i]
		if call.Stage != d.c.Stage || !call.open() || call.Opened.IsZero() || d.c.Call != 0 && call.Number != d.c.Call {
			continue
		}
		if found != nil {
			d.fail("call", "missing; calls %d and %d are open, so say which", found.Number, call.Number)
			return nil
		}
		found = call
	}
	if found == nil {
		d.fail("call", "no such call is open; 0 stands for the only one")
	}
	return found
}

func (d *decision) takeBack() {
	if call := d.call(); call != nil {
		call.Done = d.At
	}
}

func (d *decision) follow() {
	if call := d.call(); call != nil {
		call.Follower = d.c.follower()
	}
}

func (d *decision) wait() {
	c := d.c
	if slices.Contains(*d.s.waits, c.Reason) {
		d.fail("reason", "it waits for %q already", c.Reason)
		return
	}
	if d.known("reason", tableWaits, c.Reason) {
		*d.s.waits = append(*d.s.waits, c.Reason)
		d.event.Reason = c.Reason
	}
}

func (d *decision) resume() {
	i := slices.Index(*d.s.waits, d.c.Reason)
	if i < 0 {
		d.fail("reason", "it does not wait for %q%s", d.c.Reason, tomldoc.Suggest(d.c.Reason, *d.s.waits))
		return
	}
	*d.s.waits = slices.Delete(*d.s.waits, i, i+1)
	d.event.Reason = d.c.Reason
}

func (d *decision) order() {
	c := d.c
	if c.Name == "" {
		d.fail("name", "missing; name the part")
	}
	if c.Quantity < 1 {
		d.fail("quantity", "%d is too few; order 1 or more", c.Quantity)
	}
	if d.p.parts == "" {
		d.fail("part", "the policy has nothing to say of waiting for parts; mark one of [waits] with parts = true")
		return
	}
	d.t.Parts = append(d.t.Parts, Parts{Number: len(d.t.Parts) + 1, Name: c.Name, Quantity: c.Quantity, Reference: c.Reference, Requested: d.At})
	d.waited = slices.Contains(d.t.Waits, d.p.parts)
	if !d.waited {
		d.t.Waits = append(d.t.Waits, d.p.parts)
	}
	d.event.Reason = d.p.parts
}

func (d *decision) receive() {
	i := slices.IndexFunc(d.t.Parts, func(p Parts) bool { return p.Number == d.c.Part && p.Arrived.IsZero() })
	if i < 0 {
		d.fail("part", "no part of the number %d is awaited", d.c.Part)
		return
	}
	d.t.Parts[i].Arrived = d.At
	waits := slices.Index(d.t.Waits, d.p.parts)
	if waits < 0 || slices.ContainsFunc(d.t.Parts, func(p Parts) bool { return p.Arrived.IsZero() }) {
		return
	}
	d.t.Waits = slices.Delete(d.t.Waits, waits, waits+1)
	d.resumed, d.event.Reason = true, d.p.parts
}

func (d *decision) check() {
	var ids []string
	for i := range d.t.Checklist {
		todo := &d.t.Checklist[i]
		ids = append(ids, todo.ID)
		if todo.ID != d.c.Todo {
			continue
		}
		if !todo.At.IsZero() {
			d.fail("todo", "%q is done already", todo.ID)
		}
		todo.By, todo.At = d.c.By, d.At
		return
	}
	d.fail("todo", "%q is not on the checklist%s", d.c.Todo, tomldoc.Suggest(d.c.Todo, ids))
}

func (d *decision) treat() {
	c := d.c
	*d.s.treatment = c.Text
	item := ""
	if c.Stage == 0 {
		item = d.t.Item
		d.t.Granted = slices.Clone(c.Granted)
		d.use()
	}
	for _, kind := range d.p.treatedAs(d.s.class, item) {
		d.more = append(d.more, sla.Event{Kind: kind})
	}
}

// use notes which of the parts went into the treatment.
func (d *decision) use() {
	for _, number := range slices.Sorted(maps.Keys(d.c.Used)) {
		n := d.c.Used[number]
		i := number - 1
		if i < 0 || i >= len(d.t.Parts) || n < 0 || n > d.t.Parts[i].Quantity {
			d.fail("used", "%d of part %d is not what was ordered", n, number)
			continue
		}
		d.t.Parts[i].Used = n
	}
}

func (d *decision) inform() { d.t.Informed = d.At }

func (d *decision) close() { *d.s.closed = d.At }

func (d *decision) reopen() {
	*d.s.closed = time.Time{}
	if d.c.Stage == 0 {
		d.t.Informed = time.Time{}
	}
}

func (d *decision) cancel() { d.leave() }

func (d *decision) move() {
	*d.s.project = d.c.Project
	d.leave()
}

// leave ends the work before it was treated.
func (d *decision) leave() {
	*d.s.closed = d.At
	d.dropCalls()
	if d.c.Stage == 0 {
		d.t.Holds = ""
	}
}

// change sets attributes. The priority follows impact and urgency, unless it is
// set as well; and a tier that may not have the new type gives way to the first
// that may.
func (d *decision) change() {
	for _, key := range slices.Sorted(maps.Keys(d.c.Set)) {
		d.set(key, d.c.Set[key])
	}
	_, impact := d.c.Set["impact"]
	_, urgency := d.c.Set["urgency"]
	if _, ok := d.c.Set["priority"]; !ok && (impact || urgency) {
		d.t.Priority = d.p.Priority(d.t.Impact, d.t.Urgency)
	}
	if tiers := d.p.tiersFor(d.t); len(tiers) > 0 && d.t.Tier != "" && !slices.Contains(tiers, d.t.Tier) {
		d.t.Tier = tiers[0]
	}
	if len(d.problems) == 0 && len(d.changed()) == 0 {
		d.fail("set", "nothing would change")
	}
}

func (d *decision) set(key, value string) {
	field := "set." + key
	table := map[string]string{"class": tableClasses, "type": tableTypes, "cause": tableCauses}[key]
	if table != "" && value != "" && !d.known(field, table, value) {
		return
	}
	switch key {
	case "class":
		if value == "" {
			d.fail(field, "a ticket has a class")
		}
		d.t.Class = value
	case "type":
		d.t.Type = value
	case "cause":
		d.t.Cause = value
	case "impact":
		d.t.Impact = value
	case "urgency":
		d.t.Urgency = value
	case "priority":
		d.t.Priority = value
	case "critical":
		if value != "true" && value != "false" {
			d.fail(field, "%q is neither \"true\" nor \"false\"", value)
		}
		d.t.Critical = value == "true"
	default:
		if slices.Contains(fixed, key) {
			d.fail(field, "this is not changed here; refer the ticket to another tier, open a stage for another department, or open another ticket")
			return
		}
		if d.t.Attributes == nil {
			d.t.Attributes = map[string]string{}
		}
		d.t.Attributes[key] = value
		if value == "" {
			delete(d.t.Attributes, key)
		}
	}
	d.p.checkAttribute(d, field, key, value)
}

func (d *decision) appoint() {
	if d.c.Appointment.Before(d.At) {
		d.fail("appointment", "%s has passed by %s, when it was agreed", service.Stamp(d.c.Appointment), service.Stamp(d.At))
	}
	d.t.Appointment = d.c.Appointment.UTC()
	d.event.Appointment = d.t.Appointment
}

func (d *decision) escalate() {
	if d.c.To != "" && !slices.Contains(d.p.knownRoles(), d.c.To) {
		d.fail("to", "no role is named %q%s", d.c.To, tomldoc.Suggest(d.c.To, d.p.knownRoles()))
	}
	d.event.Role, d.event.Reason = d.c.To, d.c.Reason
}

func (d *decision) openStage() {
	c := d.c
	if c.Department == "" {
		d.fail("department", "missing; name the department that is to do it")
	} else {
		d.known("department", tableDepartments, c.Department)
	}
	if c.Class != "" {
		d.known("class", tableClasses, c.Class)
	}
	d.handlerOrTeam()
	d.addStage(c.Department, cmp.Or(c.Class, d.t.Class), cmp.Or(c.Text, d.t.Subject))
}

// handlerOrTeam has the department's team keep what nobody has.
func (d *decision) handlerOrTeam() {
	if d.t.Team == "" && d.t.Handler == "" {
		d.t.Team = d.p.team(d.t.Department)
	}
}

// passOn opens a stage with the ticket itself.
func (d *decision) passOn(department, class, subject string) {
	d.handlerOrTeam()
	if d.t.State == New {
		d.t.State = Assigned
	}
	d.write(0, &d.t.Log, sla.Event{Kind: transferred})
	d.addStage(department, class, subject)
}

// addStage opens a stage.
func (d *decision) addStage(department, class, subject string) {
	n := len(d.t.Stages) + 1
	d.t.Stages = append(d.t.Stages, Stage{Number: n, State: New, Department: department, Class: class, Subject: subject, Opened: d.At})
	theirs := d.t.attributes()
	theirs["department"], theirs["class"] = department, class
	d.write(n, &d.t.Stages[n-1].Log, sla.Event{Kind: stageOpened, Attributes: theirs})
}

func (d *decision) writeWork() {
	c := d.c
	if c.Kind == "" {
		d.fail("kind", "missing; say what kind of work it was%s", tomldoc.Suggest("", d.p.titles.IDs(tableWork)))
	} else {
		d.known("kind", tableWork, c.Kind)
	}
	if c.Took < 0 {
		d.fail("took", "%v is less than no time", c.Took)
	}
	d.t.Work = append(d.t.Work, Work{At: d.At, By: c.By, Stage: c.Stage, Kind: c.Kind, Took: c.Took, Text: c.Text})
}

func (d *decision) attach() {
	if d.c.Name == "" {
		d.fail("name", "missing; name the document")
	}
	d.t.Documents = append(d.t.Documents, Document{At: d.At, By: d.c.By, Kind: d.c.Kind, Name: d.c.Name, Reference: d.c.Reference})
}

func (d *decision) rate() {
	if d.c.Score < 0 || d.c.Score > 5 || d.c.Score == 0 && d.c.Text == "" {
		d.fail("score", "%d is no score; give one from 1 to 5, or say it in text", d.c.Score)
	}
	d.t.Feedback = append(d.t.Feedback, Feedback{At: d.At, By: d.c.By, Score: d.c.Score, Text: d.c.Text})
}

func (d *decision) link() {
	if d.c.Asset == "" && d.c.Project == "" {
		d.fail("asset", "missing; name an asset, a project, or both")
	}
	d.t.Asset, d.t.Project = cmp.Or(d.c.Asset, d.t.Asset), cmp.Or(d.c.Project, d.t.Project)
}

func (d *decision) release() {
	if d.t.Holds == "" {
		d.fail("holds", "there is nothing that it holds")
	}
	d.t.Holds = ""
}

// checkAttribute notes a problem if the promises list values for the attribute and
// this is none of them. An attribute that no promise matches on is free.
func (p *Policy) checkAttribute(d *decision, field, key, value string) {
	for _, a := range p.promises.Attributes() {
		if a.Key != key {
			continue
		}
		if err := p.promises.CheckAttribute(key, value); err != nil {
			d.fail(field, "%v", err)
		}
		return
	}
	if !slices.Contains([]string{"class", "type", "cause", "impact", "urgency", "priority", "critical"}, key) {
		d.fail(field, "the promises know no attribute of this name")
	}
}

// team returns the team that has a department's tickets, if nobody else does.
func (p *Policy) team(department string) string {
	return cmp.Or(p.departments[department].team, department)
}

// vendorFor returns the vendor to whom a ticket goes, or "".
func (p *Policy) vendorFor(t *Ticket, cause string) string {
	if r, ok := p.causes[cause]; ok && r.vendor != "" {
		return r.vendor
	}
	return cmp.Or(p.tiers[t.Tier].vendor, p.unrouted.vendor)
}
