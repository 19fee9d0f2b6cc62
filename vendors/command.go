package vendors

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
)

// Command is one action and what it needs to know. It is written in JSON into the
// event that it becomes; see [Data].
type Command struct {
	Do       Action          `json:"-"`
	At       time.Time       `json:"-"`              // when it happened
	Recorded time.Time       `json:"-"`              // when it was written down; zero: when it happened
	By       townclerk.Actor `json:"-"`              // who does it
	Role     string          `json:"role,omitempty"` // in which By acts
	Unit     string          `json:"unit,omitempty"` // for which By acts

	Reason string `json:"reason,omitempty"` // Amend, Decide, Dispute, Withdraw, Settle, Reject, Release; SetFrame and Count anew
	Text   string `json:"text,omitempty"`   // SetRules, Deal, Owe, Finish, Receive, Examine, Commit, Judge, Present: what is to be said

	Vendor    string     `json:"vendor,omitempty"`    // Conclude, Owe
	Subject   string     `json:"subject,omitempty"`   // Conclude
	Reference string     `json:"reference,omitempty"` // the other side's number: Conclude, Open, Receive, Pay, Commit, Release
	Rank      int        `json:"rank,omitempty"`      // Conclude
	Agreement *Agreement `json:"agreement,omitempty"` // Conclude, Amend
	From      time.Time  `json:"from,omitzero"`       // SetRules: from when they hold; default: At
	Level     Level      `json:"level,omitempty"`     // Deal
	Channel   string     `json:"channel,omitempty"`   // Open, Deal: one of the vendor's

	Service  string          `json:"service,omitempty"`  // Owe
	Severity string          `json:"severity,omitempty"` // Owe; default: that of calls of which nothing is said
	Ticket   string          `json:"ticket,omitempty"`   // Owe: an id of package ticket
	Follower townclerk.Actor `json:"follower,omitempty"` // Open, Follow; default: By

	With map[string]string `json:"with,omitempty"` // Owe: more attributes on which the promises match, such as department

	Contract ID              `json:"contract,omitempty"` // Receive; in the event of Open, that which counts
	Amount   townclerk.Money `json:"amount,omitzero"`    // Receive, Pay, SetFrame, Commit; Examine: what is due, default all
	Dated    time.Time       `json:"dated,omitzero"`     // Receive: what stands on it; default: At
	Year     int             `json:"year,omitempty"`     // Receive: the fiscal year that it is for; default: that of Dated
	Excess   string          `json:"excess,omitempty"`   // Sign, Commit, SetFrame: why the frame may be exceeded

	Results []Result `json:"results,omitempty"` // Judge: one for each term
	Used    []Used   `json:"used,omitempty"`    // Count
}

// decision is a command that is being carried out on an aggregate.
type decision struct {
	p *Policy
	k *kind
	r *Record // a copy, which is changed
	c *Command
	service.Moment

	contract *Contract  // that counts; nil: none
	agreed   *Agreement // what it says then; nil: it is not in force
	call     *Call
	invoice  *Invoice
	frame    *Frame
	review   *Review
	usage    *Usage

	problems []error
	event    sla.Event   // what the command's events say besides their kind
	more     []sla.Event // events beside those of the workflow
	log      []sla.Event // what was written
	notices  []sla.Event // and into the logs of notices
	warning  string
	granted  *Exception // from a frame, with a signature
	version  int64      // of the invoice that is billed
	over     bool       // it exceeds the frame
}

type (
	rule  = workflow.Rule[*decision]
	table = workflow.Table[State, Action, *decision]
	row   struct {
		from   []State
		do     Action
		to     State
		when   *rule
		if_    []*rule
		events []string
	}
)

// kind is a kind of aggregate.
type kind struct {
	name     string
	table    *table
	effects  map[Action]func(*decision)
	happened map[Action]string // the kinds of event, without what they all begin with
}

func newKind(name string, rows []row, effects map[Action]func(*decision), happened map[Action]string) *kind {
	var all []workflow.Row[State, Action, *decision]
	for _, r := range rows {
		all = append(all, workflow.Row[State, Action, *decision]{From: r.from, Do: r.do, To: r.to, When: r.when, If: r.if_, Events: r.events})
	}
	return &kind{name, workflow.New([]*rule{permitted}, all...), effects, happened}
}

