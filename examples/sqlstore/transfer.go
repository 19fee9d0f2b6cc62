package sqlstore

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
)

// line is a line of an export: one of these.
type line struct {
	Head   *head   `json:"export,omitempty"` // the first
	Series *series `json:"series,omitempty"`
	Cursor *cursor `json:"cursor,omitempty"`
	Event  *event  `json:"event,omitempty"`
	Listed *listed `json:"failure,omitempty"`
	Kept   *kept   `json:"aggregate,omitempty"`
	Lines  int     `json:"lines,omitempty"` // the last: how many there are before it
}

type head struct {
	Format int              `json:"format"`
	Tenant townclerk.Tenant `json:"tenant"`
}

type series struct {
	Table string `json:"table"`
	Name  string `json:"name"`
	Last  int64  `json:"last"`
}

type cursor struct {
	Domain   domain        `json:"domain"`
	Consumer string        `json:"consumer"`
	Seq      townclerk.Seq `json:"seq"`
}

type event struct {
	Domain domain `json:"domain"`
	townclerk.Event
}

// listed is an event on the list of a consumer, whose cursor is past it.
type listed struct {
	Domain   domain        `json:"domain"`
	Consumer string        `json:"consumer"`
	Seq      townclerk.Seq `json:"seq"`
	Attempts int           `json:"attempts"`
	Next     time.Time     `json:"next,omitzero"`
	Failed   time.Time     `json:"failed,omitzero"`
	Error    string        `json:"error,omitempty"`
}

// kept is an aggregate as it is stored.
type kept struct {
	Table   string          `json:"table"`
	Version int64           `json:"version"`
	Number  string          `json:"number,omitempty"`
	Body    json.RawMessage `json:"body"`
}

const exportFormat = 1

// longestLine is how long a line of an export may be, so that a broken file cannot take
// all memory.
const longestLine = 64 << 20

// transferable is a kind of any aggregate.
type transferable interface {
	name() string
	export(ctx context.Context, q querier, d dialect, tenant string, emit func(line) error) error
	restore(ctx context.Context, q querier, d dialect, tenant string, k *kept) error
}

// kinds is all tables of aggregates.
var kinds = []transferable{
	tickets, assets, licences, stocks, contracts, calls, invoices, frames, reviews, usages, projects, workPlans,
	measurements, occurrences, schedules, cards, remedies,
}

var domains = []domain{ticketDomain, assetDomain, vendorsDomain, projectDomain, kpiDomain}

// Export writes all that a tenant has, in all domains, as JSON Lines, for [DB.Import] into
// any other database: the aggregates with their Versions and Numbers, the events with
// their Seqs, the series, how far the consumers are, and what they failed to take. It is
// as at one instant, while others go on writing. Claims and the leases of relays are left
// out, since they pass by themselves. What
// PostgreSQL and SQLite export of the same is the same text.
//
//	{"export":{"format":1,"tenant":"raanana"}}
//	{"series":{"table":"tickets","name":"2026","last":1}}
//	{"cursor":{"domain":"ticket","consumer":"mail","seq":1}}
//	{"event":{"domain":"ticket","seq":1,"aggregate":"…","kind":"ticket.opened",…}}
//	{"aggregate":{"table":"tickets","version":1,"number":"2026-000001","body":{"id":"…",…}}}
//	{"lines":5}
func (db *DB) Export(ctx context.Context, tenant townclerk.Tenant, w io.Writer) error {
	out := bufio.NewWriter(w)
	lines := 0
	emit := func(l line) error {
		lines++
		return writeLine(out, l)
	}
	err := db.snapshot(ctx, tenant, func(q querier) error { return db.export(ctx, q, tenant, emit) })
	if err == nil {
		err = writeLine(out, line{Lines: lines})
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		return fmt.Errorf("export of %q: %w", tenant, ended(ctx, err))
	}
	return nil
}

