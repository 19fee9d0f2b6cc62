package ticket

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/townclerk/townclerk/internal/titles"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
)

// The raw types are the shape of ticket.toml. The package comment describes the keys.

type rawPolicy struct {
	Format      int                          `toml:"format" required:"true" hint:"write format = 1"`
	Name        string                       `toml:"name" required:"true" hint:"name the policy"`
	Locales     tomldoc.Strings              `toml:"locales" required:"true" hint:"write the languages of the titles, such as [\"en\", \"he\"]"`
	Notify      *rawNotify                   `toml:"notify" required:"true" hint:"write notify = { calendar = \"…\" }, in which people are told what is due"`
	Departments map[string]rawDepartment     `toml:"departments" required:"true" hint:"write [departments.…] above each department"`
	Channels    map[string]rawChannel        `toml:"channels" required:"true" hint:"write [channels.…] above each way to reach the desk"`
	Classes     map[string]rawClass          `toml:"classes" required:"true" hint:"write [classes.…] above each class of tickets"`
	Types       map[string]rawType           `toml:"types,omitempty"`
	Items       map[string]rawItem           `toml:"items,omitempty"`
	Causes      map[string]rawCause          `toml:"causes,omitempty"`
	Routing     *rawRouting                  `toml:"routing,omitempty"`
	Priority    *rawPriority                 `toml:"priority,omitempty"`
	Roles       map[string]rawRole           `toml:"roles,omitempty"`
	Teams       map[string]rawEntry          `toml:"teams,omitempty"`
	Vendors     map[string]rawEntry          `toml:"vendors,omitempty"`
	Tiers       map[string]rawTier           `toml:"tiers,omitempty"`
	Waits       map[string]rawWait           `toml:"waits,omitempty"`
	Work        map[string]rawEntry          `toml:"work,omitempty"`
	Reports     *rawReports                  `toml:"reports,omitempty"`
	States      map[string]map[string]string `toml:"states,omitempty"`
	Actions     map[string]map[string]string `toml:"actions,omitempty"`
}

type rawEntry struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
}

type rawNotify struct {
	Calendar string          `toml:"calendar" required:"true" hint:"name a calendar of sla.toml, or write \"elapsed\" for day and night"`
	Source   tomldoc.Strings `toml:"source,omitempty"`
}

type rawDepartment struct {
	Title      map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source     tomldoc.Strings   `toml:"source,omitempty"`
	Diagnosers tomldoc.Strings   `toml:"diagnosers,omitempty"`
	Delegates  tomldoc.Strings   `toml:"delegates,omitempty"`
	Intake     string            `toml:"intake,omitempty"`
	Team       string            `toml:"team,omitempty"`
}

type rawChannel struct {
	Title   map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source  tomldoc.Strings   `toml:"source,omitempty"`
	Contact string            `toml:"contact,omitempty"`
}

type rawRole struct {
	Title    map[string]string `toml:"title,omitempty"`
	Source   tomldoc.Strings   `toml:"source,omitempty"`
	May      tomldoc.Strings   `toml:"may,omitempty"`
	AnyTime  bool              `toml:"any_time,omitempty"`
	Calendar string            `toml:"calendar,omitempty"`
}

type rawTier struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
	Team   string            `toml:"team" required:"true" hint:"name one of [teams]"`
	Vendor string            `toml:"vendor,omitempty"`
}

type rawClass struct {
	Title     map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source    tomldoc.Strings   `toml:"source,omitempty"`
	Tiers     tomldoc.Strings   `toml:"tiers,omitempty"`
	Approvals tomldoc.Strings   `toml:"approvals,omitempty"`
	AnyOrder  bool              `toml:"any_order,omitempty"`
	OpenedAs  tomldoc.Strings   `toml:"opened_as,omitempty"`
	TreatedAs tomldoc.Strings   `toml:"treated_as,omitempty"`
}

type rawType struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
	Tiers  tomldoc.Strings   `toml:"tiers,omitempty"`
}

