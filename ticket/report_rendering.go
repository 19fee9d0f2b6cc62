package ticket

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Rendering is a report in the words of one language, to be written as text,
// Markdown, HTML or CSV. It is immutable and safe for concurrent use.
type Rendering struct {
	language *sla.Language
	title    string
	facts    []fact
	tables   []table
	notes    []string // lines; the first is ours, the others are texts of errors
}

type fact struct {
	label string
	value cell
}

type table struct {
	name    string
	title   string
	columns []column
	rows    [][]cell
}

type column struct {
	label string
	unit  string // of the plain values, where those have one
}

// cell is a value as people read it, and as machines do.
type cell struct {
	text   string
	plain  string
	number bool
	data   bool // written by people, perhaps in another script
}

// In puts the report into the language of a locale; see [sla.LanguageFor]. What a
// policy gives titles to is called by these. The function returns the name of an
// actor; nil, or an empty name: the actor's id.
func (r *Report) In(locale string, name func(townclerk.Actor) string) *Rendering {
	w := writer{r: r, l: sla.LanguageFor(locale), zone: r.policy.promises.Zone(), name: name}
	d := &Rendering{language: w.l, title: w.word(string(r.Kind))}
	d.facts = []fact{
		{w.word("from"), w.time(r.Period.From)}, {w.word("until"), w.time(r.Period.To)}, {w.word("as-of"), w.time(r.Now)},
		{w.word("zone"), data(w.zone.String())},
	}
	w.d = d
	w.totals()
	w.calls()
	w.handlers()
	w.group("months", "month", "", r.Months)
	w.group("departments", "department", tableDepartments, r.Departments)
	w.group("classes", "class", tableClasses, r.Classes)
	w.group("channels", "channel", tableChannels, r.Channels)
	w.targets()
	if r.Failed > 0 {
		d.notes = append(d.notes, withNumber(w.word("left-out"), strconv.Itoa(r.Failed)))
		for _, err := range r.Mistakes {
			d.notes = append(d.notes, err.Error())
		}
		if more := r.Failed - len(r.Mistakes); more > 0 {
			d.notes = append(d.notes, withNumber(w.word("more"), strconv.Itoa(more)))
		}
	}
	return d
}

// Tables returns the names of the tables in their order, such as
// "calls" and "states", for [Rendering.CSV].
func (d *Rendering) Tables() []string {
	names := make([]string, len(d.tables))
	for i := range d.tables {
		names[i] = d.tables[i].name
	}
	return names
}

// writer writes a document.
type writer struct {
	r    *Report
	l    *sla.Language
	zone *time.Location
	name func(townclerk.Actor) string
	d    *Rendering
}

func (w *writer) word(key string) string { return reportWord(w.l, key) }

func data(text string) cell { return cell{text: text, plain: text, data: true} }

func word(text string) cell { return cell{text: text, plain: text} }

func number(n int) cell {
	text := strconv.Itoa(n)
	return cell{text: text, plain: text, number: true}
}

// percent rounds to a tenth of a per cent.
func (w *writer) percent(r townclerk.Ratio) cell {
	text := r.Percent(1)
	if text == "" {
		return word("")
	}
	return cell{text: strings.Replace(text, ".", w.word("point"), 1) + "%", plain: text, number: true}
}

// time is told to the minute.
func (w *writer) time(t time.Time) cell {
	if t.IsZero() {
		return word("")
	}
	t = t.In(w.zone)
	return cell{text: w.l.Time(t.Truncate(time.Minute)), plain: t.Format(time.DateTime)}
}

// length is told in minutes.
func (w *writer) length(d time.Duration) cell {
	text := w.l.Duration(d.Truncate(time.Minute))
	return cell{text: text, plain: strconv.FormatInt(int64(d/time.Minute), 10), number: true}
}

func (w *writer) actor(id townclerk.Actor) cell {
	if id == "" {
		return word("")
	}
	if w.name != nil {
		if name := w.name(id); name != "" {
			return data(name)
		}
	}
	return data(string(id))
}

// id is called by the title that the policy gives it.
func (w *writer) id(table, id string) cell {
	if id == "" {
		return word("")
	}
	return data(w.r.policy.Title(table, id, w.l.Tag()))
}

