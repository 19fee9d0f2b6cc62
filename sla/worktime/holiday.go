package worktime

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/hablullah/go-hijri"
	"github.com/jalaali/go-jalaali"
)

// Holiday is a rule for closed days. A closed day has no working time, whatever
// the week and the season say; only a dated entry gives it some.
//
// Serbia's Statehood Day, which passes a Sunday on to the next working day:
//
//	Holiday{
//		Name:       "Statehood Day",
//		On:         Yearly{Month: time.February, Day: 15},
//		Substitute: []time.Weekday{time.Sunday},
//	}
type Holiday struct {
	Name string // required, except for a Country, whose holidays bring their own names
	On   Rule

	// Move says by weekday how many days later the holiday is kept instead, or
	// earlier where the number is negative; at most 31. Israel's Independence Day:
	// {Friday: -1, Saturday: -2, Monday: +1}. Default: it is never moved.
	Move map[time.Weekday]int

	// Substitute lists the weekdays that cost the staff a day off: when the
	// holiday, after Move, falls on one of them, the next working date that is
	// not itself closed is closed too. Holidays that share such a date have one
	// substitute between them. It lies within 31 days, or there is none.
	// Default: no substitutes.
	Substitute []time.Weekday

	// From and To are the first and the last Gregorian year in which the holiday
	// is kept, by its date before Move. 0 is no bound.
	From, To int
}

// Rule says on which dates a holiday falls. It is one of [OnDates], [Yearly],
// [NthWeekday], [Easter], [Hebrew], [Persian], [Islamic] and [Country].
type Rule interface {
	// check returns an error that says which field is impossible, and why.
	check() error

	// in returns all dates of one Gregorian year, in any order. If the rule does
	// not know the whole of that year, the error wraps errNoTable. Of a rule that
	// check refuses it may return anything.
	in(year int) ([]occurrence, error)
}

type occurrence struct {
	day  int    // as Date.number
	name string // "": the Holiday's
}

var errNoTable = errors.New("that year is not in the table")

// How many days a rule's offset, and a move or a substitute, can lead away: an
// offset no further than a neighbouring year.
const (
	offsetReach = 365
	moveReach   = 31
)

// Check returns an error if the holiday cannot be: one without a rule or a name,
// on a day that its calendar never has, or with an unknown country. The error
// names the holiday and says what there is instead.
func (h Holiday) Check() error {
	if err := h.check(); err != nil {
		return h.wrap(err)
	}
	return nil
}

func (h Holiday) wrap(err error) error {
	return fmt.Errorf("holiday %q: %w", cmp.Or(h.Name, fmt.Sprint(h.On)), err)
}

func (h Holiday) check() error {
	if h.On == nil {
		return inField("On", errors.New("it has no rule"))
	}
	if _, named := h.On.(Country); h.Name == "" && !named {
		return inField("Name", errors.New("it has no name"))
	}
	for _, weekday := range slices.Sorted(maps.Keys(h.Move)) {
		if err := cmp.Or(checkWeekday(weekday), checkReach(h.Move[weekday], moveReach)); err != nil {
			return fmt.Errorf("move: %w", &EntryError{Field: "Move", Other: -1, Day: weekday, Err: err})
		}
	}
	for _, weekday := range h.Substitute {
		if err := checkWeekday(weekday); err != nil {
			return fmt.Errorf("substitute: %w", inField("Substitute", err))
		}
	}
	if h.From != 0 && h.To != 0 && h.From > h.To {
		return inField("To", fmt.Errorf("from %d to %d is no year", h.From, h.To))
	}
	err := h.On.check()
	if _, known := err.(*EntryError); known { // which field of the rule it is
		return err
	}
	return inField("On", err)
}

