package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/townclerk/townclerk"
)

// Consumer is whoever is told, under a name, what happened in one domain of a tenant.
// [Consumer.Relay] hands it the events; what it failed to take is on a list, which its
// other methods show and mend, in any program.
type Consumer struct {
	box    outbox
	s      *session // of the box
	tenant townclerk.Tenant
	name   string
}

// NewConsumer returns the consumer with a name of 1 to 200 bytes, for the events of a
// store of this package, such as [Stores.Tickets]. How far it is, is what the store's
// Cursor says of the name.
func NewConsumer(store townclerk.Outbox, tenant townclerk.Tenant, name string) (*Consumer, error) {
	var wrong []error
	own, ok := store.(interface{ self() outbox })
	if !ok {
		wrong = append(wrong, fmt.Errorf("consumer %q: a %T is no store of sqlstore's; pass one such as db.Tickets()", name, store))
	}
	if name == "" || len(name) > longest || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		wrong = append(wrong, fmt.Errorf("consumer %q: its name has to be a text in UTF-8 of 1 to %d bytes without a zero character", name, longest))
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	box := own.self()
	return &Consumer{box, box.s, tenant, name}, nil
}

// Failure is an event that is on a consumer's list: it was not taken, or an earlier one
// of the same aggregate is on the list.
type Failure struct {
	Event townclerk.Event

	// Attempts counts how often it was handed over in vain since it got on the list, or
	// since somebody had it retried.
	Attempts int

	// Next is from when on it is handed over again; zero if it is given up or waits.
	Next time.Time

	// GivenUp says that nothing happens until somebody has it retried or discarded.
	GivenUp bool

	// Behind is the Seq of the event of its aggregate that it waits for; 0: it does
	// not wait.
	Behind townclerk.Seq

	FailedAt time.Time // when it was handed over last; zero: never
	Error    string    // what came of that, cut to 2,000 bytes
}

// ofConsumer selects the rows of a consumer, with the arguments of key.
const ofConsumer = `tenant = ? AND domain = ? AND consumer = ?`

func (c *Consumer) key(more ...any) []any {
	return append([]any{string(c.tenant), string(c.box.of), c.name}, more...)
}

// headOf is the lowest Seq on the list of the aggregate that f is of.
const headOf = `(SELECT min(g.seq) FROM failures g
	WHERE g.tenant = f.tenant AND g.domain = f.domain AND g.consumer = f.consumer AND g.aggregate = f.aggregate)`

const listStatement = `SELECT e.seq, e.aggregate, kind, at, recorded, actor, data, attempts, next_at, failed_at, error, ` + headOf + `
	FROM failures f JOIN events e ON e.tenant = f.tenant AND e.domain = f.domain AND e.seq = f.seq
	WHERE f.tenant = ? AND f.domain = ? AND f.consumer = ? AND f.seq > ? ORDER BY f.seq LIMIT ?`

// Failures returns a page of the list, in the order of Seq. After is empty for the first
// page and then the Next of the page before; [townclerk.All] turns the pages. A limit
// of 0 is 100.
func (c *Consumer) Failures(ctx context.Context, after string, limit int) (townclerk.Page[Failure], error) {
	page, err := c.failures(ctx, after, limit)
	if err != nil {
		return townclerk.Page[Failure]{}, fmt.Errorf("failures of %q: %w", c.name, err)
	}
	return page, nil
}

func (c *Consumer) failures(ctx context.Context, after string, limit int) (page townclerk.Page[Failure], err error) {
	switch {
	case limit < 0:
		return page, fmt.Errorf("a limit of %d is negative", limit)
	case limit == 0:
		limit = pageSize
	}
	var seq int64
	if after != "" {
		if seq, err = failureMarked(after); err != nil {
			return page, err
		}
	}
	err = c.s.read(ctx, c.tenant, func(q querier) error {
		page.Items = nil
		rows, err := q.QueryContext(ctx, c.s.bind(listStatement), c.key(seq, limit+1)...)
		return each(rows, err, func() error {
			f, err := scanFailure(rows)
			page.Items = append(page.Items, f)
			return err
		})
	})
	if err == nil && len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = failureMark(page.Items[limit-1].Event.Seq)
	}
	return page, err
}

