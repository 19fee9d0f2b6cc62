package report

import (
	"bufio"
	"io"
	"strings"
)

// rightToLeftMark at the beginning of a line makes it run from right to left.
const rightToLeftMark = "\u200f"

// Text writes the document as plain text, with tables in columns. One that is too wide
// for the document's Width breaks its labels; if that is not enough, it is written row
// by row: a line for each cell that is not empty. Where the language runs from right to
// left, so does each line. What people wrote stands between isolates if it may run in
// another direction than the line.
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
