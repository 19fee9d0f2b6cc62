package sla

import (
	"slices"
	"time"
)

// State is how a clock stands.
type State string

const (
	Running      State = "running"
	Waiting      State = "paused"       // the due time is the one it would have if resumed now
	Met          State = "met"          // at the due instant at the latest
	Breached     State = "breached"     // not met, and past due
	MetLate      State = "met late"     // met after the due instant
	Stopped      State = "cancelled"    // called off, or replaced by another clock
	Undetermined State = "undetermined" // Clock.Err says why, such as a due time beyond a calendar's cover
)

// Clock is the run of a target on a timeline. Its times are in the policy's zone.
type Clock struct {
	Target   *Target
	Number   int // of the target's clocks on this timeline, from 1
	State    State
	Start    time.Time // the instant from which the due time is counted
	Due      time.Time // zero while undetermined
	Breached time.Time // from when it was overdue; else zero
	Ended    time.Time // when it was met, late or not, or called off; zero while it is open
	Early    bool      // it was met before the minimum of its window
	Overrun  bool      // an estimate that was not met by its due time

	more *more // nil for most
}

// more is what few clocks have.
type more struct {
	err    error
	former []Verdict
	steps  []Step
}

// Err says why the clock is undetermined, or a step of its escalation is; nil if
// nothing is.
func (c *Clock) Err() error {
	if c.more == nil {
		return nil
	}
	return c.more.err
}

// Former returns what was concluded before corrections changed it, oldest first.
func (c *Clock) Former() []Verdict {
	if c.more == nil {
		return nil
	}
	return c.more.former
}

// Steps returns why the clock is due when it is, if it comes from
// [Policy.Explain] or [Policy.Promise]; else nothing.
func (c *Clock) Steps() []Step {
	if c.more == nil {
		return nil
	}
	return c.more.steps
}

// Open reports whether the clock still waits to be met.
func (c *Clock) Open() bool { return c.Ended.IsZero() && c.State != Undetermined }

// Verdict is what was known of a clock until a correction was recorded.
type Verdict struct {
	State State
	Due   time.Time
	Until time.Time // when the correction was recorded
}

// Assessment is what a policy says of a timeline at an instant.
type Assessment struct {
	Clocks      []Clock      // in the order in which they began
	Escalations []Escalation // those that are owed by now, in the order in which they fell due
	Planned     []Escalation // those that follow if nothing happens; only from [Policy.Explain] and [Policy.Promise]

	// Next is the first instant at which the assessment changes if nothing
	// happens; zero if it does not. A clock is breached a nanosecond after its
	// due time, since at the due time it can still be met.
	Next time.Time
}

// Clock returns the last clock of the target with that id, or nil.
func (a *Assessment) Clock(target string) *Clock {
	for i := len(a.Clocks) - 1; i >= 0; i-- {
		if a.Clocks[i].Target.ID == target {
			return &a.Clocks[i]
		}
	}
	return nil
}

// Assess says how the timeline's clocks stand at now, and which escalations are
// owed. Events after now, and those recorded after it, are ignored. The error is
// a [*TimelineError] for a timeline that cannot be.
func (p *Policy) Assess(tl Timeline, now time.Time) (Assessment, error) {
	var a Assessment
	err := p.assess(&a, tl, now, nil)
	return a, err
}

// AssessInto is Assess for loops over many timelines: it puts the assessment
// into the memory of an old one, so that nothing is allocated once that is large
// enough. What a held is overwritten, also in slices that were taken from it.
func (p *Policy) AssessInto(a *Assessment, tl Timeline, now time.Time) error {
	return p.assess(a, tl, now, nil)
}

// Explain is Assess with the steps that led to each due time, and the
// escalations to come.
func (p *Policy) Explain(tl Timeline, now time.Time) (Assessment, error) {
	var a Assessment
	err := p.assess(&a, tl, now, &trace{zone: p.zone})
	return a, err
}

// Promise returns what a timeline that opens at that instant with these
// attributes is promised: a clock for each metric that covers it, each counted
// from that instant, explained. One that waits for an appointment is undetermined.
// Of a policy's corrections, those count that are known at that instant.
func (p *Policy) Promise(at time.Time, attributes map[string]string) Assessment {
	if len(p.revisions) > 0 {
		return p.promiseRevised(at, attributes)
	}
	event := [1]Event{{At: at, Attributes: attributes}}
	r := newRun(p, event[:], at, &trace{zone: p.zone})
	defer r.free()
	r.learn(&event[0])
	for i := range r.cells {
		if r.cells[i].target = r.matching(i); r.cells[i].target >= 0 {
			r.open(i, opening{start: r.now, at: r.now, event: -1, old: -1})
		}
	}
	var a Assessment
	r.result(&a, time.Time{})
	return a
}

func (p *Policy) assess(a *Assessment, tl Timeline, now time.Time, tr *trace) error {
	if len(p.revisions) > 0 {
		return p.assessRevised(a, tl, now, tr)
	}
	known, err := tl.visible(now)
	if err != nil {
		*a = Assessment{}
		return err
	}
	p.fold(a, known, now, tr)
	if known.corrected {
		return p.addFormer(a, tl, now)
	}
	return nil
}

// fold assesses what was known at now, without what was concluded earlier.
func (p *Policy) fold(a *Assessment, known known, now time.Time, tr *trace) {
	r := newRun(p, known.events, now, tr)
	defer r.free()
	for i := range known.events {
		r.event(i)
	}
	r.advance(r.now)
	r.result(a, known.next)
}

// addFormer looks up what was concluded before each correction.
func (p *Policy) addFormer(a *Assessment, tl Timeline, now time.Time) error {
	for i := range tl.Events {
		e := &tl.Events[i]
		if !e.Correction || e.Recorded.After(now) {
			continue
		}
		before := tl.before(i)
		known, err := before.visible(e.Recorded)
		if err != nil {
			return err
		}
		var old Assessment
		p.fold(&old, known, e.Recorded, nil)
		for j := range old.Clocks {
			if old.Clocks[j].decided() {
				a.remember(&old.Clocks[j], e.Recorded.In(p.zone))
			}
		}
	}
	return nil
}

// remember notes what a clock was taken for until then, if it is not any more.
func (a *Assessment) remember(old *Clock, until time.Time) {
	i := slices.IndexFunc(a.Clocks, func(c Clock) bool { return c.Target == old.Target && c.Number == old.Number })
	if i < 0 {
		// As it turned out, it never ran.
		i = len(a.Clocks)
		a.Clocks = append(a.Clocks, Clock{Target: old.Target, Number: old.Number, State: Stopped, Start: old.Start, Due: old.Due, Ended: until})
	}
	c := &a.Clocks[i]
	if c.State == old.State {
		return
	}
	if c.more == nil {
		c.more = new(more)
	}
	v := Verdict{old.State, old.Due, until}
	if n := len(c.more.former); n > 0 && c.more.former[n-1].State == v.State && c.more.former[n-1].Due.Equal(v.Due) {
		c.more.former[n-1].Until = until
		return
	}
	c.more.former = append(c.more.former, v)
}

func (c *Clock) decided() bool {
	return c.State == Met || c.State == MetLate || c.State == Breached
}
