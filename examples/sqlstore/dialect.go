package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is where the two databases differ.
type dialect int

const (
	sqliteDialect dialect = iota
	postgresDialect
	dialects // how many there are
)

// bind numbers the placeholders of a statement as the database wants them. No statement
// here has a question mark that is not a placeholder.
func (d dialect) bind(statement string) string {
	if d == sqliteDialect {
		return statement
	}
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(statement, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		statement = after
	}
}

// instant is the argument for an instant: whole microseconds in SQLite, a timestamp
// in PostgreSQL.
func (d dialect) instant(t time.Time) any {
	if d == sqliteDialect {
		return t.UnixMicro()
	}
	return t.UTC()
}

// due is the argument for an instant that may be none, which is NULL.
func (d dialect) due(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return d.instant(t)
}

// instant reads what [dialect.instant] wrote.
type instant struct{ *time.Time }

// Scan takes a number of microseconds or a timestamp; NULL is the zero time.
func (i instant) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*i.Time = time.Time{}
	case int64:
		*i.Time = time.UnixMicro(v).UTC()
	case time.Time:
		*i.Time = v.UTC()
	default:
		return fmt.Errorf("%T is no instant", value)
	}
	return nil
}

// setTenant says whose rows a transaction may see. The sign before the name tells a
// tenant with an empty name from none at all, which is what a setting is at first and
// after a transaction that set it.
func (d dialect) setTenant(ctx context.Context, q querier, tenant string) error {
	if d == sqliteDialect {
		return nil
	}
	_, err := q.ExecContext(ctx, tenantStatement, "="+tenant)
	return err
}

const tenantStatement = `SELECT set_config('townclerk.tenant', $1, true)`

// taken says by which constraint a row was refused as a second one, if it was.
func (d dialect) taken(err error) (constraint string, ok bool) {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return pg.ConstraintName, true
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) && (lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY) {
		return lite.Error(), true
	}
	return "", false
}

// again reports whether a transaction failed because of others alone, or because its
// connection was lost before it was told to commit, so that it may be done once more.
func (d dialect) again(err error) bool {
	if errors.Is(err, ErrInDoubt) {
		return false
	}
	if d == sqliteDialect {
		return d.busy(err)
	}
	var away *pgconn.ConnectError
	if errors.As(err, &away) {
		return false // another try would find the server away, too
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01" || fatal(pg)
	}
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		pgconn.SafeToRetry(err) || errors.As(err, &network) && !network.Timeout()
}

// doubtful reports whether something may be stored although its commit failed with err.
func (d dialect) doubtful(err error) bool {
	if err == nil {
		return false
	}
	if d == sqliteDialect {
		// What could not be brought to the disk is undone here, but who opens the file after a
		// crash may find it.
		var lite *sqlite.Error
		return errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_IOERR
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return fatal(pg)
	}
	// Not pgconn.SafeToRetry: it holds for a COMMIT that was sent, too, if the connection
	// broke before the answer.
	return !errors.Is(err, pgx.ErrTxCommitRollback)
}

// fatal reports whether the server ended the connection with an error.
func fatal(err *pgconn.PgError) bool {
	return err.SeverityUnlocalized == "FATAL" || err.SeverityUnlocalized == "PANIC"
}

// busy reports whether somebody else writes to the file of SQLite.
func (d dialect) busy(err error) bool {
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_BUSY
}

func (d dialect) goose() goose.Dialect {
	if d == sqliteDialect {
		return goose.DialectSQLite3
	}
	return goose.DialectPostgres
}

// each calls a function for each row of what a query returned, and closes it.
func each(rows *sql.Rows, err error, row func() error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// querier is a connection or a transaction.
type querier interface {
	ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, statement string, args ...any) *sql.Row
}
