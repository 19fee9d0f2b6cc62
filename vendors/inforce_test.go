package vendors

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// What is found by blocks of time is what a scan of all contracts finds, whatever they
// are and whenever one asks: also amended, open, before 1900 and after 2079.
func TestInForceIsItsScan(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		store, ctx := NewMemStore(), context.Background()
		var all []Contract
		instant := func(label string) time.Time {
			base := rapid.SampledFrom([]time.Time{firstBegan, firstBegan.AddDate(-130, 0, 0), firstBegan.AddDate(90, 0, 0)}).Draw(rt, label)
			return base.Add(time.Duration(rapid.Int64Range(-3, 800).Draw(rt, "hours")) * 7 * time.Hour)
		}
		services := func() []string {
			return rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 3, rapid.ID).Draw(rt, "services")
		}
		for i := range rapid.IntRange(0, 8).Draw(rt, "contracts") {
			c := Contract{Record: Record{ID: ID(fmt.Sprint(i))}, Vendor: rapid.SampledFrom([]string{"v", "w"}).Draw(rt, "vendor")}
			for range rapid.IntRange(1, 3).Draw(rt, "agreements") {
				a := Agreement{From: instant("from"), Services: services()}
				if rapid.Bool().Draw(rt, "ends") {
					a.To = instant("to")
				}
				c.Agreed = append(c.Agreed, a)
			}
			slices.SortStableFunc(c.Agreed, func(a, b Agreement) int { return a.From.Compare(b.From) })
			made, err := store.Contracts().Create(ctx, town, c)
			require.NoError(rt, err)
			all = append(all, made)
		}
		for range 20 {
			q := Query{InForce: instant("at"), Service: rapid.SampledFrom([]string{"", "a", "b", "x"}).Draw(rt, "service"), Vendor: rapid.SampledFrom([]string{"", "v", "w"}).Draw(rt, "vendor")}
			page, err := store.Contracts().List(ctx, town, q)
			require.NoError(rt, err)
			var got, want []ID
			for _, c := range page.Items {
				got = append(got, c.ID)
			}
			for _, c := range all {
				if (q.Vendor == "" || c.Vendor == q.Vendor) && c.inForce(q.InForce, q.Service) {
					want = append(want, c.ID)
				}
			}
			require.Equal(rt, want, got)
		}
	})
}

// One contract makes few blocks: at most two of each level for its vendor and for each
// service.
func TestBlocksAreFew(t *testing.T) {
	for _, years := range []int{0, 1, 10, 100} {
		c := Contract{Vendor: "v", Agreed: []Agreement{{From: firstBegan, To: firstBegan.AddDate(years, 0, 17), Services: []string{"a"}}}}
		if n := len(c.blocks()); n > 2*2*levels {
			t.Errorf("%d years make %d blocks", years, n)
		}
	}
	q := Query{Service: "a", InForce: firstBegan}
	require.Len(t, q.blocks(), levels)
}

// BenchmarkContractFor asks at random instants which contract is in force, among 10
// contracts and among 1,000: of many services, and all of one service, one after the
// other. The pairs run in turn, so that a busy machine slows both; the ratio is 1,000's
// cost to 10's, and must stay below 2.
func BenchmarkContractFor(b *testing.B) {
	for _, one := range []bool{false, true} {
		name := "of many services"
		if one {
			name = "of one service"
		}
		b.Run(name, func(b *testing.B) {
			few, many := filled(b, 10, one), filled(b, 1000, one)
			var fewTook, manyTook time.Duration
			ask := func(o *Office, n int) time.Duration {
				service, at := "service-0", firstBegan.AddDate(0, 0, rand.IntN(n))
				if !one {
					service, at = fmt.Sprint("service-", rand.IntN(n)), firstBegan
				}
				began := time.Now()
				_, ok, err := o.ContractFor(b.Context(), town, "", service, at)
				took := time.Since(began)
				if !ok || err != nil {
					b.Fatal(ok, err)
				}
				return took
			}
			b.ReportAllocs()
			for b.Loop() {
				fewTook += ask(few, 10)
				manyTook += ask(many, 1000)
			}
			b.ReportMetric(float64(fewTook.Nanoseconds())/float64(b.N), "ns/of10")
			b.ReportMetric(float64(manyTook.Nanoseconds())/float64(b.N), "ns/of1000")
			b.ReportMetric(float64(manyTook)/float64(fewTook), "ratio")
		})
	}
}

// filled is an office with n contracts: each of a service of its own, or each of a day.
func filled(b *testing.B, n int, one bool) *Office {
	store := NewMemStore()
	for i := range n {
		a := Agreement{From: firstBegan.AddDate(-1, 0, 0), To: firstBegan.AddDate(1, 0, 0), Services: []string{fmt.Sprint("service-", i)}, Currency: "ILS"}
		if one {
			a = Agreement{From: firstBegan.AddDate(0, 0, i), To: firstBegan.AddDate(0, 0, i+1), Services: []string{"service-0"}, Currency: "ILS"}
		}
		_, err := store.Contracts().Create(b.Context(), town, Contract{Record: Record{ID: ID(fmt.Sprint(i))}, Vendor: "v", Agreed: []Agreement{a}})
		if err != nil {
			b.Fatal(err)
		}
	}
	return NewOffice(store, policy(b), Config{})
}
