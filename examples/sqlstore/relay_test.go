package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/ticket"
)

// TestRelay tries the relay on both databases.
func TestRelay(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		for _, tt := range []struct {
			name string
			test func(*testing.T, engine)
		}{
			{"hands over in order", relayHandsOverInOrder},
			{"backs off", relayBacksOff},
			{"keeps order of aggregate", relayKeepsOrderOfAggregate},
			{"failure discarded", relayFailureDiscarded},
			{"failure discarded meanwhile", relayFailureDiscardedMeanwhile},
			{"poison", relayPoison},
			{"tenants apart", relayTenantsApart},
			{"takes over when the lease ends", relayTakesOverWhenTheLeaseEnds},
			{"renews its lease", relayRenewsItsLease},
			{"keeps its lease", relayKeepsItsLease},
			{"batch", relayBatch},
			{"stops", relayStops},
			{"at once", relaysAtOnce},
			{"by chance", relayByChance},
			{"timeout", relayTimeout},
			{"run polls", relayRunPolls},
		} {
			t.Run(tt.name, func(t *testing.T) { tt.test(t, e) })
		}
	})
}

// happen records events of the aggregates named, in this order.
func happen(t testing.TB, db *sqlstore.DB, tenant townclerk.Tenant, aggregates ...string) {
	t.Helper()
	id := ticket.ID(fmt.Sprint(rand.Uint64()))
	var events []townclerk.Event
	for _, a := range aggregates {
		events = append(events, happened(a))
	}
	_, err := db.Tickets().Tickets().Create(t.Context(), tenant, ticket.Ticket{ID: id, Opened: noon}, events...)
	require.NoError(t, err)
}

// consumer is one of tickets, called mail.
func consumer(t testing.TB, db *sqlstore.DB, tenant townclerk.Tenant) *sqlstore.Consumer {
	t.Helper()
	c, err := sqlstore.NewConsumer(db.Tickets(), tenant, "mail")
	require.NoError(t, err)
	return c
}

// bench is a relay whose handler writes down what it is told, and whose clock is set.
type bench struct {
	*sqlstore.Consumer
	t     testing.TB
	db    *sqlstore.DB
	relay *sqlstore.Relay
	now   time.Time
	told  []string                                     // such as "a1": the aggregate and the Seq
	fail  func(context.Context, townclerk.Event) error // nil: every event is taken
}

func newBench(t testing.TB, db *sqlstore.DB, tenant townclerk.Tenant, cfg sqlstore.RelayConfig) *bench {
	b := &bench{Consumer: consumer(t, db, tenant), t: t, db: db, now: noon}
	cfg.Now = func() time.Time { return b.now }
	var err error
	b.relay, err = b.Relay(func(ctx context.Context, e townclerk.Event) error {
		b.told = append(b.told, fmt.Sprint(e.Aggregate, e.Seq))
		if b.fail == nil {
			return nil
		}
		return b.fail(ctx, e)
	}, cfg)
	require.NoError(t, err)
	return b
}

// once returns what the handler was told at an instant after noon, and what is on the
// list then.
func (b *bench) once(after time.Duration) (told string, list string) {
	b.t.Helper()
	b.now, b.told = noon.Add(after), nil
	_, err := b.relay.Once(b.t.Context())
	require.NoError(b.t, err)
	return strings.Join(b.told, " "), b.list()
}

