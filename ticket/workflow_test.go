package ticket

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
)

// sunday is a working day, before noon.
var sunday = time.Date(2026, time.June, 7, 6, 0, 0, 0, time.UTC)

// allowedByHand is what a ticket allows in each state, written independently of
// the table: RA-24 to RA-50, TE-17 to TE-25, IR-05, SG-30 to SG-33.
var allowedByHand = map[State]string{
	New:       "revoke, assign, refer, begin, diagnose, hand over, wait, order, receive, check, cancel, move, change, appoint, escalate, follow up, open stage, write, attach, link",
	Pending:   "approve, revoke, take back, follow, resume, receive, cancel, change, escalate, follow up, write, attach, link",
	Assigned:  "revoke, assign, refer, begin, diagnose, hand over, wait, order, receive, check, treat, cancel, move, change, appoint, escalate, follow up, open stage, write, attach, link",
	Waiting:   "revoke, assign, begin, diagnose, hand over, wait, resume, order, receive, check, cancel, move, change, appoint, escalate, follow up, open stage, write, attach, link",
	AtVendor:  "revoke, assign, begin, diagnose, hand over, take back, follow, wait, resume, receive, check, change, appoint, escalate, follow up, open stage, write, attach, link",
	Treated:   "inform, close, reopen, escalate, follow up, write, attach, rate, link",
	Closed:    "reopen, attach, rate, link, release",
	Cancelled: "",
	Moved:     "attach, link",
}

// stageAllowedByHand is the same for stages: RA-42 to RA-51.
var stageAllowedByHand = map[State]string{
	New:       "assign, begin, diagnose, hand over, wait, cancel, move, escalate, follow up, write",
	Pending:   "",
	Assigned:  "assign, begin, diagnose, hand over, wait, treat, cancel, move, escalate, follow up, write",
	Waiting:   "assign, begin, diagnose, hand over, wait, resume, cancel, move, escalate, follow up, write",
	AtVendor:  "assign, begin, diagnose, hand over, take back, follow, wait, resume, escalate, follow up, write",
	Treated:   "close, reopen, escalate, follow up, write",
	Closed:    "reopen",
	Cancelled: "",
	Moved:     "",
}

// leadsByHand is where an action leads from each state in which it changes the
// state; everything else stays.
var leadsByHand = map[Action]map[State]State{
	Approve: {Pending: AtVendor}, Revoke: {New: Pending, Assigned: Pending, Waiting: Pending, AtVendor: Pending},
	Assign: {New: Assigned}, Refer: {New: Assigned}, HandOver: {New: AtVendor, Assigned: AtVendor, Waiting: AtVendor},
	TakeBack: {AtVendor: Waiting}, Wait: {New: Waiting, Assigned: Waiting}, Resume: {Waiting: Assigned}, Order: {New: Waiting, Assigned: Waiting},
	Treat: {Assigned: Treated}, Close: {Treated: Closed}, Reopen: {Treated: Assigned, Closed: Assigned},
	Cancel: {New: Cancelled, Pending: Cancelled, Assigned: Cancelled, Waiting: Cancelled},
	Move:   {New: Moved, Assigned: Moved, Waiting: Moved}, OpenStage: {New: Assigned},
}

// inState returns a ticket in a state, with a stage in that state, of which all
// that the rules ask for is so.
func inState(s State) Ticket {
	t := Ticket{
		ID: "t-1", Number: "2026-000001", Opened: sunday, Recorded: sunday, State: s, Opener: "dana", Channel: "phone", Holds: "x",
		Department: "operations", Class: "incident", Type: "defect", Item: "worklist", Tier: "office", Priority: "normal", Informed: sunday,
		Diagnosis: &Diagnosis{At: sunday, By: "tali", Role: "technician", Text: "a broken cable"},
		Chain:     []string{"head", "manager"}, Approvals: []Approval{{Role: "head", At: sunday}, {Role: "manager", At: sunday}},
		Requested: []Grant{{"letters", "write"}}, Checklist: []Todo{{ID: "training"}},
		Parts: []Parts{{Number: 1, Name: "cable", Quantity: 2, Requested: sunday}},
		Log:   []sla.Event{{Kind: opened, At: sunday, Seq: 1}},
	}
	stage := Stage{
		Number: 1, State: s, Department: "information-systems", Class: "incident", Opened: sunday,
		Diagnosis: &Diagnosis{At: sunday, By: "ada", Role: "analyst", Text: "a wrong table"},
		Log:       []sla.Event{{Kind: stageOpened, At: sunday, Seq: 1}},
	}
	if s == Pending {
		t.Approvals = t.Approvals[:1]
	}
	if s != New {
		t.Handler, stage.Handler = "yossi", "yossi"
	}
	if s == Waiting || s == AtVendor || s == Pending {
		t.Waits, stage.Waits = []string{"awaiting-user"}, []string{"awaiting-user"}
	}
	if s == AtVendor || s == Pending {
		t.Calls = []Call{{Number: 1, Vendor: "exchange", Opened: sunday}, {Number: 2, Stage: 1, Vendor: "exchange", Opened: sunday}}
	}
	t.Stages = []Stage{stage}
	return t
}