// called is what messages call the aggregate.
func (d *decision) called() string { return d.k.name + " " + d.r.name() }

// carryOut asks whether the command is allowed, does what it does, and goes to the
// next state.
func (d *decision) carryOut() ([]townclerk.Event, error) {
	d.c.Excess = strings.TrimSpace(d.c.Excess)
	d.c.Used = slices.Clone(d.c.Used)
	for i := range d.c.Used {
		d.c.Used[i].Struck = time.Time{}
	}
	if err := d.k.table.Refuse(d.called(), d.r.State, d.c.Do, d, d.allowed); err != nil {
		return nil, err
	}
	d.Moment = service.When(d.c.At, d.c.Recorded, d.r.Began, d.r.latest(), d.problem)
	d.inOrder()
	service.CheckTexts(*d.c, d.problem)
	d.checkWritable()
	if err := d.errs(); err != nil {
		return nil, err
	}
	if effect := d.k.effects[d.c.Do]; effect != nil {
		effect(d)
	}
	if err := d.errs(); err != nil {
		return nil, err
	}
	return []townclerk.Event{d.finish()}, nil
}

// inOrder notes a problem if a step of a call or an invoice lies before that on which it
// rests, so that none seems to be paid before it was signed.
func (d *decision) inOrder() {
	var last time.Time
	switch {
	case d.invoice != nil:
		last = d.invoice.rests(d.c.Do)
	case d.call != nil && len(d.k.table.Rows(d.r.State, d.c.Do)[0].Events) > 0:
		last = d.call.rests()
	}
	if d.At.Before(last) {
		d.fail("at", "%s is before what it follows, at %s", service.Stamp(d.At), service.Stamp(last))
	}
}

// checkWritable notes times and amounts that cannot be written down in JSON.
func (d *decision) checkWritable() {
	c := d.c
	times := map[string]time.Time{"from": c.From, "dated": c.Dated}
	amounts := map[string]townclerk.Money{"amount": c.Amount}
	if a := c.Agreement; a != nil {
		times["agreement.from"], times["agreement.to"], times["agreement.notice"] = a.From, a.To, a.Notice
		amounts["agreement.fee"], amounts["agreement.most"] = a.Fee, a.Most
		for i, t := range a.Targets {
			if t.Credit != nil {
				field := fmt.Sprintf("agreement.targets[%d].credit", i+1)
				amounts[field+".amount"], amounts[field+".most"] = t.Credit.Amount, t.Credit.Most
			}
		}
	}
	for i, u := range c.Used {
		field := fmt.Sprintf("used[%d]", i+1)
		times[field+".from"], times[field+".to"], amounts[field+".cost"] = u.From, u.To, u.Cost
	}
	for _, field := range slices.Sorted(maps.Keys(times)) {
		service.CheckWritable(field, times[field], d.problem)
	}
	for _, field := range slices.Sorted(maps.Keys(amounts)) {
		if _, err := amounts[field].MarshalText(); err != nil {
			d.fail(field, "%v", err)
		}
	}
}

// allowed returns what whoever acts may do to the aggregate, as far as that does not
// depend on what a command says.
func (d *decision) allowed() []Action {
	var allowed []Action
	for _, do := range Actions {
		one := *d
		c := *d.c
		c.Do = do
		one.c = &c
		if d.k.table.Allows(d.r.State, do, &one) {
			allowed = append(allowed, do)
		}
	}
	return allowed
}

// finish goes to the next state and writes what happened.
func (d *decision) finish() townclerk.Event {
	from := d.r.State
	next := d.k.table.Next(from, d.c.Do, d)
	d.r.State, d.r.Recorded = next.To, d.Recorded
	for _, kind := range next.Events {
		e := d.event
		e.Kind = kind
		d.write(e)
		d.event.Attributes, d.event.Contract = nil, nil
	}
	for _, e := range d.more {
		d.write(e)
	}
	if from == New {
		from = ""
	}
	return newEvent(d.r, d.k.name+"-"+d.k.happened[d.c.Do], d.At, d.Recorded, d.c.By, Data{From: from, To: next.To, Command: d.c, Warning: d.warning, Log: d.log, Notices: d.notices})
}

