package sqlstore_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/examples/sqlstore"
)

// long is the environment variable with which tests take their time.
const long = "TOWNCLERK_TEST_LONG"

// workerVariable makes a program of this test: one that opens a database and works, until
// it is killed.
const workerVariable = "TOWNCLERK_TEST_WORKER"

// order is what a worker is told, in one line.
type order struct {
	Database string
	Start    time.Time
	Seed     uint64
}

// line is what a worker says.
type line struct {
	Ready   bool    `json:",omitempty"` // the database is open
	N       int     `json:",omitempty"`
	Begun   *write  `json:",omitempty"` // the write N is about to begin
	Outcome outcome `json:",omitempty"` // how the write N ended
	Number  string  `json:",omitempty"`
}

// work is the program. It ends with its standard input, too.
func work() int {
	p, err := charter()
	if err != nil {
		return failed(err)
	}
	in := bufio.NewReader(os.Stdin)
	text, err := in.ReadBytes('\n')
	if err != nil {
		return 0 // it is not needed
	}
	var o order
	if err := json.Unmarshal(text, &o); err != nil {
		return failed(err)
	}
	ended := make(chan error)
	go func() {
		_, err := io.Copy(io.Discard, in)
		ended <- err
	}()
	go func() {
		ctx := context.Background()
		db, err := sqlstore.Open(ctx, o.Database)
		if err == nil {
			err = db.Migrate(ctx)
		}
		if err != nil {
			ended <- err
			return
		}
		says := &speaker{out: json.NewEncoder(os.Stdout)}
		says.line(line{Ready: true})
		for i, do := range newOffice(p, watched{db.Tickets(), says}, o.Start).staff() {
			go func() {
				r := rand.New(rand.NewPCG(o.Seed, uint64(i)))
				for {
					if err := do(ctx, r); err != nil {
						ended <- err
					}
				}
			}()
		}
	}()
	if err := <-ended; err != nil {
		return failed(err)
	}
	return 0
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// speaker is a [journal] that says what it hears.
type speaker struct {
	mu  sync.Mutex
	out *json.Encoder
	n   int
}

func (s *speaker) line(l line) {
	if err := s.out.Encode(l); err != nil {
		os.Exit(failed(err))
	}
}

func (s *speaker) begin(w write) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	s.line(line{N: s.n, Begun: &w})
	return s.n
}

func (s *speaker) end(n int, o outcome, number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line(line{N: n, Outcome: o, Number: number})
}

// worker is the program as its parent sees it.
type worker struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	says  bytes.Buffer // its errors
	ready chan struct{}
	said  atomic.Int64 // lines about writes
	heard chan error   // the end of what it says
}

// hire starts the program, which then waits for its order.
func hire(t *testing.T, h *history) *worker {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	w := &worker{cmd: exec.Command(self), ready: make(chan struct{}), heard: make(chan error, 1)}
	w.cmd.Env = append(os.Environ(), workerVariable+"=1", "GOGC=off") // it does not live long
	w.cmd.Stderr = &w.says
	w.in, err = w.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := w.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, w.cmd.Start())
	go func() { w.heard <- w.hear(out, h) }()
	return w
}

// hear writes down what the program says.
func (w *worker) hear(out io.Reader, h *history) error {
	begun := map[int]int{}
	lines := bufio.NewReader(out)
	for {
		text, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil // a line that was cut off was not said
		}
		if err != nil {
			return err
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return fmt.Errorf("%w: %s", err, text)
		}
		switch {
		case l.Ready:
			close(w.ready)
		case l.Begun != nil:
			begun[l.N] = h.begin(*l.Begun)
			w.said.Add(1)
		default:
			h.end(begun[l.N], l.Outcome, l.Number)
			w.said.Add(1)
		}
	}
}

func (w *worker) begin(t *testing.T, o order) {
	t.Helper()
	require.NoError(t, json.NewEncoder(w.in).Encode(o))
}

// wait waits until the program has opened its database.
func (w *worker) wait(t *testing.T) {
	t.Helper()
	select {
	case <-w.ready:
	case err := <-w.heard:
		w.heard <- err
		_ = w.cmd.Wait()
		t.Fatalf("the program ended by itself: %s", w.says.String())
	case <-time.After(time.Minute):
		t.Fatal("the program does not open its database")
	}
}

