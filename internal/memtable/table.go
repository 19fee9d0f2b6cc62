package memtable

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-memdb"

	"github.com/townclerk/townclerk"
)

// Kind says what the aggregates T of a table are, and how queries Q select them.
// Name, ID, Version, Order and Search are obligatory.
type Kind[T, Q any] struct {
	Name    string // of the aggregate, such as "ticket"
	ID      func(*T) string
	Version func(*T) *int64
	NextAt  func(*T) time.Time // nil: they are never due by themselves
	Series  func(*T) string    // nil: they have no Number
	Number  func(*T) *string

	// Order appends what List orders by, before the id.
	Order   func(Key, *T) Key
	Indexes []Index[T]
	Search  func(Q) Search[T]
}

// Index finds aggregates by a value.
type Index[T any] struct {
	Name   string // as an error says it, such as "serial number"
	Unique bool   // within a tenant
	Value  func(*T) string
	// An aggregate whose value is empty is not in the index.

	// Values stands instead of Value where an aggregate is found by several, as the
	// contract in force on a day is; such an index is not unique.
	Values func(*T) []string
}

// Search is a query as a table carries it out.
type Search[T any] struct {
	After string
	Limit int

	// Index names an index, and Values what is looked up there: any of them. The
	// table may reorder Values.
	// Without an Index, all are looked at.
	Index  string
	Values []string
	// From and To are bounds of what Order appended: at From or above, below To.
	From, To Key
	// Match says whether a T that was found is asked for. It must not change it. Nil
	// is always.
	Match func(*T) bool
}

// pageSize is the Limit of a List that states none.
const pageSize = 100

// Table is a [townclerk.Repo] in memory.
type Table[T, Q any] struct {
	kind  Kind[T, Q]
	clone func(*T) *T
	db    *DB

	// These belong to the writer.
	counts map[series]int64
	claims map[claim]time.Time // until when an aggregate is hidden
}

type series struct {
	tenant townclerk.Tenant
	name   string
}

type claim struct {
	tenant townclerk.Tenant
	id     string
}

// NewTable returns a table, which goes into a [DB] with [New].
func NewTable[T, Q any](kind Kind[T, Q]) *Table[T, Q] {
	return &Table[T, Q]{
		kind:   kind,
		clone:  copier[T](),
		counts: map[series]int64{},
		claims: map[claim]time.Time{},
	}
}

// The indexes that every table has. Those of its Kind come after them.
const (
	byID = iota
	byNextAt
	byOrder
	own
)

var names = [own]string{byID: "id", byNextAt: "next at", byOrder: "order"}

func (tb *Table[T, Q]) schema() *memdb.TableSchema {
	indexes := map[string]*memdb.IndexSchema{}
	add := func(i int, name string) {
		if indexes[name] != nil {
			panic(fmt.Sprintf("memtable: %s has two indexes named %q", tb.kind.Name, name))
		}
		// To go-memdb they are all unique, for all keys end with the id.
		indexes[name] = &memdb.IndexSchema{Name: name, Unique: true, AllowMissing: i != byID, Indexer: index(i)}
	}
	for i, name := range names {
		add(i, name)
	}
	for i, ix := range tb.kind.Indexes {
		if ix.Unique && ix.Values != nil {
			panic(fmt.Sprintf("memtable: the index %q of %s has several values, and is to be unique", ix.Name, tb.kind.Name))
		}
		add(own+i, ix.Name)
		if ix.Values != nil {
			indexes[ix.Name].Indexer = manyIndex(own + i)
		}
	}
	return &memdb.TableSchema{Name: tb.kind.Name, Indexes: indexes}
}

func (tb *Table[T, Q]) join(db *DB) { tb.db = db }

// row is an aggregate as it is stored. It never changes, nor does what it points to.
type row[T any] struct {
	t    *T
	keys [][]byte
	many map[int][][]byte // of the indexes with several
	tail []byte           // the end of all keys but the first two: what Order says, then the id
}

func (r *row[T]) key(index int) []byte { return r.keys[index] }

func (r *row[T]) manyKeys(index int) [][]byte { return r.many[index] }

// in says whether one of the row's keys in an index begins with a prefix.
func (r *row[T]) in(index int, prefix Key) bool {
	has := func(key []byte) bool { return bytes.HasPrefix(key, prefix) }
	return has(r.keys[index]) || slices.ContainsFunc(r.many[index], has)
}

