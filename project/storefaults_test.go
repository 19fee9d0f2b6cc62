package project

import (
	"testing"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storetest"
)

// parts is a store made of its parts.
type parts struct {
	townclerk.Outbox
	projects townclerk.Repo[Project, Query]
	plans    townclerk.Repo[WorkPlan, WorkQuery]
}

func (p parts) Projects() townclerk.Repo[Project, Query]       { return p.projects }
func (p parts) WorkPlans() townclerk.Repo[WorkPlan, WorkQuery] { return p.plans }

// Each mistake that one of the Repos may make is caught by its own rule and by no other;
// so is each way of mixing up the Repos.
func TestCheckStoreCatches(t *testing.T) {
	storetest.Faults(t, CheckStore, func() Store { return NewMemStore() },
		storetest.Repo(projectKind, func(s Store, r townclerk.Repo[Project, Query], outbox townclerk.Outbox) Store {
			return parts{outbox, r, s.WorkPlans()}
		}),
		storetest.Repo(workPlanKind, func(s Store, r townclerk.Repo[WorkPlan, WorkQuery], outbox townclerk.Outbox) Store {
			return parts{outbox, s.Projects(), r}
		}))
}

// The documents of every release are read and written.
func TestDocuments(t *testing.T) {
	storetest.Document[Project](t, "testdata/project.json")
	storetest.Document[WorkPlan](t, "testdata/workplan.json")
}
