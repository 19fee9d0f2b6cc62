package policies

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/project/projecttest"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// portfolios is the folders that say how their projects are run, and the requirements
// that their project.toml cites.
var portfolios = map[string]string{
	"raanana": "RA-04 RA-05 RA-08 RA-09 RA-10 RA-12 RA-48 RA-52 RA-53 RA-54 RA-55 RA-56 RA-57 SG-16",
}

func portfolio(t *testing.T, folder string) *project.Policy {
	t.Helper()
	name := folder + "/" + project.PolicyFile
	data, err := Files.ReadFile(name)
	require.NoError(t, err)
	p, err := project.Parse(data, name, parse(t, folder+"/sla.toml"))
	require.NoError(t, err)
	return p
}

func TestProjectsFollowSchema(t *testing.T) {
	s := compile(t, project.Schema())
	for folder := range portfolios {
		data, err := Files.ReadFile(folder + "/project.toml")
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(data), "#:schema ../../../project/project.schema.json\n"), folder)
		require.NoError(t, validate(t, s, string(data)), folder)
		for _, wrong := range []string{"colour = 1\n", "[[gates]]\nat = \"edit\"\n", "[states.asleep]\nen = \"asleep\"\n", "[roles.x]\nmay = \"sing\"\n", "[horizons.x]\nyears = 0\ntitle = { en = \"x\" }\n"} {
			require.Error(t, validate(t, s, string(data)+"\n"+wrong), "%s with %s", folder, wrong)
		}
	}
}

// Every entry has titles in English and Hebrew, and each requirement is cited, by the
// policy and by a vector.
func TestProjects(t *testing.T) {
	for folder, want := range portfolios {
		p := portfolio(t, folder)
		for _, table := range []string{"roles", "departments", "classes", "deliverables", "documents", "results", "causes", "horizons", "planes"} {
			for _, id := range p.IDs(table) {
				for _, locale := range []string{"en", "he"} {
					require.NotEqual(t, id, p.Title(table, id, locale), "%s: [%s.%s] has no title in %s", folder, table, id, locale)
				}
				require.Subset(t, strings.Fields(want), p.Source(table, id), "%s: [%s.%s]", folder, table, id)
			}
		}
		data, err := Files.ReadFile(folder + "/project.toml")
		require.NoError(t, err)
		files, err := filepath.Glob(folder + "/projects/*.toml")
		require.NoError(t, err)
		var vectors strings.Builder
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			vectors.Write(text)
		}
		for _, id := range strings.Fields(want) {
			require.Contains(t, string(data), id, folder)
			require.Contains(t, vectors.String(), `"`+id+`"`, "%s: no vector cites it", folder)
		}
	}
}

// RA-04 to RA-57: the policy keeps to its vectors, and lint warns of nothing.
func TestProjectVectors(t *testing.T) {
	for folder := range portfolios {
		t.Run(folder, func(t *testing.T) {
			projecttest.Run(t, os.DirFS(folder), projecttest.Config{Folder: folder + "/projects", Strict: true})
		})
	}
}

// The vectors of projects are as their schema says, and name it in their first line.
func TestProjectVectorsFollowSchema(t *testing.T) {
	s := compile(t, projecttest.Schema())
	for folder := range portfolios {
		files, err := filepath.Glob(folder + "/projects/*.toml")
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(files), 30, folder)
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(string(data), "#:schema ../../../../project/projecttest/vector.schema.json\n"), file)
			require.NoError(t, validate(t, s, string(data)), file)
			require.Error(t, validate(t, s, string(data)+"\n[[steps]]\ndo = \"admitt\"\nat = 2026-06-07T09:00:00\n"), file)
		}
	}
}

