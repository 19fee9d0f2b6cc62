package sqlstore

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"text/template"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// The migrations are written once for both databases. None is ever changed after a
// release: what comes later is another migration.
//
//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the tables to this release's version, from that of any earlier one. It
// goes forward only; a database of a later release is an error. When several programs begin at once, the others
// wait for the first. On PostgreSQL it has to be done by the role that is to own the
// tables.
func (db *DB) Migrate(ctx context.Context) error { return db.migrate(ctx, 0) }

// migrate goes up to a version; 0 is the last.
func (db *DB) migrate(ctx context.Context, version int64) error {
	p, err := db.migrator()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if version == 0 {
		_, err = p.Up(ctx)
	} else {
		_, err = p.UpTo(ctx, version)
	}
	if err == nil {
		err = known(ctx, p)
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// known says whether the database is of a release that is later than this one.
func known(ctx context.Context, p *goose.Provider) error {
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	if last := sources[len(sources)-1].Version; have > last {
		return fmt.Errorf("the database has version %d, and this release knows %d; run the later release", have, last)
	}
	return nil
}

func (db *DB) migrator() (*goose.Provider, error) {
	files, err := render(db.dialect)
	if err != nil {
		return nil, err
	}
	var locker lock.SessionLocker = sqliteLocker{}
	if db.dialect == postgresDialect {
		if locker, err = lock.NewPostgresSessionLocker(); err != nil {
			return nil, err
		}
	}
	return goose.NewProvider(db.dialect.goose(), db.pool, files, goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
}

// render writes the migrations in the words of a database, into an archive in memory.
func render(d dialect) (fs.FS, error) {
	all, err := template.New("").Funcs(words(d)).ParseFS(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	files := zip.NewWriter(&b)
	for _, t := range all.Templates() {
		w, err := files.Create(t.Name())
		if err == nil {
			err = t.Execute(w, nil)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := files.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
}

// words are what stands in {{}} in the migrations.
func words(d dialect) template.FuncMap {
	either := func(lite, pg string) func() string {
		if d == sqliteDialect {
			return func() string { return lite }
		}
		return func() string { return pg }
	}
	return template.FuncMap{
		"text":    either("TEXT", `TEXT COLLATE "C"`), // ordered by bytes, as those of SQLite are
		"int":     either("INTEGER", "BIGINT"),
		"bool":    either("INTEGER", "BOOLEAN"),
		"instant": either("INTEGER", "TIMESTAMPTZ"), // microseconds since 1970
		"table":   either(" STRICT, WITHOUT ROWID", ""),
		"rows":    either(" STRICT", ""), // of tables whose rows are long
		"json": func(column string) string {
			if d == sqliteDialect {
				return "TEXT CHECK (" + column + " IS NULL OR json_valid(" + column + "))"
			}
			return "JSONB"
		},
		"protect": func(table string) string {
			if d == sqliteDialect {
				return ""
			}
			return "ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY;\n" +
				"ALTER TABLE " + table + " FORCE ROW LEVEL SECURITY;\n" +
				"CREATE POLICY tenant ON " + table + " USING (tenant = substr(nullif(current_setting('townclerk.tenant', true), ''), 2));"
		},
	}
}

// sqliteLocker keeps others from the file while the connection migrates.
type sqliteLocker struct{}

// SessionLock waits for the one that migrates.
func (sqliteLocker) SessionLock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, `PRAGMA locking_mode = EXCLUSIVE`); err != nil {
		return err
	}
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		// The lock that the transaction takes is kept after it.
		_, err := conn.ExecContext(ctx, `BEGIN EXCLUSIVE; COMMIT`)
		if err == nil || ctx.Err() != nil || !sqliteDialect.busy(err) {
			return err
		}
	}
}

// SessionUnlock lets others in.
func (sqliteLocker) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `PRAGMA locking_mode = NORMAL`)
	// The lock is given up when the file is used next.
	var n int
	return errors.Join(err, conn.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&n))
}
