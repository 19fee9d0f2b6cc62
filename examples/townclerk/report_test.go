package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/ticket"
)

// endless reads as one line again and again, and says after each Read how much of it
// was read.
type endless struct {
	line  []byte
	lines int
	read  func(lines int)
	rest  []byte
	done  int
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		if e.done == e.lines {
			return 0, io.EOF
		}
		e.rest = e.line
		e.done++
		e.read(e.done)
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// A report reads tickets one by one: after ten thousand more of some 8 kB each,
// nothing of them is in memory.
func TestReportIsOfConstantMemory(t *testing.T) {
	policy, err := readDesk(filepath.Join("..", "policies", "telephony"))
	require.NoError(t, err)
	now := time.Date(2026, 4, 1, 16, 0, 0, 0, policy.Promises().Zone())
	made, events, err := policy.Open("t-1", ticket.Request{
		At: now.Add(-time.Hour), Channel: "phone", Class: "fault", Opener: "u-1", Text: string(bytes.Repeat([]byte("no dial tone "), 300)),
	})
	require.NoError(t, err)
	var line bytes.Buffer
	require.NoError(t, ticket.WriteRecord(&line, ticket.Record{Ticket: made, Events: events}))
	require.Greater(t, line.Len(), 7000)

	const warm, all = 1000, 11000
	heap := map[int]uint64{}
	r := &endless{line: line.Bytes(), lines: all, read: func(lines int) {
		if lines == warm || lines == all {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			heap[lines] = m.HeapAlloc
		}
	}}
	report, err := policy.Report(ticket.YearlyReport, policy.Year(now), tickets(r, "endless"), now)
	require.NoError(t, err)
	require.NoError(t, report.Err())
	require.Equal(t, all, report.Total.Opened)
	require.Less(t, heap[all], heap[warm]+4<<20, "of %d MiB that were read in between", (all-warm)*line.Len()>>20)
}

// The real incidents, imported, replayed and reported: importing them twice changes
// nothing, and the report of their year counts what the replay counts.
func TestReportOfARealLog(t *testing.T) {
	const log, before = "../../../shared/data/incident_event_log.csv", "testdata/replay/before"
	if _, err := os.Stat(log); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the log is not part of this project")
	}
	kept := filepath.Join(t.TempDir(), "tickets.jsonl")
	var first []byte
	for range 2 {
		c := imports{File: log, Policy: before, Tenant: "town", Out: kept}
		require.NoError(t, c.Run(io.Discard, style{}, screen{}))
		text, err := os.ReadFile(kept)
		require.NoError(t, err)
		if first != nil {
			require.Equal(t, first, text)
		}
		first = text
	}

	var out bytes.Buffer
	c := replay{PolicyDir: before, OtherDir: before, History: kept, Now: "2017-01-01T00:00", JSON: true}
	require.NoError(t, c.Run(&out, style{}, screen{}))
	var replayed replayJSON
	require.NoError(t, json.Unmarshal(out.Bytes(), &replayed))
	require.Equal(t, 890, replayed.Timelines)

	policy, err := readDesk(before)
	require.NoError(t, err)
	now := time.Date(2017, 1, 1, 0, 0, 0, 0, policy.Promises().Zone())
	file, err := os.Open(kept)
	require.NoError(t, err)
	defer file.Close()
	r, err := policy.Report(ticket.TargetReport, policy.Year(now.Add(-1)), tickets(file, kept), now)
	require.NoError(t, err)
	require.NoError(t, r.Err())
	require.Equal(t, 890, r.Total.Opened)
	require.Len(t, r.Targets, len(replayed.Targets))
	for i, target := range replayed.Targets {
		got, want := r.Targets[i], target.All.Old
		require.Equal(t, target.ID, got.Target.ID)
		require.Equal(t, want, tallyJSON{got.Clocks, got.Met, got.Missed, got.Open, got.Cancelled, got.Undetermined, got.Overrun})
	}
}
