package storetest

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/internal/storecheck"
)

// Document holds the JSON form of an aggregate to what [townclerk.Repo] says of it: its
// keys, that what is zero is left out, and that nothing is lost.
//
// The golden file is a document as some release stored it. It must be read and written
// for ever, so what it has stays. It must have all keys: with UPDATE=1 in the
// environment, it gets those that it lacks.
func Document[T any](t *testing.T, golden string) {
	t.Helper()
	for _, mistake := range keyMistakes(reflect.TypeFor[T]()) {
		t.Error(mistake)
	}
	var zero, full T
	require.JSONEq(t, `{}`, string(document(t, zero)), "what is zero is left out")
	storecheck.Fill(&full)
	require.Equal(t, full, read[T](t, document(t, full)), "nothing is lost")

	stored, err := os.ReadFile(golden)
	update := os.Getenv("UPDATE") != ""
	if update && errors.Is(err, fs.ErrNotExist) {
		stored, err = []byte("{}"), nil
	}
	require.NoError(t, err)
	old := read[T](t, stored)
	require.JSONEq(t, string(stored), string(document(t, old)), "%s is written as it was", golden)
	storecheck.Fill(&old)
	whole := document(t, old)
	if update {
		require.NoError(t, os.WriteFile(golden, whole, 0o644))
		return
	}
	require.JSONEq(t, string(whole), string(stored), "%s has all keys; it gets those that it lacks with UPDATE=1", golden)
}

func document(t *testing.T, x any) []byte {
	t.Helper()
	text, err := json.MarshalIndent(x, "", "  ")
	require.NoError(t, err)
	return append(text, '\n')
}

// read reads a document and refuses what T does not have.
func read[T any](t *testing.T, text []byte) (x T) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&x))
	return x
}

var aKey = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

// keyMistakes says which fields within a type have no key as it should be, and which
// share one.
func keyMistakes(t reflect.Type) []string {
	return (&keyFinder{seen: map[reflect.Type]bool{}}).in(t)
}

type keyFinder struct{ seen map[reflect.Type]bool }

func (k *keyFinder) in(t reflect.Type) []string {
	if k.seen[t] {
		return nil
	}
	k.seen[t] = true
	switch p := reflect.PointerTo(t); {
	case p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) || p.Implements(reflect.TypeFor[json.Marshaler]()):
		return nil
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Pointer || t.Kind() == reflect.Map:
		return k.in(t.Elem())
	case t.Kind() == reflect.Struct:
		return k.fields(t, map[string]string{})
	}
	return nil
}

// fields looks at those of a struct, where owner has the fields of keys that are taken.
func (k *keyFinder) fields(t reflect.Type, owner map[string]string) (mistakes []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		key, option, _ := strings.Cut(tag, ",")
		switch name := fmt.Sprintf("%v.%s", t, f.Name); {
		case f.Anonymous && f.Type.Kind() == reflect.Struct && !tagged:
			mistakes = append(mistakes, k.fields(f.Type, owner)...)
			continue
		case !f.IsExported():
			mistakes = append(mistakes, name+" is not exported, so it would be lost")
		case !aKey.MatchString(key):
			mistakes = append(mistakes, fmt.Sprintf("%s has the key %q; write small letters, with underscores between words", name, key))
		case option != "omitzero" && option != "omitempty":
			mistakes = append(mistakes, name+" would be written though it is zero; add omitzero")
		case owner[key] != "":
			mistakes = append(mistakes, fmt.Sprintf("%s has the key %q, as has %s", name, key, owner[key]))
		default:
			owner[key] = name
		}
		mistakes = append(mistakes, k.in(f.Type)...)
	}
	return mistakes
}
