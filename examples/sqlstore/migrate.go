package sqlstore

import (
	"archive/zip"
	"bytes"
	"context"
	"embed"
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
// goes forward only; a database of a later release is an error. Where nothing is to be
// done, it waits for nobody. When several programs begin at once, the others
// wait for the first. On PostgreSQL it has to be done by the role that is to own the
// tables.
func (db *DB) Migrate(ctx context.Context) error { return db.migrate(ctx, 0) }

// migrate goes up to a version; 0 is the last.
func (db *DB) migrate(ctx context.Context, version int64) error {
	p, err := db.migrator()
	if err == nil {
		err = db.upTo(ctx, p, version)
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func (db *DB) upTo(ctx context.Context, p *goose.Provider, version int64) error {
	const longest = time.Minute // that others may keep a SQLite file
	sources := p.ListSources()
	last := sources[len(sources)-1].Version
	if version == 0 {
		version = last
	}
	for deadline := time.Now().Add(longest); ; {
		have, err := db.version(ctx)
		switch {
		case err != nil:
			return err
		case have > last:
			return fmt.Errorf("the database has version %d, and this release knows %d; run the later release", have, last)
		case have >= version:
			return nil
		}
		// Each migration is a transaction. On SQLite, others may come between two of them: what
		// they did fails here, and is found done the next time.
		if _, err = p.UpTo(ctx, version); err == nil {
			return nil
		}
		now, unknown := db.version(ctx)
		moved := unknown == nil && now > have || db.busy(err)
		if db.dialect != sqliteDialect || !moved || ctx.Err() != nil || time.Now().After(deadline) {
			return err
		}
	}
}

// version returns up to which migration the database has come; 0 if it has no tables.
func (db *DB) version(ctx context.Context) (version int64, err error) {
	exists := `SELECT to_regclass('goose_db_version') IS NOT NULL`
	if db.dialect == sqliteDialect {
		exists = `SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'goose_db_version'`
	}
	var made bool
	if err := db.pool.QueryRowContext(ctx, exists).Scan(&made); err != nil || !made {
		return 0, err
	}
	err = db.pool.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, err
}

func (db *DB) migrator() (*goose.Provider, error) {
	files, err := render(db.dialect)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if db.dialect == postgresDialect {
		// It asks for the lock every second, for five minutes.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(db.dialect.goose(), db.pool, files, options...)
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
