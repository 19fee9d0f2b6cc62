package project

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

func TestTablesAreSound(t *testing.T) {
	for name, table := range map[string]*table{"projects": projects, "deliverables": deliverables, "changes": changes, "work plans": workPlans} {
		require.NoError(t, table.Check(States, Actions), name)
	}
	for _, w := range []townclerk.Workflow[State, Action]{Workflow(), DeliverableWorkflow(), ChangeWorkflow(), WorkPlanWorkflow()} {
		require.True(t, strings.HasPrefix(w.Diagram(), "stateDiagram-v2"))
		for _, r := range w.Rows {
			require.Contains(t, w.States, r.From)
			require.Contains(t, w.States, r.To)
			require.NotContains(t, []State{Cancelled, Rejected, Installed}, r.From, "%s: an end is one", r.Do)
		}
	}
}

// allowedByHand is what a project allows in each phase, written independently of the
// table: RA-05, RA-08, RA-09, RA-52 to RA-57, SG-16.
var allowedByHand = map[State]string{
	Intake:     "admit, reject, hold, cancel, alter, attach, write, ask",
	Planning:   "plan, submit, record, hold, cancel, alter, attach, write, order, ask",
	Approval:   "reject, return, approve, record, hold, cancel, alter, attach, write, order, ask",
	Execution:  "reach, undo, spend, propose, finish, record, hold, cancel, alter, attach, write, order, ask",
	Acceptance: "reach, undo, spend, propose, record, rework, close, hold, cancel, alter, attach, write, order, ask",
	Closed:     "attach, write",
	OnHold:     "resume, cancel, attach, write",
	Rejected:   "",
	Cancelled:  "",
}

// inPhase returns a project in a phase of which all that the rules ask for is so.
func inPhase(t testing.TB, p *Policy, phase State) Project {
	t.Helper()
	project := demand(t, p, "project-upgrade", "2026-06-01 09:00")
	if phase == Intake {
		return project
	}
	if phase == Rejected {
		return must(t, p, project, Command{Do: Reject, Reason: "no"})
	}
	project = must(t, p, project, Command{Do: Admit}, Command{Do: Plan, Milestones: plan()})
	project = must(t, p, project, specified()...)
	if phase == Planning {
		return project
	}
	project = must(t, p, project, Command{Do: Submit})
	if phase == Approval {
		return project
	}
	project = must(t, p, project, Command{Do: Approve}, Command{Do: Reach, Milestone: "e1"})
	switch phase {
	case Execution:
		return project
	case OnHold:
		return must(t, p, project, Command{Do: Hold, Reason: "elections"})
	case Cancelled:
		return must(t, p, project, Command{Do: Cancel, Reason: "no money"})
	}
	project = must(t, p, project, Command{Do: Finish}, Command{Do: Record, Kind: "acceptance", Name: "forms", Passed: true}, Command{Do: Reach, Milestone: "a1"})
	if phase == Acceptance {
		return project
	}
	return must(t, p, project, Command{Do: Close})
}

// ready returns a command that says all that its action needs.
func ready(do Action) Command {
	c := Command{Do: do, At: local("2026-06-08 10:00"), By: "u-1", Role: "director-general", Reason: "because", Text: "text", Name: "name", Reference: "ref"}
	switch do {
	case Plan, Propose:
		c.Milestones = plan()
	case Reach:
		c.Milestone = "e2"
	case Undo, Spend:
		c.Milestone, c.Amount = "e1", ils(100)
	case Record:
		c.Kind = "security"
	case Attach:
		c.Kind = "charter"
	case Order:
		c.Kind = "development"
	case Ask:
		c.Cause = "law"
	case Alter:
		c.Set = map[string]string{"title": "other"}
	case Edit:
		c.Content = &Content{Title: "2027", Horizon: "yearly", Plane: "application", First: 2027, Last: 2027, Lines: []Line{{Title: "forms", Year: 2027}}}
	}
	return c
}

