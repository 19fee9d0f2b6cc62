// Package schematest is what the tests of all checked-in JSON Schemas share.
package schematest

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

// Matches holds the checked-in schema in file, which embedded returns, to the one
// that was made of the types. With UPDATE=1 in the environment it writes the file
// anew instead.
func Matches(t *testing.T, file string, made any, embedded func() []byte) {
	t.Helper()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(made); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return // the embedded one is that of before
	}
	if !bytes.Equal(embedded(), text.Bytes()) {
		t.Errorf("%s is not what the types say; write it anew with UPDATE=1 and the test %s", file, t.Name())
	}
	copied := embedded()
	copied[0] = 'x'
	if bytes.Equal(copied, embedded()) {
		t.Fatal("what Schema returns is not the caller's own")
	}
}
