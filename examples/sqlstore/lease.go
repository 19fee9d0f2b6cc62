package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
)

// errLost ends the work of a relay whose lease another has taken.
var errLost = errors.New("another relay has taken over, since this one's lease had ended")

// lease is the right to hand over events until an instant. It may be renewed later, too,
// unless another has taken it by then, and whatever is written down is only if not.
type lease struct {
	holder string
	until  time.Time
}

func (r *Relay) term() time.Time { return r.now().Add(2 * r.cfg.Timeout) }

// take returns a new lease; nil if another relay has one.
func (r *Relay) take(ctx context.Context) (*lease, error) {
	free, err := r.free(ctx)
	if err != nil || !free {
		return nil, r.wrap(err)
	}
	l := &lease{rand.Text(), r.term()}
	err = r.to.s.write(ctx, r.to.tenant, func(q querier) error {
		if err := r.to.s.introduce(ctx, q, r.to.tenant); err != nil {
			return err
		}
		got, err := q.ExecContext(ctx, r.to.s.bind(`INSERT INTO relays (tenant, domain, consumer, holder, until) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (tenant, domain, consumer) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE relays.until IS NULL OR relays.until <= ?`), r.to.key(l.holder, r.to.s.instant(l.until), r.to.s.instant(r.now()))...)
		return affected(got, err)
	})
	if errors.Is(err, errLost) {
		return nil, nil
	}
	if err != nil {
		return nil, r.wrap(err)
	}
	return l, nil
}

// affected returns errLost if no row was.
func affected(result interface{ RowsAffected() (int64, error) }, err error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		err = errLost
	}
	return err
}

// free reports whether no relay has a lease. It only reads, so that those that stand by
// disturb nobody.
func (r *Relay) free(ctx context.Context) (free bool, err error) {
	err = r.to.s.read(ctx, r.to.tenant, func(q querier) error {
		var held int
		err := q.QueryRowContext(ctx, r.to.s.bind(`SELECT count(*) FROM relays WHERE `+ofConsumer+` AND until > ?`),
			r.to.key(r.to.s.instant(r.now()))...).Scan(&held)
		free = held == 0
		return err
	})
	return free, err
}

// farewell is how long a program that is to end waits for the database.
const farewell = 10 * time.Second

// hold writes if the lease is still there, which it renews. It does so also when the
// context has ended, for what was handed over has to be written down.
func (r *Relay) hold(ctx context.Context, l *lease, do func(context.Context, querier) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	until := r.term()
	err := r.to.s.write(ctx, r.to.tenant, func(q querier) error {
		held, err := q.ExecContext(ctx, r.to.s.bind(`UPDATE relays SET until = ? WHERE `+ofConsumer+` AND holder = ?`),
			append([]any{r.to.s.instant(until)}, r.to.key(l.holder)...)...)
		if err := affected(held, err); err != nil {
			return err
		}
		return do(ctx, q)
	})
	if err == nil {
		l.until = until
	}
	return err
}

// leave gives up the lease, if there is one, so that another need not wait for its end.
func (r *Relay) leave(ctx context.Context, l *lease) {
	if l == nil {
		return
	}
	err := r.hold(ctx, l, func(ctx context.Context, q querier) error {
		_, err := q.ExecContext(ctx, r.to.s.bind(`UPDATE relays SET holder = NULL, until = NULL WHERE `+ofConsumer), r.to.key()...)
		return err
	})
	if err != nil && !errors.Is(err, errLost) {
		r.cfg.Log.Error("the lease will last until its end", "until", l.until, "error", err)
	}
}

// next returns the events after the cursor, and which of their aggregates are on the
// list.
func (r *Relay) next(ctx context.Context) (events []townclerk.Event, waits map[string]bool, err error) {
	seq, err := r.to.box.Cursor(ctx, r.to.tenant, r.to.name)
	if err == nil {
		events, err = r.to.box.Events(ctx, r.to.tenant, seq, turn)
	}
	if err != nil || len(events) == 0 {
		return nil, nil, err
	}
	args := r.to.key()
	for i := range turn { // always as many, so that it is always the same statement
		args = append(args, events[min(i, len(events)-1)].Aggregate)
	}
	waits = make(map[string]bool)
	err = r.to.s.read(ctx, r.to.tenant, func(q querier) error {
		rows, err := q.QueryContext(ctx, r.to.s.bind(`SELECT DISTINCT aggregate FROM failures WHERE `+ofConsumer+
			` AND aggregate IN (?`+strings.Repeat(", ?", turn-1)+`)`), args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var aggregate string
			if err := rows.Scan(&aggregate); err != nil {
				return err
			}
			waits[aggregate] = true
		}
		return rows.Err()
	})
	return events, waits, err
}

