package sla_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// This is the stupid twin of Policy.Assess. It is written from the design's text
// and walks through time once, forward, minute by minute: a clock is a thing that
// ticks, a pause pushes what is due ahead of it one open minute at a time, and
// nothing that has been said is ever taken back. Of a calendar it asks whether it
// is open, and what its dates are, and nothing else. Where the library folds
// events into a formula for one instant, the twin has lived through all of them.

// ---- What is drawn: the twin reads these types, the library reads their TOML.

type twinPolicy struct {
	zone      string
	middle    worktime.Date // around which something unusual happens
	calendars string        // TOML
	targets   []*twinTarget
}

type twinTarget struct {
	id, metric, kind, calendar string
	match                      twinMatch
	start, meets, approvals    []string
	cancels, reopens, pauses   []string
	fromChange                 bool
	due                        *twinDue
	steps                      []*twinStep
}

// twinMatch is the values that are asked of each attribute.
type twinMatch map[string][]string

type twinDue struct {
	key       string // the TOML key; of a contract also "cap"
	calendar  string // empty: the target's
	d         time.Duration
	days      int
	at        string
	branches  []twinBranch
	exclusive bool
	minute    bool
	subs      []*twinDue // of a window its min and max, of a contract its default
}

type twinBranch struct {
	until string // empty: the last one
	days  int
	at    string
	meets []string
}

type twinStep struct {
	key      string // at, before, after, age or by_hand
	at       string // start, due or a share
	share    [2]int64
	d        time.Duration
	days     int
	match    twinMatch
	calendar string // empty: the target's
	every    time.Duration
	times    int
}

func (p *twinPolicy) toml() string {
	var b strings.Builder
	fmt.Fprintf(&b, "format = 1\nname = \"drawn\"\nzone = %q\n", p.zone)
	fmt.Fprintf(&b, "[attributes]\npriority = %s\nclass = %s\n[roles]\nboss = {}\nchief = {}\n", tomlList(twinPriorities), tomlList(twinClasses))
	b.WriteString(p.calendars)
	for _, t := range p.targets {
		t.toml(&b)
	}
	return b.String()
}

func (tg *twinTarget) toml(b *strings.Builder) {
	fmt.Fprintf(b, "\n[[targets]]\nid = %q\nmetric = %q\nkind = %q\ntitle = {}\nsource = \"drawn\"\ncalendar = %q\n", tg.id, tg.metric, tg.kind, tg.calendar)
	fmt.Fprintf(b, "match = %s\nstart = %s\nmeets = %s\ncancels = %s\nreopens = %s\n", tg.match.toml(), tomlList(tg.start), tomlList(tg.meets), tomlList(tg.cancels), tomlList(tg.reopens))
	fmt.Fprintf(b, "approvals = %s\npauses = %s\ndue = %s\n", tomlList(tg.approvals), tomlList(tg.pauses), tg.due.toml())
	if tg.fromChange {
		b.WriteString("on_change = \"change\"\n")
	}
	for _, s := range tg.steps {
		fmt.Fprintf(b, "[[targets.escalations]]\nto = \"boss\"\ndo = \"watch\"\nmatch = %s\n%s\n", s.match.toml(), s.toml())
	}
}

func (m twinMatch) toml() string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, key+" = "+tomlList(m[key]))
	}
	return "{ " + strings.Join(pairs, ", ") + " }"
}

func (d *twinDue) toml() string {
	var subs []string
	for _, sub := range d.subs {
		subs = append(subs, sub.toml())
	}
	body := ""
	switch d.key {
	case "within":
		body = fmt.Sprintf("within = %q", d.d)
	case "days":
		body = fmt.Sprintf("days = %d, at = %q", d.days, d.at)
	case "immediate":
		body = fmt.Sprintf("immediate = true, grace = %q", d.d)
	case "appointment":
		body = "appointment = true"
	case "cutoffs":
		body = d.branchesTOML()
	case "window":
		body = fmt.Sprintf("min = %s, max = %s", subs[0], subs[1])
	case "replace", "cap":
		body = fmt.Sprintf("contract = %q, default = %s", d.key, subs[0])
	default:
		body = fmt.Sprintf("%s = [%s]", d.key, strings.Join(subs, ", "))
	}
	if d.calendar != "" {
		body += fmt.Sprintf(", calendar = %q", d.calendar)
	}
	return "{ " + body + " }"
}

func (d *twinDue) branchesTOML() string {
	var list []string
	for _, b := range d.branches {
		s := fmt.Sprintf("days = %d, at = %q", b.days, b.at)
		if b.until != "" {
			s += fmt.Sprintf(", until = %q", b.until)
		}
		if b.meets != nil {
			s += ", meets = " + tomlList(b.meets)
		}
		list = append(list, "{ "+s+" }")
	}
	granularity := "instant"
	if d.minute {
		granularity = "minute"
	}
	return fmt.Sprintf("cutoffs = [%s], inclusive = %v, granularity = %q", strings.Join(list, ", "), !d.exclusive, granularity)
}

func (s *twinStep) toml() string {
	body := ""
	switch s.key {
	case "at":
		body = fmt.Sprintf("at = %q", s.at)
	case "before", "after":
		body = fmt.Sprintf("%s = %q", s.key, s.d)
	case "age":
		body = fmt.Sprintf("age = %d", s.days)
	case "by_hand":
		body = "by_hand = true"
	}
	if s.calendar != "" {
		body += fmt.Sprintf("\ncalendar = %q", s.calendar)
	}
	if s.times > 0 {
		body += fmt.Sprintf("\nevery = %q\ntimes = %d", s.every, s.times)
	}
	return body
}

func tomlList(list []string) string {
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, fmt.Sprintf("%q", s))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// ---- Drawing.

var (
	twinPriorities = []string{"low", "mid", "high"} // from the lowest
	twinClasses    = []string{"a", "b"}
	twinReasons    = []string{"user", "parts"}
	twinRoles      = []string{"boss", "chief"}
	twinCalendars  = []string{"desk", "lunch", "night", "round", sla.Elapsed}
)

// twinPlaces are dates near which a clock changes (Santiago's at midnight), and one of peace.
var twinPlaces = []struct {
	zone   string
	middle worktime.Date
}{
	{"Asia/Jerusalem", worktime.Date{Year: 2026, Month: 6, Day: 9}},
	{"Asia/Jerusalem", worktime.Date{Year: 2026, Month: 3, Day: 27}},
	{"Asia/Jerusalem", worktime.Date{Year: 2026, Month: 10, Day: 25}},
	{"Europe/Warsaw", worktime.Date{Year: 2026, Month: 3, Day: 29}},
	{"Europe/Warsaw", worktime.Date{Year: 2026, Month: 10, Day: 25}},
	{"America/Santiago", worktime.Date{Year: 2026, Month: 4, Day: 4}},
	{"America/Santiago", worktime.Date{Year: 2026, Month: 9, Day: 6}},
}

