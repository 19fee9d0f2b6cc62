package asset_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
)

type folder map[string]string

func (f folder) fs() fs.FS {
	files := fstest.MapFS{}
	for name, text := range f {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func read(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

var bg = context.Background()

// inventory returns an inventory in memory and its clock.
func inventory(t testing.TB, p *asset.Policy) (*asset.Inventory, *time.Time) {
	t.Helper()
	v, clock, _ := memory(p)
	return v, clock
}

func memory(p *asset.Policy) (*asset.Inventory, *time.Time, asset.Store) {
	return stored(p, asset.NewMemStore())
}

func stored(p *asset.Policy, s asset.Store) (*asset.Inventory, *time.Time, asset.Store) {
	now, n := start, 0
	var mu sync.Mutex
	return asset.NewInventory(s, p, asset.Config{
		Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now },
		NewID: func() asset.ID {
			mu.Lock()
			defer mu.Unlock()
			n++
			return asset.ID(fmt.Sprintf("id-%d", n))
		},
	}), &now, s
}

// kinds returns the kinds of all events of a tenant.
func kinds(t *testing.T, s asset.Store, tenant townclerk.Tenant) []string {
	t.Helper()
	events, err := s.Events(t.Context(), tenant, 0, 1000)
	require.NoError(t, err)
	var all []string
	for _, e := range events {
		all = append(all, e.Kind)
	}
	return all
}

// The life of an asset through the service, with what is owed by the passing of time.
func TestInventory(t *testing.T) {
	v, clock, s := memory(policy(t))
	ctx := t.Context()
	a, err := v.Add(ctx, town, command(asset.Propose, time.Time{}))
	require.NoError(t, err)
	require.Equal(t, "2026-000001", a.Number)
	for _, action := range []asset.Action{asset.Order, asset.Receive, asset.Test, asset.Commission} {
		*clock = clock.Add(time.Hour)
		a, err = v.Do(ctx, town, a.ID, command(action, time.Time{}))
		require.NoError(t, err, action)
	}
	require.Equal(t, start.Add(2*time.Hour), a.History[2].At, "what says no time happens now")
	n, err := v.Sweep(ctx, town, start.Add(26*time.Hour))
	require.NoError(t, err)
	require.Zero(t, n)
	for range 2 {
		_, err = v.Sweep(ctx, town, start.Add(48*time.Hour))
		require.NoError(t, err)
	}
	require.Equal(t, []string{
		"asset.proposed", "asset.ordered", "asset.received", "asset.tested", "asset.commissioned", "asset.overdue", "asset.escalated",
	}, kinds(t, s, town))

	*clock = start.Add(72 * time.Hour)
	c := asset.Command{Do: asset.Correct, Corrects: 5, Role: "technician", Reason: "the holder was another", Set: map[string]string{"holder": "u-8"}}
	a, err = v.Do(ctx, town, a.ID, c)
	require.NoError(t, err)
	require.Equal(t, start.Add(4*time.Hour), a.History[5].At, "a correction keeps the time of what it corrects")
	at := func(known time.Time) townclerk.Actor {
		for a, err := range v.AsOf(ctx, town, start.Add(5*time.Hour), known) {
			require.NoError(t, err)
			return a.Facts.Holder
		}
		return ""
	}
	require.EqualValues(t, "u-8", at(time.Time{}))
	require.EqualValues(t, "u-7", at(start.Add(71*time.Hour)))
	for range v.AsOf(ctx, town, start.Add(-1), time.Time{}) {
		t.Error("it was not there yet")
	}

	page, err := v.List(ctx, town, asset.Query{Owing: true, Kinds: []string{"workstation"}})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)

	// The two licences and stocks besides.
	l, err := v.AddLicence(ctx, town, licenceOf(asset.Begin, time.Time{}))
	require.NoError(t, err)
	buy := licenceOf(asset.Buy, time.Time{})
	buy.Term.Until = clock.Add(24 * time.Hour)
	l, err = v.DoLicence(ctx, town, l.ID, buy)
	require.NoError(t, err)
	require.NotEmpty(t, l.Owed, "it is less than thirty days until it ends")
	_, err = v.Sweep(ctx, town, clock.Add(25*time.Hour))
	require.NoError(t, err)
	st, err := v.AddStock(ctx, town, stockOf(asset.Begin, time.Time{}, 2))
	require.NoError(t, err)
	_, err = v.DoStock(ctx, town, st.ID, stockOf(asset.Issue, time.Time{}, 1))
	require.NoError(t, err)
	require.Equal(t, []string{
		"asset.corrected", "asset.licence-begun", "asset.licence-bought", "asset.escalated", "asset.overdue", "asset.overdue", "asset.escalated",
		"asset.licence-expired",
		"asset.stock-begun", "asset.stock-issued", "asset.stock-low",
	}, kinds(t, s, town)[7:])
}

// What belongs to another tenant is not there, in any method.
func TestOtherTenants(t *testing.T) {
	v, clock := inventory(t, policy(t))
	ctx := t.Context()
	a, err := v.Add(ctx, town, command(asset.Register, time.Time{}))
	require.NoError(t, err)
	l, err := v.AddLicence(ctx, town, licenceOf(asset.Begin, time.Time{}))
	require.NoError(t, err)
	s, err := v.AddStock(ctx, town, stockOf(asset.Begin, time.Time{}, 1))
	require.NoError(t, err)
	const other = townclerk.Tenant("other")
	_, err = v.Get(ctx, other, a.ID)
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	require.NotContains(t, err.Error(), "תחנה")
	_, err = v.Do(ctx, other, a.ID, command(asset.Place, time.Time{}))
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	_, err = v.DoLicence(ctx, other, l.ID, licenceOf(asset.Buy, time.Time{}))
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	_, err = v.DoStock(ctx, other, s.ID, stockOf(asset.TakeIn, time.Time{}, 1))
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	page, err := v.List(ctx, other, asset.Query{})
	require.NoError(t, err)
	require.Empty(t, page.Items)
	for range v.AsOf(ctx, other, *clock, time.Time{}) {
		t.Error("seen by another tenant")
	}
	n, err := v.Sweep(ctx, other, clock.Add(1000*time.Hour))
	require.NoError(t, err)
	require.Zero(t, n)
	_, err = v.Add(ctx, other, command(asset.Register, time.Time{}))
	require.NoError(t, err)
}

// No two assets of a tenant have one tag; the error says so.
func TestTags(t *testing.T) {
	v, _ := inventory(t, policy(t))
	tagged := command(asset.Register, time.Time{})
	tagged.Set["tag"] = "רכוש 7"
	a, err := v.Add(t.Context(), town, tagged)
	require.NoError(t, err)
	_, err = v.Add(t.Context(), town, tagged)
	require.ErrorIs(t, err, townclerk.ErrExists)
	require.ErrorContains(t, err, `tag "רכוש 7"`)
	b, err := v.Add(t.Context(), town, command(asset.Register, time.Time{}))
	require.NoError(t, err)
	c := command(asset.Amend, time.Time{})
	c.Set = map[string]string{"tag": "רכוש 7"}
	_, err = v.Do(t.Context(), town, b.ID, c)
	require.ErrorIs(t, err, townclerk.ErrExists)
	_, err = v.Do(t.Context(), town, a.ID, c)
	require.NoError(t, err)
	_, err = v.Add(t.Context(), "other", tagged)
	require.NoError(t, err)
}

// Many writers at once: none of what they did is lost, and each finds what the others
// did.
func TestConcurrentWriters(t *testing.T) {
	v, _ := inventory(t, policy(t))
	a, err := v.Add(t.Context(), town, command(asset.Register, time.Time{}))
	require.NoError(t, err)
	s, err := v.AddStock(t.Context(), town, stockOf(asset.Begin, time.Time{}, 10))
	require.NoError(t, err)
	const writers = 20
	var group sync.WaitGroup
	issued := make(chan error, writers)
	for range writers {
		group.Go(func() {
			_, err := v.Do(t.Context(), town, a.ID, command(asset.Upgrade, time.Time{}))
			if err != nil {
				t.Error(err)
			}
			_, err = v.DoStock(t.Context(), town, s.ID, stockOf(asset.Issue, time.Time{}, 1))
			issued <- err
		})
	}
	group.Wait()
	close(issued)
	a, err = v.Get(t.Context(), town, a.ID)
	require.NoError(t, err)
	require.Len(t, a.History, writers+1)
	for i, e := range a.History {
		require.Equal(t, i+1, e.Number)
	}
	failed := 0
	for err := range issued {
		if err != nil {
			failed++
			require.Equal(t, []string{"quantity"}, fields(err))
		}
	}
	require.Equal(t, writers-10, failed, "no more went out than was there")
}

// failing fails at the nth call of any of its methods.
type failing struct {
	asset.Store
	left *int
}

var errDown = errors.New("the database is down")

func (f failing) fail() error {
	*f.left--
	if *f.left == 0 {
		return errDown
	}
	return nil
}

type failingRepo[T, Q any] struct {
	townclerk.Repo[T, Q]
	failing
}

func (f failing) Assets() townclerk.Repo[asset.Asset, asset.Query] {
	return failingRepo[asset.Asset, asset.Query]{f.Store.Assets(), f}
}

func (f failing) Licences() townclerk.Repo[asset.Licence, asset.LicenceQuery] {
	return failingRepo[asset.Licence, asset.LicenceQuery]{f.Store.Licences(), f}
}

func (f failing) Stocks() townclerk.Repo[asset.Stock, asset.StockQuery] {
	return failingRepo[asset.Stock, asset.StockQuery]{f.Store.Stocks(), f}
}

func (f failingRepo[T, Q]) Create(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	if err := f.fail(); err != nil {
		return *new(T), err
	}
	return f.Repo.Create(ctx, tenant, t, events...)
}

func (f failingRepo[T, Q]) Put(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	if err := f.fail(); err != nil {
		return *new(T), err
	}
	return f.Repo.Put(ctx, tenant, t, events...)
}

func (f failingRepo[T, Q]) Get(ctx context.Context, tenant townclerk.Tenant, id string) (T, error) {
	if err := f.fail(); err != nil {
		return *new(T), err
	}
	return f.Repo.Get(ctx, tenant, id)
}

func (f failingRepo[T, Q]) List(ctx context.Context, tenant townclerk.Tenant, q Q) (townclerk.Page[T], error) {
	if err := f.fail(); err != nil {
		return townclerk.Page[T]{}, err
	}
	return f.Repo.List(ctx, tenant, q)
}

func (f failingRepo[T, Q]) Claim(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]T, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	return f.Repo.Claim(ctx, tenant, now, until, limit)
}

