package tickettest

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

func raanana(t testing.TB) *ticket.Policy {
	t.Helper()
	folder := os.DirFS("../../examples/policies/raanana")
	promises, err := sla.Open(folder)
	require.NoError(t, err)
	p, err := ticket.Open(folder, promises)
	require.NoError(t, err)
	return p
}

// opened is the beginning of most vectors here, ten lines.
const opened = `title = "a fault"

[[steps]]
do = "open"
at = 2026-06-07T09:00:00
channel = "phone"
opener = "u-17"
department = "operations"
class = "incident"
is = "new"
`

// All mistakes of a file come back with their lines, and it is not run then.
func TestBrokenVectors(t *testing.T) {
	step := func(text string) string { return opened + "[[steps]]\n" + text }
	tests := []struct{ name, vector, want string }{
		{"no title, no steps", "note = \"nothing\"\n",
			`v.toml:1: title: missing; say in a few words what it shows
v.toml:1: steps: missing; write [[steps]] above each thing that is done`},
		{"nothing is expected", strings.Replace(opened, "is = \"new\"\n", "", 1),
			`v.toml:1: it expects nothing; write what a step has to lead to, such as is = "new"`},
		{"a look that expects nothing", step("do = \"look\"\nat = 2026-06-07T10:00:00\n"),
			`v.toml:11: steps[2]: it expects nothing`},
		{"an unknown action", step("do = \"asign\"\nat = 2026-06-07T10:00:00\n"),
			`v.toml:12: steps[2].do: "asign" is not known; did you mean "assign"?`},
		{"a key that the action does not take, and one that nothing takes", step("do = \"close\"\nat = 2026-06-07T10:00:00\nreason = \"enough\"\ntooks = 1\n"),
			`v.toml:14: steps[2].reason: "close" does not take it
v.toml:15: steps[2].tooks: unknown key; did you mean "took"?`},
		{"no time", step("do = \"close\"\n"),
			`v.toml:11: steps[2].at: missing; say when, with at = 2026-06-07T10:00:00`},
		{"a local time that does not exist", step("do = \"sweep\"\nat = 2027-03-26T02:30:00\n"),
			`v.toml:13: steps[2].at: 2027-03-26T02:30:00 does not exist in Asia/Jerusalem, where the clock skips it: write the time with its offset, such as +02:00`},
		{"one that occurs twice", step("do = \"look\"\nat = 2026-10-25T01:30:00\nis = \"new\"\n[steps.due]\ntransfer = 2026-10-25T01:30:00\n"),
			`v.toml:13: steps[2].at: 2026-10-25T01:30:00 occurs twice in Asia/Jerusalem, with the offsets +03:00 and +02:00: write the time with its offset, such as +02:00
v.toml:16: steps[2].due.transfer: 2026-10-25T01:30:00 occurs twice in Asia/Jerusalem, with the offsets +03:00 and +02:00: write the time with its offset, such as +02:00`},
		{"steps out of order", step("do = \"sweep\"\nat = 2026-06-07T08:59:59\n"),
			`v.toml:13: steps[2].at: the step before is written down later; put them in order, or say with recorded when this one is`},
		{"written down before it happened", step("do = \"sweep\"\nat = 2026-06-07T10:00:00\nrecorded = 2026-06-07T09:59:59\n"),
			`v.toml:14: steps[2].recorded: it is written down before it happens; make it later, or leave it out`},
		{"unknown role", step("do = \"close\"\nat = 2026-06-07T10:00:00\nrole = \"tehnician\"\n"),
			`v.toml:14: steps[2].role: no role is named "tehnician"; did you mean "technician"?`},
		{"unknown state, property, action, target and what is owed", step(`do = "look"
at = 2026-06-07T10:00:00
is = "asigned"
allowed = ["clos"]
forbidden = ["trat"]
overdue = ["transfr"]
[steps.has]
teem = "field"
[steps.state]
transfer = "runing"
[[steps.owed]]
target = "ops-folow-up"
at = 2026-06-07T10:00:00
to = "ops-manger"
do = "wach"
`),
			`v.toml:14: steps[2].is: no state is named "asigned"; did you mean "assigned"?
v.toml:15: steps[2].allowed: no action is named "clos"; did you mean "close"?
v.toml:16: steps[2].forbidden: no action is named "trat"; did you mean "treat"?
v.toml:17: steps[2].overdue: no target or metric is named "transfr"; did you mean "transfer"?
v.toml:19: steps[2].has.teem: no property is named "teem"; did you mean "team"?
v.toml:21: steps[2].state.transfer: "runing" is not a state; did you mean "running"?
v.toml:23: steps[2].owed[1].target: no target or metric is named "ops-folow-up"; did you mean "ops-follow-up"?
v.toml:25: steps[2].owed[1].to: no role is named "ops-manger"; did you mean "ops-manager"?
v.toml:26: steps[2].owed[1].do: no thing to do is named "wach"; did you mean "watch"?`},
		{"what a stage does not have", step("do = \"look\"\nat = 2026-06-07T10:00:00\nstage = 1\nhas.tier = \"first\"\n"),
			`v.toml:15: steps[2].has.tier: no property is named "tier"; known: class, department, handler, project, team, treatment, vendor, waits`},
		{"no such stage", step("do = \"look\"\nat = 2026-06-07T10:00:00\nstage = -1\nis = \"new\"\n"),
			`v.toml:14: steps[2].stage: -1 is none; write the number of a stage, from 1, or leave it out for the ticket itself`},
		{"a ticket that nobody opened, and one that is open", step("do = \"close\"\nticket = \"second\"\nat = 2026-06-07T10:00:00\n\n[[steps]]\ndo = \"open\"\nat = 2026-06-07T10:00:00\n"),
			`v.toml:11: steps[2]: no step before opens ticket second
v.toml:16: steps[3]: a ticket without a name is open already; write ticket = "second" for another`},
		{"one whose opening is refused", "title = \"refused\"\n[[steps]]\ndo = \"open\"\nat = 2026-06-07T10:00:00\nmissing = \"channel\"\nis = \"new\"\n\n[[steps]]\ndo = \"look\"\nat = 2026-06-07T10:00:00\nis = \"new\"\n",
			`v.toml:2: steps[1]: no ticket is opened where that is refused, so nothing can be expected of it
v.toml:8: steps[2]: no step before opens a ticket without a name`},
		{"a sweep that is refused", step("do = \"sweep\"\nat = 2026-06-07T10:00:00\nrefused = \"no\"\n"),
			`v.toml:11: steps[2]: nobody does anything that could be refused`},
		{"parts, durations and terms", step("do = \"treat\"\nat = 2026-06-07T10:00:00\nused = { first = 1 }\n\n[[steps]]\ndo = \"write\"\nat = 2026-06-07T10:00:00\ntook = \"half an hour\"\n\n[[steps]]\ndo = \"hand over\"\nat = 2026-06-07T10:00:00\ncontract = [{ contract = \"C\", metric = \"handling\", calendar = \"dask\", within = \"4h\" }]\n"),
			`v.toml:14: steps[2].used.first: it is not the number of a part; write 1 = 2 where two of the first were used
v.toml:19: steps[3].took: "half an hour" is not a duration; write one such as "20m"
v.toml:24: steps[4].contract[1]: `},
		{"no TOML", "title = \n", "v.toml:1: "},
	}
	p := raanana(t)
	for _, tt := range tests {
		v := checkVector(p, []byte(tt.vector), "v.toml")
		if v.Err == nil || v.Err.Error() != tt.want && (!strings.HasSuffix(tt.want, ": ") || !strings.HasPrefix(v.Err.Error(), tt.want)) {
			t.Errorf("%s: got\n%v\nwant\n%s", tt.name, v.Err, tt.want)
		}
	}
}

