package project

// State is where a project, one of its parts, or a work plan stands in its workflow.
// Those of a project are its phases.
type State string

const (
	Intake     State = "intake"     // it is demanded; whether it is approved is yet to be recorded
	Planning   State = "planning"   // its first specification and its plan are made
	Approval   State = "approval"   // its plan waits for approval
	Execution  State = "execution"  // it is developed and set up, by the plan that was approved
	Acceptance State = "acceptance" // it is tested by those who are to use it
	Closed     State = "closed"     // it is accepted; of a work plan: its years are over
	OnHold     State = "on hold"    // nobody works on it: Project.Held says in which phase
	Rejected   State = "rejected"   // also of a change
	Cancelled  State = "cancelled"  // it was called off; also of a deliverable and a work plan

	Ordered   State = "ordered" // of a deliverable
	Delivered State = "delivered"
	Reviewed  State = "reviewed"
	Approved  State = "approved" // also of a change
	Returned  State = "returned" // it has to be delivered again

	Asked     State = "asked" // of a change
	Installed State = "installed"

	Draft     State = "draft"     // of a work plan
	Submitted State = "submitted" // it is before those who approve it
	Active    State = "active"
)

// Phases is the states of projects, in the order of their life.
var Phases = []State{Intake, Planning, Approval, Execution, Acceptance, Closed, OnHold, Rejected, Cancelled}

// States is all states.
var States = append(append([]State{}, Phases...),
	Ordered, Delivered, Reviewed, Approved, Returned, Asked, Installed, Draft, Submitted, Active)

// Final reports whether the work is over. A deliverable or a change that is approved
// is not; its own workflow says what may follow.
func (s State) Final() bool { return s == Closed || s == Rejected || s == Cancelled }

// Action is something that people do to a project, to one of its parts, or to a work
// plan. [Command] says what it takes.
type Action string

// The actions.
const (
	Admit   Action = "admit"   // approve the demand
	Reject  Action = "reject"  // the demand, or the plan
	Plan    Action = "plan"    // make its plan, or make it anew
	Submit  Action = "submit"  // the plan, for approval
	Return  Action = "return"  // the plan, to be made anew
	Approve Action = "approve" // the plan, which becomes the baseline
	Reach   Action = "reach"   // a milestone
	Undo    Action = "undo"    // a milestone that is not reached after all
	Spend   Action = "spend"   // money on a milestone
	Propose Action = "propose" // a revision of the plan
	Adopt   Action = "adopt"   // the revision, which becomes the new baseline
	Decline Action = "decline" // the revision
	Finish  Action = "finish"  // what there is to execute
	Record  Action = "record"  // a result, such as that of an acceptance test
	Rework  Action = "rework"  // what did not pass
	Close   Action = "close"   // for good
	Hold    Action = "hold"    // let it rest
	Resume  Action = "resume"  // what rested
	Cancel  Action = "cancel"  // call it off
	Alter   Action = "alter"   // its class, departments, title or text
	Attach  Action = "attach"  // a document
	Write   Action = "write"   // a note on how it stands
	Order   Action = "order"   // a deliverable
	Ask     Action = "ask"     // for a change

	Deliver  Action = "deliver"   // a deliverable
	Review   Action = "review"    // what was delivered
	Pass     Action = "pass"      // approve what was reviewed
	SendBack Action = "send back" // what was reviewed
	Drop     Action = "drop"      // a deliverable that is needed no more
	Grant    Action = "grant"     // a change that was asked for
	Refuse   Action = "refuse"    // a change that was asked for
	Install  Action = "install"   // a change that was granted

	Edit Action = "edit" // a work plan that is a draft
)

// Actions is all actions, in the order in which people mostly do them.
var Actions = []Action{
	Admit, Reject, Plan, Submit, Return, Approve, Reach, Undo, Spend, Propose, Adopt, Decline, Finish, Record, Rework, Close,
	Hold, Resume, Cancel, Alter, Attach, Write, Order, Deliver, Review, Pass, SendBack, Drop, Ask, Grant, Refuse, Install, Edit,
}
