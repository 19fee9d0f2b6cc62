package assettest

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/internal/schematest"
	"github.com/townclerk/townclerk/sla/slatest"
)

// TestSchema holds the checked-in schema to the raw types and the descriptions below.
// After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./asset/assettest -run TestSchema
func TestSchema(t *testing.T) {
	schematest.Matches(t, "vector.schema.json", shape.Make(t), Schema)
}

// The two ways in which a field says that its key cannot be left out agree.
func TestSchemaRequires(t *testing.T) { shape.Requires(t) }

var shape = schematest.Shape{
	File: "vector.toml", Package: "asset/assettest", Says: "A situation of an inventory", Raw: rawVector{}, About: about,
	Tables: map[reflect.Type]string{
		reflect.TypeFor[rawVector](): "policy",
		reflect.TypeFor[rawStep]():   "step",
		reflect.TypeFor[rawRepair](): "repair",
	},
	Values: map[string]func(*jsonschema.Schema){
		"step.do":       schematest.OneOf(append([]asset.Action{sweep, look}, asset.Actions...)...),
		"step.is":       schematest.OneOf(asset.States...),
		"step.as_state": schematest.OneOf(asset.States...),
	},
	Refs: map[string]string{"slatest.Instant": "time"},
	// Times are those of package slatest.
	Together: func(s *jsonschema.Schema) {
		s.Definitions["time"] = schematest.Definition(slatest.Schema(), "time")
	},
}

var about = map[string]string{
	"policy.title": "What it shows, in a few words.", "policy.source": "The requirements or clauses that it proves.", "policy.note": "For people.",
	"policy.steps": "What is done, one after the other.",

	"step.do": "An action, sweep or look.", "step.at": "When it happens.", "step.recorded": "When it is written down; default: as it happens.",
	"step.notice": "When notice of what others did came.", "step.asset": "The name of the asset that it is about.", "step.by": "Who does it.", "step.role": "In which role.",
	"step.preset": "A preset of the policy.", "step.as_state": "The state in which it is registered.", "step.set": "Facts that are others from now on.",
	"step.reason": "Why.", "step.text": "What was done, in words.", "step.reference": "The document about it.", "step.ticket": "A ticket.", "step.vendor": "A vendor.",
	"step.checked": "The lines of checklists that are done.", "step.signed": "Who signed, by role.", "step.repair": "The protocol of a repair.",
	"step.entries": "The entries that are reported; default all.", "step.corrects": "The entry that is corrected.", "step.void": "Whether it is struck out.",
	"step.refused": "Why the step is refused.", "step.missing": "The fields that are wrong.", "step.is": "The state after it.", "step.has": "Facts after it.",
	"step.as_of": "The instant of which is and has are.", "step.owing": "Of how many changes a report is owed.", "step.due": "By when entries are to be reported.",
	"step.report": "How the promises to report entries stand.", "step.overdue": "The entries that are recorded as overdue.",
	"step.allowed": "All that may be done then.", "step.forbidden": "What may not be done then.",

	"repair.fault": "What was the matter.", "repair.parts": "How many of which part were replaced.", "repair.reinstalled": "Whether software was installed anew.",
	"repair.down_from": "Since when it did not serve.", "repair.down_to": "Until when.",
}

// Each key is described in the package comment.
func TestSchemaInPackageComment(t *testing.T) {
	words := strings.FieldsFunc(packageComment(t), func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
	for name := range about {
		if table, key, _ := strings.Cut(name, "."); table == "step" && !slices.Contains(words, key) {
			t.Errorf("the package comment does not describe %s", name)
		}
	}
}