// Every action in every phase: what the table does not list is refused, with what is
// allowed instead, and changes nothing.
func TestEveryTransition(t *testing.T) {
	p := policy(t)
	for _, phase := range Phases {
		project := inPhase(t, p, phase)
		require.Equal(t, phase, project.State)
		want := strings.Split(allowedByHand[phase], ", ")
		require.Equal(t, strings.Join(want, ", "), strings.Join(texts(p.Allowed(project, 0, "u-1", "director-general")), ", "), phase)
		for _, do := range Actions {
			if slices.Contains([]Action{Deliver, Review, Pass, SendBack, Drop, Grant, Refuse, Install}, do) {
				continue
			}
			before := project.Clone()
			_, events, err := p.Do(project, ready(do))
			require.Equal(t, before, project, "%s while %s changes what it is given", do, phase)
			var refused *townclerk.TransitionError
			switch listed := slices.Contains(want, string(do)); {
			case listed:
				require.False(t, errors.As(err, &refused), "%s while %s: %v", do, phase, err)
			case do == Adopt || do == Decline: // allowed when there is a revision
				require.Error(t, err)
			default:
				require.ErrorAs(t, err, &refused, "%s while %s", do, phase)
				require.Empty(t, events)
				require.Equal(t, string(phase), refused.State)
				require.Equal(t, "project p-1", refused.Thing)
				require.Subset(t, strings.Split(allowedByHand[phase], ", "), refused.Allowed)
			}
		}
	}
}

// The parts of a project go their own ways: RA-08, SG-16.
func TestEveryTransitionOfParts(t *testing.T) {
	p := policy(t)
	base := must(t, p, inPhase(t, p, Approval), Command{Do: Order, Kind: "development", Name: "forms"}, Command{Do: Ask, Cause: "law", Reference: "law 5786", Text: "a new field"})
	for state, want := range map[State]string{
		Ordered: "deliver, drop", Delivered: "review, drop", Reviewed: "pass, send back, drop", Approved: "", Returned: "deliver, drop", Cancelled: "",
	} {
		project := base.Clone()
		project.Deliverables[1].State = state
		for _, do := range []Action{Deliver, Review, Pass, SendBack, Drop} {
			c := ready(do)
			c.Part = 2
			next, _, err := p.Do(project, c)
			if slices.Contains(strings.Split(want, ", "), string(do)) {
				require.NoError(t, err, "%s a deliverable that is %s", do, state)
				require.NotEqual(t, state, next.Deliverables[1].State)
				continue
			}
			require.ErrorContains(t, err, "project p-1, deliverable 2: cannot "+string(do)+" while "+string(state))
		}
	}
	for state, want := range map[State]string{Asked: "grant, refuse", Approved: "install", Rejected: "", Installed: ""} {
		project := base.Clone()
		project.Changes[0].State = state
		for _, do := range []Action{Grant, Refuse, Install} {
			c := ready(do)
			c.Part = 1
			_, _, err := p.Do(project, c)
			if slices.Contains(strings.Split(want, ", "), string(do)) {
				require.NoError(t, err, "%s a change that is %s", do, state)
				continue
			}
			require.ErrorContains(t, err, "project p-1, change 1: cannot "+string(do)+" while "+string(state))
		}
	}
	closed := base.Clone()
	closed.State = Closed
	c := ready(Deliver)
	c.Part = 2
	_, _, err := p.Do(closed, c)
	require.ErrorContains(t, err, "its project is open, and does not rest")
	c.Part = 7
	_, _, err = p.Do(base, c)
	require.EqualError(t, err, "project p-1, deliverable 7: cannot deliver: part: the project has no part 7 of this kind")
	_, _, err = p.Do(base, Command{Do: Approve, Part: 1, At: local("2026-06-08"), Role: "director-general"})
	require.ErrorContains(t, err, "approve is done to the project itself")
}

