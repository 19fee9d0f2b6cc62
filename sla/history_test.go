package sla

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
)

const history1 = `{"id": "T-1", "note": "no printing", "events": [` +
	`{"kind": "opened", "at": "2026-06-07T09:00:00.000000001+03:00", "seq": 1, "attributes": {"class": "incident", "critical": true, "floor": 3}},` +
	`{"kind": "paused", "at": "2026-06-07T10:00:00+03:00", "seq": 2, "reason": "awaiting-user"},` +
	`{"kind": "approved", "at": "2026-06-07T11:00:00Z", "seq": 3, "role": "unit-manager",` +
	` "contract": [{"contract": "C-7", "metric": "vendor", "calendar": "elapsed", "within": "1h30m"}, {"contract": "C-7", "metric": "repair", "calendar": "desk", "days": 2, "at": "close"}]},` +
	`{"kind": "appointed", "at": "2026-06-07T11:00:00Z", "seq": 4, "appointment": "2026-06-09T11:00:00Z"},` +
	`{"seq": 5, "correction": true, "void": true, "corrects": 2, "recorded": "2026-06-07T12:00:00+03:00"}]}`

func readLines(text string) ([]Timeline, error) {
	var all []Timeline
	var wrong []error
	for tl, err := range ReadTimelines(strings.NewReader(text), "h.jsonl") {
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, tl.Clone())
	}
	return all, errors.Join(wrong...)
}

func TestReadTimelines(t *testing.T) {
	all, err := readLines("\ufeff" + history1 + "\r\n\n" + strings.Replace(history1, "T-1", `T-\u05d0`, 1))
	require.NoError(t, err)
	require.Len(t, all, 2)
	at := time.Date(2026, 6, 7, 9, 0, 0, 0, time.FixedZone("", 3*3600))
	want := Timeline{ID: "T-1", Note: "no printing", Events: []Event{
		{Kind: "opened", At: at.Add(1), Seq: 1, Attributes: map[string]string{"class": "incident", "critical": "true", "floor": "3"}},
		{Kind: Paused, At: at.Add(time.Hour), Seq: 2, Reason: "awaiting-user"},
		{Kind: Approved, At: at.Add(5 * time.Hour).UTC(), Seq: 3, Role: "unit-manager", Contract: []Terms{
			{Contract: "C-7", Metric: "vendor", Calendar: "elapsed", Within: 90 * time.Minute},
			{Contract: "C-7", Metric: "repair", Calendar: "desk", Days: 2, At: "close"},
		}},
		{Kind: Appointed, At: at.Add(5 * time.Hour).UTC(), Seq: 4, Appointment: at.Add(53 * time.Hour).UTC()},
		{Seq: 5, Correction: true, Void: true, Corrects: 2, Recorded: at.Add(3 * time.Hour)},
	}}
	sameTimeline(t, want, all[0])
	require.Equal(t, "T-א", all[1].ID)
}

