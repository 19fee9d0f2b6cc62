package sqlstore

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
)

// statementCache keeps statements of a pool prepared: SQLite would read the text each
// time, which takes longer than most statements do. PostgreSQL's driver prepares by itself.
type statementCache struct {
	all  sync.Map // of *sql.Stmt, by their texts
	kept atomic.Int64
}

// mostKept is how many statements are kept. Those of lists have many more forms.
const mostKept = 200

// prepared is a querier by prepared statements.
type prepared struct {
	pool  *sql.DB
	tx    *sql.Tx // nil: the pool
	cache *statementCache
}

// statement returns nil where the text has to do: it is one too many, or it is wrong.
func (p prepared) statement(ctx context.Context, text string) *sql.Stmt {
	kept, ok := p.cache.all.Load(text)
	if !ok {
		if p.cache.kept.Load() >= mostKept {
			return nil
		}
		fresh, err := p.pool.PrepareContext(ctx, text)
		if err != nil {
			return nil
		}
		if kept, ok = p.cache.all.LoadOrStore(text, fresh); ok {
			fresh.Close()
		} else {
			p.cache.kept.Add(1)
		}
	}
	if p.tx != nil {
		return p.tx.StmtContext(ctx, kept.(*sql.Stmt))
	}
	return kept.(*sql.Stmt)
}

// direct is a querier by texts.
func (p prepared) direct() querier {
	if p.tx != nil {
		return p.tx
	}
	return p.pool
}

func (p prepared) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if s := p.statement(ctx, text); s != nil {
		return s.ExecContext(ctx, args...)
	}
	return p.direct().ExecContext(ctx, text, args...)
}

func (p prepared) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if s := p.statement(ctx, text); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return p.direct().QueryContext(ctx, text, args...)
}

func (p prepared) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	if s := p.statement(ctx, text); s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return p.direct().QueryRowContext(ctx, text, args...)
}
