package asset

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
)

// The columns of a CSV file besides the keys of facts. Those at the beginning say
// which asset a line is about.
const (
	columnNumber = "number"
	columnState  = "state"
)

// WriteCSV writes the facts of assets as CSV, in UTF-8, one asset to a record: their Number,
// their State, and each fact that any of them has under its key, as in
// "software/antivirus". [Inventory.ImportCSV] reads it back as it was.
//
// The columns are those of all assets, so they are read twice: the sequence has to be
// one that can be. A text that a spreadsheet would take for a formula, and one that
// begins with an apostrophe, gets an apostrophe in front, which the import takes away.
// Excel reads other scripts than Latin only if the file begins with U+FEFF: write that
// before, where it is needed.
func WriteCSV(w io.Writer, assets iter.Seq2[Asset, error]) error {
	var more []string
	for a, err := range assets {
		if err != nil {
			return err
		}
		for _, key := range a.Facts.FactKeys() {
			if !slices.Contains(factKeys, key) && !slices.Contains(more, key) {
				more = append(more, key)
			}
		}
	}
	slices.Sort(more)
	keys := slices.Concat(factKeys, more)
	out := csv.NewWriter(w)
	head := append([]string{columnNumber, columnState}, keys...)
	line := make([]string, len(head))
	for i, key := range head {
		line[i] = neutral(key)
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for a, err := range assets {
		if err != nil {
			return err
		}
		line[0], line[1] = neutral(a.Number), string(a.Facts.State)
		for i, key := range keys {
			line[i+2] = neutral(a.Facts.Get(key))
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// formulas is what a cell begins with that a spreadsheet computes, and the sign that
// keeps it from that.
const formulas = "=+-@＝＋－＠\t\r\n'"

// neutral puts an apostrophe in front of what a spreadsheet would compute, and in front
// of another, so that whole takes away what neutral has put there and nothing else.
func neutral(text string) string {
	if computed(text) {
		return "'" + text
	}
	return text
}

// computed reports whether a text begins, perhaps after spaces, with one of formulas.
func computed(text string) bool {
	for _, r := range strings.TrimLeft(text, " \u00a0\ufeff") {
		return strings.ContainsRune(formulas, r)
	}
	return false
}

// whole takes away the apostrophe that neutral has put in front.
func whole(text string) string {
	if rest, ok := strings.CutPrefix(text, "'"); ok && computed(rest) {
		return rest
	}
	return text
}

// Imported counts what an import did.
type Imported struct {
	Added     int // assets that were registered
	Amended   int // assets of which something was another
	Unchanged int
}

// ImportCSV reads facts of assets from a CSV file, as [WriteCSV] writes them or as
// somebody made it: the first line names the keys, in any order. A line is about the
// asset with its number or, if none has it, with its tag; one that is about none is
// registered, in its state or else as in use, and the store gives it a number. Of one that is there, what
// is another is set by the actions that set it: Place for unit, location and holder,
// Install for releases and software, Amend for the rest. An empty cell takes a fact
// away; a column that is not there leaves it. The state of one that is there is not
// changed by an import: if it is another, that is a mistake.
//
// The name is that of the file, for errors. All lines are checked before anything is
// stored, and mistakes come back joined, in the order of lines, each a
// [*townclerk.FileError]. If the store fails on the way, what was stored stays, and
// the same file can be imported again. The command says who imports, when, and why.
func (v *Inventory) ImportCSV(ctx context.Context, tenant townclerk.Tenant, r io.Reader, name string, who Command) (Imported, error) {
	who = v.stamp(Command{Do: Register, At: who.At, By: who.By, Role: who.Role, Reason: who.Reason, Reference: who.Reference})
	m := importer{v: v, ctx: ctx, tenant: tenant, name: name, who: who}
	if err := m.read(r); err != nil {
		return Imported{}, err
	}
	for i := range m.lines {
		if err := m.store(&m.lines[i]); err != nil {
			return m.done, fmt.Errorf("%s:%d: %w", name, m.lines[i].number, err)
		}
	}
	return m.done, nil
}

type importer struct {
	v      *Inventory
	ctx    context.Context
	tenant townclerk.Tenant
	name   string
	who    Command

	keys     []string
	lines    []imported
	seen     map[string]int // the line that is about a number or a tag
	mistakes []error
	done     Imported
}

// imported is a line, and what it asks for.
type imported struct {
	number   int // of the line
	id       ID  // of the asset; empty: it is not there yet
	commands []Command
}

func (m *importer) fail(line int, key, format string, args ...any) {
	m.mistakes = append(m.mistakes, &townclerk.FileError{File: m.name, Line: line, Key: key, Problem: fmt.Sprintf(format, args...)})
}

// read reads and checks the whole file.
func (m *importer) read(r io.Reader) error {
	text := bufio.NewReader(r)
	if mark, err := text.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = text.Discard(3)
	}
	in := csv.NewReader(text)
	m.seen = map[string]int{}
	first := true
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			if errors.Is(broken.Err, csv.ErrFieldCount) {
				m.fail(broken.Line, "", "it has %d cells, and the first line %d", len(cells), in.FieldsPerRecord)
				continue
			}
			m.fail(broken.Line, "", "%v; write a quotation mark twice, and such a cell in quotation marks", broken.Err)
			return errors.Join(m.mistakes...) // what follows cannot be told apart
		case err != nil:
			return fmt.Errorf("%s: %w", m.name, err)
		}
		line, _ := in.FieldPos(0)
		for i := range cells {
			cells[i] = whole(cells[i])
		}
		if first {
			first = false
			m.head(line, cells)
			continue
		}
		if err := m.line(line, cells); err != nil {
			return err
		}
	}
	if first {
		m.fail(0, "", "the file is empty; its first line names the columns, such as number,kind,name")
	}
	return errors.Join(m.mistakes...)
}

func (m *importer) head(line int, cells []string) {
	for i, key := range cells {
		switch {
		case key != columnNumber && key != columnState && !knownKey(key):
			m.fail(line, key, "no fact has this key%s", tomldoc.Suggest(key, append(slices.Clone(factKeys), columnNumber, columnState)))
		case slices.Contains(cells[:i], key):
			m.fail(line, key, "the column stands twice")
		}
	}
	m.keys = cells
}

// line checks what a line asks for. The error is the store's.
func (m *importer) line(line int, cells []string) error {
	set := map[string]string{}
	number, state := "", State("")
	for i, key := range m.keys {
		switch key {
		case columnNumber:
			number = cells[i]
		case columnState:
			state = State(cells[i])
		default:
			set[key] = cells[i]
		}
	}
	for _, about := range []string{columnNumber + " " + number, keyTag + " " + set[keyTag]} {
		if other, again := m.seen[about]; again && !strings.HasSuffix(about, " ") {
			m.fail(line, "", "line %d is about the same asset", other)
			return nil
		}
		m.seen[about] = line
	}
	a, err := m.find(line, number, set[keyTag])
	if err != nil {
		return err
	}
	asked := imported{number: line}
	if tag := set[keyTag]; a.ID != "" && tag != "" && tag != a.Facts.Tag {
		if other, err := m.find(line, "", tag); err != nil {
			return err
		} else if other.ID != "" {
			m.fail(line, keyTag, "the asset %s has %q; take it away there first, in an import of its own", other.Number, tag)
		}
	}
	if a.ID != "" {
		asked.id = a.ID
		m.amend(line, &asked, a, state, set)
	} else {
		m.register(line, &asked, state, set)
	}
	m.lines = append(m.lines, asked)
	return nil
}

// find returns the asset that a line is about; one without an ID if there is none.
func (m *importer) find(line int, number, tag string) (Asset, error) {
	for _, q := range []Query{{Number: number}, {Tag: tag}} {
		if q.Number == "" && q.Tag == "" {
			continue
		}
		page, err := m.v.List(m.ctx, m.tenant, q)
		if err != nil {
			return Asset{}, err
		}
		if len(page.Items) > 1 {
			m.fail(line, columnNumber, "several assets have the number %q", number)
		}
		if len(page.Items) > 0 {
			return page.Items[0], nil
		}
	}
	return Asset{}, nil
}

func (m *importer) register(line int, asked *imported, state State, set map[string]string) {
	c := m.who
	c.State, c.Set = state, map[string]string{}
	for key, value := range set {
		if value != "" && key != keyDown {
			c.Set[key] = value
		}
	}
	for _, key := range []string{keyKind, keyName} {
		if c.Set[key] == "" {
			m.fail(line, key, "missing; an asset that is not there yet needs it")
		}
	}
	if c.Set[keyKind] == "" || c.Set[keyName] == "" {
		return
	}
	asked.commands = []Command{c}
	a, ok := m.try(line, Asset{ID: "new"}, c)
	if down := set[keyDown]; ok && down == "true" && a.Facts.State.InUse() {
		fail := m.who
		fail.Do = Fail
		if fail.Reason == "" {
			fail.Reason = "imported"
		}
		asked.commands = append(asked.commands, fail)
		m.try(line, a, fail)
	}
}

// amend says by which actions an asset becomes as the line has it.
func (m *importer) amend(line int, asked *imported, a Asset, state State, set map[string]string) {
	if state != "" && state != a.Facts.State {
		m.fail(line, columnState, "it is %s, and an import does not make it %s; use the actions for that", a.Facts.State, state)
	}
	left := map[string]string{}
	for key, value := range set {
		text, err := parse(key, value, m.v.policy.promises.Zone())
		if err != nil {
			m.fail(line, key, "%v", err)
		} else if text != a.Facts.Get(key) {
			left[key] = value
		}
	}
	for _, do := range []Action{Place, HandOver, Install, Amend} {
		c := m.who
		c.Do, c.Set = do, map[string]string{}
		for key, value := range left {
			if slices.ContainsFunc(sets[do], func(pattern string) bool { return matches(pattern, key) }) {
				c.Set[key] = value
			}
		}
		if do == Place && len(c.Set) > 0 && c.Set[keyUnit] == "" && c.Set[keyLocation] == "" {
			continue // only the holder is another
		}
		if len(c.Set) == 0 {
			continue
		}
		for key := range c.Set {
			delete(left, key)
		}
		asked.commands = append(asked.commands, c)
		var ok bool
		if a, ok = m.try(line, a, c); !ok {
			return
		}
	}
	for key := range left {
		m.fail(line, key, "an import does not change it; use the actions for that")
	}
}

// try does in mind what is asked for.
func (m *importer) try(line int, a Asset, c Command) (Asset, bool) {
	next, _, err := m.v.policy.Do(a, c)
	if err == nil {
		return next, true
	}
	var refused *townclerk.TransitionError
	if errors.As(err, &refused) {
		m.fail(line, "", "cannot %s while %s: %s", refused.Do, refused.State, cmp.Or(refused.Rule, "that is none of its state's actions"))
		return a, false
	}
	var wrong *townclerk.FieldError
	for _, e := range tomldoc.Unjoin(errors.Unwrap(err)) {
		if errors.As(e, &wrong) {
			m.fail(line, strings.TrimPrefix(wrong.Field, "set."), "%s", wrong.Problem)
		}
	}
	if wrong == nil {
		m.fail(line, "", "%v", err)
	}
	return a, false
}

// store does what a line asks for.
func (m *importer) store(line *imported) error {
	id := line.id
	for _, c := range line.commands {
		c.Recorded = time.Time{}
		if id == "" {
			a, err := m.v.Add(m.ctx, m.tenant, c)
			if err != nil {
				return err
			}
			id = a.ID
			continue
		}
		if _, err := m.v.Do(m.ctx, m.tenant, id, c); err != nil {
			return err
		}
	}
	switch {
	case line.id == "":
		m.done.Added++
	case len(line.commands) > 0:
		m.done.Amended++
	default:
		m.done.Unchanged++
	}
	return nil
}
