package vendors

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Assess says how the promises about a timeline stand at now, such as that of a call, or
// one of the timelines of a contract.
func (p *Policy) Assess(tl sla.Timeline, now time.Time) (sla.Assessment, error) {
	return p.book.Assess(tl, now)
}

// settle records in an aggregate what its promises owe at now, each once, and when it
// wants to be looked at again; see [sla.Settle]. It returns the events that these are.
func (p *Policy) settle(k *kind, r *Record, timelines []sla.Timeline, now time.Time) []townclerk.Event {
	r.Owed = slices.Clone(r.Owed)
	recorded := now.UTC()
	if last := r.latest(); recorded.Before(last) {
		recorded = last
	}
	var events []townclerk.Event
	add := func(kind string, at time.Time, data Data) {
		r.Recorded = recorded
		if at.After(recorded) {
			at = recorded
		}
		data.From, data.To = r.State, r.State
		events = append(events, newEvent(r, k.name+kind, at, recorded, "", data))
	}
	next, problem := sla.Settle(now.UTC(), r.Owed, func() ([]sla.Assessment, error) {
		var all []sla.Assessment
		for _, tl := range timelines {
			a, err := p.Assess(tl, now.UTC())
			if err != nil {
				return nil, err
			}
			all = append(all, a)
		}
		return all, nil
	}, func(o sla.Owed) {
		r.Owed = append(r.Owed, o)
		kind := eventOverdue
		if o.Step != 0 {
			kind = eventEscalated
		}
		add(kind, o.At, Data{Owed: &o})
	})
	r.NextAt = next
	if problem != r.Problem {
		r.Problem = problem
		kind := eventUnassessed
		if problem == "" {
			kind = eventAssessed
		}
		add(kind, recorded, Data{Problem: problem})
	}
	if problem != "" && k.over(r.State) {
		r.NextAt = time.Time{} // nothing is due any more
	}
	return events
}

// over reports whether nothing can be done any more in a state.
func (k *kind) over(s State) bool {
	return !slices.ContainsFunc(Actions, func(do Action) bool { return len(k.table.Rows(s, do)) > 0 })
}
