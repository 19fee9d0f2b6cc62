package ticket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
)

// anything makes records of any content that can be stored.
var anything = rapid.MakeCustom[Record](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
	reflect.TypeFor[time.Time](): rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "zero") {
			return time.Time{}
		}
		return time.UnixMicro(rapid.Int64Range(-60e15, 250e15).Draw(t, "µs")).UTC()
	}).AsAny(),
	reflect.TypeFor[json.RawMessage](): rapid.SampledFrom([]json.RawMessage{
		nil, json.RawMessage(`{}`), json.RawMessage(`{"to":"new","n":12345678901234567890,"s":"<שלום> & \u0000"}`),
	}).AsAny(),
}})

func readAll(t require.TestingT, text string) []Record {
	var all []Record
	for r, err := range ReadRecords(strings.NewReader(text), "tickets.jsonl") {
		require.NoError(t, err)
		all = append(all, r)
	}
	return all
}

// Whatever a ticket holds comes back as it was, down to what is empty and what is nil.
func TestRecordsComeBackWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Record {
			r := anything.Draw(t, "record")
			r.Ticket.ID += "x"
			return r
		}), 0, 3).Draw(t, "records")
		var text bytes.Buffer
		for _, r := range want {
			require.NoError(t, WriteRecord(&text, r))
		}
		require.Equal(t, len(want), strings.Count(text.String(), "\n"))
		got := readAll(t, text.String())
		require.Len(t, got, len(want))
		for i := range want {
			require.Equal(t, want[i], got[i])
		}
	})
}

// What is read is written so that it is read as the same again.
func FuzzReadRecords(f *testing.F) {
	f.Add(`{"format":1,"ticket":{"id":"a","opened":"2026-03-02T09:00:00+02:00","diagnosis":{},"log":[{}],"stages":[]},"events":[{"data":{"x":1}}]}`)
	f.Add("\ufeff{}\n\n{\"format\":1,\"ticket\":{\"id\":\"\\ud800\"}}\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		for r, err := range ReadRecords(strings.NewReader(text), "t.jsonl") {
			if err != nil {
				continue
			}
			var line bytes.Buffer
			require.NoError(t, WriteRecord(&line, r))
			var again bytes.Buffer
			require.NoError(t, WriteRecord(&again, readAll(t, line.String())[0]))
			require.Equal(t, line.String(), again.String())
		}
	})
}

// The keys are a promise: what an old release wrote is read by each later one.
func TestRecordKeysStay(t *testing.T) {
	var keys []string
	var list func(reflect.Type, string)
	list = func(v reflect.Type, path string) {
		switch v.Kind() {
		case reflect.Slice, reflect.Pointer:
			if v != reflect.TypeFor[json.RawMessage]() {
				list(v.Elem(), path)
				return
			}
		case reflect.Struct:
			if v != reflect.TypeFor[time.Time]() {
				for i := range v.NumField() {
					key, _, tagged := strings.Cut(v.Field(i).Tag.Get("json"), ",")
					if key != "" || tagged {
						key = "." + key
					}
					list(v.Field(i).Type, path+key)
				}
				return
			}
		}
		keys = append(keys, strings.TrimPrefix(path, ".")+"\t"+v.Kind().String())
	}
	list(reflect.TypeFor[line](), "")
	got := strings.Join(keys, "\n") + "\n"
	const golden = "testdata/record.keys"
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "keys may be added (UPDATE=1 go test ./ticket), but none may go or change")
}

func TestWriteRecordRefusesWhatCannotComeBack(t *testing.T) {
	for want, r := range map[string]Record{
		`ticket INC-7: ticket.subject: "\xff" is not UTF-8`:              {Ticket: Ticket{Number: "INC-7", Subject: "\xff"}},
		`ticket INC-7: ticket.attributes: "\xff" is not UTF-8`:           {Ticket: Ticket{Number: "INC-7", Attributes: map[string]string{"\xff": ""}}},
		`ticket INC-7: ticket.work[2].text: "\xff" is not UTF-8`:         {Ticket: Ticket{Number: "INC-7", Work: []Work{{}, {Text: "\xff"}}}},
		`ticket INC-7: ticket.diagnosis.how: "\xff" is not UTF-8`:        {Ticket: Ticket{Number: "INC-7", Diagnosis: &Diagnosis{How: "\xff"}}},
		`ticket INC-7: events[1].actor: "\xff" is not UTF-8`:             {Ticket: Ticket{Number: "INC-7"}, Events: []townclerk.Event{{Actor: "\xff"}}},
		`ticket INC-7: events[1].data: it is not UTF-8`:                  {Ticket: Ticket{Number: "INC-7"}, Events: []townclerk.Event{{Data: json.RawMessage("\"\xff\"")}}},
		`ticket INC-7: json: error calling MarshalJSON for type`:         {Ticket: Ticket{Number: "INC-7", Opened: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}},
		`ticket INC-7: json: error calling MarshalJSON for type json.Ra`: {Ticket: Ticket{Number: "INC-7"}, Events: []townclerk.Event{{Data: json.RawMessage("{")}}},
	} {
		var text bytes.Buffer
		require.ErrorContains(t, WriteRecord(&text, r), want)
		require.Zero(t, text.Len())
	}
}