func (b *bench) list() string {
	b.t.Helper()
	var list []string
	for _, f := range b.failures() {
		s := fmt.Sprintf("%s%d:%d", f.Event.Aggregate, f.Event.Seq, f.Attempts)
		switch {
		case f.GivenUp:
			s += "!"
		case f.Behind != 0:
			s += fmt.Sprintf("<%d", f.Behind)
		default:
			s += fmt.Sprintf("@%v", f.Next.Sub(noon))
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func (b *bench) failures() (all []sqlstore.Failure) {
	b.t.Helper()
	for f, err := range townclerk.All(func(after string) (townclerk.Page[sqlstore.Failure], error) {
		return b.Failures(b.t.Context(), after, 2)
	}) {
		require.NoError(b.t, err)
		all = append(all, f)
	}
	return all
}

// refuse fails for the events named.
func refuse(names ...string) func(context.Context, townclerk.Event) error {
	return func(_ context.Context, e townclerk.Event) error {
		if slices.Contains(names, fmt.Sprint(e.Aggregate, e.Seq)) {
			return errors.New("the mail server is away")
		}
		return nil
	}
}

// Each event is handed over once, in the order of Seq, whole; a consumer of another name
// gets them, too.
func relayHandsOverInOrder(t *testing.T, e engine) {
	db := e.database(t)
	b := newBench(t, db, town, sqlstore.RelayConfig{})
	told, _ := b.once(0)
	require.Empty(t, told, "nothing has happened")
	happen(t, db, town, "a", "b", "a")
	told, list := b.once(0)
	require.Equal(t, "a1 b2 a3", told)
	require.Empty(t, list)
	told, _ = b.once(0)
	require.Empty(t, told, "each once")
	happen(t, db, town, "b")
	told, _ = b.once(0)
	require.Equal(t, "b4", told)
	seq, err := db.Tickets().Cursor(t.Context(), town, "mail")
	require.NoError(t, err)
	require.Equal(t, townclerk.Seq(4), seq)

	var events []townclerk.Event
	c, err := sqlstore.NewConsumer(db.Tickets(), town, "log")
	require.NoError(t, err)
	relay, err := c.Relay(func(_ context.Context, e townclerk.Event) error {
		events = append(events, e)
		return nil
	}, sqlstore.RelayConfig{})
	require.NoError(t, err)
	n, err := relay.Once(t.Context())
	require.NoError(t, err)
	require.Equal(t, 4, n)
	want, err := db.Tickets().Events(t.Context(), town, 0, 100)
	require.NoError(t, err)
	require.Equal(t, want, events)
}

// A failed event is tried again after the back-off, twice that, up to the longest; not a
// microsecond earlier. After the last attempt it stays until somebody retries it.
func relayBacksOff(t *testing.T, e engine) {
	db := e.database(t)
	b := newBench(t, db, town, sqlstore.RelayConfig{Backoff: 10 * time.Second, MaxBackoff: 35 * time.Second, Attempts: 5})
	b.fail = refuse("a1")
	happen(t, db, town, "a", "b")
	told, list := b.once(0)
	require.Equal(t, "a1 b2", told)
	require.Equal(t, "a1:1@10s", list)
	for i, at := range []time.Duration{10 * time.Second, 30 * time.Second, 65 * time.Second, 100 * time.Second} {
		told, before := b.once(at - time.Microsecond)
		require.Empty(t, told, at)
		require.Equal(t, list, before, at)
		told, list = b.once(at)
		require.Equal(t, "a1", told, at)
		require.Equal(t, []string{"a1:2@30s", "a1:3@1m5s", "a1:4@1m40s", "a1:5!"}[i], list)
	}
	f := b.failures()[0]
	require.Equal(t, "the mail server is away", f.Error)
	require.Equal(t, noon.Add(100*time.Second), f.FailedAt)
	require.Equal(t, happened("a").Kind, f.Event.Kind)
	told, list = b.once(1000 * time.Hour)
	require.Empty(t, told, "it is given up")
	require.Equal(t, "a1:5!", list)

	require.NoError(t, b.Retry(t.Context(), 1))
	told, list = b.once(2000 * time.Hour)
	require.Equal(t, "a1", told)
	require.Equal(t, "a1:1@2000h0m10s", list, "counted anew")
	require.NoError(t, b.Retry(t.Context(), 1), "also before its time")
	b.fail = nil
	told, list = b.once(2000*time.Hour + 5*time.Second)
	require.Equal(t, "a1", told)
	require.Empty(t, list)
	require.ErrorIs(t, b.Retry(t.Context(), 1), townclerk.ErrNotFound)
}

// With no Backoff and no limits stated, the waits are ten seconds at first and an hour at
// last, and the hundredth attempt is the last one, after four days.
func TestRelayBacksOffByDefault(t *testing.T) {
	b := newBench(t, onSQLite(t).database(t), town, sqlstore.RelayConfig{})
	b.fail = refuse("a1")
	happen(t, b.db, town, "a")
	after, wait := time.Duration(0), 10*time.Second
	for n := 1; n < 100; n++ {
		_, list := b.once(after)
		after += wait
		require.Equal(t, fmt.Sprintf("a1:%d@%v", n, after), list)
		wait = min(2*wait, time.Hour)
	}
	require.InDelta(t, 4*24, after.Hours(), 5)
	_, list := b.once(after)
	require.Equal(t, "a1:100!", list)
}

// Later events of the aggregate wait for the failed one, those of others do not; then
// they come in their order, before any that is newer.
func relayKeepsOrderOfAggregate(t *testing.T, e engine) {
	b := newBench(t, e.database(t), town, sqlstore.RelayConfig{Backoff: time.Minute})
	b.fail = refuse("a1", "a5")
	happen(t, b.db, town, "a", "b", "a", "b", "a")
	told, list := b.once(0)
	require.Equal(t, "a1 b2 b4", told)
	require.Equal(t, "a1:1@1m0s a3:0<1 a5:0<1", list)
	happen(t, b.db, town, "a", "b")
	told, list = b.once(time.Minute - time.Microsecond)
	require.Equal(t, "b7", told)
	require.Equal(t, "a1:1@1m0s a3:0<1 a5:0<1 a6:0<1", list)

	b.fail = refuse("a5")
	happen(t, b.db, town, "a")
	told, list = b.once(time.Minute)
	require.Equal(t, "a1 a3 a5", told)
	require.Equal(t, "a5:1@2m0s a6:0<5 a8:0<5", list)

	b.fail = nil
	told, list = b.once(2 * time.Minute)
	require.Equal(t, "a5 a6 a8", told)
	require.Empty(t, list)
	happen(t, b.db, town, "a")
	told, _ = b.once(2 * time.Minute)
	require.Equal(t, "a9", told)
}

// What is discarded never comes again, and what waited for it comes next; one that waits
// cannot be retried.
func relayFailureDiscarded(t *testing.T, e engine) {
	ctx := t.Context()
	b := newBench(t, e.database(t), town, sqlstore.RelayConfig{Attempts: 1})
	b.fail = refuse("a1")
	happen(t, b.db, town, "a", "a", "a", "a")
	told, list := b.once(0)
	require.Equal(t, "a1", told)
	require.Equal(t, "a1:1! a2:0<1 a3:0<1 a4:0<1", list)

	require.EqualError(t, b.Retry(ctx, 2), `retry event 2 of "mail": it waits for event 1 of the same aggregate; retry or discard that`)
	require.EqualError(t, b.Retry(ctx, 9), `retry event 9 of "mail": not found`)
	require.EqualError(t, b.Discard(ctx, 9), `discard event 9 of "mail": not found`)
	require.Equal(t, list, b.list())

	require.NoError(t, b.Discard(ctx, 2))
	require.Equal(t, "a1:1! a3:0<1 a4:0<1", b.list())
	told, _ = b.once(time.Hour)
	require.Empty(t, told)
	require.NoError(t, b.Discard(ctx, 1))
	require.Equal(t, "a3:0@0s a4:0<3", b.list())
	told, list = b.once(time.Hour)
	require.Equal(t, "a3 a4", told)
	require.Empty(t, list)
	require.ErrorIs(t, b.Discard(ctx, 1), townclerk.ErrNotFound)

	// In somebody's transaction, it is done when that commits.
	b.fail = refuse("a5")
	happen(t, b.db, town, "a")
	b.once(time.Hour)
	tx, err := b.db.SQL().BeginTx(ctx, nil)
	require.NoError(t, err)
	within, err := sqlstore.NewConsumer(b.db.WithTx(tx).Tickets(), town, "mail")
	require.NoError(t, err)
	require.NoError(t, within.Discard(ctx, 5))
	require.NoError(t, tx.Rollback())
	require.Equal(t, "a5:1!", b.list())
}

// While an event is handed over, somebody discards it, or all that others wait for: none is
// left waiting for nothing, and what was discarded does not come back.
func relayFailureDiscardedMeanwhile(t *testing.T, e engine) {
	b := newBench(t, e.database(t), town, sqlstore.RelayConfig{Backoff: time.Minute})
	b.fail = refuse("a1")
	happen(t, b.db, town, "a")
	b.once(0)
	happen(t, b.db, town, "b", "a")
	b.fail = func(_ context.Context, e townclerk.Event) error {
		if e.Aggregate == "b" { // it is known by now that a3 has to wait
			return b.Discard(t.Context(), 1)
		}
		return nil
	}
	told, list := b.once(time.Second)
	require.Equal(t, "b2 a3", told)
	require.Empty(t, list)

	for _, fails := range []bool{false, true} {
		happen(t, b.db, town, "c")
		b.fail = func(context.Context, townclerk.Event) error { return errors.New("no") }
		b.once(time.Hour)
		failed := b.failures()[0].Event.Seq
		b.fail = func(_ context.Context, e townclerk.Event) error {
			require.NoError(t, b.Discard(t.Context(), e.Seq))
			if fails {
				return errors.New("no")
			}
			return nil
		}
		told, list = b.once(time.Hour + time.Minute)
		require.Equal(t, fmt.Sprint("c", failed), told)
		require.Empty(t, list)
	}
}

type badError struct{ text string }

func (e *badError) Error() string { return e.text }

// However a handler fails, it is written down, in a text that can be stored, and the
// others get theirs.
func relayPoison(t *testing.T, e engine) {
	for _, tt := range []struct {
		name string
		fail func() error
		want string
	}{
		{"an error", func() error { return errors.New("no") }, "no"},
		{"a panic", func() error { panic("boom") }, "panic: boom"},
		{"a bug", func() error { panic(errors.New("index out of range")) }, "panic: index out of range"},
		{"the goroutine ends", func() error { runtime.Goexit(); return nil }, "the handler ended its goroutine"},
		{"an error that is nil inside", func() error { return (*badError)(nil) }, "<nil>"},
		{"no text", func() error { return errors.New("a\x00b\xffc") }, "abc"},
		{"2,000 bytes", func() error { return errors.New(strings.Repeat("x", 2000)) }, strings.Repeat("x", 2000)},
		{"one byte more", func() error { return errors.New(strings.Repeat("x", 1999) + "é") }, strings.Repeat("x", 1999)},
		{"its own cancellation", func() error { return context.Canceled }, "context canceled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, e.database(t), town, sqlstore.RelayConfig{Backoff: time.Minute})
			b.fail = func(_ context.Context, e townclerk.Event) error {
				if e.Aggregate == "poison" {
					return tt.fail()
				}
				return nil
			}
			happen(t, b.db, town, "a", "poison", "b")
			told, list := b.once(0)
			require.Equal(t, "a1 poison2 b3", told)
			require.Equal(t, "poison2:1@1m0s", list)
			require.Equal(t, tt.want, b.failures()[0].Error)
		})
	}
}

// The list comes in pages, each event on one.
func TestRelayFailurePages(t *testing.T) {
	b := newBench(t, onSQLite(t).database(t), town, sqlstore.RelayConfig{})
	ctx := t.Context()
	b.fail = func(context.Context, townclerk.Event) error { return errors.New("no") }
	happen(t, b.db, town, "a", "b", "c", "a", "d")
	b.once(0)
	for limit := range 7 {
		var seqs []townclerk.Seq
		for f, err := range townclerk.All(func(after string) (townclerk.Page[sqlstore.Failure], error) {
			page, err := b.Failures(ctx, after, limit)
			if limit > 0 {
				require.LessOrEqual(t, len(page.Items), limit)
			}
			return page, err
		}) {
			require.NoError(t, err)
			seqs = append(seqs, f.Event.Seq)
		}
		require.Equal(t, []townclerk.Seq{1, 2, 3, 4, 5}, seqs, "pages of %d", limit)
	}
	_, err := b.Failures(ctx, "", -1)
	require.EqualError(t, err, `failures of "mail": a limit of -1 is negative`)
	for _, after := range []string{"2", "failures.", "failures.0", "failures.-1", "failures.02", "failures.99999999999999999999", "tickets.2"} {
		_, err := b.Failures(ctx, after, 0)
		require.EqualError(t, err, fmt.Sprintf(`failures of "mail": %q was not the Next of a page`, after))
	}
}

// Tenants have their own events, leases and lists, under the same names.
func relayTenantsApart(t *testing.T, e engine) {
	db := e.database(t)
	raanana := newBench(t, db, "raanana", sqlstore.RelayConfig{})
	kalisz := newBench(t, db, "kalisz", sqlstore.RelayConfig{})
	happen(t, db, "raanana", "a", "b")
	happen(t, db, "kalisz", "k", "k")
	raanana.fail = func(ctx context.Context, e townclerk.Event) error {
		told, _ := kalisz.once(0) // not kept off by the other's lease
		if e.Aggregate == "a" {
			require.Equal(t, "k1 k2", told)
			return errors.New("no")
		}
		return nil
	}
	told, list := raanana.once(0)
	require.Equal(t, "a1 b2", told)
	require.Equal(t, "a1:1@10s", list)
	require.Empty(t, kalisz.list())
	require.ErrorIs(t, kalisz.Retry(t.Context(), 1), townclerk.ErrNotFound)
	require.ErrorIs(t, kalisz.Discard(t.Context(), 1), townclerk.ErrNotFound)
	require.Equal(t, "a1:1@10s", raanana.list())
}

// One relay works, others stand by until its lease has ended, to the microsecond. Then
// one takes over, and what the first still finds out does not count.
func relayTakesOverWhenTheLeaseEnds(t *testing.T, e engine) {
	db := e.database(t)
	cfg := sqlstore.RelayConfig{Timeout: 30 * time.Second}
	b, other := newBench(t, db, town, cfg), newBench(t, db, town, cfg)
	happen(t, db, town, "a", "b", "c")
	const lease = 60 * time.Second
	b.fail = func(context.Context, townclerk.Event) error {
		told, _ := other.once(lease - time.Microsecond)
		require.Empty(t, told, "the lease lasts")
		told, _ = other.once(lease)
		require.Equal(t, "a1 b2 c3", told, "from where it is written down")
		return errors.New("no")
	}
	_, err := b.relay.Once(t.Context())
	require.ErrorContains(t, err, "another relay has taken over")
	require.Equal(t, []string{"a1"}, b.told)
	require.Empty(t, b.list(), "the other's attempt is what counts")
	b.fail = nil
	told, _ := b.once(lease)
	require.Empty(t, told)
	happen(t, db, town, "d")
	told, _ = b.once(lease)
	require.Equal(t, "d4", told, "who is ready leaves at once")
}

// While its handler gets on, a relay renews the lease, however long it all takes.
func relayRenewsItsLease(t *testing.T, e engine) {
	db := e.database(t)
	for i, batch := range []int{1, 100} {
		tenant := []townclerk.Tenant{"raanana", "kalisz"}[i]
		cfg := sqlstore.RelayConfig{Timeout: 30 * time.Second, Batch: batch}
		b, other := newBench(t, db, tenant, cfg), newBench(t, db, tenant, cfg)
		happen(t, db, tenant, "a", "b", "c", "d", "e", "f", "g", "h")
		b.fail = func(context.Context, townclerk.Event) error {
			b.now = b.now.Add(29 * time.Second)
			told, _ := other.once(b.now.Sub(noon))
			require.Empty(t, told)
			return nil
		}
		n, err := b.relay.Once(t.Context())
		require.NoError(t, err)
		require.Equal(t, 8, n)
	}
}

// With a Batch, what is handed over again after the end of a program is at most that.
func relayBatch(t *testing.T, e engine) {
	db := e.database(t)
	b := newBench(t, db, town, sqlstore.RelayConfig{Batch: 3})
	happen(t, db, town, "a", "b", "c", "d", "e", "f", "g")
	var cursors []townclerk.Seq
	b.fail = func(context.Context, townclerk.Event) error {
		seq, err := db.Tickets().Cursor(t.Context(), town, "mail")
		cursors = append(cursors, seq)
		return err
	}
	b.once(0)
	require.Equal(t, []townclerk.Seq{0, 0, 0, 3, 3, 3, 6}, cursors)
	seq, err := db.Tickets().Cursor(t.Context(), town, "mail")
	require.NoError(t, err)
	require.Equal(t, townclerk.Seq(7), seq)
}

// Who ends the context loses nothing: what was taken is written down, what was not is no
// failure, and another relay goes on at once.
func relayStops(t *testing.T, e engine) {
	for _, taken := range []bool{false, true} {
		t.Run(fmt.Sprintf("taken %v", taken), func(t *testing.T) {
			db := e.database(t)
			b := newBench(t, db, town, sqlstore.RelayConfig{Batch: 100})
			happen(t, db, town, "a", "b", "c")
			ctx, cancel := context.WithCancel(t.Context())
			b.fail = func(ctx context.Context, e townclerk.Event) error {
				if e.Aggregate != "b" {
					return nil
				}
				cancel()
				<-ctx.Done()
				if taken {
					return nil
				}
				return ctx.Err()
			}
			require.ErrorIs(t, b.relay.Run(ctx), context.Canceled)
			require.Equal(t, []string{"a1", "b2"}, b.told)
			require.Empty(t, b.list())
			_, err := b.relay.Once(ctx)
			require.ErrorIs(t, err, context.Canceled)

			next := newBench(t, db, town, sqlstore.RelayConfig{})
			told, _ := next.once(0)
			if taken {
				require.Equal(t, "c3", told)
			} else {
				require.Equal(t, "b2 c3", told)
			}
		})
	}
}

// A handler's context ends after the Timeout. One that does not return a quarter of it
// later is left to itself, and the others get their events.
func relayTimeout(t *testing.T, e engine) {
	bubble(t, e, func(t *testing.T, db *sqlstore.DB) {
		release := make(chan struct{})
		defer close(release)
		began := time.Now()
		var mu sync.Mutex // one that is left to itself is not waited for
		var told []string
		relay, err := consumer(t, db, town).Relay(func(ctx context.Context, e townclerk.Event) error {
			mu.Lock()
			told = append(told, fmt.Sprint(e.Aggregate, e.Seq, " ", time.Since(began)))
			mu.Unlock()
			switch e.Aggregate {
			case "slow":
				<-ctx.Done()
				return ctx.Err()
			case "late":
				time.Sleep(40*time.Second + 10*time.Second - time.Nanosecond)
			case "stuck":
				<-release
			}
			return nil
		}, sqlstore.RelayConfig{Timeout: 40 * time.Second, Attempts: 1})
		require.NoError(t, err)
		happen(t, db, town, "slow", "late", "stuck", "a")
		n, err := relay.Once(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Equal(t, []string{"slow1 0s", "late2 40s", "stuck3 1m29.999999999s", "a4 2m19.999999999s"}, told)
		page, err := consumer(t, db, town).Failures(t.Context(), "", 0)
		require.NoError(t, err)
		require.Len(t, page.Items, 2)
		require.Equal(t, "it took longer than 40s: context deadline exceeded", page.Items[0].Error)
		require.Equal(t, "it did not return, though its context had ended after 40s", page.Items[1].Error)
	})
}

// bubble runs a test in a bubble, where it takes no time to wait.
func bubble(t *testing.T, e engine, test func(t *testing.T, db *sqlstore.DB)) {
	var drop func() error
	synctest.Test(t, func(t *testing.T) {
		db, after, err := e.open(t.Context())
		require.NoError(t, err)
		drop = after // which has connections outside
		defer db.Close()
		test(t, db)
	})
	require.NoError(t, drop())
}

// Run looks again after each Poll, until its context ends.
func relayRunPolls(t *testing.T, e engine) {
	bubble(t, e, func(t *testing.T, db *sqlstore.DB) {
		began := time.Now()
		told := make(chan string, 100)
		attempts := 0
		relay, err := consumer(t, db, town).Relay(func(ctx context.Context, e townclerk.Event) error {
			told <- fmt.Sprint(e.Aggregate, e.Seq, " ", time.Since(began))
			if attempts++; attempts < 3 {
				return errors.New("not yet")
			}
			return nil
		}, sqlstore.RelayConfig{Poll: 20 * time.Second, Timeout: time.Minute, Backoff: 30 * time.Second})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		ended := make(chan error)
		go func() { ended <- relay.Run(ctx) }()
		time.Sleep(time.Second)
		happen(t, db, town, "a")
		require.Equal(t, "a1 20s", <-told)
		require.Equal(t, "a1 1m0s", <-told, "due at 50 s")
		require.Equal(t, "a1 2m0s", <-told, "due at 2 min")
		require.ErrorIs(t, <-ended, context.DeadlineExceeded)
		require.Equal(t, 5*time.Minute, time.Since(began))
		require.Empty(t, told)
	})
}

// A relay that has nothing to do keeps its lease, and the others go on standing by.
func relayKeepsItsLease(t *testing.T, e engine) {
	bubble(t, e, func(t *testing.T, db *sqlstore.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		told := make(chan int)
		ended := make(chan error)
		for i := range 2 {
			relay, err := consumer(t, db, town).Relay(func(context.Context, townclerk.Event) error {
				told <- i
				return nil
			}, sqlstore.RelayConfig{Timeout: time.Minute, Poll: 10 * time.Second})
			require.NoError(t, err)
			go func() { ended <- relay.Run(ctx) }()
			time.Sleep(time.Second)
		}
		time.Sleep(10 * time.Minute)
		happen(t, db, town, "a")
		require.Zero(t, <-told)
		cancel()
		for range 2 {
			require.ErrorIs(t, <-ended, context.Canceled)
		}
	})
}

// Several relays run while events are recorded, and those that work are stopped now and
// then: one works at a time, and each event is handed over once, in order.
func relaysAtOnce(t *testing.T, e engine) {
	const relays, writers, each = 4, 2, 15
	db := e.database(t)
	var mu sync.Mutex // which the test needs for itself, were there two at work
	var told []townclerk.Event
	working, worked := 0, map[int]bool{}
	all := make(chan struct{})
	running, stop := context.WithCancel(t.Context())
	var ending, writing sync.WaitGroup
	defer ending.Wait()
	defer stop()
	for i := range relays {
		ctx, cancel := context.WithCancel(running)
		defer cancel()
		relay, err := consumer(t, db, town).Relay(func(_ context.Context, e townclerk.Event) error {
			mu.Lock()
			defer mu.Unlock()
			if working++; working > 1 {
				return errors.New("two at once")
			}
			mu.Unlock()
			runtime.Gosched()
			mu.Lock()
			working--
			told = append(told, e)
			worked[i] = true
			switch n := len(told); n {
			case writers * each / 2, writers * each:
				cancel() // it was taken nevertheless
			case 2 * writers * each:
				close(all)
			}
			return nil
		}, sqlstore.RelayConfig{Poll: 5 * time.Millisecond})
		require.NoError(t, err)
		ending.Go(func() { relay.Run(ctx) })
	}
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				happen(t, db, town, fmt.Sprint("w", w), fmt.Sprint("w", w, "-", i))
			}
		})
	}
	writing.Wait()
	<-all
	for i, e := range told {
		require.Equal(t, townclerk.Seq(i+1), e.Seq)
	}
	require.Greater(t, len(worked), 1)
	page, err := consumer(t, db, town).Failures(t.Context(), "", 0)
	require.NoError(t, err)
	require.Empty(t, page.Items)
}

