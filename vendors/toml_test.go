package vendors

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

// All mistakes of a file come back together, in the order of lines, each with its key
// and how to mend it.
func TestParseFindsAllMistakes(t *testing.T) {
	_, err := Parse([]byte(`format = 2
name = "x"
locales = ["en"]
fiscal_year = "02-30"

[roles.manager]
may = ["sing", "sign", "sign"]

[roles.guard]
may = "sign"

[units.ict]
title = { en = "ICT" }
aliases = ["ict"]

[services.exchange]
title = { he = "מרכזייה" }

[vendors.v]
title = { en = "V" }
channels = ["fax"]
tickets = "exchang"

[channels.portal]
title = { en = "Portal" }

[calls]
units = ["it"]
severity = "high"
class = "fault"

[invoices]
signers = ["manager", "administrator", "mayor"]
needed = 4

[reviews.tender]
title = { en = "Tender" }
months = -1

[usage]
addressee = "mayor"

[contracts.c]
vendor = "w"
currency = "ILS"
from = 2026-02-30
official = ""
fee = "1,000 ILS"

[contracts.d]
vendor = "v"
currency = "ILS"
from = 2026-05-01
to = 2026-04-01
notice = 2026-06-01
services = ["exchange", "exchange", "lines"]
calendar = "night"
fee = "10.00 EUR"
terms = { "" = "x" }

[[contracts.d.targets]]
metric = "repair"
within = "4h"
days = 1
credit = { share = "101%" }

[[contracts.e.amendments]]
from = 2026-01-01

[contracts.f]
vendor = "v"
currency = "ILS"
from = 2026-01-01
services = "exchange"
official = "manager"
calendar = "desk"
colour = "red"
targets = [
    { metric = "fix", within = "4h", credit = { share = "2.5%" } },
    { metric = "fix", days = 1 },
    { metric = "response", severity = "urgent", days = 1, at = "noon", calendar = "elapsed" },
]

[[contracts.f.amendments]]
from = 2026-01-01
reason = "again"
to = 2026-12-31
open_end = true

[states.asleep]
en = "asleep"
`), "v.toml", promises(t))
	var got []string
	for _, line := range strings.Split(err.Error(), "\n") {
		got = append(got, strings.TrimPrefix(line, "v.toml:"))
	}
	require.Equal(t, strings.Split(strings.TrimSpace(mistakes), "\n"), got)
}

