package ticket

// State is where a ticket or a stage stands in its workflow.
type State string

const (
	New       State = "new"       // recorded, and not yet passed on
	Pending   State = "pending"   // waits for its approvals
	Assigned  State = "assigned"  // a team or a handler has it
	Waiting   State = "waiting"   // for the opener, a part, …: Ticket.Waits
	AtVendor  State = "at vendor" // an outside company has it
	Treated   State = "treated"   // done; the opener is yet to be told
	Closed    State = "closed"
	Cancelled State = "cancelled" // called off
	Moved     State = "moved"     // it became a project
)

// States is all states, in the order of a ticket's life.
var States = []State{New, Pending, Assigned, Waiting, AtVendor, Treated, Closed, Cancelled, Moved}

// Final reports whether the work is over: closed, cancelled or moved.
func (s State) Final() bool { return s == Closed || s == Cancelled || s == Moved }
