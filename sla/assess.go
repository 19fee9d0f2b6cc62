package sla

import (
	"errors"
	"slices"
	"strings"
	"sync"
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
	Met      time.Time // when it was met, late or not; else zero
	Breached time.Time // from when it was overdue; else zero
	Ended    time.Time // when it was met or called off; zero while it is open
	Early    bool      // it was met before the minimum of its window
	Overrun  bool      // an estimate that was not met by its due time
	Err      error     // why it is undetermined, or a step of escalation is
	Former   []Verdict // what was concluded before corrections changed it, oldest first
	Steps    []Step    // why; only from [Policy.Explain] and [Policy.Promise]
}

// Verdict is what was known of a clock until a correction was recorded.
type Verdict struct {
	State State
	Due   time.Time
	Until time.Time // when the correction was recorded
}

// Open reports whether the clock still waits to be met.
func (c *Clock) Open() bool { return c.Ended.IsZero() && c.State != Undetermined }

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
func (p *Policy) Promise(at time.Time, attributes map[string]string) Assessment {
	event := [1]Event{{At: at, Attributes: attributes}}
	r := newRun(p, event[:], at, &trace{zone: p.zone})
	defer r.free()
	r.match(0)
	for i := range r.cells {
		if r.cells[i].target != nil {
			r.open(i, opening{start: at, at: at, event: -1, old: -1})
		}
	}
	var a Assessment
	r.result(&a, time.Time{})
	return a
}

func (p *Policy) assess(a *Assessment, tl Timeline, now time.Time, tr *trace) error {
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
	r.advance(now)
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
	v := Verdict{old.State, old.Due, until}
	if n := len(c.Former); n > 0 && c.Former[n-1].State == v.State && c.Former[n-1].Due.Equal(v.Due) {
		c.Former[n-1].Until = until
		return
	}
	c.Former = append(c.Former, v)
}

func (c *Clock) decided() bool {
	return c.State == Met || c.State == MetLate || c.State == Breached
}

var errNoAppointment = errors.New("no appointment has been agreed")

// run folds events into clocks. Runs are used again, so that an assessment costs
// no more memory than its result.
type run struct {
	policy *Policy
	events []Event
	now    time.Time
	trace  *trace

	cells  []cell
	clocks []clock
	groups []group
	marks  []mark
	waits  []wait
}

var runs = sync.Pool{New: func() any { return new(run) }}

// newRun returns a run to be given back with free.
func newRun(p *Policy, events []Event, now time.Time, tr *trace) *run {
	r := runs.Get().(*run)
	r.policy, r.events, r.now, r.trace = p, events, now, tr
	for range p.metrics {
		r.cells = append(r.cells, cell{clock: -1})
	}
	return r
}

func (r *run) free() {
	r.policy, r.events, r.trace = nil, nil, nil
	r.cells, r.clocks, r.groups, r.marks, r.waits = r.cells[:0], r.clocks[:0], r.groups[:0], r.marks[:0], r.waits[:0]
	runs.Put(r)
}

// cell is a metric on the timeline.
type cell struct {
	target *Target // that matches now, or nil
	clock  int     // the last clock, or -1
	done   bool    // it was met or called off: no change starts it again
	seen   int     // the last event whose attributes the clock knew while it was open
}

// clock is a Clock in the making.
type clock struct {
	target   *Target
	number   int
	start    time.Time
	live     time.Time // since when it can be breached: its birth, or the end of its last pause
	born     time.Time
	due      time.Time // while it waits, as it was before the waiting
	event    int       // with which it was born
	changed  bool      // born of a change, not of its start event
	groups   [2]int
	steps    [2]int   // its marks of escalation: one for each step of its target, at zero where it has none
	meets    []string // the kinds of event that meet it
	active   uint64   // the reasons for which it waits, by their place in the target's list
	waiting  bool
	since    time.Time // when the waiting began
	met      time.Time
	breached time.Time
	ended    time.Time
	closed   bool // ended
	isMet    bool
	late     bool // breached
	stopped  bool
	early    bool
	err      error // why it is undetermined
	stepErr  error // why a step of escalation is
	traced   []Step
}

