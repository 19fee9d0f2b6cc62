package kpi

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

var allKinds = []*kind{measurements, occurrences, cards, remedies, schedules}

func TestWorkflowsAreComplete(t *testing.T) {
	everything := append(slices.Clone(Actions), schedule, fall, lapse)
	for i, k := range allKinds {
		w := workflows()[i]
		require.NoError(t, k.table.Check(w.States, everything), k.name)
		for _, row := range k.table.All() {
			require.NotEmpty(t, k.happened[row.Do], "%s: %s has no event", k.name, row.Do)
		}
		for do := range k.effects {
			require.True(t, slices.ContainsFunc(w.Rows, func(r townclerk.Transition[State, Action]) bool { return r.Do == do }), "%s: %s is in no row", k.name, do)
		}
	}
	for _, do := range Actions {
		used := slices.ContainsFunc(workflows(), func(w townclerk.Workflow[State, Action]) bool {
			return slices.ContainsFunc(w.Rows, func(r townclerk.Transition[State, Action]) bool { return r.Do == do })
		})
		require.True(t, used, "nothing is done by %s", do)
	}
}

// The diagrams are drawn from the tables that decide.
func TestDiagrams(t *testing.T) {
	require.Equal(t, `stateDiagram-v2
    direction LR
    [*] --> new
    new --> raised : raise
    raised --> planned : plan
    planned --> finished : finish
    finished --> planned : reopen
    finished --> verified : verify
    verified --> planned : reopen
    verified --> [*]
    note right of planned
        stays: plan
    end note
`, RemedyWorkflow().Diagram())
	require.Contains(t, OccurrenceWorkflow().Diagram(), "due --> missed : attest, strike, lapse")
	require.Contains(t, MeasurementWorkflow().Diagram(), `state "no data" as no_data`)
	require.Contains(t, CardWorkflow().Diagram(), "drafted --> issued : sign")
	require.Contains(t, ScheduleWorkflow().Diagram(), "new --> running : schedule")
}
