package worktime

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TimeOfDay is a wall-clock time as the time that a clock shows past the
// midnight on which a date begins. 24:00 is the end of a date; a time in a shift
// past midnight is beyond it (02:00 in Monday's shift is Monday 26:00).
type TimeOfDay time.Duration

// Midnight24 is 24:00, the end of a date.
const Midnight24 = TimeOfDay(24 * time.Hour)

// ParseTimeOfDay reads a time from 00:00 to 24:00, with seconds if need be:
// 07:30 or 07:30:15.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	parts := strings.Split(s, ":")
	bad := fmt.Errorf("%q is not a time of day; write it as 07:30 or 07:30:15, 24:00 at the latest", s)
	if len(parts) != 2 && len(parts) != 3 {
		return 0, bad
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.ParseUint(p, 10, 8)
		if err != nil || len(p) != 2 || (i > 0 && v > 59) {
			return 0, bad
		}
		n[i] = int(v)
	}
	tod := Clock(n[0], n[1], n[2])
	if tod > Midnight24 {
		return 0, bad
	}
	return tod, nil
}

// Clock returns the time of day that a clock shows as h:m:s.
func Clock(h, m, s int) TimeOfDay {
	return TimeOfDay(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second)
}

// String returns 07:30, 07:30:15, or with a fraction where there is one.
func (t TimeOfDay) String() string {
	d := time.Duration(t)
	s := fmt.Sprintf("%02d:%02d", d/time.Hour, d%time.Hour/time.Minute)
	rest := d % time.Minute
	if rest == 0 {
		return s
	}
	s += fmt.Sprintf(":%02d", rest/time.Second)
	if ns := rest % time.Second; ns != 0 {
		s += strings.TrimRight(fmt.Sprintf(".%09d", ns), "0")
	}
	return s
}

func (t TimeOfDay) seconds() int64 { return int64(time.Duration(t) / time.Second) }

// Interval is a half-open stretch of a day's hours: 07:30–16:30 contains 07:30
// and not 16:30. One whose To is before its From ends on the next date; one whose To
// is its From is empty, and refused.
type Interval struct {
	From, To TimeOfDay
}

// ParseInterval reads hours written as 07:30-16:30; 22:00-06:00 ends on the next date.
func ParseInterval(s string) (Interval, error) {
	from, to, ok := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-")
	if !ok {
		return Interval{}, fmt.Errorf("%q are not hours; write them as 07:30-16:30", s)
	}
	a, err := ParseTimeOfDay(strings.TrimSpace(from))
	if err != nil {
		return Interval{}, err
	}
	b, err := ParseTimeOfDay(strings.TrimSpace(to))
	if err != nil {
		return Interval{}, err
	}
	iv := Interval{a, b}
	return iv, iv.check()
}

func (iv Interval) check() error {
	switch {
	case iv.From < 0 || iv.To < 0 || iv.From > Midnight24 || iv.To > Midnight24:
		return fmt.Errorf("%s leaves the day; hours lie between 00:00 and 24:00", iv)
	case iv.From%TimeOfDay(time.Second) != 0 || iv.To%TimeOfDay(time.Second) != 0:
		return fmt.Errorf("%s has a fraction of a second; hours are whole seconds", iv)
	case iv.From == Midnight24:
		return fmt.Errorf("%s starts at 24:00, which is an end only; start the next day at 00:00", iv)
	case iv.From == iv.To:
		return fmt.Errorf("%s is empty; a whole day is 00:00-24:00", iv)
	}
	return nil
}

// String returns 07:30-16:30.
func (iv Interval) String() string { return iv.From.String() + "-" + iv.To.String() }

// end is To as a time of the date on which the interval starts.
func (iv Interval) end() TimeOfDay {
	if iv.To <= iv.From {
		return iv.To + Midnight24
	}
	return iv.To
}

// CheckHours returns nil if the hours of one date make sense: each interval by
// itself, and no two of them overlapping. Touching ones are fine.
func CheckHours(hours []Interval) error {
	for _, iv := range hours {
		if err := iv.check(); err != nil {
			return err
		}
	}
	sorted := sortedHours(hours)
	for i := 1; i < len(sorted); i++ {
		if sorted[i].From < sorted[i-1].end() {
			return fmt.Errorf("%s and %s overlap", sorted[i-1], sorted[i])
		}
	}
	return nil
}

func sortedHours(hours []Interval) []Interval {
	return slices.SortedFunc(slices.Values(hours), func(a, b Interval) int {
		return int((a.From - b.From) / TimeOfDay(time.Second))
	})
}

