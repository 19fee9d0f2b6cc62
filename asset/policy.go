package asset

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk/internal/titles"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
)

// Policy is how a municipality keeps its inventory, as parsed by [Parse]. It is
// immutable and safe for concurrent use.
type Policy struct {
	name      string
	doc       *tomldoc.Doc // for the places of findings
	promises  *sla.Policy
	book      *sla.Book // its editions
	titles    titles.Titles
	reporting reporting
	changes   map[Action]string // which of [changes] an action is
	kinds     map[string]kind
	presets   map[string]Preset
	roles     map[string][]Action // what each may do; none: everything

	protocols map[string]protocol
	coverages map[string]coverage
	parts     map[string]part
	overUse   bool // more seats may be allotted than were bought
}

// reporting is to whom changes are reported.
type reporting struct {
	to         string            // a role; empty: nothing is reported
	attributes map[string]string // of the timelines of changes
}

type kind struct {
	is     string   // the kind of the library's that it is
	groups []string // such as computers
	fields []string // that have to be known
}

// Preset is an asset that the policy names: an application with the unit that owns
// it, a website, a critical system.
type Preset struct {
	ID       string
	Kind     string
	Unit     string
	Vendor   string // who made it, an id of package vendors
	Critical bool
	Contents []string // what a website or a service offers; see [Policy.Title]
}

type protocol struct {
	on        Action
	kinds     []string // none: all
	checklist []string
	signed    []string // roles
}

type coverage struct {
	of     []string // kinds or groups
	with   []string // products
	newest bool     // in the release that is in force
}

type part struct {
	consumable bool
	minimum    int
}

// The kinds that the library knows. A policy says which of them its own kinds are.
const (
	Hardware    = "hardware"
	Network     = "network"
	Server      = "server"
	Workstation = "workstation"
	Printer     = "printer"
	Phone       = "phone"
	Card        = "card"
	Software    = "software"
	Website     = "website"
	Service     = "service"
)

// Kinds is the kinds that the library knows (SG-08, RA-13).
var Kinds = []string{Hardware, Network, Server, Workstation, Printer, Phone, Card, Software, Website, Service}

// The tables of asset.toml whose entries have an id and titles.
const (
	tableRoles     = "roles"
	tableUnits     = "units"
	tableLocations = "locations"
	tableGroups    = "groups"
	tableKinds     = "kinds"
	tablePresets   = "presets"
	tableChanges   = "changes"
	tableProtocols = "protocols"
	tableCoverage  = "coverage"
	tableParts     = "parts"
	tableStates    = "states"
	tableActions   = "actions"
	tableFacts     = "facts"
)

var tables = []string{
	tableRoles, tableUnits, tableLocations, tableGroups, tableKinds, tablePresets, tableChanges, tableProtocols, tableCoverage,
	tableParts, tableStates, tableActions, tableFacts,
}

// WithBook returns the policy with the editions of its promises: a change is judged
// by the one that was in force when it was made. All editions share the asset.toml
// of p.
func (p *Policy) WithBook(book *sla.Book) *Policy {
	with := *p
	with.book = book
	return &with
}

// Name returns the name that the policy gives itself.
func (p *Policy) Name() string { return p.name }

// Promises returns the policy by which changes are judged.
func (p *Policy) Promises() *sla.Policy { return p.promises }

// IDs returns the ids of one table of asset.toml, such as "kinds" or "units", in the
// order of the file.
func (p *Policy) IDs(table string) []string { return slices.Clone(p.titles.IDs(table)) }

// Title returns what an id of a table, such as "kinds", is called in a locale; the
// lines of a checklist stand under "protocols/hand-over/checklist", the fields of a
// kind under "kinds/server/fields", and what a preset offers under
// "presets/website/contents". Where it has no title there, it is the English one,
// else the id itself.
func (p *Policy) Title(table, id, locale string) string {
	all := p.titles.Of(table, id)
	if all == nil && table == tableRoles {
		for _, r := range p.book.Roles() {
			if r.ID == id {
				all = r.Titles
			}
		}
	}
	return titles.In(all, locale, id)
}

// Source returns the requirements or clauses that an id of a table comes from.
func (p *Policy) Source(table, id string) []string { return p.titles.Source(table, id) }

// Preset returns a preset; ok is false if there is none of that id.
func (p *Policy) Preset(id string) (preset Preset, ok bool) {
	preset, ok = p.presets[id]
	preset.Contents = slices.Clone(preset.Contents)
	return preset, ok
}

// Is reports whether a kind of asset is of another: itself, the library's kind that
// it is, or a group to which the policy counts it. Everything is hardware that is no
// software, website or service.
func (p *Policy) Is(kind, of string) bool {
	base := p.base(kind)
	switch of {
	case kind, base:
		return true
	case Hardware:
		return base != "" && !slices.Contains([]string{Software, Website, Service}, base)
	}
	return slices.Contains(p.kinds[kind].groups, of)
}

// base returns the library's kind that a kind is; "" if the kind is not known.
func (p *Policy) base(kind string) string {
	if k, ok := p.kinds[kind]; ok {
		return k.is
	}
	if slices.Contains(Kinds, kind) {
		return kind
	}
	return ""
}

// locale returns the language of the names that the policy gives: its first.
func (p *Policy) locale() string {
	if all := p.titles.Locales(); len(all) > 0 {
		return all[0]
	}
	return "en"
}

// kindIDs returns the kinds that an asset may have.
func (p *Policy) kindIDs() []string {
	ids := slices.Clone(Kinds)
	for _, id := range p.titles.IDs(tableKinds) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// knownRoles returns the roles of asset.toml and those of the promises, of any edition.
func (p *Policy) knownRoles() []string {
	known := p.IDs(tableRoles)
	for _, r := range p.book.Roles() {
		if !slices.Contains(known, r.ID) {
			known = append(known, r.ID)
		}
	}
	return known
}

// may reports whether a role may do something at all. Who acts in no role may do
// what no role is named for.
func (p *Policy) may(role string, do Action) bool {
	if role == "" {
		for _, may := range p.roles {
			if slices.Contains(may, do) {
				return false
			}
		}
		return true
	}
	may := p.roles[role]
	return slices.Contains(p.knownRoles(), role) && (len(may) == 0 || slices.Contains(may, do))
}

// papers returns the protocols that an action on a kind of asset needs, in the order
// of the file.
func (p *Policy) papers(do Action, kind string) []string {
	var ids []string
	for _, id := range p.titles.IDs(tableProtocols) {
		paper := p.protocols[id]
		if paper.on == do && (len(paper.kinds) == 0 || slices.ContainsFunc(paper.kinds, func(of string) bool { return p.Is(kind, of) })) {
			ids = append(ids, id)
		}
	}
	return ids
}

// year returns the series in which what began at an instant is counted.
func (p *Policy) year(at time.Time) string { return at.In(p.promises.Zone()).Format("2006") }
