package ticket

import "github.com/townclerk/townclerk/sla"

// findingKinds lists all kinds of finding. A test makes each mistake in the sound
// policy of testdata/lint, in its ticket.toml or its sla.toml, and looks for exactly
// this finding.
var findingKinds = []sla.FindingKind{
	{
		Code: "invalid", Severity: sla.SeverityError, About: "a mistake because of which the policy cannot be read",
		Sentence: "{problem}",
		Example:  []sla.Patch{{Old: `team = "office"`, New: `team = "offices"`}},
	},

	// Who may do what.
	{
		Code: "diagnosers-powerless", Severity: sla.SeverityError, About: "a department where nobody may diagnose",
		Sentence: "nobody can diagnose what {department} has: none of {roles} may; add \"diagnose\" to the may of one of them, or name other roles",
		Example:  []sla.Patch{{Old: `may = ["diagnose", "treat"]`, New: `may = "treat"`}, {Old: `diagnosers = ["desk", "technician"]`, New: `diagnosers = "technician"`}},
	},
	{
		Code: "approver-powerless", Severity: sla.SeverityError, About: "an approval that nobody may give",
		Sentence: "the approval of {role} can never be given, so that tickets wait for it for ever: the role may not approve; add \"approve\" to its may",
		Example:  []sla.Patch{{Old: "[roles.head]\n", New: "[roles.head]\nmay = [\"revoke\"]\n"}},
	},
	{
		Code: "ticket-role-powerless", Severity: sla.SeverityWarning, About: "a role that is to do what it may not do",
		Sentence: "{role} stands here in vain: the role may not {action}; add that to its may, or take it out here",
		Example:  []sla.Patch{{Old: `may = ["diagnose", "treat"]`, New: `may = "treat"`}},
	},
	{
		Code: "ticket-may-empty", Severity: sla.SeverityWarning, About: "an empty list of what a role may do, which lets it do everything",
		Sentence: "an empty list lets {role} do everything; name what it may do, or leave the key out",
		Example:  []sla.Patch{{Old: "[roles.head]\n", New: "[roles.head]\nmay = []\n"}},
	},
	{
		Code: "telling-without-effect", Severity: sla.SeverityWarning, About: "when a role is told, of one that nothing is escalated to",
		Sentence: "no target escalates to {role}, so it makes no difference when the role is told; take {key} out, or escalate to it in sla.toml",
		Example:  []sla.Patch{{Old: "[roles.technician]\n", New: "[roles.technician]\ncalendar = \"desk\"\n"}},
	},

	// Where tickets go.
	{
		Code: "tier-unused", Severity: sla.SeverityWarning, About: "a tier that can have no ticket",
		Sentence: "{tier} can have no ticket: every class names its tiers, and neither a class nor a type names this one; name it in one, or take it out",
		Example:  []sla.Patch{{Old: `tiers = ["first", "second"] # of faults`, New: `tiers = "first"`}},
	},
	{
		Code: "team-missing", Severity: sla.SeverityWarning, About: "a department whose team is none",
		Sentence: "its tickets go to a team that is called as the department, and [teams] has no {team}; write team = with one of its names",
		Example:  []sla.Patch{{Old: "team = \"field\" # of the department\n", New: ""}},
	},
	{
		Code: "team-unrouted", Severity: sla.SeverityNote, About: "a team to which nothing leads",
		Sentence: "neither a department nor a tier or a cause leads to {team}: it has only what somebody assigns to it",
		Example:  []sla.Patch{{Old: "\n[vendors.", New: "\n[teams.drivers]\ntitle = { en = \"Drivers\", pl = \"Kierowcy\" }\n\n[vendors."}},
	},
	{
		Code: "vendor-unrouted", Severity: sla.SeverityNote, About: "a vendor to whom nothing leads",
		Sentence: "neither a tier nor a cause leads to {vendor}: it has only what somebody hands over to it by name",
		Example:  []sla.Patch{{Old: "\n[channels.", New: "\n[vendors.printers]\ntitle = { en = \"Printers\", pl = \"Drukarki\" }\n\n[channels."}},
	},
	{
		Code: "routing-missing", Severity: sla.SeverityWarning, About: "nothing is said of causes that are not known",
		Sentence: "nothing says where a fault goes whose cause is not known yet; write [routing] with vendor or team",
		Example:  []sla.Patch{{Old: "[routing]\nvendor = \"maker\"\n", New: ""}},
	},

	// What is promised.
	{
		Code: "target-without-tickets", Severity: sla.SeverityNote, About: "a target that is about no ticket",
		Sentence: "no ticket can have the {key} for which these targets count: {targets}; they are about something else, or {table} lacks an entry",
		Example: []sla.Patch{{Old: "[[targets]]\nid = \"maker\"\n", New: `[[targets]]
id = "backup"
metric = "backup"
kind = "commitment"
title = { en = "Backup", pl = "Kopia zapasowa" }
source = "6"
match = { class = "backup" }
start = "opened"
meets = "closed"
calendar = "desk"
due = { within = "4h" }

[[targets]]
id = "maker"
`}},
	},
	{
		Code: "value-without-entry", Severity: sla.SeverityWarning, About: "a value in a target's condition that no ticket can have",
		Sentence: "the target {target} counts for {key} = {value}, which no ticket can have; add it to {table}, or take it out of sla.toml",
		Example:  []sla.Patch{{Old: `match = { class = ["fault", "account"] } # of the maker`, New: `match = { class = ["fault", "account", "backup"] }`}},
	},
	{
		Code: "ticket-class-unpromised", Severity: sla.SeverityNote, About: "a class for which nothing is promised",
		Sentence: "nothing is promised for tickets of the class {class}",
		Example:  []sla.Patch{{Old: "[types.", New: "[classes.visit]\ntitle = { en = \"Visit\", pl = \"Wizyta\" }\ntiers = \"first\"\n\n[types."}},
	},
	{
		Code: "item-unpromised", Severity: sla.SeverityWarning, About: "a service of the catalogue for which nothing is promised",
		Sentence: "nothing is promised for {item}, though there are promises for its class {class}; add it to a target of sla.toml",
		Example: []sla.Patch{{Old: "[[targets]]\nid = \"maker\"\n", New: `[[targets]]
id = "visit"
metric = "visit"
kind = "commitment"
title = { en = "Visit", pl = "Wizyta" }
source = "6"
match = { class = "visit", item = "" }
start = "opened"
meets = "closed"
calendar = "desk"
due = { within = "4h" }

[[targets]]
id = "maker"
`}, {Old: "", New: `
[classes.visit]
title = { en = "Visit", pl = "Wizyta" }
tiers = "first"

[items.tour]
title = { en = "A tour", pl = "Wycieczka" }
class = "visit"
`}},
	},
	{
		Code: "estimate-elsewhere", Severity: sla.SeverityWarning, About: "an estimate that is not measured of its item",
		Sentence: "{item} names the estimate {target}, which counts for other tickets; correct its match in sla.toml, or name another",
		Example:  []sla.Patch{{Old: `estimate = "account-usual"`, New: `estimate = "fault-usual"`}},
	},
	{
		Code: "ticket-never-begins", Severity: sla.SeverityWarning, About: "a target that cannot begin for some tickets that it is about",
		Sentence: "the target {target} counts for tickets of {classes}, but never begins for them: the desk writes none of {events}; add one to opened_as or treated_as here, or start it with another event",
		Example:  []sla.Patch{{Old: "opened_as = \"demanded\"\n", New: ""}},
	},
	{
		Code: "ticket-never-met", Severity: sla.SeverityWarning, About: "a target that begins for some tickets, and cannot be met for them",
		Sentence: "the target {target} begins for tickets of {classes}, but can never be met: the desk writes none of {events}; add one to treated_as here, or let another event meet it",
		Example:  []sla.Patch{{Old: "treated_as = \"granted\"\n", New: ""}},
	},
	{
		Code: "approval-never-asked", Severity: sla.SeverityWarning, About: "a target that waits for an approval for which no chain asks",
		Sentence: "the target {target} waits for the approval of {roles}, for which tickets of {classes} do not ask, so that it never begins; add them to approvals here, or take them out of sla.toml",
		Example:  []sla.Patch{{Old: "approvals = [\"head\", \"mayor\"]\nany_order = true\n", New: "approvals = \"head\"\n"}},
	},
	{
		Code: "approvals-unawaited", Severity: sla.SeverityNote, About: "approvals from which nothing counts",
		Sentence: "no target that is about these tickets counts from the approvals, so that what is promised runs while they are awaited",
		Example:  []sla.Patch{{Old: "[classes.fault]\n", New: "[classes.fault]\napprovals = \"head\"\n"}},
	},
	{
		Code: "event-unheard", Severity: sla.SeverityWarning, About: "a kind of event that matters to none of these tickets",
		Sentence: "{event} neither starts nor meets a target that is about these tickets; take it out, or correct the match of the targets in sla.toml",
		Example:  []sla.Patch{{Old: "[classes.fault]\n", New: "[classes.fault]\ntreated_as = \"demanded\"\n"}},
	},
	{
		Code: "ticket-pause-impossible", Severity: sla.SeverityWarning, About: "a reason for which targets pause, and tickets cannot wait",
		Sentence: "{targets} pause for {reason}, for which no ticket can wait; add [waits.{reason}], or take it out of sla.toml",
		Example:  []sla.Patch{{Old: `pauses = ["user"]`, New: `pauses = ["user", "budget"]`}},
	},
	{
		Code: "wait-without-pause", Severity: sla.SeverityNote, About: "a reason for which tickets wait, and no target pauses",
		Sentence: "no target that is about tickets pauses for {reason}: what is promised runs on while a ticket waits for it",
		Example:  []sla.Patch{{Old: "[work.", New: "[waits.weather]\ntitle = { en = \"Weather\", pl = \"Pogoda\" }\n\n[work."}},
	},
	{
		Code: "vendors-unpromised", Severity: sla.SeverityNote, About: "vendors that promise nothing",
		Sentence: "no target that is about tickets says by when a vendor has to act: none is of the kind contract, and none counts by the contract in force",
		Example:  []sla.Patch{{Old: `due = { contract = "replace", default = { within = "24h" } }`, New: `due = { within = "24h" }`}, {Old: `kind = "contract"`, New: `kind = "commitment"`}},
	},

	// What people read.
	{
		Code: "ticket-title-missing", Severity: sla.SeverityWarning, About: "a role or target of sla.toml without a title in a language of the desk",
		Sentence: "sla.toml has no title in {locale} for {names}; add them there, or take the language out here",
		Example:  []sla.Patch{{Old: `mayor = { en = "Mayor", pl = "Burmistrz" }`, New: `mayor = { en = "Mayor" }`}},
	},
	{
		Code: "ticket-label-missing", Severity: sla.SeverityNote, About: "states or actions without a label, where others have one",
		Sentence: "{names} have no label in {table}, though others do, so that people read their English names",
		Example:  []sla.Patch{{Old: "", New: "\n[states.new]\nen = \"new\"\npl = \"nowe\"\n"}},
	},
}
