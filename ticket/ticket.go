package ticket

import (
	"maps"
	"slices"
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
	Holds   string    // what only one ticket may hold at a time, such as a unit's place of site expert; empty: nothing
	Problem string    // why its promises cannot be assessed; empty: they can

	State    State
	Opened   time.Time // when it was received
	Recorded time.Time // when it was last written about, by the desk's clock
	Closed   time.Time // when it was closed, cancelled or moved; else zero

	Channel  string          // by which it came in, such as phone or portal
	Opener   townclerk.Actor // who asks
	Unit     string          // the opener's
	Author   string          // the role of the opener, where the catalogue asks for one
	To       string          // the role to which the request is addressed, likewise
	Recorder townclerk.Actor // who took it down

	Department string
	Class      string // such as incident, account or network
	Type       string // of problem, such as guidance or defect; says which tiers may have it
	Item       string // of the service catalogue, if it asks for one
	Cause      string // as diagnosed, such as device or line; routes it to a vendor or a team
	Impact     string
	Urgency    string
	Priority   string
	Critical   bool              // it concerns a critical system
	Attributes map[string]string // others on which the promises match
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

	Appointment time.Time // as agreed with the opener; else zero

	Chain     []string   // the roles that have to approve, in their order
	AnyOrder  bool       // they may approve in any order
	Approvals []Approval // in the order in which they were given

	Requested []Grant // the accesses that are asked for
	Granted   []Grant // those that were given
	Checklist []Todo  // what has to be done before it is treated

	Stages    []Stage
	Calls     []Call // to vendors, for the ticket and its stages
	Parts     []Parts
	Work      []Work
	Documents []Document
	Feedback  []Feedback

	Asset   string // an id of package asset
	Project string // an id of package project, if it became one

	// Owed is what was owed by the policy and is recorded: people who had to be
	// told, and targets that went overdue. Part is the stage; 0 is the ticket itself.
	Owed []sla.Owed

	// Log is what happened, as sla judges it; the stages have logs of their own.
	// Seq counts the events of each log from 1.
	Log []sla.Event
}

// Diagnosis is what somebody found to be the matter.
type Diagnosis struct {
	At     time.Time
	By     townclerk.Actor
	Role   string // in which it was made
	How    string // the kind of work that identified it, such as on-site
	Text   string
	Vendor bool // a vendor has to act
}

// Approval is a step of an approval chain.
type Approval struct {
	Role    string
	By      townclerk.Actor
	At      time.Time
	Revoked time.Time // when it was taken back; else zero
}

// Grant is an access, asked for or given.
type Grant struct {
	Part  string `json:"part"`            // of the systems, such as correspondence
	Level string `json:"level,omitempty"` // one of the item's levels
}

// Todo is a line of the list of what has to be done.
type Todo struct {
	ID string
	By townclerk.Actor
	At time.Time // when it was done; else zero
}

// Stage is a part of a ticket's work with clocks of its own, such as what the
// information systems do about a fault that the operations desk took in.
type Stage struct {
	Number     int // within the ticket, from 1
	State      State
	Department string
	Class      string
	Subject    string
	Team       string
	Handler    townclerk.Actor
	Delegates  []townclerk.Actor
	Diagnosis  *Diagnosis
	Treatment  string
	Waits      []string
	Opened     time.Time
	Closed     time.Time // when it was closed, cancelled or moved; else zero
	Project    string    // an id of package project, if it became one
	Log        []sla.Event
}

// Call is a call to a vendor about a ticket or a stage. It is open until it is
// Done, also before the vendor knows of it.
type Call struct {
	Number    int             // within the ticket, from 1
	Stage     int             // of the ticket; 0 is the ticket itself
	Vendor    string          // an id of package vendors
	Channel   string          // the vendor's, by which it was opened
	Reference string          // the vendor's own number
	Follower  townclerk.Actor // who follows it until the end
	Owed      time.Time       // since when it has to be opened
	Opened    time.Time       // else zero
	Done      time.Time       // else zero
	Contract  string          // by which the vendor acts; empty: no contract was in force
}

// Parts is a request for a part or a consumable, for which a ticket may wait.
type Parts struct {
	Number    int // within the ticket, from 1
	Name      string
	Quantity  int
	Reference string // of the procurement
	Requested time.Time
	Arrived   time.Time // else zero
	Used      int       // how many went into the treatment
}

// Work is an entry of a ticket's log of work.
type Work struct {
	At    time.Time
	By    townclerk.Actor
	Stage int           // of the ticket; 0 is the ticket itself
	Kind  string        // such as phone, remote, on-site or office
	Took  time.Duration // as stated by who did it
	Text  string
}

