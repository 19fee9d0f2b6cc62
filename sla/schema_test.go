package sla

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/townclerk/townclerk/internal/schematest"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk/internal/tomldoc"
)

// TestSchema holds the checked-in schema to the raw types, the descriptions and
// the narrowings below. After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./sla -run TestSchema
func TestSchema(t *testing.T) { schematest.Matches(t, "sla.schema.json", makeSchema(t), Schema) }

// TestSchemaRequires compares the two ways in which a field says that its key
// cannot be left out: required:"true", which Parse obeys, and no omitempty, which
// the schema is made from.
func TestSchemaRequires(t *testing.T) {
	s := makeSchema(t)
	for typ, table := range tables() {
		def := s
		if table != "policy" {
			def = s.Definitions[table]
		}
		require.NotNil(t, def, table)
		var want []string
		for _, f := range reflect.VisibleFields(typ) {
			key, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
			if f.Tag.Get("required") == "true" {
				want = append(want, key)
			}
		}
		if !slices.Equal(def.Required, want) {
			t.Errorf("%s: the schema requires %v, Parse %v; a field has omitempty or required:\"true\", never both or neither", table, def.Required, want)
		}
	}
}

// TestSchemaInPackageComment looks for each key in the reference, which is the
// package comment.
func TestSchemaInPackageComment(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	words := strings.FieldsFunc(string(doc), func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z')
	})
	for name := range about {
		if _, key, _ := strings.Cut(name, "."); !slices.Contains(words, key) {
			t.Errorf("the package comment does not describe %s", name)
		}
	}
}

// TestSchemaPromisesWhatParseReads writes texts at random as the schema's patterns
// allow, and has them read.
func TestSchemaPromisesWhatParseReads(t *testing.T) {
	into := func(u interface{ UnmarshalText([]byte) error }) func(string) error {
		return func(s string) error { return u.UnmarshalText([]byte(s)) }
	}
	texts := []struct {
		name, pattern string
		read          func(string) error
	}{
		{"a duration", durationPattern, into(new(rawDuration))},
		{"a time of day", timePattern, into(new(rawTimeOfDay))},
		{"a moment", momentPattern, func(s string) error { _, err := parseMoment(s); return err }},
		{"a share", sharePattern, func(s string) error { _, err := parseShare(s); return err }},
		{"days of the week", daysPattern, func(s string) error { _, err := parseDays(s); return err }},
		{"an nth weekday", nthWeekdayPattern, func(s string) error { _, err := parseNthWeekday(s, 0); return err }},
		{"hours", hoursPattern, func(s string) error {
			err := new(rawInterval).UnmarshalText([]byte(s))
			if err != nil && strings.Contains(err.Error(), "is empty") {
				return nil // 08:00-08:00, which no pattern can tell
			}
			return err
		}},
	}
	for _, tt := range texts {
		t.Run(tt.name, rapid.MakeCheck(func(t *rapid.T) {
			s := rapid.StringMatching(tt.pattern).Draw(t, "text")
			if err := tt.read(s); err != nil {
				t.Errorf("the schema allows %q: %v", s, err)
			}
		}))
	}
}

// ---- The patterns of texts ----------------------------------------------------

