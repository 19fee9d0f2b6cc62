package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/vendors"
)

const aboutVendors = "A telephone is silent. The council's procedure leads through both of its vendors, to an invoice that is paid within the year's budget."

// affair is a story of an office that works with vendors. What it prints is read from the
// events that the office stored.
type affair struct {
	diary

	policy *vendors.Policy
	store  vendors.Store
	office *vendors.Office
	ids    map[string]vendors.ID // by what the deeds call things
}

// deed is something that is done to what it calls of.
type deed struct {
	at      string // "2026-06-07 10:00", or of the same day "10:05"
	of      string
	by      vendors.Who
	do      vendors.Command
	year    int  // of a frame, whose contract is what it calls of
	refused bool // the office does not let it happen
}

var (
	divisionManager = vendors.Who{Actor: "the manager", Role: "division-manager", Unit: "ict"}
	administrator   = vendors.Who{Actor: "the administrator", Role: "administrator", Unit: "ict"}
	welfareClerk    = vendors.Who{Actor: "a clerk", Role: "administrator", Unit: "welfare"}
	councilTreasury = vendors.Who{Actor: "the treasury", Role: "treasury"}
)

// silentTelephone is what happens about it.
func silentTelephone() []deed {
	done := func(text string) vendors.Command { return vendors.Command{Do: vendors.Finish, Text: text} }
	return []deed{
		// A frame for each contract at the start of the year (TE-08).
		{at: "2026-01-12 09:00", of: "exchange-2026", by: divisionManager, do: vendors.Command{Do: vendors.SetFrame, Amount: shekels(60_000)}, year: 2026},
		{at: "09:05", of: "lines-2026", by: divisionManager, do: vendors.Command{Do: vendors.SetFrame, Amount: shekels(4_000)}, year: 2026},

		// The exchange's vendor finds that it is the line: another call, within its own three hours.
		{at: "2026-03-25 10:00", of: "handset", by: administrator, do: vendors.Command{
			Do: vendors.Owe, Vendor: "exchange-vendor", Service: "exchange", Ticket: "handset", Text: "a telephone is silent",
		}},
		{at: "10:20", of: "handset", by: welfareClerk, do: vendors.Command{Do: vendors.Open, Channel: "exchange-portal"}, refused: true},
		{at: "10:30", of: "handset", by: administrator, do: vendors.Command{Do: vendors.Open, Channel: "exchange-portal", Reference: "E-881"}},
		{at: "11:10", of: "handset", by: administrator, do: vendors.Command{Do: vendors.Acknowledge}},
		{at: "13:40", of: "handset", by: administrator, do: done("the telephone is sound, the line is dead")},
		{at: "13:45", of: "handset", by: administrator, do: vendors.Command{Do: vendors.Verify}},
		{at: "13:45", of: "line", by: administrator, do: vendors.Command{
			Do: vendors.Owe, Vendor: "line-vendor", Service: "lines", Ticket: "handset", Text: "the line of a telephone is dead",
		}},
		{at: "14:00", of: "line", by: administrator, do: vendors.Command{Do: vendors.Open, Channel: "line-hotline", Reference: "L-17"}},
		{at: "2026-03-26 09:00", of: "line", by: administrator, do: vendors.Command{Do: vendors.Arrive}},
		{at: "10:00", of: "line", by: administrator, do: done("a plug was loose")},
		{at: "10:15", of: "line", by: administrator, do: vendors.Command{Do: vendors.Dispute, Reason: "it is as silent as before"}},
		{at: "10:20", of: "line", by: administrator, do: vendors.Command{Do: vendors.Deal, Level: vendors.Management, Text: "who pays for a second visit"}, refused: true},
		{at: "10:40", of: "line", by: divisionManager, do: vendors.Command{Do: vendors.Deal, Level: vendors.Management, Text: "who pays for a second visit"}},
		{at: "12:00", of: "line", by: administrator, do: done("the cable was wet and is replaced")},
		{at: "12:10", of: "line", by: administrator, do: vendors.Command{Do: vendors.Verify}},

		// The invoice: examined, signed, sent to the treasury, and paid; nothing around the signature.
		{at: "2026-04-12 09:00", of: "invoice", by: administrator, do: vendors.Command{Do: vendors.Receive, Reference: "2026/118", Amount: shekels(4_300)}},
		{at: "09:30", of: "invoice", by: divisionManager, do: vendors.Command{Do: vendors.Send}, refused: true},
		{at: "10:00", of: "invoice", by: divisionManager, do: vendors.Command{Do: vendors.Examine}},
		{at: "10:05", of: "invoice", by: divisionManager, do: vendors.Command{Do: vendors.Sign}, refused: true},
		{at: "10:10", of: "invoice", by: divisionManager, do: vendors.Command{Do: vendors.Dispute, Reason: "the second visit was the vendor's own fault"}},
		{at: "2026-04-14 11:00", of: "invoice", by: divisionManager, do: vendors.Command{Do: vendors.Settle, Reason: "the vendor waives it"}},
		{at: "11:05", of: "invoice", by: divisionManager, do: vendors.Command{Do: vendors.Examine, Amount: shekels(3_900), Text: "without the second visit"}},
		{at: "11:10", of: "invoice", by: divisionManager, do: vendors.Command{Do: vendors.Sign}},
		{at: "11:15", of: "invoice", by: divisionManager, do: vendors.Command{Do: vendors.Send}},
		{at: "2026-04-20 10:00", of: "invoice", by: councilTreasury, do: vendors.Command{Do: vendors.Pay, Amount: shekels(2_000), Reference: "P-1"}},
		{at: "2026-05-20 10:00", of: "invoice", by: councilTreasury, do: vendors.Command{Do: vendors.Pay, Amount: shekels(2_000), Reference: "P-2"}, refused: true},
		{at: "10:05", of: "invoice", by: councilTreasury, do: vendors.Command{Do: vendors.Pay, Amount: shekels(1_900), Reference: "P-2"}},
	}
}

