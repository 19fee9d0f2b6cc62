package worktime

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Day is a working date: one on which some hours begin.
type Day struct {
	Date  Date
	First time.Time // its first opening; if the night before has all its hours, the end of that night
	Last  time.Time // its last closing, which may lie past midnight
}

// Clip returns t, or the day's first opening or last closing if t is before or after them.
func (d Day) Clip(t time.Time) time.Time {
	switch {
	case t.Before(d.First):
		return d.First
	case t.After(d.Last):
		return d.Last
	}
	return t
}

// Read returns the date and the time of day as which t is read. Inside hours
// that began before midnight that is the date on which they began: 02:00 in
// Monday's night shift is Monday 26:00. Elsewhere it is what the zone's clock
// shows; while a clock that went back catches up, it is the highest time shown
// so far, so that a repeated hour cannot go back behind a cut-off.
func (c *Calendar) Read(t time.Time) (Date, TimeOfDay, error) {
	at, ns := stamp(t)
	tb, number, err := c.dayOf(t)
	if err != nil {
		return Date{}, 0, err
	}
	wall, behind := tb.zone.reading(at)
	if behind {
		wall, ns = wall-1, 1e9-1
	}
	past := wall - int64(number)*secondsPerDay
	return dateOf(number), TimeOfDay(time.Duration(past)*time.Second + time.Duration(ns)), nil
}

func (c *Calendar) dayOf(t time.Time) (*table, int, error) {
	tb, err := c.tableFor(t)
	if err != nil {
		return nil, 0, err
	}
	at, _ := stamp(t)
	number, ok := tb.dayOf(at)
	if !ok {
		tb = c.widest()
		number, ok = tb.dayOf(at)
	}
	if !ok {
		return nil, 0, c.notCovered("the date of " + c.show(t) + " is outside")
	}
	return tb, number, nil
}

// At returns the first instant at which the zone's clock shows the time of day
// on that date, or a later time: the instant of the change for a time that the
// clock skips, the first occurrence for one that it repeats. A time of day beyond
// 24:00 is one of the dates that follow.
func (c *Calendar) At(d Date, tod TimeOfDay) (time.Time, error) {
	_, number, err := c.tableOf(d)
	if err != nil {
		return time.Time{}, err
	}
	sec := floorDiv(int64(tod), int64(time.Second))
	ns := int64(tod) - sec*int64(time.Second)
	wall := int64(number)*secondsPerDay + sec
	tb := c.near
	if !tb.shows(wall, ns) {
		tb = c.widest()
	}
	if !tb.shows(wall, ns) {
		return time.Time{}, c.notCovered(fmt.Sprintf("%s of %s is outside", tod, d))
	}
	at, skipped := tb.zone.instant(wall)
	if skipped {
		ns = 0
	}
	return c.time(at, ns), nil
}

// shows reports whether the time on the clock is one of the table's dates, or
// the midnight that ends them.
func (t *table) shows(wall, ns int64) bool {
	from, to := int64(t.firstDay)*secondsPerDay, int64(t.lastDay+1)*secondsPerDay
	return wall >= from && (wall < to || (wall == to && ns == 0))
}

// tableOf returns a table that covers the date.
func (c *Calendar) tableOf(d Date) (*table, int, error) {
	number := d.number()
	if dateOf(number) != d {
		return nil, 0, fmt.Errorf("calendar %s: there is no such date as %s", c.spec.Name, d)
	}
	if c.near.has(number) {
		return c.near, number, nil
	}
	if far := c.widest(); far.has(number) {
		return far, number, nil
	}
	return nil, 0, c.notCovered(d.String() + " is outside")
}

func (t *table) has(number int) bool { return t.firstDay <= number && number <= t.lastDay }

// Working returns the date's first opening and last closing; ok is false for a
// date on which no hours begin. The error wraps [ErrNotCovered] if the
// date lies outside, or its hours end there.
func (c *Calendar) Working(d Date) (day Day, ok bool, err error) {
	tb, number, err := c.tableOf(d)
	if err != nil {
		return Day{}, false, err
	}
	row, ok := tb.step(number, 0)
	if !ok {
		return Day{}, false, nil
	}
	day, err = c.day(tb, row)
	return day, err == nil, err
}

// day returns a row of the table. The night that begins in the cover and ends
// outside is an error.
func (c *Calendar) day(tb *table, row *day) (Day, error) {
	d := Day{dateOf(row.number), c.time(row.first, 0), c.time(row.last, 0)}
	if row.last > tb.hi && row.last > c.widest().hi {
		return Day{}, c.notCovered(fmt.Sprintf("the hours of %s end outside, at %s", d.Date, c.show(d.Last)))
	}
	return d, nil
}

