package asset_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/sla"
)

// lintOf returns what Lint finds in the policy of testdata after some changes.
func lintOf(t *testing.T, patches ...sla.Patch) []sla.Finding {
	t.Helper()
	inventory, promises := read(t, "testdata/asset.toml"), read(t, "testdata/sla.toml")
	for _, p := range patches {
		text := &inventory
		if p.Old != "" && strings.Contains(promises, p.Old) {
			text = &promises
		}
		if p.Old == "" {
			*text += p.New
			continue
		}
		require.Equal(t, 1, strings.Count(inventory+promises, p.Old), "how often %q stands in the policy", p.Old)
		*text = strings.Replace(*text, p.Old, p.New, 1)
	}
	promised, err := sla.Parse([]byte(promises), "sla.toml")
	require.NoError(t, err)
	p, err := asset.Parse([]byte(inventory), "asset.toml", promised)
	if err != nil {
		return sla.Mistakes(err)
	}
	require.Equal(t, "asset.toml", p.File())
	return p.Lint()
}

func TestLintFindsNothingInASoundPolicy(t *testing.T) { require.Empty(t, lintOf(t)) }

// Each example has the finding that it is an example of, and no other.
func TestLintFindsEachExample(t *testing.T) {
	names := regexp.MustCompile(`\{(\w+)\}`)
	for _, kind := range asset.Findings() {
		t.Run(kind.Code, func(t *testing.T) {
			require.NotEmpty(t, kind.About)
			found := lintOf(t, kind.Example...)
			require.True(t, slices.ContainsFunc(found, func(f sla.Finding) bool { return f.Code == kind.Code && f.Severity == kind.Severity }), "%v", found)
			for _, f := range found {
				require.Equal(t, kind.Code, f.Code, f)
				require.NotZero(t, f.Line)
				require.Equal(t, "asset.toml", f.File)
				require.NotContains(t, f.Message(), "{")
				for _, m := range names.FindAllStringSubmatch(kind.Sentence, -1) {
					require.Contains(t, f.Args, m[1])
				}
			}
		})
	}
}

// Every code that the code of Lint mentions is listed, once, and no other.
func TestFindingsListsWhatLintCanFind(t *testing.T) {
	used := []string{"invalid"}
	for _, m := range regexp.MustCompile(`l\.add\("([a-z-]+)"`).FindAllStringSubmatch(read(t, "lint.go"), -1) {
		used = append(used, m[1])
	}
	slices.Sort(used)
	var listed []string
	for _, kind := range asset.Findings() {
		listed = append(listed, kind.Code)
	}
	slices.Sort(listed)
	require.Equal(t, slices.Compact(used), listed)
}

// Lint finds nothing but notes in the inventories that are shipped: neither document
// says when somebody decides about a licence.
func TestLintOfTheShippedPolicies(t *testing.T) {
	for _, name := range []string{"raanana", "stari-grad"} {
		folder := os.DirFS("../examples/policies/" + name)
		promises, err := sla.Open(folder)
		require.NoError(t, err)
		p, err := asset.Open(folder, promises)
		require.NoError(t, err)
		for _, f := range p.Lint() {
			require.Equal(t, sla.SeverityNote, f.Severity, f)
			require.Equal(t, "renewal-unpromised", f.Code, f)
		}
	}
	_, err := asset.Open(os.DirFS("../examples/policies/iran-office"), promises(t))
	require.ErrorIs(t, err, os.ErrNotExist)
}