// Dates returns the dates of a year by the holiday's rule on which it is kept, in
// order: after Move, and without substitutes. It returns none for a year that the
// rule does not know.
func (h Holiday) Dates(year int) []Date {
	if !h.keptIn(year) {
		return nil
	}
	on, err := h.On.in(year)
	if err != nil {
		return nil
	}
	var dates []Date
	for _, o := range on {
		dates = append(dates, dateOf(o.day+h.Move[weekdayOf(o.day)]))
	}
	slices.SortFunc(dates, Date.Compare)
	return dates
}

// needsCover reports whether the rule is known for some years only.
func (h Holiday) needsCover() bool {
	switch on := h.On.(type) {
	case OnDates, Country:
		return true
	case Islamic:
		return !on.Tabular
	}
	return false
}

func checkWeekday(weekday time.Weekday) error {
	if weekday < time.Sunday || weekday > time.Saturday {
		return fmt.Errorf("weekday %d: a week has 0, Sunday, to 6, Saturday", int(weekday))
	}
	return nil
}

func checkMonth(month time.Month) error {
	if month < time.January || month > time.December {
		return fmt.Errorf("month %d: a year has 12", int(month))
	}
	return nil
}

func checkReach(days, most int) error {
	if days < -most || days > most {
		return fmt.Errorf("%d days: at most %d either way", days, most)
	}
	return nil
}

func (h Holiday) keptIn(year int) bool {
	return (h.From == 0 || year >= h.From) && (h.To == 0 || year <= h.To)
}

// moves reports whether some weekday moves the holiday later (+1) or earlier (-1).
func (h Holiday) moves(sign int) bool {
	for _, days := range h.Move {
		if days*sign > 0 {
			return true
		}
	}
	return false
}

// resolve returns the closed dates of the years from..to by day number, each
// with the name of its holiday, or the names of several. workday reports
// whether the week has hours on a date. The holidays have passed Check.
//
// The error names the holiday; it wraps errNoTable where a rule does not know a
// year that the answer depends on.
func resolve(holidays []Holiday, from, to int, workday func(day int) bool) (map[int]string, error) {
	substitutes := slices.ContainsFunc(holidays, func(h Holiday) bool { return len(h.Substitute) > 0 })
	closed, owed := feasts{}, feasts{}
	seen := map[feast]bool{}
	for _, h := range holidays {
		// A rule is asked for a neighbouring year only where something can cross
		// New Year: a move, or a substitute, which any closed date in December can
		// push on. A table that ends there is then an error, as the answer depends
		// on it; otherwise it is not missed. One year is enough: a substitute from
		// the year before that would have to push others on through twelve months.
		first, last := from, to
		if substitutes || h.moves(+1) {
			first--
		}
		if h.moves(-1) {
			last++
		}
		for year := first; year <= last; year++ {
			if err := h.mark(year, closed, owed, seen); err != nil {
				return nil, h.wrap(err)
			}
		}
	}
	for _, day := range slices.Sorted(maps.Keys(owed)) {
		if next, ok := nextFree(day, closed, workday); ok {
			closed[next] = []string{owed.names(day) + " (substitute)"}
		}
	}
	names := make(map[int]string, len(closed))
	for day := range closed {
		if year := dateOf(day).Year; from <= year && year <= to {
			names[day] = closed.names(day)
		}
	}
	return names, nil
}

// feasts is the names of the holidays on each date, by day number.
type feasts map[int][]string

type feast struct {
	day  int
	name string
	owed bool
}

// names returns the names of a date's holidays as one.
func (f feasts) names(day int) string { return strings.Join(f[day], " / ") }

// mark enters the dates of one year, and those among them that are owed a
// substitute.
func (h Holiday) mark(year int, closed, owed feasts, seen map[feast]bool) error {
	if !h.keptIn(year) {
		return nil
	}
	on, err := h.On.in(year)
	if err != nil {
		return err
	}
	// A name is entered once: a country set and a policy's own rule may both have
	// the day.
	add := func(to feasts, f feast) {
		if !seen[f] {
			seen[f] = true
			to[f.day] = append(to[f.day], f.name)
		}
	}
	for _, o := range on {
		day := o.day + h.Move[weekdayOf(o.day)]
		name := cmp.Or(o.name, h.Name)
		add(closed, feast{day, name, false})
		if slices.Contains(h.Substitute, weekdayOf(day)) {
			add(owed, feast{day, name, true})
		}
	}
	return nil
}