// Week is the hours of each day, by [time.Weekday]. A day without hours is closed.
type Week [7][]Interval

// AllHours returns the week that never closes, 24x7.
func AllHours() Week {
	var w Week
	for day := range w {
		w[day] = []Interval{{0, Midnight24}}
	}
	return w
}

// Season replaces the hours of some days of the week between two dates, both
// included. Dates whose Year is 0 recur each year, and then From may be later in
// the year than To: a season from 1 November to 31 March.
type Season struct {
	Name     string
	From, To Date
	Week     map[time.Weekday][]Interval // a day that is not here keeps its hours; an empty list closes it
}

func (s *Season) contains(d Date) bool {
	if s.From.Year != 0 {
		return s.From.Compare(d) <= 0 && d.Compare(s.To) <= 0
	}
	d.Year = 0
	if s.From.Compare(s.To) <= 0 {
		return s.From.Compare(d) <= 0 && d.Compare(s.To) <= 0
	}
	return s.From.Compare(d) <= 0 || d.Compare(s.To) <= 0
}

func (s *Season) check(add func(field, format string, args ...any)) {
	if (s.From.Year == 0) != (s.To.Year == 0) {
		add("To", "season %q: one of its dates has a year and the other has none; give both one, or neither", s.Name)
	}
	if !s.From.leap().Valid() {
		add("From", "season %q: there is no such date as %s", s.Name, s.From.ofYear())
	}
	if !s.To.leap().Valid() {
		add("To", "season %q: there is no such date as %s", s.Name, s.To.ofYear())
	}
	if s.From.Year != 0 && s.To.Year != 0 && s.To.Compare(s.From) < 0 {
		add("To", "season %q ends on %s, before it begins on %s", s.Name, s.To, s.From)
	}
	for _, day := range slices.Sorted(maps.Keys(s.Week)) {
		if err := checkWeekday(day); err != nil {
			add("Week", "season %q: %w", s.Name, err)
		} else if err := CheckHours(s.Week[day]); err != nil {
			add("Week", "season %q: %s: %w", s.Name, day, err)
		}
	}
}

// leap puts a date that recurs into a leap year, so that 29 February may begin or
// end a season.
func (d Date) leap() Date {
	if d.Year == 0 {
		d.Year = 2000
	}
	return d
}

// ofYear writes a date, or the day of a date that recurs.
func (d Date) ofYear() string {
	if d.Year == 0 {
		return d.String()[len("0000-"):]
	}
	return d.String()
}

// meets returns a date whose hours both seasons state.
func (s *Season) meets(o *Season) (day string, ok bool) {
	if s.From.Year == 0 && o.From.Year != 0 {
		s, o = o, s
	}
	from, to := s.From, s.To
	if from.Year == 0 {
		from, to = Date{2000, time.January, 1}, Date{2000, time.December, 31}
	}
	if !slices.ContainsFunc(slices.Collect(maps.Keys(s.Week)), func(day time.Weekday) bool { _, both := o.Week[day]; return both }) {
		return "", false
	}
	// Where both hold for a week, they share a day in it; a shorter stretch begins
	// on every day of the week within forty years. So this takes few steps.
	for d := from; d.Compare(to) <= 0; {
		switch {
		case !s.contains(d):
			d = s.after(d)
		case !o.contains(d):
			d = o.after(d)
		case s.shares(o, d):
			d.Year *= min(s.From.Year, 1) // 0 if both recur
			return d.ofYear(), true
		default:
			d = d.AddDays(1)
		}
	}
	return "", false
}

// after returns when a season that does not contain d begins next; if never, it is
// a date beyond all others.
func (s *Season) after(d Date) Date {
	next := s.From
	if next.Year == 0 {
		// 29 February is 1 March in a common year, which the season contains.
		next = Date{d.Year, s.From.Month, s.From.Day}.AddDays(0)
		if next.Compare(d) <= 0 {
			next = Date{d.Year + 1, s.From.Month, s.From.Day}.AddDays(0)
		}
	}
	if next.Compare(d) <= 0 {
		next = Date{Year: math.MaxInt}
	}
	return next
}

// shares reports whether both name the weekday of d; where both recur, every
// date has each weekday in some year.
func (s *Season) shares(o *Season, d Date) bool {
	for day := range s.Week {
		_, both := o.Week[day]
		if both && (s.From.Year == 0 || day == d.Weekday()) {
			return true
		}
	}
	return false
}

// Exception states the hours of one date, over any holiday, season or week: a
// short day, an extra day, or with no hours a closure.
type Exception struct {
	Date  Date
	Hours []Interval
	Why   string
}
