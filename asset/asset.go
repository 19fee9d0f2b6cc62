package asset

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// ID identifies an asset, a licence or a stock within its tenant: a UUID, version 7,
// unless the inventory is configured otherwise.
type ID string

// Asset is a thing of the inventory, with all that was done to it: a device, a
// network, software, a website, a service. Its instants are in UTC and whole
// microseconds.
type Asset struct {
	ID      ID        `json:"id,omitzero"`
	Number  string    `json:"number,omitzero"`  // for people to quote, such as 2026-000123; given by the store
	Series  string    `json:"series,omitzero"`  // that the Number counts in, such as 2026
	Version int64     `json:"version,omitzero"` // how often it was written; given by the store
	NextAt  time.Time `json:"next_at,omitzero"` // when a sweep has something to do about it; zero: never by itself
	Problem string    `json:"problem,omitzero"` // why its promises cannot be assessed; empty: they can

	Facts Facts `json:"facts,omitzero"` // as they are known now; [Asset.AsOf] has those of any time

	Began    time.Time `json:"began,omitzero"`    // the At of its first entry, as it was recorded
	Recorded time.Time `json:"recorded,omitzero"` // when it was last written about, by the inventory's clock
	Owing    int       `json:"owing,omitzero"`    // how many reports of its changes are still owed

	// History is all that was done, in the order of recording. Nothing in it is ever
	// taken back: a correction is an entry of its own.
	History []Entry `json:"history,omitzero"`

	// Owed is what was owed by the promises and is recorded: people who had to be
	// told, and targets that went overdue. Its Part is the Number of an entry.
	Owed []sla.Owed `json:"owed,omitzero"`
}

// Facts is what is known of an asset at an instant. Each has a key, such as "unit"
// or "software/antivirus", by which a [Command] sets it; [FactKeys] lists them.
type Facts struct {
	State    State           `json:"state,omitzero"`
	Kind     string          `json:"kind,omitzero"` // one of the policy's
	Name     string          `json:"name,omitzero"`
	Tag      string          `json:"tag,omitzero"`    // the label on it; no two assets of a tenant share one
	Serial   string          `json:"serial,omitzero"` // its maker's number
	Model    string          `json:"model,omitzero"`
	Unit     string          `json:"unit,omitzero"` // of the organisation that has it
	Location string          `json:"location,omitzero"`
	Holder   townclerk.Actor `json:"holder,omitzero"`   // who uses it
	Critical bool            `json:"critical,omitzero"` // RA-32: a critical system
	Down     bool            `json:"down,omitzero"`     // it does not serve; see [Asset.Outages]
	Product  string          `json:"product,omitzero"`  // of software: what others have installed of it; default: its preset
	Release  string          `json:"release,omitzero"`  // of software and firmware: the version in force
	Purchase Purchase        `json:"purchase,omitzero"`

	Software  Values `json:"software,omitzero"`  // what is installed: releases, by product
	Contracts Values `json:"contracts,omitzero"` // that cover it: levels of service, by ids of package vendors
	Fields    Values `json:"fields,omitzero"`    // others that its kind asks for
}

// Values is texts by name, sorted by that. No text is empty.
type Values []Value

// Value is a text with its name.
type Value struct {
	Name string `json:"name,omitzero"`
	Text string `json:"text,omitzero"`
}

// Purchase is how something was bought.
type Purchase struct {
	At       time.Time       `json:"at,omitzero"`       // of a date, its first instant; zero: not known
	Document string          `json:"document,omitzero"` // such as the number of the tender
	Supplier string          `json:"supplier,omitzero"`
	Price    townclerk.Money `json:"price,omitzero"`
	Warranty time.Time       `json:"warranty,omitzero"` // until before this instant
}

// Entry is something that was done. It is written in JSON into the event that it
// is; see [Data].
type Entry struct {
	Number   int             `json:"number,omitzero"` // within its asset or licence, from 1
	Do       Action          `json:"do,omitzero"`
	At       time.Time       `json:"at,omitzero"`       // when it happened
	Recorded time.Time       `json:"recorded,omitzero"` // when it was written down
	By       townclerk.Actor `json:"by,omitempty"`
	Role     string          `json:"role,omitempty"` // in which By acted
	From     State           `json:"from,omitempty"` // the state before, as it was known then
	To       State           `json:"to,omitzero"`    // the state after
	Set      []Fact          `json:"set,omitempty"`  // what is so from At on

	Reason    string `json:"reason,omitempty"`
	Text      string `json:"text,omitempty"`      // what was found or done
	Reference string `json:"reference,omitempty"` // the document about it, or where it is kept
	Ticket    string `json:"ticket,omitempty"`    // an id of package ticket
	Vendor    string `json:"vendor,omitempty"`    // an id of package vendors

	Protocols []Protocol    `json:"protocols,omitempty"`
	Repair    *RepairReport `json:"repair,omitempty"` // of Restore

	// Corrects is the Number of the entry that this one replaces or, if it is Void,
	// strikes out; 0: none. A correction's Do is that of what it replaces.
	Corrects int  `json:"corrects,omitempty"`
	Void     bool `json:"void,omitempty"`

	// Change is which of the policy's changes this is, such as "relocate", so that it
	// is reported; empty: none. Notice is when notice of somebody else's change came.
	Change  string      `json:"change,omitempty"`
	Notice  time.Time   `json:"notice,omitzero"`
	Report  *Reported   `json:"reported,omitempty"` // nil until it is reported
	Edition int         `json:"edition,omitempty"`  // of the promises in force when its timeline began
	Log     []sla.Event `json:"log,omitempty"`      // its timeline, as sla judges it
}

