package kpitest

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/sla"
)

func policy(t *testing.T) *kpi.Policy {
	t.Helper()
	promises, err := sla.Open(os.DirFS("../testdata"))
	require.NoError(t, err)
	p, err := kpi.Open(os.DirFS("../testdata"), promises)
	require.NoError(t, err)
	return p
}

func check(t *testing.T, text string) error {
	t.Helper()
	return Check(policy(t), fstest.MapFS{"a.toml": {Data: []byte(text)}}, Config{})
}

const facts = `title = "facts"

[[measured]]
indicator = "repairs"
n = 10
d = 100
verdict = "missed"

[[available]]
calendar = "office"
from = 2026-06-08
to = 2026-06-09
outages = [{ from = 2026-06-08T09:00:00, to = 2026-06-08T10:00:00 }]
of = "8h"
down = "1h"

[[falls]]
duty = "backup"
from = 2026-06-08
to = 2026-06-10
on = [2026-06-08, 2026-06-09]

[[in_force]]
card = "pr-1"
on = 2019-01-10
known = 2019-01-10T12:00:00
revision = 3
`

const steps = `title = "steps"
items = { server = ["s-1", "s-2"] }
steps = [
    { do = "start", at = 2026-06-08T00:00:00 },
    { do = "sweep", at = 2026-06-08T09:00:00, duty = "control", on = 2026-06-08, is = "due", missing = ["s-2", "s-1"], due = { duty-done = 2026-06-08T15:30:00 } },
    { do = "attest", at = 2026-06-08T10:00:00, by = "u-1", role = "administrator", duty = "control", on = 2026-06-08, parts = "s-1", text = "fine", is = "due", missing = "s-2" },
    { do = "sweep", at = 2026-06-08T15:30:01, duty = "control", on = 2026-06-08, is = "partial", overdue = "duty-done" },
    { do = "raise", at = 2026-06-09T08:00:00, by = "u-2", role = "owner", duty = "control", on = 2026-06-08, of = "why", is = "raised" },
    { do = "plan", at = 2026-06-09T08:10:00, by = "u-2", role = "owner", of = "why", cause = "ill", text = "a deputy", until = 2026-06-10T12:00:00, is = "planned", due = { remedy-done = 2026-06-10T12:00:00 } },
    { do = "finish", at = 2026-06-10T12:00:00, by = "u-1", role = "administrator", of = "why", text = "named", is = "finished", state = { remedy-done = "met" }, overdue = [] },
    { do = "verify", at = 2026-06-10T13:00:00, by = "u-1", role = "owner", of = "why", text = "works", refused = "somebody else than who finished it" },
    { do = "measure", at = 2027-01-02T09:00:00, role = "owner", indicator = "repairs", on = 2026-06-08, n = 10, d = 100, is = "missed" },
    { do = "correct", at = 2027-01-03T09:00:00, role = "owner", indicator = "repairs", on = 2026-01-01, n = 9, d = 100, reason = "counted twice", is = "met" },
    { do = "demand", at = 2027-01-04T09:00:00, role = "administrator", duty = "training", of = "course", is = "due", missing = "all" },
    { do = "attest", at = 2027-01-04T10:00:00, role = "administrator", of = "course", text = "held", is = "done", missing = [] },
    { do = "strike", at = 2027-01-04T11:00:00, role = "administrator", of = "course", entry = 1, reason = "another", is = "due" },
    { do = "excuse", at = 2027-01-04T12:00:00, role = "owner", of = "course", reason = "not needed", is = "excused" },
    { do = "enter", at = 2027-01-05T09:00:00, role = "owner", card = "pr-1", is = "issued" },
    { do = "enter", at = 2027-01-05T09:00:01, role = "owner", card = "pr-1", refused = "exists" },
    { do = "draft", at = 2027-01-06T09:00:00, role = "owner", card = "pr-1", refused = "a reason is given" },
    { do = "withdraw", at = 2027-01-07T09:00:00, role = "owner", card = "pr-1", reason = "old", is = "withdrawn" },
    { do = "look", at = 2027-01-08T09:00:00, card = "pr-1", is = "withdrawn" },
]
`

