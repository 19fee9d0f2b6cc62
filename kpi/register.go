package kpi

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

// Register does what people do with measurements, duties, cards and remedies: it loads
// what they act on, decides by the policy, and stores it with its events in one call,
// again if somebody else was faster. After each action it records what is owed by then.
// It is safe for concurrent use, by many programs on one store. To read, use the store.
//
// All its errors name the thing. Another tenant's are not found.
type Register struct {
	store  Store
	policy *Policy
	cfg    Config

	measurements kept[Measurement]
	occurrences  kept[Occurrence]
	schedules    kept[Schedule]
	cards        kept[Card]
	remedies     kept[Remedy]
}

// Config is what a register may be told besides.
type Config struct {
	Log   *slog.Logger     // default: discards
	Now   func() time.Time // default: time.Now
	NewID func() ID        // default: a random UUID, version 7

	// Sources counts what indicators ask for, by their ids.
	Sources map[string]Source

	// Promised counts how often a target of the promises was met in a period, of how
	// often that was decided: the source of indicators that are the attainment of a
	// promise, and of charters. Default: none.
	Promised func(ctx context.Context, tenant townclerk.Tenant, target string, in townclerk.Period) (Count, error)

	// Items names what duties are done for. Default: none, so that a duty per item
	// cannot come round.
	Items Items
}

// NewRegister returns a register that keeps what it knows in the store.
func NewRegister(store Store, policy *Policy, cfg Config) *Register {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = func() ID { return ID(uuid.Must(uuid.NewV7()).String()) }
	}
	r := &Register{store: store, policy: policy, cfg: cfg}
	r.measurements = plainly(policy, measurements, store.Measurements(), (*Measurement).traits)
	r.cards = plainly(policy, cards, store.Cards(), (*Card).traits)
	r.remedies = plainly(policy, remedies, store.Remedies(), (*Remedy).traits)
	r.occurrences = kept[Occurrence]{occurrences, store.Occurrences(), (*Occurrence).traits, policy.SettleOccurrence}
	r.schedules = kept[Schedule]{schedules, store.Schedules(), (*Schedule).traits, func(s Schedule, _ time.Time) (Schedule, []townclerk.Event) { return s, nil }}
	return r
}

// kept is a kind of aggregate as a register keeps it.
type kept[T any] struct {
	kind   *kind
	repo   townclerk.Repo[T, Query]
	of     func(*T) traits
	settle func(T, time.Time) (T, []townclerk.Event)
}

// plainly keeps what nothing becomes of by itself but what its promises owe.
func plainly[T any](p *Policy, k *kind, repo townclerk.Repo[T, Query], of func(*T) traits) kept[T] {
	return kept[T]{k, repo, of, func(t T, now time.Time) (T, []townclerk.Event) {
		r := of(&t).Record
		*r = cloneRecord(*r)
		return t, p.settle(k, r, now)
	}}
}

func (k *kept[T]) called(t *T) string { return k.kind.name + " " + k.of(t).name() }

type deciding[T any] func(T) (T, []townclerk.Event, error)

func (r *Register) tell(ctx context.Context, tenant townclerk.Tenant, events []townclerk.Event) {
	for _, e := range events {
		r.cfg.Log.InfoContext(ctx, e.Kind, "tenant", string(tenant), "id", e.Aggregate, "actor", string(e.Actor))
	}
}

// create stores what is decided of what was not there.
func create[T any](ctx context.Context, r *Register, k *kept[T], tenant townclerk.Tenant, t T, events []townclerk.Event, err error) (T, error) {
	var zero T
	if err != nil {
		return zero, err
	}
	t, more := k.settle(t, k.of(&t).Recorded)
	events = append(events, more...)
	made, err := k.repo.Create(ctx, tenant, t, events...)
	if err != nil {
		return zero, err
	}
	r.tell(ctx, tenant, events)
	return made, nil
}

