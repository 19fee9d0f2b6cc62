package policies

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// desks is the folders that say how their desk works, the language of each beside
// English, and the requirements that its ticket.toml cites.
var desks = map[string]struct{ locale, cites string }{
	"raanana": {"he", "RA-02 RA-03 RA-07 RA-13 RA-14 RA-15 RA-16 RA-17 RA-18 RA-19 RA-20 RA-22 RA-23 RA-24 RA-26 RA-28 RA-29 RA-30 " +
		"RA-31 RA-34 RA-36 RA-37 RA-38 RA-39 RA-41 RA-43 RA-45 RA-49 RA-50 RA-51 RA-60 RA-61 RA-62"},
	"telephony":   {"he", "TE-02 TE-05 TE-06 TE-16 TE-17 TE-19 TE-20 TE-21 TE-22 TE-24 TE-25"},
	"stari-grad":  {"sr", "SG-06 SG-07 SG-09 SG-10 SG-13 SG-14 SG-15 SG-16 SG-25 SG-26 SG-29 SG-30 SG-31 SG-32 SG-33"},
	"iran-office": {"fa", "IR-01 IR-02 IR-03 IR-04 IR-05 IR-06 IR-07 IR-08 IR-09 IR-10 IR-11 IR-12 IR-13 IR-14 IR-15 IR-16 IR-17 IR-18"},
}

func desk(t *testing.T, folder string) *ticket.Policy {
	t.Helper()
	name := folder + "/ticket.toml"
	data, err := Files.ReadFile(name)
	require.NoError(t, err)
	p, err := ticket.Parse(data, name, parse(t, folder+"/sla.toml"))
	require.NoError(t, err)
	return p
}

func TestDesksFollowSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(ticket.Schema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("ticket.schema.json", doc))
	s, err := c.Compile("ticket.schema.json")
	require.NoError(t, err)
	for folder := range desks {
		data, err := Files.ReadFile(folder + "/ticket.toml")
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(data), "#:schema ../../../ticket/ticket.schema.json\n"), folder)
		require.NoError(t, validate(t, s, string(data)), folder)
		for _, wrong := range []string{"colour = 1\n", "[routing]\n", "[roles.x]\nany_time = true\ncalendar = \"desk\"\n", "[states.asleep]\nen = \"asleep\"\n"} {
			text := string(data) + "\n" + wrong
			if strings.HasPrefix(wrong, "[") && strings.Contains(string(data), "\n"+strings.SplitAfter(wrong, "]")[0]) {
				continue
			}
			require.Error(t, validate(t, s, text), "%s with %s", folder, wrong)
		}
	}
}

// Every entry has titles in English and in the language of its document, and each
// requirement that it comes from is cited; those that nothing cites are kept by
// the workflow, which has no entry here.
func TestDesks(t *testing.T) {
	for folder, want := range desks {
		p := desk(t, folder)
		var cited []string
		for _, table := range []string{"departments", "channels", "roles", "teams", "vendors", "tiers", "classes", "types", "causes", "items", "waits", "work"} {
			for _, id := range p.IDs(table) {
				for _, locale := range []string{"en", want.locale} {
					require.NotEqual(t, id, p.Title(table, id, locale), "%s: [%s.%s] has no title in %s", folder, table, id, locale)
				}
				cited = append(cited, p.Source(table, id)...)
			}
		}
		slices.Sort(cited)
		require.Subset(t, strings.Fields(want.cites), cited, folder)
		data, err := Files.ReadFile(folder + "/ticket.toml")
		require.NoError(t, err)
		for _, id := range strings.Fields(want.cites) {
			require.Contains(t, string(data), id, folder)
		}
		require.NotRegexp(t, regexp.MustCompile(`[0-9]{7,}|@`), string(data), "neutral data only")
	}
}

