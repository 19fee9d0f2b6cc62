package sqlstore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/ticket"
)

// filled puts one of each kind of aggregate into a database, with something in every
// field, and events that are awkward.
func filled(t *testing.T, db *sqlstore.DB, tenant townclerk.Tenant) {
	t.Helper()
	a, v, p, k := db.Assets(), db.Vendors(), db.Projects(), db.Indicators()
	keep(t, db.Tickets().Tickets(), tenant, "ticket/testdata/ticket.json")
	keep(t, a.Assets(), tenant, "asset/testdata/asset.json")
	keep(t, a.Licences(), tenant, "asset/testdata/licence.json")
	keep(t, a.Stocks(), tenant, "asset/testdata/stock.json")
	keep(t, v.Contracts(), tenant, "vendors/testdata/contract.json")
	keep(t, v.Calls(), tenant, "vendors/testdata/call.json")
	keep(t, v.Invoices(), tenant, "vendors/testdata/invoice.json")
	keep(t, v.Frames(), tenant, "vendors/testdata/frame.json")
	keep(t, v.Reviews(), tenant, "vendors/testdata/review.json")
	keep(t, v.Usages(), tenant, "vendors/testdata/usage.json")
	keep(t, p.Projects(), tenant, "project/testdata/project.json")
	keep(t, p.WorkPlans(), tenant, "project/testdata/workplan.json")
	keep(t, k.Measurements(), tenant, "kpi/testdata/measurement.json")
	keep(t, k.Occurrences(), tenant, "kpi/testdata/occurrence.json")
	keep(t, k.Schedules(), tenant, "kpi/testdata/schedule.json")
	keep(t, k.Cards(), tenant, "kpi/testdata/card.json")
	keep(t, k.Remedies(), tenant, "kpi/testdata/remedy.json")
	require.NoError(t, db.Tickets().SetCursor(t.Context(), tenant, "mail", 2))
	require.NoError(t, k.SetCursor(t.Context(), tenant, "דואר", 1))
	_, err := letters(t, db, tenant, errors.New("no <stamps> & no paper"), noon).Once(t.Context())
	require.NoError(t, err)
}

// letters is a relay to a consumer that takes everything, or nothing.
func letters(t *testing.T, db *sqlstore.DB, tenant townclerk.Tenant, fail error, now time.Time) *sqlstore.Relay {
	c, err := sqlstore.NewConsumer(db.Tickets(), tenant, "letters")
	require.NoError(t, err)
	relay, err := c.Relay(func(context.Context, townclerk.Event) error { return fail },
		sqlstore.RelayConfig{Now: func() time.Time { return now }})
	require.NoError(t, err)
	return relay
}

// keep creates the aggregate of a golden document, and writes it once more.
func keep[T, Q any](t *testing.T, repo townclerk.Repo[T, Q], tenant townclerk.Tenant, path string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(path)))
	require.NoError(t, err)
	var aggregate T
	require.NoError(t, json.Unmarshal(data, &aggregate), path)
	happened := townclerk.Event{
		Aggregate: "of " + path, Kind: "sample.happened", At: noon, Recorded: noon.Add(1000), Actor: "u-1",
		Data: []byte(`{"z":12345678901234567890.12345678901234567890,"a":"<רעננה> & \u2028","m":{"y":null,"x":[1,2]}}`),
	}
	plain := townclerk.Event{Aggregate: "of " + path, Kind: "sample.again", At: noon, Recorded: noon}
	made, err := repo.Create(t.Context(), tenant, aggregate, happened)
	require.NoError(t, err, path)
	_, err = repo.Put(t.Context(), tenant, made, plain)
	require.NoError(t, err, path)
}

func exported(t *testing.T, db *sqlstore.DB, tenant townclerk.Tenant) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, db.Export(t.Context(), tenant, &b))
	return b.String()
}

func imported(t *testing.T, db *sqlstore.DB, export string) {
	t.Helper()
	tenant, err := db.Import(t.Context(), strings.NewReader(export), "town.jsonl")
	require.NoError(t, err)
	require.Equal(t, town, tenant)
}

