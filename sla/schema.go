package sla

import _ "embed"

// The schema is made from the raw types and kept up to date by TestSchema.
//
//go:embed sla.schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of sla.toml. With it an editor
// completes and checks a policy while it is written; the file names it in its
// first line, by a path from its own folder or an address:
//
//	#:schema ../sla.schema.json
//
// [Parse] is the judge. The schema sees one key at a time, so not that a calendar
// does not exist; and of what Parse reads in several ways, such as days of the
// week, it allows the common ones.
func Schema() []byte { return []byte(schema) }
