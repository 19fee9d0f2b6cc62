package storecheck

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
)

// rules are those that a kind of aggregate can be held to. Each judges one thing
// only, so that whoever breaks one thing reads of one.
func rules[S Log, T, Q any](k Kind[S, T, Q]) []rule[S, T, Q] {
	type tr = trial[S, T, Q]
	list := []rule[S, T, Q]{
		{"create", (*tr).createRule},
		{"id taken", (*tr).idTaken},
		{"put", (*tr).putRule},
		{"version", (*tr).version},
		{"not found", (*tr).notFound},
		{"copies", (*tr).copies},
		{"text", (*tr).text},
		{"time", (*tr).time},
		{"all or nothing", (*tr).allOrNothing},
		{"context", (*tr).context},
		{"tenants", (*tr).tenants},
		{"events", (*tr).eventsRule},
		{"late seq", (*tr).lateSeq},
		{"cursors", (*tr).cursors},
		{"list order", (*tr).listOrder},
		{"list pages", (*tr).listPages},
		{"list selection", (*tr).listSelection},
	}
	if k.Number != nil {
		list = append(list, rule[S, T, Q]{"numbers", (*tr).numbers})
	}
	if len(k.Unique) > 0 {
		list = append(list, rule[S, T, Q]{"unique keys", (*tr).uniqueKeys})
	}
	if k.NextAt != nil {
		list = append(list,
			rule[S, T, Q]{"claim", (*tr).claimRule},
			rule[S, T, Q]{"claim order", (*tr).claimOrder},
			rule[S, T, Q]{"claim hides", (*tr).claimHides},
			rule[S, T, Q]{"put ends claim", (*tr).putEndsClaim})
	}
	return list
}

