package ticket

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// generated is a stream of tickets, made as they are read. What end does is done
// before the last one is given away.
func generated(p *Policy, n int, end func()) iter.Seq2[Ticket, error] {
	return func(yield func(Ticket, error) bool) {
		i := 0
		for t := range generate(p, n, rand.New(rand.NewPCG(7, 8))) {
			if i++; i == n {
				end()
			}
			if !yield(t, nil) {
				return
			}
		}
	}
}

// held makes a yearly report of that many tickets, and returns the bytes that are
// live before the last of them.
func held(t *testing.T, p *Policy, tickets int) int64 {
	var live int64
	r, err := p.Report(YearlyReport, p.Year(sunday), generated(p, tickets, func() {
		live = liveBytes()
	}), sunday.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.NoError(t, r.Err())
	require.Greater(t, r.Total.Opened, tickets/3)
	require.Greater(t, r.Before.Opened, tickets/3)
	return live
}

func TestReportHoldsNoMoreForMoreTickets(t *testing.T) {
	p := testPolicy(t)
	held(t, p, 1000)
	few := held(t, p, 20_000)
	many := held(t, p, 200_000)
	// A leak of three bytes a ticket would show.
	if many > few+1<<19 {
		t.Errorf("%d bytes are live after 20,000 tickets, and %d after 200,000", few, many)
	}
}

// A year of tickets in one report: what does a ticket cost, beside judging its
// promises? Measured, about twice "judging alone"; it allocates only to explain the
// eighth of the tickets that waited.
func BenchmarkReport(b *testing.B) {
	p := testPolicy(b)
	var tickets []Ticket
	for t := range generate(p, 1024, rand.New(rand.NewPCG(9, 10))) {
		tickets = append(tickets, t)
	}
	now := sunday.AddDate(1, 0, 0)
	b.Run("judging alone", func(b *testing.B) {
		b.ReportAllocs()
		r, err := p.newReporting(TargetReport, p.Year(sunday), now, nil)
		require.NoError(b, err)
		i := 0
		for b.Loop() {
			if err := r.judge(&tickets[i%len(tickets)]); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
	for _, kind := range []ReportKind{MonthlyReport, YearlyReport, TargetReport, ChannelReport} {
		b.Run(string(kind), func(b *testing.B) {
			b.ReportAllocs()
			r, err := p.Report(kind, p.Year(sunday), func(yield func(Ticket, error) bool) {
				for i := 0; b.Loop() && yield(tickets[i%len(tickets)], nil); i++ {
				}
			}, now)
			require.NoError(b, err)
			require.NoError(b, r.Err())
		})
	}
}

// Does a report of a million tickets need more memory than one of a hundred thousand?
// The bytes are those that are live while it is made, at the most of ten looks, beyond
// those that were before: the counts, and the ticket at hand. There are about 200 kB of
// them, however many tickets.
func BenchmarkYearlyReport(b *testing.B) {
	p := testPolicy(b)
	now := sunday.AddDate(1, 0, 0)
	live := []int64{}
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("tickets=%d", n), func(b *testing.B) {
			most := int64(0)
			for b.Loop() {
				before, i, later, year := liveBytes(), 0, 0, p.Year(sunday)
				r, err := p.Report(YearlyReport, year, func(yield func(Ticket, error) bool) {
					for t := range generate(p, n, rand.New(rand.NewPCG(7, 8))) {
						if i++; i%(n/10) == 0 {
							most = max(most, liveBytes()-before)
						}
						if !t.Opened.Before(year.To) {
							later++ // in the last night, in UTC
						}
						if !yield(t, nil) {
							return
						}
					}
				}, now)
				require.NoError(b, err)
				require.NoError(b, r.Err())
				require.Equal(b, n, i)
				checkYear(b, r, n-later)
			}
			live = append(live, most)
			b.ReportMetric(float64(most), "live-bytes")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/ticket")
		})
	}
	if few, many := live[0], live[len(live)-1]; many > few+900_000 {
		b.Errorf("%d bytes are live for 100,000 tickets, and %d for a million", few, many)
	}
}

// liveBytes is how many bytes of memory are in use.
func liveBytes() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// checkYear accounts for every ticket of two years in a yearly report of the second.
func checkYear(tb testing.TB, r *Report, tickets int) {
	require.Equal(tb, tickets, r.Total.Opened+r.Before.Opened)
	for name, groups := range map[string][]ReportedGroup{"months": r.Months, "departments": r.Departments, "classes": r.Classes, "channels": r.Channels} {
		now, before := 0, 0
		for i := range groups {
			now, before = now+groups[i].Opened, before+groups[i].Before.Opened
		}
		require.Equal(tb, r.Total.Opened, now, name)
		require.True(tb, before == r.Before.Opened || name == "months", name)
	}
}
