package slatest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// The raw types are the shape of a vector. The package comment describes the keys.

type rawVector struct {
	sla.TimelineTable
	Title      string          `toml:"title" required:"true" hint:"say in a few words what it shows"`
	Source     tomldoc.Strings `toml:"source,omitempty"`
	Unreviewed bool            `toml:"unreviewed,omitempty"`
	rawExpectation
	Expect []rawExpectation `toml:"expect,omitempty" hint:"write [[expect]] above each instant"`
}

type rawExpectation struct {
	Now Instant `toml:"now,omitempty"`
	Clocks
	Owed []rawOwed `toml:"owed,omitempty" hint:"write [[owed]] above each escalation, or owed = [] for none"`
}

// Clocks is the keys of a document that say how the clocks of a timeline stand, by
// target or metric. It is embedded in the struct into which a suite of this module
// decodes what it expects; [Judge] reads it.
type Clocks struct {
	Due    map[string]Instant         `toml:"due,omitempty"`
	State  map[string]string          `toml:"state,omitempty"`
	Paused map[string]tomldoc.Strings `toml:"paused,omitempty"`
	Former map[string]tomldoc.Strings `toml:"former,omitempty"`
}

type rawOwed struct {
	Target string  `toml:"target" required:"true" hint:"name a target or its metric"`
	At     Instant `toml:"at" required:"true" hint:"say when it fell due"`
	To     string  `toml:"to,omitempty"`
	Do     string  `toml:"do,omitempty"`
	Reason string  `toml:"reason,omitempty"`
}

// Instant is a time as written in a document; the zone in which it is read is the policy's.
type Instant string

// UnmarshalText keeps the text.
func (t *Instant) UnmarshalText(text []byte) error {
	*t = Instant(text)
	return nil
}

// AcceptsTOML lets times be written without quotes.
func (*Instant) AcceptsTOML(kind string) bool { return kind == "date-time" || kind == "instant" }

// Day is a date in a suite's document, written with quotes or without.
type Day worktime.Date

// UnmarshalText reads 2026-06-07.
func (d *Day) UnmarshalText(text []byte) error {
	day, err := worktime.ParseDate(string(text))
	*d = Day(day)
	return err
}

// AcceptsTOML lets days be written without quotes.
func (*Day) AcceptsTOML(kind string) bool { return kind == "date" }

// What a vector may expect beside the engine's own states.
const (
	metEarly = "met early"
	none     = "none"
)

var states = []string{
	string(sla.Running), string(sla.Waiting), string(sla.Met), metEarly, string(sla.Breached), string(sla.MetLate),
	string(sla.Stopped), string(sla.Undetermined), none,
}

// Judge holds timelines against what a document expects of them. Mistakes and
// failures are added to the document.
type Judge struct {
	policy *sla.Policy
	engine engine
	doc    *tomldoc.Doc
}

// NewJudge returns a judge for a suite of this module, whose document has [Clocks].
func NewJudge(policy *sla.Policy, doc *tomldoc.Doc) *Judge { return &Judge{policy, policy, doc} }

// judge is a Judge of a vector, which has one timeline.
type judge struct {
	Judge
	timeline sla.Timeline
}

func checkVector(policy *sla.Policy, e engine, data []byte, name string) Vector {
	var raw rawVector
	j := judge{Judge: Judge{policy, e, tomldoc.Decode(data, name, &raw)}}
	j.timeline = policy.TimelineIn(j.doc, &raw.TimelineTable)
	if j.timeline.ID == "" {
		j.timeline.ID = name
	}
	if pin := j.timeline.Edition; pin > 0 && pin != policy.Edition().Number {
		j.doc.Errorf(tomldoc.At("edition"), "it is of edition %d, which the policy is not; put it beside that one, or take the edition out", pin)
	}
	moments := j.moments(&raw)
	// What a file with mistakes expects is not known.
	if j.doc.Err() == nil {
		for i := range moments {
			j.judge(&moments[i])
		}
	}
	return Vector{Name: name, Title: raw.Title, Source: raw.Source, Unreviewed: raw.Unreviewed, Err: j.doc.Err()}
}

// moment is an instant at which something is expected.
type moment struct {
	here tomldoc.Path
	raw  *rawExpectation
	now  time.Time
}

