package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/incidentlog"
	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/examples/policies"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// The peer of these benchmarks is the bare driver: the same statements in the same
// transactions, prepared likewise, with the durability that Open sets or leaves
// (SQLite: write-ahead log, synchronous = FULL; PostgreSQL: synchronous_commit on, and
// fsync as the server has it, which is off in the tests' own). The two take turns.

// measured runs a benchmark on both databases.
func measured(b *testing.B, run func(b *testing.B, db *DB)) {
	b.Run("SQLite", func(b *testing.B) { run(b, migrated(b, filepath.Join(b.TempDir(), "bench.db"))) })
	b.Run("PostgreSQL", func(b *testing.B) { run(b, migrated(b, pgtest.Database(b))) })
}

func migrated(tb testing.TB, database string) *DB {
	db, err := Open(tb.Context(), database)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	require.NoError(tb, db.Migrate(tb.Context()))
	return db
}

// raanana returns the policy of a desk.
func raanana(tb testing.TB) *ticket.Policy {
	read := func(name string) []byte {
		data, err := policies.Files.ReadFile(name)
		require.NoError(tb, err)
		return data
	}
	promises, err := sla.Parse(read("raanana/sla.toml"), "raanana/sla.toml")
	require.NoError(tb, err)
	policy, err := ticket.Parse(read("raanana/ticket.toml"), "raanana/ticket.toml", promises)
	require.NoError(tb, err)
	return policy
}

// request is what somebody asks who calls the desk.
func request(at time.Time) ticket.Request {
	return ticket.Request{
		At: at, Recorder: "desk-2", Channel: "phone", Opener: "person-7", Unit: "engineering", Department: "operations", Class: "incident",
		Subject: "the large plotter jams", Text: "Since this morning it stops after every second sheet.",
	}
}

// pair adds up what two ways of doing the same take.
type pair struct{ store, bare time.Duration }

func (p *pair) run(b *testing.B, store, bare func() error) {
	began := time.Now()
	err := store()
	between := time.Now()
	err2 := bare()
	p.store, p.bare = p.store+between.Sub(began), p.bare+time.Since(between)
	require.NoError(b, err)
	require.NoError(b, err2)
}

func (p *pair) report(b *testing.B) {
	b.ReportMetric(float64(p.store.Nanoseconds())/float64(b.N), "store-ns/op")
	b.ReportMetric(float64(p.bare.Nanoseconds())/float64(b.N), "bare-ns/op")
	b.ReportMetric(float64(p.store)/float64(p.bare), "store/bare")
}

// What does opening a ticket at a desk cost beside its bare statements? The desk decides,
// reckons three due times, writes JSON and reads it again, in a transaction of five
// statements.
func BenchmarkOpenTicket(b *testing.B) {
	measured(b, func(b *testing.B, db *DB) {
		ctx := b.Context()
		now := time.Date(2026, 6, 7, 8, 0, 0, 0, time.UTC)
		desk := ticket.NewDesk(db.Tickets(), raanana(b), ticket.Config{Now: func() time.Time { return now }})
		sample, err := desk.Open(ctx, "sample", request(now))
		require.NoError(b, err)
		events, err := db.Tickets().Events(ctx, "sample", 0, 10)
		require.NoError(b, err)
		n := 0
		var p pair
		b.ReportAllocs()
		for b.Loop() {
			now = now.Add(time.Second)
			n++
			p.run(b, func() error {
				_, err := desk.Open(ctx, "store", request(now))
				return err
			}, func() error {
				return bareCreate(ctx, db, "bare", fmt.Sprintf("%036d", n), sample, events)
			})
		}
		p.report(b)
	})
}

// bareCreate executes the statements of a Create with what is at hand.
func bareCreate(ctx context.Context, db *DB, tenant, id string, t ticket.Ticket, events []townclerk.Event) error {
	d := db.dialect
	tx, err := db.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if d == postgresDialect {
		if _, err := tx.ExecContext(ctx, tenantStatement, "="+tenant); err != nil {
			return err
		}
	}
	var last, count int64
	if err := tx.QueryRowContext(ctx, d.bind(ticketDomain.nextStatement()), tenant, len(events)).Scan(&last); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, d.bind(seriesStatement), tenant, "tickets", t.Series).Scan(&count); err != nil {
		return err
	}
	if err := bareInsert(ctx, tx, d, tenant, id, t, events, last); err != nil {
		return err
	}
	return tx.Commit()
}

// bareInsert executes the two inserts of a Create. The body is written already.
func bareInsert(ctx context.Context, q querier, d dialect, tenant, id string, t ticket.Ticket, events []townclerk.Event, last int64) error {
	_, err := q.ExecContext(ctx, tickets.statements[d].insert, tenant, id, 1, d.due(t.NextAt), d.instant(t.Opened), t.Number,
		string(t.State), t.Department, t.Class, t.Team, string(t.Handler), string(t.Opener), t.Holds, bodyOf(t))
	if err != nil || len(events) == 0 {
		return err
	}
	var args []any
	for i, e := range events {
		args = append(args, tenant, "ticket", last-int64(len(events))+int64(i)+1, id, e.Kind, d.instant(e.At), d.instant(e.Recorded), string(e.Actor), string(e.Data))
	}
	_, err = q.ExecContext(ctx, d.bind(recordStatement(len(events))), args...)
	return err
}

// bodies keeps what was written as JSON before it was measured.
var bodies = map[ticket.ID]string{}

func bodyOf(t ticket.Ticket) string {
	body, ok := bodies[t.ID]
	if !ok {
		data, err := json.Marshal(t)
		if err != nil {
			panic(err)
		}
		body = string(data)
		bodies[t.ID] = body
	}
	return body
}

