package ticket

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// All languages of package sla have all words, each in its own script.
func TestReportWordsAreComplete(t *testing.T) {
	scripts := map[string]*unicode.RangeTable{"en": unicode.Latin, "fa": unicode.Arabic, "he": unicode.Hebrew, "pl": unicode.Latin, "sr": unicode.Cyrillic}
	require.Len(t, reportWords, len(sla.Languages()))
	for _, tag := range sla.Languages() {
		words := reportWords[tag]
		require.NotNil(t, words, tag)
		for key := range words {
			require.Contains(t, reportWords["en"], key, tag)
		}
		for key, english := range reportWords["en"] {
			word := words[key]
			require.NotEmpty(t, word, "%s has no word for %s", tag, key)
			require.Equal(t, strings.Count(english, "{n}"), strings.Count(word, "{n}"), "%s: %s", tag, key)
			require.Equal(t, strings.TrimSpace(word), word)
			if key != "point" {
				require.True(t, strings.ContainsFunc(strings.ReplaceAll(word, "{n}", ""), func(r rune) bool { return unicode.Is(scripts[tag], r) }), "%s: %q", tag, word)
			}
		}
	}
	for _, kind := range ReportKinds {
		require.Contains(t, reportWords["en"], string(kind))
	}
	for _, s := range States {
		require.Contains(t, reportWords["en"], "state."+string(s))
	}
}

// Each word that the code asks for is there, and none that it does not.
func TestReportWordsAreUsed(t *testing.T) {
	used := map[string]bool{}
	code, err := os.ReadFile("report_rendering.go")
	require.NoError(t, err)
	for _, quoted := range regexp.MustCompile(`"[a-z0-9/%-]+"`).FindAllString(string(code), -1) {
		key, _, _ := strings.Cut(strings.Trim(quoted, `"`), "/")
		used[key], used["table."+key] = true, true
	}
	for _, s := range States {
		used["state."+string(s)] = true
	}
	for _, kind := range ReportKinds {
		used[string(kind)] = true
	}
	for key := range reportWords["en"] {
		require.True(t, used[key] || key == "minutes", "nothing says %q", key)
	}
	p := testPolicy(t)
	for _, d := range renderings(t, p, june(t, p)) {
		for i := range d.tables {
			require.NotEmpty(t, d.tables[i].title)
			for _, c := range d.tables[i].columns {
				require.NotEmpty(t, c.label, d.tables[i].name)
			}
			for _, row := range d.tables[i].rows {
				require.Len(t, row, len(d.tables[i].columns))
				require.NotEmpty(t, row[0].text)
			}
		}
	}
}

// renderings is reports of all kinds in all languages.
func renderings(t testing.TB, p *Policy, stories []*story) []*Rendering {
	t.Helper()
	var all []*Rendering
	for _, kind := range ReportKinds {
		period := p.Month(sunday)
		if kind == YearlyReport {
			period = p.Year(sunday)
		}
		r := report(t, p, kind, period, "2026-07-05 12:00", stories)
		for _, tag := range sla.Languages() {
			all = append(all, r.In(tag, nil))
		}
	}
	return all
}

// golden compares a text with a file, or with UPDATE=1 writes that.
func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", "reports", name)
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "%s differs; read it, and write it anew with UPDATE=1", name)
}

// scripted is tickets in several scripts: SG-36.
func scripted(t testing.TB, p *Policy) []*story {
	return append(june(t, p)[2:5],
		tell(t, p, "020", "2026-06-08 08:00", Request{Subject: "אין רשת בקומה 2 (Wi-Fi \"כבוי\")", Unit: "אגף הגבייה", Opener: "דנה"}).assign("2026-06-08 08:05", "יוסי"),
		tell(t, p, "021", "2026-06-08 09:00", Request{Subject: "کارتابل ۱۲۵ در سامانه\u200cی سجاد", Unit: "واحد ۳", Channel: "walk-in"}),
		tell(t, p, "022", "2026-06-08 10:00", Request{Subject: "Zażółć gęślą jaźń", Unit: "Wydział Świadczeń"}),
		tell(t, p, "023", "2026-06-08 11:00", Request{Subject: "кvara, Фиревалл", Unit: "Стари Град"}),
		tell(t, p, "024", "2026-06-08 12:00", Request{Subject: "=HYPERLINK(\"http://x\")", Unit: "<script>alert(1)</script> | *b*"}),
		tell(t, p, "025", "2026-06-08 13:00", Request{Subject: "line one\nline two\u202e", Unit: "-5"}),
	)
}