func pick[T any](t *rapid.T, label string, options ...T) T {
	return rapid.SampledFrom(options).Draw(t, label)
}

// seldom is true once in n times.
func seldom(t *rapid.T, n int, label string) bool { return rapid.IntRange(1, n).Draw(t, label) == n }

func drawTwinPolicy(t *rapid.T) *twinPolicy {
	place := pick(t, "place", twinPlaces...)
	p := &twinPolicy{zone: place.zone, middle: place.middle}
	p.calendars = drawTwinCalendars(t, place.middle)
	for i := range pick(t, "targets", 2, 3, 1) {
		p.targets = append(p.targets, drawTwinTarget(t, i))
	}
	if last := p.targets[len(p.targets)-1]; !seldom(t, 6, "gaps") {
		last.match = nil // it covers what the others leave
		if len(last.approvals) > 0 || last.start[0] == "accepted" {
			last.start, last.approvals = []string{"opened"}, nil
		}
	}
	return p
}

// drawTwinCalendars draws calendars with a holiday, a short day, a closure and an
// extra shift around a date.
func drawTwinCalendars(t *rapid.T, middle worktime.Date) string {
	near := func(label string) worktime.Date { return middle.AddDays(rapid.IntRange(-5, 5).Draw(t, label)) }
	entry := func(calendar, label, hours string) string {
		return fmt.Sprintf("[[calendars.%s.days]]\ndate = %s\nhours = %q\nwhy = \"drawn\"\n", calendar, near(label), hours)
	}
	const rest = "holidays = [\"feasts\"]\ncover = { from = 2025, to = 2027 }\n"
	s := fmt.Sprintf("[[holidays.feasts]]\nname = \"feast\"\ndate = [%s, %s]\n", near("feast"), near("feast"))
	s += "[calendars.desk]\nweek = { sun-thu = \"07:30-16:30\" }\n" + rest + entry("desk", "short day", "07:30-11:30")
	s += "[calendars.lunch]\nweek = { mon-fri = [\"08:00-12:00\", \"13:00-17:00\"], sat = \"09:00-10:00\" }\n" + rest + entry("lunch", "closure", "closed")
	s += "[calendars.night]\nweek = { sun-fri = \"22:00-06:00\", sat = \"20:00-24:00\" }\n" + rest + entry("night", "long shift", "21:00-20:00")
	return s + "[calendars.round]\nhours = \"24x7\"\n" + "cover = { from = 2025, to = 2027 }\n"
}

// drawTwinTarget draws the ith target. Those of the metric fix compete.
func drawTwinTarget(t *rapid.T, i int) *twinTarget {
	tg := &twinTarget{
		id: fmt.Sprintf("t%d", i+1), metric: pick(t, "metric", "fix", "fix", "reply"), kind: pick(t, "kind", "commitment", "contract", "window", "estimate"),
		calendar: pick(t, "calendar", twinCalendars...), match: drawTwinMatch(t),
		start: pick(t, "start", []string{"opened"}, []string{"opened"}, []string{"opened"}, []string{"opened"}, []string{"opened"}, []string{"accepted", "opened"}, []string{"accepted"}),
		meets: pick(t, "meets", []string{"closed"}, []string{"closed", "diagnosed"}), cancels: []string{sla.Cancelled}, reopens: []string{sla.Reopened},
		pauses:     pick(t, "pauses", twinReasons, twinReasons, twinReasons, twinReasons, twinReasons[:1], twinReasons[1:], nil),
		fromChange: rapid.Bool().Draw(t, "from change"),
	}
	if seldom(t, 5, "approvals") {
		tg.start, tg.approvals = []string{sla.Approved}, pick(t, "roles", twinRoles, twinRoles[:1])
	}
	tg.due = drawTwinDue(t, 2, tg.calendar == sla.Elapsed)
	if tg.due.key == "appointment" {
		tg.start, tg.approvals = []string{sla.Appointed}, nil
	}
	for range rapid.IntRange(0, 3).Draw(t, "steps") {
		tg.steps = append(tg.steps, drawTwinStep(t, tg.calendar == sla.Elapsed))
	}
	return tg
}

func drawTwinMatch(t *rapid.T) twinMatch {
	return pick(t, "match", twinMatch{"priority": twinPriorities[2:]}, twinMatch{"priority": {"low", ""}}, twinMatch{"priority": {"mid", "high"}},
		twinMatch{}, twinMatch{"class": twinClasses[:1]})
}

// drawTwinDue draws a due rule with so many rules inside each other at the most.
// Without dates the target's own calendar has none.
func drawTwinDue(t *rapid.T, depth int, dateless bool) *twinDue {
	keys := []string{"within", "within", "days", "cutoffs", "immediate"}
	if depth == 2 {
		keys = append(keys, "within", "days", "appointment")
	}
	if depth > 0 {
		keys = append(keys, "window", "replace", "cap", "earliest", "latest")
	}
	d := &twinDue{key: pick(t, "due", keys...)}
	switch d.key {
	case "within":
		d.d = time.Duration(rapid.IntRange(1, 40).Draw(t, "within")) * pick(t, "unit", time.Hour, time.Hour, time.Hour, 20*time.Minute, time.Minute, 0)
	case "days":
		d.days, d.at = rapid.IntRange(0, 4).Draw(t, "days"), pick(t, "at", "close", "same-time", "12:00", "02:30", "23:00")
	case "immediate":
		d.d = time.Duration(rapid.IntRange(0, 90).Draw(t, "grace")) * time.Minute
	case "cutoffs":
		drawTwinBranches(t, d, depth == 2)
	case "window", "earliest", "latest":
		d.subs = []*twinDue{drawTwinDue(t, depth-1, dateless), drawTwinDue(t, depth-1, dateless)}
	case "replace", "cap":
		d.subs = []*twinDue{drawTwinDue(t, depth-1, dateless)}
	}
	needsDates := d.key == "days" || d.key == "cutoffs"
	if needsDates && dateless || d.subs == nil && d.key != "appointment" && seldom(t, 4, "own calendar") {
		d.calendar = pick(t, "calendar", twinCalendars[:4]...)
	}
	return d
}

const dayInMinutes = 24 * 60

