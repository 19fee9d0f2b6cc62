package kpi

import (
	"context"
	"fmt"
	"html/template"
	"iter"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
)

// Scorecard is what the indicators came to in the periods that lie in a span, and how
// that went.
type Scorecard struct {
	Span  townclerk.Period
	Now   time.Time
	Lines []ScoreLine // in the order of the policy

	policy *Policy
}

// ScoreLine is an indicator and its measurements, in the order of their periods.
type ScoreLine struct {
	Indicator string
	Points    []Point
}

// Point is a measurement, by the value that counts.
type Point struct {
	Period townclerk.Period
	Value  Value
}

// Scorecard puts measurements together, which come in the order of their periods. It
// reads each once; those whose periods do not lie in the span are left out.
func (p *Policy) Scorecard(measurements iter.Seq2[Measurement, error], span townclerk.Period, now time.Time) (*Scorecard, error) {
	s := &Scorecard{Span: span, Now: now, policy: p}
	for _, id := range p.titles.IDs(tableIndicators) {
		s.Lines = append(s.Lines, ScoreLine{Indicator: id})
	}
	for m, err := range measurements {
		if err != nil {
			return nil, err
		}
		if m.Period.From.Before(span.From) || m.Period.To.After(span.To) || len(m.Values) == 0 {
			continue
		}
		line := s.line(m.Indicator)
		line.Points = append(line.Points, Point{m.Period, m.Value()})
	}
	return s, nil
}

// Scorecard puts the measurements of a span together that the register keeps.
func (r *Register) Scorecard(ctx context.Context, tenant townclerk.Tenant, span townclerk.Period, now time.Time) (*Scorecard, error) {
	return r.policy.Scorecard(r.Measurements(ctx, tenant, Query{From: span.From, To: span.To}), span, now)
}

func (s *Scorecard) line(indicator string) *ScoreLine {
	i := slices.IndexFunc(s.Lines, func(l ScoreLine) bool { return l.Indicator == indicator })
	if i < 0 { // of another edition
		s.Lines = append(s.Lines, ScoreLine{Indicator: indicator})
		i = len(s.Lines) - 1
	}
	return &s.Lines[i]
}

// In puts the scorecard into the language of a locale; see [sla.LanguageFor]. Its table
// is "scorecard", and each indicator has a section with the picture of its trend.
func (s *Scorecard) In(locale string) *report.Document {
	l, p := sla.LanguageFor(locale), s.policy
	d := &report.Document{Language: l, Title: say(l, "scorecard"), Facts: report.PeriodFacts(l, s.Span, s.Now, p.zone())}
	t := report.Table{Name: "scorecard", Title: p.name}
	for _, key := range []string{"indicator", "period", "counted", "of", "value", "target", "verdict", "edition", "unit"} {
		t.Columns = append(t.Columns, report.Column{Label: say(l, key)})
	}
	for i := range s.Lines {
		line := &s.Lines[i]
		in, known := p.indicators[line.Indicator]
		if !known {
			in = Indicator{ID: line.Indicator, In: Percent, Decimals: 2}
		}
		title := p.Title(tableIndicators, line.Indicator, l.Tag())
		for _, pt := range line.Points {
			v := &pt.Value
			row := []report.Cell{
				report.Data(title), report.Data(p.periodName(pt.Period, in.Frequency)), in.counted(v.N), in.counted(v.D), in.cell(v),
				p.targetCell(v.Target, &in, l), report.Data(p.stateWord(v.Verdict, l)), report.Cell{}, report.Data(p.Title(tableUnits, in.Unit, l.Tag())),
			}
			if v.Edition != 0 {
				row[7] = report.Number(v.Edition)
			}
			t.Rows = append(t.Rows, row)
		}
		d.Sections = append(d.Sections, report.Section{Title: title, Picture: &report.Picture{
			Title: say(l, "trend") + ": " + l.Isolate(title), SVG: s.trend(line, &in, title, l),
		}})
	}
	d.Tables = []report.Table{t}
	return d
}

