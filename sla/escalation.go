package sla

import (
	"time"
)

// Action is what a role is to do when an escalation reaches it.
type Action string

const (
	Watch          Action = "watch"           // follow up
	TakeOver       Action = "take-over"       // become responsible
	ActivateVendor Action = "activate-vendor" // call the outside company
)

var actions = []string{string(Watch), string(TakeOver), string(ActivateVendor)}

// Escalation is a step of a target that is owed, or will be. Of one timeline it
// is told from all others by Target, Clock, Step and Repetition.
type Escalation struct {
	Target     *Target
	Clock      int       // the number of the target's clock
	Step       int       // of the target's escalations, from 1
	Repetition int       // 0 is the first time
	At         time.Time // when it falls due; zero among those planned for one that somebody may make by hand
	To         string    // a role of the policy
	Do         Action
	Reason     string // of one made by hand; else empty
}

// byTime puts what somebody may make by hand at any time last.
func byTime(a, b Escalation) int {
	if a.At.IsZero() != b.At.IsZero() {
		return b.At.Compare(a.At)
	}
	return a.At.Compare(b.At)
}

// trigger says when a step fires.
type trigger uint8

const (
	atStart trigger = iota + 1 // when the clock begins
	atShare                    // when a share of the target is used up
	before                     // the due time, by working time
	after                      // the due time, or at it
	atAge                      // at the same time some working days after the start
	byHand                     // at each event Escalated
)

// step is one escalation of a target.
type step struct {
	trigger trigger
	m       measure
	share   share
	d       time.Duration
	days    int
	match   []condition
	to      string
	do      Action
	every   time.Duration
	times   int // repetitions
}

// beginSteps lays down the marks of a clock's escalations.
func (r *run) beginSteps(n int) {
	c := &r.clocks[n]
	if c.err != 0 {
		return
	}
	steps := r.target(c).escalations
	c.steps = [2]int{len(r.marks), len(r.marks) + len(steps)}
	for i := range steps {
		s := &steps[i]
		at, err := r.stepMark(n, s)
		if err != nil {
			c.stepErr = r.fail(err)
			at = instant{}
		}
		r.marks = append(r.marks, mark{at: at, on: s.m.id, fixed: s.trigger == atAge || s.trigger == atStart})
	}
}

// stepMark returns when a step fires if nothing happens; zero for one whose
// instant follows from the due time or from an event.
func (r *run) stepMark(n int, s *step) (instant, error) {
	c := &r.clocks[n]
	switch s.trigger {
	case atStart:
		return c.start, nil
	case atShare:
		return r.shareMark(n, s)
	case before:
		return s.m.plus(c.due, -s.d)
	case atAge:
		age := rule{op: workingDays, m: s.m, days: s.days, at: moment{kind: atSameTime}}
		at, err := age.workingDays(&starting{start: c.start.time()})
		return instantOf(at), err
	}
	return instant{}, nil
}

// shareMark returns when a share of the time between start and due time, less
// the pauses, has passed.
func (r *run) shareMark(n int, s *step) (instant, error) {
	c := &r.clocks[n]
	whole, err := s.m.between(c.start, c.due)
	if err != nil {
		return instant{}, err
	}
	if whole <= 0 {
		return c.due, nil
	}
	for i := range r.waits {
		w := &r.waits[i]
		if from := w.from.max(c.start); w.clock == n && !w.late && from.before(w.to) {
			took, err := r.took(s.m, from, w.to)
			if err != nil {
				return instant{}, err
			}
			whole -= took
		}
	}
	at, err := s.m.plus(c.start, s.share.of(max(whole, 0)))
	m := mark{at: at, on: s.m.id}
	for i := range r.waits {
		if w := &r.waits[i]; err == nil && w.clock == n && !w.late && w.from.before(m.at) {
			err = r.move(&m, w.from.max(c.start), w.to)
		}
	}
	return m.at, err
}

// firing collects the escalations of a run, and the next instant of change.
type firing struct {
	run     *run
	steps   int // of all clocks: about as many as can be owed
	owed    []Escalation
	planned []Escalation
	next    instant
}

func (f *firing) clock(n int) {
	r := f.run
	c := &r.clocks[n]
	if c.err != 0 {
		return
	}
	if !c.closed && !c.waiting && !c.due.before(r.now) {
		f.change(c.due.next())
	}
	var only place
	if c.changed {
		only = r.highest(n)
	}
	for i := range r.target(c).escalations {
		f.step(n, i, only)
	}
}

// change notes an instant after now at which the assessment changes.
func (f *firing) change(at instant) {
	if f.run.now.before(at) && (f.next.zero() || at.before(f.next)) {
		f.next = at
	}
}

// place is a step's number, from 1, and its repetition; zero is none.
type place struct{ step, repetition int }

