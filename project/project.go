package project

import (
	"maps"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// ID identifies a project or a work plan within its tenant: a UUID, version 7, unless
// the portfolio is configured otherwise.
type ID string

// Header is what projects and work plans have in common. Instants are in UTC and whole
// microseconds.
type Header struct {
	ID       ID        `json:"id,omitzero"`
	Number   string    `json:"number,omitzero"`  // for people to quote, such as 2026-000003; given by the store
	Series   string    `json:"series,omitzero"`  // that the Number counts in, such as 2026
	Version  int64     `json:"version,omitzero"` // how often it was written; given by the store
	NextAt   time.Time `json:"next_at,omitzero"` // when a sweep has something to do about it; zero: never by itself
	Edition  int       `json:"edition,omitzero"` // of the promises in force when it began; 0: the only one
	Problem  string    `json:"problem,omitzero"` // why its promises or its plan cannot be assessed; empty: they can
	State    State     `json:"state,omitzero"`
	Since    time.Time `json:"since,omitzero"`    // when it came into its State
	Began    time.Time `json:"began,omitzero"`    // when it was demanded or drafted
	Recorded time.Time `json:"recorded,omitzero"` // when it was last written about, by the portfolio's clock
	Ended    time.Time `json:"ended,omitzero"`    // when it was closed, rejected or cancelled; else zero

	// Owed is what was owed by the promises and is recorded: people who had to be
	// told, and targets that went overdue.
	Owed []sla.Owed `json:"owed,omitzero"`

	// Log is what happened, as sla judges it. Seq counts its events from 1.
	Log []sla.Event `json:"log,omitzero"`
}

// Project is something that a department develops or sets up, from the demand to the
// acceptance.
type Project struct {
	Header

	Origin string `json:"origin,omitzero"` // the ticket or stage that it came from; no two projects share one. Empty: none
	Held   State  `json:"held,omitzero"`   // the phase in which it rests; empty: it does not

	Class     string          `json:"class,omitzero"`
	Lead      string          `json:"lead,omitzero"`     // the department that leads it
	Partner   string          `json:"partner,omitzero"`  // the department that does it with the lead; empty: none
	Demander  townclerk.Actor `json:"demander,omitzero"` // who wants it
	Title     string          `json:"title,omitzero"`
	Text      string          `json:"text,omitzero"`
	Cause     string          `json:"cause,omitzero"`     // such as law or user-need; empty: not said
	Reference string          `json:"reference,omitzero"` // where the cause asks for one, such as to a law

	Draft     *Baseline  `json:"draft,omitzero"`     // the plan that is being made, or waits for approval; nil: none. Its Number is 0
	Baselines []Baseline `json:"baselines,omitzero"` // as they were approved; the last is in force
	Revision  *Baseline  `json:"revision,omitzero"`  // a plan that waits to become the next baseline; nil: none. Its Number is 0
	Progress  []Progress `json:"progress,omitzero"`  // of milestones about which anything is known
	Round     int        `json:"round,omitzero"`     // how often it came to acceptance

	Deliverables []Deliverable `json:"deliverables,omitzero"`
	Changes      []Change      `json:"changes,omitzero"`
	Results      []Result      `json:"results,omitzero"`
	Documents    []Document    `json:"documents,omitzero"`
	Notes        []Note        `json:"notes,omitzero"`
	Alarms       []Alarm       `json:"alarms,omitzero"`
}

// Baseline is a plan as it was proposed or approved. One that was approved never
// changes.
type Baseline struct {
	Number     int             `json:"number,omitempty"` // within the project, from 1; 0: it is not approved
	At         time.Time       `json:"at,omitzero"`      // when it was made or proposed, and then when it was approved
	By         townclerk.Actor `json:"by,omitempty"`     // who did so
	Role       string          `json:"role,omitempty"`
	Reason     string          `json:"reason,omitempty"` // of a revision
	Milestones []Milestone     `json:"milestones,omitzero"`
	// Days is the working days from the first to the last of the execution, of the
	// acceptance and, under "", of the whole project; counted by the policy.
	Days map[State]int64 `json:"days,omitempty"`
}

// Milestone is a piece of work in a plan, which is reached when it is done. It begins
// and ends on working days of the policy's calendar.
type Milestone struct {
	ID    string          `json:"id,omitzero"` // within the project
	Title string          `json:"title,omitzero"`
	Phase State           `json:"phase,omitzero"` // Execution or Acceptance
	From  worktime.Date   `json:"from,omitzero"`  // its first day
	To    worktime.Date   `json:"to,omitzero"`    // its last day, on which it is to be done
	Cost  townclerk.Money `json:"cost,omitzero"`  // the zero Money: none
	After []string        `json:"after,omitempty"`
	// After names milestones that stand before it, and have to be done before it begins.
	// Those of the acceptance wait for all of the execution besides.

	Days int64 `json:"days,omitempty"` // working days from From to To, as they were when it was planned; counted by the policy
}

// Progress is what became of a milestone.
type Progress struct {
	Milestone string          `json:"milestone,omitzero"`
	Reached   time.Time       `json:"reached,omitzero"` // when it was done; else zero
	By        townclerk.Actor `json:"by,omitzero"`
	Spent     townclerk.Money `json:"spent,omitzero"` // until now; the zero Money: nothing
}

// Deliverable is something that is ordered for a project, such as its detailed
// specification: RA-08.
type Deliverable struct {
	Number    int             `json:"number,omitzero"` // within the project, from 1
	Kind      string          `json:"kind,omitzero"`
	Name      string          `json:"name,omitzero"`
	State     State           `json:"state,omitzero"`
	Reference string          `json:"reference,omitzero"` // where what was delivered is kept
	Ordered   time.Time       `json:"ordered,omitzero"`
	Delivered time.Time       `json:"delivered,omitzero"` // the last time; else zero
	Reviewed  time.Time       `json:"reviewed,omitzero"`  // likewise
	Decided   time.Time       `json:"decided,omitzero"`   // when it was approved, returned or dropped, the last time; else zero
	By        townclerk.Actor `json:"by,omitzero"`
	Text      string          `json:"text,omitzero"` // what was found the last time
}

// Change is something that is to be different from what was planned or is installed,
// and why: SG-16.
type Change struct {
	Number    int             `json:"number,omitzero"` // within the project, from 1
	State     State           `json:"state,omitzero"`
	Cause     string          `json:"cause,omitzero"`     // such as law or user-need
	Reference string          `json:"reference,omitzero"` // to the law, where the cause asks for it
	Text      string          `json:"text,omitzero"`
	By        townclerk.Actor `json:"by,omitzero"`
	Asked     time.Time       `json:"asked,omitzero"`
	Decided   time.Time       `json:"decided,omitzero"`   // else zero
	Installed time.Time       `json:"installed,omitzero"` // else zero
}

// Result is what a test or an examination found.
type Result struct {
	Number    int             `json:"number,omitzero"` // within the project, from 1
	Kind      string          `json:"kind,omitzero"`   // one of the policy's
	Name      string          `json:"name,omitzero"`   // of the test, within the kind
	Passed    bool            `json:"passed,omitzero"`
	Round     int             `json:"round,omitzero"` // of acceptance, in which it was found; 0: before the first
	At        time.Time       `json:"at,omitzero"`
	By        townclerk.Actor `json:"by,omitzero"`
	Role      string          `json:"role,omitzero"`
	Text      string          `json:"text,omitzero"`
	Reference string          `json:"reference,omitzero"` // where the protocol is kept
}

// Document is a paper that belongs to a project. The paper itself is kept elsewhere.
type Document struct {
	At        time.Time       `json:"at,omitzero"`
	By        townclerk.Actor `json:"by,omitzero"`
	Kind      string          `json:"kind,omitzero"` // one of the policy's
	Name      string          `json:"name,omitzero"`
	Reference string          `json:"reference,omitzero"` // where it is kept
}

// Note is how somebody found a project to stand.
type Note struct {
	At   time.Time       `json:"at,omitzero"`
	By   townclerk.Actor `json:"by,omitzero"`
	Text string          `json:"text,omitzero"`
}

// Alarm says that a plan was, or is about to be, left by more than the policy allows.
// Each is raised once for a baseline.
type Alarm struct {
	Baseline  int       `json:"baseline,omitzero"`
	Phase     State     `json:"phase,omitempty"`     // Execution or Acceptance; empty: the whole project
	Milestone string    `json:"milestone,omitempty"` // empty: the total
	Of        string    `json:"of,omitzero"`         // "time" or "cost"
	Level     Level     `json:"level,omitzero"`
	At        time.Time `json:"at,omitzero"`      // when it was raised
	Planned   int64     `json:"planned,omitzero"` // working days, or the smallest units of the currency
	Over      int64     `json:"over,omitzero"`    // so many more; of a warning, as forecast
}

// Timeline returns what happened, for [sla.Book.Assess]. It shares memory with h.
func (h *Header) Timeline() sla.Timeline {
	return sla.Timeline{ID: string(h.ID), Events: h.Log, Edition: h.Edition}
}

// name is what people quote: the number, or the id where there is none.
func (h *Header) name() string {
	if h.Number != "" {
		return h.Number
	}
	return string(h.ID)
}

// latest returns the last instant at which anything was written about it.
func (h *Header) latest() time.Time {
	if h.Recorded.After(h.Began) {
		return h.Recorded
	}
	return h.Began
}

// Baseline returns the baseline of that number; 0 is the one in force. It is nil if
// there is none.
func (t *Project) Baseline(number int) *Baseline {
	if number == 0 {
		number = len(t.Baselines)
	}
	if number < 1 || number > len(t.Baselines) {
		return nil
	}
	return &t.Baselines[number-1]
}

// Deliverable returns the deliverable of that number, or nil.
func (t *Project) Deliverable(number int) *Deliverable {
	if number < 1 || number > len(t.Deliverables) {
		return nil
	}
	return &t.Deliverables[number-1]
}

// Change returns the change of that number, or nil.
func (t *Project) Change(number int) *Change {
	if number < 1 || number > len(t.Changes) {
		return nil
	}
	return &t.Changes[number-1]
}

// Milestone returns the milestone of that id, or nil.
func (b *Baseline) Milestone(id string) *Milestone {
	for i := range b.Milestones {
		if b.Milestones[i].ID == id {
			return &b.Milestones[i]
		}
	}
	return nil
}

// progress returns what is known of a milestone; the zero Progress if nothing is.
func (t *Project) progress(id string) Progress {
	for _, p := range t.Progress {
		if p.Milestone == id {
			return p
		}
	}
	return Progress{Milestone: id}
}

// setProgress keeps what is known of a milestone.
func (t *Project) setProgress(p Progress) {
	for i := range t.Progress {
		if t.Progress[i].Milestone == p.Milestone {
			t.Progress[i] = p
			return
		}
	}
	t.Progress = append(t.Progress, p)
}

// Clone returns a copy that shares no memory with t.
func (t Project) Clone() Project {
	t.Header = t.Header.clone()
	t.Draft, t.Revision = t.Draft.clone(), t.Revision.clone()
	t.Baselines = slices.Clone(t.Baselines)
	for i := range t.Baselines {
		t.Baselines[i] = *t.Baselines[i].clone()
	}
	t.Progress = slices.Clone(t.Progress)
	t.Deliverables = slices.Clone(t.Deliverables)
	t.Changes = slices.Clone(t.Changes)
	t.Results = slices.Clone(t.Results)
	t.Documents = slices.Clone(t.Documents)
	t.Notes = slices.Clone(t.Notes)
	t.Alarms = slices.Clone(t.Alarms)
	return t
}

func (h Header) clone() Header {
	h.Owed = slices.Clone(h.Owed)
	h.Log = slices.Clone(h.Log)
	for i := range h.Log {
		h.Log[i] = h.Log[i].Clone()
	}
	return h
}

func (b *Baseline) clone() *Baseline {
	if b == nil {
		return nil
	}
	c := *b
	c.Milestones, c.Days = slices.Clone(c.Milestones), maps.Clone(c.Days)
	for i := range c.Milestones {
		c.Milestones[i].After = slices.Clone(c.Milestones[i].After)
	}
	return &c
}
