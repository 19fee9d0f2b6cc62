package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/townclerk/townclerk/sla"
)

// replayer prints what a replay found.
type replayer struct {
	style
	out           io.Writer
	before, after string // the folders, as they were called
	history       string
	old, new      *sla.Policy
}

func (p replayer) text(r *sla.Replayed, notes *notes) {
	fmt.Fprintln(p.out, p.bold(p.old.Name()))
	fmt.Fprintf(p.out, "%s, then %s, over %s, as of %s in %s.\n", p.before, p.after, p.history, stamp(r.Now), p.old.Zone())
	fmt.Fprintln(p.out, p.read(r))
	p.list("only in "+p.before, r.Removed)
	p.list("only in "+p.after, r.Added)
	p.table(r)
	p.differences(r)
	if len(notes.kinds) > 0 {
		fmt.Fprintln(p.out)
	}
	notes.print(p.out)
}

func (n *notes) print(out io.Writer) {
	for _, n := range n.kinds {
		fmt.Fprintf(out, "note: %s; %s, first at line %d", n.Kind, times(n.count), n.Line)
		if n.Ticket != "" {
			fmt.Fprintf(out, ", %s", n.Ticket)
		}
		fmt.Fprintf(out, ": %s\n", n.Text)
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// read says how many timelines there were.
func (p replayer) read(r *sla.Replayed) string {
	text := fmt.Sprintf("%d timelines", r.Timelines)
	if r.Timelines == 1 {
		text = "1 timeline"
	}
	if r.Failed > 0 {
		text += fmt.Sprintf("; %d more were left out", r.Failed)
	}
	if n, m := r.UncoveredOld, r.UncoveredNew; n > 0 || m > 0 {
		text += fmt.Sprintf("; %s have no clock", change(n, m))
	}
	return text + "."
}

func (p replayer) list(what string, targets []string) {
	if len(targets) > 0 {
		fmt.Fprintf(p.out, "%s: %s\n", what, strings.Join(targets, ", "))
	}
}

// table prints a line for each target, and below it one for each month in which the
// editions differ. What is the same under both is printed once.
func (p replayer) table(r *sla.Replayed) {
	rows := [][]string{{
		"", "clocks", "met", "missed", "open", "cancelled", "undetermined", "overrun",
		"met, then missed", "missed, then met", "other target", "due earlier", "median", "most", "due later", "median", "most",
	}}
	for i := range r.Targets {
		t := &r.Targets[i]
		if t.All.Old.Clocks+t.All.New.Clocks == 0 {
			continue
		}
		rows = append(rows, cells(t.ID, &t.All))
		for j := range t.Months {
			if m := &t.Months[j]; differs(m) {
				rows = append(rows, cells("  "+m.Month, m))
			}
		}
	}
	if len(rows) == 1 {
		fmt.Fprintln(p.out, "\nNothing ran: neither edition has a target that was started.")
		return
	}
	fmt.Fprintln(p.out)
	for i, line := range aligned(withoutEmpty(rows)) {
		if i == 0 {
			line = p.faint(line)
		}
		fmt.Fprintln(p.out, line)
	}
}

func differs(c *sla.Comparison) bool {
	return c.Old != c.New || c.Replaced+c.MetToMissed+c.MissedToMet+c.Earlier.Count+c.Later.Count > 0
}

func cells(name string, c *sla.Comparison) []string {
	a, b := &c.Old, &c.New
	row := []string{
		name, change(a.Clocks, b.Clocks), change(a.Met, b.Met), change(a.Missed, b.Missed), change(a.Open, b.Open),
		change(a.Cancelled, b.Cancelled), change(a.Undetermined, b.Undetermined), change(a.Overrun, b.Overrun),
		some(c.MetToMissed), some(c.MissedToMet), some(c.Replaced),
	}
	for _, m := range []*sla.Moves{&c.Earlier, &c.Later} {
		row = append(row, some(m.Count))
		if m.Count == 0 {
			row = append(row, "", "")
			continue
		}
		row = append(row, m.Median.String(), m.Largest.String())
	}
	return row
}

// change prints a number of both editions, or "" for none.
func change(old, new int) string {
	if old == new {
		return some(old)
	}
	return fmt.Sprintf("%d → %d", old, new)
}

func some(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// withoutEmpty leaves out columns that hold nothing but their title.
func withoutEmpty(rows [][]string) [][]string {
	kept := make([][]string, len(rows))
	for column := range rows[0] {
		if column > 0 && !slices.ContainsFunc(rows[1:], func(row []string) bool { return row[column] != "" }) {
			continue
		}
		for i := range rows {
			kept[i] = append(kept[i], rows[i][column])
		}
	}
	return kept
}

// aligned makes lines of rows: the first column to the left, the others to the right.
func aligned(rows [][]string) []string {
	lines := make([]string, len(rows))
	for column := range rows[0] {
		width := 0
		for _, row := range rows {
			width = max(width, utf8.RuneCountInString(row[column]))
		}
		for i, row := range rows {
			fill := strings.Repeat(" ", width-utf8.RuneCountInString(row[column]))
			if column == 0 {
				lines[i] = row[column] + fill
			} else {
				lines[i] += "  " + fill + row[column]
			}
		}
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

// differences prints the due times that moved most, each with both explanations.
func (p replayer) differences(r *sla.Replayed) {
	if len(r.Differences) == 0 {
		fmt.Fprintln(p.out, "\nNo due time differs.")
		return
	}
	fmt.Fprintln(p.out, "\nThe due times that moved most:")
	for i := range r.Differences {
		d := &r.Differences[i]
		title := d.Timeline
		if d.Note != "" {
			title += ": " + d.Note
		}
		fmt.Fprintf(p.out, "\n%s  %s due %s\n", p.bold(title), p.explainer(p.old).clockName(&d.Old), moved(d.By))
		p.side(p.before, p.old, &d.Old, &d.New)
		p.side(p.after, p.new, &d.New, &d.Old)
	}
}

func (p replayer) explainer(policy *sla.Policy) explainer {
	return explainer{p.style, newVoice("en"), p.out, policy}
}

func moved(by sla.Span) string {
	if text, earlier := strings.CutPrefix(by.String(), "-"); earlier {
		return text + " earlier"
	}
	return by.String() + " later"
}

// side prints one edition's clock and why it is due then.
func (p replayer) side(name string, policy *sla.Policy, c, other *sla.Clock) {
	if c.Target.ID != other.Target.ID {
		name += ", " + p.explainer(policy).clockName(c)
	}
	fmt.Fprintf(p.out, "  %s: %s\n", name, p.explainer(policy).standing(c))
	for _, step := range c.Steps() {
		fmt.Fprintf(p.out, "    - %s\n", step.Why())
	}
}
