package asset_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/sla"
)

const town = townclerk.Tenant("town")

// policy is that of testdata, with some texts replaced by others, of either file.
func policy(t testing.TB, replace ...string) *asset.Policy {
	t.Helper()
	var files [2]string
	for i, name := range []string{"testdata/sla.toml", "testdata/asset.toml"} {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		files[i] = strings.NewReplacer(replace...).Replace(string(data))
	}
	promises, err := sla.Parse([]byte(files[0]), "sla.toml")
	require.NoError(t, err)
	p, err := asset.Parse([]byte(files[1]), "asset.toml", promises)
	require.NoError(t, err)
	return p
}

// at reads a time of Jerusalem, as in "Thu 2026-06-11 15:00".
func at(t testing.TB, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Jerusalem")
	require.NoError(t, err)
	for _, layout := range []string{"Mon 2006-01-02 15:04", "Mon 2006-01-02 15:04:05", "Mon 2006-01-02 15:04:05.999999"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			require.Equal(t, text[:3], at.Format("Mon"), text)
			return at.UTC()
		}
	}
	t.Fatalf("%q is no time", text)
	return time.Time{}
}

var all = map[string]townclerk.Actor{"supplier": "u-9"}

// command is an action that says all that it needs to, about a workstation.
func command(do asset.Action, at time.Time) asset.Command {
	c := asset.Command{Do: do, At: at, By: "u-3", Role: "technician"}
	set := func(pairs ...string) {
		c.Set = map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			c.Set[pairs[i]] = pairs[i+1]
		}
	}
	switch do {
	case asset.Propose, asset.Register:
		set("kind", "workstation", "name", "תחנה 1", "unit", "library")
	case asset.Order, asset.Dispose:
		c.Reference = "2026/17"
	case asset.Receive:
		c.Checked, c.Signed = []string{"hand-over/complete"}, all
		set("serial", "S-1")
	case asset.Commission:
		c.Checked = []string{"commissioning/network", "commissioning/directory"}
		set("holder", "u-7")
	case asset.SendBack, asset.Repair, asset.Fail, asset.Decommission, asset.Withdraw:
		c.Reason = "it is broken"
	case asset.Restore, asset.Upgrade, asset.Configure:
		c.Text = "what was done"
	case asset.Place:
		set("unit", "archive")
	case asset.HandOver:
		set("holder", "u-8")
	case asset.Install:
		set("software/antivirus", "7.1")
	case asset.Amend:
		set("model", "M-2")
	case asset.Correct:
		c.Reason, c.Corrects, c.At, c.Recorded = "it was written wrongly", 1, time.Time{}, at
	}
	return c
}

// path is the actions that lead to each state.
var path = map[asset.State][]asset.Action{
	asset.Proposed:       {asset.Propose},
	asset.Ordered:        {asset.Propose, asset.Order},
	asset.Received:       {asset.Propose, asset.Order, asset.Receive},
	asset.Tested:         {asset.Propose, asset.Order, asset.Receive, asset.Test},
	asset.Commissioned:   {asset.Propose, asset.Order, asset.Receive, asset.Test, asset.Commission},
	asset.InRepair:       {asset.Propose, asset.Order, asset.Receive, asset.Test, asset.Commission, asset.Repair},
	asset.Relocating:     {asset.Propose, asset.Order, asset.Receive, asset.Test, asset.Commission, asset.Relocate},
	asset.Decommissioned: {asset.Propose, asset.Order, asset.Receive, asset.Test, asset.Commission, asset.Decommission},
	asset.Disposed:       {asset.Propose, asset.Order, asset.Receive, asset.Test, asset.Commission, asset.Decommission, asset.Dispose},
	asset.Withdrawn:      {asset.Propose, asset.Withdraw},
}

var start = time.Date(2026, 6, 7, 6, 0, 0, 0, time.UTC) // Sunday, 09:00 in Jerusalem

