package worktime

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFingerprint(t *testing.T) {
	load := func(name string) *time.Location {
		loc, err := time.LoadLocation(name)
		require.NoError(t, err)
		return loc
	}
	warsaw := Fingerprint(load("Europe/Warsaw"), 2020, 2035)
	require.Regexp(t, regexp.MustCompile("^sha256:[0-9a-f]{64}$"), warsaw)
	tests := []struct {
		name     string
		loc      *time.Location
		from, to int
		same     bool
	}{
		{"itself", load("Europe/Warsaw"), 2020, 2035, true},
		{"a zone whose clocks change at the same instants", load("Europe/Paris"), 2020, 2035, true},
		{"one that changes at other times of the year", load("Asia/Jerusalem"), 2020, 2035, false},
		{"one without changes", load("Asia/Tehran"), 2023, 2035, false},
		{"other years", load("Europe/Warsaw"), 2020, 2036, false},
	}
	for _, tt := range tests {
		if got := Fingerprint(tt.loc, tt.from, tt.to) == warsaw; got != tt.same {
			t.Errorf("%s: the same is %v, want %v", tt.name, got, tt.same)
		}
	}
}

func TestStartOfADate(t *testing.T) {
	tests := []struct {
		zone string
		date Date
		want string
	}{
		{"Asia/Jerusalem", Date{2026, time.January, 1}, "2026-01-01T00:00:00+02:00"},
		{"America/Havana", Date{2026, time.March, 8}, "2026-03-08T01:00:00-04:00"},    // the clock skips midnight
		{"America/Havana", Date{2026, time.November, 1}, "2026-11-01T00:00:00-04:00"}, // and shows it twice
		{"Pacific/Apia", Date{2011, time.December, 30}, "2011-12-31T00:00:00+14:00"},  // a date that was skipped
	}
	for _, tt := range tests {
		loc, err := time.LoadLocation(tt.zone)
		require.NoError(t, err)
		if got := tt.date.Start(loc).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s begins in %s at %s, want %s", tt.date, tt.zone, got, tt.want)
		}
	}
}

// TestLocked: in the locked years the locked dates hold, and the rules do beyond.
func TestLocked(t *testing.T) {
	spec := Spec{
		Name: "desk", Zone: time.UTC, Week: Week{time.Monday: {{From: 8 * TimeOfDay(time.Hour), To: 16 * TimeOfDay(time.Hour)}}},
		Holidays: []Holiday{{Name: "first", On: NthWeekday{N: 1, Weekday: time.Monday, Month: time.June}}},
		Locked:   &Locked{From: 2026, To: 2027, Dates: map[Date]string{{2026, time.June, 8}: "second"}},
	}
	c, err := New(spec)
	require.NoError(t, err)
	for date, want := range map[Date]string{
		{2025, time.June, 2}: "first", {2026, time.June, 1}: "", {2026, time.June, 8}: "second", {2027, time.June, 7}: "", {2028, time.June, 5}: "first",
		{1900, time.June, 4}: "first", // from the table of all years
	} {
		if got := c.Note(date); got != want {
			t.Errorf("%s is %q, want %q", date, got, want)
		}
		if _, open, err := c.Working(date); err != nil || open == (want != "") {
			t.Errorf("%s is open: %v (%v)", date, open, err)
		}
	}
	delete(spec.Locked.Dates, Date{2026, time.June, 8})
	require.Equal(t, "second", c.Note(Date{2026, time.June, 8}), "the calendar has its own copy")

	dates, err := c.Resolve(2026, 2027)
	require.NoError(t, err)
	require.Equal(t, map[Date]string{{2026, time.June, 1}: "first", {2027, time.June, 7}: "first"}, dates, "by the rules")
	from, to := c.Years()
	require.Equal(t, []int{0, 0}, []int{from, to})
	require.True(t, c.HasHolidays())

	spec.Locked = &Locked{From: 2026, To: 2025, Dates: map[Date]string{{2026, time.June, 31}: "none"}}
	_, err = New(spec)
	require.EqualError(t, err, "calendar desk: locked from 2026 to 2025 is no year\ncalendar desk: locked is 2026-06-31, which is no date of the years 2026–2025")
}
