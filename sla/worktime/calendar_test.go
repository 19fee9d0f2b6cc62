package worktime

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// weekly reads lines such as "sun-thu 07:30-16:30" or "fri 08:00-12:00 13:00-15:00".
func weekly(t testing.TB, lines ...string) Week {
	t.Helper()
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	var w Week
	for _, line := range lines {
		days, hours, _ := strings.Cut(line, " ")
		first, last, isRange := strings.Cut(days, "-")
		if !isRange {
			last = first
		}
		day, end := slices.Index(names, first), slices.Index(names, last)
		require.True(t, day >= 0 && end >= 0, line)
		w[end] = intervals(t, hours)
		for ; day != end; day = (day + 1) % 7 {
			w[day] = w[end]
		}
	}
	return w
}

// intervals reads "07:30-12:00 13:00-16:30".
func intervals(t testing.TB, s string) []Interval {
	t.Helper()
	hours := []Interval{}
	for _, field := range strings.Fields(s) {
		iv, err := ParseInterval(field)
		require.NoError(t, err)
		hours = append(hours, iv)
	}
	return hours
}

func date(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	require.NoError(t, err)
	return d
}

// instant reads "Sun 2026-06-07 07:30", with seconds, a fraction or an offset if
// need be, and holds the day of the week against the date.
func instant(t testing.TB, loc *time.Location, s string) time.Time {
	t.Helper()
	weekday, text, _ := strings.Cut(s, " ")
	at, err := ParseTime(text, loc)
	require.NoError(t, err)
	require.Equal(t, at.Format("Mon"), weekday, s)
	return at
}

func mustNew(t testing.TB, s Spec) *Calendar {
	t.Helper()
	c, err := New(s)
	require.NoError(t, err)
	return c
}

// desk is Ra'anana's, without its holidays (RA-14; RA-40 has the same hours).
func desk(t testing.TB) *Calendar {
	t.Helper()
	return mustNew(t, Spec{Name: "desk", Zone: location(t, "Asia/Jerusalem"), Week: weekly(t, "sun-thu 07:30-16:30")})
}

func always(t testing.TB, zone string) *Calendar {
	t.Helper()
	return mustNew(t, Spec{Name: "always", Zone: location(t, zone), Week: AllHours()})
}

func TestOpen(t *testing.T) {
	c := desk(t)
	tests := []struct {
		name string
		at   string
		want bool
	}{
		{"a moment before opening (RA-14, RA-40)", "Sun 2026-06-07 07:29:59.999999999", false},
		{"the opening instant", "Sun 2026-06-07 07:30", true},
		{"the last moment", "Sun 2026-06-07 16:29:59.999999999", true},
		{"the closing instant", "Sun 2026-06-07 16:30", false},
		{"midnight", "Mon 2026-06-08 00:00", false},
		{"the last day of the week", "Thu 2026-06-11 12:00", true},
		{"Friday", "Fri 2026-06-12 12:00", false},
		{"Saturday", "Sat 2026-06-13 12:00", false},
		{"the day the clock went back in the night", "Sun 2026-10-25 07:29:59.999999999", false},
		{"and its opening (V7)", "Sun 2026-10-25 07:30", true},
	}
	for _, tt := range tests {
		got, err := c.Open(instant(t, c.Zone(), tt.at))
		if err != nil || got != tt.want {
			t.Errorf("%s: Open(%s) = %v, %v, want %v", tt.name, tt.at, got, err, tt.want)
		}
	}
}

func TestAdd(t *testing.T) {
	c := desk(t)
	const hour, minute = time.Hour, time.Minute
	tests := []struct {
		name string
		from string
		add  time.Duration
		want string
	}{
		{"within a day (V1, RA-21)", "Sun 2026-06-07 09:59", 20 * minute, "Sun 2026-06-07 10:19"},
		{"over night (V6)", "Sun 2026-06-07 16:25", 20 * minute, "Mon 2026-06-08 07:45"},
		{"over the weekend", "Thu 2026-06-11 16:00", 1 * hour, "Sun 2026-06-14 08:00"},
		{"from a closed day (V5)", "Fri 2026-06-12 09:00", 20 * minute, "Sun 2026-06-14 07:50"},
		{"from before opening, after the clock went back (V7)", "Sun 2026-10-25 06:00", 20 * minute, "Sun 2026-10-25 07:50"},
		{"ends at closing, not at the next opening", "Sun 2026-06-07 16:10", 20 * minute, "Sun 2026-06-07 16:30"},
		{"a whole day", "Sun 2026-06-07 07:30", 9 * hour, "Sun 2026-06-07 16:30"},
		{"a whole day and a moment", "Sun 2026-06-07 07:30", 9*hour + 1, "Mon 2026-06-08 07:30:00.000000001"},
		{"from closing", "Sun 2026-06-07 16:30", 1, "Mon 2026-06-08 07:30:00.000000001"},
		{"a year of weeks", "Sun 2026-06-07 07:30", 52 * 45 * hour, "Thu 2027-06-03 16:30"},
		{"with fractions", "Sun 2026-06-07 09:00:00.75", 1500 * time.Millisecond, "Sun 2026-06-07 09:00:02.25"},
		{"a fraction before opening does not count", "Sun 2026-06-07 07:29:59.5", time.Second, "Sun 2026-06-07 07:30:01"},

		{"nothing, in hours", "Sun 2026-06-07 09:59", 0, "Sun 2026-06-07 09:59"},
		{"nothing, on a closed day", "Fri 2026-06-12 09:00:00.5", 0, "Fri 2026-06-12 09:00:00.5"},
		{"nothing, at closing", "Sun 2026-06-07 16:30", 0, "Sun 2026-06-07 16:30"},

		{"back within a day", "Sun 2026-06-07 10:19", -20 * minute, "Sun 2026-06-07 09:59"},
		{"back over night", "Mon 2026-06-08 07:45", -20 * minute, "Sun 2026-06-07 16:25"},
		{"back over the weekend", "Sun 2026-06-14 08:00", -1 * hour, "Thu 2026-06-11 16:00"},
		{"back from a closed day", "Fri 2026-06-12 09:00", -20 * minute, "Thu 2026-06-11 16:10"},
		{"back to the opening, not to the closing before it", "Sun 2026-06-07 07:50", -20 * minute, "Sun 2026-06-07 07:30"},
		{"back a whole day and a moment", "Mon 2026-06-08 16:30", -9*hour - 1, "Sun 2026-06-07 16:29:59.999999999"},
		{"back with fractions", "Sun 2026-06-07 09:00:02.25", -1500 * time.Millisecond, "Sun 2026-06-07 09:00:00.75"},
	}
	for _, tt := range tests {
		from, want := instant(t, c.Zone(), tt.from), instant(t, c.Zone(), tt.want)
		got, err := c.Add(from, tt.add)
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: Add(%s, %v) = %v, %v, want %s", tt.name, tt.from, tt.add, got, err, tt.want)
		}
		if back, err := c.Between(from, got); err != nil || back != tt.add {
			t.Errorf("%s: Between(%s, Add(%v)) = %v, %v", tt.name, tt.from, tt.add, back, err)
		}
		if got.Location() != c.Zone() {
			t.Errorf("%s: Add(%s, %v) is in %v, want %v", tt.name, tt.from, tt.add, got.Location(), c.Zone())
		}
	}
}

