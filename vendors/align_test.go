package vendors

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// handling is a promise as RA-22 makes it, beside a vendor's as in RA-26.
const handling = `
[calendars.covered]
week = { sun-thu = "08:00-16:00" }
cover = { from = 2026, to = 2026 }

[[targets]]
id = "handling"
metric = "handling"
kind = "commitment"
title = { en = "Handled by noon of the next working day" }
source = "RA-22"
match = { class = "fault" }
start = "opened"
meets = "treated"
calendar = "desk"
due = { days = 1, at = "12:00" }
backed_by = "vendor-handling"

[[targets]]
id = "vendor"
metric = "vendor-handling"
kind = "contract"
title = { en = "The vendor has 24 hours" }
source = "RA-26"
match = { class = "fault" }
start = "handed-over"
meets = "vendor-done"
calendar = "elapsed"
due = { contract = "replace", default = { within = "24h" } }
`

// handlingPolicy is that of the tests with this promise.
func handlingPolicy(t testing.TB) *Policy {
	t.Helper()
	data, err := os.ReadFile("testdata/sla.toml")
	require.NoError(t, err)
	promises, err := sla.Parse([]byte(strings.Replace(string(data), `class = [`, `class = ["fault", `, 1)+handling), "sla.toml")
	require.NoError(t, err)
	p, err := Parse([]byte(text(t)), "vendors.toml", promises)
	require.NoError(t, err)
	return p
}

// handlingContract is a contract of 2026 that promises the handling within 48 hours, and
// from July on within 4.
func handlingContract(t testing.TB) Contract {
	first := Agreement{
		From: local(t, "2026-01-01 00:00"), To: local(t, "2027-01-01 00:00"), Services: []string{"exchange"}, Calendar: sla.Elapsed,
		Targets: []Target{{Metric: "vendor-handling", Within: 48 * time.Hour}, {Metric: "vendor-handling", Severity: "high", Within: time.Hour}},
	}
	second := first
	second.From = local(t, "2026-07-01 00:00")
	second.Targets = []Target{{Metric: "vendor-handling", Within: 4 * time.Hour}}
	return Contract{Record: Record{ID: "C-7", Number: "2026-000007"}, Vendor: "exchange-vendor", Agreed: []Agreement{first, second}}
}

// RA-26, A-9: each agreement counts in its time, and in either direction.
func TestAlignByAgreements(t *testing.T) {
	p := handlingPolicy(t)
	from, to := local(t, "2026-06-28 00:00"), local(t, "2026-07-05 00:00") // Sunday to Sunday
	lines := func(contracts ...Contract) string {
		all, err := p.Align(contracts, from, to)
		require.NoError(t, err)
		var b strings.Builder
		for _, a := range all {
			name := "default"
			if a.Contract != nil {
				name = a.Contract.name()
			}
			fmt.Fprintf(&b, "%s %s to %s: lost %s\n", name, a.From.Format("01-02"), a.To.Format("01-02"), a.Share(sla.FitLost).Percent(1))
		}
		return b.String()
	}
	// Without a contract: what starts after noon, 4 of 8 hours, but on Thursday. With 48
	// hours: all until Wednesday. With 4 hours: nothing.
	const usual = "default 06-28 to 07-05: lost 40.0\n"
	other := handlingContract(t)
	other.Vendor, other.ID, other.Number = "line-vendor", "C-8", "2026-000008"
	other.Agreed = other.Agreed[:1]
	other.Agreed[0].Targets = []Target{{Metric: "response", Within: time.Hour}}
	ended := handlingContract(t)
	ended.Agreed = ended.Agreed[:1]
	ended.Agreed[0].To = from
	elsewhere := handlingContract(t)
	elsewhere.Agreed = []Agreement{elsewhere.Agreed[0]}
	elsewhere.Agreed[0].Services = []string{"lines"}
	for _, tt := range []struct {
		name      string
		contracts []Contract
		want      string
	}{
		{"no contract", nil, usual},
		{"a contract with an amendment", []Contract{handlingContract(t)}, usual + "2026-000007 06-28 to 07-01: lost 100.0\n2026-000007 07-01 to 07-05: lost 0.0\n"},
		{"one that promises something else", []Contract{other}, usual},
		{"one that ended", []Contract{ended}, usual},
		{"one for a service that tickets of that vendor do not mean", []Contract{elsewhere}, usual},
	} {
		if got := lines(tt.contracts...); got != tt.want {
			t.Errorf("%s: got\n%swant\n%s", tt.name, got, tt.want)
		}
	}
	bad := handlingContract(t)
	bad.Agreed[0].Calendar = "nowhere"
	_, err := p.Align([]Contract{bad}, from, to)
	require.ErrorContains(t, err, `contract 2026-000007: contract C-7: its terms for vendor-handling name the calendar "nowhere"`)
	_, err = p.Align(nil, to, from)
	require.Error(t, err)
}

