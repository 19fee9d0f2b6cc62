package ticket_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/ticket"
)

// faulty is a sound store of which some methods are replaced.
type faulty struct {
	ticket.Store
	townclerk.Repo[ticket.Ticket, ticket.Query]
	mu sync.Mutex // for the faults

	write   func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error)
	put     func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error)
	get     func(ctx context.Context, tenant townclerk.Tenant, id string) (ticket.Ticket, error)
	list    func(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (townclerk.Page[ticket.Ticket], error)
	claim   func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error)
	events  func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error)
	cursor  func(ctx context.Context, tenant townclerk.Tenant, consumer string) (townclerk.Seq, error)
	set     func(ctx context.Context, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error
	out     func(ticket.Ticket) ticket.Ticket // changes what Create, Put, Get, List and Claim return
	creates bool                              // write is of Create only
}

// writing is Create or Put.
type writing = func(context.Context, townclerk.Tenant, ticket.Ticket, ...townclerk.Event) (ticket.Ticket, error)

func (f *faulty) Tickets() townclerk.Repo[ticket.Ticket, ticket.Query] { return f }

func (f *faulty) leaving(t ticket.Ticket, err error) (ticket.Ticket, error) {
	if f.out != nil && err == nil {
		t = f.out(t)
	}
	return t, err
}

func (f *faulty) Create(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events ...townclerk.Event) (ticket.Ticket, error) {
	if f.write != nil {
		return f.leaving(f.write(f.Repo.Create, ctx, tenant, t, events))
	}
	return f.leaving(f.Repo.Create(ctx, tenant, t, events...))
}

func (f *faulty) Put(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events ...townclerk.Event) (ticket.Ticket, error) {
	if f.put != nil {
		return f.leaving(f.put(ctx, tenant, t, events))
	}
	if f.write != nil && !f.creates {
		return f.leaving(f.write(f.Repo.Put, ctx, tenant, t, events))
	}
	return f.leaving(f.Repo.Put(ctx, tenant, t, events...))
}

func (f *faulty) Get(ctx context.Context, tenant townclerk.Tenant, id string) (ticket.Ticket, error) {
	if f.get != nil {
		return f.leaving(f.get(ctx, tenant, id))
	}
	return f.leaving(f.Repo.Get(ctx, tenant, id))
}

