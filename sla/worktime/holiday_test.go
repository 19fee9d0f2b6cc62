package worktime

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hablullah/go-hijri"
	"github.com/rickar/cal/v2"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The closed days of requirements.md, "Calendar facts".

var raanana = []Holiday{ // RA-14
	{Name: "Rosh Hashanah", On: Hebrew{Tishri, 1}},
	{Name: "Rosh Hashanah", On: Hebrew{Tishri, 2}},
	{Name: "Yom Kippur", On: Hebrew{Tishri, 10}},
	{Name: "Sukkot", On: Hebrew{Tishri, 15}},
	{Name: "Simchat Torah", On: Hebrew{Tishri, 22}},
	{Name: "Passover", On: Hebrew{Nisan, 15}},
	{Name: "Passover", On: Hebrew{Nisan, 21}},
	{
		Name: "Independence Day", On: Hebrew{Iyar, 5}, From: 2004,
		Move: map[time.Weekday]int{time.Friday: -1, time.Saturday: -2, time.Monday: +1},
	},
	{Name: "Shavuot", On: Hebrew{Sivan, 6}},
}

var kalisz = []Holiday{{On: Country("pl")}} // KA

// Stari Grad (SG): the state holidays that pass on a Sunday repeat a rule of the
// country's set.
var stariGrad = []Holiday{
	{On: Country("rs")},
	serbian("Nova godina", time.January, 1),
	serbian("Drugi dan Nove godine", time.January, 2),
	serbian("Dan državnosti", time.February, 15),
	serbian("Drugi dan Dana državnosti", time.February, 16),
	serbian("Praznik rada", time.May, 1),
	serbian("Drugi dan Praznika rada", time.May, 2),
	serbian("Dan primirja u Prvom svetskom ratu", time.November, 11),
}

func serbian(name string, month time.Month, day int) Holiday {
	return Holiday{Name: name, On: Yearly{month, day}, Substitute: []time.Weekday{time.Sunday}}
}

func weekdaysOnly(day int) bool {
	return weekdayOf(day) != time.Saturday && weekdayOf(day) != time.Sunday
}

// timetable lists closed dates in order, a line each: "Thu 2026-04-02 Passover".
func timetable(closed map[int]string) string {
	var lines []string
	for _, day := range slices.Sorted(maps.Keys(closed)) {
		lines = append(lines, fmt.Sprintf("%.3s %v %s", weekdayOf(day), dateOf(day), closed[day]))
	}
	return strings.Join(lines, "\n")
}

func lines(s ...string) string { return strings.Join(s, "\n") }