// newRow works out the keys, all in one piece of memory.
func (tb *Table[T, Q]) newRow(tenant townclerk.Tenant, t *T) *row[T] {
	id := tb.kind.ID(t)
	r := &row[T]{t: t, keys: make([][]byte, own+len(tb.kind.Indexes))}
	all := make(Key, 0, (len(tenant)+len(id)+40)*len(r.keys))
	next := func(i int, extend func(Key) Key) {
		begin := len(all)
		all = append(extend(all.tenant(tenant)), id...)
		// A key keeps its bytes even if all has to move.
		r.keys[i] = slices.Clip(all[begin:])
	}
	next(byID, func(k Key) Key { return k })
	if due := tb.nextAt(t); !due.IsZero() {
		next(byNextAt, func(k Key) Key { return k.Time(due) })
	}
	next(byOrder, func(k Key) Key { return tb.kind.Order(k, t) })
	for i, ix := range tb.kind.Indexes {
		if ix.Values != nil {
			tb.addKeys(r, own+i, tenant, ix.Values(t))
		} else if value := ix.Value(t); value != "" {
			next(own+i, func(k Key) Key { return tb.kind.Order(k.Text(value), t) })
		}
	}
	r.tail = r.keys[byOrder][len(Key(nil).tenant(tenant)):]
	return r
}

func (tb *Table[T, Q]) addKeys(r *row[T], index int, tenant townclerk.Tenant, values []string) {
	for _, value := range values {
		key := append(tb.kind.Order(Key(nil).tenant(tenant).Text(value), r.t), tb.kind.ID(r.t)...)
		if r.many == nil {
			r.many = map[int][][]byte{}
		}
		r.many[index] = append(r.many[index], key)
	}
}

func (tb *Table[T, Q]) nextAt(t *T) time.Time {
	if tb.kind.NextAt == nil {
		return time.Time{}
	}
	return tb.kind.NextAt(t)
}

// Create stores a new aggregate.
func (tb *Table[T, Q]) Create(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	stored := tb.clone(&t)
	err := tb.write(ctx, tenant, stored, events, func(txn *memdb.Txn) (done func(), err error) {
		existing, err := tb.find(txn, tenant, tb.kind.ID(stored))
		if err != nil {
			return nil, err
		}
		if existing != nil {
			return nil, townclerk.ErrExists
		}
		*tb.kind.Version(stored) = 1
		return tb.number(tenant, stored), nil
	})
	return tb.result(stored, err)
}

// Put replaces an aggregate.
func (tb *Table[T, Q]) Put(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	stored := tb.clone(&t)
	err := tb.write(ctx, tenant, stored, events, func(txn *memdb.Txn) (done func(), err error) {
		id := tb.kind.ID(stored)
		existing, err := tb.find(txn, tenant, id)
		if err != nil {
			return nil, err
		}
		if existing == nil {
			return nil, townclerk.ErrNotFound
		}
		have, want := *tb.kind.Version(existing.t), *tb.kind.Version(stored)
		if have != want {
			return nil, &townclerk.ConflictError{ID: id, Have: have, Want: want}
		}
		*tb.kind.Version(stored) = have + 1
		if tb.kind.Number != nil {
			*tb.kind.Number(stored) = *tb.kind.Number(existing.t)
		}
		return func() { delete(tb.claims, claim{tenant, id}) }, nil
	})
	return tb.result(stored, err)
}

// write stores an aggregate with its events, once prepare has seen to it. What
// prepare returns is called when nothing can fail any more.
func (tb *Table[T, Q]) write(ctx context.Context, tenant townclerk.Tenant, stored *T, events []townclerk.Event, prepare func(*memdb.Txn) (func(), error)) error {
	id := tb.kind.ID(stored)
	if id == "" {
		return fmt.Errorf("%s without an id", tb.kind.Name)
	}
	err := tb.store(ctx, tenant, stored, copyEvents(slices.Clone(events)), prepare)
	if conflict := (*townclerk.ConflictError)(nil); errors.As(err, &conflict) {
		return fmt.Errorf("%s %w", tb.kind.Name, err) // which names the id
	}
	if err != nil {
		return tb.failed(id, err)
	}
	return nil
}

func (tb *Table[T, Q]) store(ctx context.Context, tenant townclerk.Tenant, stored *T, events []townclerk.Event, prepare func(*memdb.Txn) (func(), error)) error {
	if err := tb.db.lock(ctx); err != nil {
		return err
	}
	defer tb.db.unlock()
	txn := tb.db.rows.Txn(true)
	defer txn.Abort() // does nothing after Commit

	done, err := prepare(txn)
	if err != nil {
		return err
	}
	row := tb.newRow(tenant, stored)
	if err := tb.unique(txn, tenant, row); err != nil {
		return err
	}
	if err := txn.Insert(tb.kind.Name, row); err != nil {
		return err
	}
	last, err := tb.db.record(txn, tenant, events)
	if err != nil {
		return err
	}
	txn.Commit()
	tb.db.last[tenant] = last
	done()
	return nil
}

