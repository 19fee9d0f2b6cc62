package project_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

func read() *project.Policy {
	promises, err := sla.Open(os.DirFS("testdata"))
	if err != nil {
		panic(err)
	}
	data, err := os.ReadFile("testdata/project.toml")
	if err != nil {
		panic(err)
	}
	policy, err := project.Parse(data, "project.toml", promises)
	if err != nil {
		panic(err)
	}
	return policy
}

// A demand has its approval status recorded, and nobody develops without a specification.
func ExamplePortfolio() {
	ctx := context.Background()
	now := time.Date(2026, time.June, 7, 6, 0, 0, 0, time.UTC)
	portfolio := project.NewPortfolio(project.NewMemStore(), read(), project.Config{Now: func() time.Time { return now }})
	manager := project.Who{Actor: "u-3", Role: "is-manager"}

	made, err := portfolio.Demand(ctx, "raanana", project.Request{
		Demander: "u-17", Class: "project-upgrade", Lead: "information-systems", Title: "Online forms",
	})
	fmt.Println(made.Number, made.State, err)

	made, err = portfolio.Do(ctx, "raanana", made.ID, manager, project.Command{Do: project.Admit})
	fmt.Println(made.Number, made.State, err)

	_, err = portfolio.Do(ctx, "raanana", made.ID, manager, project.Command{Do: project.Submit})
	fmt.Println(err)
	// Output:
	// 2026-000001 intake <nil>
	// 2026-000001 planning <nil>
	// project 2026-000001: cannot submit while planning: there is a plan; allowed now: plan, record, hold, cancel, alter, attach, write, order, ask
}

// Ten working days may be a day late. The tests that follow are warned of before they begin.
func ExamplePolicy_Deviations() {
	policy := read()
	june := func(day int) worktime.Date { return worktime.Date{Year: 2026, Month: time.June, Day: day} }
	cost := townclerk.Money{Minor: 5_000_000, Currency: "ILS"}
	t := project.Project{Header: project.Header{ID: "p-1", State: project.Execution}, Baselines: []project.Baseline{{Number: 1, Milestones: []project.Milestone{
		{ID: "forms", Phase: project.Execution, From: june(7), To: june(18), Days: 10, Cost: cost},
		{ID: "tests", Phase: project.Acceptance, From: june(21), To: june(25), Days: 5, After: []string{"forms"}},
	}, Days: map[project.State]int64{project.Execution: 10, project.Acceptance: 5, "": 15}}}}
	for _, today := range []int{21, 22} {
		drift, err := policy.Deviations(t, 0, june(today).Start(policy.Promises().Zone()))
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, d := range drift.Deviations[:2] {
			fmt.Printf("%d June, %s: %s %% late, %s %% expected, on %s: %q\n", today, d.Milestone, d.Time.Share().Percent(1), d.Time.Forecast().Percent(1), d.Expected, d.Time.Level)
		}
	}
	// Output:
	// 21 June, forms: 10.0 % late, 10.0 % expected, on 2026-06-21: ""
	// 21 June, tests: 0.0 % late, 20.0 % expected, on 2026-06-28: "warning"
	// 22 June, forms: 20.0 % late, 20.0 % expected, on 2026-06-22: "exceeded"
	// 22 June, tests: 0.0 % late, 40.0 % expected, on 2026-06-29: "warning"
}
