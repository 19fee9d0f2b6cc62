package sla

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"
	"time"
)

const (
	largest      = 10   // differences that a replay keeps
	mostMistakes = 100  // that it keeps
	mostBuckets  = 4096 // of a histogram; see [Moves]
)

// Replayed is what another edition would have made of a history.
type Replayed struct {
	Now       time.Time // as of which both judge, in old's zone
	Timelines int       // that were judged

	// How many of them have no clock under the old edition, and under the new: no
	// target matches them, or none has been started.
	UncoveredOld, UncoveredNew int

	Targets     []ReplayedTarget // in the order of the old file, then those that only the new one has
	Added       []string         // targets that only the new edition has
	Removed     []string         // targets that only the old one has
	Differences []Difference     // the ten due times that moved most, the largest first

	Failed   int     // timelines that could not be read or cannot be, and were left out
	Mistakes []error // why, for the first hundred
}

// ReplayedTarget is how a target fares under both editions.
type ReplayedTarget struct {
	ID, Metric string
	Kind       Kind // in the old edition, if that has it
	All        Comparison
	Months     []Comparison // those in which there was a clock, in their order
}

// Comparison sets the clocks of a target under both editions side by side. A
// clock's month is that in which it starts.
type Comparison struct {
	Month    string // in old's zone, such as 2026-03; empty: all months
	Old, New Tally  // of the target's own clocks

	// What follows compares each clock of the old edition with its counterpart in the
	// new one. Replaced is how many of those are of another target of the metric,
	// since other targets match now, or this one has another id.
	Replaced                 int
	MetToMissed, MissedToMet int
	Earlier, Later           Moves // due times; those that are undetermined under either do not count
}

// Tally counts clocks by what came of them.
type Tally struct {
	Clocks       int
	Met          int // in time; estimates too, however late
	Missed       int // breached or met late; never an estimate
	Open         int // running or paused
	Cancelled    int
	Undetermined int
	Overrun      int // estimates, counted above as well, that took longer than they say
}

// Moves is by how much due times moved, in elapsed time.
type Moves struct {
	Count   int
	Sum     Span
	Largest Span
	// Median is in whole minutes, rounded down, from a histogram. If a month has due
	// times that moved by more than 4096 different numbers of minutes, they are
	// counted by 2, 4, 8, … minutes, so that the histogram stays small.
	Median Span
}

// Span is an exact length of time, which may be longer than a [time.Duration] can
// be. Both parts have its sign.
type Span struct {
	Seconds int64
	Nanos   int64 // less than a second
}

// Difference is a due time that the new edition moved.
type Difference struct {
	Timeline string
	Note     string
	By       Span  // negative: earlier
	Old, New Clock // explained, with their Steps
}

// Err returns why timelines were left out: nil if none was, else the kept mistakes,
// joined, and how many more there were.
func (r *Replayed) Err() error {
	more := r.Failed - len(r.Mistakes)
	if more == 0 {
		return errors.Join(r.Mistakes...)
	}
	return errors.Join(append(slices.Clone(r.Mistakes), fmt.Errorf("and %d more", more))...)
}

// Replay folds a history through two editions of a policy and says what differs.
// It reads each timeline once, and needs no more memory for a longer history: a few
// counts for each target and month, and ten timelines.
//
// Both editions judge as of now, as [Policy.Assess] does: what happened later is
// ignored. A clock's counterpart is the clock of the same number of the target with
// the same id or, where there is none, the next of the same metric. What is an error
// in the sequence, such as a line that [ReadTimelines] cannot read, and timelines
// that cannot be are counted and left out; see [Replayed.Err].
func Replay(old, new *Policy, timelines iter.Seq2[Timeline, error], now time.Time) *Replayed {
	r := replay{old: old, new: new, now: now, targets: map[string]*replayedTarget{}}
	r.Now = now.In(old.zone)
	for _, t := range old.targets {
		if new.Target(t.ID) == nil {
			r.Removed = append(r.Removed, t.ID)
		}
		r.add(t)
	}
	for _, t := range new.targets {
		if old.Target(t.ID) == nil {
			r.Added = append(r.Added, t.ID)
			r.add(t)
		}
	}
	for tl, err := range timelines {
		if err == nil {
			err = r.timeline(&tl)
		}
		if err != nil {
			r.fail(err)
		}
	}
	return r.result()
}

