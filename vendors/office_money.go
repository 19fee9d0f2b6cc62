package vendors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
)

// plan makes what comes round in a contract by now, and stores up to when that was done
// together with what the contract owes. What is there already stays as it is.
func (o *Office) plan(ctx context.Context, tenant townclerk.Tenant, t *Contract, now time.Time) (Contract, error) {
	due, _ := o.policy.comings(t, t.Planned, now)
	for _, x := range due {
		if err := o.planOne(ctx, tenant, t, x, now); err != nil {
			return Contract{}, err
		}
	}
	return change(ctx, o, o.contracts, tenant, t.ID, t, now, func(c Contract) (Contract, []townclerk.Event, error) {
		// An amendment that came between may bring more: that is for the next time.
		if c.Planned.Before(now) && c.Version == t.Version {
			c.Planned = now
		}
		return c, nil, nil
	})
}

// planSoon plans what comes round in a contract that is stored. What fails is left to the
// next sweep: whoever asked for it must not do so twice.
func (o *Office) planSoon(ctx context.Context, tenant townclerk.Tenant, t Contract) Contract {
	planned, err := o.plan(ctx, tenant, &t, o.now())
	if err != nil {
		o.cfg.Log.WarnContext(ctx, "what a contract brings is left to the next sweep", "tenant", string(tenant), "contract", string(t.ID), "error", err)
		return t
	}
	return planned
}

func (o *Office) planOne(ctx context.Context, tenant townclerk.Tenant, t *Contract, x coming, now time.Time) error {
	if x.review != "" {
		_, err := create(ctx, o, o.reviews, tenant, func(Review) (Review, []townclerk.Event, error) {
			return o.policy.doReview(Review{Record: Record{State: New}}, t, Command{Do: plan, At: x.at, Recorded: now, Subject: x.review})
		})
		return unlessThere(err)
	}
	if _, err := create(ctx, o, o.frames, tenant, o.frameOf(t, x.year, now)); unlessThere(err) != nil {
		return err
	}
	if o.policy.addressee == "" {
		return nil
	}
	_, err := create(ctx, o, o.usages, tenant, o.usageOf(t, x.year, now))
	return unlessThere(err)
}

func unlessThere(err error) error {
	if errors.Is(err, townclerk.ErrExists) {
		return nil
	}
	return err
}

// planned returns when a contract's year is planned: as it begins, or the contract does;
// or now, if that is earlier.
func (p *Policy) planned(t *Contract, year int, now time.Time) time.Time {
	at, ok := t.firstIn(p.Year(year))
	if !ok || at.After(now) {
		return now
	}
	return at
}

// frameOf returns what plans the frame of a contract's year.
func (o *Office) frameOf(t *Contract, year int, now time.Time) deciding[Frame] {
	return func(Frame) (Frame, []townclerk.Event, error) {
		return o.policy.doFrame(Frame{Record: Record{State: New}}, t, Command{Do: plan, At: o.policy.planned(t, year, now), Recorded: now, Year: year})
	}
}

// usageOf returns what plans the usage of a contract's year.
func (o *Office) usageOf(t *Contract, year int, now time.Time) deciding[Usage] {
	return func(Usage) (Usage, []townclerk.Event, error) {
		return o.policy.doUsage(Usage{Record: Record{State: New}}, t, Command{Do: plan, At: o.policy.planned(t, year, now), Recorded: now, Year: year})
	}
}

// planAnd carries out a command on what a contract has for a year. If that is not planned
// yet, it is planned by the same write, so that a command which is refused leaves nothing.
func planAnd[T any](ctx context.Context, o *Office, k kept[T], tenant townclerk.Tenant, id ID, plan, decide deciding[T]) (T, error) {
	t, err := change(ctx, o, k, tenant, id, nil, time.Time{}, decide)
	if !errors.Is(err, townclerk.ErrNotFound) {
		return t, err
	}
	t, err = create(ctx, o, k, tenant, func(t T) (T, []townclerk.Event, error) {
		t, events, err := plan(t)
		if err != nil {
			return t, nil, err
		}
		t, more, err := decide(t)
		return t, append(events, more...), err
	})
	if errors.Is(err, townclerk.ErrExists) { // somebody else was faster
		return change(ctx, o, k, tenant, id, nil, time.Time{}, decide)
	}
	return t, err
}

// nextPlan returns when something comes round in a contract.
func (p *Policy) nextPlan(t *Contract) time.Time {
	due, next := p.comings(t, t.Planned, t.Planned)
	if len(due) > 0 {
		return due[0].at // which cannot be, as nothing comes both after and by an instant
	}
	return next
}