func TestGoldens(t *testing.T) {
	p := testPolicy(t)
	names := func(a townclerk.Actor) string {
		if a == "tali" || a == "yossi" {
			return strings.ToUpper(string(a[:1])) + string(a[1:]) + " <" + string(a) + "@example.org>"
		}
		return ""
	}
	week, err := p.Week(when(t, p, "2026-06-09 00:00"))
	require.NoError(t, err)
	weekly := report(t, p, WeeklyReport, week, "2026-06-11 16:30", scripted(t, p))
	monthly := report(t, p, MonthlyReport, p.Month(sunday), "2026-07-05 12:00", june(t, p))
	yearly := report(t, p, YearlyReport, p.Year(sunday), "2027-01-10 12:00", append(scripted(t, p), tell(t, p, "100", "2025-12-31 23:59", Request{})))
	targets := report(t, p, TargetReport, p.Month(sunday), "2026-07-05 12:00", june(t, p), "transfer", "handling", "worklist")
	bad := &story{Ticket: Ticket{ID: "bad", Number: "2026-000007"}}
	channels, err := p.Report(ChannelReport, p.Month(sunday), stream(append(june(t, p), bad)...), when(t, p, "2026-07-05 12:00"))
	require.NoError(t, err)

	write := func(w func(io.Writer) error) string {
		var b bytes.Buffer
		require.NoError(t, w(&b))
		return b.String()
	}
	table := func(d *Rendering, name string) string {
		return write(func(w io.Writer) error { return d.CSV(w, name) })
	}
	golden(t, "weekly.en.txt", write(weekly.In("en", names).Text))
	golden(t, "weekly.he.txt", write(weekly.In("he-IL", nil).Text))
	golden(t, "weekly.he.html", write(weekly.In("he", names).HTML))
	golden(t, "weekly.fa.md", write(weekly.In("fa", nil).Markdown))
	golden(t, "weekly.calls.en.csv", table(weekly.In("en", names), "calls"))
	golden(t, "monthly.pl.md", write(monthly.In("pl", names).Markdown))
	golden(t, "monthly.handlers.pl.csv", table(monthly.In("pl", names), "handlers"))
	golden(t, "yearly.sr.txt", write(yearly.In("sr", nil).Text))
	golden(t, "yearly.fa.html", write(yearly.In("fa", nil).HTML))
	golden(t, "targets.en.md", write(targets.In("en", nil).Markdown))
	golden(t, "targets.he.csv", table(targets.In("he", nil), "targets"))
	golden(t, "channels.en.html", write(channels.In("en", nil).HTML))
	golden(t, "channels.en.txt", write(channels.In("en", nil).Text))
	golden(t, "channels.fa.txt", write(channels.In("fa", nil).Text))
	golden(t, "channels.en.md", write(channels.In("en", nil).Markdown))

	require.ErrorContains(t, channels.In("en", nil).CSV(io.Discard, "chanels"), `the report has no table "chanels"; did you mean "channels"?`)
	require.Equal(t, []string{"totals", "states", "calls"}, weekly.In("en", nil).Tables())
	require.Equal(t, "en", channels.In("ja", nil).language.Tag(), "a language that there is not")
}

