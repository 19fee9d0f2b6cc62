package report

import (
	"bufio"
	"io"
	"slices"
	"strings"
)

// rightToLeftMark at the beginning of a line makes it run from right to left.
const rightToLeftMark = "\u200f"

// Text writes the document as plain text, with tables in columns. Where the
// language runs from right to left, so does each line. What people wrote stands
// between isolates if it may run in another direction than the line.
func (d *Document) Text(w io.Writer) error {
	if err := d.check(); err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	l := d.language()
	line := func(text string) {
		text = strings.TrimRight(text, " ")
		if l.RightToLeft() && text != "" {
			text = rightToLeftMark + text
		}
		out.WriteString(text + "\n") // an error stays until Flush
	}
	line(ours(d.Title))
	line("")
	labels := 0
	for _, f := range d.Facts {
		labels = max(labels, width(ours(f.Label)))
	}
	for _, f := range d.Facts {
		line(pad(ours(f.Label), labels, false) + "  " + f.Value.told(l))
	}
	for i := range d.Sections {
		line("")
		d.textSection(&d.Sections[i], line)
	}
	for i := range d.Tables {
		line("")
		line(ours(d.Tables[i].Title))
		d.textTable(&d.Tables[i], line)
	}
	if len(d.Notes) > 0 {
		line("")
	}
	for _, note := range d.Notes {
		if note.item() {
			line("- " + note.told(l))
		} else {
			line(note.told(l))
		}
	}
	return out.Flush()
}

func (d *Document) textSection(s *Section, line func(string)) {
	l := d.language()
	if s.Title != "" {
		line(ours(s.Title))
	}
	for _, c := range s.Text {
		if !c.empty() {
			line(c.told(l))
		}
	}
	for _, c := range s.List {
		if !c.empty() {
			line("- " + c.told(l))
		}
	}
	if s.Picture.titled() {
		line(d.standIn(s.Picture))
	}
}

// standIn returns what stands where a picture cannot be shown.
func (d *Document) standIn(p *Picture) string {
	l := d.language()
	return say(l, "picture") + ": " + Data(p.Title).told(l)
}

func (d *Document) textTable(t *Table, line func(string)) {
	l := d.language()
	lines := make([][]string, 0, len(t.Rows)+2)
	labels, rule := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for k, c := range t.Columns {
		labels[k] = ours(c.Label)
	}
	lines = append(lines, labels)
	for _, row := range t.Rows {
		texts := make([]string, len(row))
		for k, c := range row {
			texts[k] = c.told(l)
		}
		lines = append(lines, texts)
	}
	widths := make([]int, len(t.Columns))
	for _, texts := range lines {
		for k, text := range texts {
			widths[k] = max(widths[k], width(text))
		}
	}
	for k, n := range widths {
		rule[k] = strings.Repeat("-", n)
	}
	right := t.numbers()
	for _, texts := range slices.Insert(lines, 1, rule) {
		cells := make([]string, len(texts))
		for k, text := range texts {
			cells[k] = pad(text, widths[k], right[k])
		}
		line(strings.Join(cells, "  "))
	}
}
