package align

import (
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
)

// Document tells of alignments: for each, how much of the time it can be
// kept, an example step by step, and a week in which that shows, as a picture and in a
// table. now is the instant as of which the contracts are in force. The tables, for
// [report.Document.CSV], are "targets" and "weeks".
func Document(l *sla.Language, all []*sla.Alignment, now time.Time) *report.Document {
	w := writer{l: l, d: &report.Document{Language: l, Title: say(l, "title")}}
	if len(all) == 0 {
		w.d.Notes = []report.Cell{report.Word(say(l, "none"))}
	} else {
		w.d.Facts = report.PeriodFacts(l, span(all), now, all[0].Zone())
	}
	targets := report.Table{Name: "targets", Title: say(l, "summary"), Columns: w.columns("target", "vendor", "contract", "for")}
	for _, f := range sla.Fits() {
		targets.Columns = append(targets.Columns, report.Column{Label: l.Fit(f), Unit: report.Percents})
	}
	targets.Columns = append(targets.Columns, report.Column{Label: say(l, "worst"), Unit: report.Minutes})
	weeks := report.Table{Name: "weeks", Title: say(l, "weeks"), Columns: w.columns("target", "vendor", "from", "to", "fit", "slack", "reserve", "latest")}
	for _, a := range all {
		w.d.Sections = append(w.d.Sections, w.section(a))
		targets.Rows = append(targets.Rows, w.row(a))
		for _, s := range a.Part(a.Week()) {
			weeks.Rows = append(weeks.Rows, w.segment(a, &s))
		}
	}
	w.d.Tables = []report.Table{targets, weeks}
	return w.d
}

// span returns the time from the first start of all to the last.
func span(all []*sla.Alignment) townclerk.Period {
	span := townclerk.Period{From: all[0].From, To: all[0].To}
	for _, a := range all[1:] {
		if a.From.Before(span.From) {
			span.From = a.From
		}
		if a.To.After(span.To) {
			span.To = a.To
		}
	}
	return span
}

// Ticket is something open with a promise that a vendor's stands behind.
type Ticket struct {
	ID string // for people to quote
	sla.Backing
}

// Lost is the table of open tickets whose promises cannot be kept any more, for a
// document that says so beside the contracts: when ours and the vendor's are due, when
// it was handed over, and by when it should have been. Times are of the zone.
func Lost(l *sla.Language, tickets []Ticket, zone *time.Location) report.Table {
	w := writer{l: l}
	t := report.Table{Name: "lost", Title: say(l, "lost"), Columns: w.columns("ticket", "target", "due", "vendor", "vendor-due", "handed-over", "latest")}
	for i := range tickets {
		b := &tickets[i].Backing
		by := report.Time(b.Latest, zone)
		if b.Latest.IsZero() && b.Fit == sla.FitLost {
			by = report.Word(say(l, "never"))
		}
		t.Rows = append(t.Rows, []report.Cell{
			report.Data(tickets[i].ID), report.Data(b.Clock.Target.ID), report.Time(b.Clock.Due, zone), report.Data(b.Vendor.ID),
			report.Time(b.Due, zone), report.Time(b.HandedOver, zone), by,
		})
	}
	return t
}

// writer writes a document.
type writer struct {
	l *sla.Language
	d *report.Document
}

func (w *writer) columns(keys ...string) []report.Column {
	var all []report.Column
	for _, key := range keys {
		all = append(all, report.Column{Label: say(w.l, key)})
	}
	return all
}

// section tells of one alignment.
func (w *writer) section(a *sla.Alignment) report.Section {
	from, to := a.Week()
	s := report.Section{
		Title:   heading(w.l, a),
		Text:    []report.Cell{report.Word(w.shares(a))},
		Picture: &report.Picture{Title: say(w.l, "week", "{t}", w.l.Day(from)), SVG: Picture(w.l, a, from, to)},
	}
	unsafe, safe := a.Examples()
	if !safe.IsZero() {
		s.Text = append(s.Text, report.Word(w.l.HandOver(safe, a.At(safe).Latest)))
	}
	if unsafe.IsZero() {
		unsafe = from
	}
	for _, step := range a.Explain(unsafe) {
		s.List = append(s.List, report.Word(w.l.Why(step)))
	}
	return s
}

// shares says how much of the time there is of each fit.
func (w *writer) shares(a *sla.Alignment) string {
	text := ""
	for _, f := range sla.Fits() {
		if share := a.Share(f); share.N > 0 {
			if text != "" {
				text += "; "
			}
			text += say(w.l, "shares", "{fit}", w.l.Fit(f), "{n}", share.Percent(1))
		}
	}
	return text + " " + say(w.l, "hours", "{t}", w.l.Isolate(a.Target.Calendar))
}

func (w *writer) row(a *sla.Alignment) []report.Cell {
	row := []report.Cell{report.Data(a.Target.ID), report.Data(a.Vendor.ID), w.contract(a), report.Data(a.For)}
	for _, f := range sla.Fits() {
		row = append(row, report.Percent(a.Share(f), 1))
	}
	if worst, ok := a.Worst(); ok {
		return append(row, report.Duration(worst.Slack))
	}
	return append(row, report.Cell{})
}

func (w *writer) contract(a *sla.Alignment) report.Cell {
	if a.Terms == nil {
		return report.Word(say(w.l, "default"))
	}
	return report.Data(a.Terms.Contract)
}

func (w *writer) segment(a *sla.Alignment, s *sla.Segment) []report.Cell {
	row := []report.Cell{
		report.Data(a.Target.ID), report.Data(a.Vendor.ID), report.Word(from(w.l, s)), report.Word(until(w.l, s)), report.Word(w.l.Fit(s.Fit)),
	}
	if !depends(s.Fit) {
		return append(row, report.Cell{}, report.Cell{}, report.Cell{})
	}
	return append(row,
		report.Word(w.both(w.l.Duration(s.First.Slack), w.l.Duration(s.Last.Slack))),
		report.Word(w.both(w.l.Duration(s.First.Reserve), w.l.Duration(s.Last.Reserve))),
		report.Word(latest(w.l, s)))
}

// depends reports whether a vendor has to do with it.
func depends(f sla.Fit) bool { return f != sla.FitAlone && f != sla.FitUnknown }

// both names both ends, or the one that both are.
func (w *writer) both(a, b string) string {
	if a == b {
		return a
	}
	return say(w.l, "range", "{a}", a, "{b}", b)
}

// from says with which start a segment begins.
func from(l *sla.Language, s *sla.Segment) string {
	key := "at"
	if s.After {
		key = "after"
	}
	return say(l, key, "{t}", l.Time(s.From))
}

// until says with which start it ends.
func until(l *sla.Language, s *sla.Segment) string {
	key := "before"
	if s.Until {
		key = "until"
	}
	return say(l, key, "{t}", l.Time(s.To))
}

// latest says by when it has to be handed over.
func latest(l *sla.Language, s *sla.Segment) string {
	switch first, last := s.First.Latest, s.Last.Latest; {
	case first.IsZero():
		return say(l, "never")
	case first.Equal(last):
		return l.Time(first)
	default:
		return say(l, "range", "{a}", l.Time(first), "{b}", l.Time(last))
	}
}