// All mistakes of all lines come back, each with its line and place, and the
// timelines between them are read.
func TestReadTimelinesMistakes(t *testing.T) {
	const good = `{"id": "T", "events": [{"kind": "opened", "at": "2026-06-07T09:00:00Z"}]}`
	event := func(fields string) string {
		return `{"id": "T", "events": [{"kind": "opened", "at": "2026-06-07T09:00:00Z"}, {"at": "2026-06-07T10:00:00Z", ` + fields + `}]}`
	}
	for _, tt := range []struct{ name, line, want string }{
		{"an unknown key", event(`"kind": "x", "resaon": {"a": [1, "]"]}`), `h.jsonl:2: events[2].resaon: unknown key; did you mean "reason"?`},
		{"a key in capitals", event(`"Kind": "x"`), "h.jsonl:2: events[2].Kind: unknown key; did you mean \"kind\"?"},
		{"a key twice", event(`"kind": "x", "kind": "y"`), `h.jsonl:2: events[2].kind: it stands twice`},
		{"an attribute twice", event(`"kind": "x", "attributes": {"a": "b", "a": "c"}`), `h.jsonl:2: events[2].attributes.a: it stands twice`},
		{"an attribute that is a list", event(`"kind": "x", "attributes": {"a": ["b"]}`), `h.jsonl:2: events[2].attributes.a: expected a text, a number, true or false, found "[\"b\"]}}]}"`},
		{"an attribute that is null", event(`"kind": "x", "attributes": {"a": null}`), `h.jsonl:2: events[2].attributes.a: expected a text, a number, true or false, found "null}}]}"`},
		{"a time without an offset", `{"id": "T", "events": [{"kind": "x", "at": "2026-06-07T09:00:00"}]}`, `h.jsonl:2: events[1].at: "2026-06-07T09:00:00" is not a time with its offset; write it as 2026-06-07T10:00:01+03:00`},
		{"a date that does not exist", event(`"kind": "x", "recorded": "2026-02-29T09:00:00Z"`), `h.jsonl:2: events[2].recorded: "2026-02-29T09:00:00Z" is not a time with its offset; write it as 2026-06-07T10:00:01+03:00`},
		{"a number with a fraction", event(`"kind": "x", "seq": 1.5`), `h.jsonl:2: events[2].seq: "1.5" is not a whole number`},
		{"a number in quotes", event(`"kind": "x", "seq": "1"`), `h.jsonl:2: events[2].seq: expected a number, found "\"1\"}]}"`},
		{"a truth in quotes", event(`"kind": "x", "void": "no"`), `h.jsonl:2: events[2].void: expected true or false, found "\"no\"}]}"`},
		{"null", event(`"kind": "x", "void": null`), `h.jsonl:2: events[2].void: "null" is neither true nor false`},
		{"a duration in words", event(`"kind": "x", "contract": [{"contract": "C", "within": "4 hours"}]`), `h.jsonl:2: events[2].contract[1].within: "4 hours" is not a duration; write it as "1h30m"`},
		{"two mistakes", event(`"kind": "x", "seq": x, "recorded": ""`), "h.jsonl:2: events[2].seq: \"x\" is not a whole number\nh.jsonl:2: events[2].recorded: \"\" is not a time with its offset; write it as 2026-06-07T10:00:01+03:00"},
		{"no id", `{"events": [{"kind": "opened", "at": "2026-06-07T09:00:00Z"}]}`, `h.jsonl:2: it has no id; write "id": "T-1042"`},
		{"an edition that is none", `{"id": "T", "edition": -2, "events": [{"kind": "opened", "at": "2026-06-07T09:00:00Z"}]}`, `h.jsonl:2: -2 is no edition; write its number, from 1`},
		{"no events", `{"id": "T"}`, `h.jsonl:2: it has no events; write "events": [{"kind": "opened", "at": "2026-06-07T10:00:01+03:00"}]`},
		{"an event before the last", `{"id": "T", "events": [{"kind": "a", "at": "2026-06-07T09:00:00Z"}, {"kind": "b", "at": "2026-06-07T08:00:00Z"}]}`, `h.jsonl:2: events[2]: at 2026-06-07T08:00:00Z it precedes the event before it; only a correction may`},
		{"a pause without a reason", event(`"kind": "paused"`), `h.jsonl:2: events[2]: an event "paused" needs its reason`},
		{"an approval without a role", event(`"kind": "approved"`), `h.jsonl:2: events[2]: an event "approved" needs its role`},
		{"an appointment without its time", event(`"kind": "appointed"`), `h.jsonl:2: events[2]: an event "appointed" needs its appointment`},
		{"a correction in all but name", event(`"kind": "x", "corrects": 1`), `h.jsonl:2: events[2]: it corrects seq 1, which is not before it`},
		{"nothing struck out", event(`"void": true, "correction": true, "recorded": "2026-06-07T10:00:00Z"`), `h.jsonl:2: events[2]: it strikes out another event; say which with "corrects": its seq`},
		{"a line cut off", `{"id": "T", "events": [{"kind": "op`, `h.jsonl:2: events[1].kind: column 36: a text is not closed; the line ends here`},
		{"two on a line", good + " " + good, `h.jsonl:2: column 75: a timeline ends before this; the next one goes on a line of its own`},
		{"a comma too many", `{"id": "T",}`, `h.jsonl:2: column 12: expected a text in quotes, found "}"`},
		{"a list", `[` + good + `]`, `h.jsonl:2: column 1: expected an object in braces, found "[{\"id\": \"T"`},
		{"other text", `number,state`, `h.jsonl:2: column 1: expected an object in braces, found "number,sta"`},
		{"a control character", "{\"id\": \"T\x01\"}", `h.jsonl:2: id: column 10: a text cannot hold a control character; write it as \n, \t or \u0000`},
		{"bytes that are not UTF-8", "{\"id\": \"T\xff\", \"events\": []}", `h.jsonl:2: id: "T\xff" is not UTF-8`},
		{"a zero byte", "{\x00}", `h.jsonl:2: column 2: a zero byte is no JSON`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all, err := readLines(good + "\n" + tt.line + "\n" + good)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if len(all) != 2 {
				t.Errorf("%d timelines are read besides it, want 2", len(all))
			}
			var e *townclerk.FileError
			if !errors.As(err, &e) || e.Line != 2 || e.File != "h.jsonl" {
				t.Errorf("it is no FileError of line 2: %#v", e)
			}
		})
	}
}

