package kpi

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
)

// Clause is one performance measure of a charter (RA-62), and what it is attained by.
type Clause struct {
	ID         string
	Area       string
	Subject    string
	Promises   []string // targets of the promises
	Indicators []string
	Duties     []string
}

// Clauses returns the clauses of the charter, in the order of the file.
func (p *Policy) Clauses() []Clause {
	all := slices.Clone(p.clauses)
	for i := range all {
		c := &all[i]
		c.Promises, c.Indicators, c.Duties = slices.Clone(c.Promises), slices.Clone(c.Indicators), slices.Clone(c.Duties)
	}
	return all
}

// Charter is what a municipality has committed itself to, clause by clause, and how far
// it kept that in a period.
type Charter struct {
	Period townclerk.Period
	Now    time.Time // as of which it is told
	Lines  []CharterLine

	policy *Policy
}

// CharterLine is a clause by one of the things by which it is attained. One that nothing
// measures has a line with an empty Table.
type CharterLine struct {
	Clause Clause
	Table  string // "promises", "indicators" or "duties"
	ID     string // in it
	Count  Count  // D is 0: nothing was measured in the period
	State  State  // of an indicator's last measurement in the period; else empty
}

// Charter prints the attainment of each clause in a period, as far as it is known at
// now: promises by Config.Promised, indicators by their last measurements whose periods
// lie in the period, and duties by how many of those whose windows began in the period
// and are over were done in time; what was excused does not count.
func (r *Register) Charter(ctx context.Context, tenant townclerk.Tenant, in townclerk.Period, now time.Time) (*Charter, error) {
	duties, err := r.Duties(ctx, tenant, in, now)
	if err != nil {
		return nil, err
	}
	measured, err := r.Scorecard(ctx, tenant, in, now)
	if err != nil {
		return nil, err
	}
	c := &Charter{Period: in, Now: now, policy: r.policy}
	for _, clause := range r.policy.Clauses() {
		before := len(c.Lines)
		for _, id := range clause.Promises {
			line := CharterLine{Clause: clause, Table: "promises", ID: id}
			if r.cfg.Promised != nil {
				if line.Count, err = r.cfg.Promised(ctx, tenant, id, in); err != nil {
					return nil, fmt.Errorf("clause %s, promise %s: %w", clause.ID, id, err)
				}
			}
			c.Lines = append(c.Lines, line)
		}
		for _, id := range clause.Indicators {
			line := CharterLine{Clause: clause, Table: tableIndicators, ID: id}
			if points := measured.line(id).Points; len(points) > 0 {
				last := points[len(points)-1]
				line.Count, line.State = last.Value.Count, last.Value.Verdict
			}
			c.Lines = append(c.Lines, line)
		}
		for _, id := range clause.Duties {
			d := duties.line(id)
			c.Lines = append(c.Lines, CharterLine{Clause: clause, Table: tableDuties, ID: id, Count: Count{N: int64(d.Done), D: int64(d.Done + d.Late + d.Partial + d.Missed)}})
		}
		if len(c.Lines) == before {
			c.Lines = append(c.Lines, CharterLine{Clause: clause})
		}
	}
	return c, nil
}

// In puts the charter into the language of a locale; see [sla.LanguageFor]. Its table is
// "charter".
func (c *Charter) In(locale string) *report.Document {
	l, p := sla.LanguageFor(locale), c.policy
	d := &report.Document{Language: l, Title: say(l, "charter"), Facts: report.PeriodFacts(l, c.Period, c.Now, p.zone())}
	t := report.Table{Name: "charter", Title: p.name}
	for _, key := range []string{"area", "subject", "performance", "by", "met", "of", "share"} {
		t.Columns = append(t.Columns, report.Column{Label: say(l, key)})
	}
	t.Columns[6].Unit = report.Percents
	for _, line := range c.Lines {
		row := []report.Cell{
			report.Data(p.Title(tableAreas, line.Clause.Area, l.Tag())), report.Data(p.Title(tableSubjects, line.Clause.Subject, l.Tag())),
			report.Data(p.Title(tableClauses, line.Clause.ID, l.Tag())),
		}
		of := Indicator{In: Percent, Decimals: 2}
		if in, ok := p.indicators[line.ID]; ok && line.Table == tableIndicators {
			of.Calendar, of.Target = in.Calendar, in.Target
		}
		switch {
		case line.Count.D == 0:
			row = append(row, p.attainedBy(&line, l), report.Word(say(l, "not-measured")), report.Cell{}, report.Cell{})
		default:
			row = append(row, p.attainedBy(&line, l), of.counted(line.Count.N), of.counted(line.Count.D), report.Percent(line.Count.Ratio(), of.precision(&Value{Count: line.Count, Target: of.Target})))
		}
		t.Rows = append(t.Rows, row)
	}
	d.Tables = []report.Table{t}
	return d
}