// ready returns a command that says all that its action needs, on a ticket of inState.
func ready(do Action, stage int) Command {
	c := Command{Do: do, Stage: stage, At: sunday.Add(time.Hour), By: "yossi", Role: "desk", Reason: "awaiting-user", Text: "done"}
	switch do {
	case Approve:
		c.Role = "manager"
	case Revoke:
		c.Role = "head"
	case Assign:
		c.Handler = "rivka"
	case Refer:
		c.Tier = "contractor"
	case HandOver:
		c.Channel, c.Vendor = "system", "lines"
	case Wait:
		c.Reason = "awaiting-part"
	case Order, Attach:
		c.Name, c.Quantity = "cable", 1
	case Receive:
		c.Part = 1
	case Check:
		c.Todo = "training"
	case Change:
		c.Set = map[string]string{"priority": "high"}
	case Appoint:
		c.Appointment = sunday.Add(48 * time.Hour)
	case OpenStage:
		c.Department = "information-systems"
	case Write:
		c.Kind = "on-site"
	case Rate:
		c.Score = 5
	case Link:
		c.Asset = "a-1"
	}
	return c
}

// onlyFor makes of a ticket what one action needs besides.
func onlyFor(t Ticket, do Action) Ticket {
	switch do {
	case Treat:
		t.Checklist[0].At = sunday
	case Close, Cancel, Move:
		t.Stages, t.Calls = nil, nil
	case Revoke:
		t.AnyOrder = true
	}
	return t
}

func TestEveryStateAndAction(t *testing.T) {
	p := testPolicy(t)
	for stage, allowed := range []map[State]string{allowedByHand, stageAllowedByHand} {
		for _, s := range States {
			list := strings.Split(allowed[s], ", ")
			for _, do := range Actions {
				before := inState(s)
				if stage == 0 {
					before = onlyFor(before, do)
				} else if s.Final() {
					before.State = Assigned
				}
				if do == Cancel && stage == 0 || do == Move && stage == 0 {
					before.Waits = nil
				}
				after, events, err := p.Do(before, ready(do, stage))
				if !slices.Contains(list, string(do)) {
					var refused *townclerk.TransitionError
					require.ErrorAs(t, err, &refused, "%s while %s, stage %d", do, s, stage)
					require.Empty(t, refused.Rule, "%s while %s, stage %d", do, s, stage)
					require.NotContains(t, refused.Allowed, string(do))
					require.Empty(t, events)
					continue
				}
				require.NoError(t, err, "%s while %s, stage %d", do, s, stage)
				want, ok := leadsByHand[do][s]
				if !ok {
					want = s
				}
				got := after.State
				if stage == 1 {
					got = after.Stages[0].State
				}
				if got != want {
					t.Errorf("%s while %s, stage %d leads to %s, want %s", do, s, stage, got, want)
				}
				require.Len(t, events, 1)
				require.Equal(t, happened[do], events[0].Kind)
			}
		}
	}
}

func TestWorkflowIsComplete(t *testing.T) {
	require.NoError(t, tickets.Check(States, Actions))
	require.NoError(t, stages.Check(States, Actions))
	for _, do := range Actions {
		require.NotEmpty(t, happened[do], do)
		require.NotNil(t, effects[do], do)
	}
}

