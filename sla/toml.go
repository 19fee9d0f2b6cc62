package sla

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

// The raw types are the shape of sla.toml. The package comment describes the keys.

type rawPolicy struct {
	Format     int                          `toml:"format" required:"true" hint:"write format = 1"`
	Name       string                       `toml:"name" required:"true" hint:"name the policy"`
	Zone       string                       `toml:"zone" required:"true" hint:"write a time zone, such as \"Europe/Warsaw\""`
	Edition    *int                         `toml:"edition,omitempty"`
	Effective  *rawDate                     `toml:"effective,omitempty"`
	OnChange   string                       `toml:"on_change,omitempty"`
	Attributes map[string]tomldoc.Scalars   `toml:"attributes,omitempty"`
	Roles      map[string]map[string]string `toml:"roles,omitempty"`
	Holidays   map[string][]rawHoliday      `toml:"holidays,omitempty"`
	Calendars  map[string]rawCalendar       `toml:"calendars,omitempty"`
	Targets    []rawTarget                  `toml:"targets" required:"true" hint:"write [[targets]] above each target"`

	Corrections []rawCorrection `toml:"corrections,omitempty" hint:"write [[corrections]] above each correction"`
}

type rawTarget struct {
	ID          string                     `toml:"id" required:"true" hint:"give the target a short name of its own"`
	Metric      string                     `toml:"metric" required:"true" hint:"say what is measured, such as \"transfer\""`
	Kind        string                     `toml:"kind" required:"true" hint:"write commitment, contract, window or estimate"`
	Title       map[string]string          `toml:"title" required:"true" hint:"write title = { en = \"…\" }"`
	Source      tomldoc.Strings            `toml:"source" required:"true" hint:"name the clause or requirement that it comes from"`
	Match       map[string]tomldoc.Scalars `toml:"match,omitempty"`
	Start       tomldoc.Strings            `toml:"start" required:"true" hint:"name the event from which it counts, such as \"opened\""`
	Meets       tomldoc.Strings            `toml:"meets" required:"true" hint:"name the event that meets it, such as \"closed\""`
	Cancels     *tomldoc.Strings           `toml:"cancels,omitempty"`
	Reopens     *tomldoc.Strings           `toml:"reopens,omitempty"`
	Approvals   tomldoc.Strings            `toml:"approvals,omitempty"`
	Pauses      tomldoc.Strings            `toml:"pauses,omitempty"`
	BackedBy    string                     `toml:"backed_by,omitempty"`
	HandOver    tomldoc.Strings            `toml:"hand_over_after,omitempty"`
	OnChange    string                     `toml:"on_change,omitempty"`
	Calendar    string                     `toml:"calendar" required:"true" hint:"name a calendar, or write \"elapsed\" for time that runs day and night"`
	Due         *rawDue                    `toml:"due" required:"true" hint:"say when it is due, such as due = { within = \"20m\" }"`
	Escalations []rawStep                  `toml:"escalations,omitempty" hint:"write [[targets.escalations]] above each step"`
}

type rawDue struct {
	Within      *rawDuration `toml:"within,omitempty"`
	Days        *int         `toml:"days,omitempty"`
	At          string       `toml:"at,omitempty"`
	Immediate   *bool        `toml:"immediate,omitempty"`
	Grace       *rawDuration `toml:"grace,omitempty"`
	Appointment *bool        `toml:"appointment,omitempty"`
	Cutoffs     []rawCutoff  `toml:"cutoffs,omitempty"`
	Inclusive   *bool        `toml:"inclusive,omitempty"`
	Granularity string       `toml:"granularity,omitempty"`
	Min         *rawDue      `toml:"min,omitempty"`
	Max         *rawDue      `toml:"max,omitempty"`
	Contract    string       `toml:"contract,omitempty"`
	Default     *rawDue      `toml:"default,omitempty"`
	Earliest    []rawDue     `toml:"earliest,omitempty"`
	Latest      []rawDue     `toml:"latest,omitempty"`
	Calendar    string       `toml:"calendar,omitempty"`
}

type rawCutoff struct {
	Until *rawTimeOfDay   `toml:"until,omitempty"`
	Days  *int            `toml:"days" required:"true" hint:"write 0 for the same working day, 1 for the next"`
	At    string          `toml:"at" required:"true" hint:"write \"close\" or a time such as \"12:00\""`
	Meets tomldoc.Strings `toml:"meets,omitempty"`
}