// What a command says that its action does not need is stored all the same, and checked.
func TestAmountsThatCannotBeStored(t *testing.T) {
	bad := townclerk.Money{Minor: 1, Currency: "x"}
	c := ready(Write)
	c.Amount, c.Milestones, c.Content = bad, []Milestone{{Cost: bad}}, &Content{Lines: []Line{{Cost: bad}, {Cost: ils(-1)}}}
	_, _, err := policy(t).Do(inPhase(t, policy(t), Planning), c)
	for _, want := range []string{"amount: ", "milestones[1].cost: ", "content.lines[1].cost: ", "content.lines[2].cost: -0.01 ILS is less than nothing"} {
		require.ErrorContains(t, err, want)
	}
}

// RA-05: nobody but the Director General makes a work plan active.
func TestEveryTransitionOfWorkPlans(t *testing.T) {
	p := policy(t)
	c := ready(Edit)
	c.At = local("2026-06-07 10:00")
	base, _, err := p.DraftWork("w-1", "information-systems", c)
	require.NoError(t, err)
	for state, want := range map[State]string{
		Draft: "submit, cancel, edit", Submitted: "return, approve, cancel", Active: "close, cancel", Closed: "", Cancelled: "",
	} {
		w := base.Clone()
		w.State = state
		require.Equal(t, want, strings.Join(sorted(p.AllowedWork(w, "u-1", "director-general"), want), ", "))
		for _, do := range Actions {
			_, _, err := p.DoWork(w, ready(do))
			if slices.Contains(strings.Split(want, ", "), string(do)) {
				require.NoError(t, err, "%s a work plan that is %s", do, state)
				continue
			}
			require.ErrorContains(t, err, "work plan w-1: cannot "+string(do)+" while "+string(state))
		}
	}
	w := base.Clone()
	w.State = Submitted
	for _, role := range []string{"is-manager", "analyst", ""} {
		c := ready(Approve)
		c.Role = role
		_, _, err := p.DoWork(w, c)
		require.ErrorIs(t, err, townclerk.ErrForbidden, role)
		require.ErrorContains(t, err, "work plans are approved by a role that the policy names")
	}
	active, _, err := p.DoWork(w, ready(Approve))
	require.NoError(t, err)
	require.Equal(t, Active, active.State)
	require.Equal(t, townclerk.Actor("u-1"), active.Approver)
}

// sorted returns the actions in the order of a list by hand.
func sorted(all []Action, want string) []string {
	list := texts(all)
	slices.SortFunc(list, func(a, b string) int {
		return slices.Index(strings.Split(want, ", "), a) - slices.Index(strings.Split(want, ", "), b)
	})
	return list
}

// Every role that may not: one that the policy lets do little, one that nobody knows, and
// those that a gate does not name.
func TestRoles(t *testing.T) {
	p := policy(t)
	for _, phase := range Phases {
		project := inPhase(t, p, phase)
		for _, do := range Actions {
			for _, role := range []string{"user", "mayor"} {
				if role == "user" && (do == Write || do == Ask) {
					continue
				}
				c := ready(do)
				c.Role = role
				_, _, err := p.Do(project, c)
				require.Error(t, err, "%s as %s", do, role)
				var refused *townclerk.TransitionError
				if errors.As(err, &refused) && refused.Rule != "" {
					require.ErrorIs(t, err, townclerk.ErrForbidden, "%s while %s as %s", do, phase, role)
				}
			}
		}
		require.Subset(t, []Action{Write, Ask}, p.Allowed(project, 0, "u-1", "user"))
		require.Empty(t, p.Allowed(project, 0, "u-1", "mayor"))
	}
	// RA-52: who records the status of a demand is named by a gate.
	intake := inPhase(t, p, Intake)
	for role, may := range map[string]bool{"is-manager": true, "director-general": true, "analyst": false, "": false} {
		c := ready(Admit)
		c.Role = role
		_, _, err := p.Do(intake, c)
		require.Equal(t, may, err == nil, role)
		require.Equal(t, !may, errors.Is(err, townclerk.ErrForbidden), role)
	}
}

