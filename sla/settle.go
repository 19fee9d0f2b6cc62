package sla

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Owed is a step of a target that fell due, or a target that was not met by its due
// time, as an aggregate keeps it when it is recorded: so that each is told once. Of
// one aggregate it is told from all others by Part, Target, Clock, Step and
// Repetition.
type Owed struct {
	Part       int       `json:"part,omitzero"` // of the aggregate: the place of its timeline, such as a ticket's stage; 0 is the first
	Target     string    `json:"target,omitzero"`
	Clock      int       `json:"clock,omitzero"`      // the number of the target's clock
	Step       int       `json:"step,omitzero"`       // of the target's escalations, from 1; 0: it went overdue
	Repetition int       `json:"repetition,omitzero"` // 0 is the first time
	At         time.Time `json:"at,omitzero"`         // when it fell due, rounded up to whole microseconds
	To         string    `json:"to,omitzero"`         // the role that is told
	Do         Action    `json:"do,omitzero"`         // what that role is to do
	Reason     string    `json:"reason,omitzero"`     // of an escalation by hand
}

// same reports whether o and p are one debt.
func (o Owed) same(p Owed) bool {
	return o.Part == p.Part && o.Target == p.Target && o.Clock == p.Clock && o.Step == p.Step && o.Repetition == p.Repetition
}

// When an aggregate is looked at again that cannot be assessed now: because of a
// mistake, or because a due time lies beyond what a calendar covers.
const (
	retryMistake   = time.Hour
	retryUncovered = 24 * time.Hour
)

// Settle finds what an aggregate owes at now and has not recorded: escalations that
// have fallen due and targets that went overdue, in the order in which they did. It
// is what the sweeps of the domains do to one aggregate.
//
// It calls assess for the assessments of the aggregate's timelines, and record for
// each debt that is not among those known. What is recorded may write into the
// timelines and make more fall due, so it goes on until nothing is new; after some
// rounds it leaves the rest to the next time.
//
// It returns when to look again, in whole microseconds, zero if nothing changes by
// itself; and why something cannot be assessed, else "". Then it is to be looked at
// again after an hour, or after a day if a calendar does not cover the due time.
func Settle(now time.Time, known []Owed, assess func() ([]Assessment, error), record func(Owed)) (next time.Time, problem string) {
	const most = 20
	s := settling{now: now, known: slices.Clone(known)}
	for range most {
		found := s.round(assess)
		if len(found) == 0 {
			break
		}
		for _, o := range found {
			s.known = append(s.known, o)
			record(o)
		}
	}
	return s.next, strings.Join(s.problems, "; ")
}

type settling struct {
	now      time.Time
	known    []Owed
	next     time.Time
	problems []string
}

// round returns what is owed and not known, in the order in which it fell due.
func (s *settling) round(assess func() ([]Assessment, error)) []Owed {
	s.next, s.problems = time.Time{}, nil
	all, err := assess()
	if err != nil {
		s.problems = []string{err.Error()}
		s.again(s.now.Add(retryMistake))
		return nil
	}
	var found []Owed
	for part := range all {
		found = append(found, s.owed(part, &all[part])...)
	}
	slices.SortStableFunc(found, func(a, b Owed) int { return a.At.Compare(b.At) })
	return found
}

// again notes when the aggregate has to be looked at; not at what comes after the year
// 9999, which cannot be written down.
func (s *settling) again(at time.Time) {
	at = ceil(at)
	if at.Year() > 9999 {
		return
	}
	if s.next.IsZero() || at.Before(s.next) {
		s.next = at
	}
}

// ceil rounds up to whole microseconds, as a clock is breached a nanosecond after
// its due time.
func ceil(t time.Time) time.Time {
	c := t.UTC().Truncate(time.Microsecond)
	if c.Before(t) {
		c = c.Add(time.Microsecond)
	}
	return c
}

func (s *settling) owed(part int, a *Assessment) []Owed {
	if !a.Next.IsZero() {
		s.again(a.Next)
	}
	var found []Owed
	for _, e := range a.Escalations {
		found = append(found, Owed{
			Part: part, Target: e.Target.ID, Clock: e.Clock, Step: e.Step, Repetition: e.Repetition, At: ceil(e.At), To: e.To, Do: e.Do, Reason: e.Reason,
		})
	}
	for i := range a.Clocks {
		c := &a.Clocks[i]
		if !c.Breached.IsZero() {
			found = append(found, Owed{Part: part, Target: c.Target.ID, Clock: c.Number, At: ceil(c.Due)})
		}
		if err := c.Err(); err != nil && c.Ended.IsZero() {
			s.problems = append(s.problems, fmt.Sprintf("%s: %v", c.Target.ID, err))
			s.again(s.now.Add(retryUncovered))
		}
	}
	return slices.DeleteFunc(found, func(o Owed) bool { return slices.ContainsFunc(s.known, o.same) })
}
