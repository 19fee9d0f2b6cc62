package slatest

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// opened is the beginning of most vectors here, seven lines.
const opened = `title = "a fault"

[[events]]
is = "opened"
at = 2026-06-07T09:00:00
with = { class = "fault" }

`

// All mistakes of a file come back with their lines, and it is not run then.
func TestBrokenVectors(t *testing.T) {
	tests := []struct{ name, vector, want string }{
		{"it expects nothing", opened,
			`v.toml:1: it expects nothing; write [due] with transfer = 2026-06-07T10:20:00`},
		{"tables without entries expect nothing", opened + "[due]\n",
			`v.toml:1: it expects nothing; write [due] with transfer = 2026-06-07T10:20:00`},
		{"no title", strings.TrimPrefix(opened, "title = \"a fault\"\n") + "[due]\nusual = 2026-06-07T16:30:00\n",
			`v.toml:1: title: missing; say in a few words what it shows`},
		{"no events", "title = \"nothing\"\n[due]\nusual = 2026-06-07T16:30:00\n",
			`v.toml:1: it has no events; write [[events]] with is = "opened" and at = 2026-06-07T10:00:00`},
		{"a local time that does not exist", strings.Replace(opened, "2026-06-07T09:00:00", "2026-03-27T02:30:00", 1) + "[due]\nusual = 2026-03-27T16:30:00\n",
			`v.toml:5: events[1].at: 2026-03-27T02:30:00 does not exist in Asia/Jerusalem, where the clock skips it: write the time with its offset, such as +02:00`},
		{"another edition than the policy's", "edition = 2\n" + opened + "[due]\nusual = 2026-06-07T16:30:00\n",
			`v.toml:1: edition: it is of edition 2, which the policy is not; put it beside that one, or take the edition out`},
		{"a local time that occurs twice", opened + "[due]\nusual = 2026-10-25T01:30:00\n",
			`v.toml:9: due.usual: 2026-10-25T01:30:00 occurs twice in Asia/Jerusalem, with the offsets +03:00 and +02:00: write the time with its offset, such as +02:00`},
		{"and as now", "now = 2026-10-25T01:30:00\n" + opened + "[due]\nusual = 2026-06-07T16:30:00\n",
			`v.toml:1: now: 2026-10-25T01:30:00 occurs twice in Asia/Jerusalem, with the offsets +03:00 and +02:00: write the time with its offset, such as +02:00`},
		{"unknown targets, in every table", opened + `[due]
usuall = 2026-06-07T16:30:00
[state]
handlin = "met"
[paused]
fats = "user"
[former]
visits = ["met"]
[[owed]]
target = "plann"
at = 2026-06-07T16:30:00
`, `v.toml:9: due.usuall: no target or metric is named "usuall"; did you mean "usual"?
v.toml:11: state.handlin: no target or metric is named "handlin"; did you mean "handling"?
v.toml:13: paused.fats: no target or metric is named "fats"; did you mean "fast"?
v.toml:15: former.visits: no target or metric is named "visits"; did you mean "visit"?
v.toml:17: owed[1].target: no target or metric is named "plann"; did you mean "plan"?`},
		{"unknown states", opened + "[state]\nusual = \"runing\"\n[former]\nusual = [\"breeched\"]\n",
			`v.toml:9: state.usual: "runing" is not a state; did you mean "running"?
v.toml:11: former.usual: "breeched" is not a state; did you mean "breached"?`},
		{"a reason for which it does not pause", opened + "[paused]\nusual = [\"usr\", \"part\"]\nfast = []\n",
			`v.toml:9: paused.usual: usual does not pause for "usr"; did you mean "user"?
v.toml:10: paused.fast: say for which reason it is paused`},
		{"roles and actions", opened + "[[owed]]\ntarget = \"usual\"\nto = \"bos\"\ndo = \"wach\"\n",
			`v.toml:8: owed[1].at: missing; say when it fell due
v.toml:10: owed[1].to: no role is named "bos" in the policy; did you mean "boss"?
v.toml:11: owed[1].do: "wach" is not known; did you mean "watch"?`},
		{"an instant without now, and one that expects nothing", opened + "[[expect]]\nowed = []\n[[expect]]\nnow = 2026-06-07T10:00:00\n",
			`v.toml:8: expect[1].now: missing; say as of when, with now = 2026-06-07T10:00:00
v.toml:10: expect[2]: it expects nothing; write [expect.due] with transfer = 2026-06-07T10:20:00`},
		{"a now that nothing follows", "now = 2026-06-07T10:00:00\n" + opened + "[[expect]]\nnow = 2026-06-07T11:00:00\nowed = []\n",
			`v.toml:1: now: nothing is expected then; write [due] below it, or write it in an [[expect]]`},
		{"unknown keys and attributes, types", "unreviewed = \"yes\"\n" + strings.Replace(opened, "fault\" }", "flaut\" }", 1) + "[duee]\nusual = 2026-06-07T16:30:00\n",
			`v.toml:1: unreviewed: is a string; write true or false, without quotes
v.toml:7: events[1].with.class: class has no value "flaut" in [attributes]; did you mean "fault"?
v.toml:9: duee: unknown key; did you mean "due"?`},
		{"no TOML", "title = \n", "v.toml:1: "},
	}
	p := parse(t, town)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := checkVector(p, p, []byte(tt.vector), "v.toml")
			if v.Err == nil || v.Err.Error() != tt.want && (tt.name != "no TOML" || !strings.HasPrefix(v.Err.Error(), tt.want)) {
				t.Errorf("got\n%v\nwant\n%s", v.Err, tt.want)
			}
		})
	}
}

