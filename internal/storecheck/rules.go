package storecheck

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/townclerk/townclerk"
)

// rules are those that the Repo of a kind of aggregate is held to. Each judges one
// thing only, so that whoever breaks one thing reads of one.
func (k Kind[S, T, Q]) rules() []rule[S] {
	var list []rule[S]
	add := func(name string, try func(*trial[S, T, Q])) {
		list = append(list, rule[S]{name, func(a *attempt, store S) { try(k.trial(a, store)) }})
	}
	type tr = trial[S, T, Q]
	add("create", (*tr).createRule)
	add("id taken", (*tr).idTaken)
	add("put", (*tr).putRule)
	add("version", (*tr).versionRule)
	add("not found", (*tr).notFound)
	add("copies", (*tr).copies)
	add("text", (*tr).text)
	add("time", (*tr).time)
	add("all or nothing", (*tr).allOrNothing)
	add("context", (*tr).context)
	add("tenants", (*tr).tenants)
	add("list order", (*tr).listOrder)
	add("list pages", (*tr).listPages)
	add("list selection", (*tr).listSelection)
	if k.Number != nil {
		add("numbers", (*tr).numbers)
	}
	if len(k.Unique) > 0 {
		add("unique keys", (*tr).uniqueKeys)
	}
	if k.NextAt != nil {
		add("claim", (*tr).claimRule)
		add("claim order", (*tr).claimOrder)
		add("claim hides", (*tr).claimHides)
		add("put ends claim", (*tr).putEndsClaim)
	}
	return list
}

// createRule: what was created is returned with Version 1, and got so; an
// aggregate with nothing in it too. The caller's value stays as it is.
func (tr *trial[S, T, Q]) createRule() {
	t := tr.Sample(1)
	*tr.Version(&t) = 7 // does not count
	before := deep(t)
	got := tr.create(town, t)
	want := tr.written(t, 1, tr.numberOf(got))
	tr.same("Create returned", got, want)
	tr.same("the caller's value", t, before)
	tr.same("Get", tr.get(town, tr.ID(&t)), want)

	var empty T
	tr.SetID(&empty, "empty")
	tr.same("Create of an empty one returned", tr.create(town, empty), tr.written(empty, 1, ""))
	tr.same("Get of an empty one", tr.get(town, "empty"), tr.written(empty, 1, ""))
}

func (tr *trial[S, T, Q]) numberOf(t T) string {
	if tr.Number == nil {
		return ""
	}
	return *tr.Number(&t)
}

// idTaken: there is no second aggregate with an id, and the first stays.
func (tr *trial[S, T, Q]) idTaken() {
	first := tr.create(town, tr.Sample(1))
	second := tr.Sample(2)
	tr.SetID(&second, tr.ID(&first))
	if _, err := tr.repo.Create(tr.ctx, town, second); !errors.Is(err, townclerk.ErrExists) {
		tr.failf("Create with an id that is taken: %v, want an error that wraps ErrExists", err)
	}
	tr.same("the first, after a Create with its id", tr.get(town, tr.ID(&first)), first)

	won := make([]bool, 8)
	tr.together(len(won), func(i int) {
		t := tr.Sample(10 + i)
		tr.SetID(&t, "same")
		_, err := tr.repo.Create(tr.ctx, town, t)
		won[i] = err == nil
		if err != nil && !errors.Is(err, townclerk.ErrExists) {
			tr.failf("one of several Creates with one id: %v, want an error that wraps ErrExists", err)
		}
	})
	if n := count(won); n != 1 {
		tr.failf("%d of %d Creates with one id went through, want 1", n, len(won))
	}
}

func count(list []bool) (n int) {
	for _, b := range list {
		if b {
			n++
		}
	}
	return n
}

