package kpi

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// ID identifies an aggregate of this package within its tenant. What there is once by
// its nature has an id that says what it is, so that it is made once: see
// [MeasurementID], [OccurrenceID], [CardID] and [ScheduleID]. A remedy has a UUID,
// version 7, unless the register is configured otherwise.
type ID string

// Record is what all aggregates of this package have. Instants are in UTC and whole
// microseconds.
type Record struct {
	ID       ID        `json:"id,omitzero"`
	Number   string    `json:"number,omitzero"`  // for people to quote, such as 2026-000003; given by the store
	Series   string    `json:"series,omitzero"`  // that the Number counts in, such as 2026; empty: there is no Number
	Version  int64     `json:"version,omitzero"` // how often it was written; given by the store
	NextAt   time.Time `json:"next_at,omitzero"` // when a sweep has something to do about it; zero: never by itself
	Edition  int       `json:"edition,omitzero"` // of the promises in force when it began; 0: the only one, or none
	Problem  string    `json:"problem,omitzero"` // why its promises cannot be assessed; empty: they can
	State    State     `json:"state,omitzero"`
	Began    time.Time `json:"began,omitzero"`    // when its period, its window or its work began
	Recorded time.Time `json:"recorded,omitzero"` // when it was last written about, by the register's clock

	// Owed is what was owed by the promises and is recorded: people who had to be
	// told, and targets that went overdue.
	Owed []sla.Owed `json:"owed,omitzero"`

	// Log is what happened, as sla judges it. Seq counts its events from 1. It is empty
	// where no edition of the promises was in force.
	Log []sla.Event `json:"log,omitzero"`
}

// Timeline returns what happened, for [sla.Book.Assess]. It shares memory with r.
func (r *Record) Timeline() sla.Timeline {
	return sla.Timeline{ID: string(r.ID), Events: r.Log, Edition: r.Edition}
}

// name is what people quote: the number, or the id where there is none.
func (r *Record) name() string {
	if r.Number != "" {
		return r.Number
	}
	return string(r.ID)
}

func cloneRecord(r Record) Record {
	r.Owed = slices.Clone(r.Owed)
	r.Log = slices.Clone(r.Log) // its events are never changed
	return r
}

// State is where an aggregate stands in its workflow.
type State string

// The states.
const (
	New State = "new" // not there yet; nothing is stored in this state

	Met      State = "met"      // of a measurement: the target is
	Missed   State = "missed"   // it is not; or an occurrence of which nothing was done in its window
	NoData   State = "no data"  // the denominator is zero
	Informed State = "informed" // the indicator has no target

	Due     State = "due"     // of an occurrence: its window is open
	Partial State = "partial" // a part of it was done in its window
	Done    State = "done"    // all of it was
	Late    State = "late"    // all of it was done, but not all in its window
	Excused State = "excused" // it need not have been done

	Drafted   State = "drafted" // of a card: it is not in force yet
	Issued    State = "issued"
	Withdrawn State = "withdrawn"

	Raised   State = "raised"   // of a remedy: a target was missed
	Planned  State = "planned"  // its cause is known, and what is done about it until when
	Finished State = "finished" // that is done
	Verified State = "verified" // and it works

	Running State = "running" // of a schedule
)

// Action is something that people do to an aggregate.
type Action string

// The actions. One name means the same for a role that may do it, whatever it is done to.
const (
	Measure Action = "measure" // an indicator
	Correct Action = "correct" // a measurement; the former value stays

	Demand Action = "demand" // that a duty without a schedule is done
	Attest Action = "attest" // that a part of an occurrence was done
	Strike Action = "strike" // what was attested wrongly
	Excuse Action = "excuse" // an occurrence

	Enter    Action = "enter"    // a card that is in force, with its former versions
	Draft    Action = "draft"    // a card, or its next version
	Sign     Action = "sign"     // a draft; the last signature puts it in force
	Withdraw Action = "withdraw" // a card

	Raise  Action = "raise"  // that a target was missed, or a duty
	Plan   Action = "plan"   // what is done about it, until when
	Finish Action = "finish" // that
	Verify Action = "verify" // that it works
	Reopen Action = "reopen" // it does not work

	schedule Action = "schedule" // a duty, from an instant on
	fall     Action = "fall"     // an occurrence comes, by the sweep
	lapse    Action = "lapse"    // its window is over, by the sweep
)

// Actions is all actions, in the order in which people mostly do them.
var Actions = []Action{
	Measure, Correct, Demand, Attest, Strike, Excuse, Enter, Draft, Sign, Withdraw, Raise, Plan, Finish, Verify, Reopen,
}

// The kinds of event in a Log, beside those of package sla.
const (
	measured  = "measured"
	begun     = "duty-begun"
	done      = "duty-done"
	drafted   = "card-drafted"
	issued    = "card-issued"
	raised    = "remedy-raised"
	planned   = "remedy-planned"
	finished  = "remedy-finished"
	verified  = "remedy-verified"
	reopened  = "remedy-reopened"
	agreed    = sla.Appointed
	calledOff = sla.Cancelled
)

// The values of the attribute class, by which the promises tell what something is.
const (
	classMeasurement = "measurement"
	classDuty        = "duty"
	classReport      = "report"
	classCard        = "card"
	classRemedy      = "remedy"
)

// Who does something, in which role, and when.
type Who struct {
	Actor townclerk.Actor
	Role  string    // one of the policy's
	At    time.Time // when it was done; zero: now. It may lie back, never ahead
}
