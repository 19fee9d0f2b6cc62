package project

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/internal/service"
)

// What is written down late happened at the earliest with what it rests on: RA-08, RA-09.
// At that instant it is taken, and a microsecond before it is refused.
func TestWrittenDownLate(t *testing.T) {
	p := policy(t)
	at := func(day int) time.Time { return local(fmt.Sprintf("2026-06-%02d 12:00", day)) }
	on := func(day int, c Command) Command {
		c.At = at(day)
		return c
	}
	demanded := demand(t, p, "project-upgrade", "2026-06-01 09:00")
	admitted := must(t, p, demanded, on(2, Command{Do: Admit}), on(3, Command{Do: Plan, Milestones: plan()}))
	spec := specified()
	reviewed := must(t, p, admitted, on(3, spec[0]), on(4, spec[1]), on(5, spec[2]))
	sent := must(t, p, reviewed, on(6, Command{Do: Submit}), on(8, spec[3]))
	executing := must(t, p, sent, on(9, Command{Do: Approve}))
	held := must(t, p, executing, on(10, Command{Do: Hold, Reason: "elections"}))
	reached := must(t, p, executing, on(11, Command{Do: Reach, Milestone: "e1"}))
	proposed := must(t, p, executing, on(12, Command{Do: Propose, Reason: "r", Milestones: plan()}))
	accepting := must(t, p, reached, on(14, Command{Do: Finish}))
	tested := must(t, p, accepting, on(15, Command{Do: Reach, Milestone: "a1"}), on(16, Command{Do: Record, Kind: "acceptance", Name: "forms", Passed: true}))
	asked := must(t, p, accepting, on(15, Command{Do: Ask, Cause: "user-need", Text: "x"}))
	granted := must(t, p, asked, on(16, Command{Do: Grant, Part: 1}))
	installed := must(t, p, tested, on(16, Command{Do: Ask, Cause: "user-need", Text: "x"}), on(17, Command{Do: Grant, Part: 1}), on(18, Command{Do: Install, Part: 1}))
	for _, tt := range []struct {
		project  Project
		do       Command
		earliest int // day of June, at noon
		why      string
	}{
		{demanded, Command{Do: Admit}, 0, "is before it was opened"},
		{admitted, Command{Do: Submit}, 3, "is too early, before this was so: there is a plan"},
		{must(t, p, admitted, on(3, spec[0])), spec[1], 3, "is before what it follows"},
		{must(t, p, admitted, on(3, spec[0]), on(4, spec[1])), spec[2], 4, "is before what it follows"},
		{reviewed, spec[3], 5, "is before what it follows"},
		{sent, Command{Do: Approve}, 8, "is too early, before this was so: a specification was ordered, delivered, reviewed and approved"},
		{sent, Command{Do: Return, Reason: "r"}, 6, "is before what it follows"},
		{held, Command{Do: Resume}, 10, "is before what it follows"},
		{executing, Command{Do: Reach, Milestone: "e1"}, 9, "is before what it follows"},
		{reached, Command{Do: Undo, Milestone: "e1", Reason: "r"}, 11, "is before what it follows"},
		{reached, Command{Do: Finish}, 11, "is too early, before this was so: all milestones of the execution are reached"},
		{executing, Command{Do: Propose, Reason: "r", Milestones: plan()}, 9, "is before what it follows"},
		{proposed, Command{Do: Adopt}, 12, "is too early, before this was so: a revision of the plan waits for approval"},
		{accepting, Command{Do: Record, Kind: "acceptance", Name: "forms", Passed: true}, 14, "is before what it follows"},
		{accepting, Command{Do: Reach, Milestone: "a1"}, 14, "is before what it follows"},
		{tested, Command{Do: Close}, 16, "is too early, before this was so: acceptance tests were held"},
		{installed, Command{Do: Close}, 18, "is too early, before this was so: each change is installed or refused"},
		{asked, Command{Do: Grant, Part: 1}, 15, "is before what it follows"},
		{granted, Command{Do: Install, Part: 1}, 16, "is before what it follows"},
	} {
		c := tt.do
		c.Role, c.At, c.Recorded = "director-general", tt.project.Began, at(25)
		if tt.earliest > 0 {
			c.At = at(tt.earliest)
		}
		next, _, err := p.Do(tt.project, c)
		require.NoError(t, err, "%s on day %d", c.Do, tt.earliest)
		_, err = p.Assess(next.Header, at(26))
		require.NoError(t, err)
		c.At = c.At.Add(-time.Microsecond)
		_, _, err = p.Do(tt.project, c)
		require.ErrorContains(t, err, "at: "+service.Stamp(c.At)+" "+tt.why, c.Do)
	}

	// Notes, documents and costs may come from any time, also while it rested since.
	resumed := must(t, p, held, on(20, Command{Do: Resume}))
	for _, c := range []Command{{Do: Write, Text: "x"}, {Do: Attach, Kind: "charter", Name: "c"}, {Do: Spend, Milestone: "e1", Amount: ils(1)}, {Do: Reach, Milestone: "e1"}} {
		c.Role, c.At, c.Recorded = "director-general", at(9), at(25)
		_, _, err := p.Do(resumed, c)
		require.NoError(t, err, c.Do)
	}
}

// Since says from when on a thing is what it is; of an active work plan, from when it was
// approved: RA-05.
func TestSince(t *testing.T) {
	p := policy(t)
	project := demand(t, p, "project-upgrade", "2026-06-01 09:00")
	require.Equal(t, project.Began, project.Since)
	project = must(t, p, project, Command{Do: Write, Text: "x", At: local("2026-06-02")})
	require.Equal(t, project.Began, project.Since, "a note leaves it where it is")
	project = must(t, p, project, Command{Do: Admit, At: local("2026-06-03")}, Command{Do: Order, Kind: "specification", Name: "s", At: local("2026-06-04")})
	project = must(t, p, project, Command{Do: Deliver, Part: 1, Reference: "r", At: local("2026-06-05")})
	require.Equal(t, local("2026-06-03"), project.Since, "what becomes of its parts, too")

	c := ready(Edit)
	c.At = local("2026-06-01")
	w, _, err := p.DraftWork("w-1", "operations", c)
	require.NoError(t, err)
	require.Equal(t, c.At, w.Since)
	for _, step := range []struct {
		do  Action
		at  string
		err string
	}{{Submit, "2026-06-04", ""}, {Approve, "2026-06-03", "is before what it follows"}, {Approve, "2026-06-05", ""}} {
		c := ready(step.do)
		c.At, c.Recorded = local(step.at), local("2026-06-06")
		next, _, err := p.DoWork(w, c)
		if step.err != "" {
			require.ErrorContains(t, err, step.err)
			continue
		}
		require.NoError(t, err)
		w = next
		require.Equal(t, c.At, w.Since)
	}
	require.Equal(t, Active, w.State)
}
