package worktime

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// twin answers what Calendar answers by walking minute after minute (or by seconds, where a zone's
// offsets have some), and holds
// to the definitions word by word: the reading of an instant is the highest that
// the zone's clock has shown, and an interval is open while the reading lies in it.
type twin struct {
	from  int64 // Unix seconds of the first step
	width int64 // of a step, in seconds
	open  []bool
	date  []int // as which each step is read
}

// newTwin walks from some days before the date first to some days after last.
func newTwin(s Spec, width int64, first, last Date) *twin {
	const lead = 3
	from := int64(first.number()-lead) * secondsPerDay
	to := int64(last.number()+lead) * secondsPerDay
	tw := &twin{from: from, width: width}
	highest := int64(-1 << 62)
	hours := s.hoursByDate()
	shown := map[int]bool{}
	walls := make([]int64, 0, (to-from)/width)
	for at := from; at < to; at += width {
		_, offset := time.Unix(at, 0).In(s.Zone).Zone()
		highest = max(highest, at+int64(offset))
		walls = append(walls, highest)
		shown[int(floorDiv(highest, secondsPerDay))] = true
	}
	for _, wall := range walls {
		today := int(floorDiv(wall, secondsPerDay))
		open, date := false, today
		for number := today; number >= today-1; number-- { // so that the earlier date wins
			if !shown[number] {
				continue
			}
			for _, iv := range hours(number) {
				past := wall - int64(number)*secondsPerDay
				if iv.From.seconds() <= past && past < iv.end().seconds() {
					open, date = true, number
				}
			}
		}
		tw.open = append(tw.open, open)
		tw.date = append(tw.date, date)
	}
	return tw
}

// hoursByDate is the precedence, said plainly.
func (s Spec) hoursByDate() func(number int) []Interval {
	closed := map[int]bool{}
	for _, h := range s.Holidays {
		for _, d := range h.On.(OnDates) {
			closed[d.number()] = true
		}
	}
	return func(number int) []Interval {
		d := dateOf(number)
		for _, e := range s.Days {
			if e.Date == d {
				return e.Hours
			}
		}
		if closed[number] {
			return nil
		}
		for _, season := range s.Seasons {
			if hours, ok := season.Week[d.Weekday()]; ok && season.contains(d) {
				return hours
			}
		}
		return s.Week[d.Weekday()]
	}
}

func (tw *twin) step(t time.Time) int { return int((t.Unix() - tw.from) / tw.width) }

func (tw *twin) at(step int) time.Time { return time.Unix(tw.from+int64(step)*tw.width, 0) }

func (tw *twin) length() time.Duration { return time.Duration(tw.width) * time.Second }

func (tw *twin) between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -tw.between(b, a)
	}
	var sum time.Duration
	for m := tw.step(a); m <= tw.step(b); m++ {
		if !tw.open[m] {
			continue
		}
		start := tw.at(m)
		lo, hi := start, start.Add(tw.length())
		if lo.Before(a) {
			lo = a
		}
		if hi.After(b) {
			hi = b
		}
		if lo.Before(hi) {
			sum += hi.Sub(lo)
		}
	}
	return sum
}

// add walks until d is used up; ok is false where the walk leaves the twin.
func (tw *twin) add(t time.Time, d time.Duration) (time.Time, bool) {
	switch {
	case d == 0:
		return t, true
	case d < 0:
		return tw.back(t, -d)
	}
	for m := tw.step(t); m < len(tw.open); m++ {
		start := tw.at(m)
		lo := start
		if lo.Before(t) {
			lo = t
		}
		left := start.Add(tw.length()).Sub(lo)
		if !tw.open[m] {
			continue
		}
		if d <= left {
			return lo.Add(d), true
		}
		d -= left
	}
	return time.Time{}, false
}

func (tw *twin) back(t time.Time, d time.Duration) (time.Time, bool) {
	for m := tw.step(t); m >= 0; m-- {
		start := tw.at(m)
		hi := start.Add(tw.length())
		if hi.After(t) {
			hi = t
		}
		if !tw.open[m] {
			continue
		}
		left := hi.Sub(start)
		if d <= left {
			return hi.Add(-d), true
		}
		d -= left
	}
	return time.Time{}, false
}

