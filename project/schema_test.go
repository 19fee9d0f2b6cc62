package project

import (
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/townclerk/townclerk/internal/schematest"
)

// TestSchema holds the checked-in schema to the raw types, the descriptions and the
// narrowings below. After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./project -run TestSchema
func TestSchema(t *testing.T) { schematest.Matches(t, "project.schema.json", shape.Make(t), Schema) }

// The two ways in which a field says that its key cannot be left out agree.
func TestSchemaRequires(t *testing.T) { shape.Requires(t) }

// Each key is described in the package comment.
func TestSchemaInPackageComment(t *testing.T) { shape.Documented(t) }

var shape = schematest.Shape{
	File: "project.toml", Package: "project", Says: "How projects are run", Raw: rawPolicy{}, About: about, Values: values,
	Together: func(s *jsonschema.Schema) { delete(s.Definitions, "rawShare") }, // written otherwise: see values
	Tables: map[reflect.Type]string{
		reflect.TypeFor[rawPolicy]():      "policy",
		reflect.TypeFor[rawEntry]():       "entry",
		reflect.TypeFor[rawDeviation]():   "deviation",
		reflect.TypeFor[rawIntake]():      "intake",
		reflect.TypeFor[rawWorkPlans]():   "work_plans",
		reflect.TypeFor[rawRole]():        "role",
		reflect.TypeFor[rawDepartment]():  "department",
		reflect.TypeFor[rawDeliverable](): "deliverable",
		reflect.TypeFor[rawResult]():      "result",
		reflect.TypeFor[rawCause]():       "cause",
		reflect.TypeFor[rawHorizon]():     "horizon",
		reflect.TypeFor[rawGate]():        "gate",
	},
}

const (
	read = "What people read, for each locale."
	from = "The requirement or clause that it comes from."
)

// about is what an editor shows of each key, by the table in which it stands.
var about = map[string]string{
	"policy.format":       "The format of this file: 1.",
	"policy.name":         "What the policy is called, such as \"Ra'anana, IT division: projects\".",
	"policy.locales":      "The languages in which titles are written, such as [\"en\", \"he\"]; each title has all of them.",
	"policy.calendar":     "A calendar of sla.toml, in whose working days plans are counted.",
	"policy.deviation":    "How far a project may be from its plan.",
	"policy.intake":       "What a ticket becomes that is development.",
	"policy.work_plans":   "Who approves the work plans of the years.",
	"policy.roles":        "Who acts, by function and never by name. Those of sla.toml are known.",
	"policy.departments":  "Who leads projects and takes part in them.",
	"policy.classes":      "Classes of projects.",
	"policy.deliverables": "Kinds of what is ordered; one of them is a specification.",
	"policy.documents":    "Kinds of papers.",
	"policy.results":      "Kinds of tests; one of them is that of acceptance tests.",
	"policy.causes":       "Why a project or a change is wanted.",
	"policy.horizons":     "For how long work plans are made.",
	"policy.planes":       "What work plans are about, such as applications and infrastructure.",
	"policy.gates":        "What has to be there before an action.",
	"policy.states":       "What states are called, for each locale.",
	"policy.actions":      "What actions are called, for each locale.",

	"entry.title": read, "entry.source": from,

	"deviation.limit":  "The share of the plan by which it may be more, such as \"10%\"; exactly that passes.",
	"deviation.cost":   "Whether it is a limit of the cost, too, and not of the time alone.",
	"deviation.source": from,

	"intake.class": "The class of the project.", "intake.lead": "The department that leads it.", "intake.source": from,

	"work_plans.approvers": "The roles that approve work plans, any one of them.", "work_plans.source": from,

	"role.title":  "What people read, for each locale; not needed for a role of sla.toml.",
	"role.source": from,
	"role.may":    "The actions that it may do; default all that the workflow allows.",

	"department.title": read, "department.source": from,
	"department.partner": "The department with which it does its projects; default none.",

	"deliverable.title": read, "deliverable.source": from,
	"deliverable.specification": "Whether one of this kind has to be approved before anything is developed.",

	"result.title": read, "result.source": from,
	"result.acceptance": "Whether one of this kind has to pass before a project closes.",

	"cause.title": read, "cause.source": from,
	"cause.reference": "Whether it comes with a reference, such as to a law.",

	"horizon.title": read, "horizon.source": from,
	"horizon.years": "For how many years such a plan is at most.",

	"gate.at":           "The action that it is before.",
	"gate.classes":      "The classes of projects for which it is; default all.",
	"gate.roles":        "The roles, one of which acts; default any.",
	"gate.documents":    "Kinds of papers, one of each of which is attached.",
	"gate.results":      "Kinds of tests, the last of each of which passed.",
	"gate.deliverables": "Kinds of deliverables, one of each of which is approved.",
	"gate.source":       from,
}

// values is what keys may hold, where their types allow more.
var values = map[string]func(*jsonschema.Schema){
	"policy.format": func(s *jsonschema.Schema) { s.Const = 1 },
	"deviation.limit": func(s *jsonschema.Schema) {
		*s = jsonschema.Schema{Type: "string", Pattern: `^[0-9]+(\.[0-9]+)?%$`, Description: s.Description}
	},
	"horizon.years":  func(s *jsonschema.Schema) { s.Minimum, s.Maximum = "1", "50" },
	"role.may":       schematest.OneOf(Actions...),
	"gate.at":        schematest.OneOf(gated...),
	"policy.states":  schematest.Named(States...),
	"policy.actions": schematest.Named(Actions...),
}
