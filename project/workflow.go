package project

import (
	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
)

// The kinds of event in a project's Log, beside those of package sla, that every policy
// can name.
const (
	demanded       = "demanded"
	statusRecorded = "approval-recorded" // of the demand, whatever it is: A-53
	demandApproved = "demand-approved"
	planned        = "planned"
	planReturned   = "plan-returned"
	approved       = "project-approved"
	refused        = "project-rejected"
	reached        = "milestone-reached" // its Reason is the milestone
	undone         = "milestone-undone"  // likewise
	proposed       = "revision-proposed"
	adopted        = "revision-adopted"
	declined       = "revision-declined"
	executed       = "executed"
	reworked       = "reworked"
	tested         = "tested"
	accepted       = "accepted"
	closed         = "closed"
	reclassified   = "reclassified"
	ordered        = "deliverable-ordered" // its Reason is the kind of the deliverable, as of those that follow
	delivered      = "deliverable-delivered"
	reviewed       = "deliverable-reviewed"
	passed         = "deliverable-approved"
	sentBack       = "deliverable-returned"
	dropped        = "deliverable-dropped"
	asked          = "change-asked"
	granted        = "change-granted"
	declinedChange = "change-refused"
	installed      = "change-installed"
	warned         = "deviation-forecast"
	exceeded       = "deviation-exceeded"
)

// The reasons of pauses.
const (
	rests     = "on-hold"
	madeAnew  = "plan-returned" // from when a plan is returned until it is submitted again
	workDraft = "drafted"       // the kinds of event in the Log of a work plan
	workSent  = "submitted"
	workBack  = "returned"
	workDone  = "approved-plan"
)

// row is a [workflow.Row].
type row struct {
	From   []State
	Do     Action
	To     State
	When   *rule // of several rows with one state and action, the first for which this holds; nil: always
	If     []*rule
	Events []string
}

// What may stand for a state as the next one.
const (
	stay State = ""     // where it is
	back State = "back" // the phase in which it rested
)

var (
	open    = []State{Intake, Planning, Approval, Execution, Acceptance}
	working = []State{Execution, Acceptance}
	unended = []State{Intake, Planning, Approval, Execution, Acceptance, OnHold}
	kept    = []State{Intake, Planning, Approval, Execution, Acceptance, OnHold, Closed}
)

// projects is what may happen to projects. What it does not list is refused.
var projects = expand([]row{
	{[]State{Intake}, Admit, Planning, nil, nil, []string{statusRecorded, demandApproved}},
	{[]State{Intake}, Reject, Rejected, nil, []*rule{reasoned}, []string{statusRecorded, sla.Cancelled}},
	{[]State{Planning}, Plan, stay, nil, nil, nil},
	{[]State{Planning}, Submit, Approval, wasReturned, []*rule{hasPlan}, []string{planned, sla.Resumed}},
	{[]State{Planning}, Submit, Approval, nil, []*rule{hasPlan}, []string{planned}},
	{[]State{Approval}, Return, Planning, nil, []*rule{reasoned}, []string{planReturned, sla.Paused}},
	{[]State{Approval}, Approve, Execution, nil, []*rule{isSpecified}, []string{approved}},
	{[]State{Approval}, Reject, Rejected, nil, []*rule{reasoned}, []string{refused, sla.Cancelled}},

	{working, Reach, stay, nil, nil, []string{reached}},
	{working, Undo, stay, nil, []*rule{reasoned}, []string{undone}},
	{working, Spend, stay, nil, nil, nil},
	{working, Propose, stay, nil, []*rule{reasoned, noRevision}, []string{proposed}},
	{working, Adopt, stay, nil, []*rule{hasRevision}, []string{adopted}},
	{working, Decline, stay, nil, []*rule{reasoned, hasRevision}, []string{declined}},
	{[]State{Execution}, Finish, Acceptance, nil, []*rule{executionReached, noRevision}, []string{executed}},
	{[]State{Acceptance}, Rework, Execution, nil, []*rule{reasoned}, []string{reworked}},
	{[]State{Planning, Approval, Execution}, Record, stay, nil, nil, nil},
	{[]State{Acceptance}, Record, stay, nil, nil, []string{tested}},
	{[]State{Acceptance}, Close, Closed, nil, []*rule{isAccepted, allReached, noRevision, deliverablesOver, changesOver}, []string{accepted, closed}},

	{open, Hold, OnHold, nil, []*rule{reasoned}, []string{sla.Paused}},
	{[]State{OnHold}, Resume, back, nil, nil, []string{sla.Resumed}},
	{unended, Cancel, Cancelled, nil, []*rule{reasoned}, []string{sla.Cancelled}},

	{open, Alter, stay, concernsPromises, nil, []string{reclassified}},
	{open, Alter, stay, nil, nil, nil},
	{kept, Attach, stay, nil, nil, nil},
	{kept, Write, stay, nil, nil, nil},
	{[]State{Planning, Approval, Execution, Acceptance}, Order, stay, nil, nil, []string{ordered}},
	{open, Ask, stay, nil, nil, []string{asked}},
})

