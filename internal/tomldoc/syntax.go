package tomldoc

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// clean removes what editors add to a file, or says why it cannot be read.
func clean(data []byte) (cleaned []byte, line int, problem string) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, lineAt(data, firstInvalid(data)), "the file is not in UTF-8; save it in that encoding"
	}
	if bytes.IndexByte(data, '\r') < 0 {
		return data, 0, ""
	}
	// A carriage return is nothing else in TOML than the first half of a line end.
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	if bad := bytes.IndexByte(data, '\r'); bad >= 0 {
		return nil, lineAt(data, bad), "a carriage return stands alone; save the file with ordinary line ends"
	}
	return data, 0, ""
}

// firstInvalid returns the offset of the first byte that is not UTF-8.
func firstInvalid(data []byte) int {
	for i := 0; ; {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
}

func lineAt(data []byte, offset int) int { return 1 + bytes.Count(data[:offset], []byte("\n")) }

// A fault is a mistake in the syntax while it is being explained.
type fault struct {
	data   []byte
	begin  int // of the header or key that it is in
	offset int // of the byte that the parser stopped at
}

// explain says what ended the parse, in words for people who write policies,
// not parsers. The expression that the parser could not read begins at begin.
func explain(data []byte, begin int, err error) (line int, problem string) {
	f := fault{data: data, begin: begin, offset: len(data)}
	var perr *unstable.ParserError
	if errors.As(err, &perr) {
		// The parser's slices end where data ends, so their capacity tells their offset.
		f.offset = cap(data) - cap(perr.Highlight)
	}
	f.offset = max(0, min(f.offset, len(data)-1))
	f.begin = min(f.begin, f.offset)
	for _, e := range explanations {
		if strings.HasPrefix(err.Error(), e.message) {
			return e.explain(f)
		}
	}
	return f.here(err.Error())
}

// explanations has the parser's messages that its users meet, by how they begin.
var explanations = []struct {
	message string
	explain func(fault) (line int, problem string)
}{
	{"strings must be quoted", fault.bareValue},
	{"unexpected character", fault.bareValue},
	{"expected keyword", fault.bareValue},
	{"expected digit", fault.bareValue},
	{"expected \"", fault.bareValue},
	{"expected number after sign", fault.bareValue},
	{"integers cannot have leading zeroes", fault.bareValue},
	{"decimal point must", fault.bareValue},
	{"exponent must", fault.bareValue},
	{"number must have", fault.bareValue},
	{"radix prefix", fault.bareValue},
	{"sign is not allowed", fault.bareValue},
	{"expected newline", fault.trailing},
	{"expected value, not end of input", says("the value is missing; write it after the equals sign")},
	{"expected value but got", says("a comma stands where a value should; remove it")},
	{"unexpected comma", says("a comma stands where a key should; remove it")},
	{"expected '=' after key", says(`expected "=" after the key; a key with other characters than A-Z, a-z, 0-9, - and _ must be in quotes`)},
	{"invalid character at start of key", fault.badKey},
	{"expected key", says("a key is missing")},
	{"expected ']", says("the header does not end here as it should; a key with other characters than A-Z, a-z, 0-9, - and _ must be in quotes")},
	{"array is incomplete", unclosed("list", "]")},
	{"inline table is incomplete", unclosed("table", "}")},
	{"multiline basic string not terminated", unclosed("string", `"""`)},
	{"multiline literal string not terminated", unclosed("string", `'''`)},
	{"expected ',' or ']'", inList("]")},
	{"expected ',' or '}'", inList("}")},
	{"unterminated", says("the string is not closed; end it with a quote on the same line")},
	{"basic strings cannot have new lines", says("the string is not closed; end it with a quote on the same line")},
	{"literal strings cannot have new lines", says("the string is not closed; end it with a quote on the same line")},
	{"invalid escape character", says(`a backslash has a meaning between double quotes; write two of them, or use '...'`)},
	{"arrays and inline tables are nested", says(fmt.Sprintf("keys are nested more than %d deep; write fewer levels", maxDepth))},
}

func (f fault) here(problem string) (int, string) { return lineAt(f.data, f.offset), problem }

// says explains a message by a sentence that is always the same.
func says(problem string) func(fault) (int, string) {
	return func(f fault) (int, string) { return f.here(problem) }
}

// unclosed names the line where the value began: the parser stops at the end of
// the file, where there is nothing to mend.
func unclosed(what, end string) func(fault) (int, string) {
	return func(f fault) (int, string) {
		return lineAt(f.data, f.begin), fmt.Sprintf("the %s is never closed; end it with %s", what, end)
	}
}

// inList explains that something stands where a list or a table should go on.
func inList(end string) func(fault) (int, string) {
	return func(f fault) (int, string) {
		line, problem := f.here(fmt.Sprintf("expected \",\" or %q before %q", end, clip(f.word(f.offset))))
		if begun := lineAt(f.data, f.begin); begun != line {
			problem += fmt.Sprintf("; the value began on line %d", begun)
		}
		return line, problem
	}
}

// word returns the text from an offset to where a value must end.
func (f fault) word(from int) string {
	text := f.data[from:]
	if end := bytes.IndexAny(text[min(f.offset-from, len(text)):], "\n,]}#"); end >= 0 {
		text = text[:f.offset-from+end]
	}
	return string(bytes.TrimSpace(text))
}

// bareValue explains a value that is not one, mostly because it lacks quotes.
func (f fault) bareValue() (int, string) {
	before := f.data[:f.offset]
	from := 1 + bytes.LastIndexAny(before, "\n=,[{")
	// What people paste from a word processor has quotes that TOML does not know.
	text := strings.Trim(f.word(from), "“”„‟«»‘’‚\"'")
	switch {
	case text == "":
		return f.here("the value is missing; write one, or remove the key")
	case strings.EqualFold(text, "true"), strings.EqualFold(text, "false"):
		return f.here("write " + strings.ToLower(text) + ", in lower case")
	}
	return f.here(fmt.Sprintf("%s must be in straight quotes: write %q", clip(text), clip(text)))
}

// trailing explains what follows a value or a header on its line.
func (f fault) trailing() (int, string) {
	if f.data[f.begin] == '[' {
		return f.here("only a comment may follow a header on its line")
	}
	value := bytes.TrimLeft(f.data[f.begin:f.offset], " \t")
	if equals := bytes.IndexByte(value, '='); equals >= 0 {
		value = bytes.TrimLeft(value[equals+1:], " \t")
	}
	if len(value) == 0 || strings.IndexByte("\"'[{", value[0]) >= 0 {
		return f.here(fmt.Sprintf("%q follows the value; begin a new line", clip(f.word(f.offset))))
	}
	return f.bareValue()
}

// badKey explains a character that cannot begin a key.
func (f fault) badKey() (int, string) {
	switch r, _ := utf8.DecodeRune(f.data[f.offset:]); r {
	case '\n', '=', ']', '.':
		return f.here("a key is missing")
	default:
		return f.here(fmt.Sprintf("%q cannot begin a key; a comment begins with #, and a key with other characters than A-Z, a-z, 0-9, - and _ must be in quotes", r))
	}
}

// clip shortens what is quoted from a document.
func clip(text string) string { return clipTo(text, 40) }

func clipTo(text string, longest int) string {
	letters := 0
	for i := range text {
		if letters == longest {
			return text[:i] + "…"
		}
		letters++
	}
	return text
}
