package ticket

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

func testPolicy(t testing.TB) *Policy {
	t.Helper()
	data, err := os.ReadFile("testdata/sla.toml")
	require.NoError(t, err)
	promises, err := sla.Parse(data, "sla.toml")
	require.NoError(t, err)
	data, err = os.ReadFile("testdata/ticket.toml")
	require.NoError(t, err)
	p, err := Parse(data, "ticket.toml", promises)
	require.NoError(t, err)
	return p
}
