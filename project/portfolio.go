package project

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
)

// Portfolio does what people do with projects and work plans: it loads one, decides by
// the policy, and stores it with its events in one call, again if somebody else was
// faster. After each action it records what is owed by then. It is safe for concurrent
// use, by many programs on one store.
//
// All its errors name the thing. Another tenant's are not found.
type Portfolio struct {
	store  Store
	policy *Policy
	cfg    Config
}

// Config is what a portfolio may be told besides.
type Config struct {
	Log   *slog.Logger     // default: discards
	Now   func() time.Time // default: time.Now
	NewID func() ID        // default: a random UUID, version 7
}

// NewPortfolio returns a portfolio that keeps its projects in the store.
func NewPortfolio(store Store, policy *Policy, cfg Config) *Portfolio {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = func() ID { return ID(uuid.Must(uuid.NewV7()).String()) }
	}
	return &Portfolio{store, policy, cfg}
}

// Who does something, in which role, and when.
type Who struct {
	Actor townclerk.Actor
	Role  string    // one of the policy's; empty: none
	At    time.Time // when it was done; zero: now. It may lie back, never ahead
}

// now is the portfolio's clock in whole microseconds.
func (o *Portfolio) now() time.Time { return service.Micro(o.cfg.Now()) }

// Demand begins a project. It was demanded at r.At, or now if that is zero.
//
// If the request lacks something, the error joins a [*townclerk.FieldError] for each. If
// there is a project of the same origin, the error wraps [townclerk.ErrExists].
func (o *Portfolio) Demand(ctx context.Context, tenant townclerk.Tenant, r Request) (Project, error) {
	return o.demand(ctx, tenant, o.cfg.NewID(), r)
}

func (o *Portfolio) demand(ctx context.Context, tenant townclerk.Tenant, id ID, r Request) (Project, error) {
	r.Recorded = o.now()
	if r.At = service.Micro(r.At); r.At.IsZero() {
		r.At = r.Recorded
	}
	t, events, err := o.policy.Demand(id, r)
	if err != nil {
		return Project{}, err
	}
	t, more := o.policy.Settle(t, r.Recorded)
	events = append(events, more...)
	made, err := o.store.Projects().Create(ctx, tenant, t, events...)
	if err != nil {
		return Project{}, fmt.Errorf("a project cannot be demanded: %w", err)
	}
	o.tell(ctx, tenant, &made.Header, events)
	return made, nil
}

// Develop begins the project that a ticket is, or a stage of one, and returns it; if
// there is one already, it returns that, so that an event which is read twice is dealt
// with once: RA-48. The project's Origin leads back to the ticket.
func (o *Portfolio) Develop(ctx context.Context, tenant townclerk.Tenant, v Development) (Project, error) {
	if v.Ticket == "" {
		return Project{}, fmt.Errorf("a project cannot be demanded: %w", &townclerk.FieldError{Field: "ticket", Problem: "missing; say which ticket is development"})
	}
	if t, ok, err := o.from(ctx, tenant, v.Ticket); ok || err != nil {
		return t, err
	}
	id := v.Project
	if id == "" {
		id = o.cfg.NewID()
	}
	made, err := o.demand(ctx, tenant, id, o.policy.request(v))
	if !errors.Is(err, townclerk.ErrExists) {
		return made, err
	}
	// Somebody else was faster, or the id is that of a project of another origin.
	if t, ok, again := o.from(ctx, tenant, v.Ticket); ok || again != nil {
		return t, again
	}
	return Project{}, err
}

// from returns the project that came from a ticket, if there is one.
func (o *Portfolio) from(ctx context.Context, tenant townclerk.Tenant, ticket string) (t Project, ok bool, err error) {
	page, err := o.store.Projects().List(ctx, tenant, Query{Origin: ticket, Limit: 1})
	if err != nil {
		return Project{}, false, fmt.Errorf("the project of ticket %s: %w", ticket, err)
	}
	if len(page.Items) == 0 {
		return Project{}, false, nil
	}
	return page.Items[0], true, nil
}

// Get returns a project. If there is none with this id, the error wraps
// [townclerk.ErrNotFound].
func (o *Portfolio) Get(ctx context.Context, tenant townclerk.Tenant, id ID) (Project, error) {
	return o.store.Projects().Get(ctx, tenant, string(id))
}

// List returns a page of the projects that q selects.
func (o *Portfolio) List(ctx context.Context, tenant townclerk.Tenant, q Query) (townclerk.Page[Project], error) {
	return o.store.Projects().List(ctx, tenant, q)
}

// Do carries out a command on a project or one of its parts, as [Policy.Do] does, and
// stores what becomes of it. It happened at who.At, or now if that is zero; it is written
// down now.
func (o *Portfolio) Do(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, c Command) (Project, error) {
	return o.change(ctx, tenant, id, nil, func(t Project) (Project, []townclerk.Event, error) {
		t, events, err := o.policy.Do(t, o.command(who, c))
		if err != nil {
			return Project{}, nil, err
		}
		t, more := o.policy.Settle(t, t.Recorded)
		return t, append(events, more...), nil
	})
}