func scanFailure(rows *sql.Rows) (f Failure, err error) {
	var head townclerk.Seq
	f.Event, err = scanEvent(rows, &f.Attempts, instant{&f.Next}, instant{&f.FailedAt}, &f.Error, &head)
	if head != f.Event.Seq {
		f.Behind = head
	}
	f.GivenUp = f.Behind == 0 && f.Next.IsZero()
	return f, err
}

// failureMark writes down where a page ended.
func failureMark(seq townclerk.Seq) string { return "failures." + strconv.FormatInt(int64(seq), 10) }

// failureMarked reads what failureMark wrote.
func failureMarked(after string) (int64, error) {
	text, _ := strings.CutPrefix(after, "failures.")
	seq, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seq < 1 || failureMark(townclerk.Seq(seq)) != after {
		return 0, fmt.Errorf("%q was not the Next of a page", after)
	}
	return seq, nil
}

// Retry has an event of the list handed over again soon, whether it was given up or
// not, and its attempts counted from 0. If it waits for another that is an error, and if
// it is not on the list, one that wraps [townclerk.ErrNotFound].
func (c *Consumer) Retry(ctx context.Context, seq townclerk.Seq) error {
	return c.mend(ctx, "retry", seq, func(q querier) error {
		var head townclerk.Seq
		err := q.QueryRowContext(ctx, c.s.bind(`SELECT `+headOf+` FROM failures f WHERE `+ofConsumer+` AND seq = ?`), c.key(seq)...).Scan(&head)
		if err != nil {
			return err
		}
		if head != seq {
			return fmt.Errorf("it waits for event %d of the same aggregate; retry or discard that", head)
		}
		// When it failed is past, by the clock of the relay.
		_, err = q.ExecContext(ctx, c.s.bind(`UPDATE failures SET attempts = 0, next_at = COALESCE(failed_at, next_at)
			WHERE `+ofConsumer+` AND seq = ?`), c.key(seq)...)
		return err
	})
}

// Discard takes an event off the list: the consumer will never get it. Those that
// waited for it are handed over. If it is not on the list, the error wraps
// [townclerk.ErrNotFound].
func (c *Consumer) Discard(ctx context.Context, seq townclerk.Seq) error {
	return c.mend(ctx, "discard", seq, func(q querier) error {
		var aggregate string
		var past time.Time
		err := q.QueryRowContext(ctx, c.s.bind(`DELETE FROM failures WHERE `+ofConsumer+` AND seq = ?
			RETURNING aggregate, COALESCE(failed_at, next_at)`), c.key(seq)...).Scan(&aggregate, instant{&past})
		if err != nil || past.IsZero() { // it was none that others wait for
			return err
		}
		return c.promote(ctx, q, aggregate, past)
	})
}

// mend changes the list while no relay does.
func (c *Consumer) mend(ctx context.Context, verb string, seq townclerk.Seq, do func(querier) error) error {
	err := c.s.write(ctx, c.tenant, func(q querier) error {
		_, err := q.ExecContext(ctx, c.s.bind(`UPDATE relays SET holder = holder WHERE `+ofConsumer), c.key()...)
		if err == nil {
			err = do(q)
		}
		if errors.Is(err, sql.ErrNoRows) {
			err = townclerk.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s event %d of %q: %w", verb, seq, c.name, err)
	}
	return nil
}

// promote has the first event of an aggregate on the list handed over at an instant,
// if it waited.
func (c *Consumer) promote(ctx context.Context, q querier, aggregate string, at time.Time) error {
	_, err := q.ExecContext(ctx, c.s.bind(`UPDATE failures SET next_at = ? WHERE `+ofConsumer+` AND next_at IS NULL AND attempts = 0
		AND seq = (SELECT min(seq) FROM failures WHERE `+ofConsumer+` AND aggregate = ?)`),
		append(append([]any{c.s.instant(at)}, c.key()...), c.key(aggregate)...)...)
	return err
}
