package slatest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
)

// hidden is town with a target that never counts, so that nothing is promised for a
// class, and with a role that nobody tells.
var hidden = strings.NewReplacer(
	"clerk = {}\n", "clerk = {}\nmayor = {}\n",
	`match = { class = "visit" }`, `match = { class = "account" }`,
).Replace(town)

// What lint calls an error fails, a warning only where that is asked for.
func TestLintFails(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy string
		cfg    Config
		want   []string // how the lines end
	}{
		{"a sound policy", town, june, nil},
		{"an error", hidden, june, []string{"[never-matches]"}},
		{"warnings as well", hidden, Config{From: june.From, To: june.To, Strict: true}, []string{"[value-not-covered]", "[role-unused]", "[never-matches]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, err := range tomldoc.Unjoin(Check(parse(t, tt.policy), nil, tt.cfg)) {
				text := err.Error()
				got = append(got, text[strings.LastIndex(text, "["):])
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// What ends soon is known only if somebody says what day it is.
func TestLintAsOf(t *testing.T) {
	p := parse(t, strings.Replace(town, "[calendars.night]\n", "[calendars.night]\ncover = { from = 2020, to = 2030 }\n", 1))
	codes := func(now time.Time) (all []string) {
		cfg := june
		cfg.Now = now
		for _, f := range Inspect(p, nil, cfg).Findings {
			if f.Severity != sla.SeverityNote {
				all = append(all, f.Code)
			}
		}
		return all
	}
	require.Empty(t, codes(time.Time{}))
	require.Empty(t, codes(june.From))
	require.Equal(t, []string{"cover-ends-soon"}, codes(time.Date(2030, 9, 1, 0, 0, 0, 0, time.UTC)))
	require.Equal(t, []string{"cover-ended"}, codes(time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)))
}

// failing is a report in which something of each sort fails.
func failing(t *testing.T) *Report {
	p := parse(t, hidden)
	late := spoiled{p, func(a *sla.Assessment, _ time.Time) {
		for i := range a.Clocks {
			explain(&a.Clocks[i], sla.Clock{})
		}
	}}
	cfg := june
	cfg.Folder = "a town/vectors"
	return inspect(p, late, fstest.MapFS{
		"wrong.toml": {Data: []byte("title = \"a <slip>\"\n[[events]]\nis = \"opened\"\nat = 2026-06-07T10:00:00\nwith = { class = \"fault\" }\n[due]\nhandling = 2026-06-07T10:00:00\n")},
		"right.toml": {Data: []byte("title = \"right\"\nunreviewed = true\n[[events]]\nis = \"opened\"\nat = 2026-06-07T10:00:00\nwith = { class = \"fault\" }\n[state]\nhandling = \"running\"\n")},
	}, cfg)
}

// A forge finds a file by a relative URI without a leading slash, whatever the
// machine on which the check ran.
func TestSARIFNamesFilesRelatively(t *testing.T) {
	root, err := filepath.Abs("/")
	require.NoError(t, err)
	town := filepath.Join(root, "srv", "a town")
	for _, tt := range []struct {
		name, policy, file string
		uri, base, folder  string
	}{
		{"a relative name", "town/sla.toml", "town/vectors/a.toml", "town/vectors/a.toml", "", ""},
		{"the working folder", "sla.toml", "vectors/a.toml", "vectors/a.toml", "", ""},
		{"an absolute name", filepath.Join(town, "sla.toml"), filepath.Join(town, "vectors", "50 %.toml"), "vectors/50%20%25.toml", "POLICYDIR", "/srv/a%20town/"},
		{"the policy itself", filepath.Join(town, "sla.toml"), filepath.Join(town, "sla.toml"), "sla.toml", "POLICYDIR", "/srv/a%20town/"},
		{"relative beside an absolute policy", filepath.Join(town, "sla.toml"), "vectors/a.toml", "vectors/a.toml", "", "/srv/a%20town/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Unread(tt.policy, &townclerk.FileError{File: tt.file, Line: 7, Problem: "x"})
			var text bytes.Buffer
			require.NoError(t, r.WriteSARIF(&text))
			var log sarifLog
			require.NoError(t, json.Unmarshal(text.Bytes(), &log))
			got := log.Runs[0].Results[0].Locations[0].Physical.Artifact
			if got.URI != tt.uri || got.Base != tt.base {
				t.Errorf("%s is %+v, want %s in %q", tt.file, got, tt.uri, tt.base)
			}
			folder := log.Runs[0].Bases["POLICYDIR"].URI
			if (folder == "") != (tt.folder == "") || !strings.HasSuffix(folder, tt.folder) || folder != "" && !strings.HasPrefix(folder, "file:///") {
				t.Errorf("the folder is %q, want one that ends in %q", folder, tt.folder)
			}
		})
	}
}

// Each failure is a result, with a rule that is described and with its place.
func TestSARIF(t *testing.T) {
	r := failing(t)
	var first, second bytes.Buffer
	require.NoError(t, r.WriteSARIF(&first))
	require.NoError(t, failing(t).WriteSARIF(&second))
	require.Equal(t, first.String(), second.String(), "the same report is the same file")

	var log sarifLog
	require.NoError(t, json.Unmarshal(first.Bytes(), &log))
	require.Equal(t, "2.1.0", log.Version)
	require.Len(t, log.Runs, 1)
	run := log.Runs[0]
	count := map[string]int{}
	for _, result := range run.Results {
		rule := run.Tool.Driver.Rules[result.RuleIndex]
		require.Equal(t, result.RuleID, rule.ID)
		require.NotEmpty(t, rule.Help.Text)
		require.NotEmpty(t, result.Message.Text)
		require.Len(t, result.Locations, 1)
		count[rule.ID+" "+result.Level+" "+result.Locations[0].Physical.Artifact.URI]++
		if !strings.HasPrefix(rule.ID, "invariant-") {
			require.Positive(t, result.Locations[0].Physical.Region.StartLine)
		}
	}
	require.Equal(t, 1, count["never-matches error sla.toml"])
	require.Equal(t, 1, count["role-unused warning sla.toml"])
	require.Equal(t, 1, count["vector error a%20town/vectors/wrong.toml"])
	require.Equal(t, len(r.Invariants[2].Failures), count["invariant-explanation error sla.toml"])
	require.Positive(t, count["invariant-explanation error sla.toml"])
}

// Each suite's numbers are those of its cases, and each failure says what it is.
func TestJUnit(t *testing.T) {
	var text bytes.Buffer
	require.NoError(t, failing(t).WriteJUnit(&text))
	require.NotContains(t, text.String(), "time=")
	var all junitSuites
	require.NoError(t, xml.Unmarshal(text.Bytes(), &all))
	require.Len(t, all.Suites, 3)
	failed := map[string]string{}
	tests, failures := 0, 0
	for _, suite := range all.Suites {
		require.Len(t, suite.Cases, suite.Tests)
		tests, failures = tests+suite.Tests, failures+suite.Failures
		for _, c := range suite.Cases {
			if c.Failure != nil {
				failed[suite.Name+"/"+c.Name] = c.Failure.Message
			}
		}
	}
	require.Equal(t, []int{tests, failures}, []int{all.Tests, all.Failures})
	require.Len(t, failed, failures)
	require.Contains(t, failed["lint/never-matches"], "sla.toml:")
	require.Contains(t, failed["vectors/a <slip>"], "a town/vectors/wrong.toml:7: due.handling")
	require.Contains(t, failed["invariants/explanation"], "no step says why")
	require.NotContains(t, failed, "lint/role-unused")
}

// A policy that cannot be read has a report as well.
func TestUnread(t *testing.T) {
	_, err := sla.Parse([]byte(strings.ReplaceAll(town, `calendar = "desk"`, `calendar = "dask"`)), "town/sla.toml")
	r := Unread("town/sla.toml", err)
	require.Len(t, r.Findings, 4)
	require.ErrorContains(t, r.Err(), `town/sla.toml:34: error: targets.fast.calendar: no calendar is named "dask"; did you mean "desk"? [invalid]`)
	var text bytes.Buffer
	require.NoError(t, r.WriteSARIF(&text))
	require.Equal(t, 4, strings.Count(text.String(), `"ruleId": "invalid"`))

	r = Unread("town/sla.toml", errors.New("permission denied"))
	require.EqualError(t, r.Err(), "error: permission denied [invalid]")
}

// The report of another suite fails along, and is written after the policy's own:
// with its kinds of finding, and without invariants.
func TestReportAlso(t *testing.T) {
	r := Inspect(parse(t, town), nil, june)
	require.NoError(t, r.Err())
	kinds := []sla.FindingKind{{Code: "odd", Severity: sla.SeverityWarning, About: "what is odd", Sentence: "{what} is odd"}, sla.Findings()[0]}
	found := []sla.Finding{{Code: "odd", Severity: sla.SeverityWarning, File: "desk.toml", Line: 3, Args: map[string]any{"what": "it"}, Sentence: "{what} is odd"}}
	failed := errors.New("desk/x.toml: wrong")
	vectors := []Vector{{Name: "desk/x.toml", Title: "x", Err: failed}, {Name: "desk/y.toml"}}
	r.Also(NewReport("desk", "desk.toml", kinds, found, vectors, nil, Config{}))
	require.EqualError(t, r.Err(), "desk/x.toml: wrong")
	strict := Inspect(parse(t, town), nil, june)
	strict.Also(NewReport("desk", "desk.toml", kinds, found, nil, failed, Config{Strict: true}))
	require.EqualError(t, strict.Err(), "desk.toml:3: warning: it is odd [odd]\ndesk/x.toml: wrong")

	var out bytes.Buffer
	require.NoError(t, r.WriteSARIF(&out))
	var log sarifLog
	require.NoError(t, json.Unmarshal(out.Bytes(), &log))
	results := log.Runs[0].Results
	require.Equal(t, "it is odd", results[len(results)-2].Message.Text)
	require.Equal(t, "vector", results[len(results)-1].RuleID)
	rules := map[string]int{}
	for i, rule := range log.Runs[0].Tool.Driver.Rules {
		rules[rule.ID]++
		require.Equal(t, 1, rules[rule.ID], "%s stands twice, at last as rule %d", rule.ID, i)
	}
	for _, result := range results {
		require.Equal(t, result.RuleID, log.Runs[0].Tool.Driver.Rules[result.RuleIndex].ID)
	}

	out.Reset()
	require.NoError(t, r.WriteJUnit(&out))
	var suites junitSuites
	require.NoError(t, xml.Unmarshal(out.Bytes(), &suites))
	var names []string
	for _, s := range suites.Suites {
		names = append(names, s.Name)
	}
	require.Equal(t, []string{"lint", "invariants", "vectors", "desk lint", "desk vectors"}, names)
	require.Equal(t, 1, suites.Failures)
	require.Contains(t, suites.Suites[3].Cases[0].Out, "it is odd")
}