func (d *decision) write(e sla.Event) {
	if e.At.IsZero() {
		e.At = d.At
	}
	d.r.Log = sla.Append(d.r.Log, e, d.Recorded)
	d.log = append(d.log, d.r.Log[len(d.r.Log)-1])
}

// begin sets what every new aggregate has.
func (d *decision) begin(attributes map[string]string) {
	d.r.Began = d.At
	edition, err := d.p.book.InForce(d.At)
	if err != nil {
		d.fail("at", "%v", err)
		return
	}
	d.r.Edition = edition.Edition().Number
	d.event.Attributes = attributes
	maps.DeleteFunc(attributes, func(_, value string) bool { return value == "" })
}

// numbered has the store give the aggregate a number that counts within the year.
func (d *decision) numbered() { d.r.Series = fmt.Sprint(d.At.In(d.p.zone()).Year()) }

// problem notes what is wrong with a field.
func (d *decision) problem(field, problem string) {
	d.problems = append(d.problems, &townclerk.FieldError{Field: field, Problem: problem})
}

func (d *decision) fail(field, format string, args ...any) {
	d.problem(field, fmt.Sprintf(format, args...))
}

func (d *decision) errs() error {
	if len(d.problems) == 0 {
		return nil
	}
	return fmt.Errorf("%s: cannot %s: %w", d.called(), d.c.Do, errors.Join(d.problems...))
}

// need notes a problem if a text is missing.
func (d *decision) need(field, value, cure string) bool {
	given := strings.TrimSpace(value) != ""
	if !given {
		d.fail(field, "missing; %s", cure)
	}
	return given
}

// known notes a problem if the table does not have the id.
func (d *decision) known(field, table, id string) {
	if !d.p.titles.Has(table, id) {
		d.fail(field, "%q is none of [%s]%s", id, table, tomldoc.Suggest(id, d.p.titles.IDs(table)))
	}
}

// positive notes a problem if an amount is not more than nothing in the currency.
func (d *decision) positive(field string, m townclerk.Money, currency string) bool {
	switch {
	case m == (townclerk.Money{}):
		d.fail(field, "missing; write an amount such as \"1200.00 %s\"", currency)
	case m.Currency != currency:
		d.fail(field, "%v is not in the contract's currency, %s", m, currency)
	case m.Minor <= 0:
		d.fail(field, "%v is not more than nothing", m)
	default:
		return true
	}
	return false
}

// currency is that of the contract, which has one for good.
func (d *decision) currency() string { return d.contract.Agreed[0].Currency }

// Rules that several kinds of aggregate have.
var (
	permitted = &rule{Says: "the role of who acts is one that may do this", About: workflow.Person, Holds: func(d *decision) bool {
		return d.c.Do == plan || d.c.Do == bill || d.p.mayDo(d.c.Role, d.c.Do)
	}}
	// TE-05
	byUnit = &rule{Says: "only the units that the policy names deal with vendors", About: workflow.Person, Holds: func(d *decision) bool {
		return d.p.deals(d.c.Unit)
	}}
	// TE-15
	atLevel = &rule{Says: "only the official contact of the contract in force deals at the level of management", About: workflow.Person, Holds: func(d *decision) bool {
		return d.c.Level != Management || d.agreed != nil && d.c.Role == d.agreed.Official
	}}
	// TE-06, TE-07
	isOfficial = &rule{Says: "only the official contact of the contract in force does this", About: workflow.Person, Holds: func(d *decision) bool {
		return d.agreed != nil && d.c.Role == d.agreed.Official
	}}
	reasoned = &rule{Says: "a reason is given", About: workflow.Command, Holds: func(d *decision) bool { return strings.TrimSpace(d.c.Reason) != "" }}
	told     = &rule{Says: "it says what is to be said", About: workflow.Command, Holds: func(d *decision) bool { return strings.TrimSpace(d.c.Text) != "" }}
)

// deal notes a dealing with the vendor.
func (d *decision) deal() (Dealing, bool) {
	c := d.c
	if c.Level != Operational && c.Level != Management {
		d.fail("level", "%q is no level; write %q or %q", c.Level, Operational, Management)
	}
	if c.Channel != "" {
		d.known("channel", tableChannels, c.Channel)
	}
	return Dealing{At: d.At, By: c.By, Role: c.Role, Level: c.Level, Channel: c.Channel, Text: c.Text}, len(d.problems) == 0
}
