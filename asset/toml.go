package asset

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/townclerk/townclerk/internal/titles"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
)

// The raw types are the shape of asset.toml. The package comment describes the keys.

type rawPolicy struct {
	Format    int                          `toml:"format" required:"true" hint:"write format = 1"`
	Name      string                       `toml:"name" required:"true" hint:"name the policy"`
	Locales   tomldoc.Strings              `toml:"locales" required:"true" hint:"write the languages of the titles, such as [\"en\", \"he\"]"`
	Report    *rawReport                   `toml:"report,omitempty"`
	Changes   map[string]rawChange         `toml:"changes,omitempty"`
	Licences  *rawLicences                 `toml:"licences,omitempty"`
	Roles     map[string]rawRole           `toml:"roles,omitempty"`
	Units     map[string]rawEntry          `toml:"units,omitempty"`
	Locations map[string]rawEntry          `toml:"locations,omitempty"`
	Groups    map[string]rawEntry          `toml:"groups,omitempty"`
	Kinds     map[string]rawKind           `toml:"kinds,omitempty"`
	Presets   map[string]rawPreset         `toml:"presets,omitempty"`
	Protocols map[string]rawProtocol       `toml:"protocols,omitempty"`
	Coverage  map[string]rawCoverage       `toml:"coverage,omitempty"`
	Parts     map[string]rawPart           `toml:"parts,omitempty"`
	States    map[string]map[string]string `toml:"states,omitempty"`
	Actions   map[string]map[string]string `toml:"actions,omitempty"`
	Facts     map[string]map[string]string `toml:"facts,omitempty"`
}

type rawEntry struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
}

type rawReport struct {
	To         string                    `toml:"to" required:"true" hint:"name the role to whom changes are reported"`
	Attributes map[string]tomldoc.Scalar `toml:"attributes,omitempty"`
	Source     tomldoc.Strings           `toml:"source,omitempty"`
}

type rawChange struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
	On     tomldoc.Strings   `toml:"on" required:"true" hint:"name the actions that are this change"`
}

type rawLicences struct {
	OverUse string          `toml:"over_use" required:"true" hint:"write \"refuse\" or \"record\""`
	Source  tomldoc.Strings `toml:"source,omitempty"`
}

type rawRole struct {
	Title  map[string]string `toml:"title,omitempty"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
	May    tomldoc.Strings   `toml:"may,omitempty"`
}

type rawKind struct {
	Title  map[string]string            `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings              `toml:"source,omitempty"`
	Is     string                       `toml:"is,omitempty"`
	Groups tomldoc.Strings              `toml:"groups,omitempty"`
	Fields map[string]map[string]string `toml:"fields,omitempty"`
}

type rawPreset struct {
	Title    map[string]string            `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source   tomldoc.Strings              `toml:"source,omitempty"`
	Kind     string                       `toml:"kind" required:"true" hint:"name one of [kinds], or a kind of the library such as \"software\""`
	Unit     string                       `toml:"unit,omitempty"`
	Vendor   string                       `toml:"vendor,omitempty"`
	Critical bool                         `toml:"critical,omitempty"`
	Contents map[string]map[string]string `toml:"contents,omitempty"`
}

type rawProtocol struct {
	Title     map[string]string            `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source    tomldoc.Strings              `toml:"source,omitempty"`
	On        string                       `toml:"on" required:"true" hint:"name the action that needs it"`
	Kinds     tomldoc.Strings              `toml:"kinds,omitempty"`
	Signed    tomldoc.Strings              `toml:"signed,omitempty"`
	Checklist map[string]map[string]string `toml:"checklist,omitempty"`
}

type rawCoverage struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
	Of     tomldoc.Strings   `toml:"of" required:"true" hint:"name the kinds or groups of assets that are counted"`
	With   tomldoc.Strings   `toml:"with" required:"true" hint:"name the products of which one has to be installed"`
	Newest bool              `toml:"newest,omitempty"`
}

