package vendors

import (
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
)

// Invoice is a vendor's bill under a contract. It is paid only after it was examined,
// approved by the signatures of so many roles as the policy asks for, and sent to the
// treasury; and never more than was approved.
type Invoice struct {
	Record

	Contract  ID              `json:"contract,omitzero"`
	Vendor    string          `json:"vendor,omitzero"`
	Reference string          `json:"reference,omitzero"` // the vendor's number of it
	Holds     string          `json:"holds,omitzero"`     // vendor and Reference, in whatever case and spacing, while it is not rejected, so that none is entered twice
	Year      int             `json:"year,omitzero"`      // the fiscal year by whose frame it is paid
	Dated     time.Time       `json:"dated,omitzero"`
	Amount    townclerk.Money `json:"amount,omitzero"` // as the vendor asks
	Text      string          `json:"text,omitzero"`

	Signers    []string        `json:"signers,omitzero"` // the roles that may sign
	Needed     int             `json:"needed,omitzero"`  // so many of them have to
	Due        townclerk.Money `json:"due,omitzero"`
	Signatures []Signature     `json:"signatures,omitzero"` // that stand
	Excess     *Exception      `json:"excess,omitzero"`     // why it may exceed the frame of its year; nil: it may not
	Paid       townclerk.Money `json:"paid,omitzero"`

	// Ledger is what happened to it. It only grows.
	Ledger []Entry `json:"ledger,omitzero"`
}

// Signature is somebody's approval of an invoice, in a role.
type Signature struct {
	Role string          `json:"role,omitzero"`
	By   townclerk.Actor `json:"by,omitzero"`
	At   time.Time       `json:"at,omitzero"`
}

// Entry is a line of an invoice's ledger.
type Entry struct {
	Do        Action          `json:"do,omitzero"`
	At        time.Time       `json:"at,omitzero"`
	Recorded  time.Time       `json:"recorded,omitzero"`
	By        townclerk.Actor `json:"by,omitzero"`
	Role      string          `json:"role,omitzero"`
	Amount    townclerk.Money `json:"amount,omitzero"`    // that was asked, found due, signed for, sent or paid
	Reference string          `json:"reference,omitzero"` // of a payment
	Text      string          `json:"text,omitzero"`
}

// Rest returns what is approved and not yet paid; nothing before it is sent.
func (v *Invoice) Rest() townclerk.Money {
	if v.State != Sent && v.State != Paid {
		return townclerk.Money{Currency: v.Amount.Currency}
	}
	rest, err := v.Due.Sub(v.Paid)
	if err != nil {
		return townclerk.Money{Currency: v.Amount.Currency} // one currency, and never more paid than due
	}
	return rest
}

// invoiceRows is what may happen to invoices. What it does not list is refused.
var invoiceRows = []row{
	{[]State{New}, Receive, Received, nil, []*rule{bySomebody}, []string{received}},
	{[]State{Received}, Examine, Examined, nil, []*rule{bySomebody, dueSaid}, []string{examined}},
	{[]State{Examined}, Sign, Approved, allSigned, []*rule{maySign, mayExceed}, []string{approved}},
	{[]State{Examined}, Sign, Examined, nil, []*rule{maySign, mayExceed}, nil},
	{[]State{Approved}, Send, Sent, nil, []*rule{bySomebody}, []string{sent}},
	{[]State{Sent}, Pay, Paid, allPaid, []*rule{bySomebody, payable}, []string{paid}},
	{[]State{Sent}, Pay, Sent, nil, []*rule{bySomebody, payable}, nil},
	{[]State{Received, Examined}, Dispute, Disputed, nil, []*rule{bySomebody, reasoned}, []string{sla.Paused}},
	{[]State{Approved, Sent}, Dispute, Disputed, nil, []*rule{bySomebody, reasoned, unpaid}, []string{sla.Reopened, sla.Paused}},
	{[]State{Disputed}, Settle, Received, nil, []*rule{bySomebody, reasoned}, []string{sla.Resumed}},
	{[]State{Received, Examined, Disputed}, Reject, Rejected, nil, []*rule{bySomebody, reasoned}, []string{sla.Cancelled}},
}

