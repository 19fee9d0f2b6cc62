package ticket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

// aboutNoTicket is the methods of Desk that are given no ticket.
var aboutNoTicket = []string{"Open", "List", "Sweep"}

// method is a method of Desk that does something to a ticket or one of its stages. They
// are found by reflection, so that one that is added later is tried as well.
type method struct {
	name  string
	of    reflect.Value
	stage bool // it takes a stage, too
}

func methods(t testing.TB, d *Desk) (all []method) {
	t.Helper()
	v := reflect.ValueOf(d)
	for i := range v.NumMethod() {
		name, of := v.Type().Method(i).Name, v.Method(i)
		require.Equal(t, reflect.TypeFor[context.Context](), of.Type().In(0), name)
		require.Equal(t, reflect.TypeFor[townclerk.Tenant](), of.Type().In(1), name)
		switch in := of.Type().In(2); {
		case slices.Contains(aboutNoTicket, name):
		case in == reflect.TypeFor[ID](), in == reflect.TypeFor[Ref]():
			all = append(all, method{name, of, in == reflect.TypeFor[Ref]()})
		default:
			t.Errorf("Desk.%s is given no ticket; try it where the methods of aboutNoTicket are, and name it there", name)
		}
	}
	require.Greater(t, len(all), len(Actions))
	return all
}

// call calls the method for a ticket, with what make makes for the other arguments.
func (m method) call(ctx context.Context, tenant townclerk.Tenant, of Ref, make func(reflect.Type) reflect.Value) (Ticket, error) {
	args := []reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(tenant), reflect.ValueOf(of)}
	if !m.stage {
		args[2] = reflect.ValueOf(of.Ticket)
	}
	for i := 3; i < m.of.Type().NumIn(); i++ {
		args = append(args, make(m.of.Type().In(i)))
	}
	out := m.of.Call(args)
	err, _ := out[1].Interface().(error)
	return out[0].Interface().(Ticket), err
}

// contents is all that the store has of the tenant, to compare.
func contents(t testing.TB, s Store, tenant townclerk.Tenant) string {
	t.Helper()
	var text bytes.Buffer
	_, err := Export(context.Background(), s, tenant, &text)
	require.NoError(t, err)
	return text.String()
}

// To every method of the desk, also one that is added later, another tenant's ticket
// does not exist: it changes nothing, and tells nothing of it.
func TestEveryMethodOnAnotherTenantsTicket(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	r := worklist()
	r.Subject, r.Opener, r.Fields["position"], r.Text = "secret", "secret", "secret", "secret"
	made, err := d.Open(t.Context(), town, r)
	require.NoError(t, err)
	made, err = d.Approve(t.Context(), town, made.ID, Who{Actor: "secret", Role: "head"})
	require.NoError(t, err)
	before := contents(t, store, town)
	for _, m := range methods(t, d) {
		for seed := range uint64(20) {
			for _, of := range []Ref{Of(made.ID), StageOf(made.ID, 1)} {
				c.add(time.Second)
				got, err := m.call(t.Context(), "elsewhere", of, hostile(rand.New(rand.NewPCG(seed, 1))))
				if !errors.Is(err, townclerk.ErrNotFound) {
					t.Errorf("%s of another tenant's ticket: %v", m.name, err)
					continue
				}
				require.Zero(t, got)
				require.NotContains(t, err.Error(), "secret")
				require.NotContains(t, err.Error(), made.Number)
			}
		}
	}
	require.Equal(t, before, contents(t, store, town))
	require.Empty(t, contents(t, store, "elsewhere"))

	// The ticket restored for another tenant is another ticket.
	for record, err := range ReadRecords(strings.NewReader(before), "export") {
		require.NoError(t, err)
		record.Ticket.Holds = "x"
		_, became, err := Restore(t.Context(), store, "elsewhere", record)
		require.NoError(t, err)
		require.Equal(t, Created, became)
		_, err = d.Cancel(t.Context(), "elsewhere", Of(record.Ticket.ID), desk, "gone")
		require.NoError(t, err)
	}
	require.Equal(t, before, contents(t, store, town))
	n, err := d.Sweep(t.Context(), "nowhere", c.Now().AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Zero(t, n)
	page, err := d.List(t.Context(), "nowhere", Query{})
	require.NoError(t, err)
	require.Empty(t, page.Items)
	sent, err := NewNotifier(store, d.policy, "n", func(_ context.Context, m Message) error {
		require.EqualValues(t, "elsewhere", m.Tenant)
		return nil
	}).Run(t.Context(), "elsewhere", c.Now())
	require.NoError(t, err)
	require.Zero(t, sent)
}

// A page of another tenant's list is none of one's own.
func TestPageOfAnotherTenant(t *testing.T) {
	store := NewMemStore()
	d, _ := testDesk(t, store)
	for range 3 {
		_, err := d.Open(t.Context(), town, fault())
		require.NoError(t, err)
	}
	page, err := d.List(t.Context(), town, Query{Limit: 1})
	require.NoError(t, err)
	page, err = d.List(t.Context(), "elsewhere", Query{After: page.Next})
	require.NoError(t, err)
	require.Empty(t, page.Items)
}

// With a context that has ended, every method changes nothing and says so.
func TestEveryMethodWithAnEndedContext(t *testing.T) {
	store := NewMemStore()
	d, _ := testDesk(t, store)
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	before := contents(t, store, town)
	ended, end := context.WithCancel(t.Context())
	end()
	for _, m := range methods(t, d) {
		_, err := m.call(ended, town, Of(made.ID), hostile(rand.New(rand.NewPCG(1, 1))))
		require.ErrorIs(t, err, context.Canceled, m.name)
	}
	_, err = d.Open(ended, town, fault())
	require.ErrorIs(t, err, context.Canceled)
	_, err = d.List(ended, town, Query{})
	require.ErrorIs(t, err, context.Canceled)
	n, err := d.Sweep(ended, town, sunday.AddDate(1, 0, 0))
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, n)
	require.Equal(t, before, contents(t, store, town))
}

