package memtable

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
)

// asset is an aggregate with everything that a table knows of.
type asset struct {
	ID, Serial, Room string
	Number, Series   string
	Version          int64
	NextAt           time.Time
	Bought           time.Time
	Parts            []part
	Labels           map[string][]string
	Tags             []string
	Owner            *owner
}

type part struct {
	Name  string
	Dates [2][]time.Time
}

type owner struct {
	Names   map[string]string
	Version int64
}

type query struct {
	Rooms    []string
	Tags     []string
	Serial   string
	From, To time.Time
	After    string
	Limit    int
}

func newAssets() (*DB, *Table[asset, query]) {
	assets := NewTable(Kind[asset, query]{
		Name:    "asset",
		ID:      func(a *asset) string { return a.ID },
		Version: func(a *asset) *int64 { return &a.Version },
		NextAt:  func(a *asset) time.Time { return a.NextAt },
		Series:  func(a *asset) string { return a.Series },
		Number:  func(a *asset) *string { return &a.Number },
		Order:   func(k Key, a *asset) Key { return k.Time(a.Bought) },
		Indexes: []Index[asset]{
			{Name: "serial number", Unique: true, Value: func(a *asset) string { return a.Serial }},
			{Name: "room", Value: func(a *asset) string { return a.Room }},
			{Name: "tag", Values: func(a *asset) []string { return a.Tags }},
		},
		Search: func(q query) Search[asset] {
			s := Search[asset]{After: q.After, Limit: q.Limit, Match: q.match}
			if q.Serial != "" {
				s.Index, s.Values = "serial number", []string{q.Serial}
			} else if len(q.Rooms) > 0 {
				s.Index, s.Values = "room", slices.Clone(q.Rooms)
			} else if len(q.Tags) > 0 {
				s.Index, s.Values = "tag", slices.Clone(q.Tags)
			}
			if !q.From.IsZero() {
				s.From = Key(nil).Time(q.From)
			}
			if !q.To.IsZero() {
				s.To = Key(nil).Time(q.To)
			}
			return s
		},
	})
	return New(assets), assets
}

func (q *query) match(a *asset) bool {
	tagged := slices.ContainsFunc(a.Tags, func(tag string) bool { return slices.Contains(q.Tags, tag) })
	return (len(q.Rooms) == 0 || slices.Contains(q.Rooms, a.Room)) && (len(q.Tags) == 0 || tagged) && (q.Serial == "" || q.Serial == a.Serial) &&
		(q.From.IsZero() || !a.Bought.Before(q.From)) && (q.To.IsZero() || a.Bought.Before(q.To))
}

// model is a store so simple that it is right: everything is looked at every time.
type model struct {
	assets  map[claim]asset
	hidden  map[claim]time.Time
	counts  map[series]int
	events  map[townclerk.Tenant][]townclerk.Event
	cursors map[consumer]townclerk.Seq
}

func (m *model) taken(tenant townclerk.Tenant, a asset) bool {
	for at, other := range m.assets {
		if at.tenant == tenant && at.id != a.ID && a.Serial != "" && other.Serial == a.Serial {
			return true
		}
	}
	return false
}

func (m *model) create(tenant townclerk.Tenant, a asset, events []townclerk.Event) (asset, error) {
	at := claim{tenant, a.ID}
	if _, ok := m.assets[at]; ok || m.taken(tenant, a) {
		return asset{}, townclerk.ErrExists
	}
	a.Version = 1
	if a.Series != "" {
		m.counts[series{tenant, a.Series}]++
		a.Number = fmt.Sprintf("%s-%06d", a.Series, m.counts[series{tenant, a.Series}])
	}
	m.assets[at] = a
	m.record(tenant, events)
	return a, nil
}

func (m *model) put(tenant townclerk.Tenant, a asset, events []townclerk.Event) (asset, error) {
	at := claim{tenant, a.ID}
	old, ok := m.assets[at]
	switch {
	case !ok:
		return asset{}, townclerk.ErrNotFound
	case old.Version != a.Version:
		return asset{}, &townclerk.ConflictError{ID: a.ID, Have: old.Version, Want: a.Version}
	case m.taken(tenant, a):
		return asset{}, townclerk.ErrExists
	}
	a.Version++
	a.Number = old.Number
	m.assets[at] = a
	delete(m.hidden, at)
	m.record(tenant, events)
	return a, nil
}

