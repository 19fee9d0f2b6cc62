package ticket

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// soundFiles returns the ticket.toml in which Lint finds nothing, and its sla.toml.
func soundFiles(t testing.TB) (desk, promises string) {
	t.Helper()
	a, err := os.ReadFile("testdata/lint/ticket.toml")
	require.NoError(t, err)
	b, err := os.ReadFile("testdata/lint/sla.toml")
	require.NoError(t, err)
	return string(a), string(b)
}

func lintOf(t testing.TB, patches ...sla.Patch) []sla.Finding {
	t.Helper()
	desk, promises := soundFiles(t)
	for _, p := range patches {
		text := &desk
		if p.Old != "" && strings.Contains(promises, p.Old) {
			text = &promises
		}
		if p.Old == "" {
			*text += p.New
			continue
		}
		require.Equal(t, 1, strings.Count(desk+promises, p.Old), "how often %q stands in the sound policy", p.Old)
		*text = strings.Replace(*text, p.Old, p.New, 1)
	}
	promised, err := sla.Parse([]byte(promises), "sla.toml")
	require.NoError(t, err)
	p, err := Parse([]byte(desk), "ticket.toml", promised)
	if err != nil {
		return sla.Mistakes(err)
	}
	require.Equal(t, "ticket.toml", p.File())
	return p.Lint()
}

func findingLines(findings []sla.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

func TestLintFindsNothingInASoundPolicy(t *testing.T) {
	if got := findingLines(lintOf(t)); got != "" {
		t.Errorf("Lint(sound) =\n%s\nwant nothing", got)
	}
}

// Each example has the finding that it is an example of, and no other.
func TestLintFindsEachExample(t *testing.T) {
	var all strings.Builder
	names := regexp.MustCompile(`\{(\w+)\}`)
	for _, kind := range Findings() {
		t.Run(kind.Code, func(t *testing.T) {
			require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, kind.Code)
			require.NotEmpty(t, kind.About)
			found := lintOf(t, kind.Example...)
			fmt.Fprint(&all, findingLines(found))
			require.NotEmpty(t, found)
			for _, f := range found {
				if f.Code != kind.Code || f.Severity != kind.Severity {
					t.Errorf("%s, which the example is not of", f)
				}
				if f.Line == 0 || f.File != "ticket.toml" || strings.ContainsAny(f.Message(), "{}") {
					t.Errorf("%s: it lacks its place, or an argument", f)
				}
				for _, m := range names.FindAllStringSubmatch(kind.Sentence, -1) {
					require.Contains(t, f.Args, m[1], kind.Code)
				}
			}
		})
	}
	const golden = "testdata/findings.golden"
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(golden, []byte(all.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), all.String())
}

// Every code that the code of Lint mentions is listed, once, and no other.
func TestFindingsListsWhatLintCanFind(t *testing.T) {
	used := []string{"invalid"}
	for _, name := range []string{"lint.go", "lint_promises.go"} {
		code, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`l\.add\("([a-z-]+)"`).FindAllStringSubmatch(string(code), -1) {
			used = append(used, m[1])
		}
	}
	slices.Sort(used)
	var listed []string
	for _, kind := range Findings() {
		listed = append(listed, kind.Code)
	}
	slices.Sort(listed)
	require.Equal(t, slices.Compact(used), listed)
}

func shipped(t testing.TB, name string) *Policy {
	t.Helper()
	folder := "../examples/policies/" + name
	promises, err := sla.Open(os.DirFS(folder))
	require.NoError(t, err)
	data, err := os.ReadFile(folder + "/ticket.toml")
	require.NoError(t, err)
	p, err := Parse(data, "ticket.toml", promises)
	require.NoError(t, err)
	return p
}

// What Lint says of the policies that are shipped. None of it is a mistake: the
// charter's desk is told by hand what it has, others make reports and backups, the
// procedure prints no time for its vendors, and the office's estimates never wait.
func TestLintOfTheShippedPolicies(t *testing.T) {
	for name, want := range map[string][]string{
		"raanana":     {"team-unrouted", "target-without-tickets"},
		"telephony":   {"target-without-tickets", "vendors-unpromised"},
		"iran-office": {"wait-without-pause"},
	} {
		var got []string
		for _, f := range shipped(t, name).Lint() {
			if f.Severity != sla.SeverityNote {
				t.Errorf("%s: %s", name, f)
			}
			got = append(got, f.Code)
		}
		require.Equal(t, want, got, name)
	}
}

