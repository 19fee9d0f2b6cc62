// Package townclerk is the front page of a library with which a municipality's
// own developers run an IT department by the promises that it has published:
// what is due when, and why; who must be told; what a vendor owes.
//
// The promises are data, written in TOML, and the library computes from them. It
// is embedded: there is no server to install, and the records stay in the
// municipality's own database.
//
// # Where to start
//
//   - [github.com/townclerk/townclerk/sla] says when a promise falls due, whether
//     it was kept, and why. Start here.
//   - [github.com/townclerk/townclerk/sla/worktime] knows opening hours and
//     holidays, and counts working time; it serves alone, too.
//   - [github.com/townclerk/townclerk/sla/report] writes documents with tables in the
//     languages of sla, as text, Markdown, HTML and CSV; for reports of your own, too.
//   - [github.com/townclerk/townclerk/ticket] is the desk: tickets, their stages
//     and approvals, the hand-over to vendors, and who is told.
//   - [github.com/townclerk/townclerk/asset] is the inventory: what there is, what was
//     done to it, and what has to be reported.
//   - [github.com/townclerk/townclerk/vendors] is what vendors owe and cost: contracts,
//     calls, invoices, and the budget of each year.
//   - [github.com/townclerk/townclerk/project] is projects, from the demand to the
//     acceptance: their phases and plans, and how far these drift.
//   - [github.com/townclerk/townclerk/kpi] says whether the year was good: indicators,
//     duties, process cards, and what is done where a target was missed.
//
// Where hours are 07:30–16:30 from Sunday to Thursday, the twenty minutes promised
// to somebody who calls on Thursday at 16:25 are over on Sunday at 07:45:
//
//	due, err := calendar.Add(called, 20*time.Minute)
//
// None of the five domains knows another: a program connects them.
//
// This package holds the few words that all of them share: who acts and for whom
// ([Actor], [Tenant]), what happened ([Event]), how it is kept ([Repo]), what it
// costs ([Money]), how much of it ([Ratio]) and in which time ([Period]), and what
// went wrong.
//
// # Time
//
// Functions take the instants that they reckon with and never read the clock.
// Services, which load, decide and store, have a Now function in their Config and
// truncate what it says to microseconds, in UTC, before they decide, so that what
// was decided is what is stored. In which zone people read an instant is a matter
// of their calendar.
//
// # Errors
//
// Where a caller only asks which, there is a sentinel for [errors.Is], such as
// [ErrNotFound]; where it needs the parts, a type for [errors.As], such as
// [ConflictError]. Both come wrapped in text that names the thing, so == does not
// find them. Mistakes in a policy file come back all together, each a [FileError].
//
// # Tenants
//
// One program may serve many municipalities. Each call that touches a store
// names its tenant, and nothing of one tenant is ever visible to another.
package townclerk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Tenant names one municipality among those that a program serves. Any text will
// do, as long as it stays the same; a program that serves one picks a constant.
type Tenant string

// Actor is the opaque id of whoever acts, a person or a program; it is never a
// name. Names and addresses are kept elsewhere under this id, so that a person
// can be erased there while what happened, and when, remains here. The empty
// Actor is the program itself, as when a sweep escalates by night.
type Actor string

// Seq is the place of an [Event] among all events of one tenant in one store:
// the first is 1, and each that is recorded gets the next.
//
// Readers may rely on the order: once one has been given Seq n, no event
// with a lower Seq appears. The highest Seq that a consumer has dealt with is
// therefore all that it needs to remember.
type Seq int64

// Event is something that happened to one aggregate: a ticket was opened, an
// invoice approved. Events are kept for good. None ever changes, except that
// erasing a person may replace text in Data. Their form in JSON is a promise too.
type Event struct {
	// Seq is given by the store that records the event; it is 0 until then.
	Seq Seq `json:"seq"`

	// Aggregate is the id of what it happened to.
	Aggregate string `json:"aggregate"`

	// Kind says what happened, such as "ticket.opened". It begins with the kind of
	// the aggregate. A reader skips a kind that it does not know.
	Kind string `json:"kind"`

	// At is when it happened, and the instant by which it is judged. It may lie
	// well before Recorded: a fault that was reported by phone and typed in later.
	At time.Time `json:"at"`

	// Recorded is when it was written down, by the clock of the service that did
	// so. It is for people to read; the order of recording is that of Seq.
	Recorded time.Time `json:"recorded"`

	// Actor is who did it, or who recorded it where nobody did.
	Actor Actor `json:"actor,omitempty"`

	// Data is whatever else must be known to judge the event later without asking
	// anybody, such as the terms of the contract then in force; nil if nothing. Its
	// form depends on Kind, and a package goes on reading every form that any of its
	// releases wrote. A store keeps the value, but perhaps not the spacing or the
	// order of keys.
	Data json.RawMessage `json:"data,omitempty"`
}

