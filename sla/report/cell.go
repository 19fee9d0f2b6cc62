package report

import (
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Cell is one value, told in the language of its document. The zero Cell is empty,
// as is each that stands for nothing: a share of nothing, the zero time.
type Cell struct{ value any }

// What a cell may hold, beside money and dates.
type (
	word    string
	data    string
	decimal struct { // also a whole number and a percentage
		digits string // with a point
		unit   string
	}
	moment time.Time
	length time.Duration
)

// Word is a text in the document's own language, such as the word for a state. The
// language's isolates in it stay.
func Word(text string) Cell { return Cell{word(text)} }

// Data is a text that people wrote, in a ticket or in a policy: a name, a subject, a
// title, an id. It is set apart from what stands around it.
func Data(text string) Cell { return Cell{data(text)} }

// Actor is who acts, by the name that the function gives; if that is nil or gives
// none, by the id. Nobody is empty.
func Actor(id townclerk.Actor, name func(townclerk.Actor) string) Cell {
	if id != "" && name != nil {
		if called := name(id); called != "" {
			return Data(called)
		}
	}
	return Data(string(id))
}

// Number is a whole number.
func Number[N ~int | ~int64](n N) Cell {
	return Cell{decimal{digits: strconv.FormatInt(int64(n), 10)}}
}

// Decimal is a number with so many decimals, half of the last one rounded up, away
// from zero: a mean, say. It is empty where r has no data.
func Decimal(r townclerk.Ratio, decimals int) Cell {
	if r.D == 0 {
		return Cell{}
	}
	return Cell{decimal{digits: big.NewRat(r.N, r.D).FloatString(max(0, decimals))}}
}

// Percent is a share in per cent, as [townclerk.Ratio.Percent] has it. In CSV it is
// the number alone, so its column has the unit [Percents].
func Percent(r townclerk.Ratio, decimals int) Cell {
	digits := r.Percent(decimals)
	if digits == "" {
		return Cell{}
	}
	return Cell{decimal{digits, Percents}}
}

// Money is an amount with its currency. In CSV it is the number alone if the unit of
// its column is that currency. The zero Money is empty.
func Money(m townclerk.Money) Cell {
	if m == (townclerk.Money{}) {
		return Cell{}
	}
	return Cell{m}
}

// Time is an instant as the zone's clock shows it, to the minute, and in CSV to the
// second. If the zone is nil, it is that of t. The zero time is empty.
func Time(t time.Time, zone *time.Location) Cell {
	if t.IsZero() {
		return Cell{}
	}
	if zone != nil {
		t = t.In(zone)
	}
	return Cell{moment(t)}
}

// Date is a day, written as 2026-06-07. The zero Date is empty.
func Date(d worktime.Date) Cell {
	if d == (worktime.Date{}) {
		return Cell{}
	}
	return Cell{d}
}

// Duration is a length of time in hours and whole minutes. In CSV it is the number of
// minutes, so its column has the unit [Minutes].
func Duration(d time.Duration) Cell { return Cell{length(d)} }

// text returns the cell as people read it.
func (c Cell) text(l *sla.Language) string {
	switch v := c.value.(type) {
	case word:
		return string(v)
	case data:
		return string(v)
	case decimal:
		return pointed(v.digits, l) + v.unit
	case townclerk.Money:
		return pointed(v.String(), l)
	case moment:
		t := time.Time(v)
		// Not Truncate, which knows nothing of a zone whose offset has seconds.
		return l.Time(t.Add(-time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond())))
	case worktime.Date:
		return v.String()
	case length:
		return l.Duration(time.Duration(v).Truncate(time.Minute))
	}
	return ""
}

// pointed writes a number with the language's decimal point.
func pointed(number string, l *sla.Language) string {
	return strings.Replace(number, ".", say(l, "point"), 1)
}

// plain returns the cell as machines read it, in a column of the unit.
func (c Cell) plain(unit string) string {
	switch v := c.value.(type) {
	case word:
		return string(v)
	case data:
		return string(v)
	case decimal:
		return v.digits
	case townclerk.Money:
		if v.Currency == unit {
			return strings.TrimSuffix(v.String(), " "+unit)
		}
		return v.String()
	case moment:
		return time.Time(v).Format(time.DateTime)
	case worktime.Date:
		return v.String()
	case length:
		return strconv.FormatInt(int64(time.Duration(v)/time.Minute), 10)
	}
	return ""
}

// number reports whether the cell stands on the side of numbers.
func (c Cell) number() bool {
	switch c.value.(type) {
	case decimal, townclerk.Money, length:
		return true
	}
	return false
}

// written reports whether people wrote it.
func (c Cell) written() bool {
	_, ok := c.value.(data)
	return ok
}

// item reports whether the cell, as a note, is an item of a list.
func (c Cell) item() bool {
	_, ours := c.value.(word)
	return !ours
}

// empty reports whether there is nothing to read.
func (c Cell) empty() bool {
	switch v := c.value.(type) {
	case nil:
		return true
	case word:
		return v == ""
	case data:
		return v == ""
	}
	return false
}
