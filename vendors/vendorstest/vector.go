package vendorstest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
	"github.com/townclerk/townclerk/vendors"
)

// The raw types are the shape of a vector. The package comment describes the keys.

type rawVector struct {
	Title  string          `toml:"title" required:"true" hint:"say in a few words what it shows"`
	Source tomldoc.Strings `toml:"source,omitempty"`
	Note   string          `toml:"note,omitempty"`
	Steps  []rawStep       `toml:"steps" required:"true" hint:"write [[steps]] above each thing that is done"`
}

type rawStep struct {
	Do string          `toml:"do" required:"true" hint:"write sweep, look or an action such as \"open\""`
	At slatest.Instant `toml:"at" required:"true" hint:"say when, with at = 2026-06-07T10:00:00"`
	Of string          `toml:"of,omitempty"`

	By        string            `toml:"by,omitempty"`
	Role      string            `toml:"role,omitempty"`
	Unit      string            `toml:"unit,omitempty"`
	Reason    string            `toml:"reason,omitempty"`
	Text      string            `toml:"text,omitempty"`
	Contract  string            `toml:"contract,omitempty"`
	Vendor    string            `toml:"vendor,omitempty"`
	Service   string            `toml:"service,omitempty"`
	Severity  string            `toml:"severity,omitempty"`
	Ticket    string            `toml:"ticket,omitempty"`
	With      map[string]string `toml:"with,omitempty"`
	Channel   string            `toml:"channel,omitempty"`
	Reference string            `toml:"reference,omitempty"`
	Follower  string            `toml:"follower,omitempty"`
	Level     string            `toml:"level,omitempty"`
	Amount    string            `toml:"amount,omitempty"`
	Dated     slatest.Instant   `toml:"dated,omitempty"`
	Year      int               `toml:"year,omitempty"`
	Excess    string            `toml:"excess,omitempty"`

	Refused   string          `toml:"refused,omitempty"`
	Is        string          `toml:"is,omitempty"`
	Committed string          `toml:"committed,omitempty"`
	Paid      string          `toml:"paid,omitempty"`
	Overdue   tomldoc.Strings `toml:"overdue,omitempty"`
	slatest.Clocks
}

const (
	sweep  = "sweep"
	look   = "look"
	tenant = townclerk.Tenant("vector")
)

// known returns all that a step may do: the actions that its keys can say, and two more.
func known() []string {
	all := []string{sweep, look}
	for _, a := range vendors.Actions {
		if a != vendors.Amend && a != vendors.Judge && a != vendors.Count && a != vendors.Exceed {
			all = append(all, string(a))
		}
	}
	return all
}

// states returns all states of what a step can be about.
func states() []string {
	var all []string
	for _, w := range [][]vendors.State{
		vendors.CallWorkflow().States, vendors.ContractWorkflow().States, vendors.FrameWorkflow().States, vendors.InvoiceWorkflow().States,
	} {
		for _, s := range w {
			if s != vendors.New && !slices.Contains(all, string(s)) {
				all = append(all, string(s))
			}
		}
	}
	return all
}

// vector is a file on its way through an office.
type vector struct {
	doc    *tomldoc.Doc
	judge  *slatest.Judge
	policy *vendors.Policy
	store  *vendors.MemStore
	office *vendors.Office
	now    time.Time
	ids    map[string]vendors.ID // of what owe and receive began, by name
	bills  map[string]bool       // those that are invoices
}

// checkVector runs a vector, and returns what came of it.
func checkVector(policy *vendors.Policy, data []byte, name string) slatest.Vector {
	var raw rawVector
	doc := tomldoc.Decode(data, name, &raw)
	v := vector{
		doc: doc, judge: slatest.NewJudge(policy.Promises(), doc), policy: policy, store: vendors.NewMemStore(),
		ids: map[string]vendors.ID{}, bills: map[string]bool{},
	}
	v.office = vendors.NewOffice(v.store, policy, vendors.Config{Now: func() time.Time { return v.now }})
	expects := false
	for i := range raw.Steps {
		expects = v.mistakes(&raw.Steps[i], tomldoc.At("steps", i)) || expects
	}
	if !expects && !doc.Failed(nil) {
		doc.Errorf(nil, "it expects nothing; write what a step has to lead to, such as is = \"opened\"")
	}
	if !doc.Failed(nil) {
		for i := range raw.Steps {
			if !v.step(&raw.Steps[i], tomldoc.At("steps", i)) {
				break
			}
		}
	}
	return slatest.Vector{Name: name, Title: raw.Title, Source: raw.Source, Err: doc.Err()}
}

