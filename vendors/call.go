package vendors

import (
	"maps"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
)

// Call is a call to a vendor about a fault or a request: from when it is owed until
// what the vendor did was verified. Of one ticket there may be several.
type Call struct {
	Record

	Vendor   string `json:"vendor,omitzero"`
	Service  string `json:"service,omitzero"`
	Severity string `json:"severity,omitzero"`
	Ticket   string `json:"ticket,omitzero"` // an id of package ticket; empty: it is about none
	Subject  string `json:"subject,omitzero"`

	Contract  ID     `json:"contract,omitzero"`  // in force when it was opened; empty: none was
	Exception string `json:"exception,omitzero"` // why no contract stands behind it, though it was opened; else empty

	Channel   string          `json:"channel,omitzero"`   // the vendor's, by which it was opened
	Reference string          `json:"reference,omitzero"` // the vendor's own number
	Follower  townclerk.Actor `json:"follower,omitzero"`  // who follows it until the end
	Outcome   string          `json:"outcome,omitzero"`   // what was done, as the vendor says

	Opened       time.Time `json:"opened,omitzero"` // each of these is zero until it happens
	Acknowledged time.Time `json:"acknowledged,omitzero"`
	Arrived      time.Time `json:"arrived,omitzero"`
	Done         time.Time `json:"done,omitzero"`  // the last time, if it was disputed
	Ended        time.Time `json:"ended,omitzero"` // when it was verified or withdrawn

	Disputes []string  `json:"disputes,omitzero"` // the reasons for which what the vendor said was not so
	Dealings []Dealing `json:"dealings,omitzero"`
}

var (
	atVendor = []State{Opened, Acknowledged, OnSite, Disputed}
	openCall = []State{Owed, Opened, Acknowledged, OnSite, Done, Disputed}
)

// callRows is what may happen to calls. What it does not list is refused.
var callRows = []row{
	{[]State{New}, Owe, Owed, nil, nil, []string{owed}},
	{[]State{Owed}, Open, Opened, nil, []*rule{byUnit, byChannel, followed}, []string{opened}},
	{[]State{Opened, Disputed}, Acknowledge, Acknowledged, nil, []*rule{byUnit}, []string{acknowledged}},
	{[]State{Opened, Acknowledged, Disputed}, Arrive, OnSite, nil, []*rule{byUnit}, []string{arrived}},
	{atVendor, Finish, Done, nil, []*rule{byUnit, told}, []string{done}},
	{[]State{Done}, Verify, Verified, nil, []*rule{byUnit}, []string{verified}},
	{[]State{Done}, Dispute, Disputed, nil, []*rule{byUnit, reasoned}, []string{disputed, sla.Reopened}},
	{[]State{Owed, Opened, Acknowledged, OnSite, Disputed}, Withdraw, Withdrawn, nil, []*rule{byUnit, reasoned}, []string{sla.Cancelled}},
	{[]State{Opened, Acknowledged, OnSite, Done, Disputed}, Follow, "", nil, []*rule{byUnit, followed}, nil},
	{openCall, Deal, "", nil, []*rule{byUnit, atLevel, told}, nil},
}

// Rules of calls.
var (
	// TE-18
	byChannel = &rule{Says: "it says by which of the vendor's channels", About: workflow.Command, Holds: func(d *decision) bool { return d.c.Channel != "" }}
	// TE-22
	followed = &rule{Says: "somebody follows the call until its end", About: workflow.Command, Holds: func(d *decision) bool { return d.c.follower() != "" }}
)

var calls = newKind("call", callRows, map[Action]func(*decision){
	Owe: (*decision).owe, Open: (*decision).open, Deal: (*decision).dealOnCall,
	Acknowledge: func(d *decision) { d.call.Acknowledged = d.At },
	Arrive:      func(d *decision) { d.call.Arrived = d.At },
	Finish:      func(d *decision) { d.call.Done, d.call.Outcome = d.At, d.c.Text },
	Verify:      func(d *decision) { d.call.Ended = d.At },
	Dispute:     func(d *decision) { d.call.Disputes = append(d.call.Disputes, d.c.Reason) },
	Withdraw:    func(d *decision) { d.call.Ended = d.At },
	Follow:      func(d *decision) { d.call.Follower = d.c.follower() },
}, map[Action]string{
	Owe: "owed", Open: "opened", Acknowledge: "acknowledged", Arrive: "arrived", Finish: "done", Verify: "verified", Dispute: "disputed",
	Withdraw: "withdrawn", Follow: "followed", Deal: "dealt",
})

