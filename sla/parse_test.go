package sla

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

// sound is a small policy without mistakes, one key a line.
const sound = `format = 1
name = "Testville"
zone = "Europe/Warsaw"

[attributes]
department = ["ops", "web"]
priority = ["low", "normal", "high"]
note = []

[roles]
manager = { en = "Manager" }

[calendars.desk]
week = { mon-fri = ["07:30-12:00", "12:30-15:30"] }
holidays = "local"
cover = { from = 2025, to = 2030 }

[[calendars.desk.days]]
date = 2026-12-24
hours = "07:30-11:00"
why = "Christmas eve"

[[calendars.desk.seasons]]
name = "summer"
from = "07-01"
to = "08-31"
week = { fri = "07:30-13:00" }

[[holidays.local]]
name = "Christmas"
date = [2026-12-25]

[[targets]]
id = "transfer"
metric = "transfer"
kind = "commitment"
title = { en = "Transfer" }
source = "T-1"
match = { department = "ops" }
start = "opened"
meets = "transferred"
calendar = "desk"
due = { within = "20m" }
pauses = ["user"]

[[targets.escalations]]
at = "80%"
to = "manager"
do = "watch"

[[targets]]
id = "handling"
metric = "handling"
kind = "commitment"
title = { en = "Handling" }
source = "T-2"
start = "opened"
meets = "treated"
calendar = "desk"
due.cutoffs = [
    { until = "10:00", days = 0, at = "close" },
    { days = 1, at = "12:00" },
]
`

func TestParseAcceptsASoundPolicy(t *testing.T) {
	p, err := Parse([]byte(sound), "testville/sla.toml")
	require.NoError(t, err)
	if got := len(p.Targets()); got != 2 || p.Name() != "Testville" || p.Calendar("desk") == nil {
		t.Errorf("Parse gave %d targets, name %q, desk %v", got, p.Name(), p.Calendar("desk"))
	}
}

