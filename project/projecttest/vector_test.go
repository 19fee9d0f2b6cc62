package projecttest

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/sla"
)

func policy(t *testing.T) *project.Policy {
	t.Helper()
	promises, err := sla.Open(os.DirFS("../testdata"))
	require.NoError(t, err)
	data, err := os.ReadFile("../testdata/project.toml")
	require.NoError(t, err)
	p, err := project.Parse(data, "project.toml", promises)
	require.NoError(t, err)
	return p
}

const sound = `title = "a demand"

[[steps]]
do = "demand"
at = 2026-06-07T09:00:00
by = "u-2"
demander = "u-17"
class = "project-upgrade"
lead = "information-systems"
subject = "Online forms"
is = "intake"
due = { intake = 2026-06-25T16:30:00 }

[[steps]]
do = "admit"
at = 2026-06-25T16:30:00
role = "analyst"
refused = "one of those that the gate names"

[[steps]]
do = "admit"
at = 2026-06-25T16:30:00
role = "is-manager"
is = "planning"
allowed = ["plan", "record", "hold", "cancel", "alter", "attach", "write", "order", "ask"]
overdue = []

[[steps]]
do = "plan"
at = 2026-06-25T16:30:00
role = "is-manager"
milestones = [
    { id = "build", phase = "execution", from = 2026-06-28, to = 2026-07-09, cost = "100.00 ILS" },
    { id = "test", phase = "acceptance", from = 2026-07-12, to = 2026-07-23, after = "build" },
]
`

// approved is a plan that is carried out.
const approved = `
[[steps]]
do = "order"
at = 2026-06-25T16:30:00
role = "is-manager"
kind = "specification"
name = "forms"

[[steps]]
do = "deliver"
at = 2026-06-25T16:30:00
role = "is-manager"
part = 1
reference = "file"
is = "delivered"

[[steps]]
do = "review"
at = 2026-06-25T16:30:00
role = "is-manager"
part = 1
text = "good"

[[steps]]
do = "pass"
at = 2026-06-25T16:30:00
role = "is-manager"
part = 1
is = "approved"

[[steps]]
do = "submit"
at = 2026-06-25T16:30:00
role = "is-manager"

[[steps]]
do = "approve"
at = 2026-06-25T16:30:00
role = "is-manager"

[[steps]]
do = "sweep"
at = 2026-07-13T00:00:00
late = { build = 2, test = 0 }
level = { build = "exceeded", test = "warning", project = "fine" }
expected = { test = "2026-07-27" }
alarms = ["build time exceeded", "execution time exceeded", "test time warning", "acceptance time warning"]
`

func check(t *testing.T, text string) error {
	t.Helper()
	return Check(policy(t), fstest.MapFS{"a.toml": {Data: []byte(text)}}, Config{})
}

func TestSoundVectors(t *testing.T) {
	require.NoError(t, check(t, sound))
	require.NoError(t, check(t, sound+approved))
}

