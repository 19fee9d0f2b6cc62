package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storecheck"
)

// Short names for what the faults are full of.
type (
	c      = context.Context
	tenant = townclerk.Tenant
	event  = townclerk.Event
	seq    = townclerk.Seq
)

// catalogue collects the faults of a part.
type catalogue[S townclerk.Outbox, T, Q any] struct {
	*part[S, T, Q]
	list []fault[S]
}

func (p *part[S, T, Q]) faults() []fault[S] {
	cat := &catalogue[S, T, Q]{part: p}
	cat.creating()
	cat.putting()
	cat.copying()
	cat.texts()
	cat.instants()
	cat.atOnce()
	cat.contexts()
	cat.tenants()
	cat.lists()
	cat.pages()
	cat.selections()
	cat.keys()
	cat.numbers()
	cat.claims()
	cat.outbox()
	return cat.list
}

// add adds a fault that breaks the rule.
func (cat *catalogue[S, T, Q]) add(name, rule string, harm func(*faulty[S, T, Q])) {
	cat.list = append(cat.list, fault[S]{name: name, rule: rule, harm: func(sound S) S { return cat.wrap(sound, harm) }})
}

// addTo adds a fault that needs a field; without one, it is skipped as lacking that.
func (cat *catalogue[S, T, Q]) addTo(f *field, lacks, name, rule string, harm func(*faulty[S, T, Q], field)) {
	if f == nil {
		cat.list = append(cat.list, fault[S]{name: name, rule: rule, lacks: lacks})
		return
	}
	cat.add(name+": "+f.name, rule, func(b *faulty[S, T, Q]) { harm(b, *f) })
}

// addIf adds a fault for aggregates that have something.
func (cat *catalogue[S, T, Q]) addIf(has bool, lacks, name, rule string, harm func(*faulty[S, T, Q])) {
	if !has {
		cat.list = append(cat.list, fault[S]{name: name, rule: rule, lacks: lacks})
		return
	}
	cat.add(name, rule, harm)
}

// change does something to the field wherever t has it.
func change[T any](t *T, f field, do func(reflect.Value)) {
	for _, v := range f.in(t) {
		do(v)
	}
}

func zero(v reflect.Value) { v.SetZero() }

func (cat *catalogue[S, T, Q]) creating() {
	cat.add("Create keeps the caller's Version", "create", func(f *faulty[S, T, Q]) {
		kept := map[string]int64{}
		f.creates = true
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			got, err := next(ctx, of, t, events...)
			if v := *f.Version(&t); v != 0 && err == nil {
				f.with(func() { kept[at(of, f.ID(&t))] = v })
			}
			return got, err
		}
		f.out = func(of tenant, t *T) {
			f.with(func() {
				if v, ok := kept[at(of, f.ID(t))]; ok && *f.Version(t) == 1 {
					*f.Version(t) = v
				}
			})
		}
	})
	cat.addTo(cat.fields.pick(leaf, text, single), "a field that no rule asks for", "a field is forgotten", "create", func(f *faulty[S, T, Q], forgotten field) {
		f.out = func(_ tenant, t *T) { change(t, forgotten, zero) }
	})
	cat.addTo(cat.fields.pick(refers), "slices, maps and pointers", "what a field refers to is forgotten", "create", func(f *faulty[S, T, Q], forgotten field) {
		f.out = func(_ tenant, t *T) { change(t, forgotten, zero) }
	})
	cat.addTo(cat.fields.pick(slice), "slices", "the last element is forgotten", "create", func(f *faulty[S, T, Q], short field) {
		f.out = func(_ tenant, t *T) {
			change(t, short, func(v reflect.Value) {
				if n := v.Len(); n > 0 {
					v.SetLen(n - 1)
				}
			})
		}
	})
	cat.add("Create replaces what has the id", "id taken", func(f *faulty[S, T, Q]) {
		f.creates = true
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			got, err := next(ctx, of, t, events...)
			if !errors.Is(err, townclerk.ErrExists) || ctx.Err() != nil {
				return got, err
			}
			stored, missing := f.sound.Get(ctx, of, f.ID(&t))
			if missing != nil {
				return got, err
			}
			*f.Version(&t) = *f.Version(&stored)
			return f.sound.Put(ctx, of, t, events...)
		}
	})
	cat.add("an id that is taken is another error", "id taken", func(f *faulty[S, T, Q]) {
		f.creates = true
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			got, err := next(ctx, of, t, events...)
			if errors.Is(err, townclerk.ErrExists) && !f.missing(ctx, of, f.ID(&t)) {
				err = errors.New("UNIQUE constraint failed: id")
			}
			return got, err
		}
	})
}

func slice(f field) bool { return f.typ.Kind() == reflect.Slice && !jsonText(f) }

