// Package storecheck holds the rules that every store is held to, as
// [townclerk.Repo] and the domains' Stores state them. A domain's CheckStore says
// with a [Kind] what its aggregates are, and calls [Check].
package storecheck

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/townclerk/townclerk"
)

// Log is the part of a store that all have besides their repositories.
type Log interface {
	Events(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error)
	Cursor(ctx context.Context, tenant townclerk.Tenant, consumer string) (townclerk.Seq, error)
	SetCursor(ctx context.Context, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error
}

// Kind says how to make and to read the aggregates T of a repository in the store
// S, and how queries Q select them. Aggregates are filled by reflection, so that
// each field of each part is tried, also one that is added later.
type Kind[S Log, T, Q any] struct {
	Name string // of an aggregate, such as "ticket"
	Repo func(S) townclerk.Repo[T, Q]

	ID      func(*T) string
	SetID   func(*T, string)
	Version func(*T) *int64
	NextAt  func(*T) *time.Time // nil: never due by itself
	Series  func(*T) *string    // nil: no Number
	Number  func(*T) *string
	Unique  []Unique[T]

	// Place says where t comes in a list: after those with a lower place; by the
	// bytes of the id among those with the same.
	Place func(t *T, place int)
	// Page asks for a page.
	Page func(q *Q, after string, limit int)
	// Vary makes the nth of some aggregates differ from others in what Selections
	// look at.
	Vary       func(t *T, n int)
	Selections []Selection[T, Q]
}

// Unique is a key that no two aggregates of a tenant share.
type Unique[T any] struct {
	Name string
	Set  func(*T, string)
}

// Selection is a query, and what it selects.
type Selection[T, Q any] struct {
	Name  string
	Query Q
	Wants func(*T) bool
}

// rule is one thing that a store is held to. The failures of a rule start with its name.
type rule[S Log, T, Q any] struct {
	name string
	try  func(*trial[S, T, Q])
}

// Check tries each rule on a store of its own, which open returns and the function
// that comes with it closes. The error joins all failures, each beginning with the
// name of the rule; nil if there are none.
func Check[S Log, T, Q any](ctx context.Context, k Kind[S, T, Q], open func(context.Context) (S, func() error, error)) error {
	var failures []error
	for _, r := range rules(k) {
		failures = append(failures, check(ctx, k, r, open)...)
	}
	return errors.Join(failures...)
}

func check[S Log, T, Q any](ctx context.Context, k Kind[S, T, Q], r rule[S, T, Q], open func(context.Context) (S, func() error, error)) []error {
	if err := ctx.Err(); err != nil {
		return []error{fmt.Errorf("%s: not tried: %w", r.name, err)}
	}
	store, closing, err := open(ctx)
	if err != nil {
		return []error{fmt.Errorf("%s: open: %w", r.name, err)}
	}
	tr := &trial[S, T, Q]{Kind: k, rule: r.name, ctx: ctx, store: store, repo: k.Repo(store)}
	tr.run(r.try)
	if err := closing(); err != nil {
		tr.failf("close: %w", err)
	}
	return tr.failures
}

// most is how many failures of one rule are told. The others are likely the same.
const most = 5

// trial is a rule on its way over a store.
type trial[S Log, T, Q any] struct {
	Kind[S, T, Q]
	rule  string
	ctx   context.Context
	store S
	repo  townclerk.Repo[T, Q]

	mu       sync.Mutex
	failures []error
}

// failf records a failure. The rule goes on.
func (tr *trial[S, T, Q]) failf(format string, args ...any) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if len(tr.failures) < most {
		tr.failures = append(tr.failures, fmt.Errorf("%s: %w", tr.rule, fmt.Errorf(format, args...)))
	}
}

// stop is what a rule panics with when it cannot go on.
type stop struct{}

// must ends the rule if what it needs does not work.
func (tr *trial[S, T, Q]) must(err error, doing string, args ...any) {
	if err != nil {
		tr.failf("%s: %w", fmt.Sprintf(doing, args...), err)
		panic(stop{})
	}
}

func (tr *trial[S, T, Q]) run(try func(*trial[S, T, Q])) {
	defer func() {
		if p := recover(); p != nil && p != any(stop{}) {
			tr.failf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	try(tr)
}

// together runs do n times at once, and waits for all.
func (tr *trial[S, T, Q]) together(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			tr.run(func(*trial[S, T, Q]) { do(i) })
		})
	}
	all.Wait()
}

const (
	town  townclerk.Tenant = "town"
	other townclerk.Tenant = "other"
)

