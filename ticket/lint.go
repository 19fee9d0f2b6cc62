package ticket

import (
	"cmp"
	"slices"

	"github.com/townclerk/townclerk/sla"
)

// Findings lists all kinds of finding about a ticket.toml: invalid, which is what
// [Parse] refuses, and what [Policy.Lint] can find. The patches of an example are
// of ticket.toml or of the sla.toml beside it, whichever has their Old.
func Findings() []sla.FindingKind { return slices.Clone(findingKinds) }

// File returns the name that Parse was given.
func (p *Policy) File() string { return p.doc.Name() }

// Lint returns what is odd about a policy that Parse accepts, in the order of
// lines: what nothing uses, what nobody may do, and where ticket.toml and the
// promises of sla.toml miss each other.
//
// A target counts as being about tickets if the attributes that a ticket or a stage
// can have let it match. That it begins, or is met, is looked for among the kinds of
// event that the desk writes about such tickets: those of the workflow, and those of
// opened_as and treated_as.
func (p *Policy) Lint() []sla.Finding {
	l := linter{p: p}
	l.subjects()
	l.people()
	l.routes()
	l.targets()
	l.entries()
	l.waits()
	l.words()
	slices.SortStableFunc(l.found, func(a, b sla.Finding) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Code, b.Code)) })
	return l.found
}

// linter collects the findings of a policy.
type linter struct {
	p     *Policy
	found []sla.Finding
	about []concern // for each target of the promises
}

type args = map[string]any

// add notes a finding at a key.
func (l *linter) add(code string, here path, a args) {
	i := slices.IndexFunc(findingKinds, func(k sla.FindingKind) bool { return k.Code == code })
	if i < 0 {
		panic("ticket: no kind of finding is called " + code)
	}
	kind := &findingKinds[i]
	l.found = append(l.found, sla.Finding{
		Code: code, Severity: kind.Severity, File: l.p.doc.Name(), Line: l.p.doc.Line(here), Path: l.p.doc.Show(here), Args: a, Sentence: kind.Sentence,
	})
}

// people finds roles that are to do what they may not.
func (l *linter) people() {
	for _, id := range l.p.titles.IDs(tableDepartments) {
		d, here := l.p.departments[id], at(tableDepartments, id)
		powerless := l.powerless(d.diagnosers, Diagnose)
		if len(powerless) > 0 && len(powerless) == len(d.diagnosers) {
			l.add("diagnosers-powerless", here.Add("diagnosers"), args{"department": id, "roles": d.diagnosers})
		} else {
			for _, role := range powerless {
				l.add("ticket-role-powerless", here.Add("diagnosers"), args{"role": role, "action": string(Diagnose)})
			}
		}
		for _, role := range l.powerless(d.delegates, Treat) {
			if !l.p.may(role, Close) {
				l.add("ticket-role-powerless", here.Add("delegates"), args{"role": role, "action": string(Treat) + " or " + string(Close)})
			}
		}
	}
	l.chains(tableClasses, func(id string) chain { return l.p.classes[id].chain })
	l.chains(tableItems, func(id string) chain { return l.p.items[id].chain })
	var told []string
	for _, t := range l.p.promises.Targets() {
		told = append(told, t.Traits().Tells...)
	}
	for _, id := range l.p.titles.IDs(tableRoles) {
		here := at(tableRoles, id)
		if l.p.doc.Has(here.Add("may")) && len(l.p.roles[id].may) == 0 {
			l.add("ticket-may-empty", here.Add("may"), args{"role": id})
		}
		for _, key := range []string{"any_time", "calendar"} {
			if l.p.doc.Has(here.Add(key)) && !slices.Contains(told, id) {
				l.add("telling-without-effect", here.Add(key), args{"role": id, "key": key})
			}
		}
	}
}

func (l *linter) powerless(roles []string, do Action) []string {
	return slices.DeleteFunc(slices.Clone(roles), func(role string) bool { return l.p.may(role, do) })
}

