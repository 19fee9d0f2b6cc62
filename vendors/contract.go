package vendors

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Contract is what was agreed with a vendor, and how that changed.
type Contract struct {
	Record

	Vendor    string `json:"vendor,omitzero"`
	Subject   string `json:"subject,omitzero"`
	Reference string `json:"reference,omitzero"` // of the paper: the tender's number, the file
	Rank      int    `json:"rank,omitzero"`      // of several in force for a service at once, the highest counts

	// Agreed is the contract as it was signed and then as each amendment put it, in
	// the order in which they come into force. There is one at least.
	Agreed []Agreement `json:"agreed,omitzero"`

	Rules    []Rules   `json:"rules,omitzero"`    // for the work with the vendor, in the order in which they were set
	Dealings []Dealing `json:"dealings,omitzero"` // with the vendor, outside calls
	Notices  []Notice  `json:"notices,omitzero"`  // the dates by which notice has to be given, in the order in which they were set
	Planned  time.Time `json:"planned,omitzero"`  // up to when its years and reviews were planned
}

// Notice is a date by which it has to be decided whether notice is given. Another
// agreement may set another date; the promises count on each for itself.
type Notice struct {
	By      time.Time   `json:"by,omitzero"`
	Decided time.Time   `json:"decided,omitzero"` // when it was decided; else zero
	Void    time.Time   `json:"void,omitzero"`    // when another date took its place; else zero
	Outcome string      `json:"outcome,omitzero"` // what was decided
	Log     []sla.Event `json:"log,omitzero"`
}

// Timelines returns what happened for [Policy.Assess]: the contract's own timeline, then
// one for each of its notices. They share memory with c.
func (c *Contract) Timelines() []sla.Timeline {
	all := []sla.Timeline{c.Timeline()}
	for i := range c.Notices {
		all = append(all, sla.Timeline{ID: fmt.Sprintf("%s/notice/%d", c.ID, i+1), Events: c.Notices[i].Log, Edition: c.Edition})
	}
	return all
}

// Agreement is all that a contract says from one instant on, until it ends or the
// next agreement takes its place.
type Agreement struct {
	From     time.Time       `json:"from,omitzero"`   // in force from this instant
	To       time.Time       `json:"to,omitzero"`     // and before this one; zero: the end is open
	Notice   time.Time       `json:"notice,omitzero"` // by when notice has to be given; zero: when it ends
	Services []string        `json:"services,omitempty"`
	Official string          `json:"official,omitempty"` // the role that is the official contact: TE-06
	Calendar string          `json:"calendar,omitempty"` // the hours in which the vendor serves: a calendar of sla.toml, or [sla.Elapsed]
	Currency string          `json:"currency,omitempty"` // of all that is paid
	Fee      townclerk.Money `json:"fee,omitzero"`       // for a month, of which credits are shares; zero: there is none
	Targets  []Target        `json:"targets,omitempty"`
	Terms    []Term          `json:"terms,omitempty"` // of the tender, that reviews look at
	Most     townclerk.Money `json:"most,omitzero"`   // of credits in a fiscal year; zero: any

	Reference string          `json:"reference,omitempty"` // of the paper
	Reason    string          `json:"reason,omitempty"`    // for the amendment
	By        townclerk.Actor `json:"by,omitempty"`
	Role      string          `json:"role,omitempty"`    // in which By acted
	Recorded  time.Time       `json:"recorded,omitzero"` // when it was written down
}

// clone returns a copy that shares no memory with a.
func (a Agreement) clone() Agreement {
	a.Services, a.Targets, a.Terms = slices.Clone(a.Services), slices.Clone(a.Targets), slices.Clone(a.Terms)
	for i := range a.Targets {
		if credit := a.Targets[i].Credit; credit != nil {
			own := *credit
			a.Targets[i].Credit = &own
		}
	}
	return a
}

// Target is what a vendor promises for one metric: within a time, or in working
// days.
type Target struct {
	Metric   string        `json:"metric,omitempty"`   // of sla.toml, such as vendor-handling
	Severity string        `json:"severity,omitempty"` // for calls of this severity only; empty: of any for which nothing else is said
	Calendar string        `json:"calendar,omitempty"` // default: that of the agreement
	Within   time.Duration `json:"within,omitempty"`
	Days     int           `json:"days,omitempty"` // working days, due At
	At       string        `json:"at,omitempty"`   // "close", "same-time" or a time of day such as "12:00"
	Credit   *Credit       `json:"credit,omitempty"`
}

// Term is a term of the tender.
type Term struct {
	ID   string `json:"id,omitzero"` // such as 4.2
	Text string `json:"text,omitempty"`
}

// Credit is what the vendor owes for missing a target: an amount, or a share of
// the monthly fee.
type Credit struct {
	Amount townclerk.Money `json:"amount,omitzero"`
	Share  int64           `json:"share,omitempty"` // of the monthly fee, in hundredths of a percent: 250 is 2.5 %
	Per    time.Duration   `json:"per,omitempty"`   // for each that was begun beyond the due time; zero: once
	Most   townclerk.Money `json:"most,omitzero"`   // for one target of one call; zero: any
}

