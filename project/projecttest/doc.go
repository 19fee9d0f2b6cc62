// Package projecttest checks how a municipality runs its projects: against the
// situations that its QA team wrote down, as package slatest does for its promises.
//
// A test over a folder that holds sla.toml, project.toml and projects/*.toml is this:
//
//	func TestProjects(t *testing.T) {
//		projecttest.Run(t, os.DirFS("policies/raanana"), projecttest.Config{})
//	}
//
// [Run] makes a subtest of lint and of each vector. [Check] does the same without package
// testing and returns all failures joined; [Inspect] returns a report. Nothing here reads
// the clock.
//
// # Vectors
//
// A vector is one project, or one work plan, and what has to come of it, in a TOML file of
// its own, named for what it shows:
//
//	title = "nothing closes without an acceptance test"
//	source = "RA-09"                   # the requirements or clauses it proves; optional
//	note = "after the trial"           # for people; optional
//
//	[[steps]]                          # what is done, one after the other
//	do = "demand"
//	at = 2026-06-07T09:00:00           # local to the policy's zone, or with an offset
//	by = "u-2"                         # who does it, in which role
//	role = "user"
//	demander = "u-17"
//	class = "project-upgrade"
//	lead = "information-systems"
//	subject = "Online forms"
//	is = "intake"                      # and what has come of it
//
// A step does one of these things:
//
//   - demand, with demander, class, lead, partner, subject (the title), text, cause,
//     reference and origin; or draft, which begins a work plan of a department, with
//     content = { title, horizon, plane, first, last, lines = [{ title, year, cost }] }.
//     One of them is the first step.
//   - one of [project.Actions], such as "send back", with what it takes: reason, text,
//     milestones = [{ id, title, phase, from, to, cost, after }], milestone, amount, kind,
//     name, passed, reference, cause, set and content; and part, the number of the
//     deliverable or change.
//   - sweep: what is owed by then is recorded.
//   - look: nothing is done.
//
// recorded says when a step is written down, if that is later than at. Days are written as
// 2026-06-07, amounts as "1200.00 ILS".
//
// What is expected stands in the step as well, and holds as soon as it is done:
//
//	refused = "a reason is given"      # the step is refused; the error says this
//	is = "on hold"                     # the state of the project, the part or the work plan
//	allowed = ["resume", "cancel"]     # all that by and role may do now
//	overdue = ["is-intake-upgrade"]    # all targets that are recorded as overdue so far; [] for none
//	alarms = ["e1 time warning"]       # all that were raised so far, as milestone or phase, time or cost, level
//
//	[steps.late]                       # working days, by milestone, or of execution, acceptance or project
//	e1 = 2
//	[steps.level]                      # fine, warning or exceeded, likewise
//	e1 = "exceeded"
//	[steps.expected]                   # the day on which it is done, or forecast to be, likewise
//	e1 = "2026-06-22"
//
//	[steps.due]                        # of the clocks, by target or metric, as in a vector of slatest:
//	intake = 2026-06-25T16:30:00       # due, state, paused and former
//
// Mistakes come back as a policy's do, each a [townclerk.FileError] with its line, and so
// do failures: what was got beside what is wanted. After a step that was refused or done
// against what is expected, the rest of its file is not run. [Schema] is the JSON Schema of
// the format.
package projecttest
