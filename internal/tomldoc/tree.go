package tomldoc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// maxDepth is how many keys and indexes may lead to a value. Policies need
// about six; the bound keeps a hostile document from filling the stack.
const maxDepth = 64

type kind uint8

const (
	brokenKind kind = iota // its mistake has been reported
	stringKind
	integerKind
	floatKind
	booleanKind
	dateKind
	timeKind
	dateTimeKind
	instantKind
	listKind
	tableKind
)

// String returns the kind as an Accepter is asked about it.
func (k kind) String() string {
	return [...]string{"broken", "string", "integer", "float", "boolean", "date",
		"time", "date-time", "instant", "list", "table"}[k]
}

// An origin says how a table or list came about, which decides what may still
// be added to it.
type origin uint8

const (
	written origin = iota // after an equals sign: complete
	dotted                // by a dotted key: more dotted keys may follow
	implied               // by the header of something inside: its own header may follow
	headed                // by its own header
)

// A node is a value of the document.
type node struct {
	kind     kind
	origin   origin
	reopened bool   // its header was repeated, and that was reported
	line     int    // of the key or, in a list, of the element
	text     string // of a scalar: see Accepter
	entries  []entry
	index    map[string]*node // of a table too large to search
	elems    []*node
}

type entry struct {
	key  string
	node *node
}

// manyEntries is from where a map finds a key faster than looking at each.
const manyEntries = 16

func (n *node) get(key string) *node {
	if n.index != nil {
		return n.index[key]
	}
	for _, e := range n.entries {
		if e.key == key {
			return e.node
		}
	}
	return nil
}

func (n *node) put(key string, value *node) {
	n.entries = append(n.entries, entry{key, value})
	if n.index != nil {
		n.index[key] = value
	} else if len(n.entries) == manyEntries {
		n.index = make(map[string]*node)
		for _, e := range n.entries {
			n.index[e.key] = e.node
		}
	}
}

// last returns the table that a list ends in, or nil.
func (n *node) last() *node {
	if len(n.elems) == 0 || n.elems[len(n.elems)-1].kind != tableKind {
		return nil
	}
	return n.elems[len(n.elems)-1]
}

func newTable(o origin, line int) *node { return &node{kind: tableKind, origin: o, line: line} }

// A builder turns the parser's expressions into nodes. It goes on after a
// mistake as if what the author wrote were allowed, where that has a meaning;
// else it collects what follows in a table that is not part of the document.
type builder struct {
	doc    *Doc
	data   []byte
	parser unstable.Parser
	table  *node  // that keys go into
	at     *place // where that table is
	pos    int    // the end of what has been understood

	// The parser counts lines from the start each time, which is too slow.
	line, counted int
}

// read builds the tree of the document.
func (d *Doc) read(data []byte) {
	d.root = newTable(headed, min(1, len(data)))
	data, line, problem := clean(data)
	if problem == "" {
		b := &builder{doc: d, data: data, table: d.root, line: 1}
		line, problem = b.build()
	}
	if problem != "" {
		d.refuse(line, problem)
	}
}

// build returns the mistake that ended the parse, if one did.
func (b *builder) build() (line int, problem string) {
	b.parser.Reset(b.data)
	for b.parser.NextExpression() {
		switch e := b.parser.Expression(); e.Kind {
		case unstable.Table:
			b.enterTable(b.keys(e))
		case unstable.ArrayTable:
			b.enterElement(b.keys(e))
		case unstable.KeyValue:
			b.keyValue(b.table, b.at, e)
		}
		b.endLine()
	}
	if err := b.parser.Error(); err != nil {
		return explain(b.data, b.skip(b.pos), err)
	}
	return 0, ""
}

// endLine leaves pos where the next expression can begin. The parser has made
// sure that nothing but brackets and a comment is before it.
func (b *builder) endLine() {
	for b.pos < len(b.data) && strings.IndexByte(" \t]", b.data[b.pos]) >= 0 {
		b.pos++
	}
}

// skip returns where the first byte from pos on stands that is neither blank
// nor a comment nor a comma.
func (b *builder) skip(pos int) int {
	for ; pos < len(b.data); pos++ {
		switch b.data[pos] {
		case ' ', '\t', '\r', '\n', ',':
		case '#':
			for pos+1 < len(b.data) && b.data[pos+1] != '\n' {
				pos++
			}
		default:
			return pos
		}
	}
	return pos
}

// lineOf must be called with rising offsets.
func (b *builder) lineOf(offset int) int {
	for ; b.counted < min(offset, len(b.data)); b.counted++ {
		if b.data[b.counted] == '\n' {
			b.line++
		}
	}
	return b.line
}