// group is a due time: a rule with its marks. A clock is due at the earliest of
// its groups; the others are those of clocks that a raised priority replaced.
type group struct {
	rule  *rule
	terms bool
	start time.Time
	marks [2]int
}

// wait is a pause that counted on a clock.
type wait struct {
	clock    int
	from, to time.Time
	met      bool // it was met then, and reopened
	late     bool // and was due by then, so that it does not count
}

func (c *clock) open() bool { return !c.closed && c.err == nil }

// event lets the timeline's ith event happen.
func (r *run) event(i int) {
	e := &r.events[i]
	if i == 0 || len(e.Attributes) > 0 {
		r.advance(e.At)
		r.rematch(i)
	}
	for _, n := range r.policy.reacting[e.Kind] {
		cell := &r.cells[n]
		if cell.clock >= 0 {
			r.act(n, i, e)
		}
		if cell.clock < 0 && !cell.done && cell.target != nil {
			r.begin(n, i, e)
		}
	}
}

// advance breaches what is overdue at the instant.
func (r *run) advance(to time.Time) {
	for i := range r.clocks {
		r.clocks[i].advance(to)
	}
}

func (c *clock) advance(to time.Time) {
	if !c.closed && !c.waiting && !c.late && c.due.Before(to) {
		c.breach(later(c.due, c.live))
	}
}

func (c *clock) breach(at time.Time) {
	if c.err == nil && c.target.Kind != Estimate {
		c.breached, c.late = at, true
	}
}

// value returns what the attribute is at the ith event.
func (r *run) value(key string, i int) string {
	for ; i >= 0; i-- {
		if attributes := r.events[i].Attributes; len(attributes) > 0 {
			if v, ok := attributes[key]; ok {
				return v
			}
		}
	}
	return ""
}

func (r *run) matching(targets []*Target, i int) *Target {
	for _, t := range targets {
		if r.hold(t.match, i) {
			return t
		}
	}
	return nil
}

// hold reports whether all conditions hold at the ith event.
func (r *run) hold(conditions []condition, i int) bool {
	for j := range conditions {
		if !slices.Contains(conditions[j].values, r.value(conditions[j].key, i)) {
			return false
		}
	}
	return true
}

func (r *run) match(i int) {
	for n := range r.cells {
		r.cells[n].target = r.matching(r.policy.metrics[n].targets, i)
	}
}

// rematch finds the targets that match from the ith event on. Where that is
// another one, a new clock takes over.
func (r *run) rematch(i int) {
	for n := range r.cells {
		c := &r.cells[n]
		old := c.target
		c.target = r.matching(r.policy.metrics[n].targets, i)
		if i > 0 && c.target != old && !c.done {
			r.change(n, i)
		}
		if !c.done {
			c.seen = i
		}
	}
}

func (r *run) change(n, i int) {
	cell, at := &r.cells[n], r.events[i].At
	old := cell.clock
	cell.clock = -1
	begun := -1
	if cell.target != nil {
		begun = r.begun(cell.target, i-1)
	}
	if begun >= 0 {
		start := r.events[begun].At
		if cell.target.fromChange {
			start = at
		}
		r.open(n, opening{start: start, at: at, event: i, old: old, changed: true})
	}
	if old >= 0 {
		r.stop(old, at)
	}
}

// begun returns the event up to the ith at which the target's clock started, or -1.
func (r *run) begun(t *Target, i int) int {
	if len(t.Approvals) > 0 {
		return r.approved(t, i)
	}
	for j := 0; j <= i; j++ {
		if slices.Contains(t.Start, r.events[j].Kind) {
			return j
		}
	}
	return -1
}