func TestBetween(t *testing.T) {
	c := desk(t)
	tests := []struct {
		name string
		a, b string
		want time.Duration
	}{
		{"no time", "Sun 2026-06-07 09:00", "Sun 2026-06-07 09:00", 0},
		{"within a day", "Sun 2026-06-07 09:00", "Sun 2026-06-07 09:20", 20 * time.Minute},
		{"a day and a night", "Sun 2026-06-07 00:00", "Mon 2026-06-08 00:00", 9 * time.Hour},
		{"a week", "Sun 2026-06-07 12:00", "Sun 2026-06-14 12:00", 45 * time.Hour},
		{"over the weekend", "Thu 2026-06-11 16:00", "Sun 2026-06-14 08:00", time.Hour},
		{"only the weekend", "Thu 2026-06-11 16:30", "Sun 2026-06-14 07:30", 0},
		{"the last moment", "Sun 2026-06-07 16:29:59.999999999", "Sun 2026-06-07 16:30", 1},
		{"the moment after it", "Sun 2026-06-07 16:30", "Sun 2026-06-07 16:30:00.000000001", 0},
		{"fractions that borrow", "Sun 2026-06-07 09:00:00.75", "Sun 2026-06-07 09:00:02.25", 1500 * time.Millisecond},
	}
	for _, tt := range tests {
		a, b := instant(t, c.Zone(), tt.a), instant(t, c.Zone(), tt.b)
		if got, err := c.Between(a, b); err != nil || got != tt.want {
			t.Errorf("%s: Between(%s, %s) = %v, %v, want %v", tt.name, tt.a, tt.b, got, err, tt.want)
		}
		if got, err := c.Between(b, a); err != nil || got != -tt.want {
			t.Errorf("%s: Between(%s, %s) = %v, %v, want %v", tt.name, tt.b, tt.a, got, err, -tt.want)
		}
	}
}

// The zone of the instants that are asked for does not matter.
func TestInstantsOfOtherZones(t *testing.T) {
	c := desk(t)
	at := instant(t, location(t, "America/Havana"), "Sun 2026-06-07 00:30") // 07:30 in Jerusalem
	if open, err := c.Open(at); err != nil || !open {
		t.Errorf("Open(%v) = %v, %v, want true", at, open, err)
	}
	got, err := c.Add(at, 0)
	if err != nil || got.Format(time.RFC3339) != "2026-06-07T07:30:00+03:00" {
		t.Errorf("Add(%v, 0) = %v, %v, want 07:30 in Jerusalem", at, got, err)
	}
}

func TestEdges(t *testing.T) {
	c := desk(t)
	tests := []struct {
		name                                             string
		at                                               string
		nextOpening, nextClosing, prevOpening, prevClose string
	}{
		{
			"in hours", "Mon 2026-06-08 12:00",
			"Tue 2026-06-09 07:30", "Mon 2026-06-08 16:30", "Mon 2026-06-08 07:30", "Sun 2026-06-07 16:30",
		},
		{
			"at opening: that opening is neither next nor previous", "Mon 2026-06-08 07:30",
			"Tue 2026-06-09 07:30", "Mon 2026-06-08 16:30", "Sun 2026-06-07 07:30", "Sun 2026-06-07 16:30",
		},
		{
			"a moment after opening", "Mon 2026-06-08 07:30:00.000000001",
			"Tue 2026-06-09 07:30", "Mon 2026-06-08 16:30", "Mon 2026-06-08 07:30", "Sun 2026-06-07 16:30",
		},
		{
			"a moment before opening", "Mon 2026-06-08 07:29:59.999999999",
			"Mon 2026-06-08 07:30", "Mon 2026-06-08 16:30", "Sun 2026-06-07 07:30", "Sun 2026-06-07 16:30",
		},
		{
			"at closing: that closing is neither next nor previous", "Mon 2026-06-08 16:30",
			"Tue 2026-06-09 07:30", "Tue 2026-06-09 16:30", "Mon 2026-06-08 07:30", "Sun 2026-06-07 16:30",
		},
		{
			"a moment after closing", "Mon 2026-06-08 16:30:00.000000001",
			"Tue 2026-06-09 07:30", "Tue 2026-06-09 16:30", "Mon 2026-06-08 07:30", "Mon 2026-06-08 16:30",
		},
		{
			"a moment before closing", "Mon 2026-06-08 16:29:59.999999999",
			"Tue 2026-06-09 07:30", "Mon 2026-06-08 16:30", "Mon 2026-06-08 07:30", "Sun 2026-06-07 16:30",
		},
		{
			"on a Saturday", "Sat 2026-06-13 12:00",
			"Sun 2026-06-14 07:30", "Sun 2026-06-14 16:30", "Thu 2026-06-11 07:30", "Thu 2026-06-11 16:30",
		},
	}
	for _, tt := range tests {
		at := instant(t, c.Zone(), tt.at)
		check := func(method string, find func(time.Time) (time.Time, error), want string) {
			if got, err := find(at); err != nil || !got.Equal(instant(t, c.Zone(), want)) {
				t.Errorf("%s: %s(%s) = %v, %v, want %s", tt.name, method, tt.at, got, err, want)
			}
		}
		check("NextOpening", c.NextOpening, tt.nextOpening)
		check("NextClosing", c.NextClosing, tt.nextClosing)
		check("PrevOpening", c.PrevOpening, tt.prevOpening)
		check("PrevClosing", c.PrevClosing, tt.prevClose)
	}
}

func TestRoll(t *testing.T) {
	c := desk(t)
	tests := []struct{ name, at, want string }{
		{"stays in hours", "Sun 2026-06-07 12:00:00.5", "Sun 2026-06-07 12:00:00.5"},
		{"stays at opening", "Sun 2026-06-07 07:30", "Sun 2026-06-07 07:30"},
		{"from closing to the next opening", "Sun 2026-06-07 16:30", "Mon 2026-06-08 07:30"},
		{"from a closed day (V5)", "Fri 2026-06-12 09:00", "Sun 2026-06-14 07:30"},
	}
	for _, tt := range tests {
		got, err := c.Roll(instant(t, c.Zone(), tt.at))
		if err != nil || !got.Equal(instant(t, c.Zone(), tt.want)) {
			t.Errorf("%s: Roll(%s) = %v, %v, want %s", tt.name, tt.at, got, err, tt.want)
		}
	}
}