// replay is a Replayed in the making.
type replay struct {
	Replayed
	old, new *Policy
	now      time.Time

	targets map[string]*replayedTarget
	order   []*replayedTarget
	a, b    Assessment // of the timeline at hand, under old and under new
	pairs   []int      // for each clock of a, its counterpart in b or -1
	taken   []bool     // which clocks of b have one
	month   int        // of the last clock
	start   time.Time
	top     []moved
}

type replayedTarget struct {
	*Target
	months map[int]*comparison
}

// comparison is a Comparison in the making.
type comparison struct {
	Comparison
	earlier, later histogram
}

// moved is a candidate for the ten largest differences.
type moved struct {
	by       Span
	timeline *Timeline
	old, new clockName
}

type clockName struct {
	target *Target
	number int
}

func (r *replay) add(t *Target) {
	to := &replayedTarget{Target: t, months: map[int]*comparison{}}
	r.targets[t.ID] = to
	r.order = append(r.order, to)
}

func (r *replay) fail(err error) {
	r.Failed++
	if len(r.Mistakes) < mostMistakes {
		r.Mistakes = append(r.Mistakes, err)
	}
}

func (r *replay) timeline(tl *Timeline) error {
	if err := r.old.AssessInto(&r.a, *tl, r.now); err != nil {
		return err
	}
	if err := r.new.AssessInto(&r.b, *tl, r.now); err != nil {
		return err
	}
	r.Timelines++
	if len(r.a.Clocks) == 0 {
		r.UncoveredOld++
	}
	if len(r.b.Clocks) == 0 {
		r.UncoveredNew++
	}
	r.pair()
	var kept *Timeline
	for i := range r.a.Clocks {
		a := &r.a.Clocks[i]
		in := r.in(a)
		in.Old.count(a)
		if r.pairs[i] < 0 {
			continue
		}
		b := &r.b.Clocks[r.pairs[i]]
		in.compare(a, b)
		if by := spanBetween(a.Due, b.Due); by != (Span{}) && !a.Due.IsZero() && !b.Due.IsZero() {
			in.move(by)
			kept = r.candidate(moved{by, kept, clockName{a.Target, a.Number}, clockName{b.Target, b.Number}}, tl)
		}
	}
	for j := range r.b.Clocks {
		b := &r.b.Clocks[j]
		r.in(b).New.count(b)
	}
	return nil
}

// pair finds the counterparts: first by id and number, then by metric.
func (r *replay) pair() {
	r.pairs, r.taken = r.pairs[:0], slices.Grow(r.taken[:0], len(r.b.Clocks))[:len(r.b.Clocks)]
	clear(r.taken)
	for i := range r.a.Clocks {
		r.pairs = append(r.pairs, -1)
		if i < len(r.taken) && sameClock(&r.a.Clocks[i], &r.b.Clocks[i]) { // as in nearly all timelines
			r.pairs[i], r.taken[i] = i, true
		}
	}
	r.pairBy(sameClock)
	r.pairBy(func(a, b *Clock) bool { return a.Target.Metric == b.Target.Metric })
}

// sameClock reports whether the clocks have the same name.
func sameClock(a, b *Clock) bool { return a.Number == b.Number && a.Target.ID == b.Target.ID }

// pairBy gives each clock of a that has no counterpart the first free one of b that fits.
func (r *replay) pairBy(fits func(a, b *Clock) bool) {
	for i := range r.pairs {
		for j := 0; r.pairs[i] < 0 && j < len(r.taken); j++ {
			if !r.taken[j] && fits(&r.a.Clocks[i], &r.b.Clocks[j]) {
				r.pairs[i], r.taken[j] = j, true
			}
		}
	}
}

// in returns the counts of the clock's target and month.
func (r *replay) in(c *Clock) *comparison {
	if !c.Start.Equal(r.start) || r.month == 0 {
		year, month, _ := c.Start.In(r.old.zone).Date()
		r.start, r.month = c.Start, year*12+int(month)-1
	}
	months := r.targets[c.Target.ID].months
	in, ok := months[r.month]
	if !ok {
		in = &comparison{}
		in.Month = fmt.Sprintf("%04d-%02d", r.month/12, r.month%12+1)
		months[r.month] = in
	}
	return in
}

