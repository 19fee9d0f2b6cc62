package ticket

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Record is a ticket with the events that happened to it. An export is JSON Lines, a
// record a line, in the order in which the tickets were recorded:
//
//	{"format":1,"ticket":{"id":"…","number":"2026-000001","state":"new",…,"log":[{"kind":"opened","at":"2026-06-07T06:00:00Z","seq":1}]},"events":[{"seq":1,…}]}
//
// The keys are the names of the fields in small letters, with underscores; those of
// events are as in [townclerk.Event], whose data is [Data]. What is zero is left out.
// Instants are as in RFC 3339, durations in nanoseconds. Later releases may add keys.
type Record struct {
	Ticket Ticket
	Events []townclerk.Event
}

// The longest line that is read, so that a broken file cannot take all memory.
const longestRecord = 64 << 20

const recordFormat = 1

// WriteRecord writes a line of an export. It is an error, and nothing is written, if [ReadRecords]
// could not read it back as it is: if a text is not UTF-8, a year beyond 9999, or the line
// longer than 64 MiB.
func WriteRecord(w io.Writer, r Record) error {
	wire := reflect.New(recordType).Elem()
	if err := transcribe(wire.FieldByName("Ticket"), reflect.ValueOf(r.Ticket), "ticket"); err != nil {
		return fmt.Errorf("%s: %w", name(r.Ticket.ID, r.Ticket.Number, 0), err)
	}
	if err := transcribe(wire.FieldByName("Events"), reflect.ValueOf(r.Events), "events"); err != nil {
		return fmt.Errorf("%s: %w", name(r.Ticket.ID, r.Ticket.Number, 0), err)
	}
	wire.FieldByName("Format").SetInt(recordFormat)
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	if err := e.Encode(wire.Interface()); err != nil {
		return fmt.Errorf("%s: %w", name(r.Ticket.ID, r.Ticket.Number, 0), err)
	}
	if line.Len() > longestRecord {
		return fmt.Errorf("%s: its line would be longer than %d MiB, which is not read", name(r.Ticket.ID, r.Ticket.Number, 0), longestRecord>>20)
	}
	_, err := w.Write(line.Bytes())
	return err
}

// ReadRecords reads what [WriteRecord] wrote, line by line. The name is that of the
// file, for errors. A line that cannot be read comes back as a
// [*townclerk.FileError], and the next is read all the same; one of more than 64 MiB
// and a reader that fails end the sequence. Empty lines are skipped.
func ReadRecords(r io.Reader, name string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 1<<16), longestRecord)
		n := 1
		for ; lines.Scan(); n++ {
			text := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
			if len(text) == 0 {
				continue
			}
			record, err := readRecord(text)
			if err != nil {
				err = &townclerk.FileError{File: name, Line: n, Problem: err.Error()}
			}
			if !yield(record, err) {
				return
			}
		}
		switch err := lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(Record{}, &townclerk.FileError{File: name, Line: n, Problem: fmt.Sprintf("the line is longer than %d MiB; a ticket stands on a line of its own", longestRecord>>20)})
		case err != nil:
			yield(Record{}, fmt.Errorf("%s:%d: %w", name, n, err))
		}
	}
}

