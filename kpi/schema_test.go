package kpi

import (
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/townclerk/townclerk/internal/schematest"
)

// TestSchema holds the checked-in schema to the raw types, the descriptions and the
// narrowings below. After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./kpi -run TestSchema
func TestSchema(t *testing.T) {
	schematest.Matches(t, "kpi.schema.json", shape().Make(t), Schema)
}

func TestSchemaRequires(t *testing.T) { shape().Requires(t) }

func TestSchemaInPackageComment(t *testing.T) { shape().Documented(t) }

func shape() schematest.Shape {
	return schematest.Shape{
		File: "kpi.toml", Package: "kpi", Says: "What a municipality measures, and what it does again and again",
		Raw: rawPolicy{},
		Tables: map[reflect.Type]string{
			reflect.TypeFor[rawPolicy]():    "policy",
			reflect.TypeFor[rawEntry]():     "entry",
			reflect.TypeFor[rawRole]():      "role",
			reflect.TypeFor[rawIndicator](): "indicator",
			reflect.TypeFor[rawTarget]():    "target",
			reflect.TypeFor[rawDuty]():      "duty",
			reflect.TypeFor[rawReport]():    "report",
			reflect.TypeFor[rawClause]():    "clause",
			reflect.TypeFor[rawCard]():      "card",
			reflect.TypeFor[rawRoleText]():  "doing",
			reflect.TypeFor[rawSection]():   "section",
			reflect.TypeFor[rawReference](): "reference",
			reflect.TypeFor[rawTerm]():      "word",
			reflect.TypeFor[rawSigner]():    "signer",
			reflect.TypeFor[rawFormer]():    "former",
		},
		Refs:  map[string]string{"kpi.rawDate": "date", "kpi.rawInstant": "instant", "kpi.rawLimit": "limit"},
		About: about,
		Values: map[string]func(*jsonschema.Schema){
			"policy.format":       func(s *jsonschema.Schema) { s.Const = 1 },
			"policy.edition":      func(s *jsonschema.Schema) { s.Minimum = "1" },
			"policy.states":       schematest.Named(stateNames()...),
			"policy.actions":      schematest.Named(Actions...),
			"role.may":            schematest.OneOf(Actions...),
			"indicator.in":        schematest.OneOf(Percent, Number),
			"indicator.decimals":  func(s *jsonschema.Schema) { s.Minimum, s.Maximum = "0", "6" },
			"indicator.frequency": schematest.OneOf(Monthly, Quarterly, Yearly),
			"duty.closed":         schematest.OneOf(Keep, Skip, Before, After),
			"report.closed":       schematest.OneOf(Keep, Skip, Before, After),
			"report.covers":       schematest.OneOf(Cut, AllMonth, AllYear),
			"card.category":       schematest.OneOf(Main, Management, Supporting),
			"signer.as":           schematest.OneOf("prepared", "approved"),
		},
		Together: func(s *jsonschema.Schema) {
			s.Definitions["date"] = schematest.Date()
			const instant = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?$"
			s.Definitions["instant"] = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
				{Type: "string", Pattern: instant},
				{Type: "string", Format: "partial-date-time", Pattern: instant}, {Type: "string", Format: "date-time", Pattern: instant},
			}, Description: "A time on the promises' zone, such as 2014-10-02T12:42:09."}
			s.Definitions["limit"] = &jsonschema.Schema{
				AnyOf:       []*jsonschema.Schema{{Type: "string", Pattern: `^[0-9]+(\.[0-9]+)? ?%?$`}, {Type: "number", Minimum: "0"}},
				Description: "A limit, such as \"15 %\".",
			}
		},
	}
}

