package sla

// findingKinds lists all kinds of finding. A test makes each mistake in a sound policy,
// the one in testdata/sound.toml, or in its lock file, and looks for exactly this
// finding. What it says stands under its code in languages/*.toml.
var findingKinds = []findingKind{
	{"invalid", SeverityError, "a mistake because of which the policy cannot be read",
		[]Patch{{`within = "4h"`, `within = "4 hours"`}}},

	// Attributes.
	{"never-matches", SeverityError, "a target that never counts",
		[]Patch{{`match = { class = "fault" }`, `match = { class = ["fault", "request"] }`}}},
	{"value-never-counts", SeverityWarning, "a value in a condition that makes no difference",
		[]Patch{{`match = { class = "request" }`, `match = { class = ["request", "fault"] }`}}},
	{"step-never-matches", SeverityError, "an escalation for tickets that its target does not have",
		[]Patch{{`at = "50%"`, "at = \"50%\"\nmatch = { class = \"request\" }"}}},
	{"attribute-unmatched", SeverityNote, "an attribute on which nothing matches",
		[]Patch{{"[attributes]\n", "[attributes]\nplace = []\n"}}},
	{"value-not-covered", SeverityWarning, "an attribute's value for which nothing at all is promised",
		[]Patch{
			{"id = \"transfer\"\n", "id = \"transfer\"\nmatch = { class = [\"fault\", \"request\", \"\"] }\n"},
			{"id = \"other\"\n", "id = \"other\"\nmatch = { class = \"\" }\n"},
			{"id = \"follow-up\"\n", "id = \"follow-up\"\nmatch = { class = [\"fault\", \"request\", \"\"] }\n"},
		}},
	{"metric-gap", SeverityNote, "values of an attribute for which a metric promises nothing",
		[]Patch{{"id = \"transfer\"\n", "id = \"transfer\"\nmatch = { class = [\"fault\", \"request\", \"\"] }\n"}}},
	{"metric-hole", SeverityWarning, "a combination that a metric leaves out, though it covers each value in others",
		[]Patch{{"id = \"transfer\"\nmetric = \"transfer\"", `id = "transfer"
metric = "transfer"
match = { class = ["fault", "request"] }
kind = "commitment"
title = { en = "Passed on", pl = "Przekazanie" }
source = "1"
start = "opened"
meets = "transferred"
calendar = "desk"
due = { within = "30m" }

[[targets]]
id = "visit-transfer"
metric = "transfer"
match = { class = ["visit", ""], priority = ["normal", "high", ""] }`}}},
	{"priority-gap", SeverityWarning, "a promise that is lost when the priority is raised",
		[]Patch{{"id = \"transfer\"\n", "id = \"transfer\"\nmatch = { priority = [\"low\", \"normal\", \"\"] }\n"}}},
	{"gap-unset", SeverityNote, "a metric that covers all values of an attribute, but no ticket without it",
		[]Patch{{"id = \"other\"\n", "id = \"other\"\nmatch = { class = \"visit\" }\n"}}},
	{"gap", SeverityNote, "a combination of attribute values for which nothing at all is promised",
		[]Patch{
			{"[attributes]\n", "[attributes]\nweb = [false, true]\n"},
			{"id = \"transfer\"\n", "id = \"transfer\"\nmatch = { web = [false, \"\"] }\n"},
			{"id = \"other\"\n", "id = \"other\"\nmatch = { web = [false, \"\"] }\n"},
			{"id = \"follow-up\"\n", "id = \"follow-up\"\nmatch = { web = [false, \"\"] }\n"},
			{`match = { class = "fault" }`, `match = { class = "fault", web = [false, ""] }`},
			{`match = { class = "fault", priority = "high" }`, `match = { class = "fault", priority = "high", web = [false, ""] }`},
			{`match = { class = "request" }`, `match = { class = "request", web = [false, ""] }`},
			{"", `
[[targets]]
id = "web-fault"
metric = "web"
kind = "commitment"
title = { en = "A fault of the website", pl = "Usterka strony" }
source = "7"
match = { class = "fault", web = true }
start = "opened"
meets = "site-up"
calendar = "desk"
due = { within = "2h" }
`},
		}},

	// Due times.
	{"longer-with-priority", SeverityError, "a higher priority that is due later",
		[]Patch{{`within = "4h"`, `within = "40h"`}}},
	{"conflicting-targets", SeverityWarning, "two metrics that promise the same with different due times",
		[]Patch{{"", `
[[targets]]
id = "answer"
metric = "answer"
kind = "commitment"
title = { en = "Answer", pl = "Odpowiedź" }
source = "7"
start = "opened"
meets = "transferred"
calendar = "desk"
due = { within = "20m" }
`}}},
	{"due-after-what-follows", SeverityWarning, "a step that is due after the one that follows it",
		[]Patch{{"", `
[[targets]]
id = "plan"
metric = "plan"
kind = "commitment"
title = { en = "Plan", pl = "Plan" }
source = "7"
start = "opened"
meets = "planned"
calendar = "desk"
due = { within = "2h" }

[[targets]]
id = "approval"
metric = "approval"
kind = "commitment"
title = { en = "Approval", pl = "Zgoda" }
source = "8"
start = "opened"
meets = "agreed"
calendar = "desk"
due = { within = "1h" }

[[targets]]
id = "approval-of-plan"
metric = "approval-of-plan"
kind = "estimate"
title = { en = "Approval of the plan", pl = "Zgoda na plan" }
source = "9"
start = "planned"
meets = "agreed"
calendar = "desk"
due = { within = "30m" }
`}}},
	{"window-backwards", SeverityError, "a window whose minimum is after its maximum",
		[]Patch{
			{"id = \"other\"\nmetric = \"handling\"\nkind = \"commitment\"", "id = \"other\"\nmetric = \"handling\"\nkind = \"window\""},
			{`due = { days = 3, at = "12:00" }`, `due = { min = { days = 5, at = "12:00" }, max = { within = "20h" } }`},
		}},
	{"choice-without-effect", SeverityWarning, "a rule of several that never counts",
		[]Patch{{`due = { within = "30m" }`, `due = { earliest = [ { within = "30m" }, { within = "1h" } ] }`}}},
	{"no-grace", SeverityNote, "what is due at once and has no grace",
		[]Patch{{`due = { within = "30m" }`, `due = { immediate = true }`}}},
	{"no-time", SeverityWarning, "a length of no time",
		[]Patch{{`within = "30m"`, `within = "0s"`}}},
	{"days-in-hours", SeverityWarning, "days written as hours of working time",
		[]Patch{{`within = "30m"`, `within = "48h"`}}},
	{"due-before-opening", SeverityWarning, "a due time before the first opening of all days",
		[]Patch{{`days = 3, at = "12:00"`, `days = 3, at = "06:00"`}}},
	{"due-after-closing", SeverityWarning, "a due time after the last closing of all days",
		[]Patch{{`days = 3, at = "12:00"`, `days = 3, at = "18:00"`}}},
	{"cutoff-before-opening", SeverityWarning, "a cut-off before the first opening of all days",
		[]Patch{{`until = "10:00"`, `until = "07:00"`}}},
	{"cutoff-after-closing", SeverityWarning, "a cut-off at the last closing of all days, or after it",
		[]Patch{{`until = "10:00"`, `until = "15:30"`}}},
	{"cutoff-without-effect", SeverityWarning, "a cut-off behind which nothing is different",
		[]Patch{{`days = 0, at = "close"`, `days = 1, at = "12:00"`}}},
	{"calendar-overridden", SeverityWarning, "a calendar by which nothing is counted",
		[]Patch{{`due = { within = "30m" }`, `due = { within = "30m", calendar = "elapsed" }`}}},
	{"window-without-minimum", SeverityWarning, "a window that has no minimum",
		[]Patch{{"id = \"other\"\nmetric = \"handling\"\nkind = \"commitment\"", "id = \"other\"\nmetric = \"handling\"\nkind = \"window\""}}},
	{"minimum-without-window", SeverityWarning, "a minimum of a target that is no window",
		[]Patch{{`due = { days = 3, at = "12:00" }`, `due = { min = { days = 1, at = "12:00" }, max = { days = 3, at = "12:00" } }`}}},
	{"contract-without-terms", SeverityNote, "a vendor's promise that no contract can change",
		[]Patch{{"id = \"other\"\nmetric = \"handling\"\nkind = \"commitment\"", "id = \"other\"\nmetric = \"handling\"\nkind = \"contract\""}}},

	// Vendors.
	{"vendor-too-late", SeverityWarning, "a promise that the vendor behind it cannot keep, even if all is handed over at once",
		[]Patch{{"    { days = 1, at = \"12:00\" },\n]\n", "    { days = 1, at = \"12:00\" },\n]\nbacked_by = \"vendor-handling\"\n"}, {"", `
[[targets]]
id = "vendor"
metric = "vendor-handling"
kind = "contract"
title = { en = "The vendor handles it", pl = "Obsługa dostawcy" }
source = "7"
start = "handed-over"
meets = "vendor-done"
calendar = "elapsed"
due = { contract = "replace", default = { within = "24h" } }
`}}},
	{"hand-over-too-late", SeverityWarning, "a promise that the vendor behind it keeps only if we are quicker than our own targets",
		[]Patch{{`due = { days = 2, at = "close" }`, "due = { days = 2, at = \"close\" }\nbacked_by = \"vendor-handling\"\nhand_over_after = \"transfer\""}, {"", `
[[targets]]
id = "vendor"
metric = "vendor-handling"
kind = "contract"
title = { en = "The vendor handles it", pl = "Obsługa dostawcy" }
source = "7"
start = "handed-over"
meets = "vendor-done"
calendar = "elapsed"
due = { contract = "replace", default = { within = "40h" } }
`}}},
	{"backed-by-nothing", SeverityWarning, "a vendor's promise that never counts for the tickets of ours",
		[]Patch{{`due = { days = 2, at = "close" }`, "due = { days = 2, at = \"close\" }\nbacked_by = \"vendor-handling\""}, {"", `
[[targets]]
id = "vendor"
metric = "vendor-handling"
kind = "contract"
title = { en = "The vendor handles it", pl = "Obsługa dostawcy" }
source = "7"
match = { class = "visit" }
start = "handed-over"
meets = "vendor-done"
calendar = "elapsed"
due = { contract = "replace", default = { within = "1h" } }
`}}},

	// Events.
	{"event-contradicts", SeverityError, "an event that does a thing and undoes it",
		[]Patch{{`source = "1"`, "source = \"1\"\ncancels = [\"cancelled\", \"transferred\"]"}}},
	{"pause-without-effect", SeverityWarning, "pauses of an appointment",
		[]Patch{{"", `
[[targets]]
id = "visit"
metric = "visit"
kind = "commitment"
title = { en = "Visit", pl = "Wizyta" }
source = "7"
start = "appointed"
meets = "visited"
calendar = "elapsed"
due = { appointment = true }
pauses = ["awaiting-user"]
`}}},
	{"misspelt", SeverityWarning, "a name that is nearly that of something else",
		[]Patch{{"source = \"2\"\n", "source = \"2\"\npauses = [\"awaiting-usr\", \"awaiting-part\"]\n"}}},
	{"names-alike", SeverityWarning, "two names that differ in capitals or hyphens alone",
		[]Patch{{`class = ["fault", "request", "visit"]`, `class = ["fault", "request", "visit", "Fault"]`}}},

	// Escalations.
	{"share-over-whole", SeverityWarning, "a share of more than the whole",
		[]Patch{{`at = "50%"`, `at = "150%"`}}},
	{"no-time-before", SeverityWarning, "a step no time before the due time",
		[]Patch{{`at = "50%"`, `before = "0s"`}}},
	{"before-the-start", SeverityWarning, "a step before the due time that is always before the start",
		[]Patch{{`at = "50%"`, `before = "5h"`}}},
	{"estimate-escalates", SeverityNote, "an escalation when an estimate is over",
		[]Patch{{"age = 3", `at = "due"`}}},
	{"step-twice", SeverityWarning, "a step that stands twice",
		[]Patch{{"at = \"due\"\nto = \"head\"\ndo = \"take-over\"\n", "at = \"due\"\nto = \"head\"\ndo = \"take-over\"\n\n[[targets.escalations]]\nat = \"due\"\nto = \"head\"\ndo = \"take-over\"\n"}}},
	{"two-take-over", SeverityWarning, "two roles that take over on the same occasion",
		[]Patch{{"at = \"due\"\nto = \"head\"\ndo = \"take-over\"\n", "at = \"due\"\nto = \"head\"\ndo = \"take-over\"\n\n[[targets.escalations]]\nat = \"due\"\nto = \"desk\"\ndo = \"take-over\"\n"}}},
	{"steps-out-of-order", SeverityNote, "steps that do not stand in the order in which they fire",
		[]Patch{{`at = "50%"`, `after = "1h"`}}},

	// Roles and titles.
	{"role-unused", SeverityWarning, "a role that nobody tells and that approves nothing",
		[]Patch{{"[roles]\n", "[roles]\nmayor = { en = \"Mayor\", pl = \"Burmistrz\" }\n"}}},
	{"role-title-missing", SeverityWarning, "a role without a title in one of the locales",
		[]Patch{{`head = { en = "Head of IT", pl = "Kierownik" }`, `head = { en = "Head of IT" }`}}},
	{"target-title-missing", SeverityWarning, "a target without a title in one of the locales",
		[]Patch{{`title = { en = "Passed on", pl = "Przekazanie" }`, `title = { en = "Passed on" }`}}},
	{"roles-alike", SeverityWarning, "two roles with the same title",
		[]Patch{{`pl = "Kierownik"`, `pl = "Dział pomocy"`}}},

	// Calendars.
	{"calendar-unused", SeverityWarning, "a calendar by which nothing is counted",
		[]Patch{{"", "\n[calendars.field]\nweek = { sat = \"08:00-12:00\" }\n"}}},
	{"cover-ended", SeverityWarning, "a calendar whose cover is over",
		[]Patch{{"cover = { from = 2025, to = 2030 }", "cover = { from = 2025, to = 2025 }"}, {"date = 2026-12-24", "date = 2025-12-24"}}},
	{"cover-ends-soon", SeverityWarning, "a calendar whose cover ends soon",
		[]Patch{{"cover = { from = 2025, to = 2030 }", "cover = { from = 2025, to = 2026 }"}}},
	{"cover-begins-late", SeverityWarning, "a calendar whose cover has not begun",
		[]Patch{{"cover = { from = 2025, to = 2030 }", "cover = { from = 2027, to = 2030 }"}, {"date = 2026-12-24", "date = 2027-12-24"}}},
	{"closed-long", SeverityWarning, "a calendar without hours for more than a month",
		[]Patch{{`week = { fri = "07:30-13:00" }`, `week = { mon-fri = "closed" }`}}},
	{"season-without-effect", SeverityWarning, "a season that changes nothing",
		[]Patch{{`week = { fri = "07:30-13:00" }`, `week = { fri = "07:30-15:30" }`}}},
	{"season-outside-cover", SeverityWarning, "a season outside the cover",
		[]Patch{{"from = \"07-01\"\nto = \"08-31\"", "from = 2036-07-01\nto = 2036-08-31"}}},
	{"day-without-effect", SeverityWarning, "a dated entry that changes nothing",
		[]Patch{{`hours = "07:30-11:00"`, `hours = "07:30-15:30"`}}},
	{"day-outside-cover", SeverityWarning, "a dated entry outside the cover",
		[]Patch{{"date = 2026-12-24", "date = 2036-12-24"}}},

	// Holidays.
	{"holidays-unused", SeverityWarning, "a set of holidays that no calendar keeps",
		[]Patch{{"", "\n[[holidays.school]]\nname = \"First day of school\"\nyearly = \"09-01\"\n"}}},
	{"holiday-never-falls", SeverityWarning, "a holiday that falls in no year of the cover",
		[]Patch{{`yearly = "01-01"`, "yearly = \"01-01\"\nfrom = 2040"}}},
	{"holiday-without-effect", SeverityNote, "a holiday that always falls on a day that is closed anyway",
		[]Patch{{`yearly = "01-01"`, `weekday = "first sunday of january"`}}},
	{"holiday-twice", SeverityNote, "a holiday that always falls on another one's day",
		[]Patch{{"", "\n[[holidays.local]]\nname = \"Day of the town hall\"\nyearly = \"1 January\"\n"}}},
	{"holiday-year-missing", SeverityWarning, "a feast without a date in a year of the cover",
		[]Patch{{"2027-05-27, ", ""}}},

	// Editions and corrections.
	{"edition-unnumbered", SeverityNote, "a policy that states no edition",
		[]Patch{{"edition = 1\neffective = 2025-01-01\n", ""}}},
	{"edition-undated", SeverityNote, "an edition without the date from which it is in force",
		[]Patch{{"effective = 2025-01-01\n", ""}}},
	{"edition-edited", SeverityError, "an edition that says something else than when it was locked",
		[]Patch{{`within = "30m"`, `within = "25m"`}}},
	{"correction-without-effect", SeverityWarning, "a correction's dated entry that changes nothing",
		[]Patch{{"", `
[[corrections]]
recorded = 2026-07-01T10:00:00
why = "works in the square"

[[corrections.days]]
calendar = "desk"
date = 2026-07-12
hours = "closed"
why = "works in the square"
`}}},

	// The lock file.
	{"locked-other-edition", SeverityError, "a lock file of another edition",
		[]Patch{{"format = 1\nedition = 1\n", "format = 1\nedition = 7\n"}}},
	{"locked-other-zone", SeverityError, "a lock file of another time zone",
		[]Patch{{"zone = \"Europe/Warsaw\"\noffsets", "zone = \"Europe/Berlin\"\noffsets"}}},
	{"offsets-changed", SeverityWarning, "rules of the time zone that are not those that were locked",
		[]Patch{{`hash = "sha256:`, `hash = "sha256:0`}}},
	{"calendar-unlocked", SeverityError, "a calendar whose holidays are not locked",
		[]Patch{{`[calendars.desk]
years = { from = 2025, to = 2030 }

[calendars.desk.dates]
2025-01-01 = "New Year"
2025-06-05 = "Town day"
2026-01-01 = "New Year"
2026-06-04 = "Town day"
2027-01-01 = "New Year"
2027-05-27 = "Town day"
2028-01-01 = "New Year"
2028-06-15 = "Town day"
2029-01-01 = "New Year"
2029-05-31 = "Town day"
2030-01-01 = "New Year"
2030-06-20 = "Town day"
`, ""}}},
	{"locked-calendar-unknown", SeverityError, "a locked calendar that the policy does not have",
		[]Patch{{"[calendars.desk]\nyears", "[calendars.counter]\nyears = { from = 2025, to = 2030 }\n\n[calendars.desk]\nyears"}}},
	{"locked-years-differ", SeverityError, "a calendar of which other years are locked than it needs",
		[]Patch{{"years = { from = 2025, to = 2030 }", "years = { from = 2024, to = 2030 }"}}},
	{"locked-rules-unknown", SeverityError, "locked holidays whose rules do not know these years",
		[]Patch{
			{"date = [2025-06-05, 2026-06-04, 2027-05-27, 2028-06-15, 2029-05-31, 2030-06-20]", `islamic = "1 Shawwal"`},
			{"cover = { from = 2025, to = 2030 }", "cover = { from = 2025, to = 2100 }"},
			{"years = { from = 2025, to = 2030 }", "years = { from = 2025, to = 2100 }"},
		}},
	{"holiday-moved", SeverityError, "a holiday that falls on another date than was locked",
		[]Patch{{`2026-06-04 = "Town day"`, `2026-06-11 = "Town day"`}}},
	{"holiday-missing", SeverityError, "a locked holiday that does not fall on its date any more",
		[]Patch{{`2026-06-04 = "Town day"`, "2026-06-04 = \"Town day\"\n2026-08-14 = \"Day of the river\""}}},
	{"holiday-added", SeverityError, "a holiday that was not locked, and so is none",
		[]Patch{{"2026-06-04 = \"Town day\"\n", ""}}},
	{"holiday-renamed", SeverityWarning, "a locked holiday that is called something else now",
		[]Patch{{`2026-06-04 = "Town day"`, `2026-06-04 = "Day of the town"`}}},
}
