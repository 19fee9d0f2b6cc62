package sla_test

import (
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla"
)

const charter = `
format = 1
name = "Testville, help desk"
zone = "Europe/Warsaw"

[attributes]
class = ["fault", "request"]

[roles]
head = { en = "Head of IT" }

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
match = { class = "fault" }
start = "opened"
meets = "handled"
calendar = "desk"
due.cutoffs = [
    { until = "10:00", days = 0, at = "close" },
    { days = 1, at = "12:00" },
]
pauses = ["awaiting-user"]

[[targets.escalations]]
at = "due"
to = "head"
do = "take-over"
`

// A repair is promised by noon of the next working day, and the vendor has 24 hours: a
// contract that is negotiated can be tried before it is signed.
func ExamplePolicy_Align() {
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
title = { en = "The vendor repairs it" }
source = "clause 5"
start = "handed-over"
meets = "vendor-done"
calendar = "elapsed"
due = { contract = "replace", default = { within = "24h" } }
`), "sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	monday := time.Date(2026, time.June, 1, 0, 0, 0, 0, policy.Zone())
	for _, terms := range [][]sla.Terms{nil, {{Contract: "draft", Metric: "vendor", Calendar: sla.Elapsed, Within: 16 * time.Hour}}} {
		all, err := policy.Align(monday, monday.AddDate(0, 0, 7), terms...)
		if err != nil {
			log.Fatal(err)
		}
		repair := all[0]
		two := repair.At(time.Date(2026, time.June, 1, 14, 0, 0, 0, policy.Zone()))
		fmt.Printf("%s %% lost; opened at two: %s by %s, %s\n",
			repair.Share(sla.FitLost).Percent(1), two.Fit, two.Slack, sla.LanguageFor("en").HandOver(two.Start, two.Latest))
	}
	// Output:
	// 40.0 % lost; opened at two: lost by -2h0m0s, no hand-over is early enough
	// 0.0 % lost; opened at two: kept by 6h0m0s, what starts at Mon 2026-06-01 14:00 has to be handed over by Mon 2026-06-01 20:00
}

// What would a fault be promised that is reported on the eve of a holiday?
func ExamplePolicy_Promise() {
	policy, err := sla.Parse([]byte(charter), "testville/sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	at := time.Date(2026, time.June, 3, 10, 0, 1, 0, policy.Zone()) // Wednesday; Thursday is Corpus Christi
	a := policy.Promise(at, map[string]string{"class": "fault"})
	c := a.Clock("fault-handling")
	fmt.Println("due", c.Due.Format("Mon 2006-01-02 15:04"))
	for _, step := range c.Steps() {
		fmt.Println("-", step.Why())
	}
	// Output:
	// due Fri 2026-06-05 12:00
	// - counted from opened, Wed 2026-06-03 10:00:01
	// - Wed 2026-06-03 10:00:01 is too late for the cut-off at 10:00
	// - the next working day at 12:00; closed: 2026-06-04 dzień Bożego Ciała
}

// A ticket waited for its user over a night, and was handled in time for that.
func ExamplePolicy_Assess() {
	policy, err := sla.Parse([]byte(charter), "testville/sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	timelines, err := policy.ParseTimelines([]byte(`
id = "T-1042"

[[events]]
is = "opened"
at = 2026-06-08T09:00:00
with = { class = "fault" }

[[events]]
is = "paused"
at = 2026-06-08T14:30:00
reason = "awaiting-user"

[[events]]
is = "resumed"
at = 2026-06-09T08:00:00

[[events]]
is = "handled"
at = 2026-06-09T08:50:00
`), "T-1042.toml")
	if err != nil {
		log.Fatal(err)
	}
	for _, now := range []int{8, 9} {
		a, err := policy.Assess(timelines[0], time.Date(2026, time.June, now, 16, 0, 0, 0, policy.Zone()))
		if err != nil {
			log.Fatal(err)
		}
		c := a.Clock("fault-handling")
		fmt.Println(c.State, c.Due.Format("Mon 15:04"))
	}
	// Output:
	// paused Tue 08:30
	// met Tue 09:00
}

// What would have become of last week's faults, had noon been the cut-off?
func ExampleReplay() {
	old, err := sla.Parse([]byte(charter), "testville/sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	new, err := sla.Parse([]byte(strings.Replace(charter, `until = "10:00"`, `until = "12:00"`, 1)), "noon/sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	history := `
{"id": "T-1", "events": [{"kind": "opened", "at": "2026-06-08T09:00:00+02:00", "attributes": {"class": "fault"}}, {"kind": "handled", "at": "2026-06-08T14:00:00+02:00"}]}
{"id": "T-2", "events": [{"kind": "opened", "at": "2026-06-08T11:00:00+02:00", "attributes": {"class": "fault"}}, {"kind": "handled", "at": "2026-06-09T09:10:00+02:00"}]}
{"id": "T-3", "events": [{"kind": "opened", "at": "2026-06-12T11:30:00+02:00", "attributes": {"class": "fault"}}]}
`
	r := sla.Replay(old, new, sla.ReadTimelines(strings.NewReader(history), "june.jsonl"), time.Date(2026, time.July, 1, 0, 0, 0, 0, old.Zone()))
	if err := r.Err(); err != nil {
		log.Fatal(err)
	}
	c := r.Targets[0].All
	fmt.Printf("met %d, then %d; missed %d, then %d\n", c.Old.Met, c.New.Met, c.Old.Missed, c.New.Missed)
	fmt.Printf("%d due earlier, by %s at most\n", c.Earlier.Count, c.Earlier.Largest)
	for _, d := range r.Differences {
		fmt.Printf("%s by %s\n", d.Timeline, d.By)
		for _, step := range d.New.Steps() {
			fmt.Println("-", step.Why())
		}
	}
	// Output:
	// met 2, then 1; missed 1, then 2
	// 2 due earlier, by 2d20h30m at most
	// T-3 by -2d20h30m
	// - counted from opened, Fri 2026-06-12 11:30
	// - Fri 2026-06-12 11:30 is not after the cut-off at 12:00
	// - the same working day at closing
	// T-2 by -20h30m
	// - counted from opened, Mon 2026-06-08 11:00
	// - Mon 2026-06-08 11:00 is not after the cut-off at 12:00
	// - the same working day at closing
}

// All mistakes of a file come back at once, each with its line.
func ExampleParse() {
	_, err := sla.Parse([]byte(`format = 1
name = "Testville"
zone = "Europe/Warsaw"

[calendars.desk]
week = { mon-fri = "07:30-25:30" }

[[targets]]
id = "transfer"
metric = "transfer"
kind = "commitment"
title = { en = "Passed on within 20 minutes" }
source = "charter, 3"
start = "opened"
meets = "transferred"
calendar = "dask"
due = { within = "20 minutes" }
`), "testville/sla.toml")
	fmt.Println(err)
	// Output:
	// testville/sla.toml:6: calendars.desk.week.mon-fri: "25:30" is not a time of day; write it as 07:30 or 07:30:15, 24:00 at the latest
	// testville/sla.toml:16: targets.transfer.calendar: no calendar is named "dask"; did you mean "desk"?
	// testville/sla.toml:17: targets.transfer.due.within: "20 minutes" is not a duration; write "20m"
}

// The same for a reader in Belgrade.
func ExampleLanguage() {
	policy, err := sla.Parse([]byte(charter), "testville/sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	at := time.Date(2026, time.June, 3, 10, 0, 1, 0, policy.Zone())
	a := policy.Promise(at, map[string]string{"class": "fault"})
	c := a.Clock("fault-handling")
	lang := sla.LanguageFor("sr-Cyrl-RS")
	fmt.Printf("%s, %s\n", lang.Time(c.Due), lang.State(c.State))
	for _, step := range c.Steps() {
		fmt.Println("-", lang.Why(step))
	}
	// Output:
	// пет. 2026-06-05 12:00, у току
	// - рачуна се од догађаја opened, сре. 2026-06-03 10:00:01
	// - сре. 2026-06-03 10:00:01 је прекасно за гранично време 10:00
	// - наредног радног дана у 12:00; нерадни дани: 2026-06-04 dzień Bożego Ciała
}

// Two editions of a charter, in two folders. A ticket is judged by the one that was
// in force when it was opened, however long it takes.
func ExampleOpenBook() {
	book, err := sla.OpenBook(os.DirFS("testdata/book"))
	if err != nil {
		log.Fatal(err) // every mistake in every file, with its line
	}
	for _, opened := range []string{"2025-12-31T14:00:00+01:00", "2026-01-02T14:00:00+01:00"} {
		at, err := time.Parse(time.RFC3339, opened)
		if err != nil {
			log.Fatal(err)
		}
		ticket := sla.Timeline{ID: "T-1042", Events: []sla.Event{{Kind: "opened", At: at}}}
		policy, err := book.For(ticket)
		if err != nil {
			log.Fatal(err)
		}
		a, err := policy.Assess(ticket, at)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("edition", policy.Edition().Number, "due", a.Clock("fault-handling").Due.Format("Mon 2006-01-02 15:04"))
	}
	// Output:
	// edition 1 due Fri 2026-01-02 14:00
	// edition 2 due Mon 2026-01-05 12:00
}

// The desk is closed by an order that comes while a ticket is open.
func ExampleCorrection() {
	policy, err := sla.Parse([]byte(charter+`
[[corrections]]
recorded = 2026-06-09T13:00:00
why = "water damage"
source = "order 17/2026"

[[corrections.days]]
calendar = "desk"
date = 2026-06-10
hours = "closed"
why = "water damage"
`), "testville/sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	opened := time.Date(2026, time.June, 9, 11, 0, 0, 0, policy.Zone())
	ticket := sla.Timeline{ID: "T-1042", Events: []sla.Event{
		{Kind: "opened", At: opened, Attributes: map[string]string{"class": "fault"}},
	}}
	for _, now := range []time.Time{opened, opened.Add(2 * time.Hour)} {
		a, err := policy.Explain(ticket, now)
		if err != nil {
			log.Fatal(err)
		}
		c := a.Clock("fault-handling")
		fmt.Println("due", c.Due.Format("Mon 2006-01-02 15:04"))
		fmt.Println("-", c.Steps()[len(c.Steps())-1].Why())
	}
	// Output:
	// due Wed 2026-06-10 12:00
	// - the next working day at 12:00
	// due Thu 2026-06-11 12:00
	// - on Tue 2026-06-09 13:00 the calendar was corrected (water damage), which moves the due time from Wed 2026-06-10 12:00 to Thu 2026-06-11 12:00
}
