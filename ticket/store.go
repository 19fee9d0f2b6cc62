package ticket

import (
	"time"

	"github.com/townclerk/townclerk"
)

// Store keeps the tickets of many tenants and the events that happened to them.
// [NewMemStore] is one; [CheckStore] tries any other.
type Store interface {
	// Tickets returns the repository of tickets. It keeps the whole contract of
	// [townclerk.Repo], with ids that are the text of an [ID]. Its unique key is
	// Holds, where that is not empty.
	Tickets() townclerk.Repo[Ticket, Query]

	// The events are those of tickets: see [ReadData].
	townclerk.Outbox
}

// Query selects tickets. An empty field selects all; several must all hold. The
// order is by Opened, then by the bytes of the ID.
type Query struct {
	States     []State // any of them
	Department string
	Class      string
	Team       string
	Handler    townclerk.Actor
	Opener     townclerk.Actor
	Number     string
	From, To   time.Time // opened at From or later, and before To

	After string // the Next of the page before
	Limit int    // at most so many; 0 leaves it to the store
}
