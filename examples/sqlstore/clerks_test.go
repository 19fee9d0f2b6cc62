package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/policies"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// charter is the desk of Ra'anana, whose promises escalate when they begin, when a fault is
// old, and when it goes overdue.
func charter() (*ticket.Policy, error) {
	promises, err := policies.Files.ReadFile("raanana/sla.toml")
	if err != nil {
		return nil, err
	}
	desk, err := policies.Files.ReadFile("raanana/ticket.toml")
	if err != nil {
		return nil, err
	}
	of, err := sla.Parse(promises, "raanana/sla.toml")
	if err != nil {
		return nil, err
	}
	return ticket.Parse(desk, "raanana/ticket.toml", of)
}

// office is a desk where people work as fast as they can, and time flies.
type office struct {
	desk  *ticket.Desk
	text  string // of what people ask
	start time.Time
	clock atomic.Int64 // nanoseconds since then
}

func newOffice(p *ticket.Policy, s ticket.Store, start time.Time) *office {
	o := &office{start: start}
	o.desk = ticket.NewDesk(s, p, ticket.Config{Now: o.now})
	return o
}

func (o *office) now() time.Time { return o.start.Add(time.Duration(o.clock.Load())) }

// later lets up to so much time go by.
func (o *office) later(r *rand.Rand, most time.Duration) { o.clock.Add(r.Int64N(int64(most))) }

// sweep does what a program does every few minutes.
func (o *office) sweep(ctx context.Context, r *rand.Rand) error {
	o.later(r, 2*time.Hour)
	_, err := o.desk.Sweep(ctx, town, o.now())
	return err
}

// act does one thing that people do: open a ticket, or the next about an open one.
func (o *office) act(ctx context.Context, r *rand.Rand) error {
	o.later(r, 10*time.Minute)
	if r.IntN(4) == 0 {
		return o.open(ctx, r)
	}
	page, err := o.desk.List(ctx, town, ticket.Query{
		States: []ticket.State{ticket.New, ticket.Pending, ticket.Assigned, ticket.Waiting, ticket.Treated},
		From:   o.start.Add(-time.Duration(r.Int64N(int64(10 * 24 * time.Hour)))),
		Limit:  10,
	})
	if err != nil {
		return err
	}
	if len(page.Items) == 0 {
		return o.open(ctx, r)
	}
	err = o.next(ctx, r, page.Items[r.IntN(len(page.Items))])
	refusal, fields := (*townclerk.TransitionError)(nil), (*townclerk.FieldError)(nil)
	if errors.As(err, &refusal) || errors.As(err, &fields) {
		return nil // a colleague was faster
	}
	return err
}

func (o *office) open(ctx context.Context, r *rand.Rand) error {
	request := ticket.Request{
		Channel: "phone", Opener: "u-17", Recorder: "u-2", Department: "operations",
		Class: []string{"incident", "network", "user-down"}[r.IntN(3)], Critical: r.IntN(8) == 0, Subject: "תקלה – écran noir", Text: o.text,
	}
	if r.IntN(5) == 0 {
		request.Item, request.Class, request.Fields = "account", "", map[string]string{"account": "u-18"}
		request.Requested = []ticket.Grant{{Part: "correspondence", Level: "read"}}
	}
	_, err := o.desk.Open(ctx, town, request)
	return err
}

