package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk/examples/data"
	"github.com/townclerk/townclerk/examples/policies"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// demo is the command that judges a day's tickets by Ra'anana's charter.
type demo struct{}

// demoNow is the time as of which the tickets are judged.
const demoNow = "2026-06-08T12:30"

// Run prints the day.
func (demo) Run(out io.Writer, s style) error {
	folder, err := fs.Sub(policies.Files, "raanana")
	if err != nil {
		return err
	}
	policy, err := sla.Open(folder)
	if err != nil {
		return err
	}
	tickets, err := policy.ParseTimelines(data.RaananaDay, "raanana-day.toml")
	if err != nil {
		return err
	}
	now, err := worktime.ParseTime(demoNow, policy.Zone())
	if err != nil {
		return err
	}
	d := day{style: s, voice: newVoice("en"), out: out, policy: policy, now: now}
	d.heading()
	for i := range tickets {
		if err := d.ticket(&tickets[i]); err != nil {
			return err
		}
	}
	d.attainment()
	d.told()
	return errors.Join(d.checked(), d.replayed())
}

// day prints tickets as of now, and remembers what the summary needs.
type day struct {
	style
	voice
	out    io.Writer
	policy *sla.Policy
	now    time.Time

	clocks []sla.Clock // of all tickets, promises only
	owed   []notice
}

// notice is an escalation that is owed.
type notice struct {
	ticket string
	sla.Escalation
}

// The columns of a ticket's rows; the last, why, ends at the page's width.
const (
	whatColumn    = 16
	dueColumn     = 13
	outcomeColumn = 15
	pageWidth     = 110
	whyColumn     = pageWidth - 2 - whatColumn - dueColumn - outcomeColumn
)

func (d *day) heading() {
	fmt.Fprintln(d.out, d.bold(d.policy.Name()))
	fmt.Fprintf(d.out, "What was reported on Sunday and around it, and how it stands on %s in %s.\n", stamp(d.now), d.policy.Zone())
	fmt.Fprint(d.out, "The promises are in examples/policies/raanana, the tickets (invented) in examples/data.\n\n")
	d.row("", "PROMISED", "DUE", "OUTCOME", []string{"WHY IT IS DUE THEN"})
}

// ticket prints what a ticket was promised, and what came of it.
func (d *day) ticket(tl *sla.Timeline) error {
	a, err := d.policy.Explain(*tl, d.now)
	if err != nil {
		return err
	}
	opened := tl.Events[0]
	fmt.Fprintf(d.out, "%s  %s  %s\n", d.bold(tl.ID), d.when(opened.At), d.bold(tl.Note))
	if len(a.Clocks) == 0 {
		d.promised(opened)
	}
	for i := range a.Clocks {
		d.clock(&a.Clocks[i])
	}
	for _, e := range a.Escalations {
		d.owed = append(d.owed, notice{tl.ID, e})
		d.escalation(&e, "now")
	}
	for _, e := range a.Planned {
		if e.At.IsZero() {
			continue // what somebody may do by hand at any time
		}
		d.escalation(&e, "if still open")
	}
	fmt.Fprintln(d.out)
	return nil
}

// promised prints what will be promised once it begins.
func (d *day) promised(opened sla.Event) {
	a := d.policy.Promise(opened.At, opened.Attributes)
	for i := range a.Clocks {
		t := a.Clocks[i].Target
		d.row("", t.Metric, "", "not begun", []string{d.titled(t.ID, t.Titles)})
	}
}

// clock prints a promise: when it is due, what came of it, and why it is due then.
func (d *day) clock(c *sla.Clock) {
	if c.Target.Kind == sla.Estimate {
		return // only whom it makes us tell matters here
	}
	d.clocks = append(d.clocks, *c)
	why := []string{because(c.Steps())}
	for _, v := range c.Former() {
		why = append(why, fmt.Sprintf("(until %s the records had it %s)", d.when(v.Until), v.State))
	}
	d.row(c.State, c.Target.Metric, d.when(c.Due), d.outcome(c), why)
}