func TestPeriods(t *testing.T) {
	c := desk(t)
	tests := []struct{ name, from, to, want string }{
		{"whole days", "Thu 2026-06-11 00:00", "Mon 2026-06-15 00:00", "Thu 07:30–16:30, Sun 07:30–16:30"},
		{"cut at both ends", "Thu 2026-06-11 12:00", "Sun 2026-06-14 08:15", "Thu 12:00–16:30, Sun 07:30–08:15"},
		{"within one", "Thu 2026-06-11 12:00", "Thu 2026-06-11 12:20", "Thu 12:00–12:20"},
		{"from opening to opening", "Wed 2026-06-10 07:30", "Thu 2026-06-11 07:30", "Wed 07:30–16:30"},
		{"from closing to closing", "Wed 2026-06-10 16:30", "Thu 2026-06-11 16:30", "Thu 07:30–16:30"},
		{"a weekend", "Fri 2026-06-12 00:00", "Sun 2026-06-14 07:30", ""},
		{"nothing", "Thu 2026-06-11 12:00", "Thu 2026-06-11 12:00", ""},
		{"backwards", "Thu 2026-06-11 12:00", "Wed 2026-06-10 12:00", ""},
	}
	for _, tt := range tests {
		periods, err := c.Periods(instant(t, c.Zone(), tt.from), instant(t, c.Zone(), tt.to))
		require.NoError(t, err)
		var got []string
		for p := range periods {
			got = append(got, p.Open.Format("Mon 15:04–")+p.Close.Format("15:04"))
		}
		if got := strings.Join(got, ", "); got != tt.want {
			t.Errorf("%s: Periods(%s, %s) = %s, want %s", tt.name, tt.from, tt.to, got, tt.want)
		}
	}
}

func TestPeriodsStopsWhenAsked(t *testing.T) {
	c := desk(t)
	periods, err := c.Periods(instant(t, c.Zone(), "Sun 2026-06-07 00:00"), instant(t, c.Zone(), "Sun 2026-06-14 00:00"))
	require.NoError(t, err)
	n := 0
	for range periods {
		if n++; n == 2 {
			break
		}
	}
	require.Equal(t, 2, n)
}

// A day and a night of 24x7 are as long as the clock made them.
func TestClockChanges(t *testing.T) {
	tests := []struct {
		name, zone string
		date       string
		want       time.Duration
	}{
		{"spring in Israel", "Asia/Jerusalem", "2026-03-27", 23 * time.Hour},
		{"autumn in Israel (V7)", "Asia/Jerusalem", "2026-10-25", 25 * time.Hour},
		{"spring in Poland", "Europe/Warsaw", "2026-03-29", 23 * time.Hour},
		{"autumn in Poland", "Europe/Warsaw", "2026-10-25", 25 * time.Hour},
		{"an ordinary day", "Europe/Warsaw", "2026-10-26", 24 * time.Hour},
		{"no midnight in Cuba", "America/Havana", "2026-03-08", 23 * time.Hour},
		{"two midnights in Cuba", "America/Havana", "2026-11-01", 25 * time.Hour},
		{"half an hour on Lord Howe Island", "Australia/Lord_Howe", "2026-10-04", 23*time.Hour + 30*time.Minute},
		{"and back", "Australia/Lord_Howe", "2026-04-05", 24*time.Hour + 30*time.Minute},
		{"two hours at Troll", "Antarctica/Troll", "2026-03-29", 22 * time.Hour},
		{"and back", "Antarctica/Troll", "2026-10-25", 26 * time.Hour},
		{"Morocco before Ramadan", "Africa/Casablanca", "2026-02-15", 25 * time.Hour},
		{"Morocco after Ramadan", "Africa/Casablanca", "2026-03-22", 23 * time.Hour},
		{"Samoa had no such date", "Pacific/Apia", "2011-12-30", 0},
		{"nor Kwajalein", "Pacific/Kwajalein", "1993-08-21", 0},
		{"nor Manila", "Asia/Manila", "1844-12-31", 0},
		{"Kwajalein had this one twice", "Pacific/Kwajalein", "1969-09-30", 47 * time.Hour},
		{"a date beyond the zone's table", "Europe/Warsaw", "2150-03-29", 23 * time.Hour},
		{"31 December of a leap year beyond it", "America/New_York", "2044-12-31", 24 * time.Hour},
		{"and where it is summer", "America/Santiago", "2048-12-31", 24 * time.Hour},
	}
	for _, tt := range tests {
		c := always(t, tt.zone)
		from, err := c.At(date(t, tt.date), 0)
		require.NoError(t, err)
		to, err := c.At(date(t, tt.date), Midnight24)
		require.NoError(t, err)
		if got, err := c.Between(from, to); err != nil || got != tt.want {
			t.Errorf("%s: %s in %s has %v, %v, want %v", tt.name, tt.date, tt.zone, got, err, tt.want)
		}
		_, works, err := c.Working(date(t, tt.date))
		if err != nil || works != (tt.want > 0) {
			t.Errorf("%s: Working(%s) = %v, %v, want %v", tt.name, tt.date, works, err, tt.want > 0)
		}
	}
}

// 24x7 neither opens nor closes: the ends of the cover are not taken for edges.
func TestNeverClosed(t *testing.T) {
	for _, spec := range []Spec{{}, {From: 2026, To: 2027}} {
		spec.Name, spec.Zone, spec.Week = "always", location(t, "Asia/Jerusalem"), AllHours()
		c := mustNew(t, spec)
		at := instant(t, c.Zone(), "Sun 2026-10-25 01:30+03:00")
		for name, find := range map[string]func(time.Time) (time.Time, error){
			"NextOpening": c.NextOpening, "NextClosing": c.NextClosing, "PrevOpening": c.PrevOpening, "PrevClosing": c.PrevClosing,
		} {
			if got, err := find(at); !errors.Is(err, ErrNotCovered) {
				t.Errorf("cover %s: %s(%v) = %v, %v, want ErrNotCovered", c.years, name, at, got, err)
			}
		}
		from, to := c.Cover()
		periods, err := c.Periods(from, to)
		require.NoError(t, err)
		require.Equal(t, []Period{{from, to}}, slices.Collect(periods))
	}
}