// Document is a paper that belongs to a ticket, such as a price quote. The paper
// itself is kept elsewhere.
type Document struct {
	At        time.Time
	By        townclerk.Actor
	Kind      string // such as quote or letter
	Name      string
	Reference string // where it is kept
}

// Feedback is what an opener says of how a ticket was treated.
type Feedback struct {
	At    time.Time
	By    townclerk.Actor
	Score int // from 1 to 5; 0: none was given
	Text  string
}

// Stage returns the stage of that number, or nil.
func (t *Ticket) Stage(number int) *Stage {
	if number < 1 || number > len(t.Stages) {
		return nil
	}
	return &t.Stages[number-1]
}

// Clone returns a copy that shares no memory with t.
func (t Ticket) Clone() Ticket {
	t.Attributes = maps.Clone(t.Attributes)
	t.Fields = maps.Clone(t.Fields)
	t.Delegates = slices.Clone(t.Delegates)
	t.Diagnosis = clone(t.Diagnosis)
	t.Waits = slices.Clone(t.Waits)
	t.Chain = slices.Clone(t.Chain)
	t.Approvals = slices.Clone(t.Approvals)
	t.Requested = slices.Clone(t.Requested)
	t.Granted = slices.Clone(t.Granted)
	t.Checklist = slices.Clone(t.Checklist)
	t.Stages = slices.Clone(t.Stages)
	for i := range t.Stages {
		s := &t.Stages[i]
		s.Delegates = slices.Clone(s.Delegates)
		s.Diagnosis = clone(s.Diagnosis)
		s.Waits = slices.Clone(s.Waits)
		s.Log = cloneLog(s.Log)
	}
	t.Calls = slices.Clone(t.Calls)
	t.Parts = slices.Clone(t.Parts)
	t.Work = slices.Clone(t.Work)
	t.Documents = slices.Clone(t.Documents)
	t.Feedback = slices.Clone(t.Feedback)
	t.Owed = slices.Clone(t.Owed)
	t.Log = cloneLog(t.Log)
	return t
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

func cloneLog(log []sla.Event) []sla.Event {
	log = slices.Clone(log)
	for i := range log {
		log[i] = log[i].Clone()
	}
	return log
}

// subject is what an action is done to, the ticket itself or one of its stages:
// what both have, within one ticket.
type subject struct {
	stage      int
	state      *State
	department string
	class      string
	team       *string
	handler    *townclerk.Actor
	delegates  *[]townclerk.Actor
	diagnosis  **Diagnosis
	treatment  *string
	waits      *[]string
	closed     *time.Time
	project    *string
	log        *[]sla.Event
}

// subject returns the ticket itself for 0, or a stage; ok is false if there is none.
func (t *Ticket) subject(stage int) (s subject, ok bool) {
	if stage == 0 {
		return subject{
			0, &t.State, t.Department, t.Class, &t.Team, &t.Handler, &t.Delegates,
			&t.Diagnosis, &t.Treatment, &t.Waits, &t.Closed, &t.Project, &t.Log,
		}, true
	}
	st := t.Stage(stage)
	if st == nil {
		return subject{}, false
	}
	return subject{
		stage, &st.State, st.Department, st.Class, &st.Team, &st.Handler, &st.Delegates,
		&st.Diagnosis, &st.Treatment, &st.Waits, &st.Closed, &st.Project, &st.Log,
	}, true
}

// attributes returns what the promises match on.
func (t *Ticket) attributes() map[string]string {
	all := maps.Clone(t.Attributes)
	if all == nil {
		all = map[string]string{}
	}
	all["critical"] = "false"
	if t.Critical {
		all["critical"] = "true"
	}
	for key, value := range map[string]string{
		"channel": t.Channel, "department": t.Department, "class": t.Class, "type": t.Type, "item": t.Item, "cause": t.Cause,
		"impact": t.Impact, "urgency": t.Urgency, "priority": t.Priority, "tier": t.Tier,
	} {
		if value != "" {
			all[key] = value
		}
	}
	return all
}

// Timelines returns what happened for [sla.Policy.Assess]: the ticket's own
// timeline, then one for each stage, called after the ticket and its number as in
// "…/2". They share memory with t.
func (t *Ticket) Timelines() []sla.Timeline {
	all := []sla.Timeline{{ID: string(t.ID), Note: t.Subject, Events: t.Log, Edition: t.Edition}}
	for i := range t.Stages {
		s := &t.Stages[i]
		all = append(all, sla.Timeline{ID: timelineID(t.ID, s.Number), Note: s.Subject, Events: s.Log, Edition: t.Edition})
	}
	return all
}
