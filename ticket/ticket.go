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
	ID      ID        `json:"id,omitzero"`
	Number  string    `json:"number,omitzero"`  // for people to quote, such as 2026-000123; given by the store
	Series  string    `json:"series,omitzero"`  // that the Number counts in, such as 2026
	Version int64     `json:"version,omitzero"` // how often it was written; given by the store
	NextAt  time.Time `json:"next_at,omitzero"` // when a sweep has something to do about it; zero: never by itself
	Edition int       `json:"edition,omitzero"` // of the policy that was in force when it was opened; 0: the only one
	Holds   string    `json:"holds,omitzero"`   // what only one ticket may hold at a time, such as a unit's place of site expert; empty: nothing
	Problem string    `json:"problem,omitzero"` // why its promises cannot be assessed; empty: they can

	State    State     `json:"state,omitzero"`
	Opened   time.Time `json:"opened,omitzero"`   // when it was received
	Recorded time.Time `json:"recorded,omitzero"` // when it was last written about, by the desk's clock
	Closed   time.Time `json:"closed,omitzero"`   // when it was closed, cancelled or moved; else zero

	Channel  string          `json:"channel,omitzero"`  // by which it came in, such as phone or portal
	Opener   townclerk.Actor `json:"opener,omitzero"`   // who asks
	Unit     string          `json:"unit,omitzero"`     // the opener's
	Author   string          `json:"author,omitzero"`   // the role of the opener, where the catalogue asks for one
	To       string          `json:"to,omitzero"`       // the role to which the request is addressed, likewise
	Recorder townclerk.Actor `json:"recorder,omitzero"` // who took it down

	Department string            `json:"department,omitzero"`
	Class      string            `json:"class,omitzero"` // such as incident, account or network
	Type       string            `json:"type,omitzero"`  // of problem, such as guidance or defect; says which tiers may have it
	Item       string            `json:"item,omitzero"`  // of the service catalogue, if it asks for one
	Cause      string            `json:"cause,omitzero"` // as diagnosed, such as device or line; routes it to a vendor or a team
	Impact     string            `json:"impact,omitzero"`
	Urgency    string            `json:"urgency,omitzero"`
	Priority   string            `json:"priority,omitzero"`
	Critical   bool              `json:"critical,omitzero"`   // it concerns a critical system
	Attributes map[string]string `json:"attributes,omitzero"` // others on which the promises match
	Fields     map[string]string `json:"fields,omitzero"`     // what the catalogue's item has to know
	Subject    string            `json:"subject,omitzero"`
	Text       string            `json:"text,omitzero"`

	Tier      string            `json:"tier,omitzero"`      // of support that has it
	Team      string            `json:"team,omitzero"`      // that has it
	Handler   townclerk.Actor   `json:"handler,omitzero"`   // who treats and closes it
	Delegates []townclerk.Actor `json:"delegates,omitzero"` // who may act for the handler

	Diagnosis *Diagnosis `json:"diagnosis,omitzero"` // nil until there is one
	Treatment string     `json:"treatment,omitzero"` // what was done, in words that the opener is told
	Informed  time.Time  `json:"informed,omitzero"`  // when the opener was told of the treatment; else zero
	Waits     []string   `json:"waits,omitzero"`     // the reasons for which it waits, in the order in which they began

	Appointment time.Time `json:"appointment,omitzero"` // as agreed with the opener; else zero

	Chain     []string   `json:"chain,omitzero"`     // the roles that have to approve, in their order
	AnyOrder  bool       `json:"any_order,omitzero"` // they may approve in any order
	Approvals []Approval `json:"approvals,omitzero"` // in the order in which they were given

	Requested []Grant `json:"requested,omitzero"` // the accesses that are asked for
	Granted   []Grant `json:"granted,omitzero"`   // those that were given
	Checklist []Todo  `json:"checklist,omitzero"` // what has to be done before it is treated

	Stages    []Stage    `json:"stages,omitzero"`
	Calls     []Call     `json:"calls,omitzero"` // to vendors, for the ticket and its stages
	Parts     []Parts    `json:"parts,omitzero"`
	Work      []Work     `json:"work,omitzero"`
	Documents []Document `json:"documents,omitzero"`
	Feedback  []Feedback `json:"feedback,omitzero"`

	Asset   string `json:"asset,omitzero"`   // an id of package asset
	Project string `json:"project,omitzero"` // an id of package project, if it became one

	// Owed is what was owed by the policy and is recorded: people who had to be
	// told, and targets that went overdue. Part is the stage; 0 is the ticket itself.
	Owed []sla.Owed `json:"owed,omitzero"`

	// Log is what happened, as sla judges it; the stages have logs of their own.
	// Seq counts the events of each log from 1.
	Log []sla.Event `json:"log,omitzero"`
}

