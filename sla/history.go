package sla

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
)

// longestLine bounds what a broken history can make a reader hold: a timeline of
// tens of thousands of events is shorter.
const longestLine = 16 << 20

// ReadTimelines reads a history: JSON Lines, one timeline a line, as described
// under Histories in the package comment. The name is that of the file, for errors.
//
// A line that cannot be read comes back as an error that joins its mistakes, each
// a [*townclerk.FileError], and the next line is read all the same. Only when r
// itself fails does the sequence end, after an error that wraps r's.
//
// A timeline is good until the next one is read, which takes its memory:
// [Timeline.Clone] what is to be kept. The sequence can be read once.
func ReadTimelines(r io.Reader, name string) iter.Seq2[Timeline, error] {
	h := &history{name: name, r: bufio.NewReaderSize(r, 1<<16), words: map[string]string{}}
	return func(yield func(Timeline, error) bool) {
		for {
			line, err := h.next()
			switch {
			case errors.Is(err, io.EOF):
				return
			case errors.Is(err, bufio.ErrTooLong):
				err = h.mistake("", fmt.Sprintf("the line is longer than %d MiB; a timeline stands on a line of its own", longestLine>>20))
			case err != nil:
				yield(Timeline{}, fmt.Errorf("%s:%d: %w", name, h.line, err))
				return
			case len(bytes.TrimSpace(line)) == 0:
				continue
			default:
				err = h.timeline(line)
			}
			tl := h.tl
			if err != nil {
				tl = Timeline{}
			}
			if !yield(tl, err) {
				return
			}
		}
	}
}

// WriteTimeline writes a timeline as a line of a history, for [ReadTimelines].
// It is an error, and nothing is written, if that could not read it back: if the
// timeline has no id or no events, if an event cannot be or lacks what its kind
// needs, and if a text is not UTF-8 or a time not of the years 0 to 9999.
func WriteTimeline(w io.Writer, tl Timeline) error {
	if problem := tl.incomplete(); problem != "" {
		return fmt.Errorf("timeline %s: %s", tl.ID, problem)
	}
	for i := range tl.Events {
		if problem := tl.wrong(i); problem != "" {
			return &TimelineError{Timeline: tl.ID, Seq: tl.Events[i].Seq, Index: i, Problem: problem}
		}
	}
	var line writer
	line.timeline(&tl)
	if line.err != nil {
		return fmt.Errorf("timeline %s: %w", tl.ID, line.err)
	}
	_, err := w.Write(append(line.text, '\n'))
	return err
}

// Clone returns a copy that shares no memory with tl.
func (tl Timeline) Clone() Timeline {
	tl.Events = slices.Clone(tl.Events)
	for i := range tl.Events {
		tl.Events[i] = tl.Events[i].Clone()
	}
	return tl
}

// Clone returns a copy that shares no memory with e.
func (e Event) Clone() Event {
	e.Attributes = maps.Clone(e.Attributes)
	e.Contract = slices.Clone(e.Contract)
	return e
}

// incomplete says what every timeline of a history has and this one lacks.
func (tl *Timeline) incomplete() string {
	switch {
	case tl.ID == "":
		return `it has no id; write "id": "T-1042"`
	case len(tl.Events) == 0:
		return `it has no events; write "events": [{"kind": "opened", "at": "2026-06-07T10:00:01+03:00"}]`
	case tl.Edition < 0:
		return fmt.Sprintf("%d is no edition; write its number, from 1", tl.Edition)
	}
	return ""
}

// wrong says why event i cannot stand in a history, or "".
func (tl *Timeline) wrong(i int) string {
	e := &tl.Events[i]
	if !tl.plain(i) {
		if err, ok := tl.check(i).(*TimelineError); ok {
			return err.Problem
		}
	}
	switch {
	case (e.Void || e.Corrects != 0) && !e.Correction:
		return `what puts another event right is a correction; write "correction": true, and when it was recorded`
	case e.Void && e.Corrects == 0:
		return `it strikes out another event; say which with "corrects": its seq`
	case e.Reason == "" && (e.Kind == Paused || e.Kind == Escalated):
		return fmt.Sprintf("an event %q needs its reason", e.Kind)
	case e.Role == "" && (e.Kind == Approved || e.Kind == Revoked):
		return fmt.Sprintf("an event %q needs its role", e.Kind)
	case e.Appointment.IsZero() && e.Kind == Appointed:
		return fmt.Sprintf("an event %q needs its appointment", e.Kind)
	}
	return ""
}