// Every rule, both ways: the ticket and the command that break it, and nothing
// else, are told its sentence.
func TestRules(t *testing.T) {
	p := testPolicy(t)
	tests := []struct {
		name      string
		state     State
		do        Action
		stage     int
		change    func(t *Ticket, c *Command)
		rule      *rule
		forbidden bool
	}{
		{"a role may do only what its list says", Assigned, Begin, 0, func(_ *Ticket, c *Command) { c.Role = "clerk" }, permitted, true},
		{"a role nobody declared may do nothing", Assigned, Write, 0, func(_ *Ticket, c *Command) { c.Role = "visitor" }, permitted, true},
		{"a role may do what its list says", Assigned, Write, 0, func(_ *Ticket, c *Command) { c.Role = "clerk" }, nil, false},
		{"IR-05: approval out of turn", Pending, Approve, 0, func(t *Ticket, _ *Command) { t.Approvals = nil }, inTurn, true},
		{"IR-05: approval by a role that is none of the chain", Pending, Approve, 0, func(_ *Ticket, c *Command) { c.Role = "desk" }, inTurn, true},
		{"IR-05: approval given twice", Pending, Approve, 0, func(_ *Ticket, c *Command) { c.Role = "head" }, inTurn, true},
		{"RA-36: in any order", Pending, Approve, 0, func(t *Ticket, _ *Command) { t.Approvals, t.AnyOrder = nil, true }, nil, false},
		{"RA-36: a revocation by a role that did not approve", Assigned, Revoke, 0, func(_ *Ticket, c *Command) { c.Role = "desk" }, hasApproved, true},
		{"RA-24: diagnosis by an analyst", Assigned, Diagnose, 0, func(_ *Ticket, c *Command) { c.Role = "analyst" }, mayDiagnose, true},
		{"RA-24: diagnosis by a technician", Assigned, Diagnose, 0, func(_ *Ticket, c *Command) { c.Role = "technician" }, nil, false},
		{"RA-45: diagnosis of a stage by a technician", Assigned, Diagnose, 1, func(_ *Ticket, c *Command) { c.Role = "technician" }, mayDiagnose, true},
		{"RA-45: diagnosis of a stage by an analyst", Assigned, Diagnose, 1, func(_ *Ticket, c *Command) { c.Role = "analyst" }, nil, false},
		{"RA-24: hand-over without a diagnosis", Assigned, HandOver, 0, func(t *Ticket, _ *Command) { t.Diagnosis = nil }, isDiagnosed, false},
		{"RA-24: hand-over after a diagnosis by somebody else", Assigned, HandOver, 0, func(t *Ticket, _ *Command) { t.Diagnosis.Role = "analyst" }, isDiagnosed, false},
		{"RA-45: hand-over of a stage without a diagnosis", Assigned, HandOver, 1, func(t *Ticket, _ *Command) { t.Stages[0].Diagnosis = nil }, isDiagnosed, false},
		{"SG-31: a part before the fault is identified", Assigned, Order, 0, func(t *Ticket, _ *Command) { t.Diagnosis = nil }, isDiagnosed, false},
		{"TE-22: a call that nobody follows", Assigned, HandOver, 0, func(_ *Ticket, c *Command) { c.By = "" }, followed, false},
		{"TE-22: a call that another follows", Assigned, HandOver, 0, func(_ *Ticket, c *Command) { c.By, c.Follower = "", "noa" }, nil, false},
		{"waiting without a reason", Assigned, Wait, 0, func(_ *Ticket, c *Command) { c.Reason = "" }, reasoned, false},
		{"TE-25: escalation without a reason", Assigned, Escalate, 0, func(_ *Ticket, c *Command) { c.Reason = "" }, reasoned, false},
		{"IR-14: guidance by the contractor", Assigned, Refer, 0, func(t *Ticket, _ *Command) { t.Type = "guidance" }, tierAllowed, false},
		{"IR-15: a process by the contractor", Assigned, Refer, 0, func(t *Ticket, _ *Command) { t.Type = "process" }, nil, false},
		{"IR-15: a process by the office", Assigned, Refer, 0, func(t *Ticket, c *Command) { t.Type, c.Tier = "process", "office" }, tierAllowed, false},
		{"IR-16: a defect by the unit", Assigned, Refer, 0, func(_ *Ticket, c *Command) { c.Tier = "unit" }, tierAllowed, false},
		{"RA-29: treated by another", Assigned, Treat, 0, func(_ *Ticket, c *Command) { c.By = "eve" }, byHandler, true},
		{"RA-29: treated by nobody, where nobody handles it", Assigned, Treat, 0, func(t *Ticket, c *Command) { t.Handler, c.By = "", "" }, byHandler, true},
		{"RA-29: treated by a delegate", Assigned, Treat, 0, func(t *Ticket, c *Command) { t.Delegates, c.By = []townclerk.Actor{"eve"}, "eve" }, nil, false},
		{"RA-29: treated by a delegate role", Assigned, Treat, 0, func(_ *Ticket, c *Command) { c.By, c.Role = "eve", "manager" }, nil, false},
		{"TE-25: treated by a role that took it over", Assigned, Treat, 0, func(t *Ticket, c *Command) {
			c.By, c.Role = "eve", "head"
			t.Owed = []sla.Owed{{Target: "handling", To: "head", Do: sla.TakeOver}}
		}, nil, false},
		{"RA-29: a role that only watches", Assigned, Treat, 0, func(t *Ticket, c *Command) {
			c.By, c.Role = "eve", "head"
			t.Owed = []sla.Owed{{Target: "handling", To: "head", Do: sla.Watch}}
		}, byHandler, true},
		{"RA-50: a stage treated by another", Assigned, Treat, 1, func(_ *Ticket, c *Command) { c.By = "eve" }, byHandler, true},
		{"RA-50: a stage closed by another", Treated, Close, 1, func(_ *Ticket, c *Command) { c.By = "eve" }, byHandler, true},
		{"RA-29: closed by another", Treated, Close, 0, func(_ *Ticket, c *Command) { c.By = "eve" }, byHandler, true},
		{"TE-23: treated without a word", Assigned, Treat, 0, func(_ *Ticket, c *Command) { c.Text = "" }, told, false},
		{"IR-09: treated before the checklist is done", Assigned, Treat, 0, func(t *Ticket, _ *Command) { t.Checklist[0].At = time.Time{} }, checked, false},
		{"IR-18: granted as requested", Assigned, Treat, 0, func(_ *Ticket, c *Command) { c.Granted = []Grant{{"letters", "write"}} }, nil, false},
		{"IR-18: granted less than requested", Assigned, Treat, 0, func(_ *Ticket, c *Command) { c.Granted = []Grant{{"letters", "read"}} }, nil, false},
		{"IR-18: granted a higher level", Assigned, Treat, 0, func(_ *Ticket, c *Command) { c.Granted = []Grant{{"letters", "approve"}} }, withinRequest, false},
		{"IR-18: granted another part", Assigned, Treat, 0, func(_ *Ticket, c *Command) { c.Granted = []Grant{{"salaries", "read"}} }, withinRequest, false},
		{"IR-18: granted a level that is none", Assigned, Treat, 0, func(_ *Ticket, c *Command) { c.Granted = []Grant{{"letters", ""}} }, withinRequest, false},
		{"TE-22: treated while a vendor's call is owed", Assigned, Treat, 0, func(t *Ticket, _ *Command) { t.Calls = []Call{{Number: 1, Vendor: "lines", Owed: sunday}} }, callsDone, false},
		{"TE-23: closed before the opener is told", Treated, Close, 0, func(t *Ticket, _ *Command) { t.Informed = time.Time{} }, isInformed, false},
		{"RA-50: closed before its stage", Treated, Close, 0, func(t *Ticket, _ *Command) { t.Stages = []Stage{{Number: 1, State: Treated}} }, stagesOver, false},
		{"RA-50: closed after its stages", Treated, Close, 0, func(t *Ticket, _ *Command) {
			t.Stages = []Stage{{Number: 1, State: Closed}, {Number: 2, State: Cancelled}, {Number: 3, State: Moved}}
		}, nil, false},
		{"TE-22: closed while a call is open", Treated, Close, 0, func(t *Ticket, _ *Command) { t.Calls = []Call{{Number: 1, Stage: 1, Opened: sunday}} }, callsOver, false},
		{"TE-22: a stage closed while its call is open", Treated, Close, 1, func(t *Ticket, _ *Command) { t.Calls = []Call{{Number: 1, Stage: 1, Opened: sunday}} }, callsDone, false},
		{"TE-22: a stage closed while another's call is open", Treated, Close, 1, func(t *Ticket, _ *Command) { t.Calls = []Call{{Number: 1, Opened: sunday}} }, nil, false},
		{"cancelled while a stage is open", Assigned, Cancel, 0, func(t *Ticket, _ *Command) { t.Stages = []Stage{{Number: 1, State: New}} }, stagesOver, false},
		{"cancelled while a vendor has it", Pending, Cancel, 0, func(t *Ticket, _ *Command) { t.Calls = []Call{{Number: 1, Opened: sunday}} }, callsOpened, false},
		{"cancelled while a call is owed", Assigned, Cancel, 0, func(t *Ticket, _ *Command) { t.Calls = []Call{{Number: 1, Owed: sunday}} }, nil, false},
		{"RA-48: moved without a reason", Assigned, Move, 0, func(_ *Ticket, c *Command) { c.Reason = "" }, reasoned, false},
		{"RA-48: moved while a stage is open", Assigned, Move, 0, func(t *Ticket, _ *Command) { t.Stages = []Stage{{Number: 1, State: New}} }, stagesOver, false},
		{"a stage reopened after its ticket was closed", Closed, Reopen, 1, func(*Ticket, *Command) {}, ticketOpen, false},
		{"a stage reopened while its ticket is open", Closed, Reopen, 1, func(t *Ticket, _ *Command) { t.State = Assigned }, nil, false},
	}
	seen := map[*rule]bool{}
	for _, tt := range tests {
		before, c := onlyFor(inState(tt.state), tt.do), ready(tt.do, tt.stage)
		if tt.stage == 1 {
			before = inState(tt.state)
		}
		if tt.do == Wait {
			before.Waits = nil
		}
		tt.change(&before, &c)
		_, _, err := p.Do(before, c)
		if tt.rule == nil {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		seen[tt.rule] = true
		var refused *townclerk.TransitionError
		if !errors.As(err, &refused) || refused.Rule != tt.rule.Says {
			t.Errorf("%s: %v, want: %s", tt.name, err, tt.rule.Says)
			continue
		}
		if got := errors.Is(err, townclerk.ErrForbidden); got != tt.forbidden {
			t.Errorf("%s: forbidden is %v: %v", tt.name, got, err)
		}
	}
	seen[permitted] = true
	for _, table := range []*workflow.Table[State, Action, *decision]{tickets, stages} {
		for _, r := range table.All() {
			for _, g := range r.If {
				require.True(t, seen[g], "no test breaks the rule %q", g.Says)
			}
		}
	}
}

func TestTransitionErrorSaysWhatIsAllowed(t *testing.T) {
	p := testPolicy(t)
	_, _, err := p.Do(inState(Closed), ready(Treat, 0))
	require.EqualError(t, err, "ticket 2026-000001: cannot treat while closed; allowed now: reopen, attach, rate, link, release")
	early := inState(Treated)
	early.Informed, early.Stages = time.Time{}, nil
	_, _, err = p.Do(early, ready(Close, 0))
	require.EqualError(t, err, "ticket 2026-000001: cannot close while treated: the opener is told first what was done; "+
		"allowed now: inform, reopen, escalate, follow up, write, attach, rate, link")
	_, _, err = p.Do(inState(Cancelled), ready(Treat, 1))
	require.EqualError(t, err, "ticket 2026-000001, stage 1: cannot treat while cancelled; nothing else is allowed now")
	_, _, err = p.Do(inState(Assigned), Command{Do: "sing", At: sunday})
	require.ErrorContains(t, err, "cannot sing while assigned; allowed now: ")
	_, _, err = p.Do(inState(Assigned), ready(Treat, 7))
	require.ErrorContains(t, err, "stage: ticket 2026-000001 has 1 stages, and no stage 7")
}

// What a role may do is what Do does not refuse to it, but for what commands say.
func TestAllowed(t *testing.T) {
	p := testPolicy(t)
	require.Equal(t, []Action{Write, Attach}, p.Allowed(inState(Assigned), 0, "eve", "clerk"))
	require.Empty(t, p.Allowed(inState(Assigned), 0, "eve", "visitor"))
	require.Empty(t, p.Allowed(inState(Assigned), 9, "eve", "desk"))
	require.NotContains(t, p.Allowed(inState(Assigned), 0, "eve", "desk"), Treat)
	for _, s := range States {
		for stage := range 2 {
			for _, do := range Actions {
				before := inState(s)
				if stage == 0 {
					before = onlyFor(before, do)
				}
				c := ready(do, stage)
				_, _, err := p.Do(before, c)
				allowed := slices.Contains(p.Allowed(before, stage, c.By, c.Role), do)
				if allowed != (err == nil) {
					t.Errorf("%s while %s, stage %d: allowed is %v, but %v", do, s, stage, allowed, err)
				}
			}
		}
	}
}

// The diagrams that TE-27 asks for. Write them anew with
//
//	UPDATE=1 go test ./ticket -run TestDiagram
func TestDiagram(t *testing.T) {
	for file, got := range map[string]string{"testdata/ticket.mmd": Workflow().Diagram(), "testdata/stage.mmd": StageWorkflow().Diagram()} {
		if os.Getenv("UPDATE") != "" {
			require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), got, "%s; write it anew with UPDATE=1", file)
	}
}

