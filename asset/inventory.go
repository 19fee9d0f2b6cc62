package asset

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
)

// Inventory does what people do with assets, licences and stocks: it loads one,
// decides by the policy, and stores it with its events in one call, again if somebody
// else was faster. After each action it records what is owed by then. It is safe for
// concurrent use, by many programs on one store.
//
// All its errors name the asset, the licence or the stock. Those of another tenant are
// not found.
type Inventory struct {
	store  Store
	policy *Policy
	cfg    Config
}

// Config is what an inventory may be told besides.
type Config struct {
	Log   *slog.Logger     // default: discards
	Now   func() time.Time // default: time.Now
	NewID func() ID        // default: a random UUID, version 7
}

// NewInventory returns an inventory that keeps its assets in the store.
func NewInventory(store Store, policy *Policy, cfg Config) *Inventory {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = func() ID { return ID(uuid.Must(uuid.NewV7()).String()) }
	}
	return &Inventory{store, policy, cfg}
}

// stamp says when a command is carried out. What says no time of its own happens now;
// a correction keeps that of what it corrects.
func (v *Inventory) stamp(c Command) Command {
	c.Recorded = service.Micro(v.cfg.Now())
	c.At, c.Notice = service.Micro(c.At), service.Micro(c.Notice)
	if c.At.IsZero() && c.Do != Correct {
		c.At = c.Recorded
	}
	if c.Term != nil {
		t := *c.Term
		t.From, t.Until, t.Notice = service.Micro(t.From), service.Micro(t.Until), service.Micro(t.Notice)
		c.Term = &t
	}
	if c.Repair != nil {
		r := *c.Repair
		r.DownFrom, r.DownTo = service.Micro(r.DownFrom), service.Micro(r.DownTo)
		c.Repair = &r
	}
	return c
}

func (v *Inventory) log(ctx context.Context, tenant townclerk.Tenant, number string, events []townclerk.Event) {
	for _, e := range events {
		v.cfg.Log.InfoContext(ctx, e.Kind, "tenant", string(tenant), "asset", e.Aggregate, "number", number, "actor", string(e.Actor))
	}
}

// Add adds an asset that is proposed or registered, as c.Do says. If another has its
// tag, the error wraps [townclerk.ErrExists]; else it is as for [Policy.Do].
func (v *Inventory) Add(ctx context.Context, tenant townclerk.Tenant, c Command) (Asset, error) {
	c = v.stamp(c)
	a, events, err := v.policy.Add(v.cfg.NewID(), c)
	if err != nil {
		return Asset{}, err
	}
	a, more := v.policy.Settle(a, a.Recorded)
	events = append(events, more...)
	made, err := v.store.Assets().Create(ctx, tenant, a, events...)
	if err != nil {
		return Asset{}, fmt.Errorf("an asset cannot be added: %w", tagged(a, err))
	}
	v.log(ctx, tenant, made.Number, events)
	return made, nil
}

// tagged says that it is the tag which another asset has.
func tagged(a Asset, err error) error {
	if errors.Is(err, townclerk.ErrExists) && a.Facts.Tag != "" {
		return fmt.Errorf("tag %q: %w", a.Facts.Tag, err)
	}
	return err
}

// Do carries out a command on an asset as [Policy.Do] does, and stores what becomes of
// it. It happened at c.At, or now if that is zero; it is written down now.
func (v *Inventory) Do(ctx context.Context, tenant townclerk.Tenant, id ID, c Command) (Asset, error) {
	var tag Asset
	a, events, err := service.Change(ctx, v.store.Assets(), tenant, string(id), nil, func(a Asset) (Asset, []townclerk.Event, error) {
		a, events, err := v.policy.Do(a, v.stamp(c))
		if err != nil {
			return Asset{}, nil, err
		}
		a, more := v.policy.Settle(a, a.Recorded)
		tag = a
		return a, append(events, more...), nil
	})
	if err != nil {
		return Asset{}, tagged(tag, err)
	}
	v.log(ctx, tenant, a.Number, events)
	return a, nil
}

// Get returns an asset. If there is none with this id, the error wraps
// [townclerk.ErrNotFound].
func (v *Inventory) Get(ctx context.Context, tenant townclerk.Tenant, id ID) (Asset, error) {
	return v.store.Assets().Get(ctx, tenant, string(id))
}

// List returns a page of the assets that q selects.
func (v *Inventory) List(ctx context.Context, tenant townclerk.Tenant, q Query) (townclerk.Page[Asset], error) {
	return v.store.Assets().List(ctx, tenant, q)
}

// All returns all assets that q selects, page by page. An error ends the sequence.
func (v *Inventory) All(ctx context.Context, tenant townclerk.Tenant, q Query) iter.Seq2[Asset, error] {
	return townclerk.All(func(after string) (townclerk.Page[Asset], error) {
		q.After = after
		return v.List(ctx, tenant, q)
	})
}