// cell is a value as the indicator prints it.
func (in *Indicator) cell(v *Value) report.Cell {
	if in.In == Percent {
		return report.Percent(v.Ratio(), in.precision(v))
	}
	return report.Decimal(v.Ratio(), in.precision(v))
}

// counted is how much was counted: of what is measured against a calendar, how long.
func (in *Indicator) counted(n int64) report.Cell {
	if in.Calendar != "" {
		return report.Duration(time.Duration(n))
	}
	return report.Number(n)
}

// precision returns with how many decimals a value is printed: as many as the indicator
// has, or more, so that it is not rounded to the other side of its target's limit, or onto
// it. What missed 100 % does not read 100.00 %.
func (in *Indicator) precision(v *Value) int {
	const most = 20 // with these no two ratios of an int64 look alike
	if v.Target == nil || v.D == 0 {
		return in.Decimals
	}
	exact, limit := percents(v.Ratio(), in.In), percents(v.Target.Limit(), in.In)
	for n := in.Decimals; n < most; n++ {
		if printed, _ := new(big.Rat).SetString(exact.FloatString(n)); printed.Cmp(limit) == exact.Cmp(limit) {
			return n
		}
	}
	return most
}

// percents is a ratio in what an indicator is measured in.
func percents(r townclerk.Ratio, in string) *big.Rat {
	of := big.NewRat(r.N, r.D)
	if in == Percent {
		of.Mul(of, big.NewRat(100, 1))
	}
	return of
}

// periodName is how a period is called everywhere: 2026, 2026-Q2 or 2026-04.
func (p *Policy) periodName(in townclerk.Period, f Frequency) string {
	from := in.From.In(p.zone())
	switch f {
	case Yearly:
		return from.Format("2006")
	case Quarterly:
		return fmt.Sprintf("%s-Q%d", from.Format("2006"), (from.Month()+2)/3)
	}
	return from.Format("2006-01")
}

// The measures of a picture, in its own units.
const (
	trendWidth  = 480
	trendHeight = 140
	trendTop    = 24
	trendBottom = 110
	trendSide   = 30
	trendName   = 50 // what the name of a period takes
)

// trend draws how an indicator went. All text goes through html/template, which escapes
// it. What was met is a circle and what was missed a square, so that nobody needs the
// colours.
var trend = template.Must(template.New("trend").Parse(
	`<svg xmlns="http://www.w3.org/2000/svg" class="trend" viewBox="0 0 480 140" width="480" height="140" role="img" direction="{{.Direction}}" lang="{{.Lang}}" font-family="sans-serif" font-size="11">
<title>{{.Title}}</title>
<desc>{{.Desc}}</desc>
<style>
.trend-axis { stroke: #999; } .trend-line { fill: none; stroke: #2b5c8a; stroke-width: 2; } .trend-target { stroke: #8a6100; stroke-dasharray: 5 3; }
.trend-met { fill: #2f6f44; } .trend-missed { fill: #d9534f; } .trend-other { fill: #9aa5b1; } .trend-text { fill: #333; }
</style>
<line class="trend-axis" x1="30" y1="110" x2="450" y2="110"/>
{{- with .Target}}
<line class="trend-target" x1="30" y1="{{.Y}}" x2="450" y2="{{.Y}}"/>
<text class="trend-text" x="{{.X}}" y="{{.TextY}}" text-anchor="start">{{.Text}}</text>
{{- end}}
{{- with .Line}}
<polyline class="trend-line" points="{{.}}"/>
{{- end}}
{{- range .Marks}}
<g>
<title>{{.Says}}</title>
{{- if .Square}}
<rect class="trend-missed" x="{{.Left}}" y="{{.Up}}" width="8" height="8"/>
{{- else}}
<circle class="{{.Class}}" cx="{{.X}}" cy="{{.Y}}" r="4"/>
{{- end}}
</g>
{{- if .Named}}
<text class="trend-text" x="{{.X}}" y="128" text-anchor="middle" direction="ltr">{{.Name}}</text>
{{- end}}
{{- end}}
</svg>`))

