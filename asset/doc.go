// Package asset keeps the inventory of an IT department: what it has, where and with
// whom that is, what was done to it, which reports about that are owed, and which
// software may be used how often.
//
// An [Asset] is a thing of the inventory with its whole history. A [Policy] says how
// the inventory is kept; [Parse] reads it from asset.toml, to go with the promises of
// sla.toml. An [Inventory] does what people do, and stores it:
//
//	inventory := asset.NewInventory(store, policy, asset.Config{})
//	a, err := inventory.Add(ctx, "raanana", asset.Command{
//		Do: asset.Register, By: "u-3", Role: "technician",
//		Set: map[string]string{"kind": "printer", "name": "Printer at the entrance", "unit": "library"},
//	})
//	a, err = inventory.Do(ctx, "raanana", a.ID, asset.Command{Do: asset.Place, By: "u-3", Role: "technician", Set: map[string]string{"unit": "archive"}})
//
// Beneath it are functions that read no clock and no disk: [Policy.Add] and
// [Policy.Do] say what becomes of an asset, [Policy.Settle] what is owed by then.
// [Inventory.Sweep], called every few minutes, records what is owed by the passing of
// time. A [Licence] and a [Stock] have the same beside them.
//
// # Workflow
//
// What may happen is one table, which [Workflow] returns; its Diagram draws it:
// proposed, ordered, received, tested, commissioned, from there into repair or on the
// way to another place and back, then decommissioned and disposed. What it does not
// list is refused. [Policy.Allowed] says what somebody may do now, and a
// [townclerk.TransitionError] what may be done instead. [LicenceWorkflow] and
// [StockWorkflow] are the other two.
//
// # Facts and history
//
// What is known of an asset is its [Facts], which commands set by their keys: kind,
// name, tag, serial, model, unit, location, holder, critical, down, product, release,
// purchase.at, purchase.document, purchase.supplier, purchase.price,
// purchase.warranty, and those that begin with "software/", "contract/" and "field/".
// Each action sets some, so that moving an asset is always a move; Amend sets what no
// other action does.
//
// Nothing that was recorded changes. What was recorded wrongly is corrected by an
// entry that says so, and what happened before something that is recorded already
// takes its place in the order of time. [Asset.AsOf] returns the facts at any instant,
// as far as they were known by any other: the second keeps last year's report as it
// was. Two things at one instant stand in the order in which they were recorded.
//
// # Reports
//
// The policy says which actions are changes that have to be reported, such as "relocate".
// Each has a timeline of its own, which begins with the kind changed, at the instant of
// our own change, or with notified, when notice of others' change came; reported
// meets it. It goes overdue by itself. [Policy.Changes] lists what is to be
// reported as data, which can be written as CSV or in the languages of package sla.
//
// A term of a licence that ends has appointed on its timeline, the date by which one
// has to decide about its renewal, and then renewal-decided.
//
// Attributes of a timeline are change, kind, unit and critical, and those that
// [report] adds. That of a licence has the kind "licence".
//
// # Events
//
// Each action is one event of the kind "asset.…", whose Data holds [Data] in JSON:
// the states, the entry of the history with the facts that it set, and what was added
// to timelines. [ReadTimelines] makes timelines of the events again. Those of licences
// are "asset.licence-…", those of stocks "asset.stock-…". Beside actions, there are
// asset.escalated and asset.overdue, which hold what is owed, asset.unassessed, which
// says why the promises cannot be assessed, and asset.assessed: they can again;
// asset.licence-expired, asset.licence-overused and asset.stock-low.
//
// # Time
//
// All instants are in UTC and whole microseconds. A date that a person writes, such as
// that of a purchase, is its first instant in the zone of the promises. What has a
// term, such as a licence, lasts until before its end.
//
// # asset.toml
//
// [Schema] is its JSON Schema. All titles are written for each of the locales:
// title = { en = "…", he = "…" }; a source says from which requirement or clause
// something comes. In the order in which the tables mostly stand:
//
//	format = 1
//	name = "Ra'anana, IT division: the inventory"
//	locales = ["en", "he"]           # the first is that of the names which presets give
//
//	[report]                         # of changes
//	to = "procurement"               # a role, here or in sla.toml
//	attributes = { department = "operations", class = "inventory-change" }   # of their timelines
//
//	[changes.relocate]               # what is reported
//	on = ["place"]                   # the actions that are it; each is of one change
//
//	[licences]
//	over_use = "refuse"              # or "record"; default: refused
//
//	[roles.technician]               # those of sla.toml are known; one that stands there needs no title here
//	title = { en = "Technician", he = "טכנאי" }
//	may = ["receive", "place"]       # actions; default all that the workflow allows
//
//	[units.library]                  # of the organisation; default: any
//	[locations.town-hall]            # default: any
//	[groups.computers]               # of kinds, for counting
//
//	[kinds.laptop]                   # beside those of the library, which are listed below
//	is = "workstation"               # the kind of the library that it is
//	groups = ["computers"]
//	fields.encryption = { en = "Encryption" }   # what has to be known before it is in use
//
//	[presets.payroll]                # an asset that is named here
//	kind = "software"
//	unit = "finance"
//	vendor = "author"                # an id of package vendors
//	critical = true                  # a critical system; default false
//	contents.forms = { en = "Forms" }   # what a website or a service offers
//
//	[protocols.hand-over]            # a paper without which an action is refused
//	on = "receive"
//	kinds = ["hardware"]             # kinds or groups; default all
//	signed = ["technician"]          # the roles that sign
//	checklist.complete = { en = "Complete" }   # what has to be done
//
//	[coverage.antivirus]             # how many assets in use have something installed
//	of = ["workstation"]             # kinds or groups
//	with = ["antivirus"]             # any of these products
//	newest = true                    # in the release in force; default: in any
//
//	[parts.toner]                    # what stocks are of
//	consumable = true                # default: a part
//	minimum = 2                      # below which it is time to buy; default 0
//
//	[states."in repair"]             # what states, actions and facts are called
//	en = "in repair"
//	[actions.place]
//	en = "place"
//	[facts.unit]
//	en = "Unit"
//
// The library's kinds are hardware, network, server, workstation, printer, phone, card,
// software, website and service.
package asset
