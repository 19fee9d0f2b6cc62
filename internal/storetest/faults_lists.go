package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storecheck"
)

func (cat *catalogue[S, T, Q]) lists() {
	cat.add("a list ordered as a language orders", "list order", func(f *faulty[S, T, Q]) {
		f.list = func(ctx c, of tenant, q Q) (townclerk.Page[T], error) {
			page, err := f.sound.List(ctx, of, q)
			for rest := page.Items; len(rest) > 0; {
				n := 1
				for n < len(rest) && f.fields.placeOf(&rest[n]) == f.fields.placeOf(&rest[0]) {
					n++
				}
				slices.SortStableFunc(rest[:n], func(a, b T) int {
					return strings.Compare(strings.ToLower(f.ID(&a)), strings.ToLower(f.ID(&b)))
				})
				rest = rest[n:]
			}
			return page, err
		}
	})
	cat.add("a list by id", "list order", func(f *faulty[S, T, Q]) {
		f.list = func(ctx c, of tenant, q Q) (townclerk.Page[T], error) {
			page, err := f.sound.List(ctx, of, q)
			slices.SortFunc(page.Items, func(a, b T) int { return strings.Compare(f.ID(&a), f.ID(&b)) })
			return page, err
		}
	})
}

func (cat *catalogue[S, T, Q]) pages() {
	cat.add("pages by how many were seen", "list pages", func(f *faulty[S, T, Q]) {
		f.list = func(ctx c, of tenant, q Q) (page townclerk.Page[T], err error) {
			after, limit := f.asked(q)
			seen := 0
			if after != "" {
				if seen, err = strconv.Atoi(after); err != nil {
					return page, err
				}
			}
			if limit == 0 {
				limit = 100
			}
			list, err := f.all(ctx, of, q)
			page.Items = list[min(seen, len(list)):min(seen+limit, len(list))]
			if seen+limit < len(list) {
				page.Next = strconv.Itoa(seen + limit)
			}
			return page, err
		}
	})
	cat.add("pages that skip those of the same place", "list pages", func(f *faulty[S, T, Q]) {
		f.list = func(ctx c, of tenant, q Q) (page townclerk.Page[T], err error) {
			after, limit := f.asked(q)
			// That rule alone has several of one place, or else what Vary does to the place
			// would be found by another.
			if limit != 3 || len(given(q, f.filters())) > 0 {
				return f.sound.List(ctx, of, q)
			}
			list, err := f.all(ctx, of, q)
			if place, ok := strings.CutPrefix(after, "place "); ok {
				for i := range list {
					if f.fields.placeOf(&list[i]) == place {
						page.Items = list[i+1:] // of the last that has it
					}
				}
				list = page.Items
			} else if after != "" {
				return page, fmt.Errorf("%q was not the Next of a page", after)
			}
			page.Items = list[:min(limit, len(list))]
			if limit < len(list) {
				page.Next = "place " + f.fields.placeOf(&list[limit-1])
			}
			return page, err
		}
	})
	cat.add("a page holds more than asked for", "list pages", func(f *faulty[S, T, Q]) {
		f.list = func(ctx c, of tenant, q Q) (townclerk.Page[T], error) {
			if after, limit := f.asked(q); limit > 0 {
				f.Page(&q, after, limit+1)
			}
			return f.sound.List(ctx, of, q)
		}
	})
	cat.add("an After that is no page is the first page", "list pages", func(f *faulty[S, T, Q]) {
		given := map[string]bool{}
		f.list = func(ctx c, of tenant, q Q) (townclerk.Page[T], error) {
			after, limit := f.asked(q)
			f.with(func() {
				if !given[after] {
					f.Page(&q, "", limit)
				}
			})
			page, err := f.sound.List(ctx, of, q)
			f.with(func() { given[page.Next] = true })
			return page, err
		}
	})
}

func (cat *catalogue[S, T, Q]) selections() {
	filters := cat.filters()
	for _, i := range filters {
		name := reflect.TypeFor[Q]().Field(i).Name
		cat.add("a filter is not applied: "+name, "list selection", func(f *faulty[S, T, Q]) {
			f.list = func(ctx c, of tenant, q Q) (townclerk.Page[T], error) {
				reflect.ValueOf(&q).Elem().Field(i).SetZero()
				return f.sound.List(ctx, of, q)
			}
		})
		if reflect.TypeFor[Q]().Field(i).Type == reflect.TypeFor[time.Time]() && cat.selectsBy(i) {
			cat.boundary(i)
		}
	}
	several := 0
	for _, s := range cat.Selections {
		several = max(several, len(given(s.Query, filters)))
	}
	cat.addIf(several > 1 || len(filters) > 1, "several filters", "of several filters, one is applied", "list selection", func(f *faulty[S, T, Q]) {
		f.list = func(ctx c, of tenant, q Q) (townclerk.Page[T], error) {
			for _, i := range given(q, filters)[min(1, len(given(q, filters))):] {
				reflect.ValueOf(&q).Elem().Field(i).SetZero()
			}
			return f.sound.List(ctx, of, q)
		}
	})
}

