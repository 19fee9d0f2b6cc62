package sla

import (
	"slices"
	"time"
)

// Backing is a promise of ours that still runs, beside the vendor's promise without
// which it cannot be met.
type Backing struct {
	Clock      Clock   // ours, running or paused
	Vendor     *Target // the vendor's promise
	HandedOver time.Time
	Due        time.Time // the vendor's; where it is not handed over yet, as if it were at now
	Latest     time.Time // the last hand-over for which the vendor's promise keeps ours; zero: none, or pauses have moved the vendor's
	Fit        Fit       // FitKept: it can still be; FitLost: it cannot any more; FitUnknown: a calendar does not cover it
	Steps      []Step    // why ours is due then, why the vendor's is, and what follows
}

// Backings returns the promises of a timeline that run at now and that a vendor's
// promise stands behind, unless the vendor has done its part, or events meet ours
// that need no vendor. HandedOver is zero where the vendor does not have it yet; then
// terms are those of the contract in force now or, where there are none for the
// vendor's metric, those that the timeline has.
//
// While ours is paused, its due time is the one that it would have if resumed now. The
// error is a [*TimelineError], or says which terms cannot be.
func (p *Policy) Backings(tl Timeline, now time.Time, terms ...Terms) ([]Backing, error) {
	a, err := p.Explain(tl, now)
	if err != nil {
		return nil, err
	}
	known, err := tl.visible(now)
	if err != nil {
		return nil, err
	}
	q := p
	if len(p.revisions) > 0 {
		q = p.revisions[p.recorded(now)]
	}
	b := backer{policy: q, events: known.events, now: now, terms: terms, a: &a}
	var all []Backing
	for i := range a.Clocks {
		c := &a.Clocks[i]
		if c.Target.BackedBy == "" || c.State != Running && c.State != Waiting || c.Target.alone(b.branch(c)) {
			continue
		}
		backing, open, err := b.backing(c)
		if err != nil {
			return nil, err
		}
		if open {
			backing.Vendor = p.targets[backing.Vendor.place]
			all = append(all, backing)
		}
	}
	return all, nil
}

// Backings is [Policy.Backings] by the edition that For returns.
func (b *Book) Backings(tl Timeline, now time.Time, terms ...Terms) ([]Backing, error) {
	p, err := b.For(tl)
	if err != nil {
		return nil, err
	}
	return p.Backings(tl, now, terms...)
}

type backer struct {
	policy *Policy // with the corrections that are known
	events []Event
	now    time.Time
	terms  []Terms
	a      *Assessment
}

// branch returns which of the cut-offs the clock is due by, if that says what meets it.
func (b *backer) branch(c *Clock) int {
	s := starting{policy: b.policy, start: c.Start}
	_, _ = b.policy.targets[c.Target.place].due.due(&s) // the due time is known; pauses may have moved it
	return s.branch
}

// backing returns what stands behind the clock; open is false where the vendor has
// done its part, or nothing stands behind it for these attributes.
func (b *backer) backing(c *Clock) (backing Backing, open bool, err error) {
	backing = Backing{Clock: *c, Fit: FitUnknown, Steps: slices.Clone(c.Steps())}
	last := b.handedOver(c.Target.BackedBy)
	at := b.now
	switch {
	case last == nil:
		backing.Vendor = b.vendor(c.Target.BackedBy)
	case last.State != Met && last.State != MetLate:
		backing.Vendor, backing.HandedOver, backing.Due = b.policy.targets[last.Target.place], last.Start, last.Due
		at = last.Start
	}
	if backing.Vendor == nil {
		return backing, false, nil
	}
	terms := b.agreed(&backing)
	rule, err := b.policy.settled(&backing.Vendor.due, terms)
	if err != nil {
		return backing, false, err
	}
	due, covered := rule.due(&starting{policy: b.policy, start: at})
	if last == nil && covered {
		backing.Due = due.In(b.policy.zone)
	}
	if backing.Due.IsZero() {
		return backing, true, nil
	}
	backing.Fit = FitKept
	if backing.Due.After(c.Due) {
		backing.Fit = FitLost
	}
	moved := !backing.Due.Equal(due) // by pauses
	if !moved {
		backing.Latest = b.latest(&rule, c)
	}
	backing.Steps = append(backing.Steps, b.steps(&backing, last, terms, moved)...)
	return backing, true, nil
}

// steps explains when the vendor's is due, and what follows.
func (b *backer) steps(backing *Backing, last *Clock, terms *Terms, moved bool) []Step {
	t := &trace{zone: b.policy.zone}
	if last != nil {
		t.add("hand-over", last.Start, last.Start, args{"vendor": backing.Vendor.ID})
		t.steps = append(t.steps, last.Steps()...)
	} else {
		t.add("hand-over", b.now, b.now, args{"vendor": backing.Vendor.ID})
		b.policy.why(t, backing.Vendor, &backing.Vendor.due, terms, b.now)
	}
	t.compare(backing.Due, backing.Clock.Due)
	if !moved {
		t.safe(backing.Latest)
	}
	return t.take()
}

// handedOver returns the vendor's last clock, or nil where it was never handed over
// or that was called off.
func (b *backer) handedOver(metric string) *Clock {
	for i := len(b.a.Clocks) - 1; i >= 0; i-- {
		if c := &b.a.Clocks[i]; c.Target.Metric == metric {
			if c.State == Stopped {
				return nil
			}
			return c
		}
	}
	return nil
}

// vendor returns the target of the metric that matches what is known at now, or nil.
func (b *backer) vendor(metric string) *Target {
	r := newRun(b.policy, b.events, b.now, nil)
	defer r.free()
	for i := range b.events {
		r.learn(&b.events[i])
	}
	for i := range b.policy.metrics {
		if b.policy.metrics[i].name == metric {
			if place := r.matching(i); place >= 0 {
				return b.policy.targets[place]
			}
		}
	}
	return nil
}

// agreed returns the terms that count for the vendor's promise, or nil: those that the
// timeline had at the hand-over or, where there was none, those in force now.
func (b *backer) agreed(backing *Backing) *Terms {
	v := backing.Vendor
	if !v.contract {
		return nil
	}
	at := backing.HandedOver
	if at.IsZero() {
		at = b.now
		if i := slices.IndexFunc(b.terms, func(t Terms) bool { return t.Metric == v.Metric }); i >= 0 {
			return &b.terms[i]
		}
	}
	r := run{events: b.events}
	return r.terms(v.Metric, instantOf(at))
}

// latest returns the last hand-over since the clock's start for which the vendor's
// rule is due in time; zero where there is none. A later hand-over is never due
// earlier, and never due before it happens.
func (b *backer) latest(r *rule, c *Clock) time.Time {
	safe := func(d time.Duration) bool {
		due, ok := r.due(&starting{policy: b.policy, start: c.Start.Add(d)})
		return ok && !due.After(c.Due)
	}
	if !safe(0) {
		return time.Time{}
	}
	low, high := time.Duration(0), c.Due.Sub(c.Start) // low is safe, what is after high is not
	for low < high {
		if middle := low + (high-low+1)/2; safe(middle) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return c.Start.Add(low)
}