func TestResolve(t *testing.T) {
	moved := func(weekday time.Weekday, days int) map[time.Weekday]int { return map[time.Weekday]int{weekday: days} }
	tests := []struct {
		name     string
		holidays []Holiday
		from, to int
		want     string
	}{
		{"Ra'anana 2026 (RA-14)", raanana, 2026, 2026, lines(
			"Thu 2026-04-02 Passover",
			"Wed 2026-04-08 Passover",
			"Wed 2026-04-22 Independence Day",
			"Fri 2026-05-22 Shavuot",
			"Sat 2026-09-12 Rosh Hashanah",
			"Sun 2026-09-13 Rosh Hashanah",
			"Mon 2026-09-21 Yom Kippur",
			"Sat 2026-09-26 Sukkot",
			"Sat 2026-10-03 Simchat Torah",
		)},
		{"Kalisz 2026: Christmas Eve too (KA)", kalisz, 2026, 2026, lines(
			"Thu 2026-01-01 Nowy Rok",
			"Tue 2026-01-06 Święto Trzech Króli",
			"Mon 2026-04-06 drugi dzień Wielkiej Nocy",
			"Fri 2026-05-01 Święto Państwowe",
			"Sun 2026-05-03 Święto Narodowe Trzeciego Maja",
			"Thu 2026-06-04 dzień Bożego Ciała",
			"Sat 2026-08-15 Wniebowzięcie Najświętszej Maryi Panny",
			"Sun 2026-11-01 Wszystkich Świętych",
			"Wed 2026-11-11 Narodowe Święto Niepodległości",
			"Thu 2026-12-24 Wigilia Bożego Narodzenia",
			"Fri 2026-12-25 pierwszy dzień Bożego Narodzenia",
			"Sat 2026-12-26 drugi dzień Bożego Narodzenia",
		)},
		{"Stari Grad 2026: 15 February is a Sunday and the 16th a holiday (SG)", stariGrad, 2026, 2026, lines(
			"Thu 2026-01-01 Nova godina",
			"Fri 2026-01-02 Drugi dan Nove godine",
			"Wed 2026-01-07 Božić",
			"Sun 2026-02-15 Dan državnosti",
			"Mon 2026-02-16 Drugi dan Dana državnosti",
			"Tue 2026-02-17 Dan državnosti (substitute)",
			"Fri 2026-04-10 Veliki petak",
			"Sun 2026-04-12 Vaskrs",
			"Mon 2026-04-13 Vaskršnji ponedeljak",
			"Fri 2026-05-01 Praznik rada",
			"Sat 2026-05-02 Drugi dan Praznika rada",
			"Wed 2026-11-11 Dan primirja u Prvom svetskom ratu",
		)},
		{"Stari Grad 2027: 2 May is Easter Sunday, the 3rd Easter Monday (SG)", stariGrad, 2027, 2027, lines(
			"Fri 2027-01-01 Nova godina",
			"Sat 2027-01-02 Drugi dan Nove godine",
			"Thu 2027-01-07 Božić",
			"Mon 2027-02-15 Dan državnosti",
			"Tue 2027-02-16 Drugi dan Dana državnosti",
			"Fri 2027-04-30 Veliki petak",
			"Sat 2027-05-01 Praznik rada",
			"Sun 2027-05-02 Drugi dan Praznika rada / Vaskrs",
			"Mon 2027-05-03 Vaskršnji ponedeljak",
			"Tue 2027-05-04 Drugi dan Praznika rada (substitute)",
			"Thu 2027-11-11 Dan primirja u Prvom svetskom ratu",
		)},
		{
			"moved to the year before",
			[]Holiday{{Name: "New Year", On: Yearly{time.January, 1}, Move: moved(time.Saturday, -1)}},
			2021, 2022, lines("Fri 2021-01-01 New Year", "Fri 2021-12-31 New Year"),
		},
		{
			"moved from the year before",
			[]Holiday{{Name: "Silvester", On: Yearly{time.December, 31}, Move: moved(time.Friday, +3)}},
			2022, 2022, lines("Mon 2022-01-03 Silvester", "Sat 2022-12-31 Silvester"),
		},
		{
			"the year bounds go by the date before Move",
			[]Holiday{{Name: "New Year", On: Yearly{time.January, 1}, Move: moved(time.Saturday, -1), To: 2021}},
			2021, 2023, lines("Fri 2021-01-01 New Year"),
		},
		{
			"a substitute from the year before, and none beyond the last year",
			[]Holiday{{Name: "Silvester", On: Yearly{time.December, 31}, Substitute: []time.Weekday{time.Sunday}}},
			2018, 2023, lines(
				"Mon 2018-01-01 Silvester (substitute)",
				"Mon 2018-12-31 Silvester",
				"Tue 2019-12-31 Silvester",
				"Thu 2020-12-31 Silvester",
				"Fri 2021-12-31 Silvester",
				"Sat 2022-12-31 Silvester",
				"Sun 2023-12-31 Silvester",
			),
		},
		{
			"a substitute is owed by the day it was moved to",
			[]Holiday{{
				Name: "Feast", On: OnDates{{2026, 5, 1}}, Move: moved(time.Friday, +2), Substitute: []time.Weekday{time.Sunday},
			}},
			2026, 2026, lines("Sun 2026-05-03 Feast", "Mon 2026-05-04 Feast (substitute)"),
		},
		{
			"substitutes queue in date order and step over rule dates",
			[]Holiday{
				{Name: "Second", On: OnDates{{2026, 5, 3}}, Substitute: []time.Weekday{time.Sunday}},
				{Name: "First", On: OnDates{{2026, 5, 2}}, Substitute: []time.Weekday{time.Saturday}},
				{Name: "Fixed", On: OnDates{{2026, 5, 5}}},
			},
			2026, 2026, lines(
				"Sat 2026-05-02 First",
				"Sun 2026-05-03 Second",
				"Mon 2026-05-04 First (substitute)",
				"Tue 2026-05-05 Fixed",
				"Wed 2026-05-06 Second (substitute)",
			),
		},
		{
			"two that share a Sunday share the substitute",
			[]Holiday{
				{Name: "A", On: OnDates{{2026, 5, 3}}, Substitute: []time.Weekday{time.Sunday}},
				{Name: "B", On: OnDates{{2026, 5, 3}}, Substitute: []time.Weekday{time.Sunday}},
			},
			2026, 2026, lines("Sun 2026-05-03 A / B", "Mon 2026-05-04 A / B (substitute)"),
		},
		{
			"only in its years",
			[]Holiday{{Name: "Feast", On: Yearly{time.May, 4}, From: 2025, To: 2026}},
			2024, 2028, lines("Sun 2025-05-04 Feast", "Mon 2026-05-04 Feast"),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, h := range tt.holidays {
				require.NoError(t, h.Check())
			}
			closed, err := resolve(tt.holidays, tt.from, tt.to, weekdaysOnly)
			require.NoError(t, err)
			if got := timetable(closed); got != tt.want {
				t.Errorf("closed in %d to %d:\n%s\nwant:\n%s", tt.from, tt.to, got, tt.want)
			}
		})
	}
}

