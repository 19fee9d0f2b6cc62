package tickettest

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/internal/schematest"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
	"github.com/townclerk/townclerk/ticket"
)

// TestSchema holds the checked-in schema to the raw types, the descriptions and
// the narrowings below. After a change of any of them, write it anew with
//
//	UPDATE=1 go test ./ticket/tickettest -run TestSchema
func TestSchema(t *testing.T) { schematest.Matches(t, "vector.schema.json", shape.Make(t), Schema) }

// TestSchemaRequires compares the two ways in which a field says that its key
// cannot be left out.
func TestSchemaRequires(t *testing.T) { shape.Requires(t) }

// TestSchemaInPackageComment looks for each key in the reference, which is the
// package comment.
func TestSchemaInPackageComment(t *testing.T) {
	shape.Documented(t)
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for key := range ofTicket {
		require.Regexp(t, `\b`+key+`\b`, string(doc))
	}
}

// Each action takes what its command needs, and each key is taken by something.
func TestEveryActionHasItsKeys(t *testing.T) {
	used := slices.Clone(ofAll)
	for _, do := range things() {
		keys, ok := takes[do]
		require.True(t, ok, "nothing is said of %q", do)
		used = append(used, keys...)
	}
	require.Len(t, takes, len(things()))
	typ := reflect.TypeFor[rawStep]()
	for _, f := range reflect.VisibleFields(typ) {
		key, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if key != "" {
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

	"step.do":       "open, an action such as \"hand over\", sweep: what fell due is recorded, or look: nothing is done.",
	"step.at":       "When it happens, on the policy's zone or with an offset.",
	"step.recorded": "When it is written down; default: when it happens.",
	"step.ticket":   "The ticket's name in this file, where there are several.",
	"step.stage":    "The number of the stage that it is about; default: the ticket itself.",
	"step.by":       "Who does it; of open: who takes it down.",
	"step.role":     "The role in which it is done.",

	"step.channel":    "By which it came in, the vendor's, or by which the opener was told.",
	"step.opener":     "Who asks.",
	"step.unit":       "The opener's.",
	"step.author":     "The role of the opener.",
	"step.to":         "The role to which it is addressed, or escalated.",
	"step.department": "Of the ticket, or of the stage that is opened.",
	"step.class":      "Of the ticket, or of the stage that is opened.",
	"step.type":       "The type of the problem.",
	"step.item":       "Of the service catalogue.",
	"step.cause":      "As far as it is known, or as diagnosed.",
	"step.impact":     "How much it concerns.",
	"step.urgency":    "How soon it is needed.",
	"step.priority":   "Default: by impact and urgency.",
	"step.critical":   "It concerns a critical system.",
	"step.with":       "Other attributes.",
	"step.fields":     "What the item of the catalogue asks for.",
	"step.requested":  "The accesses that are asked for.",
	"step.subject":    "What it is about.",
	"step.text":       "What was asked, found, done or said.",
	"step.asset":      "An id of package asset.",
	"step.contract":   "What the contract in force promises.",

	"step.reason":       "For which it waits, or why it is done.",
	"step.team":         "To which it is assigned.",
	"step.handler":      "To whom it is assigned.",
	"step.delegates":    "Who may act for the handler.",
	"step.tier":         "To which it is referred.",
	"step.kind":         "Of work, or of document.",
	"step.needs_vendor": "A vendor has to act.",
	"step.call":         "The number of the call; default: the only one that is open.",
	"step.vendor":       "Who has to act; default: by the cause.",
	"step.reference":    "The other side's number.",
	"step.follower":     "Who follows the call; default: who does it.",
	"step.name":         "Of the part, or of the document.",
	"step.quantity":     "How many are ordered.",
	"step.part":         "The number of what was ordered.",
	"step.used":         "How many of what was ordered went into it, by number.",
	"step.todo":         "A line of the checklist.",
	"step.granted":      "The accesses that are given.",
	"step.set":          "The attributes that are changed.",
	"step.appointment":  "The agreed time.",
	"step.took":         "How long the work took, such as 20m.",
	"step.score":        "From 1 to 5.",
	"step.project":      "An id of package project.",

	"step.refused":   "It is refused, and the error says this.",
	"step.missing":   "It is refused, and these fields are wrong, and no others.",
	"step.is":        "The state of the ticket, or of the stage, then.",
	"step.has":       "What else it has then; \"\" for nothing.",
	"step.allowed":   "All that by and role may do then.",
	"step.forbidden": "What by and role may not do then.",
	"step.overdue":   "All targets that are recorded as overdue so far; [] for none.",
	"step.due":       "When it is due, by target or metric.",
	"step.state":     "How its clock stands, by target or metric.",
	"step.paused":    "It is paused for these reasons, by target or metric.",
	"step.former":    "The states that corrections changed, oldest first, by target or metric.",
	"step.owed":      "All escalations that are recorded so far; [] for none.",

	"grant.part":  "The part of the systems.",
	"grant.level": "One of the item's levels.",

	"owed.target": "A target or its metric.",
	"owed.at":     "When it fell due.",
	"owed.stage":  "The number of the stage; default: the ticket itself.",
	"owed.to":     "The role that is told; left out, it is not looked at.",
	"owed.do":     "watch: follow up. take-over: become responsible. activate-vendor: call the outside company.",
	"owed.reason": "Of one made by hand.",
}

var shape = schematest.Shape{
	File: "vector.toml", Package: "ticket/tickettest", Says: "A situation at a desk and what has to come of it",
	Raw: rawVector{}, About: about,
	Tables: map[reflect.Type]string{
		reflect.TypeFor[rawVector](): "policy", reflect.TypeFor[rawStep](): "step", reflect.TypeFor[rawGrant](): "grant", reflect.TypeFor[rawOwed](): "owed",
	},
	Values: map[string]func(*jsonschema.Schema){
		"step.do":        schematest.OneOf(things()...),
		"step.is":        schematest.OneOf(ticket.States...),
		"step.stage":     func(s *jsonschema.Schema) { s.Minimum = "0" },
		"step.has":       schematest.Named(sorted(ofTicket)...),
		"step.allowed":   schematest.OneOf(ticket.Actions...),
		"step.forbidden": schematest.OneOf(ticket.Actions...),
		"owed.stage":     func(s *jsonschema.Schema) { s.Minimum = "0" },
		"owed.do":        schematest.OneOf(sla.Watch, sla.TakeOver, sla.ActivateVendor),
	},
	Refs: map[string]string{"slatest.Instant": "time", "sla.TermsTable": "terms"},
	// Times, and the terms of contracts, are those of package slatest.
	Together: func(s *jsonschema.Schema) {
		for _, name := range []string{"time", "terms", "duration"} {
			s.Definitions[name] = schematest.Definition(slatest.Schema(), name)
		}
	},
}
