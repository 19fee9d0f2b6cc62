package project

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Data is what the events of projects and work plans hold, in JSON. Later releases may
// add keys.
type Data struct {
	Part    int         `json:"part,omitempty"`    // the deliverable or change to which it happened; 0 is the project itself
	From    State       `json:"from,omitempty"`    // the state before; empty when it began
	To      State       `json:"to"`                // the state after
	Request *Request    `json:"request,omitempty"` // of project.demanded
	Command *Command    `json:"command,omitempty"` // of what people do
	Owed    *sla.Owed   `json:"owed,omitempty"`    // of what was escalated, or went overdue
	Alarm   *Alarm      `json:"alarm,omitempty"`   // of project.deviation-forecast and project.deviation-exceeded
	Problem string      `json:"problem,omitempty"` // of what cannot be assessed
	Log     []sla.Event `json:"log,omitempty"`     // what it added to the Log
}

// prefix is what all kinds of event of this package begin with; those of work plans go
// on with "work-plan-".
const (
	prefix     = "project."
	workPrefix = "project.work-plan-"
)

// happened is the kinds of event that actions are, without their prefix.
var happened = map[Action]string{
	Admit: "admitted", Reject: "rejected", Plan: "planned", Submit: "submitted", Return: "returned", Approve: "approved",
	Reach: "milestone-reached", Undo: "milestone-undone", Spend: "money-spent", Propose: "revision-proposed", Adopt: "revision-adopted",
	Decline: "revision-declined", Finish: "executed", Record: "result-recorded", Rework: "reworked", Close: "closed", Hold: "on-hold",
	Resume: "resumed", Cancel: "cancelled", Alter: "altered", Attach: "document-attached", Write: "note-written",
	Order: "deliverable-ordered", Deliver: "deliverable-delivered", Review: "deliverable-reviewed", Pass: "deliverable-approved",
	SendBack: "deliverable-returned", Drop: "deliverable-dropped", Ask: "change-asked", Grant: "change-granted", Refuse: "change-refused",
	Install: "change-installed", Edit: "edited",
}

// The kinds of event that are no action, without their prefix.
const (
	eventDemanded   = "demanded"
	eventDrafted    = "drafted"    // of a work plan
	eventEscalated  = "escalated"  // somebody has to be told
	eventOverdue    = "overdue"    // a target was not met by its due time
	eventUnassessed = "unassessed" // the promises cannot be assessed
	eventAssessed   = "assessed"   // they can again
)

func newEvent(h *Header, kind string, at, recorded time.Time, by townclerk.Actor, data Data) townclerk.Event {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("project: %v", err)) // texts, numbers, money with a currency and times of the years 1 to 9999 can be marshalled: all are checked before
	}
	return townclerk.Event{Aggregate: string(h.ID), Kind: kind, At: at, Recorded: recorded, Actor: by, Data: raw}
}

// ReadData returns what an event of this package holds. An event of another, whose kind
// does not begin with "project.", is an error.
func ReadData(e townclerk.Event) (Data, error) {
	var data Data
	if !strings.HasPrefix(e.Kind, prefix) {
		return data, fmt.Errorf("event %d: %q is no kind of a project's event", e.Seq, e.Kind)
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return Data{}, fmt.Errorf("event %d, %s: %w", e.Seq, e.Kind, err)
	}
	return data, nil
}