// A gate asks for a role, a document, a result and a deliverable, and says which lack.
func TestGates(t *testing.T) {
	p := policy(t)
	project := demand(t, p, "project-complex", "2026-06-01 09:00")
	project = must(t, p, project, Command{Do: Admit}, Command{Do: Plan, Milestones: plan()}, Command{Do: Submit})
	_, _, err := p.Do(project, ready(Approve))
	require.EqualError(t, err, `project p-1: cannot approve while approval: the gate asks for a document of the kind "charter", `+
		`a result that passed, of the kind "security", an approved deliverable of the kind "specification"; `+
		`allowed now: reject, return, record, hold, cancel, alter, attach, write, order, ask`)
	project = must(t, p, project, Command{Do: Attach, Kind: "charter", Name: "charter"})
	project = must(t, p, project, specified()...)
	project = must(t, p, project, Command{Do: Record, Kind: "security", Name: "code", Passed: true}, Command{Do: Record, Kind: "security", Name: "hosting", Text: "open ports"})
	_, _, err = p.Do(project, ready(Approve))
	require.ErrorContains(t, err, `the gate asks for a result that passed, of the kind "security"`)
	project = must(t, p, project, Command{Do: Record, Kind: "security", Name: "hosting", Passed: true})
	c := ready(Approve)
	c.Role = "is-manager"
	_, _, err = p.Do(project, c)
	require.ErrorIs(t, err, townclerk.ErrForbidden)
	project = must(t, p, project, Command{Do: Approve})
	require.Equal(t, Execution, project.State)
}

// RA-08: nothing is developed without a specification that was approved, of any class.
func TestNoDevelopmentWithoutSpecification(t *testing.T) {
	p := policy(t)
	project := demand(t, p, "project-pilot", "2026-06-01 09:00")
	project = must(t, p, project, Command{Do: Admit}, Command{Do: Plan, Milestones: plan()}, Command{Do: Submit})
	for _, c := range specified() {
		_, _, err := p.Do(project, ready(Approve))
		require.ErrorContains(t, err, "a specification was ordered, delivered, reviewed and approved", "before %s", c.Do)
		project = must(t, p, project, c)
	}
	require.Equal(t, Execution, must(t, p, project, Command{Do: Approve}).State)
}

// RA-09: nothing closes without acceptance tests, or while one did not pass.
func TestNothingClosesUntested(t *testing.T) {
	p := policy(t)
	project := must(t, p, executing(t, p, plan()...), Command{Do: Reach, Milestone: "e1"})
	_, _, err := p.Do(project, Command{Do: Record, Kind: "acceptance", Name: "forms", Passed: true, At: project.latest(), Role: "analyst"})
	require.ErrorContains(t, err, "acceptance tests, which begin when the execution is finished")
	project = must(t, p, project, Command{Do: Finish}, Command{Do: Reach, Milestone: "a1"})
	untested := "acceptance tests were held since it came to acceptance, and each passed the last time"
	closes := func(want string) {
		t.Helper()
		_, _, err := p.Do(project, Command{Do: Close, At: project.latest(), Role: "director-general"})
		if want == "" {
			require.NoError(t, err)
			return
		}
		require.ErrorContains(t, err, want)
	}
	closes(untested)
	project = must(t, p, project, Command{Do: Record, Kind: "security", Name: "forms", Passed: true})
	closes(untested) // of another kind
	project = must(t, p, project, Command{Do: Record, Kind: "acceptance", Name: "forms", Text: "it loses a page"}, Command{Do: Record, Kind: "acceptance", Name: "letters", Passed: true})
	closes(untested) // one did not pass
	project = must(t, p, project, Command{Do: Record, Kind: "acceptance", Name: "forms", Passed: true})
	closes("")
	project = must(t, p, project, Command{Do: Rework, Reason: "the mayor's form"}, Command{Do: Finish})
	closes(untested) // it was worked on since
	project = must(t, p, project, Command{Do: Record, Kind: "acceptance", Name: "forms", Passed: true})
	closes("")
	project = must(t, p, project, Command{Do: Order, Kind: "development", Name: "letters"})
	closes("each deliverable is approved or dropped")
	project = must(t, p, project, Command{Do: Drop, Part: 2, Reason: "not needed"}, Command{Do: Ask, Cause: "user-need", Text: "larger letters"})
	closes("each change is installed or refused")
	project = must(t, p, project, Command{Do: Grant, Part: 1})
	closes("each change is installed or refused")
	project = must(t, p, project, Command{Do: Install, Part: 1})
	closes("")
	project = must(t, p, project, Command{Do: Undo, Milestone: "a1", Reason: "a slip"})
	closes("all milestones are reached")
}

