package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/asset/assettest"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/kpi/kpitest"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/project/projecttest"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
	"github.com/townclerk/townclerk/ticket"
	"github.com/townclerk/townclerk/ticket/tickettest"
	"github.com/townclerk/townclerk/vendors"
	"github.com/townclerk/townclerk/vendors/vendorstest"
)

// check is the command that a QA team runs over its municipality's folder.
type check struct {
	PolicyDir string `arg:"" optional:"" name:"policydir" help:"Folder that holds the policy, sla.toml, and its situations, vectors/*.toml. Checked as well, where they are there: ticket.toml with desk/*.toml, asset.toml with inventory/*.toml, vendors.toml with office/*.toml, project.toml with projects/*.toml and kpi.toml with quality/*.toml."`
	Format    string `enum:"text,sarif,junit" default:"text" help:"What to print: text, sarif (for forges and editors) or junit (for CI servers)."`
	Now       string `placeholder:"DATE" help:"Warn of calendars whose cover ends within six months of this date. Default: today."`
	Strict    bool   `help:"Also fail for warnings."`
	Notes     bool   `help:"Also print notes, which say what may be meant as it is."`
	Reviewed  bool   `help:"Also fail for vectors that are marked as unreviewed."`
	Lang      voice  `default:"en" placeholder:"TAG" help:"Language of the report: en, fa, he, pl or sr. How a vector or an invariant failed is in English, as are sarif and junit."`
	Record    bool   `help:"First write vectors of the policy's breakpoints into vectors/recorded, for a person to review. Files that somebody reviewed or changed stay as they are."`
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
	p := checker{s, c.Lang, out}
	if c.Format == "sarif" {
		c.PolicyDir = fromHere(c.PolicyDir)
	}
	policy, report, err := c.report(p)
	if err != nil {
		return err
	}
	also, err := c.domains(policy)
	if err != nil {
		return err
	}
	for i := range also {
		report.Also(also[i].report)
	}
	switch c.Format {
	case "sarif":
		err = report.WriteSARIF(out)
	case "junit":
		err = report.WriteJUnit(out)
	default:
		found := report.Findings
		if policy != nil {
			p.println(s.bold(p.Isolate(policy.Name())))
			p.summary(report, also)
		}
		for i := range also {
			found = append(found, also[i].report.Findings...)
		}
		p.findings(found, c.Strict, c.Notes)
		return p.failures(report.Err())
	}
	return errors.Join(err, report.Err())
}

// fromHere returns an absolute path in the working folder as a relative one, which
// is how a forge finds a file whatever machine the check ran on.
func fromHere(path string) string {
	here, err := os.Getwd()
	if err != nil || !filepath.IsAbs(path) {
		return path
	}
	if short, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(short) {
		return short
	}
	return path
}

// report checks the promises. A policy with mistakes is nil.
func (c *check) report(p checker) (*sla.Policy, *slatest.Report, error) {
	now, err := c.now()
	if err != nil {
		return nil, nil, err
	}
	policy, err := readPolicy(c.PolicyDir)
	var mistake *townclerk.FileError
	if errors.As(err, &mistake) {
		return nil, slatest.Unread(mistake.File, err), nil
	}
	if err != nil {
		return nil, nil, err
	}
	folder := os.DirFS(c.PolicyDir)
	vectors, err := slatest.Vectors(folder)
	if c.Record && err == nil {
		if c.Format != "text" {
			p.out = io.Discard // what is printed is for a program
		}
		if err := p.record(policy, filepath.Join(c.PolicyDir, "vectors", "recorded")); err != nil {
			return nil, nil, err
		}
		vectors, err = slatest.Vectors(folder)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", c.PolicyDir, err)
	}
	return policy, slatest.Inspect(policy, vectors, slatest.Config{
		Folder:   filepath.ToSlash(filepath.Join(c.PolicyDir, "vectors")),
		Reviewed: c.Reviewed, Strict: c.Strict, Now: now,
	}), nil
}

// domain is one of the files beside sla.toml, and the suite over it.
type domain struct {
	file, folder  string // and that of its vectors
	kinds         func() []sla.FindingKind
	inspect       inspect
	unread        func(name string, err error) *slatest.Report
	vectors, lint func(voice) string // what the summary calls them
}

// inspect parses a file of that name and checks it. The error is that of Parse.
type inspect func(data []byte, name string, promises *sla.Policy, vectors fs.FS, cfg suiteConfig) (*slatest.Report, error)