func nextFree(day int, closed feasts, workday func(day int) bool) (next int, ok bool) {
	for next = day + 1; next <= day+moveReach; next++ {
		if _, taken := closed[next]; !taken && workday(next) {
			return next, true
		}
	}
	return 0, false
}

// OnDates is a holiday on given dates, such as a feast that is announced each
// year. A year that has none of them has no such holiday.
type OnDates []Date

func (ds OnDates) check() error {
	if len(ds) == 0 {
		return errors.New("no dates are given")
	}
	for _, d := range ds {
		if !d.Valid() {
			return fmt.Errorf("%v: there is no such day", d)
		}
	}
	return nil
}

func (ds OnDates) in(year int) ([]occurrence, error) {
	var on []occurrence
	for _, d := range ds {
		if d.Year == year {
			on = append(on, occurrence{day: d.number()})
		}
	}
	return on, nil
}

// Yearly is a holiday on a fixed day each year; 29 February falls only in leap
// years.
type Yearly struct {
	Month time.Month
	Day   int
}

func (y Yearly) check() error {
	if err := checkMonth(y.Month); err != nil {
		return err
	}
	const leap = 2000
	if !(Date{leap, y.Month, y.Day}).Valid() {
		return fmt.Errorf("%d %v: there is no such day", y.Day, y.Month)
	}
	return nil
}

func (y Yearly) in(year int) ([]occurrence, error) {
	d := Date{year, y.Month, y.Day}
	if !d.Valid() {
		return nil, nil // 29 February
	}
	return []occurrence{{day: d.number()}}, nil
}

// NthWeekday is a holiday on a weekday of a month, such as the last Monday of
// May.
type NthWeekday struct {
	N       int // 1 to 5, or -1 (the last) to -5; in a month without a fifth it does not fall
	Weekday time.Weekday
	Month   time.Month
	Offset  int // days after that weekday, or before it if negative; at most 365
}

func (n NthWeekday) check() error {
	if n.N == 0 || n.N < -5 || n.N > 5 {
		return fmt.Errorf("number %d: a month has the 1st to the 5th of a weekday, or -1, the last, to -5", n.N)
	}
	return cmp.Or(checkWeekday(n.Weekday), checkMonth(n.Month), inField("Offset", checkReach(n.Offset, offsetReach)))
}

func (n NthWeekday) in(year int) ([]occurrence, error) {
	return aroundNewYear(year, func(year int) (int, bool) {
		day, ok := n.anchor(year)
		return day + n.Offset, ok
	}), nil
}

// anchor returns the nth weekday itself.
func (n NthWeekday) anchor(year int) (day int, ok bool) {
	first := Date{year, n.Month, 1}.number()
	next := Date{year, n.Month + 1, 1}.number()
	if n.N > 0 {
		day = first + daysUntil(weekdayOf(first), n.Weekday) + 7*(n.N-1)
	} else {
		// The last one lies in the week before the next month.
		day = next - 7 + daysUntil(weekdayOf(next), n.Weekday) + 7*(n.N+1)
	}
	return day, first <= day && day < next
}

func daysUntil(from, to time.Weekday) int { return int(to-from+7) % 7 }

// aroundNewYear returns what falls in the year when at says where the holiday of
// each year falls: an offset may lead into a neighbouring one.
func aroundNewYear(year int, at func(year int) (day int, ok bool)) []occurrence {
	var on []occurrence
	for y := year - 1; y <= year+1; y++ {
		if day, ok := at(y); ok && dateOf(day).Year == year {
			on = append(on, occurrence{day: day})
		}
	}
	return on
}

