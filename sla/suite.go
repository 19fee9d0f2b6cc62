package sla

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Traits is what a target's rule and its escalations depend on, for suites that
// look for the edges of a policy, such as package slatest.
type Traits struct {
	Calendars []string             // by which it counts, in order of name; Elapsed is not among them
	Times     []worktime.TimeOfDay // at which starts are told apart, or something is due, in order
	Meets     []string             // all kinds of event that meet it, those of single cut-offs too
	Shares    []int                // the escalations at a share of the target up to the whole, as Escalation.Step counts them
}

// Traits returns what the target depends on.
func (t *Target) Traits() Traits {
	var traits Traits
	traits.Meets = slices.Clone(t.Meets)
	traits.rule(&t.due)
	for i := range t.escalations {
		s := &t.escalations[i]
		traits.measure(s.m)
		if s.trigger == atShare && s.share.num <= s.share.den {
			traits.Shares = append(traits.Shares, i+1)
		}
	}
	slices.Sort(traits.Calendars)
	slices.Sort(traits.Times)
	traits.Calendars, traits.Times = slices.Compact(traits.Calendars), slices.Compact(traits.Times)
	return traits
}

func (t *Traits) rule(r *rule) {
	if r.op != appointment {
		t.measure(r.m)
	}
	t.moment(r.at)
	for i := range r.cutoffs {
		c := &r.cutoffs[i]
		t.moment(c.at)
		if !c.last {
			t.Times = append(t.Times, c.until)
		}
		if !c.last && r.minute {
			t.Times = append(t.Times, c.until+worktime.TimeOfDay(time.Minute))
		}
		for _, kind := range c.meets {
			if !slices.Contains(t.Meets, kind) {
				t.Meets = append(t.Meets, kind)
			}
		}
	}
	for i := range r.subs {
		t.rule(&r.subs[i])
	}
}

func (t *Traits) measure(m measure) {
	if m.cal != nil {
		t.Calendars = append(t.Calendars, m.cal.Name())
	}
}

func (t *Traits) moment(m moment) {
	if m.kind == atTime {
		t.Times = append(t.Times, m.tod)
	}
}

// Values returns the values of an attribute that can make a difference: those
// that the policy lists or, where it allows any, those that something matches.
func (p *Policy) Values(key string) []string {
	var values []string
	add := func(conditions []condition) {
		for _, c := range conditions {
			for _, v := range c.values {
				if c.key == key && v != "" && !slices.Contains(values, v) {
					values = append(values, v)
				}
			}
		}
	}
	for _, a := range p.attributes {
		if a.Key == key && len(a.Values) > 0 {
			return slices.Clone(a.Values)
		}
	}
	for _, t := range p.targets {
		add(t.match)
		for i := range t.escalations {
			add(t.escalations[i].match)
		}
	}
	return values
}

// TimelineTable is the keys of a document that hold a timeline. It is embedded in
// the struct into which a package of this module decodes a document that says
// more, such as what is expected of the timeline.
type TimelineTable struct{ rawTimeline }

// TimelineIn returns the timeline that was decoded into the table. Its mistakes
// are added to the document.
func (p *Policy) TimelineIn(doc *tomldoc.Doc, table *TimelineTable) Timeline {
	t := timelineParser{policy: p, doc: doc}
	return t.timeline(nil, &table.rawTimeline)
}