// RA-09: a test that failed is held again, also after the project was worked on, and what
// counts is when it was held, not when that was written down.
func TestFailedTestsAreHeldAgain(t *testing.T) {
	p := policy(t)
	before := must(t, p, executing(t, p, plan()...), Command{Do: Reach, Milestone: "e1"}, Command{Do: Finish}, Command{Do: Reach, Milestone: "a1"})
	test := func(name, at string, passed bool) Command {
		return Command{Do: Record, Kind: "acceptance", Name: name, Passed: passed, Text: "seen", At: local(at), Recorded: local("2026-06-20")}
	}
	rework := []Command{{Do: Rework, Reason: "forms", At: local("2026-06-20 10:00")}, {Do: Finish}}
	for _, tt := range []struct {
		name   string
		do     []Command
		closes bool
	}{
		{"the only one failed", []Command{test("forms", "2026-06-10", false)}, false},
		{"it passed later", []Command{test("forms", "2026-06-10", false), test("forms", "2026-06-11", true)}, true},
		{"it passed at the same instant", []Command{test("forms", "2026-06-10", false), test("forms", "2026-06-10", true)}, true},
		{"it had passed, which is written down after", []Command{test("forms", "2026-06-10", false), test("forms", "2026-06-09", true)}, false},
		{"it had failed, which is written down after", []Command{test("forms", "2026-06-10", true), test("forms", "2026-06-09", false)}, true},
		{"it failed in a former round, and another passed", append(append([]Command{test("forms", "2026-06-10", false)}, rework...), test("letters", "2026-06-20 10:00", true)), false},
		{"it passed in the next round", append(append([]Command{test("forms", "2026-06-10", false)}, rework...), test("forms", "2026-06-20 10:00", true)), true},
		{"it passed in a former round, and another in this", append(append([]Command{test("forms", "2026-06-10", true)}, rework...), test("letters", "2026-06-20 10:00", true)), true},
	} {
		project := must(t, p, before, tt.do...)
		_, _, err := p.Do(project, Command{Do: Close, At: project.latest(), Role: "director-general"})
		require.Equal(t, tt.closes, err == nil, "%s: %v", tt.name, err)
	}
}

// SG-16: a change says its cause, and one of the law which.
func TestChangesHaveACause(t *testing.T) {
	p := policy(t)
	project := inPhase(t, p, Execution)
	for _, tt := range []struct{ cause, reference, want string }{
		{"law", "law 5786, section 3", ""},
		{"law", "", "reference: missing; the cause law comes with one"},
		{"user-need", "", ""},
		{"whim", "", `cause: "whim" is none of [causes]`},
		{"", "", "cause: missing"},
	} {
		next, _, err := p.Do(project, Command{Do: Ask, At: project.latest(), Role: "user", Cause: tt.cause, Reference: tt.reference, Text: "a field"})
		if tt.want != "" {
			require.ErrorContains(t, err, tt.want)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, tt.reference, next.Changes[0].Reference)
	}
	_, _, err := p.Demand("p-2", Request{At: local("2026-06-01"), Demander: "u-2", Class: "project-upgrade", Lead: "information-systems", Title: "t", Cause: "law"})
	require.ErrorContains(t, err, "reference: missing; the cause law comes with one")
}

