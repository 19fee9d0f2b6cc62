package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
)

// kind says how the aggregates T of a table are stored, and how queries Q select them.
type kind[T, Q any] struct {
	thing  string // as errors call it, such as "ticket"
	table  string
	domain domain
	order  string // the column that a list is ordered by, before the id
	header func(*T) header
	number bool // they have Numbers

	// clone copies an aggregate all the way down; nil: what was written is read again, which
	// takes longer.
	clone func(T) T

	// columns are those beside what every table has, each with its value.
	columns []column[T]
	unique  string // the column that no two of a tenant share, where it is not empty; or ""
	// selects tells the conditions of a query, and which page it asks for.
	selects func(q *Q, w *where) (after string, limit int)
	// parts writes rows into tables of its own; nil: there are none.
	parts func(ctx context.Context, q querier, d dialect, tenant string, t *T) error

	names      []string // of all columns
	statements [dialects]statements
}

// header is what the stores look at in every aggregate.
type header struct {
	id      string
	version *int64
	nextAt  time.Time
	series  string
	number  *string
	placed  time.Time // what a list is ordered by
}

type column[T any] struct {
	name  string
	value func(*T) any // a string, a bool, an int or a time.Time
}

type statements struct{ insert, update, get, claim, list string }

// newKind works out the statements.
func newKind[T, Q any](k kind[T, Q]) *kind[T, Q] {
	names := []string{"tenant", "id", "version", "next_at", k.order}
	if k.number {
		names = append(names, "number")
	}
	for _, c := range k.columns {
		names = append(names, c.name)
	}
	names = append(names, "body")
	number := "''"
	if k.number {
		number = "number"
	}
	var set []string
	for _, name := range names[3:] {
		if name != "number" {
			set = append(set, name+" = ?")
		}
	}
	k.names = names
	read := "id, version, " + number + ", body"
	for d := range dialects {
		due := `(SELECT id FROM ` + k.table + ` WHERE tenant = ? AND next_at <= ? AND (claimed_until IS NULL OR claimed_until <= ?) ORDER BY next_at, id LIMIT ?`
		claimed := ` IN ` + due + `)`
		if d == postgresDialect {
			// Whoever is busy with a row will have it claimed or written. As an array, what is
			// due is looked up once, and then by the primary key.
			claimed = ` = ANY (ARRAY` + due + ` FOR UPDATE SKIP LOCKED))`
		}
		k.statements[d] = statements{
			insert: d.bind(k.insertMany(1)),
			update: d.bind(`UPDATE ` + k.table + ` SET version = version + 1, claimed_until = NULL, ` + strings.Join(set, ", ") +
				` WHERE tenant = ? AND id = ? AND version = ? RETURNING ` + number),
			get:   d.bind(`SELECT ` + read + ` FROM ` + k.table + ` WHERE tenant = ? AND id = ?`),
			claim: d.bind(`UPDATE ` + k.table + ` SET claimed_until = ? WHERE tenant = ? AND id` + claimed + ` RETURNING ` + read),
			list:  `SELECT ` + read + ` FROM ` + k.table,
		}
	}
	return &k
}

// table is a [townclerk.Repo] in a database.
type table[T, Q any] struct {
	*kind[T, Q]
	s *session
}

// Create stores a new aggregate.
func (tb table[T, Q]) Create(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	h := tb.header(&t)
	if h.id == "" {
		return t, fmt.Errorf("%s without an id", tb.thing)
	}
	var stored T
	err := tb.s.write(ctx, tenant, func(q querier) error {
		first, err := tb.domain.next(ctx, q, tb.s.dialect, tenant, len(events))
		if err != nil {
			return err
		}
		number, err := tb.numbered(ctx, q, tenant, h)
		if err != nil {
			return err
		}
		body, err := json.Marshal(&t)
		if err != nil {
			return err
		}
		if err := tb.store(ctx, q, tb.s.dialect, string(tenant), &t, 1, number, body); err != nil {
			return err
		}
		if stored, err = tb.written(&t, 1, number, body); err != nil {
			return err
		}
		return tb.rest(ctx, q, tenant, &stored, first, events)
	})
	return tb.result(stored, h.id, err)
}

// numbered returns the Number of a new aggregate: the next of its series, if it names one.
func (tb table[T, Q]) numbered(ctx context.Context, q querier, tenant townclerk.Tenant, h header) (string, error) {
	switch {
	case !tb.number:
		return "", nil
	case h.series == "" && len(*h.number) > longest:
		return "", fmt.Errorf("its Number has %d bytes, and may have %d", len(*h.number), longest)
	case h.series == "":
		return *h.number, nil
	}
	return nextNumber(ctx, q, tb.s.dialect, tenant, tb.table, h.series)
}

