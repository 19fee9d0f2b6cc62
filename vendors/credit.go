package vendors

import (
	"cmp"
	"fmt"
	"iter"
	"math/big"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Credits is what a vendor owes for the targets that it missed in a fiscal year, as the
// contract says.
type Credits struct {
	Contract ID
	Year     int
	Lines    []CreditLine    // in the order in which they were due
	Sum      townclerk.Money // of the lines
	Total    townclerk.Money // that is owed: no more than what the contract caps a year at
}

// CreditLine is the credit for one target of one call.
type CreditLine struct {
	Call   ID
	Number string
	Target string // the id in sla.toml
	Due    time.Time
	Ended  time.Time     // when it was met; zero: it is not yet, and late until now
	Late   time.Duration // on the calendar on which the vendor promised it; not while it was said to be done
	Amount townclerk.Money
	Capped bool // it would be more, without the cap for one target of one call
}

// Credits works out what the vendor owes under a contract for the calls that were opened
// in a fiscal year, as of now. Calls under other contracts or of other years are skipped;
// an error of the sequence comes back.
//
// What is begun of a time counts in full. A share of the fee is that of the fee when the
// call was opened, rounded down to the smallest unit, for each such time; of several agreements in a year the
// last caps it.
func (p *Policy) Credits(c Contract, year int, calls iter.Seq2[Call, error], now time.Time) (Credits, error) {
	from, to := p.Year(year)
	period := townclerk.Period{From: from, To: to}
	currency := c.Agreed[0].Currency
	credits := Credits{Contract: c.ID, Year: year, Sum: townclerk.Money{Currency: currency}}
	for call, err := range calls {
		if err != nil {
			return Credits{}, err
		}
		if call.Contract != c.ID || !period.Contains(call.Opened) {
			continue
		}
		lines, err := p.credits(&c, &call, now)
		if err != nil {
			return Credits{}, fmt.Errorf("call %s: %w", call.name(), err)
		}
		credits.Lines = append(credits.Lines, lines...)
	}
	slices.SortStableFunc(credits.Lines, func(a, b CreditLine) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Call, b.Call)) })
	var err error
	for _, l := range credits.Lines {
		if credits.Sum, err = credits.Sum.Add(l.Amount); err != nil {
			return Credits{}, err
		}
	}
	credits.Total = credits.Sum
	if most := c.most(to); most.Currency == currency && most.Minor < credits.Sum.Minor {
		credits.Total = most
	}
	return credits, nil
}

// most returns the cap of the last agreement that came into force before an instant.
func (c *Contract) most(before time.Time) townclerk.Money {
	for i := len(c.Agreed) - 1; i >= 0; i-- {
		if c.Agreed[i].From.Before(before) {
			return c.Agreed[i].Most
		}
	}
	return townclerk.Money{}
}

func (p *Policy) credits(c *Contract, call *Call, now time.Time) ([]CreditLine, error) {
	agreed, ok := c.At(call.Opened)
	if !ok {
		return nil, nil
	}
	a, err := p.Assess(call.Timeline(), now)
	if err != nil {
		return nil, err
	}
	promises, err := p.book.For(call.Timeline())
	if err != nil {
		return nil, err
	}
	var lines []CreditLine
	for i := range a.Clocks {
		clock := &a.Clocks[i]
		if clock.Target.Kind != sla.Contract || clock.Breached.IsZero() {
			continue
		}
		targets := agreed.targets(call.Severity)
		n := slices.IndexFunc(targets, func(t Target) bool { return t.Metric == clock.Target.Metric })
		if n < 0 || targets[n].Credit == nil {
			continue
		}
		until := clock.Ended
		if until.IsZero() {
			until = now
		}
		late, err := call.late(clock, until, promises.Calendar(targets[n].Calendar))
		if err != nil {
			return nil, err
		}
		line := CreditLine{Call: call.ID, Number: call.Number, Target: clock.Target.ID, Due: clock.Due.UTC(), Late: late}
		if !clock.Ended.IsZero() {
			line.Ended = clock.Ended.UTC()
		}
		if line.Amount, line.Capped, err = targets[n].Credit.amount(agreed.Fee, late); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// late returns how late a target was met, or is, on a calendar; nil: as time goes by. From
// when the vendor said that the call was done until we found that it was not, the vendor
// had nothing to do, and is not late.
func (c *Call) late(clock *sla.Clock, until time.Time, on *worktime.Calendar) (time.Duration, error) {
	between := func(from, to time.Time) (time.Duration, error) {
		if on == nil {
			return to.Sub(from), nil
		}
		return on.Between(from, to)
	}
	late, err := between(clock.Due, until)
	if err != nil || !slices.Contains(clock.Target.Traits().Meets, done) {
		return late, err
	}
	var said time.Time // since when it is said to be done
	for i := range c.Log {
		switch e := &c.Log[i]; {
		case e.Kind == done:
			said = e.At
		case e.Kind == sla.Reopened && !e.At.After(until) && clock.Due.Before(e.At):
			waited, err := between(maxTime(said, clock.Due), e.At)
			if err != nil {
				return 0, err
			}
			late -= waited
		}
	}
	return late, nil
}

// amount returns the credit for being late by so much, and whether that is its cap.
func (c *Credit) amount(fee townclerk.Money, late time.Duration) (m townclerk.Money, capped bool, err error) {
	once, currency := big.NewInt(c.Amount.Minor), c.Amount.Currency
	if c.Share != 0 {
		currency = fee.Currency
		once.Mul(big.NewInt(fee.Minor), big.NewInt(c.Share))
		once.Quo(once, big.NewInt(wholeFee)) // neither is negative, so it is rounded down
	}
	if c.Per > 0 {
		begun := late / c.Per
		if late%c.Per > 0 || begun == 0 {
			begun++
		}
		once.Mul(once, big.NewInt(int64(begun)))
	}
	if c.Most.Minor > 0 && once.Cmp(big.NewInt(c.Most.Minor)) > 0 {
		return c.Most, true, nil
	}
	if !once.IsInt64() {
		return townclerk.Money{}, false, fmt.Errorf("the credit of %s minor units of %s is out of range", once, currency)
	}
	return townclerk.Money{Minor: once.Int64(), Currency: currency}, false, nil
}
