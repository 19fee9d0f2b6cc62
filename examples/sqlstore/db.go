package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/townclerk/townclerk"
)

// DB is a database that holds the stores of all domains. It is safe for concurrent use,
// also by several programs.
type DB struct {
	Stores
}

// Open returns the database that a URL names: postgres://…, with all that libpq's URLs
// and environment may say, or else the path of a SQLite file, which is made if there is
// none. The database need not have any tables yet: see [DB.Migrate].
func Open(ctx context.Context, database string) (*DB, error) {
	if strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://") {
		return openPostgres(ctx, database)
	}
	return openSQLite(ctx, database)
}

func openPostgres(ctx context.Context, database string) (*DB, error) {
	config, err := pgx.ParseConfig(database)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err) // which hides the password
	}
	pool := stdlib.OpenDB(*config)
	pool.SetMaxIdleConns(8)
	return open(ctx, postgresDialect, pool, "PostgreSQL")
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if path == "" || strings.Contains(path, ":memory:") {
		return nil, fmt.Errorf("open SQLite: %q is not the path of a file, which is where a database is kept", path)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	source := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(on)", "temp_store(memory)", "cache_size(-32768)"},
	}.Encode()}
	pool, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	pool.SetMaxIdleConns(8)
	return open(ctx, sqliteDialect, pool, path)
}

func open(ctx context.Context, d dialect, pool *sql.DB, name string) (*DB, error) {
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", name, err), pool.Close())
	}
	return &DB{Stores{&session{dialect: d, pool: pool, writer: make(chan struct{}, 1), cache: &statementCache{}}}}, nil
}

// Close closes all connections.
func (db *DB) Close() error { return db.pool.Close() }

// SQL returns the pool of connections, for tables of one's own and for [DB.WithTx].
func (db *DB) SQL() *sql.DB { return db.pool }

// WithTx returns the stores within a transaction of [DB.SQL] that the caller began and
// ends. What they write is there once it commits, with its events. A call that fails
// leaves the transaction as it was before the call, and usable, unless its context
// ended or the database went away: then nothing in it can be committed.
//
// From its first write on, the transaction keeps the tenant's other writes waiting, so
// it should be short. One that writes for several tenants should do so in a fixed order. On SQLite all
// other writes wait, those of this program outside the transaction, too, which must not
// wait for one of them.
func (db *DB) WithTx(tx *sql.Tx) Stores {
	s := *db.session
	s.tx = tx
	return Stores{&s}
}

// InTx runs a function with the stores in one transaction, and commits it unless the
// function returns an error or panics: all that it writes is there then, or nothing is.
// It is for many writes at once, such as an import, of which each would wait for the
// disk otherwise. What [DB.WithTx] says of a transaction holds for this one.
func (db *DB) InTx(ctx context.Context, do func(Stores) error) error {
	err := db.transact(ctx, func(tx *sql.Tx) error { return do(db.WithTx(tx)) })
	return ended(ctx, err)
}

// session is where statements go: to the pool, or into a transaction.
type session struct {
	dialect
	pool *sql.DB
	tx   *sql.Tx // nil: the pool

	// writer holds a token while this program writes to a SQLite file. The database
	// lets one write at a time, too, but those who wait there do not heed their contexts
	// and come in no order.
	writer chan struct{}
	cache  *statementCache
}

// on returns how statements are executed in a transaction; nil is the pool.
func (s *session) on(tx *sql.Tx) querier {
	switch {
	case s.dialect == sqliteDialect:
		return prepared{s.pool, tx, s.cache}
	case tx != nil:
		return tx
	}
	return s.pool
}

// ErrInDoubt says that nobody knows whether something was stored: the database was told to
// commit it, and went away before it answered.
var ErrInDoubt = errors.New("whether it was stored is in doubt")

// How long a call may take beyond its context, and how long at all on a server.
const (
	grace    = 5 * time.Second
	patience = time.Minute
)

// Others' doing is no reason to fail, but at some time there has to be an end.
const tries = 20

