package tomldoc

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A Path leads from the top of a document to a value: a string is a key of a
// table, an int the index of a list's element, from 0. Make one with [At].
//
// Messages show a path with dots. A table in a list is called by its id, else
// by its name, else by its number, from 1: targets.ops-transfer.calendar,
// targets[4].calendar.
type Path []any

// At returns the path of these steps: strings, ints, or values of such kinds.
// At() is the document itself.
func At(steps ...any) Path { return Path(nil).Add(steps...) }

// Add returns the path that goes further by these steps. It never shares
// memory with p.
func (p Path) Add(more ...any) Path {
	long := make(Path, 0, len(p)+len(more))
	long = append(long, p...)
	for _, step := range more {
		long = append(long, plain(step))
	}
	return long
}

// plain makes a step of a named type, such as a target's ID, comparable with
// the keys of the document.
func plain(step any) any {
	v := reflect.ValueOf(step)
	if v.CanInt() {
		return int(v.Int())
	}
	return v.String()
}

// step follows one step of a path. It returns nil if there is nothing, also
// when n is nil.
func (n *node) step(step any) *node {
	if n == nil {
		return nil
	}
	switch s := step.(type) {
	case string:
		return n.get(s)
	case int:
		// A single value may stand for a list of one: see OneOrMore.
		if n.kind != listKind && s == 0 {
			return n
		}
		if s >= 0 && s < len(n.elems) {
			return n.elems[s]
		}
	}
	return nil
}

// show writes a path for a message.
func (d *Doc) show(at Path) string {
	var b strings.Builder
	n := d.root
	for _, step := range at {
		next := n.step(step)
		switch s := step.(type) {
		case string:
			writeKey(&b, s)
		case int:
			if name := next.calledBy(); name != "" {
				writeKey(&b, name)
			} else if next != n || n == nil {
				fmt.Fprintf(&b, "[%d]", s+1)
			}
		}
		n = next
	}
	return b.String()
}

// calledBy returns the name by which people know a table in a list, or "".
func (n *node) calledBy() string {
	for _, key := range []string{"id", "name"} {
		if name := n.step(key); name != nil && name.kind == stringKind && name.text != "" {
			return name.text
		}
	}
	return ""
}

// header returns the path as it stands between the brackets of a header, where
// the elements of lists have no numbers.
func header(at Path) string {
	var b strings.Builder
	for _, step := range at {
		if key, ok := step.(string); ok {
			writeKey(&b, key)
		}
	}
	return b.String()
}

func writeKey(b *strings.Builder, key string) {
	if b.Len() > 0 {
		b.WriteByte('.')
	}
	if isBare(key) {
		b.WriteString(clipTo(key, longestName))
	} else {
		b.WriteString(strconv.Quote(clipTo(key, longestName)))
	}
}

// isBare reports whether TOML lets the key stand without quotes.
func isBare(key string) bool {
	return key != "" && strings.Trim(key, bareChars) == ""
}

const bareChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// A place is a Path under construction, a list from the inside out: every value
// has one, but only a mistake needs the path. A nil *place is the document itself.
type place struct {
	up     *place
	key    string
	index  int
	isElem bool // the step is index, not key
	depth  int
	owner  *typeInfo // while decoding: the type of the struct that has the key,
	table  *node     // and the table that it is decoded from
}

func (p *place) atKey(key string) *place {
	return &place{up: p, key: key, depth: p.steps() + 1}
}

func (p *place) atIndex(i int) *place {
	return &place{up: p, index: i, isElem: true, depth: p.steps() + 1}
}

func (p *place) steps() int {
	if p == nil {
		return 0
	}
	return p.depth
}

func (p *place) path() Path {
	var at Path
	for ; p != nil; p = p.up {
		if p.isElem {
			at = append(at, p.index)
		} else {
			at = append(at, p.key)
		}
	}
	slices.Reverse(at)
	return at
}
