package vendors

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// lintOf lints the policy of testdata with some patches.
func lintOf(t *testing.T, patches []sla.Patch) ([]sla.Finding, error) {
	t.Helper()
	data, err := os.ReadFile("testdata/sla.toml")
	require.NoError(t, err)
	files := []string{text(t), string(data)}
	// The policy of testdata has a unit that does not deal, for the tests of that.
	files[0] = strings.Replace(files[0], "[units.welfare]\ntitle = { en = \"Welfare\", he = \"רווחה\" }\n", "", 1)
	for _, p := range patches {
		i := slices.IndexFunc(files, func(text string) bool { return strings.Contains(text, p.Old) })
		require.GreaterOrEqual(t, i, 0, "no file has %q", p.Old)
		files[i] = strings.Replace(files[i], p.Old, p.New, 1)
	}
	promises, err := sla.Parse([]byte(files[1]), "sla.toml")
	require.NoError(t, err)
	p, err := Parse([]byte(files[0]), "vendors.toml", promises)
	if err != nil {
		return nil, err
	}
	return p.Lint(), nil
}

func TestLintOfASoundPolicy(t *testing.T) {
	found, err := lintOf(t, nil)
	require.NoError(t, err)
	require.Empty(t, found)
}

// Each kind of finding is what its example makes, with all arguments of its sentence.
func TestFindings(t *testing.T) {
	for _, kind := range Findings() {
		t.Run(kind.Code, func(t *testing.T) {
			found, err := lintOf(t, kind.Example)
			if kind.Code == "invalid" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			i := slices.IndexFunc(found, func(f sla.Finding) bool { return f.Code == kind.Code })
			require.GreaterOrEqual(t, i, 0, found)
			require.Equal(t, kind.Severity, found[i].Severity)
			require.Positive(t, found[i].Line)
			require.NotContains(t, found[i].Message(), "{", found[i].Message())
			for _, f := range found {
				require.Equal(t, kind.Code, f.Code, "only that: %v", f)
			}
		})
	}
}

// Two contracts are told to overlap only if one instant has both.
func TestOverlap(t *testing.T) {
	for _, tt := range []struct {
		name, from string
		want       bool
	}{
		{"the day before the end", "2027-12-31", true},
		{"the day after it", "2028-01-01", false},
	} {
		patch := findingKinds[slices.IndexFunc(findingKinds, func(k sla.FindingKind) bool { return k.Code == "contracts-overlap" })].Example[0]
		patch.New = strings.Replace(patch.New, "2026-12-01", tt.from, 1)
		found, err := lintOf(t, []sla.Patch{patch})
		require.NoError(t, err)
		require.Equal(t, tt.want, len(found) > 0, tt.name)
		patch.New = strings.Replace(patch.New, "vendor = ", "rank = 1\nvendor = ", 1)
		found, err = lintOf(t, []sla.Patch{patch})
		require.NoError(t, err)
		require.Empty(t, found, "one ranks above the other")
	}
}
