//go:build !race

package sla

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The race detector would only slow this down: all of it is one goroutine.

// held replays that many tickets from JSON Lines, and returns the bytes that are
// live before the end. None may depend on how many tickets there were.
func held(t *testing.T, tickets int) int64 {
	old, new := benchEditions(t)
	lines := &generated{left: tickets, random: rand.New(rand.NewPCG(5, 6))}
	var live int64
	read := 0
	timelines := func(yield func(Timeline, error) bool) {
		for tl, err := range ReadTimelines(lines, "h.jsonl") {
			if read++; read == tickets {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				live = int64(m.HeapAlloc)
			}
			if !yield(tl, err) {
				return
			}
		}
	}
	result := Replay(old, new, timelines, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	require.NoError(t, result.Err())
	require.Equal(t, tickets, result.Timelines)
	require.Len(t, result.Differences, 10)
	return live
}

func TestReplayHoldsNoMoreForLongerHistories(t *testing.T) {
	held(t, 1000)
	few := held(t, 10_000)
	many := held(t, 100_000)
	// A leak of twelve bytes a ticket would show.
	if many > few+1<<20 {
		t.Errorf("%d bytes are live after 10,000 tickets, and %d after 100,000", few, many)
	}
}

// generated is the lines of so many tickets of a quarter of 2026, made as they are read.
type generated struct {
	left   int
	random *rand.Rand
	text   bytes.Buffer
}

func (g *generated) Read(p []byte) (int, error) {
	for g.left > 0 && g.text.Len() < len(p) {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(g.random.Int64N(int64(90 * 24 * time.Hour))))
		tl := eightEvents(at)
		tl.ID = fmt.Sprint("T-", g.left)
		if err := WriteTimeline(&g.text, tl); err != nil {
			return 0, err
		}
		g.left--
	}
	return g.text.Read(p)
}
