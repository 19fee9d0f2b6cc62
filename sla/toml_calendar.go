package sla

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

type rawCalendar struct {
	Hours    string              `toml:"hours,omitempty"`
	Week     map[string]rawHours `toml:"week,omitempty"`
	Seasons  []rawSeason         `toml:"seasons,omitempty" hint:"write [[calendars.NAME.seasons]] above each season"`
	Days     []rawDay            `toml:"days,omitempty" hint:"write [[calendars.NAME.days]] above each dated entry"`
	Holidays tomldoc.Strings     `toml:"holidays,omitempty"`
	Cover    *rawCover           `toml:"cover,omitempty" hint:"write cover = { from = 2026, to = 2035 }"`
}

type rawHours = tomldoc.OneOrMore[rawInterval]

type rawCover struct {
	From int `toml:"from" required:"true"`
	To   int `toml:"to" required:"true"`
}

type rawSeason struct {
	Name string              `toml:"name" required:"true"`
	From rawSeasonDate       `toml:"from" required:"true"`
	To   rawSeasonDate       `toml:"to" required:"true"`
	Week map[string]rawHours `toml:"week" required:"true" hint:"say which days have other hours"`
}

type rawDay struct {
	Date  *rawDate  `toml:"date,omitempty"`
	From  *rawDate  `toml:"from,omitempty"`
	To    *rawDate  `toml:"to,omitempty"`
	Hours *rawHours `toml:"hours" required:"true" hint:"write \"closed\", or the hours of that date such as \"07:30-12:00\""`
	Why   string    `toml:"why" required:"true" hint:"say why, for the explanations"`
}

type rawHoliday struct {
	Name            string                     `toml:"name,omitempty"`
	Date            tomldoc.OneOrMore[rawDate] `toml:"date,omitempty"`
	Yearly          string                     `toml:"yearly,omitempty"`
	Weekday         string                     `toml:"weekday,omitempty"`
	Easter          string                     `toml:"easter,omitempty"`
	Offset          int                        `toml:"offset,omitempty"`
	Hebrew          string                     `toml:"hebrew,omitempty"`
	Persian         string                     `toml:"persian,omitempty"`
	Islamic         string                     `toml:"islamic,omitempty"`
	IslamicCalendar string                     `toml:"islamic_calendar,omitempty"`
	Country         string                     `toml:"country,omitempty"`
	Move            map[string]int             `toml:"move,omitempty"`
	Substitute      tomldoc.Strings            `toml:"substitute,omitempty"`
	From            int                        `toml:"from,omitempty"`
	To              int                        `toml:"to,omitempty"`
}

// rawInterval is hours, or the word closed.
type rawInterval struct {
	hours  worktime.Interval
	closed bool
}

// UnmarshalText reads 07:30-16:30 or closed.
func (iv *rawInterval) UnmarshalText(text []byte) (err error) {
	if string(text) == "closed" {
		iv.closed = true
		return nil
	}
	iv.hours, err = worktime.ParseInterval(string(text))
	return err
}

type rawDate worktime.Date

// UnmarshalText reads 2026-06-07.
func (d *rawDate) UnmarshalText(text []byte) error {
	v, err := worktime.ParseDate(string(text))
	*d = rawDate(v)
	return err
}

// AcceptsTOML lets a date be written without quotes.
func (*rawDate) AcceptsTOML(kind string) bool { return kind == "date" }

// rawSeasonDate is a date, or a month and a day of each year.
type rawSeasonDate struct{ worktime.Date }

// UnmarshalText reads 2026-06-07, 06-07 or 7 June.
func (d *rawSeasonDate) UnmarshalText(text []byte) (err error) {
	if d.Date, err = worktime.ParseDate(string(text)); err == nil {
		return nil
	}
	d.Date.Month, d.Date.Day, err = monthDay(string(text))
	return err
}

// AcceptsTOML lets a full date be written without quotes.
func (*rawSeasonDate) AcceptsTOML(kind string) bool { return kind == "date" }

// monthDay reads 12-25 or 25 December.
func monthDay(s string) (time.Month, int, error) {
	for _, layout := range []string{"01-02", "2 January", "2 Jan"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Month(), t.Day(), nil
		}
	}
	return 0, 0, fmt.Errorf("%q is not a day of the year; write month and day as \"12-25\", or \"25 December\"", s)
}