// Put replaces an aggregate.
func (tb table[T, Q]) Put(ctx context.Context, tenant townclerk.Tenant, t T, events ...townclerk.Event) (T, error) {
	h := tb.header(&t)
	var stored T
	err := tb.s.write(ctx, tenant, func(q querier) error {
		first, err := tb.domain.next(ctx, q, tb.s.dialect, tenant, len(events))
		if err != nil {
			return err
		}
		body, err := json.Marshal(&t)
		if err != nil {
			return err
		}
		args := tb.values([]any{tb.s.due(h.nextAt), tb.s.instant(h.placed)}, tb.s.dialect, &t)
		args = append(args, string(body), string(tenant), h.id, *h.version)
		var number string
		err = q.QueryRowContext(ctx, tb.statements[tb.s.dialect].update, args...).Scan(&number)
		if errors.Is(err, sql.ErrNoRows) {
			return tb.outdated(ctx, q, tenant, h)
		}
		if err != nil {
			return err
		}
		if stored, err = tb.written(&t, *h.version+1, number, body); err != nil {
			return err
		}
		return tb.rest(ctx, q, tenant, &stored, first, events)
	})
	return tb.result(stored, h.id, err)
}

// store writes a new row.
func (k *kind[T, Q]) store(ctx context.Context, q querier, d dialect, tenant string, t *T, version int64, number string, body []byte) error {
	_, err := q.ExecContext(ctx, k.statements[d].insert, k.row(d, tenant, t, version, number, body)...)
	return err
}

// row is the arguments of a new row.
func (k *kind[T, Q]) row(d dialect, tenant string, t *T, version int64, number string, body []byte) []any {
	h := k.header(t)
	args := []any{tenant, h.id, version, d.due(h.nextAt), d.instant(h.placed)}
	if k.number {
		args = append(args, number)
	}
	return append(k.values(args, d, t), string(body))
}

// insertMany is the statement for so many new rows.
func (k *kind[T, Q]) insertMany(n int) string {
	row := "(?" + strings.Repeat(", ?", len(k.names)-1) + ")"
	return `INSERT INTO ` + k.table + ` (` + strings.Join(k.names, ", ") + `) VALUES ` + row + strings.Repeat(", "+row, n-1)
}

// values appends what goes into the columns.
func (k *kind[T, Q]) values(args []any, d dialect, t *T) []any {
	for _, c := range k.columns {
		switch value := c.value(t).(type) {
		case string:
			args = append(args, key(value))
		case time.Time:
			args = append(args, d.due(value))
		default:
			args = append(args, value)
		}
	}
	return args
}

// rest writes what belongs to an aggregate beside its row.
func (tb table[T, Q]) rest(ctx context.Context, q querier, tenant townclerk.Tenant, t *T, first townclerk.Seq, events []townclerk.Event) error {
	if tb.parts != nil {
		if err := tb.parts(ctx, q, tb.s.dialect, string(tenant), t); err != nil {
			return err
		}
	}
	return tb.domain.record(ctx, q, tb.s.dialect, tenant, first, events)
}

// outdated says why no row had the version that was read.
func (tb table[T, Q]) outdated(ctx context.Context, q querier, tenant townclerk.Tenant, h header) error {
	have, err := tb.find(ctx, q, tenant, h.id)
	if err != nil {
		return err
	}
	return &townclerk.ConflictError{ID: h.id, Have: *tb.header(&have).version, Want: *h.version}
}

func (tb table[T, Q]) result(stored T, id string, err error) (T, error) {
	if err == nil {
		return stored, nil
	}
	var zero T
	if conflict := (*townclerk.ConflictError)(nil); errors.As(err, &conflict) {
		return zero, fmt.Errorf("%s %w", tb.thing, conflict) // which names the id
	}
	if constraint, ok := tb.s.taken(err); ok {
		if tb.unique != "" && strings.Contains(constraint, tb.unique) {
			return zero, fmt.Errorf("%s %s: its %s: %w", tb.thing, id, tb.unique, townclerk.ErrExists)
		}
		return zero, fmt.Errorf("%s %s: %w", tb.thing, id, townclerk.ErrExists)
	}
	return zero, fmt.Errorf("%s %s: %w", tb.thing, id, err)
}

// Get returns the aggregate with this id.
func (tb table[T, Q]) Get(ctx context.Context, tenant townclerk.Tenant, id string) (T, error) {
	var found T
	err := tb.s.read(ctx, tenant, func(q querier) (err error) {
		found, err = tb.find(ctx, q, tenant, id)
		return err
	})
	return tb.result(found, id, err)
}

