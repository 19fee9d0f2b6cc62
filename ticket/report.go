package ticket

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
)

// Report is what [Policy.Report] found out, as data: counts are exact, and nothing
// is rounded. [Report.In] puts it into words. What a report of its kind does not
// tell is empty.
type Report struct {
	Kind   ReportKind
	Period townclerk.Period
	Now    time.Time        // as of which it is told
	Former townclerk.Period // the year before; only in a yearly report

	Total       Volume
	Before      Volume            // of the former period
	Calls       []ReportedCall    // opened in the period, in the order in which they were; weekly
	States      []ReportedState   // of these calls; weekly
	Handlers    []ReportedHandler // by their ids; monthly
	Months      []ReportedGroup   // called as in 2026-03; yearly
	Departments []ReportedGroup   // those of the policy, in its order, then others; yearly
	Classes     []ReportedGroup   // likewise; yearly
	Channels    []ReportedGroup   // likewise; in yearly reports and those of channels
	Targets     []ReportedTarget  // likewise; in monthly and yearly reports, and those of targets

	Failed   int     // tickets that could not be read or cannot be, and were left out
	Mistakes []error // which and why, for the first hundred

	policy *Policy
}

// ReportedCall is a call and how it stands.
type ReportedCall struct {
	ID         ID
	Number     string
	Opened     time.Time
	Closed     time.Time // else zero
	Channel    string
	Opener     townclerk.Actor
	Unit       string
	Department string
	Class      string
	Subject    string
	State      State
	Handler    townclerk.Actor
	Treatment  string
	Due        time.Time // the next of what is promised and still owed, the vendors' promises included; zero: nothing is, or the work is over
	Missed     int       // what was promised and not kept, the vendors' promises included
}

// ReportedState is how many calls are in a state.
type ReportedState struct {
	State State
	Calls int
}

// ReportedHandler is the work of one handler. Stages of tickets are counted beside
// tickets, since they have handlers of their own. Each counts for whoever has it
// now, and all that was promised about it.
type ReportedHandler struct {
	Handler townclerk.Actor // empty: nobody has them
	Volume
	Entries int      // in the logs of work, whoever has the ticket
	Worked  sla.Span // as stated there

	// Met and Missed are what was promised about them, as far as it was decided in
	// the period: met in it, or overdue for the first time. So no promise counts in
	// two months. Estimates and the vendors' promises do not count.
	Met, Missed int
}

// Share returns which part of what was decided was kept.
func (h ReportedHandler) Share() townclerk.Ratio { return ratio(h.Met, h.Met+h.Missed) }

// ReportedGroup is the tickets of a month, a department, a class or a channel.
type ReportedGroup struct {
	ID string // empty: tickets that have none
	Volume
	Before Volume // of the former period; not of months
}

// ReportedTarget is how a target was attained by the clocks that start in the period.
type ReportedTarget struct {
	Target    *sla.Target // of the newest edition that has it
	sla.Tally             // estimates are never missed, however late: Overrun

	// Median and P90 are how long it took where it was met, in time or late: half of
	// them, and nine in ten, took no longer. It is working time by the target's
	// calendar, without the times for which the target waited, in whole minutes
	// rounded down; beyond 8191 minutes not off by more than one part in 4096.
	Timed       int // that were met, and lie in what the calendar covers
	Median, P90 time.Duration
}

// Share returns which part of what was decided was kept; of an estimate, nothing.
func (t ReportedTarget) Share() townclerk.Ratio {
	if t.Target.Kind == sla.Estimate {
		return townclerk.Ratio{}
	}
	return ratio(t.Met, t.Met+t.Missed)
}

// Err returns why tickets were left out: nil if none was, else the kept mistakes,
// joined, and how many more there were.
func (r *Report) Err() error {
	if more := r.Failed - len(r.Mistakes); more > 0 {
		return errors.Join(append(slices.Clone(r.Mistakes), fmt.Errorf("and %d more", more))...)
	}
	return errors.Join(r.Mistakes...)
}

const mostMistakes = 100 // that a report keeps

