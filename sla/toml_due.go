package sla

import (
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla/worktime"
)

// dueKeys lists, by the key that makes a rule, the keys that go with it.
var dueKeys = []struct {
	key  string
	with []string
}{
	{"within", []string{"calendar"}},
	{"days", []string{"at", "calendar"}},
	{"immediate", []string{"grace", "calendar"}},
	{"appointment", nil},
	{"cutoffs", []string{"inclusive", "granularity", "calendar"}},
	{"max", []string{"min"}},
	{"contract", []string{"default"}},
	{"earliest", nil},
	{"latest", nil},
}

// due parses a due rule; top is false for one inside another. Where it reports
// a mistake, what it returns is of no use.
func (p *parser) due(here path, raw *rawDue, m measure, top bool) rule {
	key := p.dueKey(here)
	if key == "" || p.doc.Failed(here.Add(key)) {
		return rule{}
	}
	if raw.Calendar != "" {
		var known bool
		if m, known = p.measure(here.Add("calendar"), raw.Calendar); !known {
			return rule{}
		}
	}
	if m.cal == nil && (key == "days" || key == "cutoffs") {
		p.doc.Errorf(here.Add(key), "it counts working days, which %q does not have; name a calendar", Elapsed)
		return rule{}
	}
	switch key {
	case "within":
		return rule{op: within, m: m, d: time.Duration(*raw.Within)}
	case "days":
		return p.workingDays(here, raw, m)
	case "immediate":
		return p.immediate(here, raw, m)
	case "cutoffs":
		return p.cutoffs(here, raw, m, top)
	case "appointment":
		if !top || !*raw.Appointment {
			p.doc.Errorf(here.Add(key), "write due = { appointment = true } by itself")
		}
		return rule{op: appointment}
	}
	return p.compound(here, raw, m, key)
}

// dueKey finds the one key that makes the rule, and reports what does not go with it.
func (p *parser) dueKey(here path) string {
	if !p.doc.IsTable(here) {
		return "" // which has been reported
	}
	var found, all []string
	var with []string
	for _, k := range dueKeys {
		all = append(all, k.key)
		if p.doc.Has(here.Add(k.key)) {
			found = append(found, k.key)
			with = k.with
		}
	}
	if len(found) != 1 {
		problem := "it needs one rule"
		if len(found) > 1 {
			problem = strings.Join(found, " and ") + " are several rules"
		}
		p.doc.Errorf(here, "%s; write one of %s", problem, strings.Join(all, ", "))
		return ""
	}
	for _, key := range p.doc.Keys(here) {
		if key != found[0] && !slices.Contains(with, key) && !p.doc.Failed(here.Add(key)) {
			p.doc.Errorf(here.Add(key), "it does not go with %s", found[0])
		}
	}
	return found[0]
}

func (p *parser) workingDays(here path, raw *rawDue, m measure) rule {
	r := rule{op: workingDays, m: m, days: *raw.Days, at: p.moment(here.Add("at"), raw.At)}
	if r.days < 0 || r.days > 10_000 {
		p.doc.Errorf(here.Add("days"), "%d working days is not possible; write 0 for the same day, or more", r.days)
	}
	if r.days == 0 && r.at.kind == atTime {
		p.doc.Errorf(here.Add("at"), "what starts after %s would be due before it starts; write at = \"close\", or cutoffs with until = \"%s\" and what is promised later in the day", raw.At, raw.At)
	}
	return r
}

func (p *parser) moment(here path, value string) moment {
	if value == "" {
		p.doc.Errorf(here, `missing; write at = "close", "same-time" or a time such as "12:00"`)
		return moment{}
	}
	m, err := parseMoment(value)
	if err != nil {
		p.doc.Errorf(here, "%v", err)
	}
	return m
}

func (p *parser) immediate(here path, raw *rawDue, m measure) rule {
	r := rule{op: immediate, m: m}
	if !*raw.Immediate {
		p.doc.Errorf(here.Add("immediate"), "write immediate = true, or another rule")
	}
	if raw.Grace != nil {
		r.d = time.Duration(*raw.Grace)
	}
	return r
}

