package project

import (
	"fmt"
	"html/template"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// The measures of the picture, in its own units.
const (
	ganttWidth  = 960
	ganttNames  = 240 // the column of names
	ganttEnd    = 90  // the column of what they are late
	ganttTop    = 56
	ganttRow    = 34
	ganttLegend = 40
	ganttTitle  = 30 // the most runes of a name, where they are small letters
)

// gantt draws a plan and what became of it. All text goes through html/template, which
// escapes it.
var gantt = template.Must(template.New("gantt").Parse(
	`<svg xmlns="http://www.w3.org/2000/svg" class="gantt" viewBox="0 0 {{.Width}} {{.Height}}" width="{{.Width}}" height="{{.Height}}" role="img" direction="{{.Direction}}" lang="{{.Lang}}" font-family="sans-serif" font-size="13">
<title>{{.Title}}</title>
<desc>{{.Desc}}</desc>
<style>
.gantt-grid { stroke: #ddd; } .gantt-tick { fill: #555; font-size: 11px; } .gantt-name { fill: #111; } .gantt-late { fill: #111; font-size: 12px; }
.gantt-baseline { fill: #9aa5b1; } .gantt-done { fill: #2f6f44; } .gantt-open { fill: #a9c7e8; stroke: #2b5c8a; }
.gantt-warning { fill: #ffd97a; stroke: #8a6100; stroke-dasharray: 4 2; } .gantt-exceeded { fill: #d9534f; stroke: #7a1512; }
.gantt-today { stroke: #b00020; stroke-width: 1.5; stroke-dasharray: 5 3; } .gantt-phase { fill: #f4f6f8; }
</style>
<rect class="gantt-page" x="0" y="0" width="{{.Width}}" height="{{.Height}}" fill="#fff"/>
{{- range .Bands}}
<rect class="gantt-phase" x="0" y="{{.Y}}" width="{{$.Width}}" height="{{.Height}}"/>
{{- end}}
{{- range .Ticks}}
<line class="gantt-grid" x1="{{.X}}" y1="{{$.Top}}" x2="{{.X}}" y2="{{$.Bottom}}"/>
<text class="gantt-tick" x="{{.X}}" y="{{$.TickY}}" text-anchor="middle" direction="ltr">{{.Text}}</text>
{{- end}}
{{- range .Rows}}
<g class="gantt-row">
<title>{{.Says}}</title>
<svg x="{{$.NamesX}}" y="0" width="{{$.NamesWidth}}" height="{{$.Height}}"><text class="gantt-name" x="{{$.NameX}}" y="{{.TextY}}" text-anchor="start">{{.Name}}</text></svg>
<rect class="gantt-baseline" x="{{.PlanX}}" y="{{.PlanY}}" width="{{.PlanWidth}}" height="7"/>
<rect class="{{.Class}}" x="{{.X}}" y="{{.Y}}" width="{{.Width}}" height="11"/>
{{- with .Late}}
<text class="gantt-late" x="{{$.LateX}}" y="{{$.LateY .}}" text-anchor="end" direction="ltr">{{.Text}}</text>
{{- end}}
</g>
{{- end}}
{{- with .Today}}
<line class="gantt-today" x1="{{.X}}" y1="{{$.TodayTop}}" x2="{{.X}}" y2="{{$.Bottom}}"/>
<text class="gantt-tick" x="{{.X}}" y="{{$.TodayY}}" text-anchor="middle">{{.Text}}</text>
{{- end}}
{{- range .Legend}}
<rect class="{{.Class}}" x="{{.X}}" y="{{$.LegendY}}" width="22" height="11"/>
<text class="gantt-tick" x="{{.TextX}}" y="{{$.LegendTextY}}" text-anchor="start">{{.Text}}</text>
{{- end}}
</svg>`))

// What the picture is made of.
type (
	ganttPicture struct {
		Width, Height, Top, Bottom, TickY, TodayY, TodayTop, NamesX, NamesWidth, NameX, LateX, LegendY, LegendTextY int
		Direction, Lang, Title, Desc                                                                                string
		Bands                                                                                                       []ganttBand
		Ticks                                                                                                       []ganttMark
		Rows                                                                                                        []ganttBar
		Today                                                                                                       *ganttMark
		Legend                                                                                                      []ganttKey
	}
	ganttBand struct{ Y, Height int }
	ganttMark struct {
		X    int
		Text string
	}
	ganttBar struct {
		Name, Says, Class                           string
		TextY, PlanX, PlanY, PlanWidth, X, Y, Width int
		Late                                        *ganttLate
	}
	ganttLate struct {
		Y    int
		Text string
	}
	ganttKey struct {
		Class, Text string
		X, TextX    int
	}
)

// LateY is where the text of how late something is stands.
func (*ganttPicture) LateY(l *ganttLate) int { return l.Y }

// Gantt draws, as an SVG element, the baseline in force and what became of each milestone,
// done or expected, as of now. In a language that runs from right to left, so does the
// time. It loads nothing, and is a file of its own as well as a part of a page.
//
// There is an error if the project has no approved plan, or if its days lie beyond those
// that the calendar covers.
func (p *Policy) Gantt(t Project, now time.Time, locale string) (template.HTML, error) {
	drift, err := p.Deviations(t, 0, now)
	if err != nil {
		return "", err
	}
	d := drawing{p: p, t: &t, b: t.Baseline(0), drift: &drift, l: sla.LanguageFor(locale), today: p.date(now)}
	d.span()
	var b strings.Builder
	if err := gantt.Execute(&b, d.picture()); err != nil {
		return "", fmt.Errorf("project %s: the picture of its plan: %w", t.name(), err)
	}
	return template.HTML(b.String()), nil // html/template escaped what is not ours
}

// drawing makes a picture.
type drawing struct {
	p           *Policy
	t           *Project
	b           *Baseline
	drift       *Drift
	l           *sla.Language
	today       worktime.Date
	first, last worktime.Date // of the picture
}

// span finds the first and the last day that there is anything to draw of.
func (d *drawing) span() {
	d.first, d.last = d.b.Milestones[0].From, d.b.Milestones[0].To
	for i := range d.b.Milestones {
		from, dev := d.b.Milestones[i].From, &d.drift.Deviations[i]
		for _, day := range []worktime.Date{from, dev.Planned, dev.Expected} {
			if day.Compare(d.first) < 0 {
				d.first = day
			}
			if day.Compare(d.last) > 0 {
				d.last = day
			}
		}
	}
}

// days returns how many days of the calendar lie from the first of the picture to another.
func (d *drawing) days(to worktime.Date) int { return daysBetween(d.first, to) }

// x returns where a day begins, seen from the side at which the text begins.
func (d *drawing) x(day worktime.Date) int {
	return ganttNames + d.days(day)*(ganttWidth-ganttNames-ganttEnd)/(d.days(d.last)+1)
}

// at turns a place around where the language runs from right to left.
func (d *drawing) at(x int) int {
	if d.l.RightToLeft() {
		return ganttWidth - x
	}
	return x
}

// bar returns where a bar over some days, both included, begins on the page, and its width.
func (d *drawing) bar(from, to worktime.Date) (x, width int) {
	if to.Compare(from) < 0 {
		from = to // it was done before it was to begin
	}
	a, b := d.x(from), d.x(to.AddDays(1))
	width = max(2, b-a)
	if d.l.RightToLeft() {
		return ganttWidth - a - width, width
	}
	return a, width
}

func (d *drawing) word(key string) string { return reportWord(d.l, key) }

func (d *drawing) picture() *ganttPicture {
	bottom := ganttTop + len(d.b.Milestones)*ganttRow
	pic := &ganttPicture{
		Width: ganttWidth, Height: bottom + ganttLegend, Top: ganttTop, Bottom: bottom, TickY: ganttTop - 8, TodayY: 16, TodayTop: ganttTop - 4,
		NamesWidth: ganttNames - 8, NameX: 10, LateX: ganttWidth - 8, LegendY: bottom + 15, LegendTextY: bottom + 25, Direction: "ltr", Lang: d.l.Tag(),
		Title: readable(d.word("gantt") + ": " + d.t.Title), Desc: d.desc(),
	}
	if d.l.RightToLeft() {
		pic.Direction, pic.LateX = "rtl", ganttEnd-8
		pic.NamesX, pic.NameX = ganttWidth-pic.NamesWidth, pic.NamesWidth-10
	}
	pic.Ticks = d.ticks()
	for i := range d.b.Milestones {
		pic.Rows = append(pic.Rows, d.row(i))
		if i%2 == 1 {
			pic.Bands = append(pic.Bands, ganttBand{ganttTop + i*ganttRow, ganttRow})
		}
	}
	if d.today.Compare(d.first) >= 0 && d.today.Compare(d.last) <= 0 {
		pic.Today = &ganttMark{d.at(d.x(d.today)), d.word("today") + " " + d.l.Isolate(d.today.String())}
	}
	for i, key := range []string{"baseline", "done", "open", "warning", "exceeded"} {
		x := 10 + i*185
		left := d.at(x)
		if d.l.RightToLeft() {
			left -= 22
		}
		pic.Legend = append(pic.Legend, ganttKey{"gantt-" + key, d.word("legend." + key), left, d.at(x + 28)})
	}
	return pic
}

// desc says in words what is drawn, for those who do not see it.
func (d *drawing) desc() string {
	all := &d.drift.Deviations[len(d.drift.Deviations)-1]
	return readable(fmt.Sprintf("%s %s; %s: %s, %s: %s, %s: %s",
		d.word("baseline"), d.l.Isolate(fmt.Sprint(d.drift.Baseline)), d.word("whole"), d.word("level."+all.Level().word()),
		d.word("planned"), d.l.Isolate(all.Planned.String()), d.word("expected"), d.l.Isolate(all.Expected.String())))
}

// ticks marks the beginnings of weeks, months, quarters or years, as there is room.
func (d *drawing) ticks() []ganttMark {
	var marks []ganttMark
	add := func(day worktime.Date, text string) {
		if x := d.x(day); x >= ganttNames && x <= ganttWidth-ganttEnd {
			marks = append(marks, ganttMark{d.at(x), text})
		}
	}
	days := d.days(d.last) + 1
	if days <= 70 {
		step := 7
		if days <= 14 {
			step = 2
		}
		for n := 0; n < days; n += step {
			day := d.first.AddDays(n)
			add(day, day.String()[5:])
		}
		return marks
	}
	step := 1 // months
	for i := 0; days/30/step > 12; i++ {
		step *= [...]int{3, 4, 5, 2}[i%4]
	}
	month := (int(d.first.Month)-1)/step*step + 1
	for day := (worktime.Date{Year: d.first.Year, Month: time.Month(month), Day: 1}); day.Compare(d.last) <= 0; {
		if day.Compare(d.first) >= 0 {
			add(day, day.String()[:7])
		}
		n := int(day.Month) - 1 + step
		day.Year, day.Month = day.Year+n/12, time.Month(n%12+1)
	}
	return marks
}

// row draws a milestone.
func (d *drawing) row(i int) ganttBar {
	m, dev := &d.b.Milestones[i], &d.drift.Deviations[i]
	y := ganttTop + i*ganttRow
	r := ganttBar{Name: short(readable(m.Title)), TextY: y + 21, PlanY: y + 6, Y: y + 16, Class: "gantt-open"}
	r.PlanX, r.PlanWidth = d.bar(m.From, dev.Planned)
	r.X, r.Width = d.bar(m.From, dev.Expected)
	switch level := dev.Level(); {
	case level != Fine:
		r.Class = "gantt-" + string(level)
	case dev.Done:
		r.Class = "gantt-done"
	}
	r.Says = readable(fmt.Sprintf("%s: %s %s, %s %s, %s: %s", m.Title, d.word("planned"), d.l.Isolate(dev.Planned.String()), d.word("expected"),
		d.l.Isolate(dev.Expected.String()), d.word("level"), d.word("level."+dev.Level().word())))
	if dev.Time.Expected != 0 {
		r.Late = &ganttLate{y + 21, fmt.Sprintf("%+d/%d", dev.Time.Expected, dev.Time.Planned)}
	}
	return r
}

// short returns about as much of a name as there is room for; the picture cuts off the
// rest. A capital is as wide as one and a half small letters.
func short(name string) string {
	runes := []rune(name)
	room, fits := 2*ganttTitle, 0 // in halves; all but the last may be followed by an ellipsis
	for i, r := range runes {
		if room -= 2; unicode.IsUpper(r) {
			room--
		}
		if room < 0 {
			return string(runes[:fits]) + "…"
		}
		if room >= 2 {
			fits = i + 1
		}
	}
	return name
}

// readable replaces what XML does not allow, and puts a text on one line.
func readable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == '\ufffe', r == '\uffff':
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
}
