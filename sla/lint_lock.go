package sla

import (
	"maps"
	"slices"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Drift returns how what sla.toml and the library say now differs from the lock
// file that the policy was read with, in the order of its lines: the part of
// [Policy.Lint] that is about that file. The locked dates hold all the same. There
// is none without a lock file.
func (p *Policy) Drift() []Finding {
	if p.lock == nil {
		return nil
	}
	var none struct{}
	l := &linter{p: p, doc: tomldoc.DecodeWritten(p.lock.data, p.lock.file, &none)} // for the lines
	l.lockHeading()
	for _, name := range p.lockedCalendars() {
		l.lockedCalendar(name, p.calendars[name])
	}
	for i := range p.lock.calendars {
		name := p.lock.calendars[i].name
		if cal := p.calendars[name]; cal == nil || !cal.HasHolidays() {
			l.add("locked-calendar-unknown", at("calendars", name), args{"calendar": name})
		}
	}
	return l.inOrder()
}

// lockHeading compares what the lock file says of the policy as a whole.
func (l *linter) lockHeading() {
	p, lock := l.p, l.p.lock
	switch is := p.edition.Number; {
	case lock.edition != is:
		l.add("locked-other-edition", at("edition"), args{"locked": numberOr(lock.edition), "edition": numberOr(is)})
	case lock.content != p.edition.Hash:
		l.add("edition-edited", at("content"), nil)
	}
	o := lock.offsets
	if zone := p.zone.String(); o.Zone != zone {
		l.add("locked-other-zone", at("zone"), args{"locked": o.Zone, "zone": zone})
		return
	}
	if worktime.Fingerprint(p.zone, o.From, o.To) != o.Hash {
		l.add("offsets-changed", at("offsets"), args{"zone": o.Zone, "from": o.From, "to": o.To})
	}
}

// numberOr is an edition's number, or a dash where there is none.
func numberOr(edition int) any {
	if edition == 0 {
		return "—"
	}
	return edition
}

// lockedCalendar compares the years of a calendar, and the dates of those years
// that are locked and that it needs.
func (l *linter) lockedCalendar(name string, cal *worktime.Calendar) {
	here := at("calendars", name)
	c := l.p.lock.calendar(name)
	if c == nil {
		l.add("calendar-unlocked", here, args{"calendar": name})
		return
	}
	from, to := l.p.lockYears(cal)
	if c.dates.From != from || c.dates.To != to {
		l.add("locked-years-differ", here.Add("years"), args{
			"calendar": name, "from": c.dates.From, "to": c.dates.To, "needFrom": from, "needTo": to,
		})
	}
	from, to = max(from, c.dates.From), min(to, c.dates.To)
	if from > to {
		return
	}
	now, err := cal.Resolve(from, to)
	if err != nil {
		l.add("locked-rules-unknown", here, args{"calendar": name, "error": err})
		return
	}
	locked := maps.Clone(c.dates.Dates)
	maps.DeleteFunc(locked, func(d worktime.Date, _ string) bool { return d.Year < from || d.Year > to })
	l.lockedDates(here.Add("dates"), name, locked, now)
}

// lockedDates compares the locked dates of a calendar with what its rules say now.
func (l *linter) lockedDates(here path, calendar string, locked, now map[worktime.Date]string) {
	added := maps.Clone(now)
	maps.DeleteFunc(added, func(d worktime.Date, _ string) bool { _, there := locked[d]; return there })
	for _, date := range slices.SortedFunc(maps.Keys(locked), worktime.Date.Compare) {
		was := locked[date]
		is, still := now[date]
		to, moved := nearest(added, date, was)
		here, a := here.Add(date.String()), args{"calendar": calendar, "holiday": was, "date": date}
		switch {
		case still && is != was:
			a["name"] = is
			l.add("holiday-renamed", here, a)
		case still:
		case moved:
			delete(added, to)
			a["to"] = to
			l.add("holiday-moved", here, a)
		default:
			l.add("holiday-missing", here, a)
		}
	}
	for _, date := range slices.SortedFunc(maps.Keys(added), worktime.Date.Compare) {
		l.add("holiday-added", here.Add(date.String()), args{"calendar": calendar, "holiday": added[date], "date": date})
	}
}

// nearest finds to where a holiday has moved from a date: within a month, as a
// lunar feast of the same name falls each year, or twice.
func nearest(added map[worktime.Date]string, from worktime.Date, name string) (to worktime.Date, ok bool) {
	for days := 1; days <= 31; days++ {
		for _, d := range []worktime.Date{from.AddDays(days), from.AddDays(-days)} {
			if is, there := added[d]; there && is == name {
				return d, true
			}
		}
	}
	return to, false
}

// edition looks at what the policy says of itself, and at its corrections.
func (l *linter) edition() {
	switch e := l.p.edition; {
	case e.Number == 0:
		l.add("edition-unnumbered", at("edition"), nil)
	case e.Effective.IsZero():
		l.add("edition-undated", at("edition"), args{"edition": e.Number})
	}
	if len(l.p.revisions) == 0 {
		return
	}
	for i := range l.raw.Corrections {
		before, after := l.p.revisions[i], l.p.revisions[i+1]
		for j := range l.raw.Corrections[i].Days {
			raw := &l.raw.Corrections[i].Days[j]
			l.corrected(at("corrections", i, "days", j), raw, before.calendars[raw.Calendar], after.calendars[raw.Calendar])
		}
	}
}

// corrected looks at a correction's dated entry. before is the calendar as it was
// known until then.
func (l *linter) corrected(here path, raw *rawCorrectedDay, before, after *worktime.Calendar) {
	from, to := raw.dates()
	if first, last := after.Years(); first != 0 && (to.Year < first || from.Year > last) {
		l.add("day-outside-cover", here, args{"calendar": raw.Calendar, "date": from, "from": first, "to": last})
		return
	}
	for d := from; d.Compare(to) <= 0; d = d.AddDays(1) {
		if !sameDay(after, before, d) {
			return
		}
	}
	l.add("correction-without-effect", here, args{"calendar": raw.Calendar, "date": from})
}