// putRule: what was put replaces the whole aggregate, with the next Version.
func (tr *trial[S, T, Q]) putRule() {
	t := tr.Sample(1)
	created := tr.create(town, t)
	if !equal(created, tr.written(t, 1, tr.numberOf(created))) {
		return // that is for another rule to say
	}
	id := tr.ID(&created)
	for version := int64(2); version < 5; version++ {
		t := tr.Sample(int(version))
		tr.SetID(&t, id)
		*tr.Version(&t) = version - 1
		before := deep(t)
		got := tr.put(town, t)
		want := tr.written(t, version, tr.numberOf(got))
		tr.same("Put returned", got, want)
		tr.same("the caller's value", t, before)
		tr.same("Get after Put", tr.get(town, id), want)
	}
	var empty T
	tr.SetID(&empty, id)
	*tr.Version(&empty) = 4
	got := tr.put(town, empty)
	want := tr.written(empty, 5, tr.numberOf(got))
	tr.same("Put of an empty one returned", got, want)
	tr.same("Get after Put of an empty one", tr.get(town, id), want)
}

// versionRule: Put with another Version than the stored one changes nothing, and of
// many Puts with one Version one goes through.
func (tr *trial[S, T, Q]) versionRule() {
	first := tr.create(town, tr.Sample(1))
	id := tr.ID(&first)
	stored := tr.put(town, first)
	for _, want := range []int64{1, 3, 0, -1} {
		t := tr.Sample(9)
		tr.SetID(&t, id)
		*tr.Version(&t) = want
		_, err := tr.repo.Put(tr.ctx, town, t, tr.event(&t, "sample.changed"))
		var conflict *townclerk.ConflictError
		if !errors.As(err, &conflict) {
			tr.failf("Put with Version %d where 2 is stored: %v, want a *ConflictError", want, err)
			return // what is stored now is not what the rest expects
		}
		if *conflict != (townclerk.ConflictError{ID: id, Have: 2, Want: want}) {
			tr.failf("the ConflictError has ID %q, Have %d, Want %d; want %q, 2, %d", conflict.ID, conflict.Have, conflict.Want, id, want)
		}
		if !errors.Is(err, townclerk.ErrConflict) {
			tr.failf("the ConflictError does not wrap ErrConflict")
		}
		tr.same("what was stored, after a Put with another Version", tr.get(town, id), stored)
	}
	for range 10 {
		tr.oneWins(id)
	}
}

// oneWins has many put what they all read.
func (tr *trial[S, T, Q]) oneWins(id string) {
	read := tr.get(town, id)
	won := make([]bool, 6)
	tr.together(len(won), func(i int) {
		_, err := tr.repo.Put(tr.ctx, town, deep(read))
		won[i] = err == nil
		if err != nil && !errors.Is(err, townclerk.ErrConflict) {
			tr.failf("one of several Puts with one Version: %v, want a *ConflictError", err)
		}
	})
	if n := count(won); n != 1 {
		tr.failf("%d of %d Puts with one Version went through, want 1", n, len(won))
	}
}

// notFound: what is not there is ErrNotFound, and no Put makes it.
func (tr *trial[S, T, Q]) notFound() {
	tr.create(town, tr.Sample(1))
	t := tr.Sample(2)
	for _, id := range []string{tr.ID(&t), "", "sample-00", "sample-0011", "SAMPLE-001"} {
		if _, err := tr.repo.Get(tr.ctx, town, id); !errors.Is(err, townclerk.ErrNotFound) {
			tr.failf("Get of %q, which is not there: %v, want an error that wraps ErrNotFound", id, err)
		}
	}
	for _, version := range []int64{0, 1} {
		*tr.Version(&t) = version
		if _, err := tr.repo.Put(tr.ctx, town, t); !errors.Is(err, townclerk.ErrNotFound) {
			tr.failf("Put of what is not there: %v, want an error that wraps ErrNotFound", err)
		}
		if _, err := tr.repo.Get(tr.ctx, town, tr.ID(&t)); !errors.Is(err, townclerk.ErrNotFound) {
			tr.failf("Get after Put of what is not there: %v, want an error that wraps ErrNotFound", err)
		}
	}
}

