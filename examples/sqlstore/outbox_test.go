package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/ticket"
)

// Transactions that are open at once, and end in another order than they began, half of
// them without a commit, leave no hole: who has read a Seq never misses a lower one.
func TestEventsHaveNoHolesAlthoughCommitsOverlap(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		const rounds, open = 3, 4
		db := e.database(t)
		o := &overlap{t: t, db: db, waits: e.name == "PostgreSQL"}
		done := make(chan struct{})
		var readers sync.WaitGroup
		read := make([][]townclerk.Event, 2)
		for i := range read {
			readers.Go(func() { read[i] = o.read(done) })
		}
		for range rounds {
			o.round(open)
		}
		close(done)
		readers.Wait()
		for _, events := range read {
			require.Len(t, events, 2*len(o.committed), "two of each transaction that was committed")
			for i, e := range events {
				require.Equal(t, townclerk.Seq(i+1), e.Seq)
				require.Equal(t, o.committed[i/2], e.Aggregate, "as they were committed")
			}
		}
	})
}

type overlap struct {
	t     *testing.T
	db    *sqlstore.DB
	waits bool // those that write wait for each other, not those that begin

	mu        sync.Mutex
	committed []string // in order
	n         int
}

// round opens transactions and has the one that began last write first. The others
// write meanwhile, and wait.
func (o *overlap) round(open int) {
	ctx := o.t.Context()
	txs := make([]*sql.Tx, open)
	for i := range txs {
		if o.waits || i == open-1 {
			txs[i] = o.begin(ctx)
		}
	}
	last := o.write(ctx, txs[open-1])
	var others sync.WaitGroup
	for _, tx := range txs[:open-1] {
		others.Go(func() {
			if tx == nil {
				tx = o.begin(ctx)
			}
			o.end(tx, o.write(ctx, tx))
		})
	}
	if o.waits {
		o.waiting(ctx, open-1)
	}
	events, err := o.db.Tickets().Events(ctx, town, 0, 1000)
	require.NoError(o.t, err)
	require.Len(o.t, events, 2*len(o.committed), "nobody sees what is not committed")
	o.end(txs[open-1], last)
	others.Wait()
}

func (o *overlap) begin(ctx context.Context) *sql.Tx {
	tx, err := o.db.SQL().BeginTx(ctx, nil)
	if err != nil {
		panic(err)
	}
	return tx
}

// write records two events of a new ticket.
func (o *overlap) write(ctx context.Context, tx *sql.Tx) (id string) {
	o.mu.Lock()
	o.n++
	id = fmt.Sprintf("t-%d", o.n)
	o.mu.Unlock()
	_, err := o.db.WithTx(tx).Tickets().Tickets().Create(ctx, town, ticket.Ticket{ID: ticket.ID(id), Opened: noon},
		happened(id), happened(id))
	if err != nil {
		panic(err)
	}
	return id
}

// end commits every other transaction.
func (o *overlap) end(tx *sql.Tx, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	end := tx.Rollback
	var n int
	if fmt.Sscanf(id, "t-%d", &n); n%2 == 1 {
		end = tx.Commit
		o.committed = append(o.committed, id)
	}
	if err := end(); err != nil {
		panic(err)
	}
}

// waiting returns when so many writers wait for another.
func (o *overlap) waiting(ctx context.Context, n int) {
	for {
		var have int
		require.NoError(o.t, o.db.SQL().QueryRowContext(ctx,
			`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&have))
		if have == n {
			return
		}
		time.Sleep(time.Millisecond) // the others need the processor, too
	}
}

// read returns all events, which it reads while they are recorded, and once more when
// it is done.
func (o *overlap) read(done chan struct{}) (events []townclerk.Event) {
	for over := false; ; {
		page, err := o.db.Tickets().Events(o.t.Context(), town, townclerk.Seq(len(events)), 3)
		if err != nil {
			panic(err)
		}
		events = append(events, page...)
		if over && len(page) == 0 {
			return events
		}
		select {
		case <-done:
			over = true
		case <-time.After(time.Millisecond):
		}
	}
}

func happened(id string) townclerk.Event {
	return townclerk.Event{Aggregate: id, Kind: "ticket.happened", At: noon, Recorded: noon}
}
