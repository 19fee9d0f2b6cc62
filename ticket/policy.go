package ticket

import (
	"slices"

	"github.com/townclerk/townclerk/internal/titles"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
)

// Policy is how a municipality's desk works, as parsed by [Parse]. It is immutable
// and safe for concurrent use.
type Policy struct {
	name     string
	doc      *tomldoc.Doc // where each key stands, for Lint
	promises *sla.Policy
	book     *sla.Book // its editions
	titles   titles.Titles
	contacts map[string]string // of channels
	parts    string            // the reason for which tickets wait for parts
	unrouted route             // for causes that are not known
	notifyBy string            // the calendar in which people are told
	priority priority
	roles    map[string]role
	tiers    map[string]tier
	causes   map[string]route
	classes  map[string]class
	items    map[string]item
	types    map[string][]string // the tiers that may have them

	departments map[string]department
	reports     *reports // nil where nothing is said of them
}

type department struct {
	diagnosers []string // roles; none: anybody
	delegates  []string // roles that act for any handler
	intake     string   // the department through which it gets its tickets; empty: itself
	team       string
}

type role struct {
	may      []Action // none: everything
	anyTime  bool     // it is told also outside working time
	calendar string
}

type tier struct{ team, vendor string }

// route is where a ticket goes.
type route struct{ vendor, team string }

type class struct {
	tiers           []string
	opened, treated []string // more kinds of event that opening and treating are
	chain           chain
}

type chain struct {
	roles    []string
	anyOrder bool
}

type item struct {
	class, department, author, addressee string
	fields, levels, checklist            []string
	chain                                chain
	estimate                             string
	onePer                               string // "unit", or empty
	opened, treated                      []string
}

type priority struct {
	normal string
	matrix map[string]map[string]string // by impact, then urgency
}

// The tables of ticket.toml whose entries have an id and titles.
const (
	tableDepartments = "departments"
	tableChannels    = "channels"
	tableRoles       = "roles"
	tableTeams       = "teams"
	tableVendors     = "vendors"
	tableTiers       = "tiers"
	tableClasses     = "classes"
	tableTypes       = "types"
	tableCauses      = "causes"
	tableItems       = "items"
	tableWaits       = "waits"
	tableWork        = "work"
	tableStates      = "states"
	tableActions     = "actions"
)

var tables = []string{
	tableDepartments, tableChannels, tableRoles, tableTeams, tableVendors, tableTiers, tableClasses, tableTypes,
	tableCauses, tableItems, tableWaits, tableWork, tableStates, tableActions,
}

// Name returns the name that the policy gives itself.
func (p *Policy) Name() string { return p.name }

// Promises returns the policy by which tickets are judged.
func (p *Policy) Promises() *sla.Policy { return p.promises }

// IDs returns the ids of one table of ticket.toml, such as "channels" or "items",
// in the order of the file.
func (p *Policy) IDs(table string) []string { return slices.Clone(p.titles.IDs(table)) }

// Title returns what an id of a table, such as "channels", is called in a locale.
// Where it has no title there, it is the English one, else the id itself.
func (p *Policy) Title(table, id, locale string) string {
	all := p.titles.Of(table, id)
	if all == nil && table == tableRoles {
		for _, r := range p.promises.Roles() {
			if r.ID == id {
				all = r.Titles
			}
		}
	}
	return titles.In(all, locale, id)
}

// Source returns the requirements or clauses that an id of a table comes from.
func (p *Policy) Source(table, id string) []string { return p.titles.Source(table, id) }

// Contact returns how people reach the desk by a channel, or "".
func (p *Policy) Contact(channel string) string { return p.contacts[channel] }

// Estimate returns the target that says about how long an item of the catalogue
// takes, or nil. It is never breached.
func (p *Policy) Estimate(item string) *sla.Target { return p.promises.Target(p.items[item].estimate) }

// Priority returns what a ticket of that impact and urgency has; where one is not
// known, the priority of tickets about which nothing is said.
func (p *Policy) Priority(impact, urgency string) string {
	if priority, ok := p.priority.matrix[impact][urgency]; ok {
		return priority
	}
	return p.priority.normal
}

// Route returns to which vendor, or which team, a cause goes. If nothing is said
// of the cause, it is the policy's default.
func (p *Policy) Route(cause string) (vendor, team string) {
	r, ok := p.causes[cause]
	if !ok {
		r = p.unrouted
	}
	return r.vendor, r.team
}

// Tiers returns the tiers that may have tickets of the type or, where nothing is
// said of the type, of the class: from the first to the last.
func (p *Policy) Tiers(class, typ string) []string {
	if tiers := p.types[typ]; len(tiers) > 0 {
		return slices.Clone(tiers)
	}
	if tiers := p.classes[class].tiers; len(tiers) > 0 {
		return slices.Clone(tiers)
	}
	return p.IDs(tableTiers)
}

func (p *Policy) tiersFor(t *Ticket) []string { return p.Tiers(t.Class, t.Type) }

// knownRoles returns the roles of ticket.toml and those of the promises, of any edition.
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
// what needs none.
func (p *Policy) may(role string, do Action) bool {
	if role == "" {
		return true
	}
	may := p.roles[role].may
	return slices.Contains(p.knownRoles(), role) && (len(may) == 0 || slices.Contains(may, do))
}

// diagnoses reports whether the department lets the role diagnose.
func (p *Policy) diagnoses(department, role string) bool {
	roles := p.departments[department].diagnosers
	return len(roles) == 0 || slices.Contains(roles, role)
}

// covers reports whether what the ticket asks for includes the grant.
func (p *Policy) covers(t *Ticket, g Grant) bool {
	levels := p.items[t.Item].levels
	return slices.ContainsFunc(t.Requested, func(r Grant) bool {
		if r.Part != g.Part {
			return false
		}
		if len(levels) == 0 {
			return r.Level == g.Level
		}
		given := slices.Index(levels, g.Level)
		return given >= 0 && given <= slices.Index(levels, r.Level)
	})
}

// openedAs returns the kinds of event that opening the ticket is.
func (p *Policy) openedAs(t *Ticket) []string {
	return slices.Concat([]string{opened}, p.classes[t.Class].opened, p.items[t.Item].opened)
}

// treatedAs returns the kinds of event that treating it is, beside "treated".
func (p *Policy) treatedAs(class, item string) []string {
	return slices.Concat(p.classes[class].treated, p.items[item].treated)
}

// chainFor returns who has to approve.
func (p *Policy) chainFor(t *Ticket) chain {
	if c := p.items[t.Item].chain; len(c.roles) > 0 {
		return c
	}
	return p.classes[t.Class].chain
}
