package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/examples/data"
	"github.com/townclerk/townclerk/examples/policies"
	"github.com/townclerk/townclerk/sla"
)

// A real desk's log under two editions, of which the second promises 24 working
// hours instead of 16: no due time is earlier, nothing is missed that was met, and
// what changes adds up.
func TestReplayOfARealLog(t *testing.T) {
	const log = "../../../shared/data/incident_event_log.csv"
	if _, err := os.Stat(log); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the log is not part of this project")
	}
	c := replay{PolicyDir: "testdata/replay/before", OtherDir: "testdata/replay/after", History: log, Now: "2017-01-01T00:00", JSON: true}
	var out bytes.Buffer
	require.NoError(t, c.Run(&out, style{}, screen{}))
	var got struct {
		replayJSON
		Differences []json.RawMessage `json:"differences"`
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	require.Equal(t, 890, got.Timelines)
	require.Len(t, got.Differences, 10)
	require.NotEmpty(t, got.Notes)
	for _, target := range got.Targets {
		var sum tallyJSON
		for _, m := range append(target.Months, target.All) {
			for _, tally := range []tallyJSON{m.Old, m.New} {
				require.Equal(t, tally.Clocks, tally.Met+tally.Missed+tally.Open+tally.Cancelled+tally.Undetermined)
			}
			require.Zero(t, m.Earlier.Count)
			require.Zero(t, m.MetToMissed)
			require.LessOrEqual(t, m.MissedToMet, m.Old.Missed-m.New.Missed)
			if m.Month != "" {
				sum.Clocks += m.New.Clocks
				sum.Met += m.New.Met
			}
		}
		require.Equal(t, tallyJSON{Clocks: target.All.New.Clocks, Met: target.All.New.Met}, sum)
		moved := 0
		if target.ID == "ordinary" {
			moved = target.All.Old.Clocks
			require.NotZero(t, target.All.MissedToMet)
		}
		require.Equal(t, moved, target.All.Later.Count, target.ID)
	}
}

// The made-up history can be judged by Ra'anana's policy, and is always the same.
func TestHistory(t *testing.T) {
	charter, err := policies.Files.ReadFile("raanana/sla.toml")
	require.NoError(t, err)
	policy, err := sla.Parse(charter, "raanana/sla.toml")
	require.NoError(t, err)
	longer, err := sla.Parse([]byte(strings.ReplaceAll(string(charter), `due = { within = "20m" }`, `due = { within = "30m" }`)), "longer/sla.toml")
	require.NoError(t, err)
	history := func() (text bytes.Buffer) {
		for tl := range data.History(500) {
			require.Len(t, tl.Events, 8)
			require.NoError(t, sla.WriteTimeline(&text, tl))
		}
		return text
	}
	first, again := history(), history()
	require.Equal(t, first.String(), again.String())
	r := sla.Replay(policy, longer, sla.ReadTimelines(&first, "2025.jsonl"), time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC))
	require.NoError(t, r.Err())
	require.Equal(t, 500, r.Timelines)
	require.Zero(t, r.UncoveredOld)
	for _, target := range r.Targets {
		if strings.HasSuffix(target.ID, "-transfer") && target.All.Old.Clocks > 0 {
			require.NotZero(t, target.All.MissedToMet, target.ID)
			require.Equal(t, 10*time.Minute, target.All.Later.Median.Duration(), target.ID)
		} else {
			require.Zero(t, target.All.Later.Count, target.ID)
		}
	}
}

// The bar is for a terminal: anything else is left alone.
func TestProgressIsForTerminals(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "stderr")
	require.NoError(t, err)
	text := strings.NewReader("text")
	shown, done := screen{file}.progress("replaying", text, 4)
	require.Same(t, text, shown)
	done()
	info, err := file.Stat()
	require.NoError(t, err)
	require.Zero(t, info.Size())
	require.NoError(t, file.Close())
}

func TestSecondsAreExact(t *testing.T) {
	for want, s := range map[string]sla.Span{
		"0": {}, "7200": {Seconds: 7200}, "-0.5": {Nanos: -5e8}, "-1.000000001": {Seconds: -1, Nanos: -1}, "0.00000012": {Nanos: 120},
	} {
		if got := string(seconds(s)); got != want {
			t.Errorf("%+v is %s, want %s", s, got, want)
		}
	}
}