func (f *faulty) List(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (page townclerk.Page[ticket.Ticket], err error) {
	if f.list != nil {
		page, err = f.list(ctx, tenant, q)
	} else {
		page, err = f.Repo.List(ctx, tenant, q)
	}
	for i := range page.Items {
		page.Items[i], _ = f.leaving(page.Items[i], nil)
	}
	return page, err
}

func (f *faulty) Claim(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) (list []ticket.Ticket, err error) {
	if f.claim != nil {
		list, err = f.claim(ctx, tenant, now, until, limit)
	} else {
		list, err = f.Repo.Claim(ctx, tenant, now, until, limit)
	}
	for i := range list {
		list[i], _ = f.leaving(list[i], nil)
	}
	return list, err
}

func (f *faulty) Events(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
	if f.events != nil {
		return f.events(ctx, tenant, after, limit)
	}
	return f.Store.Events(ctx, tenant, after, limit)
}

func (f *faulty) Cursor(ctx context.Context, tenant townclerk.Tenant, consumer string) (townclerk.Seq, error) {
	if f.cursor != nil {
		return f.cursor(ctx, tenant, consumer)
	}
	return f.Store.Cursor(ctx, tenant, consumer)
}

func (f *faulty) SetCursor(ctx context.Context, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error {
	if f.set != nil {
		return f.set(ctx, tenant, consumer, seq)
	}
	return f.Store.SetCursor(ctx, tenant, consumer, seq)
}

// all is everything that the sound store has for a tenant.
func (f *faulty) all(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) ([]ticket.Ticket, error) {
	q.After, q.Limit = "", 100_000
	page, err := f.Repo.List(ctx, tenant, q)
	return page.Items, err
}

// faults are mistakes that stores have been known to make, and the one rule that
// each of them breaks.
var faults = []struct {
	name, rule string
	harm       func(*faulty)
}{
	{"Create keeps the caller's Version", "create", func(f *faulty) {
		kept := map[ticket.ID]int64{}
		f.creates = true
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := next(ctx, tenant, t, events...)
			if t.Version != 0 && err == nil {
				f.with(func() { kept[t.ID] = t.Version })
			}
			return got, err
		}
		f.out = func(t ticket.Ticket) ticket.Ticket {
			f.with(func() {
				if v, ok := kept[t.ID]; ok && t.Version == 1 {
					t.Version = v
				}
			})
			return t
		}
	}},
	{"a field is forgotten", "create", func(f *faulty) {
		f.out = func(t ticket.Ticket) ticket.Ticket { t.Unit = ""; return t }
	}},
	{"Create replaces what has the id", "id taken", func(f *faulty) {
		f.creates = true
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := next(ctx, tenant, t, events...)
			if stored, missing := f.Repo.Get(ctx, tenant, string(t.ID)); errors.Is(err, townclerk.ErrExists) && ctx.Err() == nil && missing == nil {
				t.Version = stored.Version
				return f.Repo.Put(ctx, tenant, t, events...)
			}
			return got, err
		}
	}},
	{"an id that is taken is another error", "id taken", func(f *faulty) {
		f.creates = true
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := next(ctx, tenant, t, events...)
			if _, missing := f.Repo.Get(ctx, tenant, string(t.ID)); errors.Is(err, townclerk.ErrExists) && missing == nil {
				err = errors.New("UNIQUE constraint failed: tickets.id")
			}
			return got, err
		}
	}},
	{"several hold what only one may", "unique keys", func(f *faulty) {
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			if t.Holds != "" {
				t.Holds += "\x00" + string(t.ID)
			}
			return next(ctx, tenant, t, events...)
		}
		f.out = func(t ticket.Ticket) ticket.Ticket {
			t.Holds, _, _ = strings.Cut(t.Holds, "\x00")
			return t
		}
	}},
	{"what another holds is another error", "unique keys", func(f *faulty) {
		f.creates = true
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := next(ctx, tenant, t, events...)
			if _, missing := f.Repo.Get(ctx, tenant, string(t.ID)); errors.Is(err, townclerk.ErrExists) && missing != nil {
				err = errors.New("UNIQUE constraint failed: tickets.holds")
			}
			return got, err
		}
	}},
	{"Put forgets a field", "put", func(f *faulty) {
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			t.Unit = ""
			return f.Repo.Put(ctx, tenant, t, events...)
		}
	}},
	{"Put leaves what is empty as it was", "put", func(f *faulty) {
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			if old, err := f.Repo.Get(ctx, tenant, string(t.ID)); err == nil && t.Treatment == "" {
				t.Treatment = old.Treatment
			}
			return f.Repo.Put(ctx, tenant, t, events...)
		}
	}},
	{"no version check", "version", func(f *faulty) {
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			for {
				got, err := f.Repo.Put(ctx, tenant, t, events...)
				conflict := (*townclerk.ConflictError)(nil)
				if !errors.As(err, &conflict) {
					return got, err
				}
				t.Version = conflict.Have
			}
		}
	}},
	{"the version is checked before the transaction", "version", func(f *faulty) {
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			old, err := f.Repo.Get(ctx, tenant, string(t.ID))
			if err != nil {
				return t, err
			}
			if old.Version != t.Version {
				return t, &townclerk.ConflictError{ID: string(t.ID), Have: old.Version, Want: t.Version}
			}
			time.Sleep(time.Millisecond) // and meanwhile others do the same
			for {
				got, err := f.Repo.Put(ctx, tenant, t, events...)
				conflict := (*townclerk.ConflictError)(nil)
				if !errors.As(err, &conflict) {
					return got, err
				}
				t.Version = conflict.Have
			}
		}
	}},
	{"a conflict does not say what is stored", "version", func(f *faulty) {
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := f.Repo.Put(ctx, tenant, t, events...)
			if errors.Is(err, townclerk.ErrConflict) {
				err = &townclerk.ConflictError{ID: string(t.ID), Want: t.Version}
			}
			return got, err
		}
	}},
	{"Get of what is not there returns an empty ticket", "not found", func(f *faulty) {
		f.get = func(ctx context.Context, tenant townclerk.Tenant, id string) (ticket.Ticket, error) {
			got, err := f.Repo.Get(ctx, tenant, id)
			if errors.Is(err, townclerk.ErrNotFound) && tenant == "town" && strings.HasPrefix(id, "sample-00") && len(id) > 10 {
				err = nil
			}
			return got, err
		}
	}},
	{"Put makes what is not there", "not found", func(f *faulty) {
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := f.Repo.Put(ctx, tenant, t, events...)
			if errors.Is(err, townclerk.ErrNotFound) && t.Version == 0 {
				return f.Repo.Create(ctx, tenant, t, events...)
			}
			return got, err
		}
	}},
	{"Create keeps the caller's map", "copies", func(f *faulty) { shared(f, "create") }},
	{"Put keeps the caller's map", "copies", func(f *faulty) { shared(f, "put") }},
	{"what is read twice is one value", "copies", func(f *faulty) {
		f.get = cached(f, f.Repo.Get)
	}},
	{"List returns what is stored", "copies", func(f *faulty) {
		get := cached(f, f.Repo.Get)
		f.list = func(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (townclerk.Page[ticket.Ticket], error) {
			page, err := f.Repo.List(ctx, tenant, q)
			for i := range page.Items {
				page.Items[i], err = get(ctx, tenant, string(page.Items[i].ID))
			}
			return page, err
		}
	}},
	{"Claim returns what is stored", "copies", func(f *faulty) {
		get := cached(f, f.Repo.Get)
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			list, err := f.Repo.Claim(ctx, tenant, now, until, limit)
			for i := range list {
				list[i], err = get(ctx, tenant, string(list[i].ID))
			}
			return list, err
		}
	}},
	{"Events returns what is stored", "copies", func(f *faulty) {
		kept := map[string][]byte{}
		f.events = func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
			list, err := f.Store.Events(ctx, tenant, after, limit)
			f.with(func() {
				for i := range list {
					key := fmt.Sprint(tenant, list[i].Seq)
					if kept[key] == nil {
						kept[key] = list[i].Data
					}
					list[i].Data = kept[key]
				}
			})
			return list, err
		}
	}},
	{"text is cut off", "text", func(f *faulty) {
		f.out = func(t ticket.Ticket) ticket.Ticket { t.Text = t.Text[:min(len(t.Text), 8000)]; return t }
	}},
	{"text in one code page", "text", func(f *faulty) {
		f.out = func(t ticket.Ticket) ticket.Ticket {
			for i := range t.Stages {
				t.Stages[i].Treatment = strings.Map(func(r rune) rune {
					if r > 0x6ff {
						return '?'
					}
					return r
				}, t.Stages[i].Treatment)
			}
			return t
		}
	}},
	{"spaces are trimmed", "text", func(f *faulty) {
		f.out = func(t ticket.Ticket) ticket.Ticket { t.Subject = strings.TrimSpace(t.Subject); return t }
	}},
	{"milliseconds", "time", func(f *faulty) {
		f.out = func(t ticket.Ticket) ticket.Ticket {
			for i := range t.Log {
				t.Log[i].At = t.Log[i].At.Truncate(time.Millisecond)
			}
			return t
		}
	}},
	{"instants in a zone", "time", func(f *faulty) {
		zone := time.FixedZone("IST", 2*3600)
		f.out = func(t ticket.Ticket) ticket.Ticket { t.Closed = t.Closed.In(zone); return t }
	}},
	{"the zero instant is 1970", "time", func(f *faulty) {
		f.out = func(t ticket.Ticket) ticket.Ticket {
			if t.Informed.IsZero() && t.Text != "" {
				t.Informed = time.Unix(0, 0).UTC()
			}
			return t
		}
	}},
	{"nanoseconds since 1970, which end in 2262", "time", func(f *faulty) {
		f.out = func(t ticket.Ticket) ticket.Ticket {
			for i := range t.Work {
				if !t.Work[i].At.IsZero() {
					t.Work[i].At = time.Unix(0, t.Work[i].At.UnixNano()).UTC()
				}
			}
			return t
		}
	}},
	{"an event's instant to the second", "time", func(f *faulty) {
		f.events = func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
			list, err := f.Store.Events(ctx, tenant, after, limit)
			for i := range list {
				list[i].Recorded = list[i].Recorded.Truncate(time.Second)
			}
			return list, err
		}
	}},
	{"events are recorded before the transaction", "all or nothing", func(f *faulty) { journal(f) }},
	{"events are recorded if all went well, but a stale Put", "all or nothing", func(f *faulty) {
		events := journal(f)
		write := f.write
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, list []townclerk.Event) (ticket.Ticket, error) {
			var before int
			f.with(func() { before = len(events[tenant]) })
			got, err := write(next, ctx, tenant, t, list)
			if err != nil && !errors.Is(err, townclerk.ErrConflict) {
				f.with(func() { events[tenant] = events[tenant][:before] })
			}
			return got, err
		}
	}},
	{"events are lost", "all or nothing", func(f *faulty) {
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			if len(events) == 2 {
				events = events[:1]
			}
			return f.Repo.Put(ctx, tenant, t, events...)
		}
	}},
	{"a context is not heeded", "context", func(f *faulty) {
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			return f.Repo.Put(context.WithoutCancel(ctx), tenant, t, events...)
		}
	}},
	{"a context's end is not named", "context", func(f *faulty) {
		f.events = func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
			list, err := f.Store.Events(ctx, tenant, after, limit)
			if err != nil {
				err = errors.New("interrupted")
			}
			return list, err
		}
	}},
	{"a claim is made though the context has ended", "context", func(f *faulty) {
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			list, err := f.Repo.Claim(context.WithoutCancel(ctx), tenant, now, until, limit)
			return list, errors.Join(err, ctx.Err())
		}
	}},
	{"a list across tenants", "tenants", func(f *faulty) {
		var tenants []townclerk.Tenant
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			f.with(func() {
				if !slices.Contains(tenants, tenant) {
					tenants = append(tenants, tenant)
				}
			})
			return next(ctx, tenant, t, events...)
		}
		f.list = func(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (townclerk.Page[ticket.Ticket], error) {
			page, err := f.Repo.List(ctx, tenant, q)
			var all []townclerk.Tenant
			f.with(func() { all = slices.Clone(tenants) })
			for _, another := range all {
				if another != tenant && page.Next == "" && err == nil {
					more, _ := f.all(ctx, another, q)
					page.Items = append(page.Items, more...)
				}
			}
			return page, err
		}
	}},
	{"Get finds any tenant's", "tenants", func(f *faulty) {
		f.get = func(ctx context.Context, tenant townclerk.Tenant, id string) (ticket.Ticket, error) {
			got, err := f.Repo.Get(ctx, tenant, id)
			if errors.Is(err, townclerk.ErrNotFound) && tenant == "other" {
				return f.Repo.Get(ctx, "town", id)
			}
			return got, err
		}
	}},
	{"Put finds any tenant's", "tenants", func(f *faulty) {
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := f.Repo.Put(ctx, tenant, t, events...)
			if errors.Is(err, townclerk.ErrNotFound) && tenant == "other" {
				return f.Repo.Put(ctx, "town", t, events...)
			}
			return got, err
		}
	}},
	{"a claim across tenants", "tenants", func(f *faulty) {
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			list, err := f.Repo.Claim(ctx, tenant, now, until, limit)
			if tenant == "other" && err == nil {
				more, _ := f.Repo.Claim(ctx, "town", now, until, limit)
				list = append(list, more...)
			}
			return list, err
		}
	}},
	{"events across tenants", "tenants", func(f *faulty) {
		f.events = func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
			if tenant == "other" {
				tenant = "town"
			}
			return f.Store.Events(ctx, tenant, after, limit)
		}
	}},
	{"one cursor for all tenants", "tenants", func(f *faulty) {
		f.cursor = func(ctx context.Context, _ townclerk.Tenant, consumer string) (townclerk.Seq, error) {
			return f.Store.Cursor(ctx, "town", consumer)
		}
		f.set = func(ctx context.Context, _ townclerk.Tenant, consumer string, seq townclerk.Seq) error {
			return f.Store.SetCursor(ctx, "town", consumer, seq)
		}
	}},
	{"an id is taken for all tenants", "tenants", func(f *faulty) {
		f.creates = true
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			if tenant == "other" {
				if _, err := f.Repo.Get(ctx, "town", string(t.ID)); err == nil {
					return t, townclerk.ErrExists
				}
			}
			return next(ctx, tenant, t, events...)
		}
	}},
	{"tenant and id are one key", "tenants", func(f *faulty) {
		keys := map[string]bool{}
		f.creates = true
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			key := string(tenant) + ":" + string(t.ID)
			var taken bool
			f.with(func() { taken = keys[key] })
			if taken {
				return t, townclerk.ErrExists
			}
			got, err := next(ctx, tenant, t, events...)
			if err == nil {
				f.with(func() { keys[key] = true })
			}
			return got, err
		}
	}},
	{"a number is spent on what fails", "numbers", func(f *faulty) {
		n := 0
		f.creates = true
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := next(ctx, tenant, t, events...)
			if err != nil && t.Series != "" {
				f.with(func() { n++ })
				_, _ = f.Repo.Create(context.WithoutCancel(ctx), tenant, ticket.Ticket{ID: ticket.ID(fmt.Sprint("spent ", n)), Series: t.Series})
			}
			return got, err
		}
	}},
	{"two series count together", "numbers", func(f *faulty) {
		f.out = func(t ticket.Ticket) ticket.Ticket {
			t.Number = strings.Replace(t.Number, "2027-", "2026-", 1)
			return t
		}
	}},
	{"Put stores the caller's number", "numbers", func(f *faulty) {
		numbers := map[ticket.ID]string{}
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := f.Repo.Put(ctx, tenant, t, events...)
			if err == nil && t.Series == "2028" {
				f.with(func() { numbers[t.ID] = t.Number })
			}
			return got, err
		}
		f.out = func(t ticket.Ticket) ticket.Ticket {
			f.with(func() {
				if number, ok := numbers[t.ID]; ok {
					t.Number = number
				}
			})
			return t
		}
	}},
	{"the highest number is read before the transaction", "numbers", func(f *faulty) {
		numbers, given := map[ticket.ID]string{}, 0
		f.creates = true
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			var n int
			f.with(func() { n = given + 1 })
			got, err := next(ctx, tenant, t, events...)
			if t.Series == "many" && err == nil {
				time.Sleep(time.Millisecond)
				f.with(func() { numbers[t.ID] = fmt.Sprintf("many-%06d", n); given = n })
			}
			return got, err
		}
		f.out = func(t ticket.Ticket) ticket.Ticket {
			f.with(func() {
				if number, ok := numbers[t.ID]; ok {
					t.Number = number
				}
			})
			return t
		}
	}},
	{"holes between events", "events", func(f *faulty) {
		f.events = func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
			list, err := f.Store.Events(ctx, tenant, (after+1)/2, limit)
			for i := range list {
				list[i].Seq = 2*list[i].Seq - 1
			}
			return list, err
		}
	}},
	{"events in another order", "events", func(f *faulty) {
		f.events = func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
			list, err := f.Store.Events(ctx, tenant, after, limit)
			slices.Reverse(list)
			return list, err
		}
	}},
	{"more events than asked for", "events", func(f *faulty) {
		f.events = func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
			return f.Store.Events(ctx, tenant, after, limit+1)
		}
	}},
	{"the event at the cursor comes again", "events", func(f *faulty) {
		f.events = func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
			if limit < 100 {
				after--
			}
			return f.Store.Events(ctx, tenant, after, limit)
		}
	}},
	{"the caller's event is given its Seq", "events", func(f *faulty) {
		f.creates = true
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := next(ctx, tenant, t, events...)
			for i := range events {
				events[i].Seq = 1
			}
			return got, err
		}
	}},
	{"a late Seq", "late seq", func(f *faulty) {
		// The Seq is drawn when the write begins, and the event is there when it ends.
		begun, hidden := 0, map[townclerk.Seq]bool{}
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			var late bool
			f.mu.Lock()
			begun++
			late = begun%2 == 0
			got, err := next(ctx, tenant, t, events...)
			var seqs []townclerk.Seq
			if late && err == nil {
				list, _ := f.Store.Events(context.WithoutCancel(ctx), tenant, 0, 100_000)
				for _, e := range list[len(list)-len(events):] {
					seqs = append(seqs, e.Seq)
					hidden[e.Seq] = true
				}
			}
			f.mu.Unlock()
			if late {
				time.Sleep(2 * time.Millisecond)
				f.with(func() {
					for _, seq := range seqs {
						delete(hidden, seq)
					}
				})
			}
			return got, err
		}
		f.events = func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) ([]townclerk.Event, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			list, err := f.Store.Events(ctx, tenant, after, limit)
			return slices.DeleteFunc(list, func(e townclerk.Event) bool { return hidden[e.Seq] }), err
		}
	}},
	{"a cursor goes back", "cursors", func(f *faulty) {
		cursors := map[string]townclerk.Seq{}
		f.set = func(ctx context.Context, tenant townclerk.Tenant, consumer string, seq townclerk.Seq) error {
			err := f.Store.SetCursor(ctx, tenant, consumer, seq)
			if err == nil {
				f.with(func() { cursors[string(tenant)+" "+consumer] = seq })
			}
			return err
		}
		f.cursor = func(ctx context.Context, tenant townclerk.Tenant, consumer string) (seq townclerk.Seq, err error) {
			seq, err = f.Store.Cursor(ctx, tenant, consumer)
			f.with(func() {
				if set, ok := cursors[string(tenant)+" "+consumer]; ok && err == nil {
					seq = set
				}
			})
			return seq, err
		}
	}},
	{"one cursor for all consumers", "cursors", func(f *faulty) {
		f.cursor = func(ctx context.Context, tenant townclerk.Tenant, _ string) (townclerk.Seq, error) {
			return f.Store.Cursor(ctx, tenant, "reports")
		}
	}},
	{"an unknown consumer is an error", "cursors", func(f *faulty) {
		f.cursor = func(ctx context.Context, tenant townclerk.Tenant, consumer string) (townclerk.Seq, error) {
			seq, err := f.Store.Cursor(ctx, tenant, consumer)
			if seq == 0 && err == nil && tenant == "town" {
				err = townclerk.ErrNotFound
			}
			return seq, err
		}
	}},
	{"a list ordered as a language orders", "list order", func(f *faulty) {
		f.list = func(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (townclerk.Page[ticket.Ticket], error) {
			page, err := f.Repo.List(ctx, tenant, q)
			slices.SortStableFunc(page.Items, func(a, b ticket.Ticket) int {
				if c := a.Opened.Compare(b.Opened); c != 0 {
					return c
				}
				return strings.Compare(strings.ToLower(string(a.ID)), strings.ToLower(string(b.ID)))
			})
			return page, err
		}
	}},
	{"a list by id", "list order", func(f *faulty) {
		f.list = func(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (townclerk.Page[ticket.Ticket], error) {
			page, err := f.Repo.List(ctx, tenant, q)
			slices.SortFunc(page.Items, func(a, b ticket.Ticket) int { return strings.Compare(string(a.ID), string(b.ID)) })
			return page, err
		}
	}},
	{"pages by how many were seen", "list pages", func(f *faulty) {
		f.list = func(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (page townclerk.Page[ticket.Ticket], err error) {
			seen := 0
			if q.After != "" {
				if seen, err = strconv.Atoi(q.After); err != nil {
					return page, err
				}
			}
			if q.Limit == 0 {
				q.Limit = 100
			}
			list, err := f.all(ctx, tenant, q)
			page.Items = list[min(seen, len(list)):min(seen+q.Limit, len(list))]
			if seen+q.Limit < len(list) {
				page.Next = strconv.Itoa(seen + q.Limit)
			}
			return page, err
		}
	}},
	{"pages that skip those of the same instant", "list pages", func(f *faulty) {
		f.list = func(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (page townclerk.Page[ticket.Ticket], err error) {
			var after time.Time
			if q.After != "" {
				if after, err = time.Parse(time.RFC3339Nano, q.After); err != nil {
					return page, err
				}
			}
			if q.Limit == 0 {
				q.Limit = 100
			}
			list, err := f.all(ctx, tenant, q)
			list = slices.DeleteFunc(list, func(t ticket.Ticket) bool { return q.After != "" && !t.Opened.After(after) })
			page.Items = list[:min(q.Limit, len(list))]
			if q.Limit < len(list) {
				page.Next = page.Items[q.Limit-1].Opened.Format(time.RFC3339Nano)
			}
			return page, err
		}
	}},
	{"a page holds more than asked for", "list pages", func(f *faulty) {
		f.list = func(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (townclerk.Page[ticket.Ticket], error) {
			if q.Limit > 0 {
				q.Limit++
			}
			return f.Repo.List(ctx, tenant, q)
		}
	}},
	{"an After that is no page is the first page", "list pages", func(f *faulty) {
		f.list = func(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (townclerk.Page[ticket.Ticket], error) {
			if !strings.HasPrefix(q.After, "ticket.") {
				q.After = ""
			}
			return f.Repo.List(ctx, tenant, q)
		}
	}},
	{"a filter is not applied", "list selection", func(f *faulty) {
		f.list = func(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (townclerk.Page[ticket.Ticket], error) {
			q.Team = ""
			return f.Repo.List(ctx, tenant, q)
		}
	}},
	{"To includes its instant", "list selection", func(f *faulty) {
		f.list = func(ctx context.Context, tenant townclerk.Tenant, q ticket.Query) (townclerk.Page[ticket.Ticket], error) {
			if !q.To.IsZero() {
				q.To = q.To.Add(time.Microsecond)
			}
			return f.Repo.List(ctx, tenant, q)
		}
	}},
	{"what is due right now is not claimed", "claim", func(f *faulty) {
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			if strings.HasPrefix(string(tenant), "town ") {
				now = now.Add(-time.Microsecond)
			}
			return f.Repo.Claim(ctx, tenant, now, until, limit)
		}
	}},
	{"more claimed than asked for", "claim", func(f *faulty) {
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			return f.Repo.Claim(ctx, tenant, now, until, max(limit, 1))
		}
	}},
	{"a claim counts as a version", "claim", func(f *faulty) {
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			list, err := f.Repo.Claim(ctx, tenant, now, until, limit)
			for i := range list {
				if strings.HasPrefix(string(tenant), "town ") {
					list[i].Version++
				}
			}
			return list, err
		}
	}},
	{"what is due longest is claimed last", "claim order", func(f *faulty) {
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			list, err := f.Repo.Claim(ctx, tenant, now, until, limit)
			slices.Reverse(list)
			return list, err
		}
	}},
	{"a claim ordered by time alone", "claim order", func(f *faulty) {
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			list, err := f.Repo.Claim(ctx, tenant, now, until, limit)
			slices.SortStableFunc(list, func(a, b ticket.Ticket) int {
				if c := a.NextAt.Compare(b.NextAt); c != 0 {
					return c
				}
				return strings.Compare(string(b.ID), string(a.ID))
			})
			return list, err
		}
	}},
	{"double claim", "claim hides", func(f *faulty) {
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			return f.Repo.Claim(ctx, tenant, now, now, limit)
		}
	}},
	{"double claim, by many at once", "claim hides", func(f *faulty) {
		hidden := map[string]time.Time{}
		key := func(tenant townclerk.Tenant, id ticket.ID) string { return fmt.Sprintf("%q %q", tenant, id) }
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			list, err := f.Repo.Claim(ctx, tenant, now, now, 100_000)
			f.with(func() {
				list = slices.DeleteFunc(list, func(t ticket.Ticket) bool { return hidden[key(tenant, t.ID)].After(now) })
			})
			list = list[:min(limit, len(list))]
			time.Sleep(time.Millisecond) // and meanwhile others find the same
			f.with(func() {
				for _, t := range list {
					hidden[key(tenant, t.ID)] = until
				}
			})
			return list, err
		}
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := f.Repo.Put(ctx, tenant, t, events...)
			if err == nil {
				f.with(func() { delete(hidden, key(tenant, t.ID)) })
			}
			return got, err
		}
	}},
	{"what is claimed is hidden a little too long", "claim hides", func(f *faulty) {
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			return f.Repo.Claim(ctx, tenant, now, until.Add(time.Microsecond), limit)
		}
	}},
	{"what is claimed is hidden also after a Put", "put ends claim", func(f *faulty) {
		hidden := map[ticket.ID]time.Time{}
		f.claim = func(ctx context.Context, tenant townclerk.Tenant, now, until time.Time, limit int) ([]ticket.Ticket, error) {
			list, err := f.Repo.Claim(ctx, tenant, now, until, limit)
			if tenant != "town" {
				return list, err
			}
			f.with(func() {
				list = slices.DeleteFunc(list, func(t ticket.Ticket) bool { return hidden[t.ID].After(now) })
				for _, t := range list {
					hidden[t.ID] = until
				}
			})
			return list, err
		}
	}},
}

