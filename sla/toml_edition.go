package sla

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

type rawCorrection struct {
	Recorded rawTime           `toml:"recorded" required:"true" hint:"write when it became known, such as 2026-03-05T10:00:00"`
	Why      string            `toml:"why" required:"true" hint:"say why, for the explanations"`
	Source   tomldoc.Strings   `toml:"source,omitempty"`
	Days     []rawCorrectedDay `toml:"days" required:"true" hint:"write [[corrections.days]] above each dated entry"`
}

type rawCorrectedDay struct {
	Calendar string `toml:"calendar" required:"true" hint:"name the calendar that it belongs to"`
	rawDay
}

// edition reads what the policy says of itself, and makes its revisions. It comes
// last, when the calendars and the targets are there.
func (p *parser) edition() {
	e := &p.policy.edition
	if p.raw.Edition != nil {
		if e.Number = *p.raw.Edition; e.Number < 1 {
			p.doc.Errorf(at("edition"), "%d is no edition; number them from 1", e.Number)
		}
	}
	if p.raw.Effective != nil && p.policy.zone != nil {
		e.Effective = worktime.Date(*p.raw.Effective).Start(p.policy.zone)
	}
	changed := p.corrections()
	if p.doc.Failed(nil) {
		return
	}
	e.Hash = fmt.Sprintf("sha256:%x", p.doc.Sum("corrections"))
	p.policy.offsets = sync.OnceValue(p.policy.fingerprint)
	p.revise(changed)
}

// corrections returns the dated entries of each correction, by their calendar.
func (p *parser) corrections() []map[string][]worktime.Exception {
	var changed []map[string][]worktime.Exception
	if !p.atMost(at("corrections"), len(p.raw.Corrections), mostCorrections, "corrections of one edition") {
		return nil
	}
	for i := range p.raw.Corrections {
		raw, here := &p.raw.Corrections[i], at("corrections", i)
		c := Correction{Recorded: p.recorded(here.Add("recorded"), raw.Recorded), Why: raw.Why, Source: raw.Source}
		if n := len(p.policy.edition.Corrections); n > 0 && !c.Recorded.IsZero() {
			if last := p.policy.edition.Corrections[n-1].Recorded; !c.Recorded.After(last) {
				p.doc.Errorf(here.Add("recorded"), "%s does not follow %s, of the correction before it; add corrections at the end, each with its own time",
					c.Recorded.Format(time.RFC3339Nano), last.Format(time.RFC3339Nano))
			}
		}
		p.policy.edition.Corrections = append(p.policy.edition.Corrections, c)
		changed = append(changed, p.correctedDays(here.Add("days"), raw.Days))
	}
	return changed
}

func (p *parser) recorded(here path, raw rawTime) time.Time {
	if raw == "" || p.policy.zone == nil {
		return time.Time{}
	}
	t, err := worktime.ParseTime(string(raw), p.policy.zone)
	if err != nil {
		p.doc.Errorf(here, "%v", err)
	}
	return t
}

func (p *parser) correctedDays(here path, raw []rawCorrectedDay) map[string][]worktime.Exception {
	days := map[string][]worktime.Exception{}
	type entry struct {
		calendar string
		date     worktime.Date
	}
	first := map[entry]int{}
	for i := range raw {
		at := here.Add(i)
		name := raw[i].Calendar
		if name == Elapsed {
			p.doc.Errorf(at.Add("calendar"), "%q runs day and night, and has no closed days; name a calendar", name)
		} else {
			p.measure(at.Add("calendar"), name)
		}
		for _, e := range p.days(at, &raw[i].rawDay) {
			if j, seen := first[entry{name, e.Date}]; seen {
				p.doc.Errorf(at, "%s is entered twice for %s in this correction, first on line %d; keep one entry", e.Date, name, p.dateLine(here.Add(j)))
				break
			}
			first[entry{name, e.Date}] = i
			days[name] = append(days[name], e)
		}
	}
	return days
}

// revise makes the policy with its first 0, 1, … corrections. The last of them,
// which has all, becomes the policy.
func (p *parser) revise(changed []map[string][]worktime.Exception) {
	if len(changed) == 0 {
		return
	}
	revisions, specs := []*Policy{p.policy}, maps.Clone(p.specs)
	for i, days := range changed {
		last := p.policy
		p.policy = new(Policy)
		*p.policy = *last
		p.policy.targets, p.policy.kinds, p.policy.keys = nil, nil, nil
		p.policy.calendars, p.policy.measures = maps.Clone(last.calendars), slices.Clone(last.measures)
		for _, name := range slices.Sorted(maps.Keys(days)) {
			spec := *specs[name]
			spec.Days = replaced(spec.Days, days[name])
			if !p.affords(at("corrections", i), &spec, weight(spec.Holidays)) {
				return
			}
			p.compile(at("corrections", i), spec, nil)
			specs[name] = &spec
		}
		p.targets()
		revisions = append(revisions, p.policy)
	}
	all := *p.policy
	all.revisions = revisions
	p.policy = &all
}
