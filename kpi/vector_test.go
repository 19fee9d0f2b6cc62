package kpi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/internal/tomldoc"
)

// A vector that is right passes; each expectation that is not comes back with its line.
func TestCheckVector(t *testing.T) {
	p := policy(t)
	const right = `title = "x"
[[measured]]
indicator = "repairs"
n = 10
d = 100
verdict = "missed"
[[available]]
calendar = "office"
from = 2026-06-08
to = 2026-06-09
outages = [{ from = 2026-06-08T09:00:00, to = 2026-06-08T10:00:00 }]
of = "8h"
down = "1h"
[[falls]]
duty = "backup"
from = 2026-06-08
to = 2026-06-10
on = [2026-06-08, 2026-06-09]
[[in_force]]
card = "pr-1"
on = 2019-01-10
known = 2019-01-10T12:00:00
revision = 3
`
	require.NoError(t, p.CheckVector([]byte(right), "v.toml"))
	const wrong = `title = "x"
[[measured]]
indicator = "repairs"
n = 9
d = 100
verdict = "missed"
[[measured]]
indicator = "repair"
n = 9
d = 100
verdict = "missed"
[[available]]
calendar = "office"
from = 2026-06-08
to = 2026-06-09
of = "9h"
down = "1h"
[[available]]
calendar = "office"
from = 2026-06-08
to = 2026-06-09
of = "8h"
down = "1h"
[[available]]
calendar = "offices"
from = 2026-06-08
to = 2026-06-09
of = "8h"
down = "1h"
[[falls]]
duty = "backup"
from = 2026-06-08
to = 2026-06-10
on = [2026-06-08]
[[falls]]
duty = "bakup"
from = 2026-06-08
to = 2026-06-10
[[in_force]]
card = "pr-1"
on = 2019-01-10
known = 2019-01-10T12:00:00
revision = 4
[[in_force]]
card = "pr-2"
on = 2019-01-10
known = 2019-01-10T12:00:00
`
	err := p.CheckVector([]byte(wrong), "v.toml")
	var lines []int
	for _, one := range tomldoc.Unjoin(err) {
		lines = append(lines, fileError(t, one).Line)
	}
	require.Equal(t, []int{6, 8, 16, 23, 25, 34, 36, 43, 45}, lines, "%v", err)
	for _, text := range []string{"", "title = \"x\"\n", "title = \"x\"\ncolour = 1\n"} {
		require.Error(t, p.CheckVector([]byte(text), "v.toml"))
	}
}