type rawStep struct {
	At       string                     `toml:"at,omitempty"`
	Before   *rawDuration               `toml:"before,omitempty"`
	After    *rawDuration               `toml:"after,omitempty"`
	Age      *int                       `toml:"age,omitempty"`
	ByHand   *bool                      `toml:"by_hand,omitempty"`
	Match    map[string]tomldoc.Scalars `toml:"match,omitempty"`
	To       string                     `toml:"to" required:"true" hint:"name one of [roles]"`
	Do       string                     `toml:"do" required:"true" hint:"write watch, take-over or activate-vendor"`
	Every    *rawDuration               `toml:"every,omitempty"`
	Times    *int                       `toml:"times,omitempty"`
	Calendar string                     `toml:"calendar,omitempty"`
}

type rawDuration time.Duration

// UnmarshalText reads a positive duration in Go's writing.
func (d *rawDuration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration; write %s", text, durationCure(string(text)))
	}
	if v < 0 {
		return fmt.Errorf("%q is negative; write it without the sign", text)
	}
	*d = rawDuration(v)
	return nil
}

// durationCure makes "20m" of "20 minutes", in quotes. A day is never a length of
// working time, so for days it says what there is instead.
func durationCure(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	unit := strings.TrimLeft(s, "0123456789.")
	number := s[:len(s)-len(unit)]
	unit = strings.TrimSpace(unit)
	n, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return `one such as "20m" or "1h30m"`
	}
	const longest = 2_562_047 // hours that a duration can hold
	switch unit {
	case "d", "day", "days", "w", "week", "weeks":
		return daysCure(n, unit[0] == 'w')
	case "s", "sec", "secs", "second", "seconds":
		unit, n = "s", n/3600
	case "h", "hr", "hrs", "hour", "hours":
		unit = "h"
	case "", "m", "min", "mins", "minute", "minutes":
		unit, n = "m", n/60
	default:
		return `one such as "20m" or "1h30m"`
	}
	if n >= longest {
		return `less than "2562047h", which is 292 years`
	}
	return strconv.Quote(number + unit)
}

func daysCure(n float64, weeks bool) string {
	working, elapsed := n, n*24
	if weeks {
		working, elapsed = 5*n, 7*24*n
	}
	if n != math.Trunc(n) || n < 1 || n > 1000 {
		working, elapsed = 1, 24
	}
	return fmt.Sprintf(`days = %g, with at = "close", for working days, or "%gh" of the calendar %q for time that runs day and night`, working, elapsed, Elapsed)
}

type rawTimeOfDay worktime.TimeOfDay

// UnmarshalText reads 10:00 or 10:00:30.
func (t *rawTimeOfDay) UnmarshalText(text []byte) error {
	v, err := worktime.ParseTimeOfDay(string(text))
	*t = rawTimeOfDay(v)
	return err
}

// AcceptsTOML lets a time be written without quotes.
func (*rawTimeOfDay) AcceptsTOML(kind string) bool { return kind == "time" }

// Parse reads a policy from sla.toml. The name is the file's, for the errors:
// all mistakes come back joined, in the order of lines, each a
// [*townclerk.FileError].
func Parse(data []byte, name string) (*Policy, error) { return parse(data, name, nil) }

// parse reads a policy whose holidays may be locked.
func parse(data []byte, name string, l *lock) (*Policy, error) {
	var raw rawPolicy
	p := parser{raw: &raw, lock: l, doc: tomldoc.Decode(data, name, &raw), specs: map[string]*worktime.Spec{}}
	p.policy = &Policy{name: raw.Name, file: name, lock: l, calendars: map[string]*worktime.Calendar{}, measures: []measure{{}}}
	p.parse()
	if err := p.doc.Err(); err != nil {
		return nil, err
	}
	p.policy.source = source{raw: &raw, doc: p.doc, specs: p.specs, holidays: p.holidays}
	for _, r := range p.policy.revisions {
		r.source = p.policy.source
	}
	return p.policy, nil
}

// source is what a policy was parsed from, which Lint looks at: the tree of the
// document knows the line of each key.
type source struct {
	raw      *rawPolicy
	doc      *tomldoc.Doc
	specs    map[string]*worktime.Spec // by calendar
	holidays map[string][]worktime.Holiday
}

type parser struct {
	raw      *rawPolicy
	doc      *tomldoc.Doc
	lock     *lock // or nil
	policy   *Policy
	holidays map[string][]worktime.Holiday // by set
	specs    map[string]*worktime.Spec     // of the calendars that have no mistakes
	room     room                          // for calendars
	dates    int                           // that were entered

	roleIDs, sets, calendars nameSet // those of the file
}