func (m *model) record(tenant townclerk.Tenant, events []townclerk.Event) {
	for _, e := range events {
		e.Seq = townclerk.Seq(len(m.events[tenant]) + 1)
		m.events[tenant] = append(m.events[tenant], e)
	}
}

func (m *model) claim(tenant townclerk.Tenant, now, until time.Time, limit int) []asset {
	var due []asset
	for at, a := range m.assets {
		if at.tenant == tenant && !a.NextAt.IsZero() && !a.NextAt.After(now) && !m.hidden[at].After(now) {
			due = append(due, a)
		}
	}
	slices.SortFunc(due, func(a, b asset) int {
		if c := a.NextAt.Compare(b.NextAt); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	due = due[:min(limit, len(due))]
	for _, a := range due {
		m.hidden[claim{tenant, a.ID}] = until
	}
	return due
}

func (m *model) list(tenant townclerk.Tenant, q query) []asset {
	var list []asset
	for at, a := range m.assets {
		if at.tenant == tenant && q.match(&a) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b asset) int {
		if c := a.Bought.Compare(b.Bought); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

var epoch = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)

func genTime() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "zero") {
			return time.Time{}
		}
		return epoch.Add(time.Duration(rapid.IntRange(-3, 8).Draw(t, "µs")) * time.Microsecond)
	})
}

func genAsset() *rapid.Generator[asset] {
	return rapid.Custom(func(t *rapid.T) asset {
		few := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
		a := asset{
			ID:     few("id", "a", "a", "b", "b", "aa", "B", "a\x00"),
			Serial: few("serial", "", "", "s1", "s2", "s\x00", "s"),
			Room:   few("room", "", "r1", "r2", "r\x00\x01"),
			Series: few("series", "", "2026", "2027"), Number: few("number", "", "INC-1"),
			Version: rapid.Int64Range(0, 4).Draw(t, "version"),
			NextAt:  genTime().Draw(t, "next"), Bought: genTime().Draw(t, "bought"),
			Tags: rapid.SliceOfN(rapid.SampledFrom([]string{"t", "t1", "t\x00", ""}), 0, 3).Draw(t, "tags"),
		}
		if rapid.Bool().Draw(t, "deep") {
			a.Parts = []part{{Name: "disk", Dates: [2][]time.Time{{epoch}, {}}}, {}}
			a.Labels = map[string][]string{"k": {"v"}, "nil": nil}
			a.Owner = &owner{Names: map[string]string{"he": "דנה"}}
		}
		return a
	})
}