func (f *faulty) with(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// shared lets the value that went into a call be the one that Get returns.
func shared(f *faulty, by string) {
	kept := map[string]map[string]string{}
	key := func(tenant townclerk.Tenant, t ticket.Ticket) string {
		return fmt.Sprint(tenant, " ", t.ID, " ", t.Version)
	}
	keep := func(tenant townclerk.Tenant, in, stored ticket.Ticket, err error) {
		if err == nil && len(in.Stages) > 0 && len(in.Stages[0].Log) > 0 {
			f.with(func() { kept[key(tenant, stored)] = in.Stages[0].Log[0].Attributes })
		}
	}
	if by == "create" {
		f.creates = true
		f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := next(ctx, tenant, t, events...)
			keep(tenant, t, got, err)
			return got, err
		}
	} else {
		f.put = func(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
			got, err := f.Repo.Put(ctx, tenant, t, events...)
			keep(tenant, t, got, err)
			return got, err
		}
	}
	f.get = func(ctx context.Context, tenant townclerk.Tenant, id string) (ticket.Ticket, error) {
		got, err := f.Repo.Get(ctx, tenant, id)
		f.with(func() {
			if m, ok := kept[key(tenant, got)]; ok && len(got.Stages) > 0 {
				got.Stages[0].Log[0].Attributes = maps.Clone(m)
			}
		})
		return got, err
	}
}