// do carries out actions a minute apart.
func do(t testing.TB, p *asset.Policy, a asset.Asset, from time.Time, actions ...asset.Action) asset.Asset {
	t.Helper()
	for i, action := range actions {
		a = doing(t, p, a, command(action, from.Add(time.Duration(i)*time.Minute)))
	}
	return a
}

func doing(t testing.TB, p *asset.Policy, a asset.Asset, c asset.Command) asset.Asset {
	t.Helper()
	next, events, err := p.Do(a, c)
	require.NoError(t, err, c.Do)
	require.NotEmpty(t, events)
	return next
}

func in(t testing.TB, p *asset.Policy, s asset.State) asset.Asset {
	t.Helper()
	a := do(t, p, asset.Asset{ID: "a-1"}, start, path[s]...)
	require.Equal(t, s, a.Facts.State)
	return a
}

// fields returns the fields of which an error says that they are wrong.
func fields(err error) []string {
	var all []string
	var walk func(error)
	walk = func(err error) {
		if f, ok := err.(*townclerk.FieldError); ok {
			all = append(all, f.Field)
			return
		}
		switch u := err.(type) {
		case interface{ Unwrap() []error }:
			for _, e := range u.Unwrap() {
				walk(e)
			}
		case interface{ Unwrap() error }:
			walk(u.Unwrap())
		}
	}
	walk(err)
	slices.Sort(all)
	return all
}

// SG-23, RA-38: from each state, exactly those actions are possible that the table
// lists, and they lead where it says; all others are refused with what is possible,
// and change nothing.
func TestEveryActionInEveryState(t *testing.T) {
	p := policy(t)
	type place struct {
		from asset.State
		do   asset.Action
	}
	leads := map[place]asset.State{}
	for _, r := range asset.Workflow().Rows {
		leads[place{r.From, r.Do}] = r.To
	}
	refused := 0
	for _, s := range asset.States {
		a := in(t, p, s)
		down := doing(t, p, in(t, p, asset.Commissioned), command(asset.Fail, start.Add(time.Hour)))
		for _, action := range asset.Actions {
			c := command(action, start.Add(2*time.Hour))
			of := a
			if action == asset.Recover && s == asset.Commissioned {
				of = down
			}
			if action == asset.Report && s != asset.Proposed && s != asset.Ordered && s != asset.Withdrawn {
				require.Positive(t, of.Owing)
			}
			before := of.Clone()
			next, events, err := p.Do(of, c)
			require.Equal(t, before, of, "what is given stays as it is")
			to, ok := leads[place{s, action}]
			var refusal *townclerk.TransitionError
			switch {
			case !ok:
				refused++
				require.ErrorAs(t, err, &refusal, "%s while %s", action, s)
				require.Empty(t, refusal.Rule)
				require.Equal(t, []string{string(s), string(action)}, []string{refusal.State, refusal.Do})
				require.NotErrorIs(t, err, townclerk.ErrForbidden)
				require.NotContains(t, refusal.Allowed, string(action))
				require.Empty(t, next)
				require.Empty(t, events)
			case action == asset.Recover && s != asset.Commissioned, action == asset.Report && of.Owing == 0:
				require.ErrorAs(t, err, &refusal)
				require.NotEmpty(t, refusal.Rule, "%s while %s", action, s)
			default:
				require.NoError(t, err, "%s while %s", action, s)
				require.Equal(t, to, next.Facts.State, "%s while %s", action, s)
				require.Len(t, events, 1)
			}
		}
	}
	require.Greater(t, refused, 200)
	require.Equal(t, []asset.State{asset.Disposed, asset.Withdrawn}, asset.Workflow().Ends)
	require.Contains(t, asset.Workflow().Diagram(), "commissioned --> in_repair : repair")
}