// deliverables is what may happen to the deliverables of a project: RA-08.
var deliverables = expand([]row{
	{[]State{Ordered, Returned}, Deliver, Delivered, nil, []*rule{isOpen}, []string{delivered}},
	{[]State{Delivered}, Review, Reviewed, nil, []*rule{isOpen}, []string{reviewed}},
	{[]State{Reviewed}, Pass, Approved, nil, []*rule{isOpen}, []string{passed}},
	{[]State{Reviewed}, SendBack, Returned, nil, []*rule{isOpen, reasoned}, []string{sentBack}},
	{[]State{Ordered, Delivered, Reviewed, Returned}, Drop, Cancelled, nil, []*rule{isOpen, reasoned}, []string{dropped}},
})

// changes is what may happen to the changes of a project: RA-08, SG-16.
var changes = expand([]row{
	{[]State{Asked}, Grant, Approved, nil, []*rule{isOpen}, []string{granted}},
	{[]State{Asked}, Refuse, Rejected, nil, []*rule{isOpen, reasoned}, []string{declinedChange}},
	{[]State{Approved}, Install, Installed, nil, []*rule{isOpen}, []string{installed}},
})

// workPlans is what may happen to work plans: RA-05.
var workPlans = expand([]row{
	{[]State{Draft}, Edit, Draft, nil, nil, nil},
	{[]State{Draft}, Submit, Submitted, nil, nil, []string{workSent}},
	{[]State{Submitted}, Return, Draft, nil, []*rule{approves, reasoned}, []string{workBack}},
	{[]State{Submitted}, Approve, Active, nil, []*rule{approves}, []string{workDone}},
	{[]State{Active}, Close, Closed, nil, nil, []string{closed}},
	{[]State{Draft, Submitted, Active}, Cancel, Cancelled, nil, []*rule{reasoned}, []string{sla.Cancelled}},
})

// expand writes out the row that leads back to the phase in which a project rested.
func expand(rows []row) *workflow.Table[State, Action, *decision] {
	var all []workflow.Row[State, Action, *decision]
	for _, r := range rows {
		if r.To != back {
			all = append(all, workflow.Row[State, Action, *decision](r))
			continue
		}
		for i, phase := range open {
			r.To, r.When = phase, restedIn(phase)
			if i == len(open)-1 {
				r.When = nil
			}
			all = append(all, workflow.Row[State, Action, *decision](r))
		}
	}
	return workflow.New([]*rule{permitted, gateRoles, gatesHold}, all...)
}

// Workflow returns what may happen to projects. What it does not list is refused.
func Workflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{States: Phases, Starts: []State{Intake}, Ends: []State{Closed, Rejected, Cancelled}, Rows: projects.Transitions()}
}

// DeliverableWorkflow returns what may happen to the deliverables of a project.
func DeliverableWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{Ordered, Delivered, Reviewed, Approved, Returned, Cancelled}, Starts: []State{Ordered}, Ends: []State{Approved, Cancelled},
		Rows: deliverables.Transitions(),
	}
}

// ChangeWorkflow returns what may happen to the changes of a project.
func ChangeWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{Asked, Approved, Installed, Rejected}, Starts: []State{Asked}, Ends: []State{Installed, Rejected}, Rows: changes.Transitions(),
	}
}

// WorkPlanWorkflow returns what may happen to work plans.
func WorkPlanWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{Draft, Submitted, Active, Closed, Cancelled}, Starts: []State{Draft}, Ends: []State{Closed, Cancelled}, Rows: workPlans.Transitions(),
	}
}
