package tomldoc

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
)

// Sum returns a hash of the document's content that does not change with comments,
// spacing, the order of keys, or the way in which a table or a string is written.
// The order of lists does matter. The keys of the top table that are given are
// left out. It means something only for a document without mistakes.
func (d *Doc) Sum(without ...string) [sha256.Size]byte {
	c := canonical{hash: sha256.New()}
	c.node(d.root, without)
	return [sha256.Size]byte(c.hash.Sum(nil))
}

// canonical writes nodes in the one way in which they can be written.
type canonical struct {
	hash    hash.Hash
	scratch []byte
	entries []entry // of the tables that are being written, each sorted
}

func (c *canonical) node(n *node, without []string) {
	switch n.kind {
	case tableKind:
		c.table(n, without)
	case listKind:
		c.write("[")
		for _, elem := range n.elems {
			c.node(elem, nil)
			c.write(";")
		}
		c.write("]")
	case stringKind:
		c.quote(n.text)
	default:
		c.write(n.kind.String()) // a date is not the string that looks like it
		c.quote(n.text)
	}
}

func (c *canonical) table(n *node, without []string) {
	first := len(c.entries)
	c.entries = append(c.entries, n.entries...)
	last := len(c.entries)
	slices.SortFunc(c.entries[first:], func(a, b entry) int { return strings.Compare(a.key, b.key) })
	c.write("{")
	for i := first; i < last; i++ {
		if e := c.entries[i]; !slices.Contains(without, e.key) {
			c.quote(e.key)
			c.write("=")
			c.node(e.node, nil)
			c.write(";")
		}
	}
	c.write("}")
	c.entries = c.entries[:first]
}

func (c *canonical) quote(text string) {
	c.scratch = strconv.AppendQuote(c.scratch[:0], text)
	c.hash.Write(c.scratch)
}

func (c *canonical) write(text string) {
	c.scratch = append(c.scratch[:0], text...)
	c.hash.Write(c.scratch)
}

// Quote returns a text as a basic string of TOML.
func Quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, "\\u%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Key returns a key as it stands before an equals sign or in a header: in quotes
// if it must be.
func Key(key string) string {
	if isBare(key) {
		return key
	}
	return Quote(key)
}
