package vendors_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/vendors"
)

// open reads the policy of the tests, whose contract stands in vendors.toml.
func open() *vendors.Policy {
	data, err := os.ReadFile("testdata/sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	promises, err := sla.Parse(data, "sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	if data, err = os.ReadFile("testdata/vendors.toml"); err != nil {
		log.Fatal(err)
	}
	policy, err := vendors.Parse(data, "vendors.toml", promises)
	if err != nil {
		log.Fatal(err)
	}
	return policy
}

// A call to a vendor counts by the contract in force. Who may not call is refused.
func ExampleOffice() {
	policy, ctx := open(), context.Background()
	now := time.Date(2026, 3, 1, 10, 0, 0, 0, policy.Promises().Zone())
	office := vendors.NewOffice(vendors.NewMemStore(), policy, vendors.Config{Now: func() time.Time { return now }})

	manager := vendors.Who{Actor: "u-1", Role: "manager", Unit: "ict"}
	contract, err := office.Conclude(ctx, "council", manager, policy.Contracts()[0])
	if err != nil {
		log.Fatal(err)
	}
	clerk := vendors.Who{Actor: "u-2", Role: "administrator", Unit: "ict"}
	call, err := office.Owe(ctx, "council", clerk, vendors.Command{Vendor: "exchange-vendor", Service: "exchange", Text: "no dial tone"})
	if err != nil {
		log.Fatal(err)
	}
	clerk.Unit = "welfare"
	_, err = office.DoCall(ctx, "council", call.ID, clerk, vendors.Command{Do: vendors.Open, Channel: "portal"})
	fmt.Println(errors.Is(err, townclerk.ErrForbidden))
	clerk.Unit = "ict"
	call, err = office.DoCall(ctx, "council", call.ID, clerk, vendors.Command{Do: vendors.Open, Channel: "portal", Reference: "V-77"})
	if err != nil {
		log.Fatal(err)
	}
	a, err := policy.Assess(call.Timeline(), now)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(call.State, call.Contract == contract.ID, a.Clock("vendor-fix").Due.Format("Mon 15:04"))
	// Output:
	// true
	// opened true Sun 20:00
}

// What is in force at an instant, for whoever asks by the service.
func ExampleContract_At() {
	contract := open().Contracts()[0]
	zone := open().Promises().Zone()
	for _, at := range []time.Time{time.Date(2026, 6, 30, 23, 59, 0, 0, zone), time.Date(2026, 7, 1, 0, 0, 0, 0, zone), time.Date(2028, 1, 1, 0, 0, 0, 0, zone)} {
		agreement, ok := contract.At(at)
		fmt.Println(at.Format("2006-01-02"), ok, agreement.Fee)
	}
	// Output:
	// 2026-06-30 true 12000.00 ILS
	// 2026-07-01 true 13000.00 ILS
	// 2028-01-01 false 13000.00 ILS
}