// CallWorkflow returns what may happen to calls. What it does not list is refused.
func CallWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: []State{New, Owed, Opened, Acknowledged, OnSite, Done, Disputed, Verified, Withdrawn},
		Starts: []State{New}, Ends: []State{Verified, Withdrawn}, Rows: calls.table.Transitions(),
	}
}

// follower returns who follows a call: whoever is named, or else acts.
func (c *Command) follower() townclerk.Actor {
	if c.Follower != "" {
		return c.Follower
	}
	return c.By
}

// doCall carries out a command on a call, with the contract that counts, or nil. The
// contract under which it was opened counts until it is over.
func (p *Policy) doCall(call Call, contract *Contract, c Command) (Call, []townclerk.Event, error) {
	call.Record = cloneRecord(call.Record)
	call.Disputes, call.Dealings = slices.Clone(call.Disputes), slices.Clone(call.Dealings)
	d := &decision{p: p, k: calls, r: &call.Record, c: &c, call: &call}
	d.under(contract)
	if d.agreed == nil && call.Contract != "" && contract != nil {
		d.agreed = &contract.Agreed[len(contract.Agreed)-1] // it ended, the call did not
	}
	events, err := d.carryOut()
	if err != nil {
		return Call{}, nil, err
	}
	return call, events, nil
}

// under says which contract counts.
func (d *decision) under(contract *Contract) {
	d.contract = contract
	if contract == nil {
		return
	}
	if a, ok := contract.At(d.c.At); ok {
		d.agreed = &a
	}
}

// rests returns the last instant of the steps on which the next rests.
func (c *Call) rests() time.Time {
	var last time.Time
	for i := range c.Log {
		last = maxTime(last, c.Log[i].At)
	}
	return last
}

func (d *decision) owe() {
	c := d.c
	if d.need("vendor", c.Vendor, "name one of [vendors]") {
		d.known("vendor", tableVendors, c.Vendor)
	}
	if d.need("service", c.Service, "name one of [services]") {
		d.known("service", tableServices, c.Service)
	}
	if c.Severity == "" {
		c.Severity = d.p.severity
	} else {
		d.known("severity", tableSeverities, c.Severity)
	}
	d.call.Vendor, d.call.Service, d.call.Severity, d.call.Ticket, d.call.Subject = c.Vendor, c.Service, c.Severity, c.Ticket, c.Text
	attributes := map[string]string{"vendor": c.Vendor, "service": c.Service, "severity": c.Severity}
	for _, key := range slices.Sorted(maps.Keys(c.With)) {
		if _, own := attributes[key]; own {
			d.fail("with."+key, "the call itself says this")
		} else if err := d.p.promises.CheckAttribute(key, c.With[key]); err != nil {
			d.fail("with."+key, "%v", err)
		}
	}
	attributes["class"] = d.p.class
	maps.Copy(attributes, c.With)
	d.begin(attributes)
	d.numbered()
}

// open opens the call at the vendor. From then on the contract in force counts, also
// if it ends before the call does.
func (d *decision) open() {
	c := d.c
	d.known("channel", tableChannels, c.Channel)
	if own := d.p.channels[d.call.Vendor]; len(own) > 0 && !slices.Contains(own, c.Channel) {
		d.fail("channel", "%q is none of %s's; use %s", c.Channel, d.call.Vendor, list(own))
	}
	d.call.Opened, d.call.Channel, d.call.Reference, d.call.Follower = d.At, c.Channel, c.Reference, c.follower()
	if d.agreed == nil {
		// RA-33
		d.call.Exception = "no contract covers " + d.call.Service + " then"
		d.warning = d.call.Exception
		return
	}
	d.call.Contract, c.Contract = d.contract.ID, d.contract.ID
	d.event.Contract = d.contract.Terms(d.At, d.call.Severity)
}

func (d *decision) dealOnCall() {
	if dealing, ok := d.deal(); ok {
		d.call.Dealings = append(d.call.Dealings, dealing)
	}
}