// columns makes columns of words; one may have a unit after a slash.
func (w *writer) columns(keys ...string) []column {
	all := make([]column, len(keys))
	for i, key := range keys {
		key, unit, _ := strings.Cut(key, "/")
		if unit == "minutes" {
			unit = w.word(unit)
		}
		all[i] = column{w.word(key), unit}
	}
	return all
}

func (w *writer) table(name string, columns []column, rows [][]cell) {
	w.d.tables = append(w.d.tables, table{name, w.word("table." + name), columns, rows})
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
	var rows [][]cell
	for _, line := range lines {
		row := []cell{word(w.word(line.key)), number(line.this)}
		if w.r.Kind == YearlyReport {
			row = append(row, number(line.former), w.percent(ratio(line.this, line.former)))
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
	var rows [][]cell
	for _, s := range w.r.States {
		rows = append(rows, []cell{data(w.r.policy.stateWord(s.State, w.l)), number(s.Calls)})
	}
	w.table("states", w.columns("state", "calls"), rows)
	rows = nil
	for i := range w.r.Calls {
		c := &w.r.Calls[i]
		called := data(c.Number)
		if c.Number == "" {
			called = data(string(c.ID))
		}
		rows = append(rows, []cell{
			called, w.time(c.Opened), data(w.r.policy.stateWord(c.State, w.l)), w.id(tableChannels, c.Channel), w.actor(c.Opener), data(c.Unit),
			w.id(tableDepartments, c.Department), w.id(tableClasses, c.Class), data(c.Subject), w.actor(c.Handler), data(c.Treatment),
			w.time(c.Due), number(c.Missed), w.time(c.Closed),
		})
	}
	w.table("calls", w.columns("number", "opened", "state", "channel", "opener", "unit", "department", "class", "subject", "handler", "treatment", "due", "missed", "closed"), rows)
}

func (w *writer) handlers() {
	if w.r.Kind != MonthlyReport {
		return
	}
	var rows [][]cell
	for i := range w.r.Handlers {
		h := &w.r.Handlers[i]
		who := w.actor(h.Handler)
		if h.Handler == "" {
			who = word(w.word("nobody"))
		}
		rows = append(rows, []cell{
			who, number(h.Opened), number(h.Closed), number(h.Cancelled), number(h.Moved), number(h.Open), number(h.Entries), w.length(h.Worked.Duration()),
			number(h.Met), number(h.Missed), w.percent(h.Share()),
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
	var rows [][]cell
	for i := range groups {
		g := &groups[i]
		id := word(g.ID)
		switch {
		case g.ID == "":
			id = word(w.word("none"))
		case titles != "":
			id = w.id(titles, g.ID)
		}
		row := []cell{
			id, number(g.Opened), w.percent(ratio(g.Opened, w.r.Total.Opened)), number(g.Closed), number(g.Cancelled), number(g.Moved), number(g.Open),
		}
		if former {
			row = append(row, number(g.Before.Opened))
		}
		rows = append(rows, row)
	}
	w.table(name, w.columns(keys...), rows)
}

func (w *writer) targets() {
	if !slices.Contains([]ReportKind{MonthlyReport, YearlyReport, TargetReport}, w.r.Kind) {
		return
	}
	var rows [][]cell
	for i := range w.r.Targets {
		t := &w.r.Targets[i]
		title := w.l.Title(t.Target.Titles)
		if title == "" {
			title = t.Target.ID
		}
		median, p90 := word(""), word("")
		if t.Timed > 0 {
			median, p90 = w.length(t.Median), w.length(t.P90)
		}
		rows = append(rows, []cell{
			data(title), word(w.l.Kind(t.Target.Kind)), number(t.Met), number(t.Missed), number(t.Open), number(t.Cancelled), number(t.Undetermined),
			number(t.Overrun), w.percent(t.Share()), number(t.Timed), median, p90,
		})
	}
	w.table("targets", w.columns("target", "kind", "met", "missed", "running", "called-off", "undetermined", "overrun", "kept/%", "timed", "median/minutes", "p90/minutes"), rows)
}
