package ticket

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Many mistakes come back together, in the order of lines.
func TestParseSaysAllMistakes(t *testing.T) {
	const doc = `format = 2
name = "Testville"
locales = ["en", "he"]
colour = "blue"
[notify]
calendar = "dask"
[roles.visitor]
may = ["sing"]
[roles.manager]
any_time = true
calendar = "desk"
[teams.field]
title = { en = "Field", he = "שטח", fr = "Terrain" }
[departments.operations]
title = { en = "Operations" }
diagnosers = ["technicain", "manager", "manager"]
team = "feild"
intake = "operations"
[departments.roads]
title = { en = "Roads", he = "כבישים" }
[channels.phone]
[classes.incident]
title = { en = "Fault", he = "תקלה" }
tiers = ["office"]
any_order = true
treated_as = "grunted"
[classes.wish]
title = { en = "Wish", he = "משאלה" }
[tiers.unit]
title = { en = "Unit", he = "יחידה" }
vendor = "x"
[types.guidence]
title = { en = "Guidance", he = "הדרכה" }
[causes.device]
title = { en = "Device", he = "מכשיר" }
vendor = "exchange"
team = "field"
[routing]
[priority]
normal = "usual"
matrix.high = { high = "urgent", low = "high" }
matrix.low = { high = "normall" }
[items.worklist]
title = { en = "Worklist", he = "רשימה" }
class = "acess"
author = "boss"
levels = ["read", "read"]
estimate = "handling"
one_per = "street"
fields.position = { en = "Position" }
[items.site-expert]
title = { en = "Expert", he = "מומחה" }
class = "incident"
estimate = "nothing"
[waits.a]
title = { en = "A", he = "א" }
parts = true
[waits.b]
title = { en = "B", he = "ב" }
parts = true
[states.asleep]
en = "asleep"
he = "ישן"
[actions.treat]
en = "treat"
`
	_, err := Parse([]byte(doc), "x/ticket.toml", testPolicy(t).Promises())
	want := `1: format: 2 is not a format that is known here; write format = 1
4: colour: unknown key; known here: format, name, locales, notify, departments, channels, classes, types, items, causes, routing, priority, roles, teams, vendors, tiers, waits, work, reports, states and 1 more
6: notify.calendar: the promises have no calendar named "dask"; name one of theirs, or write "elapsed"
7: roles.visitor.title: missing; the promises do not know the role, so write title = { en = "…" }
8: roles.visitor.may: "sing" is not known; did you mean "link"?
10: roles.manager.any_time: it does not go with calendar; leave one of them out
13: teams.field.title.fr: "fr" is not one of the locales; known: en, he
15: departments.operations.title: there is none in "he", which locales names; write he = "…"
16: departments.operations.diagnosers: no role is named "technicain", here in [roles] or in sla.toml; known: visitor, manager, head
16: departments.operations.diagnosers: "manager" stands twice
17: departments.operations.team: "feild" is none of [teams]; did you mean "field"?
18: departments.operations.intake: "operations" does not take in tickets itself; name a department that has no intake
19: departments.roads: the promises do not know it: department has no value "roads" in [attributes]; known: operations, information-systems
21: channels.phone.title: missing; write title = { en = "…" }
24: classes.incident.tiers: "office" is none of [tiers]; known: unit
25: classes.incident.any_order: it needs approvals of two roles at least
26: classes.incident.treated_as: "grunted" neither starts nor meets a target of the promises; did you mean "granted"?
27: classes.wish: the promises do not know it: class has no value "wish" in [attributes]; known: incident, network, account, access, support
29: tiers.unit.team: missing; name one of [teams]
31: tiers.unit.vendor: "x" is none of [vendors]
32: types.guidence: the promises do not know it: type has no value "guidence" in [attributes]; did you mean "guidance"?
34: causes.device: it goes to one place; write vendor or team
36: causes.device.vendor: "exchange" is none of [vendors]
38: routing: it goes to one place; write vendor or team
40: priority.normal: the promises do not know it: priority has no value "usual" in [attributes]; known: low, normal, high, urgent
42: priority.matrix.low.high: the promises do not know it: priority has no value "normall" in [attributes]; did you mean "normal"?
42: priority.matrix.low: there is no priority for the urgency "low"; write low = "…"
45: items.worklist.class: "acess" is none of [classes]; known: incident, wish
46: items.worklist.author: no role is named "boss", here in [roles] or in sla.toml; known: visitor, manager, head
47: items.worklist.levels[2]: "read" is empty or stands twice
48: items.worklist.estimate: handling is of the kind commitment; name an estimate, which is never breached
49: items.worklist.one_per: "street" is not known; known: unit
50: items.worklist.fields.position: there is none in "he", which locales names; write he = "…"
54: items.site-expert.estimate: the promises have no target of the id "nothing"; known: worklist
60: waits.b.parts: tickets wait for parts for the reason "a" already; mark one of them
61: states.asleep: "asleep" is not known; known: new, pending, assigned, waiting, "at vendor", treated, closed, cancelled, moved
64: actions.treat: there is none in "he", which locales names; write he = "…"`
	want = "x/ticket.toml:" + strings.ReplaceAll(want, "\n", "\nx/ticket.toml:")
	require.Error(t, err)
	require.Equal(t, strings.Split(want, "\n"), strings.Split(err.Error(), "\n"))

	_, err = Parse([]byte("[channels.\"\"]\n"), "x/ticket.toml", testPolicy(t).Promises())
	require.ErrorContains(t, err, "an id is empty; write [channels.…] with a name")
	_, err = Parse(nil, "x/ticket.toml", nil)
	require.ErrorContains(t, err, "the promises of sla.toml are needed")
}

