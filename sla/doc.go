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
// # Vendors
//
// A promise that cannot be kept without a vendor names the metric of the vendor's
// (backed_by). A ticket that is opened at s and handed over at h keeps it if the
// vendor's promise, counted from h, is due no later than ours, counted from s. A
// cut-off that other events meet as well, such as a diagnosis, needs no vendor.
//
// [Policy.Align] compares the two for every s of a span, under the contracts in force:
// whether the vendor keeps ours if it has the ticket at once, whether it does if our
// own targets before the hand-over (hand_over_after) take all their time, and the last
// hand-over that is early enough. How long a diagnosis takes without a target of its
// own, nobody knows: that is what the time until the last hand-over is for. [Policy.Lint]
// warns of what cannot be kept where no contract is in force, and [Policy.Backings]
// says which of a timeline's promises are lost already.
//
// # Editions
//
// A policy that is in force is not edited: what is promised anew is another
// edition, in a folder of its own. [OpenBook] reads them all, and says which was in
// force when; a timeline is judged by the edition in force at its first event, or
// by the one that it is pinned to.
//
// What changes is the calendar: a closure is declared, a holiday is moved by decree.
// Such corrections are added at the end of the edition's file, each with the time at
// which it became known, and change no promise. From then on, clocks that are open
// fold anew, and [Policy.Explain] says so; before, the former calendar answers.
// A clock that was breached, met or called off by then goes on by the calendar of
// then, with its due time and its escalations, unless it was met and is reopened
// later. At the due time itself it is still open. What was owed stays owed, and no
// step is owed twice. What the new calendar puts before the correction was known, be
// it an escalation or a breach, counts from when it was. [Policy.Promise] says what
// could be promised at that instant. An Assessment's Next may be the instant of
// a correction to come, where that makes a difference.
//
// What the rules of holidays resolve to can be locked in sla.lock.toml, beside
// sla.toml: [Policy.Lock] writes it, and [Open] reads both. The locked dates hold,
// and beyond the locked years the rules do, so that a new release of this module
// moves no answer silently; [Policy.Drift] tells what it would move, and whether
// the policy's text or the offsets of its zone have changed since. So does
// [Policy.Lint], so that a check fails until somebody accepts it.
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
// A [Language] says steps, findings, states and actions as a reader would, in
// English, Hebrew, Persian, Polish or Serbian (in Cyrillic):
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
// [Language.Finding] says what [Policy.Lint] found in the same way. Mistakes for
// which [Parse] refuses a policy are in English.
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
//	edition = 2                      # from 1; the text of one that is in force is not changed
//	effective = 2026-01-01           # the date from which it is in force, from its first instant
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
//	backed_by = "vendor-handling"    # the metric of the vendor's promise without which it cannot be met
//	hand_over_after = ["transfer"]   # metrics of our own that come before the vendor gets it
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
// Corrections, at the end of the file, in the order in which they became known:
//
//	[[corrections]]
//	recorded = 2026-03-05T10:00:00   # when it became known, on the policy's zone or with an offset
//	why = "order of the Home Front Command"
//	source = ["order 5/2026"]        # where it stands; default none
//
//	[[corrections.days]]             # a dated entry, with the calendar that it belongs to
//	calendar = "desk"
//	date = 2026-03-08                # or from and to
//	hours = "closed"
//	why = "order of the Home Front Command"
//
// These entries go before all earlier ones of the same dates. To move a holiday,
// give its date the hours of an ordinary day, and close the other. When it was
// recorded does not depend on when the edition came into force: a closure declared
// between publication and that date is a correction as well.
//
// A file has at most 1 MiB, 1000 attributes, 1000 targets with 100 escalations each,
// 100 names in a list of events, roles or metrics and 1000 different events, 20000 dated
// entries (each date of a range for itself), 100 corrections, and in each calendar
// 100 seasons and 100 stretches of hours on a date. The years of all calendars
// together, 60 for one without a cover, are at most 10000 if they are counted for
// each stretch of hours on a date and for each season, and at most 100000 if for
// each holiday; a correction's calendars count again. That is many times what a
// municipality needs, and keeps Parse from taking long over any file.
//
// # sla.lock.toml
//
// It is written by [Policy.Lock], and by the command "townclerk lock". It has a line
// for each holiday, so that a change of one is a change of one line:
//
//	format = 1
//	edition = 2
//	content = "sha256:…"             # of what sla.toml says, without its corrections
//	zone = "Asia/Jerusalem"
//	offsets = { from = 2020, to = 2035, hash = "sha256:…" }   # of the zone's, and their changes
//
//	[calendars.desk]                 # each calendar that has holidays
//	years = { from = 2020, to = 2035 }   # the cover, or else thirty years
//
//	[calendars.desk.dates]
//	2020-04-09 = "Passover"
//
// # Lint
//
// [Policy.Lint] says what is odd about a policy that Parse accepts, and what to do:
//
//	sla.toml:93: error: targets.request.match: it never counts: what stands above it in the metric handling takes all that it matches (fault); move it up, or take it out [never-matches]
//
// An error is what a policy cannot mean, a warning what it hardly means; a note
// says what may be meant and should be known. [Findings] describes each kind,
// with an example:
//
//	error    invalid never-matches step-never-matches longer-with-priority window-backwards event-contradicts
//	         edition-edited locked-other-edition locked-other-zone calendar-unlocked locked-calendar-unknown
//	         locked-years-differ locked-rules-unknown holiday-moved holiday-missing holiday-added
//	warning  value-never-counts value-not-covered metric-hole priority-gap conflicting-targets due-after-what-follows
//	         choice-without-effect no-time days-in-hours due-before-opening due-after-closing cutoff-before-opening
//	         cutoff-after-closing cutoff-without-effect calendar-overridden window-without-minimum
//	         minimum-without-window vendor-too-late hand-over-too-late backed-by-nothing pause-without-effect misspelt
//	         names-alike share-over-whole no-time-before before-the-start step-twice two-take-over role-unused
//	         role-title-missing target-title-missing roles-alike calendar-unused cover-ended cover-ends-soon
//	         cover-begins-late closed-long season-without-effect season-outside-cover day-without-effect
//	         day-outside-cover holidays-unused holiday-never-falls holiday-year-missing correction-without-effect
//	         offsets-changed holiday-renamed
//	note     attribute-unmatched metric-gap gap-unset gap no-grace contract-without-terms estimate-escalates
//	         steps-out-of-order holiday-without-effect holiday-twice edition-unnumbered edition-undated
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
// "vendor-handling", calendar = "elapsed", within = "4h" }]. A timeline is pinned
// to an edition by edition = 2, above its events.
//
// # Histories
//
// A history is JSON Lines, for programs to write: each line is a timeline. It is
// broken here for the page.
//
//	{"id": "T-1042", "note": "no printing", "events": [
//	  {"kind": "opened", "at": "2026-06-07T10:00:01+03:00", "attributes": {"class": "incident", "critical": true}},
//	  {"kind": "paused", "at": "2026-06-07T11:00:00+03:00", "reason": "awaiting-user"}]}
//
// The keys are the fields of [Timeline], [Event] and [Terms] in lower case: id, note,
// edition, events; kind, at, recorded, seq, attributes, reason, role, correction, void,
// corrects, appointment, contract; contract, metric, calendar, within, days, at. What
// is empty, zero or false may be left out, except the id and the events; null stands
// nowhere. Times are those of RFC 3339, with an offset or Z, and with up to nine
// decimals of a second. A duration such as within is a text, "1h30m". Attributes are
// texts; a number, true and false are taken as they are written. Lines are UTF-8, at
// most 16 MiB long, and may be empty. A key that is unknown, stands twice or has
// another case is a mistake. [ReadTimelines] says how mistakes come back, and
// [WriteTimeline] writes such a line.
//
// # Replay
//
// What would another edition have made of last year? [Replay] folds a history
// through two policies, each timeline once, and returns as data what differs: for
// each target and month how many clocks were met and missed under both, how many
// due times moved and by how much, and the ten that moved most, with both
// explanations. Neither the history nor its verdicts are held in memory.
//
//	r := sla.Replay(old, new, sla.ReadTimelines(file, "2026.jsonl"), time.Now())
//	for _, target := range r.Targets {
//		fmt.Println(target.ID, target.All.Old.Missed, target.All.New.Missed, target.All.Earlier.Median)
//	}
//	if err := r.Err(); err != nil {
//		log.Print(err) // what was left out, and why
//	}
package sla