func (j *judge) moments(raw *rawVector) []moment {
	var all []moment
	top := tomldoc.At()
	if j.expects(top) {
		m := moment{top, &raw.rawExpectation, j.known()}
		if raw.Now != "" {
			m.now = j.Time(top.Add("now"), raw.Now)
		}
		all = append(all, m)
	} else if raw.Now != "" && len(raw.Expect) > 0 {
		j.doc.Errorf(top.Add("now"), "nothing is expected then; write [due] below it, or write it in an [[expect]]")
	}
	for i := range raw.Expect {
		here, x := tomldoc.At("expect", i), &raw.Expect[i]
		all = append(all, moment{here, x, j.Time(here.Add("now"), x.Now)})
		switch {
		case j.doc.Failed(here):
		case x.Now == "":
			j.doc.Errorf(here.Add("now"), "missing; say as of when, with now = 2026-06-07T10:00:00")
		case !j.expects(here):
			j.doc.Errorf(here, "it expects nothing; write [expect.due] with transfer = 2026-06-07T10:20:00")
		}
	}
	if len(all) == 0 && !j.doc.Failed(nil) {
		j.doc.Errorf(nil, "it expects nothing; write [due] with transfer = 2026-06-07T10:20:00")
	}
	for i := range all {
		j.check(&all[i])
	}
	return all
}

func (j *judge) expects(here tomldoc.Path) bool {
	return j.Expects(here) || j.doc.Has(here.Add("owed"))
}

// Expects reports whether the Clocks at a place in the document say anything.
func (j *Judge) Expects(here tomldoc.Path) bool {
	return slices.ContainsFunc(clockKeys, func(key string) bool { return len(j.doc.Keys(here.Add(key))) > 0 })
}

// clockKeys is the keys of Clocks.
var clockKeys = []string{"due", "state", "paused", "former"}

// known returns when the last event is known.
func (j *judge) known() time.Time {
	var last time.Time
	for i := range j.timeline.Events {
		for _, t := range []time.Time{j.timeline.Events[i].At, j.timeline.Events[i].Recorded} {
			if t.After(last) {
				last = t
			}
		}
	}
	return last
}

// Time reads a time on the policy's zone. One that the clock skips or shows twice is
// a mistake unless it has an offset. An empty one is the zero time.
func (j *Judge) Time(here tomldoc.Path, raw Instant) time.Time {
	if raw == "" {
		return time.Time{}
	}
	at, err := worktime.ParseTime(string(raw), j.policy.Zone())
	if err != nil {
		j.doc.Errorf(here, "%v", err)
	}
	return at
}

// check finds the mistakes of an expectation.
func (j *judge) check(m *moment) {
	j.Check(m.here, &m.raw.Clocks)
	for i := range m.raw.Owed {
		j.checkOwed(m.here.Add("owed", i), &m.raw.Owed[i])
	}
}

// Check finds the mistakes of Clocks that stand at a place in the document.
func (j *Judge) Check(at tomldoc.Path, want *Clocks) {
	for _, table := range clockKeys {
		for _, name := range j.doc.Keys(at.Add(table)) {
			here := at.Add(table, name)
			j.Name(here, name)
			switch table {
			case "due":
				j.Time(here, want.Due[name])
			case "state":
				j.state(here, want.State[name])
			case "paused":
				j.reasons(here, name, want.Paused[name])
			case "former":
				for _, state := range want.Former[name] {
					j.state(here, state)
				}
			}
		}
	}
}

func (j *judge) checkOwed(here tomldoc.Path, o *rawOwed) {
	if o.Target != "" {
		j.Name(here.Add("target"), o.Target)
	}
	j.Time(here.Add("at"), o.At)
	var roles []string
	for _, r := range j.policy.Roles() {
		roles = append(roles, r.ID)
	}
	if o.To != "" && !slices.Contains(roles, o.To) {
		j.doc.Errorf(here.Add("to"), "no role is named %q in the policy%s", o.To, tomldoc.Suggest(o.To, roles))
	}
	actions := []string{string(sla.Watch), string(sla.TakeOver), string(sla.ActivateVendor)}
	if o.Do != "" && !slices.Contains(actions, o.Do) {
		j.doc.Errorf(here.Add("do"), "%q is not known%s", o.Do, tomldoc.Suggest(o.Do, actions))
	}
}

// Name reports a name that is neither a target's nor a metric's.
func (j *Judge) Name(here tomldoc.Path, name string) {
	var known []string
	for _, t := range j.policy.Targets() {
		known = append(known, t.ID)
	}
	for _, t := range j.policy.Targets() {
		if !slices.Contains(known, t.Metric) {
			known = append(known, t.Metric)
		}
	}
	if !slices.Contains(known, name) {
		j.doc.Errorf(here, "no target or metric is named %q%s", name, tomldoc.Suggest(name, known))
	}
}