// Repo keeps one kind of aggregate T, such as tickets, and finds them by
// queries Q. The Store of each domain is a few Repos under names of their own,
// together with the events they recorded. What follows is the whole contract
// that an adapter is held to; each domain's CheckStore tries it.
//
// # Aggregates
//
// A T has an id, which its service chose, and a Version, which counts how often
// it was written. Some also have a Number for people to quote, such as
// 2026-000123; a NextAt, the instant at which they want to be looked at again;
// and unique keys, which the domain names and which hold within a tenant.
//
// What goes in and what comes out are copies, all the way down: neither side
// ever sees the other change a slice or a map. Instants are in UTC and whole
// microseconds, and come out as they went in. So does text, in any script, as
// long as it is UTF-8 without NUL. A nil slice or map and an empty one are the
// same to a store.
//
// # Documents
//
// A store may keep an aggregate as the JSON that [json.Marshal] makes of it. That form
// is a promise, as that of an [Event] is: its keys are the names of the fields in small
// letters, with underscores between words, as in next_at. What is zero is left out.
// Instants are as in RFC 3339, durations in nanoseconds, dates and [Money] are text.
// Later releases may add keys; none goes or changes, so that each release reads what
// any before it has stored. A reader skips keys that it does not know.
//
// # Writing
//
// Create and Put record the aggregate and its events together or not at all,
// also when the context is cancelled or the program panics. The events get the
// tenant's next [Seq], in the order given. The caller's own values stay as they
// are; what the store decided (Version, Number, Seq) is in the T that is returned,
// as far as a T has it.
//
// # Sharing
//
// A Repo is safe for concurrent use, by many programs too if the database is.
// Between calls it holds no lock and no transaction. To a tenant, what belongs to
// another does not exist.
//
// # Errors
//
// Besides those named below, an error wraps ctx.Err() if the context ended the
// call; otherwise it is the database's, for a person to read.
type Repo[T, Q any] interface {
	// Create stores a new aggregate with Version 1, whatever t has. If T has a
	// Number, it is the next one of the series that t names, such as 2026-000123: the
	// series, a hyphen, and the count from 1 in six digits or more. Each tenant's
	// series has no gaps, whatever fails. A t that names no series keeps the Number
	// that it has, such as one from elsewhere.
	//
	// If the id or a unique key is taken, the error wraps [ErrExists].
	Create(ctx context.Context, tenant Tenant, t T, events ...Event) (T, error)

	// Put replaces the stored aggregate if t.Version is its Version, and returns it
	// with the next Version. The Number stays. A claim on the aggregate ends.
	//
	// If it was written since t was read, the error wraps a [*ConflictError]: Get it
	// and decide again. If there is none with this id, the error wraps [ErrNotFound];
	// if a unique key is taken by another, [ErrExists].
	Put(ctx context.Context, tenant Tenant, t T, events ...Event) (T, error)

	// Get returns the aggregate with this id. If there is none, the error wraps
	// [ErrNotFound].
	Get(ctx context.Context, tenant Tenant, id string) (T, error)

	// List returns a page of the aggregates that q selects, in the order that Q
	// documents. A Q has a field After, empty for the first page and then the Next of
	// the page before, and a field Limit, the most that the page may hold, which the
	// store chooses if it is 0. [All] turns the pages.
	//
	// An aggregate that is not written meanwhile is on exactly one page. An After that
	// was not the Next of a page is an error.
	List(ctx context.Context, tenant Tenant, q Q) (Page[T], error)

	// Claim returns at most limit aggregates whose NextAt is set and not after now,
	// ordered by NextAt, then by the bytes of the id. Each is hidden from other
	// claims until their now has reached until, or until it is Put, so that many
	// programs can sweep without doing the same work. A claim is no lock: the Version
	// stays as it is, anybody may Put, and the first to do so wins.
	Claim(ctx context.Context, tenant Tenant, now, until time.Time, limit int) ([]T, error)
}

// Page is one part of a list.
type Page[T any] struct {
	Items []T

	// Next is what to ask the next page with, as After. Its form is the store's own
	// affair; it is empty on the last page.
	Next string
}