const (
	tod     = `([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?`
	todEnd  = `(` + tod + `|24:00(:00)?)`
	hours   = tod + ` ?[-–] ?` + todEnd
	percent = `([1-9][0-9]{0,3}(\.[0-9]{1,4})?|0\.[0-9]{0,3}[1-9])%`
	weekday = `(sun|mon|tue|wed|thu|fri|sat)`
	month   = `([Jj]anuary|[Ff]ebruary|[Mm]arch|[Aa]pril|[Mm]ay|[Jj]une|[Jj]uly|[Aa]ugust|[Ss]eptember|[Oo]ctober|[Nn]ovember|[Dd]ecember)`

	durationPattern  = `^(0|([0-9]{1,5}(\.[0-9]{1,3})?(h|m|s|ms|us|ns))+)$`
	timePattern      = `^` + todEnd + `$`
	momentPattern    = `^(close|same-time|` + todEnd + `)$`
	cutoffPattern    = `^(close|` + todEnd + `)$`
	sharePattern     = `^` + percent + `$`
	stepPattern      = `^(start|due|` + percent + `)$`
	hoursPattern     = `^` + hours + `$`
	closedPattern    = `^(closed|` + hours + `)$`
	datePattern      = `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`
	instantPattern   = `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$`
	dayOfYearPattern = `^((0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])|([1-9]|[12][0-9]|3[01]) (` + month + `|[JFMASOND][a-z]{2}))$`
	daysPattern      = `^` + weekday + `([-–]` + weekday + `)?$`

	nthWeekdayPattern = `^([Ll]ast|[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth|1st|2nd|3rd|4th|5th) ` +
		`([Ss]un|[Mm]on|[Tt]ues|[Ww]ednes|[Tt]hurs|[Ff]ri|[Ss]atur)day of ` + month + `$`
)

// ---- What the types do not say --------------------------------------------------