// about is what an editor shows of each key, by the table in which it stands.
var about = func() map[string]string {
	const (
		title  = "What people read, for each locale."
		source = "The requirement or clause that it comes from."
	)
	all := map[string]string{
		"policy.format":     "The format of this file: 1.",
		"policy.name":       "What the policy is called, such as \"Kalisz: IT service\".",
		"policy.locales":    "The languages in which titles are written, such as [\"en\", \"pl\"]; each title has all of them.",
		"policy.edition":    "The number of this edition, which is written into each measurement; default none.",
		"policy.roles":      "Who acts, by function and never by name. Those of sla.toml are known.",
		"policy.units":      "Of the organisation.",
		"policy.items":      "What duties are done for each of, such as servers.",
		"policy.indicators": "What is measured, and what it is to reach.",
		"policy.duties":     "What has to be done again and again.",
		"policy.reports":    "What has to be reported again and again.",
		"policy.areas":      "Of the charter.",
		"policy.subjects":   "Of the charter.",
		"policy.clauses":    "The performance measures of the charter, in its order.",
		"policy.cards":      "Cards of processes, and procedures.",
		"policy.states":     "What states are called, for each locale.",
		"policy.actions":    "What actions are called, for each locale.",

		"role.title": "What people read, for each locale; not needed for a role of sla.toml.",
		"role.may":   "The actions that it may do; default none.",

		"indicator.numerator":     "What is counted.",
		"indicator.denominator":   "Of how much.",
		"indicator.in":            "What it is measured in; default \"%\".",
		"indicator.decimals":      "With how many decimals it is printed; default 2. It is compared exactly.",
		"indicator.target":        "What it is to reach: one limit, and on which side of it.",
		"indicator.informational": "Whether it only informs, and has no target.",
		"indicator.record":        "From which records it is measured.",
		"indicator.frequency":     "How often it is measured.",
		"indicator.unit":          "One of [units].",
		"indicator.calendar":      "The calendar of sla.toml against whose hours availability is measured.",
		"indicator.promise":       "The target of sla.toml whose attainment it is.",

		"target.at_least":  "It is met from this on.",
		"target.at_most":   "It is met up to this.",
		"target.more_than": "It is met above this.",
		"target.less_than": "It is met below this.",

		"report.addressee": "The role that gets it.",
		"report.covers":    "Of which time it tells: \"cut\" (default), since the one before; \"month\" or \"year\", the whole ones before.",

		"clause.area":       "One of [areas].",
		"clause.subject":    "One of [subjects].",
		"clause.promises":   "Targets of sla.toml by which it is attained.",
		"clause.indicators": "Indicators by which it is attained.",
		"clause.duties":     "Duties and reports by which it is attained.",

		"card.language":   "In which it is written: one of locales.",
		"card.symbol":     "Such as \"PR-10\".",
		"card.revision":   "The number of this version, if not all versions before it are listed as former.",
		"card.annex":      "What it is an annex to.",
		"card.from":       "From when this version is in force.",
		"card.category":   "Of the process.",
		"card.owner":      "The role that answers for it.",
		"card.person":     "Who has that role: an id, never a name.",
		"card.units":      "Those of [units] that execute it.",
		"card.scope":      "What it is about.",
		"card.aim":        "What it is for.",
		"card.duties":     "What roles answer for.",
		"card.tasks":      "In detail.",
		"card.steps":      "In order, with the roles that do them.",
		"card.sections":   "What else it says.",
		"card.inputs":     "Of the process.",
		"card.outputs":    "Of the process.",
		"card.references": "The rules by which it goes.",
		"card.glossary":   "Words, and what they mean.",
		"card.records":    "That are kept.",
		"card.no_records": "Whether it declares that none are kept.",
		"card.annexes":    "What is attached.",
		"card.indicators": "Those of [indicators] by which it is watched.",
		"card.signatures": "That a version needs.",
		"card.controlled": "Whether copies are controlled: without a release they are marked.",
		"card.releasers":  "The roles that may release copies.",
		"card.former":     "The versions before, the oldest first.",

		"doing.role":         "Who does it; default nobody in particular.",
		"doing.text":         "What is done.",
		"section.title":      "Its heading.",
		"section.text":       "Its paragraphs.",
		"section.list":       "Its items, after the paragraphs.",
		"reference.title":    "What it is called.",
		"reference.document": "By which it was made, such as \"Order\".",
		"reference.number":   "Of the document.",
		"reference.date":     "Of the document.",
		"reference.amended":  "Whether it counts with later changes.",
		"word.term":          "The word.",
		"word.means":         "What it means.",
		"signer.as":          "What the signature is for.",
		"signer.role":        "The role that signs.",
		"former.from":        "From when it was in force.",
		"former.replaced":    "When its page was replaced, which may be later than when the next was in force.",
		"former.by":          "Who changed it then: a role or an id, never a name.",
		"former.link":        "Where it is kept.",
	}
	for _, table := range []string{"entry", "indicator", "duty", "report", "clause", "card"} {
		all[table+".title"], all[table+".source"] = title, source
	}
	all["role.source"], all["clause.title"] = source, "The performance measure, for each locale."
	for _, table := range []string{"duty", "report"} {
		for key, text := range map[string]string{
			"every":       "How often: night, day, working-day, week, month, year or demand, or several as in \"3 months\".",
			"on":          "The day: \"thu\" of a week, \"15\" or \"last\" of a month, \"01-31\" of a year.",
			"working_day": "The nth working day of a month instead; -1 is the last.",
			"closed":      "What becomes of it on a closed day; default \"keep\".",
			"calendar":    "The calendar of sla.toml by whose dates and hours it falls.",
			"window":      "When on its day it is done, such as \"20:00-06:00\"; \"hours\" are the calendar's; default the whole day.",
			"first":       "The date before which it does not fall.",
			"steps":       "Of which it consists, in order, with a title for each locale.",
			"per":         "One of [items]: it is done for each.",
			"per_step":    "The one of its steps that is done for each, the others once; default all.",
			"role":        "The role that sees to it.",
			"procedure":   "The document that says how.",
			"attributes":  "Of its timeline, beside class, duty and role: what targets of sla.toml match on.",
			"begun_as":    "More kinds of event that its beginning is, as targets of sla.toml name them.",
			"done_as":     "More kinds of event that its end is.",
		} {
			all[table+"."+key] = text
		}
	}
	return all
}()