// A start is none of what is there already, and nothing else is one.
func TestOnlyProposedOrRegisteredBegins(t *testing.T) {
	p := policy(t)
	for _, action := range asset.Actions {
		_, _, err := p.Add("a-1", command(action, start))
		if action == asset.Propose || action == asset.Register {
			require.NoError(t, err)
			continue
		}
		var refusal *townclerk.TransitionError
		require.ErrorAs(t, err, &refusal, action)
		require.Equal(t, "not there yet", refusal.State)
		require.Equal(t, []string{"propose", "register"}, refusal.Allowed)
	}
	for _, s := range asset.States {
		c := command(asset.Register, start)
		c.State = s
		a, _, err := p.Add("a-1", c)
		require.NoError(t, err)
		require.Equal(t, s, a.Facts.State)
	}
	_, _, err := p.Add("", command(asset.Propose, start))
	require.Equal(t, []string{"id"}, fields(err))
	c := command(asset.Register, start)
	c.State = "asleep"
	_, _, err = p.Add("a-1", c)
	require.Equal(t, []string{"state"}, fields(err))
}

// A role may do what the policy lets it, and nothing else; nor may one that nobody
// knows, and who has no role may not do what a role is named for.
func TestEveryRoleThatMayNot(t *testing.T) {
	p := policy(t, `may = ["report"]`, `may = ["report", "propose"]`)
	for _, role := range []string{"supplier", "nobody", ""} {
		for _, r := range asset.Workflow().Rows {
			a := in(t, p, r.From)
			c := command(r.Do, start.Add(time.Hour))
			c.Role = role
			_, _, err := p.Do(a, c)
			switch {
			case role == "supplier" && r.Do == asset.Report, role == "" && r.Do != asset.Report:
				require.NotErrorIs(t, err, townclerk.ErrForbidden, "%q, %s", role, r.Do)
			default:
				require.ErrorIs(t, err, townclerk.ErrForbidden, "%q, %s", role, r.Do)
			}
		}
	}
	require.Equal(t, []asset.Action{asset.Report}, p.Allowed(in(t, p, asset.Received), "u-9", "supplier"))
	require.Empty(t, p.Allowed(in(t, p, asset.Received), "u-9", "nobody"))
	require.NotContains(t, p.Allowed(in(t, p, asset.Commissioned), "u-9", ""), asset.Report)
}

// What an action needs to be told is asked for by the rule that says so, and what a
// command says wrongly comes back together.
func TestWhatACommandHasToSay(t *testing.T) {
	p := policy(t)
	for _, tt := range []struct {
		rule  string
		in    asset.State
		do    asset.Action
		spoil func(*asset.Command)
	}{
		{"named, as its reference", asset.Proposed, asset.Order, func(c *asset.Command) { c.Reference = "" }},
		{"checklists are done", asset.Ordered, asset.Receive, func(c *asset.Command) { c.Checked = nil }},
		{"signed by the roles", asset.Ordered, asset.Receive, func(c *asset.Command) { c.Signed = nil }},
		{"a reason is given", asset.Received, asset.SendBack, func(c *asset.Command) { c.Reason = "" }},
		{"checklists are done", asset.Tested, asset.Commission, func(c *asset.Command) { c.Checked = c.Checked[:1] }},
		{"a reason is given", asset.Commissioned, asset.Repair, func(c *asset.Command) { c.Reason = "" }},
		{"says in words what was done", asset.InRepair, asset.Restore, func(c *asset.Command) { c.Text = "" }},
		{"where it is from now on", asset.Relocating, asset.Place, func(c *asset.Command) { c.Set = nil }},
		{"who has it from now on", asset.Commissioned, asset.HandOver, func(c *asset.Command) { c.Set = nil }},
		{"what is so from now on", asset.Commissioned, asset.Install, func(c *asset.Command) { c.Set = nil }},
		{"it is out of service", asset.Commissioned, asset.Recover, func(c *asset.Command) {}},
		{"a reason is given", asset.Commissioned, asset.Decommission, func(c *asset.Command) { c.Reason = "" }},
		{"named, as its reference", asset.Decommissioned, asset.Dispose, func(c *asset.Command) { c.Reference = "" }},
		{"a report is owed", asset.Proposed, asset.Report, func(c *asset.Command) {}},
	} {
		c := command(tt.do, start.Add(time.Hour))
		tt.spoil(&c)
		_, _, err := p.Do(in(t, p, tt.in), c)
		var refusal *townclerk.TransitionError
		require.ErrorAs(t, err, &refusal, tt.do)
		require.Contains(t, refusal.Rule, tt.rule)
	}
	c := command(asset.Amend, start.Add(time.Hour))
	c.Set = map[string]string{
		"unit": "library", "colour": "blue", "critical": "perhaps", "purchase.price": "dear", "purchase.at": "yesterday",
		"kind": "teapot", "name": "",
	}
	_, _, err := p.Do(in(t, p, asset.Commissioned), c)
	require.Equal(t, []string{"set.colour", "set.critical", "set.kind", "set.name", "set.purchase.at", "set.purchase.price", "set.unit"}, fields(err))
	c = command(asset.Place, start.Add(time.Hour))
	c.Set = map[string]string{"unit": "libary"}
	_, _, err = p.Do(in(t, p, asset.Commissioned), c)
	require.ErrorContains(t, err, `did you mean "library"?`)
	c = command(asset.Commission, start.Add(time.Hour))
	c.Checked = append(c.Checked, "commissioning/tea")
	c.Signed = map[string]townclerk.Actor{"supplier": "u-9"}
	_, _, err = p.Do(in(t, p, asset.Tested), c)
	require.Equal(t, []string{"checked", "signed.supplier"}, fields(err))
}