// step fires one step of a clock, as often as it has to. Of those that had passed
// when a change brought the clock, or fall due with it, only one fires.
func (f *firing) step(n, i int, only place) {
	r := f.run
	c := &r.clocks[n]
	s := &r.target(c).escalations[i]
	if s.trigger == byHand {
		f.byHand(n, i)
		return
	}
	for k := 0; k <= s.times; k++ {
		at, ok := r.fires(n, i, k)
		if !ok {
			return
		}
		if at.before(c.born) || c.changed && at == c.born {
			if c.changed && only != (place{i + 1, k}) {
				continue
			}
			at = r.awake(n, true, c.born)
		}
		f.fire(c, i, k, at)
	}
}

func (f *firing) fire(c *clock, i, k int, at instant) {
	r := f.run
	switch {
	case c.closed && !at.before(c.ended):
	case !r.now.before(at):
		f.owe(r.escalation(c, i, k, at))
	default:
		f.change(at)
		if r.trace != nil {
			f.planned = append(f.planned, r.escalation(c, i, k, at))
		}
	}
}

// wasMet reports whether the clock was met then, before it was reopened.
func (r *run) wasMet(n int, at instant) bool {
	for i := range r.waits {
		if w := &r.waits[i]; w.clock == n && w.met && w.from.before(at) && at.before(w.to) {
			return true
		}
	}
	return false
}

func (f *firing) owe(e Escalation) {
	if cap(f.owed) == 0 {
		f.owed = make([]Escalation, 0, f.steps)
	}
	f.owed = append(f.owed, e)
}

func (f *firing) byHand(n, i int) {
	r := f.run
	c := &r.clocks[n]
	s := &r.target(c).escalations[i]
	k := 0
	for j := range r.events {
		e := &r.events[j]
		if e.Kind != Escalated || e.Role != "" && e.Role != s.to || !r.hold(s.match, j) {
			continue
		}
		at := instantOf(e.At)
		if at.before(c.born) || c.closed && c.ended.before(at) || r.wasMet(n, at) {
			continue
		}
		x := r.escalation(c, i, k, at)
		x.Reason = e.Reason
		f.owe(x)
		k++
	}
	if r.trace != nil && c.open() && r.hold(s.match, len(r.events)-1) {
		f.planned = append(f.planned, r.escalation(c, i, k, instant{}))
	}
}

// fires returns when the kth repetition of a step falls due; ok is false where
// it does not, or not until the waiting ends.
func (r *run) fires(n, i, k int) (at instant, ok bool) {
	c := &r.clocks[n]
	s := &r.target(c).escalations[i]
	m := r.marks[c.steps[0]+i]
	at = m.at
	var err error
	if s.trigger == after {
		at = c.due
		if s.d > 0 {
			at, err = s.m.plus(c.due, s.d)
		}
	}
	if err == nil && k > 0 {
		at, err = s.m.plus(at, time.Duration(k)*s.every)
	}
	if err != nil {
		c.stepErr = r.fail(err)
		return instant{}, false
	}
	if at.zero() {
		return instant{}, false
	}
	return r.fitting(n, s, at, m.fixed)
}

// fitting returns the first instant from at on at which the clock runs and the
// timeline has the attributes that the step asks for.
func (r *run) fitting(n int, s *step, at instant, fixed bool) (instant, bool) {
	c := &r.clocks[n]
	for {
		begun := at.max(c.start) // what is due before the clock begins falls due with it
		awake := r.awake(n, fixed, begun)
		if c.waiting && !fixed && c.since.before(awake) {
			return instant{}, false
		}
		held, ok := r.holding(s, awake)
		if !ok || held == begun {
			return at, ok
		}
		at = held
	}
}

// awake returns the first instant from at on at which the clock runs: nothing
// fires while it waits, nor while it is met.
func (r *run) awake(n int, fixed bool, at instant) instant {
	for i := range r.waits {
		if w := &r.waits[i]; w.clock == n && at.before(w.to) && (!fixed && w.from.before(at) || w.met && !at.before(w.from)) {
			at = w.to
		}
	}
	return at
}

// holding returns the first instant from at on at which the timeline has the
// attributes that the step asks for.
func (r *run) holding(s *step, at instant) (instant, bool) {
	if len(s.match) == 0 {
		return at, true
	}
	i := len(r.events) - 1
	for i > 0 && at.before(instantOf(r.events[i].At)) {
		i--
	}
	for ; i < len(r.events); i++ {
		if r.hold(s.match, i) {
			return at.max(instantOf(r.events[i].At)), true
		}
	}
	return instant{}, false
}

// highest returns, of the steps that had passed when a change brought the clock,
// or fall due with it, the last one: it alone fires.
func (r *run) highest(n int) (last place) {
	c := &r.clocks[n]
	var latest instant
	for i := range r.target(c).escalations {
		s := &r.target(c).escalations[i]
		for k := 0; k <= s.times && s.trigger != byHand; k++ {
			at, ok := r.fires(n, i, k)
			if !ok || c.born.before(at) {
				break
			}
			if !at.before(latest) {
				latest, last = at, place{i + 1, k}
			}
		}
	}
	return last
}

func (r *run) escalation(c *clock, i, k int, at instant) Escalation {
	s := &r.target(c).escalations[i]
	return Escalation{Target: r.target(c), Clock: c.number, Step: i + 1, Repetition: k, At: at.in(r.policy.zone), To: s.to, Do: s.do}
}
