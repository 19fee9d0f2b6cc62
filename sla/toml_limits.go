package sla

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/townclerk/townclerk/sla/worktime"
)

// What a file may have at the most: many times what a municipality needs, and what
// keeps the work of Parse in proportion to the file's size. The package comment
// lists them.
const (
	mostAttributes  = 1000
	mostTargets     = 1000
	mostSteps       = 100    // escalations of a target
	mostNames       = 100    // events or roles in one list of a target
	mostKinds       = 1000   // different events that targets name
	mostCorrections = 100    // of an edition
	mostDates       = 20_000 // dated entries, each date of a range for itself
	mostStretches   = 100    // of hours on a date
	mostSeasons     = 100    // of a calendar

	// Calendars are compiled for each year that they cover, so these are sums over
	// all calendars, and over those that a correction changes.
	mostHours    = 10_000  // years, once for each stretch of hours on a date and for each season
	mostHolidays = 100_000 // years, once for each holiday

	uncovered = 60 // years for which a calendar without cover is compiled at once
)

// atMost reports whether there are no more than the file may have.
func (p *parser) atMost(here path, n, most int, what string) bool {
	if n > most {
		p.doc.Errorf(here, "%d %s are too many; %d at the most", n, what, most)
	}
	return n <= most
}

// nameSet is a list of names in which one can be found at once.
type nameSet struct {
	list []string
	set  map[string]bool
}

func namesOf(list []string) nameSet {
	n := nameSet{list, make(map[string]bool, len(list))}
	for _, name := range list {
		n.set[name] = true
	}
	return n
}

// twice calls report for each name that stands in the list before.
func twice(list []string, report func(name string)) {
	seen := make(map[string]bool, len(list))
	for _, name := range list {
		if seen[name] {
			report(name)
		}
		seen[name] = true
	}
}

// plain refuses control characters, such as those by which a terminal is steered, in
// what is printed as it is written: keys, names, ids and titles.
func (p *parser) plain() {
	check := func(here path, text string) {
		if i := strings.IndexFunc(text, unicode.IsControl); i >= 0 {
			r, _ := utf8.DecodeRuneInString(text[i:])
			p.doc.Errorf(here, "it has the control character %U; take it out", r)
		}
	}
	titles := func(here path, titles map[string]string) {
		for _, locale := range p.doc.Keys(here) {
			check(here.Add(locale), locale+titles[locale])
		}
	}
	check(at("name"), p.raw.Name)
	for _, table := range []string{"attributes", "roles", "holidays", "calendars"} {
		for _, key := range p.doc.Keys(at(table)) {
			check(at(table, key), key)
		}
	}
	for _, id := range p.doc.Keys(at("roles")) {
		titles(at("roles", id), p.raw.Roles[id])
	}
	for _, set := range p.doc.Keys(at("holidays")) {
		for i, h := range p.raw.Holidays[set] {
			check(at("holidays", set, i, "name"), h.Name)
		}
	}
	for _, name := range p.doc.Keys(at("calendars")) {
		for i, s := range p.raw.Calendars[name].Seasons {
			check(at("calendars", name, "seasons", i, "name"), s.Name)
		}
	}
	for i := range p.raw.Targets {
		t, here := &p.raw.Targets[i], at("targets", i)
		check(here.Add("id"), t.ID)
		check(here.Add("metric"), t.Metric)
		titles(here.Add("title"), t.Title)
	}
}

// room is how much of what the calendars of a file may cost has been used.
type room struct {
	hours, holidays int
	full            bool // which was reported
}

// affords reports whether there is room for one more calendar with so many holidays.
// If not, that is a mistake of the first one only.
func (p *parser) affords(here path, spec *worktime.Spec, holidays int) bool {
	if p.room.full {
		return false
	}
	years := uncovered
	if spec.From != 0 || spec.To != 0 {
		years = max(0, min(spec.To-spec.From, 2261-1678)) + 1 // those that can be
	}
	p.room.hours += years * (stretches(spec) + len(spec.Seasons))
	p.room.holidays += years * holidays
	switch {
	case p.room.hours > mostHours:
		p.doc.Errorf(here, "the calendars up to this one are too large: their years are more than %d, counted for each stretch of hours on a date and for each season (%d without a cover); cover fewer years, or leave calendars out", mostHours, uncovered)
	case p.room.holidays > mostHolidays:
		p.doc.Errorf(here, "the calendars up to this one have too many holidays: their years are more than %d, counted for each holiday (%d without a cover); cover fewer years, or leave holidays out", mostHolidays, uncovered)
	default:
		return true
	}
	p.room.full = true
	return false
}

// stretches returns how many stretches of hours the spec has on a date at the most.
func stretches(spec *worktime.Spec) int {
	most := 1
	for _, hours := range spec.Week {
		most = max(most, len(hours))
	}
	for i := range spec.Seasons {
		for _, hours := range spec.Seasons[i].Week {
			most = max(most, len(hours))
		}
	}
	return most
}

// weight returns as how many holidays a set counts: dates take their time, too.
func weight(set []worktime.Holiday) int {
	n := len(set)
	for _, h := range set {
		if dates, ok := h.On.(worktime.OnDates); ok {
			n += len(dates) / 100
		}
	}
	return n
}

// withinNames checks that a target's lists are not too long.
func (p *parser) withinNames(here path, t *Target) bool {
	ok := true
	for _, list := range t.lists() {
		ok = p.atMost(here.Add(list.key), len(list.names), mostNames, "names") && ok
	}
	return ok
}

// withinCutoffs checks that a rule's cut-offs, and the events that they name, are
// not too many.
func (p *parser) withinCutoffs(here path, cutoffs []rawCutoff) bool {
	named := 0
	for i := range cutoffs {
		named += len(cutoffs[i].Meets)
	}
	return p.atMost(here, len(cutoffs), mostNames, "cut-offs") && p.atMost(here, named, mostNames, "names in meets")
}

type namedList struct {
	key   string
	names []string
}

// lists returns the lists of events and roles of a target, by their keys.
func (t *Target) lists() []namedList {
	return []namedList{
		{"start", t.Start}, {"meets", t.Meets}, {"cancels", t.cancels}, {"reopens", t.reopens}, {"approvals", t.Approvals},
	}
}

// dated counts dates that are entered, and reports whether there is room for them.
func (p *parser) dated(here path, n int) bool {
	before := p.dates
	p.dates += n
	if before <= mostDates && p.dates > mostDates {
		p.doc.Errorf(here, "with this entry more than %d dates are entered; take old ones out, or write a holiday or a season", mostDates)
	}
	return p.dates <= mostDates
}

// replaced returns the dated entries with newer ones put in the place of those of
// the same dates.
func replaced(old, newer []worktime.Exception) []worktime.Exception {
	again := make(map[worktime.Date]bool, len(newer))
	for _, e := range newer {
		again[e.Date] = true
	}
	days := slices.Clone(newer)
	for _, e := range old {
		if !again[e.Date] {
			days = append(days, e)
		}
	}
	return days
}