// hostile makes values of any type that calls take: some that are right somewhere, and
// some that nobody expects.
func hostile(r *rand.Rand) func(reflect.Type) reflect.Value {
	words := []string{
		"", "yossi", "tali", "dana", "desk", "technician", "manager", "head", "analyst", "clerk", "visitor", "field", "contractor", "exchange", "lines", "operations",
		"information-systems", "phone", "walk-in", "office", "incident", "network", "account", "defect", "device", "awaiting-user", "awaiting-part",
		"training", "on-site", "letters", "read", "write", "impact", "class", "priority", "critical", "floor", "high", "true", "x/y", "../../etc", "%s%d%n",
		"\xff\xfe", "a\x00b", "\u202e", " ", strings.Repeat("long ", 10_000), "{\"a\":1}", "'; DROP TABLE tickets; --", "۱۲۳", "кvara",
	}
	numbers := []int64{0, 0, 1, 1, 2, 3, -1, math.MaxInt32 + 1, math.MaxInt64, math.MinInt64}
	times := []time.Time{
		{}, {}, sunday, sunday.Add(time.Minute), sunday.Add(-time.Nanosecond), sunday.AddDate(10, 0, 0), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(math.MaxInt64/2, 0), time.Date(1, 1, 1, 0, 0, 0, 1, time.FixedZone("far", 14*3600)),
		time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
	}
	var of func(reflect.Type) reflect.Value
	of = func(typ reflect.Type) reflect.Value {
		v := reflect.New(typ).Elem()
		if typ == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(times[r.IntN(len(times))]))
			return v
		}
		switch typ.Kind() {
		case reflect.String:
			v.SetString(words[r.IntN(len(words))])
			if typ == reflect.TypeFor[Action]() {
				v.SetString(string(Actions[r.IntN(len(Actions))]))
			}
		case reflect.Bool:
			v.SetBool(r.IntN(2) == 0)
		case reflect.Int, reflect.Int64:
			v.SetInt(numbers[r.IntN(len(numbers))])
		case reflect.Slice:
			for range r.IntN(4) - 1 {
				v.Set(reflect.Append(v, of(typ.Elem())))
			}
		case reflect.Map:
			if n := r.IntN(4); n > 0 {
				v.Set(reflect.MakeMap(typ))
				for range n - 1 {
					v.SetMapIndex(of(typ.Key()), of(typ.Elem()))
				}
			}
		case reflect.Struct:
			for i := range typ.NumField() {
				v.Field(i).Set(of(typ.Field(i).Type))
			}
		default:
			panic(typ.String())
		}
		return v
	}
	return of
}

