package kpi_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

func must[T any](t T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return t
}

func open() *kpi.Policy {
	promises := must(sla.Parse(must(os.ReadFile("testdata/sla.toml")), "sla.toml"))
	return must(kpi.Parse(must(os.ReadFile("testdata/kpi.toml")), "kpi.toml", promises))
}

// The indicators of a year, measured from what the application knows.
func ExampleRegister() {
	policy, ctx := open(), context.Background()
	const town townclerk.Tenant = "town"
	repairs := func(context.Context, townclerk.Tenant, townclerk.Period) (kpi.Count, error) {
		return kpi.Count{N: 10, D: 100, Evidence: []string{"protocol 7"}}, nil
	}
	register := kpi.NewRegister(kpi.NewMemStore(), policy, kpi.Config{
		Now:     func() time.Time { return time.Date(2027, 1, 15, 9, 0, 0, 0, time.UTC) },
		Sources: map[string]kpi.Source{"repairs": repairs},
	})
	year := policy.Period("repairs", time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	m := must(register.Measure(ctx, town, kpi.Who{Actor: "u-1", Role: "owner"}, "repairs", year))
	fmt.Println(m.State, m.Value().Ratio().Percent(2)+" %", m.Value().Target.Compare, m.Value().Target.Limit().Percent(0)+" %")
	// Output: missed 10.00 % less-than 10 %
}

// An hour of outage in the office hours of a year is no 100 %.
func ExampleAvailability() {
	policy := open()
	year := policy.Period("availability", time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	fault := kpi.Outage{ID: "protocol 7", From: time.Date(2026, 6, 8, 7, 0, 0, 0, time.UTC), To: time.Date(2026, 6, 8, 8, 0, 0, 0, time.UTC)}
	outages := func(yield func(kpi.Outage, error) bool) { yield(fault, nil) }
	served := must(kpi.Availability(policy.Calendar("office"), year, outages))
	in, _ := policy.Indicator("availability")
	fmt.Println(time.Duration(served.N), "of", time.Duration(served.D), in.Target.Holds(served.Ratio()))
	// Output: 2023h0m0s of 2024h0m0s false
}

// When duties fall: each Thursday or, if that is closed, the working day before.
func ExamplePolicy_Falls() {
	policy := open()
	zone := policy.Promises().Zone()
	june := townclerk.Period{From: worktime.Date{Year: 2026, Month: 6, Day: 1}.Start(zone), To: worktime.Date{Year: 2026, Month: 6, Day: 13}.Start(zone)}
	for _, f := range must(policy.Falls("weekly", june)) {
		fmt.Println(f.Date, f.Date.Weekday(), "covers", f.Of.From.In(zone).Format("01-02 15:04"), "to", f.Of.To.In(zone).Format("01-02 15:04"))
	}
	// Output:
	// 2026-06-03 Wednesday covers 05-28 15:30 to 06-03 15:30
	// 2026-06-11 Thursday covers 06-03 15:30 to 06-11 15:30
}