// keys returns the parts of an expression's dotted key, and its line.
func (b *builder) keys(e *unstable.Node) (keys []string, line int) {
	for it := e.Key(); it.Next(); {
		k := it.Node()
		if keys == nil {
			line = b.lineOf(int(k.Raw.Offset))
		}
		keys = append(keys, string(k.Data))
		b.pos = int(k.Raw.Offset + k.Raw.Length)
	}
	return keys, line
}

// enterTable obeys the header [keys].
func (b *builder) enterTable(keys []string, line int) {
	t, ok := b.walk(keys, line)
	if !ok {
		return
	}
	n := t.get(keys[len(keys)-1])
	switch {
	case n == nil:
		n = newTable(headed, line)
		t.put(keys[len(keys)-1], n)
	case n.kind == tableKind && n.origin == implied:
		n.origin, n.line = headed, line
	case n.kind == tableKind:
		b.doc.report(b.at, line, "%s", n.begun())
		n.reopened = true
	case n.kind == listKind && n.origin == headed:
		b.doc.report(b.at, line, "is a list since line %d; write [[%s]] to add to it", n.line, header(b.at.path()))
		b.appendTable(n, line)
		return
	default:
		b.doc.report(b.at, line, "%s", n.closed())
		n = newTable(headed, line)
	}
	b.table = n
}

// begun says why a table cannot have this header.
func (n *node) begun() string {
	switch n.origin {
	case headed:
		return fmt.Sprintf("this table began on line %d; move these keys there", n.line)
	case dotted:
		return fmt.Sprintf("this table was made by the dotted key on line %d; write all of it one way", n.line)
	}
	return n.closed()
}

// enterElement obeys the header [[keys]].
func (b *builder) enterElement(keys []string, line int) {
	t, ok := b.walk(keys, line)
	if !ok {
		return
	}
	n := t.get(keys[len(keys)-1])
	switch {
	case n == nil:
		n = &node{kind: listKind, origin: headed, line: line}
		t.put(keys[len(keys)-1], n)
	case n.kind == listKind && n.origin == headed:
	case n.kind == tableKind && n.origin != written:
		b.doc.report(b.at, line, "is a single table since line %d; write [[%s]] there too if it is a list", n.line, header(b.at.path()))
		n = &node{}
	default:
		b.doc.report(b.at, line, "%s", n.closed())
		if n.last() == nil {
			n = &node{}
		}
	}
	b.appendTable(n, line)
}

// appendTable makes a new table at the end of a list the one that keys go into.
func (b *builder) appendTable(list *node, line int) {
	b.table = newTable(headed, line)
	b.at = b.at.atIndex(len(list.elems))
	list.elems = append(list.elems, b.table)
}

// walk goes to the table that a header's last key belongs to, and leaves at at
// that key. If the header leads nowhere, the keys below it go nowhere either.
func (b *builder) walk(keys []string, line int) (t *node, ok bool) {
	t, b.at = b.doc.root, nil
	if len(keys) > maxDepth {
		b.tooDeep(line)
		b.table = newTable(headed, line)
		return nil, false
	}
	for _, key := range keys[:len(keys)-1] {
		b.at = b.at.atKey(key)
		t = b.through(t, line)
	}
	b.at = b.at.atKey(keys[len(keys)-1])
	return t, true
}

// through follows a key that is not the last of a header, at which at is.
func (b *builder) through(t *node, line int) *node {
	n := t.get(b.at.key)
	if n == nil {
		n = newTable(implied, line)
		t.put(b.at.key, n)
	}
	if n.origin == written {
		b.doc.report(b.at, line, "%s", n.closed())
	}
	switch {
	case n.kind == tableKind:
		return n
	case n.last() != nil:
		b.at = b.at.atIndex(len(n.elems) - 1)
		return n.last()
	}
	return newTable(headed, line)
}

// closed says why a value after an equals sign cannot be added to.
func (n *node) closed() string {
	switch n.kind {
	case listKind:
		return fmt.Sprintf("is a list in brackets, on line %d; add to it there", n.line)
	case tableKind:
		return fmt.Sprintf("is a table in braces, on line %d; add to it there", n.line)
	}
	return fmt.Sprintf("has a value already, on line %d, and cannot be a table too; remove one of them", n.line)
}

func (b *builder) tooDeep(line int) {
	b.doc.report(nil, line, "keys are nested more than %d deep; write fewer levels", maxDepth)
}

