package policies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pelletier/go-toml/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
)

func compile(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("schema.json", doc))
	s, err := c.Compile("schema.json")
	require.NoError(t, err)
	return s
}

// validate checks a document as editors do: dates and times are strings.
func validate(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	var raw any
	require.NoError(t, toml.Unmarshal([]byte(text), &raw))
	data, err := json.Marshal(plain(raw))
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	return s.Validate(doc)
}

func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, elem := range v {
			v[key] = plain(elem)
		}
	case []any:
		for i, elem := range v {
			v[i] = plain(elem)
		}
	case toml.LocalDate, toml.LocalTime, toml.LocalDateTime:
		return fmt.Sprint(v)
	}
	return v
}

// The policies are as the schema says, and name it in their first line.
func TestPoliciesFollowSchema(t *testing.T) {
	s := compile(t, sla.Schema())
	for name, text := range read(t) {
		if !strings.HasPrefix(text, "#:schema ../../../sla/sla.schema.json\n") {
			t.Errorf("%s does not name its schema in the first line", name)
		}
		if err := validate(t, s, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// everything has each way of writing something that the policies do not use.
const everything = `format = 1
name = "Testville"
zone = "Europe/Warsaw"
on_change = "change"
edition = 2
effective = 2026-01-01

[attributes]
class = ["network", "user-down"]
floor = [1, 2]
priority = []

[roles]
manager = { en = "Manager" }

[calendars.desk]
week = { mon-thu = ["07:30-12:00", "12:30-15:30:30"], fri = "22:00-06:00", sat = "closed" }
holidays = ["local", "moon"]
cover = { from = 2025, to = 2030 }

[[calendars.desk.seasons]]
name = "summer"
from = "07-01"
to = "31 August"
week = { fri = "07:30-24:00" }

[[calendars.desk.seasons]]
name = "once"
from = 2026-09-01
to = "2026-09-02"
week = { mon = "08:00-09:00" }

[[calendars.desk.days]]
date = "2026-12-24"
hours = ["07:30-11:00", "12:00-13:00"]
why = "Christmas eve"

[[calendars.desk.days]]
from = 2026-12-28
to = 2026-12-30
hours = "closed"
why = "closed between the years"

[calendars.always]
hours = "24x7"

[[holidays.local]]
country = "pl"

[[holidays.local]]
name = "a fixed day"
yearly = "25 December"
substitute = ["sun"]
from = 2020
to = 2030

[[holidays.local]]
name = "a weekday"
weekday = "last monday of may"
offset = 1

[[holidays.local]]
name = "Good Friday"
easter = "orthodox"
offset = -2

[[holidays.moon]]
name = "an announced feast"
date = [2026-03-20, "2026-03-21"]

[[holidays.moon]]
name = "a feast by rule"
islamic = "1 Shawwal"
islamic_calendar = "tabular"

[[holidays.moon]]
name = "another"
hebrew = "5 Iyar"
move = { fri = -1, sat = -2 }

[[holidays.moon]]
name = "one more"
persian = "1 Farvardin"

[[targets]]
id = "earliest"
metric = "a"
kind = "commitment"
title = { en = "The earliest of two" }
source = ["T-1", "T-2"]
match = { class = "network", floor = [1, 2] }
start = "opened"
meets = ["closed", "resolved"]
calendar = "desk"
on_change = "opening"
pauses = ["user"]
cancels = []
due = { earliest = [{ within = "4h" }, { days = 1, at = "12:00", calendar = "desk" }] }

[[targets.escalations]]
at = "62.5%"
to = "manager"
do = "watch"

[[targets.escalations]]
before = "30m"
match = { floor = 1 }
to = "manager"
do = "watch"

[[targets.escalations]]
after = "2h"
every = "4h"
times = 3
to = "manager"
do = "take-over"

[[targets.escalations]]
age = 3
calendar = "desk"
to = "manager"
do = "activate-vendor"

[[targets]]
id = "cut-offs"
metric = "b"
kind = "contract"
title = { en = "Cut-offs" }
source = "T-3"
start = "opened"
meets = "closed"
calendar = "desk"
due.inclusive = false
due.granularity = "minute"
due.cutoffs = [{ until = 10:00:00, days = 0, at = "close", meets = "closed" }, { days = 1, at = "12:00" }]

[[targets]]
id = "capped"
metric = "c"
kind = "contract"
title = { en = "A contract may only shorten" }
source = "T-4"
start = "opened"
meets = "closed"
calendar = "desk"
due = { contract = "cap", default = { latest = [{ immediate = true, grace = "5m" }, { days = 2, at = "same-time" }] } }

[[targets]]
id = "appointment"
metric = "d"
kind = "window"
title = { en = "As agreed" }
source = "T-5"
start = "appointed"
meets = "closed"
calendar = "elapsed"
due = { appointment = true }

[[corrections]]
recorded = 2026-03-05T10:00:00
why = "an order"
source = ["order 5", "order 6"]

[[corrections.days]]
calendar = "desk"
date = 2026-03-08
hours = "closed"
why = "an order"

[[corrections.days]]
calendar = "desk"
from = "2026-03-10"
to = 2026-03-11
hours = ["07:30-11:00", "12:00-13:00"]
why = "two orders"

[[corrections]]
recorded = "2026-03-06T10:00+01:00"
why = "another order"
days = [{ calendar = "always", date = 2026-03-12, hours = "closed", why = "a flood" }]

[[corrections]]
recorded = 2026-03-06T10:00:00.5Z
why = "a third one"
days = [{ calendar = "always", date = 2026-03-13, hours = "closed", why = "a flood" }]
`

// TestSchemaAgreesWithParse makes one change at a time to a document that both
// accept, which makes it a mistake to both.
func TestSchemaAgreesWithParse(t *testing.T) {
	s := compile(t, sla.Schema())
	require.NoError(t, validate(t, s, everything))
	_, err := sla.Parse([]byte(everything), "sla.toml")
	require.NoError(t, err)

	tests := []struct{ name, old, new string }{
		{"another format", "format = 1", "format = 2"},
		{"no name", `name = "Testville"`, ``},
		{"an empty name", `name = "Testville"`, `name = ""`},
		{"an unknown key", `on_change = "change"`, `on_chang = "change"`},
		{"an unknown way to change", `on_change = "change"`, `on_change = "closing"`},
		{"no edition", `edition = 2`, `edition = 0`},
		{"an edition in words", `edition = 2`, `edition = "second"`},
		{"in force some time", `effective = 2026-01-01`, `effective = "soon"`},
		{"in force from an hour", `effective = 2026-01-01`, `effective = 2026-01-01T10:00:00`},
		{"a correction that nobody knew of", `recorded = 2026-03-05T10:00:00`, ``},
		{"a correction recorded on a date", `recorded = 2026-03-05T10:00:00`, `recorded = 2026-03-05`},
		{"a correction without a reason", "why = \"an order\"\nsource", `source`},
		{"a correction of nothing", `days = [{ calendar = "always", date = 2026-03-12, hours = "closed", why = "a flood" }]`, `days = []`},
		{"a correction of no calendar", "calendar = \"desk\"\ndate = 2026-03-08", `date = 2026-03-08`},
		{"a corrected day without a date", "date = 2026-03-08\n", ``},
		{"a corrected day without hours", "hours = \"closed\"\nwhy = \"an order\"", `why = "an order"`},
		{"an unknown kind", `kind = "commitment"`, `kind = "promise"`},
		{"no source", `source = "T-3"`, ``},
		{"an empty source", `source = "T-3"`, `source = []`},
		{"a key of another table", `source = "T-3"`, "source = \"T-3\"\nwithin = \"4h\""},
		{"no due rule", `due = { appointment = true }`, `due = {}`},
		{"an appointment that is none", `due = { appointment = true }`, `due = { appointment = false }`},
		{"two due rules", `{ within = "4h" }`, `{ within = "4h", immediate = true }`},
		{"one rule to choose from", `{ within = "4h" }, {`, `{`},
		{"a duration in words", `within = "4h"`, `within = "4 hours"`},
		{"a duration as a number", `within = "4h"`, `within = 4`},
		{"a key that does not go with the rule", `{ within = "4h" }`, `{ within = "4h", at = "close" }`},
		{"days without a moment", `days = 1, at = "12:00", calendar = "desk"`, `days = 1`},
		{"days below 0", `days = 1, at = "12:00", calendar`, `days = -1, at = "12:00", calendar`},
		{"a calendar of a compound rule", `default = { latest`, `calendar = "desk", default = { latest`},
		{"a contract without a default", `{ contract = "cap", default = { latest`, `{ contract = "cap", min = { latest`},
		{"an unknown use of contracts", `contract = "cap"`, `contract = "raise"`},
		{"a single cut-off", `, { days = 1, at = "12:00" }]`, `]`},
		{"a cut-off at no time of day", `until = 10:00:00`, `until = "ten"`},
		{"a cut-off that keeps the time", `{ days = 1, at = "12:00" }]`, `{ days = 1, at = "same-time" }]`},
		{"an unknown granularity", `granularity = "minute"`, `granularity = "hour"`},
		{"an escalation at two occasions", `age = 3`, "age = 3\nafter = \"2h\""},
		{"an escalation at none", `age = 3`, ``},
		{"an age of none", `age = 3`, `age = 0`},
		{"an escalation to nobody", "to = \"manager\"\ndo = \"take-over\"", `do = "take-over"`},
		{"an unknown action", `do = "take-over"`, `do = "wait"`},
		{"a share of none", `at = "62.5%"`, `at = "0%"`},
		{"repetitions of no distance", `every = "4h"`, ``},
		{"an unknown day of the week", `sat = "closed"`, `samstag = "closed"`},
		{"hours that are none", `sat = "closed"`, `sat = "25:30-26:00"`},
		{"hours and a week", `hours = "24x7"`, "hours = \"24x7\"\nweek = { mon = \"closed\" }"},
		{"a cover without an end", `cover = { from = 2025, to = 2030 }`, `cover = { from = 2025 }`},
		{"a season without a beginning", `from = "07-01"`, ``},
		{"a dated entry without a date", `date = "2026-12-24"`, ``},
		{"a dated entry with a date and a range", `to = 2026-12-30`, "to = 2026-12-30\ndate = 2026-12-29"},
		{"a dated entry of a month", `from = 2026-12-28`, `from = "12-28"`},
		{"a holiday by two rules", `easter = "orthodox"`, "easter = \"orthodox\"\nyearly = \"12-25\""},
		{"an unknown Easter", `easter = "orthodox"`, `easter = "greek"`},
		{"an offset of a date", `country = "pl"`, "country = \"pl\"\noffset = 1"},
		{"an unknown Islamic calendar", `islamic_calendar = "tabular"`, `islamic_calendar = "civil"`},
		{"another calendar's variant", `persian = "1 Farvardin"`, "persian = \"1 Farvardin\"\nislamic_calendar = \"tabular\""},
		{"an unknown weekday to move from", `move = { fri = -1`, `move = { friday-ish = -1`},
		{"a weekday that no month has", `weekday = "last monday of may"`, `weekday = "sixth monday of may"`},
	}
	for _, tt := range tests {
		text := strings.Replace(everything, tt.old, tt.new, 1)
		require.NotEqual(t, everything, text, "%s: nothing was changed", tt.name)
		if _, err := sla.Parse([]byte(text), "sla.toml"); err == nil {
			t.Errorf("%s: Parse accepts it", tt.name)
		}
		if err := validate(t, s, text); err == nil {
			t.Errorf("%s: the schema accepts it", tt.name)
		}
	}
}

// The vectors, and those that are recorded, are as their schema says. The former
// name it in their first line; the latter do not know where it is.
func TestVectorsFollowSchema(t *testing.T) {
	s := compile(t, slatest.Schema())
	for _, file := range vectorFiles(t, "*") {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		if !strings.HasPrefix(string(data), "#:schema ../../../../sla/slatest/vector.schema.json\n") {
			t.Errorf("%s does not name its schema in the first line", file)
		}
		if err := validate(t, s, string(data)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for name := range read(t) {
		recording, err := slatest.Record(parse(t, name), nil, slatest.Config{})
		require.NoError(t, err)
		for _, f := range recording.Write {
			if err := validate(t, s, string(f.Data)); err != nil {
				t.Errorf("%s: %s: %v", name, f.Name, err)
			}
		}
	}
}

// TestVectorSchemaAgreesWithCheck makes one change at a time to a vector that both
// accept, which makes it a mistake to both.
func TestVectorSchemaAgreesWithCheck(t *testing.T) {
	const sound = `title = "all that can be said"
source = ["T-1", "T-2"]
unreviewed = true
note = "invented"
now = 2026-06-08T08:00:00

[[events]]
is = "opened"
at = 2026-06-07T09:00:00
with = { class = "fault", priority = "low" }

[[events]]
is = "appointed"
at = 2026-06-07T09:30:00.5+03:00
appointment = 2026-06-07T12:00:00
contract = [{ contract = "C-1", metric = "handling", calendar = "desk", days = 2, at = "close" }]

[[events]]
is = "diagnosed"
at = 2026-06-07T10:00:00
correction = true
recorded = 2026-06-07T11:00:00

[[events]]
corrects = 3
void = true
recorded = 2026-06-07T12:00:00

[due]
handling = 2026-06-07T16:30:00

[state]
handling-usual = "breached"

[former]
handling-usual = ["met"]

[[expect]]
now = 2026-06-07T09:00:00
owed = []
state = { handling = "running" }
`
	s := compile(t, slatest.Schema())
	p := parse(t, "short-days/sla.toml")
	check := func(text string) error {
		cfg := slatest.Config{From: local(t, p, "Sun 2026-06-07 00:00"), To: local(t, p, "Mon 2026-06-08 00:00")}
		return slatest.Check(p, fstest.MapFS{"v.toml": {Data: []byte(text)}}, cfg)
	}
	require.NoError(t, validate(t, s, sound))
	require.NoError(t, check(sound))

	tests := []struct{ name, old, new string }{
		{"no title", `title = "all that can be said"`, ``},
		{"an empty title", `"all that can be said"`, `""`},
		{"an unknown key", `unreviewed = true`, `reviewed = false`},
		{"a mark in quotes", `unreviewed = true`, `unreviewed = "true"`},
		{"a date as now", `now = 2026-06-08T08:00:00`, `now = 2026-06-08`},
		{"an event of no kind", `is = "opened"`, ``},
		{"an event at no time", `at = 2026-06-07T09:00:00`, ``},
		{"an unknown key of an event", `recorded = 2026-06-07T11`, `recordet = 2026-06-07T11`},
		{"terms without a metric", `metric = "handling", `, ``},
		{"a due time of day", `handling = 2026-06-07T16:30:00`, `handling = 16:30:00`},
		{"an unknown state", `handling-usual = "breached"`, `handling-usual = "late"`},
		{"an unknown former state", `["met"]`, `["late"]`},
		{"an instant without now", "[[expect]]\nnow = 2026-06-07T09:00:00", "[[expect]]"},
		{"an instant that expects nothing", "owed = []\nstate = { handling = \"running\" }", ``},
		{"an escalation of nothing", `owed = []`, `owed = [{ at = 2026-06-07T09:00:00 }]`},
		{"an unknown action", `owed = []`, `owed = [{ target = "handling", at = 2026-06-07T09:00:00, do = "wait" }]`},
	}
	for _, tt := range tests {
		text := strings.Replace(sound, tt.old, tt.new, 1)
		require.NotEqual(t, sound, text, "%s: nothing was changed", tt.name)
		if check(text) == nil {
			t.Errorf("%s: Check accepts it", tt.name)
		}
		if validate(t, s, text) == nil {
			t.Errorf("%s: the schema accepts it", tt.name)
		}
	}
}
