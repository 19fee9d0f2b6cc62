package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/ticket"
)

// A server that is killed or stopped while people work, and comes back: their calls fail at
// once meanwhile, the same DB goes on when it is there again, and nothing that was
// acknowledged is lost. The server has fsync on, as in an office; to have the power fail is
// beyond a test.
func TestServerGoesAway(t *testing.T) {
	t.Parallel()
	s := pgtest.Own(t, "fsync=on")
	name, err := s.Create(t.Context(), "")
	require.NoError(t, err)
	db := reopen(t, s.URL(name))
	p, err := charter()
	require.NoError(t, err)
	h := newHistory()
	office := newOffice(p, watched{db.Tickets(), h}, time.Date(2026, time.June, 7, 6, 0, 0, 0, time.UTC))
	people := employ(t, office)
	ends := []func() error{s.Kill, s.Pause, s.Kill}
	if testing.Short() {
		ends = ends[:1]
	}
	for _, end := range ends {
		before := h.count(stored)
		require.Eventually(t, func() bool { return h.count(stored) >= before+20 }, time.Minute, time.Millisecond, "the people work")
		require.NoError(t, end())
		failed := people.failed.Load()
		require.Eventually(t, func() bool { return people.failed.Load() >= failed+10 }, time.Minute, time.Millisecond, "their calls fail")
		require.NoError(t, s.Resume())
	}
	before := h.count(stored)
	require.Eventually(t, func() bool { return h.count(stored) >= before+20 }, time.Minute, time.Millisecond, "they work again")
	slowest, failures := people.stop()
	require.Less(t, slowest, 10*time.Second, "the slowest call")
	require.Contains(t, failures, "failed to connect to", "what people are told")
	require.NotContains(t, failures, pgtest.Role+":", "the password")
	require.NoError(t, h.whole(t.Context(), db.Stores))
	requireSettled(t, p, db.Tickets(), h)
}

// staff is people at work, until they are stopped.
type staff struct {
	cancel context.CancelFunc
	all    sync.WaitGroup
	failed atomic.Int64

	mu       sync.Mutex
	slowest  time.Duration
	failures bytes.Buffer
}

func employ(t *testing.T, o *office) *staff {
	ctx, cancel := context.WithCancel(t.Context())
	s := &staff{cancel: cancel}
	for i, do := range o.staff() {
		s.all.Go(func() {
			r := rand.New(rand.NewPCG(3, uint64(i)))
			for ctx.Err() == nil {
				began := time.Now()
				s.note(do(context.WithoutCancel(ctx), r), began)
			}
		})
	}
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *staff) note(err error, began time.Time) {
	s.mu.Lock()
	s.slowest = max(s.slowest, time.Since(began))
	if err != nil {
		s.failures.WriteString(err.Error() + "\n")
	}
	s.mu.Unlock()
	if err != nil {
		s.failed.Add(1)
		time.Sleep(5 * time.Millisecond)
	}
}

// stop sends the people home. It returns how long the slowest call took, and what those
// that failed said.
func (s *staff) stop() (slowest time.Duration, failures string) {
	s.cancel()
	s.all.Wait()
	return s.slowest, s.failures.String()
}

// wire is a line to the server that can be cut or go dead.
type wire struct {
	listener         net.Listener
	network, address string // of the server
	trouble          atomic.Int32

	mu    sync.Mutex
	conns []net.Conn
}

// What may happen to a wire.
const (
	sound        int32 = iota
	cutAtCommit        // the server does not hear of it
	cutAtAnswer        // the server commits, and nobody hears of it
	deadAtCommit       // the server does not hear of it, and nothing is cut
	dead               // nothing arrives, and nothing is cut
)

// newWire strings a wire to the server of a database. It returns how to reach the database by it.
func newWire(t *testing.T, database string) (*wire, string) {
	t.Helper()
	to, err := pgx.ParseConfig(database)
	require.NoError(t, err)
	w := &wire{}
	w.network, w.address = pgconn.NetworkAddress(to.Host, to.Port)
	w.listener, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.listener.Close()); w.cut() })
	go w.serve()
	u, err := url.Parse(database)
	require.NoError(t, err)
	u.Host, u.RawQuery = w.listener.Addr().String(), "sslmode=disable"
	return w, u.String()
}

func (w *wire) serve() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(w.network, w.address)
		if err != nil {
			client.Close()
			continue
		}
		w.mu.Lock()
		w.conns = append(w.conns, client, server)
		w.mu.Unlock()
		go w.back(client, server)
		go w.forth(client, server)
	}
}

// cut cuts all connections.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		c.Close()
	}
	w.conns = nil
}