// calendar compiles one calendar. One that has mistakes is kept as nil, so that
// the targets that name it have none.
func (p *parser) calendar(name string) {
	here := at("calendars", name)
	p.policy.calendars[name] = nil
	raw := p.raw.Calendars[name]
	if name == Elapsed {
		p.doc.Errorf(here, "%q stands for time that runs day and night; give the calendar another name", name)
		return
	}
	spec := worktime.Spec{Name: name, Zone: p.policy.zone, Week: p.hours(here, &raw)}
	if !p.atMost(here.Add("seasons"), len(raw.Seasons), mostSeasons, "seasons") {
		raw.Seasons = nil
	}
	for i := range raw.Seasons {
		spec.Seasons = append(spec.Seasons, p.season(here.Add("seasons", i), &raw.Seasons[i]))
	}
	var entries []int // of the file, for each of spec.Days
	for i := range raw.Days {
		spec.Days = append(spec.Days, p.days(here.Add("days", i), &raw.Days[i])...)
		for len(entries) < len(spec.Days) {
			entries = append(entries, i)
		}
	}
	if raw.Cover != nil {
		spec.From, spec.To = raw.Cover.From, raw.Cover.To
		if spec.From == 0 && spec.To == 0 && !p.doc.Failed(here.Add("cover")) {
			p.doc.Errorf(here.Add("cover", "from"), "0 to 0 are no years; write the first and the last year, or leave the cover out")
		}
	}
	holidays := p.holidayCount(here.Add("holidays"), raw.Holidays)
	if p.doc.Failed(here) || p.doc.Failed(at("holidays")) || spec.Zone == nil || !p.affords(here, &spec, holidays) {
		return
	}
	for _, set := range raw.Holidays {
		spec.Holidays = append(spec.Holidays, p.holidays[set]...)
	}
	if p.lock != nil {
		spec.Locked = p.lock.locked(name)
	}
	if p.compile(here, spec, entries) {
		p.specs[name] = &spec
	}
}

// compile gives the policy the calendar, unless it has mistakes. The entries are
// those of the file from which the spec's dated entries come.
func (p *parser) compile(here path, spec worktime.Spec, entries []int) bool {
	cal, err := worktime.New(spec)
	for _, err := range tomldoc.Unjoin(err) {
		p.wrongCalendar(here, err, strings.TrimPrefix(err.Error(), "calendar "+spec.Name+": "), entries)
	}
	if err == nil {
		p.policy.measured(cal)
	}
	return err == nil
}

// wrongCalendar reports a mistake of worktime's at the line of the entry that has it.
func (p *parser) wrongCalendar(here path, err error, problem string, entries []int) {
	var e *worktime.EntryError
	if !errors.As(err, &e) {
		p.doc.Errorf(here, "%s", problem)
		return
	}
	key := strings.ToLower(e.Field)
	switch {
	case e.List == "Seasons" && key != "":
		here = here.Add("seasons", e.Index, key)
	case e.List == "Seasons":
		here = here.Add("seasons", e.Index)
	case e.List == "Days" && e.Index < len(entries):
		days := here.Add("days")
		here = days.Add(entries[e.Index])
		if e.Other >= 0 {
			problem = strings.Replace(problem, "entered twice", fmt.Sprintf("entered twice, first on line %d", p.dateLine(days.Add(entries[e.Other]))), 1)
		}
		if p.doc.Has(here.Add(key)) { // else it is one of a range
			here = here.Add(key)
		}
	case e.List == "" && key != "":
		here = here.Add("cover", key)
	}
	p.doc.Errorf(here, "%s", problem)
}

// dateLine returns the line of a dated entry's date, or of its range.
func (p *parser) dateLine(entry path) int {
	if p.doc.Has(entry.Add("date")) {
		return p.doc.Line(entry.Add("date"))
	}
	return p.doc.Line(entry)
}

// hours reads the week of a calendar.
func (p *parser) hours(here path, raw *rawCalendar) worktime.Week {
	switch {
	case p.doc.Has(here.Add("hours")) == p.doc.Has(here.Add("week")):
		p.doc.Errorf(here, "it needs its hours; write week = { mon-fri = \"08:00-16:00\" }, or hours = \"24x7\"")
	case raw.Hours == "24x7":
		return worktime.AllHours()
	case p.doc.Has(here.Add("hours")) && !p.doc.Failed(here.Add("hours")):
		p.doc.Errorf(here.Add("hours"), "%q is not known; write hours = \"24x7\", or a week", raw.Hours)
	}
	var week worktime.Week
	for day, hours := range p.week(here.Add("week"), raw.Week) {
		week[day] = hours
	}
	return week
}

// week reads the hours of days; keys are days or ranges of days.
func (p *parser) week(here path, raw map[string]rawHours) map[time.Weekday][]worktime.Interval {
	week := map[time.Weekday][]worktime.Interval{}
	for _, key := range p.doc.Keys(here) {
		days, err := parseDays(key)
		if err != nil {
			p.doc.Errorf(here.Add(key), "%v", err)
			continue
		}
		hours := p.intervals(here.Add(key), raw[key])
		for _, day := range days {
			if _, twice := week[day]; twice {
				p.doc.Errorf(here.Add(key), "%s stands twice in this week", day)
			}
			week[day] = hours
		}
	}
	return week
}

