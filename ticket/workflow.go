package ticket

import (
	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
)

// Action is something that people do to a ticket or to one of its stages. The
// method of [Desk] with its name says what it takes.
type Action string

// The actions.
const (
	Approve   Action = "approve"    // the next step of its approval chain
	Revoke    Action = "revoke"     // an approval
	Assign    Action = "assign"     // to a team or a handler
	Refer     Action = "refer"      // to another tier
	Begin     Action = "begin"      // the first action on it
	Diagnose  Action = "diagnose"   // what is the matter
	HandOver  Action = "hand over"  // to a vendor
	TakeBack  Action = "take back"  // from a vendor that is done with it
	Follow    Action = "follow"     // a vendor call, instead of whoever did
	Wait      Action = "wait"       // for a reason
	Resume    Action = "resume"     // after waiting for a reason
	Order     Action = "order"      // a part, and wait for it
	Receive   Action = "receive"    // a part
	Check     Action = "check"      // a line of its checklist
	Treat     Action = "treat"      // say what was done
	Inform    Action = "inform"     // tell the opener what was done
	Close     Action = "close"      // for good
	Reopen    Action = "reopen"     // what was treated is not
	Cancel    Action = "cancel"     // call it off
	Move      Action = "move"       // it is development: it becomes a project
	Change    Action = "change"     // its class, priority and the like
	Appoint   Action = "appoint"    // agree on an appointment
	Escalate  Action = "escalate"   // by hand
	FollowUp  Action = "follow up"  // by whom an escalation asked to watch it
	OpenStage Action = "open stage" // for another department
	Write     Action = "write"      // an entry into its log of work
	Attach    Action = "attach"     // a document
	Rate      Action = "rate"       // how it was treated
	Link      Action = "link"       // to an asset or a project
	Release   Action = "release"    // what only one ticket may hold
)

// Actions is all actions, in the order in which people mostly do them.
var Actions = []Action{
	Approve, Revoke, Assign, Refer, Begin, Diagnose, HandOver, TakeBack, Follow, Wait, Resume, Order, Receive, Check, Treat,
	Inform, Close, Reopen, Cancel, Move, Change, Appoint, Escalate, FollowUp, OpenStage, Write, Attach, Rate, Link, Release,
}

// The kinds of event in a ticket's Log, beside those of package sla, that every
// policy can name. A policy adds others, for opening and treating.
const (
	opened       = "opened"
	stageOpened  = "stage-opened"
	transferred  = "transferred"
	referred     = "referred"
	begun        = "action-begun"
	diagnosed    = "diagnosed"
	vendorNeeded = "vendor-needed"
	handedOver   = "handed-over"
	vendorDone   = "vendor-done"
	treated      = "treated"
	notified     = "opener-notified"
	closed       = "closed"
	moved        = "moved-to-project"
	reclassified = "reclassified"
	followUpOwed = "follow-up-owed"
	followedUp   = "followed-up"
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
	back State = "back" // where it would be but for this: waiting, assigned, or new
)

var (
	untreated = []State{New, Assigned, Waiting, AtVendor}
	current   = []State{New, Pending, Assigned, Waiting, AtVendor, Treated}
	kept      = []State{New, Pending, Assigned, Waiting, AtVendor, Treated, Closed, Moved}
)