func (o *office) next(ctx context.Context, r *rand.Rand, t ticket.Ticket) (err error) {
	of, who := ticket.Of(t.ID), ticket.Who{Actor: "u-4", Role: "technician"}
	switch d := o.desk; t.State {
	case ticket.Pending:
		role := t.Chain[r.IntN(len(t.Chain))]
		_, err = d.Approve(ctx, town, t.ID, ticket.Who{Actor: "u-9", Role: role})
	case ticket.New:
		_, err = d.Assign(ctx, town, of, who, ticket.Assignment{Handler: "u-4"})
	case ticket.Waiting:
		_, err = d.Resume(ctx, town, of, who, "awaiting-user")
	case ticket.Treated:
		if t.Informed.IsZero() {
			_, err = d.Inform(ctx, town, t.ID, who, "phone")
		} else if r.IntN(4) == 0 {
			_, err = d.Reopen(ctx, town, of, who, "it is dark again")
		} else {
			_, err = d.Close(ctx, town, of, who)
		}
	default:
		switch r.IntN(6) {
		case 0:
			_, err = d.Begin(ctx, town, of, who)
		case 1:
			_, err = d.Diagnose(ctx, town, of, who, ticket.Finding{Text: "the power supply is burnt"})
		case 2:
			_, err = d.Wait(ctx, town, of, who, "awaiting-user")
		case 3:
			_, err = d.Write(ctx, town, of, who, "on-site", 20*time.Minute, "looked at it")
		case 4:
			_, err = d.FollowUp(ctx, town, of, who, "asked how it goes")
		default:
			_, err = d.Treat(ctx, town, of, who, ticket.Treatment{Text: "mended", Granted: t.Requested})
		}
	}
	return err
}

// staff is what goes on at once in the office.
func (o *office) staff() []func(context.Context, *rand.Rand) error {
	return []func(context.Context, *rand.Rand) error{o.act, o.act, o.sweep}
}

func allTickets(ctx context.Context, s ticket.Store) iter.Seq2[ticket.Ticket, error] {
	return townclerk.All(func(after string) (townclerk.Page[ticket.Ticket], error) {
		return s.Tickets().List(ctx, town, ticket.Query{After: after})
	})
}

// requireSettled sweeps once more, long after, and compares each ticket and its events with
// its twin: no escalation is missing, none is doubled.
func requireSettled(t *testing.T, p *ticket.Policy, s ticket.Store, h *history) {
	t.Helper()
	all, err := twins(p, h.events)
	require.NoError(t, err)
	for id, w := range all {
		require.Equal(t, w.events, h.tickets[id].events, "ticket %s: what happened to it, and what its commands and sweeps make", id)
	}
	end := h.latest().AddDate(0, 2, 0)
	_, err = newOffice(p, watched{s, h}, end).desk.Sweep(t.Context(), town, end)
	require.NoError(t, err)
	before := len(h.events)
	escalated := 0
	for made, err := range allTickets(t.Context(), s) {
		require.NoError(t, err)
		w := all[string(made.ID)]
		w.settle(end)
		require.Empty(t, doubled(made.Owed), "ticket %s", made.Number)
		require.Equal(t, w.t.Owed, made.Owed, "ticket %s", made.Number)
		w.t.Version, w.t.Number, w.t.NextAt = made.Version, made.Number, made.NextAt
		require.Equal(t, w.t, made)
		require.True(t, made.NextAt.IsZero() || made.NextAt.After(end), "ticket %s is to be looked at at %s", made.Number, made.NextAt)
		for _, o := range made.Owed {
			if o.Step != 0 {
				escalated++
			}
		}
	}
	events, err := s.Events(t.Context(), town, townclerk.Seq(before), 1_000_000)
	require.NoError(t, err)
	told := map[string]int{}
	for _, e := range append(h.events, events...) {
		if data, err := ticket.ReadData(e); err == nil && data.Owed != nil {
			told[fmt.Sprint(e.Aggregate, *data.Owed)]++
		}
	}
	owed := 0
	for made := range allTickets(t.Context(), s) {
		for _, o := range made.Owed {
			owed++
			require.Equal(t, 1, told[fmt.Sprint(string(made.ID), o)], "ticket %s, %v", made.Number, o)
		}
	}
	require.Len(t, told, owed)
	require.Positive(t, escalated, "nothing was escalated, so nothing is proven")
	t.Logf("%d tickets, %d events, %d debts of which %d escalations", len(all), before+len(events), owed, escalated)
}
