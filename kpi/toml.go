package kpi

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/titles"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// The raw types are the shape of kpi.toml. The package comment describes the keys.

type rawPolicy struct {
	Format     int                          `toml:"format" required:"true" hint:"write format = 1"`
	Name       string                       `toml:"name" required:"true" hint:"name the policy"`
	Locales    tomldoc.Strings              `toml:"locales" required:"true" hint:"write the languages of the titles, such as [\"en\", \"pl\"]"`
	Edition    int                          `toml:"edition,omitempty"`
	Roles      map[string]rawRole           `toml:"roles,omitempty"`
	Units      map[string]rawEntry          `toml:"units,omitempty"`
	Items      map[string]rawEntry          `toml:"items,omitempty"`
	Indicators map[string]rawIndicator      `toml:"indicators,omitempty"`
	Duties     map[string]rawDuty           `toml:"duties,omitempty"`
	Reports    map[string]rawReport         `toml:"reports,omitempty"`
	Areas      map[string]rawEntry          `toml:"areas,omitempty"`
	Subjects   map[string]rawEntry          `toml:"subjects,omitempty"`
	Clauses    map[string]rawClause         `toml:"clauses,omitempty"`
	Cards      map[string]rawCard           `toml:"cards,omitempty"`
	States     map[string]map[string]string `toml:"states,omitempty"`
	Actions    map[string]map[string]string `toml:"actions,omitempty"`
}

type rawEntry struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
}

type rawRole struct {
	Title  map[string]string `toml:"title,omitempty"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
	May    tomldoc.Strings   `toml:"may,omitempty"`
}

type rawIndicator struct {
	Title         map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source        tomldoc.Strings   `toml:"source,omitempty"`
	Numerator     map[string]string `toml:"numerator" required:"true" hint:"say what is counted: numerator = { en = \"…\" }"`
	Denominator   map[string]string `toml:"denominator" required:"true" hint:"say of how much: denominator = { en = \"…\" }"`
	In            string            `toml:"in,omitempty"`
	Decimals      *int              `toml:"decimals,omitempty"`
	Target        *rawTarget        `toml:"target,omitempty" hint:"a limit alone does not say which side of it is good; write target = { at_least = \"15 %\" }, or at_most, more_than, less_than"`
	Informational bool              `toml:"informational,omitempty"`
	Record        map[string]string `toml:"record" required:"true" hint:"say from which records it is measured: record = { en = \"…\" }"`
	Frequency     string            `toml:"frequency" required:"true" hint:"write \"month\", \"quarter\" or \"year\""`
	Unit          string            `toml:"unit" required:"true" hint:"name the unit of the organisation, one of [units]"`
	Calendar      string            `toml:"calendar,omitempty"`
	Promise       string            `toml:"promise,omitempty"`
}

type rawTarget struct {
	AtLeast  rawLimit `toml:"at_least,omitempty"`
	AtMost   rawLimit `toml:"at_most,omitempty"`
	MoreThan rawLimit `toml:"more_than,omitempty"`
	LessThan rawLimit `toml:"less_than,omitempty"`
}

type rawDuty struct {
	Title      map[string]string            `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source     tomldoc.Strings              `toml:"source,omitempty"`
	Every      string                       `toml:"every" required:"true" hint:"write night, day, working-day, week, month, year or demand, or several as in \"3 months\""`
	On         string                       `toml:"on,omitempty"`
	WorkingDay int                          `toml:"working_day,omitempty"`
	Closed     string                       `toml:"closed,omitempty"`
	Calendar   string                       `toml:"calendar" required:"true" hint:"name a calendar of sla.toml, by whose dates and hours it falls"`
	Window     string                       `toml:"window,omitempty"`
	First      *rawDate                     `toml:"first,omitempty"`
	Steps      map[string]map[string]string `toml:"steps,omitempty"`
	Per        string                       `toml:"per,omitempty"`
	PerStep    string                       `toml:"per_step,omitempty"`
	Role       string                       `toml:"role,omitempty"`
	Procedure  string                       `toml:"procedure,omitempty"`
	Attributes map[string]string            `toml:"attributes,omitempty"`
	BegunAs    tomldoc.Strings              `toml:"begun_as,omitempty"`
	DoneAs     tomldoc.Strings              `toml:"done_as,omitempty"`
}

type rawReport struct {
	rawDuty
	Addressee string `toml:"addressee" required:"true" hint:"name the role that gets it"`
	Covers    string `toml:"covers,omitempty"`
}

