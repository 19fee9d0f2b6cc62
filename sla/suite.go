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
	Match     map[string][]string  // the values of the attributes on which it matches; "" stands for none
	Tells     []string             // the roles to whom it escalates
	Contract  bool                 // whether the contract in force counts
}

// Traits returns what the target depends on.
func (t *Target) Traits() Traits {
	var traits Traits
	traits.Meets = slices.Clone(t.Meets)
	traits.rule(&t.due)
	traits.Contract = t.contract
	for _, c := range t.match {
		if traits.Match == nil {
			traits.Match = map[string][]string{}
		}
		traits.Match[c.key] = slices.Clone(c.values)
	}
	for i := range t.escalations {
		if to := t.escalations[i].to; !slices.Contains(traits.Tells, to) {
			traits.Tells = append(traits.Tells, to)
		}
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

// Edges returns the starts in [from, to) from which to look at a target with these
// traits: on both sides, a nanosecond before, at, and after, of every instant at
// which its due time may leap. They are the openings and closings of its
// calendars, their midnights, the clock changes, and the times of day that its
// rule names, in order. What a calendar does not cover is left out.
func (p *Policy) Edges(traits Traits, from, to time.Time) []time.Time {
	at := worktime.ClockChanges(p.zone, from, to)
	for _, name := range traits.Calendars {
		at = append(at, edgesOf(p.calendars[name], traits.Times, from, to)...)
	}
	if len(traits.Calendars) == 0 {
		for t := from; t.Before(to); t = t.AddDate(0, 0, 1) {
			at = append(at, t)
		}
	}
	return beside(at, from, to)
}

// beside returns the instants with a nanosecond more and less, in order.
func beside(at []time.Time, from, to time.Time) []time.Time {
	starts := make([]time.Time, 0, 3*len(at))
	for _, t := range at {
		starts = append(starts, t.Add(-1), t, t.Add(1))
	}
	slices.SortFunc(starts, time.Time.Compare)
	starts = slices.CompactFunc(starts, time.Time.Equal)
	return slices.DeleteFunc(starts, func(t time.Time) bool { return t.Before(from) || !t.Before(to) })
}

// edgesOf returns a calendar's openings and closings, its midnights, and the times
// of day on each date.
func edgesOf(cal *worktime.Calendar, times []worktime.TimeOfDay, from, to time.Time) []time.Time {
	var at []time.Time
	if periods, err := cal.Periods(from, to); err == nil {
		for p := range periods {
			at = append(at, p.Open, p.Close)
		}
	}
	first, last := dateOf(from.In(cal.Zone())), dateOf(to.In(cal.Zone()))
	for d := first; d.Compare(last) <= 0; d = d.AddDays(1) {
		for _, tod := range append([]worktime.TimeOfDay{0}, times...) {
			if t, err := cal.At(d, tod); err == nil {
				at = append(at, t)
			}
		}
	}
	return at
}

func dateOf(t time.Time) worktime.Date {
	year, month, day := t.Date()
	return worktime.Date{Year: year, Month: month, Day: day}
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

// TermsTable is the keys of a document that hold the terms of a contract, embedded
// as a TimelineTable is.
type TermsTable struct{ rawTerms }

// TermsIn returns the terms that were decoded into the table, which stands at a
// place in the document. Their mistakes are added to it.
func (p *Policy) TermsIn(doc *tomldoc.Doc, here tomldoc.Path, table *TermsTable) Terms {
	t := timelineParser{policy: p, doc: doc}
	return t.terms(here, &table.rawTerms)
}
