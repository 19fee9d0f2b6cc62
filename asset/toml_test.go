package asset_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/sla"
)

func promises(t testing.TB) *sla.Policy {
	t.Helper()
	p, err := sla.Parse([]byte(read(t, "testdata/sla.toml")), "sla.toml")
	require.NoError(t, err)
	return p
}

// All mistakes come back together, each with its line and how to mend it.
func TestParseReportsAllMistakesAtOnce(t *testing.T) {
	const text = `format = 2
name = "x"
locales = ["en", "he"]
colour = 1
[report]
to = "procurment"
attributes = { department = "operation", change = "new" }
[changes.new]
title = { en = "New" }
on = ["recieve", "report"]
[changes.more]
title = { en = "More", he = "עוד" }
on = ["place", "place"]
[changes.again]
title = { en = "Again", he = "שוב" }
on = "place"
[licences]
over_use = "ignore"
[roles.technician]
may = ["fly"]
[kinds.server]
title = { en = "Server", he = "שרת" }
is = "hardware"
groups = "computers"
[kinds.laptop]
title = { en = "Laptop", he = "נייד", pl = "Laptop" }
[presets.payroll]
title = { en = "Payroll", he = "שכר" }
kind = "sofware"
unit = "finance"
[protocols.hand-over]
title = { en = "Hand-over", he = "מסירה" }
on = "amend"
[protocols.test]
title = { en = "Test", he = "בדיקה" }
on = "test"
signed = "nobody"
[coverage.antivirus]
title = { en = "Antivirus", he = "אנטי־וירוס" }
of = "desks"
with = ["a", "a"]
[parts.toner]
title = { en = "Toner", he = "טונר" }
minimum = -1
[states.asleep]
en = "asleep"
[actions.place]
en = "place"
[facts.unit]
en = "Unit"
he = "יחידה"
`
	_, err := asset.Parse([]byte(text), "asset.toml", promises(t))
	got := strings.Split(err.Error(), "\n")
	want := []string{
		`asset.toml:1: format: 2 is not a format that is known here; write format = 1`,
		`asset.toml:4: colour: unknown key`,
		`asset.toml:6: report.to: no role is named "procurment", here in [roles] or in sla.toml; did you mean "procurement"?`,
		`asset.toml:7: report.attributes.change: each change says that of itself; leave it out`,
		`asset.toml:7: report.attributes.department: the promises do not know it: department has no value "operation"`,
		`asset.toml:9: changes.new.title: there is none in "he", which locales names; write he = "…"`,
		`asset.toml:10: changes.new.on: "recieve" is not known; did you mean "receive"?`,
		`asset.toml:10: changes.new.on: "report" changes nothing that could be reported`,
		`asset.toml:13: changes.more.on: "place" stands twice`,
		`asset.toml:16: changes.again.on: "place" is the change "more" already`,
		`asset.toml:18: licences.over_use: "ignore" is not known; known: refuse, record`,
		`asset.toml:19: roles.technician.title: missing; the promises do not know the role`,
		`asset.toml:20: roles.technician.may: "fly" is not known`,
		`asset.toml:23: kinds.server.is: the library has a kind "server" already; leave it out`,
		`asset.toml:24: kinds.server.groups: "computers" is none of [groups]`,
		`asset.toml:26: kinds.laptop.title.pl: "pl" is not one of the locales`,
		`asset.toml:29: presets.payroll.kind: "sofware" is no kind; did you mean "software"?`,
		`asset.toml:30: presets.payroll.unit: "finance" is none of [units]`,
		`asset.toml:33: protocols.hand-over.on: no protocol goes with "amend"`,
		`asset.toml:37: protocols.test.signed: no role is named "nobody"`,
		`asset.toml:40: coverage.antivirus.of: "desks" is no kind`,
		`asset.toml:41: coverage.antivirus.with: "a" stands twice`,
		`asset.toml:44: parts.toner.minimum: -1 is not how many there should be`,
		`asset.toml:45: states.asleep: "asleep" is not known`,
		`asset.toml:47: actions.place: there is none in "he"`,
	}
	for _, line := range want {
		found := false
		for _, g := range got {
			found = found || strings.HasPrefix(g, line)
		}
		require.True(t, found, "%s\nis not among\n%s", line, strings.Join(got, "\n"))
	}
	require.Len(t, got, len(want), strings.Join(got, "\n"))
	last := 0
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		var mistake *townclerk.FileError
		require.ErrorAs(t, e, &mistake)
		require.GreaterOrEqual(t, mistake.Line, last, "in the order of lines")
		last = mistake.Line
	}
}

