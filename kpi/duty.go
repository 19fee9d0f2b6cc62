package kpi

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Covers says of which time a report tells.
type Covers string

// What reports can cover.
const (
	Cut      Covers = "cut"   // from the cut of the one before to its own
	AllMonth Covers = "month" // the calendar months before that of its rule, as many as lie between two of them
	AllYear  Covers = "year"  // the calendar years before, likewise
)

// Closed says what becomes of a duty that falls on a day on which the calendar is closed.
type Closed string

// What a duty can do on a closed day.
const (
	Keep   Closed = "keep"   // it falls on that day all the same
	Skip   Closed = "skip"   // it does not fall
	Before Closed = "before" // it falls on the last working day before
	After  Closed = "after"  // it falls on the next working day
)

// unit is what a duty comes round with.
type unit string

const (
	night      unit = "night"
	day        unit = "day"
	workingDay unit = "working-day"
	week       unit = "week"
	month      unit = "month"
	year       unit = "year"
	demand     unit = "demand"
)

var units = []unit{night, day, workingDay, week, month, year, demand}

// Duty is something that has to be done again and again, with evidence; or a report
// that has to be made. What it is called, [Policy.Title] says.
type Duty struct {
	ID        string
	Report    bool
	Role      string   // that sees to it; empty: nobody in particular
	Procedure string   // the document that says how; empty: none
	Per       string   // it is done for each item of this kind, such as each server; empty: once
	Steps     []string // of which it consists, in order; none: it is one
	PerStep   string   // the step that is done for each item, the others once; empty: all are
	Addressee string   // of a report: the role that gets it

	every    unit
	n        int           // every so many of them
	weekday  time.Weekday  // of a week
	date     worktime.Date // of a month: Day, -1 the last; of a year: Month and Day
	working  int           // of a month: its nth working day, from the end if negative; 0: by date
	closed   Closed
	calendar string
	window   window
	first    worktime.Date     // before which it does not fall; zero: it always did
	match    map[string]string // more attributes of its timeline
	begun    []string          // more kinds of event that its beginning is
	done     []string          // and its end
	covers   Covers
}

// window is when on its date a duty is done.
type window struct {
	hours    bool // the calendar's hours of the date
	interval worktime.Interval
}

// Duty returns a duty or a report by its id.
func (p *Policy) Duty(id string) (Duty, bool) {
	d, ok := p.duties[id]
	d.Steps = slices.Clone(d.Steps)
	return d, ok
}

// Fall is when a duty falls.
type Fall struct {
	Date  worktime.Date    // to which it belongs: a night belongs to that of its evening
	Began time.Time        // from when it can be done
	Due   time.Time        // until when it is to be done
	Of    townclerk.Period // that a report covers; of other duties, from Began to Due
}

// Falls returns when a duty falls whose windows begin in a period, in order; one
// on demand never does by itself. Where several come to fall on one date, as when the
// days before are closed, they are one.
//
// A duty that is not known is an error, as is a date that the calendar does not cover:
// then it wraps [worktime.ErrNotCovered].
func (p *Policy) Falls(duty string, in townclerk.Period) ([]Fall, error) {
	d, ok := p.duties[duty]
	if !ok {
		return nil, fmt.Errorf("%q is no duty and no report%s", duty, p.suggest(tableDuties, duty))
	}
	falls, err := p.falls(&d, in)
	if err != nil {
		return nil, fmt.Errorf("duty %s: %w", duty, err)
	}
	return falls, nil
}

// Latest returns the last fall of a duty whose window began at or before an instant:
// the one that is on then, or else was last. ok is false if there is none within the
// longest time that lies between two of them.
func (p *Policy) Latest(duty string, at time.Time) (f Fall, ok bool, err error) {
	d, known := p.duties[duty]
	if !known {
		return Fall{}, false, fmt.Errorf("%q is no duty and no report%s", duty, p.suggest(tableDuties, duty))
	}
	falls, err := p.falls(&d, townclerk.Period{From: at.AddDate(0, 0, -d.longest()), To: at.Add(time.Nanosecond)})
	if err != nil || len(falls) == 0 {
		return Fall{}, false, err
	}
	return falls[len(falls)-1], true, nil
}

// longest is more days than lie between two falls, unless a calendar is closed for long.
func (d *Duty) longest() int {
	return 31 + d.n*map[unit]int{night: 1, day: 1, workingDay: 1, week: 7, month: 31, year: 366}[d.every]
}

// falls returns those of which it is sure, also with an error.
func (p *Policy) falls(d *Duty, in townclerk.Period) ([]Fall, error) {
	if d.every == demand {
		return nil, nil
	}
	cal := p.calendar(d.calendar)
	if cal == nil {
		return nil, fmt.Errorf("the promises have no calendar %q any more", d.calendar)
	}
	dated, err := d.windows(cal, in)
	var all []Fall
	for i := range dated {
		f := dated[i].Fall
		f.Of = townclerk.Period{From: f.Began, To: p.until(d, &dated[i])}
		if d.Report && i > 0 {
			f.Of.From = all[i-1].Of.To
		} else if d.Report {
			var unknown error
			if f.Of.From, unknown = p.since(d, cal, &dated[i]); unknown != nil {
				return nil, unknown
			}
		}
		all = append(all, f)
	}
	return all, err
}

