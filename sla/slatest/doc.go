// Package slatest checks a municipality's policy: against the situations that its
// QA team wrote down, and against what must hold of every policy.
//
// A test over a folder that holds sla.toml and vectors/*.toml is this:
//
//	func TestPolicy(t *testing.T) {
//		slatest.Run(t, os.DirFS("policies/raanana"), slatest.Config{})
//	}
//
// [Run] makes a subtest of lint, of each vector, and of each invariant. [Check] does the
// same without package testing and returns all failures joined; [Inspect] returns
// a [Report] with what was checked. Nothing here reads the clock.
//
// # Lint
//
// What [sla.Policy.Lint] finds comes first: errors fail, warnings and notes are
// listed. A policy that differs from the sla.lock.toml beside it fails. [Config.Strict] makes warnings fail as well. With [Config.Now], calendars
// are reported whose cover ends soon.
//
// [Report.WriteSARIF] and [Report.WriteJUnit] write the whole report for forges,
// editors and CI servers; [Unread] is that of a policy which cannot be read.
//
// # Vectors
//
// A vector is one situation and what is expected of it, in a TOML file of its own,
// named for what it shows. The format needs no Go: another implementation of the
// same promises can run the files, too.
//
//	title = "a transfer promised across the night the clock goes back"
//	source = ["V7", "RA-21"]           # the requirements or clauses it proves; optional
//	unreviewed = true                  # recorded from a run, and not yet checked by a person
//	note = "after the storm"           # for people; optional
//	edition = 2                        # of the policy, which must be that one; optional
//
//	[[events]]                         # what happened, as sla.Policy.ParseTimelines reads it
//	is = "opened"
//	at = 2026-10-25T06:00:00           # local to the policy's zone, or with an offset
//	with = { department = "operations", class = "incident" }
//
// Expectations are tables by target, called by its id or by its metric: the clock
// is the last one of that target, or of any target of that metric. A name that is
// both is the target's id. They hold as of now:
//
//	now = 2026-10-25T07:00:00          # above the first table; default: when the last event is known
//
//	[due]
//	transfer = 2026-10-25T07:50:00     # exactly
//
//	[state]
//	transfer = "running"               # paused, met, "met early", breached, "met late", cancelled,
//	                                   # undetermined, or none: no clock of it has begun
//	[paused]                           # it is paused, for these reasons: it runs again once all of
//	handling = ["awaiting-user"]       # them have ended, and not before
//
//	[former]                           # what corrections changed, oldest first; [] for nothing
//	handling = ["breached"]
//
//	[[owed]]                           # all escalations that are owed, of all targets, and no others
//	target = "ops-follow-up"           # or its metric
//	at = 2026-06-15T14:00:00
//	to = "ops-manager"                 # optional, as are do = "watch" and reason = "the mayor called"
//
// owed = [] above the first table says that nothing is owed; without the key,
// escalations are not looked at. "met early" is a window met before its minimum.
// Events after now are ignored. For several instants, each [[expect]] has a now of
// its own and the same tables, such as [expect.due], beside or instead of those
// above.
//
// A local time that the clock skips or shows twice, an unknown target, state or
// key, and a file that expects nothing are mistakes. They come back as a
// policy's do, each a [townclerk.FileError] with its line, and so do failures:
// what was got beside what is wanted, and the explanation's steps. [Schema] is the
// JSON Schema of the format; an editor that is told of it completes and checks keys.
//
// A vector that is marked as unreviewed counts like any other and does not fail
// for being so, but every report lists it. [Config.Reviewed] refuses it.
//
// # Recorded vectors
//
// [Record] writes vectors from what a policy says now, for a person to review: one
// for each target and kind of start at which its due time may leap.
//
//	opening, closing, break        of an ordinary working date, in the middle of the span
//	at-10-00                       a time of day that its rule names; at-00-00 is midnight
//	before-closed-day, closed-day  the last second before a weekend, and noon of one
//	before-holiday, holiday        the same for a holiday
//	before-short-day, short-day    the last second before a date that closes early, and its closing
//	clock-goes-forward, clock-goes-back   the change, or the last second of working time before it
//	ordinary                       of a target by elapsed time, which has none of these but the change
//
// Where the due time leaps a second before or after the edge, there is a vector of
// that side as well, such as at-10-00-after; elsewhere it follows from the edge's.
// Each expects the due time, and the state at that instant and a second later. They
// are kept in vectors/recorded, in a folder for each target.
//
// They say what the program does, not what was promised. So each is marked as
// unreviewed, and a comment says what to check; whoever has done so takes out the
// mark, and from then on the file is never recorded again. A comment with a
// fingerprint of the file tells one that somebody changed from one that follows
// the policy when it is recorded anew.
//
// # Invariants
//
// Whatever a policy promises, these hold. They are checked for each target under
// each combination of attribute values that leads to it, alone, without pauses,
// for starts on both sides (a nanosecond before, at, and after) of every edge: the
// openings and closings of the target's calendars, midnights, clock changes, and
// the times of day that its rule names.
//
// Corrections are taken as if they had always been known. Across the instant at
// which one that opens a day is recorded, a later start may be due earlier.
//
//	due          no target is due before it starts
//	monotone     a later start is never due earlier
//	explanation  its first step begins at the start, its last leads to the due time
//	verdict      at the due time it still runs, and met then is met; a nanosecond later it is breached
//	next         Next lies in the future, and until then nothing changes
//	escalation   what falls due at a share of the target lies between start and due time
//	priority     a higher priority is never due later, given at the start or raised meanwhile (estimates aside)
//
// Combinations under which a target has the same escalations are checked once,
// since nothing else depends on attributes, and those under which only its
// escalations differ, from every seventh start. Verdicts are checked once for each
// due time. A due time beyond a calendar's cover is passed over, unless there is
// no other.
package slatest
