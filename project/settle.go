package project

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/sla"
)

// WithBook returns the policy with the editions of its promises: a project is pinned to
// the one that was in force when it was demanded, and judged by it. All editions share
// the project.toml of p and its calendar.
func (p *Policy) WithBook(book *sla.Book) *Policy {
	with := *p
	with.book = book
	return &with
}

// Assess says how the promises about a project or a work plan stand at now; h is its
// Header.
func (p *Policy) Assess(h Header, now time.Time) (sla.Assessment, error) {
	return p.book.Assess(h.Timeline(), now)
}

// Settle records in a project what is owed at now, each once: alarms about its plan, the
// escalations of its promises that have fallen due, and the targets that went overdue;
// see [sla.Settle]. It sets when the project wants to be looked at again, and returns the
// project and the events that these are. What is given stays as it is.
//
// An alarm is raised for each milestone and each total, of time and of cost, that is
// forecast to leave the baseline in force by more than the policy allows, and again when
// it does. While a project rests, none is raised.
func (p *Policy) Settle(t Project, now time.Time) (Project, []townclerk.Event) {
	t = t.Clone()
	s := p.settling(&t.Header, now, prefix)
	next, problem := s.alarms(&t)
	s.promises()
	s.end(next, problem)
	return t, s.events
}

// SettleWork records in a work plan what its promises owe at now, as Settle does.
func (p *Policy) SettleWork(w WorkPlan, now time.Time) (WorkPlan, []townclerk.Event) {
	w = w.Clone()
	s := p.settling(&w.Header, now, workPrefix)
	s.promises()
	s.end(time.Time{}, "")
	return w, s.events
}

// settlement is a thing whose debts are being recorded.
type settlement struct {
	p        *Policy
	h        *Header
	prefix   string
	now      time.Time
	recorded time.Time
	problem  string // why the promises cannot be assessed
	events   []townclerk.Event
}

func (p *Policy) settling(h *Header, now time.Time, prefix string) *settlement {
	s := &settlement{p: p, h: h, prefix: prefix, now: now.UTC(), recorded: now.UTC()}
	if last := h.latest(); s.recorded.Before(last) {
		s.recorded = last
	}
	return s
}

func (s *settlement) add(kind string, at time.Time, data Data) {
	s.h.Recorded = s.recorded
	if at.After(s.recorded) {
		at = s.recorded
	}
	data.From, data.To = s.h.State, s.h.State
	s.events = append(s.events, newEvent(s.h, s.prefix+kind, at, s.recorded, "", data))
}

// alarms raises the alarms about a plan that is being carried out. It returns when it may
// have drifted further, and why that cannot be said.
func (s *settlement) alarms(t *Project) (next time.Time, problem string) {
	if !slices.Contains(working, t.State) {
		return time.Time{}, ""
	}
	drift, err := s.p.Deviations(*t, 0, s.recorded)
	if err != nil {
		return time.Time{}, err.Error()
	}
	for i := range drift.Deviations {
		d := &drift.Deviations[i]
		s.alarm(t, d, "time", &d.Time)
		s.alarm(t, d, "cost", &d.Cost)
	}
	return drift.Next, ""
}

func (s *settlement) alarm(t *Project, d *Deviation, of string, m *Measure) {
	if m.Level == Fine {
		return
	}
	a := Alarm{
		Baseline: len(t.Baselines), Phase: d.Phase, Milestone: d.Milestone, Of: of, Level: m.Level, At: s.recorded, Planned: m.Planned, Over: m.Over,
	}
	kind := exceeded
	if m.Level == Warning {
		a.Over, kind = m.Expected, warned
	}
	if slices.ContainsFunc(t.Alarms, a.covers) {
		return
	}
	t.Alarms = append(t.Alarms, a)
	t.Log = sla.Append(t.Log, sla.Event{Kind: kind, Reason: d.Milestone}, s.recorded)
	s.add(kind, s.recorded, Data{Alarm: &a, Log: []sla.Event{t.Log[len(t.Log)-1].Clone()}})
}

// covers reports whether an alarm that was raised makes a needless: it is the same, or
// graver.
func (a Alarm) covers(raised Alarm) bool {
	return a.Baseline == raised.Baseline && a.Phase == raised.Phase && a.Milestone == raised.Milestone && a.Of == raised.Of &&
		(a.Level == raised.Level || raised.Level == Exceeded)
}

// promises records what the promises owe.
func (s *settlement) promises() {
	s.h.NextAt, s.problem = sla.Settle(s.now, s.h.Owed, func() ([]sla.Assessment, error) {
		a, err := s.p.Assess(*s.h, s.now)
		return []sla.Assessment{a}, err
	}, func(o sla.Owed) {
		s.h.Owed = append(s.h.Owed, o)
		kind := eventOverdue
		if o.Step != 0 {
			kind = eventEscalated
		}
		s.add(kind, o.At, Data{Owed: &o})
	})
}

// end notes when to look again, and why something cannot be assessed or that it can be
// again.
func (s *settlement) end(next time.Time, problem string) {
	if !next.IsZero() && (s.h.NextAt.IsZero() || next.Before(s.h.NextAt)) {
		s.h.NextAt = next
	}
	if problem != "" && s.problem != "" {
		problem += "; "
	}
	problem += s.problem
	if again := s.recorded.Add(24 * time.Hour); problem != "" && s.h.NextAt.IsZero() && service.Writable(again) {
		s.h.NextAt = again // what is beyond the calendar today may be within a later one
	}
	if problem != s.h.Problem {
		s.h.Problem = problem
		kind := eventUnassessed
		if problem == "" {
			kind = eventAssessed
		}
		s.add(kind, s.recorded, Data{Problem: problem})
	}
	if s.h.State.Final() && problem != "" {
		s.h.NextAt = time.Time{} // nothing is due any more
	}
}
