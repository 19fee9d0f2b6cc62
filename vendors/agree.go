package vendors

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
)

// contractRows is what may happen to contracts. What it does not list is refused.
var contractRows = []row{
	{[]State{New}, Conclude, Concluded, nil, nil, []string{concluded}},
	{[]State{Concluded}, Amend, Concluded, nil, []*rule{reasoned}, []string{amended}},
	{[]State{Concluded}, SetRules, Concluded, nil, []*rule{isOfficial, told}, nil},
	{[]State{Concluded}, Deal, Concluded, nil, []*rule{byUnit, atLevel, told}, nil},
	{[]State{Concluded}, Decide, Concluded, nil, []*rule{undecided, reasoned}, nil},
}

var undecided = &rule{Says: "notice can be given, and it is not decided yet whether it is", About: workflow.Thing, Holds: func(d *decision) bool {
	return d.contract.awaited() != nil
}}

var contracts = newKind("contract", contractRows, map[Action]func(*decision){
	Conclude: (*decision).conclude, Amend: (*decision).amend, SetRules: (*decision).setRules, Deal: (*decision).dealOnContract,
	Decide: (*decision).decide,
}, map[Action]string{Conclude: "concluded", Amend: "amended", SetRules: "rules-set", Deal: "dealt", Decide: "decided"})

// ContractWorkflow returns what may happen to contracts. What it does not list is refused.
func ContractWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{New, Concluded}, Starts: []State{New}, Ends: []State{Concluded}, Rows: contracts.table.Transitions(),
	}
}

func (p *Policy) doContract(t Contract, c Command) (Contract, []townclerk.Event, error) {
	t.Record = cloneRecord(t.Record)
	t.Agreed, t.Rules, t.Dealings = slices.Clone(t.Agreed), slices.Clone(t.Rules), slices.Clone(t.Dealings)
	t.Notices = slices.Clone(t.Notices)
	for i := range t.Notices {
		t.Notices[i].Log = slices.Clone(t.Notices[i].Log)
	}
	d := &decision{p: p, k: contracts, r: &t.Record, c: &c}
	d.under(&t)
	events, err := d.carryOut()
	if err != nil {
		return Contract{}, nil, err
	}
	return t, events, nil
}

func (d *decision) conclude() {
	c, t := d.c, d.contract
	if d.need("vendor", c.Vendor, "name one of [vendors]") {
		d.known("vendor", tableVendors, c.Vendor)
	}
	t.Vendor, t.Subject, t.Reference, t.Rank = c.Vendor, c.Subject, c.Reference, c.Rank
	d.begin(map[string]string{"class": classContract, "vendor": c.Vendor})
	d.numbered()
	if d.agree(); len(t.Agreed) > 0 {
		t.Planned = d.p.planFrom(t, d.Recorded)
	}
}

func (d *decision) amend() {
	if a := d.c.Agreement; a != nil {
		if first := &d.contract.Agreed[0]; a.From.Before(first.From) {
			d.fail("agreement.from", "%s is before the contract came into force, at %s", service.Stamp(a.From), service.Stamp(first.From))
		} else if a.Currency != first.Currency {
			d.fail("agreement.currency", "%q is not that of the contract, %s; what is paid in another currency takes a contract of its own", a.Currency, first.Currency)
		}
	}
	d.agree()
	if d.errs() != nil {
		return
	}
	// What was agreed late may bring what would have been planned by now.
	t := d.contract
	since := maxTime(service.Micro(d.c.Agreement.From).Add(-time.Microsecond), d.p.planFrom(t, t.Agreed[0].Recorded))
	if since.Before(t.Planned) {
		t.Planned = since
	}
}

// agree adds an agreement in its place. Of two from one instant, the later counts.
func (d *decision) agree() {
	c, t := d.c, d.contract
	if c.Agreement == nil {
		d.fail("agreement", "missing; say what is agreed, all of it")
		return
	}
	a := c.Agreement.clone()
	a.From, a.To, a.Notice = service.Micro(a.From), service.Micro(a.To), service.Micro(a.Notice)
	a.By, a.Role, a.Recorded, a.Reason = c.By, c.Role, d.Recorded, c.Reason
	for _, problem := range d.p.checkAgreement(a) {
		d.fail("agreement."+problem.Field, "%s", problem.Problem)
	}
	before := t.notice()
	i := len(t.Agreed)
	for i > 0 && a.From.Before(t.Agreed[i-1].From) {
		i--
	}
	t.Agreed = slices.Insert(t.Agreed, i, a)
	if after := t.notice(); !after.Equal(before) {
		d.setNotice(after)
	}
}

