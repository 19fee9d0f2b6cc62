package projecttest

import (
	"cmp"
	"io/fs"

	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
)

// Folder is where the vectors stand beside a policy's files.
const Folder = "projects"

// PolicyFile is the file beside sla.toml that says how projects are run.
const PolicyFile = "project.toml"

// Config says how a policy is checked. The zero Config is good for most.
type Config struct {
	// Folder stands before the names of vectors in messages, as the path at which people
	// find them. Default: "projects" for Run, else nothing.
	Folder string
	// Strict makes warnings of lint fail, as errors do. Default: they are listed.
	Strict bool
}

// Check lints the policy, and checks the vectors, all files *.toml of the folder and those
// in it; nil is none. The error joins all failures.
func Check(policy *project.Policy, vectors fs.FS, cfg Config) error {
	return Inspect(policy, vectors, cfg).Err()
}

// Inspect is Check with a report, also of what passed. [slatest.Report.Also] adds it to
// that of the promises.
func Inspect(policy *project.Policy, vectors fs.FS, cfg Config) *slatest.Report {
	shared := slatest.Config{Folder: cfg.Folder, Strict: cfg.Strict}
	var all []slatest.Vector
	var err error
	if vectors != nil {
		all, err = slatest.CheckFiles(vectors, Folder, shared, func(data []byte, name string) slatest.Vector {
			return checkVector(policy, data, name)
		})
	}
	return slatest.NewReport("projects", policy.File(), project.Findings(), policy.Lint(), all, err, shared)
}

// Run checks the policy that the folder's sla.toml and project.toml are, with a subtest
// for what lint finds and for each vector in its folder projects, if there is one. t is a
// *testing.T.
func Run[T slatest.TB[T]](t T, folder fs.FS, cfg Config) {
	t.Helper()
	promises, err := sla.Open(folder)
	if err != nil {
		t.Error(err)
		return
	}
	data, err := fs.ReadFile(folder, PolicyFile)
	if err != nil {
		t.Error(err)
		return
	}
	policy, err := project.Parse(data, PolicyFile, promises)
	if err != nil {
		t.Error(err)
		return
	}
	vectors, err := slatest.Folder(folder, Folder)
	if err != nil {
		t.Error(err)
		return
	}
	cfg.Folder = cmp.Or(cfg.Folder, Folder)
	slatest.Show(t, Inspect(policy, vectors, cfg))
}