// zones have clock changes at midnight, of half an hour, of a whole day, in
// opposite seasons, inside the spring of a fast, and none at all.
var zones = []string{
	"UTC", "Asia/Jerusalem", "Europe/Warsaw", "Asia/Tehran", "Europe/Belgrade", "Atlantic/Azores",
	"America/Santiago", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca",
	"America/St_Johns", "Asia/Kathmandu", "Pacific/Kwajalein", "Asia/Gaza", "Antarctica/Troll",
}

// restless are dates near which one of these clocks does something unusual.
var restless = []Date{
	{2011, 12, 30}, {1969, 9, 30}, {1993, 8, 21}, {2026, 3, 27}, {2026, 10, 25}, {2026, 9, 6}, {2026, 4, 5},
	{2026, 11, 1}, {2026, 3, 8}, {2026, 10, 4}, {2024, 12, 31}, {2044, 12, 31}, {2027, 2, 7}, {2006, 10, 29},
	{2100, 2, 28}, {2150, 6, 6}, {1976, 1, 1}, {2000, 2, 29}, {2018, 11, 3}, {2010, 3, 27},
}

func drawZone(t *rapid.T) *time.Location {
	loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func drawHours(t *rapid.T, label string) []Interval {
	n := rapid.IntRange(0, 3).Draw(t, label+" intervals")
	var hours []Interval
	for range n {
		step := TimeOfDay(15 * time.Minute)
		iv := Interval{
			TimeOfDay(rapid.IntRange(0, 95).Draw(t, label+" from")) * step,
			TimeOfDay(rapid.IntRange(0, 96).Draw(t, label+" to")) * step,
		}
		if CheckHours(append(hours, iv)) == nil {
			hours = append(hours, iv)
		}
	}
	return hours
}

// drawSpec draws a calendar whose unusual dates lie around the middle.
func drawSpec(t *rapid.T, middle Date) Spec {
	s := Spec{Name: "drawn", Zone: drawZone(t)}
	for day := range s.Week {
		s.Week[day] = drawHours(t, time.Weekday(day).String())
	}
	near := func(label string) Date { return middle.AddDays(rapid.IntRange(-12, 12).Draw(t, label)) }
	if rapid.Bool().Draw(t, "holidays") {
		s.From, s.To = middle.Year-1, middle.Year+1
		s.Holidays = []Holiday{{Name: "drawn", On: OnDates{near("holiday"), near("holiday")}}}
	}
	if rapid.Bool().Draw(t, "dated entry") {
		s.Days = []Exception{{Date: near("entry"), Hours: drawHours(t, "entry")}}
	}
	if rapid.Bool().Draw(t, "season") {
		from, to := near("season"), near("season")
		if from.Year != to.Year {
			to = from
		}
		s.Seasons = []Season{{
			Name: "drawn", From: Date{0, from.Month, from.Day}, To: Date{0, to.Month, to.Day},
			Week: map[time.Weekday][]Interval{middle.Weekday(): drawHours(t, "season")},
		}}
	}
	return s
}

// drawCalendar draws a calendar and its twin around an unusual date.
func drawCalendar(t *rapid.T) (*Calendar, *twin, Date) {
	middle := rapid.OneOf(
		rapid.SampledFrom(restless),
		rapid.Custom(func(t *rapid.T) Date {
			return Date{rapid.IntRange(1973, 2150).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day")}
		}),
	).Draw(t, "middle")
	spec := drawSpec(t, middle)
	c, err := New(spec)
	if err != nil {
		t.Skip(err.Error())
	}
	return c, newTwin(spec, 60, middle.AddDays(-15), middle.AddDays(15)), middle
}

func drawInstant(t *rapid.T, middle Date, label string) time.Time {
	at := int64(middle.number()) * secondsPerDay
	at += rapid.Int64Range(-10*secondsPerDay, 10*secondsPerDay).Draw(t, label)
	if rapid.Bool().Draw(t, label+" on a quarter") {
		at -= at % (15 * 60)
	}
	return time.Unix(at, rapid.SampledFrom([]int64{0, 0, 1, 500_000_000, 999_999_999}).Draw(t, label+" ns"))
}

// agree compares every answer of the calendar with the twin's.
func agree(t *rapid.T) {
	c, tw, middle := drawCalendar(t)
	a, b := drawInstant(t, middle, "a"), drawInstant(t, middle, "b")

	between, err := c.Between(a, b)
	if want := tw.between(a, b); err != nil || between != want {
		t.Fatalf("Between(%v, %v) = %v, %v, want %v", a.In(c.zone), b.In(c.zone), between, err, want)
	}
	open, err := c.Open(a)
	if want := tw.open[tw.step(a)]; err != nil || open != want {
		t.Fatalf("Open(%v) = %v, %v, want %v", a.In(c.zone), open, err, want)
	}
	date, _, err := c.Read(a)
	if want := dateOf(tw.date[tw.step(a)]); err != nil || date != want {
		t.Fatalf("Read(%v) = %v, %v, want %v", a.In(c.zone), date, err, want)
	}
	addAgrees(t, c, tw, a, between)
	addAgrees(t, c, tw, a, time.Duration(rapid.Int64Range(-int64(30*time.Hour), int64(30*time.Hour)).Draw(t, "d")))
	edgesAgree(t, c, tw, a)
	periodsAgree(t, c, tw, a, b)
}

func addAgrees(t *rapid.T, c *Calendar, tw *twin, a time.Time, d time.Duration) {
	got, err := c.Add(a, d)
	want, ok := tw.add(a, d)
	if ok && (err != nil || !got.Equal(want)) {
		t.Fatalf("Add(%v, %v) = %v, %v, want %v", a.In(c.zone), d, got, err, want.In(c.zone))
	}
	if err != nil {
		return
	}
	if back, err := c.Between(a, got); err != nil || back != d {
		t.Fatalf("Between(%v, Add(%v)) = %v, %v", a.In(c.zone), d, back, err)
	}
}

// edgesAgree checks that the next and previous openings and closings are where
// the twin's minutes change.
func edgesAgree(t *rapid.T, c *Calendar, tw *twin, a time.Time) {
	check := func(name string, got time.Time, err error, dir int, opening bool) {
		for m := tw.step(a) + max(dir, 0); m > 0 && m < len(tw.open); m += dir {
			at := tw.at(m)
			if dir > 0 && !at.After(a) || dir < 0 && !at.Before(a) || tw.open[m] == tw.open[m-1] || tw.open[m] != opening {
				continue
			}
			if err != nil || !got.Equal(at) {
				t.Fatalf("%s(%v) = %v, %v, want %v", name, a.In(c.zone), got, err, at.In(c.zone))
			}
			return
		}
	}
	got, err := c.NextOpening(a)
	check("NextOpening", got, err, 1, true)
	got, err = c.NextClosing(a)
	check("NextClosing", got, err, 1, false)
	got, err = c.PrevOpening(a)
	check("PrevOpening", got, err, -1, true)
	got, err = c.PrevClosing(a)
	check("PrevClosing", got, err, -1, false)
}

// periodsAgree checks that the periods are apart, open, and add up to Between.
func periodsAgree(t *rapid.T, c *Calendar, tw *twin, a, b time.Time) {
	if b.Before(a) {
		a, b = b, a
	}
	periods, err := c.Periods(a, b)
	if err != nil {
		t.Fatal(err)
	}
	var sum time.Duration
	last := a.Add(-1)
	for p := range periods {
		if !p.Open.After(last) || !p.Close.After(p.Open) || !tw.open[tw.step(p.Open)] {
			t.Fatalf("Periods(%v, %v) gave %v after %v", a, b, p, last)
		}
		sum += p.Close.Sub(p.Open)
		last = p.Close
	}
	if want := tw.between(a, b); sum != want {
		t.Fatalf("Periods(%v, %v) add up to %v, want %v", a, b, sum, want)
	}
}

func TestTwin(t *testing.T) { rapid.Check(t, agree) }

func FuzzTwin(f *testing.F) { f.Fuzz(rapid.MakeFuzz(agree)) }