// about is what an editor shows of each key, by the table in which it stands.
var about = map[string]string{
	"policy.format":     "The format of this file: 1.",
	"policy.name":       "What the policy is called, such as \"Ra'anana, IT division: service charter\".",
	"policy.zone":       "The IANA time zone of all calendars and local times, such as \"Europe/Warsaw\".",
	"policy.edition":    "The number of this edition of the policy, from 1.",
	"policy.effective":  "The date from which this edition is in force, from its first instant in the zone.",
	"policy.on_change":  "From when a new clock counts after a ticket changed: from its \"opening\" (default), or from the \"change\".",
	"policy.attributes": "What targets match on, each with its values; [] allows any. List priorities from low to high.",
	"policy.roles":      "Who can be told, by function and never by name; a title for each locale.",
	"policy.holidays":   "Sets of holidays, for calendars to name.",
	"policy.calendars":  "Which hours count. The name \"elapsed\" is taken: it is time that runs day and night.",
	"policy.targets":    "What is promised. Of the targets of one metric, the first that matches counts.",

	"policy.corrections": "What became known of the calendars after this edition was published; add at the end, never change.",

	"correction.recorded": "When it became known, on the policy's zone or with an offset; later than the correction before.",
	"correction.why":      "The reason, for explanations.",
	"correction.source":   "Where it stands, such as the order by which it was decreed.",
	"correction.days":     "The dates and their hours. They go before all earlier entries of the same dates.",

	"corrected-day.calendar": "The calendar to which the date belongs.",
	"corrected-day.date":     "The date.",
	"corrected-day.from":     "The first of several dates.",
	"corrected-day.to":       "The last of several dates.",
	"corrected-day.hours":    "The hours of that date, or \"closed\".",
	"corrected-day.why":      "The reason, for explanations.",

	"target.id":              "A short name of its own, such as \"ops-transfer\".",
	"target.metric":          "What is measured, such as \"transfer\".",
	"target.kind":            "commitment: to the people served. contract: a vendor's. window: before its minimum is early. estimate: never breached.",
	"target.title":           "What people read, for each locale.",
	"target.source":          "The requirement or clause in which it is promised.",
	"target.match":           "The attributes for which it counts; \"\" is one that the ticket lacks.",
	"target.start":           "The event from which it counts; a list for several.",
	"target.meets":           "The event that meets it; a list for several.",
	"target.cancels":         "Events that call it off; default [\"cancelled\"].",
	"target.reopens":         "Events after which it is not met any more; default [\"reopened\"].",
	"target.approvals":       "The roles whose approvals it waits for; it counts from the last of them. Then start = \"approved\".",
	"target.pauses":          "The reasons of events \"paused\" that stop the clock; default none.",
	"target.backed_by":       "The metric of the vendor's promise without which what meets it cannot happen; default: we keep it alone.",
	"target.hand_over_after": "The metrics of our own targets that come before the vendor gets it, in their order.",
	"target.on_change":       "From when a new clock counts after a ticket changed; default: as for the file.",
	"target.calendar":        "A calendar of this file, or \"elapsed\" for time that runs day and night.",
	"target.due":             "When it is due, by one rule.",
	"target.escalations":     "Who is told, and when.",

	"due.within":      "So much time after the start, such as \"1h30m\".",
	"due.days":        "So many working days after that of the start, which is not counted.",
	"due.at":          "When on that day: at \"close\", at the \"same-time\" as the start, or at a time such as \"12:00\".",
	"due.immediate":   "At once, or at the next opening.",
	"due.grace":       "How much later is still at once; default none.",
	"due.appointment": "At the time that an event \"appointed\" brings. Then start = \"appointed\".",
	"due.cutoffs":     "By the time of day of the start: each until its cut-off, the last for the rest of the day.",
	"due.inclusive":   "Whether a start at the cut-off itself is in time; default true.",
	"due.granularity": "Whether cut-offs are compared to the \"instant\" (default) or the \"minute\".",
	"due.min":         "Before this it is early, which only informs.",
	"due.max":         "After this it is late.",
	"due.contract":    "What the contract in force promises instead: \"replace\", or \"cap\" if it may only shorten.",
	"due.default":     "What holds where no contract is in force.",
	"due.earliest":    "The earliest of several rules.",
	"due.latest":      "The latest of several rules.",
	"due.calendar":    "Another calendar than the target's.",

	"cutoff.until": "Until when a start belongs here, such as \"10:00\"; the last one has none.",
	"cutoff.days":  "0: the same working day; 1: the next.",
	"cutoff.at":    "When on that day: at \"close\", or at a time such as \"12:00\".",
	"cutoff.meets": "The events that meet the target then; default: the target's.",

	"step.at":       "At the \"start\", when \"due\", or at a share of the time between them, such as \"80%\".",
	"step.before":   "So much working time before it is due.",
	"step.after":    "So much working time after it was due.",
	"step.age":      "At the same time so many working days after the start, pauses or not.",
	"step.by_hand":  "When somebody escalates.",
	"step.match":    "Only for tickets with these attributes.",
	"step.to":       "A role.",
	"step.do":       "watch: follow up. take-over: become responsible. activate-vendor: call the outside company.",
	"step.every":    "Again after so much working time.",
	"step.times":    "How often again.",
	"step.calendar": "Another calendar than the target's.",

	"calendar.hours":    "\"24x7\", instead of a week.",
	"calendar.week":     "The hours of each day of the week; one that is not named is closed.",
	"calendar.seasons":  "Other hours for some time of each year, or once.",
	"calendar.days":     "Dates with hours of their own. They go before holidays, seasons and the week.",
	"calendar.holidays": "The sets of holidays on which it is closed.",
	"calendar.cover":    "The years for which holidays are known; beyond them there is no answer.",

	"cover.from": "The first year.",
	"cover.to":   "The last year.",

	"season.name": "What explanations call it, such as \"summer\".",
	"season.from": "Its first day: \"07-01\" of each year, or a date.",
	"season.to":   "Its last day.",
	"season.week": "The hours of the days that change.",

	"day.date":  "The date.",
	"day.from":  "The first of several dates.",
	"day.to":    "The last of several dates.",
	"day.hours": "The hours of that date, or \"closed\".",
	"day.why":   "The reason, for explanations.",

	"holiday.name":             "What explanations call it.",
	"holiday.date":             "One date or a list, such as a feast that is announced each year.",
	"holiday.yearly":           "The same day each year: \"12-25\" or \"25 December\".",
	"holiday.weekday":          "Such as \"last monday of may\" or \"2nd sunday of june\".",
	"holiday.easter":           "Easter Sunday, \"western\" or \"orthodox\".",
	"holiday.offset":           "So many days after Easter or that weekday; -2 is Good Friday.",
	"holiday.hebrew":           "A day of the Hebrew calendar, such as \"15 Nisan\".",
	"holiday.persian":          "A day of the Persian calendar, such as \"1 Farvardin\".",
	"holiday.islamic":          "A day of the Islamic calendar, such as \"1 Shawwal\".",
	"holiday.islamic_calendar": "\"umm-al-qura\" (default) or \"tabular\".",
	"holiday.country":          "All public holidays of a country, by its code, such as \"pl\".",
	"holiday.move":             "By the weekday on which it falls, how many days later it is kept instead.",
	"holiday.substitute":       "The weekdays after which the next working day is closed too.",
	"holiday.from":             "The first year of the holiday; default: all.",
	"holiday.to":               "The last year of the holiday; default: all.",
}

