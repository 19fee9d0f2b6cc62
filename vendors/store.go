package vendors

import (
	"time"

	"github.com/townclerk/townclerk"
)

// Store keeps the contracts of many tenants and what happens under them. [NewMemStore]
// is one; [CheckStore] tries any other. Each repository keeps the whole contract of
// [townclerk.Repo], with ids that are the text of an [ID]; those of frames, reviews
// and usages have no Number.
type Store interface {
	Contracts() townclerk.Repo[Contract, Query]
	Calls() townclerk.Repo[Call, Query]
	Invoices() townclerk.Repo[Invoice, Query] // their unique key is Holds, where that is not empty
	Frames() townclerk.Repo[Frame, Query]
	Reviews() townclerk.Repo[Review, Query]
	Usages() townclerk.Repo[Usage, Query]

	townclerk.Outbox
}

// Query selects aggregates of one kind. An empty field selects all; several must all
// hold. Where a kind has nothing of the sort, such as a frame a Ticket, a field that is
// not empty selects none. The order is by Began, then by the bytes of the ID.
type Query struct {
	States   []State // any of them
	Number   string
	Vendor   string
	Service  string          // of a contract: one of those of any of its agreements
	InForce  time.Time       // of a contract: it is in force then and, with a Service, covers it then
	Contract ID              // of all but contracts
	Year     int             // of invoices, frames and usages
	Ticket   string          // of calls
	Follower townclerk.Actor // of calls
	Kind     string          // of reviews
	From, To time.Time       // began at From or later, and before To

	After string // the Next of the page before
	Limit int    // at most so many; 0 leaves it to the store
}