type path = tomldoc.Path

func at(steps ...any) path { return tomldoc.At(steps...) }

func (p *parser) parse() {
	if p.raw.Format != 1 && !p.doc.Failed(at("format")) {
		p.doc.Errorf(at("format"), "%d is not a format that is known here; write format = 1", p.raw.Format)
	}
	p.plain()
	p.roleIDs, p.sets = namesOf(p.doc.Keys(at("roles"))), namesOf(p.doc.Keys(at("holidays")))
	p.calendars = namesOf(append(p.doc.Keys(at("calendars")), Elapsed))
	p.zone()
	p.change(at("on_change"), p.raw.OnChange)
	p.attributes()
	p.roles()
	p.holidaySets()
	for _, name := range p.doc.Keys(at("calendars")) {
		p.calendar(name)
	}
	if p.atMost(at("targets"), len(p.raw.Targets), mostTargets, "targets") {
		p.unique()
		p.targets()
	}
	p.edition()
}

func (p *parser) targets() {
	for i := range p.raw.Targets {
		p.target(i)
	}
	p.policy.metrics = byMetric(p.policy.targets)
	if !p.policy.index() {
		p.doc.Errorf(at("targets"), "they name more than %d different events; name fewer", mostKinds)
	}
	p.backings()
}

func (p *parser) zone() {
	loc, err := time.LoadLocation(p.raw.Zone)
	if p.raw.Zone == "" {
		return
	}
	if err != nil || p.raw.Zone == "Local" {
		p.doc.Errorf(at("zone"), "no time zone is named %q; write one such as \"Europe/Warsaw\"", p.raw.Zone)
		return
	}
	p.policy.zone = loc
}

// change reads on_change and reports whether clocks count from the change.
func (p *parser) change(at path, value string) bool {
	if value != "" && value != "opening" && value != "change" {
		p.doc.Errorf(at, "%q is not known; write \"opening\" to count from the start, \"change\" to count from the change", value)
	}
	return value == "change"
}

func (p *parser) attributes() {
	p.policy.declared, p.policy.values = namesOf(p.doc.Keys(at("attributes"))), map[string]nameSet{}
	p.atMost(at("attributes"), len(p.policy.declared.list), mostAttributes, "attributes")
	for _, key := range p.policy.declared.list {
		a := Attribute{Key: key}
		for _, v := range p.raw.Attributes[key] {
			a.Values = append(a.Values, string(v))
		}
		twice(a.Values, func(value string) { p.doc.Errorf(at("attributes", key), "%q stands twice", value) })
		p.policy.attributes = append(p.policy.attributes, a)
		p.policy.values[key] = namesOf(a.Values)
	}
}

func (p *parser) roles() {
	for _, id := range p.roleIDs.list {
		p.policy.roles = append(p.policy.roles, Role{ID: id, Titles: p.raw.Roles[id]})
	}
}

func byMetric(targets []*Target) []metric {
	var metrics []metric
	places := map[string]int{}
	for _, t := range targets {
		i, ok := places[t.Metric]
		if !ok {
			i = len(metrics)
			places[t.Metric] = i
			metrics = append(metrics, metric{name: t.Metric})
		}
		metrics[i].targets = append(metrics[i].targets, t)
	}
	return metrics
}

// target parses the ith target.
func (p *parser) target(i int) {
	raw, here := &p.raw.Targets[i], at("targets", i)
	t := &Target{
		ID: raw.ID, Metric: raw.Metric, Kind: Kind(raw.Kind), Titles: raw.Title, Source: raw.Source, Calendar: raw.Calendar,
		Start: raw.Start, Meets: raw.Meets, Approvals: raw.Approvals, Pauses: raw.Pauses,
		BackedBy: raw.BackedBy, HandOverAfter: raw.HandOver,
		cancels: []string{Cancelled}, reopens: []string{Reopened},
	}
	if raw.Cancels != nil {
		t.cancels = *raw.Cancels
	}
	if raw.Reopens != nil {
		t.reopens = *raw.Reopens
	}
	if raw.Kind != "" {
		p.oneOf(here.Add("kind"), raw.Kind, kinds)
	}
	t.match = p.match(here.Add("match"), raw.Match)
	t.fromChange = p.change(here.Add("on_change"), raw.OnChange) || raw.OnChange == "" && p.raw.OnChange == "change"
	p.events(here, t)
	m, known := p.measure(here.Add("calendar"), raw.Calendar)
	if raw.Due != nil && known {
		t.due = p.due(here.Add("due"), raw.Due, m, true)
	}
	t.contract = t.due.asks(contract)
	if t.due.op == appointment && !slices.Equal(t.Start, []string{Appointed}) && len(t.Start) > 0 {
		p.doc.Errorf(here.Add("start"), "an appointment counts from its agreement; write start = %q", Appointed)
	}
	if !p.atMost(here.Add("escalations"), len(raw.Escalations), mostSteps, "escalations") {
		raw.Escalations = nil
	}
	for j := range raw.Escalations {
		t.escalations = append(t.escalations, p.step(here.Add("escalations", j), &raw.Escalations[j], m, known))
	}
	p.policy.targets = append(p.policy.targets, t)
}

