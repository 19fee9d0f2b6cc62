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
	stop  func() error
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
		return connect(*u, func() error { return nil })
	}
	return Start()
}

// Start starts a server of its own, which has to be stopped.
func Start(settings ...string) (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pg") // short, for a socket's path has little room
	if err != nil {
		return nil, err
	}
	stop, err := run(bin, dir, settings)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: url.Values{"host": {dir}}.Encode()}
	s, err := connect(u, func() error { return errors.Join(stop(), os.RemoveAll(dir)) })
	if err != nil {
		return nil, errors.Join(err, stop(), os.RemoveAll(dir))
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

// run makes a cluster and starts its server, which ends with this process, however that ends.
func run(bin, dir string, settings []string) (stop func() error, err error) {
	as, err := identity(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "-D", data)
	initdb.Dir, initdb.SysProcAttr = dir, as
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	args := []string{
		"-c", `"$@" </dev/null & server=$!; cat >/dev/null; kill -INT $server; wait $server`, "sh",
		filepath.Join(bin, "postgres"), "-D", data, "-k", dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-c", "log_min_messages=fatal",
	}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	var log bytes.Buffer
	server := exec.Command("sh", args...)
	server.Dir, server.SysProcAttr, server.Stdout, server.Stderr = dir, as, &log, &log
	alive, err := server.StdinPipe() // it is closed when this process ends
	if err != nil {
		return nil, err
	}
	if err := server.Start(); err != nil {
		return nil, err
	}
	return func() error { return stopped(alive, server, &log) }, nil
}

func stopped(alive io.Closer, server *exec.Cmd, log fmt.Stringer) error {
	err := alive.Close()
	if ended := server.Wait(); ended != nil {
		err = errors.Join(err, fmt.Errorf("postgres: %w\n%s", ended, log))
	}
	return err
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

// connect waits until the server answers, and makes the role.
func connect(admin url.URL, stop func() error) (*Server, error) {
	pool, err := sql.Open("pgx", admin.String())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		if err = pool.PingContext(ctx); err == nil || ctx.Err() != nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err == nil {
		_, err = pool.ExecContext(ctx, `DO $$ BEGIN
			IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '`+Role+`') THEN
				CREATE ROLE `+Role+` LOGIN PASSWORD '`+Role+`' NOSUPERUSER NOBYPASSRLS;
			END IF;
		END $$`)
	}
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &Server{admin: admin, stop: stop, pool: pool}, nil
}

// Stop stops a server that [Start] started.
func (s *Server) Stop() error { return errors.Join(s.pool.Close(), s.stop()) }

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
