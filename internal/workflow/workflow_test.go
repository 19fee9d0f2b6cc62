package workflow

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

// door is what the test's workflow is about.
type door struct{ locked, key, watched bool }

type (
	state  string
	action string
)

var (
	states  = []state{"open", "shut", "broken"}
	actions = []action{"push", "pull", "kick"}

	calm     = &Rule[door]{"nobody watches", Thing, func(d door) bool { return !d.watched }}
	unlocked = &Rule[door]{"it is not locked", Thing, func(d door) bool { return !d.locked }}
	hasKey   = &Rule[door]{"who acts has the key", Person, func(d door) bool { return d.key }}
	said     = &Rule[door]{"a word is said", Command, func(d door) bool { return false }}
)

var doors = New([]*Rule[door]{calm},
	Row[state, action, door]{From: []state{"open", "shut"}, Do: "push", To: "shut", Events: []string{"pushed"}},
	Row[state, action, door]{From: []state{"shut"}, Do: "kick", To: "broken", When: unlocked, If: []*Rule[door]{hasKey}},
	Row[state, action, door]{From: []state{"shut"}, Do: "kick", If: []*Rule[door]{hasKey}},
	Row[state, action, door]{From: []state{"shut"}, Do: "pull", To: "open", If: []*Rule[door]{unlocked, said}},
)

func TestRefuse(t *testing.T) {
	none := func() []action { return []action{"push", "kick"} }
	for _, tt := range []struct {
		name      string
		from      state
		do        action
		door      door
		want      string
		forbidden bool
	}{
		{"allowed", "shut", "push", door{}, "", false},
		{"not in the table", "broken", "push", door{}, "door 7: cannot push while broken; allowed now: push, kick", false},
		{"the thing's rule", "shut", "pull", door{locked: true}, "door 7: cannot pull while shut: it is not locked; allowed now: push, kick", false},
		{"the command's rule", "shut", "pull", door{}, "door 7: cannot pull while shut: a word is said; allowed now: push, kick", false},
		{"a person's rule is forbidden", "shut", "kick", door{}, "door 7: cannot kick while shut: who acts has the key; allowed now: push, kick", true},
		{"a rule of all rows comes first", "shut", "kick", door{watched: true}, "door 7: cannot kick while shut: nobody watches; allowed now: push, kick", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := doors.Refuse("door 7", tt.from, tt.do, tt.door, none)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tt.want)
			require.Equal(t, tt.forbidden, errors.Is(err, townclerk.ErrForbidden))
		})
	}
}

func TestAllows(t *testing.T) {
	require.True(t, doors.Allows("shut", "pull", door{}), "what a command says is not looked at")
	require.False(t, doors.Allows("shut", "pull", door{locked: true}))
	require.False(t, doors.Allows("shut", "pull", door{watched: true}), "a rule of all rows")
	require.False(t, doors.Allows("broken", "pull", door{}))
}

func TestNext(t *testing.T) {
	require.Equal(t, state("broken"), doors.Next("shut", "kick", door{}).To)
	require.Equal(t, state("shut"), doors.Next("shut", "kick", door{locked: true}).To, "it stays")
	require.Equal(t, state("shut"), doors.Next("open", "push", door{}).To)
}

func TestTransitions(t *testing.T) {
	require.Equal(t, []townclerk.Transition[state, action]{
		{From: "open", Do: "push", To: "shut", Events: []string{"pushed"}},
		{From: "shut", Do: "push", To: "shut", Events: []string{"pushed"}},
		{From: "shut", Do: "kick", To: "broken", When: "it is not locked", If: []string{"who acts has the key"}},
		{From: "shut", Do: "kick", To: "shut", If: []string{"who acts has the key"}},
		{From: "shut", Do: "pull", To: "open", If: []string{"it is not locked", "a word is said"}},
	}, doors.Transitions())
}

func TestCheckFindsWhatIsWrongWithATable(t *testing.T) {
	require.NoError(t, doors.Check(states, actions))
	type row = Row[state, action, door]
	for _, tt := range []struct {
		name string
		rows []row
		want string
	}{
		{"no state", []row{{From: []state{"ajar"}, Do: "push", To: "shut"}}, `push while ajar: "ajar" is no state`},
		{"no action", []row{{From: []state{"open"}, Do: "paint"}}, "paint while open: it is no action"},
		{"never reached", []row{{From: []state{"open"}, Do: "push"}, {From: []state{"open"}, Do: "push", To: "shut"}}, "push while open: what follows row 1 cannot be reached"},
		{"no row at times", []row{{From: []state{"open"}, Do: "push", When: unlocked}}, `push while open: no row is right where not "it is not locked"`},
		{"two demands", []row{{From: []state{"open"}, Do: "push", When: unlocked}, {From: []state{"open"}, Do: "push", If: []*Rule[door]{hasKey}}},
			"push while open: row 2 asks for other things than the first, whose rules count"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.EqualError(t, New(nil, tt.rows...).Check(states, actions), tt.want)
		})
	}
}
