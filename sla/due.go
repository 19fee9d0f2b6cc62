package sla

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/townclerk/townclerk/sla/worktime"
)

// measure counts time: on a calendar, or elapsed where it has none.
type measure struct {
	cal *worktime.Calendar
	id  int // its place among the policy's measures
}

// measure returns how the calendar counts; nil is elapsed time.
func (p *Policy) measure(cal *worktime.Calendar) measure {
	i := slices.IndexFunc(p.measures, func(m measure) bool { return m.cal == cal })
	return p.measures[i]
}

// measured gives the policy a calendar, or puts another in the place of one of
// that name.
func (p *Policy) measured(cal *worktime.Calendar) {
	id := len(p.measures)
	if old := p.calendars[cal.Name()]; old != nil {
		id = p.measure(old).id
		p.measures = slices.Delete(p.measures, id, id+1)
	}
	p.measures = slices.Insert(p.measures, id, measure{cal, id})
	p.calendars[cal.Name()] = cal
}

func (m measure) add(t time.Time, d time.Duration) (time.Time, error) {
	if m.cal == nil {
		return t.Add(d), nil
	}
	return m.cal.Add(t, d)
}

func (m measure) plus(t instant, d time.Duration) (instant, error) {
	u, err := m.add(t.time(), d)
	return instantOf(u), err
}

func (m measure) between(a, b instant) (time.Duration, error) {
	if m.cal == nil {
		return b.time().Sub(a.time()), nil
	}
	return m.cal.Between(a.time(), b.time())
}

func (m measure) roll(t time.Time) (time.Time, error) {
	if m.cal == nil {
		return t, nil
	}
	return m.cal.Roll(t)
}

// op is what a rule does.
type op uint8

const (
	within      op = iota + 1 // d after the start
	workingDays               // at a time of the nth working day
	cutoffs                   // by the time of day of the start
	immediate                 // at the start or the next opening, and d of grace
	appointment               // at the agreed instant
	window                    // subs[1]; before subs[0] informs
	contract                  // the contract's terms, else subs[0]
	earliest                  // of subs
	latest                    // of subs
)

// rule says when something is due. One that has no subs is a leaf.
type rule struct {
	op        op
	m         measure
	d         time.Duration
	days      int
	at        moment
	cutoffs   []cutoff
	exclusive bool // a start at the cut-off itself is after it
	minute    bool // cut-offs are compared by the minute, so that 10:00:59 is 10:00
	cap       bool // of a contract: its terms may only shorten
	subs      []rule
}

// asks reports whether the rule is of that op, or has a sub-rule that is.
func (r *rule) asks(o op) bool {
	return r.op == o || slices.ContainsFunc(r.subs, func(sub rule) bool { return sub.asks(o) })
}

// moment is a time of a working day.
type moment struct {
	kind momentKind
	tod  worktime.TimeOfDay
}

type momentKind uint8

const (
	atClose momentKind = iota + 1
	atSameTime
	atTime
)

// cutoff is a branch: starts until that time of day are due at that moment, days
// working days later. The last one has no until.
type cutoff struct {
	until worktime.TimeOfDay
	last  bool
	days  int
	at    moment
	meets []string // what meets the target then; nil: the target's own
}

// mark is an instant on a clock that pauses move: a due time, or when a step
// of escalation fires.
type mark struct {
	at    instant
	on    int  // the measure's id
	fixed bool // pauses do not move it
}

// starting is what a rule sees of the event from which a target counts.
type starting struct {
	policy *Policy
	start  time.Time
	terms  *Terms    // of the contract in force, or nil
	agreed time.Time // the appointment, or zero
	branch int       // of the cut-offs, from 1, that says what meets the target; else 0
	trace  *trace    // nil unless an explanation is wanted
}

// begin appends the rule's marks: one for each leaf that counts, in order.
func (r *rule) begin(s *starting, marks []mark) ([]mark, error) {
	switch r.op {
	case contract:
		return r.beginContract(s, marks)
	case window, earliest, latest:
		first := len(marks)
		var err error
		for i := range r.subs {
			if marks, err = r.subs[i].begin(s, marks); err != nil {
				return marks, err
			}
			if s.trace != nil && r.op == window && i == 0 {
				least, _ := r.subs[0].value(s.terms != nil, marks[first:])
				s.trace.add("minimum", least.time(), least.time(), nil)
			}
		}
		s.conclude(r, marks[first:])
		return marks, nil
	}
	due, err := r.leaf(s)
	return append(marks, mark{at: instantOf(due), on: r.m.id, fixed: r.op == appointment}), err
}

