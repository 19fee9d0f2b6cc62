package policies

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/sla"
)

// inventories is the folders that say how their inventory is kept, the language of each
// beside English, and the requirements that its asset.toml cites.
var inventories = map[string]struct{ locale, cites string }{
	"raanana":    {"he", "RA-02 RA-13 RA-32 RA-36 RA-37 RA-38 RA-39 RA-58"},
	"kalisz":     {"pl", "KA-04 KA-05 KA-07 KA-08 KA-09 KA-12 KA-13 KA-14 KA-17"},
	"stari-grad": {"sr", "SG-03 SG-06 SG-07 SG-08 SG-09 SG-10 SG-11 SG-12 SG-19 SG-20 SG-21 SG-23 SG-24 SG-30 SG-31 SG-32"},
}

func inventory(t *testing.T, folder string) *asset.Policy {
	t.Helper()
	name := folder + "/asset.toml"
	data, err := Files.ReadFile(name)
	require.NoError(t, err)
	p, err := asset.Parse(data, name, parse(t, folder+"/sla.toml"))
	require.NoError(t, err)
	return p
}

func TestInventoriesFollowSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asset.Schema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("asset.schema.json", doc))
	s, err := c.Compile("asset.schema.json")
	require.NoError(t, err)
	for folder := range inventories {
		data, err := Files.ReadFile(folder + "/asset.toml")
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(data), "#:schema ../../../asset/asset.schema.json\n"), folder)
		require.NoError(t, validate(t, s, string(data)), folder)
		for _, wrong := range []string{"colour = 1\n", "[parts.x]\n", "[roles.x]\nmay = [\"fly\"]\n", "[states.asleep]\nen = \"asleep\"\n", "[coverage.x]\ntitle = {}\n"} {
			require.Error(t, validate(t, s, string(data)+"\n"+wrong), "%s with %s", folder, wrong)
		}
	}
}

// Every entry has titles in English and in the language of its document, and each
// requirement that it comes from is cited.
func TestInventories(t *testing.T) {
	for folder, want := range inventories {
		p := inventory(t, folder)
		var cited []string
		for _, table := range []string{"roles", "units", "locations", "groups", "kinds", "presets", "changes", "protocols", "coverage", "parts"} {
			for _, id := range p.IDs(table) {
				for _, locale := range []string{"en", want.locale} {
					require.NotEqual(t, id, p.Title(table, id, locale), "%s: [%s.%s] has no title in %s", folder, table, id, locale)
				}
				cited = append(cited, p.Source(table, id)...)
			}
		}
		slices.Sort(cited)
		require.Equal(t, strings.Fields(want.cites), slices.Compact(cited), folder)
		data, err := Files.ReadFile(folder + "/asset.toml")
		require.NoError(t, err)
		require.NotRegexp(t, regexp.MustCompile(`[0-9]{7,}|@`), string(data), "neutral data only")
	}
}

// RA-38, RA-39, A-15, V12: each of the charter's five changes is reported within 24
// hours of it, or of the notice of it, be it Friday or not.
func TestRaananaReports(t *testing.T) {
	p := inventory(t, "raanana")
	require.Equal(t, []string{"new", "decommission", "upgrade", "relocate", "licence"}, p.IDs("changes"))
	thursday := local(t, p.Promises(), "Thu 2026-06-11 15:00")
	begin := asset.Command{Do: asset.Register, At: thursday.Add(-time.Hour), By: "u-1", Role: "ops-manager", Preset: "municipal-website"}
	a, _, err := p.Add("a-1", begin)
	require.NoError(t, err)
	require.True(t, a.Facts.Critical, "RA-13, A-13")
	require.Zero(t, a.Owing, "what is there already was not changed")
	for _, notice := range []time.Time{{}, thursday.Add(48 * time.Hour)} {
		a, _, err := p.Do(a, asset.Command{Do: asset.Upgrade, At: thursday, Notice: notice, Recorded: thursday.Add(48 * time.Hour), Role: "technician", Text: "new release"})
		require.NoError(t, err)
		changes, err := p.Changes(a, thursday.Add(48*time.Hour))
		require.NoError(t, err)
		require.Len(t, changes, 1)
		want := local(t, p.Promises(), "Fri 2026-06-12 15:00")
		if !notice.IsZero() {
			want = local(t, p.Promises(), "Sun 2026-06-14 15:00")
		}
		require.True(t, changes[0].Due.Equal(want), "%s, want %s", changes[0].Due, want)
	}
	for _, role := range []string{"technician", "procurement"} {
		_, _, err = p.Do(a, asset.Command{Do: asset.Decommission, At: thursday, Role: role, Reason: "old"})
		require.ErrorIs(t, err, townclerk.ErrForbidden, role)
	}
	preset, _ := p.Preset("municipal-website")
	require.Equal(t, []string{"divisions", "resident-services", "hotline", "registration", "library", "news"}, preset.Contents, "RA-58")
}

