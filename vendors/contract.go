package vendors

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// ID identifies an aggregate of this package within its tenant: a contract, a call,
// an invoice. It is a UUID, version 7, unless the office is configured otherwise.
type ID string

// Contract is what was agreed with a vendor, and how that changed. Its instants
// are in UTC and whole microseconds.
type Contract struct {
	ID       ID
	Number   string    // for people to quote, such as 2026-000003; given by the store
	Series   string    // that the Number counts in
	Version  int64     // how often it was written; given by the store
	NextAt   time.Time // when a sweep has something to do about it; zero: never by itself
	Edition  int       // of the promises in force when it was signed; 0: the only one
	Problem  string    // why its promises cannot be assessed; empty: they can
	Recorded time.Time // when it was last written about, by the office's clock

	Vendor    string
	Subject   string
	Reference string // of the paper: the tender's number, the file
	Rank      int    // of several in force for a service at once, the highest counts

	// Agreed is the contract as it was signed and then as each amendment put it, in
	// the order in which they come into force. There is one at least.
	Agreed []Agreement

	Rules    []Rules   // for the work with the vendor, in the order in which they were set
	Dealings []Dealing // with the vendor, outside calls

	// Log is what happened, as sla judges it. Seq counts its events from 1.
	Log []sla.Event
}

// Agreement is all that a contract says from one instant on, until it ends or the
// next agreement takes its place.
type Agreement struct {
	From     time.Time // in force from this instant
	To       time.Time // and before this one; zero: the end is open
	Notice   time.Time // by when notice has to be given; zero: when it ends
	Services []string
	Official string          // the role that is the official contact: TE-06
	Calendar string          // the hours in which the vendor serves: a calendar of sla.toml, or [sla.Elapsed]
	Currency string          // of all that is paid
	Fee      townclerk.Money // for a month, of which credits are shares; zero: there is none
	Targets  []Target
	Terms    []Term          // of the tender, that reviews look at
	Most     townclerk.Money // of credits in a fiscal year; zero: any

	Reference string // of the paper
	Reason    string // for the amendment
	By        townclerk.Actor
	Role      string    // in which By acted
	Recorded  time.Time // when it was written down
}

// Target is what a vendor promises for one metric: within a time, or in working
// days.
type Target struct {
	Metric   string // of sla.toml, such as vendor-handling
	Severity string // for calls of this severity only; empty: of any for which nothing else is said
	Calendar string // default: that of the agreement
	Within   time.Duration
	Days     int    // working days, due At
	At       string // "close", "same-time" or a time of day such as "12:00"
	Credit   *Credit
}

// Term is a term of the tender.
type Term struct {
	ID   string // such as 4.2
	Text string
}

// Credit is what the vendor owes for missing a target: an amount, or a share of
// the monthly fee.
type Credit struct {
	Amount townclerk.Money
	Share  int64           // of the monthly fee, in hundredths of a percent: 250 is 2.5 %
	Per    time.Duration   // for each that was begun beyond the due time; zero: once
	Most   townclerk.Money // for one target of one call; zero: any
}

// Rules are how people work with the vendor, as the official contact sets them
// from time to time (TE-07). Each edition replaces the one before.
type Rules struct {
	Edition int       // from 1
	From    time.Time // from when they hold
	Text    string
	By      townclerk.Actor
	Role    string
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
	At      time.Time
	By      townclerk.Actor
	Role    string
	Level   Level
	Channel string
	Text    string
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

// name is what people quote: the number, or the id where there is none yet.
func (c *Contract) name() string {
	if c.Number != "" {
		return c.Number
	}
	return string(c.ID)
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
