package ticket

import (
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/townclerk/townclerk/internal/schematest"
)

// TestSchema holds the checked-in schema to the raw types, the descriptions and
// the narrowings below. After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./ticket -run TestSchema
func TestSchema(t *testing.T) { schematest.Matches(t, "ticket.schema.json", shape.Make(t), Schema) }

// The two ways in which a field says that its key cannot be left out agree.
func TestSchemaRequires(t *testing.T) { shape.Requires(t) }

// Each key is described in the package comment.
func TestSchemaInPackageComment(t *testing.T) { shape.Documented(t) }

var shape = schematest.Shape{
	File: "ticket.toml", Package: "ticket", Says: "How a desk works", Raw: rawPolicy{},
	About: about, Values: values, Together: together,
	Tables: map[reflect.Type]string{
		reflect.TypeFor[rawPolicy]():     "policy",
		reflect.TypeFor[rawEntry]():      "entry",
		reflect.TypeFor[rawNotify]():     "notify",
		reflect.TypeFor[rawDepartment](): "department",
		reflect.TypeFor[rawChannel]():    "channel",
		reflect.TypeFor[rawRole]():       "role",
		reflect.TypeFor[rawTier]():       "tier",
		reflect.TypeFor[rawClass]():      "class",
		reflect.TypeFor[rawType]():       "type",
		reflect.TypeFor[rawCause]():      "cause",
		reflect.TypeFor[rawRouting]():    "routing",
		reflect.TypeFor[rawPriority]():   "priority",
		reflect.TypeFor[rawItem]():       "item",
		reflect.TypeFor[rawWait]():       "wait",
		reflect.TypeFor[rawReports]():    "reports",
	},
}

// ---- What the types do not say --------------------------------------------------

