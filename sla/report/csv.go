package report

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/townclerk/townclerk/internal/tomldoc"
)

// CSV writes one of the [Document.TableNames] as RFC 4180 has it: UTF-8, lines that
// end in CR LF, the columns named in the first. Numbers are plain, with a decimal
// point; the column names their unit. Times are local to their zone, such as
// 2026-06-04 16:00:00. An unknown table is an error.
//
// A text that a spreadsheet would take for a formula gets an apostrophe in front:
// one that begins, perhaps after spaces, with = + - or @, or with a tab or the end
// of a line. A negative number stays one.
//
// Excel reads other scripts than Latin only if the file begins with U+FEFF: write
// that before, where it is needed.
func (d *Document) CSV(w io.Writer, name string) error {
	if err := d.check(); err != nil {
		return err
	}
	at := slices.Index(d.TableNames(), name)
	if at < 0 {
		return fmt.Errorf("the report has no table %q%s", name, tomldoc.Suggest(name, d.TableNames()))
	}
	t := &d.Tables[at]
	out := bufio.NewWriter(w)
	var cells []string
	for _, c := range t.Columns {
		label := c.Label
		switch c.Unit {
		case "":
		case Minutes:
			label += " (" + say(d.language(), "minutes") + ")"
		default:
			label += " (" + c.Unit + ")"
		}
		cells = append(cells, label)
	}
	csvLine(out, cells)
	for _, row := range t.Rows {
		cells = cells[:0]
		for k, c := range row {
			cells = append(cells, c.plain(t.Columns[k].Unit))
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