func (j *Judge) state(here tomldoc.Path, state string) {
	if !slices.Contains(states, state) && !j.doc.Failed(here) {
		j.doc.Errorf(here, "%q is not a state%s", state, tomldoc.Suggest(state, states))
	}
}

// reasons reports a reason for which no target of that name pauses.
func (j *Judge) reasons(here tomldoc.Path, name string, reasons []string) {
	var known []string
	for _, t := range j.policy.Targets() {
		if t.ID == name || t.Metric == name {
			known = append(known, t.Pauses...)
		}
	}
	if len(reasons) == 0 && !j.doc.Failed(here) {
		j.doc.Errorf(here, "say for which reason it is paused")
	}
	for _, reason := range reasons {
		if !slices.Contains(known, reason) && !j.doc.Failed(here) {
			j.doc.Errorf(here, "%s does not pause for %q%s", name, reason, tomldoc.Suggest(reason, known))
		}
	}
}

// judge reports what is not as expected.
func (j *judge) judge(m *moment) {
	if a := j.Judge.Judge(m.here, &m.raw.Clocks, j.timeline, m.now); a != nil && j.doc.Has(m.here.Add("owed")) {
		j.judgeOwed(m, a)
	}
}

// Judge reports how the clocks of a timeline are not, at now, as a place in the
// document expects. It returns the assessment, or nil if there is none.
func (j *Judge) Judge(at tomldoc.Path, want *Clocks, tl sla.Timeline, now time.Time) *sla.Assessment {
	a, err := j.engine.Explain(tl, now)
	if err != nil {
		j.doc.Errorf(at, "%v", err)
		return nil
	}
	v := verdict{j, tl, now, &a}
	for _, name := range j.doc.Keys(at.Add("due")) {
		here := at.Add("due", name)
		want := j.Time(here, want.Due[name])
		c := find(j.policy, &a, name)
		if c == nil || !c.Due.Equal(want) {
			v.fail(here, name, got(c), stamp(want))
		}
	}
	for _, name := range j.doc.Keys(at.Add("state")) {
		c, want := find(j.policy, &a, name), want.State[name]
		if state := stateOf(c); state != want {
			v.fail(at.Add("state", name), name, state, want)
		}
	}
	for _, name := range j.doc.Keys(at.Add("former")) {
		c, want := find(j.policy, &a, name), list(want.Former[name])
		if former := formerOf(c); former != want {
			v.fail(at.Add("former", name), name, former, want)
		}
	}
	for _, name := range j.doc.Keys(at.Add("paused")) {
		v.paused(at.Add("paused", name), name, want.Paused[name])
	}
	return &a
}

// verdict is a timeline as it stands at an instant.
type verdict struct {
	*Judge
	timeline   sla.Timeline
	now        time.Time
	assessment *sla.Assessment
}

// paused ends the pauses, as an assessment does not say for which reasons
// a clock waits: without one of the reasons it still waits, without all it runs.
func (v *verdict) paused(here tomldoc.Path, name string, reasons []string) {
	if state := stateOf(find(v.policy, v.assessment, name)); state != string(sla.Waiting) {
		v.fail(here, name, state, "paused for "+list(reasons))
		return
	}
	for i := range reasons {
		others := slices.Delete(slices.Clone(reasons), i, i+1)
		if v.resumed(name, others) != string(sla.Waiting) {
			v.fail(here, name, fmt.Sprintf("not paused for %q", reasons[i]), "paused for "+list(reasons))
			return
		}
	}
	if state := v.resumed(name, reasons); state == string(sla.Waiting) {
		v.fail(here, name, "paused for another reason as well", "paused for "+list(reasons))
	}
}

// resumed returns the state that the clock would have if these pauses ended now.
func (v *verdict) resumed(name string, reasons []string) string {
	tl := sla.Timeline{ID: v.timeline.ID}
	for _, e := range v.timeline.Events {
		known := e.Recorded
		if known.IsZero() {
			known = e.At
		}
		if !known.After(v.now) {
			tl.Events = append(tl.Events, e)
		}
	}
	seq := tl.Events[len(tl.Events)-1].Seq
	for _, reason := range reasons {
		seq++
		// As corrections they may follow an event that is recorded ahead of its time.
		tl.Events = append(tl.Events, sla.Event{Kind: sla.Resumed, At: v.now, Reason: reason, Seq: seq, Correction: true, Recorded: v.now})
	}
	a, err := v.engine.Assess(tl, v.now)
	if err != nil {
		return err.Error()
	}
	return stateOf(find(v.policy, &a, name))
}