// Easter is a holiday that keeps its distance from Easter Sunday: -2 is Good
// Friday, 1 Easter Monday, 60 Corpus Christi.
type Easter struct {
	Orthodox bool // by the Julian calendar; the date is Gregorian all the same
	Offset   int  // days after Easter Sunday, or before it if negative; at most 365
}

func (e Easter) check() error { return inField("Offset", checkReach(e.Offset, offsetReach)) }

func (e Easter) in(year int) ([]occurrence, error) {
	return aroundNewYear(year, func(year int) (int, bool) {
		return easterSunday(year, e.Orthodox) + e.Offset, true
	}), nil
}

// easterSunday returns the Sunday after the church's full moon, which is the
// first on or after 21 March.
func easterSunday(year int, orthodox bool) int {
	golden, century := year%19, year/100
	march21 := Date{year, time.March, 21}.number()
	wait := 19*golden + 15 // days from 21 March to the full moon, modulo 30
	if orthodox {
		march21 += century - century/4 - 2 // the Julian one
		wait %= 30
	} else {
		wait = (wait + century - century/4 - (8*century+13)/25) % 30
		// The reform of 1582 keeps the moon from 19 April, and from falling on the
		// 18th twice in nineteen years.
		if wait == 29 || wait == 28 && golden > 10 {
			wait--
		}
	}
	moon := march21 + wait
	return moon + 7 - int(weekdayOf(moon))
}

// calendar is what parsing and checking need to know of a foreign calendar.
type calendar struct {
	name   string
	months []monthOfYear
}

type monthOfYear struct {
	days  int      // in the longest year
	names []string // first the usual one
}

var persianCalendar = calendar{"Persian", []monthOfYear{
	{31, []string{"Farvardin", "Farvardeen", "Farwardin"}},
	{31, []string{"Ordibehesht", "Ordibehest", "Urdibihisht"}},
	{31, []string{"Khordad", "Khurdad", "Xordad"}},
	{31, []string{"Tir", "Teer"}},
	{31, []string{"Mordad", "Amordad", "Murdad"}},
	{31, []string{"Shahrivar", "Shahriwar", "Sharivar"}},
	{30, []string{"Mehr", "Mihr"}},
	{30, []string{"Aban"}},
	{30, []string{"Azar", "Adhar"}},
	{30, []string{"Dey", "Dei", "Dai"}},
	{30, []string{"Bahman"}},
	{30, []string{"Esfand", "Isfand", "Espand"}},
}}

var islamicCalendar = calendar{"Islamic", []monthOfYear{
	{30, []string{"Muharram", "Moharram"}},
	{30, []string{"Safar", "Saphar"}},
	{30, []string{"Rabi al-Awwal", "Rabi ul-Awwal", "Rabi I", "Rabi 1"}},
	{30, []string{
		"Rabi al-Thani", "Rabi ath-Thani", "Rabi ul-Thani", "Rabi al-Akhir", "Rabi ul-Akhir", "Rabi II", "Rabi 2",
	}},
	{30, []string{"Jumada al-Awwal", "Jumada al-Ula", "Jumadi ul-Awwal", "Jumada I", "Jumada 1"}},
	{30, []string{
		"Jumada al-Thani", "Jumada ath-Thani", "Jumada al-Thaniya", "Jumada al-Thaniyah", "Jumada al-Akhir",
		"Jumada al-Akhira", "Jumada al-Akhirah", "Jumadi ul-Thani", "Jumada II", "Jumada 2",
	}},
	{30, []string{"Rajab"}},
	{30, []string{"Shaban"}},
	{30, []string{"Ramadan", "Ramadhan", "Ramazan"}},
	{30, []string{"Shawwal"}},
	{30, []string{
		"Dhu al-Qadah", "Dhu al-Qada", "Dhu al-Qidah", "Dhu al-Qida", "Dhul Qadah", "Dhul Qada", "Dhul Qidah", "Dhul Qida", "Zul Qadah",
	}},
	{30, []string{
		"Dhu al-Hijjah", "Dhu al-Hijja", "Dhul Hijjah", "Dhul Hijja", "Zul Hijjah", "Zul Hijja",
	}},
}}