// forth carries what the client says.
func (w *wire) forth(client, server net.Conn) {
	defer server.Close()
	defer client.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		commits := bytes.Contains(buffer[:n], []byte("commit\x00"))
		switch trouble := w.trouble.Load(); {
		case trouble == dead, trouble == deadAtCommit && commits:
			_, _ = io.Copy(io.Discard, client)
			return
		case trouble == cutAtCommit && commits:
			return
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// back carries what the server says.
func (w *wire) back(client, server net.Conn) {
	defer server.Close()
	defer client.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := server.Read(buffer)
		if err != nil || w.trouble.Load() == cutAtAnswer && bytes.Contains(buffer[:n], []byte("COMMIT\x00")) {
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// A connection that breaks at COMMIT leaves nobody knowing: the error says so, and to look,
// or to make the same call again, tells.
func TestInDoubt(t *testing.T) {
	w, db, direct := wired(t)
	ctx := t.Context()
	tickets, there := db.Tickets().Tickets(), direct.Tickets().Tickets()
	first, err := tickets.Create(ctx, town, ticket.Ticket{ID: "t-1", Series: "2026", Opened: noon}, opened("t-1"))
	require.NoError(t, err)

	w.trouble.Store(cutAtCommit)
	_, err = tickets.Put(ctx, town, first, opened("t-1"))
	require.ErrorIs(t, err, sqlstore.ErrInDoubt)
	require.ErrorContains(t, err, "ticket t-1: whether it was stored is in doubt: ")
	got, err := there.Get(ctx, town, "t-1")
	require.NoError(t, err)
	require.Equal(t, first, got, "it was not stored")
	w.trouble.Store(sound)
	second, err := tickets.Put(ctx, town, first, opened("t-1"))
	require.NoError(t, err, "made again")

	w.trouble.Store(cutAtAnswer)
	_, err = tickets.Put(ctx, town, second, opened("t-1"))
	require.ErrorIs(t, err, sqlstore.ErrInDoubt)
	got, err = there.Get(ctx, town, "t-1")
	require.NoError(t, err)
	require.EqualValues(t, 3, got.Version, "it was stored")
	_, err = tickets.Create(ctx, town, ticket.Ticket{ID: "t-2", Series: "2026", Opened: noon}, opened("t-2"))
	require.ErrorIs(t, err, sqlstore.ErrInDoubt)
	w.trouble.Store(sound)
	var conflict *townclerk.ConflictError
	_, err = tickets.Put(ctx, town, second, opened("t-1"))
	require.ErrorAs(t, err, &conflict, "made again")
	_, err = tickets.Create(ctx, town, ticket.Ticket{ID: "t-2", Series: "2026", Opened: noon}, opened("t-2"))
	require.ErrorIs(t, err, townclerk.ErrExists, "made again")

	third, err := tickets.Create(ctx, town, ticket.Ticket{ID: "t-3", Series: "2026", Opened: noon}, opened("t-3"))
	require.NoError(t, err)
	require.Equal(t, "2026-000003", third.Number)
	events, err := direct.Tickets().Events(ctx, town, 0, 100)
	require.NoError(t, err)
	require.Len(t, events, 5)
	require.EqualValues(t, 5, events[4].Seq)
}

// Who finds connections cut that lay idle does not notice.
func TestConnectionsCut(t *testing.T) {
	w, db, _ := wired(t)
	ctx := t.Context()
	made, err := db.Tickets().Tickets().Create(ctx, town, ticket.Ticket{ID: "t-1", Opened: noon})
	require.NoError(t, err)
	for range 3 {
		w.cut()
		made, err = db.Tickets().Tickets().Put(ctx, town, made)
		require.NoError(t, err)
		w.cut()
		_, err = db.Tickets().Tickets().Get(ctx, town, "t-1")
		require.NoError(t, err)
	}
	require.EqualValues(t, 4, made.Version)
}

// Who is not answered is free again when the context ends, or, once it was to be
// committed, some seconds later; and the DB works again when there are answers.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	w, db, _ := wired(t)
	tickets := db.Tickets().Tickets()
	made, err := tickets.Create(t.Context(), town, ticket.Ticket{ID: "t-1", Opened: noon})
	require.NoError(t, err)
	const brief = 100 * time.Millisecond
	tests := []struct {
		name    string
		trouble int32
		call    func(context.Context) error
		within  time.Duration
		doubt   bool
	}{
		{"a read", dead, func(ctx context.Context) error { _, err := tickets.Get(ctx, town, "t-1"); return err }, 4 * time.Second, false},
		{"a write", dead, func(ctx context.Context) error { _, err := tickets.Put(ctx, town, made); return err }, 4 * time.Second, false},
		{"a commit", deadAtCommit, func(ctx context.Context) error { _, err := tickets.Put(ctx, town, made); return err }, 15 * time.Second, true},
	}
	for _, tt := range tests {
		w.trouble.Store(tt.trouble)
		ctx, cancel := context.WithTimeout(t.Context(), brief)
		began := time.Now()
		err := tt.call(ctx)
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded, tt.name)
		require.Equal(t, tt.doubt, errors.Is(err, sqlstore.ErrInDoubt), tt.name)
		require.Less(t, time.Since(began), tt.within, tt.name)
		w.trouble.Store(sound)
		got, err := tickets.Get(t.Context(), town, "t-1")
		require.NoError(t, err, tt.name)
		require.EqualValues(t, 1, got.Version, tt.name)
	}
}

// wired returns a database by a wire, and directly.
func wired(t *testing.T) (w *wire, db, direct *sqlstore.DB) {
	t.Helper()
	database := pgtest.Database(t)
	direct = reopen(t, database)
	w, by := newWire(t, database)
	return w, reopen(t, by), direct
}
