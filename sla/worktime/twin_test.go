package worktime

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// twin answers what Calendar answers by walking step after step, minutes or
// seconds, and holds to the definitions word by word: the reading of an instant
// is the highest that the zone's clock has shown, and hours are open while the
// reading lies in them.
type twin struct {
	first, last Date // which it knows entirely, with a day around them

	from  int64 // Unix seconds of the first step
	width int64 // of a step, in seconds
	wall  []int64
	open  []bool
	date  []int        // as which each step is read
	days  map[int]*own // the working dates
}

// own is what a date has for itself, without what is the night's before: the
// first step, and the one behind the last. Both are 0 if nothing is left.
type own struct{ first, behind int }

// newTwin walks from before the date first to behind the date last.
func newTwin(s Spec, width int64, first, last Date) *twin {
	tw := &twin{
		first: first, last: last, width: width, days: map[int]*own{},
		from: int64(first.number()-1) * secondsPerDay,
	}
	to := int64(last.number()+3) * secondsPerDay
	steps := (to - tw.from) / width
	tw.wall, tw.open, tw.date = make([]int64, 0, steps), make([]bool, 0, steps), make([]int, 0, steps)

	hours := make([][]Interval, last.number()-first.number()+9)
	base := first.number() - 4
	highest := int64(-never)
	for at := tw.from - secondsPerDay; at < to; at += width {
		_, offset := time.Unix(at, 0).In(s.Zone).Zone()
		highest = max(highest, at+int64(offset))
		if at >= tw.from {
			tw.wall = append(tw.wall, highest)
		}
		// A date that the clock never shows keeps no hours.
		if number := int(floorDiv(highest, secondsPerDay)); hours[number-base] == nil {
			hours[number-base] = append([]Interval{}, s.hoursOf(number)...)
		}
	}
	for step, wall := range tw.wall {
		today := int(floorDiv(wall, secondsPerDay))
		open, date := false, today
		for number := today; number >= today-1; number-- { // so that the earlier date wins
			if !within(hours[number-base], wall-int64(number)*secondsPerDay) {
				continue
			}
			open, date = true, number
			if tw.days[number] == nil {
				tw.days[number] = &own{}
			}
		}
		tw.open, tw.date = append(tw.open, open), append(tw.date, date)
		if open {
			tw.days[date].add(step)
		}
	}
	return tw
}

func (o *own) add(step int) {
	if o.behind == 0 {
		o.first = step
	}
	o.behind = step + 1
}

func within(hours []Interval, past int64) bool {
	for _, iv := range hours {
		if iv.From.seconds() <= past && past < iv.end().seconds() {
			return true
		}
	}
	return false
}

// hoursOf is the precedence, said plainly.
func (s *Spec) hoursOf(number int) []Interval {
	d := dateOf(number)
	for _, e := range s.Days {
		if e.Date == d {
			return e.Hours
		}
	}
	for _, h := range s.Holidays {
		switch on := h.On.(type) {
		case OnDates:
			if slices.Contains(on, d) {
				return nil
			}
		case Yearly:
			if on.Month == d.Month && on.Day == d.Day {
				return nil
			}
		}
	}
	for _, season := range s.Seasons {
		if hours, ok := season.Week[d.Weekday()]; ok && season.contains(d) {
			return hours
		}
	}
	return s.Week[d.Weekday()]
}

func (tw *twin) step(t time.Time) int { return int(floorDiv(t.Unix()-tw.from, tw.width)) }

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
		lo, hi := tw.at(m), tw.at(m+1)
		if lo.Before(a) {
			lo = a
		}
		if hi.After(b) {
			hi = b
		}
		sum += max(0, hi.Sub(lo))
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
		if !tw.open[m] {
			continue
		}
		lo := tw.at(m)
		if lo.Before(t) {
			lo = t
		}
		left := tw.at(m + 1).Sub(lo)
		if d <= left {
			return lo.Add(d), true
		}
		d -= left
	}
	return time.Time{}, false
}

func (tw *twin) back(t time.Time, d time.Duration) (time.Time, bool) {
	for m := tw.step(t); m >= 0; m-- {
		if !tw.open[m] {
			continue
		}
		hi := tw.at(m + 1)
		if hi.After(t) {
			hi = t
		}
		left := hi.Sub(tw.at(m))
		if d <= left {
			return hi.Add(-d), true
		}
		d -= left
	}
	return time.Time{}, false
}

// shows finds the first instant at which the clock shows a time or a later one.
func (tw *twin) shows(d Date, tod TimeOfDay) time.Time {
	wall := int64(d.number()) * secondsPerDay
	for m, shown := range tw.wall {
		past := time.Duration(tod) - time.Duration(shown-wall)*time.Second
		if past < tw.length() {
			return tw.at(m).Add(max(0, past))
		}
	}
	return time.Time{}
}

