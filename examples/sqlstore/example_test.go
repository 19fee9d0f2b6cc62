package sqlstore_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/townclerk/townclerk/examples/policies"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// A municipality has tables of its own in the same database: here, of building permits. A
// permit and the ticket about its fault are written together, or neither is.
func ExampleDB_WithTx() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "town")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	db, err := sqlstore.Open(ctx, filepath.Join(dir, "town.db")) // or "postgres:///town"
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	if _, err := db.SQL().ExecContext(ctx, `CREATE TABLE permits (number TEXT PRIMARY KEY, ticket TEXT NOT NULL)`); err != nil {
		log.Fatal(err)
	}
	policy := deskOf("raanana")

	file := func(permit string) error {
		tx, err := db.SQL().BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() // does nothing after Commit
		desk := ticket.NewDesk(db.WithTx(tx).Tickets(), policy, ticket.Config{})
		opened, err := desk.Open(ctx, "raanana", ticket.Request{
			At: time.Date(2026, 6, 7, 9, 0, 0, 0, policy.Promises().Zone()), Recorder: "u-2", Channel: "phone", Opener: "u-17",
			Department: "operations", Class: "incident", Subject: "the form of permit " + permit + " cannot be printed",
		})
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO permits (number, ticket) VALUES ($1, $2)`, permit, string(opened.ID)); err != nil {
			return err
		}
		return tx.Commit()
	}
	fmt.Println(file("P-7"))
	fmt.Println(file("P-7") != nil) // the permit is there, so its second ticket is not

	for t, err := range allTickets(ctx, db.Tickets()) {
		fmt.Println(t.Number, t.Subject, err)
	}
	// Output:
	// <nil>
	// true
	// 2026-000001 the form of permit P-7 cannot be printed <nil>
}

// deskOf reads one of the policies that come with this module.
func deskOf(town string) *ticket.Policy {
	read := func(name string) []byte {
		data, err := policies.Files.ReadFile(town + "/" + name)
		if err != nil {
			log.Fatal(err)
		}
		return data
	}
	promises, err := sla.Parse(read("sla.toml"), "sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	policy, err := ticket.Parse(read("ticket.toml"), "ticket.toml", promises)
	if err != nil {
		log.Fatal(err)
	}
	return policy
}
