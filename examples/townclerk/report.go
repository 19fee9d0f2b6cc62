package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla/report"
	"github.com/townclerk/townclerk/sla/worktime"
	"github.com/townclerk/townclerk/ticket"
)

// reports is the command that makes a report of tickets.
type reports struct {
	Kind      string   `arg:"" enum:"weekly,monthly,yearly,targets,channels" help:"What to tell: weekly (the calls and how each stands), monthly (the work of each handler), yearly (a summary, beside the year before), targets (how each was attained) or channels (by which tickets came in)."`
	PolicyDir string   `arg:"" name:"policydir" help:"Folder that holds sla.toml and ticket.toml."`
	Tickets   string   `arg:"" name:"tickets" help:"The tickets: JSON Lines, as import --out and ticket.Export write them. - reads standard input."`
	At        string   `placeholder:"TIME" help:"A time or a date within the week, the month or the year to tell of; a date is taken as it begins. Default: that of --now."`
	Over      string   `enum:"week,month,year," default:"" placeholder:"PERIOD" help:"How long a time targets and channels are told of: week, month or year. Default: month."`
	Now       string   `placeholder:"TIME" help:"The time as of which it is told. Default: the present."`
	Format    string   `enum:"text,markdown,html,csv" default:"text" help:"text, markdown, html or csv."`
	Width     int      `default:"80" help:"How many columns a line of text may have; a table that needs more is written row by row."`
	Table     string   `placeholder:"NAME" help:"Of csv: which of the report's tables, such as calls."`
	Target    []string `placeholder:"ID" help:"Tell of the attainment of these targets only."`
	Lang      voice    `default:"en" placeholder:"TAG" help:"Language of the report: en, fa, he, pl or sr."`
}

// Validate refuses flags that do not go together; kong calls it.
func (c *reports) Validate() error {
	kind := ticket.ReportKind(c.Kind)
	switch {
	case c.Over != "" && kind != ticket.TargetReport && kind != ticket.ChannelReport:
		return fmt.Errorf("--over goes with targets and channels; a %s report says by its name how long a time it tells of", c.Kind)
	case strings.EqualFold(filepath.Ext(c.Tickets), ".csv"):
		return fmt.Errorf("%s: a report is made of tickets; make them first: townclerk import %[1]s --policy %s --out tickets.jsonl", c.Tickets, c.PolicyDir)
	case c.Width < 1:
		return tooNarrow(c.Width)
	case c.Table != "" && c.Format != "csv":
		return errors.New("--table goes with --format=csv; the other formats have all tables")
	}
	return nil
}

// Run prints the report. The error is all that could not be read, or be counted.
func (c *reports) Run(out io.Writer, screen screen) error {
	policy, err := readDesk(c.PolicyDir)
	if err != nil {
		return err
	}
	period, now, err := c.period(policy)
	if err == nil {
		err = c.check(policy, period, now)
	}
	if err != nil {
		return err
	}
	file, name, size, err := openInput(c.Tickets)
	if err != nil {
		return err
	}
	defer file.Close()
	shown, done := screen.progress("reading", file, size)
	r, err := policy.Report(ticket.ReportKind(c.Kind), period, tickets(shown, name), now, c.Target...)
	done()
	if err != nil {
		return err
	}
	if err := c.write(out, r); err != nil {
		return err
	}
	if r.Failed > 0 && c.Format != "csv" { // the others list them in their notes
		return fmt.Errorf("%s: %s", name, leftOut(r.Failed))
	}
	return r.Err()
}

func leftOut(n int) string {
	if n == 1 {
		return "1 ticket was left out; the report says why"
	}
	return fmt.Sprintf("%d tickets were left out; the report says why", n)
}

// period returns from when to when is told, and as of when. The error is all that is
// wrong with the times.
func (c *reports) period(policy *ticket.Policy) (period townclerk.Period, now time.Time, err error) {
	now = time.Now()
	if c.Now != "" {
		now, err = parseTime("--now", c.Now, policy.Promises())
	}
	at := now
	if c.At != "" {
		if date, err2 := worktime.ParseDate(c.At); err2 == nil {
			at = date.Start(policy.Promises().Zone())
		} else if at, err2 = parseTime("--at", c.At, policy.Promises()); err2 != nil {
			err = errors.Join(err, err2)
		}
	}
	if err != nil {
		return townclerk.Period{}, time.Time{}, err
	}
	over := map[string]string{"weekly": "week", "yearly": "year"}[c.Kind] + c.Over
	switch over {
	case "week":
		if period, err = policy.Week(at); err != nil {
			err = fmt.Errorf("%s: %w", c.PolicyDir, err)
		}
	case "year":
		period = policy.Year(at)
	default:
		period = policy.Month(at)
	}
	return period, now, err
}

// check finds mistakes in the call before all tickets are read.
func (c *reports) check(policy *ticket.Policy, period townclerk.Period, now time.Time) error {
	empty, err := policy.Report(ticket.ReportKind(c.Kind), period, func(func(ticket.Ticket, error) bool) {}, now, c.Target...)
	if err == nil && c.Format == "csv" && c.Table == "" {
		err = fmt.Errorf("--table: a CSV has one table; name one of %s", strings.Join(empty.In(c.Lang.Tag(), nil).TableNames(), ", "))
	}
	return err
}

// tickets reads tickets one by one, so that a report needs no more memory for more of
// them.
func tickets(r io.Reader, name string) iter.Seq2[ticket.Ticket, error] {
	return func(yield func(ticket.Ticket, error) bool) {
		for record, err := range ticket.ReadRecords(r, name) {
			if !yield(record.Ticket, err) {
				return
			}
		}
	}
}

func (c *reports) write(out io.Writer, r *ticket.Report) error {
	told := r.In(c.Lang.Tag(), nil)
	told.Width = c.Width
	return write(out, told, c.Format, c.Table)
}

func tooNarrow(width int) error {
	return fmt.Errorf("--width: %d is too few; a terminal has 80 columns or more", width)
}

// write prints a document in a format; csv is one of its tables.
func write(out io.Writer, d *report.Document, format, table string) error {
	switch format {
	case "markdown":
		return d.Markdown(out)
	case "html":
		return d.HTML(out)
	case "csv":
		return d.CSV(out, table)
	}
	return d.Text(out)
}
