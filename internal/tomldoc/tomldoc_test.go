package tomldoc

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

const places = `format = 1

[[targets]]
id = "transfer"
calendar = "desk"
match = { category = "network",
  priority = [
    1, # the highest
    2] }
title . en = "Passed on"
"title".he = "הועבר"

  [[targets.escalations]]
  at = "50%"

[calendars.desk.hours]
sun = "07:30"

[[targets]]
name = "handling"

[[targets]]
within = "20m"

[calendars]
night = {}
`

func TestPlaces(t *testing.T) {
	doc := Decode([]byte(places), "sla.toml", &struct {
		Unread string `toml:"-"`
	}{})
	for _, tt := range []struct {
		at   Path
		line int
		has  bool
		show string
	}{
		{At(), 1, true, ""},
		{At("format"), 1, true, "format"},
		{At("targets"), 3, true, "targets"},
		{At("targets", 0), 3, true, "targets.transfer"},
		{At("targets", 0, "calendar"), 5, true, "targets.transfer.calendar"},
		{At("targets", 0, "match"), 6, true, "targets.transfer.match"},
		{At("targets", 0, "match", "category"), 6, true, "targets.transfer.match.category"},
		{At("targets", 0, "match", "category", 0), 6, true, "targets.transfer.match.category"},
		{At("targets", 0, "match", "priority"), 7, true, "targets.transfer.match.priority"},
		{At("targets", 0, "match", "priority", 0), 8, true, "targets.transfer.match.priority[1]"},
		{At("targets", 0, "match", "priority", 1), 9, true, "targets.transfer.match.priority[2]"},
		{At("targets", 0, "match", "priority", 2), 7, false, "targets.transfer.match.priority[3]"},
		{At("targets", 0, "title"), 10, true, "targets.transfer.title"},
		{At("targets", 0, "title", "he"), 11, true, "targets.transfer.title.he"},
		{At("targets", 0, "escalations", 0), 13, true, "targets.transfer.escalations[1]"},
		{At("targets", 0, "within"), 3, false, "targets.transfer.within"},
		{At("calendars"), 25, true, "calendars"},
		{At("calendars", "desk"), 16, true, "calendars.desk"},
		{At("calendars", "desk", "hours", "sun"), 17, true, "calendars.desk.hours.sun"},
		{At("targets", 1, "within"), 19, false, "targets.handling.within"},
		{At("targets", 2, "within"), 23, true, "targets[3].within"},
		{At("targets", 3), 3, false, "targets[4]"},
		{At("nowhere", "at all", 7), 1, false, `nowhere."at all"[8]`},
	} {
		if got := doc.Line(tt.at); got != tt.line {
			t.Errorf("Line(%v) = %d, want %d", tt.at, got, tt.line)
		}
		if got := doc.Has(tt.at); got != tt.has {
			t.Errorf("Has(%v) = %t, want %t", tt.at, got, tt.has)
		}
		if got := doc.show(tt.at); got != tt.show {
			t.Errorf("a message calls %v %s, want %s", tt.at, got, tt.show)
		}
	}
}

func TestKeysAreInTheOrderOfTheDocument(t *testing.T) {
	var p policy
	doc := Decode([]byte(`
		[roles]
		z = "1"
		y = "2"
		[calendars.night]
		zone = "UTC"
		[calendars.desk]
		zone = "UTC"`), "sla.toml", &p)
	for _, tt := range []struct {
		at   Path
		want []string
	}{
		{At(), []string{"roles", "calendars"}},
		{At("roles"), []string{"z", "y"}},
		{At("calendars"), []string{"night", "desk"}},
		{At("roles", "z"), nil},
		{At("targets"), nil},
	} {
		if got := doc.Keys(tt.at); !slices.Equal(got, tt.want) {
			t.Errorf("Keys(%v) = %q, want %q", tt.at, got, tt.want)
		}
	}
}

func TestErrorfAddsInTheOrderOfLines(t *testing.T) {
	var p policy
	doc := Decode([]byte(targetWith("within = 5\n[calendars.desk]\nzone = \"UTC\"")), "sla.toml", &p)
	doc.Errorf(At("calendars", "desk", "zone"), "no zone named %q", "UTC")
	doc.Errorf(At("targets", 0, "source"), "missing; name the clause")
	doc.Errorf(At("targets", 0, "calendar"), "no calendar named %q%s", "desk", Suggest("desk", []string{"dask"}))
	doc.Errorf(At("targets", 0, "source"), "missing; name the clause")
	want := lines(`1: targets.a.source: missing; name the clause
		3: targets.a.calendar: no calendar named "desk"; did you mean "dask"?
		4: targets.a.within: "5" is not a duration; write "20m"
		6: calendars.desk.zone: no zone named "UTC"`)
	if got := text(doc.Err()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFailed(t *testing.T) {
	var p policy
	doc := Decode([]byte(targetWith("within = 5")), "sla.toml", &p)
	unread := Decode([]byte("a = "), "sla.toml", &p)
	for _, tt := range []struct {
		rule string
		got  bool
		want bool
	}{
		{"what is wrong", doc.Failed(At("targets", 0, "within")), true},
		{"what it is in", doc.Failed(At("targets", 0)), true},
		{"the whole", doc.Failed(nil), true},
		{"a neighbour", doc.Failed(At("targets", 0, "calendar")), false},
		{"anything, after a mistake in the syntax", unread.Failed(At("targets")), true},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: Failed = %t, want %t", tt.rule, tt.got, tt.want)
		}
	}
}

func TestPathsNeverShareMemory(t *testing.T) {
	type name string
	type index int64
	start := append(make(Path, 0, 8), "targets")
	a, b := start.Add(0, "id"), start.Add(index(1), name("id"))
	require.Equal(t, Path{"targets", 0, "id"}, a)
	require.Equal(t, Path{"targets", 1, "id"}, b)
}

func TestSuggest(t *testing.T) {
	known := []string{"desk", "field", "on call"}
	for _, tt := range []struct {
		rule  string
		typed string
		known []string
		want  string
	}{
		{"a letter differs", "dask", known, `; did you mean "desk"?`},
		{"two letters swapped", "fiedl", known, `; did you mean "field"?`},
		{"capitals", "DESK", known, `; did you mean "desk"?`},
		{"letters of any script", "מוקד", []string{"מוקדן"}, `; did you mean "מוקדן"?`},
		{"the nearest wins", "desl", []string{"dask", "desk"}, `; did you mean "desk"?`},
		{"nothing near", "night", known, `; known: desk, field, "on call"`},
		{"short words are not near", "at", []string{"to", "id"}, `; known: to, id`},
		{"nothing known", "night", nil, ""},
	} {
		if got := Suggest(tt.typed, tt.known); got != tt.want {
			t.Errorf("%s: Suggest(%q) = %s, want %s", tt.rule, tt.typed, got, tt.want)
		}
	}
}

func TestSuggestDoesNotListEverything(t *testing.T) {
	known := make([]string, 23)
	for i := range known {
		known[i] = string(rune('a' + i))
	}
	want := "; known: a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t and 3 more"
	if got := Suggest("xyzzy", known); got != want {
		t.Errorf("Suggest = %s, want %s", got, want)
	}
}
