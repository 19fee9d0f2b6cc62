package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
)

// What the command says is translated, all of it and nothing else, with as many
// values.
func TestTranslationsAreComplete(t *testing.T) {
	formats := spoken(t)
	require.Greater(t, len(formats), 10)
	for _, tag := range sla.Languages()[1:] {
		translated := translationsOf(tag)
		require.Equal(t, formats, slices.Sorted(maps.Keys(translated)), "languages/%s.toml", tag)
		for english, text := range translated {
			if got, want := verbs(text), verbs(english); !slices.Equal(got, want) {
				t.Errorf("languages/%s.toml: %q for %q has the values %v, want %v", tag, text, english, got, want)
			}
			values := slices.Repeat([]any{"x"}, len(verbs(english)))
			want := fmt.Sprintf(text, values...)
			if got := newVoice(tag).say(english, values...); got != want {
				t.Errorf("%s says %q for %q, want %q", tag, got, english, want)
			}
		}
	}
}

// verbs returns the verbs of a format in the order of their values.
func verbs(format string) []string {
	found := regexp.MustCompile(`%(\[[0-9]+\])?[a-z%]`).FindAllString(format, -1)
	slices.Sort(found)
	if len(found) > 0 && strings.Contains(found[0], "[") {
		for i, verb := range found {
			found[i] = "%" + verb[strings.Index(verb, "]")+1:]
			if !strings.HasPrefix(verb, fmt.Sprintf("%%[%d]", i+1)) {
				found[i] = "a value that is missing"
			}
		}
	}
	return found
}

// spoken returns the formats that the command's code gives to say, and what
// package slatest says of its invariants, in order.
func spoken(t *testing.T) []string {
	t.Helper()
	var formats []string
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if fun, ok := call.Fun.(*ast.SelectorExpr); ok && fun.Sel.Name == "say" {
				literal, ok := call.Args[0].(*ast.BasicLit)
				require.True(t, ok, "%s: say takes a format as it stands, so that this test can see it", name)
				format, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				formats = append(formats, format)
			}
			return true
		})
	}
	policy, err := readPolicy("../policies/raanana")
	require.NoError(t, err)
	day := time.Date(2026, 6, 7, 0, 0, 0, 0, time.UTC)
	for _, in := range slatest.Inspect(policy, nil, slatest.Config{From: day, To: day.AddDate(0, 0, 1)}).Invariants {
		formats = append(formats, in.Says)
	}
	slices.Sort(formats)
	return slices.Compact(formats)
}

// The library's plural forms are those of CLDR that golang.org/x/text has. It has
// an old version of them: in 42, Hebrew lost the form for 20, 30, ….
func TestPluralsAreThoseOfCLDR(t *testing.T) {
	categories := map[plural.Form]string{
		plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
	}
	for _, tag := range sla.Languages() {
		var file map[string]any
		data, err := os.ReadFile("../../sla/languages/" + tag + ".toml")
		require.NoError(t, err)
		require.NoError(t, toml.Unmarshal(data, &file))
		lang := sla.LanguageFor(tag)
		check := func(key string, n int, got string) {
			t.Helper()
			category := categories[plural.Cardinal.MatchPlural(language.Make(tag), n, 0, 0, 0, 0)]
			if tag == "he" && category == "many" {
				category = "other"
			}
			form, ok := file[key].(map[string]any)[category].(string)
			require.True(t, ok, "%s.toml: %s for %d has no form %s", tag, key, n, category)
			form, _, _ = strings.Cut(strings.ReplaceAll(form, "{n}", strconv.Itoa(n)), "{from}")
			if !strings.HasPrefix(got, form) {
				t.Errorf("%s: %d is said as %q, want %q of %s", tag, n, got, form, category)
			}
		}
		for n := range 1200 {
			check("step.earliest", n, lang.Why(sla.Step{Rule: "earliest", Args: map[string]any{"n": n}}))
			if n > 1 { // the same and the next day have words of their own
				check("step.working-day", n, lang.Why(sla.Step{Rule: "working-day", Args: map[string]any{"n": n, "at": "close"}}))
			}
			if 0 < n && n < 60 {
				check("seconds", n, lang.Duration(time.Duration(n)*time.Second))
			}
		}
	}
}

func TestPadCountsColumns(t *testing.T) {
	for _, text := range []string{"ops", "\u2068ops\u2069", "\u05d0\u05d1\u05d2", "\u0633\u0647\u200c\u0634", "\u017c\u00f3\u0142", "zo\u0301l"} {
		require.Equal(t, 10, width(pad(text, 10)), "%+q", text)
	}
	require.Equal(t, "\u2068ops\u2069  ", pad("\u2068ops\u2069", 5))
}
