package sla

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

var errNoAppointment = errors.New("no appointment has been agreed")

// clock is a Clock in the making.
type clock struct {
	target   int // its place in the policy
	self     int // its place among the clocks
	number   int
	event    int // with which it was born
	start    instant
	live     instant // since when it can be breached: its birth, or the end of its last pause
	born     instant
	due      instant // while it waits, as it was before the waiting
	since    instant // when the waiting began
	breached instant
	ended    instant
	groups   [2]int
	steps    [2]int // its marks of escalation: one for each step of its target, at zero where it has none
	branch   int    // of the target's cut-offs, from 1, if that says what meets it; else 0
	active   uint64 // the reasons for which it waits, by their place in the target's list
	err      int    // why it is undetermined, by its place in errs, from 1; else 0
	stepErr  int    // why a step of escalation is
	estimate bool   // it cannot be breached
	changed  bool   // born of a change, not of its start event
	waiting  bool
	closed   bool // ended
	met      bool // by its end
	late     bool // breached
	early    bool
}

// group is a due time: a rule with its marks. A clock is due at the earliest of
// its groups; the others are those of clocks that a raised priority replaced.
type group struct {
	target int // whose rule it is
	terms  bool
	start  instant
	marks  [2]int
}

// wait is a pause that counted on a clock.
type wait struct {
	clock    int
	from, to instant
	met      bool // it was met then, and reopened
	late     bool // and was due by then, so that it does not count
}

func (c *clock) open() bool { return !c.closed && c.err == 0 }

func (c *clock) advance(to instant) {
	if c.due.before(to) && !c.closed && !c.waiting && !c.late {
		c.breach(c.due.max(c.live))
	}
}

func (c *clock) breach(at instant) {
	if c.err == 0 && !c.estimate {
		c.breached, c.late = at, true
	}
}

// opening says how a clock begins.
type opening struct {
	start   instant // from which the due time is counted
	at      instant // now, which is later for a clock born of a change
	event   int     // that does it; -1 in a promise
	old     int     // the clock that it replaces, or -1
	changed bool    // by a change
}

// open begins the clock of a metric.
func (r *run) open(n int, o opening) {
	place, last := r.cells[n].target, len(r.clocks)
	t := r.policy.targets[place]
	number := 1
	for i := range r.clocks {
		if r.clocks[i].target == place {
			number++
		}
	}
	r.cells[n].clock = last
	r.clocks = append(r.clocks, clock{
		target: place, self: last, number: number, event: o.event,
		start: o.start, born: o.at, live: o.at,
		changed: o.changed, estimate: t.Kind == Estimate,
	})
	c := &r.clocks[last]
	if r.trace != nil {
		r.add("start", o.start, args{"event": r.kind(t, o)})
	}
	s := starting{policy: r.policy, start: o.start.time(), trace: r.trace}
	if t.contract {
		s.terms = r.terms(t.Metric, o.start)
	}
	if t.due.op == appointment {
		s.agreed = r.agreed(o.event)
	}
	if t.due.op == appointment && s.agreed.IsZero() {
		c.err = r.fail(errNoAppointment)
		if r.trace != nil {
			r.add("await", o.start, nil)
		}
	} else {
		r.group(c, t, &s)
	}
	c.branch = s.branch
	if r.trace != nil {
		if err := r.err(c.err); err != nil && err != errNoAppointment {
			r.add("undetermined", o.start, args{"error": err.Error()})
		}
		r.traced = append(r.traced, r.trace.take())
	}
	raised := o.old >= 0 && r.policy.raised(r.value(Priority, r.cells[n].seen), r.value(Priority, o.event))
	if !raised {
		r.beginSteps(last)
	}
	r.inherit(last, o, raised)
	if raised {
		r.beginSteps(last) // shares are those of the time that is left by the earlier due time
	}
}

