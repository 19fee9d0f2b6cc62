package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
)

// check is the command that a QA team runs over its own policy.
type check struct {
	PolicyDir string `arg:"" optional:"" name:"policydir" help:"Folder that holds the policy, sla.toml, and its situations, vectors/*.toml."`
	Format    string `enum:"text,sarif,junit" default:"text" help:"What to print: text, sarif (for forges and editors) or junit (for CI servers)."`
	Now       string `placeholder:"DATE" help:"Warn of calendars whose cover ends within six months of this date. Default: today."`
	Strict    bool   `help:"Also fail for warnings."`
	Notes     bool   `help:"Also print notes, which say what may be meant as it is."`
	Reviewed  bool   `help:"Also fail for vectors that are marked as unreviewed."`
	List      bool   `help:"List what lint can find, instead of checking a policy."`
	Explain   string `placeholder:"CODE" help:"Say what a code of lint means, with an example, instead of checking a policy."`
}

// Validate is called by the parser of the command line.
func (c *check) Validate() error {
	if c.PolicyDir == "" && !c.List && c.Explain == "" {
		return errors.New("name the folder that holds sla.toml")
	}
	return nil
}

// Run prints what was checked. The error is all that failed.
func (c *check) Run(out io.Writer, s style) error {
	switch {
	case c.List:
		listFindings(out, s)
		return nil
	case c.Explain != "":
		return explainFinding(out, s, c.Explain)
	}
	report, name, err := c.report()
	if err != nil {
		return err
	}
	switch c.Format {
	case "sarif":
		err = report.WriteSARIF(out)
	case "junit":
		err = report.WriteJUnit(out)
	default:
		if name != "" {
			fmt.Fprintln(out, s.bold(name))
			checker{s, out}.summary(report)
		}
		checker{s, out}.findings(report, c.Strict, c.Notes)
	}
	return errors.Join(err, report.Err())
}

// report checks the policy. The name is the policy's; a policy with mistakes has none.
func (c *check) report() (*slatest.Report, string, error) {
	now, err := c.now()
	if err != nil {
		return nil, "", err
	}
	policy, err := readPolicy(c.PolicyDir)
	var mistake *townclerk.FileError
	if errors.As(err, &mistake) {
		return slatest.Unread(mistake.File, err), "", nil
	}
	if err != nil {
		return nil, "", err
	}
	vectors, err := slatest.Vectors(os.DirFS(c.PolicyDir))
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", c.PolicyDir, err)
	}
	return slatest.Inspect(policy, vectors, slatest.Config{
		Folder:   filepath.ToSlash(filepath.Join(c.PolicyDir, "vectors")),
		Reviewed: c.Reviewed, Strict: c.Strict, Now: now,
	}), policy.Name(), nil
}

func (c *check) now() (time.Time, error) {
	if c.Now == "" {
		return time.Now(), nil
	}
	now, err := time.Parse(time.DateOnly, c.Now)
	if err != nil {
		return time.Time{}, fmt.Errorf("--now: %q is not a date; write it as 2026-06-07", c.Now)
	}
	return now, nil
}

// listFindings prints the code of each kind of finding, and what it is about.
func listFindings(out io.Writer, s style) {
	for _, kind := range sla.Findings() {
		fmt.Fprintf(out, "%s %s %s\n", s.bold(pad(kind.Code, 23)), pad(string(kind.Severity), 8), kind.About)
	}
}

// explainFinding prints what a code means, and a mistake that has it.
func explainFinding(out io.Writer, s style, code string) error {
	kinds := sla.Findings()
	i := slices.IndexFunc(kinds, func(k sla.FindingKind) bool { return k.Code == code })
	if i < 0 {
		return fmt.Errorf("--explain: no finding has the code %q; check --list names them all", code)
	}
	kind := kinds[i]
	fmt.Fprintf(out, "%s, %s: %s\n\n    %s\n", s.bold(kind.Code), kind.Severity, kind.About, kind.Sentence)
	for _, p := range kind.Example {
		if p.Old != "" {
			fmt.Fprintf(out, "\nfor example, instead of\n\n%s\n", indent(p.Old))
		} else {
			fmt.Fprintf(out, "\nfor example, besides all else\n\n%s\n", indent(p.New))
			continue
		}
		fmt.Fprintf(out, "\nthis\n\n%s\n", indent(p.New))
	}
	return nil
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.Trim(text, "\n"), "\n", "\n    ")
}

// checker prints a report for people.
type checker struct {
	style
	out io.Writer
}

func (p checker) summary(r *slatest.Report) {
	fmt.Fprintln(p.out)
	p.row("targets", r.Targets, fmt.Sprintf("under %d combinations of attribute values", r.Combinations), false)
	failed := 0
	for i := range r.Vectors {
		if r.Vectors[i].Err != nil {
			failed++
		}
	}
	what := "passed"
	switch {
	case failed > 0:
		what = fmt.Sprintf("of which %d", failed)
	case len(r.Vectors) == 0:
		what = "in the folder vectors"
	}
	p.row("vectors", len(r.Vectors), what, failed > 0)
	found := map[sla.Severity]int{}
	for _, f := range r.Findings {
		found[f.Severity]++
	}
	what = "errors"
	if n := found[sla.SeverityWarning]; n > 0 {
		what = fmt.Sprintf("errors, and %d warnings", n)
	}
	p.row("lint", found[sla.SeverityError], what, found[sla.SeverityError] > 0)
	fmt.Fprintln(p.out, "\ninvariants, by how often they were checked")
	for i := range r.Invariants {
		in := &r.Invariants[i]
		p.row("  "+in.Rule, in.Checks, in.Says, len(in.Failures) > 0)
	}
	omitted := r.Warnings()
	if len(omitted) > 0 {
		fmt.Fprintln(p.out)
	}
	for _, warning := range omitted {
		fmt.Fprintf(p.out, "note: %s\n", warning)
	}
}

// findings prints what lint found, but for what fails, which is the command's error.
func (p checker) findings(r *slatest.Report, strict, notes bool) {
	silent := 0
	var shown []string
	for _, f := range r.Findings {
		switch {
		case f.Severity == sla.SeverityNote && !notes:
			silent++
		case f.Severity == sla.SeverityNote, f.Severity == sla.SeverityWarning && !strict:
			shown = append(shown, f.String())
		}
	}
	if len(shown) > 0 {
		fmt.Fprintf(p.out, "\n%s\n", strings.Join(shown, "\n"))
	}
	switch silent {
	case 0:
	case 1:
		fmt.Fprintln(p.out, "\n1 note on the policy; --notes prints it")
	default:
		fmt.Fprintf(p.out, "\n%d notes on the policy; --notes prints them\n", silent)
	}
}

// row prints how much there was of something, what it is, and whether it failed.
func (p checker) row(name string, n int, what string, failed bool) {
	if failed {
		what += " " + p.paint("31", "FAILED") // red
	}
	fmt.Fprintf(p.out, "%s %7d  %s\n", pad(name, 13), n, what)
}
