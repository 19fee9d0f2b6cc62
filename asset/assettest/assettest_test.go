package assettest

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/sla"
)

func packageComment(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("assettest.go")
	require.NoError(t, err)
	comment, _, _ := strings.Cut(string(text), "\npackage assettest")
	return comment
}

func policy(t *testing.T, name string) *asset.Policy {
	t.Helper()
	folder := os.DirFS("../../examples/policies/" + name)
	promises, err := sla.Open(folder)
	require.NoError(t, err)
	p, err := asset.Open(folder, promises)
	require.NoError(t, err)
	return p
}

// The inventories that are shipped keep to their vectors, which were worked out by hand
// from the documents.
func TestShippedInventories(t *testing.T) {
	for _, name := range []string{"raanana", "stari-grad"} {
		t.Run(name, func(t *testing.T) { Run(t, os.DirFS("../../examples/policies/"+name), Config{Strict: true}) })
	}
}

func check(t *testing.T, text string) string {
	t.Helper()
	err := Check(policy(t, "raanana"), fstest.MapFS{"v.toml": &fstest.MapFile{Data: []byte(text)}}, Config{})
	if err == nil {
		return ""
	}
	return err.Error()
}

const begins = `title = "x"
[[steps]]
do = "register"
at = 2026-06-07T09:00:00
role = "ops-manager"
set = { kind = "printer", name = "מדפסת", unit = "library" }
[[steps]]
do = "place"
at = 2026-06-11T15:00:00
role = "technician"
set = { unit = "school" }
`

// What is got beside what is wanted, for each thing that can be expected.
func TestVectorsFail(t *testing.T) {
	require.Empty(t, check(t, begins+"is = \"commissioned\"\nhas = { unit = \"school\", critical = false }\nowing = 1\ndue = { 2 = 2026-06-12T15:00:00 }\nreport = { 2 = \"running\" }\noverdue = []\n"))
	for expected, want := range map[string]string{
		"is = \"tested\"":                   `steps[2].is: got "commissioned", want "tested"`,
		"has = { unit = \"library\" }":      `steps[2].has.unit: got "school", want "library"`,
		"owing = 0":                         "steps[2].owing: got 1, want 0",
		"due = { 2 = 2026-06-12T15:00:01 }": "steps[2].due.2: got 2026-06-12T15:00:00+03:00, want 2026-06-12T15:00:01+03:00",
		"report = { 2 = \"met\" }":          `steps[2].report.2: got "running", want "met"`,
		"overdue = [2]":                     "steps[2].overdue: got [], want [2]",
		"allowed = \"place\"":               "steps[2].allowed: got ",
		"forbidden = \"place\"":             "steps[2].forbidden: place is allowed",
		"refused = \"never\"":               "steps[2].refused: it was done, and should be refused",
		"missing = \"set.unit\"":            "steps[2].missing: it was done, and should be refused",
		"as_of = 2026-06-10T12:00:00\nis = \"commissioned\"\nhas = { unit = \"school\" }": `steps[2].has.unit: got "library", want "school"`,
	} {
		require.Contains(t, check(t, begins+expected+"\n"), want, expected)
	}
	require.Contains(t, check(t, strings.Replace(begins, `role = "technician"`, `role = "procurement"`, 1)+"is = \"tested\"\n"), "steps[2]: it was refused: ")
	require.Contains(t, check(t, strings.Replace(begins, `role = "technician"`, `role = "procurement"`, 1)+"refused = \"because\"\n"), "but for another reason")
	require.Contains(t, check(t, strings.Replace(begins, "unit = \"school\"", "model = \"x\"", 1)+"missing = \"set.unit\"\n"), "other fields are wrong")
}

// Mistakes of a file come back together, with their lines.
func TestVectorMistakes(t *testing.T) {
	got := check(t, `title = "x"
[[steps]]
do = "fly"
at = 2026-06-07T09:00:00
role = "pilot"
is = "asleep"
due = { first = 2026-06-07T09:00:00 }
[[steps]]
do = "look"
at = 2026-06-07T08:00:00
colour = "red"
`)
	for _, want := range []string{
		`v.toml:3: steps[1].do: "fly" is not known`, `v.toml:5: steps[1].role: "pilot" is not known`, `v.toml:6: steps[1].is: "asleep" is not known`,
		"v.toml:7: steps[1].due.first: it is not the number of an entry", "v.toml:10: steps[2].at: the step before is written down later", "v.toml:11: steps[2].colour: unknown key",
	} {
		require.Contains(t, got, want)
	}
	require.Contains(t, check(t, begins), "it expects nothing")
	require.Contains(t, check(t, "title = \"x\"\n[[steps]]\ndo = \"look\"\nat = 2026-06-07T09:00:00\nowing = 1\n"), "not found")
}

// A file that Parse refuses is a report of its mistakes.
func TestUnread(t *testing.T) {
	_, err := asset.Parse([]byte("format = 2\n"), "asset.toml", policy(t, "raanana").Promises())
	require.ErrorContains(t, Unread("asset.toml", err).Err(), "2 is not a format")
}