type rawPart struct {
	Title      map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source     tomldoc.Strings   `toml:"source,omitempty"`
	Consumable bool              `toml:"consumable,omitempty"`
	Minimum    int               `toml:"minimum,omitempty"`
}

// Parse reads how an inventory is kept from asset.toml, to go with the promises of
// sla.toml. The name is the file's, for the errors: all mistakes come back joined, in
// the order of lines, each a [*townclerk.FileError].
func Parse(data []byte, name string, promises *sla.Policy) (*Policy, error) {
	if promises == nil {
		return nil, errors.New(name + ": the promises of sla.toml are needed to read it")
	}
	var raw rawPolicy
	doc := tomldoc.Decode(data, name, &raw)
	p := parser{Reader: titles.NewReader(doc, raw.Locales, tables...), raw: &raw}
	p.policy = &Policy{
		name: raw.Name, doc: doc, promises: promises, book: promises.Book(), changes: map[Action]string{}, kinds: map[string]kind{},
		presets: map[string]Preset{}, roles: map[string][]Action{}, protocols: map[string]protocol{}, coverages: map[string]coverage{},
		parts: map[string]part{},
	}
	p.policy.titles = p.Titles
	p.parse()
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
	for table, entries := range map[string]map[string]rawEntry{tableUnits: p.raw.Units, tableLocations: p.raw.Locations, tableGroups: p.raw.Groups} {
		for _, id := range p.IDs(table) {
			p.Entry(table, id, entries[id].Title, entries[id].Source)
		}
	}
	p.words(tableStates, p.raw.States, append(texts(States), string(Held), string(Ended)))
	p.words(tableActions, p.raw.Actions, texts(Actions))
	p.words(tableFacts, p.raw.Facts, append(slices.Clone(factKeys), "state"))
	for _, id := range p.IDs(tableRoles) {
		p.role(at(tableRoles, id), id)
	}
	for _, id := range p.IDs(tableKinds) {
		p.kind(at(tableKinds, id), id)
	}
	for _, id := range p.IDs(tablePresets) {
		p.preset(at(tablePresets, id), id)
	}
	for _, id := range p.IDs(tableProtocols) {
		p.protocol(at(tableProtocols, id), id)
	}
	for _, id := range p.IDs(tableCoverage) {
		p.coverage(at(tableCoverage, id), id)
	}
	for _, id := range p.IDs(tableParts) {
		p.part(at(tableParts, id), id)
	}
	if p.raw.Licences != nil {
		p.OneOf(at("licences", "over_use"), p.raw.Licences.OverUse, []string{"refuse", "record"})
		p.policy.overUse = p.raw.Licences.OverUse == "record"
	}
	for _, id := range p.IDs(tableChanges) {
		p.change(at(tableChanges, id), id)
	}
	p.report()
}

func texts[T ~string](all []T) []string {
	var texts []string
	for _, t := range all {
		texts = append(texts, string(t))
	}
	return texts
}

// words reads the labels of what the library names.
func (p *parser) words(table string, raw map[string]map[string]string, known []string) {
	for _, id := range p.IDs(table) {
		p.OneOf(at(table, id), id, known)
		p.Label(at(table, id), table, id, raw[id])
	}
}

// lines reads the labels of what stands inside an entry, such as a checklist.
func (p *parser) lines(here path, table, id, key string, lines map[string]map[string]string) []string {
	for _, line := range p.Doc.Keys(here.Add(key)) {
		p.Label(here.Add(key, line), table+"/"+id+"/"+key, line, lines[line])
	}
	return p.Doc.Keys(here.Add(key))
}

