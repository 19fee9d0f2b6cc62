package sla

import "slices"

// kind is a kind of event that targets of the policy know.
type kind struct {
	name    string
	id      int   // its place in the effects of targets
	metrics []int // of which a target knows it
}

// effect is what a kind of event does to a target's clock.
type effect uint16

const (
	starts effect = 1 << iota
	meets
	branches // it meets the target by a branch of its cut-offs
	cancels
	reopens
	pauses
	resumes
	revokes
	appoints
)

// effect returns what events of that kind do to the target's clocks.
func (t *Target) effect(kind string) (e effect) {
	note := func(does effect, holds bool) {
		if holds {
			e |= does
		}
	}
	note(starts, slices.Contains(t.Start, kind))
	note(meets, slices.Contains(t.Meets, kind))
	for i := range t.due.cutoffs {
		note(branches, slices.Contains(t.due.cutoffs[i].meets, kind))
	}
	note(cancels, slices.Contains(t.cancels, kind))
	note(reopens, slices.Contains(t.reopens, kind))
	waits := len(t.Pauses) > 0 && t.due.op != appointment
	note(pauses, kind == Paused && waits)
	note(resumes, kind == Resumed && waits)
	note(revokes, kind == Revoked && len(t.Approvals) > 0)
	note(appoints, kind == Appointed && t.due.op == appointment)
	return e
}

// names returns the kinds of event that may have an effect on the target.
func (t *Target) names() []string {
	names := slices.Concat(t.Start, t.Meets, t.cancels, t.reopens)
	for i := range t.due.cutoffs {
		names = append(names, t.due.cutoffs[i].meets...)
	}
	return append(names, Paused, Resumed, Revoked, Appointed)
}

// index prepares what an assessment looks up for each event: which metrics know
// its kind, what that does to each target, and which attributes count. It reports
// false, and stops, if there are more kinds of event than a file may have.
func (p *Policy) index() bool {
	n := 0
	keyed := map[string]int{}
	for m := range p.metrics {
		for _, t := range p.metrics[m].targets {
			for _, name := range t.names() {
				if t.effect(name) != 0 {
					n += p.note(name, n, m)
				}
			}
			if n > mostKinds {
				return false
			}
			for i := range t.match {
				key := t.match[i].key
				if _, ok := keyed[key]; !ok {
					keyed[key] = len(p.keys)
					p.keys = append(p.keys, key)
				}
				t.match[i].keyed = keyed[key]
			}
		}
	}
	for i, t := range p.targets {
		t.place = i
		t.effects = make([]effect, n)
		for _, name := range t.names() { // no other has an effect
			if k := p.kind(name); k != nil {
				t.effects[k.id] = t.effect(name)
			}
		}
	}
	return true
}

// note notes that the metric knows the kind of event. It returns 1 if the kind is
// new, which is then called id.
func (p *Policy) note(name string, id, metric int) int {
	if k := p.kind(name); k != nil {
		if last := k.metrics[len(k.metrics)-1]; last != metric { // they come in order
			k.metrics = append(k.metrics, metric)
		}
		return 0
	}
	for len(p.kinds) <= len(name) {
		p.kinds = append(p.kinds, nil)
	}
	p.kinds[len(name)] = append(p.kinds[len(name)], kind{name, id, []int{metric}})
	return 1
}

// kind returns the kind of that name, or nil for one that no target knows. It
// looks among the few that are as long, which is faster than a map.
func (p *Policy) kind(name string) *kind {
	if len(name) >= len(p.kinds) {
		return nil
	}
	list := p.kinds[len(name)]
	for i := range list {
		if list[i].name == name {
			return &list[i]
		}
	}
	return nil
}