func writeLine(w io.Writer, l line) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(l)
}

// snapshot reads as at one instant.
func (db *DB) snapshot(ctx context.Context, tenant townclerk.Tenant, do func(querier) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if db.dialect == postgresDialect {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.pool.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := db.setTenant(ctx, tx, string(tenant)); err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

func (db *DB) export(ctx context.Context, q querier, tenant townclerk.Tenant, emit func(line) error) error {
	if err := emit(line{Head: &head{exportFormat, tenant}}); err != nil {
		return err
	}
	of := string(tenant)
	err := db.each(ctx, q, `SELECT of_table, series, last FROM series WHERE tenant = ? ORDER BY of_table, series`, func(rows *sql.Rows) error {
		var s series
		return errors.Join(rows.Scan(&s.Table, &s.Name, &s.Last), emit(line{Series: &s}))
	}, of)
	if err != nil {
		return err
	}
	err = db.each(ctx, q, `SELECT domain, consumer, seq FROM cursors WHERE tenant = ? ORDER BY domain, consumer`, func(rows *sql.Rows) error {
		var c cursor
		return errors.Join(rows.Scan(&c.Domain, &c.Consumer, &c.Seq), emit(line{Cursor: &c}))
	}, of)
	if err != nil {
		return err
	}
	for _, d := range domains {
		err := db.each(ctx, q, eventsStatement, func(rows *sql.Rows) error {
			e, err := scanEvent(rows)
			if err == nil {
				e.Data, err = sorted(e.Data)
			}
			return errors.Join(err, emit(line{Event: &event{d, e}}))
		}, of, string(d), 0, int64(1)<<62)
		if err != nil {
			return err
		}
	}
	err = db.each(ctx, q, `SELECT domain, consumer, seq, attempts, next_at, failed_at, error FROM failures
		WHERE tenant = ? ORDER BY domain, consumer, seq`, func(rows *sql.Rows) error {
		var l listed
		err := rows.Scan(&l.Domain, &l.Consumer, &l.Seq, &l.Attempts, instant{&l.Next}, instant{&l.Failed}, &l.Error)
		return errors.Join(err, emit(line{Listed: &l}))
	}, of)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		if err := k.export(ctx, q, db.dialect, of, emit); err != nil {
			return err
		}
	}
	return nil
}

// each calls a function for each row.
func (db *DB) each(ctx context.Context, q querier, statement string, row func(*sql.Rows) error, args ...any) error {
	rows, err := q.QueryContext(ctx, db.bind(statement), args...)
	return each(rows, err, func() error { return row(rows) })
}

// sorted writes JSON with its keys in order, which each database keeps in one of its own.
func sorted(data json.RawMessage) (json.RawMessage, error) {
	if len(data) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // exact, however many digits
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

func (k *kind[T, Q]) name() string { return k.table }

func (k *kind[T, Q]) export(ctx context.Context, q querier, d dialect, tenant string, emit func(line) error) error {
	rows, err := q.QueryContext(ctx, d.bind(k.statements[d].list+` WHERE tenant = ? ORDER BY `+k.order+`, id`), tenant)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		l := kept{Table: k.table}
		if err := rows.Scan(&id, &l.Version, &l.Number, (*[]byte)(&l.Body)); err != nil {
			return err
		}
		t, err := k.read(&l)
		if err != nil {
			return fmt.Errorf("%s %s: %w", k.thing, id, err)
		}
		if l.Body, err = json.Marshal(&t); err != nil {
			return fmt.Errorf("%s %s: %w", k.thing, id, err)
		}
		if err := emit(line{Kept: &l}); err != nil {
			return err
		}
	}
	return rows.Err()
}

// read returns an aggregate, unless it has anything that would be lost.
func (k *kind[T, Q]) read(l *kept) (T, error) {
	var t T
	if err := strictly(l.Body, &t); err != nil {
		return t, err
	}
	k.decided(&t, l.Version, l.Number)
	return t, nil
}

// strictly refuses keys that this release does not know.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind it")
	}
	return nil
}