// drawTwinBranches draws cut-offs that can never make a later start due earlier:
// the times to which they lead do not fall, and span a day at the most.
func drawTwinBranches(t *rapid.T, d *twinDue, top bool) {
	d.exclusive, d.minute = rapid.Bool().Draw(t, "exclusive"), rapid.Bool().Draw(t, "minute")
	until := rapid.SliceOfNDistinct(rapid.IntRange(0, 95), 1, 3, rapid.ID).Draw(t, "until")
	slices.Sort(until)
	const row = dayInMinutes + 1 // one minute more stands for the closing
	first := rapid.IntRange(0, 2*row-1).Draw(t, "first")
	leads := rapid.SliceOfN(rapid.IntRange(first, first+row), len(until)+1, len(until)+1).Draw(t, "leads")
	slices.Sort(leads)
	leads[0] = first
	for i, lead := range leads {
		b := twinBranch{}
		if i < len(until) {
			b.until = tomlTime(until[i] * 15)
			if lead < row && lead < until[i]*15 {
				lead = row - 1 // that day, it cannot be due before the cut-off
			}
		} else {
			lead = max(lead, row)
		}
		if i > 0 {
			lead = max(lead, leads[i-1])
		}
		leads[i] = lead
		b.days, b.at = lead/row, tomlTime(lead%row)
		if lead%row == dayInMinutes {
			b.at = "close"
		}
		if top && i == 0 {
			b.meets = pick(t, "branch meets", nil, []string{"diagnosed"})
		}
		d.branches = append(d.branches, b)
	}
}

