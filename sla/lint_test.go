package sla

import (
	"fmt"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// lintNow is when the examples are looked at.
var lintNow = time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)

func soundPolicy(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/sound.toml")
	require.NoError(t, err)
	return string(data)
}

// patched makes the mistakes in the text. Each Old has to stand there once.
func patched(t testing.TB, text string, patches ...Patch) string {
	t.Helper()
	for _, p := range patches {
		if p.Old == "" {
			text += p.New
			continue
		}
		require.Equal(t, 1, strings.Count(text, p.Old), "how often %q stands in the sound policy", p.Old)
		text = strings.Replace(text, p.Old, p.New, 1)
	}
	return text
}

func lint(t testing.TB, text string) []Finding {
	t.Helper()
	p, err := Parse([]byte(text), "sla.toml")
	if err != nil {
		return Mistakes(err)
	}
	return p.Lint(lintNow)
}

// lintExample returns what Lint finds in the sound policy with the mistakes of the
// kind's example, beside its lock file: that of the policy with its mistakes, so
// that they have not drifted. Several tests read them, so they are found once.
func lintExample(t testing.TB, kind FindingKind) []Finding {
	t.Helper()
	found, ok := lintExamples.Load(kind.Code)
	if !ok {
		found, _ = lintExamples.LoadOrStore(kind.Code, lintExampleOf(t, kind))
	}
	return slices.Clone(found.([]Finding))
}

var lintExamples sync.Map // []Finding by code

func lintExampleOf(t testing.TB, kind FindingKind) []Finding {
	t.Helper()
	text := soundPolicy(t)
	lock := lockOf(t, text)
	var policyPatches, lockPatches []Patch
	for _, p := range kind.Example {
		if !strings.Contains(text, p.Old) && strings.Contains(lock, p.Old) {
			lockPatches = append(lockPatches, p)
		} else {
			policyPatches = append(policyPatches, p)
		}
	}
	text = patched(t, text, policyPatches...)
	if p, err := Parse([]byte(text), "sla.toml"); err == nil && kind.Code != "edition-edited" {
		data, err := p.Lock()
		require.NoError(t, err)
		lock = string(data)
	}
	lock = patched(t, lock, lockPatches...)
	p, err := ParseLocked([]byte(text), "sla.toml", []byte(lock), "sla.lock.toml")
	if err != nil {
		return Mistakes(err)
	}
	if kind.Code == "locked-rules-unknown" { // without the lock file there is nothing to lock
		p = locked(t, text, strings.Replace(lock, p.lock.content, p.Edition().Hash, 1))
	}
	return p.Lint(lintNow)
}

