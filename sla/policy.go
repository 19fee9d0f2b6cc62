package sla

import (
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Elapsed is the name that stands in a policy where time runs day and night,
// instead of a calendar's.
const Elapsed = "elapsed"

// Policy is what a municipality promises, as parsed by [Parse]. It is immutable
// and safe for concurrent use.
type Policy struct {
	name       string
	zone       *time.Location
	attributes []Attribute
	declared   nameSet            // the keys of the attributes
	values     map[string]nameSet // of each attribute, by its key
	roles      []Role
	calendars  map[string]*worktime.Calendar
	targets    []*Target
	metrics    []metric  // the targets by metric, in the order of the file
	kinds      [][]kind  // of event that a target knows, by the length of their names
	keys       []string  // the attributes on which targets match
	measures   []measure // elapsed time, and each calendar
	source     source

	file      string // its name, for the errors of a book
	edition   Edition
	revisions []*Policy // with its first 0, 1, … corrections, which themselves have none; nil if there are none
	lock      *lock     // or nil
	offsets   func() Offsets
}

// Attribute is a property of a timeline on which targets match.
type Attribute struct {
	Key    string
	Values []string // in the order of the file; a priority's from the lowest to the highest
}

// Role is somebody who can be told, by function, never by name.
type Role struct {
	ID     string
	Titles map[string]string // by locale
}

// metric is the targets among which the first that matches counts.
type metric struct {
	name    string
	targets []*Target
}

// Kind says what a target is to the municipality.
type Kind string

const (
	Commitment Kind = "commitment" // a promise to the people served
	Contract   Kind = "contract"   // a vendor's promise to the municipality
	Window     Kind = "window"     // a promise with a minimum, which only informs
	Estimate   Kind = "estimate"   // a forecast: it counts in statistics, and is never breached
)

var kinds = []string{string(Commitment), string(Contract), string(Window), string(Estimate)}

// Target is one thing that is promised. Read it; a policy's targets are shared.
type Target struct {
	ID       string
	Metric   string // transfer, handling, …: of the targets of one metric the first that matches counts
	Kind     Kind
	Titles   map[string]string // by locale
	Source   []string          // the requirements or clauses that it comes from
	Calendar string            // a calendar of the policy, or Elapsed

	Start     []string // the kinds of event from which it counts
	Meets     []string // the kinds that meet it, unless a cut-off names its own
	Approvals []string // the roles that have to approve before it counts
	Pauses    []string // the reasons for which it waits

	BackedBy      string   // the metric of the vendor's promise that stands behind it; "": we keep it alone
	HandOverAfter []string // the metrics of our own targets that come before the vendor gets it

	match       []condition
	cancels     []string
	reopens     []string
	fromChange  bool // counted from the change that brought it, not from its start event
	due         rule
	contract    bool // the rule asks for the contract in force
	escalations []step
	effects     []effect // by kind of event
	place       int      // among the policy's targets
}

// condition holds when the attribute has one of the values.
type condition struct {
	key    string
	values []string
	keyed  int // the key's place in the policy's keys; only of targets
}

// Name returns the name that the policy gives itself.
func (p *Policy) Name() string { return p.name }

// File returns the name that Parse was given.
func (p *Policy) File() string { return p.source.doc.Name() }

// Zone returns the time zone of the policy's calendars and local times.
func (p *Policy) Zone() *time.Location { return p.zone }

// Targets returns the targets in the order of the file.
func (p *Policy) Targets() []*Target { return slices.Clone(p.targets) }

// Target returns the target with that id, or nil.
func (p *Policy) Target(id string) *Target {
	for _, t := range p.targets {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// Attributes returns the attributes that the policy declares, in the order of the file.
func (p *Policy) Attributes() []Attribute { return slices.Clone(p.attributes) }

// Roles returns the roles that the policy declares, in the order of the file.
func (p *Policy) Roles() []Role { return slices.Clone(p.roles) }

// Calendar returns a calendar by name, or nil; nil for Elapsed as well, which is none.
func (p *Policy) Calendar(name string) *worktime.Calendar { return p.calendars[name] }

// CheckAttribute returns an error that says what there is instead if the policy
// does not declare the attribute, or lists values for it and this is none of
// them. The empty value stands for an attribute that a timeline does not have.
func (p *Policy) CheckAttribute(key, value string) error {
	values := p.values[key]
	switch {
	case !p.declared.set[key]:
		return fmt.Errorf("no attribute is named %q in [attributes]%s", key, tomldoc.Suggest(key, p.declared.list))
	case value != "" && len(values.list) > 0 && !values.set[value]:
		return fmt.Errorf("%s has no value %q in [attributes]%s", key, value, tomldoc.Suggest(value, values.list))
	}
	return nil
}

// raised reports whether a priority became higher.
func (p *Policy) raised(from, to string) bool {
	for _, a := range p.attributes {
		if a.Key == Priority {
			old := slices.Index(a.Values, from)
			return old >= 0 && slices.Index(a.Values, to) > old
		}
	}
	return false
}
