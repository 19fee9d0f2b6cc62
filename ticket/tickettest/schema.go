package tickettest

import _ "embed"

// The schema is made from the raw types and kept up to date by TestSchema.
//
//go:embed vector.schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of a vector, by which an editor
// completes and checks one while it is written. A file names it in its first
// line, by a path from its own folder or an address. It does not know which targets,
// roles and entries a policy has; [Check] does.
func Schema() []byte { return []byte(schema) }
