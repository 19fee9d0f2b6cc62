// Package storetest has the mistakes that stores have been known to make, for the
// tests of the domains' CheckStores: a sound store is broken in one way at a time,
// and the one rule that says so must fail, and no other.
package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storecheck"
)

// Opener is what a CheckStore opens its stores with.
type Opener[S townclerk.Outbox] = func(context.Context) (S, func() error, error)

// Part is one of the Repos of a store S: see [Repo].
type Part[S townclerk.Outbox] interface {
	name() string
	faults() []fault[S]
	across(acrossFault) (harm func(sound S, with *common) S, has bool)
	check(t *testing.T)
}

// Repo describes a Repo of a store to [Faults]. Replace returns the sound store with
// this Repo and this outbox in the places of its own.
func Repo[S townclerk.Outbox, T, Q any](k storecheck.Kind[S, T, Q], replace func(sound S, repo townclerk.Repo[T, Q], outbox townclerk.Outbox) S) Part[S] {
	return &part[S, T, Q]{Kind: k, replace: replace, fields: fieldsOf(k)}
}

// fault is a mistake, and the one rule that it breaks.
type fault[S townclerk.Outbox] struct {
	name, rule string
	outbox     bool // the rule is about the outbox, and so about all Repos
	once       bool // it is the outbox that is broken, and no Repo
	lacks      string
	harm       func(sound S) S // nil if the aggregates lack what it needs
}

// Faults breaks the stores that open returns, which are sound and empty, in every way
// that is known, and holds each to check, a domain's CheckStore. A fault that the
// aggregates of a Repo cannot have is skipped.
//
// Whatever is wrong with one Repo is tried with the rules about that Repo and about
// what all have in common: the others are the sound store's own. With -short, it is
// tried with the one rule that must fail, and not that no other does.
func Faults[S townclerk.Outbox](t *testing.T, check func(context.Context, Opener[S]) error, open func() S, parts ...Part[S]) {
	broken := func(ctx context.Context, harm func(S) S) []string {
		return rulesIn(check(ctx, func(context.Context) (S, func() error, error) {
			return harm(open()), func() error { return nil }, nil
		}))
	}
	t.Run("sound", func(t *testing.T) {
		t.Parallel()
		require.Empty(t, broken(t.Context(), func(s S) S { return s }))
	})
	for i, p := range parts {
		t.Run(p.name(), func(t *testing.T) {
			t.Parallel()
			p.check(t)
			for _, f := range p.faults() {
				if f.once && i > 0 {
					continue // the first has it
				}
				t.Run(f.name, func(t *testing.T) {
					t.Parallel()
					if f.harm == nil {
						t.Skipf("%s lacks %s", p.name(), f.lacks)
					}
					want := f.rule
					if len(parts) > 1 && !f.outbox {
						want = p.name() + " " + f.rule
					}
					ctx := storecheck.Only(t.Context(), func(rule string) bool {
						if testing.Short() {
							return rule == want
						}
						return f.once || !slices.ContainsFunc(parts, func(another Part[S]) bool {
							return another.name() != p.name() && strings.HasPrefix(rule, another.name()+" ")
						})
					})
					if got := broken(ctx, f.harm); !slices.Equal(got, []string{want}) {
						t.Errorf("broke %q, want %q", got, want)
					}
				})
			}
		})
	}
	if len(parts) > 1 {
		t.Run("across", func(t *testing.T) {
			t.Parallel()
			for _, f := range acrossFaults {
				t.Run(f.name, func(t *testing.T) {
					t.Parallel()
					confuse(t, f, broken, parts)
				})
			}
		})
	}
}

// confuse mixes up all parts that can be mixed up so.
func confuse[S townclerk.Outbox](t *testing.T, f acrossFault, broken func(context.Context, func(S) S) []string, parts []Part[S]) {
	var harms []func(S, *common) S
	for _, p := range parts {
		if harm, has := p.across(f); has {
			harms = append(harms, harm)
		}
	}
	if len(harms) < 2 {
		t.Skipf("fewer than two Repos have %s", f.needs)
	}
	ctx := storecheck.Only(t.Context(), func(rule string) bool { return !testing.Short() || rule == f.rule })
	got := broken(ctx, func(s S) S {
		with := newCommon()
		for _, harm := range harms {
			s = harm(s, with)
		}
		return s
	})
	if !slices.Equal(got, []string{f.rule}) {
		t.Errorf("broke %q, want %q", got, f.rule)
	}
}

// rulesIn returns the rules that the failures begin with.
func rulesIn(err error) []string {
	var rules []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, failure := range joined.Unwrap() {
			for _, rule := range rulesIn(failure) {
				if !slices.Contains(rules, rule) {
					rules = append(rules, rule)
				}
			}
		}
	} else if err != nil {
		rule, _, _ := strings.Cut(err.Error(), ": ")
		rules = append(rules, rule)
	}
	return rules
}