// Each mistake has its line, says what is wrong, and how to mend it.
func TestParseReportsMistakes(t *testing.T) {
	tests := []struct {
		name     string
		old, new string
		want     string
	}{
		{"format of the future", "format = 1", "format = 2", "1: format: 2 is not a format that is known here; write format = 1"},
		{"no format", "format = 1\n", "\n", `1: format: missing; write format = 1`},
		{"a bell in the name", `"Testville"`, `"Test\u0007ville"`, `2: name: it has the control character U+0007; take it out`},
		{"a title of two lines", `{ en = "Transfer" }`, `{ en = "Trans\nfer" }`, `37: targets.transfer.title.en: it has the control character U+000A; take it out`},
		{"an escape in an id", `id = "transfer"`, `id = "\u001b[2J"`, `34: targets."\x1b[2J".id: it has the control character U+001B; take it out`},
		{"an escape in a role", `manager = {`, `"mana\u001bger" = {`, `11: roles."mana\x1bger": it has the control character U+001B; take it out`},
		{"unknown zone", "Europe/Warsaw", "Europe/Warzaw", `3: zone: no time zone is named "Europe/Warzaw"; write one such as "Europe/Warsaw"`},
		{"the host's zone", "Europe/Warsaw", "Local", `3: zone: no time zone is named "Local"; write one such as "Europe/Warsaw"`},
		{"unknown key", `meets = "transferred"`, `meats = "transferred"`, `41: targets.transfer.meats: unknown key; did you mean "meets"?`},
		{"calendar misspelt", `calendar = "desk"` + "\ndue = {", `calendar = "dask"` + "\ndue = {", `42: targets.transfer.calendar: no calendar is named "dask"; did you mean "desk"?`},
		{"duration in words", `"20m"`, `"20 minutes"`, `43: targets.transfer.due.within: "20 minutes" is not a duration; write "20m"`},
		{"duration in days", `"20m"`, `"2d"`, `43: targets.transfer.due.within: "2d" is not a duration; write days = 2, with at = "close", for working days, or "48h" of the calendar "elapsed" for time that runs day and night`},
		{"duration in weeks", `"20m"`, `"1 week"`, `43: targets.transfer.due.within: "1 week" is not a duration; write days = 5, with at = "close", for working days, or "168h" of the calendar "elapsed"`},
		{"duration in months", `"20m"`, `"1 month"`, `43: targets.transfer.due.within: "1 month" is not a duration; write one such as "20m" or "1h30m"`},
		{"duration too long", `"20m"`, `"99999999999999999999h"`, `43: targets.transfer.due.within: "99999999999999999999h" is not a duration; write less than "2562047h", which is 292 years`},
		{"duration as a number", `within = "20m"`, `within = 20`, `43: targets.transfer.due.within: "20" is not a duration; write "20m"`},
		{"negative duration", `"20m"`, `"-20m"`, `43: targets.transfer.due.within: "-20m" is negative; write it without the sign`},
		{"two rules", `within = "20m"`, `within = "20m", days = 1, at = "close"`, `43: targets.transfer.due: within and days are several rules; write one of within, days, immediate, appointment, cutoffs, max, contract, earliest, latest`},
		{"no rule", `due = { within = "20m" }`, `due = {}`, `43: targets.transfer.due: it needs one rule; write one of within, days, immediate, appointment, cutoffs, max, contract, earliest, latest`},
		{"a key of another rule", `within = "20m"`, `within = "20m", at = "close"`, `43: targets.transfer.due.at: it does not go with within`},
		{"no due", "due = { within = \"20m\" }\n", "\n", `33: targets.transfer.due: missing; say when it is due, such as due = { within = "20m" }`},
		{"days without a moment", `within = "20m"`, `days = 3`, `43: targets.transfer.due.at: missing; write at = "close", "same-time" or a time such as "12:00"`},
		{"days of elapsed time", `within = "20m"`, `days = 3, at = "close", calendar = "elapsed"`, `43: targets.transfer.due.days: it counts working days, which "elapsed" does not have; name a calendar`},
		{"negative days", `within = "20m"`, `days = -1, at = "close"`, `43: targets.transfer.due.days: -1 working days is not possible; write 0 for the same day, or more`},
		{"moment that is none", `within = "20m"`, `days = 1, at = "noon"`, `43: targets.transfer.due.at: "noon" is not a moment of a working day; write "close", "same-time" or a time such as "12:00"`},
		{"contract without default", `within = "20m"`, `contract = "replace"`, `43: targets.transfer.due: where no contract is in force something must hold; add default = { within = "24h" }`},
		{"contract neither replaced nor capped", `within = "20m"`, `contract = "maybe", default = { within = "1h" }`, `43: targets.transfer.due.contract: "maybe" is not known; write "replace" or, if a contract may only shorten, "cap"`},
		{"window without minimum", `within = "20m"`, `max = { within = "1h" }`, `43: targets.transfer.due: a window has a min as well as a max`},
		{"earliest of one", `within = "20m"`, `earliest = [{ within = "1h" }]`, `43: targets.transfer.due.earliest: it takes two rules or more to choose from`},
		{"appointment inside a choice", `within = "20m"`, `earliest = [{ within = "1h" }, { appointment = true }]`, `43: targets.transfer.due.earliest[2].appointment: write due = { appointment = true } by itself`},
		{"unknown kind", `kind = "commitment"` + "\ntitle = { en = \"Transfer\"", `kind = "promise"` + "\ntitle = { en = \"Transfer\"", `36: targets.transfer.kind: "promise" is not known; known: commitment, contract, window, estimate`},
		{"unknown attribute", `department = "ops"`, `departement = "ops"`, `39: targets.transfer.match.departement: no attribute is named "departement" in [attributes]; did you mean "department"?`},
		{"unknown value", `department = "ops"`, `department = "opps"`, `39: targets.transfer.match.department: department has no value "opps" in [attributes]; did you mean "ops"?`},
		{"start meets", `meets = "transferred"`, `meets = "opened"`, `41: targets.transfer.meets: "opened" starts the target as well; it needs another event to be met`},
		{"met by waiting", `meets = "transferred"`, `meets = "paused"`, `41: targets.transfer.meets: "paused" is waiting, which pauses says; name another event`},
		{"approvals without their start", `pauses = ["user"]`, `approvals = ["manager"]`, `40: targets.transfer.start: a target with approvals counts from the last of them; write start = "approved"`},
		{"appointment without its start", `due = { within = "20m" }`, `due = { appointment = true }`, `40: targets.transfer.start: an appointment counts from its agreement; write start = "appointed"`},
		{"approval of nobody", `pauses = ["user"]`, `approvals = ["boss"]` + "\nstart = \"approved\"", `44: targets.transfer.approvals: no role is named "boss" in [roles]; known: manager`},
		{"id taken", `id = "handling"`, `id = "transfer"`, `52: targets.transfer.id: "transfer" is taken by the target of line 34; give this one another`},
		{"role misspelt", `to = "manager"`, `to = "manger"`, `48: targets.transfer.escalations[1].to: no role is named "manger" in [roles]; did you mean "manager"?`},
		{"action unknown", `do = "watch"`, `do = "wait"`, `49: targets.transfer.escalations[1].do: "wait" is not known; known: watch, take-over, activate-vendor`},
		{"share unknown", `at = "80%"`, `at = "80"`, `47: targets.transfer.escalations[1].at: "80" is not known; write "start", "due" or a share of the target such as "80%"`},
		{"two occasions", `at = "80%"`, `at = "80%"` + "\nafter = \"1h\"", `46: targets.transfer.escalations[1]: a step fires at one occasion; write one of at, before, after, age and by_hand`},
		{"not by hand", `at = "80%"`, `by_hand = false`, `47: targets.transfer.escalations[1].by_hand: write by_hand = true, or another occasion`},
		{"age of elapsed time", `at = "80%"`, "age = 2\ncalendar = \"elapsed\"", `47: targets.transfer.escalations[1].age: an age is counted in working days; name their calendar with calendar = "…"`},
		{"repetition of a share", `at = "80%"`, "at = \"80%\"\nevery = \"1h\"\ntimes = 2", `48: targets.transfer.escalations[1].every: only a step at the due time, after it, or at an age can repeat`},
		{"repetition without an end", `at = "80%"`, "at = \"due\"\nevery = \"1h\"", `48: targets.transfer.escalations[1].every: it says how far apart, not how often; add times = 3`},
		{"hours end first", `"12:30-15:30"`, `"24:00-15:30"`, `14: calendars.desk.week.mon-fri[2]: 24:00-15:30 starts at 24:00, which is an end only; start the next day at 00:00`},
		{"hours empty", `"12:30-15:30"`, `"12:30-12:30"`, `14: calendars.desk.week.mon-fri[2]: 12:30-12:30 is empty; a whole day is 00:00-24:00`},
		{"hours overlap", `"12:30-15:30"`, `"11:30-15:30"`, `14: calendars.desk.week.mon-fri: 07:30-12:00 and 11:30-15:30 overlap`},
		{"hours in words", `"12:30-15:30"`, `"afternoon"`, `14: calendars.desk.week.mon-fri[2]: "afternoon" are not hours; write them as 07:30-16:30`},
		{"25 o'clock", `"12:30-15:30"`, `"12:30-25:30"`, `14: calendars.desk.week.mon-fri[2]: "25:30" is not a time of day; write it as 07:30 or 07:30:15, 24:00 at the latest`},
		{"day misspelt", `mon-fri =`, `mon-fry =`, `14: calendars.desk.week.mon-fry: "fry" is not a day of the week; did you mean "fri"?`},
		{"day twice", `mon-fri = [`, `fri = "08:00-09:00", mon-fri = [`, `14: calendars.desk.week.mon-fri: Friday stands twice in this week`},
		{"week and 24x7", `holidays = "local"`, `hours = "24x7"`, `13: calendars.desk: it needs its hours; write week = { mon-fri = "08:00-16:00" }, or hours = "24x7"`},
		{"no hours at all", "week = { fri = \"07:30-13:00\" }\n", "week = { fri = \"closed\" }\n[calendars.never]\nweek = {}\n", `28: calendars.never: it has no open time; give its week some hours`},
		{"holidays misspelt", `holidays = "local"`, `holidays = "locale"`, `15: calendars.desk.holidays: no set of holidays is named "locale" in [holidays]; did you mean "local"?`},
		{"no cover", "cover = { from = 2025, to = 2030 }\n", "\n", `13: calendars.desk: holiday "Christmas" is known for some years only; state which years the calendar covers`},
		{"cover backwards", "from = 2025, to = 2030", "from = 2030, to = 2025", `16: calendars.desk.cover.to: it cannot cover the years 2030–2025; write the first and the last year, between 1678 and 2261`},
		{"cover of no years", "from = 2025, to = 2030", "from = 0, to = 0", `16: calendars.desk.cover.from: 0 to 0 are no years; write the first and the last year, or leave the cover out`},
		{"cover that begins too early", "from = 2025, to = 2030", "from = 1025, to = 2030", `16: calendars.desk.cover.from: it cannot cover the years 1025–2030`},
		{"cover that ends too late", "from = 2025, to = 2030", "from = 2025, to = 20300", `16: calendars.desk.cover.to: it cannot cover the years 2025–20300`},
		{"date entered twice", "[[calendars.desk.seasons]]\n", "[[calendars.desk.days]]\ndate = 2026-12-24\nhours = \"closed\"\nwhy = \"again\"\n[[calendars.desk.seasons]]\n",
			`24: calendars.desk.days[2].date: 2026-12-24 is entered twice, first on line 19; keep one entry`},
		{"date entered again in a range", "[[calendars.desk.seasons]]\n", "[[calendars.desk.days]]\nfrom = 2026-12-23\nto = 2026-12-24\nhours = \"closed\"\nwhy = \"again\"\n[[calendars.desk.seasons]]\n",
			`23: calendars.desk.days[2]: 2026-12-24 is entered twice, first on line 19; keep one entry`},
		{"season reversed", "from = \"07-01\"\nto = \"08-31\"", "from = 2026-08-31\nto = 2026-07-01", `26: calendars.desk.seasons.summer.to: season "summer" ends on 2026-07-01, before it begins on 2026-08-31`},
		{"season mixed", "from = \"07-01\"", "from = 2026-07-01", `26: calendars.desk.seasons.summer.to: season "summer": one of its dates has a year and the other has none`},
		{"seasons overlap", "[[holidays.local]]\n", "[[calendars.desk.seasons]]\nname = \"August\"\nfrom = \"08-01\"\nto = \"08-31\"\nweek = { fri = \"closed\" }\n[[holidays.local]]\n",
			`29: calendars.desk.seasons.August: seasons "summer" and "August" both state the hours of 08-01; leave that day of the week to one of them`},
		{"move too far", "date = [2026-12-25]", "date = [2026-12-25]\nmove = { mon = 1, fri = 99 }", `32: holidays.local.Christmas.move.fri: 99 days: at most 31 either way`},
		{"move of one day twice", "date = [2026-12-25]", "date = [2026-12-25]\nmove = { fri = 1, Friday = 2 }", `32: holidays.local.Christmas.move.Friday: Friday stands twice`},
		{"offset too far", "date = [2026-12-25]", "easter = \"western\"\noffset = 1000", `32: holidays.local.Christmas.offset: 1000 days: at most 365 either way`},
		{"holiday ends before it begins", "date = [2026-12-25]", "date = [2026-12-25]\nfrom = 2030\nto = 2020", `33: holidays.local.Christmas.to: from 2030 to 2020 is no year`},
		{"sixth Monday of a month", "date = [2026-12-25]", "weekday = \"6th monday of may\"", `31: holidays.local.Christmas.weekday: number 6: a month has the 1st to the 5th of a weekday, or -1, the last, to -5`},
		{"country in capitals", `date = [2026-12-25]`, `country = "PL"`, `31: holidays.local.Christmas.country: there is no set of holidays for "PL"; did you mean "pl"?`},
		{"country that only has parts", `date = [2026-12-25]`, `country = "AU"`, `31: holidays.local.Christmas.country: there is no set of holidays for "AU"; there are au-act, au-nsw, au-nt,`},
		{"date that does not exist", `date = 2026-12-24`, `date = "2026-02-30"`, `19: calendars.desk.days[1].date: "2026-02-30" is not a date; write it as 2026-06-07`},
		{"dated entry without hours", `hours = "07:30-11:00"` + "\n", "\n", `18: calendars.desk.days[1].hours: missing; write "closed", or the hours of that date such as "07:30-12:00"`},
		{"closed beside hours", `hours = "07:30-11:00"`, `hours = ["07:30-11:00", "closed"]`, `20: calendars.desk.days[1].hours: "closed" stands beside hours; write one or the other`},
		{"season of no day", `from = "07-01"`, `from = "31-07"`, `25: calendars.desk.seasons.summer.from: "31-07" is not a day of the year; write month and day as "12-25", or "25 December"`},
		{"holiday without rule", "date = [2026-12-25]\n", "\n", `29: holidays.local.Christmas: it needs one rule; write one of date, yearly, weekday, easter, hebrew, persian, islamic, country`},
		{"holiday with two rules", `date = [2026-12-25]`, "date = [2026-12-25]\nyearly = \"12-25\"", `29: holidays.local.Christmas: it needs one rule; write one of date, yearly, weekday, easter, hebrew, persian, islamic, country`},
		{"easter of the north", `date = [2026-12-25]`, `easter = "northern"`, `31: holidays.local.Christmas.easter: "northern" is not known; write "western" or "orthodox"`},
		{"offset of a date", `date = [2026-12-25]`, "date = [2026-12-25]\noffset = 1", `32: holidays.local.Christmas.offset: it goes with weekday and easter, not with date`},
		{"weekday rule in disorder", `date = [2026-12-25]`, `weekday = "monday the last"`, `31: holidays.local.Christmas.weekday: "monday the last" is not known; write "2nd monday of june" or "last monday of may"`},
		{"unknown country", `date = [2026-12-25]`, `country = "xx"`, `31: holidays.local.Christmas.country: there is no set of holidays for "xx"; there are ar, at, `},
		{"one cut-off", "    { days = 1, at = \"12:00\" },\n", "", `60: targets.handling.due.cutoffs: it takes two: what holds until the cut-off, and what holds after it`},
		{"last cut-off with an until", `{ days = 1, at = "12:00" }`, `{ until = "12:00", days = 1, at = "12:00" }`, `62: targets.handling.due.cutoffs[2].until: the last one holds for the rest of the day; leave until out`},
		{"cut-off without until", `{ until = "10:00", days = 0`, `{ days = 0`, `61: targets.handling.due.cutoffs[1]: only the last one may leave until out`},
		{"after closing the same day", `{ days = 1, at = "12:00" }`, `{ days = 0, at = "close" }`, `62: targets.handling.due.cutoffs[2].days: the last one also holds for a start after closing, which the same day cannot keep; write 1 or more`},
		{"due at a time of the same day", `due = { within = "20m" }`, `due = { days = 0, at = "12:00" }`, `43: targets.transfer.due.at: what starts after 12:00 would be due before it starts; write at = "close", or cutoffs with until = "12:00" and what is promised later in the day`},
		{"due before it starts", `days = 0, at = "close"`, `days = 0, at = "09:00"`, `61: targets.handling.due.cutoffs[1].at: 09:00 is before the cut-off at 10:00, so it could be due before it starts`},
		{"later start due earlier (RA-23)", `days = 0, at = "close"`, `days = 2, at = "close"`, `62: targets.handling.due.cutoffs[2]: a start after 10:00 would be due before one until then; make it due later`},
		{"next day's start due earlier (V14)", `days = 0, at = "close"`, `days = 0, at = "11:00"`, `62: targets.handling.due.cutoffs[2]: a start on the next working day until 10:00 would be due before one today after 10:00`},
		{"elapsed cut-off", "calendar = \"desk\"\ndue.cutoffs", "calendar = \"elapsed\"\ndue.cutoffs", `60: targets.handling.due.cutoffs: it counts working days, which "elapsed" does not have; name a calendar`},
		{"title in no language", `title = { en = "Handling" }`, `title = "Handling"`, `55: targets.handling.title: is a string; write title = { en = "…" }`},
		{"no source", "source = \"T-2\"\n", "\n", `51: targets.handling.source: missing; name the clause or requirement that it comes from`},
		{"on_change unknown", `pauses = ["user"]`, `on_change = "begin"`, `44: targets.transfer.on_change: "begin" is not known; write "opening" to count from the start, "change" to count from the change`},
		{"key twice", `meets = "treated"`, "meets = \"treated\"\nmeets = \"treated\"", `59: targets.handling.meets: `},
		{"unclosed string", `meets = "treated"`, `meets = "treated`, `58: `},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(sound, tt.old), "the sound policy must hold the text once")
			_, err := Parse([]byte(strings.Replace(sound, tt.old, tt.new, 1)), "sla.toml")
			require.Error(t, err)
			want := "sla.toml:" + tt.want
			if !strings.Contains(err.Error(), want) {
				t.Errorf("Parse said\n%v\nwant\n%s", err, want)
			}
			var mistake *townclerk.FileError
			if !errors.As(err, &mistake) || mistake.File != "sla.toml" || mistake.Line == 0 {
				t.Errorf("the error is no FileError with a line: %#v", err)
			}
		})
	}
}

