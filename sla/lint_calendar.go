package sla

import (
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla/worktime"
)

// openHours is between which times of day a calendar is open, on some day.
type openHours struct {
	first, last worktime.TimeOfDay
	longest     time.Duration // the most working time of a day
}

// hours looks at the week, the seasons and the dated entries of a calendar.
func (l *linter) hours(cal *worktime.Calendar) openHours {
	spec := l.p.source.specs[cal.Name()]
	h := openHours{first: 2 * worktime.Midnight24}
	for _, hours := range spec.Week {
		h.add(hours)
	}
	for _, s := range spec.Seasons {
		for _, hours := range s.Week {
			h.add(hours)
		}
	}
	for _, e := range spec.Days {
		h.add(e.Hours)
	}
	return h
}

func (h *openHours) add(hours []worktime.Interval) {
	var sum time.Duration
	for _, iv := range hours {
		end := iv.To
		if end <= iv.From {
			end += worktime.Midnight24
		}
		h.first, h.last = min(h.first, iv.From), max(h.last, end)
		sum += time.Duration(end - iv.From)
	}
	h.longest = max(h.longest, sum)
}

// calendars looks at the calendars and the holidays.
func (l *linter) calendars() {
	used, sets := l.usedCalendars(), map[string]bool{}
	for _, name := range l.doc.Keys(at("calendars")) {
		here := at("calendars", name)
		if !used[name] {
			l.add("calendar-unused", here, args{"calendar": name})
		}
		for _, set := range l.raw.Calendars[name].Holidays {
			sets[set] = true
		}
		l.calendar(here, name)
	}
	for _, set := range l.doc.Keys(at("holidays")) {
		if !sets[set] {
			l.add("holidays-unused", at("holidays", set), args{"set": set})
			continue
		}
		for i := range l.p.source.holidays[set] {
			l.holiday(at("holidays", set, i), set, &l.p.source.holidays[set][i])
		}
	}
}

func (l *linter) usedCalendars() map[string]bool {
	used := map[string]bool{}
	var rules func(r *rule)
	rules = func(r *rule) {
		if r.m.cal != nil {
			used[r.m.cal.Name()] = true
		}
		for i := range r.subs {
			rules(&r.subs[i])
		}
	}
	for _, t := range l.p.targets {
		used[t.Calendar] = true
		rules(&t.due)
		for _, s := range t.escalations {
			if s.m.cal != nil {
				used[s.m.cal.Name()] = true
			}
		}
	}
	return used
}

func (l *linter) calendar(here path, name string) {
	spec := l.p.source.specs[name]
	l.cover(here, name, spec)
	l.closedLong(here, name, spec)
	for i := range spec.Seasons {
		l.season(here.Add("seasons", i), spec, &spec.Seasons[i])
	}
	if raw := l.raw.Calendars[name]; len(raw.Days) > 0 {
		bare := *spec
		bare.Days = nil
		plain, err := worktime.New(bare) // it has no hours at all if all of them are entered by date
		for i := range raw.Days {
			l.entry(here.Add("days", i), name, plain, err == nil, &raw.Days[i])
		}
	}
	l.twiceHolidays(name, spec)
}

// soon is how long before its end a cover should be renewed.
const soon = 6 // months

// cover compares the years that a calendar covers with the present.
func (l *linter) cover(here path, name string, spec *worktime.Spec) {
	if spec.From == 0 || l.now.IsZero() {
		return
	}
	from, to := l.p.calendars[name].Cover()
	here = here.Add("cover")
	a := args{"calendar": name, "from": dateOf(from), "to": dateOf(to.Add(-1)), "months": soon}
	switch {
	case !l.now.Before(to):
		l.add("cover-ended", here.Add("to"), a)
	case !l.now.AddDate(0, soon, 0).Before(to):
		l.add("cover-ends-soon", here.Add("to"), a)
	case l.now.Before(from):
		l.add("cover-begins-late", here.Add("from"), a)
	}
}

