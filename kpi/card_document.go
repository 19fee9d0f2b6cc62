package kpi

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Export is how a card is printed.
type Export struct {
	On    worktime.Date // the version that was in force then; zero: the last one
	Known time.Time     // as far as was known then; zero: all that is
	At    time.Time     // when it is printed; obligatory
	By    string        // who prints it; may be blank
	Copy  string        // the number of the copy; empty: it has none

	// Released is who agreed that a copy of a controlled card is made, and in which role.
	// Without it the copy is marked as uncontrolled (SG-02).
	Released townclerk.Actor
	Role     string

	Name func(townclerk.Actor) string // the name of an actor; nil, or an empty name: the id
}

// Document puts a version of a card into its language, ready to be written as text, HTML
// or Markdown. One that is withdrawn says so.
//
// A release by a role that the card does not name is refused: the error wraps
// [townclerk.ErrForbidden]. If no version was in force, or only its history is known, the
// error wraps [townclerk.ErrNotFound]. An x without At is a [*townclerk.FieldError].
func (p *Policy) Document(c *Card, x Export) (*report.Document, error) {
	if x.At.IsZero() {
		return nil, fmt.Errorf("card %s: %w", c.Key, &townclerk.FieldError{Field: "at", Problem: "missing; say when it is printed"})
	}
	version, ok := len(c.Versions)-1, len(c.Versions) > 0
	if x.On != (worktime.Date{}) || !x.Known.IsZero() {
		on, known := x.On, x.Known
		if known.IsZero() {
			known = x.At
		}
		if on == (worktime.Date{}) {
			on = dateIn(known, p.zone())
		}
		version, ok = c.AsOf(on, known)
	}
	if !ok {
		return nil, fmt.Errorf("card %s: a version that was in force then: %w", c.Key, townclerk.ErrNotFound)
	}
	v := &c.Versions[version]
	if v.Text == nil {
		return nil, fmt.Errorf("card %s: the text of revision %d, which is kept elsewhere: %w", c.Key, c.Revision(version), townclerk.ErrNotFound)
	}
	if x.Released != "" && !slices.Contains(v.Text.Releasers, x.Role) {
		return nil, fmt.Errorf("card %s: a copy is released by %s, who acts as %q; only %s may: %w", c.Key, x.Released, x.Role, strings.Join(v.Text.Releasers, " or "), townclerk.ErrForbidden)
	}
	l := sla.LanguageFor(v.Text.Language)
	w := cardWriter{p: p, l: l, t: v.Text, d: &report.Document{Language: l, Title: v.Text.Title}}
	w.facts(c, version, x)
	w.sections()
	w.tables(c, version)
	if c.withdrawn(x.At) {
		w.note("withdrawn", c.Ended.String())
	}
	w.stamp(x)
	return w.d, nil
}

type cardWriter struct {
	p *Policy
	l *sla.Language
	t *Text
	d *report.Document
}

func (w *cardWriter) fact(key string, value report.Cell) {
	w.d.Facts = append(w.d.Facts, report.Fact{Label: say(w.l, key), Value: value})
}

func (w *cardWriter) facts(c *Card, version int, x Export) {
	v := &c.Versions[version]
	w.fact("symbol", report.Data(w.t.Symbol))
	w.fact("revision", report.Number(c.Revision(version)))
	if w.t.Annex != "" {
		w.fact("annex", report.Data(w.t.Annex))
	}
	w.fact("in-force", report.Date(v.From))
	if w.t.Category != "" {
		w.fact("category", report.Word(say(w.l, string(w.t.Category))))
	}
	owner := w.p.Title(tableRoles, w.t.Owner, w.l.Tag())
	if person := named(w.t.Person, x.Name); person != "" {
		owner += " (" + person + ")"
	}
	w.fact("owner", report.Data(owner))
	for _, s := range w.t.Signatures {
		text := w.p.Title(tableRoles, s.Role, w.l.Tag())
		for _, signed := range v.Signed {
			if s.given(signed) {
				text += " (" + named(signed.By, x.Name) + ", " + signed.At.In(w.p.zone()).Format(time.DateOnly) + ")"
			}
		}
		w.fact(s.As, report.Data(text))
	}
	if x.Copy != "" {
		w.fact("copy", report.Data(x.Copy))
	}
}

func named(id townclerk.Actor, name func(townclerk.Actor) string) string {
	if name != nil && id != "" {
		if n := name(id); n != "" {
			return n
		}
	}
	return string(id)
}

func cells(texts ...string) []report.Cell {
	var all []report.Cell
	for _, t := range texts {
		if t != "" {
			all = append(all, report.Data(t))
		}
	}
	return all
}

// section adds one with a text or a list; nothing is left out.
func (w *cardWriter) section(key string, text, list []report.Cell) {
	if len(text)+len(list) > 0 {
		w.d.Sections = append(w.d.Sections, report.Section{Title: say(w.l, key), Text: text, List: list})
	}
}