// Rules are how people work with the vendor, as the official contact sets them
// from time to time (TE-07). Each edition replaces the one before.
type Rules struct {
	Edition int             `json:"edition,omitempty"` // from 1
	From    time.Time       `json:"from,omitzero"`     // from when they hold
	Text    string          `json:"text,omitempty"`
	By      townclerk.Actor `json:"by,omitempty"`
	Role    string          `json:"role,omitempty"`
}

// Level says between whom a dealing with a vendor is.
type Level string

// The levels.
const (
	Operational Level = "operational" // of the daily work
	Management  Level = "management"  // only the official contact deals there: TE-15
)

// Dealing is something that was said to a vendor, or by one.
type Dealing struct {
	At      time.Time       `json:"at,omitzero"`
	By      townclerk.Actor `json:"by,omitempty"`
	Role    string          `json:"role,omitempty"`
	Level   Level           `json:"level,omitempty"`
	Channel string          `json:"channel,omitempty"`
	Text    string          `json:"text,omitempty"`
}

// At returns what is agreed at an instant; ok is false while the contract is not in force.
func (c *Contract) At(at time.Time) (a Agreement, ok bool) {
	for i := len(c.Agreed) - 1; i >= 0; i-- {
		if a := &c.Agreed[i]; !at.Before(a.From) {
			return *a, a.To.IsZero() || at.Before(a.To)
		}
	}
	return Agreement{}, false
}

// firstIn returns the first instant in a time, until before its end, at which the contract
// is in force; ok is false if there is none.
func (c *Contract) firstIn(from, to time.Time) (first time.Time, ok bool) {
	for i := range c.Agreed {
		begins, ends := maxTime(c.Agreed[i].From, from), to
		if end := c.Agreed[i].To; !end.IsZero() && end.Before(ends) {
			ends = end
		}
		if i+1 < len(c.Agreed) && c.Agreed[i+1].From.Before(ends) {
			ends = c.Agreed[i+1].From
		}
		if begins.Before(ends) {
			return begins, true
		}
	}
	return time.Time{}, false
}

// Covers reports whether the contract is in force for a service at an instant.
func (c *Contract) Covers(service string, at time.Time) bool {
	a, ok := c.At(at)
	return ok && slices.Contains(a.Services, service)
}

// Terms returns what the contract promises for calls of a severity that are opened
// at an instant, in the form of package sla: one for each metric, in the order in
// which the contract first names it. What it promises for that severity goes before
// what it promises for any. There is nothing while it is not in force.
func (c *Contract) Terms(at time.Time, severity string) []sla.Terms {
	a, ok := c.At(at)
	if !ok {
		return nil
	}
	var terms []sla.Terms
	for _, t := range a.targets(severity) {
		terms = append(terms, sla.Terms{
			Contract: string(c.ID), Metric: t.Metric, Calendar: t.Calendar, Within: t.Within, Days: t.Days, At: t.At,
		})
	}
	return terms
}

// targets returns the target of each metric that counts for a severity, with the
// calendar by which it is counted.
func (a *Agreement) targets(severity string) []Target {
	var chosen []Target
	for _, t := range a.Targets {
		if t.Severity != "" && t.Severity != severity {
			continue
		}
		if t.Calendar == "" {
			t.Calendar = a.Calendar
		}
		i := slices.IndexFunc(chosen, func(c Target) bool { return c.Metric == t.Metric })
		switch {
		case i < 0:
			chosen = append(chosen, t)
		case t.Severity != "":
			chosen[i] = t
		}
	}
	return chosen
}

// An AmbiguousError says that several contracts are in force at once and that none
// of them ranks above the others, so that it cannot be said which counts.
type AmbiguousError struct {
	For       string // what was asked for, such as service "telephony"
	At        time.Time
	Contracts []string // their numbers
}

// Error names the contracts and what to do.
func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%s: the contracts %s are all in force at %s, and none ranks above the others; give the one that counts a higher rank",
		e.For, strings.Join(e.Contracts, " and "), e.At.UTC().Format("2006-01-02 15:04:05.999999Z07:00"))
}

// choose returns the one contract of the highest rank, or nil if there is none at all.
func choose(of string, at time.Time, inForce []Contract) (*Contract, error) {
	var best []*Contract
	for i := range inForce {
		c := &inForce[i]
		switch {
		case len(best) == 0 || c.Rank > best[0].Rank:
			best = []*Contract{c}
		case c.Rank == best[0].Rank:
			best = append(best, c)
		}
	}
	switch len(best) {
	case 0:
		return nil, nil
	case 1:
		return best[0], nil
	}
	e := &AmbiguousError{For: of, At: at}
	for _, c := range best {
		e.Contracts = append(e.Contracts, c.name())
	}
	slices.Sort(e.Contracts)
	return nil, e
}
