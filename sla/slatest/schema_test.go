package slatest

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/townclerk/townclerk/internal/schematest"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// TestSchema holds the checked-in schema to the raw types, the descriptions and
// the narrowings below. After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./sla/slatest -run TestSchema
func TestSchema(t *testing.T) { schematest.Matches(t, "vector.schema.json", makeSchema(t), Schema) }

// TestSchemaInPackageComment looks for each key in the reference, which is the
// package comment, and for those of events in package sla's.
func TestSchemaInPackageComment(t *testing.T) {
	var words []string
	for _, file := range []string{"doc.go", "../doc.go"} {
		doc, err := os.ReadFile(file)
		require.NoError(t, err)
		words = append(words, strings.FieldsFunc(string(doc), func(r rune) bool { return r < 'a' || r > 'z' })...)
	}
	for name := range about {
		if _, key, _ := strings.Cut(name, "."); !slices.Contains(words, key) {
			t.Errorf("no package comment describes %s", name)
		}
	}
}

// about is what an editor shows of each key, by the table in which it stands.
var about = map[string]string{
	"vector.title":      "In a few words, what it shows.",
	"vector.source":     "The requirements or clauses that it proves.",
	"vector.unreviewed": "It was recorded from a run, and nobody has checked it yet.",
	"vector.id":         "What the timeline is called; default: as the file.",
	"vector.note":       "What the timeline is about.",
	"vector.edition":    "The edition of the policy that it is about; the policy beside it must be that one.",
	"vector.events":     "What happened, in the order in which it was recorded.",
	"vector.now":        "As of when the tables at the top hold; default: when the last event is known.",
	"vector.due":        "When it is due, by target or metric.",
	"vector.state":      "How its clock stands, by target or metric.",
	"vector.paused":     "It is paused for these reasons, by target or metric.",
	"vector.former":     "The states that corrections changed, oldest first, by target or metric.",
	"vector.owed":       "All escalations that are owed, of all targets; [] for none.",
	"vector.expect":     "What is expected at other instants.",

	"expect.now":    "As of when.",
	"expect.due":    "When it is due, by target or metric.",
	"expect.state":  "How its clock stands, by target or metric.",
	"expect.paused": "It is paused for these reasons, by target or metric.",
	"expect.former": "The states that corrections changed, oldest first, by target or metric.",
	"expect.owed":   "All escalations that are owed, of all targets; [] for none.",

	"owed.target": "A target or its metric.",
	"owed.at":     "When it fell due.",
	"owed.to":     "The role that is told; left out, it is not looked at.",
	"owed.do":     "watch: follow up. take-over: become responsible. activate-vendor: call the outside company.",
	"owed.reason": "Of one made by hand.",

	"event.is":          "The kind of event, such as \"opened\".",
	"event.at":          "When it happened, on the policy's zone or with an offset.",
	"event.recorded":    "When it became known, of a correction.",
	"event.seq":         "Its number; default: its place in the file, from 1.",
	"event.with":        "The attributes that the timeline has from now on.",
	"event.reason":      "Of a pause or an escalation.",
	"event.role":        "Who approves or revokes, or to whom is escalated.",
	"event.appointment": "The agreed time.",
	"event.contract":    "The terms of the contract in force from now on.",
	"event.correction":  "It was recorded late, or puts another event right.",
	"event.corrects":    "The seq of the event that it replaces.",
	"event.void":        "It only strikes that event out.",

	"terms.contract": "The contract's id.",
	"terms.metric":   "For which metric it promises something.",
	"terms.calendar": "A calendar of the policy, or \"elapsed\".",
	"terms.within":   "So much time, such as \"4h\".",
	"terms.days":     "So many working days.",
	"terms.at":       "When on the last of them: \"close\", \"same-time\" or a time such as \"12:00\".",
}

// values is what keys may hold, where their types allow more.
var values = map[string]func(*jsonschema.Schema){
	"vector.edition": func(s *jsonschema.Schema) { s.Minimum = "1" },

	"vector.state":  stateValues,
	"expect.state":  stateValues,
	"vector.former": formerValues,
	"expect.former": formerValues,
	"owed.do": func(s *jsonschema.Schema) {
		s.Enum = oneOf(string(sla.Watch), string(sla.TakeOver), string(sla.ActivateVendor))
	},
	"terms.days": func(s *jsonschema.Schema) { s.Minimum = "1" },
}

func stateValues(s *jsonschema.Schema) { s.AdditionalProperties.Enum = oneOf(states...) }

func formerValues(s *jsonschema.Schema) {
	s.AdditionalProperties.AnyOf[0].Enum = oneOf(states...)
	s.AdditionalProperties.AnyOf[1].Items.Enum = oneOf(states...)
}

