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

// Kind says how to make and to read the aggregates T of a repository in the store
// S, and how queries Q select them. Aggregates are filled by reflection, so that
// each field of each part is tried, also one that is added later.
type Kind[S townclerk.Outbox, T, Q any] struct {
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
	Vary func(t *T, n int)
	// Selections that set different fields of Q are tried in pairs, too. Together they
	// should set all fields but those that ask for a page.
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
	Alone bool // beside other fields, its own mean something else: it is not in pairs
}

// Aggregates is a [Kind] of any T and Q.
type Aggregates[S townclerk.Outbox] interface {
	name() string
	rules() []rule[S]
	in(a *attempt, store S) repository
}

func (k Kind[S, T, Q]) name() string { return k.Name }

func (k Kind[S, T, Q]) in(a *attempt, store S) repository { return k.trial(a, store) }

func (k Kind[S, T, Q]) trial(a *attempt, store S) *trial[S, T, Q] {
	return &trial[S, T, Q]{Kind: k, attempt: a, repo: k.Repo(store)}
}

// rule is one thing that a store is held to. The failures of a rule start with its name.
type rule[S townclerk.Outbox] struct {
	name string
	try  func(*attempt, S)
}

// Check tries each rule on a store of its own, which open returns and the function
// that comes with it closes. The error joins all failures, each beginning with the
// name of the rule; nil if there are none.
//
// Where the store has several Repos, each kind of aggregate is held to its rules
// under its name, as in "licence create"; then their Repos are, to keep apart what
// belongs to each. The events of all are in one outbox.
func Check[S townclerk.Outbox](ctx context.Context, open func(context.Context) (S, func() error, error), kinds ...Aggregates[S]) error {
	var failures []error
	only, _ := ctx.Value(onlyKey{}).(func(rule string) bool)
	for _, r := range all(kinds) {
		if only == nil || only(r.name) {
			failures = append(failures, check(ctx, r, open)...)
		}
	}
	return errors.Join(failures...)
}

func all[S townclerk.Outbox](kinds []Aggregates[S]) []rule[S] {
	var list []rule[S]
	for _, k := range kinds {
		for _, r := range k.rules() {
			if len(kinds) > 1 {
				r.name = k.name() + " " + r.name
			}
			list = append(list, r)
		}
	}
	list = append(list, shared("", outboxRules, kinds)...)
	if len(kinds) > 1 {
		list = append(list, shared(" across", acrossRules, kinds)...)
	}
	return list
}

// shared are rules about what the Repos of a store have in common.
func shared[S townclerk.Outbox](suffix string, rules []storeRule, kinds []Aggregates[S]) []rule[S] {
	var list []rule[S]
	for _, r := range rules {
		list = append(list, rule[S]{r.name + suffix, func(a *attempt, store S) {
			w := &whole{attempt: a}
			for _, k := range kinds {
				w.repos = append(w.repos, k.in(a, store))
			}
			r.try(w)
		}})
	}
	return list
}

type onlyKey struct{}

// Only has [Check] leave out the rules that keep does not keep, by their names. It
// spares a test that breaks one Repo of a store from trying what it did not touch.
func Only(ctx context.Context, keep func(rule string) bool) context.Context {
	return context.WithValue(ctx, onlyKey{}, keep)
}

func check[S townclerk.Outbox](ctx context.Context, r rule[S], open func(context.Context) (S, func() error, error)) []error {
	if err := ctx.Err(); err != nil {
		return []error{fmt.Errorf("%s: not tried: %w", r.name, err)}
	}
	store, closing, err := open(ctx)
	if err != nil {
		return []error{fmt.Errorf("%s: open: %w", r.name, err)}
	}
	a := &attempt{rule: r.name, ctx: ctx, store: store}
	a.run(func() { r.try(a, store) })
	if err := closing(); err != nil {
		a.failf("close: %w", err)
	}
	return a.failures
}

// most is how many failures of one rule are told. The others are likely the same.
const most = 5

// attempt is a rule on its way over a store.
type attempt struct {
	rule  string
	ctx   context.Context
	store townclerk.Outbox

	mu       sync.Mutex
	failures []error
}

// trial is an attempt at one of the store's Repos.
type trial[S townclerk.Outbox, T, Q any] struct {
	Kind[S, T, Q]
	*attempt
	repo townclerk.Repo[T, Q]
}

// failf records a failure. The rule goes on.
func (a *attempt) failf(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.failures) < most {
		a.failures = append(a.failures, fmt.Errorf("%s: %w", a.rule, fmt.Errorf(format, args...)))
	}
}

// stop is what a rule panics with when it cannot go on.
type stop struct{}

// must ends the rule if what it needs does not work.
func (a *attempt) must(err error, doing string, args ...any) {
	if err != nil {
		a.failf("%s: %w", fmt.Sprintf(doing, args...), err)
		panic(stop{})
	}
}

func (a *attempt) run(try func()) {
	defer func() {
		if p := recover(); p != nil && p != any(stop{}) {
			a.failf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	try()
}

// together runs do n times at once, and waits for all.
func (a *attempt) together(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			a.run(func() { do(i) })
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

// Sample is the nth of the aggregates that Check makes, with something in every
// field, and not due.
func (k Kind[S, T, Q]) Sample(n int) T {
	return k.filled(n, plain())
}

// filled is the nth aggregate, with the filler's texts and instants.
func (k Kind[S, T, Q]) filled(n int, f filler) T {
	var t T
	f.n = 1000 * n
	f.fill(reflect.ValueOf(&t).Elem())
	k.SetID(&t, fmt.Sprintf("sample-%03d", n))
	*k.Version(&t) = 0
	if k.NextAt != nil {
		*k.NextAt(&t) = time.Time{}
	}
	if k.Number != nil {
		*k.Series(&t), *k.Number(&t) = "2026", ""
	}
	for _, u := range k.Unique {
		u.Set(&t, fmt.Sprintf("key-%03d", n))
	}
	k.Place(&t, n)
	return t
}

// bare is the nth aggregate with nothing in it but an id and a place: for rules that
// need many, and do not look into them.
func (k Kind[S, T, Q]) bare(n int, id string) (t T) {
	k.SetID(&t, id)
	k.Place(&t, n)
	return t
}

// due is the nth sample with a NextAt.
func (tr *trial[S, T, Q]) due(n int, at time.Time) T {
	t := tr.Sample(n)
	*tr.NextAt(&t) = at
	return t
}

func (tr *trial[S, T, Q]) event(t *T, kind string) townclerk.Event { return event(tr.ID(t), kind) }

// event is one that happened to the aggregate with this id.
func event(id, kind string) townclerk.Event {
	return townclerk.Event{
		Aggregate: id, Kind: kind, At: noon, Recorded: noon.Add(time.Minute), Actor: "clerk",
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
func (a *attempt) events(tenant townclerk.Tenant) []townclerk.Event {
	var list []townclerk.Event
	for after := townclerk.Seq(0); ; {
		page, err := a.store.Events(a.ctx, tenant, after, 100)
		a.must(err, "Events after %d", after)
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
func (a *attempt) same(what string, got, want any) {
	if d := difference(reflect.ValueOf(got), reflect.ValueOf(want)); d != "" {
		a.failf("%s: %s", what, d)
	}
}

// Copy returns a copy of x all the way down.
func Copy[X any](x X) X { return deep(x) }

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
