package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
)

// Handler is told of an event. It has to bear being told twice: its program can die before
// it is written down that it was told. A tenant, a domain and a Seq name an event. It
// has to heed its context, too: one that does not may still run when the next is called.
type Handler func(ctx context.Context, e townclerk.Event) error

// Relay hands the events of a [Consumer] to a [Handler], each at least once. Any number
// of them may run for one consumer, in any number of programs: one works, and the others
// stand by.
//
// Events are handed over one by one in the order of Seq. One that the handler does not
// take, because it returns an error, panics or has not ended after the Timeout, is put
// on the consumer's list and tried again: after the Backoff, after twice that, and so
// on, but never after more than MaxBackoff. Events of other aggregates go on meanwhile;
// later ones of the same wait for it on the list, so that the order within an aggregate
// is kept. After so many Attempts it is given up, and stays on the list, with those that
// wait for it, until somebody calls [Consumer.Retry] or [Consumer.Discard].
//
// The one that works has a lease, of twice the Timeout, which it renews between events
// and while it waits for some. If its program dies, another takes over when the lease has
// ended. That compares the clocks of different machines, which have to agree to a
// quarter of the Timeout. No transaction is open while the handler works.
type Relay struct {
	to     *Consumer
	handle Handler
	cfg    RelayConfig
}

// RelayConfig is what a Relay can do without.
type RelayConfig struct {
	Log *slog.Logger     // default: discards
	Now func() time.Time // default: time.Now

	// Poll is how long it waits before it looks again whether there is something to do.
	// Default: a second.
	Poll time.Duration

	// Timeout is after what time the context of a handler ends, a day at most. A quarter
	// of it later, one that has not returned is left to itself, and others get their
	// events while it goes on. Default: 30 s.
	Timeout time.Duration

	// Batch is after how many events it is written down how far it is, so that no more
	// are handed over again if the program dies. Default: 1.
	Batch int

	Backoff    time.Duration // until the second attempt; default: 10 s
	MaxBackoff time.Duration // default: an hour, or the Backoff if that is longer
	Attempts   int           // after which an event is given up; default: 100, which take four days
}

// Relay returns a relay that hands the consumer's events to a handler. It joins all
// that is wrong with what it is given.
func (c *Consumer) Relay(handle Handler, cfg RelayConfig) (*Relay, error) {
	var wrong []error
	fail := func(format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("relay of %q: "+format, append([]any{c.name}, args...)...))
	}
	if handle == nil {
		fail("no handler; pass the function that is told of the events")
	}
	if c.s.tx != nil {
		fail("its store is within a transaction, which cannot be open while a handler works; take the store of the DB")
	}
	for _, d := range []struct {
		name  string
		value *time.Duration
		usual time.Duration
	}{
		{"Poll", &cfg.Poll, time.Second},
		{"Timeout", &cfg.Timeout, 30 * time.Second},
		{"Backoff", &cfg.Backoff, 10 * time.Second},
		{"MaxBackoff", &cfg.MaxBackoff, max(time.Hour, cfg.Backoff)},
	} {
		if *d.value < 0 || *d.value > 0 && *d.value < time.Microsecond {
			fail("%s: %v is too short; write a microsecond or more, or 0 for %v", d.name, *d.value, d.usual)
		}
		if *d.value == 0 {
			*d.value = d.usual
		}
	}
	if cfg.Timeout > 24*time.Hour {
		fail("Timeout: %v is longer than a day, and others wait for a dead program twice as long", cfg.Timeout)
	}
	if cfg.MaxBackoff < cfg.Backoff {
		fail("MaxBackoff: %v is less than the Backoff of %v", cfg.MaxBackoff, cfg.Backoff)
	}
	for _, n := range []struct {
		name  string
		value *int
		usual int
	}{{"Batch", &cfg.Batch, 1}, {"Attempts", &cfg.Attempts, 100}} {
		if *n.value < 0 {
			fail("%s: %d is negative; write 0 for %d", n.name, *n.value, n.usual)
		}
		if *n.value == 0 {
			*n.value = n.usual
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Log = cfg.Log.With("tenant", string(c.tenant), "domain", string(c.box.of), "consumer", c.name)
	return &Relay{c, handle, cfg}, nil
}

// now is the clock as the stores have it, in whole microseconds.
func (r *Relay) now() time.Time { return r.cfg.Now().UTC().Truncate(time.Microsecond) }

// Run hands over events until the context ends, and returns that one's error. Then the
// handler that is at work has a quarter of the Timeout to return; if it does so
// with an error, that does not count as an attempt. What fails for the
// database's sake is logged and tried again after the Poll.
func (r *Relay) Run(ctx context.Context) error {
	var l *lease
	defer func() { r.leave(ctx, l) }()
	for {
		var err error
		if l == nil {
			l, err = r.take(ctx)
		}
		if l != nil && err == nil {
			_, err = r.work(ctx, l)
		}
		switch {
		case errors.Is(err, errLost):
			l = nil
			r.cfg.Log.Warn("relay", "error", err)
		case err != nil && ctx.Err() == nil:
			r.cfg.Log.Error("relay", "error", err)
		}
		poll := time.NewTimer(r.cfg.Poll)
		select {
		case <-ctx.Done():
			poll.Stop()
			return ctx.Err()
		case <-poll.C:
		}
	}
}

// Once hands over what there is now and what is due to be tried again, and returns how
// many events the handler took. Where another relay works for the consumer, it leaves
// that to it.
func (r *Relay) Once(ctx context.Context) (int, error) {
	l, err := r.take(ctx)
	if err != nil || l == nil {
		return 0, err
	}
	defer func() { r.leave(ctx, l) }()
	return r.work(ctx, l)
}

// work goes on until nothing is left. New events and those of the list take turns.
func (r *Relay) work(ctx context.Context, l *lease) (taken int, err error) {
	if err := r.renew(ctx, l, &progress{}); err != nil {
		return 0, r.wrap(err)
	}
	for {
		again, ok, err := r.listed(ctx, l)
		taken += ok
		if err != nil {
			return taken, r.wrap(err)
		}
		fresh, ok, err := r.fresh(ctx, l)
		taken += ok
		if err != nil || again+fresh == 0 {
			return taken, r.wrap(err)
		}
	}
}

func (r *Relay) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("relay of %q: %w", r.to.name, err)
}

