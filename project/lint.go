package project

import (
	"cmp"
	"slices"

	"github.com/townclerk/townclerk/sla"
)

// Findings lists all kinds of finding about a project.toml: invalid, which is what
// [Parse] refuses, and what [Policy.Lint] can find. The patches of an example are of
// project.toml or of the sla.toml beside it, whichever has their Old.
func Findings() []sla.FindingKind { return slices.Clone(findingKinds) }

// File returns the name that Parse was given.
func (p *Policy) File() string { return p.doc.Name() }

// findingKinds lists all kinds of finding. A test makes each mistake in the sound policy
// of testdata, in its project.toml or its sla.toml, and looks for exactly this finding.
var findingKinds = []sla.FindingKind{
	{
		Code: "invalid", Severity: sla.SeverityError, About: "a mistake because of which the policy cannot be read",
		Sentence: "{problem}",
		Example:  []sla.Patch{{Old: `calendar = "is-desk"`, New: `calendar = "is-dask"`}},
	},
	{
		Code: "gate-powerless", Severity: sla.SeverityError, About: "a gate that nobody can pass",
		Sentence: "nobody can pass this gate: none of {roles} may {action}; add it to the may of one of them, or name other roles",
		Example:  []sla.Patch{{Old: "at = \"adopt\"\nroles = [\"is-manager\", \"director-general\"]", New: "at = \"adopt\"\nroles = \"user\""}},
	},
	{
		Code: "approvers-powerless", Severity: sla.SeverityError, About: "work plans that nobody can approve",
		Sentence: "no work plan ever becomes active: none of {roles} may {action}; add it to the may of one of them, or name other roles",
		Example:  []sla.Patch{{Old: `approvers = "director-general"`, New: `approvers = "user"`}},
	},
	{
		Code: "project-never-begins", Severity: sla.SeverityError, About: "a target for projects that never starts",
		Sentence: "{target} never begins: nothing that happens to a project of the classes {classes} is called {kinds}; the package comment lists what is",
		Example:  []sla.Patch{{Old: "start = \"deviation-exceeded\"", New: "start = \"plan-left\""}},
	},
	{
		Code: "project-never-met", Severity: sla.SeverityWarning, About: "a target for projects that nothing can meet",
		Sentence: "{target} is never met: nothing that happens to a project of the classes {classes} is called {kinds}; the package comment lists what is",
		Example:  []sla.Patch{{Old: "meets = [\"revision-adopted\", \"closed\"]", New: "meets = \"answered\""}},
	},
	{
		Code: "project-role-powerless", Severity: sla.SeverityWarning, About: "a role that is to do what it may not do",
		Sentence: "{role} stands here in vain: the role may not {action}; add that to its may, or take it out here",
		Example:  []sla.Patch{{Old: "at = \"adopt\"\nroles = [\"is-manager\", \"director-general\"]", New: "at = \"adopt\"\nroles = [\"is-manager\", \"user\"]"}},
	},
	{
		Code: "project-may-empty", Severity: sla.SeverityWarning, About: "an empty list of what a role may do, which lets it do everything",
		Sentence: "an empty list lets {role} do everything; name what it may do, or leave the key out",
		Example:  []sla.Patch{{Old: `may = ["write", "ask"]`, New: "may = []"}},
	},
	{
		Code: "project-pause-impossible", Severity: sla.SeverityWarning, About: "a target for projects that pauses for a reason for which no project waits",
		Sentence: "{target} pauses for {reason}, for which no project ever waits; the reasons are {known}",
		Example:  []sla.Patch{{Old: "pauses = [\"on-hold\"]", New: "pauses = [\"vacation\"]"}},
	},
	{
		Code: "project-title-missing", Severity: sla.SeverityWarning, About: "a role or a target without a title in one of the languages",
		Sentence: "in the language {locale} there is no title for {names}; write one in sla.toml, or here for a role",
		Example:  []sla.Patch{{Old: `is-manager = { en = "Manager, Information Systems", he = "מנהלת מחלקת מערכות מידע" }`, New: `is-manager = { en = "Manager, Information Systems" }`}},
	},
	{
		Code: "project-class-unpromised", Severity: sla.SeverityNote, About: "a class for which nothing is promised",
		Sentence: "nothing is promised for projects of the class {class}",
		Example: []sla.Patch{
			{Old: `"project-pilot", "work-plan"]`, New: `"project-pilot", "project-study", "work-plan"]`},
			{Old: "", New: "\n[classes.project-study]\ntitle = { en = \"Study\", he = \"בחינה\" }\n"},
		},
	},
	{
		Code: "project-label-missing", Severity: sla.SeverityNote, About: "some states or actions without a label, where others have one",
		Sentence: "{table} names some and not {names}, which are called as in English or not at all; add them",
		Example:  []sla.Patch{{Old: "", New: "\n[states.intake]\nen = \"demanded\"\nhe = \"דרישה\"\n"}},
	},
}

// Lint returns what is odd about a policy that Parse accepts, in the order of lines: what
// nobody may do, and where project.toml and the promises of sla.toml miss each other. A
// target counts as being about projects if it matches one of the classes, or work plans,
// and one of the departments.
func (p *Policy) Lint() []sla.Finding {
	l := linter{p: p}
	l.people()
	l.targets()
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
		panic("project: no kind of finding is called " + code)
	}
	kind := &findingKinds[i]
	l.found = append(l.found, sla.Finding{
		Code: code, Severity: kind.Severity, File: l.p.doc.Name(), Line: l.p.doc.Line(here), Path: l.p.doc.Show(here), Args: a, Sentence: kind.Sentence,
	})
}

