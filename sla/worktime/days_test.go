package worktime

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// municipality is a calendar of requirements.md, "Calendar facts".
type municipality struct {
	spec Spec
	days map[string]string // of some dates: the hours, or why there are none
}

func municipalities(t testing.TB) []municipality {
	t.Helper()
	yearly := func(name string, month time.Month, day int, substitute ...time.Weekday) Holiday {
		return Holiday{Name: name, On: Yearly{month, day}, Substitute: substitute}
	}
	persian := func(name string, month, day int) Holiday { return Holiday{Name: name, On: Persian{month, day}} }
	return []municipality{
		{
			Spec{
				Name: "Ra'anana", Zone: location(t, "Asia/Jerusalem"), From: 2020, To: 2034,
				Week: weekly(t, "sun-thu 07:30-16:30"), Holidays: raanana,
			},
			map[string]string{
				"Wed 2026-04-01": "07:30–16:30",
				"Thu 2026-04-02": "closed: Passover",
				"Fri 2026-04-03": "closed: Friday",
				"Tue 2026-04-07": "07:30–16:30",
				"Wed 2026-04-08": "closed: Passover",
				"Wed 2026-04-22": "closed: Independence Day",
				"Fri 2026-05-22": "closed: Shavuot",
				"Sat 2026-09-12": "closed: Rosh Hashanah",
				"Sun 2026-09-13": "closed: Rosh Hashanah",
				"Mon 2026-09-21": "closed: Yom Kippur",
				"Sat 2026-10-03": "closed: Simchat Torah",
				"Sun 2026-10-04": "07:30–16:30",
			},
		},
		{
			Spec{
				Name: "telephones", Zone: location(t, "Asia/Jerusalem"),
				Week: weekly(t, "sun-thu 08:00-16:00"), Holidays: raanana,
			},
			map[string]string{
				"Wed 2026-04-01": "08:00–16:00",
				"Thu 2026-04-02": "closed: Passover",
			},
		},
		{
			Spec{
				Name: "Kalisz", Zone: location(t, "Europe/Warsaw"), From: 2020, To: 2034,
				Week: weekly(t, "mon-fri 07:30-15:30"), Holidays: kalisz,
				Days: []Exception{{Date{2026, 8, 14}, nil, "for 15 August, a Saturday"}}, // set by the mayor
			},
			map[string]string{
				"Tue 2026-01-06": "closed: Święto Trzech Króli",
				"Mon 2026-04-06": "closed: drugi dzień Wielkiej Nocy",
				"Tue 2026-04-07": "07:30–15:30",
				"Thu 2026-06-04": "closed: dzień Bożego Ciała",
				"Fri 2026-06-05": "07:30–15:30",
				"Fri 2026-08-14": "closed: for 15 August, a Saturday",
				"Tue 2024-12-24": "07:30–15:30",
				"Wed 2025-12-24": "closed: Wigilia Bożego Narodzenia",
				"Thu 2026-12-24": "closed: Wigilia Bożego Narodzenia",
			},
		},
		{
			Spec{
				Name: "Iran", Zone: location(t, "Asia/Tehran"), From: 2024, To: 2027,
				Week: weekly(t, "sat-wed 07:30-14:30", "thu 07:30-13:00"),
				Seasons: []Season{{
					Name: "summer", From: Date{0, 6, 5}, To: Date{0, 9, 6},
					Week: map[time.Weekday][]Interval{time.Saturday: intervals(t, "06:00-13:00")},
				}},
				Holidays: []Holiday{
					persian("Nowruz", 1, 1), persian("Nowruz", 1, 2), persian("Nowruz", 1, 3), persian("Nowruz", 1, 4),
					persian("Islamic Republic Day", 1, 12), persian("Nature Day", 1, 13),
					persian("Khomeini", 3, 14), persian("15 Khordad", 3, 15),
					persian("Revolution", 11, 22), persian("Oil nationalisation", 12, 29),
					{Name: "Ashura, as announced", On: OnDates{{2026, 6, 25}}},
				},
			},
			map[string]string{
				"Wed 2026-02-11": "closed: Revolution",
				"Thu 2026-02-12": "07:30–13:00",
				"Fri 2026-02-13": "closed: Friday",
				"Fri 2026-03-20": "closed: Oil nationalisation",
				"Sat 2026-03-21": "closed: Nowruz",
				"Tue 2026-03-24": "closed: Nowruz",
				"Wed 2026-03-25": "07:30–14:30",
				"Wed 2026-04-01": "closed: Islamic Republic Day",
				"Thu 2026-04-02": "closed: Nature Day",
				"Thu 2026-06-04": "closed: Khomeini",
				"Sat 2026-06-06": "06:00–13:00",
				"Sun 2026-06-07": "07:30–14:30",
				"Thu 2026-06-25": "closed: Ashura, as announced",
				"Wed 2024-03-20": "closed: Nowruz", // after the leap year 1402
			},
		},
		{
			Spec{
				Name: "Stari Grad", Zone: location(t, "Europe/Belgrade"),
				Week: weekly(t, "mon-fri 07:30-15:30"),
				Holidays: []Holiday{
					yearly("New Year", 1, 1, time.Sunday), yearly("New Year", 1, 2, time.Sunday), yearly("Christmas", 1, 7),
					yearly("Statehood Day", 2, 15, time.Sunday), yearly("Statehood Day", 2, 16, time.Sunday),
					{Name: "Good Friday", On: Easter{Orthodox: true, Offset: -2}},
					{Name: "Easter Monday", On: Easter{Orthodox: true, Offset: 1}},
					yearly("Labour Day", 5, 1, time.Sunday), yearly("Labour Day", 5, 2, time.Sunday),
					yearly("Armistice Day", 11, 11, time.Sunday),
				},
			},
			map[string]string{
				"Wed 2026-01-07": "closed: Christmas",
				"Sun 2026-02-15": "closed: Statehood Day",
				"Mon 2026-02-16": "closed: Statehood Day",
				"Tue 2026-02-17": "closed: Statehood Day (substitute)",
				"Wed 2026-02-18": "07:30–15:30",
				"Fri 2026-04-10": "closed: Good Friday",
				"Mon 2026-04-13": "closed: Easter Monday",
				"Mon 2027-05-03": "closed: Easter Monday",
				"Tue 2027-05-04": "closed: Labour Day (substitute)",
				"Wed 2027-05-05": "07:30–15:30",
				"Mon 1990-04-16": "closed: Easter Monday",
			},
		},
	}
}

