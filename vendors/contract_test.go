package vendors

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// exchange is a contract of 2026 that was extended, made faster and widened by an
// amendment of July.
func exchange(t testing.TB) Contract {
	first := Agreement{
		From: utc(t, "2026-01-01 00:00:00"), To: utc(t, "2027-01-01 00:00:00"), Services: []string{"exchange"}, Calendar: "desk",
		Targets: []Target{
			{Metric: "fix", Within: 8 * time.Hour},
			{Metric: "response", Severity: "high", Calendar: sla.Elapsed, Within: time.Hour},
			{Metric: "fix", Severity: "high", Calendar: sla.Elapsed, Within: 4 * time.Hour},
			{Metric: "response", Days: 1, At: "close"},
		},
	}
	second := first
	second.From, second.To = utc(t, "2026-07-01 00:00:00"), time.Time{}
	second.Services = []string{"exchange", "devices"}
	second.Targets = []Target{{Metric: "fix", Within: 6 * time.Hour}}
	return Contract{Record: Record{ID: "C-1"}, Vendor: "exchange-vendor", Agreed: []Agreement{first, second}}
}

// RA-26: what is promised depends on what is agreed at that instant.
func TestContractCoversByAgreement(t *testing.T) {
	c := exchange(t)
	for _, tt := range []struct {
		name, service, at string
		want              bool
	}{
		{"before it begins", "exchange", "2025-12-31 23:59:59", false},
		{"from its first instant", "exchange", "2026-01-01 00:00:00", true},
		{"a service that is not agreed yet", "devices", "2026-06-30 23:59:59", false},
		{"from the amendment on", "devices", "2026-07-01 00:00:00", true},
		{"beyond the end that the amendment took away", "exchange", "2027-06-01 00:00:00", true},
		{"a service of nobody", "lines", "2026-07-01 00:00:00", false},
	} {
		if got := c.Covers(tt.service, utc(t, tt.at)); got != tt.want {
			t.Errorf("%s: Covers(%s, %s) = %v, want %v", tt.name, tt.service, tt.at, got, tt.want)
		}
	}
	c.Agreed = c.Agreed[:1]
	for stamp, want := range map[string]bool{"2026-12-31 23:59:59": true, "2027-01-01 00:00:00": false} {
		if got := c.Covers("exchange", utc(t, stamp)); got != want {
			t.Errorf("without the amendment: Covers(exchange, %s) = %v, want %v", stamp, got, want)
		}
	}
	if _, ok := (&Contract{}).At(utc(t, "2026-01-01 00:00:00")); ok {
		t.Error("a contract about which nothing is agreed is in force")
	}
}

func TestContractTermsBySeverity(t *testing.T) {
	c := exchange(t)
	fix := func(calendar string, within time.Duration) sla.Terms {
		return sla.Terms{Contract: "C-1", Metric: "fix", Calendar: calendar, Within: within}
	}
	for _, tt := range []struct {
		name, at, severity string
		want               []sla.Terms
	}{
		{"a severity of which nothing is said", "2026-03-01 10:00:00", "low", []sla.Terms{
			fix("desk", 8*time.Hour), {Contract: "C-1", Metric: "response", Calendar: "desk", Days: 1, At: "close"},
		}},
		{"a severity with targets of its own", "2026-03-01 10:00:00", "high", []sla.Terms{
			fix(sla.Elapsed, 4*time.Hour), {Contract: "C-1", Metric: "response", Calendar: sla.Elapsed, Within: time.Hour},
		}},
		{"after the amendment", "2026-07-01 00:00:00", "high", []sla.Terms{fix("desk", 6*time.Hour)}},
		{"before it begins", "2025-12-31 23:59:59", "high", nil},
	} {
		require.Equal(t, tt.want, c.Terms(utc(t, tt.at), tt.severity), tt.name)
	}
}

// Contracts that overlap: none, one, a higher rank, and two that rank alike.
func TestChooseByRank(t *testing.T) {
	when := utc(t, "2026-03-01 10:00:00")
	a, b, c := Contract{Record: Record{ID: "A"}}, Contract{Record: Record{ID: "B", Number: "2026-000002"}}, Contract{Record: Record{ID: "C"}, Rank: 1}
	for _, tt := range []struct {
		name    string
		inForce []Contract
		want    ID
	}{
		{"none", nil, ""},
		{"one", []Contract{a}, "A"},
		{"the higher rank, first", []Contract{c, a, b}, "C"},
		{"the higher rank, last", []Contract{a, b, c}, "C"},
	} {
		got, err := choose("service \"exchange\"", when, tt.inForce)
		require.NoError(t, err, tt.name)
		if id := idOf(got); id != tt.want {
			t.Errorf("%s: %s counts, want %s", tt.name, id, tt.want)
		}
	}
	_, err := choose("service \"exchange\"", when, []Contract{b, a})
	var ambiguous *AmbiguousError
	require.True(t, errors.As(err, &ambiguous))
	require.Equal(t, `service "exchange": the contracts 2026-000002 and A are all in force at 2026-03-01 10:00:00Z, `+
		`and none ranks above the others; give the one that counts a higher rank`, err.Error())
}

func idOf(c *Contract) ID {
	if c == nil {
		return ""
	}
	return c.ID
}