// selectsBy says whether a selection with this field selects anything, as it does not
// where the aggregates have nothing of the kind.
func (cat *catalogue[S, T, Q]) selectsBy(filter int) bool {
	return slices.ContainsFunc(cat.Selections, func(s storecheck.Selection[T, Q]) bool {
		if reflect.ValueOf(s.Query).Field(filter).IsZero() {
			return false
		}
		for n := range 24 {
			t := cat.Sample(n)
			cat.Vary(&t, n)
			if s.Wants(&t) {
				return true
			}
		}
		return false
	})
}

// given returns which of the filters a query has.
func given[Q any](q Q, filters []int) []int {
	return slices.DeleteFunc(slices.Clone(filters), func(i int) bool { return reflect.ValueOf(q).Field(i).IsZero() })
}

// boundary adds that an instant of the query counts on the wrong side: the list is
// that of an instant just before, if something is to be left out then, or else of one
// just after.
func (cat *catalogue[S, T, Q]) boundary(i int) {
	name := reflect.TypeFor[Q]().Field(i).Name
	cat.add("the instant itself is on the other side: "+name, "list selection", func(f *faulty[S, T, Q]) {
		f.list = func(ctx c, of tenant, q Q) (townclerk.Page[T], error) {
			v := reflect.ValueOf(&q).Elem().Field(i)
			instant := v.Interface().(time.Time)
			if instant.IsZero() {
				return f.sound.List(ctx, of, q)
			}
			want, err := f.all(ctx, of, q)
			for _, by := range []time.Duration{time.Microsecond, -time.Microsecond} {
				v.Set(reflect.ValueOf(instant.Add(by)))
				if moved, _ := f.all(ctx, of, q); len(moved) != len(want) {
					return townclerk.Page[T]{Items: moved}, err
				}
			}
			v.Set(reflect.ValueOf(instant))
			return f.sound.List(ctx, of, q)
		}
	})
}

func (cat *catalogue[S, T, Q]) keys() {
	// violates says whether t has a unique key that another has.
	violates := func(f *faulty[S, T, Q], ctx c, of tenant, t *T, err error) bool {
		stored, missing := f.sound.Get(ctx, of, f.ID(t))
		return errors.Is(err, townclerk.ErrExists) && (missing != nil || *f.Version(&stored) == *f.Version(t))
	}
	var key *field
	if len(cat.fields.key) > 0 && text(cat.fields.key[0]) {
		key = &cat.fields.key[0]
	}
	cat.addTo(key, "a unique key that is text", "several have what only one may", "unique keys", func(f *faulty[S, T, Q], key field) {
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			got, err := next(ctx, of, t, events...)
			if violates(f, ctx, of, &t, err) {
				t = storecheck.Copy(t)
				change(&t, key, func(v reflect.Value) { v.SetString(v.String() + "\x00" + f.ID(&t)) })
				return next(ctx, of, t, events...)
			}
			return got, err
		}
		f.out = func(_ tenant, t *T) {
			change(t, key, func(v reflect.Value) {
				before, _, _ := strings.Cut(v.String(), "\x00")
				v.SetString(before)
			})
		}
	})
	cat.addIf(len(cat.Unique) > 0, "a unique key", "what another has is another error", "unique keys", func(f *faulty[S, T, Q]) {
		f.creates = true
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			got, err := next(ctx, of, t, events...)
			if errors.Is(err, townclerk.ErrExists) && f.missing(ctx, of, f.ID(&t)) {
				err = errors.New("UNIQUE constraint failed: key")
			}
			return got, err
		}
	})
}

func (cat *catalogue[S, T, Q]) numbers() {
	has := cat.Number != nil
	cat.addIf(has, "a Number", "a number is spent on what fails", "numbers", func(f *faulty[S, T, Q]) {
		f.creates = true
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			got, err := next(ctx, of, t, events...)
			if series := *f.Series(&t); err != nil && series != "" {
				var spent T
				f.with(func() { f.SetID(&spent, fmt.Sprint("spent ", f.count())) })
				*f.Series(&spent) = series
				_, _ = f.sound.Create(context.WithoutCancel(ctx), of, spent)
			}
			return got, err
		}
	})
	cat.addIf(has, "a Number", "two series count together", "numbers", func(f *faulty[S, T, Q]) {
		f.out = func(_ tenant, t *T) { *f.Number(t) = strings.Replace(*f.Number(t), "2027-", "2026-", 1) }
	})
	// renumbered has an aggregate come out with another number.
	renumbered := func(f *faulty[S, T, Q]) (as func(id, number string)) {
		numbers := map[string]string{}
		f.out = func(_ tenant, t *T) {
			f.with(func() {
				if number, ok := numbers[f.ID(t)]; ok {
					*f.Number(t) = number
				}
			})
		}
		return func(id, number string) { f.with(func() { numbers[id] = number }) }
	}
	cat.addIf(has, "a Number", "Put stores the caller's number", "numbers", func(f *faulty[S, T, Q]) {
		as := renumbered(f)
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
			got, err := f.sound.Put(ctx, of, t, events...)
			if err == nil && *f.Series(&t) == "2028" {
				as(f.ID(&t), *f.Number(&t))
			}
			return got, err
		}
	})
	cat.addIf(has, "a Number", "the highest number is read before the transaction", "numbers", func(f *faulty[S, T, Q]) {
		as, given := renumbered(f), 0
		f.creates = true
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			var n int
			f.with(func() { n = given + 1 })
			got, err := next(ctx, of, t, events...)
			if *f.Series(&t) == "many" && err == nil {
				time.Sleep(time.Millisecond)
				as(f.ID(&t), fmt.Sprintf("many-%06d", n))
				f.with(func() { given = n })
			}
			return got, err
		}
	})
}