// about is what an editor shows of each key, by the table in which it stands.
var about = map[string]string{
	"policy.format":      "The format of this file: 1.",
	"policy.name":        "What the policy is called, such as \"Ra'anana, IT division: the desk\".",
	"policy.locales":     "The languages in which titles are written, such as [\"en\", \"he\"]; each title has all of them.",
	"policy.notify":      "When people are told what is due.",
	"policy.departments": "Who does the work.",
	"policy.channels":    "By what ways people reach the desk.",
	"policy.classes":     "Classes of tickets.",
	"policy.types":       "Types of problems. They say which tiers may have a ticket.",
	"policy.items":       "The service catalogue.",
	"policy.causes":      "What faults come from, and where they go then.",
	"policy.routing":     "Where tickets go of whose cause nothing is said.",
	"policy.priority":    "The priority of tickets, by impact and urgency.",
	"policy.roles":       "Who acts and who is told, by function and never by name. Those of sla.toml are known.",
	"policy.teams":       "Who can have tickets.",
	"policy.vendors":     "Outside companies, by their ids.",
	"policy.tiers":       "The tiers of support, from the first to the last.",
	"policy.waits":       "The reasons for which tickets wait.",
	"policy.work":        "The kinds of work.",
	"policy.reports":     "When reports are made.",
	"policy.states":      "What states are called, for each locale.",
	"policy.actions":     "What actions are called, for each locale.",

	"notify.calendar": "A calendar of sla.toml: people are told in its hours; or \"elapsed\" for day and night.",
	"notify.source":   "The requirement or clause that it comes from.",

	"entry.title":  "What people read, for each locale.",
	"entry.source": "The requirement or clause that it comes from.",

	"department.title":      "What people read, for each locale.",
	"department.source":     "The requirement or clause that it comes from.",
	"department.diagnosers": "The roles that diagnose; default anybody.",
	"department.delegates":  "The roles that may act for any handler; default none.",
	"department.intake":     "The department through which it gets its tickets, as stages of theirs.",
	"department.team":       "The team that has its tickets unless somebody says otherwise; default: called as the department.",

	"channel.title":   "What people read, for each locale.",
	"channel.source":  "The requirement or clause that it comes from.",
	"channel.contact": "How people reach the desk by it.",

	"role.title":    "What people read, for each locale; not needed for a role of sla.toml.",
	"role.source":   "The requirement or clause that it comes from.",
	"role.may":      "The actions that it may do; default all that the workflow allows.",
	"role.any_time": "Whether it is told also outside working time; default false.",
	"role.calendar": "The calendar in whose hours it is told; default: that of notify.",

	"tier.title":  "What people read, for each locale.",
	"tier.source": "The requirement or clause that it comes from.",
	"tier.team":   "The team that has its tickets.",
	"tier.vendor": "The vendor to whom its tickets go, if the cause does not say.",

	"class.title":      "What people read, for each locale.",
	"class.source":     "The requirement or clause that it comes from.",
	"class.tiers":      "The tiers that may have its tickets; default all.",
	"class.approvals":  "The roles that have to approve, in their order.",
	"class.any_order":  "Whether they may approve in any order; default false.",
	"class.opened_as":  "More kinds of event that opening is, for the promises.",
	"class.treated_as": "More kinds of event that treating is, for the promises.",

	"type.title":  "What people read, for each locale.",
	"type.source": "The requirement or clause that it comes from.",
	"type.tiers":  "The tiers that may have its tickets; goes before that of the class.",

	"cause.title":  "What people read, for each locale.",
	"cause.source": "The requirement or clause that it comes from.",
	"cause.vendor": "The vendor to whom it goes.",
	"cause.team":   "The team to which it goes.",

	"routing.source": "The requirement or clause that it comes from.",
	"routing.vendor": "The vendor to whom it goes.",
	"routing.team":   "The team to which it goes.",

	"priority.source": "The requirement or clause that it comes from.",
	"priority.normal": "The priority where impact or urgency is not known.",
	"priority.matrix": "The priority by impact, then urgency.",

	"item.title":      "What people read, for each locale.",
	"item.source":     "The requirement or clause that it comes from.",
	"item.class":      "The class of its tickets.",
	"item.department": "The department that does it.",
	"item.author":     "The role that asks for it.",
	"item.addressee":  "The role to which a request is addressed.",
	"item.fields":     "What a request has to say, each with its title.",
	"item.levels":     "The levels of access, from low to high.",
	"item.checklist":  "What has to be done before it is treated, each with its title.",
	"item.approvals":  "The roles that have to approve, in their order; default: those of the class.",
	"item.any_order":  "Whether they may approve in any order; default false.",
	"item.estimate":   "The target of sla.toml that says about how long it takes; of the kind estimate.",
	"item.one_per":    "\"unit\": each unit may have one at a time.",
	"item.opened_as":  "More kinds of event that opening is, for the promises.",
	"item.treated_as": "More kinds of event that treating is, for the promises.",

	"wait.title":          "What people read, for each locale.",
	"wait.source":         "The requirement or clause that it comes from.",
	"reports.calendar":    "A calendar of sla.toml: reports are made on its working days.",
	"reports.week":        "The day of the weekly report; where it is closed, the week is cut on the working day before.",
	"reports.monthly_due": "On which working day after its month a monthly report is due; default 5.",
	"reports.yearly_due":  "Until which date after its year a yearly report is due, as month and day; default \"01-31\".",
	"reports.source":      "The requirement or clause that it comes from.",

	"wait.parts": "Whether it is the reason for which tickets wait for parts; of one of them.",
}

// values is what keys may hold, where their types allow more.
var values = map[string]func(*jsonschema.Schema){
	"policy.format":       func(s *jsonschema.Schema) { s.Const = 1 },
	"item.one_per":        schematest.OneOf("unit"),
	"reports.week":        schematest.OneOf(weekdays[:]...),
	"reports.monthly_due": func(s *jsonschema.Schema) { s.Minimum, s.Maximum = "1", "20" },
	"reports.yearly_due":  func(s *jsonschema.Schema) { s.Pattern = "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$" },
	"role.may":            schematest.OneOf(Actions...),
	"policy.states":       schematest.Named(States...),
	"policy.actions":      schematest.Named(Actions...),
}

// together is which keys of a table need which others.
func together(s *jsonschema.Schema) {
	for _, table := range []string{"cause", "routing"} {
		for _, key := range []string{"vendor", "team"} {
			def := s.Definitions[table]
			def.OneOf = append(def.OneOf, &jsonschema.Schema{Required: []string{key}})
		}
	}
	// A role is told at any time, or in the hours of a calendar.
	s.Definitions["role"].Not = &jsonschema.Schema{Required: []string{"any_time", "calendar"}}
}
