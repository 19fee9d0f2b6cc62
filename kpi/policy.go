package kpi

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk/internal/titles"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Policy is what a municipality measures, what it does again and again, and by which
// processes, as parsed by [Parse]. It is immutable and safe for concurrent use.
type Policy struct {
	name     string
	edition  int
	doc      *tomldoc.Doc // where each key stands, for Lint
	promises *sla.Policy
	book     *sla.Book // its editions
	titles   titles.Titles

	may        map[string][]Action // what roles may do
	indicators map[string]Indicator
	duties     map[string]Duty
	cards      map[string]carded
	clauses    []Clause
}

// carded is a card as kpi.toml has it.
type carded struct {
	version Version
	former  []Former
	before  int // how many there were before those
}

// The tables of kpi.toml whose entries have an id and titles.
const (
	tableRoles      = "roles"
	tableUnits      = "units"
	tableIndicators = "indicators"
	tableDuties     = "duties"
	tableReports    = "reports"
	tableItems      = "items"
	tableAreas      = "areas"
	tableSubjects   = "subjects"
	tableClauses    = "clauses"
	tableCards      = "cards"
	tableStates     = "states"
	tableActions    = "actions"
)

var tables = []string{
	tableRoles, tableUnits, tableIndicators, tableDuties, tableReports, tableItems, tableAreas, tableSubjects, tableClauses, tableCards, tableStates, tableActions,
}

// Name returns the name that the policy gives itself.
func (p *Policy) Name() string { return p.name }

// Edition returns the number of the policy's edition, which is written into each
// measurement; 0 if it has none.
func (p *Policy) Edition() int { return p.edition }

// Promises returns the policy whose targets and calendars are meant: its newest edition.
func (p *Policy) Promises() *sla.Policy { return p.promises }

// WithBook returns the policy with the editions of its promises: what begins is pinned
// to the one that was in force then, and judged by it.
func (p *Policy) WithBook(book *sla.Book) *Policy {
	with := *p
	with.book = book
	return &with
}

// IDs returns the ids of one table of kpi.toml, such as "indicators" or "duties", in the
// order of the file.
func (p *Policy) IDs(table string) []string { return slices.Clone(p.titles.IDs(table)) }

// Title returns what an id of a table, such as "indicators", is called in a locale.
// Where it has no title there, it is the English one, else the id itself.
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

// Label returns what else is said of an indicator in a locale: its "numerator",
// "denominator" or "record"; empty if nothing is.
func (p *Policy) Label(indicator, what, locale string) string {
	return titles.In(p.titles.Of(tableIndicators, indicator+"/"+what), locale, "")
}

// StepTitle returns what a step of a duty is called in a locale.
func (p *Policy) StepTitle(duty, step, locale string) string {
	return titles.In(p.titles.Of(p.tableOf(duty), duty+"/"+step), locale, step)
}

// Source returns the requirements or clauses that an id of a table comes from.
func (p *Policy) Source(table, id string) []string { return p.titles.Source(table, id) }

// Calendar returns a calendar of the promises, with closures that were declared later;
// nil if there is none of that name.
func (p *Policy) Calendar(name string) *worktime.Calendar { return p.calendar(name) }

func (p *Policy) calendar(name string) *worktime.Calendar {
	return p.promises.Corrected().Calendar(name)
}

func (p *Policy) zone() *time.Location { return p.promises.Zone() }

// tableOf returns the table in which a duty or a report stands.
func (p *Policy) tableOf(duty string) string {
	if p.duties[duty].Report {
		return tableReports
	}
	return tableDuties
}

// suggest names what was probably meant by an id of a table; duties and reports are one.
func (p *Policy) suggest(table, id string) string {
	known := p.IDs(table)
	if table == tableDuties {
		known = append(known, p.IDs(tableReports)...)
	}
	return tomldoc.Suggest(id, known)
}

// knownRoles returns the roles of kpi.toml and those of the promises, of any edition.
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

// Cards returns the keys of the cards that stand in kpi.toml, in the order of the file.
func (p *Policy) Cards() []string { return p.IDs(tableCards) }

// EnterCard returns the command that enters a card of kpi.toml as it stands there, for
// [Register.AddCard]; ok is false if there is none of that key.
func (p *Policy) EnterCard(key string) (c Command, ok bool) {
	card, ok := p.cards[key]
	if !ok {
		return Command{}, false
	}
	version := card.version
	return Command{Do: Enter, Card: &version, Former: slices.Clone(card.former), Before: card.before}, true
}

// Card returns a card of kpi.toml as it stands there, with its former versions, each
// recorded as the one before was replaced; ok is false if there is none of that key.
func (p *Policy) Card(key string) (c Card, ok bool) {
	card, ok := p.cards[key]
	if !ok {
		return Card{}, false
	}
	return Card{Record: Record{ID: CardID(key), State: Issued}, Key: key, Versions: versions(card.former, card.version), Before: card.before}, true
}
