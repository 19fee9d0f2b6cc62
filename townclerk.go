package townclerk

import "fmt"

// FileError is a mistake in a policy file. Parsers join all that they find, in
// the order of lines, with [errors.Join].
type FileError struct {
	File    string // the name that the parser was given, such as "raanana/sla.toml"
	Line    int    // from 1; 0 when the mistake has no line, such as an empty file
	Key     string // the key in question, such as "targets.ops-transfer.calendar"; may be empty
	Problem string // what is wrong and, where it can be guessed, how to mend it
}

// Error reads like a compiler's: file, line, key, problem.
func (e *FileError) Error() string {
	s := e.File
	if e.Line > 0 {
		s = fmt.Sprintf("%s:%d", s, e.Line)
	}
	if e.Key != "" {
		s += ": " + e.Key
	}
	return s + ": " + e.Problem
}
