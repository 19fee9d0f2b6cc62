package kpi

import _ "embed"

// The schema is made from the raw types and kept up to date by TestSchema.
//
//go:embed kpi.schema.json
var schemaText string

// Schema returns the JSON Schema (draft 2020-12) of kpi.toml. With it an editor
// completes and checks the file while it is written; see
// [github.com/townclerk/townclerk/sla.Schema]. [Parse] is the judge: the schema sees one
// key at a time.
func Schema() []byte { return []byte(schemaText) }