// TestWalks does what is allowed at random, and looks after each step at what must
// hold of every ticket. Together the walks take every row of both tables.
func TestWalks(t *testing.T) {
	p := testPolicy(t)
	taken := map[string]bool{}
	for seed := range uint64(2000) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		ticket, events := openRandom(t, p, rnd)
		for range 80 {
			c := randomCommand(rnd, p, &ticket)
			before := ticket.Clone()
			after, more, err := p.Do(ticket, c)
			if !reflect.DeepEqual(before, ticket) {
				t.Fatalf("%s changed what it was given", c.Do)
			}
			if err != nil {
				require.Empty(t, more)
				require.Zero(t, after)
				continue
			}
			events = append(events, more...)
			data, err := ReadData(more[0])
			require.NoError(t, err)
			taken[taking(c.Stage > 0, data.From, c.Do, data.To, kindsOf(data))] = true
			ticket = after
			checkInvariants(t, &ticket)
		}
		checkEvents(t, p, &ticket, events)
		if seed%50 == 49 && (testing.Short() || len(untaken(taken)) == 0) {
			return
		}
	}
	t.Errorf("no walk takes %s", strings.Join(untaken(taken), "\nnor "))
}

func taking(stage bool, from State, do Action, to State, kinds []string) string {
	return fmt.Sprintf("%s while %s to %s as %v, stage: %v", do, from, to, kinds, stage)
}

