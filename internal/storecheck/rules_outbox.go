package storecheck

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/townclerk/townclerk"
)

// whole is an attempt at what the Repos of a store have in common.
type whole struct {
	*attempt
	repos []repository
}

// storeRule is a rule that does not mind what the aggregates are.
type storeRule struct {
	name string
	try  func(*whole)
}

// outboxRules are those about events and cursors. The events are of all kinds of
// aggregates that the store keeps.
var outboxRules = []storeRule{
	{"events", (*whole).eventsRule},
	{"late seq", (*whole).lateSeq},
	{"cursors", (*whole).cursors},
	{"outbox copies", (*whole).copies},
	{"outbox text", (*whole).text},
	{"outbox time", (*whole).time},
	{"outbox context", (*whole).context},
	{"outbox tenants", (*whole).tenants},
}

// repository is a Repo of any kind of aggregate.
type repository interface {
	name() string
	// write writes the nth aggregate under an id: with Create if no version of it was
	// read, else with Put.
	write(tenant townclerk.Tenant, id string, n int, read int64, events ...townclerk.Event) error
	// version returns that of what is stored under an id.
	version(tenant townclerk.Tenant, id string) (int64, error)
	listed(tenant townclerk.Tenant) []string
	traits
}

func (tr *trial[S, T, Q]) write(tenant townclerk.Tenant, id string, n int, read int64, events ...townclerk.Event) (err error) {
	t := tr.bare(n, id)
	if read == 0 {
		_, err = tr.repo.Create(tr.ctx, tenant, t, events...)
		return err
	}
	*tr.Version(&t) = read
	_, err = tr.repo.Put(tr.ctx, tenant, t, events...)
	return err
}

func (tr *trial[S, T, Q]) version(tenant townclerk.Tenant, id string) (int64, error) {
	t, err := tr.repo.Get(tr.ctx, tenant, id)
	return *tr.Version(&t), err
}

func (tr *trial[S, T, Q]) listed(tenant townclerk.Tenant) []string {
	var q Q
	return tr.ids(tr.list(tenant, q, 0))
}

// eventsRule: events have Seqs from 1 without holes, in the order in which they
// were given, whichever Repo they were given to, and come out as they went in, at
// most as many as were asked for.
func (w *whole) eventsRule() {
	var want []townclerk.Event
	write := func(of, read, n int) {
		repo := w.repos[of%len(w.repos)]
		id := fmt.Sprintf("sample-%03d", of)
		var list []townclerk.Event
		for range n {
			e := event(id, fmt.Sprintf("sample.%d", len(want)+1))
			if len(want)%3 == 1 {
				e.Actor, e.Data = "", nil
			}
			list = append(list, e)
			e.Seq = townclerk.Seq(len(want) + 1)
			want = append(want, e)
		}
		w.must(repo.write(town, id, of, int64(read), list...), "write of %s", id)
		for _, e := range list {
			if e.Seq != 0 {
				w.failf("a write changed the Seq of the caller's event to %d", e.Seq)
			}
		}
	}
	for of := range max(2, len(w.repos)) {
		write(of, 0, 3-of%2)
	}
	for read := range 3 {
		for of := range w.repos {
			write(of, read+1, []int{0, 1, 5}[read])
		}
	}
	w.same("Events", w.events(town), want)
	for after := range len(want) + 2 {
		for limit := range 5 {
			got, err := w.store.Events(w.ctx, town, townclerk.Seq(after), limit)
			w.must(err, "Events after %d, at most %d", after, limit)
			from := min(after, len(want))
			w.same(fmt.Sprintf("Events after %d, at most %d", after, limit), got, want[from:min(from+limit, len(want))])
		}
	}
}

// lateSeq: once a reader was given an event, none with a lower Seq appears,
// however many write at once.
func (w *whole) lateSeq() {
	var writing atomic.Int64
	writers := max(4, 2*len(w.repos))
	writing.Store(int64(writers))
	var mu sync.Mutex
	seen := map[townclerk.Seq]bool{}
	w.together(writers+1, func(i int) {
		if i < writers {
			defer writing.Add(-1)
			for j := range 100 / writers {
				id := fmt.Sprintf("sample-%d-%d", i, j)
				err := w.repos[i%len(w.repos)].write(town, id, 100*i+j, 0, event(id, "sample.one"), event(id, "sample.two"))
				w.must(err, "Create among others")
			}
			return
		}
		after := townclerk.Seq(0)
		for last := false; !last; {
			last = writing.Load() == 0
			page, err := w.store.Events(w.ctx, town, after, 1000)
			w.must(err, "Events while others write")
			mu.Lock()
			for _, e := range page {
				seen[e.Seq] = true
				after = max(after, e.Seq)
			}
			mu.Unlock()
			runtime.Gosched()
		}
	})
	for _, e := range w.events(town) {
		if !seen[e.Seq] {
			w.failf("the event with Seq %d appeared after one with a higher Seq", e.Seq)
		}
	}
}