// All mistakes of a file come back together, in the order of lines.
func TestParseReportsAllMistakesAtOnce(t *testing.T) {
	text := sound
	for _, r := range [][2]string{
		{`"12:30-15:30"`, `"12:30-25:30"`}, {`do = "watch"`, `do = "wait"`}, {`within = "20m"`, `witin = "20m"`},
		{`department = "ops" }`, `department = 7 }`}, {`until = "10:00"`, `until = "ten"`}, {`source = "T-2"`, `source = 2`},
	} {
		require.Contains(t, text, r[0])
		text = strings.Replace(text, r[0], r[1], 1)
	}
	_, err := Parse([]byte(text), "sla.toml")
	want := `sla.toml:14: calendars.desk.week.mon-fri[2]: "25:30" is not a time of day; write it as 07:30 or 07:30:15, 24:00 at the latest
sla.toml:39: targets.transfer.match.department: department has no value "7" in [attributes]; known: ops, web
sla.toml:43: targets.transfer.due.witin: unknown key; did you mean "within"?
sla.toml:49: targets.transfer.escalations[1].do: "wait" is not known; known: watch, take-over, activate-vendor
sla.toml:56: targets.handling.source: is a number; name the clause or requirement that it comes from
sla.toml:61: targets.handling.due.cutoffs[1].until: "ten" is not a time of day; write it as 07:30 or 07:30:15, 24:00 at the latest`
	if err == nil || err.Error() != want {
		t.Errorf("Parse said\n%v\nwant\n%s", err, want)
	}
}

