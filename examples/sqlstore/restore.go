package sqlstore

import (
	"context"
	"encoding/json"
	"iter"
	"strings"

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
		if err := db.InTx(ctx, func(s Stores) error { return restoreAll(ctx, s, tenant, batch) }); err != nil {
			return err
		}
		for _, r := range batch {
			tell(r)
		}
	}
	return ctx.Err()
}

// restoreAll stores a batch: many tickets in a statement, or one at a time if the database
// refuses any of those.
func restoreAll(ctx context.Context, s Stores, tenant townclerk.Tenant, batch []Restored) error {
	many := &bulk{Store: s.Tickets(), s: s.session, tenant: tenant, known: map[string]bool{}, pending: map[string]bool{}}
	err := s.part(ctx, tenant, func(q querier) error {
		many.q = q
		if err := many.look(ctx, batch); err != nil {
			return err
		}
		for i := range batch {
			if r := &batch[i]; r.ID() != "" {
				r.Ticket, r.Became, r.Err = ticket.Restore(ctx, many, tenant, r.Record)
				if many.failed != nil {
					return many.failed
				}
			}
		}
		return many.flush(ctx)
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	for i := range batch {
		if r := &batch[i]; r.ID() != "" {
			r.Ticket, r.Became, r.Err = ticket.Restore(ctx, s.Tickets(), tenant, r.Record)
		}
	}
	return nil
}

// bulk is a store of tickets that stores those that are created later, many at once.
type bulk struct {
	ticket.Store
	s       *session
	q       querier
	tenant  townclerk.Tenant
	known   map[string]bool // ids that are there
	pending map[string]bool // ids of those that wait
	rows    []any           // what goes into the columns
	events  []townclerk.Event
	failed  error // of a flush: nothing more can be done
}

// Tickets returns the repository of tickets.
func (b *bulk) Tickets() townclerk.Repo[ticket.Ticket, ticket.Query] {
	return bulkTickets{b.Store.Tickets(), b}
}

type bulkTickets struct {
	townclerk.Repo[ticket.Ticket, ticket.Query]
	b *bulk
}

// Create stores a ticket later. One that needs a Number, or that holds what another may
// hold, or whose id is there, is stored now, after all before it.
func (r bulkTickets) Create(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events ...townclerk.Event) (ticket.Ticket, error) {
	b := r.b
	there := b.known[string(t.ID)] || b.pending[string(t.ID)]
	if there || t.Series != "" || t.Holds != "" || len(t.Number) > longest {
		if b.failed = b.flush(ctx); b.failed != nil {
			return ticket.Ticket{}, b.failed
		}
		return r.Repo.Create(ctx, tenant, t, events...)
	}
	body, err := json.Marshal(&t)
	if err != nil {
		return ticket.Ticket{}, err
	}
	b.rows = append(b.rows, tickets.row(b.s.dialect, string(tenant), &t, 1, t.Number, body)...)
	b.events = append(b.events, events...)
	b.pending[string(t.ID)] = true
	t = t.Clone()
	t.Version = 1
	return t, nil
}

// look finds out which tickets of a batch are there.
func (b *bulk) look(ctx context.Context, batch []Restored) error {
	var ids []ticket.ID
	for i := range batch {
		if id := batch[i].ID(); id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	w := &where{d: b.s.dialect}
	w.add("tenant = ?", string(b.tenant))
	w.add("id IN (?" + strings.Repeat(", ?", len(ids)-1) + ")")
	for _, id := range ids {
		w.args = append(w.args, string(id))
	}
	rows, err := b.q.QueryContext(ctx, w.d.bind(`SELECT id FROM tickets`+w.clause()), w.args...)
	return each(rows, err, func() error {
		var id string
		err := rows.Scan(&id)
		b.known[id] = true
		return err
	})
}

// flush stores what waits.
func (b *bulk) flush(ctx context.Context) error {
	n := len(b.pending)
	if n == 0 {
		return nil
	}
	first, err := ticketDomain.next(ctx, b.q, b.s.dialect, b.tenant, len(b.events))
	if err != nil {
		return err
	}
	if _, err := b.q.ExecContext(ctx, b.s.bind(tickets.insertMany(n)), b.rows...); err != nil {
		return err
	}
	if err := ticketDomain.record(ctx, b.q, b.s.dialect, b.tenant, first, b.events); err != nil {
		return err
	}
	clear(b.pending)
	b.rows, b.events = nil, nil
	return nil
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
