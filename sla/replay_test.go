package sla

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// charterBefore is a charter of which the tests make other editions.
const charterBefore = `format = 1
name = "Testville"
zone = "Europe/Warsaw"

[attributes]
priority = ["low", "high"]

[calendars.desk]
week = { mon-fri = "08:00-16:00" }

[[targets]]
id = "urgent"
metric = "handling"
kind = "commitment"
title = {}
source = "charter, 1"
match = { priority = "high" }
start = "opened"
meets = "treated"
calendar = "desk"
due = { within = "2h" }
pauses = ["user"]

[[targets]]
id = "handling"
metric = "handling"
kind = "commitment"
title = {}
source = "charter, 2"
start = "opened"
meets = "treated"
calendar = "desk"
due = { within = "6h" }
pauses = ["user"]

[[targets]]
id = "duration"
metric = "duration"
kind = "estimate"
title = {}
source = "charter, 3"
start = "opened"
meets = "closed"
calendar = "desk"
due = { within = "8h" }
`

// ticket opens at the first of the times, is treated at the second and closed at the third; "" is never.
func ticket(t testing.TB, id, priority string, times ...string) Timeline {
	zone, err := time.LoadLocation("Europe/Warsaw")
	require.NoError(t, err)
	tl := Timeline{ID: id}
	for i, kind := range []string{"opened", "treated", "closed"} {
		if i < len(times) && times[i] != "" {
			at, err := time.ParseInLocation("2006-01-02 15:04", times[i], zone)
			require.NoError(t, err)
			tl.Events = append(tl.Events, Event{Kind: kind, At: at})
		}
	}
	tl.Events[0].Attributes = map[string]string{"priority": priority}
	return tl
}

func inTurn(timelines ...Timeline) iter.Seq2[Timeline, error] {
	return func(yield func(Timeline, error) bool) {
		for _, tl := range timelines {
			if !yield(tl, nil) {
				return
			}
		}
	}
}

func (r *Replayed) target(id string) *ReplayedTarget {
	return &r.Targets[slices.IndexFunc(r.Targets, func(t ReplayedTarget) bool { return t.ID == id })]
}

// One number differs: 6h becomes 4h. Every figure was worked out on paper.
func TestReplayOfEditionsThatDifferInOneNumber(t *testing.T) {
	old := edition(t, charterBefore, "Testville", "Testville 2025")
	new := edition(t, charterBefore, `due = { within = "6h" }`, `due = { within = "4h" }`)
	now := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC) // noon
	r := Replay(old, new, inTurn(
		ticket(t, "A", "low", "2026-03-02 08:00", "2026-03-02 11:00"), // due 14:00, then 12:00: met, met
		ticket(t, "B", "low", "2026-03-02 08:00", "2026-03-02 13:00"), // met, then an hour late
		ticket(t, "C", "low", "2026-03-06 12:00", "2026-03-06 15:00"), // Friday: due Monday 10:00, then Friday 16:00: 2d18h earlier
		ticket(t, "D", "low", "2026-03-31 15:00", "2026-04-02 09:00"), // due 1 April 13:00, then 11:00: late under both
		ticket(t, "E", "low", "2026-04-01 08:00"),                     // breached under both
		ticket(t, "F", "low", "2026-07-01 09:00"),                     // due at 15:00, then 13:00: open under both
		ticket(t, "G", "high", "2026-03-02 08:00", "2026-03-02 09:00", "2026-03-05 09:00"),
	), now)
	require.NoError(t, r.Err())
	require.Equal(t, 7, r.Timelines)
	require.Empty(t, r.Added)
	require.Empty(t, r.Removed)

	hours := func(n int64) Span { return Span{Seconds: n * 3600} }
	march := Comparison{
		Month: "2026-03", MetToMissed: 1,
		Old:     Tally{Clocks: 4, Met: 3, Missed: 1},
		New:     Tally{Clocks: 4, Met: 2, Missed: 2},
		Earlier: Moves{Count: 4, Sum: hours(2 + 2 + 66 + 2), Largest: hours(66), Median: hours(2)},
	}
	april := Comparison{
		Month: "2026-04", Old: Tally{Clocks: 1, Missed: 1}, New: Tally{Clocks: 1, Missed: 1},
		Earlier: Moves{Count: 1, Sum: hours(2), Largest: hours(2), Median: hours(2)},
	}
	july := Comparison{
		Month: "2026-07", Old: Tally{Clocks: 1, Open: 1}, New: Tally{Clocks: 1, Open: 1},
		Earlier: Moves{Count: 1, Sum: hours(2), Largest: hours(2), Median: hours(2)},
	}
	handling := r.target("handling")
	require.Equal(t, []Comparison{march, april, july}, handling.Months)
	require.Equal(t, Comparison{
		MetToMissed: 1,
		Old:         Tally{Clocks: 6, Met: 3, Missed: 2, Open: 1},
		New:         Tally{Clocks: 6, Met: 2, Missed: 3, Open: 1},
		Earlier:     Moves{Count: 6, Sum: hours(76), Largest: hours(66), Median: hours(2)},
	}, handling.All)

	urgent := r.target("urgent").All
	require.Equal(t, urgent.Old, urgent.New)
	require.Equal(t, Tally{Clocks: 1, Met: 1}, urgent.New)

	// What takes longer than estimated, or is still open then, is not missed.
	duration := r.target("duration").All
	require.Equal(t, Tally{Clocks: 7, Met: 1, Open: 6, Overrun: 6}, duration.New)
	require.Equal(t, duration.Old, duration.New)

	var order []string
	for _, d := range r.Differences {
		order = append(order, d.Timeline)
	}
	require.Equal(t, []string{"C", "A", "B", "D", "E", "F"}, order, "the largest first, then by id")
	c := r.Differences[0]
	require.Equal(t, "-2d18h", c.By.String())
	require.Equal(t, "6h of working time on desk", c.Old.Steps()[1].Why())
	require.Equal(t, "4h of working time on desk", c.New.Steps()[1].Why())
	require.Equal(t, "2026-03-09 10:00", c.Old.Due.Format("2006-01-02 15:04"))
	require.Equal(t, "2026-03-06 16:00", c.New.Due.Format("2006-01-02 15:04"))
	b := r.Differences[2]
	require.Equal(t, []State{Met, MetLate}, []State{b.Old.State, b.New.State})
}

