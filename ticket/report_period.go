package ticket

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// ReportKind says what a report tells.
type ReportKind string

const (
	WeeklyReport  ReportKind = "weekly"   // the calls that were opened, and how each stands (TE-24)
	MonthlyReport ReportKind = "monthly"  // the work and the efficiency of each handler (SG-26)
	YearlyReport  ReportKind = "yearly"   // a summary, beside the year before (TE-13, SG-25)
	TargetReport  ReportKind = "targets"  // the attainment of each target
	ChannelReport ReportKind = "channels" // by which channels tickets came in (IR-13)
)

// ReportKinds is all kinds of report.
var ReportKinds = []ReportKind{WeeklyReport, MonthlyReport, YearlyReport, TargetReport, ChannelReport}

// reports is when reports are made.
type reports struct {
	calendar    string
	day         time.Weekday
	monthlyDays int // working days after the month
	yearly      worktime.Date
}

// What is due where the policy does not say.
const (
	monthlyDays = 5
	yearlyDue   = "01-31"
)

var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

var errNoReports = errors.New("ticket.toml does not say when reports are made; write [reports]")

// reports reads the table of that name.
func (p *parser) reports() {
	raw := p.raw.Reports
	if raw == nil {
		return
	}
	here := at("reports")
	r := &reports{calendar: raw.Calendar, monthlyDays: monthlyDays}
	if raw.Calendar == sla.Elapsed || raw.Calendar != "" && p.policy.promises.Calendar(raw.Calendar) == nil {
		p.doc.Errorf(here.Add("calendar"), "the promises have no calendar named %q; name one of theirs", raw.Calendar)
	}
	if raw.Week != "" {
		p.OneOf(here.Add("week"), raw.Week, weekdays[:])
		r.day = time.Weekday(max(0, slices.Index(weekdays[:], raw.Week)))
	}
	if p.doc.Has(here.Add("monthly_due")) && !p.doc.Failed(here.Add("monthly_due")) {
		r.monthlyDays = raw.MonthlyDue
		if raw.MonthlyDue < 1 || raw.MonthlyDue > 20 {
			p.doc.Errorf(here.Add("monthly_due"), "%d is not from 1 to 20 working days", raw.MonthlyDue)
		}
	}
	day := yearlyDue
	if p.doc.Has(here.Add("yearly_due")) && !p.doc.Failed(here.Add("yearly_due")) {
		day = raw.YearlyDue
	}
	var err error
	if r.yearly, err = worktime.ParseDate("2001-" + day); err != nil { // not a leap year
		p.doc.Errorf(here.Add("yearly_due"), "%q is not a day of each year; write the month and the day, such as %q", day, yearlyDue)
	}
	p.policy.reports = r
}

// Week returns the week of the weekly report in which t lies. A week ends as the
// hours of its report's day end or, if that is closed, those of the last working
// day before it (TE-24, A-23): the calendar that [reports] names decides. Weeks
// follow one another without gap or overlap, so that the next one is that of To.
// A week without any working day is part of the next.
//
// If the policy has no [reports], or a cut lies beyond the calendar's cover, that
// is an error; the latter wraps [worktime.ErrNotCovered].
func (p *Policy) Week(t time.Time) (townclerk.Period, error) {
	cal, err := p.reportCalendar()
	if err != nil {
		return townclerk.Period{}, err
	}
	day := dateIn(t, cal.Zone())
	day = day.AddDays(-int(day.Weekday()-p.reports.day+7) % 7)
	end, err := cut(cal, day)
	for err == nil && !end.After(t) {
		day = day.AddDays(7)
		end, err = cut(cal, day)
	}
	start := end
	for err == nil && start.After(t) { // also over weeks that end together
		end, day = start, day.AddDays(-7)
		start, err = cut(cal, day)
	}
	if err != nil {
		return townclerk.Period{}, fmt.Errorf("the week of %s: %w", dateIn(t, cal.Zone()), err)
	}
	return townclerk.Period{From: start, To: end}, nil
}

