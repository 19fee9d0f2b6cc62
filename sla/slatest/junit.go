package slatest

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/townclerk/townclerk/internal/tomldoc"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitFailure `xml:"failure"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as JUnit's XML, which CI servers show as tests: a
// case of each kind of finding, each invariant, and each vector. Findings that do
// not fail stand in the output of their case. No times are given, so that the
// same report is the same file.
func (r *Report) WriteJUnit(w io.Writer) error {
	all := junitSuites{Name: r.File}
	for _, r := range append([]*Report{r}, r.also...) {
		all.add(r.junitLint())
		if r.title == "" {
			all.add(r.junitInvariants())
		}
		all.add(r.junitVectors())
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuites) add(suite junitSuite) {
	s.Tests += suite.Tests
	s.Failures += suite.Failures
	s.Suites = append(s.Suites, suite)
}

// add adds a case, which fails if there is a text of failures.
func (s *junitSuite) add(name, class string, failures []string, out []string) {
	c := junitCase{Name: name, Class: class, Out: printable(strings.Join(out, "\n"))}
	if len(failures) > 0 {
		first, _, _ := strings.Cut(failures[0], "\n")
		if more := len(failures) - 1; more > 0 {
			first += fmt.Sprintf(" (and %d more)", more)
		}
		c.Failure = &junitFailure{printable(first), printable(strings.Join(failures, "\n"))}
		s.Failures++
	}
	s.Tests++
	s.Cases = append(s.Cases, c)
}

func (r *Report) junitLint() junitSuite {
	s := junitSuite{Name: r.called("lint")}
	for _, kind := range r.kinds {
		var failures, out []string
		for _, f := range r.Findings {
			switch {
			case f.Code != kind.Code:
			case r.fails(f):
				failures = append(failures, f.Error())
			default:
				out = append(out, f.Error())
			}
		}
		s.add(kind.Code, r.File, failures, out)
	}
	return s
}

func (r *Report) junitInvariants() junitSuite {
	s := junitSuite{Name: "invariants"}
	for _, in := range r.Invariants {
		s.add(in.Rule, r.File, messages(in.Failures), []string{fmt.Sprintf("%s: %d checks", in.Says, in.Checks)})
	}
	return s
}

func (r *Report) junitVectors() junitSuite {
	s := junitSuite{Name: r.called("vectors")}
	for _, v := range r.Vectors {
		var out []string
		if v.Unreviewed {
			out = append(out, "unreviewed")
		}
		s.add(cmp.Or(v.Title, v.Name), v.Name, messages(tomldoc.Unjoin(v.Err)), out)
	}
	if r.err != nil {
		s.add("vectors", r.File, messages(tomldoc.Unjoin(r.err)), nil)
	}
	return s
}

func messages(errs []error) []string {
	var all []string
	for _, err := range errs {
		all = append(all, err.Error())
	}
	return all
}

// printable leaves out what XML cannot hold.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}
