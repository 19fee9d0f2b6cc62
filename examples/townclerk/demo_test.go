package main

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/ticket"
)

// told is the demo without colour, on SQLite, which several tests read: it is run once
// for all.
var told = sync.OnceValues(func() (string, error) {
	var out bytes.Buffer
	err := demo{Part: toldPart()}.Run(&out, style{}, screen{})
	return out.String(), err
})

// toldPart is what tests run of the demo: all, and with -short one part.
func toldPart() string {
	if testing.Short() {
		return "telephony"
	}
	return "all"
}

func TestDemo(t *testing.T) {
	got, err := told()
	require.NoError(t, err)
	golden := filepath.Join("testdata", "demo.golden")
	if update && !testing.Short() {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	if testing.Short() {
		require.Contains(t, string(want), got)
		return
	}
	require.Equal(t, string(want), got, "if this is right, run UPDATE=1 go -C examples test ./townclerk")
}

// Nobody needs a wide terminal for the demo.
func TestDemoIsNarrow(t *testing.T) {
	got, err := told()
	require.NoError(t, err)
	for line := range strings.Lines(got) {
		if n := width(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestColourAddsNothingElse(t *testing.T) {
	plain, err := told()
	require.NoError(t, err)
	var coloured bytes.Buffer
	require.NoError(t, demo{Part: toldPart()}.Run(&coloured, style{colour: true}, screen{}))
	escapes := regexp.MustCompile("\x1b\\[[0-9]+m")
	require.True(t, escapes.Match(coloured.Bytes()))
	require.False(t, escapes.MatchString(plain))
	require.Equal(t, plain, escapes.ReplaceAllString(coloured.String(), ""))
}

// On PostgreSQL the demo says the same to the byte. It may be run where a municipality
// keeps its data: of that it changes nothing, and of its own it leaves nothing.
func TestDemoOnPostgreSQL(t *testing.T) {
	p := onPostgres(t)
	before := inhabited(t, p)
	var out bytes.Buffer
	require.NoError(t, demo{Database: p.database, Part: toldPart()}.Run(&out, style{}, screen{}))
	want, err := told()
	require.NoError(t, err)
	require.Equal(t, want, out.String(), "PostgreSQL and SQLite")
	require.Equal(t, before, contents(t, p))
}

// Several may run the demo on one database at a time.
func TestDemoManyAtOnce(t *testing.T) {
	whole, err := told()
	require.NoError(t, err)
	for name, open := range map[string]func(*testing.T) place{"SQLite": onSQLite, "PostgreSQL": onPostgres} {
		t.Run(name, func(t *testing.T) {
			d := demo{Database: open(t).database, Part: "telephony"}
			var both sync.WaitGroup
			var out [2]bytes.Buffer
			var failed [2]error
			for i := range out {
				both.Go(func() { failed[i] = d.Run(&out[i], style{}, screen{}) })
			}
			both.Wait()
			for i := range out {
				require.NoError(t, failed[i])
				require.NotEmpty(t, out[i].String())
				require.Contains(t, whole, out[i].String())
			}
		})
	}
}

// What a part stores is the domains' as always: kept, it is there under the tenant that
// is named. Not kept, it is removed, also where the demo is interrupted.
func TestDemoKeepsOnlyIfAsked(t *testing.T) {
	p := onSQLite(t)
	before := inhabited(t, p)
	var warnings bytes.Buffer
	kept := demo{Database: p.database, Part: "raanana", Keep: true}
	require.NoError(t, kept.tell(t.Context(), scene{out: io.Discard}, &warnings))
	said := regexp.MustCompile(`^townclerk: what raanana stored is kept, as the tenant (demo-\w+/raanana)\n$`).FindStringSubmatch(warnings.String())
	require.NotNil(t, said, warnings.String())
	db, err := sqlstore.Open(t.Context(), p.database)
	require.NoError(t, err)
	page, err := db.Tickets().Tickets().List(t.Context(), townclerk.Tenant(said[1]), ticket.Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, 3)
	require.NoError(t, db.Forget(t.Context(), townclerk.Tenant(said[1])))
	require.NoError(t, db.Close())
	require.Equal(t, before, contents(t, p))

	ctx, cancel := context.WithCancel(t.Context())
	out := writer(func(line string) {
		if strings.Contains(line, "plotter") {
			cancel()
		}
	})
	interrupted := demo{Database: p.database}
	require.ErrorIs(t, interrupted.tell(ctx, scene{out: out}, io.Discard), context.Canceled)
	require.Equal(t, before, contents(t, p))
}

// place is a database, and how to see all of it where that is another way.
type place struct{ database, admin string }

func onSQLite(t *testing.T) place { return place{database: filepath.Join(t.TempDir(), "town.db")} }

func onPostgres(t *testing.T) place {
	s := pgtest.Shared(t)
	name, err := s.Create(t.Context(), "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Drop(name)) })
	return place{s.URL(name), s.Admin(name)}
}

// writer calls a function with what is written.
type writer func(string)

func (w writer) Write(text []byte) (int, error) {
	w(string(text))
	return len(text), nil
}

// inhabited stores something of a municipality, under a tenant that the demo has a part
// for, and returns all that is in the database then.
func inhabited(t *testing.T, p place) map[string][]string {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), p.database)
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	noon := time.Date(2026, 6, 7, 9, 0, 0, 0, time.UTC)
	for _, tenant := range []townclerk.Tenant{"raanana", ""} {
		_, err = db.Tickets().Tickets().Create(t.Context(), tenant, ticket.Ticket{ID: "raanana-1", Series: "2026", Opened: noon, NextAt: noon},
			townclerk.Event{Aggregate: "raanana-1", Kind: "ticket.opened", At: noon, Recorded: noon, Data: json.RawMessage(`{"format":1}`)})
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	found := contents(t, p)
	require.Len(t, found["tickets"], 2)
	return found
}

// contents returns the rows of all tables, of whatever tenant.
func contents(t *testing.T, p place) map[string][]string {
	t.Helper()
	driver, tables := "sqlite", `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'sqlite_sequence'`
	if p.admin != "" {
		driver, tables = "pgx", `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	pool, err := sql.Open(driver, cmp.Or(p.admin, p.database))
	require.NoError(t, err)
	defer func() { require.NoError(t, pool.Close()) }()
	found := map[string][]string{}
	for _, name := range rows(t, pool, tables) {
		found[name] = rows(t, pool, `SELECT * FROM `+name)
	}
	return found
}

// rows returns what a query finds, each row as a text.
func rows(t *testing.T, pool *sql.DB, query string) (found []string) {
	t.Helper()
	all, err := pool.Query(query)
	require.NoError(t, err)
	defer all.Close()
	columns, err := all.Columns()
	require.NoError(t, err)
	for all.Next() {
		row := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		require.NoError(t, all.Scan(into...))
		texts := make([]string, len(columns))
		for i := range row {
			texts[i] = fmt.Sprint(row[i])
		}
		found = append(found, strings.Join(texts, "|"))
	}
	require.NoError(t, all.Err())
	slices.Sort(found)
	return found
}