// What does importing the log of another system cost beside bare inserts of the same
// rows in the same batches of 100? The import also reads the CSV, checks the events, finds
// out which tickets are there already, and writes JSON.
func BenchmarkImport(b *testing.B) {
	path := filepath.Join("..", "..", "..", "shared", "data", "incident_event_log.csv")
	log, err := os.ReadFile(path)
	if err != nil {
		b.Skip("the log is not here: ", err)
	}
	records := func(yield func(ticket.Record, error) bool) {
		desk := incidentlog.Desk{Tenant: "town", Zone: time.UTC, Defaults: map[string]string{"department": "operations", "class": "incident"}}
		incidentlog.ReadTickets(strings.NewReader(string(log)), path, incidentlog.ServiceNow(), desk)(yield)
	}
	var known []ticket.Record
	for r, err := range records {
		if err == nil {
			known = append(known, r)
			bodyOf(r.Ticket)
		}
	}
	measured(b, func(b *testing.B, db *DB) {
		ctx := b.Context()
		var p pair
		n := 0
		for b.Loop() {
			n++
			p.run(b, func() error {
				stored := 0
				err := db.RestoreTickets(ctx, townclerk.Tenant(fmt.Sprint("store", n)), records, func(r Restored) {
					require.NoError(b, r.Err)
					stored++
				})
				require.Equal(b, len(known), stored)
				return err
			}, func() error {
				last := int64(0)
				tenant := fmt.Sprint("bare", n)
				for batch := range slices.Chunk(known, 100) {
					err := db.write(ctx, townclerk.Tenant(tenant), func(q querier) error {
						if last == 0 {
							if _, err := q.ExecContext(ctx, db.bind(`INSERT INTO tenants (tenant) VALUES (?)`), tenant); err != nil {
								return err
							}
						}
						for _, r := range batch {
							last += int64(len(r.Events))
							if err := bareInsert(ctx, q, db.dialect, tenant, string(r.Ticket.ID), r.Ticket, r.Events, last); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
		p.report(b)
		b.ReportMetric(float64(len(known)), "tickets")
	})
}

// Does a sweep cost what is due, and not what is open? 1,000 of Ra'anana's tickets are
// due, among 10,000 that are open and among 1,000,000; with -short, among 20,000. The sweep
// assesses each, and records what it owes.
func BenchmarkSweepOf1000(b *testing.B) {
	few, many := 10_000, 1_000_000
	if testing.Short() {
		many = 20_000
	}
	policy := raanana(b)
	measured(b, func(b *testing.B, db *DB) {
		now := time.Date(2026, 6, 7, 8, 0, 0, 0, time.UTC)
		desk := ticket.NewDesk(db.Tickets(), policy, ticket.Config{Now: func() time.Time { return now }})
		for _, open := range []int{few, many} {
			fill(b, db, desk, townclerk.Tenant(fmt.Sprint(open)), open, now)
		}
		var p pair // the store's part is among many, the bare one's among few
		n := 0
		for b.Loop() {
			b.StopTimer()
			n++
			now = now.AddDate(0, 0, 7)
			for _, open := range []int{few, many} {
				tenant := townclerk.Tenant(fmt.Sprint(open))
				require.NoError(b, db.InTx(b.Context(), func(s Stores) error {
					d := ticket.NewDesk(s.Tickets(), policy, ticket.Config{Now: func() time.Time { return now }})
					for range 1000 {
						if _, err := d.Open(b.Context(), tenant, request(now)); err != nil {
							return err
						}
					}
					return nil
				}))
			}
			b.StartTimer()
			sweep := func(open int) func() error {
				return func() error {
					swept, err := desk.Sweep(b.Context(), townclerk.Tenant(fmt.Sprint(open)), now.AddDate(0, 0, 6))
					require.GreaterOrEqual(b, swept, 1000)
					return err
				}
			}
			p.run(b, sweep(many), sweep(few))
		}
		b.ReportMetric(float64(p.store.Nanoseconds())/float64(b.N), "many-ns/op")
		b.ReportMetric(float64(p.bare.Nanoseconds())/float64(b.N), "few-ns/op")
		b.ReportMetric(float64(p.store)/float64(p.bare), "many/few")
	})
}

// fill makes copies of an open ticket that are not due in our time.
func fill(b *testing.B, db *DB, desk *ticket.Desk, tenant townclerk.Tenant, open int, now time.Time) {
	made, err := desk.Open(b.Context(), tenant, request(now))
	require.NoError(b, err)
	p := &planner{t: b, s: db.session, tenant: tenant}
	columns := strings.ReplaceAll("version, opened, state, department, class, team, handler, opener, holds, body", "body", map[dialect]string{
		sqliteDialect:   "json_set(body, '$.id', 'open-' || n)",
		postgresDialect: "jsonb_set(body, '{id}', to_jsonb('open-' || n))",
	}[db.dialect])
	p.exec(`INSERT INTO tickets (tenant, id, number, next_at, version, opened, state, department, class, team, handler, opener, holds, body)
		SELECT tenant, 'open-' || n, 'open-' || n, `+p.minutes("n + 100000000")+`, `+columns+` FROM tickets, `+p.rows(open)+` WHERE tenant = ? AND id = ?`,
		string(tenant), string(made.ID))
	p.analyse("tickets")
	if db.dialect == sqliteDialect {
		// So many at once would stay in the log, where nothing of a real year is.
		_, err := db.pool.ExecContext(b.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`)
		require.NoError(b, err)
	}
}