// FuzzParse looks for a panic, a hang, a mistake without a line, and a policy
// that comes back beside its mistakes.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sound))
	f.Add([]byte("edition = 2\neffective = 2026-01-01\n" + sound + strike + decree))
	if data, err := os.ReadFile("../examples/policies/raanana/sla.toml"); err == nil {
		f.Add(data)
	}
	f.Add([]byte("format = 1\n[[targets]]\ndue = { earliest = [ { max = {} }, {} ] }"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data, "sla.toml")
		if (p == nil) == (err == nil) {
			t.Fatalf("Parse gave %v and %v", p, err)
		}
		if err == nil {
			for _, f := range p.Lint(lintNow) {
				if f.Line < 0 || f.Line > strings.Count(string(data), "\n")+1 || strings.Contains(f.Message(), "{") && !strings.Contains(string(data), "{") {
					t.Fatalf("Lint of %q: %#v", data, f)
				}
			}
			return
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
			var mistake *townclerk.FileError
			if !errors.As(e, &mistake) || mistake.Line < 0 || mistake.Line > lines || mistake.Problem == "" {
				t.Fatalf("Parse of %q: %#v", data, e)
			}
		}
	})
}

// One mistake is one message: none says what only follows from another.
func TestParseDoesNotReportWhatFollows(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"a rule that is none", `due = { within = "20m" }`, `due = "4h"`, `sla.toml:43: targets.transfer.due: is a string; say when it is due, such as due = { within = "20m" }`},
		{"times too large", `at = "80%"`, "at = \"due\"\nevery = \"1h\"\ntimes = 99999999999999999999", `sla.toml:49: targets.transfer.escalations[1].times: 99999999999999999999 is too large for a number; write it in quotes if it is text`},
	} {
		_, err := Parse([]byte(strings.Replace(sound, tt.old, tt.new, 1)), "sla.toml")
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: Parse said\n%v\nwant\n%s", tt.name, err, tt.want)
		}
	}
}
