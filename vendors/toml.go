package vendors

import (
	"errors"
	"fmt"
	"math"
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

// The raw types are the shape of vendors.toml. The package comment describes the keys.

type rawPolicy struct {
	Format     int                          `toml:"format" required:"true" hint:"write format = 1"`
	Name       string                       `toml:"name" required:"true" hint:"name the policy"`
	Locales    tomldoc.Strings              `toml:"locales" required:"true" hint:"write the languages of the titles, such as [\"en\", \"he\"]"`
	FiscalYear string                       `toml:"fiscal_year,omitempty"`
	Roles      map[string]rawRole           `toml:"roles" required:"true" hint:"write [roles.…] above each role that acts"`
	Units      map[string]rawUnit           `toml:"units,omitempty"`
	Services   map[string]rawEntry          `toml:"services" required:"true" hint:"write [services.…] above each service that vendors render"`
	Vendors    map[string]rawVendor         `toml:"vendors" required:"true" hint:"write [vendors.…] above each vendor"`
	Channels   map[string]rawEntry          `toml:"channels" required:"true" hint:"write [channels.…] above each way to reach vendors"`
	Severities map[string]rawEntry          `toml:"severities,omitempty"`
	Calls      *rawCalls                    `toml:"calls,omitempty"`
	Invoices   *rawInvoices                 `toml:"invoices" required:"true" hint:"write [invoices] and who signs"`
	Reviews    map[string]rawReview         `toml:"reviews,omitempty"`
	Measures   map[string]rawEntry          `toml:"measures,omitempty"`
	Usage      *rawUsage                    `toml:"usage,omitempty"`
	Contracts  map[string]rawContract       `toml:"contracts,omitempty"`
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

type rawUnit struct {
	Title   map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source  tomldoc.Strings   `toml:"source,omitempty"`
	Aliases tomldoc.Strings   `toml:"aliases,omitempty"`
}

type rawVendor struct {
	Title    map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source   tomldoc.Strings   `toml:"source,omitempty"`
	Channels tomldoc.Strings   `toml:"channels,omitempty"`
	Tickets  string            `toml:"tickets,omitempty"`
}

type rawCalls struct {
	Source   tomldoc.Strings `toml:"source,omitempty"`
	Units    tomldoc.Strings `toml:"units,omitempty"`
	Severity string          `toml:"severity,omitempty"`
	Class    string          `toml:"class,omitempty"`
}

type rawInvoices struct {
	Source  tomldoc.Strings `toml:"source,omitempty"`
	Signers tomldoc.Strings `toml:"signers" required:"true" hint:"name the roles that may sign"`
	Needed  *int            `toml:"needed,omitempty"`
}

type rawReview struct {
	Title  map[string]string `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source tomldoc.Strings   `toml:"source,omitempty"`
	Months int               `toml:"months" required:"true" hint:"write after how many months it comes round"`
	Terms  map[string]string `toml:"terms,omitempty"`
}

type rawUsage struct {
	Source    tomldoc.Strings `toml:"source,omitempty"`
	Addressee string          `toml:"addressee" required:"true" hint:"name the role to which the year's summary goes"`
}

type rawContract struct {
	Source     tomldoc.Strings `toml:"source,omitempty"`
	Vendor     string          `toml:"vendor" required:"true" hint:"name one of [vendors]"`
	Subject    string          `toml:"subject,omitempty"`
	Rank       int             `toml:"rank,omitempty"`
	Currency   string          `toml:"currency" required:"true" hint:"write its three capitals, such as \"ILS\""`
	Amendments []rawAmendment  `toml:"amendments,omitempty" hint:"write [[contracts.….amendments]] above each"`
	rawAgreement
}

type rawAmendment struct {
	Reason string `toml:"reason" required:"true" hint:"say why the contract was amended"`
	rawAgreement
}

// rawAgreement is what a contract says; what an amendment leaves out stays as it was.
type rawAgreement struct {
	Reference string            `toml:"reference,omitempty"`
	From      rawDate           `toml:"from" required:"true" hint:"write the first day on which it is in force, such as 2026-01-01"`
	To        *rawDate          `toml:"to,omitempty"`
	OpenEnd   bool              `toml:"open_end,omitempty"`
	Notice    *rawDate          `toml:"notice,omitempty"`
	Services  tomldoc.Strings   `toml:"services,omitempty"`
	Official  string            `toml:"official,omitempty"`
	Calendar  string            `toml:"calendar,omitempty"`
	Fee       rawMoney          `toml:"fee,omitempty"`
	Most      rawMoney          `toml:"most,omitempty"`
	Terms     map[string]string `toml:"terms,omitempty"`
	Targets   []rawTarget       `toml:"targets,omitempty" hint:"write [[contracts.….targets]] above each"`
}

type rawTarget struct {
	Metric   string      `toml:"metric" required:"true" hint:"name a metric of sla.toml, such as \"vendor-handling\""`
	Severity string      `toml:"severity,omitempty"`
	Calendar string      `toml:"calendar,omitempty"`
	Within   rawDuration `toml:"within,omitempty"`
	Days     int         `toml:"days,omitempty"`
	At       string      `toml:"at,omitempty"`
	Credit   *rawCredit  `toml:"credit,omitempty"`
}

type rawCredit struct {
	Amount rawMoney    `toml:"amount,omitempty"`
	Share  rawShare    `toml:"share,omitempty"`
	Per    rawDuration `toml:"per,omitempty"`
	Most   rawMoney    `toml:"most,omitempty"`
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

type rawDuration time.Duration

// UnmarshalText reads a positive duration in Go's writing.
func (d *rawDuration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v <= 0 {
		return fmt.Errorf("%q is not a length of time; write one such as \"4h\" or \"1h30m\"", text)
	}
	*d = rawDuration(v)
	return nil
}

type rawMoney townclerk.Money

// UnmarshalText reads 1234.50 ILS.
func (m *rawMoney) UnmarshalText(text []byte) error {
	v, err := townclerk.ParseMoney(string(text))
	*m = rawMoney(v)
	return err
}

type rawShare int64

// UnmarshalText reads 2.5%, in hundredths of a percent.
func (s *rawShare) UnmarshalText(text []byte) error {
	number, ok := strings.CutSuffix(string(text), "%")
	whole, fraction, _ := strings.Cut(strings.TrimSpace(number), ".")
	n, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	if !ok || err != nil || len(fraction) > 2 || n < 1 || n > wholeFee || strings.ContainsAny(whole, "+-") {
		return fmt.Errorf("%q is not a share; write a percentage with at most two decimals, such as \"2.5%%\"", text)
	}
	*s = rawShare(n)
	return nil
}

// wholeFee is 100 % in the unit of [Credit.Share].
const wholeFee = 10_000

// Parse reads how a municipality works with its vendors from vendors.toml, to go with
// the promises of sla.toml. The name is the file's, for the errors: all mistakes come
// back joined, in the order of lines, each a [*townclerk.FileError].
func Parse(data []byte, name string, promises *sla.Policy) (*Policy, error) {
	if promises == nil {
		return nil, errors.New(name + ": the promises of sla.toml are needed to read it")
	}
	var raw rawPolicy
	doc := tomldoc.Decode(data, name, &raw)
	p := parser{raw: &raw, Reader: titles.NewReader(doc, raw.Locales, tables...)}
	book := promises.Book()
	p.policy = &Policy{
		name: raw.Name, doc: doc, promises: promises, book: book, metrics: metrics(book),
		may: map[string][]Action{}, units: map[string]string{}, channels: map[string][]string{}, tickets: map[string]string{}, reviews: map[string]reviewKind{},
		fiscal: worktime.Date{Year: 2000, Month: time.January, Day: 1}, needed: 1, class: classCall,
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
	p.plain()
	p.roles()
	p.people()
	p.vendors()
	for _, id := range p.IDs(tableReviews) {
		raw, here := p.raw.Reviews[id], at(tableReviews, id)
		p.Entry(tableReviews, id, raw.Title, raw.Source)
		if (raw.Months < 1 || raw.Months > 1200) && !p.Doc.Failed(here.Add("months")) {
			p.Doc.Errorf(here.Add("months"), "%d months is no interval; write 1 or more, such as 3", raw.Months)
		}
		p.policy.reviews[id] = reviewKind{raw.Months, p.terms(here.Add("terms"), raw.Terms)}
	}
	p.words(tableStates, p.raw.States, stateNames())
	p.words(tableActions, p.raw.Actions, actionNames())
	p.policy.titles = p.Titles
	p.fiscal()
	for _, id := range p.Doc.Keys(at("contracts")) {
		p.contract(at("contracts", id), id)
	}
}

// plain reads the tables of which nothing but titles is asked.
func (p *parser) plain() {
	for table, entries := range map[string]map[string]rawEntry{
		tableServices: p.raw.Services, tableChannels: p.raw.Channels, tableSeverities: p.raw.Severities, tableMeasures: p.raw.Measures,
	} {
		for _, id := range p.IDs(table) {
			p.Entry(table, id, entries[id].Title, entries[id].Source)
		}
	}
	for _, id := range p.IDs(tableSeverities) {
		p.attribute(at(tableSeverities, id), "severity", id)
	}
	for _, id := range p.IDs(tableServices) {
		p.attribute(at(tableServices, id), "service", id)
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

func workflows() []townclerk.Workflow[State, Action] {
	return []townclerk.Workflow[State, Action]{ContractWorkflow(), CallWorkflow(), InvoiceWorkflow(), FrameWorkflow(), ReviewWorkflow(), UsageWorkflow()}
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

// people reads who deals with vendors, who signs, and to whom the usage goes.
func (p *parser) people() {
	for _, id := range p.IDs(tableUnits) {
		raw := p.raw.Units[id]
		p.Entry(tableUnits, id, raw.Title, raw.Source)
		for _, alias := range append([]string{id}, raw.Aliases...) {
			if known, ok := p.policy.units[alias]; ok {
				p.Doc.Errorf(at(tableUnits, id), "%q means %q already", alias, known)
			}
			p.policy.units[alias] = id
		}
	}
	if c := p.raw.Calls; c != nil {
		p.policy.dealing = p.Refs(at("calls", "units"), tableUnits, c.Units)
		p.policy.severity = p.Ref(at("calls", "severity"), tableSeverities, c.Severity)
		if c.Class != "" {
			p.attribute(at("calls", "class"), "class", c.Class)
			p.policy.class = c.Class
		}
	}
	known := p.policy.knownRoles()
	if v := p.raw.Invoices; v != nil {
		p.policy.signers = p.Reader.Roles(at("invoices", "signers"), v.Signers, known)
		for _, role := range v.Signers {
			if slices.Contains(known, role) && !p.policy.mayDo(role, Sign) {
				p.Doc.Errorf(at("invoices", "signers"), "the role %q may not sign; write may = [\"sign\"] in [roles.%s]", role, role)
			}
		}
		if v.Needed != nil {
			p.policy.needed = *v.Needed
			if n := len(v.Signers); n > 0 && (*v.Needed < 1 || *v.Needed > n) {
				p.Doc.Errorf(at("invoices", "needed"), "%d of %d signatures cannot be; write 1 to %d", *v.Needed, n, n)
			}
		}
	}
	if u := p.raw.Usage; u != nil {
		p.Reader.Roles(at("usage", "addressee"), []string{u.Addressee}, known)
		p.policy.addressee = u.Addressee
	}
}

func (p *parser) vendors() {
	for _, id := range p.IDs(tableVendors) {
		raw, here := p.raw.Vendors[id], at(tableVendors, id)
		p.Entry(tableVendors, id, raw.Title, raw.Source)
		p.attribute(here, "vendor", id)
		p.policy.channels[id] = p.Refs(here.Add("channels"), tableChannels, raw.Channels)
		p.policy.tickets[id] = p.Ref(here.Add("tickets"), tableServices, raw.Tickets)
	}
}

func (p *parser) fiscal() {
	here := at("fiscal_year")
	if !p.Doc.Has(here) {
		return
	}
	date, err := worktime.ParseDate("2001-" + p.raw.FiscalYear) // no leap year: a fiscal year begins every year
	if err != nil {
		p.Doc.Errorf(here, "%q is no day of each year; write the month and the day on which a fiscal year begins, such as \"04-01\"", p.raw.FiscalYear)
		return
	}
	p.policy.fiscal = date
}

// terms reads terms in the order of the file.
func (p *parser) terms(here path, raw map[string]string) []Term {
	var all []Term
	for _, id := range p.Doc.Keys(here) {
		if raw[id] == "" && !p.Doc.Failed(here.Add(id)) {
			p.Doc.Errorf(here.Add(id), "missing; say what the term demands")
		}
		all = append(all, Term{id, raw[id]})
	}
	return all
}

func (p *parser) contract(here path, id string) {
	raw := p.raw.Contracts[id]
	if id == "" {
		p.Doc.Errorf(here, "an id is empty; write [contracts.…] with a name")
	}
	c := Contract{
		Record: Record{ID: ID(id), State: Concluded}, Vendor: p.Ref(here.Add("vendor"), tableVendors, raw.Vendor),
		Subject: raw.Subject, Reference: raw.Reference, Rank: raw.Rank,
	}
	first := p.agreement(here, Agreement{Currency: raw.Currency}, &raw.rawAgreement)
	c.Agreed, c.Began = []Agreement{first}, first.From
	for i := range raw.Amendments {
		here, raw := here.Add("amendments", i), &raw.Amendments[i]
		last := c.Agreed[len(c.Agreed)-1]
		next := p.agreement(here, last, &raw.rawAgreement)
		next.Reason = raw.Reason
		if !next.From.After(last.From) && !p.Doc.Failed(here.Add("from")) {
			p.Doc.Errorf(here.Add("from"), "it does not follow what stands before it; write amendments in the order in which they come into force")
		}
		c.Agreed = append(c.Agreed, next)
	}
	p.policy.contracts = append(p.policy.contracts, c)
}

// agreement reads what is agreed, with what an amendment leaves out as it was before.
func (p *parser) agreement(here path, a Agreement, raw *rawAgreement) Agreement {
	before, amends := a, len(a.Services) > 0 || !a.From.IsZero()
	given := func(key string) bool { return p.Doc.Has(here.Add(key)) }
	zone := p.policy.zone()
	end := func(d *rawDate) time.Time { return worktime.Date(*d).AddDays(1).Start(zone).UTC() }
	a.From, a.Reference = worktime.Date(raw.From).Start(zone).UTC(), raw.Reference
	if raw.To != nil {
		a.To = end(raw.To)
	}
	if raw.OpenEnd {
		a.To = time.Time{}
		if raw.To != nil {
			p.Doc.Errorf(here.Add("open_end"), "it does not go with to; leave one of them out")
		}
	}
	if raw.Notice != nil {
		a.Notice = end(raw.Notice)
	}
	if given("services") {
		a.Services = raw.Services
	}
	if given("official") {
		a.Official = raw.Official
	}
	if given("calendar") {
		a.Calendar = raw.Calendar
	}
	if given("fee") {
		a.Fee = townclerk.Money(raw.Fee)
	}
	if given("most") {
		a.Most = townclerk.Money(raw.Most)
	}
	if given("terms") {
		a.Terms = p.terms(here.Add("terms"), raw.Terms)
	}
	if given("targets") {
		a.Targets = nil
		for _, t := range raw.Targets {
			a.Targets = append(a.Targets, t.target())
		}
	}
	inherited := p.policy.checkAgreement(before)
	for _, problem := range p.policy.checkAgreement(a) {
		at := keyed(here, problem.Field)
		if !p.Doc.Failed(at) && (!amends || !slices.Contains(inherited, problem)) {
			p.Doc.Errorf(at, "%s", problem.Problem)
		}
	}
	return a
}

func (t *rawTarget) target() Target {
	target := Target{Metric: t.Metric, Severity: t.Severity, Calendar: t.Calendar, Within: time.Duration(t.Within), Days: t.Days, At: t.At}
	if c := t.Credit; c != nil {
		target.Credit = &Credit{Amount: townclerk.Money(c.Amount), Share: int64(c.Share), Per: time.Duration(c.Per), Most: townclerk.Money(c.Most)}
	}
	return target
}

// keyed makes a path of a field such as targets[2].credit.share.
func keyed(here path, field string) path {
	for _, step := range strings.Split(field, ".") {
		name, index, ok := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		here = here.Add(name)
		if n, err := strconv.Atoi(index); ok && err == nil && n <= math.MaxInt32 {
			here = here.Add(n - 1)
		}
	}
	return here
}
