package incidentlog

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// Note is something of the log that was put right, and how.
type Note struct {
	Line   int
	Ticket string
	Kind   NoteKind
	Text   string
}

// NoteKind says what was put right.
type NoteKind string

const (
	OutOfOrder   NoteKind = "an update stands out of order; it is taken by its time"
	Contradicts  NoteKind = "an update's time contradicts the count of updates; it is taken where it stands"
	BeforeOpened NoteKind = "an update was before the ticket was opened; it is taken as of the opening"
	OtherOpening NoteKind = "a later line has another opening time; the first counts"
	Disagreement NoteKind = "a column says another time than the update; the update counts"
	Late         NoteKind = "the log lacks the first updates of a ticket"
	Skipped      NoteKind = "the clock skipped a time; it is taken as that of the change"
	Repeated     NoteKind = "the clock showed a time twice; it is taken as the first"
)

// Read reads a log into timelines, in its order. The name is that of the file, for
// errors; local times are read in the zone, unless the mapping names another; note,
// which may be nil, is told what was put right.
//
// A ticket with a line that cannot be read is left out: it comes back as an error
// that joins a [*townclerk.FileError] for each such line. The lines of a ticket stand
// together; if they do not, what comes later is an error. Only the tickets' numbers
// are held in memory.
//
// What the mapping calls unknown says nothing: an attribute stays as it was. Lines of
// a ticket that are out of order are taken by their times if the counts of updates
// agree; if they contradict, as they stand, and what happened before the line above
// it is a correction that was recorded late.
func Read(r io.Reader, name string, m *Mapping, zone *time.Location, note func(Note)) iter.Seq2[sla.Timeline, error] {
	return func(yield func(sla.Timeline, error) bool) {
		l := newLog(r, name, m, zone, note)
		l.attributes = m.Attributes
		each(l, func() (sla.Timeline, error) { return l.timeline(), nil }, yield)
	}
}

func newLog(r io.Reader, name string, m *Mapping, zone *time.Location, note func(Note)) *log {
	if m.zone != nil {
		zone = m.zone
	}
	if note == nil {
		note = func(Note) {}
	}
	l := &log{name: name, mapping: m, zone: zone, note: note, seen: map[string]int{}}
	l.bound.r = decoded(r, m.encoding)
	l.csv = csv.NewReader(&l.bound)
	if m.Separator != "" {
		l.csv.Comma, _ = utf8.DecodeRuneInString(m.Separator)
	}
	return l
}

// each gives out what make makes of each ticket that is read, and what is wrong with
// those that cannot be.
func each[T any](l *log, make func() (T, error), yield func(T, error) bool) {
	var none T
	if err := l.header(); err != nil {
		yield(none, err)
		return
	}
	for l.read() {
		if len(l.loose) > 0 && !yield(none, errors.Join(l.loose...)) {
			return
		}
		more := true
		switch {
		case l.number == "":
		case len(l.wrong) > 0:
			more = yield(none, errors.Join(l.wrong...))
		default:
			more = yield(make())
		}
		if !more {
			return
		}
	}
	if l.failed != nil {
		yield(none, fmt.Errorf("%s: after line %d: %w", l.name, l.last, l.failed))
	}
}

// decoded makes UTF-8 of what is read, without the byte order mark that spreadsheets
// write, by which UTF-16 is known, too.
func decoded(r io.Reader, e encoding.Encoding) io.Reader {
	var plain transform.Transformer = encoding.Nop.NewDecoder()
	if e != nil {
		plain = e.NewDecoder()
	}
	return transform.NewReader(r, unicode.BOMOverride(plain))
}

// log reads lines into tickets.
type log struct {
	name    string
	mapping *Mapping
	zone    *time.Location
	note    func(Note)
	bound   bounded
	csv     *csv.Reader
	column  map[string]int
	used    []int // the columns that are read
	last    int   // the line that was read last
	failed  error // of the file

	attributes map[string]string // columns by attribute
	tickets    bool              // are read, and not only timelines

	number string // the ticket at hand
	rows   []row
	wrong  []error
	seen   map[string]int // the lines at which tickets began
	next   *line          // the first of the next ticket
	loose  []error        // lines of no ticket
}

// line is one as it stands.
type line struct {
	at     int
	fields []string
	err    error
}

// row is a line of a ticket.
type row struct {
	line   int
	opened time.Time
	at     time.Time
	update int
	state  string
	fields []string
}

func (l *log) mistake(line int, column, format string, a ...any) error {
	return &townclerk.FileError{File: l.name, Line: line, Key: column, Problem: fmt.Sprintf(format, a...)}
}

