package incidentlog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// read returns the timelines as lines of text, and all errors and notes.
func read(t *testing.T, log string, m *Mapping) (timelines []string, notes []Note, wrong error) {
	t.Helper()
	for tl, err := range Read(strings.NewReader(log), "log.csv", m, zone(t, "Europe/Warsaw"), func(n Note) { notes = append(notes, n) }) {
		wrong = errors.Join(wrong, err)
		if err == nil {
			timelines = append(timelines, show(tl))
			require.NoError(t, sla.WriteTimeline(io.Discard, tl), "it can be")
		}
	}
	return timelines, notes, wrong
}

func show(tl sla.Timeline) string {
	text := tl.ID + "\n"
	for _, e := range tl.Events {
		text += "  " + e.At.Format("01-02 15:04 -07 ") + e.Kind
		if e.Correction {
			text += e.Recorded.Format(" (recorded 15:04)")
		}
		if e.Reason != "" {
			text += " " + e.Reason
		}
		if e.Attributes != nil {
			text += " " + strings.TrimPrefix(fmt.Sprint(e.Attributes), "map")
		}
		text += "\n"
	}
	return text
}

func TestReadServiceNow(t *testing.T) {
	log, err := os.ReadFile("testdata/sample.csv")
	require.NoError(t, err)
	timelines, notes, wrong := read(t, "\ufeff"+string(log), ServiceNow())
	require.NoError(t, wrong)
	require.Equal(t, []string{`T1
  03-02 09:00 +01 opened [category:Printing impact:medium priority:low urgency:low]
  03-02 09:30 +01 changed [priority:high]
  03-02 09:30 +01 assigned
  03-02 09:30 +01 started
  03-02 10:00 +01 paused awaiting-user
  03-02 11:00 +01 resumed awaiting-user
  03-02 11:00 +01 paused awaiting-vendor
  03-02 15:00 +01 resumed awaiting-vendor
  03-02 15:00 +01 resolved
  03-03 08:00 +01 reopened
  03-03 08:00 +01 paused awaiting-user
  03-04 08:00 +01 resumed awaiting-user
  03-04 08:00 +01 resolved
  03-09 16:00 +01 closed
`, `T2
  03-29 03:00 +02 opened [category:Network impact:high priority:critical urgency:high]
  03-29 04:00 +02 started
  03-29 05:00 +02 resolved
`, `T3
  10-25 02:30 +02 opened [category:Network impact:high priority:critical urgency:high]
`, `T4
  03-02 09:48 +01 opened [category:Network impact:low priority:moderate urgency:low]
  03-02 11:10 +01 started
  03-02 09:52 +01 assigned (recorded 11:10)
  03-02 11:03 +01 resolved (recorded 11:10)
  03-07 12:00 +01 closed
`}, timelines)
	require.Equal(t, []Note{
		{8, "T1", Disagreement, "resolved_at says 02-03-2026 15:00, the update 2026-03-04T08:00:00+01:00"},
		{10, "T2", Skipped, "29-03-2026 02:30 in Europe/Warsaw: 2026-03-29T03:00:00+02:00"},
		{10, "T2", Late, "its first line is update 2"},
		{11, "T2", OutOfOrder, "2026-03-29T04:00:00+02:00 stands after 2026-03-29T05:00:00+02:00"},
		{12, "T3", Repeated, "25-10-2026 02:30 in Europe/Warsaw: 2026-10-25T02:30:00+02:00"},
		{12, "T3", BeforeOpened, "2026-10-25T01:59:00+02:00, opened 2026-10-25T02:30:00+02:00"},
		{13, "T3", OtherOpening, "2026-10-25T02:45:00+02:00 instead of 2026-10-25T02:30:00+02:00"},
		{14, "T4", Late, "its first line is update 1"},
		{15, "T4", Contradicts, "2026-03-02T09:52:00+01:00 stands after 2026-03-02T11:10:00+01:00"},
	}, notes)
}

// small is a mapping with as little as there can be.
const small = `name = "small"
number = "id"
opened = "opened"
updated = "at"
state = "state"
times = "YYYY-MM-DD hh:mm:ss"
attributes = { class = "class" }
values.class = { "Incident" = "incident" }
[states]
"open" = {}
"done" = { event = "closed", ends = true }
`