// parse reads a day and a month's name, such as "15 Nisan".
func (c calendar) parse(s string) (month, day int, err error) {
	number, name, _ := strings.Cut(strings.TrimSpace(s), " ")
	day, err = strconv.Atoi(number)
	if err != nil || name == "" {
		return 0, 0, fmt.Errorf("%q is not a day and a month; write it as %q", s, c.format(1, 1))
	}
	i := slices.IndexFunc(c.months, func(m monthOfYear) bool {
		return slices.ContainsFunc(m.names, func(known string) bool { return fold(known) == fold(name) })
	})
	if i < 0 {
		return 0, 0, fmt.Errorf("%q: no %s month is called %q; they are %s", s, c.name, name, c.monthNames())
	}
	if err := c.check(i+1, day); err != nil {
		return 0, 0, fmt.Errorf("%q: %w", s, err)
	}
	return i + 1, day, nil
}

func (c calendar) check(month, day int) error {
	if month < 1 || month > len(c.months) {
		return fmt.Errorf("month %d: a %s year has %d", month, c.name, len(c.months))
	}
	if most := c.months[month-1].days; day < 1 || day > most {
		return fmt.Errorf("day %d: %s has at most %d", day, c.monthName(month), most)
	}
	return nil
}

func (c calendar) format(month, day int) string {
	return fmt.Sprintf("%d %s", day, c.monthName(month))
}

func (c calendar) monthName(month int) string {
	if month < 1 || month > len(c.months) {
		return fmt.Sprintf("month %d", month)
	}
	return c.months[month-1].names[0]
}

func (c calendar) monthNames() string {
	var names []string
	for _, m := range c.months {
		names = append(names, m.names[0])
	}
	return strings.Join(names, ", ")
}

var unaccented = strings.NewReplacer(
	"ā", "a", "á", "a", "â", "a", "é", "e", "ē", "e", "ī", "i", "í", "i", "î", "i", "ō", "o", "ū", "u", "ú", "u", "û", "u",
	"ḍ", "d", "ḏ", "d", "ḥ", "h", "ḫ", "h", "ṣ", "s", "ṭ", "t", "ẓ", "z",
)

// fold makes the usual spellings of one name equal: it drops case, accents,
// apostrophes, hyphens, spaces and doubled letters. A doubled i stays, for
// Adar I is not Adar II.
func fold(name string) string {
	var folded strings.Builder
	var before rune
	for _, r := range unaccented.Replace(strings.ToLower(name)) {
		// Lm are the signs for ayn and hamza, ʿ and ʾ.
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.Is(unicode.Lm, r) {
			continue
		}
		if r != before || r == 'i' {
			folded.WriteRune(r)
		}
		before = r
	}
	return folded.String()
}

// Persian is a holiday on a day of the Persian (solar Hijri) calendar. The 11th of
// Dey lies at New Year: a Gregorian year may have it twice, or not at all. 30
// Esfand falls only in leap years. Gregorian years before 561 and after 3797 are
// unknown; before 1799 and after 2123 tables differ by a day in some years.
type Persian struct {
	Month int // 1, Farvardin, to 12, Esfand
	Day   int
}

// ParsePersian reads a day written as "1 Farvardin", in any case and usual
// spelling. An unknown month, or a day that it never has, is an error.
func ParsePersian(s string) (Persian, error) {
	month, day, err := persianCalendar.parse(s)
	return Persian{month, day}, err
}

// String returns the day as "1 Farvardin".
func (p Persian) String() string { return persianCalendar.format(p.Month, p.Day) }

func (p Persian) check() error { return persianCalendar.check(p.Month, p.Day) }

