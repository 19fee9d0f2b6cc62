package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// All languages of package sla have all words, each in its own script.
func TestWordsAreComplete(t *testing.T) {
	scripts := map[string]*unicode.RangeTable{"en": unicode.Latin, "fa": unicode.Arabic, "he": unicode.Hebrew, "pl": unicode.Latin, "sr": unicode.Cyrillic}
	require.Len(t, words, len(sla.Languages()))
	for _, tag := range sla.Languages() {
		own := words[tag]
		require.NotNil(t, own, tag)
		for key := range own {
			require.Contains(t, words["en"], key, tag)
		}
		for key, english := range words["en"] {
			word := own[key]
			require.NotEmpty(t, word, "%s has no word for %s", tag, key)
			require.Equal(t, strings.Count(english, "{n}"), strings.Count(word, "{n}"), "%s: %s", tag, key)
			require.Equal(t, strings.TrimSpace(word), word)
			if key != "point" {
				require.True(t, strings.ContainsFunc(strings.ReplaceAll(word, "{n}", ""), func(r rune) bool { return unicode.Is(scripts[tag], r) }), "%s: %q", tag, word)
			}
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

// cellsOf returns the text of a page's cells, as a reader of HTML finds it.
func cellsOf(t *testing.T, page string) []string {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(strings.Replace(page, "<!DOCTYPE html>", "", 1)))
	dec.Strict, dec.AutoClose, dec.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var cells []string
	inside := false
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return cells
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "td" {
				inside, cells = true, append(cells, "")
			}
		case xml.EndElement:
			inside = inside && token.Name.Local != "td"
		case xml.CharData:
			if inside {
				cells[len(cells)-1] += string(token)
			}
		}
	}
}

