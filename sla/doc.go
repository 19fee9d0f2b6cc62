// Package sla computes when a promise of an IT department falls due, whether it
// was kept, and who must be told.
//
// A [Policy] says what is promised, to whom and how fast; [Parse] reads it from
// sla.toml. A [Timeline] says what happened to a ticket, a stage, a vendor call,
// whatever promises are made about. [Policy.Assess] folds the one over the other:
//
//	policy, err := sla.Parse(data, "raanana/sla.toml")
//	…
//	a, err := policy.Assess(timeline, now)
//	fmt.Println(a.Clock("ops-handling").State, a.Clock("ops-handling").Due, a.Next)
//
// [Policy.Explain] does the same and says why, step by step. [Policy.Promise]
// says what a ticket that opens at an instant would be promised.
//
// Nothing in this package reads the clock or the disk. Values are immutable once
// parsed and safe for concurrent use.
//
// # Targets and clocks
//
// A target is one thing that is promised; its metric says what is measured. Of
// the targets of one metric, the first whose match holds is the one that counts.
// A clock is a target's run on one timeline. It begins with the first event of
// the target's start, and ends with an event that meets or cancels it. Met at the
// due instant is met; every later instant is late.
//
// A pause counts if it begins while the clock runs and before the due time then
// in force, for one of the target's reasons. It moves the due time by the working
// time that it took, on the same calendar; pauses that overlap count once. While a
// clock waits, its due time is the one that it would have if resumed at once. A
// clock that was met and is reopened runs on as after a pause; one that was met
// late stays breached.
//
// When attributes change so that another target of the metric matches, the old
// clock ends and a new one begins, counted from the old start or from the change,
// as on_change says. It takes over the pauses. If the priority was raised, it is
// due at the earlier of the old and the new due time. Of the escalations whose
// time had passed by then, only the latest is owed.
//
// A target with approvals counts from the last of them. A revocation stops the
// clock; the approval that completes them again starts another. Until an
// appointment is agreed there is nothing that could be due; what may run before is
// a target of its own, which "appointed" meets.
//
// # Time
//
// Due times are exact to the nanosecond and come back in the policy's zone. How
// working time is counted, through clock changes and holidays, is described in
// package [github.com/townclerk/townclerk/sla/worktime]. A due time beyond the
// years that a calendar covers is not guessed: the clock is [Undetermined], and
// its Err wraps [worktime.ErrNotCovered].
//
// Without pauses, changes and appointments, a later start is never due earlier,
// whatever the rule. Parse refuses cut-offs for which that would not hold.
//
// # Languages
//
// A [Language] says steps, states and actions as a reader would, in English,
// Hebrew, Persian, Polish or Serbian (in Cyrillic):
//
//	lang := sla.LanguageFor("he-IL")             // English, where the language is none of [Languages]
//	clock := a.Clock("ops-handling")
//	fmt.Println(lang.Title(clock.Target.Titles), lang.State(clock.State), lang.Time(clock.Due))
//	for _, step := range clock.Steps() {
//		fmt.Println(lang.Why(step))              // step.Why() is English
//	}
//
// Dates are ISO and digits European in all of them, so that they can be compared.
// In Hebrew and Persian, what a sentence takes over from a policy, dates and times
// of day stand between isolates (U+2068 and U+2069), which are invisible and let
// each run in its own direction. Give such a text a paragraph that runs from right
// to left ([Language.RightToLeft]), as dir="rtl" does in HTML.
//
// Mistakes in a policy are reported in English.
//
// # sla.toml
//
// [Schema] is its JSON Schema. An editor that is told of it, as by the first line
// of the example policies, completes and checks keys while one types.
//
// At the top of the file:
//
//	format = 1
//	name = "Ra'anana, IT division: service charter"
//	zone = "Asia/Jerusalem"          # an IANA time zone
//	on_change = "opening"            # or "change": from when a changed ticket's new clocks count; default "opening"
//
//	[attributes]                     # on which targets match, with their values; [] allows any
//	department = ["operations", "website"]
//	priority = ["low", "normal", "high"]   # from low to high: raising it can only shorten
//	critical = [false, true]
//
//	[roles]                          # who can be told; a title for each locale
//	ops-manager = { en = "Manager, Operations" }
//
// Calendars:
//
//	[calendars.desk]
//	week = { sun-thu = "07:30-16:30", fri = ["08:00-10:00", "10:30-12:00"] }
//	holidays = ["israel"]            # sets of [holidays]
//	cover = { from = 2020, to = 2035 }
//
//	[[calendars.desk.seasons]]       # replaces the hours of the days that it names
//	name = "summer"
//	from = "07-01"                   # each year; or 2026-07-01, once
//	to = "08-31"
//	week = { sun-thu = "07:30-14:00", fri = "closed" }
//
//	[[calendars.desk.days]]          # goes before holidays, seasons and the week
//	date = 2026-04-01                # or from and to
//	hours = "07:30-12:00"            # a list for several; "closed" for a closure
//	why = "Passover eve"
//
//	[calendars.always]
//	hours = "24x7"
//
// Days of the week are sun, mon, tue, wed, thu, fri, sat, and ranges of them; one
// that is not named is closed. Hours may have seconds (07:30:15-16:30), end at
// 24:00, or run past midnight (22:00-06:00), and then belong to the day on which
// they begin. The cover states the years for which holidays are known. It is
// obligatory if a holiday is given by date, by country or by the Umm al-Qura
// calendar. The name "elapsed" stands for time that runs day and night.
//
// Holidays, each with a name and one rule:
//
//	[[holidays.israel]]
//	name = "Independence Day"
//	hebrew = "5 Iyar"
//	move = { fri = -1, sat = -2, mon = 1 }  # kept so many days later instead, when it falls on that weekday
//	substitute = ["sun"]                    # when it falls on one of these, the next working day is closed too
//	from = 1949                             # first and last year, if need be
//	to = 2100
//
//	date = 2026-05-27                # one date or a list, such as a feast announced each year
//	yearly = "12-25"                 # or "25 December"
//	weekday = "last monday of may"   # or "2nd sunday of june", …; with offset = 1, the day after
//	easter = "western"               # or "orthodox"; with offset = -2 for Good Friday
//	hebrew = "15 Nisan"
//	persian = "1 Farvardin"
//	islamic = "1 Shawwal"            # with islamic_calendar = "umm-al-qura" (default) or "tabular"
//	country = "pl"                   # all public holidays of a country; see [worktime.Country]
//
// Targets, in the order in which they are tried:
//
//	[[targets]]
//	id = "ops-transfer"
//	metric = "transfer"
//	kind = "commitment"              # contract, window, or estimate, which is never breached
//	title = { en = "Passed on within 20 minutes" }
//	source = ["RA-21"]               # where the promise stands
//	match = { department = "operations", priority = ["high", ""] }   # "" is an attribute that the ticket lacks
//	start = "opened"                 # events; a list for several
//	meets = "transferred"
//	calendar = "desk"                # or "elapsed"
//	due = { within = "20m" }
//	pauses = ["awaiting-user"]       # reasons of events "paused" that count; default none
//	cancels = ["cancelled"]          # events that call it off; this is the default
//	reopens = ["reopened"]           # events after which it is not met any more; this is the default
//	on_change = "opening"            # default: that of the file
//	approvals = ["unit-manager"]     # roles; then start = "approved"
//
// Due rules; each may name a calendar of its own:
//
//	due = { within = "1h30m" }                       # working time, or elapsed time
//	due = { days = 3, at = "close" }                 # working days after the day of the start; or at = "same-time", "12:00"
//	due = { immediate = true, grace = "5m" }         # at once, or at the next opening
//	due = { min = { days = 14, at = "close" }, max = { days = 21, at = "close" } }   # before the minimum is early
//	due = { contract = "replace", default = { within = "24h" } }   # what the contract in force says; "cap": if that is earlier
//	due = { earliest = [ { within = "4h" }, { days = 1, at = "12:00" } ] }           # or latest
//	due = { appointment = true }                     # as agreed in an event "appointed", which starts it
//	due.cutoffs = [
//	    { until = "10:00", days = 0, at = "close", meets = "diagnosed" },  # opened by 10:00: the same working day
//	    { days = 1, at = "12:00" },                                        # else: the next one
//	]
//	due.inclusive = true             # 10:00:00 itself is in time; this is the default
//	due.granularity = "instant"      # or "minute": until 10:00:59 is in time
//
// A start in closed time counts working days from the next opening. For cut-offs
// a start on a working date is taken by its own time of day, and one on a closed
// date as the beginning of the next working date. A time of day that lies
// outside the hours of its date moves to the opening or the closing.
//
// Escalations of a target, each at one occasion:
//
//	[[targets.escalations]]
//	at = "80%"                       # of the time between start and due; or "start", "due"
//	before = "30m"                   # working time before it is due
//	after = "2h"                     # after it was due
//	age = 3                          # at the same time 3 working days after the start, pauses or not
//	by_hand = true                   # at an event "escalated", to this role or to none in particular
//	match = { class = "network" }    # only for such tickets
//	to = "ops-manager"               # a role
//	do = "watch"                     # take-over, activate-vendor
//	every = "4h"                     # again, with times = 3, for "due", after and age
//
// # Timelines
//
// [Policy.ParseTimelines] reads what happened from TOML, for tests and examples:
//
//	[[events]]
//	is = "opened"                    # the kind
//	at = 2026-06-07T10:00:01         # on the policy's zone, or with an offset
//	with = { department = "operations", critical = true }
//
//	[[events]]
//	is = "paused"
//	at = 2026-06-07T11:00:00
//	reason = "awaiting-user"
//
// An event that was recorded late, or puts another right, has correction = true,
// recorded = the time when it became known, and where it replaces an event
// corrects = its seq (events are numbered from 1), with void = true to strike it
// out. An event "approved" or "revoked" has a role, "appointed" an appointment,
// and any event may bring contract = [{ contract = "C-7", metric =
// "vendor-handling", calendar = "elapsed", within = "4h" }].
package sla
