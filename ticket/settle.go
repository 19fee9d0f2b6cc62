package ticket

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// WithBook returns the policy with the editions of its promises: a ticket is
// pinned to the one that was in force when it was opened, and judged by it. All
// editions share the ticket.toml of p.
func (p *Policy) WithBook(book *sla.Book) *Policy {
	with := *p
	with.book = book
	return &with
}

// Assess says how the promises about a ticket stand at now: an assessment of the
// ticket itself, then one for each stage, in the order of [Ticket.Timelines].
func (p *Policy) Assess(t Ticket, now time.Time) ([]sla.Assessment, error) { return p.assess(&t, now) }

func (p *Policy) assess(t *Ticket, now time.Time) ([]sla.Assessment, error) {
	var all []sla.Assessment
	for _, tl := range t.Timelines() {
		a, err := p.book.Assess(tl, now)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// Settle records in a ticket what its promises owe at now: the escalations that
// have fallen due, and the targets that went overdue, each once; see [sla.Settle]. It
// sets when the ticket wants to be looked at again, and returns the ticket and the
// events that these are. What is given stays as it is.
//
// Whom an escalation asks to watch owes a follow-up from then on; where it has the
// vendor activated, a call is owed. If the promises cannot be assessed, the ticket
// says why, and is looked at again later. A now after the year 9999 counts as its end,
// since nothing later can be written down.
func (p *Policy) Settle(t Ticket, now time.Time) (Ticket, []townclerk.Event) {
	t = t.Clone()
	if now = now.UTC(); now.After(endOfTime) {
		now = endOfTime
	}
	s := settlement{p: p, t: &t, recorded: now}
	if last := t.latest(); s.recorded.Before(last) {
		s.recorded = last
	}
	next, problem := sla.Settle(now, t.Owed, func() ([]sla.Assessment, error) { return p.assess(&t, now) }, s.record)
	s.report(problem)
	t.NextAt = next
	if t.State.Final() && problem != "" {
		t.NextAt = time.Time{} // nothing is due any more
	}
	return t, s.events
}

// endOfTime is the last instant that can be written down.
var endOfTime = time.Date(9999, time.December, 31, 23, 59, 59, 999_999_000, time.UTC)

// settlement is a ticket whose debts are being recorded.
type settlement struct {
	p        *Policy
	t        *Ticket
	recorded time.Time
	events   []townclerk.Event
}

func (s *settlement) record(o sla.Owed) {
	s.t.Owed = append(s.t.Owed, o)
	kind := eventOverdue
	if o.Step != 0 {
		kind = eventEscalated
	}
	sub, ok := s.t.subject(o.Part)
	if !ok {
		return // a stage cannot vanish; were it so, there is nobody to tell
	}
	s.event(kind, o.At, Data{Stage: o.Part, From: *sub.state, To: *sub.state, Owed: &o, Log: s.follow(o, sub)})
}

func (s *settlement) event(kind string, at time.Time, data Data) {
	s.t.Recorded = s.recorded
	if at.After(s.recorded) {
		at = s.recorded
	}
	s.events = append(s.events, s.p.event(s.t, kind, at, s.recorded, "", data))
}

// follow writes what an escalation asks for into the log, where it can be met.
func (s *settlement) follow(o sla.Owed, sub subject) []Entry {
	if o.Step == 0 || sub.state.Final() {
		return nil
	}
	write := func(kind string) []Entry {
		*sub.log = sla.Append(*sub.log, sla.Event{Kind: kind, Role: o.To}, s.recorded)
		return []Entry{lastEntry(o.Part, *sub.log)}
	}
	switch {
	case o.Do == sla.Watch:
		return write(followUpOwed)
	case o.Do == sla.ActivateVendor && slices.Contains(untreated, *sub.state) && !s.t.withVendor(o.Part):
		if vendor := s.p.vendorFor(s.t, s.t.Cause); vendor != "" {
			s.t.oweCall(o.Part, vendor, s.recorded)
		}
		return write(vendorNeeded)
	}
	return nil
}

// report notes why the ticket cannot be assessed, or that it can be again.
func (s *settlement) report(problem string) {
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
