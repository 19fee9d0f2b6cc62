package sqlstore

import (
	"context"
	"errors"
	"fmt"
)

// Backup writes the whole database of SQLite, with all tenants, into a new file at the
// path, as it is at one instant, while others go on writing. That file is a database: to
// restore it is to open it, or to put it in the place of the other while no program runs.
//
// PostgreSQL has programs for this, which are better at it: see the package's
// documentation. There it is an error.
func (db *DB) Backup(ctx context.Context, path string) error {
	if db.dialect != sqliteDialect {
		return errors.New("backup: PostgreSQL is backed up by pg_dump or pg_basebackup")
	}
	if _, err := db.pool.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return fmt.Errorf("backup: %w", ended(ctx, err))
	}
	return nil
}
