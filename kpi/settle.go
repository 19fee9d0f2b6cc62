package kpi

import (
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Assess says how the promises about a timeline stand at now.
func (p *Policy) Assess(tl sla.Timeline, now time.Time) (sla.Assessment, error) {
	return p.book.Assess(tl, now)
}

// SettleOccurrence records in an occurrence what is so at now by itself: that its window
// is over, and what its promises owe, each once; see [sla.Settle]. It sets when the
// occurrence wants to be looked at again, and returns it with the events that these are.
// What is given stays as it is.
func (p *Policy) SettleOccurrence(o Occurrence, now time.Time) (Occurrence, []townclerk.Event) {
	o.clone()
	now = now.UTC()
	var events []townclerk.Event
	if o.State == Due && !o.Due.IsZero() && now.After(o.Due) {
		d := &decision{p: p, k: occurrences, r: &o.Record, c: &Command{Do: lapse}, occurrence: &o}
		d.At, d.Recorded = later(o.Due, o.Began), later(now, o.Recorded)
		events = append(events, d.finish())
	}
	events = append(events, p.settle(occurrences, &o.Record, now)...)
	if o.State == Due && !o.Due.IsZero() {
		if over := o.Due.Add(time.Microsecond); o.NextAt.IsZero() || over.Before(o.NextAt) {
			o.NextAt = over
		}
	}
	return o, events
}

// settle records in an aggregate what its promises owe at now, each once, and when it
// wants to be looked at again. It returns the events that these are.
func (p *Policy) settle(k *kind, r *Record, now time.Time) []townclerk.Event {
	r.NextAt = time.Time{}
	if len(r.Log) == 0 {
		return nil
	}
	now = now.UTC()
	recorded := later(now, later(r.Recorded, r.Began))
	var events []townclerk.Event
	next, problem := sla.Settle(now, r.Owed, func() ([]sla.Assessment, error) {
		a, err := p.Assess(r.Timeline(), now)
		return []sla.Assessment{a}, err
	}, func(o sla.Owed) {
		r.Owed = append(r.Owed, o)
		kind := eventOverdue
		if o.Step != 0 {
			kind = eventEscalated
		}
		at := o.At
		if at.After(recorded) {
			at = recorded
		}
		r.Recorded = recorded
		events = append(events, newEvent(r, k.name+kind, at, recorded, "", Data{From: r.State, To: r.State, Owed: &o}))
	})
	r.NextAt = next
	events = append(events, p.problem(r, k, problem, now)...)
	if problem != "" && k.ended(r.State) {
		r.NextAt = time.Time{} // nothing is due any more
	}
	return events
}

// problem notes why an aggregate cannot be assessed, or that it can again.
func (p *Policy) problem(r *Record, k *kind, problem string, now time.Time) []townclerk.Event {
	if problem == r.Problem {
		return nil
	}
	r.Problem, r.Recorded = problem, later(now.UTC(), r.Recorded)
	kind := eventUnassessed
	if problem == "" {
		kind = eventAssessed
	}
	return []townclerk.Event{newEvent(r, k.name+kind, r.Recorded, r.Recorded, "", Data{From: r.State, To: r.State, Problem: problem})}
}

// ended reports whether the work on an aggregate is over in a state.
func (k *kind) ended(s State) bool {
	switch s {
	case Met, Missed, NoData, Informed:
		return k == measurements
	case Done, Late, Excused, Verified, Withdrawn, Issued:
		return true
	}
	return false
}
