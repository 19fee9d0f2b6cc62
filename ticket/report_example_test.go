package ticket_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// The week's calls as of Thursday's closing, and in how many of them the promise to
// pass them on was kept.
func ExamplePolicy_Report() {
	must := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	promised, err := sla.Parse([]byte(promises), "testville/sla.toml")
	must(err)
	policy, err := ticket.Parse([]byte(desk+`
[reports]
calendar = "desk"
week = "thu"
`), "testville/ticket.toml", promised)
	must(err)

	ctx, town := context.Background(), townclerk.Tenant("testville")
	now := time.Date(2026, time.June, 8, 9, 0, 0, 0, promised.Zone())
	store := ticket.NewMemStore()
	d := ticket.NewDesk(store, policy, ticket.Config{Now: func() time.Time { return now }})
	for _, subject := range []string{"no paper comes out", "brak sieci w pokoju 12", "no sound"} {
		t, err := d.Open(ctx, town, ticket.Request{Channel: "phone", Opener: "u-17", Class: "fault", Subject: subject})
		must(err)
		now = now.Add(15 * time.Minute)
		if subject != "no sound" {
			_, err = d.Assign(ctx, town, ticket.Of(t.ID), ticket.Who{Actor: "u-3", Role: "desk"}, ticket.Assignment{Handler: "u-3"})
			must(err)
		}
	}

	week, err := policy.Week(now)
	must(err)
	tickets := townclerk.All(func(after string) (townclerk.Page[ticket.Ticket], error) {
		return store.Tickets().List(ctx, town, ticket.Query{To: week.To, After: after})
	})
	weekly, err := policy.Report(ticket.WeeklyReport, week, tickets, week.To)
	must(err)
	must(weekly.Err())
	for _, c := range weekly.Calls {
		fmt.Println(c.Number, c.State, c.Subject)
	}
	targets, err := policy.Report(ticket.TargetReport, week, tickets, week.To, "transfer")
	must(err)
	fmt.Printf("%d of %d passed on in time\n\n", targets.Targets[0].Share().N, targets.Targets[0].Share().D)
	must(targets.In("pl", nil).Text(os.Stdout))
	// Output:
	// 2026-000001 assigned no paper comes out
	// 2026-000002 assigned brak sieci w pokoju 12
	// 2026-000003 new no sound
	// 2 of 3 passed on in time
	//
	// Realizacja celów
	//
	// Od                  czw. 2026-06-04 15:30
	// Do, bez tej chwili  czw. 2026-06-11 15:30
	// Stan na             czw. 2026-06-11 15:30
	// Strefa czasowa      Europe/Warsaw
	//
	// Razem
	// Zgłoszenia            Liczba
	// --------------------  ------
	// Przyjęto                   3
	// Zamknięto                  0
	// Odwołano                   0
	// Stały się projektami       0
	// Otwarte na koniec          3
	//
	// Cele
	// Cel            Passed on within 20 minutes
	// Rodzaj         zobowiązanie
	// Dotrzymane     2
	// Niedotrzymane  1
	// W toku         0
	// Nieaktualne    0
	// Nieustalone    0
	// Trwały dłużej  0
	// Dotrzymano     66,7%
	// Zmierzone      2
	// Mediana        15 min
	// 90. percentyl  15 min
}
