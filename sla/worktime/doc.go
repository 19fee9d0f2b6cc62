// Package worktime computes exact working time: how much of it lies between two
// instants, and at which instant some amount of it has passed.
//
// A [Spec] says which hours count: a week, seasons, holidays and dated entries,
// in a time zone. [New] compiles it to a [Calendar], which answers:
//
//	desk, err := worktime.New(worktime.Spec{Name: "desk", Zone: zone, Week: week})
//	…
//	due, err := desk.Add(opened, 20*time.Minute)
//
// [Calendar.Between] is the working time between two instants, [Calendar.Step]
// counts working dates, [Calendar.Read] and [Calendar.At] lead from instants to
// dates and times of day and back. The package knows nothing of service levels;
// package sla builds on it.
//
// Nothing in this package reads the clock or the disk. A Calendar is immutable and
// safe for concurrent use. An answer costs a look-up, however long the span, and
// Add, Between and Open allocate nothing.
//
// # Time
//
// Hours are half-open: 07:30–16:30 contains 07:30 and not 16:30. They are counted
// as they pass, through clock changes, to the nanosecond, in the calendar's own
// zone; the zone of an instant that is asked for does not matter.
//
// A wall-clock time stands for the first instant at which the zone's clock shows
// it or a later time. One that a spring change skips is the instant of the
// change, one that occurs twice is its first occurrence. The other way round, an
// instant is read as the highest time that the clock has shown so far, so that an
// hour that is repeated cannot go back behind a cut-off. A date that the zone
// skipped has no hours.
//
// # Hours
//
// A date may have several stretches of hours. One that ends before the time
// at which it starts (22:00–06:00) runs past midnight and belongs to the date on
// which it starts, also when that date or the next is a holiday: 02:00 in Monday's
// shift is Monday 26:00. 24:00 is an end, never a start. Stretches of one date
// must not overlap; where one that runs past midnight overlaps the next date's
// hours, the time counts once, as the earlier date's. Touching ones are one
// period.
//
// A dated entry goes before a holiday, a holiday before a season, and a season
// before the week. A season replaces the hours of the days of the week that it
// names and leaves the others. There is no default week, zone or weekend.
//
// A working date is one on which hours begin, unless a clock change swallows them.
//
// # Cover
//
// Holidays that are announced, or taken from a table, are known for some years
// only. A calendar that has such holidays states them in From and To. Every method
// whose answer leaves these years, or depends on what lies behind them, returns an
// error that wraps [ErrNotCovered] rather than a guess. A calendar whose rules
// hold in every year needs no cover, and answers for the years 1678 to 2261.
//
// # Errors
//
// New returns all mistakes of a Spec together, joined by [errors.Join]; each says
// which calendar it is about and what to write instead. Methods return errors for
// what they cannot answer: those that wrap ErrNotCovered, and for a date that does
// not exist.
package worktime
