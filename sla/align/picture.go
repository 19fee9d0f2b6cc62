package align

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// The strip's measures, in its own units.
const (
	wide   = 1000.0 // of all days together
	margin = 70.0   // on both sides, for the axis
	barTop = 34.0
	barLow = 84.0  // on which the bars stand
	axis   = 116.0 // from which on the slack is drawn
	deep   = 130.0 // of its plot
	legend = axis + deep + 34
	tall   = legend + 16
	beside = 34.0 // how far apart times of day are written at least
)

// strip is drawn so that it is told apart without colours, in print and by people who
// see them differently: by how high the bars are, and by solid and broken lines. What
// is said of a stretch stands in its title.
var strip = template.Must(template.New("strip").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" class="align" role="img" lang="{{.Lang}}" direction="{{.Direction}}" font-family="sans-serif" font-size="11">
<title>{{.Title}}</title>
<desc>{{.Desc}}</desc>
<style>
.align .closed { fill: #e4e4e4; }
.align .day, .align .zero { stroke: #888; stroke-width: 1; fill: none; }
.align .kept { fill: #2e7d32; stroke: #1b4d1f; }
.align .alone { fill: #dfeedd; stroke: #1b4d1f; }
.align .tight { fill: #f0a500; stroke: #7a5400; }
.align .lost { fill: #b3261e; stroke: #5c0f0a; }
.align .unknown { fill: #fff; stroke: #888; stroke-dasharray: 3 2; }
.align .slack { stroke: #000; stroke-width: 1.5; fill: none; }
.align .reserve { stroke: #000; stroke-width: 1; stroke-dasharray: 4 3; fill: none; }
.align text { fill: #000; stroke: none; }
.align .small { font-size: 9px; fill: #333; }
@media print { .align { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
</style>
{{- range .Closed}}
<rect class="closed" x="{{.X}}" y="{{.Y}}" width="{{.W}}" height="{{.H}}"/>
{{- end}}
{{- range .Days}}
<path class="day" d="M{{.X}} 20V{{.Y}}"/>
{{- if .Text}}<text x="{{.At}}" y="14" text-anchor="middle">{{.Text}}</text>{{end}}
{{- end}}
{{- range .Bars}}
<rect class="{{.Class}}" x="{{.X}}" y="{{.Y}}" width="{{.W}}" height="{{.H}}"><title>{{.Text}}</title></rect>
{{- end}}
{{- range .Times}}
<text class="small" x="{{.X}}" y="{{.Y}}" text-anchor="middle">{{.Text}}</text>
{{- end}}
{{- range .Levels}}
<path class="zero" d="M{{.X}} {{.Y}}h{{.W}}"/><text class="small" x="{{.At}}" y="{{.TextY}}" text-anchor="end">{{.Text}}</text>
{{- end}}
{{- range .Lines}}
<path class="{{.Class}}" d="M{{.X}} {{.Y}}L{{.X2}} {{.Y2}}"/>
{{- end}}
{{- range .Legend}}
{{- if .Line}}<path class="{{.Class}}" d="M{{.X}} {{.Y}}h{{.W}}"/>{{else}}<rect class="{{.Class}}" x="{{.X}}" y="{{.Y}}" width="{{.W}}" height="{{.H}}"/>{{end}}
<text x="{{.At}}" y="{{.TextY}}" text-anchor="start">{{.Text}}</text>
{{- end}}
</svg>`))

// figure is what the strip is made of. Coordinates have a tenth of a unit.
type figure struct {
	Width, Height, Lang, Direction, Title, Desc string

	Closed, Days, Bars, Times, Levels, Lines, Legend []shape
}

type shape struct {
	Class, Text                   string
	X, Y, W, H, X2, Y2, At, TextY string
	Line                          bool
}

// Picture draws a week, or another part of an alignment's span, as a strip: above, for
// each start, whether the promise can be kept, the higher the bar the worse; below, the
// slack if it is handed over at once and, broken, after our own targets. Closed hours
// are grey. It is an element <svg> in which all text is escaped. In a language that is
// written from right to left, time runs so too.
func Picture(l *sla.Language, a *sla.Alignment, from, to time.Time) template.HTML {
	d := drawing{l: l, a: a, from: from, to: to, parts: a.Part(from, to)}
	d.f = figure{
		Width: number(wide + 2*margin), Height: number(tall), Lang: l.Tag(), Direction: direction(l),
		Title: heading(l, a), Desc: d.describe(),
	}
	d.background()
	d.bars()
	d.plot()
	d.legend()
	var b strings.Builder
	if err := strip.Execute(&b, d.f); err != nil {
		panic("align: " + err.Error()) // a builder does not fail
	}
	return template.HTML(b.String())
}

// sheet puts strips below each other.
var sheet = template.Must(template.New("sheet").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" role="img" lang="{{.Lang}}" direction="{{.Direction}}" font-family="sans-serif">
<title>{{.Title}}</title>
<rect x="0" y="0" width="{{.Width}}" height="{{.Height}}" fill="#fff"/>
{{- range .Strips}}
<text x="{{.X}}" y="{{.TextY}}" font-size="13" font-weight="bold" text-anchor="start">{{.Text}}</text>
<svg x="0" y="{{.Y}}" width="{{$.Width}}" height="{{.H}}">{{.SVG}}</svg>
{{- end}}
</svg>
`))

// Sheet draws the weeks that show the alignments, below each other, as an SVG file of
// its own.
func Sheet(l *sla.Language, all []*sla.Alignment) []byte {
	type placed struct {
		Text, X, Y, TextY, H string
		SVG                  template.HTML
	}
	const each = tall + 40
	page := struct {
		Width, Height, Lang, Direction, Title string
		Strips                                []placed
	}{number(wide + 2*margin), number(each * float64(max(1, len(all)))), l.Tag(), direction(l), say(l, "title"), nil}
	for i, a := range all {
		from, to := a.Week()
		d := drawing{l: l}
		top := each * float64(i)
		page.Strips = append(page.Strips, placed{
			Text: heading(l, a), X: number(d.mirrored(margin)), TextY: number(top + 22), Y: number(top + 34), H: number(tall), SVG: Picture(l, a, from, to),
		})
	}
	var b bytes.Buffer
	if err := sheet.Execute(&b, page); err != nil {
		panic("align: " + err.Error()) // a buffer does not fail
	}
	return b.Bytes()
}

// heading names both promises, and the contract if there is one.
func heading(l *sla.Language, a *sla.Alignment) string {
	text := l.Title(a.Target.Titles) + " \u2013 " + l.Isolate(a.Vendor.ID)
	if a.Terms != nil {
		text += " \u2013 " + l.Isolate(a.Terms.Contract)
	}
	return text
}

func direction(l *sla.Language) string {
	if l.RightToLeft() {
		return "rtl"
	}
	return "ltr"
}

// drawing is a figure in the making.
type drawing struct {
	l        *sla.Language
	a        *sla.Alignment
	from, to time.Time
	parts    []sla.Segment
	f        figure
}

// describe tells the strip in sentences.
func (d *drawing) describe() string {
	var all []string
	for i := range d.parts {
		all = append(all, d.sentence(&d.parts[i]))
	}
	return strings.Join(all, "; ")
}

func (d *drawing) sentence(s *sla.Segment) string {
	text := from(d.l, s) + " " + until(d.l, s) + ": " + d.l.Fit(s.Fit)
	if depends(s.Fit) && !s.First.Latest.IsZero() {
		text += ", " + say(d.l, "latest") + " " + latest(d.l, s)
	}
	return text
}

// x returns where an instant lies.
func (d *drawing) x(t time.Time) float64 {
	share := float64(t.Sub(d.from)) / float64(d.to.Sub(d.from))
	return d.mirrored(margin + wide*share)
}

// mirrored turns the strip round where the language runs from right to left.
func (d *drawing) mirrored(x float64) float64 {
	if d.l.RightToLeft() {
		return wide + 2*margin - x
	}
	return x
}

// box returns the rectangle from one instant to another.
func (d *drawing) box(class string, from, to time.Time, top, low float64) shape {
	a, b := d.x(from), d.x(to)
	return shape{Class: class, X: number(min(a, b)), Y: number(top), W: number(max(a, b) - min(a, b)), H: number(low - top)}
}

// background draws closed hours and the days.
func (d *drawing) background() {
	const low = axis + deep
	if open := d.a.Open(d.from, d.to); open != nil {
		last := d.from
		for _, p := range append(open, worktime.Period{Open: d.to, Close: d.to}) {
			if p.Open.After(last) {
				d.f.Closed = append(d.f.Closed, d.box("", last, p.Open, 20, low))
			}
			last = p.Close
		}
	}
	for t := d.from; ; t = day(t, 1) {
		if !t.Before(d.to) {
			d.f.Days = append(d.f.Days, shape{X: number(d.x(d.to)), Y: number(low)})
			return
		}
		end := day(t, 1)
		if end.After(d.to) {
			end = d.to
		}
		d.f.Days = append(d.f.Days, shape{X: number(d.x(t)), Y: number(low), At: number((d.x(t) + d.x(end)) / 2), Text: d.l.Day(t)})
	}
}

// day returns the beginning of the nth date after that of t.
func day(t time.Time, n int) time.Time {
	year, month, date := t.Date()
	return worktime.Date{Year: year, Month: month, Day: date}.AddDays(n).Start(t.Location())
}

// heights is how high the bars are.
var heights = map[sla.Fit]float64{sla.FitAlone: 8, sla.FitKept: 18, sla.FitTight: 34, sla.FitLost: barLow - barTop, sla.FitUnknown: 8}

func (d *drawing) bars() {
	for i := 0; i < len(d.parts); {
		first, text := &d.parts[i], d.sentence(&d.parts[i])
		next := i + 1
		for next < len(d.parts) && d.parts[next].Fit == first.Fit { // one bar, with a line in its title for each stretch
			text += "\n" + d.sentence(&d.parts[next])
			next++
		}
		bar := d.box(string(first.Fit), first.From, d.parts[next-1].To, barLow-heights[first.Fit], barLow)
		bar.Text = text
		d.f.Bars = append(d.f.Bars, bar)
		i = next
	}
	d.times()
}

// times writes the times of day at which one bar ends and another begins, in two
// lines, as far as there is room; first those from which on it cannot be kept.
func (d *drawing) times() {
	var taken [2][]float64
	for _, lost := range []bool{true, false} {
		for i := 1; i < len(d.parts); i++ {
			s := &d.parts[i]
			if s.Fit == d.parts[i-1].Fit || (s.Fit == sla.FitLost) != lost || s.Fit == sla.FitUnknown || s.From.Equal(day(s.From, 0)) {
				continue
			}
			x := d.x(s.From)
			for line := range taken {
				if !slices.ContainsFunc(taken[line], func(other float64) bool { return abs(x-other) < beside }) {
					taken[line] = append(taken[line], x)
					d.f.Times = append(d.f.Times, shape{X: number(x), Y: number(barLow + 12 + 10*float64(line)), Text: s.From.Format("15:04")})
					break
				}
			}
		}
	}
}

func abs(x float64) float64 { return max(x, -x) }

// plot draws the slack.
func (d *drawing) plot() {
	most, least := time.Hour, -time.Hour
	for _, s := range d.parts {
		if depends(s.Fit) {
			for _, slack := range []time.Duration{s.First.Slack, s.Last.Slack, s.First.Reserve, s.Last.Reserve} {
				most, least = max(most, slack), min(least, slack)
			}
		}
	}
	y := func(slack time.Duration) float64 {
		return axis + deep*float64(most-slack)/float64(most-least)
	}
	levels := []time.Duration{0}
	if y(0)-y(most) > 12 {
		levels = append(levels, most)
	}
	if y(least)-y(0) > 12 {
		levels = append(levels, least)
	}
	for _, slack := range levels {
		d.f.Levels = append(d.f.Levels, shape{
			X: number(margin), W: number(wide), Y: number(y(slack)), At: number(d.mirrored(margin - 6)), TextY: number(y(slack) + 3),
			Text: hours(slack),
		})
	}
	for _, s := range d.parts {
		if depends(s.Fit) {
			line := func(class string, first, last time.Duration) {
				d.f.Lines = append(d.f.Lines, shape{Class: class, X: number(d.x(s.From)), Y: number(y(first)), X2: number(d.x(s.To)), Y2: number(y(last))})
			}
			line("slack", s.First.Slack, s.Last.Slack)
			if len(d.a.Before) > 0 {
				line("reserve", s.First.Reserve, s.Last.Reserve)
			}
		}
	}
}

// hours writes a length of time in hours and minutes, the same in all languages.
func hours(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "\u2212", -d
	}
	return fmt.Sprintf("\u2066%s%d:%02d\u2069", sign, d/time.Hour, d%time.Hour/time.Minute)
}

// legend explains the bars that there are, and the lines.
func (d *drawing) legend() {
	seen := map[sla.Fit]bool{}
	for _, s := range d.parts {
		seen[s.Fit] = true
	}
	x := margin
	add := func(s shape, text string) {
		s.X = number(d.mirrored(x))
		if d.l.RightToLeft() {
			s.X = number(d.mirrored(x) - 14)
		}
		s.W, s.At, s.TextY, s.Text = number(14), number(d.mirrored(x+19)), number(legend), text
		d.f.Legend = append(d.f.Legend, s)
		x += 32 + 6.2*float64(len([]rune(text)))
	}
	for _, f := range sla.Fits() {
		if seen[f] {
			high := heights[f] / 4
			add(shape{Class: string(f), Y: number(legend - high), H: number(high)}, d.l.Fit(f))
		}
	}
	add(shape{Class: "slack", Line: true, Y: number(legend - 4)}, say(d.l, "slack"))
	if len(d.a.Before) > 0 {
		add(shape{Class: "reserve", Line: true, Y: number(legend - 4)}, say(d.l, "reserve"))
	}
}

func number(x float64) string { return fmt.Sprintf("%.1f", x) }
