package asset

import (
	"cmp"
	"slices"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
)

// Findings lists all kinds of finding about an asset.toml: invalid, which is what
// [Parse] refuses, and what [Policy.Lint] can find. The patches of an example are of
// asset.toml or of the sla.toml beside it, whichever has their Old.
func Findings() []sla.FindingKind { return slices.Clone(findingKinds) }

// File returns the name that Parse was given.
func (p *Policy) File() string { return p.doc.Name() }

// Lint returns what is odd about a policy that Parse accepts, in the order of lines:
// what lets anybody do everything, what nothing uses, and where asset.toml and the promises of
// sla.toml miss each other.
func (p *Policy) Lint() []sla.Finding {
	l := linter{p: p}
	l.people()
	l.groups()
	l.promises()
	l.words()
	slices.SortStableFunc(l.found, func(a, b sla.Finding) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Code, b.Code)) })
	return l.found
}

// linter collects the findings of a policy.
type linter struct {
	p     *Policy
	found []sla.Finding
}

// add notes a finding at a key.
func (l *linter) add(code string, here path, args map[string]any) {
	i := slices.IndexFunc(findingKinds, func(k sla.FindingKind) bool { return k.Code == code })
	if i < 0 {
		panic("asset: no kind of finding is called " + code)
	}
	kind := &findingKinds[i]
	l.found = append(l.found, sla.Finding{
		Code: code, Severity: kind.Severity, File: l.p.doc.Name(), Line: l.p.doc.Line(here), Path: l.p.doc.Show(here), Args: args, Sentence: kind.Sentence,
	})
}

// people finds roles that may do everything by mistake.
func (l *linter) people() {
	for _, id := range l.p.titles.IDs(tableRoles) {
		if here := at(tableRoles, id, "may"); l.p.doc.Has(here) && len(l.p.roles[id]) == 0 {
			l.add("asset-may-empty", here, map[string]any{"role": id})
		}
	}
}

// groups finds groups to which no kind counts.
func (l *linter) groups() {
	for _, id := range l.p.titles.IDs(tableGroups) {
		used := false
		for _, k := range l.p.kinds {
			used = used || slices.Contains(k.groups, id)
		}
		if !used {
			l.add("group-empty", at(tableGroups, id), map[string]any{"group": id})
		}
	}
}

// promises finds changes and terms about which sla.toml says too little.
func (l *linter) promises() {
	for _, id := range l.p.titles.IDs(tableChanges) {
		var without []string
		for _, kind := range append(l.p.kindIDs(), licence) {
			if l.concerns(id, kind) && !l.p.covered(id, kind, changed) {
				without = append(without, kind)
			}
		}
		if len(without) > 0 {
			l.add("change-gap", at(tableChanges, id), map[string]any{"change": id, "kinds": without})
		}
	}
	if l.p.doc.Has(at("licences")) && !slices.ContainsFunc(l.p.promises.Targets(), func(t *sla.Target) bool {
		return slices.Contains(t.Start, sla.Appointed) && slices.Contains(t.Traits().Meets, decided)
	}) {
		l.add("renewal-unpromised", at("licences"), nil)
	}
}

// concerns reports whether a change can be one of a kind of asset, or of licences.
func (l *linter) concerns(change, kind string) bool {
	for do, id := range l.p.changes {
		if id == change && (happenedToLicence[do] != "") == (kind == licence) {
			return true
		}
	}
	return false
}

// words finds what has no name in a language of the inventory.
func (l *linter) words() {
	for _, locale := range l.p.titles.Locales() {
		var names []string
		for _, id := range l.p.knownRoles() {
			if l.p.titles.Of(tableRoles, id)[locale] == "" && l.promised(id)[locale] == "" {
				names = append(names, id)
			}
		}
		if len(names) > 0 {
			l.add("asset-title-missing", at("locales"), map[string]any{"locale": locale, "names": names})
		}
	}
	l.labels(tableStates, texts(States))
	l.labels(tableActions, texts(Actions))
	l.labels(tableFacts, append([]string{columnState}, factKeys...))
}

// promised returns what sla.toml calls a role.
func (l *linter) promised(id string) map[string]string {
	for _, r := range l.p.book.Roles() {
		if r.ID == id {
			return r.Titles
		}
	}
	return nil
}

func (l *linter) labels(table string, all []string) {
	missing := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Contains(l.p.titles.IDs(table), id) })
	if len(missing) > 0 && len(missing) < len(all) {
		l.add("asset-label-missing", tomldoc.At(table), map[string]any{"table": "[" + table + "]", "names": missing})
	}
}

// findingKinds lists all kinds of finding. A test makes each mistake in the policy of
// testdata, in its asset.toml or its sla.toml, and looks for exactly this finding.
var findingKinds = []sla.FindingKind{
	{
		Code: "invalid", Severity: sla.SeverityError, About: "a mistake because of which the policy cannot be read",
		Sentence: "{problem}",
		Example:  []sla.Patch{{Old: `over_use = "refuse"`, New: `over_use = "allow"`}},
	},
	{
		Code: "asset-may-empty", Severity: sla.SeverityWarning, About: "an empty list of what a role may do, which lets it do everything",
		Sentence: "an empty list lets {role} do everything; name what it may do, or leave the key out",
		Example:  []sla.Patch{{Old: "he = \"טכנאי\" }\n", New: "he = \"טכנאי\" }\nmay = []\n"}},
	},
	{
		Code: "group-empty", Severity: sla.SeverityWarning, About: "a group to which no kind of asset counts",
		Sentence: "no kind of asset counts to {group}, so that counts of it are always 0; name it in the groups of a kind",
		Example:  []sla.Patch{{Old: "", New: "\n[groups.screens]\ntitle = { en = \"Screens\", he = \"מסכים\" }\n"}},
	},
	{
		Code: "change-gap", Severity: sla.SeverityWarning, About: "a change that is to be reported, and for some kinds of asset by no time",
		Sentence: "the change {change} is reported, but sla.toml says by when for no {kinds}; add them to a target that changed begins and reported meets",
		Example: []sla.Patch{
			{Old: "[attributes]\n", New: "[attributes]\ncritical = [false, true]\nchange = [\"new\", \"decommission\", \"upgrade\", \"relocate\", \"licence\"]\nkind = []\n"},
			{Old: `match = { department = "operations", class = "inventory-change" }`, New: "match = { department = \"operations\", class = \"inventory-change\", kind = [\"server\", \"licence\"] }"},
		},
	},
	{
		Code: "renewal-unpromised", Severity: sla.SeverityNote, About: "terms of licences about whose renewal nobody has to decide",
		Sentence: "nobody is promised to decide about a licence before it ends; write a target that appointed begins and renewal-decided meets",
		Example:  []sla.Patch{{Old: `meets = "renewal-decided"`, New: `meets = "renewed"`}},
	},
	{
		Code: "asset-title-missing", Severity: sla.SeverityWarning, About: "a role of sla.toml without a title in a language of the inventory",
		Sentence: "there is no title in {locale} for {names}; add them in sla.toml or in [roles], or take the language out here",
		Example:  []sla.Patch{{Old: `manager = { en = "Manager", he = "מנהל" }`, New: `manager = { en = "Manager" }`}},
	},
	{
		Code: "asset-label-missing", Severity: sla.SeverityNote, About: "states, actions or facts without a label, where others have one",
		Sentence: "{names} have no label in {table}, though others do, so that people read their English names",
		Example:  []sla.Patch{{Old: "", New: "\n[states.tested]\nen = \"tested\"\nhe = \"נבדק\"\n"}},
	},
}
