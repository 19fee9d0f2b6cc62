package slatest

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// rules is the invariants, with what was found.
type rules struct {
	due, monotone, explanation, verdict, next, escalation, priority Invariant
}

func newRules() *rules {
	return &rules{
		due:         Invariant{Rule: "due", Says: "no target is due before it starts"},
		monotone:    Invariant{Rule: "monotone", Says: "a later start is never due earlier"},
		explanation: Invariant{Rule: "explanation", Says: "it leads from the start to the due time"},
		verdict:     Invariant{Rule: "verdict", Says: "at the due time it can be met, a nanosecond later it is breached"},
		next:        Invariant{Rule: "next", Says: "nothing changes before Next, which lies in the future"},
		escalation:  Invariant{Rule: "escalation", Says: "a share of a target falls due between start and due time"},
		priority:    Invariant{Rule: "priority", Says: "a higher priority is never due later"},
	}
}

// all returns the invariants in the order in which they are reported.
func (r *rules) all() []*Invariant {
	return []*Invariant{&r.due, &r.monotone, &r.explanation, &r.verdict, &r.next, &r.escalation, &r.priority}
}

// invariants checks each probe and each raise, as many at a time as there are
// processors, and puts together what was found in their order.
func (s *survey) invariants() []Invariant {
	found := make([]*rules, len(s.probes)+len(s.raises))
	var wait sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range found {
		free <- struct{}{}
		wait.Add(1)
		go func() {
			defer func() { <-free; wait.Done() }()
			r := newRules()
			if i < len(s.probes) {
				s.probeAll(s.probes[i], r)
			} else {
				s.raiseAll(s.raises[i-len(s.probes)], &r.priority)
			}
			found[i] = r
		}()
	}
	wait.Wait()

	total := newRules()
	for i, r := range found {
		of := r.all()
		for k, sum := range total.all() {
			if more := of[k].failed - most; more > 0 {
				of[k].Failures = append(of[k].Failures, fmt.Errorf("%s: %s: and %d more", sum.Rule, s.name(i), more))
			}
			sum.Checks += of[k].Checks
			sum.Failures = append(sum.Failures, of[k].Failures...)
		}
	}
	var all []Invariant
	for _, in := range total.all() {
		all = append(all, *in)
	}
	return all
}

// name returns the target of the ith probe or, after them, raise.
func (s *survey) name(i int) string {
	if i < len(s.probes) {
		return s.probes[i].target.ID
	}
	return s.raises[i-len(s.probes)].high.target.ID
}

// most is how many failures of a target against a rule are kept: a rule that
// fails once fails a thousand times.
const most = 3

// holds counts a check. If it fails, the caller says how with fail.
func (in *Invariant) holds(ok bool) bool {
	in.Checks++
	return ok
}

func (in *Invariant) fail(p *probe, format string, a ...any) {
	in.failed++
	if in.failed <= most {
		in.Failures = append(in.Failures, fmt.Errorf("%s: %s%s: %s", in.Rule, p.target.ID, under(p.attributes), fmt.Sprintf(format, a...)))
	}
}

func under(attributes map[string]string) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		pairs = append(pairs, key+"="+attributes[key])
	}
	if len(pairs) == 0 {
		return ""
	}
	return " with " + strings.Join(pairs, ", ")
}