func (p Persian) in(year int) ([]occurrence, error) {
	var on []occurrence
	for persian := year - 622; persian <= year-621; persian++ { // the year changes in March
		first, err := nowruz(persian)
		if err != nil {
			return nil, err
		}
		next, err := nowruz(persian + 1)
		if err != nil {
			return nil, err
		}
		// Six months have 31 days.
		day := first + 31*(p.Month-1) - max(0, p.Month-7) + p.Day - 1
		if day < next && dateOf(day).Year == year {
			on = append(on, occurrence{day: day})
		}
	}
	return on, nil
}

// nowruz returns 1 Farvardin. The library is asked for no other day: around the
// year 1630 and some others its leap years do not fit its own first days.
func nowruz(persian int) (int, error) {
	y, m, d, err := jalaali.ToGregorian(persian, jalaali.Farvardin, 1)
	if err != nil {
		return 0, fmt.Errorf("Persian year %d: %w", persian, errNoTable)
	}
	return Date{y, m, d}.number(), nil
}

// Islamic is a holiday on a day of the Islamic calendar, whose year is some 11
// days shorter: a Gregorian year may have the day twice. A 30th falls only when
// the month has it.
//
// Umm al-Qura, the calendar of Saudi Arabia, is known for the Gregorian years
// 1938 to 2076. Its tables agree from April 1999 until the middle of 2029; after
// that take it as a forecast. Where feasts go by the sighting of the moon, enter
// them by [OnDates] once they are announced.
type Islamic struct {
	Month   int // 1, Muharram, to 12, Dhu al-Hijjah
	Day     int
	Tabular bool // the arithmetical calendar (civil, leap years 2, 5, 7, 10, 13, 16, …); default: Umm al-Qura
}

// ParseIslamic reads a day written as "1 Shawwal", in any case and usual
// spelling, as one of the Umm al-Qura calendar. An unknown month, or a day that
// it never has, is an error.
func ParseIslamic(s string) (Islamic, error) {
	month, day, err := islamicCalendar.parse(s)
	return Islamic{Month: month, Day: day}, err
}

// String returns the day as "1 Shawwal".
func (i Islamic) String() string { return islamicCalendar.format(i.Month, i.Day) }

func (i Islamic) check() error {
	if i.Tabular && i.Day == 30 && i.Month%2 == 0 && i.Month != 12 {
		return fmt.Errorf("day 30: %s has 29 in the tabular calendar", islamicCalendar.monthName(i.Month))
	}
	return islamicCalendar.check(i.Month, i.Day)
}

func (i Islamic) in(year int) ([]occurrence, error) {
	monthStart, newest := ummAlQura, 1500
	if i.Tabular {
		monthStart, newest = tabular, math.MaxInt
	}
	switch {
	case i.Tabular && year < 623:
		return nil, fmt.Errorf("the Islamic calendar begins in 622, the year is %d: %w", year, errNoTable)
	case !i.Tabular && (year < 1938 || year > 2076):
		return nil, fmt.Errorf("the Umm al-Qura calendar is known for 1938 to 2076, not for %d: %w", year, errNoTable)
	}
	var on []occurrence
	// Thirty years have 10631 days, and a Gregorian year touches up to three.
	first := 1 + (Date{year, time.January, 1}.number()-hijra)*30/10631
	for islamic := first; islamic <= min(first+2, newest); islamic++ {
		day := monthStart(islamic, i.Month) + i.Day - 1
		if dateOf(day).Year == year && day < monthStart(islamic, i.Month+1) {
			on = append(on, occurrence{day: day})
		}
	}
	return on, nil
}

var hijra = Date{622, time.July, 19}.number() // 1 Muharram of year 1

// tabular returns the first day of a month; month 13 is the first of the next
// year.
func tabular(year, month int) int {
	if month > 12 {
		year, month = year+1, 1
	}
	return hijra + 354*(year-1) + (11*year+3)/30 + 29*(month-1) + month/2
}

// ummAlQura does the same by the table. It panics for years it does not have.
func ummAlQura(year, month int) int {
	d := hijri.UmmAlQuraDate{Year: int64(year), Month: int64(month), Day: 1}
	return civil(d.ToGregorian()).number()
}