// A ticket with a mistake is left out, with the line and the cure; the others are read.
func TestReadMistakes(t *testing.T) {
	m, err := ParseMapping([]byte(small), "small.toml")
	require.NoError(t, err)
	const head = "id,state,opened,at,class\n"
	const good = "A,open,2026-03-02 09:00:00,2026-03-02 09:00:00,Incident\n"
	const last = "Z,done,2026-03-02 09:00:00,2026-03-02 10:00:00,Incident\n"
	for _, tt := range []struct{ name, lines, want string }{
		{"an unknown state", "B,opne,2026-03-02 09:00:00,2026-03-02 09:00:00,\n", `log.csv:3: state: "opne" is no state that the mapping small knows`},
		{"a time written otherwise", "B,open,02-03-2026 09:00,2026-03-02 09:00:00,\n", `log.csv:3: opened: "02-03-2026 09:00" is not a time that is written as YYYY-MM-DD hh:mm:ss`},
		{"no time", "B,open,2026-03-02 09:00:00,,\n", `log.csv:3: at: "" is not a time that is written as YYYY-MM-DD hh:mm:ss`},
		{"a value without a name", "B,open,2026-03-02 09:00:00,2026-03-02 09:00:00,Request\n", `log.csv:3: class: the mapping small does not say what "Request" is called; add it to [values.class]`},
		{"two lines of one ticket", "B,x,2026-03-02 09:00:00,2026-03-02 09:00:00,\nB,y,2026-03-02 09:00:00,2026-03-02 09:00:00,\n", "log.csv:3: state: \"x\" is no state that the mapping small knows\nlog.csv:4: state: \"y\" is no state that the mapping small knows"},
		{"too few columns", "B,open\n", `log.csv:3: it has 2 columns, and the first line names 5`},
		{"no ticket", ",open,2026-03-02 09:00:00,2026-03-02 09:00:00,\n", `log.csv:3: id: it does not say which ticket it is about`},
		{"a stray quote", "B\"b,open,2026-03-02 09:00:00,2026-03-02 09:00:00,\n", `log.csv:3: the line is no CSV: bare " in non-quoted-field`},
		{"a ticket in two places", "B,open,2026-03-02 09:00:00,2026-03-02 09:00:00,\n" + good, `log.csv:4: id: A stood at line 2 already; sort the log, so that the lines of a ticket stand together`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timelines, _, wrong := read(t, head+good+tt.lines+last, m)
			require.EqualError(t, wrong, tt.want)
			require.True(t, strings.HasPrefix(timelines[0], "A\n"), timelines)
			require.Equal(t, "Z\n  03-02 09:00 +01 opened [class:incident]\n  03-02 10:00 +01 closed\n", timelines[len(timelines)-1])
			var e *townclerk.FileError
			require.ErrorAs(t, wrong, &e)
		})
	}
	for _, tt := range []struct{ name, log, want string }{
		{"no columns", "", "log.csv: the file is empty; its first line names the columns"},
		{"columns that are missing", "id,stat,opened\n", "log.csv:1: no column is named \"at\", which the mapping small needs; there are id, stat, opened\n" +
			"log.csv:1: no column is named \"class\", which the mapping small needs; there are id, stat, opened\n" +
			"log.csv:1: no column is named \"state\", which the mapping small needs; there are id, stat, opened"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timelines, _, wrong := read(t, tt.log, m)
			require.EqualError(t, wrong, tt.want)
			require.Empty(t, timelines)
		})
	}
}

func TestReadEndsWhenReadingFails(t *testing.T) {
	m, err := ParseMapping([]byte(small), "small.toml")
	require.NoError(t, err)
	gone := errors.New("the disk is gone")
	log := io.MultiReader(strings.NewReader("id,state,opened,at,class\nA,open,2026-03-02 09:00:00,2026-03-02 09:00:00,\n"), iotest.ErrReader(gone))
	var got []error
	for _, err := range Read(log, "log.csv", m, time.UTC, nil) {
		got = append(got, err)
	}
	require.Len(t, got, 2)
	require.NoError(t, got[0])
	require.ErrorIs(t, got[1], gone)
}

func TestReadCanBeStopped(t *testing.T) {
	log, err := os.ReadFile("testdata/sample.csv")
	require.NoError(t, err)
	for tl := range Read(strings.NewReader(string(log)), "log.csv", ServiceNow(), time.UTC, nil) {
		require.Equal(t, "T1", tl.ID)
		break
	}
}