// mistakes finds those of a step, and reports whether the step expects anything.
func (v *vector) mistakes(s *rawStep, here tomldoc.Path) (expects bool) {
	if s.Do != "" && !slices.Contains(known(), s.Do) {
		v.doc.Errorf(here.Add("do"), "%q is not known%s", s.Do, tomldoc.Suggest(s.Do, known()))
	}
	at := v.judge.Time(here.Add("at"), s.At)
	if at.Before(v.now) && !v.doc.Failed(here.Add("at")) {
		v.doc.Errorf(here.Add("at"), "the step before is later; put them in order")
	}
	v.now = at
	if (s.Do == string(vendors.Owe) || s.Do == string(vendors.Receive)) && s.Of == "" && s.Refused == "" {
		v.doc.Errorf(here, "what begins needs a name; write of = \"…\"")
	}
	for key, text := range map[string]string{"amount": s.Amount, "committed": s.Committed, "paid": s.Paid} {
		if _, err := townclerk.ParseMoney(text); text != "" && err != nil {
			v.doc.Errorf(here.Add(key), "%v", err)
		}
	}
	if s.Is != "" && !slices.Contains(states(), s.Is) {
		v.doc.Errorf(here.Add("is"), "no state is named %q%s", s.Is, tomldoc.Suggest(s.Is, states()))
	}
	for _, name := range s.Overdue {
		v.judge.Name(here.Add("overdue"), name)
	}
	v.judge.Check(here, &s.Clocks)
	return s.Refused != "" || v.expects(s, here)
}

// step does what a step says, and compares what came of it. It is false if the rest makes
// no sense any more.
func (v *vector) step(s *rawStep, here tomldoc.Path) bool {
	v.now = v.judge.Time(here.Add("at"), s.At)
	err := v.do(s, here)
	switch {
	case err == nil && s.Refused != "":
		v.doc.Errorf(here.Add("refused"), "it was done, and should be refused: %s", s.Refused)
		return false
	case err != nil && s.Refused == "":
		v.doc.Errorf(here, "it was refused: %v", err)
		return false
	case err != nil && !strings.Contains(err.Error(), s.Refused):
		v.doc.Errorf(here.Add("refused"), "it was refused, but for another reason\n  got  %v\n  want %s", err, s.Refused)
	}
	if v.expects(s, here) {
		v.expect(s, here)
	}
	return true
}

// expects reports whether a step expects something of what it is about.
func (v *vector) expects(s *rawStep, here tomldoc.Path) bool {
	return s.Is != "" || s.Committed != "" || s.Paid != "" || v.doc.Has(here.Add("overdue")) || v.judge.Expects(here)
}

var errUnknown = errors.New("no step before began it")