// Every method says so when an answer leaves the years of the cover.
func TestNotCovered(t *testing.T) {
	zone := location(t, "Asia/Jerusalem")
	c := mustNew(t, Spec{
		Name: "desk", Zone: zone, Week: weekly(t, "sun-thu 07:30-16:30"), From: 2026, To: 2027,
		Holidays: []Holiday{{Name: "announced", On: OnDates{{2026, 4, 2}}}},
	})
	before, after := instant(t, zone, "Wed 2025-12-31 23:59:59.999999999"), instant(t, zone, "Sat 2028-01-01 00:00:00.000000001")
	first, last := instant(t, zone, "Thu 2026-01-01 07:30"), instant(t, zone, "Thu 2027-12-30 16:30")
	inside, end := instant(t, zone, "Sun 2026-06-07 12:00"), instant(t, zone, "Sat 2028-01-01 00:00")
	tooEarly, tooLate := date(t, "2025-12-31"), date(t, "2028-01-01")
	try := func(_ any, err error) error { return err }
	errs := map[string]error{
		"Open before":                      try(c.Open(before)),
		"Open after":                       try(c.Open(after)),
		"Open at the end":                  try(c.Open(end)),
		"Between from before":              try(c.Between(before, inside)),
		"Between to after":                 try(c.Between(inside, after)),
		"Between, backwards":               try(c.Between(after, inside)),
		"Add from before":                  try(c.Add(before, time.Hour)),
		"Add from after":                   try(c.Add(after, -time.Hour)),
		"Add nothing before":               try(c.Add(before, 0)),
		"Add leading behind":               try(c.Add(last, 1)),
		"Add leading before":               try(c.Add(first, -1)),
		"Add too much":                     try(c.Add(inside, math.MaxInt64)),
		"Add too much, back":               try(c.Add(inside, math.MinInt64)),
		"NextOpening before":               try(c.NextOpening(before)),
		"NextOpening on the last day":      try(c.NextOpening(last)),
		"NextClosing after":                try(c.NextClosing(after)),
		"NextClosing on the last day":      try(c.NextClosing(last)),
		"PrevOpening before":               try(c.PrevOpening(before)),
		"PrevOpening at the first opening": try(c.PrevOpening(first)),
		"PrevClosing after":                try(c.PrevClosing(after)),
		"PrevClosing on the first day":     try(c.PrevClosing(first)),
		"PrevClosing at the first closing": try(c.PrevClosing(first.Add(9 * time.Hour))),
		"Roll before":                      try(c.Roll(before)),
		"Roll on the last day":             try(c.Roll(last)),
		"Periods from before":              try(c.Periods(before, inside)),
		"Periods to after":                 try(c.Periods(inside, after)),
		"Read before":                      try2(c.Read(before)),
		"Read after":                       try2(c.Read(after)),
		"Read the end":                     try2(c.Read(end)),
		"At before":                        try(c.At(tooEarly, 0)),
		"At after":                         try(c.At(tooLate, 0)),
		"At the day after the last":        try(c.At(date(t, "2027-12-31"), Midnight24+1)),
		"At the day before the first":      try(c.At(date(t, "2026-01-01"), -1)),
		"Working before":                   try2(c.Working(tooEarly)),
		"Working after":                    try2(c.Working(tooLate)),
		"Step from before":                 try(c.Step(tooEarly, 1)),
		"Step from after":                  try(c.Step(tooLate, -1)),
		"Step leading behind":              try(c.Step(date(t, "2027-12-30"), 1)),
		"Step leading before":              try(c.Step(date(t, "2026-01-01"), -1)),
		"Step 0 with no working date left": try(c.Step(date(t, "2027-12-31"), 0)),
		"Step too far":                     try(c.Step(date(t, "2026-06-07"), math.MaxInt)),
		"Step too far back":                try(c.Step(date(t, "2026-06-07"), math.MinInt)),
	}
	for name, err := range errs {
		if !errors.Is(err, ErrNotCovered) || !strings.HasPrefix(err.Error(), "calendar desk covers 2026–2027, and ") {
			t.Errorf("%s: %v, want ErrNotCovered", name, err)
		}
	}
	if note := c.Note(tooLate); note != "" {
		t.Errorf("Note(%v) = %q, want none", tooLate, note)
	}
	if why, closed := c.Closed(tooLate); closed || why != "" {
		t.Errorf("Closed(%v) = %q, %v, want nothing", tooLate, why, closed)
	}
}

func try2(_, _ any, err error) error { return err }

// Up to the ends of the cover the answers are there.
func TestCover(t *testing.T) {
	zone := location(t, "Europe/Warsaw")
	c := mustNew(t, Spec{Name: "desk", Zone: zone, Week: weekly(t, "mon-fri 08:00-16:00"), From: 2026, To: 2027})
	from, to := c.Cover()
	require.Equal(t, instant(t, zone, "Thu 2026-01-01 00:00"), from)
	require.Equal(t, instant(t, zone, "Sat 2028-01-01 00:00"), to)

	// 2026 and 2027 have 261 weekdays each.
	const all = 2 * 261 * 8 * time.Hour
	got, err := c.Between(from, to)
	if err != nil || got != all {
		t.Errorf("Between(%v, %v) = %v, %v, want %v", from, to, got, err, all)
	}
	last, err := c.Add(from, all)
	if want := instant(t, zone, "Fri 2027-12-31 16:00"); err != nil || !last.Equal(want) {
		t.Errorf("Add(%v, %v) = %v, %v, want %v", from, all, last, err, want)
	}
	first, err := c.Add(to, -all)
	if want := instant(t, zone, "Thu 2026-01-01 08:00"); err != nil || !first.Equal(want) {
		t.Errorf("Add(%v, %v) = %v, %v, want %v", to, -all, first, err, want)
	}
	if end, err := c.At(date(t, "2027-12-31"), Midnight24); err != nil || !end.Equal(to) {
		t.Errorf("At the last midnight = %v, %v, want %v", end, err, to)
	}
	if got, err := c.Add(to, 0); err != nil || !got.Equal(to) {
		t.Errorf("Add(%v, 0) = %v, %v", to, got, err)
	}

	edges := []struct {
		method string
		find   func(time.Time) (time.Time, error)
		at     string
		want   string
	}{
		{"NextOpening", c.NextOpening, "Thu 2026-01-01 00:00", "Thu 2026-01-01 08:00"},
		{"PrevOpening", c.PrevOpening, "Thu 2026-01-01 08:00:00.000000001", "Thu 2026-01-01 08:00"},
		{"PrevClosing", c.PrevClosing, "Thu 2026-01-01 16:00:00.000000001", "Thu 2026-01-01 16:00"},
		{"NextClosing", c.NextClosing, "Fri 2027-12-31 15:59:59.999999999", "Fri 2027-12-31 16:00"},
		{"PrevClosing", c.PrevClosing, "Sat 2028-01-01 00:00", "Fri 2027-12-31 16:00"},
		{"PrevOpening", c.PrevOpening, "Sat 2028-01-01 00:00", "Fri 2027-12-31 08:00"},
	}
	for _, e := range edges {
		if got, err := e.find(instant(t, zone, e.at)); err != nil || !got.Equal(instant(t, zone, e.want)) {
			t.Errorf("%s(%s) = %v, %v, want %s", e.method, e.at, got, err, e.want)
		}
	}
	if open, err := c.Open(from); err != nil || open {
		t.Errorf("Open(%v) = %v, %v, want false", from, open, err)
	}
	if at, err := c.At(date(t, "2026-01-01"), 0); err != nil || !at.Equal(from) {
		t.Errorf("At the first midnight = %v, %v, want %v", at, err, from)
	}
	for _, d := range []string{"2026-01-01", "2027-12-31"} {
		if _, ok, err := c.Working(date(t, d)); err != nil || !ok {
			t.Errorf("Working(%s) = %v, %v, want true", d, ok, err)
		}
	}

}