// RA-04: the department that leads does it with its partner.
func TestLeadAndPartner(t *testing.T) {
	p := policy(t)
	made := demand(t, p, "project-upgrade", "2026-06-01 09:00")
	require.Equal(t, "operations", made.Partner)
	require.Equal(t, map[string]string{"department": "information-systems", "partner": "operations", "class": "project-upgrade"}, made.Log[0].Attributes)
	_, _, err := p.Do(made, Command{Do: Alter, At: made.latest(), Set: map[string]string{"partner": ""}})
	require.ErrorContains(t, err, "set.partner: missing; information-systems does its projects with another department")
	_, _, err = p.Do(made, Command{Do: Alter, At: made.latest(), Set: map[string]string{"partner": "information-systems"}})
	require.ErrorContains(t, err, "name another department")
	alone, _, err := p.Demand("p-2", Request{At: local("2026-06-01"), Demander: "u-2", Class: "project-upgrade", Lead: "operations", Title: "t"})
	require.NoError(t, err)
	require.Empty(t, alone.Partner)
}

// All that a demand lacks is said at once.
func TestDemandLacks(t *testing.T) {
	_, _, err := policy(t).Demand("", Request{Class: "upgrade", Lead: "is", Origin: "T\x00"})
	for _, want := range []string{
		"at: missing", "origin: it is no text", "id: missing", "demander: missing", `class: "upgrade" is none of [classes]`, `lead: "is" is none of [departments]`, "title: missing",
	} {
		require.ErrorContains(t, err, want)
	}
}

// A plan that was returned is to be made anew, and its approval waits until then. The
// demand stays approved: RA-52 was kept, and is not owed again.
func TestPlanReturned(t *testing.T) {
	p := policy(t)
	project := demand(t, p, "project-upgrade", "2026-06-01 09:00")
	project = must(t, p, project, Command{Do: Admit}, Command{Do: Plan, Milestones: plan()}, Command{Do: Submit, At: local("2026-06-22 10:00")})
	due := func(want string) {
		t.Helper()
		a, err := p.Assess(project.Header, project.latest())
		require.NoError(t, err)
		require.Equal(t, want, a.Clock("is-project-approval").Due.In(jerusalem).Format("2006-01-02 15:04"))
	}
	due("2026-07-12 16:30") // 14 working days after 22 June
	project = must(t, p, project, Command{Do: Return, At: local("2026-06-28 10:00"), Reason: "too dear"})
	a, err := p.Assess(project.Header, project.latest())
	require.NoError(t, err)
	require.Equal(t, sla.Running, a.Clock("is-planning-upgrade").State)
	require.Equal(t, sla.Waiting, a.Clock("is-project-approval").State)
	require.Equal(t, sla.Met, a.Clock("is-intake-upgrade").State)
	project = must(t, p, project, Command{Do: Submit, At: local("2026-06-30 10:00")})
	due("2026-07-14 16:30") // two days later
	a, err = p.Assess(project.Header, local("2026-09-01"))
	require.NoError(t, err)
	require.Equal(t, sla.Met, a.Clock("is-intake-upgrade").State)
}

// What rests goes on where it rested.
func TestHoldAndResume(t *testing.T) {
	p := policy(t)
	for _, phase := range open {
		project := must(t, p, inPhase(t, p, phase), Command{Do: Hold, Reason: "elections"})
		require.Equal(t, OnHold, project.State)
		require.Equal(t, phase, project.Held)
		project = must(t, p, project, Command{Do: Resume})
		require.Equal(t, phase, project.State)
		require.Empty(t, project.Held)
		project = must(t, p, project, Command{Do: Hold, Reason: "elections"}, Command{Do: Cancel, Reason: "no money"})
		require.Empty(t, project.Held, "what is called off rests no more")
	}
}

