package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/townclerk/townclerk/sla/slatest"
)

// check is the command that a QA team runs over its own policy.
type check struct {
	PolicyDir string `arg:"" name:"policydir" help:"Folder that holds the policy, sla.toml, and its situations, vectors/*.toml."`
	Reviewed  bool   `help:"Also fail for vectors that are marked as unreviewed."`
	Record    bool   `help:"First write vectors of the policy's breakpoints into vectors/recorded, for a person to review. Files that somebody reviewed or changed stay as they are."`
}

// Run prints what was checked. The error is all that failed.
func (c *check) Run(out io.Writer, s style) error {
	policy, err := readPolicy(c.PolicyDir)
	if err != nil {
		return err
	}
	folder := os.DirFS(c.PolicyDir)
	vectors, err := slatest.Vectors(folder)
	if c.Record && err == nil {
		if err := record(out, policy, filepath.Join(c.PolicyDir, "vectors", "recorded")); err != nil {
			return err
		}
		vectors, err = slatest.Vectors(folder)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.PolicyDir, err)
	}
	report := slatest.Inspect(policy, vectors, slatest.Config{
		Folder:   filepath.ToSlash(filepath.Join(c.PolicyDir, "vectors")),
		Reviewed: c.Reviewed,
	})
	fmt.Fprintln(out, s.bold(policy.Name()))
	checker{s, out}.summary(report)
	return report.Err()
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
	fmt.Fprintln(p.out, "\ninvariants, by how often they were checked")
	for i := range r.Invariants {
		in := &r.Invariants[i]
		p.row("  "+in.Rule, in.Checks, in.Says, len(in.Failures) > 0)
	}
	warnings := r.Warnings()
	if len(warnings) > 0 {
		fmt.Fprintln(p.out)
	}
	for _, warning := range warnings {
		fmt.Fprintf(p.out, "note: %s\n", warning)
	}
}

// row prints how much there was of something, what it is, and whether it failed.
func (p checker) row(name string, n int, what string, failed bool) {
	if failed {
		what += " " + p.paint("31", "FAILED") // red
	}
	fmt.Fprintf(p.out, "%s %7d  %s\n", pad(name, 13), n, what)
}