type rawCause struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
	Vendor string            `toml:"vendor,omitempty"`
	Team   string            `toml:"team,omitempty"`
}

type rawRouting struct {
	Source tomldoc.Strings `toml:"source,omitempty"`
	Vendor string          `toml:"vendor,omitempty"`
	Team   string          `toml:"team,omitempty"`
}

type rawPriority struct {
	Source tomldoc.Strings              `toml:"source,omitempty"`
	Normal string                       `toml:"normal" required:"true" hint:"write the priority of tickets about which nothing is said"`
	Matrix map[string]map[string]string `toml:"matrix,omitempty"`
}

type rawItem struct {
	Title      map[string]string            `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source     tomldoc.Strings              `toml:"source,omitempty"`
	Class      string                       `toml:"class" required:"true" hint:"name one of [classes]"`
	Department string                       `toml:"department,omitempty"`
	Author     string                       `toml:"author,omitempty"`
	Addressee  string                       `toml:"addressee,omitempty"`
	Fields     map[string]map[string]string `toml:"fields,omitempty"`
	Levels     []string                     `toml:"levels,omitempty"`
	Checklist  map[string]map[string]string `toml:"checklist,omitempty"`
	Approvals  tomldoc.Strings              `toml:"approvals,omitempty"`
	AnyOrder   bool                         `toml:"any_order,omitempty"`
	Estimate   string                       `toml:"estimate,omitempty"`
	OnePer     string                       `toml:"one_per,omitempty"`
	OpenedAs   tomldoc.Strings              `toml:"opened_as,omitempty"`
	TreatedAs  tomldoc.Strings              `toml:"treated_as,omitempty"`
}

type rawWait struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
	Parts  bool              `toml:"parts,omitempty"`
}

type rawReports struct {
	Calendar   string          `toml:"calendar" required:"true" hint:"name a calendar of sla.toml: reports are made on its working days"`
	Week       string          `toml:"week" required:"true" hint:"write the day of the weekly report, such as \"thu\""`
	MonthlyDue int             `toml:"monthly_due,omitempty"`
	YearlyDue  string          `toml:"yearly_due,omitempty"`
	Source     tomldoc.Strings `toml:"source,omitempty"`
}

// Parse reads how a desk works from ticket.toml, to go with the promises of
// sla.toml. The name is the file's, for the errors: all mistakes come back joined,
// in the order of lines, each a [*townclerk.FileError].
func Parse(data []byte, name string, promises *sla.Policy) (*Policy, error) {
	if promises == nil {
		return nil, errors.New(name + ": the promises of sla.toml are needed to read it")
	}
	var raw rawPolicy
	doc := tomldoc.Decode(data, name, &raw)
	p := parser{raw: &raw, doc: doc, Reader: titles.NewReader(doc, raw.Locales, tables...)}
	p.policy = &Policy{
		name: raw.Name, doc: doc, promises: promises, book: promises.Book(), contacts: map[string]string{},
		roles: map[string]role{}, tiers: map[string]tier{}, causes: map[string]route{}, classes: map[string]class{}, items: map[string]item{},
		types: map[string][]string{}, departments: map[string]department{},
	}
	p.policy.titles = p.Titles
	p.parse()
	if err := p.doc.Err(); err != nil {
		return nil, err
	}
	return p.policy, nil
}

type parser struct {
	*titles.Reader
	raw    *rawPolicy
	doc    *tomldoc.Doc
	policy *Policy
}

type path = tomldoc.Path

func at(steps ...any) path { return tomldoc.At(steps...) }

func (p *parser) parse() {
	p.Format(p.raw.Format)
	p.plain()
	p.rolesTable()
	for _, id := range p.IDs(tableDepartments) {
		p.department(at(tableDepartments, id), id)
	}
	for _, id := range p.IDs(tableTiers) {
		raw, here := p.raw.Tiers[id], at(tableTiers, id)
		p.Entry(tableTiers, id, raw.Title, raw.Source)
		p.attribute(here, "tier", id)
		p.policy.tiers[id] = tier{p.Ref(here.Add("team"), tableTeams, raw.Team), p.Ref(here.Add("vendor"), tableVendors, raw.Vendor)}
	}
	for _, id := range p.IDs(tableClasses) {
		p.class(at(tableClasses, id), id)
	}
	for _, id := range p.IDs(tableTypes) {
		raw, here := p.raw.Types[id], at(tableTypes, id)
		p.Entry(tableTypes, id, raw.Title, raw.Source)
		p.attribute(here, "type", id)
		p.policy.types[id] = p.tiers(here.Add("tiers"), raw.Tiers)
	}
	p.causes()
	p.priority()
	p.reports()
	for _, id := range p.IDs(tableItems) {
		p.item(at(tableItems, id), id)
	}
}

// plain reads the tables of which little is asked.
func (p *parser) plain() {
	if p.raw.Notify != nil {
		p.policy.notifyBy = p.calendar(at("notify", "calendar"), p.raw.Notify.Calendar)
	}
	for _, id := range p.IDs(tableChannels) {
		raw := p.raw.Channels[id]
		p.Entry(tableChannels, id, raw.Title, raw.Source)
		p.attribute(at(tableChannels, id), "channel", id)
		p.policy.contacts[id] = raw.Contact
	}
	for table, entries := range map[string]map[string]rawEntry{tableTeams: p.raw.Teams, tableVendors: p.raw.Vendors, tableWork: p.raw.Work} {
		for _, id := range p.IDs(table) {
			p.Entry(table, id, entries[id].Title, entries[id].Source)
		}
	}
	for _, id := range p.IDs(tableWaits) {
		raw := p.raw.Waits[id]
		p.Entry(tableWaits, id, raw.Title, raw.Source)
		switch {
		case raw.Parts && p.policy.parts != "":
			p.doc.Errorf(at(tableWaits, id, "parts"), "tickets wait for parts for the reason %q already; mark one of them", p.policy.parts)
		case raw.Parts:
			p.policy.parts = id
		}
	}
	p.words(tableStates, p.raw.States, States)
	p.words(tableActions, p.raw.Actions, Actions)
}

// words reads the labels of what the workflow names.
func (p *parser) words(table string, raw map[string]map[string]string, known any) {
	var ids []string
	switch known := known.(type) {
	case []State:
		for _, s := range known {
			ids = append(ids, string(s))
		}
	case []Action:
		for _, a := range known {
			ids = append(ids, string(a))
		}
	}
	for _, id := range p.IDs(table) {
		p.OneOf(at(table, id), id, ids)
		p.Label(at(table, id), table, id, raw[id])
	}
}

// attribute checks an id that becomes an attribute of tickets: the promises may
// list its values.
func (p *parser) attribute(here path, key, value string) {
	for _, a := range p.policy.promises.Attributes() {
		if a.Key != key {
			continue
		}
		if err := p.policy.promises.CheckAttribute(key, value); err != nil {
			p.doc.Errorf(here, "the promises do not know it: %v", err)
		}
	}
}

func (p *parser) calendar(here path, name string) string {
	if name != "" && name != sla.Elapsed && p.policy.promises.Calendar(name) == nil {
		p.doc.Errorf(here, "the promises have no calendar named %q; name one of theirs, or write \"elapsed\"", name)
	}
	return name
}

func (p *parser) rolesTable() {
	for _, id := range p.IDs(tableRoles) {
		raw, here := p.raw.Roles[id], at(tableRoles, id)
		p.Entry(tableRoles, id, raw.Title, raw.Source)
		promised := slices.ContainsFunc(p.policy.promises.Roles(), func(r sla.Role) bool { return r.ID == id })
		if len(raw.Title) == 0 && !promised && !p.doc.Failed(here) {
			p.doc.Errorf(here.Add("title"), "missing; the promises do not know the role, so write title = { en = \"…\" }")
		}
		r := role{anyTime: raw.AnyTime, calendar: p.calendar(here.Add("calendar"), raw.Calendar)}
		if p.doc.Has(here.Add("any_time")) && p.doc.Has(here.Add("calendar")) {
			p.doc.Errorf(here.Add("any_time"), "it does not go with calendar; leave one of them out")
		}
		for _, may := range raw.May {
			var all []string
			for _, a := range Actions {
				all = append(all, string(a))
			}
			p.OneOf(here.Add("may"), may, all)
			r.may = append(r.may, Action(may))
		}
		p.policy.roles[id] = r
	}
}

// roleRefs checks roles that are named elsewhere, each once.
func (p *parser) roleRefs(here path, ids []string) []string {
	return p.Roles(here, ids, p.policy.knownRoles())
}

func (p *parser) department(here path, id string) {
	raw := p.raw.Departments[id]
	p.Entry(tableDepartments, id, raw.Title, raw.Source)
	p.attribute(here, "department", id)
	d := department{
		diagnosers: p.roleRefs(here.Add("diagnosers"), raw.Diagnosers), delegates: p.roleRefs(here.Add("delegates"), raw.Delegates),
		intake: p.Ref(here.Add("intake"), tableDepartments, raw.Intake), team: p.Ref(here.Add("team"), tableTeams, raw.Team),
	}
	if raw.Intake != "" && (raw.Intake == id || p.raw.Departments[raw.Intake].Intake != "") {
		p.doc.Errorf(here.Add("intake"), "%q does not take in tickets itself; name a department that has no intake", raw.Intake)
	}
	p.policy.departments[id] = d
}

// tiers returns the tiers in the order of [tiers].
func (p *parser) tiers(here path, ids []string) []string {
	order := p.IDs(tableTiers)
	p.Refs(here, tableTiers, ids)
	sorted := slices.Clone(ids)
	slices.SortStableFunc(sorted, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	return sorted
}

func (p *parser) class(here path, id string) {
	raw := p.raw.Classes[id]
	p.Entry(tableClasses, id, raw.Title, raw.Source)
	p.attribute(here, "class", id)
	p.policy.classes[id] = class{
		tiers:  p.tiers(here.Add("tiers"), raw.Tiers),
		opened: p.events(here.Add("opened_as"), raw.OpenedAs), treated: p.events(here.Add("treated_as"), raw.TreatedAs),
		chain: p.chain(here, raw.Approvals, raw.AnyOrder),
	}
}

func (p *parser) chain(here path, roles []string, anyOrder bool) chain {
	if anyOrder && len(roles) < 2 {
		p.doc.Errorf(here.Add("any_order"), "it needs approvals of two roles at least")
	}
	return chain{p.roleRefs(here.Add("approvals"), roles), anyOrder}
}

// events checks kinds of event: each starts or meets something that is promised.
func (p *parser) events(here path, kinds []string) []string {
	var known []string
	for _, t := range p.policy.promises.Targets() {
		known = append(known, slices.Concat(t.Start, t.Traits().Meets)...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for _, kind := range kinds {
		if !slices.Contains(known, kind) {
			p.doc.Errorf(here, "%q neither starts nor meets a target of the promises%s", kind, tomldoc.Suggest(kind, known))
		}
	}
	return kinds
}

func (p *parser) causes() {
	for _, id := range p.IDs(tableCauses) {
		raw, here := p.raw.Causes[id], at(tableCauses, id)
		p.Entry(tableCauses, id, raw.Title, raw.Source)
		p.attribute(here, "cause", id)
		p.policy.causes[id] = p.route(here, raw.Vendor, raw.Team)
	}
	if r := p.raw.Routing; r != nil {
		p.policy.unrouted = p.route(at("routing"), r.Vendor, r.Team)
	}
}

func (p *parser) route(here path, vendor, team string) route {
	if (vendor == "") == (team == "") && !p.doc.Failed(here) {
		p.doc.Errorf(here, "it goes to one place; write vendor or team")
	}
	return route{p.Ref(here.Add("vendor"), tableVendors, vendor), p.Ref(here.Add("team"), tableTeams, team)}
}

// priority reads the matrix, which has a priority for each impact and urgency.
func (p *parser) priority() {
	raw := p.raw.Priority
	if raw == nil {
		return
	}
	p.policy.priority.normal, p.policy.priority.matrix = raw.Normal, raw.Matrix
	p.attribute(at("priority", "normal"), sla.Priority, raw.Normal)
	here := at("priority", "matrix")
	all := map[string]bool{}
	for _, row := range raw.Matrix {
		for urgency := range row {
			all[urgency] = true
		}
	}
	for _, impact := range p.doc.Keys(here) {
		failed := p.doc.Failed(here.Add(impact))
		for _, urgency := range slices.Sorted(maps.Keys(all)) {
			value, ok := raw.Matrix[impact][urgency]
			switch {
			case !ok && !failed:
				p.doc.Errorf(here.Add(impact), "there is no priority for the urgency %q; write %s = \"…\"", urgency, urgency)
			case value == "" && ok:
				p.doc.Errorf(here.Add(impact, urgency), "empty; write a priority")
			case ok:
				p.attribute(here.Add(impact, urgency), sla.Priority, value)
			}
		}
	}
}

func (p *parser) item(here path, id string) {
	raw := p.raw.Items[id]
	p.Entry(tableItems, id, raw.Title, raw.Source)
	p.attribute(here, "item", id)
	it := item{
		class: p.Ref(here.Add("class"), tableClasses, raw.Class), department: p.Ref(here.Add("department"), tableDepartments, raw.Department),
		author: raw.Author, addressee: raw.Addressee, levels: raw.Levels, chain: p.chain(here, raw.Approvals, raw.AnyOrder), estimate: raw.Estimate, onePer: raw.OnePer,
		opened: p.events(here.Add("opened_as"), raw.OpenedAs), treated: p.events(here.Add("treated_as"), raw.TreatedAs),
		fields: p.doc.Keys(here.Add("fields")), checklist: p.doc.Keys(here.Add("checklist")),
	}
	for key, role := range map[string]string{"author": raw.Author, "addressee": raw.Addressee} {
		if role != "" {
			p.roleRefs(here.Add(key), []string{role})
		}
	}
	if raw.OnePer != "" {
		p.OneOf(here.Add("one_per"), raw.OnePer, []string{"unit"})
	}
	for i, level := range raw.Levels {
		if level == "" || slices.Contains(raw.Levels[:i], level) {
			p.doc.Errorf(here.Add("levels", i), "%q is empty or stands twice", level)
		}
	}
	for key, lines := range map[string]map[string]map[string]string{"fields": raw.Fields, "checklist": raw.Checklist} {
		for line, labels := range lines {
			p.Label(here.Add(key, line), tableItems, strings.Join([]string{id, key, line}, "/"), labels)
		}
	}
	p.estimate(here.Add("estimate"), raw, it.chain.roles)
	p.policy.items[id] = it
}

// estimate checks that the target is an estimate, and can begin.
func (p *parser) estimate(here path, raw rawItem, chain []string) {
	if raw.Estimate == "" {
		return
	}
	target := p.policy.promises.Target(raw.Estimate)
	if target == nil {
		var known []string
		for _, t := range p.policy.promises.Targets() {
			if t.Kind == sla.Estimate {
				known = append(known, t.ID)
			}
		}
		p.doc.Errorf(here, "the promises have no target of the id %q%s", raw.Estimate, tomldoc.Suggest(raw.Estimate, known))
		return
	}
	if target.Kind != sla.Estimate {
		p.doc.Errorf(here, "%s is of the kind %s; name an estimate, which is never breached", target.ID, target.Kind)
	}
	if len(chain) == 0 {
		chain = p.raw.Classes[raw.Class].Approvals
	}
	for _, role := range target.Approvals {
		if !slices.Contains(chain, role) {
			p.doc.Errorf(here, "%s waits for the approval of %q, which is not among the approvals of the item", target.ID, role)
		}
	}
}
