package project

import (
	"io/fs"

	"github.com/townclerk/townclerk/sla"
)

// PolicyFile is the name of the file that says how projects are run.
const PolicyFile = "project.toml"

// Open reads [PolicyFile] from a municipality's folder, to go with the promises that
// [sla.Open] reads there. Its mistakes are those of [Parse]; if there is no such
// file, the error wraps [fs.ErrNotExist].
func Open(folder fs.FS, promises *sla.Policy) (*Policy, error) {
	data, err := fs.ReadFile(folder, PolicyFile)
	if err != nil {
		return nil, err
	}
	return Parse(data, PolicyFile, promises)
}
