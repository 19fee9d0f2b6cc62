package sla

import (
	"cmp"
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

var errNoAppointment = errors.New("no appointment has been agreed")

// run folds events into clocks. Runs are used again, so that an assessment costs
// no more memory than its result.
type run struct {
	policy *Policy
	events []Event
	now    instant
	trace  *trace

	values []string // of the policy's keys, as the events so far say
	cells  []cell
	clocks []clock
	groups []group
	marks  []mark
	waits  []wait
	last   taken

	// Apart, so that the other slices hold no pointers.
	errs   []error
	traced [][]Step
}

var runs = sync.Pool{New: func() any { return new(run) }}

// newRun returns a run to be given back with free.
func newRun(p *Policy, events []Event, now time.Time, tr *trace) *run {
	r := runs.Get().(*run)
	r.policy, r.events, r.now, r.trace = p, events, instantOf(now), tr
	for range p.metrics {
		r.cells = append(r.cells, cell{target: -1, clock: -1})
	}
	for range p.keys {
		r.values = append(r.values, "")
	}
	return r
}

func (r *run) free() {
	r.policy, r.events, r.trace, r.last = nil, nil, nil, taken{}
	r.values, r.cells, r.clocks = r.values[:0], r.cells[:0], r.clocks[:0]
	r.groups, r.marks, r.waits = r.groups[:0], r.marks[:0], r.waits[:0]
	if len(r.errs) > 0 || len(r.traced) > 0 {
		r.errs, r.traced = nil, nil
	}
	runs.Put(r)
}

// cell is a metric on the timeline.
type cell struct {
	target int  // that matches now, by its place in the policy; -1 if none does
	clock  int  // the last clock, or -1
	done   bool // it was met or called off: no change starts it again
	seen   int  // the last event whose attributes the clock knew while it was open
}

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

// event lets the timeline's ith event happen.
func (r *run) event(i int) {
	e := &r.events[i]
	at := instantOf(e.At)
	if i == 0 || len(e.Attributes) > 0 {
		r.advance(at)
		r.rematch(i, at)
	}
	kind := r.policy.kind(e.Kind)
	if kind == nil {
		return
	}
	for _, n := range kind.metrics {
		cell := &r.cells[n]
		if cell.clock >= 0 {
			r.act(n, i, at, kind.id)
		}
		if cell.clock < 0 && !cell.done && cell.target >= 0 {
			r.begin(n, i, at, kind.id)
		}
	}
}

// advance breaches what is overdue at the instant.
func (r *run) advance(to instant) {
	for i := range r.clocks {
		r.clocks[i].advance(to)
	}
}

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

// learn notes the attributes that the event brings.
func (r *run) learn(e *Event) {
	for i, key := range r.policy.keys {
		if v, ok := e.Attributes[key]; ok {
			r.values[i] = v
		}
	}
}

// matching returns the place of the metric's target that matches what is known,
// or -1.
func (r *run) matching(metric int) int {
	for _, t := range r.policy.metrics[metric].targets {
		if r.matches(t.match) {
			return t.place
		}
	}
	return -1
}

func (r *run) target(c *clock) *Target { return r.policy.targets[c.target] }

func (r *run) matches(conditions []condition) bool {
	for i := range conditions {
		if c := &conditions[i]; !slices.Contains(c.values, r.values[c.keyed]) {
			return false
		}
	}
	return true
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

// rematch finds the targets that match from the ith event on. Where that is
// another one, a new clock takes over.
func (r *run) rematch(i int, at instant) {
	r.learn(&r.events[i])
	for n := range r.cells {
		c := &r.cells[n]
		old := c.target
		c.target = r.matching(n)
		if i > 0 && c.target != old && !c.done {
			r.change(n, i, at)
		}
		if !c.done {
			c.seen = i
		}
	}
}

func (r *run) change(n, i int, at instant) {
	cell := &r.cells[n]
	old := cell.clock
	cell.clock = -1
	begun := -1
	if cell.target >= 0 {
		begun = r.begun(r.policy.targets[cell.target], i-1)
	}
	if begun >= 0 {
		start := instantOf(r.events[begun].At)
		if r.policy.targets[cell.target].fromChange {
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
func (r *run) begin(n, i int, at instant, kind int) {
	t := r.policy.targets[r.cells[n].target]
	if t.effects[kind]&starts != 0 && (len(t.Approvals) == 0 || r.approved(t, i) >= 0) {
		r.open(n, opening{start: at, at: at, event: i, old: -1})
	}
}

// act lets the event act on a metric's clock.
func (r *run) act(n, i int, at instant, kind int) {
	cell := &r.cells[n]
	c := &r.clocks[cell.clock]
	if c.event < i { // what an event brings and takes away at once is not late
		c.advance(at)
	}
	t := r.target(c)
	does := t.effects[kind]
	if c.branch > 0 {
		does &^= meets
		if slices.Contains(t.due.cutoffs[c.branch-1].meets, r.events[i].Kind) {
			does |= meets
		}
	}
	switch {
	case c.closed:
		if c.met && does&reopens != 0 {
			r.reopen(n, i, at)
		}
	case c.err != 0:
	case does&pauses != 0:
		r.pause(c, r.events[i].Reason, at)
	case does&resumes != 0:
		r.resume(cell.clock, r.events[i].Reason, at)
	case does&meets != 0:
		r.meet(cell.clock, at)
		cell.done = true
	case does&cancels != 0:
		r.stop(cell.clock, at)
		cell.done = true
	case does&revokes != 0:
		r.revoke(cell, c, &r.events[i], at)
	case does&appoints != 0:
		r.appoint(c, r.events[i].Appointment)
	}
}

// revoke takes an approval back.
func (r *run) revoke(cell *cell, c *clock, e *Event, at instant) {
	if slices.Contains(r.target(c).Approvals, e.Role) {
		r.stop(cell.clock, at)
		cell.clock = -1
	}
}

// appoint moves a clock that is not late to another appointment.
func (r *run) appoint(c *clock, agreed time.Time) {
	if c.late {
		return
	}
	c.due = instantOf(agreed)
	r.marks[r.groups[c.groups[0]].marks[0]].at = c.due
	if r.trace != nil {
		r.step(c, "appointment", c.start, c.due, nil)
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