func readRecord(text []byte) (Record, error) {
	if !utf8.Valid(text) {
		return Record{}, errors.New("it is not UTF-8")
	}
	wire := reflect.New(recordType)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(wire.Interface()); err != nil {
		return Record{}, fmt.Errorf("it is no ticket as an export has it: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Record{}, errors.New("something stands behind the ticket; write each on a line of its own")
	}
	if format := wire.Elem().FieldByName("Format").Int(); format != recordFormat {
		return Record{}, fmt.Errorf("format: %d is none that this release reads; it reads %d", format, recordFormat)
	}
	var r Record
	if err := transcribe(reflect.ValueOf(&r.Ticket).Elem(), wire.Elem().FieldByName("Ticket"), "ticket"); err != nil {
		return Record{}, err
	}
	if err := transcribe(reflect.ValueOf(&r.Events).Elem(), wire.Elem().FieldByName("Events"), "events"); err != nil {
		return Record{}, err
	}
	if r.Ticket.ID == "" {
		return Record{}, errors.New("ticket.id: missing")
	}
	return r, nil
}

// recordType is Record with the keys that it has in JSON.
var recordType = reflect.StructOf([]reflect.StructField{
	{Name: "Format", Type: reflect.TypeFor[int](), Tag: `json:"format"`},
	{Name: "Ticket", Type: keyed(reflect.TypeFor[Ticket]()), Tag: `json:"ticket"`},
	{Name: "Events", Type: keyed(reflect.TypeFor[[]townclerk.Event]()), Tag: `json:"events,omitzero"`},
})

// keyed returns a type with the fields of t. Those that have no key in JSON get one:
// their name in small letters, with an underscore between words. What is zero is
// left out, but what is empty is not.
func keyed(t reflect.Type) reflect.Type {
	switch {
	case t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[json.RawMessage]():
		return t
	case t.Kind() == reflect.Slice:
		return reflect.SliceOf(keyed(t.Elem()))
	case t.Kind() == reflect.Pointer:
		return reflect.PointerTo(keyed(t.Elem()))
	case t.Kind() != reflect.Struct:
		return t
	}
	fields := reflect.VisibleFields(t)
	for i := range fields {
		f := &fields[i]
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if key == "" {
			key = underscored(f.Name)
		}
		f.Tag = reflect.StructTag(fmt.Sprintf(`json:"%s,omitzero"`, key))
		f.Type, f.Index, f.Offset = keyed(f.Type), nil, 0
	}
	return reflect.StructOf(fields)
}

func underscored(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 && name != "ID" {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// transcribe copies a value into one whose type differs only in the keys. A text
// that JSON would change is an error.
func transcribe(to, from reflect.Value, key string) error {
	switch {
	case from.Type() == reflect.TypeFor[time.Time]():
		to.Set(reflect.ValueOf(from.Interface().(time.Time).Round(0)))
	case from.Type() == reflect.TypeFor[json.RawMessage]():
		to.Set(from)
	case from.Kind() == reflect.String:
		if !utf8.ValidString(from.String()) {
			return fmt.Errorf("%s: %q is not UTF-8", key, from.String())
		}
		to.SetString(from.String())
	case from.Kind() == reflect.Struct:
		for i := range from.NumField() {
			if err := transcribe(to.Field(i), from.Field(i), key+"."+underscored(from.Type().Field(i).Name)); err != nil {
				return err
			}
		}
	case from.Kind() == reflect.Slice && !from.IsNil():
		to.Set(reflect.MakeSlice(to.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			if err := transcribe(to.Index(i), from.Index(i), fmt.Sprintf("%s[%d]", key, i+1)); err != nil {
				return err
			}
		}
	case from.Kind() == reflect.Pointer && !from.IsNil():
		to.Set(reflect.New(to.Type().Elem()))
		return transcribe(to.Elem(), from.Elem(), key)
	case from.Kind() == reflect.Map && !from.IsNil():
		to.Set(reflect.MakeMapWithSize(to.Type(), from.Len()))
		for pair := from.MapRange(); pair.Next(); {
			k, v := reflect.New(to.Type().Key()).Elem(), reflect.New(to.Type().Elem()).Elem()
			if err := errors.Join(transcribe(k, pair.Key(), key), transcribe(v, pair.Value(), key)); err != nil {
				return err
			}
			to.SetMapIndex(k, v)
		}
	case from.Kind() != reflect.Slice && from.Kind() != reflect.Pointer && from.Kind() != reflect.Map:
		to.Set(from)
	}
	return nil
}

// Restored says what became of a record that was to be stored.
type Restored int

const (
	Created Restored = iota // it was not there
	Already                 // it is there, with what happened since
	Differs                 // it is there with another past; it was left as it is
)

// Restore stores a ticket of an export or an import with its events, unless there is
// one with its ID: then nothing is changed, so that doing it twice does no more than
// doing it once. It returns the ticket as it is stored.
//
// The store gives Version, Seq and, if the ticket names a Series, Number. The Numbers
// are those of the export if all of it is restored, in its order, into an empty
// store.
//
// A ticket that is there counts as Already if its opening is as the record has it and
// its logs begin with the record's; as Differs otherwise. If a unique key is taken by
// another ticket, the error wraps [townclerk.ErrExists]. A record with an event that
// [ReadData] cannot read is an error, and not stored.
func Restore(ctx context.Context, s Store, tenant townclerk.Tenant, r Record) (Ticket, Restored, error) {
	events := slices.Clone(r.Events)
	for i := range events {
		events[i].Seq = 0
		if events[i].Aggregate != string(r.Ticket.ID) {
			return Ticket{}, 0, fmt.Errorf("%s: event %d is one of %q", name(r.Ticket.ID, r.Ticket.Number, 0), i+1, events[i].Aggregate)
		}
		if _, err := ReadData(r.Events[i]); err != nil && strings.HasPrefix(r.Events[i].Kind, "ticket.") {
			return Ticket{}, 0, fmt.Errorf("%s: %w", name(r.Ticket.ID, r.Ticket.Number, 0), err)
		}
	}
	t, err := s.Tickets().Create(ctx, tenant, r.Ticket, events...)
	if !errors.Is(err, townclerk.ErrExists) {
		return t, Created, err
	}
	there, missing := s.Tickets().Get(ctx, tenant, string(r.Ticket.ID))
	switch {
	case errors.Is(missing, townclerk.ErrNotFound):
		return Ticket{}, 0, err
	case missing != nil:
		return Ticket{}, 0, missing
	case samePast(&there, &r.Ticket):
		return there, Already, nil
	}
	return there, Differs, nil
}

// samePast reports whether what is stored is what was to be stored, and perhaps more.
func samePast(there, r *Ticket) bool {
	opening := func(t *Ticket) [8]string {
		return [8]string{
			t.Opened.UTC().String(), string(t.Opener), t.Unit, string(t.Recorder), t.Channel, t.Item, t.Subject, t.Text,
		}
	}
	if opening(there) != opening(r) || len(there.Stages) < len(r.Stages) || !begins(there.Log, r.Log) {
		return false
	}
	for i := range r.Stages {
		if !begins(there.Stages[i].Log, r.Stages[i].Log) {
			return false
		}
	}
	return true
}

// begins reports whether a log begins with another.
func begins(log, with []sla.Event) bool {
	return len(log) >= len(with) && reflect.DeepEqual(log[:len(with):len(with)], with)
}

// exported bounds how many tickets' events an export holds at a time.
const exported = 20_000

// Export writes all tickets of a tenant with their events, in the order in which
// their first events were recorded, and returns how many. The store should not be
// written to meanwhile: each ticket is written as it is when its turn comes.
//
// It holds the ids of all tickets and the events of some 20,000 of them; it reads the
// store's events once for each so many.
func Export(ctx context.Context, s Store, tenant townclerk.Tenant, w io.Writer) (int, error) {
	x := exporter{ctx: ctx, store: s, tenant: tenant, w: w, written: map[string]bool{}, most: exported}
	return x.all()
}

type exporter struct {
	ctx     context.Context
	store   Store
	tenant  townclerk.Tenant
	w       io.Writer
	written map[string]bool
	after   townclerk.Seq // all events up to here are of tickets that are written
	most    int
}

func (x *exporter) all() (int, error) {
	for more := true; more; {
		var err error
		if more, err = x.pass(); err != nil {
			return len(x.written), err
		}
	}
	err := x.silent()
	return len(x.written), err
}

// pass writes the next tickets, and reports whether there are more.
func (x *exporter) pass() (more bool, err error) {
	const page = 1000
	var order []string
	batch := map[string][]townclerk.Event{}
	next := x.after
	for after := x.after; ; {
		events, err := x.store.Events(x.ctx, x.tenant, after, page)
		if err != nil {
			return false, err
		}
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			after = e.Seq
			_, taken := batch[e.Aggregate]
			switch {
			case x.written[e.Aggregate] || !strings.HasPrefix(e.Kind, "ticket."):
				continue
			case !taken && len(order) == x.most:
				if !more {
					more, next = true, e.Seq-1
				}
				continue
			case !taken:
				order = append(order, e.Aggregate)
			}
			batch[e.Aggregate] = append(batch[e.Aggregate], e)
		}
	}
	for _, id := range order {
		t, err := x.store.Tickets().Get(x.ctx, x.tenant, id)
		if err != nil {
			return false, err
		}
		if err := x.write(t, batch[id]); err != nil {
			return false, err
		}
	}
	x.after = next
	return more, nil
}

func (x *exporter) write(t Ticket, events []townclerk.Event) error {
	if err := WriteRecord(x.w, Record{t, events}); err != nil {
		return err
	}
	x.written[string(t.ID)] = true
	return nil
}

// silent writes the tickets to which no event happened.
func (x *exporter) silent() error {
	for t, err := range townclerk.All(func(after string) (townclerk.Page[Ticket], error) {
		return x.store.Tickets().List(x.ctx, x.tenant, Query{After: after})
	}) {
		if err != nil {
			return err
		}
		if !x.written[string(t.ID)] {
			if err := x.write(t, nil); err != nil {
				return err
			}
		}
	}
	return nil
}
