package ticket

import (
	"maps"
	"math/bits"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// ratio is a share of counts.
func ratio(n, of int) townclerk.Ratio { return townclerk.Ratio{N: int64(n), D: int64(of)} }

// histogram counts lengths of time by their whole minutes. Beyond some 8000 minutes,
// which are two working weeks, minutes share a count by 2, 4, 8, …, so that it needs no
// more memory for more of them, and is not off by more than one part in 4096.
type histogram struct {
	counts map[int64]int
	n      int
}

const exactBits = 13 // of a number of minutes

func (h *histogram) add(d time.Duration) {
	if h.counts == nil {
		h.counts = map[int64]int{}
	}
	h.counts[rounded(int64(d/time.Minute))]++
	h.n++
}

// rounded drops what a histogram does not tell apart.
func rounded(minutes int64) int64 {
	minutes = max(0, minutes)
	drop := max(0, bits.Len64(uint64(minutes))-exactBits)
	return minutes >> drop << drop
}

// percentile returns the shortest time that at least so many per cent do not
// exceed, in whole minutes, rounded down: of an even number, the median is the lower one.
func (h *histogram) percentile(percent int) time.Duration {
	before := 0
	for _, minutes := range slices.Sorted(maps.Keys(h.counts)) {
		if before += h.counts[minutes]; 100*before >= percent*h.n {
			return time.Duration(minutes) * time.Minute
		}
	}
	return 0
}

// plus adds a length of time to a sum, which may become longer than a
// [time.Duration]. Neither is negative.
func plus(sum sla.Span, d time.Duration) sla.Span {
	sum.Seconds += int64(d / time.Second)
	sum.Nanos += int64(d % time.Second)
	if sum.Nanos >= int64(time.Second) {
		sum.Seconds, sum.Nanos = sum.Seconds+1, sum.Nanos-int64(time.Second)
	}
	return sum
}

// Volume is how many tickets came and went in a period.
type Volume struct {
	Opened    int // in the period
	Closed    int // in the period; those that were called off or became projects not among them
	Cancelled int
	Moved     int // that became projects
	Open      int // at the end of the period, or now if that is earlier, whenever they were opened
}

// count counts work that was opened and came to its end, which is zero if it did not.
func (v *Volume) count(in townclerk.Period, opened, ended time.Time, state State) {
	if in.Contains(opened) {
		v.Opened++
	}
	switch {
	case ended.IsZero():
		if opened.Before(in.To) {
			v.Open++
		}
	case !ended.Before(in.To):
		if opened.Before(in.To) {
			v.Open++
		}
	case ended.Before(in.From):
	case state == Closed:
		v.Closed++
	case state == Cancelled:
		v.Cancelled++
	case state == Moved:
		v.Moved++
	}
}
