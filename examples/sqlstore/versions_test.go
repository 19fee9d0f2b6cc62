package sqlstore

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/ticket"
	"github.com/townclerk/townclerk/vendors"
)

// A database of each earlier version, with what could be stored in it, comes to the last
// one with all of that as it was, and goes on from there as a new one would.
func TestMigrateFromEachVersion(t *testing.T) {
	if testing.Short() {
		t.Skip("it makes many databases")
	}
	for name, database := range map[string]func(*testing.T) string{
		"SQLite":     func(t *testing.T) string { return filepath.Join(t.TempDir(), "town.db") },
		"PostgreSQL": func(t *testing.T) string { return pgtest.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			for version := int64(1); version <= last(t); version++ {
				t.Run(fmt.Sprint("from ", version), func(t *testing.T) { migrateFrom(t, database(t), version) })
			}
		})
	}
}

// last is the version of this release.
func last(t *testing.T) int64 {
	files, err := migrations.ReadDir("migrations")
	require.NoError(t, err)
	return int64(len(files))
}

func migrateFrom(t *testing.T, database string, version int64) {
	ctx := t.Context()
	db, err := Open(ctx, database)
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, db.migrate(ctx, version))
	have, err := db.version(ctx)
	require.NoError(t, err)
	require.Equal(t, version, have)

	require.NoError(t, db.Tickets().SetCursor(ctx, planned, "mail", 7))
	var before []func()
	for since, use := range map[int64]func(id string) func(){
		2: func(id string) func() {
			return used(t, db.Tickets().Tickets(), ticket.Ticket{ID: ticket.ID(id), Series: "2026", Opened: first, Holds: id}, id)
		},
		3: func(id string) func() {
			return used(t, db.Assets().Assets(), asset.Asset{ID: asset.ID(id), Series: "2026", Began: first}, id)
		},
		4: func(id string) func() {
			c := vendors.Contract{Vendor: "v", Agreed: []vendors.Agreement{{From: first, Services: []string{"lines"}}}}
			c.ID, c.Began = vendors.ID(id), first
			return used(t, db.Vendors().Contracts(), c, id)
		},
		5: func(id string) func() {
			p := project.Project{Title: "x"}
			p.ID, p.Series, p.Began = project.ID(id), "2026", first
			return used(t, db.Projects().Projects(), p, id)
		},
		6: func(id string) func() {
			m := kpi.Measurement{Indicator: "x"}
			m.ID, m.Began = kpi.ID(id), first
			return used(t, db.Indicators().Measurements(), m, id)
		},
	} {
		if since <= version {
			before = append(before, use("before"))
		}
		defer func() { use("after")() }() // once all is migrated
	}
	require.NoError(t, db.Migrate(ctx))
	require.NoError(t, db.Migrate(ctx), "again")
	for _, same := range before {
		same()
	}
	seq, err := db.Tickets().Cursor(ctx, planned, "mail")
	require.NoError(t, err)
	require.EqualValues(t, 7, seq)
	found, err := db.Vendors().Contracts().List(ctx, planned, vendors.Query{Service: "lines", InForce: first.Add(time.Hour)})
	require.NoError(t, err)
	require.Equal(t, version >= 4, len(found.Items) == 1)
	var export bytes.Buffer
	require.NoError(t, db.Export(ctx, planned, &export))
	require.Equal(t, len(before), strings.Count(export.String(), `{"aggregate":`))
}

// used stores an aggregate with an event, and returns what looks whether it is as it was.
func used[T, Q any](t *testing.T, repo townclerk.Repo[T, Q], aggregate T, id string) func() {
	t.Helper()
	made, err := repo.Create(t.Context(), planned, aggregate, townclerk.Event{Aggregate: id, Kind: "sample.created", At: first, Recorded: first})
	require.NoError(t, err)
	return func() {
		t.Helper()
		got, err := repo.Get(t.Context(), planned, id)
		require.NoError(t, err)
		require.Equal(t, made, got)
	}
}

// Migrations go forward only, and their numbers have no hole.
func TestMigrationsGoForward(t *testing.T) {
	files, err := migrations.ReadDir("migrations")
	require.NoError(t, err)
	for i, f := range files {
		require.True(t, strings.HasPrefix(f.Name(), fmt.Sprintf("%05d_", i+1)), f.Name())
		text, err := migrations.ReadFile("migrations/" + f.Name())
		require.NoError(t, err)
		require.NotContains(t, string(text), "+goose Down", f.Name())
	}
}