func tomlTime(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func drawTwinStep(t *rapid.T, dateless bool) *twinStep {
	s := &twinStep{key: pick(t, "step", "share", "share", "before", "start", "due", "after", "age", "by_hand")}
	span := func(label string) time.Duration {
		return time.Duration(rapid.IntRange(0, 10*60).Draw(t, label)) * time.Minute
	}
	if rapid.Bool().Draw(t, "calendar of the step") || s.key == "age" && dateless {
		s.calendar = pick(t, "step's calendar", twinCalendars[:4]...)
	}
	if seldom(t, 3, "step matches") {
		s.match = pick(t, "step's match", twinMatch{"class": {"a"}}, twinMatch{"class": {"b"}})
	}
	switch s.key {
	case "share":
		s.key, s.at = "at", pick(t, "share", "50%", "80%", "62.5%", "100%", "120%")
		s.share = map[string][2]int64{"50%": {50, 100}, "80%": {80, 100}, "62.5%": {625, 1000}, "100%": {1, 1}, "120%": {12, 10}}[s.at]
	case "start", "due":
		s.key, s.at = "at", s.key
	case "before", "after":
		s.d = span("step by")
	case "age":
		s.days = rapid.IntRange(1, 3).Draw(t, "age")
	}
	if (s.key == "after" || s.key == "age" || s.at == "due") && rapid.Bool().Draw(t, "repeats") {
		s.every, s.times = time.Minute+span("every"), rapid.IntRange(1, 2).Draw(t, "times")
	}
	return s
}

// drawTwinTimeline draws up to ten events within about twelve days, many of them
// at instants at which something else happens.
func drawTwinTimeline(t *rapid.T, p *twinPolicy, policy *sla.Policy) sla.Timeline {
	at := time.Date(p.middle.Year, p.middle.Month, p.middle.Day, 6, 0, 0, 0, time.UTC)
	at = at.Add(-time.Duration(rapid.IntRange(0, 8*dayInMinutes).Draw(t, "first event")) * time.Minute)
	tl := sla.Timeline{ID: "drawn"}
	kind, gap := "opened", time.Minute
	for i := range pick(t, "events", 6, 7, 8, 9, 10, 5, 4, 3, 2, 1) {
		if i > 0 {
			kind = pick(t, "kind", twinKindsAfter(kind)...)
			gap = drawTwinGap(t, policy, tl, at)
		}
		at = at.Add(gap)
		e := sla.Event{Seq: townclerk.Seq(i + 1), Kind: kind}
		drawTwinEvent(t, &e, at, gap > 0)
		tl.Events = append(tl.Events, e)
	}
	return tl
}

// drawTwinGap draws the time until the next event: any, or that until something
// that the library has announced, on either side of it.
func drawTwinGap(t *rapid.T, policy *sla.Policy, tl sla.Timeline, last time.Time) time.Duration {
	gap := pick(t, "unit", time.Minute, 10*time.Minute, time.Hour, time.Hour, 4*time.Hour, 24*time.Hour, time.Nanosecond, 0)
	gap *= time.Duration(rapid.IntRange(1, 40).Draw(t, "units"))
	gap = min(gap, time.Duration(rapid.IntRange(1, 72).Draw(t, "at most"))*time.Hour)
	if !seldom(t, 3, "at an announced instant") {
		return gap
	}
	a := must(policy.Explain(tl, last))
	announced := []time.Time{last.Add(gap), a.Next}
	for _, c := range a.Clocks {
		announced = append(announced, c.Due)
		for _, s := range c.Steps {
			announced = append(announced, s.To)
		}
	}
	announced = slices.DeleteFunc(announced, func(at time.Time) bool { return !at.After(last) || at.Sub(last) > 100*time.Hour })
	if len(announced) == 0 {
		return gap
	}
	return pick(t, "announced", announced...).Sub(last) + pick(t, "beside", 0, -1, 1, time.Duration(0))
}

// twinKindsAfter returns all kinds of event, the likely ones after another several times.
func twinKindsAfter(kind string) []string {
	all := []string{
		"opened", "accepted", "diagnosed", "closed", sla.Paused, sla.Resumed, sla.Reopened, sla.Cancelled,
		sla.Approved, sla.Approved, sla.Revoked, sla.Appointed, sla.Escalated,
	}
	likely := []string{"noted", "noted", sla.Paused, sla.Paused, sla.Paused, "closed"}
	switch kind {
	case "closed", "diagnosed":
		likely = []string{"noted", sla.Reopened, sla.Reopened}
	case sla.Paused:
		likely = []string{"noted", "noted", sla.Resumed, sla.Resumed}
	case sla.Resumed:
		likely = []string{"noted", "noted", "noted", sla.Paused, "closed"}
	case sla.Approved:
		likely = []string{"noted", sla.Approved, sla.Approved, sla.Revoked, sla.Paused}
	}
	return slices.Concat(all, likely, likely, likely)
}

// drawTwinEvent fills in an event. Only the first of an instant brings
// attributes, since what held for no time at all is nobody's promise.
func drawTwinEvent(t *rapid.T, e *sla.Event, at time.Time, attributes bool) {
	e.At = at
	switch e.Kind {
	case sla.Paused:
		e.Reason = pick(t, "reason", twinReasons...)
	case sla.Resumed:
		e.Reason = pick(t, "reason", "", "user", "parts")
	case sla.Approved, sla.Revoked:
		e.Role = pick(t, "role", twinRoles...)
	case sla.Appointed:
		e.Appointment = at.Add(time.Duration(rapid.IntRange(0, 5*dayInMinutes).Draw(t, "appointment")) * time.Minute)
	case sla.Escalated:
		e.Reason = "by hand"
	}
	if attributes && (e.Kind == "noted" || e.Kind == "opened" || seldom(t, 6, "attributes")) {
		e.Attributes = map[string]string{}
		if !seldom(t, 4, "no priority") {
			e.Attributes["priority"] = pick(t, "priority", twinPriorities...)
		}
		if rapid.Bool().Draw(t, "class given") {
			e.Attributes["class"] = pick(t, "class", twinClasses...)
		}
	}
	if seldom(t, 6, "contract") {
		e.Contract = []sla.Terms{drawTwinTerms(t)}
	}
}

func drawTwinTerms(t *rapid.T) sla.Terms {
	terms := sla.Terms{Contract: "C", Metric: pick(t, "terms", "fix", "reply")}
	if rapid.Bool().Draw(t, "terms in days") {
		terms.Days, terms.At = rapid.IntRange(1, 3).Draw(t, "days"), pick(t, "at", "close", "same-time", "12:00")
		terms.Calendar = pick(t, "calendar", twinCalendars[:4]...)
		return terms
	}
	terms.Within = time.Duration(rapid.IntRange(1, 20*60).Draw(t, "within")) * time.Minute
	terms.Calendar = pick(t, "calendar", twinCalendars...)
	return terms
}

// ---- Hours, minute by minute. No hours begin or end within a minute.

// twinHours says which minutes count; without a calendar, all do.
type twinHours struct{ cal *worktime.Calendar }

func (h twinHours) open(t time.Time) bool { return h.cal == nil || must(h.cal.Open(t)) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// walk returns the first instant by which d of open time has passed since t.
func (h twinHours) walk(t time.Time, d time.Duration) time.Time {
	for d > 0 {
		next := t.Truncate(time.Minute).Add(time.Minute)
		if h.open(t) {
			step := min(d, next.Sub(t))
			if d -= step; d == 0 {
				return t.Add(step)
			}
		}
		t = next
	}
	return t
}

// back returns the last instant from which d of open time passes until t.
func (h twinHours) back(t time.Time, d time.Duration) time.Time {
	for d > 0 {
		last := t.Add(-1).Truncate(time.Minute)
		if h.open(last) {
			step := min(d, t.Sub(last))
			if d -= step; d == 0 {
				return t.Add(-step)
			}
		}
		t = last
	}
	return t
}

// between returns the open time in [a, b), none if b is before a.
func (h twinHours) between(a, b time.Time) (sum time.Duration) {
	for a.Before(b) {
		next := sooner(a.Truncate(time.Minute).Add(time.Minute), b)
		if h.open(a) {
			sum += next.Sub(a)
		}
		a = next
	}
	return sum
}

// roll returns the first open instant from t on.
func (h twinHours) roll(t time.Time) time.Time {
	for !h.open(t) {
		t = t.Truncate(time.Minute).Add(time.Minute)
	}
	return t
}

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// ---- What is promised, before anything happens.

// twinPromise is a due time, or several of which one counts.
type twinPromise struct {
	key   string
	hours twinHours
	at    time.Time
	subs  []*twinPromise
}

func (p *twinPromise) due() time.Time {
	switch p.key {
	case "window":
		return p.subs[1].due()
	case "earliest", "cap":
		return sooner(p.subs[0].due(), p.subs[1].due())
	case "latest":
		return later(p.subs[0].due(), p.subs[1].due())
	}
	return p.at
}

// push moves what is due by the open time from a to b, each on its own hours.
func (p *twinPromise) push(a, b time.Time) {
	for _, sub := range p.subs {
		sub.push(a, b)
	}
	if p.subs == nil && p.key != "appointment" {
		p.at = p.hours.walk(p.at, p.hours.between(a, b))
	}
}

func (p *twinPromise) copy() *twinPromise {
	c := *p
	c.subs = nil
	for _, sub := range p.subs {
		c.subs = append(c.subs, sub.copy())
	}
	return &c
}

// promise works out a due rule; meets is what its branch says of meeting, if anything.
func (w *twin) promise(d *twinDue, calendar, metric string, start time.Time) (p *twinPromise, meets []string) {
	h := w.hours(cmp.Or(d.calendar, calendar))
	p = &twinPromise{key: d.key, hours: h}
	for _, sub := range d.subs {
		s, _ := w.promise(sub, calendar, metric, start)
		p.subs = append(p.subs, s)
	}
	switch d.key {
	case "within":
		p.at = h.walk(start, d.d)
	case "days":
		p.at = h.workingDays(start, d.days, d.at)
	case "immediate":
		p.at = h.walk(h.roll(start), d.d)
	case "appointment":
		p.at = w.agreed
	case "cutoffs":
		p.at, meets = h.cutOff(d, start)
	case "replace", "cap":
		terms := w.terms(metric, start)
		switch {
		case terms == nil:
			return p.subs[0], nil
		case d.key == "replace":
			return terms, nil
		}
		p.subs = append(p.subs, terms)
	}
	return p, meets
}

// terms returns what the contract in force at the start promises, or nil.
func (w *twin) terms(metric string, start time.Time) (p *twinPromise) {
	for _, e := range w.timeline.Events {
		for _, terms := range e.Contract {
			if e.At.After(start) || terms.Metric != metric {
				continue
			}
			d := twinDue{key: "within", d: terms.Within}
			if terms.Days > 0 {
				d = twinDue{key: "days", days: terms.Days, at: terms.At}
			}
			p, _ = w.promise(&d, terms.Calendar, metric, start)
		}
	}
	return p
}

// workingDays: the start first rolls to the next opening, and its working date is
// not counted. The due time lies within the hours of its date, and not before the start.
func (h twinHours) workingDays(start time.Time, days int, at string) time.Time {
	open := h.roll(start)
	date, tod, err := h.cal.Read(open)
	if err != nil {
		panic(err)
	}
	if at == "same-time" {
		return later(h.on(date, days, tod), open)
	}
	return later(h.onAt(date, days, at), open)
}

func (h twinHours) onAt(date worktime.Date, days int, at string) time.Time {
	if at == "close" {
		return h.day(date, days).Last
	}
	return h.on(date, days, must(worktime.ParseTimeOfDay(at)))
}

func (h twinHours) on(date worktime.Date, days int, tod worktime.TimeOfDay) time.Time {
	day := h.day(date, days)
	at := must(h.cal.At(day.Date, tod))
	return sooner(later(at, day.First), day.Last)
}

// day returns the nth working date after date by looking at each.
func (h twinHours) day(date worktime.Date, n int) worktime.Day {
	for {
		day, working, err := h.cal.Working(date)
		if err != nil {
			panic(err)
		}
		if working && n == 0 {
			return day
		}
		date = date.AddDays(1)
		if _, working, _ := h.cal.Working(date); working && n > 0 {
			n--
		}
	}
}

// cutOff: a start on a date that is not worked counts as the first instant of the
// next working date. Same day needs a start before its last closing.
func (h twinHours) cutOff(d *twinDue, start time.Time) (due time.Time, meets []string) {
	date, _, err := h.cal.Read(start)
	if err != nil {
		panic(err)
	}
	day := h.day(date, 0)
	if day.Date != date {
		start = must(h.cal.At(day.Date, 0))
	}
	for _, b := range d.branches {
		if b.days == 0 && !start.Before(day.Last) || b.until != "" && !h.reaches(d, day.Date, b.until, start) {
			continue
		}
		return h.onAt(day.Date, b.days, b.at), b.meets
	}
	panic("no branch")
}

func (h twinHours) reaches(d *twinDue, date worktime.Date, until string, start time.Time) bool {
	limit := must(h.cal.At(date, must(worktime.ParseTimeOfDay(until))))
	if d.minute {
		start = start.Truncate(time.Minute)
	}
	return start.Before(limit) || start.Equal(limit) && !d.exclusive
}

// ---- Clocks.

type twinClock struct {
	target      *twinTarget
	number      int
	start, born time.Time
	own         *twinPromise
	former      []*twinPromise // of the clocks that a raised priority replaced
	dues        []twinDueAt    // every due time that was ever in force
	meets       []string
	marks       []*twinMark
	first       *twinMark // of a clock born of a change: the one passed step that fires
	byHand      map[int]int
	waiting     map[string]bool
	since       time.Time // when the waiting began
	pauses      []twinSpan
	met         time.Time
	breached    time.Time
	ended       time.Time
	called      bool // off
	early       bool
}

type twinDueAt struct{ from, due time.Time }

type twinSpan struct{ from, to time.Time }

// twinMark is an escalation to come.
type twinMark struct {
	step, times int // from 1, from 0
	s           *twinStep
	hours       twinHours
	at          time.Time
	fixed       bool      // pauses do not move it
	counted     time.Time // of a step after the due time: the due time from which at was counted
	done        bool
}

func (c *twinClock) open() bool   { return c.ended.IsZero() }
func (c *twinClock) paused() bool { return len(c.waiting) > 0 }

func (c *twinClock) due() time.Time {
	due := c.own.due()
	for _, p := range c.former {
		due = sooner(due, p.due())
	}
	return due
}

// dueAt returns the due time that was in force at an instant.
func (c *twinClock) dueAt(t time.Time) time.Time {
	due := c.dues[0].due
	for _, d := range c.dues {
		if !d.from.After(t) {
			due = d.due
		}
	}
	return due
}

// wait lets a piece of a pause pass that began at since: it pushes the due time,
// and the escalations that were still ahead when the pause began.
func (c *twinClock) wait(since, a, b time.Time) {
	c.own.push(a, b)
	for _, p := range c.former {
		p.push(a, b)
	}
	c.dues = append(c.dues, twinDueAt{b, c.due()})
	for _, m := range c.marks {
		if !m.fixed && !m.done && m.s.isAhead() && m.at.After(since) {
			m.at = later(m.hours.walk(m.at, m.hours.between(a, b)), b)
		}
	}
}

// isAhead reports whether the step's instant is known from the start; of others it
// follows from the due time in force.
func (s *twinStep) isAhead() bool { return s.key != "after" && s.at != "due" }

// lay puts down the escalations of a clock that is promised for due.
func (w *twin) lay(c *twinClock, due time.Time) {
	for i, s := range c.target.steps {
		if s.key == "by_hand" {
			continue
		}
		for k := 0; k <= s.times; k++ {
			m := &twinMark{step: i + 1, times: k, s: s, hours: w.hours(cmp.Or(s.calendar, c.target.calendar))}
			m.fixed = s.key == "age" || s.at == "start"
			m.at = m.laid(c.start, due)
			c.marks = append(c.marks, m)
		}
	}
}

func (m *twinMark) laid(start, due time.Time) time.Time {
	switch {
	case m.s.at == "start":
		return start
	case m.s.key == "age":
		return m.hours.walk(m.hours.workingDays(start, m.s.days, "same-time"), time.Duration(m.times)*m.s.every)
	case m.s.key == "before":
		return m.hours.back(due, m.s.d)
	case !m.s.isAhead():
		return time.Time{}
	}
	whole := int64(m.hours.between(start, due))
	if whole == 0 {
		return due
	}
	return m.hours.walk(start, time.Duration((whole*m.s.share[0]+m.s.share[1]-1)/m.s.share[1]))
}

// instant returns when the step falls due as things stand.
func (m *twinMark) instant(c *twinClock) time.Time {
	if due := c.due(); !m.s.isAhead() && !m.counted.Equal(due) {
		m.counted, m.at = due, m.hours.walk(m.hours.walk(due, m.s.d), time.Duration(m.times)*m.s.every)
	}
	return m.at
}

// ---- The walk.

type twin struct {
	drawn    *twinPolicy
	policy   *sla.Policy // asked for its calendars, and for nothing else
	timeline sla.Timeline
	ticks    []time.Time // every minute, every event, and every instant that is looked at

	now        time.Time
	attributes map[string]string
	history    []twinAttributes
	kinds      map[string]time.Time // when each kind of event came first
	approved   map[string]time.Time // since when each role approves
	agreed     time.Time
	metrics    []*twinMetric
	clocks     []*twinClock
	owed       []twinOwed
	changes    []time.Time // when something changed
	vague      []string    // the names of what is owed at doubtful times
}

type twinAttributes struct {
	from   time.Time
	values map[string]string
}

type twinMetric struct {
	targets  []*twinTarget
	target   *twinTarget // that matches
	clock    *twinClock
	done     bool
	priority string // when the clock was last looked at
}

type twinOwed struct {
	at   time.Time
	name string
}

func newTwin(drawn *twinPolicy, policy *sla.Policy, tl sla.Timeline, looks []time.Time) *twin {
	w := &twin{drawn: drawn, policy: policy, timeline: tl, attributes: map[string]string{}, kinds: map[string]time.Time{}, approved: map[string]time.Time{}}
	byMetric := map[string]*twinMetric{}
	for _, tg := range drawn.targets {
		if byMetric[tg.metric] == nil {
			byMetric[tg.metric] = &twinMetric{}
			w.metrics = append(w.metrics, byMetric[tg.metric])
		}
		byMetric[tg.metric].targets = append(byMetric[tg.metric].targets, tg)
	}
	w.ticks = slices.Clone(looks)
	for _, e := range tl.Events {
		w.ticks = append(w.ticks, e.At)
	}
	first, last := slices.MinFunc(w.ticks, time.Time.Compare), slices.MaxFunc(w.ticks, time.Time.Compare)
	for t := first.Truncate(time.Minute); !t.After(last); t = t.Add(time.Minute) {
		w.ticks = append(w.ticks, t)
	}
	slices.SortFunc(w.ticks, time.Time.Compare)
	w.ticks = slices.CompactFunc(w.ticks, time.Time.Equal)
	return w
}

func (w *twin) hours(name string) twinHours { return twinHours{w.policy.Calendar(name)} }

// walk goes through all ticks, and looks around at each.
func (w *twin) walk(look func(now time.Time)) {
	events := w.timeline.Events
	for i, t := range w.ticks {
		if i > 0 {
			w.pass(w.ticks[i-1], t)
		}
		w.now = t
		n := 0
		for n < len(events) && events[n].At.Equal(t) {
			w.happen(&events[n])
			n++
		}
		w.settle(events[:n])
		events = events[n:]
		look(t)
	}
}

// pass lets the time from a to b go by, in which no event happens.
func (w *twin) pass(a, b time.Time) {
	for _, c := range w.clocks {
		if !c.open() {
			continue
		}
		if c.paused() {
			c.wait(c.since, a, b)
		} else if due := c.due(); !due.Before(a) && due.Before(b) {
			w.overdue(c, due)
			w.changes = append(w.changes, due.Add(1)) // at the due time itself it can still be met
		}
		for _, m := range c.marks {
			if c.fires(m) && m.instant(c).After(a) && m.at.Before(b) {
				w.try(c, m, m.at)
			}
		}
	}
}

// overdue breaches a clock that is late since an instant. An estimate only overruns.
func (w *twin) overdue(c *twinClock, since time.Time) {
	if c.target.kind != "estimate" && c.breached.IsZero() {
		c.breached = since
	}
}

// settle comes after the events of an instant: what is due by now fires.
func (w *twin) settle(events []sla.Event) {
	for _, c := range w.clocks {
		if c.open() && c.first != nil {
			w.owe(c, c.first.step, c.first.times, w.now)
			c.first = nil
		}
		for _, m := range c.marks {
			// What falls due at the very instant at which the waiting begins still fires.
			begins := !m.done && c.open() && c.paused() && c.since.Equal(w.now)
			if (c.fires(m) || begins) && !m.instant(c).After(w.now) {
				w.try(c, m, w.now)
			}
		}
		for _, e := range events {
			if e.Kind == sla.Escalated && (c.open() || c.ended.Equal(w.now)) {
				w.escalate(c)
			}
		}
	}
}

// fires reports whether a step may fire: its clock neither has ended nor waits.
func (c *twinClock) fires(m *twinMark) bool {
	return !m.done && c.open() && (m.fixed || !c.paused())
}

// try fires a step if the attributes are those that it asks for.
func (w *twin) try(c *twinClock, m *twinMark, at time.Time) {
	if m.s.match.holds(w.attributes) {
		m.done = true
		w.owe(c, m.step, m.times, at)
	}
}

func (w *twin) escalate(c *twinClock) {
	for i, s := range c.target.steps {
		if s.key == "by_hand" && s.match.holds(w.attributes) {
			w.owe(c, i+1, c.byHand[i], w.now)
			c.byHand[i]++
		}
	}
}

func (w *twin) owe(c *twinClock, step, times int, at time.Time) {
	w.changes = append(w.changes, at)
	w.owed = append(w.owed, twinOwed{at, twinOwedName(c.target.id, c.number, step, times)})
}

func twinOwedName(target string, clock, step, times int) string {
	return fmt.Sprintf("%s#%d step %d.%d", target, clock, step, times)
}

func (m twinMatch) holds(attributes map[string]string) bool {
	for key, values := range m {
		if !slices.Contains(values, attributes[key]) {
			return false
		}
	}
	return true
}

// ---- Events.

func (w *twin) happen(e *sla.Event) {
	w.changes = append(w.changes, e.At)
	maps.Copy(w.attributes, e.Attributes)
	w.history = append(w.history, twinAttributes{e.At, maps.Clone(w.attributes)})
	if e.Kind == sla.Appointed {
		w.agreed = e.Appointment
	}
	for _, m := range w.metrics {
		w.match(m)
	}
	w.remember(e)
	for _, m := range w.metrics {
		if m.clock != nil {
			w.tell(m, e)
		}
		if m.clock == nil && !m.done && m.target != nil {
			w.start(m, e)
		}
	}
	for _, c := range w.clocks {
		// Where waiting ends behind the due time, it is late from then on.
		if c.open() && !c.paused() && c.breached.IsZero() && c.due().Before(w.now) {
			w.overdue(c, w.now)
		}
	}
}

// match finds the target that the attributes ask for, and changes over to it.
func (w *twin) match(m *twinMetric) {
	old := m.target
	m.target = nil
	for _, tg := range slices.Backward(m.targets) {
		if tg.match.holds(w.attributes) {
			m.target = tg
		}
	}
	if m.target != old && !m.done {
		w.change(m)
	}
	if !m.done {
		m.priority = w.attributes["priority"]
	}
}

// remember keeps what a clock that begins later must know of an event.
func (w *twin) remember(e *sla.Event) {
	if _, ok := w.kinds[e.Kind]; !ok {
		w.kinds[e.Kind] = e.At
	}
	switch e.Kind {
	case sla.Approved:
		if _, ok := w.approved[e.Role]; !ok {
			w.approved[e.Role] = e.At
		}
	case sla.Revoked:
		delete(w.approved, e.Role)
	}
}

// began returns when a target's clock would have started by the events so far.
func (w *twin) began(tg *twinTarget) (at time.Time, ok bool) {
	if len(tg.approvals) > 0 {
		for _, role := range tg.approvals {
			since, ok := w.approved[role]
			if !ok {
				return at, false
			}
			at = later(at, since)
		}
		return at, true
	}
	for _, kind := range tg.start {
		if first, come := w.kinds[kind]; come && (!ok || first.Before(at)) {
			at, ok = first, true
		}
	}
	return at, ok
}

// change ends the metric's clock, and begins one of the target that matches now.
func (w *twin) change(m *twinMetric) {
	old := m.clock
	m.clock = nil
	if m.target != nil {
		if start, ok := w.began(m.target); ok {
			if m.target.fromChange {
				start = w.now
			}
			w.skipPassed(w.begin(m, start, old))
		}
	}
	if old != nil && old.open() {
		w.callOff(old)
	}
}

func (w *twin) start(m *twinMetric, e *sla.Event) {
	if len(m.target.approvals) > 0 {
		if _, ok := w.began(m.target); ok && e.Kind == sla.Approved {
			w.begin(m, w.now, nil)
		}
	} else if slices.Contains(m.target.start, e.Kind) {
		w.begin(m, w.now, nil)
	}
}

// begin starts a clock. One born of a change takes over the pauses that counted
// on the old one, and where the priority was raised its due time.
func (w *twin) begin(m *twinMetric, start time.Time, old *twinClock) *twinClock {
	c := &twinClock{target: m.target, number: 1, start: start, born: w.now, meets: m.target.meets, byHand: map[int]int{}, waiting: map[string]bool{}}
	for _, other := range w.clocks {
		if other.target == c.target {
			c.number++
		}
	}
	var meets []string
	c.own, meets = w.promise(c.target.due, c.target.calendar, c.target.metric, start)
	if meets != nil {
		c.meets = meets
	}
	promised := c.own.due()
	raised := old != nil && slices.Index(twinPriorities, m.priority) >= 0 &&
		slices.Index(twinPriorities, w.attributes["priority"]) > slices.Index(twinPriorities, m.priority)
	if raised {
		promised = sooner(promised, old.dueAt(start))
	}
	c.dues = []twinDueAt{{start, promised}}
	w.lay(c, promised)
	if old != nil {
		w.inherit(c, old)
	}
	if raised {
		for _, p := range append(old.former, old.own) {
			c.former = append(c.former, p.copy())
		}
		c.dues = append(c.dues, twinDueAt{w.now, c.due()})
		w.doubt(c)
	}
	m.clock = c
	w.clocks = append(w.clocks, c)
	return c
}

// doubt: which share of a due time that another clock moved on other hours is left
// is nobody's question. Such steps are not compared.
func (w *twin) doubt(c *twinClock) {
	for _, m := range c.marks {
		for _, p := range append(c.former, c.own) {
			if (m.s.key == "before" || m.s.share[0] > 0) && !p.only(m.hours) {
				w.vague = append(w.vague, twinOwedName(c.target.id, c.number, m.step, m.times))
			}
		}
	}
}

// only reports whether all of it is counted on these hours.
func (p *twinPromise) only(h twinHours) bool {
	for _, sub := range p.subs {
		if !sub.only(h) {
			return false
		}
	}
	return p.subs != nil || p.hours == h
}

func (w *twin) inherit(c, old *twinClock) {
	for _, p := range old.pauses {
		if p.from.Before(c.due()) {
			w.endure(c, p)
		}
	}
	if !old.paused() || !old.since.Before(c.due()) {
		return
	}
	for reason := range old.waiting {
		if slices.Contains(c.target.pauses, reason) && c.target.due.key != "appointment" {
			c.waiting[reason] = true
		}
	}
	w.endure(c, twinSpan{old.since, w.now})
	if c.paused() {
		c.since = old.since
		c.pauses = c.pauses[:len(c.pauses)-1] // not over yet
	}
}

// endure lets a pause that is over count on a clock, as far as it ran by then.
func (w *twin) endure(c *twinClock, p twinSpan) {
	for i, t := range w.ticks {
		if i > 0 && !w.ticks[i-1].Before(later(p.from, c.start)) && !t.After(p.to) {
			c.wait(p.from, w.ticks[i-1], t)
		}
	}
	c.pauses = append(c.pauses, p)
}

// skipPassed: of the steps whose time had passed when a change brought the clock,
// only the last fires, and it fires then.
func (w *twin) skipPassed(c *twinClock) {
	var last time.Time
	for _, m := range c.marks {
		at, ok := w.firing(c, m)
		if !ok || !at.Before(c.born) {
			continue
		}
		m.done = true
		if !at.Before(last) {
			c.first, last = m, at
		}
	}
}

// firing returns when, up to now, a step would have fired.
func (w *twin) firing(c *twinClock, m *twinMark) (time.Time, bool) {
	at := m.instant(c)
	candidates := []time.Time{at}
	for _, h := range w.history {
		candidates = append(candidates, h.from)
	}
	for _, p := range c.pauses {
		candidates = append(candidates, p.to)
	}
	slices.SortFunc(candidates, time.Time.Compare)
	for _, t := range candidates {
		if !t.Before(at) && m.s.match.holds(w.attributesAt(later(t, c.start))) && (m.fixed || !c.waits(t)) {
			return t, true
		}
	}
	return time.Time{}, false
}

func (w *twin) attributesAt(t time.Time) (values map[string]string) {
	for _, h := range w.history {
		if !h.from.After(t) {
			values = h.values
		}
	}
	return values
}

func (c *twinClock) waits(t time.Time) bool {
	for _, p := range c.pauses {
		if t.After(p.from) && t.Before(p.to) {
			return true
		}
	}
	return c.paused() && t.After(c.since)
}

// tell lets an event act on the metric's clock.
func (w *twin) tell(m *twinMetric, e *sla.Event) {
	c := m.clock
	if !c.open() {
		if !c.met.IsZero() && slices.Contains(c.target.reopens, e.Kind) {
			w.reopen(m)
		}
		return
	}
	switch {
	case slices.Contains(c.meets, e.Kind):
		w.meet(c)
		m.done = true
	case slices.Contains(c.target.cancels, e.Kind):
		w.callOff(c)
		m.done = true
	case e.Kind == sla.Paused:
		w.pause(c, e.Reason)
	case e.Kind == sla.Resumed:
		w.resume(c, e.Reason)
	case e.Kind == sla.Revoked && slices.Contains(c.target.approvals, e.Role):
		w.callOff(c)
		m.clock = nil
	case e.Kind == sla.Appointed && c.own.key == "appointment":
		w.appoint(c, e.Appointment)
	}
}

// appoint agrees on another time, unless the former one has passed. What was to
// come before that comes before this.
func (w *twin) appoint(c *twinClock, at time.Time) {
	if c.due().Before(w.now) {
		return
	}
	c.own.at = at
	c.dues = append(c.dues, twinDueAt{w.now, c.due()})
	for _, m := range c.marks {
		if m.s.isAhead() && !m.fixed {
			m.at = m.laid(c.start, c.due())
		}
	}
}

// pause counts if it begins before the due time in force.
func (w *twin) pause(c *twinClock, reason string) {
	if !slices.Contains(c.target.pauses, reason) || c.own.key == "appointment" || !c.paused() && !w.now.Before(c.due()) || !c.breached.IsZero() {
		return
	}
	if !c.paused() {
		c.since = w.now
	}
	c.waiting[reason] = true
}

// resume ends the waiting for a reason, or without one all waiting.
func (w *twin) resume(c *twinClock, reason string) {
	if !c.paused() {
		return
	}
	delete(c.waiting, reason)
	if reason == "" {
		clear(c.waiting)
	}
	if !c.paused() {
		c.pauses = append(c.pauses, twinSpan{c.since, w.now})
	}
}

func (w *twin) meet(c *twinClock) {
	w.resume(c, "")
	if c.due().Before(w.now) && c.breached.IsZero() && c.target.kind != "estimate" {
		c.breached = w.now
	}
	c.met, c.ended = w.now, w.now
	c.early = c.own.key == "window" && w.now.Before(c.own.subs[0].due())
}

func (w *twin) callOff(c *twinClock) {
	w.resume(c, "")
	c.ended, c.called = w.now, true
}

// reopen lets a clock that was met run on as after a pause; one that was met late
// stays breached, and an estimate overrun.
func (w *twin) reopen(m *twinMetric) {
	c := m.clock
	if !c.due().Before(c.met) {
		w.endure(c, twinSpan{c.met, w.now})
	}
	c.met, c.ended, c.early = time.Time{}, time.Time{}, false
	m.done = false
	if m.target != c.target {
		w.change(m)
	}
	m.priority = w.attributes["priority"]
}

// ---- What is seen.

func (c *twinClock) state() sla.State {
	switch {
	case !c.met.IsZero() && !c.breached.IsZero():
		return sla.MetLate
	case !c.met.IsZero():
		return sla.Met
	case !c.breached.IsZero():
		return sla.Breached
	case c.called:
		return sla.Stopped
	case c.paused():
		return sla.Waiting
	}
	return sla.Running
}

// view writes down all clocks and all that is owed.
func (w *twin) view() string {
	var lines []string
	for _, c := range w.clocks {
		end := w.now
		if !c.open() {
			end = c.ended
		}
		overrun := c.target.kind == "estimate" && !c.paused() && c.due().Before(end)
		lines = append(lines, twinClockLine(c.target.id, c.number, c.state(), c.early, overrun, c.start, c.due(), c.met, c.breached, c.ended))
	}
	return twinView(lines, w.owed, w.vague)
}

func twinViewOf(a sla.Assessment, vague []string) string {
	var lines []string
	for _, c := range a.Clocks {
		lines = append(lines, twinClockLine(c.Target.ID, c.Number, c.State, c.Early, c.Overrun, c.Start, c.Due, c.Met, c.Breached, c.Ended))
	}
	var owed []twinOwed
	for _, e := range a.Escalations {
		owed = append(owed, twinOwed{e.At, twinOwedName(e.Target.ID, e.Clock, e.Step, e.Repetition)})
	}
	return twinView(lines, owed, vague)
}

func twinClockLine(id string, number int, state sla.State, early, overrun bool, times ...time.Time) string {
	line := fmt.Sprintf("%s#%d %s", id, number, state)
	for i, name := range []string{"start", "due", "met", "breached", "ended"} {
		if !times[i].IsZero() {
			line += " " + name + " " + twinStamp(times[i])
		}
	}
	if early {
		line += " early"
	}
	if overrun {
		line += " overrun"
	}
	return line
}

func twinStamp(t time.Time) string { return t.UTC().Format("01-02T15:04:05.999999999Z") }

func twinView(clocks []string, owed []twinOwed, vague []string) string {
	lines := slices.Clone(clocks)
	var steps []string
	for _, o := range owed {
		if !slices.Contains(vague, o.name) {
			steps = append(steps, twinStamp(o.at)+" "+o.name)
		}
	}
	slices.Sort(steps)
	return strings.Join(append(lines, steps...), "\n")
}

// ---- The comparison.

func assessAgrees(t *rapid.T) {
	drawn := drawTwinPolicy(t)
	text := drawn.toml()
	policy, err := sla.Parse([]byte(text), "drawn.toml")
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	tl := drawTwinTimeline(t, drawn, policy)
	looks := drawTwinLooks(t, policy, tl)
	w := newTwin(drawn, policy, tl, looks)
	views := map[time.Time]string{}
	w.walk(func(now time.Time) {
		if _, found := slices.BinarySearchFunc(looks, now, time.Time.Compare); found {
			views[now] = w.view()
		}
	})
	for _, now := range looks {
		a, err := policy.Assess(tl, now)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := twinViewOf(a, w.vague), views[now]; got != want {
			t.Fatalf("%s%s\nat %s it is\n%s\nwant\n%s", text, twinEvents(tl), twinStamp(now), got, want)
		}
		if got, want := a.Next, w.next(now); w.vague == nil && !got.Equal(want) && !(want.IsZero() && got.After(looks[len(looks)-1])) {
			t.Fatalf("%s%s\nafter %s the next change is %s, want %s", text, twinEvents(tl), twinStamp(now), twinStamp(got), twinStamp(want))
		}
	}
}

// next returns when something changed first after an instant; zero if nothing did.
func (w *twin) next(now time.Time) (first time.Time) {
	for _, at := range w.changes {
		if at.After(now) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

func twinEvents(tl sla.Timeline) string {
	var b strings.Builder
	for _, e := range tl.Events {
		fmt.Fprintf(&b, "\n%s %s", twinStamp(e.At), e.Kind)
		for _, s := range []string{e.Reason, e.Role} {
			if s != "" {
				b.WriteString(" " + s)
			}
		}
		if len(e.Attributes) > 0 {
			fmt.Fprintf(&b, " %v", e.Attributes)
		}
		if !e.Appointment.IsZero() {
			fmt.Fprintf(&b, " for %s", twinStamp(e.Appointment))
		}
		if e.Contract != nil {
			fmt.Fprintf(&b, " %+v", e.Contract)
		}
	}
	return b.String()
}

// drawTwinLooks returns the instants at which the two are compared, in order:
// around each event, around all that the library says will happen (what it leaves
// out, the others find), and at random.
func drawTwinLooks(t *rapid.T, policy *sla.Policy, tl sla.Timeline) []time.Time {
	var looks []time.Time
	around := func(at time.Time, by time.Duration) { looks = append(looks, at.Add(-by), at, at.Add(by)) }
	first, last := tl.Events[0].At, tl.Events[len(tl.Events)-1].At
	end := last.Add(12 * 24 * time.Hour)
	for _, e := range tl.Events {
		around(e.At, 1)
		around(e.At, time.Minute)
		a := must(policy.Assess(tl, e.At))
		for _, c := range a.Clocks {
			around(c.Due, 1)
		}
	}
	for now, n := first.Add(-1), 0; n < 40; n++ {
		a := must(policy.Assess(tl, now))
		if a.Next.IsZero() {
			break
		}
		around(a.Next, 1)
		now = a.Next
	}
	for range 6 {
		looks = append(looks, first.Add(time.Duration(rapid.IntRange(0, int(end.Sub(first)/time.Minute)).Draw(t, "look"))*time.Minute))
	}
	looks = slices.DeleteFunc(looks, func(at time.Time) bool { return at.Before(first.Add(-time.Hour)) || at.After(end) })
	for i := range looks {
		looks[i] = looks[i].UTC()
	}
	slices.SortFunc(looks, time.Time.Compare)
	return slices.CompactFunc(looks, time.Time.Equal)
}

func TestAssessTwin(t *testing.T) { rapid.Check(t, assessAgrees) }

func FuzzAssess(f *testing.F) { f.Fuzz(rapid.MakeFuzz(assessAgrees)) }
