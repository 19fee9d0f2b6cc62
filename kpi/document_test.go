package kpi

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
)

func written(t testing.TB, write func(io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, write(&b))
	return b.String()
}

func TestWordsAreComplete(t *testing.T) {
	for _, tag := range sla.Languages() {
		for key := range words["en"] {
			require.NotEmpty(t, words[tag][key], "%s: %s", tag, key)
		}
		require.Len(t, words[tag], len(words["en"]), tag)
	}
}

func card(t testing.TB, p *Policy, key string) Card {
	t.Helper()
	c, ok := p.EnterCard(key)
	require.True(t, ok)
	c.At, c.Role = local(t, "2021-09-17 09:25"), "owner"
	made, _, err := p.NewCard(key, c)
	require.NoError(t, err)
	return made
}

// KA-01 to KA-20, SG-01, SG-02, A-39: the card is printed in its language, from right to
// left where that runs so, in all writings, with its stamp.
func TestCardDocument(t *testing.T) {
	p := policy(t)
	c := card(t, p, "pr-1")
	at := local(t, "2021-09-17 09:25:42")
	d, err := p.Document(&c, Export{At: at})
	require.NoError(t, err)
	for _, text := range []string{written(t, d.Text), written(t, d.HTML), written(t, d.Markdown)} {
		for _, want := range []string{"שירות מחשוב", "PR", "5", "2019-12-16", "תומך", "בעל התהליך", "u-17", "זמינות המערכות", "793/2018", "2018-12-14", "על תיקוניו", "אין רשומות",
			"פחות מ", "10 %", "100 %", "עותק לא מבוקר", "2021-09-17 09:25:42", "2014-10-02 12:42:09", "2019-01-25 10:17:28", "נספח", "בדיקה", "טכנולוגיות מידע"} {
			require.Contains(t, strings.ReplaceAll(text, `\-`, "-"), want)
		}
	}
	require.Contains(t, written(t, d.HTML), `dir="rtl"`)
	require.Equal(t, []string{"indicators", "history"}, d.TableNames())

	// A release by whoever may makes it a controlled copy.
	d, err = p.Document(&c, Export{At: at, By: "archive", Copy: "3", Released: "u-3", Role: "head", Name: func(townclerk.Actor) string { return "ראש המחשוב" }})
	require.NoError(t, err)
	text := written(t, d.Text)
	require.NotContains(t, text, "לא מבוקר")
	for _, want := range []string{"עותק מבוקר", "ראש המחשוב", "archive"} {
		require.Contains(t, text, want)
	}
	_, err = p.Document(&c, Export{At: at, Released: "u-1", Role: "owner"})
	require.ErrorIs(t, err, townclerk.ErrForbidden)

	// A version whose text is kept elsewhere cannot be printed, and neither can one before the first.
	_, err = p.Document(&c, Export{At: at, On: date(t, "2015-01-01")})
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	require.ErrorContains(t, err, "revision 2")
	_, err = p.Document(&c, Export{At: at, On: date(t, "2012-01-01")})
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	d, err = p.Document(&c, Export{At: at, Known: at})
	require.NoError(t, err)
	require.Equal(t, report.Number(5), d.Facts[1].Value)
}

// RA-62: the charter prints its own attainment, clause by clause; what was excused does
// not count, and what nothing measured says so.
func TestCharter(t *testing.T) {
	tr := newTrial(t, policy(t), "2026-06-01 00:00")
	require.NoError(t, tr.Start(tr.ctx, town, tr.at))
	for night := date(t, "2026-06-01"); night.Compare(date(t, "2026-06-05")) < 0; night = night.AddDays(1) {
		tr.at = night.AddDays(1).Start(tr.policy.zone()).Add(time.Hour)
		tr.sweep()
		if night.Day != 2 {
			_, err := tr.DoOccurrence(tr.ctx, town, OccurrenceID("backup", night), admin, Command{Do: Attest, Text: "done"})
			require.NoError(t, err)
		}
	}
	tr.set("2026-06-05 12:00")
	tr.sweep()
	_, err := tr.DoOccurrence(tr.ctx, town, OccurrenceID("control", date(t, "2026-06-01")), owner, Command{Do: Excuse, Reason: "moved"})
	require.NoError(t, err)
	in := between(t, "2026-06-01", "2026-06-05")
	c, err := tr.Charter(tr.ctx, town, in, tr.at)
	require.NoError(t, err)
	require.Len(t, c.Lines, 3)
	require.Equal(t, Count{N: 9, D: 10, Evidence: []string{"duty-done"}}, c.Lines[0].Count)
	require.Equal(t, Count{N: 3, D: 4}, c.Lines[1].Count)
	require.Zero(t, c.Lines[2].Count)
	text := written(t, c.In("en").Text)
	for _, want := range []string{"Operations", "Every night", "Duties are done in their windows", "75.00%", "not measured"} {
		require.Contains(t, text, want)
	}
	require.Contains(t, written(t, c.In("he").HTML), "לא נמדד")

	// What was missed is listed.
	d, err := tr.Duties(tr.ctx, town, in, tr.at)
	require.NoError(t, err)
	require.Equal(t, DutyLine{Duty: "backup", Done: 3, Missed: 1}, d.Lines[0])
	require.Equal(t, DutyLine{Duty: "control", Missed: 2, Excused: 1}, d.Lines[1])
	require.Equal(t, "backup", d.Undone[slices.IndexFunc(d.Undone, func(o Occurrence) bool { return o.ID == "occurrence/backup/2026-06-02" })].Duty)
	require.Contains(t, written(t, func(w io.Writer) error { return d.In("en").CSV(w, "undone") }), "s-1, s-2")
	require.Contains(t, written(t, d.In("en").Text), "Fetch, Distribute (s-1), Distribute (s-2)")
}

