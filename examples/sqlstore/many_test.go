package sqlstore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/ticket"
)

// Where this variable has a task, this program is one of many that work on one database.
const colleagueVariable = "TOWNCLERK_TEST_COLLEAGUE"

// task is what one of many programs does: it opens, assigns and treats so many tickets,
// and sweeps meanwhile.
type task struct {
	Database string
	Tickets  int
	Until    time.Time
}

// tally is what came of it.
type tally struct{ Writes, Lost int64 }

// colleague is the exit status of this program as one of many.
func colleague(given string) int {
	var do task
	var done tally
	err := json.Unmarshal([]byte(given), &do)
	if err == nil {
		done, err = do.run(context.Background())
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(done)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "colleague:", err)
		return 1
	}
	return 0
}

func (do task) run(ctx context.Context) (tally, error) {
	db, err := sqlstore.Open(ctx, do.Database)
	if err != nil {
		return tally{}, err
	}
	defer db.Close()
	policy, err := charter()
	if err != nil {
		return tally{}, err
	}
	store := &counted{Store: db.Tickets()}
	desk := ticket.NewDesk(store, policy, ticket.Config{Now: func() time.Time { return do.Until }})
	worked := make(chan error, 1)
	go func() { worked <- do.work(ctx, desk) }()
	for {
		if _, err := desk.Sweep(ctx, town, do.Until); err != nil {
			return tally{}, err
		}
		select {
		case err := <-worked:
			return tally{store.writes.Load(), store.lost.Load()}, err
		default:
		}
	}
}

// work also takes up a ticket that others sweep now and then, which is how races come about.
func (do task) work(ctx context.Context, desk *ticket.Desk) error {
	who := ticket.Who{Actor: "u-4", Role: "technician"}
	for n := range do.Tickets {
		t, err := desk.Open(ctx, town, fault(do.Until))
		if err != nil {
			return err
		}
		if _, err := desk.Assign(ctx, town, ticket.Of(t.ID), who, ticket.Assignment{Handler: "u-4"}); err != nil {
			return err
		}
		if n%4 != 0 {
			continue
		}
		overdue := ticket.ID(fmt.Sprintf("due-%d", rand.IntN(due)))
		if _, err := desk.Write(ctx, town, ticket.Of(overdue), who, "on-site", time.Minute, "looked at it"); err != nil {
			return err
		}
	}
	return nil
}

// counted is a store that counts the writes of tickets, and how many of them came too late.
type counted struct {
	ticket.Store
	writes, lost atomic.Int64
}

func (c *counted) Tickets() townclerk.Repo[ticket.Ticket, ticket.Query] {
	return countedTickets{c.Store.Tickets(), c}
}

type countedTickets struct {
	townclerk.Repo[ticket.Ticket, ticket.Query]
	c *counted
}

func (r countedTickets) Create(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events ...townclerk.Event) (ticket.Ticket, error) {
	r.c.writes.Add(1)
	return r.Repo.Create(ctx, tenant, t, events...)
}

func (r countedTickets) Put(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events ...townclerk.Event) (ticket.Ticket, error) {
	r.c.writes.Add(1)
	t, err := r.Repo.Put(ctx, tenant, t, events...)
	if errors.Is(err, townclerk.ErrConflict) {
		r.c.lost.Add(1)
	}
	return t, err
}

// due is how many tickets are overdue before the many begin.
const due = 1000

// fault is what the many open.
func fault(at time.Time) ticket.Request {
	return ticket.Request{At: at, Channel: "phone", Opener: "u-17", Recorder: "u-2", Department: "operations", Class: "incident", Subject: "the screen is dark"}
}

// busy makes a database with so many open tickets that are not due, and with those
// that are.
func busy(tb testing.TB, open int) (url string, db *sqlstore.DB) {
	ctx := tb.Context()
	url = pgtest.Database(tb)
	db, err := sqlstore.Open(ctx, url)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	require.NoError(tb, db.Migrate(ctx))
	policy, err := charter()
	require.NoError(tb, err)
	require.NoError(tb, db.InTx(ctx, func(s sqlstore.Stores) error {
		n := 0
		desk := ticket.NewDesk(s.Tickets(), policy, ticket.Config{
			Now:   func() time.Time { return noon },
			NewID: func() ticket.ID { n++; return ticket.ID(fmt.Sprintf("due-%d", n-1)) },
		})
		for range due {
			if _, err := desk.Open(ctx, town, fault(noon)); err != nil {
				return err
			}
		}
		return nil
	}))
	tx, err := db.SQL().BeginTx(ctx, nil)
	require.NoError(tb, err)
	defer tx.Rollback()
	_, err = tx.ExecContext(ctx, `SELECT set_config('townclerk.tenant', $1, true)`, "="+string(town))
	require.NoError(tb, err)
	_, err = tx.ExecContext(ctx, `INSERT INTO tickets (tenant, id, version, number, next_at, opened, state, department, class, team, handler, opener, holds, body)
		SELECT tenant, 'open-' || n, version, number || '-' || n, next_at + interval '50 years', opened, state, department, class, team, handler, opener, holds,
			jsonb_set(body, '{id}', to_jsonb('open-' || n)) FROM tickets, generate_series(1, $1) n WHERE id = 'due-0'`, open)
	require.NoError(tb, err)
	require.NoError(tb, tx.Commit())
	_, err = db.SQL().ExecContext(ctx, `ANALYZE tickets`)
	require.NoError(tb, err)
	return url, db
}