// escalation prints who has to be told, or will have to be.
func (d *day) escalation(e *sla.Escalation, outcome string) {
	d.row("", "  to tell", d.when(e.At), outcome, []string{d.role(d.policy, e.To) + ": " + d.task(e)})
}

func (d *day) row(state sla.State, what, due, outcome string, why []string) {
	fmt.Fprintf(d.out, "  %s%s%s", pad(what, whatColumn), pad(due, dueColumn), d.state(state, pad(outcome, outcomeColumn)))
	indent := ""
	for _, text := range why {
		for _, line := range wrap(text, whyColumn) {
			fmt.Fprintf(d.out, "%s%s\n", indent, d.faint(line))
			indent = strings.Repeat(" ", pageWidth-whyColumn)
		}
	}
}

// outcome says in a word or two what came of a promise.
func (d *day) outcome(c *sla.Clock) string {
	switch c.State {
	case sla.Met:
		return "met " + d.when(c.Ended)
	case sla.MetLate:
		return "late " + d.when(c.Ended)
	case sla.Breached:
		return "missed"
	case sla.Stopped:
		return "off " + d.when(c.Ended)
	case sla.Running:
		return "open"
	}
	return string(c.State)
}

// because says in one sentence what led to a due time. The row has said when the
// clock started.
func because(steps []sla.Step) string {
	var reasons []string
	for _, s := range steps {
		why := s.Why()
		switch s.Rule {
		case "start":
			continue
		case "cut-off":
			_, why, _ = strings.Cut(why, " is ")
		}
		reasons = append(reasons, why)
	}
	return strings.Join(reasons, "; ")
}

// when prints an instant briefly: by its weekday alone if it is less than half a
// week from now, so that no other day can be meant.
func (d *day) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(d.policy.Zone())
	const near = 80 * time.Hour
	if t.Sub(d.now).Abs() > near {
		return stamp(t)
	}
	return t.Format("Mon " + clock(t))
}

// attainment prints how each promise fared.
func (d *day) attainment() {
	const indent = 28
	fmt.Fprintln(d.out, d.bold(tally("met", "late", "missed", "open", "off")+"  PROMISE"))
	total, vendors := counts{}, 0
	for _, t := range d.policy.Targets() {
		count := counts{}
		for i := range d.clocks {
			if d.clocks[i].Target == t {
				count[d.clocks[i].State]++
				total[d.clocks[i].State]++
			}
		}
		if len(count) == 0 {
			continue
		}
		if t.Kind == sla.Contract {
			vendors += count.sum()
		}
		title := fmt.Sprintf("%s (%s)", d.titled(t.ID, t.Titles), strings.Join(t.Source, ", "))
		lines := wrap(title, pageWidth-indent)
		fmt.Fprintf(d.out, "%s  %s\n", count, strings.Join(lines, "\n"+strings.Repeat(" ", indent)))
	}
	fmt.Fprintf(d.out, "%s  %d in all, %d of them by vendors\n\n", total, total.sum(), vendors)
}

// counts is how many clocks ended in each state.
type counts map[sla.State]int

func (n counts) sum() int {
	sum := 0
	for _, count := range n {
		sum += count
	}
	return sum
}

func (n counts) String() string {
	number := func(states ...sla.State) string {
		sum := 0
		for _, s := range states {
			sum += n[s]
		}
		if sum == 0 {
			return "-"
		}
		return strconv.Itoa(sum)
	}
	return tally(number(sla.Met), number(sla.MetLate), number(sla.Breached),
		number(sla.Running, sla.Waiting, sla.Undetermined), number(sla.Stopped))
}

func tally(met, late, missed, open, off string) string {
	return fmt.Sprintf("%5s%5s%7s%5s%4s", met, late, missed, open, off)
}

// told prints who has to be told by now, each role's duties together.
func (d *day) told() {
	fmt.Fprintln(d.out, d.bold("  To be told by now"))
	slices.SortStableFunc(d.owed, func(a, b notice) int { return cmp.Compare(a.To, b.To) })
	for _, n := range d.owed {
		fmt.Fprintf(d.out, "  %s, about %s since %s: %s\n", d.role(d.policy, n.To), n.ticket, d.when(n.At), d.task(&n.Escalation))
	}
}