// turn is how many events of one sort are handed over before it is the other's turn.
const turn = 100

// listed hands over what is due on the list. It returns how many events that were, and
// how many of them were taken.
func (r *Relay) listed(ctx context.Context, l *lease) (seen, taken int, err error) {
	for range turn {
		e, found, err := r.due(ctx)
		if err != nil || !found {
			return seen, taken, err
		}
		failed, err := r.attempt(ctx, l, &progress{}, e)
		if err != nil {
			return seen, taken, err
		}
		seen++
		if failed != nil {
			err = r.failAgain(ctx, l, e, failed)
		} else {
			taken++
			err = r.strike(ctx, l, e)
		}
		if err != nil {
			return seen, taken, err
		}
	}
	return seen, taken, nil
}

// fresh hands over the next events that were recorded. It returns how many they were,
// and how many of them were taken.
func (r *Relay) fresh(ctx context.Context, l *lease) (seen, taken int, err error) {
	events, waits, err := r.next(ctx)
	if err != nil {
		return 0, 0, err
	}
	var p progress
	for i, e := range events {
		if waits[e.Aggregate] {
			p.behind = append(p.behind, e)
			p.seq = e.Seq
			continue
		}
		failed, err := r.attempt(ctx, l, &p, e)
		if err != nil {
			if ctx.Err() != nil {
				err = errors.Join(err, r.save(ctx, l, &p)) // what is done is done
			}
			return i, taken, err
		}
		p.seq = e.Seq
		if failed != nil {
			waits[e.Aggregate] = true
			p.failed, p.cause, p.at = &e, text(failed), r.now()
		} else {
			taken++
			p.taken++
		}
		if failed != nil || p.taken >= r.cfg.Batch {
			if err := r.save(ctx, l, &p); err != nil {
				return i + 1, taken, err
			}
		}
	}
	return len(events), taken, r.save(ctx, l, &p)
}

// attempt hands over an event while the lease lasts. That it failed is known only if
// there is no err: who is told to stop may well return one.
func (r *Relay) attempt(ctx context.Context, l *lease, p *progress, e townclerk.Event) (failed, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := r.renew(ctx, l, p); err != nil {
		return nil, err
	}
	failed = r.hand(ctx, e)
	if failed != nil {
		err = ctx.Err()
	}
	return failed, err
}

// renew sees to it that the lease lasts for the Timeout, for the time in which a handler
// may return after it, and for as much again to write down what came of it. If it has
// to write, it writes down the progress, too.
func (r *Relay) renew(ctx context.Context, l *lease, p *progress) error {
	if l.until.Sub(r.now()) >= r.cfg.Timeout+r.cfg.Timeout/2 {
		return nil
	}
	return r.write(ctx, l, p)
}

// hand calls the handler. What it returns says why the event was not taken.
func (r *Relay) hand(ctx context.Context, e townclerk.Event) error {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Timeout)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		err := errors.New("the handler ended its goroutine")
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
				r.cfg.Log.Error("a handler panicked", "seq", e.Seq, "error", err, "stack", string(debug.Stack()))
			}
			done <- err
		}()
		err = r.handle(ctx, e)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace := time.NewTimer(r.cfg.Timeout / 4)
	defer grace.Stop()
	select {
	case err := <-done:
		if err != nil {
			err = fmt.Errorf("it took longer than %v: %w", r.cfg.Timeout, err)
		}
		return err
	case <-grace.C:
		r.cfg.Log.Error("a handler does not return and is left to itself", "seq", e.Seq)
		return fmt.Errorf("it did not return, though its context had ended after %v", r.cfg.Timeout)
	}
}

// after returns when an event that has failed so often, the last time at an instant, is
// tried again; the zero time if it is given up.
func (r *Relay) after(attempts int, at time.Time) time.Time {
	if attempts >= r.cfg.Attempts {
		return time.Time{}
	}
	wait := r.cfg.Backoff
	for range attempts - 1 {
		if wait > r.cfg.MaxBackoff-wait {
			wait = r.cfg.MaxBackoff
			break
		}
		wait *= 2
	}
	return ceil(at.Add(wait))
}

// report logs that an event was not taken.
func (r *Relay) report(e townclerk.Event, attempts int, next time.Time, cause string) {
	args := []any{"seq", e.Seq, "aggregate", e.Aggregate, "kind", e.Kind, "attempts", attempts, "error", cause}
	if next.IsZero() {
		r.cfg.Log.Error("event given up", args...)
	} else {
		r.cfg.Log.Warn("event not taken", append(args, "next", next)...)
	}
}

// text writes an error as it can be stored anywhere. fmt bears an Error that panics.
func text(err error) string {
	const most = 2000
	s := fmt.Sprintf("%v", err)
	if len(s) > most {
		s = s[:most]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
}
