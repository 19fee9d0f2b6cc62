package project

import (
	"encoding/xml"
	"errors"
	"html"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// All languages of package sla have all words, each in its own script.
func TestReportWords(t *testing.T) {
	scripts := map[string]*unicode.RangeTable{"en": unicode.Latin, "fa": unicode.Arabic, "he": unicode.Hebrew, "pl": unicode.Latin, "sr": unicode.Cyrillic}
	for _, tag := range sla.Languages() {
		require.Len(t, reportWords[tag], len(reportWords["en"]), tag)
		for key := range reportWords["en"] {
			word := reportWords[tag][key]
			require.NotEmpty(t, word, "%s has no word for %s", tag, key)
			require.True(t, strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(scripts[tag], r) }), "%s: %q", tag, word)
		}
		for _, s := range States {
			require.NotEmpty(t, reportWords[tag]["state."+string(s)], "%s: %s", tag, s)
		}
	}
}

const nasty = `שדה <script>alert(1)</script> "&amp;" ` + "\u202e=1+1"

// drifting is a project of which there is something of everything.
func drifting(t testing.TB, p *Policy) Project {
	milestones := []Milestone{
		ms("e1", "2026-06-07", "2026-06-11", 400_000), ms("e2", "2026-06-14", "2026-06-25", 600_000, "e1"),
		ms("e3", "2026-06-28", "2026-07-16", 250_000, "e2"), ms("a1", "2026-07-19", "2026-07-30", 50_000, "e3"),
	}
	milestones[1].Title = nasty
	project := executing(t, p, milestones...)
	project = must(t, p, project,
		Command{Do: Reach, Milestone: "e1", At: local("2026-06-11 12:00")}, Command{Do: Spend, Milestone: "e1", Amount: ils(395_000)},
		Command{Do: Ask, Cause: "law", Reference: nasty, Text: nasty}, Command{Do: Record, Kind: "security", Name: nasty, Text: nasty},
		Command{Do: Attach, Kind: "charter", Name: nasty, Reference: "@file"}, Command{Do: Write, Text: nasty},
		Command{Do: Spend, Milestone: "e2", Amount: ils(700_000), At: local("2026-06-24 12:00")})
	project.Title, project.Demander = nasty, "u-2"
	project, _ = p.Settle(project, local("2026-06-29 12:00"))
	return project
}

// RA-57: how a project stands, on demand, in every language and writing.
func TestStatusReport(t *testing.T) {
	p := policy(t)
	project := drifting(t, p)
	r := p.Report(project, local("2026-06-29 12:00"))
	require.Empty(t, r.Problems)
	require.NotNil(t, r.Drift)
	for _, locale := range sla.Languages() {
		d := r.In(locale, func(id townclerk.Actor) string { return map[townclerk.Actor]string{"u-2": "=Dana"}[id] })
		require.Equal(t, []string{"promises", "milestones", "totals", "deliverables", "results", "changes", "baselines", "alarms", "documents", "notes"}, d.TableNames())
		var text strings.Builder
		require.NoError(t, d.Text(&text))
		for _, write := range []func(io.Writer) error{d.Markdown, d.HTML} {
			var b strings.Builder
			require.NoError(t, write(&b))
			require.NotContains(t, b.String(), "<script>")
		}
		var page strings.Builder
		require.NoError(t, d.HTML(&page))
		require.Contains(t, page.String(), `<svg xmlns="http://www.w3.org/2000/svg" class="gantt"`)
		require.Equal(t, sla.LanguageFor(locale).RightToLeft(), strings.Contains(page.String(), `dir="rtl"`))
		for _, name := range d.TableNames() {
			var csv strings.Builder
			require.NoError(t, d.CSV(&csv, name))
			require.NotContains(t, csv.String(), ",@")
			require.NotContains(t, csv.String(), "\n@")
		}
	}
	var csv strings.Builder
	require.NoError(t, r.In("en", nil).CSV(&csv, "milestones"))
	require.Contains(t, csv.String(), "Deviation (%)")
	lines := strings.Split(csv.String(), "\r\n")
	require.Contains(t, lines[1], "2026-06-11,2026-06-11,5,0,0.0,0.0,4000.00,-50.00,-1.3,-1.3,within the plan,")
	require.Contains(t, lines[2], "2026-06-25,2026-06-29,10,2,20.0,20.0,6000.00,1000.00,16.7,16.7,exceeded,")
	require.Contains(t, lines[3], "2026-07-16,2026-07-20,15,0,0.0,13.3,2500.00,0.00,0.0,0.0,forecast to exceed,")
	csv.Reset()
	require.NoError(t, r.In("en", nil).CSV(&csv, "totals"))
	lines = strings.Split(csv.String(), "\r\n")
	require.True(t, strings.HasPrefix(lines[3], "The whole project,2026-07-30,2026-08-03,40,0,0.0,5.0,13000.00,0.00,0.0,7.3,within the plan,"), lines[3])
}