func (l *log) header() error {
	names, err := l.fields()
	if errors.Is(err, io.EOF) {
		return l.mistake(0, "", "the file is empty; its first line names the columns")
	}
	if err != nil {
		return l.unread(err)
	}
	l.column = map[string]int{}
	var twice []string
	for i, name := range names {
		name = strings.TrimSpace(name)
		if _, ok := l.column[name]; ok {
			twice = append(twice, name)
			continue
		}
		l.column[name] = i
	}
	var wrong []error
	for _, name := range l.mapping.columns(l.tickets) {
		i, ok := l.column[name]
		switch {
		case slices.Contains(twice, name):
			wrong = append(wrong, l.mistake(1, "", "two columns are named %q; say which one counts by giving the other another name", name))
		case ok:
			l.used = append(l.used, i)
		case !slices.Contains(l.mapping.Optional, name):
			wrong = append(wrong, l.mistake(1, "", "no column is named %q, which the mapping %s needs; there are %s%s",
				name, l.mapping.Name, brief(strings.Join(names, ", ")), l.divided(names)))
		}
	}
	if l.tickets && len(wrong) == 0 {
		l.noteUnread(names)
	}
	return errors.Join(wrong...)
}

// divided guesses that a line stands in one column because of its separator.
func (l *log) divided(names []string) string {
	if i := strings.IndexAny(names[0], ";\t|,"); len(names) == 1 && i >= 0 {
		return fmt.Sprintf("; if %q stands between columns, say so in the mapping: separator = %[1]q", names[0][i:i+1])
	}
	return ""
}

func (l *log) unread(err error) error {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return l.mistake(bad.StartLine, "", "the line is no CSV: %v", bad.Err)
	}
	return fmt.Errorf("%s: %w", l.name, err)
}

// fields reads the fields of the next line.
func (l *log) fields() ([]string, error) {
	l.bound.left = longestLine
	return l.csv.Read()
}

// longestLine bounds what a quote that is never closed can make a reader hold.
const longestLine = 16 << 20

// bounded reads no more for one line.
type bounded struct {
	r    io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("a line is longer than %d MiB; perhaps a quote is not closed", longestLine>>20)
	}
	n, err := b.r.Read(p)
	b.left -= n
	return n, err
}

// line reads the next line; nil at the end.
func (l *log) line() *line {
	if l.failed != nil {
		return nil // a reader may go on after an error, somewhere
	}
	fields, err := l.fields()
	var bad *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.Is(err, csv.ErrFieldCount):
		at, _ := l.csv.FieldPos(0)
		return &line{at, fields, l.mistake(at, "", "it has %d columns, and the first line names %d", len(fields), l.csv.FieldsPerRecord)}
	case errors.As(err, &bad):
		return &line{at: bad.StartLine, err: l.unread(err)}
	case err != nil:
		l.failed = err
		return nil
	}
	at, _ := l.csv.FieldPos(0)
	l.last = at
	for _, i := range l.used {
		if text := fields[i]; !utf8.ValidString(text) || strings.ContainsAny(text, "\ufffd\x00") {
			return &line{at, fields, l.mistake(at, "", "%q has a character that is none in %s; the mapping says how it is encoded, as encoding = \"windows-1255\"",
				brief(text), cmp.Or(l.mapping.Encoding, "UTF-8"))}
		}
	}
	return &line{at: at, fields: fields}
}

func (l *log) field(fields []string, column string) string {
	i, ok := l.column[column]
	if !ok || i >= len(fields) {
		return ""
	}
	text := strings.TrimSpace(fields[i])
	if slices.Contains(l.mapping.Unknown, text) {
		return ""
	}
	return text
}

// read reads the lines of the next ticket, and reports whether there were any.
func (l *log) read() bool {
	l.number, l.rows, l.wrong, l.loose = "", l.rows[:0], nil, nil
	for {
		next := l.next
		if l.next = nil; next == nil {
			next = l.line()
		}
		if next == nil {
			return l.number != "" || len(l.loose) > 0
		}
		number := l.field(next.fields, l.mapping.Number)
		switch {
		case number == "" && next.err != nil:
			l.loose = append(l.loose, next.err)
			continue
		case number == "":
			l.loose = append(l.loose, l.mistake(next.at, l.mapping.Number, "it does not say which ticket it is about"))
			continue
		case l.number == "":
			l.begin(number, next.at)
		case number != l.number:
			l.next = next
			return true
		}
		l.add(next)
	}
}