func shekels(n int64) townclerk.Money { return townclerk.Money{Minor: 100 * n, Currency: "ILS"} }

// telephoned tells the story by the telephone procedure, and then what the year has cost.
func telephoned(ctx context.Context, s scene) error {
	t := affair{diary: diary{scene: s}, store: s.stores.Vendors(), ids: map[string]vendors.ID{}}
	var err error
	if t.policy, err = openPolicy("telephony", "vendors.toml", vendors.Parse); err != nil {
		return err
	}
	n := 0
	t.office = vendors.NewOffice(t.store, t.policy, vendors.Config{
		Now:   func() time.Time { return t.now },
		NewID: func() vendors.ID { n++; return vendors.ID(fmt.Sprint("V", n)) },
	})
	t.headline(t.policy.Name(), aboutVendors)
	if t.now, err = t.parse("2026-01-11 09:00"); err != nil {
		return err
	}
	for _, c := range t.policy.Contracts() {
		if _, err := t.office.Conclude(ctx, t.tenant, divisionManager, c); err != nil {
			return err
		}
		t.ids[string(c.ID)] = c.ID
	}
	if err := t.news(ctx, t.store, t.event); err != nil {
		return err
	}
	for i, d := range silentTelephone() {
		if err := t.deed(ctx, d); err != nil {
			return fmt.Errorf("telephony: deed %d, at %s: %w", i+1, d.at, err)
		}
	}
	return t.cost(ctx, "lines-2026", 2026)
}

func (t *affair) parse(at string) (time.Time, error) { return t.time(at, t.policy.Promises().Zone()) }

// deed lets the time pass until a deed, with all that falls due, and then the deed happen.
func (t *affair) deed(ctx context.Context, d deed) error {
	at, err := t.parse(d.at)
	if err != nil {
		return err
	}
	if _, err := t.office.Sweep(ctx, t.tenant, at); err != nil {
		return err
	}
	if t.now = at; d.do.Do == vendors.Receive {
		d.do.Contract = t.ids["lines-2026"]
	}
	id := t.ids[d.of]
	switch {
	case d.do.Do == vendors.Owe:
		var call vendors.Call
		call, err = t.office.Owe(ctx, t.tenant, d.by, d.do)
		t.ids[d.of] = call.ID
	case d.do.Do == vendors.Receive:
		var v vendors.Invoice
		v, err = t.office.Receive(ctx, t.tenant, d.by, d.do)
		t.ids[d.of] = v.ID
	case d.year != 0:
		_, err = t.office.DoFrame(ctx, t.tenant, id, d.year, d.by, d.do)
	case d.of == "invoice":
		_, err = t.office.DoInvoice(ctx, t.tenant, id, d.by, d.do)
	default:
		_, err = t.office.DoCall(ctx, t.tenant, id, d.by, d.do)
	}
	switch {
	case err == nil && d.refused:
		return errors.New("it should have been refused")
	case err != nil && d.refused:
		t.line(string(d.by.Actor) + " is refused: " + because(err))
	case err != nil:
		return err
	}
	return t.news(ctx, t.store, t.event)
}