// A line that cannot be read is told with its number, and the others are read.
func TestReadRecordsMistakes(t *testing.T) {
	const good = `{"format":1,"ticket":{"id":"a"}}` + "\n"
	for line, want := range map[string]string{
		`{"format":1,"ticket":{"id":"b","nmae":1}}`:             `it is no ticket as an export has it: unknown field "nmae"`,
		`{"format":1,"ticket":{"id":"b"}} {}`:                   "something stands behind the ticket; write each on a line of its own",
		`{"format":2,"ticket":{"id":"b"}}`:                      "format: 2 is none that this release reads; it reads 1",
		`{"ticket":{"id":"b"}}`:                                 "format: 0 is none that this release reads; it reads 1",
		`{"format":1,"ticket":{}}`:                              "ticket.id: missing",
		`{"format":1,"ticket":{"id":"b"}`:                       "it is no ticket as an export has it: unexpected EOF",
		`{"format":1,"ticket":{"id":"b","opened":"yesterday"}}`: `it is no ticket as an export has it: parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"`,
		"{\"format\":1,\"ticket\":{\"id\":\"\xff\"}}":           "it is not UTF-8",
		`id,number`: "it is no ticket as an export has it: invalid character 'i' looking for beginning of value",
	} {
		var ids []ID
		var wrong []error
		for r, err := range ReadRecords(strings.NewReader("\ufeff"+good+"\r\n"+line+"\n"+good), "t.jsonl") {
			if err != nil {
				wrong = append(wrong, err)
				continue
			}
			ids = append(ids, r.Ticket.ID)
		}
		require.Equal(t, []ID{"a", "a"}, ids)
		require.Len(t, wrong, 1)
		require.EqualError(t, wrong[0], "t.jsonl:3: "+want)
		require.ErrorAs(t, wrong[0], new(*townclerk.FileError))
	}
}

func TestReadRecordsEnds(t *testing.T) {
	gone := errors.New("the disk is gone")
	var last error
	for _, err := range ReadRecords(io.MultiReader(strings.NewReader("\n"), iotest.ErrReader(gone)), "t.jsonl") {
		last = err
	}
	require.ErrorIs(t, last, gone)
	require.EqualError(t, last, "t.jsonl:2: the disk is gone")
	for range ReadRecords(strings.NewReader(`{}`+"\n"+`{}`), "t.jsonl") {
		break
	}
	last = nil
	for _, err := range ReadRecords(strings.NewReader("\n"+strings.Repeat("x", longestRecord+1)), "t.jsonl") {
		last = err
	}
	require.EqualError(t, last, "t.jsonl:2: the line is longer than 64 MiB; a ticket stands on a line of its own")
}

const other townclerk.Tenant = "other"

// busyStore returns a store in which tickets were opened and worked on by turns, and one
// to which no event happened.
func busyStore(t *testing.T) Store {
	t.Helper()
	p, s := testPolicy(t), NewMemStore()
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	var all []Ticket
	for i := range 7 {
		r := Request{
			At: at.Add(time.Duration(i%3) * time.Hour), Recorded: at.Add(4 * time.Hour), Channel: "phone", Opener: "avi", Department: "operations",
			Class: "incident", Subject: fmt.Sprintf("מדפסת %d", i),
		}
		made, events, err := p.Open(ID(fmt.Sprintf("id-%d", 7-i)), r)
		require.NoError(t, err)
		made, err = s.Tickets().Create(t.Context(), town, made, events...)
		require.NoError(t, err)
		all = append(all, made)
	}
	for i := range all {
		made, events, err := p.Do(all[i], Command{Do: Assign, At: at.Add(5 * time.Hour), By: "dana", Team: "field"})
		require.NoError(t, err)
		_, err = s.Tickets().Put(t.Context(), town, made, events...)
		require.NoError(t, err)
	}
	_, err := s.Tickets().Create(t.Context(), town, Ticket{ID: "silent", Number: "INC-1", State: New, Opened: at})
	require.NoError(t, err)
	_, err = s.Tickets().Create(t.Context(), other, Ticket{ID: "theirs", State: New, Opened: at})
	require.NoError(t, err)
	return s
}