// keyValue puts a value into t, which is at a place.
func (b *builder) keyValue(t *node, at *place, e *unstable.Node) {
	keys, line := b.keys(e)
	if at.steps()+len(keys) > maxDepth {
		b.tooDeep(line)
	} else {
		for _, key := range keys[:len(keys)-1] {
			at = at.atKey(key)
			t = b.dotted(t, at, line)
		}
		b.assign(t, at.atKey(keys[len(keys)-1]), line, e.Value())
	}
	b.pos = int(e.Raw.Offset + e.Raw.Length) // also if not all of it was looked at
}

// dotted returns the table that a part of a dotted key stands for.
func (b *builder) dotted(t *node, here *place, line int) *node {
	n := t.get(here.key)
	switch {
	case n == nil:
		n = newTable(dotted, line)
		t.put(here.key, n)
	case n.kind == tableKind && n.origin == dotted:
	case n.kind == listKind && n.origin == headed:
		b.doc.report(here, line, "is a list of tables since line %d; write the key below one of its headers", n.line)
	case n.origin == written:
		b.doc.report(here, line, "%s", n.closed())
	default:
		b.doc.report(here, line, "is a table since line %d; write the key there", n.line)
	}
	if n.kind != tableKind {
		n = newTable(dotted, line)
	}
	n.reopened = n.reopened || t.reopened
	return n
}

// assign puts a value under the last key of its path.
func (b *builder) assign(t *node, here *place, line int, v *unstable.Node) {
	old := t.get(here.key)
	switch {
	case old == nil:
	case t.reopened: // one mistake, not one for each key
	case old.origin != written:
		b.doc.report(here, line, "is a table already, since line %d; remove one of them", old.line)
	default:
		b.doc.report(here, line, "is set twice, first on line %d; remove one of them", old.line)
	}
	b.pos = b.skip(b.pos) + len("=")
	if n := b.value(v, here, line); old == nil {
		t.put(here.key, n)
	}
}

// value makes the node of what the parser read after an equals sign or in a list.
func (b *builder) value(v *unstable.Node, here *place, line int) *node {
	n := &node{line: line}
	switch v.Kind {
	case unstable.Array:
		n.kind = listKind
		b.list(n, v, here)
	case unstable.InlineTable:
		n.kind = tableKind
		b.pos = int(v.Raw.Offset) + len("{")
		for it := v.Children(); it.Next(); {
			b.keyValue(n, here, it.Node())
		}
		b.pos = b.skip(b.pos) + len("}")
	default:
		b.pos = int(v.Raw.Offset + v.Raw.Length)
		var problem string
		n.kind, n.text, problem = scalar(v)
		if problem != "" {
			b.doc.report(here, line, "%s", problem)
			n.kind = brokenKind
		}
	}
	return n
}

// list finds the line of each element by itself: the parser does not know where
// a list in a list begins.
func (b *builder) list(n *node, v *unstable.Node, here *place) {
	b.pos = b.skip(b.pos) + len("[")
	for it := v.Children(); it.Next(); {
		elem := here.atIndex(len(n.elems))
		if elem.depth > maxDepth {
			b.tooDeep(n.line)
			n.kind = brokenKind
			return
		}
		b.pos = b.skip(b.pos)
		n.elems = append(n.elems, b.value(it.Node(), elem, b.lineOf(b.pos)))
	}
	b.pos = b.skip(b.pos) + len("]")
}

// scalar returns a value's text as Accepter describes it, and what is wrong
// with it, whatever type it is decoded into.
func scalar(v *unstable.Node) (k kind, text, problem string) {
	text = string(v.Data)
	switch v.Kind {
	case unstable.String:
		return stringKind, text, ""
	case unstable.Bool:
		return booleanKind, text, ""
	case unstable.Integer:
		i, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			problem = clip(text) + " is too large for a number; write it in quotes if it is text"
		}
		return integerKind, strconv.FormatInt(i, 10), problem
	case unstable.Float:
		if !valid(text) {
			problem = clip(text) + " is too large for a number; write it in quotes if it is text"
		}
		return floatKind, text, problem
	}
	k, example := dateKind, "2026-06-07"
	switch v.Kind {
	case unstable.LocalTime:
		k, example = timeKind, "23:59:59"
	case unstable.LocalDateTime:
		k, example = dateTimeKind, "2026-06-07T10:00:00"
	case unstable.DateTime:
		k, example = instantKind, "2026-06-07T10:00:00+03:00"
	}
	if !valid(text) {
		problem = fmt.Sprintf("%s is not a %s; write one such as %s, or in quotes if it is text", clip(text), noun[k], example)
	}
	return k, strings.ToUpper(strings.Replace(text, " ", "T", 1)), problem
}

// valid asks go-toml about a number, a date or a time: its parser only finds
// where they end.
func valid(text string) bool {
	var doc map[string]any
	return toml.Unmarshal([]byte("x = "+text), &doc) == nil
}
