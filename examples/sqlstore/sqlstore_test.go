package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/ticket"
	"github.com/townclerk/townclerk/vendors"
)

func TestMain(m *testing.M) {
	if os.Getenv(workerVariable) != "" {
		os.Exit(work())
	}
	if given := os.Getenv(relayVariable); given != "" {
		os.Exit(relayed(given))
	}
	if given := os.Getenv(colleagueVariable); given != "" {
		os.Exit(colleague(given))
	}
	os.Exit(pgtest.Main(m))
}

// engine is where tests are run: it opens an empty database that has its tables. There is
// one at a time.
type engine struct {
	name string
	open func(ctx context.Context) (db *sqlstore.DB, drop func() error, err error)
	// tenants lists them all, which the database may keep from the store.
	tenants func(db *sqlstore.DB) (*sql.Rows, error)
}

// engines runs a test on each database.
func engines(t *testing.T, test func(t *testing.T, e engine)) {
	t.Run("SQLite", func(t *testing.T) { test(t, onSQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, onPostgres(t)) })
}

// database returns a database of the engine, which goes when the test ends.
func (e engine) database(t testing.TB) *sqlstore.DB {
	t.Helper()
	db, drop, err := e.open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, drop()) })
	return db
}

// reopen opens a database as a program does.
func reopen(t *testing.T, database string) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), database)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, db.Migrate(t.Context()))
	return db
}

// onSQLite copies a file that was migrated once.
func onSQLite(t testing.TB) engine {
	dir := t.TempDir()
	template := filepath.Join(dir, "template.db")
	db, err := sqlstore.Open(t.Context(), template)
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	require.NoError(t, db.Close())
	return engine{"SQLite", func(ctx context.Context) (*sqlstore.DB, func() error, error) {
		path := filepath.Join(dir, fmt.Sprintf("%d.db", copies.Add(1)))
		all, err := os.ReadFile(template)
		if err == nil {
			err = os.WriteFile(path, all, 0o600)
		}
		if err != nil {
			return nil, nil, err
		}
		db, err := sqlstore.Open(ctx, path)
		if err != nil {
			return nil, nil, err
		}
		return db, func() error { return errors.Join(db.Close(), os.Remove(path)) }, nil
	}, func(db *sqlstore.DB) (*sql.Rows, error) { return db.SQL().Query(allTenants) }}
}

const allTenants = `SELECT tenant FROM tenants`

var copies atomic.Int64

// onPostgres empties a database that was migrated once: to copy one takes much longer.
func onPostgres(t testing.TB) engine {
	s := pgtest.Shared(t)
	name, err := s.Create(t.Context(), "")
	require.NoError(t, err)
	admin, err := sql.Open("pgx", s.Admin(name))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, errors.Join(admin.Close(), s.Drop(name))) })
	db, err := sqlstore.Open(t.Context(), s.URL(name))
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	require.NoError(t, db.Close())
	return engine{"PostgreSQL", func(ctx context.Context) (*sqlstore.DB, func() error, error) {
		db, err := sqlstore.Open(ctx, s.URL(name))
		if err != nil {
			return nil, nil, err
		}
		return db, func() error {
			_, err := admin.Exec(`DO $$ DECLARE t text; BEGIN
				SET LOCAL session_replication_role = replica; -- in any order
				FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version' LOOP
					EXECUTE 'DELETE FROM ' || t;
				END LOOP;
			END $$`)
			return errors.Join(db.Close(), err)
		}, nil
	}, func(*sqlstore.DB) (*sql.Rows, error) { return admin.Query(allTenants) }}
}

type stores = sqlstore.Stores

// checked opens a store of one domain for its CheckStore: always the same, from which all
// tenants go when it is closed.
func checked[S any](t *testing.T, e engine, store func(stores) S) func(context.Context) (S, func() error, error) {
	db := e.database(t)
	return func(ctx context.Context) (S, func() error, error) {
		return store(db.Stores), func() error { return e.forgetAll(ctx, db) }, nil
	}
}

func (e engine) forgetAll(ctx context.Context, db *sqlstore.DB) error {
	rows, err := e.tenants(db)
	if err != nil {
		return err
	}
	defer rows.Close()
	var all []townclerk.Tenant
	for rows.Next() {
		var tenant townclerk.Tenant
		err = errors.Join(err, rows.Scan(&tenant))
		all = append(all, tenant)
	}
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, tenant := range all {
		if err := db.Forget(ctx, tenant); err != nil {
			return err
		}
	}
	return nil
}

// Each domain's suite passes on both databases. With -short only tickets' does, since
// the tables of the others are made in the same way.
func TestStores(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		ctx := t.Context()
		for _, tt := range []struct {
			domain string
			check  func(*testing.T) error
		}{
			{"ticket", func(t *testing.T) error { return ticket.CheckStore(ctx, checked(t, e, stores.Tickets)) }},
			{"asset", func(t *testing.T) error { return asset.CheckStore(ctx, checked(t, e, stores.Assets)) }},
			{"vendors", func(t *testing.T) error { return vendors.CheckStore(ctx, checked(t, e, stores.Vendors)) }},
			{"project", func(t *testing.T) error { return project.CheckStore(ctx, checked(t, e, stores.Projects)) }},
			{"kpi", func(t *testing.T) error { return kpi.CheckStore(ctx, checked(t, e, stores.Indicators)) }},
		} {
			if testing.Short() && tt.domain != "ticket" {
				continue
			}
			t.Run(tt.domain, func(t *testing.T) { require.NoError(t, tt.check(t)) })
		}
	})
}
