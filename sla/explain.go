package sla

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla/worktime"
)

// Step is one reason in the explanation of a due time. The first step starts at
// the instant from which the clock counts; the last one leads to the due time.
type Step struct {
	Rule     string // such as cut-off, roll, clip, pause: what the sentence of Why is chosen by
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
		after := r.cutoffs[branch-1].until
		a["after"] = after
		// Before that cut-off, it can only be the day's closing that was missed.
		if _, tod, err := r.m.cal.Read(start); err == nil && tod < after {
			a["over"] = true
		}
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

// Why returns the step as an English sentence without a full stop. Other languages
// are those of [LanguageFor].
func (s Step) Why() string { return english.Why(s) }

// message returns the key of the step's message: the rule, and the variant of it.
// A rule of which nothing is known has no message.
func (s Step) message() string {
	key := "step." + s.Rule
	switch s.Rule {
	case "roll":
		return key + s.with("why", ".why")
	case "within":
		return key + s.with("closed", ".closed")
	case "immediate":
		return key + s.with("grace", ".grace")
	case "working-day":
		return key + s.workingDay()
	case "cut-off":
		return key + s.cutOff()
	case "pause":
		return key + s.with("reopened", ".reopened")
	}
	return key
}

// with returns the suffix if the step has such an argument, and it says something.
func (s Step) with(name, suffix string) string {
	switch v := s.Args[name].(type) {
	case nil:
		return ""
	case []string:
		if len(v) == 0 {
			return ""
		}
	case time.Duration:
		if v <= 0 {
			return ""
		}
	case bool:
		if !v {
			return ""
		}
	}
	return suffix
}

func (s Step) workingDay() string {
	switch s.Args["n"] {
	case 0:
		return ".same"
	case 1:
		return ".next" + s.with("closed", ".closed")
	}
	return s.with("closed", ".closed")
}

func (s Step) cutOff() string {
	_, until := s.Args["until"]
	_, after := s.Args["after"]
	variant := ".until"
	switch {
	case s.Args["over"] == true:
		return ".closing"
	case !until:
		return ".after"
	case after:
		variant = ".between"
	}
	switch {
	case s.Args["inclusive"] == false && after:
		return variant + ".before"
	case s.Args["inclusive"] == false:
		return ".before"
	}
	return variant + s.with("minute", ".minute")
}

// words returns what the step's message may name.
func (s Step) words(l *Language) args {
	words := args{"from": s.From, "to": s.To}
	maps.Copy(words, s.Args)
	switch s.Rule {
	case "start":
		words["event"] = phrase(l.list("list.or", strings.Split(plain(s.Args["event"]), kindsOr)))
	case "roll":
		// Where nothing else closes it, the reason is the day of the week.
		if d, ok := s.Args["date"].(worktime.Date); ok && s.Args["why"] == d.Weekday().String() {
			words["why"] = phrase(l.day("weekday", d.Weekday()))
		}
	case "working-day":
		words["when"] = phrase(l.when(plain(s.Args["at"])))
	case "undetermined":
		if text, ok := s.Args["error"].(string); ok && strings.HasSuffix(text, worktime.ErrNotCovered.Error()) {
			words["error"] = phrase(l.say("error.not-covered", args{"error": text}))
		}
	}
	return words
}

// kindsOr stands between the kinds of event from which a clock can count.
const kindsOr = " or "

// when says at which moment of a day something is due.
func (l *Language) when(at string) string {
	switch at {
	case "close", "same-time":
		return l.say("when."+at, nil)
	}
	return l.say("when.time", args{"at": at})
}
