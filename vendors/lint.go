package vendors

import (
	"cmp"
	"slices"
	"time"

	"github.com/townclerk/townclerk/sla"
)

// PolicyFile is the name of the file in a policy's folder that [Parse] reads.
const PolicyFile = "vendors.toml"

// Findings lists all kinds of finding about a vendors.toml: invalid, which is what
// [Parse] refuses, and what [Policy.Lint] can find. The patches of an example are of
// vendors.toml or of the sla.toml beside it, whichever has their Old.
func Findings() []sla.FindingKind { return slices.Clone(findingKinds) }

// File returns the name that Parse was given.
func (p *Policy) File() string { return p.doc.Name() }

// Lint returns what is odd about a policy that Parse accepts, in the order of lines: what
// nobody may do, contracts that get into each other's way or promise what never counts,
// and where vendors.toml and the promises of sla.toml miss each other.
func (p *Policy) Lint() []sla.Finding {
	l := linter{p: p}
	l.people()
	l.reviews()
	for i := range p.contracts {
		l.contract(&p.contracts[i])
	}
	l.overlaps()
	l.promises()
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
	kind := &findingKinds[i]
	l.found = append(l.found, sla.Finding{
		Code: code, Severity: kind.Severity, File: l.p.doc.Name(), Line: l.p.doc.Line(here), Path: l.p.doc.Show(here), Args: a, Sentence: kind.Sentence,
	})
}

// people finds what nobody may do, and roles and units that are of no use.
func (l *linter) people() {
	p := l.p
	for _, do := range Actions {
		if !slices.ContainsFunc(p.titles.IDs(tableRoles), func(role string) bool { return p.mayDo(role, do) }) {
			code := "action-nobody"
			if do == Exceed || do == Count || do == Present && p.addressee == "" || do == Judge && len(p.reviews) == 0 {
				code = "action-nobody-may-be"
			}
			l.add(code, at(tableRoles), args{"action": string(do)})
		}
	}
	for _, id := range p.titles.IDs(tableRoles) {
		official := slices.ContainsFunc(p.contracts, func(c Contract) bool {
			return slices.ContainsFunc(c.Agreed, func(a Agreement) bool { return a.Official == id })
		})
		if len(p.may[id]) == 0 && id != p.addressee && !official {
			l.add("role-idle", at(tableRoles, id), args{"role": id})
		}
	}
	for _, id := range p.titles.IDs(tableUnits) {
		if len(p.dealing) > 0 && !slices.Contains(p.dealing, id) {
			l.add("unit-unused", at(tableUnits, id), args{"unit": id})
		}
	}
}

// reviews finds reviews for which a contract has nothing to be judged.
func (l *linter) reviews() {
	for _, id := range l.p.titles.IDs(tableReviews) {
		if len(l.p.reviews[id].terms) > 0 {
			continue
		}
		for i := range l.p.contracts {
			c := &l.p.contracts[i]
			if len(c.Agreed[len(c.Agreed)-1].Terms) == 0 {
				l.add("review-empty", at(tableReviews, id), args{"review": id, "contract": string(c.ID)})
			}
		}
	}
}

// contract finds contacts that may not do their part, and targets that never count.
func (l *linter) contract(c *Contract) {
	here := at("contracts", string(c.ID))
	last := &c.Agreed[len(c.Agreed)-1]
	for _, do := range []Action{SetRules, Deal} {
		if !l.p.mayDo(last.Official, do) {
			l.add("official-powerless", here.Add("official"), args{"role": last.Official, "action": string(do)})
		}
	}
	for i, t := range c.Agreed[0].Targets {
		counts := slices.ContainsFunc(l.p.promises.Targets(), func(o *sla.Target) bool { return o.Metric == t.Metric && o.Traits().Contract })
		if !counts {
			l.add("target-without-effect", here.Add("targets", i), args{"metric": t.Metric})
		}
	}
}

// overlaps finds contracts of one rank that are in force for a service at once.
func (l *linter) overlaps() {
	all := l.p.contracts
	for i := range all {
		for j := range i {
			if service, since, ok := overlap(&all[j], &all[i]); ok && all[i].Rank == all[j].Rank {
				l.add("contracts-overlap", at("contracts", string(all[i].ID)), args{
					"contract": string(all[i].ID), "other": string(all[j].ID), "service": service, "day": since.In(l.p.zone()).Format(time.DateOnly),
				})
			}
		}
	}
}

// overlap returns a service for which both are in force, and the first instant at which
// they are: it is one at which one of them comes into force.
func overlap(a, b *Contract) (service string, at time.Time, ok bool) {
	var starts []time.Time
	for _, c := range []*Contract{a, b} {
		for i := range c.Agreed {
			starts = append(starts, c.Agreed[i].From)
		}
	}
	slices.SortFunc(starts, time.Time.Compare)
	for _, at := range starts {
		x, inForce := a.At(at)
		if !inForce {
			continue
		}
		for _, s := range x.Services {
			if b.Covers(s, at) {
				return s, at, true
			}
		}
	}
	return "", time.Time{}, false
}

