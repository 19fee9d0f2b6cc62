package schematest

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
)

// Shape is what the schema of a policy file is made of.
type Shape struct {
	File    string // such as "ticket.toml"
	Package string // that describes it, such as "ticket"
	Says    string // what the file is about, as in "How a desk works"
	Raw     any    // a value of the type of the whole file

	// Tables is the names of the raw types. The whole file is "policy".
	Tables map[reflect.Type]string
	// About is what an editor shows of each key, by the name of its table, as in
	// "policy.name". All keys are there.
	About map[string]string
	// Values narrows what keys may hold, where their types allow more.
	Values map[string]func(*jsonschema.Schema)
	// Refs is the definitions of types that are written otherwise than they are made,
	// by their names, as in "slatest.Instant". Together adds the definitions.
	Refs map[string]string
	// Together says which keys of a table need which others; nil: none.
	Together func(*jsonschema.Schema)
}

// Make returns the schema.
func (sh Shape) Make(t *testing.T) *jsonschema.Schema {
	t.Helper()
	r := jsonschema.Reflector{
		FieldNameTag:   "toml",
		ExpandedStruct: true, // tombi looks for keys in the root itself
		Anonymous:      true,
		Namer:          func(t reflect.Type) string { return sh.Tables[t] },
		Mapper:         sh.text,
	}
	s := r.Reflect(sh.Raw)
	id := "github.com/townclerk/townclerk/" + sh.Package
	s.ID = jsonschema.ID("https://" + id + "/" + strings.TrimSuffix(sh.File, ".toml") + ".schema.json")
	s.Title = sh.File
	s.Description = sh.Says + ": package " + id + " describes it."

	var keys []string
	for typ, table := range sh.Tables {
		def := sh.table(s, table)
		if def == nil {
			t.Fatalf("no table is a %s", typ)
		}
		for p := def.Properties.Oldest(); p != nil; p = p.Next() {
			key := table + "." + p.Key
			keys = append(keys, key)
			sh.describe(t, key, p.Value, slices.Contains(def.Required, p.Key))
		}
	}
	for key := range sh.Values {
		if !slices.Contains(keys, key) {
			t.Errorf("Values names %s, which is no key", key)
		}
	}
	for key := range sh.About {
		if !slices.Contains(keys, key) {
			t.Errorf("About names %s, which is no key", key)
		}
	}
	if sh.Together != nil {
		sh.Together(s)
	}
	return s
}

func (sh Shape) table(s *jsonschema.Schema, name string) *jsonschema.Schema {
	if name == "policy" {
		return s
	}
	return s.Definitions[name]
}

func (sh Shape) describe(t *testing.T, key string, s *jsonschema.Schema, required bool) {
	t.Helper()
	if s.Description = sh.About[key]; s.Description == "" {
		t.Errorf("say in About what %s is", key)
	}
	if narrow := sh.Values[key]; narrow != nil {
		narrow(s)
	}
	// Of a required key the parser says that it is empty.
	one := uint64(1)
	switch {
	case !required:
	case s.Type == "string" && s.Enum == nil && s.Pattern == "":
		s.MinLength = &one
	case s.Type == "array":
		s.MinItems = &one
	case s.AnyOf != nil && s.AnyOf[0].Type == "string":
		s.AnyOf[0].MinLength, s.AnyOf[1].MinItems = &one, &one
	}
}

// Requires compares the two ways in which a field says that its key cannot be left
// out: required:"true", which the parser obeys, and no omitempty, which the schema is
// made from.
func (sh Shape) Requires(t *testing.T) {
	t.Helper()
	s := sh.Make(t)
	for typ, table := range sh.Tables {
		var want []string
		for _, f := range reflect.VisibleFields(typ) { // those of embedded structs, too
			key, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
			if f.Tag.Get("required") == "true" {
				want = append(want, key)
			}
		}
		if got := sh.table(s, table).Required; !slices.Equal(got, want) {
			t.Errorf("%s: the schema requires %v, the parser %v; a field has omitempty or required:\"true\", never both or neither", table, got, want)
		}
	}
}

// Documented looks for each key in the reference, which is the package comment.
func (sh Shape) Documented(t *testing.T) {
	t.Helper()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.FieldsFunc(string(doc), func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z')
	})
	for name := range sh.About {
		if _, key, _ := strings.Cut(name, "."); !slices.Contains(words, key) {
			t.Errorf("the package comment does not describe %s", name)
		}
	}
}

// Definition returns a definition of another schema, such as the time of that of vectors.
func Definition(schema []byte, name string) *jsonschema.Schema {
	var other jsonschema.Schema
	if err := json.Unmarshal(schema, &other); err != nil {
		panic(err) // it is embedded, and so never wrong
	}
	return other.Definitions[name]
}

// Date is a date, which TOML writes without quotes or with them.
func Date() *jsonschema.Schema {
	const date = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
	return &jsonschema.Schema{
		AnyOf:       []*jsonschema.Schema{{Type: "string", Pattern: date}, {Type: "string", Format: "date", Pattern: date}},
		Description: "A date, such as 2026-06-07.",
	}
}

// OneOf narrows a key, or the elements of a list that may be one value, to these values.
func OneOf[T ~string](values ...T) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) {
		all := []*jsonschema.Schema{s}
		if s.AnyOf != nil {
			all = []*jsonschema.Schema{s.AnyOf[0], s.AnyOf[1].Items}
		}
		for _, s := range all {
			for _, v := range values {
				s.Enum = append(s.Enum, string(v))
			}
		}
	}
}

// Named narrows the keys of a table to these.
func Named[T ~string](keys ...T) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) {
		s.PropertyNames = &jsonschema.Schema{}
		OneOf(keys...)(s.PropertyNames)
	}
}

func (sh Shape) text(t reflect.Type) *jsonschema.Schema {
	if name, ok := sh.Refs[t.String()]; ok {
		return &jsonschema.Schema{Ref: "#/$defs/" + name}
	}
	return text(t)
}

// text maps types that are not made of their fields.
func text(t reflect.Type) *jsonschema.Schema {
	switch {
	case t.Kind() == reflect.Slice && strings.HasPrefix(t.Name(), "OneOrMore["):
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{element(t.Elem()), {Type: "array", Items: element(t.Elem())}}}
	case t.Name() == "Scalar":
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "boolean"}, {Type: "integer"}}}
	}
	return nil
}

func element(t reflect.Type) *jsonschema.Schema {
	if s := text(t); s != nil {
		return s
	}
	return &jsonschema.Schema{Type: "string"}
}