// change stores what is decided of an aggregate, as it is settled at now; zero: as it was
// written down.
func change[T any](ctx context.Context, r *Register, k *kept[T], tenant townclerk.Tenant, id ID, known *T, now time.Time, decide deciding[T]) (T, error) {
	t, events, err := service.Change(ctx, k.repo, tenant, string(id), known, func(t T) (T, []townclerk.Event, error) {
		t, events, err := decide(t)
		if err != nil {
			return t, nil, err
		}
		at := now
		if at.IsZero() {
			at = k.of(&t).Recorded
		}
		t, more := k.settle(t, at)
		return t, append(events, more...), nil
	})
	if err != nil {
		return t, err
	}
	r.tell(ctx, tenant, events)
	return t, nil
}

// now is the register's clock in whole microseconds.
func (r *Register) now() time.Time { return service.Micro(r.cfg.Now()) }

// command says who does it, and when.
func (r *Register) command(who Who, c Command) Command {
	c.By, c.Role, c.Recorded, c.At = who.Actor, who.Role, r.now(), service.Micro(who.At)
	if who.At.IsZero() {
		c.At = c.Recorded
	}
	c.Due = service.Micro(c.Due)
	if c.Card != nil {
		v := *c.Card
		v.Recorded = service.Micro(v.Recorded)
		c.Card = &v
	}
	return c
}

// Enter enters the measurement of an indicator in one of its periods, as it was counted.
// If there is one, the error wraps [townclerk.ErrExists]: correct that.
func (r *Register) Enter(ctx context.Context, tenant townclerk.Tenant, who Who, indicator string, in townclerk.Period, count Count) (Measurement, error) {
	m, events, err := r.policy.Take(indicator, in, r.command(who, Command{Do: Measure, Count: &count}))
	return create(ctx, r, &r.measurements, tenant, m, events, err)
}

// Measure has the source of an indicator count, and enters what it came to as Enter
// does.
func (r *Register) Measure(ctx context.Context, tenant townclerk.Tenant, who Who, indicator string, in townclerk.Period) (Measurement, error) {
	count, err := r.Count(ctx, tenant, indicator, in)
	if err != nil {
		return Measurement{}, err
	}
	return r.Enter(ctx, tenant, who, indicator, in, count)
}

// Count has the source of an indicator count, and stores nothing. An indicator without a
// source is an error.
func (r *Register) Count(ctx context.Context, tenant townclerk.Tenant, indicator string, in townclerk.Period) (Count, error) {
	source := r.cfg.Sources[indicator]
	if promise := r.policy.indicators[indicator].Promise; source == nil && promise != "" && r.cfg.Promised != nil {
		source = func(ctx context.Context, tenant townclerk.Tenant, in townclerk.Period) (Count, error) {
			return r.cfg.Promised(ctx, tenant, promise, in)
		}
	}
	if source == nil {
		return Count{}, fmt.Errorf("indicator %s has no source; give the register one in Config.Sources", indicator)
	}
	count, err := source(ctx, tenant, in)
	if err != nil {
		return Count{}, fmt.Errorf("indicator %s: %w", indicator, err)
	}
	return count, nil
}

// Correct puts a measurement right, for a reason. The former value stays.
func (r *Register) Correct(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, count Count, reason string) (Measurement, error) {
	return change(ctx, r, &r.measurements, tenant, id, nil, time.Time{}, func(m Measurement) (Measurement, []townclerk.Event, error) {
		return r.policy.DoMeasurement(m, r.command(who, Command{Do: Correct, Count: &count, Reason: reason}))
	})
}

// Start has all duties of the policy that come round by themselves do so from an instant
// on. Those that do already stay as they are, so it may be called each time a program
// begins. One that a former policy had, and the last did not, does so again from then on.
func (r *Register) Start(ctx context.Context, tenant townclerk.Tenant, from time.Time) error {
	var errs []error
	for _, table := range []string{tableDuties, tableReports} {
		for _, id := range r.policy.titles.IDs(table) {
			if r.policy.duties[id].every == demand {
				continue
			}
			if err := r.start(ctx, tenant, id, service.Micro(from)); err != nil {
				errs = append(errs, fmt.Errorf("duty %s: %w", id, err))
			}
		}
	}
	return errors.Join(errs...)
}