// claiming is Claim.
type claiming[T any] = func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error)

func (cat *catalogue[S, T, Q]) claims() {
	add := func(name, rule string, claim func(f *faulty[S, T, Q]) claiming[T]) {
		cat.addIf(cat.NextAt != nil, "a NextAt", name, rule, func(f *faulty[S, T, Q]) { f.claim = claim(f) })
	}
	add("what is due right now is not claimed", "claim", func(f *faulty[S, T, Q]) claiming[T] {
		return func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			if strings.HasPrefix(string(of), "town ") {
				now = now.Add(-time.Microsecond)
			}
			return f.sound.Claim(ctx, of, now, until, limit)
		}
	})
	add("more claimed than asked for", "claim", func(f *faulty[S, T, Q]) claiming[T] {
		return func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			return f.sound.Claim(ctx, of, now, until, max(limit, 1))
		}
	})
	add("a claim counts as a version", "claim", func(f *faulty[S, T, Q]) claiming[T] {
		return func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			list, err := f.sound.Claim(ctx, of, now, until, limit)
			for i := range list {
				if strings.HasPrefix(string(of), "town ") {
					*f.Version(&list[i])++
				}
			}
			return list, err
		}
	})
	add("what is due longest is claimed last", "claim order", func(f *faulty[S, T, Q]) claiming[T] {
		return func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			list, err := f.sound.Claim(ctx, of, now, until, limit)
			slices.Reverse(list)
			return list, err
		}
	})
	add("a claim ordered by time alone", "claim order", func(f *faulty[S, T, Q]) claiming[T] {
		return func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			list, err := f.sound.Claim(ctx, of, now, until, limit)
			slices.SortStableFunc(list, func(a, b T) int {
				if c := f.NextAt(&a).Compare(*f.NextAt(&b)); c != 0 {
					return c
				}
				return strings.Compare(f.ID(&b), f.ID(&a))
			})
			return list, err
		}
	})
	add("double claim", "claim hides", func(f *faulty[S, T, Q]) claiming[T] {
		return func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			return f.sound.Claim(ctx, of, now, now, limit)
		}
	})
	add("double claim, by many at once", "claim hides", func(f *faulty[S, T, Q]) claiming[T] {
		hidden := map[string]time.Time{}
		f.put = func(ctx c, of tenant, t T, events []event) (T, error) {
			got, err := f.sound.Put(ctx, of, t, events...)
			if err == nil {
				f.with(func() { delete(hidden, at(of, f.ID(&t))) })
			}
			return got, err
		}
		return func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			list, err := f.sound.Claim(ctx, of, now, now, 100_000)
			f.with(func() {
				list = slices.DeleteFunc(list, func(t T) bool { return hidden[at(of, f.ID(&t))].After(now) })
			})
			list = list[:min(limit, len(list))]
			time.Sleep(time.Millisecond) // and meanwhile others find the same
			f.with(func() {
				for i := range list {
					hidden[at(of, f.ID(&list[i]))] = until
				}
			})
			return list, err
		}
	})
	add("what is claimed is hidden a little too long", "claim hides", func(f *faulty[S, T, Q]) claiming[T] {
		return func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			return f.sound.Claim(ctx, of, now, until.Add(time.Microsecond), limit)
		}
	})
	add("what is claimed is hidden also after a Put", "put ends claim", func(f *faulty[S, T, Q]) claiming[T] {
		hidden := map[string]time.Time{}
		return func(ctx c, of tenant, now, until time.Time, limit int) ([]T, error) {
			list, err := f.sound.Claim(ctx, of, now, until, limit)
			if of != "town" {
				return list, err
			}
			f.with(func() {
				list = slices.DeleteFunc(list, func(t T) bool { return hidden[f.ID(&t)].After(now) })
				for i := range list {
					hidden[f.ID(&list[i])] = until
				}
			})
			return list, err
		}
	})
}
