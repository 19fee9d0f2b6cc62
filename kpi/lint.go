package kpi

import (
	"cmp"
	"slices"

	"github.com/townclerk/townclerk/sla"
)

// Findings lists all kinds of finding about a kpi.toml: invalid, which is what [Parse]
// refuses, and what [Policy.Lint] can find. The patches of an example are of kpi.toml or
// of the sla.toml beside it, whichever has their Old.
func Findings() []sla.FindingKind { return slices.Clone(findingKinds) }

// File returns the name that Parse was given.
func (p *Policy) File() string { return p.doc.Name() }

// Lint returns what is odd about a policy that Parse accepts, in the order of lines:
// what nobody may do, what nothing watches or measures, and what nothing uses.
func (p *Policy) Lint() []sla.Finding {
	l := linter{p: p}
	l.people()
	l.duties()
	l.clauses()
	l.entries()
	l.words()
	slices.SortStableFunc(l.found, func(a, b sla.Finding) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Code, b.Code)) })
	return l.found
}

// linter collects the findings of a policy.
type linter struct {
	p     *Policy
	found []sla.Finding
}

type args = map[string]any

// add notes a finding at a key.
func (l *linter) add(code string, here path, a args) {
	i := slices.IndexFunc(findingKinds, func(k sla.FindingKind) bool { return k.Code == code })
	if i < 0 {
		panic("kpi: no kind of finding is called " + code)
	}
	kind := &findingKinds[i]
	l.found = append(l.found, sla.Finding{
		Code: code, Severity: kind.Severity, File: l.p.doc.Name(), Line: l.p.doc.Line(here), Path: l.p.doc.Show(here), Args: a, Sentence: kind.Sentence,
	})
}

// people finds what nobody may do, though there is something to do it to.
func (l *linter) people() {
	var may []Action
	for _, actions := range l.p.may {
		may = append(may, actions...)
	}
	demanded := slices.ContainsFunc(l.p.IDs(tableDuties), func(id string) bool { return l.p.duties[id].every == demand })
	for _, one := range []struct {
		table string
		do    Action
		asked bool
	}{
		{tableIndicators, Measure, true}, {tableDuties, Attest, true}, {tableReports, Attest, true}, {tableDuties, Demand, demanded}, {tableCards, Enter, true},
	} {
		if one.asked && len(l.p.titles.IDs(one.table)) > 0 && !slices.Contains(may, one.do) {
			l.add("nobody-may", at(one.table), args{"table": "[" + one.table + "]", "action": string(one.do)})
		}
	}
	for _, id := range l.p.titles.IDs(tableCards) {
		for i, s := range l.p.cards[id].version.Text.Signatures {
			if !l.p.mayDo(s.Role, Sign) {
				l.add("signer-powerless", at(tableCards, id, "signatures", i, "role"), args{"role": s.Role})
			}
		}
	}
	for _, table := range []string{tableDuties, tableReports} {
		for _, id := range l.p.titles.IDs(table) {
			if role := l.p.duties[id].Role; role != "" && !l.p.mayDo(role, Attest) {
				l.add("kpi-role-powerless", at(table, id, "role"), args{"role": role, "duty": id})
			}
		}
	}
}

// duties finds those that no target of the promises watches.
func (l *linter) duties() {
	for _, table := range []string{tableDuties, tableReports} {
		for _, id := range l.p.titles.IDs(table) {
			if d := l.p.duties[id]; d.every != demand && !l.watched(&d) {
				l.add("duty-unwatched", at(table, id), args{"duty": id})
			}
		}
	}
}

// watched reports whether an occurrence of the duty has a clock.
func (l *linter) watched(d *Duty) bool {
	cal := l.p.calendar(d.calendar)
	from, to := cal.Cover()
	began := from.Add(to.Sub(from) / 2).UTC()
	o, _, err := l.p.Begin(d.ID, Fall{Date: dateIn(began, l.p.zone()), Began: began, Due: began.AddDate(0, 0, 1)}, []string{"one"}, began)
	if err != nil || len(o.Log) == 0 {
		return false
	}
	a, err := l.p.promises.Assess(sla.Timeline{ID: string(o.ID), Events: o.Log}, began)
	return err == nil && len(a.Clocks) > 0
}

// clauses finds those that nothing measures.
func (l *linter) clauses() {
	for _, c := range l.p.clauses {
		if len(c.Promises)+len(c.Indicators)+len(c.Duties) == 0 {
			l.add("clause-unmeasured", at(tableClauses, c.ID), args{"clause": c.ID})
		}
	}
}

// entries finds what nothing names.
func (l *linter) entries() {
	used := map[string][]string{}
	use := func(table string, ids ...string) { used[table] = append(used[table], ids...) }
	for _, in := range l.p.indicators {
		use(tableUnits, in.Unit)
	}
	for _, d := range l.p.duties {
		use(tableItems, d.Per)
	}
	for _, c := range l.p.clauses {
		use(tableAreas, c.Area)
		use(tableSubjects, c.Subject)
	}
	for _, c := range l.p.cards {
		use(tableUnits, c.version.Text.Units...)
	}
	for _, table := range []string{tableUnits, tableItems, tableAreas, tableSubjects} {
		for _, id := range l.p.titles.IDs(table) {
			if !slices.Contains(used[table], id) {
				l.add("entry-unused", at(table, id), args{"id": id, "table": "[" + table + "]"})
			}
		}
	}
}

// words finds tables of labels that leave some out.
func (l *linter) words() {
	for table, all := range map[string][]string{tableStates: stateNames(), tableActions: actionNames()} {
		named := l.p.titles.IDs(table)
		missing := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Contains(named, id) })
		if len(named) > 0 && len(missing) > 0 {
			l.add("kpi-label-missing", at(table), args{"table": "[" + table + "]", "names": missing})
		}
	}
}