type rawClause struct {
	Title      map[string]string `toml:"title" required:"true" hint:"write the performance measure: title = { en = \"…\" }"`
	Source     tomldoc.Strings   `toml:"source,omitempty"`
	Area       string            `toml:"area" required:"true" hint:"name one of [areas]"`
	Subject    string            `toml:"subject" required:"true" hint:"name one of [subjects]"`
	Promises   tomldoc.Strings   `toml:"promises,omitempty"`
	Indicators tomldoc.Strings   `toml:"indicators,omitempty"`
	Duties     tomldoc.Strings   `toml:"duties,omitempty"`
}

type rawCard struct {
	Title      map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source     tomldoc.Strings   `toml:"source,omitempty"`
	Language   string            `toml:"language" required:"true" hint:"write the language in which it is written, one of locales"`
	Symbol     string            `toml:"symbol" required:"true" hint:"write its symbol, such as \"PR-10\""`
	Revision   int               `toml:"revision,omitempty"`
	Annex      string            `toml:"annex,omitempty"`
	From       rawDate           `toml:"from" required:"true" hint:"write from when this version is in force, such as 2026-01-01"`
	Category   string            `toml:"category,omitempty"`
	Owner      string            `toml:"owner" required:"true" hint:"name the role that answers for it"`
	Person     string            `toml:"person,omitempty"`
	Units      tomldoc.Strings   `toml:"units" required:"true" hint:"name at least one of [units]"`
	Scope      string            `toml:"scope,omitempty"`
	Aim        string            `toml:"aim,omitempty"`
	Duties     []rawRoleText     `toml:"duties,omitempty"`
	Tasks      []string          `toml:"tasks,omitempty"`
	Steps      []rawRoleText     `toml:"steps,omitempty"`
	Sections   []rawSection      `toml:"sections,omitempty"`
	Inputs     []string          `toml:"inputs,omitempty"`
	Outputs    []string          `toml:"outputs,omitempty"`
	References []rawReference    `toml:"references,omitempty"`
	Glossary   []rawTerm         `toml:"glossary,omitempty"`
	Records    []string          `toml:"records,omitempty"`
	NoRecords  bool              `toml:"no_records,omitempty"`
	Annexes    []string          `toml:"annexes,omitempty"`
	Indicators tomldoc.Strings   `toml:"indicators,omitempty"`
	Signatures []rawSigner       `toml:"signatures,omitempty"`
	Controlled bool              `toml:"controlled,omitempty"`
	Releasers  tomldoc.Strings   `toml:"releasers,omitempty"`
	Former     []rawFormer       `toml:"former,omitempty"`
}

type rawRoleText struct {
	Role string `toml:"role,omitempty"`
	Text string `toml:"text" required:"true" hint:"say what is done"`
}

type rawSection struct {
	Title string          `toml:"title" required:"true" hint:"write its heading"`
	Text  tomldoc.Strings `toml:"text,omitempty"`
	List  tomldoc.Strings `toml:"list,omitempty"`
}

type rawReference struct {
	Title    string   `toml:"title" required:"true" hint:"write what it is called"`
	Document string   `toml:"document,omitempty"`
	Number   string   `toml:"number,omitempty"`
	Date     *rawDate `toml:"date,omitempty"`
	Amended  bool     `toml:"amended,omitempty"`
}

type rawTerm struct {
	Term  string `toml:"term" required:"true" hint:"write the word"`
	Means string `toml:"means" required:"true" hint:"write what it means"`
}

type rawSigner struct {
	As   string `toml:"as" required:"true" hint:"write what the signature is for: \"prepared\" or \"approved\""`
	Role string `toml:"role" required:"true" hint:"name the role that signs"`
}

type rawFormer struct {
	From     rawDate    `toml:"from" required:"true" hint:"write from when it was in force, such as 2013-09-18"`
	Replaced rawInstant `toml:"replaced" required:"true" hint:"write when its page was replaced, such as 2014-10-02T12:42:09"`
	By       string     `toml:"by,omitempty"`
	Link     string     `toml:"link,omitempty"`
}

type rawDate worktime.Date

// UnmarshalText reads 2026-06-07.
func (d *rawDate) UnmarshalText(text []byte) error {
	date, err := worktime.ParseDate(string(text))
	*d = rawDate(date)
	return err
}