// Diagnosis is what somebody found to be the matter.
type Diagnosis struct {
	At     time.Time       `json:"at,omitzero"`
	By     townclerk.Actor `json:"by,omitzero"`
	Role   string          `json:"role,omitzero"` // in which it was made
	How    string          `json:"how,omitzero"`  // the kind of work that identified it, such as on-site
	Text   string          `json:"text,omitzero"`
	Vendor bool            `json:"vendor,omitzero"` // a vendor has to act
}

// Approval is a step of an approval chain.
type Approval struct {
	Role    string          `json:"role,omitzero"`
	By      townclerk.Actor `json:"by,omitzero"`
	At      time.Time       `json:"at,omitzero"`
	Revoked time.Time       `json:"revoked,omitzero"` // when it was taken back; else zero
}

// Grant is an access, asked for or given.
type Grant struct {
	Part  string `json:"part,omitzero"`  // of the systems, such as correspondence
	Level string `json:"level,omitzero"` // one of the item's levels
}

// Todo is a line of the list of what has to be done.
type Todo struct {
	ID string          `json:"id,omitzero"`
	By townclerk.Actor `json:"by,omitzero"`
	At time.Time       `json:"at,omitzero"` // when it was done; else zero
}

// Stage is a part of a ticket's work with clocks of its own, such as what the
// information systems do about a fault that the operations desk took in.
type Stage struct {
	Number     int               `json:"number,omitzero"` // within the ticket, from 1
	State      State             `json:"state,omitzero"`
	Department string            `json:"department,omitzero"`
	Class      string            `json:"class,omitzero"`
	Subject    string            `json:"subject,omitzero"`
	Team       string            `json:"team,omitzero"`
	Handler    townclerk.Actor   `json:"handler,omitzero"`
	Delegates  []townclerk.Actor `json:"delegates,omitzero"`
	Diagnosis  *Diagnosis        `json:"diagnosis,omitzero"`
	Treatment  string            `json:"treatment,omitzero"`
	Waits      []string          `json:"waits,omitzero"`
	Opened     time.Time         `json:"opened,omitzero"`
	Closed     time.Time         `json:"closed,omitzero"`  // when it was closed, cancelled or moved; else zero
	Project    string            `json:"project,omitzero"` // an id of package project, if it became one
	Log        []sla.Event       `json:"log,omitzero"`
}

// Call is a call to a vendor about a ticket or a stage. It is open until it is
// Done, also before the vendor knows of it.
type Call struct {
	Number    int             `json:"number,omitzero"`    // within the ticket, from 1
	Stage     int             `json:"stage,omitzero"`     // of the ticket; 0 is the ticket itself
	Vendor    string          `json:"vendor,omitzero"`    // an id of package vendors
	Channel   string          `json:"channel,omitzero"`   // the vendor's, by which it was opened
	Reference string          `json:"reference,omitzero"` // the vendor's own number
	Follower  townclerk.Actor `json:"follower,omitzero"`  // who follows it until the end
	Owed      time.Time       `json:"owed,omitzero"`      // since when it has to be opened
	Opened    time.Time       `json:"opened,omitzero"`    // else zero
	Done      time.Time       `json:"done,omitzero"`      // else zero
	Contract  string          `json:"contract,omitzero"`  // by which the vendor acts; empty: no contract was in force
}

// Parts is a request for a part or a consumable, for which a ticket may wait.
type Parts struct {
	Number    int       `json:"number,omitzero"` // within the ticket, from 1
	Name      string    `json:"name,omitzero"`
	Quantity  int       `json:"quantity,omitzero"`
	Reference string    `json:"reference,omitzero"` // of the procurement
	Requested time.Time `json:"requested,omitzero"`
	Arrived   time.Time `json:"arrived,omitzero"` // else zero
	Used      int       `json:"used,omitzero"`    // how many went into the treatment
}

// Work is an entry of a ticket's log of work.
type Work struct {
	At    time.Time       `json:"at,omitzero"`
	By    townclerk.Actor `json:"by,omitzero"`
	Stage int             `json:"stage,omitzero"` // of the ticket; 0 is the ticket itself
	Kind  string          `json:"kind,omitzero"`  // such as phone, remote, on-site or office
	Took  time.Duration   `json:"took,omitzero"`  // as stated by who did it
	Text  string          `json:"text,omitzero"`
}

// Document is a paper that belongs to a ticket, such as a price quote. The paper
// itself is kept elsewhere.
type Document struct {
	At        time.Time       `json:"at,omitzero"`
	By        townclerk.Actor `json:"by,omitzero"`
	Kind      string          `json:"kind,omitzero"` // such as quote or letter
	Name      string          `json:"name,omitzero"`
	Reference string          `json:"reference,omitzero"` // where it is kept
}

// Feedback is what an opener says of how a ticket was treated.
type Feedback struct {
	At    time.Time       `json:"at,omitzero"`
	By    townclerk.Actor `json:"by,omitzero"`
	Score int             `json:"score,omitzero"` // from 1 to 5; 0: none was given
	Text  string          `json:"text,omitzero"`
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
