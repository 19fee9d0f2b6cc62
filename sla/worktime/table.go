package worktime

import (
	"math"
	"math/bits"
	"time"
)

// table is a calendar compiled for a span of dates: every open period as
// absolute instants with the working time before it, and every working date. Its
// methods report false where the answer lies outside the span.
type table struct {
	zone   *zone
	lo, hi int64 // the instants that the table answers for, both included, in Unix seconds

	spans  []span // and at the end a stop, which opens after all that can be asked
	total  int64  // the working seconds of all spans
	byTime index  // the spans by their close
	byWork index  // the spans by the working time at their end

	firstDay, lastDay int // the dates that the table answers for, by number
	days              []day
	rowOf             []int32 // by date number less firstDay: the first working date that is not before it
	notes             map[int]string
}

// span is an open period [open, close), in Unix seconds, never empty.
type span struct {
	open, close int64
	before      int64 // the working seconds of all spans before this one
}

// never is later than all instants and times that occur.
const never = 1 << 62

func (s *span) after() int64 { return s.before + s.close - s.open }

// day is a working date.
type day struct {
	number      int
	first, last int64 // its first opening and its last closing
}

// plan says which hours a date has, in order.
type plan func(number int) []Interval

// compile lays out the hours of the dates first to last.
func compile(z *zone, first, last int, hours plan) *table {
	t := &table{
		zone: z, firstDay: first, lastDay: last,
		lo: z.start(first), hi: z.start(last + 1),
		spans: make([]span, 0, last-first+2),
		days:  make([]day, 0, last-first+1),
		rowOf: make([]int32, 0, last-first+2),
	}
	w := &walker{zone: z}
	// What the night before the first date brings over midnight is not known, so
	// the answers begin behind it.
	for _, iv := range hours(first - 1) {
		t.lo = max(t.lo, w.instant(first-1, iv.end()))
	}
	for n := first; n <= last; n++ {
		t.rowOf = append(t.rowOf, int32(len(t.days)))
		t.addDate(w, n, hours(n))
	}
	t.rowOf = append(t.rowOf, int32(len(t.days)))
	t.sum()
	return t
}

func (t *table) addDate(w *walker, number int, hours []Interval) {
	if len(hours) == 0 || w.skips(number) {
		return
	}
	before := t.lo
	if n := len(t.days); n > 0 {
		before = t.days[n-1].last
	}
	works := false
	d := day{number: number, first: math.MaxInt64, last: before}
	for _, iv := range hours {
		open, shut := w.instant(number, iv.From), w.instant(number, iv.end())
		if open >= shut {
			continue
		}
		works = true
		t.addSpan(max(open, t.lo), min(shut, t.hi))
		// Hours past midnight may overlap the next date's. What overlaps is the
		// earlier date's, so that dates follow each other without going back.
		if shut > before {
			d.first, d.last = min(d.first, max(open, before)), shut
		}
	}
	if works {
		d.first = min(d.first, d.last) // all of them overlap
		t.days = append(t.days, d)
	}
}

func (t *table) addSpan(open, shut int64) {
	if open >= shut {
		return
	}
	if n := len(t.spans); n > 0 && open <= t.spans[n-1].close {
		t.spans[n-1].close = max(t.spans[n-1].close, shut)
		return
	}
	t.spans = append(t.spans, span{open: open, close: shut})
}

func (t *table) sum() {
	for i := range t.spans {
		t.spans[i].before = t.total
		t.total = t.spans[i].after()
	}
	n := len(t.spans)
	t.byTime = newIndex(t.lo, t.hi, n, func(i int) int64 { return t.spans[i].close })
	t.byWork = newIndex(0, t.total, n, func(i int) int64 { return t.spans[i].after() })
	t.spans = append(t.spans, span{open: never, close: never, before: t.total})
}

// index narrows the search for the first span whose key is at least x, where
// keys rise, to the few that fall into one bucket.
type index struct {
	base  int64
	shift uint
	first []int32 // by bucket: the first span whose key is at least the bucket's start
}

// newIndex has one to two buckets a span. Ordinary office hours then have a bucket
// for each, and a look-up needs one comparison; where hours crowd, it walks over
// a few (BenchmarkAdd, BenchmarkAddByHours).
func newIndex(lo, hi int64, n int, key func(i int) int64) index {
	width := uint64(hi-lo) / uint64(max(n, 1))
	ix := index{base: lo, shift: uint(max(bits.Len64(width), 1) - 1)}
	ix.first = make([]int32, int((hi+1-lo)>>ix.shift)+1)
	i := 0
	for b := range ix.first {
		for i < n && key(i) < lo+int64(b)<<ix.shift {
			i++
		}
		ix.first[b] = int32(i)
	}
	return ix
}

