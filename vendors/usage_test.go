package vendors

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

// TE-13: what was used is summed exactly or refused, never wrapped or left out.
func TestUsageIsNotCountedBeyondWhatCanBeSummed(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	used := func(month time.Month, quantity int64, cost townclerk.Money) Used {
		from := time.Date(2026, month, 1, 0, 0, 0, 0, tr.policy.zone())
		return Used{Measure: "minutes", From: from, To: from.AddDate(0, 1, 0), Quantity: quantity, Cost: cost}
	}
	most := townclerk.Money{Minor: math.MaxInt64, Currency: "ILS"}
	_, err := tr.DoUsage(tr.ctx, town, c.ID, 2026, administrator, Command{Do: Count, Used: []Used{used(1, math.MaxInt64, ils(t, "0.01")), used(2, 0, most)}})
	require.ErrorContains(t, err, "used[2].cost")
	_, err = tr.DoUsage(tr.ctx, town, c.ID, 2026, administrator, Command{Do: Count, Used: []Used{used(1, math.MaxInt64, ils(t, "0.01")), used(2, 1, townclerk.Money{})}})
	require.ErrorContains(t, err, "used[2].quantity")
	_, err = tr.DoUsage(tr.ctx, town, c.ID, 2026, administrator, Command{Do: Count, Used: []Used{used(1, 1, ils(t, "-0.01"))}})
	require.ErrorContains(t, err, "used[1].cost: -0.01 ILS is less than nothing")
	u, err := tr.DoUsage(tr.ctx, town, c.ID, 2026, administrator, Command{Do: Count, Used: []Used{used(1, math.MaxInt64, most), used(2, 0, ils(t, "0.00"))}})
	require.NoError(t, err)
	quantity, cost, _ := u.total("minutes")
	require.Equal(t, int64(math.MaxInt64), quantity)
	require.Equal(t, most, cost)
}

// When a quantity was struck is not for a command to say, whatever it says: neither the
// record nor the event has it, and the command stays the caller's.
func TestUsageIsNotStruckByACommand(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	from := time.Date(2026, time.March, 1, 0, 0, 0, 0, tr.policy.zone())
	for _, struck := range []time.Time{from, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		used := []Used{{Measure: "minutes", From: from, To: from.AddDate(0, 1, 0), Quantity: 1, Struck: struck}}
		from = from.AddDate(0, 1, 0)
		u, err := tr.DoUsage(tr.ctx, town, c.ID, 2026, administrator, Command{Do: Count, Used: used})
		require.NoError(t, err)
		require.Zero(t, u.Used[len(u.Used)-1].Struck)
		require.Equal(t, struck, used[0].Struck)
	}
	events, err := tr.store.Events(tr.ctx, town, 0, 100)
	require.NoError(t, err)
	counted := 0
	for _, e := range events {
		require.NotContains(t, string(e.Data), "struck")
		if e.Kind == "vendors.usage-counted" {
			counted++
		}
	}
	require.Equal(t, 2, counted)
}
