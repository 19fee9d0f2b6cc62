package worktime

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
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
	// known. They are obligatory where a holiday is given by dates, by the Umm
	// al-Qura calendar or as a country's set. Without them the calendar answers for
	// the years 1678 to 2261.
	From, To int

	// Locked is what Holidays resolved to when somebody wrote it down; nil: they
	// are resolved now.
	Locked *Locked
}

// An EntryError says which entry of a [Spec], or which field of it, is wrong. The
// errors that [New] joins, and that of [Holiday.Check], wrap one where that can be said.
type EntryError struct {
	List  string       // "Seasons", "Holidays" or "Days"; empty: the Spec or the Holiday itself
	Index int          // of the entry in the list
	Other int          // the index of an entry before it that it contradicts, else -1
	Field string       // such as "To"; empty: all of it
	Day   time.Weekday // of the field "Move"
	Err   error
}

// Error returns what is wrong, without where.
func (e *EntryError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *EntryError) Unwrap() error { return e.Err }

// inField returns nil for nil.
func inField(field string, err error) error {
	if err == nil {
		return nil
	}
	return &EntryError{Field: field, Other: -1, Err: err}
}

// Locked is the closed dates of some years, each with the name of its holiday.
// In those years they hold, whatever the rules say.
type Locked struct {
	From, To int // the first and the last year
	Dates    map[Date]string
}

// Calendar says which hours count. It is immutable and safe for concurrent use.
type Calendar struct {
	spec  Spec
	days  map[int]Exception
	lock  map[int]string // the locked dates, by number
	zone  *time.Location
	near  *table
	far   func() *table // for a calendar without cover: all the years that can be; else nil
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
	c := &Calendar{spec: spec.own(), zone: spec.Zone, days: make(map[int]Exception, len(spec.Days))}
	for _, e := range spec.Days {
		e.Hours = sortedHours(e.Hours)
		c.days[e.Date.number()] = e
	}
	if spec.Locked != nil {
		c.lock = make(map[int]string, len(spec.Locked.Dates))
		for d, name := range spec.Locked.Dates {
			c.lock[d.number()] = name
		}
		c.spec.Locked = &Locked{From: spec.Locked.From, To: spec.Locked.To}
	}
	from, to := spec.From, spec.To
	if from == 0 {
		from, to = nearFrom, nearTo
	}
	near, err := c.compile(from, to)
	if err != nil {
		return nil, err
	}
	c.near, c.years = near, fmt.Sprintf("%d–%d", from, to)
	if spec.From == 0 {
		c.years = fmt.Sprintf("%d–%d", farFrom, farTo)
		c.far = sync.OnceValue(c.compileFar)
	}
	if c.near.total == 0 && c.widest().total == 0 {
		return nil, fmt.Errorf("calendar %s: it has no open time; give its week some hours", spec.Name)
	}
	return c, nil
}

// own returns a copy that shares nothing with the caller that it may change, for
// a calendar may be compiled further at any time; but what is locked is the
// calendar's own already. The hours are sorted.
func (s Spec) own() Spec {
	for day, hours := range s.Week {
		s.Week[day] = sortedHours(hours)
	}
	s.Seasons = slices.Clone(s.Seasons)
	for i := range s.Seasons {
		week := map[time.Weekday][]Interval{}
		for day, hours := range s.Seasons[i].Week {
			week[day] = sortedHours(hours)
		}
		s.Seasons[i].Week = week
	}
	s.Holidays = slices.Clone(s.Holidays)
	for i := range s.Holidays {
		h := &s.Holidays[i]
		h.Move, h.Substitute = maps.Clone(h.Move), slices.Clone(h.Substitute)
	}
	return s
}

func (s *Spec) check() error {
	var errs []error
	add := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("calendar %s: %w", s.Name, fmt.Errorf(format, args...)))
	}
	if s.Zone == nil {
		add("it has no time zone; state one")
	}
	for day, hours := range s.Week {
		if err := CheckHours(hours); err != nil {
			add("%s: %w", time.Weekday(day), err)
		}
	}
	sound := make([]bool, len(s.Seasons))
	for i := range s.Seasons {
		sound[i] = s.checkSeason(i, add)
	}
	for i := range s.Holidays {
		if err := s.Holidays[i].Check(); err != nil {
			var e *EntryError
			if errors.As(err, &e) {
				e.List, e.Index = "Holidays", i
			}
			add("%w", err)
		}
	}
	s.checkSeasons(sound, add)
	s.checkDays(add)
	s.checkCover(add)
	s.Locked.check(add)
	return errors.Join(errs...)
}

// report takes a mistake.
type report func(format string, args ...any)

// checkSeason reports whether season i can be.
func (s *Spec) checkSeason(i int, add report) bool {
	sound := true
	s.Seasons[i].check(func(field, format string, args ...any) {
		sound = false
		add("%w", &EntryError{List: "Seasons", Index: i, Other: -1, Field: field, Err: fmt.Errorf(format, args...)})
	})
	return sound
}