// Whatever the desk is given, it does it whole or not at all: what it refuses changes
// nothing, what it does can be read back and judged, and it never panics. Half of the
// calls are what somebody might do, but for a field or two.
func TestHostileCalls(t *testing.T) {
	walks, calls := 100, 80
	if testing.Short() {
		walks = 20
	}
	done := map[Action]int{}
	for seed := range uint64(walks) {
		r := rand.New(rand.NewPCG(seed, 9))
		store := NewMemStore()
		d, c := testDesk(t, store)
		all, arg := methods(t, d), hostile(r)
		opening := []Request{fault(), worklist(), arg(reflect.TypeFor[Request]()).Interface().(Request)}
		made, err := d.Open(t.Context(), town, opening[r.IntN(len(opening))])
		if err != nil {
			require.Empty(t, contents(t, store, town))
			continue
		}
		before := contents(t, store, town)
		for range calls {
			c.add(time.Duration(r.IntN(7200)-600) * time.Second)
			var got Ticket
			command := randomCommand(r, d.policy, &made)
			command.At = time.Time{}
			m := all[r.IntN(len(all))]
			if r.IntN(2) == 0 {
				v := reflect.ValueOf(&command).Elem()
				for range r.IntN(3) {
					f := v.Field(1 + r.IntN(v.NumField()-1))
					f.Set(arg(f.Type()))
				}
				got, err = d.Do(t.Context(), town, made.ID, command)
				m.name = string(command.Do)
			} else {
				got, err = m.call(t.Context(), town, StageOf(made.ID, r.IntN(3)-r.IntN(2)), func(typ reflect.Type) reflect.Value {
					v := arg(typ)
					if who, ok := v.Addr().Interface().(*Who); ok && r.IntN(4) > 0 {
						*who = []Who{desk, yossi, manager}[r.IntN(3)]
					}
					return v
				})
			}
			after := contents(t, store, town)
			if err != nil || m.name == "Get" {
				require.Equal(t, before, after, "%s: %v", m.name, err)
				continue
			}
			before, made = after, got
			done[Action(m.name)]++
			checkInvariants(t, &got)
			for back, err := range ReadRecords(strings.NewReader(after), "export") {
				require.NoError(t, err)
				require.Equal(t, got, back.Ticket, m.name)
			}
		}
		_, err = d.Sweep(t.Context(), town, c.Now().AddDate(0, 0, r.IntN(30)))
		require.NoError(t, err)
		sameStory(t, store)
		made, err = d.Get(t.Context(), town, made.ID)
		require.NoError(t, err)
		_, err = d.policy.Assess(made, c.Now())
		require.NoError(t, err)
	}
	for _, do := range Actions {
		require.True(t, testing.Short() || done[do] > 0 || do == Release, "nothing was done by %q", do)
	}
}

// A sweep at any instant, also at one that cannot be written down, panics nowhere.
func TestSweepAtAnyInstant(t *testing.T) {
	for _, now := range []time.Time{
		{}, time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), sunday.AddDate(-3000, 0, 0), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Unix(1<<60, 0), time.Unix(-1<<60, 0),
	} {
		store := NewMemStore()
		d, _ := testDesk(t, store)
		_, err := d.Open(t.Context(), town, fault())
		require.NoError(t, err)
		before := contents(t, store, town)
		n, err := d.Sweep(t.Context(), town, now)
		if y := now.Year(); 1 <= y && y <= 9999 {
			require.NoError(t, err, "%s", now)
			contents(t, store, town)
			continue
		}
		require.ErrorContains(t, err, "is none that can be written down", "%s", now)
		require.Zero(t, n)
		require.Equal(t, before, contents(t, store, town))
	}
}

// A ticket that is opened in the last hour that can be written down is whole, though what is
// due about it never comes.
func TestTheLastHour(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	c.now = endOfTime.Add(-time.Hour)
	made, err := d.Open(t.Context(), town, fault())
	require.NoError(t, err)
	require.NotEmpty(t, made.Problem)
	contents(t, store, town)
	made, more := d.policy.Settle(made, endOfTime.AddDate(1, 0, 0))
	for _, e := range more {
		require.False(t, e.Recorded.After(endOfTime))
	}
	require.NoError(t, WriteRecord(io.Discard, Record{made, more}))
}

