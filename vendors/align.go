package vendors

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Alignment is a promise of ours beside what a vendor promises for it: by one
// agreement of a contract, for as long as that is in force, or by default.
type Alignment struct {
	*sla.Alignment
	Contract *Contract // nil: what holds where none is in force
}

// Align compares each promise of ours that a vendor's stands behind with that, for all
// starts in [from, to): first by default, as if no contract were in force, then by each
// agreement of the contracts, in its time, that promises the metric of either, for the
// service that tickets mean and calls of which nothing is said. [sla.Policy.Align] says
// what is compared, and [Unkept] what cannot be kept.
//
// An agreement counts as if it stayed in force: a ticket that is handed over after its
// end has what is in force then.
func (p *Policy) Align(contracts []Contract, from, to time.Time) ([]Alignment, error) {
	usual, err := p.promises.Align(from, to)
	if err != nil {
		return nil, err
	}
	var all []Alignment
	for _, a := range usual {
		all = append(all, Alignment{a, nil})
	}
	for i := range contracts {
		c := &contracts[i]
		for j := range c.Agreed {
			first, last := c.between(j, from, to)
			if !first.Before(last) || p.tickets[c.Vendor] != "" && !c.Covers(p.tickets[c.Vendor], first) {
				continue
			}
			agreed, err := p.promises.Align(first, last, c.Terms(first, p.severity)...)
			if err != nil {
				return nil, fmt.Errorf("contract %s: %w", c.name(), err)
			}
			for _, a := range agreed {
				if a.Terms != nil || a.OurTerms != nil {
					all = append(all, Alignment{a, c})
				}
			}
		}
	}
	return all, nil
}

// between returns from when and before when an agreement is in force within a span;
// from is not before to where it never is.
func (c *Contract) between(i int, from, to time.Time) (first, last time.Time) {
	a := &c.Agreed[i]
	first, last = from, to
	if a.From.After(first) {
		first = a.From
	}
	ends := []time.Time{a.To}
	if i+1 < len(c.Agreed) {
		ends = append(ends, c.Agreed[i+1].From)
	}
	for _, end := range ends {
		if !end.IsZero() && end.Before(last) {
			last = end
		}
	}
	return first, last
}

// Unkept returns what nothing among the alignments keeps: for each promise of ours, and
// each of the vendor's behind it, the alignment by which most of the time can be kept,
// if that is not all of it. Where contracts promise something, what holds without them
// does not count.
func Unkept(all []Alignment) []Alignment {
	var best []Alignment
	for _, a := range all {
		i := slices.IndexFunc(best, func(b Alignment) bool { return b.Target == a.Target && b.Vendor == a.Vendor && b.For == a.For })
		switch {
		case i < 0:
			best = append(best, a)
		case best[i].Contract == nil || unkept(a).Cmp(unkept(best[i])) < 0:
			best[i] = a
		}
	}
	return slices.DeleteFunc(best, func(a Alignment) bool { return unkept(a).N == 0 })
}

func unkept(a Alignment) townclerk.Ratio { return a.Share(sla.FitLost, sla.FitTight) }

// OpenTicket is a ticket, or anything else about which there are promises, that is open.
type OpenTicket struct {
	Timeline sla.Timeline
	Vendor   string // that has it, or will get it; empty: it is not known yet, so that the default counts
}

// Lost is a promise about something open that the vendor's promise cannot keep any more:
// because it was handed over too late, or would be now.
type Lost struct {
	Ticket OpenTicket
	sla.Backing
}

// Lost returns, of what is open at now, the promises that are lost already, by our due
// time. inForce says what the contract with a vendor promises that is in force at now;
// it is asked once for each vendor. What has the vendor already is judged by the terms
// that were in force then.
//
// What cannot be judged does not hide the others: the error joins why.
func (p *Policy) Lost(open iter.Seq[OpenTicket], now time.Time, inForce func(vendor string) ([]sla.Terms, error)) ([]Lost, error) {
	var lost []Lost
	var wrong []error
	asked := map[string][]sla.Terms{}
	for o := range open {
		terms, known := asked[o.Vendor]
		if !known && o.Vendor != "" {
			var err error
			if terms, err = inForce(o.Vendor); err != nil {
				wrong = append(wrong, fmt.Errorf("timeline %s: %w", o.Timeline.ID, err))
				continue
			}
			asked[o.Vendor] = terms
		}
		backings, err := p.book.Backings(o.Timeline, now, terms...)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("timeline %s: %w", o.Timeline.ID, err))
		}
		for _, b := range backings {
			switch b.Fit {
			case sla.FitLost:
				lost = append(lost, Lost{o, b})
			case sla.FitUnknown:
				wrong = append(wrong, fmt.Errorf("timeline %s: when %s is due: %w", o.Timeline.ID, b.Vendor.ID, worktime.ErrNotCovered))
			}
		}
	}
	slices.SortStableFunc(lost, func(a, b Lost) int { return a.Clock.Due.Compare(b.Clock.Due) })
	return lost, errors.Join(wrong...)
}

// InForce returns what the contract with a vendor promises, of those given, that is in
// force at an instant for the service that tickets mean; nothing if none is. It is
// [Office.InForce] for contracts at hand.
func (p *Policy) InForce(contracts []Contract, vendor string, at time.Time) ([]sla.Terms, error) {
	service := p.tickets[vendor]
	var inForce []Contract
	for _, c := range contracts {
		if _, ok := c.At(at); ok && (vendor == "" || c.Vendor == vendor) && (service == "" || c.Covers(service, at)) {
			inForce = append(inForce, c)
		}
	}
	c, err := choose(asked(vendor, service), at, inForce)
	if c == nil || err != nil {
		return nil, err
	}
	return c.Terms(at, p.severity), nil
}

// Lost is [Policy.Lost] by the contracts of the store.
func (o *Office) Lost(ctx context.Context, tenant townclerk.Tenant, open iter.Seq[OpenTicket], now time.Time) ([]Lost, error) {
	return o.policy.Lost(open, now, func(vendor string) ([]sla.Terms, error) { return o.InForce(ctx, tenant, vendor, now) })
}