func (k *kind[T, Q]) restore(ctx context.Context, q querier, d dialect, tenant string, l *kept) error {
	t, err := k.read(l)
	if err != nil {
		return err
	}
	body, err := json.Marshal(&t)
	if err != nil {
		return err
	}
	if err := k.store(ctx, q, d, tenant, &t, l.Version, l.Number, body); err != nil {
		return err
	}
	if k.parts != nil {
		return k.parts(ctx, q, d, tenant, &t)
	}
	return nil
}

// Import stores what [DB.Export] wrote, under the tenant that it names, who must have
// nothing in this database yet: all of it, or nothing if anything is wrong. The name is
// that of the file, for errors, which are [*townclerk.FileError]; if the tenant is
// there, the error wraps [townclerk.ErrExists]. It returns the tenant.
func (db *DB) Import(ctx context.Context, r io.Reader, name string) (townclerk.Tenant, error) {
	in := &importing{db: db, ctx: ctx, name: name, last: map[domain]townclerk.Seq{}}
	in.lines = bufio.NewScanner(r)
	in.lines.Buffer(make([]byte, 1<<16), longestLine)
	err := db.transact(ctx, func(tx *sql.Tx) error {
		in.q = db.on(tx)
		return in.run()
	})
	if err != nil {
		return "", ended(ctx, err)
	}
	return in.tenant, nil
}

// importing is an import under way.
type importing struct {
	db     *DB
	ctx    context.Context
	q      querier
	name   string
	lines  *bufio.Scanner
	n      int // of the line
	tenant townclerk.Tenant
	last   map[domain]townclerk.Seq

	// events wait to be stored many at a time.
	events []townclerk.Event
	of     domain
}

// failed says in which line something is wrong.
func (in *importing) failed(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return lineError{&townclerk.FileError{File: in.name, Line: in.n, Problem: err.Error()}, err}
}

// lineError is a mistake in a line, with its cause.
type lineError struct {
	*townclerk.FileError
	cause error
}

func (e lineError) Unwrap() []error { return []error{e.FileError, e.cause} }

func (in *importing) run() error {
	for in.lines.Scan() {
		in.n++
		var l line
		if err := strictly(in.lines.Bytes(), &l); err != nil {
			return in.failed("it is no line of an export: %w", err)
		}
		if l.Lines > 0 {
			return in.end(l.Lines)
		}
		if err := in.store(&l); err != nil {
			return err
		}
	}
	if err := in.lines.Err(); err != nil {
		in.n++
		return in.failed("%w", err)
	}
	return in.failed("the export is cut off here: its last line says how many there are")
}

// end checks the last line, and stores how many events there are.
func (in *importing) end(lines int) error {
	if lines != in.n-1 {
		return in.failed("%d lines stand before this one, and it says %d", in.n-1, lines)
	}
	if in.lines.Scan() {
		in.n++
		return in.failed("something stands behind the end of the export")
	}
	if err := in.flush(); err != nil {
		return err
	}
	for _, d := range slices.Sorted(maps.Keys(in.last)) {
		_, err := in.q.ExecContext(in.ctx, in.db.bind(`UPDATE tenants SET `+string(d)+`_seq = ? WHERE tenant = ?`), in.last[d], string(in.tenant))
		if err != nil {
			return in.failed("%w", err)
		}
	}
	return nil
}

