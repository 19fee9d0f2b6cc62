//go:build !race

package sla

import (
	"testing"
	"time"
)

// Under the race detector a sync.Pool forgets on purpose, so this counts without it.

// An assessment allocates its result and nothing else: four times at the most.
func TestAssessAllocates(t *testing.T) {
	p := benchPolicy(t)
	for _, at := range instants(50) {
		tl := eightEvents(at)
		now := tl.Events[7].At.Add(time.Hour)
		if n := testing.AllocsPerRun(20, func() { _, _ = p.Assess(tl, now) }); n > 4 {
			t.Errorf("opened %s: %v allocations", at, n)
		}
	}
}
