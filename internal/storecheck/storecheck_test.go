package storecheck_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/memtable"
	"github.com/townclerk/townclerk/internal/storecheck"
)

// asset has a unique key, which tickets have not, and neither a Number nor a NextAt.
type asset struct {
	ID, Serial, Room string
	Version          int64
	Bought           time.Time
	Labels           map[string][]string
}

type query struct {
	Room  string
	After string
	Limit int
}

// store is sound unless one of its repository's methods is replaced.
type store struct {
	*memtable.DB
	townclerk.Repo[asset, query]
	put    func(context.Context, townclerk.Tenant, asset) (asset, error)
	create func(context.Context, townclerk.Tenant, asset) (asset, error)
}

func (s *store) Create(ctx context.Context, tenant townclerk.Tenant, a asset, events ...townclerk.Event) (asset, error) {
	if s.create != nil {
		if got, err := s.create(ctx, tenant, a); got.ID != "" || err != nil {
			return got, err
		}
	}
	return s.Repo.Create(ctx, tenant, a, events...)
}

func (s *store) Put(ctx context.Context, tenant townclerk.Tenant, a asset, events ...townclerk.Event) (asset, error) {
	if s.put != nil {
		if got, err := s.put(ctx, tenant, a); got.ID != "" || err != nil {
			return got, err
		}
	}
	return s.Repo.Put(ctx, tenant, a, events...)
}

func open(unique bool, harm func(*store)) func(context.Context) (*store, func() error, error) {
	return func(context.Context) (*store, func() error, error) {
		assets := memtable.NewTable(memtable.Kind[asset, query]{
			Name:    "asset",
			ID:      func(a *asset) string { return a.ID },
			Version: func(a *asset) *int64 { return &a.Version },
			Order:   func(k memtable.Key, a *asset) memtable.Key { return k.Time(a.Bought) },
			Indexes: []memtable.Index[asset]{
				{Name: "serial number", Unique: unique, Value: func(a *asset) string { return a.Serial }},
			},
			Search: func(q query) memtable.Search[asset] {
				return memtable.Search[asset]{After: q.After, Limit: q.Limit, Match: func(a *asset) bool {
					return q.Room == "" || q.Room == a.Room
				}}
			},
		})
		s := &store{DB: memtable.New(assets), Repo: assets}
		if harm != nil {
			harm(s)
		}
		return s, func() error { return nil }, nil
	}
}

func check(ctx context.Context, open func(context.Context) (*store, func() error, error)) error {
	return storecheck.Check(ctx, open, storecheck.Kind[*store, asset, query]{
		Repo:    func(s *store) townclerk.Repo[asset, query] { return s },
		ID:      func(a *asset) string { return a.ID },
		SetID:   func(a *asset, id string) { a.ID = id },
		Version: func(a *asset) *int64 { return &a.Version },
		Unique:  []storecheck.Unique[asset]{{Name: "serial number", Set: func(a *asset, key string) { a.Serial = key }}},
		Place: func(a *asset, place int) {
			a.Bought = time.Date(2026, 1, 1, 0, 0, place, 0, time.UTC)
		},
		Page: func(q *query, after string, limit int) { q.After, q.Limit = after, limit },
		Vary: func(a *asset, n int) { a.Room = []string{"r0", "r1"}[n%2] },
		Selections: []storecheck.Selection[asset, query]{
			{Name: "by room", Query: query{Room: "r1"}, Wants: func(a *asset) bool { return a.Room == "r1" }},
		},
	})
}

// The rules hold for what has no Number and is never due; and a unique key that is
// not enforced, or too much so, is caught by its own rule alone.
func TestUniqueKeys(t *testing.T) {
	for _, tt := range []struct {
		name   string
		unique bool
		harm   func(*store)
		want   []string
	}{
		{"sound", true, nil, nil},
		{"not unique", false, nil, []string{"unique keys"}},
		{"unique for all tenants", true, func(s *store) {
			s.create = func(ctx context.Context, tenant townclerk.Tenant, a asset) (asset, error) {
				if a.Serial == "key-001" && tenant == "other" && a.ID == "sample-003" {
					return asset{}, townclerk.ErrExists
				}
				return asset{}, nil
			}
		}, []string{"unique keys"}},
		{"a Put that keeps its key is refused", true, func(s *store) {
			s.put = func(ctx context.Context, tenant townclerk.Tenant, a asset) (asset, error) {
				if a.ID == "sample-001" && a.Serial == "key-001" && a.Version == 1 {
					if _, err := s.Get(ctx, "other", "sample-003"); err == nil {
						return asset{}, townclerk.ErrExists
					}
				}
				return asset{}, nil
			}
		}, []string{"unique keys"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := check(t.Context(), open(tt.unique, tt.harm))
			if got := rulesIn(err); !slices.Equal(got, tt.want) {
				t.Errorf("broke %q, want %q:\n%v", got, tt.want, err)
			}
		})
	}
}

func rulesIn(err error) (rules []string) {
	if err == nil {
		return nil
	}
	for _, failure := range err.(interface{ Unwrap() []error }).Unwrap() {
		rule, _, _ := strings.Cut(failure.Error(), ": ")
		if !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	return rules
}

// Whatever keeps a rule from being tried is its failure; the others are tried.
func TestWhatKeepsARuleFromBeingTried(t *testing.T) {
	sound := open(true, nil)
	for _, tt := range []struct {
		name, want string
		open       func(context.Context) (*store, func() error, error)
	}{
		{"open fails", "create: open: no disk", func(ctx context.Context) (*store, func() error, error) {
			return nil, nil, errors.New("no disk")
		}},
		{"close fails", "create: close: busy", func(ctx context.Context) (*store, func() error, error) {
			s, _, err := sound(ctx)
			return s, func() error { return errors.New("busy") }, err
		}},
		{"the store panics", "create: panic: oh", open(true, func(s *store) {
			s.create = func(context.Context, townclerk.Tenant, asset) (asset, error) { panic("oh") }
		})},
	} {
		failures := check(t.Context(), tt.open).(interface{ Unwrap() []error }).Unwrap()
		first, _, _ := strings.Cut(failures[0].Error(), "\n")
		if first != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, first, tt.want)
		}
		require.Greater(t, len(failures), 15, tt.name)
	}
}

// Each rule has a store of its own, which is closed.
func TestEachRuleHasAStoreOfItsOwn(t *testing.T) {
	opened, closed := 0, 0
	err := check(t.Context(), func(ctx context.Context) (*store, func() error, error) {
		require.Equal(t, opened, closed)
		opened++
		s, _, err := open(true, nil)(ctx)
		return s, func() error { closed++; return nil }, err
	})
	require.NoError(t, err)
	require.Equal(t, opened, closed)
	require.Equal(t, 23, opened)
}

// A check that is called off says what it did not try.
func TestCheckIsCalledOff(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := check(ctx, open(true, nil))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "list pages: not tried: context canceled")
}
