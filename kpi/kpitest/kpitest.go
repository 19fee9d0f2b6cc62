package kpitest

import (
	"cmp"
	"io/fs"

	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
)

// Folder is where the vectors stand beside a policy's files.
const Folder = "quality"

// suite is what reports call this one.
const suite = "quality"

// Config says how a policy is checked. The zero Config is good for most.
type Config struct {
	// Folder stands before the names of vectors in messages, as the path at which people
	// find them. Default: "quality" for Run, else nothing.
	Folder string
	// Strict makes warnings of lint fail, as errors do. Default: they are listed.
	Strict bool
}

// Check lints the policy, and checks the vectors, all files *.toml of the folder and those
// in it; nil is none. The error joins all failures.
func Check(policy *kpi.Policy, vectors fs.FS, cfg Config) error {
	return Inspect(policy, vectors, cfg).Err()
}

// Inspect is Check with a report, also of what passed. [slatest.Report.Also] adds it to
// that of the promises.
func Inspect(policy *kpi.Policy, vectors fs.FS, cfg Config) *slatest.Report {
	shared := slatest.Config{Folder: cfg.Folder, Strict: cfg.Strict}
	var all []slatest.Vector
	var err error
	if vectors != nil {
		all, err = slatest.CheckFiles(vectors, Folder, shared, func(data []byte, name string) slatest.Vector {
			return checkVector(policy, data, name)
		})
	}
	return slatest.NewReport(suite, policy.File(), kpi.Findings(), policy.Lint(), all, err, shared)
}

// Unread is the report of a kpi.toml that [kpi.Parse] refused: its mistakes, as
// findings of the kind invalid. The name is the file's.
func Unread(name string, err error) *slatest.Report {
	return slatest.NewReport(suite, name, kpi.Findings(), sla.Mistakes(err), nil, nil, slatest.Config{})
}

// Vectors returns the folder quality beside a policy's files, or nil if there is none.
func Vectors(folder fs.FS) (fs.FS, error) { return slatest.Folder(folder, Folder) }

// Run checks the policy that [kpi.Open] reads from the folder, with a subtest for what lint finds and for
// each vector in its folder quality, if there is one. t is a *testing.T.
func Run[T slatest.TB[T]](t T, folder fs.FS, cfg Config) {
	t.Helper()
	promises, err := sla.Open(folder)
	if err != nil {
		t.Error(err)
		return
	}
	policy, err := kpi.Open(folder, promises)
	if err != nil {
		t.Error(err)
		return
	}
	vectors, err := Vectors(folder)
	if err != nil {
		t.Error(err)
		return
	}
	cfg.Folder = cmp.Or(cfg.Folder, Folder)
	slatest.Show(t, Inspect(policy, vectors, cfg))
}