// Fact is a fact that was set.
type Fact struct {
	Key string `json:"key,omitzero"`
	Was string `json:"was,omitempty"` // as it was known then
	Is  string `json:"is,omitempty"`  // empty: it has none
}

// Reported says that a change was reported.
type Reported struct {
	At        time.Time       `json:"at,omitzero"`
	Recorded  time.Time       `json:"recorded,omitzero"`
	By        townclerk.Actor `json:"by,omitempty"`
	Reference string          `json:"reference,omitempty"` // of the letter or the message
}

// Protocol is a paper with a checklist that the policy asks for, such as that of a
// hand-over.
type Protocol struct {
	ID      string                     `json:"id,omitzero"` // one of the policy's protocols
	Checked []string                   `json:"checked,omitempty"`
	Signed  map[string]townclerk.Actor `json:"signed,omitempty"` // who signed, by role
}

// RepairReport is what the protocol of a repair says. Indicators cite it by the
// asset and the Number of its entry.
type RepairReport struct {
	Fault       string    `json:"fault,omitempty"`       // what was the matter; default: why it was sent to repair
	Parts       []Part    `json:"parts,omitempty"`       // that were replaced
	Reinstalled bool      `json:"reinstalled,omitempty"` // its software was
	DownFrom    time.Time `json:"down_from,omitzero"`    // the outage that the fault was, if it was one
	DownTo      time.Time `json:"down_to,omitzero"`
}

// Replaced reports whether a part was replaced or software reinstalled: what KA-13
// counts.
func (r *RepairReport) Replaced() bool { return len(r.Parts) > 0 || r.Reinstalled }

// Part is a part that went into an asset.
type Part struct {
	Name     string `json:"name,omitzero"`
	Stock    ID     `json:"stock,omitempty"` // out of which it came; empty: bought for it
	Quantity int    `json:"quantity,omitzero"`
	Serial   string `json:"serial,omitempty"`
}

// Clone returns a copy that shares no memory with a.
func (a Asset) Clone() Asset {
	a.Facts = a.Facts.clone()
	a.History = cloneHistory(a.History)
	a.Owed = slices.Clone(a.Owed)
	return a
}

func (f Facts) clone() Facts {
	f.Software, f.Contracts, f.Fields = slices.Clone(f.Software), slices.Clone(f.Contracts), slices.Clone(f.Fields)
	return f
}

func cloneHistory(history []Entry) []Entry {
	history = slices.Clone(history)
	for i := range history {
		e := &history[i]
		e.Set = slices.Clone(e.Set)
		e.Protocols = slices.Clone(e.Protocols)
		for j := range e.Protocols {
			p := &e.Protocols[j]
			p.Checked, p.Signed = slices.Clone(p.Checked), maps.Clone(p.Signed)
		}
		if e.Repair != nil {
			r := *e.Repair
			r.Parts = slices.Clone(r.Parts)
			e.Repair = &r
		}
		if e.Report != nil {
			r := *e.Report
			e.Report = &r
		}
		e.Log = cloneLog(e.Log)
	}
	return history
}

func cloneLog(log []sla.Event) []sla.Event {
	log = slices.Clone(log)
	for i := range log {
		log[i].Attributes = maps.Clone(log[i].Attributes)
		log[i].Contract = slices.Clone(log[i].Contract)
	}
	return log
}

// Timelines returns what happened about each entry that owes something, for
// [sla.Policy.Assess], called after the asset and the entry's Number as in "…/2".
// They share memory with a.
func (a *Asset) Timelines() []sla.Timeline { return timelines(a.ID, a.Facts.Name, a.History) }

func timelines(id ID, note string, history []Entry) []sla.Timeline {
	var all []sla.Timeline
	for i := range history {
		if e := &history[i]; len(e.Log) > 0 {
			all = append(all, e.timeline(id, note))
		}
	}
	return all
}

func (e *Entry) timeline(id ID, note string) sla.Timeline {
	return sla.Timeline{ID: timelineID(id, e.Number), Note: note, Events: e.Log, Edition: e.Edition}
}

func timelineID(id ID, entry int) string { return string(id) + "/" + strconv.Itoa(entry) }

// called is how messages call an aggregate.
func called(what string, id ID, number string) string {
	if number != "" {
		return what + " " + number
	}
	return what + " " + string(id)
}