func TestMunicipalities(t *testing.T) {
	for _, m := range municipalities(t) {
		c := mustNew(t, m.spec)
		for day, want := range m.days {
			d := weekdate(t, day)
			if got := hoursOn(t, c, d); got != want {
				t.Errorf("%s, %s: %s, want %s", m.spec.Name, day, got, want)
			}
		}
	}
}

// weekdate reads "Mon 2026-06-08" and holds the day of the week against the date.
func weekdate(t testing.TB, s string) Date {
	t.Helper()
	return civil(instant(t, time.UTC, s+" 00:00"))
}

// hoursOn writes the first opening and the last closing of a date, or why there
// are none.
func hoursOn(t testing.TB, c *Calendar, d Date) string {
	t.Helper()
	day, ok, err := c.Working(d)
	require.NoError(t, err)
	if why, closed := c.Closed(d); closed {
		require.False(t, ok)
		return "closed: " + why
	}
	require.True(t, ok)
	require.Equal(t, d, day.Date)
	return day.First.Format("15:04–") + day.Last.Format("15:04")
}

func TestStep(t *testing.T) {
	withoutHolidays, passover := desk(t), mustNew(t, municipalities(t)[1].spec)
	tests := []struct {
		name string
		c    *Calendar
		from string
		n    int
		want string
	}{
		{"3 working days from Wednesday (V8, RA-31)", withoutHolidays, "Wed 2026-06-10", 3, "Mon 2026-06-15"},
		{"3 working days from Tuesday (RA-36)", withoutHolidays, "Tue 2026-06-09", 3, "Sun 2026-06-14"},
		{"3 working days from Thursday (V15)", withoutHolidays, "Thu 2026-06-11", 3, "Tue 2026-06-16"},
		{"from a closed date the first one after it is number 1", withoutHolidays, "Fri 2026-06-12", 1, "Sun 2026-06-14"},
		{"the next one from either day of the weekend", withoutHolidays, "Sat 2026-06-13", 1, "Sun 2026-06-14"},
		{"back over the weekend", withoutHolidays, "Sun 2026-06-14", -1, "Thu 2026-06-11"},
		{"back from a closed date", withoutHolidays, "Sat 2026-06-13", -1, "Thu 2026-06-11"},
		{"a working week back", withoutHolidays, "Wed 2026-06-10", -5, "Wed 2026-06-03"},
		{"none, from a working date", withoutHolidays, "Wed 2026-06-10", 0, "Wed 2026-06-10"},
		{"none, from a closed date", withoutHolidays, "Fri 2026-06-12", 0, "Sun 2026-06-14"},
		{"2000 working days are 400 weeks", withoutHolidays, "Sun 2026-06-07", 2000, "Sun 2034-02-05"},
		{"the report for the Thursday of Passover (TE-24)", passover, "Fri 2026-04-03", -1, "Wed 2026-04-01"},
		{"over Passover", passover, "Wed 2026-04-01", 1, "Sun 2026-04-05"},
		{"before 1970", withoutHolidays, "Thu 1969-12-25", 5, "Thu 1970-01-01"},
		{"out of the years compiled at once", withoutHolidays, "Sun 1999-12-26", 5, "Sun 2000-01-02"},
	}
	for _, tt := range tests {
		got, err := tt.c.Step(weekdate(t, tt.from), tt.n)
		if err != nil || got.Date != weekdate(t, tt.want) {
			t.Errorf("%s: Step(%s, %d) = %v, %v, want %s", tt.name, tt.from, tt.n, got.Date, err, tt.want)
		}
		day, ok, err := tt.c.Working(got.Date)
		if err != nil || !ok || day != got {
			t.Errorf("%s: Working(%v) = %v, %v, %v, want %v", tt.name, got.Date, day, ok, err, got)
		}
	}
}

