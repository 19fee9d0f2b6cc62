// Package kpi knows whether the year was good: it measures indicators, sees that what
// has to be done again and again is done, keeps the cards of processes, and follows what
// is done about a target that was missed.
//
// A [Policy] says what is measured, by kpi.toml ([Parse]), and goes with the promises of
// sla.toml. A [Register] does what people do, on a [Store]:
//
//	register := kpi.NewRegister(store, policy, kpi.Config{Sources: sources, Items: items})
//	err := register.Start(ctx, tenant, from)                         // duties come round from then on
//	m, err := register.Measure(ctx, tenant, who, "repairs", policy.Period("repairs", lastYear))
//	fmt.Println(m.State, m.Value().Ratio().Percent(2))               // missed 10.00
//	n, err := register.Sweep(ctx, tenant, now)                       // now and then, by any number of programs
//
// What it decides is pure: [Policy.Take] and the other functions of a [Policy] take what
// there is, a [Command] and its time, and return what there is then and the events.
//
// # Indicators
//
// An indicator is a numerator over a denominator, both whole numbers, and a target on one
// side of a limit: at least 15 %, less than 10 %. They are compared exactly, and rounded
// only to be printed. Where the denominator is zero there is no data, and nothing is met
// or missed. One that only informs has no target.
//
// What is counted comes from a [Source], which the application connects: [Tally] counts
// what many indicators ask of one stream in one pass, [Availability] measures outages
// against office hours, and Config.Promised asks how often a promise was kept. A
// measurement keeps what was counted, the ids that show it, the target as it was, and
// the edition. A correction is added, with its reason; the former value stays.
//
// # Duties
//
// A duty comes round by night, day, working day, week, month or year; where it falls on a
// closed day it is kept there, skipped, or moved. Each time is an [Occurrence] with a
// window. Whoever did it attests that, with evidence: of the whole, or of each step for
// each item. When the window is over and not all was attested, the sweep says so by
// itself: partial, or missed. What is attested later than it happened still counts by
// when it happened. A report is a duty that is addressed to a role, and covers a time:
// those times follow one another without gap or overlap.
//
// The timeline of an occurrence begins with the event duty-begun, with the attributes
// class (duty or report), duty and role, and the end of its window as what was appointed.
// It is met by duty-done, and called off when it is excused. So a target of sla.toml with
// due = { appointment = true } watches the window, and others may watch shorter times:
//
//	[[targets]]
//	id = "duty-done"
//	metric = "duty"
//	kind = "commitment"
//	title = { en = "Duties are done in their windows" }
//	source = ["RA-35"]
//	match = { class = "duty" }
//	start = "appointed"
//	meets = "duty-done"
//	calendar = "elapsed"
//	due = { appointment = true }
//
// The other timelines: measured, with class measurement, indicator, verdict and unit;
// card-drafted and card-issued, with class card; remedy-raised, remedy-planned (and what
// was appointed), remedy-finished, remedy-verified and remedy-reopened, with class remedy.
//
// # Time
//
// Periods are half-open, in the zone of the promises. A night belongs to the date of its
// evening. All instants are in UTC and whole microseconds.
//
// # kpi.toml
//
// [Schema] is its JSON Schema. At the top of the file:
//
//	format = 1
//	name = "Kalisz: IT service"
//	locales = ["en", "pl"]           # each title has all of them
//	edition = 5                      # from 1; written into each measurement; default none
//
// Who may do what; a role of sla.toml needs no title. What is not named, a role may not do:
//
//	[roles.owner]
//	title = { en = "Process owner", pl = "Właściciel procesu" }
//	may = ["measure", "correct", "raise", "plan"]
//
//	[units.wo]                       # of the organisation
//	title = { en = "Organisational Department", pl = "Wydział Organizacyjny" }
//
//	[items.server]                   # what duties are done for each of
//	title = { en = "Server", pl = "Serwer" }
//
// Indicators:
//
//	[indicators.repairs]
//	title = { en = "Repairs", pl = "Naprawy" }
//	source = ["KA-13"]               # of everything: where it stands
//	numerator = { en = "Repairs with replaced parts", pl = "Naprawy z wymianą podzespołów" }
//	denominator = { en = "All equipment at the end of the year", pl = "Cały sprzęt na koniec roku" }
//	in = "%"                         # or "number"; default "%"
//	decimals = 2                     # to print it with; default 2
//	target = { less_than = "10 %" }  # or at_least, at_most, more_than; a limit alone is a mistake
//	informational = true             # instead of a target: it has none
//	record = { en = "Repair protocols", pl = "Protokoły napraw" }
//	frequency = "year"               # or quarter, month
//	unit = "wo"
//	calendar = "office"              # of sla.toml, for availability; default none
//	promise = "critical-2h"          # a target of sla.toml whose attainment it is; default none
//
// Duties, and reports, which have an addressee besides:
//
//	[duties.backup]
//	title = { en = "Backup", pl = "Kopia zapasowa" }
//	every = "night"                  # day, working-day, week, month, year, demand; or "3 months"
//	first = 2026-01-15               # before which it does not fall; "3 months" count from its first fall, and need it
//	on = "thu"                       # of a week; "15" or "last" of a month; "01-31" of a year
//	working_day = 5                  # or the nth working day of a month, or the last if it has fewer; -1 is the last
//	closed = "keep"                  # on a closed day: keep (default), skip, before or after
//	calendar = "office"              # of sla.toml, by whose dates and hours it falls
//	window = "20:00-06:00"           # when it is done; "hours" of the calendar; default the whole day
//	per = "server"                   # for each of [items]; default once
//	per_step = "distribute"          # the one of its steps that is done for each, the others once; default all
//	role = "administrator"           # that sees to it
//	procedure = "Backup procedure"   # the document that says how
//	attributes = { class = "backup" }   # of its timeline, beside class, duty and role
//	begun_as = ["planned"]           # more kinds of event that its beginning is, as targets of sla.toml name them
//	done_as = ["done"]               # and its end
//	[duties.backup.steps]            # of which it consists, in order; default one
//	fetch = { en = "Fetch", pl = "Pobranie" }
//	distribute = { en = "Distribute", pl = "Dystrybucja" }
//
//	[reports.monthly]
//	title = { en = "Work of clerks", pl = "Praca referentów" }
//	every = "month"
//	working_day = 5
//	calendar = "office"
//	addressee = "head"
//	covers = "month"                 # the calendar months before that of its rule, or "year"; "cut" (default): since the last one
//
// The charter, clause by clause, and by what each is attained:
//
//	[areas.operations]
//	title = { en = "Operations", pl = "Eksploatacja" }
//	[subjects.backup]
//	title = { en = "Backup", pl = "Kopie" }
//	[clauses.nightly]
//	title = { en = "Every night", pl = "Każdej nocy" }
//	area = "operations"
//	subject = "backup"
//	promises = ["critical-2h"]       # targets of sla.toml
//	indicators = ["repairs"]
//	duties = ["backup"]
//
// Cards, each in one language:
//
//	[cards.pr-10]
//	title = { en = "IT service", pl = "Obsługa informatyczna" }
//	language = "pl"
//	symbol = "PR-10"
//	revision = 5                     # the number of this version; default one more than there are former ones
//	annex = "Quality Book"           # what it is an annex to
//	from = 2019-12-16                # from when this version is in force
//	category = "supporting"          # or main, management
//	owner = "owner"                  # a role
//	person = "u-17"                  # who has it: an id, never a name
//	units = ["wo"]
//	scope = "…"
//	aim = "…"
//	duties = [{ role = "owner", text = "…" }]
//	tasks = ["…"]
//	steps = [{ role = "owner", text = "…" }]
//	sections = [{ title = "…", text = ["…"], list = ["…"] }]
//	inputs = ["…"]
//	outputs = ["…"]
//	references = [{ title = "…", document = "Order", number = "793/2018", date = 2018-12-14, amended = true }]
//	glossary = [{ term = "…", means = "…" }]
//	records = ["…"]                  # or no_records = true
//	annexes = ["…"]
//	indicators = ["repairs"]
//	signatures = [{ as = "approved", role = "owner" }]   # or prepared
//	controlled = true                # copies are, unless one of the releasers agrees, marked as uncontrolled
//	releasers = ["owner"]
//	former = [{ from = 2018-12-31, replaced = 2019-12-16T08:08:54, by = "quality", link = "…" }]   # the oldest first
//
// What states and actions are called; default the word itself:
//
//	[states.met]
//	en = "met"
//	[actions.measure]
//	en = "measure"
package kpi
