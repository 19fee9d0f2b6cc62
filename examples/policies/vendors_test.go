package policies

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
	"github.com/townclerk/townclerk/vendors"
	"github.com/townclerk/townclerk/vendors/vendorstest"
)

// offices is the folders that say how they work with vendors, and the requirements that
// their vendors.toml cites.
var offices = map[string]string{
	"raanana":   "RA-01 RA-02 RA-06 RA-11 RA-24 RA-25 RA-26 RA-33 RA-45 RA-46 RA-47 RA-61",
	"telephony": "TE-01 TE-05 TE-06 TE-07 TE-08 TE-09 TE-10 TE-11 TE-12 TE-13 TE-15 TE-18 TE-20 TE-21 TE-22",
}

func office(t *testing.T, folder string) *vendors.Policy {
	t.Helper()
	name := folder + "/vendors.toml"
	data, err := Files.ReadFile(name)
	require.NoError(t, err)
	p, err := vendors.Parse(data, name, parse(t, folder+"/sla.toml"))
	require.NoError(t, err)
	return p
}

func TestOfficesFollowSchema(t *testing.T) {
	s := compile(t, vendors.Schema())
	for folder := range offices {
		data, err := Files.ReadFile(folder + "/vendors.toml")
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(data), "#:schema ../../../vendors/vendors.schema.json\n"), folder)
		require.NoError(t, validate(t, s, string(data)), folder)
		for _, wrong := range []string{"colour = 1\n", "[reviews.x]\nmonths = 0\ntitle = { en = \"x\" }\n", "[states.asleep]\nen = \"asleep\"\n", "[roles.x]\nmay = \"sing\"\n"} {
			require.Error(t, validate(t, s, string(data)+"\n"+wrong), "%s with %s", folder, wrong)
		}
	}
}

// Every entry has titles in English and Hebrew, each requirement is cited, and what
// ticket.toml calls a vendor vendors.toml does, too.
func TestOffices(t *testing.T) {
	for folder, want := range offices {
		p := office(t, folder)
		var cited []string
		for _, table := range []string{"roles", "units", "services", "vendors", "channels", "severities", "reviews", "measures"} {
			for _, id := range p.IDs(table) {
				for _, locale := range []string{"en", "he"} {
					require.NotEqual(t, id, p.Title(table, id, locale), "%s: [%s.%s] has no title in %s", folder, table, id, locale)
				}
				cited = append(cited, p.Source(table, id)...)
			}
		}
		require.Subset(t, strings.Fields(want), cited, folder)
		data, err := Files.ReadFile(folder + "/vendors.toml")
		require.NoError(t, err)
		for _, id := range strings.Fields(want) {
			require.Contains(t, string(data), id, folder)
		}
		require.ElementsMatch(t, desk(t, folder).IDs("vendors"), p.IDs("vendors"), folder)
	}
}

// Each office keeps to its vectors, and lint has no error or warning about it.
func TestOfficeVectors(t *testing.T) {
	for folder := range offices {
		vectors, err := vendorstest.Vectors(os.DirFS(folder))
		require.NoError(t, err)
		require.NotNil(t, vectors, folder)
		require.NoError(t, vendorstest.Check(office(t, folder), vectors, vendorstest.Config{Folder: folder + "/office", Strict: true}))
	}
}

// RA-26, RA-33, RA-47, RA-61, A-9: a desk that asks the office hands over by the contract
// in force at the hand-over, and by the charter's 24 hours where none is.
func TestDeskAsksTheOffice(t *testing.T) {
	const town townclerk.Tenant = "raanana"
	ctx := context.Background()
	promises := parse(t, "raanana/sla.toml")
	at := local(t, promises, "Sun 2026-12-27 09:00")
	now := func() time.Time { return at }
	p := office(t, "raanana")
	vendorsOffice := vendors.NewOffice(vendors.NewMemStore(), p, vendors.Config{Now: now})
	agreement := p.Contracts()[0]
	agreement.Agreed[0].Targets = []vendors.Target{{Metric: "vendor-handling", Calendar: sla.Elapsed, Within: 12 * time.Hour}}
	_, err := vendorsOffice.Conclude(ctx, town, vendors.Who{Actor: "u-1", Role: "ops-manager"}, agreement)
	require.NoError(t, err)
	help := ticket.NewDesk(ticket.NewMemStore(), desk(t, "raanana"), ticket.Config{Now: now, Contracts: vendorsOffice})
	handedOver := func(when string) time.Time {
		at = local(t, promises, when)
		tk, err := help.Open(ctx, town, ticket.Request{Channel: "phone", Opener: "u-9", Department: "operations", Class: "incident", Subject: "המדפסת לא מדפיסה"})
		require.NoError(t, err)
		who := ticket.Who{Actor: "u-3", Role: "ops-desk"}
		_, err = help.Diagnose(ctx, town, ticket.Of(tk.ID), who, ticket.Finding{Text: "לוח אם", NeedsVendor: true})
		require.NoError(t, err)
		tk, err = help.HandOver(ctx, town, ticket.Of(tk.ID), who, ticket.VendorCall{Channel: "system", Reference: "V-1"})
		require.NoError(t, err)
		all, err := desk(t, "raanana").Assess(tk, at)
		require.NoError(t, err)
		return all[0].Clock("ops-vendor").Due
	}
	for _, tt := range []struct{ name, at, due string }{
		{"the contract's 12 hours", "Sun 2026-12-27 09:00", "Sun 2026-12-27 21:00"},
		{"on the contract's last day, also beyond its end", "Thu 2026-12-31 15:00", "Fri 2027-01-01 03:00"},
		{"after its end, the charter's 24 hours", "Sun 2027-01-03 09:00", "Mon 2027-01-04 09:00"},
	} {
		require.Equal(t, local(t, promises, tt.due).UTC(), handedOver(tt.at).UTC(), tt.name)
	}
}

// RA-26: a call to a vendor counts as the hand-over of a ticket does, by department.
func TestCallCountsAsTheHandOverDoes(t *testing.T) {
	const town townclerk.Tenant = "raanana"
	ctx := context.Background()
	p := office(t, "raanana")
	at := local(t, p.Promises(), "Sun 2026-06-07 09:00")
	o := vendors.NewOffice(vendors.NewMemStore(), p, vendors.Config{Now: func() time.Time { return at }})
	who := vendors.Who{Actor: "u-3", Role: "ops-desk"}
	call, err := o.Owe(ctx, town, who, vendors.Command{Vendor: "service-company", Service: "website", With: map[string]string{"department": "website"}})
	require.NoError(t, err)
	call, err = o.DoCall(ctx, town, call.ID, who, vendors.Command{Do: vendors.Open, Channel: "system"})
	require.NoError(t, err)
	a, err := p.Assess(call.Timeline(), at)
	require.NoError(t, err)
	i := slices.IndexFunc(a.Clocks, func(c sla.Clock) bool { return c.Target.ID == "web-vendor" })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, at.Add(24*time.Hour).UTC(), a.Clocks[i].Due.UTC())
	require.NotEmpty(t, call.Exception)
	_, err = o.Owe(ctx, town, who, vendors.Command{Vendor: "service-company", Service: "website", With: map[string]string{"department": "sewage", "vendor": "x", "colour": "red"}})
	require.ErrorContains(t, err, "with.department")
	require.ErrorContains(t, err, "with.vendor: the call itself says this")
	require.ErrorContains(t, err, "with.colour")
}
