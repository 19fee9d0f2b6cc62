package ticket

import (
	"bufio"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/townclerk/townclerk/internal/tomldoc"
)

// rightToLeftMark at the beginning of a line makes it run from right to left.
const rightToLeftMark = "\u200f"

// Text writes the report as plain text, with tables in columns. Where the
// language runs from right to left, so does each line. What people wrote stands
// between isolates if it may run in another direction than the line.
func (d *Rendering) Text(w io.Writer) error {
	out := bufio.NewWriter(w)
	line := func(text string) {
		text = strings.TrimRight(text, " ")
		if d.language.RightToLeft() && text != "" {
			text = rightToLeftMark + text
		}
		out.WriteString(text + "\n") // an error stays until Flush
	}
	line(d.title)
	line("")
	labels := 0
	for _, f := range d.facts {
		labels = max(labels, width(f.label))
	}
	for _, f := range d.facts {
		line(pad(f.label, labels, false) + "  " + d.apart(f.value))
	}
	for i := range d.tables {
		line("")
		line(d.tables[i].title)
		d.textTable(&d.tables[i], line)
	}
	if len(d.notes) > 0 {
		line("")
	}
	for i, note := range d.notes {
		line(d.note(i, note))
	}
	return out.Flush()
}

// note returns a note on one line.
func (d *Rendering) note(i int, note string) string {
	if i == 0 {
		return note
	}
	return "- " + d.apart(data(note))
}

func (d *Rendering) textTable(t *table, line func(string)) {
	lines := make([][]string, 0, len(t.rows)+1)
	var labels []string
	for _, c := range t.columns {
		labels = append(labels, c.label)
	}
	lines = append(lines, labels)
	right := make([]bool, len(t.columns))
	for _, row := range t.rows {
		var texts []string
		for k, c := range row {
			texts = append(texts, d.apart(c))
			right[k] = right[k] || c.number
		}
		lines = append(lines, texts)
	}
	widths := make([]int, len(t.columns))
	for _, texts := range lines {
		for k, text := range texts {
			widths[k] = max(widths[k], width(text))
		}
	}
	var rule []string
	for _, n := range widths {
		rule = append(rule, strings.Repeat("-", n))
	}
	for _, texts := range slices.Insert(lines, 1, rule) {
		var cells []string
		for k, text := range texts {
			cells = append(cells, pad(text, widths[k], right[k]))
		}
		line(strings.Join(cells, "  "))
	}
}

// apart returns a cell so that its direction does not disturb others, and what
// people wrote on one line.
func (d *Rendering) apart(c cell) string {
	text := c.text
	if c.data {
		text = oneLine(text)
	}
	if text == "" || !c.data && !c.number {
		return text
	}
	if !d.language.RightToLeft() && !strings.ContainsFunc(text, rightToLeft) {
		return text
	}
	return "\u2068" + text + "\u2069"
}

// rightToLeft reports whether a rune may turn the direction of a line.
func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) || r == '\u200f' || r == '\u061c' ||
		r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfeff || r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff
}

// readable replaces what no printer knows, but for the ends of lines.
func readable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// oneLine makes a text that does not leave its line, nor its direction: what would
// embed, override or isolate is dropped, since it need not end within the text.
func oneLine(s string) string {
	s = strings.ReplaceAll(readable(s), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		case r == '\n', r == '\r', r == '\t', r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, s)
}

// width returns how many places a text takes: accents, points and joiners take
// none, the letters of East Asia two.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul), r >= 0xff01 && r <= 0xff60:
			n += 2
		default:
			n++
		}
	}
	return n
}

func pad(s string, to int, right bool) string {
	space := strings.Repeat(" ", max(0, to-width(s)))
	if right {
		return space + s
	}
	return s + space
}