// cursors: each consumer has its own, 0 at first, and it does not go back.
func (w *whole) cursors() {
	is := func(consumer string, want townclerk.Seq) {
		got, err := w.store.Cursor(w.ctx, town, consumer)
		w.must(err, "Cursor of %q", consumer)
		if got != want {
			w.failf("Cursor of %q is %d, want %d", consumer, got, want)
		}
	}
	set := func(consumer string, seq townclerk.Seq) {
		w.must(w.store.SetCursor(w.ctx, town, consumer, seq), "SetCursor of %q", consumer)
	}
	is("reports", 0)
	set("reports", 5)
	is("reports", 5)
	is("Reports", 0)
	set("notices", 2)
	is("notices", 2)
	set("reports", 3)
	is("reports", 5)
	set("reports", 1<<40)
	is("reports", 1<<40)
	is("notices", 2)

	w.together(4, func(i int) {
		for j := range 10 {
			set("racing", townclerk.Seq(10*i+j))
		}
	})
	is("racing", 39)
}

// written records one event with an aggregate, and returns it as it should come out.
func (w *whole) written(tenant townclerk.Tenant, n int, e townclerk.Event) {
	err := w.repos[n%len(w.repos)].write(tenant, e.Aggregate, n, 0, e)
	w.must(err, "Create of %s", e.Aggregate)
}

// copies: no event that goes in or comes out shares its Data with what is stored.
func (w *whole) copies() {
	for n := range w.repos {
		in := event(fmt.Sprintf("sample-%03d", n), "sample.created")
		want := deep(in)
		want.Seq = townclerk.Seq(n + 1)
		w.written(town, n, in)
		for _, what := range []string{"went into Create", "Events returned"} {
			for i := range in.Data {
				in.Data[i] = '!'
			}
			list := w.events(town)
			if len(list) != n+1 {
				return // that is for another rule to say
			}
			i := slices.IndexFunc(list, func(e townclerk.Event) bool { return e.Aggregate == want.Aggregate })
			if i < 0 {
				return
			}
			list[i].Seq = want.Seq // likewise
			w.same("Events, after the caller changed what "+what, list[i], want)
			in = list[i]
		}
	}
}

// text: that of an event comes out as it went in, in any script.
func (w *whole) text() {
	tenant := townclerk.Tenant("רעננה \u200e— Рашка")
	for n := range odd {
		e := event(fmt.Sprintf("%d %s", n, odd[n]), "sample.created")
		e.Actor, e.Kind = townclerk.Actor(odd[n]), "sample."+odd[n]
		w.written(tenant, n, e)
		w.comesOut(tenant, e)
	}
}

// time: the instants of an event come out as they went in, to the microsecond and in UTC.
func (w *whole) time() {
	for n, instants := range oddInstants {
		e := event(fmt.Sprintf("sample-%03d", n), "sample.created")
		e.At, e.Recorded = instants[0], instants[1%len(instants)]
		w.written(town, n, e)
		w.comesOut(town, e)
	}
}

func (w *whole) comesOut(tenant townclerk.Tenant, want townclerk.Event) {
	for _, e := range of(w.events(tenant), want.Aggregate) {
		want.Seq = e.Seq
		w.same("the event", e, want)
		if d := elsewhere(reflect.ValueOf(e)); d != "" {
			w.failf("the event: %s", d)
		}
	}
}

// context: a call whose context has ended says so and does nothing.
func (w *whole) context() {
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	ended := func(what string, err error) {
		if !errors.Is(err, context.Canceled) {
			w.failf("%s with a cancelled context: %v, want an error that wraps context.Canceled", what, err)
		}
	}
	_, err := w.store.Events(ctx, town, 0, 10)
	ended("Events", err)
	_, err = w.store.Cursor(ctx, town, "reports")
	ended("Cursor", err)
	ended("SetCursor", w.store.SetCursor(ctx, town, "reports", 9))
	if seq, err := w.store.Cursor(w.ctx, town, "reports"); err == nil && seq == 9 {
		w.failf("SetCursor with a cancelled context stored the cursor")
	}
}

// tenants: to a tenant, another's events and consumers do not exist.
func (w *whole) tenants() {
	for n := range w.repos {
		w.written(town, n, event(fmt.Sprintf("sample-%03d", n), "sample.created"))
	}
	w.must(w.store.SetCursor(w.ctx, town, "reports", 5), "SetCursor")
	if n := len(w.events(other)); n != 0 {
		w.failf("Events returned %d of another tenant's", n)
	}
	if seq, err := w.store.Cursor(w.ctx, other, "reports"); err != nil || seq != 0 {
		w.failf("Cursor of another tenant's consumer: %d, %v; want 0", seq, err)
	}
	w.written(other, 50, event("theirs", "sample.created"))
	if list := w.events(other); len(list) != 1 || list[0].Seq != 1 {
		w.failf("the first event of a tenant is not alone with Seq 1, but %v", seqs(list))
	}
}

func seqs(list []townclerk.Event) []townclerk.Seq {
	seqs := make([]townclerk.Seq, len(list))
	for i, e := range list {
		seqs[i] = e.Seq
	}
	return seqs
}