// Every transition that the table does not have, and every one whose rules do not hold, is
// refused for the ticket as the store has it: with what the same person may do instead,
// in the error and in its text; and nothing is stored.
func TestForbiddenTransitionsChangeNothing(t *testing.T) {
	refusals := 0
	for _, s := range States {
		for stage := range 2 {
			store := NewMemStore()
			d, c := testDesk(t, store)
			c.add(time.Hour)
			made, err := store.Tickets().Create(t.Context(), town, inState(s), townclerk.Event{Aggregate: "t-1", Kind: "ticket.imported", At: sunday})
			require.NoError(t, err)
			before := contents(t, store, town)
			for _, do := range Actions {
				for _, by := range []Who{{"yossi", "desk", time.Time{}}, {"eve", "clerk", time.Time{}}, {"eve", "visitor", time.Time{}}, {"", "", time.Time{}}, {"h", "head", time.Time{}}} {
					command := ready(do, stage)
					command.At, command.By, command.Role = by.At, by.Actor, by.Role
					allowed := d.policy.Allowed(made, stage, by.Actor, by.Role)
					if slices.Contains(allowed, do) {
						continue
					}
					refusals++
					_, err := d.Do(t.Context(), town, made.ID, command)
					var refused *townclerk.TransitionError
					require.ErrorAs(t, err, &refused, "%s while %s, stage %d, by %v", do, s, stage, by)
					require.Equal(t, townclerk.TransitionError{Thing: name(made.ID, made.Number, stage), State: string(s), Do: string(do)},
						townclerk.TransitionError{Thing: refused.Thing, State: refused.State, Do: refused.Do})
					require.Equal(t, len(allowed), len(refused.Allowed))
					for i := range allowed {
						require.EqualValues(t, allowed[i], refused.Allowed[i])
					}
					says := "; nothing else is allowed now"
					if len(allowed) > 0 {
						says = "; allowed now: " + strings.Trim(strings.ReplaceAll(fmt.Sprintf("%q", allowed), `" "`, ", "), `["]`)
					}
					require.True(t, strings.HasSuffix(err.Error(), says), "%v, want: %s", err, says)
					require.Equal(t, before, contents(t, store, town))
				}
			}
		}
	}
	require.Greater(t, refusals, 1500)
}

// failAt makes the nth of the store's calls from now fail, once.
func (f *failing) failAt(n int) { f.left = n }

// Every method of the desk, with a store that fails at each of the method's calls in
// turn: nothing has changed, and tried again until nothing fails, everything is as if
// nothing ever had.
func TestEveryMethodOnAStoreThatFails(t *testing.T) {
	story := func(broken bool) (string, []string) {
		mem := NewMemStore()
		store := &failing{Store: mem, Repo: mem.Tickets()}
		d, c := testDesk(t, store)
		d.cfg.NewID = func() ID { return "t-1" }
		var called []string
		failures := 0
		try := func(name string, do func() error) {
			t.Helper()
			called = append(called, name)
			for n := 1; broken; n++ {
				before := contents(t, mem, town)
				store.failAt(n)
				err := do()
				if !errors.Is(err, errBroken) {
					require.NoError(t, err, name)
					store.failAt(0)
					require.Greater(t, n, 1, "%s calls no store", name)
					return
				}
				failures++
				require.Equal(t, before, contents(t, mem, town), "%s, failing at its call %d", name, n)
			}
			require.NoError(t, do(), name)
		}
		try("Open", func() error { _, err := d.Open(t.Context(), town, worklist()); return err })
		try("List", func() error {
			page, err := d.List(t.Context(), town, Query{})
			require.True(t, err != nil || len(page.Items) == 1)
			return err
		})
		for _, step := range everything(d, town, "t-1") {
			c.add(time.Minute)
			try(step.name, func() error { _, err := step.call(t.Context()); return err })
		}
		if broken {
			require.Greater(t, failures, 2*len(Actions))
		}
		sameStory(t, mem)
		return contents(t, mem, town), called
	}
	want, called := story(false)
	got, _ := story(true)
	require.Equal(t, want, got)
	d, _ := testDesk(t, NewMemStore())
	for _, m := range methods(t, d) {
		require.True(t, slices.Contains(called, m.name) || m.name == "Do" || m.name == "Release", "nothing tries %s", m.name)
	}
}

// forgetful is a store whose writes are done, but whose answers are lost.
type forgetful struct {
	Store
	townclerk.Repo[Ticket, Query]
	lose bool
}

func (f *forgetful) Tickets() townclerk.Repo[Ticket, Query] { return f }

func (f *forgetful) answer(t Ticket, err error) (Ticket, error) {
	if f.lose && err == nil {
		return Ticket{}, errBroken
	}
	return t, err
}