// kind returns the kind of event from which the clock counts.
func (r *run) kind(t *Target, o opening) string {
	if o.event < 0 {
		return strings.Join(t.Start, " or ")
	}
	i := o.event
	for i > 0 && o.start.before(instantOf(r.events[i].At)) {
		i--
	}
	return r.events[i].Kind
}

// add traces a step that takes no time.
func (r *run) add(rule string, at instant, a args) { r.trace.add(rule, at.time(), at.time(), a) }

// step adds a step to a clock that has begun.
func (r *run) step(c *clock, rule string, from, to instant, a args) {
	r.trace.add(rule, from.time(), to.time(), a)
	r.traced[c.self] = append(r.traced[c.self], r.trace.take()...)
}

// group gives the clock the due time of its own rule.
func (r *run) group(c *clock, t *Target, s *starting) {
	first := len(r.marks)
	var err error
	if r.marks, err = t.due.begin(s, r.marks); err != nil {
		c.err = r.fail(err)
	}
	g := group{target: c.target, terms: s.terms != nil, start: c.start, marks: [2]int{first, len(r.marks)}}
	c.groups = [2]int{len(r.groups), len(r.groups) + 1}
	r.groups = append(r.groups, g)
	r.redue(c)
}

// fail keeps an error, and returns by what number err returns it.
func (r *run) fail(err error) int {
	r.errs = append(r.errs, err)
	return len(r.errs)
}

func (r *run) err(n int) error {
	if n == 0 {
		return nil
	}
	return r.errs[n-1]
}

// terms returns what the contract in force at the instant promises, or nil.
func (r *run) terms(metric string, at instant) *Terms {
	for i := len(r.events) - 1; i >= 0; i-- {
		e := &r.events[i]
		if at.before(instantOf(e.At)) {
			continue
		}
		for j := range e.Contract {
			if e.Contract[j].Metric == metric {
				return &e.Contract[j]
			}
		}
	}
	return nil
}

func (r *run) agreed(i int) time.Time {
	for ; i >= 0; i-- {
		if r.events[i].Kind == Appointed {
			return r.events[i].Appointment
		}
	}
	return time.Time{}
}

// inherit gives a clock born of a change the pauses of the one that it replaces
// and, where the priority was raised, its due time if that is earlier.
func (r *run) inherit(n int, from opening, raised bool) {
	if from.old < 0 {
		return
	}
	c, old := &r.clocks[n], &r.clocks[from.old]
	if c.err != 0 || old.err != 0 {
		return
	}
	for i, count := 0, len(r.waits); i < count; i++ {
		// One that began when the new clock was due by then does not count on it.
		if w := r.waits[i]; w.clock == from.old && !w.late && w.from.before(c.due) {
			r.shift(n, w.from, w.to, w.met)
		}
	}
	counts := old.waiting && old.since.before(c.due)
	if raised {
		r.inheritDue(c, old)
	}
	if counts {
		r.inheritPause(n, old, from.at)
	}
}

// inheritPause lets the clock wait on, or ends the pause if it is for none of its reasons.
func (r *run) inheritPause(n int, old *clock, at instant) {
	c := &r.clocks[n]
	reasons := r.target(c).Pauses
	for i, reason := range r.target(old).Pauses {
		if j := slices.Index(reasons, reason); j >= 0 && old.active&(1<<i) != 0 {
			c.active |= 1 << j
		}
	}
	c.waiting, c.since = c.active != 0, old.since
	if !c.waiting {
		r.shift(n, old.since, at, false)
	}
}

// inheritDue makes the clock due at the old one's due time, if that is earlier.
func (r *run) inheritDue(c, old *clock) {
	before := c.due
	for i := old.groups[0]; i < old.groups[1]; i++ {
		g := r.groups[i]
		first := len(r.marks)
		r.marks = append(r.marks, r.marks[g.marks[0]:g.marks[1]]...)
		g.marks = [2]int{first, len(r.marks)}
		r.groups = append(r.groups, g)
	}
	c.groups[1] = len(r.groups)
	r.redue(c)
	if r.trace != nil {
		r.step(c, "raised", before, c.due, args{"old": old.due.in(r.trace.zone)})
	}
}