// A target under another id is followed by its metric; one that is really new stands alone.
func TestReplayFollowsTargetsThatAreCalledOtherwise(t *testing.T) {
	old := edition(t, charterBefore, "Testville", "Testville 2025")
	text := strings.Replace(charterBefore, `id = "handling"`, `id = "treatment"`, 1)
	text = strings.Replace(text, `within = "6h"`, `within = "5h"`, 1)
	new := edition(t, text, `metric = "duration"`, `metric = "length"`)
	r := Replay(old, new, inTurn(
		ticket(t, "A", "low", "2026-03-02 08:00", "2026-03-02 11:00"),
		ticket(t, "B", "high", "2026-03-02 08:00", "2026-03-02 13:00"),
	), time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC))
	require.Equal(t, []string{"treatment"}, r.Added)
	require.Equal(t, []string{"handling"}, r.Removed)

	handling, treatment := r.target("handling").All, r.target("treatment").All
	require.Equal(t, Tally{Clocks: 1, Met: 1}, handling.Old)
	require.Equal(t, Tally{}, handling.New)
	require.Equal(t, 1, handling.Replaced)
	require.Equal(t, Moves{Count: 1, Sum: Span{Seconds: 3600}, Largest: Span{Seconds: 3600}, Median: Span{Seconds: 3600}}, handling.Earlier)
	require.Equal(t, Tally{}, treatment.Old)
	require.Equal(t, Tally{Clocks: 1, Met: 1}, treatment.New)
	require.Equal(t, "treatment", r.Differences[0].New.Target.ID)

	duration := r.target("duration").All // of another metric now, and the same id
	require.Equal(t, 0, duration.Replaced)
	require.Equal(t, 2, duration.New.Clocks)
}

// Another target of the same metric takes a ticket over.
func TestReplayWhenOtherTargetsMatch(t *testing.T) {
	old := edition(t, charterBefore, "Testville", "Testville 2025")
	new := edition(t, charterBefore, `match = { priority = "high" }`, `match = { priority = ["high", "low"] }`)
	r := Replay(old, new, inTurn(ticket(t, "A", "low", "2026-03-02 08:00", "2026-03-02 11:00")), time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC))
	handling, urgent := r.target("handling").All, r.target("urgent").All
	require.Equal(t, 1, handling.Replaced)
	require.Equal(t, 1, handling.MetToMissed)
	require.Equal(t, "4h", handling.Earlier.Largest.String())
	require.Equal(t, Tally{Clocks: 1, Missed: 1}, urgent.New)
	require.Empty(t, r.Added)
	require.Empty(t, r.Removed)
}