// Report makes a report of the period, as of now, from all tickets that were
// opened before its end; for a yearly report also those of the year before. If ids
// of targets are given, its attainment is of these only.
//
// It reads each ticket once. Beside the calls of a weekly report it keeps counts
// only: for more tickets it needs no more memory. Promises are judged by the
// edition to which a ticket is pinned, what was promised about stages as well, and
// what happened after now is ignored; but states and handlers are what they are in
// the ticket.
//
// What is an error in the sequence, and tickets that cannot be, such as one without
// Opened, are counted and left out; see [Report.Err]. The error is another: the
// report cannot be made, since its kind or a target is unknown, or its period is
// empty or begins after now.
func (p *Policy) Report(kind ReportKind, period townclerk.Period, tickets iter.Seq2[Ticket, error], now time.Time, targets ...string) (*Report, error) {
	r, err := p.newReporting(kind, period, now, targets)
	if err != nil {
		return nil, err
	}
	for t, err := range tickets {
		if err == nil {
			err = r.ticket(&t)
		}
		if err != nil {
			r.fail(err)
		}
	}
	return r.result(), nil
}

// reporting is a report in the making.
type reporting struct {
	Report
	only []string // ids of targets; none: all

	states      map[State]int
	handlers    map[townclerk.Actor]*ReportedHandler
	months      []townclerk.Period
	departments map[string]*ReportedGroup
	classes     map[string]*ReportedGroup
	channels    map[string]*ReportedGroup
	targets     map[string]*reportedTarget

	judged []judged // the ticket at hand, and its stages
}

// reportedTarget is a ReportedTarget in the making.
type reportedTarget struct {
	ReportedTarget
	took histogram
}

// judged is a timeline of the ticket at hand.
type judged struct {
	by *sla.Policy
	sla.Timeline
	sla.Assessment
	explained bool
}

func (p *Policy) newReporting(kind ReportKind, period townclerk.Period, now time.Time, targets []string) (*reporting, error) {
	if !slices.Contains(ReportKinds, kind) {
		return nil, unknownKind(kind)
	}
	switch {
	case !period.From.Before(period.To):
		return nil, fmt.Errorf("the %s report: its period from %s to %s is empty", kind, service.Stamp(period.From), service.Stamp(period.To))
	case now.Before(period.From):
		return nil, fmt.Errorf("the %s report: its period begins at %s, after now, %s", kind, service.Stamp(period.From), service.Stamp(now))
	}
	r := &reporting{
		Report: Report{Kind: kind, Period: period, Now: now, policy: p}, only: targets, states: map[State]int{}, handlers: map[townclerk.Actor]*ReportedHandler{},
		departments: map[string]*ReportedGroup{}, classes: map[string]*ReportedGroup{}, channels: map[string]*ReportedGroup{}, targets: map[string]*reportedTarget{},
	}
	if kind == YearlyReport {
		r.months = p.months(period)
		for _, m := range r.months {
			r.Months = append(r.Months, ReportedGroup{ID: p.monthName(m.From)})
		}
		r.Former = townclerk.Period{From: p.yearBefore(period.From), To: p.yearBefore(period.To)}
	}
	return r, r.checkTargets()
}

// checkTargets prepares a line for each target, and returns an error for one that is unknown.
func (r *reporting) checkTargets() error {
	var known []string
	for _, edition := range r.policy.book.Editions() {
		for _, t := range edition.Targets() {
			known = append(known, t.ID)
			r.targets[t.ID] = &reportedTarget{ReportedTarget: ReportedTarget{Target: t}} // the newest stays
		}
	}
	var errs []error
	for _, id := range r.only {
		if !slices.Contains(known, id) {
			errs = append(errs, fmt.Errorf("the %s report: the promises have no target of the id %q%s", r.Kind, id, tomldoc.Suggest(id, known)))
		}
	}
	return errors.Join(errs...)
}

func (r *reporting) fail(err error) {
	r.Failed++
	if len(r.Mistakes) < mostMistakes {
		r.Mistakes = append(r.Mistakes, err)
	}
}

// ticket counts a ticket, or leaves all of it out and says why.
func (r *reporting) ticket(t *Ticket) error {
	if !t.Opened.IsZero() && !t.Opened.Before(r.Period.To) {
		return nil
	}
	if err := r.check(t); err != nil {
		return fmt.Errorf("%s: %w", name(t.ID, t.Number, 0), err)
	}
	if err := r.judge(t); err != nil {
		return fmt.Errorf("%s: %w", name(t.ID, t.Number, 0), err)
	}
	r.volumes(t)
	switch r.Kind {
	case WeeklyReport:
		r.call(t)
	case MonthlyReport:
		r.handled(t)
	}
	if r.judges() && r.Kind != WeeklyReport {
		for i := range r.judged {
			r.attained(&r.judged[i])
		}
	}
	return nil
}