// Baselines: RA-55. A new one only by an approved revision, the old ones as they were,
// and no delay is planned away.
func TestBaselinesNeverChange(t *testing.T) {
	p := policy(t)
	project := executing(t, p, ms("e1", "2026-06-07", "2026-06-11", 100), ms("e2", "2026-06-14", "2026-06-18", 200, "e1"), ms("a1", "2026-06-21", "2026-06-25", 0, "e2"))
	project = must(t, p, project, Command{Do: Reach, Milestone: "e1", At: local("2026-06-14 09:00")})
	first := *project.Baseline(1).clone()
	revised := []Milestone{ms("e1", "2026-06-07", "2026-06-11", 100), ms("e2", "2026-06-14", "2026-07-02", 900, "e1"), ms("a1", "2026-07-05", "2026-07-09", 0, "e2")}
	project = must(t, p, project, Command{Do: Propose, Milestones: revised, Reason: "more forms"})
	require.Len(t, project.Baselines, 1)
	_, _, err := p.Do(project, Command{Do: Propose, Milestones: revised, Reason: "more forms", At: project.latest(), Role: "analyst"})
	require.ErrorContains(t, err, "no revision of the plan waits")
	_, _, err = p.Do(project, Command{Do: Adopt, At: project.latest(), Role: "analyst"})
	require.ErrorIs(t, err, townclerk.ErrForbidden)
	declined := must(t, p, project, Command{Do: Decline, Reason: "no"})
	require.Nil(t, declined.Revision)
	require.Len(t, declined.Baselines, 1)
	project = must(t, p, project, Command{Do: Adopt, Role: "is-manager"})
	require.Len(t, project.Baselines, 2)
	require.Equal(t, first, project.Baselines[0])
	require.Equal(t, 2, project.Baseline(0).Number)
	require.Equal(t, "more forms", project.Baseline(0).Reason)
	require.Nil(t, project.Baseline(3))

	late := slices.Clone(revised)
	late[0].To = date("2026-06-14")
	_, _, err = p.Do(project, Command{Do: Propose, Milestones: late, Reason: "as it was", At: project.latest(), Role: "analyst"})
	require.ErrorContains(t, err, `"e1" is reached, and so keeps its phase, days and cost; take it over as it stands in baseline 2`)
	late[0] = ms("e9", "2026-06-07", "2026-06-11", 100)
	late[1].After = nil
	_, _, err = p.Do(project, Command{Do: Propose, Milestones: late, Reason: "as it was", At: project.latest(), Role: "analyst"})
	require.ErrorContains(t, err, `"e1" is missing, on which work was done`)
}

// RA-55: what was reached, or paid for, between the proposal of a revision and its approval
// keeps its plan, too.
func TestRevisionApprovedLate(t *testing.T) {
	p := policy(t)
	project := executing(t, p, ms("e1", "2026-06-07", "2026-06-11", 100), ms("e2", "2026-06-07", "2026-06-11", 100), ms("a1", "2026-06-21", "2026-06-25", 0))
	moved := must(t, p, project, Command{Do: Propose, Reason: "later", Milestones: []Milestone{ms("e1", "2026-06-07", "2026-06-25", 100), ms("a1", "2026-06-28", "2026-07-02", 0)}})
	require.Len(t, must(t, p, moved, Command{Do: Adopt}).Baselines, 2)
	for _, tt := range []struct {
		did  Command
		want string
	}{
		{Command{Do: Reach, Milestone: "e1"}, `"e1" is reached, and so keeps its phase, days and cost; take it over as it stands in baseline 1`},
		{Command{Do: Spend, Milestone: "e2", Amount: ils(1)}, `"e2" is missing, on which work was done`},
		{Command{Do: Spend, Milestone: "e1", Amount: ils(1)}, ""},
	} {
		late := must(t, p, moved, tt.did)
		got, _, err := p.Do(late, Command{Do: Adopt, At: late.latest(), Role: "director-general"})
		if tt.want == "" {
			require.NoError(t, err)
			require.Len(t, got.Baselines, 2)
			continue
		}
		require.ErrorContains(t, err, tt.want)
		require.Nil(t, must(t, p, late, Command{Do: Decline, Reason: "work was done"}).Revision)
	}
}