// AsOf returns all assets with their Facts as they were at an instant, as far as that
// was known by another; see [Asset.AsOf]. Those that were not there yet are left out.
// An error ends the sequence.
func (v *Inventory) AsOf(ctx context.Context, tenant townclerk.Tenant, at, known time.Time) iter.Seq2[Asset, error] {
	return func(yield func(Asset, error) bool) {
		for a, err := range v.All(ctx, tenant, Query{}) {
			if err != nil {
				yield(Asset{}, err)
				return
			}
			var ok bool
			if a.Facts, ok = a.AsOf(at, known); ok && !yield(a, nil) {
				return
			}
		}
	}
}

// AddLicence opens a licence, of which nothing is bought yet.
func (v *Inventory) AddLicence(ctx context.Context, tenant townclerk.Tenant, c Command) (Licence, error) {
	l, events, err := v.policy.AddLicence(v.cfg.NewID(), v.stamp(c))
	if err != nil {
		return Licence{}, err
	}
	l, more := v.policy.SettleLicence(l, l.Recorded)
	events = append(events, more...)
	made, err := v.store.Licences().Create(ctx, tenant, l, events...)
	if err != nil {
		return Licence{}, fmt.Errorf("a licence cannot be opened: %w", err)
	}
	v.log(ctx, tenant, made.Number, events)
	return made, nil
}

// DoLicence carries out a command on a licence as [Policy.DoLicence] does, and stores
// what becomes of it.
func (v *Inventory) DoLicence(ctx context.Context, tenant townclerk.Tenant, id ID, c Command) (Licence, error) {
	l, events, err := service.Change(ctx, v.store.Licences(), tenant, string(id), nil, func(l Licence) (Licence, []townclerk.Event, error) {
		l, events, err := v.policy.DoLicence(l, v.stamp(c))
		if err != nil {
			return Licence{}, nil, err
		}
		l, more := v.policy.SettleLicence(l, l.Recorded)
		return l, append(events, more...), nil
	})
	if err != nil {
		return Licence{}, err
	}
	v.log(ctx, tenant, l.Number, events)
	return l, nil
}

// AddStock opens a stock of a part at a place.
func (v *Inventory) AddStock(ctx context.Context, tenant townclerk.Tenant, c Command) (Stock, error) {
	s, events, err := v.policy.AddStock(v.cfg.NewID(), v.stamp(c))
	if err != nil {
		return Stock{}, err
	}
	made, err := v.store.Stocks().Create(ctx, tenant, s, events...)
	if err != nil {
		return Stock{}, fmt.Errorf("a stock cannot be opened: %w", err)
	}
	v.log(ctx, tenant, "", events)
	return made, nil
}

// DoStock carries out a command on a stock as [Policy.DoStock] does, and stores what
// becomes of it.
func (v *Inventory) DoStock(ctx context.Context, tenant townclerk.Tenant, id ID, c Command) (Stock, error) {
	s, events, err := service.Change(ctx, v.store.Stocks(), tenant, string(id), nil, func(s Stock) (Stock, []townclerk.Event, error) {
		return v.policy.DoStock(s, v.stamp(c))
	})
	if err != nil {
		return Stock{}, err
	}
	v.log(ctx, tenant, "", events)
	return s, nil
}

// Sweep records what the tenant's assets and licences owe at now: reports that went
// overdue and escalations that have fallen due, each once, also when many sweep at
// once; and the terms of licences that have ended. It returns how many it looked at.
// One that cannot be stored does not keep it from the others, and is looked at again
// after five minutes.
func (v *Inventory) Sweep(ctx context.Context, tenant townclerk.Tenant, now time.Time) (int, error) {
	now = service.Micro(now)
	assets, err := service.Sweep(ctx, v.store.Assets(), tenant, now, func(a *Asset) string { return called("asset", a.ID, a.Number) }, func(a *Asset) error {
		_, events, err := service.Change(ctx, v.store.Assets(), tenant, string(a.ID), a, func(a Asset) (Asset, []townclerk.Event, error) {
			a, events := v.policy.Settle(a, now)
			return a, events, nil
		})
		v.log(ctx, tenant, a.Number, events)
		return err
	})
	licences, err2 := service.Sweep(ctx, v.store.Licences(), tenant, now, func(l *Licence) string { return called("licence", l.ID, l.Number) }, func(l *Licence) error {
		_, events, err := service.Change(ctx, v.store.Licences(), tenant, string(l.ID), l, func(l Licence) (Licence, []townclerk.Event, error) {
			l, events := v.policy.SettleLicence(l, now)
			return l, events, nil
		})
		v.log(ctx, tenant, l.Number, events)
		return err
	})
	return assets + licences, errors.Join(err, err2)
}