// A shift that runs into the first year is not known, one that runs out of the
// last is known as far as the cover goes.
func TestCoverByNight(t *testing.T) {
	zone := location(t, "Europe/Warsaw")
	cover := func(hours ...string) *Calendar {
		return mustNew(t, Spec{Name: "desk", Zone: zone, Week: weekly(t, hours...), From: 2026, To: 2027})
	}
	// 1 January 2026 is a Thursday.
	for _, tt := range []struct{ name, hours, from string }{
		{"the night before is worked", "wed 22:00-06:00", "Thu 2026-01-01 06:00"},
		{"the night before is not", "thu 22:00-06:00", "Thu 2026-01-01 00:00"},
	} {
		if from, _ := cover(tt.hours).Cover(); !from.Equal(instant(t, zone, tt.from)) {
			t.Errorf("%s: answers begin at %v, want %s", tt.name, from, tt.from)
		}
	}

	nights := cover("mon-sun 22:00-06:00")
	_, to := nights.Cover()
	got, err := nights.Between(instant(t, zone, "Fri 2027-12-31 12:00"), to)
	if err != nil || got != 2*time.Hour {
		t.Errorf("Between on New Year's Eve = %v, %v, want 2h", got, err)
	}
	// The last night ends outside, whichever way one asks for its end.
	eve := date(t, "2027-12-31")
	if day, _, err := nights.Working(eve); !errors.Is(err, ErrNotCovered) {
		t.Errorf("Working(%v) = %v, %v, want ErrNotCovered", eve, day, err)
	}
	if day, err := nights.Step(date(t, "2027-12-30"), 1); !errors.Is(err, ErrNotCovered) {
		t.Errorf("the working date after 2027-12-30 is %v, %v, want ErrNotCovered", day, err)
	}
	if end, err := nights.NextClosing(instant(t, zone, "Fri 2027-12-31 22:00")); !errors.Is(err, ErrNotCovered) {
		t.Errorf("the last night ends at %v, %v, want ErrNotCovered", end, err)
	}
	day, err := nights.Step(eve, -1)
	if want := instant(t, zone, "Fri 2027-12-31 06:00"); err != nil || !day.Last.Equal(want) {
		t.Errorf("the night before it is %v, %v, want a last closing at %v", day, err, want)
	}

	overlapping := cover("wed 22:00-08:00", "thu 06:00-08:00 12:00-16:00")
	at := instant(t, zone, "Thu 2026-01-01 13:00")
	if got, err := overlapping.PrevClosing(at); !errors.Is(err, ErrNotCovered) {
		t.Errorf("PrevClosing(%v) = %v, %v, want ErrNotCovered", at, got, err)
	}
	if got := hoursOn(t, overlapping, date(t, "2026-01-01")); got != "12:00–16:00" {
		t.Errorf("2026-01-01 has %s, want 12:00–16:00", got)
	}
}

// Without cover a calendar answers for centuries.
func TestCenturies(t *testing.T) {
	c := mustNew(t, Spec{Name: "desk", Zone: time.UTC, Week: weekly(t, "mon-fri 08:00-16:00")})
	from, to := time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	var want time.Duration
	for d := from; d.Before(to); d = d.AddDate(0, 0, 1) {
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			want += 8 * time.Hour
		}
	}
	if got, err := c.Between(from, to); err != nil || got != want {
		t.Errorf("Between(1700, 2200) = %v, %v, want %v", got, err, want)
	}
	end, err := c.Add(from, want)
	if last := time.Date(2199, 12, 31, 16, 0, 0, 0, time.UTC); err != nil || !end.Equal(last) { // a Tuesday
		t.Errorf("Add(1700, %v) = %v, %v, want %v", want, end, err, last)
	}
	first, last := c.Cover()
	require.Equal(t, "1678-01-01T00:00:00Z 2262-01-01T00:00:00Z", first.Format(time.RFC3339)+" "+last.Format(time.RFC3339))
	for _, year := range []int{1677, 2262, -5000, 9999} {
		at := time.Date(year, 6, 7, 12, 0, 0, 0, time.UTC)
		if _, err := c.Open(at); !errors.Is(err, ErrNotCovered) {
			t.Errorf("Open(%v): %v, want ErrNotCovered", at, err)
		}
	}
	for _, at := range []time.Time{{}, time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0)} {
		if _, err := c.Add(at, time.Hour); !errors.Is(err, ErrNotCovered) {
			t.Errorf("Add(%v): %v, want ErrNotCovered", at, err)
		}
	}
}

// A Duration ends at 292 years, which is no reason to wrap around.
func TestLongestDuration(t *testing.T) {
	c := always(t, "Europe/Warsaw")
	from := instant(t, c.Zone(), "Fri 1700-01-01 12:00")
	for _, d := range []time.Duration{math.MaxInt64, math.MaxInt64 - 1, -math.MaxInt64, math.MinInt64} {
		a := from
		if d < 0 {
			a = instant(t, c.Zone(), "Wed 2200-01-01 12:00")
		}
		b, err := c.Add(a, d)
		require.NoError(t, err)
		if got, err := c.Between(a, b); err != nil || got != d {
			t.Errorf("Between(%v, Add(%v)) = %v, %v", a, d, got, err)
		}
		further := b.Add(1)
		if d < 0 {
			further = b.Add(-1)
		}
		if d == math.MaxInt64 || d == math.MinInt64 {
			if got, err := c.Between(a, further); !errors.Is(err, ErrNotCovered) {
				t.Errorf("Between(%v, %v) = %v, %v, want ErrNotCovered", a, further, got, err)
			}
		}
	}
	to := instant(t, c.Zone(), "Wed 2200-01-01 12:00")
	periods, err := c.Periods(from, to)
	require.NoError(t, err)
	require.Equal(t, []Period{{from, to}}, slices.Collect(periods), "500 years of one period")
}

