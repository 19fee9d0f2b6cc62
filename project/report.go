package project

import (
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
)

// Report is how a project stands: RA-57.
type Report struct {
	Project    Project
	Now        time.Time
	Assessment sla.Assessment // of its promises
	Drift      *Drift         // from the baseline in force; nil if there is none
	Problems   []error        // why the promises or the plan cannot be assessed

	policy *Policy
}

// Report says how a project stands at now. What cannot be assessed is left out, and named
// in its Problems.
func (p *Policy) Report(t Project, now time.Time) *Report {
	r := &Report{Project: t.Clone(), Now: now, policy: p}
	var err error
	if r.Assessment, err = p.Assess(t.Header, now); err != nil {
		r.Problems = append(r.Problems, err)
	}
	if len(t.Baselines) > 0 {
		if drift, err := p.Deviations(t, 0, now); err != nil {
			r.Problems = append(r.Problems, err)
		} else {
			r.Drift = &drift
		}
	}
	return r
}

// In puts the report into the language of a locale; see [sla.LanguageFor]. What a policy
// gives titles to is called by these. The function returns the name of an actor; nil, or
// an empty name: the actor's id.
func (r *Report) In(locale string, name func(townclerk.Actor) string) *report.Document {
	l := sla.LanguageFor(locale)
	d := &report.Document{Language: l, Title: reportWord(l, "status"), Notes: report.LeftOut(l, len(r.Problems), r.Problems)}
	w := writer{r, &r.Project, l, r.policy.zone(), name, d}
	w.facts()
	w.promises()
	w.deviations()
	w.deliverables()
	w.results()
	w.changes()
	w.baselines()
	w.alarms()
	w.papers()
	if svg, err := r.policy.Gantt(r.Project, r.Now, locale); err == nil {
		d.Sections = append(d.Sections, report.Section{Title: w.word("gantt"), Picture: &report.Picture{Title: r.Project.Title, SVG: svg}})
	}
	return d
}

// writer writes a document.
type writer struct {
	r    *Report
	t    *Project
	l    *sla.Language
	zone *time.Location
	name func(townclerk.Actor) string
	d    *report.Document
}

func (w *writer) word(key string) string { return reportWord(w.l, key) }

func (w *writer) say(key string) report.Cell { return report.Word(w.word(key)) }

func (w *writer) time(t time.Time) report.Cell { return report.Time(t, w.zone) }

func (w *writer) actor(id townclerk.Actor) report.Cell { return report.Actor(id, w.name) }

func (w *writer) state(s State) report.Cell { return report.Data(w.r.policy.stateWord(s, w.l)) }

// id is called by the title that the policy gives it.
func (w *writer) id(table, id string) report.Cell {
	if id == "" {
		return report.Cell{}
	}
	return report.Data(w.r.policy.Title(table, id, w.l.Tag()))
}

// money is an amount in the smallest units of the plan's currency.
func (w *writer) money(minor int64) report.Cell {
	if w.r.Drift.Currency == "" {
		return report.Cell{}
	}
	return report.Money(townclerk.Money{Minor: minor, Currency: w.r.Drift.Currency})
}

// table adds a table, unless it has no rows. A column may have a unit after a slash.
func (w *writer) table(name string, keys []string, rows [][]report.Cell) {
	if len(rows) == 0 {
		return
	}
	columns := make([]report.Column, len(keys))
	for i, key := range keys {
		key, unit, _ := strings.Cut(key, "/")
		columns[i] = report.Column{Label: w.word(key), Unit: unit}
	}
	w.d.Tables = append(w.d.Tables, report.Table{Name: name, Title: w.word("table." + name), Columns: columns, Rows: rows})
}

