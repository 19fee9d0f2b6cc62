package slatest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
)

// Config says how much is checked. The zero Config is good for most.
type Config struct {
	// From and To are the span of the starts from which the invariants are
	// checked. Default, for each target: a whole year that its calendars cover,
	// the middle one of 2020 to 2039 or the nearest to it with two clock changes.
	From, To time.Time
	// Combinations is how many combinations of attribute values are tried at the
	// most, not counting those that differ in priority. Default: 1000. A report
	// says if there are more.
	Combinations int
	// Folder stands before the names of vectors in messages, as the path at which
	// people find them. Default: "vectors" for Run, else nothing.
	Folder string
	// Reviewed makes vectors fail that are marked as unreviewed. Default: they are
	// listed.
	Reviewed bool
	// Now is when the policy is looked at, to warn of calendars whose cover ends
	// soon. Default: nothing is said of that.
	Now time.Time
	// Strict makes warnings of lint fail, as errors do. Default: they are listed.
	Strict bool
}

// filled returns the Config with its defaults.
func (c Config) filled() Config {
	if c.Combinations <= 0 {
		c.Combinations = 1000
	}
	return c
}

// Report is what was checked, and what came of it.
type Report struct {
	File         string        // the name that Parse was given
	Findings     []sla.Finding // of [sla.Policy.Lint], in the order of lines
	Targets      int           // of the policy
	Unreached    []string      // targets to which no combination leads, so that nothing was checked of them
	Combinations int           // of attribute values that were tried
	Possible     int           // combinations that there are; more than were tried if Config sets a limit
	Invariants   []Invariant
	Vectors      []Vector

	strict bool
	err    error             // with the vectors as a whole
	title  string            // of another suite
	kinds  []sla.FindingKind // that lint looks for
	also   []*Report
}

// NewReport returns the report of another suite, such as "desk", over a file beside
// the policy: what its lint found, of which kinds there are, and what came of its
// vectors. The error is with these as a whole.
func NewReport(title, file string, kinds []sla.FindingKind, found []sla.Finding, vectors []Vector, err error, cfg Config) *Report {
	return &Report{File: file, Findings: found, Vectors: vectors, strict: cfg.Strict, err: err, title: title, kinds: kinds}
}

// Also adds the report of another suite: what failed there fails here, and it is
// written along, after r's own.
func (r *Report) Also(other *Report) { r.also = append(r.also, other) }

// called puts the suite before a name, if it is another than this package's.
func (r *Report) called(name string) string {
	if r.title == "" {
		return name
	}
	return r.title + " " + name
}

// Invariant is a rule that holds of every policy, and how often it was checked.
type Invariant struct {
	Rule     string // such as monotone
	Says     string // in a sentence
	Checks   int
	Failures []error // the first of each target, and how many more there are

	failed int // while a target is checked: also those that are not kept
}

// Vector is a file with a situation, and what came of it.
type Vector struct {
	Name       string // the file's, below Config.Folder
	Title      string
	Source     []string
	Unreviewed bool
	Err        error // its mistakes or failures, joined; nil if it passes
}

// Check lints the policy, and checks the invariants and the vectors, all files *.toml of the folder and
// those in it; nil is none. The error joins all failures. Each starts with the
// name of the rule or of the file.
func Check(policy *sla.Policy, vectors fs.FS, cfg Config) error {
	return Inspect(policy, vectors, cfg).Err()
}

// Inspect is Check with a report, also of what passed.
func Inspect(policy *sla.Policy, vectors fs.FS, cfg Config) *Report {
	return inspect(policy, policy, vectors, cfg)
}

// engine is what is checked: the policy, or in this package's own tests one that
// is broken on purpose. It is called from several goroutines at once.
type engine interface {
	Assess(sla.Timeline, time.Time) (sla.Assessment, error)
	Explain(sla.Timeline, time.Time) (sla.Assessment, error)
}

func inspect(policy *sla.Policy, e engine, vectors fs.FS, cfg Config) *Report {
	cfg = cfg.filled()
	r := &Report{File: policy.File(), Findings: policy.Lint(cfg.Now), Targets: len(policy.Targets()), strict: cfg.Strict, kinds: sla.Findings()}
	// What holds of a policy does not hold across the instant at which a correction
	// of it became known: a start before may be due later than one after.
	s := survey{policy: policy.Corrected(), engine: e, cfg: cfg}
	if p, ok := e.(*sla.Policy); ok {
		s.engine = p.Corrected()
	}
	s.survey(r)
	r.Invariants = s.invariants()
	if vectors != nil {
		r.Vectors, r.err = checkVectors(policy, e, vectors, cfg)
	}
	return r
}

// Unread is the report of a policy that Parse refused: its mistakes, as findings
// of the kind invalid. The name is the file's.
func Unread(name string, err error) *Report {
	return &Report{File: name, Findings: sla.Mistakes(err), kinds: sla.Findings()}
}

// fails reports whether a finding is more than something to know.
func (r *Report) fails(f sla.Finding) bool {
	return f.Severity == sla.SeverityError || r.strict && f.Severity == sla.SeverityWarning
}

// Unreviewed returns the names of the vectors that are marked so.
func (r *Report) Unreviewed() []string {
	var names []string
	for i := range r.Vectors {
		if r.Vectors[i].Unreviewed {
			names = append(names, r.Vectors[i].Name)
		}
	}
	return names
}