func lines(findings []Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

func TestLintFindsNothingInASoundPolicy(t *testing.T) {
	if got := lines(lint(t, soundPolicy(t))); got != "" {
		t.Errorf("Lint(sound) =\n%s\nwant nothing", got)
	}
	p := locked(t, soundPolicy(t), lockOf(t, soundPolicy(t)))
	if got := lines(p.Lint(lintNow)); got != "" {
		t.Errorf("Lint(sound and locked) =\n%s\nwant nothing", got)
	}
}

// Each example has the finding that it is an example of, and no other.
func TestLintFindsEachExample(t *testing.T) {
	var all strings.Builder
	for _, kind := range Findings() {
		t.Run(kind.Code, func(t *testing.T) {
			found := lintExample(t, kind)
			fmt.Fprint(&all, lines(found))
			require.NotEmpty(t, found)
			for _, f := range found {
				if f.Code != kind.Code || f.Severity != kind.Severity {
					t.Errorf("%s, which the example is not of", f)
				}
				if f.Line == 0 || f.File != "sla.toml" && f.File != "sla.lock.toml" || strings.Contains(f.Message(), "<nil>") {
					t.Errorf("%s: it lacks its place, or an argument", f)
				}
			}
		})
	}
	golden(t, "testdata/findings.golden", all.String())
}

// golden compares with a file, in which the lines can be checked against the
// examples. UPDATE=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// The list has every code that the code of Lint mentions, once, and no other, and
// so have the messages.
func TestFindingsListsWhatLintCanFind(t *testing.T) {
	files, err := filepath.Glob("lint*.go")
	require.NoError(t, err)
	used := []string{"invalid"}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := goparser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "add" && len(call.Args) == 3 {
				code, ok := call.Args[0].(*ast.BasicLit)
				if !ok {
					t.Errorf("%s: a code that is not written out", name)
					return true
				}
				used = append(used, strings.Trim(code.Value, `"`))
			}
			return true
		})
	}
	slices.Sort(used)
	used = slices.Compact(used)
	var listed []string
	for _, kind := range Findings() {
		listed = append(listed, kind.Code)
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, kind.Code)
		require.NotEmpty(t, kind.About, kind.Code)
		require.NotEmpty(t, kind.Example, kind.Code)
	}
	slices.Sort(listed)
	require.Equal(t, used, listed)
	var said []string
	for key := range english.messages() {
		if code, ok := strings.CutPrefix(key, "finding."); ok {
			said = append(said, code)
		}
	}
	slices.Sort(said)
	require.Equal(t, listed, said)
	require.GreaterOrEqual(t, len(listed), 30)
}

// A finding has an argument for each name in its sentence, of a type that a
// message in any language can print.
func TestFindingsHaveTheArgumentsOfTheirSentences(t *testing.T) {
	names := regexp.MustCompile(`\{(\w+)\}`)
	for _, kind := range Findings() {
		for _, f := range lintExample(t, kind) {
			for _, m := range names.FindAllStringSubmatch(kind.Sentence, -1) {
				require.Contains(t, f.Args, m[1], "%s", kind.Code)
			}
		}
	}
}

// The policies of the examples have neither errors nor warnings, but that the
// charter promises what its vendors do not, and the office's page is of 2024. Notes are what their documents are to blame for.
func TestLintOfTheExamplePolicies(t *testing.T) {
	for name, want := range map[string][]string{
		"raanana":     {"vendor-too-late", "vendor-too-late", "vendor-too-late", "hand-over-too-late"}, // RA-22, RA-34 and RA-44 beside RA-26 and RA-47; RA-61
		"telephony":   nil,
		"iran-office": {"cover-ended"},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile("../examples/policies/" + name + "/sla.toml")
			require.NoError(t, err)
			p, err := Parse(data, "sla.toml")
			require.NoError(t, err)
			var got []string
			notes := 0
			for _, f := range p.Lint(lintNow) {
				if f.Severity == SeverityNote {
					notes++
				} else {
					got = append(got, f.Code)
				}
			}
			require.Equal(t, want, got)
			require.Less(t, notes, 15, "notes that nobody would read")
		})
	}
}

// The package comment lists the codes as Findings does, by severity.
func TestDocListsFindings(t *testing.T) {
	data, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, list, _ := strings.Cut(string(data), "with an example:\n//\n")
	list, _, ok := strings.Cut(list, "//\n// # Timelines")
	require.True(t, ok)
	var want strings.Builder
	for _, severity := range []Severity{SeverityError, SeverityWarning, SeverityNote} {
		line := fmt.Sprintf("//\t%-8s", severity)
		for _, kind := range Findings() {
			switch {
			case kind.Severity != severity:
			case len(line)+1+len(kind.Code) > 118:
				fmt.Fprintln(&want, line)
				line = fmt.Sprintf("//\t%-8s %s", "", kind.Code)
			default:
				line += " " + kind.Code
			}
		}
		fmt.Fprintln(&want, line)
	}
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile("doc.go", []byte(strings.Replace(string(data), list, want.String(), 1)), 0o644))
		return
	}
	require.Equal(t, want.String(), list, "UPDATE=1 writes it")
}