// AcceptsTOML lets a date be written without quotes.
func (*rawDate) AcceptsTOML(kind string) bool { return kind == "date" }

// rawInstant is the text of a local time, or of one with an offset.
type rawInstant string

// UnmarshalText keeps the text: the zone is not known yet.
func (i *rawInstant) UnmarshalText(text []byte) error {
	*i = rawInstant(text)
	return nil
}

// AcceptsTOML lets a time be written without quotes.
func (*rawInstant) AcceptsTOML(kind string) bool { return kind == "date-time" || kind == "instant" }

// rawLimit is a limit with a percentage sign, or a number.
type rawLimit struct {
	townclerk.Ratio
	bare bool // it was written without the sign
}

// UnmarshalText reads 15 %.
func (l *rawLimit) UnmarshalText(text []byte) error {
	r, err := parseLimit(string(text))
	*l = rawLimit{r, !strings.HasSuffix(strings.TrimSpace(string(text)), "%")}
	return err
}

// AcceptsTOML lets a number be written without quotes.
func (*rawLimit) AcceptsTOML(kind string) bool { return kind == "integer" || kind == "float" }

// Parse reads what a municipality measures and does from kpi.toml, to go with the
// promises of sla.toml. The name is the file's, for the errors: all mistakes come back
// joined, in the order of lines, each a [*townclerk.FileError].
func Parse(data []byte, name string, promises *sla.Policy) (*Policy, error) {
	if promises == nil {
		return nil, errors.New(name + ": the promises of sla.toml are needed to read it")
	}
	var raw rawPolicy
	doc := tomldoc.Decode(data, name, &raw)
	p := parser{raw: &raw, Reader: titles.NewReader(doc, raw.Locales, tables...)}
	p.policy = &Policy{
		name: raw.Name, edition: raw.Edition, doc: doc, promises: promises, book: promises.Book(),
		may: map[string][]Action{}, indicators: map[string]Indicator{}, duties: map[string]Duty{}, cards: map[string]carded{},
	}
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
	p.policy.titles = p.Titles
	if p.raw.Edition < 0 {
		p.Doc.Errorf(at("edition"), "%d is no number of an edition; they count from 1", p.raw.Edition)
	}
	for table, entries := range map[string]map[string]rawEntry{tableUnits: p.raw.Units, tableItems: p.raw.Items, tableAreas: p.raw.Areas, tableSubjects: p.raw.Subjects} {
		for _, id := range p.IDs(table) {
			p.Entry(table, id, entries[id].Title, entries[id].Source)
		}
	}
	p.roles()
	for _, id := range p.IDs(tableIndicators) {
		p.indicator(at(tableIndicators, id), id)
	}
	for _, id := range p.IDs(tableDuties) {
		raw := p.raw.Duties[id]
		p.policy.duties[id] = p.duty(at(tableDuties, id), tableDuties, id, &raw)
	}
	for _, id := range p.IDs(tableReports) {
		p.report(at(tableReports, id), id)
	}
	for _, id := range p.IDs(tableClauses) {
		p.clause(at(tableClauses, id), id)
	}
	for _, id := range p.IDs(tableCards) {
		p.card(at(tableCards, id), id)
	}
	p.words(tableStates, p.raw.States, stateNames())
	p.words(tableActions, p.raw.Actions, actionNames())
	p.policy.titles = p.Titles
}

func workflows() []townclerk.Workflow[State, Action] {
	return []townclerk.Workflow[State, Action]{MeasurementWorkflow(), OccurrenceWorkflow(), CardWorkflow(), RemedyWorkflow(), ScheduleWorkflow()}
}

func stateNames() []string {
	var all []string
	for _, w := range workflows() {
		for _, s := range w.States {
			if s != New && !slices.Contains(all, string(s)) {
				all = append(all, string(s))
			}
		}
	}
	return all
}

func actionNames() []string {
	var all []string
	for _, a := range Actions {
		all = append(all, string(a))
	}
	return all
}

// words reads the labels of what the workflows name.
func (p *parser) words(table string, raw map[string]map[string]string, known []string) {
	for _, id := range p.IDs(table) {
		p.OneOf(at(table, id), id, known)
		p.Label(at(table, id), table, id, raw[id])
	}
}

