package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla"
)

// explainer prints explanations for people.
type explainer struct {
	style
	out    io.Writer
	policy *sla.Policy
}

// promise prints what is promised to somebody who reports something with
// these attributes at that time.
func (p explainer) promise(at time.Time, attributes map[string]string, a *sla.Assessment) {
	fmt.Fprintln(p.out, p.bold(p.policy.Name()))
	what := "with no attributes"
	if len(attributes) > 0 {
		what = "with " + pairs(attributes)
	}
	fmt.Fprintf(p.out, "At %s in %s, %s.\n", stamp(at), p.policy.Zone(), what)
	if len(a.Clocks) == 0 {
		fmt.Fprintln(p.out, "\nNothing is promised: no target matches these attributes.")
		return
	}
	fmt.Fprintln(p.out, "Each target is counted from its own start event, as if that came at this time.")
	p.clocks(a, "tell")
}

// timeline prints how a timeline stands.
func (p explainer) timeline(tl *sla.Timeline, now time.Time, a *sla.Assessment) {
	title := tl.ID
	if tl.Note != "" {
		title += ": " + tl.Note
	}
	fmt.Fprintln(p.out, p.bold(title))
	fmt.Fprintf(p.out, "As of %s in %s.\n", stamp(now), p.policy.Zone())
	if len(a.Clocks) == 0 {
		fmt.Fprintln(p.out, "\nNothing runs: no target has been started.")
	}
	p.clocks(a, "owed: tell")
}

func pairs(attributes map[string]string) string {
	var text []string
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		text = append(text, key+"="+attributes[key])
	}
	return strings.Join(text, ", ")
}

// clocks prints each clock with its steps (-), what it was taken for before a
// correction (!), and who is told (>), after that word if it is owed by now.
func (p explainer) clocks(a *sla.Assessment, owed string) {
	width := 0
	for i := range a.Clocks {
		width = max(width, len(clockName(&a.Clocks[i])))
	}
	for i := range a.Clocks {
		c := &a.Clocks[i]
		fmt.Fprintf(p.out, "\n%s  %s\n", p.bold(pad(clockName(c), width)), p.standing(c))
		fmt.Fprintf(p.out, "    %s\n", clockTitle(c))
		for _, step := range c.Steps() {
			fmt.Fprintf(p.out, "    - %s\n", step.Why())
		}
		for _, v := range c.Former() {
			fmt.Fprintf(p.out, "    ! until %s it counted as %s, due %s\n", stamp(v.Until), v.State, stamp(v.Due))
		}
		p.escalations(c, a.Escalations, owed)
		p.escalations(c, a.Planned, "tell")
	}
}

// clockName names a target, and its clock unless it is the first.
func clockName(c *sla.Clock) string {
	if c.Number > 1 {
		return fmt.Sprintf("%s #%d", c.Target.ID, c.Number)
	}
	return c.Target.ID
}

// standing says when it is due and, unless it just runs, how it stands.
func (p explainer) standing(c *sla.Clock) string {
	var parts []string
	if !c.Due.IsZero() {
		parts = append(parts, "due "+stamp(c.Due))
	}
	zone := p.policy.Zone()
	switch {
	case c.State == sla.Met || c.State == sla.MetLate:
		parts = append(parts, p.state(c.State, fmt.Sprintf("%s %s", c.State, stamp(c.Ended.In(zone)))))
	case c.State == sla.Undetermined:
		parts = append(parts, p.state(c.State, fmt.Sprintf("%s: %v", c.State, c.Err())))
	case c.State == sla.Stopped:
		parts = append(parts, fmt.Sprintf("%s %s", c.State, stamp(c.Ended.In(zone))))
	case c.State != sla.Running:
		parts = append(parts, p.state(c.State, string(c.State)))
	}
	if c.Early {
		parts = append(parts, "early")
	}
	if c.Overrun {
		parts = append(parts, "beyond the estimate")
	}
	return strings.Join(parts, ", ")
}

// clockTitle says what is promised, what kind of promise it is, and where it is written.
func clockTitle(c *sla.Clock) string {
	kind := ""
	if c.Target.Kind != sla.Commitment {
		kind = string(c.Target.Kind) + "; "
	}
	return fmt.Sprintf("%s (%s%s)", c.Target.Titles[locale], kind, strings.Join(c.Target.Source, ", "))
}

func (p explainer) escalations(c *sla.Clock, all []sla.Escalation, verb string) {
	for i := range all {
		e := &all[i]
		if e.Target != c.Target || e.Clock != c.Number {
			continue
		}
		when := "on " + stamp(e.At)
		if e.At.IsZero() {
			when = "when somebody escalates by hand"
		}
		fmt.Fprintf(p.out, "    > %s %s %s: %s\n", verb, roleTitle(p.policy, e.To), when, task(e))
	}
}
