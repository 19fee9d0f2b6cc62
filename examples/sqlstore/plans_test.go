package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/ticket"
	"github.com/townclerk/townclerk/vendors"
)

// Among 100,000 tickets, assets, contracts and events of one tenant, and some thousands of
// all the rest, neither database reads a whole table: not to claim, not to list by any
// field of a query or by none, not for the next page, not for events, the
// contract in force, or the assets as of a day.
func TestPlansReadNoWholeTable(t *testing.T) {
	if testing.Short() {
		t.Skip("it fills large tables")
	}
	const many, some = 100_000, 5_000
	open := map[string]func(*testing.T) string{
		"SQLite":     func(t *testing.T) string { return filepath.Join(t.TempDir(), "plans.db") },
		"PostgreSQL": func(t *testing.T) string { return pgtest.Database(t) },
	}
	for name, database := range open {
		t.Run(name, func(t *testing.T) {
			db, err := Open(t.Context(), database(t))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			require.NoError(t, db.Migrate(t.Context()))
			p := &planner{t: t, s: db.session, tenant: planned}
			p.exec(`INSERT INTO tenants (tenant) VALUES (?)`, planned)
			p.events(many)
			p.failures(some)
			plans(p, tickets, many)
			plans(p, assets, many)
			plans(p, licences, some)
			plans(p, stocks, some)
			plans(p, contracts, many)
			p.terms()
			plans(p, calls, some)
			plans(p, invoices, some)
			plans(p, frames, some)
			plans(p, reviews, some)
			plans(p, usages, some)
			plans(p, projects, some)
			plans(p, workPlans, some)
			plans(p, measurements, some)
			plans(p, occurrences, some)
			plans(p, schedules, some)
			plans(p, cards, some)
			plans(p, remedies, some)

			now := first.Add(50_000 * time.Minute)
			queried(p, contracts, "in force", &vendors.Query{InForce: now})
			queried(p, contracts, "in force for a service", &vendors.Query{InForce: now, Service: "service-7"})
			queried(p, contracts, "in force with a vendor", &vendors.Query{InForce: now, Vendor: "vendor-7"})
			queried(p, assets, "as of a day", &asset.Query{To: now})
			queried(p, tickets, "a team's open ones", &ticket.Query{Team: "team-3", States: []ticket.State{"state-1", "state-2"}})
			queried(p, tickets, "the next page", &ticket.Query{Handler: "handler-3", After: mark("tickets", now, "id-50000")})
		})
	}
}

const planned = "raanana"

var first = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// planner asks a database how it would do something.
type planner struct {
	t      testing.TB
	s      *session
	tenant townclerk.Tenant
}

func (p *planner) exec(statement string, args ...any) {
	p.t.Helper()
	require.NoError(p.t, p.s.write(p.t.Context(), p.tenant, func(q querier) error {
		_, err := q.ExecContext(p.t.Context(), p.s.bind(statement), args...)
		return err
	}), statement)
}

// rows is a source of the numbers 1 to n.
func (p *planner) rows(n int) string {
	if p.s.dialect == sqliteDialect {
		return fmt.Sprintf(`(WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < %d) SELECT n FROM r) r`, n)
	}
	return fmt.Sprintf(`generate_series(1, %d) n`, n)
}

// minutes is the instant so many minutes after the first.
func (p *planner) minutes(n string) string {
	if p.s.dialect == sqliteDialect {
		return fmt.Sprintf(`(%d + 60000000 * (%s))`, first.UnixMicro(), n)
	}
	return fmt.Sprintf(`(timestamptz '2020-01-01 00:00Z' + interval '1 minute' * (%s))`, n)
}

func (p *planner) events(n int) {
	p.exec(`INSERT INTO events (tenant, domain, seq, aggregate, kind, at, recorded, actor)
		SELECT '` + planned + `', 'ticket', n, 'id-' || n, 'ticket.opened', ` + p.minutes("n") + `, ` + p.minutes("n") + `, '' FROM ` + p.rows(n))
	p.analyse("events")
	p.reads("events", p.s.bind(eventsStatement), planned, "ticket", n/2, 100)
}

// failures fills the list of a consumer, a third of which waits.
func (p *planner) failures(n int) {
	p.exec(`INSERT INTO relays (tenant, domain, consumer) VALUES ('` + planned + `', 'ticket', 'mail')`)
	p.exec(`INSERT INTO failures (tenant, domain, consumer, seq, aggregate, attempts, next_at, error)
		SELECT '` + planned + `', 'ticket', 'mail', n, 'id-' || n / 3, CASE WHEN n % 3 = 0 THEN 1 ELSE 0 END,
		CASE WHEN n % 3 = 0 THEN ` + p.minutes("n") + ` END, '' FROM ` + p.rows(n))
	p.analyse("failures")
	p.reads("failures: due", p.s.bind(dueStatement), planned, "ticket", "mail", p.s.instant(first.Add(time.Hour)))
	p.reads("failures: list", p.s.bind(listStatement), planned, "ticket", "mail", n/2, 100)
}

