package kpi

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla/worktime"
)

// KA-12, KA-13, KA-14, A-33, A-35: a ratio is compared with its limit exactly, on both
// sides of it.
func TestTargets(t *testing.T) {
	p := policy(t)
	for _, tt := range []struct {
		indicator string
		n, d      int64
		want      State
	}{
		{"repairs", 9, 100, Met},
		{"repairs", 10, 100, Missed},
		{"repairs", 99_999_999, 1_000_000_000, Met},
		{"renewal", 15, 100, Met},
		{"renewal", 14, 100, Missed},
		{"renewal", 3, 20, Met},
		{"availability", 2000, 2000, Met},
		{"availability", 1999, 2000, Missed}, // 99.95 %
		{"availability", math.MaxInt64 - 1, math.MaxInt64, Missed},
		{"availability", 0, 0, NoData},
		{"repairs", 0, 0, NoData},
		{"repairs", 0, 1, Met},
		{"channel", 1, 3, Informed},
		{"channel", 0, 0, NoData},
		{"duties-done", 9, 10, Met},
		{"duties-done", 899, 1000, Missed},
	} {
		in, ok := p.Indicator(tt.indicator)
		require.True(t, ok)
		if got := in.Target.Verdict(townclerk.Ratio{N: tt.n, D: tt.d}); got != tt.want {
			t.Errorf("%s of %d/%d is %s, want %s", tt.indicator, tt.n, tt.d, got, tt.want)
		}
	}
	for _, tt := range []struct {
		compare Comparator
		n       int64
		want    bool
	}{
		{AtLeast, 9, false}, {AtLeast, 10, true}, {AtLeast, 11, true},
		{AtMost, 9, true}, {AtMost, 10, true}, {AtMost, 11, false},
		{MoreThan, 9, false}, {MoreThan, 10, false}, {MoreThan, 11, true},
		{LessThan, 9, true}, {LessThan, 10, false}, {LessThan, 11, false},
		{"about", 10, false},
	} {
		if got := (Target{tt.compare, 1, 10}).Holds(townclerk.Ratio{N: tt.n, D: 100}); got != tt.want {
			t.Errorf("%s 10 %%: %d %% is %v, want %v", tt.compare, tt.n, got, tt.want)
		}
	}
}

func TestLimits(t *testing.T) {
	for text, want := range map[string]townclerk.Ratio{
		"15 %": {N: 3, D: 20}, "99.95%": {N: 1999, D: 2000}, "100 %": {N: 1, D: 1}, "0.9": {N: 9, D: 10}, "12": {N: 12, D: 1}, "0 %": {N: 0, D: 1},
	} {
		got, err := parseLimit(text)
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "%", "15 percent", "-3 %", "1/3", "1e3", "0x10", "1.2.3", "0.00000000000000000001"} {
		_, err := parseLimit(text)
		require.Error(t, err, text)
	}
}

// Periods are calendar months, quarters and years in the zone of the promises.
func TestPeriods(t *testing.T) {
	p := policy(t)
	for _, tt := range []struct{ indicator, at, from, to string }{
		{"repairs", "2026-12-31 23:59", "2026-01-01", "2027-01-01"},
		{"repairs", "2027-01-01 00:00", "2027-01-01", "2028-01-01"},
		{"duties-done", "2026-06-30 23:59", "2026-04-01", "2026-07-01"},
		{"duties-done", "2026-12-01 00:00", "2026-10-01", "2027-01-01"},
		{"channel", "2026-03-29 03:00", "2026-03-01", "2026-04-01"},
	} {
		got := p.Period(tt.indicator, local(t, tt.at))
		if want := between(t, tt.from, tt.to); got != want {
			t.Errorf("Period(%s, %s) = %v, want %v", tt.indicator, tt.at, got, want)
		}
	}
	require.Zero(t, p.Period("nothing", local(t, "2026-01-01 00:00")))
}