func (w *writer) facts() {
	add := func(key string, value report.Cell) {
		if value != (report.Cell{}) && value != report.Data("") {
			w.d.Facts = append(w.d.Facts, report.Fact{Label: w.word(key), Value: value})
		}
	}
	t := w.t
	add("as-of", w.time(w.r.Now))
	add("zone", report.Data(w.zone.String()))
	add("number", report.Data(t.name()))
	add("title", report.Data(t.Title))
	add("phase", w.state(t.State))
	if t.Held != "" {
		add("rests-in", w.state(t.Held))
	}
	add("class", w.id(tableClasses, t.Class))
	add("lead", w.id(tableDepartments, t.Lead))
	add("partner", w.id(tableDepartments, t.Partner))
	add("demander", w.actor(t.Demander))
	add("demanded", w.time(t.Began))
	add("ended", w.time(t.Ended))
	add("cause", w.id(tableCauses, t.Cause))
	add("reference", report.Data(t.Reference))
	add("origin", report.Data(t.Origin))
	if drift := w.r.Drift; drift != nil {
		add("baseline", report.Number(drift.Baseline))
		add("limit", report.Percent(drift.Limit, 1))
		add("limit-of", w.say(map[bool]string{false: "time-only", true: "time-cost"}[w.r.policy.costCounts]))
	} else if len(t.Baselines) == 0 {
		w.d.Notes = append(w.d.Notes, w.say("no-plan"))
	}
}

func (w *writer) promises() {
	var rows [][]report.Cell
	for i := range w.r.Assessment.Clocks {
		c := &w.r.Assessment.Clocks[i]
		title := w.l.Title(c.Target.Titles)
		if title == "" {
			title = c.Target.ID
		}
		early := report.Cell{}
		if c.Early {
			early = w.say("early")
		}
		rows = append(rows, []report.Cell{report.Data(title), w.time(c.Due), report.Word(w.l.State(c.State)), w.time(c.Ended), early})
	}
	w.table("promises", []string{"target", "due", "state", "ended", "text"}, rows)
}

func (w *writer) deviations() {
	if w.r.Drift == nil {
		return
	}
	var milestones, totals [][]report.Cell
	for i := range w.r.Drift.Deviations {
		d := &w.r.Drift.Deviations[i]
		row := []report.Cell{
			report.Date(d.Planned), report.Date(d.Expected), report.Number(d.Time.Planned), report.Number(d.Time.Over), report.Percent(d.Time.Share(), 1),
			report.Percent(d.Time.Forecast(), 1), w.money(d.Cost.Planned), w.money(d.Cost.Over), report.Percent(d.Cost.Share(), 1),
			report.Percent(d.Cost.Forecast(), 1), w.level(d), w.milestone(d.HeldUp),
		}
		switch {
		case d.Milestone != "":
			milestones = append(milestones, append([]report.Cell{w.milestone(d.Milestone), w.state(d.Phase)}, row...))
		case d.Phase == "":
			totals = append(totals, append([]report.Cell{w.say("whole")}, row...))
		default:
			totals = append(totals, append([]report.Cell{w.state(d.Phase)}, row...))
		}
	}
	money := "/" + w.r.Drift.Currency
	columns := []string{
		"planned", "expected", "days", "late", "share/%", "forecast-share/%", "cost" + money, "over" + money, "cost-share/%", "cost-forecast/%", "level", "held-up",
	}
	w.table("milestones", append([]string{"milestone", "phase"}, columns...), milestones)
	w.table("totals", append([]string{"phase"}, columns...), totals)
}

// milestone is called by its title.
func (w *writer) milestone(id string) report.Cell {
	for _, b := range w.t.Baselines {
		if m := b.Milestone(id); m != nil {
			return report.Data(m.Title)
		}
	}
	return report.Data(id)
}

// level is the graver one of time and cost.
func (w *writer) level(d *Deviation) report.Cell { return w.say("level." + d.Level().word()) }

// Level returns the graver level of time and cost.
func (d *Deviation) Level() Level {
	if d.Time.Level == Exceeded || d.Cost.Level == Exceeded {
		return Exceeded
	}
	if d.Time.Level == Warning || d.Cost.Level == Warning {
		return Warning
	}
	return Fine
}