func TestReplayAgainstItselfFindsNothing(t *testing.T) {
	old, _ := benchEditions(t)
	again, _ := benchEditions(t)
	var tickets []Timeline
	for _, at := range instants(200) {
		tickets = append(tickets, eightEvents(at))
	}
	r := Replay(old, again, inTurn(tickets...), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC))
	require.Equal(t, 200, r.Timelines)
	require.Empty(t, r.Differences)
	for _, target := range r.Targets {
		for _, m := range target.Months {
			require.Equal(t, m.Old, m.New, m.Month)
			require.Zero(t, m.Earlier.Count+m.Later.Count+m.Replaced+m.MetToMissed+m.MissedToMet)
		}
	}
	require.Equal(t, r.UncoveredOld, r.UncoveredNew)
	require.NotZero(t, r.UncoveredOld, "what opens after now has no clock")
}

// What cannot be judged is left out, counted and named; the rest is judged.
func TestReplayLeavesOutWhatCannotBe(t *testing.T) {
	p := edition(t, charterBefore, "Testville", "Testville 2025")
	good := ticket(t, "good", "low", "2026-03-02 08:00", "2026-03-02 11:00")
	bad := ticket(t, "bad", "low", "2026-03-02 11:00", "2026-03-02 08:00")
	unread := errors.New("h.jsonl:7: unknown key")
	r := Replay(p, p, func(yield func(Timeline, error) bool) {
		for i := range 150 {
			if !yield(good, nil) || !yield(bad, nil) || i == 0 && !yield(Timeline{}, unread) {
				return
			}
		}
	}, time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC))
	require.Equal(t, 150, r.Timelines)
	require.Equal(t, 151, r.Failed)
	require.Len(t, r.Mistakes, 100)
	require.ErrorIs(t, r.Err(), unread)
	var e *TimelineError
	require.ErrorAs(t, r.Err(), &e)
	require.Equal(t, "bad", e.Timeline)
	require.True(t, strings.HasSuffix(r.Err().Error(), "\nand 51 more"))
}

// The order in which a history comes does not matter, down to the ten largest,
// although nearly all of these move equally far.
func TestReplayIsTheSameInAnyOrder(t *testing.T) {
	old := edition(t, charterBefore, "Testville", "Testville 2025")
	new := edition(t, charterBefore, `due = { within = "6h" }`, `due = { within = "4h" }`)
	var tickets []Timeline
	for i := range 60 {
		day := fmt.Sprintf("2026-03-%02d", 2+i%5)
		tickets = append(tickets, ticket(t, fmt.Sprintf("T-%02d", i), "low", day+" 08:00", day+" 13:00"))
	}
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	want := Replay(old, new, inTurn(tickets...), now)
	require.Len(t, want.Differences, 10)
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		r.Shuffle(len(tickets), func(i, j int) { tickets[i], tickets[j] = tickets[j], tickets[i] })
		require.Equal(t, want, Replay(old, new, inTurn(tickets...), now))
	}
	for i, d := range want.Differences {
		require.Equal(t, fmt.Sprintf("T-%02d", i), d.Timeline)
	}
}

// ---- a stupid twin ------------------------------------------------------------

// twinMoves holds every move of a target in a month, in nanoseconds.
type twinMoves struct {
	old, new             Tally
	earlier, later       []*big.Int
	metMissed, missedMet int
	replaced             int
}

type twinDifference struct {
	id, target string
	number     int
	by         *big.Int
}

func nanos(s Span) *big.Int {
	n := new(big.Int).Mul(big.NewInt(s.Seconds), big.NewInt(1e9))
	return n.Add(n, big.NewInt(s.Nanos))
}

