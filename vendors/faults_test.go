package vendors

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

var errDisk = errors.New("the disk is gone")

// failing is a store one call of which fails, the one after so many others.
type failing struct {
	Store
	calls, at int // at 0: none
	after     bool
}

func (f *failing) fails() bool { f.calls++; return f.calls == f.at }

func (f *failing) Contracts() townclerk.Repo[Contract, Query] {
	return failingRepo[Contract]{f, f.Store.Contracts()}
}
func (f *failing) Calls() townclerk.Repo[Call, Query] { return failingRepo[Call]{f, f.Store.Calls()} }
func (f *failing) Invoices() townclerk.Repo[Invoice, Query] {
	return failingRepo[Invoice]{f, f.Store.Invoices()}
}
func (f *failing) Frames() townclerk.Repo[Frame, Query] {
	return failingRepo[Frame]{f, f.Store.Frames()}
}
func (f *failing) Reviews() townclerk.Repo[Review, Query] {
	return failingRepo[Review]{f, f.Store.Reviews()}
}
func (f *failing) Usages() townclerk.Repo[Usage, Query] {
	return failingRepo[Usage]{f, f.Store.Usages()}
}

type failingRepo[T any] struct {
	f    *failing
	repo townclerk.Repo[T, Query]
}

func (r failingRepo[T]) Create(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	return tried(r.f, func() (T, error) { return r.repo.Create(ctx, tenant, t, events...) })
}

func (r failingRepo[T]) Put(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	return tried(r.f, func() (T, error) { return r.repo.Put(ctx, tenant, t, events...) })
}

func (r failingRepo[T]) Get(ctx context.Context, tenant townclerk.Tenant, id string) (T, error) {
	return tried(r.f, func() (T, error) { return r.repo.Get(ctx, tenant, id) })
}

func (r failingRepo[T]) List(ctx context.Context, tenant townclerk.Tenant, q Query) (townclerk.Page[T], error) {
	return tried(r.f, func() (townclerk.Page[T], error) { return r.repo.List(ctx, tenant, q) })
}

func (r failingRepo[T]) Claim(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]T, error) {
	return tried(r.f, func() ([]T, error) { return r.repo.Claim(ctx, tenant, now, until, limit) })
}

// tried fails before the call, or after it: then it is done, but nobody knows.
func tried[R any](f *failing, call func() (R, error)) (R, error) {
	var zero R
	if !f.fails() {
		return call()
	}
	if f.after {
		if _, err := call(); err != nil {
			return zero, err
		}
	}
	return zero, errDisk
}

// A store that fails at any one call gives its error, or the work is done; and after the
// next sweep nothing is approved without being committed, committed without being
// approved, or planned twice.
func TestStoreFailsAtEachCall(t *testing.T) {
	p := policy(t)
	for _, after := range []bool{false, true} {
		failed := 0
		for n := 1; ; n++ {
			tr := newTrial(t, p)
			f := &failing{Store: tr.store, after: after}
			tr.Office = tr.office(f, p)
			f.at = n
			err := tr.scenario()
			if f.calls < n {
				require.NoError(t, err)
				t.Logf("%d calls, %d of whose failures were told", n-1, failed)
				break
			}
			if err != nil {
				require.ErrorIs(t, err, errDisk)
				failed++
			}
			f.at = 0
			tr.mu.Lock()
			tr.at = tr.at.Add(time.Hour)
			tr.mu.Unlock()
			_, err = tr.Sweep(tr.ctx, town, tr.now())
			require.NoError(t, err, "call %d", n)
			tr.consistent()
		}
		require.Greater(t, failed, 20)
	}
}

