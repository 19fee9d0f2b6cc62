package ticket

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// A clock that goes wherever it likes, between actions and while they are done, refuses
// nobody anything: what is written down never goes back, whatever happened is judged, and
// no debt is recorded twice.
func TestClockThatJumps(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 3))
		store := NewMemStore()
		d, _ := testDesk(t, store)
		jump := func() time.Time { return sunday.Add(time.Duration(r.Int64N(int64(30 * time.Hour)))) }
		d.cfg.Now = jump
		made, err := d.Open(t.Context(), town, worklist())
		require.NoError(t, err)
		other, err := d.Open(t.Context(), town, fault())
		require.NoError(t, err)
		for _, step := range everything(d, town, made.ID) {
			_, err := step.call(t.Context())
			require.NoError(t, err, "%s, seed %d", step.name, seed)
			_, err = d.Begin(t.Context(), town, Of(other.ID), desk)
			require.NoError(t, err)
			_, err = d.Sweep(t.Context(), town, jump())
			require.NoError(t, err)
		}
		_, err = d.Sweep(t.Context(), town, sunday.AddDate(0, 1, 0))
		require.NoError(t, err)
		recorded, owed := map[string]time.Time{}, map[string]bool{}
		for _, e := range allEvents(t, store) {
			require.False(t, e.At.After(e.Recorded), "%s happened after it was written down", e.Kind)
			require.False(t, e.Recorded.Before(recorded[e.Aggregate]), "%s was written down before the last", e.Kind)
			recorded[e.Aggregate] = e.Recorded
			data, err := ReadData(e)
			require.NoError(t, err)
			if data.Owed != nil {
				key := e.Aggregate + ids([]sla.Owed{*data.Owed})[0]
				require.False(t, owed[key], "%s is owed twice", key)
				owed[key] = true
			}
		}
		require.NotEmpty(t, owed)
		for _, id := range []ID{made.ID, other.ID} {
			got, err := d.Get(t.Context(), town, id)
			require.NoError(t, err)
			require.True(t, got.Recorded.Equal(recorded[string(id)]))
			_, err = d.policy.Assess(got, got.Recorded)
			require.NoError(t, err)
			_, more := d.policy.Settle(got, sunday.AddDate(0, 1, 0))
			require.Empty(t, more, "all that is owed is recorded")
		}
		sameStory(t, store)
	}
}

// Whatever the order in which actions are written down afterwards, the promises are judged
// by when they were done.
func TestActionsWrittenDownInAnyOrder(t *testing.T) {
	at := func(minutes int) time.Time { return sunday.Add(time.Duration(minutes) * time.Minute) }
	type action struct {
		minutes int
		do      func(context.Context, *Desk, ID, time.Time) error
	}
	by := func(at time.Time) Who { return Who{"yossi", "desk", at} }
	actions := []action{
		{4, func(ctx context.Context, d *Desk, id ID, at time.Time) error {
			_, err := d.Begin(ctx, town, Of(id), by(at))
			return err
		}},
		{9, func(ctx context.Context, d *Desk, id ID, at time.Time) error {
			_, err := d.Assign(ctx, town, Of(id), by(at), Assignment{Handler: "yossi"})
			return err
		}},
		{13, func(ctx context.Context, d *Desk, id ID, at time.Time) error {
			_, err := d.Diagnose(ctx, town, Of(id), by(at), Finding{Text: "a cable"})
			return err
		}},
		{20, func(ctx context.Context, d *Desk, id ID, at time.Time) error {
			_, err := d.Wait(ctx, town, Of(id), by(at), "awaiting-user")
			return err
		}},
		{50, func(ctx context.Context, d *Desk, id ID, at time.Time) error {
			_, err := d.Resume(ctx, town, Of(id), by(at), "awaiting-user")
			return err
		}},
		{60, func(ctx context.Context, d *Desk, id ID, at time.Time) error {
			_, err := d.Change(ctx, town, id, by(at), map[string]string{"floor": "2"})
			return err
		}},
		{23*60 + 20, func(ctx context.Context, d *Desk, id ID, at time.Time) error { // in time because it waited
			_, err := d.Treat(ctx, town, Of(id), by(at), Treatment{Text: "mended"})
			return err
		}},
	}
	story := func(order []int, late bool) string {
		store := NewMemStore()
		d, c := testDesk(t, store)
		made, err := d.Open(t.Context(), town, fault())
		require.NoError(t, err)
		for i, n := range order {
			a := actions[n]
			c.now = at(a.minutes)
			if late {
				c.now = at(30*60 + i)
			}
			require.NoError(t, a.do(t.Context(), d, made.ID, at(a.minutes)), "%v, action %d", order, n)
		}
		made, err = d.Get(t.Context(), town, made.ID)
		require.NoError(t, err)
		sameStory(t, store)
		all, err := d.policy.Assess(made, at(31*60))
		require.NoError(t, err)
		verdicts := ""
		for _, id := range []string{"transfer", "handling"} {
			clock := all[0].Clock(id)
			verdicts += fmt.Sprintln(id, clock.Number, clock.State, clock.Start, clock.Due, clock.Ended)
		}
		return verdicts
	}
	inOrder := []int{0, 1, 2, 3, 4, 5, 6}
	want := story(inOrder, false)
	require.Contains(t, want, "handling 1 met")
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		order := slices.Clone(inOrder)
		r.Shuffle(6, func(i, j int) { order[i], order[j] = order[j], order[i] })
		if waits, resumes := slices.Index(order, 3), slices.Index(order, 4); waits > resumes {
			order[waits], order[resumes] = 4, 3 // the workflow lets nobody resume before
		}
		if got := story(order, true); got != want {
			t.Errorf("written down in the order %v\n%s\nwant\n%s", order, got, want)
		}
	}
}