// Where a finding ends: what is nearly as odd, and is not found.
func TestLintOnBothSides(t *testing.T) {
	const intake = "\n[departments.systems]\ntitle = { en = \"Systems\", pl = \"Systemy\" }\nintake = \"it\"\nteam = \"office\"\n"
	target := func(start, meets, match string) sla.Patch {
		return sla.Patch{Old: "[[targets]]\nid = \"maker\"\n", New: `[[targets]]
id = "systems"
metric = "systems"
kind = "commitment"
title = { en = "By systems", pl = "Przez systemy" }
source = "7"
match = { ` + match + ` }
start = "` + start + `"
meets = "` + meets + `"
calendar = "desk"
due = { within = "4h" }

[[targets]]
id = "maker"
`}
	}
	departments := sla.Patch{Old: "item = []\n", New: "item = []\ndepartment = []\ncritical = [false, true]\nchannel = []\ntier = []\ncause = []\n"}
	tests := []struct {
		name    string
		patches []sla.Patch
		want    string // the codes
	}{
		{"a stage begins when it is opened", []sla.Patch{departments, {New: intake}, target("stage-opened", "treated", `department = "systems"`)}, ""},
		{"RA-43: it does not when the ticket is", []sla.Patch{departments, {New: intake}, target("opened", "treated", `department = "systems"`)}, "ticket-never-begins"},
		{"a department that takes in its tickets has stages as well", []sla.Patch{departments, target("stage-opened", "treated", `department = "it"`)}, ""},
		{"TE-23: nobody is told of a stage", []sla.Patch{departments, {New: intake}, target("stage-opened", "opener-notified", `department = "systems"`)}, "ticket-never-met"},
		{"what opening starts, treating may meet", []sla.Patch{target("demanded", "granted", `class = "account"`)}, ""},
		{"an event of another class", []sla.Patch{target("demanded", "granted", `class = ["account", "fault"]`)}, "ticket-never-begins"},
		{"a critical system", []sla.Patch{departments, target("opened", "treated", `class = "fault", critical = true`)}, ""},
		{"a channel that there is", []sla.Patch{departments, target("opened", "treated", `class = "fault", channel = "phone"`)}, ""},
		{"a channel that there is not", []sla.Patch{departments, target("opened", "treated", `class = "fault", channel = "fax"`)}, "target-without-tickets"},
		{"no channel at all", []sla.Patch{departments, target("opened", "treated", `class = "fault", channel = ""`)}, "target-without-tickets"},
		{"a tier that there is", []sla.Patch{departments, target("opened", "treated", `class = "fault", tier = "first"`)}, ""},
		{"every ticket has a tier where there are some", []sla.Patch{departments, target("opened", "treated", `class = "fault", tier = ["first", ""]`)}, ""},
		{"a cause that is not known yet", []sla.Patch{departments, target("opened", "treated", `class = "fault", cause = ""`)}, ""},
		{"a cause that there is not", []sla.Patch{departments, target("opened", "treated", `class = "fault", cause = ["device", "moon"]`)}, "value-without-entry"},
		{"a follow-up that is owed", []sla.Patch{target("follow-up-owed", "followed-up", `class = "fault"`)}, ""},
		{"an approval of some chain", []sla.Patch{target("approved", "closed", `class = "account"`)}, ""},
		{"an approval where there is no chain", []sla.Patch{target("approved", "closed", `class = ["account", "fault"]`)}, "ticket-never-begins"},
		{"a reason of any name, where there are no waits", []sla.Patch{
			{Old: "[waits.user]\ntitle = { en = \"For the user\", pl = \"Na użytkownika\" }\n"}, {Old: `pauses = ["user"]`, New: `pauses = ["moon"]`},
		}, ""},
		{"a role that may only close is a delegate", []sla.Patch{{Old: `may = ["diagnose", "treat", "close"]`, New: `may = ["diagnose", "close"]`}}, ""},
		{"one that may do neither is not", []sla.Patch{{Old: `may = ["diagnose", "treat", "close"]`, New: `may = "diagnose"`}}, "ticket-role-powerless"},
		{"anybody diagnoses where nobody is named", []sla.Patch{{Old: `diagnosers = ["desk", "technician"]` + "\n"}}, ""},
		{"a tier of a type alone", []sla.Patch{{Old: `tiers = ["first", "second"] # of faults`, New: `tiers = "first"`}, {New: "\n[types.defect]\ntitle = { en = \"Defect\", pl = \"Błąd\" }\ntiers = \"second\"\n"}}, ""},
		{"a class that may have all tiers", []sla.Patch{{Old: "tiers = [\"first\", \"second\"] # of faults\n"}}, ""},
		{"a department called as its team", []sla.Patch{{Old: "team = \"field\" # of the department\n"}, {New: "\n[teams.it]\ntitle = { en = \"IT\", pl = \"Informatyka\" }\n"}}, ""},
		{"causes that go to a team, and what is not known to a team", []sla.Patch{{Old: "[routing]\nvendor = \"maker\"", New: "[routing]\nteam = \"field\""}}, ""},
		{"a contract is counted by in another rule", []sla.Patch{{Old: `kind = "contract"`, New: `kind = "commitment"`}}, ""},
		{"labels for all states", []sla.Patch{{New: labels()}}, ""},
	}
	for _, tt := range tests {
		var codes []string
		found := lintOf(t, tt.patches...)
		for _, f := range found {
			codes = append(codes, f.Code)
		}
		if got := strings.Join(slices.Compact(codes), " "); got != tt.want {
			t.Errorf("%s: got %q, want %q\n%s", tt.name, got, tt.want, findingLines(found))
		}
	}
}

func labels() string {
	var b strings.Builder
	for _, s := range States {
		fmt.Fprintf(&b, "[states.%q]\nen = %[1]q\npl = %[1]q\n", s)
	}
	return b.String()
}

// The package comment lists the codes as Findings does, by severity.
func TestDocListsFindings(t *testing.T) {
	data, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, list, _ := strings.Cut(string(data), "by their codes:\n//\n")
	list, _, ok := strings.Cut(list, "//\n// # ticket.toml")
	require.True(t, ok)
	got := strings.Fields(strings.ReplaceAll(list, "//", ""))
	var want []string
	for _, severity := range []sla.Severity{sla.SeverityError, sla.SeverityWarning, sla.SeverityNote} {
		want = append(want, string(severity))
		for _, kind := range Findings() {
			if kind.Severity == severity {
				want = append(want, kind.Code)
			}
		}
	}
	require.Equal(t, want, got)
}
