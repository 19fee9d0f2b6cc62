package sla

import (
	"slices"
	"time"
)

// Edition is a policy's number and history. Its text never changes once it is in
// force; what is promised anew is another edition.
type Edition struct {
	Number      int          // 0 where the policy states none
	Effective   time.Time    // the first instant at which it is in force; zero: it always is
	Hash        string       // "sha256:" and 64 hex digits: of what the file says, without its corrections
	Corrections []Correction // in the order in which they were recorded
}

// Correction is dated entries of an edition's calendars that became known after it
// was published, such as a closure by decree. It changes no promise. What was
// decided until then stays decided; clocks that are open fold anew.
type Correction struct {
	Recorded time.Time // from when it is known
	Why      string
	Source   []string // where it stands
}

// Edition returns which edition the policy is. Comments, spacing and the order of
// keys do not change its hash.
func (p *Policy) Edition() Edition {
	e := p.edition
	e.Corrections = slices.Clone(e.Corrections)
	return e
}

// Corrected returns the policy as if all its corrections had been known from the
// beginning. Its targets are those of p.
func (p *Policy) Corrected() *Policy {
	if len(p.revisions) == 0 {
		return p
	}
	return p.revisions[len(p.revisions)-1]
}

// recorded returns how many corrections are known at the instant.
func (p *Policy) recorded(now time.Time) int {
	n := len(p.edition.Corrections)
	for n > 0 && p.edition.Corrections[n-1].Recorded.After(now) {
		n--
	}
	return n
}

// adopt puts the policy's own targets in the place of those of the nth revision.
func (p *Policy) adopt(a *Assessment, n int) {
	if n == len(p.revisions)-1 {
		return // they are the same
	}
	for i := range a.Clocks {
		a.Clocks[i].Target = p.targets[a.Clocks[i].Target.place]
	}
	for _, list := range [][]Escalation{a.Escalations, a.Planned} {
		for i := range list {
			list[i].Target = p.targets[list[i].Target.place]
		}
	}
}

func (p *Policy) promiseRevised(at time.Time, attributes map[string]string) Assessment {
	n := p.recorded(at)
	a := p.revisions[n].Promise(at, attributes)
	p.adopt(&a, n)
	return a
}

// assessRevised is assess for a policy with corrections.
func (p *Policy) assessRevised(a *Assessment, tl Timeline, now time.Time, tr *trace) error {
	n := p.recorded(now)
	err := p.assessKnown(a, n, tl, now, tr)
	if err == nil {
		a.Next, err = p.nextRevised(n, tl, a.Next)
	}
	if err != nil {
		*a = Assessment{}
	}
	return err
}

// assessKnown is assess by what the first n corrections say.
func (p *Policy) assessKnown(a *Assessment, n int, tl Timeline, now time.Time, tr *trace) (err error) {
	if !p.carries(n, &tl) {
		if err = p.revisions[n].assess(a, tl, now, tr); err == nil {
			p.adopt(a, n)
		}
		return err
	}
	if *a, err = p.revised(n, tl, now); err != nil || tr != nil {
		return err
	}
	a.Planned = nil
	for i := range a.Clocks {
		c := &a.Clocks[i]
		c.tell(c.Err(), c.Former(), nil)
	}
	return nil
}

// carries reports whether the timeline had begun when the nth correction was
// recorded, so that something may have been decided without it.
func (p *Policy) carries(n int, tl *Timeline) bool {
	return n > 0 && tl.begunBy(p.edition.Corrections[n-1].Recorded)
}

// nextRevised returns the first instant of change once more corrections than the
// first n become known: next, or when one that makes a difference is recorded.
func (p *Policy) nextRevised(n int, tl Timeline, next time.Time) (time.Time, error) {
	for i := n; i < len(p.edition.Corrections); i++ {
		at := p.edition.Corrections[i].Recorded
		if !next.IsZero() && !at.Before(next) {
			break
		}
		without, err := p.revised(n, tl, at)
		if err != nil {
			return next, err
		}
		with, err := p.revised(i+1, tl, at)
		if err != nil {
			return next, err
		}
		if !without.same(&with) {
			return at, nil
		}
	}
	return next, nil
}