func (p *parser) role(here path, id string) {
	raw := p.raw.Roles[id]
	p.Entry(tableRoles, id, raw.Title, raw.Source)
	promised := slices.ContainsFunc(p.policy.promises.Roles(), func(r sla.Role) bool { return r.ID == id })
	if len(raw.Title) == 0 && !promised && !p.Doc.Failed(here) {
		p.Doc.Errorf(here.Add("title"), "missing; the promises do not know the role, so write title = { en = \"…\" }")
	}
	p.policy.roles[id] = p.actions(here.Add("may"), raw.May)
}

func (p *parser) actions(here path, ids []string) []Action {
	var actions []Action
	for _, id := range ids {
		p.OneOf(here, id, texts(Actions))
		actions = append(actions, Action(id))
	}
	p.Once(here, ids)
	return actions
}

func (p *parser) kind(here path, id string) {
	raw := p.raw.Kinds[id]
	p.Entry(tableKinds, id, raw.Title, raw.Source)
	k := kind{is: raw.Is, groups: p.Refs(here.Add("groups"), tableGroups, raw.Groups)}
	switch known := slices.Contains(Kinds, id); {
	case known && raw.Is != "":
		p.Doc.Errorf(here.Add("is"), "the library has a kind %q already; leave it out", id)
	case known:
		k.is = id
	case raw.Is == "" && !p.Doc.Failed(here):
		p.Doc.Errorf(here.Add("is"), "missing; say which kind of the library it is%s", tomldoc.Suggest(id, Kinds))
	case raw.Is != "":
		p.OneOf(here.Add("is"), raw.Is, Kinds)
	}
	k.fields = p.lines(here, tableKinds, id, "fields", raw.Fields)
	p.policy.kinds[id] = k
}

// kindRef checks a kind of the file or of the library.
func (p *parser) kindRef(here path, id string) string {
	if known := p.policy.kindIDs(); id != "" && !slices.Contains(known, id) {
		p.Doc.Errorf(here, "%q is no kind%s", id, tomldoc.Suggest(id, known))
	}
	return id
}

// kindRefs checks kinds or groups.
func (p *parser) kindRefs(here path, ids []string) []string {
	for _, id := range ids {
		if !slices.Contains(p.IDs(tableGroups), id) {
			p.kindRef(here, id)
		}
	}
	p.Once(here, ids)
	return ids
}

func (p *parser) preset(here path, id string) {
	raw := p.raw.Presets[id]
	p.Entry(tablePresets, id, raw.Title, raw.Source)
	p.policy.presets[id] = Preset{
		ID: id, Kind: p.kindRef(here.Add("kind"), raw.Kind), Unit: p.Ref(here.Add("unit"), tableUnits, raw.Unit), Vendor: raw.Vendor,
		Critical: raw.Critical, Contents: p.lines(here, tablePresets, id, "contents", raw.Contents),
	}
}

func (p *parser) protocol(here path, id string) {
	raw := p.raw.Protocols[id]
	p.Entry(tableProtocols, id, raw.Title, raw.Source)
	if raw.On != "" {
		var may []string
		for _, r := range assets.Transitions() {
			if slices.Contains(r.If, checked.Says) && !slices.Contains(may, string(r.Do)) {
				may = append(may, string(r.Do))
			}
		}
		if !slices.Contains(may, raw.On) {
			p.Doc.Errorf(here.Add("on"), "no protocol goes with %q%s", raw.On, tomldoc.Suggest(raw.On, may))
		}
	}
	if len(raw.Signed)+len(raw.Checklist) == 0 && !p.Doc.Failed(here) {
		p.Doc.Errorf(here, "it asks for nothing; write signed = \"…\", or checklist.… = { en = \"…\" }")
	}
	p.policy.protocols[id] = protocol{
		on: Action(raw.On), kinds: p.kindRefs(here.Add("kinds"), raw.Kinds), signed: p.Roles(here.Add("signed"), raw.Signed, p.policy.knownRoles()),
		checklist: p.lines(here, tableProtocols, id, "checklist", raw.Checklist),
	}
}