// All that is wrong with a plan is said at once.
func TestPlanMistakes(t *testing.T) {
	p := policy(t)
	project := must(t, p, demand(t, p, "project-upgrade", "2026-06-01 09:00"), Command{Do: Admit})
	_, _, err := p.Do(project, Command{Do: Plan, At: project.latest(), Milestones: []Milestone{
		{Phase: "closed"}, ms("e1", "2026-06-05", "2026-06-18", 5, "e2"), ms("e1", "2026-06-18", "2026-06-07", 0),
		{ID: "e3", Title: "x", Phase: Execution, From: date("2026-06-07"), To: date("2026-06-08"), Cost: townclerk.Money{Minor: 5, Currency: "USD"}},
		ms("e4", "2040-06-07", "2040-06-08", 0),
		{ID: "e5", Title: "x", Phase: Execution, From: worktime.Date{Year: 2026, Month: time.February, Day: 30}, To: date("2026-03-02")},
		{ID: "e6", Title: "x", Phase: Execution, From: date("2026-06-07"), To: worktime.Date{Year: 1 << 40, Month: time.June, Day: 7}},
	}})
	for _, want := range []string{
		"milestones[1].id: missing", "milestones[1].title: missing", `milestones[1].phase: "closed" has no milestones`, "milestones[1]: from or to is missing",
		"milestones[2].from: 2026-06-05 is no working day of the calendar is-desk", `milestones[2].after: no milestone "e2" stands before it`,
		`milestones[3].id: "e1" is that of milestone 2 already`, "milestones[3].to: 2026-06-07 is before 2026-06-18", "milestones[4].cost: 0.05 ILS + 0.05 USD: the currencies differ",
		"milestones[5].from: ",
		"milestones[6]: 2026-02-30 to 2026-03-02: there are no such days", "milestones[7]", "milestones: none is of the phase acceptance",
	} {
		require.ErrorContains(t, err, want)
	}
	_, _, err = p.Do(project, Command{Do: Plan, At: project.latest(), Milestones: []Milestone{ms("a1", "2026-06-07", "2026-06-08", -5), ms("e1", "2026-06-07", "2026-06-08", 0, "a1")}})
	require.ErrorContains(t, err, "-0.05 ILS is less than nothing")
	_, _, err = p.Do(project, Command{Do: Plan, At: project.latest(), Milestones: []Milestone{
		ms("e1", "2026-06-07", "2026-06-08", 0), ms("e2", "2026-06-08", "2026-06-10", 0, "e1", "e1"), ms("a1", "2026-06-10", "2026-06-11", 0), ms("a2", "2026-06-11", "2026-06-11", 0, "a1"),
	}})
	for _, want := range []string{
		`milestones[2].from: it comes after "e1", which is not to be done before 2026-06-08`, `milestones[2].after: "e1" stands here twice`,
		`milestones[3].from: the acceptance begins when the execution is finished, and "e2" is not to be done before 2026-06-10`,
		`milestones[4].from: it comes after "a1", which is not to be done before 2026-06-11`,
	} {
		require.ErrorContains(t, err, want)
	}
	many := make([]string, 1_000_000)
	_, _, err = p.Do(project, Command{Do: Plan, At: project.latest(), Milestones: []Milestone{ms("e1", "2026-06-07", "2026-06-08", 0, many...), ms("a1", "2026-06-10", "2026-06-11", 0, many...)}})
	require.ErrorContains(t, err, `no milestone "" stands before it`)
	_, _, err = p.Do(project, Command{Do: Plan, At: project.latest(), Milestones: make([]Milestone, 1001)})
	require.ErrorContains(t, err, "a plan has at most 1000")
	_, _, err = p.Do(project, Command{Do: Plan, At: project.latest()})
	require.ErrorContains(t, err, "milestones: missing")
	_, _, err = p.Do(project, Command{Do: Write, Text: "x", At: project.latest(), Milestones: []Milestone{{To: worktime.Date{Year: 2026, Month: time.February, Day: 30}}}})
	require.ErrorContains(t, err, "milestones[1].to: 2026-02-30 is not a date", "what another action does not look at is written into its event")
}