// All returns everything on the pages that list gives, in order. It calls list
// with an empty after first and then with the Next of the page before, and only
// when the loop gets there. An error ends the sequence, as its last pair:
//
//	for t, err := range townclerk.All(func(after string) (townclerk.Page[Ticket], error) {
//		q.After = after
//		return tickets.List(ctx, tenant, q)
//	}) {
//		if err != nil {
//			return err
//		}
//		// use t
//	}
func All[T any](list func(after string) (Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		after := ""
		for {
			page, err := list(after)
			if err != nil {
				yield(zero, err)
				return
			}
			for _, t := range page.Items {
				if !yield(t, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			if page.Next == after {
				// A store that ignores After would keep the loop going for ever.
				yield(zero, fmt.Errorf("page after %q names itself as the next", after))
				return
			}
			after = page.Next
		}
	}
}

// Outbox is the part of a domain's Store that hands on its events, so that others
// can act on them: each consumer remembers, by its name, how far it is.
type Outbox interface {
	// Events returns the tenant's events with a Seq above after, in the order of
	// Seq, at most limit of them. Once it has returned an event, none with a lower
	// Seq ever appears.
	Events(ctx context.Context, tenant Tenant, after Seq, limit int) ([]Event, error)

	// Cursor returns the Seq up to which the consumer of that name has dealt with the
	// tenant's events; 0 if it never did.
	Cursor(ctx context.Context, tenant Tenant, consumer string) (Seq, error)

	// SetCursor stores what Cursor returns. One that would go back is left as it is.
	SetCursor(ctx context.Context, tenant Tenant, consumer string, seq Seq) error
}

// Errors that every domain returns, wrapped in text that names the thing.
var (
	ErrNotFound  = errors.New("not found")                 // no such thing for this tenant
	ErrExists    = errors.New("already exists")            // the id or a unique key is taken
	ErrForbidden = errors.New("not allowed")               // the policy has somebody else do this
	ErrConflict  = errors.New("changed since it was read") // see [ConflictError], which wraps it
)

// ConflictError says that an aggregate was written between reading it and
// writing it back, so that the later write would undo the former. Nothing was
// written. It wraps [ErrConflict].
type ConflictError struct {
	ID   string // of the aggregate
	Have int64  // the Version that is stored
	Want int64  // the Version that the caller had read and wanted to replace
}

// Error names the aggregate and both versions.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s: version %d was read, version %d is stored: %v", e.ID, e.Want, e.Have, ErrConflict)
}

// Unwrap returns [ErrConflict].
func (e *ConflictError) Unwrap() error { return ErrConflict }

// TransitionError says that a workflow does not allow an action, and what it allows
// instead. It wraps [ErrForbidden] if another person might.
type TransitionError struct {
	Thing     string // as messages call it, such as "ticket 2026-000123, stage 1"
	State     string // in which it is
	Do        string // the action that is refused
	Rule      string // that does not hold, as a sentence; empty: the action is none of its state
	Allowed   []string
	Forbidden bool // the rule is about who acts
}

// Error names the thing, what is wrong, and what whoever asked may do now.
func (e *TransitionError) Error() string {
	s := fmt.Sprintf("%s: cannot %s while %s", e.Thing, e.Do, e.State)
	if e.Rule != "" {
		s += ": " + e.Rule
	}
	if len(e.Allowed) == 0 {
		return s + "; nothing else is allowed now"
	}
	return s + "; allowed now: " + strings.Join(e.Allowed, ", ")
}

// Unwrap returns [ErrForbidden] if the rule is about who acts.
func (e *TransitionError) Unwrap() error {
	if e.Forbidden {
		return ErrForbidden
	}
	return nil
}

// FieldError says what is wrong with one field of a request or a command. What
// has several wrong gets them joined.
type FieldError struct {
	Field   string // such as channel, or fields.position
	Problem string // what is wrong, and how to mend it
}

// Error reads like a form's.
func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// FileError is a mistake in a policy file. Parsers join all that they find, in
// the order of lines, with [errors.Join].
type FileError struct {
	File    string // the name that the parser was given, such as "raanana/sla.toml"
	Line    int    // from 1; 0 when the mistake has no line, such as an empty file
	Key     string // the key in question, such as "targets.ops-transfer.calendar"; may be empty
	Problem string // what is wrong and, where it can be guessed, how to mend it
}

// Error reads like a compiler's: file, line, key, problem.
func (e *FileError) Error() string {
	s := e.File
	if e.Line > 0 {
		s = fmt.Sprintf("%s:%d", s, e.Line)
	}
	if e.Key != "" {
		s += ": " + e.Key
	}
	return s + ": " + e.Problem
}

// Workflow is what may happen to one kind of aggregate: what its Rows do not list is
// refused. Each domain makes it from the one table by which it decides.
type Workflow[S, A ~string] struct {
	States []S // in the order of its life
	Starts []S // in which it may begin
	Ends   []S // in which the work on it is over
	Rows   []Transition[S, A]
}

// Transition is a row of a workflow: in a state, an action leads to the next state
// and is a sequence of events for the promises, if every rule of If holds.
type Transition[S, A ~string] struct {
	From   S
	Do     A
	To     S
	When   string   // of several rows with one From and Do, the first for which this is so; empty: always
	If     []string // rules, each a sentence
	Events []string // the kinds, as they stand on its timeline
}

// Diagram draws the workflow as a state diagram in Mermaid's writing. The actions
// that lead from one state to the same other share an arrow; those that leave the
// state as it is stand in a note.
func (w Workflow[S, A]) Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    direction LR\n")
	name := func(s S) string { return strings.ReplaceAll(string(s), " ", "_") }
	for _, s := range w.States {
		if strings.Contains(string(s), " ") && w.touches(s) {
			fmt.Fprintf(&b, "    state %q as %s\n", s, name(s))
		}
	}
	for _, s := range w.Starts {
		fmt.Fprintf(&b, "    [*] --> %s\n", name(s))
	}
	for _, from := range w.States {
		for _, to := range w.States {
			if does := w.between(from, to); len(does) > 0 && from != to {
				fmt.Fprintf(&b, "    %s --> %s : %s\n", name(from), name(to), strings.Join(does, ", "))
			}
		}
	}
	for _, s := range w.Ends {
		fmt.Fprintf(&b, "    %s --> [*]\n", name(s))
	}
	for _, s := range w.States {
		if does := w.between(s, s); len(does) > 0 {
			fmt.Fprintf(&b, "    note right of %s\n        stays: %s\n    end note\n", name(s), strings.Join(does, ", "))
		}
	}
	return b.String()
}