func mustOpen(t *testing.T, p *ticket.Policy, r ticket.Request) ticket.Ticket {
	t.Helper()
	r.Opener = "u-1"
	made, _, err := p.Open("t-1", r)
	require.NoError(t, err)
	return made
}

func mustDo(t *testing.T, p *ticket.Policy, made ticket.Ticket, c ticket.Command) ticket.Ticket {
	t.Helper()
	made, _, err := p.Do(made, c)
	require.NoError(t, err)
	return made
}

// RA-41, RA-43, RA-45, RA-50: what comes for information systems is taken in by
// operations, and a stage of it counts from its own opening.
func TestRaananaStage(t *testing.T) {
	p := desk(t, "raanana")
	at := local(t, p.Promises(), "Sun 2026-06-07 12:00:00")
	made := mustOpen(t, p, ticket.Request{At: at, Channel: "phone", Department: "information-systems", Class: "incident"})
	require.Equal(t, "operations", made.Department)
	require.Len(t, made.Stages, 1)
	a, err := p.Promises().Assess(made.Timelines()[1], at)
	require.NoError(t, err)
	require.Equal(t, local(t, p.Promises(), "Sun 2026-06-07 12:20"), a.Clock("is-transfer").Due)
	require.Equal(t, local(t, p.Promises(), "Sun 2026-06-07 16:30"), a.Clock("is-handling").Due, "V9")

	// RA-48: it is development, and its clocks stop; RA-50: the ticket waits for nothing else.
	made = mustDo(t, p, made, ticket.Command{Do: ticket.Move, Stage: 1, At: at.Add(time.Minute), By: "u-2", Role: "systems-analyst", Reason: "it is development", Project: "p-7"})
	a, err = p.Promises().Assess(made.Timelines()[1], at.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, sla.Stopped, a.Clock("is-handling").State)
	require.Equal(t, "p-7", made.Stages[0].Project)
}

// RA-36 and A-14: the clock starts at the last approval, in whatever order.
func TestRaananaAccount(t *testing.T) {
	p := desk(t, "raanana")
	at := local(t, p.Promises(), "Mon 2026-06-08 08:00")
	made := mustOpen(t, p, ticket.Request{
		At: at, Channel: "portal", Item: "account", Fields: map[string]string{"account": "u-9"}, Requested: []ticket.Grant{{Part: "payroll", Level: "read"}},
	})
	require.Equal(t, ticket.Pending, made.State)
	made = mustDo(t, p, made, ticket.Command{Do: ticket.Approve, At: local(t, p.Promises(), "Mon 2026-06-08 09:00"), Role: "security-officer"})
	made = mustDo(t, p, made, ticket.Command{Do: ticket.Approve, At: local(t, p.Promises(), "Tue 2026-06-09 11:00"), Role: "unit-manager"})
	require.Equal(t, ticket.New, made.State)
	a, err := p.Promises().Assess(made.Timelines()[0], local(t, p.Promises(), "Tue 2026-06-09 11:00"))
	require.NoError(t, err)
	require.Equal(t, local(t, p.Promises(), "Sun 2026-06-14 16:30"), a.Clock("account").Due, "V11")
}