// Any sequence of calls answers as a model does that looks at everything every time.
func TestTableIsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		db, assets := newAssets()
		m := &model{map[claim]asset{}, map[claim]time.Time{}, map[series]int{}, map[townclerk.Tenant][]townclerk.Event{}, map[consumer]townclerk.Seq{}}
		ctx := context.Background()
		genTenant := rapid.SampledFrom([]townclerk.Tenant{"a", "a", "a", "aa", "", "\x01a"})
		var tenant townclerk.Tenant
		same := func(what string, got, want any, err, wantErr error) {
			t.Helper()
			var conflict, wantConflict *townclerk.ConflictError
			if errors.As(wantErr, &wantConflict) {
				require.ErrorAs(t, err, &conflict, what)
				require.Equal(t, wantConflict, conflict, what)
			} else {
				require.ErrorIs(t, err, wantErr, what)
			}
			require.Equal(t, want, got, what)
		}
		genEvents := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) townclerk.Event {
			return townclerk.Event{Kind: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "kind"), Data: []byte("1")}
		}), 0, 3)
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { tenant = genTenant.Draw(t, "tenant") },
			"create": func(t *rapid.T) {
				a, events := genAsset().Draw(t, "asset"), genEvents.Draw(t, "events")
				want, wantErr := m.create(tenant, a, events)
				got, err := assets.Create(ctx, tenant, a, events...)
				same("create", got, want, err, wantErr)
			},
			"put": func(t *rapid.T) {
				a, events := genAsset().Draw(t, "asset"), genEvents.Draw(t, "events")
				if old, ok := m.assets[claim{tenant, a.ID}]; ok && rapid.IntRange(0, 3).Draw(t, "read") > 0 {
					a.Version = old.Version
				}
				want, wantErr := m.put(tenant, a, events)
				got, err := assets.Put(ctx, tenant, a, events...)
				same("put", got, want, err, wantErr)
			},
			"get": func(t *rapid.T) {
				id := genAsset().Draw(t, "asset").ID
				want, ok := m.assets[claim{tenant, id}]
				var wantErr error
				if !ok {
					wantErr = townclerk.ErrNotFound
				}
				got, err := assets.Get(ctx, tenant, id)
				same("get", got, want, err, wantErr)
			},
			"claim": func(t *rapid.T) {
				now := epoch.Add(time.Duration(rapid.IntRange(-4, 9).Draw(t, "now")) * time.Microsecond)
				until := now.Add(time.Duration(rapid.IntRange(-1, 20).Draw(t, "for")) * time.Microsecond)
				limit := rapid.IntRange(0, 3).Draw(t, "limit")
				got, err := assets.Claim(ctx, tenant, now, until, limit)
				want := m.claim(tenant, now, until, limit)
				same("claim", append([]asset(nil), got...), append([]asset(nil), want...), err, nil)
			},
			"list": func(t *rapid.T) {
				q := query{
					Rooms:  rapid.SliceOfN(rapid.SampledFrom([]string{"r1", "r2", "r3", "r\x00\x01"}), 0, 3).Draw(t, "rooms"),
					Tags:   rapid.SliceOfN(rapid.SampledFrom([]string{"t", "t1", "t\x00", "", "t2"}), 0, 3).Draw(t, "tags"),
					Serial: rapid.SampledFrom([]string{"", "", "s", "s1"}).Draw(t, "serial"),
					From:   genTime().Draw(t, "from"), To: genTime().Draw(t, "to"),
					Limit: rapid.IntRange(0, 3).Draw(t, "limit"),
				}
				var got []asset
				var err error
				for a, e := range townclerk.All(func(after string) (townclerk.Page[asset], error) {
					q.After = after
					page, err := assets.List(ctx, tenant, q)
					if q.Limit > 0 && len(page.Items) > q.Limit {
						t.Fatalf("a page of %d, want at most %d", len(page.Items), q.Limit)
					}
					return page, err
				}) {
					got, err = append(got, a), e
				}
				same("list", got, m.list(tenant, q), err, nil)
			},
			"events": func(t *rapid.T) {
				after, limit := rapid.IntRange(-1, 9).Draw(t, "after"), rapid.IntRange(0, 4).Draw(t, "limit")
				all := m.events[tenant]
				from := min(max(after, 0), len(all))
				got, err := db.Events(ctx, tenant, townclerk.Seq(after), limit)
				same("events", append([]townclerk.Event(nil), got...), append([]townclerk.Event(nil), all[from:min(from+limit, len(all))]...), err, nil)
			},
			"cursor": func(t *rapid.T) {
				c := consumer{tenant, rapid.SampledFrom([]string{"x", "y"}).Draw(t, "name")}
				seq := townclerk.Seq(rapid.IntRange(-1, 5).Draw(t, "seq"))
				m.cursors[c] = max(m.cursors[c], seq)
				require.NoError(t, db.SetCursor(ctx, tenant, c.name, seq))
				got, err := db.Cursor(ctx, tenant, c.name)
				same("cursor", got, m.cursors[c], err, nil)
			},
		})
	})
}

// Keys order as what they are made of, and no part runs into the next.
func TestKeyOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("\x00\x01\x02aé\U0010FFFF")), 0, 4, -1)
		instant := rapid.Custom(func(t *rapid.T) time.Time {
			return time.UnixMicro(rapid.Int64Range(-1e17, 1e17).Draw(t, "µs"))
		})
		a1, b1, a2, b2 := text.Draw(t, "a1"), text.Draw(t, "b1"), instant.Draw(t, "a2"), instant.Draw(t, "b2")
		want := strings.Compare(a1, b1)
		if want == 0 {
			want = a2.Compare(b2)
		}
		a, b := Key(nil).Text(a1).Time(a2), Key(nil).Text(b1).Time(b2)
		if got := bytes.Compare(a, b); got != want {
			t.Fatalf("%q %v against %q %v: %d, want %d", a1, a2, b1, b2, got, want)
		}
	})
}

