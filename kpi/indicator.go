package kpi

import (
	"context"
	"fmt"
	"iter"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Comparator says on which side of a target's limit a ratio has to lie.
type Comparator string

// The comparators. A limit alone is no target.
const (
	AtLeast  Comparator = "at-least"
	AtMost   Comparator = "at-most"
	MoreThan Comparator = "more-than"
	LessThan Comparator = "less-than"
)

// Target is what an indicator is to reach.
type Target struct {
	Compare Comparator `json:"compare,omitzero"`
	N       int64      `json:"n,omitzero"` // the limit is N / D
	D       int64      `json:"d,omitzero"`
}

// Limit returns the limit as a ratio.
func (t Target) Limit() townclerk.Ratio { return townclerk.Ratio{N: t.N, D: t.D} }

// Holds reports whether a ratio meets the target. Nothing is rounded before they are
// compared. One whose D is 0 meets none.
func (t Target) Holds(r townclerk.Ratio) bool {
	if r.D == 0 {
		return false
	}
	c := r.Cmp(t.Limit())
	switch t.Compare {
	case AtLeast:
		return c >= 0
	case AtMost:
		return c <= 0
	case MoreThan:
		return c > 0
	case LessThan:
		return c < 0
	}
	return false
}

// Verdict returns [Met], [Missed] or, where r.D is 0, [NoData]; [Informed] if t is nil, as
// that of an indicator that only informs is.
func (t *Target) Verdict(r townclerk.Ratio) State {
	switch {
	case r.D == 0:
		return NoData
	case t == nil:
		return Informed
	case t.Holds(r):
		return Met
	}
	return Missed
}

// parseLimit reads "15 %", "99.95%" or "0.5", exactly.
func parseLimit(text string) (townclerk.Ratio, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	number = strings.TrimSpace(number)
	r, ok := new(big.Rat).SetString(number)
	if !ok || strings.Trim(number, "0123456789.") != "" {
		return townclerk.Ratio{}, fmt.Errorf("%q is not a limit; write a percentage such as \"15 %%\", or a number", text)
	}
	if percent {
		r.Quo(r, big.NewRat(100, 1))
	}
	if !r.Num().IsInt64() || !r.Denom().IsInt64() {
		return townclerk.Ratio{}, fmt.Errorf("%q is too long a number", text)
	}
	return townclerk.Ratio{N: r.Num().Int64(), D: r.Denom().Int64()}, nil
}

// Frequency is how often an indicator is measured.
type Frequency string

// The frequencies: periods are calendar months, quarters and years in the zone of the
// promises.
const (
	Monthly   Frequency = "month"
	Quarterly Frequency = "quarter"
	Yearly    Frequency = "year"
)

var months = map[Frequency]int{Monthly: 1, Quarterly: 3, Yearly: 12}

// Percent and Number are what an indicator can be measured in.
const (
	Percent = "%"
	Number  = "number"
)

// Indicator is what is measured, how often, and what it is to reach (KA-11). What it is
// called, and what is divided by what, [Policy.Title] and [Policy.Label] say.
type Indicator struct {
	ID        string
	Target    *Target // nil: it only informs
	Frequency Frequency
	Unit      string // of the organisation: one of the policy's
	In        string // [Percent] or [Number]
	Decimals  int    // with which it is printed; it is compared exactly
	Calendar  string // of the promises, against whose hours availability is measured; empty: none
	Promise   string // the target of the promises whose attainment it is; empty: none
}

// Indicator returns an indicator by its id.
func (p *Policy) Indicator(id string) (Indicator, bool) {
	in, ok := p.indicators[id]
	if ok && in.Target != nil {
		t := *in.Target
		in.Target = &t
	}
	return in, ok
}

// Period returns the period of an indicator in which an instant lies: the calendar
// month, quarter or year. The zero Period is that of an indicator that is not known.
func (p *Policy) Period(indicator string, at time.Time) townclerk.Period {
	in, ok := p.indicators[indicator]
	if !ok {
		return townclerk.Period{}
	}
	return p.calendarPeriod(at, months[in.Frequency])
}

// calendarPeriod returns so many calendar months, counted from January, around an instant.
func (p *Policy) calendarPeriod(at time.Time, n int) townclerk.Period {
	first := dateIn(at, p.zone())
	first.Day = 1
	first.Month -= (first.Month - 1) % time.Month(n)
	return townclerk.Period{From: p.start(first), To: p.start(addMonths(first, n))}
}

func (p *Policy) start(d worktime.Date) time.Time { return d.Start(p.zone()).UTC() }

// addMonths returns the first day of the month that is n months later.
func addMonths(d worktime.Date, n int) worktime.Date {
	m := d.Year*12 + int(d.Month) - 1 + n
	return worktime.Date{Year: m / 12, Month: time.Month(m%12 + 1), Day: 1}
}

// dateIn returns the date on which t lies in the zone.
func dateIn(t time.Time, zone *time.Location) worktime.Date {
	year, month, day := t.In(zone).Date()
	return worktime.Date{Year: year, Month: month, Day: day}
}

// Count is what an indicator came to, exactly, and what shows it.
type Count struct {
	N        int64    `json:"n,omitzero"`
	D        int64    `json:"d,omitzero"`         // 0: there was nothing to measure
	Evidence []string `json:"evidence,omitempty"` // ids of what was counted in N, such as protocols; the first hundred
	More     int64    `json:"more,omitempty"`     // how many more there are
}

// Ratio returns N / D.
func (c Count) Ratio() townclerk.Ratio { return townclerk.Ratio{N: c.N, D: c.D} }

// Source counts what an indicator asks for, in a period. It may be called again for the
// same period; then the count is of what is known by then.
type Source func(ctx context.Context, tenant townclerk.Tenant, in townclerk.Period) (Count, error)

// Counter is what an indicator counts in a stream of T, such as tickets.
type Counter[T any] struct {
	Indicator string

	// Counts returns what t adds to the numerator and to the denominator. It does not
	// keep t.
	Counts func(t *T) (n, d int64)

	// Evidence returns the id under which t shows what it added to the numerator;
	// nil, or empty: none.
	Evidence func(t *T) string
}

// evidence is how many ids a Count keeps.
const evidence = 100

// Tally counts what several indicators ask of one stream, which it reads once. Its
// memory does not grow with the stream. The first error of the stream ends it, as does
// a count that is too large to be written down.
func Tally[T any](stream iter.Seq2[T, error], counters ...Counter[T]) (map[string]Count, error) {
	counts := make([]Count, len(counters))
	var current T // that one address serves all
	for t, err := range stream {
		if err != nil {
			return nil, err
		}
		current = t
		for i := range counters {
			c := &counters[i]
			n, d := c.Counts(&current)
			if tooLarge(counts[i].N, n) || tooLarge(counts[i].D, d) {
				return nil, fmt.Errorf("indicator %s: the count is too large: more than %d", c.Indicator, math.MaxInt64)
			}
			counts[i].N += n
			counts[i].D += d
			if n != 0 && c.Evidence != nil {
				counts[i].shown(c.Evidence(&current))
			}
		}
	}
	all := make(map[string]Count, len(counters))
	for i := range counters {
		c := &counters[i]
		sum, err := all[c.Indicator].Plus(counts[i])
		if err != nil {
			return nil, fmt.Errorf("indicator %s: %w", c.Indicator, err)
		}
		all[c.Indicator] = sum
	}
	return all, nil
}

// tooLarge reports whether a sum is none that an int64 can hold.
func tooLarge(a, b int64) bool { return b > 0 && a > math.MaxInt64-b || b < 0 && a < math.MinInt64-b }

// shown notes an id as evidence.
func (c *Count) shown(id string) {
	switch {
	case id == "":
	case len(c.Evidence) < evidence:
		c.Evidence = append(c.Evidence, id)
	default:
		c.More++
	}
}

// Plus returns both counts together, as where the numerator of an indicator is counted
// in one stream and its denominator in another, or the availability of many systems. A
// sum that is too large to be written down is an error.
func (c Count) Plus(d Count) (Count, error) {
	if tooLarge(c.N, d.N) || tooLarge(c.D, d.D) {
		return Count{}, fmt.Errorf("the count is too large: more than %d", math.MaxInt64)
	}
	sum := Count{N: c.N + d.N, D: c.D + d.D, Evidence: slices.Clone(c.Evidence), More: c.More + d.More}
	for _, id := range d.Evidence {
		sum.shown(id)
	}
	return sum, nil
}
