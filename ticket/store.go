package ticket

import (
	"context"
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

	// Events returns the tenant's events with a Seq above after, in the order of
	// Seq, at most limit of them. Once it has returned an event, none with a lower
	// Seq ever appears.
	Events(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error)

	// Cursor returns the Seq up to which the consumer of that name has dealt with the
	// tenant's events; 0 if it never did.
	Cursor(ctx context.Context, tenant townclerk.Tenant, consumer string) (townclerk.Seq, error)

	// SetCursor stores what Cursor returns. One that would go back is left as it is.
	SetCursor(ctx context.Context, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error
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
