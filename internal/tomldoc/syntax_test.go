package tomldoc

import (
	"strings"
	"testing"
	"time"
)

func TestSyntax(t *testing.T) {
	const needsQuotes = "a key with other characters than A-Z, a-z, 0-9, - and _ must be in quotes"
	for _, tt := range []struct {
		rule string
		doc  string
		want string
	}{
		// Text without quotes.
		{"a duration", "format = 1\nwithin = 20m # soon", `2: 20m must be in straight quotes: write "20m"`},
		{"a fraction with a unit", "within = 1.5h", `1: 1.5h must be in straight quotes: write "1.5h"`},
		{"a number with a unit", "within = 20 minutes", `1: 20 minutes must be in straight quotes: write "20 minutes"`},
		{"a word", "calendar = main desk", `1: main desk must be in straight quotes: write "main desk"`},
		{"a word that begins as a keyword", "calendar = field", `1: field must be in straight quotes: write "field"`},
		{"a word that begins as a special number", "calendar = -none", `1: -none must be in straight quotes: write "-none"`},
		{"a word in a list", "days = [\n\"sun\",\nmon, tue]", `3: mon must be in straight quotes: write "mon"`},
		{"a word in braces", "match = { category = network }", `1: network must be in straight quotes: write "network"`},
		{"a word in quotes from a word processor", "calendar = “desk”", `1: desk must be in straight quotes: write "desk"`},
		{"a number that begins with 0", "id = 007", `1: 007 must be in straight quotes: write "007"`},
		{"a boolean in capitals", "draft = True", `1: write true, in lower case`},
		{"a very long word", "a = x" + strings.Repeat("yz", 99), `1: xyzyzyzyzyzyzyzyzyzyzyzyzyzyzyzyzyzyzyzy… must be in straight quotes: write "xyzyzyzyzyzyzyzyzyzyzyzyzyzyzyzyzyzyzyzy…"`},

		// Things left out, or one too many.
		{"no value", "\ncalendar =\nwithin = \"20m\"", `2: the value is missing; write one, or remove the key`},
		{"no value at the end", "\ncalendar =", `2: the value is missing; write it after the equals sign`},
		{"no value but a comment", "calendar = # soon", `1: the value is missing; write one, or remove the key`},
		{"no equals sign", "calendar: \"desk\"", `1: expected "=" after the key; ` + needsQuotes},
		{"an accent in a key", "café = 1", `1: expected "=" after the key; ` + needsQuotes},
		{"a Hebrew key", "שעות = 1", `1: 'ש' cannot begin a key; a comment begins with #, and ` + needsQuotes},
		{"a comment of another language", "// hours", `1: '/' cannot begin a key; a comment begins with #, and ` + needsQuotes},
		{"no key", "\n\n= 1", `3: a key is missing`},
		{"no key in a header", "[]", `1: a key is missing`},
		{"a blank in a header", "[main desk]", `1: the header does not end here as it should; ` + needsQuotes},
		{"one bracket too few", "\n[[targets]\nid = 1", `2: the header does not end here as it should; ` + needsQuotes},
		{"something after a header", "[desk] phone = 1", `1: only a comment may follow a header on its line`},
		{"something after a value", "a = \"x\" and more", `1: "and more" follows the value; begin a new line`},
		{"something after a list", "a = [\n\"x\"\n] b = 1", `3: "b = 1" follows the value; begin a new line`},
		{"two keys on a line", "a = true b = 1", `1: true b = 1 must be in straight quotes: write "true b = 1"`},
		{"two commas", "a = [1,,2]", `1: a comma stands where a value should; remove it`},
		{"a comma first", "a = {, }", `1: a comma stands where a key should; remove it`},
		{"no comma in a list", "a = [1\n 2]", `2: expected "," or "]" before "2"; the value began on line 1`},
		{"no comma in braces", "a = { b = 1 c = 2 }", `1: expected "," or "}" before "c = 2"`},

		// Things not closed: the line is where they begin.
		{"a list", "\n# days\ndays = [ # all\n\"sun\",\n\n", `3: the list is never closed; end it with ]`},
		{"a list after keys too deep", "a = { " + strings.Repeat("a.", maxDepth) + "a = [\n1] }\nb = [", `3: the list is never closed; end it with ]`},
		{"a list after a key too deep", strings.Repeat("a.", maxDepth) + "a = [\n1]\nb = [", `3: the list is never closed; end it with ]`},
		{"a list that swallows a header", "days = [\n\"sun\"\n[desk]\n", `3: expected "," or "]" before "[desk"; the value began on line 1`},
		{"braces", "[a]\nmatch = {\n", `2: the table is never closed; end it with }`},
		{"a string", "a = \"x\nb = 1", `1: the string is not closed; end it with a quote on the same line`},
		{"a string at the end", "a = 'x", `1: the string is not closed; end it with a quote on the same line`},
		{"a string of several lines", "b = 1\na = \"\"\"x\ny\nz\n", `2: the string is never closed; end it with """`},
		{"another", "a = '''x\ny\nz\n", `1: the string is never closed; end it with '''`},

		// Characters.
		{"a path of Windows", `a = "C:\policies"`, `1: a backslash has a meaning between double quotes; write two of them, or use '...'`},
		{"a file in another encoding", "a = 1\nb = \"caf\xe9\"", `2: the file is not in UTF-8; save it in that encoding`},
		{"a file in UTF-16", "\xff\xfea\x00", `1: the file is not in UTF-8; save it in that encoding`},
		{"half a line end", "a = 1\n\rb = 2", `2: a carriage return stands alone; save the file with ordinary line ends`},
		{"a NUL in a comment", "# \x00", `1: control characters are not allowed in comments`},

		{"only the first, and nothing found before", "format = \"x\"\nformat = \"y\"\nb = x\nc = y", `3: x must be in straight quotes: write "x"`},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			p := policy{Format: 7}
			d := Decode([]byte(tt.doc), "sla.toml", &p)
			if got, want := text(d.Err()), "sla.toml:"+tt.want; got != want {
				t.Errorf("Decode(\n%s\n) reports\n%s\nwant\n%s", tt.doc, got, want)
			}
			if p.Format != 7 {
				t.Errorf("Format = %d, want it untouched", p.Format)
			}
		})
	}
}

