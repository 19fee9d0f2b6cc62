package report

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Markdown writes the document as Markdown with GitHub's tables. What people wrote
// is escaped, and stands on one line.
func (d *Document) Markdown(w io.Writer) error {
	if err := d.check(); err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	l := d.language()
	if l.RightToLeft() {
		fmt.Fprintf(out, "<div dir=\"rtl\" lang=\"%s\">\n\n", l.Tag())
	}
	fmt.Fprintf(out, "# %s\n\n", markdown(ours(d.Title)))
	for _, f := range d.Facts {
		fmt.Fprintf(out, "- %s: %s\n", block(ours(f.Label)), markdown(f.Value.told(l)))
	}
	for i := range d.Sections {
		d.markdownSection(out, &d.Sections[i])
	}
	for i := range d.Tables {
		t := &d.Tables[i]
		fmt.Fprintf(out, "\n## %s\n\n", markdown(ours(t.Title)))
		d.markdownTable(out, t)
	}
	notes := blocks{out: out}
	for _, note := range d.Notes {
		notes.write(note.told(l), note.item())
	}
	if l.RightToLeft() {
		out.WriteString("\n</div>\n")
	}
	return out.Flush()
}

func (d *Document) markdownSection(out io.Writer, s *Section) {
	l := d.language()
	if s.Title != "" {
		fmt.Fprintf(out, "\n## %s\n", markdown(ours(s.Title)))
	}
	under := blocks{out: out}
	for _, c := range s.Text {
		under.write(c.told(l), false)
	}
	for _, c := range s.List {
		under.write(c.told(l), true)
	}
	if s.Picture.titled() {
		under.write(d.standIn(s.Picture), false)
	}
}

// blocks is paragraphs and items of lists, one after the other.
type blocks struct {
	out  io.Writer
	list bool // the last one was an item
}

func (b *blocks) write(text string, item bool) {
	text = block(text)
	switch {
	case text == "":
		return
	case item:
		text = "- " + text
	}
	if !item || !b.list {
		text = "\n" + text
	}
	b.list = item
	fmt.Fprintln(b.out, text)
}

func (d *Document) markdownTable(out io.Writer, t *Table) {
	l := d.language()
	right := t.numbers()
	labels, rules := "|", "|"
	for k, c := range t.Columns {
		labels += " " + markdown(ours(c.Label)) + " |"
		if right[k] {
			rules += " ---: |"
		} else {
			rules += " --- |"
		}
	}
	fmt.Fprintf(out, "%s\n%s\n", labels, rules)
	for _, row := range t.Rows {
		line := "|"
		for _, c := range row {
			line += " " + markdown(c.told(l)) + " |"
		}
		fmt.Fprintln(out, line)
	}
}

// markdown escapes what means something within a line, and links that would make
// themselves.
var escapeMarkdown = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "~", `\~`, "&", "&amp;", "$", `\$`,
	"://", `:\//`, "www.", `www\.`, "#", `\#`, "!", `\!`, "@", `\@`,
)

func markdown(s string) string { return escapeMarkdown.Replace(s) }

// What at the beginning of a paragraph or an item would make something else of it:
// a list, a rule, a heading's underline.
var (
	blockSign   = regexp.MustCompile(`^[-+=]`)
	blockNumber = regexp.MustCompile(`^([0-9]+)([.)])`)
)

// block escapes a text that is a paragraph or an item.
func block(s string) string {
	s = strings.TrimSpace(markdown(s))
	s = blockSign.ReplaceAllString(s, `\$0`)
	return blockNumber.ReplaceAllString(s, `$1\$2`)
}