// scenario does a bit of everything, until something fails.
func (tr *trial) scenario() error {
	ctx := tr.ctx
	c, err := tr.Conclude(ctx, town, manager, tr.policy.Contracts()[0])
	if err != nil {
		return err
	}
	if _, err := tr.DoFrame(ctx, town, c.ID, 2026, manager, Command{Do: SetFrame, Amount: ils(tr.t, "1000.00")}); err != nil {
		return err
	}
	call, err := tr.Owe(ctx, town, administrator, Command{Vendor: "exchange-vendor", Service: "exchange"})
	if err != nil {
		return err
	}
	if _, err := tr.DoCall(ctx, town, call.ID, administrator, openIt); err != nil {
		return err
	}
	v, err := tr.Receive(ctx, town, manager, Command{Contract: c.ID, Reference: "INV-1", Amount: ils(tr.t, "100.00")})
	if err != nil {
		return err
	}
	for _, step := range []struct {
		who Who
		do  Command
	}{
		{manager, Command{Do: Examine}}, {manager, Command{Do: Sign}}, {treasurer, Command{Do: Sign}}, {manager, Command{Do: Dispute, Reason: "x"}},
		{manager, Command{Do: Settle, Reason: "y"}}, {manager, Command{Do: Examine}}, {comptroller, Command{Do: Sign}}, {treasurer, Command{Do: Sign}},
		{manager, Command{Do: Send}},
	} {
		if _, err := tr.DoInvoice(ctx, town, v.ID, step.who, step.do); err != nil {
			return err
		}
	}
	if _, err := tr.DoUsage(ctx, town, c.ID, 2026, administrator, Command{Do: Count, Used: full(tr.t, tr.policy, Count).Used}); err != nil {
		return err
	}
	tr.set("2026-04-01 00:00")
	_, err = tr.Sweep(ctx, town, tr.now())
	return err
}

// consistent looks at what frames and invoices say of each other.
func (tr *trial) consistent() {
	tr.t.Helper()
	approvedOnes := map[ID]townclerk.Money{}
	invoices, err := tr.store.Invoices().List(tr.ctx, town, Query{})
	require.NoError(tr.t, err)
	for _, v := range invoices.Items {
		if v.State == Approved || v.State == Sent || v.State == Paid {
			approvedOnes[v.ID] = v.Due
		}
	}
	frames, err := tr.store.Frames().List(tr.ctx, town, Query{})
	require.NoError(tr.t, err)
	committed := map[ID]townclerk.Money{}
	for _, f := range frames.Items {
		for _, c := range f.Commitments {
			require.False(tr.t, c.Tentative && c.Released.IsZero())
			if c.Released.IsZero() && c.Invoice != "" {
				require.NotContains(tr.t, committed, c.Invoice)
				committed[c.Invoice] = c.Amount
			}
		}
	}
	require.Equal(tr.t, approvedOnes, committed)
}

// Another tenant's ids are not found, in every method that takes one, and nothing of
// theirs stands in the error but the id that was asked for.
func TestOtherTenants(t *testing.T) {
	tr := newTrial(t, policy(t))
	require.NoError(t, tr.scenario())
	page, err := tr.store.Reviews().List(tr.ctx, town, Query{})
	require.NoError(t, err)
	const other = "another town"
	ctx, contract, by := tr.ctx, ID("exchange-2026"), Command{Reason: "r", Text: "t"}
	_, ok, err := tr.ContractFor(ctx, other, "", "exchange", tr.now())
	require.NoError(t, err)
	require.False(t, ok)
	for name, try := range map[string]func() error{
		"DoContract": func() error { _, err := tr.DoContract(ctx, other, contract, manager, by); return err },
		"DoCall":     func() error { _, err := tr.DoCall(ctx, other, "id-1", administrator, by); return err },
		"Receive": func() error {
			_, err := tr.Receive(ctx, other, manager, Command{Contract: contract, Reference: "I", Amount: ils(t, "1.00")})
			return err
		},
		"DoInvoice": func() error { _, err := tr.DoInvoice(ctx, other, "id-2", manager, by); return err },
		"DoFrame":   func() error { _, err := tr.DoFrame(ctx, other, contract, 2026, manager, by); return err },
		"DoUsage":   func() error { _, err := tr.DoUsage(ctx, other, contract, 2026, manager, by); return err },
		"DoReview":  func() error { _, err := tr.DoReview(ctx, other, page.Items[0].ID, manager, by); return err },
	} {
		err := try()
		require.ErrorIs(t, err, townclerk.ErrNotFound, name)
		require.NotContains(t, err.Error(), "2026-00000", name)
	}
	n, err := tr.Sweep(ctx, other, tr.now().AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Zero(t, n)
	events, err := tr.store.Events(ctx, other, 0, 10)
	require.NoError(t, err)
	require.Empty(t, events)
}
