package vendors

import (
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/workflow"
)

// Frame is the budget of a contract in a fiscal year, and what is committed against
// it: orders, and invoices from their last signature on. It is there from the year's
// beginning, and due to be set then (TE-08, A-25).
type Frame struct {
	Record

	Contract    ID              `json:"contract,omitzero"`
	Vendor      string          `json:"vendor,omitzero"`
	Year        int             `json:"year,omitzero"`        // that begins in this year
	Amount      townclerk.Money `json:"amount,omitzero"`      // zero until it is set
	Excess      *Exception      `json:"excess,omitzero"`      // by which it is less than what was committed; nil: it is not
	Commitments []Commitment    `json:"commitments,omitzero"` // in the order in which they were made; none goes away
}

// Commitment is money of a frame that goes to an order or an invoice.
type Commitment struct {
	Reference string          `json:"reference,omitzero"` // of the order
	Invoice   ID              `json:"invoice,omitzero"`   // empty: it is an order
	Amount    townclerk.Money `json:"amount,omitzero"`
	At        time.Time       `json:"at,omitzero"`
	By        townclerk.Actor `json:"by,omitzero"`
	Role      string          `json:"role,omitzero"`
	Text      string          `json:"text,omitzero"`
	Excess    *Exception      `json:"excess,omitzero"`    // by which it exceeded the frame; nil: it did not
	Unframed  bool            `json:"unframed,omitzero"`  // it was made before a frame was set
	Released  time.Time       `json:"released,omitzero"`  // else zero
	Tentative bool            `json:"tentative,omitzero"` // of an invoice: whether it is approved is yet to be seen
	Version   int64           `json:"version,omitzero"`   // of the invoice, when that was last uncertain
}

// Exception is a recorded decision that a frame may be exceeded.
type Exception struct {
	Reason string          `json:"reason,omitzero"`
	By     townclerk.Actor `json:"by,omitzero"`
	Role   string          `json:"role,omitzero"`
	At     time.Time       `json:"at,omitzero"`
}

// FrameID returns the id of the frame of a contract and a fiscal year.
func FrameID(contract ID, year int) ID { return ID(fmt.Sprintf("%s/frame/%d", contract, year)) }

// Committed returns the sum of what is committed and not released.
func (f *Frame) Committed() (townclerk.Money, error) {
	sum := townclerk.Money{Currency: f.Amount.Currency}
	for _, c := range f.Commitments {
		if !c.Released.IsZero() {
			continue
		}
		if sum.Currency == "" {
			sum.Currency = c.Amount.Currency
		}
		var err error
		if sum, err = sum.Add(c.Amount); err != nil {
			return townclerk.Money{}, fmt.Errorf("frame %s: %w", f.name(), err)
		}
	}
	return sum, nil
}

// frameRows is what may happen to frames. What it does not list is refused.
var frameRows = []row{
	{[]State{New}, plan, Planned, nil, nil, []string{planned}},
	{[]State{Planned}, SetFrame, Set, nil, []*rule{bySomebody, mayExceed, roomy}, []string{frameSet}},
	{[]State{Set}, SetFrame, Set, nil, []*rule{bySomebody, mayExceed, roomy, reasoned}, nil},
	{[]State{Planned, Set}, Commit, "", nil, []*rule{bySomebody, mayExceed, roomy}, nil},
	{[]State{Planned, Set}, bill, "", nil, []*rule{roomy}, nil},
	{[]State{Planned, Set}, Release, "", nil, []*rule{bySomebody, reasoned}, nil},
}

// Rules of frames.
var (
	mayExceed = &rule{Says: "an exception from a frame is made by a role that may exceed it", About: workflow.Person, Holds: func(d *decision) bool {
		return d.c.Excess == "" || d.p.mayDo(d.c.Role, Exceed)
	}}
	roomy = &rule{Says: "what is committed stays within the frame, or the excess is an exception with its reason", About: workflow.Command, Holds: func(d *decision) bool {
		return !d.exceeds() || d.c.Excess != "" || d.granted != nil
	}}
)

var frames = newKind("frame", frameRows, map[Action]func(*decision){
	plan: (*decision).planFrame, SetFrame: (*decision).setFrame, Commit: (*decision).commit, bill: (*decision).bill, Release: (*decision).release,
}, map[Action]string{plan: "planned", SetFrame: "set", Commit: "committed", bill: "billed", Release: "released"})