// Whoever waits for another's write waits no longer than the context.
func TestWaitingHeedsTheContext(t *testing.T) {
	db, assets := newAssets()
	_, err := assets.Create(t.Context(), "town", asset{ID: "a"})
	require.NoError(t, err)
	require.NoError(t, db.lock(t.Context())) // somebody writes, and does not end
	ctx, cancel := context.WithCancel(t.Context())
	calls := map[string]func() error{
		"Create": func() error { _, err := assets.Create(ctx, "town", asset{ID: "b"}); return err },
		"Put":    func() error { _, err := assets.Put(ctx, "town", asset{ID: "a", Version: 1}); return err },
		"Claim":  func() error { _, err := assets.Claim(ctx, "town", epoch, epoch, 1); return err },
	}
	var all sync.WaitGroup
	for name, call := range calls {
		all.Go(func() {
			if err := call(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v, want context.Canceled", name, err)
			}
		})
	}
	_, err = assets.Get(t.Context(), "town", "a")
	require.NoError(t, err, "readers do not wait")
	cancel()
	all.Wait()
	db.unlock()
	got, err := assets.Put(t.Context(), "town", asset{ID: "a", Version: 1})
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Version)
}

// A panic in the midst of a write leaves nothing of it, and nobody locked out.
func TestPanicWritesNothing(t *testing.T) {
	boom := false
	tb := NewTable(Kind[asset, query]{
		Name:    "asset",
		ID:      func(a *asset) string { return a.ID },
		Version: func(a *asset) *int64 { return &a.Version },
		Series:  func(a *asset) string { return a.Series },
		Number:  func(a *asset) *string { return &a.Number },
		Order: func(k Key, _ *asset) Key {
			if boom {
				panic("boom")
			}
			return k
		},
		Search: func(query) Search[asset] { return Search[asset]{} },
	})
	db := New(tb)
	boom = true
	require.Panics(t, func() {
		_, _ = tb.Create(t.Context(), "town", asset{ID: "a", Series: "s"}, townclerk.Event{Kind: "x"})
	})
	boom = false
	events, err := db.Events(t.Context(), "town", 0, 10)
	require.NoError(t, err)
	require.Empty(t, events)
	got, err := tb.Create(t.Context(), "town", asset{ID: "a", Series: "s"}, townclerk.Event{Kind: "x"})
	require.NoError(t, err)
	require.Equal(t, "s-000001", got.Number)
}

// What cannot be meant is an error that says so.
func TestTableRefuses(t *testing.T) {
	db, assets := newAssets()
	_, err := assets.Create(t.Context(), "town", asset{})
	require.EqualError(t, err, "asset without an id")
	_, err = assets.Create(t.Context(), "town", asset{ID: "a", Serial: "S"})
	require.NoError(t, err)
	_, err = assets.Create(t.Context(), "town", asset{ID: "b", Serial: "S"})
	require.EqualError(t, err, `asset b: serial number "S": already exists`)
	_, err = assets.Put(t.Context(), "town", asset{ID: "a"})
	require.EqualError(t, err, "asset a: version 0 was read, version 1 is stored: changed since it was read")
	_, err = assets.List(t.Context(), "town", query{Limit: -1})
	require.EqualError(t, err, "asset list: a limit of -1 is negative")
	for _, after := range []string{"x", "ticket.AAAA", "asset.", "asset.!!"} {
		_, err = assets.List(t.Context(), "town", query{After: after})
		require.EqualError(t, err, fmt.Sprintf("asset list: %q was not the Next of a page", after))
	}
	_, err = assets.Claim(t.Context(), "town", epoch, epoch, -1)
	require.EqualError(t, err, "asset claim: a limit of -1 is negative")
	_, err = db.Events(t.Context(), "town", 0, -1)
	require.EqualError(t, err, `events of "town": a limit of -1 is negative`)
	require.PanicsWithValue(t, `memtable: the index "tag" of asset has several values, and is to be unique`, func() {
		New(NewTable(Kind[asset, query]{Name: "asset", Indexes: []Index[asset]{{Name: "tag", Unique: true, Values: func(a *asset) []string { return a.Tags }}}}))
	})
	require.PanicsWithValue(t, `memtable: two tables are named "asset"`, func() {
		_, a := newAssets()
		_, b := newAssets()
		New(a, b)
	})
}