// Rules of invoices.
var (
	// TE-09, A-24
	maySign = &rule{Says: "signatures are given by the roles that sign, each role and each person once", About: workflow.Person, Holds: func(d *decision) bool {
		return slices.Contains(d.invoice.Signers, d.c.Role) && d.c.By != "" &&
			!slices.ContainsFunc(d.invoice.Signatures, func(s Signature) bool { return s.Role == d.c.Role || s.By == d.c.By })
	}}
	bySomebody = &rule{Says: "whoever deals with money is named", About: workflow.Person, Holds: func(d *decision) bool { return d.c.By != "" }}
	dueSaid    = &rule{Says: "it says why less is due than the vendor asks", About: workflow.Command, Holds: func(d *decision) bool {
		return d.c.Amount == (townclerk.Money{}) || d.c.Amount == d.invoice.Amount || strings.TrimSpace(d.c.Text) != ""
	}}
	payable = &rule{Says: "a payment is in the currency of the invoice, and neither nothing nor more than what is approved and not yet paid", About: workflow.Command, Holds: func(d *decision) bool {
		rest, err := d.invoice.Rest().Cmp(d.c.Amount)
		return err == nil && rest >= 0 && d.c.Amount.Minor > 0
	}}
	unpaid = &rule{Says: "nothing of it is paid", About: workflow.Thing, Holds: func(d *decision) bool { return d.invoice.Paid.Minor == 0 }}
)

// What tells transitions apart. These are asked after the action was carried out.
var (
	allSigned = &rule{Says: "all signatures are there that are needed", About: workflow.Thing, Holds: func(d *decision) bool {
		return len(d.invoice.Signatures) >= d.invoice.Needed
	}}
	allPaid = &rule{Says: "all that is approved is paid", About: workflow.Thing, Holds: func(d *decision) bool { return d.invoice.Paid == d.invoice.Due }}
)

var invoices = newKind("invoice", invoiceRows, map[Action]func(*decision){
	Receive: (*decision).receive, Examine: (*decision).examine, Sign: (*decision).sign, Pay: (*decision).pay,
	Send:    func(d *decision) { d.enter(d.invoice.Due) },
	Dispute: (*decision).disputeInvoice, Settle: (*decision).settleInvoice, Reject: (*decision).reject,
}, map[Action]string{
	Receive: "received", Examine: "examined", Sign: "signed", Send: "sent", Pay: "paid", Dispute: "disputed", Settle: "settled", Reject: "rejected",
})

// InvoiceWorkflow returns what may happen to invoices. What it does not list is refused.
func InvoiceWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{New, Received, Examined, Approved, Sent, Paid, Disputed, Rejected},
		Starts: []State{New}, Ends: []State{Paid, Rejected}, Rows: invoices.table.Transitions(),
	}
}

func (p *Policy) doInvoice(v Invoice, contract *Contract, c Command) (Invoice, []townclerk.Event, error) {
	v.Record = cloneRecord(v.Record)
	v.Signers, v.Signatures, v.Ledger = slices.Clone(v.Signers), slices.Clone(v.Signatures), slices.Clone(v.Ledger)
	d := &decision{p: p, k: invoices, r: &v.Record, c: &c, invoice: &v}
	d.under(contract)
	events, err := d.carryOut()
	if err != nil {
		return Invoice{}, nil, err
	}
	return v, events, nil
}

// enter adds a line to the ledger.
func (d *decision) enter(amount townclerk.Money) {
	text := d.c.Text
	if text == "" {
		text = d.c.Reason
	}
	d.invoice.Ledger = append(d.invoice.Ledger, Entry{
		Do: d.c.Do, At: d.At, Recorded: d.Recorded, By: d.c.By, Role: d.c.Role, Amount: amount, Reference: d.c.Reference, Text: text,
	})
}

