package asset

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Data is what the events of assets, licences and stocks hold, in JSON. Later
// releases may add keys.
type Data struct {
	From     State     `json:"from,omitempty"`     // the state before; empty: it was not there
	To       State     `json:"to,omitempty"`       // the state after
	Entry    *Entry    `json:"entry,omitempty"`    // that was added to a history
	Entries  []int     `json:"entries,omitempty"`  // of asset.reported: the Numbers of what was reported
	Begun    *Begun    `json:"begun,omitempty"`    // of asset.licence-begun and asset.stock-begun
	Term     *Term     `json:"term,omitempty"`     // of asset.licence-bought, asset.licence-decided and asset.licence-expired
	Seat     *Seat     `json:"seat,omitempty"`     // of asset.licence-allotted and asset.licence-freed
	Over     int       `json:"over,omitempty"`     // of asset.licence-overused: how many seats too many are used
	Movement *Movement `json:"movement,omitempty"` // of a stock
	Owed     *sla.Owed `json:"owed,omitempty"`     // of asset.escalated and asset.overdue
	Problem  string    `json:"problem,omitempty"`  // of asset.unassessed
	Log      []Logged  `json:"log,omitempty"`      // what was added to the timelines of entries
}

// Logged is an event of an entry's timeline, with the Number of the entry.
type Logged struct {
	Entry int `json:"entry"`
	sla.Event
}

// Begun is what is said when a licence or a stock is opened.
type Begun struct {
	Name     string `json:"name,omitempty"`
	Product  string `json:"product,omitempty"`
	Vendor   string `json:"vendor,omitempty"`
	Unit     string `json:"unit,omitempty"`
	Part     string `json:"part,omitempty"`
	Location string `json:"location,omitempty"`
	Minimum  int    `json:"minimum,omitempty"`
}

// happened is the kinds of event that actions on assets are.
var happened = map[Action]string{
	Propose: "asset.proposed", Register: "asset.registered", Order: "asset.ordered", Receive: "asset.received", SendBack: "asset.sent-back",
	Test: "asset.tested", Commission: "asset.commissioned", Repair: "asset.repair-begun", Restore: "asset.restored",
	Relocate: "asset.relocating", Place: "asset.placed", HandOver: "asset.handed-over", Upgrade: "asset.upgraded", Install: "asset.installed",
	Configure: "asset.configured", Fail: "asset.failed", Recover: "asset.recovered", Amend: "asset.amended",
	Decommission: "asset.decommissioned", Dispose: "asset.disposed", Withdraw: "asset.withdrawn", Correct: "asset.corrected",
	Report: "asset.reported",
}

// happenedTo is those of actions on licences, and on stocks.
var (
	happenedToLicence = map[Action]string{
		Begin: "asset.licence-begun", Buy: "asset.licence-bought", Decide: "asset.licence-decided", Allot: "asset.licence-allotted",
		Free: "asset.licence-freed", End: "asset.licence-ended", Correct: "asset.licence-corrected", Report: "asset.licence-reported",
	}
	happenedToStock = map[Action]string{
		Begin: "asset.stock-begun", TakeIn: "asset.stock-taken-in", Issue: "asset.stock-issued", Count: "asset.stock-counted", End: "asset.stock-ended",
	}
)

// The kinds of event that are no action.
const (
	eventEscalated  = "asset.escalated"  // somebody has to be told
	eventOverdue    = "asset.overdue"    // a target was not met by its due time
	eventUnassessed = "asset.unassessed" // the promises cannot be assessed
	eventAssessed   = "asset.assessed"   // they can again
	eventExpired    = "asset.licence-expired"
	eventOverused   = "asset.licence-overused" // by more or fewer seats than before; Over is 0: no more
	eventLow        = "asset.stock-low"        // less than its minimum is left
)

// event makes an event of an asset, a licence or a stock.
func event(id ID, kind string, at, recorded time.Time, by townclerk.Actor, data Data) townclerk.Event {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("asset: %v", err)) // strings, numbers, amounts that were parsed and times within years 1 to 9999 can be marshalled
	}
	return townclerk.Event{Aggregate: string(id), Kind: kind, At: at, Recorded: recorded, Actor: by, Data: raw}
}

// ReadData returns what an event of this package holds. Another, whose kind does not
// begin with "asset.", is an error.
func ReadData(e townclerk.Event) (Data, error) {
	var data Data
	if !strings.HasPrefix(e.Kind, "asset.") {
		return data, fmt.Errorf("event %d: %q is no kind of an asset's event", e.Seq, e.Kind)
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return Data{}, fmt.Errorf("event %d, %s: %w", e.Seq, e.Kind, err)
	}
	return data, nil
}

// ReadTimelines returns the timelines of the entries that the events tell of, in the
// order in which they began, for [sla.Policy.Assess] or a replay. Events of other
// aggregates are skipped.
func ReadTimelines(events []townclerk.Event) ([]sla.Timeline, error) {
	var all []sla.Timeline
	places := map[string]int{}
	for _, e := range events {
		if !strings.HasPrefix(e.Kind, "asset.") {
			continue
		}
		data, err := ReadData(e)
		if err != nil {
			return nil, err
		}
		for _, l := range data.Log {
			id := timelineID(ID(e.Aggregate), l.Entry)
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