// suiteConfig is the Config that all suites of domains have.
type suiteConfig = struct {
	Folder string
	Strict bool
}

// suite connects a domain's Parse and its suite's Inspect.
func suite[P any, C ~suiteConfig](parse func([]byte, string, *sla.Policy) (P, error), check func(P, fs.FS, C) *slatest.Report) inspect {
	return func(data []byte, name string, promises *sla.Policy, vectors fs.FS, cfg suiteConfig) (*slatest.Report, error) {
		policy, err := parse(data, name, promises)
		if err != nil {
			return nil, err
		}
		return check(policy, vectors, C(cfg)), nil
	}
}

// domains is all that a folder may have beside its promises, in the order of the summary.
var domains = []domain{
	{
		ticket.PolicyFile, tickettest.Folder, ticket.Findings, suite(ticket.Parse, tickettest.Inspect), tickettest.Unread,
		func(v voice) string { return v.say("vectors of the desk") }, func(v voice) string { return v.say("lint of the desk") },
	},
	{
		asset.PolicyFile, assettest.Folder, asset.Findings, suite(asset.Parse, assettest.Inspect), assettest.Unread,
		func(v voice) string { return v.say("vectors of the inventory") }, func(v voice) string { return v.say("lint of the inventory") },
	},
	{
		vendors.PolicyFile, vendorstest.Folder, vendors.Findings, suite(vendors.Parse, vendorstest.Inspect), vendorstest.Unread,
		func(v voice) string { return v.say("vectors of vendors") }, func(v voice) string { return v.say("lint of vendors") },
	},
	{
		project.PolicyFile, projecttest.Folder, project.Findings, suite(project.Parse, projecttest.Inspect), projecttest.Unread,
		func(v voice) string { return v.say("vectors of projects") }, func(v voice) string { return v.say("lint of projects") },
	},
	{
		kpi.PolicyFile, kpitest.Folder, kpi.Findings, suite(kpi.Parse, kpitest.Inspect), kpitest.Unread,
		func(v voice) string { return v.say("vectors of quality") }, func(v voice) string { return v.say("lint of quality") },
	},
}

// suiteReport is a domain that the folder has, and what came of it.
type suiteReport struct {
	*domain
	report *slatest.Report
	read   bool // Parse accepted it, so that its vectors were run
}

// domains checks the files that the folder has beside the promises, whose mistakes come
// first. Vectors without the file that they are about are a mistake.
func (c *check) domains(promises *sla.Policy) ([]suiteReport, error) {
	if promises == nil {
		return nil, nil
	}
	var all []suiteReport
	for i := range domains {
		d := &domains[i]
		r, err := c.domain(d, promises)
		if err != nil {
			return nil, err
		}
		if r.report != nil {
			all = append(all, r)
		}
	}
	return all, nil
}

// domain checks one file; without it there is no report.
func (c *check) domain(d *domain, promises *sla.Policy) (suiteReport, error) {
	name := filepath.Join(c.PolicyDir, d.file)
	vectors, err := slatest.Folder(os.DirFS(c.PolicyDir), d.folder)
	if err != nil {
		return suiteReport{}, fmt.Errorf("%s: %w", c.PolicyDir, err)
	}
	data, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && vectors != nil:
		return suiteReport{}, fmt.Errorf("%s: %s: there is no %s that these vectors could be about; write one, or remove the folder", c.PolicyDir, d.folder, d.file)
	case errors.Is(err, fs.ErrNotExist):
		return suiteReport{}, nil
	case err != nil:
		return suiteReport{}, unread(name, err)
	}
	report, err := d.inspect(data, name, promises, vectors, suiteConfig{
		Folder: filepath.ToSlash(filepath.Join(c.PolicyDir, d.folder)), Strict: c.Strict,
	})
	if err != nil {
		return suiteReport{d, d.unread(name, err), false}, nil
	}
	return suiteReport{d, report, true}, nil
}

// findingKinds returns what lint can find, in sla.toml and in the files of the domains.
// What Parse refuses, invalid, is in all.
func findingKinds() []sla.FindingKind {
	all := sla.Findings()
	for i := range domains {
		for _, kind := range domains[i].kinds() {
			if !slices.ContainsFunc(all, func(k sla.FindingKind) bool { return k.Code == kind.Code }) {
				all = append(all, kind)
			}
		}
	}
	return all
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
	kinds, wide := findingKinds(), 0
	for _, kind := range kinds {
		wide = max(wide, width(kind.Code))
	}
	for _, kind := range kinds {
		fmt.Fprintf(out, "%s %s %s\n", s.bold(pad(kind.Code, wide)), pad(string(kind.Severity), 8), kind.About)
	}
}