// One pass over a stream counts what many indicators ask, and ends with its error.
func TestTally(t *testing.T) {
	even := Counter[int]{"even", func(n *int) (int64, int64) { return int64(1 - *n%2), 1 }, func(n *int) string { return fmt.Sprint(*n) }}
	sum := Counter[int]{Indicator: "sum", Counts: func(n *int) (int64, int64) { return int64(*n), 0 }}
	read := 0
	numbers := func(yield func(int, error) bool) {
		for n := range 1000 {
			read++
			if !yield(n, nil) {
				return
			}
		}
	}
	got, err := Tally(numbers, even, sum)
	require.NoError(t, err)
	require.Equal(t, 1000, read)
	require.Equal(t, Count{N: 499500}, got["sum"])
	require.Equal(t, int64(500), got["even"].N)
	require.Equal(t, int64(1000), got["even"].D)
	require.Len(t, got["even"].Evidence, 100)
	require.Equal(t, "198", got["even"].Evidence[99])
	require.Equal(t, int64(400), got["even"].More)

	both, err := Tally(numbers, even, even)
	require.NoError(t, err)
	twice, err := got["even"].Plus(got["even"])
	require.NoError(t, err)
	require.Equal(t, twice, both["even"], "an indicator may count twice")

	whole := Counter[int]{Indicator: "whole", Counts: func(n *int) (int64, int64) { return int64(*n), 1 }}
	got, err = Tally(stream(math.MaxInt64-1, 1), whole)
	require.NoError(t, err)
	require.Equal(t, int64(math.MaxInt64), got["whole"].N)
	_, err = Tally(stream(math.MaxInt64-1, 2), whole)
	require.ErrorContains(t, err, "indicator whole: the count is too large")
	_, err = Tally(stream(math.MaxInt64), whole, whole)
	require.ErrorContains(t, err, "indicator whole: the count is too large")

	broken := errors.New("line 3 cannot be read")
	_, err = Tally(func(yield func(int, error) bool) { _ = yield(1, nil) && yield(0, broken) }, even)
	require.ErrorIs(t, err, broken)
}

