package ticket

import (
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// ID identifies a ticket within its tenant: a UUID, version 7, unless the desk is
// configured otherwise.
type ID string

// Ticket is a request or a fault that somebody brought to the desk, with all that
// was done about it. Its instants are in UTC and whole microseconds.
type Ticket struct {
	ID      ID
	Number  string    // for people to quote, such as 2026-000123; given by the store
	Series  string    // that the Number counts in, such as 2026
	Version int64     // how often it was written; given by the store
	NextAt  time.Time // when a sweep has something to do about it; zero: never by itself
	Edition int       // of the policy that was in force when it was opened; 0: the only one

	State  State
	Opened time.Time // when it was received
	Closed time.Time // when it was closed, cancelled or moved; else zero

	Channel  string          // by which it came in, such as phone or portal
	Opener   townclerk.Actor // who asks
	Unit     string          // the opener's
	Recorder townclerk.Actor // who took it down

	Department string
	Class      string // such as incident, account or network
	Item       string // of the service catalogue, if it asks for one
	Cause      string // as diagnosed, such as device or line; routes it to a vendor or a team
	Impact     string
	Urgency    string
	Priority   string
	Critical   bool              // it concerns a critical system
	Fields     map[string]string // what the catalogue's item has to know
	Subject    string
	Text       string

	Tier      string            // of support that has it
	Team      string            // that has it
	Handler   townclerk.Actor   // who treats and closes it
	Delegates []townclerk.Actor // who may act for the handler

	Diagnosis *Diagnosis // nil until there is one
	Treatment string     // what was done, in words that the opener is told
	Informed  time.Time  // when the opener was told of the treatment; else zero
	Waits     []string   // the reasons for which it waits, in the order in which they began

	Approvals []Approval // in the order in which they were given
	Stages    []Stage
	Calls     []Call
	Parts     []Parts
	Work      []Work

	Asset   string // an id of package asset
	Project string // an id of package project, if it became one

	// Log is what happened, as sla judges it; the stages have logs of their own.
	Log []sla.Event
}

// Diagnosis is what somebody found to be the matter.
type Diagnosis struct {
	At   time.Time
	By   townclerk.Actor
	Role string // in which it was made
	Text string
}

// Approval is a step of an approval chain.
type Approval struct {
	Role    string
	By      townclerk.Actor
	At      time.Time
	Revoked time.Time // when it was taken back; else zero
}

// Stage is a part of a ticket's work with clocks of its own, such as what the
// information systems do about a fault that the operations desk took in.
type Stage struct {
	Number     int // within the ticket, from 1
	State      State
	Department string
	Class      string
	Subject    string
	Handler    townclerk.Actor
	Treatment  string
	Opened     time.Time
	Closed     time.Time // else zero
	Log        []sla.Event
}

// Call is a call to a vendor about a ticket.
type Call struct {
	Number    int             // within the ticket, from 1
	Vendor    string          // an id of package vendors
	Channel   string          // the vendor's, by which it was opened
	Reference string          // the vendor's own number
	Follower  townclerk.Actor // who follows it until the end
	Owed      time.Time       // since when it has to be opened
	Opened    time.Time       // else zero
	Done      time.Time       // else zero
}

// Parts is a request for a part or a consumable, for which a ticket may wait.
type Parts struct {
	Number    int // within the ticket, from 1
	Name      string
	Quantity  int
	Reference string // of the procurement
	Requested time.Time
	Arrived   time.Time // else zero
}

// Work is an entry of a ticket's log of work.
type Work struct {
	At   time.Time
	By   townclerk.Actor
	Kind string        // such as phone, remote, on-site or office
	Took time.Duration // as stated by who did it
	Text string
}
