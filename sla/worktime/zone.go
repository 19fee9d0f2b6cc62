package worktime

import (
	"crypto/sha256"
	"fmt"
	"sort"
	"time"
)

// zone holds the offsets of a time zone over a span, and translates between its
// clock and instants. A wall-clock time is a count of seconds since 1970-01-01
// 00:00 as the zone's clock shows them.
type zone struct {
	loc  *time.Location
	segs []segment
}

// segment is a stretch of constant offset; it ends where the next one starts.
type segment struct {
	start  int64 // Unix seconds
	offset int64 // seconds east of UTC
	top    int64 // the clock has shown every time below this one when the segment ends
}

// newZone reads the offsets of loc between two instants in Unix seconds. Outside
// them the first and the last offset are taken to hold.
func newZone(loc *time.Location, from, to int64) *zone {
	z := &zone{loc: loc}
	for at := from; at < to; {
		z.begin(at, offsetAt(loc, at))
		at = constantUntil(loc, at, to)
	}
	return z
}

// ClockChanges returns the instants in [from, to) at which the zone changes its
// offset, such as the nights of summer time, in order.
func ClockChanges(loc *time.Location, from, to time.Time) []time.Time {
	var changes []time.Time
	first, last := from.Unix()-1, to.Unix()+1
	for _, s := range newZone(loc, first, last).segs {
		if at := time.Unix(s.start, 0).In(loc); s.start > first && !at.Before(from) && at.Before(to) {
			changes = append(changes, at)
		}
	}
	return changes
}

func (z *zone) begin(start, offset int64) {
	n := len(z.segs)
	if n == 0 {
		z.segs = append(z.segs, segment{start: start, offset: offset, top: never})
		return
	}
	last := &z.segs[n-1]
	if last.offset == offset {
		return
	}
	last.top = start + last.offset
	if n > 1 {
		// After a clock went back its readings are not new.
		last.top = max(last.top, z.segs[n-2].top)
	}
	z.segs = append(z.segs, segment{start: start, offset: offset, top: never})
}

// constantUntil returns an instant after at, at most to, up to which the offset
// of at holds.
func constantUntil(loc *time.Location, at, to int64) int64 {
	// Beyond the zone's table ZoneBounds gives, on 31 December of leap years, an
	// end that has passed; Zone itself is right, so step on and look.
	const step = 15 * 60
	_, end := time.Unix(at, 0).In(loc).ZoneBounds()
	switch {
	case end.IsZero():
		return to
	case end.Unix() > at:
		return min(end.Unix(), to)
	}
	offset := offsetAt(loc, at)
	if offsetAt(loc, at+step) == offset {
		return min(at+step, to)
	}
	n := sort.Search(step, func(n int) bool { return offsetAt(loc, at+int64(n)) != offset })
	return min(at+int64(n), to)
}

func offsetAt(loc *time.Location, at int64) int64 {
	_, offset := time.Unix(at, 0).In(loc).Zone()
	return int64(offset)
}

// instant returns the first instant at which the clock shows wall or later: a
// time that the clock skips is the instant of the change, one that it shows
// twice is the first.
func (z *zone) instant(wall int64) (at int64, skipped bool) {
	lo, hi := 0, len(z.segs)-1
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if z.segs[mid].top > wall {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return z.instantIn(lo, wall)
}

// instantIn does so once the segment is found: the first whose top is above wall.
func (z *zone) instantIn(seg int, wall int64) (at int64, skipped bool) {
	s := &z.segs[seg]
	if seg > 0 && wall-s.offset < s.start {
		return s.start, true
	}
	return wall - s.offset, false
}

// walker finds instants from date to date without a search.
type walker struct {
	zone *zone
	seg  int // of the last answer
}

func (w *walker) instant(number int, tod TimeOfDay) int64 {
	wall := int64(number)*secondsPerDay + tod.seconds()
	segs := w.zone.segs
	for w.seg < len(segs)-1 && segs[w.seg].top <= wall {
		w.seg++
	}
	for w.seg > 0 && segs[w.seg-1].top > wall {
		w.seg--
	}
	at, _ := w.zone.instantIn(w.seg, wall)
	return at
}

// skips reports whether the zone has no such date, as Samoa had no 30 December 2011.
func (w *walker) skips(number int) bool {
	return w.instant(number, 0) == w.instant(number, Midnight24)
}

// reading returns the highest time that the clock has shown up to the instant
// at. Where the clock went back and has not caught up, it has shown every time
// below wall, but not wall itself, and behind is true.
func (z *zone) reading(at int64) (wall int64, behind bool) {
	lo, hi := 0, len(z.segs)-1
	for lo < hi {
		mid := int(uint(lo+hi+1) / 2)
		if z.segs[mid].start <= at {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	wall = at + z.segs[lo].offset
	if lo > 0 && wall < z.segs[lo-1].top {
		return z.segs[lo-1].top, true
	}
	return wall, false
}

// start returns the first instant of a date.
func (z *zone) start(day int) int64 {
	at, _ := z.instant(int64(day) * secondsPerDay)
	return at
}

// date returns the date as which the instant is read.
func (z *zone) date(at int64) int {
	wall, behind := z.reading(at)
	if behind {
		wall--
	}
	return int(floorDiv(wall, secondsPerDay))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Fingerprint returns a hash of the offsets that a zone has in the years from to
// to, and of the instants at which they change, as "sha256:" and 64 hex digits.
// Two databases of time zones that agree on these years give the same one.
func Fingerprint(loc *time.Location, from, to int) string {
	first := int64(Date{from, time.January, 1}.number()) * secondsPerDay
	last := int64(Date{to, time.December, 31}.number()+1) * secondsPerDay
	h := sha256.New()
	for _, s := range newZone(loc, first, last).segs {
		fmt.Fprintf(h, "%d %d\n", s.start, s.offset)
	}
	return fmt.Sprintf("sha256:%x", h.Sum(nil))
}