// All that a tenant has goes from SQLite to PostgreSQL and back without loss, to the
// byte; nothing of another tenant goes with it; and there it goes on where it was.
func TestExportAndImport(t *testing.T) {
	lite, pg, back := onSQLite(t).database(t), onPostgres(t).database(t), onSQLite(t).database(t)
	filled(t, lite, town)
	filled(t, lite, "kalisz")
	export := exported(t, lite, town)
	require.NotContains(t, export, "kalisz")
	require.Equal(t, len(aggregates), strings.Count(export, `{"aggregate":`))
	imported(t, pg, export)
	require.Equal(t, export, exported(t, pg, town), "from PostgreSQL")
	imported(t, back, exported(t, pg, town))
	require.Equal(t, export, exported(t, back, town), "from SQLite again")

	for _, db := range []*sqlstore.DB{lite, pg, back} {
		taken, err := letters(t, db, town, nil, noon.Add(10*time.Second-time.Microsecond)).Once(t.Context())
		require.NoError(t, err)
		require.Zero(t, taken)
		taken, err = letters(t, db, town, nil, noon.Add(10*time.Second)).Once(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, taken, "one that failed, and one that waited for it")
	}
	want := next(t, lite)
	require.Equal(t, want, next(t, pg))
	require.Equal(t, want, next(t, back))
}

// next opens one more ticket, and returns what was given to it.
func next(t *testing.T, db *sqlstore.DB) string {
	ctx := t.Context()
	golden, err := db.Tickets().Tickets().List(ctx, town, ticket.Query{Limit: 1})
	require.NoError(t, err)
	made, err := db.Tickets().Tickets().Create(ctx, town, ticket.Ticket{ID: "next", Series: golden.Items[0].Series, Opened: noon}, opened("next"))
	require.NoError(t, err)
	events, err := db.Tickets().Events(ctx, town, 2, 10)
	require.NoError(t, err)
	require.Len(t, events, 1)
	cursor, err := db.Tickets().Cursor(ctx, town, "mail")
	require.NoError(t, err)
	return fmt.Sprint(made.Number, " ", events[0].Seq, " ", cursor)
}

// An export that is cut off, changed, of a later release or there already is refused
// with the line, and nothing of it stays.
func TestImportRefuses(t *testing.T) {
	source := onSQLite(t).database(t)
	filled(t, source, town)
	export := exported(t, source, town)
	lines := strings.SplitAfter(export, "\n")
	lines = lines[:len(lines)-1]
	at := func(part string) int {
		for i, l := range lines {
			if strings.Contains(l, part) {
				return i
			}
		}
		t.Fatal(part)
		return 0
	}
	without := func(i int) string { return strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "") }
	changed := func(old, new string) string { return strings.Replace(export, old, new, 1) }
	event, aggregate := at(`"domain":"asset","seq":2,`), at(`{"aggregate"`)
	engines(t, func(t *testing.T, e engine) {
		db := e.database(t)
		for _, tt := range []struct {
			name, export, want string
		}{
			{"nothing", "", "town.jsonl: the export is cut off here"},
			{"cut off between lines", strings.Join(lines[:len(lines)-1], ""), fmt.Sprintf("town.jsonl:%d: the export is cut off here", len(lines)-1)},
			{"cut off in a line", export[:len(export)-3], fmt.Sprintf("town.jsonl:%d: it is no line of an export: unexpected EOF", len(lines))},
			{"an aggregate less", without(aggregate), fmt.Sprintf("town.jsonl:%d: %d lines stand before this one, and it says %d", len(lines)-1, len(lines)-2, len(lines)-1)},
			{"an event less", without(event), "event.seq: "},
			{"no beginning", without(0), "town.jsonl:1: it does not begin as an export does"},
			{"something behind the end", export + "{}\n", fmt.Sprintf("town.jsonl:%d: something stands behind the end of the export", len(lines)+1)},
			{"a later format", changed(`"format":1`, `"format":2`), "town.jsonl:1: format: 2 is none that this release reads; it reads 1"},
			{"a key of a later release", changed(`"body":{`, `"body":{"mood":"good",`), fmt.Sprintf("town.jsonl:%d: aggregate of tickets: json: unknown field \"mood\"", aggregate+1)},
			{"an unknown table", changed(`"table":"tickets","version"`, `"table":"cats","version"`), `aggregate.table: "cats" is none`},
			{"an unknown domain", changed(`"domain":"ticket","seq":1,`, `"domain":"cats","seq":1,`), `event.domain: "cats" is none`},
			{"a failure of no event", changed(`"letters","seq":2,"attempts"`, `"letters","seq":3,"attempts"`), `failure.seq: 3 is no event of the domain "ticket" before this line`},
			{"a line of nothing", changed(lines[event], "{}\n"), fmt.Sprintf("town.jsonl:%d: it is no line of an export", event+1)},
		} {
			t.Run(tt.name, func(t *testing.T) {
				_, err := db.Import(t.Context(), strings.NewReader(tt.export), "town.jsonl")
				require.ErrorContains(t, err, tt.want)
				var file *townclerk.FileError
				require.ErrorAs(t, err, &file)
				require.Equal(t, "{\"export\":{\"format\":1,\"tenant\":\"raanana\"}}\n{\"lines\":1}\n", exported(t, db, town), "what stayed")
			})
		}
		imported(t, db, export)
		_, err := db.Import(t.Context(), strings.NewReader(export), "town.jsonl")
		require.ErrorIs(t, err, townclerk.ErrExists)
		require.ErrorContains(t, err, `town.jsonl:1: tenant "raanana": already exists`)
		require.Equal(t, export, exported(t, db, town))
	})
}