// probeAll checks a target from all its starts.
func (s *survey) probeAll(p *probe, r *rules) {
	var last sla.Clock // of the start before
	judged := false
	var uncovered error
	for _, start := range p.starts {
		tl := sla.Timeline{ID: "probe", Events: p.open(start)}
		a, c, ok := s.explain(p, tl, start, r)
		if !ok {
			continue
		}
		if c.State == sla.Undetermined {
			if !errors.Is(c.Err(), worktime.ErrNotCovered) {
				r.due.fail(p, "started at %s it is undetermined: %v", stamp(start), c.Err())
			}
			uncovered = c.Err()
			continue
		}
		if !r.due.holds(c.Start.Equal(start) && !c.Due.Before(start)) {
			r.due.fail(p, "started at %s it counts from %s and is due at %s", stamp(start), stamp(c.Start), stamp(c.Due))
		}
		if judged && !r.monotone.holds(!c.Due.Before(last.Due)) {
			r.monotone.fail(p, "started at %s it is due at %s, but started at %s only at %s",
				stamp(start), stamp(c.Due), stamp(last.Start), stamp(last.Due))
		}
		explained(p, c, &r.explanation)
		shares(p, &a, c, &r.escalation)
		s.next(p, tl, start, &a, &r.next)
		if !judged || !c.Due.Equal(last.Due) { // each due time once
			s.verdicts(p, tl, c.Due, &r.verdict, &r.next)
		}
		last, judged = *c, true
	}
	if !judged && uncovered != nil {
		r.due.fail(p, "no start could be judged: %v", uncovered)
	}
}

// explain returns the probe's assessment at its start, and its clock.
func (s *survey) explain(p *probe, tl sla.Timeline, start time.Time, r *rules) (sla.Assessment, *sla.Clock, bool) {
	a, err := s.engine.Explain(tl, start)
	if err != nil {
		r.due.fail(p, "started at %s: %v", stamp(start), err)
		return a, nil, false
	}
	c := a.Clock(p.target.ID)
	if c == nil {
		r.due.fail(p, "started at %s no clock begins", stamp(start))
	}
	return a, c, c != nil
}

func explained(p *probe, c *sla.Clock, in *Invariant) {
	n := len(c.Steps())
	switch {
	case !in.holds(n > 0 && c.Steps()[0].From.Equal(c.Start) && c.Steps()[n-1].To.Equal(c.Due)) && n == 0:
		in.fail(p, "started at %s it is due at %s, and no step says why", stamp(c.Start), stamp(c.Due))
	case n > 0 && !c.Steps()[0].From.Equal(c.Start):
		in.fail(p, "started at %s, but its first step begins at %s", stamp(c.Start), stamp(c.Steps()[0].From))
	case n > 0 && !c.Steps()[n-1].To.Equal(c.Due):
		in.fail(p, "started at %s it is due at %s, but its last step leads to %s", stamp(c.Start), stamp(c.Due), stamp(c.Steps()[n-1].To))
	}
}

func shares(p *probe, a *sla.Assessment, c *sla.Clock, in *Invariant) {
	if len(p.traits.Shares) == 0 {
		return
	}
	for _, all := range [][]sla.Escalation{a.Escalations, a.Planned} {
		for i := range all {
			e := &all[i]
			if e.Target != p.target || !slices.Contains(p.traits.Shares, e.Step) {
				continue
			}
			if !in.holds(!e.At.Before(c.Start) && !e.At.After(c.Due)) {
				in.fail(p, "started at %s it is due at %s, and its escalation %d at %s", stamp(c.Start), stamp(c.Due), e.Step, stamp(e.At))
			}
		}
	}
}

// verdicts looks at the probe's clock at its due time, and on both sides of it.
func (s *survey) verdicts(p *probe, tl sla.Timeline, due time.Time, verdict, next *Invariant) {
	after := sla.Breached
	if p.target.Kind == sla.Estimate {
		after = sla.Running
	}
	s.verdict(p, tl, due, sla.Running, "at its due time", verdict, next)
	s.verdict(p, tl, due.Add(1), after, "a nanosecond after its due time", verdict, next)
	event := sla.Event{At: due}
	for _, kind := range p.traits.Meets {
		event.Kind = kind
		tl.Events = append(tl.Events, event)
	}
	s.verdict(p, tl, due, sla.Met, "met at its due time", verdict, next)
}

