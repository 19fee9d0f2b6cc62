package ticket_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/ticket"
)

// Two people read one ticket, and both write it. The second is told, and loses
// nothing of what the first wrote.
func ExampleNewMemStore() {
	ctx := context.Background()
	store := ticket.NewMemStore()
	tickets := store.Tickets()
	opened := time.Date(2026, 6, 11, 13, 25, 0, 0, time.UTC)
	t, err := tickets.Create(ctx, "raanana", ticket.Ticket{
		ID: "0197", Series: "2026", State: ticket.New, Opened: opened, Subject: "the large plotter jams",
	}, townclerk.Event{Aggregate: "0197", Kind: "ticket.opened", At: opened, Recorded: opened, Actor: "desk-2"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.Number, t.Version)

	hers, his := t, t
	hers.Handler = "dana"
	_, err = tickets.Put(ctx, "raanana", hers)
	fmt.Println(err)
	his.Handler = "avi"
	_, err = tickets.Put(ctx, "raanana", his)
	fmt.Println(err, errors.Is(err, townclerk.ErrConflict))

	events, err := store.Events(ctx, "raanana", 0, 100)
	fmt.Println(events[0].Seq, events[0].Kind, err)
	// Output:
	// 2026-000001 1
	// <nil>
	// ticket 0197: version 1 was read, version 2 is stored: changed since it was read true
	// 1 ticket.opened <nil>
}

// A store of one's own is tried in a few lines. This one forgets that tickets
// belong to tenants.
func ExampleCheckStore() {
	open := func(context.Context) (ticket.Store, func() error, error) {
		return forgetful{ticket.NewMemStore()}, func() error { return nil }, nil
	}
	fmt.Println(ticket.CheckStore(context.Background(), open))
	// Output:
	// outbox tenants: Cursor of another tenant's consumer: 5, <nil>; want 0
}

type forgetful struct{ ticket.Store }

func (f forgetful) Cursor(ctx context.Context, _ townclerk.Tenant, consumer string) (townclerk.Seq, error) {
	return f.Store.Cursor(ctx, "town", consumer)
}