// values is what keys may hold, where their types allow more.
var values = map[string]func(*jsonschema.Schema){
	"policy.format":    func(s *jsonschema.Schema) { s.Const = 1 },
	"policy.edition":   func(s *jsonschema.Schema) { s.Minimum = json.Number("1") },
	"policy.on_change": oneOf("opening", "change"),

	"target.kind":      oneOf(kinds...),
	"target.on_change": oneOf("opening", "change"),

	"due.days":        between(0, 10_000),
	"due.at":          matching(momentPattern),
	"due.immediate":   func(s *jsonschema.Schema) { s.Const = true },
	"due.appointment": func(s *jsonschema.Schema) { s.Const = true },
	"due.granularity": oneOf("instant", "minute"),
	"due.contract":    oneOf("replace", "cap"),
	"due.cutoffs":     atLeast(2),
	"due.earliest":    atLeast(2),
	"due.latest":      atLeast(2),

	"cutoff.days": between(0, 10_000),
	"cutoff.at":   matching(cutoffPattern),

	"step.at":      matching(stepPattern),
	"step.age":     between(1, 10_000),
	"step.by_hand": func(s *jsonschema.Schema) { s.Const = true },
	"step.do":      oneOf(actions...),
	"step.times":   between(1, 1000),

	"calendar.hours": oneOf("24x7"),
	"calendar.week":  keyed(daysPattern),
	"season.week":    keyed(daysPattern),

	"holiday.yearly":           matching(dayOfYearPattern),
	"holiday.weekday":          matching(nthWeekdayPattern),
	"holiday.easter":           oneOf("western", "orthodox"),
	"holiday.hebrew":           matching(`^[0-9]{1,2} .+$`),
	"holiday.persian":          matching(`^[0-9]{1,2} .+$`),
	"holiday.islamic":          matching(`^[0-9]{1,2} .+$`),
	"holiday.islamic_calendar": oneOf("umm-al-qura", "tabular"),
	"holiday.country":          matching(`^[a-z]{2}(-[a-z]{2,3})?$`),
	"holiday.move":             keyed(`^` + weekday + `$`),
	"holiday.substitute": func(s *jsonschema.Schema) {
		only := oneOf(weekdays...)
		only(s.AnyOf[0])
		only(s.AnyOf[1].Items)
	},
}

func oneOf(texts ...string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) {
		for _, text := range texts {
			s.Enum = append(s.Enum, text)
		}
	}
}

func matching(pattern string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.Pattern = pattern }
}

func between(least, most int) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) {
		s.Minimum, s.Maximum = json.Number(fmt.Sprint(least)), json.Number(fmt.Sprint(most))
	}
}

func atLeast(n uint64) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.MinItems = &n }
}

// keyed allows only keys of the pattern in a map.
func keyed(pattern string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) {
		s.PatternProperties = map[string]*jsonschema.Schema{pattern: s.AdditionalProperties}
		s.AdditionalProperties = jsonschema.FalseSchema
	}
}