func (p *parser) compound(here path, raw *rawDue, m measure, key string) rule {
	var r rule
	sub := func(key string, raw *rawDue) {
		if raw != nil {
			r.subs = append(r.subs, p.due(here.Add(key), raw, m, false))
		}
	}
	list := func(key string, raws []rawDue) {
		for i := range raws {
			r.subs = append(r.subs, p.due(here.Add(key, i), &raws[i], m, false))
		}
		if len(raws) < 2 {
			p.doc.Errorf(here.Add(key), "it takes two rules or more to choose from")
		}
	}
	switch key {
	case "max":
		r.op = window
		if raw.Min == nil {
			p.doc.Errorf(here, "a window has a min as well as a max")
		}
		sub("min", raw.Min)
		sub("max", raw.Max)
	case "contract":
		r.op, r.cap = contract, raw.Contract == "cap"
		if raw.Contract != "cap" && raw.Contract != "replace" {
			p.doc.Errorf(here.Add("contract"), "%q is not known; write \"replace\" or, if a contract may only shorten, \"cap\"", raw.Contract)
		}
		if raw.Default == nil {
			p.doc.Errorf(here, "where no contract is in force something must hold; add default = { within = \"24h\" }")
		}
		sub("default", raw.Default)
	case "earliest":
		r.op = earliest
		list(key, raw.Earliest)
	case "latest":
		r.op = latest
		list(key, raw.Latest)
	}
	return r
}

func (p *parser) cutoffs(here path, raw *rawDue, m measure, top bool) rule {
	r := rule{op: cutoffs, m: m, exclusive: raw.Inclusive != nil && !*raw.Inclusive}
	switch raw.Granularity {
	case "", "instant":
	case "minute":
		r.minute = true
	default:
		p.doc.Errorf(here.Add("granularity"), "%q is not known; write \"instant\" or \"minute\"", raw.Granularity)
	}
	if !p.withinCutoffs(here.Add("cutoffs"), raw.Cutoffs) {
		return r
	}
	for i := range raw.Cutoffs {
		at := here.Add("cutoffs", i)
		r.cutoffs = append(r.cutoffs, p.cutoff(at, &raw.Cutoffs[i]))
		if len(raw.Cutoffs[i].Meets) > 0 && !top {
			p.doc.Errorf(at.Add("meets"), "only a target's own cut-offs say what meets it; write it in the target")
		}
	}
	if !p.doc.Failed(here) {
		p.branches(here, r.cutoffs)
	}
	return r
}

func (p *parser) cutoff(here path, raw *rawCutoff) cutoff {
	c := cutoff{last: raw.Until == nil, meets: raw.Meets}
	if raw.Until != nil {
		c.until = worktime.TimeOfDay(*raw.Until)
	}
	if raw.Days != nil {
		c.days = *raw.Days
	}
	if c.days < 0 || c.days > 10_000 {
		p.doc.Errorf(here.Add("days"), "%d working days is not possible; write 0 for the same day, 1 for the next", c.days)
	}
	if raw.At != "" {
		c.at = p.moment(here.Add("at"), raw.At)
		if c.at.kind == atSameTime {
			p.doc.Errorf(here.Add("at"), `a cut-off leads to a time of its own; write "close" or a time such as "12:00"`)
		}
	}
	return c
}

// branches checks that the cut-offs follow each other, and that a later start is
// never due earlier: not behind a cut-off, and not on the next day either.
func (p *parser) branches(here path, list []cutoff) {
	here = here.Add("cutoffs")
	if len(list) < 2 {
		p.doc.Errorf(here, "it takes two: what holds until the cut-off, and what holds after it")
		return
	}
	for i := range list {
		b := &list[i]
		at := here.Add(i)
		if final := i == len(list)-1; b.last != final {
			if final {
				p.doc.Errorf(at.Add("until"), "the last one holds for the rest of the day; leave until out")
			} else {
				p.doc.Errorf(at, "only the last one may leave until out")
			}
			return
		}
		if b.last && b.days == 0 {
			p.doc.Errorf(at.Add("days"), "the last one also holds for a start after closing, which the same day cannot keep; write 1 or more")
		}
		if !b.last && b.days == 0 && b.at.kind == atTime && b.at.tod < b.until {
			p.doc.Errorf(at.Add("at"), "%s is before the cut-off at %s, so it could be due before it starts", b.at, b.until)
		}
		if i > 0 && !b.last && b.until <= list[i-1].until {
			p.doc.Errorf(at.Add("until"), "%s does not follow the cut-off at %s", b.until, list[i-1].until)
		}
		if i > 0 && b.sooner(&list[i-1], 0) {
			p.doc.Errorf(at, "a start after %s would be due before one until then; make it due later", list[i-1].until)
		}
	}
	if first, last := &list[0], &list[len(list)-1]; first.sooner(last, 1) {
		p.doc.Errorf(here.Add(len(list)-1), "a start on the next working day until %s would be due before one today after %s; make this one due earlier, or the first later",
			first.until, list[len(list)-2].until)
	}
}

// sooner reports whether the branch, on a date that many working days later, is
// due before another branch.
func (c *cutoff) sooner(o *cutoff, later int) bool {
	if c.days+later != o.days {
		return c.days+later < o.days
	}
	if c.at.kind == atClose {
		return false
	}
	return o.at.kind == atClose || c.at.tod < o.at.tod
}