// noon is an instant that the rules reckon from.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// sample is the nth aggregate, with something in every field, and not due.
func (tr *trial[S, T, Q]) sample(n int) T {
	return tr.filled(n, filler{
		text: func(i int) string { return fmt.Sprintf("text %d", i) },
		at:   func(i int) time.Time { return noon.Add(time.Duration(i) * time.Second) },
	})
}

// filled is the nth aggregate, with the filler's texts and instants.
func (tr *trial[S, T, Q]) filled(n int, f filler) T {
	var t T
	f.n = 1000 * n
	f.fill(reflect.ValueOf(&t).Elem())
	tr.SetID(&t, fmt.Sprintf("sample-%03d", n))
	*tr.Version(&t) = 0
	if tr.NextAt != nil {
		*tr.NextAt(&t) = time.Time{}
	}
	if tr.Number != nil {
		*tr.Series(&t), *tr.Number(&t) = "2026", ""
	}
	for _, u := range tr.Unique {
		u.Set(&t, fmt.Sprintf("key-%03d", n))
	}
	tr.Place(&t, n)
	return t
}

// due is the nth sample with a NextAt.
func (tr *trial[S, T, Q]) due(n int, at time.Time) T {
	t := tr.sample(n)
	*tr.NextAt(&t) = at
	return t
}

func (tr *trial[S, T, Q]) event(t *T, kind string) townclerk.Event {
	return townclerk.Event{
		Aggregate: tr.ID(t), Kind: kind, At: noon, Recorded: noon.Add(time.Minute), Actor: "clerk",
		Data: []byte(`{"because":"of that","parts":[1,2]}`),
	}
}

func (tr *trial[S, T, Q]) create(tenant townclerk.Tenant, t T, events ...townclerk.Event) T {
	got, err := tr.repo.Create(tr.ctx, tenant, t, events...)
	tr.must(err, "Create of %s", tr.ID(&t))
	return got
}

func (tr *trial[S, T, Q]) put(tenant townclerk.Tenant, t T, events ...townclerk.Event) T {
	got, err := tr.repo.Put(tr.ctx, tenant, t, events...)
	tr.must(err, "Put of %s", tr.ID(&t))
	return got
}

func (tr *trial[S, T, Q]) get(tenant townclerk.Tenant, id string) T {
	got, err := tr.repo.Get(tr.ctx, tenant, id)
	tr.must(err, "Get of %s", id)
	return got
}

func (tr *trial[S, T, Q]) claim(tenant townclerk.Tenant, now, until time.Time, limit int) []T {
	got, err := tr.repo.Claim(tr.ctx, tenant, now, until, limit)
	tr.must(err, "Claim")
	return got
}

func (tr *trial[S, T, Q]) ids(list []T) []string {
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = tr.ID(&list[i])
	}
	return ids
}

// list returns what is on all pages, which hold at most limit each.
func (tr *trial[S, T, Q]) list(tenant townclerk.Tenant, q Q, limit int) []T {
	var list []T
	after := ""
	for range 1000 {
		tr.Page(&q, after, limit)
		page, err := tr.repo.List(tr.ctx, tenant, q)
		tr.must(err, "List after %q", after)
		list = append(list, page.Items...)
		if page.Next == "" {
			return list
		}
		after = page.Next
	}
	tr.must(errors.New("a thousand pages, and no end"), "List")
	return nil
}

// events returns all events of a tenant.
func (tr *trial[S, T, Q]) events(tenant townclerk.Tenant) []townclerk.Event {
	var list []townclerk.Event
	for after := townclerk.Seq(0); ; {
		page, err := tr.store.Events(tr.ctx, tenant, after, 100)
		tr.must(err, "Events after %d", after)
		highest := after
		for _, e := range page {
			highest = max(highest, e.Seq)
		}
		if highest == after {
			return list
		}
		list, after = append(list, page...), highest
	}
}

// of returns the events of one aggregate.
func of(list []townclerk.Event, id string) []townclerk.Event {
	return slices.DeleteFunc(slices.Clone(list), func(e townclerk.Event) bool { return e.Aggregate != id })
}

// same complains if got is not want, and says where.
func (tr *trial[S, T, Q]) same(what string, got, want any) {
	if d := difference(reflect.ValueOf(got), reflect.ValueOf(want)); d != "" {
		tr.failf("%s: %s", what, d)
	}
}

// deep is a copy all the way down, to compare with later.
func deep[X any](x X) X {
	v := reflect.New(reflect.TypeFor[X]()).Elem()
	copyInto(v, reflect.ValueOf(&x).Elem())
	return v.Interface().(X)
}

// written is what Create or Put should return for t.
func (tr *trial[S, T, Q]) written(t T, version int64, number string) T {
	t = deep(t)
	*tr.Version(&t) = version
	if tr.Number != nil {
		*tr.Number(&t) = number
	}
	return t
}
