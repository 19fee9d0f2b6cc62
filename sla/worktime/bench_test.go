package worktime

import (
	"fmt"
	"math/rand/v2"
	"path"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/pl"
	"github.com/stretchr/testify/require"
)

// Users ask about any instant, so the benchmarks do. The instants are drawn
// beforehand and visited in an order that does not repeat: a processor learns
// 4096 look-ups by heart, and then a bisection seems four times as fast as it is.
type instants struct {
	drawn [4096]time.Time
	state uint64
}

func drawInstants(loc *time.Location, firstYear, lastYear int) *instants {
	from := time.Date(firstYear, 1, 8, 0, 0, 0, 0, loc).Unix()
	to := time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, loc).Unix()
	random := rand.New(rand.NewPCG(1, 2))
	in := &instants{}
	for i := range in.drawn {
		in.drawn[i] = time.Unix(from+random.Int64N(to-from), 0).In(loc)
	}
	return in
}

func (in *instants) next() time.Time {
	in.state = in.state*6364136223846793005 + 1442695040888963407
	return in.drawn[in.state>>52]
}

// shifted returns the instants at which so much working time has passed since in's,
// in the same order.
func (in *instants) shifted(b *testing.B, c *Calendar, d time.Duration) *instants {
	b.Helper()
	out := &instants{state: in.state}
	for i, at := range in.drawn {
		var err error
		out.drawn[i], err = c.Add(at, d)
		require.NoError(b, err)
	}
	return out
}

// office is Kalisz's, in its zone or in another.
func office(b testing.TB, zone string) *Calendar {
	b.Helper()
	return mustNew(b, Spec{
		Name: "office", Zone: location(b, zone), From: 2020, To: 2034,
		Week: weekly(b, "mon-fri 07:30-15:30"), Holidays: kalisz,
	})
}

// officeInCal is what a developer would use instead, with its cache warm.
func officeInCal(loc *time.Location) *cal.BusinessCalendar {
	c := cal.NewBusinessCalendar()
	c.Cacheable = true
	c.AddHoliday(pl.Holidays...)
	c.SetWorkHours(7*time.Hour+30*time.Minute, 15*time.Hour+30*time.Minute)
	for year := 2019; year <= 2035; year++ {
		c.IsHoliday(time.Date(year, 6, 1, 12, 0, 0, 0, loc))
	}
	return c
}

// bisect is one bare binary search for the period that ends after an instant, the
// least that an answer could cost without an index.
func bisect(spans []span, at int64) int {
	lo, hi := 0, len(spans)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if spans[mid].close > at {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

var spansOfTime = []time.Duration{8 * time.Hour, 240 * time.Hour, 2000 * time.Hour}

func hoursText(d time.Duration) string { return fmt.Sprintf("%dh", d/time.Hour) }

func bench(b *testing.B, name string, run func()) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			run()
		}
	})
}

// When is it due? Compared with one bisection, and with rickar/cal.
func BenchmarkAdd(b *testing.B) {
	for _, zone := range []string{"Europe/Warsaw", "UTC"} {
		b.Run(path.Base(zone), func(b *testing.B) {
			c := office(b, zone)
			in := drawInstants(c.Zone(), 2020, 2033)
			bench(b, "bisect", func() { bisect(c.near.spans, in.next().Unix()) })
			other := officeInCal(c.Zone())
			for _, d := range spansOfTime {
				bench(b, hoursText(d)+"/worktime", func() { _, _ = c.Add(in.next(), d) })
				if d < 2000*time.Hour {
					bench(b, hoursText(d)+"/cal", func() { other.AddWorkHours(in.next(), d) })
				}
			}
		})
	}
}

// How much of the time is used up? Compared likewise.
func BenchmarkBetween(b *testing.B) {
	for _, zone := range []string{"Europe/Warsaw", "UTC"} {
		b.Run(path.Base(zone), func(b *testing.B) {
			c := office(b, zone)
			from := drawInstants(c.Zone(), 2020, 2033)
			bench(b, "bisect", func() { bisect(c.near.spans, from.next().Unix()) })
			other := officeInCal(c.Zone())
			for _, d := range spansOfTime {
				to := from.shifted(b, c, d)
				bench(b, hoursText(d)+"/worktime", func() { _, _ = c.Between(from.next(), to.next()) })
				if d < 2000*time.Hour {
					bench(b, hoursText(d)+"/cal", func() { other.WorkHoursInRange(from.next(), to.next()) })
				}
			}
		})
	}
}

// What does Add cost with hours that are not spread so evenly?
func BenchmarkAddByHours(b *testing.B) {
	week := func(lines ...string) Spec { return Spec{Week: weekly(b, lines...), From: 2020, To: 2034} }
	summer := week("sun 10:00-12:00")
	summer.Seasons = []Season{{
		Name: "summer", From: Date{0, 7, 1}, To: Date{0, 8, 31},
		Week: map[time.Weekday][]Interval{time.Saturday: intervals(b, "08:00-10:00 11:00-13:00 14:00-18:00 19:00-21:00")},
	}}
	for _, bm := range []struct {
		name        string
		spec        Spec
		first, last int
	}{
		{"one-period-a-day", week("mon-fri 07:30-15:30"), 2020, 2033},
		{"three-periods-a-day", week("mon-sat 07:30-12:00 12:30-16:00 18:00-20:00"), 2020, 2033},
		{"eight-periods-on-Friday", week("fri 06:00-07:00 08:00-09:00 10:00-11:00 12:00-13:00 14:00-15:00 16:00-17:00 18:00-19:00 20:00-21:00"), 2020, 2033},
		{"mostly-in-summer", summer, 2020, 2033},
		{"24x7", Spec{Week: AllHours(), From: 2020, To: 2034}, 2020, 2033},
		{"without-cover", Spec{Week: weekly(b, "mon-fri 07:30-15:30")}, 2000, 2058},
		{"without-cover-far", Spec{Week: weekly(b, "mon-fri 07:30-15:30")}, 1700, 1980},
	} {
		bm.spec.Name, bm.spec.Zone = bm.name, location(b, "Europe/Warsaw")
		c := mustNew(b, bm.spec)
		in := drawInstants(c.Zone(), bm.first, bm.last)
		bench(b, bm.name, func() { _, _ = c.Add(in.next(), 8*time.Hour) })
	}
}