// read runs a function that only reads, in one transaction where the tenant has to be
// named.
func (s *session) read(ctx context.Context, tenant townclerk.Tenant, do func(querier) error) error {
	return s.call(ctx, func(ctx context.Context) error { return s.reading(ctx, tenant, do) })
}

func (s *session) reading(ctx context.Context, tenant townclerk.Tenant, do func(querier) error) error {
	if s.tx != nil {
		if err := s.setTenant(ctx, s.tx, string(tenant)); err != nil {
			return err
		}
		return do(s.on(s.tx))
	}
	if s.dialect == sqliteDialect {
		return do(s.on(nil))
	}
	tx, err := s.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := s.setTenant(ctx, tx, string(tenant)); err != nil {
		return err
	}
	if err := do(s.on(tx)); err != nil {
		return err
	}
	return tx.Commit()
}

// write runs a function in a transaction of its own, or as a part of the caller's: all
// that it writes is there, or nothing is, also if it panics.
func (s *session) write(ctx context.Context, tenant townclerk.Tenant, do func(querier) error) error {
	return s.call(ctx, func(ctx context.Context) error {
		if s.tx != nil {
			return s.part(ctx, tenant, do)
		}
		return s.writing(ctx, tenant, do)
	})
}

// call runs a transaction, again where it failed because of others alone or lost its
// connection before it was to commit, and not for ever where a server does not answer.
func (s *session) call(ctx context.Context, do func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.tx != nil {
		return ended(ctx, do(ctx))
	}
	limited := ctx
	if s.dialect == postgresDialect {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	for n := 1; ; n++ {
		err := do(limited)
		if err == nil || n == tries || limited.Err() != nil || !s.again(err) {
			if err != nil && limited.Err() != nil && ctx.Err() == nil {
				return fmt.Errorf("the database did not answer within %v: %w", patience, err)
			}
			return ended(ctx, err)
		}
	}
}

func (s *session) writing(ctx context.Context, tenant townclerk.Tenant, do func(querier) error) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		if err := s.setTenant(ctx, tx, string(tenant)); err != nil {
			return err
		}
		return do(s.on(tx))
	})
}

// transact runs a function in a transaction.
func (s *session) transact(ctx context.Context, do func(*sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.dialect == sqliteDialect {
		select {
		case s.writer <- struct{}{}:
			defer func() { <-s.writer }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	heed := context.AfterFunc(ctx, cancel)
	defer heed()
	tx, err := s.pool.BeginTx(own, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	if err := do(tx); err != nil {
		return err
	}
	if !heed() {
		return ctx.Err()
	}
	// Once it has begun to commit, it is committed: a context that ended then would leave
	// nobody knowing whether it was. But nobody waits for ever for a server that does not answer.
	late := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	defer late()
	err = tx.Commit()
	if s.doubtful(err) {
		return fmt.Errorf("%w: %w", ErrInDoubt, err)
	}
	return err
}

// part runs a function in the caller's transaction, between savepoints.
func (s *session) part(ctx context.Context, tenant townclerk.Tenant, do func(querier) error) (err error) {
	if err := s.setTenant(ctx, s.tx, string(tenant)); err != nil {
		return err
	}
	q := s.on(s.tx)
	if _, err := q.ExecContext(ctx, `SAVEPOINT townclerk`); err != nil {
		return err
	}
	kept := false
	defer func() {
		if !kept {
			// If this fails, so does the commit.
			back := context.WithoutCancel(ctx)
			_, undone := s.tx.ExecContext(back, `ROLLBACK TO SAVEPOINT townclerk`)
			_, released := s.tx.ExecContext(back, `RELEASE SAVEPOINT townclerk`)
			err = errors.Join(err, undone, released)
		}
	}()
	if err := do(q); err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `RELEASE SAVEPOINT townclerk`)
	kept = err == nil
	return err
}

// ended has an error say that the context ended, where the driver does not.
func ended(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || errors.Is(err, ctx.Err()) {
		return err
	}
	return fmt.Errorf("%w: %w", ctx.Err(), err)
}

// ceil returns the first whole microsecond that is not before t.
func ceil(t time.Time) time.Time {
	return t.Add(time.Microsecond - 1).Truncate(time.Microsecond)
}