// What the picture is made of.
type (
	trendPicture struct {
		Direction, Lang, Title, Desc, Line string
		Target                             *trendTarget
		Marks                              []trendMark
	}
	trendTarget struct {
		X, Y, TextY int
		Text        string
	}
	trendMark struct {
		X, Y, Left, Up    int
		Square, Named     bool
		Class, Name, Says string
		value             *big.Rat
	}
)

// trend draws the points of a line. Where the language runs from right to left, so does
// the time. An indicator of which nothing was measured has a picture that says so.
func (s *Scorecard) trend(line *ScoreLine, in *Indicator, title string, l *sla.Language) template.HTML {
	pic := &trendPicture{Direction: "ltr", Lang: l.Tag(), Title: oneLine(title)}
	if l.RightToLeft() {
		pic.Direction = "rtl"
	}
	top := new(big.Rat) // the highest value, at the top of the picture
	var said []string
	for _, pt := range line.Points {
		name := s.policy.periodName(pt.Period, in.Frequency)
		mark := trendMark{Name: name, Class: map[State]string{Met: "trend-met", Missed: "trend-missed"}[pt.Value.Verdict], Square: pt.Value.Verdict == Missed}
		if mark.Class == "" {
			mark.Class = "trend-other"
		}
		text := s.policy.stateWord(pt.Value.Verdict, l)
		if pt.Value.D != 0 {
			mark.value = big.NewRat(pt.Value.N, pt.Value.D)
			top = higher(top, mark.value)
			text = plainText(pt.Value.Ratio(), in.In, in.precision(&pt.Value)) + ", " + text
		}
		mark.Says = l.Isolate(name) + ": " + text
		said = append(said, mark.Says)
		pic.Marks = append(pic.Marks, mark)
	}
	if in.Target != nil {
		top = higher(top, big.NewRat(in.Target.N, in.Target.D))
	}
	pic.Desc = strings.Join(said, "; ")
	if len(said) == 0 {
		pic.Desc = say(l, "no-trend")
	}
	pic.place(in, top, l)
	var b strings.Builder
	if err := trend.Execute(&b, pic); err != nil {
		return "" // a Builder does not fail, and the template knows all that it names
	}
	return template.HTML(b.String()) // html/template escaped what is not ours
}

func higher(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

// place says where everything stands.
func (pic *trendPicture) place(in *Indicator, top *big.Rat, l *sla.Language) {
	var line []string
	named := 1 + len(pic.Marks)*trendName/(trendWidth-2*trendSide) // every so many are named, from the last back
	for i := range pic.Marks {
		m := &pic.Marks[i]
		m.Named = (len(pic.Marks)-1-i)%named == 0
		m.X = trendSide + (2*i+1)*(trendWidth-2*trendSide)/(2*len(pic.Marks))
		if l.RightToLeft() {
			m.X = trendWidth - m.X
		}
		m.Y = height(m.value, top)
		m.Left, m.Up = m.X-4, m.Y-4
		if m.value != nil {
			line = append(line, strconv.Itoa(m.X)+","+strconv.Itoa(m.Y))
		}
	}
	if len(line) > 1 {
		pic.Line = strings.Join(line, " ")
	}
	if in.Target == nil {
		return
	}
	y := height(big.NewRat(in.Target.N, in.Target.D), top)
	pic.Target = &trendTarget{X: trendSide, Y: y, TextY: y - 4, Text: say(l, string(in.Target.Compare)) + " " + l.Isolate(limitText(in.Target.Limit(), in.In))}
	if l.RightToLeft() {
		pic.Target.X = trendWidth - trendSide
	}
}

// height is where a value stands between the axis and the top.
func height(value, top *big.Rat) int {
	if value == nil || top.Sign() == 0 {
		return trendBottom
	}
	share, _ := new(big.Rat).Quo(value, top).Float64() // for drawing only
	return trendBottom - int(share*(trendBottom-trendTop))
}

// oneLine is a text without characters that would break a line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
