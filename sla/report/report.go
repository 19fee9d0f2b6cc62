// Package report writes what people are given to read: a report of the month, a
// list for the council, the card of a process. A [Document] is its title, facts,
// sections, tables and notes in one of the languages of package sla:
//
//	d := report.Document{
//		Language: sla.LanguageFor("he"),
//		Title:    "קריאות",
//		Tables: []report.Table{{
//			Name: "calls", Title: "קריאות",
//			Columns: []report.Column{{Label: "מספר"}, {Label: "נפתחה"}, {Label: "זמן עבודה", Unit: report.Minutes}},
//			Rows:    [][]report.Cell{{report.Data("2026-000017"), report.Time(opened, zone), report.Duration(worked)}},
//		}},
//	}
//	err := d.HTML(w)
//
// Each [Cell] knows what it is: a word of the document's language, something that
// people wrote, a number, a share, money, a time. So it is told as the language has
// it, stands on the right side of its column, and is plain in a CSV file.
//
// # What people wrote
//
// Text of any script and any intent goes in, and none disturbs what stands around
// it: HTML and Markdown are escaped, formulas in CSV neutralised, each text set
// apart where it may run in another direction than its line. Characters that no
// printer knows become U+FFFD. Titles, labels and words stand on one line, too.
//
// # Errors
//
// A document is plain data, and writing does not change it. All methods that write
// return an error, before they write anything, if a table has no name, or the name of
// another, or a row that has not one cell for each column. Else the error is the
// writer's.
package report

import (
	"errors"
	"fmt"
	"html/template"
	"slices"

	"github.com/townclerk/townclerk/sla"
)

// Document is something to read, in the order of its fields. Where a language runs
// from right to left, so does the document.
type Document struct {
	Language *sla.Language // default: English
	Width    int           // how many places a line of [Document.Text] has for a table; default: 80
	Title    string
	Facts    []Fact
	Sections []Section
	Tables   []Table

	// Notes stand at the end: a word as a paragraph, anything else as an item of a
	// list below it.
	Notes []Cell
}

// Fact is one line under the title: what it is, and its value.
type Fact struct {
	Label string
	Value Cell
}

// Section is a heading with what stands under it. What is empty is left out.
type Section struct {
	Title   string
	Text    []Cell // a paragraph each
	List    []Cell // an item each, after the paragraphs
	Picture *Picture
}

// Picture is a drawing, such as a chart. HTML shows it; in text and Markdown its
// title stands in its place.
type Picture struct {
	Title string

	// SVG is the element <svg> with what is in it. It is written as it is: make it with
	// html/template, which escapes what people wrote. The page lets it load nothing and
	// run nothing. If it is empty, only the title is shown.
	SVG template.HTML
}

// Table is rows of cells, one under each column.
type Table struct {
	Name    string // what CSV calls it, such as "calls"; its id in HTML
	Title   string
	Columns []Column
	Rows    [][]Cell
}

// Column says what its cells are.
type Column struct {
	Label string

	// Unit is that of the plain numbers in CSV, where it follows the label: [Minutes],
	// [Percents], or the currency of all money in the column. Other writings leave it out,
	// since each cell there has its own.
	Unit string
}

// Units of columns.
const (
	Minutes  = "minutes" // of [Duration]; told in the document's language
	Percents = "%"       // of [Percent]
)

// TableNames returns the names of the tables in their order, for [Document.CSV].
func (d *Document) TableNames() []string {
	names := make([]string, len(d.Tables))
	for i := range d.Tables {
		names[i] = d.Tables[i].Name
	}
	return names
}

func (d *Document) language() *sla.Language { return spoken(d.Language) }

// spoken returns the language, which is English if there is none.
func spoken(l *sla.Language) *sla.Language {
	if l == nil {
		return sla.LanguageFor("en")
	}
	return l
}

// check finds what no table can be made of.
func (d *Document) check() error {
	var wrong []error
	names := d.TableNames()
	for i := range d.Tables {
		t := &d.Tables[i]
		switch {
		case t.Name == "":
			wrong = append(wrong, fmt.Errorf("table %d has no name", i+1))
		case slices.Index(names, t.Name) < i:
			wrong = append(wrong, fmt.Errorf("table %d has the name of another, %q", i+1, t.Name))
		}
		if k := slices.IndexFunc(t.Rows, func(row []Cell) bool { return len(row) != len(t.Columns) }); k >= 0 {
			wrong = append(wrong, fmt.Errorf("table %q: row %d has %d cells under %d columns", t.Name, k+1, len(t.Rows[k]), len(t.Columns)))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("the report %q: %w", d.Title, errors.Join(wrong...))
	}
	return nil
}

// numbers says which columns have numbers.
func (t *Table) numbers() []bool {
	are := make([]bool, len(t.Columns))
	for _, row := range t.Rows {
		for k, c := range row {
			are[k] = are[k] || c.number()
		}
	}
	return are
}

// titled reports whether anything stands in place of the picture.
func (p *Picture) titled() bool { return p != nil && p.Title != "" }
