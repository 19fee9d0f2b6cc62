package asset_test

import (
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
)

// SG-11, SG-19: of how many stations in use something is installed, at any date.
func TestCoverage(t *testing.T) {
	v, clock := inventory(t, policy(t))
	p := policy(t)
	add := func(kind string, set ...string) asset.Asset {
		c := command(asset.Register, time.Time{})
		c.Set["kind"] = kind
		for i := 0; i < len(set); i += 2 {
			c.Set[set[i]] = set[i+1]
		}
		a, err := v.Add(t.Context(), town, c)
		require.NoError(t, err)
		return a
	}
	with := add("workstation", "software/antivirus", "7.1")
	without := add("laptop", "field/encryption", "yes")
	add("server", "software/antivirus", "7.0")
	add("printer")
	gone := add("workstation")
	scanner := add("antivirus", "product", "antivirus", "release", "7.0")
	first := *clock
	*clock = clock.Add(time.Hour)
	for _, c := range []struct {
		of asset.ID
		c  asset.Command
	}{
		{gone.ID, command(asset.Decommission, time.Time{})},
		{scanner.ID, asset.Command{Do: asset.Install, Role: "technician", Set: map[string]string{"release": "7.1"}}},
	} {
		_, err := v.Do(t.Context(), town, c.of, c.c)
		require.NoError(t, err)
	}
	for _, tt := range []struct {
		id    string
		at    time.Time
		want  townclerk.Ratio
		lacks []asset.ID
	}{
		{"antivirus", *clock, townclerk.Ratio{N: 1, D: 2}, []asset.ID{without.ID}},
		{"antivirus", first, townclerk.Ratio{N: 1, D: 3}, []asset.ID{without.ID, gone.ID}},
		{"newest", *clock, townclerk.Ratio{N: 1, D: 3}, []asset.ID{without.ID, "id-3"}},
		{"newest", first, townclerk.Ratio{N: 1, D: 4}, []asset.ID{with.ID, without.ID, gone.ID}},
	} {
		share, missing, err := p.Coverage(tt.id, v.AsOf(t.Context(), town, tt.at, time.Time{}))
		require.NoError(t, err)
		require.Equal(t, tt.want, share, "%s at %s", tt.id, tt.at)
		var ids []asset.ID
		for _, a := range missing {
			ids = append(ids, a.ID)
		}
		require.Equal(t, tt.lacks, ids)
	}
	_, _, err := p.Coverage("virus", v.All(t.Context(), town, asset.Query{}))
	require.ErrorContains(t, err, "is none of [coverage]")
	broken := iter.Seq2[asset.Asset, error](func(yield func(asset.Asset, error) bool) { yield(asset.Asset{}, errors.New("down")) })
	_, _, err = p.Coverage("antivirus", broken)
	require.EqualError(t, err, "down")
}
