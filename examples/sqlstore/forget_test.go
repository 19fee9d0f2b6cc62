package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/ticket"
	"github.com/townclerk/townclerk/vendors"
)

// A tenant that leaves has no row in any table; others keep theirs, and who comes back
// begins anew.
func TestForget(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := e.database(t)
		ctx := t.Context()
		for _, tenant := range []townclerk.Tenant{town, "kalisz"} {
			fill(t, db, tenant)
			for table, n := range rowsOf(t, e, db, tenant) {
				require.NotZero(t, n, "fill puts no row into %s: nothing would prove that Forget knows it", table)
			}
		}
		others := rowsOf(t, e, db, "kalisz")
		whole := rowsOf(t, e, db, town)

		require.NoError(t, db.Forget(ctx, "nobody"))
		tx, err := db.SQL().BeginTx(ctx, nil)
		require.NoError(t, err)
		require.NoError(t, db.WithTx(tx).Forget(ctx, town))
		require.NoError(t, tx.Rollback())
		require.Equal(t, whole, rowsOf(t, e, db, town), "the transaction was rolled back")

		require.NoError(t, db.Forget(ctx, town))
		for table, n := range rowsOf(t, e, db, town) {
			require.Zero(t, n, table)
		}
		require.Equal(t, others, rowsOf(t, e, db, "kalisz"))

		again, err := db.Tickets().Tickets().Create(ctx, town, ticket.Ticket{ID: "t-1", Series: "2026", Opened: noon}, opened("t-1"))
		require.NoError(t, err)
		require.Equal(t, "2026-000001", again.Number)
		events, err := db.Tickets().Events(ctx, town, 0, 10)
		require.NoError(t, err)
		require.Len(t, events, 1)
		require.EqualValues(t, 1, events[0].Seq)
	})
}

// Those who write for a tenant while it is forgotten come before that or after it: no write
// fails, and none is there in part.
func TestForgetWhileOthersWrite(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := e.database(t)
		ctx := t.Context()
		var wrote sync.WaitGroup
		failures := make([]error, 3)
		for writer := range failures {
			wrote.Go(func() {
				for n := range 20 {
					id := ticket.ID(fmt.Sprintf("t-%d-%d", writer, n))
					_, err := db.Tickets().Tickets().Create(ctx, town, ticket.Ticket{ID: id, Series: "2026", Opened: noon}, opened(id))
					failures[writer] = errors.Join(failures[writer], err)
				}
			})
		}
		for range 10 {
			require.NoError(t, db.Forget(ctx, town))
		}
		wrote.Wait()
		require.NoError(t, errors.Join(failures...))
		rows := rowsOf(t, e, db, town)
		require.Equal(t, rows["tickets"], rows["events"])
		require.NoError(t, db.Forget(ctx, town))
		for table, n := range rowsOf(t, e, db, town) {
			require.Zero(t, n, table)
		}
	})
}

// fill stores something of each kind for a tenant.
func fill(t *testing.T, db *sqlstore.DB, tenant townclerk.Tenant) {
	t.Helper()
	ctx := t.Context()
	of := func(id string) vendors.Record { return vendors.Record{ID: vendors.ID(id), Series: "2026", Began: noon} }
	measured := func(id string) kpi.Record { return kpi.Record{ID: kpi.ID(id), Began: noon} }
	v, a, p, k := db.Vendors(), db.Assets(), db.Projects(), db.Indicators()
	var all []error
	made := func(_ any, err error) { all = append(all, err) }
	made(db.Tickets().Tickets().Create(ctx, tenant, ticket.Ticket{ID: "t-1", Series: "2026", Opened: noon}, opened("t-1")))
	made(nil, db.Tickets().SetCursor(ctx, tenant, "mail", 1))
	made(a.Assets().Create(ctx, tenant, asset.Asset{ID: "a-1"}))
	made(a.Licences().Create(ctx, tenant, asset.Licence{ID: "l-1"}))
	made(a.Stocks().Create(ctx, tenant, asset.Stock{ID: "s-1"}))
	made(v.Contracts().Create(ctx, tenant, vendors.Contract{Record: of("c-1"), Agreed: []vendors.Agreement{{From: noon, Services: []string{"lines"}}}}))
	made(v.Calls().Create(ctx, tenant, vendors.Call{Record: of("v-1"), Contract: "c-1"}))
	made(v.Invoices().Create(ctx, tenant, vendors.Invoice{Record: of("i-1"), Contract: "c-1"}))
	made(v.Frames().Create(ctx, tenant, vendors.Frame{Record: of("f-1"), Contract: "c-1"}))
	made(v.Reviews().Create(ctx, tenant, vendors.Review{Record: of("r-1"), Contract: "c-1"}))
	made(v.Usages().Create(ctx, tenant, vendors.Usage{Record: of("u-1"), Contract: "c-1"}))
	made(p.Projects().Create(ctx, tenant, project.Project{Header: project.Header{ID: "p-1", Began: noon}}))
	made(p.WorkPlans().Create(ctx, tenant, project.WorkPlan{Header: project.Header{ID: "w-1", Began: noon}}))
	made(k.Measurements().Create(ctx, tenant, kpi.Measurement{Record: measured("m-1")}))
	made(k.Occurrences().Create(ctx, tenant, kpi.Occurrence{Record: measured("o-1")}))
	made(k.Schedules().Create(ctx, tenant, kpi.Schedule{Record: measured("s-1")}))
	made(k.Cards().Create(ctx, tenant, kpi.Card{Record: measured("c-1")}))
	made(k.Remedies().Create(ctx, tenant, kpi.Remedy{Record: measured("r-1")}))
	require.NoError(t, errors.Join(all...))

	consumer, err := sqlstore.NewConsumer(db.Tickets(), tenant, "archive")
	require.NoError(t, err)
	relay, err := consumer.Relay(func(context.Context, townclerk.Event) error { return errors.New("the archive is closed") }, sqlstore.RelayConfig{})
	require.NoError(t, err)
	_, err = relay.Once(ctx)
	require.NoError(t, err)
}

// rowsOf counts a tenant's rows in every table that the database has, which is asked for them.
func rowsOf(t *testing.T, e engine, db *sqlstore.DB, tenant townclerk.Tenant) map[string]int {
	t.Helper()
	tx, err := db.SQL().Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	catalog, place := `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('goose_db_version', 'sqlite_sequence')`, "?"
	if e.name == "PostgreSQL" {
		catalog, place = `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version'`, "$1"
		_, err := tx.Exec(`SELECT set_config('townclerk.tenant', $1, true)`, "="+string(tenant))
		require.NoError(t, err)
	}
	var names []string
	rows, err := tx.Query(catalog)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	found := map[string]int{}
	for _, name := range names {
		var n int
		require.NoError(t, tx.QueryRow(`SELECT count(*) FROM `+name+` WHERE tenant = `+place, string(tenant)).Scan(&n))
		found[name] = n
	}
	require.Len(t, found, len(tablesWithTenants)+len(aggregates))
	return found
}