// A backup of SQLite that is made while others write is a whole database of one instant.
func TestBackupOfSQLite(t *testing.T) {
	db := onSQLite(t).database(t)
	filled(t, db, town)
	filled(t, db, "kalisz")
	path := filepath.Join(t.TempDir(), "backup.db")
	tx, err := db.SQL().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = db.WithTx(tx).Tickets().Tickets().Create(t.Context(), town, ticket.Ticket{ID: "meanwhile", Opened: noon}, opened("meanwhile"))
	require.NoError(t, err)
	require.NoError(t, db.Backup(t.Context(), path))
	require.Error(t, db.Backup(t.Context(), path), "onto what is there")
	require.NoError(t, tx.Rollback())
	restored, err := sqlstore.Open(t.Context(), path)
	require.NoError(t, err)
	defer restored.Close()
	require.NoError(t, restored.Migrate(t.Context()))
	for _, tenant := range []townclerk.Tenant{town, "kalisz"} {
		require.Equal(t, exported(t, db, tenant), exported(t, restored, tenant))
	}
}

// What pg_dump writes, pg_restore makes the same database of, with its policies: as the
// package's documentation says.
func TestBackupOfPostgreSQL(t *testing.T) {
	s := pgtest.Shared(t)
	dump, restore := pgtest.Program(t, "pg_dump"), pgtest.Program(t, "pg_restore")
	name, err := s.Create(t.Context(), "")
	require.NoError(t, err)
	defer s.Drop(name)
	db, err := sqlstore.Open(t.Context(), s.URL(name))
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, db.Migrate(t.Context()))
	filled(t, db, town)
	filled(t, db, "kalisz")
	require.ErrorContains(t, db.Backup(t.Context(), "x"), "pg_dump")

	run := func(program string, args ...string) {
		out, err := exec.Command(program, args...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	path := filepath.Join(t.TempDir(), "town.dump")
	run(dump, "--format=custom", "--file="+path, s.Admin(name))
	other, err := s.Create(t.Context(), "")
	require.NoError(t, err)
	defer s.Drop(other)
	run(restore, "--exit-on-error", "--dbname="+s.Admin(other), path)

	restored, err := sqlstore.Open(t.Context(), s.URL(other))
	require.NoError(t, err)
	defer restored.Close()
	require.NoError(t, restored.Migrate(t.Context()))
	for _, tenant := range []townclerk.Tenant{town, "kalisz"} {
		require.Equal(t, exported(t, db, tenant), exported(t, restored, tenant))
	}
	tablesOf(t, restored) // which are secured
	// Without being allowed to see all tenants, pg_dump refuses, instead of leaving rows out.
	out, err := exec.Command(dump, "--file="+path, s.URL(name)).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "row-level security")
}
