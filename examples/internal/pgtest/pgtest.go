// Package pgtest gives tests empty PostgreSQL databases: on the server that
// TOWNCLERK_TEST_POSTGRES names, or on one of its own, which is started when the first
// test asks and stopped by [Main]. Where there is neither, such tests are skipped.
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
package pgtest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Variable names the environment variable with the URL of a server's database. Its role
// has to be allowed to make databases and roles.
const Variable = "TOWNCLERK_TEST_POSTGRES"

// Role owns the databases. It is an ordinary one, for whom row-level security holds.
const Role = "townclerk_test"

// Server is a PostgreSQL server that runs.
type Server struct {
	admin url.URL
	own   *cluster // nil: somebody else runs it
	pool  *sql.DB
	count atomic.Int64
}

var (
	once    sync.Once
	shared  *Server
	failure error
)

// Main runs the tests and then stops the server, if any of them started it.
func Main(m *testing.M) int {
	code := m.Run()
	once.Do(func() { failure = errors.New("the tests are over") })
	if shared != nil {
		if err := shared.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
			return max(code, 1)
		}
	}
	return code
}

// errNone is why a test is skipped.
var errNone = errors.New("needs PostgreSQL: neither is " + Variable + " set, nor are its programs initdb and postgres installed")

// Shared returns the server of all tests. It skips the test if there is none.
func Shared(t testing.TB) *Server {
	t.Helper()
	once.Do(func() { shared, failure = start() })
	if errors.Is(failure, errNone) {
		t.Skip(failure)
	}
	if failure != nil {
		t.Fatalf("PostgreSQL: %v", failure)
	}
	return shared
}

func start() (*Server, error) {
	if given := os.Getenv(Variable); given != "" {
		u, err := url.Parse(given)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", Variable, err)
		}
		return connect(*u, nil)
	}
	return Start()
}

// Own starts a server for one test, which may kill it. It skips the test where the
// programs are not installed.
func Own(t testing.TB, settings ...string) *Server {
	t.Helper()
	s, err := Start(settings...)
	if errors.Is(err, errNone) {
		t.Skip("needs PostgreSQL: its programs initdb and postgres are not installed")
	}
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("PostgreSQL: %v", err)
		}
	})
	return s
}