// rests returns the last instant of what an action rests on. Payments are told in any order,
// each after what was sent.
func (v *Invoice) rests(do Action) time.Time {
	var last time.Time
	for _, e := range v.Ledger {
		if do != Pay || e.Do != Pay {
			last = maxTime(last, e.At)
		}
	}
	return last
}

func (d *decision) receive() {
	c, v := d.c, d.invoice
	if c.Dated.IsZero() {
		c.Dated = d.At
	}
	if d.contract == nil {
		d.fail("contract", "missing; an invoice is for a contract")
		return
	}
	first := d.contract.Agreed[0].From
	if c.Dated.Before(first) {
		d.fail("dated", "%s is before the contract %s came into force, at %s", service.Stamp(c.Dated), d.contract.name(), service.Stamp(first))
	}
	if c.Dated.After(d.At) {
		d.fail("dated", "%s is after it was received, at %s", service.Stamp(c.Dated), service.Stamp(d.At))
	}
	d.need("reference", c.Reference, "write the vendor's number of the invoice")
	d.positive("amount", c.Amount, d.currency())
	v.Year = c.Year
	if v.Year == 0 {
		v.Year = d.p.YearOf(c.Dated)
	}
	if !d.p.inYear(d.contract, v.Year) {
		// No frame could be set for it.
		d.fail("year", "in %d the contract %s is not in force; say for which fiscal year the invoice is", v.Year, d.contract.name())
	} else if begins := d.p.newYear(v.Year); begins.After(d.At) {
		d.fail("year", "%d begins only at %s", v.Year, service.Stamp(begins))
	}
	c.Year = v.Year // for the event: how years begin may change
	v.Contract, v.Vendor, v.Reference, v.Dated, v.Amount, v.Text = d.contract.ID, d.contract.Vendor, c.Reference, c.Dated.UTC(), c.Amount, c.Text
	v.Holds = v.Vendor + "/" + strings.ToLower(strings.Join(strings.Fields(v.Reference), " "))
	v.Signers, v.Needed = slices.Clone(d.p.signers), d.p.needed
	v.Paid = townclerk.Money{Currency: c.Amount.Currency}
	d.begin(map[string]string{"class": classInvoice, "vendor": v.Vendor})
	d.numbered()
	d.enter(c.Amount)
}

func (d *decision) examine() {
	v := d.invoice
	if d.c.Amount == (townclerk.Money{}) {
		d.c.Amount = v.Amount
	}
	if d.positive("amount", d.c.Amount, v.Amount.Currency) && d.c.Amount.Minor > v.Amount.Minor {
		d.fail("amount", "%v is more than the %v that the vendor asks", d.c.Amount, v.Amount)
	}
	v.Due = d.c.Amount
	d.enter(v.Due)
}

func (d *decision) sign() {
	v := d.invoice
	v.Signatures = append(v.Signatures, Signature{Role: d.c.Role, By: d.c.By, At: d.At})
	if e := d.exception(); e != nil {
		v.Excess = e
	}
	d.enter(v.Due)
}

func (d *decision) pay() {
	sum, err := d.invoice.Paid.Add(d.c.Amount)
	if err != nil {
		d.fail("amount", "%v", err)
		return
	}
	d.invoice.Paid = sum
	d.enter(d.c.Amount)
}

// disputeInvoice takes the signatures back: they were given for what is in dispute.
func (d *decision) disputeInvoice() {
	d.event.Reason = waits
	d.strike()
}

func (d *decision) settleInvoice() {
	d.event.Reason = waits
	d.strike()
}

func (d *decision) reject() {
	d.invoice.Holds = ""
	d.strike()
}

func (d *decision) strike() {
	d.invoice.Signatures, d.invoice.Excess = nil, nil
	d.enter(townclerk.Money{})
}
