package ticket

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// When a ticket is looked at again that cannot be assessed now: because of a
// mistake, or because a due time lies beyond what a calendar covers.
const (
	retryMistake   = time.Hour
	retryUncovered = 24 * time.Hour
)

// WithBook returns the policy with the editions of its promises: a ticket is
// pinned to the one that was in force when it was opened, and judged by it. All
// editions share the ticket.toml of p.
func (p *Policy) WithBook(book *sla.Book) *Policy {
	with := *p
	with.book = book
	return &with
}

// edition returns the number of the edition in force at an instant.
func (p *Policy) edition(at time.Time) (int, error) {
	if p.book == nil {
		return p.promises.Edition().Number, nil
	}
	in, err := p.book.InForce(at)
	if err != nil {
		return 0, err
	}
	return in.Edition().Number, nil
}

// Assess says how the promises about a ticket stand at now: an assessment of the
// ticket itself, then one for each stage, in the order of [Ticket.Timelines].
func (p *Policy) Assess(t Ticket, now time.Time) ([]sla.Assessment, error) { return p.assess(&t, now) }

func (p *Policy) assess(t *Ticket, now time.Time) ([]sla.Assessment, error) {
	judge := p.promises.Assess
	switch {
	case p.book != nil:
		judge = p.book.Assess
	case t.Edition != 0 && t.Edition != p.promises.Edition().Number:
		return nil, fmt.Errorf("edition %d of the promises is not at hand", t.Edition)
	}
	var all []sla.Assessment
	for _, tl := range t.Timelines() {
		a, err := judge(tl, now)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// Settle records in a ticket what its promises owe at now: the escalations that
// have fallen due, and the targets that went overdue, each once. It sets when the
// ticket wants to be looked at again, and returns the ticket and the events that
// these are. What is given stays as it is.
//
// Whom an escalation asks to watch owes a follow-up from then on; where it has the
// vendor activated, a call is owed. If the promises cannot be assessed, the ticket
// says why, and is looked at again later. A now after the year 9999 counts as its end,
// since nothing later can be written down.
func (p *Policy) Settle(t Ticket, now time.Time) (Ticket, []townclerk.Event) {
	t = t.Clone()
	if now.After(endOfTime) {
		now = endOfTime
	}
	s := settlement{p: p, t: &t, now: now.UTC(), recorded: now.UTC()}
	if last := t.latest(); s.recorded.Before(last) {
		s.recorded = last
	}
	// What is recorded can make more fall due, such as a follow-up at once.
	const most = 20
	for range most {
		owed := s.assess()
		if len(owed) == 0 {
			break
		}
		for _, o := range owed {
			s.record(o)
		}
	}
	s.report()
	t.NextAt = s.next
	return t, s.events
}

// endOfTime is the last instant that can be written down.
var endOfTime = time.Date(9999, time.December, 31, 23, 59, 59, 999_999_000, time.UTC)

// settlement is a ticket whose debts are being recorded.
type settlement struct {
	p        *Policy
	t        *Ticket
	now      time.Time
	recorded time.Time
	next     time.Time
	problems []string
	events   []townclerk.Event
}

// assess returns what is owed and not recorded, in the order in which it fell due.
func (s *settlement) assess() []Owed {
	s.next, s.problems = time.Time{}, nil
	all, err := s.p.assess(s.t, s.now)
	if err != nil {
		s.problems = []string{err.Error()}
		s.again(s.now.Add(retryMistake))
		return nil
	}
	var owed []Owed
	for stage := range all {
		owed = append(owed, s.owed(stage, &all[stage])...)
	}
	slices.SortStableFunc(owed, func(a, b Owed) int { return a.At.Compare(b.At) })
	return owed
}

// again notes when the ticket has to be looked at; not at what never comes.
func (s *settlement) again(at time.Time) {
	at = ceil(at)
	if at.After(endOfTime) {
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

func (s *settlement) owed(stage int, a *sla.Assessment) []Owed {
	if !a.Next.IsZero() {
		s.again(a.Next)
	}
	var owed []Owed
	for _, e := range a.Escalations {
		owed = append(owed, Owed{
			Stage: stage, Target: e.Target.ID, Clock: e.Clock, Step: e.Step, Repetition: e.Repetition, At: ceil(e.At), To: e.To, Do: e.Do, Reason: e.Reason,
		})
	}
	for i := range a.Clocks {
		c := &a.Clocks[i]
		if !c.Breached.IsZero() {
			owed = append(owed, Owed{Stage: stage, Target: c.Target.ID, Clock: c.Number, At: ceil(c.Due)})
		}
		if err := c.Err(); err != nil && c.Ended.IsZero() {
			s.problems = append(s.problems, fmt.Sprintf("%s: %v", c.Target.ID, err))
			s.again(s.now.Add(retryUncovered))
		}
	}
	return slices.DeleteFunc(owed, func(o Owed) bool {
		return slices.ContainsFunc(s.t.Owed, func(known Owed) bool { return known.key() == o.key() })
	})
}

// key is what tells o from others of its ticket.
func (o Owed) key() Owed {
	return Owed{Stage: o.Stage, Target: o.Target, Clock: o.Clock, Step: o.Step, Repetition: o.Repetition}
}

func (s *settlement) record(o Owed) {
	s.t.Owed = append(s.t.Owed, o)
	kind := eventOverdue
	if o.Step != 0 {
		kind = eventEscalated
	}
	sub, ok := s.t.subject(o.Stage)
	if !ok {
		return // a stage cannot vanish; were it so, there is nobody to tell
	}
	s.event(kind, o.At, Data{Stage: o.Stage, From: *sub.state, To: *sub.state, Owed: &o, Log: s.follow(o, sub)})
}

func (s *settlement) event(kind string, at time.Time, data Data) {
	s.t.Recorded = s.recorded
	if at.After(s.recorded) {
		at = s.recorded
	}
	s.events = append(s.events, s.p.event(s.t, kind, at, s.recorded, "", data))
}

// follow writes what an escalation asks for into the log, where it can be met.
func (s *settlement) follow(o Owed, sub subject) []Entry {
	if o.Step == 0 || sub.state.Final() {
		return nil
	}
	write := func(kind string) []Entry {
		return []Entry{entry(o.Stage, appendTo(sub.log, sla.Event{Kind: kind, Role: o.To}, s.recorded, s.recorded))}
	}
	switch {
	case o.Do == sla.Watch:
		return write(followUpOwed)
	case o.Do == sla.ActivateVendor && slices.Contains(untreated, *sub.state) && !s.t.withVendor(o.Stage):
		if vendor := s.p.vendorFor(s.t, s.t.Cause); vendor != "" {
			s.t.oweCall(o.Stage, vendor, s.recorded)
		}
		return write(vendorNeeded)
	}
	return nil
}

// report notes why the ticket cannot be assessed, or that it can be again.
func (s *settlement) report() {
	problem := strings.Join(s.problems, "; ")
	if s.t.State.Final() && problem != "" {
		s.next = time.Time{} // nothing is due any more
	}
	if problem == s.t.Problem {
		return
	}
	s.t.Problem = problem
	kind := eventUnassessed
	if problem == "" {
		kind = eventAssessed
	}
	s.event(kind, s.recorded, Data{From: s.t.State, To: s.t.State, Problem: problem})
}