// The years that are compiled at once and those that are compiled when asked for
// say the same where they meet.
func TestNearAndFarAgree(t *testing.T) {
	spec := Spec{
		Name: "nights", Zone: location(t, "Asia/Jerusalem"),
		Week: weekly(t, "sun-thu 22:00-06:00", "fri 08:00-12:00 22:00-06:00", "sat 05:00-12:00"),
		Holidays: []Holiday{
			{Name: "New Year's Eve", On: Yearly{time.December, 31}}, // in 1999 a Friday
		},
	}
	c := mustNew(t, spec)
	spec.From, spec.To = farFrom, farTo
	all := mustNew(t, spec)
	for _, start := range []Date{{nearFrom - 1, 12, 28}, {nearTo, 12, 28}} {
		for d := start; d.Compare(start.AddDays(8)) < 0; d = d.AddDays(1) {
			for n := -1; n <= 1; n++ {
				got, err := c.Step(d, n)
				require.NoError(t, err)
				want, err := all.Step(d, n)
				require.NoError(t, err)
				require.Equal(t, want, got, "Step(%v, %d)", d, n)
			}
			for hour := range 24 {
				at, err := c.At(d, Clock(hour, 30, 0))
				require.NoError(t, err)
				require.Equal(t, answers(t, all, at), answers(t, c, at), "at %v", at)
			}
		}
	}
}

// The look-ups find the right period where many lie in one bucket of the index,
// and at its very edges.
func TestCrowdedHours(t *testing.T) {
	summer := map[time.Weekday][]Interval{time.Saturday: intervals(t, "08:00-10:00 11:00-13:00 14:00-18:00 19:00-21:00")}
	for _, week := range [][]string{
		{"mon-fri 07:30-15:30"},
		{"fri 06:00-07:00 08:00-09:00 10:00-11:00 12:00-13:00 14:00-15:00 16:00-17:00 18:00-19:00 20:00-21:00"},
		{"sun 10:00-12:00 23:59:58-23:59:59"},
		{"sun-sat 00:00-24:00"},
		nil,
	} {
		c := mustNew(t, Spec{
			Name: "crowded", Zone: location(t, "Europe/Warsaw"), From: 2025, To: 2027, Week: weekly(t, week...),
			Seasons: []Season{{Name: "summer", From: Date{0, 7, 1}, To: Date{0, 8, 31}, Week: summer}},
		})
		tb := c.near
		for i := range tb.spans[:len(tb.spans)-1] {
			s := &tb.spans[i]
			for at, want := range map[int64]int{s.open: i, s.close - 1: i, s.close: i + 1} {
				if got := tb.ending(at); got != want {
					t.Fatalf("%v: ending(%d) = %d, want %d", week, at, got, want)
				}
			}
			for work, want := range map[int64]*span{s.before + 1: s, s.after(): s} {
				if got := tb.reaching(work); got != want {
					t.Fatalf("%v: reaching(%d) = %v, want %v", week, work, *got, *want)
				}
			}
		}
	}
}

// answers writes what all methods say of an instant.
func answers(t testing.TB, c *Calendar, at time.Time) string {
	t.Helper()
	var s strings.Builder
	say := func(what any, err error) {
		require.NoError(t, err)
		fmt.Fprintln(&s, what)
	}
	say(c.Open(at))
	say(c.Add(at, 100*time.Hour))
	say(c.Add(at, -100*time.Hour))
	say(c.NextOpening(at))
	say(c.NextClosing(at))
	say(c.PrevOpening(at))
	say(c.PrevClosing(at))
	say(c.Roll(at))
	d, tod, err := c.Read(at)
	say(fmt.Sprint(d, tod, c.Note(d)), err)
	day, ok, err := c.Working(d)
	say(fmt.Sprint(day, ok), err)
	say(c.At(d, tod))
	say(c.Step(d, 10))
	return s.String()
}

func TestSameInAnyHostZone(t *testing.T) {
	// The calendar facts of requirements.md, on days when these zones change
	// their clocks at midnight.
	all := func() string {
		var s strings.Builder
		for _, m := range municipalities(t) {
			c := mustNew(t, m.spec)
			for _, d := range []string{"2026-03-08", "2026-03-29", "2026-04-05", "2026-09-06", "2026-11-01"} {
				at, err := c.At(date(t, d), Clock(1, 30, 0))
				require.NoError(t, err)
				fmt.Fprintln(&s, m.spec.Name, d, answers(t, c, at))
			}
			at, err := ParseTime("2026-05-04T00:00:00", c.Zone())
			fmt.Fprintln(&s, at, err)
		}
		return s.String()
	}
	want := inHostZone(t, "UTC", all)
	for _, zone := range []string{"Atlantic/Azores", "America/Santiago", "America/Havana"} {
		require.Equal(t, want, inHostZone(t, zone, all), zone)
	}
}

// What the caller does with a Spec after New does not reach the calendar, not
// even the years that it compiles later.
func TestCalendarIsImmutable(t *testing.T) {
	spec := Spec{
		Name: "desk", Zone: location(t, "Europe/Warsaw"),
		Week:    weekly(t, "mon-fri 07:30-15:30"),
		Seasons: []Season{{Name: "summer", From: Date{0, 7, 1}, To: Date{0, 8, 31}, Week: map[time.Weekday][]Interval{time.Friday: intervals(t, "07:30-13:00")}}},
		Holidays: []Holiday{{
			Name: "Independence Day", On: Yearly{time.November, 11},
			Move: map[time.Weekday]int{time.Sunday: 1}, Substitute: []time.Weekday{time.Saturday},
		}},
		Days: []Exception{{Date: Date{1924, 12, 24}, Hours: intervals(t, "07:30-12:00"), Why: "Christmas Eve"}},
	}
	c, same := mustNew(t, spec), mustNew(t, spec)
	from, to := instant(t, c.Zone(), "Tue 1924-01-01 00:00"), instant(t, c.Zone(), "Thu 1925-01-01 00:00")
	want, err := same.Between(from, to)
	require.NoError(t, err)

	spec.Week[time.Monday][0] = Interval{0, Midnight24}
	spec.Seasons[0].Week[time.Friday][0] = Interval{0, Midnight24}
	delete(spec.Seasons[0].Week, time.Friday)
	spec.Seasons[0].To.Day = 1
	spec.Holidays[0].Move[time.Tuesday] = 5
	spec.Holidays[0].Substitute[0] = time.Tuesday
	spec.Holidays[0].On = Yearly{time.May, 1}
	spec.Days[0].Hours[0] = Interval{0, Midnight24}
	if got, err := c.Between(from, to); err != nil || got != want {
		t.Errorf("1924 has %v, %v after the Spec changed, want %v", got, err, want)
	}
}

func TestConcurrentUse(t *testing.T) {
	c := desk(t)
	at := instant(t, c.Zone(), "Sun 1926-06-06 12:00")
	var wg sync.WaitGroup
	said := make([]string, 8)
	for i := range said {
		wg.Go(func() { said[i] = answers(t, c, at) })
	}
	wg.Wait()
	for _, s := range said {
		require.Equal(t, said[0], s)
	}
}