// from returns a span at or before the first one whose key is at least x, for x
// from the index's lo to hi+1.
func (ix *index) from(x int64) int {
	return int(ix.first[uint64(x-ix.base)>>(ix.shift&63)])
}

// less is 1 if a < b and otherwise 0, without a branch: at random instants it
// would be mispredicted half the time.
func less(a, b int64) int { return int(uint64(a-b) >> 63) }

// ending returns the number of the first span that closes after the instant at,
// which the table covers; it may be the stop's.
func (t *table) ending(at int64) int {
	i := t.byTime.from(at + 1)
	i += less(t.spans[i].close, at+1)
	for t.spans[i].close <= at {
		i++
	}
	return i
}

// reaching returns the first span by whose end there have been work working
// seconds, for 0 < work <= total.
func (t *table) reaching(work int64) *span {
	i := t.byWork.from(work)
	i += less(t.spans[i].after(), work)
	for t.spans[i].after() < work {
		i++
	}
	return &t.spans[i]
}

func (t *table) covers(at, ns int64) bool {
	return at >= t.lo && (at < t.hi || (at == t.hi && ns == 0))
}

// amount is a length of working time, as seconds and 0 <= ns < 1e9.
type amount struct{ sec, ns int64 }

func amountOf(d time.Duration) amount {
	return amount{int64(d / time.Second), int64(d % time.Second)}.normal()
}

// duration reports false for an amount that no Duration can hold.
func (a amount) duration() (d time.Duration, ok bool) {
	d = time.Duration(a.sec*1e9 + a.ns) // which may wrap around
	return d, amountOf(d) == a
}

func (a amount) normal() amount {
	switch {
	case a.ns < 0:
		return amount{a.sec - 1, a.ns + 1e9}
	case a.ns >= 1e9:
		return amount{a.sec + 1, a.ns - 1e9}
	}
	return a
}

func (a amount) plus(b amount) amount  { return amount{a.sec + b.sec, a.ns + b.ns}.normal() }
func (a amount) minus(b amount) amount { return amount{a.sec - b.sec, a.ns - b.ns}.normal() }

// worked returns the working time from lo to the instant at+ns, which the table covers.
func (t *table) worked(at, ns int64) amount {
	s := &t.spans[t.ending(at)]
	if at < s.open {
		at, ns = s.open, 0
	}
	return amount{s.before + at - s.open, ns}
}

// add is Calendar.Add.
func (t *table) add(at, ns int64, d time.Duration) (resAt, resNs int64, ok bool) {
	switch {
	case !t.covers(at, ns):
		return 0, 0, false
	case d > 0:
		return t.earliest(t.worked(at, ns).plus(amountOf(d)))
	case d < 0:
		return t.latest(t.worked(at, ns).plus(amountOf(d)))
	}
	return at, ns, true
}

// earliest returns the earliest instant by which there have been w of working time.
func (t *table) earliest(w amount) (at, ns int64, ok bool) {
	whole := w.sec
	if w.ns > 0 {
		whole++
	}
	if whole > t.total {
		return 0, 0, false
	}
	s := t.reaching(whole)
	return s.open + w.sec - s.before, w.ns, true
}

// latest returns the latest instant up to which there has been w of working time.
func (t *table) latest(w amount) (at, ns int64, ok bool) {
	if w.sec < 0 {
		return 0, 0, false
	}
	s := t.reaching(w.sec + 1)
	return s.open + w.sec - s.before, w.ns, true
}

// dayOf returns the date as which an instant is read: the date whose hours it
// lies in, else the one that the clock shows.
func (t *table) dayOf(at int64) (number int, ok bool) {
	number = t.zone.date(at)
	if !t.has(number) {
		return 0, false
	}
	if row := int(t.rowOf[number-t.firstDay]); row > 0 && at < t.days[row-1].last {
		return t.days[row-1].number, true
	}
	return number, true
}

// working returns the row of the first working date that is not before number.
func (t *table) working(number int) int {
	return int(t.rowOf[number-t.firstDay])
}

// step returns the working date n working dates after the date, or before it
// where n is negative. For n = 0 it is the date itself, which must be a working one.
func (t *table) step(number, n int) (*day, bool) {
	if !t.has(number) {
		return nil, false
	}
	row := t.working(number)
	if n > 0 && (row == len(t.days) || t.days[row].number != number) {
		row-- // the first working date after a closed one is number 1
	}
	row += n
	if row < 0 || row >= len(t.days) || (n == 0 && t.days[row].number != number) {
		return nil, false
	}
	return &t.days[row], true
}
