package kpi

import (
	"iter"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// thing is what a stream of the benchmark holds: about as much as a ticket or an asset.
type thing struct {
	ID, Class, Channel, Unit, State string
	Opened, Closed                  time.Time
	Priority                        int
}

// things generates a stream, as a store would read it: each has texts of its own.
func things(n int, year time.Time) iter.Seq2[thing, error] {
	return func(yield func(thing, error) bool) {
		r := rand.New(rand.NewPCG(1, uint64(n)))
		for i := range n {
			t := thing{
				ID: "id-" + strconv.Itoa(i), Class: "class-" + strconv.Itoa(r.IntN(10)), Channel: "channel-" + strconv.Itoa(r.IntN(4)),
				Unit: "unit-" + strconv.Itoa(r.IntN(20)), State: "state-" + strconv.Itoa(r.IntN(8)), Priority: r.IntN(5),
				Opened: year.Add(time.Duration(r.Int64N(int64(8760 * time.Hour)))),
			}
			t.Closed = t.Opened.Add(time.Duration(r.Int64N(int64(200 * time.Hour))))
			if !yield(t, nil) {
				return
			}
		}
	}
}

func outagesOf(n int, year time.Time) iter.Seq2[Outage, error] {
	return func(yield func(Outage, error) bool) {
		r := rand.New(rand.NewPCG(2, uint64(n)))
		from := year
		for i := range n {
			from = from.Add(time.Duration(r.Int64N(int64(17 * time.Hour))))
			if !yield(Outage{ID: "outage-" + strconv.Itoa(i), From: from, To: from.Add(time.Duration(r.Int64N(int64(5 * time.Hour))))}, nil) {
				return
			}
		}
	}
}

// counters are so many indicators over things.
func counters(n int) []Counter[thing] {
	var all []Counter[thing]
	for i := range n {
		class, within := "class-"+strconv.Itoa(i%10), time.Duration(10+i)*time.Hour
		all = append(all, Counter[thing]{
			Indicator: strconv.Itoa(i),
			Counts: func(t *thing) (n, d int64) {
				if t.Class != class {
					return 0, 0
				}
				if t.Closed.Sub(t.Opened) <= within {
					return 1, 1
				}
				return 0, 1
			},
			Evidence: func(t *thing) string { return t.ID },
		})
	}
	return all
}

// BenchmarkScorecard answers what 20 indicators of a year cost over 100,000 tickets,
// 10,000 assets and 1,000 outages: the same streams are only read, and then counted by 12
// indicators over tickets, 7 over assets and one of availability. The ratio is what the
// pair of an iteration cost; it is to stay below 2. The memory of counting is a few
// kilobytes whatever the streams hold.
func BenchmarkScorecard(b *testing.B) {
	p := policy(b)
	cal, year := p.Calendar("office"), between(b, "2026-01-01", "2027-01-01")
	tickets, assets := counters(12), counters(7)
	var reading, counting time.Duration
	read := func() (n int) {
		for t, err := range things(100_000, year.From) {
			require.NoError(b, err)
			n += len(t.ID)
		}
		for t, err := range things(10_000, year.From) {
			require.NoError(b, err)
			n += len(t.ID)
		}
		for o, err := range outagesOf(1_000, year.From) {
			require.NoError(b, err)
			n += len(o.ID)
		}
		return n
	}
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		read()
		between := time.Now()
		counts, err := Tally(things(100_000, year.From), tickets...)
		require.NoError(b, err)
		require.Len(b, counts, 12)
		_, err = Tally(things(10_000, year.From), assets...)
		require.NoError(b, err)
		_, err = Availability(cal, year, outagesOf(1_000, year.From))
		require.NoError(b, err)
		reading, counting = reading+between.Sub(began), counting+time.Since(between)
	}
	b.ReportMetric(float64(counting)/float64(reading), "counting/reading")
}

// Counting allocates the same whatever the streams hold, beyond reading them.
func TestTallyMemory(t *testing.T) {
	year := between(t, "2026-01-01", "2027-01-01")
	all := counters(12)
	one := thing{ID: "id", Class: "class-1"}
	same := func(n int) iter.Seq2[thing, error] {
		return func(yield func(thing, error) bool) {
			for range n {
				if !yield(one, nil) {
					return
				}
			}
		}
	}
	cal := policy(t).Calendar("office")
	cost := func(n int) float64 {
		return testing.AllocsPerRun(3, func() {
			_, err := Tally(same(n), all...)
			require.NoError(t, err)
			_, err = Availability(cal, year, func(yield func(Outage, error) bool) {
				for i := range n / 100 {
					if !yield(Outage{ID: "o", From: year.From.Add(time.Duration(i) * time.Minute), To: year.From.Add(time.Duration(i+1) * time.Minute)}, nil) {
						return
					}
				}
			})
			require.NoError(t, err)
		})
	}
	small, large := cost(100_000), cost(200_000)
	require.InDelta(t, small, large, 10)
}
