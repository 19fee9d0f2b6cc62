package project

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

func TestParse(t *testing.T) {
	p := policy(t)
	require.Equal(t, "how projects are run", p.Name())
	limit, cost := p.Limit()
	require.Equal(t, townclerk.Ratio{N: 1, D: 10}, limit)
	require.True(t, cost)
	require.Equal(t, []string{"project-upgrade", "project-complex", "project-system-wide", "project-pilot"}, p.IDs("classes"))
	require.Equal(t, "שדרוג", p.Title("classes", "project-upgrade", "he"))
	require.Equal(t, "מנהלת מחלקת מערכות מידע", p.Title("roles", "is-manager", "he"), "a role of sla.toml")
	require.Equal(t, []string{"RA-12"}, p.Source("classes", "project-pilot"))
	_, err := Parse(nil, "project.toml", nil)
	require.ErrorContains(t, err, "the promises of sla.toml are needed")
}

// Each mistake is found with its line, and all at once.
func TestParseMistakes(t *testing.T) {
	data, err := os.ReadFile("testdata/project.toml")
	require.NoError(t, err)
	sound := string(data)
	var pairs []string
	for _, tt := range []struct{ old, new, want string }{
		{"format = 1", "format = 2", "format: 2 is not a format that is known here"},
		{`calendar = "is-desk"`, `calendar = "is-dask"`, `calendar: the promises have no calendar named "is-dask"`},
		{`limit = "10%"`, `limit = "10"`, `deviation.limit: "10" is not a share; write a percentage`},
		{"cost = true\n", "", "deviation.cost: missing"},
		{`class = "project-upgrade"`, `class = "upgrade"`, `intake.class: "upgrade" is none of [classes]`},
		{`approvers = "director-general"`, `approvers = "mayor"`, `work_plans.approvers: no role is named "mayor"`},
		{`may = ["write", "ask"]`, `may = ["writes"]`, `roles.user.may: "writes" is not known; did you mean "write"?`},
		{`partner = "operations"`, `partner = "information-systems"`, "departments.information-systems.partner: a department is not its own partner"},
		{"[departments.operations]", "[departments.finance]", "departments.finance: the promises do not know it"},
		{"[classes.project-pilot]", "[classes.pilot]", "classes.pilot: the promises do not know it"},
		{"specification = true\n", "", "deliverables: none is a specification"},
		{"acceptance = true\n", "", "results: none is of acceptance tests"},
		{"years = 1", "years = 0", "horizons.yearly.years: 0 is not from 1 to 50"},
		{`at = "admit"`, `at = "edit"`, `gates[1].at: "edit" is not known`},
		{"documents = \"charter\"", "documents = \"card\"", `gates[2].documents: "card" is none of [documents]`},
		{"at = \"adopt\"\nroles = [\"is-manager\", \"director-general\"]", "at = \"adopt\"", "gates[3]: it asks for nothing"},
		{`title = { en = "Project charter", he = "כתב פרויקט" }`, `title = { en = "Project charter" }`, `documents.charter.title: there is none in "he"`},
		{"[[gates]]\nat = \"adopt\"", "[states.asleep]\nen = \"asleep\"\nhe = \"ישן\"\n\n[[gates]]\nat = \"adopt\"", `states.asleep: "asleep" is not known`},
	} {
		require.Contains(t, sound, tt.old)
		text := strings.Replace(sound, tt.old, tt.new, 1)
		_, err := Parse([]byte(text), "project.toml", promises(t))
		require.ErrorContains(t, err, tt.want)
		var e *townclerk.FileError
		require.ErrorAs(t, err, &e)
		require.Positive(t, e.Line)
		if !strings.Contains(tt.old, "adopt") && !strings.Contains(tt.old, "title") {
			pairs = append(pairs, tt.old, tt.new)
		}
	}
	all := strings.NewReplacer(pairs...)
	_, err = Parse([]byte(all.Replace(sound)), "project.toml", promises(t))
	require.GreaterOrEqual(t, strings.Count(err.Error(), "\n"), 13, "all come back at once")

	_, err = Parse([]byte(strings.Replace(sound, "[work_plans]\napprovers = \"director-general\"\nsource = \"RA-05\"\n", "", 1)), "project.toml", promises(t))
	require.ErrorContains(t, err, "horizons: nothing says who approves work plans")
}

// A share is read exactly.
func TestShare(t *testing.T) {
	for text, want := range map[string]townclerk.Ratio{"10%": {N: 1, D: 10}, "12.5%": {N: 1, D: 8}, "0%": {N: 0, D: 1}, "100%": {N: 1, D: 1}, "0.001%": {N: 1, D: 100000}} {
		var s rawShare
		require.NoError(t, s.UnmarshalText([]byte(text)), text)
		require.Equal(t, want, townclerk.Ratio(s), text)
	}
	for _, text := range []string{"", "%", "10", "-1%", "1.%", ".5%", "1e3%", "1/2%", "12345678901%", "1.2.3%", "١٠%", " 10%"} {
		var s rawShare
		require.Error(t, s.UnmarshalText([]byte(text)), text)
	}
}