// redue sets the clock's due time after its marks have changed.
func (r *run) redue(c *clock) {
	if c.err != 0 {
		return
	}
	for i := c.groups[0]; i < c.groups[1]; i++ {
		g := &r.groups[i]
		at := r.marks[g.marks[0]].at
		if g.marks[1] > g.marks[0]+1 {
			at, _ = r.policy.targets[g.target].due.value(g.terms, r.marks[g.marks[0]:g.marks[1]])
		}
		if i == c.groups[0] || at.before(c.due) {
			c.due = at
		}
	}
}

// shift moves what is due on a clock by the working time of a pause.
func (r *run) shift(n int, from, to instant, met bool) {
	c := &r.clocks[n]
	if !from.before(to) {
		return
	}
	before := c.due
	r.waits = append(r.waits, wait{clock: n, from: from, to: to, met: met})
	for i := c.groups[0]; i < c.groups[1] && c.err == 0; i++ {
		g := &r.groups[i]
		if err := r.moveAll(r.marks[g.marks[0]:g.marks[1]], from.max(g.start), to); err != nil {
			c.err = r.fail(err)
		}
	}
	for i := c.steps[0]; i < c.steps[1] && c.err == 0; i++ {
		if m := &r.marks[i]; from.before(m.at) || met && m.at == from {
			if err := r.move(m, from.max(c.start), to); err != nil {
				m.at, c.stepErr = instant{}, r.fail(err)
			}
		}
	}
	r.redue(c)
	if r.trace != nil && c.err == 0 {
		r.step(c, "pause", before, c.due, args{"from": from.in(r.trace.zone), "to": to.in(r.trace.zone), "reopened": met})
	}
}

func (r *run) moveAll(marks []mark, from, to instant) error {
	for i := range marks {
		if err := r.move(&marks[i], from, to); err != nil {
			return err
		}
	}
	return nil
}

// move moves a mark by the time from from to to, on its own measure.
func (r *run) move(m *mark, from, to instant) error {
	if m.fixed || m.at.zero() || !from.before(to) {
		return nil
	}
	on := r.policy.measures[m.on]
	took, err := r.took(on, from, to)
	if err == nil {
		m.at, err = on.plus(m.at, took)
	}
	return err
}

// taken is a length of time that was measured.
type taken struct {
	on       int // the measure's id
	from, to instant
	d        time.Duration
}

// took measures a time, and remembers the last: a pause moves several marks.
func (r *run) took(m measure, from, to instant) (time.Duration, error) {
	if l := &r.last; l.to == to && l.from == from && l.on == m.id {
		return l.d, nil
	}
	d, err := m.between(from, to)
	if err == nil {
		r.last = taken{m.id, from, to, d}
	}
	return d, err
}

func (r *run) pause(c *clock, reason string, at instant) {
	i := slices.Index(r.target(c).Pauses, reason)
	if i < 0 || c.late || !c.waiting && !at.before(c.due) {
		return
	}
	if !c.waiting {
		c.waiting, c.since = true, at
	}
	c.active |= 1 << i
}

func (r *run) resume(n int, reason string, at instant) {
	c := &r.clocks[n]
	if reason == "" {
		c.active = 0
	} else if i := slices.Index(r.target(c).Pauses, reason); i >= 0 {
		c.active &^= 1 << i
	}
	if c.active == 0 {
		r.unpause(n, at)
	}
}

// unpause ends the waiting, if any.
func (r *run) unpause(n int, at instant) {
	c := &r.clocks[n]
	if c.waiting {
		c.waiting, c.active, c.live = false, 0, at
		r.shift(n, c.since, at, false)
	}
}

