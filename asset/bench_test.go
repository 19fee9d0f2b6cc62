package asset_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/townclerk/townclerk/asset"
)

// estate returns assets with ten changes each, over ten years; of each hundredth, an
// entry was corrected. A thousand are made by the policy, and the others are copies.
func estate(b *testing.B, n int) []asset.Asset {
	b.Helper()
	p := policy(b)
	all := make([]asset.Asset, n)
	for i := range min(n, 1000) {
		began := start.AddDate(-10, 0, 0).Add(time.Duration(i) * time.Hour)
		c := command(asset.Register, began)
		c.Set["kind"] = []string{"workstation", "printer", "server"}[i%3]
		a, _, err := p.Add(asset.ID(fmt.Sprint(i)), c)
		for k := 1; k < 10 && err == nil; k++ {
			do := []asset.Action{asset.Place, asset.Upgrade, asset.Install, asset.HandOver, asset.Repair, asset.Restore}[k%6]
			if k == 9 && i%100 == 0 {
				do = asset.Correct
			}
			c := command(do, began.AddDate(k, 0, 0))
			c.Corrects = 3
			a, _, err = p.Do(a, c)
		}
		if err != nil {
			b.Fatal(err)
		}
		all[i] = a
	}
	for i := 1000; i < n; i++ {
		all[i] = all[i%1000].Clone()
	}
	return all
}

// How many computers did we have at the end of that year? The answer is compared with
// what one scan of the same rows costs that looks at each fact of each entry.
func BenchmarkAsOf(b *testing.B) {
	const n = 100_000
	all := estate(b, n)
	random := rand.New(rand.NewPCG(1, 2))
	var scanned, asked time.Duration
	sum, count, rounds := 0, 0, 0
	for b.Loop() {
		rounds++
		at := start.AddDate(-10, 0, 0).Add(time.Duration(random.Int64N(int64(10 * 365 * 24 * time.Hour))))
		began := time.Now()
		for i := range all {
			for k := range all[i].History {
				e := &all[i].History[k]
				if e.At.After(at) {
					continue
				}
				if e.To == asset.Commissioned {
					sum++
				}
				for f := range e.Set {
					if e.Set[f].Key == "kind" && e.Set[f].Is == "printer" {
						sum++
					}
				}
			}
		}
		scanned += time.Since(began)
		began = time.Now()
		for i := range all {
			if f, ok := all[i].AsOf(at, time.Time{}); ok && f.State.InUse() && f.Kind != "printer" {
				count++
			}
		}
		asked += time.Since(began)
	}
	if sum == 0 || count == 0 {
		b.Fatal("nothing was found")
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(scanned.Nanoseconds())/float64(rounds*n), "scan-ns/asset")
	b.ReportMetric(float64(asked.Nanoseconds())/float64(rounds*n), "asof-ns/asset")
	b.ReportMetric(float64(asked)/float64(scanned), "ratio")
}