// checkPage checks that the page is well-formed, loads nothing and says its direction.
func checkPage(t *testing.T, page string, d *Document) {
	t.Helper()
	dir := `dir="ltr"`
	if d.language().RightToLeft() {
		dir = `dir="rtl"`
	}
	require.Contains(t, page, fmt.Sprintf(`<html lang="%s" %s>`, d.language().Tag(), dir))
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
		d := &Document{Tables: []Table{{Name: "t", Columns: []Column{{Label: "a"}, {Label: "b", Unit: Percents}}}}}
		for _, row := range rows {
			d.Tables[0].Rows = append(d.Tables[0].Rows, []Cell{Data(row[0]), Data(row[1])})
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

// The cells of all kinds, in all languages, as people and as machines read them.
func TestCells(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Jerusalem")
	require.NoError(t, err)
	at := time.Date(2026, time.June, 4, 13, 30, 59, 999, time.UTC)
	names := func(a townclerk.Actor) string { return map[townclerk.Actor]string{"u-1": "Dana"}[a] }
	ratio := func(n, d int64) townclerk.Ratio { return townclerk.Ratio{N: n, D: d} }
	ils := func(minor int64) townclerk.Money { return townclerk.Money{Minor: minor, Currency: "ILS"} }
	for _, tt := range []struct {
		name       string
		cell       Cell
		unit       string
		en, pl     string
		csv        string
		onTheRight bool
	}{
		{"nothing", Cell{}, "", "", "", "", false},
		{"a word", Word("open"), "", "open", "open", "open", false},
		{"what people wrote", Data("a\nb"), "", "a b", "a b", "a\nb", false},
		{"an actor with a name", Actor("u-1", names), "", "Dana", "Dana", "Dana", false},
		{"an actor without", Actor("u-2", names), "", "u-2", "u-2", "u-2", false},
		{"an actor whom nobody names", Actor("u-1", nil), "", "u-1", "u-1", "u-1", false},
		{"no actor", Actor("", func(townclerk.Actor) string { return "nobody" }), "", "", "", "", false},
		{"a number", Number(-12), "", "-12", "-12", "-12", true},
		{"a large number", Number(int64(1) << 62), "", "4611686018427387904", "4611686018427387904", "4611686018427387904", true},
		{"a mean", Decimal(ratio(13, 3), 2), "", "4.33", "4,33", "4.33", true},
		{"a mean, half up", Decimal(ratio(-1, 8), 2), "", "-0.13", "-0,13", "-0.13", true},
		{"a mean of nothing", Decimal(ratio(5, 0), 2), "", "", "", "", false},
		{"a share", Percent(ratio(2, 3), 1), Percents, "66.7%", "66,7%", "66.7", true},
		{"a share of nothing", Percent(ratio(0, 0), 1), Percents, "", "", "", false},
		{"money in a column of its currency", Money(ils(-123450)), "ILS", "-1234.50 ILS", "-1234,50 ILS", "-1234.50", true},
		{"money in a column of any", Money(ils(5)), "", "0.05 ILS", "0,05 ILS", "0.05 ILS", true},
		{"money in a column of another", Money(ils(5)), "EUR", "0.05 ILS", "0,05 ILS", "0.05 ILS", true},
		{"none of a currency", Money(ils(0)), "ILS", "0.00 ILS", "0,00 ILS", "0.00", true},
		{"no money", Money(townclerk.Money{}), "ILS", "", "", "", false},
		{"a time", Time(at, zone), "", "Thu 2026-06-04 16:30", "czw. 2026-06-04 16:30", "2026-06-04 16:30:59", false},
		{"a time in its own zone", Time(at, nil), "", "Thu 2026-06-04 13:30", "czw. 2026-06-04 13:30", "2026-06-04 13:30:59", false},
		{"a time in a zone with seconds", Time(at, time.FixedZone("LMT", 2*60*60+20*60+54)), "", "Thu 2026-06-04 15:51", "czw. 2026-06-04 15:51", "2026-06-04 15:51:53", false},
		{"no time", Time(time.Time{}, zone), "", "", "", "", false},
		{"a date", Date(worktime.Date{Year: 2026, Month: time.June, Day: 4}), "", "2026-06-04", "2026-06-04", "2026-06-04", false},
		{"no date", Date(worktime.Date{}), "", "", "", "", false},
		{"a length of time", Duration(90*time.Minute + 59*time.Second), Minutes, "1h30m", "1 godz. 30 min", "90", true},
		{"a negative one", Duration(-90 * time.Minute), Minutes, "-1h30m", "-1 godz. 30 min", "-90", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for tag, want := range map[string]string{"en": tt.en, "pl": tt.pl} {
				if got := tt.cell.told(sla.LanguageFor(tag)); got != want {
					t.Errorf("in %s: %q, want %q", tag, got, want)
				}
			}
			if got := tt.cell.plain(tt.unit); got != tt.csv {
				t.Errorf("in CSV: %q, want %q", got, tt.csv)
			}
			if got := tt.cell.number(); got != tt.onTheRight {
				t.Errorf("a number: %t", got)
			}
		})
	}
}

// everywhere is a document with a text in each place that takes one.
func everywhere(l *sla.Language, text string) *Document {
	cells := []Cell{Data(text), Word(text), Data("beside")}
	return &Document{
		Language: l, Title: text,
		Facts:    []Fact{{text, Data(text)}, {"label", Word(text)}},
		Sections: []Section{{Title: text, Text: cells, List: cells, Picture: &Picture{Title: text, SVG: `<svg viewBox="0 0 1 1"></svg>`}}, {Title: text}},
		Tables: []Table{{
			Name: "t" + text, Title: text, Columns: []Column{{text, text}, {text, ""}, {"n", Minutes}},
			Rows: [][]Cell{{Data(text), Word(text), Number(-5)}, {Data("x"), Data("a" + text), Duration(time.Hour)}},
		}},
		Notes: append(LeftOut(l, 2, []error{errors.New(text)}), cells...),
	}
}

func write(t require.TestingT, w func(io.Writer) error) string {
	var b bytes.Buffer
	require.NoError(t, w(&b))
	return b.String()
}

// checkHostile checks all writings of a document with the text in all places.
func checkHostile(t *testing.T, l *sla.Language, text string) {
	t.Helper()
	d, tame := everywhere(l, text), everywhere(l, "tame")
	plain, md, page := write(t, d.Text), write(t, d.Markdown), write(t, d.HTML)
	for _, out := range []string{plain, md, page} {
		require.Equal(t, out, strings.ToValidUTF8(out, "?"))
		require.False(t, strings.ContainsFunc(out, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }), "%q", out)
	}
	for _, line := range strings.Split(plain+md, "\n") {
		checkIsolates(t, line)
	}
	checkPage(t, page, d)
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n") // which each reader of HTML does
	require.Equal(t, []string{lines.Replace(readable(text)), lines.Replace(readable(text)), "-5", "x"}, cellsOf(t, page)[:4])
	if strings.TrimSpace(oneLine(text)) != "" {
		// No text makes a line of its own, or takes one away.
		require.Equal(t, strings.Count(write(t, tame.Text), "\n"), strings.Count(plain, "\n"), "%q", plain)
		require.Equal(t, strings.Count(write(t, tame.Markdown), "\n"), strings.Count(md, "\n"), "%q", md)
		checkMarkdown(t, md)
	}
	records := parseRFC4180(write(t, func(w io.Writer) error { return d.CSV(w, d.Tables[0].Name) }))
	require.Len(t, records, 3)
	for _, record := range records {
		require.Len(t, record, 3)
		for _, field := range record {
			checkFormula(t, field)
		}
	}
	require.Equal(t, neutral(readable(text)), records[1][0])
	require.Equal(t, neutral(readable("a"+text)), records[2][1])
	require.Equal(t, []string{"-5", "60"}, []string{records[1][2], records[2][2]})
}

