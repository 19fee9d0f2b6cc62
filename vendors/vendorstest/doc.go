// Package vendorstest checks how a municipality works with its vendors: against the
// situations that its QA team wrote down, as package slatest does for its promises and
// package tickettest for its desk.
//
// A test over a folder that holds sla.toml, vendors.toml and office/*.toml is this:
//
//	func TestOffice(t *testing.T) {
//		vendorstest.Run(t, os.DirFS("policies/telephony"), vendorstest.Config{})
//	}
//
// [Run] makes a subtest of lint and of each vector. [Check] does the same without package
// testing and returns all failures joined; [Inspect] returns a report. Nothing here reads
// the clock.
//
// # Vectors
//
// A vector is one situation and what has to come of it, in a TOML file of its own, named
// for what it shows. It runs at an office of its own, with an empty store.
//
//	title = "nothing is paid around the signature"
//	source = ["TE-09", "TE-10"]        # the requirements or clauses it proves; optional
//	note = "after the audit"           # for people; optional
//
//	[[steps]]                          # what is done, one after the other
//	do = "conclude"
//	at = 2026-01-05T09:00:00           # local to the policy's zone, or with an offset
//	by = "u-1"
//	role = "division-manager"          # in which role
//	contract = "exchange-2026"         # of those that stand in vendors.toml
//
//	[[steps]]
//	do = "receive"
//	of = "first"                       # a name for what the step is about
//	at = 2026-02-01T09:00:00
//	by = "u-1"
//	role = "administrator"
//	contract = "exchange-2026"
//	reference = "INV-1"
//	amount = "100.00 ILS"
//	is = "received"                    # and what has come of it
//
//	[[steps]]
//	do = "send"
//	of = "first"
//	at = 2026-02-01T09:05:00
//	by = "u-1"
//	role = "division-manager"
//	refused = "cannot send while received"
//
// A step does one of those of [vendors.Actions] that can be said with by, role, unit,
// reason, text, vendor, service, severity, ticket, with (attributes of the call), channel,
// reference, follower, level, amount, dated, year and excess; or sweep, by which what has
// fallen due is recorded; or look, when nothing is done. Owe and receive begin what they
// are of; conclude takes a contract of vendors.toml. A step with contract and year is about
// that year's frame; one with a contract alone, about the contract.
//
// What is expected stands in the step as well, and holds as soon as it is done:
//
//	refused = "cannot pay"             # the step is refused; the error says this
//	is = "opened"                      # the state
//	committed = "60.00 ILS"            # of a year's frame: what it is committed to in total
//	paid = "60.00 ILS"                 # of an invoice: what was paid in total
//	overdue = ["vendor-call"]          # all targets that are recorded as overdue so far; [] for none
//
//	[steps.due]                        # of the clocks, by target or metric, as in a vector of slatest:
//	vendor-call = 2026-06-07T17:00:00  # due, state, paused and former
//
// Mistakes come back as a policy's do, each a [townclerk.FileError] with its line, and so
// do failures. After a step that was refused or done against what is expected, the rest of
// its file is not run. [Schema] is the JSON Schema of the format.
package vendorstest