// TE-19 to TE-23: whose cause is known goes to its vendor, and any call is opened
// within three hours; who reported it is told.
func TestTelephonyFault(t *testing.T) {
	p := desk(t, "telephony")
	at := local(t, p.Promises(), "Sun 2026-06-07 14:00")
	for cause, want := range map[string]string{
		"device": "exchange-vendor", "line-relocation": "line-vendor", "line-opening": "line-vendor", "line-repair": "line-vendor", "": "exchange-vendor",
	} {
		vendor, _ := p.Route(cause)
		require.Equal(t, want, vendor, "%q", cause)
	}
	made := mustOpen(t, p, ticket.Request{At: at, Channel: "task-system", Class: "fault"})
	a, err := p.Promises().Assess(made.Timelines()[0], at)
	require.NoError(t, err)
	require.Equal(t, local(t, p.Promises(), "Sun 2026-06-07 17:00"), a.Clock("vendor-call").Due, "V13")
	_, _, err = p.Do(made, ticket.Command{Do: ticket.HandOver, At: at, By: "u-3", Role: "employee", Channel: "web"})
	require.ErrorIs(t, err, townclerk.ErrForbidden, "TE-05")

	who := ticket.Command{At: at.Add(time.Hour), By: "u-2", Role: "administrator"}
	do := func(change func(*ticket.Command)) {
		c := who
		change(&c)
		made = mustDo(t, p, made, c)
	}
	do(func(c *ticket.Command) {
		c.Do, c.Text, c.Cause, c.NeedsVendor = ticket.Diagnose, "no dial tone", "line-repair", true
	})
	do(func(c *ticket.Command) { c.Do, c.Channel, c.Reference = ticket.HandOver, "fault line", "V-1" })
	require.Equal(t, "line-vendor", made.Calls[0].Vendor)
	require.EqualValues(t, "u-2", made.Calls[0].Follower)
	do(func(c *ticket.Command) { c.Do = ticket.TakeBack })
	do(func(c *ticket.Command) { c.Do, c.Handler = ticket.Assign, "u-2" })
	do(func(c *ticket.Command) { c.Do, c.Text = ticket.Treat, "the line was repaired" })
	c := who
	c.Do = ticket.Close
	_, _, err = p.Do(made, c)
	require.ErrorContains(t, err, "the opener is told first")
	do(func(c *ticket.Command) { c.Do = ticket.Inform })
	do(func(c *ticket.Command) { c.Do = ticket.Close })
	a, err = p.Promises().Assess(made.Timelines()[0], at.Add(24*time.Hour))
	require.NoError(t, err)
	for _, target := range []string{"vendor-call", "follow-up", "opener-notified"} {
		require.Equal(t, sla.Met, a.Clock(target).State, target)
	}
}

// What is owed goes overdue by itself, a moment after it was due: the call to the
// vendor (TE-19), that the administrator follows the fault (TE-22), and that whoever
// opened it is told (TE-23).
func TestTelephonyObligations(t *testing.T) {
	p := desk(t, "telephony")
	at := func(s string) time.Time { return local(t, p.Promises(), s) }
	made := mustOpen(t, p, ticket.Request{At: at("Sun 2026-06-07 14:00"), Channel: "phone", Class: "fault"})
	overdue := func(now time.Time) (targets []string) {
		made, _ = p.Settle(made, now)
		for _, o := range made.Owed {
			if o.Step == 0 {
				targets = append(targets, o.Target)
			}
		}
		return targets
	}
	require.Empty(t, overdue(at("Sun 2026-06-07 14:00"))) // the administrator is asked to watch it, as a desk does at once
	require.Empty(t, overdue(at("Sun 2026-06-07 17:00")))
	require.Equal(t, []string{"vendor-call"}, overdue(at("Sun 2026-06-07 17:00").Add(time.Microsecond)))
	require.Equal(t, []string{"vendor-call"}, overdue(at("Mon 2026-06-08 16:00")))
	require.Equal(t, []string{"vendor-call", "watch"}, overdue(at("Mon 2026-06-08 16:00").Add(time.Microsecond)))
	treated := at("Tue 2026-06-09 15:00")
	made = mustDo(t, p, made, ticket.Command{Do: ticket.Assign, At: treated, By: "u-2", Role: "administrator", Handler: "u-2"})
	made = mustDo(t, p, made, ticket.Command{Do: ticket.Treat, At: treated, By: "u-2", Role: "administrator", Text: "a cable was loose"})
	require.Equal(t, []string{"vendor-call", "watch"}, overdue(treated))
	require.Equal(t, []string{"vendor-call", "watch", "opener-notified"}, overdue(treated.Add(time.Microsecond)))
}