// What cannot be assessed is named, and the rest is told all the same.
func TestReportWithProblems(t *testing.T) {
	p := policy(t)
	r := p.Report(drifting(t, p), local("2040-01-01"))
	require.Nil(t, r.Drift)
	require.Len(t, r.Problems, 1)
	var b strings.Builder
	require.NoError(t, r.In("en", nil).Text(&b))
	require.Contains(t, b.String(), "not covered")
	b.Reset()
	require.NoError(t, p.Report(demand(t, p, "project-pilot", "2026-06-01 09:00"), local("2026-06-02")).In("en", nil).Text(&b))
	require.Contains(t, b.String(), "There is no approved plan yet.")
	_, err := p.Gantt(demand(t, p, "project-pilot", "2026-06-01 09:00"), local("2026-06-02"), "en")
	require.ErrorContains(t, err, "it has no baseline 0; there are 0")
}

// The picture is well-formed, escapes what people wrote, says in words what it shows, and
// runs from right to left where the language does.
func TestGantt(t *testing.T) {
	p := policy(t)
	project := drifting(t, p)
	for _, locale := range sla.Languages() {
		svg, err := p.Gantt(project, local("2026-06-29 12:00"), locale)
		require.NoError(t, err)
		if folder := os.Getenv("GANTT"); folder != "" { // to look at
			require.NoError(t, os.WriteFile(folder+"/gantt-"+locale+".svg", []byte(svg), 0o644))
		}
		dec := xml.NewDecoder(strings.NewReader(string(svg)))
		elements := map[string]int{}
		classes := map[string]int{}
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			if e, ok := token.(xml.StartElement); ok {
				elements[e.Name.Local]++
				for _, a := range e.Attr {
					if a.Name.Local == "class" {
						classes[a.Value]++
					}
				}
			}
		}
		require.Zero(t, elements["script"])
		require.Equal(t, 5, elements["title"], "of the picture, and of each milestone")
		require.Equal(t, 1, elements["desc"])
		require.Equal(t, map[string]int{"baseline": 5, "done": 2, "exceeded": 2, "warning": 3, "open": 1},
			map[string]int{"baseline": classes["gantt-baseline"], "done": classes["gantt-done"], "exceeded": classes["gantt-exceeded"], "warning": classes["gantt-warning"], "open": classes["gantt-open"]},
			"each with its key in the legend")
		require.Equal(t, sla.LanguageFor(locale).RightToLeft(), strings.Contains(string(svg), `direction="rtl"`))
		require.NotContains(t, string(svg), "<script")
		require.Equal(t, 1+4, elements["svg"], "each name in a column of its own, which cuts it off")
		require.Contains(t, html.UnescapeString(string(svg)), "+2/10")
	}
}

// A picture of any length has a few marks, and no bar that leaves it.
func TestGanttOfAnyLength(t *testing.T) {
	p := policy(t)
	for _, last := range []string{"2026-06-08", "2026-06-18", "2026-08-20", "2027-01-28", "2029-06-07", "2035-12-31"} {
		project := executing(t, p, ms("e1", "2026-06-07", "2026-06-07", 0), ms("a1", "2026-06-08", last, 0))
		for _, locale := range []string{"en", "he"} {
			drift, err := p.Deviations(project, 0, local("2026-06-07"))
			require.NoError(t, err)
			d := drawing{p: p, t: &project, b: project.Baseline(0), drift: &drift, l: sla.LanguageFor(locale), today: p.date(local("2026-06-07"))}
			d.span()
			pic := d.picture()
			require.LessOrEqual(t, len(pic.Ticks), 14, last)
			require.NotEmpty(t, pic.Ticks, last)
			for _, r := range pic.Rows {
				require.GreaterOrEqual(t, r.X, 0)
				require.LessOrEqual(t, r.X+r.Width, ganttWidth)
				require.Positive(t, r.Width)
			}
			require.NotNil(t, pic.Today)
		}
	}
}

func TestShort(t *testing.T) {
	long := strings.Repeat("ש", 40)
	require.Equal(t, strings.Repeat("ש", ganttTitle-1)+"…", short(long))
	for name, want := range map[string]string{
		"": "", strings.Repeat("ש", ganttTitle): strings.Repeat("ש", ganttTitle), strings.Repeat("Ш", 20): strings.Repeat("Ш", 20), strings.Repeat("Ш", 21): strings.Repeat("Ш", 19) + "…",
		strings.Repeat("Ш", 20) + "ш": strings.Repeat("Ш", 19) + "…",
	} {
		require.Equal(t, want, short(name))
	}
	require.Equal(t, "a \ufffd b", readable("a\n\x01\tb"))
	require.True(t, slices.Contains(Phases, Intake))
}
