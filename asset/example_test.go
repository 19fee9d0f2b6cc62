package asset_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/sla"
)

// examplePolicy reads the policy of the examples.
func examplePolicy() *asset.Policy {
	read := func(name string) []byte {
		data, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		return data
	}
	promises, err := sla.Parse(read("testdata/sla.toml"), "sla.toml")
	if err != nil {
		panic(err)
	}
	policy, err := asset.Parse(read("testdata/asset.toml"), "asset.toml", promises)
	if err != nil {
		panic(err)
	}
	return policy
}

// A printer is moved on a Thursday. Procurement and Logistics has to be told within
// 24 hours, be they open or not.
func Example() {
	zone, _ := time.LoadLocation("Asia/Jerusalem")
	now := time.Date(2026, 6, 11, 14, 0, 0, 0, zone)
	inventory := asset.NewInventory(asset.NewMemStore(), examplePolicy(), asset.Config{Now: func() time.Time { return now }})
	ctx, town := context.Background(), townclerk.Tenant("town")

	printer, _ := inventory.Add(ctx, town, asset.Command{
		Do: asset.Register, By: "u-3", Role: "technician",
		Set: map[string]string{"kind": "printer", "name": "Printer at the entrance", "unit": "library"},
	})
	now = now.Add(time.Hour)
	printer, _ = inventory.Do(ctx, town, printer.ID, asset.Command{
		Do: asset.Place, By: "u-3", Role: "technician", Set: map[string]string{"unit": "archive"},
	})

	report, _ := inventory.Report(ctx, town, townclerk.Period{})
	for _, c := range report.Changes {
		fmt.Println(c.Name, "|", c.Entry.Change, "|", c.Entry.Set[0].Was, "→", c.Entry.Set[0].Is, "| due", c.Due.In(zone).Format("Mon 15:04"))
	}
	// Output:
	// Printer at the entrance | relocate | library → archive | due Fri 15:00
}

// What was recorded wrongly is corrected. What was known before can still be asked for.
func ExampleAsset_AsOf() {
	policy := examplePolicy()
	day := func(n int) time.Time { return time.Date(2026, 6, n, 9, 0, 0, 0, time.UTC) }
	who := asset.Command{By: "u-3", Role: "technician"}

	c := who
	c.Do, c.At = asset.Register, day(1)
	c.Set = map[string]string{"kind": "server", "name": "Mail", "unit": "library"}
	a, _, _ := policy.Add("a-1", c)

	c = who
	c.Do, c.At = asset.Place, day(3)
	c.Set = map[string]string{"unit": "archive"}
	a, _, _ = policy.Do(a, c)

	c = who
	c.Do, c.Recorded, c.Corrects = asset.Correct, day(20), 2
	c.Reason, c.Set = "it stayed in the library", map[string]string{"unit": "library"}
	a, _, _ = policy.Do(a, c)

	for _, known := range []time.Time{day(10), day(20)} {
		facts, _ := a.AsOf(day(5), known)
		fmt.Println("on the 5th, as was known on the", known.Day(), "it was in the", facts.Unit)
	}
	// Output:
	// on the 5th, as was known on the 10 it was in the archive
	// on the 5th, as was known on the 20 it was in the library
}

// The life of an asset is one table, which draws itself.
func ExampleWorkflow() {
	for _, r := range asset.Workflow().Rows {
		if r.From == asset.Tested {
			fmt.Println(r.Do, "→", r.To)
		}
	}
	// Output:
	// commission → commissioned
	// decommission → decommissioned
	// upgrade → tested
	// install → tested
	// configure → tested
	// amend → tested
	// correct → tested
	// report → tested
}