func (v *vector) do(s *rawStep, here tomldoc.Path) error {
	ctx, who := context.Background(), vendors.Who{Actor: townclerk.Actor(s.By), Role: s.Role, Unit: s.Unit}
	amount, _ := townclerk.ParseMoney(s.Amount) // checked before
	c := vendors.Command{
		Do: vendors.Action(s.Do), Reason: s.Reason, Text: s.Text, Vendor: s.Vendor, Service: s.Service, Severity: s.Severity, Ticket: s.Ticket, With: s.With,
		Channel: s.Channel, Reference: s.Reference, Follower: townclerk.Actor(s.Follower), Level: vendors.Level(s.Level), Amount: amount,
		Dated: v.judge.Time(here.Add("dated"), s.Dated), Year: s.Year, Excess: s.Excess, Contract: vendors.ID(s.Contract),
	}
	id, known := v.ids[s.Of]
	var err error
	switch {
	case s.Do == look:
	case s.Do == sweep:
		_, err = v.office.Sweep(ctx, tenant, v.now)
	case s.Do == string(vendors.Conclude):
		err = v.conclude(ctx, who, s.Contract)
	case s.Do == string(vendors.Owe):
		var call vendors.Call
		if call, err = v.office.Owe(ctx, tenant, who, c); err == nil {
			v.ids[s.Of] = call.ID
		}
	case s.Do == string(vendors.Receive):
		var bill vendors.Invoice
		if bill, err = v.office.Receive(ctx, tenant, who, c); err == nil {
			v.ids[s.Of], v.bills[s.Of] = bill.ID, true
		}
	case s.Do == string(vendors.Present):
		_, err = v.office.DoUsage(ctx, tenant, c.Contract, s.Year, who, c)
	case s.Year != 0:
		_, err = v.office.DoFrame(ctx, tenant, c.Contract, s.Year, who, c)
	case s.Contract != "":
		_, err = v.office.DoContract(ctx, tenant, c.Contract, who, c)
	case !known:
		err = fmt.Errorf("%q: %w", s.Of, errUnknown)
	case v.bills[s.Of]:
		_, err = v.office.DoInvoice(ctx, tenant, id, who, c)
	default:
		_, err = v.office.DoCall(ctx, tenant, id, who, c)
	}
	return err
}

func (v *vector) conclude(ctx context.Context, who vendors.Who, contract string) error {
	all := v.policy.Contracts()
	i := slices.IndexFunc(all, func(c vendors.Contract) bool { return string(c.ID) == contract })
	if i < 0 {
		return fmt.Errorf("vendors.toml has no contract %q", contract)
	}
	_, err := v.office.Conclude(ctx, tenant, who, all[i])
	return err
}

// found is what a step is about, as the store has it.
type found struct {
	record          vendors.Record
	timeline        sla.Timeline
	committed, paid townclerk.Money
}

func (v *vector) find(s *rawStep) (f found, err error) {
	ctx := context.Background()
	switch {
	case s.Of == "" && s.Year != 0:
		frame, err2 := v.store.Frames().Get(ctx, tenant, string(vendors.FrameID(vendors.ID(s.Contract), s.Year)))
		if err = err2; err == nil {
			f.record, f.timeline = frame.Record, frame.Timeline()
			f.committed, err = frame.Committed()
		}
	case s.Of == "":
		contract, err2 := v.store.Contracts().Get(ctx, tenant, s.Contract)
		f.record, f.timeline, err = contract.Record, contract.Timeline(), err2
	case v.bills[s.Of]:
		bill, err2 := v.store.Invoices().Get(ctx, tenant, string(v.ids[s.Of]))
		f.record, f.timeline, f.paid, err = bill.Record, bill.Timeline(), bill.Paid, err2
	default:
		call, err2 := v.store.Calls().Get(ctx, tenant, string(v.ids[s.Of]))
		f.record, f.timeline, err = call.Record, call.Timeline(), err2
	}
	return f, err
}

// expect compares what the step is about with what is expected of it.
func (v *vector) expect(s *rawStep, here tomldoc.Path) {
	f, err := v.find(s)
	if err != nil {
		v.doc.Errorf(here, "%v", err)
		return
	}
	for _, x := range []struct{ key, got, want string }{
		{"is", string(f.record.State), s.Is}, {"committed", f.committed.String(), s.Committed}, {"paid", f.paid.String(), s.Paid},
	} {
		if x.want != "" && x.got != x.want {
			v.doc.Errorf(here.Add(x.key), "got %s, want %s", x.got, x.want)
		}
	}
	if v.doc.Has(here.Add("overdue")) {
		var got []string
		for _, o := range f.record.Owed {
			if o.Step == 0 {
				got = append(got, o.Target)
			}
		}
		if want := []string(s.Overdue); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			v.doc.Errorf(here.Add("overdue"), "others are overdue\n  got  %s\n  want %s", list(got), list(want))
		}
	}
	if v.judge.Expects(here) {
		v.judge.Judge(here, &s.Clocks, f.timeline, v.now)
	}
}

func list(names []string) string { return cmp.Or(strings.Join(names, ", "), "none") }
