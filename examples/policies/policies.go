// Package policies holds what five offices promise, a folder for each: the IT
// division of Ra'anana, a council's procedure for its telephony vendors, an Iranian
// office of information technology, the IT department of Stari Grad, and the process
// card of Kalisz. A sixth, short-days, is made up: it has what those documents lack. Each has vectors,
// situations whose due times were worked out by hand from the document. What else a
// document is about has a file and a folder of situations, too: the desk (ticket.toml,
// desk), the inventory (asset.toml, inventory), the work with vendors (vendors.toml,
// office), projects (project.toml, projects), and what is measured and done again and
// again (kpi.toml, quality).
package policies

import "embed"

// Files is the folders, as in raanana/sla.toml, raanana/ticket.toml and
// raanana/vectors/passover.toml.
//
//go:embed */*.toml */vectors/*.toml */desk/*.toml */inventory/*.toml */office/*.toml */projects/*.toml */quality/*.toml
var Files embed.FS