func (s *survey) verdict(p *probe, tl sla.Timeline, now time.Time, want sla.State, when string, verdict, next *Invariant) {
	a, err := s.engine.Assess(tl, now)
	c := a.Clock(p.target.ID)
	if err != nil || c == nil {
		verdict.fail(p, "started at %s: no clock %s, %s: %v", stamp(tl.Events[0].At), when, stamp(now), err)
		return
	}
	if !verdict.holds(c.State == want) {
		verdict.fail(p, "started at %s it is %s %s, %s, want %s", stamp(c.Start), c.State, when, stamp(now), want)
	}
	if !next.holds(a.Next.IsZero() || a.Next.After(now)) {
		next.fail(p, "started at %s: at %s, Next is %s", stamp(c.Start), stamp(now), stamp(a.Next))
	}
}

// next looks at the last moment before the assessment changes.
func (s *survey) next(p *probe, tl sla.Timeline, now time.Time, a *sla.Assessment, in *Invariant) {
	if !in.holds(a.Next.IsZero() || a.Next.After(now)) {
		in.fail(p, "at its start, %s, Next is %s", stamp(now), stamp(a.Next))
		return
	}
	if a.Next.IsZero() {
		return
	}
	until := a.Next.Add(-1)
	b, err := s.engine.Assess(tl, until)
	if !in.holds(err == nil && same(a, &b)) {
		in.fail(p, "started at %s it changes before Next, %s: at %s it is not as at its start", stamp(now), stamp(a.Next), stamp(until))
	}
}

// same reports whether two assessments say the same of all clocks and escalations.
func same(a, b *sla.Assessment) bool {
	return len(a.Escalations) == len(b.Escalations) && slices.EqualFunc(a.Clocks, b.Clocks, func(a, b sla.Clock) bool {
		return a.Target == b.Target && a.State == b.State && a.Due.Equal(b.Due)
	})
}

// raiseAll compares the due times of two priorities from all starts of either.
func (s *survey) raiseAll(pair raise, in *Invariant) {
	low, high := pair.low, pair.high
	starts := slices.Concat(low.starts, high.starts)
	slices.SortFunc(starts, time.Time.Compare)
	for i, start := range slices.CompactFunc(starts, time.Time.Equal) {
		a, ok := s.dueOf(low, start)
		b, ok2 := s.dueOf(high, start)
		if !ok || !ok2 {
			continue
		}
		if !in.holds(!b.After(a)) {
			in.fail(high, "started at %s it is due at %s, but %s%s already at %s", stamp(start), stamp(b), low.target.ID, under(low.attributes), stamp(a))
		}
		// At once, in the middle, or at the last moment, by turns.
		raised := []time.Time{start, start.Add(a.Sub(start) / 2), a}[i/3%3]
		s.raiseAt(pair, start, raised, a, in)
	}
}

// raiseAt raises the priority while the clock runs.
func (s *survey) raiseAt(pair raise, start, at, due time.Time, in *Invariant) {
	events := append(pair.low.open(start), sla.Event{Kind: "priority raised", At: at, Attributes: pair.high.attributes})
	a, err := s.engine.Assess(sla.Timeline{ID: "probe", Events: events}, at)
	c := a.Clock(pair.high.target.ID)
	if err != nil || c == nil || c.State == sla.Undetermined {
		return // its target has another start, which has not come
	}
	if !in.holds(!c.Due.After(due)) {
		in.fail(pair.high, "started at %s and raised at %s it is due at %s; before, as %s, at %s",
			stamp(start), stamp(at), stamp(c.Due), pair.low.target.ID, stamp(due))
	}
}

// dueOf returns when the probe is due; ok is false where that is not covered.
func (s *survey) dueOf(p *probe, start time.Time) (due time.Time, ok bool) {
	a, err := s.engine.Assess(sla.Timeline{ID: "probe", Events: p.open(start)}, start)
	c := a.Clock(p.target.ID)
	if err != nil || c == nil || c.State == sla.Undetermined {
		return time.Time{}, false
	}
	return c.Due, true
}
