package project

import (
	"errors"
	"os"
	"testing"

	"github.com/townclerk/townclerk"
)

// FuzzParse looks for a document that makes Parse panic, or report a mistake that is no
// [townclerk.FileError]; and by what it accepts, projects are demanded and linted.
func FuzzParse(f *testing.F) {
	promises := promises(f)
	data, err := os.ReadFile("testdata/project.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("format = 1\nlocales = \"en\"\n[deviation]\nlimit = \"0.1%\"\n[[gates]]\nat = \"pass\"\n[departments.x]\npartner = \"x\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data, "project.toml", promises)
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
		p.Lint()
		for _, class := range p.IDs("classes") {
			for _, lead := range p.IDs("departments") {
				made, _, err := p.Demand("p", Request{At: local("2026-06-07"), Demander: "u", Class: class, Lead: lead, Title: "x"})
				if err != nil {
					t.Fatal(err)
				}
				p.Settle(made, local("2026-12-01"))
				p.Allowed(made, 0, "u", "is-manager")
			}
		}
	})
}
