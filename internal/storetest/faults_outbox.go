package storetest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
)

// addWriting adds a fault of how a Repo records events.
func (cat *catalogue[S, T, Q]) addWriting(name, rule string, harm func(*faulty[S, T, Q])) {
	cat.add(name, rule, harm)
	cat.list[len(cat.list)-1].outbox = true
}

// addOutbox adds a fault of what all Repos share.
func (cat *catalogue[S, T, Q]) addOutbox(name, rule string, harm func(*faulty[S, T, Q])) {
	cat.addWriting(name, rule, harm)
	cat.list[len(cat.list)-1].once = true
}

// addEvents adds a fault of Events.
func (cat *catalogue[S, T, Q]) addEvents(name, rule string, events func(f *faulty[S, T, Q], ctx c, of tenant, after seq, limit int) ([]event, error)) {
	cat.addOutbox(name, rule, func(f *faulty[S, T, Q]) {
		f.events = func(ctx c, of tenant, after seq, limit int) ([]event, error) { return events(f, ctx, of, after, limit) }
	})
}

func (cat *catalogue[S, T, Q]) outbox() {
	cat.addEvents("holes between events", "events", func(f *faulty[S, T, Q], ctx c, of tenant, after seq, limit int) ([]event, error) {
		list, err := f.log.Events(ctx, of, (after+1)/2, limit)
		for i := range list {
			list[i].Seq = 2*list[i].Seq - 1
		}
		return list, err
	})
	cat.addEvents("events in another order", "events", func(f *faulty[S, T, Q], ctx c, of tenant, after seq, limit int) ([]event, error) {
		list, err := f.log.Events(ctx, of, after, limit)
		slices.Reverse(list)
		return list, err
	})
	cat.addEvents("more events than asked for", "events", func(f *faulty[S, T, Q], ctx c, of tenant, after seq, limit int) ([]event, error) {
		return f.log.Events(ctx, of, after, limit+1)
	})
	cat.addEvents("the event at the cursor comes again", "events", func(f *faulty[S, T, Q], ctx c, of tenant, after seq, limit int) ([]event, error) {
		if limit < 100 {
			after--
		}
		return f.log.Events(ctx, of, after, limit)
	})
	cat.addWriting("the caller's event is given its Seq", "events", func(f *faulty[S, T, Q]) {
		f.creates = true
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			got, err := next(ctx, of, t, events...)
			for i := range events {
				events[i].Seq = 1
			}
			return got, err
		}
	})
	cat.addWriting("a late Seq", "late seq", late[S, T, Q])
	cat.addEvents("events to the second", "outbox time", func(f *faulty[S, T, Q], ctx c, of tenant, after seq, limit int) ([]event, error) {
		list, err := f.log.Events(ctx, of, after, limit)
		for i := range list {
			list[i].Recorded = list[i].Recorded.Truncate(time.Second)
		}
		return list, err
	})
	cat.addEvents("an actor in seven bits", "outbox text", func(f *faulty[S, T, Q], ctx c, of tenant, after seq, limit int) ([]event, error) {
		list, err := f.log.Events(ctx, of, after, limit)
		for i := range list {
			for _, b := range []byte(list[i].Actor) {
				if b > 0x7f {
					list[i].Actor = "?"
				}
			}
		}
		return list, err
	})
	cat.addEvents("the end of a context is not named by Events", "outbox context", func(f *faulty[S, T, Q], ctx c, of tenant, after seq, limit int) ([]event, error) {
		list, err := f.log.Events(ctx, of, after, limit)
		if err != nil {
			err = errors.New("interrupted")
		}
		return list, err
	})
	cat.addEvents("events across tenants", "outbox tenants", func(f *faulty[S, T, Q], ctx c, of tenant, after seq, limit int) ([]event, error) {
		if of == "other" {
			of = "town"
		}
		return f.log.Events(ctx, of, after, limit)
	})
	cat.addOutbox("Events returns what is stored", "outbox copies", func(f *faulty[S, T, Q]) {
		kept := map[tenant]map[seq][]byte{}
		f.events = func(ctx c, of tenant, after seq, limit int) ([]event, error) {
			list, err := f.log.Events(ctx, of, after, limit)
			f.with(func() {
				if kept[of] == nil {
					kept[of] = map[seq][]byte{}
				}
				for i := range list {
					if kept[of][list[i].Seq] == nil {
						kept[of][list[i].Seq] = list[i].Data
					}
					list[i].Data = kept[of][list[i].Seq]
				}
			})
			return list, err
		}
	})
	cat.addWriting("a write keeps the caller's Data", "outbox copies", func(f *faulty[S, T, Q]) {
		kept := map[string][]byte{}
		f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
			got, err := next(ctx, of, t, events...)
			if err == nil && len(events) == 1 {
				f.with(func() { kept[at(of, events[0].Aggregate)+" "+events[0].Kind] = events[0].Data })
			}
			return got, err
		}
		f.events = func(ctx c, of tenant, after seq, limit int) ([]event, error) {
			list, err := f.log.Events(ctx, of, after, limit)
			f.with(func() {
				for i := range list {
					if data, ok := kept[at(of, list[i].Aggregate)+" "+list[i].Kind]; ok {
						list[i].Data = slices.Clone(data)
					}
				}
			})
			return list, err
		}
	})
	cat.cursors()
}

