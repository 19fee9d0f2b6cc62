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

	spans  []span
	total  int64 // the working seconds of all spans
	byTime index // the spans by their close
	byWork index // the spans by the working time at their end

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

func (s *span) after() int64 { return s.before + s.close - s.open }

// day is a working date.
type day struct {
	number      int
	first, last int64 // its first opening and its last closing
}

// plan says which hours a date has, and the note that explains them.
type plan func(number int) []Interval

// compile lays out the hours of the dates first to last.
func compile(z *zone, first, last int, hours plan) *table {
	t := &table{
		zone: z, firstDay: first, lastDay: last,
		lo: z.start(first), hi: z.start(last + 1),
		spans: make([]span, 0, last-first+1),
		days:  make([]day, 0, last-first+1),
		rowOf: make([]int32, 0, last-first+2),
	}
	t.lo = max(t.lo, t.overnight(first-1, hours(first-1)))
	for n := first; n <= last; n++ {
		t.rowOf = append(t.rowOf, int32(len(t.days)))
		t.addDate(n, hours(n))
	}
	t.rowOf = append(t.rowOf, int32(len(t.days)))
	for i := range t.spans {
		t.spans[i].before = t.total
		t.total = t.spans[i].after()
	}
	n := len(t.spans)
	t.byTime = newIndex(t.lo, t.hi, n, func(i int) int64 { return t.spans[i].close })
	t.byWork = newIndex(0, t.total, n, func(i int) int64 { return t.spans[i].after() })
	return t
}

// overnight returns when the hours of a date end. What the night before the
// first date brings over midnight is not known, so the answers begin behind it.
func (t *table) overnight(number int, hours []Interval) int64 {
	end := int64(math.MinInt64)
	for _, iv := range hours {
		at, _ := t.zone.instant(int64(number)*secondsPerDay + iv.end().seconds())
		end = max(end, at)
	}
	return end
}

func (t *table) addDate(number int, hours []Interval) {
	if len(hours) == 0 || t.zone.skips(number) {
		return
	}
	d := day{number: number, first: math.MaxInt64, last: math.MinInt64}
	midnight := int64(number) * secondsPerDay
	for _, iv := range hours {
		open, _ := t.zone.instant(midnight + iv.From.seconds())
		shut, _ := t.zone.instant(midnight + iv.end().seconds())
		if open >= shut {
			continue
		}
		d.first, d.last = min(d.first, open), max(d.last, shut)
		t.addSpan(max(open, t.lo), min(shut, t.hi))
	}
	if d.last < d.first {
		return
	}
	if n := len(t.days); n > 0 {
		// Hours past midnight may overlap the next date's. What overlaps is the
		// earlier date's, so that dates follow each other without going back.
		d.first = max(d.first, t.days[n-1].last)
		d.last = max(d.last, d.first)
	}
	t.days = append(t.days, d)
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

// index narrows the search for the first span whose key is at least x, where
// keys rise, to a few spans around a guess.
type index struct {
	base  int64
	shift uint
	first []int32 // by bucket: the first span whose key is at least the bucket's start
}

func newIndex(lo, hi int64, n int, key func(i int) int64) index {
	// One to two buckets a span.
	width := uint64(hi-lo) / uint64(max(n, 1))
	ix := index{base: lo, shift: uint(max(bits.Len64(width), 1) - 1)}
	buckets := int((hi-lo)>>ix.shift) + 2
	ix.first = make([]int32, buckets)
	i := 0
	for b := range ix.first {
		for i < n && key(i) < lo+int64(b)<<ix.shift {
			i++
		}
		ix.first[b] = int32(i)
	}
	return ix
}

// window returns lo and hi such that the first span whose key is at least x is
// one of lo to hi, where hi may be the number of spans. x lies in the index's span.
func (ix *index) window(x int64) (lo, hi int) {
	b := (x - ix.base) >> ix.shift
	return int(ix.first[b]), int(ix.first[b+1])
}

// walk is the number of spans below which a scan beats a bisection
// (BenchmarkAdd, on calendars of a few periods a day).
const walk = 8

// ending returns the first span that closes after the instant at; its number is
// len(spans) where there is none.
func (t *table) ending(at int64) int {
	if at >= t.hi {
		return len(t.spans)
	}
	lo, hi := t.byTime.window(at + 1)
	for hi-lo > walk {
		mid := int(uint(lo+hi) / 2)
		if t.spans[mid].close > at {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	for lo < hi && t.spans[lo].close <= at {
		lo++
	}
	return lo
}

// reaching returns the first span by whose end there have been work working
// seconds, for 0 <= work <= total; its number is len(spans) where there is none.
func (t *table) reaching(work int64) int {
	lo, hi := t.byWork.window(work)
	for hi-lo > walk {
		mid := int(uint(lo+hi) / 2)
		if t.spans[mid].after() >= work {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	for lo < hi && t.spans[lo].after() < work {
		lo++
	}
	return lo
}

func (t *table) covers(at int64, ns int64) bool {
	return at >= t.lo && (at < t.hi || (at == t.hi && ns == 0))
}

// amount is a length of working time, as seconds and 0 <= ns < 1e9.
type amount struct{ sec, ns int64 }

func amountOf(d time.Duration) amount {
	return amount{int64(d / time.Second), int64(d % time.Second)}.normal()
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
	i := t.ending(at)
	if i == len(t.spans) {
		return amount{t.total, 0}
	}
	s := &t.spans[i]
	if at < s.open {
		return amount{s.before, 0}
	}
	return amount{s.before + at - s.open, ns}
}

// earliest returns the earliest instant by which there have been w of working time.
func (t *table) earliest(w amount) (at, ns int64, ok bool) {
	whole := w.sec
	if w.ns > 0 {
		whole++
	}
	if whole > t.total || whole <= 0 {
		return 0, 0, false
	}
	s := &t.spans[t.reaching(whole)]
	return s.open + w.sec - s.before, w.ns, true
}

// latest returns the latest instant up to which there has been w of working time.
func (t *table) latest(w amount) (at, ns int64, ok bool) {
	if w.sec < 0 || w.sec >= t.total {
		return 0, 0, false
	}
	s := &t.spans[t.reaching(w.sec+1)]
	return s.open + w.sec - s.before, w.ns, true
}

// dayOf returns the date as which an instant is read: the date whose hours it
// lies in, else the one that the clock shows.
func (t *table) dayOf(at int64) (number int, ok bool) {
	number = t.zone.date(at)
	if number < t.firstDay || number > t.lastDay {
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
	if number < t.firstDay || number > t.lastDay {
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