// check returns why the ticket cannot be.
func (r *reporting) check(t *Ticket) error {
	if err := r.checkTimes(t.State, t.Opened, t.Closed); err != nil {
		return err
	}
	for i := range t.Stages {
		st := &t.Stages[i]
		if err := r.checkTimes(st.State, st.Opened, st.Closed); err != nil {
			return fmt.Errorf("stage %d: %w", st.Number, err)
		}
	}
	for i := range t.Work {
		if t.Work[i].Took < 0 {
			return fmt.Errorf("its work of %s took less than nothing: %s", service.Stamp(t.Work[i].At), t.Work[i].Took)
		}
	}
	return nil
}

func (r *reporting) checkTimes(state State, opened, ended time.Time) error {
	switch {
	case opened.IsZero():
		return errors.New("it does not say when it was opened")
	case opened.After(r.Now):
		return fmt.Errorf("it was opened at %s, after now, %s", service.Stamp(opened), service.Stamp(r.Now))
	case !slices.Contains(States, state):
		return fmt.Errorf("its state %q is none", state)
	case state.Final() && ended.IsZero():
		return fmt.Errorf("it is %s, and does not say since when", state)
	case state.Final() && ended.Before(opened):
		return fmt.Errorf("it was %s at %s, before it was opened, at %s", state, service.Stamp(ended), service.Stamp(opened))
	}
	return nil
}

// judges reports whether the report looks at promises.
func (r *reporting) judges() bool { return r.Kind != ChannelReport }