// touches reports whether a row begins or ends in the state.
func (w Workflow[S, A]) touches(s S) bool {
	return slices.ContainsFunc(w.Rows, func(r Transition[S, A]) bool { return r.From == s || r.To == s })
}

// between returns the actions that lead from one state to another.
func (w Workflow[S, A]) between(from, to S) []string {
	var does []string
	for _, r := range w.Rows {
		if r.From == from && r.To == to && !slices.Contains(does, string(r.Do)) {
			does = append(does, string(r.Do))
		}
	}
	return does
}

// Money is an exact amount in one currency. Two are equal exactly when == says
// so. The zero Money is no money in no currency; a sum starts from a Money that
// has its currency. It is written as text, also in JSON and TOML, as String
// and [ParseMoney] have it.
type Money struct {
	Minor    int64  // in the currency's smallest unit: agorot, grosze, yen; may be negative
	Currency string // the code of ISO 4217, in capitals, such as "ILS"
}

// decimals lists the currencies of ISO 4217 whose unit does not have the usual
// two decimals, by how many it has.
var decimals = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0,
	"PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

func decimalsOf(currency string) int {
	if n, ok := decimals[currency]; ok {
		return n
	}
	return 2
}

// ParseMoney reads an amount such as "1234.50 ILS", "-0.05 EUR" or "1200 JPY".
// Decimals may be left out, as in "1234.5 ILS" or "1234 ILS", but there may be no
// more than the currency has. Thousands are not separated. Any three capitals
// pass for a currency, with two decimals unless ISO 4217 says otherwise.
func ParseMoney(s string) (Money, error) {
	number, currency, ok := strings.Cut(s, " ")
	if !ok || !isCurrency(currency) {
		return Money{}, notMoney(s)
	}
	sign, digits := "", number
	if rest, negative := strings.CutPrefix(number, "-"); negative {
		sign, digits = "-", rest
	}
	whole, fraction, dot := strings.Cut(digits, ".")
	if !areDigits(whole) || dot && !areDigits(fraction) {
		return Money{}, notMoney(s)
	}
	n := decimalsOf(currency)
	if len(fraction) > n {
		return Money{}, fmt.Errorf("%q has more decimals than %s, which has %d", s, currency, n)
	}
	minor, err := strconv.ParseInt(sign+whole+fraction+strings.Repeat("0", n-len(fraction)), 10, 64)
	if err != nil {
		// All are digits, so it can only be out of range.
		return Money{}, fmt.Errorf("%q is out of range", s)
	}
	return Money{Minor: minor, Currency: currency}, nil
}

func notMoney(s string) error {
	return fmt.Errorf("%q is not an amount of money; write it as \"1234.50 ILS\"", s)
}

func isCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func areDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// String returns the amount with all decimals of its currency, such as
// "1234.50 ILS", "-0.05 EUR" or "1200 JPY"; without a currency, just the number.
func (m Money) String() string {
	sign, magnitude := "", uint64(m.Minor)
	if m.Minor < 0 {
		// Negated as unsigned, the smallest int64 too has its magnitude.
		sign, magnitude = "-", -magnitude
	}
	n := decimalsOf(m.Currency)
	digits := fmt.Sprintf("%0*d", n+1, magnitude)
	whole, fraction := digits[:len(digits)-n], digits[len(digits)-n:]
	if n > 0 {
		fraction = "." + fraction
	}
	if m.Currency == "" {
		return sign + whole + fraction
	}
	return sign + whole + fraction + " " + m.Currency
}

// MarshalText returns the same as String, but the empty text for the zero Money.
// It is an error if the currency is not three capital letters.
func (m Money) MarshalText() ([]byte, error) {
	if m == (Money{}) {
		return []byte{}, nil
	}
	if !isCurrency(m.Currency) {
		return nil, fmt.Errorf("%d in currency %q is not an amount of money", m.Minor, m.Currency)
	}
	return []byte(m.String()), nil
}

// UnmarshalText reads what [Money.MarshalText] wrote, and whatever [ParseMoney] reads.
func (m *Money) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*m = Money{}
		return nil
	}
	parsed, err := ParseMoney(string(text))
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}

// Add returns m + n. It is an error if their currencies differ or the sum is too
// large for the number of minor units to hold.
func (m Money) Add(n Money) (Money, error) {
	if m.Currency != n.Currency {
		return Money{}, fmt.Errorf("%v + %v: the currencies differ", m, n)
	}
	sum := m.Minor + n.Minor
	// Only two of one sign can overflow, and then the sum has the other.
	if (m.Minor < 0) == (n.Minor < 0) && (sum < 0) != (m.Minor < 0) {
		return Money{}, fmt.Errorf("%v + %v is out of range", m, n)
	}
	return Money{Minor: sum, Currency: m.Currency}, nil
}

// Sub returns m - n, with the errors of [Money.Add].
func (m Money) Sub(n Money) (Money, error) {
	if m.Currency != n.Currency {
		return Money{}, fmt.Errorf("%v - %v: the currencies differ", m, n)
	}
	// Not Add of -n: the smallest int64 has no opposite, though -1 less it exists.
	difference := m.Minor - n.Minor
	if (m.Minor < 0) != (n.Minor < 0) && (difference < 0) != (m.Minor < 0) {
		return Money{}, fmt.Errorf("%v - %v is out of range", m, n)
	}
	return Money{Minor: difference, Currency: m.Currency}, nil
}

// Neg returns -m. It is an error for the one amount that has no opposite, the
// lowest that there is.
func (m Money) Neg() (Money, error) {
	return Money{Currency: m.Currency}.Sub(m)
}

// Cmp returns -1, 0 or +1 as m is less than, equal to or more than n. It is an
// error if their currencies differ.
func (m Money) Cmp(n Money) (int, error) {
	if m.Currency != n.Currency {
		return 0, fmt.Errorf("%v and %v: the currencies differ", m, n)
	}
	return cmp.Compare(m.Minor, n.Minor), nil
}

// Ratio is a share, N of D, exact: compare it with Cmp, and print it last. Where D
// is 0 there was nothing to have a share of.
type Ratio struct{ N, D int64 }

// Percent prints the ratio in per cent with so many decimals and a decimal point,
// half of the last one rounded up, away from zero: 1/16 with one is "6.3". It is ""
// where D is 0.
func (r Ratio) Percent(decimals int) string {
	if r.D == 0 {
		return ""
	}
	of := big.NewRat(r.N, r.D)
	return of.Mul(of, big.NewRat(100, 1)).FloatString(max(0, decimals))
}

// Cmp returns -1, 0 or +1 as r is less than, equal to or more than s, however large
// their numbers: 1/2 equals 2/4. One whose D is 0 is less than any other, and
// equal to another such.
func (r Ratio) Cmp(s Ratio) int {
	switch {
	case r.D == 0 && s.D == 0:
		return 0
	case r.D == 0:
		return -1
	case s.D == 0:
		return +1
	}
	return big.NewRat(r.N, r.D).Cmp(big.NewRat(s.N, s.D))
}

// Period is the time in [From, To): what happens at To belongs to the next.
type Period struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Contains reports whether t lies in the period.
func (p Period) Contains(t time.Time) bool { return !t.Before(p.From) && t.Before(p.To) }
