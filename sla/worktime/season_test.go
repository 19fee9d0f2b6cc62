package worktime

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// meets jumps from season to season; the twin goes day by day.
func TestSeasonsMeetAsDayByDay(t *testing.T) {
	day := rapid.Custom(func(t *rapid.T) Date {
		return Date{2000, 1, 1}.AddDays(rapid.OneOf(rapid.IntRange(0, 365), rapid.SampledFrom([]int{0, 58, 59, 60, 365})).Draw(t, "day"))
	})
	season := rapid.Custom(func(t *rapid.T) *Season {
		s := &Season{From: day.Draw(t, "from"), To: day.Draw(t, "to"), Week: map[time.Weekday][]Interval{}}
		if rapid.Bool().Draw(t, "yearly") {
			s.From.Year, s.To.Year = 0, 0
		} else {
			s.From, s.To = s.From.AddDays(0), s.From.AddDays(rapid.SampledFrom([]int{0, 1, 6, 7, 300, 5000, 20000}).Draw(t, "days"))
		}
		for _, weekday := range rapid.SliceOfN(rapid.IntRange(0, 6), 1, 3).Draw(t, "week") {
			s.Week[time.Weekday(weekday)] = nil
		}
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		s, o := season.Draw(t, "s"), season.Draw(t, "o")
		got, ok := s.meets(o)
		want, wantOK := meetsDayByDay(s, o)
		if got != want || ok != wantOK {
			t.Fatalf("%v–%v and %v–%v meet on %q, %t; day by day %q, %t", s.From, s.To, o.From, o.To, got, ok, want, wantOK)
		}
	})
}

func meetsDayByDay(s, o *Season) (day string, ok bool) {
	if s.From.Year == 0 && o.From.Year != 0 {
		s, o = o, s
	}
	from, to := s.From, s.To
	if from.Year == 0 {
		from, to = Date{2000, time.January, 1}, Date{2000, time.December, 31}
	}
	for d := from; d.Compare(to) <= 0; d = d.AddDays(1) {
		if s.contains(d) && o.contains(d) && s.shares(o, d) {
			d.Year *= min(s.From.Year, 1)
			return d.ofYear(), true
		}
	}
	return "", false
}