// IR-03 to IR-05, IR-18: a letter that says what it has to, three approvals in
// their order, and then the estimate of two hours.
func TestIranOfficeWorklist(t *testing.T) {
	p := desk(t, "iran-office")
	at := local(t, p.Promises(), "Mon 2024-05-13 08:00")
	_, _, err := p.Open("t-1", ticket.Request{At: at, Channel: "ticket", Opener: "u-1", Item: "automation-worklist"})
	for _, want := range []string{
		"fields.position: missing", `author: "" may not ask for automation-worklist; only unit-dg may`,
		`address it to hr-support-dg`, "requested: missing",
	} {
		require.ErrorContains(t, err, want)
	}
	made := mustOpen(t, p, ticket.Request{
		At: at, Channel: "ticket", Item: "automation-worklist", Author: "unit-dg", To: "hr-support-dg", Unit: "registry",
		Fields: map[string]string{"position": "دبیرخانه"}, Requested: []ticket.Grant{{Part: "letters", Level: "write"}},
	})
	for i, role := range []string{"administrative-affairs", "hr-support-dg", "it-office-dg"} {
		_, _, err := p.Do(made, ticket.Command{Do: ticket.Approve, At: at, Role: []string{"it-office-dg", "it-office-dg", "hr-support-dg"}[i]})
		require.ErrorIs(t, err, townclerk.ErrForbidden, "IR-05: out of turn")
		made = mustDo(t, p, made, ticket.Command{Do: ticket.Approve, At: at.Add(time.Duration(i) * time.Hour), Role: role})
	}
	a, err := p.Promises().Assess(made.Timelines()[0], at.Add(3*time.Hour))
	require.NoError(t, err)
	c := a.Clock("automation-worklist")
	require.True(t, c.Start.Equal(at.Add(2*time.Hour)) && c.Due.Equal(at.Add(4*time.Hour)), "%s to %s", c.Start, c.Due)
	require.Equal(t, sla.Estimate, p.Estimate("automation-worklist").Kind)
}

// IR-11, IR-14 to IR-16, A-45: the tier with which a ticket begins.
func TestIranOfficeTiers(t *testing.T) {
	p := desk(t, "iran-office")
	for typ, want := range map[string]string{"guidance": "unit-experts", "process": "contractor-experts", "defect": "office-experts", "": "unit-experts"} {
		made := mustOpen(t, p, ticket.Request{At: local(t, p.Promises(), "Mon 2024-05-13 08:00"), Channel: "ticket", Item: "support", Type: typ})
		require.Equal(t, want, made.Tier, typ)
	}
}

// RA-30: whoever opens a ticket about the network has the manager watch it at once.
// RA-31: another fault at the age of three working days.
func TestRaananaFollowUp(t *testing.T) {
	p := desk(t, "raanana")
	at := local(t, p.Promises(), "Wed 2026-06-10 14:00")
	watches := func(class string, now time.Time) int {
		made, _ := p.Settle(mustOpen(t, p, ticket.Request{At: at, Channel: "phone", Department: "operations", Class: class}), now)
		n := 0
		for _, o := range made.Owed {
			if o.Do == sla.Watch && o.To == "ops-manager" {
				n++
			}
		}
		return n
	}
	require.Equal(t, 1, watches("network", at))
	monday := local(t, p.Promises(), "Mon 2026-06-15 14:00")
	require.Equal(t, 0, watches("user-down", monday.Add(-time.Microsecond)))
	require.Equal(t, 1, watches("user-down", monday), "V8")

	// Who was asked to watch it owes a follow-up, by the end of the next working day.
	made, _ := p.Settle(mustOpen(t, p, ticket.Request{At: at, Channel: "phone", Department: "operations", Class: "network"}), at)
	follow := func(now time.Time) *sla.Clock {
		all, err := p.Assess(made, now)
		require.NoError(t, err)
		return all[0].Clock("ops-watch")
	}
	due := local(t, p.Promises(), "Thu 2026-06-11 16:30")
	require.True(t, follow(at).Due.Equal(due))
	require.Equal(t, sla.Breached, follow(due.Add(time.Microsecond)).State)
	made = mustDo(t, p, made, ticket.Command{Do: ticket.FollowUp, At: due, By: "u-5", Role: "ops-manager", Text: "the switch is on its way"})
	require.Equal(t, sla.Met, follow(due.Add(time.Microsecond)).State)
}

