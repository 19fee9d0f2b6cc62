package worktime

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHebrewIn(t *testing.T) {
	tests := []struct {
		name string
		rule Hebrew
		year int
		want string
	}{
		{"Passover", Hebrew{Nisan, 15}, 2026, "Thu 2026-04-02"},
		{"New Year", Hebrew{Tishri, 1}, 2026, "Sat 2026-09-12"},
		{"14 Adar in a common year", Hebrew{Adar, 14}, 2026, "Tue 2026-03-03"},
		{"14 Adar in a leap year is in Adar II", Hebrew{Adar, 14}, 2024, "Sun 2024-03-24"},
		{"14 Adar I in a leap year", Hebrew{AdarI, 14}, 2024, "Fri 2024-02-23"},
		{"14 Adar I in a common year", Hebrew{AdarI, 14}, 2026, ""},
		{"30 Adar I", Hebrew{AdarI, 30}, 2024, "Sun 2024-03-10"},
		{"30 Cheshvan of 5785, a complete year", Hebrew{Cheshvan, 30}, 2024, "Sun 2024-12-01"},
		{"30 Cheshvan of 5786, a regular one", Hebrew{Cheshvan, 30}, 2025, ""},
		{"30 Kislev of 5784, a deficient year", Hebrew{Kislev, 30}, 2023, ""},
		{"30 Kislev of 5786", Hebrew{Kislev, 30}, 2025, "Sat 2025-12-20"},
		{"10 Tevet twice", Hebrew{Tevet, 10}, 2015, "Thu 2015-01-01, Tue 2015-12-22"},
		{"10 Tevet never", Hebrew{Tevet, 10}, 2016, ""},
	}
	for _, tt := range tests {
		on, err := tt.rule.in(tt.year)
		if got := occurrences(on); err != nil || got != tt.want {
			t.Errorf("%s: %v falls in %d on [%s], %v; want [%s]", tt.name, tt.rule, tt.year, got, err, tt.want)
		}
	}
}

// RA: 5 Iyar; on a Friday or Saturday it is kept on the Thursday before, on a
// Monday on the Tuesday after. The dates are those that Debian's hebcal prints.
func TestIndependenceDay(t *testing.T) {
	want := []string{
		"Tue 2004-04-27", "Thu 2005-05-12", "Wed 2006-05-03", "Tue 2007-04-24", "Thu 2008-05-08", "Wed 2009-04-29",
		"Tue 2010-04-20", "Tue 2011-05-10", "Thu 2012-04-26", "Tue 2013-04-16", "Tue 2014-05-06", "Thu 2015-04-23",
		"Thu 2016-05-12", "Tue 2017-05-02", "Thu 2018-04-19", "Thu 2019-05-09", "Wed 2020-04-29", "Thu 2021-04-15",
		"Thu 2022-05-05", "Wed 2023-04-26", "Tue 2024-05-14", "Thu 2025-05-01", "Wed 2026-04-22", "Wed 2027-05-12",
		"Tue 2028-05-02", "Thu 2029-04-19", "Wed 2030-05-08", "Tue 2031-04-29", "Thu 2032-04-15", "Wed 2033-05-04",
		"Tue 2034-04-25", "Tue 2035-05-15",
	}
	i := slices.IndexFunc(raanana, func(h Holiday) bool { return h.Name == "Independence Day" })
	closed, err := resolve(raanana[i:i+1], 2000, 2035, weekdaysOnly)
	require.NoError(t, err)
	var lines string
	for _, date := range want {
		lines += "\n" + date + " Independence Day"
	}
	if got := timetable(closed); got != lines[1:] {
		t.Errorf("from 2004 on it is kept on\n%s\nwant\n%s", got, lines[1:])
	}
}

// The slow twin counts the moon month by month from the molad of year 1, and
// puts New Year off by the rules as they are taught.

// molad is a mean new moon; a Hebrew day begins at 18:00 of the day before.
type molad struct{ day, hour, part int }

