package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla"
)

// explainer prints explanations for people.
type explainer struct {
	style
	voice
	out    io.Writer
	policy *sla.Policy
}

// promise prints what is promised to somebody who reports something with
// these attributes at that time.
func (p explainer) promise(at time.Time, attributes map[string]string, a *sla.Assessment) {
	p.println(p.bold(p.Isolate(p.policy.Name())))
	if len(attributes) > 0 {
		p.println(p.say("At %s in %s, with %s.", p.Time(at), p.zone(), p.Isolate(pairs(attributes))))
	} else {
		p.println(p.say("At %s in %s, with no attributes.", p.Time(at), p.zone()))
	}
	if len(a.Clocks) == 0 {
		fmt.Fprintln(p.out)
		p.println(p.say("Nothing is promised: no target matches these attributes."))
		return
	}
	p.println(p.say("Each target is counted from its own start event, as if that came at this time."))
	p.clocks(a, false)
	p.basis()
}

// timeline prints how a timeline stands.
func (p explainer) timeline(tl *sla.Timeline, now time.Time, a *sla.Assessment) {
	title := p.Isolate(tl.ID)
	if tl.Note != "" {
		title += ": " + p.Isolate(tl.Note)
	}
	p.println(p.bold(title))
	p.println(p.say("As of %s in %s.", p.Time(now), p.zone()))
	if len(a.Clocks) == 0 {
		fmt.Fprintln(p.out)
		p.println(p.say("Nothing runs: no target has been started."))
	}
	p.clocks(a, true)
	p.basis()
}

// basis prints by what it was explained: the edition, and what the zone was taken
// to be, so that the same can be found out later.
func (p explainer) basis() {
	fmt.Fprintln(p.out)
	switch e := p.policy.Edition(); {
	case e.Number != 0 && !e.Effective.IsZero():
		p.println(p.say("By edition %s, in force since %s.", strconv.Itoa(e.Number), p.Isolate(e.Effective.Format(time.DateOnly))))
	case e.Number != 0:
		p.println(p.say("By edition %s.", strconv.Itoa(e.Number)))
	}
	const digits = len("sha256:") + 12 // as much as people compare
	o := p.policy.Offsets()
	years := fmt.Sprintf("%d–%d", o.From, o.To)
	p.println(p.say("Clock changes of %s in %s: %s.", p.Isolate(o.Zone), p.Isolate(years), p.Isolate(o.Hash[:digits])))
}

// println prints a line.
func (p explainer) println(text string) { fmt.Fprintln(p.out, p.line(text)) }

func (p explainer) zone() string { return p.Isolate(p.policy.Zone().String()) }

func pairs(attributes map[string]string) string {
	var text []string
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		text = append(text, key+"="+attributes[key])
	}
	return strings.Join(text, ", ")
}

// clocks prints each clock with its steps (-), what it was taken for before a
// correction (!), and who is told (>); of those that are owed by now it says so
// where time has passed.
func (p explainer) clocks(a *sla.Assessment, passed bool) {
	wide := 0
	for i := range a.Clocks {
		wide = max(wide, width(p.clockName(&a.Clocks[i])))
	}
	for i := range a.Clocks {
		c := &a.Clocks[i]
		fmt.Fprintln(p.out)
		p.println(p.bold(pad(p.clockName(c), wide)) + "  " + p.standing(c))
		p.println("    " + p.clockTitle(c))
		for _, step := range c.Steps() {
			p.println("    - " + p.Why(step))
		}
		for _, v := range c.Former() {
			p.println("    ! " + p.say("until %s it counted as %s, due %s", p.Time(v.Until), p.State(v.State), p.Time(v.Due)))
		}
		p.escalations(c, a.Escalations, passed)
		p.escalations(c, a.Planned, false)
	}
}

// clockName names a target, and its clock unless it is the first.
func (p explainer) clockName(c *sla.Clock) string {
	if c.Number > 1 {
		return p.Isolate(fmt.Sprintf("%s #%d", c.Target.ID, c.Number))
	}
	return p.Isolate(c.Target.ID)
}

// standing says when it is due and, unless it just runs, how it stands.
func (p explainer) standing(c *sla.Clock) string {
	var parts []string
	if !c.Due.IsZero() {
		parts = append(parts, p.say("due %s", p.Time(c.Due)))
	}
	state := p.State(c.State)
	switch {
	case c.State == sla.Met || c.State == sla.MetLate:
		parts = append(parts, p.state(c.State, state+" "+p.Time(c.Ended)))
	case c.State == sla.Undetermined:
		parts = append(parts, p.state(c.State, state+": "+p.Err(c.Err())))
	case c.State == sla.Stopped:
		parts = append(parts, state+" "+p.Time(c.Ended))
	case c.State != sla.Running:
		parts = append(parts, p.state(c.State, state))
	}
	if c.Early {
		parts = append(parts, p.say("early"))
	}
	if c.Overrun {
		parts = append(parts, p.say("beyond the estimate"))
	}
	return p.list(parts)
}

// clockTitle says what is promised, what kind of promise it is, and where it is written.
func (p explainer) clockTitle(c *sla.Clock) string {
	title, source := p.titled(c.Target.ID, c.Target.Titles), p.Isolate(strings.Join(c.Target.Source, ", "))
	if c.Target.Kind != sla.Commitment {
		source = p.say("%s; %s", p.Kind(c.Target.Kind), source)
	}
	return title + " (" + source + ")"
}

func (p explainer) escalations(c *sla.Clock, all []sla.Escalation, owed bool) {
	for i := range all {
		e := &all[i]
		if e.Target != c.Target || e.Clock != c.Number {
			continue
		}
		role, task := p.role(p.policy, e.To), p.task(e)
		text := p.say("tell %s on %s: %s", role, p.Time(e.At), task)
		switch {
		case e.At.IsZero():
			text = p.say("tell %s when somebody escalates by hand: %s", role, task)
		case owed:
			text = p.say("owed: tell %s on %s: %s", role, p.Time(e.At), task)
		}
		p.println("    > " + text)
	}
}
