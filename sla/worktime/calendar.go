package worktime

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"sync"
	"time"
)

// ErrNotCovered is what every method's error wraps when the answer lies outside
// the years that the calendar covers, or is longer than a [time.Duration] can be.
var ErrNotCovered = errors.New("not covered")

// Spec describes a calendar. A dated entry goes before a holiday, a holiday
// before a season, a season before the week.
type Spec struct {
	Name     string         // for errors
	Zone     *time.Location // obligatory
	Week     Week
	Seasons  []Season
	Holidays []Holiday
	Days     []Exception

	// From and To are the first and the last year for which the holidays are
	// known. They are obligatory where a holiday is given by dates, by the Islamic
	// calendar or as a country's set. Without them the calendar answers for the
	// years 1678 to 2261.
	From, To int
}

// Calendar says which hours count. It is immutable and safe for concurrent use.
type Calendar struct {
	spec  Spec
	days  map[int]Exception
	zone  *time.Location
	near  *table
	far   func() (*table, error) // for a calendar without cover: all the years that can be; else nil
	years string
}

// The years of a calendar without cover. The near ones are compiled at once, all
// of them when an answer first needs it.
const (
	nearFrom, nearTo = 2000, 2059
	farFrom, farTo   = 1678, 2261
)

// New compiles a calendar. The error joins all mistakes of spec.
func New(spec Spec) (*Calendar, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	c := &Calendar{spec: spec, zone: spec.Zone, days: make(map[int]Exception, len(spec.Days))}
	for _, e := range spec.Days {
		c.days[e.Date.number()] = e
	}
	if spec.From != 0 {
		c.years = fmt.Sprintf("%d–%d", spec.From, spec.To)
		near, err := c.compile(spec.From, spec.To)
		if err != nil {
			return nil, err
		}
		c.near = near
	} else {
		c.years = fmt.Sprintf("%d–%d", farFrom, farTo)
		near, err := c.compile(nearFrom, nearTo)
		if err != nil {
			return nil, err
		}
		c.near = near
		c.far = sync.OnceValues(func() (*table, error) { return c.compile(farFrom, farTo) })
	}
	if len(c.near.spans) == 0 {
		return nil, fmt.Errorf("calendar %s has no open time; give its week some hours", spec.Name)
	}
	return c, nil
}

func (s *Spec) check() error {
	var errs []error
	add := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("calendar "+s.Name+": "+format, args...))
	}
	if s.Zone == nil {
		add("it has no time zone")
	}
	for day, hours := range s.Week {
		if err := CheckHours(hours); err != nil {
			add("%s: %w", time.Weekday(day), err)
		}
	}
	for i := range s.Seasons {
		if err := s.Seasons[i].check(); err != nil {
			add("%w", err)
		}
	}
	for i := range s.Holidays {
		if err := s.Holidays[i].Check(); err != nil {
			add("%w", err)
		}
	}
	for i := range s.Seasons {
		for j := range i {
			if d, ok := s.Seasons[j].meets(&s.Seasons[i]); ok {
				add("seasons %q and %q both state the hours of %s", s.Seasons[j].Name, s.Seasons[i].Name, d)
			}
		}
	}
	seen := map[Date]bool{}
	for _, e := range s.Days {
		if err := CheckHours(e.Hours); err != nil {
			add("%s: %w", e.Date, err)
		}
		if !e.Date.Valid() {
			add("there is no such date as %s", e.Date)
		}
		if seen[e.Date] {
			add("%s is entered twice", e.Date)
		}
		seen[e.Date] = true
	}
	s.checkCover(add)
	return errors.Join(errs...)
}

func (s *Spec) checkCover(add func(format string, args ...any)) {
	switch {
	case s.From == 0 && s.To == 0:
		for _, h := range s.Holidays {
			if h.needsCover() {
				add("holiday %q is known for some years only; state which years the calendar covers", h.Name)
			}
		}
	case s.From < farFrom || s.To > farTo || s.From > s.To:
		add("it cannot cover the years %d–%d; write the first and the last year, between %d and %d", s.From, s.To, farFrom, farTo)
	}
}