// RA-51: the manager of information systems owes it for a stage.
func TestRaananaStageFollowUp(t *testing.T) {
	p := desk(t, "raanana")
	at := local(t, p.Promises(), "Wed 2026-06-10 14:00")
	made := mustOpen(t, p, ticket.Request{At: at, Channel: "phone", Department: "information-systems", Class: "network"})
	made, _ = p.Settle(made, at)
	all, err := p.Assess(made, at)
	require.NoError(t, err)
	require.True(t, all[1].Clock("is-watch").Due.Equal(local(t, p.Promises(), "Thu 2026-06-11 16:30")))
	made = mustDo(t, p, made, ticket.Command{Do: ticket.FollowUp, Stage: 1, At: at.Add(time.Hour), By: "u-6", Role: "is-manager", Text: "known"})
	all, err = p.Assess(made, at.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, sla.Met, all[1].Clock("is-watch").State)
}

// RA-37: an installation is due when it was agreed, not before.
func TestRaananaInstallation(t *testing.T) {
	p := desk(t, "raanana")
	at := local(t, p.Promises(), "Sun 2026-06-07 09:00")
	made := mustOpen(t, p, ticket.Request{At: at, Channel: "portal", Item: "installation", Fields: map[string]string{"plan": "2026/7"}})
	agreed := local(t, p.Promises(), "Thu 2026-06-25 10:00")
	made = mustDo(t, p, made, ticket.Command{Do: ticket.Appoint, At: at.Add(time.Hour), Appointment: agreed})
	a, err := p.Promises().Assess(made.Timelines()[0], agreed)
	require.NoError(t, err)
	require.True(t, a.Clock("ops-installation").Due.Equal(agreed))
	require.Equal(t, sla.Running, a.Clock("ops-installation").State)
	made = mustDo(t, p, made, ticket.Command{Do: ticket.Assign, At: agreed, By: "u-2", Handler: "u-2"})
	made = mustDo(t, p, made, ticket.Command{Do: ticket.Treat, At: agreed, By: "u-2", Text: "installed"})
	a, err = p.Promises().Assess(made.Timelines()[0], agreed)
	require.NoError(t, err)
	require.Equal(t, sla.Met, a.Clock("ops-installation").State)
}

// IR-08, IR-09: the unit's expert is introduced, and is treated only once training
// files are sent and accesses given.
func TestIranOfficeSiteExpert(t *testing.T) {
	p := desk(t, "iran-office")
	at := local(t, p.Promises(), "Mon 2024-05-13 08:00")
	made := mustOpen(t, p, ticket.Request{At: at, Channel: "ticket", Item: "site-username", Unit: "اداره کل", Fields: map[string]string{"expert": "u-5"}})
	require.Equal(t, "site-username/اداره کل", made.Holds)
	made = mustDo(t, p, made, ticket.Command{Do: ticket.Assign, At: at, Handler: "u-2"})
	treat := ticket.Command{Do: ticket.Treat, At: at.Add(time.Hour), By: "u-2", Text: "done"}
	for _, todo := range []string{"training-sent", "access-given"} {
		_, _, err := p.Do(made, treat)
		require.ErrorContains(t, err, "its checklist is done")
		made = mustDo(t, p, made, ticket.Command{Do: ticket.Check, At: at.Add(time.Hour), Todo: todo})
	}
	made = mustDo(t, p, made, treat)
	a, err := p.Promises().Assess(made.Timelines()[0], at.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, sla.Met, a.Clock("site-username").State)
}