func (t *Tally) count(c *Clock) {
	t.Clocks++
	switch c.State {
	case Met:
		t.Met++
	case MetLate, Breached:
		t.Missed++
	case Stopped:
		t.Cancelled++
	case Undetermined:
		t.Undetermined++
	default:
		t.Open++
	}
	if c.Overrun {
		t.Overrun++
	}
}

func (c *Clock) missed() bool { return c.State == MetLate || c.State == Breached }

func (c *comparison) compare(a, b *Clock) {
	if a.Target.ID != b.Target.ID {
		c.Replaced++
	}
	if a.State == Met && b.missed() {
		c.MetToMissed++
	}
	if a.missed() && b.State == Met {
		c.MissedToMet++
	}
}

func (c *comparison) move(by Span) {
	if by.negative() {
		c.Earlier.add(by.abs())
		c.earlier.add(by.abs())
		return
	}
	c.Later.add(by)
	c.later.add(by)
}

func (m *Moves) add(by Span) {
	m.Count++
	m.Sum = m.Sum.plus(by)
	if by.Cmp(m.Largest) > 0 {
		m.Largest = by
	}
}

// candidate keeps the timeline if the difference is among the largest so far. The
// copy is returned, for others of the same timeline.
func (r *replay) candidate(m moved, tl *Timeline) *Timeline {
	full := len(r.top) == largest
	if full && m.compare(tl.ID, &r.top[largest-1]) >= 0 {
		return m.timeline
	}
	if m.timeline == nil {
		clone := tl.Clone()
		m.timeline = &clone
	}
	at, _ := slices.BinarySearchFunc(r.top, m, func(e, m moved) int {
		return cmp.Or(-m.compare(tl.ID, &e), -1) // behind those that are equal
	})
	if full {
		r.top = r.top[:largest-1]
	}
	r.top = slices.Insert(r.top, at, m)
	return m.timeline
}

// compare orders differences: the largest first, then by timeline and target. The
// id is that of m's timeline.
func (m *moved) compare(id string, n *moved) int {
	return cmp.Or(
		n.by.abs().Cmp(m.by.abs()),
		strings.Compare(id, n.timeline.ID),
		strings.Compare(m.old.target.ID, n.old.target.ID),
		cmp.Compare(m.old.number, n.old.number),
	)
}

func (r *replay) result() *Replayed {
	for _, t := range r.order {
		done := ReplayedTarget{ID: t.ID, Metric: t.Metric, Kind: t.Kind}
		var all comparison
		for _, month := range slices.Sorted(maps.Keys(t.months)) {
			in := t.months[month]
			in.Earlier.Median, in.Later.Median = in.earlier.median(), in.later.median()
			all.merge(in)
			done.Months = append(done.Months, in.Comparison)
		}
		done.All = all.Comparison
		done.All.Earlier.Median, done.All.Later.Median = all.earlier.median(), all.later.median()
		r.Targets = append(r.Targets, done)
	}
	for i := range r.top {
		if d, ok := r.difference(&r.top[i]); ok {
			r.Differences = append(r.Differences, d)
		}
	}
	return &r.Replayed
}

func (r *replay) difference(m *moved) (Difference, bool) {
	a, err := r.old.Explain(*m.timeline, r.now)
	b, err2 := r.new.Explain(*m.timeline, r.now)
	before, after := a.named(m.old), b.named(m.new)
	if err != nil || err2 != nil || before == nil || after == nil {
		return Difference{}, false // not so: it was assessed before, with these clocks
	}
	return Difference{m.timeline.ID, m.timeline.Note, m.by, *before, *after}, true
}

func (a *Assessment) named(name clockName) *Clock {
	for i := range a.Clocks {
		if c := &a.Clocks[i]; c.Target == name.target && c.Number == name.number {
			return c
		}
	}
	return nil
}

// merge adds a month to those before it.
func (c *comparison) merge(month *comparison) {
	c.Old.merge(&month.Old)
	c.New.merge(&month.New)
	c.Replaced += month.Replaced
	c.MetToMissed += month.MetToMissed
	c.MissedToMet += month.MissedToMet
	c.Earlier.merge(&month.Earlier)
	c.Later.merge(&month.Later)
	c.earlier.merge(&month.earlier)
	c.later.merge(&month.later)
}

func (t *Tally) merge(month *Tally) {
	t.Clocks += month.Clocks
	t.Met += month.Met
	t.Missed += month.Missed
	t.Open += month.Open
	t.Cancelled += month.Cancelled
	t.Undetermined += month.Undetermined
	t.Overrun += month.Overrun
}

