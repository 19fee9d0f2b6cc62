package ticket

import (
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
)

// In puts the report into the language of a locale; see [sla.LanguageFor]. What a
// policy gives titles to is called by these. The function returns the name of an
// actor; nil, or an empty name: the actor's id.
func (r *Report) In(locale string, name func(townclerk.Actor) string) *report.Document {
	l, zone := sla.LanguageFor(locale), r.policy.promises.Zone()
	d := &report.Document{
		Language: l,
		Title:    reportWord(l, string(r.Kind)),
		Facts:    report.PeriodFacts(l, r.Period, r.Now, zone),
		Notes:    report.LeftOut(l, r.Failed, r.Mistakes),
	}
	w := writer{r, l, zone, name, d}
	w.totals()
	w.calls()
	w.handlers()
	w.group("months", "month", "", r.Months)
	w.group("departments", "department", tableDepartments, r.Departments)
	w.group("classes", "class", tableClasses, r.Classes)
	w.group("channels", "channel", tableChannels, r.Channels)
	w.targets()
	return d
}

// writer writes a document.
type writer struct {
	r    *Report
	l    *sla.Language
	zone *time.Location
	name func(townclerk.Actor) string
	d    *report.Document
}

func (w *writer) word(key string) string { return reportWord(w.l, key) }

// percent rounds to a tenth of a per cent.
func percent(n, of int) report.Cell { return report.Percent(ratio(n, of), 1) }

func (w *writer) time(t time.Time) report.Cell { return report.Time(t, w.zone) }

func (w *writer) actor(id townclerk.Actor) report.Cell { return report.Actor(id, w.name) }

// id is called by the title that the policy gives it.
func (w *writer) id(table, id string) report.Cell {
	if id == "" {
		return report.Cell{}
	}
	return report.Data(w.r.policy.Title(table, id, w.l.Tag()))
}

// columns makes columns of words; one may have a unit after a slash.
func (w *writer) columns(keys ...string) []report.Column {
	all := make([]report.Column, len(keys))
	for i, key := range keys {
		key, unit, _ := strings.Cut(key, "/")
		all[i] = report.Column{Label: w.word(key), Unit: unit}
	}
	return all
}

func (w *writer) table(name string, columns []report.Column, rows [][]report.Cell) {
	w.d.Tables = append(w.d.Tables, report.Table{Name: name, Title: w.word("table." + name), Columns: columns, Rows: rows})
}

func (w *writer) totals() {
	now, before := w.r.Total, w.r.Before
	lines := []struct {
		key          string
		this, former int
	}{
		{"opened", now.Opened, before.Opened}, {"closed", now.Closed, before.Closed}, {"cancelled", now.Cancelled, before.Cancelled},
		{"moved", now.Moved, before.Moved}, {"open", now.Open, before.Open},
	}
	var rows [][]report.Cell
	for _, line := range lines {
		row := []report.Cell{report.Word(w.word(line.key)), report.Number(line.this)}
		if w.r.Kind == YearlyReport {
			row = append(row, report.Number(line.former), percent(line.this, line.former))
		}
		rows = append(rows, row)
	}
	columns := w.columns("tickets", "calls")
	if w.r.Kind == YearlyReport {
		columns = w.columns("tickets", "this-year", "year-before", "compared/%")
	}
	w.table("totals", columns, rows)
}

func (w *writer) calls() {
	if w.r.Kind != WeeklyReport {
		return
	}
	var rows [][]report.Cell
	for _, s := range w.r.States {
		rows = append(rows, []report.Cell{report.Data(w.r.policy.stateWord(s.State, w.l)), report.Number(s.Calls)})
	}
	w.table("states", w.columns("state", "calls"), rows)
	rows = nil
	for i := range w.r.Calls {
		c := &w.r.Calls[i]
		called := report.Data(c.Number)
		if c.Number == "" {
			called = report.Data(string(c.ID))
		}
		rows = append(rows, []report.Cell{
			called, w.time(c.Opened), report.Data(w.r.policy.stateWord(c.State, w.l)), w.id(tableChannels, c.Channel), w.actor(c.Opener), report.Data(c.Unit),
			w.id(tableDepartments, c.Department), w.id(tableClasses, c.Class), report.Data(c.Subject), w.actor(c.Handler), report.Data(c.Treatment),
			w.time(c.Due), report.Number(c.Missed), w.time(c.Closed),
		})
	}
	w.table("calls", w.columns("number", "opened", "state", "channel", "opener", "unit", "department", "class", "subject", "handler", "treatment", "due", "missed", "closed"), rows)
}

func (w *writer) handlers() {
	if w.r.Kind != MonthlyReport {
		return
	}
	var rows [][]report.Cell
	for i := range w.r.Handlers {
		h := &w.r.Handlers[i]
		who := w.actor(h.Handler)
		if h.Handler == "" {
			who = report.Word(w.word("nobody"))
		}
		rows = append(rows, []report.Cell{
			who, report.Number(h.Opened), report.Number(h.Closed), report.Number(h.Cancelled), report.Number(h.Moved), report.Number(h.Open), report.Number(h.Entries), report.Duration(h.Worked.Duration()),
			report.Number(h.Met), report.Number(h.Missed), report.Percent(h.Share(), 1),
		})
	}
	w.table("handlers", w.columns("handler", "opened", "closed", "cancelled", "moved", "open", "entries", "worked/minutes", "met", "missed", "kept/%"), rows)
}

// group writes a table of groups, whose ids are called as in the policy's table.
func (w *writer) group(name, key, titles string, groups []ReportedGroup) {
	if len(groups) == 0 {
		return
	}
	former := w.r.Kind == YearlyReport && titles != ""
	keys := []string{key, "opened", "share/%", "closed", "cancelled", "moved", "open"}
	if former {
		keys = append(keys, "opened-before")
	}
	var rows [][]report.Cell
	for i := range groups {
		g := &groups[i]
		id := report.Word(g.ID)
		switch {
		case g.ID == "":
			id = report.Word(w.word("none"))
		case titles != "":
			id = w.id(titles, g.ID)
		}
		row := []report.Cell{
			id, report.Number(g.Opened), percent(g.Opened, w.r.Total.Opened), report.Number(g.Closed), report.Number(g.Cancelled), report.Number(g.Moved), report.Number(g.Open),
		}
		if former {
			row = append(row, report.Number(g.Before.Opened))
		}
		rows = append(rows, row)
	}
	w.table(name, w.columns(keys...), rows)
}

func (w *writer) targets() {
	if !slices.Contains([]ReportKind{MonthlyReport, YearlyReport, TargetReport}, w.r.Kind) {
		return
	}
	var rows [][]report.Cell
	for i := range w.r.Targets {
		t := &w.r.Targets[i]
		title := w.l.Title(t.Target.Titles)
		if title == "" {
			title = t.Target.ID
		}
		median, p90 := report.Cell{}, report.Cell{}
		if t.Timed > 0 {
			median, p90 = report.Duration(t.Median), report.Duration(t.P90)
		}
		rows = append(rows, []report.Cell{
			report.Data(title), report.Word(w.l.Kind(t.Target.Kind)), report.Number(t.Met), report.Number(t.Missed), report.Number(t.Open), report.Number(t.Cancelled), report.Number(t.Undetermined),
			report.Number(t.Overrun), report.Percent(t.Share(), 1), report.Number(t.Timed), median, p90,
		})
	}
	w.table("targets", w.columns("target", "kind", "met", "missed", "running", "called-off", "undetermined", "overrun", "kept/%", "timed", "median/minutes", "p90/minutes"), rows)
}