func (l Level) word() string {
	if l == Fine {
		return "fine"
	}
	return string(l)
}

func (w *writer) deliverables() {
	var rows [][]report.Cell
	for _, v := range w.t.Deliverables {
		rows = append(rows, []report.Cell{
			report.Number(v.Number), w.id(tableDeliverables, v.Kind), report.Data(v.Name), w.state(v.State), w.time(v.Ordered), w.time(v.Delivered),
			w.time(v.Reviewed), w.time(v.Decided), report.Data(v.Text), report.Data(v.Reference),
		})
	}
	w.table("deliverables", []string{"number", "kind", "name", "state", "ordered", "delivered", "reviewed", "decided", "text", "reference"}, rows)
}

func (w *writer) results() {
	var rows [][]report.Cell
	for _, v := range w.t.Results {
		passed := w.say(map[bool]string{false: "no", true: "yes"}[v.Passed])
		rows = append(rows, []report.Cell{
			report.Number(v.Number), w.id(tableResults, v.Kind), report.Data(v.Name), passed, w.time(v.At), w.actor(v.By), report.Data(v.Text), report.Data(v.Reference),
		})
	}
	w.table("results", []string{"number", "kind", "name", "passed", "at", "by", "text", "reference"}, rows)
}

func (w *writer) changes() {
	var rows [][]report.Cell
	for _, v := range w.t.Changes {
		rows = append(rows, []report.Cell{
			report.Number(v.Number), w.id(tableCauses, v.Cause), report.Data(v.Reference), report.Data(v.Text), w.state(v.State), w.time(v.Asked),
			w.time(v.Decided), w.time(v.Installed),
		})
	}
	w.table("changes", []string{"number", "cause", "reference", "text", "state", "asked", "decided", "installed"}, rows)
}

func (w *writer) baselines() {
	var rows [][]report.Cell
	for _, b := range w.t.Baselines {
		_, end := b.span("")
		rows = append(rows, []report.Cell{report.Number(b.Number), w.time(b.At), w.actor(b.By), report.Data(b.Reason), report.Date(end), report.Money(b.Cost())})
	}
	w.table("baselines", []string{"number", "approved-at", "by", "reason", "end", "cost"}, rows)
}

// Cost returns the sum of the plan's costs; the zero Money if there are none.
func (b *Baseline) Cost() townclerk.Money {
	var sum townclerk.Money
	for _, m := range b.Milestones {
		_ = add(&sum, m.Cost) // that it can be counted was checked when it was made
	}
	return sum
}

func (w *writer) alarms() {
	var rows [][]report.Cell
	for _, a := range w.t.Alarms {
		what := w.say("whole")
		switch {
		case a.Milestone != "":
			what = w.milestone(a.Milestone)
		case a.Phase != "":
			what = w.state(a.Phase)
		}
		rows = append(rows, []report.Cell{
			w.time(a.At), report.Number(a.Baseline), what, w.say("of." + a.Of), w.say("level." + a.Level.word()),
			report.Percent(townclerk.Ratio{N: a.Over, D: a.Planned}, 1),
		})
	}
	w.table("alarms", []string{"at", "baseline", "milestone", "of", "level", "more/%"}, rows)
}

func (w *writer) papers() {
	var documents, notes [][]report.Cell
	for _, v := range w.t.Documents {
		documents = append(documents, []report.Cell{w.time(v.At), w.id(tableDocuments, v.Kind), report.Data(v.Name), report.Data(v.Reference), w.actor(v.By)})
	}
	for _, v := range w.t.Notes {
		notes = append(notes, []report.Cell{w.time(v.At), report.Data(v.Text), w.actor(v.By)})
	}
	w.table("documents", []string{"at", "kind", "name", "reference", "by"}, documents)
	w.table("notes", []string{"at", "text", "by"}, notes)
}
