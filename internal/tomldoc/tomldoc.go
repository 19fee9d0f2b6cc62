// Package tomldoc decodes a TOML document into Go structs and reports all of
// its mistakes together, each as a [townclerk.FileError] with its line.
//
// [Decode] fills a struct and returns a [Doc], which knows where each key
// stands. The caller checks what types cannot say and adds what it finds:
//
//	var raw rawPolicy
//	doc := tomldoc.Decode(data, "raanana/sla.toml", &raw)
//	for i, t := range raw.Targets {
//		if _, ok := raw.Calendars[t.Calendar]; !ok {
//			doc.Errorf(tomldoc.At("targets", i, "calendar"), "no calendar named %q%s",
//				t.Calendar, tomldoc.Suggest(t.Calendar, doc.Keys(tomldoc.At("calendars"))))
//		}
//	}
//	return doc.Err()
//
// # Destinations
//
// A struct's fields carry the tag `toml:"key"`, or `toml:"-"`; what follows a
// comma in it is for others. Keys are case-sensitive. Embedded structs are
// flattened. The tag `required:"true"` reports a key that is absent or empty,
// and `hint:"..."` says what to write there, as in "write a name".
//
// Fields are strings, bools, signed integers, slices, maps with string keys,
// structs, pointers to these, and whatever implements
// [encoding.TextUnmarshaler]; its error becomes the message, so it should say
// how to mend the value. A field of another type is a mistake of the program,
// and panics at the first [Decode] into it, whatever the document.
//
// A value of the wrong type is passed over, but keeps its place in a slice or
// map, so that indexes agree with the document.
//
// # Documents
//
// A document is what go-toml accepts: TOML 1.1 in UTF-8. Beyond that, a byte
// order mark is skipped, as Windows editors write one; keys and values nested
// more than 64 deep are a mistake; and lines in a multi-line string end in \n
// also in a file whose lines end in \r\n. A file has at most [MaxSize] bytes, or
// [MaxWritten] if a program wrote it; the work is in proportion to its size.
package tomldoc

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/townclerk/townclerk"
)

// Doc is a document that was read. It knows where each key stands, and
// collects mistakes.
type Doc struct {
	name     string
	root     *node
	mistakes []mistake
	failed   *failure // where the mistakes are
	unread   bool     // nothing was decoded, because of a mistake in the syntax
}

// A mistake keeps its path instead of the key's text, because the id by which a
// table is called may stand below the mistake.
type mistake struct {
	at      Path
	line    int
	problem string
}

// A failure is a path at which or below which a mistake was found.
type failure struct {
	below map[any]*failure // by the next step
}

// The most bytes of a file.
const (
	MaxSize    = 1 << 20  // that people write: hundreds of times what a policy needs
	MaxWritten = 16 << 20 // that a program writes
)

// Decode reads a TOML document into v, a pointer to a struct. Fields whose keys
// are absent keep what they hold. The name is the file's, for the messages.
//
// After a mistake in the syntax nothing is decoded, and it is the only one
// reported, as what follows it is unknown. All others are reported together.
func Decode(data []byte, name string, v any) *Doc {
	return decode(data, name, v, MaxSize)
}

// DecodeWritten is Decode for a file that a program wrote.
func DecodeWritten(data []byte, name string, v any) *Doc {
	return decode(data, name, v, MaxWritten)
}

func decode(data []byte, name string, v any, most int) *Doc {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("tomldoc: Decode into %T, which is not a pointer to a struct", v))
	}
	t := typeOf(target.Type().Elem())
	d := &Doc{name: name}
	if len(data) > most {
		d.refuse(1, fmt.Sprintf("the file has %d bytes; a file of this kind has at most %d MiB, so split it, or take out what is not needed", len(data), most>>20))
	} else {
		d.read(data)
	}
	if !d.unread {
		d.record(d.root, target.Elem(), t, nil)
	}
	return d
}

// Errorf adds a mistake at a key. The text says what is wrong and how to mend
// it; file, line and key are put before it.
func (d *Doc) Errorf(at Path, format string, args ...any) {
	d.add(at, d.Line(at), fmt.Sprintf(format, args...))
}

// Err returns nil if there are no mistakes, else all of them, joined in the
// order of lines. Each is a [*townclerk.FileError].
func (d *Doc) Err() error {
	mistakes := slices.Clone(d.mistakes)
	slices.SortStableFunc(mistakes, func(a, b mistake) int { return a.line - b.line })
	var errs []error
	seen := make(map[townclerk.FileError]bool)
	for _, m := range mistakes {
		e := townclerk.FileError{File: d.name, Line: m.line, Key: d.show(m.at), Problem: m.problem}
		if !seen[e] {
			seen[e] = true
			errs = append(errs, &e)
		}
	}
	return errors.Join(errs...)
}

// Unjoin returns the errors that Err or [errors.Join] joined; any other alone, and
// none for nil.
func Unjoin(err error) []error {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &joined):
		return joined.Unwrap()
	}
	return []error{err}
}

// Failed reports whether a mistake was found at the path or below it. The nil
// path stands for the whole document. After a mistake in the syntax, every path
// has failed.
func (d *Doc) Failed(at Path) bool {
	f := d.failed
	for _, step := range at {
		if f == nil {
			break
		}
		f = f.below[step]
	}
	return d.unread || f != nil
}

// Line returns the line of a key, or that of the nearest table or list around
// it that is present. It is 0 only if the document is empty.
func (d *Doc) Line(at Path) int {
	n := d.root
	for _, step := range at {
		next := n.step(step)
		if next == nil {
			break
		}
		n = next
	}
	return n.line
}

// Name returns the name that the document was given.
func (d *Doc) Name() string { return d.name }

// Show writes a path as the messages do: targets.ops-transfer.calendar.
func (d *Doc) Show(at Path) string { return d.show(at) }

// Has reports whether the document has the key, be its value right or wrong.
func (d *Doc) Has(at Path) bool { return d.find(at) != nil }

// IsTable reports whether the document has a table at the path.
func (d *Doc) IsTable(at Path) bool {
	n := d.find(at)
	return n != nil && n.kind == tableKind
}

// Keys returns the keys of a table in the order of the document, which a Go map
// forgets. It returns nil if there is no table at the path.
func (d *Doc) Keys(at Path) []string {
	n := d.find(at)
	if n == nil {
		return nil
	}
	var keys []string
	for _, e := range n.entries {
		keys = append(keys, e.key)
	}
	return keys
}

// find returns nil if the document has nothing at the path.
func (d *Doc) find(at Path) *node {
	n := d.root
	for _, step := range at {
		n = n.step(step)
	}
	return n
}

func (d *Doc) add(at Path, line int, problem string) {
	d.mistakes = append(d.mistakes, mistake{at, line, problem})
	if d.failed == nil {
		d.failed = &failure{}
	}
	f := d.failed
	for _, step := range at {
		next := f.below[step]
		if next == nil {
			if f.below == nil {
				f.below = map[any]*failure{}
			}
			next = &failure{}
			f.below[step] = next
		}
		f = next
	}
}

// refuse says why nothing of the document can be read.
func (d *Doc) refuse(line int, problem string) {
	d.root = newTable(headed, 1)
	d.mistakes, d.failed = nil, nil
	d.unread = true
	d.add(nil, line, problem)
}
