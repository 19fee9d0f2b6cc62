package sqlstore_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/ticket"
)

// empty runs a test on an empty database of each kind.
func empty(t *testing.T, test func(t *testing.T, database string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "town.db")) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, pgtest.Database(t)) })
}

// Programs that begin at once on an empty database all find its tables made.
func TestMigrateAtOnce(t *testing.T) {
	empty(t, func(t *testing.T, database string) {
		const programs = 4
		ended := make(chan error, programs)
		for range programs {
			go func() {
				db, err := sqlstore.Open(t.Context(), database)
				if err == nil {
					defer db.Close()
					err = db.Migrate(t.Context())
				}
				if err == nil {
					_, err = db.Tickets().Events(t.Context(), town, 0, 1)
				}
				ended <- err
			}()
		}
		for range programs {
			require.NoError(t, <-ended)
		}
	})
}

// A program that begins while another is at work waits for nobody, as there is nothing to
// be done.
func TestMigrateBeside(t *testing.T) {
	empty(t, func(t *testing.T, database string) {
		first := reopen(t, database)
		tx, err := first.SQL().BeginTx(t.Context(), nil)
		require.NoError(t, err)
		defer tx.Rollback()
		_, err = first.WithTx(tx).Tickets().Tickets().Create(t.Context(), town, ticket.Ticket{ID: "t-1", Series: "2026", Opened: noon})
		require.NoError(t, err)
		second, err := sqlstore.Open(t.Context(), database)
		require.NoError(t, err)
		defer second.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		require.NoError(t, second.Migrate(ctx))
	})
}
