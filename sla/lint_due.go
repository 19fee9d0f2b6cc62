package sla

import (
	"encoding/binary"
	"iter"
	"slices"
	"time"

	"github.com/townclerk/townclerk/sla/worktime"
)

// How the due times of two rules compare is found from every start at which one of
// them may change its course: between two such starts each due time either stands
// still or moves along with the start, so that the difference is largest at one
// of them. A day whose surroundings are those of a day before is passed over,
// since nothing else can come of it.

// neverLater reports whether a is due at b's due time at the latest, whatever the
// start, as far as that is plain from the rules alone.
func neverLater(a, b *rule) bool {
	switch {
	case a.op == contract || b.op == contract:
		return a.op == b.op && a.cap == b.cap && neverLater(&a.subs[0], &b.subs[0])
	case a.op == window:
		return neverLater(&a.subs[1], b)
	case b.op == window:
		return neverLater(a, &b.subs[1])
	case a.op == latest:
		return all(a.subs, func(sub *rule) bool { return neverLater(sub, b) })
	case b.op == earliest:
		return all(b.subs, func(sub *rule) bool { return neverLater(a, sub) })
	case a.op == earliest:
		return slices.ContainsFunc(a.subs, func(sub rule) bool { return neverLater(&sub, b) })
	case b.op == latest:
		return slices.ContainsFunc(b.subs, func(sub rule) bool { return neverLater(a, &sub) })
	}
	return leafNeverLater(a, b)
}

func all(subs []rule, holds func(*rule) bool) bool {
	for i := range subs {
		if !holds(&subs[i]) {
			return false
		}
	}
	return true
}

func leafNeverLater(a, b *rule) bool {
	switch {
	case a.op == within && b.op == within && a.m.cal == nil:
		return a.d <= b.d // elapsed time passes at least as fast as any other
	case a.m != b.m || a.op != b.op:
		return false
	case a.op == within, a.op == immediate:
		return a.d <= b.d
	case a.op == workingDays:
		return a.days < b.days || a.days == b.days && a.at.notAfter(b.at)
	case a.op == cutoffs:
		return a.exclusive == b.exclusive && a.minute == b.minute && slices.EqualFunc(a.cutoffs, b.cutoffs, func(a, b cutoff) bool {
			return a.until == b.until && a.last == b.last && (a.days == 0) == (b.days == 0) &&
				(a.days < b.days || a.days == b.days && a.at.notAfter(b.at))
		})
	}
	return false
}

// notAfter reports whether one moment of a day is never after the other.
func (m moment) notAfter(o moment) bool {
	return o.kind == atClose || m == o || m.kind == atTime && o.kind == atTime && m.tod <= o.tod
}

// dueAt returns when the rule is due for a start where no contract is in force; ok
// is false where that is not covered.
func (l *linter) dueAt(r *rule, start time.Time) (due time.Time, ok bool) {
	return r.due(&starting{policy: l.p, start: start})
}

// due returns when the rule is due; ok is false where that is not covered.
func (r *rule) due(s *starting) (due time.Time, ok bool) {
	var marks [8]mark
	list, err := r.begin(s, marks[:0])
	if err != nil {
		return time.Time{}, false
	}
	at, _ := r.value(s.terms != nil, list)
	return at.time(), true
}

// compared is what a comparison finds: a start, and when the rules are due.
type compared struct{ start, a, b time.Time }

// farAhead is from how many days on the surroundings of a day are not compared:
// they are hardly ever those of another one.
const farAhead = 200

// compare looks for a start for which found says yes.
func (l *linter) compare(a, b *rule, found func(compared) bool) (compared, bool) {
	w := l.walk(a, b)
	seen := map[string]bool{}
	for n := range w.days() {
		// What follows the last start depends on what follows its due time.
		last, covered := w.last(l.shapes.midnight(n + 1))
		if covered && last-n < farAhead {
			key := w.surroundings(n-1, last+1)
			if seen[string(key)] {
				continue
			}
			seen[string(key)] = true
		}
		if c, yes := w.day(n, found); yes {
			return c, true
		}
	}
	return compared{}, false
}