// people finds roles that are to do what they may not.
func (l *linter) people() {
	for i, g := range l.p.gates {
		l.powerless("gate-powerless", at("gates", i, "roles"), g.roles, g.at)
	}
	l.powerless("approvers-powerless", at("work_plans", "approvers"), l.p.approvers, Approve)
	for _, id := range l.p.titles.IDs(tableRoles) {
		if here := at(tableRoles, id, "may"); l.p.doc.Has(here) && len(l.p.roles[id]) == 0 {
			l.add("project-may-empty", here, args{"role": id})
		}
	}
}

// powerless finds roles that may not do an action: all of them, or some.
func (l *linter) powerless(code string, here path, roles []string, do Action) {
	not := slices.DeleteFunc(slices.Clone(roles), func(role string) bool { return l.p.may(role, do) })
	if len(not) > 0 && len(not) == len(roles) {
		l.add(code, here, args{"roles": roles, "action": string(do)})
		return
	}
	for _, role := range not {
		l.add("project-role-powerless", here, args{"role": role, "action": string(do)})
	}
}

// written is the kinds of event that are written about projects, and about work plans.
func written() (ofProjects, ofWorkPlans []string) {
	ofProjects = []string{demanded, warned, exceeded}
	for _, table := range []*table{projects, deliverables, changes} {
		for _, r := range table.All() {
			ofProjects = append(ofProjects, r.Events...)
		}
	}
	ofWorkPlans = []string{workDraft}
	for _, r := range workPlans.All() {
		ofWorkPlans = append(ofWorkPlans, r.Events...)
	}
	return ofProjects, ofWorkPlans
}

// targets compares what is promised with what can happen.
func (l *linter) targets() {
	ofProjects, ofWorkPlans := written()
	promised := map[string]bool{}
	for _, t := range l.p.promises.Targets() {
		traits := t.Traits()
		var classes []string
		for _, class := range append(l.p.IDs(tableClasses), workClass) {
			if !l.matches(&traits, class) {
				continue
			}
			kinds := ofProjects
			if class == workClass {
				kinds = ofWorkPlans
			}
			classes = append(classes, class)
			if slices.ContainsFunc(t.Start, func(kind string) bool { return slices.Contains(kinds, kind) }) {
				promised[class] = true
			}
		}
		if len(traits.Match["class"]) == 0 || len(classes) == 0 {
			continue // it is about everything, and not about projects alone
		}
		kinds := ofProjects
		if len(classes) == 1 && classes[0] == workClass {
			kinds = ofWorkPlans
		}
		l.target(t, &traits, classes, kinds)
	}
	for _, class := range l.p.IDs(tableClasses) {
		if !promised[class] && class != workClass {
			l.add("project-class-unpromised", at(tableClasses, class), args{"class": class})
		}
	}
}

func (l *linter) target(t *sla.Target, traits *sla.Traits, classes, kinds []string) {
	none := func(wanted []string) bool {
		return len(wanted) > 0 && !slices.ContainsFunc(wanted, func(kind string) bool { return slices.Contains(kinds, kind) })
	}
	a := args{"target": t.ID, "classes": classes}
	switch {
	case none(t.Start):
		a["kinds"] = t.Start
		l.add("project-never-begins", at(tableClasses), a)
	case none(traits.Meets):
		a["kinds"] = traits.Meets
		l.add("project-never-met", at(tableClasses), a)
	}
	for _, reason := range t.Pauses {
		if reason != rests && reason != madeAnew {
			l.add("project-pause-impossible", at(tableClasses), args{"target": t.ID, "reason": reason, "known": []string{rests, madeAnew}})
		}
	}
}

// matches reports whether a target counts for a class, of some department.
func (l *linter) matches(traits *sla.Traits, class string) bool {
	for key, values := range traits.Match {
		possible := slices.ContainsFunc(values, func(value string) bool {
			switch key {
			case "class":
				return value == class
			case "department":
				return slices.Contains(l.p.titles.IDs(tableDepartments), value)
			case "partner":
				return class != workClass && (value == "" || slices.Contains(l.p.titles.IDs(tableDepartments), value))
			case "horizon", "plane":
				return class == workClass && slices.Contains(l.p.titles.IDs(key+"s"), value)
			}
			return value == "" // a project has no other attributes
		})
		if !possible {
			return false
		}
	}
	return true
}

// words finds what has no name in a language of the policy.
func (l *linter) words() {
	for _, locale := range l.p.titles.Locales() {
		var names []string
		for _, r := range l.p.promises.Roles() {
			if l.named(r.ID) && l.p.titles.Of(tableRoles, r.ID)[locale] == "" && r.Titles[locale] == "" {
				names = append(names, r.ID)
			}
		}
		for _, t := range l.p.promises.Targets() {
			traits := t.Traits()
			about := slices.ContainsFunc(l.p.IDs(tableClasses), func(class string) bool { return l.matches(&traits, class) })
			if about && t.Titles[locale] == "" {
				names = append(names, t.ID)
			}
		}
		if len(names) > 0 {
			l.add("project-title-missing", at("locales"), args{"locale": locale, "names": names})
		}
	}
	l.labels(tableStates, texts(States))
	l.labels(tableActions, texts(Actions))
}

// named reports whether the policy names a role.
func (l *linter) named(role string) bool {
	return slices.Contains(l.p.titles.IDs(tableRoles), role) || slices.Contains(l.p.approvers, role) ||
		slices.ContainsFunc(l.p.gates, func(g gate) bool { return slices.Contains(g.roles, role) })
}

func (l *linter) labels(table string, all []string) {
	missing := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Contains(l.p.titles.IDs(table), id) })
	if len(missing) > 0 && len(missing) < len(all) {
		l.add("project-label-missing", at(table), args{"table": "[" + table + "]", "names": missing})
	}
}
