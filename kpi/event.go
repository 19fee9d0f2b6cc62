package kpi

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Data is what the events of this package hold, in JSON. Later releases may add keys.
type Data struct {
	From    State       `json:"from,omitempty"`    // the state before; empty when it began
	To      State       `json:"to"`                // the state after
	Command *Command    `json:"command,omitempty"` // of what people do
	Value   *Value      `json:"value,omitempty"`   // of a measurement, as it is judged
	Owed    *sla.Owed   `json:"owed,omitempty"`    // of what was escalated, or went overdue
	Problem string      `json:"problem,omitempty"` // of what cannot be assessed, or planned
	Log     []sla.Event `json:"log,omitempty"`     // what it added to the Log
}

// prefix is what all kinds of event of this package begin with.
const prefix = "kpi."

// What follows the kind of the aggregate in the kinds of event that are no action.
const (
	eventEscalated  = "-escalated"  // somebody has to be told
	eventOverdue    = "-overdue"    // a target was not met by its due time
	eventUnassessed = "-unassessed" // the promises cannot be assessed, or a schedule goes no further
	eventAssessed   = "-assessed"   // they can again
)

func newEvent(r *Record, kind string, at, recorded time.Time, by townclerk.Actor, data Data) townclerk.Event {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("kpi: %v", err)) // texts, numbers and times of the years 1 to 9999 can be marshalled: all are checked before
	}
	return townclerk.Event{Aggregate: string(r.ID), Kind: prefix + kind, At: at, Recorded: recorded, Actor: by, Data: raw}
}

// ReadData returns what an event of this package holds. An event of another, whose
// kind does not begin with "kpi.", is an error.
func ReadData(e townclerk.Event) (Data, error) {
	var data Data
	if !strings.HasPrefix(e.Kind, prefix) {
		return data, fmt.Errorf("event %d: %q is no kind of an event of package kpi", e.Seq, e.Kind)
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return Data{}, fmt.Errorf("event %d, %s: %w", e.Seq, e.Kind, err)
	}
	return data, nil
}