func TestNewErrors(t *testing.T) {
	good := func() Spec {
		return Spec{Name: "desk 100%", Zone: time.UTC, Week: weekly(t, "mon-fri 08:00-16:00")}
	}
	july := func(name string, year int, days ...time.Weekday) Season {
		s := Season{Name: name, From: Date{year, 7, 1}, To: Date{year, 7, 31}, Week: map[time.Weekday][]Interval{}}
		for _, day := range days {
			s.Week[day] = intervals(t, "08:00-12:00")
		}
		return s
	}
	tests := []struct {
		name string
		edit func(s *Spec)
		want []string // "calendar desk 100%: " goes before each
	}{
		{"no zone", func(s *Spec) { s.Zone = nil }, []string{"it has no time zone; state one"}},
		{"no open time", func(s *Spec) { s.Week = Week{} }, []string{"it has no open time; give its week some hours"}},
		{
			"no open time in the cover",
			func(s *Spec) {
				s.Week, s.From, s.To = Week{}, 2026, 2027
				s.Days = []Exception{{Date: Date{2028, 6, 7}, Hours: intervals(t, "08:00-12:00")}}
			},
			[]string{"it has no open time; give its week some hours"},
		},
		{
			"overlap in a day", func(s *Spec) { s.Week[1] = intervals(t, "12:00-16:00 08:00-12:30") },
			[]string{"Monday: 08:00-12:30 and 12:00-16:00 overlap"},
		},
		{
			"overlap past midnight", func(s *Spec) { s.Week[1] = intervals(t, "22:00-06:00 23:00-24:00") },
			[]string{"Monday: 22:00-06:00 and 23:00-24:00 overlap"},
		},
		{
			"two seasons on one day of the week",
			func(s *Spec) {
				s.Seasons = []Season{july("summer", 0, time.Friday, time.Monday), july("heat", 0, time.Friday)}
			},
			[]string{`seasons "summer" and "heat" both state the hours of 07-01; leave that day of the week to one of them`},
		},
		{
			"a season of one year meets one of every year: 3 July 2026 is a Friday",
			func(s *Spec) {
				s.Seasons = []Season{july("summer", 0, time.Friday), july("heat", 2026, time.Friday)}
			},
			[]string{`seasons "summer" and "heat" both state the hours of 2026-07-03; leave that day of the week to one of them`},
		},
		{
			"the same, the other way round",
			func(s *Spec) {
				s.Seasons = []Season{july("heat", 2026, time.Friday), july("summer", 0, time.Friday)}
			},
			[]string{`seasons "heat" and "summer" both state the hours of 2026-07-03; leave that day of the week to one of them`},
		},
		{
			"seasons that meet on one day only",
			func(s *Spec) {
				s.Seasons = []Season{july("summer", 0, time.Friday), july("August", 0, time.Friday)}
				s.Seasons[1].From, s.Seasons[1].To = Date{0, 7, 31}, Date{0, 8, 31}
			},
			[]string{`seasons "summer" and "August" both state the hours of 07-31; leave that day of the week to one of them`},
		},
		{
			"seasons of one year that meet on one day only: 31 July 2026 is a Friday",
			func(s *Spec) {
				s.Seasons = []Season{july("summer", 2026, time.Friday), july("August", 2026, time.Friday)}
				s.Seasons[1].From, s.Seasons[1].To = Date{2026, 7, 31}, Date{2026, 8, 31}
			},
			[]string{`seasons "summer" and "August" both state the hours of 2026-07-31; leave that day of the week to one of them`},
		},
		{
			"impossible seasons",
			func(s *Spec) {
				s.Seasons = []Season{
					{Name: "a", From: Date{0, 2, 30}, To: Date{0, 13, 1}},
					{Name: "b", From: Date{2026, 7, 1}, To: Date{0, 8, 1}},
					{Name: "c", From: Date{2026, 7, 1}, To: Date{2025, 8, 1}},
					{Name: "d", From: Date{2027, 2, 29}, To: Date{2027, 3, 1}, Week: map[time.Weekday][]Interval{
						1: {{0, 0}}, 2: {{Midnight24, Clock(6, 0, 0)}}, 9: nil,
					}},
				}
			},
			[]string{
				`season "a": there is no such date as 02-30`,
				`season "a": there is no such date as 13-01`,
				`season "b": one of its dates has a year and the other has none; give both one, or neither`,
				`season "c" ends on 2025-08-01, before it begins on 2026-07-01`,
				`season "d": there is no such date as 2027-02-29`,
				`season "d": Monday: 00:00-00:00 is empty; a whole day is 00:00-24:00`,
				`season "d": Tuesday: 24:00-06:00 starts at 24:00, which is an end only; start the next day at 00:00`,
				`season "d": weekday 9: a week has 0, Sunday, to 6, Saturday`,
			},
		},
		{
			"dated entries",
			func(s *Spec) {
				s.Days = []Exception{
					{Date: Date{2026, 2, 29}},
					{Date: Date{2026, 6, 7}, Hours: []Interval{{Clock(8, 0, 0) + 1, Clock(12, 0, 0)}}},
					{Date: Date{2026, 6, 7}},
				}
			},
			[]string{
				"there is no such date as 2026-02-29",
				"2026-06-07: 08:00:00.000000001-12:00 has a fraction of a second; hours are whole seconds",
				"2026-06-07 is entered twice; keep one entry",
			},
		},
		{
			"holidays known for some years, without cover",
			func(s *Spec) {
				s.Holidays = []Holiday{{Name: "feast", On: OnDates{{2026, 6, 7}}}, {On: Country("pl")}, {Name: "Eid", On: Islamic{10, 1, false}}}
			},
			[]string{
				`holiday "feast" is known for some years only; state which years the calendar covers`,
				`holiday "pl" is known for some years only; state which years the calendar covers`,
				`holiday "Eid" is known for some years only; state which years the calendar covers`,
			},
		},
		{
			"a holiday that cannot be", func(s *Spec) { s.Holidays = []Holiday{{Name: "feast", On: Yearly{2, 30}}} },
			[]string{`holiday "feast": 30 February: there is no such day`},
		},
		{
			"cover backwards", func(s *Spec) { s.From, s.To = 2027, 2026 },
			[]string{"it cannot cover the years 2027–2026; write the first and the last year, between 1678 and 2261"},
		},
		{
			"cover with one end", func(s *Spec) { s.To = 2026 },
			[]string{"it cannot cover the years 0–2026; write the first and the last year, between 1678 and 2261"},
		},
		{
			"cover too wide", func(s *Spec) { s.From, s.To = 1677, 2262 },
			[]string{"it cannot cover the years 1677–2262; write the first and the last year, between 1678 and 2261"},
		},
		{
			"a set that does not know the years of the cover",
			func(s *Spec) { s.From, s.To, s.Holidays = 2098, 2101, []Holiday{{On: Country("pl")}} },
			[]string{`holiday "pl": the sets of countries are known for 1900 to 2099, not for 2100: that year is not in the table`},
		},
		{
			"all at once",
			func(s *Spec) {
				s.Zone, s.To = nil, 2026
				s.Week[2] = []Interval{{Clock(8, 0, 0), Clock(25, 0, 0)}}
				s.Seasons = []Season{{Name: "a", From: Date{0, 2, 30}, To: Date{0, 3, 1}}}
				s.Holidays = []Holiday{{Name: "feast"}}
				s.Days = []Exception{{Date: Date{2026, 13, 1}}}
			},
			[]string{
				"it has no time zone; state one",
				"Tuesday: 08:00-25:00 leaves the day; hours lie between 00:00 and 24:00",
				`season "a": there is no such date as 02-30`,
				`holiday "feast": it has no rule`,
				"there is no such date as 2026-13-01",
				"it cannot cover the years 0–2026; write the first and the last year, between 1678 and 2261",
			},
		},
	}
	for _, tt := range tests {
		s := good()
		tt.edit(&s)
		_, err := New(s)
		want := "calendar desk 100%: " + strings.Join(tt.want, "\ncalendar desk 100%: ")
		if err == nil || err.Error() != want {
			t.Errorf("%s: New = %v\nwant %s", tt.name, err, want)
		}
	}
}

