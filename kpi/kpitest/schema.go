package kpitest

import _ "embed"

// The schema is made from the raw types and kept up to date by TestSchema.
//
//go:embed vector.schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of a vector, by which an editor completes
// and checks one while it is written. It sees one key at a time; [Check] is the judge.
func Schema() []byte { return []byte(schema) }
