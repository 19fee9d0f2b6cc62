package kpitest

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/internal/schematest"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/sla/slatest"
)

// TestSchema holds the checked-in schema to the raw types, the descriptions and the
// narrowings below. After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./kpi/kpitest -run TestSchema
func TestSchema(t *testing.T) { schematest.Matches(t, "vector.schema.json", shape.Make(t), Schema) }

// The two ways in which a field says that its key cannot be left out agree.
func TestSchemaRequires(t *testing.T) { shape.Requires(t) }

// Each key is described in the package comment.
func TestSchemaInPackageComment(t *testing.T) { shape.Documented(t) }

// Each action takes what its command needs, and each key is taken by something.
func TestEveryActionHasItsKeys(t *testing.T) {
	used := slices.Clone(ofAll)
	for _, do := range known() {
		keys, ok := takes[do]
		require.True(t, ok, "nothing is said of %q", do)
		used = append(used, keys...)
	}
	require.Len(t, takes, len(known()))
	for _, f := range reflect.VisibleFields(reflect.TypeFor[rawStep]()) {
		if key, _, _ := strings.Cut(f.Tag.Get("toml"), ","); key != "" {
			require.Contains(t, used, key)
		}
	}
}

// about is what an editor shows of each key, by the table in which it stands.
var about = map[string]string{
	"policy.title":     "In a few words, what it shows.",
	"policy.source":    "The requirements or clauses that it proves.",
	"policy.note":      "For people.",
	"policy.measured":  "How counts are judged.",
	"policy.available": "How much of the office hours outages take.",
	"policy.falls":     "When duties and reports fall.",
	"policy.in_force":  "Which revision of a card was in force.",
	"policy.items":     "What duties are done for each of, by their kind.",
	"policy.steps":     "What is done, one after the other, and what comes of it.",

	"measured.indicator": "One of [indicators].",
	"measured.n":         "What was counted.",
	"measured.d":         "Of how much.",
	"measured.verdict":   "met, missed, no data or informed.",

	"available.calendar": "A calendar of sla.toml.",
	"available.from":     "The first day.",
	"available.to":       "The day after the last.",
	"available.outages":  "When it did not work.",
	"available.of":       "How much office time these days have, such as \"2000h\".",
	"available.down":     "How much of it was lost, such as \"1h\".",
	"outage.from":        "When it began.",
	"outage.to":          "When it ended.",

	"falls.duty": "One of [duties] or [reports].",
	"falls.from": "The first day.",
	"falls.to":   "The day after the last.",
	"falls.on":   "The days on which it falls; none if it is left out.",

	"in-force.card":     "One of [cards].",
	"in-force.on":       "The day.",
	"in-force.known":    "As far as was known then.",
	"in-force.revision": "The number of the revision that was in force; 0 if none was.",

	"step.do":        "start: duties come round from then on; an action such as \"attest\"; sweep: what becomes of things by themselves is recorded; or look: nothing is done.",
	"step.at":        "When it happens, on the policy's zone or with an offset.",
	"step.recorded":  "When it is written down; default: when it happens.",
	"step.by":        "Who does it.",
	"step.role":      "The role in which it is done.",
	"step.duty":      "The duty or report that it is about, on the day.",
	"step.indicator": "The indicator that it is about, in the period in which the day lies.",
	"step.on":        "The day.",
	"step.card":      "The card that it is about.",
	"step.of":        "A name for what demand and raise begin, by which later steps are about it.",
	"step.n":         "What was counted.",
	"step.d":         "Of how much.",
	"step.reason":    "Why it is done.",
	"step.text":      "What was done or is to be.",
	"step.reference": "The document about it.",
	"step.parts":     "What was done of it, each an item, a step or \"step/item\"; default: all that is missing.",
	"step.entry":     "The number of the evidence that is struck.",
	"step.cause":     "Why it was missed.",
	"step.until":     "By when it is to be done.",
	"step.owner":     "Who sees to it.",

	"step.refused": "It is refused, and the error says this.",
	"step.is":      "The state then.",
	"step.missing": "The parts of the duty that are not done; [] for none.",
	"step.overdue": "All targets that are recorded as overdue so far; [] for none.",
	"step.due":     "When it is due, by target or metric.",
	"step.state":   "How its clock stands, by target or metric.",
	"step.paused":  "It is paused for these reasons, by target or metric.",
	"step.former":  "The states that corrections changed, oldest first, by target or metric.",
}

func length(s *jsonschema.Schema) {
	*s = jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(\.[0-9]+)?(h|m|s|ms|us|µs|ns))+$`, Description: s.Description}
}

func notNegative(s *jsonschema.Schema) { s.Minimum = "0" }

var shape = schematest.Shape{
	File: "vector.toml", Package: "kpi/kpitest", Says: "What is measured or done again and again, and what has to come of it",
	Raw: rawVector{}, About: about,
	Tables: map[reflect.Type]string{
		reflect.TypeFor[rawVector](): "policy", reflect.TypeFor[rawMeasured](): "measured", reflect.TypeFor[rawAvailable](): "available",
		reflect.TypeFor[rawOutage](): "outage", reflect.TypeFor[rawFalls](): "falls", reflect.TypeFor[rawInForce](): "in-force",
		reflect.TypeFor[rawStep](): "step",
	},
	Values: map[string]func(*jsonschema.Schema){
		"measured.n":        notNegative,
		"measured.d":        notNegative,
		"measured.verdict":  schematest.OneOf(kpi.Met, kpi.Missed, kpi.NoData, kpi.Informed),
		"available.of":      length,
		"available.down":    length,
		"in-force.revision": notNegative,
		"step.do":           schematest.OneOf(known()...),
		"step.is":           schematest.OneOf(states()...),
		"step.n":            notNegative,
		"step.d":            notNegative,
		"step.entry":        notNegative,
	},
	Refs: map[string]string{"slatest.Instant": "time", "slatest.Day": "date"},
	// Times are those of package slatest.
	Together: func(s *jsonschema.Schema) {
		s.Definitions["time"], s.Definitions["date"] = schematest.Definition(slatest.Schema(), "time"), schematest.Date()
		delete(s.Definitions, "rawLength") // written otherwise: see Values
	},
}

// The states of the four kinds of thing are all there, once.
func TestStates(t *testing.T) {
	all := states()
	require.ElementsMatch(t, slices.Compact(slices.Sorted(slices.Values(all))), all)
	require.Contains(t, all, string(kpi.Partial))
	require.NotContains(t, all, string(kpi.New))
}
