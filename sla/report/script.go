package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/townclerk/townclerk/sla"
)

// told returns the cell on one line, so that its direction does not disturb others.
func (c Cell) told(l *sla.Language) string {
	text := c.text(l)
	switch {
	case c.written():
		text = oneLine(text)
	case !c.number():
		return ours(text)
	}
	if text == "" || !l.RightToLeft() && !strings.ContainsFunc(text, rightToLeft) {
		return text
	}
	return "\u2068" + text + "\u2069"
}

// rightToLeft reports whether a rune may turn the direction of a line.
func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) || r == '\u200f' || r == '\u061c' ||
		r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfeff || r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff
}

// readable replaces what no printer knows, but for the ends of lines.
func readable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// ours returns a text of ours on one line. Isolates that the language made stay, as
// long as they end within the text; else the text counts as anybody's.
func ours(s string) string {
	depth := 0
	for _, r := range s {
		switch r {
		case '\u2066', '\u2067', '\u2068':
			depth++
		case '\u2069':
			depth--
		case '\u202a', '\u202b', '\u202c', '\u202d', '\u202e':
			return oneLine(s)
		}
		if depth < 0 {
			return oneLine(s)
		}
	}
	if depth != 0 {
		return oneLine(s)
	}
	return unbroken(s)
}

// oneLine makes a text that does not leave its line, nor its direction: what would
// embed, override or isolate is dropped, since it need not end within the text.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, unbroken(s))
}

// unbroken puts a space where a line would end, and for each tab.
func unbroken(s string) string {
	s = strings.ReplaceAll(readable(s), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch r {
		case '\n', '\r', '\t', '\u2028', '\u2029':
			return ' '
		}
		return r
	}, s)
}

// width returns how many places a text takes: accents, points and joiners take
// none, the letters of East Asia two.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul), r >= 0xff01 && r <= 0xff60:
			n += 2
		default:
			n++
		}
	}
	return n
}

func pad(s string, to int, right bool) string {
	space := strings.Repeat(" ", max(0, to-width(s)))
	if right {
		return space + s
	}
	return s + space
}