func oneOf(texts ...string) []any {
	var all []any
	for _, text := range texts {
		all = append(all, text)
	}
	return all
}

// tables is the raw types by the names of their tables. Those of timelines belong
// to package sla, so they are found by the keys that hold them.
func tables(t *testing.T) map[reflect.Type]string {
	t.Helper()
	element := func(typ reflect.Type, field string) reflect.Type {
		f, ok := typ.FieldByName(field)
		require.True(t, ok, "%s has no %s", typ, field)
		return f.Type.Elem()
	}
	event := element(reflect.TypeFor[rawVector](), "Events")
	return map[reflect.Type]string{
		reflect.TypeFor[rawVector]():      "vector",
		reflect.TypeFor[rawExpectation](): "expect",
		reflect.TypeFor[rawOwed]():        "owed",
		event:                             "event",
		element(event, "Contract"):        "terms",
	}
}

func makeSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	names := tables(t)
	r := jsonschema.Reflector{
		FieldNameTag:   "toml",
		ExpandedStruct: true,
		Anonymous:      true,
		Namer:          func(t reflect.Type) string { return names[t] },
		Mapper:         text,
	}
	s := r.Reflect(rawVector{})
	s.ID = "https://github.com/townclerk/townclerk/sla/slatest/vector.schema.json"
	s.Title = "a vector"
	s.Description = "A situation and what is expected of it: package github.com/townclerk/townclerk/sla/slatest describes it."
	var keys []string
	for typ, table := range names {
		def := s
		if table != "vector" {
			def = s.Definitions[table]
		}
		require.NotNil(t, def, "no table is a %s", typ)
		for p := def.Properties.Oldest(); p != nil; p = p.Next() {
			key := table + "." + p.Key
			keys = append(keys, key)
			p.Value.Description = about[key]
			require.NotEmpty(t, p.Value.Description, "say in about what %s is", key)
			if narrow := values[key]; narrow != nil {
				narrow(p.Value)
			}
			if slices.Contains(def.Required, p.Key) && p.Value.Type == "string" {
				one := uint64(1)
				p.Value.MinLength = &one
			}
		}
	}
	for key := range values {
		require.Contains(t, keys, key, "values names a key that is none")
	}
	for key := range about {
		require.Contains(t, keys, key, "about names a key that is none")
	}
	// What neither type says: there is something to judge, and as of when.
	s.Required = append(s.Required, "events")
	expect := s.Definitions["expect"]
	expect.Required = append(expect.Required, "now")
	s.Definitions["event"].AnyOf = []*jsonschema.Schema{{Required: []string{"is", "at"}}, {Required: []string{"void"}}}
	expects := []string{"due", "state", "paused", "former", "owed"}
	for _, key := range expects {
		expect.AnyOf = append(expect.AnyOf, &jsonschema.Schema{Required: []string{key}})
		s.AnyOf = append(s.AnyOf, &jsonschema.Schema{Required: []string{key}})
	}
	s.AnyOf = append(s.AnyOf, &jsonschema.Schema{Required: []string{"expect"}})
	for name, def := range texts() {
		s.Definitions[name] = def
	}
	return s
}

// text maps types that are not made of their fields.
func text(t reflect.Type) *jsonschema.Schema {
	if t.Kind() == reflect.Slice && strings.HasPrefix(t.Name(), "OneOrMore[") {
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "array", Items: &jsonschema.Schema{Type: "string"}}}}
	}
	for name, types := range map[string][]string{"time": {"slatest.Instant", "sla.rawTime"}, "duration": {"sla.rawDuration"}, "scalar": {"tomldoc.Scalar"}} {
		if slices.Contains(types, t.String()) {
			return &jsonschema.Schema{Ref: "#/$defs/" + name}
		}
	}
	return nil
}

// texts is the definitions to which text refers. The formats are those by which
// tombi and taplo know TOML's own dates and times, written without quotes.
func texts() map[string]*jsonschema.Schema {
	const pattern = `^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?$`
	return map[string]*jsonschema.Schema{
		"time": {
			AnyOf: []*jsonschema.Schema{
				{Type: "string", Pattern: pattern},
				{Type: "string", Format: "partial-date-time", Pattern: pattern},
				{Type: "string", Format: "date-time", Pattern: pattern},
			},
			Description: "A time such as 2026-06-07T10:00:00, on the policy's zone, or with an offset such as +03:00.",
		},
		"duration": {
			Type: "string", Pattern: `^(0|([0-9]{1,5}(\.[0-9]{1,3})?(h|m|s|ms|us|ns))+)$`,
			Description: "A length of time, such as 20m, 4h or 1h30m.",
		},
		"scalar": {
			AnyOf:       []*jsonschema.Schema{{Type: "string"}, {Type: "integer"}, {Type: "boolean"}},
			Description: "A word, a number, true or false.",
		},
	}
}