// promises finds what comes round, or has to be done, by no time.
func (l *linter) promises() {
	p := l.p
	started := func(kind string) bool {
		return slices.ContainsFunc(p.promises.Targets(), func(t *sla.Target) bool { return slices.Contains(t.Start, kind) })
	}
	for _, x := range []struct {
		kind, class, about string
		here               path
	}{
		{owed, "", "calls are opened", at("calls")},
		{planned, classFrame, "budget frames are set", at("fiscal_year")},
	} {
		if !started(x.kind) || x.class != "" && !p.matched(x.class) {
			l.add("unpromised", x.here, args{"what": x.about})
		}
	}
	if p.addressee != "" && !p.matched(classUsage) {
		l.add("unpromised", at("usage"), args{"what": "a year's usage is presented"})
	}
	if len(p.reviews) > 0 && !p.matched(classReview) {
		l.add("unpromised", at(tableReviews), args{"what": "reviews are done"})
	}
}

// matched reports whether a target matches on a value of the attribute class.
func (p *Policy) matched(class string) bool {
	return slices.ContainsFunc(p.promises.Targets(), func(t *sla.Target) bool { return slices.Contains(t.Traits().Match["class"], class) })
}

// findingKinds lists all kinds of finding. A test makes each mistake in the sound policy
// of testdata, and looks for this finding.
var findingKinds = []sla.FindingKind{
	{
		Code: "invalid", Severity: sla.SeverityError, About: "a mistake because of which the policy cannot be read",
		Sentence: "{problem}",
		Example:  []sla.Patch{{Old: "channels = \"portal\"\n", New: "channels = \"portals\"\n"}},
	},
	{
		Code: "action-nobody", Severity: sla.SeverityWarning, About: "an action that no role may do",
		Sentence: "nobody may {action}; add it to the may of a role",
		Example:  []sla.Patch{{Old: "may = [\"sign\", \"pay\"]\n", New: "may = \"sign\"\n"}},
	},
	{
		Code: "action-nobody-may-be", Severity: sla.SeverityNote, About: "an action that no role may do, and perhaps none need to",
		Sentence: "nobody may {action}; if somebody is to, add it to the may of a role",
		Example: []sla.Patch{
			{Old: "\"release\", \"exceed\", \"judge\"", New: "\"release\", \"judge\""}, {Old: "may = [\"sign\", \"exceed\"]\n", New: "may = \"sign\"\n"},
		},
	},
	{
		Code: "role-idle", Severity: sla.SeverityNote, About: "a role that may do nothing and is no contact or addressee",
		Sentence: "{role} may do nothing here; name what it may do, or take it out",
		Example:  []sla.Patch{{Old: "[units.ict]\n", New: "[roles.mayor]\ntitle = { en = \"Mayor\", he = \"ראש העיר\" }\n\n[units.ict]\n"}},
	},
	{
		Code: "unit-unused", Severity: sla.SeverityNote, About: "a unit that does not deal with vendors",
		Sentence: "{unit} does not deal with vendors, as [calls] names others; add it there, or take it out",
		Example:  []sla.Patch{{Old: "[services.exchange]\n", New: "[units.parks]\ntitle = { en = \"Parks\", he = \"גנים\" }\n\n[services.exchange]\n"}},
	},
	{
		Code: "review-empty", Severity: sla.SeverityWarning, About: "a review in which nothing of a contract is judged",
		Sentence: "{review} judges the terms of the tender, and {contract} has none; write terms there, or for all contracts here",
		Example:  []sla.Patch{{Old: "terms = { \"4.1\" = \"Answers at any hour\", \"4.2\" = \"תיעוד כל תקלה\" }\n", New: ""}},
	},
	{
		Code: "official-powerless", Severity: sla.SeverityError, About: "an official contact that may not do its part",
		Sentence: "{role} is the official contact, and nobody else may {action} for it; add that to its may",
		Example:  []sla.Patch{{Old: "official = \"manager\"\n", New: "official = \"administrator\"\n"}},
	},
	{
		Code: "target-without-effect", Severity: sla.SeverityWarning, About: "a contract's promise that never counts",
		Sentence: "no target of sla.toml with the metric {metric} counts by the contract in force; write contract = \"replace\" into its due there",
		Example:  []sla.Patch{{Old: "due = { contract = \"replace\", default = { within = \"8h\" } }", New: "due = { within = \"8h\" }"}},
	},
	{
		Code: "contracts-overlap", Severity: sla.SeverityError, About: "two contracts in force at once, of which none ranks above the other",
		Sentence: "{contract} and {other} are both in force for {service} on {day}, so that no call can be opened then; give the one that counts a higher rank",
		Example: []sla.Patch{{Old: "[contracts.exchange-2026]\n", New: "[contracts.spare]\nvendor = \"line-vendor\"\ncurrency = \"ILS\"\nfrom = 2026-12-01\nservices = \"exchange\"\n" +
			"official = \"manager\"\ncalendar = \"desk\"\nterms = { \"1\" = \"x\" }\n\n[contracts.exchange-2026]\n"}},
	},
	{
		Code: "unpromised", Severity: sla.SeverityNote, About: "what has to be done, but by no time",
		Sentence: "no target of sla.toml says by when {what}",
		Example:  []sla.Patch{{Old: "match = { class = \"vendor-review\" }\n", New: "match = { class = \"vendor-invoice\" }\n"}},
	},
}