func (p *parser) coverage(here path, id string) {
	raw := p.raw.Coverage[id]
	p.Entry(tableCoverage, id, raw.Title, raw.Source)
	p.Once(here.Add("with"), raw.With)
	p.policy.coverages[id] = coverage{p.kindRefs(here.Add("of"), raw.Of), raw.With, raw.Newest}
}

func (p *parser) part(here path, id string) {
	raw := p.raw.Parts[id]
	p.Entry(tableParts, id, raw.Title, raw.Source)
	if raw.Minimum < 0 {
		p.Doc.Errorf(here.Add("minimum"), "%d is not how many there should be", raw.Minimum)
	}
	p.policy.parts[id] = part{raw.Consumable, raw.Minimum}
}

// change reads which actions are a change that is reported. Each is one change at most.
func (p *parser) change(here path, id string) {
	raw := p.raw.Changes[id]
	p.Entry(tableChanges, id, raw.Title, raw.Source)
	for _, do := range p.actions(here.Add("on"), raw.On) {
		switch other := p.policy.changes[do]; {
		case other != "" && other != id:
			p.Doc.Errorf(here.Add("on"), "%q is the change %q already", do, other)
		case !reportable(do):
			p.Doc.Errorf(here.Add("on"), "%q changes nothing that could be reported", do)
		}
		p.policy.changes[do] = id
	}
	if p.raw.Report == nil {
		p.Doc.Errorf(here, "nothing says to whom changes are reported; write [report]")
	}
}

// reportable reports whether an action is one that a report can tell of.
func reportable(do Action) bool {
	return do != Report && do != Correct && happenedToStock[do] == "" || do == Begin || do == End
}

func (p *parser) report() {
	raw := p.raw.Report
	if raw == nil {
		return
	}
	here := at("report")
	p.policy.reporting = reporting{to: raw.To, attributes: map[string]string{}}
	if raw.To != "" {
		p.Roles(here.Add("to"), []string{raw.To}, p.policy.knownRoles())
	}
	for _, key := range p.Doc.Keys(here.Add("attributes")) {
		value := string(raw.Attributes[key])
		p.policy.reporting.attributes[key] = value
		if slices.Contains([]string{"change", "kind", "unit", "critical"}, key) {
			p.Doc.Errorf(here.Add("attributes", key), "each change says that of itself; leave it out")
		} else if err := p.policy.promises.CheckAttribute(key, value); err != nil {
			p.Doc.Errorf(here.Add("attributes", key), "the promises do not know it: %v", err)
		}
	}
	if len(p.policy.changes) == 0 {
		p.Doc.Errorf(here, "nothing is reported; write [changes.…] above each change that is")
	}
	if !p.Doc.Failed(nil) {
		p.promised(here)
	}
}

// promised checks that the promises say by when each change is reported, ours and
// that of others, for some kind of asset at least.
func (p *parser) promised(here path) {
	for _, id := range p.IDs(tableChanges) {
		for _, event := range []string{changed, notified} {
			if !slices.ContainsFunc(append(p.policy.kindIDs(), licence), func(kind string) bool { return p.policy.covered(id, kind, event) }) {
				p.Doc.Errorf(here, "the promises do not say by when the change %q is reported: no target that it matches starts with %q and is met by %q",
					id, event, reported)
			}
		}
	}
}

// covered reports whether a target, which an event starts, says by when a change of a
// kind of asset is reported.
func (p *Policy) covered(change, kind, event string) bool {
	from := p.promises.Edition().Effective
	if from.IsZero() {
		from = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for _, critical := range []string{"false", "true"} {
		attributes := maps.Clone(p.reporting.attributes)
		attributes["change"], attributes["kind"], attributes["critical"] = change, kind, critical
		a := p.promises.Promise(from, attributes)
		for i := range a.Clocks {
			t := a.Clocks[i].Target
			if slices.Contains(t.Start, event) && slices.Contains(t.Traits().Meets, reported) {
				return true
			}
		}
	}
	return false
}