// unique checks that each target has an id of its own.
func (p *parser) unique() {
	first := map[string]int{}
	for i := range p.raw.Targets {
		id := p.raw.Targets[i].ID
		if j, taken := first[id]; taken && id != "" {
			p.doc.Errorf(at("targets", i, "id"), "%q is taken by the target of line %d; give this one another", id, p.doc.Line(at("targets", j, "id")))
			continue
		}
		first[id] = i
	}
}

// events checks which events start, meet, stop and pause the target.
func (p *parser) events(here path, t *Target) {
	if !p.withinNames(here, t) {
		t.Start, t.Meets, t.cancels, t.reopens, t.Approvals = nil, nil, nil, nil, nil
		return
	}
	for _, kind := range t.Start {
		if slices.Contains(t.Meets, kind) {
			p.doc.Errorf(here.Add("meets"), "%q starts the target as well; it needs another event to be met", kind)
		}
	}
	for _, list := range t.lists() {
		for _, kind := range list.names {
			if (kind == Paused || kind == Resumed) && list.key != "approvals" {
				p.doc.Errorf(here.Add(list.key), "%q is waiting, which pauses says; name another event", kind)
			}
		}
	}
	for _, role := range t.Approvals {
		p.role(here.Add("approvals"), role)
	}
	twice(t.Approvals, func(role string) { p.doc.Errorf(here.Add("approvals"), "%q stands twice", role) })
	if len(t.Approvals) > 0 && !slices.Equal(t.Start, []string{Approved}) && len(t.Start) > 0 {
		p.doc.Errorf(here.Add("start"), "a target with approvals counts from the last of them; write start = %q", Approved)
	}
	const most = 60
	if len(t.Pauses) > most {
		p.doc.Errorf(here.Add("pauses"), "%d reasons are too many; %d at the most", len(t.Pauses), most)
	}
}

func (p *parser) oneOf(here path, value string, known []string) {
	if !slices.Contains(known, value) {
		p.doc.Errorf(here, "%q is not known%s", value, tomldoc.Suggest(value, known))
	}
}

func (p *parser) role(here path, id string) {
	if !p.roleIDs.set[id] {
		p.doc.Errorf(here, "no role is named %q in [roles]%s", id, tomldoc.Suggest(id, p.roleIDs.list))
	}
}

func (p *parser) match(here path, raw map[string]tomldoc.Scalars) []condition {
	var conditions []condition
	for _, key := range p.doc.Keys(here) {
		c := condition{key: key}
		for _, v := range raw[key] {
			c.values = append(c.values, string(v))
			if err := p.policy.CheckAttribute(key, string(v)); err != nil {
				p.doc.Errorf(here.Add(key), "%v", err)
			}
		}
		if len(c.values) == 0 && !p.doc.Failed(here.Add(key)) {
			p.doc.Errorf(here.Add(key), "no value is given, so nothing can match; leave the key out to match all")
		}
		conditions = append(conditions, c)
	}
	return conditions
}

// measure finds a calendar by name; known is false where there is none.
func (p *parser) measure(here path, name string) (m measure, known bool) {
	switch {
	case name == Elapsed:
		return measure{}, true
	case name == "":
		return measure{}, false
	}
	if cal, ok := p.policy.calendars[name]; ok {
		return p.policy.measure(cal), cal != nil // nil: it has mistakes of its own
	}
	p.doc.Errorf(here, "no calendar is named %q%s", name, tomldoc.Suggest(name, p.calendars.list))
	return measure{}, false
}

