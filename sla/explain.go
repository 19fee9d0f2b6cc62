package sla

import (
	"fmt"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla/worktime"
)

// Step is one reason in the explanation of a due time. The first step starts at
// the instant from which the clock counts; the last one leads to the due time.
type Step struct {
	Rule     string // such as cut-off, roll, clip, pause: what Why's sentence is chosen by
	From, To time.Time
	Args     map[string]any // what the sentence names; a value is a string, a number, or of package time or worktime
}

type args = map[string]any

// trace collects steps. Where no explanation is wanted it is nil; then add is not called,
// since its arguments cost, and the other methods do nothing.
type trace struct {
	zone  *time.Location
	steps []Step
}

func (t *trace) add(rule string, from, to time.Time, a args) {
	t.steps = append(t.steps, Step{rule, from.In(t.zone), to.In(t.zone), a})
}

func (t *trace) take() []Step {
	steps := t.steps
	t.steps = nil
	return steps
}

func (t *trace) roll(cal *worktime.Calendar, from, to time.Time) {
	if t == nil {
		return
	}
	a := args{"calendar": cal.Name()}
	if date, _, err := cal.Read(from); err == nil {
		if why, closed := cal.Closed(date); closed {
			a["why"] = why
			a["date"] = date
		}
	}
	t.add("roll", from, to, a)
}

func (t *trace) within(m measure, from, to time.Time, d time.Duration) {
	if t == nil {
		return
	}
	if m.cal == nil {
		t.add("elapsed", from, to, args{"d": d})
		return
	}
	if open, err := m.cal.Roll(from); err == nil && d > 0 && !open.Equal(from) {
		t.roll(m.cal, from, open)
		from = open
	}
	t.add("within", from, to, args{"d": d, "calendar": m.cal.Name(), "closed": closedDates(m.cal, from, to)})
}

func (t *trace) day(cal *worktime.Calendar, start time.Time, from worktime.Date, day worktime.Day, n int, at moment, due time.Time) {
	if t == nil {
		return
	}
	start = later(start, t.last(start)) // where it rolled to
	t.add("working-day", start, due, args{
		"n": n, "from": from, "date": day.Date, "at": at.String(), "calendar": cal.Name(),
		"closed": closedDates(cal, start, due),
	})
}

func (t *trace) last(start time.Time) time.Time {
	if n := len(t.steps); n > 0 {
		return t.steps[n-1].To
	}
	return start
}

func (t *trace) cutOff(r *rule, branch int, start time.Time) {
	if t == nil {
		return
	}
	a := args{"inclusive": !r.exclusive, "minute": r.minute}
	b := &r.cutoffs[branch]
	if !b.last {
		a["until"] = b.until
	}
	if branch > 0 {
		a["after"] = r.cutoffs[branch-1].until
	}
	t.add("cut-off", start, start, a)
}

// closedDates names the holidays and closures between two instants; days that
// the week leaves free are plain from the dates.
func closedDates(cal *worktime.Calendar, from, to time.Time) []string {
	const most = 40 // a year's holidays; a longer list explains nothing
	var names []string
	first, _, err := cal.Read(from)
	last, _, err2 := cal.Read(to)
	if err != nil || err2 != nil {
		return nil
	}
	for d := first; d.Compare(last) <= 0 && len(names) < most; d = d.AddDays(1) {
		if _, working, err := cal.Working(d); err == nil && !working {
			if note := cal.Note(d); note != "" {
				names = append(names, fmt.Sprintf("%s %s", d, note))
			}
		}
	}
	return names
}

// String returns what a policy writes for the moment.
func (m moment) String() string {
	switch m.kind {
	case atClose:
		return "close"
	case atSameTime:
		return "same-time"
	}
	return m.tod.String()
}