func (in *importing) store(l *line) error {
	switch {
	case in.n == 1 && l.Head != nil:
		return in.begin(l.Head)
	case in.n == 1:
		return in.failed("it does not begin as an export does")
	case l.Event != nil:
		return in.event(l.Event)
	}
	if err := in.flush(); err != nil {
		return err
	}
	tenant := string(in.tenant)
	switch {
	case l.Series != nil:
		return in.exec(`INSERT INTO series (tenant, of_table, series, last) VALUES (?, ?, ?, ?)`, tenant, l.Series.Table, l.Series.Name, l.Series.Last)
	case l.Cursor != nil:
		return in.exec(`INSERT INTO cursors (tenant, domain, consumer, seq) VALUES (?, ?, ?, ?)`, tenant, string(l.Cursor.Domain), l.Cursor.Consumer, l.Cursor.Seq)
	case l.Listed != nil:
		return in.failure(l.Listed)
	case l.Kept != nil:
		return in.aggregate(l.Kept)
	}
	return in.failed("it is no line of an export")
}

func (in *importing) exec(statement string, args ...any) error {
	if _, err := in.q.ExecContext(in.ctx, in.db.bind(statement), args...); err != nil {
		return in.failed("%w", err)
	}
	return nil
}

func (in *importing) failure(l *listed) error {
	d, key := in.db.dialect, []any{string(in.tenant), string(l.Domain), l.Consumer}
	if err := in.exec(`INSERT INTO relays (tenant, domain, consumer) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, key...); err != nil {
		return err
	}
	var aggregate string
	err := in.q.QueryRowContext(in.ctx, d.bind(`SELECT aggregate FROM events WHERE tenant = ? AND domain = ? AND seq = ?`), key[0], key[1], l.Seq).Scan(&aggregate)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return in.failed("failure.seq: %d is no event of the domain %q before this line", l.Seq, l.Domain)
	case err != nil:
		return in.failed("%w", err)
	}
	return in.exec(`INSERT INTO failures (tenant, domain, consumer, seq, aggregate, attempts, next_at, failed_at, error)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, append(key, l.Seq, aggregate, l.Attempts, d.due(l.Next), d.due(l.Failed), l.Error)...)
}

func (in *importing) begin(h *head) error {
	if h.Format != exportFormat {
		return in.failed("format: %d is none that this release reads; it reads %d", h.Format, exportFormat)
	}
	in.tenant = h.Tenant
	if err := in.db.setTenant(in.ctx, in.q, string(h.Tenant)); err != nil {
		return in.failed("%w", err)
	}
	_, err := in.q.ExecContext(in.ctx, in.db.bind(`INSERT INTO tenants (tenant) VALUES (?)`), string(h.Tenant))
	if _, taken := in.db.taken(err); taken {
		return in.failed("tenant %q: %w; an export goes where nothing of its tenant is", h.Tenant, townclerk.ErrExists)
	}
	if err != nil {
		return in.failed("%w", err)
	}
	return nil
}

func (in *importing) event(e *event) error {
	if !slices.Contains(domains, e.Domain) {
		return in.failed("event.domain: %q is none", e.Domain)
	}
	if want := in.last[e.Domain] + 1; e.Seq != want {
		return in.failed("event.seq: %d follows %d; events have no holes", e.Seq, want-1)
	}
	if e.Domain != in.of || len(in.events) == 500 {
		if err := in.flush(); err != nil {
			return err
		}
	}
	in.of, in.last[e.Domain] = e.Domain, e.Seq
	in.events = append(in.events, e.Event)
	return nil
}

func (in *importing) flush() error {
	if len(in.events) == 0 {
		return nil
	}
	if err := in.of.record(in.ctx, in.q, in.db.dialect, in.tenant, in.events[0].Seq, in.events); err != nil {
		return in.failed("an event up to here: %w", err)
	}
	in.events = in.events[:0]
	return nil
}

func (in *importing) aggregate(l *kept) error {
	i := slices.IndexFunc(kinds, func(k transferable) bool { return k.name() == l.Table })
	if i < 0 {
		return in.failed("aggregate.table: %q is none", l.Table)
	}
	if err := kinds[i].restore(in.ctx, in.q, in.db.dialect, string(in.tenant), l); err != nil {
		return in.failed("aggregate of %s: %w", l.Table, err)
	}
	return nil
}
