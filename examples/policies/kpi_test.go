package policies

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// qualities is the folders that say what is measured and done again and again, the
// language of each beside English, and the requirements that its kpi.toml cites.
var qualities = map[string]struct{ locale, cites string }{
	"kalisz": {"pl", "KA-01 KA-02 KA-03 KA-04 KA-05 KA-06 KA-07 KA-08 KA-09 KA-10 KA-11 KA-12 KA-13 KA-14 KA-15 KA-16 KA-17 KA-18 KA-19 KA-20 " +
		"A-32 A-33 A-34 A-35 A-38"},
	"stari-grad": {"sr", "SG-01 SG-02 SG-03 SG-04 SG-05 SG-06 SG-07 SG-11 SG-17 SG-18 SG-19 SG-20 SG-21 SG-22 SG-25 SG-26 SG-27 SG-28 SG-33 SG-34 SG-35 " +
		"A-48 A-49 A-56"},
	"raanana": {"he", "RA-02 RA-04 RA-11 RA-13 RA-20 RA-21 RA-22 RA-25 RA-26 RA-32 RA-34 RA-35 RA-36 RA-37 RA-38 RA-39 RA-42 RA-43 RA-44 RA-46 RA-47 " +
		"RA-52 RA-53 RA-54 RA-59 RA-60 RA-61 A-18 A-56"},
	"telephony": {"he", "TE-02 TE-04 TE-05 TE-13 TE-14 TE-22 TE-26 A-29"},
}

func quality(t *testing.T, folder string) *kpi.Policy {
	t.Helper()
	name := folder + "/kpi.toml"
	data, err := Files.ReadFile(name)
	require.NoError(t, err)
	p, err := kpi.Parse(data, name, parse(t, folder+"/sla.toml"))
	require.NoError(t, err)
	return p
}

func TestQualitiesFollowSchema(t *testing.T) {
	s := compile(t, kpi.Schema())
	for folder := range qualities {
		data, err := Files.ReadFile(folder + "/kpi.toml")
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(data), "#:schema ../../../kpi/kpi.schema.json\n"), folder)
		require.NoError(t, validate(t, s, string(data)), folder)
		for _, wrong := range []string{"colour = 1\n", "[roles.x]\nmay = \"sing\"\n", "[states.asleep]\nen = \"asleep\"\n", "[indicators.x]\ntarget = \"15 %\"\n"} {
			require.Error(t, validate(t, s, string(data)+"\n"+wrong), "%s with %s", folder, wrong)
		}
	}
}

// Every entry has titles in English and in the language of its document, and cites what
// it comes from; lint finds nothing that should be mended.
func TestQualities(t *testing.T) {
	for folder, want := range qualities {
		p := quality(t, folder)
		cited := map[string]bool{}
		for _, table := range []string{"roles", "units", "items", "indicators", "duties", "reports", "areas", "subjects", "clauses", "cards"} {
			for _, id := range p.IDs(table) {
				for _, locale := range []string{"en", want.locale} {
					require.NotEqual(t, id, p.Title(table, id, locale), "%s: [%s.%s] has no title in %s", folder, table, id, locale)
				}
				require.NotEmpty(t, p.Source(table, id), "%s: [%s.%s]", folder, table, id)
				for _, source := range p.Source(table, id) {
					require.Contains(t, strings.Fields(want.cites), source, "%s: [%s.%s]", folder, table, id)
					cited[source] = true
				}
			}
		}
		for _, id := range strings.Fields(want.cites) {
			require.True(t, cited[id], "%s cites no %s", folder, id)
		}
		for _, f := range p.Lint() {
			require.Equal(t, sla.SeverityNote, f.Severity, "%v", f)
		}
	}
}

// KA-12, KA-13, KA-14: Kalisz's three measures, on both sides of their targets.
func TestKaliszMeasures(t *testing.T) {
	p := quality(t, "kalisz")
	year := p.Period("repairs", local(t, p.Promises(), "Mon 2026-06-08 12:00"))
	at := year.To.Add(time.Hour)
	for _, tt := range []struct {
		indicator string
		n, d      int64
		want      kpi.State
	}{
		{"availability", 2000, 2000, kpi.Met},
		{"availability", 1999, 2000, kpi.Missed},
		{"repairs", 9, 100, kpi.Met},
		{"repairs", 10, 100, kpi.Missed},
		{"renewal", 15, 100, kpi.Met},
		{"renewal", 14, 100, kpi.Missed},
	} {
		m, _, err := p.Take(tt.indicator, year, kpi.Command{At: at, Role: "process-owner", Count: &kpi.Count{N: tt.n, D: tt.d}})
		require.NoError(t, err)
		if m.State != tt.want {
			t.Errorf("%s of %d/%d is %s, want %s", tt.indicator, tt.n, tt.d, m.State, tt.want)
		}
	}
	none := func(func(kpi.Outage, error) bool) {}
	whole, err := kpi.Availability(p.Calendar("office"), year, none)
	require.NoError(t, err)
	// 2026: 261 weekdays, of which 8 are closed: 1 and 6 January, 6 April, 1 May, 4 June,
	// 11 November, 24 and 25 December; 3 May, 15 August, 1 November and 26 December are on weekends.
	require.Equal(t, (261-8)*8*time.Hour, time.Duration(whole.D))
	require.Equal(t, whole.N, whole.D, "a year without outages is 100 %, exactly")
}

