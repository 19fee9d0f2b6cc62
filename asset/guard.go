package asset

import (
	"slices"
	"strings"

	"github.com/townclerk/townclerk/internal/workflow"
)

// permitted is asked before every action.
var permitted = &rule{Says: "the role of who acts is one that may do this", About: workflow.Person, Holds: func(d *decision) bool {
	return d.p.may(d.c.Role, d.c.Do)
}}

// Rules of how it stands.
var (
	serves = &rule{Says: "it is in service", About: workflow.Thing, Holds: func(d *decision) bool { return !d.now.Down }}
	fails  = &rule{Says: "it is out of service", About: workflow.Thing, Holds: func(d *decision) bool { return d.now.Down }}
	// RA-39
	owing = &rule{Says: "a report is owed", About: workflow.Thing, Holds: func(d *decision) bool {
		return slices.ContainsFunc(*d.history, func(e Entry) bool { return e.owes() })
	}}
	empty = &rule{Says: "nothing is left of it", About: workflow.Thing, Holds: func(d *decision) bool { return d.s.Quantity == 0 }}
)

// Rules of what a command says.
var (
	named = says("its kind and its name are given", func(c *Command) bool {
		return (c.Set[keyKind] != "" || c.Preset != "") && (c.Set[keyName] != "" || c.Preset != "")
	})
	reasoned = says("a reason is given", func(c *Command) bool { return strings.TrimSpace(c.Reason) != "" })
	// KA-14, KA-17
	documented = says("the document about it is named, as its reference", func(c *Command) bool { return strings.TrimSpace(c.Reference) != "" })
	// KA-17
	told    = says("it says in words what was done", func(c *Command) bool { return strings.TrimSpace(c.Text) != "" })
	setting = says("it says what is so from now on", func(c *Command) bool { return len(c.Set) > 0 })
	// SG-10, SG-11
	installing = setting
	handed     = says("it says who has it from now on, as its holder", func(c *Command) bool { return c.Set[keyHolder] != "" })
	moved      = says("it says where it is from now on: its unit, its location or both", func(c *Command) bool { return c.Set[keyUnit] != "" || c.Set[keyLocation] != "" })
	// SG-23
	placed = &rule{Says: "its unit or its location is known", About: workflow.Command, Holds: func(d *decision) bool {
		return d.now.Unit != "" || d.now.Location != "" || d.c.Set[keyUnit] != "" || d.c.Set[keyLocation] != ""
	}}
	// SG-23, SG-24
	checked = &rule{Says: "all lines of its checklists are done", About: workflow.Command, Holds: func(d *decision) bool {
		return len(d.unchecked()) == 0
	}}
	signed = &rule{Says: "its protocols are signed by the roles that the policy names", About: workflow.Command, Holds: func(d *decision) bool {
		return len(d.unsigned()) == 0
	}}

	licensed = says("the licence has a name or a product", func(c *Command) bool { return c.Name != "" || c.Product != "" })
	stocked  = says("it is known of which part the stock is", func(c *Command) bool { return c.Part != "" })
	counted  = says("a quantity above zero is given", func(c *Command) bool { return c.Quantity > 0 })
	// SG-31, KA-09
	purposeful = says("it says what for: an asset, a ticket or a reason", func(c *Command) bool {
		return c.Asset != "" || c.Ticket != "" || strings.TrimSpace(c.Reason) != ""
	})
)

// says is a rule that looks only at the command.
func says(what string, holds func(*Command) bool) *rule {
	return &rule{Says: what, About: workflow.Command, Holds: func(d *decision) bool { return holds(d.c) }}
}

// as tells apart in which state something is registered.
func as(s State) *rule {
	return &rule{Says: "it is registered as " + string(s), About: workflow.Command, Holds: func(d *decision) bool { return d.c.State == s }}
}
