package project

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// lintOf returns what is found in the policy of testdata with some mistakes; what Parse
// refuses are findings as well.
func lintOf(t *testing.T, patches ...sla.Patch) []sla.Finding {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{"project.toml", "sla.toml"} {
		data, err := os.ReadFile("testdata/" + name)
		require.NoError(t, err)
		files[name] = string(data)
	}
	for _, patch := range patches {
		switch {
		case patch.Old == "":
			files["project.toml"] += patch.New
		case strings.Contains(files["project.toml"], patch.Old):
			files["project.toml"] = strings.Replace(files["project.toml"], patch.Old, patch.New, 1)
		default:
			require.Contains(t, files["sla.toml"], patch.Old)
			files["sla.toml"] = strings.Replace(files["sla.toml"], patch.Old, patch.New, 1)
		}
	}
	promises, err := sla.Parse([]byte(files["sla.toml"]), "sla.toml")
	require.NoError(t, err)
	p, err := Parse([]byte(files["project.toml"]), "project.toml", promises)
	if err != nil {
		return sla.Mistakes(err)
	}
	return p.Lint()
}

// The policy of testdata has one oddity, which is meant: pilots are promised no time (RA-12).
func TestLintOfSoundPolicy(t *testing.T) {
	found := lintOf(t)
	require.Len(t, found, 1)
	require.EqualError(t, found[0], `project.toml:53: note: classes.project-pilot: nothing is promised for projects of the class project-pilot [project-class-unpromised]`)
}

// Each example makes exactly its own finding.
func TestEachFinding(t *testing.T) {
	for _, kind := range Findings() {
		found := slices.DeleteFunc(lintOf(t, kind.Example...), func(f sla.Finding) bool { return strings.Contains(f.Path, "project-pilot") })
		require.NotEmpty(t, kind.About, kind.Code)
		require.Len(t, found, 1, kind.Code)
		require.Equal(t, kind.Code, found[0].Code)
		require.Equal(t, kind.Severity, found[0].Severity)
		require.Positive(t, found[0].Line, kind.Code)
		require.NotContains(t, found[0].Message(), "{", kind.Code)
	}
}

// The package comment lists the codes as Findings does, by severity.
func TestDocListsFindings(t *testing.T) {
	data, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, list, _ := strings.Cut(string(data), "by their codes:\n//\n")
	list, _, ok := strings.Cut(list, "//\n// # project.toml")
	require.True(t, ok)
	got := strings.Fields(strings.ReplaceAll(list, "//", ""))
	var want []string
	for _, severity := range []sla.Severity{sla.SeverityError, sla.SeverityWarning, sla.SeverityNote} {
		want = append(want, string(severity))
		for _, kind := range Findings() {
			if kind.Severity == severity {
				want = append(want, kind.Code)
			}
		}
	}
	require.Equal(t, want, got)
}

// What a target is about is a class of projects and one of the departments.
func TestLintOfTargetsOfOthers(t *testing.T) {
	foreign := sla.Patch{Old: "[[targets]]\nid = \"is-answer\"", New: `[[targets]]
id = "other"
metric = "other"
kind = "commitment"
title = { en = "Something else" }
source = "x"
match = { class = "work-plan" }
start = "drafted"
meets = "approved-plan"
calendar = "is-desk"
due = { days = 3, at = "close" }

[[targets]]
id = "is-answer"`}
	require.Len(t, lintOf(t, foreign), 1, "of a work plan")
	foreign.New = strings.Replace(foreign.New, `"drafted"`, `"demanded"`, 1)
	found := lintOf(t, foreign)
	require.Len(t, found, 2)
	require.Equal(t, "project-never-begins", found[0].Code)
}
