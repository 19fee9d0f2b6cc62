package slatest_test

import (
	"fmt"
	"log"
	"os"
	"testing"
	"testing/fstest"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
)

// A QA team's whole test, in policy_test.go beside the folder raanana: it holds
// sla.toml, and what the team wrote down in vectors/*.toml.
func ExampleRun() {
	var _ = func /* TestPolicy */ (t *testing.T) {
		slatest.Run(t, os.DirFS("raanana"), slatest.Config{})
	}
}

// Without package testing: a situation in which the officer who wrote it down had
// forgotten that Thursday is a holiday.
func ExampleCheck() {
	policy, err := sla.Parse([]byte(charter), "testville/sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	vectors := fstest.MapFS{"eve-of-corpus-christi.toml": {Data: []byte(`
title = "reported on the eve of a holiday, after the cut-off"
source = "charter, 4"

[[events]]
is = "opened"
at = 2026-06-03T10:00:01   # Wednesday

[due]
handling = 2026-06-04T12:00:00
`)}}
	fmt.Println(slatest.Check(policy, vectors, slatest.Config{}))
	// Output:
	// eve-of-corpus-christi.toml:10: due.handling: got Fri 2026-06-05 12:00, want Thu 2026-06-04 12:00, as of Wed 2026-06-03 10:00:01
	//     fault-handling is running
	//     - counted from opened, Wed 2026-06-03 10:00:01
	//     - Wed 2026-06-03 10:00:01 is too late for the cut-off at 10:00
	//     - the next working day at 12:00; closed: 2026-06-04 dzień Bożego Ciała
}

// What was checked, for a report of one's own.
func ExampleInspect() {
	policy, err := sla.Parse([]byte(charter), "testville/sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	r := slatest.Inspect(policy, nil, slatest.Config{})
	for _, in := range r.Invariants {
		fmt.Printf("%s: %s: %v\n", in.Rule, in.Says, len(in.Failures) == 0)
	}
	// Output:
	// due: no target is due before it starts: true
	// monotone: a later start is never due earlier: true
	// explanation: it leads from the start to the due time: true
	// verdict: at the due time it can be met, a nanosecond later it is breached: true
	// next: nothing changes before Next, which lies in the future: true
	// escalation: a share of a target falls due between start and due time: true
	// priority: a higher priority is never due later: true
}

const charter = `
format = 1
name = "Testville, help desk"
zone = "Europe/Warsaw"

[calendars.desk]
week = { mon-fri = "07:30-15:30" }
holidays = "poland"
cover = { from = 2020, to = 2035 }

[[holidays.poland]]
country = "pl"

[[targets]]
id = "fault-handling"
metric = "handling"
kind = "commitment"
title = { en = "Reported by 10:00: the same day; later: by noon of the next" }
source = "charter, 4"
start = "opened"
meets = "handled"
calendar = "desk"
due.cutoffs = [
    { until = "10:00", days = 0, at = "close" },
    { days = 1, at = "12:00" },
]
`