// terms fills the table of when contracts are in force.
func (p *planner) terms() {
	p.exec(`INSERT INTO contract_terms (tenant, contract, agreement, service, from_at, to_at)
		SELECT tenant, id, 1, s.service, began, ` + map[dialect]string{sqliteDialect: "began + 86400000000", postgresDialect: "began + interval '1 day'"}[p.s.dialect] +
		` FROM contracts, (SELECT '' AS service UNION ALL SELECT 'service-' || n FROM ` + p.rows(2) + `) s`)
	p.analyse("contract_terms")
}

func (p *planner) analyse(table string) {
	_, err := p.s.pool.Exec(`ANALYZE ` + table)
	require.NoError(p.t, err)
}

// plans fills a table and asks for the plans of all that is done with it.
func plans[T, Q any](p *planner, k *kind[T, Q], n int) {
	names, values := []string{"tenant", "id", "version", "body", "next_at", k.order}, []string{
		"'" + planned + "'", "'id-' || n", "1", "'{}'", p.minutes("n"), p.minutes("n"),
	}
	if k.number {
		names, values = append(names, "number"), append(values, "'2026-' || n")
	}
	var zero T
	for _, c := range k.columns {
		names = append(names, c.name)
		switch c.value(&zero).(type) {
		case string:
			if c.name == k.unique {
				values = append(values, "'"+c.name+"-' || n")
			} else {
				values = append(values, "'"+c.name+"-' || n % 50")
			}
		case bool:
			values = append(values, "n % 50 = 0")
		default:
			values = append(values, "n % 50 / 49")
		}
	}
	p.exec(`INSERT INTO ` + k.table + ` (` + strings.Join(names, ", ") + `) SELECT ` + strings.Join(values, ", ") + ` FROM ` + p.rows(n))
	p.analyse(k.table)

	at := p.s.instant(first.Add(time.Hour))
	p.reads(k.table+": claim", k.statements[p.s.dialect].claim, at, planned, planned, at, at, 100)
	p.reads(k.table+": get", k.statements[p.s.dialect].get, planned, "id-1")
	queried(p, k, "all", new(Q))
	for i := range reflect.TypeFor[Q]().NumField() {
		var q Q
		if name := asks(reflect.ValueOf(&q).Elem(), i); name != "" {
			queried(p, k, "by "+name, &q)
		}
	}
}

// asks sets the ith field of a query, and returns its name; "" if it says which page.
func asks(q reflect.Value, i int) string {
	name := q.Type().Field(i).Name
	f := q.Field(i)
	switch {
	case name == "After" || name == "Limit":
		return ""
	case f.Type() == reflect.TypeFor[time.Time]():
		f.Set(reflect.ValueOf(first.Add(1000 * time.Minute)))
	case f.Kind() == reflect.Slice:
		f.Set(reflect.MakeSlice(f.Type(), 2, 2))
		f.Index(0).SetString(strings.ToLower(name[:len(name)-1]) + "-1")
		f.Index(1).SetString("none")
	case f.Kind() == reflect.String:
		f.SetString(strings.ToLower(name) + "-1")
	case f.Kind() == reflect.Bool:
		f.SetBool(true)
	default:
		f.SetInt(1)
	}
	return name
}

func queried[T, Q any](p *planner, k *kind[T, Q], name string, query *Q) {
	w := &where{d: p.s.dialect}
	statement, _, err := table[T, Q]{k, p.s}.search(planned, query, w)
	require.NoError(p.t, err)
	if !w.nothing {
		p.reads(k.table+": "+name, statement, w.args...)
	}
}

// reads complains if a whole table would be read.
func (p *planner) reads(what, statement string, args ...any) {
	plan := p.plan(statement, args...)
	if plan == "" || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "SCAN ") {
		p.t.Errorf("%s: %s %v\n%s", what, statement, args, plan)
	}
}

func (p *planner) plan(statement string, args ...any) string {
	explain := "EXPLAIN "
	if p.s.dialect == sqliteDialect {
		explain = "EXPLAIN QUERY PLAN "
	}
	var lines []string
	require.NoError(p.t, p.s.read(p.t.Context(), p.tenant, func(q querier) error {
		rows, err := q.QueryContext(context.WithoutCancel(p.t.Context()), explain+statement, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			into := []any{&line}
			if p.s.dialect == sqliteDialect {
				into = []any{new(sql.RawBytes), new(sql.RawBytes), new(sql.RawBytes), &line}
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			lines = append(lines, line)
		}
		return rows.Err()
	}), statement)
	return strings.Join(lines, "\n")
}
