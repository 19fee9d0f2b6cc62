package sqlstore

import (
	"context"
	"iter"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/ticket"
)

// Restored is what became of a ticket of an export or an import.
type Restored struct {
	ticket.Record
	Ticket ticket.Ticket // as it is stored; zero if it is not
	Became ticket.Restored
	Err    error // why it is not
}

// perTransaction is how many tickets are stored in a transaction: enough that waiting for
// the disk does not count, and few enough that others do not wait long.
const perTransaction = 100

// RestoreTickets stores the tickets of an export or of another system's log, as
// [ticket.Restore] does, a hundred in each transaction, and reads on meanwhile. It tells
// of each, in their order, once that is committed. A record that is an error or that cannot
// be stored does not keep it from the others. If the context ends or the database goes
// away, the error says so; then what it did not tell of is not stored, and it may be
// done again.
func (db *DB) RestoreTickets(ctx context.Context, tenant townclerk.Tenant, records iter.Seq2[ticket.Record, error], tell func(Restored)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // and the reading with it
	batches := readAhead(ctx, records)
	for batch := range batches {
		err := db.InTx(ctx, func(s Stores) error {
			for i := range batch {
				restore(ctx, s.Tickets(), tenant, &batch[i])
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, r := range batch {
			tell(r)
		}
	}
	return ctx.Err()
}

// restore stores a ticket, unless it could not be read.
func restore(ctx context.Context, s ticket.Store, tenant townclerk.Tenant, r *Restored) {
	if r.ID() != "" {
		r.Ticket, r.Became, r.Err = ticket.Restore(ctx, s, tenant, r.Record)
	}
}

// ID returns that of the ticket; empty if it could not be read.
func (r *Restored) ID() ticket.ID { return r.Record.Ticket.ID }

// readAhead reads records while others are being stored.
func readAhead(ctx context.Context, records iter.Seq2[ticket.Record, error]) <-chan []Restored {
	batches := make(chan []Restored, 1)
	go func() {
		defer close(batches)
		var batch []Restored
		send := func() bool {
			select {
			case batches <- batch:
				batch = nil
				return true
			case <-ctx.Done():
				return false
			}
		}
		for r, err := range records {
			if err != nil {
				r = ticket.Record{}
			}
			if batch = append(batch, Restored{Record: r, Err: err}); len(batch) == perTransaction && !send() {
				return
			}
		}
		if len(batch) > 0 {
			send()
		}
	}()
	return batches
}
