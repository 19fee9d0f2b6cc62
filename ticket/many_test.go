package ticket

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Eight at a time open, work on and sweep the same tickets, by a clock that sometimes goes
// back, while messages are sent. Nothing is lost and nothing is doubled: the outbox holds
// each action that was acknowledged once, and none that was refused; each debt is recorded
// once, and all are; numbers have no gaps; whoever is to be told of something is told.
func TestEightAtOnce(t *testing.T) {
	store := NewMemStore()
	d, c := testDesk(t, store)
	var tickets []ID
	for range 6 {
		made, err := d.Open(t.Context(), town, fault())
		require.NoError(t, err)
		tickets = append(tickets, made.ID)
	}
	var (
		wg           sync.WaitGroup
		mu           sync.Mutex
		acknowledged = map[string]Action{}
		opened       = len(tickets)
		told         = map[string]int{}
		wrong        []error
	)
	note := func(err error) {
		var refused *townclerk.TransitionError
		var field *townclerk.FieldError
		if err != nil && !errors.As(err, &refused) && !errors.As(err, &field) {
			mu.Lock()
			defer mu.Unlock()
			wrong = append(wrong, err)
		}
	}
	notifier := NewNotifier(store, d.policy, "mail", func(_ context.Context, m Message) error {
		mu.Lock()
		defer mu.Unlock()
		told[m.Key]++
		return nil
	})
	work := func(r *rand.Rand, token string) {
		id := tickets[r.IntN(len(tickets))]
		now, err := d.Get(t.Context(), town, id)
		note(err)
		command := randomCommand(r, d.policy, &now)
		command.At, command.Recorded, command.Reference = time.Time{}, time.Time{}, token // which all events keep
		if _, err = d.Do(t.Context(), town, id, command); err == nil {
			mu.Lock()
			acknowledged[token] = command.Do
			mu.Unlock()
		}
		note(err)
	}
	for g := range uint64(8) {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(g, 7))
			for i := range 60 {
				c.add(time.Duration(r.IntN(9)-2) * time.Minute)
				switch n := r.IntN(10); {
				case n < 3 || g == 0:
					_, err := d.Sweep(t.Context(), town, c.Now())
					note(err)
				case n == 3:
					_, err := notifier.Run(t.Context(), town, c.Now())
					note(err)
				case n == 4:
					_, err := d.Open(t.Context(), town, fault())
					note(err)
					mu.Lock()
					opened++
					mu.Unlock()
				default:
					work(r, fmt.Sprintf("%d/%d", g, i))
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(wrong...))
	require.Greater(t, len(acknowledged), 50)
	later := c.Now().AddDate(0, 0, 7)
	_, err := d.Sweep(t.Context(), town, later)
	require.NoError(t, err)

	inOutbox, owed, seen := map[string]Action{}, map[string]bool{}, 0
	for i, e := range allEvents(t, store) {
		require.EqualValues(t, i+1, e.Seq)
		data, err := ReadData(e)
		require.NoError(t, err)
		switch {
		case data.Command != nil:
			token := data.Command.Reference
			require.NotContains(t, inOutbox, token, "done twice")
			inOutbox[token] = doing(e.Kind)
		case data.Owed != nil:
			key := e.Aggregate + ids([]sla.Owed{*data.Owed})[0]
			require.False(t, owed[key], "%s is recorded twice", key)
			owed[key] = true
		case e.Kind == eventOpened:
			seen++
		}
	}
	require.Equal(t, acknowledged, inOutbox)
	require.Equal(t, opened, seen)
	total := 0
	for made, err := range townclerk.All(func(after string) (townclerk.Page[Ticket], error) {
		return d.List(t.Context(), town, Query{After: after})
	}) {
		require.NoError(t, err)
		checkInvariants(t, &made)
		_, more := d.policy.Settle(made, later)
		require.Empty(t, more, "all that is owed is recorded")
		total += len(made.Owed)
		opened--
		number := fmt.Sprintf("2026-%06d", seen-opened)
		page, err := d.List(t.Context(), town, Query{Number: number})
		require.NoError(t, err)
		require.Len(t, page.Items, 1, "number %s", number)
	}
	require.Zero(t, opened)
	require.Len(t, owed, total)
	require.Greater(t, total, 100)
	sameStory(t, store)

	for _, hour := range []string{"Mon 2026-07-06 10:00", "Mon 2026-07-06 23:00"} {
		_, err = notifier.Run(t.Context(), town, local(t, d.policy, hour))
		require.NoError(t, err)
	}
	escalations := 0
	for _, e := range allEvents(t, store) {
		if e.Kind != eventEscalated {
			continue
		}
		data, err := ReadData(e)
		require.NoError(t, err)
		require.NotZero(t, told[strings.Join([]string{string(town), fmt.Sprint(e.Seq), data.Owed.To, "", ""}, "/")])
		escalations++
	}
	require.NotZero(t, escalations)
}

// doing returns the action that a kind of event is.
func doing(kind string) Action {
	for do, k := range happened {
		if k == kind {
			return do
		}
	}
	return ""
}