// A store that fails at any one of its calls: the error comes back, and what was done
// before is whole.
func TestStoreThatFails(t *testing.T) {
	run := func(fail int) (events []string, left int, err error) {
		left = fail
		s := asset.NewMemStore()
		v, clock, _ := stored(policy(t), failing{s, &left})
		ctx := t.Context()
		keep := func(e error) { err = errors.Join(err, e) }
		a, e := v.Add(ctx, town, command(asset.Register, time.Time{}))
		keep(e)
		l, e := v.AddLicence(ctx, town, licenceOf(asset.Begin, time.Time{}))
		keep(e)
		st, e := v.AddStock(ctx, town, stockOf(asset.Begin, time.Time{}, 1))
		keep(e)
		if err == nil {
			_, e = v.Do(ctx, town, a.ID, command(asset.Place, time.Time{}))
			keep(e)
			_, e = v.DoLicence(ctx, town, l.ID, licenceOf(asset.Buy, time.Time{}))
			keep(e)
			_, e = v.DoStock(ctx, town, st.ID, stockOf(asset.Issue, time.Time{}, 1))
			keep(e)
			_, e = v.Report(ctx, town, townclerk.Period{})
			keep(e)
			for _, e := range v.AsOf(ctx, town, *clock, time.Time{}) {
				keep(e)
			}
			_, e = v.Sweep(ctx, town, clock.Add(48*time.Hour))
			keep(e)
		}
		return kinds(t, s, town), left, err
	}
	_, left, err := run(0)
	require.NoError(t, err)
	calls := -left
	require.Greater(t, calls, 12)
	for fail := 1; fail <= calls; fail++ {
		events, _, err := run(fail)
		require.ErrorIs(t, err, errDown, "call %d", fail)
		require.LessOrEqual(t, len(events), 12)
	}
}
