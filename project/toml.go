package project

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/titles"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
)

// The raw types are the shape of project.toml. The package comment describes the keys.

type rawPolicy struct {
	Format       int                          `toml:"format" required:"true" hint:"write format = 1"`
	Name         string                       `toml:"name" required:"true" hint:"name the policy"`
	Locales      tomldoc.Strings              `toml:"locales" required:"true" hint:"write the languages of the titles, such as [\"en\", \"he\"]"`
	Calendar     string                       `toml:"calendar" required:"true" hint:"name a calendar of sla.toml: plans are counted in its working days"`
	Deviation    *rawDeviation                `toml:"deviation" required:"true" hint:"write [deviation] and the limit, such as limit = \"10%\""`
	Intake       *rawIntake                   `toml:"intake,omitempty"`
	WorkPlans    *rawWorkPlans                `toml:"work_plans,omitempty"`
	Roles        map[string]rawRole           `toml:"roles,omitempty"`
	Departments  map[string]rawDepartment     `toml:"departments" required:"true" hint:"write [departments.…] above each department"`
	Classes      map[string]rawEntry          `toml:"classes" required:"true" hint:"write [classes.…] above each class of projects"`
	Deliverables map[string]rawDeliverable    `toml:"deliverables" required:"true" hint:"write [deliverables.…] above each kind of what is ordered, one of them with specification = true"`
	Documents    map[string]rawEntry          `toml:"documents,omitempty"`
	Results      map[string]rawResult         `toml:"results" required:"true" hint:"write [results.…] above each kind of test, one of them with acceptance = true"`
	Causes       map[string]rawCause          `toml:"causes,omitempty"`
	Horizons     map[string]rawHorizon        `toml:"horizons,omitempty"`
	Planes       map[string]rawEntry          `toml:"planes,omitempty"`
	Gates        []rawGate                    `toml:"gates,omitempty"`
	States       map[string]map[string]string `toml:"states,omitempty"`
	Actions      map[string]map[string]string `toml:"actions,omitempty"`
}

type rawEntry struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
}

type rawDeviation struct {
	Limit  rawShare        `toml:"limit" required:"true" hint:"write a share of the plan, such as \"10%\""`
	Cost   *bool           `toml:"cost" required:"true" hint:"say whether the limit is one of the cost, too: write cost = true, or false"`
	Source tomldoc.Strings `toml:"source,omitempty"`
}

type rawIntake struct {
	Class  string          `toml:"class" required:"true" hint:"name one of [classes]"`
	Lead   string          `toml:"lead" required:"true" hint:"name one of [departments]"`
	Source tomldoc.Strings `toml:"source,omitempty"`
}

type rawWorkPlans struct {
	Approvers tomldoc.Strings `toml:"approvers" required:"true" hint:"name the roles that approve work plans"`
	Source    tomldoc.Strings `toml:"source,omitempty"`
}