// checkFormula checks that no spreadsheet computes a field.
func checkFormula(t *testing.T, field string) {
	t.Helper()
	visible := strings.TrimFunc(field, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	if field != "" && strings.ContainsRune("\t\r\n", rune(field[0])) || visible != "" && strings.ContainsRune("=+-@", rune(visible[0])) {
		require.Regexp(t, `^-[0-9]+(\.[0-9]+)?$`, field)
	}
}

// checkMarkdown checks that the lines are what we made of them, and each row of
// a table has its cells.
func checkMarkdown(t *testing.T, md string) {
	t.Helper()
	for _, line := range strings.Split(md, "\n") {
		if line == `<div dir="rtl" lang="he">` || line == `<div dir="rtl" lang="fa">` || line == "</div>" {
			continue
		}
		require.NotContains(t, line, "<")
		require.NotContains(t, line, "://")
		bars := 0 // those that are not escaped
		for i := 0; i < len(line); i++ {
			switch line[i] {
			case '\\':
				i++
			case '|':
				bars++
			case '`', '[', ']', '*', '_', '~':
				t.Errorf("%q stands unescaped in %q", line[i], line)
			}
		}
		if bars > 0 {
			require.Equal(t, 4, bars, "%q", line)
			require.True(t, strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "|"), "%q", line)
		}
		if !strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "## ") {
			require.NotRegexp(t, `^( {4}|[-+#>]|=+$|[0-9]+[.)])`, strings.TrimPrefix(line, "- "), "%q", line)
		}
	}
}

// hostile is texts that would break out of a document.
var hostile = []string{
	"", "tame", "שלום", "کارتابل ۱۲۵", "Zażółć gęślą jaźń", "Фиревалл", "a | b", "a\nb", "\r\n\r", "\u2028", "line\u2029line",
	"=HYPERLINK(\"http://x\")", "+1", "-1+1", "@SUM(A1)", "\t=1", " =1", "\u200f=1", "-5", "'", `"`, `",=1`, "a,b",
	"</td><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt;", "{{.}}", "\" onclick=\"x", "</title><svg onload=x>",
	"a|b`c`*d*_e_[f](g)", "![x](http://y)", "www.example.org", "https://example.org", "me@example.org", `\`, `\|`, `|`, "```", "~~~", "$x$",
	"- item", "+ item", "* item", "1. item", "12) item", "# heading", "===", "---", "> quote", "    code", "[x]: y", "\\\n- x",
	"\u202eevil", "\u2067\u2068", "\u2069\u2069", "\u2068a\u2069", "\u202c", "bad \xff\xfe bytes \x1b[31m \x00 \u0085",
}

