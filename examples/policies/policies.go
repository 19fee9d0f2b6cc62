// Package policies holds what municipalities promise, a folder for each; so far
// Ra'anana's.
package policies

import "embed"

// Files is the folders, as in raanana/sla.toml.
//
//go:embed */*.toml
var Files embed.FS