// What one contract keeps is kept, whatever another or the default does not.
func TestUnkept(t *testing.T) {
	p := handlingPolicy(t)
	slow, fast := handlingContract(t), handlingContract(t)
	slow.Agreed, fast.Agreed = slow.Agreed[:1], fast.Agreed[1:]
	slow.Number, fast.Number = "slow", "fast"
	for _, tt := range []struct {
		name      string
		contracts []Contract
		want      string
	}{
		{"the default does not keep it", nil, "default"},
		{"nor does a slower contract, which then is what there is", []Contract{slow}, "slow"},
		{"a fast one does", []Contract{fast}, ""},
		{"beside a slow one, too", []Contract{slow, fast}, ""},
		{"whatever the order", []Contract{fast, slow}, ""},
	} {
		all, err := p.Align(tt.contracts, local(t, "2026-07-05 00:00"), local(t, "2026-07-12 00:00"))
		require.NoError(t, err)
		got := ""
		for _, a := range Unkept(all) {
			got = "default"
			if a.Contract != nil {
				got = a.Contract.name()
			}
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	require.Empty(t, Unkept(nil))
}

// The tickets that are open and lost already, by the contract of their vendor.
func TestLostTickets(t *testing.T) {
	p := handlingPolicy(t)
	ticket := func(id, vendor, opened string, more ...sla.Event) OpenTicket {
		events := []sla.Event{{Kind: "opened", At: local(t, opened), Attributes: map[string]string{"class": "fault"}}}
		return OpenTicket{Timeline: sla.Timeline{ID: id, Events: append(events, more...)}, Vendor: vendor}
	}
	open := []OpenTicket{
		ticket("late", "", "2026-06-29 12:01"),
		ticket("in time", "", "2026-06-29 12:30", sla.Event{Kind: "treated", At: local(t, "2026-06-29 12:40")}),
		ticket("noon", "", "2026-06-29 13:00", sla.Event{
			Kind: "handed-over", At: local(t, "2026-06-29 13:00"),
			Contract: []sla.Terms{{Contract: "C-9", Metric: "vendor-handling", Calendar: sla.Elapsed, Within: time.Hour}},
		}),
		ticket("earlier", "exchange-vendor", "2026-06-28 09:00"),
		ticket("other vendor", "line-vendor", "2026-06-29 11:00"),
	}
	now := local(t, "2026-06-29 14:00") // Monday
	contracts := []Contract{handlingContract(t)}
	ids := func(lost []Lost) (got []string) {
		for _, l := range lost {
			got = append(got, l.Ticket.Timeline.ID+": "+l.Vendor.ID)
			require.NotEmpty(t, l.Steps)
		}
		return got
	}
	asked := 0
	inForce := func(vendor string) ([]sla.Terms, error) {
		asked++
		return p.InForce(contracts, vendor, now)
	}
	lost, err := p.Lost(slices.Values(append(open, open...)), now, inForce)
	require.NoError(t, err)
	// "earlier" was due at noon and is overdue, which is no news; "other vendor" is due
	// Tuesday noon, which 24 hours from 14:00 are not.
	require.Equal(t, []string{"late: vendor", "other vendor: vendor", "late: vendor", "other vendor: vendor"}, ids(lost))
	require.Equal(t, 2, asked, "once for each vendor")

	// From July on the contract makes the exchange's tickets easy, and nobody else's.
	open = []OpenTicket{ticket("exchange", "exchange-vendor", "2026-07-05 12:01"), ticket("lines", "line-vendor", "2026-07-05 12:01")}
	now = local(t, "2026-07-05 15:00")
	lost, err = p.Lost(slices.Values(open), now, inForce)
	require.NoError(t, err)
	require.Equal(t, []string{"lines: vendor"}, ids(lost))
}

// What cannot be judged hides nothing.
func TestLostTicketsThatCannotBeJudged(t *testing.T) {
	p := handlingPolicy(t)
	now := local(t, "2026-12-31 15:00")
	fault := func(id, vendor string) OpenTicket {
		return OpenTicket{Timeline: sla.Timeline{ID: id, Events: []sla.Event{{Kind: "opened", At: local(t, "2026-12-31 12:01"), Attributes: map[string]string{"class": "fault"}}}}, Vendor: vendor}
	}
	broken := fault("broken", "")
	broken.Timeline.Events[0].At = time.Time{}
	ambiguous := &AmbiguousError{For: "vendor \"exchange-vendor\"", At: now, Contracts: []string{"A", "B"}}
	lost, err := p.Lost(slices.Values([]OpenTicket{broken, fault("two contracts", "exchange-vendor"), fault("uncovered", "line-vendor"), fault("lost", "")}), now,
		func(vendor string) ([]sla.Terms, error) {
			if vendor == "exchange-vendor" {
				return nil, ambiguous
			}
			return []sla.Terms{{Contract: "C", Metric: "vendor-handling", Calendar: "covered", Days: 2, At: "close"}}, nil
		})
	var timeline *sla.TimelineError
	require.True(t, errors.As(err, &timeline))
	require.ErrorIs(t, err, ambiguous)
	require.ErrorIs(t, err, worktime.ErrNotCovered)
	require.ErrorContains(t, err, "timeline uncovered: when vendor is due")
	require.Empty(t, lost, "Thursday's noon: the next working day is Sunday, and 24 hours are over long before")
}

// The office judges by its store, and never by another tenant's contract.
func TestOfficeLost(t *testing.T) {
	tr := newTrial(t, handlingPolicy(t))
	contract := tr.policy.Contracts()[0]
	contract.Agreed = contract.Agreed[:1]
	contract.Agreed[0].Targets = []Target{{Metric: "vendor-handling", Calendar: sla.Elapsed, Within: 4 * time.Hour}}
	_, err := tr.Conclude(tr.ctx, town, manager, contract)
	require.NoError(t, err)
	open := slices.Values([]OpenTicket{{
		Timeline: sla.Timeline{ID: "T", Events: []sla.Event{{Kind: "opened", At: local(t, "2026-07-05 12:01"), Attributes: map[string]string{"class": "fault"}}}},
		Vendor:   "exchange-vendor",
	}})
	now := local(t, "2026-07-05 15:00")
	lost, err := tr.Lost(tr.ctx, town, open, now)
	require.NoError(t, err)
	require.Empty(t, lost, "4 hours by the contract")
	lost, err = tr.Lost(tr.ctx, "another", open, now)
	require.NoError(t, err)
	require.Len(t, lost, 1, "24 hours where there is none")
}