// workingDate walks date by date to the nth working date from d; ok is false
// where the walk leaves the twin.
func (tw *twin) workingDate(d Date, n int) (_ Date, ok bool) {
	dir, left := 1, n
	if n < 0 {
		dir, left = -1, -n
	}
	if n == 0 && tw.days[d.number()] != nil {
		return d, true
	}
	for left = max(left, 1); left > 0; {
		d = d.AddDays(dir)
		if tw.days[d.number()] != nil {
			left--
		}
		if d.Compare(tw.first) < 0 || d.Compare(tw.last) > 0 {
			return Date{}, false
		}
	}
	return d, true
}

// A family is a kind of random calendars, and how finely its twin walks.
type family struct {
	zones  []string
	dates  []Date // near which one of the clocks does something unusual
	years  [2]int
	width  int64 // in seconds, of the twin's steps and of the hours
	around int   // the days around the date that are drawn
}

// The zones have clock changes at midnight, of half an hour, of a whole day, in
// opposite seasons, inside the spring of a fast, and none at all.
var byMinutes = family{
	zones: []string{
		"UTC", "Asia/Jerusalem", "Europe/Warsaw", "Asia/Tehran", "Europe/Belgrade", "Atlantic/Azores",
		"America/Santiago", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca",
		"America/St_Johns", "Asia/Kathmandu", "Pacific/Kwajalein", "Asia/Gaza", "Antarctica/Troll",
		"Asia/Beirut", "Africa/Cairo", "America/New_York", "Europe/Dublin",
	},
	dates: []Date{
		{2011, 12, 30}, {1969, 9, 30}, {1993, 8, 21}, {2026, 3, 27}, {2026, 10, 25}, {2026, 9, 6}, {2026, 4, 5},
		{2026, 11, 1}, {2026, 3, 8}, {2026, 10, 4}, {2024, 12, 31}, {2044, 12, 31}, {2027, 2, 7}, {2006, 10, 29},
		{2100, 2, 28}, {2150, 6, 6}, {1976, 1, 1}, {2000, 2, 29}, {2018, 11, 3}, {2010, 3, 27}, {2048, 12, 31},
		{2000, 1, 1}, {2059, 12, 31}, {2022, 9, 21}, {2026, 2, 15},
	},
	years: [2]int{1973, 2150}, width: 60, around: 12,
}

// Local mean times have offsets with seconds.
var bySeconds = family{
	zones: []string{
		"Europe/Warsaw", "Asia/Jerusalem", "Asia/Tehran", "Europe/Belgrade", "Africa/Monrovia", "Atlantic/Azores",
		"America/Havana", "America/Santiago", "Pacific/Apia", "America/St_Johns", "Africa/Casablanca", "Asia/Manila",
	},
	dates: []Date{
		{1915, 8, 5}, {1918, 1, 1}, {1935, 6, 13}, {1884, 1, 1}, {1972, 1, 7}, {1912, 1, 1}, {1925, 7, 19},
		{1910, 1, 10}, {1892, 7, 4}, {1935, 3, 30}, {1913, 10, 26}, {1844, 12, 31}, {1916, 7, 1},
	},
	years: [2]int{1880, 1935}, width: 1, around: 1,
}