// What a vector that fails prints: got beside want, and why.
func TestFailingVectors(t *testing.T) {
	const why = `
    usual is running
    - counted from opened, Sun 2026-06-07 09:00
    - Sun 2026-06-07 09:00 is not after the cut-off at 10:00, by the minute
    - the same working day at closing`
	tests := []struct{ name, vector, want string }{
		{"another due time", opened + "[due]\nhandling = 2026-06-07T12:00:00\n",
			`v.toml:9: due.handling: got Sun 2026-06-07 16:30, want Sun 2026-06-07 12:00, as of Sun 2026-06-07 09:00` + why},
		{"by a nanosecond", opened + "[due]\nusual = 2026-06-07T16:30:00.000000001\n",
			`v.toml:9: due.usual: got Sun 2026-06-07 16:30, want Sun 2026-06-07 16:30:00.000000001, as of Sun 2026-06-07 09:00` + why},
		{"no clock of the target", opened + "[due]\nfast = 2026-06-07T12:00:00\n",
			`v.toml:9: due.fast: got no clock, want Sun 2026-06-07 12:00, as of Sun 2026-06-07 09:00
    usual is running`},
		{"no clock at all", strings.Replace(opened, "opened", "sang", 1) + "[state]\nusual = \"running\"\n",
			`v.toml:9: state.usual: got none, want running, as of Sun 2026-06-07 09:00
    no clock has begun`},
		{"another state at another time", opened + "[[expect]]\nnow = 2026-06-07T16:30:00.000000001\n[expect.state]\nhandling = \"running\"\n",
			`v.toml:11: expect[1].state.handling: got breached, want running, as of Sun 2026-06-07 16:30:00.000000001` + strings.Replace(why, "running", "breached", 1)},
		{"nothing was corrected", opened + "[former]\nusual = [\"breached\", \"met\"]\n",
			`v.toml:9: former.usual: got nothing, want breached and met, as of Sun 2026-06-07 09:00` + why},
		{"not paused", opened + "[paused]\nusual = \"user\"\n",
			`v.toml:9: paused.usual: got running, want paused for user, as of Sun 2026-06-07 09:00` + why},
		{"paused for less", opened + paused + "[paused]\nusual = [\"user\", \"part\"]\n",
			`v.toml:14: paused.usual: got not paused for "user", want paused for user and part, as of Sun 2026-06-07 10:00` + whyPaused},
		{"paused for another reason", opened + paused + strings.Replace(paused, "part", "user", 1) + "[paused]\nusual = \"user\"\n",
			`v.toml:19: paused.usual: got paused for another reason as well, want paused for user, as of Sun 2026-06-07 10:00` + whyPaused},
		{"nothing was owed", opened + "[[expect]]\nnow = 2026-06-08T08:30:00\nowed = []\n",
			`v.toml:10: expect[1].owed: other escalations are owed, as of Mon 2026-06-08 08:30; got
    usual: Mon 2026-06-08 08:30, to boss, take-over
  want
    nothing`},
		{"something was owed", opened + "[[owed]]\ntarget = \"handling\"\nat = 2026-06-08T08:30:00\nreason = \"the mayor\"\n",
			`v.toml:8: owed: other escalations are owed, as of Sun 2026-06-07 09:00; got
    nothing
  want
    handling: Mon 2026-06-08 08:30 (the mayor)`},
	}
	p := parse(t, town)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := checkVector(p, p, []byte(tt.vector), "v.toml")
			if v.Err == nil || v.Err.Error() != tt.want {
				t.Errorf("got\n%v\nwant\n%s", v.Err, tt.want)
			}
		})
	}
}

const paused = `[[events]]
is = "paused"
at = 2026-06-07T10:00:00
reason = "part"

`

const whyPaused = `
    usual is paused
    - counted from opened, Sun 2026-06-07 09:00
    - Sun 2026-06-07 09:00 is not after the cut-off at 10:00, by the minute
    - the same working day at closing`