func TestNoSubstituteWithoutWorkday(t *testing.T) {
	feast := []Holiday{{Name: "Feast", On: OnDates{{2026, 5, 3}}, Substitute: []time.Weekday{time.Sunday}}}
	tests := []struct {
		name    string
		workday string // the only one
		want    string
	}{
		{"31 days later", "2026-06-03", "Sun 2026-05-03 Feast\nWed 2026-06-03 Feast (substitute)"},
		{"32 days later", "2026-06-04", "Sun 2026-05-03 Feast"},
		{"never", "1000-01-01", "Sun 2026-05-03 Feast"},
	}
	for _, tt := range tests {
		only, err := ParseDate(tt.workday)
		require.NoError(t, err)
		closed, err := resolve(feast, 2026, 2026, func(day int) bool { return day == only.number() })
		require.NoError(t, err)
		if got := timetable(closed); got != tt.want {
			t.Errorf("%s: closed\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

func TestResolveBeyondTables(t *testing.T) {
	feast := Holiday{Name: "Feast", On: Islamic{Month: 10, Day: 1}} // known for 1938 to 2076
	later, earlier, bounded, substituted := feast, feast, feast, feast
	tabular := Holiday{Name: "Feast", On: Islamic{Month: 10, Day: 1, Tabular: true}}
	persian := Holiday{Name: "Feast", On: Persian{1, 1}}
	later.Move = map[time.Weekday]int{time.Friday: +1}
	earlier.Move = map[time.Weekday]int{time.Friday: -1}
	bounded.From, bounded.To = 1938, 2076
	substituted.Substitute = []time.Weekday{time.Friday}
	tests := []struct {
		name     string
		h        Holiday
		from, to int
		err      string
	}{
		{"all of the table", feast, 1938, 2076, ""},
		{"a year too early", feast, 1937, 2076,
			`holiday "Feast": the Umm al-Qura calendar is known for 1938 to 2076, not for 1937: that year is not in the table`},
		{"a year too late", feast, 1938, 2077,
			`holiday "Feast": the Umm al-Qura calendar is known for 1938 to 2076, not for 2077: that year is not in the table`},
		{"years outside its bounds are not asked for", bounded, 1900, 2100, ""},
		{"the year before is, where a feast in it may move on", later, 1938, 2076,
			`holiday "Feast": the Umm al-Qura calendar is known for 1938 to 2076, not for 1937: that year is not in the table`},
		{"or may owe a substitute", substituted, 1938, 2076,
			`holiday "Feast": the Umm al-Qura calendar is known for 1938 to 2076, not for 1937: that year is not in the table`},
		{"the year after is not", later, 1939, 2076, ""},
		{"but where a feast may move back", earlier, 1938, 2076,
			`holiday "Feast": the Umm al-Qura calendar is known for 1938 to 2076, not for 2077: that year is not in the table`},
		{"and then the year before is not", earlier, 1938, 2075, ""},
		{"tabular, from the first whole year", tabular, 623, 2300, ""},
		{"tabular, the year of the Hijra", tabular, 622, 2300,
			`holiday "Feast": the Islamic calendar begins in 622, the year is 622: that year is not in the table`},
		{"Persian, all of the table", persian, 561, 3797, ""},
		{"Persian, a year too early", persian, 560, 3797, `holiday "Feast": Persian year -62: that year is not in the table`},
		{"Persian, a year too late", persian, 561, 3798, `holiday "Feast": Persian year 3178: that year is not in the table`},
		{"a country, all of its years", Holiday{On: Country("pl")}, 1900, 2099, ""},
		{"a country, a year too early", Holiday{Name: "Polish", On: Country("pl")}, 1899, 2099,
			`holiday "Polish": the sets of countries are known for 1900 to 2099, not for 1899: that year is not in the table`},
		{"a country by its code", Holiday{On: Country("pl")}, 2099, 2100,
			`holiday "pl": the sets of countries are known for 1900 to 2099, not for 2100: that year is not in the table`},
	}
	for _, tt := range tests {
		_, err := resolve([]Holiday{tt.h}, tt.from, tt.to, weekdaysOnly)
		if got := errorText(err); got != tt.err {
			t.Errorf("%s: error %q, want %q", tt.name, got, tt.err)
		}
		if err != nil && !errors.Is(err, errNoTable) {
			t.Errorf("%s: error %v does not wrap errNoTable", tt.name, err)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// What a year's closed dates are must not depend on which years are resolved
// along with it: so nothing that crosses New Year is lost.
func TestResolveYearByYear(t *testing.T) {
	weekday := rapid.Custom(func(t *rapid.T) time.Weekday { return time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")) })
	holiday := rapid.Custom(func(t *rapid.T) Holiday {
		return Holiday{
			Name: rapid.StringMatching(`[A-Z]`).Draw(t, "name"),
			On: rapid.OneOf(
				rapid.Just[Rule](Yearly{time.December, 31}),
				rapid.Just[Rule](Yearly{time.January, 1}),
				rapid.Just[Rule](NthWeekday{N: -1, Weekday: time.Sunday, Month: time.December, Offset: 4}),
				rapid.Just[Rule](Hebrew{Tevet, 10}),
				rapid.Just[Rule](Persian{10, 11}),
				rapid.Just[Rule](Islamic{Month: 7, Day: 27}),
				rapid.Just[Rule](Country("us")),
			).Draw(t, "rule"),
			Move:       rapid.MapOfN(weekday, rapid.IntRange(-9, 9), 0, 3).Draw(t, "move"),
			Substitute: rapid.SliceOfN(weekday, 0, 3).Draw(t, "substitute"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		holidays := rapid.SliceOfN(holiday, 1, 4).Draw(t, "holidays")
		open := rapid.SliceOfNDistinct(weekday, 4, 7, rapid.ID).Draw(t, "open")
		workday := func(day int) bool { return slices.Contains(open, weekdayOf(day)) }
		year := rapid.IntRange(1950, 2060).Draw(t, "year")
		long, err := resolve(holidays, year-3, year+3, workday)
		require.NoError(t, err)
		maps.DeleteFunc(long, func(day int, _ string) bool { return dateOf(day).Year != year })
		short, err := resolve(holidays, year, year, workday)
		require.NoError(t, err)
		if got, want := timetable(short), timetable(long); got != want {
			t.Fatalf("%d alone:\n%s\nwithin seven years:\n%s", year, got, want)
		}
	})
}

func TestRuleIn(t *testing.T) {
	tests := []struct {
		name string
		rule Rule
		year int
		want string
	}{
		{"given dates of the year", OnDates{{2026, 3, 20}, {2025, 3, 31}, {2026, 5, 27}}, 2026, "Fri 2026-03-20, Wed 2026-05-27"},
		{"29 February in a leap year", Yearly{time.February, 29}, 2028, "Tue 2028-02-29"},
		{"29 February in a common year", Yearly{time.February, 29}, 2026, ""},

		{"1st Monday of June 2026, the 1st", NthWeekday{N: 1, Weekday: time.Monday, Month: time.June}, 2026, "Mon 2026-06-01"},
		{"5th Monday of June 2026", NthWeekday{N: 5, Weekday: time.Monday, Month: time.June}, 2026, "Mon 2026-06-29"},
		{"5th Monday of May 2026", NthWeekday{N: 5, Weekday: time.Monday, Month: time.May}, 2026, ""},
		{"last Monday of May 2026", NthWeekday{N: -1, Weekday: time.Monday, Month: time.May}, 2026, "Mon 2026-05-25"},
		{"last Sunday of May 2026, the 31st", NthWeekday{N: -1, Weekday: time.Sunday, Month: time.May}, 2026, "Sun 2026-05-31"},
		{"5th Friday from the end of May 2026, the 1st", NthWeekday{N: -5, Weekday: time.Friday, Month: time.May}, 2026, "Fri 2026-05-01"},
		{"5th Monday from the end of May 2026", NthWeekday{N: -5, Weekday: time.Monday, Month: time.May}, 2026, ""},
		{"last Thursday of December", NthWeekday{N: -1, Weekday: time.Thursday, Month: time.December}, 2026, "Thu 2026-12-31"},
		{"Friday after the 4th Thursday of November", NthWeekday{4, time.Thursday, time.November, 1}, 2026, "Fri 2026-11-27"},
		{"an offset over New Year", NthWeekday{-1, time.Thursday, time.December, 1}, 2027, "Fri 2027-01-01, Fri 2027-12-31"},

		{"Western Easter", Easter{}, 2026, "Sun 2026-04-05"},
		{"Western Easter at its earliest", Easter{}, 1818, "Sun 1818-03-22"},
		{"Western Easter at its latest", Easter{}, 2038, "Sun 2038-04-25"},
		{"Western Easter, full moon on 18 April, moved to the 17th", Easter{}, 1954, "Sun 1954-04-18"},
		{"Western Easter, full moon on 19 April, moved to the 18th", Easter{}, 1981, "Sun 1981-04-19"},
		{"Corpus Christi", Easter{Offset: 60}, 2026, "Thu 2026-06-04"},
		{"Orthodox Good Friday", Easter{Orthodox: true, Offset: -2}, 2026, "Fri 2026-04-10"},
		{"Orthodox Easter, on 2 May", Easter{Orthodox: true}, 2027, "Sun 2027-05-02"},
		{"Orthodox Easter when the Julian calendar is 14 days behind", Easter{Orthodox: true}, 2118, "Sun 2118-04-17"},
		{"an offset from the Easter before", Easter{Offset: 300}, 2027, "Sat 2027-01-30"},

		{"Nowruz", Persian{1, 1}, 2026, "Sat 2026-03-21"},
		{"Nature Day (IR)", Persian{1, 13}, 2026, "Thu 2026-04-02"},
		{"15 Khordad (IR)", Persian{3, 15}, 2026, "Fri 2026-06-05"},
		{"22 Bahman (IR)", Persian{11, 22}, 2026, "Wed 2026-02-11"},
		{"30 Esfand in a leap year", Persian{12, 30}, 2025, "Thu 2025-03-20"},
		{"30 Esfand in a common year", Persian{12, 30}, 2026, ""},
		{"11 Dey twice", Persian{10, 11}, 2028, "Sat 2028-01-01, Sun 2028-12-31"},
		{"11 Dey never", Persian{10, 11}, 2025, ""},

		{"Eid al-Fitr", Islamic{Month: 10, Day: 1}, 2026, "Fri 2026-03-20"},
		{"Eid al-Fitr, tabular", Islamic{Month: 10, Day: 1, Tabular: true}, 2026, "Fri 2026-03-20"},
		{"Eid al-Fitr twice", Islamic{Month: 10, Day: 1}, 2000, "Sat 2000-01-08, Wed 2000-12-27"},
		{"1 Muharram twice", Islamic{Month: 1, Day: 1}, 2008, "Thu 2008-01-10, Mon 2008-12-29"},
		{"30 Ramadan when it has 29", Islamic{Month: 9, Day: 30}, 2025, ""},
		{"30 Ramadan when it has 30", Islamic{Month: 9, Day: 30}, 2026, "Thu 2026-03-19"},
		{"30 Dhu al-Hijjah of 1446, a common year, tabular", Islamic{Month: 12, Day: 30, Tabular: true}, 2025, ""},
		{"30 Dhu al-Hijjah of 1447, a leap year, tabular", Islamic{Month: 12, Day: 30, Tabular: true}, 2026, "Tue 2026-06-16"},
	}
	for _, tt := range tests {
		on, err := tt.rule.in(tt.year)
		if got := occurrences(on); err != nil || got != tt.want {
			t.Errorf("%s: %v falls in %d on [%s], %v; want [%s]", tt.name, tt.rule, tt.year, got, err, tt.want)
		}
	}
}

// occurrences lists dates in order: "Sat 2028-01-01, Sun 2028-12-31".
func occurrences(on []occurrence) string {
	var dates []string
	for _, day := range sortedDays(on) {
		dates = append(dates, fmt.Sprintf("%.3s %v", weekdayOf(day), dateOf(day)))
	}
	return strings.Join(dates, ", ")
}

func sortedDays(on []occurrence) []int {
	var days []int
	for _, o := range on {
		days = append(days, o.day)
	}
	slices.Sort(days)
	return days
}

// A library's Easter, whose Orthodox one is right from 1900 to 2099.
func TestEasterAgainstCal(t *testing.T) {
	for year := 1583; year <= 4099; year++ {
		want := civil(cal.CalcEasterOffset(&cal.Holiday{}, year).Add(12 * time.Hour))
		if got := dateOf(easterSunday(year, false)); got != want {
			t.Errorf("Western Easter is %v, cal says %v", got, want)
		}
	}
	for year := 1900; year <= 2099; year++ {
		want := civil(cal.CalcEasterOffset(&cal.Holiday{Julian: true}, year).Add(12 * time.Hour))
		if got := dateOf(easterSunday(year, true)); got != want {
			t.Errorf("Orthodox Easter is %v, cal says %v", got, want)
		}
	}
}

// A library's tabular calendar, whose dates are Julian before October 1582, which
// was in the year 990.
func TestTabularAgainstHijri(t *testing.T) {
	for year := 991; year <= 3000; year++ {
		for month := 1; month <= 12; month++ {
			want := civil(hijri.HijriDate{Year: int64(year), Month: int64(month), Day: 1}.ToGregorian())
			if got := dateOf(tabular(year, month)); got != want {
				t.Errorf("1 %s %d is %v, hijri says %v", islamicCalendar.monthName(month), year, got, want)
			}
		}
	}
}

// Every month of ICU's tables begins and ends when the rules say: a rule for its
// 1st, 29th, 30th or 31st falls on all the dates that the tables give to that
// day, and on no others.
func TestCalendarsAgainstICU(t *testing.T) {
	tests := []struct {
		file string
		rule func(month, day int, years icuYear) Rule
	}{
		{"icu-hebrew.txt", func(month, day int, y icuYear) Rule {
			if len(y.months) == 12 && month >= int(AdarI) {
				month++
			}
			return Hebrew{HebrewMonth(month), day}
		}},
		{"icu-persian.txt", func(month, day int, _ icuYear) Rule { return Persian{month, day} }},
		{"icu-islamic-civil.txt", func(month, day int, _ icuYear) Rule {
			return Islamic{Month: month, Day: day, Tabular: true}
		}},
		{"icu-islamic-umalqura.txt", func(month, day int, _ icuYear) Rule { return Islamic{Month: month, Day: day} }},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			want := map[Rule][]int{}
			table := readICU(t, tt.file)
			for _, year := range table {
				first := year.first
				for i, length := range year.months {
					for _, day := range []int{1, 29, 30, 31} {
						rule := tt.rule(i+1, day, year)
						falls := want[rule]
						if day <= length {
							falls = append(falls, first+day-1)
						}
						want[rule] = falls
					}
					first += length
				}
			}
			begin, end := table[0].first, table[len(table)-1].end()
			for rule, want := range want {
				if rule.check() != nil {
					if len(want) != 0 {
						t.Errorf("%v: %v, yet it falls on %v", rule, rule.check(), dateOf(want[0]))
					}
					continue
				}
				got := fallsBetween(t, rule, begin, end)
				if !slices.Equal(got, want) {
					t.Errorf("%v falls on %d dates, ICU has %d%s", rule, len(got), len(want), firstDifference(got, want))
				}
			}
		})
	}
}

// fallsBetween returns the days from begin up to but not including end.
func fallsBetween(t *testing.T, rule Rule, begin, end int) []int {
	t.Helper()
	var days []int
	for year := dateOf(begin).Year; year <= dateOf(end-1).Year; year++ {
		on, err := rule.in(year)
		require.NoError(t, err)
		for _, day := range sortedDays(on) {
			if begin <= day && day < end {
				days = append(days, day)
			}
		}
	}
	return days
}

func firstDifference(got, want []int) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("; first %v, want %v", dateOf(got[i]), dateOf(want[i]))
		}
	}
	return ""
}

// icuYear is a line of testdata/icu-*.txt.
type icuYear struct {
	year, first int
	months      []int // their lengths
}

func (y icuYear) end() int {
	end := y.first
	for _, length := range y.months {
		end += length
	}
	return end
}

func readICU(t *testing.T, name string) []icuYear {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	require.NoError(t, err)
	defer f.Close()
	var years []icuYear
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), "#") {
			continue
		}
		fields := strings.Fields(s.Text())
		year, err := strconv.Atoi(fields[0])
		require.NoError(t, err)
		first, err := ParseDate(fields[1])
		require.NoError(t, err)
		y := icuYear{year: year, first: first.number()}
		for _, field := range fields[2:] {
			length, err := strconv.Atoi(field)
			require.NoError(t, err)
			y.months = append(y.months, length)
		}
		years = append(years, y)
	}
	require.Greater(t, len(years), 30)
	return years
}

func TestHolidayCheck(t *testing.T) {
	named := func(on Rule) Holiday { return Holiday{Name: "Feast", On: on} }
	feast := named(Yearly{time.May, 1})
	with := func(change func(h *Holiday)) Holiday {
		h := feast
		change(&h)
		return h
	}
	tests := []struct {
		h   Holiday
		err string // after `holiday "Feast": `
	}{
		{feast, ""},
		{named(nil), "it has no rule"},
		{named(OnDates{}), "no dates are given"},
		{named(OnDates{{2026, 2, 28}, {2026, 2, 29}}), "2026-02-29: there is no such day"},
		{named(Yearly{time.February, 29}), ""},
		{named(Yearly{time.February, 30}), "30 February: there is no such day"},
		{named(Yearly{time.April, 31}), "31 April: there is no such day"},
		{named(Yearly{time.April, 0}), "0 April: there is no such day"},
		{named(Yearly{13, 1}), "month 13: a year has 12"},
		{named(NthWeekday{-5, time.Saturday, time.December, -365}), ""},
		{
			named(NthWeekday{0, time.Monday, time.May, 0}),
			"number 0: a month has the 1st to the 5th of a weekday, or -1, the last, to -5",
		},
		{
			named(NthWeekday{6, time.Monday, time.May, 0}),
			"number 6: a month has the 1st to the 5th of a weekday, or -1, the last, to -5",
		},
		{named(NthWeekday{1, 7, time.May, 0}), "weekday 7: a week has 0, Sunday, to 6, Saturday"},
		{named(NthWeekday{1, time.Monday, 0, 0}), "month 0: a year has 12"},
		{named(NthWeekday{1, time.Monday, time.May, 366}), "366 days: at most 365 either way"},
		{named(Easter{Offset: -366}), "-366 days: at most 365 either way"},
		{named(Hebrew{Tishri, 30}), ""},
		{named(Hebrew{Tishri, 31}), "day 31: Tishri has at most 30"},
		{named(Hebrew{AdarI, 30}), ""},
		{named(Hebrew{Adar, 30}), "day 30: Adar has at most 29"},
		{named(Hebrew{0, 1}), "month 0: a Hebrew year has 13"},
		{named(Persian{6, 31}), ""},
		{named(Persian{7, 31}), "day 31: Mehr has at most 30"},
		{named(Persian{13, 1}), "month 13: a Persian year has 12"},
		{named(Islamic{Month: 2, Day: 30}), ""},
		{named(Islamic{Month: 2, Day: 30, Tabular: true}), "day 30: Safar has 29 in the tabular calendar"},
		{named(Islamic{Month: 12, Day: 30, Tabular: true}), ""},
		{named(Islamic{Month: 9, Day: 0}), "day 0: Ramadan has at most 30"},
		{
			with(func(h *Holiday) { h.Move = map[time.Weekday]int{time.Friday: -1, 9: 1} }),
			"move: weekday 9: a week has 0, Sunday, to 6, Saturday",
		},
		{with(func(h *Holiday) { h.Move = map[time.Weekday]int{time.Friday: 32} }), "move: 32 days: at most 31 either way"},
		{with(func(h *Holiday) { h.Substitute = []time.Weekday{-1} }), "substitute: weekday -1: a week has 0, Sunday, to 6, Saturday"},
		{with(func(h *Holiday) { h.From, h.To = 2027, 2026 }), "from 2027 to 2026 is no year"},
	}
	for _, tt := range tests {
		want := tt.err
		if want != "" {
			want = `holiday "Feast": ` + want
		}
		if got := errorText(tt.h.Check()); got != want {
			t.Errorf("%+v: error %q, want %q", tt.h, got, want)
		}
	}
	if got, want := errorText(Holiday{On: Hebrew{Nisan, 15}}.Check()), `holiday "15 Nisan": it has no name`; got != want {
		t.Errorf("without a name: error %q, want %q", got, want)
	}
}

func TestNeedsCover(t *testing.T) {
	tests := []struct {
		rule Rule
		want bool
	}{
		{OnDates{{2026, 5, 1}}, true},
		{Country("pl"), true},
		{Islamic{Month: 1, Day: 1}, true},
		{Islamic{Month: 1, Day: 1, Tabular: true}, false},
		{Persian{1, 1}, false},
		{Hebrew{Tishri, 1}, false},
		{Easter{}, false},
	}
	for _, tt := range tests {
		if got := (Holiday{On: tt.rule}).needsCover(); got != tt.want {
			t.Errorf("%T %v needs cover: %v, want %v", tt.rule, tt.rule, got, tt.want)
		}
	}
}

func TestParseDays(t *testing.T) {
	tests := []struct {
		calendar, in, want string
	}{
		{"Hebrew", "15 Nisan", "15 Nisan"},
		{"Hebrew", " 1  TISHREI", "1 Tishri"},
		{"Hebrew", "7 Marcheshvan", "7 Cheshvan"},
		{"Hebrew", "7 Ḥeshvan", "7 Cheshvan"},
		{"Hebrew", "25 kislev", "25 Kislev"},
		{"Hebrew", "15 Sh'vat", "15 Shevat"},
		{"Hebrew", "14 Adar", "14 Adar"},
		{"Hebrew", "14 adar ii", "14 Adar"},
		{"Hebrew", "14 Adar Sheni", "14 Adar"},
		{"Hebrew", "14 Adar I", "14 Adar I"},
		{"Hebrew", "14 Adar-1", "14 Adar I"},
		{"Hebrew", "5 Iyyar", "5 Iyar"},
		{"Hebrew", "17 Tamuz", "17 Tammuz"},
		{"Persian", "1 Farvardin", "1 Farvardin"},
		{"Persian", "14 khordād", "14 Khordad"},
		{"Persian", "30 esfand", "30 Esfand"},
		{"Islamic", "1 Shawwal", "1 Shawwal"},
		{"Islamic", "1 Shawwāl", "1 Shawwal"},
		{"Islamic", "12 Rabi' al-awwal", "12 Rabi al-Awwal"},
		{"Islamic", "12 Rabi I", "12 Rabi al-Awwal"},
		{"Islamic", "12 Rabīʿ ath-Thānī", "12 Rabi al-Thani"},
		{"Islamic", "3 Jumada al-Akhirah", "3 Jumada al-Thani"},
		{"Islamic", "15 Sha‘bān", "15 Shaban"},
		{"Islamic", "1 Ramadhan", "1 Ramadan"},
		{"Islamic", "1 Dhu'l-Qa'dah", "1 Dhu al-Qadah"},
		{"Islamic", "10 Dhul Hijja", "10 Dhu al-Hijjah"},

		{"Hebrew", "Nisan 15", `"Nisan 15" is not a day and a month; write it as "1 Tishri"`},
		{"Hebrew", "15", `"15" is not a day and a month; write it as "1 Tishri"`},
		{"Hebrew", "31 Tishri", `"31 Tishri": day 31: Tishri has at most 30`},
		{"Persian", "0 Mehr", `"0 Mehr": day 0: Mehr has at most 30`},
		{"Persian", "1 Nisan", `"1 Nisan": no Persian month is called "Nisan"; they are Farvardin, Ordibehesht, ` +
			`Khordad, Tir, Mordad, Shahrivar, Mehr, Aban, Azar, Dey, Bahman, Esfand`},
		{"Islamic", "1 Rabi", `"1 Rabi": no Islamic month is called "Rabi"; they are Muharram, Safar, ` +
			`Rabi al-Awwal, Rabi al-Thani, Jumada al-Awwal, Jumada al-Thani, Rajab, Shaban, Ramadan, ` +
			`Shawwal, Dhu al-Qadah, Dhu al-Hijjah`},
	}
	for _, tt := range tests {
		day, err := parseDay(tt.calendar, tt.in)
		got := fmt.Sprint(day)
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s %q is read as %s, want %s", tt.calendar, tt.in, got, tt.want)
		}
	}
}

// parseDay reads a day of one of the three calendars.
func parseDay(calendar, s string) (Rule, error) {
	switch calendar {
	case "Hebrew":
		return ParseHebrew(s)
	case "Persian":
		return ParsePersian(s)
	}
	return ParseIslamic(s)
}

// Each spelling names one month of its calendar.
func TestMonthNamesAreDistinct(t *testing.T) {
	for _, c := range []calendar{hebrewCalendar, persianCalendar, islamicCalendar} {
		months := map[string]int{}
		for i, m := range c.months {
			for _, name := range m.names {
				if j, taken := months[fold(name)]; taken {
					t.Errorf("%s: %q is month %d, and spelt like one of month %d", c.name, name, i+1, j)
				}
				months[fold(name)] = i + 1
			}
		}
	}
}

// What is read is a possible day, and reads back from its own text.
func FuzzParseDay(f *testing.F) {
	for _, s := range []string{"15 Nisan", "14 Adar II", "30 Esfand", "12 Rabīʿ al-ʾAwwal", "31 Tishri", "x", "-1 Av", "1\xff Av"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, calendar := range []string{"Hebrew", "Persian", "Islamic"} {
			day, err := parseDay(calendar, s)
			if err != nil {
				continue
			}
			if err := day.check(); err != nil {
				t.Errorf("%s %q is read as %v: %v", calendar, s, day, err)
			}
			again, err := parseDay(calendar, fmt.Sprint(day))
			if err != nil || again != day {
				t.Errorf("%s %q is read as %v, which reads back as %v, %v", calendar, s, day, again, err)
			}
		}
	})
}

// What does it cost to load a policy that covers fifteen years?
func BenchmarkResolve(b *testing.B) {
	for _, bench := range []struct {
		name     string
		holidays []Holiday
	}{
		{"raanana", raanana},
		{"kalisz", kalisz},
		{"stari-grad", stariGrad},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := resolve(bench.holidays, 2020, 2034, weekdaysOnly); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