// dated is a fall, and the first and the last date on which the rule puts it: there are
// several where closed days bring them together.
type dated struct {
	Fall
	first, last worktime.Date
}

// windows returns the falls without what they cover: those of which it is sure, also
// with an error.
func (d *Duty) windows(cal *worktime.Calendar, in townclerk.Period) ([]dated, error) {
	from, to := dateIn(in.From, cal.Zone()), lastDate(in.To, cal.Zone())
	// What falls on closed days beyond may come to lie within.
	var unknown error
	switch d.closed {
	case After:
		if d.first.Compare(from) < 0 { // else nothing falls before
			on, err := cal.Step(from, -1)
			if err != nil {
				return nil, err
			}
			from = on.Date
		}
	case Before:
		var on worktime.Day
		if on, unknown = cal.Step(to, +1); unknown == nil {
			to = on.Date
		}
	}
	var all []dated
	dates, err := d.dates(cal, from, to)
	for _, date := range dates {
		f, ok, err := d.fall(cal, date)
		switch last := len(all) - 1; {
		case err != nil:
			return all, err
		case !ok || !in.Contains(f.Began):
		case last >= 0 && all[last].Date == f.Date:
			all[last].last = date
		default:
			all = append(all, dated{f, date, date})
		}
	}
	if err == nil {
		err = unknown
	}
	return all, err
}

// lastDate returns the last date that begins before an instant.
func lastDate(before time.Time, zone *time.Location) worktime.Date {
	date := dateIn(before, zone).AddDays(1) // the clock may have gone back over midnight
	for !date.Start(zone).Before(before) {
		date = date.AddDays(-1)
	}
	return date
}

// dates returns the dates on which the duty falls by its rule, closed or not: those
// before one that is not covered, with an error.
func (d *Duty) dates(cal *worktime.Calendar, from, to worktime.Date) ([]worktime.Date, error) {
	if from.Compare(d.first) < 0 {
		from = d.first
	}
	var all []worktime.Date
	switch d.every {
	case night, day, week, workingDay:
		length := d.n
		if d.every == week {
			length *= 7
		}
		for date := d.round(from, length); date.Compare(to) <= 0; date = date.AddDays(length) {
			all = append(all, date)
		}
	case month, year:
		length := d.n
		if d.every == year {
			length *= 12
		}
		for first := d.month(cal, from, length); first.Compare(to) <= 0; first = addMonths(first, length) {
			date, ok, err := d.ofMonth(cal, first)
			if err != nil && addMonths(first, 1).Compare(from) > 0 {
				return all, err
			}
			if ok && err == nil && within(date, from, to) {
				all = append(all, date)
			}
		}
	}
	return all, nil
}

func within(d, from, to worktime.Date) bool { return d.Compare(from) >= 0 && d.Compare(to) <= 0 }

// round returns the first date from which on the duty comes round every so many days.
func (d *Duty) round(from worktime.Date, length int) worktime.Date {
	if d.every == week {
		anchor := d.first
		if anchor == (worktime.Date{}) {
			anchor = from
		}
		for anchor.Weekday() != d.weekday {
			anchor = anchor.AddDays(1)
		}
		return ahead(anchor, from, length)
	}
	if length == 1 || d.first == (worktime.Date{}) {
		return from
	}
	return ahead(d.first, from, length)
}

// ahead returns the first date at or after from that lies whole lengths after the anchor.
func ahead(anchor, from worktime.Date, length int) worktime.Date {
	gap := int(from.Start(time.UTC).Sub(anchor.Start(time.UTC)) / (24 * time.Hour))
	if gap <= 0 {
		return anchor
	}
	return anchor.AddDays((gap + length - 1) / length * length)
}

// month returns the first day of the month with which to begin. What comes round every
// several months or years counts from the first of them in which it does not fall before
// its first date.
func (d *Duty) month(cal *worktime.Calendar, from worktime.Date, length int) worktime.Date {
	anchor := worktime.Date{Year: from.Year - 1, Month: from.Month, Day: 1}
	if d.first != (worktime.Date{}) {
		anchor.Year, anchor.Month = d.first.Year, d.first.Month
	}
	step := 1
	if d.every == year {
		anchor.Month, step = d.date.Month, 12
	}
	if date, ok, err := d.ofMonth(cal, anchor); err == nil && ok && date.Compare(d.first) < 0 {
		anchor = addMonths(anchor, step)
	}
	gap := (from.Year-anchor.Year)*12 + int(from.Month-anchor.Month)
	return addMonths(anchor, max(0, gap)/length*length)
}

