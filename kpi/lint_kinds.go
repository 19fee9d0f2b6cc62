package kpi

import "github.com/townclerk/townclerk/sla"

// findingKinds lists all kinds of finding. A test makes each mistake in the sound policy
// of testdata, in its kpi.toml or its sla.toml, and looks for exactly this finding.
var findingKinds = []sla.FindingKind{
	{
		Code: "invalid", Severity: sla.SeverityError, About: "a mistake because of which the policy cannot be read",
		Sentence: "{problem}",
		Example:  []sla.Patch{{Old: `target = { less_than = "10 %" }`, New: `target = "10 %"`}},
	},
	{
		Code: "nobody-may", Severity: sla.SeverityError, About: "something that has to be done, and that no role may do",
		Sentence: "nobody can do what {table} asks for: no role may {action}; add that to the may of one",
		Example:  []sla.Patch{{Old: `may = ["measure", "correct",`, New: `may = ["correct",`}},
	},
	{
		Code: "signer-powerless", Severity: sla.SeverityError, About: "a signature that nobody may give, so that no version comes into force",
		Sentence: "no version of the card can come into force: it needs a signature of {role}, and that role may not sign; add \"sign\" to its may",
		Example:  []sla.Patch{{Old: `may = "sign"`, New: `may = "verify"`}},
	},
	{
		Code: "kpi-role-powerless", Severity: sla.SeverityWarning, About: "a role that sees to a duty, and may not attest it",
		Sentence: "{role} is to see to {duty}, and may not attest that it was done; add \"attest\" to its may, or name another role",
		Example:  []sla.Patch{{Old: "role = \"administrator\"\nprocedure", New: "role = \"owner\"\nprocedure"}},
	},
	{
		Code: "duty-unwatched", Severity: sla.SeverityNote, About: "a duty that no target of the promises watches",
		Sentence: "no target of sla.toml begins with {duty}, so that nobody is told when it is missed; write one that starts with \"appointed\" and is met by \"duty-done\", as the comment of package kpi shows",
		Example:  []sla.Patch{{Old: `match = { class = ["duty", "report"] }`, New: `match = { class = ["duty", "report"], duty = ["control", "antivirus", "audit", "weekly", "monthly", "yearly"] }`}},
	},
	{
		Code: "clause-unmeasured", Severity: sla.SeverityNote, About: "a clause of the charter that nothing measures",
		Sentence: "nothing measures {clause}: it names no promise, no indicator and no duty, so its attainment is never known",
		Example:  []sla.Patch{{Old: "subject = \"backup\"\nindicators = [\"repairs\"]\n", New: "subject = \"backup\"\n"}},
	},
	{
		Code: "entry-unused", Severity: sla.SeverityWarning, About: "a unit, an item, an area or a subject that nothing names",
		Sentence: "nothing names {id} of {table}; use it, or take it out",
		Example:  []sla.Patch{{Old: "[units.it]", New: "[items.phone]\ntitle = { en = \"Phone\", he = \"טלפון\" }\n\n[units.it]"}},
	},
	{
		Code: "kpi-label-missing", Severity: sla.SeverityNote, About: "a table of labels that leaves some out",
		Sentence: "{table} has no label for {names}, which are shown as they are",
		Example:  []sla.Patch{{Old: "[areas.operations]", New: "[states.met]\nen = \"met\"\nhe = \"הושג\"\n\n[areas.operations]"}},
	},
}
