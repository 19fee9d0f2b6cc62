package projecttest

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/internal/schematest"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/sla/slatest"
)

// TestSchema holds the checked-in schema to the raw types, the descriptions and the
// narrowings below. After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./project/projecttest -run TestSchema
func TestSchema(t *testing.T) { schematest.Matches(t, "vector.schema.json", shape.Make(t), Schema) }

// The two ways in which a field says that its key cannot be left out agree.
func TestSchemaRequires(t *testing.T) { shape.Requires(t) }

// Each key is described in the package comment.
func TestSchemaInPackageComment(t *testing.T) { shape.Documented(t) }

// Each action takes what its command needs, and each key is taken by something.
func TestEveryActionHasItsKeys(t *testing.T) {
	used := slices.Clone(ofAll)
	for _, do := range things() {
		keys, ok := takes[do]
		require.True(t, ok, "nothing is said of %q", do)
		used = append(used, keys...)
	}
	require.Len(t, takes, len(things()))
	for _, f := range reflect.VisibleFields(reflect.TypeFor[rawStep]()) {
		if key, _, _ := strings.Cut(f.Tag.Get("toml"), ","); key != "" {
			require.Contains(t, used, key)
		}
	}
}

// about is what an editor shows of each key, by the table in which it stands.
var about = map[string]string{
	"policy.title":  "In a few words, what it shows.",
	"policy.source": "The requirements or clauses that it proves.",
	"policy.note":   "For people.",
	"policy.steps":  "What is done, one after the other, and what comes of it.",

	"step.do":       "demand, draft, an action such as \"admit\", sweep: what is owed is recorded, or look: nothing is done.",
	"step.at":       "When it happens, on the policy's zone or with an offset.",
	"step.recorded": "When it is written down; default: when it happens.",
	"step.by":       "Who does it.",
	"step.role":     "The role in which it is done.",
	"step.part":     "The number of the deliverable or change.",

	"step.demander":   "Who wants it.",
	"step.class":      "Of the project.",
	"step.lead":       "The department that leads it.",
	"step.partner":    "The department that does it with the lead; default: that of the policy.",
	"step.subject":    "The title of the project.",
	"step.text":       "What was found or is wanted.",
	"step.cause":      "Why it is wanted.",
	"step.reference":  "Where it is kept, or of the law.",
	"step.origin":     "The ticket that it came from.",
	"step.department": "Whose work plan it is.",
	"step.content":    "What the work plan says.",
	"step.reason":     "Why it is done.",
	"step.milestones": "The whole plan.",
	"step.milestone":  "The id of a milestone.",
	"step.amount":     "How much was spent, such as \"1200.00 ILS\".",
	"step.kind":       "One of the policy's.",
	"step.name":       "Of the test, the deliverable or the document.",
	"step.passed":     "Whether the test passed.",
	"step.set":        "What is to be different.",

	"step.refused":  "It is refused, and the error says this.",
	"step.is":       "The state then.",
	"step.allowed":  "All that by and role may do then.",
	"step.overdue":  "All targets that are recorded as overdue so far; [] for none.",
	"step.alarms":   "All alarms that were raised so far; [] for none.",
	"step.late":     "By how many working days it is late, by milestone, or of execution, acceptance or project.",
	"step.level":    "fine, warning or exceeded, by milestone or total.",
	"step.expected": "The day on which it is done, or forecast to be, by milestone or total.",
	"step.due":      "When it is due, by target or metric.",
	"step.state":    "How its clock stands, by target or metric.",
	"step.paused":   "It is paused for these reasons, by target or metric.",
	"step.former":   "The states that corrections changed, oldest first, by target or metric.",

	"content.title": "What it is called.", "content.horizon": "For how long it is.", "content.plane": "What it is about.",
	"content.first": "The first year.", "content.last": "The last year.", "content.lines": "What is planned.",
	"line.title": "What is planned.", "line.year": "In which year.", "line.cost": "What it costs, such as \"1200.00 ILS\".",

	"milestone.id": "By which it is named.", "milestone.title": "What it is called; default: its id.", "milestone.phase": "execution or acceptance.",
	"milestone.from": "Its first day.", "milestone.to": "Its last day.", "milestone.cost": "What it costs, such as \"1200.00 ILS\".",
	"milestone.after": "Milestones that have to be reached before it begins.",
}

func text(s *jsonschema.Schema) { *s = jsonschema.Schema{Type: "string", Description: s.Description} }

var shape = schematest.Shape{
	File: "vector.toml", Package: "project/projecttest", Says: "A project or a work plan and what has to come of it",
	Raw: rawVector{}, About: about,
	Tables: map[reflect.Type]string{
		reflect.TypeFor[rawVector](): "policy", reflect.TypeFor[rawStep](): "step", reflect.TypeFor[rawContent](): "content",
		reflect.TypeFor[rawLine](): "line", reflect.TypeFor[rawMilestone](): "milestone",
	},
	Values: map[string]func(*jsonschema.Schema){
		"step.do":         schematest.OneOf(things()...),
		"step.is":         schematest.OneOf(project.States...),
		"step.part":       func(s *jsonschema.Schema) { s.Minimum = "0" },
		"step.allowed":    schematest.OneOf(project.Actions...),
		"step.amount":     text,
		"line.cost":       text,
		"milestone.cost":  text,
		"milestone.phase": schematest.OneOf(project.Execution, project.Acceptance),
	},
	Refs: map[string]string{"slatest.Instant": "time", "slatest.Day": "date"},
	// Times are those of package slatest.
	Together: func(s *jsonschema.Schema) {
		s.Definitions["time"], s.Definitions["date"] = schematest.Definition(slatest.Schema(), "time"), schematest.Date()
		delete(s.Definitions, "rawMoney")
	},
}