// Text of any script comes out of each rendering as it went in, through every field.
func TestTextsThroughEveryRendering(t *testing.T) {
	p := testPolicy(t)
	for _, text := range append(slices.Clone(texts), "=1+1", "</td><script>", "a|b`c`*d*_e_[f](g)", "bad \xff\xfe bytes \x1b[31m \x00", "\r\n\r") {
		s := tell(t, p, "1", "2026-06-08 08:00", Request{})
		s.Subject, s.Unit = text, text // also what a desk would not take
		s.Opener, s.Handler, s.Treatment, s.Number = townclerk.Actor(text), townclerk.Actor(text), text, text
		s.Channel, s.Department, s.Class = text, text, text
		for _, d := range renderings(t, p, []*story{s}) {
			var plain, md, page bytes.Buffer
			require.NoError(t, d.Text(&plain))
			require.NoError(t, d.Markdown(&md))
			require.NoError(t, d.HTML(&page))
			for _, out := range []string{plain.String(), md.String(), page.String()} {
				require.NotContains(t, out, "\x1b")
				require.NotContains(t, out, "\x00")
				require.Equal(t, out, strings.ToValidUTF8(out, "?"))
			}
			require.NotContains(t, md.String()+page.String(), "<script")
			for _, line := range strings.Split(plain.String()+md.String(), "\n") {
				checkIsolates(t, line)
			}
			if d.title == reportWord(d.language, string(WeeklyReport)) {
				if told := oneLine(text); strings.TrimSpace(told) != "" {
					require.GreaterOrEqual(t, strings.Count(plain.String(), strings.TrimSpace(told)), 9, "%q in %q", text, plain.String())
				}
			}
			for _, name := range d.Tables() {
				readCSV(t, d, name)
			}
			checkPage(t, page.String(), d)
		}
	}
}

// checkIsolates checks that no text on the line turns what follows it around.
func checkIsolates(t *testing.T, line string) {
	t.Helper()
	depth := 0
	for _, r := range line {
		switch r {
		case '\u2068':
			depth++
		case '\u2069':
			depth--
		case '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067':
			t.Errorf("%U in %q", r, line)
		}
		// A length of time may have isolates of its own.
		require.True(t, 0 <= depth && depth <= 2, "%q", line)
	}
	require.Zero(t, depth, "%q", line)
}

// checkPage checks that the page is well-formed, loads nothing and says its direction.
func checkPage(t *testing.T, page string, d *Rendering) {
	t.Helper()
	dir := `dir="ltr"`
	if d.language.RightToLeft() {
		dir = `dir="rtl"`
	}
	require.Contains(t, page, fmt.Sprintf(`<html lang="%s" %s>`, d.language.Tag(), dir))
	require.Contains(t, page, "@media print")
	dec := xml.NewDecoder(strings.NewReader(strings.Replace(page, "<!DOCTYPE html>", "", 1)))
	dec.Strict, dec.AutoClose, dec.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			require.NotContains(t, []string{"script", "link", "img", "iframe", "object", "base"}, start.Name.Local)
			for _, a := range start.Attr {
				require.NotContains(t, []string{"src", "href", "style", "onclick", "onload"}, a.Name.Local)
			}
		}
	}
}

// readCSV reads a table back, and checks that nothing in it is a formula.
func readCSV(t require.TestingT, d *Rendering, name string) {
	var b bytes.Buffer
	require.NoError(t, d.CSV(&b, name))
	r := csv.NewReader(&b)
	records, err := r.ReadAll() // all have as many fields as the first
	require.NoError(t, err)
	at := slices.IndexFunc(d.tables, func(t table) bool { return t.name == name })
	require.Len(t, records, len(d.tables[at].rows)+1)
	for i, row := range d.tables[at].rows {
		for k, c := range row {
			got := records[i+1][k]
			want := neutral(readable(c.plain))
			// The reader takes the CR before LF away.
			require.Equal(t, strings.ReplaceAll(want, "\r\n", "\n"), got)
			if got != "" && strings.ContainsRune("=+-@\t\r", rune(got[0])) {
				require.Regexp(t, `^-[0-9]+(\.[0-9]+)?$`, got)
			}
		}
	}
}