// ofMonth returns the date in a month. A month that does not have the day, or not so many
// working days, has the last that it has; one without any working day has none.
func (d *Duty) ofMonth(cal *worktime.Calendar, first worktime.Date) (worktime.Date, bool, error) {
	last := addMonths(first, 1).AddDays(-1)
	if d.working == 0 {
		date := first
		date.Day = d.date.Day
		if d.date.Day < 0 || date.Day > last.Day {
			date = last
		}
		return date, true, nil
	}
	begin, end, forward := first, last, 1
	if d.working < 0 {
		begin, end, forward = last, first, -1
	}
	on, err := nearest(cal, begin, forward)
	if err != nil || !within(on, first, last) {
		return worktime.Date{}, false, err
	}
	nth, err := cal.Step(on, d.working-forward)
	if err != nil || within(nth.Date, first, last) {
		return nth.Date, err == nil, err
	}
	on, err = nearest(cal, end, -forward)
	return on, err == nil, err
}

// nearest returns a date if it is a working one, else the next, or with -1 the one before.
// It does not ask about the days on the other side, which may not be covered.
func nearest(cal *worktime.Calendar, date worktime.Date, step int) (worktime.Date, error) {
	on, open, err := cal.Working(date)
	if err == nil && !open {
		on, err = cal.Step(date, step)
	}
	return on.Date, err
}

// fall returns when a duty falls that its rule puts on a date.
func (d *Duty) fall(cal *worktime.Calendar, date worktime.Date) (Fall, bool, error) {
	var on worktime.Day
	open := true
	if d.closed != Keep || d.window.hours {
		var err error
		if on, open, err = cal.Working(date); err != nil {
			return Fall{}, false, err
		}
	}
	if !open {
		step := 0 // to the first working date after it
		switch d.closed {
		case Skip, Keep:
			return Fall{}, false, nil
		case Before:
			step = -1
		}
		var err error
		if on, err = cal.Step(date, step); err != nil {
			return Fall{}, false, err
		}
		date = on.Date
	}
	f := Fall{Date: date, Began: on.First, Due: on.Last}
	if !d.window.hours {
		var err1, err2 error
		f.Began, err1 = cal.At(date, d.window.interval.From)
		f.Due, err2 = cal.At(date, d.window.interval.To)
		if err := errors.Join(err1, err2); err != nil {
			return Fall{}, false, err
		}
	}
	f.Began, f.Due = f.Began.UTC(), f.Due.UTC()
	if !f.Began.Before(f.Due) && date.Start(cal.Zone()).Before(date.AddDays(1).Start(cal.Zone())) {
		// The clock skips the whole window, and what is done each night is done in this as well.
		f.Due = f.Began.Add(time.Duration(d.window.interval.To - d.window.interval.From))
	}
	return f, f.Began.Before(f.Due), nil
}

// until returns up to when a report tells, or a duty is done. Calendar months and years
// are those of the rule, also where a closed day moves it into another.
func (p *Policy) until(d *Duty, f *dated) time.Time {
	switch d.covers {
	case AllMonth:
		return p.start(addMonths(f.last, 0))
	case AllYear:
		return p.start(worktime.Date{Year: f.last.Year, Month: time.January, Day: 1})
	}
	return f.Due
}

// since returns from when on a report tells that has none before it in a list.
func (p *Policy) since(d *Duty, cal *worktime.Calendar, f *dated) (time.Time, error) {
	switch d.covers {
	case AllMonth:
		return p.start(addMonths(f.first, -d.n)), nil
	case AllYear:
		return p.start(worktime.Date{Year: f.first.Year - d.n, Month: time.January, Day: 1}), nil
	}
	return p.cutBefore(d, cal, f)
}

// cutBefore returns the cut of the report before one; the first of all tells of what was
// from the first date of the duty on, else of its own day.
func (p *Policy) cutBefore(d *Duty, cal *worktime.Calendar, f *dated) (time.Time, error) {
	from := f.Began.AddDate(0, 0, -d.longest())
	if covered, _ := cal.Cover(); from.Before(covered) {
		from = covered
	}
	before, err := d.windows(cal, townclerk.Period{From: from, To: f.Began})
	switch {
	case err != nil:
		return time.Time{}, err
	case len(before) > 0:
		return before[len(before)-1].Due, nil
	case d.first != (worktime.Date{}) && d.first.Compare(f.Date) < 0:
		return p.start(d.first), nil
	}
	return p.start(f.Date), nil
}

// parseEvery reads "night", "month" or "3 months".
func parseEvery(text string) (unit, int, error) {
	number, name, several := strings.Cut(text, " ")
	n := 1
	if several {
		var err error
		if n, err = strconv.Atoi(number); err != nil || n < 1 || n > 1000 || number[0] == '+' {
			return "", 0, notEvery(text)
		}
	} else {
		name = text
	}
	if n > 1 {
		name = strings.TrimSuffix(name, "s")
	}
	if !slices.Contains(units, unit(name)) || n > 1 && (unit(name) == workingDay || unit(name) == demand) {
		return "", 0, notEvery(text)
	}
	return unit(name), n, nil
}

func notEvery(text string) error {
	return fmt.Errorf("%q is no interval; write night, day, working-day, week, month, year or demand, or several as in \"3 months\"", text)
}