func TestSoundVectors(t *testing.T) {
	require.NoError(t, check(t, facts))
	require.NoError(t, check(t, steps))
}

// Each failure and each mistake is found, with its line.
func TestVectorsThatFail(t *testing.T) {
	for _, tt := range []struct{ old, new, want string }{
		{"n = 10", "n = 9", "a.toml:7: measured[1].verdict: of 9 of 100, got met, want missed"},
		{`of = "8h"`, `of = "9h"`, "a.toml:14: available[1].of: got 8h0m0s, want 9h0m0s"},
		{`down = "1h"`, `down = "0s"`, "a.toml:15: available[1].down: got 1h0m0s, want 0s"},
		{"on = [2026-06-08, 2026-06-09]", "on = [2026-06-08]", "a.toml:21: falls[1].on: got 2026-06-08, 2026-06-09, want 2026-06-08"},
		{"on = [2026-06-08, 2026-06-09]\n", "", "want nothing"},
		{"revision = 3", "revision = 4", "a.toml:27: in_force[1].revision: got 3, want 4"},
		{`indicator = "repairs"`, `indicator = "repair"`, `measured[1].indicator: no indicator is named "repair"; did you mean "repairs"?`},
		{`verdict = "missed"`, `verdict = "mised"`, `no verdict is named "mised"`},
		{`calendar = "office"`, `calendar = "offices"`, `sla.toml has no calendar named "offices"`},
		{`duty = "backup"`, `duty = "bakup"`, `no duty or report is named "bakup"; did you mean "backup"?`},
		{`card = "pr-1"`, `card = "pr-2"`, `no card is named "pr-2"`},
		{`of = "8h"`, `of = "eight"`, `"eight" is not a length of time`},
		{"from = 2026-06-08T09:00:00", "from = 2026-03-29T02:30:00", "skips it"},
		{"known = 2019-01-10T12:00:00", "known = 2019-03-31T02:30:00", "in_force[1].known"},
		{"from = 2026-06-08\nto = 2026-06-10", "from = 2026-06-08\nto = 2106-06-10", "falls[1]"},
		{"d = 100\n", "", "measured[1].d: missing; write of how much"},

		{`missing = ["s-2", "s-1"]`, `missing = ["s-2"]`, "a.toml:5: steps[2].missing: got s-1, s-2, want s-2"},
		{`is = "partial"`, `is = "missed"`, "steps[4].is: got partial, want missed"},
		{`overdue = "duty-done"`, `overdue = []`, "steps[4].overdue: got duty-done, want nothing"},
		{"15:30:00 }", "15:30:01 }", "steps[2].due.duty-done: got"},
		{`parts = "s-1"`, `parts = "s-3"`, `steps[3]: it was refused: parts[1]: no part is named "s-3"`},
		{`refused = "somebody else`, `refused = "nobody else`, "it was refused, but for another reason"},
		{`by = "u-1", role = "owner", of = "why"`, `by = "u-2", role = "owner", of = "why"`, "steps[8].refused: it was done, and should be refused"},
		{`role = "owner", indicator = "repairs", on = 2026-06-08`, `role = "head", indicator = "repairs", on = 2026-06-08`, "steps[9]: it was refused: measurement"},
		{`do = "look", at = 2027-01-08T09:00:00, card = "pr-1"`, `do = "look", at = 2027-01-08T09:00:00, duty = "backup", on = 2026-07-01`, "not found"},

		{`do = "strike"`, `do = "strikes"`, `no thing to do is named "strikes"; did you mean "strike"?`},
		{`reason = "old"`, `text = "old"`, `"withdraw" does not take it`},
		{`is = "issued"`, `is = "isued"`, `no state is named "isued"`},
		{`of = "course", entry`, `of = "curse", entry`, `no step before begins "curse"; did you mean "course"?`},
		{`of = "course", is`, `is`, "what begins needs a name"},
		{`indicator = "repairs", on = 2026-01-01`, `indicator = "repairs"`, "say of which day the indicator is meant"},
		{`role = "administrator", duty = "control", on = 2026-06-08`, `role = "administrator"`, "a step is about one thing, and this about 0"},
		{`duty = "control", on = 2026-06-08, of = "why"`, `duty = "control", indicator = "repairs", on = 2026-06-08, of = "why"`, "a step is about one thing, and this about 2"},
		{`do = "look", at = 2027-01-08T09:00:00, card = "pr-1"`, `do = "look", at = 2027-01-08T09:00:00`, "say of what something is expected"},
		{`do = "start", at = 2026-06-08T00:00:00`, `do = "start", at = 2026-06-08T00:00:00, is = "due"`, "start is about nothing"},
		{`do = "look", at = 2027-01-08T09:00:00`, `do = "look", at = 2027-01-08T09:00:00, refused = "x"`, "nobody does anything that could be refused"},
		{`do = "look", at = 2027-01-08`, `do = "look", at = 2026-01-08`, "the step before is written down later"},
		{`do = "look", at = 2027-01-08T09:00:00`, `do = "look", at = 2027-01-08T09:00:00, recorded = 2027-01-08T08:00:00`, "it is written down before it happens"},
		{`items = { server`, `items = { printer`, `no kind of item is named "printer"`},
		{`overdue = "duty-done"`, `overdue = "duti"`, `no target or metric is named "duti"`},
	} {
		text := facts
		if !strings.Contains(text, tt.old) {
			text = steps
		}
		require.Contains(t, text, tt.old)
		err := check(t, strings.Replace(text, tt.old, tt.new, 1))
		require.ErrorContains(t, err, tt.want, "%s instead of %s", tt.new, tt.old)
		var e *townclerk.FileError
		require.True(t, errors.As(err, &e) && e.Line > 0, "%v", err)
	}
	for _, text := range []string{"title = \"x\"\n", "title = \"x\"\n[[steps]]\ndo = \"start\"\nat = 2026-06-07T09:00:00\n"} {
		require.ErrorContains(t, check(t, text), "it expects nothing")
	}
	require.Error(t, check(t, ""))
	require.ErrorContains(t, check(t, "title = \"x\"\ncolour = 1\n"), "unknown key")
	require.Error(t, Check(policy(t), fstest.MapFS{}, Config{}), "a folder without vectors")
	require.NoError(t, Check(policy(t), nil, Config{}))
}