// No text leaves its place, in any writing, in any language: SG-36.
func TestHostileTexts(t *testing.T) {
	for _, tag := range sla.Languages() {
		for _, text := range hostile {
			t.Run(fmt.Sprintf("%s/%q", tag, text), func(t *testing.T) { checkHostile(t, sla.LanguageFor(tag), text) })
		}
	}
}

func FuzzDocument(f *testing.F) {
	for _, text := range hostile {
		f.Add("he", text)
		f.Add("en", text)
	}
	f.Fuzz(func(t *testing.T, locale, text string) { checkHostile(t, sla.LanguageFor(locale), text) })
}

// Isolates that a language made stay in words; those that do not end do not.
func TestIsolatesOfOurs(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"\u2068a\u2069 b", "\u2068a\u2069 b"}, {"\u2068a", "a"}, {"a\u2069", "a"}, {"\u2069a\u2068", "a"}, {"\u2068a\u2069\u202e", "a"}, {"a\nb", "a b"},
	} {
		require.Equal(t, tt.want, ours(tt.text), "%q", tt.text)
	}
	he := sla.LanguageFor("he")
	require.Equal(t, "\u2068a\u2069", Word("\u2068a\u2069").told(he))
	require.Equal(t, "\u2068a\u2069", Data("\u2068a\u2069").told(he))
	require.Equal(t, "\u2068שלום\u2069", Data("שלום").told(sla.LanguageFor("en")))
	require.Equal(t, "plain", Data("plain").told(sla.LanguageFor("en")))
	require.Equal(t, "\u2068-5\u2069", Number(-5).told(he))
}

// HTML shows a picture, the others name it, and what is empty is left out.
func TestSections(t *testing.T) {
	d := &Document{
		Language: sla.LanguageFor("he"), Title: "כרטיס",
		Sections: []Section{
			{Title: "מטרה", Text: []Cell{Word("שורה"), Data(""), Data("Text <b>")}, List: []Cell{{}, Data("item"), Word("מילה")}},
			{Picture: &Picture{Title: "תרשים <1>", SVG: `<svg viewBox="0 0 1 1"><path d="M0 0h1"/></svg>`}},
			{Title: "ריק", Picture: &Picture{}},
		},
	}
	golden := map[string]string{
		write(t, d.Text): "\u200fכרטיס\n\n\n\u200fמטרה\n\u200fשורה\n\u200f\u2068Text <b>\u2069\n\u200f- \u2068item\u2069\n\u200f- מילה\n\n" +
			"\u200fתרשים: \u2068תרשים <1>\u2069\n\n\u200fריק\n",
		write(t, d.Markdown): "<div dir=\"rtl\" lang=\"he\">\n\n# כרטיס\n\n\n## מטרה\n\nשורה\n\n\u2068Text &lt;b&gt;\u2069\n\n- \u2068item\u2069\n- מילה\n\n" +
			"תרשים: \u2068תרשים &lt;1&gt;\u2069\n\n## ריק\n\n</div>\n",
	}
	for got, want := range golden {
		require.Equal(t, want, got)
	}
	page := write(t, d.HTML)
	checkPage(t, page, d)
	require.Contains(t, page, "<h2>מטרה</h2>\n<p>שורה</p>\n<p dir=\"auto\">Text &lt;b&gt;</p>\n<ul>\n<li dir=\"auto\">item</li>\n<li>מילה</li>\n</ul>\n</section>")
	require.Contains(t, page, "<section>\n<figure>\n<svg viewBox=\"0 0 1 1\"><path d=\"M0 0h1\"/></svg>\n<figcaption dir=\"auto\">תרשים &lt;1&gt;</figcaption>\n</figure>\n</section>")
	require.NotContains(t, write(t, (&Document{Title: "x"}).HTML), "figure")
}