// KA-12, A-32: availability is the union of outages within office hours over office hours.
func TestAvailability(t *testing.T) {
	cal := policy(t).Calendar("office")
	year := between(t, "2026-01-01", "2027-01-01")
	whole, err := cal.Between(year.From, year.To)
	require.NoError(t, err)
	out := func(id, from, to string) Outage {
		o := Outage{ID: id, From: local(t, from)}
		if to != "" {
			o.To = local(t, to)
		}
		return o
	}
	for _, tt := range []struct {
		name    string
		outages []Outage
		down    time.Duration
		shows   []string
	}{
		{"none is 100 %, exactly", nil, 0, nil},
		{"an hour", []Outage{out("a", "Mon 2026-06-08 09:00", "Mon 2026-06-08 10:00")}, time.Hour, []string{"a"}},
		{"a nanosecond is no 100 %", []Outage{{"a", local(t, "Mon 2026-06-08 09:00"), local(t, "Mon 2026-06-08 09:00").Add(1)}}, 1, []string{"a"}},
		{"two that overlap count once", []Outage{
			out("a", "Mon 2026-06-08 09:00", "Mon 2026-06-08 11:00"), out("b", "Mon 2026-06-08 10:00", "Mon 2026-06-08 12:00"),
		}, 3 * time.Hour, []string{"a", "b"}},
		{"one inside another adds nothing", []Outage{
			out("a", "Mon 2026-06-08 09:00", "Mon 2026-06-08 13:00"), out("b", "Mon 2026-06-08 10:00", "Mon 2026-06-08 12:00"),
			out("c", "Mon 2026-06-08 12:30", "Mon 2026-06-08 13:30"),
		}, 4*time.Hour + 30*time.Minute, []string{"a", "c"}},
		{"across midnight", []Outage{out("a", "Mon 2026-06-08 15:00", "Tue 2026-06-09 08:00")}, time.Hour, []string{"a"}},
		{"over a weekend", []Outage{out("a", "Fri 2026-06-12 15:29", "Mon 2026-06-15 07:31")}, 2 * time.Minute, []string{"a"}},
		{"on a Sunday takes nothing", []Outage{out("a", "Sun 2026-06-14 08:00", "Sun 2026-06-14 12:00")}, 0, nil},
		{"on a holiday takes nothing", []Outage{out("a", "Thu 2026-06-04 08:00", "Thu 2026-06-04 12:00")}, 0, nil}, // Corpus Christi
		{"across New Year, from the year before", []Outage{out("a", "Wed 2025-12-31 12:00", "Fri 2026-01-02 08:30")}, time.Hour, []string{"a"}},
		{"across New Year, into the year after", []Outage{out("a", "Thu 2026-12-31 14:30", "Sat 2027-01-02 09:00")}, time.Hour, []string{"a"}},
		{"one that lasts", []Outage{out("a", "Thu 2026-12-31 15:00", "")}, 30 * time.Minute, []string{"a"}},
		{"all of the year before", []Outage{out("a", "Mon 2025-06-09 08:00", "Mon 2025-06-09 12:00")}, 0, nil},
		{"over the autumn clock change", []Outage{out("a", "Fri 2026-10-23 15:00", "Mon 2026-10-26 08:00")}, time.Hour, []string{"a"}},
	} {
		got, err := Availability(cal, year, stream(tt.outages...))
		require.NoError(t, err, tt.name)
		if down := time.Duration(got.D - got.N); down != tt.down || got.D != int64(whole) {
			t.Errorf("%s: down %v of %v, want %v of %v", tt.name, down, time.Duration(got.D), tt.down, whole)
		}
		require.Equal(t, tt.shows, got.Evidence, tt.name)
		want := Missed
		if tt.down == 0 {
			want = Met
		}
		require.Equal(t, want, (&Target{AtLeast, 1, 1}).Verdict(got.Ratio()), tt.name)
	}
	require.Equal(t, "99.95", townclerk.Ratio{N: 1999, D: 2000}.Percent(2))

	_, err = Availability(cal, year, stream(out("a", "Tue 2026-06-09 08:00", ""), out("b", "Mon 2026-06-08 08:00", "")))
	require.ErrorContains(t, err, "outage b began at 2026-06-08 06:00:00Z, before the one that came before it")
	_, err = Availability(cal, year, stream(out("a", "Tue 2026-06-09 08:00", "Mon 2026-06-08 08:00")))
	require.ErrorContains(t, err, "before it began")
	_, err = Availability(cal, between(t, "2035-01-01", "2037-01-01"), stream[Outage]())
	require.ErrorIs(t, err, worktime.ErrNotCovered)
	_, err = Availability(nil, year, stream[Outage]())
	require.Error(t, err)
	_, err = Availability(cal, townclerk.Period{From: year.To, To: year.From}, stream[Outage]())
	require.Error(t, err)
	broken := errors.New("no such line")
	var failing iter.Seq2[Outage, error] = func(yield func(Outage, error) bool) { yield(Outage{}, broken) }
	_, err = Availability(cal, year, failing)
	require.ErrorIs(t, err, broken)
}

// The stupid twin: minutes of office hours in which any outage lasts.
func TestAvailabilityTwin(t *testing.T) {
	cal := policy(t).Calendar("office")
	in := between(t, "2026-12-21", "2027-01-08")
	for seed := range 20 {
		var outages []Outage
		from := in.From.Add(-48 * time.Hour)
		for i := range 25 {
			from = from.Add(time.Duration((seed*7919+i*104729)%1500) * time.Minute)
			outages = append(outages, Outage{From: from, To: from.Add(time.Duration((seed*31+i*997)%2900) * time.Minute)})
		}
		got, err := Availability(cal, in, stream(outages...))
		require.NoError(t, err)
		var down, whole int64
		for m := in.From; m.Before(in.To); m = m.Add(time.Minute) {
			open, err := cal.Open(m)
			require.NoError(t, err)
			if !open {
				continue
			}
			whole++
			for _, o := range outages {
				if !m.Before(o.From) && m.Before(o.To) {
					down++
					break
				}
			}
		}
		require.Equal(t, whole, got.D/int64(time.Minute))
		require.Equal(t, down, (got.D-got.N)/int64(time.Minute), "seed %d", seed)
	}
}
