package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/examples/internal/pgtest"
	"github.com/townclerk/townclerk/examples/policies"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
	"github.com/townclerk/townclerk/ticket"
	"github.com/townclerk/townclerk/vendors"
)

// update has the tests write what they got into testdata, to be read before it is
// committed: UPDATE=1 go -C examples test ./townclerk
var update = os.Getenv("UPDATE") != ""

func TestMain(m *testing.M) {
	testscript.Main(withPostgres{m}, map[string]func(){"townclerk": main})
}

// withPostgres stops the server after the tests, if one was started.
type withPostgres struct{ m *testing.M }

func (w withPostgres) Run() int { return pgtest.Main(w.m) }

// TestScripts runs the command as a shell would.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       update,
		Setup: func(env *testscript.Env) error {
			policies, err := filepath.Abs("../policies")
			env.Setenv("POLICIES", policies)
			data, err2 := filepath.Abs("testdata/replay")
			env.Setenv("REPLAY", data)
			return errors.Join(err, err2)
		},
	})
}

// TestVectors checks what explain --json says against the worked vectors of
// Ra'anana's charter.
func TestVectors(t *testing.T) {
	charter, err := policies.Files.ReadFile("raanana/sla.toml")
	require.NoError(t, err)
	policy, err := sla.Parse(charter, "raanana/sla.toml")
	require.NoError(t, err)

	const ops, website = "department=operations", "department=website"
	for _, tt := range []struct {
		name   string
		at     string
		with   []string
		target string
		due    string
	}{
		{"V1 RA-21 twenty minutes", "2026-06-07T09:59:00", []string{ops, "class=incident"}, "ops-transfer", "2026-06-07T10:19:00+03:00"},
		{"V1 RA-20 before the cut-off", "2026-06-07T09:59:00", []string{ops, "class=incident"}, "ops-handling", "2026-06-07T16:30:00+03:00"},
		{"V2 RA-20 at the cut-off", "2026-06-07T10:00:00", []string{ops, "class=incident"}, "ops-handling", "2026-06-07T16:30:00+03:00"},
		{"V3 RA-22 after the cut-off", "2026-06-07T10:00:01", []string{ops, "class=incident"}, "ops-handling", "2026-06-08T12:00:00+03:00"},
		{"V3 a nanosecond after it", "2026-06-07T10:00:00.000000001", []string{ops, "class=incident"}, "ops-transfer", "2026-06-07T10:20:00.000000001+03:00"},
		{"V4 RA-22 over the weekend", "2026-06-11T10:30", []string{ops, "class=incident"}, "ops-handling", "2026-06-14T12:00:00+03:00"},
		{"V5 RA-18 RA-21 on a Friday", "2026-06-12T09:00", []string{ops, "class=incident"}, "ops-transfer", "2026-06-14T07:50:00+03:00"},
		{"V5 RA-18 RA-20 on a Friday", "2026-06-12T09:00", []string{ops, "class=incident"}, "ops-handling", "2026-06-14T16:30:00+03:00"},
		{"V6 RA-21 over the night", "2026-06-07T16:25", []string{ops, "class=incident"}, "ops-transfer", "2026-06-08T07:45:00+03:00"},
		{"V6 RA-22 handled", "2026-06-07T16:25", []string{ops, "class=incident"}, "ops-handling", "2026-06-08T12:00:00+03:00"},
		{"V6 RA-34 a user who cannot work", "2026-06-07T16:25", []string{ops, "class=user-down"}, "ops-user-down-handling", "2026-06-08T12:00:00+03:00"},
		{"V7 RA-21 the night the clock goes back", "2026-10-25T06:00", []string{ops, "class=incident"}, "ops-transfer", "2026-10-25T07:50:00+02:00"},
		{"RA-60 a critical fault of the website", "2026-06-06T20:10", []string{website, "class=incident", "critical=true"}, "web-critical", "2026-06-06T22:10:00+03:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := explainJSON(t, policy, tt.at, tt.with)
			for _, target := range got.Targets {
				if target.ID == tt.target {
					if target.Due != tt.due {
						t.Errorf("at %s with %v: %s due %s, want %s", tt.at, tt.with, tt.target, target.Due, tt.due)
					}
					return
				}
			}
			t.Errorf("at %s with %v: no target %s", tt.at, tt.with, tt.target)
		})
	}

	t.Run("V8 RA-31 three working days", func(t *testing.T) {
		got := explainJSON(t, policy, "2026-06-10T14:00", []string{ops, "class=incident"})
		require.Len(t, got.Escalations, 1)
		want := escalated{Target: "ops-follow-up", At: "2026-06-15T14:00:00+03:00", To: "ops-manager", Do: "watch", Owed: false}
		if e := got.Escalations[0]; e != want {
			t.Errorf("escalation %+v, want %+v", e, want)
		}
	})
	t.Run("RA-30 a network fault at once", func(t *testing.T) {
		got := explainJSON(t, policy, "2026-06-10T14:00", []string{ops, "class=network"})
		require.Len(t, got.Escalations, 2)
		want := escalated{Target: "ops-follow-up", At: "2026-06-10T14:00:00+03:00", To: "ops-manager", Do: "watch", Owed: true}
		if e := got.Escalations[0]; e != want {
			t.Errorf("escalation %+v, want %+v", e, want)
		}
	})
}

// explained is the part of the JSON that the vectors are about, read as a program
// of somebody else's would.
type explained struct {
	Targets []struct {
		ID, Due string
	}
	Escalations []escalated
}

type escalated struct {
	Target, At, To, Do string
	Owed               bool
}

func explainJSON(t *testing.T, policy *sla.Policy, typed string, with []string) explained {
	t.Helper()
	at, err := worktime.ParseTime(typed, policy.Zone())
	require.NoError(t, err)
	attributes, err := parseAttributes(policy, with)
	require.NoError(t, err)
	a := policy.Promise(at, attributes)
	var text bytes.Buffer
	require.NoError(t, writeJSON(&text, promised(policy, newVoice("en"), &a)))
	var got explained
	require.NoError(t, json.Unmarshal(text.Bytes(), &got))
	return got
}

// One name means one thing: no two kinds of finding, of the six files of a folder, have a
// code in common, but for invalid, which is what Parse refused. A code that several files
// could have begins with the name of its file, and no other does.
func TestCodesOfFindingsAreUnique(t *testing.T) {
	files := map[string][]sla.FindingKind{
		"sla": sla.Findings(), "ticket": ticket.Findings(), "asset": asset.Findings(), "vendors": vendors.Findings(),
		"project": project.Findings(), "kpi": kpi.Findings(),
	}
	codes, shared := map[string]string{}, map[string]int{}
	for file, kinds := range files {
		for _, kind := range kinds {
			if kind.Code == "invalid" {
				continue
			}
			require.Empty(t, codes[kind.Code], "%s is a code of %s, too", kind.Code, file)
			codes[kind.Code] = file
			if name, ok := strings.CutPrefix(kind.Code, file+"-"); ok {
				shared[name]++
			}
		}
	}
	for code, file := range codes {
		require.Zero(t, shared[code], "%s of %s is also a code with the name of a file before it", code, file)
		if name, ok := strings.CutPrefix(code, file+"-"); ok {
			require.Greater(t, shared[name], 1, "%s could do without %s", code, file)
		}
	}
	require.Len(t, findingKinds(), len(codes)+1)
}