func TestParseMappingMistakes(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"an unknown key", small + "\n[state]\n\"x\" = {}", "m.toml:13: state: toml: incompatible types"},
		{"a key that is none", "nmae = \"x\"\n" + small, "m.toml:1: nmae: unknown key"},
		{"two keys that are none", "nmae = \"x\"\nzoen = \"x\"\n" + small, "m.toml:1: nmae: unknown key\nm.toml:2: zoen: unknown key"},
		{"almost all missing", `name = "x"`, `m.toml: number: it is missing; it is the column that names the ticket
m.toml: opened: it is missing; it is the column that says when it was opened
m.toml: updated: it is missing; it is the column that says when the line was written
m.toml: state: it is missing; it is the column of its state
m.toml: times: it is missing; it is how times are written, such as "YYYY-MM-DD hh:mm:ss"
m.toml: states: it is missing; say what each state means, as "Resolved" = { event = "resolved", ends = true }`},
		{"times without minutes", strings.Replace(small, " hh:mm:ss", " hh", 1), `m.toml: times: "YYYY-MM-DD hh" does not say a date and a time; write it as "DD-MM-YYYY hh:mm"`},
		{"a zone that is none", "zone = \"Lisbon\"\n" + small, `m.toml: zone: "Lisbon" is no time zone; write one such as "Europe/Lisbon"`},
		{"values of no attribute", strings.Replace(small, "values.class", "values.clas", 1), `m.toml: values.clas: [attributes] names no column for it`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseMapping([]byte(tt.text), "m.toml")
			if tt.name == "an unknown key" {
				require.ErrorContains(t, err, "m.toml:13: ") // go-toml's words, after our place
				return
			}
			require.EqualError(t, err, tt.want)
		})
	}
}

// Wherever a person would have to write the offset, a log is read by the rule for
// clock changes; everywhere else as a person is.
func TestInstantIsParseTimes(t *testing.T) {
	for _, name := range []string{"Europe/Warsaw", "Asia/Jerusalem", "America/Sao_Paulo", "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Apia", "UTC"} {
		loc := zone(t, name)
		found := map[NoteKind]int{}
		for wall := time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC); wall.Year() < 2013; wall = wall.Add(15 * time.Minute) {
			got, kind := instant(wall, loc)
			found[kind]++
			want, err := worktime.ParseTime(wall.Format("2006-01-02T15:04:05"), loc)
			if (err != nil) != (kind != "") {
				t.Fatalf("%s %s: %q, but ParseTime says %v", name, wall, kind, err)
			}
			switch shown := got.Format("2006-01-02 15:04"); {
			case kind == "" && !got.Equal(want):
				t.Fatalf("%s %s: %s, want %s", name, wall, got, want)
			case kind == Repeated && shown != wall.Format("2006-01-02 15:04"):
				t.Fatalf("%s %s: %s shows another time", name, wall, got)
			case kind == Repeated && got.Add(-3*time.Hour).Format("2006-01-02 15:04") == shown:
				t.Fatalf("%s %s: %s is not the first", name, wall, got)
			case kind == Skipped && (shown < wall.Format("2006-01-02 15:04") || got.Add(-time.Second).Format("2006-01-02 15:04:05") > wall.Format("2006-01-02 15:04:05")):
				t.Fatalf("%s %s: %s is not the instant of the change", name, wall, got)
			}
		}
		if name != "UTC" && (found[Skipped] == 0 || found[Repeated] == 0) {
			t.Errorf("%s: %v; the clock changes in these years", name, found)
		}
	}
}

// A real log is read whole: each ticket is a timeline that can be.
func TestReadRealLog(t *testing.T) {
	f, err := os.Open("../../../shared/data/incident_event_log.csv")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the log is not part of this project")
	}
	require.NoError(t, err)
	defer f.Close()
	kinds := map[string]int{}
	notes := map[NoteKind]int{}
	tickets := 0
	for tl, err := range Read(f, "incident_event_log.csv", ServiceNow(), zone(t, "America/Sao_Paulo"), func(n Note) { notes[n.Kind]++ }) {
		require.NoError(t, err)
		require.NoError(t, sla.WriteTimeline(io.Discard, tl))
		tickets++
		for _, e := range tl.Events {
			kinds[e.Kind]++
		}
	}
	// By counting transitions in the file with another program.
	require.Equal(t, 890, tickets)
	require.Equal(t, 890, kinds["opened"])
	require.Equal(t, 890, kinds["closed"])
	require.Equal(t, 11, kinds[sla.Reopened])
	require.Equal(t, 5, notes[BeforeOpened])
	require.Equal(t, 5, notes[Late])
	require.Equal(t, kinds[sla.Paused], kinds[sla.Resumed], "no ticket waits for ever")
}
