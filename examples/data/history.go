// Package data makes up records for the demo and the tests.
package data

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/townclerk/townclerk/sla"
)

// History gives so many tickets of 2025 that Ra'anana's policy can judge, of eight
// events each, in the order in which they were opened: always the same ones.
func History(tickets int) iter.Seq[sla.Timeline] {
	return func(yield func(sla.Timeline) bool) {
		r := rand.New(rand.NewPCG(2025, uint64(tickets)))
		first := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		for i := range tickets {
			year := 365 * 24 * time.Hour
			at := first.Add(time.Duration(float64(year) * (float64(i) + r.Float64()) / float64(tickets))).Truncate(time.Second)
			if !yield(ticket(r, fmt.Sprintf("2025-%06d", i+1), at)) {
				return
			}
		}
	}
}

// ticket is opened at the time and waits once for its user.
func ticket(r *rand.Rand, id string, at time.Time) sla.Timeline {
	class := []string{"incident", "incident", "incident", "network", "user-down"}[r.IntN(5)]
	priority := []string{"low", "normal", "normal", "high", "urgent"}[r.IntN(5)]
	tl := sla.Timeline{ID: id}
	add := func(kind, reason string, within time.Duration) *sla.Event {
		at = at.Add(time.Duration(r.Int64N(int64(within)))).Truncate(time.Second)
		tl.Events = append(tl.Events, sla.Event{Kind: kind, At: at, Reason: reason})
		return &tl.Events[len(tl.Events)-1]
	}
	add("opened", "", time.Second).Attributes = map[string]string{"department": "operations", "class": class, "priority": priority}
	add("transferred", "", 40*time.Minute)
	add("diagnosed", "", 4*time.Hour)
	add(sla.Paused, "awaiting-user", 4*time.Hour)
	add(sla.Resumed, "awaiting-user", 16*time.Hour)
	add("treated", "", 20*time.Hour)
	add("opener-notified", "", 4*time.Hour)
	add("closed", "", 30*time.Hour)
	return tl
}
