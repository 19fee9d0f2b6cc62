package sla

import (
	"slices"
	"sort"
	"time"
)

// A due time is a function of the start that is never smaller for a later start.
// Between the instants at which its rule may change its course it stands, or moves
// along with the start. So it is a list of straight pieces, of which everything
// about it is found exactly, to the nanosecond: the last start that is due by an
// instant, where it meets another one, what follows when one leads into the other.

// curve is such a function, in pieces. Where there is a gap, it is not known.
type curve []piece

// piece is a stretch of starts whose due times lie on a line.
type piece struct {
	from, to time.Time // the starts; both belong to it
	due      time.Time // of the first
	moves    bool      // along with the start; else it stands
	branch   int       // of the rule's cut-offs, from 1, where that says what meets the target
}

// at returns when a start of the piece is due.
func (p *piece) at(start time.Time) time.Time {
	if p.moves {
		return p.due.Add(start.Sub(p.from))
	}
	return p.due
}

// find returns the piece to which the start belongs, or nil.
func (c curve) find(start time.Time) *piece {
	i := sort.Search(len(c), func(i int) bool { return !c[i].to.Before(start) })
	if i == len(c) || start.Before(c[i].from) {
		return nil
	}
	return &c[i]
}

// latest returns the last start that is due by the instant; ok is false where the
// first one is due later.
func (c curve) latest(due time.Time) (start time.Time, ok bool) {
	i := sort.Search(len(c), func(i int) bool { return c[i].due.After(due) }) - 1
	if i < 0 {
		return time.Time{}, false
	}
	if p := &c[i]; p.moves {
		return earlier(p.to, p.from.Add(due.Sub(p.due))), true
	}
	return c[i].to, true
}

// bends returns the first and the last start of each piece.
func (c curve) bends() []time.Time {
	at := make([]time.Time, 0, 2*len(c))
	for i := range c {
		at = append(at, c[i].from, c[i].to)
	}
	return at
}

// through lays pieces through what due says of the starts, which are in order and
// among which are all those at which it may change its course.
func through(starts []time.Time, due func(time.Time) (due time.Time, branch int, ok bool)) curve {
	var c curve
	var last time.Time
	gap := true
	for _, start := range starts {
		d, branch, ok := due(start)
		if ok && (gap || !c.extends(last, start, d, branch)) {
			c = append(c, piece{from: start, to: start, due: d, branch: branch})
		}
		last, gap = start, !ok
	}
	return c
}

// extends lengthens the last piece to the next start, if that lies on its line.
func (c curve) extends(last, start, due time.Time, branch int) bool {
	p := &c[len(c)-1]
	stands, moves := due.Equal(p.at(last)), due.Sub(p.at(last)) == start.Sub(last)
	switch {
	case p.branch != branch:
		return false
	case p.from.Equal(p.to) && moves:
		p.moves = true
	case p.moves && !moves, !p.moves && !stands:
		return false
	}
	p.to = start
	return true
}

// curve returns when a rule that asks for no contract is due, for the starts in
// [from, to], as far as its calendars are looked at.
func (l *linter) curve(r *rule, from, to time.Time) curve {
	w := l.walk(r)
	days := l.shapes.midnights
	from, to = later(from, days[0]), earlier(to, days[len(days)-1].Add(-1))
	for _, cal := range w.cals {
		least, most := l.years(cal)
		from, to = later(from, least), earlier(to, most)
	}
	if to.Before(from) {
		return nil
	}
	var starts []time.Time
	for n := l.shapes.day(from); n <= l.shapes.day(to); n++ {
		starts = append(starts, w.starts(n)...)
	}
	starts = slices.DeleteFunc(starts, func(t time.Time) bool { return !t.After(from) || !t.Before(to) })
	starts = append(starts, from, to)
	slices.SortFunc(starts, time.Time.Compare)
	return through(slices.CompactFunc(starts, time.Time.Equal), func(start time.Time) (time.Time, int, bool) {
		s := starting{policy: l.p, start: start}
		due, ok := r.due(&s)
		return due, s.branch, ok
	})
}

// after returns the curve of what is due by c when it starts as o is due.
func (c curve) after(o curve) curve {
	starts := o.bends()
	for _, bend := range c.bends() {
		starts = append(starts, o.reaching(bend)...)
	}
	return through(among(starts, o), func(start time.Time) (due time.Time, branch int, ok bool) {
		first := o.find(start)
		if first == nil {
			return time.Time{}, 0, false
		}
		then := c.find(first.at(start))
		if then == nil {
			return time.Time{}, 0, false
		}
		return then.at(first.at(start)), 0, true
	})
}

// or returns the later of both.
func (c curve) or(o curve) curve {
	starts := append(c.bends(), o.bends()...)
	starts = append(starts, crossings(among(starts, o), c, o)...)
	return through(among(starts, o), func(start time.Time) (due time.Time, branch int, ok bool) {
		a, b := c.find(start), o.find(start)
		if a == nil || b == nil {
			return time.Time{}, 0, false
		}
		return later(a.at(start), b.at(start)), 0, true
	})
}

// reaching returns the starts between which the due time passes the instant.
func (c curve) reaching(due time.Time) []time.Time {
	var at []time.Time
	for _, d := range []time.Time{due.Add(-1), due} {
		if start, ok := c.latest(d); ok {
			at = append(at, start, start.Add(1))
		}
	}
	return at
}

// among puts starts in order, each once with those beside it, without those that
// the curve does not reach.
func among(starts []time.Time, c curve) []time.Time {
	if len(c) == 0 {
		return nil
	}
	return beside(starts, c[0].from, c[len(c)-1].to.Add(1))
}

// crossings returns the starts between two neighbours at which two curves change
// sides: the last ones before, and the first ones after.
func crossings(starts []time.Time, a, b curve) []time.Time {
	var at []time.Time
	var last time.Time
	var before time.Duration
	known := false
	for _, start := range starts {
		p, q := a.find(start), b.find(start)
		if p == nil || q == nil {
			known = false
			continue
		}
		by := p.at(start).Sub(q.at(start))
		if known && (before < 0) != (by < 0) && start.Sub(last) > 1 {
			at = append(at, last.Add(max(before, -before)))
		}
		last, before, known = start, by, true
	}
	return slices.DeleteFunc(at, func(t time.Time) bool { return t.After(starts[len(starts)-1]) })
}
