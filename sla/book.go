package sla

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	stdpath "path"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
)

// ErrNotInForce is wrapped by a [Book]'s error for an instant before its first edition.
var ErrNotInForce = errors.New("no edition was in force")

// Book is the editions of one policy, as read by [OpenBook]. It is immutable and
// safe for concurrent use.
type Book struct {
	editions []*Policy // in the order in which they came into force
	always   bool      // the only edition is in force whatever its date
}

// Book returns a book whose only edition is p. That judges everything, also what
// began before p came into force.
func (p *Policy) Book() *Book { return &Book{editions: []*Policy{p}, always: true} }

// OpenBook reads the editions of a policy: sla.toml in the folder, and in each
// folder directly inside it; each with its sla.lock.toml, if there is one. If there
// are several, each needs its number and the date from which it is in force, both
// rising together. A single one may do without: then it always was in force.
//
// All mistakes in all files come back together, each a [*townclerk.FileError]. If
// there is no edition at all, the error wraps [fs.ErrNotExist].
func OpenBook(folder fs.FS) (*Book, error) {
	names, err := fs.Glob(folder, "*/"+PolicyFile)
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(folder, PolicyFile); !errors.Is(err, fs.ErrNotExist) { // what else is wrong, open says
		names = append([]string{PolicyFile}, names...)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s, here or in a folder directly inside: %w", PolicyFile, fs.ErrNotExist)
	}
	b := &Book{}
	var errs []error
	for _, name := range names {
		p, err := open(folder, stdpath.Dir(name))
		if err != nil {
			errs = append(errs, tomldoc.Unjoin(err)...)
			continue
		}
		b.editions = append(b.editions, p)
	}
	errs = append(errs, b.check(len(names))...)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return b, nil
}

// check puts the editions in order, and returns what is wrong between them. Of so
// many files some may not have been read.
func (b *Book) check(files int) []error {
	var errs []error
	if files > 1 {
		for _, p := range b.editions {
			if p.edition.Number == 0 {
				errs = append(errs, p.mistake("edition", "missing; there are other editions beside it, so write its number: edition = 1"))
			}
			if p.edition.Effective.IsZero() {
				errs = append(errs, p.mistake("effective", "missing; there are other editions beside it, so write the date from which it is in force: effective = 2026-01-01"))
			}
		}
	}
	slices.SortStableFunc(b.editions, func(x, y *Policy) int { return cmp.Compare(x.edition.Number, y.edition.Number) })
	for i := 1; i < len(b.editions); i++ {
		last, p := b.editions[i-1], b.editions[i]
		switch {
		case p.edition.Number == 0:
		case p.edition.Number == last.edition.Number:
			errs = append(errs, p.mistake("edition", "%d is the number of %s as well; give each edition its own", p.edition.Number, last.file))
		case last.edition.Effective.IsZero() || p.edition.Effective.IsZero():
		case !p.edition.Effective.After(last.edition.Effective):
			errs = append(errs, p.mistake("effective", "edition %d does not come into force after edition %d, which does on %s; number them in that order",
				p.edition.Number, last.edition.Number, last.edition.Effective.Format(time.DateOnly)))
		}
	}
	return errs
}

func (p *Policy) mistake(key, format string, args ...any) error {
	return &townclerk.FileError{File: p.file, Line: p.source.doc.Line(at(key)), Key: key, Problem: fmt.Sprintf(format, args...)}
}

// Editions returns the editions in the order in which they came into force.
func (b *Book) Editions() []*Policy { return slices.Clone(b.editions) }

// Newest returns the edition that came into force last, or will.
func (b *Book) Newest() *Policy { return b.editions[len(b.editions)-1] }

// Roles returns the roles of all editions, those of newer ones first. A role is
// called as in the newest that has it.
func (b *Book) Roles() []Role {
	var all []Role
	for _, p := range slices.Backward(b.editions) {
		for _, r := range p.Roles() {
			if !slices.ContainsFunc(all, func(known Role) bool { return known.ID == r.ID }) {
				all = append(all, r)
			}
		}
	}
	return all
}

// InForce returns the edition that was in force at the instant. Before the first
// one, the error wraps [ErrNotInForce].
func (b *Book) InForce(at time.Time) (*Policy, error) {
	for _, p := range slices.Backward(b.editions) {
		if b.always || !at.Before(p.edition.Effective) {
			return p, nil
		}
	}
	first := b.editions[0]
	return nil, fmt.Errorf("%s is before %s, when the first edition came into force: %w", at.In(first.zone).Format(time.RFC3339),
		first.edition.Effective.Format(time.DateOnly), ErrNotInForce)
}

// For returns the edition by which the timeline is judged: the one that it is
// pinned to, or else the one in force when its first event happened. Whatever a
// correction says of that event later, it is the first of the slice.
func (b *Book) For(tl Timeline) (*Policy, error) {
	if tl.Edition != 0 {
		return b.numbered(tl)
	}
	if len(tl.Events) == 0 {
		return nil, fmt.Errorf("timeline %s: it has no events, and is pinned to no edition", tl.ID)
	}
	p, err := b.InForce(tl.Events[0].At)
	if err != nil {
		return nil, fmt.Errorf("timeline %s: %w", tl.ID, err)
	}
	return p, nil
}

func (b *Book) numbered(tl Timeline) (*Policy, error) {
	var numbers []string
	for _, p := range b.editions {
		if p.edition.Number == tl.Edition {
			return p, nil
		}
		if p.edition.Number != 0 {
			numbers = append(numbers, fmt.Sprint(p.edition.Number))
		}
	}
	there := "the only one has no number"
	if len(numbers) > 0 {
		there = "there are " + strings.Join(numbers, ", ")
	}
	return nil, fmt.Errorf("timeline %s: it is pinned to edition %d, which is not here; %s", tl.ID, tl.Edition, there)
}

// Assess is [Policy.Assess] by the edition that For returns.
func (b *Book) Assess(tl Timeline, now time.Time) (Assessment, error) {
	p, err := b.For(tl)
	if err != nil {
		return Assessment{}, err
	}
	return p.Assess(tl, now)
}

// Explain is [Policy.Explain] by the edition that For returns.
func (b *Book) Explain(tl Timeline, now time.Time) (Assessment, error) {
	p, err := b.For(tl)
	if err != nil {
		return Assessment{}, err
	}
	return p.Explain(tl, now)
}
