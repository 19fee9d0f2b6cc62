// Package tickettest checks how a municipality's desk works: against the situations
// that its QA team wrote down, as package slatest does for its promises.
//
// A test over a folder that holds sla.toml, ticket.toml and desk/*.toml is this:
//
//	func TestDesk(t *testing.T) {
//		tickettest.Run(t, os.DirFS("policies/raanana"), tickettest.Config{})
//	}
//
// [Run] makes a subtest of lint and of each vector. [Check] does the same without
// package testing and returns all failures joined; [Inspect] returns a report with
// what was checked, which can be added to that of the promises. Nothing here reads
// the clock.
//
// What [ticket.Policy.Lint] finds comes first: errors fail, warnings and notes are
// listed. [Config.Strict] makes warnings fail as well.
//
// # Vectors
//
// A vector is one situation at the desk and what has to come of it, in a TOML file
// of its own, named for what it shows. It runs at a desk of its own, which has no
// tickets yet.
//
//	title = "nothing is handed to a vendor before somebody has diagnosed it"
//	source = ["RA-24", "RA-25"]        # the requirements or clauses it proves; optional
//	note = "after the storm"           # for people; optional
//
//	[[steps]]                          # what is done, one after the other
//	do = "open"
//	at = 2026-06-07T09:00:00           # local to the policy's zone, or with an offset
//	by = "u-2"                         # who takes it down
//	channel = "phone"
//	opener = "u-17"
//	department = "operations"
//	class = "incident"
//	is = "new"                         # and what has come of it
//
//	[[steps]]
//	do = "hand over"
//	at = 2026-06-07T09:05:00
//	by = "u-2"                         # who does it
//	role = "ops-desk"                  # in which role
//	channel = "system"
//	refused = "it needs a diagnosis first"
//
// A step does one of these things:
//
//   - open, with the keys of [ticket.Request]: channel, opener, unit, author, to,
//     department, class, type, item, cause, impact, urgency, priority, critical, with
//     (attributes), fields, requested, subject, text, asset and contract.
//   - one of [ticket.Actions], such as "hand over", with what it takes: reason, text,
//     team, handler, delegates, tier, cause, kind, needs_vendor, call, vendor, channel,
//     reference, follower, contract, name, quantity, part, used, todo, granted, set,
//     appointment, to, department, class, took, score, asset and project.
//   - sweep: what has fallen due by then is recorded.
//   - look: nothing is done.
//
// recorded says when a step is written down, if that is later than at. Steps stand in
// the order in which they are written down. With stage = 1, a step is about the
// ticket's first stage. A vector with several tickets names them, as in
// ticket = "second"; a step that names none is about the one that was opened without
// a name. Accesses are requested = [{ part = "payroll", level = "read" }], and a
// contract's terms are written as for [sla.Policy.ParseTimelines].
//
// What is expected stands in the step as well, and holds as soon as it is done:
//
//	refused = "every stage is closed first"   # the step is refused; the error says this
//	missing = ["fields.position", "to"]       # and these fields, and no others, are wrong
//	is = "at vendor"                          # the state of the ticket, or of the stage
//	allowed = ["take back", "write"]          # all that by and role may do now
//	forbidden = ["close"]                     # none of these
//	overdue = ["ops-hand-over"]               # all targets that are recorded as overdue so far; [] for none
//
//	[steps.has]                               # "" stands for nothing
//	team = "field"
//	vendor = "exchange-vendor"                # of the calls that are open, or owed
//
//	[steps.due]                               # of the clocks, by target or metric, as in a vector of slatest:
//	ops-handling = 2026-06-07T16:30:00        # due, state, paused and former
//	[steps.state]
//	transfer = "met"
//
//	[[steps.owed]]                            # all escalations that are recorded so far; owed = [] for none
//	target = "ops-follow-up"                  # or its metric
//	at = 2026-06-10T14:00:00                  # when it fell due
//	to = "ops-manager"                        # optional, as are stage = 1, do = "watch" and reason
//
// The keys of has are number, channel, unit, department, class, type, item, cause, impact,
// urgency, priority, critical, tier, team, handler, vendor, waits, holds, treatment, project,
// asset, stages (how many), informed ("true" or "false") and approvals (the roles whose approval
// stands). Several names are joined as in "part, user". Of a stage there are
// department, class, team, handler, vendor, waits, treatment and project.
//
// A local time that the clock skips or shows twice, an unknown key, role, action or
// target, and a key that the action does not take are mistakes. They come back as a
// policy's do, each a [townclerk.FileError] with its line, and so do failures: what
// was got beside what is wanted. After a step that was refused or done against what
// is expected, the rest of its file is not run. [Schema] is the JSON Schema of the
// format.
package tickettest
