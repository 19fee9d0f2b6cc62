package sla

import (
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
)

// The kinds of event that mean the same in every policy. All other kinds mean
// what a policy's targets say: they start a target or meet it. A kind that no
// target names is skipped.
const (
	Paused    = "paused"    // waiting begins, for Event.Reason
	Resumed   = "resumed"   // waiting for Event.Reason ends; without a reason, all waiting
	Approved  = "approved"  // Event.Role approves
	Revoked   = "revoked"   // Event.Role takes its approval back
	Reopened  = "reopened"  // what was met is not, after all
	Cancelled = "cancelled" // the promise is off
	Appointed = "appointed" // Event.Appointment is agreed
	Escalated = "escalated" // somebody escalates by hand, for Event.Reason
)

// Priority is the attribute whose values a policy lists from the lowest to the highest.
const Priority = "priority"

// Timeline is the events of one aggregate, such as a ticket, in the order of Seq.
type Timeline struct {
	ID     string
	Note   string // what it is about, for people
	Events []Event
	// Edition is the number of the edition by which a [Book] judges it; 0: the one
	// in force at the first event.
	Edition int
}

// Event is something that happened. At never precedes the At of the event before
// it, except in a correction. Its form in JSON, which aggregates are stored with, is
// a promise too; a Within stands there in nanoseconds.
type Event struct {
	Kind       string            `json:"kind,omitzero"`       // such as opened, transferred, or one of the constants of this package
	At         time.Time         `json:"at,omitzero"`         // when it happened
	Recorded   time.Time         `json:"recorded,omitzero"`   // when it was recorded; zero: at once. Obligatory in a correction
	Seq        townclerk.Seq     `json:"seq,omitzero"`        // the order in which events were recorded; 0 in all: the order of the slice
	Attributes map[string]string `json:"attributes,omitzero"` // what they are from now on; absent ones stay as they were
	Reason     string            `json:"reason,omitzero"`     // of a pause or an escalation
	Role       string            `json:"role,omitzero"`       // who approves or revokes; to whom is escalated, if not to all whom the policy names

	// Correction marks an event that was recorded late, or that puts an earlier
	// one right: the event with the Seq in Corrects is replaced by this one, or
	// with Void is struck out. What was concluded until then stays visible in
	// [Clock.Former].
	Correction bool          `json:"correction,omitzero"`
	Void       bool          `json:"void,omitzero"`
	Corrects   townclerk.Seq `json:"corrects,omitzero"`

	// Appointment is the agreed instant, in an event of the kind Appointed.
	Appointment time.Time `json:"appointment,omitzero"`
	// Contract is the terms in force from this event on, one for each metric.
	Contract []Terms `json:"contract,omitzero"`
}

// Terms is what a contract promises for a metric. Either Within or Days counts.
type Terms struct {
	Contract string        `json:"contract,omitzero"` // its id
	Metric   string        `json:"metric,omitzero"`
	Calendar string        `json:"calendar,omitzero"` // a calendar of the policy, or Elapsed
	Within   time.Duration `json:"within,omitzero"`
	Days     int           `json:"days,omitzero"` // working days, due At
	At       string        `json:"at,omitzero"`   // "close", "same-time" or a time of day such as "12:00"
}

// Append returns the events with one more, which was recorded at the given instant,
// as the services of the domains write them down: Seq counts from 1, an event
// without At happened as it was recorded, and one that happened before the last event
// is a correction. Recorded stays zero where the event was recorded as it happened.
func Append(events []Event, e Event, recorded time.Time) []Event {
	e.Seq = townclerk.Seq(len(events) + 1)
	if e.At.IsZero() {
		e.At = recorded
	}
	for i := len(events) - 1; i >= 0; i-- {
		if last := &events[i]; !last.Correction {
			e.Correction = e.Correction || e.At.Before(last.At)
			break
		}
	}
	if e.Correction || !recorded.Equal(e.At) {
		e.Recorded = recorded
	}
	return append(events, e)
}

// A TimelineError says which event of a timeline cannot be.
type TimelineError struct {
	Timeline string
	Seq      townclerk.Seq
	Index    int // in the slice, from 0
	Problem  string
}

