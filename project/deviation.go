package project

import (
	"errors"
	"fmt"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Level says how grave a deviation is.
type Level string

const (
	Fine     Level = ""         // within what the policy allows, and forecast to stay there
	Warning  Level = "warning"  // forecast to be more than that
	Exceeded Level = "exceeded" // more than that
)

// Drift is how far a project is from one of its baselines.
type Drift struct {
	Baseline int             // its number
	Limit    townclerk.Ratio // that the policy allows
	Currency string          // of the costs; empty: there are none

	// Deviations is one for each milestone, in the order of the plan, then the totals:
	// of the execution, of the acceptance, and of the whole project.
	Deviations []Deviation

	// Next is the first instant at which it may be another by itself; zero if it will not.
	Next time.Time
}

// Deviation is how far a milestone or a total is from the plan: RA-55, RA-56.
type Deviation struct {
	Phase     State  // Execution or Acceptance; empty: the whole project
	Milestone string // empty: the total
	Done      bool
	Planned   worktime.Date // the last day of the plan
	Expected  worktime.Date // when it was done, or else is forecast to be
	HeldUp    string        // the milestone whose delay it is; empty: its own, or none
	Time      Measure       // in working days
	Cost      Measure       // in the smallest units of the currency
}

// Measure is by how much something is more than was planned: exact, so that a tenth of
// the plan is told from anything more.
type Measure struct {
	Planned  int64
	Over     int64 // so many more, by now; below zero: fewer
	Expected int64 // so many more as it is forecast, if nothing else happens
	Level    Level
}

// Share returns by which share of the plan it is more. Its D is 0 if nothing was
// planned.
func (m Measure) Share() townclerk.Ratio { return townclerk.Ratio{N: m.Over, D: m.Planned} }

// Forecast returns by which share of the plan it is forecast to be more.
func (m Measure) Forecast() townclerk.Ratio { return townclerk.Ratio{N: m.Expected, D: m.Planned} }

// judge sets the level. Exactly the limit passes: A-17. What is more than nothing where
// nothing was planned does not.
func (m *Measure) judge(limit townclerk.Ratio) {
	beyond := func(over int64) bool {
		return over > 0 && (m.Planned == 0 || townclerk.Ratio{N: over, D: m.Planned}.Cmp(limit) > 0)
	}
	switch {
	case beyond(m.Over):
		m.Level = Exceeded
	case beyond(m.Expected):
		m.Level = Warning
	}
}

// Deviations says how far a project is at now from the baseline of that number; 0 is the
// one in force. Days are working days of the policy's calendar: what a milestone is late
// is how many of them lie after its last planned day, up to the day on which it was
// reached, or up to today if it is not.
//
// The forecast goes by what is done and what is late now, and guesses nothing. What is
// not reached comes on its planned day, or today if that is past. A milestone that has
// to wait for another, as all of the acceptance have to for all of the execution, begins
// on the working day after that, and so is late by as many of its own planned days as are
// gone by then. What is not reached costs what is planned, or
// what was spent on it if that is more. What could be early is not counted on.
//
// A milestone's share is of its own planned days and cost. That of a total is of the days
// from the first to the last of the plan, and of the sum of the costs. Planned days are
// as they were counted when it was planned, also if one of them is declared closed since.
// Against a baseline
// that is no more in force, a total counts what the one in force has; milestones that it
// has no more are left out.
//
// While a project rests, its days go by all the same: a revision of the plan is what takes
// account of that.
//
// There is an error if the project has no such baseline, or if its days lie beyond those
// that the calendar covers: that wraps [worktime.ErrNotCovered].
func (p *Policy) Deviations(t Project, baseline int, now time.Time) (Drift, error) {
	b := t.Baseline(baseline)
	if b == nil {
		return Drift{}, fmt.Errorf("project %s: it has no baseline %d; there are %d", t.name(), baseline, len(t.Baselines))
	}
	if t.State.Final() && now.After(t.Ended) {
		now = t.Ended
	}
	m := measuring{p: p, t: &t, b: b, today: p.date(now), places: map[string]int{}, drift: Drift{Baseline: b.Number, Limit: p.limit, Currency: t.currency()}}
	m.look()
	for i := range b.Milestones {
		m.milestone(&b.Milestones[i])
	}
	for _, phase := range totals {
		m.total(phase)
	}
	if m.err != nil {
		return Drift{}, fmt.Errorf("project %s: %w", t.name(), m.err)
	}
	return m.drift, nil
}

// measuring measures how far a project is from a baseline.
type measuring struct {
	p       *Policy
	t       *Project
	b       *Baseline
	today   worktime.Date
	outlook []prospect     // of the milestones of the baseline in force
	places  map[string]int // where each stands in it
	drift   Drift
	err     error // the first
}

// prospect is what will have become of a milestone, as far as that is known.
type prospect struct {
	id     string
	phase  State
	done   bool
	end    worktime.Date
	heldUp string // the milestone that delays it; empty: none
	spent  int64
	cost   int64 // in the end
}

// date returns the date of an instant in the zone of the promises.
func (p *Policy) date(at time.Time) worktime.Date {
	y, m, d := at.In(p.zone()).Date()
	return worktime.Date{Year: y, Month: m, Day: d}
}

// days returns how many working days lie after a date, up to another; below zero if that
// is before.
func (p *Policy) days(after, to worktime.Date) (int64, error) {
	if to.Compare(after) < 0 {
		n, err := p.days(to, after)
		return -n, err
	}
	for _, d := range []worktime.Date{after, to} {
		if _, _, err := p.calendar.Working(d); err != nil {
			return 0, err
		}
	}
	// The nth working date after a date lies n days after it at least, so that n is
	// among so many.
	least, most := 0, daysBetween(after, to)
	for least < most {
		n := (least + most + 1) / 2
		day, err := p.calendar.Step(after, n)
		switch {
		case err != nil && !errors.Is(err, worktime.ErrNotCovered):
			return 0, err
		case err != nil || day.Date.Compare(to) > 0: // beyond the cover, and so beyond to
			most = n - 1
		default:
			least = n
		}
	}
	return int64(least), nil
}

// daysBetween returns how many days of the calendar lie from one date to another, however
// far they are apart.
func daysBetween(from, to worktime.Date) int {
	return int((to.Start(time.UTC).Unix() - from.Start(time.UTC).Unix()) / (24 * 60 * 60))
}

// span returns how many working days there are from one date to another that is not
// before it, both included.
func (p *Policy) span(from, to worktime.Date) (int64, error) {
	n, err := p.days(from, to)
	if err != nil {
		return 0, err
	}
	if _, working, _ := p.calendar.Working(from); working {
		n++
	}
	return n, nil
}

func (m *measuring) days(after, to worktime.Date) int64 {
	n, err := m.p.days(after, to)
	m.fail(err)
	return n
}

func (m *measuring) span(from, to worktime.Date) int64 {
	n, err := m.p.span(from, to)
	m.fail(err)
	return n
}

// step returns the nth working date after a date.
func (m *measuring) step(after worktime.Date, n int64) worktime.Date {
	day, err := m.p.calendar.Step(after, int(n))
	m.fail(err)
	return day.Date
}

func (m *measuring) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// look finds the prospects: first of the execution, which the acceptance waits for.
func (m *measuring) look() {
	var last *prospect // that is executed
	for _, phase := range []State{Execution, Acceptance} {
		for _, ms := range m.t.Baseline(0).Milestones {
			if ms.Phase == phase {
				m.places[ms.ID] = len(m.outlook)
				m.outlook = append(m.outlook, m.prospect(&ms, last))
			}
		}
		for i := range m.outlook {
			last = later(last, &m.outlook[i])
		}
	}
}

// later returns what ends later, of two of which the first may be nil.
func later(a, b *prospect) *prospect {
	if a == nil || b.end.Compare(a.end) > 0 {
		return b
	}
	return a
}

// prospect returns what will have become of a milestone, which waits for those that it
// names, and for another, if that is not nil.
func (m *measuring) prospect(ms *Milestone, last *prospect) prospect {
	pr := m.t.progress(ms.ID)
	o := prospect{id: ms.ID, phase: ms.Phase, done: !pr.Reached.IsZero(), spent: pr.Spent.Minor, cost: pr.Spent.Minor}
	if o.done {
		o.end = m.p.date(pr.Reached)
		return o
	}
	for _, id := range ms.After {
		if place, ok := m.places[id]; ok {
			last = later(last, &m.outlook[place])
		}
	}
	o.end = ms.To
	late := m.late(o.end)
	if last != nil && last.end.Compare(ms.From) >= 0 {
		if gone := m.span(ms.From, last.end); gone > late { // of its own planned days
			late, o.heldUp = gone, last.id
		}
	}
	if late > 0 {
		o.end = m.step(o.end, late)
	}
	o.cost = max(o.cost, ms.Cost.Minor)
	return o
}

// late returns how many working days have gone by after a date until today.
func (m *measuring) late(planned worktime.Date) int64 {
	if m.today.Compare(planned) <= 0 {
		return 0
	}
	return m.days(planned, m.today)
}

// totals is what there are totals of: each phase that has milestones, and the whole.
var totals = []State{Execution, Acceptance, ""}

// span returns the first and the last day of a phase, or for "" of the whole plan.
func (b *Baseline) span(phase State) (first, last worktime.Date) {
	for _, m := range b.Milestones {
		if phase != "" && m.Phase != phase {
			continue
		}
		if first == (worktime.Date{}) || m.From.Compare(first) < 0 {
			first = m.From
		}
		if m.To.Compare(last) > 0 {
			last = m.To
		}
	}
	return first, last
}

// milestone measures a milestone, unless a later baseline has taken it out.
func (m *measuring) milestone(ms *Milestone) {
	place, ok := m.places[ms.ID]
	if !ok {
		return
	}
	o := &m.outlook[place]
	d := Deviation{Phase: ms.Phase, Milestone: ms.ID, Done: o.done, Planned: ms.To, Expected: o.end, HeldUp: o.heldUp}
	d.Time.Planned, d.Cost.Planned = ms.Days, ms.Cost.Minor
	m.add(d, o.spent, o.cost)
}

// total measures a phase, or for "" the whole project.
func (m *measuring) total(phase State) {
	d := Deviation{Phase: phase, Done: true}
	_, d.Planned = m.b.span(phase)
	d.Time.Planned = m.b.Days[phase]
	for i := range m.b.Milestones {
		if ms := &m.b.Milestones[i]; phase == "" || ms.Phase == phase {
			d.Cost.Planned += ms.Cost.Minor
		}
	}
	var spent, cost int64
	for _, o := range m.outlook {
		if phase != "" && o.phase != phase {
			continue
		}
		d.Done = d.Done && o.done
		if o.end.Compare(d.Expected) > 0 {
			d.Expected, d.HeldUp = o.end, o.id
		}
		spent, cost = spent+o.spent, cost+o.cost
	}
	if d.Expected.Compare(d.Planned) <= 0 {
		d.HeldUp = ""
	}
	m.add(d, spent, cost)
}

// add measures and judges the time and the cost. Before it is done, nothing counts as
// early or saved.
func (m *measuring) add(d Deviation, spent, cost int64) {
	d.Time.Expected = m.days(d.Planned, d.Expected)
	d.Cost.Expected = cost - d.Cost.Planned
	d.Time.Over, d.Cost.Over = d.Time.Expected, d.Cost.Expected
	if !d.Done {
		d.Time.Over = m.late(d.Planned)
		d.Cost.Over = max(0, spent-d.Cost.Planned)
		m.again(d.Planned)
	}
	d.Time.judge(m.p.limit)
	if m.p.costCounts {
		d.Cost.judge(m.p.limit)
	}
	m.drift.Deviations = append(m.drift.Deviations, d)
}

// again notes that something which is not done is later by itself: from the beginning of
// the first working day after today and after its planned one.
func (m *measuring) again(planned worktime.Date) {
	if planned.Compare(m.today) < 0 {
		planned = m.today
	}
	day, err := m.p.calendar.Step(planned, 1)
	if err != nil {
		return // beyond the cover: by then the days cannot be counted, which is an error
	}
	if at := day.Date.Start(m.p.zone()).UTC(); m.drift.Next.IsZero() || at.Before(m.drift.Next) {
		m.drift.Next = at
	}
}
