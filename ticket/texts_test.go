package ticket

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// scripts is what people write: Hebrew, Persian with its digits and a joiner, Polish, and
// Cyrillic with Latin letters in one word (SG-36).
var scripts = []string{"אין רשת בקומה 2", "کارتابل ۱۲۵ در سامانه\u200cی سجاد", "Zażółć gęślą jaźń", "кvara, Фиревалл, сервисе-пацк"}

// write sets every text of a value, in all that it holds.
func write(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(sunday))
			return
		}
		for i := range v.NumField() {
			write(v.Field(i), text)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		write(v.Index(0), text)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		write(key, text)
		write(value, text)
		v.SetMapIndex(key, value)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		write(v.Elem(), text)
	}
}

// SG-36: every field of a ticket, also one that is added later, is stored, exported and
// imported as it was written, and found by its text.
func TestTextsInEveryField(t *testing.T) {
	for _, text := range scripts {
		var full Ticket
		write(reflect.ValueOf(&full).Elem(), text)
		store := NewMemStore()
		event := townclerk.Event{Aggregate: text, Kind: "ticket." + text, At: sunday, Recorded: sunday, Actor: townclerk.Actor(text)}
		made, err := store.Tickets().Create(t.Context(), townclerk.Tenant(text), full, event)
		require.NoError(t, err)
		want := full.Clone()
		want.Version, want.Number = made.Version, text+"-000001"
		require.Equal(t, want, made)
		for name, q := range map[string]Query{
			"number": {Number: made.Number}, "handler": {Handler: made.Handler}, "opener": {Opener: made.Opener}, "state": {States: []State{made.State}},
			"team": {Team: text}, "class": {Class: text}, "department": {Department: text},
		} {
			page, err := store.Tickets().List(t.Context(), townclerk.Tenant(text), q)
			require.NoError(t, err)
			require.Equal(t, []Ticket{want}, page.Items, name)
		}
		var export bytes.Buffer
		_, err = Export(t.Context(), store, townclerk.Tenant(text), &export)
		require.NoError(t, err)
		back := readAll(t, export.String())
		require.Equal(t, want, back[0].Ticket)
		event.Seq = 1
		require.Equal(t, []townclerk.Event{event}, back[0].Events)
	}
}

// ofTables is the fields of a command that hold an id of the policy, for some actions.
var ofTables = map[string][]Action{
	"Do": Actions, "Role": Actions, "Reason": {Wait, Resume}, "Team": {Assign}, "Tier": {Refer}, "Cause": {Diagnose}, "Kind": {Diagnose, Write},
	"Vendor": {Diagnose, HandOver}, "Todo": {Check}, "To": {Escalate}, "Department": {OpenStage}, "Class": {OpenStage}, "Set": {Change}, "Granted": {Treat},
	"Used": Actions,
}

// SG-36: every action takes every text in every field, also one that is added later,
// and keeps it in its event as it was written.
func TestTextsInEveryCommand(t *testing.T) {
	p := testPolicy(t)
	for _, text := range scripts {
		for _, do := range Actions {
			before := onlyFor(inState(New), do)
			for _, s := range States {
				for _, row := range Workflow().Rows {
					if row.From == s && row.Do == do {
						before = onlyFor(inState(s), do)
					}
				}
			}
			before.Handler = townclerk.Actor(text)
			if do == Wait {
				before.Waits = nil
			}
			c := ready(do, 0)
			v := reflect.ValueOf(&c).Elem()
			for i := range v.NumField() {
				f, field := v.Field(i), v.Type().Field(i)
				if f.Type() == reflect.TypeFor[time.Time]() || slices.Contains(ofTables[field.Name], do) {
					continue
				}
				write(f, text)
			}
			if do == Change {
				c.Set = map[string]string{"floor": text}
			}
			if do == Treat {
				c.Granted, before.Requested, before.Item = []Grant{{text, text}}, []Grant{{text, text}}, ""
			}
			made, events, err := p.Do(before, c)
			require.NoError(t, err, "%s: %s", do, text)
			data, err := ReadData(events[0])
			require.NoError(t, err)
			for i := range v.NumField() {
				field := v.Type().Field(i)
				if got := reflect.ValueOf(*data.Command).Field(i).Interface(); field.Tag.Get("json") != "-" && v.Field(i).Kind() != reflect.Struct {
					require.Equal(t, v.Field(i).Interface(), got, "%s.%s", do, field.Name)
				}
			}
			var line bytes.Buffer
			require.NoError(t, WriteRecord(&line, Record{made, events}))
			require.Equal(t, []Record{{made, events}}, readAll(t, line.String()))
		}
	}
}