// Each failure and each mistake is found, with its line.
func TestVectorsThatFail(t *testing.T) {
	for _, tt := range []struct{ old, new, want string }{
		{`is = "intake"`, `is = "planning"`, "a.toml:11: steps[1].is: got intake, want planning"},
		{"16:30:00 }", "16:31:00 }", "steps[1].due.intake: got"},
		{`refused = "one of`, `refused = "none of`, "it was refused, but for another reason"},
		{`role = "analyst"`, `role = "is-manager"`, "steps[2].refused: it was done, and should be refused"},
		{`role = "is-manager"`, `role = "analyst"`, "steps[3]: it was refused: project 2026-000001: cannot admit while intake"},
		{`allowed = ["plan", `, `allowed = ["close", `, "steps[3].allowed: got alter, ask, attach, cancel, hold, order, plan"},
		{`overdue = []`, `overdue = ["intake"]`, "steps[3].overdue: got nothing, want intake"},
		{`late = { build = 2`, `late = { build = 1`, "steps[11].late.build: got 2, want 1"},
		{`level = { build = "exceeded"`, `level = { build = "fine"`, "steps[11].level.build: got exceeded, want fine"},
		{`test = "2026-07-27"`, `test = "2026-07-26"`, "steps[11].expected.test: got 2026-07-27, want 2026-07-26"},
		{`"build time exceeded", `, ``, "steps[11].alarms: got acceptance time warning, build time exceeded"},
		{`test = 0 }`, `tests = 0 }`, "steps[11].late.tests: the plan has no milestone of this name; there are acceptance, build, execution, project, test"},

		{`do = "admit"`, `do = "admitt"`, `steps[2].do: no thing to do is named "admitt"; did you mean "admit"?`},
		{`do = "plan"`, `do = "submit"`, `steps[4].milestones: "submit" does not take it`},
		{`is = "intake"`, `is = "inta"`, `no state is named "inta"`},
		{`do = "sweep"`, `do = "demand"`, "the first step is demand or draft, and no other is"},
		{`do = "demand"`, `do = "look"`, "the first step is demand or draft, and no other is"},
		{`at = 2026-06-07T09:00:00`, `at = 2026-07-07T09:00:00`, "the step before is written down later"},
		{`by = "u-2"`, `recorded = 2026-06-07T08:00:00`, "it is written down before it happens"},
		{`from = 2026-06-28`, `from = "28 June"`, "steps[4].milestones.build.from:"},
		{`cost = "100.00 ILS"`, `cost = "100"`, "steps[4].milestones.build.cost:"},
		{`level = { build = "exceeded"`, `level = { build = "bad"`, `no level is named "bad"`},
		{`do = "sweep"`, "do = \"sweep\"\nrefused = \"x\"", "nobody does anything that could be refused"},
		{`title = "a demand"`, `titel = "a demand"`, "unknown key"},
	} {
		text := sound + approved
		require.Contains(t, text, tt.old)
		err := check(t, strings.Replace(text, tt.old, tt.new, 1))
		require.ErrorContains(t, err, tt.want, "%s instead of %s", tt.new, tt.old)
		var e *townclerk.FileError
		require.True(t, errors.As(err, &e) && e.Line > 0, "%v", err)
	}
	err := check(t, "title = \"x\"\n[[steps]]\ndo = \"demand\"\nat = 2026-06-07T09:00:00\n")
	require.ErrorContains(t, err, "it expects nothing")
	err = Check(policy(t), fstest.MapFS{}, Config{})
	require.Error(t, err, "a folder without vectors")
	require.NoError(t, Check(policy(t), nil, Config{}))
}

// A work plan is drafted, and refused where the policy says so.
func TestVectorOfAWorkPlan(t *testing.T) {
	text := `title = "x"
[[steps]]
do = "draft"
at = 2026-06-07T09:00:00
department = "operations"
content = { title = "t", horizon = "yearly", plane = "application", first = 2027, last = 2027, lines = [{ title = "x", year = 2027, cost = "5.00 ILS" }] }
is = "draft"
`
	require.NoError(t, check(t, text))
	require.ErrorContains(t, check(t, strings.Replace(text, "last = 2027", "last = 2028", 1)), "a plan of the horizon yearly is for 1 years at most")
	require.NoError(t, check(t, strings.Replace(strings.Replace(text, "last = 2027", "last = 2028", 1), `is = "draft"`, `refused = "for 1 years at most"`, 1)))
	require.ErrorContains(t, check(t, strings.Replace(text, "content = {", "# content = {", 1)), "it was refused")
}

// Run reads a whole folder.
func TestRun(t *testing.T) {
	folder := fstest.MapFS{"projects/a.toml": {Data: []byte(sound)}}
	for _, name := range []string{"sla.toml", "project.toml"} {
		data, err := fs.ReadFile(os.DirFS("../testdata"), name)
		require.NoError(t, err)
		folder[name] = &fstest.MapFile{Data: data}
	}
	Run(t, folder, Config{Strict: true})
}