// closedLong finds the longest time without any hours, if it is out of the
// ordinary: a calendar that is open on one day a year is meant so.
func (l *linter) closedLong(here path, name string, spec *worktime.Spec) {
	cal := l.p.calendars[name]
	first, last := spec.From, spec.To
	if first == 0 {
		first, last = lintFrom, lintTo
	}
	from, err := cal.At(worktime.Date{Year: first, Month: time.January, Day: 2}, 0)
	to, err2 := cal.At(worktime.Date{Year: last, Month: time.December, Day: 31}, 0)
	if err != nil || err2 != nil {
		return
	}
	periods, err := cal.Periods(from, to)
	if err != nil {
		return
	}
	var closed []worktime.Period // from a closing to an opening
	end := from
	for p := range periods {
		closed = append(closed, worktime.Period{Open: end, Close: p.Open})
		end = p.Close
	}
	closed = append(closed, worktime.Period{Open: end, Close: to})
	length := func(p worktime.Period) time.Duration { return p.Close.Sub(p.Open) }
	longest := closed[0]
	var lengths []time.Duration
	for _, p := range closed {
		lengths = append(lengths, length(p))
		if length(p) > length(longest) {
			longest = p
		}
	}
	slices.Sort(lengths)
	const most = 31 * 24 * time.Hour
	if usual := lengths[len(lengths)/2]; length(longest) > most && length(longest) > 4*usual {
		l.add("closed-long", here, args{"calendar": name, "from": dateOf(longest.Open), "to": dateOf(longest.Close)})
	}
}

func (l *linter) season(here path, spec *worktime.Spec, s *worktime.Season) {
	if spec.From != 0 && s.From.Year != 0 && (s.To.Year < spec.From || s.From.Year > spec.To) {
		l.add("season-outside-cover", here, args{"season": s.Name, "from": spec.From, "to": spec.To})
		return
	}
	for day, hours := range s.Week {
		if !sameHours(hours, spec.Week[day]) {
			return
		}
	}
	l.add("season-without-effect", here, args{"season": s.Name})
}

func sameHours(a, b []worktime.Interval) bool {
	byStart := func(a, b worktime.Interval) int { return int(a.From - b.From) }
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, byStart)
	slices.SortFunc(b, byStart)
	return slices.Equal(a, b)
}

// entry looks at a dated entry. plain is the calendar without such entries, if it
// has any hours then.
func (l *linter) entry(here path, name string, plain *worktime.Calendar, usable bool, raw *rawDay) {
	from, to := raw.dates()
	spec := l.p.source.specs[name]
	a := args{"calendar": name, "date": from, "from": spec.From, "to": spec.To}
	if spec.From != 0 && (to.Year < spec.From || from.Year > spec.To) {
		l.add("day-outside-cover", here, a)
		return
	}
	cal := l.p.calendars[name]
	if len(l.p.revisions) > 0 {
		cal = l.p.revisions[0].calendars[name] // what corrections undo had its effect before
	}
	for d := from; d.Compare(to) <= 0; d = d.AddDays(1) {
		if !usable || !sameDay(cal, plain, d) {
			return
		}
	}
	l.add("day-without-effect", here, a)
}

func (raw *rawDay) dates() (from, to worktime.Date) {
	if raw.Date != nil {
		return worktime.Date(*raw.Date), worktime.Date(*raw.Date)
	}
	return worktime.Date(*raw.From), worktime.Date(*raw.To)
}

// sameDay reports whether a date has the same hours on both calendars; one that
// is not covered has none.
func sameDay(a, b *worktime.Calendar, d worktime.Date) bool {
	day, works, err := a.Working(d)
	other, works2, err2 := b.Working(d)
	if err != nil || err2 != nil || works != works2 || !works {
		return works == works2
	}
	if !day.First.Equal(other.First) || !day.Last.Equal(other.Last) {
		return false
	}
	mine, err := a.Periods(day.First, day.Last)
	theirs, err2 := b.Periods(day.First, day.Last)
	return err == nil && err2 == nil && slices.EqualFunc(slices.Collect(mine), slices.Collect(theirs), func(a, b worktime.Period) bool {
		return a.Open.Equal(b.Open) && a.Close.Equal(b.Close)
	})
}