// approved returns the event with which all approvals of the target are there,
// up to the ith, or -1.
func (r *run) approved(t *Target, i int) int {
	last := -1
	for _, role := range t.Approvals {
		at := i
		for at >= 0 && (r.events[at].Role != role || r.events[at].Kind != Approved && r.events[at].Kind != Revoked) {
			at--
		}
		if at < 0 || r.events[at].Kind == Revoked {
			return -1
		}
		// An approval that is given twice counts from the first time.
		for j := at - 1; j >= 0; j-- {
			if r.events[j].Role != role {
				continue
			}
			if r.events[j].Kind == Revoked {
				break
			}
			if r.events[j].Kind == Approved {
				at = j
			}
		}
		last = max(last, at)
	}
	return last
}

// begin starts a metric's clock, if the event does.
func (r *run) begin(n, i int, e *Event) {
	t := r.cells[n].target
	if slices.Contains(t.Start, e.Kind) && (len(t.Approvals) == 0 || r.approved(t, i) >= 0) {
		r.open(n, opening{start: e.At, at: e.At, event: i, old: -1})
	}
}

// act lets the event act on a metric's clock.
func (r *run) act(n, i int, e *Event) {
	cell := &r.cells[n]
	c := &r.clocks[cell.clock]
	if c.event < i { // what an event brings and takes away at once is not late
		c.advance(e.At)
	}
	switch {
	case c.closed:
		if c.isMet && slices.Contains(c.target.reopens, e.Kind) {
			r.reopen(n, i)
		}
	case c.err != nil:
	case e.Kind == Paused:
		r.pause(c, e)
	case e.Kind == Resumed:
		r.resume(cell.clock, e)
	case slices.Contains(c.meets, e.Kind):
		r.meet(cell.clock, e.At)
		cell.done = true
	case slices.Contains(c.target.cancels, e.Kind):
		r.stop(cell.clock, e.At)
		cell.done = true
	default:
		r.interrupt(cell, c, e)
	}
}

// interrupt takes an approval back, or agrees on another appointment.
func (r *run) interrupt(cell *cell, c *clock, e *Event) {
	switch e.Kind {
	case Revoked:
		if slices.Contains(c.target.Approvals, e.Role) {
			r.stop(cell.clock, e.At)
			cell.clock = -1
		}
	case Appointed:
		if c.target.due.op == appointment && !c.late {
			r.marks[r.groups[c.groups[0]].marks[0]].at = e.Appointment
			c.due = e.Appointment
			if r.trace != nil {
				r.step(c, "appointment", c.start, e.Appointment, nil)
			}
		}
	}
}

// opening says how a clock begins.
type opening struct {
	start   time.Time // from which the due time is counted
	at      time.Time // now, which is later for a clock born of a change
	event   int       // that does it; -1 in a promise
	old     int       // the clock that it replaces, or -1
	changed bool      // by a change
}