// number gives the aggregate the next Number of its series, if it names one. The
// number is spent when what comes back is called.
func (tb *Table[T, Q]) number(tenant townclerk.Tenant, t *T) func() {
	if tb.kind.Number == nil || tb.kind.Series(t) == "" {
		return func() {}
	}
	s := series{tenant, tb.kind.Series(t)}
	n := tb.counts[s] + 1
	*tb.kind.Number(t) = fmt.Sprintf("%s-%06d", s.name, n)
	return func() { tb.counts[s] = n }
}

// unique says whether another aggregate has one of the row's unique values.
func (tb *Table[T, Q]) unique(txn *memdb.Txn, tenant townclerk.Tenant, r *row[T]) error {
	for i, ix := range tb.kind.Indexes {
		if !ix.Unique || r.keys[own+i] == nil {
			continue
		}
		value := ix.Value(r.t)
		having := Key(nil).tenant(tenant).Text(value)
		rows, err := txn.LowerBound(tb.kind.Name, ix.Name, having)
		if err != nil {
			return err
		}
		other, ok := rows.Next().(*row[T])
		if ok && bytes.HasPrefix(other.keys[own+i], having) && tb.kind.ID(other.t) != tb.kind.ID(r.t) {
			return fmt.Errorf("%s %q: %w", ix.Name, value, townclerk.ErrExists)
		}
	}
	return nil
}

func (tb *Table[T, Q]) result(stored *T, err error) (T, error) {
	if err != nil {
		var zero T
		return zero, err
	}
	return *tb.clone(stored), nil
}

// Get returns the aggregate with this id.
func (tb *Table[T, Q]) Get(ctx context.Context, tenant townclerk.Tenant, id string) (T, error) {
	var zero T
	if err := ctx.Err(); err != nil {
		return zero, tb.failed(id, err)
	}
	found, err := tb.find(tb.db.rows.Txn(false), tenant, id)
	if err == nil && found == nil {
		err = townclerk.ErrNotFound
	}
	if err != nil {
		return zero, tb.failed(id, err)
	}
	return *tb.clone(found.t), nil
}

// find returns nil if there is none.
func (tb *Table[T, Q]) find(txn *memdb.Txn, tenant townclerk.Tenant, id string) (*row[T], error) {
	found, err := txn.First(tb.kind.Name, names[byID], append(Key(nil).tenant(tenant), id...))
	if found == nil || err != nil {
		return nil, err
	}
	return found.(*row[T]), nil
}

func (tb *Table[T, Q]) failed(id string, err error) error {
	return fmt.Errorf("%s %s: %w", tb.kind.Name, id, err)
}

// Claim returns what is due and hides it.
func (tb *Table[T, Q]) Claim(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]T, error) {
	if limit < 0 {
		return nil, fmt.Errorf("%s claim: a limit of %d is negative", tb.kind.Name, limit)
	}
	found, err := tb.claim(ctx, tenant, now, until, limit)
	if err != nil {
		return nil, fmt.Errorf("%s claim: %w", tb.kind.Name, err)
	}
	return tb.copies(found), nil
}

func (tb *Table[T, Q]) claim(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]*T, error) {
	if err := tb.db.lock(ctx); err != nil {
		return nil, err
	}
	defer tb.db.unlock()
	of := Key(nil).tenant(tenant)
	rows, err := tb.db.rows.Txn(false).LowerBound(tb.kind.Name, names[byNextAt], of)
	if err != nil {
		return nil, err
	}
	var found []*T
	for len(found) < limit {
		r, ok := rows.Next().(*row[T])
		if !ok || !bytes.HasPrefix(r.keys[byNextAt], of) || tb.nextAt(r.t).After(now) {
			break
		}
		c := claim{tenant, tb.kind.ID(r.t)}
		if !tb.claims[c].After(now) {
			found = append(found, r.t)
			tb.claims[c] = until
		}
	}
	return found, nil
}

// List returns a page.
func (tb *Table[T, Q]) List(ctx context.Context, tenant townclerk.Tenant, q Q) (townclerk.Page[T], error) {
	found, next, err := tb.list(ctx, tenant, tb.kind.Search(q))
	if err != nil {
		return townclerk.Page[T]{}, fmt.Errorf("%s list: %w", tb.kind.Name, err)
	}
	return townclerk.Page[T]{Items: tb.copies(found), Next: next}, nil
}

