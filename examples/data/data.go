// Package data holds made-up records for the demo and the tests.
package data

import _ "embed"

// RaananaDay is tickets of a day in Ra'anana, as timelines that the policy in
// examples/policies/raanana can read.
//
//go:embed raanana-day.toml
var RaananaDay []byte
