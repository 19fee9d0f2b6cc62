package sqlstore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/examples/sqlstore"
)

// Where this variable has a database and a clock, this program is a relay.
const relayVariable = "TOWNCLERK_TEST_RELAY"

// relayed is the exit status of this program as a relay.
func relayed(given string) int {
	if err := runRelay(given); err != nil {
		fmt.Fprintln(os.Stderr, "relay:", err)
		return 1
	}
	return 0
}

// runRelay relays until its input ends. For each event, it writes the Seq, and takes the
// event when a line comes back. What its clock is ahead of noon stands in a file.
func runRelay(given string) error {
	database, clock, _ := strings.Cut(given, " ")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	lines := make(chan struct{})
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			lines <- struct{}{}
		}
		cancel()
	}()
	db, err := sqlstore.Open(ctx, database)
	if err != nil {
		return err
	}
	defer db.Close()
	c, err := sqlstore.NewConsumer(db.Tickets(), town, "mail")
	if err != nil {
		return err
	}
	relay, err := c.Relay(func(ctx context.Context, e townclerk.Event) error {
		fmt.Println(e.Seq)
		select {
		case <-lines:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}, sqlstore.RelayConfig{Poll: 20 * time.Millisecond, Timeout: time.Hour, Now: func() time.Time {
		text, _ := os.ReadFile(clock)
		ahead, _ := time.ParseDuration(string(text))
		return noon.Add(ahead)
	}})
	if err != nil {
		return err
	}
	if err := relay.Run(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// process is a relay in another process.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
}

type toldLine struct {
	from *process
	text string
}

// Three processes relay for one consumer. One is killed while it hands over an event. Its
// lease ends, another is handed that event again, and the rest.
func TestRelayProcessKilled(t *testing.T) {
	for name, database := range map[string]func(*testing.T) string{
		"SQLite":     func(t *testing.T) string { return filepath.Join(t.TempDir(), "relay.db") },
		"PostgreSQL": func(t *testing.T) string { return pgtest.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			url := database(t)
			db, err := sqlstore.Open(t.Context(), url)
			require.NoError(t, err)
			defer db.Close()
			require.NoError(t, db.Migrate(t.Context()))
			happen(t, db, town, "a", "b", "a", "b", "c", "a")
			clock := filepath.Join(t.TempDir(), "clock")
			require.NoError(t, os.WriteFile(clock, []byte("0s"), 0o600))

			told := make(chan toldLine, 100)
			for range 3 {
				startRelay(t, url+" "+clock, told)
			}
			var seqs []string
			next := func() toldLine {
				select {
				case l := <-told:
					seqs = append(seqs, l.text)
					return l
				case <-time.After(time.Minute):
					t.Fatalf("nothing after %v", seqs)
					panic("unreachable")
				}
			}
			first := next()
			l := first
			for range 2 {
				require.Same(t, first.from, l.from, "the others stand by")
				_, err := fmt.Fprintln(l.from.in)
				require.NoError(t, err)
				l = next()
			}
			require.NoError(t, l.from.cmd.Process.Kill())
			// Renamed, so that nobody reads half of it.
			require.NoError(t, os.WriteFile(clock+".new", []byte("2h"), 0o600))
			require.NoError(t, os.Rename(clock+".new", clock))
			for range 4 {
				l = next()
				require.NotSame(t, first.from, l.from)
				_, err := fmt.Fprintln(l.from.in)
				require.NoError(t, err)
			}
			require.Equal(t, "1 2 3 3 4 5 6", strings.Join(seqs, " "))
			require.Eventually(t, func() bool {
				seq, err := db.Tickets().Cursor(t.Context(), town, "mail")
				return err == nil && strconv.Itoa(int(seq)) == l.text
			}, time.Minute, 5*time.Millisecond)
		})
	}
}

// startRelay starts a process that ends with the test, and hands on what it writes.
func startRelay(t *testing.T, given string, told chan<- toldLine) {
	p := &process{cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), relayVariable+"="+given)
	p.cmd.Stderr = os.Stderr
	var err error
	p.in, err = p.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			told <- toldLine{p, lines.Text()}
		}
	}()
	t.Cleanup(func() {
		p.in.Close()
		<-ended
		err := p.cmd.Wait()
		if status := (*exec.ExitError)(nil); errors.As(err, &status) && status.ExitCode() == -1 {
			return // the one that was killed
		}
		require.NoError(t, err)
	})
}
