// Package sqlstore keeps what the domains of Townclerk store in PostgreSQL or in
// SQLite: the adapters of a municipality that has its data for decades. It is written in
// Go alone, and proven by each domain's CheckStore on both databases.
//
//	db, err := sqlstore.Open(ctx, "postgres:///townclerk") // or the path of a SQLite file
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	if err := db.Migrate(ctx); err != nil {
//		return err
//	}
//	desk := ticket.NewDesk(db.Tickets(), policy, ticket.Config{})
//
// # What is stored
//
// There is a table for each kind of aggregate. Its columns are what queries, sweeps and
// constraints look at; body is the whole aggregate, as encoding/json writes it, which is
// a promise of its package. What a domain recorded is in the table events, numbered for
// each tenant and domain without a hole; cursors says how far its consumers are, series
// which Numbers were given.
//
// # Writing
//
// The writes of one tenant take turns: each begins by locking the tenant's row, which
// has the counters of its events. That is what keeps the order of events from having
// holes although transactions overlap, and Numbers from having gaps; and since everybody
// locks that row first, writes do not end in deadlocks. Whoever claims or reads does not
// wait for it. Tenants do not wait for each other on PostgreSQL; on SQLite, one
// transaction writes at a time.
//
// A write that was acknowledged is on the disk: PostgreSQL's synchronous_commit is left
// as the server has it, and SQLite writes its log ahead with synchronous = FULL.
//
// # Telling others
//
// A [Consumer] is somebody who is to be told of the events of a domain, and a [Relay]
// tells: it hands each event to a function at least once, in the order of Seq.
//
//	mail, err := sqlstore.NewConsumer(db.Tickets(), "raanana", "mail")
//	if err != nil {
//		return err
//	}
//	relay, err := mail.Relay(func(ctx context.Context, e townclerk.Event) error {
//		return send(ctx, e)
//	}, sqlstore.RelayConfig{})
//	if err != nil {
//		return err
//	}
//	return relay.Run(ctx)
//
// Every program of the municipality may do so: one of them works, and another takes over
// when it ends or dies. What the function does not take is tried again later, and in the
// meantime is on the list that [Consumer.Failures] shows, with the later events of the
// same aggregate. Events that nobody will ever take are retried or discarded by hand.
//
// # When the database goes away
//
// A call that fails has stored nothing, and may be made again, with one exception: if the
// connection breaks between a write's COMMIT and the answer, nobody knows whether it was
// stored. Then the error wraps [ErrInDoubt]. Look before you act again: Get the aggregate,
// and compare its Version with the one that was read, or make the same call again with
// the same aggregate, which ends in a [townclerk.ConflictError] or in [townclerk.ErrExists] if
// the first was stored. Who does neither may open a ticket twice. A sweep needs no care: the
// next one finds what is still owed.
//
// A transaction that loses its connection earlier is begun again by itself, so a
// server that was started again is not noticed, but by calls that came while it was away:
// these fail at once. Where a server does not answer at all, a call ends at the latest
// five seconds after its context, and after some minute if that has no end. A [DB] need
// not be opened again. All this is about transactions of the stores' own; in one of the
// caller's, the caller has to see to it.
//
// A full disk is an error like any other: nothing of the write is stored, reading goes on,
// and so does writing when there is room again.
//
// # Backup and restore
//
// SQLite: [DB.Backup] writes a copy while others work, as does the program sqlite3 with
// VACUUM INTO. To restore one, stop the programs, put the copy in the place of the file,
// remove the files -wal and -shm beside it, and start them again.
//
// PostgreSQL: pg_dump and pg_restore, or pg_basebackup with the archive of its log for any
// instant. Row-level security holds for pg_dump as well, which refuses to leave rows out:
// it has to run as a superuser or a role with BYPASSRLS.
//
//	pg_dump --format=custom --file=town.dump townclerk
//	createdb townclerk && pg_restore --exit-on-error --dbname=townclerk town.dump
//
// After either, [DB.Migrate] brings a backup of an earlier release to this one's tables.
// [DB.Export] and [DB.Import] take one tenant with all that it has from any database to any
// other, as from a file to a server.
//
// # In somebody else's transaction
//
// [DB.WithTx] returns the same stores within a transaction that the caller began and
// will commit, so that the municipality's own tables commit along.
//
// # Tenants
//
// The tenant is in every key. On PostgreSQL, the tables also have row-level security,
// which holds for their owner, too: a connection sees the rows of the tenant
// that its transaction has named, and none if it has named none. The stores name it by
// themselves. Only superusers and roles with BYPASSRLS see everything, so the program
// should be neither.
package sqlstore
