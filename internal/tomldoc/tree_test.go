package tomldoc

import (
	"errors"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
)

// Random bytes seldom make two tables that contradict each other, so here a few
// keys are used over and over. go-toml stops at the first mistake; it must be
// on the line of ours.
func TestTablesAgreeWithGoTOML(t *testing.T) {
	const atOnce = 100
	docs := rapid.SliceOfN(rapid.SliceOfN(expressions(), 1, 6), atOnce, atOnce)
	rapid.Check(t, func(t *rapid.T) {
		for _, doc := range docs.Draw(t, "docs") {
			agree(t, strings.Join(doc, "\n"))
		}
	})
}

func agree(t *rapid.T, doc string) {
	var m map[string]any
	var e *toml.DecodeError
	want := 0
	if err := toml.Unmarshal([]byte(doc), &m); errors.As(err, &e) {
		want, _ = e.Position()
	} else if err != nil {
		t.Fatalf("go-toml: %v", err)
	}
	got := 0
	var first *townclerk.FileError
	found := treeMistakes([]byte(doc))
	if errors.As(found, &first) {
		got = first.Line
	}
	if got != want {
		t.Fatalf("the first mistake of\n%s\nis on line %d, want %d:\n%v", doc, got, want, found)
	}
}

// expressions generates lines of TOML without mistakes in their syntax.
func expressions() *rapid.Generator[string] {
	key := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 3), func(keys []string) string {
		return strings.Join(keys, ".")
	})
	var value *rapid.Generator[string]
	pair := rapid.Custom(func(t *rapid.T) string {
		return key.Draw(t, "key") + " = " + value.Draw(t, "value")
	})
	several := func(g *rapid.Generator[string], open, end string) *rapid.Generator[string] {
		return rapid.Map(rapid.SliceOfN(g, 0, 2), func(all []string) string {
			return open + strings.Join(all, ", ") + end
		})
	}
	value = rapid.OneOf(
		rapid.SampledFrom([]string{"1", "0x1", "true", `"x"`, "10:00", "2026-02-28"}),
		several(rapid.Deferred(func() *rapid.Generator[string] { return value }), "[", "]"),
		several(rapid.Deferred(func() *rapid.Generator[string] { return pair }), "{", "}"),
	)
	return rapid.OneOf(pair,
		rapid.Map(key, func(key string) string { return "[" + key + "]" }),
		rapid.Map(key, func(key string) string { return "[[" + key + "]]" }))
}