func (r *rule) beginContract(s *starting, marks []mark) ([]mark, error) {
	if s.terms == nil {
		if s.trace != nil {
			s.trace.add("no-contract", s.start, s.start, args{})
		}
		return r.subs[0].begin(s, marks)
	}
	agreed, err := s.policy.rule(s.terms)
	if err != nil {
		return marks, err
	}
	if s.trace != nil {
		s.trace.add("contract", s.start, s.start, args{"contract": s.terms.Contract})
	}
	first := len(marks)
	if marks, err = agreed.begin(s, marks); err != nil || !r.cap {
		return marks, err
	}
	if marks, err = r.subs[0].begin(s, marks); err != nil {
		return marks, err
	}
	s.conclude(r, marks[first:])
	return marks, nil
}

// conclude explains which of several due times counts.
func (s *starting) conclude(r *rule, marks []mark) {
	if s.trace != nil {
		due, _ := r.value(s.terms != nil, marks)
		s.trace.add(names[r.op], due.time(), due.time(), args{"n": len(r.subs)})
	}
}

var names = map[op]string{window: "maximum", contract: "contract-cap", earliest: "earliest", latest: "latest"}

// value returns the due time that the marks of begin amount to, and how many it used.
func (r *rule) value(terms bool, marks []mark) (due instant, used int) {
	switch r.op {
	case window:
		_, used = r.subs[0].value(terms, marks)
		due, n := r.subs[1].value(terms, marks[used:])
		return due, used + n
	case contract:
		if !terms {
			return r.subs[0].value(terms, marks)
		}
		due, used = marks[0].at, 1
		if r.cap {
			other, n := r.subs[0].value(terms, marks[1:])
			due, used = due.min(other), 1+n
		}
		return due, used
	case earliest, latest:
		for i := range r.subs {
			other, n := r.subs[i].value(terms, marks[used:])
			if i == 0 || other.before(due) == (r.op == earliest) {
				due = other
			}
			used += n
		}
		return due, used
	}
	return marks[0].at, 1
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (r *rule) leaf(s *starting) (time.Time, error) {
	switch r.op {
	case within:
		due, err := r.m.add(s.start, r.d)
		if err == nil {
			s.trace.within(r.m, s.start, due, r.d)
		}
		return due, err
	case workingDays:
		return r.workingDays(s)
	case cutoffs:
		return r.cutOff(s)
	case immediate:
		return r.immediate(s)
	case appointment:
		if s.trace != nil {
			s.trace.add("appointment", s.start, s.agreed, args{})
		}
		return s.agreed, nil
	}
	panic(fmt.Sprintf("sla: leaf of op %d", r.op))
}

func (r *rule) immediate(s *starting) (time.Time, error) {
	open, err := r.roll(s)
	if err != nil {
		return time.Time{}, err
	}
	due, err := r.m.add(open, r.d)
	if s.trace != nil && err == nil {
		s.trace.add("immediate", open, due, args{"grace": r.d})
	}
	return due, err
}

func (r *rule) roll(s *starting) (time.Time, error) {
	open, err := r.m.roll(s.start)
	if err == nil && !open.Equal(s.start) {
		s.trace.roll(r.m.cal, s.start, open)
	}
	return open, err
}

// workingDays counts from the working date on which the start rolls, which is
// itself not counted.
func (r *rule) workingDays(s *starting) (time.Time, error) {
	open, err := r.roll(s)
	if err != nil {
		return time.Time{}, err
	}
	date, tod, err := r.m.cal.Read(open)
	if err != nil {
		return time.Time{}, err
	}
	at := r.at
	if at.kind == atSameTime {
		at.tod = tod
	}
	due, err := r.on(s, date, r.days, at)
	return later(due, open), err // in an hour that is shown twice, the same time may be over
}

// on returns the moment of the working date n after date, within its hours.
func (r *rule) on(s *starting, date worktime.Date, n int, at moment) (time.Time, error) {
	cal := r.m.cal
	day, err := cal.Step(date, n)
	if err != nil {
		return time.Time{}, err
	}
	if at.kind == atClose {
		s.trace.day(cal, s.start, date, day, n, at, day.Last)
		return day.Last, nil
	}
	due, err := cal.At(day.Date, at.tod)
	if err != nil {
		return time.Time{}, err
	}
	s.trace.day(cal, s.start, date, day, n, at, due)
	clipped := day.Clip(due)
	if !clipped.Equal(due) {
		if s.trace != nil {
			s.trace.add("clip", due, clipped, args{"first": day.First, "last": day.Last})
		}
	}
	return clipped, nil
}

// cutOff finds the branch of the start. A start on a date that is not worked
// counts as the first instant of the next working date.
func (r *rule) cutOff(s *starting) (time.Time, error) {
	cal := r.m.cal
	start := s.start
	date, _, err := cal.Read(start)
	if err != nil {
		return time.Time{}, err
	}
	day, err := cal.Step(date, 0)
	if err != nil {
		return time.Time{}, err
	}
	if day.Date != date {
		if start, err = cal.At(day.Date, 0); err != nil {
			return time.Time{}, err
		}
		s.trace.roll(cal, s.start, start)
	}
	for i := range r.cutoffs {
		b := &r.cutoffs[i]
		in, err := r.inBranch(b, day, start)
		if err != nil {
			return time.Time{}, err
		}
		if in {
			if b.meets != nil {
				s.branch = i + 1
			}
			s.trace.cutOff(r, i, start)
			return r.on(s, day.Date, b.days, b.at)
		}
	}
	panic("sla: a cut-off without a last branch") // Parse refuses one
}

func (r *rule) inBranch(b *cutoff, day worktime.Day, start time.Time) (bool, error) {
	if b.days == 0 && !start.Before(day.Last) {
		return false, nil // that day is over, whatever the cut-off
	}
	if b.last {
		return true, nil
	}
	limit, err := r.m.cal.At(day.Date, b.until)
	if err != nil {
		return false, err
	}
	if r.minute && !r.exclusive {
		return start.Before(limit.Add(time.Minute)), nil
	}
	if r.exclusive {
		return start.Before(limit), nil
	}
	return !start.After(limit), nil
}

// CheckTerms returns why terms could never count under the policy, or nil: they name a
// calendar that it does not have, or promise neither a time nor working days.
func (p *Policy) CheckTerms(t Terms) error {
	_, err := p.rule(&t)
	return err
}

// rule makes a leaf of a contract's terms.
func (p *Policy) rule(t *Terms) (rule, error) {
	r := rule{op: within, d: t.Within, days: t.Days}
	if t.Calendar != Elapsed {
		cal, ok := p.calendars[t.Calendar]
		if !ok {
			return rule{}, fmt.Errorf("contract %s: its terms for %s name the calendar %q, which the policy does not have", t.Contract, t.Metric, t.Calendar)
		}
		r.m = p.measure(cal)
	}
	if t.Within > 0 {
		return r, nil
	}
	at, err := parseMoment(t.At)
	if err != nil || t.Days <= 0 || r.m.cal == nil {
		return rule{}, fmt.Errorf("contract %s: its terms for %s promise neither a time within which nor working days on a calendar", t.Contract, t.Metric)
	}
	r.op, r.at = workingDays, at
	return r, nil
}

func parseMoment(s string) (moment, error) {
	switch s {
	case "close":
		return moment{kind: atClose}, nil
	case "same-time":
		return moment{kind: atSameTime}, nil
	}
	tod, err := worktime.ParseTimeOfDay(s)
	if err != nil {
		return moment{}, fmt.Errorf(`%q is not a moment of a working day; write "close", "same-time" or a time such as "12:00"`, s)
	}
	return moment{kind: atTime, tod: tod}, nil
}

// share is an exact fraction of a target, such as 80 %.
type share struct{ num, den int64 }

// of returns ceil(share × d).
func (s share) of(d time.Duration) time.Duration {
	if d >= 0 && int64(d) <= math.MaxInt64/max(s.num, 1) {
		n := int64(d) * s.num
		q := n / s.den
		if n%s.den != 0 {
			q++
		}
		return time.Duration(q)
	}
	n := new(big.Int).Mul(big.NewInt(int64(d)), big.NewInt(s.num))
	q, m := new(big.Int).DivMod(n, big.NewInt(s.den), new(big.Int))
	if m.Sign() != 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() {
		return math.MaxInt64
	}
	return time.Duration(q.Int64())
}