// event prints what happened, and how the promise stands that it keeps or breaks.
func (t *affair) event(ctx context.Context, e townclerk.Event) error {
	data, err := vendors.ReadData(e)
	if err != nil {
		return err
	}
	if text := t.happened(e.Kind, &data); text != "" {
		t.line(text)
	}
	if e.Kind == "vendors.call-opened" || e.Kind == "vendors.frame-set" {
		return t.kept(ctx, e)
	}
	return nil
}

// happened says in a few words what an event was; of what is planned, nothing.
func (t *affair) happened(kind string, d *vendors.Data) string {
	c := d.Command
	switch strings.TrimPrefix(kind, "vendors.") {
	case "contract-concluded":
		return "contract with " + t.policy.Title("vendors", c.Vendor, "en")
	case "frame-set":
		return fmt.Sprintf("the frame of the year is %v", c.Amount)
	case "frame-billed":
		return fmt.Sprintf("%v of the frame are committed", c.Amount)
	case "call-owed":
		return fmt.Sprintf("%s: %s", t.policy.Title("vendors", c.Vendor, "en"), c.Text)
	case "call-opened":
		return fmt.Sprintf("the call is opened: %s, %s", t.policy.Title("channels", c.Channel, "en"), c.Reference)
	case "call-acknowledged":
		return "the vendor has answered"
	case "call-arrived":
		return "the vendor is there"
	case "call-done":
		return "the vendor says: " + c.Text
	case "call-disputed", "invoice-disputed":
		return "disputed: " + c.Reason
	case "call-dealt":
		return "dealt with the vendor: " + c.Text
	case "call-verified":
		return "it is verified"
	case "invoice-received":
		return fmt.Sprintf("invoice %s comes, of %v", c.Reference, c.Amount)
	case "invoice-examined":
		return strings.TrimSuffix(fmt.Sprintf("examined: %v are due, %s", c.Amount, c.Text), ", ")
	case "invoice-signed":
		return "signed, and so approved"
	case "invoice-sent":
		return "sent to the treasury"
	case "invoice-paid":
		return fmt.Sprintf("%v are paid", c.Amount)
	case "invoice-settled":
		return "settled: " + c.Reason
	}
	return ""
}

// kept prints whether the promise was kept that the event meets.
func (t *affair) kept(ctx context.Context, e townclerk.Event) error {
	timeline, err := t.timeline(ctx, e)
	if err != nil {
		return err
	}
	a, err := t.policy.Assess(timeline, t.now)
	if err != nil {
		return err
	}
	for i := range a.Clocks {
		c := &a.Clocks[i]
		if c.State == sla.Met {
			due := c.Due.In(t.policy.Promises().Zone())
			text := fmt.Sprintf("kept: %s, due by %s", c.Target.Metric, due.Format("Monday 15:04"))
			if due.Format(time.DateOnly) != t.now.Format(time.DateOnly) {
				text = fmt.Sprintf("kept: %s, due by %s", c.Target.Metric, stamp(due))
			}
			t.below(c.State, text)
		}
	}
	return nil
}

func (t *affair) timeline(ctx context.Context, e townclerk.Event) (sla.Timeline, error) {
	if strings.HasPrefix(e.Kind, "vendors.frame") {
		f, err := t.store.Frames().Get(ctx, t.tenant, e.Aggregate)
		return f.Timeline(), err
	}
	call, err := t.store.Calls().Get(ctx, t.tenant, e.Aggregate)
	return call.Timeline(), err
}

// cost prints what a contract's year has cost so far.
func (t *affair) cost(ctx context.Context, contract string, year int) error {
	c, err := t.store.Contracts().Get(ctx, t.tenant, contract)
	if err != nil {
		return err
	}
	f, err := t.store.Frames().Get(ctx, t.tenant, string(vendors.FrameID(c.ID, year)))
	if err != nil {
		return err
	}
	t.line(fmt.Sprintf("what %s has cost in %d", t.policy.Title("vendors", c.Vendor, "en"), year))
	for v, err := range townclerk.All(func(after string) (townclerk.Page[vendors.Invoice], error) {
		return t.store.Invoices().List(ctx, t.tenant, vendors.Query{Contract: c.ID, Year: year, After: after})
	}) {
		if err != nil {
			return err
		}
		t.below("", fmt.Sprintf("invoice %s: asked %v, approved %v, paid %v", v.Reference, v.Amount, v.Due, v.Paid))
	}
	committed, err := f.Committed()
	if err != nil {
		return err
	}
	t.below("", fmt.Sprintf("of the frame of %v, %v are committed", f.Amount, committed))
	return nil
}