// setNotice puts another date in the place of the one that counted; zero: none.
func (d *decision) setNotice(by time.Time) {
	t := d.contract
	if n := t.awaited(); n != nil {
		n.Void = d.At
		d.writeNotice(n, sla.Event{Kind: sla.Cancelled})
	}
	if by.IsZero() {
		return
	}
	t.Notices = append(t.Notices, Notice{By: by})
	d.writeNotice(&t.Notices[len(t.Notices)-1], sla.Event{
		Kind: sla.Appointed, Appointment: by, Attributes: map[string]string{"class": classContract, "vendor": t.Vendor},
	})
}

func (d *decision) writeNotice(n *Notice, e sla.Event) {
	e.At = d.At
	n.Log = sla.Append(n.Log, e, d.Recorded)
	d.notices = append(d.notices, n.Log[len(n.Log)-1])
}

// awaited returns the notice about which it is to be decided, or nil.
func (c *Contract) awaited() *Notice {
	if len(c.Notices) == 0 {
		return nil
	}
	if n := &c.Notices[len(c.Notices)-1]; n.Decided.IsZero() && n.Void.IsZero() {
		return n
	}
	return nil
}

func (d *decision) decide() {
	n := d.contract.awaited()
	n.Decided, n.Outcome = d.At, d.c.Reason
	d.writeNotice(n, sla.Event{Kind: decided})
}

// notice returns by when notice has to be given of what is agreed last; zero if the
// end is open and none is named.
func (c *Contract) notice() time.Time {
	if len(c.Agreed) == 0 {
		return time.Time{}
	}
	last := &c.Agreed[len(c.Agreed)-1]
	if !last.Notice.IsZero() {
		return last.Notice
	}
	return last.To
}

func (d *decision) setRules() {
	c, t := d.c, d.contract
	if c.From.IsZero() {
		c.From = d.At
	}
	if n := len(t.Rules); n > 0 && c.From.Before(t.Rules[n-1].From) {
		d.fail("from", "%s is before the rules that were set last, which hold from %s", service.Stamp(c.From), service.Stamp(t.Rules[n-1].From))
	}
	t.Rules = append(t.Rules, Rules{Edition: len(t.Rules) + 1, From: service.Micro(c.From), Text: c.Text, By: c.By, Role: c.Role})
}

// RulesAt returns the rules for the work with the vendor that hold at an instant; ok is
// false if none do.
func (c *Contract) RulesAt(at time.Time) (r Rules, ok bool) {
	for i := range c.Rules {
		if !at.Before(c.Rules[i].From) {
			r, ok = c.Rules[i], true
		}
	}
	return r, ok
}

func (d *decision) dealOnContract() {
	if dealing, ok := d.deal(); ok {
		d.contract.Dealings = append(d.contract.Dealings, dealing)
	}
}

// checkAgreement returns what is wrong with an agreement, by its keys.
func (p *Policy) checkAgreement(a Agreement) []townclerk.FieldError {
	c := agreementCheck{p: p, a: &a}
	c.period()
	c.who()
	c.money()
	for i := range a.Targets {
		c.target(i)
	}
	for i, t := range a.Terms {
		field := fmt.Sprintf("terms[%d]", i+1)
		switch {
		case t.ID == "":
			c.fail(field+".id", "missing; write its number in the tender")
		case slices.ContainsFunc(a.Terms[:i], func(o Term) bool { return o.ID == t.ID }):
			c.fail(field+".id", "%q stands twice", t.ID)
		}
		if t.Text == "" {
			c.fail(field+".text", "missing; say what the term demands")
		}
	}
	return c.problems
}

type agreementCheck struct {
	p        *Policy
	a        *Agreement
	problems []townclerk.FieldError
}

func (c *agreementCheck) fail(field, format string, args ...any) {
	c.problems = append(c.problems, townclerk.FieldError{Field: field, Problem: fmt.Sprintf(format, args...)})
}

func (c *agreementCheck) period() {
	a := c.a
	if a.From.IsZero() {
		c.fail("from", "missing; say from when it is in force")
	}
	if !a.To.IsZero() && !a.To.After(a.From) {
		c.fail("to", "%s is not after it comes into force, at %s", service.Stamp(a.To), service.Stamp(a.From))
	}
	if !a.Notice.IsZero() && !a.To.IsZero() && a.Notice.After(a.To) {
		c.fail("notice", "%s is after its end, at %s", service.Stamp(a.Notice), service.Stamp(a.To))
	}
}