// compile lays out the years from to to.
func (c *Calendar) compile(from, to int) (*table, error) {
	first := Date{from, time.January, 1}.number()
	last := Date{to, time.December, 31}.number()
	const margin = 3 * secondsPerDay // offsets reach 16 hours, shifts one day more
	z := newZone(c.zone, int64(first)*secondsPerDay-margin, int64(last)*secondsPerDay+margin)

	closed, err := resolve(c.spec.Holidays, from, to, func(number int) bool { return len(c.usual(number)) > 0 })
	if err != nil {
		return nil, fmt.Errorf("calendar %s: %w", c.spec.Name, err)
	}
	t := compile(z, first, last, func(number int) []Interval {
		if e, ok := c.days[number]; ok {
			return sortedHours(e.Hours)
		}
		if _, ok := closed[number]; ok {
			return nil
		}
		return sortedHours(c.usual(number))
	})
	t.notes = closed
	for number, e := range c.days {
		if number >= first && number <= last {
			t.notes[number] = e.Why
		}
	}
	return t, nil
}

// usual returns the hours that a date has by its season and its day of the week.
func (c *Calendar) usual(number int) []Interval {
	weekday := weekdayOf(number)
	if len(c.spec.Seasons) > 0 {
		d := dateOf(number)
		for i := range c.spec.Seasons {
			s := &c.spec.Seasons[i]
			if hours, ok := s.Week[weekday]; ok && s.contains(d) {
				return hours
			}
		}
	}
	return c.spec.Week[weekday]
}

// Name returns the name that the calendar was given.
func (c *Calendar) Name() string { return c.spec.Name }

// Zone returns the time zone in which the calendar counts, and in which its
// answers come back.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Cover returns the first and the last instant that the calendar answers for.
func (c *Calendar) Cover() (from, to time.Time) {
	t := c.near
	if c.far != nil {
		t, _ = c.far()
	}
	return c.time(t.lo, 0), c.time(t.hi, 0)
}

func (c *Calendar) time(at, ns int64) time.Time { return time.Unix(at, ns).In(c.zone) }

// tables are tried one after the other; the second is nil for a calendar with cover.
func (c *Calendar) all() *table {
	if c.far == nil {
		return nil
	}
	t, err := c.far()
	if err != nil {
		return nil
	}
	return t
}

func (c *Calendar) notCovered(what string) error {
	return fmt.Errorf("calendar %s covers %s, and %s: %w", c.spec.Name, c.years, what, ErrNotCovered)
}

// longest is more seconds than a Duration holds.
const longest = math.MaxInt64 / int64(time.Second)

func stamp(t time.Time) (at, ns int64) { return t.Unix(), int64(t.Nanosecond()) }

// tableFor returns a table that covers t.
func (c *Calendar) tableFor(t time.Time) (*table, error) {
	at, ns := stamp(t)
	if c.near.covers(at, ns) {
		return c.near, nil
	}
	if far := c.all(); far != nil && far.covers(at, ns) {
		return far, nil
	}
	return nil, c.notCovered(fmt.Sprintf("%s is outside", t.In(c.zone).Format(time.RFC3339)))
}

// Open reports whether t is working time: whether the very next moment counts.
// The opening instant is open, the closing instant is not.
func (c *Calendar) Open(t time.Time) (bool, error) {
	tb, err := c.tableFor(t)
	if err != nil {
		return false, err
	}
	at, _ := stamp(t)
	if at == tb.hi {
		if far := c.all(); far != nil && tb != far {
			tb = far
		} else {
			return false, c.notCovered("what follows " + t.In(c.zone).Format(time.RFC3339) + " is outside")
		}
	}
	i := tb.ending(at)
	return i < len(tb.spans) && tb.spans[i].open <= at, nil
}

// Between returns the working time in [a, b), negative where b is before a.
func (c *Calendar) Between(a, b time.Time) (time.Duration, error) {
	aAt, aNs := stamp(a)
	bAt, bNs := stamp(b)
	tb := c.near
	if !tb.covers(aAt, aNs) || !tb.covers(bAt, bNs) {
		if _, err := c.tableFor(a); err != nil {
			return 0, err
		}
		if _, err := c.tableFor(b); err != nil {
			return 0, err
		}
		tb = c.all()
	}
	w := tb.worked(bAt, bNs).minus(tb.worked(aAt, aNs))
	if w.sec >= longest || w.sec <= -longest {
		return 0, c.notCovered("the time between the two is longer than 292 years of hours")
	}
	return time.Duration(w.sec*1e9 + w.ns), nil
}

// Add returns the earliest instant at which d of working time has passed since
// t. That may be a closing instant, and is never the opening that follows it.
// If t is outside working hours, counting starts at the next opening. A zero d
// returns t, even on a holiday; a negative d counts back, to the latest instant
// from which -d of working time passes until t.
func (c *Calendar) Add(t time.Time, d time.Duration) (time.Time, error) {
	at, ns := stamp(t)
	rat, rns, ok := c.near.add(at, ns, d)
	if !ok {
		var err error
		if rat, rns, err = c.addFar(t, d); err != nil {
			return time.Time{}, err
		}
	}
	return c.time(rat, rns), nil
}

