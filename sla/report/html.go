package report

import (
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

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
td { white-space: pre-line; }
.long { overflow-wrap: anywhere; }
.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
{{- if .Sections}}
figure { margin: 1em 0; }
svg { max-width: 100%; height: auto; }
{{- end}}
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
{{- range .Sections}}
<section>
{{- with .Title}}
<h2>{{.}}</h2>
{{- end}}
{{- range .Text}}
<p{{template "direction" .}}>{{.Text}}</p>
{{- end}}
{{- with .List}}
<ul>
{{- range .}}
<li{{template "direction" .}}>{{.Text}}</li>
{{- end}}
</ul>
{{- end}}
{{- with .Picture}}
<figure>
{{- with .SVG}}
{{.}}
{{- end}}
{{- with .Title}}
<figcaption dir="auto">{{.}}</figcaption>
{{- end}}
</figure>
{{- end}}
</section>
{{- end}}
{{- range .Tables}}
<table id="{{.Name}}">
<caption>{{.Title}}</caption>
<thead>
<tr>{{range .Columns}}<th scope="col"{{if .Number}} class="number"{{end}}>{{.Label}}</th>{{end}}</tr>
</thead>
<tbody>
{{- range .Rows}}
<tr>{{range .}}<td{{with .Class}} class="{{.}}"{{end}}>{{template "value" .}}</td>{{end}}</tr>
{{- end}}
</tbody>
</table>
{{- end}}
{{- if .Notes}}
<section>
{{- range .Notes}}
<p{{template "direction" .}}>{{.Text}}</p>
{{- end}}
</section>
{{- end}}
</body>
</html>
{{define "direction"}}{{if .Data}} dir="auto"{{end}}{{end}}
{{- define "value"}}{{if .Apart}}<bdi>{{.Text}}</bdi>{{else}}{{.Text}}{{end}}{{end}}`))

// What the page is made of.
type (
	htmlPage struct {
		Lang, Title string
		RTL         bool
		Facts       []htmlFact
		Sections    []htmlSection
		Tables      []htmlTable
		Notes       []htmlCell
	}
	htmlFact struct {
		Label string
		Value htmlCell
	}
	htmlSection struct {
		Title      string
		Text, List []htmlCell
		Picture    *Picture
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
		Apart        bool // has a direction of its own
	}
)

// HTML writes the document as a page that loads nothing from anywhere, for the
// screen and for printing. It runs from right to left where the language does;
// what people wrote has a direction of its own.
func (d *Document) HTML(w io.Writer) error {
	if err := d.check(); err != nil {
		return err
	}
	l := d.language()
	p := htmlPage{Lang: l.Tag(), Title: readable(d.Title), RTL: l.RightToLeft(), Notes: htmlCells(d.Notes, l)}
	for _, f := range d.Facts {
		p.Facts = append(p.Facts, htmlFact{readable(f.Label), f.Value.html(l)})
	}
	for i := range d.Sections {
		s := &d.Sections[i]
		made := htmlSection{Title: readable(s.Title), Text: htmlCells(s.Text, l), List: htmlCells(s.List, l)}
		if s.Picture != nil {
			made.Picture = &Picture{readable(s.Picture.Title), s.Picture.SVG}
		}
		p.Sections = append(p.Sections, made)
	}
	for i := range d.Tables {
		p.Tables = append(p.Tables, d.Tables[i].html(l))
	}
	return page.Execute(w, p)
}

func (t *Table) html(l *sla.Language) htmlTable {
	made := htmlTable{Name: readable(t.Name), Title: readable(t.Title)}
	for k, number := range t.numbers() {
		made.Columns = append(made.Columns, htmlColumn{readable(t.Columns[k].Label), number})
	}
	for _, row := range t.Rows {
		cells := make([]htmlCell, len(row))
		for k, c := range row {
			cells[k] = c.html(l)
		}
		made.Rows = append(made.Rows, cells)
	}
	return made
}

// Class says how a cell of a table is set: a number does not break, and nor does a word,
// unless it is so long that it would push the other columns off the page.
func (c htmlCell) Class() string {
	switch {
	case c.Number:
		return "number"
	case slices.ContainsFunc(strings.Fields(c.Text), func(word string) bool { return width(word) > 20 }):
		return "long"
	}
	return ""
}

// htmlCells returns the cells that are not empty.
func htmlCells(cells []Cell, l *sla.Language) []htmlCell {
	var made []htmlCell
	for _, c := range cells {
		if !c.empty() {
			made = append(made, c.html(l))
		}
	}
	return made
}

func (c Cell) html(l *sla.Language) htmlCell {
	text := readable(c.text(l))
	_, money := c.value.(townclerk.Money)
	return htmlCell{
		Text: text, Number: c.number(), Data: c.written(),
		// A sign and a currency would change sides on a page from right to left.
		Apart: text != "" && (c.written() || money || c.number() && strings.HasPrefix(text, "-")),
	}
}