// start makes the schedule of a duty, or has one go on that had stopped.
func (r *Register) start(ctx context.Context, tenant townclerk.Tenant, duty string, from time.Time) error {
	s, events, err := r.policy.Start(duty, from, r.now())
	if _, err = create(ctx, r, &r.schedules, tenant, s, events, err); !errors.Is(err, townclerk.ErrExists) {
		return err
	}
	if s, err = r.store.Schedules().Get(ctx, tenant, string(s.ID)); err != nil || !s.stopped() {
		return err
	}
	s, events = r.policy.goOn(s, from, r.now())
	return r.put(ctx, tenant, s, events)
}

// Demand opens an occurrence of a duty that is done on demand, such as a report that
// somebody asks for.
func (r *Register) Demand(ctx context.Context, tenant townclerk.Tenant, who Who, duty, text string) (Occurrence, error) {
	c := r.command(who, Command{Do: Demand, Text: text})
	items, err := r.items(ctx, tenant, duty, c.At)
	if err != nil {
		return Occurrence{}, err
	}
	o, events, err := r.policy.DemandNow(r.cfg.NewID(), duty, items, c)
	return create(ctx, r, &r.occurrences, tenant, o, events, err)
}

// items names what a duty is done for at an instant.
func (r *Register) items(ctx context.Context, tenant townclerk.Tenant, duty string, at time.Time) ([]string, error) {
	per := r.policy.duties[duty].Per
	if per == "" {
		return nil, nil
	}
	if r.cfg.Items == nil {
		return nil, fmt.Errorf("duty %s is done for each of %s, and the register has no Config.Items to name them", duty, per)
	}
	items, err := r.cfg.Items(ctx, tenant, per, at)
	if err != nil {
		return nil, fmt.Errorf("duty %s, for each of %s: %w", duty, per, err)
	}
	return items, nil
}

// DoOccurrence carries out a command on an occurrence: Attest, Strike or Excuse.
func (r *Register) DoOccurrence(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, c Command) (Occurrence, error) {
	return change(ctx, r, &r.occurrences, tenant, id, nil, time.Time{}, func(o Occurrence) (Occurrence, []townclerk.Event, error) {
		return r.policy.DoOccurrence(o, r.command(who, c))
	})
}

// AddCard enters or drafts a card under its key, as c.Do says. If there is one, the error
// wraps [townclerk.ErrExists].
func (r *Register) AddCard(ctx context.Context, tenant townclerk.Tenant, key string, who Who, c Command) (Card, error) {
	card, events, err := r.policy.NewCard(key, r.command(who, c))
	return create(ctx, r, &r.cards, tenant, card, events, err)
}

// DoCard carries out a command on the card with a key: Draft, Sign or Withdraw.
func (r *Register) DoCard(ctx context.Context, tenant townclerk.Tenant, key string, who Who, c Command) (Card, error) {
	return change(ctx, r, &r.cards, tenant, CardID(key), nil, time.Time{}, func(card Card) (Card, []townclerk.Event, error) {
		return r.policy.DoCard(card, r.command(who, c))
	})
}

// Raise opens a remedy of a measurement or an occurrence that was missed.
func (r *Register) Raise(ctx context.Context, tenant townclerk.Tenant, who Who, subject ID, text string) (Remedy, error) {
	state, err := r.stateOf(ctx, tenant, subject)
	if err != nil {
		return Remedy{}, err
	}
	remedy, events, err := r.policy.RaiseRemedy(r.cfg.NewID(), state, r.command(who, Command{Do: Raise, Subject: subject, Text: text}))
	return create(ctx, r, &r.remedies, tenant, remedy, events, err)
}

// stateOf returns the state of a measurement or an occurrence.
func (r *Register) stateOf(ctx context.Context, tenant townclerk.Tenant, id ID) (State, error) {
	m, err := r.store.Measurements().Get(ctx, tenant, string(id))
	if !errors.Is(err, townclerk.ErrNotFound) {
		return m.State, err
	}
	o, err := r.store.Occurrences().Get(ctx, tenant, string(id))
	return o.State, err
}

// DoRemedy carries out a command on a remedy: Plan, Finish, Verify or Reopen.
func (r *Register) DoRemedy(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, c Command) (Remedy, error) {
	return change(ctx, r, &r.remedies, tenant, id, nil, time.Time{}, func(remedy Remedy) (Remedy, []townclerk.Event, error) {
		return r.policy.DoRemedy(remedy, r.command(who, c))
	})
}

