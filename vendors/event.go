package vendors

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
	Warning string      `json:"warning,omitempty"` // of what was done all the same, such as without a contract
	Owed    *sla.Owed   `json:"owed,omitempty"`    // of what was escalated, or went overdue
	Problem string      `json:"problem,omitempty"` // of what cannot be assessed
	Log     []sla.Event `json:"log,omitempty"`     // what it added to the Log
	Notices []sla.Event `json:"notices,omitempty"` // and to those of the contract's notices, each of which begins with appointed
}

// prefix is what all kinds of event of this package begin with.
const prefix = "vendors."

// What follows the kind of the aggregate in the kinds of event that are no action.
const (
	eventEscalated  = "-escalated"  // somebody has to be told
	eventOverdue    = "-overdue"    // a target was not met by its due time
	eventUnassessed = "-unassessed" // the promises cannot be assessed
	eventAssessed   = "-assessed"   // they can again
)

func newEvent(r *Record, kind string, at, recorded time.Time, by townclerk.Actor, data Data) townclerk.Event {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("vendors: %v", err)) // texts, numbers, money with a currency and times of the years 1 to 9999 can be marshalled: all are checked before
	}
	return townclerk.Event{Aggregate: string(r.ID), Kind: prefix + kind, At: at, Recorded: recorded, Actor: by, Data: raw}
}

// ReadData returns what an event of this package holds. An event of another, whose
// kind does not begin with "vendors.", is an error.
func ReadData(e townclerk.Event) (Data, error) {
	var data Data
	if !strings.HasPrefix(e.Kind, prefix) {
		return data, fmt.Errorf("event %d: %q is no kind of a vendor's event", e.Seq, e.Kind)
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return Data{}, fmt.Errorf("event %d, %s: %w", e.Seq, e.Kind, err)
	}
	return data, nil
}