// Why returns the step as an English sentence without a full stop.
func (s Step) Why() string {
	switch s.Rule {
	case "start":
		return s.started()
	case "roll":
		return s.rolled()
	case "within":
		return fmt.Sprintf("%s of working time on %s%s", span(s.dur("d")), s.Args["calendar"], s.closed())
	case "elapsed":
		return fmt.Sprintf("%s of elapsed time, day and night", span(s.dur("d")))
	case "immediate":
		if grace := s.dur("grace"); grace > 0 {
			return "at once, with " + span(grace) + " of grace"
		}
		return "at once"
	case "working-day":
		return s.workingDay()
	case "cut-off":
		return s.cutOff()
	case "clip":
		return fmt.Sprintf("that day is open from %s to %s", stamp(s.Args["first"].(time.Time)), stamp(s.Args["last"].(time.Time)))
	case "no-contract":
		return "no contract was in force, so the default holds"
	case "contract":
		return fmt.Sprintf("contract %s was in force", s.Args["contract"])
	case "appointment":
		return "the appointment was agreed for " + stamp(s.To)
	case "undetermined":
		return fmt.Sprintf("the due time cannot be told: %s", s.Args["error"])
	case "minimum":
		return "not before this, else it is early"
	case "maximum":
		return "not after this"
	case "earliest", "latest":
		return fmt.Sprintf("the %s of %d", s.Rule, s.Args["n"])
	case "contract-cap":
		return "the earlier of the contract's time and the default"
	case "raised":
		return fmt.Sprintf("the priority was raised, so it is due at the earlier of %s and the former %s", stamp(s.From), stamp(s.Args["old"].(time.Time)))
	case "pause":
		return s.paused()
	case "await":
		return "due at the appointment, once one is agreed"
	}
	return s.Rule
}

func (s Step) dur(key string) time.Duration {
	d, _ := s.Args[key].(time.Duration)
	return d
}

func (s Step) started() string {
	return fmt.Sprintf("counted from %s, %s", s.Args["event"], stamp(s.From))
}

func (s Step) rolled() string {
	if why, ok := s.Args["why"]; ok {
		return fmt.Sprintf("%s is closed on %s (%s); counted from %s", s.Args["calendar"], s.Args["date"], why, stamp(s.To))
	}
	return fmt.Sprintf("%s is closed at that time; counted from %s", s.Args["calendar"], stamp(s.To))
}

func (s Step) workingDay() string {
	at := "at " + s.Args["at"].(string)
	switch s.Args["at"] {
	case "close":
		at = "at closing"
	case "same-time":
		at = "at the same time"
	}
	switch n := s.Args["n"].(int); n {
	case 0:
		return "the same working day " + at
	case 1:
		return "the next working day " + at + s.closed()
	default:
		return fmt.Sprintf("%d working days later, not counting %s, %s%s", n, s.Args["from"], at, s.closed())
	}
}

func (s Step) closed() string {
	names, _ := s.Args["closed"].([]string)
	if len(names) == 0 {
		return ""
	}
	return "; closed: " + strings.Join(names, ", ")
}

func (s Step) cutOff() string {
	text := "the day begins there, before every cut-off"
	until, has := s.Args["until"]
	after, later := s.Args["after"]
	switch {
	case has && later:
		text = fmt.Sprintf("after %s and not after %s", after, until)
	case has:
		text = fmt.Sprintf("not after the cut-off at %s", until)
		if s.Args["inclusive"] == false {
			text = fmt.Sprintf("before the cut-off at %s", until)
		}
	case later:
		text = fmt.Sprintf("too late for the cut-off at %s", after)
	}
	return stamp(s.From) + " is " + text
}

func (s Step) paused() string {
	from, to := s.Args["from"].(time.Time), s.Args["to"].(time.Time)
	what := "waiting"
	if s.Args["reopened"] == true {
		what = "met until it was reopened"
	}
	return fmt.Sprintf("%s from %s to %s, which moves the due time by its working time", what, stamp(from), stamp(to))
}

// stamp prints an instant as people read it, with as much of it as there is.
func stamp(t time.Time) string {
	layout := "Mon 2006-01-02 15:04"
	if t.Second() != 0 || t.Nanosecond() != 0 {
		layout = "Mon 2006-01-02 15:04:05.999999999"
	}
	return t.Format(layout)
}

// span prints a length of time as 20m, 1h30m or 24h.
func span(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
