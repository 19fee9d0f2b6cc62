package sla

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// An instant is the time that it was made of, in any year, and compares as that does.
func TestInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) time.Time {
			sec := rapid.Int64Range(zeroTimeUnix, 1<<38).Draw(t, name)
			return time.Unix(sec, rapid.SampledFrom([]int64{0, 1, 5e8, 1e9 - 2, 1e9 - 1}).Draw(t, name+"'s fraction")).UTC()
		}
		a := draw("a")
		b := rapid.SampledFrom([]time.Time{a, a.Add(1), a.Add(-1), draw("b")}).Draw(t, "b")
		x, y := instantOf(a), instantOf(b)
		if got := x.in(time.UTC); !got.Equal(a) {
			t.Errorf("%v comes back as %v", a, got)
		}
		if x.before(y) != a.Before(b) || x.after(y) != a.After(b) || (x == y) != a.Equal(b) {
			t.Errorf("%v and %v do not compare as their instants", a, b)
		}
		if got := x.next().in(time.UTC); !got.Equal(a.Add(1)) {
			t.Errorf("after %v comes %v", a, got)
		}
		if got := x.max(y).in(time.UTC); got.Before(a) || got.Before(b) {
			t.Errorf("the later of %v and %v is %v", a, b, got)
		}
		if got := x.min(y).in(time.UTC); got.After(a) || got.After(b) {
			t.Errorf("the earlier of %v and %v is %v", a, b, got)
		}
	})
}