func (p *parser) roles() {
	promised := p.policy.promises.Roles()
	for _, id := range p.IDs(tableRoles) {
		raw, here := p.raw.Roles[id], at(tableRoles, id)
		p.Entry(tableRoles, id, raw.Title, raw.Source)
		if len(raw.Title) == 0 && !slices.ContainsFunc(promised, func(r sla.Role) bool { return r.ID == id }) && !p.Doc.Failed(here) {
			p.Doc.Errorf(here.Add("title"), "missing; the promises do not know the role, so write title = { en = \"…\" }")
		}
		for _, may := range raw.May {
			p.OneOf(here.Add("may"), may, actionNames())
			p.policy.may[id] = append(p.policy.may[id], Action(may))
		}
		p.Once(here.Add("may"), raw.May)
	}
}

// role checks a role that is named elsewhere; empty is none.
func (p *parser) role(here path, id string) string {
	if id != "" {
		p.Roles(here, []string{id}, p.policy.knownRoles())
	}
	return id
}

func (p *parser) indicator(here path, id string) {
	raw := p.raw.Indicators[id]
	p.Entry(tableIndicators, id, raw.Title, raw.Source)
	for key, labels := range map[string]map[string]string{"numerator": raw.Numerator, "denominator": raw.Denominator, "record": raw.Record} {
		p.Label(here.Add(key), tableIndicators, id+"/"+key, labels)
	}
	in := Indicator{
		ID: id, Target: p.target(here, &raw), Frequency: Frequency(raw.Frequency), Unit: p.Ref(here.Add("unit"), tableUnits, raw.Unit),
		In: raw.In, Decimals: 2, Calendar: raw.Calendar, Promise: raw.Promise,
	}
	if raw.Frequency != "" {
		p.OneOf(here.Add("frequency"), raw.Frequency, []string{string(Monthly), string(Quarterly), string(Yearly)})
	}
	if in.In == "" {
		in.In = Percent
	}
	p.OneOf(here.Add("in"), in.In, []string{Percent, Number})
	if raw.Decimals != nil {
		if in.Decimals = *raw.Decimals; in.Decimals < 0 || in.Decimals > 6 {
			p.Doc.Errorf(here.Add("decimals"), "%d is not from 0 to 6", in.Decimals)
		}
	}
	if raw.Calendar != "" {
		p.calendar(here.Add("calendar"), raw.Calendar)
	}
	p.promises(here.Add("promise"), raw.Promise)
	p.policy.indicators[id] = in
}

// target reads what an indicator is to reach: one limit, and on which side of it.
func (p *parser) target(here path, raw *rawIndicator) *Target {
	missing := raw.Target == nil && !p.Doc.Failed(here) && !p.Doc.Has(here.Add("target"))
	switch {
	case missing && !raw.Informational:
		p.Doc.Errorf(here.Add("target"), "missing; write target = { at_least = \"15 %%\" }, or informational = true if it has none")
	case raw.Target != nil && raw.Informational:
		p.Doc.Errorf(here.Add("informational"), "what only informs has no target; leave one of them out")
	}
	if raw.Target == nil {
		return nil
	}
	var found []Target
	for _, side := range []struct {
		key   string
		is    Comparator
		limit rawLimit
	}{
		{"at_least", AtLeast, raw.Target.AtLeast}, {"at_most", AtMost, raw.Target.AtMost},
		{"more_than", MoreThan, raw.Target.MoreThan}, {"less_than", LessThan, raw.Target.LessThan},
	} {
		if p.Doc.Has(here.Add("target", side.key)) {
			found = append(found, Target{side.is, side.limit.N, side.limit.D})
			if r := side.limit.Ratio; side.limit.bare && raw.In != Number && r.N > r.D {
				p.Doc.Errorf(here.Add("target", side.key), "as a number it is %s %%; write it with the sign, such as \"%s %%\", or as a share of 1", strings.TrimSuffix(limitText(r, Percent), " %"), limitText(r, Number))
			}
		}
	}
	if len(found) != 1 {
		if !p.Doc.Failed(here.Add("target")) {
			p.Doc.Errorf(here.Add("target"), "it has %d limits; write one of at_least, at_most, more_than and less_than", len(found))
		}
		return nil
	}
	return &found[0]
}

func (p *parser) calendar(here path, name string) {
	if name != "" && p.policy.promises.Calendar(name) == nil {
		p.Doc.Errorf(here, "the promises have no calendar named %q; name one of theirs", name)
	}
}

