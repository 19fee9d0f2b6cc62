package ticket

import (
	"errors"
	"os"
	"testing"

	"github.com/townclerk/townclerk"
)

// FuzzParse looks for a document that makes Parse panic, or report a mistake that
// is no [townclerk.FileError]; and what it accepts opens and treats tickets.
func FuzzParse(f *testing.F) {
	promises := testPolicy(f).Promises()
	data, err := os.ReadFile("testdata/ticket.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(kindsOfRequests))
	f.Add([]byte("format = 1\nlocales = \"en\"\n[departments.x]\nintake = \"x\"\n[priority]\nmatrix.a = { b = 1 }\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data, "ticket.toml", promises)
		if err != nil {
			var all interface{ Unwrap() []error }
			if !errors.As(err, &all) {
				t.Fatalf("%T: %v", err, err)
			}
			for _, err := range all.Unwrap() {
				if _, ok := err.(*townclerk.FileError); !ok {
					t.Fatalf("%T: %v", err, err)
				}
			}
			return
		}
		r := Request{At: sunday, Opener: "u", Unit: "x"}
		for _, r.Channel = range p.IDs("channels") {
			for _, r.Department = range p.IDs("departments") {
				for _, r.Class = range p.IDs("classes") {
					made, _, err := p.Open("t", r)
					if err != nil {
						t.Fatalf("%+v: %v", r, err)
					}
					p.Settle(made, sunday)
					p.Allowed(made, 0, "u", "desk")
				}
			}
		}
	})
}
