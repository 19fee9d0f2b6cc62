package ticket

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
)

type rule = workflow.Rule[*decision]

const (
	aboutTicket  = workflow.Thing
	aboutPerson  = workflow.Person
	aboutCommand = workflow.Command
)

// Rules of who may act.
var (
	permitted = workflow.That("the role of who acts is one that may do this", aboutPerson, func(d *decision) bool {
		return d.p.may(d.c.Role, d.c.Do)
	})
	// IR-05, RA-36
	inTurn = workflow.That("approvals are given by the roles of the chain, in its order, and each only once", aboutPerson, func(d *decision) bool {
		if !slices.Contains(d.t.Chain, d.c.Role) || d.t.approved(d.c.Role) {
			return false
		}
		return d.t.AnyOrder || d.t.nextApproval() == d.c.Role
	})
	hasApproved = workflow.That("only the role that gave an approval takes it back", aboutPerson, func(d *decision) bool {
		return d.t.approved(d.c.Role)
	})
	// RA-24, RA-45
	mayDiagnose = workflow.That("a diagnosis is made by a role that the department lets diagnose", aboutPerson, func(d *decision) bool {
		return d.p.diagnoses(d.s.department, d.c.Role)
	})
	// RA-29, RA-50
	byHandler = workflow.That("only the handler, a delegate, or a role that has taken it over treats and closes", aboutPerson, func(d *decision) bool {
		by := d.c.By
		return by != "" && (by == *d.s.handler || slices.Contains(*d.s.delegates, by)) ||
			slices.Contains(d.p.departments[d.s.department].delegates, d.c.Role) || d.t.tookOver(d.s.stage, d.c.Role)
	})
)

// Rules of how the ticket stands.
var (
	isDiagnosed = workflow.That("it needs a diagnosis first, by a role that the department lets diagnose", aboutTicket, func(d *decision) bool {
		found := *d.s.diagnosis
		return found != nil && d.p.diagnoses(d.s.department, found.Role)
	})
	// TE-23
	isInformed = workflow.That("the opener is told first what was done", aboutTicket, func(d *decision) bool {
		return !d.t.Informed.IsZero()
	})
	// RA-50
	stagesOver = workflow.That("every stage is closed first", aboutTicket, func(d *decision) bool {
		return !slices.ContainsFunc(d.t.Stages, func(s Stage) bool { return !s.State.Final() })
	})
	// TE-22
	callsOver = workflow.That("no call to a vendor is left open", aboutTicket, func(d *decision) bool {
		return !slices.ContainsFunc(d.t.Calls, Call.open)
	})
	callsDone = workflow.That("no call to a vendor about this is left open", aboutTicket, func(d *decision) bool {
		return !slices.ContainsFunc(d.t.Calls, func(c Call) bool { return c.Stage == d.s.stage && c.open() })
	})
	callsOpened = workflow.That("no vendor has it still", aboutTicket, func(d *decision) bool { return !d.t.withVendor(d.s.stage) })
	ticketOpen  = workflow.That("its ticket is open", aboutTicket, func(d *decision) bool { return !d.t.State.Final() })
	// IR-09
	checked = workflow.That("its checklist is done", aboutTicket, func(d *decision) bool {
		return !slices.ContainsFunc(d.t.Checklist, func(c Todo) bool { return c.At.IsZero() })
	})
)

// Rules of what a command says.
var (
	reasoned = workflow.That("a reason is given", aboutCommand, func(d *decision) bool { return d.c.Reason != "" })
	// IR-14 to IR-16
	tierAllowed = workflow.That("the tier is one that may have tickets of this type", aboutCommand, func(d *decision) bool {
		return slices.Contains(d.p.tiersFor(d.t), d.c.Tier)
	})
	// TE-23
	told = workflow.That("it says what was done, in words for the opener", aboutCommand, func(d *decision) bool { return d.c.Text != "" })
	// TE-22
	followed = workflow.That("somebody follows the vendor's call until its end", aboutCommand, func(d *decision) bool { return d.c.follower() != "" })
	// IR-18
	withinRequest = workflow.That("nothing is granted beyond what was requested", aboutCommand, func(d *decision) bool {
		return !slices.ContainsFunc(d.c.Granted, func(g Grant) bool { return !d.p.covers(d.t, g) })
	})
)

// What tells transitions apart. These are asked after the action was carried out.
var (
	toApprove      = workflow.That("an approval is still to come", aboutTicket, func(d *decision) bool { return d.t.nextApproval() != "" })
	needsVendor    = workflow.That("a vendor has to act", aboutTicket, func(d *decision) bool { return (*d.s.diagnosis).Vendor })
	vendorHasIt    = workflow.That("a vendor has it", aboutTicket, func(d *decision) bool { return d.t.withVendor(d.s.stage) })
	waits          = workflow.That("it waits for something", aboutTicket, func(d *decision) bool { return len(*d.s.waits) > 0 })
	somebodyHasIt  = workflow.That("a team or a handler has it", aboutTicket, func(d *decision) bool { return *d.s.team != "" || *d.s.handler != "" })
	lacksParts     = workflow.That("it did not wait for the part, or waits for others", aboutTicket, func(d *decision) bool { return !d.resumed })
	waitedForParts = workflow.That("it waits for parts already", aboutTicket, func(d *decision) bool { return d.waited })
)

func (c Call) open() bool { return c.Done.IsZero() }

// withVendor reports whether a vendor has the stage, or for 0 the ticket itself.
func (t *Ticket) withVendor(stage int) bool {
	return slices.ContainsFunc(t.Calls, func(c Call) bool { return c.Stage == stage && !c.Opened.IsZero() && c.open() })
}

// approved reports whether the role's approval stands.
func (t *Ticket) approved(role string) bool {
	return slices.ContainsFunc(t.Approvals, func(a Approval) bool { return a.Role == role && a.Revoked.IsZero() })
}

// nextApproval returns the first role of the chain that has not approved, or "".
func (t *Ticket) nextApproval() string {
	for _, role := range t.Chain {
		if !t.approved(role) {
			return role
		}
	}
	return ""
}

// tookOver reports whether an escalation made the role responsible.
func (t *Ticket) tookOver(stage int, role string) bool {
	return role != "" && slices.ContainsFunc(t.Owed, func(o sla.Owed) bool {
		return o.Part == stage && o.To == role && o.Do == sla.TakeOver
	})
}

// follower returns who follows a vendor's call: whoever is named, or else acts.
func (c *Command) follower() townclerk.Actor {
	if c.Follower != "" {
		return c.Follower
	}
	return c.By
}

// latest returns the last instant at which anything was written about t.
func (t *Ticket) latest() time.Time {
	if t.Recorded.After(t.Opened) {
		return t.Recorded
	}
	return t.Opened
}