// yearOf checks that a contract was agreed for a fiscal year.
func (o *Office) yearOf(ctx context.Context, tenant townclerk.Tenant, contract ID, year int) (Contract, error) {
	t, err := o.store.Contracts().Get(ctx, tenant, string(contract))
	if err != nil {
		return Contract{}, err
	}
	if !o.policy.inYear(&t, year) {
		return Contract{}, fmt.Errorf("contract %s: it is in force in no part of the fiscal year %d", t.name(), year)
	}
	return t, nil
}

// DoFrame carries out a command on the frame of a contract's fiscal year: SetFrame,
// Commit or Release. A year that has not begun can have a frame, too.
func (o *Office) DoFrame(ctx context.Context, tenant townclerk.Tenant, contract ID, year int, who Who, c Command) (Frame, error) {
	t, err := o.yearOf(ctx, tenant, contract, year)
	if err != nil {
		return Frame{}, err
	}
	id := FrameID(contract, year)
	if c.Do == plan || c.Do == bill {
		return Frame{}, fmt.Errorf("frame %s: cannot %s: %w", id, c.Do, townclerk.ErrForbidden)
	}
	return planAnd(ctx, o, o.frames, tenant, id, o.frameOf(&t, year, o.now()), func(f Frame) (Frame, []townclerk.Event, error) {
		return o.policy.doFrame(f, &t, o.command(who, c))
	})
}

// DoUsage carries out a command on the usage of a contract's year: Count or Present.
func (o *Office) DoUsage(ctx context.Context, tenant townclerk.Tenant, contract ID, year int, who Who, c Command) (Usage, error) {
	t, err := o.yearOf(ctx, tenant, contract, year)
	if err != nil {
		return Usage{}, err
	}
	return planAnd(ctx, o, o.usages, tenant, UsageID(contract, year), o.usageOf(&t, year, o.now()), func(u Usage) (Usage, []townclerk.Event, error) {
		return o.policy.doUsage(u, &t, o.command(who, c))
	})
}

// DoReview carries out a command on a review: Judge.
func (o *Office) DoReview(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, c Command) (Review, error) {
	return change(ctx, o, o.reviews, tenant, id, nil, time.Time{}, func(r Review) (Review, []townclerk.Event, error) {
		return o.policy.doReview(r, nil, o.command(who, c))
	})
}

// Receive enters an invoice: the command says Contract, Reference, Amount, Dated, Year
// and Text. If the vendor's number is entered already and not rejected, the error wraps
// [townclerk.ErrExists].
func (o *Office) Receive(ctx context.Context, tenant townclerk.Tenant, who Who, c Command) (Invoice, error) {
	c.Do = Receive
	t, err := o.store.Contracts().Get(ctx, tenant, string(c.Contract))
	if err != nil {
		return Invoice{}, err
	}
	v, err := create(ctx, o, o.invoices, tenant, func(Invoice) (Invoice, []townclerk.Event, error) {
		return o.policy.doInvoice(Invoice{Record: Record{ID: o.cfg.NewID(), State: New}}, &t, o.command(who, c))
	})
	if errors.Is(err, townclerk.ErrExists) {
		err = fmt.Errorf("invoice %q of %s is entered already: %w", c.Reference, t.Vendor, err)
	}
	return v, err
}

// DoInvoice carries out a command on an invoice. Its last signature commits what is due
// against the frame of its year, before it counts; a dispute gives that back.
//
// Two aggregates are written then, one after the other. The frame's commitment stays
// tentative until the invoice was seen to be approved, here or, if the program stopped
// in between, by a sweep: so that nothing is approved without being committed, and
// nothing stays committed that is not approved.
func (o *Office) DoInvoice(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, c Command) (Invoice, error) {
	var touched ID // the frame
	v, err := change(ctx, o, o.invoices, tenant, id, nil, time.Time{}, func(v Invoice) (Invoice, []townclerk.Event, error) {
		t, err := o.store.Contracts().Get(ctx, tenant, string(v.Contract))
		if err != nil {
			return Invoice{}, nil, err
		}
		command := o.command(who, c)
		next, events, err := o.policy.doInvoice(v, &t, command)
		if err != nil {
			return Invoice{}, nil, err
		}
		switch {
		case next.State == Approved && v.State == Examined:
			touched = FrameID(t.ID, v.Year)
			err = o.bill(ctx, tenant, &t, &v, &next, command)
		case next.State == Disputed && (v.State == Approved || v.State == Sent):
			touched = FrameID(t.ID, v.Year)
			err = o.doubt(ctx, tenant, touched, &v)
		}
		return next, events, err
	})
	if touched != "" {
		if _, err2 := o.reconcileNow(ctx, tenant, touched, id); err2 != nil {
			o.cfg.Log.WarnContext(ctx, "a frame is left to the next sweep", "tenant", string(tenant), "frame", string(touched), "error", err2)
		}
	}
	return v, err
}