// SG-36: a policy may have ids in any script, too: whatever goes by them works.
func TestTextsAsIDs(t *testing.T) {
	for _, text := range scripts {
		rename := strings.NewReplacer(
			"[teams.field]", fmt.Sprintf("[teams.%q]", text), `"field"`, fmt.Sprintf("%q", text),
			"[waits.awaiting-user]", fmt.Sprintf("[waits.%q]", text), `"awaiting-user"`, fmt.Sprintf("%q", text),
			"[channels.phone]", fmt.Sprintf("[channels.%q]", text), "[work.on-site]", fmt.Sprintf("[work.%q]", text),
			"[causes.line]", fmt.Sprintf("[causes.%q]", text), "[vendors.lines]", fmt.Sprintf("[vendors.%q]", text), `"lines"`, fmt.Sprintf("%q", text),
			"[roles.desk]", fmt.Sprintf("[roles.%q]", text), `diagnosers = ["desk"`, fmt.Sprintf("diagnosers = [%q", text), `approvals = ["head", "desk"`, fmt.Sprintf(`approvals = ["head", %q`, text),
			"[tiers.office]", fmt.Sprintf("[tiers.%q]", text), `"office"`, fmt.Sprintf("%q", text), "[classes.incident]", fmt.Sprintf("[classes.%q]", text), `"incident"`, fmt.Sprintf("%q", text),
		)
		read := func(name string) []byte {
			data, err := os.ReadFile("testdata/" + name)
			require.NoError(t, err)
			return []byte(rename.Replace(string(data)))
		}
		promises, err := sla.Parse(read("sla.toml"), "sla.toml")
		require.NoError(t, err)
		p, err := Parse(read("ticket.toml"), "ticket.toml", promises)
		require.NoError(t, err)
		store := NewMemStore()
		d, c := testDesk(t, store)
		d.policy = p
		who := Who{Actor: townclerk.Actor(text), Role: text}
		made, err := d.Open(t.Context(), town, Request{Channel: text, Opener: "dana", Department: "operations", Class: text, Type: "defect"})
		require.NoError(t, err)
		of := Of(made.ID)
		for i, step := range []func() (Ticket, error){
			func() (Ticket, error) { return d.Refer(t.Context(), town, made.ID, who, text) },
			func() (Ticket, error) {
				return d.Assign(t.Context(), town, of, who, Assignment{Team: text, Handler: who.Actor})
			},
			func() (Ticket, error) {
				return d.Diagnose(t.Context(), town, of, who, Finding{Text: text, Cause: text, How: text, NeedsVendor: true})
			},
			func() (Ticket, error) { return d.HandOver(t.Context(), town, of, who, VendorCall{Channel: text}) },
			func() (Ticket, error) { return d.TakeBack(t.Context(), town, of, who, 0) },
			func() (Ticket, error) { return d.Wait(t.Context(), town, of, who, text) },
			func() (Ticket, error) { return d.Resume(t.Context(), town, of, who, text) },
			func() (Ticket, error) { return d.Write(t.Context(), town, of, who, text, time.Hour, text) },
			func() (Ticket, error) { return d.Escalate(t.Context(), town, of, who, text, text) },
			func() (Ticket, error) { return d.Treat(t.Context(), town, of, who, Treatment{Text: text}) },
		} {
			c.add(time.Minute)
			made, err = step()
			require.NoError(t, err, "step %d", i)
		}
		require.Equal(t, []string{text, text, text, text}, []string{made.Team, made.Calls[0].Vendor, made.Tier, made.Work[0].Kind})
		_, err = d.Wait(t.Context(), town, of, who, text)
		require.ErrorContains(t, err, "cannot wait while treated")
		_, err = d.Open(t.Context(), town, Request{Channel: text + "x", Opener: "dana", Department: "operations", Class: text})
		require.ErrorContains(t, err, fmt.Sprintf("did you mean %q?", text))
		told := false
		_, err = NewNotifier(store, p, text, func(_ context.Context, m Message) error {
			told = told || m.Actor == who.Actor
			return nil
		}).Run(t.Context(), town, c.Now())
		require.NoError(t, err)
		require.True(t, told)
		sameStory(t, store)
	}
}

// SG-36: in every report of every language, what people wrote stands in every rendering
// as they wrote it.
func TestTextsInEveryReport(t *testing.T) {
	p := testPolicy(t)
	// Where a text can stand in a report of the kind.
	texts := map[ReportKind][]string{
		WeeklyReport:  {"number", "opener", "unit", "channel", "department", "class", "subject", "handler", "treatment"},
		MonthlyReport: {"handler"}, YearlyReport: {"channel", "department", "class"}, ChannelReport: {"channel"}, TargetReport: nil,
	}
	require.Len(t, texts, len(ReportKinds))
	for _, text := range scripts {
		s := tell(t, p, "1", "2026-06-08 08:00", Request{})
		of := func(field string) string { return text + " (" + field + ")" }
		s.Number, s.Opener, s.Unit, s.Channel, s.Department = of("number"), townclerk.Actor(of("opener")), of("unit"), of("channel"), of("department")
		s.Class, s.Subject, s.Handler, s.Treatment = of("class"), of("subject"), townclerk.Actor(of("handler")), of("treatment")
		for _, kind := range ReportKinds {
			period := p.Month(sunday)
			if kind == YearlyReport {
				period = p.Year(sunday)
			}
			r := reported(t, p, kind, period, "2026-07-05 12:00", []*story{s})
			for _, tag := range sla.Languages() {
				d := r.In(tag, nil)
				renderings := map[string]string{"text": rendered(t, d.Text), "Markdown": unescaped(rendered(t, d.Markdown)), "HTML": textOf(t, rendered(t, d.HTML)), "CSV": ""}
				for _, table := range d.TableNames() {
					records, err := csv.NewReader(strings.NewReader(rendered(t, func(w io.Writer) error { return d.CSV(w, table) }))).ReadAll()
					require.NoError(t, err)
					for _, record := range records {
						renderings["CSV"] += strings.Join(record, "\n") + "\n"
					}
				}
				for name, all := range renderings {
					for _, field := range texts[kind] {
						require.Contains(t, all, of(field), "%s report in %s, as %s", kind, tag, name)
					}
				}
			}
		}
	}
}

func rendered(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	return b.String()
}

// unescaped is what a reader of Markdown shows.
func unescaped(s string) string { return html.UnescapeString(strings.ReplaceAll(s, `\`, "")) }

// textOf is what a page says.
func textOf(t *testing.T, page string) string {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(strings.Replace(page, "<!DOCTYPE html>", "", 1)))
	dec.Strict, dec.AutoClose, dec.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	all := ""
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		if text, ok := token.(xml.CharData); ok {
			all += string(text)
		}
	}
}
