package ticket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Notifier tells people what concerns them, from the events of a store. Each
// message is sent at least once: after a crash or an error, some come again, under
// the same Key.
//
// What is due is told only in working time, as the policy has it for each role.
// Whatever fell due in between waits, and comes in its order at the next opening.
// Everything else is told at once.
type Notifier struct {
	store  Store
	policy *Policy
	name   string
	send   func(context.Context, Message) error
}

// NewNotifier returns a notifier that remembers, in the store, under its name how
// far it is, and hands messages to send. One whose send returned nil counts as
// told.
func NewNotifier(store Store, policy *Policy, name string, send func(context.Context, Message) error) *Notifier {
	return &Notifier{store, policy, name, send}
}

// Message is something that somebody is told. It goes to one of To, Actor and Team.
type Message struct {
	Key    string // of this message among all of a store: two with one Key are the same
	Tenant townclerk.Tenant
	To     string          // a role of the policy
	Actor  townclerk.Actor // a person
	Team   string          // a team of the policy

	Event  townclerk.Event // what happened
	Data   Data            // its Data
	Ticket Ticket          // as it is now, which may be later

	// Working is the next working moment from when the event was recorded: when
	// people can do something about it. It is zero where the calendar does not know.
	Working time.Time
}

// Due reports whether the message says that something is due, or overdue.
func (m *Message) Due() bool { return m.Event.Kind == eventEscalated || m.Event.Kind == eventOverdue }

// The lanes in which messages go beside one for each role. Each has a cursor of its
// own, so that one that waits for working time does not hold up the others.
const (
	laneNow    = ""  // at once
	lanePeople = "*" // what is due, to people and teams
)

// Run sends what is to be told at now, of one tenant, and returns how many messages
// that were. It goes on with other recipients when a message cannot be sent; the
// error joins all that failed.
func (n *Notifier) Run(ctx context.Context, tenant townclerk.Tenant, now time.Time) (int, error) {
	sent := 0
	var failures []error
	for _, lane := range append([]string{laneNow, lanePeople}, n.policy.knownRoles()...) {
		if !n.open(lane, now) {
			continue
		}
		count, err := n.lane(ctx, tenant, lane)
		sent += count
		if err != nil {
			failures = append(failures, err)
		}
	}
	return sent, errors.Join(failures...)
}

// calendar returns the calendar in which a role is told that something is due; nil
// if it is told at any time.
func (p *Policy) calendar(role string) *worktime.Calendar {
	r := p.roles[role]
	switch {
	case r.anyTime:
		return nil
	case r.calendar != "":
		return p.promises.Calendar(r.calendar)
	}
	return p.promises.Calendar(p.notifyBy)
}

// open reports whether the lane's recipients are told now. Where the calendar does
// not know, they are: too early is better than never.
func (n *Notifier) open(lane string, now time.Time) bool {
	c := n.policy.calendar(lane)
	if lane == laneNow || c == nil {
		return true
	}
	open, err := c.Open(now)
	return open || err != nil
}

func (n *Notifier) lane(ctx context.Context, tenant townclerk.Tenant, lane string) (int, error) {
	const page = 200
	cursor := n.name + "/" + lane
	after, err := n.store.Cursor(ctx, tenant, cursor)
	if err != nil {
		return 0, err
	}
	sent := 0
	for {
		events, err := n.store.Events(ctx, tenant, after, page)
		if err != nil || len(events) == 0 {
			return sent, err
		}
		told := after
		var failed error
		for _, e := range events {
			count, err := n.tell(ctx, tenant, lane, e)
			sent += count
			if err != nil {
				failed = fmt.Errorf("event %d, %s: %w", e.Seq, e.Kind, err)
				break
			}
			told = e.Seq
		}
		if told > after {
			if err := n.store.SetCursor(ctx, tenant, cursor, told); err != nil {
				return sent, errors.Join(failed, err)
			}
		}
		if failed != nil {
			return sent, failed
		}
		after = told
	}
}

// tell sends the messages of an event that go in the lane.
func (n *Notifier) tell(ctx context.Context, tenant townclerk.Tenant, lane string, e townclerk.Event) (int, error) {
	if !slices.Contains(tellable, e.Kind) {
		return 0, nil
	}
	data, err := ReadData(e)
	if err != nil {
		return 0, err
	}
	m := Message{Tenant: tenant, Event: e, Data: data}
	if e.Kind == eventEscalated && lane != data.Owed.To {
		return 0, nil
	}
	if m.Ticket, err = n.store.Tickets().Get(ctx, tenant, e.Aggregate); err != nil {
		return 0, err
	}
	if !m.address(n.policy) || m.lane() != lane {
		return 0, nil
	}
	m.Key = strings.Join([]string{string(tenant), fmt.Sprint(e.Seq), m.To, string(m.Actor), m.Team}, "/")
	c := n.policy.calendar(m.To)
	if c == nil {
		c = n.policy.calendar("")
	}
	m.Working = e.Recorded
	if c != nil {
		if m.Working, err = c.Roll(e.Recorded); err != nil {
			m.Working = time.Time{}
		}
	}
	if err := n.send(ctx, m); err != nil {
		return 0, err
	}
	return 1, nil
}

// tellable is the kinds of event of which somebody is told.
var tellable = []string{eventEscalated, eventOverdue, happened[Assign], happened[Inform]}

// address says to whom the message goes; it is false if to nobody. What nobody has
// concerns the team of its department.
func (m *Message) address(p *Policy) bool {
	sub, ok := m.Ticket.subject(m.Data.Stage)
	switch {
	case !ok:
		return false
	case m.Event.Kind == eventEscalated:
		m.To = m.Data.Owed.To
	case m.Event.Kind == happened[Assign]:
		m.Actor, m.Team = m.Data.Command.Handler, m.Data.Command.Team
	case m.Event.Kind == happened[Inform]:
		m.Actor = m.Ticket.Opener
	default:
		m.Actor, m.Team = *sub.handler, cmp.Or(*sub.team, p.team(sub.department))
	}
	if m.Actor != "" {
		m.Team = ""
	}
	return m.To != "" || m.Actor != "" || m.Team != ""
}

func (m *Message) lane() string {
	switch {
	case m.To != "":
		return m.To
	case m.Due():
		return lanePeople
	}
	return laneNow
}