// same reports whether two assessments say the same of all clocks, of what is
// owed, and of when that changes.
func (a *Assessment) same(b *Assessment) bool {
	return a.Next.Equal(b.Next) &&
		slices.EqualFunc(a.Clocks, b.Clocks, func(x, y Clock) bool {
			return x.Target == y.Target && x.Number == y.Number && x.State == y.State && x.Due.Equal(y.Due) &&
				x.Breached.Equal(y.Breached) && x.Ended.Equal(y.Ended) &&
				x.Early == y.Early && x.Overrun == y.Overrun
		}) &&
		slices.EqualFunc(a.Escalations, b.Escalations, func(x, y Escalation) bool {
			return x.key() == y.key() && x.At.Equal(y.At)
		})
}

// revised explains the timeline at now by what the first n corrections say, each
// of which counts from when it was recorded.
func (p *Policy) revised(n int, tl Timeline, now time.Time) (Assessment, error) {
	var a Assessment
	if err := p.revisions[n].assess(&a, tl, now, &trace{zone: p.zone}); err != nil {
		return a, err
	}
	p.adopt(&a, n)
	if !p.carries(n, &tl) {
		return a, nil
	}
	c := carrying{correction: &p.edition.Corrections[n-1], now: now, anew: &a, trace: trace{zone: p.zone}}
	// Which clocks there were by then is a matter of events, not of the calendar.
	var born Assessment
	err := p.revisions[n].assess(&born, tl, c.correction.Recorded, nil)
	if err != nil {
		return a, err
	}
	p.adopt(&born, n)
	former, err := p.revised(n-1, tl, now)
	if err != nil {
		return a, err
	}
	c.former, c.born = &former, &born
	return c.assessment(tl.later(now)), nil
}

// begunBy reports whether anything was known of the timeline at the instant.
func (tl *Timeline) begunBy(at time.Time) bool {
	for i := range tl.Events {
		if e := &tl.Events[i]; !e.At.After(at) && !e.recorded().After(at) {
			return true
		}
	}
	return false
}

// carrying makes one assessment of two: by the former revision, which goes on for
// the clocks that were decided when a correction was recorded, and by the new one.
type carrying struct {
	correction *Correction
	now        time.Time
	former     *Assessment
	anew       *Assessment
	born       *Assessment // at the recorded instant
	trace      trace

	result Assessment
	kept   map[clockKey]bool // of the result's clocks: whether it is the former one
	owed   map[stepKey]bool
}

type clockKey struct {
	target *Target
	number int
}

type stepKey struct {
	clockKey
	step, repetition int
}

func (c *Clock) key() clockKey { return clockKey{c.Target, c.Number} }

func (e *Escalation) key() stepKey {
	return stepKey{clockKey{e.Target, e.Clock}, e.Step, e.Repetition}
}

func (a *Assessment) find(key clockKey) *Clock {
	for i := range a.Clocks {
		if a.Clocks[i].key() == key {
			return &a.Clocks[i]
		}
	}
	return nil
}

// decidedBy reports whether the clock had ended by the instant, or was overdue.
// At the due time itself it can still be met.
func (c *Clock) decidedBy(at time.Time) bool {
	ended := !c.Ended.IsZero() && !c.Ended.After(at)
	late := !c.Breached.IsZero() && !c.Breached.After(at) && c.Due.Before(at)
	return ended || late
}

// assessment returns the one that both make. next is when another event will be known.
func (c *carrying) assessment(next time.Time) Assessment {
	c.kept, c.owed = map[clockKey]bool{}, map[stepKey]bool{}
	c.clocks()
	c.escalations()
	c.result.Next = next
	c.next()
	return c.result
}

// clocks chooses between the former clocks and the new ones. A cut-off's branch may
// name other events that meet it, so that either may have clocks of its own.
func (c *carrying) clocks() {
	at := c.correction.Recorded
	for i := range c.former.Clocks {
		old := &c.former.Clocks[i]
		anew := c.anew.find(old.key())
		switch {
		case old.decidedBy(at):
			c.kept[old.key()] = true
			c.result.Clocks = append(c.result.Clocks, *old)
		case anew != nil:
			c.kept[old.key()] = false
			c.result.Clocks = append(c.result.Clocks, c.refolded(old, *anew))
		}
	}
	for i := range c.anew.Clocks {
		if anew := &c.anew.Clocks[i]; c.former.find(anew.key()) == nil && !c.settled(anew.Target.Metric) {
			c.kept[anew.key()] = false
			c.result.Clocks = append(c.result.Clocks, *anew)
		}
	}
}