// explainFinding prints what a code means, and a mistake that has it.
func explainFinding(out io.Writer, s style, code string) error {
	kinds := findingKinds()
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
		if p.New == "" {
			fmt.Fprintln(out, "\nnothing")
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
	voice
	out io.Writer
}

// println prints a line.
func (p checker) println(text string) { fmt.Fprintln(p.out, p.line(text)) }

func (p checker) summary(r *slatest.Report, also []suiteReport) {
	rows := []row{
		{p.say("targets"), r.Targets, p.say("under %s combinations of attribute values", strconv.Itoa(r.Combinations)), false},
		p.vectors(p.say("vectors"), "vectors", r),
		p.lint(p.say("lint"), r),
	}
	for _, c := range also {
		if c.read {
			rows = append(rows, p.vectors(c.vectors(p.voice), c.folder, c.report))
		}
		rows = append(rows, p.lint(c.lint(p.voice), c.report))
	}
	first := len(rows) // of the invariants
	for i := range r.Invariants {
		in := &r.Invariants[i]
		rows = append(rows, row{"  " + p.Isolate(in.Rule), in.Checks, p.translate(in.Says), len(in.Failures) > 0})
	}
	wide := 0
	for _, row := range rows {
		wide = max(wide, width(row.name))
	}
	for i, row := range rows {
		if i == 0 || i == first {
			fmt.Fprintln(p.out)
		}
		if i == first {
			p.println(p.say("invariants, by how often they were checked"))
		}
		p.row(row, wide)
	}
	p.notes(r)
}

// vectors counts the vectors, and those that failed.
func (p checker) vectors(name, folder string, r *slatest.Report) row {
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
		what = p.say("in the folder %s", p.Isolate(folder))
	}
	return row{name, len(r.Vectors), what, failed > 0}
}

// lint counts what lint found.
func (p checker) lint(name string, r *slatest.Report) row {
	found := map[sla.Severity]int{}
	for _, f := range r.Findings {
		found[f.Severity]++
	}
	what := p.say("errors")
	if n := found[sla.SeverityWarning]; n > 0 {
		what = p.say("errors; warnings: %s", strconv.Itoa(n))
	}
	return row{name, found[sla.SeverityError], what, found[sla.SeverityError] > 0}
}

// findings prints what lint found, but for what fails, which is the command's error.
func (p checker) findings(found []sla.Finding, strict, notes bool) {
	silent := map[string]int{}
	var shown []string
	for _, f := range found {
		switch {
		case f.Severity == sla.SeverityNote && !notes:
			silent[f.Code]++
		case f.Severity == sla.SeverityNote, f.Severity == sla.SeverityWarning && !strict:
			shown = append(shown, p.finding(f))
		}
	}
	if len(shown) > 0 {
		fmt.Fprintln(p.out)
	}
	for _, line := range shown {
		p.println(line)
	}
	if len(silent) > 0 {
		fmt.Fprintln(p.out)
		p.println(p.say("notes that --notes prints: %s", p.Isolate(byCode(silent))))
	}
}

// failures returns the error with its findings in the language of the report.
func (p checker) failures(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var errs []error
	for _, err := range joined.Unwrap() {
		var f sla.Finding
		if errors.As(err, &f) {
			err = errors.New(p.line(p.finding(f)))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// byCode writes how often each code was found, as in "gap 12, no-grace".
func byCode(found map[string]int) string {
	var all []string
	for _, code := range slices.Sorted(maps.Keys(found)) {
		if n := found[code]; n > 1 {
			code += " " + strconv.Itoa(n)
		}
		all = append(all, code)
	}
	return strings.Join(all, ", ")
}

// finding is Finding.Error in the language of the report.
func (p checker) finding(f sla.Finding) string {
	place := f.File
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	var parts []string
	for _, part := range []string{p.Isolate(place), p.Severity(f.Severity), p.Isolate(f.Path), p.Finding(f)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ") + " [" + p.Isolate(f.Code) + "]"
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
	if names := r.UnreviewedByFolder(); len(names) > 0 {
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