func drawZone(t *rapid.T, names []string) *time.Location {
	loc, err := time.LoadLocation(rapid.SampledFrom(names).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func (f *family) drawTime(t *rapid.T, label string) TimeOfDay {
	quarters := TimeOfDay(rapid.IntRange(0, 95).Draw(t, label)) * TimeOfDay(15*time.Minute)
	if f.width > 1 || rapid.Bool().Draw(t, label+" on a quarter") {
		return quarters
	}
	return quarters + TimeOfDay(rapid.IntRange(0, 15*60-1).Draw(t, label+" seconds"))*TimeOfDay(time.Second)
}

func (f *family) drawHours(t *rapid.T, label string) []Interval {
	n := rapid.IntRange(0, 3).Draw(t, label+" intervals")
	var hours []Interval
	for range n {
		iv := Interval{f.drawTime(t, label+" from"), f.drawTime(t, label+" to")}
		if iv.To == 0 && rapid.Bool().Draw(t, label+" to 24:00") {
			iv.To = Midnight24
		}
		if CheckHours(append(hours, iv)) == nil {
			hours = append(hours, iv)
		}
	}
	return hours
}

// drawSpec draws a calendar whose unusual dates lie around the middle.
func (f *family) drawSpec(t *rapid.T, middle Date) Spec {
	s := Spec{Name: "drawn", Zone: drawZone(t, f.zones)}
	for day := range s.Week {
		s.Week[day] = f.drawHours(t, time.Weekday(day).String())
	}
	near := func(label string) Date { return middle.AddDays(rapid.IntRange(-f.around, f.around).Draw(t, label)) }
	if rapid.Bool().Draw(t, "cover") || f.width == 1 {
		s.From, s.To = middle.Year-1, middle.Year+1
	}
	switch kind := rapid.SampledFrom([]string{"none", "dates", "yearly"}).Draw(t, "holidays"); {
	case kind == "dates" && s.From != 0:
		s.Holidays = []Holiday{{Name: "drawn", On: OnDates{near("holiday"), near("holiday")}}}
	case kind == "yearly":
		d := near("holiday")
		s.Holidays = []Holiday{{Name: "drawn", On: Yearly{d.Month, d.Day}}}
	}
	if rapid.Bool().Draw(t, "dated entry") {
		s.Days = []Exception{{Date: near("entry"), Hours: f.drawHours(t, "entry")}}
	}
	if rapid.Bool().Draw(t, "season") {
		from, to := near("season"), near("season")
		s.Seasons = []Season{{
			Name: "drawn", From: Date{0, from.Month, from.Day}, To: Date{0, to.Month, to.Day},
			Week: map[time.Weekday][]Interval{middle.Weekday(): f.drawHours(t, "season")},
		}}
	}
	return s
}

// question is a calendar, its twin, and what both are asked about.
type question struct {
	*rapid.T
	family
	c      *Calendar
	tw     *twin
	middle Date
}

func (f *family) draw(t *rapid.T) question {
	middle := rapid.OneOf(
		rapid.SampledFrom(f.dates),
		rapid.Custom(func(t *rapid.T) Date {
			year := rapid.IntRange(f.years[0], f.years[1]).Draw(t, "year")
			return Date{year, time.January, 1}.AddDays(rapid.IntRange(0, 364).Draw(t, "day"))
		}),
	).Draw(t, "middle")
	spec := f.drawSpec(t, middle)
	c, err := New(spec)
	if err != nil {
		t.Skip(err.Error())
	}
	return question{t, *f, c, newTwin(spec, f.width, middle.AddDays(-f.around), middle.AddDays(f.around)), middle}
}

func (q question) instant(label string) time.Time {
	reach := int64(q.around) * secondsPerDay
	at := int64(q.middle.number())*secondsPerDay + rapid.Int64Range(-reach, reach).Draw(q.T, label)
	if rapid.Bool().Draw(q.T, label+" on a quarter") {
		at -= at % (15 * 60)
	}
	return time.Unix(at, rapid.SampledFrom([]int64{0, 0, 1, 500_000_000, 999_999_999}).Draw(q.T, label+" ns"))
}

func (q question) date(label string) Date {
	return q.middle.AddDays(rapid.IntRange(-q.around, q.around).Draw(q.T, label))
}

// show writes an instant for a failure.
func (q question) show(t time.Time) string { return q.c.show(t) }

// agree compares every answer of a calendar with the twin's.
func (f *family) agree(t *rapid.T) {
	q := f.draw(t)
	a, b := q.instant("a"), q.instant("b")
	between, err := q.c.Between(a, b)
	if want := q.tw.between(a, b); err != nil || between != want {
		t.Fatalf("Between(%s, %s) = %v, %v, want %v", q.show(a), q.show(b), between, err, want)
	}
	open, err := q.c.Open(a)
	if want := q.tw.open[q.tw.step(a)]; err != nil || open != want {
		t.Fatalf("Open(%s) = %v, %v, want %v", q.show(a), open, err, want)
	}
	q.addAgrees(a, between)
	q.addAgrees(a, time.Duration(rapid.Int64Range(-int64(30*time.Hour), int64(30*time.Hour)).Draw(t, "d")))
	q.edgesAgree(a)
	q.periodsAgree(a, b)
	q.readAgrees(a)
	q.atAgrees(q.date("date"), TimeOfDay(rapid.Int64Range(0, int64(36*time.Hour)).Draw(t, "time of day")))
	q.daysAgree(q.date("from"), rapid.IntRange(-5, 5).Draw(t, "n"))
}

func (q question) addAgrees(a time.Time, d time.Duration) {
	got, err := q.c.Add(a, d)
	want, ok := q.tw.add(a, d)
	if ok && (err != nil || !got.Equal(want)) {
		q.Fatalf("Add(%s, %v) = %v, %v, want %s", q.show(a), d, got, err, q.show(want))
	}
	if err != nil {
		return
	}
	if back, err := q.c.Between(a, got); err != nil || back != d {
		q.Fatalf("Between(%s, Add(%v)) = %v, %v", q.show(a), d, back, err)
	}
}

// edgesAgree checks that the next and previous openings and closings are where
// the twin's steps change.
func (q question) edgesAgree(a time.Time) {
	tw := q.tw
	check := func(name string, find func(time.Time) (time.Time, error), dir int, opening bool) {
		got, err := find(a)
		for m := tw.step(a) + max(dir, 0); m > 0 && m < len(tw.open); m += dir {
			at := tw.at(m)
			if dir < 0 && !at.Before(a) || tw.open[m] == tw.open[m-1] || tw.open[m] != opening {
				continue
			}
			if err != nil || !got.Equal(at) {
				q.Fatalf("%s(%s) = %v, %v, want %s", name, q.show(a), got, err, q.show(at))
			}
			return
		}
	}
	check("NextOpening", q.c.NextOpening, 1, true)
	check("NextClosing", q.c.NextClosing, 1, false)
	check("PrevOpening", q.c.PrevOpening, -1, true)
	check("PrevClosing", q.c.PrevClosing, -1, false)
}

// periodsAgree checks that the periods are apart, open, and add up to Between.
func (q question) periodsAgree(a, b time.Time) {
	if b.Before(a) {
		a, b = b, a
	}
	periods, err := q.c.Periods(a, b)
	if err != nil {
		q.Fatal(err)
	}
	var sum time.Duration
	last := a.Add(-1)
	for p := range periods {
		if !p.Open.After(last) || !p.Close.After(p.Open) || !q.tw.open[q.tw.step(p.Open)] {
			q.Fatalf("Periods(%s, %s) gave %v after %v", q.show(a), q.show(b), p, last)
		}
		sum += p.Close.Sub(p.Open)
		last = p.Close
	}
	if want := q.tw.between(a, b); sum != want {
		q.Fatalf("Periods(%s, %s) add up to %v, want %v", q.show(a), q.show(b), sum, want)
	}
}

// readAgrees checks the date, and that the time of day is the one at which At
// leads back: to the instant, or for a time that has been shown before to the
// first time that it was shown.
func (q question) readAgrees(a time.Time) {
	date, tod, err := q.c.Read(a)
	if want := dateOf(q.tw.date[q.tw.step(a)]); err != nil || date != want {
		q.Fatalf("Read(%s) = %v, %v, want %v", q.show(a), date, err, want)
	}
	back, err := q.c.At(date, tod)
	if want := q.tw.shows(date, tod); err != nil || !back.Equal(want) || back.After(a) {
		q.Fatalf("At(%v, %v), as which %s is read, = %v, %v, want %s", date, tod, q.show(a), back, err, q.show(want))
	}
	wall := time.Duration(q.tw.wall[q.tw.step(a)]-int64(date.number())*secondsPerDay) * time.Second
	if since := time.Duration(tod) - wall; since < 0 || since >= q.tw.length() {
		q.Fatalf("Read(%s) = %v %v, want within %v of %v", q.show(a), date, tod, q.tw.length(), TimeOfDay(wall))
	}
}

func (q question) atAgrees(d Date, tod TimeOfDay) {
	got, err := q.c.At(d, tod)
	if want := q.tw.shows(d, tod); err != nil || !got.Equal(want) {
		q.Fatalf("At(%v, %v) = %v, %v, want %s", d, tod, got, err, q.show(want))
	}
}

func (q question) daysAgree(d Date, n int) {
	want, inside := q.tw.workingDate(d, n)
	if !inside {
		return
	}
	day, err := q.c.Step(d, n)
	if err != nil || day.Date != want {
		q.Fatalf("Step(%v, %d) = %v, %v, want %v", d, n, day, err, want)
	}
	again, ok, err := q.c.Working(want)
	if err != nil || !ok || again != day {
		q.Fatalf("Working(%v) = %v, %v, %v, want %v", want, again, ok, err, day)
	}
	switch own := q.tw.days[want.number()]; {
	case own.behind == 0 && day.First != day.Last:
		q.Fatalf("Working(%v) = %v, but the night before has all its hours", want, day)
	case own.behind > 0 && (!day.First.Equal(q.tw.at(own.first)) || !day.Last.Equal(q.tw.at(own.behind))):
		q.Fatalf("Working(%v) = %v, want %s to %s", want, day, q.show(q.tw.at(own.first)), q.show(q.tw.at(own.behind)))
	}
	_, ok, err = q.c.Working(d)
	if works := q.tw.days[d.number()] != nil; err != nil || ok != works {
		q.Fatalf("Working(%v) = %v, %v, want %v", d, ok, err, works)
	}
}

func TestTwin(t *testing.T)        { rapid.Check(t, byMinutes.agree) }
func TestTwinSeconds(t *testing.T) { rapid.Check(t, bySeconds.agree) }

func FuzzTwin(f *testing.F)        { f.Fuzz(rapid.MakeFuzz(byMinutes.agree)) }
func FuzzTwinSeconds(f *testing.F) { f.Fuzz(rapid.MakeFuzz(bySeconds.agree)) }