// tickets is what may happen to tickets. What it does not list is refused.
var tickets = expand([]row{
	{[]State{Pending}, Approve, Pending, toApprove, []*rule{inTurn}, []string{sla.Approved}},
	{[]State{Pending}, Approve, AtVendor, vendorHasIt, []*rule{inTurn}, []string{sla.Approved}},
	{[]State{Pending}, Approve, back, nil, []*rule{inTurn}, []string{sla.Approved}},
	{[]State{New, Pending, Assigned, Waiting, AtVendor}, Revoke, Pending, nil, []*rule{hasApproved}, []string{sla.Revoked}},

	{[]State{New, Assigned}, Assign, Assigned, nil, nil, []string{transferred}},
	{[]State{Waiting, AtVendor}, Assign, stay, nil, nil, []string{transferred}},
	{[]State{New, Assigned}, Refer, Assigned, nil, []*rule{tierAllowed}, []string{transferred, referred}},
	{untreated, Begin, stay, nil, nil, []string{begun}},
	{untreated, Diagnose, stay, needsVendor, []*rule{mayDiagnose}, []string{diagnosed, vendorNeeded}},
	{untreated, Diagnose, stay, nil, []*rule{mayDiagnose}, []string{diagnosed}},

	{[]State{New}, HandOver, AtVendor, nil, []*rule{isDiagnosed, followed}, []string{transferred, handedOver}},
	{[]State{Assigned, Waiting, AtVendor}, HandOver, AtVendor, nil, []*rule{isDiagnosed, followed}, []string{handedOver}},
	{[]State{AtVendor, Pending}, TakeBack, stay, vendorHasIt, nil, nil},
	{[]State{AtVendor}, TakeBack, back, nil, nil, []string{vendorDone}},
	{[]State{Pending}, TakeBack, Pending, nil, nil, []string{vendorDone}},
	{[]State{Pending, AtVendor}, Follow, stay, nil, []*rule{followed}, nil},

	{[]State{New, Assigned, Waiting}, Wait, Waiting, nil, []*rule{reasoned}, []string{sla.Paused}},
	{[]State{AtVendor}, Wait, AtVendor, nil, []*rule{reasoned}, []string{sla.Paused}},
	{[]State{Waiting}, Resume, back, nil, []*rule{reasoned}, []string{sla.Resumed}},
	{[]State{Pending, AtVendor}, Resume, stay, nil, []*rule{reasoned}, []string{sla.Resumed}},
	{[]State{New, Assigned}, Order, Waiting, nil, []*rule{isDiagnosed}, []string{sla.Paused}},
	{[]State{Waiting}, Order, Waiting, waitedForParts, []*rule{isDiagnosed}, nil},
	{[]State{Waiting}, Order, Waiting, nil, []*rule{isDiagnosed}, []string{sla.Paused}},
	{[]State{New, Assigned}, Receive, stay, nil, nil, nil},
	{[]State{Pending, Waiting, AtVendor}, Receive, stay, lacksParts, nil, nil},
	{[]State{Pending, AtVendor}, Receive, stay, nil, nil, []string{sla.Resumed}},
	{[]State{Waiting}, Receive, back, nil, nil, []string{sla.Resumed}},

	{untreated, Check, stay, nil, nil, nil},
	{[]State{Assigned}, Treat, Treated, nil, []*rule{byHandler, told, checked, withinRequest, callsDone}, []string{treated}},
	{[]State{Treated}, Inform, Treated, nil, nil, []string{notified}},
	{[]State{Treated}, Close, Closed, nil, []*rule{byHandler, isInformed, stagesOver, callsOver}, []string{closed}},
	{[]State{Treated, Closed}, Reopen, Assigned, nil, []*rule{reasoned}, []string{sla.Reopened}},
	{[]State{New, Pending, Assigned, Waiting}, Cancel, Cancelled, nil, []*rule{reasoned, stagesOver, callsOpened}, []string{sla.Cancelled}},
	{[]State{New, Assigned, Waiting}, Move, Moved, nil, []*rule{reasoned, stagesOver, callsOpened}, []string{moved, sla.Cancelled}},

	{[]State{New, Pending, Assigned, Waiting, AtVendor}, Change, stay, nil, nil, []string{reclassified}},
	{untreated, Appoint, stay, nil, nil, []string{sla.Appointed}},
	{current, Escalate, stay, nil, []*rule{reasoned}, []string{sla.Escalated}},
	{current, FollowUp, stay, nil, nil, []string{followedUp}},
	{[]State{New, Assigned}, OpenStage, Assigned, nil, nil, []string{transferred}},
	{[]State{Waiting, AtVendor}, OpenStage, stay, nil, nil, []string{transferred}},
	{current, Write, stay, nil, nil, nil},
	{kept, Attach, stay, nil, nil, nil},
	{[]State{Treated, Closed}, Rate, stay, nil, nil, nil},
	{kept, Link, stay, nil, nil, nil},
	{[]State{Closed}, Release, stay, nil, []*rule{reasoned}, nil},
})