// Markdown writes the report as Markdown with GitHub's tables. What people wrote
// is escaped, and stands on one line.
func (d *Rendering) Markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	rtl := d.language.RightToLeft()
	if rtl {
		fmt.Fprintf(out, "<div dir=\"rtl\" lang=\"%s\">\n\n", d.language.Tag())
	}
	fmt.Fprintf(out, "# %s\n\n", markdown(d.title))
	for _, f := range d.facts {
		fmt.Fprintf(out, "- %s: %s\n", markdown(f.label), markdown(d.apart(f.value)))
	}
	for i := range d.tables {
		t := &d.tables[i]
		fmt.Fprintf(out, "\n## %s\n\n", markdown(t.title))
		d.markdownTable(out, t)
	}
	if len(d.notes) > 0 {
		out.WriteString("\n")
	}
	for i, note := range d.notes {
		text := markdown(d.note(0, note))
		if i > 0 {
			text = "- " + markdown(d.apart(data(note)))
		} else if len(d.notes) > 1 {
			text += "\n"
		}
		out.WriteString(text + "\n")
	}
	if rtl {
		out.WriteString("\n</div>\n")
	}
	return out.Flush()
}

func (d *Rendering) markdownTable(out io.Writer, t *table) {
	right := make([]bool, len(t.columns))
	for _, row := range t.rows {
		for k, c := range row {
			right[k] = right[k] || c.number
		}
	}
	labels, rules := "|", "|"
	for k, c := range t.columns {
		labels += " " + markdown(c.label) + " |"
		if right[k] {
			rules += " ---: |"
		} else {
			rules += " --- |"
		}
	}
	fmt.Fprintf(out, "%s\n%s\n", labels, rules)
	for _, row := range t.rows {
		line := "|"
		for _, c := range row {
			line += " " + markdown(d.apart(c)) + " |"
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

// CSV writes one of the [Rendering.Tables] as RFC 4180 has it: UTF-8, lines that end
// in CR LF, the columns named in the first. Numbers are plain, with a decimal point;
// percentages and lengths of time name their unit in the column. Times are local to
// the promises' zone, such as 2026-06-04 16:00:00. An unknown table is an error.
//
// A text that a spreadsheet would take for a formula gets an apostrophe in front:
// one that begins, perhaps after spaces, with = + - or @, or with a tab or the end
// of a line. A negative number stays one.
//
// Excel reads other scripts than Latin only if the file begins with U+FEFF: write
// that before, where it is needed.
func (d *Rendering) CSV(w io.Writer, name string) error {
	at := slices.IndexFunc(d.tables, func(t table) bool { return t.name == name })
	if at < 0 {
		return fmt.Errorf("the report has no table %q%s", name, tomldoc.Suggest(name, d.Tables()))
	}
	out := bufio.NewWriter(w)
	var cells []string
	for _, c := range d.tables[at].columns {
		if c.unit != "" {
			c.label += " (" + c.unit + ")"
		}
		cells = append(cells, c.label)
	}
	csvLine(out, cells)
	for _, row := range d.tables[at].rows {
		cells = cells[:0]
		for _, c := range row {
			cells = append(cells, c.plain)
		}
		csvLine(out, cells)
	}
	return out.Flush()
}

// csvLine writes a record. The library encoding/csv would drop carriage returns
// within quotes, which are a part of what people wrote.
func csvLine(out *bufio.Writer, cells []string) {
	for i, text := range cells {
		if i > 0 {
			out.WriteByte(',')
		}
		text = neutral(readable(text))
		if len(cells) == 1 && text == "" || strings.ContainsAny(text, "\",\r\n") || strings.TrimSpace(text) != text {
			text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
		out.WriteString(text)
	}
	out.WriteString("\r\n")
}

var negativeNumber = regexp.MustCompile(`^-[0-9]+(\.[0-9]+)?$`)

// neutral puts an apostrophe in front of what a spreadsheet would compute.
func neutral(text string) string {
	if text == "" || negativeNumber.MatchString(text) {
		return text
	}
	visible := strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError })
	first, _ := utf8.DecodeRuneInString(visible)
	if strings.ContainsRune("\t\r\n", rune(text[0])) || visible != "" && strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + text
	}
	return text
}

// page is a report on a page of its own, which loads nothing.
var page = template.Must(template.New("report").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"{{if .RTL}} dir="rtl"{{else}} dir="ltr"{{end}}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>
body { font-family: sans-serif; margin: 2em; color: #000; background: #fff; }
dl { display: grid; grid-template-columns: max-content auto; gap: 0.2em 1em; }
dd { margin: 0; }
table { border-collapse: collapse; margin: 1.5em 0; }
caption { text-align: start; font-weight: bold; font-size: 1.2em; padding: 0.3em 0; }
th, td { border: 1px solid #999; padding: 0.2em 0.5em; text-align: start; vertical-align: top; }
td { white-space: pre-line; overflow-wrap: anywhere; }
.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal; }
@media print {
  @page { size: A4 landscape; margin: 12mm; }
  body { margin: 0; font-size: 9pt; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  caption { break-after: avoid; }
}
</style>
</head>
<body>
<h1>{{.Title}}</h1>
<dl>
{{- range .Facts}}
<dt>{{.Label}}</dt><dd>{{template "value" .Value}}</dd>
{{- end}}
</dl>
{{- range .Tables}}
<table id="{{.Name}}">
<caption>{{.Title}}</caption>
<thead>
<tr>{{range .Columns}}<th scope="col"{{if .Number}} class="number"{{end}}>{{.Label}}</th>{{end}}</tr>
</thead>
<tbody>
{{- range .Rows}}
<tr>{{range .}}<td{{if .Number}} class="number"{{end}}>{{template "value" .}}</td>{{end}}</tr>
{{- end}}
</tbody>
</table>
{{- end}}
{{- if .Notes}}
<section>
{{- range $i, $note := .Notes}}
<p{{if $i}} dir="auto"{{end}}>{{$note}}</p>
{{- end}}
</section>
{{- end}}
</body>
</html>
{{define "value"}}{{if .Data}}<bdi>{{.Text}}</bdi>{{else}}{{.Text}}{{end}}{{end}}`))

// What the page is made of.
type (
	htmlPage struct {
		Lang, Title string
		RTL         bool
		Facts       []htmlFact
		Tables      []htmlTable
		Notes       []string
	}
	htmlFact struct {
		Label string
		Value htmlCell
	}
	htmlTable struct {
		Name, Title string
		Columns     []htmlColumn
		Rows        [][]htmlCell
	}
	htmlColumn struct {
		Label  string
		Number bool
	}
	htmlCell struct {
		Text         string
		Number, Data bool
	}
)

// HTML writes the report as a page that loads nothing from anywhere, for the
// screen and for printing. It runs from right to left where the language does;
// what people wrote has a direction of its own.
func (d *Rendering) HTML(w io.Writer) error {
	p := htmlPage{Lang: d.language.Tag(), Title: d.title, RTL: d.language.RightToLeft()}
	for _, f := range d.facts {
		p.Facts = append(p.Facts, htmlFact{f.label, f.value.html()})
	}
	for i := range d.tables {
		p.Tables = append(p.Tables, d.tables[i].html())
	}
	for _, note := range d.notes {
		p.Notes = append(p.Notes, readable(note))
	}
	return page.Execute(w, p)
}

func (t *table) html() htmlTable {
	made := htmlTable{Name: t.name, Title: t.title}
	for _, c := range t.columns {
		made.Columns = append(made.Columns, htmlColumn{Label: c.label})
	}
	for _, row := range t.rows {
		cells := make([]htmlCell, len(row))
		for k, c := range row {
			cells[k] = c.html()
			made.Columns[k].Number = made.Columns[k].Number || c.number
		}
		made.Rows = append(made.Rows, cells)
	}
	return made
}

func (c cell) html() htmlCell { return htmlCell{readable(c.text), c.number, c.data && c.text != ""} }