func (c *Calendar) addFar(t time.Time, d time.Duration) (at, ns int64, err error) {
	if _, err := c.tableFor(t); err != nil {
		return 0, 0, err
	}
	at, ns = stamp(t)
	ok := false
	if far := c.all(); far != nil {
		at, ns, ok = far.add(at, ns, d)
	}
	if !ok {
		return 0, 0, c.notCovered(fmt.Sprintf("%v of working time from %s leads outside", d, t.In(c.zone).Format(time.RFC3339)))
	}
	return at, ns, nil
}

func (t *table) add(at, ns int64, d time.Duration) (int64, int64, bool) {
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

// NextOpening returns the first instant after t at which working time begins.
func (c *Calendar) NextOpening(t time.Time) (time.Time, error) {
	return c.edge(t, "the next opening", (*table).nextOpening)
}

// NextClosing returns the first instant after t at which working time ends.
func (c *Calendar) NextClosing(t time.Time) (time.Time, error) {
	return c.edge(t, "the next closing", (*table).nextClosing)
}

// PrevOpening returns the last instant before t at which working time began.
func (c *Calendar) PrevOpening(t time.Time) (time.Time, error) {
	return c.edge(t, "the previous opening", (*table).prevOpening)
}

// PrevClosing returns the last instant before t at which working time ended.
func (c *Calendar) PrevClosing(t time.Time) (time.Time, error) {
	return c.edge(t, "the previous closing", (*table).prevClosing)
}

// Roll returns t if it is working time, and the next opening otherwise.
func (c *Calendar) Roll(t time.Time) (time.Time, error) {
	open, err := c.Open(t)
	if err != nil || open {
		return t.In(c.zone), err
	}
	return c.NextOpening(t)
}

func (c *Calendar) edge(t time.Time, what string, find func(*table, int64, int64) (int64, bool)) (time.Time, error) {
	tb, err := c.tableFor(t)
	if err != nil {
		return time.Time{}, err
	}
	at, ns := stamp(t)
	e, ok := find(tb, at, ns)
	if far := c.all(); !ok && far != nil {
		e, ok = find(far, at, ns)
	}
	if !ok {
		return time.Time{}, c.notCovered(what + " from " + t.In(c.zone).Format(time.RFC3339) + " is outside")
	}
	return c.time(e, 0), nil
}

// An edge at lo or hi is where the cover ends, not where the hours do.

func (t *table) nextOpening(at, _ int64) (int64, bool) {
	i := t.ending(at)
	if i < len(t.spans) && t.spans[i].open <= at {
		i++
	}
	if i >= len(t.spans) {
		return 0, false
	}
	return t.spans[i].open, true
}

func (t *table) nextClosing(at, _ int64) (int64, bool) {
	i := t.ending(at)
	if i >= len(t.spans) || t.spans[i].close == t.hi {
		return 0, false
	}
	return t.spans[i].close, true
}

func (t *table) prevOpening(at, ns int64) (int64, bool) {
	i := t.ending(at)
	for i >= 0 && (i == len(t.spans) || t.spans[i].open > at || (t.spans[i].open == at && ns == 0)) {
		i--
	}
	if i < 0 || t.spans[i].open == t.lo {
		return 0, false
	}
	return t.spans[i].open, true
}

func (t *table) prevClosing(at, ns int64) (int64, bool) {
	i := t.ending(at) - 1
	if i >= 0 && t.spans[i].close == at && ns == 0 {
		i--
	}
	if i < 0 {
		return 0, false
	}
	return t.spans[i].close, true
}

// Period is a stretch of working time, [Open, Close).
type Period struct {
	Open, Close time.Time
}

// Periods returns the working time in [from, to), period by period: touching
// hours are one, and the first and the last are cut at from and to.
func (c *Calendar) Periods(from, to time.Time) (iter.Seq[Period], error) {
	if _, err := c.Between(from, to); err != nil {
		return nil, err
	}
	tb, err := c.tableFor(from)
	if at, ns := stamp(to); err == nil && !tb.covers(at, ns) {
		tb = c.all()
	}
	return func(yield func(Period) bool) {
		at, _ := stamp(from)
		for i := tb.ending(at); i < len(tb.spans); i++ {
			p := Period{c.time(tb.spans[i].open, 0), c.time(tb.spans[i].close, 0)}
			if p.Open.Before(from) {
				p.Open = from.In(c.zone)
			}
			if p.Close.After(to) {
				p.Close = to.In(c.zone)
			}
			if !p.Open.Before(p.Close) || !yield(p) {
				return
			}
		}
	}, err
}