// Step returns the nth working date after d, or before d where n is negative; d
// itself is not counted. For n = 0 it is d or, where d is closed, the first
// working date after it.
func (c *Calendar) Step(d Date, n int) (Day, error) {
	tb, number, err := c.tableOf(d)
	if err != nil {
		return Day{}, err
	}
	row, ok := tb.stepOrNext(number, n)
	if !ok {
		tb = c.widest()
		row, ok = tb.stepOrNext(number, n)
	}
	if !ok {
		dates := "working dates lead"
		if n == 1 || n == -1 {
			dates = "working date leads"
		}
		return Day{}, c.notCovered(fmt.Sprintf("%d %s outside from %s", n, dates, d))
	}
	return c.day(tb, row)
}

func (t *table) stepOrNext(number, n int) (*day, bool) {
	if n != 0 {
		return t.step(number, n)
	}
	row := t.working(number)
	if row == len(t.days) {
		return nil, false
	}
	return &t.days[row], true
}

// Note returns why a date has other hours than its day of the week: the name of
// the holiday, or the reason of a dated entry. It is empty for an ordinary date
// and outside the cover.
func (c *Calendar) Note(d Date) string {
	tb, number, err := c.tableOf(d)
	if err != nil {
		return ""
	}
	return tb.notes[number]
}

// Closed reports whether the calendar has no hours that begin on the date, and
// why: the note, or else the day of the week.
func (c *Calendar) Closed(d Date) (why string, closed bool) {
	_, working, err := c.Working(d)
	if err != nil || working {
		return "", false
	}
	if note := c.Note(d); note != "" {
		return note, true
	}
	return d.Weekday().String(), true
}

// ErrAmbiguous is wrapped by the error of [ParseTime] for a local time that the
// zone's clock skips or shows twice.
var ErrAmbiguous = errors.New("write the time with its offset, such as +02:00")

// ParseTime reads an instant that a person wrote: 2026-06-07T10:00:01 on the
// zone's clock (a space may stand for the T, seconds and a fraction may be
// absent or present), or a time with its offset, such as
// 2026-06-07T10:00:01+03:00. A local time that the clock skips or shows twice
// is an error that wraps [ErrAmbiguous]; for the latter it names both offsets.
func ParseTime(s string, loc *time.Location) (time.Time, error) {
	text := strings.Replace(s, " ", "T", 1)
	if err := checkFraction(s); err != nil {
		return time.Time{}, err
	}
	for _, clock := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		for _, offset := range []string{"Z07:00", "Z07:00:00"} {
			if t, err := time.Parse(clock+offset, text); err == nil {
				return t.In(loc), nil
			}
		}
		if t, err := time.Parse(clock, text); err == nil {
			return local(s, t, loc)
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time; write it as 2026-06-07T10:00:01, or with an offset as 2026-06-07T10:00:01+03:00", s)
}

// checkFraction refuses what package time reads otherwise than it is written: a comma
// for the point, and digits beyond the ninth, which it drops.
func checkFraction(s string) error {
	if strings.Contains(s, ",") {
		return fmt.Errorf("%q has a comma; write a point before the fraction of a second", s)
	}
	_, fraction, _ := strings.Cut(s, ".")
	if digits := len(fraction) - len(strings.TrimLeft(fraction, "0123456789")); digits > 9 {
		return fmt.Errorf("%q has %d digits in its fraction of a second; write nine at the most", s, digits)
	}
	return nil
}

// local finds the instants at which the clock of loc shows what t shows in UTC.
func local(typed string, t time.Time, loc *time.Location) (time.Time, error) {
	const reach = 2 * secondsPerDay
	z := newZone(loc, t.Unix()-reach, t.Unix()+reach)
	var found []time.Time
	for i, s := range z.segs {
		at := t.Unix() - s.offset
		if (i == 0 || at >= s.start) && (i == len(z.segs)-1 || at < z.segs[i+1].start) {
			found = append(found, time.Unix(at, int64(t.Nanosecond())).In(loc))
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return time.Time{}, fmt.Errorf("%s does not exist in %s, where the clock skips it: %w", typed, loc, ErrAmbiguous)
	}
	return time.Time{}, fmt.Errorf("%s occurs twice in %s, with the offsets %s and %s: %w", typed, loc,
		showOffset(found[0]), showOffset(found[1]), ErrAmbiguous)
}

// showOffset writes the offset as ParseTime reads it; old ones have seconds.
func showOffset(t time.Time) string {
	return strings.TrimSuffix(t.Format("-07:00:00"), ":00")
}
