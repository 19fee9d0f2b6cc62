package asset

import (
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Assess says how the promises about the entries of an asset stand at now, in the
// order of [Asset.Timelines].
func (p *Policy) Assess(a Asset, now time.Time) ([]sla.Assessment, error) {
	return p.assess(a.Timelines(), now)
}

func (p *Policy) assess(timelines []sla.Timeline, now time.Time) ([]sla.Assessment, error) {
	var all []sla.Assessment
	for _, tl := range timelines {
		a, err := p.book.Assess(tl, now)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// Settle records in an asset what its promises owe at now: the escalations that have
// fallen due, and the targets that went overdue, each once; see [sla.Settle]. It sets
// when the asset wants to be looked at again, and returns the asset and the events
// that these are. What is given stays as it is.
func (p *Policy) Settle(a Asset, now time.Time) (Asset, []townclerk.Event) {
	a = a.Clone()
	s := settlement{p: p, id: a.ID, state: a.Facts.State, history: a.History, owed: &a.Owed, problem: &a.Problem, recorded: &a.Recorded}
	a.NextAt = s.settle(now.UTC())
	return a, s.events
}

// settlement is an asset or a licence whose debts are being recorded.
type settlement struct {
	p        *Policy
	id       ID
	state    State
	history  []Entry
	owed     *[]sla.Owed
	problem  *string
	recorded *time.Time
	events   []townclerk.Event
}

// settle returns when to look again.
func (s *settlement) settle(now time.Time) time.Time {
	if s.recorded.Before(now) {
		defer func(before time.Time) {
			if len(s.events) == 0 {
				*s.recorded = before // nothing was written
			}
		}(*s.recorded)
		*s.recorded = now
	}
	next, problem := sla.Settle(now, *s.owed, func() ([]sla.Assessment, error) { return s.assess(now) }, s.record)
	if problem == *s.problem {
		return next
	}
	*s.problem = problem
	kind := eventUnassessed
	if problem == "" {
		kind = eventAssessed
	}
	s.event(kind, *s.recorded, Data{From: s.state, To: s.state, Problem: problem})
	return next
}

// assess returns an assessment for each entry, at the place of its Number; those that
// owe nothing have an empty one.
func (s *settlement) assess(now time.Time) ([]sla.Assessment, error) {
	all := make([]sla.Assessment, len(s.history)+1)
	for i := range s.history {
		e := &s.history[i]
		if len(e.Log) == 0 {
			continue
		}
		var err error
		if all[e.Number], err = s.p.book.Assess(e.timeline(s.id, ""), now); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *settlement) record(o sla.Owed) {
	*s.owed = append(*s.owed, o)
	kind := eventOverdue
	if o.Step != 0 {
		kind = eventEscalated
	}
	s.event(kind, o.At, Data{From: s.state, To: s.state, Owed: &o})
}

func (s *settlement) event(kind string, at time.Time, data Data) {
	if at.After(*s.recorded) {
		at = *s.recorded
	}
	s.events = append(s.events, event(s.id, kind, at, *s.recorded, "", data))
}
