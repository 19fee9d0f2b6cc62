package ticket_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

const promises = `
format = 1
name = "Testville, promises"
zone = "Europe/Warsaw"

[attributes]
class = ["fault", "request"]

[roles]
head = { en = "Head of IT" }

[calendars.desk]
week = { mon-fri = "07:30-15:30" }

[[targets]]
id = "transfer"
metric = "transfer"
kind = "commitment"
title = { en = "Passed on within 20 minutes" }
source = "charter, 3"
start = "opened"
meets = "transferred"
calendar = "desk"
due = { within = "20m" }

[[targets]]
id = "informed"
metric = "notification"
kind = "commitment"
title = { en = "Whoever reported it is told within an hour" }
source = "charter, 5"
start = "treated"
meets = "opener-notified"
calendar = "desk"
due = { within = "1h" }
`

const desk = `
format = 1
name = "Testville, desk"
locales = ["en"]
notify = { calendar = "desk" }

[roles.desk]
title = { en = "Support desk" }

[departments.it]
title = { en = "IT" }
diagnosers = "desk"

[channels.phone]
title = { en = "Telephone" }

[classes.fault]
title = { en = "Fault" }

[vendors.printers]
title = { en = "Printer service" }

[causes.printer]
title = { en = "Printer" }
vendor = "printers"
`

// A fault is reported by telephone, diagnosed, handed over to a vendor, treated and
// closed. What the workflow does not allow is refused, with what it does allow.
func Example() {
	must := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	promised, err := sla.Parse([]byte(promises), "testville/sla.toml")
	must(err)
	policy, err := ticket.Parse([]byte(desk), "testville/ticket.toml", promised)
	must(err)
	now := time.Date(2026, time.June, 8, 9, 0, 0, 0, promised.Zone()) // the time of this example stands still
	d := ticket.NewDesk(ticket.NewMemStore(), policy, ticket.Config{Now: func() time.Time { return now }})

	ctx, town := context.Background(), townclerk.Tenant("testville")
	who := ticket.Who{Actor: "u-3", Role: "desk"}
	t, err := d.Open(ctx, town, ticket.Request{Channel: "phone", Opener: "u-17", Class: "fault", Subject: "no paper comes out"})
	must(err)
	of := ticket.Of(t.ID)
	assessed, err := policy.Assess(t, now)
	must(err)
	fmt.Println(t.Number, "to be passed on by", assessed[0].Clock("transfer").Due.Format("15:04"))

	_, err = d.HandOver(ctx, town, of, who, ticket.VendorCall{Vendor: "printers", Channel: "web form"})
	var refused *townclerk.TransitionError
	if errors.As(err, &refused) {
		fmt.Println("no hand-over:", refused.Rule)
		fmt.Println("allowed:", refused.Allowed[:4], "and more")
	}

	_, err = d.Diagnose(ctx, town, of, who, ticket.Finding{Text: "the drum is worn", Cause: "printer", NeedsVendor: true})
	must(err)
	t, err = d.HandOver(ctx, town, of, who, ticket.VendorCall{Channel: "web form", Reference: "PS-88"})
	must(err)
	fmt.Println(t.State, t.Calls[0].Vendor, t.Calls[0].Reference)

	_, err = d.TakeBack(ctx, town, of, who, 0)
	must(err)
	_, err = d.Assign(ctx, town, of, who, ticket.Assignment{Handler: "u-3"})
	must(err)
	_, err = d.Treat(ctx, town, of, who, ticket.Treatment{Text: "The drum was replaced."})
	must(err)
	_, err = d.Inform(ctx, town, t.ID, who, "phone")
	must(err)
	t, err = d.Close(ctx, town, of, who)
	must(err)
	fmt.Println(t.State, "-", t.Treatment)
	// Output:
	// 2026-000001 to be passed on by 09:20
	// no hand-over: it needs a diagnosis first, by a role that the department lets diagnose
	// allowed: [assign refer begin diagnose] and more
	// at vendor printers PS-88
	// closed - The drum was replaced.
}
