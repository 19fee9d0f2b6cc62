package worktime

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A zone's table is compared with its clock, read every quarter of an hour over
// the end of Go's own table (2037) and the leap years behind it, where ZoneBounds
// errs on 31 December.
func TestZoneAgainstProbing(t *testing.T) {
	names := []string{
		"Asia/Jerusalem", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca", "Antarctica/Troll",
		"Europe/Dublin", "America/Havana", "Asia/Tehran",
	}
	from, to := Date{2036, 1, 1}, Date{2049, 2, 1}
	if testing.Short() {
		names, from = names[:2], Date{2044, 1, 1}
	}
	for _, name := range names {
		loc := location(t, name)
		probe(t, loc, int64(from.number())*secondsPerDay, int64(to.number())*secondsPerDay, 15*60)
	}
}

// Dates on which zones did what they do not do today.
func TestZoneOddities(t *testing.T) {
	for _, tt := range []struct {
		name, zone string
		on         Date
	}{
		{"went back by a day", "Pacific/Kwajalein", Date{1969, 9, 30}},
		{"skipped a date", "Pacific/Kwajalein", Date{1993, 8, 21}},
		{"skipped a date", "Pacific/Apia", Date{2011, 12, 30}},
		{"changed at 23:30", "America/Toronto", Date{1919, 3, 30}},
		{"double summer time, back by two steps", "Europe/London", Date{1947, 6, 1}},
		{"two changes within days", "Africa/Cairo", Date{2010, 9, 1}},
		{"four changes a year", "Africa/Casablanca", Date{2014, 7, 1}},
		{"back by half an hour, for good", "Asia/Pyongyang", Date{2015, 8, 15}},
		{"back by half an hour", "America/Caracas", Date{2007, 12, 9}},
		{"midnight shown twice", "Asia/Beirut", Date{2026, 10, 25}},
		{"a minute past midnight", "America/St_Johns", Date{1987, 4, 5}},
		{"a minute past midnight", "Asia/Gaza", Date{2010, 3, 27}},
		{"by twenty minutes and a day", "Pacific/Kiritimati", Date{1979, 10, 1}},
	} {
		on := int64(tt.on.number()) * secondsPerDay
		if !probe(t, location(t, tt.zone), on-100*secondsPerDay, on+100*secondsPerDay, 60) {
			t.Errorf("%s: %s, %v", tt.name, tt.zone, tt.on)
		}
	}
}

// probe walks from one instant to another in steps of so many seconds, and holds
// what the clock shows against the zone's table, in both directions.
func probe(t *testing.T, loc *time.Location, from, to, step int64) (ok bool) {
	t.Helper()
	z := newZone(loc, from, to)
	highest := from + offsetAt(loc, from) - step
	for at := from; at < to; at += step {
		shown := at + offsetAt(loc, at)
		want, wantBehind := shown, false
		if shown <= highest { // the clock went back
			want, wantBehind = highest+step, true
		}
		if wall, behind := z.reading(at); wall != want || behind != wantBehind {
			t.Errorf("%v: reading(%d) = %d, %v, want %d, %v", loc, at, wall, behind, want, wantBehind)
			return false
		}
		for ; highest < shown; highest += step {
			// The times that come into view now, of which it skips all but the last.
			got, skipped := z.instant(highest + step)
			if wantSkipped := highest+step < shown; got != at || skipped != wantSkipped {
				t.Errorf("%v: instant(%d) = %d, %v, want %d, %v", loc, highest+step, got, skipped, at, wantSkipped)
				return false
			}
		}
	}
	return true
}

// The walker gives the zone's answers, in any order.
func TestWalker(t *testing.T) {
	loc := location(t, "Pacific/Kwajalein")
	first, last := Date{1969, 9, 20}.number(), Date{1993, 9, 1}.number()
	z := newZone(loc, int64(first)*secondsPerDay, int64(last)*secondsPerDay)
	w := &walker{zone: z}
	for n := first; n < last; n += 3 {
		for _, number := range []int{n, n + 2, n - 1, first, last} {
			for _, tod := range []TimeOfDay{0, Clock(12, 0, 0), Midnight24} {
				want, _ := z.instant(int64(number)*secondsPerDay + tod.seconds())
				if got := w.instant(number, tod); got != want {
					t.Fatalf("instant(%v, %v) = %d, want %d", dateOf(number), tod, got, want)
				}
			}
		}
	}
}

// The nights of summer time, of which a span holds the one at its beginning.
func TestClockChangesOfASpan(t *testing.T) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	require.NoError(t, err)
	spring := time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)
	autumn := time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name     string
		from, to time.Time
		want     []time.Time
	}{
		{"a year has both", time.Date(2026, 1, 1, 0, 0, 0, 0, warsaw), time.Date(2027, 1, 1, 0, 0, 0, 0, warsaw), []time.Time{spring, autumn}},
		{"from is within", spring, spring.Add(1), []time.Time{spring}},
		{"to is not", spring.Add(-time.Hour), spring, nil},
		{"a nanosecond late", spring.Add(1), autumn, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ClockChanges(warsaw, tt.from, tt.to)
			if !slices.EqualFunc(got, tt.want, time.Time.Equal) {
				t.Errorf("ClockChanges(%s, %s) = %v, want %v", tt.from, tt.to, got, tt.want)
			}
		})
	}
}
