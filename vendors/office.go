package vendors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/sla"
)

// Office does what people do with vendors: it loads what they act on, decides by the
// policy, and stores it with its events in one call, again if somebody else was
// faster. After each action it records what is owed by then. It is safe for concurrent
// use, by many programs on one store. To read, use the store.
//
// All its errors name the thing. Another tenant's are not found.
type Office struct {
	store  Store
	policy *Policy
	cfg    Config

	contracts kept[Contract]
	calls     kept[Call]
	invoices  kept[Invoice]
	frames    kept[Frame]
	reviews   kept[Review]
	usages    kept[Usage]
}

// Config is what an office may be told besides.
type Config struct {
	Log   *slog.Logger     // default: discards
	Now   func() time.Time // default: time.Now
	NewID func() ID        // default: a random UUID, version 7
}

// NewOffice returns an office that keeps what it knows in the store.
func NewOffice(store Store, policy *Policy, cfg Config) *Office {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = func() ID { return ID(uuid.Must(uuid.NewV7()).String()) }
	}
	o := &Office{store: store, policy: policy, cfg: cfg}
	o.contracts = kept[Contract]{contracts, store.Contracts(), func(c *Contract) *Record { return &c.Record }, policy.nextPlan, (*Contract).Timelines}
	o.calls = kept[Call]{kind: calls, repo: store.Calls(), record: func(c *Call) *Record { return &c.Record }}
	o.invoices = kept[Invoice]{kind: invoices, repo: store.Invoices(), record: func(v *Invoice) *Record { return &v.Record }}
	o.frames = kept[Frame]{frames, store.Frames(), func(f *Frame) *Record { return &f.Record }, (*Frame).nextDoubt, nil}
	o.reviews = kept[Review]{kind: reviews, repo: store.Reviews(), record: func(r *Review) *Record { return &r.Record }}
	o.usages = kept[Usage]{kind: usages, repo: store.Usages(), record: func(u *Usage) *Record { return &u.Record }}
	return o
}

// kept is a kind of aggregate as an office keeps it.
type kept[T any] struct {
	kind   *kind
	repo   townclerk.Repo[T, Query]
	record func(*T) *Record
	next   func(*T) time.Time      // when it wants to be looked at besides; zero: never
	parts  func(*T) []sla.Timeline // nil: there is one
}

type deciding[T any] func(T) (T, []townclerk.Event, error)

func (k *kept[T]) called(t *T) string { return k.kind.name + " " + k.record(t).name() }

// settled decides, and records what is owed at an instant; zero: when it was written down.
func settled[T any](o *Office, k kept[T], now time.Time, decide deciding[T]) deciding[T] {
	return func(t T) (T, []townclerk.Event, error) {
		t, events, err := decide(t)
		if err != nil {
			return t, nil, err
		}
		r := k.record(&t)
		at := now
		if at.IsZero() {
			at = r.Recorded
		}
		timelines := []sla.Timeline{r.Timeline()}
		if k.parts != nil {
			timelines = k.parts(&t)
		}
		events = append(events, o.policy.settle(k.kind, r, timelines, at)...)
		if k.next != nil {
			if next := k.next(&t); !next.IsZero() && (r.NextAt.IsZero() || next.Before(r.NextAt)) {
				r.NextAt = next
			}
		}
		return t, events, nil
	}
}

func (o *Office) tell(ctx context.Context, tenant townclerk.Tenant, r *Record, events []townclerk.Event) {
	for _, e := range events {
		o.cfg.Log.InfoContext(ctx, e.Kind, "tenant", string(tenant), "id", e.Aggregate, "number", r.Number, "actor", string(e.Actor))
	}
}

func create[T any](ctx context.Context, o *Office, k kept[T], tenant townclerk.Tenant, decide deciding[T]) (T, error) {
	var zero T
	t, events, err := settled(o, k, time.Time{}, decide)(zero)
	if err != nil {
		return zero, err
	}
	made, err := k.repo.Create(ctx, tenant, t, events...)
	if err != nil {
		return zero, err
	}
	o.tell(ctx, tenant, k.record(&made), events)
	return made, nil
}