const mistakes = `
1: format: 2 is not a format that is known here; write format = 1
4: fiscal_year: "02-30" is no day of each year; write the month and the day on which a fiscal year begins, such as "04-01"
7: roles.manager.may: "sing" is not known; did you mean "sign"?
7: roles.manager.may: "sign" stands twice
9: roles.guard.title: missing; the promises do not know the role, so write title = { en = "…" }
12: units.ict: "ict" means "ict" already
17: services.exchange.title: there is none in "en", which locales names; write en = "…"
17: services.exchange.title.he: "he" is not one of the locales; known: en
21: vendors.v.channels: "fax" is none of [channels]; known: portal
22: vendors.v.tickets: "exchang" is none of [services]; did you mean "exchange"?
28: calls.units: "it" is none of [units]; did you mean "ict"?
29: calls.severity: "high" is none of [severities]
30: calls.class: the promises do not know it: class has no value "fault" in [attributes]; known: vendor-contract, vendor-call, vendor-invoice, budget-frame, vendor-review, usage-report
33: invoices.signers: no role is named "mayor", here in [roles] or in sla.toml; known: manager, guard, administrator, head
33: invoices.signers: the role "administrator" may not sign; write may = ["sign"] in [roles.administrator]
34: invoices.needed: 4 of 3 signatures cannot be; write 1 to 3
38: reviews.tender.months: -1 months is no interval; write 1 or more, such as 3
41: usage.addressee: no role is named "mayor", here in [roles] or in sla.toml; known: manager, guard, administrator, head
43: contracts.c.services: missing; name one of [services]
43: contracts.c.calendar: missing; name the calendar in whose hours the vendor serves, or write "elapsed"
44: contracts.c.vendor: "w" is none of [vendors]; did you mean "v"?
46: contracts.c.from: 2026-02-30 is not a date; write one such as 2026-06-07, or in quotes if it is text
47: contracts.c.official: missing; name the role that is the official contact
48: contracts.c.fee: "1,000 ILS" is not an amount of money; write it as "1234.50 ILS"
50: contracts.d.official: missing; name the role that is the official contact
54: contracts.d.to: 2026-04-01 21:00:00Z is not after it comes into force, at 2026-04-30 21:00:00Z
55: contracts.d.notice: 2026-06-01 21:00:00Z is after its end, at 2026-04-01 21:00:00Z
56: contracts.d.services: "exchange" stands twice
57: contracts.d.calendar: the promises have no calendar named "night"
58: contracts.d.fee: 10.00 EUR is not in the contract's currency, ILS
59: contracts.d.terms.id: missing; write its number in the tender
62: contracts.d.targets[1].metric: no target of the promises has the metric "repair", so it would never count; known: vendor-call, response, arrival, fix, invoice, frame, review, usage, notice
65: contracts.d.targets[1].credit.share: "101%" is not a share; write a percentage with at most two decimals, such as "2.5%"
67: contracts.e.amendments[1].reason: missing; say why the contract was amended
67: contracts.e.vendor: missing; name one of [vendors]
67: contracts.e.currency: missing; write its three capitals, such as "ILS"
67: contracts.e.from: missing; write the first day on which it is in force, such as 2026-01-01
67: contracts.e.services: missing; name one of [services]
67: contracts.e.official: missing; name the role that is the official contact
67: contracts.e.calendar: missing; name the calendar in whose hours the vendor serves, or write "elapsed"
77: contracts.f.colour: unknown key; known here: source, vendor, subject, rank, currency, amendments, reference, from, to, open_end, notice, services, official, calendar, fee, most, terms, targets
79: contracts.f.targets[1].credit.share: there is no monthly fee of which it could be a share; write fee
80: contracts.f.targets[2]: the metric "fix" has a target for this severity already
81: contracts.f.targets[3]: its terms for response promise neither a time within which nor working days on a calendar
85: contracts.f.amendments[1].from: it does not follow what stands before it; write amendments in the order in which they come into force
88: contracts.f.amendments[1].open_end: it does not go with to; leave one of them out
90: states.asleep: "asleep" is not known; known: concluded, owed, opened, acknowledged, "on site", done, disputed, verified, withdrawn, received, examined, approved, sent, paid, rejected, planned, set, reviewed, presented
`

func TestParseNeedsPromises(t *testing.T) {
	_, err := Parse([]byte(text(t)), "v.toml", nil)
	require.ErrorContains(t, err, "v.toml: the promises of sla.toml are needed")
}

// What the file says is what the policy does.
func TestParse(t *testing.T) {
	p := policy(t)
	require.Equal(t, "Test: how the council works with its vendors", p.Name())
	require.Equal(t, []string{"exchange-vendor", "line-vendor"}, p.IDs("vendors"))
	require.Equal(t, "ספק המרכזייה", p.Title("vendors", "exchange-vendor", "he"))
	require.Equal(t, "המנהלן", p.Title("roles", "administrator", "he"), "the promises title it")
	require.Equal(t, "sign", p.Title("actions", "sign", "he"))
	c := p.Contracts()[0]
	require.Equal(t, local(t, "2026-01-01 00:00"), c.Agreed[0].From)
	require.Equal(t, local(t, "2027-01-01 00:00"), c.Agreed[0].To, "the last day is in force to its end")
	require.Equal(t, local(t, "2026-10-01 00:00"), c.Agreed[0].Notice)
	require.Equal(t, int64(250), c.Agreed[0].Targets[2].Credit.Share)
	require.Equal(t, c.Agreed[0].Targets, c.Agreed[1].Targets, "what an amendment leaves out stays")
	require.Equal(t, "13000.00 ILS", c.Agreed[1].Fee.String())
	c.Agreed[0].Official = "nobody"
	require.Equal(t, "manager", p.Contracts()[0].Agreed[0].Official, "what comes out is a copy")
}

func FuzzParse(f *testing.F) {
	f.Add(text(f))
	f.Add("format = 1\n[contracts.c]\nfrom = 2026-01-01\n[[contracts.c.targets]]\nwithin = \"9999999h\"\n")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse([]byte(s), "v.toml", promises(t))
		if err == nil {
			for _, c := range p.Contracts() {
				c.Terms(c.Began, "")
				c.blocks()
			}
			return
		}
		var mistake *townclerk.FileError
		if !errors.As(err, &mistake) {
			t.Errorf("%v is no mistake in the file", err)
		}
	})
}
