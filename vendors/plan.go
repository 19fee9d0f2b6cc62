package vendors

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk/sla/worktime"
)

// A contract brings things that come round: in each fiscal year a frame and, where the
// policy owes a summary, its usage; and reviews at their intervals. They are planned
// when their time comes, by what a sweep does to the contract.

// coming is something that comes round.
type coming struct {
	at     time.Time
	year   int    // of a frame and of usage
	review string // the kind; empty: it is a year
}

// planFrom returns from when on things are planned for a contract: its beginning, or
// that of the fiscal year in which it is entered, if it is older.
func (p *Policy) planFrom(c *Contract, recorded time.Time) time.Time {
	from := c.Agreed[0].From
	from = maxTime(from, p.newYear(p.YearOf(recorded)))
	return from.Add(-time.Microsecond) // what comes at this very instant, too
}

// comings returns what comes after an instant and by now, in order, while the contract
// is in force, and the instant at which the next comes; zero if none does.
func (p *Policy) comings(c *Contract, after, now time.Time) (due []coming, next time.Time) {
	consider := func(x coming) (goOn bool) {
		_, inForce := c.At(x.at)
		switch {
		case !inForce:
			return c.resumes(x.at)
		case !x.at.After(after):
			return true
		case !x.at.After(now):
			due = append(due, x)
			return true
		case next.IsZero() || x.at.Before(next):
			next = x.at
		}
		return false
	}
	first := c.Agreed[0].From
	for year := p.YearOf(maxTime(first, after)); ; year++ {
		from, to := p.Year(year)
		// A year in which it comes into force begins with it.
		at, ok := c.firstIn(from, to)
		if !ok && c.resumes(from) {
			continue
		}
		if !ok || !consider(coming{at: at, year: year}) {
			break
		}
	}
	for _, id := range p.titles.IDs(tableReviews) {
		months := p.reviews[id].months
		for n := max(1, p.monthsBetween(first, after)/months-1); ; n++ {
			if !consider(coming{at: p.addMonths(first, n*months), review: id}) {
				break
			}
		}
	}
	slices.SortStableFunc(due, func(a, b coming) int { return a.at.Compare(b.at) })
	return due, next
}

// inYear reports whether a contract is in force in a part of a fiscal year.
func (p *Policy) inYear(c *Contract, year int) bool {
	if year < 1 || year > 9998 {
		return false // neither it nor its end could be written down
	}
	_, ok := c.firstIn(p.Year(year))
	return ok
}

// resumes reports whether something is agreed that comes into force after an instant.
func (c *Contract) resumes(after time.Time) bool {
	return slices.ContainsFunc(c.Agreed, func(a Agreement) bool { return a.From.After(after) })
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// addMonths returns the beginning of the date so many months after that of t; the last
// of a month that is shorter.
func (p *Policy) addMonths(t time.Time, months int) time.Time {
	y, m, d := t.In(p.zone()).Date()
	last := time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC)
	return worktime.Date{Year: last.Year(), Month: last.Month(), Day: min(d, last.Day())}.Start(p.zone()).UTC()
}

// monthsBetween returns about how many months lie between two instants.
func (p *Policy) monthsBetween(from, to time.Time) int {
	a, b := from.In(p.zone()), to.In(p.zone())
	return (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month())
}