// A table that is too wide for a line of text breaks its labels, and is written row by
// row if that is not enough.
func TestWideTables(t *testing.T) {
	table := func(labels []string, rows ...[]Cell) []Table {
		made := Table{Name: "t", Title: "T", Rows: rows}
		for _, label := range labels {
			made.Columns = append(made.Columns, Column{Label: label})
		}
		return []Table{made}
	}
	labels := []string{"Name", "Open at the end", "Kept"}
	rows := [][]Cell{{Data("Dana"), Number(7), {}}, {Data("Ole"), Number(0), Percent(townclerk.Ratio{N: 1, D: 2}, 0)}}
	const (
		columns = "Name  Open at the end  Kept\n----  ---------------  ----\nDana                7\nOle                 0   50%\n"
		two     = "      Open at\nName  the end  Kept\n----  -------  ----\nDana        7\nOle         0   50%\n"
		three   = "        Open\n      at the\nName     end  Kept\n----  ------  ----\nDana       7\nOle        0   50%\n"
		four    = "      Open\n        at\n       the\nName   end  Kept\n----  ----  ----\nDana     7\nOle      0   50%\n"
		rowwise = "Name             Dana\nOpen at the end  7\n\nName             Ole\nOpen at the end  0\nKept             50%\n"
	)
	for _, tt := range []struct {
		name  string
		width int
		want  string
	}{
		{"80 by default", 0, columns}, {"80 where the width is none", -1, columns},
		{"as wide as it is", 27, columns}, {"one place too few", 26, two},
		{"as wide as two lines of labels", 19, two}, {"one place less than that", 18, three},
		{"as wide as its words are", 16, four}, {"one place less than that", 15, rowwise},
	} {
		d := &Document{Width: tt.width, Tables: table(labels, rows...)}
		require.Equal(t, "\n\n\nT\n"+tt.want, write(t, d.Text), tt.name)
	}

	d := &Document{Tables: table([]string{"a", "b"}, []Cell{Data(strings.Repeat("x", 39)), Data(strings.Repeat("y", 39))})}
	require.Contains(t, write(t, d.Text), "\n"+strings.Repeat("x", 39)+"  "+strings.Repeat("y", 39)+"\n", "80 places fit")
	d.Tables[0].Rows[0][1] = Data(strings.Repeat("y", 40))
	require.Contains(t, write(t, d.Text), "\na  "+strings.Repeat("x", 39)+"\nb  "+strings.Repeat("y", 40)+"\n", "81 do not")

	d = &Document{Language: sla.LanguageFor("he"), Width: 8, Tables: table([]string{"\u2068a b\u2069 c", "ג ד"}, []Cell{Data("שלום"), Data("x y")}, []Cell{{}, {}})}
	require.Equal(t, "\n\n\n\u200fT\n\u200f\u2068a b\u2069 c  \u2068שלום\u2069\n\u200fג ד    \u2068x y\u2069\n\n", write(t, d.Text), "isolates end on their line")
	require.Equal(t, []string{"\u2068a b\u2069 c"}, breakLabel("\u2068a b\u2069 c", 3, 4))
}

// On a page, a word does not break, unless it is so long that it would push the other
// columns off it.
func TestLongWordsBreak(t *testing.T) {
	d := &Document{Tables: []Table{{Name: "t", Columns: []Column{{}, {}, {}}, Rows: [][]Cell{
		{Data("on " + strings.Repeat("x", 20)), Data("on " + strings.Repeat("y", 21)), Number(1)},
	}}}}
	page := write(t, d.HTML)
	require.Contains(t, page, "<tr><td><bdi>on xxx")
	require.Contains(t, page, `<td class="long"><bdi>on yyy`)
	require.Contains(t, page, `<td class="number">1</td></tr>`)
}

// On a page from right to left, a sign and a currency keep their side.
func TestSignsKeepTheirSide(t *testing.T) {
	d := &Document{Language: sla.LanguageFor("fa"), Facts: []Fact{
		{"a", Number(-5)}, {"b", Number(5)}, {"c", Money(townclerk.Money{Minor: 5, Currency: "EUR"})},
	}}
	page := write(t, d.HTML)
	require.Contains(t, page, "<dd><bdi>-5</bdi></dd>")
	require.Contains(t, page, "<dd>5</dd>")
	require.Contains(t, page, "<dd><bdi>0.05 EUR</bdi></dd>")
}