func TestReadTimelinesTellsSomeOfVeryManyMistakes(t *testing.T) {
	_, err := readLines(`{"id": "T", ` + strings.Repeat(`"x": 1, `, 1000) + `"events": []}`)
	require.Equal(t, 21, strings.Count(err.Error(), "\n")+1)
	require.True(t, strings.HasSuffix(err.Error(), "h.jsonl:1: there are more mistakes in this line"))
}

// A line without end takes no more memory than the longest that there may be, and
// the lines behind it are read.
func TestReadTimelinesPassesOverAbsurdLines(t *testing.T) {
	const good = `{"id": "T", "events": [{"kind": "opened", "at": "2026-06-07T09:00:00Z"}]}` + "\n"
	endless := io.LimitReader(spaces{}, 5*longestLine)
	long := strings.Replace(good, " ", strings.Repeat(" ", 100_000), 1) // beyond the buffer, and fine
	var got []string
	for tl, err := range ReadTimelines(io.MultiReader(strings.NewReader(good), endless, strings.NewReader("\n"+long)), "h.jsonl") {
		got = append(got, fmt.Sprint(tl.ID, err))
	}
	require.Equal(t, []string{"T<nil>", "h.jsonl:2: the line is longer than 16 MiB; a timeline stands on a line of its own", "T<nil>"}, got)
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestReadTimelinesEndsWhenReadingFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	var got []error
	for _, err := range ReadTimelines(io.MultiReader(strings.NewReader(history1+"\n"), iotest.ErrReader(broken)), "h.jsonl") {
		got = append(got, err)
	}
	require.Len(t, got, 2)
	require.NoError(t, got[0])
	require.ErrorIs(t, got[1], broken)
	require.EqualError(t, got[1], "h.jsonl:2: the disk is gone")
}

// A loop that stops can be followed by another, which goes on.
func TestReadTimelinesCanBeStopped(t *testing.T) {
	sequence := ReadTimelines(strings.NewReader(history1+"\n"+strings.Replace(history1, "T-1", "T-2", 1)), "h.jsonl")
	for _, want := range []string{"T-1", "T-2"} {
		for tl, err := range sequence {
			require.NoError(t, err)
			require.Equal(t, want, tl.ID)
			break
		}
	}
}

// What is kept of a timeline without Clone changes; what was cloned does not.
func TestCloneSharesNothing(t *testing.T) {
	next, stop := iter.Pull2(ReadTimelines(strings.NewReader(history1+"\n"+
		`{"id": "T-2", "events": [{"kind": "x", "at": "2026-01-01T00:00:00Z", "attributes": {"a": "b"}, "contract": []}]}`), "h.jsonl"))
	defer stop()
	first, err, _ := next()
	require.NoError(t, err)
	clone := first.Clone()
	_, err, _ = next()
	require.NoError(t, err)
	require.Equal(t, "x", first.Events[0].Kind)
	require.Equal(t, "opened", clone.Events[0].Kind)
	require.Equal(t, map[string]string{"class": "incident", "critical": "true", "floor": "3"}, clone.Events[0].Attributes)
}