// FrameWorkflow returns what may happen to frames. What it does not list is refused.
func FrameWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{New, Planned, Set}, Starts: []State{New}, Ends: []State{Set}, Rows: frames.table.Transitions(),
	}
}

func (p *Policy) doFrame(f Frame, contract *Contract, c Command) (Frame, []townclerk.Event, error) {
	f.Record, f.Commitments = cloneRecord(f.Record), slices.Clone(f.Commitments)
	d := &decision{p: p, k: frames, r: &f.Record, c: &c, frame: &f}
	d.under(contract)
	events, err := d.carryOut()
	if err != nil {
		return Frame{}, nil, err
	}
	return f, events, nil
}

// exceeds reports whether more would be committed than the frame has. While none is
// set, nothing exceeds it: that is a warning. Amounts that cannot be added are
// refused when it is carried out.
func (d *decision) exceeds() bool {
	frame, more := d.frame.Amount, d.c.Amount
	switch {
	case d.c.Do == SetFrame:
		frame, more = d.c.Amount, townclerk.Money{Currency: d.c.Amount.Currency}
	case d.frame.State != Set:
		return false
	}
	rest := *d.frame
	if d.c.Do == bill {
		rest.Commitments = slices.Clone(rest.Commitments)
		for i := range rest.Commitments {
			if c := &rest.Commitments[i]; c.Invoice == d.c.Contract {
				c.Released = d.c.At // it is committed anew
			}
		}
	}
	committed, err := rest.Committed()
	if err == nil && committed.Currency == "" {
		committed.Currency = more.Currency
	}
	if err == nil {
		committed, err = committed.Add(more)
	}
	if err != nil {
		return false
	}
	order, err := committed.Cmp(frame)
	return err == nil && order > 0
}

// exception returns the exception that the command makes, or nil.
func (d *decision) exception() *Exception {
	if d.c.Excess == "" {
		return d.granted
	}
	return &Exception{Reason: d.c.Excess, By: d.c.By, Role: d.c.Role, At: d.c.At}
}

func (d *decision) planFrame() {
	f := d.frame
	f.ID, f.Contract, f.Vendor, f.Year = FrameID(d.contract.ID, d.c.Year), d.contract.ID, d.contract.Vendor, d.c.Year
	d.begin(map[string]string{"class": classFrame, "vendor": f.Vendor})
}

func (d *decision) setFrame() {
	d.over = d.exceeds()
	if d.positive("amount", d.c.Amount, d.currency()) {
		d.frame.Amount, d.frame.Excess = d.c.Amount, nil
		if d.over {
			d.frame.Excess = d.exception()
		}
	}
}

func (d *decision) commit() {
	d.over = d.exceeds()
	if d.need("reference", d.c.Reference, "write the number of the order") && d.live(d.c.Reference, "") != nil {
		d.fail("reference", "%q has money of this frame already; release it first", d.c.Reference)
	}
	d.book(Commitment{Reference: d.c.Reference})
}

// bill commits money to an invoice that is about to be approved. One that has money
// already gets the amount anew.
func (d *decision) bill() {
	d.over = d.exceeds()
	if c := d.live("", d.c.Contract); c != nil {
		c.Released, c.Tentative = d.At, false
	}
	d.book(Commitment{Invoice: d.c.Contract, Tentative: true, Version: d.version})
}

func (d *decision) book(c Commitment) {
	if !d.positive("amount", d.c.Amount, d.currency()) {
		return
	}
	c.Amount, c.At, c.By, c.Role, c.Text = d.c.Amount, d.At, d.c.By, d.c.Role, d.c.Text
	c.Unframed = d.frame.State != Set
	if d.over {
		c.Excess = d.exception()
	}
	if c.Unframed {
		d.warning = fmt.Sprintf("no frame is set for %d", d.frame.Year)
	}
	d.frame.Commitments = append(d.frame.Commitments, c)
	if _, err := d.frame.Committed(); err != nil {
		d.fail("amount", "%v", err)
	}
}

// live returns the commitment to an order or an invoice that stands, or nil.
func (d *decision) live(reference string, invoice ID) *Commitment {
	for i := range d.frame.Commitments {
		if c := &d.frame.Commitments[i]; c.Released.IsZero() && c.Reference == reference && c.Invoice == invoice {
			return c
		}
	}
	return nil
}

func (d *decision) release() {
	c := d.live(d.c.Reference, "")
	if !d.need("reference", d.c.Reference, "write the number of the order") || c == nil {
		d.fail("reference", "nothing is committed to the order %q", d.c.Reference)
		return
	}
	c.Released = d.At
}