func (s *Spec) checkSeasons(sound []bool, add report) {
	for i := range s.Seasons {
		for j := range i {
			if !sound[i] || !sound[j] {
				continue
			}
			if day, ok := s.Seasons[j].meets(&s.Seasons[i]); ok {
				err := fmt.Errorf("seasons %q and %q both state the hours of %s; leave that day of the week to one of them", s.Seasons[j].Name, s.Seasons[i].Name, day)
				add("%w", &EntryError{List: "Seasons", Index: i, Other: j, Err: err})
			}
		}
	}
}

func (s *Spec) checkDays(add report) {
	first := map[Date]int{}
	for i, e := range s.Days {
		entry := func(field string, other int, err error) error {
			return &EntryError{List: "Days", Index: i, Other: other, Field: field, Err: err}
		}
		if err := CheckHours(e.Hours); err != nil {
			add("%s: %w", e.Date, entry("Hours", -1, err))
		}
		other, seen := first[e.Date]
		switch {
		case !e.Date.Valid():
			add("%w", entry("Date", -1, fmt.Errorf("there is no such date as %s", e.Date)))
		case seen:
			add("%w", entry("Date", other, fmt.Errorf("%s is entered twice; keep one entry", e.Date)))
		default:
			first[e.Date] = i
		}
	}
}

func (s *Spec) checkCover(add report) {
	switch {
	case s.From == 0 && s.To == 0:
		for _, h := range s.Holidays {
			if h.needsCover() {
				name := cmp.Or(h.Name, fmt.Sprint(h.On))
				add("holiday %q is known for some years only; state which years the calendar covers", name)
			}
		}
	case s.From < farFrom || s.To > farTo || s.From > s.To:
		field := "To"
		if s.From < farFrom || s.From > farTo {
			field = "From"
		}
		add("%w", inField(field, fmt.Errorf("it cannot cover the years %d–%d; write the first and the last year, between %d and %d", s.From, s.To, farFrom, farTo)))
	}
}

func (l *Locked) check(add report) {
	if l == nil {
		return
	}
	if l.From > l.To {
		add("locked from %d to %d is no year", l.From, l.To)
	}
	for _, d := range slices.SortedFunc(maps.Keys(l.Dates), Date.Compare) {
		if !d.Valid() || !l.has(d.Year) {
			add("locked is %s, which is no date of the years %d–%d", d, l.From, l.To)
		}
	}
}

func (l *Locked) has(year int) bool { return l.From <= year && year <= l.To }

// compile lays out the years from to to.
func (c *Calendar) compile(from, to int) (*table, error) {
	first := Date{from, time.January, 1}.number()
	last := Date{to, time.December, 31}.number()
	const margin = 3 * secondsPerDay // offsets reach 16 hours, shifts one day more
	z := newZone(c.zone, int64(first)*secondsPerDay-margin, int64(last)*secondsPerDay+margin)

	known := from
	if c.spec.From == 0 {
		known-- // so that the night that leads into the first date is right
	}
	closed, err := c.closed(known, to)
	if err != nil {
		return nil, err
	}
	t := compile(z, first, last, func(number int) []Interval {
		if e, ok := c.days[number]; ok {
			return e.Hours
		}
		if _, ok := closed[number]; ok {
			return nil
		}
		return c.usual(number)
	})
	t.notes = closed
	for number, e := range c.days {
		t.notes[number] = e.Why
	}
	return t, nil
}

// closed returns the holidays of the years from to to by day number: those that
// are locked, and by the rules those of other years.
func (c *Calendar) closed(from, to int) (map[int]string, error) {
	l := c.spec.Locked
	if l == nil {
		return c.resolve(from, to)
	}
	closed := map[int]string{}
	if from < l.From || to > l.To {
		var err error
		if closed, err = c.resolve(from, to); err != nil {
			return nil, err
		}
		maps.DeleteFunc(closed, func(number int, _ string) bool { return l.has(dateOf(number).Year) })
	}
	first, last := Date{from, time.January, 1}.number(), Date{to, time.December, 31}.number()
	for number, name := range c.lock {
		if first <= number && number <= last {
			closed[number] = name
		}
	}
	return closed, nil
}

func (c *Calendar) resolve(from, to int) (map[int]string, error) {
	closed, err := resolve(c.spec.Holidays, from, to, func(number int) bool { return len(c.usual(number)) > 0 })
	if err != nil {
		return nil, fmt.Errorf("calendar %s: %w", c.spec.Name, err)
	}
	return closed, nil
}

// HasHolidays reports whether the calendar was given any, whether or not they fall
// in the years that it covers.
func (c *Calendar) HasHolidays() bool { return len(c.spec.Holidays) > 0 }

// Resolve returns on which dates of the years from to to the holidays fall by
// their rules, whatever is locked, each with its name. If a rule does not know all
// these years, that is an error.
func (c *Calendar) Resolve(from, to int) (map[Date]string, error) {
	closed, err := c.resolve(from, to)
	if err != nil {
		return nil, err
	}
	dates := make(map[Date]string, len(closed))
	for number, name := range closed {
		dates[dateOf(number)] = name
	}
	return dates, nil
}