// judgeOwed reports if other escalations are owed than are expected.
func (j *judge) judgeOwed(m *moment, a *sla.Assessment) {
	left := slices.Clone(a.Escalations)
	missing := false
	for i := range m.raw.Owed {
		o := &m.raw.Owed[i]
		at := j.Time(m.here.Add("owed", i, "at"), o.At)
		n := slices.IndexFunc(left, func(e sla.Escalation) bool { return o.is(&e, at) })
		if n < 0 {
			missing = true
			continue
		}
		left = slices.Delete(left, n, n+1)
	}
	if !missing && len(left) == 0 {
		return
	}
	var text strings.Builder
	fmt.Fprintf(&text, "other escalations are owed%s; got", asOf(m.now))
	for i := range a.Escalations {
		e := &a.Escalations[i]
		line(&text, e.Target.ID, e.To, string(e.Do), e.Reason, stamp(e.At))
	}
	if len(a.Escalations) == 0 {
		text.WriteString("\n    nothing")
	}
	text.WriteString("\n  want")
	for i := range m.raw.Owed {
		o := &m.raw.Owed[i]
		line(&text, o.Target, o.To, o.Do, o.Reason, stamp(j.Time(nil, o.At)))
	}
	if len(m.raw.Owed) == 0 {
		text.WriteString("\n    nothing")
	}
	j.doc.Errorf(m.here.Add("owed"), "%s", text.String())
}

func line(text *strings.Builder, target, to, do, reason, at string) {
	fmt.Fprintf(text, "\n    %s: %s", target, at)
	if to != "" {
		fmt.Fprintf(text, ", to %s", to)
	}
	if do != "" {
		fmt.Fprintf(text, ", %s", do)
	}
	if reason != "" {
		fmt.Fprintf(text, " (%s)", reason)
	}
}

func (o *rawOwed) is(e *sla.Escalation, at time.Time) bool {
	return (o.Target == e.Target.ID || o.Target == e.Target.Metric) && e.At.Equal(at) &&
		(o.To == "" || o.To == e.To) && (o.Do == "" || o.Do == string(e.Do)) && (o.Reason == "" || o.Reason == e.Reason)
}

// fail reports what was got beside what is wanted, and why.
func (v *verdict) fail(here tomldoc.Path, name, got, want string) {
	a := v.assessment
	var text strings.Builder
	fmt.Fprintf(&text, "got %s, want %s%s", got, want, asOf(v.now))
	c := find(v.policy, a, name)
	if c == nil {
		others := false
		for i := range a.Clocks {
			other := &a.Clocks[i]
			fmt.Fprintf(&text, "\n    %s is %s", other.Target.ID, stateOf(other))
			others = true
		}
		if !others {
			text.WriteString("\n    no clock has begun")
		}
	} else {
		fmt.Fprintf(&text, "\n    %s is %s", c.Target.ID, stateOf(c))
		if c.Number > 1 {
			fmt.Fprintf(&text, ", its clock %d", c.Number)
		}
		for _, s := range c.Steps() {
			fmt.Fprintf(&text, "\n    - %s", s.Why())
		}
	}
	v.doc.Errorf(here, "%s", text.String())
}

func asOf(now time.Time) string { return ", as of " + stamp(now) }

// find returns the last clock of the target or else the metric of that name, or nil.
func find(policy *sla.Policy, a *sla.Assessment, name string) *sla.Clock {
	if policy.Target(name) != nil {
		return a.Clock(name)
	}
	for i := len(a.Clocks) - 1; i >= 0; i-- {
		if a.Clocks[i].Target.Metric == name {
			return &a.Clocks[i]
		}
	}
	return nil
}

func got(c *sla.Clock) string {
	switch {
	case c == nil:
		return "no clock"
	case c.Due.IsZero():
		return fmt.Sprintf("no due time (%v)", c.Err())
	}
	return stamp(c.Due)
}

func stateOf(c *sla.Clock) string {
	switch {
	case c == nil:
		return none
	case c.State == sla.Met && c.Early:
		return metEarly
	}
	return string(c.State)
}

func formerOf(c *sla.Clock) string {
	var former []string
	if c != nil {
		for _, v := range c.Former() {
			former = append(former, string(v.State))
		}
	}
	return list(former)
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, " and ")
}

// stamp prints an instant as people read it, with as much of it as there is.
func stamp(t time.Time) string { return sla.LanguageFor("en").Time(t) }