// twin keeps everything, and counts it afterwards.
func twin(t require.TestingT, before, after *Policy, tickets []Timeline, now time.Time) (map[string]*twinMoves, []twinDifference) {
	months := map[string]*twinMoves{}
	in := func(c *Clock) *twinMoves {
		key := c.Target.ID + " " + c.Start.In(before.zone).Format("2006-01")
		if months[key] == nil {
			months[key] = &twinMoves{}
		}
		return months[key]
	}
	var all []twinDifference
	for _, tl := range tickets {
		a, err := before.Assess(tl, now)
		require.NoError(t, err)
		b, err := after.Assess(tl, now)
		require.NoError(t, err)
		pairs, taken := map[int]int{}, map[int]bool{}
		for _, fits := range []func(a, b *Clock) bool{
			func(a, b *Clock) bool { return a.Target.ID == b.Target.ID && a.Number == b.Number },
			func(a, b *Clock) bool { return a.Target.Metric == b.Target.Metric },
		} {
			for i := range a.Clocks {
				for j := range b.Clocks {
					if _, has := pairs[i]; !has && !taken[j] && fits(&a.Clocks[i], &b.Clocks[j]) {
						pairs[i], taken[j] = j, true
					}
				}
			}
		}
		for i := range a.Clocks {
			c := &a.Clocks[i]
			m := in(c)
			m.old.count(c)
			j, has := pairs[i]
			if !has {
				continue
			}
			d := &b.Clocks[j]
			if c.Target.ID != d.Target.ID {
				m.replaced++
			}
			late := func(s State) bool { return s == Breached || s == MetLate }
			if c.State == Met && late(d.State) {
				m.metMissed++
			}
			if late(c.State) && d.State == Met {
				m.missedMet++
			}
			if c.State == Undetermined || d.State == Undetermined || c.Due.Equal(d.Due) {
				continue
			}
			by := new(big.Int).Sub(big.NewInt(d.Due.UnixNano()), big.NewInt(c.Due.UnixNano()))
			all = append(all, twinDifference{tl.ID, c.Target.ID, c.Number, by})
			if by.Sign() < 0 {
				m.earlier = append(m.earlier, new(big.Int).Abs(by))
			} else {
				m.later = append(m.later, by)
			}
		}
		for j := range b.Clocks {
			in(&b.Clocks[j]).new.count(&b.Clocks[j])
		}
	}
	slices.SortStableFunc(all, func(a, b twinDifference) int {
		return cmp.Or(b.by.CmpAbs(a.by), strings.Compare(a.id, b.id), strings.Compare(a.target, b.target), cmp.Compare(a.number, b.number))
	})
	return months, all[:min(len(all), 10)]
}

func sameMoves(t require.TestingT, want []*big.Int, got Moves) {
	require.Equal(t, len(want), got.Count)
	if len(want) == 0 {
		require.Equal(t, Moves{}, got)
		return
	}
	sum := new(big.Int)
	for _, by := range want {
		sum.Add(sum, by)
	}
	slices.SortFunc(want, (*big.Int).Cmp)
	minute := big.NewInt(60e9)
	median := new(big.Int).Div(want[(len(want)-1)/2], minute)
	require.Equal(t, sum.String(), nanos(got.Sum).String())
	require.Equal(t, want[len(want)-1].String(), nanos(got.Largest).String())
	require.Equal(t, median.Mul(median, minute).String(), nanos(got.Median).String())
}

func TestReplayCountsAsItsTwin(t *testing.T) {
	editions := []*Policy{
		edition(t, charterBefore, "Testville", "Testville 2025"),
		edition(t, charterBefore, `within = "6h"`, `within = "90m"`),
		edition(t, charterBefore, `within = "2h"`, `within = "11h"`),
		edition(t, charterBefore, `"08:00-16:00"`, `"10:00-19:30"`),
		edition(t, charterBefore, `match = { priority = "high" }`, `match = { priority = "low" }`),
		edition(t, charterBefore, `due = { within = "6h" }`, `due = { days = 2, at = "close" }`),
		edition(t, charterBefore, `zone = "Europe/Warsaw"`, `zone = "Asia/Tehran"`),
		edition(t, charterBefore, `id = "handling"`, `id = "treatment"`),
	}
	rapid.Check(t, func(t *rapid.T) {
		before, after := rapid.SampledFrom(editions).Draw(t, "old"), rapid.SampledFrom(editions).Draw(t, "new")
		now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
		var tickets []Timeline
		for i := range rapid.IntRange(0, 40).Draw(t, "tickets") {
			at := now.Add(-time.Duration(rapid.Int64Range(0, int64(70*24*time.Hour)).Draw(t, "opened")))
			tl := Timeline{ID: fmt.Sprint("T-", i)}
			add := func(kind, reason string, attributes map[string]string) {
				tl.Events = append(tl.Events, Event{Kind: kind, At: at, Reason: reason, Attributes: attributes})
				at = at.Add(time.Duration(rapid.Int64Range(0, int64(9*time.Hour)).Draw(t, "after")))
			}
			priority := rapid.SampledFrom([]string{"low", "high"})
			add("opened", "", map[string]string{"priority": priority.Draw(t, "priority")})
			for range rapid.IntRange(0, 4).Draw(t, "events") {
				switch rapid.IntRange(0, 4).Draw(t, "event") {
				case 0:
					add("changed", "", map[string]string{"priority": priority.Draw(t, "priority")})
				case 1:
					add(Paused, "user", nil)
				case 2:
					add(Resumed, "user", nil)
				case 3:
					add("treated", "", nil)
				case 4:
					add(Reopened, "", nil)
				}
			}
			tickets = append(tickets, tl)
		}
		months, largest := twin(t, before, after, tickets, now)
		got := Replay(before, after, inTurn(tickets...), now)
		require.NoError(t, got.Err())
		count := 0
		for _, target := range got.Targets {
			count += len(target.Months)
			for _, m := range target.Months {
				want := months[target.ID+" "+m.Month]
				require.NotNil(t, want, "%s %s", target.ID, m.Month)
				require.Equal(t, want.old, m.Old)
				require.Equal(t, want.new, m.New)
				require.Equal(t, []int{want.replaced, want.metMissed, want.missedMet}, []int{m.Replaced, m.MetToMissed, m.MissedToMet})
				sameMoves(t, want.earlier, m.Earlier)
				sameMoves(t, want.later, m.Later)
			}
			var earlier, later []*big.Int
			for key, m := range months {
				if strings.HasPrefix(key, target.ID+" ") {
					earlier, later = append(earlier, m.earlier...), append(later, m.later...)
				}
			}
			sameMoves(t, earlier, target.All.Earlier)
			sameMoves(t, later, target.All.Later)
		}
		require.Equal(t, len(months), count)
		var ten []twinDifference
		for _, d := range got.Differences {
			ten = append(ten, twinDifference{d.Timeline, d.Old.Target.ID, d.Old.Number, nanos(d.By)})
			require.Equal(t, nanos(d.By), nanos(spanBetween(d.Old.Due, d.New.Due)))
			require.NotEmpty(t, d.Old.Steps())
			require.NotEmpty(t, d.New.Steps())
		}
		require.Len(t, ten, len(largest))
		for i := range ten {
			require.Equal(t, largest[i], ten[i])
		}
	})
}

