package vendors

import (
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk/internal/titles"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Policy is how a municipality works with its vendors, as parsed by [Parse]. It is
// immutable and safe for concurrent use.
type Policy struct {
	name     string
	doc      *tomldoc.Doc // where each key stands, for Lint
	promises *sla.Policy
	book     *sla.Book // its editions
	titles   titles.Titles

	may       map[string][]Action // what roles may do
	units     map[string]string   // the canonical id of each unit and alias
	dealing   []string            // the units that deal with vendors; none: any
	severity  string              // of calls of which nothing is said
	class     string              // of calls, as an attribute
	channels  map[string][]string // of vendors; none: any
	tickets   map[string]string   // the service that is meant where only the vendor is named
	signers   []string            // of invoices
	needed    int                 // so many of them
	fiscal    worktime.Date       // the day on which fiscal years begin; its Year says nothing
	reviews   map[string]reviewKind
	addressee string // of the year's usage; empty: none is owed
	metrics   []string
	contracts []Contract
}

// reviewKind is a review that comes round.
type reviewKind struct {
	months int
	terms  []Term // none: those of the tender
}

// The tables of vendors.toml whose entries have an id and titles.
const (
	tableRoles      = "roles"
	tableUnits      = "units"
	tableServices   = "services"
	tableVendors    = "vendors"
	tableChannels   = "channels"
	tableSeverities = "severities"
	tableReviews    = "reviews"
	tableMeasures   = "measures"
	tableStates     = "states"
	tableActions    = "actions"
)

var tables = []string{
	tableRoles, tableUnits, tableServices, tableVendors, tableChannels, tableSeverities, tableReviews, tableMeasures, tableStates, tableActions,
}

// Name returns the name that the policy gives itself.
func (p *Policy) Name() string { return p.name }

// Promises returns the policy by which calls, invoices and the like are judged: its
// newest edition.
func (p *Policy) Promises() *sla.Policy { return p.promises }

// WithBook returns the policy with the editions of its promises: what begins is pinned
// to the one that was in force then, and judged by it.
func (p *Policy) WithBook(book *sla.Book) *Policy {
	with := *p
	with.book, with.metrics = book, metrics(book)
	return &with
}

// IDs returns the ids of one table of vendors.toml, such as "vendors" or "services", in
// the order of the file.
func (p *Policy) IDs(table string) []string { return slices.Clone(p.titles.IDs(table)) }

// Title returns what an id of a table, such as "vendors", is called in a locale. Where
// it has no title there, it is the English one, else the id itself.
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

// Contracts returns the contracts that stand in vendors.toml, in the order of the file,
// each with its key as ID. They are what a policy can be checked with; what is in force
// is what the store has, where [Office.Conclude] puts it.
func (p *Policy) Contracts() []Contract {
	all := slices.Clone(p.contracts)
	for i := range all {
		all[i].Agreed = slices.Clone(all[i].Agreed)
		for j := range all[i].Agreed {
			all[i].Agreed[j] = all[i].Agreed[j].clone()
		}
	}
	return all
}

// Year returns from when and before when a fiscal year is: that which begins in the
// calendar year of that number.
func (p *Policy) Year(number int) (from, to time.Time) {
	return p.newYear(number), p.newYear(number + 1)
}

// YearOf returns the number of the fiscal year in which an instant lies.
func (p *Policy) YearOf(at time.Time) int {
	year := at.In(p.zone()).Year()
	if at.Before(p.newYear(year)) {
		year--
	}
	return year
}

func (p *Policy) newYear(number int) time.Time {
	return worktime.Date{Year: number, Month: p.fiscal.Month, Day: p.fiscal.Day}.Start(p.zone()).UTC()
}

func (p *Policy) zone() *time.Location { return p.promises.Zone() }

// knownRoles returns the roles of vendors.toml and those of the promises, of any edition.
func (p *Policy) knownRoles() []string {
	known := p.IDs(tableRoles)
	for _, r := range p.book.Roles() {
		if !slices.Contains(known, r.ID) {
			known = append(known, r.ID)
		}
	}
	return known
}

// mayDo reports whether a role may do something at all. What is not named, it may not.
func (p *Policy) mayDo(role string, do Action) bool { return slices.Contains(p.may[role], do) }

// deals reports whether a unit deals with vendors.
func (p *Policy) deals(unit string) bool {
	return len(p.dealing) == 0 || slices.Contains(p.dealing, p.units[unit])
}

func (p *Policy) hasCalendar(name string) bool {
	return name == sla.Elapsed || p.promises.Calendar(name) != nil
}

func metrics(book *sla.Book) []string {
	var all []string
	for _, edition := range book.Editions() {
		for _, t := range edition.Targets() {
			if !slices.Contains(all, t.Metric) {
				all = append(all, t.Metric)
			}
		}
	}
	return all
}

func list(ids []string) string { return strings.Join(ids, ", ") }