func (w *cardWriter) sections() {
	var units, references []string
	var glossary []report.Cell
	for _, u := range w.t.Units {
		units = append(units, w.p.Title(tableUnits, u, w.l.Tag()))
	}
	for _, r := range w.t.References {
		references = append(references, w.reference(r))
	}
	for _, g := range w.t.Glossary {
		// Apart, since the line runs as the document does, in whatever script the term is.
		glossary = append(glossary, report.Word(w.l.Isolate(g.Term)+" – "+w.l.Isolate(g.Means)))
	}
	w.section("units", nil, cells(units...))
	w.section("scope", cells(w.t.Scope), nil)
	w.section("aim", cells(w.t.Aim), nil)
	w.section("references", nil, cells(references...))
	w.section("glossary", nil, glossary)
	w.section("duties", nil, w.doings(w.t.Duties))
	w.section("tasks", nil, cells(w.t.Tasks...))
	w.section("steps", nil, w.doings(w.t.Steps))
	for _, s := range w.t.Sections {
		w.d.Sections = append(w.d.Sections, report.Section{Title: s.Title, Text: cells(s.Text...), List: cells(s.List...)})
	}
	w.section("inputs", nil, cells(w.t.Inputs...))
	w.section("outputs", nil, cells(w.t.Outputs...))
	if len(w.t.Records) == 0 {
		w.section("records", []report.Cell{report.Word(say(w.l, "no-records"))}, nil)
	}
	w.section("records", nil, cells(w.t.Records...))
	w.section("annexes", nil, cells(w.t.Annexes...))
}

// reference reads like "Order 793/2018 of 2018-12-14: Rules (as amended)".
func (w *cardWriter) reference(r Reference) string {
	text := strings.TrimSpace(r.Document + " " + r.Number)
	if r.Date != nil {
		text = strings.TrimSpace(text + " " + say(w.l, "of-date") + " " + r.Date.String())
	}
	if text != "" {
		text += ": "
	}
	text += r.Title
	if r.Amended {
		text += " (" + say(w.l, "as-amended") + ")"
	}
	return text
}

func (w *cardWriter) doings(all []RoleText) []report.Cell {
	var list []report.Cell
	for _, r := range all {
		text := r.Text
		if r.Role != "" {
			text = w.p.Title(tableRoles, r.Role, w.l.Tag()) + ": " + text
		}
		list = append(list, report.Data(text))
	}
	return list
}

func (w *cardWriter) columns(keys ...string) []report.Column {
	all := make([]report.Column, len(keys))
	for i, key := range keys {
		all[i].Label = say(w.l, key)
	}
	return all
}

// tables are the indicators (KA-11) and the history (KA-18), the newest former version
// first.
func (w *cardWriter) tables(c *Card, version int) {
	var rows [][]report.Cell
	for _, id := range w.t.Indicators {
		in, ok := w.p.indicators[id]
		if !ok {
			continue // of another edition
		}
		rows = append(rows, []report.Cell{
			report.Data(w.p.Title(tableIndicators, id, w.l.Tag())), w.p.targetCell(in.Target, &in, w.l), report.Data(w.p.Label(id, "record", w.l.Tag())),
			report.Word(say(w.l, string(in.Frequency))), report.Data(w.p.Title(tableUnits, in.Unit, w.l.Tag())),
		})
	}
	if len(rows) > 0 {
		w.d.Tables = append(w.d.Tables, report.Table{
			Name: "indicators", Title: say(w.l, "indicators"), Columns: w.columns("measure", "target", "source", "frequency", "unit"), Rows: rows,
		})
	}
	rows = nil
	for i := version - 1; i >= 0; i-- {
		v := &c.Versions[i]
		by := v.By
		if slices.Contains(w.p.knownRoles(), by) {
			by = w.p.Title(tableRoles, by, w.l.Tag())
		}
		rows = append(rows, []report.Cell{
			report.Number(c.Revision(i)), report.Date(v.From), report.Data(stampIn(v.Replaced, w.p.zone())), report.Data(by), report.Data(v.Link),
		})
	}
	if len(rows) > 0 {
		w.d.Tables = append(w.d.Tables, report.Table{
			Name: "history", Title: say(w.l, "history"), Columns: w.columns("revision", "from", "to", "changed-by", "former"), Rows: rows,
		})
	}
}

// stampIn is an instant to the second, as cards print it.
func stampIn(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateTime)
}

// targetCell is a target as people read it, with the language's words for its side.
func (p *Policy) targetCell(t *Target, in *Indicator, l *sla.Language) report.Cell {
	if t == nil {
		return report.Word(say(l, "informs"))
	}
	return report.Word(say(l, string(t.Compare)) + " " + l.Isolate(limitText(t.Limit(), in.In)))
}

// limitText is a limit as kpi.toml has it, exactly.
func limitText(r townclerk.Ratio, in string) string {
	decimals, _ := percents(r, in).FloatPrec()
	return plainText(r, in, decimals)
}

// plainText is a ratio with at most so many decimals, without zeros at its end.
func plainText(r townclerk.Ratio, in string, decimals int) string {
	text := percents(r, in).FloatString(decimals)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if in == Percent {
		text += " %"
	}
	return text
}

func (w *cardWriter) note(key, value string) {
	w.d.Notes = append(w.d.Notes, report.Word(say(w.l, key)+": "+w.l.Isolate(value)))
}

// stamp notes when and by whom it was printed (KA-19), and whether the copy is controlled.
func (w *cardWriter) stamp(x Export) {
	switch {
	case w.t.Controlled && x.Released == "":
		w.d.Notes = append(w.d.Notes, report.Word(say(w.l, "uncontrolled")))
	case w.t.Controlled:
		w.d.Notes = append(w.d.Notes, report.Word(say(w.l, "controlled")))
		w.note("released-by", named(x.Released, x.Name)+" ("+w.p.Title(tableRoles, x.Role, w.l.Tag())+")")
	}
	w.note("generated", stampIn(x.At, w.p.zone()))
	w.d.Notes = append(w.d.Notes, report.Word(strings.TrimSpace(say(w.l, "generated-by")+": "+x.By)))
}