// UnreviewedByFolder is Unreviewed for messages: more than ten names are shortened
// to those of their folders, such as vectors/recorded/… (212).
func (r *Report) UnreviewedByFolder() []string {
	names := r.Unreviewed()
	const long = 10
	counts := map[string]int{}
	for _, name := range names {
		counts[name] = 1
	}
	short := names
	for range 2 { // the folders, and if need be those around them
		if len(short) <= long {
			break
		}
		wider := map[string]int{}
		for _, name := range short {
			wider[path.Dir(name)] += counts[name]
		}
		counts, short = wider, slices.Sorted(maps.Keys(wider))
	}
	if len(names) > long {
		for i, folder := range short {
			short[i] = fmt.Sprintf("%s (%d)", path.Join(folder, "…"), counts[folder])
		}
	}
	return short
}

// Err returns nil if all passed, else all failures, joined: what lint found as an
// [sla.Finding] each.
func (r *Report) Err() error {
	var errs []error
	for _, f := range r.Findings {
		if r.fails(f) {
			errs = append(errs, f)
		}
	}
	for i := range r.Invariants {
		errs = append(errs, r.Invariants[i].Failures...)
	}
	for i := range r.Vectors {
		errs = append(errs, r.Vectors[i].Err)
	}
	errs = append(errs, r.err)
	for _, other := range r.also {
		errs = append(errs, tomldoc.Unjoin(other.Err())...)
	}
	return errors.Join(errs...)
}

// TB is the part of [testing.T] that Run needs; Self is *testing.T.
type TB[Self any] interface {
	Helper()
	Log(args ...any)
	Error(args ...any)
	Run(name string, f func(Self)) bool
}

// Run checks the policy that [sla.Open] reads from the folder, with a subtest for
// what lint finds, for each invariant, and for each vector in its folder vectors, if
// there is one. t is a *testing.T.
func Run[T TB[T]](t T, folder fs.FS, cfg Config) {
	t.Helper()
	policy, err := sla.Open(folder)
	if err != nil {
		t.Error(err)
		return
	}
	vectors, err := Vectors(folder)
	if err != nil {
		t.Error(err)
		return
	}
	if vectors == nil {
		t.Log("there is no folder vectors, so that only the invariants are checked")
	}
	cfg.Folder = cmp.Or(cfg.Folder, "vectors")
	Show(t, Inspect(policy, vectors, cfg))
}

// Show makes the subtests of Run from a report.
func Show[T TB[T]](t T, r *Report) {
	t.Helper()
	if r.err != nil {
		t.Error(r.err)
	}
	for _, warning := range r.Warnings() {
		t.Log(warning)
	}
	t.Run("lint", func(t T) {
		for _, f := range r.Findings {
			if r.fails(f) {
				t.Error(f)
			} else {
				t.Log(f)
			}
		}
	})
	if len(r.Invariants) > 0 {
		showInvariants(t, r)
	}
	t.Run("vectors", func(t T) {
		for i := range r.Vectors {
			v := &r.Vectors[i]
			name := strings.TrimPrefix(strings.TrimSuffix(v.Name, ".toml"), "vectors/")
			t.Run(name, func(t T) {
				if v.Unreviewed {
					t.Log("unreviewed")
				}
				if v.Err != nil {
					t.Error(v.Err)
				}
			})
		}
	})
}

func showInvariants[T TB[T]](t T, r *Report) {
	t.Helper()
	t.Run("invariants", func(t T) {
		for i := range r.Invariants {
			in := &r.Invariants[i]
			t.Run(in.Rule, func(t T) {
				t.Log(fmt.Sprintf("%s: %d checks", in.Says, in.Checks))
				for _, err := range in.Failures {
					t.Error(err)
				}
			})
		}
	})
}

// Warnings says what does not fail but should be known: what was left out, and
// what nobody has reviewed.
func (r *Report) Warnings() []string {
	var all []string
	if r.Combinations < r.Possible {
		all = append(all, fmt.Sprintf("only %d of %d combinations of attribute values were tried", r.Combinations, r.Possible))
	}
	if len(r.Unreached) > 0 {
		all = append(all, "no combination of attribute values that was tried leads to "+strings.Join(r.Unreached, ", "))
	}
	if names := r.UnreviewedByFolder(); len(names) > 0 {
		all = append(all, "nobody has reviewed "+strings.Join(names, ", "))
	}
	return all
}

// Vectors returns the folder vectors beside a policy's files, or nil if there is
// none.
func Vectors(folder fs.FS) (fs.FS, error) { return Folder(folder, "vectors") }

// Folder returns a folder of vectors by its name, or nil if there is none.
func Folder(folder fs.FS, name string) (fs.FS, error) {
	info, err := fs.Stat(folder, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s: this is a file; make it a folder of vectors", name)
	}
	return fs.Sub(folder, name)
}

func checkVectors(policy *sla.Policy, e engine, folder fs.FS, cfg Config) ([]Vector, error) {
	return CheckFiles(folder, "vectors", cfg, func(data []byte, name string) Vector { return checkVector(policy, e, data, name) })
}

// CheckFiles checks the files *.toml of a folder of vectors, whose name is taken where
// Config gives none, and of those in it. That a folder holds none is an error.
func CheckFiles(folder fs.FS, name string, cfg Config, check func(data []byte, name string) Vector) ([]Vector, error) {
	var all []Vector
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".toml" {
			return err
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		v := check(data, path.Join(cfg.Folder, name))
		if v.Unreviewed && cfg.Reviewed && v.Err == nil {
			v.Err = fmt.Errorf("%s: nobody has reviewed it; check what it expects, and take out unreviewed = true", v.Name)
		}
		all = append(all, v)
		return nil
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s: the folder holds no vectors; write one, or remove it", cmp.Or(cfg.Folder, name))
	}
	return all, err
}