// Measurements returns all measurements that q selects, page by page, in the order of
// their periods. An error ends the sequence.
func (r *Register) Measurements(ctx context.Context, tenant townclerk.Tenant, q Query) iter.Seq2[Measurement, error] {
	return every(ctx, tenant, r.store.Measurements(), q)
}

// Occurrences returns all occurrences that q selects, page by page, in the order of
// their windows. An error ends the sequence.
func (r *Register) Occurrences(ctx context.Context, tenant townclerk.Tenant, q Query) iter.Seq2[Occurrence, error] {
	return every(ctx, tenant, r.store.Occurrences(), q)
}

func every[T any](ctx context.Context, tenant townclerk.Tenant, repo townclerk.Repo[T, Query], q Query) iter.Seq2[T, error] {
	return townclerk.All(func(after string) (townclerk.Page[T], error) {
		q.After = after
		return repo.List(ctx, tenant, q)
	})
}

// Sweep makes the tenant's duties come round, and records what became of anything by
// itself by now: windows that are over, targets that went overdue and escalations that
// have fallen due, each once, also when many sweep at once. It returns how many things it
// looked at. One that cannot be stored does not keep it from the others, and is looked at
// again after five minutes.
func (r *Register) Sweep(ctx context.Context, tenant townclerk.Tenant, now time.Time) (int, error) {
	now = service.Micro(now)
	come, err := service.Sweep(ctx, r.schedules.repo, tenant, now, r.schedules.called, func(s *Schedule) error { return r.comeRound(ctx, tenant, s, now) })
	swept, errs := come, []error{err}
	for _, sweep := range []func() (int, error){
		sweeping(ctx, r, &r.occurrences, tenant, now), sweeping(ctx, r, &r.measurements, tenant, now),
		sweeping(ctx, r, &r.cards, tenant, now), sweeping(ctx, r, &r.remedies, tenant, now),
	} {
		n, err := sweep()
		swept, errs = swept+n, append(errs, err)
	}
	return swept, errors.Join(errs...)
}

func sweeping[T any](ctx context.Context, r *Register, k *kept[T], tenant townclerk.Tenant, now time.Time) func() (int, error) {
	return func() (int, error) {
		return service.Sweep(ctx, k.repo, tenant, now, k.called, func(t *T) error {
			_, err := change(ctx, r, k, tenant, k.of(t).ID, t, now, func(t T) (T, []townclerk.Event, error) { return t, nil, nil })
			return err
		})
	}
}

// comeRound makes the occurrences of a schedule that have come, and then says so: if that
// fails, they are there already the next time.
func (r *Register) comeRound(ctx context.Context, tenant townclerk.Tenant, s *Schedule, now time.Time) error {
	const most = 100 // at a time; the rest follows, since it is claimed again
	if _, ok := r.policy.duties[s.Duty]; !ok {
		return r.stop(ctx, tenant, s, now)
	}
	falls, next, events := r.policy.next(*s, now, most)
	for _, f := range falls {
		items, err := r.items(ctx, tenant, s.Duty, f.Began)
		if err != nil {
			return err
		}
		o, began, err := r.policy.Begin(s.Duty, f, items, now)
		if _, err = create(ctx, r, &r.occurrences, tenant, o, began, err); err != nil && !errors.Is(err, townclerk.ErrExists) {
			return err
		}
	}
	return r.put(ctx, tenant, next, events)
}

// stop has the schedule of a duty that the policy has no more not come round.
func (r *Register) stop(ctx context.Context, tenant townclerk.Tenant, s *Schedule, now time.Time) error {
	next, events := r.policy.stop(*s, now)
	return r.put(ctx, tenant, next, events)
}

// put stores a schedule, unless somebody was faster, who then did the same.
func (r *Register) put(ctx context.Context, tenant townclerk.Tenant, s Schedule, events []townclerk.Event) error {
	_, err := r.store.Schedules().Put(ctx, tenant, s, events...)
	if errors.Is(err, townclerk.ErrConflict) {
		return nil
	}
	if err == nil {
		r.tell(ctx, tenant, events)
	}
	return err
}