// An estimate that waits for an approval which nobody is asked for never begins.
func TestParseComparesApprovals(t *testing.T) {
	p := testPolicy(t)
	text, err := os.ReadFile("testdata/ticket.toml")
	require.NoError(t, err)
	_, err = Parse([]byte(strings.Replace(string(text), `estimate = "worklist"`, `estimate = "account"`, 1)), "t", p.Promises())
	require.ErrorContains(t, err, "account is of the kind commitment")
	changed := strings.Replace(string(text), `estimate = "worklist"`, `estimate = "account"`, 1)
	changed = strings.Replace(changed, `approvals = ["head", "desk", "manager"]`, `approvals = ["desk", "manager"]`, 1)
	_, err = Parse([]byte(changed), "t", p.Promises())
	require.ErrorContains(t, err, `account waits for the approval of "head", which is not among the approvals of the item`)
}

func TestPolicyAnswers(t *testing.T) {
	p := testPolicy(t)
	require.Equal(t, "Testville, desk", p.Name())
	require.Equal(t, []string{"phone", "walk-in"}, p.IDs("channels"))
	for _, tt := range []struct{ table, id, locale, want string }{
		{"channels", "phone", "he", "טלפון"},
		{"channels", "phone", "fa", "Telephone"},
		{"channels", "fax", "he", "fax"},
		{"roles", "manager", "he", "מנהל"},
		{"roles", "head", "en", "Head"},
		{"states", "at vendor", "en", "at the vendor"},
		{"actions", "hand over", "he", "העבר לספק"},
	} {
		require.Equal(t, tt.want, p.Title(tt.table, tt.id, tt.locale))
	}
	require.Equal(t, "the desk's extension", p.Contact("phone"))
	require.Equal(t, "worklist", p.Estimate("worklist").ID)
	require.Nil(t, p.Estimate("none"))

	// RA-23: priority from impact and urgency.
	for _, tt := range []struct{ impact, urgency, want string }{
		{"high", "high", "urgent"}, {"high", "low", "high"}, {"low", "high", "normal"}, {"low", "low", "low"}, {"high", "", "normal"}, {"", "", "normal"},
	} {
		require.Equal(t, tt.want, p.Priority(tt.impact, tt.urgency), "%s, %s", tt.impact, tt.urgency)
	}
	// TE-20, TE-21, A-30: cause to vendor or team, with a default.
	for _, tt := range []struct{ cause, vendor, team string }{
		{"device", "exchange", ""}, {"line", "lines", ""}, {"user", "", "field"}, {"", "exchange", ""}, {"meteor", "exchange", ""},
	} {
		vendor, team := p.Route(tt.cause)
		require.Equal(t, []string{tt.vendor, tt.team}, []string{vendor, team}, tt.cause)
	}
	// IR-14 to IR-16: in the order of [tiers], not of the list.
	require.Equal(t, []string{"unit", "office"}, p.Tiers("support", "guidance"))
	require.Equal(t, []string{"contractor"}, p.Tiers("support", "process"))
	require.Equal(t, []string{"unit", "office", "contractor"}, p.Tiers("support", ""))
}
