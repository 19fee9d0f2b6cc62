package ticket

// State is where a ticket or a stage stands in its workflow.
type State string

const (
	New      State = "new"       // recorded, and not yet passed on
	Pending  State = "pending"   // waits for its approvals
	Assigned State = "assigned"  // a team or a handler has it
	Waiting  State = "waiting"   // for the opener, a part, …: Ticket.Waits
	AtVendor State = "at vendor" // an outside company has it
	Treated  State = "treated"   // done; the opener is yet to be told, or to agree
	Closed   State = "closed"
	Called   State = "cancelled" // called off
	Moved    State = "moved"     // it became a project
)
