package project

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

var jerusalem = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Jerusalem")
	if err != nil {
		panic(err)
	}
	return zone
}()

// local is an instant on the clock of Jerusalem, written as "2026-06-07" or "2026-06-07 10:00".
func local(text string) time.Time {
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if at, err := time.ParseInLocation(layout, text, jerusalem); err == nil {
			return at.UTC()
		}
	}
	panic(text)
}

// date is a day, written as "2026-06-07".
func date(text string) worktime.Date {
	d, err := worktime.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func promises(t testing.TB) *sla.Policy {
	t.Helper()
	data, err := os.ReadFile("testdata/sla.toml")
	require.NoError(t, err)
	p, err := sla.Parse(data, "sla.toml")
	require.NoError(t, err)
	return p
}

func policy(t testing.TB) *Policy {
	t.Helper()
	data, err := os.ReadFile("testdata/project.toml")
	require.NoError(t, err)
	p, err := Parse(data, "project.toml", promises(t))
	require.NoError(t, err)
	return p
}

func ils(minor int64) townclerk.Money { return townclerk.Money{Minor: minor, Currency: "ILS"} }

// ms is a milestone of the execution, or of the acceptance if its id begins with "a".
func ms(id, from, to string, cost int64, after ...string) Milestone {
	m := Milestone{ID: id, Title: "piece " + id, Phase: Execution, From: date(from), To: date(to), After: after}
	if id[0] == 'a' {
		m.Phase = Acceptance
	}
	if cost != 0 {
		m.Cost = ils(cost)
	}
	return m
}

// shekels is 10 working days of execution from Sunday, 7 June 2026, and then 5 of acceptance.
func plan() []Milestone {
	return []Milestone{ms("e1", "2026-06-07", "2026-06-18", 1_000_000), ms("a1", "2026-06-21", "2026-06-25", 50_000, "e1")}
}

// must carries out commands one after the other, as a manager who may do everything.
func must(t testing.TB, p *Policy, project Project, commands ...Command) Project {
	t.Helper()
	for _, c := range commands {
		if c.Role == "" {
			c.Role = "director-general"
		}
		if c.By == "" {
			c.By = "u-1"
		}
		if c.At.IsZero() {
			c.At = project.latest()
		}
		next, events, err := p.Do(project, c)
		require.NoError(t, err)
		require.Len(t, events, 1)
		project = next
	}
	return project
}

func demand(t testing.TB, p *Policy, class, at string) Project {
	t.Helper()
	made, _, err := p.Demand("p-1", Request{At: local(at), By: "u-9", Demander: "u-2", Class: class, Lead: "information-systems", Title: "Online forms"})
	require.NoError(t, err)
	return made
}

// specified is the commands that get a specification approved, as deliverable 1.
func specified() []Command {
	return []Command{
		{Do: Order, Kind: "specification", Name: "forms"}, {Do: Deliver, Part: 1, Reference: "file/1"}, {Do: Review, Part: 1, Text: "good"}, {Do: Pass, Part: 1},
	}
}

// executing returns a project in its execution, by the plan, since Sunday, 7 June 2026.
func executing(t testing.TB, p *Policy, milestones ...Milestone) Project {
	t.Helper()
	project := demand(t, p, "project-upgrade", "2026-06-01 09:00")
	project = must(t, p, project, Command{Do: Admit}, Command{Do: Plan, Milestones: milestones})
	project = must(t, p, project, specified()...)
	return must(t, p, project, Command{Do: Submit}, Command{Do: Approve, At: local("2026-06-07 08:00")})
}