// ---- parts --------------------------------------------------------------------

func spans() *rapid.Generator[Span] {
	return rapid.Custom(func(t *rapid.T) Span {
		s := rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64Range(math.MinInt64/4, math.MaxInt64/4)).Draw(t, "seconds")
		return Span{s, rapid.Int64Range(-999_999_999, 999_999_999).Draw(t, "nanos")}.normal()
	})
}

func TestSpansCountExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := spans().Draw(t, "a"), spans().Draw(t, "b")
		sum := a.plus(b)
		require.Equal(t, new(big.Int).Add(nanos(a), nanos(b)).String(), nanos(sum).String())
		for _, s := range []Span{a, b, sum} {
			require.Less(t, s.abs().Nanos, int64(1e9))
			require.False(t, s.Seconds > 0 && s.Nanos < 0 || s.Seconds < 0 && s.Nanos > 0, "%+v has two signs", s)
			require.Equal(t, nanos(s).Sign() < 0, s.negative())
			switch n := nanos(s); {
			case n.IsInt64():
				require.Equal(t, n.Int64(), int64(s.Duration()))
			case n.Sign() < 0:
				require.Equal(t, time.Duration(math.MinInt64), s.Duration())
			default:
				require.Equal(t, time.Duration(math.MaxInt64), s.Duration())
			}
		}
		require.Equal(t, nanos(a).Cmp(nanos(b)), a.Cmp(b))
	})
}

func TestSpanString(t *testing.T) {
	for want, s := range map[string]Span{
		"0s": {}, "20m": {Seconds: 1200}, "-1h30m": {Seconds: -5400}, "3d4h": {Seconds: 76 * 3600}, "-1d": {Seconds: -86400},
		"1ns": {Nanos: 1}, "-1d0.5s": {Seconds: -86400, Nanos: -5e8}, "106751991167300d15h30m7s": {Seconds: math.MaxInt64},
	} {
		if got := s.String(); got != strings.Replace(want, "0.5s", "500ms", 1) {
			t.Errorf("%+v is %s, want %s", s, got, want)
		}
	}
}

// However many different numbers of minutes there are, the buckets are few, and
// the median lies in the bucket of the true one.
func TestHistogramStaysSmall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		width := rapid.SampledFrom([]int64{100, mostBuckets, 5 * mostBuckets, 1e9}).Draw(t, "width")
		var parts [3]histogram
		var merged histogram
		var minutes []int64
		for range rapid.IntRange(1, 20_000).Draw(t, "count") {
			m := r.Int64N(width)
			minutes = append(minutes, m)
			parts[r.IntN(3)].add(Span{Seconds: m*60 + r.Int64N(60)})
		}
		for i := range parts {
			merged.merge(&parts[i])
		}
		slices.Sort(minutes)
		require.LessOrEqual(t, len(merged.buckets), mostBuckets)
		want := minutes[(len(minutes)-1)/2] >> merged.shift << merged.shift
		require.Equal(t, want, merged.median().Seconds/60)
		if width <= mostBuckets {
			require.Zero(t, merged.shift, "few minutes are counted one by one")
		}
	})
}
