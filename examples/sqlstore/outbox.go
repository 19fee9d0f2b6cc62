package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/townclerk/townclerk"
)

// domain names a domain, whose events are counted for themselves. It is also the
// column of tenants that counts them, with _seq behind it.
type domain string

const (
	ticketDomain  domain = "ticket"
	assetDomain   domain = "asset"
	vendorsDomain domain = "vendors"
	projectDomain domain = "project"
	kpiDomain     domain = "kpi"
)

// next locks the tenant until the transaction ends, and returns the Seq of the first of
// so many events.
func (of domain) next(ctx context.Context, q querier, d dialect, tenant townclerk.Tenant, n int) (townclerk.Seq, error) {
	var last townclerk.Seq
	err := q.QueryRowContext(ctx, d.bind(of.nextStatement()), string(tenant), n).Scan(&last)
	return last - townclerk.Seq(n) + 1, err
}

func (of domain) nextStatement() string {
	seq := string(of) + "_seq"
	return `INSERT INTO tenants (tenant, ` + seq + `) VALUES (?, ?)
		ON CONFLICT (tenant) DO UPDATE SET ` + seq + ` = tenants.` + seq + ` + excluded.` + seq + ` RETURNING ` + seq
}

// record stores events from a Seq on.
func (of domain) record(ctx context.Context, q querier, d dialect, tenant townclerk.Tenant, seq townclerk.Seq, events []townclerk.Event) error {
	// SQLite takes up to 32,766 arguments in a statement.
	const most = 1000
	for len(events) > 0 {
		n := min(len(events), most)
		args := make([]any, 0, 9*n)
		for i, e := range events[:n] {
			data, err := dataOf(e)
			if err != nil {
				return fmt.Errorf("event %d, %s: %w", i+1, e.Kind, err)
			}
			args = append(args, string(tenant), string(of), seq, e.Aggregate, e.Kind, d.instant(e.At), d.instant(e.Recorded), string(e.Actor), data)
			seq++
		}
		if _, err := q.ExecContext(ctx, d.bind(recordStatement(n)), args...); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

// recordStatement is for so many events.
func recordStatement(n int) string {
	const row = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
	return `INSERT INTO events (tenant, domain, seq, aggregate, kind, at, recorded, actor, data) VALUES ` + row + strings.Repeat(", "+row, n-1)
}

// dataOf returns the data of an event as an argument; NULL if there is none.
func dataOf(e townclerk.Event) (any, error) {
	switch {
	case len(e.Data) == 0:
		return nil, nil
	case !json.Valid(e.Data):
		return nil, errors.New("its data is not JSON")
	}
	return string(e.Data), nil
}

// nextNumber returns the next number of a series.
func nextNumber(ctx context.Context, q querier, d dialect, tenant townclerk.Tenant, table, series string) (string, error) {
	var n int64
	err := q.QueryRowContext(ctx, d.bind(seriesStatement), string(tenant), table, series).Scan(&n)
	return fmt.Sprintf("%s-%06d", series, n), err
}

const seriesStatement = `INSERT INTO series (tenant, of_table, series, last) VALUES (?, ?, ?, 1)
	ON CONFLICT (tenant, of_table, series) DO UPDATE SET last = series.last + 1 RETURNING last`

// outbox hands on the events of a domain.
type outbox struct {
	of domain
	s  *session
}

// Events returns the tenant's events above after, at most limit of them.
func (o outbox) Events(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
	if limit < 0 {
		return nil, fmt.Errorf("events of %q: a limit of %d is negative", tenant, limit)
	}
	var events []townclerk.Event
	err := o.s.read(ctx, tenant, func(q querier) error {
		events = nil // if it is read again
		rows, err := q.QueryContext(ctx, o.s.bind(eventsStatement), string(tenant), string(o.of), after, limit)
		return each(rows, err, func() error {
			e, err := scanEvent(rows)
			events = append(events, e)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("events of %q: %w", tenant, err)
	}
	return events, nil
}

const eventsStatement = `SELECT seq, aggregate, kind, at, recorded, actor, data FROM events
	WHERE tenant = ? AND domain = ? AND seq > ? ORDER BY seq LIMIT ?`

// scanEvent reads a row of an event's columns, and those behind them into more.
func scanEvent(rows interface{ Scan(...any) error }, more ...any) (e townclerk.Event, err error) {
	columns := []any{&e.Seq, &e.Aggregate, &e.Kind, instant{&e.At}, instant{&e.Recorded}, &e.Actor, (*[]byte)(&e.Data)}
	err = rows.Scan(append(columns, more...)...)
	return e, err
}

// Cursor returns the Seq that the consumer of that name has dealt with; 0 if none.
func (o outbox) Cursor(ctx context.Context, tenant townclerk.Tenant, consumer string) (townclerk.Seq, error) {
	var seq townclerk.Seq
	err := o.s.read(ctx, tenant, func(q querier) error {
		return q.QueryRowContext(ctx, o.s.bind(`SELECT seq FROM cursors WHERE tenant = ? AND domain = ? AND consumer = ?`),
			string(tenant), string(o.of), consumer).Scan(&seq)
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("cursor of %q: %w", consumer, err)
	}
	return seq, nil
}

// SetCursor stores what Cursor returns, unless it would go back.
func (o outbox) SetCursor(ctx context.Context, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error {
	err := o.s.write(ctx, tenant, func(q querier) error {
		if err := o.s.introduce(ctx, q, tenant); err != nil {
			return err
		}
		return o.advance(ctx, q, tenant, consumer, seq)
	})
	if err != nil {
		return fmt.Errorf("cursor of %q: %w", consumer, err)
	}
	return nil
}

// introduce makes sure that the tenant has a row, for others to refer to.
func (d dialect) introduce(ctx context.Context, q querier, tenant townclerk.Tenant) error {
	_, err := q.ExecContext(ctx, d.bind(`INSERT INTO tenants (tenant) VALUES (?) ON CONFLICT DO NOTHING`), string(tenant))
	return err
}

func (o outbox) advance(ctx context.Context, q querier, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error {
	_, err := q.ExecContext(ctx, o.s.bind(`INSERT INTO cursors (tenant, domain, consumer, seq) VALUES (?, ?, ?, ?)
		ON CONFLICT (tenant, domain, consumer) DO UPDATE SET seq = excluded.seq WHERE cursors.seq < excluded.seq`),
		string(tenant), string(o.of), consumer, seq)
	return err
}

// self is how [NewConsumer] knows the stores of this package.
func (o outbox) self() outbox { return o }
