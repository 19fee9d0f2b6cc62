package vendors

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/workflow"
)

var allKinds = []*kind{contracts, calls, invoices, frames, reviews, usages}

func TestWorkflowsAreComplete(t *testing.T) {
	everything := append(slices.Clone(Actions), plan, bill)
	for i, k := range allKinds {
		w := workflows()[i]
		require.NoError(t, k.table.Check(w.States, everything), k.name)
		for _, row := range k.table.All() {
			require.NotEmpty(t, k.happened[row.Do], "%s: %s has no event", k.name, row.Do)
			require.True(t, k.effects[row.Do] != nil, "%s: %s has no effect", k.name, row.Do)
		}
		for do := range k.effects {
			require.True(t, slices.ContainsFunc(w.Rows, func(r townclerk.Transition[State, Action]) bool { return r.Do == do }), "%s: %s is in no row", k.name, do)
		}
	}
	for _, do := range Actions {
		used := do == Exceed || slices.ContainsFunc(workflows(), func(w townclerk.Workflow[State, Action]) bool {
			return slices.ContainsFunc(w.Rows, func(r townclerk.Transition[State, Action]) bool { return r.Do == do })
		})
		require.True(t, used, "nothing is done by %s", do)
	}
}

// TE-27: the diagrams are drawn from the tables that decide.
func TestDiagrams(t *testing.T) {
	require.Equal(t, `stateDiagram-v2
    direction LR
    state "on site" as on_site
    [*] --> new
    new --> owed : owe
    owed --> opened : open
    owed --> withdrawn : withdraw
    opened --> acknowledged : acknowledge
    opened --> on_site : arrive
    opened --> done : finish
    opened --> withdrawn : withdraw
    acknowledged --> on_site : arrive
    acknowledged --> done : finish
    acknowledged --> withdrawn : withdraw
    on_site --> done : finish
    on_site --> withdrawn : withdraw
    done --> disputed : dispute
    done --> verified : verify
    disputed --> acknowledged : acknowledge
    disputed --> on_site : arrive
    disputed --> done : finish
    disputed --> withdrawn : withdraw
    verified --> [*]
    withdrawn --> [*]
    note right of owed
        stays: deal
    end note
    note right of opened
        stays: follow, deal
    end note
    note right of acknowledged
        stays: follow, deal
    end note
    note right of on_site
        stays: follow, deal
    end note
    note right of done
        stays: follow, deal
    end note
    note right of disputed
        stays: follow, deal
    end note
`, CallWorkflow().Diagram())
	require.Contains(t, InvoiceWorkflow().Diagram(), "examined --> approved : sign")
	require.NotContains(t, InvoiceWorkflow().Diagram(), "examined --> sent")
}

// attempt carries out a command on an aggregate of a kind in a state, and returns what
// was refused.
func attempt(t *testing.T, p *Policy, k *kind, state State, c Command) (State, error) {
	t.Helper()
	contract := p.Contracts()[0]
	r := Record{ID: "X", State: state, Began: local(t, "2026-02-01 10:00"), Recorded: local(t, "2026-02-01 10:00")}
	money := ils(t, "100.00")
	switch k {
	case contracts:
		t := Contract{Record: r, Vendor: contract.Vendor, Agreed: contract.Agreed, Notices: []Notice{{By: contract.Agreed[1].Notice}}}
		if state == New {
			t.Agreed = nil
		}
		t, _, err := p.doContract(t, c)
		return t.State, err
	case calls:
		t, _, err := p.doCall(Call{Record: r, Vendor: contract.Vendor, Service: "exchange", Contract: contract.ID}, &contract, c)
		return t.State, err
	case invoices:
		v := Invoice{Record: r, Amount: money, Due: money, Paid: townclerk.Money{Currency: "ILS"}, Signers: p.signers, Needed: 1, Year: 2026}
		v, _, err := p.doInvoice(v, &contract, c)
		return v.State, err
	case frames:
		f := Frame{Record: r, Contract: contract.ID, Year: 2026, Commitments: []Commitment{{Reference: "O-1", Amount: ils(t, "1.00")}}}
		if state == Set {
			f.Amount = money
		}
		f, _, err := p.doFrame(f, &contract, c)
		return f.State, err
	case reviews:
		v, _, err := p.doReview(Review{Record: r, Kind: "security", Terms: p.reviews["security"].terms}, &contract, c)
		return v.State, err
	case usages:
		u, _, err := p.doUsage(Usage{Record: r, Contract: contract.ID, Year: 2026, Used: []Used{{Measure: "lines"}}}, &contract, c)
		return u.State, err
	}
	t.Fatal("no such kind")
	return "", nil
}

// full is a command that lacks nothing, whatever is to be done.
func full(t testing.TB, p *Policy, do Action) Command {
	agreement := p.Contracts()[0].Agreed[1]
	c := Command{
		Do: do, At: local(t, "2026-03-01 10:00"), By: "dana", Role: "manager", Unit: "ict", Reason: "because", Text: "so it is",
		Vendor: "exchange-vendor", Service: "exchange", Agreement: &agreement, Level: Management, Channel: "portal", Reference: "R-1",
		Contract: "exchange-2026", Amount: ils(t, "50.00"), Year: 2026, Subject: "security",
		Results: []Result{{Term: "access", Verdict: Kept}, {Term: "backups", Verdict: Partly, Text: "חלקי"}},
		Used:    []Used{{Measure: "minutes", From: local(t, "2026-02-01 00:00"), To: local(t, "2026-03-01 00:00"), Quantity: 7}},
	}
	if do == Pay {
		c.Role = "treasurer"
	}
	if do == Release {
		c.Reference = "O-1"
	}
	return c
}

