package sqlstore

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// where collects the conditions of a query; all must hold.
type where struct {
	d    dialect
	all  []string
	args []any

	nothing bool // it selects nothing, so that nobody need ask
}

func (w *where) add(condition string, args ...any) {
	w.all = append(w.all, condition)
	w.args = append(w.args, args...)
}

func (w *where) clause() string { return " WHERE " + strings.Join(w.all, " AND ") }

// none is for a query that asks for what this kind does not have.
func (w *where) none(asked bool) { w.nothing = w.nothing || asked }

// equal is a condition if something is asked for.
func equal[S ~string](w *where, column string, value S) {
	if value != "" {
		w.add(column+" = ?", key(string(value)))
	}
}

// among is a condition if anything is asked for: any of the values.
func among[S ~string](w *where, column string, values []S) {
	values = slices.Compact(slices.Sorted(slices.Values(values)))
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = key(string(v))
	}
	w.add(column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", args...)
}

// is is a condition if it is asked for.
func (w *where) is(condition string, asked bool, args ...any) {
	if asked {
		w.add(condition, args...)
	}
}

// between is conditions on instants: at from or later, and before to; zero is any.
func (w *where) between(column string, from, to time.Time) {
	if !from.IsZero() {
		w.add(column+" >= ?", w.d.instant(ceil(from)))
	}
	if !to.IsZero() {
		w.add(column+" < ?", w.d.instant(ceil(to)))
	}
}

// longest is how many bytes a text may have in a column that is looked up: an index of
// PostgreSQL takes some 2,700 for a row.
const longest = 200

// key stands for a text in columns that are looked up: the text, unless it is very long.
// Then it is longer than any that stands for itself.
func key(text string) string {
	if len(text) <= longest {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	k := strings.ToValidUTF8(text[:longest-2*len(sum)], "") + "…" + hex.EncodeToString(sum[:])
	return k + strings.Repeat("~", max(0, longest+1-len(k)))
}

// mark writes down where a page ended.
func mark(table string, placed time.Time, id string) string {
	key := binary.BigEndian.AppendUint64(nil, uint64(placed.UnixMicro()))
	return table + "." + base64.RawURLEncoding.EncodeToString(append(key, id...))
}

// marked reads what mark wrote.
func marked(table, after string) (placed time.Time, id string, err error) {
	text, ok := strings.CutPrefix(after, table+".")
	key, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(key) <= 8 {
		return time.Time{}, "", fmt.Errorf("%q was not the Next of a page", after)
	}
	return time.UnixMicro(int64(binary.BigEndian.Uint64(key))).UTC(), string(key[8:]), nil
}
