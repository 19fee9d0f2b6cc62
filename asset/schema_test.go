package asset

import (
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/townclerk/townclerk/internal/schematest"
)

// TestSchema holds the checked-in schema to the raw types, the descriptions and the
// narrowings below. After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./asset -run TestSchema
func TestSchema(t *testing.T) { schematest.Matches(t, "asset.schema.json", shape.Make(t), Schema) }

// The two ways in which a field says that its key cannot be left out agree.
func TestSchemaRequires(t *testing.T) { shape.Requires(t) }

// Each key is described in the package comment.
func TestSchemaInPackageComment(t *testing.T) { shape.Documented(t) }

var shape = schematest.Shape{
	File: "asset.toml", Package: "asset", Says: "How an inventory is kept", Raw: rawPolicy{}, About: about, Values: values,
	Tables: map[reflect.Type]string{
		reflect.TypeFor[rawPolicy]():   "policy",
		reflect.TypeFor[rawEntry]():    "entry",
		reflect.TypeFor[rawReport]():   "report",
		reflect.TypeFor[rawChange]():   "change",
		reflect.TypeFor[rawLicences](): "licences",
		reflect.TypeFor[rawRole]():     "role",
		reflect.TypeFor[rawKind]():     "kind",
		reflect.TypeFor[rawPreset]():   "preset",
		reflect.TypeFor[rawProtocol](): "protocol",
		reflect.TypeFor[rawCoverage](): "coverage",
		reflect.TypeFor[rawPart]():     "part",
	},
}

const (
	aboutTitle  = "What people read, for each locale."
	aboutSource = "The requirement or clause that it comes from."
)

// about is what an editor shows of each key, by the table in which it stands.
var about = map[string]string{
	"policy.format":    "The format of this file: 1.",
	"policy.name":      "What the policy is called, such as \"Ra'anana, IT division: the inventory\".",
	"policy.locales":   "The languages in which titles are written, such as [\"en\", \"he\"]; each title has all of them.",
	"policy.report":    "To whom changes are reported.",
	"policy.changes":   "The changes that are reported.",
	"policy.licences":  "How licences are kept.",
	"policy.roles":     "Who acts and who is told, by function and never by name. Those of sla.toml are known.",
	"policy.units":     "The units of the organisation that have assets; default: any.",
	"policy.locations": "Where assets are; default: anywhere.",
	"policy.groups":    "Groups of kinds, for counting.",
	"policy.kinds":     "The kinds of assets, beside those of the library.",
	"policy.presets":   "Assets that are named here: applications, websites, critical systems.",
	"policy.protocols": "Papers without which an action is refused.",
	"policy.coverage":  "Of how many assets in use something has to be installed.",
	"policy.parts":     "Parts and consumables of which there are stocks.",
	"policy.states":    "What states are called, for each locale.",
	"policy.actions":   "What actions are called, for each locale.",
	"policy.facts":     "What facts are called, for each locale.",

	"entry.title": aboutTitle, "entry.source": aboutSource,

	"report.to":         "The role to whom changes are reported.",
	"report.attributes": "Attributes of the timelines of changes, on which the targets of sla.toml match.",
	"report.source":     aboutSource,

	"change.title": aboutTitle, "change.source": aboutSource,
	"change.on": "The actions that are this change; each is of one change.",

	"licences.over_use": "Whether seats that were not bought are refused, or recorded as over-use.",
	"licences.source":   aboutSource,

	"role.title": "What people read, for each locale; not needed for a role of sla.toml.", "role.source": aboutSource,
	"role.may": "The actions that it may do; default all that the workflow allows.",

	"kind.title": aboutTitle, "kind.source": aboutSource,
	"kind.is":     "The kind of the library that it is; not for a kind of the library.",
	"kind.groups": "The groups that it counts to.",
	"kind.fields": "What has to be known of it before it is in use, each with its title.",

	"preset.title": aboutTitle, "preset.source": aboutSource,
	"preset.kind":     "Its kind.",
	"preset.unit":     "The unit that owns it.",
	"preset.vendor":   "Who made it, an id of package vendors.",
	"preset.critical": "Whether it is a critical system; default false.",
	"preset.contents": "What a website or a service offers, each with its title.",

	"protocol.title": aboutTitle, "protocol.source": aboutSource,
	"protocol.on":        "The action that needs it.",
	"protocol.kinds":     "The kinds or groups of assets that need it; default all.",
	"protocol.signed":    "The roles that sign it.",
	"protocol.checklist": "What has to be done, each with its title.",

	"coverage.title": aboutTitle, "coverage.source": aboutSource,
	"coverage.of":     "The kinds or groups of assets that are counted.",
	"coverage.with":   "The products of which one has to be installed.",
	"coverage.newest": "Whether it has to be the release in force; default false.",

	"part.title": aboutTitle, "part.source": aboutSource,
	"part.consumable": "Whether it is used up; default false: it is a part.",
	"part.minimum":    "Below which number it is time to buy; default 0.",
}

// values is what keys may hold, where their types allow more.
var values = map[string]func(*jsonschema.Schema){
	"policy.format":     func(s *jsonschema.Schema) { s.Const = 1 },
	"policy.states":     schematest.Named(append(States, Held, Ended)...),
	"policy.actions":    schematest.Named(Actions...),
	"policy.facts":      schematest.Named(append([]string{"state"}, factKeys...)...),
	"licences.over_use": schematest.OneOf("refuse", "record"),
	"role.may":          schematest.OneOf(Actions...),
	"change.on":         schematest.OneOf(Actions...),
	"protocol.on":       schematest.OneOf(Actions...),
	"kind.is":           schematest.OneOf(Kinds...),
	"part.minimum":      func(s *jsonschema.Schema) { s.Minimum = "0" },
}