// Whatever fails, and whatever is retried and discarded: within an aggregate nothing is
// handed over before all that came earlier was taken or discarded, nothing is handed over
// that was, and in the end nothing is left.
func relayByChance(t *testing.T, e engine) {
	db := e.database(t)
	for seed := range uint64(4) {
		tenant := townclerk.Tenant(fmt.Sprint("town-", seed))
		c := &chance{t: t, tenant: tenant, Rand: rand.New(rand.NewPCG(7, seed)), done: map[townclerk.Seq]bool{}}
		cfg := sqlstore.RelayConfig{Backoff: 10 * time.Second, MaxBackoff: time.Minute, Attempts: 3, Batch: 1 + c.IntN(3)}
		for range 2 {
			b := newBench(t, db, tenant, cfg)
			b.fail = c.handle
			c.benches = append(c.benches, b)
		}
		c.odds = 0.4
		for range 40 {
			c.step()
		}
		c.odds = 0
		for _, f := range c.benches[0].failures() {
			if f.GivenUp {
				require.NoError(t, c.benches[0].Retry(t.Context(), f.Event.Seq))
			}
		}
		_, list := c.benches[0].once(c.after + time.Hour)
		require.Empty(t, list)
		require.Len(t, c.done, len(c.aggregates), "seed %d", seed)
	}
}

