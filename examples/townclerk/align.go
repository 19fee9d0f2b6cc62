package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/align"
	"github.com/townclerk/townclerk/sla/worktime"
	"github.com/townclerk/townclerk/ticket"
	"github.com/townclerk/townclerk/vendors"
)

// aligns is the command that sets promises beside those of the vendors behind them.
type aligns struct {
	PolicyDir string `arg:"" name:"policydir" help:"Folder that holds sla.toml and, for the contracts, vendors.toml."`
	From      string `placeholder:"DATE" help:"The first day of what starts. Default: the first of the year of --now."`
	To        string `placeholder:"DATE" help:"The last day. Default: the last of a year from --from on."`
	Now       string `placeholder:"TIME" help:"The time as of which contracts and tickets are looked at. Default: the present."`
	Tickets   string `placeholder:"FILE" help:"Also say which of these tickets are lost already: JSON Lines, as import --out and ticket.Export write them. - reads standard input."`
	Picture   string `placeholder:"FILE" help:"Also write a picture: a week of each promise that shows what is wrong with it, as SVG."`
	Format    string `enum:"text,markdown,html,csv" default:"text" help:"text, markdown, html (with the pictures) or csv."`
	Width     int    `default:"80" help:"How many columns a line of text may have; a table that needs more is written row by row."`
	Table     string `placeholder:"NAME" help:"Of csv: targets, weeks or, with --tickets, lost."`
	Lang      voice  `default:"en" placeholder:"TAG" help:"Language: en, fa, he, pl or sr."`
}

// Validate refuses flags that do not go together; kong calls it.
func (c *aligns) Validate() error {
	switch {
	case c.Width < 1:
		return tooNarrow(c.Width)
	case c.Table != "" && c.Format != "csv":
		return errors.New("--table goes with --format=csv; the other formats have all tables")
	case c.Table == "" && c.Format == "csv":
		return errors.New("--table: a CSV has one table; name one of targets, weeks, lost")
	}
	return nil
}

// Run prints the document. The error is all that could not be read or judged.
func (c *aligns) Run(out io.Writer) error {
	promises, work, err := readVendors(c.PolicyDir)
	if err != nil {
		return err
	}
	from, to, now, err := c.span(promises)
	if err != nil {
		return err
	}
	contracts, err := alignments(promises, work, from, to)
	if err != nil {
		return err
	}
	var all []*sla.Alignment
	for _, a := range contracts {
		all = append(all, a.Alignment)
	}
	d := align.Document(c.Lang.Language, all, now)
	var lost error
	if c.Tickets != "" {
		tickets, err := c.lost(promises, work, now)
		d.Tables = append(d.Tables, align.Lost(c.Lang.Language, tickets, promises.Zone()))
		lost = err
	}
	if c.Picture != "" {
		if err := os.WriteFile(c.Picture, align.Sheet(c.Lang.Language, all), 0o644); err != nil {
			return err
		}
	}
	d.Width = c.Width
	return errors.Join(write(out, d, c.Format, c.Table), lost)
}

// readVendors reads what a municipality promises, and how it works with its vendors;
// that is nil if the folder has no vendors.toml.
func readVendors(dir string) (*sla.Policy, *vendors.Policy, error) {
	promises, err := readPolicy(dir)
	if err != nil {
		return nil, nil, err
	}
	name := filepath.Join(dir, "vendors.toml")
	data, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return promises, nil, nil
	case err != nil:
		return nil, nil, unread(name, err)
	}
	work, err := vendors.Parse(data, name, promises)
	return promises, work, err
}

// span returns the time of the starts, and now. The error is all that is wrong with them.
func (c *aligns) span(p *sla.Policy) (from, to, now time.Time, err error) {
	now = time.Now()
	if c.Now != "" {
		now, err = parseTime("--now", c.Now, p)
	}
	first := worktime.Date{Year: now.In(p.Zone()).Year(), Month: time.January, Day: 1}
	if c.From != "" {
		var wrong error
		if first, wrong = worktime.ParseDate(c.From); wrong != nil {
			err = errors.Join(err, fmt.Errorf("--from: %w", wrong))
		}
	}
	last := first
	last.Year++
	if c.To != "" {
		var wrong error
		if last, wrong = worktime.ParseDate(c.To); wrong != nil {
			err = errors.Join(err, fmt.Errorf("--to: %w", wrong))
		}
		last = last.AddDays(1)
	}
	if err == nil && last.Compare(first) <= 0 {
		err = errors.New("--to: it is before --from")
	}
	return first.Start(p.Zone()), last.Start(p.Zone()), now, err
}

// alignments returns those of the contracts, or of the promises alone.
func alignments(promises *sla.Policy, work *vendors.Policy, from, to time.Time) ([]vendors.Alignment, error) {
	if work != nil {
		return work.Align(work.Contracts(), from, to)
	}
	usual, err := promises.Align(from, to)
	var all []vendors.Alignment
	for _, a := range usual {
		all = append(all, vendors.Alignment{Alignment: a})
	}
	return all, err
}

// lost returns what is open and cannot be kept any more. Without contracts, the defaults
// hold for all.
func (c *aligns) lost(promises *sla.Policy, work *vendors.Policy, now time.Time) ([]align.Ticket, error) {
	file, name, _, err := openInput(c.Tickets)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var unreadable error
	open := openTickets(tickets(file, name), &unreadable)
	var all []align.Ticket
	if work == nil {
		var wrong []error
		for o := range open {
			backings, err := promises.Backings(o.Timeline, now)
			wrong = append(wrong, err)
			for _, b := range backings {
				if b.Fit == sla.FitLost {
					all = append(all, align.Ticket{ID: o.Timeline.ID, Backing: b})
				}
			}
		}
		return all, errors.Join(unreadable, errors.Join(wrong...))
	}
	contracts := work.Contracts()
	lost, err := work.Lost(open, now, func(vendor string) ([]sla.Terms, error) { return work.InForce(contracts, vendor, now) })
	for _, l := range lost {
		all = append(all, align.Ticket{ID: l.Ticket.Timeline.ID, Backing: l.Backing})
	}
	return all, errors.Join(unreadable, err)
}

// openTickets returns the timelines of tickets and of their stages, called by the
// tickets' numbers, with the vendor that was called last. What cannot be read is joined
// to unreadable.
func openTickets(all iter.Seq2[ticket.Ticket, error], unreadable *error) iter.Seq[vendors.OpenTicket] {
	return func(yield func(vendors.OpenTicket) bool) {
		for t, err := range all {
			if err != nil {
				*unreadable = errors.Join(*unreadable, err)
				continue
			}
			for i, tl := range t.Timelines() {
				open := vendors.OpenTicket{Timeline: tl}
				if open.Timeline.ID = t.Number; i > 0 {
					open.Timeline.ID = fmt.Sprintf("%s/%d", t.Number, i)
				}
				for _, call := range t.Calls {
					if call.Stage == i {
						open.Vendor = call.Vendor
					}
				}
				if !yield(open) {
					return
				}
			}
		}
	}
}
