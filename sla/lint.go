package sla

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Lint returns what is odd about a policy that Parse accepts, in the order of
// lines, and how it differs from its lock file, as [Policy.Drift] does. What depends on the date, such as a calendar whose cover ends soon, is
// seen as of now; a zero now leaves it out.
//
// Which combinations of attributes a target matches is found over all of them,
// and how due times compare over every start at which they may change, as far as
// the calendars' cover reaches (2001 to 2058 for one without cover), where no
// contract is in force.
func (p *Policy) Lint(now time.Time) []Finding {
	l := &linter{p: p, raw: p.source.raw, doc: p.source.doc, now: now}
	l.space()
	l.matches()
	l.gaps()
	l.dues()
	l.pairs()
	l.backings()
	l.events()
	for i := range p.targets {
		l.escalations(i)
	}
	l.people()
	l.spellings()
	l.calendars()
	l.edition()
	return append(l.inOrder(), p.Drift()...)
}

// linter collects the findings of a policy.
type linter struct {
	p     *Policy
	raw   *rawPolicy
	doc   *tomldoc.Doc
	now   time.Time
	found []Finding

	axes   []axis                        // the attributes with their values
	places []coverage                    // by metric: who covers what
	shapes shapes                        // of days
	plains map[string]*worktime.Calendar // by name: without holidays and dated entries
}

// add notes a finding at a key.
func (l *linter) add(code string, at path, a args) {
	kind, ok := kindOf(code)
	if !ok {
		panic("sla: no kind of finding is called " + code)
	}
	l.found = append(l.found, Finding{
		Code: code, Severity: kind.severity, File: l.doc.Name(), Line: l.doc.Line(at), Path: l.doc.Show(at), Args: a,
	})
}

// inOrder returns what was found, in the order of lines.
func (l *linter) inOrder() []Finding {
	slices.SortStableFunc(l.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Code, b.Code))
	})
	return l.found
}

// has reports whether that was found there already, such as by way of another calendar.
func (l *linter) has(code string, at path) bool {
	line, shown := l.doc.Line(at), l.doc.Show(at)
	return slices.ContainsFunc(l.found, func(f Finding) bool { return f.Code == code && f.Line == line && f.Path == shown })
}

// at returns the path of a target.
func (l *linter) at(t *Target, more ...any) path {
	return at("targets", slices.Index(l.p.targets, t)).Add(more...)
}

// events checks that no event both does a thing to a target and undoes it.
func (l *linter) events() {
	for _, t := range l.p.targets {
		meets := slices.Clone(t.Meets)
		for _, b := range t.due.cutoffs {
			meets = append(meets, b.meets...)
		}
		l.undoes(t, "start", t.Start, "cancels", t.cancels)
		l.undoes(t, "meets", meets, "cancels", t.cancels)
		l.undoes(t, "meets", meets, "reopens", t.reopens)
		for i, b := range t.due.cutoffs {
			for _, kind := range b.meets {
				if slices.Contains(t.Start, kind) {
					l.add("event-contradicts", l.at(t, "due", "cutoffs", i, "meets"), args{"event": kind, "one": "start", "other": "meets"})
				}
			}
		}
		if len(t.Pauses) > 0 && t.due.op == appointment {
			l.add("pause-without-effect", l.at(t, "pauses"), nil)
		}
	}
}

func (l *linter) undoes(t *Target, one string, kinds []string, other string, others []string) {
	for _, kind := range kinds {
		if slices.Contains(others, kind) {
			at := l.at(t, other)
			if !l.doc.Has(at) {
				at = l.at(t, one)
			}
			l.add("event-contradicts", at, args{"event": kind, "one": one, "other": other})
		}
	}
}

// people checks roles and titles.
func (l *linter) people() {
	used := map[string]bool{}
	for _, t := range l.p.targets {
		for _, role := range t.Approvals {
			used[role] = true
		}
		for _, s := range t.escalations {
			used[s.to] = true
		}
	}
	locales := l.locales()
	for _, role := range l.p.roles {
		here := at("roles", role.ID)
		if !used[role.ID] {
			l.add("role-unused", here, args{"role": role.ID})
		}
		for _, locale := range locales {
			if role.Titles[locale] == "" {
				l.add("role-title-missing", here, args{"role": role.ID, "locale": locale})
			}
		}
	}
	for i, role := range l.p.roles {
		for _, other := range l.p.roles[:i] {
			for _, locale := range locales {
				if title := role.Titles[locale]; title != "" && title == other.Titles[locale] {
					l.add("roles-alike", at("roles", role.ID), args{"role": role.ID, "other": other.ID, "title": title})
					break
				}
			}
		}
	}
	for _, t := range l.p.targets {
		for _, locale := range locales {
			if t.Titles[locale] == "" {
				l.add("target-title-missing", l.at(t, "title"), args{"target": t.ID, "locale": locale})
			}
		}
	}
}