func TestWriteTimelineRefusesWhatCannotBeRead(t *testing.T) {
	at := time.Date(2026, 6, 7, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		tl   Timeline
		want string
	}{
		{"no id", Timeline{Events: []Event{{Kind: "x", At: at}}}, `timeline : it has no id; write "id": "T-1042"`},
		{"no events", Timeline{ID: "T"}, `timeline T: it has no events; write "events": [{"kind": "opened", "at": "2026-06-07T10:00:01+03:00"}]`},
		{"no kind", Timeline{ID: "T", Events: []Event{{At: at}}}, "timeline T: event 1 (seq 0): it has no kind"},
		{"a correction in all but name", Timeline{ID: "T", Events: []Event{{Kind: "x", At: at, Seq: 1}, {Kind: "x", At: at, Seq: 2, Corrects: 1}}}, `timeline T: event 2 (seq 2): what puts another event right is a correction; write "correction": true, and when it was recorded`},
		{"not UTF-8", Timeline{ID: "T", Events: []Event{{Kind: "\xff", At: at}}}, `timeline T: "\xff" is not UTF-8`},
		{"the year 10000", Timeline{ID: "T", Events: []Event{{Kind: "x", At: at.AddDate(8000, 0, 0)}}}, "timeline T: at: Time.MarshalText: year outside of range [0,9999]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var text bytes.Buffer
			require.EqualError(t, WriteTimeline(&text, tt.tl), tt.want)
			require.Empty(t, text.String(), "nothing is written")
		})
	}
}

// timelines are random, and such that they can be written.
func timelines() *rapid.Generator[Timeline] {
	word := rapid.StringN(1, 8, 20)
	return rapid.Custom(func(t *rapid.T) Timeline {
		zone := rapid.SampledFrom([]*time.Location{
			time.UTC, time.FixedZone("", 3*3600), time.FixedZone("", -(3*3600 + 1800)), time.FixedZone("LMT", 2*3600+20*60+54),
		}).Draw(t, "zone")
		now := time.Unix(rapid.Int64Range(-60e9, 250e9).Draw(t, "start"), 0).In(zone)
		later := func() time.Time {
			now = now.Add(time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "after")))
			return now
		}
		tl := Timeline{ID: word.Draw(t, "id"), Note: rapid.String().Draw(t, "note"), Edition: rapid.IntRange(0, 9).Draw(t, "edition")}
		for i := range rapid.IntRange(1, 5).Draw(t, "events") {
			e := Event{
				Kind: rapid.OneOf(rapid.SampledFrom([]string{"opened", Paused, Approved, Appointed}), word).Draw(t, "kind"),
				At:   later(), Seq: townclerk.Seq(i + 1), Reason: word.Draw(t, "reason"), Role: word.Draw(t, "role"),
				Attributes: rapid.MapOfN(word, rapid.String(), 1, 3).Draw(t, "attributes"),
			}
			if rapid.Bool().Draw(t, "plain") {
				e.Attributes = nil
			}
			if e.Kind == Appointed {
				e.Appointment = later()
			}
			if i > 0 && rapid.Bool().Draw(t, "correction") {
				e.Correction, e.Recorded, e.Corrects = true, later(), 1
				e.Void = rapid.Bool().Draw(t, "void")
			}
			for range rapid.IntRange(0, 2).Draw(t, "terms") {
				e.Contract = append(e.Contract, Terms{
					Contract: word.Draw(t, "contract"), Metric: word.Draw(t, "metric"), Calendar: word.Draw(t, "calendar"),
					Within: time.Duration(rapid.Int64().Draw(t, "within")), Days: rapid.Int().Draw(t, "days"), At: word.Draw(t, "terms at"),
				})
			}
			tl.Events = append(tl.Events, e)
		}
		return tl
	})
}

