package tomldoc

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"github.com/townclerk/townclerk"
)

// FuzzDecode compares Decode with go-toml, which knows TOML's rules by another
// road: without a tree, and up to the first mistake.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(places))
	f.Add(policyText()[:2000])
	for _, doc := range []string{
		"a.b = 1\n[a.c]\n[a.b]\n[[a.c]]\n", "[[a.b]]\n[a]\nb.c = 1\n[a.b.c]\n[[a.b]]\n",
		"a = [{ b = 1, b.c = 2 }, [[{}]], 1979-05-27 07:32]\n[[a]]\na.x = 0x7f_ff\n",
		"\ufeff'' = '''\r\nx'''\r\n\"\\u00e9\" = +1_0e-3 # x\r\n", "a = 24:00\nb = 2026-02-30T00:00Z\nc = 99999999999999999999",
		"targets = [{ id = \"a\", within = 5, match = { priority = true, shifts.from = 10:00 } }]\n[[targets]]\n",
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var p policy
		d := Decode(data, "sla.toml", &p)
		checkErrors(t, data, d.Err())

		var m map[string]any
		valid := toml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &m)
		found := treeMistakes(data)
		if valid == nil && found != nil && !strings.Contains(found.Error(), "nested more than 64 deep") {
			t.Errorf("reports %v, but go-toml finds nothing", found)
		}
		if valid != nil && found == nil {
			t.Errorf("reports nothing, but go-toml finds %v", valid)
		}
	})
}

// treeMistakes returns the mistakes that do not depend on a Go type.
func treeMistakes(data []byte) error {
	d := &Doc{name: "sla.toml"}
	d.read(data)
	return d.Err()
}

// checkErrors checks what holds for the mistakes in every document.
func checkErrors(t *testing.T, data []byte, err error) {
	t.Helper()
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return
	}
	last := bytes.Count(data, []byte("\n"))
	if len(data) > 0 && !bytes.HasSuffix(data, []byte("\n")) {
		last++
	}
	before := 0
	for _, err := range joined.Unwrap() {
		e, ok := err.(*townclerk.FileError)
		switch {
		case !ok:
			t.Fatalf("%T: %v, want a *FileError", err, err)
		case e.Line < 1 || e.Line > last:
			t.Fatalf("line %d of %d: %v", e.Line, last, e)
		case e.Line < before:
			t.Fatalf("line %d after %d: %v", e.Line, before, e)
		case strings.ContainsAny(e.Error(), "\r\n"):
			t.Fatalf("a message of two lines: %q", e)
		}
		before = e.Line
	}
}
