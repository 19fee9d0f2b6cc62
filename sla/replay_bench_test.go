package sla

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// benchEditions returns the policy of the benchmarks and one that differs in one number.
func benchEditions(t testing.TB) (old, new *Policy) {
	return benchPolicy(t), edition(t, threeTargets, `due = { within = "27h" }`, `due = { within = "30h" }`)
}

func edition(t testing.TB, text, from, to string) *Policy {
	changed := bytes.Replace([]byte(text), []byte(from), []byte(to), 1)
	require.NotEqual(t, text, string(changed))
	p, err := Parse(changed, "new/sla.toml")
	require.NoError(t, err)
	return p
}

// A year of tickets under another edition: what does it cost beside assessing each
// ticket under both? At most twice as much, by requirement. Measured, replay takes 1.2
// times "assessments alone", and 1.7 times with reading the history.
func BenchmarkReplay(b *testing.B) {
	old, new := benchEditions(b)
	var timelines []Timeline
	for _, at := range instants(1024) {
		timelines = append(timelines, eightEvents(at))
	}
	now := time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC)
	lines := jsonLines(b, timelines)

	b.Run("assessments alone", func(b *testing.B) {
		b.ReportAllocs()
		var before, after Assessment
		i := 0
		for b.Loop() {
			tl := timelines[i%len(timelines)]
			if err := old.AssessInto(&before, tl, now); err != nil {
				b.Fatal(err)
			}
			if err := new.AssessInto(&after, tl, now); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
	b.Run("replay", func(b *testing.B) {
		b.ReportAllocs()
		r := Replay(old, new, whileLoop(b, timelines), now)
		require.NoError(b, r.Err())
	})
	b.Run("replay with reading", func(b *testing.B) {
		b.ReportAllocs()
		r := Replay(old, new, ReadTimelines(&looped{b: b, lines: lines}, "bench.jsonl"), now)
		require.NoError(b, r.Err())
	})
}

// What does it cost to read a timeline of eight events, beside encoding/json?
// Measured, a quarter, which is half of what two assessments cost; that package alone
// would take twice as long as they do.
func BenchmarkReadTimelines(b *testing.B) {
	var timelines []Timeline
	for _, at := range instants(1024) {
		timelines = append(timelines, eightEvents(at))
	}
	lines := jsonLines(b, timelines)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for _, err := range ReadTimelines(&looped{b: b, lines: lines}, "bench.jsonl") {
			require.NoError(b, err)
		}
	})
	b.Run("encoding json", func(b *testing.B) {
		b.ReportAllocs()
		each := bytes.Split(bytes.TrimSpace(lines), []byte("\n"))
		i := 0
		for b.Loop() {
			var tl timelineJSON
			d := json.NewDecoder(bytes.NewReader(each[i%len(each)]))
			d.DisallowUnknownFields()
			if err := d.Decode(&tl); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
}

func jsonLines(t testing.TB, timelines []Timeline) []byte {
	var lines bytes.Buffer
	for _, tl := range timelines {
		require.NoError(t, WriteTimeline(&lines, tl))
	}
	return lines.Bytes()
}

// whileLoop gives one timeline for each round of the benchmark.
func whileLoop(b *testing.B, timelines []Timeline) iter.Seq2[Timeline, error] {
	return func(yield func(Timeline, error) bool) {
		for i := 0; b.Loop() && yield(timelines[i%len(timelines)], nil); i++ {
		}
	}
}

// looped reads one line for each round of the benchmark.
type looped struct {
	b     *testing.B
	lines []byte
	rest  []byte
}

func (l *looped) Read(p []byte) (int, error) {
	if !l.b.Loop() {
		return 0, io.EOF
	}
	if len(l.rest) == 0 {
		l.rest = l.lines
	}
	end := bytes.IndexByte(l.rest, '\n') + 1
	n := copy(p, l.rest[:end])
	l.rest = l.rest[end:]
	return n, nil
}