// A scorecard shows each value with its verdict, and draws how it went.
func TestScorecard(t *testing.T) {
	p := policy(t, `title = { en = "Renewal", he = "חידוש" }`, `title = { en = "Re<script>alert(1)</script> & more", he = "חידוש" }`)
	tr := newTrial(t, p, "2027-01-15 09:00")
	for year, n := range map[string]int64{"2024": 14, "2025": 15, "2026": 20} {
		_, err := tr.Enter(tr.ctx, town, owner, "renewal", p.Period("renewal", local(t, year+"-06-01 00:00")), Count{N: n, D: 100})
		require.NoError(t, err)
	}
	_, err := tr.Enter(tr.ctx, town, owner, "repairs", p.Period("repairs", local(t, "2026-06-01 00:00")), Count{})
	require.NoError(t, err)
	s, err := tr.Scorecard(tr.ctx, town, between(t, "2024-01-01", "2027-01-01"), tr.at)
	require.NoError(t, err)
	require.Len(t, s.Lines, 5)
	require.Equal(t, []State{Missed, Met, Met}, []State{s.Lines[2].Points[0].Value.Verdict, s.Lines[2].Points[1].Value.Verdict, s.Lines[2].Points[2].Value.Verdict})
	csv := written(t, func(w io.Writer) error { return s.In("en").CSV(w, "scorecard") })
	require.Contains(t, csv, "2024,14,100")
	require.Contains(t, csv, "no data")

	page := written(t, s.In("en").HTML)
	require.NotContains(t, page, "<script>")
	require.Contains(t, page, "<title>Re&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</title>")
	require.Contains(t, page, "<desc>2024: 14 %, missed; 2025: 15 %, met; 2026: 20 %, met</desc>")
	require.Contains(t, page, `<rect class="trend-missed"`)
	require.Contains(t, page, "nothing was measured")
	left := `<polyline class="trend-line" points="100,50 240,46 380,24"/>`
	require.Contains(t, page, left)
	page = written(t, s.In("he").HTML)
	require.Contains(t, page, `direction="rtl"`)
	require.Contains(t, page, `points="380,50 240,46 100,24"`, "time runs from right to left")

	s, err = tr.Scorecard(tr.ctx, town, between(t, "2025-01-01", "2026-12-31"), tr.at)
	require.NoError(t, err)
	require.Len(t, s.Lines[2].Points, 1, "only periods that lie in the span")
}

// what is printed does not contradict the verdict: a value is not rounded onto its
// limit, a limit not at all. How long systems served is told in hours.
func TestPrintedExactly(t *testing.T) {
	p := policy(t, `target = { less_than = "10 %" }`, `target = { at_least = "99.9999 %" }`)
	tr := newTrial(t, p, "2027-01-15 09:00")
	year := between(t, "2026-01-01", "2027-01-01")
	for indicator, count := range map[string]Count{
		"repairs":      {N: 999_998, D: 1_000_000},
		"availability": {N: int64(2000*time.Hour) - 1, D: int64(2000 * time.Hour)},
		"renewal":      {N: 2, D: 3},
	} {
		_, err := tr.Enter(tr.ctx, town, owner, indicator, year, count)
		require.NoError(t, err)
	}
	s, err := tr.Scorecard(tr.ctx, town, year, tr.at)
	require.NoError(t, err)
	d := s.In("en")
	var b strings.Builder
	require.NoError(t, d.Text(&b))
	for _, want := range []string{"at least 99.9999 %", "99.9998%", "66.67%", "1999h59m", "2000h"} {
		require.Contains(t, b.String(), want)
	}
	require.NotContains(t, b.String(), "100.00%")
	require.NotContains(t, b.String(), "7200000000000")
	require.Contains(t, string(d.Sections[1].Picture.SVG), "99.9998 %, missed")
	for _, tt := range []struct {
		n, d int64
		want int
	}{{100, 100, 2}, {99, 100, 2}, {99_995, 100_000, 3}, {99_994, 100_000, 2}, {9_999, 10_000, 2}, {0, 0, 2}} {
		in := Indicator{In: Percent, Decimals: 2}
		require.Equal(t, tt.want, in.precision(&Value{Count: Count{N: tt.n, D: tt.d}, Target: &Target{AtLeast, 1, 1}}), "%d of %d", tt.n, tt.d)
	}
}

// A picture of many periods names as many of them as there is room for, the last one always.
func TestTrendOfManyPeriods(t *testing.T) {
	p := policy(t)
	var all []Measurement
	for i := range 60 {
		in := p.Period("channel", local(t, "2022-01-15 00:00").AddDate(0, i, 0))
		all = append(all, Measurement{Indicator: "channel", Period: in, Values: []Value{{Count: Count{N: int64(i), D: 100}, Verdict: Informed}}})
	}
	s, err := p.Scorecard(stream(all...), between(t, "2022-01-01", "2027-01-01"), local(t, "2027-01-15 09:00"))
	require.NoError(t, err)
	svg := string(s.In("en").Sections[3].Picture.SVG)
	require.Equal(t, 60, strings.Count(svg, "<circle"))
	require.Equal(t, 8, strings.Count(svg, "<text"))
	require.Contains(t, svg, ">2026-12</text>")
	require.NotContains(t, svg, ">2026-11</text>")
}