// develop begins a project for each ticket and stage that was moved since it last looked,
// and tells the desk which: the few lines with which an application connects the two. An
// event that is read twice, as after a crash before the cursor is stored, leads to one
// project.
func develop(ctx context.Context, tenant townclerk.Tenant, tickets ticket.Store, desk *ticket.Desk, projects *project.Portfolio) error {
	const consumer = "projects"
	seen, err := tickets.Cursor(ctx, tenant, consumer)
	if err != nil {
		return err
	}
	events, err := tickets.Events(ctx, tenant, seen, 100)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.Kind == "ticket.moved" {
			data, err := ticket.ReadData(e)
			if err != nil {
				return err
			}
			t, err := desk.Get(ctx, tenant, ticket.ID(e.Aggregate))
			if err != nil {
				return err
			}
			origin := e.Aggregate
			if data.Stage > 0 {
				origin = fmt.Sprintf("%s/%d", origin, data.Stage)
			}
			made, err := projects.Develop(ctx, tenant, project.Development{
				Ticket: origin, Project: project.ID(data.Command.Project), At: e.At, By: e.Actor, Demander: t.Opener, Title: t.Subject, Text: data.Command.Reason,
			})
			if err != nil {
				return err
			}
			if data.Stage == 0 && t.Project != string(made.ID) {
				if _, err := desk.Link(ctx, tenant, t.ID, ticket.Who{Actor: e.Actor}, "", string(made.ID)); err != nil {
					return err
				}
			}
		}
		if err := tickets.SetCursor(ctx, tenant, consumer, e.Seq); err != nil {
			return err
		}
	}
	return nil
}

// RA-48: what is development is moved out of the support system and becomes a project that
// leads back to its ticket; its clocks at the desk stop, those of the project begin.
func TestTicketBecomesProject(t *testing.T) {
	const town townclerk.Tenant = "raanana"
	ctx := t.Context()
	promises := parse(t, "raanana/sla.toml")
	at := local(t, promises, "Sun 2026-06-07 09:00")
	now := func() time.Time { return at }
	tickets := ticket.NewMemStore()
	desk := ticket.NewDesk(tickets, deskPolicy(t), ticket.Config{Now: now})
	projects := project.NewPortfolio(project.NewMemStore(), portfolio(t, "raanana"), project.Config{Now: now})

	made, err := desk.Open(ctx, town, ticket.Request{Channel: "phone", Opener: "u-17", Department: "operations", Class: "incident", Subject: "טופס חניה"})
	require.NoError(t, err)
	staged, err := desk.Open(ctx, town, ticket.Request{Channel: "phone", Opener: "u-18", Department: "information-systems", Class: "incident", Subject: "a report of debts"})
	require.NoError(t, err)
	at = at.Add(time.Hour)
	_, err = desk.Do(ctx, town, made.ID, ticket.Command{Do: ticket.Move, By: "u-2", Role: "ops-desk", Reason: "it is development"})
	require.NoError(t, err)
	_, err = desk.Do(ctx, town, staged.ID, ticket.Command{Do: ticket.Move, Stage: 1, By: "u-3", Role: "systems-analyst", Reason: "a new report", Project: "p-9"})
	require.NoError(t, err)

	require.NoError(t, develop(ctx, town, tickets, desk, projects))
	// The same events again: whoever reads them may have stopped before it stored how far it was.
	again := forgetful{tickets}
	require.NoError(t, develop(ctx, town, again, desk, projects))

	page, err := projects.List(ctx, town, project.Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
	moved, err := desk.Get(ctx, town, made.ID)
	require.NoError(t, err)
	first, err := projects.Get(ctx, town, project.ID(moved.Project))
	require.NoError(t, err)
	require.Equal(t, string(made.ID), first.Origin)
	require.Equal(t, "טופס חניה", first.Title)
	require.Equal(t, townclerk.Actor("u-17"), first.Demander)
	second, err := projects.Get(ctx, town, "p-9")
	require.NoError(t, err)
	require.Equal(t, string(staged.ID)+"/1", second.Origin)

	a, err := promises.Assess(first.Timeline(), at)
	require.NoError(t, err)
	require.Equal(t, local(t, promises, "Thu 2026-06-25 16:30"), a.Clock("is-intake-upgrade").Due)
	a, err = promises.Assess(moved.Timelines()[0], at)
	require.NoError(t, err)
	for _, c := range a.Clocks {
		require.NotEqual(t, sla.Running, c.State, c.Target.ID)
	}
	others, err := projects.List(ctx, "kalisz", project.Query{})
	require.NoError(t, err)
	require.Empty(t, others.Items)
}

func deskPolicy(t *testing.T) *ticket.Policy { return desk(t, "raanana") }

// forgetful is a store whose consumers have always seen nothing.
type forgetful struct{ ticket.Store }

func (forgetful) Cursor(context.Context, townclerk.Tenant, string) (townclerk.Seq, error) {
	return 0, nil
}