func (l *linter) chains(table string, of func(id string) chain) {
	for _, id := range l.p.titles.IDs(table) {
		for _, role := range l.powerless(of(id).roles, Approve) {
			l.add("approver-powerless", at(table, id, "approvals"), args{"role": role})
		}
	}
}

// routes finds where nothing leads, and from where nothing does.
func (l *linter) routes() {
	teams, vendors := []string{l.p.unrouted.team}, []string{l.p.unrouted.vendor}
	for _, r := range l.p.causes {
		teams, vendors = append(teams, r.team), append(vendors, r.vendor)
	}
	for _, t := range l.p.tiers {
		teams, vendors = append(teams, t.team), append(vendors, t.vendor)
	}
	for _, id := range l.p.titles.IDs(tableDepartments) {
		team := l.p.team(id)
		if teams = append(teams, team); !l.p.titles.Has(tableTeams, team) {
			l.add("team-missing", at(tableDepartments, id), args{"team": team})
		}
	}
	for _, id := range l.p.titles.IDs(tableTeams) {
		if !slices.Contains(teams, id) {
			l.add("team-unrouted", at(tableTeams, id), args{"team": id})
		}
	}
	for _, id := range l.p.titles.IDs(tableVendors) {
		if !slices.Contains(vendors, id) {
			l.add("vendor-unrouted", at(tableVendors, id), args{"vendor": id})
		}
	}
	if len(l.p.causes) > 0 && l.p.unrouted == (route{}) {
		l.add("routing-missing", at(tableCauses), nil)
	}
	l.unusedTiers()
}

func (l *linter) unusedTiers() {
	var used []string
	for _, class := range l.p.titles.IDs(tableClasses) {
		used = append(used, l.p.Tiers(class, "")...)
	}
	for _, tiers := range l.p.types {
		used = append(used, tiers...)
	}
	for _, id := range l.p.titles.IDs(tableTiers) {
		if !slices.Contains(used, id) {
			l.add("tier-unused", at(tableTiers, id), args{"tier": id})
		}
	}
}

// waits compares the reasons for which tickets wait with those for which targets pause.
func (l *linter) waits() {
	targets := map[string][]string{}
	var reasons []string
	for i := range l.about {
		c := &l.about[i]
		if len(c.subjects) == 0 {
			continue
		}
		for _, reason := range c.target.Pauses {
			if targets[reason] == nil {
				reasons = append(reasons, reason)
			}
			targets[reason] = append(targets[reason], c.target.ID)
		}
	}
	for _, reason := range reasons {
		if !l.p.titles.Has(tableWaits, reason) {
			l.add("ticket-pause-impossible", at(tableWaits), args{"reason": reason, "targets": targets[reason]})
		}
	}
	for _, id := range l.p.titles.IDs(tableWaits) {
		if targets[id] == nil {
			l.add("wait-without-pause", at(tableWaits, id), args{"reason": id})
		}
	}
}

// words finds what has no name in a language that the desk speaks.
func (l *linter) words() {
	for _, locale := range l.p.titles.Locales() {
		var names []string
		for _, r := range l.p.promises.Roles() {
			if l.p.titles.Of(tableRoles, r.ID)[locale] == "" && r.Titles[locale] == "" {
				names = append(names, r.ID)
			}
		}
		for i := range l.about {
			if t := l.about[i].target; len(l.about[i].subjects) > 0 && t.Titles[locale] == "" {
				names = append(names, t.ID)
			}
		}
		if len(names) > 0 {
			l.add("ticket-title-missing", at("locales"), args{"locale": locale, "names": names})
		}
	}
	states, actions := make([]string, len(States)), make([]string, len(Actions))
	for i, s := range States {
		states[i] = string(s)
	}
	for i, a := range Actions {
		actions[i] = string(a)
	}
	l.labels(tableStates, states)
	l.labels(tableActions, actions)
}

func (l *linter) labels(table string, all []string) {
	missing := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Contains(l.p.titles.IDs(table), id) })
	if len(missing) > 0 && len(missing) < len(all) {
		l.add("ticket-label-missing", at(table), args{"table": "[" + table + "]", "names": missing})
	}
}