// promises checks targets of the promises.
func (p *parser) promises(here path, ids ...string) {
	var known []string
	for _, t := range p.policy.promises.Targets() {
		known = append(known, t.ID)
	}
	for _, id := range ids {
		if id != "" && !slices.Contains(known, id) {
			p.Doc.Errorf(here, "the promises have no target of the id %q%s", id, tomldoc.Suggest(id, known))
		}
	}
}

func (p *parser) report(here path, id string) {
	raw := p.raw.Reports[id]
	d := p.duty(here, tableReports, id, &raw.rawDuty)
	if _, twice := p.policy.duties[id]; twice {
		p.Doc.Errorf(here, "a duty is called %q as well; give one of them another id", id)
	}
	d.Report, d.Addressee = true, p.role(here.Add("addressee"), raw.Addressee)
	if d.covers = Covers(raw.Covers); raw.Covers == "" {
		d.covers = Cut
	}
	p.OneOf(here.Add("covers"), string(d.covers), []string{string(Cut), string(AllMonth), string(AllYear)})
	if d.covers == AllMonth && d.every != month || d.covers == AllYear && d.every != year {
		p.Doc.Errorf(here.Add("covers"), "%q does not go with every = %q: between two of them lie no whole %ss", d.covers, raw.Every, d.covers)
	}
	p.policy.duties[id] = d
}

func (p *parser) duty(here path, table, id string, raw *rawDuty) Duty {
	p.Entry(table, id, raw.Title, raw.Source)
	d := Duty{
		ID: id, Role: p.role(here.Add("role"), raw.Role), Procedure: raw.Procedure, Per: p.Ref(here.Add("per"), tableItems, raw.Per),
		Steps: p.Doc.Keys(here.Add("steps")), calendar: raw.Calendar, closed: Closed(raw.Closed), working: raw.WorkingDay, n: 1,
		PerStep: raw.PerStep, match: raw.Attributes, begun: raw.BegunAs, done: raw.DoneAs,
	}
	for step, labels := range raw.Steps {
		if step == "" {
			p.Doc.Errorf(here.Add("steps", step), "a step has no id; write it as in fetch = { en = \"Fetch\" }")
		}
		p.Label(here.Add("steps", step), table, id+"/"+step, labels)
	}
	if raw.PerStep != "" && raw.Per == "" {
		p.Doc.Errorf(here.Add("per_step"), "nothing says for each of what; write per = \"…\", one of [items]")
	}
	if raw.PerStep != "" {
		p.OneOf(here.Add("per_step"), raw.PerStep, d.Steps)
	}
	p.calendar(here.Add("calendar"), raw.Calendar)
	for key, value := range raw.Attributes {
		if err := p.policy.promises.CheckAttribute(key, value); err != nil {
			p.Doc.Errorf(here.Add("attributes", key), "%v", err)
		}
	}
	p.events(here.Add("begun_as"), raw.BegunAs)
	p.events(here.Add("done_as"), raw.DoneAs)
	if raw.Every == "" {
		return d
	}
	var err error
	if d.every, d.n, err = parseEvery(raw.Every); err != nil {
		p.Doc.Errorf(here.Add("every"), "%v", err)
		return d
	}
	if raw.First != nil {
		d.first = worktime.Date(*raw.First)
	} else if d.n > 1 {
		p.Doc.Errorf(here.Add("first"), "missing; write the date from which the %s are counted, such as first = 2026-01-15", raw.Every)
	}
	if d.every == demand && (raw.First != nil || raw.Closed != "") {
		p.Doc.Errorf(here.Add("every"), "what is done on demand falls on no day by itself; leave first and closed out")
	}
	p.closed(here, &d, raw)
	p.on(here, &d, raw)
	p.window(here, &d, raw.Window)
	return d
}

