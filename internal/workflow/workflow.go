// Package workflow carries out the workflows of the domains: each is one literal
// table of rows, from which come what is allowed, the errors that refuse the rest,
// and the [townclerk.Workflow] that is published and drawn.
package workflow

import (
	"errors"
	"fmt"
	"slices"

	"github.com/townclerk/townclerk"
)

// Rule is something that must be so for an action to be allowed, or for one of
// several rows to be the right one. A D is the action as it is being decided.
type Rule[D any] struct {
	Says  string // as a sentence without a full stop
	About About
	Holds func(D) bool
}

// That returns a rule.
func That[D any](says string, about About, holds func(D) bool) *Rule[D] {
	return &Rule[D]{says, about, holds}
}

// About says what a rule looks at.
type About uint8

const (
	Thing   About = iota // how the aggregate stands
	Person               // who acts: another person might, so that refusing is [townclerk.ErrForbidden]
	Command              // what the command says; not looked at when asked what is allowed
)

// Row is some transitions that differ only in where they start. A domain has a type
// of its own with the same fields, so that its table can be written without their
// names.
type Row[S, A ~string, D any] struct {
	From   []S
	Do     A
	To     S        // "": it stays where it is
	When   *Rule[D] // of several rows with one state and action, the first for which this holds; nil: always
	If     []*Rule[D]
	Events []string // the kinds of event on the timeline that this is
}

// Table is a workflow.
type Table[S, A ~string, D any] struct {
	rows   []Row[S, A, D]
	always []*Rule[D]
	places map[place[S, A]][]Row[S, A, D]
}

type place[S, A ~string] struct {
	from S
	do   A
}

// New returns a table of the rows. What they do not list is refused. The rules of
// always are asked before those of a row. The rows of one state and action are
// allowed by the rules of the first of them.
func New[S, A ~string, D any](always []*Rule[D], rows ...Row[S, A, D]) *Table[S, A, D] {
	t := &Table[S, A, D]{always: always, places: map[place[S, A]][]Row[S, A, D]{}}
	for _, r := range rows {
		for _, from := range r.From {
			one := r
			one.From = []S{from}
			if r.To == "" {
				one.To = from
			}
			t.rows = append(t.rows, one)
			at := place[S, A]{from, r.Do}
			t.places[at] = append(t.places[at], one)
		}
	}
	return t
}

// Transitions returns the rows as they are published.
func (t *Table[S, A, D]) Transitions() []townclerk.Transition[S, A] {
	all := make([]townclerk.Transition[S, A], len(t.rows))
	for i, r := range t.rows {
		all[i] = townclerk.Transition[S, A]{From: r.From[0], Do: r.Do, To: r.To, Events: slices.Clone(r.Events)}
		if r.When != nil {
			all[i].When = r.When.Says
		}
		for _, g := range r.If {
			all[i].If = append(all[i].If, g.Says)
		}
	}
	return all
}

// All returns the rows, each with one From.
func (t *Table[S, A, D]) All() []Row[S, A, D] { return slices.Clone(t.rows) }

// Check returns what is wrong with the table, for its domain's test: a state or an
// action that is none of those, a row that cannot be reached, rows of one state and
// action the last of which is only right at times, or that ask for different things.
func (t *Table[S, A, D]) Check(states []S, actions []A) error {
	var errs []error
	for _, r := range t.rows {
		for _, s := range []S{r.From[0], r.To} {
			if !slices.Contains(states, s) {
				errs = append(errs, fmt.Errorf("%s while %s: %q is no state", r.Do, r.From[0], s))
			}
		}
		if !slices.Contains(actions, r.Do) {
			errs = append(errs, fmt.Errorf("%s while %s: it is no action", r.Do, r.From[0]))
		}
	}
	for at, rows := range t.places {
		for i, r := range rows {
			switch last := i == len(rows)-1; {
			case !last && r.When == nil:
				errs = append(errs, fmt.Errorf("%s while %s: what follows row %d cannot be reached", at.do, at.from, i+1))
			case last && r.When != nil:
				errs = append(errs, fmt.Errorf("%s while %s: no row is right where not %q", at.do, at.from, r.When.Says))
			case !slices.Equal(r.If, rows[0].If):
				errs = append(errs, fmt.Errorf("%s while %s: row %d asks for other things than the first, whose rules count", at.do, at.from, i+1))
			}
		}
	}
	return errors.Join(errs...)
}

// Rows returns the rows for an action in a state, each with one From.
func (t *Table[S, A, D]) Rows(from S, do A) []Row[S, A, D] { return t.places[place[S, A]{from, do}] }

// Refuse returns why an action is refused in a state, or nil: the thing is what the
// error calls the aggregate, and allowed what whoever asked may do instead.
func (t *Table[S, A, D]) Refuse(thing string, from S, do A, d D, allowed func() []A) error {
	rows := t.Rows(from, do)
	var r *Rule[D]
	if len(rows) > 0 {
		if r = t.broken(rows[0].If, d, true); r == nil {
			return nil
		}
	}
	e := &townclerk.TransitionError{Thing: thing, State: string(from), Do: string(do)}
	if r != nil {
		e.Rule, e.Forbidden = r.Says, r.About == Person
	}
	for _, a := range allowed() {
		e.Allowed = append(e.Allowed, string(a))
	}
	return e
}

// Allows reports whether an action is allowed in a state, as far as that does not
// depend on what a command says.
func (t *Table[S, A, D]) Allows(from S, do A, d D) bool {
	rows := t.Rows(from, do)
	return len(rows) > 0 && t.broken(rows[0].If, d, false) == nil
}

// broken returns the first rule that does not hold, or nil.
func (t *Table[S, A, D]) broken(rules []*Rule[D], d D, command bool) *Rule[D] {
	for _, rules := range [][]*Rule[D]{t.always, rules} {
		for _, r := range rules {
			if (command || r.About != Command) && !r.Holds(d) {
				return r
			}
		}
	}
	return nil
}

// Next returns the row that is the right one, once the action was carried out: the
// first whose When holds, else the last.
func (t *Table[S, A, D]) Next(from S, do A, d D) Row[S, A, D] {
	rows := t.Rows(from, do)
	for _, r := range rows {
		if r.When == nil || r.When.Holds(d) {
			return r
		}
	}
	return rows[len(rows)-1]
}