// RA-39: changes for which nothing is promised are a mistake, and those that are
// reported to nobody.
func TestParseComparesWithThePromises(t *testing.T) {
	text := read(t, "testdata/asset.toml")
	parse := func(promises, text string) error {
		p, err := sla.Parse([]byte(promises), "sla.toml")
		require.NoError(t, err)
		_, err = asset.Parse([]byte(text), "asset.toml", p)
		return err
	}
	whole := read(t, "testdata/sla.toml")
	require.NoError(t, parse(whole, text))
	err := parse(strings.Replace(whole, `start = ["changed", "notified"]`, `start = "changed"`, 1), text)
	require.ErrorContains(t, err, `by when the change "relocate" is reported: no target that it matches starts with "notified" and is met by "reported"`)
	require.NotContains(t, err.Error(), `starts with "changed"`)
	err = parse(strings.NewReplacer("[attributes]", "[attributes]\nkind = [\"server\", \"printer\"]", `match = { department = "operations", class = "inventory-change" }`,
		`match = { class = "inventory-change", kind = "server" }`).Replace(whole), text)
	require.NoError(t, err, "for some kind it is promised")
	err = parse(whole, strings.Replace(text, "[report]\nto = \"procurement\"\nattributes = { department = \"operations\", class = \"inventory-change\" }\nsource = \"RA-39\"\n", "", 1))
	require.ErrorContains(t, err, "changes.new: nothing says to whom changes are reported; write [report]")
	err = parse(whole, "format = 1\nname = \"x\"\nlocales = \"en\"\n[report]\nto = \"procurement\"\n")
	require.ErrorContains(t, err, "nothing is reported; write [changes.…]")
	err = parse(whole, text+"[kinds.tablet]\ntitle = { en = \"Tablet\", he = \"לוח\" }\n[protocols.test]\ntitle = { en = \"Test\", he = \"בדיקה\" }\non = \"test\"\n")
	require.ErrorContains(t, err, "kinds.tablet.is: missing; say which kind of the library it is")
	require.ErrorContains(t, err, "protocols.test: it asks for nothing")
	_, err = asset.Parse(nil, "asset.toml", nil)
	require.ErrorContains(t, err, "the promises of sla.toml are needed")
}

// SG-34, A-50: a policy that says nothing of reports has none owed.
func TestPolicyWithoutReports(t *testing.T) {
	p, err := asset.Parse([]byte("format = 1\nname = \"x\"\nlocales = \"sr\"\n"), "asset.toml", promises(t))
	require.NoError(t, err)
	a, _, err := p.Add("a-1", asset.Command{Do: asset.Register, At: start, Set: map[string]string{"kind": "server", "name": "сервер"}})
	require.NoError(t, err)
	a, _, err = p.Do(a, asset.Command{Do: asset.Place, At: start, Set: map[string]string{"unit": "кабинет"}})
	require.NoError(t, err)
	require.Zero(t, a.Owing)
	a, events := p.Settle(a, start.AddDate(1, 0, 0))
	require.Empty(t, events)
	require.True(t, a.NextAt.IsZero())
}

// What the file says can be asked for.
func TestPolicyAnswers(t *testing.T) {
	p := policy(t)
	require.Equal(t, "Test town: the inventory", p.Name())
	require.Equal(t, []string{"library", "archive"}, p.IDs("units"))
	require.Equal(t, "ספרייה", p.Title("units", "library", "he"))
	require.Equal(t, "Library", p.Title("units", "library", "pl"))
	require.Equal(t, "cellar", p.Title("units", "cellar", "he"))
	require.Equal(t, "רכש ולוגיסטיקה", p.Title("roles", "procurement", "he"), "as sla.toml has it")
	require.Equal(t, "ברשת", p.Title("protocols/commissioning/checklist", "network", "he"))
	require.Equal(t, "Encryption", p.Title("kinds/laptop/fields", "encryption", "en"))
	preset, ok := p.Preset("payroll")
	require.True(t, ok)
	require.Equal(t, asset.Preset{ID: "payroll", Kind: "software", Unit: "archive", Vendor: "author", Critical: true}, preset)
	_, ok = p.Preset("none")
	require.False(t, ok)
	require.NotNil(t, p.Promises())
}

// No file makes Parse panic or hang.
func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("testdata/asset.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("[report]\nto = 1\n[changes.x]\non = \"place\"\n"))
	p := promises(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		policy, err := asset.Parse(data, "asset.toml", p)
		if err == nil && policy.Name() == "" {
			t.Error("a policy without a name was accepted")
		}
	})
}