// together is which keys of a table need which others.
func together(s *jsonschema.Schema) {
	due := s.Definitions["due"]
	due.DependentRequired = map[string][]string{"days": {"at"}, "max": {"min"}, "contract": {"default"}}
	owners := map[string][]string{}
	for _, rule := range dueKeys {
		exactlyOne(due, []string{rule.key})
		for _, key := range rule.with {
			owners[key] = append(owners[key], rule.key)
		}
	}
	for key, rules := range owners {
		needsOne(due, key, rules...)
	}

	step := s.Definitions["step"]
	exactlyOne(step, []string{"at"}, []string{"before"}, []string{"after"}, []string{"age"}, []string{"by_hand"})
	step.DependentRequired = map[string][]string{"every": {"times"}, "times": {"every"}}

	exactlyOne(s.Definitions["calendar"], []string{"hours"}, []string{"week"})

	for _, name := range []string{"day", "corrected-day"} {
		day := s.Definitions[name]
		exactlyOne(day, []string{"date"}, []string{"from", "to"})
		day.DependentRequired = map[string][]string{"from": {"to"}, "to": {"from"}}
	}

	holiday := s.Definitions["holiday"]
	for _, rule := range []string{"date", "yearly", "weekday", "easter", "hebrew", "persian", "islamic", "country"} {
		exactlyOne(holiday, []string{rule})
	}
	needsOne(holiday, "offset", "weekday", "easter")
	needsOne(holiday, "islamic_calendar", "islamic")
}

// exactlyOne adds sets of keys of which a table has one.
func exactlyOne(s *jsonschema.Schema, sets ...[]string) {
	for _, keys := range sets {
		s.OneOf = append(s.OneOf, &jsonschema.Schema{Required: keys})
	}
}

// needsOne says that a key goes only with one of the others.
func needsOne(s *jsonschema.Schema, key string, others ...string) {
	needs := &jsonschema.Schema{}
	for _, other := range others {
		needs.AnyOf = append(needs.AnyOf, &jsonschema.Schema{Required: []string{other}})
	}
	if s.DependentSchemas == nil {
		s.DependentSchemas = map[string]*jsonschema.Schema{}
	}
	s.DependentSchemas[key] = needs
}

// ---- How it is made ---------------------------------------------------------------

// tables is the raw types by the names of their tables.
func tables() map[reflect.Type]string {
	return map[reflect.Type]string{
		reflect.TypeFor[rawPolicy]():   "policy",
		reflect.TypeFor[rawTarget]():   "target",
		reflect.TypeFor[rawDue]():      "due",
		reflect.TypeFor[rawCutoff]():   "cutoff",
		reflect.TypeFor[rawStep]():     "step",
		reflect.TypeFor[rawCalendar](): "calendar",
		reflect.TypeFor[rawCover]():    "cover",
		reflect.TypeFor[rawSeason]():   "season",
		reflect.TypeFor[rawDay]():      "day",
		reflect.TypeFor[rawHoliday]():  "holiday",

		reflect.TypeFor[rawCorrection]():   "correction",
		reflect.TypeFor[rawCorrectedDay](): "corrected-day",
	}
}

func makeSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	names := tables()
	r := jsonschema.Reflector{
		FieldNameTag:   "toml",
		ExpandedStruct: true, // tombi looks for keys in the root itself
		Anonymous:      true,
		Namer:          func(t reflect.Type) string { return names[t] },
		Mapper:         text,
	}
	s := r.Reflect(rawPolicy{})
	s.ID = "https://github.com/townclerk/townclerk/sla/sla.schema.json"
	s.Title = "sla.toml"
	s.Description = "What a municipality promises: package github.com/townclerk/townclerk/sla describes it."

	var keys []string
	for typ, table := range names {
		def := s
		if table != "policy" {
			def = s.Definitions[table]
		}
		require.NotNil(t, def, "no table is a %s", typ)
		for p := def.Properties.Oldest(); p != nil; p = p.Next() {
			key := table + "." + p.Key
			keys = append(keys, key)
			describe(t, key, p.Value, slices.Contains(def.Required, p.Key))
		}
	}
	for key := range values {
		require.Contains(t, keys, key, "values names a key that is none")
	}
	for key := range about {
		require.Contains(t, keys, key, "about names a key that is none")
	}
	together(s)
	for name, def := range texts() {
		s.Definitions[name] = def
	}
	return s
}