func change[T any](ctx context.Context, o *Office, k kept[T], tenant townclerk.Tenant, id ID, known *T, now time.Time, decide deciding[T]) (T, error) {
	t, events, err := service.Change(ctx, k.repo, tenant, string(id), known, settled(o, k, now, decide))
	if err != nil {
		return t, err
	}
	o.tell(ctx, tenant, k.record(&t), events)
	return t, nil
}

// now is the office's clock in whole microseconds.
func (o *Office) now() time.Time { return service.Micro(o.cfg.Now()) }

// command says who does it, and when.
func (o *Office) command(who Who, c Command) Command {
	c.By, c.Role, c.Unit = who.Actor, who.Role, who.Unit
	c.Recorded = o.now()
	if c.At = service.Micro(who.At); who.At.IsZero() {
		c.At = c.Recorded
	}
	c.From, c.Dated = service.Micro(c.From), service.Micro(c.Dated)
	return c
}

// Conclude enters a contract: its vendor, subject, reference and rank, and what was
// agreed from the beginning and by amendments since, in order. An id that it has it
// keeps, as those of [Policy.Contracts]; otherwise it gets one. What its running year
// brings is planned at once.
func (o *Office) Conclude(ctx context.Context, tenant townclerk.Tenant, who Who, t Contract) (Contract, error) {
	id := t.ID
	if id == "" {
		id = o.cfg.NewID()
	}
	made, err := create(ctx, o, o.contracts, tenant, func(Contract) (Contract, []townclerk.Event, error) {
		c := o.command(who, Command{Do: Conclude, Vendor: t.Vendor, Subject: t.Subject, Reference: t.Reference, Rank: t.Rank})
		if len(t.Agreed) > 0 {
			c.Agreement = &t.Agreed[0]
			c.Reason = t.Agreed[0].Reason
		}
		made, events, err := o.policy.doContract(Contract{Record: Record{ID: id, State: New}}, c)
		for i := 1; i < len(t.Agreed) && err == nil; i++ {
			var more []townclerk.Event
			made, more, err = o.policy.doContract(made, o.command(who, Command{Do: Amend, Agreement: &t.Agreed[i], Reason: t.Agreed[i].Reason}))
			events = append(events, more...)
		}
		return made, events, err
	})
	if err != nil {
		return Contract{}, err
	}
	return o.planSoon(ctx, tenant, made), nil
}

// DoContract carries out a command on a contract: Amend, SetRules, Deal or Decide.
func (o *Office) DoContract(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, c Command) (Contract, error) {
	t, err := change(ctx, o, o.contracts, tenant, id, nil, time.Time{}, func(t Contract) (Contract, []townclerk.Event, error) {
		return o.policy.doContract(t, o.command(who, c))
	})
	if err != nil || c.Do != Amend {
		return t, err
	}
	return o.planSoon(ctx, tenant, t), nil
}

// ContractFor returns the contract with a vendor that is in force for a service at an
// instant; any vendor's or any service's if either is empty. Of several the one of the
// highest rank counts; if that is not one alone, the error is an [*AmbiguousError]. ok
// is false if none is in force: then the defaults of the promises count.
func (o *Office) ContractFor(ctx context.Context, tenant townclerk.Tenant, vendor, service string, at time.Time) (c Contract, ok bool, err error) {
	if at.IsZero() {
		return Contract{}, false, nil // which would ask the store for those of any time
	}
	var inForce []Contract
	for c, err := range townclerk.All(func(after string) (townclerk.Page[Contract], error) {
		return o.store.Contracts().List(ctx, tenant, Query{Vendor: vendor, Service: service, InForce: at, After: after})
	}) {
		if err != nil {
			return Contract{}, false, err
		}
		inForce = append(inForce, c)
	}
	best, err := choose(asked(vendor, service), at, inForce)
	if best == nil || err != nil {
		return Contract{}, false, err
	}
	return *best, true, nil
}

func asked(vendor, service string) string {
	switch {
	case vendor == "":
		return fmt.Sprintf("service %q", service)
	case service == "":
		return fmt.Sprintf("vendor %q", vendor)
	}
	return fmt.Sprintf("service %q by vendor %q", service, vendor)
}

