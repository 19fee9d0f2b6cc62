package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/townclerk/townclerk/sla/slatest"
)

// check is the command that a QA team runs over its own policy.
type check struct {
	PolicyDir string `arg:"" name:"policydir" help:"Folder that holds the policy, sla.toml, and its situations, vectors/*.toml."`
	Reviewed  bool   `help:"Also fail for vectors that are marked as unreviewed."`
	Lang      voice  `default:"en" placeholder:"TAG" help:"Language of the report: en, fa, he, pl or sr. What failed is in English."`
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
	p := checker{s, c.Lang, out}
	p.println(s.bold(p.Isolate(policy.Name())))
	p.summary(report)
	return report.Err()
}

// checker prints a report for people.
type checker struct {
	style
	voice
	out io.Writer
}

// println prints a line.
func (p checker) println(text string) { fmt.Fprintln(p.out, p.line(text)) }

func (p checker) summary(r *slatest.Report) {
	failed := 0
	for i := range r.Vectors {
		if r.Vectors[i].Err != nil {
			failed++
		}
	}
	what := p.say("passed")
	switch {
	case failed > 0:
		what = p.say("of which %s", strconv.Itoa(failed))
	case len(r.Vectors) == 0:
		what = p.say("in the folder vectors")
	}
	rows := []row{
		{p.say("targets"), r.Targets, p.say("under %s combinations of attribute values", strconv.Itoa(r.Combinations)), false},
		{p.say("vectors"), len(r.Vectors), what, failed > 0},
	}
	for i := range r.Invariants {
		in := &r.Invariants[i]
		rows = append(rows, row{"  " + p.Isolate(in.Rule), in.Checks, p.translate(in.Says), len(in.Failures) > 0})
	}
	wide := 0
	for _, row := range rows {
		wide = max(wide, width(row.name))
	}
	for i, row := range rows {
		if i == 0 || i == 2 {
			fmt.Fprintln(p.out)
		}
		if i == 2 {
			p.println(p.say("invariants, by how often they were checked"))
		}
		p.row(row, wide)
	}
	p.notes(r)
}

// notes prints what does not fail but should be known.
func (p checker) notes(r *slatest.Report) {
	var notes []string
	if r.Combinations < r.Possible {
		notes = append(notes, p.say("only %s of %s combinations of attribute values were tried", strconv.Itoa(r.Combinations), strconv.Itoa(r.Possible)))
	}
	if len(r.Unreached) > 0 {
		notes = append(notes, p.say("no combination of attribute values that was tried leads to %s", p.Isolate(strings.Join(r.Unreached, ", "))))
	}
	if names := r.Unreviewed(); len(names) > 0 {
		notes = append(notes, p.say("nobody has reviewed %s", p.Isolate(strings.Join(names, ", "))))
	}
	if len(notes) > 0 {
		fmt.Fprintln(p.out)
	}
	for _, note := range notes {
		p.println(p.say("note: %s", note))
	}
}

// row is how much there was of something, what it is, and whether it failed.
type row struct {
	name   string
	n      int
	what   string
	failed bool
}

func (p checker) row(r row, wide int) {
	if r.failed {
		r.what += " " + p.paint("31", p.say("FAILED")) // red
	}
	p.println(fmt.Sprintf("%s %7d  %s", pad(r.name, wide), r.n, r.what))
}
