package sla

import (
	"slices"
	"sync"
	"time"
)

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
