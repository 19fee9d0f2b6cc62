package vendors

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

const town townclerk.Tenant = "council"

// utc reads an instant.
func utc(t testing.TB, s string) time.Time {
	t.Helper()
	parsed, err := time.Parse("2006-01-02 15:04:05", s)
	require.NoError(t, err)
	return parsed
}

// local reads an instant on the policy's zone.
func local(t testing.TB, s string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Jerusalem")
	require.NoError(t, err)
	parsed, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	require.NoError(t, err)
	return parsed.UTC()
}

var promised = sync.OnceValues(func() (*sla.Policy, error) {
	data, err := os.ReadFile("testdata/sla.toml")
	if err != nil {
		return nil, err
	}
	return sla.Parse(data, "sla.toml")
})

func promises(t testing.TB) *sla.Policy {
	t.Helper()
	p, err := promised()
	require.NoError(t, err)
	return p
}

func text(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/vendors.toml")
	require.NoError(t, err)
	return string(data)
}

func policy(t testing.TB) *Policy {
	t.Helper()
	p, err := Parse([]byte(text(t)), "vendors.toml", promises(t))
	require.NoError(t, err)
	return p
}

// trial is an office on a store in memory, whose clock the test sets.
type trial struct {
	t     testing.TB
	ctx   context.Context
	store Store
	*Office
	mu  sync.Mutex
	at  time.Time
	ids int
}

func newTrial(t testing.TB, p *Policy) *trial {
	tr := &trial{t: t, ctx: context.Background(), store: NewMemStore()}
	tr.Office = tr.office(tr.store, p)
	tr.set("2026-03-01 10:00") // a Sunday
	return tr
}

// office returns an office with the trial's clock and ids.
func (tr *trial) office(store Store, p *Policy) *Office {
	return NewOffice(store, p, Config{
		Now: func() time.Time { tr.mu.Lock(); defer tr.mu.Unlock(); return tr.at },
		NewID: func() ID {
			tr.mu.Lock()
			defer tr.mu.Unlock()
			tr.ids++
			return ID(fmt.Sprintf("id-%d", tr.ids))
		},
	})
}

func (tr *trial) set(s string) {
	tr.t.Helper()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.at = local(tr.t, s)
}

var (
	manager       = Who{Actor: "dana", Role: "manager", Unit: "ict"}
	administrator = Who{Actor: "avi", Role: "administrator", Unit: "ict"}
	treasurer     = Who{Actor: "רות", Role: "treasurer"}
	comptroller   = Who{Actor: "noa", Role: "comptroller"}
)

// concluded enters the contract of the policy.
func (tr *trial) concluded() Contract {
	tr.t.Helper()
	c, err := tr.Conclude(tr.ctx, town, manager, tr.policy.Contracts()[0])
	require.NoError(tr.t, err)
	return c
}

func ils(t testing.TB, s string) townclerk.Money {
	t.Helper()
	m, err := townclerk.ParseMoney(s + " ILS")
	require.NoError(t, err)
	return m
}

// kinds returns the kinds of event that the store has, in order.
func (tr *trial) kinds() []string {
	tr.t.Helper()
	events, err := tr.store.Events(tr.ctx, town, 0, 10_000)
	require.NoError(tr.t, err)
	var all []string
	for _, e := range events {
		all = append(all, e.Kind)
	}
	return all
}
