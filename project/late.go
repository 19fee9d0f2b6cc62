package project

import (
	"errors"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
)

// inOrder notes a problem if a command that is written down late happened before that on
// which it rests: so that nothing seems to be closed before it was tested, and no pause
// ends before it begins.
func (d *decision) inOrder(t *table, state State, called string) {
	if t.Rows(state, d.c.Do)[0].To != state {
		d.follows(d.since(t))
	}
	if t != projects || len(d.problems) > 0 {
		return
	}
	then := *d
	then.project = d.project.asOf(d.At)
	var refused *townclerk.TransitionError
	if err := t.Refuse(called, state, d.c.Do, &then, func() []Action { return nil }); errors.As(then.detailed(err), &refused) {
		d.fail("at", "%s is too early, before this was so: %s", service.Stamp(d.At), refused.Rule)
	}
}

// follows notes a problem if the command happened before an instant.
func (d *decision) follows(at time.Time) {
	if d.At.Before(at) {
		d.fail("at", "%s is before what it follows, at %s", service.Stamp(d.At), service.Stamp(at))
	}
}

// since returns when that to which the command is done came into its state.
func (d *decision) since(t *table) time.Time {
	switch t {
	case deliverables:
		v := d.project.Deliverable(d.c.Part)
		return latest(v.Ordered, v.Delivered, v.Reviewed, v.Decided)
	case changes:
		v := d.project.Change(d.c.Part)
		return latest(v.Asked, v.Decided)
	}
	return d.h.Since
}

func latest(all ...time.Time) time.Time {
	var last time.Time
	for _, at := range all {
		if at.After(last) {
			last = at
		}
	}
	return last
}

// last returns when an event of a kind happened in the Log, the last time; zero if none
// did.
func (h *Header) last(kind string) time.Time {
	var last time.Time
	for i := range h.Log {
		if e := &h.Log[i]; e.Kind == kind {
			last = latest(last, e.At)
		}
	}
	return last
}

// asOf returns the project without what happened after an instant, as far as actions ask
// for it. Its phase stays.
func (t *Project) asOf(at time.Time) *Project {
	c := t.Clone()
	c.Documents = slices.DeleteFunc(c.Documents, func(x Document) bool { return x.At.After(at) })
	c.Results = slices.DeleteFunc(c.Results, func(x Result) bool { return x.At.After(at) })
	for i := range c.Deliverables {
		if v := &c.Deliverables[i]; v.Decided.After(at) {
			v.State = Ordered
		}
	}
	for i := range c.Changes {
		if v := &c.Changes[i]; v.Decided.After(at) || v.Installed.After(at) {
			v.State = Asked
		}
	}
	for i := range c.Progress {
		if p := &c.Progress[i]; p.Reached.After(at) {
			p.Reached = time.Time{}
		}
	}
	if c.Draft != nil && c.Draft.At.After(at) {
		c.Draft = nil
	}
	if c.Revision != nil && c.Revision.At.After(at) {
		c.Revision = nil
	}
	return &c
}