// Every transition that the tables forbid is refused, and every one that they have is
// carried out, for each kind of aggregate, state and action.
func TestEveryTransition(t *testing.T) {
	p := policy(t)
	allowed, refused := 0, 0
	for i, k := range allKinds {
		w := workflows()[i]
		for _, state := range w.States {
			for _, do := range append(slices.Clone(Actions), plan, bill) {
				rows := k.table.Rows(state, do)
				got, err := attempt(t, p, k, state, full(t, p, do))
				if len(rows) > 0 {
					allowed++
					require.NoError(t, err, "%s: %s while %s", k.name, do, state)
					require.True(t, slices.ContainsFunc(rows, func(r workflow.Row[State, Action, *decision]) bool { return r.To == got }), "%s: %s while %s leads to %s", k.name, do, state, got)
					continue
				}
				refused++
				var e *townclerk.TransitionError
				require.ErrorAs(t, err, &e, "%s: %s while %s", k.name, do, state)
				require.Empty(t, e.Rule)
				require.NotErrorIs(t, err, townclerk.ErrForbidden)
				require.False(t, slices.Contains(e.Allowed, string(do)))
			}
		}
	}
	t.Logf("%d transitions carried out, %d refused", allowed, refused)
}

// Every role that may not is refused as forbidden, for each action that the tables have;
// so is nobody, and a role that the policy does not know (TE-05, TE-09, TE-15).
func TestEveryRoleThatMayNot(t *testing.T) {
	p := policy(t)
	for i, k := range allKinds {
		for _, row := range workflows()[i].Rows {
			if row.Do == plan || row.Do == bill {
				continue
			}
			for _, role := range []string{"manager", "administrator", "treasurer", "comptroller", "head", "", "mayor"} {
				if p.mayDo(role, row.Do) {
					continue
				}
				c := full(t, p, row.Do)
				c.Role = role
				_, err := attempt(t, p, k, row.From, c)
				require.ErrorIs(t, err, townclerk.ErrForbidden, "%s: %s as %q", k.name, row.Do, role)
				var e *townclerk.TransitionError
				require.True(t, errors.As(err, &e) && e.Rule == permitted.Says)
			}
		}
	}
}

// Each rule of each row refuses alone: what breaks it, and nothing else, is named.
func TestEveryRule(t *testing.T) {
	p := policy(t)
	breaks := map[*rule]func(*Command){
		byUnit:     func(c *Command) { c.Unit = "welfare" },
		atLevel:    func(c *Command) { c.Role, c.Level = "administrator", Management },
		isOfficial: func(c *Command) { c.At = c.At.AddDate(5, 0, 0) },
		reasoned:   func(c *Command) { c.Reason = " " },
		told:       func(c *Command) { c.Text = "" },
		byChannel:  func(c *Command) { c.Channel = "" },
		followed:   func(c *Command) { c.By = "" },
		maySign:    func(c *Command) { c.By = "" },
		mayExceed: func(c *Command) {
			c.Role, c.Excess = map[Action]string{Sign: "treasurer", Commit: "administrator"}[c.Do], "because"
		},
		bySomebody: func(c *Command) { c.By = "" },
		dueSaid:    func(c *Command) { c.Text = "" },
		payable:    func(c *Command) { c.Amount.Minor = 10_001 },
		roomy:      func(c *Command) { c.Amount.Minor = map[Action]int64{SetFrame: 99, Commit: 9_901, bill: 9_901}[c.Do] },
		eachTerm:   func(c *Command) { c.Results = c.Results[:1] },
	}
	elsewhere := map[*rule]bool{unpaid: true, counted: true, undecided: true, permitted: true} // in tests of their own
	for _, k := range allKinds {
		for _, row := range k.table.All() {
			for _, r := range row.If {
				if elsewhere[r] {
					continue
				}
				if r == roomy && row.From[0] == Planned && row.Do != SetFrame {
					continue // while none is set, there is room
				}
				if r == mayExceed && row.Do == SetFrame {
					continue // whoever sets frames here may exceed them
				}
				require.NotNil(t, breaks[r], r.Says)
				c := full(t, p, row.Do)
				breaks[r](&c)
				_, err := attempt(t, p, k, row.From[0], c)
				var e *townclerk.TransitionError
				require.ErrorAs(t, err, &e, "%s: %s while %s: %s", k.name, row.Do, row.From[0], r.Says)
				require.Equal(t, r.Says, e.Rule, "%s: %s while %s", k.name, row.Do, row.From[0])
			}
		}
	}
}

func TestUsageIsCountedBeforeItIsPresented(t *testing.T) {
	p := policy(t)
	contract := p.Contracts()[0]
	_, _, err := p.doUsage(Usage{Record: Record{ID: "U", State: Planned}, Year: 2026}, &contract, full(t, p, Present))
	require.ErrorContains(t, err, "some usage is counted")
}

// What nobody may do but the sweep cannot be asked of an office.
func TestWhatOnlyTheSweepDoes(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	before := len(tr.kinds())
	for _, do := range []Action{plan, bill} {
		command := full(t, tr.policy, do)
		_, err := tr.DoFrame(tr.ctx, town, c.ID, 2026, manager, command)
		require.Error(t, err)
		_, err = tr.DoUsage(tr.ctx, town, c.ID, 2026, manager, command)
		require.Error(t, err)
	}
	require.Len(t, tr.kinds(), before)
}

func TestAllowed(t *testing.T) {
	tr := newTrial(t, policy(t))
	tr.concluded()
	call := tr.fault("2026-03-01 09:30", "")
	_, err := tr.DoCall(tr.ctx, town, call.ID, administrator, Command{Do: Arrive})
	require.True(t, strings.HasSuffix(fmt.Sprint(err), "cannot arrive while owed; allowed now: deal, open, withdraw"), err)
}