// together has so many programs share a task, and returns the sum of what came of it.
func together(tb testing.TB, programs int, do task) (all tally) {
	self, err := os.Executable()
	require.NoError(tb, err)
	do.Tickets /= programs
	given, err := json.Marshal(do)
	require.NoError(tb, err)
	var wg sync.WaitGroup
	tallies := make([]tally, programs)
	failed := make([]error, programs)
	for i := range programs {
		wg.Go(func() {
			cmd := exec.Command(self)
			var says bytes.Buffer
			cmd.Env, cmd.Stderr = append(os.Environ(), colleagueVariable+"="+string(given)), &says
			out, err := cmd.Output()
			if err == nil {
				err = json.Unmarshal(out, &tallies[i])
			}
			if err != nil {
				failed[i] = fmt.Errorf("%w: %s", err, says.String())
			}
		})
	}
	wg.Wait()
	require.NoError(tb, errors.Join(failed...))
	for _, o := range tallies {
		all.Writes, all.Lost = all.Writes+o.Writes, all.Lost+o.Lost
	}
	return all
}

// Eight programs sweep and work on one PostgreSQL among 100,000 open tickets: what is
// owed is recorded once for each ticket, and told once; Seqs and Numbers have no hole;
// and fewer than 5 % of the writes come too late.
func TestManyProgramsOnPostgreSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes the machine for some time")
	}
	url, db := busy(t, 100_000)
	policy, err := charter()
	require.NoError(t, err)
	end := noon.AddDate(0, 0, 3)
	want := map[string]int{}
	sample, err := db.Tickets().Tickets().Get(t.Context(), town, "due-0")
	require.NoError(t, err)
	settled, _ := policy.Settle(sample, end)
	require.NotEmpty(t, settled.Owed, "nothing is owed, so nothing is proven")

	const tickets = 400
	all := together(t, 8, task{Database: url, Tickets: tickets, Until: end})
	t.Logf("%d writes, of which %d came too late", all.Writes, all.Lost)
	require.Less(t, 20*all.Lost, all.Writes, "lost races")

	told := map[string]int{}
	numbers := 0
	var last townclerk.Seq
	for {
		events, err := db.Tickets().Events(t.Context(), town, last, 1000)
		require.NoError(t, err)
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			require.Equal(t, last+1, e.Seq)
			last = e.Seq
			data, err := ticket.ReadData(e)
			require.NoError(t, err)
			if data.Owed != nil {
				told[fmt.Sprint(e.Aggregate, *data.Owed)]++
			}
			if e.Kind == "ticket.opened" {
				numbers++
			}
		}
	}
	require.Equal(t, due+tickets, numbers)
	for i := range due {
		made, err := db.Tickets().Tickets().Get(t.Context(), town, fmt.Sprintf("due-%d", i))
		require.NoError(t, err)
		require.Equal(t, settled.Owed, made.Owed, made.ID)
		for _, o := range made.Owed {
			want[fmt.Sprint(string(made.ID), o)] = 1
		}
	}
	for debt, times := range told {
		require.Equal(t, 1, times, debt)
	}
	for debt := range want {
		require.Contains(t, told, debt)
	}
	page, err := db.Tickets().Tickets().List(t.Context(), town, ticket.Query{Number: fmt.Sprintf("2026-%06d", due+tickets)})
	require.NoError(t, err)
	require.Len(t, page.Items, 1, "the last Number")
}

// Do eight programs on one PostgreSQL with many open tickets get more done than one? All
// write for one tenant, and so take turns.
func BenchmarkManyPrograms(b *testing.B) {
	open, tickets := 100_000, 800
	if testing.Short() {
		open, tickets = 1000, 80
	}
	url, _ := busy(b, open)
	var one, eight float64
	for b.Loop() {
		for programs, rate := range map[int]*float64{1: &one, 8: &eight} {
			began := time.Now()
			all := together(b, programs, task{Database: url, Tickets: tickets, Until: noon.AddDate(0, 0, 3)})
			*rate += float64(all.Writes-all.Lost) / time.Since(began).Seconds()
		}
	}
	b.ReportMetric(one/float64(b.N), "one-writes/s")
	b.ReportMetric(eight/float64(b.N), "eight-writes/s")
	b.ReportMetric(eight/one, "eight/one")
}