// untaken returns the rows that no walk took. What treating is besides, the policy says.
func untaken(taken map[string]bool) []string {
	var missing []string
	for i, table := range []*workflow.Table[State, Action, *decision]{tickets, stages} {
		for _, r := range table.All() {
			bare := taking(i > 0, r.From[0], r.Do, r.To, append([]string{}, r.Events...))
			if !taken[bare] && !taken[strings.Replace(bare, "[treated]", "[treated granted]", 1)] {
				missing = append(missing, bare)
			}
		}
	}
	return missing
}

// kindsOf returns the kinds that an event added to the log of what it happened to.
func kindsOf(d Data) []string {
	kinds := []string{}
	for _, e := range d.Log {
		if e.Stage == d.Stage {
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds
}

func openRandom(t *testing.T, p *Policy, rnd *rand.Rand) (Ticket, []townclerk.Event) {
	r := Request{At: sunday, Channel: "phone", Opener: "dana", Department: "operations", Class: "incident", Recorder: "tali"}
	switch rnd.IntN(4) {
	case 0:
		r.Class = "account"
	case 2:
		r.Item, r.Class, r.Unit = "site-expert", "", "registry"
	case 1:
		r.Item, r.Class, r.Author, r.To, r.Unit = "worklist", "", "unit-head", "head", "registry"
		r.Requested, r.Fields = []Grant{{"letters", "write"}}, map[string]string{"position": "clerk"}
	}
	ticket, events, err := p.Open("t-1", r)
	require.NoError(t, err)
	return ticket, events
}

// randomCommand mostly picks what is allowed, and seldom what ends the work.
func randomCommand(rnd *rand.Rand, p *Policy, t *Ticket) Command {
	pick := func(all ...string) string { return all[rnd.IntN(len(all))] }
	stage := rnd.IntN(len(t.Stages) + 1)
	if rnd.IntN(3) == 0 {
		stage = 0
	}
	allowed := p.Allowed(*t, stage, "yossi", "manager")
	allowed = append(allowed, Diagnose, Approve, Revoke)
	if stage == 0 && t.Diagnosis != nil && rnd.IntN(4) == 0 {
		allowed = []Action{Order, Resume, Receive}
	}
	do := allowed[rnd.IntN(len(allowed))]
	if rnd.IntN(10) == 0 {
		do = Actions[rnd.IntN(len(Actions))]
	}
	if do == OpenStage && len(t.Stages) > 1 || (do == Cancel || do == Move) && rnd.IntN(5) > 0 {
		do = Write
	}
	c := ready(do, stage)
	c.Role = "manager"
	switch do {
	case Approve:
		c.Role = pick(t.nextApproval(), "head", "desk")
	case Revoke:
		c.Role = pick("head", "manager", "desk")
	case Diagnose:
		c.Role, c.NeedsVendor = "desk", rnd.IntN(2) == 0
	}
	c.Reason = pick("awaiting-user", "awaiting-part")
	c.Vendor = map[Action]string{HandOver: pick("lines", "exchange")}[c.Do]
	c.At = t.Recorded.Add(time.Duration(rnd.IntN(7200)-600) * time.Second)
	c.Recorded = t.Recorded.Add(7200 * time.Second)
	c.Appointment = c.Recorded.Add(time.Hour)
	c.Part = 1 + rnd.IntN(len(t.Parts)+1)
	c.Call = rnd.IntN(len(t.Calls) + 1)
	if c.Do == Assign {
		c.Handler = "yossi"
		if rnd.IntN(3) == 0 {
			c.Handler, c.Team = "", "field"
		}
	}
	return c
}

func checkInvariants(t *testing.T, ticket *Ticket) {
	t.Helper()
	must := func(holds bool, format string, args ...any) {
		if !holds {
			t.Helper()
			t.Fatalf(format, args...)
		}
	}
	for stage := range len(ticket.Stages) + 1 {
		s, _ := ticket.subject(stage)
		state := *s.state
		vendor := ticket.withVendor(stage)
		must(vendor == (state == AtVendor) || state == Pending, "%s, and a vendor has it: %v", state, vendor)
		must(len(*s.waits) > 0 == (state == Waiting) || state == AtVendor || state == Pending || state.Final(), "%s, waiting for %v", state, *s.waits)
		must(state.Final() == !s.closed.IsZero(), "%s, and closed at %s", state, *s.closed)
		must(state != Assigned || *s.team != "" || *s.handler != "", "assigned to nobody")
		for i, e := range *s.log {
			must(e.Seq == townclerk.Seq(i+1), "event %d has seq %d", i+1, e.Seq)
		}
	}
	must(ticket.State == Pending || ticket.nextApproval() == "" || ticket.State.Final(), "%s, and %s did not approve", ticket.State, ticket.nextApproval())
	must(ticket.State != Closed || !ticket.Informed.IsZero(), "closed, and nobody told")
}

// checkEvents compares what the events tell with the logs of the ticket.
func checkEvents(t *testing.T, p *Policy, ticket *Ticket, events []townclerk.Event) {
	t.Helper()
	want := ticket.Timelines()
	got, err := ReadTimelines(events)
	require.NoError(t, err)
	require.Len(t, got, len(want))
	for _, tl := range want {
		i := slices.IndexFunc(got, func(g sla.Timeline) bool { return g.ID == tl.ID })
		require.Equal(t, toJSON(t, tl.Events), toJSON(t, got[i].Events), "the events say what the log says")
		_, err := p.Promises().Assess(tl, ticket.Recorded)
		require.NoError(t, err)
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return string(data)
}

// A copy shares nothing: filled to the brim, no pointer of one is in the other.
func TestClone(t *testing.T) {
	var full Ticket
	fill(reflect.ValueOf(&full).Elem())
	c := full.Clone()
	require.Equal(t, full, c)
	pointers := map[uintptr]string{}
	walk(reflect.ValueOf(full), "t", func(path string, at uintptr) { pointers[at] = path })
	walk(reflect.ValueOf(c), "t", func(path string, at uintptr) {
		if other, ok := pointers[at]; ok {
			t.Errorf("%s of the copy is %s of the original", path, other)
		}
	})
	require.Greater(t, len(pointers), 20)
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(sunday))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key"), reflect.ValueOf("value"))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	default:
		panic(v.Type().String())
	}
}

func walk(v reflect.Value, path string, visit func(string, uintptr)) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			walk(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	case reflect.Slice:
		visit(path, v.Pointer())
		for i := range v.Len() {
			walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case reflect.Map:
		visit(path, v.Pointer())
	case reflect.Pointer:
		visit(path, v.Pointer())
		walk(v.Elem(), path, visit)
	}
}
