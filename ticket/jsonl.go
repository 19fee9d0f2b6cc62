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
	"unicode/utf8"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Record is a ticket with the events that happened to it. An export is JSON Lines, a
// record a line, in the order in which the tickets were recorded:
//
//	{"format":1,"ticket":{"id":"…","number":"2026-000001","state":"new",…,"log":[{"kind":"opened","at":"2026-06-07T06:00:00Z","seq":1}]},"events":[{"seq":1,…}]}
//
// A ticket has the form of a document, as [townclerk.Repo] says, and an event that of
// [townclerk.Event], whose data is [Data]. Later releases may add keys.
type Record struct {
	Ticket Ticket            `json:"ticket"`
	Events []townclerk.Event `json:"events,omitzero"`
}

// line is a Record as it is written.
type line struct {
	Format int `json:"format"`
	Record
}

// The longest line that is read, so that a broken file cannot take all memory.
const longestRecord = 64 << 20

const recordFormat = 1

// WriteRecord writes a line of an export. It is an error, and nothing is written, if [ReadRecords]
// could not read it back as it is: if a text is not UTF-8, a year beyond 9999, or the line
// longer than 64 MiB.
func WriteRecord(w io.Writer, r Record) error {
	if err := checkUTF8(reflect.ValueOf(r), ""); err != nil {
		return fmt.Errorf("%s: %w", name(r.Ticket.ID, r.Ticket.Number, 0), err)
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(line{recordFormat, r}); err != nil {
		return fmt.Errorf("%s: %w", name(r.Ticket.ID, r.Ticket.Number, 0), err)
	}
	if text.Len() > longestRecord {
		return fmt.Errorf("%s: its line would be longer than %d MiB, which is not read", name(r.Ticket.ID, r.Ticket.Number, 0), longestRecord>>20)
	}
	_, err := w.Write(text.Bytes())
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
	var l line
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return Record{}, fmt.Errorf("it is no ticket as an export has it: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Record{}, errors.New("something stands behind the ticket; write each on a line of its own")
	}
	if l.Format != recordFormat {
		return Record{}, fmt.Errorf("format: %d is none that this release reads; it reads %d", l.Format, recordFormat)
	}
	if l.Ticket.ID == "" {
		return Record{}, errors.New("ticket.id: missing")
	}
	return l.Record, nil
}

// checkUTF8 returns an error that names the key of a text that JSON would change.
func checkUTF8(v reflect.Value, key string) error {
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return fmt.Errorf("%s: %q is not UTF-8", key, v.String())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			// An instant has no keys, and no text.
			if of, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); of != "" {
				if err := checkUTF8(v.Field(i), strings.TrimPrefix(key+"."+of, ".")); err != nil {
					return err
				}
			}
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			if !utf8.Valid(v.Bytes()) {
				return fmt.Errorf("%s: it is not UTF-8", key)
			}
			return nil
		}
		for i := range v.Len() {
			if err := checkUTF8(v.Index(i), fmt.Sprintf("%s[%d]", key, i+1)); err != nil {
				return err
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return checkUTF8(v.Elem(), key)
		}
	case reflect.Map:
		for pair := v.MapRange(); pair.Next(); {
			if err := errors.Join(checkUTF8(pair.Key(), key), checkUTF8(pair.Value(), key)); err != nil {
				return err
			}
		}
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