// Years returns the first and the last year of the cover that was stated; 0 and
// 0 where none was.
func (c *Calendar) Years() (from, to int) { return c.spec.From, c.spec.To }

func (c *Calendar) compileFar() *table {
	t, err := c.compile(farFrom, farTo)
	if err != nil {
		// No rule that does without cover can fail, but if one should, the near
		// years are all there is.
		return c.near
	}
	return t
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
	t := c.widest()
	return c.time(t.lo, 0), c.time(t.hi, 0)
}

func (c *Calendar) time(at, ns int64) time.Time { return time.Unix(at, ns).In(c.zone) }

func stamp(t time.Time) (at, ns int64) { return t.Unix(), int64(t.Nanosecond()) }

// widest returns the table of all years. Methods try the near one first.
func (c *Calendar) widest() *table {
	if c.far == nil {
		return c.near
	}
	return c.far()
}

func (c *Calendar) notCovered(what string) error {
	return fmt.Errorf("calendar %s covers %s, and %s: %w", c.spec.Name, c.years, what, ErrNotCovered)
}

// show writes an instant for an error.
func (c *Calendar) show(t time.Time) string { return t.In(c.zone).Format(time.RFC3339Nano) }

// tableFor returns a table that covers all the instants.
func (c *Calendar) tableFor(instants ...time.Time) (*table, error) {
	tb := c.near
	for _, t := range instants {
		if at, ns := stamp(t); !tb.covers(at, ns) {
			tb = c.widest()
		}
		if at, ns := stamp(t); !tb.covers(at, ns) {
			return nil, c.notCovered(c.show(t) + " is outside")
		}
	}
	return tb, nil
}

// Open reports whether t is working time: whether the very next moment counts.
// The opening instant is open, the closing instant is not.
func (c *Calendar) Open(t time.Time) (bool, error) {
	at, _ := stamp(t)
	tb := c.near
	if at < tb.lo || at >= tb.hi {
		tb = c.widest()
	}
	if at < tb.lo || at >= tb.hi {
		return false, c.notCovered("what follows " + c.show(t) + " is outside")
	}
	return tb.spans[tb.ending(at)].open <= at, nil
}

// Between returns the working time in [a, b), negative where b is before a.
func (c *Calendar) Between(a, b time.Time) (time.Duration, error) {
	aAt, aNs := stamp(a)
	bAt, bNs := stamp(b)
	tb := c.near
	if !tb.covers(aAt, aNs) || !tb.covers(bAt, bNs) {
		var err error
		if tb, err = c.tableFor(a, b); err != nil {
			return 0, err
		}
	}
	d, ok := tb.worked(bAt, bNs).minus(tb.worked(aAt, aNs)).duration()
	if !ok {
		return 0, c.notCovered("the working time from " + c.show(a) + " to " + c.show(b) + " is longer than 292 years")
	}
	return d, nil
}

// Add returns the earliest instant at which d of working time has passed since
// t. That may be a closing instant, and is never the opening that follows it.
// If t is outside working hours, counting starts at the next opening. A zero d
// returns t, even on a holiday; a negative d counts back, to the latest instant
// from which -d of working time passes until t.
func (c *Calendar) Add(t time.Time, d time.Duration) (time.Time, error) {
	at, ns := stamp(t)
	at, ns, ok := c.near.add(at, ns, d)
	if !ok {
		return c.addFar(t, d)
	}
	return c.time(at, ns), nil
}

func (c *Calendar) addFar(t time.Time, d time.Duration) (time.Time, error) {
	if _, err := c.tableFor(t); err != nil {
		return time.Time{}, err
	}
	at, ns := stamp(t)
	at, ns, ok := c.widest().add(at, ns, d)
	if !ok {
		return time.Time{}, c.notCovered(fmt.Sprintf("%v of working time from %s leads outside", d, c.show(t)))
	}
	return c.time(at, ns), nil
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
	switch {
	case err != nil:
		return time.Time{}, err
	case open:
		return t.In(c.zone), nil
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
	if !ok {
		e, ok = find(c.widest(), at, ns)
	}
	if !ok {
		return time.Time{}, c.notCovered(what + " from " + c.show(t) + " is outside")
	}
	return c.time(e, 0), nil
}

// An edge at lo or hi is where the cover ends, not where the hours do. The stop
// lies behind hi.

func (t *table) nextOpening(at, _ int64) (int64, bool) {
	i := t.ending(at)
	if t.spans[i].open <= at {
		i++
	}
	return t.spans[i].open, t.spans[i].open < t.hi
}

func (t *table) nextClosing(at, _ int64) (int64, bool) {
	i := t.ending(at)
	return t.spans[i].close, t.spans[i].close < t.hi
}

func (t *table) prevOpening(at, ns int64) (int64, bool) {
	i := t.ending(at)
	if open := t.spans[i].open; open > at || (open == at && ns == 0) {
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
	tb, err := c.tableFor(from, to)
	if err != nil {
		return nil, err
	}
	return func(yield func(Period) bool) {
		at, _ := stamp(from)
		for i := tb.ending(at); ; i++ {
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
	}, nil
}