const dueStatement = `SELECT e.seq, e.aggregate, kind, at, recorded, actor, data
	FROM failures f JOIN events e ON e.tenant = f.tenant AND e.domain = f.domain AND e.seq = f.seq
	WHERE f.tenant = ? AND f.domain = ? AND f.consumer = ? AND f.next_at <= ? ORDER BY f.next_at, f.seq LIMIT 1`

// due returns the event of the list whose time has come first.
func (r *Relay) due(ctx context.Context) (e townclerk.Event, found bool, err error) {
	err = r.to.s.read(ctx, r.to.tenant, func(q querier) error {
		rows, err := q.QueryContext(ctx, r.to.s.bind(dueStatement), r.to.key(r.to.s.instant(r.now()))...)
		if err != nil {
			return err
		}
		defer rows.Close()
		if found = rows.Next(); !found {
			return rows.Err()
		}
		e, err = scanEvent(rows)
		return err
	})
	return e, found, err
}

// progress is what is not yet written down.
type progress struct {
	seq    townclerk.Seq     // how far it is; 0: no farther than is written down
	taken  int               // events since then that the handler took
	behind []townclerk.Event // those that have to wait on the list

	failed *townclerk.Event // the last one, if it was not taken
	cause  string
	at     time.Time // when it was not
}

// save writes down the progress, if there is any, and forgets it.
func (r *Relay) save(ctx context.Context, l *lease, p *progress) error {
	if p.seq == 0 {
		return nil
	}
	return r.write(ctx, l, p)
}

func (r *Relay) write(ctx context.Context, l *lease, p *progress) error {
	next := r.after(1, p.at)
	err := r.hold(ctx, l, func(ctx context.Context, q querier) error {
		if p.seq == 0 {
			return nil
		}
		if err := r.to.box.advance(ctx, q, r.to.tenant, r.to.name, p.seq); err != nil {
			return err
		}
		if p.failed != nil {
			if err := r.list(ctx, q, *p.failed, 1, next, p.at, p.cause); err != nil {
				return err
			}
		}
		return r.wait(ctx, q, p.behind)
	})
	if err == nil {
		if p.failed != nil {
			r.report(*p.failed, 1, next, p.cause)
		}
		*p = progress{}
	}
	return err
}

// list puts an event on the list. One may be there already if somebody had the cursor
// go back.
func (r *Relay) list(ctx context.Context, q querier, e townclerk.Event, attempts int, next, failed time.Time, cause string) error {
	_, err := q.ExecContext(ctx, r.to.s.bind(`INSERT INTO failures (tenant, domain, consumer, seq, aggregate, attempts, next_at, failed_at, error)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`),
		r.to.key(e.Seq, e.Aggregate, attempts, r.to.s.due(next), r.to.s.due(failed), cause)...)
	return err
}

// wait puts events on the list that wait for others of their aggregates. These may have
// been discarded meanwhile.
func (r *Relay) wait(ctx context.Context, q querier, events []townclerk.Event) error {
	promoted := make(map[string]bool)
	for _, e := range events {
		if err := r.list(ctx, q, e, 0, time.Time{}, time.Time{}, ""); err != nil {
			return err
		}
		if promoted[e.Aggregate] {
			continue // an earlier one is on the list
		}
		promoted[e.Aggregate] = true
		if err := r.to.promote(ctx, q, e.Aggregate, r.now()); err != nil {
			return err
		}
	}
	return nil
}

// strike takes an event off the list that was taken.
func (r *Relay) strike(ctx context.Context, l *lease, e townclerk.Event) error {
	return r.hold(ctx, l, func(ctx context.Context, q querier) error {
		_, err := q.ExecContext(ctx, r.to.s.bind(`DELETE FROM failures WHERE `+ofConsumer+` AND seq = ?`), r.to.key(e.Seq)...)
		if err != nil {
			return err
		}
		return r.to.promote(ctx, q, e.Aggregate, r.now())
	})
}

// failAgain writes down that an event of the list was not taken, unless somebody has
// discarded it meanwhile.
func (r *Relay) failAgain(ctx context.Context, l *lease, e townclerk.Event, failed error) error {
	var attempts int
	var next time.Time
	cause, at := text(failed), r.now()
	err := r.hold(ctx, l, func(ctx context.Context, q querier) error {
		err := q.QueryRowContext(ctx, r.to.s.bind(`UPDATE failures SET attempts = attempts + 1, failed_at = ?, error = ?
			WHERE `+ofConsumer+` AND seq = ? RETURNING attempts`),
			append([]any{r.to.s.instant(at), cause}, r.to.key(e.Seq)...)...).Scan(&attempts)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		next = r.after(attempts, at)
		_, err = q.ExecContext(ctx, r.to.s.bind(`UPDATE failures SET next_at = ? WHERE `+ofConsumer+` AND seq = ?`),
			append([]any{r.to.s.due(next)}, r.to.key(e.Seq)...)...)
		return err
	})
	if err == nil && attempts > 0 {
		r.report(e, attempts, next, cause)
	}
	return err
}
