package kpi

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Outage is a time in which a system did not serve.
type Outage struct {
	ID   string // of what shows it, such as the protocol of the repair
	From time.Time
	To   time.Time // zero: it lasts
}

// Availability returns how long systems served in the office hours of a period, of how
// long those are, in nanoseconds (KA-12). Outages count as one where they overlap, and
// only as far as they lie within office hours: an hour of 2000 hours is 1999 of
// 2000, which is 99.95 % and no 100 %. Without outages it is all of it, exactly.
//
// The outages come in the order of From; one that does not is an error, as is one that
// ends before it begins. So they are read once, and take no memory. The evidence is
// the ids of those that took office hours.
//
// If the calendar does not cover the period, the error wraps [worktime.ErrNotCovered].
func Availability(calendar *worktime.Calendar, in townclerk.Period, outages iter.Seq2[Outage, error]) (Count, error) {
	if calendar == nil || in.To.Before(in.From) {
		return Count{}, errors.New("availability is that of a calendar in a period; one of them is none")
	}
	whole, err := calendar.Between(in.From, in.To)
	if err != nil {
		return Count{}, err
	}
	c := Count{N: int64(whole), D: int64(whole)}
	until := in.From // up to where outages are counted
	var last time.Time
	for o, err := range outages {
		if err != nil {
			return Count{}, err
		}
		if err := o.check(last); err != nil {
			return Count{}, err
		}
		last = o.From
		from, to := later(o.From, until), o.To
		if to.IsZero() || to.After(in.To) {
			to = in.To
		}
		if !from.Before(to) {
			continue
		}
		down, err := calendar.Between(from, to)
		if err != nil {
			return Count{}, err
		}
		if until = to; down > 0 {
			c.N -= int64(down)
			c.shown(o.ID)
		}
	}
	return c, nil
}

func (o *Outage) check(last time.Time) error {
	switch {
	case o.From.Before(last):
		return fmt.Errorf("outage %s began at %s, before the one that came before it, at %s; put them in the order of From", o.ID, service.Stamp(o.From), service.Stamp(last))
	case !o.To.IsZero() && o.To.Before(o.From):
		return fmt.Errorf("outage %s ended at %s, before it began, at %s", o.ID, service.Stamp(o.To), service.Stamp(o.From))
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