// users returns the calendars that keep a set of holidays.
func (l *linter) users(set string) []string {
	var names []string
	for _, name := range l.doc.Keys(at("calendars")) {
		if slices.Contains(l.raw.Calendars[name].Holidays, set) {
			names = append(names, name)
		}
	}
	return names
}

// holiday checks that a holiday closes something.
func (l *linter) holiday(here path, set string, h *worktime.Holiday) {
	falls, closes := false, false
	for _, name := range l.users(set) {
		spec := l.p.source.specs[name]
		plain := l.plain(name)
		for _, d := range datesOf(h, spec) {
			falls = true
			if _, works, err := plain.Working(d); err == nil && works {
				closes = true
			}
		}
	}
	a := args{"holiday": h.Name, "set": set}
	switch {
	case !falls:
		l.add("holiday-never-falls", here, a)
	case !closes:
		l.add("holiday-without-effect", here, a)
	}
	if dates, ok := h.On.(worktime.OnDates); ok {
		l.yearMissing(here.Add("date"), set, h.Name, dates)
	}
}

// yearMissing finds a year without a date for a feast whose dates are announced.
func (l *linter) yearMissing(here path, set, name string, dates worktime.OnDates) {
	known := map[int]bool{}
	for _, d := range dates {
		known[d.Year] = true
	}
	if len(known) < 2 {
		return // it may have been once
	}
	for _, cal := range l.users(set) {
		spec := l.p.source.specs[cal]
		for y := spec.From; y != 0 && y <= spec.To; y++ {
			if !known[y] {
				l.add("holiday-year-missing", here, args{"holiday": name, "year": y, "calendar": cal})
				return
			}
		}
	}
}

// plain returns a calendar without its holidays and dated entries; where that has
// no hours, with them.
func (l *linter) plain(name string) *worktime.Calendar {
	if cal, ok := l.plains[name]; ok {
		return cal
	}
	spec := *l.p.source.specs[name]
	spec.Holidays, spec.Days, spec.Locked = nil, nil, nil
	cal, err := worktime.New(spec)
	if err != nil {
		cal = l.p.calendars[name]
	}
	if l.plains == nil {
		l.plains = map[string]*worktime.Calendar{}
	}
	l.plains[name] = cal
	return cal
}

// datesOf returns on which dates of a calendar's years a holiday is kept.
func datesOf(h *worktime.Holiday, spec *worktime.Spec) []worktime.Date {
	from, to := spec.From, spec.To
	if from == 0 {
		from, to = lintFrom, lintTo
	}
	var dates []worktime.Date
	for y := from; y <= to; y++ {
		dates = append(dates, h.Dates(y)...)
	}
	return dates
}

// twiceHolidays finds holidays of a calendar that fall on a day of another one in
// all its years.
func (l *linter) twiceHolidays(name string, spec *worktime.Spec) {
	type kept struct {
		at    path
		name  string
		dates []worktime.Date
	}
	var all []kept
	for _, set := range l.raw.Calendars[name].Holidays {
		for i := range l.p.source.holidays[set] {
			h := &l.p.source.holidays[set][i]
			all = append(all, kept{at("holidays", set, i), h.Name, datesOf(h, spec)})
		}
	}
	for i, h := range all {
		for j, o := range all {
			within := i != j && len(h.dates) > 0 && !slices.ContainsFunc(h.dates, func(d worktime.Date) bool { return !slices.Contains(o.dates, d) })
			if within && (len(h.dates) < len(o.dates) || i > j) && !l.has("holiday-twice", h.at) {
				l.add("holiday-twice", h.at, args{"holiday": nameOr(h.name, h.at), "other": nameOr(o.name, o.at), "calendar": name})
				break
			}
		}
	}
}

// nameOr names a country's set, which needs no name, by its place.
func nameOr(name string, at path) string {
	if name != "" {
		return name
	}
	set, _ := at[1].(string)
	return strings.TrimSpace("the country in " + set)
}
