package ticket

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
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
		for key := range reportWords["en"] {
			word := words[key]
			require.NotEmpty(t, word, "%s has no word for %s", tag, key)
			require.Equal(t, strings.TrimSpace(word), word)
			require.True(t, strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(scripts[tag], r) }), "%s: %q", tag, word)
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
		require.True(t, used[key], "nothing says %q", key)
	}
	p := testPolicy(t)
	for _, d := range renderings(t, p, june(t, p)) {
		for _, table := range d.Tables {
			require.NotEmpty(t, table.Title)
			for _, c := range table.Columns {
				require.NotEmpty(t, c.Label, table.Name)
			}
			for _, row := range table.Rows {
				require.Len(t, row, len(table.Columns))
				require.NotEqual(t, report.Cell{}, row[0])
			}
		}
	}
}

// renderings is reports of all kinds in all languages.
func renderings(t testing.TB, p *Policy, stories []*story) []*report.Document {
	t.Helper()
	var all []*report.Document
	for _, kind := range ReportKinds {
		period := p.Month(sunday)
		if kind == YearlyReport {
			period = p.Year(sunday)
		}
		r := reported(t, p, kind, period, "2026-07-05 12:00", stories)
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
	weekly := reported(t, p, WeeklyReport, week, "2026-06-11 16:30", scripted(t, p))
	monthly := reported(t, p, MonthlyReport, p.Month(sunday), "2026-07-05 12:00", june(t, p))
	yearly := reported(t, p, YearlyReport, p.Year(sunday), "2027-01-10 12:00", append(scripted(t, p), tell(t, p, "100", "2025-12-31 23:59", Request{})))
	targets := reported(t, p, TargetReport, p.Month(sunday), "2026-07-05 12:00", june(t, p), "transfer", "handling", "worklist")
	bad := &story{Ticket: Ticket{ID: "bad", Number: "2026-000007"}}
	channels, err := p.Report(ChannelReport, p.Month(sunday), stream(append(june(t, p), bad)...), when(t, p, "2026-07-05 12:00"))
	require.NoError(t, err)

	write := func(w func(io.Writer) error) string {
		var b bytes.Buffer
		require.NoError(t, w(&b))
		return b.String()
	}
	table := func(d *report.Document, name string) string {
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
	require.Equal(t, []string{"totals", "states", "calls"}, weekly.In("en", nil).TableNames())
	require.Equal(t, "en", channels.In("ja", nil).Language.Tag(), "a language that there is not")
}

// Whatever people wrote in a ticket is told as theirs, through every field: SG-36.
func TestTextsThroughEveryRendering(t *testing.T) {
	p := testPolicy(t)
	for _, text := range append(slices.Clone(texts), "=1+1", "</td><script>", "a|b`c`*d*_e_[f](g)", "bad \xff\xfe bytes \x1b[31m \x00", "\r\n\r") {
		s := tell(t, p, "1", "2026-06-08 08:00", Request{})
		s.Subject, s.Unit = text, text // also what a desk would not take
		s.Opener, s.Handler, s.Treatment, s.Number = townclerk.Actor(text), townclerk.Actor(text), text, text
		s.Channel, s.Department, s.Class = text, text, text
		for _, d := range renderings(t, p, []*story{s}) {
			require.NoError(t, d.Text(io.Discard))
			require.NoError(t, d.Markdown(io.Discard))
			require.NoError(t, d.HTML(io.Discard))
			told := 0
			for _, table := range d.Tables {
				require.NoError(t, d.CSV(io.Discard, table.Name))
				for _, c := range slices.Concat(table.Rows...) {
					require.NotEqual(t, report.Word(text), c)
					if c == report.Data(text) {
						told++
					}
				}
			}
			if text != "" && d.Title == reportWord(d.Language, string(WeeklyReport)) {
				require.GreaterOrEqual(t, told, 9, "%q", text)
			}
		}
	}
}