// copies: nothing that goes in or comes out shares a slice, a map or a pointer
// with what is stored.
func (tr *trial[S, T, Q]) copies() {
	t := tr.Sample(1)
	if tr.NextAt != nil {
		*tr.NextAt(&t) = noon
	}
	id := tr.ID(&t)
	created := tr.create(town, t)
	want := deep(created)
	disturb := func(what string, list ...*T) {
		for _, x := range list {
			scramble(reflect.ValueOf(x).Elem(), false)
		}
		tr.same("Get, after the caller changed what "+what, tr.get(town, id), want)
	}
	disturb("went into Create", &t)
	disturb("Create returned", &created)
	got := tr.get(town, id)
	disturb("Get returned", &got)

	var q Q
	listed := tr.list(town, q, 0)
	for i := range listed {
		disturb("List returned", &listed[i])
	}
	listed = tr.list(town, q, 0)
	for i := range listed {
		tr.same("List, after the caller changed what it returned", listed[i], want)
	}
	if tr.NextAt != nil {
		claimed := tr.claim(town, noon, noon, 10)
		for i := range claimed {
			disturb("Claim returned", &claimed[i])
		}
		claimed = tr.claim(town, noon.Add(time.Hour), noon.Add(time.Hour), 10)
		for i := range claimed {
			tr.same("Claim, after the caller changed what it returned", claimed[i], want)
		}
	}

	read := tr.get(town, id)
	kept := deep(read)
	t = deep(read)
	put := tr.put(town, t)
	want = deep(put)
	disturb("went into Put", &t)
	disturb("Put returned", &put)
	tr.same("what Get returned, after the next Put", read, kept)
}

// plainWorks says whether a sample without oddities comes out as it went in. That
// it does not is for other rules to say.
func (tr *trial[S, T, Q]) plainWorks() bool {
	t := tr.Sample(900)
	created := tr.create("plain", t)
	put := tr.put("plain", tr.written(t, 1, ""))
	number := tr.numberOf(created)
	return equal(created, tr.written(t, 1, number)) && equal(put, tr.written(t, 2, number))
}

// odd is text that stores have been known to change: other scripts, other digits,
// marks that combine, what looks like a number or a null, spaces, quotes.
var odd = []string{
	"שלום, תקלה במדפסת „ציוד גדול״",
	"درخواست شمارهٔ ۱۴۰۴۰۳۱۵ با نیم\u200cفاصله",
	"Захтев Đorđa: штампач ŽQ-7 ne radi, квар № 12",
	"Zażółć gęślą jaźń",
	"e\u0301 is not \u00e9",
	"👩🏽‍💻🇮🇱 \U0001F468\u200D\U0001F469\u200D\U0001F467",
	"\u202eright to left\u202c \ufeff\u200b",
	"  spaces around\t ", "\r\nlines\rof\nall kinds\u2028\u2029",
	`it's "quoted" \n \u0000 \\ %s $1 ?1 {{.}} <b>&amp;`, "'; DROP TABLE tickets; --",
	"007", "1e5", "null", "NULL", "true", "{}", "[]", "\u0001\u001f\u007f\u0080\u009f",
	"\U0010FFFD \uFFFD \uE000",
}

// text: it comes out as it went in, in any script and of any length.
func (tr *trial[S, T, Q]) text() {
	if !tr.plainWorks() {
		return
	}
	tenant := townclerk.Tenant("רעננה \u200e— Рашка")
	for n := range odd {
		f := plain()
		f.text = func(i int) string { return fmt.Sprintf("%s %d", odd[(n+i)%len(odd)], i) }
		t := tr.filled(n, f)
		tr.SetID(&t, fmt.Sprintf("%d %s", n, odd[n]))
		tr.textOf(tenant, t)
	}
	tr.textOf(tenant, tr.filled(99, filler{
		text: func(i int) string { return long()[i%len(odd)] },
		at:   func(int) time.Time { return noon },
	}))
}

// long are the odd texts many times over.
var long = sync.OnceValue(func() []string {
	list := slices.Clone(odd)
	for i := range list {
		list[i] = strings.Repeat(list[i], 2000)
	}
	return list
})

func (tr *trial[S, T, Q]) textOf(tenant townclerk.Tenant, t T) {
	if tr.Number != nil {
		*tr.Series(&t) = ""
	}
	got := tr.create(tenant, t)
	want := tr.written(t, 1, tr.numberOf(t))
	tr.same("Create returned", got, want)
	tr.same("Get", tr.get(tenant, tr.ID(&t)), want)
	tr.same("Put returned", tr.put(tenant, want), tr.written(want, 2, tr.numberOf(t)))
}