// SG-12: OPIS and the eleven named applications, each with the unit that owns it.
func TestStariGradApplications(t *testing.T) {
	p := inventory(t, "stari-grad")
	applications := 0
	for _, id := range p.IDs("presets") {
		a, _, err := p.Add(asset.ID(id), asset.Command{Do: asset.Register, At: local(t, p.Promises(), "Mon 2026-06-08 08:00"), Role: "executor", Preset: id})
		require.NoError(t, err)
		require.NotEmpty(t, a.Facts.Unit, id)
		if a.Facts.Kind == asset.Software {
			applications++
		}
	}
	require.Equal(t, 12, applications)
}

// SG-08: every kind that the procedure names is there.
func TestStariGradKinds(t *testing.T) {
	p := inventory(t, "stari-grad")
	for kind, of := range map[string]string{
		"server": asset.Hardware, "workstation": "machines", "cabling": asset.Network, "radio": asset.Network, "operating-system": asset.Software,
		"mail": asset.Service, "intranet": asset.Service, "internet": asset.Service, "card": asset.Hardware, "card-software": asset.Software,
		"database": asset.Software, "firewall": asset.Network, "website": asset.Website,
	} {
		require.True(t, p.Is(kind, of), "%s is %s", kind, of)
	}
}

// SG-11, SG-19, SG-21, SG-23, SG-24: a station's way to its user, with its papers; what
// is installed there; and the record of a firewall's configuration. A-55: nothing of it
// is due by any time.
func TestStariGradStation(t *testing.T) {
	p := inventory(t, "stari-grad")
	now := local(t, p.Promises(), "Mon 2026-06-08 08:00")
	var all []asset.Asset
	do := func(a asset.Asset, c asset.Command) asset.Asset {
		now = now.Add(time.Hour)
		c.At, c.By, c.Role = now, "u-1", "executor"
		a, _, err := p.Do(a, c)
		require.NoError(t, err, c.Do)
		require.Zero(t, a.Owing)
		return a
	}
	station := do(asset.Asset{ID: "a-1"}, asset.Command{Do: asset.Propose, Set: map[string]string{"kind": "workstation", "name": "Радна станица 7", "unit": "registry"}})
	station = do(station, asset.Command{Do: asset.Order, Reference: "СГ II П 01"})
	_, _, err := p.Do(station, asset.Command{Do: asset.Receive, At: now, Role: "executor"})
	require.ErrorContains(t, err, "all lines of its checklists are done")
	signed := map[string]townclerk.Actor{"executor": "u-1"}
	station = do(station, asset.Command{Do: asset.Receive, Checked: []string{"hand-over/complete"}, Signed: signed})
	station = do(station, asset.Command{Do: asset.Test, Checked: []string{"test/works"}})
	signed["end-user"] = "u-7"
	station = do(station, asset.Command{Do: asset.Commission, Signed: signed, Checked: []string{"commissioning/network", "commissioning/directory", "commissioning/domain"}})
	station = do(station, asset.Command{Do: asset.Install, Set: map[string]string{"software/antivirus": "1", "software/workstation-system": "11 SP2"}})
	require.Equal(t, asset.Commissioned, station.Facts.State)
	system := do(asset.Asset{ID: "a-2"}, asset.Command{Do: asset.Register, Set: map[string]string{"kind": "operating-system", "name": "system", "product": "workstation-system", "release": "11 SP3"}})
	firewall := do(asset.Asset{ID: "a-3"}, asset.Command{Do: asset.Register, Set: map[string]string{"kind": "firewall", "name": "Фајервол"}})
	firewall = do(firewall, asset.Command{Do: asset.Configure, Text: "само порт 443", Reference: "config/2026-06.xml"})
	require.Equal(t, "config/2026-06.xml", firewall.History[1].Reference, "SG-21")
	all = append(all, station, system, firewall)
	for id, want := range map[string]townclerk.Ratio{"antivirus": {N: 1, D: 1}, "service-packs": {N: 0, D: 1}, "antivirus-base": {N: 0, D: 1}} {
		share, _, err := p.Coverage(id, func(yield func(asset.Asset, error) bool) {
			for _, a := range all {
				if !yield(a, nil) {
					return
				}
			}
		})
		require.NoError(t, err)
		require.Equal(t, want, share, id)
	}
	for _, target := range p.Promises().Targets() {
		require.Equal(t, "duty", target.Metric, "A-55: no response deadlines are printed, so none is invented")
		require.Equal(t, sla.Commitment, target.Kind)
	}
}