// What a vector that fails prints: got beside want, at the line of the key.
func TestFailingVectors(t *testing.T) {
	step := func(text string) string { return opened + "[[steps]]\n" + text }
	const assign = "do = \"assign\"\nat = 2026-06-07T09:10:00\nrole = \"ops-desk\"\n"
	tests := []struct{ name, vector, want string }{
		{"it is refused", step("do = \"close\"\nat = 2026-06-07T10:00:00\n\n[[steps]]\ndo = \"look\"\nat = 2026-06-07T10:00:00\nis = \"closed\"\n"),
			`v.toml:11: steps[2]: it was refused: ticket 2026-000001: cannot close while new; allowed now: `},
		{"it is not", step(assign + "refused = \"nobody assigns\"\n"),
			`v.toml:15: steps[2].refused: it was done, and should be refused: nobody assigns`},
		{"no field is missing", step(assign + "missing = [\"team\", \"handler\"]\n"),
			`v.toml:15: steps[2].missing: it was done, and should be refused: for team, handler`},
		{"another rule", step("do = \"hand over\"\nat = 2026-06-07T09:10:00\nby = \"u-2\"\nrole = \"ops-desk\"\nchannel = \"system\"\nrefused = \"assign\"\n"),
			`v.toml:17: steps[2].refused: it was refused, but for another reason
  got  ticket 2026-000001: cannot hand over while new: it needs a diagnosis first, by a role that the department lets diagnose; allowed now: assign, `},
		{"other fields", "title = \"x\"\n[[steps]]\ndo = \"open\"\nat = 2026-06-07T10:00:00\nopener = \"u\"\nclass = \"incident\"\nmissing = [\"channel\", \"unit\"]\n",
			`v.toml:7: steps[1].missing: other fields are wrong
  got  channel, department
  want channel, unit
  as   a ticket cannot be opened: channel: missing; known: phone, fax, email, portal, walk-in
       department: missing; known: operations, information-systems, website`},
		{"all that is expected, and comes otherwise", step(assign + `is = "new"
allowed = ["close"]
forbidden = ["assign"]
overdue = ["handling"]
[steps.has]
team = "desk"
tier = "first"
[steps.state]
transfer = "breached"
[[steps.owed]]
target = "duration"
at = 2026-06-07T09:10:00
to = "ops-manager"
do = "watch"
`),
			""},
		{"a stage that there is not", step("do = \"look\"\nat = 2026-06-07T10:00:00\nstage = 2\nis = \"new\"\n"),
			`v.toml:14: steps[2].stage: the ticket has 0 stages, and no stage 2`},
	}
	p := raanana(t)
	for _, tt := range tests {
		got := ""
		if v := checkVector(p, []byte(tt.vector), "v.toml"); v.Err != nil {
			got = v.Err.Error()
		}
		if tt.name == "all that is expected, and comes otherwise" {
			tt.want = got // its lines are looked at below
			for _, line := range []string{
				"v.toml:15: steps[2].is: got assigned, want new", "v.toml:16: steps[2].allowed: other actions are allowed\n  got  appoint, assign, attach, ", "\n  want close\n",
				"v.toml:17: steps[2].forbidden: assign is allowed, and should not be", "v.toml:18: steps[2].overdue: others are overdue\n  got  nothing\n  want handling",
				`v.toml:20: steps[2].has.team: got "technicians", want "desk"`, `v.toml:21: steps[2].has.tier: got "", want "first"`,
				"v.toml:23: steps[2].state.transfer: got met, want breached, as of Sun 2026-06-07 09:10\n    ops-transfer is met\n    - counted from opened",
				"v.toml:24: steps[2].owed: other escalations are recorded; got\n    nothing\n  want\n    duration: Sun 2026-06-07 09:10, to ops-manager, watch",
			} {
				require.Contains(t, got, line)
			}
		}
		if !strings.HasPrefix(got, tt.want) || got == "" {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

// What happened before it was written down is judged by when it happened.
func TestWrittenDownLater(t *testing.T) {
	v := checkVector(raanana(t), []byte(opened+`
[[steps]]
do = "assign"
at = 2026-06-07T09:20:00
recorded = 2026-06-07T11:00:00
role = "ops-desk"
overdue = []
[steps.state]
transfer = "met"
`), "v.toml")
	require.NoError(t, v.Err)
}

func TestDoors(t *testing.T) {
	p := raanana(t)
	vectors := fstest.MapFS{"sub/good.toml": {Data: []byte(opened)}, "bad.toml": {Data: []byte(strings.Replace(opened, `is = "new"`, `is = "closed"`, 1))}, "README.md": {}}
	r := Inspect(p, vectors, Config{Folder: "x/desk"})
	require.Len(t, r.Vectors, 2)
	require.Equal(t, "x/desk/bad.toml", r.Vectors[0].Name)
	require.EqualError(t, r.Vectors[0].Err, "x/desk/bad.toml:10: steps[1].is: got new, want closed")
	require.NoError(t, r.Vectors[1].Err)
	require.Equal(t, "a fault", r.Vectors[1].Title)
	require.EqualError(t, Check(p, vectors, Config{}), "bad.toml:10: steps[1].is: got new, want closed")
	require.NoError(t, Check(p, nil, Config{Strict: true}))
	require.EqualError(t, Check(p, fstest.MapFS{}, Config{}), "desk: the folder holds no vectors; write one, or remove it")
	_, err := Vectors(fstest.MapFS{"desk": {}})
	require.EqualError(t, err, "desk: this is a file; make it a folder of vectors")
	none, err := Vectors(fstest.MapFS{})
	require.NoError(t, err)
	require.Nil(t, none)
	require.ErrorContains(t, Unread("ticket.toml", tomldoc.Decode([]byte("x"), "ticket.toml", &rawVector{}).Err()).Err(), "[invalid]")
}

// recorder is a testing.TB that keeps what it is told.
type recorder struct {
	name string
	log  *[]string
}

func (r recorder) Helper()           {}
func (r recorder) Log(args ...any)   { *r.log = append(*r.log, r.name+" log") }
func (r recorder) Error(args ...any) { *r.log = append(*r.log, r.name+" error") }
func (r recorder) Run(name string, f func(recorder)) bool {
	f(recorder{r.name + "/" + name, r.log})
	return true
}

// Run says what it cannot read, and what fails, each in its subtest.
func TestRun(t *testing.T) {
	read := func(name string) *fstest.MapFile {
		data, err := os.ReadFile("../../examples/policies/telephony/" + name)
		require.NoError(t, err)
		return &fstest.MapFile{Data: data}
	}
	run := func(folder fstest.MapFS) []string {
		var log []string
		Run(recorder{"", &log}, folder, Config{})
		return log
	}
	require.Equal(t, []string{" error"}, run(fstest.MapFS{}))
	require.Equal(t, []string{" error"}, run(fstest.MapFS{"sla.toml": read("sla.toml")}))
	require.Equal(t, []string{" log", "/lint log", "/lint log"}, run(fstest.MapFS{"sla.toml": read("sla.toml"), "ticket.toml": read("ticket.toml")}))
	require.Equal(t, []string{" error"}, run(fstest.MapFS{"sla.toml": read("sla.toml"), "ticket.toml": read("ticket.toml"), "desk": {}}))
	require.Equal(t, []string{"/lint log", "/lint log", "/vectors/desk/x error"},
		run(fstest.MapFS{"sla.toml": read("sla.toml"), "ticket.toml": read("ticket.toml"), "desk/x.toml": {Data: []byte("title = 1")}}))
}

// FuzzVector looks for files that make the suite panic or hang.
func FuzzVector(f *testing.F) {
	f.Add([]byte(opened))
	for _, name := range []string{"raanana", "telephony", "iran-office"} {
		entries, err := os.ReadDir("../../examples/policies/" + name + "/desk")
		require.NoError(f, err)
		for _, e := range entries {
			data, err := os.ReadFile("../../examples/policies/" + name + "/desk/" + e.Name())
			require.NoError(f, err)
			f.Add(data)
		}
	}
	p := raanana(f)
	f.Fuzz(func(_ *testing.T, data []byte) { checkVector(p, data, "v.toml") })
}
