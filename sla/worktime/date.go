package worktime

import (
	"cmp"
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar, in no zone. The zero Date is not a
// valid day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date written as 2026-06-07.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a date; write it as 2026-06-07", s)
	}
	return civil(t), nil
}

// String returns the date as 2026-06-07.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText returns the same as String, but the empty text for the zero Date. It is
// an error if there is no such day, or if its year does not have four digits.
func (d Date) MarshalText() ([]byte, error) {
	if d == (Date{}) {
		return []byte{}, nil
	}
	text := d.String()
	if parsed, err := ParseDate(text); err != nil || parsed != d {
		return nil, fmt.Errorf("%s is not a date of the years 0 to 9999", text)
	}
	return []byte(text), nil
}

// UnmarshalText reads what [Date.MarshalText] wrote, and whatever [ParseDate] reads.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// Valid reports whether the day exists: 30 February does not.
func (d Date) Valid() bool { return dateOf(d.number()) == d }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return weekdayOf(d.number()) }

// AddDays returns the date n days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date { return dateOf(d.number() + n) }

// Start returns the first instant of the date in the zone, which is not midnight
// where the clock skips it.
func (d Date) Start(loc *time.Location) time.Time {
	const reach = 2 * secondsPerDay
	day := d.number()
	z := newZone(loc, int64(day)*secondsPerDay-reach, int64(day)*secondsPerDay+reach)
	return time.Unix(z.start(day), 0).In(loc)
}

// Compare returns -1, 0 or +1 as d is before, the same as, or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

const secondsPerDay = 24 * 60 * 60

// Inside the package a date is often its number: days since 1970-01-01, which
// steps by one and indexes slices.

func (d Date) number() int {
	return int(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

func dateOf(number int) Date {
	return civil(time.Unix(int64(number)*secondsPerDay, 0).UTC())
}

func weekdayOf(number int) time.Weekday {
	// 1970-01-01 was a Thursday.
	return time.Weekday(((number+int(time.Thursday))%7 + 7) % 7)
}

// civil returns the date that t's own clock shows.
func civil(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}