// The other questions that a due rule asks.
func BenchmarkAsk(b *testing.B) {
	c := office(b, "Europe/Warsaw")
	in := drawInstants(c.Zone(), 2020, 2032)
	dates := make([]Date, len(in.drawn))
	for i, at := range in.drawn {
		dates[i] = civil(at)
	}
	i := 0
	date := func() Date { i++; return dates[i%len(dates)] }
	bench(b, "Open", func() { _, _ = c.Open(in.next()) })
	bench(b, "Roll", func() { _, _ = c.Roll(in.next()) })
	bench(b, "NextOpening", func() { _, _ = c.NextOpening(in.next()) })
	bench(b, "NextClosing", func() { _, _ = c.NextClosing(in.next()) })
	bench(b, "PrevOpening", func() { _, _ = c.PrevOpening(in.next()) })
	bench(b, "PrevClosing", func() { _, _ = c.PrevClosing(in.next()) })
	bench(b, "Read", func() { _, _, _ = c.Read(in.next()) })
	bench(b, "At", func() { _, _ = c.At(date(), Clock(12, 0, 0)) })
	bench(b, "Working", func() { _, _, _ = c.Working(date()) })
	for _, n := range []int{1, 3, 250} {
		bench(b, fmt.Sprintf("Step-%d", n), func() { _, _ = c.Step(date(), n) })
	}
}

// What does a month of hours for a chart cost?
func BenchmarkPeriods(b *testing.B) {
	c := office(b, "Europe/Warsaw")
	in := drawInstants(c.Zone(), 2020, 2033)
	bench(b, "month", func() {
		from := in.next()
		periods, err := c.Periods(from, from.Add(30*24*time.Hour))
		if err != nil {
			b.Fatal(err)
		}
		for range periods {
		}
	})
}

// What does it cost to load a policy's calendar?
func BenchmarkNew(b *testing.B) {
	warsaw := location(b, "Europe/Warsaw")
	week := weekly(b, "mon-fri 07:30-15:30")
	everyYear := stateHolidays()
	build := func(s Spec) *Calendar {
		c, err := New(s)
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	bench(b, "15-years-of-a-country", func() {
		build(Spec{Name: "office", Zone: warsaw, Week: week, From: 2020, To: 2034, Holidays: kalisz})
	})
	bench(b, "15-years-of-Hebrew-feasts", func() {
		build(Spec{Name: "office", Zone: warsaw, Week: week, From: 2020, To: 2034, Holidays: raanana})
	})
	bench(b, "without-cover", func() {
		build(Spec{Name: "office", Zone: warsaw, Week: week, Holidays: everyYear})
	})
	bench(b, "without-cover-and-asked-about-1926", func() {
		c := build(Spec{Name: "office", Zone: warsaw, Week: week, Holidays: everyYear})
		if _, err := c.Open(time.Date(1926, 6, 7, 12, 0, 0, 0, warsaw)); err != nil {
			b.Fatal(err)
		}
	})
}

// stateHolidays are as many as a country has, and known for every year.
func stateHolidays() []Holiday {
	holidays := []Holiday{{Name: "Easter Monday", On: Easter{Offset: 1}}, {Name: "Corpus Christi", On: Easter{Offset: 60}}}
	for month := time.January; month <= time.November; month++ {
		holidays = append(holidays, Holiday{Name: month.String(), On: Yearly{month, 6}})
	}
	return holidays
}

func TestNoAllocations(t *testing.T) {
	c := office(t, "Europe/Warsaw")
	a, b := instant(t, c.Zone(), "Thu 2026-06-11 16:00"), instant(t, c.Zone(), "Wed 2027-06-16 09:00:00.5")
	d := civil(a)
	for name, ask := range map[string]func(){
		"Open":        func() { _, _ = c.Open(a) },
		"Add":         func() { _, _ = c.Add(a, 2000*time.Hour) },
		"Add, back":   func() { _, _ = c.Add(b, -2000*time.Hour) },
		"Between":     func() { _, _ = c.Between(a, b) },
		"NextOpening": func() { _, _ = c.NextOpening(a) },
		"NextClosing": func() { _, _ = c.NextClosing(a) },
		"PrevOpening": func() { _, _ = c.PrevOpening(a) },
		"PrevClosing": func() { _, _ = c.PrevClosing(a) },
		"Roll":        func() { _, _ = c.Roll(a) },
		"Read":        func() { _, _, _ = c.Read(a) },
		"At":          func() { _, _ = c.At(d, Clock(12, 0, 0)) },
		"Working":     func() { _, _, _ = c.Working(d) },
		"Step":        func() { _, _ = c.Step(d, 250) },
	} {
		if n := testing.AllocsPerRun(100, ask); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