// step parses one escalation. m is the target's measure; known is false where its
// calendar has mistakes of its own.
func (p *parser) step(here path, raw *rawStep, m measure, known bool) step {
	s := step{m: m, to: raw.To, do: Action(raw.Do), match: p.match(here.Add("match"), raw.Match)}
	if raw.Calendar != "" {
		s.m, known = p.measure(here.Add("calendar"), raw.Calendar)
	}
	if raw.To != "" {
		p.role(here.Add("to"), raw.To)
	}
	if raw.Do != "" {
		p.oneOf(here.Add("do"), raw.Do, actions)
	}
	p.trigger(here, raw, &s, known)
	p.repeats(here, raw, &s)
	return s
}

func (p *parser) trigger(here path, raw *rawStep, s *step, known bool) {
	found := p.given(here, "at", "before", "after", "age", "by_hand")
	if len(found) != 1 {
		p.doc.Errorf(here, "a step fires at one occasion; write one of at, before, after, age and by_hand")
		return
	}
	if p.doc.Failed(here.Add(found[0])) {
		return
	}
	switch found[0] {
	case "before":
		s.trigger, s.d = before, time.Duration(*raw.Before)
	case "after":
		s.trigger, s.d = after, time.Duration(*raw.After)
	case "by_hand":
		s.trigger = byHand
		if !*raw.ByHand {
			p.doc.Errorf(here.Add("by_hand"), "write by_hand = true, or another occasion")
		}
	case "age":
		p.age(here, raw, s, known)
	case "at":
		p.when(here.Add("at"), raw.At, s)
	}
}

func (p *parser) age(here path, raw *rawStep, s *step, known bool) {
	s.trigger, s.days = atAge, *raw.Age
	if *raw.Age < 1 {
		p.doc.Errorf(here.Add("age"), "%d working days is no age; write 1 or more", *raw.Age)
	}
	if known && s.m.cal == nil {
		p.doc.Errorf(here.Add("age"), "an age is counted in working days; name their calendar with calendar = \"…\"")
	}
}

func (p *parser) when(here path, value string, s *step) {
	switch value {
	case "start":
		s.trigger = atStart
	case "due":
		s.trigger = after
	default:
		sh, err := parseShare(value)
		if err != nil {
			p.doc.Errorf(here, "%v", err)
		}
		s.trigger, s.share = atShare, sh
	}
}

// parseShare reads 80% or 62.5%.
func parseShare(s string) (share, error) {
	bad := fmt.Errorf(`%q is not known; write "start", "due" or a share of the target such as "80%%"`, s)
	digits, ok := strings.CutSuffix(s, "%")
	if !ok {
		return share{}, bad
	}
	digits = strings.TrimSpace(digits)
	whole, frac, _ := strings.Cut(digits, ".")
	if whole == "" || len(whole) > 4 || len(frac) > 4 || strings.Trim(whole+frac, "0123456789") != "" {
		return share{}, bad
	}
	sh := share{0, 100}
	for _, digit := range whole + frac {
		sh.num = sh.num*10 + int64(digit-'0')
	}
	for range frac {
		sh.den *= 10
	}
	if sh.num == 0 {
		return share{}, fmt.Errorf(`%q is the start; write "start"`, s)
	}
	return sh, nil
}

func (p *parser) repeats(here path, raw *rawStep, s *step) {
	every, times := p.doc.Has(here.Add("every")), p.doc.Has(here.Add("times"))
	if !every && !times || p.doc.Failed(here.Add("every")) || p.doc.Failed(here.Add("times")) {
		return
	}
	const most = 1000
	switch {
	case !every:
		p.doc.Errorf(here.Add("times"), "it says how often, not how far apart; add every = \"4h\"")
	case !times:
		p.doc.Errorf(here.Add("every"), "it says how far apart, not how often; add times = 3")
	case time.Duration(*raw.Every) < time.Minute:
		p.doc.Errorf(here.Add("every"), "repetitions are a minute apart or more")
	case *raw.Times < 1 || *raw.Times > most:
		p.doc.Errorf(here.Add("times"), "%d is not possible; write 1 to %d", *raw.Times, most)
	case s.trigger != after && s.trigger != atAge && s.trigger != 0:
		p.doc.Errorf(here.Add("every"), "only a step at the due time, after it, or at an age can repeat")
	default:
		s.every, s.times = time.Duration(*raw.Every), *raw.Times
	}
}

// given returns which of the keys the table has.
func (p *parser) given(here path, keys ...string) []string {
	var found []string
	for _, key := range keys {
		if p.doc.Has(here.Add(key)) {
			found = append(found, key)
		}
	}
	return found
}