// SG-23, SG-24: the protocols of a hand-over and of commissioning are kept with the
// entry that they belong to; what needs none has none.
func TestProtocols(t *testing.T) {
	p := policy(t)
	a := in(t, p, asset.Commissioned)
	require.Equal(t, []asset.Protocol{{ID: "hand-over", Checked: []string{"complete"}, Signed: all}}, a.History[2].Protocols)
	require.Equal(t, []asset.Protocol{{ID: "commissioning", Checked: []string{"network", "directory"}}}, a.History[4].Protocols)
	require.Empty(t, a.History[3].Protocols)

	c := command(asset.Propose, start)
	c.Set["kind"] = "printer"
	printer, _, err := p.Add("a-2", c)
	require.NoError(t, err)
	printer = do(t, p, printer, start.Add(time.Minute), asset.Order)
	c = command(asset.Receive, start.Add(time.Hour))
	c.Checked, c.Signed = nil, nil
	printer = doing(t, p, printer, c)
	require.Empty(t, printer.History[2].Protocols)
}

// SG-12, RA-32, A-13: a preset says of an asset what the policy knows of it.
func TestPreset(t *testing.T) {
	p := policy(t)
	a, _, err := p.Add("a-1", asset.Command{Do: asset.Register, Role: "technician", At: start, Preset: "payroll", Set: map[string]string{"release": "4.2"}})
	require.NoError(t, err)
	require.Equal(t, asset.Facts{
		State: asset.Commissioned, Kind: "software", Name: "Payroll", Unit: "archive", Critical: true, Product: "payroll", Release: "4.2",
		Purchase: asset.Purchase{Supplier: "author"},
	}, a.Facts)
	_, _, err = p.Add("a-1", asset.Command{Do: asset.Register, Role: "technician", At: start, Preset: "payrol"})
	require.ErrorContains(t, err, `did you mean "payroll"?`)
}

// SG-08: all kinds of the library are there, and a policy adds its own.
func TestKinds(t *testing.T) {
	p := policy(t)
	for _, kind := range asset.Kinds {
		c := command(asset.Register, start)
		c.Set["kind"] = kind
		_, _, err := p.Add("a-1", c)
		require.NoError(t, err, kind)
	}
	require.True(t, p.Is("laptop", asset.Workstation) && p.Is("laptop", "computers") && p.Is("laptop", asset.Hardware) && p.Is("laptop", "laptop"))
	require.False(t, p.Is("laptop", asset.Server) || p.Is("antivirus", asset.Hardware) || p.Is("website", asset.Hardware) || p.Is("teapot", asset.Hardware))
	c := command(asset.Register, start)
	c.Set["kind"] = "laptop"
	_, _, err := p.Add("a-1", c)
	require.Equal(t, []string{"set.field/encryption"}, fields(err), "the fields that a kind asks for")
	c.State = asset.Proposed
	_, _, err = p.Add("a-1", c)
	require.NoError(t, err, "and not before it is in use")
}