// bill commits what is due of an invoice to the frame of its year.
func (o *Office) bill(ctx context.Context, tenant townclerk.Tenant, t *Contract, read, next *Invoice, c Command) error {
	c.Do, c.Contract, c.Amount, c.Excess, c.Text, c.Reference = bill, read.ID, next.Due, "", "", ""
	_, err := planAnd(ctx, o, o.frames, tenant, FrameID(t.ID, read.Year), o.frameOf(t, read.Year, o.now()), func(f Frame) (Frame, []townclerk.Event, error) {
		c := c
		if c.At.Before(f.Began) {
			c.At = c.Recorded // the signature lies before the frame was planned
		}
		return o.policy.billFrame(f, t, c, read.Version, next.Excess)
	})
	if err != nil {
		return fmt.Errorf("invoice %s: %w", read.name(), err)
	}
	return nil
}

func (p *Policy) billFrame(f Frame, t *Contract, c Command, version int64, granted *Exception) (Frame, []townclerk.Event, error) {
	f.Record, f.Commitments = cloneRecord(f.Record), slices.Clone(f.Commitments)
	d := &decision{p: p, k: frames, r: &f.Record, c: &c, frame: &f, granted: granted, version: version}
	d.under(t)
	events, err := d.carryOut()
	return f, events, err
}

// doubt makes the commitment to an invoice tentative, before it is disputed.
func (o *Office) doubt(ctx context.Context, tenant townclerk.Tenant, frame ID, v *Invoice) error {
	_, err := change(ctx, o, o.frames, tenant, frame, nil, time.Time{}, func(f Frame) (Frame, []townclerk.Event, error) {
		f.Commitments = slices.Clone(f.Commitments)
		for i := range f.Commitments {
			if c := &f.Commitments[i]; c.Invoice == v.ID && c.Released.IsZero() {
				c.Tentative, c.Version = true, v.Version
			}
		}
		return f, nil, nil
	})
	return err
}

func (o *Office) reconcileNow(ctx context.Context, tenant townclerk.Tenant, frame, invoice ID) (Frame, error) {
	f, err := o.store.Frames().Get(ctx, tenant, string(frame))
	if err != nil {
		return Frame{}, err
	}
	return o.reconcile(ctx, tenant, &f, invoice, o.now())
}

// reconcile confirms the tentative commitments of invoices that are approved, and
// releases those of others: of one invoice, or of all if it is empty.
func (o *Office) reconcile(ctx context.Context, tenant townclerk.Tenant, f *Frame, invoice ID, now time.Time) (Frame, error) {
	return change(ctx, o, o.frames, tenant, f.ID, f, now, func(f Frame) (Frame, []townclerk.Event, error) {
		f.Record, f.Commitments = cloneRecord(f.Record), slices.Clone(f.Commitments)
		var events []townclerk.Event
		for i := range f.Commitments {
			c := &f.Commitments[i]
			if !c.Tentative || !c.Released.IsZero() || invoice != "" && c.Invoice != invoice {
				continue
			}
			stands, err := o.stands(ctx, tenant, c)
			if err != nil {
				return Frame{}, nil, err
			}
			c.Tentative = false
			if stands {
				continue
			}
			if f.Recorded = now; now.Before(f.latest()) {
				f.Recorded = f.latest()
			}
			c.Released = f.Recorded
			events = append(events, newEvent(&f.Record, frames.name+"-"+frames.happened[Release], f.Recorded, f.Recorded, "", Data{
				From: f.State, To: f.State, Command: &Command{Contract: c.Invoice, Amount: c.Amount, Reason: "the invoice is not approved"},
			}))
		}
		return f, events, nil
	})
}

// stands reports whether the invoice of a commitment is approved. If it is not, and was
// not written since the commitment was made, whoever made it may be about to write it:
// writing it here makes that fail, so that it is decided anew.
func (o *Office) stands(ctx context.Context, tenant townclerk.Tenant, c *Commitment) (bool, error) {
	v, err := o.store.Invoices().Get(ctx, tenant, string(c.Invoice))
	if err != nil {
		return false, err
	}
	if v.Version == c.Version {
		if _, err := o.store.Invoices().Put(ctx, tenant, v); err != nil {
			return false, err
		}
	}
	return v.State == Approved || v.State == Sent || v.State == Paid, nil
}

// nextDoubt returns when a tentative commitment is looked at.
func (f *Frame) nextDoubt() time.Time {
	var next time.Time
	for i := range f.Commitments {
		if c := &f.Commitments[i]; c.Tentative && c.Released.IsZero() {
			next = f.Recorded.Add(time.Minute)
		}
	}
	return next
}