// work lets the program say some lines, and then go on for some time.
func (w *worker) work(t *testing.T, lines int64, longer time.Duration) {
	t.Helper()
	for end := time.Now().Add(time.Minute); w.said.Load() < lines; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the program does not write")
		}
	}
	time.Sleep(longer)
}

// kill kills the program, which has to be still at work.
func (w *worker) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, w.cmd.Process.Kill())
	require.NoError(t, <-w.heard)
	var end *exec.ExitError
	require.ErrorAs(t, w.cmd.Wait(), &end)
	require.Equal(t, -1, end.ExitCode(), "the program ended by itself: %s", w.says.String())
}

// victim is a database whose programs are killed.
type victim struct {
	database string
	// look returns the database, for somebody who finds it after a crash.
	look func(t *testing.T) *sqlstore.DB
	snap sql.TxOptions // of a transaction that sees one state of it
}

// Nothing is lost: whatever programs acknowledged before they were killed is there with its
// events, of the rest there is all or nothing, Numbers and Seqs have no hole, and no
// escalation is missing or doubled. Design, decision 7.
func TestKill(t *testing.T) {
	kills := 20
	switch {
	case os.Getenv(long) != "":
		kills = 200
	case testing.Short():
		kills = 6
	}
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "town.db")
		testKills(t, kills, victim{database: path, look: func(t *testing.T) *sqlstore.DB { return openCopy(t, path) }})
		intact(t, path)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		url := pgtest.Database(t)
		var db *sqlstore.DB
		testKills(t, kills, victim{url, func(t *testing.T) *sqlstore.DB {
			if db == nil {
				db = reopen(t, url)
			}
			return db
		}, snapshot})
	})
}

// snapshot is for a transaction that sees one state of PostgreSQL: there, what a program
// had asked for goes on for a moment when the program is dead.
var snapshot = sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}

// testKills kills programs that work in the victim: some alone and some while others work
// on, some at once and some after a while.
func testKills(t *testing.T, kills int, v victim) {
	p, err := charter()
	require.NoError(t, err)
	h := newHistory()
	r := rand.New(rand.NewPCG(7, uint64(kills)))
	start := time.Date(2026, time.June, 7, 6, 0, 0, 0, time.UTC) // a Sunday
	var at []*worker
	next := hire(t, h)
	defer func() { next.kill(t) }()
	for n := range kills {
		w := next
		at = append(at, w)
		w.begin(t, order{v.database, start, uint64(n)})
		next = hire(t, h) // it gets ready meanwhile
		if r.IntN(8) == 0 {
			time.Sleep(time.Duration(r.Int64N(int64(30 * time.Millisecond)))) // it opens the database, or not even that
		} else {
			w.wait(t)
			w.work(t, 4+r.Int64N(24), time.Duration(r.Int64N(int64(5*time.Millisecond))))
		}
		if len(at) == 1 && n < kills-1 && r.IntN(4) == 0 {
			continue // a second one
		}
		for _, w := range at {
			w.kill(t)
		}
		at = nil
		look(t, v, h)
		if last := h.latest(); last.After(start) {
			start = last.Add(time.Minute)
		}
	}
	db := reopen(t, v.database)
	require.NoError(t, h.whole(t.Context(), db.Stores))
	t.Logf("%d kills: %d writes acknowledged or found, %d cut off, %d refused", kills, h.count(stored), h.count(open), h.count(refused))
	require.Greater(t, h.count(stored), kills, "the programs wrote next to nothing")
	requireSettled(t, p, db.Tickets(), h)
}

// look compares the database with the history.
func look(t *testing.T, v victim, h *history) {
	t.Helper()
	db := v.look(t)
	tx, err := db.SQL().BeginTx(t.Context(), &v.snap)
	require.NoError(t, err)
	require.NoError(t, h.check(t.Context(), db.WithTx(tx)))
	require.NoError(t, tx.Rollback())
}

// openCopy opens a copy of a SQLite file and its log, so that the next program finds what
// the killed one left, too.
func openCopy(t *testing.T, path string) *sqlstore.DB {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.db")
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + suffix)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(to+suffix, data, 0o600))
	}
	return reopen(t, to)
}

// intact has SQLite check a file.
func intact(t *testing.T, path string) {
	t.Helper()
	db := reopen(t, path)
	var says string
	require.NoError(t, db.SQL().QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&says))
	require.Equal(t, "ok", says)
}