// The keys of the objects in a line. Those that stand in most events come first.
var (
	timelineKeys = []string{"id", "events", "note", "edition"}
	eventKeys    = []string{
		"kind", "at", "reason", "attributes", "seq", "role", "recorded",
		"correction", "corrects", "void", "appointment", "contract",
	}
	termsKeys = []string{"contract", "metric", "calendar", "within", "days", "at"}
)

// history reads lines, each into the memory of the one before. It has a scanner of
// its own: package encoding/json takes twice as long as the assessments for which a
// history is read (BenchmarkReadTimelines), and passes over keys that stand twice.
type history struct {
	name string
	r    *bufio.Reader
	line int    // its number, from 1
	long []byte // a line that is longer than r's buffer

	text   []byte // the line
	pos    int
	event  int // which is being read, or -1
	terms  int // which are being read, or -1
	key    string
	of     string // the attribute of the key attributes
	broken bool   // the line is no JSON, so that nothing more can be said of it
	wrong  []error

	tl    Timeline
	maps  []map[string]string // for attributes
	used  int                 // of maps
	words map[string]string   // texts that occur again and again
}

// next returns the next line without its end, or bufio.ErrTooLong once it is passed over.
func (h *history) next() ([]byte, error) {
	h.line++
	h.long = h.long[:0]
	tooLong := false
	for {
		part, err := h.r.ReadSlice('\n')
		whole := len(h.long) == 0 && !tooLong && err == nil
		if whole {
			return h.trim(part), nil
		}
		if tooLong = tooLong || len(h.long)+len(part) > longestLine; !tooLong {
			h.long = append(h.long, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		case tooLong:
			return nil, bufio.ErrTooLong
		case err != nil && len(h.long) == 0:
			return nil, err
		}
		return h.trim(h.long), nil
	}
}

// trim cuts off the line's end, and the byte order mark that some programs begin a
// file with.
func (h *history) trim(line []byte) []byte {
	if h.line == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}

func (h *history) timeline(line []byte) error {
	h.text, h.pos, h.broken, h.wrong, h.used = line, 0, false, nil, 0
	h.event, h.terms, h.key, h.of = -1, -1, "", ""
	h.tl = Timeline{Events: h.tl.Events[:0]}
	h.object(timelineKeys, (*history).timelineField)
	if !h.broken && h.peek() != 0 {
		h.syntax("a timeline ends before this; the next one goes on a line of its own")
	}
	h.event, h.terms, h.key, h.of = -1, -1, "", ""
	if len(h.wrong) > 0 {
		return errors.Join(h.wrong...)
	}
	if problem := h.tl.incomplete(); problem != "" {
		return h.mistake("", problem)
	}
	for i := range h.tl.Events {
		if problem := h.tl.wrong(i); problem != "" {
			h.event = i
			h.note(problem)
		}
	}
	return errors.Join(h.wrong...)
}

func (h *history) timelineField(key string) {
	switch key {
	case "id":
		h.tl.ID = string(h.bytes())
	case "note":
		h.tl.Note = string(h.bytes())
	case "edition":
		h.tl.Edition = int(h.integer(strconv.IntSize))
	case "events":
		h.array(&h.event, func(h *history) {
			h.tl.Events = append(h.tl.Events, Event{})
			h.object(eventKeys, (*history).eventField)
		})
	}
}

func (h *history) eventField(key string) {
	e := &h.tl.Events[len(h.tl.Events)-1]
	switch key {
	case "kind":
		e.Kind = h.word()
	case "at":
		e.At = h.time()
	case "reason":
		e.Reason = h.word()
	case "attributes":
		e.Attributes = h.attributes()
	case "seq":
		e.Seq = townclerk.Seq(h.integer(64))
	case "role":
		e.Role = h.word()
	case "recorded":
		e.Recorded = h.time()
	case "correction":
		e.Correction = h.boolean()
	case "corrects":
		e.Corrects = townclerk.Seq(h.integer(64))
	case "void":
		e.Void = h.boolean()
	case "appointment":
		e.Appointment = h.time()
	case "contract":
		h.array(&h.terms, func(h *history) {
			e.Contract = append(e.Contract, Terms{})
			h.object(termsKeys, (*history).termsField)
		})
	}
}

func (h *history) termsField(key string) {
	e := &h.tl.Events[len(h.tl.Events)-1]
	t := &e.Contract[len(e.Contract)-1]
	switch key {
	case "contract":
		t.Contract = h.word()
	case "metric":
		t.Metric = h.word()
	case "calendar":
		t.Calendar = h.word()
	case "within":
		t.Within = h.duration()
	case "days":
		t.Days = int(h.integer(strconv.IntSize))
	case "at":
		t.At = h.word()
	}
}

// mistake is one in the line, at the key or where reading has come to.
func (h *history) mistake(key, problem string) error {
	return &townclerk.FileError{File: h.name, Line: h.line, Key: key, Problem: problem}
}

// note adds a mistake at the place that is being read, as events[2].at.
func (h *history) note(problem string) {
	const most = 20 // of one line
	where := ""
	if h.event >= 0 {
		where = fmt.Sprintf("events[%d]", h.event+1)
	}
	if h.terms >= 0 {
		where += fmt.Sprintf(".contract[%d]", h.terms+1)
	}
	for _, key := range []string{h.key, h.of} {
		if key != "" {
			where += "." + key
		}
	}
	switch n := len(h.wrong); {
	case n < most:
		h.wrong = append(h.wrong, h.mistake(string(bytes.TrimPrefix([]byte(where), []byte("."))), problem))
	case n == most:
		h.wrong = append(h.wrong, h.mistake("", "there are more mistakes in this line"))
	}
}

// syntax notes where the line stops being JSON.
func (h *history) syntax(problem string) {
	if !h.broken {
		h.broken = true
		h.note(fmt.Sprintf("column %d: %s", h.pos+1, problem))
	}
}

// peek returns the next byte that is not a space, or 0 at the end or once the line is broken.
func (h *history) peek() byte {
	for !h.broken && h.pos < len(h.text) {
		switch c := h.text[h.pos]; c {
		case ' ', '\t', '\r', '\n':
			h.pos++
		case 0:
			h.syntax("a zero byte is no JSON")
		default:
			return c
		}
	}
	return 0
}

// take passes the byte c, or notes that something else is there.
func (h *history) take(c byte, what string) bool {
	if h.peek() == c {
		h.pos++
		return true
	}
	h.syntax("expected " + what + h.found())
	return false
}

func (h *history) found() string {
	if h.pos >= len(h.text) {
		return "; the line ends here"
	}
	return ", found " + quoteStart(h.text[h.pos:min(len(h.text), h.pos+10)])
}

// object reads an object with these keys, and calls field for each when its value is next.
func (h *history) object(keys []string, field func(*history, string)) {
	var seen uint
	outer := h.key
	for more := h.begin('{', "an object in braces"); more; more = h.more('}') {
		key := h.bytes()
		if !h.take(':', "a colon") {
			return
		}
		i := slices.IndexFunc(keys, func(known string) bool { return known == string(key) })
		if i >= 0 {
			h.key = keys[i]
		}
		switch {
		case i < 0:
			h.key = string(key)
			h.note("unknown key" + tomldoc.Suggest(h.key, keys))
			h.skip()
		case seen&(1<<i) != 0:
			h.note("it stands twice")
			h.skip()
		default:
			seen |= 1 << i
			field(h, keys[i])
		}
		h.key = outer
	}
}

// array reads objects, and counts them in n.
func (h *history) array(n *int, element func(*history)) {
	outer := h.key
	h.key = ""
	for more := h.begin('[', "a list in brackets"); more; more = h.more(']') {
		*n++
		element(h)
	}
	*n, h.key = -1, outer
}

// begin passes what opens an object or a list, and reports whether it holds anything.
func (h *history) begin(c byte, what string) bool {
	if !h.take(c, what) {
		return false
	}
	if h.peek() == c+2 { // { and }, [ and ] are two apart
		h.pos++
		return false
	}
	return !h.broken
}

// more passes a comma and reports true, or what closes the object or list.
func (h *history) more(end byte) bool {
	switch h.peek() {
	case ',':
		h.pos++
		return true
	case end:
		h.pos++
		return false
	}
	h.syntax("expected a comma or " + string(rune(end)) + h.found())
	return false
}

// bytes reads a string. What it returns is good until the next line is read.
func (h *history) bytes() []byte {
	if !h.take('"', "a text in quotes") {
		return nil
	}
	start, plain := h.pos, true
	for ; h.pos < len(h.text); h.pos++ {
		switch c := h.text[h.pos]; {
		case c == '"':
			h.pos++
			return h.unquote(h.text[start:h.pos-1], plain)
		case c == '\\':
			plain = false
			h.pos++ // past whatever is escaped, such as a quote
		case c >= utf8.RuneSelf:
			plain = false
		case c < ' ':
			h.syntax("a text cannot hold a control character; write it as \\n, \\t or \\u0000")
			return nil
		}
	}
	h.pos = len(h.text)
	h.syntax("a text is not closed; the line ends here")
	return nil
}

func (h *history) unquote(text []byte, plain bool) []byte {
	if plain {
		return text
	}
	if !utf8.Valid(text) {
		h.note(quoteStart(text) + " is not UTF-8")
		return nil
	}
	if bytes.IndexByte(text, '\\') < 0 {
		return text
	}
	var s string
	if err := json.Unmarshal(slices.Concat([]byte{'"'}, text, []byte{'"'}), &s); err != nil {
		h.note(fmt.Sprintf("%s: %v", quoteStart(text), err))
	}
	return []byte(s)
}

// word reads a string of a kind of which there are few, such as kinds and attributes.
func (h *history) word() string {
	const longest, most = 64, 1 << 12
	text := h.bytes()
	if word, ok := h.words[string(text)]; ok {
		return word
	}
	word := string(text)
	if len(word) <= longest && len(h.words) < most {
		h.words[word] = word
	}
	return word
}

func (h *history) time() (t time.Time) {
	text := h.bytes()
	if h.broken {
		return t
	}
	if err := t.UnmarshalText(text); err != nil {
		h.note(quoteStart(text) + " is not a time with its offset; write it as 2026-06-07T10:00:01+03:00")
	}
	return t
}

func (h *history) duration() time.Duration {
	text := h.bytes()
	if h.broken {
		return 0
	}
	d, err := time.ParseDuration(string(text))
	if err != nil {
		h.note(quoteStart(text) + ` is not a duration; write it as "1h30m"`)
	}
	return d
}

// bare reads a number, or a word without quotes.
func (h *history) bare() []byte {
	h.peek()
	start := h.pos
	for h.pos < len(h.text) && !bytes.ContainsRune([]byte(" \t\r\n,:{}[]\""), rune(h.text[h.pos])) {
		h.pos++
	}
	return h.text[start:h.pos]
}

func (h *history) integer(bits int) int64 {
	if c := h.peek(); c == '"' || c == '{' || c == '[' {
		h.note("expected a number" + h.found())
		h.skip()
		return 0
	}
	text := h.bare()
	n, err := strconv.ParseInt(string(text), 10, bits)
	if err != nil || !json.Valid(text) {
		h.note(quoteStart(text) + " is not a whole number")
	}
	return n
}

func (h *history) boolean() bool {
	if c := h.peek(); c == '"' || c == '{' || c == '[' {
		h.note("expected true or false" + h.found())
		h.skip()
		return false
	}
	switch text := h.bare(); string(text) {
	case "true":
		return true
	case "false":
	default:
		h.note(quoteStart(text) + " is neither true nor false")
	}
	return false
}

// attributes reads texts by key. Numbers, true and false may stand without quotes.
func (h *history) attributes() map[string]string {
	var m map[string]string
	for more := h.begin('{', "an object in braces"); more; more = h.more('}') {
		if m == nil {
			m = h.newMap()
		}
		key := h.word()
		if !h.take(':', "a colon") {
			break
		}
		h.of = key
		if _, twice := m[key]; twice {
			h.note("it stands twice")
		}
		m[key] = h.scalar()
		h.of = ""
	}
	return m
}

func (h *history) scalar() string {
	switch c := h.peek(); {
	case c == '"':
		return h.word()
	case c == '-' || c >= '0' && c <= '9' || c == 't' || c == 'f':
		if text := h.bare(); json.Valid(text) {
			return string(text)
		}
	}
	h.note("expected a text, a number, true or false" + h.found())
	h.skip()
	return ""
}

// newMap returns an empty map, one of the last line's if it has any left.
func (h *history) newMap() map[string]string {
	if h.used == len(h.maps) {
		h.maps = append(h.maps, map[string]string{})
	}
	m := h.maps[h.used]
	clear(m)
	h.used++
	return m
}

// skip passes over the value of a key that has been reported.
func (h *history) skip() {
	for depth := 0; !h.broken; {
		switch c := h.peek(); c {
		case '{', '[':
			depth++
			h.pos++
		case '}', ']':
			depth--
			h.pos++
		case ',', ':':
			h.pos++
		case '"':
			h.bytes()
		case 0:
			h.syntax("expected a value" + h.found())
		default:
			h.bare()
		}
		if depth <= 0 {
			return
		}
	}
}

// quoteStart shows what was typed, or its beginning.
func quoteStart(text []byte) string {
	const longest = 60
	if len(text) > longest {
		return strconv.Quote(string(text[:longest])) + "…"
	}
	return strconv.Quote(string(text))
}

// writer writes a line.
type writer struct {
	text []byte
	err  error
}

func (w *writer) timeline(tl *Timeline) {
	w.text = append(w.text, '{')
	w.string("id", tl.ID)
	w.string("note", tl.Note)
	w.integer("edition", int64(tl.Edition))
	w.key("events")
	w.text = append(w.text, '[')
	for i := range tl.Events {
		w.comma()
		w.event(&tl.Events[i])
	}
	w.text = append(w.text, "]}"...)
}

func (w *writer) event(e *Event) {
	w.text = append(w.text, '{')
	w.string("kind", e.Kind)
	w.time("at", e.At)
	w.time("recorded", e.Recorded)
	w.integer("seq", int64(e.Seq))
	if len(e.Attributes) > 0 {
		w.key("attributes")
		w.text = append(w.text, '{')
		for _, key := range slices.Sorted(maps.Keys(e.Attributes)) {
			w.key(key)
			w.quoted(e.Attributes[key])
		}
		w.text = append(w.text, '}')
	}
	w.string("reason", e.Reason)
	w.string("role", e.Role)
	w.boolean("correction", e.Correction)
	w.boolean("void", e.Void)
	w.integer("corrects", int64(e.Corrects))
	w.time("appointment", e.Appointment)
	if len(e.Contract) > 0 {
		w.key("contract")
		w.text = append(w.text, '[')
		for i := range e.Contract {
			w.comma()
			w.terms(&e.Contract[i])
		}
		w.text = append(w.text, ']')
	}
	w.text = append(w.text, '}')
}

func (w *writer) terms(t *Terms) {
	w.text = append(w.text, '{')
	w.string("contract", t.Contract)
	w.string("metric", t.Metric)
	w.string("calendar", t.Calendar)
	if t.Within != 0 {
		w.string("within", shortDuration(t.Within))
	}
	w.integer("days", int64(t.Days))
	w.string("at", t.At)
	w.text = append(w.text, '}')
}

// shortDuration prints a length of time as Go does, but as 20m, 1h30m or 24h.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// comma separates what follows from what stands before it, if anything does.
func (w *writer) comma() {
	if last := w.text[len(w.text)-1]; last != '{' && last != '[' {
		w.text = append(w.text, ',')
	}
}

func (w *writer) key(key string) {
	w.comma()
	w.quoted(key)
	w.text = append(w.text, ':')
}

func (w *writer) string(key, value string) {
	if value != "" {
		w.key(key)
		w.quoted(value)
	}
}

func (w *writer) integer(key string, value int64) {
	if value != 0 {
		w.key(key)
		w.text = strconv.AppendInt(w.text, value, 10)
	}
}

func (w *writer) boolean(key string, value bool) {
	if value {
		w.key(key)
		w.text = append(w.text, "true"...)
	}
}

func (w *writer) time(key string, t time.Time) {
	if t.IsZero() {
		return
	}
	if _, offset := t.Zone(); offset%60 != 0 {
		t = t.UTC() // RFC 3339 has no seconds in offsets, such as those of local mean time
	}
	text, err := t.MarshalText()
	if err != nil {
		w.err = errors.Join(w.err, fmt.Errorf("%s: %w", key, err))
	}
	w.key(key)
	w.quoted(string(text))
}

func (w *writer) quoted(s string) {
	if !utf8.ValidString(s) {
		w.err = errors.Join(w.err, fmt.Errorf("%s is not UTF-8", quoteStart([]byte(s))))
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			escaped, _ := json.Marshal(s) // of a string that is UTF-8, it cannot fail
			w.text = append(w.text, escaped...)
			return
		}
	}
	w.text = append(append(append(w.text, '"'), s...), '"')
}