// open begins the clock of a metric.
func (r *run) open(n int, o opening) {
	t, last := r.cells[n].target, len(r.clocks)
	number := 1
	for i := range r.clocks {
		if r.clocks[i].target == t {
			number++
		}
	}
	r.cells[n].clock = last
	r.clocks = append(r.clocks, clock{})
	c := &r.clocks[last]
	c.target, c.number, c.event, c.meets = t, number, o.event, t.Meets
	c.start, c.born, c.live, c.changed = o.start, o.at, o.at, o.changed
	if r.trace != nil {
		r.trace.add("start", o.start, o.start, args{"event": r.kind(t, o)})
	}
	s := starting{policy: r.policy, start: o.start, trace: r.trace}
	if t.contract {
		s.terms = r.terms(t.Metric, o.start)
	}
	if t.due.op == appointment {
		s.agreed = r.agreed(o.event)
	}
	if t.due.op == appointment && s.agreed.IsZero() {
		c.err = errNoAppointment
		if r.trace != nil {
			r.trace.add("await", o.start, o.start, nil)
		}
	} else {
		r.group(c, &s)
	}
	if s.meets != nil {
		c.meets = s.meets
	}
	if r.trace != nil && c.err != nil && c.err != errNoAppointment {
		r.trace.add("undetermined", o.start, o.start, args{"error": c.err.Error()})
	}
	if r.trace != nil {
		c.traced = r.trace.take()
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
	for i > 0 && r.events[i].At.After(o.start) {
		i--
	}
	return r.events[i].Kind
}

// step adds a step to a clock that has begun.
func (r *run) step(c *clock, rule string, from, to time.Time, a args) {
	r.trace.add(rule, from, to, a)
	c.traced = append(c.traced, r.trace.take()...)
}

// group gives the clock the due time of its own rule.
func (r *run) group(c *clock, s *starting) {
	first := len(r.marks)
	r.marks, c.err = c.target.due.begin(s, r.marks)
	g := group{rule: &c.target.due, terms: s.terms != nil, start: c.start, marks: [2]int{first, len(r.marks)}}
	c.groups = [2]int{len(r.groups), len(r.groups) + 1}
	r.groups = append(r.groups, g)
	r.redue(c)
}

// terms returns what the contract in force at the instant promises, or nil.
func (r *run) terms(metric string, at time.Time) *Terms {
	for i := len(r.events) - 1; i >= 0; i-- {
		e := &r.events[i]
		if e.At.After(at) {
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
	if c.err != nil || old.err != nil {
		return
	}
	for i, count := 0, len(r.waits); i < count; i++ {
		// One that began when the new clock was due by then does not count on it.
		if w := r.waits[i]; w.clock == from.old && !w.late && w.from.Before(c.due) {
			r.shift(n, w.from, w.to, w.met)
		}
	}
	counts := old.waiting && old.since.Before(c.due)
	if raised {
		r.inheritDue(c, old)
	}
	if counts {
		r.inheritPause(n, old, from.at)
	}
}

// inheritPause lets the clock wait on, or ends the pause if it is for none of its reasons.
func (r *run) inheritPause(n int, old *clock, at time.Time) {
	c := &r.clocks[n]
	for i, reason := range old.target.Pauses {
		if j := slices.Index(c.target.Pauses, reason); j >= 0 && old.active&(1<<i) != 0 {
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
		r.step(c, "raised", before, c.due, args{"old": old.due.In(r.trace.zone)})
	}
}

// redue sets the clock's due time after its marks have changed.
func (r *run) redue(c *clock) {
	if c.err != nil {
		return
	}
	for i := c.groups[0]; i < c.groups[1]; i++ {
		g := &r.groups[i]
		at, _ := g.rule.value(g.terms, r.marks[g.marks[0]:g.marks[1]])
		if i == c.groups[0] || at.Before(c.due) {
			c.due = at
		}
	}
}

// shift moves what is due on a clock by the working time of a pause.
func (r *run) shift(n int, from, to time.Time, met bool) {
	c := &r.clocks[n]
	if !from.Before(to) {
		return
	}
	before := c.due
	r.waits = append(r.waits, wait{clock: n, from: from, to: to, met: met})
	for i := c.groups[0]; i < c.groups[1] && c.err == nil; i++ {
		g := &r.groups[i]
		c.err = move(r.marks[g.marks[0]:g.marks[1]], later(from, g.start), to)
	}
	for i := c.steps[0]; i < c.steps[1] && c.err == nil; i++ {
		if at := r.marks[i].at; at.After(from) || met && at.Equal(from) {
			if err := move(r.marks[i:i+1], later(from, c.start), to); err != nil {
				r.marks[i].at, c.stepErr = time.Time{}, err
			}
		}
	}
	r.redue(c)
	if r.trace != nil && c.err == nil {
		r.step(c, "pause", before, c.due, args{"from": from.In(r.trace.zone), "to": to.In(r.trace.zone), "reopened": met})
	}
}

// move moves the marks by the time from from to to, each on its own measure.
func move(marks []mark, from, to time.Time) error {
	if !from.Before(to) {
		return nil
	}
	for i := range marks {
		m := &marks[i]
		if m.fixed || m.at.IsZero() {
			continue
		}
		took, err := m.m.between(from, to)
		if err != nil {
			return err
		}
		if m.at, err = m.m.add(m.at, took); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) pause(c *clock, e *Event) {
	reason := slices.Index(c.target.Pauses, e.Reason)
	if reason < 0 || c.target.due.op == appointment || c.late {
		return
	}
	if !c.waiting {
		if !e.At.Before(c.due) {
			return
		}
		c.waiting, c.since = true, e.At
	}
	c.active |= 1 << reason
}

func (r *run) resume(n int, e *Event) {
	c := &r.clocks[n]
	if e.Reason == "" {
		c.active = 0
	} else if reason := slices.Index(c.target.Pauses, e.Reason); reason >= 0 {
		c.active &^= 1 << reason
	}
	if c.active == 0 {
		r.unpause(n, e.At)
	}
}

// unpause ends the waiting, if any.
func (r *run) unpause(n int, at time.Time) {
	c := &r.clocks[n]
	if c.waiting {
		c.waiting, c.active, c.live = false, 0, at
		r.shift(n, c.since, at, false)
	}
}

func (r *run) meet(n int, at time.Time) {
	r.unpause(n, at)
	c := &r.clocks[n]
	c.met, c.ended, c.isMet, c.closed = at, at, true, true
	if !c.late && c.due.Before(at) {
		c.breach(at) // its waiting ended past the due time
	}
	c.early = c.err == nil && r.groups[c.groups[0]].early(r.marks, at)
}

// early reports whether the instant lies before the minimum of the group's window, if it has one.
func (g *group) early(marks []mark, at time.Time) bool {
	rule := g.rule
	for rule.op == contract && !g.terms {
		rule = &rule.subs[0]
	}
	if rule.op != window {
		return false
	}
	least, _ := rule.subs[0].value(g.terms, marks[g.marks[0]:g.marks[1]])
	return at.Before(least)
}

// stop calls a clock off; what was breached stays breached.
func (r *run) stop(n int, at time.Time) {
	if r.clocks[n].open() {
		r.unpause(n, at)
		c := &r.clocks[n]
		c.ended, c.closed, c.stopped = at, true, true
	}
}

// reopen lets a clock that was met run on, as after a pause; one that was met
// late stays breached.
func (r *run) reopen(n, i int) {
	cell, at := &r.cells[n], r.events[i].At
	c := &r.clocks[cell.clock]
	met := c.met
	c.met, c.ended, c.live = time.Time{}, time.Time{}, at
	c.isMet, c.closed, c.early = false, false, false
	cell.done = false
	if c.late || c.due.Before(met) {
		r.waits = append(r.waits, wait{clock: cell.clock, from: met, to: at, met: true, late: true})
	} else {
		r.shift(cell.clock, met, at, true)
	}
	if cell.target != c.target {
		r.change(n, i)
	}
	cell.seen = i
}

// result turns the run into its assessment. next is when an event after now will
// be known, or zero.
func (r *run) result(a *Assessment, next time.Time) {
	f := firing{run: r, next: next, owed: a.Escalations[:0]}
	for i := range r.clocks {
		f.steps += len(r.clocks[i].target.escalations)
	}
	for i := range r.clocks {
		f.clock(i)
	}
	a.Escalations, a.Planned, a.Next = f.owed, f.planned, f.next
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
	to.Target, to.Number, to.State, to.Early = c.target, c.number, c.state(), c.early
	to.Start = c.start.In(r.policy.zone)
	to.Met, to.Breached, to.Ended = r.in(c.met), r.in(c.breached), r.in(c.ended)
	to.Err, to.Steps, to.Former = c.err, c.traced, nil
	if c.err == nil {
		to.Err = c.stepErr
	}
	to.Due, to.Overrun = time.Time{}, false
	if c.err != nil {
		return
	}
	to.Due = c.due.In(r.policy.zone)
	end := r.now
	if c.closed {
		end = c.ended
	}
	to.Overrun = c.target.Kind == Estimate && !c.waiting && to.Due.Before(end)
}

// in returns t in the policy's zone; the zero time stays zero.
func (r *run) in(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(r.policy.zone)
}

func (c *clock) state() State {
	switch {
	case c.err != nil:
		return Undetermined
	case c.isMet && !c.late:
		return Met
	case c.isMet:
		return MetLate
	case c.late:
		return Breached
	case c.stopped:
		return Stopped
	case c.waiting:
		return Waiting
	}
	return Running
}