// A substitute is a date on which the week or a season has hours.
func TestSubstitute(t *testing.T) {
	c := mustNew(t, Spec{
		Name: "office", Zone: location(t, "Europe/Warsaw"), Week: weekly(t, "mon-fri 07:30-15:30"),
		Seasons: []Season{{
			Name: "summer", From: Date{0, 7, 1}, To: Date{0, 8, 31},
			Week: map[time.Weekday][]Interval{time.Monday: {}},
		}},
		Holidays: []Holiday{
			{Name: "Assumption", On: Yearly{time.August, 15}, Substitute: []time.Weekday{time.Saturday}},
			{Name: "Constitution", On: Yearly{time.May, 2}, Substitute: []time.Weekday{time.Saturday}},
		},
	})
	for day, want := range map[string]string{
		"Sun 2026-05-03": "closed: Sunday",
		"Mon 2026-05-04": "closed: Constitution (substitute)",
		"Tue 2026-05-05": "07:30–15:30",
		"Mon 2026-08-17": "closed: Monday",
		"Tue 2026-08-18": "closed: Assumption (substitute)",
		"Wed 2026-08-19": "07:30–15:30",
	} {
		if got := hoursOn(t, c, weekdate(t, day)); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func TestNoSuchDate(t *testing.T) {
	c := desk(t)
	for _, d := range []Date{{}, {2026, 2, 29}, {2026, 13, 1}, {2026, 6, 0}} {
		_, err := c.Step(d, 1)
		if err == nil || !strings.HasPrefix(err.Error(), "calendar desk: there is no such date as "+d.String()) {
			t.Errorf("Step(%v): %v", d, err)
		}
		if why, closed := c.Closed(d); closed || why != "" || c.Note(d) != "" {
			t.Errorf("Closed(%v) = %q, %v, want nothing", d, why, closed)
		}
	}
}

func TestNote(t *testing.T) {
	spec := municipalities(t)[0].spec
	spec.Days = []Exception{
		{Date{2026, 4, 1}, intervals(t, "07:30-12:00"), "Passover eve"},
		{Date{2026, 4, 22}, intervals(t, "08:00-10:00"), "count"},
		{Date{2026, 6, 8}, nil, ""},
	}
	c := mustNew(t, spec)
	tests := []struct{ name, date, note, hours string }{
		{"an ordinary day", "Sun 2026-06-07", "", "07:30–16:30"},
		{"an ordinary weekend", "Fri 2026-06-12", "", "closed: Friday"},
		{"a holiday", "Thu 2026-04-02", "Passover", "closed: Passover"},
		{"a holiday on a weekend", "Fri 2026-05-22", "Shavuot", "closed: Shavuot"},
		{"a short day", "Wed 2026-04-01", "Passover eve", "07:30–12:00"},
		{"hours on a holiday", "Wed 2026-04-22", "count", "08:00–10:00"},
		{"a closure that nobody explained", "Mon 2026-06-08", "", "closed: Monday"},
	}
	for _, tt := range tests {
		if got := c.Note(weekdate(t, tt.date)); got != tt.note {
			t.Errorf("%s: Note(%s) = %q, want %q", tt.name, tt.date, got, tt.note)
		}
		if got := hoursOn(t, c, weekdate(t, tt.date)); got != tt.hours {
			t.Errorf("%s: %s has %s, want %s", tt.name, tt.date, got, tt.hours)
		}
	}
}

func TestClip(t *testing.T) {
	c := desk(t)
	day, err := c.Step(weekdate(t, "Mon 2026-06-08"), 0)
	require.NoError(t, err)
	tests := []struct{ name, at, want string }{
		{"before opening", "Mon 2026-06-08 06:00", "Mon 2026-06-08 07:30"},
		{"in hours", "Mon 2026-06-08 12:00:00.5", "Mon 2026-06-08 12:00:00.5"},
		{"at closing", "Mon 2026-06-08 16:30", "Mon 2026-06-08 16:30"},
		{"after closing", "Mon 2026-06-08 18:00", "Mon 2026-06-08 16:30"},
		{"another day", "Wed 2026-06-10 12:00", "Mon 2026-06-08 16:30"},
	}
	for _, tt := range tests {
		if got := day.Clip(instant(t, c.Zone(), tt.at)); !got.Equal(instant(t, c.Zone(), tt.want)) {
			t.Errorf("%s: Clip(%s) = %v, want %s", tt.name, tt.at, got, tt.want)
		}
	}
}

func TestRead(t *testing.T) {
	const night = "mon-sun 22:00-06:00"
	tests := []struct {
		name, zone, hours string
		at                string
		want              string
	}{
		{"a time of day", "Asia/Jerusalem", "sun-thu 07:30-16:30", "Sun 2026-06-07 10:00:01.5", "2026-06-07 10:00:01.5"},
		{"midnight begins a date", "Asia/Jerusalem", "sun-thu 07:30-16:30", "Sun 2026-06-07 00:00", "2026-06-07 00:00"},
		{"the last moment of a date", "Asia/Jerusalem", "sun-thu 07:30-16:30", "Sun 2026-06-07 23:59:59.999999999", "2026-06-07 23:59:59.999999999"},
		{"a shift past midnight", "Europe/Warsaw", night, "Tue 2026-06-09 02:00", "2026-06-08 26:00"},
		{"its last moment", "Europe/Warsaw", night, "Tue 2026-06-09 05:59:59.999999999", "2026-06-08 29:59:59.999999999"},
		{"its end", "Europe/Warsaw", night, "Tue 2026-06-09 06:00", "2026-06-09 06:00"},
		{"before it begins", "Europe/Warsaw", night, "Mon 2026-06-08 21:59", "2026-06-08 21:59"},
		{"a shift that overlaps the next date's hours", "Europe/Warsaw", "mon 22:00-08:00; tue 07:00-12:00", "Tue 2026-06-09 07:30", "2026-06-08 31:30"},
		{"the hour that is shown twice, first", "Europe/Warsaw", "mon-fri 08:00-16:00", "Sun 2026-10-25 02:30+02:00", "2026-10-25 02:30"},
		{"again, it has been up to 03:00", "Europe/Warsaw", "mon-fri 08:00-16:00", "Sun 2026-10-25 02:30+01:00", "2026-10-25 02:59:59.999999999"},
		{"until it catches up", "Europe/Warsaw", "mon-fri 08:00-16:00", "Sun 2026-10-25 03:00", "2026-10-25 03:00"},
		{"in a shift", "Europe/Warsaw", night, "Sun 2026-10-25 02:30+01:00", "2026-10-24 26:59:59.999999999"},
		{"midnight that is shown twice is not a new date", "Asia/Tehran", "sat-wed 07:30-14:30", "Wed 2022-09-21 23:30+03:30", "2022-09-21 23:59:59.999999999"},
		{"before, it was the old one", "Asia/Tehran", "sat-wed 07:30-14:30", "Wed 2022-09-21 23:30+04:30", "2022-09-21 23:30"},
		{"after it, the new one", "Asia/Tehran", "sat-wed 07:30-14:30", "Thu 2022-09-22 00:00", "2022-09-22 00:00"},
		{"two midnights in Cuba: the second is in the new date", "America/Havana", "mon-fri 08:00-16:00", "Sun 2026-11-01 00:30-05:00", "2026-11-01 00:59:59.999999999"},
		{"no midnight in Cuba", "America/Havana", "mon-fri 08:00-16:00", "Sun 2026-03-08 01:00", "2026-03-08 01:00"},
		{"a moment before it", "America/Havana", "mon-fri 08:00-16:00", "Sat 2026-03-07 23:59:59.999999999", "2026-03-07 23:59:59.999999999"},
		{"local mean time", "Asia/Jerusalem", "sun-thu 07:30-16:30", "Sun 1915-06-06 07:30+02:20:40", "1915-06-06 07:30"},
	}
	for _, tt := range tests {
		c := mustNew(t, Spec{Name: "c", Zone: location(t, tt.zone), Week: weekly(t, strings.Split(tt.hours, "; ")...)})
		at := instant(t, c.Zone(), tt.at)
		d, tod, err := c.Read(at)
		if got := d.String() + " " + tod.String(); err != nil || got != tt.want {
			t.Errorf("%s: Read(%s) = %s, %v, want %s", tt.name, tt.at, got, err, tt.want)
		}
		if back, err := c.At(d, tod); err != nil || back.After(at) {
			t.Errorf("%s: At(%v, %v) = %v, %v, after %s", tt.name, d, tod, back, err, tt.at)
		}
	}
}

func TestAt(t *testing.T) {
	tests := []struct {
		name, zone string
		date, tod  string
		want       string // in UTC
	}{
		{"an ordinary time", "Asia/Jerusalem", "2026-06-07", "07:30", "2026-06-07 04:30"},
		{"the end of a date", "Asia/Jerusalem", "2026-06-07", "24:00", "2026-06-07 21:00"},
		{"skipped in spring: the instant of the change", "Europe/Warsaw", "2026-03-29", "02:30", "2026-03-29 01:00"},
		{"the first time after it", "Europe/Warsaw", "2026-03-29", "03:00", "2026-03-29 01:00"},
		{"shown twice in autumn: the first", "Europe/Warsaw", "2026-10-25", "02:30", "2026-10-25 00:30"},
		{"the last time that is shown twice", "Europe/Warsaw", "2026-10-25", "02:59:59", "2026-10-25 00:59:59"},
		{"the first that is not", "Europe/Warsaw", "2026-10-25", "03:00", "2026-10-25 02:00"},
		{"no midnight in Cuba", "America/Havana", "2026-03-08", "00:00", "2026-03-08 05:00"},
		{"two midnights in Cuba: the first", "America/Havana", "2026-11-01", "00:00", "2026-11-01 04:00"},
		{"no midnight in Chile", "America/Santiago", "2026-09-06", "00:30", "2026-09-06 04:00"},
		{"midnight comes late in Chile", "America/Santiago", "2026-04-05", "00:00", "2026-04-05 04:00"},
		{"an hour of the evening before was shown twice", "America/Santiago", "2026-04-04", "23:30", "2026-04-05 02:30"},
		{"no midnight in Lebanon", "Asia/Beirut", "2026-03-29", "00:00", "2026-03-28 22:00"},
		{"no midnight in Egypt", "Africa/Cairo", "2026-04-24", "00:00", "2026-04-23 22:00"},
		{"midnight comes late in Egypt", "Africa/Cairo", "2026-10-30", "00:00", "2026-10-29 22:00"},
		{"no midnight on the Azores", "Atlantic/Azores", "2026-03-29", "00:00", "2026-03-29 01:00"},
		{"two midnights on the Azores", "Atlantic/Azores", "2026-10-25", "00:00", "2026-10-25 00:00"},
		{"half an hour is skipped", "Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03 15:30"},
		{"a date that was skipped", "Pacific/Apia", "2011-12-30", "12:00", "2011-12-30 10:00"},
		{"is the beginning of the next", "Pacific/Apia", "2011-12-31", "00:00", "2011-12-30 10:00"},
		{"Poland went back by 24 minutes", "Europe/Warsaw", "1915-08-04", "23:40", "1915-08-04 22:16"},
		{"and midnight came late", "Europe/Warsaw", "1915-08-05", "00:00", "1915-08-04 23:00"},
		{"a mean time with seconds", "Asia/Jerusalem", "1915-06-06", "07:30", "1915-06-06 05:09:20"},
		{"beyond the zone's table", "Europe/Warsaw", "2150-07-01", "07:30", "2150-07-01 05:30"},
	}
	for _, tt := range tests {
		c := mustNew(t, Spec{Name: "c", Zone: location(t, tt.zone), Week: AllHours()})
		tod, err := ParseTimeOfDay(tt.tod)
		require.NoError(t, err)
		want, err := ParseTime(tt.want, time.UTC)
		require.NoError(t, err)
		if got, err := c.At(date(t, tt.date), tod); err != nil || !got.Equal(want) {
			t.Errorf("%s: At(%s, %s) in %s = %v, %v, want %s UTC", tt.name, tt.date, tt.tod, tt.zone, got.UTC(), err, tt.want)
		}
	}
}

func TestAtBeyondTheDate(t *testing.T) {
	c := desk(t)
	d := weekdate(t, "Sun 2026-06-07")
	tests := []struct {
		name string
		tod  TimeOfDay
		want string
	}{
		{"with a fraction", Clock(10, 0, 0) + 1, "Sun 2026-06-07 10:00:00.000000001"},
		{"Sunday 26:00", Clock(26, 0, 0), "Mon 2026-06-08 02:00"},
		{"a moment before midnight", -1, "Sat 2026-06-06 23:59:59.999999999"},
	}
	for _, tt := range tests {
		if got, err := c.At(d, tt.tod); err != nil || !got.Equal(instant(t, c.Zone(), tt.want)) {
			t.Errorf("%s: At(%v, %v) = %v, %v, want %s", tt.name, d, tt.tod, got, err, tt.want)
		}
	}
	// A skipped time is the instant of the change, whatever its fraction.
	got, err := mustNew(t, Spec{Name: "c", Zone: location(t, "Europe/Warsaw"), Week: AllHours()}).At(Date{2026, 3, 29}, Clock(2, 30, 0)+1)
	if want := time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC); err != nil || !got.Equal(want) {
		t.Errorf("At the skipped half past two = %v, %v, want %v", got, err, want)
	}
}

func TestParseTime(t *testing.T) {
	tests := []struct{ name, zone, s, want string }{
		{"on the zone's clock", "Asia/Jerusalem", "2026-06-07T10:00:01", "2026-06-07T10:00:01+03:00"},
		{"with a space, without seconds", "Asia/Jerusalem", "2026-06-07 10:00", "2026-06-07T10:00:00+03:00"},
		{"with a fraction", "Asia/Jerusalem", "2026-06-07T10:00:01.25", "2026-06-07T10:00:01.25+03:00"},
		{"with an offset", "Asia/Jerusalem", "2026-06-07T10:00:01+00:00", "2026-06-07T13:00:01+03:00"},
		{"in UTC", "Asia/Jerusalem", "2026-06-07T10:00Z", "2026-06-07T13:00:00+03:00"},
		{"shown twice, with an offset", "Europe/Warsaw", "2026-10-25T02:30+01:00", "2026-10-25T02:30:00+01:00"},
		{"skipped, with an offset", "Europe/Warsaw", "2026-03-29T02:30+01:00", "2026-03-29T03:30:00+02:00"},
		{"the change itself", "Europe/Warsaw", "2026-03-29T03:00", "2026-03-29T03:00:00+02:00"},
		{"a moment before it", "Europe/Warsaw", "2026-03-29T01:59:59.999999999", "2026-03-29T01:59:59.999999999+01:00"},
		{"the end of what is shown twice", "Europe/Warsaw", "2026-10-25T03:00", "2026-10-25T03:00:00+01:00"},
		{"31 December of a leap year beyond the table", "America/New_York", "2044-12-31T23:59", "2044-12-31T23:59:00-05:00"},
		{"an offset with seconds", "UTC", "1915-06-06T07:30+02:20:40", "1915-06-06T05:09:20Z"},
	}
	for _, tt := range tests {
		got, err := ParseTime(tt.s, location(t, tt.zone))
		if err != nil || got.Format(time.RFC3339Nano) != tt.want {
			t.Errorf("%s: ParseTime(%q) = %v, %v, want %s", tt.name, tt.s, got, err, tt.want)
		}
	}
}

func TestParseTimeErrors(t *testing.T) {
	tests := []struct {
		name, zone, s string
		ambiguous     bool
		want          string
	}{
		{
			"skipped", "Europe/Warsaw", "2026-03-29T02:30", true,
			"2026-03-29T02:30 does not exist in Europe/Warsaw, where the clock skips it: write the time with its offset, such as +02:00",
		},
		{
			"shown twice", "Europe/Warsaw", "2026-10-25 02:00", true,
			"2026-10-25 02:00 occurs twice in Europe/Warsaw, with the offsets +02:00 and +01:00: write the time with its offset, such as +02:00",
		},
		{
			"on a date that was skipped", "Pacific/Apia", "2011-12-30T12:00", true,
			"2011-12-30T12:00 does not exist in Pacific/Apia, where the clock skips it: write the time with its offset, such as +02:00",
		},
		{
			"shown twice in 1918", "Asia/Jerusalem", "1917-12-31T23:45", true,
			"1917-12-31T23:45 occurs twice in Asia/Jerusalem, with the offsets +02:20:40 and +02:00: write the time with its offset, such as +02:00",
		},
		{
			"no time", "UTC", "tomorrow", false,
			`"tomorrow" is not a time; write it as 2026-06-07T10:00:01, or with an offset as 2026-06-07T10:00:01+03:00`,
		},
		{"a date only", "UTC", "2026-06-07", false, `"2026-06-07" is not a time`},
		{"24:00", "UTC", "2026-06-07T24:00", false, `"2026-06-07T24:00" is not a time`},
		{"no such date", "UTC", "2026-02-29T12:00", false, `"2026-02-29T12:00" is not a time`},
		{"nothing", "UTC", "", false, `"" is not a time`},
		{"two spaces", "UTC", "2026-06-07  12:00", false, `"2026-06-07  12:00" is not a time`},
	}
	for _, tt := range tests {
		got, err := ParseTime(tt.s, location(t, tt.zone))
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) || errors.Is(err, ErrAmbiguous) != tt.ambiguous {
			t.Errorf("%s: ParseTime(%q) = %v, %v, want %s", tt.name, tt.s, got, err, tt.want)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-06-07T10:00:01", "2026-10-25 02:30", "2026-10-25T02:30:00.5+01:00", "0000-01-01T00:00", "9999-12-31 23:59Z"} {
		f.Add(s)
	}
	warsaw := location(f, "Europe/Warsaw")
	f.Fuzz(func(t *testing.T, s string) {
		at, err := ParseTime(s, warsaw)
		if err != nil || at.Year() < 0 || at.Year() > 9999 { // an offset may lead there
			return
		}
		if again, err := ParseTime(at.Format("2006-01-02T15:04:05.999999999Z07:00:00"), warsaw); err != nil || !again.Equal(at) {
			t.Errorf("ParseTime(%q) = %v, which is read as %v, %v", s, at, again, err)
		}
	})
}

func TestParseTimeReadsFractionsAsWritten(t *testing.T) {
	for _, tt := range []struct{ typed, want string }{
		{"2026-06-07T10:00:01.123456789", ""},
		{"2026-06-07T10:00:01.1234567891", `"2026-06-07T10:00:01.1234567891" has 10 digits in its fraction of a second; write nine at the most`},
		{"2026-06-07T10:00:01.0000000000+03:00", `"2026-06-07T10:00:01.0000000000+03:00" has 10 digits in its fraction of a second; write nine at the most`},
		{"2026-06-07T10:00:01,5", `"2026-06-07T10:00:01,5" has a comma; write a point before the fraction of a second`},
	} {
		if _, err := ParseTime(tt.typed, time.UTC); errorText(err) != tt.want {
			t.Errorf("ParseTime(%q) said %q, want %q", tt.typed, errorText(err), tt.want)
		}
	}
}