func (c *agreementCheck) who() {
	a, p := c.a, c.p
	if len(a.Services) == 0 {
		c.fail("services", "missing; name one of [services]")
	}
	for i, s := range a.Services {
		if !p.titles.Has(tableServices, s) {
			c.fail("services", "%q is none of [services]%s", s, tomldoc.Suggest(s, p.titles.IDs(tableServices)))
		}
		if slices.Contains(a.Services[:i], s) {
			c.fail("services", "%q stands twice", s)
		}
	}
	switch roles := p.knownRoles(); {
	case a.Official == "":
		c.fail("official", "missing; name the role that is the official contact") // TE-06
	case !slices.Contains(roles, a.Official):
		c.fail("official", "no role is named %q%s", a.Official, tomldoc.Suggest(a.Official, roles))
	}
	if a.Calendar == "" {
		c.fail("calendar", "missing; name the calendar in whose hours the vendor serves, or write \"elapsed\"")
	} else if !p.hasCalendar(a.Calendar) {
		c.fail("calendar", "the promises have no calendar named %q", a.Calendar)
	}
}

func (c *agreementCheck) money() {
	a := c.a
	if _, err := townclerk.ParseMoney("0 " + a.Currency); err != nil {
		c.fail("currency", "%q is no currency; write its three capitals, such as \"ILS\"", a.Currency)
		return
	}
	c.amount("fee", a.Fee)
	c.amount("most", a.Most)
}

// amount checks an amount that may be left out.
func (c *agreementCheck) amount(field string, m townclerk.Money) {
	switch {
	case m == (townclerk.Money{}):
	case m.Currency != c.a.Currency:
		c.fail(field, "%v is not in the contract's currency, %s", m, c.a.Currency)
	case m.Minor <= 0:
		c.fail(field, "%v is not more than nothing", m)
	}
}

func (c *agreementCheck) target(i int) {
	t, p := &c.a.Targets[i], c.p
	field := fmt.Sprintf("targets[%d]", i+1)
	if t.Metric == "" {
		c.fail(field+".metric", "missing; name a metric of sla.toml")
	} else if !slices.Contains(p.metrics, t.Metric) {
		c.fail(field+".metric", "no target of the promises has the metric %q, so it would never count%s", t.Metric, tomldoc.Suggest(t.Metric, p.metrics))
	}
	if t.Severity != "" && !p.titles.Has(tableSeverities, t.Severity) {
		c.fail(field+".severity", "%q is none of [severities]%s", t.Severity, tomldoc.Suggest(t.Severity, p.titles.IDs(tableSeverities)))
	}
	if slices.ContainsFunc(c.a.Targets[:i], func(o Target) bool { return o.Metric == t.Metric && o.Severity == t.Severity }) {
		c.fail(field, "the metric %q has a target for this severity already", t.Metric)
	}
	calendar := t.Calendar
	if calendar == "" {
		calendar = c.a.Calendar
	}
	if (t.Within > 0) == (t.Days > 0) || t.Within < 0 || t.Days < 0 {
		c.fail(field, "it promises either a time within which, such as \"4h\", or a number of working days")
	} else if err := p.promises.CheckTerms(sla.Terms{Metric: t.Metric, Calendar: calendar, Within: t.Within, Days: t.Days, At: t.At}); err != nil && p.hasCalendar(calendar) {
		c.fail(field, "%s", strings.TrimPrefix(err.Error(), "contract : "))
	} else if err != nil && t.Calendar != "" {
		c.fail(field+".calendar", "the promises have no calendar named %q", t.Calendar)
	}
	if t.Credit != nil {
		c.credit(field+".credit", t.Credit)
	}
}

func (c *agreementCheck) credit(field string, credit *Credit) {
	c.amount(field+".amount", credit.Amount)
	c.amount(field+".most", credit.Most)
	if (credit.Amount != townclerk.Money{}) == (credit.Share != 0) {
		c.fail(field, "it is either an amount or a share of the monthly fee")
	}
	if credit.Share < 0 || credit.Share > wholeFee {
		c.fail(field+".share", "%d hundredths of a percent is no share; write 1 to %d", credit.Share, wholeFee)
	}
	if credit.Share != 0 && c.a.Fee == (townclerk.Money{}) {
		c.fail(field+".share", "there is no monthly fee of which it could be a share; write fee")
	}
	if credit.Per < 0 {
		c.fail(field+".per", "%v is less than no time", credit.Per)
	}
}