func (l *log) begin(number string, at int) {
	l.number = number
	if first, twice := l.seen[number]; twice {
		l.wrong = append(l.wrong, l.mistake(at, l.mapping.Number, "%s stood at line %d already; sort the log, so that the lines of a ticket stand together", brief(number), first))
		return
	}
	l.seen[strings.Clone(number)] = at
}

// add reads a line into a row of the ticket.
func (l *log) add(in *line) {
	if in.err != nil {
		l.wrong = append(l.wrong, in.err)
		return
	}
	m := l.mapping
	r := row{line: in.at, fields: in.fields, state: l.field(in.fields, m.State)}
	if _, known := m.States[r.state]; !known {
		l.wrong = append(l.wrong, l.mistake(in.at, m.State, "%q is no state that the mapping %s knows", brief(r.state), m.Name))
	}
	if m.Update != "" {
		n, err := strconv.Atoi(l.field(in.fields, m.Update))
		if err != nil {
			l.wrong = append(l.wrong, l.mistake(in.at, m.Update, "%q is not a number", brief(l.field(in.fields, m.Update))))
		}
		r.update = n
	}
	for _, attribute := range slices.Sorted(maps.Keys(m.Values)) {
		column := l.attributes[attribute]
		if text := l.field(in.fields, column); text != "" && m.Values[attribute][text] == "" {
			l.wrong = append(l.wrong, l.mistake(in.at, column, "the mapping %s does not say what %q is called; add it to [values.%s]", m.Name, brief(text), attribute))
		}
	}
	var err error
	if r.at, err = l.time(in, m.Updated); err != nil {
		l.wrong = append(l.wrong, err)
	}
	if r.opened, err = l.time(in, m.Opened); err != nil {
		l.wrong = append(l.wrong, err)
	}
	l.rows = append(l.rows, r)
}

func (l *log) time(in *line, column string) (time.Time, error) {
	text := l.field(in.fields, column)
	wall, err := time.Parse(l.mapping.layout, text)
	if err != nil {
		return time.Time{}, l.mistake(in.at, column, "%q is not a time that is written as %s", brief(text), l.mapping.Times)
	}
	at, kind := instant(wall, l.zone)
	if kind != "" && (column != l.mapping.Opened || len(l.rows) == 0) {
		l.note(Note{in.at, l.number, kind, fmt.Sprintf("%s in %s: %s", text, l.zone, at.Format(time.RFC3339))})
	}
	return at, nil
}

// timeline makes events of the ticket's rows.
func (l *log) timeline() sla.Timeline {
	l.sort()
	t := past{log: l, tl: sla.Timeline{ID: l.number}, attributes: map[string]string{}, changes: map[string]string{}}
	t.add(l.rows[0].opened, "opened", t.changed(&l.rows[0]))
	t.follow()
	return t.tl
}

// follow adds what the rows say happened after the opening.
func (t *past) follow() {
	l, first := t.log, &t.log.rows[0]
	for column := range l.mapping.Changes {
		t.changes[column] = l.field(first.fields, column)
	}
	for i := range l.rows {
		t.row(&l.rows[i])
	}
}

// sort puts the rows in the order of their times if their counts agree with that,
// leaves them as they stand if not, and notes what is odd.
func (l *log) sort() {
	first, opened := l.rows[0], l.rows[0].opened
	if first.update > 0 {
		l.note(Note{first.line, l.number, Late, fmt.Sprintf("its first line is update %d", first.update)})
	}
	sorted := slices.Clone(l.rows)
	slices.SortStableFunc(sorted, func(a, b row) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.update, b.update))
	})
	agreed := slices.IsSortedFunc(sorted, func(a, b row) int { return cmp.Compare(a.update, b.update) })
	kind := OutOfOrder
	if !agreed {
		kind = Contradicts
	}
	for i, r := range l.rows {
		if !r.opened.Equal(opened) {
			l.note(Note{r.line, l.number, OtherOpening, r.opened.Format(time.RFC3339) + " instead of " + opened.Format(time.RFC3339)})
		}
		if i > 0 && (r.at.Before(l.rows[i-1].at) || r.update < l.rows[i-1].update) {
			l.note(Note{r.line, l.number, kind, r.at.Format(time.RFC3339) + " stands after " + l.rows[i-1].at.Format(time.RFC3339)})
		}
		if r.at.Before(opened) {
			l.note(Note{r.line, l.number, BeforeOpened, r.at.Format(time.RFC3339) + ", opened " + opened.Format(time.RFC3339)})
		}
	}
	if agreed {
		l.rows = sorted
	}
	for i := range l.rows {
		r := &l.rows[i]
		r.opened = opened
		if r.at.Before(opened) {
			r.at = opened
		}
	}
}

