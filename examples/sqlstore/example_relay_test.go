package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/ticket"
)

// Somebody is told by mail of what happens to tickets. One mail cannot be sent; those
// about other tickets are not held up by it.
func ExampleRelay() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	db, err := sqlstore.Open(ctx, filepath.Join(dir, "townclerk.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	now := time.Date(2026, 6, 7, 9, 0, 0, 0, time.UTC)
	for _, id := range []ticket.ID{"printer", "network", "printer"} { // a desk does this
		happened := townclerk.Event{Aggregate: string(id), Kind: "ticket.opened", At: now, Recorded: now}
		t, err := db.Tickets().Tickets().Get(ctx, "raanana", string(id))
		if errors.Is(err, townclerk.ErrNotFound) {
			_, err = db.Tickets().Tickets().Create(ctx, "raanana", ticket.Ticket{ID: id, Opened: now}, happened)
		} else if err == nil {
			happened.Kind = "ticket.closed"
			_, err = db.Tickets().Tickets().Put(ctx, "raanana", t, happened)
		}
		if err != nil {
			log.Fatal(err)
		}
	}

	mail, err := sqlstore.NewConsumer(db.Tickets(), "raanana", "mail")
	if err != nil {
		log.Fatal(err)
	}
	full := true
	relay, err := mail.Relay(func(_ context.Context, e townclerk.Event) error {
		if full && e.Aggregate == "printer" {
			return errors.New("the mailbox is full")
		}
		fmt.Printf("mail: %s, %s\n", e.Aggregate, e.Kind)
		return nil
	}, sqlstore.RelayConfig{Now: func() time.Time { return now }})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := relay.Once(ctx); err != nil { // Run goes on until ctx ends
		log.Fatal(err)
	}
	for f, err := range townclerk.All(func(after string) (townclerk.Page[sqlstore.Failure], error) {
		return mail.Failures(ctx, after, 0)
	}) {
		switch {
		case err != nil:
			log.Fatal(err)
		case f.Behind != 0:
			fmt.Printf("event %d waits for %d\n", f.Event.Seq, f.Behind)
		default:
			fmt.Printf("event %d: %s; next at %s\n", f.Event.Seq, f.Error, f.Next.Format(time.TimeOnly))
		}
	}

	full, now = false, now.Add(10*time.Second)
	if _, err := relay.Once(ctx); err != nil {
		log.Fatal(err)
	}
	// Output:
	// mail: network, ticket.opened
	// event 1: the mailbox is full; next at 09:00:10
	// event 3 waits for 1
	// mail: printer, ticket.opened
	// mail: printer, ticket.closed
}