// judge assesses the ticket and its stages into the memory of those before.
func (r *reporting) judge(t *Ticket) error {
	if !r.judges() || r.Kind == WeeklyReport && !r.Period.Contains(t.Opened) {
		return nil
	}
	n := 1 + len(t.Stages)
	r.judged = slices.Grow(r.judged[:0], n)[:n]
	for i := range r.judged {
		j := &r.judged[i]
		j.Timeline, j.explained = sla.Timeline{ID: string(t.ID), Events: t.Log, Edition: t.Edition}, false
		if i > 0 {
			j.Events = t.Stages[i-1].Log
		}
		var err error
		if j.by, err = r.policy.judge(j.Timeline); err == nil {
			err = j.by.AssessInto(&j.Assessment, j.Timeline, r.Now)
		}
		if err != nil && i > 0 {
			err = fmt.Errorf("stage %d: %w", t.Stages[i-1].Number, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// judge returns the edition of the promises by which a timeline is judged.
func (p *Policy) judge(tl sla.Timeline) (*sla.Policy, error) {
	if len(tl.Events) == 0 {
		return p.promises, nil // nothing was promised
	}
	return p.book.For(tl)
}

// ended returns when the work came to its end; zero if it did not by now.
func (r *reporting) ended(state State, at time.Time) time.Time {
	if !state.Final() || at.After(r.Now) {
		return time.Time{}
	}
	return at
}

func (r *reporting) volumes(t *Ticket) {
	ended := r.ended(t.State, t.Closed)
	r.Total.count(r.Period, t.Opened, ended, t.State)
	if r.Kind == YearlyReport {
		r.Before.count(r.Former, t.Opened, ended, t.State)
		for i := range r.months {
			r.Months[i].count(r.months[i], t.Opened, ended, t.State)
		}
		r.group(r.departments, t.Department, t, ended)
		r.group(r.classes, t.Class, t, ended)
	}
	if r.Kind == YearlyReport || r.Kind == ChannelReport {
		r.group(r.channels, t.Channel, t, ended)
	}
}

func (r *reporting) group(groups map[string]*ReportedGroup, id string, t *Ticket, ended time.Time) {
	g, ok := groups[id]
	if !ok {
		g = &ReportedGroup{ID: strings.Clone(id)}
		groups[g.ID] = g
	}
	g.count(r.Period, t.Opened, ended, t.State)
	if r.Kind == YearlyReport {
		g.Before.count(r.Former, t.Opened, ended, t.State)
	}
}

// call lists the ticket if it was opened in the period.
func (r *reporting) call(t *Ticket) {
	if !r.Period.Contains(t.Opened) {
		return
	}
	c := ReportedCall{
		ID: t.ID, Number: t.Number, Opened: t.Opened, Channel: t.Channel, Opener: t.Opener, Unit: t.Unit, Department: t.Department, Class: t.Class,
		Subject: t.Subject, State: t.State, Handler: t.Handler, Treatment: t.Treatment,
	}
	if t.State.Final() {
		c.Closed = t.Closed
	}
	over := !r.ended(t.State, t.Closed).IsZero()
	for i := range r.judged {
		c.promised(&r.judged[i].Assessment, over || i > 0 && !r.ended(t.Stages[i-1].State, t.Stages[i-1].Closed).IsZero())
	}
	r.Calls = append(r.Calls, c)
	r.states[t.State]++
}

// promised adds what was promised about a ticket or a stage. Where the work is over,
// nothing is next any more, such as that an opener is told whom nobody told; but what
// was missed by then stays missed.
func (c *ReportedCall) promised(a *sla.Assessment, over bool) {
	for i := range a.Clocks {
		clock := &a.Clocks[i]
		switch {
		case clock.Target.Kind == sla.Estimate:
			continue
		case clock.State == sla.MetLate || clock.State == sla.Breached:
			c.Missed++
		}
		if !over && clock.Open() && !clock.Due.IsZero() && (c.Due.IsZero() || clock.Due.Before(c.Due)) {
			c.Due = clock.Due
		}
	}
}

// handled counts the ticket, its stages and the work on them for their handlers.
func (r *reporting) handled(t *Ticket) {
	r.subject(0, t.Handler, t.State, t.Opened, t.Closed)
	for i := range t.Stages {
		st := &t.Stages[i]
		r.subject(i+1, st.Handler, st.State, st.Opened, st.Closed)
	}
	for i := range t.Work {
		if w := &t.Work[i]; r.Period.Contains(w.At) && !w.At.After(r.Now) {
			h := r.handler(w.By)
			h.Entries++
			h.Worked = plus(h.Worked, w.Took)
		}
	}
}

func (r *reporting) handler(id townclerk.Actor) *ReportedHandler {
	h, ok := r.handlers[id]
	if !ok {
		h = &ReportedHandler{Handler: townclerk.Actor(strings.Clone(string(id)))}
		r.handlers[h.Handler] = h
	}
	return h
}

func (r *reporting) subject(i int, handler townclerk.Actor, state State, opened, closed time.Time) {
	var did ReportedHandler
	did.count(r.Period, opened, r.ended(state, closed), state)
	for k := range r.judged[i].Clocks {
		did.decided(r.Period, &r.judged[i].Clocks[k])
	}
	if did == (ReportedHandler{}) {
		return // nothing of the period
	}
	h := r.handler(handler)
	h.Opened += did.Opened
	h.Closed += did.Closed
	h.Cancelled += did.Cancelled
	h.Moved += did.Moved
	h.Open += did.Open
	h.Met += did.Met
	h.Missed += did.Missed
}

// decided counts a clock if its verdict falls in the period.
func (h *ReportedHandler) decided(in townclerk.Period, c *sla.Clock) {
	if c.Target.Kind == sla.Estimate || c.Target.Kind == sla.Contract {
		return
	}
	switch c.State {
	case sla.Met:
		if in.Contains(c.Ended) {
			h.Met++
		}
	case sla.MetLate, sla.Breached:
		if in.Contains(c.Breached) {
			h.Missed++
		}
	}
}

// attained counts the timeline's clocks that start in the period.
func (r *reporting) attained(j *judged) {
	for i := range j.Clocks {
		c := &j.Clocks[i]
		if len(r.only) > 0 && !slices.Contains(r.only, c.Target.ID) || !r.Period.Contains(c.Start) {
			continue
		}
		t := r.targets[c.Target.ID]
		tally(&t.Tally, c)
		if c.State != sla.Met && c.State != sla.MetLate {
			continue
		}
		if took, ok := j.took(i, r.Now); ok {
			t.took.add(took)
		}
	}
}

// tally counts a clock by what came of it.
func tally(t *sla.Tally, c *sla.Clock) {
	t.Clocks++
	switch c.State {
	case sla.Met:
		t.Met++
	case sla.MetLate, sla.Breached:
		t.Missed++
	case sla.Stopped:
		t.Cancelled++
	case sla.Undetermined:
		t.Undetermined++
	default:
		t.Open++
	}
	if c.Overrun {
		t.Overrun++
	}
}

// took returns how long a clock ran until it was met, by its target's calendar and
// without its waiting; false if the calendar does not cover it.
func (j *judged) took(i int, now time.Time) (time.Duration, bool) {
	waited := slices.ContainsFunc(j.Events, func(e sla.Event) bool { return e.Kind == sla.Paused || e.Kind == sla.Reopened })
	if waited && !j.explained { // only the steps tell of waiting, and few tickets wait
		explained, err := j.by.Explain(j.Timeline, now)
		if err != nil || len(explained.Clocks) != len(j.Clocks) {
			return 0, false // not so: it was assessed before, with these clocks
		}
		j.Assessment, j.explained = explained, true
	}
	c := &j.Clocks[i]
	took, ok := j.between(c.Target, c.Start, c.Ended)
	for _, step := range c.Steps() {
		from, isFrom := step.Args["from"].(time.Time)
		to, isTo := step.Args["to"].(time.Time)
		if step.Rule != "pause" || !isFrom || !isTo {
			continue
		}
		if from.Before(c.Start) {
			from = c.Start
		}
		if to.After(c.Ended) {
			to = c.Ended
		}
		if from.Before(to) {
			wait, covered := j.between(c.Target, from, to)
			took, ok = took-wait, ok && covered
		}
	}
	return took, ok
}

// between returns the time from a to b on the target's calendar.
func (j *judged) between(t *sla.Target, a, b time.Time) (time.Duration, bool) {
	cal := j.by.Corrected().Calendar(t.Calendar)
	if cal == nil {
		return b.Sub(a), true
	}
	d, err := cal.Between(a, b)
	return d, err == nil
}

// result puts what was counted into order.
func (r *reporting) result() *Report {
	slices.SortStableFunc(r.Calls, func(a, b ReportedCall) int {
		return cmp.Or(a.Opened.Compare(b.Opened), strings.Compare(a.Number, b.Number), strings.Compare(string(a.ID), string(b.ID)))
	})
	for _, s := range States {
		if n := r.states[s]; n > 0 {
			r.States = append(r.States, ReportedState{s, n})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.handlers)) {
		r.Handlers = append(r.Handlers, *r.handlers[id])
	}
	r.Departments = r.groups(tableDepartments, r.departments)
	r.Classes = r.groups(tableClasses, r.classes)
	r.Channels = r.groups(tableChannels, r.channels)
	if r.Kind == MonthlyReport || r.Kind == YearlyReport || r.Kind == TargetReport {
		r.Targets = r.attainment()
	}
	return &r.Report
}

// groups returns the groups in the order of the policy's table, then the others
// in the order of their ids. A yearly report and one of channels name also those of
// the policy that have no tickets.
func (r *reporting) groups(table string, groups map[string]*ReportedGroup) []ReportedGroup {
	if r.Kind != YearlyReport && (r.Kind != ChannelReport || table != tableChannels) {
		return nil
	}
	ids := r.policy.IDs(table)
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	var all []ReportedGroup
	for _, id := range ids {
		g := ReportedGroup{ID: id}
		if found := groups[id]; found != nil {
			g = *found
		}
		all = append(all, g)
	}
	return all
}

// attainment returns the targets of the newest edition in the order of its file,
// then those of older ones that were promised in the period.
func (r *reporting) attainment() []ReportedTarget {
	var all []ReportedTarget
	seen := map[string]bool{}
	editions := r.policy.book.Editions()
	for i, edition := range slices.Backward(editions) {
		for _, target := range edition.Targets() {
			t := r.targets[target.ID]
			wanted := len(r.only) == 0 && (i == len(editions)-1 || t.Clocks > 0) || slices.Contains(r.only, target.ID)
			if seen[target.ID] || !wanted {
				continue
			}
			seen[target.ID] = true
			t.Timed, t.Median, t.P90 = t.took.n, t.took.percentile(50), t.took.percentile(90)
			all = append(all, t.ReportedTarget)
		}
	}
	return all
}