// A file from a stranger must not take down the program that checks it.
func TestHostileDocumentsEndSoon(t *testing.T) {
	million := 1 << 20
	if testing.Short() { // as long as it takes to see that they are refused
		million >>= 3
	}
	for rule, doc := range map[string]string{
		"lists in lists":        "a = " + strings.Repeat("[", million),
		"headers in headers":    strings.Repeat("[", million),
		"braces in braces":      "a = " + strings.Repeat("{a=", million/3),
		"a key of many parts":   strings.Repeat("a.", million/2) + "a = 1",
		"a header of many":      "[" + strings.Repeat("a.", million/2) + "a]",
		"many keys":             manyKeys(million / 10),
		"one key, many times":   strings.Repeat("note = 1\n", million/10),
		"many headers":          strings.Repeat("[[targets]]\n", million/12),
		"a header, many times":  strings.Repeat("[desk]\n", million/8),
		"a long key":            strings.Repeat("note", million/4) + " = 1",
		"a long number":         "format = " + strings.Repeat("9", million),
		"a long date":           "format = 2026-" + strings.Repeat("9", million),
		"a long list":           "note = [" + strings.Repeat("1,\n", million/3) + "]",
		"nothing but NUL":       strings.Repeat("\x00", million),
		"nothing but quotes":    "a = " + strings.Repeat(`"`, million),
		"nothing but backslash": `a = "` + strings.Repeat(`\\`, million/2),
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			var p policy
			checkErrors(t, []byte(doc), Decode([]byte(doc), "sla.toml", &p).Err())
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		for ; i > 0; i /= 26 {
			b.WriteByte(byte('a' + i%26))
		}
		b.WriteString("z = 1\n")
	}
	return b.String()
}