func (p *Policy) attainedBy(line *CharterLine, l *sla.Language) report.Cell {
	switch line.Table {
	case "promises":
		if t := p.promises.Target(line.ID); t != nil {
			return report.Data(l.Title(t.Titles))
		}
	case tableDuties:
		return report.Data(p.Title(p.tableOf(line.ID), line.ID, l.Tag()))
	case tableIndicators:
		return report.Data(p.Title(tableIndicators, line.ID, l.Tag()))
	}
	return report.Data(line.ID)
}

// DutyReport is what became of duties in a period.
type DutyReport struct {
	Period townclerk.Period
	Now    time.Time
	Lines  []DutyLine   // in the order of the policy; those of which there was none are empty
	Undone []Occurrence // that were missed, done in part or done late, in their order

	policy *Policy
}

// DutyLine counts the occurrences of a duty or a report.
type DutyLine struct {
	Duty                                      string
	Due, Done, Late, Partial, Missed, Excused int
}

// Duties tells what became of the duties whose windows began in a period, as it is
// stored; now is for the reader. It reads each occurrence once.
func (r *Register) Duties(ctx context.Context, tenant townclerk.Tenant, in townclerk.Period, now time.Time) (*DutyReport, error) {
	d := &DutyReport{Period: in, Now: now, policy: r.policy}
	for _, table := range []string{tableDuties, tableReports} {
		for _, id := range r.policy.titles.IDs(table) {
			d.Lines = append(d.Lines, DutyLine{Duty: id})
		}
	}
	for o, err := range r.Occurrences(ctx, tenant, Query{From: in.From, To: in.To}) {
		if err != nil {
			return nil, err
		}
		d.add(&o)
	}
	return d, nil
}

func (d *DutyReport) line(duty string) *DutyLine {
	i := slices.IndexFunc(d.Lines, func(l DutyLine) bool { return l.Duty == duty })
	if i < 0 { // of another edition
		d.Lines = append(d.Lines, DutyLine{Duty: duty})
		i = len(d.Lines) - 1
	}
	return &d.Lines[i]
}

func (d *DutyReport) add(o *Occurrence) {
	l := d.line(o.Duty)
	switch o.State {
	case Due:
		l.Due++
	case Done:
		l.Done++
	case Late:
		l.Late++
	case Partial:
		l.Partial++
	case Missed:
		l.Missed++
	case Excused:
		l.Excused++
	}
	if o.State == Late || o.State == Partial || o.State == Missed {
		d.Undone = append(d.Undone, *o)
	}
}

// In puts the report into the language of a locale. Its tables are "duties", those of
// which there was any, and "undone".
func (d *DutyReport) In(locale string) *report.Document {
	l, p := sla.LanguageFor(locale), d.policy
	doc := &report.Document{Language: l, Title: say(l, "duties-title"), Facts: report.PeriodFacts(l, d.Period, d.Now, p.zone())}
	columns := func(words ...string) []report.Column {
		var all []report.Column
		for _, w := range words {
			all = append(all, report.Column{Label: w})
		}
		return all
	}
	state := func(s State) string { return p.stateWord(s, l) }
	counts := report.Table{Name: "duties", Title: p.name, Columns: columns(say(l, "duty"), say(l, "all"), state(Done), state(Late), state(Partial), state(Missed), state(Excused), state(Due))}
	for _, line := range d.Lines {
		all := line.Due + line.Done + line.Late + line.Partial + line.Missed + line.Excused
		if all == 0 {
			continue
		}
		row := []report.Cell{report.Data(p.Title(p.tableOf(line.Duty), line.Duty, l.Tag()))}
		for _, n := range []int{all, line.Done, line.Late, line.Partial, line.Missed, line.Excused, line.Due} {
			row = append(row, report.Number(n))
		}
		counts.Rows = append(counts.Rows, row)
	}
	undone := report.Table{Name: "undone", Title: say(l, "missing"), Columns: columns(say(l, "date"), say(l, "duty"), say(l, "state"), say(l, "due"), say(l, "missing"))}
	for i := range d.Undone {
		o := &d.Undone[i]
		undone.Rows = append(undone.Rows, []report.Cell{
			report.Date(o.Date), report.Data(p.Title(p.tableOf(o.Duty), o.Duty, l.Tag())), report.Data(state(o.State)), report.Time(o.Due, p.zone()), report.Data(p.partsText(o, l)),
		})
	}
	doc.Tables = []report.Table{counts, undone}
	return doc
}

// partsText names the parts of an occurrence that are missing; empty if it has but one.
func (p *Policy) partsText(o *Occurrence, l *sla.Language) string {
	var text string
	for _, part := range o.Missing() {
		one := part.Item
		if part.Step != "" {
			one = p.StepTitle(o.Duty, part.Step, l.Tag())
			if part.Item != "" {
				one += " (" + part.Item + ")"
			}
		}
		if text != "" && one != "" {
			text += ", "
		}
		text += one
	}
	return text
}
