package slatest

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// record puts what is recorded of the policy into the folder, as a command does.
func record(t *testing.T, p *sla.Policy, folder fstest.MapFS) *Recording {
	t.Helper()
	r, err := Record(p, folder, Config{})
	require.NoError(t, err)
	for _, f := range r.Write {
		folder[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return r
}

func examples(t *testing.T) map[string]*sla.Policy {
	t.Helper()
	all := map[string]*sla.Policy{"town": parse(t, town)}
	const root = "../../examples/policies"
	names, err := fs.Glob(os.DirFS(root), "*/sla.toml")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		data, err := os.ReadFile(path.Join(root, name))
		require.NoError(t, err)
		all[path.Dir(name)] = parse(t, string(data))
	}
	return all
}

// What is recorded of a policy passes on it, is marked, and is few enough to be
// read; recorded again it is the same.
func TestRecordedVectorsPass(t *testing.T) {
	for name, p := range examples(t) {
		folder := fstest.MapFS{}
		r := record(t, p, folder)
		require.Empty(t, r.Skipped, name)
		for i, f := range r.Write {
			v := checkVector(p, p, f.Data, f.Name)
			if v.Err != nil || !v.Unreviewed || !f.New {
				t.Errorf("%s: %s: unreviewed %v, new %v, %v", name, f.Name, v.Unreviewed, f.New, v.Err)
			}
			if i > 0 && strings.EqualFold(f.Name, r.Write[i-1].Name) {
				t.Errorf("%s: two files are named %s", name, f.Name)
			}
		}
		targets := len(p.Targets())
		if n := len(r.Write); n < 3*targets || n > 16*targets {
			t.Errorf("%s: %d vectors of %d targets", name, n, targets)
		}
		again := record(t, p, folder)
		if len(again.Write)+len(again.Kept)+len(again.Stale) > 0 || len(again.Same) != len(r.Write) {
			t.Errorf("%s: recorded again: %d to write, %d the same, kept %v, stale %v", name, len(again.Write), len(again.Same), again.Kept, again.Stale)
		}
	}
}

// Zones that change their clocks at midnight, by half an hour, or never, and one
// whose offset once had seconds.
func TestRecordedVectorsPassInAwkwardZones(t *testing.T) {
	for _, zone := range []string{"America/Santiago", "Atlantic/Azores", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"} {
		p := parse(t, strings.Replace(town, "Asia/Jerusalem", zone, 1))
		for _, f := range record(t, p, fstest.MapFS{}).Write {
			require.NoError(t, checkVector(p, p, f.Data, f.Name).Err, "%s: %s", zone, f.Data)
		}
	}
	old := strings.ReplaceAll(strings.Replace(town, "Asia/Jerusalem", "Africa/Monrovia", 1), "week = {", "cover = { from = 1930, to = 1930 }\nweek = {")
	p := parse(t, old)
	r, err := Record(p, nil, Config{From: time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	require.NotEmpty(t, r.Write)
	for _, f := range r.Write {
		require.NoError(t, checkVector(p, p, f.Data, f.Name).Err, string(f.Data))
	}
}

// desk has one target, on hours with a break, a short day and a holiday.
const desk = `format = 1
name = "a desk"
zone = "Europe/Warsaw"

[attributes]
class = ["fault"]

[calendars.desk]
week = { mon-thu = ["08:00-12:00", "13:00-16:00"], fri = "08:00-12:00" }
holidays = "local"
cover = { from = 2026, to = 2026 }

[[holidays.local]]
name = "Corpus Christi"
easter = "western"
offset = 60

[[targets]]
id = "handling"
metric = "handling"
kind = "commitment"
title = {}
source = "1"
match = { class = "fault" }
start = "opened"
meets = "closed"
calendar = "desk"
due.cutoffs = [ { until = "10:00", days = 0, at = "close" }, { days = 1, at = "14:00" } ]
`

// One vector of each kind of edge, on both sides where the due time leaps.
func TestRecordedEdges(t *testing.T) {
	tests := []struct{ name, at, due string }{
		{"at-00-00-before", "2026-07-06T23:59:59", "2026-07-07T14:00:00"},
		{"at-00-00", "2026-07-07T00:00:00", "2026-07-07T16:00:00"},
		{"opening", "2026-07-07T08:00:00", "2026-07-07T16:00:00"},
		{"at-10-00", "2026-07-07T10:00:00", "2026-07-07T16:00:00"},
		{"at-10-00-after", "2026-07-07T10:00:01", "2026-07-08T14:00:00"},
		{"break", "2026-07-07T12:00:00", "2026-07-08T14:00:00"},
		{"closing", "2026-07-07T16:00:00", "2026-07-08T14:00:00"},
		{"closed-day", "2026-07-04T12:00:00", "2026-07-06T16:00:00"},         // Saturday
		{"before-short-day", "2026-07-02T15:59:59", "2026-07-03T12:00:00"},   // Thursday
		{"short-day", "2026-07-03T12:00:00", "2026-07-06T14:00:00"},          // Friday
		{"before-holiday", "2026-06-03T15:59:59", "2026-06-05T12:00:00"},     // Wednesday
		{"holiday", "2026-06-04T12:00:00", "2026-06-05T12:00:00"},            // Thursday
		{"clock-goes-forward", "2026-03-27T11:59:59", "2026-03-30T14:00:00"}, // Friday
		{"clock-goes-back", "2026-10-23T11:59:59", "2026-10-26T14:00:00"},    // Friday
	}
	r, err := Record(parse(t, desk), nil, Config{})
	require.NoError(t, err)
	var names []string
	for _, f := range r.Write {
		names = append(names, strings.TrimSuffix(path.Base(f.Name), ".toml"))
	}
	for _, tt := range tests {
		n := slices.Index(names, tt.name)
		require.GreaterOrEqual(t, n, 0, "%s is not among %v", tt.name, names)
		text := string(r.Write[n].Data)
		for _, want := range []string{"\nat = " + tt.at + " #", "\nhandling = " + tt.due + "\n", "\nnow = " + tt.due + "\n"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", tt.name, want, text)
			}
		}
	}
	if len(names) != len(tests) {
		t.Errorf("recorded are %v", names)
	}
}

// A file as a person gets it to review.
func TestRecordedFile(t *testing.T) {
	r, err := Record(parse(t, desk), nil, Config{})
	require.NoError(t, err)
	n := slices.IndexFunc(r.Write, func(f File) bool { return f.Name == "handling/holiday.toml" })
	const want = `# Recorded from what the policy says now. Check it with the document in hand,
# whether the days between are closed, and whether they count.
# If the times below are right, delete the line unreviewed = true; if not, mend the
# policy. A file without that line, or changed in any way, is left as it is.
#
# What the program says of handling:
# - counted from opened, Thu 2026-06-04 12:00
# - desk is closed on 2026-06-04 (Corpus Christi); counted from Fri 2026-06-05 00:00
# - Fri 2026-06-05 00:00 is not after the cut-off at 10:00
# - the same working day at closing
# recorded as `
	text := string(r.Write[n].Data)
	head, rest, _ := strings.Cut(text[min(len(want), len(text)):], "\n")
	require.Equal(t, want, text[:min(len(want), len(text))])
	require.Len(t, head, 16)
	require.Equal(t, `
title = "handling: opened at noon, while desk is closed (Corpus Christi)"
source = ["1"]
unreviewed = true

[[events]]
is = "opened"
at = 2026-06-04T12:00:00 # Thursday
with = { class = "fault" }

[due]
handling = 2026-06-05T12:00:00

[[expect]]
now = 2026-06-05T12:00:00
[expect.state]
handling = "running"

[[expect]]
now = 2026-06-05T12:00:01
[expect.state]
handling = "breached"
`, rest)
}

// A policy that differs by one number fails what was recorded of the former, with
// the explanation beside the expectation.
func TestRecordedVectorsFailAfterAChange(t *testing.T) {
	folder := fstest.MapFS{}
	record(t, parse(t, desk), folder)
	changed := parse(t, strings.Replace(desk, `at = "14:00"`, `at = "15:00"`, 1))
	r := Inspect(changed, folder, june)
	failed := map[string]string{}
	for _, v := range r.Vectors {
		if v.Err != nil {
			failed[v.Name] = v.Err.Error()
		}
	}
	require.Len(t, failed, 7, "those after the cut-off, but for one that is due on a short day")
	const want = `handling/closing.toml:22: due.handling: got Wed 2026-07-08 15:00, want Wed 2026-07-08 14:00, as of Tue 2026-07-07 16:00
    handling is running
    - counted from opened, Tue 2026-07-07 16:00
    - Tue 2026-07-07 16:00 is too late for the cut-off at 10:00
    - the next working day at 15:00
`
	if got := failed["handling/closing.toml"]; !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What a person did to a recorded file stays; what nobody touched follows the
// policy; what the policy has no more is named.
func TestReviewedFilesStay(t *testing.T) {
	folder := fstest.MapFS{}
	first := record(t, parse(t, desk), folder)
	edit := func(name string, f func(string) string) string {
		text := f(string(folder[name].Data))
		require.NotEqual(t, string(folder[name].Data), text)
		folder[name] = &fstest.MapFile{Data: []byte(text)}
		return text
	}
	reviewed := edit("handling/closing.toml", func(s string) string { return strings.Replace(s, "unreviewed = true\n", "", 1) })
	corrected := edit("handling/break.toml", func(s string) string { return strings.Replace(s, "T14:00:00", "T13:00:00", 1) })
	edit("handling/short-day.toml", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }) // checked out on Windows
	folder["handling/mine.toml"] = &fstest.MapFile{Data: []byte("title = \"by hand\"\n")}
	folder["README.md"] = &fstest.MapFile{Data: []byte("not a vector")}

	again := record(t, parse(t, desk), folder)
	require.Empty(t, again.Write)
	require.Len(t, again.Same, len(first.Write)-2)

	changed := record(t, parse(t, strings.NewReplacer(`at = "14:00"`, `at = "15:00"`, `offset = 60`, `offset = 66`).Replace(desk)), folder)
	require.Equal(t, []string{"handling/break.toml", "handling/closing.toml", "handling/mine.toml"}, changed.Kept)
	require.Equal(t, reviewed, string(folder["handling/closing.toml"].Data))
	require.Equal(t, corrected, string(folder["handling/break.toml"].Data))
	require.NotEmpty(t, changed.Write)
	for _, f := range changed.Write {
		require.False(t, f.New, f.Name)
		require.NotContains(t, string(f.Data), "T14:00:00")
	}

	// Another target's name: all that was recorded of the old one is stale.
	other := record(t, parse(t, strings.Replace(desk, `id = "handling"`, `id = "repair"`, 1)), folder)
	require.Len(t, other.Stale, len(first.Write)-2)
	require.Len(t, other.Kept, 3)
	require.NotContains(t, other.Stale, "handling/closing.toml")
}

// A target of which nothing can be recorded is named, the others are recorded.
func TestSkippedTargets(t *testing.T) {
	p := parse(t, strings.Replace(town, `match = { class = "visit" }`, `match = { class = "account", priority = "low" }`, 1))
	r, err := Record(p, nil, Config{})
	require.NoError(t, err)
	require.Equal(t, []string{"visit: no combination of attribute values that was tried leads to it"}, r.Skipped)
	require.NotEmpty(t, r.Write)

	days := func(n string) *sla.Policy {
		at := strings.Index(desk, "due.cutoffs")
		return parse(t, desk[:at]+"due = { days = "+n+", at = \"close\" }\n")
	}
	r, err = Record(days("400"), nil, Config{})
	require.NoError(t, err)
	require.Len(t, r.Skipped, 1)
	require.Contains(t, r.Skipped[0], "handling: no start can be judged: ")

	r, err = Record(days("190"), nil, Config{}) // from July that leads beyond the cover, from March not
	require.NoError(t, err)
	require.Empty(t, r.Skipped)
	require.Len(t, r.Write, 1, "vectors")
	require.Equal(t, "handling/clock-goes-forward.toml", r.Write[0].Name)
}

// Values may be any text, and ids any without control characters; the files are still sound, and in folders of
// their own.
func TestRecordedNames(t *testing.T) {
	const odd = "../Größe \\\"1\\\"?/CON"
	text := strings.ReplaceAll(desk, `id = "handling"`, `id = "`+odd+`"`)
	second := text[strings.Index(text, "[[targets]]"):]
	second = strings.NewReplacer(odd, `...größe ‘1’./con`, `metric = "handling"`, `metric = "other"`).Replace(second)
	p := parse(t, strings.ReplaceAll(text+second, `"fault"`, `"a \"fault\"\\\u0001"`))
	r, err := Record(p, nil, Config{})
	require.NoError(t, err)
	folders := map[string]bool{}
	for _, f := range r.Write {
		require.True(t, fs.ValidPath(f.Name), f.Name)
		require.Equal(t, 1, strings.Count(f.Name, "/"), f.Name)
		folders[path.Dir(f.Name)] = true
		require.NoError(t, checkVector(p, p, f.Data, f.Name).Err, string(f.Data))
	}
	require.Equal(t, map[string]bool{"---Größe--1---CON": true, "---größe--1---con-2": true}, folders)
}

// A long list of unreviewed files is one of folders.
func TestUnreviewedByFolder(t *testing.T) {
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprintf("vectors/recorded/t%d/a.toml", i), fmt.Sprintf("vectors/recorded/t%d/b.toml", i))
	}
	tests := []struct {
		names []string
		want  string
	}{
		{names[:2], "vectors/recorded/t0/a.toml, vectors/recorded/t0/b.toml"},
		{names[:12], "vectors/recorded/t0/… (2), vectors/recorded/t1/… (2), vectors/recorded/t2/… (2), vectors/recorded/t3/… (2), vectors/recorded/t4/… (2), vectors/recorded/t5/… (2)"},
		{names, "vectors/recorded/… (24)"},
		{append([]string{"x.toml"}, names...), "… (1), vectors/recorded/… (24)"},
	}
	for _, tt := range tests {
		var r Report
		for _, name := range tt.names {
			r.Vectors = append(r.Vectors, Vector{Name: name, Unreviewed: true})
		}
		if got := strings.Join(r.UnreviewedByFolder(), ", "); got != tt.want {
			t.Errorf("%d names: %s, want %s", len(tt.names), got, tt.want)
		}
	}
}
