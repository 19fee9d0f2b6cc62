package asset

import (
	"slices"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/workflow"
)

type (
	row  = workflow.Row[State, Action, *decision]
	rule = workflow.Rule[*decision]
)

const (
	none State = "" // it is not there yet
	stay State = "" // where it is
)

var (
	live     = []State{Received, Tested, Commissioned, InRepair, Relocating}
	anywhere = States
)

// assets is what may happen to assets. What it does not list is refused.
var assets = workflow.New([]*rule{permitted},
	row{From: []State{none}, Do: Propose, To: Proposed, If: []*rule{named}},
	row{From: []State{none}, Do: Register, To: Proposed, When: as(Proposed), If: []*rule{named}},
	row{From: []State{none}, Do: Register, To: Ordered, When: as(Ordered)},
	row{From: []State{none}, Do: Register, To: Received, When: as(Received)},
	row{From: []State{none}, Do: Register, To: Tested, When: as(Tested)},
	row{From: []State{none}, Do: Register, To: InRepair, When: as(InRepair)},
	row{From: []State{none}, Do: Register, To: Relocating, When: as(Relocating)},
	row{From: []State{none}, Do: Register, To: Decommissioned, When: as(Decommissioned)},
	row{From: []State{none}, Do: Register, To: Disposed, When: as(Disposed)},
	row{From: []State{none}, Do: Register, To: Withdrawn, When: as(Withdrawn)},
	row{From: []State{none}, Do: Register, To: Commissioned},

	row{From: []State{Proposed}, Do: Order, To: Ordered, If: []*rule{documented}},
	row{From: []State{Ordered}, Do: Receive, To: Received, If: []*rule{checked, signed}},
	row{From: []State{Received}, Do: SendBack, To: Ordered, If: []*rule{reasoned}},
	row{From: []State{Received}, Do: Test, To: Tested, If: []*rule{checked, signed}},
	row{From: []State{Tested}, Do: Commission, To: Commissioned, If: []*rule{placed, checked, signed}},
	row{From: []State{Commissioned}, Do: Repair, To: InRepair, If: []*rule{reasoned}},
	row{From: []State{InRepair}, Do: Restore, To: Commissioned, If: []*rule{told, checked, signed}},
	row{From: []State{Commissioned}, Do: Relocate, To: Relocating, If: []*rule{checked, signed}},
	row{From: []State{Commissioned, Relocating}, Do: Place, To: Commissioned, If: []*rule{moved, checked, signed}},
	row{From: live, Do: Decommission, To: Decommissioned, If: []*rule{reasoned, checked, signed}},
	row{From: []State{Decommissioned}, Do: Dispose, To: Disposed, If: []*rule{documented, checked, signed}},
	row{From: []State{Proposed, Ordered, Received}, Do: Withdraw, To: Withdrawn, If: []*rule{reasoned}},

	row{From: []State{Commissioned, InRepair}, Do: HandOver, To: stay, If: []*rule{handed, checked, signed}},
	row{From: []State{Tested, Commissioned, InRepair}, Do: Upgrade, To: stay, If: []*rule{told, checked, signed}},
	row{From: []State{Received, Tested, Commissioned, InRepair}, Do: Install, To: stay, If: []*rule{installing}},
	row{From: []State{Tested, Commissioned, InRepair}, Do: Configure, To: stay, If: []*rule{told}},
	row{From: []State{Commissioned, InRepair, Relocating}, Do: Fail, To: stay, If: []*rule{serves, reasoned}},
	row{From: []State{Commissioned, InRepair, Relocating}, Do: Recover, To: stay, If: []*rule{fails}},
	row{From: anywhere, Do: Amend, To: stay, If: []*rule{setting}},
	row{From: anywhere, Do: Correct, To: stay, If: []*rule{reasoned}},
	row{From: anywhere, Do: Report, To: stay, If: []*rule{owing}},
)

// licences is what may happen to licences.
var licences = workflow.New([]*rule{permitted},
	row{From: []State{none}, Do: Begin, To: Held, If: []*rule{licensed}},
	row{From: []State{Held}, Do: Buy, To: Held, If: []*rule{documented}},
	row{From: []State{Held}, Do: Decide, To: Held, If: []*rule{reasoned}},
	row{From: []State{Held}, Do: Allot, To: Held},
	row{From: []State{Held}, Do: Free, To: Held},
	row{From: []State{Held}, Do: End, To: Ended, If: []*rule{reasoned}},
	row{From: []State{Held, Ended}, Do: Correct, To: stay, If: []*rule{reasoned}},
	row{From: []State{Held, Ended}, Do: Report, To: stay, If: []*rule{owing}},
)

// stocks is what may happen to stocks.
var stocks = workflow.New([]*rule{permitted},
	row{From: []State{none}, Do: Begin, To: Held, If: []*rule{stocked}},
	row{From: []State{Held}, Do: TakeIn, To: Held, If: []*rule{counted, documented}},
	row{From: []State{Held}, Do: Issue, To: Held, If: []*rule{counted, purposeful}},
	row{From: []State{Held}, Do: Count, To: Held, If: []*rule{reasoned}},
	row{From: []State{Held}, Do: End, To: Ended, If: []*rule{reasoned, empty}},
)

// Workflow returns what may happen to assets. What it does not list is refused.
func Workflow() townclerk.Workflow[State, Action] { return published(assets, States) }

// LicenceWorkflow returns what may happen to licences.
func LicenceWorkflow() townclerk.Workflow[State, Action] {
	return published(licences, []State{Held, Ended})
}

// StockWorkflow returns what may happen to stocks.
func StockWorkflow() townclerk.Workflow[State, Action] {
	return published(stocks, []State{Held, Ended})
}

// published is a table as others see it: the rows that begin a life are its Starts.
func published(table *workflow.Table[State, Action, *decision], states []State) townclerk.Workflow[State, Action] {
	w := townclerk.Workflow[State, Action]{States: slices.Clone(states)}
	for _, r := range table.Transitions() {
		if r.From != none {
			w.Rows = append(w.Rows, r)
		} else if !slices.Contains(w.Starts, r.To) {
			w.Starts = append(w.Starts, r.To)
		}
	}
	for _, s := range states {
		if s.Final() {
			w.Ends = append(w.Ends, s)
		}
	}
	return w
}