// createRule: what was created is returned with Version 1, and got so; an
// aggregate with nothing in it too. The caller's value stays as it is.
func (tr *trial[S, T, Q]) createRule() {
	t := tr.sample(1)
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
	first := tr.create(town, tr.sample(1))
	second := tr.sample(2)
	tr.SetID(&second, tr.ID(&first))
	if _, err := tr.repo.Create(tr.ctx, town, second); !errors.Is(err, townclerk.ErrExists) {
		tr.failf("Create with an id that is taken: %v, want an error that wraps ErrExists", err)
	}
	tr.same("the first, after a Create with its id", tr.get(town, tr.ID(&first)), first)

	won := make([]bool, 8)
	tr.together(len(won), func(i int) {
		t := tr.sample(10 + i)
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
	t := tr.sample(1)
	created := tr.create(town, t)
	if !equal(created, tr.written(t, 1, tr.numberOf(created))) {
		return // that is for another rule to say
	}
	id := tr.ID(&created)
	for version := int64(2); version < 5; version++ {
		t := tr.sample(int(version))
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

// version: Put with another Version than the stored one changes nothing, and of
// many Puts with one Version one goes through.
func (tr *trial[S, T, Q]) version() {
	first := tr.create(town, tr.sample(1))
	id := tr.ID(&first)
	stored := tr.put(town, first)
	for _, want := range []int64{1, 3, 0, -1} {
		t := tr.sample(9)
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
	tr.create(town, tr.sample(1))
	t := tr.sample(2)
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
	t := tr.sample(1)
	if tr.NextAt != nil {
		*tr.NextAt(&t) = noon
	}
	id := tr.ID(&t)
	event := tr.event(&t, "sample.created")
	wantEvent := deep(event)
	created := tr.create(town, t, event)
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
	tr.copiedEvents(event, wantEvent)
}

func (tr *trial[S, T, Q]) copiedEvents(in, want townclerk.Event) {
	want.Seq = 1
	for _, what := range []string{"went into Create", "Events returned"} {
		for i := range in.Data {
			in.Data[i] = '!'
		}
		list := tr.events(town)
		if len(list) == 0 {
			return // that is for another rule to say
		}
		tr.same("Events, after the caller changed what "+what, list[0], want)
		in = list[0]
	}
}

// plainWorks says whether a sample without oddities comes out as it went in. That
// it does not is for other rules to say.
func (tr *trial[S, T, Q]) plainWorks() bool {
	t := tr.sample(900)
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
		t := tr.filled(n, filler{
			text: func(i int) string { return fmt.Sprintf("%s %d", odd[(n+i)%len(odd)], i) },
			at:   func(i int) time.Time { return noon.Add(time.Duration(i) * time.Second) },
		})
		tr.SetID(&t, fmt.Sprintf("%d %s", n, odd[n]))
		event := tr.event(&t, "sample.changed")
		event.Actor = townclerk.Actor(odd[n])
		tr.textOf(tenant, t, event)
	}
	long := tr.filled(99, filler{
		text: func(i int) string { return strings.Repeat(odd[i%len(odd)], 2000) },
		at:   func(int) time.Time { return noon },
	})
	tr.textOf(tenant, long, tr.event(&long, "sample.changed"))
}

func (tr *trial[S, T, Q]) textOf(tenant townclerk.Tenant, t T, event townclerk.Event) {
	if tr.Number != nil {
		*tr.Series(&t) = ""
	}
	got := tr.create(tenant, t, event)
	want := tr.written(t, 1, tr.numberOf(t))
	tr.same("Create returned", got, want)
	tr.same("Get", tr.get(tenant, tr.ID(&t)), want)
	tr.same("Put returned", tr.put(tenant, want), tr.written(want, 2, tr.numberOf(t)))
	for _, e := range of(tr.events(tenant), tr.ID(&t)) {
		event.Seq = e.Seq
		tr.same("the event", e, event)
	}
}

// time: instants come out as they went in, to the microsecond and in UTC, those
// of long ago and the zero one too.
func (tr *trial[S, T, Q]) time() {
	if !tr.plainWorks() {
		return
	}
	for n, instants := range [][]time.Time{
		{noon.Add(1 * time.Microsecond), noon.Add(999_999 * time.Microsecond), noon.Add(123_456 * time.Microsecond)},
		{time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC), time.Unix(0, 0).UTC(), time.Date(1905, 3, 1, 0, 0, 0, 1000, time.UTC)},
		{time.Date(2400, 2, 29, 23, 59, 59, 1000, time.UTC), time.Date(1600, 1, 1, 0, 0, 0, 7000, time.UTC)},
		{time.Date(2026, 3, 27, 0, 0, 0, 1000, time.UTC), time.Date(2026, 10, 25, 0, 30, 0, 1000, time.UTC)},
		{{}},
	} {
		at := func(i int) time.Time { return instants[i%len(instants)] }
		t := tr.filled(n+1, filler{text: func(i int) string { return fmt.Sprint("text ", i) }, at: at})
		if tr.NextAt != nil {
			*tr.NextAt(&t) = at(0)
		}
		event := tr.event(&t, "sample.created")
		event.At, event.Recorded = at(0), at(1)
		tr.timeOf(t, event)
	}
}

func (tr *trial[S, T, Q]) timeOf(t T, event townclerk.Event) {
	created := tr.create(town, t, event)
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
	for _, e := range of(tr.events(town), id) {
		event.Seq = e.Seq
		tr.same("the event", e, event)
		if d := elsewhere(reflect.ValueOf(e)); d != "" {
			tr.failf("the event: %s", d)
		}
	}
}

// allOrNothing: where an aggregate is not stored, none of its events is, and the
// other way round.
func (tr *trial[S, T, Q]) allOrNothing() {
	first := tr.create(town, tr.sample(1))
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
	failing("Create", tr.sample(2), tr.repo.Create)
	failing("Create with an id that is taken", tr.sample(1), tr.repo.Create)
	failing("Put", first, tr.repo.Put)
	*tr.Version(&first) = 17
	failing("Put with another Version", first, tr.repo.Put)
	failing("Put of what is not there", tr.sample(3), tr.repo.Put)
	tr.interrupted()
}

// interrupted cancels many Creates and Puts, each a little later than the one before.
func (tr *trial[S, T, Q]) interrupted() {
	seen := map[string]int{}
	for i := range 60 {
		t := tr.sample(100 + i)
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
		t := tr.sample(100 + i)
		stored, err := tr.repo.Get(tr.ctx, town, tr.ID(&t))
		version := 0
		if err == nil {
			version = int(*tr.Version(&stored))
		}
		if seen[tr.ID(&t)] != version {
			tr.failf("when cancelled in the midst, %d writes of %s and %d of their events were kept", version, tr.ID(&t), seen[tr.ID(&t)])
		}
	}
}

// context: a call whose context has ended says so and does nothing.
func (tr *trial[S, T, Q]) context() {
	stored := tr.create(town, tr.sample(1))
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
	fresh := tr.sample(3)
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
	_, err = tr.store.Events(ctx, town, 0, 10)
	ended("Events", err)
	_, err = tr.store.Cursor(ctx, town, "reports")
	ended("Cursor", err)
	ended("SetCursor", tr.store.SetCursor(ctx, town, "reports", 9))

	if _, err := tr.repo.Get(tr.ctx, town, tr.ID(&fresh)); err == nil {
		tr.failf("Create with a cancelled context stored something")
	}
	tr.same("what is stored, after a Put with a cancelled context", tr.get(town, tr.ID(&stored)), stored)
	if n := len(tr.events(town)); n != events {
		tr.failf("calls with a cancelled context recorded %d events", n-events)
	}
	if seq, err := tr.store.Cursor(tr.ctx, town, "reports"); err == nil && seq == 9 {
		tr.failf("SetCursor with a cancelled context stored the cursor")
	}
	if tr.NextAt != nil && len(tr.claim(town, noon, noon, 10)) == 0 {
		tr.failf("Claim with a cancelled context hid what it did not return")
	}
}

// uniqueKeys: no two aggregates of a tenant share a unique key; one that is given
// up is free.
func (tr *trial[S, T, Q]) uniqueKeys() {
	for _, u := range tr.Unique {
		first := tr.create(town, tr.sample(1))
		second := tr.create(town, tr.sample(2))
		third := tr.sample(3)
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
		t := tr.sample(n)
		u.Set(&t, "")
		_, err := tr.repo.Create(tr.ctx, town, t)
		tr.must(err, "Create without a %s", u.Name)
	}
}