func (tb table[T, Q]) find(ctx context.Context, q querier, tenant townclerk.Tenant, id string) (T, error) {
	found, err := tb.scan(q.QueryContext(ctx, tb.statements[tb.s.dialect].get, string(tenant), id))
	if err == nil && len(found) == 0 {
		err = townclerk.ErrNotFound
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return found[0], nil
}

// Claim returns what is due and hides it.
func (tb table[T, Q]) Claim(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]T, error) {
	claimed, err := tb.claim(ctx, tenant, now, until, limit)
	if err != nil {
		return nil, fmt.Errorf("%s claim: %w", tb.thing, err)
	}
	slices.SortFunc(claimed, func(a, b T) int {
		x, y := tb.header(&a), tb.header(&b)
		if c := x.nextAt.Compare(y.nextAt); c != 0 {
			return c
		}
		return strings.Compare(x.id, y.id)
	})
	return claimed, nil
}

func (tb table[T, Q]) claim(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) (claimed []T, err error) {
	if limit < 0 {
		return nil, fmt.Errorf("a limit of %d is negative", limit)
	}
	at, later := tb.s.instant(now), tb.s.instant(until)
	err = tb.s.write(ctx, tenant, func(q querier) (err error) {
		claimed, err = tb.scan(q.QueryContext(ctx, tb.statements[tb.s.dialect].claim, later, string(tenant), string(tenant), at, at, limit))
		return err
	})
	return claimed, err
}

// List returns a page.
func (tb table[T, Q]) List(ctx context.Context, tenant townclerk.Tenant, q Q) (townclerk.Page[T], error) {
	page, err := tb.list(ctx, tenant, &q)
	if err != nil {
		return townclerk.Page[T]{}, fmt.Errorf("%s list: %w", tb.thing, err)
	}
	return page, nil
}

// pageSize is the limit of a list that states none.
const pageSize = 100

func (tb table[T, Q]) list(ctx context.Context, tenant townclerk.Tenant, query *Q) (page townclerk.Page[T], err error) {
	w := &where{d: tb.s.dialect}
	statement, limit, err := tb.search(tenant, query, w)
	if err != nil {
		return page, err
	}
	err = tb.s.read(ctx, tenant, func(q querier) (err error) {
		if !w.nothing {
			page.Items, err = tb.scan(q.QueryContext(ctx, statement, w.args...))
		}
		return err
	})
	if err == nil && len(page.Items) > limit {
		page.Items = page.Items[:limit]
		last := tb.header(&page.Items[limit-1])
		page.Next = mark(tb.table, last.placed, last.id)
	}
	return page, err
}

// search returns the statement for one more row than the page may hold, with the
// arguments of w.
func (tb table[T, Q]) search(tenant townclerk.Tenant, query *Q, w *where) (statement string, limit int, err error) {
	w.add("tenant = ?", string(tenant))
	after, limit := tb.selects(query, w)
	switch {
	case limit < 0:
		return "", 0, fmt.Errorf("a limit of %d is negative", limit)
	case limit == 0:
		limit = pageSize
	}
	if after != "" {
		placed, id, err := marked(tb.table, after)
		if err != nil {
			return "", 0, err
		}
		w.add("("+tb.order+", id) > (?, ?)", w.d.instant(placed), id)
	}
	statement = tb.statements[w.d].list + w.clause() + ` ORDER BY ` + tb.order + `, id LIMIT ?`
	w.args = append(w.args, limit+1)
	return w.d.bind(statement), limit, nil
}

// scan reads rows to their end.
func (tb table[T, Q]) scan(rows *sql.Rows, err error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []T
	for rows.Next() {
		var id, number string
		var version int64
		var body sql.RawBytes
		if err := rows.Scan(&id, &version, &number, &body); err != nil {
			return nil, err
		}
		t, err := tb.decode(id, version, number, body)
		if err != nil {
			return nil, err
		}
		found = append(found, t)
	}
	return found, rows.Err()
}

// written returns an aggregate as it was written.
func (tb table[T, Q]) written(t *T, version int64, number string, body []byte) (T, error) {
	if tb.clone == nil {
		return tb.decode(tb.header(t).id, version, number, body)
	}
	c := tb.clone(*t)
	tb.decided(&c, version, number)
	return c, nil
}

// decode reads an aggregate.
func (tb table[T, Q]) decode(id string, version int64, number string, body []byte) (T, error) {
	var t T
	if err := json.Unmarshal(body, &t); err != nil {
		return t, fmt.Errorf("what is stored of %s %s cannot be read: %w", tb.thing, id, err)
	}
	tb.decided(&t, version, number)
	return t, nil
}

// decided sets what the store decides, which stands in columns.
func (k *kind[T, Q]) decided(t *T, version int64, number string) {
	h := k.header(t)
	*h.version = version
	if k.number {
		*h.number = number
	}
}