// events checks kinds of event: each starts or meets something that is promised.
func (p *parser) events(here path, kinds []string) {
	var known []string
	for _, t := range p.policy.promises.Targets() {
		known = append(known, slices.Concat(t.Start, t.Traits().Meets)...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for _, kind := range kinds {
		if !slices.Contains(known, kind) {
			p.Doc.Errorf(here, "%q neither starts nor meets a target of the promises%s", kind, tomldoc.Suggest(kind, known))
		}
	}
	p.Once(here, kinds)
}

// closed reads what becomes of a duty on a closed day.
func (p *parser) closed(here path, d *Duty, raw *rawDuty) {
	switch {
	case d.every == workingDay && raw.Closed != "" && d.closed != Skip:
		p.Doc.Errorf(here.Add("closed"), "what falls on working days never falls on a closed one; leave it out")
	case d.every == workingDay:
		d.closed = Skip
	case raw.Closed == "":
		d.closed = Keep
	}
	p.OneOf(here.Add("closed"), string(d.closed), []string{string(Keep), string(Skip), string(Before), string(After)})
}

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// on reads the day of the week, the month or the year.
func (p *parser) on(here path, d *Duty, raw *rawDuty) {
	on := here.Add("on")
	if raw.WorkingDay != 0 && (d.every != month || raw.On != "") {
		p.Doc.Errorf(here.Add("working_day"), "only what comes round by months falls on its nth working day, and then it has no on")
	}
	if raw.WorkingDay < -20 || raw.WorkingDay > 20 {
		p.Doc.Errorf(here.Add("working_day"), "%d is none that every month has; write 1 to 20, or -1 for the last", raw.WorkingDay)
	}
	switch d.every {
	case week:
		p.OneOf(on, raw.On, weekdays[:])
		d.weekday = time.Weekday(max(0, slices.Index(weekdays[:], raw.On)))
	case month:
		if d.working != 0 {
			return
		}
		n, err := strconv.Atoi(raw.On)
		if raw.On == "last" {
			n, err = -1, nil
		}
		if err != nil || n > 31 || n == 0 || n < -1 {
			p.Doc.Errorf(on, "%q is no day of a month; write \"1\" to \"31\", or \"last\"; or leave it out and write working_day", raw.On)
		}
		d.date.Day = n
	case year:
		date, err := worktime.ParseDate("2001-" + raw.On) // not a leap year
		if err != nil {
			p.Doc.Errorf(on, "%q is not a day of each year; write the month and the day, such as \"01-31\"", raw.On)
		}
		d.date = date
	default:
		if raw.On != "" {
			p.Doc.Errorf(on, "what comes round by %ss has no other day; leave it out", d.every)
		}
	}
}

// window reads when on its day a duty is done.
func (p *parser) window(here path, d *Duty, text string) {
	here = here.Add("window")
	switch {
	case d.every == demand:
		if text != "" {
			p.Doc.Errorf(here, "what is done on demand has no window; leave it out")
		}
		return
	case text == "" && d.every == night:
		p.Doc.Errorf(here, "missing; write when the night is, such as window = \"20:00-06:00\": it belongs to the date of its evening")
		return
	case text == "hours" && d.closed == Keep:
		p.Doc.Errorf(here, "a closed day has no hours; write closed = \"skip\", \"before\" or \"after\", or a window such as \"08:00-12:00\"")
		return
	case text == "hours":
		d.window.hours = true
		return
	case text == "":
		d.window.interval = worktime.Interval{To: worktime.Clock(24, 0, 0)}
		return
	}
	interval, err := worktime.ParseInterval(text)
	if err != nil {
		p.Doc.Errorf(here, "%v; or write \"hours\" for those of the calendar", err)
		return
	}
	if interval.To < interval.From {
		interval.To += worktime.TimeOfDay(24 * time.Hour)
	}
	d.window.interval = interval
}

func (p *parser) clause(here path, id string) {
	raw := p.raw.Clauses[id]
	p.Entry(tableClauses, id, raw.Title, raw.Source)
	p.promises(here.Add("promises"), raw.Promises...)
	p.Once(here.Add("promises"), raw.Promises)
	c := Clause{
		ID: id, Area: p.Ref(here.Add("area"), tableAreas, raw.Area), Subject: p.Ref(here.Add("subject"), tableSubjects, raw.Subject),
		Promises: raw.Promises, Indicators: p.Refs(here.Add("indicators"), tableIndicators, raw.Indicators), Duties: raw.Duties,
	}
	p.Once(here.Add("duties"), raw.Duties)
	for _, duty := range raw.Duties {
		if _, ok := p.policy.duties[duty]; !ok {
			p.Doc.Errorf(here.Add("duties"), "%q is no duty and no report%s", duty, p.policy.suggest(tableDuties, duty))
		}
	}
	p.policy.clauses = append(p.policy.clauses, c)
}

func (p *parser) card(here path, id string) {
	raw := p.raw.Cards[id]
	p.Entry(tableCards, id, raw.Title, raw.Source)
	if raw.Language != "" {
		p.OneOf(here.Add("language"), raw.Language, p.raw.Locales)
	}
	if raw.Category != "" {
		p.OneOf(here.Add("category"), raw.Category, []string{string(Main), string(Management), string(Supporting)})
	}
	if len(raw.Units) == 0 && !p.Doc.Failed(here.Add("units")) && p.Doc.Has(here.Add("units")) {
		p.Doc.Errorf(here.Add("units"), "empty; name at least one of [units]")
	}
	if raw.NoRecords == (len(raw.Records) > 0) {
		p.Doc.Errorf(here, "it says of its records neither which they are nor that there are none; write records = [\"…\"], or no_records = true")
	}
	t := &Text{
		Language: raw.Language, Title: titles.In(raw.Title, raw.Language, id), Symbol: raw.Symbol, Annex: raw.Annex, Category: Category(raw.Category),
		Owner: p.role(here.Add("owner"), raw.Owner), Person: townclerk.Actor(raw.Person), Units: p.Refs(here.Add("units"), tableUnits, raw.Units),
		Scope: raw.Scope, Aim: raw.Aim, Duties: p.roleTexts(here.Add("duties"), raw.Duties), Tasks: raw.Tasks, Steps: p.roleTexts(here.Add("steps"), raw.Steps),
		Inputs: raw.Inputs, Outputs: raw.Outputs, Records: raw.Records, Annexes: raw.Annexes,
		Indicators: p.Refs(here.Add("indicators"), tableIndicators, raw.Indicators),
		Controlled: raw.Controlled, Releasers: p.Roles(here.Add("releasers"), raw.Releasers, p.policy.knownRoles()),
	}
	for _, s := range raw.Sections {
		t.Sections = append(t.Sections, Section{s.Title, s.Text, s.List})
	}
	for _, r := range raw.References {
		ref := Reference{Title: r.Title, Document: r.Document, Number: r.Number, Amended: r.Amended}
		if r.Date != nil {
			date := worktime.Date(*r.Date)
			ref.Date = &date
		}
		t.References = append(t.References, ref)
	}
	for _, g := range raw.Glossary {
		t.Glossary = append(t.Glossary, Term(g))
	}
	for i, s := range raw.Signatures {
		t.Signatures = append(t.Signatures, Signer{s.As, p.role(here.Add("signatures", i, "role"), s.Role)})
		p.OneOf(here.Add("signatures", i, "as"), s.As, []string{"prepared", "approved"})
		if slices.Contains(raw.Signatures[:i], s) {
			p.Doc.Errorf(here.Add("signatures", i), "%q signs as %q twice; leave one of them out", s.Role, s.As)
		}
	}
	if raw.Controlled && len(raw.Releasers) == 0 {
		p.Doc.Errorf(here.Add("controlled"), "nobody may release its copies; name the roles that may: releasers = [\"…\"]")
	}
	number := len(raw.Former) + 1
	if raw.Revision == 0 && !p.Doc.Has(here.Add("revision")) {
		raw.Revision = number
	}
	if raw.Revision < number && !p.Doc.Failed(here.Add("revision")) {
		p.Doc.Errorf(here.Add("revision"), "it has %d former versions, so this is revision %d, or more if not all of them are listed", len(raw.Former), number)
	}
	p.policy.cards[id] = carded{Version{From: worktime.Date(raw.From), Text: t}, p.former(here.Add("former"), raw.Former), raw.Revision - number}
}

func (p *parser) roleTexts(here path, raw []rawRoleText) []RoleText {
	var all []RoleText
	for i, r := range raw {
		all = append(all, RoleText{p.role(here.Add(i, "role"), r.Role), r.Text})
	}
	return all
}

// former reads the versions before, the oldest first.
func (p *parser) former(here path, raw []rawFormer) []Former {
	var all []Former
	for i, r := range raw {
		f := Former{From: worktime.Date(r.From), By: r.By, Link: r.Link}
		if r.Replaced != "" {
			var err error
			f.Replaced, err = worktime.ParseTime(string(r.Replaced), p.policy.zone())
			if err != nil {
				p.Doc.Errorf(here.Add(i, "replaced"), "%v", err)
			}
		}
		f.Replaced = f.Replaced.UTC()
		if i > 0 && !f.Replaced.After(all[i-1].Replaced) && !p.Doc.Failed(here.Add(i)) {
			p.Doc.Errorf(here.Add(i, "replaced"), "it was not replaced after the version before it; write the oldest first")
		}
		all = append(all, f)
	}
	return all
}
