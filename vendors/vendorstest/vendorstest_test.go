package vendorstest

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/vendors"
)

func policy(t *testing.T) *vendors.Policy {
	t.Helper()
	data, err := os.ReadFile("../testdata/sla.toml")
	require.NoError(t, err)
	promises, err := sla.Parse(data, "sla.toml")
	require.NoError(t, err)
	data, err = os.ReadFile("../testdata/vendors.toml")
	require.NoError(t, err)
	p, err := vendors.Parse(data, "vendors.toml", promises)
	require.NoError(t, err)
	return p
}

const sound = `title = "a call and its invoice"
steps = [
    { do = "conclude", at = 2026-01-05T09:00:00, by = "u-1", role = "manager", contract = "exchange-2026", is = "concluded" },
    { do = "set frame", at = 2026-01-05T09:00:00, by = "u-1", role = "manager", contract = "exchange-2026", year = 2026, amount = "100.00 ILS", is = "set" },
    { do = "owe", of = "call", at = 2026-02-01T09:00:00, by = "u-2", role = "administrator", unit = "ict", vendor = "exchange-vendor", service = "exchange" },
    { do = "open", of = "call", at = 2026-02-01T12:00:00, by = "u-2", role = "administrator", unit = "welfare", channel = "portal", refused = "only the units" },
    { do = "open", of = "call", at = 2026-02-01T12:00:00, by = "u-2", role = "administrator", unit = "ict", channel = "portal", is = "opened", state = { call-opened = "met" } },
    { do = "sweep", of = "call", at = 2026-02-03T12:00:00, overdue = ["vendor-response", "vendor-fix", "vendor-arrival"] },
    { do = "receive", of = "bill", at = 2026-02-04T12:00:00, by = "u-2", role = "administrator", contract = "exchange-2026", reference = "I-1", amount = "60.00 ILS" },
    { do = "examine", of = "bill", at = 2026-02-04T12:00:00, by = "u-1", role = "manager" },
    { do = "sign", of = "bill", at = 2026-02-04T12:00:00, by = "u-1", role = "manager", is = "examined" },
    { do = "sign", of = "bill", at = 2026-02-04T12:00:00, by = "u-3", role = "treasurer", is = "approved" },
    { do = "look", at = 2026-02-04T12:00:00, contract = "exchange-2026", year = 2026, committed = "60.00 ILS" },
]
`

func TestSoundVector(t *testing.T) {
	require.NoError(t, Check(policy(t), fstest.MapFS{"a.toml": {Data: []byte(sound)}}, Config{}))
}

// Each expectation can fail, and what fails is told with its line.
func TestVectorsFail(t *testing.T) {
	p := policy(t)
	for _, tt := range []struct{ old, new, want string }{
		{`is = "concluded"`, `is = "set"`, "a.toml:3: steps[1].is: got concluded, want set"},
		{`unit = "welfare"`, `unit = "ict"`, "a.toml:6: steps[4].refused: it was done, and should be refused: only the units"},
		{`refused = "only the units"`, `refused = "a reason"`, "it was refused, but for another reason"},
		{`unit = "ict", channel = "portal", is`, `unit = "welfare", channel = "portal", is`, "a.toml:7: steps[5]: it was refused: call"},
		{`at = 2026-02-01T12:00:00, by = "u-2", role = "administrator", unit = "ict", channel`, `at = 2026-02-01T12:00:01, by = "u-2", role = "administrator", unit = "ict", channel`, "a.toml:7: steps[5].state"},
		{`overdue = ["vendor-response", `, `overdue = [`, "others are overdue"},
		{`committed = "60.00 ILS"`, `committed = "61.00 ILS"`, "got 60.00 ILS, want 61.00 ILS"},
		{`is = "concluded"`, `is = "concludet"`, `no state is named "concludet"; did you mean "concluded"?`},
		{`overdue = ["vendor-response"`, `overdue = ["vendor-respond"`, `no target or metric is named "vendor-respond"`},
		{`do = "look"`, `do = "loook"`, `"loook" is not known; did you mean "look"?`},
		{`do = "look", at = 2026-02-04`, `do = "look", at = 2025-02-04`, "the step before is later"},
		{`amount = "60.00 ILS"`, `amount = "60,00 ILS"`, "is not an amount of money"},
		{`contract = "exchange-2026", is`, `contract = "exchange", is`, `vendors.toml has no contract "exchange"`},
		{`of = "bill", at = 2026-02-04T12:00:00, by = "u-1", role = "manager" }`, `of = "bil", at = 2026-02-04T12:00:00, by = "u-1", role = "manager" }`, "no step before began it"},
		{`title = "a call and its invoice"`, ``, "title: missing"},
	} {
		require.Contains(t, sound, tt.old)
		err := Check(p, fstest.MapFS{"a.toml": {Data: []byte(strings.Replace(sound, tt.old, tt.new, 1))}}, Config{})
		require.ErrorContains(t, err, tt.want)
	}
	err := Check(p, fstest.MapFS{"a.toml": {Data: []byte("title = \"x\"\n[[steps]]\ndo = \"sweep\"\nat = 2026-01-01T00:00:00\n")}}, Config{})
	require.ErrorContains(t, err, "it expects nothing")
}

// Run reads a whole folder.
func TestRun(t *testing.T) {
	folder := fstest.MapFS{"office/a.toml": {Data: []byte(sound)}}
	for _, name := range []string{"sla.toml", "vendors.toml"} {
		data, err := os.ReadFile("../testdata/" + name)
		require.NoError(t, err)
		folder[name] = &fstest.MapFile{Data: data}
	}
	Run(t, folder, Config{})
}

func TestUnread(t *testing.T) {
	_, err := vendors.Parse([]byte("format = 2"), "v.toml", policy(t).Promises())
	require.ErrorContains(t, Unread("v.toml", err).Err(), "v.toml:1: error: format")
}
