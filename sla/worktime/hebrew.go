package worktime

import (
	"fmt"
	"time"
)

// HebrewMonth is a month of the Hebrew calendar, counted from [Tishri], the
// first of the year.
type HebrewMonth int

// The months of the Hebrew year. [AdarI] is the month that leap years add;
// [Adar] is Adar in common years and Adar II in leap years.
const (
	Tishri HebrewMonth = 1 + iota
	Cheshvan
	Kislev
	Tevet
	Shevat
	AdarI
	Adar
	Nisan
	Iyar
	Sivan
	Tammuz
	Av
	Elul
)

var hebrewCalendar = calendar{"Hebrew", []monthOfYear{
	{30, []string{"Tishri", "Tishrei", "Tishre"}},
	{30, []string{"Cheshvan", "Heshvan", "Marcheshvan", "Marheshvan"}},
	{30, []string{"Kislev", "Chislev"}},
	{29, []string{"Tevet", "Tebet", "Tebeth", "Teves"}},
	{30, []string{"Shevat", "Shvat", "Shebat"}},
	{30, []string{"Adar I", "Adar 1", "Adar Rishon", "Adar Alef", "Adar Aleph"}},
	{29, []string{"Adar", "Adar II", "Adar 2", "Adar Sheni", "Adar Bet", "Adar Beit"}},
	{30, []string{"Nisan"}},
	{29, []string{"Iyar"}},
	{30, []string{"Sivan", "Siwan"}},
	{29, []string{"Tammuz", "Thammuz"}},
	{30, []string{"Av", "Ab", "Menachem Av"}},
	{29, []string{"Elul"}},
}}

// String returns the month's name: "Nisan", "Adar I".
func (m HebrewMonth) String() string { return hebrewCalendar.monthName(int(m)) }

// Hebrew is a holiday on a day of the Hebrew calendar; the evening before, when
// it begins, is not closed. A day in Adar falls in Adar II in leap years, one in
// Adar I only in leap years, and the 30th of Cheshvan or Kislev only in years
// that have it. Around Tevet lies New Year: a Gregorian year may have such a day
// twice, or not at all.
type Hebrew struct {
	Month HebrewMonth
	Day   int
}

// ParseHebrew reads a day written as "15 Nisan", in any case and usual spelling.
// An unknown month, or a day that it never has, is an error.
func ParseHebrew(s string) (Hebrew, error) {
	month, day, err := hebrewCalendar.parse(s)
	return Hebrew{HebrewMonth(month), day}, err
}

// String returns the day as "15 Nisan".
func (h Hebrew) String() string { return fmt.Sprintf("%d %v", h.Day, h.Month) }

func (h Hebrew) check() error { return hebrewCalendar.check(int(h.Month), h.Day) }

func (h Hebrew) in(year int) ([]occurrence, error) {
	var on []occurrence
	for hebrew := year + 3760; hebrew <= year+3761; hebrew++ { // the year changes in autumn
		if day, ok := h.dayOf(hebrew); ok && dateOf(day).Year == year {
			on = append(on, occurrence{day: day})
		}
	}
	return on, nil
}

// dayOf returns the day number in a Hebrew year, and whether the year has it.
func (h Hebrew) dayOf(year int) (day int, ok bool) {
	day = hebrewNewYear(year)
	length := hebrewNewYear(year+1) - day
	for m := Tishri; m < h.Month; m++ {
		day += m.days(length)
	}
	return day + h.Day - 1, h.Day <= h.Month.days(length)
}

// days returns the length of the month in a year of so many days: 353, 354 or
// 355, and 30 more in leap years. The last digit tells the three kinds.
func (m HebrewMonth) days(year int) int {
	deficient, complete, leap := year%10 == 3, year%10 == 5, year > 355
	switch {
	case m == AdarI && !leap:
		return 0
	case m == Cheshvan && !complete, m == Kislev && deficient:
		return 29
	}
	return hebrewCalendar.months[m-1].days
}

// hebrewNewYear returns 1 Tishri: the day of the molad, put off by the four
// rules. The last two are stated by what they are for, that no year has 356 days
// or 382; hebrew_test.go has them by hours and parts.
func hebrewNewYear(year int) int {
	day := moladDay(year)
	switch {
	case moladDay(year+1)-day == 356:
		return day + 2
	case day-moladDay(year-1) == 382:
		return day + 1
	}
	return day
}

// moladDay returns the day of Tishri's molad, the mean new moon, put off to the
// next if the molad is at noon or later, and then if the day is a Sunday,
// Wednesday or Friday.
func moladDay(year int) int {
	const (
		// A day has 24 hours of 1080 parts, and begins at 18:00 of the day before.
		dayParts   = 24 * 1080
		monthParts = 29*dayParts + 12*1080 + 793
		// The molad of year 1 was 5 hours and 204 parts into a Monday. Six hours
		// more let those from noon on run over into the next day.
		firstParts = (5+6)*1080 + 204
	)
	months := (235*year - 234) / 19 // 7 of 19 years have a 13th
	day := hebrewEpoch + (firstParts+months*monthParts)/dayParts
	switch weekdayOf(day) {
	case time.Sunday, time.Wednesday, time.Friday:
		day++
	}
	return day
}

// hebrewEpoch is 1 Tishri of year 1, a Monday in 3761 BCE.
var hebrewEpoch = Date{-3760, time.September, 7}.number()