func jsonText(f field) bool { return f.typ.Elem().Kind() == reflect.Uint8 }

func (cat *catalogue[S, T, Q]) putting() {
	own := cat.fields.pick(func(f field) bool { return leaf(f) && single(f) }, text)
	cat.addTo(own, "a field that no rule asks for", "Put forgets a field", "put", func(f *faulty[S, T, Q], forgotten field) {
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
			change(&t, forgotten, zero)
			return f.sound.Put(ctx, of, t, events...)
		}
	})
	cat.addTo(own, "a field that no rule asks for", "Put leaves what is empty as it was", "put", func(f *faulty[S, T, Q], left field) {
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
			if old, err := f.sound.Get(ctx, of, f.ID(&t)); err == nil {
				for i, v := range left.in(&t) {
					if v.IsZero() {
						v.Set(left.in(&old)[i])
					}
				}
			}
			return f.sound.Put(ctx, of, t, events...)
		}
	})
	// unchecked puts whatever the Version.
	unchecked := func(f *faulty[S, T, Q], ctx c, of tenant, t T, events []event) (T, error) {
		for {
			got, err := f.sound.Put(ctx, of, t, events...)
			conflict := (*townclerk.ConflictError)(nil)
			if !errors.As(err, &conflict) {
				return got, err
			}
			*f.Version(&t) = conflict.Have
		}
	}
	cat.add("no version check", "version", func(f *faulty[S, T, Q]) {
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) { return unchecked(f, ctx, of, t, events) }
	})
	cat.add("the version is checked before the transaction", "version", func(f *faulty[S, T, Q]) {
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
			old, err := f.sound.Get(ctx, of, f.ID(&t))
			if err != nil {
				return t, err
			}
			if have, want := *f.Version(&old), *f.Version(&t); have != want {
				return t, &townclerk.ConflictError{ID: f.ID(&t), Have: have, Want: want}
			}
			time.Sleep(time.Millisecond) // and meanwhile others do the same
			return unchecked(f, ctx, of, t, events)
		}
	})
	cat.add("a conflict does not say what is stored", "version", func(f *faulty[S, T, Q]) {
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
			got, err := f.sound.Put(ctx, of, t, events...)
			if errors.Is(err, townclerk.ErrConflict) {
				err = &townclerk.ConflictError{ID: f.ID(&t), Want: *f.Version(&t)}
			}
			return got, err
		}
	})
	cat.add("Get of what is not there returns an empty one", "not found", func(f *faulty[S, T, Q]) {
		f.get = func(ctx c, of tenant, id string) (T, error) {
			got, err := f.sound.Get(ctx, of, id)
			if errors.Is(err, townclerk.ErrNotFound) && of == "town" && strings.HasPrefix(id, "sample-00") && len(id) > 10 {
				err = nil
			}
			return got, err
		}
	})
	cat.add("Put makes what is not there", "not found", func(f *faulty[S, T, Q]) {
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
			got, err := f.sound.Put(ctx, of, t, events...)
			if errors.Is(err, townclerk.ErrNotFound) && *f.Version(&t) == 0 {
				return f.sound.Create(ctx, of, t, events...)
			}
			return got, err
		}
	})
}

func (cat *catalogue[S, T, Q]) copying() {
	kept := cat.fields.pick(refers, mapping, func(f field) bool { return f.many })
	const lacks = "slices, maps and pointers"
	cat.addTo(kept, lacks, "Create keeps what the caller's field refers to", "copies", func(f *faulty[S, T, Q], kept field) {
		keep := sharing(f, kept)
		f.creates = true
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			got, err := next(ctx, of, t, events...)
			keep(of, &t, &got, err)
			return got, err
		}
	})
	cat.addTo(kept, lacks, "Put keeps what the caller's field refers to", "copies", func(f *faulty[S, T, Q], kept field) {
		keep := sharing(f, kept)
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
			got, err := f.sound.Put(ctx, of, t, events...)
			keep(of, &t, &got, err)
			return got, err
		}
	})
	one := cat.fields.pick(refers, slice, single)
	cat.addTo(one, lacks, "what is read twice is one value", "copies", func(f *faulty[S, T, Q], one field) {
		cached := caching(f, one)
		f.get = func(ctx c, of tenant, id string) (T, error) {
			got, err := f.sound.Get(ctx, of, id)
			if err == nil {
				cached(of, &got)
			}
			return got, err
		}
	})
	cat.addTo(one, lacks, "List returns what is stored", "copies", func(f *faulty[S, T, Q], one field) {
		cached := caching(f, one)
		f.list = func(ctx c, of tenant, q Q) (townclerk.Page[T], error) {
			page, err := f.sound.List(ctx, of, q)
			for i := range page.Items {
				cached(of, &page.Items[i])
			}
			return page, err
		}
	})
	if cat.NextAt == nil {
		one = nil
	}
	cat.addTo(one, "a NextAt, or "+lacks, "Claim returns what is stored", "copies", func(f *faulty[S, T, Q], one field) {
		cached := caching(f, one)
		f.claim = func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			list, err := f.sound.Claim(ctx, of, now, until, limit)
			for i := range list {
				cached(of, &list[i])
			}
			return list, err
		}
	})
}