// Times that look the same on the clock are told apart by their offsets.
func TestRepeatedHourIsShownWithOffsets(t *testing.T) {
	p := parse(t, town)
	v := checkVector(p, p, []byte(`title = "the second half past one"
[[events]]
is = "appointed"
at = 2026-10-24T02:00:00
appointment = 2026-10-25T01:30:00+03:00
with = { class = "visit" }
[due]
visit = 2026-10-25T01:30:00+02:00
`), "v.toml")
	const want = "v.toml:8: due.visit: got Sun 2026-10-25 01:30+03:00, want Sun 2026-10-25 01:30+02:00, as of Sat 2026-10-24 02:00\n"
	if v.Err == nil || !strings.HasPrefix(v.Err.Error(), want) {
		t.Errorf("got\n%v\nwant\n%s", v.Err, want)
	}
}

// Every key of the format, in a vector that passes.
func TestSoundVectors(t *testing.T) {
	const all = `title = "all that can be expected"
source = "A-6"
owed = [{ target = "handling", at = 2026-06-08T08:30:00, to = "boss", do = "take-over" }]
now = 2026-06-08T08:30:00

[[events]]
is = "opened"
at = 2026-06-07T09:00:00
with = { class = "fault" }

[[events]]
is = "diagnosed"
at = 2026-06-07T10:00:00
correction = true
recorded = 2026-06-08T09:00:00

[due]
usual = 2026-06-07T16:30:00
handling = 2026-06-07T16:30:00+03:00

[state]
usual = "breached"
plan = "none"
fast = "none"

[former]
usual = []

[[expect]]
now = 2026-06-08T09:00:00
owed = []
state = { handling = "met" }
former = { handling = "breached" }
`
	early := `title = "before the minimum"
events = [
    { is = "opened", at = 2026-06-07T09:00:00, with = { class = "project" } },
    { is = "planned", at = 2026-06-07T09:59:59 },
]
state = { plan = "met early" }
`
	p := parse(t, town)
	r := Inspect(p, fstest.MapFS{"all.toml": {Data: []byte(all)}, "b/early.toml": {Data: []byte(early)}}, june)
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	if v := r.Vectors[0]; v.Name != "all.toml" || v.Title != "all that can be expected" || len(v.Source) != 1 || v.Unreviewed {
		t.Errorf("got %+v", v)
	}
	if len(r.Vectors) != 2 || r.Vectors[1].Name != "b/early.toml" {
		t.Errorf("got %+v", r.Vectors)
	}
}

// A pause that was recorded late is a pause all the same.
func TestPauseRecordedLate(t *testing.T) {
	p := parse(t, town)
	v := checkVector(p, p, []byte(opened+`[[events]]
is = "paused"
at = 2026-06-07T10:00:00
reason = "user"
recorded = 2026-06-07T12:00:00
correction = true

[[events]]
is = "noted"
at = 2026-06-07T15:00:00
recorded = 2026-06-07T12:30:00

[paused]
usual = "user"

[[expect]]
now = 2026-06-07T13:00:00
paused = { usual = "user" }

[[expect]]
now = 2026-06-07T11:00:00
state = { usual = "running" }
`), "v.toml")
	if v.Err != nil {
		t.Error(v.Err)
	}
}

// Whatever a file holds, its mistakes and failures come back with its name.
func FuzzVector(f *testing.F) {
	f.Add([]byte(opened + "[due]\nusual = 2026-06-07T16:30:00\n"))
	f.Add([]byte(opened + paused + "[paused]\nusual = [\"part\", \"user\"]\n"))
	f.Add([]byte(opened + "[[expect]]\nnow = 2026-06-08T08:30:00\nowed = []\nformer = { fast = [\"met\"] }\n"))
	f.Add([]byte("title = \"\"\n[[owed]]\ntarget = 1\n"))
	p := parse(f, town)
	f.Fuzz(func(t *testing.T, data []byte) {
		err := checkVector(p, p, data, "v.toml").Err
		joined, ok := err.(interface{ Unwrap() []error })
		if err == nil {
			return
		}
		if !ok {
			t.Fatalf("%T: %v", err, err)
		}
		for _, err := range joined.Unwrap() {
			if mistake, ok := err.(*townclerk.FileError); !ok || mistake.File != "v.toml" {
				t.Errorf("%T: %v", err, err)
			}
		}
	})
}

// An engine that is wrong by a minute is found by a vector.
func TestVectorsJudgeTheEngine(t *testing.T) {
	p := parse(t, town)
	wrong := spoiled{p, func(a *sla.Assessment, _ time.Time) {
		for i := range a.Clocks {
			a.Clocks[i].Due = a.Clocks[i].Due.Add(time.Minute)
		}
	}}
	v := checkVector(p, wrong, []byte(opened+"[due]\nusual = 2026-06-07T16:30:00\n"), "v.toml")
	if v.Err == nil || !strings.HasPrefix(v.Err.Error(), "v.toml:9: due.usual: got Sun 2026-06-07 16:31, want Sun 2026-06-07 16:30,") {
		t.Errorf("got %v", v.Err)
	}
}
