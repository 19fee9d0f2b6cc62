package asset_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
)

// stockOf is an action on a stock that says all that it needs to.
func stockOf(do asset.Action, at time.Time, quantity int) asset.Command {
	c := asset.Command{Do: do, At: at, By: "u-3", Role: "technician", Quantity: quantity}
	switch do {
	case asset.Begin:
		c.Part, c.Location = "toner", "מחסן"
	case asset.TakeIn:
		c.Reference = "СГ II П 01/7"
	case asset.Issue:
		c.Asset, c.Ticket = "a-1", "t-1"
	case asset.Count, asset.End:
		c.Reason = "stock-taking"
	}
	return c
}

func stocking(t testing.TB, p *asset.Policy, s asset.Stock, c asset.Command) asset.Stock {
	t.Helper()
	before := s.Clone()
	next, _, err := p.DoStock(s, c)
	require.NoError(t, err, c.Do)
	require.Equal(t, before, s)
	return next
}

func opening(t testing.TB, p *asset.Policy, quantity int) asset.Stock {
	t.Helper()
	s, _, err := p.AddStock("s-1", stockOf(asset.Begin, start, quantity))
	require.NoError(t, err)
	return s
}

// SG-31, KA-09: what comes into a stock and goes out of it, with the document that it
// came with and what it went out for.
func TestStock(t *testing.T) {
	p := policy(t)
	s := opening(t, p, 3)
	require.Equal(t, "Toner", s.Name)
	require.Equal(t, 2, s.Minimum, "that of the part")
	s = stocking(t, p, s, stockOf(asset.TakeIn, start.Add(time.Hour), 4))
	s, events, err := p.DoStock(s, stockOf(asset.Issue, start.Add(2*time.Hour), 5))
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Equal(t, 2, s.Quantity)
	require.False(t, s.Low(), "at its minimum it is not below")
	data, err := asset.ReadData(events[0])
	require.NoError(t, err)
	require.Equal(t, s.Movements[2], *data.Movement)
	require.Equal(t, asset.Movement{
		Number: 3, Do: asset.Issue, At: start.Add(2 * time.Hour), Recorded: start.Add(2 * time.Hour), By: "u-3", Role: "technician",
		Quantity: -5, Left: 2, Asset: "a-1", Ticket: "t-1",
	}, s.Movements[2])

	s, events, err = p.DoStock(s, stockOf(asset.Issue, start.Add(3*time.Hour), 1))
	require.NoError(t, err)
	require.Equal(t, "asset.stock-low", events[1].Kind)
	s, events, err = p.DoStock(s, stockOf(asset.Issue, start.Add(3*time.Hour), 1))
	require.NoError(t, err)
	require.Len(t, events, 1, "told once")
	_, _, err = p.DoStock(s, stockOf(asset.Issue, start.Add(4*time.Hour), 1))
	require.Equal(t, []string{"quantity"}, fields(err))
	require.ErrorContains(t, err, "1 are to go out, and 0 were there")

	s = stocking(t, p, s, stockOf(asset.Count, start.Add(5*time.Hour), 4))
	require.Equal(t, 4, s.Quantity)
	require.Equal(t, 4, s.Movements[5].Quantity, "found")
	s = stocking(t, p, s, stockOf(asset.Count, start.Add(6*time.Hour), 1))
	require.Equal(t, -3, s.Movements[6].Quantity, "lost")
	require.Equal(t, 7, s.At(start.Add(time.Hour), time.Time{}))
	require.Equal(t, 3, s.At(start.Add(time.Hour-1), time.Time{}))
	require.Equal(t, 0, s.At(start.Add(-1), time.Time{}))
}

// What is recorded late may not have taken what was used since.
func TestStockRecordedLate(t *testing.T) {
	p := policy(t)
	s := opening(t, p, 5)
	s = stocking(t, p, s, stockOf(asset.Issue, start.Add(2*time.Hour), 4))
	s = stocking(t, p, s, stockOf(asset.TakeIn, start.Add(3*time.Hour), 9))
	late := stockOf(asset.Issue, start.Add(time.Hour), 2)
	late.Recorded = start.Add(4 * time.Hour)
	_, _, err := p.DoStock(s, late)
	require.Equal(t, []string{"quantity"}, fields(err))
	late.Quantity = 1
	s = stocking(t, p, s, late)
	require.Equal(t, 4, s.At(start.Add(time.Hour), time.Time{}))
	require.Equal(t, 5, s.At(start.Add(time.Hour), start.Add(3*time.Hour)), "as it was known then")
}

// All that the table of stocks does not list is refused, and what is said wrongly.
func TestEveryActionOnStocks(t *testing.T) {
	p := policy(t)
	held := opening(t, p, 0)
	ended := stocking(t, p, held, stockOf(asset.End, start, 0))
	for _, s := range []asset.Stock{held, ended} {
		for _, do := range asset.Actions {
			quantity := 1
			if do == asset.Issue {
				s = opening(t, p, 1)
			}
			_, _, err := p.DoStock(s, stockOf(do, start.Add(time.Hour), quantity))
			listed := false
			for _, r := range asset.StockWorkflow().Rows {
				listed = listed || r.From == s.State && r.Do == do
			}
			var refusal *townclerk.TransitionError
			if listed {
				if s.Quantity == 0 || do != asset.End {
					require.NoError(t, err, "%s while %s", do, s.State)
				}
				c := stockOf(do, start.Add(time.Hour), quantity)
				c.Role = "supplier"
				_, _, err = p.DoStock(s, c)
				require.ErrorIs(t, err, townclerk.ErrForbidden)
				continue
			}
			require.ErrorAs(t, err, &refusal, "%s while %s", do, s.State)
			require.Empty(t, refusal.Rule)
		}
	}
	_, _, err := p.DoStock(opening(t, p, 1), stockOf(asset.End, start, 0))
	require.ErrorContains(t, err, "nothing is left of it")
	c := stockOf(asset.Issue, start, 1)
	c.Asset, c.Ticket = "", ""
	_, _, err = p.DoStock(opening(t, p, 1), c)
	require.ErrorContains(t, err, "what for")
	for _, quantity := range []int{0, -1} {
		_, _, err = p.DoStock(held, stockOf(asset.TakeIn, start, quantity))
		require.ErrorContains(t, err, "a quantity above zero")
	}
	_, _, err = p.DoStock(held, stockOf(asset.Count, start, -1))
	require.Equal(t, []string{"quantity"}, fields(err))
	_, _, err = p.AddStock("s-1", asset.Command{Do: asset.Begin, At: start, Role: "technician", Part: "tonr", Minimum: -1})
	require.Equal(t, []string{"part", "quantity"}, fields(err))
	_, _, err = p.AddStock("", stockOf(asset.Begin, start, 0))
	require.Equal(t, []string{"id"}, fields(err))
}