// Tables under one DB share the order of events, and nothing else: while many write to
// both, the Seqs have no holes, each event is told with its aggregate, and each table
// has its own ids, Numbers and claims.
func TestTablesShareTheirEvents(t *testing.T) {
	_, assets := newAssets()
	owners := NewTable(Kind[owner, string]{
		Name:    "owner",
		ID:      func(o *owner) string { return o.Names["id"] },
		Version: func(o *owner) *int64 { return &o.Version },
		Order:   func(k Key, o *owner) Key { return k },
		Search:  func(after string) Search[owner] { return Search[owner]{After: after, Limit: 1000} },
	})
	db := New(assets, owners)
	const writers, each = 4, 50
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				id := fmt.Sprint(w/2*each + i) // two writers have the same ids, in two tables
				event := townclerk.Event{Aggregate: id, Kind: "asset.created"}
				var err error
				if w%2 == 0 {
					_, err = assets.Create(t.Context(), "town", asset{ID: id, Series: "s", NextAt: epoch}, event)
				} else {
					event.Kind = "owner.created"
					_, err = owners.Create(t.Context(), "town", owner{Names: map[string]string{"id": id}}, event)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	_, err := owners.Create(t.Context(), "town", owner{Names: map[string]string{"id": "7"}}, townclerk.Event{Kind: "owner.created"})
	require.ErrorIs(t, err, townclerk.ErrExists)
	events, err := db.Events(t.Context(), "town", 0, 1000)
	require.NoError(t, err)
	require.Len(t, events, writers*each)
	seen := map[string]int{}
	for i, e := range events {
		require.EqualValues(t, i+1, e.Seq)
		seen[e.Kind+" "+e.Aggregate]++
	}
	require.Len(t, seen, writers*each)
	page, err := owners.List(t.Context(), "town", "")
	require.NoError(t, err)
	require.Len(t, page.Items, writers/2*each)
	claimed, err := assets.Claim(t.Context(), "town", epoch, epoch, 1000)
	require.NoError(t, err)
	require.Len(t, claimed, writers/2*each)
	got, err := assets.Create(t.Context(), "town", asset{ID: "last", Series: "s"})
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("s-%06d", writers/2*each+1), got.Number)
	_, err = owners.Get(t.Context(), "town", "last")
	require.ErrorIs(t, err, townclerk.ErrNotFound)
}

// A long search that matches nothing stops when its context ends.
func TestListHeedsTheContext(t *testing.T) {
	_, assets := newAssets()
	for i := range 3000 {
		_, err := assets.Create(t.Context(), "town", asset{ID: fmt.Sprint(i)})
		require.NoError(t, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	looked := 0
	_, _, err := assets.list(ctx, "town", Search[asset]{Match: func(*asset) bool {
		looked++
		cancel()
		return false
	}})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, looked, 2000)
}

// A copy is equal, and shares nothing that can change, at any depth.
func TestCopyIsDeep(t *testing.T) {
	type leaf struct {
		S []byte
		T time.Time
	}
	type deepest struct {
		M map[string]leaf
		P **leaf
		A [2]map[int][]leaf
		N []map[string]string
		E []leaf
		R json.RawMessage
		C townclerk.Money
		D time.Duration
		U *time.Time
	}
	p := &leaf{S: []byte("p"), T: epoch}
	full := deepest{
		M: map[string]leaf{"m": {S: []byte("m")}},
		P: &p,
		A: [2]map[int][]leaf{{1: {{S: []byte("a")}}}},
		N: []map[string]string{nil, {"k": "v"}, {}},
		E: []leaf{},
		R: json.RawMessage(`{"a":[1]}`),
		C: townclerk.Money{Minor: 123450, Currency: "ILS"},
		D: time.Minute,
		U: &p.T,
	}
	clone := copier[deepest]()
	for _, in := range []deepest{full, {}} {
		got := clone(&in)
		require.Equal(t, in, *got)
		noneShared(t, "copy", reflect.ValueOf(*got), reflect.ValueOf(in))
	}
	require.Panics(t, func() { copier[struct{ C chan int }]() })
	require.Panics(t, func() { copier[struct{ F any }]() })
	require.Panics(t, func() { copier[struct{ f int }]() })
	type list struct{ Next *list }
	require.Panics(t, func() { copier[list]() })
}

// noneShared walks two equal values.
func noneShared(t *testing.T, path string, a, b reflect.Value) {
	if a.Type() == reflect.TypeFor[time.Time]() {
		return
	}
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			noneShared(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	case reflect.Slice, reflect.Array:
		if a.Kind() == reflect.Slice && a.Len() > 0 && a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
		}
		for i := range a.Len() {
			noneShared(t, fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i))
		}
	case reflect.Map:
		if !a.IsNil() && a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
		}
		for _, k := range a.MapKeys() {
			noneShared(t, fmt.Sprintf("%s[%v]", path, k), a.MapIndex(k), b.MapIndex(k))
		}
	case reflect.Pointer:
		if !a.IsNil() {
			if a.Pointer() == b.Pointer() {
				t.Errorf("%s is shared", path)
			}
			noneShared(t, "*"+path, a.Elem(), b.Elem())
		}
	}
}