// sameTimeline compares timelines by their instants and offsets, not by what their zones are called.
func sameTimeline(t require.TestingT, want, got Timeline) {
	canonical := func(tl Timeline) Timeline {
		tl = tl.Clone()
		for i := range tl.Events {
			e := &tl.Events[i]
			for _, at := range []*time.Time{&e.At, &e.Recorded, &e.Appointment} {
				_, offset := at.Zone()
				if offset%60 != 0 {
					offset = 0
				}
				*at = at.In(time.FixedZone("", offset))
			}
		}
		return tl
	}
	require.Equal(t, canonical(want), canonical(got))
}

func TestWhatIsWrittenIsReadBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(timelines(), 1, 3).Draw(t, "timelines")
		var text bytes.Buffer
		for _, tl := range want {
			require.NoError(t, WriteTimeline(&text, tl))
		}
		got, err := readLines(text.String())
		require.NoError(t, err)
		require.Len(t, got, len(want))
		for i := range want {
			sameTimeline(t, want[i], got[i])
		}
	})
}

// timelineJSON is a line as encoding/json reads it.
type timelineJSON struct {
	ID      string      `json:"id"`
	Note    string      `json:"note"`
	Edition int         `json:"edition"`
	Events  []eventJSON `json:"events"`
}

type eventJSON struct {
	Kind        string         `json:"kind"`
	At          time.Time      `json:"at"`
	Recorded    time.Time      `json:"recorded"`
	Seq         townclerk.Seq  `json:"seq"`
	Attributes  map[string]any `json:"attributes"`
	Reason      string         `json:"reason"`
	Role        string         `json:"role"`
	Correction  bool           `json:"correction"`
	Void        bool           `json:"void"`
	Corrects    townclerk.Seq  `json:"corrects"`
	Appointment time.Time      `json:"appointment"`
	Contract    []struct {
		Contract string `json:"contract"`
		Metric   string `json:"metric"`
		Calendar string `json:"calendar"`
		Within   string `json:"within"`
		Days     int    `json:"days"`
		At       string `json:"at"`
	} `json:"contract"`
}

// reference reads a line by encoding/json.
func reference(line []byte) (Timeline, error) {
	var raw timelineJSON
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(&raw); err != nil {
		return Timeline{}, err
	}
	tl := Timeline{ID: raw.ID, Note: raw.Note, Edition: raw.Edition}
	for _, r := range raw.Events {
		e := Event{
			Kind: r.Kind, At: r.At, Recorded: r.Recorded, Seq: r.Seq, Reason: r.Reason, Role: r.Role,
			Correction: r.Correction, Void: r.Void, Corrects: r.Corrects, Appointment: r.Appointment,
		}
		for key, value := range r.Attributes {
			if e.Attributes == nil {
				e.Attributes = map[string]string{}
			}
			e.Attributes[key] = fmt.Sprint(value)
		}
		for _, c := range r.Contract {
			terms := Terms{Contract: c.Contract, Metric: c.Metric, Calendar: c.Calendar, Days: c.Days, At: c.At}
			if c.Within != "" {
				terms.Within, _ = time.ParseDuration(c.Within)
			}
			e.Contract = append(e.Contract, terms)
		}
		tl.Events = append(tl.Events, e)
	}
	return tl, nil
}

// FuzzReadTimelines holds whatever is read to encoding/json's reading of it, and to
// what writing and reading it again gives.
func FuzzReadTimelines(f *testing.F) {
	f.Add([]byte(history1))
	f.Add([]byte(`{"id":"a\ud83d\ude00\u05d0\"","events":[{"kind":"x","at":"2026-06-07T09:00:00.5-03:30","attributes":{"a":-1.5e3,"":"\\"}}]}`))
	f.Add([]byte(`{"id":"T","x":[{"}":"]"},-],"events":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		line, _, _ := bytes.Cut(data, []byte("\n"))
		got, err := readLines(string(line))
		if err != nil || len(got) == 0 {
			return
		}
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
		require.True(t, json.Valid(line), "it is read, but is no JSON")
		want, err := reference(line)
		require.NoError(t, err)
		sameTimeline(t, want, got[0])
		var text bytes.Buffer
		require.NoError(t, WriteTimeline(&text, got[0]))
		again, err := readLines(text.String())
		require.NoError(t, err)
		require.Len(t, again, 1)
		sameTimeline(t, got[0], again[0])
	})
}