func exportText(t *testing.T, s Store, most int) string {
	t.Helper()
	var text bytes.Buffer
	x := exporter{ctx: t.Context(), store: s, tenant: town, w: &text, written: map[string]bool{}, most: most}
	n, err := x.all()
	require.NoError(t, err)
	require.Equal(t, strings.Count(text.String(), "\n"), n)
	return text.String()
}

// What is exported and restored into an empty store is the same, with its numbers; it
// is the same however many tickets are held at a time, and nothing of another tenant.
func TestExportsComeBackWhole(t *testing.T) {
	from := busyStore(t)
	text := exportText(t, from, exported)
	for most := 1; most < 9; most++ {
		require.Equal(t, text, exportText(t, from, most))
	}
	require.NotContains(t, text, "theirs")
	to := NewMemStore()
	records := readAll(t, text)
	require.Len(t, records, 8)
	for _, r := range records {
		made, became, err := Restore(t.Context(), to, town, r)
		require.NoError(t, err)
		require.Equal(t, Created, became)
		require.Equal(t, r.Ticket.Number, made.Number)
	}
	back := readAll(t, exportText(t, to, exported))
	for _, all := range [][]Record{records, back} {
		for i := range all {
			all[i].Ticket.Version = 0
			for j := range all[i].Events {
				all[i].Events[j].Seq = 0
			}
		}
	}
	require.Equal(t, records, back)
}

// Restoring twice does no more than once; what has another past is left and told.
func TestRestoreTwice(t *testing.T) {
	s, records := NewMemStore(), readAll(t, exportText(t, busyStore(t), exported))
	var first string
	for pass := range 3 {
		for _, r := range records {
			_, became, err := Restore(t.Context(), s, town, r)
			require.NoError(t, err)
			require.Equal(t, pass == 0, became == Created)
			require.Equal(t, pass != 0, became == Already)
		}
		if pass == 0 {
			first = exportText(t, s, exported)
		}
		require.Equal(t, first, exportText(t, s, exported))
	}
	for name, change := range map[string]func(*Ticket){
		"another opener":        func(t *Ticket) { t.Opener = "gil" },
		"another opening":       func(t *Ticket) { t.Opened = t.Opened.Add(time.Second) },
		"an event that differs": func(t *Ticket) { t.Log[1].Kind = "treated" },
		"one event more":        func(t *Ticket) { t.Log = append(t.Log, t.Log[1]) },
		"a stage":               func(t *Ticket) { t.Stages = append(t.Stages, Stage{Number: 1}) },
	} {
		r := Record{Ticket: records[0].Ticket.Clone(), Events: records[0].Events}
		change(&r.Ticket)
		there, became, err := Restore(t.Context(), s, town, r)
		require.NoError(t, err)
		require.Equal(t, Differs, became, name)
		require.Equal(t, records[0].Ticket.Log, there.Log)
	}
	require.Equal(t, first, exportText(t, s, exported))

	worked := records[0].Ticket.Clone()
	worked.Version, worked.Handler, worked.Log = 1, "gil", append(worked.Log, worked.Log[1])
	_, err := s.Tickets().Put(t.Context(), town, worked)
	require.NoError(t, err)
	_, became, err := Restore(t.Context(), s, town, records[0])
	require.NoError(t, err)
	require.Equal(t, Already, became, "it was worked on since")
}

func TestRestoreRefuses(t *testing.T) {
	s := NewMemStore()
	_, _, err := Restore(t.Context(), s, town, Record{Ticket: Ticket{ID: "a", Holds: "x"}})
	require.NoError(t, err)
	_, _, err = Restore(t.Context(), s, town, Record{Ticket: Ticket{ID: "b", Holds: "x"}})
	require.ErrorIs(t, err, townclerk.ErrExists, "another has what it holds")
	_, _, err = Restore(t.Context(), s, town, Record{Ticket: Ticket{ID: "c"}, Events: []townclerk.Event{{Aggregate: "a", Kind: "ticket.opened"}}})
	require.EqualError(t, err, `ticket c: event 1 is one of "a"`)
	ended, end := context.WithCancel(t.Context())
	end()
	_, _, err = Restore(ended, s, town, Record{Ticket: Ticket{ID: "a", Holds: "x"}})
	require.ErrorIs(t, err, context.Canceled)
	_, err = Export(ended, s, town, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	_, err = Export(t.Context(), s, town, brokenWriter{})
	require.ErrorIs(t, err, io.ErrShortWrite)
	n, err := Export(t.Context(), s, other, brokenWriter{})
	require.NoError(t, err)
	require.Zero(t, n)
}

// brokenWriter is a writer that writes nothing.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