type chance struct {
	*rand.Rand
	t          *testing.T
	tenant     townclerk.Tenant
	benches    []*bench
	after      time.Duration
	odds       float64
	aggregates []string // of each Seq, from 1
	done       map[townclerk.Seq]bool
}

func (c *chance) handle(_ context.Context, e townclerk.Event) error {
	for i, a := range c.aggregates[:e.Seq-1] {
		if a == e.Aggregate && !c.done[townclerk.Seq(i+1)] {
			c.t.Errorf("%s%d before %d", a, e.Seq, i+1)
		}
	}
	if c.done[e.Seq] {
		c.t.Errorf("%s%d again", e.Aggregate, e.Seq)
	}
	if c.Float64() < c.odds {
		return errors.New("by chance")
	}
	c.done[e.Seq] = true
	return nil
}

func (c *chance) step() {
	b := c.benches[c.IntN(len(c.benches))]
	switch c.IntN(4) {
	case 0:
		var more []string
		for range 1 + c.IntN(4) {
			more = append(more, string(rune('a'+c.IntN(3))))
		}
		c.aggregates = append(c.aggregates, more...)
		happen(c.t, b.db, c.tenant, more...)
	case 1:
		if list := b.failures(); len(list) > 0 {
			f := list[c.IntN(len(list))]
			if c.IntN(2) == 0 {
				require.NoError(c.t, b.Discard(c.t.Context(), f.Event.Seq))
				c.done[f.Event.Seq] = true
			} else if f.Behind == 0 {
				require.NoError(c.t, b.Retry(c.t.Context(), f.Event.Seq))
			}
		}
	default:
		c.after += time.Duration(c.IntN(20)) * time.Second
		b.once(c.after)
	}
}