// late has the Seq drawn when a write begins, and the event there when it ends, which
// takes until somebody has read what was recorded meanwhile, if anybody does.
func late[S townclerk.Outbox, T, Q any](f *faulty[S, T, Q]) {
	begun, hidden, read := 0, map[seq]bool{}, seq(0)
	f.write = func(next writing[T], ctx c, of tenant, t T, events []event) (T, error) {
		var seqs []seq
		f.mu.Lock()
		begun++
		late := begun%2 == 0 && len(events) == 2
		got, err := next(ctx, of, t, events...)
		if late && err == nil {
			list, _ := f.log.Events(context.WithoutCancel(ctx), of, 0, 100_000)
			for _, e := range list {
				if e.Aggregate == f.ID(&t) {
					seqs = append(seqs, e.Seq)
					hidden[e.Seq] = true
				}
			}
		}
		f.mu.Unlock()
		if late {
			for n := 0; n < 20 && late; n++ {
				time.Sleep(time.Millisecond)
				f.with(func() { late = len(seqs) > 0 && read < seqs[0] })
			}
			f.with(func() {
				for _, seq := range seqs {
					delete(hidden, seq)
				}
			})
		}
		return got, err
	}
	f.events = func(ctx c, of tenant, after seq, limit int) ([]event, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		list, err := f.log.Events(ctx, of, after, limit)
		list = slices.DeleteFunc(list, func(e event) bool { return hidden[e.Seq] })
		if of == "town" && len(list) > 0 {
			read = max(read, list[len(list)-1].Seq)
		}
		return list, err
	}
}

func (cat *catalogue[S, T, Q]) cursors() {
	cat.addOutbox("a cursor goes back", "cursors", func(f *faulty[S, T, Q]) {
		cursors := map[string]seq{}
		f.set = func(ctx c, of tenant, consumer string, to seq) error {
			err := f.log.SetCursor(ctx, of, consumer, to)
			if err == nil {
				f.with(func() { cursors[at(of, consumer)] = to })
			}
			return err
		}
		f.cursor = func(ctx c, of tenant, consumer string) (to seq, err error) {
			to, err = f.log.Cursor(ctx, of, consumer)
			f.with(func() {
				if set, ok := cursors[at(of, consumer)]; ok && err == nil {
					to = set
				}
			})
			return to, err
		}
	})
	cat.addOutbox("one cursor for all consumers", "cursors", func(f *faulty[S, T, Q]) {
		f.cursor = func(ctx c, of tenant, _ string) (seq, error) { return f.log.Cursor(ctx, of, "reports") }
	})
	cat.addOutbox("an unknown consumer is an error", "cursors", func(f *faulty[S, T, Q]) {
		f.cursor = func(ctx c, of tenant, consumer string) (seq, error) {
			to, err := f.log.Cursor(ctx, of, consumer)
			if to == 0 && err == nil && of == "town" {
				err = townclerk.ErrNotFound
			}
			return to, err
		}
	})
	cat.addOutbox("one cursor for all tenants", "outbox tenants", func(f *faulty[S, T, Q]) {
		f.cursor = func(ctx c, _ tenant, consumer string) (seq, error) { return f.log.Cursor(ctx, "town", consumer) }
		f.set = func(ctx c, _ tenant, consumer string, to seq) error {
			return f.log.SetCursor(ctx, "town", consumer, to)
		}
	})
	cat.addOutbox("a cursor is set though the context has ended", "outbox context", func(f *faulty[S, T, Q]) {
		f.set = func(ctx c, of tenant, consumer string, to seq) error {
			return errors.Join(f.log.SetCursor(context.WithoutCancel(ctx), of, consumer, to), ctx.Err())
		}
	})
}
