// Package kpitest checks what a municipality measures and does again and again: against
// the situations that its QA team wrote down, as package slatest does for its promises.
//
// A test over a folder that holds sla.toml, kpi.toml and quality/*.toml is this:
//
//	func TestQuality(t *testing.T) {
//		kpitest.Run(t, os.DirFS("policies/kalisz"), kpitest.Config{})
//	}
//
// [Run] makes a subtest of lint and of each vector. [Check] does the same without package
// testing and returns all failures joined; [Inspect] returns a report. Nothing here reads
// the clock.
//
// # Vectors
//
// A vector is a situation and what has to come of it, in a TOML file of its own, named for
// what it shows. It says what follows from the policy alone, what comes of what is done
// step by step, or both:
//
//	title = "less than 10 %"
//	source = ["KA-13"]                 # the requirements or clauses it proves; optional
//	note = "the card's second measure" # for people; optional
//
//	[[measured]]                       # how a count is judged
//	indicator = "repairs"
//	n = 10
//	d = 100
//	verdict = "missed"                 # or met, no data, informed
//
//	[[available]]                      # how much of the office hours outages take
//	calendar = "office"                # of sla.toml
//	from = 2026-06-08                  # the first day
//	to = 2026-06-09                    # the day after the last
//	outages = [{ from = 2026-06-08T09:00:00, to = 2026-06-08T10:00:00 }]
//	of = "8h"                          # the office hours of these days
//	down = "1h"                        # how much of them was lost
//
//	[[falls]]                          # when a duty or a report falls
//	duty = "backup"
//	from = 2026-06-08
//	to = 2026-06-10
//	on = [2026-06-08, 2026-06-09]
//
//	[[in_force]]                       # which revision of a card was in force
//	card = "pr-10"
//	on = 2019-01-10                    # on this day
//	known = 2019-01-10T12:00:00        # as far as was known then
//	revision = 3                       # 0: none was
//
//	[items]                            # what duties are done for each of, in the steps
//	server = ["s-1", "s-2"]
//
//	[[steps]]                          # what is done, one after the other
//	do = "start"                       # duties come round from then on
//	at = 2026-06-08T07:00:00           # local to the policy's zone, or with an offset
//
//	[[steps]]
//	do = "attest"
//	at = 2026-06-08T10:00:00
//	by = "u-1"                         # who does it, in which role
//	role = "executor"
//	duty = "server-control"            # what the step is about: the duty's time of this day
//	on = 2026-06-08
//	parts = ["s-1"]                    # an item, a step or "step/item"; default all that is missing
//	text = "nothing to be seen"
//	is = "due"                         # and what has come of it
//	missing = ["s-2"]
//
// A step is about one thing: the duty or report of a day; the indicator, in the period in
// which the day lies; a card of kpi.toml; or, with of, what an earlier step of the same
// name began, by demand or raise. It does one of these things:
//
//   - start: duties and reports come round from then on. It is about nothing.
//   - sweep: what has become of things by themselves by then is recorded; or look: nothing
//     is done. What is expected is of the thing that they name, if they do.
//   - one of [kpi.Actions], with what it takes: n and d; reason, text, reference, parts,
//     entry, cause, until (by when it is to be done) and owner. A demand names the duty, and
//     a raise what was missed; both name with of what begins. An enter or a draft takes what
//     the card says from kpi.toml.
//
// recorded says when a step is written down, if that is later than at.
//
// What is expected stands in the step as well, and holds as soon as it is done:
//
//	refused = "a reason is given"      # the step is refused; the error says this
//	is = "partial"                     # the state of the thing
//	missing = ["s-2"]                  # the parts of the duty that are not done; "all" of one without parts; [] for none
//	overdue = ["server-control"]       # all targets that are recorded as overdue so far; [] for none
//
//	[steps.due]                        # of the clocks, by target or metric, as in a vector of slatest:
//	server-control = 2026-06-08T15:30:00   # due, state, paused and former
//
// Mistakes come back as a policy's do, each a [townclerk.FileError] with its line, and so
// do failures: what was got beside what is wanted. After a step that was refused or done
// against what is expected, the rest of the steps is not run. [Schema] is the JSON Schema
// of the format.
package kpitest