// Notes: words are paragraphs, anything else is an item below them.
func TestNotes(t *testing.T) {
	d := &Document{Title: "T", Notes: append(LeftOut(nil, 3, []error{errors.New("- first"), errors.New("2. second")}), Word("done"), Number(1))}
	require.Equal(t, "T\n\n\nLeft out: 3\n- - first\n- 2. second\n- and 1 more\ndone\n- 1\n", write(t, d.Text))
	require.Equal(t, "# T\n\n\nLeft out: 3\n\n- \\- first\n- 2\\. second\n- and 1 more\n\ndone\n\n- 1\n", write(t, d.Markdown))
	require.Contains(t, write(t, d.HTML), "<section>\n<p>Left out: 3</p>\n<p dir=\"auto\">- first</p>\n<p dir=\"auto\">2. second</p>\n<p dir=\"auto\">and 1 more</p>\n<p>done</p>\n<p>1</p>\n</section>")
	require.Empty(t, LeftOut(nil, 0, nil))
	require.Equal(t, "en", d.language().Tag(), "English is the default")
}

// The facts of a period are told by one zone's clock, and name it.
func TestPeriodFacts(t *testing.T) {
	zone := time.FixedZone("Testland", 3*60*60)
	from := time.Date(2026, time.June, 1, 0, 0, 0, 0, zone)
	for _, tt := range []struct {
		name string
		zone *time.Location
		want string
	}{
		{"a zone", zone, "From                 Mon 2026-06-01 00:00\nUntil, not included  Tue 2026-06-02 00:00\nAs of                Mon 2026-06-01 01:30\nTimes of             Testland\n"},
		{"none", nil, "From                 Sun 2026-05-31 21:00\nUntil, not included  Mon 2026-06-01 21:00\nAs of                Sun 2026-05-31 22:30\nTimes of             UTC\n"},
	} {
		d := Document{Facts: PeriodFacts(nil, townclerk.Period{From: from, To: from.AddDate(0, 0, 1)}, from.Add(90*time.Minute), tt.zone)}
		require.Equal(t, "\n\n"+tt.want, write(t, d.Text), tt.name)
	}
}

// All mistakes of the tables come back together, and nothing is written.
func TestTablesThatCannotBeWritten(t *testing.T) {
	two := []Column{{Label: "a"}, {Label: "b"}}
	d := &Document{Title: "June", Tables: []Table{
		{Name: "calls", Columns: two, Rows: [][]Cell{{Number(1), Number(2)}, {Number(1)}}},
		{Name: "", Columns: two},
		{Name: "calls", Columns: two, Rows: [][]Cell{{Number(1), Number(2), Number(3)}}},
	}}
	for name, w := range map[string]func(io.Writer) error{
		"text": d.Text, "markdown": d.Markdown, "html": d.HTML, "csv": func(w io.Writer) error { return d.CSV(w, "calls") },
	} {
		var b bytes.Buffer
		err := w(&b)
		for _, want := range []string{`the report "June": `, `table "calls": row 2 has 1 cells under 2 columns`, "table 2 has no name", `table 3 has the name of another, "calls"`, "row 1 has 3 cells"} {
			require.ErrorContains(t, err, want, name)
		}
		require.Zero(t, b.Len(), name)
	}
	sound := &Document{Tables: []Table{{Name: "calls", Columns: two}, {Name: "empty"}}}
	require.Equal(t, []string{"calls", "empty"}, sound.TableNames())
	require.ErrorContains(t, sound.CSV(io.Discard, "cals"), `the report has no table "cals"; did you mean "calls"?`)
	require.Equal(t, "a,b\r\n", write(t, func(w io.Writer) error { return sound.CSV(w, "calls") }))
	for _, w := range []func(io.Writer) error{sound.Text, sound.Markdown, sound.HTML} {
		require.NoError(t, w(io.Discard))
	}
}

var errFull = errors.New("the disk is full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

// An error of the writer comes back from each writing.
func TestWriteErrorsComeBack(t *testing.T) {
	d := everywhere(sla.LanguageFor("en"), "x")
	require.ErrorIs(t, d.Text(fullDisk{}), errFull)
	require.ErrorIs(t, d.Markdown(fullDisk{}), errFull)
	require.ErrorIs(t, d.HTML(fullDisk{}), errFull)
	require.ErrorIs(t, d.CSV(fullDisk{}, "tx"), errFull)
}
