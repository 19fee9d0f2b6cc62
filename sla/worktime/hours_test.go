package worktime

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// openIn writes the periods from the first date to the last, both included.
func openIn(t testing.TB, c *Calendar, first, last string) string {
	t.Helper()
	from, err := c.At(weekdate(t, first), 0)
	require.NoError(t, err)
	to, err := c.At(weekdate(t, last), Midnight24)
	require.NoError(t, err)
	periods, err := c.Periods(from, to)
	require.NoError(t, err)
	var list []string
	for p := range periods {
		list = append(list, clockText(p.Open)+" – "+clockText(p.Close))
	}
	return strings.Join(list, ", ")
}

func clockText(t time.Time) string {
	return t.Format("Mon 2 ") + strings.TrimSuffix(t.Format("15:04:05"), ":00")
}

// Dates around Monday 2 March 2026 in Warsaw.
func TestHours(t *testing.T) {
	closed := func(dates ...Date) []Holiday { return []Holiday{{Name: "feast", On: OnDates(dates)}} }
	entry := func(d Date, hours string) []Exception { return []Exception{{d, intervals(t, hours), "why"}} }
	season := func(from, to Date, week map[time.Weekday][]Interval) []Season {
		return []Season{{Name: "season", From: from, To: to, Week: week}}
	}
	fridays := map[time.Weekday][]Interval{time.Friday: intervals(t, "08:00-12:00")}
	tests := []struct {
		name     string
		week     []string
		holidays []Holiday
		seasons  []Season
		days     []Exception
		from, to string
		want     string
	}{
		{
			name: "several intervals a day, in any order",
			week: []string{"mon-fri 12:30-16:00 07:30-12:00"}, from: "Mon 2026-03-02", to: "Mon 2026-03-02",
			want: "Mon 2 07:30 – Mon 2 12:00, Mon 2 12:30 – Mon 2 16:00",
		},
		{
			name: "seconds",
			week: []string{"mon 07:30:15-16:30:45"}, from: "Mon 2026-03-02", to: "Mon 2026-03-02",
			want: "Mon 2 07:30:15 – Mon 2 16:30:45",
		},
		{
			name: "until 24:00",
			week: []string{"mon 16:00-24:00"}, from: "Mon 2026-03-02", to: "Tue 2026-03-03",
			want: "Mon 2 16:00 – Tue 3 00:00",
		},
		{
			name: "touching ones are one period",
			week: []string{"mon 08:00-12:00 12:00-16:00"}, from: "Mon 2026-03-02", to: "Mon 2026-03-02",
			want: "Mon 2 08:00 – Mon 2 16:00",
		},
		{
			name: "also at midnight",
			week: []string{"mon 16:00-24:00", "tue 00:00-08:00"}, from: "Mon 2026-03-02", to: "Tue 2026-03-03",
			want: "Mon 2 16:00 – Tue 3 08:00",
		},
		{
			name: "24x7 is one period",
			week: []string{"sun-sat 00:00-24:00"}, from: "Mon 2026-03-02", to: "Wed 2026-03-04",
			want: "Mon 2 00:00 – Thu 5 00:00",
		},
		{
			name: "a shift past midnight",
			week: []string{"mon 22:00-06:00"}, from: "Mon 2026-03-02", to: "Wed 2026-03-04",
			want: "Mon 2 22:00 – Tue 3 06:00",
		},
		{
			name: "one that ends at midnight",
			week: []string{"mon 22:00-00:00"}, from: "Mon 2026-03-02", to: "Wed 2026-03-04",
			want: "Mon 2 22:00 – Tue 3 00:00",
		},
		{
			name: "from midnight to midnight a day later is all day",
			week: []string{"mon 00:00-24:00"}, from: "Sun 2026-03-01", to: "Wed 2026-03-04",
			want: "Mon 2 00:00 – Tue 3 00:00",
		},
		{
			name: "a shift that begins on a holiday is closed, the one before it runs on",
			week: []string{"mon-wed 22:00-06:00"}, holidays: closed(Date{2026, 3, 3}), from: "Mon 2026-03-02", to: "Wed 2026-03-04",
			want: "Mon 2 22:00 – Tue 3 06:00, Wed 4 22:00 – Thu 5 00:00",
		},
		{
			name: "a dated entry replaces the shift of its date, not the one before it",
			week: []string{"mon-wed 22:00-06:00"}, days: entry(Date{2026, 3, 3}, "12:00-13:00"), from: "Mon 2026-03-02", to: "Wed 2026-03-04",
			want: "Mon 2 22:00 – Tue 3 06:00, Tue 3 12:00 – Tue 3 13:00, Wed 4 22:00 – Thu 5 00:00",
		},
		{
			name: "a shift that overlaps the next date's hours counts once",
			week: []string{"mon 22:00-08:00", "tue 07:30-16:30"}, from: "Mon 2026-03-02", to: "Tue 2026-03-03",
			want: "Mon 2 22:00 – Tue 3 16:30",
		},
		{
			name: "all shifts, day and night, are one period",
			week: []string{"mon-sun 06:00-14:00 14:00-22:00 22:00-06:00"}, from: "Mon 2026-03-02", to: "Tue 2026-03-03",
			want: "Mon 2 00:00 – Wed 4 00:00",
		},
		{
			name: "a short day over a holiday",
			week: []string{"mon-fri 07:30-15:30"}, holidays: closed(Date{2026, 3, 2}, Date{2026, 3, 3}),
			days: entry(Date{2026, 3, 3}, "07:30-12:00"), from: "Mon 2026-03-02", to: "Tue 2026-03-03",
			want: "Tue 3 07:30 – Tue 3 12:00",
		},
		{
			name: "an extra day on a Saturday",
			week: []string{"mon-fri 07:30-15:30"}, days: entry(Date{2026, 3, 7}, "08:00-12:00"), from: "Sat 2026-03-07", to: "Sun 2026-03-08",
			want: "Sat 7 08:00 – Sat 7 12:00",
		},
		{
			name: "a closure",
			week: []string{"mon-fri 07:30-15:30"}, days: entry(Date{2026, 3, 3}, ""), from: "Mon 2026-03-02", to: "Wed 2026-03-04",
			want: "Mon 2 07:30 – Mon 2 15:30, Wed 4 07:30 – Wed 4 15:30",
		},
		{
			name: "a season replaces the days that it names",
			week: []string{"mon-fri 07:30-15:30"}, seasons: season(Date{0, 3, 1}, Date{0, 3, 31}, fridays), from: "Thu 2026-03-05", to: "Fri 2026-03-06",
			want: "Thu 5 07:30 – Thu 5 15:30, Fri 6 08:00 – Fri 6 12:00",
		},
		{
			name: "on its first date",
			week: []string{"fri 07:30-15:30"}, seasons: season(Date{0, 3, 6}, Date{0, 3, 31}, fridays), from: "Fri 2026-02-27", to: "Fri 2026-03-06",
			want: "Fri 27 07:30 – Fri 27 15:30, Fri 6 08:00 – Fri 6 12:00",
		},
		{
			name: "on its last date",
			week: []string{"fri 07:30-15:30"}, seasons: season(Date{0, 2, 1}, Date{0, 3, 6}, fridays), from: "Fri 2026-03-06", to: "Fri 2026-03-13",
			want: "Fri 6 08:00 – Fri 6 12:00, Fri 13 07:30 – Fri 13 15:30",
		},
		{
			name: "a season over the end of the year, with both its ends",
			week: []string{"fri 07:30-15:30"}, seasons: season(Date{0, 12, 25}, Date{0, 1, 1}, fridays), from: "Fri 2026-12-18", to: "Fri 2027-01-08",
			want: "Fri 18 07:30 – Fri 18 15:30, Fri 25 08:00 – Fri 25 12:00, Fri 1 08:00 – Fri 1 12:00, Fri 8 07:30 – Fri 8 15:30",
		},
		{
			name: "a season of one day, every year",
			week: []string{"fri 07:30-15:30"}, seasons: season(Date{0, 3, 6}, Date{0, 3, 6}, fridays), from: "Fri 2026-02-27", to: "Fri 2026-03-13",
			want: "Fri 27 07:30 – Fri 27 15:30, Fri 6 08:00 – Fri 6 12:00, Fri 13 07:30 – Fri 13 15:30",
		},
		{
			name: "a season of one day, once",
			week: []string{"fri 07:30-15:30"}, seasons: season(Date{2026, 3, 6}, Date{2026, 3, 6}, fridays), from: "Fri 2026-02-27", to: "Fri 2026-03-13",
			want: "Fri 27 07:30 – Fri 27 15:30, Fri 6 08:00 – Fri 6 12:00, Fri 13 07:30 – Fri 13 15:30",
		},
		{
			name: "a season of one year",
			week: []string{"fri 07:30-15:30"}, seasons: season(Date{2026, 1, 1}, Date{2027, 1, 1}, fridays), from: "Fri 2027-01-01", to: "Fri 2027-01-08",
			want: "Fri 1 08:00 – Fri 1 12:00, Fri 8 07:30 – Fri 8 15:30",
		},
		{
			name: "a season from 29 February, in a year without one",
			week: []string{"fri 07:30-15:30"}, seasons: season(Date{0, 2, 29}, Date{0, 3, 31}, fridays), from: "Fri 2026-02-27", to: "Fri 2026-03-06",
			want: "Fri 27 07:30 – Fri 27 15:30, Fri 6 08:00 – Fri 6 12:00",
		},
		{
			name: "a season that closes a day",
			week: []string{"mon-fri 07:30-15:30"}, seasons: season(Date{0, 3, 1}, Date{0, 3, 31}, map[time.Weekday][]Interval{time.Monday: {}}),
			from: "Mon 2026-03-02", to: "Tue 2026-03-03",
			want: "Tue 3 07:30 – Tue 3 15:30",
		},
		{
			name: "a season that opens a day",
			week: []string{"mon-fri 07:30-15:30"}, seasons: season(Date{0, 3, 1}, Date{0, 3, 31}, map[time.Weekday][]Interval{time.Saturday: intervals(t, "08:00-12:00")}),
			from: "Sat 2026-03-07", to: "Sun 2026-03-08",
			want: "Sat 7 08:00 – Sat 7 12:00",
		},
		{
			name: "a holiday over a season",
			week: []string{"mon-fri 07:30-15:30"}, holidays: closed(Date{2026, 3, 6}), seasons: season(Date{0, 3, 1}, Date{0, 3, 31}, fridays),
			from: "Thu 2026-03-05", to: "Fri 2026-03-06",
			want: "Thu 5 07:30 – Thu 5 15:30",
		},
		{
			name: "a dated entry over a holiday over a season over the week",
			week: []string{"mon-fri 07:30-15:30"}, holidays: closed(Date{2026, 3, 6}), seasons: season(Date{0, 3, 1}, Date{0, 3, 31}, fridays),
			days: entry(Date{2026, 3, 6}, "09:00-10:00"), from: "Fri 2026-03-06", to: "Fri 2026-03-06",
			want: "Fri 6 09:00 – Fri 6 10:00",
		},
		{
			name: "hours that the spring change swallows in part",
			week: []string{"sun 02:30-04:00"}, from: "Sun 2026-03-29", to: "Sun 2026-03-29",
			want: "Sun 29 03:00 – Sun 29 04:00",
		},
		{
			name: "or wholly",
			week: []string{"sun 02:00-03:00", "mon 08:00-09:00"}, from: "Sun 2026-03-29", to: "Mon 2026-03-30",
			want: "Mon 30 08:00 – Mon 30 09:00",
		},
	}
	for _, tt := range tests {
		c := mustNew(t, Spec{
			Name: "desk", Zone: location(t, "Europe/Warsaw"), Week: weekly(t, tt.week...),
			Holidays: tt.holidays, Seasons: tt.seasons, Days: tt.days, From: 2026, To: 2027,
		})
		if got := openIn(t, c, tt.from, tt.to); got != tt.want {
			t.Errorf("%s: open %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// A date whose hours all lie in the shift of the night before is worked, but
// nothing of them is its own.
func TestOverlappedDate(t *testing.T) {
	c := mustNew(t, Spec{
		Name: "desk", Zone: location(t, "Europe/Warsaw"),
		Week: weekly(t, "mon 22:00-08:00", "tue 06:00-07:00", "wed 20:00-08:00", "thu 06:00-08:00 12:00-16:00"),
	})
	tests := []struct{ name, date, want string }{
		{"all of it", "Tue 2026-03-03", "08:00–08:00"},
		{"its first interval", "Thu 2026-03-05", "12:00–16:00"},
	}
	for _, tt := range tests {
		if got := hoursOn(t, c, weekdate(t, tt.date)); got != tt.want {
			t.Errorf("%s: %s has %s, want %s", tt.name, tt.date, got, tt.want)
		}
	}
}

// A clock change can leave a date without hours, and with them goes its shift.
func TestDatesThatLoseTheirHours(t *testing.T) {
	tests := []struct {
		name, zone string
		week       []string
		from, to   string
		want       string
		closed     string
	}{
		{
			"an hour that is skipped", "Europe/Warsaw", []string{"sun 02:00-03:00", "mon 08:00-09:00"},
			"Sat 2026-03-28", "Mon 2026-03-30", "Mon 30 08:00 – Mon 30 09:00", "Sun 2026-03-29",
		},
		{
			"a date that is skipped: its shift does not begin, the one before it ends with its date", "Pacific/Apia",
			[]string{"thu-fri 22:00-06:00", "sat 12:00-13:00"},
			"Thu 2011-12-29", "Sat 2011-12-31", "Thu 29 22:00 – Sat 31 00:00, Sat 31 12:00 – Sat 31 13:00", "Fri 2011-12-30",
		},
	}
	for _, tt := range tests {
		c := mustNew(t, Spec{Name: "desk", Zone: location(t, tt.zone), Week: weekly(t, tt.week...)})
		if got := openIn(t, c, tt.from, tt.to); got != tt.want {
			t.Errorf("%s: open %s\nwant %s", tt.name, got, tt.want)
		}
		if day, ok, err := c.Working(weekdate(t, tt.closed)); err != nil || ok {
			t.Errorf("%s: Working(%s) = %v, %v, %v, want none", tt.name, tt.closed, day, ok, err)
		}
	}
}

func TestParseTimeOfDay(t *testing.T) {
	tests := []struct {
		s    string
		want TimeOfDay
		text string
	}{
		{"00:00", 0, "00:00"},
		{"07:30", Clock(7, 30, 0), "07:30"},
		{"07:30:00", Clock(7, 30, 0), "07:30"},
		{"07:30:15", Clock(7, 30, 15), "07:30:15"},
		{"23:59:59", Clock(23, 59, 59), "23:59:59"},
		{"24:00", Midnight24, "24:00"},
	}
	for _, tt := range tests {
		got, err := ParseTimeOfDay(tt.s)
		if err != nil || got != tt.want || got.String() != tt.text {
			t.Errorf("ParseTimeOfDay(%q) = %v, %v, want %s", tt.s, got, err, tt.text)
		}
	}
	for _, s := range []string{"", "7:30", "07", "07:60", "07:30:60", "24:01", "24:00:01", "25:00", "-7:30", "+7:30", "07:30:15.5", "07.30", "07:30:00:00", " 07:30", "۰۷:۳۰"} {
		want := fmt.Sprintf("%q is not a time of day; write it as 07:30 or 07:30:15, 24:00 at the latest", s)
		if got, err := ParseTimeOfDay(s); err == nil || err.Error() != want {
			t.Errorf("ParseTimeOfDay(%q) = %v, %v, want %s", s, got, err, want)
		}
	}
}

func TestTimeOfDayString(t *testing.T) {
	tests := []struct {
		tod  TimeOfDay
		want string
	}{
		{Clock(26, 0, 0), "26:00"},
		{Clock(7, 30, 0) + TimeOfDay(500*time.Millisecond), "07:30:00.5"},
		{Midnight24 - 1, "23:59:59.999999999"},
	}
	for _, tt := range tests {
		if got := tt.tod.String(); got != tt.want {
			t.Errorf("String() = %s, want %s", got, tt.want)
		}
	}
}

func TestParseInterval(t *testing.T) {
	tests := []struct{ name, s, want string }{
		{"hours", "07:30-16:30", "07:30-16:30"},
		{"with a dash and spaces", "07:30 – 16:30", "07:30-16:30"},
		{"seconds", "07:30:15-16:30", "07:30:15-16:30"},
		{"past midnight", "22:00-06:00", "22:00-06:00"},
		{"to 24:00", "00:00-24:00", "00:00-24:00"},
	}
	for _, tt := range tests {
		got, err := ParseInterval(tt.s)
		if err != nil || got.String() != tt.want {
			t.Errorf("%s: ParseInterval(%q) = %v, %v, want %s", tt.name, tt.s, got, err, tt.want)
		}
	}
	for _, tt := range []struct{ name, s, want string }{
		{"one time", "07:30", `"07:30" are not hours; write them as 07:30-16:30`},
		{"a bad start", "7-16:30", `"7" is not a time of day; write it as 07:30 or 07:30:15, 24:00 at the latest`},
		{"a bad end", "07:30-16:30-17:00", `"16:30-17:00" is not a time of day; write it as 07:30 or 07:30:15, 24:00 at the latest`},
		{"empty", "07:30-07:30", "07:30-07:30 is empty; a whole day is 00:00-24:00"},
		{"from 24:00", "24:00-06:00", "24:00-06:00 starts at 24:00, which is an end only; start the next day at 00:00"},
	} {
		if got, err := ParseInterval(tt.s); err == nil || err.Error() != tt.want {
			t.Errorf("%s: ParseInterval(%q) = %v, %v, want %s", tt.name, tt.s, got, err, tt.want)
		}
	}
}

func FuzzParseInterval(f *testing.F) {
	for _, s := range []string{"07:30-16:30", "22:00–06:00", "00:00-24:00", "07:30:15 - 16:30:45", "24:00-24:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		iv, err := ParseInterval(s)
		if err != nil {
			return
		}
		if err := CheckHours([]Interval{iv}); err != nil {
			t.Errorf("ParseInterval(%q) = %v, which is refused: %v", s, iv, err)
		}
		if again, err := ParseInterval(iv.String()); err != nil || again != iv {
			t.Errorf("ParseInterval(%q) = %v, which is read as %v, %v", s, iv, again, err)
		}
	})
}

func TestDate(t *testing.T) {
	d := weekdate(t, "Sat 2028-02-26")
	if got := d.AddDays(3).String(); got != "2028-02-29" {
		t.Errorf("AddDays(3) = %s, want 2028-02-29", got)
	}
	if got := d.AddDays(-57).String(); got != "2027-12-31" {
		t.Errorf("AddDays(-57) = %s, want 2027-12-31", got)
	}
	for _, tt := range []struct {
		d, e Date
		want int
	}{
		{Date{2026, 6, 7}, Date{2026, 6, 7}, 0},
		{Date{2026, 6, 7}, Date{2026, 6, 8}, -1},
		{Date{2026, 6, 30}, Date{2026, 7, 1}, -1},
		{Date{2027, 1, 1}, Date{2026, 12, 31}, 1},
	} {
		if got := tt.d.Compare(tt.e); got != tt.want {
			t.Errorf("%v.Compare(%v) = %d, want %d", tt.d, tt.e, got, tt.want)
		}
	}
	for _, s := range []string{"", "2026-6-7", "2026-02-29", "07.06.2026", "2026-06-07T00:00"} {
		want := fmt.Sprintf("%q is not a date; write it as 2026-06-07", s)
		if got, err := ParseDate(s); err == nil || err.Error() != want {
			t.Errorf("ParseDate(%q) = %v, %v, want %s", s, got, err, want)
		}
	}
	for year := 1600; year <= 2400; year++ { // weekdays before and after 1970
		at := time.Date(year, 3, 1, 0, 0, 0, 0, time.UTC)
		if got := civil(at).Weekday(); got != at.Weekday() {
			t.Errorf("%v is a %v, want %v", civil(at), got, at.Weekday())
		}
	}
}
