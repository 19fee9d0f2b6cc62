package storetest

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storecheck"
)

// part is a Repo of a store.
type part[S townclerk.Outbox, T, Q any] struct {
	storecheck.Kind[S, T, Q]
	replace func(S, townclerk.Repo[T, Q], townclerk.Outbox) S
	fields  fields
}

func (p *part[S, T, Q]) name() string { return p.Name }

// check complains of a field of Q that no selection tries.
func (p *part[S, T, Q]) check(t *testing.T) {
	for _, i := range p.filters() {
		tried := false
		for _, s := range p.Selections {
			tried = tried || !reflect.ValueOf(s.Query).Field(i).IsZero()
		}
		if !tried {
			t.Errorf("no Selection of %s tries the field %s of its query", p.Name, reflect.TypeFor[Q]().Field(i).Name)
		}
	}
}

// filters are the fields of Q, by index, but for those that ask for a page.
func (p *part[S, T, Q]) filters() (list []int) {
	var q Q
	p.Page(&q, "x", 7)
	for i := range reflect.TypeFor[Q]().NumField() {
		if reflect.ValueOf(q).Field(i).IsZero() {
			list = append(list, i)
		}
	}
	return list
}

// asked returns what page a query asks for.
func (p *part[S, T, Q]) asked(q Q) (after string, limit int) {
	var page Q
	p.Page(&page, "x", 7)
	v, of := reflect.ValueOf(q), reflect.ValueOf(page)
	for i := range of.NumField() {
		if of.Field(i).IsZero() {
			continue
		}
		if of.Field(i).Kind() == reflect.String {
			after = v.Field(i).String()
		} else {
			limit = int(v.Field(i).Int())
		}
	}
	return after, limit
}

// faulty is a sound Repo and a sound outbox, of which some methods are replaced.
type faulty[S townclerk.Outbox, T, Q any] struct {
	*part[S, T, Q]
	sound   townclerk.Repo[T, Q]
	log     townclerk.Outbox
	mu      sync.Mutex // for the faults
	counted int

	write   func(next writing[T], ctx context.Context, tenant townclerk.Tenant, t T, events []townclerk.Event) (T, error)
	creates bool // write is of Create only
	put     func(ctx context.Context, tenant townclerk.Tenant, t T, events []townclerk.Event) (T, error)
	get     func(ctx context.Context, tenant townclerk.Tenant, id string) (T, error)
	list    func(ctx context.Context, tenant townclerk.Tenant, q Q) (townclerk.Page[T], error)
	claim   func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]T, error)
	events  func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error)
	cursor  func(ctx context.Context, tenant townclerk.Tenant, consumer string) (townclerk.Seq, error)
	set     func(ctx context.Context, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error
	out     func(tenant townclerk.Tenant, t *T) // changes what Create, Put, Get, List and Claim return
}

// writing is Create or Put.
type writing[T any] = func(context.Context, townclerk.Tenant, T, ...townclerk.Event) (T, error)

func (f *faulty[S, T, Q]) leaving(tenant townclerk.Tenant, t T, err error) (T, error) {
	if f.out != nil && err == nil {
		f.out(tenant, &t)
	}
	return t, err
}

func (f *faulty[S, T, Q]) Create(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	var got T
	var err error
	if f.write != nil {
		got, err = f.write(f.sound.Create, ctx, tenant, t, events)
	} else {
		got, err = f.sound.Create(ctx, tenant, t, events...)
	}
	return f.leaving(tenant, got, err)
}

func (f *faulty[S, T, Q]) Put(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	var got T
	var err error
	switch {
	case f.put != nil:
		got, err = f.put(ctx, tenant, t, events)
	case f.write != nil && !f.creates:
		got, err = f.write(f.sound.Put, ctx, tenant, t, events)
	default:
		got, err = f.sound.Put(ctx, tenant, t, events...)
	}
	return f.leaving(tenant, got, err)
}

func (f *faulty[S, T, Q]) Get(ctx context.Context, tenant townclerk.Tenant, id string) (T, error) {
	get := f.get
	if get == nil {
		get = f.sound.Get
	}
	got, err := get(ctx, tenant, id)
	return f.leaving(tenant, got, err)
}

func (f *faulty[S, T, Q]) List(ctx context.Context, tenant townclerk.Tenant, q Q) (townclerk.Page[T], error) {
	list := f.list
	if list == nil {
		list = f.sound.List
	}
	page, err := list(ctx, tenant, q)
	for i := range page.Items {
		page.Items[i], _ = f.leaving(tenant, page.Items[i], nil)
	}
	return page, err
}

func (f *faulty[S, T, Q]) Claim(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]T, error) {
	claim := f.claim
	if claim == nil {
		claim = f.sound.Claim
	}
	list, err := claim(ctx, tenant, now, until, limit)
	for i := range list {
		list[i], _ = f.leaving(tenant, list[i], nil)
	}
	return list, err
}

func (f *faulty[S, T, Q]) Events(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
	if f.events != nil {
		return f.events(ctx, tenant, after, limit)
	}
	return f.log.Events(ctx, tenant, after, limit)
}

func (f *faulty[S, T, Q]) Cursor(ctx context.Context, tenant townclerk.Tenant, consumer string) (townclerk.Seq, error) {
	if f.cursor != nil {
		return f.cursor(ctx, tenant, consumer)
	}
	return f.log.Cursor(ctx, tenant, consumer)
}

func (f *faulty[S, T, Q]) SetCursor(ctx context.Context, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error {
	if f.set != nil {
		return f.set(ctx, tenant, consumer, seq)
	}
	return f.log.SetCursor(ctx, tenant, consumer, seq)
}

// wrap returns the store with one Repo and its outbox harmed.
func (p *part[S, T, Q]) wrap(sound S, harm func(*faulty[S, T, Q])) S {
	f := &faulty[S, T, Q]{part: p, sound: p.Repo(sound), log: sound}
	harm(f)
	return p.replace(sound, f, f)
}

func (f *faulty[S, T, Q]) with(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// all is everything that the sound Repo has for a tenant.
func (f *faulty[S, T, Q]) all(ctx context.Context, tenant townclerk.Tenant, q Q) ([]T, error) {
	f.Page(&q, "", 100_000)
	page, err := f.sound.List(ctx, tenant, q)
	return page.Items, err
}

// missing says whether there is none with the id.
func (f *faulty[S, T, Q]) missing(ctx context.Context, tenant townclerk.Tenant, id string) bool {
	_, err := f.sound.Get(ctx, tenant, id)
	return err != nil
}

// at is the key under which faults remember an aggregate.
func at(tenant townclerk.Tenant, id string) string { return fmt.Sprintf("%q %q", tenant, id) }

// version is the key under which faults remember a version of an aggregate.
func (f *faulty[S, T, Q]) version(tenant townclerk.Tenant, t *T) string {
	return fmt.Sprint(at(tenant, f.ID(t)), *f.Version(t))
}