// stages is what may happen to stages.
var stages = expand([]row{
	{[]State{New, Assigned}, Assign, Assigned, nil, nil, []string{transferred}},
	{[]State{Waiting, AtVendor}, Assign, stay, nil, nil, []string{transferred}},
	{untreated, Begin, stay, nil, nil, []string{begun}},
	{untreated, Diagnose, stay, needsVendor, []*rule{mayDiagnose}, []string{diagnosed, vendorNeeded}},
	{untreated, Diagnose, stay, nil, []*rule{mayDiagnose}, []string{diagnosed}},

	{[]State{New}, HandOver, AtVendor, nil, []*rule{isDiagnosed, followed}, []string{transferred, handedOver}},
	{[]State{Assigned, Waiting, AtVendor}, HandOver, AtVendor, nil, []*rule{isDiagnosed, followed}, []string{handedOver}},
	{[]State{AtVendor}, TakeBack, stay, vendorHasIt, nil, nil},
	{[]State{AtVendor}, TakeBack, back, nil, nil, []string{vendorDone}},
	{[]State{AtVendor}, Follow, stay, nil, []*rule{followed}, nil},

	{[]State{New, Assigned, Waiting}, Wait, Waiting, nil, []*rule{reasoned}, []string{sla.Paused}},
	{[]State{AtVendor}, Wait, AtVendor, nil, []*rule{reasoned}, []string{sla.Paused}},
	{[]State{Waiting}, Resume, back, nil, []*rule{reasoned}, []string{sla.Resumed}},
	{[]State{AtVendor}, Resume, AtVendor, nil, []*rule{reasoned}, []string{sla.Resumed}},

	{[]State{Assigned}, Treat, Treated, nil, []*rule{byHandler, told, callsDone}, []string{treated}},
	{[]State{Treated}, Close, Closed, nil, []*rule{byHandler, callsDone}, []string{closed}},
	{[]State{Treated, Closed}, Reopen, Assigned, nil, []*rule{reasoned, ticketOpen}, []string{sla.Reopened}},
	{[]State{New, Assigned, Waiting}, Cancel, Cancelled, nil, []*rule{reasoned, callsOpened}, []string{sla.Cancelled}},
	{[]State{New, Assigned, Waiting}, Move, Moved, nil, []*rule{reasoned, callsOpened}, []string{moved, sla.Cancelled}},

	{[]State{New, Assigned, Waiting, AtVendor, Treated}, Escalate, stay, nil, []*rule{reasoned}, []string{sla.Escalated}},
	{[]State{New, Assigned, Waiting, AtVendor, Treated}, FollowUp, stay, nil, nil, []string{followedUp}},
	{[]State{New, Assigned, Waiting, AtVendor, Treated}, Write, stay, nil, nil, nil},
})

// expand writes out the rows that lead back: to waiting, to assigned or to new.
func expand(rows []row) *workflow.Table[State, Action, *decision] {
	var all []workflow.Row[State, Action, *decision]
	for _, r := range rows {
		if r.To != back {
			all = append(all, workflow.Row[State, Action, *decision](r))
			continue
		}
		for _, b := range []struct {
			to   State
			when *rule
		}{{Waiting, waits}, {Assigned, somebodyHasIt}, {New, nil}} {
			r.To, r.When = b.to, b.when
			all = append(all, workflow.Row[State, Action, *decision](r))
		}
	}
	return workflow.New([]*rule{permitted}, all...)
}

// Workflow returns what may happen to tickets. What it does not list is refused.
func Workflow() townclerk.Workflow[State, Action] { return published(tickets, New, Pending) }

// StageWorkflow returns what may happen to the stages of tickets.
func StageWorkflow() townclerk.Workflow[State, Action] { return published(stages, New) }

func published(t *workflow.Table[State, Action, *decision], starts ...State) townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{States: States, Starts: starts, Ends: []State{Closed, Cancelled, Moved}, Rows: t.Transitions()}
}

// workflowOf returns the workflow of a stage, or for 0 of the ticket itself.
func workflowOf(stage int) *workflow.Table[State, Action, *decision] {
	if stage == 0 {
		return tickets
	}
	return stages
}