func describe(t *testing.T, key string, s *jsonschema.Schema, required bool) {
	s.Description = about[key]
	require.NotEmpty(t, s.Description, "say in about what %s is", key)
	if narrow := values[key]; narrow != nil {
		narrow(s)
	}
	// Of a required key Parse says that it is empty.
	one := uint64(1)
	switch {
	case !required:
	case s.Type == "string" && s.Enum == nil && s.Pattern == "":
		s.MinLength = &one
	case s.Type == "array":
		s.MinItems = &one
	case s.AnyOf != nil && s.AnyOf[0].Type == "string":
		s.AnyOf[0].MinLength, s.AnyOf[1].MinItems = &one, &one
	}
}

// text maps types that are not made of their fields.
func text(t reflect.Type) *jsonschema.Schema {
	if t.Kind() == reflect.Slice && strings.HasPrefix(t.Name(), "OneOrMore[") {
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{element(t.Elem()), {Type: "array", Items: element(t.Elem())}}}
	}
	name := map[reflect.Type]string{
		reflect.TypeFor[rawDuration]():    "duration",
		reflect.TypeFor[rawTimeOfDay]():   "time-of-day",
		reflect.TypeFor[rawInterval]():    "hours",
		reflect.TypeFor[rawDate]():        "date",
		reflect.TypeFor[rawSeasonDate]():  "season-date",
		reflect.TypeFor[rawTime]():        "time",
		reflect.TypeFor[tomldoc.Scalar](): "scalar",
	}[t]
	if name == "" {
		return nil
	}
	return &jsonschema.Schema{Ref: "#/$defs/" + name}
}

func element(t reflect.Type) *jsonschema.Schema {
	if s := text(t); s != nil {
		return s
	}
	return &jsonschema.Schema{Type: "string"}
}

// texts is the definitions to which text refers. The formats are those by which
// tombi and taplo know TOML's own dates and times, written without quotes.
func texts() map[string]*jsonschema.Schema {
	date := []*jsonschema.Schema{{Type: "string", Pattern: datePattern}, {Type: "string", Format: "date", Pattern: datePattern}}
	return map[string]*jsonschema.Schema{
		"duration": {Type: "string", Pattern: durationPattern, Description: "A length of time, such as 20m, 4h or 1h30m."},
		"time-of-day": {
			AnyOf:       []*jsonschema.Schema{{Type: "string", Pattern: timePattern}, {Type: "string", Format: "partial-time", Pattern: timePattern}},
			Description: "A time of day, such as 10:00 or 10:00:30.",
		},
		"hours": {
			Type:        "string",
			Pattern:     closedPattern,
			Description: "Hours such as 07:30-16:30, or the word closed.",
		},
		"date": {AnyOf: date, Description: "A date, such as 2026-06-07."},
		"season-date": {
			AnyOf:       append(slices.Clone(date), &jsonschema.Schema{Type: "string", Pattern: dayOfYearPattern}),
			Description: "A date, or a day of each year, such as 07-01.",
		},
		"time": {
			AnyOf: []*jsonschema.Schema{
				{Type: "string", Pattern: instantPattern},
				{Type: "string", Format: "date-time-local", Pattern: instantPattern},
				{Type: "string", Format: "date-time", Pattern: instantPattern},
			},
			Description: "A time, such as 2026-06-07T10:00:00, or with its offset, such as 2026-06-07T10:00:00+03:00.",
		},
		"scalar": {
			AnyOf:       []*jsonschema.Schema{{Type: "string"}, {Type: "integer"}, {Type: "boolean"}},
			Description: "A word, a number, true or false.",
		},
	}
}
