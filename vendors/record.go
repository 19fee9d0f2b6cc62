package vendors

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// ID identifies an aggregate of this package within its tenant: a contract, a call,
// an invoice. It is a UUID, version 7, unless the office is configured otherwise. What
// is planned for a contract has an id that follows from the contract's, so that it is
// planned once: see [FrameID].
type ID string

// Record is what all aggregates of this package have. Instants are in UTC and whole
// microseconds.
type Record struct {
	ID       ID        `json:"id,omitzero"`
	Number   string    `json:"number,omitzero"`  // for people to quote, such as 2026-000003; given by the store
	Series   string    `json:"series,omitzero"`  // that the Number counts in, such as 2026; empty: there is no Number
	Version  int64     `json:"version,omitzero"` // how often it was written; given by the store
	NextAt   time.Time `json:"next_at,omitzero"` // when a sweep has something to do about it; zero: never by itself
	Edition  int       `json:"edition,omitzero"` // of the promises in force when it began; 0: the only one
	Problem  string    `json:"problem,omitzero"` // why its promises cannot be assessed; empty: they can
	State    State     `json:"state,omitzero"`
	Began    time.Time `json:"began,omitzero"`    // when it was concluded, owed, received or planned
	Recorded time.Time `json:"recorded,omitzero"` // when it was last written about, by the office's clock

	// Owed is what was owed by the promises and is recorded: people who had to be
	// told, and targets that went overdue.
	Owed []sla.Owed `json:"owed,omitzero"`

	// Log is what happened, as sla judges it. Seq counts its events from 1.
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

// latest returns the last instant at which anything was written about it.
func (r *Record) latest() time.Time {
	if r.Recorded.After(r.Began) {
		return r.Recorded
	}
	return r.Began
}

// State is where an aggregate stands in its workflow.
type State string

const (
	New State = "new" // not there yet; nothing is stored in this state

	Concluded State = "concluded" // of a contract, also after its end

	Owed         State = "owed"         // of a call: the vendor has to be called
	Opened       State = "opened"       // the vendor has been told
	Acknowledged State = "acknowledged" // and has answered
	OnSite       State = "on site"      // and is there
	Done         State = "done"         // as the vendor says
	Verified     State = "verified"     // and as we found
	Disputed     State = "disputed"     // what the vendor says is not so; or an invoice is not right
	Withdrawn    State = "withdrawn"    // it was called off

	Received State = "received" // of an invoice
	Examined State = "examined"
	Approved State = "approved" // with all signatures
	Sent     State = "sent"     // to the treasury
	Paid     State = "paid"     // in full
	Rejected State = "rejected"

	Planned   State = "planned"   // of a frame, a review and a year's usage
	Set       State = "set"       // of a frame
	Reviewed  State = "reviewed"  // of a review
	Presented State = "presented" // of a year's usage
)

// Action is something that people do to an aggregate.
type Action string

// The actions. One name means the same for a role that may do it, whatever it is done to.
const (
	Conclude Action = "conclude"  // a contract
	Amend    Action = "amend"     // it, from a date on
	SetRules Action = "set rules" // for the work with its vendor
	Deal     Action = "deal"      // with the vendor, about a contract or a call
	Decide   Action = "decide"    // about giving notice

	Owe         Action = "owe"         // note that a vendor has to be called
	Open        Action = "open"        // the call, at the vendor
	Acknowledge Action = "acknowledge" // the vendor has answered
	Arrive      Action = "arrive"      // the vendor has come
	Finish      Action = "finish"      // the vendor says that it is done
	Verify      Action = "verify"      // that it is
	Dispute     Action = "dispute"     // that it is; or an invoice
	Follow      Action = "follow"      // a call, instead of whoever did
	Withdraw    Action = "withdraw"    // a call

	Receive Action = "receive" // an invoice
	Examine Action = "examine" // it
	Sign    Action = "sign"    // for it
	Send    Action = "send"    // it to the treasury
	Pay     Action = "pay"     // it, or a part
	Settle  Action = "settle"  // the dispute about it; it is examined again
	Reject  Action = "reject"  // it

	SetFrame Action = "set frame" // the budget of a contract's year
	Commit   Action = "commit"    // money of it to an order
	Release  Action = "release"   // what was committed
	Exceed   Action = "exceed"    // a frame, as an exception; it goes with Commit, Sign and SetFrame

	Judge   Action = "judge"   // how the vendor keeps the terms, in a review
	Count   Action = "count"   // usage
	Present Action = "present" // the year's usage to whom it is addressed

	plan Action = "plan" // what a contract's years bring, by the sweep
	bill Action = "bill" // an invoice to its frame, as its last signature is given
)

// Actions is all actions, in the order in which people mostly do them.
var Actions = []Action{
	Conclude, Amend, SetRules, Deal, Decide,
	Owe, Open, Acknowledge, Arrive, Finish, Verify, Dispute, Follow, Withdraw,
	Receive, Examine, Sign, Send, Pay, Settle, Reject,
	SetFrame, Commit, Release, Exceed, Judge, Count, Present,
}

// The kinds of event in a Log, beside those of package sla.
const (
	concluded    = "concluded"
	amended      = "amended"
	decided      = "notice-decided"
	owed         = "call-owed"
	opened       = "call-opened"
	acknowledged = "call-acknowledged"
	arrived      = "call-arrived"
	done         = "call-done"
	verified     = "call-verified"
	disputed     = "call-disputed"
	received     = "invoice-received"
	examined     = "invoice-examined"
	approved     = "invoice-approved"
	sent         = "invoice-sent"
	paid         = "invoice-paid"
	planned      = "planned"
	frameSet     = "frame-set"
	reviewed     = "reviewed"
	reported     = "reported"
)

// waits is the reason for which the clocks of an invoice wait.
const waits = "disputed"

// The values of the attribute class, by which the promises tell what something is.
const (
	classContract = "vendor-contract"
	classCall     = "vendor-call"
	classInvoice  = "vendor-invoice"
	classFrame    = "budget-frame"
	classReview   = "vendor-review"
	classUsage    = "usage-report"
)

func cloneRecord(r Record) Record {
	r.Owed = slices.Clone(r.Owed)
	r.Log = slices.Clone(r.Log) // its events are never changed
	return r
}

// Who does something, in which role and for which unit, and when.
type Who struct {
	Actor townclerk.Actor
	Role  string    // one of the policy's
	Unit  string    // one of the policy's, or an alias; of calls and dealings
	At    time.Time // when it was done; zero: now. It may lie back, never ahead
}