// KA-18, A-36, A-37: the card's history is printed as it was, though its times overlap.
func TestKaliszCard(t *testing.T) {
	p := quality(t, "kalisz")
	c, ok := p.EnterCard("pr-10")
	require.True(t, ok)
	c.At, c.Role = local(t, p.Promises(), "Fri 2021-09-17 09:25"), "process-owner"
	card, _, err := p.NewCard("pr-10", c)
	require.NoError(t, err)
	require.Equal(t, 5, card.Revision(len(card.Versions)-1))
	d, err := p.Document(&card, kpi.Export{At: c.At})
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, d.Text(&b))
	for _, want := range []string{
		"Obsługa informatyczna", "PR-10", "wspomagający", "WO – Wydział Organizacyjny", "co najmniej 100 %", "mniej niż 10 %", "co najmniej 15 %", "roczne",
		"793/2018 z dnia 2018-12-14", "428/2018 z dnia 2018-06-29", "634/2018 z dnia 2018-10-05", "z późn. zm.", "Uchwała budżetowa", "Zrealizowane zakupy",
		"2018-12-31", "2019-12-16 08:08:54", "2016-09-24", "2019-01-25 10:17:28", "2014-10-02", "2016-10-28 11:10:48", "2013-09-18", "2014-10-02 12:42:09",
		"Generowane dnia: 2021-09-17 09:25:00", "Przez:",
	} {
		require.Contains(t, b.String(), want)
	}
}

// falls returns the dates on which a duty falls.
func falls(t *testing.T, p *kpi.Policy, duty, from, to string) string {
	t.Helper()
	var in [2]time.Time
	for i, text := range []string{from, to} {
		d, err := worktime.ParseDate(text)
		require.NoError(t, err)
		in[i] = d.Start(p.Promises().Zone())
	}
	all, err := p.Falls(duty, townclerk.Period{From: in[0], To: in[1]})
	require.NoError(t, err)
	var dates []string
	for _, f := range all {
		dates = append(dates, f.Date.String()[5:])
	}
	return strings.Join(dates, " ")
}

// RA-35, RA-59, SG-17, SG-22, SG-25, SG-26: what falls when around holidays.
func TestDutiesFall(t *testing.T) {
	raanana, stari := quality(t, "raanana"), quality(t, "stari-grad")
	for _, tt := range []struct {
		p                    *kpi.Policy
		duty, from, to, want string
	}{
		{raanana, "backup", "2026-04-01", "2026-04-05", "04-01 04-02 04-03 04-04"}, // Passover and a Sabbath
		{raanana, "site-check", "2026-04-01", "2026-04-07", "04-01 04-05 04-06"},
		{raanana, "vendor-audit", "2026-01-01", "2027-01-01", "01-01 04-01 07-01 10-01"},
		{stari, "backup", "2026-02-14", "2026-02-18", "02-14 02-15 02-16 02-17"},
		{stari, "server-control", "2026-02-13", "2026-02-19", "02-13 02-18"}, // Statehood Day, and the day instead of Sunday
		{stari, "clerks", "2026-02-01", "2026-03-01", "02-06"},
		{stari, "inspection", "2026-01-01", "2027-01-01", "01-30"}, // 31 January is a Saturday
	} {
		if got := falls(t, tt.p, tt.duty, tt.from, tt.to); got != tt.want {
			t.Errorf("%s of %s falls on %s, want %s", tt.duty, tt.p.Name(), got, tt.want)
		}
	}
}

// RA-62: each clause of the charter is measured by something, and every target that the
// charter promises stands in it.
func TestRaananaCharter(t *testing.T) {
	p := quality(t, "raanana")
	named := map[string]bool{}
	for _, c := range p.Clauses() {
		require.NotZero(t, len(c.Promises)+len(c.Duties)+len(c.Indicators), c.ID)
		for _, id := range c.Promises {
			named[id] = true
		}
	}
	for _, target := range p.Promises().Targets() {
		follows := strings.HasSuffix(target.ID, "-follow-up") || strings.HasSuffix(target.ID, "-watch") || target.ID == "web-vendor"
		require.NotEqual(t, follows, named[target.ID], target.ID)
	}
}