// DraftWork begins a work plan of a department. It was drafted at who.At, or now if that
// is zero. If it lacks something, the error joins a [*townclerk.FieldError] for each.
func (o *Portfolio) DraftWork(ctx context.Context, tenant townclerk.Tenant, who Who, department string, content Content) (WorkPlan, error) {
	w, events, err := o.policy.DraftWork(o.cfg.NewID(), department, o.command(who, Command{Content: &content}))
	if err != nil {
		return WorkPlan{}, err
	}
	w, more := o.policy.SettleWork(w, w.Recorded)
	events = append(events, more...)
	made, err := o.store.WorkPlans().Create(ctx, tenant, w, events...)
	if err != nil {
		return WorkPlan{}, fmt.Errorf("a work plan cannot be drafted: %w", err)
	}
	o.tell(ctx, tenant, &made.Header, events)
	return made, nil
}

// GetWork returns a work plan. If there is none with this id, the error wraps
// [townclerk.ErrNotFound].
func (o *Portfolio) GetWork(ctx context.Context, tenant townclerk.Tenant, id ID) (WorkPlan, error) {
	return o.store.WorkPlans().Get(ctx, tenant, string(id))
}

// ListWork returns a page of the work plans that q selects.
func (o *Portfolio) ListWork(ctx context.Context, tenant townclerk.Tenant, q WorkQuery) (townclerk.Page[WorkPlan], error) {
	return o.store.WorkPlans().List(ctx, tenant, q)
}

// DoWork carries out a command on a work plan, as Do does on a project. Its lines may
// name projects; whether there are any is not asked.
func (o *Portfolio) DoWork(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, c Command) (WorkPlan, error) {
	return o.changeWork(ctx, tenant, id, nil, func(w WorkPlan) (WorkPlan, []townclerk.Event, error) {
		w, events, err := o.policy.DoWork(w, o.command(who, c))
		if err != nil {
			return WorkPlan{}, nil, err
		}
		w, more := o.policy.SettleWork(w, w.Recorded)
		return w, append(events, more...), nil
	})
}

// Sweep records what the tenant's projects and work plans owe at now: alarms about plans,
// escalations that have fallen due and targets that went overdue, each once, also when
// many sweep at once. It returns how many it looked at. One that cannot be stored does
// not keep it from the others, and is looked at again after five minutes.
func (o *Portfolio) Sweep(ctx context.Context, tenant townclerk.Tenant, now time.Time) (int, error) {
	now = service.Micro(now)
	n, err := service.Sweep(ctx, o.store.Projects(), tenant, now, func(t *Project) string { return "project " + t.name() }, func(t *Project) error {
		_, err := o.change(ctx, tenant, t.ID, t, func(t Project) (Project, []townclerk.Event, error) {
			t, events := o.policy.Settle(t, now)
			return t, events, nil
		})
		return err
	})
	more, wrong := service.Sweep(ctx, o.store.WorkPlans(), tenant, now, func(w *WorkPlan) string { return "work plan " + w.name() }, func(w *WorkPlan) error {
		_, err := o.changeWork(ctx, tenant, w.ID, w, func(w WorkPlan) (WorkPlan, []townclerk.Event, error) {
			w, events := o.policy.SettleWork(w, now)
			return w, events, nil
		})
		return err
	})
	return n + more, errors.Join(err, wrong)
}

// command says who does it, and when.
func (o *Portfolio) command(who Who, c Command) Command {
	c.By, c.Role, c.Recorded = who.Actor, who.Role, o.now()
	if c.At = service.Micro(who.At); who.At.IsZero() {
		c.At = c.Recorded
	}
	return c
}

func (o *Portfolio) change(ctx context.Context, tenant townclerk.Tenant, id ID, known *Project,
	decide func(Project) (Project, []townclerk.Event, error),
) (Project, error) {
	t, events, err := service.Change(ctx, o.store.Projects(), tenant, string(id), known, decide)
	if err != nil {
		return Project{}, err
	}
	o.tell(ctx, tenant, &t.Header, events)
	return t, nil
}

func (o *Portfolio) changeWork(ctx context.Context, tenant townclerk.Tenant, id ID, known *WorkPlan,
	decide func(WorkPlan) (WorkPlan, []townclerk.Event, error),
) (WorkPlan, error) {
	w, events, err := service.Change(ctx, o.store.WorkPlans(), tenant, string(id), known, decide)
	if err != nil {
		return WorkPlan{}, err
	}
	o.tell(ctx, tenant, &w.Header, events)
	return w, nil
}

func (o *Portfolio) tell(ctx context.Context, tenant townclerk.Tenant, h *Header, events []townclerk.Event) {
	for _, e := range events {
		o.cfg.Log.InfoContext(ctx, e.Kind, "tenant", string(tenant), "id", e.Aggregate, "number", h.Number, "actor", string(e.Actor))
	}
}
