package vendors

import (
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/townclerk/townclerk/internal/schematest"
)

// TestSchema holds the checked-in schema to the raw types, the descriptions and the
// narrowings below. After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./vendors -run TestSchema
func TestSchema(t *testing.T) {
	schematest.Matches(t, "vendors.schema.json", shape().Make(t), Schema)
}

func TestSchemaRequires(t *testing.T) { shape().Requires(t) }

func TestSchemaInPackageComment(t *testing.T) { shape().Documented(t) }

func shape() schematest.Shape {
	return schematest.Shape{
		File: "vendors.toml", Package: "vendors", Says: "How people work with vendors",
		Raw: rawPolicy{},
		Tables: map[reflect.Type]string{
			reflect.TypeFor[rawPolicy]():   "policy",
			reflect.TypeFor[rawEntry]():    "entry",
			reflect.TypeFor[rawRole]():     "role",
			reflect.TypeFor[rawUnit]():     "unit",
			reflect.TypeFor[rawVendor]():   "vendor",
			reflect.TypeFor[rawCalls]():    "calls",
			reflect.TypeFor[rawInvoices](): "invoices",
			reflect.TypeFor[rawReview]():   "review",
			reflect.TypeFor[rawUsage]():    "usage",
			reflect.TypeFor[rawContract](): "contract", reflect.TypeFor[rawAmendment](): "amendment",
			reflect.TypeFor[rawTarget](): "target",
			reflect.TypeFor[rawCredit](): "credit",
		},
		Refs:  map[string]string{"vendors.rawDate": "date", "vendors.rawDuration": "duration", "vendors.rawMoney": "money", "vendors.rawShare": "share"},
		About: about,
		Values: map[string]func(*jsonschema.Schema){
			"policy.format":      func(s *jsonschema.Schema) { s.Const = 1 },
			"policy.fiscal_year": func(s *jsonschema.Schema) { s.Pattern = "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$" },
			"policy.states":      schematest.Named(stateNames()...),
			"policy.actions":     schematest.Named(Actions...),
			"role.may":           schematest.OneOf(Actions...),
			"invoices.needed":    func(s *jsonschema.Schema) { s.Minimum = "1" },
			"review.months":      func(s *jsonschema.Schema) { s.Minimum, s.Maximum = "1", "1200" },
			"contract.currency":  func(s *jsonschema.Schema) { s.Pattern = "^[A-Z]{3}$" },
		},
		Together: func(s *jsonschema.Schema) {
			const date = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
			s.Definitions["date"] = &jsonschema.Schema{
				AnyOf:       []*jsonschema.Schema{{Type: "string", Pattern: date}, {Type: "string", Format: "date", Pattern: date}},
				Description: "A date, such as 2026-06-07.",
			}
			for name, text := range map[string][2]string{
				"duration": {`^([0-9]+(\.[0-9]+)?(h|m|s|ms))+$`, "A length of time, such as 4h or 1h30m."},
				"money":    {`^[0-9]+(\.[0-9]+)? [A-Z]{3}$`, "An amount, such as 1200.00 ILS."},
				"share":    {`^[0-9]+(\.[0-9]{1,2})? ?%$`, "A percentage, such as 2.5%."},
			} {
				s.Definitions[name] = &jsonschema.Schema{Type: "string", Pattern: text[0], Description: text[1]}
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
		"policy.format":      "The format of this file: 1.",
		"policy.name":        "What the policy is called, such as \"Telephony: work with the vendors\".",
		"policy.locales":     "The languages in which titles are written, such as [\"en\", \"he\"]; each title has all of them.",
		"policy.fiscal_year": "The day on which fiscal years begin, as month and day; default \"01-01\".",
		"policy.roles":       "Who acts, by function and never by name. Those of sla.toml are known.",
		"policy.units":       "For whom people act.",
		"policy.services":    "What vendors render.",
		"policy.vendors":     "Outside companies, by their ids.",
		"policy.channels":    "By what ways vendors are reached.",
		"policy.severities":  "Of calls; contracts can promise different things for each.",
		"policy.calls":       "Who deals with vendors.",
		"policy.invoices":    "Who signs invoices.",
		"policy.reviews":     "How often it is reviewed what of each contract.",
		"policy.measures":    "Of usage.",
		"policy.usage":       "To whom each year's usage is presented.",
		"policy.contracts":   "Contracts, to be checked with the policy.",
		"policy.states":      "What states are called, for each locale.",
		"policy.actions":     "What actions are called, for each locale.",

		"role.title":          "What people read, for each locale; not needed for a role of sla.toml.",
		"role.may":            "The actions that it may do; default none.",
		"unit.aliases":        "Other names of the unit.",
		"vendor.channels":     "By which calls to it are opened; default any.",
		"vendor.tickets":      "The service that is meant where only the vendor is named, as by tickets; default any.",
		"calls.units":         "The units that deal with vendors; default any.",
		"calls.class":         "The value of the attribute class by which the promises about calls match; default \"vendor-call\".",
		"calls.severity":      "The severity of calls of which nothing is said.",
		"invoices.signers":    "The roles that may sign.",
		"invoices.needed":     "How many of them have to; default 1.",
		"review.months":       "After how many months it comes round.",
		"review.terms":        "What is judged, by its number or id; default: the terms of the contract's tender.",
		"usage.addressee":     "The role to which the summary goes.",
		"contract.vendor":     "One of [vendors].",
		"contract.subject":    "What it is about.",
		"contract.rank":       "Of several in force for a service at once, the highest counts; default 0.",
		"contract.currency":   "Of all that is paid.",
		"contract.amendments": "What was agreed since, in the order in which it comes into force.",
		"amendment.reason":    "Why the contract was amended.",
		"target.metric":       "A metric of sla.toml.",
		"target.severity":     "For calls of this severity only; default: any of which nothing else is said.",
		"target.calendar":     "A calendar of sla.toml, or \"elapsed\"; default: that of the contract.",
		"target.within":       "The time within which, such as \"4h\".",
		"target.days":         "Or the number of working days.",
		"target.at":           "When on the last of the working days: \"close\", \"same-time\" or a time such as \"12:00\".",
		"target.credit":       "What the vendor owes for missing it.",
		"credit.amount":       "An amount.",
		"credit.share":        "Or a share of the monthly fee, such as \"2.5%\".",
		"credit.per":          "For each such time that was begun beyond the due time; default once.",
		"credit.most":         "The most for one target of one call; default any.",
	}
	for _, table := range []string{"entry", "unit", "vendor", "review"} {
		all[table+".title"], all[table+".source"] = title, source
	}
	for _, table := range []string{"role", "calls", "invoices", "usage", "contract"} {
		all[table+".source"] = source
	}
	for _, table := range []string{"contract", "amendment"} {
		for key, text := range map[string]string{
			"reference": "The number of the paper.",
			"from":      "The first day on which it is in force.",
			"to":        "The last day on which it is; without it, the end is open.",
			"open_end":  "Whether the end is open, which had one before.",
			"notice":    "The last day on which notice can be given; default: the end.",
			"services":  "Those of [services] that it covers.",
			"official":  "The role that is the official contact.",
			"calendar":  "The calendar of sla.toml in whose hours the vendor serves, or \"elapsed\".",
			"fee":       "For a month, of which credits are shares.",
			"most":      "Of credits in a fiscal year; default any.",
			"terms":     "Of the tender, by their numbers.",
			"targets":   "What the vendor promises, for each metric and severity.",
		} {
			all[table+"."+key] = text
		}
	}
	return all
}()
