package kpi

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// The sound policy has no finding, and each mistake of the examples has its own.
func TestLint(t *testing.T) {
	sound := map[string]string{"sla.toml": string(read(t, "sla.toml")), "kpi.toml": string(read(t, "kpi.toml"))}
	lint := func(patches ...sla.Patch) ([]sla.Finding, error) {
		files := map[string]string{}
		for name, text := range sound {
			files[name] = text
		}
		for _, patch := range patches {
			name := "kpi.toml"
			if !strings.Contains(files[name], patch.Old) {
				name = "sla.toml"
			}
			require.Contains(t, files[name], patch.Old)
			files[name] = strings.Replace(files[name], patch.Old, patch.New, 1)
		}
		promises, err := sla.Parse([]byte(files["sla.toml"]), "sla.toml")
		require.NoError(t, err)
		p, err := Parse([]byte(files["kpi.toml"]), "kpi.toml", promises)
		if err != nil {
			return nil, err
		}
		return p.Lint(), nil
	}
	found, err := lint()
	require.NoError(t, err)
	require.Empty(t, found)
	for _, kind := range Findings() {
		found, err := lint(kind.Example...)
		if kind.Code == "invalid" {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err, kind.Code)
		var codes []string
		for _, f := range found {
			codes = append(codes, f.Code)
			require.Positive(t, f.Line)
			require.NotContains(t, f.Message(), "{", "an argument of %s is missing", f.Code)
		}
		require.Equal(t, []string{kind.Code}, codes)
	}
	require.Panics(t, func() { (&linter{p: policy(t)}).add("no-such", at("name"), nil) })
}
