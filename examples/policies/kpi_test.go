package policies

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/kpi/kpitest"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/vendors/vendorstest"
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
	"iran-office": {"fa", "IR-09 IR-13 A-47"},
	"telephony":   {"he", "TE-02 TE-04 TE-05 TE-13 TE-14 TE-22 TE-26 A-29"},
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

// KA-12, KA-13, KA-14, RA-35, RA-59, SG-17, SG-22, SG-25, SG-26: each policy keeps to its
// vectors, which were worked out by hand, and lint warns of nothing.
func TestQualityVectors(t *testing.T) {
	for folder := range qualities {
		t.Run(folder, func(t *testing.T) {
			kpitest.Run(t, os.DirFS(folder), kpitest.Config{Folder: folder + "/quality", Strict: true})
		})
	}
}

// The vectors of quality and of the offices are as their schemas say, and name them in
// their first lines.
func TestQualityAndOfficeVectorsFollowSchema(t *testing.T) {
	for folder, schema := range map[string]struct {
		json []byte
		in   string
	}{
		"quality": {kpitest.Schema(), "kpi/kpitest"},
		"office":  {vendorstest.Schema(), "vendors/vendorstest"},
	} {
		s := compile(t, schema.json)
		files, err := fs.Glob(Files, "*/"+folder+"/*.toml")
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			data, err := Files.ReadFile(file)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(string(data), "#:schema ../../../../"+schema.in+"/vector.schema.json\n"), file)
			require.NoError(t, validate(t, s, string(data)), file)
			for _, wrong := range []string{"[[steps]]\ndo = \"sings\"\nat = 2026-06-07T09:00:00\n", "[[steps]]\ndo = \"look\"\n", "colour = 1\n[x]\n"} {
				require.Error(t, validate(t, s, string(data)+"\n"+wrong), "%s with %s", file, wrong)
			}
		}
	}
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

// SG-01: the procedure is printed as its edition 3, though the two before it are not known.
func TestStariGradProcedure(t *testing.T) {
	p := quality(t, "stari-grad")
	c, ok := p.EnterCard("sg-viii-p-01")
	require.True(t, ok)
	c.At, c.Role = local(t, p.Promises(), "Fri 2026-06-05 09:25"), "department-head"
	card, _, err := p.NewCard("sg-viii-p-01", c)
	require.NoError(t, err)
	require.Equal(t, 3, card.Revision(0))
	d, err := p.Document(&card, kpi.Export{At: c.At})
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, d.Text(&b))
	require.Regexp(t, `Издање +3\n`, b.String())
}

// SG-06: whatever Stari Grad has done again and again, the head is told of what is missed.
func TestStariGradHeadIsTold(t *testing.T) {
	p := quality(t, "stari-grad")
	from := local(t, p.Promises(), "Mon 2026-06-01 00:00")
	for _, id := range append(p.IDs("duties"), p.IDs("reports")...) {
		falls, err := p.Falls(id, townclerk.Period{From: from, To: from.AddDate(1, 0, 0)})
		require.NoError(t, err)
		if len(falls) == 0 {
			continue // on demand
		}
		o, _, err := p.Begin(id, falls[0], []string{"one"}, falls[0].Began)
		require.NoError(t, err)
		o, _ = p.SettleOccurrence(o, falls[0].Due)
		require.Equal(t, kpi.Due, o.State, "%s: it is still in time", id)
		o, _ = p.SettleOccurrence(o, falls[0].Due.Add(time.Microsecond))
		require.Equal(t, kpi.Missed, o.State)
		require.True(t, slices.ContainsFunc(o.Owed, func(w sla.Owed) bool { return w.To == "department-head" }), id)
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
