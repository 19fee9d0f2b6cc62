package sqlstore_test

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/ticket"
)

// A connection that forgets to name its tenant sees nothing and can write nothing; one that
// names one sees that one's rows, and no table is forgotten.
func TestForgottenTenantSeesNothingOnPostgreSQL(t *testing.T) {
	db := onPostgres(t).database(t)
	ctx := t.Context()
	// A tenant without a name is one, too: what nobody named must not be taken for it.
	for _, tenant := range []townclerk.Tenant{"raanana", "kalisz", ""} {
		created, err := db.Tickets().Tickets().Create(ctx, tenant, ticket.Ticket{ID: "t-1", Series: "2026", Opened: noon}, opened("t-1"))
		require.NoError(t, err)
		require.NoError(t, db.Tickets().SetCursor(ctx, tenant, "mail", 1))
		require.Equal(t, "2026-000001", created.Number)
	}
	count := func(q interface {
		QueryRow(string, ...any) *sql.Row
	}, table string) (n int) {
		require.NoError(t, q.QueryRow(`SELECT count(*) FROM `+table).Scan(&n))
		return n
	}
	tables := tablesOf(t, db)
	require.Len(t, tables, len(tablesWithTenants)+len(aggregates))
	for _, table := range tables {
		require.Zero(t, count(db.SQL(), table), table)
	}
	tx, err := db.SQL().Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	_, err = tx.Exec(`SELECT set_config('townclerk.tenant', '=kalisz', true)`)
	require.NoError(t, err)
	for _, table := range []string{"tickets", "events", "cursors", "series", "tenants"} {
		require.Equal(t, 1, count(tx, table), table)
	}
	_, err = tx.Exec(`SAVEPOINT before`)
	require.NoError(t, err)
	_, err = tx.Exec(`INSERT INTO tenants (tenant) VALUES ('stari-grad')`)
	require.ErrorContains(t, err, "row-level security", "a row for another tenant")
	_, err = tx.Exec(`ROLLBACK TO before`)
	require.NoError(t, err)
	result, err := tx.Exec(`UPDATE tickets SET state = 'closed' WHERE tenant = 'raanana'`)
	require.NoError(t, err)
	changed, err := result.RowsAffected()
	require.NoError(t, err)
	require.Zero(t, changed, "another tenant's rows")
	require.NoError(t, tx.Commit())

	// After a transaction, its connection has forgotten the tenant again.
	for range 20 {
		require.Zero(t, count(db.SQL(), "tickets"))
	}
}

// tablesWithTenants are those that are no aggregates.
var tablesWithTenants = []string{"tenants", "series", "events", "cursors", "relays", "failures", "contract_terms"}

// aggregates are the tables of the domains' aggregates.
var aggregates = []string{
	"tickets", "assets", "licences", "stocks", "contracts", "vendor_calls", "invoices", "budget_frames", "vendor_reviews",
	"vendor_usages", "projects", "work_plans", "measurements", "occurrences", "schedules", "cards", "remedies",
}

// tablesOf returns all tables but the one that says which version they have. In each,
// the tenant comes first in the primary key, and rows are secured by it.
func tablesOf(t *testing.T, db *sqlstore.DB) (tables []string) {
	rows, err := db.SQL().Query(`SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
			(SELECT count(*) FROM pg_policies p WHERE p.tablename = c.relname AND p.schemaname = 'public'),
			(SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE i.indrelid = c.oid AND i.indisprimary)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> 'goose_db_version'`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var table, first string
		var secured bool
		var policies int
		require.NoError(t, rows.Scan(&table, &secured, &policies, &first))
		require.True(t, secured, table)
		require.Equal(t, 1, policies, table)
		require.Equal(t, "tenant", first, table)
		tables = append(tables, table)
	}
	require.NoError(t, rows.Err())
	return tables
}

// What one tenant has under an id, another never sees in an error.
func TestErrorsNameNoOtherTenant(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := e.database(t)
		tickets := db.Tickets().Tickets()
		_, err := tickets.Create(t.Context(), "raanana", ticket.Ticket{ID: "t-1", Opened: noon, Holds: "secret of raanana"})
		require.NoError(t, err)
		_, err = tickets.Create(t.Context(), "raanana", ticket.Ticket{ID: "t-2", Opened: noon, Holds: "secret of raanana"})
		require.ErrorIs(t, err, townclerk.ErrExists)
		require.EqualError(t, err, "ticket t-2: its holds: already exists")
		_, err = tickets.Create(t.Context(), "kalisz", ticket.Ticket{ID: "t-2", Opened: noon, Holds: "secret of raanana"})
		require.NoError(t, err)
		_, err = tickets.Get(t.Context(), "kalisz", "t-1")
		require.EqualError(t, err, "ticket t-1: not found")
	})
}

