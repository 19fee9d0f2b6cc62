// Package service holds what the services of the domains are made of: they load an
// aggregate, decide, and store it with its events.
package service

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/townclerk/townclerk"
)

// Micro is an instant as services reckon with it: in UTC and whole microseconds.
func Micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Change decides about an aggregate and stores it with its events, again until
// nobody else was faster. It begins with the aggregate that is known, if it is not
// nil. It returns the aggregate as it is stored, and the events without their Seq.
func Change[T, Q any](ctx context.Context, repo townclerk.Repo[T, Q], tenant townclerk.Tenant, id string, known *T,
	decide func(T) (T, []townclerk.Event, error),
) (T, []townclerk.Event, error) {
	const most = 1000 // so many others in a row were faster: something else is wrong
	var zero T
	var err error
	for range most {
		var t T
		if known != nil {
			t, known = *known, nil
		} else if t, err = repo.Get(ctx, tenant, id); err != nil {
			return zero, nil, err
		}
		next, events, wrong := decide(t)
		if wrong != nil {
			return zero, nil, wrong
		}
		t, err = repo.Put(ctx, tenant, next, events...)
		if err == nil {
			return t, events, nil
		}
		if !errors.Is(err, townclerk.ErrConflict) {
			return zero, nil, err
		}
	}
	return zero, nil, err
}

// Sweep claims the aggregates that are due at now and has each settled, until none is
// left. It returns how many that were. One that cannot be stored does not keep it from
// the others, and is looked at again after five minutes. The error joins all that
// failed; each begins with what the aggregate is called. A now that cannot be written
// down is an error, and nothing is claimed.
func Sweep[T, Q any](ctx context.Context, repo townclerk.Repo[T, Q], tenant townclerk.Tenant, now time.Time,
	called func(*T) string, settle func(*T) error,
) (int, error) {
	const (
		batch = 100
		lease = 5 * time.Minute
	)
	if !Writable(now) {
		return 0, fmt.Errorf("a sweep: %s", unwritable(now))
	}
	swept := 0
	var failures []error
	for {
		claimed, err := repo.Claim(ctx, tenant, now, now.Add(lease), batch)
		if err != nil {
			return swept, errors.Join(append(failures, err)...)
		}
		if len(claimed) == 0 {
			return swept, errors.Join(failures...)
		}
		for i := range claimed {
			if err := settle(&claimed[i]); err != nil {
				failures = append(failures, fmt.Errorf("%s: %w", called(&claimed[i]), err))
				continue
			}
			swept++
		}
	}
}

// Moment is when something happened, and when it is written down.
type Moment struct{ At, Recorded time.Time }

// When returns the moment of a command that says so, about an aggregate that began at
// an instant and of which anything was written down last at another. Nothing is written
// down before what was written already, so that a clock that goes back cannot turn the
// order around: then both are that last instant, if it is written as it happens. A
// recorded that is zero is at.
//
// It calls fail for what cannot be: a field called "at" or "recorded".
func When(at, recorded, began, last time.Time, fail func(field, problem string)) Moment {
	if at.IsZero() {
		fail("at", "missing; say when it happened")
		return Moment{}
	}
	now := recorded.IsZero() || recorded.Equal(at)
	m := Moment{at.UTC(), at.UTC()}
	if !recorded.IsZero() {
		m.Recorded = recorded.UTC()
	}
	if m.Recorded.Before(last) {
		m.Recorded = last
	}
	if now {
		m.At = m.Recorded
	}
	switch {
	case !Writable(m.At):
		fail("at", unwritable(m.At))
	case !Writable(m.Recorded):
		fail("recorded", unwritable(m.Recorded))
	case m.At.After(m.Recorded):
		fail("at", fmt.Sprintf("%s lies after it is written down, at %s", Stamp(m.At), Stamp(m.Recorded)))
	case m.At.Before(began):
		fail("at", fmt.Sprintf("%s is before it was opened, at %s", Stamp(m.At), Stamp(began)))
	}
	return m
}

// Writable reports whether an instant can be written down in JSON: its year has four
// digits.
func Writable(t time.Time) bool { return t.UTC().Year() >= 1 && t.UTC().Year() <= 9999 }

func unwritable(t time.Time) string {
	return fmt.Sprintf("the year %d is none that can be written down", t.UTC().Year())
}

// CheckWritable calls fail if a year cannot be written down. The zero time can.
func CheckWritable(field string, t time.Time, fail func(field, problem string)) {
	if !Writable(t) {
		fail(field, unwritable(t))
	}
}

// Stamp is how messages write an instant.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.999999Z07:00") }

// CheckTexts calls fail for each field of a struct that holds a text which cannot be
// stored everywhere: what is no UTF-8, or has a zero in it.
func CheckTexts(v any, fail func(field, problem string)) {
	s := reflect.ValueOf(v)
	for i := range s.NumField() {
		if !storable(s.Field(i)) {
			fail(strings.ToLower(s.Type().Field(i).Name), "it is no text in UTF-8, or has a zero character in it")
		}
	}
}

func storable(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return utf8.ValidString(v.String()) && !strings.ContainsRune(v.String(), 0)
	case reflect.Slice:
		for i := range v.Len() {
			if !storable(v.Index(i)) {
				return false
			}
		}
	case reflect.Map:
		for iter := v.MapRange(); iter.Next(); {
			if !storable(iter.Key()) || !storable(iter.Value()) {
				return false
			}
		}
	case reflect.Pointer:
		return v.IsNil() || storable(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && !storable(v.Field(i)) {
				return false
			}
		}
	}
	return true
}