// cached gives all who read one version of a ticket the same slice of stages.
func cached(f *faulty, get func(context.Context, townclerk.Tenant, string) (ticket.Ticket, error)) func(context.Context, townclerk.Tenant, string) (ticket.Ticket, error) {
	kept := map[string][]ticket.Stage{}
	return func(ctx context.Context, tenant townclerk.Tenant, id string) (ticket.Ticket, error) {
		got, err := get(ctx, tenant, id)
		if err != nil {
			return got, err
		}
		f.with(func() {
			key := fmt.Sprint(tenant, " ", id, " ", got.Version)
			if kept[key] == nil {
				kept[key] = got.Stages
			}
			got.Stages = kept[key]
		})
		return got, nil
	}
}

// journal records events on the side, before what they are about is stored.
func journal(f *faulty) map[townclerk.Tenant][]townclerk.Event {
	all := map[townclerk.Tenant][]townclerk.Event{}
	f.write = func(next writing, ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events []townclerk.Event) (ticket.Ticket, error) {
		if ctx.Err() != nil {
			return t, ctx.Err()
		}
		f.with(func() {
			for _, e := range events {
				e.Seq = townclerk.Seq(len(all[tenant]) + 1)
				e.Data = slices.Clone(e.Data)
				all[tenant] = append(all[tenant], e)
			}
		})
		return next(ctx, tenant, t)
	}
	f.events = func(ctx context.Context, tenant townclerk.Tenant, after townclerk.Seq, limit int) (list []townclerk.Event, err error) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		f.with(func() {
			for _, e := range all[tenant] {
				if e.Seq > after && len(list) < limit {
					e.Data = slices.Clone(e.Data)
					list = append(list, e)
				}
			}
		})
		return list, nil
	}
	return all
}

// Each fault is caught by its own rule and by no other.
func TestCheckStoreCatches(t *testing.T) {
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			err := ticket.CheckStore(t.Context(), func(context.Context) (ticket.Store, func() error, error) {
				sound := ticket.NewMemStore()
				f := &faulty{Store: sound, Repo: sound.Tickets()}
				fault.harm(f)
				return f, func() error { return nil }, nil
			})
			require.Error(t, err)
			if got := rulesIn(err); !slices.Equal(got, []string{fault.rule}) {
				t.Errorf("broke %q, want %q:\n%v", got, fault.rule, err)
			}
		})
	}
}

// rulesIn returns the rules that the failures begin with.
func rulesIn(err error) []string {
	var rules []string
	for _, failure := range err.(interface{ Unwrap() []error }).Unwrap() {
		rule, _, _ := strings.Cut(failure.Error(), ": ")
		if !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	return rules
}