func (tb *Table[T, Q]) list(ctx context.Context, tenant townclerk.Tenant, s Search[T]) ([]*T, string, error) {
	if s.Limit < 0 {
		return nil, "", fmt.Errorf("a limit of %d is negative", s.Limit)
	}
	if s.Limit == 0 {
		s.Limit = pageSize
	}
	from, err := tb.start(s)
	if err != nil {
		return nil, "", err
	}
	rows, err := tb.scan(tenant, s, from)
	if err != nil {
		return nil, "", err
	}
	var found []*T
	var last *row[T]
	for looked := 0; ; looked++ {
		// Those that do not match may be many.
		if looked%1024 == 0 && ctx.Err() != nil {
			return nil, "", ctx.Err()
		}
		r := rows.next()
		if r == nil || s.To != nil && bytes.Compare(r.tail, s.To) >= 0 {
			return found, "", nil
		}
		if s.Match != nil && !s.Match(r.t) {
			continue
		}
		if len(found) == s.Limit {
			return found, tb.mark(last.tail), nil
		}
		found, last = append(found, r.t), r
	}
}

// mark writes down where a page ended, for the next one to begin after.
func (tb *Table[T, Q]) mark(tail []byte) string {
	return tb.kind.Name + "." + base64.RawURLEncoding.EncodeToString(tail)
}

// start returns where a page begins.
func (tb *Table[T, Q]) start(s Search[T]) (Key, error) {
	if s.After == "" {
		return s.From, nil
	}
	text, ok := strings.CutPrefix(s.After, tb.kind.Name+".")
	tail, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(tail) == 0 {
		return nil, fmt.Errorf("%q was not the Next of a page", s.After)
	}
	from := append(Key(tail), 0) // what comes right after it
	if bytes.Compare(from, s.From) < 0 {
		return s.From, nil
	}
	return from, nil
}

// scan finds rows in the order of their tails.
func (tb *Table[T, Q]) scan(tenant townclerk.Tenant, s Search[T], from Key) (*scan[T], error) {
	txn := tb.db.rows.Txn(false)
	if s.Index == "" {
		r, err := tb.rangeOf(txn, names[byOrder], byOrder, Key(nil).tenant(tenant), from)
		return &scan[T]{ranges: []*rowRange[T]{r}}, err
	}
	i := slices.IndexFunc(tb.kind.Indexes, func(ix Index[T]) bool { return ix.Name == s.Index })
	if i < 0 {
		return nil, fmt.Errorf("no index is named %q", s.Index)
	}
	merged := &scan[T]{}
	slices.Sort(s.Values)
	for _, value := range slices.Compact(s.Values) {
		r, err := tb.rangeOf(txn, s.Index, own+i, Key(nil).tenant(tenant).Text(value), from)
		if err != nil {
			return nil, err
		}
		merged.ranges = append(merged.ranges, r)
	}
	return merged, nil
}

// rangeOf returns the rows whose key in the index has the prefix and goes on with
// from or more.
func (tb *Table[T, Q]) rangeOf(txn *memdb.Txn, name string, i int, prefix, from Key) (*rowRange[T], error) {
	rows, err := txn.LowerBound(tb.kind.Name, name, append(slices.Clip(prefix), from...))
	if err != nil {
		return nil, err
	}
	r := &rowRange[T]{rows: rows, index: i, prefix: prefix, least: from}
	r.advance()
	return r, nil
}

// rowRange is the part of an index whose keys have a prefix.
type rowRange[T any] struct {
	rows   memdb.ResultIterator
	index  int
	prefix Key
	least  []byte  // the tail of the next is no lower
	head   *row[T] // nil at the end
}

// advance goes to the next row. The iterator tells the row, but not the key by which
// it found it, and a row with several values comes once for each. So one that comes
// after the end may have a key with the prefix all the same; but then that key was
// passed, or lies before the range, and the row's tail is lower than least.
func (r *rowRange[T]) advance() {
	if r.head != nil {
		r.least = append(slices.Clip(r.head.tail), 0) // what comes right after it
	}
	r.head, _ = r.rows.Next().(*row[T])
	if r.head != nil && (!r.head.in(r.index, r.prefix) || bytes.Compare(r.head.tail, r.least) < 0) {
		r.head = nil
	}
}

// scan merges ranges. They are few, so it looks at the heads of all.
type scan[T any] struct{ ranges []*rowRange[T] }

// next returns nil at the end.
func (s *scan[T]) next() *row[T] {
	var first *rowRange[T]
	for _, r := range s.ranges {
		if r.head != nil && (first == nil || bytes.Compare(r.head.tail, first.head.tail) < 0) {
			first = r
		}
	}
	if first == nil {
		return nil
	}
	head := first.head
	for _, r := range s.ranges {
		// A row that several of the values find is found once.
		if r.head == head {
			r.advance()
		}
	}
	return head
}

func (tb *Table[T, Q]) copies(found []*T) []T {
	list := make([]T, len(found))
	for i, t := range found {
		list[i] = *tb.clone(t)
	}
	return list
}