func (e *TimelineError) Error() string {
	return fmt.Sprintf("timeline %s: event %d (seq %d): %s", e.Timeline, e.Index+1, e.Seq, e.Problem)
}

// known is what was known of a timeline at an instant.
type known struct {
	events    []Event   // in the order in which they happened, with corrections carried out
	next      time.Time // when the next event will be known, or zero
	corrected bool
}

// visible returns what was known at now. Without corrections its events are a
// part of the timeline's own slice.
func (tl *Timeline) visible(now time.Time) (known, error) {
	corrected := false
	for i := range tl.Events {
		if !tl.plain(i) {
			if err := tl.check(i); err != nil {
				return known{}, err
			}
			corrected = true
		}
	}
	if corrected {
		return known{tl.corrected(now), tl.later(now), true}, nil
	}
	var next time.Time
	n := len(tl.Events)
	for n > 0 && tl.Events[n-1].At.After(now) {
		n--
		next = tl.Events[n].At
	}
	return known{tl.Events[:n], next, false}, nil
}

// plain reports whether the event is sound and no correction, as nearly all are.
func (tl *Timeline) plain(i int) bool {
	e := &tl.Events[i]
	if e.Kind == "" || e.Correction || e.Corrects != 0 || !e.Recorded.IsZero() {
		return false
	}
	if i == 0 {
		return !e.At.IsZero()
	}
	last := &tl.Events[i-1]
	return !last.Correction && !e.At.Before(last.At) && (e.Seq == 0 || e.Seq > last.Seq)
}

func (tl *Timeline) check(i int) error {
	e := &tl.Events[i]
	problem := ""
	switch {
	case e.Kind == "" && !e.Void:
		problem = "it has no kind"
	case e.At.IsZero() && !e.Void:
		problem = "it has no time"
	case e.Correction && e.Recorded.IsZero():
		problem = "a correction says when it was recorded"
	case i > 0 && e.Seq != 0 && e.Seq <= tl.Events[i-1].Seq:
		problem = fmt.Sprintf("its seq does not follow %d", tl.Events[i-1].Seq)
	case !e.Correction && tl.precedes(i):
		problem = fmt.Sprintf("at %s it precedes the event before it; only a correction may", e.At.Format(time.RFC3339Nano))
	case e.Corrects != 0 && !tl.has(i, e.Corrects):
		problem = fmt.Sprintf("it corrects seq %d, which is not before it", e.Corrects)
	default:
		return nil
	}
	return &TimelineError{Timeline: tl.ID, Seq: e.Seq, Index: i, Problem: problem}
}

// precedes reports whether event i happened before the last event that is no correction.
func (tl *Timeline) precedes(i int) bool {
	for j := i - 1; j >= 0; j-- {
		if !tl.Events[j].Correction {
			return tl.Events[i].At.Before(tl.Events[j].At)
		}
	}
	return false
}

func (tl *Timeline) has(before int, seq townclerk.Seq) bool {
	return slices.ContainsFunc(tl.Events[:before], func(e Event) bool { return e.Seq == seq })
}

// recorded is when the event was known.
func (e *Event) recorded() time.Time {
	if e.Recorded.IsZero() {
		return e.At
	}
	return e.Recorded
}

func (tl *Timeline) corrected(now time.Time) []Event {
	var known []Event
	for _, e := range tl.Events {
		if e.recorded().After(now) {
			continue
		}
		if e.Corrects != 0 {
			known = slices.DeleteFunc(known, func(k Event) bool { return k.Seq == e.Corrects })
		}
		if !e.Void && !e.At.After(now) {
			known = append(known, e)
		}
	}
	slices.SortStableFunc(known, func(a, b Event) int { return a.At.Compare(b.At) })
	return known
}

// before returns the timeline as it was known just before correction i.
func (tl *Timeline) before(i int) Timeline {
	return Timeline{ID: tl.ID, Events: tl.Events[:i]}
}

// later returns the first instant after now at which an event that now leaves
// out will be known; zero where there is none.
func (tl *Timeline) later(now time.Time) time.Time {
	var first time.Time
	for i := range tl.Events {
		e := &tl.Events[i]
		at := e.At
		if r := e.recorded(); r.After(at) {
			at = r
		}
		if at.After(now) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}