// What is wrong with a consumer and a relay is said all at once.
func TestRelayMistakes(t *testing.T) {
	db := onSQLite(t).database(t)
	_, err := sqlstore.NewConsumer(ticket.NewMemStore(), town, "")
	require.EqualError(t, err, `consumer "": a *ticket.MemStore is no store of sqlstore's; pass one such as db.Tickets()
consumer "": its name has to be a text in UTF-8 of 1 to 200 bytes without a zero character`)
	for name, ok := range map[string]bool{
		strings.Repeat("x", 200): true, strings.Repeat("x", 201): false, "a\x00": false, "\xff": false, "почта": true,
	} {
		_, err := sqlstore.NewConsumer(db.Tickets(), town, name)
		require.Equal(t, ok, err == nil, name)
	}

	_, err = consumer(t, db, town).Relay(nil, sqlstore.RelayConfig{
		Poll: -1, Timeout: 24*time.Hour + 1, Batch: -1, Backoff: 2 * time.Hour, MaxBackoff: time.Hour, Attempts: -2,
	})
	require.EqualError(t, err, `relay of "mail": no handler; pass the function that is told of the events
relay of "mail": Poll: -1ns is too short; write a microsecond or more, or 0 for 1s
relay of "mail": Timeout: 24h0m0.000000001s is longer than a day, and others wait for a dead program twice as long
relay of "mail": MaxBackoff: 1h0m0s is less than the Backoff of 2h0m0s
relay of "mail": Batch: -1 is negative; write 0 for 1
relay of "mail": Attempts: -2 is negative; write 0 for 100`)
	handle := func(context.Context, townclerk.Event) error { return nil }
	_, err = consumer(t, db, town).Relay(handle, sqlstore.RelayConfig{Timeout: 24 * time.Hour, Backoff: 2 * time.Hour})
	require.NoError(t, err)

	tx, err := db.SQL().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer tx.Rollback()
	within, err := sqlstore.NewConsumer(db.WithTx(tx).Tickets(), town, "mail")
	require.NoError(t, err)
	_, err = within.Relay(handle, sqlstore.RelayConfig{})
	require.ErrorContains(t, err, "within a transaction")
}
