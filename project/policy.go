package project

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/titles"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Policy is how a municipality runs its projects, as parsed by [Parse]. It is immutable
// and safe for concurrent use.
type Policy struct {
	name     string
	doc      *tomldoc.Doc // where each key stands, for Lint
	promises *sla.Policy
	book     *sla.Book // its editions
	titles   titles.Titles

	calendar   *worktime.Calendar // in whose working days plans are counted, with all corrections
	limit      townclerk.Ratio    // of deviations
	costCounts bool
	intake     intake
	roles      map[string][]Action // what each may do; none: everything
	partners   map[string]string   // of departments
	specifies  map[string]bool     // kinds of deliverables that are specifications
	accepts    map[string]bool     // kinds of results that are those of acceptance tests
	referenced map[string]bool     // causes that come with a reference
	horizons   map[string]int      // the most years of each
	approvers  []string            // roles that approve work plans
	gates      []gate
}

// intake is what a ticket becomes that is development.
type intake struct{ class, lead string }

// The tables of project.toml whose entries have an id and titles.
const (
	tableRoles        = "roles"
	tableDepartments  = "departments"
	tableClasses      = "classes"
	tableDeliverables = "deliverables"
	tableDocuments    = "documents"
	tableResults      = "results"
	tableCauses       = "causes"
	tableHorizons     = "horizons"
	tablePlanes       = "planes"
	tableStates       = "states"
	tableActions      = "actions"
)

var tables = []string{
	tableRoles, tableDepartments, tableClasses, tableDeliverables, tableDocuments, tableResults, tableCauses, tableHorizons, tablePlanes,
	tableStates, tableActions,
}

// Name returns the name that the policy gives itself.
func (p *Policy) Name() string { return p.name }

// Promises returns the policy by which projects are judged.
func (p *Policy) Promises() *sla.Policy { return p.promises }

// IDs returns the ids of one table of project.toml, such as "classes", in the order of
// the file.
func (p *Policy) IDs(table string) []string { return slices.Clone(p.titles.IDs(table)) }

// Title returns what an id of a table, such as "classes", is called in a locale. Where it
// has no title there, it is the English one, else the id itself.
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

// Limit returns by which share of the plan a project may deviate from it, and whether
// that counts for the cost, too: RA-55, RA-56, A-17.
func (p *Policy) Limit() (limit townclerk.Ratio, cost bool) { return p.limit, p.costCounts }

func (p *Policy) zone() *time.Location { return p.promises.Zone() }

// knownRoles returns the roles of project.toml and those of the promises, of any edition.
func (p *Policy) knownRoles() []string {
	known := p.IDs(tableRoles)
	for _, r := range p.book.Roles() {
		if !slices.Contains(known, r.ID) {
			known = append(known, r.ID)
		}
	}
	return known
}

// may reports whether a role may do something at all. Who acts in no role may do what
// needs none.
func (p *Policy) may(role string, do Action) bool {
	if role == "" {
		return true
	}
	may := p.roles[role]
	return slices.Contains(p.knownRoles(), role) && (len(may) == 0 || slices.Contains(may, do))
}