// SG-10: software has releases, devices have what is installed on them; not the other
// way around.
func TestSoftware(t *testing.T) {
	p := policy(t)
	a := do(t, p, in(t, p, asset.Commissioned), start.Add(time.Hour), asset.Install)
	require.Equal(t, asset.Values{{Name: "antivirus", Text: "7.1"}}, a.Facts.Software)
	c := command(asset.Install, start.Add(2*time.Hour))
	c.Set = map[string]string{"software/antivirus": "", "software/office": "2024"}
	a = doing(t, p, a, c)
	require.Equal(t, asset.Values{{Name: "office", Text: "2024"}}, a.Facts.Software)

	payroll, _, err := p.Add("a-2", asset.Command{Do: asset.Register, Role: "technician", At: start, Preset: "payroll"})
	require.NoError(t, err)
	_, _, err = p.Do(payroll, command(asset.Install, start.Add(time.Hour)))
	require.Equal(t, []string{"set.software/antivirus"}, fields(err))
	for i, release := range []string{"4.2", "4.3"} {
		c := command(asset.Install, start.Add(time.Duration(i+1)*time.Hour))
		c.Set = map[string]string{"release": release}
		payroll = doing(t, p, payroll, c)
	}
	was, _ := payroll.AsOf(start.Add(90*time.Minute), time.Time{})
	require.Equal(t, "4.2", was.Release)
	require.Equal(t, "4.3", payroll.Facts.Release)
}

// Text in any script comes through every field as it was written, and what no store
// could keep is refused.
func TestTextsOfAllFields(t *testing.T) {
	p := policy(t, "[units.library]", "[units.\"ספריה\"]", "[units.archive]", "[units.\"архива\"]", `unit = "archive"`, `unit = "архива"`)
	const text = "שלום «Ћирилица» кvara ۱۲۵ \u200fx\u2068"
	c := command(asset.Register, start)
	c.Set = map[string]string{"kind": "workstation", "unit": "ספריה"}
	var facts asset.Facts
	for _, key := range []string{"name", "tag", "serial", "model", "location", "holder", "product", "release", "purchase.document", "purchase.supplier",
		"software/" + text, "contract/" + text, "field/" + text} {
		c.Set[key] = text
	}
	c.Reason, c.Text, c.Reference, c.Ticket, c.Vendor = text, text, text, text, text
	a, events, err := p.Add("a-1", c)
	require.NoError(t, err)
	facts = a.Facts
	for key, want := range c.Set {
		require.Equal(t, want, facts.Get(key), key)
	}
	e := a.History[0]
	require.Equal(t, []string{text, text, text, text, text}, []string{e.Reason, e.Text, e.Reference, e.Ticket, e.Vendor})
	data, err := asset.ReadData(events[0])
	require.NoError(t, err)
	require.Equal(t, e, *data.Entry, "and through the event")
	require.ElementsMatch(t, slices.Collect(maps.Keys(c.Set)), facts.FactKeys())

	for _, broken := range []string{"\xff", "a\x00b"} {
		c.Set["name"], c.Reason = broken, broken
		_, _, err = p.Add("a-1", c)
		require.Equal(t, []string{"reason", "set"}, fields(err))
	}
}

// What nobody may do is told from what is not there.
func TestErrorsNameTheAsset(t *testing.T) {
	p := policy(t)
	a := in(t, p, asset.Proposed)
	a.Number = "2026-000007"
	_, _, err := p.Do(a, command(asset.Commission, start.Add(time.Hour)))
	require.EqualError(t, err, "asset 2026-000007: cannot commission while proposed; allowed now: order, amend, withdraw, correct")
}