func (m *Moves) merge(month *Moves) {
	m.Count += month.Count
	m.Sum = m.Sum.plus(month.Sum)
	if month.Largest.Cmp(m.Largest) > 0 {
		m.Largest = month.Largest
	}
}

// histogram counts spans by their whole minutes, or by 2, 4, 8, … minutes once
// there would be too many buckets.
type histogram struct {
	buckets map[int64]int
	shift   uint
	count   int
}

const secondsPerMinute = 60

func (h *histogram) add(s Span) {
	h.put(s.Seconds/secondsPerMinute>>h.shift, 1)
}

func (h *histogram) put(bucket int64, n int) {
	if h.buckets == nil {
		h.buckets = map[int64]int{}
	}
	h.buckets[bucket] += n
	h.count += n
	for len(h.buckets) > mostBuckets {
		h.coarsen()
	}
}

func (h *histogram) coarsen() {
	wider := make(map[int64]int, mostBuckets)
	for bucket, n := range h.buckets {
		wider[bucket>>1] += n
	}
	h.buckets, h.shift = wider, h.shift+1
}

func (h *histogram) merge(other *histogram) {
	for h.shift < other.shift {
		h.coarsen()
	}
	for bucket, n := range other.buckets {
		h.put(bucket>>(h.shift-other.shift), n)
	}
}

// median returns the lower one of an even number.
func (h *histogram) median() Span {
	before := 0
	for _, bucket := range slices.Sorted(maps.Keys(h.buckets)) {
		if before += h.buckets[bucket]; 2*before >= h.count {
			return Span{Seconds: bucket << h.shift * secondsPerMinute}
		}
	}
	return Span{}
}

// spanBetween returns the time from a to b.
func spanBetween(a, b time.Time) Span {
	return Span{Seconds: b.Unix() - a.Unix(), Nanos: int64(b.Nanosecond()) - int64(a.Nanosecond())}.normal()
}

// normal gives both parts the same sign.
func (s Span) normal() Span {
	s.Seconds += s.Nanos / 1e9
	s.Nanos %= 1e9
	switch {
	case s.Seconds > 0 && s.Nanos < 0:
		s.Seconds, s.Nanos = s.Seconds-1, s.Nanos+1e9
	case s.Seconds < 0 && s.Nanos > 0:
		s.Seconds, s.Nanos = s.Seconds+1, s.Nanos-1e9
	}
	return s
}

func (s Span) plus(t Span) Span {
	return Span{s.Seconds + t.Seconds, s.Nanos + t.Nanos}.normal()
}

func (s Span) negative() bool { return s.Seconds < 0 || s.Nanos < 0 }

func (s Span) abs() Span {
	if s.negative() {
		return Span{-s.Seconds, -s.Nanos}
	}
	return s
}

// Cmp returns -1, 0 or +1 as s is less than, equal to or more than t.
func (s Span) Cmp(t Span) int {
	return cmp.Or(cmp.Compare(s.Seconds, t.Seconds), cmp.Compare(s.Nanos, t.Nanos))
}

// Duration returns the span, or the longest duration that there is, of its sign, if it is longer.
func (s Span) Duration() time.Duration {
	d, ok := s.duration()
	if !ok && s.negative() {
		return math.MinInt64
	}
	if !ok {
		return math.MaxInt64
	}
	return d
}

func (s Span) duration() (time.Duration, bool) {
	a := s.abs()
	high, low := bits.Mul64(uint64(a.Seconds), uint64(time.Second))
	low, carry := bits.Add64(low, uint64(a.Nanos), 0)
	if high+carry > 0 || low > math.MaxInt64 {
		return 0, false
	}
	if s.negative() {
		return -time.Duration(low), true
	}
	return time.Duration(low), true
}

// String prints the span as 20m, 1h30m, 3d4h or -1d: a day is 24 hours.
func (s Span) String() string {
	const perDay = 24 * 60 * 60
	a := s.abs()
	text := ""
	if days := a.Seconds / perDay; days > 0 {
		text = fmt.Sprintf("%dd", days)
	}
	if rest := time.Duration(a.Seconds%perDay)*time.Second + time.Duration(a.Nanos); rest > 0 || text == "" {
		text += shortDuration(rest)
	}
	if s.negative() {
		return "-" + text
	}
	return text
}