// baharad is the molad of year 1: BeHaRaD, the second day, 5 hours, 204 parts.
var baharad = molad{hebrewEpoch, 5, 204}

func (m molad) next() molad {
	m.part += 793
	m.hour += 12 + m.part/1080
	m.day += 29 + m.hour/24
	return molad{m.day, m.hour % 24, m.part % 1080}
}

// reaches reports whether it is so late in its day.
func (m molad) reaches(hour, part int) bool { return m.hour > hour || m.hour == hour && m.part >= part }

func slowLeap(year int) bool {
	switch year % 19 {
	case 3, 6, 8, 11, 14, 17, 0:
		return true
	}
	return false
}

func (m molad) newYear(year int) int {
	day := m.day
	switch {
	case m.reaches(18, 0): // molad zaken
		day++
	case weekdayOf(day) == time.Tuesday && m.reaches(9, 204) && !slowLeap(year): // GaTaRaD
		day++
	case weekdayOf(day) == time.Monday && m.reaches(15, 589) && slowLeap(year-1): // BeTUTaKPaT
		day++
	}
	switch weekdayOf(day) {
	case time.Sunday, time.Wednesday, time.Friday: // lo ADU rosh
		day++
	}
	return day
}

// slowNewYears returns 1 Tishri of the years up to last; that of year y has
// index y.
func slowNewYears(last int) []int {
	newYears := []int{0}
	m := baharad
	for year := 1; year <= last; year++ {
		newYears = append(newYears, m.newYear(year))
		months := 12
		if slowLeap(year) {
			months = 13
		}
		for range months {
			m = m.next()
		}
	}
	return newYears
}

func TestHebrewNewYearAgainstTwin(t *testing.T) {
	for year, want := range slowNewYears(7000) {
		if got := hebrewNewYear(year); year > 0 && got != want {
			t.Errorf("1 Tishri %d is %v, the twin says %v", year, dateOf(got), dateOf(want))
		}
	}
}

func FuzzHebrew(f *testing.F) {
	f.Add(uint16(5786), uint8(Nisan), uint8(15))
	f.Add(uint16(5784), uint8(AdarI), uint8(30))
	f.Add(uint16(5785), uint8(Cheshvan), uint8(30))
	newYears := slowNewYears(7001)
	f.Fuzz(func(t *testing.T, year uint16, month, day uint8) {
		y := int(year)%7000 + 1
		h := Hebrew{HebrewMonth(month)%13 + 1, int(day)%30 + 1}
		want, falls := slowDay(newYears, y, h)
		got, ok := h.dayOf(y)
		if ok != falls || ok && got != want {
			t.Fatalf("%v %d is %v, %v; the twin says %v, %v", h, y, dateOf(got), ok, dateOf(want), falls)
		}
		if !ok {
			return
		}
		on, err := h.in(dateOf(got).Year)
		if err != nil || !slices.Contains(on, occurrence{day: got}) {
			t.Errorf("%v in %d: %v, %v; want %v", h, dateOf(got).Year, occurrences(on), err, dateOf(got))
		}
	})
}

// slowDay walks the days of a year with the lengths of its months at hand.
func slowDay(newYears []int, year int, h Hebrew) (day int, falls bool) {
	lengths := map[HebrewMonth]int{
		Tishri: 30, Cheshvan: 29, Kislev: 30, Tevet: 29, Shevat: 30, Adar: 29,
		Nisan: 30, Iyar: 29, Sivan: 30, Tammuz: 29, Av: 30, Elul: 29,
	}
	if slowLeap(year) {
		lengths[AdarI] = 30
	}
	switch newYears[year+1] - newYears[year] {
	case 353, 383:
		lengths[Kislev] = 29
	case 355, 385:
		lengths[Cheshvan] = 30
	}
	month, date := Tishri, 1
	for day = newYears[year]; day < newYears[year+1]; day++ {
		for date > lengths[month] {
			month, date = month+1, 1
		}
		if month == h.Month && date == h.Day {
			return day, true
		}
		date++
	}
	return 0, false
}
