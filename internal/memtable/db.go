// Package memtable keeps the aggregates of a domain in memory, with their
// events, as [townclerk.Repo] has it. It stands behind the MemStores: each says
// with a [Kind] what its aggregates are, and gets a [Table].
//
//	tickets := memtable.NewTable(memtable.Kind[Ticket, Query]{…})
//	db := memtable.New(tickets)
//
// The rows are go-memdb's. What it leaves to its callers is done here: copies,
// unique keys, and waiting for the one writer no longer than a context allows.
package memtable

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/go-memdb"

	"github.com/townclerk/townclerk"
)

// DB is tables that share their tenants' events. It is safe for concurrent use.
type DB struct {
	rows *memdb.MemDB

	// writer holds a token while somebody writes. go-memdb lets one write at a
	// time, too, but those who wait there do not heed their contexts.
	writer chan struct{}
	last   map[townclerk.Tenant]townclerk.Seq // of its events; belongs to the writer

	mu      sync.Mutex
	cursors map[consumer]townclerk.Seq
}

type consumer struct {
	tenant townclerk.Tenant
	name   string
}

// table is a [Table] of any kind.
type table interface {
	schema() *memdb.TableSchema
	join(*DB)
}

// New returns an empty DB with these tables, each of which belongs to it alone.
// It panics if two have one name.
func New(tables ...table) *DB {
	schema := &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{
		events: {Name: events, Indexes: map[string]*memdb.IndexSchema{
			"id": {Name: "id", Unique: true, Indexer: index(0)},
		}},
	}}
	for _, t := range tables {
		s := t.schema()
		if schema.Tables[s.Name] != nil {
			panic(fmt.Sprintf("memtable: two tables are named %q", s.Name))
		}
		schema.Tables[s.Name] = s
	}
	rows, err := memdb.NewMemDB(schema)
	if err != nil {
		panic(fmt.Sprintf("memtable: %v", err))
	}
	db := &DB{
		// Nobody watches the rows, and a snapshot does not keep account of whom to tell.
		rows:    rows.Snapshot(),
		writer:  make(chan struct{}, 1),
		last:    map[townclerk.Tenant]townclerk.Seq{},
		cursors: map[consumer]townclerk.Seq{},
	}
	for _, t := range tables {
		t.join(db)
	}
	return db
}

// lock waits until nobody else writes, or the context ends.
func (db *DB) lock(ctx context.Context) error {
	select {
	case db.writer <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	// Where both were possible, select took either.
	if err := ctx.Err(); err != nil {
		db.unlock()
		return err
	}
	return nil
}

func (db *DB) unlock() { <-db.writer }

// events is the name of the table of events. No domain has one of that name.
const events = "\x00events"

// batch is the events that were recorded in one call. It is a row of its own, for
// they come and go together.
type batch struct {
	place  Key // of the last
	events []townclerk.Event
}

func (b *batch) key(int) []byte { return b.place }

// record adds the events to what the transaction writes, with the tenant's next
// Seqs, and returns the last. It keeps the slice. The caller is the writer.
func (db *DB) record(txn *memdb.Txn, tenant townclerk.Tenant, list []townclerk.Event) (townclerk.Seq, error) {
	last := db.last[tenant]
	if len(list) == 0 {
		return last, nil
	}
	for i := range list {
		last++
		list[i].Seq = last
	}
	return last, txn.Insert(events, &batch{Key(nil).tenant(tenant).integer(int64(last)), list})
}

// Events returns the tenant's events above after, at most limit of them.
func (db *DB) Events(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("events of %q: %w", tenant, err)
	}
	if limit < 0 {
		return nil, fmt.Errorf("events of %q: a limit of %d is negative", tenant, limit)
	}
	of := Key(nil).tenant(tenant)
	// This batch may end with the event that the reader already has.
	batches, err := db.rows.Txn(false).LowerBound(events, "id", of.integer(int64(after)))
	if err != nil {
		return nil, fmt.Errorf("events of %q: %w", tenant, err)
	}
	var list []townclerk.Event
	for len(list) < limit {
		b, ok := batches.Next().(*batch)
		if !ok || !bytes.HasPrefix(b.place, of) {
			break
		}
		for _, e := range b.events {
			if e.Seq > after && len(list) < limit {
				list = append(list, e)
			}
		}
	}
	return copyEvents(list), nil
}

// copyEvents changes the slice so that it shares nothing with what it was copied from.
func copyEvents(list []townclerk.Event) []townclerk.Event {
	for i := range list {
		list[i].Data = bytes.Clone(list[i].Data)
	}
	return list
}

// Cursor returns the Seq that the consumer of that name has dealt with; 0 if none.
func (db *DB) Cursor(ctx context.Context, tenant townclerk.Tenant, name string) (townclerk.Seq, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("cursor of %q: %w", name, err)
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.cursors[consumer{tenant, name}], nil
}

// SetCursor stores what Cursor returns, unless it would go back.
func (db *DB) SetCursor(ctx context.Context, tenant townclerk.Tenant, name string, seq townclerk.Seq) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("cursor of %q: %w", name, err)
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	c := consumer{tenant, name}
	db.cursors[c] = max(db.cursors[c], seq)
	return nil
}

// keyed is a row, which knows its key in each index of its table; nil where it is
// not in the index.
type keyed interface{ key(index int) []byte }

// index is an index of go-memdb, by its number in the table.
type index int

// FromObject returns the key of a row.
func (i index) FromObject(row any) (bool, []byte, error) {
	key := row.(keyed).key(int(i))
	return key != nil, key, nil
}

// FromArgs takes a Key.
func (i index) FromArgs(args ...any) ([]byte, error) {
	if len(args) == 1 {
		if key, ok := args[0].(Key); ok {
			return key, nil
		}
	}
	return nil, fmt.Errorf("%v is not a key", args)
}

// manyKeyed is a row that an index may have under several keys.
type manyKeyed interface{ manyKeys(index int) [][]byte }

// manyIndex is an [index] in which a row may have several keys, or none.
type manyIndex int

// FromObject returns the keys of a row.
func (i manyIndex) FromObject(row any) (bool, [][]byte, error) {
	keys := row.(manyKeyed).manyKeys(int(i))
	return len(keys) > 0, keys, nil
}

// FromArgs takes a Key.
func (i manyIndex) FromArgs(args ...any) ([]byte, error) { return index(i).FromArgs(args...) }