// locales returns the locales of all titles, in order.
func (l *linter) locales() []string {
	var all []string
	note := func(titles map[string]string) {
		for locale := range titles {
			all = append(all, locale)
		}
	}
	for _, role := range l.p.roles {
		note(role.Titles)
	}
	for _, t := range l.p.targets {
		note(t.Titles)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// mention is a name that the policy gives to something without declaring it.
type mention struct {
	name string
	at   path
	n    int // how often
}

// mentions is the names of one sort, in the order of the file.
type mentions []mention

func (m *mentions) note(at path, names ...string) {
	for i, name := range names {
		here := at
		if len(names) > 1 {
			here = at.Add(i)
		}
		if j := slices.IndexFunc(*m, func(o mention) bool { return o.name == name }); j >= 0 {
			(*m)[j].n++
		} else {
			*m = append(*m, mention{name, here, 1})
		}
	}
}

// spellings finds names that are nearly the same.
func (l *linter) spellings() {
	events, reasons, metrics, ids := mentions{}, mentions{}, mentions{}, mentions{}
	for i, t := range l.p.targets {
		here := at("targets", i)
		ids.note(here.Add("id"), t.ID)
		metrics.note(here.Add("metric"), t.Metric)
		events.note(here.Add("start"), t.Start...)
		events.note(here.Add("meets"), t.Meets...)
		for j, b := range t.due.cutoffs {
			events.note(here.Add("due", "cutoffs", j, "meets"), b.meets...)
		}
		if l.doc.Has(here.Add("cancels")) {
			events.note(here.Add("cancels"), t.cancels...)
		}
		if l.doc.Has(here.Add("reopens")) {
			events.note(here.Add("reopens"), t.reopens...)
		}
		reasons.note(here.Add("pauses"), t.Pauses...)
	}
	l.misspelt("event", events)
	l.misspelt("reason", reasons)
	l.misspelt("metric", metrics)
	l.alike("event", events)
	l.alike("reason", reasons)
	l.alike("metric", metrics)
	l.alike("target", ids)
	l.declared()
}

// declared looks at names that the policy declares.
func (l *linter) declared() {
	for _, sort := range []struct{ what, key string }{{"attribute", "attributes"}, {"role", "roles"}, {"calendar", "calendars"}, {"set of holidays", "holidays"}} {
		var names mentions
		for _, key := range l.doc.Keys(at(sort.key)) {
			names.note(at(sort.key, key), key)
		}
		l.alike(sort.what, names)
	}
	for _, a := range l.p.attributes {
		var values mentions
		for i, v := range a.Values {
			values.note(at("attributes", a.Key, i), v)
		}
		l.alike("value", values)
	}
}

// misspelt reports a name that stands once and is a slip of the finger away from
// one that stands more often. The first letter is hardly ever a slip, and tells
// treated from created.
func (l *linter) misspelt(what string, names mentions) {
	for _, m := range names {
		for _, o := range names {
			if m.n == 1 && o.n > 1 && len(m.name) > 4 && m.name[0] == o.name[0] && plainName(m.name) != plainName(o.name) && tomldoc.Near(m.name, o.name, 1) {
				l.add("misspelt", m.at, args{"what": what, "name": m.name, "other": o.name})
			}
		}
	}
}

// alike reports names that differ in capitals, hyphens and the like alone.
func (l *linter) alike(what string, names mentions) {
	first := map[string]string{}
	for _, m := range names {
		key := plainName(m.name)
		if other, taken := first[key]; taken && other != m.name {
			l.add("names-alike", m.at, args{"what": what, "name": m.name, "other": other})
		} else {
			first[key] = m.name
		}
	}
}

// plainName leaves out what people write now so, now so.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_ .", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}