type rawRole struct {
	Title  map[string]string `toml:"title,omitempty"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
	May    tomldoc.Strings   `toml:"may,omitempty"`
}

type rawDepartment struct {
	Title   map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source  tomldoc.Strings   `toml:"source,omitempty"`
	Partner string            `toml:"partner,omitempty"`
}

type rawDeliverable struct {
	Title         map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source        tomldoc.Strings   `toml:"source,omitempty"`
	Specification bool              `toml:"specification,omitempty"`
}

type rawResult struct {
	Title      map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source     tomldoc.Strings   `toml:"source,omitempty"`
	Acceptance bool              `toml:"acceptance,omitempty"`
}

type rawCause struct {
	Title     map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source    tomldoc.Strings   `toml:"source,omitempty"`
	Reference bool              `toml:"reference,omitempty"`
}

type rawHorizon struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
	Years  int               `toml:"years" required:"true" hint:"write for how many years such a plan is at most"`
}

type rawGate struct {
	At           string          `toml:"at" required:"true" hint:"name the action that it is before, such as \"approve\""`
	Classes      tomldoc.Strings `toml:"classes,omitempty"`
	Roles        tomldoc.Strings `toml:"roles,omitempty"`
	Documents    tomldoc.Strings `toml:"documents,omitempty"`
	Results      tomldoc.Strings `toml:"results,omitempty"`
	Deliverables tomldoc.Strings `toml:"deliverables,omitempty"`
	Source       tomldoc.Strings `toml:"source,omitempty"`
}

// rawShare is a share, exact.
type rawShare townclerk.Ratio

// UnmarshalText reads 10% or 12.5%.
func (s *rawShare) UnmarshalText(text []byte) error {
	number, ok := strings.CutSuffix(string(text), "%")
	digits := strings.Replace(number, ".", "", 1)
	if !ok || len(digits) > 9 || strings.Trim(digits, "0123456789") != "" || strings.HasPrefix(number, ".") || strings.HasSuffix(number, ".") || digits == "" {
		return fmt.Errorf("%q is not a share; write a percentage of at most nine digits, such as \"10%%\" or \"12.5%%\"", text)
	}
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return fmt.Errorf("%q is not a share; write a percentage such as \"10%%\"", text)
	}
	r.Quo(r, big.NewRat(100, 1))
	*s = rawShare{N: r.Num().Int64(), D: r.Denom().Int64()} // of nine digits each: both fit
	return nil
}

// Parse reads how projects are run from project.toml, to go with the promises of
// sla.toml. The name is the file's, for the errors: all mistakes come back joined, in the
// order of lines, each a [*townclerk.FileError].
func Parse(data []byte, name string, promises *sla.Policy) (*Policy, error) {
	if promises == nil {
		return nil, errors.New(name + ": the promises of sla.toml are needed to read it")
	}
	var raw rawPolicy
	doc := tomldoc.Decode(data, name, &raw)
	p := parser{raw: &raw, Reader: titles.NewReader(doc, raw.Locales, tables...)}
	p.policy = &Policy{
		name: raw.Name, doc: doc, promises: promises, book: promises.Book(), titles: p.Titles,
		roles: map[string][]Action{}, partners: map[string]string{}, specifies: map[string]bool{}, accepts: map[string]bool{},
		referenced: map[string]bool{}, horizons: map[string]int{},
	}
	p.parse()
	p.policy.titles = p.Titles
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return p.policy, nil
}

type parser struct {
	*titles.Reader
	raw    *rawPolicy
	policy *Policy
}

type path = tomldoc.Path

func at(steps ...any) path { return tomldoc.At(steps...) }

func (p *parser) parse() {
	p.Format(p.raw.Format)
	p.calendar()
	if d := p.raw.Deviation; d != nil {
		p.policy.limit, p.policy.costCounts = townclerk.Ratio(d.Limit), d.Cost != nil && *d.Cost
	}
	p.roles()
	p.kinds()
	for _, id := range p.IDs(tableDepartments) {
		raw, here := p.raw.Departments[id], at(tableDepartments, id)
		p.Entry(tableDepartments, id, raw.Title, raw.Source)
		p.attribute(here, "department", id)
		p.policy.partners[id] = p.Ref(here.Add("partner"), tableDepartments, raw.Partner)
		if raw.Partner == id {
			p.Doc.Errorf(here.Add("partner"), "a department is not its own partner; name another, or leave the key out")
		}
	}
	if in := p.raw.Intake; in != nil {
		p.policy.intake = intake{p.Ref(at("intake", "class"), tableClasses, in.Class), p.Ref(at("intake", "lead"), tableDepartments, in.Lead)}
	}
	p.workPlans()
	for i, raw := range p.raw.Gates {
		p.gate(at("gates", i), raw)
	}
	p.words(tableStates, p.raw.States, texts(States))
	p.words(tableActions, p.raw.Actions, texts(Actions))
}

// calendar finds the calendar in whose working days plans are counted.
func (p *parser) calendar() {
	name, here := p.raw.Calendar, at("calendar")
	if name == "" {
		return
	}
	if p.policy.calendar = p.policy.promises.Corrected().Calendar(name); p.policy.calendar == nil {
		p.Doc.Errorf(here, "the promises have no calendar named %q; name one of theirs", name)
	}
}

// kinds reads the tables of what there is in projects.
func (p *parser) kinds() {
	for _, id := range p.IDs(tableClasses) {
		p.Entry(tableClasses, id, p.raw.Classes[id].Title, p.raw.Classes[id].Source)
		p.attribute(at(tableClasses, id), "class", id)
	}
	for _, id := range p.IDs(tableDeliverables) {
		raw := p.raw.Deliverables[id]
		p.Entry(tableDeliverables, id, raw.Title, raw.Source)
		if raw.Specification {
			p.policy.specifies[id] = true
		}
	}
	for _, id := range p.IDs(tableResults) {
		raw := p.raw.Results[id]
		p.Entry(tableResults, id, raw.Title, raw.Source)
		if raw.Acceptance {
			p.policy.accepts[id] = true
		}
	}
	if here := at(tableDeliverables); len(p.policy.specifies) == 0 && !p.Doc.Failed(here) {
		p.Doc.Errorf(here, "none is a specification, without which nothing is developed; mark one with specification = true")
	}
	if here := at(tableResults); len(p.policy.accepts) == 0 && !p.Doc.Failed(here) {
		p.Doc.Errorf(here, "none is of acceptance tests, without which nothing closes; mark one with acceptance = true")
	}
	for _, id := range p.IDs(tableCauses) {
		raw := p.raw.Causes[id]
		p.Entry(tableCauses, id, raw.Title, raw.Source)
		p.policy.referenced[id] = raw.Reference
	}
	for table, entries := range map[string]map[string]rawEntry{tableDocuments: p.raw.Documents, tablePlanes: p.raw.Planes} {
		for _, id := range p.IDs(table) {
			p.Entry(table, id, entries[id].Title, entries[id].Source)
		}
	}
	for _, id := range p.IDs(tableHorizons) {
		raw, here := p.raw.Horizons[id], at(tableHorizons, id, "years")
		p.Entry(tableHorizons, id, raw.Title, raw.Source)
		if (raw.Years < 1 || raw.Years > mostYears) && !p.Doc.Failed(here) {
			p.Doc.Errorf(here, "%d is not from 1 to %d", raw.Years, mostYears)
		}
		p.policy.horizons[id] = raw.Years
	}
}

// attribute checks an id that becomes an attribute of timelines: the promises may list
// its values.
func (p *parser) attribute(here path, key, value string) {
	for _, a := range p.policy.promises.Attributes() {
		if a.Key != key {
			continue
		}
		if err := p.policy.promises.CheckAttribute(key, value); err != nil {
			p.Doc.Errorf(here, "the promises do not know it: %v", err)
		}
	}
}

func (p *parser) roles() {
	for _, id := range p.IDs(tableRoles) {
		raw, here := p.raw.Roles[id], at(tableRoles, id)
		p.Entry(tableRoles, id, raw.Title, raw.Source)
		promised := slices.ContainsFunc(p.policy.promises.Roles(), func(r sla.Role) bool { return r.ID == id })
		if len(raw.Title) == 0 && !promised && !p.Doc.Failed(here) {
			p.Doc.Errorf(here.Add("title"), "missing; the promises do not know the role, so write title = { en = \"…\" }")
		}
		p.Once(here.Add("may"), raw.May)
		p.policy.roles[id] = nil
		for _, may := range raw.May {
			p.OneOf(here.Add("may"), may, texts(Actions))
			p.policy.roles[id] = append(p.policy.roles[id], Action(may))
		}
	}
}

// workPlans reads who approves work plans, which have a horizon and a plane.
func (p *parser) workPlans() {
	w := p.raw.WorkPlans
	for _, table := range []string{tableHorizons, tablePlanes} {
		switch has := len(p.IDs(table)) > 0; {
		case w != nil && !has:
			p.Doc.Errorf(at("work_plans"), "work plans have one of [%s], and there is none; write [%s.…]", table, table)
		case w == nil && has:
			p.Doc.Errorf(at(table), "nothing says who approves work plans; write [work_plans] and approvers")
		}
	}
	if w != nil {
		p.policy.approvers = p.Roles(at("work_plans", "approvers"), w.Approvers, p.policy.knownRoles())
	}
}

// gated is the actions that a gate may be before: those on projects and their parts.
var gated = func() []string {
	return texts(slices.DeleteFunc(slices.Clone(Actions), func(a Action) bool { return a == Edit }))
}()

func (p *parser) gate(here path, raw rawGate) {
	if raw.At != "" {
		p.OneOf(here.Add("at"), raw.At, gated)
	}
	g := gate{
		at: Action(raw.At), classes: p.Refs(here.Add("classes"), tableClasses, raw.Classes),
		roles:     p.Roles(here.Add("roles"), raw.Roles, p.policy.knownRoles()),
		documents: p.Refs(here.Add("documents"), tableDocuments, raw.Documents), results: p.Refs(here.Add("results"), tableResults, raw.Results),
		deliverables: p.Refs(here.Add("deliverables"), tableDeliverables, raw.Deliverables),
	}
	if len(g.roles)+len(g.documents)+len(g.results)+len(g.deliverables) == 0 && !p.Doc.Failed(here) {
		p.Doc.Errorf(here, "it asks for nothing; write roles, documents, results or deliverables")
	}
	p.policy.gates = append(p.policy.gates, g)
}

// words reads the labels of what the workflows name.
func (p *parser) words(table string, raw map[string]map[string]string, known []string) {
	for _, id := range p.IDs(table) {
		p.OneOf(at(table, id), id, known)
		p.Label(at(table, id), table, id, raw[id])
	}
}

func texts[T ~string](all []T) []string {
	var list []string
	for _, x := range all {
		list = append(list, string(x))
	}
	return list
}