// What was missed cannot be raised before it was.
func TestRaiseOfWhatIsNotMissed(t *testing.T) {
	early := strings.Replace(steps, "{ do = \"sweep\", at = 2026-06-08T15:30:01, duty = \"control\", on = 2026-06-08, is = \"partial\", overdue = \"duty-done\" },\n", "", 1)
	early = strings.Replace(early, "at = 2026-06-09T08:00:00", "at = 2026-06-08T15:00:00", 1)
	require.ErrorContains(t, check(t, early), "it is about something that was missed")
}

func TestUnread(t *testing.T) {
	_, err := kpi.Parse([]byte("format = 2"), "k.toml", policy(t).Promises())
	require.ErrorContains(t, Unread("k.toml", err).Err(), "k.toml:1: error: format")
}

// Run reads a whole folder.
func TestRun(t *testing.T) {
	folder := fstest.MapFS{"quality/a.toml": {Data: []byte(facts)}, "quality/deeper/b.toml": {Data: []byte(steps)}}
	for _, name := range []string{"sla.toml", "kpi.toml"} {
		data, err := fs.ReadFile(os.DirFS("../testdata"), name)
		require.NoError(t, err)
		folder[name] = &fstest.MapFile{Data: data}
	}
	Run(t, folder, Config{Strict: true})
}