func (r *run) meet(n int, at instant) {
	r.unpause(n, at)
	c := &r.clocks[n]
	c.ended, c.met, c.closed = at, true, true
	if !c.late && c.due.before(at) {
		c.breach(at) // its waiting ended past the due time
	}
	c.early = c.err == 0 && r.early(&r.groups[c.groups[0]], at)
}

// early reports whether the instant lies before the minimum of the group's window, if it has one.
func (r *run) early(g *group, at instant) bool {
	rule := &r.policy.targets[g.target].due
	for rule.op == contract && !g.terms {
		rule = &rule.subs[0]
	}
	if rule.op != window {
		return false
	}
	least, _ := rule.subs[0].value(g.terms, r.marks[g.marks[0]:g.marks[1]])
	return at.before(least)
}

// stop calls a clock off; what was breached stays breached.
func (r *run) stop(n int, at instant) {
	if r.clocks[n].open() {
		r.unpause(n, at)
		c := &r.clocks[n]
		c.ended, c.closed = at, true
	}
}

// reopen lets a clock that was met run on, as after a pause; one that was met
// late stays breached.
func (r *run) reopen(n, i int, at instant) {
	cell := &r.cells[n]
	c := &r.clocks[cell.clock]
	met := c.ended
	c.ended, c.live = instant{}, at
	c.met, c.closed, c.early = false, false, false
	cell.done = false
	if c.late || c.due.before(met) {
		r.waits = append(r.waits, wait{clock: cell.clock, from: met, to: at, met: true, late: true})
	} else {
		r.shift(cell.clock, met, at, true)
	}
	if cell.target != c.target {
		r.change(n, i, at)
	}
	cell.seen = i
}

// result turns the run into its assessment. next is when an event after now will
// be known, or zero.
func (r *run) result(a *Assessment, next time.Time) {
	f := firing{run: r, next: instantOf(next), owed: a.Escalations[:0]}
	for i := range r.clocks {
		f.steps += len(r.target(&r.clocks[i]).escalations)
	}
	for i := range r.clocks {
		f.clock(i)
	}
	a.Escalations, a.Planned, a.Next = f.owed, f.planned, f.next.in(r.policy.zone)
	slices.SortStableFunc(a.Escalations, byTime)
	slices.SortStableFunc(a.Planned, byTime)
	a.Clocks = slices.Grow(a.Clocks[:0], len(r.clocks))[:len(r.clocks)]
	for i := range r.clocks {
		if c := &r.clocks[i]; c.waiting {
			r.shift(i, c.since, r.now, false)
		}
		r.fill(&a.Clocks[i], &r.clocks[i])
	}
}

func (r *run) fill(to *Clock, c *clock) {
	zone := r.policy.zone
	to.Target, to.Number, to.State, to.Early, to.Overrun = r.target(c), c.number, c.state(), c.early, false
	to.Start, to.Due, to.Breached, to.Ended = c.start.in(zone), time.Time{}, c.breached.in(zone), c.ended.in(zone)
	to.more = r.more(c)
	if c.err != 0 {
		return
	}
	to.Due = c.due.in(zone)
	end := r.now
	if c.closed {
		end = c.ended
	}
	to.Overrun = c.estimate && !c.waiting && c.due.before(end)
}

func (r *run) more(c *clock) *more {
	if c.err == 0 && c.stepErr == 0 && r.trace == nil {
		return nil
	}
	more := &more{err: r.err(cmp.Or(c.err, c.stepErr))}
	if r.trace != nil {
		more.steps = r.traced[c.self]
	}
	return more
}

func (c *clock) state() State {
	switch {
	case c.err != 0:
		return Undetermined
	case c.met && c.late:
		return MetLate
	case c.met:
		return Met
	case c.late:
		return Breached
	case c.closed:
		return Stopped
	case c.waiting:
		return Waiting
	}
	return Running
}