func TestSeasonsThatDoNotMeet(t *testing.T) {
	season := func(from, to Date, day time.Weekday) Season {
		return Season{From: from, To: to, Week: map[time.Weekday][]Interval{day: intervals(t, "08:00-12:00")}}
	}
	tests := []struct {
		name string
		a, b Season
	}{
		{"one after the other", season(Date{0, 7, 1}, Date{0, 7, 31}, time.Friday), season(Date{0, 8, 1}, Date{0, 8, 31}, time.Friday)},
		{"on other days of the week", season(Date{0, 7, 1}, Date{0, 7, 31}, time.Friday), season(Date{0, 7, 1}, Date{0, 7, 31}, time.Monday)},
		{"on dates that have no Friday in common", season(Date{0, 7, 1}, Date{0, 7, 31}, time.Friday), season(Date{2026, 7, 4}, Date{2026, 7, 9}, time.Friday)},
		{"in other years", season(Date{2025, 7, 1}, Date{2025, 7, 31}, time.Friday), season(Date{2026, 7, 1}, Date{2026, 7, 31}, time.Friday)},
	}
	for _, tt := range tests {
		for _, seasons := range [][]Season{{tt.a, tt.b}, {tt.b, tt.a}} {
			_, err := New(Spec{Name: "desk", Zone: time.UTC, Week: weekly(t, "mon-fri 07:30-15:30"), Seasons: seasons})
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
	}
}

// The only open time may lie beyond the years that are compiled at once.
func TestOpenTimeFarAway(t *testing.T) {
	c, err := New(Spec{
		Name: "once", Zone: time.UTC, Days: []Exception{{Date: Date{2100, 6, 7}, Hours: intervals(t, "08:00-12:00"), Why: "jubilee"}},
	})
	require.NoError(t, err)
	got, err := c.NextOpening(time.Date(2026, 6, 7, 0, 0, 0, 0, time.UTC))
	if want := time.Date(2100, 6, 7, 8, 0, 0, 0, time.UTC); err != nil || !got.Equal(want) {
		t.Errorf("NextOpening = %v, %v, want %v", got, err, want)
	}
}

// A mistake says which entry has it, so that a reader of files can name its line.
func TestMistakesNameTheirEntry(t *testing.T) {
	week := Week{time.Monday: {{Clock(8, 0, 0), Clock(16, 0, 0)}}}
	season := func(name string, from, to Date) Season {
		return Season{Name: name, From: from, To: to, Week: map[time.Weekday][]Interval{time.Monday: nil}}
	}
	day := func(d int) Exception { return Exception{Date: Date{2026, time.May, d}} }
	yearly := Yearly{time.May, 1}
	for _, tt := range []struct {
		rule string
		spec Spec
		want EntryError
	}{
		{"a date that is entered twice", Spec{Days: []Exception{day(1), day(2), day(1)}}, EntryError{List: "Days", Index: 2, Other: 0, Field: "Date"}},
		{"hours that overlap", Spec{Days: []Exception{day(1), {Date: Date{2026, 5, 2}, Hours: []Interval{{0, 2e9}, {1e9, 3e9}}}}},
			EntryError{List: "Days", Index: 1, Other: -1, Field: "Hours"}},
		{"a season that ends first", Spec{Seasons: []Season{season("a", Date{2026, 2, 1}, Date{2026, 1, 1})}}, EntryError{List: "Seasons", Other: -1, Field: "To"}},
		{"seasons that overlap", Spec{Seasons: []Season{season("a", Date{0, 1, 1}, Date{0, 1, 9}), season("b", Date{0, 1, 9}, Date{0, 2, 1})}},
			EntryError{List: "Seasons", Index: 1, Other: 0}},
		{"a cover that begins too early", Spec{From: 1600, To: 2030}, EntryError{Other: -1, Field: "From"}},
		{"a cover backwards", Spec{From: 2030, To: 2020}, EntryError{Other: -1, Field: "To"}},
		{"a move too far", Spec{Holidays: []Holiday{{Name: "x", On: yearly}, {Name: "y", On: yearly, Move: map[time.Weekday]int{time.Friday: 32}}}},
			EntryError{List: "Holidays", Index: 1, Other: -1, Field: "Move", Day: time.Friday}},
		{"a holiday without a name", Spec{Holidays: []Holiday{{On: yearly}}}, EntryError{List: "Holidays", Other: -1, Field: "Name"}},
		{"an offset too far", Spec{Holidays: []Holiday{{Name: "x", On: Easter{Offset: 999}}}}, EntryError{List: "Holidays", Other: -1, Field: "Offset"}},
		{"an unknown country", Spec{Holidays: []Holiday{{On: Country("xx")}}, From: 2020, To: 2030}, EntryError{List: "Holidays", Other: -1, Field: "On"}},
	} {
		tt.spec.Name, tt.spec.Zone, tt.spec.Week = "desk", time.UTC, week
		_, err := New(tt.spec)
		var got *EntryError
		if !errors.As(err, &got) {
			t.Errorf("%s: no entry is named by %v", tt.rule, err)
			continue
		}
		if is := *got; !strings.HasSuffix(err.Error(), is.Error()) {
			t.Errorf("%s: %v does not end in %v", tt.rule, err, got)
		} else if is.Err = nil; is != tt.want {
			t.Errorf("%s: the entry is %+v, want %+v", tt.rule, is, tt.want)
		}
	}
}
