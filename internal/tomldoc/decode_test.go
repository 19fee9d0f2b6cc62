package tomldoc

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		rule string
		doc  string
		want string // after the file's name, a mistake a line
	}{
		// Values of the wrong type.
		{"a number is not a string", "note = 20", `1: note: is a number; write it in quotes: "20"`},
		{"nor is a fraction", "note = 0.5", `1: note: is a number with a fraction; write it in quotes: "0.5"`},
		{"nor is a boolean", "note = true", `1: note: is a word without quotes; write it in quotes: "true"`},
		{"nor is a date", "note = 2026-06-07", `1: note: is a date; write it in quotes: "2026-06-07"`},
		{"nor is a time", "note = 10:00", `1: note: is a time of day; write it in quotes: "10:00"`},
		{"nor is a date with a time", "note = 2026-06-07 10:00:00", `1: note: is a date and time; write it in quotes: "2026-06-07T10:00:00"`},
		{"nor is an instant", "note = 2026-06-07t10:00:00z", `1: note: is a date and time with an offset; write it in quotes: "2026-06-07T10:00:00Z"`},
		{"nor is a list", `note = ["a"]`, `1: note: is a list; write one string`},
		{"nor is a table", `[note]`, `1: note: is a table; write one string`},
		{"a string is not a number", `format = "1"`, `1: format: is a string; write it without quotes: 1`},
		{"a word is not a number", `format = "one"`, `1: format: is a string; write a whole number`},
		{"a fraction is not a whole number", `format = 1.5`, `1: format: is a number with a fraction; write a whole number`},
		{"a string is not a boolean", `draft = "true"`, `1: draft: is a string; write true or false, without quotes`},
		{"a string is not a list", `[calendars.desk]
			zone = "UTC"
			days = "mon"`, `3: calendars.desk.days: is a string; write a list: ["mon"]`},
		{"a number is not a list", `calendars.desk = { zone = "UTC", days = 1 }`, `1: calendars.desk.days: is a number; write a list in brackets`},
		{"a single table is not a list of tables", `[targets]`, `1: targets: is a table; write [[targets]] above each element`},
		{"a list of tables is not a table", `[[desk]]`, `1: desk: is a list of tables; write one table: [desk]`},
		{"a string is not a map", `roles = "all"`, `1: roles: is a string; write one table: [roles]`},
		{"a hint replaces the cure", `[[targets]]
			id = "a"
			calendar = "desk"
			escalations = "all"`, `4: targets.a.escalations: is a string; write [[targets.escalations]] above each step`},
		{"elements of a list are checked one by one", `[calendars.desk]
			zone = "UTC"
			matrix = [[1, 2],
				[3, "4"], [
				],
				"5", [6.5]]`, `4: calendars.desk.matrix[2][2]: is a string; write it without quotes: 4
			6: calendars.desk.matrix[4]: is a string; write a list: ["5"]
			6: calendars.desk.matrix[5][1]: is a number with a fraction; write a whole number`},
		{"elements after tables have their own lines", "targets = [\n{ id = \"a\", calendar = \"desk\" },\n5, {},\n6]", `3: targets[2]: is a number; write a table in braces: { key = value }
			3: targets[3].id: missing; give it a short name of its own
			3: targets[3].calendar: missing; this key is required
			4: targets[4]: is a number; write a table in braces: { key = value }`},
		{"an element of one or more is checked as one", `[[targets]]
			id = "a"
			calendar = "desk"
			source = 1
			match.priority = [1, 1.5]`, `4: targets.a.source: is a number; write it in quotes: "1"
			5: targets.a.match.priority[2]: is a number with a fraction; write it in quotes: "1.5"`},
		{"a number may be too large for its field", "share = 200", `1: share: 200 is too large; write a number that 8 bits hold`},

		// Types that read text.
		{"a type's own error is the message", targetWith(`within = "20 minutes"`), `4: targets.a.within: "20 minutes" is not a duration; write "20m"`},
		{"also for a value that should be a string", targetWith(`within = 20`), `4: targets.a.within: "20" is not a duration; write "20m"`},
		{"if only the quotes are missing, that is said", targetWith(`within = 0`), `4: targets.a.within: is a number; write it in quotes: "0"`},
		{"a list is not a text", targetWith(`within = ["20m"]`), `4: targets.a.within: is a list; write one string`},

		// Keys.
		{"an unknown key is compared with the known", targetWith(`witin = "20m"`), `4: targets.a.witin: unknown key; did you mean "within"?`},
		{"keys are case-sensitive", targetWith(`Within = "20m"`), `4: targets.a.Within: unknown key; did you mean "within"?`},
		{"a strange key is told what is known", targetWith(`match.color = "red"`), `4: targets.a.match.color: unknown key; known here: category, critical, priority, shifts`},
		{"an unknown table is one mistake", "[[hollidays]]\nday = 1\n[[hollidays]]\nday = 2", `1: hollidays: unknown key; known here: format, note, draft, share, calendars, roles, targets, desk`},
		{"a key below the wrong header is told its own", targetWith("[targets.match]\nwithin = \"20m\""), `5: targets.a.match.within: unknown key here; it belongs to targets.a, right below line 1`},
		{"a key in the wrong braces too", `desk = { below = { note = "x" } }`, `1: desk.below.note: unknown key here; it belongs at the top of the file, before the first table`},
		{"a table in braces has no line below it", `targets = [{ id = "a", calendar = "x", match = { within = "20m" } }]`, `1: targets.a.match.within: unknown key here; it belongs to targets.a`},
		{"unless it is there already", "note = \"x\"\n[desk]\nnote = \"y\"", `3: desk.note: unknown key; known here: phone, below`},
		{"a key's quotes are shown if it needs them", "[desk]\n\"fax no.\" = 1\n\"\" = 2\n\"a\\nb\" = 3", `2: desk."fax no.": unknown key; known here: phone, below
			3: desk."": unknown key; known here: phone, below
			4: desk."a\nb": unknown key; known here: phone, below`},
		{"a required key may be missing", "note = \"x\"\n\n[[targets]]", `3: targets[1].id: missing; give it a short name of its own
			3: targets[1].calendar: missing; this key is required`},
		{"an empty one is as good as missing", "[[targets]]\nid = \"\"\ncalendar = \"desk\"", `2: targets[1].id: is empty; give it a short name of its own`},
		{"in braces, too", "calendars.desk = {\n days = []\n}", `1: calendars.desk.zone: missing; name a zone, such as "Asia/Jerusalem"`},

		// Tables and keys that contradict each other.
		{"a key is set once", "note = \"x\"\nnote = \"y\"", `2: note: is set twice, first on line 1; remove one of them`},
		{"also in braces", "desk = { phone = \"1\",\n phone = \"2\" }", `2: desk.phone: is set twice, first on line 1; remove one of them`},
		{"also in braces in a list", "targets = [\n{ id = \"a\", calendar = \"x\" },\n{ id = \"b\", calendar = \"x\", id = \"c\" }]", `3: targets.b.id: is set twice, first on line 3; remove one of them`},
		{"a header stands once", "[desk]\nphone = \"1\"\n[roles]\n[desk]\nphone = \"2\"\nfax = \"3\"", `4: desk: this table began on line 1; move these keys there
			6: desk.fax: unknown key; known here: phone, below`},
		{"a header that repeats is one mistake", "[desk]\nbelow.phone = \"1\"\n[desk]\nbelow.phone = \"2\"", `3: desk: this table began on line 1; move these keys there`},
		{"a header does not repeat dotted keys", "desk.phone = \"1\"\n[desk]\n", `2: desk: this table was made by the dotted key on line 1; write all of it one way`},
		{"nor dotted keys a header", "[desk.below]\n[desk]\nbelow.phone = \"1\"", `3: desk.below: is a table since line 1; write the key there`},
		{"a table has no value", "[calendars.desk]\nzone = \"UTC\"\n[calendars.desk.zone]\n", `3: calendars.desk.zone: has a value already, on line 2, and cannot be a table too; remove one of them`},
		{"nor has a table further in", "note = \"x\"\n[note.desk.below]\nphone = \"1\"\nphone = \"2\"", `2: note: has a value already, on line 1, and cannot be a table too; remove one of them
			4: note.desk.below.phone: is set twice, first on line 3; remove one of them`},
		{"nor has one by dotted keys", "note = \"x\"\nnote.a = 1", `2: note: has a value already, on line 1, and cannot be a table too; remove one of them`},
		{"a value is not set where a table is", "desk.below.phone = \"1\"\ndesk.below = 1", `2: desk.below: is a table already, since line 1; remove one of them`},
		{"braces are complete", "desk = { phone = \"1\" }\n[desk.below]\n", `2: desk: is a table in braces, on line 1; add to it there`},
		{"against their own header, too", "desk = { phone = \"1\" }\n[desk]\nphone = \"2\"", `2: desk: is a table in braces, on line 1; add to it there`},
		{"and against dotted keys", "desk = { phone = \"1\" }\ndesk.fax = \"2\"", `2: desk: is a table in braces, on line 1; add to it there
			2: desk.fax: unknown key; known here: phone, below`},
		{"brackets are complete", "targets = [{ id = \"a\", calendar = \"x\" }]\n[[targets]]\nid = \"b\"", `2: targets: is a list in brackets, on line 1; add to it there
			2: targets.b.calendar: missing; this key is required`},
		{"also if they hold no tables", "targets = []\n[[targets]]\nid = \"b\"", `2: targets: is a list in brackets, on line 1; add to it there`},
		{"and against a header further in", "targets = [{ id = \"a\", calendar = \"x\" }]\n[targets.match]\ncritcal = true", `2: targets: is a list in brackets, on line 1; add to it there
			3: targets.a.match.critcal: unknown key; did you mean "critical"?`},
		{"a list of tables is not a single table", targetWith("[targets]\nid = \"b\""), `4: targets: is a list since line 1; write [[targets]] to add to it
			4: targets.b.calendar: missing; this key is required`},
		{"nor the other way round", "[desk.below]\n[[desk.below]]", `2: desk.below: is a single table since line 1; write [[desk.below]] there too if it is a list`},
		{"a dotted key leads into no list of tables", "[[calendars.targets]]\n[calendars]\ntargets.id = \"b\"", `1: calendars.targets: is a list of tables; write one table: [calendars.targets]
			3: calendars.targets: is a list of tables since line 1; write the key below one of its headers`},

		// Values that are none.
		{"a number must fit", "x = 99999999999999999999", `1: x: 99999999999999999999 is too large for a number; write it in quotes if it is text
			1: x: unknown key; known here: format, note, draft, share, calendars, roles, targets, desk`},
		{"so must a fraction", "format = 1e999", `1: format: 1e999 is too large for a number; write it in quotes if it is text`},
		{"a date must exist", "[calendars.desk]\nzone = \"UTC\"\nclosed = [\n2026-02-28,\n2026-02-30]", `5: calendars.desk.closed[2]: 2026-02-30 is not a date; write one such as 2026-06-07, or in quotes if it is text`},
		{"24:00 is no time to TOML", "[calendars.desk]\nzone = \"UTC\"\nopens = 24:00", `3: calendars.desk.opens: 24:00 is not a time of day; write one such as 23:59:59, or in quotes if it is text`},
		{"hours look like a time", "note = 07:30-16:30", `1: note: 07:30-16:30 is not a time of day; write one such as 23:59:59, or in quotes if it is text`},
		{"a date with a time must exist", "note = 2026-06-07T25:00:00", `1: note: 2026-06-07T25:00:00 is not a date and time; write one such as 2026-06-07T10:00:00, or in quotes if it is text`},
		{"so must an instant", "note = 2026-06-07T10:00:00+0300", `1: note: 2026-06-07T10:00:00+0300 is not a date and time with an offset; write one such as 2026-06-07T10:00:00+03:00, or in quotes if it is text`},

		// Lengths and depths.
		{"an empty file has no line", "", ""},
		{"values may be nested 64 deep", "note = " + strings.Repeat("[", 63) + strings.Repeat("]", 63), `1: note: is a list; write one string`},
		{"but not deeper", "\nx = " + strings.Repeat("[", 65) + strings.Repeat("]", 65), `2: keys are nested more than 64 deep; write fewer levels
			2: x: unknown key; known here: format, note, draft, share, calendars, roles, targets, desk`},
		{"nor may headers", "[" + strings.Repeat("a.", 64) + "a]\nx = 1", `1: keys are nested more than 64 deep; write fewer levels`},
		{"nor those of lists", "[[" + strings.Repeat("a.", 64) + "a]]\nx = 1", `1: keys are nested more than 64 deep; write fewer levels`},
		{"nor dotted keys", strings.Repeat("a.", 64) + "a = 1", `1: keys are nested more than 64 deep; write fewer levels`},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			var p policy
			got := text(Decode([]byte(tt.doc), "sla.toml", &p).Err())
			want := lines(tt.want)
			if got != want {
				t.Errorf("Decode(\n%s\n) reports\n%s\nwant\n%s", tt.doc, got, want)
			}
			got = text(Decode([]byte(strings.ReplaceAll(tt.doc, "\n", "\r\n")), "sla.toml", &p).Err())
			if got != want {
				t.Errorf("with CRLF it reports\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func targetWith(more string) string {
	return "[[targets]]\nid = \"a\"\ncalendar = \"desk\"\n" + more
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// lines puts the file's name before each line.
func lines(want string) string {
	var all []string
	for line := range strings.Lines(want) {
		all = append(all, "sla.toml:"+strings.TrimSpace(line))
	}
	return strings.Join(all, "\n")
}

func TestAllAtOnce(t *testing.T) {
	doc := `format = "one"
nots = "x"

[[targets]]
id = "ops transfer"
calendar = 5
within = "20 minutes"
[targets.match]
category = ["network", 3,
  true]
metric = "transfer"
[[targets.escalations]]
at = [50]
to = "manager"
too = "director"

[[targets]]
id = "ops-handling"
id = "ops-handling"

[calendars.desk]
days = "sun"
closed = [2026-13-01, 2026-04-02, "tomorrow"]
opens = 7
`
	var p policy
	err := Decode([]byte(doc), "sla.toml", &p).Err()
	want := lines(`1: format: is a string; write a whole number
		2: nots: unknown key; did you mean "note"?
		6: targets."ops transfer".calendar: is a number; write it in quotes: "5"
		7: targets."ops transfer".within: "20 minutes" is not a duration; write "20m"
		9: targets."ops transfer".match.category[2]: is a number; write it in quotes: "3"
		10: targets."ops transfer".match.category[3]: is a word without quotes; write it in quotes: "true"
		11: targets."ops transfer".match.metric: unknown key here; it belongs to targets."ops transfer", right below line 4
		13: targets."ops transfer".escalations[1].at: is a list; write one string
		15: targets."ops transfer".escalations[1].too: unknown key; did you mean "to"?
		17: targets.ops-handling.calendar: missing; this key is required
		19: targets.ops-handling.id: is set twice, first on line 18; remove one of them
		21: calendars.desk.zone: missing; name a zone, such as "Asia/Jerusalem"
		22: calendars.desk.days: is a string; write a list: ["sun"]
		23: calendars.desk.closed[1]: 2026-13-01 is not a date; write one such as 2026-06-07, or in quotes if it is text
		23: calendars.desk.closed[3]: "tomorrow" is not a date; write 2026-06-07
		24: calendars.desk.opens: is a number; write it in quotes: "7"`)
	if got := text(err); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	require.Equal(t, "manager", p.Targets[0].Escalations[0].To, "what is right is decoded")
	require.Zero(t, p.Calendars["desk"].Opens, "what is wrong is not")
	require.Equal(t, Strings{"network", "", ""}, p.Targets[0].Match.Category, "indexes agree with the document")
}

func TestErrorsAreFileErrors(t *testing.T) {
	var p policy
	err := Decode([]byte("\nshare = 1.5"), "ra/sla.toml", &p).Err()
	var all interface{ Unwrap() []error }
	require.ErrorAs(t, err, &all)
	require.Equal(t, []error{&townclerk.FileError{
		File: "ra/sla.toml", Line: 2, Key: "share",
		Problem: "is a number with a fraction; write a whole number",
	}}, all.Unwrap())
}

func TestDecode(t *testing.T) {
	doc := "\ufeff" + `
format = 0x01
draft = true
note = """
two
lines"""
roles = { manager = "Dana", "מנהל" = "דנה" }
[calendars.desk]
zone = "Asia/Jerusalem"
closed = [2026-04-02, "2026-04-08"]
opens = 07:30
matrix = [[1_000, -2], []]
[calendars.night]
zone = "UTC"
opens = "24:00"
[[targets]]
id = "transfer"
calendar = "desk"
within = "20m"
source = "RA-21"
title.en = "Passed on"
match = { category = ["network", "printer"], critical = true, priority = 0x10, shifts = { from = 06:00:00 } }
[[targets.escalations]]
at = "50%"
[[targets]]
id = "handling"
calendar = "night"
source = ["RA-22", "RA-23"]
match.priority = [1, "high", false]
match.shifts = [{ from = "06:00" }, { from = "14:00" }]
[desk.below.below]
phone = '09-7610000'
`
	within := duration(20 * 60 * 1e9)
	want := policy{
		Format: 1,
		Note:   "two\nlines",
		Draft:  true,
		Share:  7, // it was so before, and the document says nothing
		Roles:  map[roleID]string{"manager": "Dana", "מנהל": "דנה"},
		Calendars: map[string]calendar{
			"desk": {
				Zone: "Asia/Jerusalem", Closed: []day{"2026-04-02", "2026-04-08"}, Opens: "07:30",
				Matrix: [][]int{{1000, -2}, {}},
			},
			"night": {Zone: "UTC", Opens: "24:00"},
		},
		Targets: []target{
			{
				named:    named{ID: "transfer", Title: map[string]string{"en": "Passed on"}},
				Calendar: "desk", Within: &within, Source: Strings{"RA-21"},
				Match: match{
					Category: Strings{"network", "printer"}, Critical: "true", Priority: Scalars{"16"},
					Shifts: OneOrMore[hour]{{"06:00:00"}},
				},
				Escalations: []escalation{{At: "50%"}},
			},
			{
				named:    named{ID: "handling"},
				Calendar: "night", Source: Strings{"RA-22", "RA-23"},
				Match: match{
					Priority: Scalars{"1", "high", "false"},
					Shifts:   OneOrMore[hour]{{"06:00"}, {"14:00"}},
				},
			},
		},
		Desk: &desk{Below: &desk{Below: &desk{Phone: "09-7610000"}}},
	}
	for name, doc := range map[string]string{"LF": doc, "CRLF": strings.ReplaceAll(doc, "\n", "\r\n")} {
		got := policy{Share: 7}
		require.NoError(t, Decode([]byte(doc), "sla.toml", &got).Err(), name)
		require.Equal(t, want, got, name)
	}
}

func TestDestinationsThatAreAMistakeOfTheProgram(t *testing.T) {
	for want, into := range map[string]any{
		"tomldoc: Decode into tomldoc.policy, which is not a pointer to a struct": policy{},
		"tomldoc: cannot decode into a float64": &struct {
			X []map[string]float64 `toml:"x"`
		}{},
		"tomldoc: field X of struct { X int } has no toml tag": &struct{ X int }{},
		`tomldoc: two fields have the key "id"`: &struct {
			named
			Other string `toml:"id"`
		}{},
	} {
		require.PanicsWithValue(t, want, func() { Decode(nil, "", into) })
	}
}
