package slatest

import (
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
)

// The parts of SARIF 2.1.0 that a report needs.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool                `json:"tool"`
	Bases      map[string]sarifArtifact `json:"originalUriBaseIds,omitempty"`
	ColumnKind string                   `json:"columnKind"`
	Results    []sarifResult            `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID       string      `json:"id"`
	Short    sarifText   `json:"shortDescription"`
	Help     sarifText   `json:"help"`
	Defaults sarifConfig `json:"defaultConfiguration"`
}

type sarifConfig struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI  string `json:"uri"`
	Base string `json:"uriBaseId,omitempty"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

// WriteSARIF writes the report as SARIF 2.1.0, the format in which forges and
// editors take what tools find: the findings, and what failed of the invariants
// and the vectors. Files are named as they were to Parse and in [Config.Folder];
// where these names are absolute, by their place in the policy's folder.
func (r *Report) WriteSARIF(w io.Writer) error {
	s := sarif{index: map[string]int{}, folder: filepath.Dir(r.File)}
	all := append([]*Report{r}, r.also...)
	for _, r := range all {
		for _, kind := range r.kinds {
			s.rule(kind.Code, kind.About, kind.Sentence, string(kind.Severity))
		}
	}
	for _, in := range newRules().all() {
		s.rule("invariant-"+in.Rule, in.Says, "Whatever a policy promises: "+in.Says+".", "error")
	}
	s.rule("vector", "a situation that does not come out as expected", "Correct the policy, or what the vector expects of it.", "error")
	for _, r := range all {
		s.report(r)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{
		Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0",
		Runs: []sarifRun{{
			Tool:  sarifTool{sarifDriver{Name: "townclerk", InformationURI: "https://github.com/townclerk/townclerk", Rules: s.rules}},
			Bases: s.bases(), ColumnKind: "unicodeCodePoints", Results: append([]sarifResult{}, s.results...),
		}},
	})
}

// report adds what a report found.
func (s *sarif) report(r *Report) {
	for _, f := range r.Findings {
		s.result(f.Code, string(f.Severity), f.Message(), f.File, f.Line)
	}
	for _, in := range r.Invariants {
		for _, err := range in.Failures {
			s.result("invariant-"+in.Rule, "error", err.Error(), r.File, 0)
		}
	}
	for _, v := range r.Vectors {
		for _, err := range tomldoc.Unjoin(v.Err) {
			s.failure(err, v.Name)
		}
	}
	for _, err := range tomldoc.Unjoin(r.err) {
		s.failure(err, "")
	}
}

// sarif collects rules and results.
type sarif struct {
	folder  string // the policy's
	rules   []sarifRule
	index   map[string]int
	results []sarifResult
}

// rule adds a rule; of two suites that have one, such as invalid, the first counts.
func (s *sarif) rule(id, short, help, level string) {
	if _, ok := s.index[id]; ok {
		return
	}
	s.index[id] = len(s.rules)
	s.rules = append(s.rules, sarifRule{id, sarifText{short}, sarifText{help}, sarifConfig{level}})
}

func (s *sarif) failure(err error, file string) {
	var e *townclerk.FileError
	if !errors.As(err, &e) {
		s.result("vector", "error", err.Error(), file, 0)
		return
	}
	message := e.Problem
	if e.Key != "" {
		message = e.Key + ": " + message
	}
	s.result("vector", "error", message, e.File, e.Line)
}

func (s *sarif) result(rule, level, message, file string, line int) {
	r := sarifResult{RuleID: rule, RuleIndex: s.index[rule], Level: level, Message: sarifText{message}}
	if file != "" {
		l := sarifLocation{sarifPhysical{Artifact: s.artifact(file)}}
		if line > 0 {
			l.Physical.Region = &sarifRegion{line}
		}
		r.Locations = []sarifLocation{l}
	}
	s.results = append(s.results, r)
}

// policyBase is what SARIF calls the policy's folder, if its path is absolute. Who
// reads the log elsewhere may put another path in its place.
const policyBase = "POLICYDIR"

func (s *sarif) bases() map[string]sarifArtifact {
	if !filepath.IsAbs(s.folder) {
		return nil
	}
	return map[string]sarifArtifact{policyBase: {URI: fileURI(s.folder) + "/"}}
}

// artifact names a file by a relative URI, if it can be.
func (s *sarif) artifact(name string) sarifArtifact {
	if !filepath.IsAbs(name) {
		return sarifArtifact{URI: relativeURI(name)}
	}
	if short, err := filepath.Rel(s.folder, name); err == nil && filepath.IsLocal(short) {
		return sarifArtifact{URI: relativeURI(short), Base: policyBase}
	}
	return sarifArtifact{URI: fileURI(name)}
}

func relativeURI(name string) string { return (&url.URL{Path: filepath.ToSlash(name)}).String() }

func fileURI(name string) string {
	return (&url.URL{Scheme: "file", Path: "/" + strings.Trim(filepath.ToSlash(name), "/")}).String()
}