// past is a timeline in the making, and perhaps its ticket.
type past struct {
	log        *log
	desk       *ticket.Ticket // nil: only the timeline is made
	tl         sla.Timeline
	attributes map[string]string // as they are known
	changes    map[string]string // columns whose change is an event
	state      State
	in         string    // the state's name
	last       time.Time // the latest of the events
}

// add adds an event. One that happened before the last was recorded late.
func (t *past) add(at time.Time, kind string, attributes map[string]string) *sla.Event {
	e := sla.Event{Kind: kind, At: at, Attributes: attributes}
	if at.Before(t.last) {
		e.Correction, e.Recorded = true, t.last
	} else {
		t.last = at
	}
	t.tl.Events = append(t.tl.Events, e)
	return &t.tl.Events[len(t.tl.Events)-1]
}

// changed returns the attributes that the row changes, or nil.
func (t *past) changed(r *row) map[string]string {
	var now map[string]string
	for attribute, column := range t.log.attributes {
		value := t.log.field(r.fields, column)
		if names := t.log.mapping.Values[attribute]; names != nil {
			value = names[value]
		}
		if value == "" || value == t.attributes[attribute] {
			continue
		}
		if now == nil {
			now = map[string]string{}
		}
		now[attribute], t.attributes[attribute] = value, value
	}
	return now
}

// row adds the events of a row. Attributes change first: what follows is judged by them.
func (t *past) row(r *row) {
	if attributes := t.changed(r); attributes != nil {
		kind := "changed"
		if t.desk != nil {
			kind = "reclassified"
		}
		t.add(r.at, kind, attributes)
	}
	for _, column := range slices.Sorted(maps.Keys(t.log.mapping.Changes)) {
		if value := t.log.field(r.fields, column); value != "" && value != t.changes[column] {
			t.changes[column] = value
			t.add(r.at, t.log.mapping.Changes[column], nil)
		}
	}
	if t.desk != nil {
		t.people(r)
	}
	if r.state != t.in {
		t.enter(r)
	}
}

// enter adds the events of a change of state.
func (t *past) enter(r *row) {
	from, to := t.state, t.log.mapping.States[r.state]
	t.state, t.in = to, r.state
	if from.Ends && !to.Ends {
		t.add(r.at, sla.Reopened, nil)
	}
	if from.Waits != "" && from.Waits != to.Waits {
		t.add(r.at, sla.Resumed, nil).Reason = from.Waits
	}
	var is []string
	if t.desk != nil {
		is = t.move(r, from, to)
	}
	if to.Event != "" && !slices.Contains(is, to.Event) {
		t.add(r.at, to.Event, nil)
	}
	if to.Waits != "" && from.Waits != to.Waits {
		t.add(r.at, sla.Paused, nil).Reason = to.Waits
	}
	t.compare(r, to)
}

// compare notes that a column says another time for the state than the update.
func (t *past) compare(r *row, to State) {
	text := t.log.field(r.fields, to.At)
	if to.At == "" || text == "" {
		return
	}
	wall, err := time.Parse(t.log.mapping.layout, text)
	if err == nil {
		if at, _ := instant(wall, t.log.zone); at.Equal(r.at) {
			return
		}
	}
	t.log.note(Note{r.line, t.tl.ID, Disagreement, fmt.Sprintf("%s says %s, the update %s", to.At, text, r.at.Format(time.RFC3339))})
}

// instant returns the first instant at which the zone's clock shows what wall shows
// in UTC, or later, and a note's kind if the clock shows it twice or never.
func instant(wall time.Time, zone *time.Location) (time.Time, NoteKind) {
	const reach = 26 * 60 * 60 // more than any zone is ahead or behind
	offset := func(at int64) int64 {
		_, seconds := time.Unix(at, 0).In(zone).Zone()
		return int64(seconds)
	}
	w := wall.Unix()
	before, after := offset(w-reach), offset(w+reach)
	first, last := w-before, w-after // as the old and as the new offset have it
	old, fresh := offset(first) == before, offset(last) == after
	at, kind := first, NoteKind("")
	switch {
	case old && fresh && first != last:
		kind = Repeated
	case old:
	case fresh:
		at = last
	default:
		at, kind = last+int64(sort.Search(int(first-last), func(i int) bool { return offset(last+int64(i)) == after })), Skipped
	}
	return time.Unix(at, 0).In(zone), kind
}

// brief shortens what may be of any length.
func brief(text string) string {
	const longest = 200
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}
