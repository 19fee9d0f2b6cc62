package project

import (
	"time"

	"github.com/townclerk/townclerk"
)

// Store keeps the projects and work plans of many tenants and the events that happened to
// them. [NewMemStore] is one; [CheckStore] tries any other. Each repository keeps the
// whole contract of [townclerk.Repo], with ids that are the text of an [ID].
type Store interface {
	Projects() townclerk.Repo[Project, Query] // their unique key is Origin, where that is not empty
	WorkPlans() townclerk.Repo[WorkPlan, WorkQuery]

	// The events are those of both: see [ReadData].
	townclerk.Outbox
}

// Query selects projects. An empty field selects all; several must all hold. The order
// is by Began, then by the bytes of the ID.
type Query struct {
	States   []State // any of them
	Class    string
	Lead     string
	Demander townclerk.Actor
	Number   string
	Origin   string
	From, To time.Time // demanded at From or later, and before To

	After string // the Next of the page before
	Limit int    // at most so many; 0 leaves it to the store
}

// WorkQuery selects work plans. An empty field selects all; several must all hold. The
// order is by Began, then by the bytes of the ID.
type WorkQuery struct {
	States     []State // any of them
	Department string
	Horizon    string
	Plane      string
	Number     string
	Year       int // that lies within the plan; 0: any

	After string // the Next of the page before
	Limit int    // at most so many; 0 leaves it to the store
}
