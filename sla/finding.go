package sla

import (
	"errors"
	"fmt"
	"slices"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
)

// Severity says what a finding means to whoever publishes the policy.
type Severity string

const (
	SeverityError   Severity = "error"   // the policy cannot mean this
	SeverityWarning Severity = "warning" // it is probably not what was meant
	SeverityNote    Severity = "note"    // it may be meant; somebody should know it
)

// Finding is something about a policy that its author should look at. As an error
// it reads like a compiler's message: file, line, severity, key, message, code.
type Finding struct {
	Code     string // in kebab-case, such as never-matches; [Findings] lists all
	Severity Severity
	File     string // the name that Parse was given, or that of the lock file
	Line     int
	Path     string         // the key in question, such as targets.ops-handling.match
	Args     map[string]any // what the sentence names; a value is a string, a number, or of package time or worktime
	Sentence string         // the message in English, with {name} for each argument, of what another package finds; empty: that of the Code
}

// Message says in English what is wrong and what to do. Other languages are those
// of [LanguageFor]; what another package finds, they say in English as well.
func (f Finding) Message() string { return english.Finding(f) }

// inEnglish is the Sentence with its arguments, or else the code.
func (f Finding) inEnglish() string {
	if f.Sentence == "" {
		return f.Code
	}
	t, err := parseTemplate(f.Sentence)
	if err != nil {
		return f.Sentence
	}
	return english.fill(t, f.Args)
}

// Error reads like a compiler's: file, line, severity, key, message, code.
func (f Finding) Error() string {
	s := string(f.Severity) + ": "
	switch {
	case f.Line > 0:
		s = fmt.Sprintf("%s:%d: %s", f.File, f.Line, s)
	case f.File != "":
		s = f.File + ": " + s
	}
	if f.Path != "" {
		s += f.Path + ": "
	}
	return s + f.Message() + " [" + f.Code + "]"
}

// FindingKind is a sort of finding.
type FindingKind struct {
	Code     string
	Severity Severity
	About    string // what it finds, in a few words
	Sentence string // the message in English, with {name} for each argument
	Example  []Patch
}

// Patch makes a mistake in a sound policy: New stands in its sla.toml instead of Old
// or, where Old is empty, at the end. An Old that only its sla.lock.toml has is
// replaced there.
type Patch struct{ Old, New string }

// Findings lists all kinds of finding: invalid, which is what Parse refuses, and
// what [Policy.Lint] can find.
func Findings() []FindingKind {
	all := make([]FindingKind, len(findingKinds))
	for i, k := range findingKinds {
		all[i] = FindingKind{k.code, k.severity, k.about, english.template("finding." + k.code), k.example}
	}
	return all
}

// findingKind is a FindingKind without its sentence, which is in the files of the
// languages.
type findingKind struct {
	code     string
	severity Severity
	about    string
	example  []Patch
}

func kindOf(code string) (findingKind, bool) {
	i := slices.IndexFunc(findingKinds, func(k findingKind) bool { return k.code == code })
	if i < 0 {
		return findingKind{}, false
	}
	return findingKinds[i], true
}

// Mistakes returns the mistakes that Parse reports, as findings of the kind invalid.
// Of an error without a file it makes one that has only a message.
func Mistakes(err error) []Finding {
	var all []Finding
	for _, err := range tomldoc.Unjoin(err) {
		f := Finding{Code: "invalid", Severity: SeverityError}
		var e *townclerk.FileError
		if errors.As(err, &e) {
			f.File, f.Line, f.Path, f.Args = e.File, e.Line, e.Key, args{"problem": e.Problem}
		} else {
			f.Args = args{"problem": err.Error()}
		}
		all = append(all, f)
	}
	return all
}