// walk goes from day to day through the starts of rules.
type walk struct {
	l     *linter
	rules []*rule
	cals  []*worktime.Calendar
	key   []byte
}

func (l *linter) walk(rules ...*rule) *walk {
	if l.shapes.midnights == nil {
		l.layOut()
	}
	w := &walk{l: l, rules: rules}
	for _, r := range rules {
		w.measures(r)
	}
	return w
}

func (w *walk) measures(r *rule) {
	if r.m.cal != nil && !slices.Contains(w.cals, r.m.cal) {
		w.cals = append(w.cals, r.m.cal)
	}
	for i := range r.subs {
		w.measures(&r.subs[i])
	}
}

// The years of a calendar without cover that are looked at: those that it has
// compiled from the beginning, less one on either side.
const lintFrom, lintTo = 2001, 2058

// lintYear is our time, in which findings are looked for first.
const lintYear = 2026

// span returns the days that all calendars cover.
func (w *walk) span() (from, to int) {
	first, last := lintFrom, lintTo
	stated := false
	for _, cal := range w.cals {
		spec := w.l.p.source.specs[cal.Name()]
		switch {
		case spec.From == 0:
		case !stated:
			first, last, stated = spec.From, spec.To, true
		default:
			first, last = max(first, spec.From), min(last, spec.To)
		}
	}
	first, last = max(first, earliestYear), min(last, latestYear)
	base := w.l.shapes.first
	return dayNumber(worktime.Date{Year: first, Month: time.January, Day: 1}) - base, dayNumber(worktime.Date{Year: last, Month: time.December, Day: 31}) - base
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// years returns from when to when a calendar can be asked at no great cost.
func (l *linter) years(cal *worktime.Calendar) (from, to time.Time) {
	if l.p.source.specs[cal.Name()].From != 0 {
		return cal.Cover()
	}
	at := func(year int) time.Time {
		return l.shapes.midnight(dayNumber(worktime.Date{Year: year, Month: time.January, Day: 1}) - l.shapes.first)
	}
	return at(lintFrom-1).AddDate(0, 0, 1), at(lintTo + 1)
}

// days visits the days that all calendars cover, first those of our time.
func (w *walk) days() iter.Seq[int] {
	from, to := w.span()
	present := dayNumber(worktime.Date{Year: lintYear, Month: time.January, Day: 1}) - w.l.shapes.first
	present = max(from, min(present, to))
	return func(yield func(int) bool) {
		for n := present; n <= to; n++ {
			if !yield(n) {
				return
			}
		}
		for n := from; n < present; n++ {
			if !yield(n) {
				return
			}
		}
	}
}

// What a calendar can cover at the most, less the margins that are needed here.
const earliestYear, latestYear = 1680, 2259

// last returns the later day on which the rules are due for that start.
func (w *walk) last(start time.Time) (int, bool) {
	a, ok := w.l.dueAt(w.rules[0], start)
	b, ok2 := w.l.dueAt(w.rules[1], start)
	return dayNumber(dateOf(later(a, b).In(w.l.p.zone))) - w.l.shapes.first, ok && ok2
}

// surroundings writes down the shapes of the days, valid until the next call.
func (w *walk) surroundings(from, to int) []byte {
	w.key = w.key[:0]
	for n := from; n <= to; n++ {
		for _, cal := range w.cals {
			w.key = w.l.shapes.append(w.key, n, cal)
		}
	}
	return w.key
}

// starts returns all starts of one day at which a rule may change its course, with
// the instants beside them, in order; the first instant of the next day is the last.
func (w *walk) starts(n int) []time.Time {
	first, next := w.l.shapes.midnight(n), w.l.shapes.midnight(n+1)
	at := []time.Time{first, next}
	for _, c := range worktime.ClockChanges(w.l.p.zone, w.l.shapes.midnight(n-1), next) {
		at = append(at, c, c.Add(-jump(c))) // when a clock that went back has caught up
	}
	for _, r := range w.rules {
		at = w.edges(at, r, n)
	}
	starts := beside(at, first, next.Add(1))
	for _, r := range w.rules {
		starts = w.kinks(starts, r)
	}
	return starts
}

// day looks at all starts of one day.
func (w *walk) day(n int, found func(compared) bool) (compared, bool) {
	var odd []time.Time // of which people are told if there is no other
	for _, start := range w.starts(n) {
		if start.Nanosecond() != 0 {
			odd = append(odd, start)
		} else if c, ok := w.at(start); ok && found(c) {
			return c, true
		}
	}
	for _, start := range odd {
		if c, ok := w.at(start); ok && found(c) {
			return c, true
		}
	}
	return compared{}, false
}

// at returns when the rules are due; ok is false where that is not covered.
func (w *walk) at(start time.Time) (c compared, ok bool) {
	a, ok := w.l.dueAt(w.rules[0], start)
	b, ok2 := w.l.dueAt(w.rules[1], start)
	return compared{start, a, b}, ok && ok2
}

// jump returns by how much the clock goes forward at the instant.
func jump(c time.Time) time.Duration {
	_, before := c.Add(-1).Zone()
	_, after := c.Zone()
	return time.Duration(after-before) * time.Second
}

// edges adds the starts at which a leaf of the rule may change its course: the
// edges of its calendar, the times that it names, and the starts from which it
// leads to an edge.
func (w *walk) edges(at []time.Time, r *rule, n int) []time.Time {
	for i := range r.subs {
		at = w.edges(at, &r.subs[i], n)
	}
	cal := r.m.cal
	if len(r.subs) > 0 || cal == nil {
		return at
	}
	first, next := w.l.shapes.midnight(n), w.l.shapes.midnight(n+1)
	at = append(at, w.hours(cal, w.l.shapes.midnight(n-1), next)...)
	from, ok := w.l.dueAt(r, first)
	to, ok2 := w.l.dueAt(r, next)
	if r.d > 0 && ok && ok2 {
		for _, edge := range w.hours(cal, from.Add(-1), to.Add(1)) {
			if back, err := cal.Add(edge, -r.d); err == nil {
				at = append(at, back)
			}
		}
	}
	today := dateOf(w.l.shapes.midnight(n))
	for _, day := range []worktime.Date{today.AddDays(-1), today} { // a night belongs to the day before
		if hours, works, err := cal.Working(day); works && err == nil {
			at = append(at, hours.First, hours.Last) // also where the hours of two dates touch
		}
		for _, tod := range w.times(r, day) {
			if t, err := cal.At(day, tod); err == nil {
				at = append(at, t)
			}
		}
	}
	return at
}

// hours returns the openings and closings between two instants, and these.
func (w *walk) hours(cal *worktime.Calendar, from, to time.Time) []time.Time {
	least, most := w.l.years(cal)
	from, to = later(from, least), earlier(to, most)
	at := []time.Time{from, to}
	if periods, err := cal.Periods(from, to); err == nil {
		for p := range periods {
			at = append(at, p.Open, p.Close)
		}
	}
	return at
}

// times returns the times of a day at which starts are told apart by a leaf.
func (w *walk) times(r *rule, day worktime.Date) []worktime.TimeOfDay {
	var times []worktime.TimeOfDay
	for _, b := range r.cutoffs {
		times = append(times, b.until, b.until+worktime.TimeOfDay(time.Minute))
		if b.at.kind == atTime {
			times = append(times, b.at.tod)
		}
	}
	switch r.at.kind {
	case atTime:
		times = append(times, r.at.tod)
	case atSameTime:
		times = append(times, w.sameTimes(r, day)...)
	}
	return times
}

// sameTimes returns the times of day at which the date on which such a start is
// due opens or closes, or changes its clock.
func (w *walk) sameTimes(r *rule, day worktime.Date) []worktime.TimeOfDay {
	due, err := r.m.cal.Step(day, r.days)
	if err != nil {
		return nil
	}
	begin := w.l.shapes.midnight(dayNumber(due.Date) - w.l.shapes.first)
	instants := []time.Time{due.First, due.Last}
	var times []worktime.TimeOfDay
	for _, c := range worktime.ClockChanges(w.l.p.zone, begin, later(due.Last, begin.Add(26*time.Hour))) {
		by := jump(c)
		times = append(times, worktime.TimeOfDay(c.Sub(begin)), worktime.TimeOfDay(c.Sub(begin)+by))
		instants = append(instants, c)
	}
	for _, t := range instants {
		date, tod, err := r.m.cal.Read(t)
		if err != nil {
			continue
		}
		for ; date.Compare(due.Date) > 0; date = date.AddDays(-1) {
			tod += worktime.Midnight24
		}
		times = append(times, tod)
	}
	return times
}

// kinks adds the starts between two others at which of several due times another
// one begins to count.
func (w *walk) kinks(starts []time.Time, r *rule) []time.Time {
	if !r.asks(earliest) && !r.asks(latest) {
		return starts
	}
	var more []time.Time
	var left []time.Time
	for i, start := range starts {
		marks, err := w.leaves(r, start)
		if err != nil {
			left = nil
			continue
		}
		for j := range left {
			for k := range left {
				stands, moves := left[j].Equal(marks[j]), marks[k].Sub(left[k]) == start.Sub(starts[i-1])
				if by := left[j].Sub(left[k]); stands && moves && by > 0 && by < start.Sub(starts[i-1]) {
					more = append(more, starts[i-1].Add(by))
				}
			}
		}
		left = marks
	}
	if len(more) == 0 {
		return starts
	}
	first, last := starts[0], starts[len(starts)-1]
	return beside(append(more, starts...), first, last.Add(1))
}

// leaves returns when each leaf of the rule that counts is due.
func (w *walk) leaves(r *rule, start time.Time) ([]time.Time, error) {
	marks, err := r.begin(&starting{policy: w.l.p, start: start}, nil)
	var due []time.Time
	for _, m := range marks {
		due = append(due, m.at.time())
	}
	return due, err
}

// shapes tells days apart by their hours, so that days that look the same are
// known for such. Days are counted from the first one that is laid out.
type shapes struct {
	first     int // the number of that day, from 1970-01-01
	midnights []time.Time
	changes   map[int]bool // the days on which the zone's clock changes
	ids       map[string]uint32
	of        map[*worktime.Calendar][]uint32 // 0: not looked at yet
}

func dayNumber(d worktime.Date) int {
	return int(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// layOut prepares the days of all calendars of the policy, with a margin.
func (l *linter) layOut() {
	from, to := lintFrom, lintTo
	for _, spec := range l.p.source.specs {
		if spec.From != 0 {
			from, to = min(from, spec.From), max(to, spec.To)
		}
	}
	from, to = max(from, earliestYear), min(to, latestYear)
	first, last := worktime.Date{Year: from - 1, Month: time.January, Day: 1}, worktime.Date{Year: to + 1, Month: time.December, Day: 31}
	s := &l.shapes
	s.first, s.changes, s.ids = dayNumber(first), map[int]bool{}, map[string]uint32{}
	s.of = map[*worktime.Calendar][]uint32{}
	s.midnights = midnights(l.p.zone, first, last)
	for _, c := range worktime.ClockChanges(l.p.zone, s.midnights[0], s.midnights[len(s.midnights)-1]) {
		n, _ := slices.BinarySearchFunc(s.midnights, c.Add(1), time.Time.Compare)
		s.changes[n-1] = true
	}
}

// midnights returns the first instants of the dates.
func midnights(zone *time.Location, first, last worktime.Date) []time.Time {
	cal, err := worktime.New(worktime.Spec{Name: "midnights", Zone: zone, Week: worktime.AllHours(), From: max(first.Year-1, 1678), To: min(last.Year+1, 2261)})
	if err != nil {
		panic("sla: " + err.Error()) // the years are those of other calendars
	}
	var list []time.Time
	for d := first; d.Compare(last) <= 0; d = d.AddDays(1) {
		if t, err := cal.At(d, 0); err == nil {
			list = append(list, t)
		}
	}
	return list
}

// midnight returns the first instant of the nth day.
func (s *shapes) midnight(n int) time.Time {
	return s.midnights[min(max(n, 0), len(s.midnights)-1)]
}

// day returns the day to which the instant belongs, as far as days are laid out.
func (s *shapes) day(t time.Time) int {
	n, _ := slices.BinarySearchFunc(s.midnights, t.Add(1), time.Time.Compare)
	return min(max(n-1, 0), len(s.midnights)-2)
}

// append writes down the shape of the nth day.
func (s *shapes) append(key []byte, n int, cal *worktime.Calendar) []byte {
	if n < 0 || n >= len(s.midnights) {
		return binary.LittleEndian.AppendUint32(key, 0)
	}
	ids := s.of[cal]
	if ids == nil {
		ids = make([]uint32, len(s.midnights))
		s.of[cal] = ids
	}
	if ids[n] == 0 {
		text := string(s.shape(n, cal))
		id, ok := s.ids[text]
		if !ok {
			id = uint32(len(s.ids) + 1)
			s.ids[text] = id
		}
		ids[n] = id
	}
	return binary.LittleEndian.AppendUint32(key, ids[n])
}

// shape writes down all that an answer can depend on of the nth day.
func (s *shapes) shape(n int, cal *worktime.Calendar) []byte {
	from, to := s.midnight(n), s.midnight(n+1)
	var text []byte
	add := func(t time.Time) { text = binary.AppendVarint(text, int64(t.Sub(from))) }
	add(to)
	if s.changes[n] {
		for _, c := range worktime.ClockChanges(from.Location(), from, to) {
			add(c)
			text = binary.AppendVarint(text, int64(jump(c)))
		}
	}
	text = append(text, ';')
	periods, err := cal.Periods(from, to)
	if err != nil {
		return append(text, "not covered"...)
	}
	for p := range periods {
		add(p.Open)
		add(p.Close)
	}
	text = append(text, ';')
	if day, ok, err := cal.Working(dateOf(from)); ok && err == nil {
		add(day.First)
		add(day.Last)
	}
	return text
}

// dues looks at each target's rule by itself.
func (l *linter) dues() {
	for i, t := range l.p.targets {
		raw := &l.raw.Targets[i]
		here := l.at(t, "due")
		l.rule(here, t, &t.due, raw.Due)
		l.kind(t)
		if l.overridden(t) {
			l.add("calendar-overridden", l.at(t, "calendar"), args{"calendar": t.Calendar, "target": t.ID})
		}
	}
}

// kind compares what a target is called with its rule.
func (l *linter) kind(t *Target) {
	asks := func(o op) bool { return t.due.asks(o) }
	switch {
	case t.Kind == Window && !asks(window):
		l.add("window-without-minimum", l.at(t, "kind"), args{"target": t.ID})
	case t.Kind == Commitment && t.due.op == window:
		l.add("minimum-without-window", l.at(t, "kind"), args{"target": t.ID})
	case t.Kind == Contract && !asks(contract):
		l.add("contract-without-terms", l.at(t, "kind"), args{"target": t.ID})
	}
}

// overridden reports whether nothing counts on the target's own calendar.
func (l *linter) overridden(t *Target) bool {
	cal := l.p.calendars[t.Calendar]
	if t.due.op == appointment {
		return false
	}
	uses := slices.ContainsFunc(t.escalations, func(s step) bool { return s.m.cal == cal })
	return !uses && !t.due.counts(cal)
}

// counts reports whether a leaf of the rule counts on the calendar.
func (r *rule) counts(cal *worktime.Calendar) bool {
	if len(r.subs) == 0 {
		return r.m.cal == cal
	}
	return slices.ContainsFunc(r.subs, func(sub rule) bool { return sub.counts(cal) })
}

// rule looks at a rule and those inside it.
func (l *linter) rule(here path, t *Target, r *rule, raw *rawDue) {
	switch r.op {
	case within:
		l.within(here, r)
	case immediate:
		if r.d == 0 && t.Kind != Estimate {
			l.add("no-grace", here, args{"target": t.ID})
		}
	case workingDays:
		l.moment(here.Add("at"), r.m.cal, r.at)
	case cutoffs:
		l.cutoffs(here, r)
	case window:
		l.rule(here.Add("min"), t, &r.subs[0], raw.Min)
		l.rule(here.Add("max"), t, &r.subs[1], raw.Max)
		l.window(here, r)
	case contract:
		l.rule(here.Add("default"), t, &r.subs[0], raw.Default)
	case earliest:
		l.choice(here, "earliest", t, r, raw.Earliest)
	case latest:
		l.choice(here, "latest", t, r, raw.Latest)
	}
}

func (l *linter) within(here path, r *rule) {
	const day = 24 * time.Hour
	switch {
	case r.d == 0:
		l.add("no-time", here.Add("within"), nil)
	case r.m.cal != nil && r.d%day == 0:
		hours := l.hours(r.m.cal)
		if hours.longest <= 16*time.Hour && hours.longest > 0 {
			l.add("days-in-hours", here.Add("within"), args{
				"within": r.d, "calendar": r.m.cal.Name(), "days": int(r.d / day),
				"working": int((r.d + hours.longest - 1) / hours.longest), "longest": hours.longest,
			})
		}
	}
}

// moment checks that some day is open at a time at which something is due.
func (l *linter) moment(here path, cal *worktime.Calendar, m moment) {
	if m.kind != atTime {
		return
	}
	hours := l.hours(cal)
	a := args{"at": m.tod, "calendar": cal.Name(), "opens": hours.first, "closes": hours.last}
	switch {
	case m.tod < hours.first:
		l.add("due-before-opening", here, a)
	case m.tod > hours.last:
		l.add("due-after-closing", here, a)
	}
}

func (l *linter) cutoffs(here path, r *rule) {
	hours := l.hours(r.m.cal)
	for i := range r.cutoffs {
		b := &r.cutoffs[i]
		at := here.Add("cutoffs", i)
		l.moment(at.Add("at"), r.m.cal, b.at)
		a := args{"until": b.until, "calendar": r.m.cal.Name(), "opens": hours.first, "closes": hours.last}
		switch {
		case b.last:
		case b.until < hours.first:
			l.add("cutoff-before-opening", at.Add("until"), a)
		case b.until >= hours.last:
			l.add("cutoff-after-closing", at.Add("until"), a)
		}
		if i > 0 && r.cutoffs[i-1].days == b.days && r.cutoffs[i-1].at == b.at && slices.Equal(r.cutoffs[i-1].meets, b.meets) {
			l.add("cutoff-without-effect", at, args{"until": r.cutoffs[i-1].until})
		}
	}
}

// window checks that the minimum is not after the maximum.
func (l *linter) window(here path, r *rule) {
	low, high := &r.subs[0], &r.subs[1]
	if neverLater(low, high) {
		return
	}
	if c, yes := l.compare(low, high, func(c compared) bool { return c.a.After(c.b) }); yes {
		l.add("window-backwards", here, args{"start": l.in(c.start), "min": l.in(c.a), "max": l.in(c.b)})
	}
}

func (l *linter) in(t time.Time) time.Time { return t.In(l.p.zone) }

// choice finds rules of which another one always goes before.
func (l *linter) choice(here path, key string, t *Target, r *rule, raws []rawDue) {
	for i := range r.subs {
		l.rule(here.Add(key, i), t, &r.subs[i], &raws[i])
		for j := range r.subs {
			if i != j && l.idle(&r.subs[i], &r.subs[j], r.op, i > j) {
				l.add("choice-without-effect", here.Add(key, i), args{"choice": key, "n": i + 1, "other": j + 1})
				break
			}
		}
	}
}

// idle reports whether r never goes before o; of two that are always the same it
// is the second.
func (l *linter) idle(r, o *rule, which op, second bool) bool {
	if which == latest {
		r, o = o, r
	}
	if r.asks(contract) || o.asks(contract) {
		return false
	}
	before := false
	if !neverLater(o, r) {
		_, before = l.compare(r, o, func(c compared) bool { return c.a.Before(c.b) })
	}
	if before {
		return false
	}
	if second {
		return true
	}
	if neverLater(r, o) {
		return false
	}
	_, differ := l.compare(r, o, func(c compared) bool { return !c.a.Equal(c.b) })
	return differ
}

// pairs compares the due times of targets that can count for the same ticket.
func (l *linter) pairs() {
	for i := range l.places {
		l.priorities(&l.places[i])
	}
	for i, a := range l.p.targets {
		for j, b := range l.p.targets {
			if a.Metric == b.Metric || a.uncertain() || b.uncertain() || !overlap(a.Start, b.Start) || !slices.Equal(a.Approvals, b.Approvals) || !l.together(a, b) {
				continue
			}
			if i < j && a.Kind == b.Kind && overlap(a.Meets, b.Meets) {
				l.conflict(a, b)
			} else if l.precedes(a, b) {
				l.order(a, b)
			}
		}
	}
}

// uncertain reports whether nothing can be said of when the target is due, or
// nothing is promised.
func (t *Target) uncertain() bool {
	return t.Kind == Estimate || t.due.op == appointment || t.due.asks(contract)
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// together reports whether both targets count for some ticket.
func (l *linter) together(a, b *Target) bool {
	mine, others := l.boxes(a), l.boxes(b)
	return slices.ContainsFunc(mine, func(m box) bool { return meetsAny(others, m) })
}

// boxes returns the combinations for which the target counts.
func (l *linter) boxes(t *Target) []box {
	for i := range l.places {
		if l.places[i].name == t.Metric {
			return l.places[i].of(t)
		}
	}
	return nil
}

// precedes reports whether some target counts from what meets a to what meets b.
func (l *linter) precedes(a, b *Target) bool {
	return !overlap(a.Meets, b.Meets) && slices.ContainsFunc(l.p.targets, func(t *Target) bool {
		return overlap(t.Start, a.Meets) && overlap(t.Meets, b.Meets)
	})
}

func (l *linter) conflict(a, b *Target) {
	if neverLater(&a.due, &b.due) && neverLater(&b.due, &a.due) {
		return
	}
	if c, yes := l.compare(&a.due, &b.due, func(c compared) bool { return !c.a.Equal(c.b) }); yes {
		l.add("conflicting-targets", l.at(b, "due"), args{
			"target": b.ID, "other": a.ID, "start": l.in(c.start), "due": l.in(c.b), "otherDue": l.in(c.a),
			"event": both(a.Start, b.Start), "meets": both(a.Meets, b.Meets),
		})
	}
}

// both returns the first name that is in both lists.
func both(a, b []string) string {
	for _, s := range a {
		if slices.Contains(b, s) {
			return s
		}
	}
	return ""
}

func (l *linter) order(a, b *Target) {
	if neverLater(&a.due, &b.due) {
		return
	}
	if c, yes := l.compare(&a.due, &b.due, func(c compared) bool { return c.a.After(c.b) }); yes {
		l.add("due-after-what-follows", l.at(a, "due"), args{
			"target": a.ID, "other": b.ID, "start": l.in(c.start), "due": l.in(c.a), "otherDue": l.in(c.b), "meets": a.Meets[0],
		})
	}
}

// priorities finds a target that is due later than that of a lower priority, for
// the same ticket otherwise.
func (l *linter) priorities(p *coverage) {
	axis := slices.IndexFunc(l.axes, func(a axis) bool { return a.key == Priority })
	if axis < 0 {
		return
	}
	seen := map[[2]*Target]bool{}
	for _, low := range p.areas {
		for _, high := range p.areas {
			pair := [2]*Target{low.target, high.target}
			if low.target == nil || high.target == nil || low.target == high.target || seen[pair] {
				continue
			}
			if with, ok := l.raisable(axis, low.box, high.box); ok {
				seen[pair] = true
				l.lengthens(low.target, high.target, with)
			}
		}
	}
}

func (l *linter) lengthens(low, high *Target, with raised) {
	if low.Kind == Estimate || high.Kind == Estimate || !overlap(low.Start, high.Start) || !slices.Equal(low.Approvals, high.Approvals) {
		return
	}
	if low.due.op == appointment || high.due.op == appointment || neverLater(&high.due, &low.due) {
		return
	}
	if c, yes := l.compare(&low.due, &high.due, func(c compared) bool { return c.b.After(c.a) }); yes {
		l.add("longer-with-priority", l.at(high, "due"), args{
			"target": high.ID, "other": low.ID, "high": with.high, "low": with.low, "attributes": with.rest,
			"start": l.in(c.start), "due": l.in(c.b), "otherDue": l.in(c.a),
		})
	}
}