// Formulas are neutralised, and numbers stay.
func TestNeutral(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"=1+1", "'=1+1"}, {"+972", "'+972"}, {"-1+1", "'-1+1"}, {"@SUM(A1)", "'@SUM(A1)"}, {"\t=1", "'\t=1"}, {"\ttab", "'\ttab"}, {"\rx", "'\rx"}, {"\nx", "'\nx"},
		{"-", "'-"}, {"--1", "'--1"}, {"-5", "-5"}, {"-5.25", "-5.25"}, {"-5,25", "'-5,25"}, {"-5e3", "'-5e3"}, {"- 5", "'- 5"}, {"-۵", "'-۵"},
		{" =1", "' =1"}, {"\u00a0=1", "'\u00a0=1"}, {"\ufeff=1", "'\ufeff=1"}, {"\u200f=1", "'\u200f=1"}, {"＝1", "'＝1"}, {"\ufffd=1", "'\ufffd=1"},
		{"", ""}, {"5", "5"}, {"a=1", "a=1"}, {"'=1", "'=1"}, {"2026-06-04 16:30:00", "2026-06-04 16:30:00"}, {"– dash", "– dash"}, {"  two", "  two"},
	} {
		require.Equal(t, tt.want, neutral(tt.text), "%q", tt.text)
	}
}

// RFC 4180: what was quoted is read back, also by the rules of the standard that
// the library's reader softens.
func TestCSVQuotes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		piece := rapid.SampledFrom([]string{"", "a", "\"", ",", "\r", "\n", "\r\n", " ", "ש", "\t", ";"})
		var rows [][]string
		for range rapid.IntRange(1, 4).Draw(r, "rows") {
			row := make([]string, 2)
			for k := range row {
				row[k] = "x" + strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(r, "cell"), "")
			}
			rows = append(rows, row)
		}
		d := &Rendering{tables: []table{{name: "t", columns: []column{{label: "a"}, {label: "b", unit: "%"}}}}}
		for _, row := range rows {
			d.tables[0].rows = append(d.tables[0].rows, []cell{data(row[0]), data(row[1])})
		}
		var b bytes.Buffer
		require.NoError(r, d.CSV(&b, "t"))
		require.Equal(r, append([][]string{{"a", "b (%)"}}, rows...), parseRFC4180(b.String()))
	})
}

// parseRFC4180 reads the standard's grammar, letter by letter; nil if it does not fit.
func parseRFC4180(s string) [][]string {
	var all [][]string
	for s != "" {
		var record []string
		for {
			field := ""
			if strings.HasPrefix(s, `"`) {
				for s = s[1:]; ; {
					end := strings.Index(s, `"`)
					if end < 0 {
						return nil
					}
					field, s = field+s[:end], s[end+1:]
					if !strings.HasPrefix(s, `"`) {
						break
					}
					field, s = field+`"`, s[1:]
				}
			} else {
				end := strings.IndexAny(s, ",\r\n\"")
				if end < 0 {
					return nil
				}
				field, s = s[:end], s[end:]
			}
			record = append(record, field)
			if rest, ok := strings.CutPrefix(s, ","); ok {
				s = rest
				continue
			}
			rest, ok := strings.CutPrefix(s, "\r\n")
			if !ok {
				return nil
			}
			s = rest
			break
		}
		all = append(all, record)
	}
	return all
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errBroken }

// An error of the writer comes back from each rendering.
func TestRenderingsReturnWriteErrors(t *testing.T) {
	p := testPolicy(t)
	d := renderings(t, p, june(t, p))[0]
	require.ErrorIs(t, d.Text(fullDisk{}), errBroken)
	require.ErrorIs(t, d.Markdown(fullDisk{}), errBroken)
	require.ErrorIs(t, d.HTML(fullDisk{}), errBroken)
	require.ErrorIs(t, d.CSV(fullDisk{}, "calls"), errBroken)
}
