package sla

// findingKinds lists all kinds of finding. A test makes each mistake in a sound policy,
// the one in testdata/sound.toml, and looks for exactly this finding.
var findingKinds = []FindingKind{
	{"invalid", SeverityError, "a mistake because of which the policy cannot be read",
		"{problem}",
		[]Patch{{`within = "4h"`, `within = "4 hours"`}}},

	// Attributes.
	{"never-matches", SeverityError, "a target that never counts",
		"it never counts: what stands above it in the metric {metric} takes all that it matches ({by}); move it up, or take it out",
		[]Patch{{`match = { class = "fault" }`, `match = { class = ["fault", "request"] }`}}},
	{"value-never-counts", SeverityWarning, "a value in a condition that makes no difference",
		"{attribute} = \"{value}\" never leads here, because an earlier target or another condition goes before it; take the value out, or change the order",
		[]Patch{{`match = { class = "request" }`, `match = { class = ["request", "fault"] }`}}},
	{"step-never-matches", SeverityError, "an escalation for tickets that its target does not have",
		"it never fires: no ticket that {target} counts for has these attributes; change the condition, or move the step to another target",
		[]Patch{{`at = "50%"`, "at = \"50%\"\nmatch = { class = \"request\" }"}}},
	{"attribute-unmatched", SeverityNote, "an attribute on which nothing matches",
		"nothing matches on {attribute}, so it changes no promise",
		[]Patch{{"[attributes]\n", "[attributes]\nplace = []\n"}}},
	{"value-not-covered", SeverityWarning, "an attribute's value for which nothing at all is promised",
		"nothing is promised when {attribute} is \"{value}\"; add a target for it, or take the value out",
		[]Patch{
			{"id = \"transfer\"\n", "id = \"transfer\"\nmatch = { class = [\"fault\", \"request\", \"\"] }\n"},
			{"id = \"other\"\n", "id = \"other\"\nmatch = { class = \"\" }\n"},
			{"id = \"follow-up\"\n", "id = \"follow-up\"\nmatch = { class = [\"fault\", \"request\", \"\"] }\n"},
		}},
	{"metric-gap", SeverityNote, "values of an attribute for which a metric promises nothing",
		"{metric} is never promised when {attribute} is {values}",
		[]Patch{{"id = \"transfer\"\n", "id = \"transfer\"\nmatch = { class = [\"fault\", \"request\", \"\"] }\n"}}},
	{"metric-hole", SeverityWarning, "a combination that a metric leaves out, though it covers each value in others",
		"{metric} is promised for most combinations of the values that it names, but not for {attributes}; add these to a target, if they were forgotten",
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
		"{metric} is promised for the priority {low}, by {target}, but not for {high}, which is higher ({attributes}); add a target for it",
		[]Patch{{"id = \"transfer\"\n", "id = \"transfer\"\nmatch = { priority = [\"low\", \"normal\", \"\"] }\n"}}},
	{"gap-unset", SeverityNote, "a metric that covers all values of an attribute, but no ticket without it",
		"{metric} is promised for every {attribute}, but not for a ticket that has none ({attributes}); add \"\" to a condition if it should be",
		[]Patch{{"id = \"other\"\n", "id = \"other\"\nmatch = { class = \"visit\" }\n"}}},
	{"gap", SeverityNote, "a combination of attribute values for which nothing at all is promised",
		"nothing is promised for {attributes}",
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
		"{target}, for the priority {high}, is due later than {other}, for {low} ({attributes}): what starts at {start} is due at {due} instead of {otherDue}; make the higher priority due earlier",
		[]Patch{{`within = "4h"`, `within = "40h"`}}},
	{"conflicting-targets", SeverityWarning, "two metrics that promise the same with different due times",
		"{target} and {other} both count from {event} until {meets}, but differ: what starts at {start} is due at {due} by the one, at {otherDue} by the other; keep one of them, or give them the same metric",
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
		"{target} comes before {other}, which follows {meets}, but is due after it: what starts at {start} is due at {due}, and what follows at {otherDue}; make it due earlier",
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
		"the minimum lies after the maximum: what starts at {start} would be early before {min} and late after {max}; exchange them, or widen the window",
		[]Patch{
			{"id = \"other\"\nmetric = \"handling\"\nkind = \"commitment\"", "id = \"other\"\nmetric = \"handling\"\nkind = \"window\""},
			{`due = { days = 3, at = "12:00" }`, `due = { min = { days = 5, at = "12:00" }, max = { within = "20h" } }`},
		}},
	{"choice-without-effect", SeverityWarning, "a rule of several that never counts",
		"rule {n} of {choice} makes no difference, because rule {other} always goes before it; take it out, or change its length",
		[]Patch{{`due = { within = "30m" }`, `due = { earliest = [ { within = "30m" }, { within = "1h" } ] }`}}},
	{"no-grace", SeverityNote, "what is due at once and has no grace",
		"{target} is due in the very instant in which it starts, so that whatever is done a moment later is late; add grace = \"5m\" if some minutes are allowed",
		[]Patch{{`due = { within = "30m" }`, `due = { immediate = true }`}}},
	{"no-time", SeverityWarning, "a length of no time",
		"no time at all is given, also while everything is closed; write immediate = true if it is due at the next opening",
		[]Patch{{`within = "30m"`, `within = "0s"`}}},
	{"days-in-hours", SeverityWarning, "days written as hours of working time",
		"{within} of working time are about {working} working days, because {calendar} is open for {longest} a day at the most; write days = {days} if days are meant, or calendar = \"elapsed\" for the clock",
		[]Patch{{`within = "30m"`, `within = "48h"`}}},
	{"due-before-opening", SeverityWarning, "a due time before the first opening of all days",
		"{calendar} never opens before {opens}, so at {at} means at the opening; write a time between {opens} and {closes}",
		[]Patch{{`days = 3, at = "12:00"`, `days = 3, at = "06:00"`}}},
	{"due-after-closing", SeverityWarning, "a due time after the last closing of all days",
		"{calendar} is never open after {closes}, so at {at} means at the closing; write at = \"close\", or a time between {opens} and {closes}",
		[]Patch{{`days = 3, at = "12:00"`, `days = 3, at = "18:00"`}}},
	{"cutoff-before-opening", SeverityWarning, "a cut-off before the first opening of all days",
		"nobody is there until {until}, because {calendar} never opens before {opens}; write a time between {opens} and {closes}",
		[]Patch{{`until = "10:00"`, `until = "07:00"`}}},
	{"cutoff-after-closing", SeverityWarning, "a cut-off at the last closing of all days, or after it",
		"{calendar} is never open after {closes}, so everything that starts while it is open keeps the cut-off at {until}; write an earlier time",
		[]Patch{{`until = "10:00"`, `until = "15:30"`}}},
	{"cutoff-without-effect", SeverityWarning, "a cut-off behind which nothing is different",
		"the same holds after {until} as until then; change one of the two, or take the cut-off out",
		[]Patch{{`days = 0, at = "close"`, `days = 1, at = "12:00"`}}},
	{"calendar-overridden", SeverityWarning, "a calendar by which nothing is counted",
		"nothing of {target} is counted on {calendar}, because its rule names another calendar; write that one here",
		[]Patch{{`due = { within = "30m" }`, `due = { within = "30m", calendar = "elapsed" }`}}},
	{"window-without-minimum", SeverityWarning, "a window that has no minimum",
		"{target} is called a window, but its rule has no minimum; give it min and max, or write kind = \"commitment\"",
		[]Patch{{"id = \"other\"\nmetric = \"handling\"\nkind = \"commitment\"", "id = \"other\"\nmetric = \"handling\"\nkind = \"window\""}}},
	{"minimum-without-window", SeverityWarning, "a minimum of a target that is no window",
		"{target} has a minimum, before which it is called early; write kind = \"window\"",
		[]Patch{{`due = { days = 3, at = "12:00" }`, `due = { min = { days = 1, at = "12:00" }, max = { days = 3, at = "12:00" } }`}}},
	{"contract-without-terms", SeverityNote, "a vendor's promise that no contract can change",
		"{target} is a vendor's promise, but its rule does not ask what the contract in force says; write contract = \"replace\" with its default if it should",
		[]Patch{{"id = \"other\"\nmetric = \"handling\"\nkind = \"commitment\"", "id = \"other\"\nmetric = \"handling\"\nkind = \"contract\""}}},

	// Events.
	{"event-contradicts", SeverityError, "an event that does a thing and undoes it",
		"\"{event}\" stands in {one} and in {other}, which contradict each other; name another event in one of them",
		[]Patch{{`source = "1"`, "source = \"1\"\ncancels = [\"cancelled\", \"transferred\"]"}}},
	{"pause-without-effect", SeverityWarning, "pauses of an appointment",
		"an appointment stands whatever is waited for; take pauses out",
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
		"the {what} \"{name}\" stands only here, and \"{other}\" elsewhere; if it is the same, write it the same",
		[]Patch{{"source = \"2\"\n", "source = \"2\"\npauses = [\"awaiting-usr\", \"awaiting-part\"]\n"}}},
	{"names-alike", SeverityWarning, "two names that differ in capitals or hyphens alone",
		"the {what} \"{name}\" is nearly called like \"{other}\", which is another one; write both the same, or tell them apart",
		[]Patch{{`class = ["fault", "request", "visit"]`, `class = ["fault", "request", "visit", "Fault"]`}}},

	// Escalations.
	{"share-over-whole", SeverityWarning, "a share of more than the whole",
		"more than 100 % of the time of {target} is over after it was due; write after = \"…\" to say how long after",
		[]Patch{{`at = "50%"`, `at = "150%"`}}},
	{"no-time-before", SeverityWarning, "a step no time before the due time",
		"no time before it is due is when it is due; write at = \"due\", or how long before",
		[]Patch{{`at = "50%"`, `before = "0s"`}}},
	{"before-the-start", SeverityWarning, "a step before the due time that is always before the start",
		"{before} before {target} is due, it has never started, so the step always fires at the start; write less, or at = \"start\"",
		[]Patch{{`at = "50%"`, `before = "5h"`}}},
	{"estimate-escalates", SeverityNote, "an escalation when an estimate is over",
		"{target} is an estimate, which is never breached, but somebody is told when its time is over",
		[]Patch{{"age = 3", `at = "due"`}}},
	{"step-twice", SeverityWarning, "a step that stands twice",
		"step {other} already tells {role} the same on the same occasion; take one of them out",
		[]Patch{{"at = \"due\"\nto = \"head\"\ndo = \"take-over\"\n", "at = \"due\"\nto = \"head\"\ndo = \"take-over\"\n\n[[targets.escalations]]\nat = \"due\"\nto = \"head\"\ndo = \"take-over\"\n"}}},
	{"two-take-over", SeverityWarning, "two roles that take over on the same occasion",
		"{role} and {other} both take over on the same occasion; let one of them watch",
		[]Patch{{"at = \"due\"\nto = \"head\"\ndo = \"take-over\"\n", "at = \"due\"\nto = \"head\"\ndo = \"take-over\"\n\n[[targets.escalations]]\nat = \"due\"\nto = \"desk\"\ndo = \"take-over\"\n"}}},
	{"steps-out-of-order", SeverityNote, "steps that do not stand in the order in which they fire",
		"step {step} fires before step {other}, which stands above it; put them in the order of time",
		[]Patch{{`at = "50%"`, `after = "1h"`}}},

	// Roles and titles.
	{"role-unused", SeverityWarning, "a role that nobody tells and that approves nothing",
		"nothing is escalated to {role}, and it approves nothing; use it, or take it out",
		[]Patch{{"[roles]\n", "[roles]\nmayor = { en = \"Mayor\", pl = \"Burmistrz\" }\n"}}},
	{"role-title-missing", SeverityWarning, "a role without a title in one of the locales",
		"{role} has no title in {locale}, as others have; add one",
		[]Patch{{`head = { en = "Head of IT", pl = "Kierownik" }`, `head = { en = "Head of IT" }`}}},
	{"target-title-missing", SeverityWarning, "a target without a title in one of the locales",
		"{target} has no title in {locale}, as others have; add one",
		[]Patch{{`title = { en = "Passed on", pl = "Przekazanie" }`, `title = { en = "Passed on" }`}}},
	{"roles-alike", SeverityWarning, "two roles with the same title",
		"{role} and {other} are both called \"{title}\"; tell them apart, or make them one",
		[]Patch{{`pl = "Kierownik"`, `pl = "Dział pomocy"`}}},

	// Calendars.
	{"calendar-unused", SeverityWarning, "a calendar by which nothing is counted",
		"no target counts on {calendar}; take it out, unless a contract's terms name it",
		[]Patch{{"", "\n[calendars.field]\nweek = { sat = \"08:00-12:00\" }\n"}}},
	{"cover-ended", SeverityWarning, "a calendar whose cover is over",
		"{calendar} covers the time until {to}, which is over, so nothing can be said of today; enter the holidays of the years that follow, then raise it",
		[]Patch{{"cover = { from = 2025, to = 2030 }", "cover = { from = 2025, to = 2025 }"}, {"date = 2026-12-24", "date = 2025-12-24"}}},
	{"cover-ends-soon", SeverityWarning, "a calendar whose cover ends soon",
		"{calendar} covers the time until {to}, which is less than {months} months ahead; enter the holidays of the years that follow, then raise it",
		[]Patch{{"cover = { from = 2025, to = 2030 }", "cover = { from = 2025, to = 2026 }"}}},
	{"cover-begins-late", SeverityWarning, "a calendar whose cover has not begun",
		"{calendar} covers the time from {from} on, so nothing can be said of today; enter the holidays of the years before, then lower it",
		[]Patch{{"cover = { from = 2025, to = 2030 }", "cover = { from = 2027, to = 2030 }"}, {"date = 2026-12-24", "date = 2027-12-24"}}},
	{"closed-long", SeverityWarning, "a calendar without hours for more than a month",
		"{calendar} has no hours from {from} to {to}, so nothing falls due then; give that time some hours, if that is not meant",
		[]Patch{{`week = { fri = "07:30-13:00" }`, `week = { mon-fri = "closed" }`}}},
	{"season-without-effect", SeverityWarning, "a season that changes nothing",
		"{season} has the same hours as the week; change them, or take it out",
		[]Patch{{`week = { fri = "07:30-13:00" }`, `week = { fri = "07:30-15:30" }`}}},
	{"season-outside-cover", SeverityWarning, "a season outside the cover",
		"{season} lies outside the years {from} to {to}, which the calendar covers; correct its dates, or widen the cover",
		[]Patch{{"from = \"07-01\"\nto = \"08-31\"", "from = 2036-07-01\nto = 2036-08-31"}}},
	{"day-without-effect", SeverityWarning, "a dated entry that changes nothing",
		"{calendar} has these hours on {date} anyway; correct the date or the hours, or take the entry out",
		[]Patch{{`hours = "07:30-11:00"`, `hours = "07:30-15:30"`}}},
	{"day-outside-cover", SeverityWarning, "a dated entry outside the cover",
		"{date} lies outside the years {from} to {to}, which {calendar} covers; correct the date, or widen the cover",
		[]Patch{{"date = 2026-12-24", "date = 2036-12-24"}}},

	// Holidays.
	{"holidays-unused", SeverityWarning, "a set of holidays that no calendar keeps",
		"no calendar keeps the holidays of {set}; name it in a calendar's holidays, or take it out",
		[]Patch{{"", "\n[[holidays.school]]\nname = \"First day of school\"\nyearly = \"09-01\"\n"}}},
	{"holiday-never-falls", SeverityWarning, "a holiday that falls in no year of the cover",
		"{holiday} falls in none of the years that are covered; correct its rule, or take it out",
		[]Patch{{`yearly = "01-01"`, "yearly = \"01-01\"\nfrom = 2040"}}},
	{"holiday-without-effect", SeverityNote, "a holiday that always falls on a day that is closed anyway",
		"{holiday} only falls on days that are closed anyway",
		[]Patch{{`yearly = "01-01"`, `weekday = "first sunday of january"`}}},
	{"holiday-twice", SeverityNote, "a holiday that always falls on another one's day",
		"{calendar} is closed on {holiday} already, because of {other}, in all years that are covered",
		[]Patch{{"", "\n[[holidays.local]]\nname = \"Day of the town hall\"\nyearly = \"1 January\"\n"}}},
	{"holiday-year-missing", SeverityWarning, "a feast without a date in a year of the cover",
		"{holiday} has no date in {year}, which {calendar} covers; add it, or shorten the cover",
		[]Patch{{"2027-05-27, ", ""}}},
}
