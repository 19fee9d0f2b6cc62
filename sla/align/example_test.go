package align_test

import (
	"log"
	"os"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/align"
)

// A town promises a repair by noon of the next day, and its vendor has 24 hours.
func ExampleDocument() {
	policy, err := sla.Parse([]byte(`
format = 1
name = "A small town"
zone = "Europe/Warsaw"

[calendars.desk]
week = { mon-fri = "08:00-16:00" }

[[targets]]
id = "repair"
metric = "repair"
kind = "commitment"
title = { en = "Repaired by noon of the next working day" }
source = "clause 4"
start = "opened"
meets = "repaired"
calendar = "desk"
due = { days = 1, at = "12:00" }
backed_by = "vendor"

[[targets]]
id = "vendor"
metric = "vendor"
kind = "contract"
title = { en = "The vendor repairs it within 24 hours" }
source = "contract 7"
start = "handed-over"
meets = "vendor-done"
calendar = "elapsed"
due = { contract = "replace", default = { within = "24h" } }
`), "sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	monday := time.Date(2026, time.June, 1, 0, 0, 0, 0, policy.Zone())
	all, err := policy.Align(monday, monday.AddDate(0, 0, 1))
	if err != nil {
		log.Fatal(err)
	}
	var csv strings.Builder
	if err := align.Document(sla.LanguageFor("en"), all, monday).CSV(&csv, "weeks"); err != nil {
		log.Fatal(err)
	}
	os.Stdout.WriteString(strings.ReplaceAll(csv.String(), "\r", ""))
	// Output:
	// Target,Vendor's promise,Starts from,to,It is,Slack at once,Slack after our own targets,Hand over by
	// repair,vendor,from Mon 2026-06-01 00:00,until Mon 2026-06-01 12:00,kept,12h to 0s,12h to 0s,Mon 2026-06-01 12:00
	// repair,vendor,after Mon 2026-06-01 12:00,before Mon 2026-06-01 16:00,cannot be kept,0s to -4h,0s to -4h,never
	// repair,vendor,from Mon 2026-06-01 16:00,before Tue 2026-06-02 00:00,kept,20h to 12h,20h to 12h,Tue 2026-06-02 12:00
}