// oddInstants are some that stores have been known to change.
var oddInstants = [][]time.Time{
	{noon.Add(1 * time.Microsecond), noon.Add(999_999 * time.Microsecond), noon.Add(123_456 * time.Microsecond)},
	{time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC), time.Unix(0, 0).UTC(), time.Date(1905, 3, 1, 0, 0, 0, 1000, time.UTC)},
	{time.Date(2400, 2, 29, 23, 59, 59, 1000, time.UTC), time.Date(1600, 1, 1, 0, 0, 0, 7000, time.UTC)},
	{time.Date(2026, 3, 27, 0, 0, 0, 1000, time.UTC), time.Date(2026, 10, 25, 0, 30, 0, 1000, time.UTC)},
	{{}},
}

// time: instants come out as they went in, to the microsecond and in UTC, those
// of long ago and the zero one too.
func (tr *trial[S, T, Q]) time() {
	if !tr.plainWorks() {
		return
	}
	for n, instants := range oddInstants {
		f := plain()
		f.at = func(i int) time.Time { return instants[i%len(instants)] }
		t := tr.filled(n+1, f)
		if tr.NextAt != nil {
			*tr.NextAt(&t) = instants[0]
		}
		tr.timeOf(t)
	}
}

func (tr *trial[S, T, Q]) timeOf(t T) {
	created := tr.create(town, t)
	want := tr.written(t, 1, tr.numberOf(created))
	id := tr.ID(&t)
	exact := func(what string, got T) {
		tr.same(what, got, want)
		if d := elsewhere(reflect.ValueOf(got)); d != "" {
			tr.failf("%s: %s", what, d)
		}
	}
	exact("Create returned", created)
	exact("Get", tr.get(town, id))
	var q Q
	for _, got := range tr.list(town, q, 0) {
		if tr.ID(&got) == id {
			exact("List", got)
		}
	}
	put := tr.put(town, want)
	want = tr.written(want, 2, tr.numberOf(created))
	exact("Put returned", put)
	exact("Get after Put", tr.get(town, id))
}

// allOrNothing: where an aggregate is not stored, none of its events is, and the
// other way round.
func (tr *trial[S, T, Q]) allOrNothing() {
	first := tr.create(town, tr.Sample(1))
	failing := func(what string, t T, write func(context.Context, townclerk.Tenant, T, ...townclerk.Event) (T, error)) {
		before := len(tr.events(town))
		_, err := write(tr.ctx, town, t, tr.event(&t, "sample.one"), tr.event(&t, "sample.two"))
		after := len(tr.events(town))
		if err != nil && after != before {
			tr.failf("%s failed, and left %d events", what, after-before)
		}
		if err == nil && after != before+2 {
			tr.failf("%s did not fail, and left %d events, want 2", what, after-before)
		}
	}
	failing("Create", tr.Sample(2), tr.repo.Create)
	failing("Create with an id that is taken", tr.Sample(1), tr.repo.Create)
	failing("Put", first, tr.repo.Put)
	*tr.Version(&first) = 17
	failing("Put with another Version", first, tr.repo.Put)
	failing("Put of what is not there", tr.Sample(3), tr.repo.Put)
	tr.interrupted()
}

// interrupted cancels many Creates and Puts, each a little later than the one before.
func (tr *trial[S, T, Q]) interrupted() {
	seen := map[string]int{}
	t := tr.Sample(100)
	id := func(i int) string { return fmt.Sprintf("sample-%d", 100+i) }
	for i := range 60 {
		tr.SetID(&t, id(i))
		for _, u := range tr.Unique {
			u.Set(&t, id(i))
		}
		ctx, cancel := context.WithTimeout(tr.ctx, time.Duration(i*i)*5*time.Microsecond)
		created, err := tr.repo.Create(ctx, town, t, tr.event(&t, "sample.one"))
		if err == nil {
			_, err = tr.repo.Put(ctx, town, created, tr.event(&t, "sample.two"))
		}
		if err != nil && ctx.Err() == nil {
			tr.failf("Create or Put: %w", err)
		}
		cancel()
	}
	for _, e := range tr.events(town) {
		seen[e.Aggregate]++
	}
	for i := range 60 {
		stored, err := tr.repo.Get(tr.ctx, town, id(i))
		version := 0
		if err == nil {
			version = int(*tr.Version(&stored))
		}
		if seen[id(i)] != version {
			tr.failf("when cancelled in the midst, %d writes of %s and %d of their events were kept", version, id(i), seen[id(i)])
		}
	}
}

