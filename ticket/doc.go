// Package ticket runs the desk of an IT department: requests and faults come in,
// are passed on, diagnosed, handed to vendors, treated and closed, and the
// department keeps the promises that it made about that.
//
// A [Ticket] is what somebody brought to the desk, with all that was done about
// it. A [Policy] says how the desk works; [Parse] reads it from ticket.toml, to go
// with the promises of sla.toml. A [Desk] does what people do, and stores it:
//
//	desk := ticket.NewDesk(store, policy, ticket.Config{})
//	t, err := desk.Open(ctx, "raanana", ticket.Request{Channel: "phone", Opener: "u-17", Class: "incident"})
//	t, err = desk.Assign(ctx, "raanana", ticket.Of(t.ID), ticket.Who{Actor: "u-3", Role: "ops-desk"}, ticket.Assignment{Team: "field"})
//
// Beneath it are functions that read no clock and no disk: [Policy.Open] and
// [Policy.Do] say what becomes of a ticket, [Policy.Settle] what is owed by then.
// [Desk.Sweep], called every few minutes, records what is owed by the passing of
// time, and a [Notifier] tells people.
//
// # Workflow
//
// What may happen is one table, which [Workflow] returns, and [StageWorkflow] for
// the stages of tickets; its Diagram method draws it. Each row says in which state an action
// leads to which other, what must be so, and which events of the timeline it is.
// [Policy.Allowed] says what somebody may do now, and a [townclerk.TransitionError] what may
// be done instead.
//
// A stage is a part of the work with clocks of its own. A department that gets its
// tickets through another has its part opened as a stage of that other's ticket.
//
// # Events
//
// Each action is one event of the kind "ticket.…", whose Data holds [Data] in
// JSON: the command, the states, and what it added to the logs of the ticket and
// its stages. The logs are timelines as package sla judges them; [ReadTimelines]
// makes them of the events again.
//
// The kinds that logs hold are opened, stage-opened, transferred, referred,
// action-begun, diagnosed, vendor-needed, handed-over, vendor-done, treated,
// opener-notified, closed, moved-to-project, reclassified, follow-up-owed and
// followed-up, those that package sla names, and those that opened_as and
// treated_as add. Targets start with them and are met by them. A ticket that
// becomes a project is cancelled, too, so that its clocks stop in any policy.
//
// Attributes of a timeline are the ticket's channel, department, class, type,
// item, cause, impact, urgency, priority, critical and tier, and what is in its
// Attributes.
//
// Beside actions, there are the kinds ticket.opened, ticket.escalated and
// ticket.overdue, which hold what is owed, ticket.unassessed, which says why the
// promises cannot be assessed, and ticket.assessed: they can again. The first event
// of a ticket that came from another system is ticket.imported, with its whole log.
//
// # Obligations
//
// What somebody owes is a target like any other, which goes overdue by itself: that
// the opener is told counts from treated to opener-notified; that a vendor is
// called from vendor-needed, or from opened, to handed-over; that whoever was asked
// to watch follows up from follow-up-owed to followed-up.
//
// A clock begins once. Of several hand-overs of one ticket, the vendor's promise counts
// from the first, by the contract then in force, until no vendor has the ticket any
// more; a later hand-over starts no other. Where each vendor is to be judged, hand over
// stages, which have clocks of their own, or keep the calls in package vendors.
//
// # Time
//
// What happened is judged by when it happened, which may lie before it is written
// down: then it is a correction of the timeline. Nothing is written down before
// what was written already, so that a clock that goes back cannot turn the order
// around. All instants are whole microseconds, in UTC.
//
// # Reports
//
// [Policy.Report] reads tickets, each once, and returns a [Report]: the calls of a
// week and how they stand, the work of a month by handler, a year beside the year
// before, the attainment of each target, or tickets by channel. [Policy.Week],
// [Policy.Month] and [Policy.Year] say from when to when; they do not overlap, and
// leave nothing between them. [Report.In] puts a report into one of the languages of
// package sla, as text, Markdown, HTML or CSV.
//
// # Lint
//
// [Policy.Lint] says what is odd about a ticket.toml that Parse accepts, as
// [github.com/townclerk/townclerk/sla.Policy.Lint] does of sla.toml. [Findings] lists what it finds, with
// an example of each, by their codes:
//
//	error    invalid diagnosers-powerless approver-powerless
//	warning  ticket-role-powerless ticket-may-empty telling-without-effect tier-unused team-missing
//	         routing-missing value-without-entry item-unpromised estimate-elsewhere ticket-never-begins
//	         ticket-never-met approval-never-asked event-unheard ticket-pause-impossible ticket-title-missing
//	note     team-unrouted vendor-unrouted target-without-tickets ticket-class-unpromised
//	         approvals-unawaited wait-without-pause vendors-unpromised ticket-label-missing
//
// # ticket.toml
//
// [Schema] is its JSON Schema. All titles are written for each of the locales:
// title = { en = "…", he = "…" }; a source says from which requirement or clause
// something comes. In the order in which the tables mostly stand:
//
//	format = 1
//	name = "Ra'anana, IT division: the desk"
//	locales = ["en", "he"]
//
//	[notify]
//	calendar = "ops-desk"            # of sla.toml: people are told "due now" in its hours; or "elapsed"
//
//	[roles.ops-desk]                 # those of sla.toml are known; one that stands there needs no title here
//	title = { en = "Support desk", he = "מוקד" }
//	source = "RA-13"
//	may = ["assign", "diagnose"]     # actions; default all that the workflow allows
//	any_time = true                  # is told also outside working time; default false
//	calendar = "is-desk"             # default: that of [notify]
//
//	[teams.field]                    # who can have tickets
//	[vendors.exchange]               # ids of package vendors
//	[work.on-site]                   # kinds of work
//
//	[departments.operations]
//	diagnosers = ["ops-desk"]        # roles; default anybody
//	delegates = ["ops-manager"]      # roles that may act for any handler; default none
//	team = "field"                   # that has its tickets unless somebody says otherwise; default: called as the department
//
//	[departments.information-systems]
//	intake = "operations"            # gets its tickets as stages of the other department's
//
//	[channels.phone]
//	contact = "the desk's extension" # how to reach the desk
//
//	[tiers.unit-experts]             # from the first to the last
//	team = "unit-experts"
//	vendor = "support-company"       # to whom its tickets go, if the cause does not say
//
//	[classes.account]
//	tiers = ["office-experts"]       # that may have its tickets; default all
//	approvals = ["unit-manager", "security-officer"]   # roles, in this order
//	any_order = true                 # or in any
//	opened_as = "demanded"           # more kinds of event that opening is, for the promises
//	treated_as = "granted"           # and that treating is
//
//	[types.guidance]                 # of problems
//	tiers = ["unit-experts", "office-experts"]   # goes before that of the class
//
//	[causes.device]
//	vendor = "exchange"              # or team = "field"
//
//	[routing]
//	vendor = "exchange"              # or team: where causes go of which nothing is said
//
//	[priority]
//	normal = "normal"                # where impact or urgency is not known
//	matrix.high = { high = "urgent", low = "high" }   # by impact, then urgency
//	matrix.low = { high = "normal", low = "low" }
//
//	[items.worklist]                 # of the service catalogue
//	class = "access"
//	department = "office"
//	author = "unit-director"         # the role that asks
//	addressee = "hr-director"        # and the one that is asked
//	levels = ["read", "write"]       # of access, from low to high
//	approvals = ["administrative-affairs", "it-director"]   # any_order as for classes
//	estimate = "worklist"            # a target of sla.toml, of the kind estimate
//	one_per = "unit"                 # each unit may have one at a time
//	fields.position = { en = "Position" }          # what a request has to say
//	checklist.training = { en = "Training sent" }  # what has to be done before it is treated
//	opened_as = "introduced"
//	treated_as = "granted"
//
//	[waits.awaiting-user]            # reasons for which tickets wait
//	[waits.awaiting-part]
//	parts = true                     # what waits for a part waits for this reason
//
//	[reports]
//	calendar = "ops-desk"            # of sla.toml: reports are made on its working days
//	week = "thu"                     # a week ends with this day's hours or, where it is closed, with those of the working day before
//	monthly_due = 5                  # working days after the month; default 5
//	yearly_due = "01-31"             # of the year after; default 01-31
//
//	[states."at vendor"]             # what states and actions are called
//	en = "at the vendor"
//	[actions."hand over"]
//	en = "hand over"
package ticket