// sharing has Get return what keep was given of the value that went into a call.
func sharing[S townclerk.Outbox, T, Q any](f *faulty[S, T, Q], shared field) (keep func(of tenant, in, stored *T, err error)) {
	kept := map[string]T{}
	f.get = func(ctx c, of tenant, id string) (T, error) {
		got, err := f.sound.Get(ctx, of, id)
		if err != nil {
			return got, err
		}
		f.with(func() {
			if in, ok := kept[f.version(of, &got)]; ok {
				in = storecheck.Copy(in)
				from := shared.in(&in)
				for i, v := range shared.in(&got) {
					v.Set(from[i])
				}
			}
		})
		return got, nil
	}
	return func(of tenant, in, stored *T, err error) {
		if err == nil && len(shared.in(in)) > 0 {
			f.with(func() { kept[f.version(of, stored)] = *in })
		}
	}
}

// caching gives all who read one version of an aggregate the same memory for a field.
func caching[S townclerk.Outbox, T, Q any](f *faulty[S, T, Q], shared field) func(of tenant, t *T) {
	kept := map[string]T{}
	return func(of tenant, t *T) {
		f.with(func() {
			key := f.version(of, t)
			first, ok := kept[key]
			if !ok {
				first = *t
				kept[key] = first
			}
			from := shared.in(&first)
			for i, v := range shared.in(t) {
				v.Set(from[i])
			}
		})
	}
}

func (cat *catalogue[S, T, Q]) texts() {
	const lacks = "text that no rule asks for"
	for _, tt := range []struct {
		name   string
		better []func(field) bool
		do     func(string) string
	}{
		{"text is cut off", []func(field) bool{single}, func(s string) string { return s[:min(len(s), 3900)] }},
		{"text in one code page", nil, func(s string) string {
			return strings.Map(func(r rune) rune {
				if r > 0x6ff {
					return '?'
				}
				return r
			}, s)
		}},
		{"spaces are trimmed", []func(field) bool{single}, strings.TrimSpace},
	} {
		better := tt.better
		if better == nil {
			better = []func(field) bool{func(f field) bool { return f.many }}
		}
		cat.addTo(cat.fields.pick(text, better...), lacks, tt.name, "text", func(f *faulty[S, T, Q], changed field) {
			f.out = func(_ tenant, t *T) {
				change(t, changed, func(v reflect.Value) { v.SetString(tt.do(v.String())) })
			}
		})
	}
}

func (cat *catalogue[S, T, Q]) instants() {
	zone := time.FixedZone("IST", 2*3600)
	for _, tt := range []struct {
		name   string
		nested bool
		do     func(time.Time) time.Time
	}{
		{"milliseconds", true, func(t time.Time) time.Time { return t.Truncate(time.Millisecond) }},
		{"instants in a zone", false, func(t time.Time) time.Time { return t.In(zone) }},
		{"nanoseconds since 1970, which end in 2262", true, func(t time.Time) time.Time {
			if t.IsZero() {
				return t
			}
			return time.Unix(0, t.UnixNano()).UTC()
		}},
		{"the zero instant is 1970", false, func(t time.Time) time.Time {
			if t.IsZero() {
				return time.Unix(0, 0).UTC()
			}
			return t
		}},
	} {
		f := cat.fields.pick(instant, func(f field) bool { return f.many == tt.nested })
		cat.addTo(f, "instants that no rule asks for", tt.name, "time", func(f *faulty[S, T, Q], changed field) {
			f.out = func(_ tenant, t *T) {
				if f.empty(t) {
					return
				}
				change(t, changed, func(v reflect.Value) { v.Set(reflect.ValueOf(tt.do(v.Interface().(time.Time)))) })
			}
		})
	}
}

// empty says whether an aggregate has nothing in it but what a store needs.
func (f *faulty[S, T, Q]) empty(t *T) bool {
	var empty T
	f.SetID(&empty, f.ID(t))
	*f.Version(&empty) = *f.Version(t)
	if f.Number != nil {
		*f.Number(&empty) = *f.Number(t)
	}
	return reflect.DeepEqual(*t, empty)
}

// onTheSide records events with an aggregate that nobody asked for.
func (f *faulty[S, T, Q]) onTheSide(ctx c, of tenant, events []event) {
	var t T
	f.with(func() { f.SetID(&t, fmt.Sprintf("\x01 on the side %d", f.count())) })
	_, _ = f.sound.Create(context.WithoutCancel(ctx), of, t, events...)
}

