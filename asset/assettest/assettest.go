// Package assettest checks how a municipality keeps its inventory: against the
// situations that its QA team wrote down, as package slatest does for its promises.
//
// A test over a folder that holds sla.toml, asset.toml and inventory/*.toml is this:
//
//	func TestInventory(t *testing.T) {
//		assettest.Run(t, os.DirFS("policies/raanana"), assettest.Config{})
//	}
//
// [Run] makes a subtest of lint and of each vector. [Check] does the same without
// package testing and returns all failures joined; [Inspect] returns a report, which
// can be added to that of the promises. Nothing here reads the clock. What
// [asset.Policy.Lint] finds comes first: errors fail, warnings and notes are listed.
// [Config.Strict] makes warnings fail as well.
//
// # Vectors
//
// A vector is one situation and what has to come of it, in a TOML file of its own,
// named for what it shows. It runs in an inventory of its own, which has nothing yet.
//
//	title = "what was moved on a Thursday is reported by Friday, though nobody is there"
//	source = ["RA-39", "A-15"]         # the requirements or clauses it proves; optional
//	note = "V12"                       # for people; optional
//
//	[[steps]]                          # what is done, one after the other
//	do = "register"
//	at = 2026-06-07T09:00:00           # local to the zone of the promises, or with an offset
//	by = "u-2"                         # who does it
//	role = "ops-manager"               # in which role
//	set = { kind = "printer", name = "Printer", unit = "library" }
//	is = "commissioned"                # and what has come of it
//
//	[[steps]]
//	do = "place"
//	at = 2026-06-11T15:00:00
//	role = "technician"
//	set = { unit = "school" }
//	owing = 1
//	due = { 2 = 2026-06-12T15:00:00 }  # by when an entry of the history is to be reported
//
// A step does one of [asset.Actions] on an asset, with what it takes of preset, state
// (as_state), set, reason, text, reference, ticket, vendor, checked, signed, repair,
// notice, entries, corrects and void; or it is a sweep, when what has fallen due by then
// is recorded; or a look, when nothing is done. recorded says when a step is written
// down, if that is later than at. A vector with several assets names them, as in
// asset = "second".
//
// What is expected stands in the step as well, and holds as soon as it is done:
//
//	refused = "a reason is given"      # the step is refused; the error says this
//	missing = ["set.unit"]             # and these fields, and no others, are wrong
//	is = "in repair"                   # the state
//	has = { unit = "school", model = "" }   # facts, by their keys; "" stands for none
//	as_of = 2026-06-10T12:00:00        # is and has are of that instant, by what is known now
//	owing = 1                          # of how many changes a report is owed
//	due = { 2 = 2026-06-12T15:00:00 }
//	report = { 2 = "met late" }        # how the promise to report an entry stands
//	overdue = [2]                      # the entries that are recorded as overdue so far
//	allowed = ["report"]               # all that by and role may do now
//	forbidden = ["dispose"]            # none of these
//
// An unknown key, role, action or state is a mistake. Mistakes come back as a policy's
// do, each a [townclerk.FileError] with its line, and so do failures. After a step that
// was refused or done against what is expected, the rest of its file is not run.
// [Schema] is the JSON Schema of the format.
package assettest

import (
	"cmp"
	_ "embed"
	"io/fs"

	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
)

// The schema is made from the raw types and kept up to date by TestSchema.
//
//go:embed vector.schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of vectors.
func Schema() []byte { return []byte(schema) }

// Folder is where the vectors stand beside a policy's files.
const Folder = "inventory"

// suite is what reports call this one.
const suite = "inventory"

// Config says how an inventory is checked. The zero Config is good for most.
type Config struct {
	// Folder stands before the names of vectors in messages, as the path at which
	// people find them. Default: "inventory" for Run, else nothing.
	Folder string
	// Strict makes warnings of lint fail, as errors do. Default: they are listed.
	Strict bool
}

// Check lints the policy, and checks the vectors, all files *.toml of the folder and
// those in it; nil is none. The error joins all failures.
func Check(policy *asset.Policy, vectors fs.FS, cfg Config) error {
	return Inspect(policy, vectors, cfg).Err()
}

// Inspect is Check with a report, also of what passed. [slatest.Report.Also] adds it
// to that of the promises.
func Inspect(policy *asset.Policy, vectors fs.FS, cfg Config) *slatest.Report {
	shared := slatest.Config{Folder: cfg.Folder, Strict: cfg.Strict}
	var all []slatest.Vector
	var err error
	if vectors != nil {
		all, err = slatest.CheckFiles(vectors, Folder, shared, func(data []byte, name string) slatest.Vector {
			return checkVector(policy, data, name)
		})
	}
	return slatest.NewReport(suite, policy.File(), asset.Findings(), policy.Lint(), all, err, shared)
}

// Unread is the report of an asset.toml that [asset.Parse] refused: its mistakes, as
// findings of the kind invalid. The name is the file's.
func Unread(name string, err error) *slatest.Report {
	return slatest.NewReport(suite, name, asset.Findings(), sla.Mistakes(err), nil, nil, slatest.Config{})
}

// Vectors returns the folder inventory beside a policy's files, or nil if there is none.
func Vectors(folder fs.FS) (fs.FS, error) { return slatest.Folder(folder, Folder) }

// Run checks the policy that [asset.Open] reads from the folder, with a subtest for
// what lint finds and for each vector in its folder inventory, if there is one. t is a
// *testing.T.
func Run[T slatest.TB[T]](t T, folder fs.FS, cfg Config) {
	t.Helper()
	promises, err := sla.Open(folder)
	if err != nil {
		t.Error(err)
		return
	}
	policy, err := asset.Open(folder, promises)
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