func (f *forgetful) Create(ctx context.Context, tenant townclerk.Tenant, t Ticket, events ...townclerk.Event) (Ticket, error) {
	return f.answer(f.Repo.Create(ctx, tenant, t, events...))
}

func (f *forgetful) Put(ctx context.Context, tenant townclerk.Tenant, t Ticket, events ...townclerk.Event) (Ticket, error) {
	return f.answer(f.Repo.Put(ctx, tenant, t, events...))
}

func (f *forgetful) SetCursor(ctx context.Context, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error {
	err := f.Store.SetCursor(ctx, tenant, consumer, seq)
	if f.lose && err == nil {
		return errBroken
	}
	return err
}

// A connection that breaks after the store has done its work: each ticket is whole; a
// sweep that is done again doubles no debt, a notifier tells nothing under a second key,
// and what was restored is found.
func TestAnswersThatAreLost(t *testing.T) {
	mem := NewMemStore()
	store := &forgetful{Store: mem, Repo: mem.Tickets()}
	d, c := testDesk(t, store)
	for range 5 {
		_, err := d.Open(t.Context(), town, fault())
		require.NoError(t, err)
	}
	store.lose = true
	later := sunday.AddDate(0, 0, 7)
	n, err := d.Sweep(t.Context(), town, later)
	require.ErrorIs(t, err, errBroken)
	require.Zero(t, n)
	swept := contents(t, mem, town)
	for range 3 {
		later = later.Add(time.Minute)
		_, err = d.Sweep(t.Context(), town, later)
		require.NoError(t, err, "nothing is left to do")
		require.Equal(t, swept, contents(t, mem, town))
	}
	told := map[string]bool{}
	notifier := NewNotifier(store, d.policy, "n", func(_ context.Context, m Message) error {
		told[m.Key] = true
		return nil
	})
	_, err = notifier.Run(t.Context(), town, later)
	require.ErrorIs(t, err, errBroken)
	for range 3 {
		_, err = notifier.Run(t.Context(), town, later)
	}
	require.NoError(t, err)
	require.Len(t, told, 30, "of each of five tickets four steps, and two targets that its team missed")

	c.add(time.Hour)
	_, err = d.Write(t.Context(), town, Of("t-001"), desk, "phone", time.Minute, "said")
	require.ErrorIs(t, err, errBroken)
	sameStory(t, mem)

	to := NewMemStore()
	lossy := &forgetful{Store: to, Repo: to.Tickets(), lose: true}
	for record, err := range ReadRecords(strings.NewReader(contents(t, mem, town)), "export") {
		require.NoError(t, err)
		_, _, err = Restore(t.Context(), lossy, town, record)
		require.ErrorIs(t, err, errBroken)
		_, became, err := Restore(t.Context(), lossy, town, record)
		require.NoError(t, err)
		require.Equal(t, Already, became)
	}
}

// An export from a store that fails at each call in turn is an error, and whole once
// nothing fails; the same holds for what is restored.
func TestExportFromAStoreThatFails(t *testing.T) {
	mem := busyStore(t)
	want := contents(t, mem, town)
	store := &failing{Store: mem, Repo: mem.Tickets()}
	failures := 0
	for n := 1; ; n++ {
		store.failAt(n)
		var text bytes.Buffer
		_, err := Export(t.Context(), store, town, &text)
		if err == nil {
			require.Equal(t, want, text.String())
			break
		}
		failures++
		require.ErrorIs(t, err, errBroken)
		require.True(t, strings.HasPrefix(want, text.String()), "what is written is whole")
	}
	require.Greater(t, failures, 8)

	to := NewMemStore()
	store = &failing{Store: to, Repo: to.Tickets()}
	for record, err := range ReadRecords(strings.NewReader(want), "export") {
		require.NoError(t, err)
		before := contents(t, to, town)
		store.failAt(1)
		_, _, err = Restore(t.Context(), store, town, record)
		require.ErrorIs(t, err, errBroken)
		require.Equal(t, before, contents(t, to, town))
		_, became, err := Restore(t.Context(), store, town, record)
		require.NoError(t, err)
		require.Equal(t, Created, became)
	}
	_, err := Export(t.Context(), to, town, io.Discard)
	require.NoError(t, err)
}

func (f *failing) List(ctx context.Context, tenant townclerk.Tenant, q Query) (townclerk.Page[Ticket], error) {
	if f.fails() {
		return townclerk.Page[Ticket]{}, errBroken
	}
	return f.Repo.List(ctx, tenant, q)
}