// count counts up; the caller has the lock.
func (f *faulty[S, T, Q]) count() int {
	f.counted++
	return f.counted
}

func (cat *catalogue[S, T, Q]) atOnce() {
	cat.add("events are recorded whatever becomes of the write", "all or nothing", func(f *faulty[S, T, Q]) {
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			ended := ctx.Err() != nil
			got, err := next(ctx, of, t, events...)
			if err != nil && !ended && len(events) > 0 {
				f.onTheSide(ctx, of, events)
			}
			return got, err
		}
	})
	cat.add("events are recorded if all went well, but a stale Put", "all or nothing", func(f *faulty[S, T, Q]) {
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			got, err := next(ctx, of, t, events...)
			if errors.Is(err, townclerk.ErrConflict) && len(events) > 0 {
				f.onTheSide(ctx, of, events)
			}
			return got, err
		}
	})
	cat.add("events are lost", "all or nothing", func(f *faulty[S, T, Q]) {
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
			if len(events) == 2 {
				events = events[:1]
			}
			return f.sound.Put(ctx, of, t, events...)
		}
	})
}

func (cat *catalogue[S, T, Q]) contexts() {
	cat.add("a context is not heeded", "context", func(f *faulty[S, T, Q]) {
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
			return f.sound.Put(context.WithoutCancel(ctx), of, t, events...)
		}
	})
	cat.add("a context's end is not named", "context", func(f *faulty[S, T, Q]) {
		f.list = func(ctx c, of tenant, q Q) (townclerk.Page[T], error) {
			page, err := f.sound.List(ctx, of, q)
			if ctx.Err() != nil {
				err = errors.New("interrupted")
			}
			return page, err
		}
	})
	cat.addIf(cat.NextAt != nil, "a NextAt", "a claim is made though the context has ended", "context", func(f *faulty[S, T, Q]) {
		f.claim = func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			list, err := f.sound.Claim(context.WithoutCancel(ctx), of, now, until, limit)
			return list, errors.Join(err, ctx.Err())
		}
	})
}

func (cat *catalogue[S, T, Q]) tenants() {
	cat.add("a list across tenants", "tenants", func(f *faulty[S, T, Q]) {
		var known []tenant
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			f.with(func() {
				if !slices.Contains(known, of) {
					known = append(known, of)
				}
			})
			return next(ctx, of, t, events...)
		}
		f.list = func(ctx c, of tenant, q Q) (townclerk.Page[T], error) {
			page, err := f.sound.List(ctx, of, q)
			var all []tenant
			f.with(func() { all = slices.Clone(known) })
			for _, another := range all {
				if another != of && page.Next == "" && err == nil {
					more, _ := f.all(ctx, another, q)
					page.Items = append(page.Items, more...)
				}
			}
			return page, err
		}
	})
	cat.add("Get finds any tenant's", "tenants", func(f *faulty[S, T, Q]) {
		f.get = func(ctx c, of tenant, id string) (T, error) {
			got, err := f.sound.Get(ctx, of, id)
			if errors.Is(err, townclerk.ErrNotFound) && of == "other" {
				return f.sound.Get(ctx, "town", id)
			}
			return got, err
		}
	})
	cat.add("Put finds any tenant's", "tenants", func(f *faulty[S, T, Q]) {
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
			got, err := f.sound.Put(ctx, of, t, events...)
			if errors.Is(err, townclerk.ErrNotFound) && of == "other" {
				return f.sound.Put(ctx, "town", t, events...)
			}
			return got, err
		}
	})
	cat.addIf(cat.NextAt != nil, "a NextAt", "a claim across tenants", "tenants", func(f *faulty[S, T, Q]) {
		f.claim = func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			list, err := f.sound.Claim(ctx, of, now, until, limit)
			if of == "other" && err == nil {
				more, _ := f.sound.Claim(ctx, "town", now, until, limit)
				list = append(list, more...)
			}
			return list, err
		}
	})
	cat.add("an id is taken for all tenants", "tenants", func(f *faulty[S, T, Q]) {
		f.creates = true
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			if of == "other" && !f.missing(ctx, "town", f.ID(&t)) {
				return t, townclerk.ErrExists
			}
			return next(ctx, of, t, events...)
		}
	})
	cat.add("tenant and id are one key", "tenants", func(f *faulty[S, T, Q]) {
		keys := map[string]bool{}
		f.creates = true
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			key := string(of) + ":" + f.ID(&t)
			var taken bool
			f.with(func() { taken = keys[key] })
			if taken {
				return t, townclerk.ErrExists
			}
			got, err := next(ctx, of, t, events...)
			if err == nil {
				f.with(func() { keys[key] = true })
			}
			return got, err
		}
	})
}
