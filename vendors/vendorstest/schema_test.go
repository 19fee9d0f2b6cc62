package vendorstest

import (
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/townclerk/townclerk/internal/schematest"
	"github.com/townclerk/townclerk/sla/slatest"
	"github.com/townclerk/townclerk/vendors"
)

// TestSchema holds the checked-in schema to the raw types, the descriptions and the
// narrowings below. After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./vendors/vendorstest -run TestSchema
func TestSchema(t *testing.T) { schematest.Matches(t, "vector.schema.json", shape.Make(t), Schema) }

// The two ways in which a field says that its key cannot be left out agree.
func TestSchemaRequires(t *testing.T) { shape.Requires(t) }

// Each key is described in the package comment.
func TestSchemaInPackageComment(t *testing.T) { shape.Documented(t) }

// about is what an editor shows of each key, by the table in which it stands.
var about = map[string]string{
	"policy.title":  "In a few words, what it shows.",
	"policy.source": "The requirements or clauses that it proves.",
	"policy.note":   "For people.",
	"policy.steps":  "What is done, one after the other, and what comes of it.",

	"step.do":   "An action such as \"open\"; sweep: what has fallen due is recorded; or look: nothing is done.",
	"step.at":   "When it happens, on the policy's zone or with an offset.",
	"step.of":   "A name for the call or the invoice that the step begins, or is about.",
	"step.by":   "Who does it.",
	"step.role": "The role in which it is done.",
	"step.unit": "The unit for which it is done.",

	"step.contract":  "A contract of vendors.toml.",
	"step.year":      "The fiscal year of the contract's frame or usage.",
	"step.vendor":    "Who owes something, or is called.",
	"step.service":   "What the call is about.",
	"step.severity":  "How grave it is.",
	"step.ticket":    "The ticket that the call is for.",
	"step.with":      "More attributes of the call.",
	"step.channel":   "By which the call is opened.",
	"step.reference": "The vendor's number of the call or the invoice, or a document.",
	"step.follower":  "Who follows the call.",
	"step.level":     "At which it is dealt with the vendor.",
	"step.amount":    "Such as \"1200.00 ILS\".",
	"step.dated":     "When an invoice was written.",
	"step.excess":    "Why the frame may be exceeded.",
	"step.reason":    "Why it is done.",
	"step.text":      "What was done or said.",

	"step.refused":   "It is refused, and the error says this.",
	"step.is":        "The state then.",
	"step.committed": "What the year's frame is committed to in total.",
	"step.paid":      "What was paid of the invoice in total.",
	"step.overdue":   "All targets that are recorded as overdue so far; [] for none.",
	"step.due":       "When it is due, by target or metric.",
	"step.state":     "How its clock stands, by target or metric.",
	"step.paused":    "It is paused for these reasons, by target or metric.",
	"step.former":    "The states that corrections changed, oldest first, by target or metric.",
}

func money(s *jsonschema.Schema) { s.Pattern = `^-?[0-9]+(\.[0-9]+)? [A-Z]{3}$` }

var shape = schematest.Shape{
	File: "vector.toml", Package: "vendors/vendorstest", Says: "What is done with vendors and what has to come of it",
	Raw: rawVector{}, About: about,
	Tables: map[reflect.Type]string{reflect.TypeFor[rawVector](): "policy", reflect.TypeFor[rawStep](): "step"},
	Values: map[string]func(*jsonschema.Schema){
		"step.do":        schematest.OneOf(known()...),
		"step.is":        schematest.OneOf(states()...),
		"step.level":     schematest.OneOf(vendors.Operational, vendors.Management),
		"step.amount":    money,
		"step.committed": money,
		"step.paid":      money,
	},
	Refs: map[string]string{"slatest.Instant": "time"},
	// Times are those of package slatest.
	Together: func(s *jsonschema.Schema) {
		s.Definitions["time"] = schematest.Definition(slatest.Schema(), "time")
	},
}