// InForce returns what the contract with a vendor that is in force at an instant
// promises, a term for each metric; nothing if there is none. It is what a
// [github.com/townclerk/townclerk/ticket.Desk] asks. The service is the one that the
// policy says tickets mean, and the severity that of which nothing is said.
func (o *Office) InForce(ctx context.Context, tenant townclerk.Tenant, vendor string, at time.Time) ([]sla.Terms, error) {
	c, ok, err := o.ContractFor(ctx, tenant, vendor, o.policy.tickets[vendor], at)
	if !ok || err != nil {
		return nil, err
	}
	return c.Terms(at, o.policy.severity), nil
}

// Owe notes that a vendor has to be called about a service: the command says Vendor,
// Service, Severity, Ticket and Text. It is owed since who.At, such as when the fault was
// reported. The error of a command that lacks something joins a [*townclerk.FieldError]
// for each.
func (o *Office) Owe(ctx context.Context, tenant townclerk.Tenant, who Who, c Command) (Call, error) {
	c.Do = Owe
	return create(ctx, o, o.calls, tenant, func(Call) (Call, []townclerk.Event, error) {
		return o.policy.doCall(Call{Record: Record{ID: o.cfg.NewID(), State: New}}, nil, o.command(who, c))
	})
}

// DoCall carries out a command on a call. From Open on the contract counts that is in
// force then, also if it ends before the call does.
func (o *Office) DoCall(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, c Command) (Call, error) {
	return change(ctx, o, o.calls, tenant, id, nil, time.Time{}, func(call Call) (Call, []townclerk.Event, error) {
		c := o.command(who, c)
		contract, err := o.contractOf(ctx, tenant, &call, &c)
		if err != nil {
			return Call{}, nil, fmt.Errorf("call %s: %w", call.name(), err)
		}
		return o.policy.doCall(call, contract, c)
	})
}

// contractOf returns the contract that counts for a command on a call; nil if none does.
func (o *Office) contractOf(ctx context.Context, tenant townclerk.Tenant, call *Call, c *Command) (*Contract, error) {
	if c.Do != Open && c.Do != Deal {
		return nil, nil
	}
	if call.Contract != "" {
		contract, err := o.store.Contracts().Get(ctx, tenant, string(call.Contract))
		return &contract, err
	}
	contract, ok, err := o.ContractFor(ctx, tenant, call.Vendor, call.Service, c.At)
	if !ok {
		return nil, err
	}
	return &contract, nil
}

// Sweep records what the tenant's aggregates owe at now, each once, also when many
// sweep at once: escalations that have fallen due and targets that went overdue. It
// plans what comes round in contracts, and settles what a program that stopped half way
// left open. It returns how many aggregates it looked at. One that cannot be stored does
// not keep it from the others, and is looked at again after five minutes.
func (o *Office) Sweep(ctx context.Context, tenant townclerk.Tenant, now time.Time) (int, error) {
	now = service.Micro(now)
	n, err := service.Sweep(ctx, o.contracts.repo, tenant, now, o.contracts.called, func(c *Contract) error {
		_, err := o.plan(ctx, tenant, c, now)
		return err
	})
	errs := []error{err}
	for _, sweep := range []func() (int, error){
		func() (int, error) { return sweep(ctx, o, o.calls, tenant, now) },
		func() (int, error) { return sweep(ctx, o, o.invoices, tenant, now) },
		func() (int, error) {
			return service.Sweep(ctx, o.frames.repo, tenant, now, o.frames.called, func(f *Frame) error {
				_, err := o.reconcile(ctx, tenant, f, "", now)
				return err
			})
		},
		func() (int, error) { return sweep(ctx, o, o.reviews, tenant, now) },
		func() (int, error) { return sweep(ctx, o, o.usages, tenant, now) },
	} {
		more, err := sweep()
		n, errs = n+more, append(errs, err)
	}
	return n, errors.Join(errs...)
}

func sweep[T any](ctx context.Context, o *Office, k kept[T], tenant townclerk.Tenant, now time.Time) (int, error) {
	return service.Sweep(ctx, k.repo, tenant, now, k.called, func(t *T) error {
		_, err := change(ctx, o, k, tenant, k.record(t).ID, t, now, func(t T) (T, []townclerk.Event, error) { return t, nil, nil })
		return err
	})
}