// cut returns when the week ends whose report's day is given.
func cut(cal *worktime.Calendar, day worktime.Date) (time.Time, error) {
	on, ok, err := cal.Working(day)
	if err == nil && !ok {
		on, err = cal.Step(day, -1)
	}
	return on.Last, err
}

// reportCalendar returns the calendar of reports, with closures that were declared later.
func (p *Policy) reportCalendar() (*worktime.Calendar, error) {
	if p.reports == nil {
		return nil, errNoReports
	}
	return p.promises.Corrected().Calendar(p.reports.calendar), nil
}

// Month returns the calendar month in which t lies, in the zone of the promises.
func (p *Policy) Month(t time.Time) townclerk.Period {
	zone := p.promises.Zone()
	first := dateIn(t, zone)
	first.Day = 1
	return townclerk.Period{From: first.Start(zone), To: nextMonth(first).Start(zone)}
}

// Year returns the calendar year in which t lies, in the zone of the promises.
func (p *Policy) Year(t time.Time) townclerk.Period {
	zone := p.promises.Zone()
	first := worktime.Date{Year: dateIn(t, zone).Year, Month: time.January, Day: 1}
	next := first
	next.Year++
	return townclerk.Period{From: first.Start(zone), To: next.Start(zone)}
}

func nextMonth(first worktime.Date) worktime.Date {
	if first.Month == time.December {
		return worktime.Date{Year: first.Year + 1, Month: time.January, Day: 1}
	}
	first.Month++
	return first
}

// dateIn returns the date on which t lies in the zone.
func dateIn(t time.Time, zone *time.Location) worktime.Date {
	year, month, day := t.In(zone).Date()
	return worktime.Date{Year: year, Month: month, Day: day}
}

// ReportDue returns until when a report of the period is due: a monthly
// report until the hours end of the working day after it that [reports] names, by
// default the fifth; a yearly one until the end of a date of the year after, by
// default 31 January; any other with the end of its period.
//
// The errors are those of [Policy.Week].
func (p *Policy) ReportDue(kind ReportKind, period townclerk.Period) (time.Time, error) {
	switch kind {
	case MonthlyReport:
		cal, err := p.reportCalendar()
		if err != nil {
			return time.Time{}, err
		}
		day, err := cal.Step(dateIn(period.To, cal.Zone()).AddDays(-1), p.reports.monthlyDays)
		if err != nil {
			return time.Time{}, fmt.Errorf("the %s report: %w", kind, err)
		}
		return day.Last, nil
	case YearlyReport:
		if p.reports == nil {
			return time.Time{}, errNoReports
		}
		zone := p.promises.Zone()
		on := p.reports.yearly
		on.Year = dateIn(period.To, zone).Year
		return on.AddDays(1).Start(zone), nil
	case WeeklyReport, TargetReport, ChannelReport:
		return period.To, nil
	}
	return time.Time{}, unknownKind(kind)
}

func unknownKind(kind ReportKind) error {
	var known []string
	for _, k := range ReportKinds {
		known = append(known, string(k))
	}
	return fmt.Errorf("%q is no kind of report%s", kind, tomldoc.Suggest(string(kind), known))
}

// months returns the calendar months of a period, the first and the last cut at its ends.
func (p *Policy) months(period townclerk.Period) []townclerk.Period {
	var all []townclerk.Period
	for from := period.From; from.Before(period.To); {
		to := p.Month(from).To
		if to.After(period.To) {
			to = period.To
		}
		all = append(all, townclerk.Period{From: from, To: to})
		from = to
	}
	return all
}

// yearBefore returns the same date and time of day a year earlier.
func (p *Policy) yearBefore(t time.Time) time.Time {
	t = t.In(p.promises.Zone())
	before := t.AddDate(-1, 0, 0)
	date := dateIn(t, t.Location())
	if t.Equal(date.Start(t.Location())) { // which is not midnight everywhere
		return dateIn(before.Add(12*time.Hour), t.Location()).Start(t.Location())
	}
	return before
}

// monthName is how a month is called everywhere: 2026-03.
func (p *Policy) monthName(t time.Time) string {
	return t.In(p.promises.Zone()).Format("2006-01")
}