func (p *parser) intervals(here path, raw rawHours) []worktime.Interval {
	hours := []worktime.Interval{}
	if !p.atMost(here, len(raw), mostStretches, "stretches of hours") {
		return hours
	}
	for _, iv := range raw {
		if !iv.closed {
			hours = append(hours, iv.hours)
		} else if len(raw) > 1 {
			p.doc.Errorf(here, "\"closed\" stands beside hours; write one or the other")
		}
	}
	if err := worktime.CheckHours(hours); err != nil && !p.doc.Failed(here) {
		p.doc.Errorf(here, "%v", err)
	}
	return hours
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func parseWeekday(s string) (time.Weekday, error) {
	name := strings.ToLower(strings.TrimSpace(s))
	for i, short := range weekdays {
		if name == short || name == strings.ToLower(time.Weekday(i).String()) {
			return time.Weekday(i), nil
		}
	}
	return 0, fmt.Errorf("%q is not a day of the week%s", s, tomldoc.Suggest(s, weekdays))
}

// parseDays reads mon, or mon-fri, or sat-wed.
func parseDays(s string) ([]time.Weekday, error) {
	from, to, isRange := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-")
	first, err := parseWeekday(from)
	if err != nil || !isRange {
		return []time.Weekday{first}, err
	}
	last, err := parseWeekday(to)
	if err != nil {
		return nil, err
	}
	days := []time.Weekday{first}
	for day := first; day != last; {
		day = (day + 1) % 7
		days = append(days, day)
	}
	return days, nil
}

func (p *parser) season(here path, raw *rawSeason) worktime.Season {
	return worktime.Season{Name: raw.Name, From: raw.From.Date, To: raw.To.Date, Week: p.week(here.Add("week"), raw.Week)}
}

// days reads a dated entry: one date, or all dates from one to another.
func (p *parser) days(here path, raw *rawDay) []worktime.Exception {
	if p.doc.Failed(here) {
		return nil
	}
	given := p.given(here, "date", "from", "to")
	entry := worktime.Exception{Hours: p.intervals(here.Add("hours"), *raw.Hours), Why: raw.Why}
	switch {
	case slices.Equal(given, []string{"date"}):
		entry.Date = worktime.Date(*raw.Date)
		if !p.dated(here, 1) {
			return nil
		}
		return []worktime.Exception{entry}
	case !slices.Equal(given, []string{"from", "to"}):
		p.doc.Errorf(here, "it needs a date; write date = 2026-06-07, or from and to")
		return nil
	}
	const most = 400
	var all []worktime.Exception
	last := worktime.Date(*raw.To)
	for d := worktime.Date(*raw.From); d.Compare(last) <= 0 && len(all) <= most; d = d.AddDays(1) {
		entry.Date = d
		all = append(all, entry)
	}
	if len(all) == 0 || len(all) > most {
		p.doc.Errorf(here.Add("to"), "the dates from %s to %s are none or more than %d", worktime.Date(*raw.From), last, most)
	}
	if !p.dated(here, len(all)) {
		return nil
	}
	return all
}

// holidaySets reads [holidays], whether or not a calendar uses them.
func (p *parser) holidaySets() {
	p.holidays = map[string][]worktime.Holiday{}
	for _, name := range p.doc.Keys(at("holidays")) {
		for i := range p.raw.Holidays[name] {
			h := p.holiday(at("holidays", name, i), &p.raw.Holidays[name][i])
			p.holidays[name] = append(p.holidays[name], h)
		}
	}
}

// holidayCount checks the sets that a calendar names, and returns as how many
// holidays they count.
func (p *parser) holidayCount(here path, sets []string) int {
	n := 0
	for _, name := range sets {
		if !p.sets.set[name] {
			p.doc.Errorf(here, "no set of holidays is named %q in [holidays]%s", name, tomldoc.Suggest(name, p.sets.list))
		}
		n += weight(p.holidays[name])
	}
	twice(sets, func(name string) { p.doc.Errorf(here, "%q stands twice", name) })
	return n
}

func (p *parser) holiday(here path, raw *rawHoliday) worktime.Holiday {
	h := worktime.Holiday{Name: raw.Name, From: raw.From, To: raw.To}
	if p.doc.Failed(here) {
		return h
	}
	given := p.given(here, "date", "yearly", "weekday", "easter", "hebrew", "persian", "islamic", "country")
	if len(given) != 1 {
		p.doc.Errorf(here, "it needs one rule; write one of date, yearly, weekday, easter, hebrew, persian, islamic, country")
		return h
	}
	var err error
	if h.On, err = raw.rule(given[0]); err != nil {
		p.doc.Errorf(here.Add(given[0]), "%v", err)
		return h
	}
	p.ifGoes(here, "offset", given[0], "weekday", "easter")
	p.ifGoes(here, "islamic_calendar", given[0], "islamic")
	h.Move = p.moves(here.Add("move"), raw.Move)
	for _, day := range raw.Substitute {
		weekday, err := parseWeekday(day)
		if err != nil {
			p.doc.Errorf(here.Add("substitute"), "%v", err)
		}
		h.Substitute = append(h.Substitute, weekday)
	}
	if err := h.Check(); err != nil {
		p.wrongHoliday(here, err, given[0])
	}
	return h
}

// wrongHoliday reports what Check found at the line of the key that has it. The rule
// is the holiday's key for it.
func (p *parser) wrongHoliday(here path, err error, rule string) {
	var e *worktime.EntryError
	if !errors.As(err, &e) {
		p.doc.Errorf(here, "%v", err)
		return
	}
	switch e.Field {
	case "On":
		here = here.Add(rule)
	case "Move":
		for _, key := range p.doc.Keys(here.Add("move")) {
			if day, err := parseWeekday(key); err == nil && day == e.Day {
				here = here.Add("move", key)
			}
		}
	default:
		here = here.Add(strings.ToLower(e.Field))
	}
	p.doc.Errorf(here, "%v", e)
}

func (p *parser) ifGoes(here path, key, rule string, with ...string) {
	if p.doc.Has(here.Add(key)) && !slices.Contains(with, rule) {
		p.doc.Errorf(here.Add(key), "it goes with %s, not with %s", strings.Join(with, " and "), rule)
	}
}

func (p *parser) moves(here path, raw map[string]int) map[time.Weekday]int {
	moves := map[time.Weekday]int{}
	for _, key := range p.doc.Keys(here) {
		day, err := parseWeekday(key)
		if err != nil {
			p.doc.Errorf(here.Add(key), "%v", err)
			continue
		}
		if _, twice := moves[day]; twice {
			p.doc.Errorf(here.Add(key), "%s stands twice", day)
		}
		moves[day] = raw[key]
	}
	return moves
}

func (raw *rawHoliday) rule(key string) (worktime.Rule, error) {
	switch key {
	case "date":
		var dates worktime.OnDates
		for _, d := range raw.Date {
			dates = append(dates, worktime.Date(d))
		}
		return dates, nil
	case "yearly":
		month, day, err := monthDay(raw.Yearly)
		return worktime.Yearly{Month: month, Day: day}, err
	case "weekday":
		return parseNthWeekday(raw.Weekday, raw.Offset)
	case "easter":
		if raw.Easter != "western" && raw.Easter != "orthodox" {
			return nil, fmt.Errorf("%q is not known; write \"western\" or \"orthodox\"", raw.Easter)
		}
		return worktime.Easter{Orthodox: raw.Easter == "orthodox", Offset: raw.Offset}, nil
	case "hebrew":
		return worktime.ParseHebrew(raw.Hebrew)
	case "persian":
		return worktime.ParsePersian(raw.Persian)
	case "islamic":
		return raw.islamic()
	}
	return worktime.Country(raw.Country), nil
}

func (raw *rawHoliday) islamic() (worktime.Rule, error) {
	date, err := worktime.ParseIslamic(raw.Islamic)
	switch raw.IslamicCalendar {
	case "", "umm-al-qura":
	case "tabular":
		date.Tabular = true
	default:
		return nil, fmt.Errorf("islamic_calendar %q is not known; write \"umm-al-qura\" or \"tabular\"", raw.IslamicCalendar)
	}
	return date, err
}

// parseNthWeekday reads "last monday of may" or "2nd sunday of june".
func parseNthWeekday(s string, offset int) (worktime.Rule, error) {
	bad := fmt.Errorf("%q is not known; write \"2nd monday of june\" or \"last monday of may\"", s)
	words := strings.Fields(strings.ToLower(s))
	if len(words) != 4 || words[2] != "of" {
		return nil, bad
	}
	n, err := strconv.Atoi(strings.TrimRight(words[0], "stndrh"))
	ordinals := []string{"last", "", "first", "second", "third", "fourth", "fifth"}
	if i := slices.Index(ordinals, words[0]); i >= 0 {
		n, err = i-1, nil
	}
	month, err2 := time.Parse("January", words[3])
	weekday, err3 := parseWeekday(words[1])
	if err != nil || err2 != nil || err3 != nil {
		return nil, bad
	}
	return worktime.NthWeekday{N: n, Weekday: weekday, Month: month.Month(), Offset: offset}, nil
}