// Start starts a server of its own, which has to be stopped. The settings are as
// postgres -c takes them, such as fsync=on.
func Start(settings ...string) (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pg") // short, for a socket's path has little room
	if err != nil {
		return nil, err
	}
	c := &cluster{bin: bin, dir: dir, settings: settings}
	if err := c.make(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s, err := connect(c.url(), c)
	if err != nil {
		return nil, errors.Join(err, c.stop(), os.RemoveAll(dir))
	}
	return s, nil
}

// programs returns the folder of the newest server's programs.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // Debian keeps them off the path
	if err != nil || len(found) == 0 {
		return "", errNone
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

// cluster is a server of our own and its data.
type cluster struct {
	bin, dir string
	settings []string
	as       *syscall.SysProcAttr

	alive  io.Closer // the standard input of the server's shell, which stops it at the end of the file
	server *exec.Cmd
}

func (c *cluster) url() url.URL {
	return url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: url.Values{"host": {c.dir}}.Encode()}
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// make makes the cluster.
func (c *cluster) make() (err error) {
	if c.as, err = identity(c.dir); err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(c.bin, "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "-D", c.data())
	initdb.Dir, initdb.SysProcAttr = c.dir, c.as
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// start starts the server, which ends with this process, however that ends.
func (c *cluster) start() error {
	args := []string{
		"-c", `"$@" </dev/null & server=$!; cat >/dev/null; kill -INT $server; wait $server`, "sh",
		filepath.Join(c.bin, "postgres"), "-D", c.data(), "-k", c.dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-c", "log_min_messages=fatal",
	}
	for _, s := range c.settings {
		args = append(args, "-c", s)
	}
	var log bytes.Buffer
	server := exec.Command("sh", args...)
	server.Dir, server.SysProcAttr, server.Stdout, server.Stderr = c.dir, c.as, &log, &log
	alive, err := server.StdinPipe() // it is closed when this process ends
	if err != nil {
		return err
	}
	c.alive, c.server = alive, server
	return server.Start()
}

// stop stops the server, if it runs. Who is connected is thrown out.
func (c *cluster) stop() error {
	if c.server == nil {
		return nil
	}
	err := c.alive.Close()
	if ended := c.server.Wait(); ended != nil {
		err = errors.Join(err, fmt.Errorf("postgres: %w\n%s", ended, c.server.Stderr))
	}
	c.server = nil
	return err
}

// kill ends the server's first process, as a crash does. The others, of which it was
// the parent, end when they notice; it waits for them, as they have the log open.
func (c *cluster) kill() error {
	var pid int
	lock, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err == nil {
		pid, err = strconv.Atoi(strings.TrimSpace(strings.SplitN(string(lock), "\n", 2)[0]))
	}
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		return err
	}
	if stopped := c.stop(); stopped == nil {
		return errors.New("postgres: it was killed and says that it stopped")
	}
	return nil
}

// identity returns as whom the server runs: it refuses to be root.
func identity(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return &syscall.SysProcAttr{Setpgid: true}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
			return nil, err
		}
		return &syscall.SysProcAttr{Setpgid: true, Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return nil, errors.New("there is no user as whom a server could run: neither postgres nor nobody")
}

// patience is how long a server may take to answer at first.
const patience = 30 * time.Second

// answers waits until the server answers.
func answers(ctx context.Context, pool *sql.DB) error {
	for {
		if err := pool.PingContext(ctx); err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// connect waits until the server answers, and makes the role.
func connect(admin url.URL, own *cluster) (*Server, error) {
	pool, err := sql.Open("pgx", admin.String())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err = answers(ctx, pool); err == nil {
		_, err = pool.ExecContext(ctx, `DO $$ BEGIN
			IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '`+Role+`') THEN
				CREATE ROLE `+Role+` LOGIN PASSWORD '`+Role+`' NOSUPERUSER NOBYPASSRLS;
			END IF;
		END $$`)
	}
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &Server{admin: admin, own: own, pool: pool}, nil
}

// Stop stops a server that [Start] started, for good.
func (s *Server) Stop() error {
	err := s.pool.Close()
	if s.own == nil {
		return err
	}
	return errors.Join(err, s.own.stop(), os.RemoveAll(s.own.dir))
}

// Pause stops a server that [Start] started as an administrator does, for [Server.Resume].
func (s *Server) Pause() error { return s.own.stop() }

// Kill ends a server that [Start] started as a crash does: by SIGKILL, with no time to
// write anything. What it handed to the operating system is kept, whatever fsync is.
func (s *Server) Kill() error { return s.own.kill() }

// Resume starts a server again on the data that it left, after [Server.Pause] or [Server.Kill].
func (s *Server) Resume() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.own.start(); err != nil {
		return err
	}
	if err := answers(ctx, s.pool); err != nil {
		return errors.Join(err, s.own.stop())
	}
	return nil
}

// Create makes a database that the role owns, a copy of another or, if that is "", an
// empty one. It returns its name.
func (s *Server) Create(ctx context.Context, template string) (name string, err error) {
	name = fmt.Sprintf("townclerk_test_%d_%d", os.Getpid(), s.count.Add(1))
	if template == "" {
		template = "template0"
	}
	_, err = s.pool.ExecContext(ctx, `CREATE DATABASE `+name+` OWNER `+Role+` TEMPLATE `+template)
	return name, err
}

// Drop removes a database, also while it is used.
func (s *Server) Drop(name string) error {
	_, err := s.pool.Exec(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`)
	return err
}

// URL returns how to reach a database, as the role.
func (s *Server) URL(database string) string {
	u := s.admin
	u.User, u.Path = url.UserPassword(Role, Role), "/"+database
	return u.String()
}

// Admin returns how to reach a database as the role that may do everything.
func (s *Server) Admin(database string) string {
	u := s.admin
	u.Path = "/" + database
	return u.String()
}

// Database returns the URL of an empty database that is removed when the test ends. It
// skips the test if there is no server.
func Database(t testing.TB) string {
	t.Helper()
	s := Shared(t)
	name, err := s.Create(t.Context(), "")
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Drop(name); err != nil {
			t.Errorf("PostgreSQL: %v", err)
		}
	})
	return s.URL(name)
}

// Program returns the path of one of PostgreSQL's programs, such as pg_dump. It skips the
// test if that is not installed.
func Program(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	if bin, err := programs(); err == nil {
		if path := filepath.Join(bin, name); exec.Command(path, "--version").Run() == nil {
			return path
		}
	}
	t.Skipf("needs PostgreSQL's program %s, which is not installed", name)
	return ""
}