// context: a call whose context has ended says so and does nothing.
func (tr *trial[S, T, Q]) context() {
	stored := tr.create(town, tr.Sample(1))
	if tr.NextAt != nil {
		tr.create(town, tr.due(2, noon))
	}
	events := len(tr.events(town))
	ctx, cancel := context.WithCancel(tr.ctx)
	cancel()
	ended := func(what string, err error) {
		if !errors.Is(err, context.Canceled) {
			tr.failf("%s with a cancelled context: %v, want an error that wraps context.Canceled", what, err)
		}
	}
	fresh := tr.Sample(3)
	_, err := tr.repo.Create(ctx, town, fresh, tr.event(&fresh, "sample.created"))
	ended("Create", err)
	_, err = tr.repo.Put(ctx, town, stored, tr.event(&stored, "sample.changed"))
	ended("Put", err)
	_, err = tr.repo.Get(ctx, town, tr.ID(&stored))
	ended("Get", err)
	var q Q
	tr.Page(&q, "", 10)
	_, err = tr.repo.List(ctx, town, q)
	ended("List", err)
	_, err = tr.repo.Claim(ctx, town, noon, noon.Add(time.Hour), 10)
	ended("Claim", err)

	if _, err := tr.repo.Get(tr.ctx, town, tr.ID(&fresh)); err == nil {
		tr.failf("Create with a cancelled context stored something")
	}
	tr.same("what is stored, after a Put with a cancelled context", tr.get(town, tr.ID(&stored)), stored)
	if n := len(tr.events(town)); n != events {
		tr.failf("calls with a cancelled context recorded %d events", n-events)
	}
	if tr.NextAt != nil && len(tr.claim(town, noon, noon, 10)) == 0 {
		tr.failf("Claim with a cancelled context hid what it did not return")
	}
}

// uniqueKeys: no two aggregates of a tenant share a unique key; one that is given
// up is free.
func (tr *trial[S, T, Q]) uniqueKeys() {
	for _, u := range tr.Unique {
		first := tr.create(town, tr.Sample(1))
		second := tr.create(town, tr.Sample(2))
		third := tr.Sample(3)
		u.Set(&third, "key-001")
		taken := func(what string, err error) {
			if !errors.Is(err, townclerk.ErrExists) {
				tr.failf("%s with a %s that is taken: %v, want an error that wraps ErrExists", what, u.Name, err)
			}
		}
		_, err := tr.repo.Create(tr.ctx, town, third)
		taken("Create", err)
		stolen := deep(second)
		u.Set(&stolen, "key-001")
		_, err = tr.repo.Put(tr.ctx, town, stolen)
		taken("Put", err)
		tr.same("what is stored, after such a Put", tr.get(town, tr.ID(&second)), second)
		if _, err := tr.repo.Get(tr.ctx, town, tr.ID(&third)); err == nil {
			tr.failf("such a Create stored something")
		}
		_, err = tr.repo.Create(tr.ctx, other, deep(third))
		tr.must(err, "Create with a %s that another tenant has", u.Name)
		first = tr.put(town, first) // keeps its own
		u.Set(&first, "")
		tr.put(town, first)
		_, err = tr.repo.Create(tr.ctx, town, third)
		tr.must(err, "Create with a %s that was given up", u.Name)
		tr.manyWithout(u)
	}
}

// manyWithout: the empty key is none, so it is nobody's.
func (tr *trial[S, T, Q]) manyWithout(u Unique[T]) {
	for n := 20; n < 23; n++ {
		t := tr.Sample(n)
		u.Set(&t, "")
		_, err := tr.repo.Create(tr.ctx, town, t)
		tr.must(err, "Create without a %s", u.Name)
	}
}