// settled reports whether the metric was met by then, so that no clock of it follows.
func (c *carrying) settled(metric string) bool {
	for i := len(c.former.Clocks) - 1; i >= 0; i-- {
		if last := &c.former.Clocks[i]; last.Target.Metric == metric {
			return (last.State == Met || last.State == MetLate) && last.decidedBy(c.correction.Recorded)
		}
	}
	return false
}

// refolded returns the new clock with what was known of the former one.
func (c *carrying) refolded(old *Clock, anew Clock) Clock {
	at := c.correction.Recorded
	if !anew.Breached.IsZero() && anew.Breached.Before(at) {
		anew.Breached = at // nobody could know earlier
	}
	before := slices.DeleteFunc(slices.Clone(old.Former()), func(v Verdict) bool { return v.Until.After(at) })
	since := slices.DeleteFunc(slices.Clone(anew.Former()), func(v Verdict) bool { return !v.Until.After(at) })
	steps := slices.Clone(anew.Steps())
	for _, s := range old.Steps() {
		if s.Rule == "correction" {
			steps = append(steps, s)
		}
	}
	known := c.born.find(old.key()) != nil
	if known && !old.Due.IsZero() && !anew.Due.IsZero() && !old.Due.Equal(anew.Due) {
		c.trace.add("correction", old.Due, anew.Due, args{"recorded": at, "why": c.correction.Why, "source": c.correction.Source})
		steps = append(steps, c.trace.take()...)
	}
	anew.tell(anew.Err(), append(before, since...), steps)
	return anew
}

// tell sets what few clocks have.
func (c *Clock) tell(err error, former []Verdict, steps []Step) {
	c.more = nil
	if err != nil || len(former) > 0 || len(steps) > 0 {
		c.more = &more{err, former, steps}
	}
}

// escalations keeps what was owed, and adds what is owed now, never twice.
func (c *carrying) escalations() {
	at := c.correction.Recorded
	for _, e := range c.former.Escalations {
		kept, there := c.kept[clockKey{e.Target, e.Clock}]
		if there && (kept || !e.At.After(at)) {
			c.owe(e)
		}
	}
	for _, e := range c.anew.Escalations {
		key := clockKey{e.Target, e.Clock}
		kept, there := c.kept[key]
		if !there || kept || c.owed[e.key()] {
			continue
		}
		if e.At.Before(at) {
			e.At = at // nobody could know earlier
			if ended := c.result.find(key).Ended; !ended.IsZero() && !at.Before(ended) {
				continue
			}
		}
		c.owe(e)
	}
	for _, e := range c.former.Planned {
		if c.kept[clockKey{e.Target, e.Clock}] {
			c.result.Planned = append(c.result.Planned, e)
		}
	}
	for _, e := range c.anew.Planned {
		if kept, there := c.kept[clockKey{e.Target, e.Clock}]; there && !kept && !c.owed[e.key()] {
			c.result.Planned = append(c.result.Planned, e)
		}
	}
	slices.SortStableFunc(c.result.Escalations, byTime)
	slices.SortStableFunc(c.result.Planned, byTime)
}

func (c *carrying) owe(e Escalation) {
	c.owed[e.key()] = true
	c.result.Escalations = append(c.result.Escalations, e)
}

// next finds the first instant of change after now.
func (c *carrying) next() {
	change := func(at time.Time) {
		if at.After(c.now) && (c.result.Next.IsZero() || at.Before(c.result.Next)) {
			c.result.Next = at
		}
	}
	for i := range c.result.Clocks {
		if k := &c.result.Clocks[i]; k.Open() && k.State != Waiting && !k.Due.Before(c.now) {
			change(k.Due.Add(1))
		}
	}
	for i := range c.result.Planned {
		change(c.result.Planned[i].At)
	}
}