// Two databases of one server know nothing of each other.
func TestDatabasesAreApart(t *testing.T) {
	one, other := pgtest.Database(t), pgtest.Database(t)
	require.NotEqual(t, one, other)
	for _, url := range []string{one, other} {
		db, err := sqlstore.Open(t.Context(), url)
		require.NoError(t, err)
		require.NoError(t, db.Migrate(t.Context()))
		created, err := db.Tickets().Tickets().Create(t.Context(), town, ticket.Ticket{ID: "t-1", Series: "2026", Opened: noon})
		require.NoError(t, err)
		require.Equal(t, "2026-000001", created.Number)
		require.NoError(t, db.Close())
	}
}

const town townclerk.Tenant = "raanana"

// noon is an instant that tests reckon from.
var noon = time.Date(2026, 6, 7, 9, 0, 0, 0, time.UTC)

// opened is the event that a ticket was opened.
func opened(id ticket.ID) townclerk.Event {
	return townclerk.Event{Aggregate: string(id), Kind: "ticket.opened", At: noon, Recorded: noon, Data: []byte(`{"format":1}`)}
}

// A write into a transaction that the embedder rolls back, or that fails, leaves nothing,
// and a later one goes on without a hole in Seqs and Numbers.
func TestWithTx(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := e.database(t)
		ctx := t.Context()
		_, err := db.SQL().ExecContext(ctx, `CREATE TABLE permits (ticket TEXT PRIMARY KEY)`)
		require.NoError(t, err)
		failed := errors.New("the permit was refused")
		permit := func(id ticket.ID, fail error) error {
			tx, err := db.SQL().BeginTx(ctx, nil)
			require.NoError(t, err)
			defer tx.Rollback()
			tickets := db.WithTx(tx).Tickets()
			made, err := tickets.Tickets().Create(ctx, town, ticket.Ticket{ID: id, Series: "2026", Opened: noon, Holds: string(id)}, opened(id))
			require.NoError(t, err)
			made, err = tickets.Tickets().Put(ctx, town, made, opened(id))
			require.NoError(t, err)
			require.EqualValues(t, 2, made.Version)
			// Calls that fail leave the transaction as it was.
			_, err = tickets.Tickets().Create(ctx, town, ticket.Ticket{ID: id, Series: "2026", Opened: noon}, opened(id))
			require.ErrorIs(t, err, townclerk.ErrExists)
			_, err = tickets.Tickets().Create(ctx, town, ticket.Ticket{ID: "other", Series: "2026", Opened: noon, Holds: string(id)}, opened("other"))
			require.ErrorIs(t, err, townclerk.ErrExists)
			made.Version = 1
			_, err = tickets.Tickets().Put(ctx, town, made, opened(id))
			require.ErrorIs(t, err, townclerk.ErrConflict)
			_, err = tickets.Tickets().Get(ctx, town, "other")
			require.ErrorIs(t, err, townclerk.ErrNotFound)
			if _, err := tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO permits (ticket) VALUES ('%s')`, id)); err != nil {
				return err
			}
			if fail != nil {
				return fail
			}
			return tx.Commit()
		}
		require.NoError(t, permit("t-1", nil))
		require.Equal(t, failed, permit("t-2", failed))
		require.NoError(t, permit("t-3", nil))

		events, err := db.Tickets().Events(ctx, town, 0, 100)
		require.NoError(t, err)
		var seen []string
		for i, e := range events {
			require.EqualValues(t, i+1, e.Seq)
			seen = append(seen, e.Aggregate)
		}
		require.Equal(t, []string{"t-1", "t-1", "t-3", "t-3"}, seen)
		third, err := db.Tickets().Tickets().Get(ctx, town, "t-3")
		require.NoError(t, err)
		require.Equal(t, "2026-000002", third.Number)
		_, err = db.Tickets().Tickets().Get(ctx, town, "t-2")
		require.ErrorIs(t, err, townclerk.ErrNotFound)
		var permits int
		require.NoError(t, db.SQL().QueryRowContext(ctx, `SELECT count(*) FROM permits`).Scan(&permits))
		require.Equal(t, 2, permits)
	})
}
