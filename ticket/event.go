package ticket

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Data is what the events of tickets hold, in JSON. Later releases may add keys.
type Data struct {
	Stage   int       `json:"stage,omitempty"`   // to which it happened; 0 is the ticket itself
	From    State     `json:"from,omitempty"`    // the state before; empty when it was opened
	To      State     `json:"to"`                // the state after
	Request *Request  `json:"request,omitempty"` // of ticket.opened
	Command *Command  `json:"command,omitempty"` // of what people do
	Owed    *sla.Owed `json:"owed,omitempty"`    // of ticket.escalated and ticket.overdue
	Problem string    `json:"problem,omitempty"` // of ticket.unassessed
	Log     []Entry   `json:"log,omitempty"`     // what it added to the logs of the ticket and its stages
}

// Entry is an event of a ticket's or a stage's log. Its Seq counts in that log, from 1.
type Entry struct {
	Stage int `json:"stage,omitempty"` // 0 is the ticket itself
	sla.Event
}

// lastEntry returns the last event of a log, as a copy.
func lastEntry(stage int, log []sla.Event) Entry { return Entry{stage, log[len(log)-1].Clone()} }

// happened is the kinds of event that actions are.
var happened = map[Action]string{
	Approve: "ticket.approved", Revoke: "ticket.revoked", Assign: "ticket.assigned", Refer: "ticket.referred", Begin: "ticket.begun",
	Diagnose: "ticket.diagnosed", HandOver: "ticket.handed-over", TakeBack: "ticket.taken-back", Follow: "ticket.call-followed",
	Wait: "ticket.waiting", Resume: "ticket.resumed", Order: "ticket.part-ordered", Receive: "ticket.part-received", Check: "ticket.checked",
	Treat: "ticket.treated", Inform: "ticket.informed", Close: "ticket.closed", Reopen: "ticket.reopened", Cancel: "ticket.cancelled",
	Move: "ticket.moved", Change: "ticket.changed", Appoint: "ticket.appointed", Escalate: "ticket.escalated-by-hand",
	FollowUp: "ticket.followed-up", OpenStage: "ticket.stage-opened", Write: "ticket.work-written", Attach: "ticket.document-attached",
	Rate: "ticket.rated", Link: "ticket.linked", Release: "ticket.released",
}

// The kinds of event that are no action.
const (
	eventOpened     = "ticket.opened"
	eventEscalated  = "ticket.escalated"  // somebody has to be told
	eventOverdue    = "ticket.overdue"    // a target was not met by its due time
	eventUnassessed = "ticket.unassessed" // the promises cannot be assessed
	eventAssessed   = "ticket.assessed"   // they can again
)

// event makes an event of the ticket.
func (p *Policy) event(t *Ticket, kind string, at, recorded time.Time, by townclerk.Actor, data Data) townclerk.Event {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("ticket: %v", err)) // strings, numbers and times within years 1 to 9999 can be marshalled: see stamp
	}
	return townclerk.Event{Aggregate: string(t.ID), Kind: kind, At: at, Recorded: recorded, Actor: by, Data: raw}
}

// ReadData returns what an event of a ticket holds. An event of another aggregate,
// whose kind does not begin with "ticket.", is an error, and so is one that lacks the
// Request, Command or Owed of its kind.
func ReadData(e townclerk.Event) (Data, error) {
	var data Data
	if !strings.HasPrefix(e.Kind, "ticket.") {
		return data, fmt.Errorf("event %d: %q is no kind of a ticket's event", e.Seq, e.Kind)
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return Data{}, fmt.Errorf("event %d, %s: %w", e.Seq, e.Kind, err)
	}
	if lacks := data.lacks(e.Kind); lacks != "" {
		return Data{}, fmt.Errorf("event %d, %s: it has no %s", e.Seq, e.Kind, lacks)
	}
	return data, nil
}

// actions is the kinds of event that are actions.
var actions = slices.Collect(maps.Values(happened))

// lacks returns the key of what data of an event of the kind has to hold, and does not;
// "" if there is nothing. Of kinds that are not known here, nothing is asked.
func (d *Data) lacks(kind string) string {
	switch {
	case (kind == eventOpened || kind == eventImported) && d.Request == nil:
		return "request"
	case (kind == eventEscalated || kind == eventOverdue) && d.Owed == nil:
		return "owed"
	case d.Command == nil && slices.Contains(actions, kind):
		return "command"
	}
	return ""
}

// ReadTimelines returns the timelines of the tickets and stages that the events
// tell of, in the order in which they began, for [sla.Policy.Assess] or a replay.
// Events of other aggregates are skipped.
func ReadTimelines(events []townclerk.Event) ([]sla.Timeline, error) {
	var all []sla.Timeline
	places := map[string]int{}
	for _, e := range events {
		if !strings.HasPrefix(e.Kind, "ticket.") {
			continue
		}
		data, err := ReadData(e)
		if err != nil {
			return nil, err
		}
		for _, l := range data.Log {
			id := e.Aggregate
			if l.Stage != 0 {
				id = timelineID(ID(e.Aggregate), l.Stage)
			}
			i, ok := places[id]
			if !ok {
				i = len(all)
				places[id] = i
				all = append(all, sla.Timeline{ID: id})
			}
			all[i].Events = append(all[i].Events, l.Event)
		}
	}
	return all, nil
}
