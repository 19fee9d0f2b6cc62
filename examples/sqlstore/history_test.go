package sqlstore_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/examples/sqlstore"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// history is what a store of tickets was asked to write, and how that ended: what was
// acknowledged has to be there, what was refused must not, and of what was cut off
// there is all or nothing.
type history struct {
	mu     sync.Mutex
	writes []*write
	of     map[string][]*write // by ticket

	// What was found so far.
	tickets map[string]*found
	events  []townclerk.Event
	asked   map[string]bool // the tickets of which a write began since
}

// found is a ticket as it was found.
type found struct {
	version int64
	number  string
	events  []string // digests
	told    int      // so many of the events are of writes up to the version
}

// write is one call of Create or Put.
type write struct {
	Ticket  string
	Version int64    // that it makes, from 1
	State   string   // digest of the ticket
	Events  []string // digests

	number  string
	outcome outcome
}

// outcome is how a write ended.
type outcome string

const (
	open    outcome = ""        // it was cut off, or nobody knows
	stored  outcome = "stored"  // it was acknowledged
	refused outcome = "refused" // it certainly was not stored
)

func newHistory() *history {
	return &history{of: map[string][]*write{}, tickets: map[string]*found{}, asked: map[string]bool{}}
}

// begin notes a write, and returns by which number it is ended.
func (h *history) begin(w write) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.writes = append(h.writes, &w)
	h.of[w.Ticket] = append(h.of[w.Ticket], &w)
	h.asked[w.Ticket] = true
	return len(h.writes) - 1
}

func (h *history) end(n int, o outcome, number string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.writes[n].outcome, h.writes[n].number = o, number
}

// count returns how many writes ended so.
func (h *history) count(o outcome) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.writes {
		if w.outcome == o {
			n++
		}
	}
	return n
}

// latest returns when anything was written down last.
func (h *history) latest() (at time.Time) {
	for _, e := range h.events {
		if e.Recorded.After(at) {
			at = e.Recorded
		}
	}
	return at
}

// check compares the history with what is new in a database since the last time.
func (h *history) check(ctx context.Context, s sqlstore.Stores) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var wrong []error
	for {
		const page = 10_000
		events, err := s.Tickets().Events(ctx, town, townclerk.Seq(len(h.events)), page)
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.Seq != townclerk.Seq(len(h.events)+1) {
				return fmt.Errorf("event %d follows event %d", e.Seq, len(h.events))
			}
			h.events = append(h.events, e)
			h.asked[e.Aggregate] = true
			h.find(e.Aggregate).events = append(h.find(e.Aggregate).events, eventDigest(e))
		}
		if len(events) < page {
			break
		}
	}
	for id := range h.asked {
		t, err := s.Tickets().Tickets().Get(ctx, town, id)
		if err != nil && !errors.Is(err, townclerk.ErrNotFound) {
			return err
		}
		if err := h.compare(id, t); err != nil {
			wrong = append(wrong, fmt.Errorf("ticket %s: %w", id, err))
		}
	}
	clear(h.asked)
	return errors.Join(append(wrong, h.numbers())...)
}

func (h *history) find(id string) *found {
	if h.tickets[id] == nil {
		h.tickets[id] = &found{}
	}
	return h.tickets[id]
}

// compare says which writes made a ticket as it is.
func (h *history) compare(id string, t ticket.Ticket) error {
	f := h.find(id)
	for _, w := range h.of[id] {
		if w.outcome == stored && w.Version > t.Version {
			return fmt.Errorf("version %d was acknowledged, and version %d is there", w.Version, t.Version)
		}
		if w.number != "" && w.number != t.Number {
			return fmt.Errorf("the number %s was acknowledged, and it has %q", w.number, t.Number)
		}
	}
	if t.Version < f.version || f.number != "" && f.number != t.Number {
		return fmt.Errorf("it was %s in version %d, and is %s in version %d", f.number, f.version, t.Number, t.Version)
	}
	if !h.explain(id, f.version+1, f.told, &t) {
		return fmt.Errorf("no writes make what is there: version %d, and events from %d to %d of it", t.Version, f.told+1, len(f.events))
	}
	f.version, f.number, f.told = t.Version, t.Number, len(f.events)
	return nil
}

// explain looks for writes of the versions from one on that left exactly the events that
// are there, and at last the ticket that is there, and takes those for stored.
func (h *history) explain(id string, version int64, told int, t *ticket.Ticket) bool {
	events := h.tickets[id].events
	if version > t.Version {
		return told == len(events)
	}
	var these []*write
	for _, w := range h.of[id] {
		if w.Version == version && w.outcome == stored {
			these = []*write{w}
			break
		}
		if w.Version == version && w.outcome == open {
			these = append(these, w)
		}
	}
	for _, w := range these {
		next := told + len(w.Events)
		if next > len(events) || !slices.Equal(w.Events, events[told:next]) || version == t.Version && w.State != ticketDigest(*t) {
			continue
		}
		if h.explain(id, version+1, next, t) {
			w.outcome = stored
			return true
		}
	}
	return false
}

// numbers says where a series has a hole.
func (h *history) numbers() error {
	series := map[string][]string{}
	for _, f := range h.tickets {
		if of, n, ok := strings.Cut(f.number, "-"); ok {
			series[of] = append(series[of], n)
		}
	}
	for of, numbers := range series {
		slices.Sort(numbers)
		for i, n := range numbers {
			if n != fmt.Sprintf("%06d", i+1) {
				return fmt.Errorf("the number %d of %s is %s", i+1, of, n)
			}
		}
	}
	return nil
}

// whole compares everything once more, from the first event on, and finds what nobody
// asked for.
func (h *history) whole(ctx context.Context, s sqlstore.Stores) error {
	h.tickets, h.events = map[string]*found{}, nil
	for id := range h.of {
		h.asked[id] = true
	}
	wrong := []error{h.check(ctx, s)}
	listed := 0
	for t, err := range allTickets(ctx, s.Tickets()) {
		if err != nil {
			return err
		}
		listed++
		if f := h.tickets[string(t.ID)]; f == nil || f.version != t.Version {
			wrong = append(wrong, fmt.Errorf("ticket %s in version %d comes from nowhere", t.ID, t.Version))
		}
	}
	there := 0
	for _, f := range h.tickets {
		if f.version > 0 {
			there++
		}
	}
	if listed != there {
		wrong = append(wrong, fmt.Errorf("%d tickets are listed, and %d are there", listed, there))
	}
	return errors.Join(wrong...)
}

// ticketDigest is equal for tickets that are, but for what the store decides.
func ticketDigest(t ticket.Ticket) string {
	t.Version, t.Number = 0, ""
	return digest(t)
}

// eventDigest is equal for events that are, but for what the store decides.
func eventDigest(e townclerk.Event) string {
	var data any // in which keys have no order
	decoder := json.NewDecoder(bytes.NewReader(e.Data))
	decoder.UseNumber()
	if err := decoder.Decode(&data); err != nil {
		return err.Error()
	}
	return digest([]any{e.Aggregate, e.Kind, e.At.UnixMicro(), e.Recorded.UnixMicro(), e.Actor, data})
}

func digest(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	sum := sha256.Sum256(text)
	return fmt.Sprintf("%x", sum[:8])
}

// journal hears of each write.
type journal interface {
	begin(write) int
	end(n int, o outcome, number string)
}

// watched is a store of tickets that tells a journal what it is asked to write before it
// is, and how that ended after.
type watched struct {
	ticket.Store
	journal journal
}

// Tickets returns the tickets, watched.
func (s watched) Tickets() townclerk.Repo[ticket.Ticket, ticket.Query] {
	return watchedTickets{s.Store.Tickets(), s.journal}
}

type watchedTickets struct {
	townclerk.Repo[ticket.Ticket, ticket.Query]
	journal journal
}

// Create is watched.
func (r watchedTickets) Create(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events ...townclerk.Event) (ticket.Ticket, error) {
	return r.write(t, 1, events, func() (ticket.Ticket, error) { return r.Repo.Create(ctx, tenant, t, events...) })
}

// Put is watched.
func (r watchedTickets) Put(ctx context.Context, tenant townclerk.Tenant, t ticket.Ticket, events ...townclerk.Event) (ticket.Ticket, error) {
	return r.write(t, t.Version+1, events, func() (ticket.Ticket, error) { return r.Repo.Put(ctx, tenant, t, events...) })
}

func (r watchedTickets) write(t ticket.Ticket, version int64, events []townclerk.Event, do func() (ticket.Ticket, error)) (ticket.Ticket, error) {
	w := write{Ticket: string(t.ID), Version: version, State: ticketDigest(t)}
	for _, e := range events {
		w.Events = append(w.Events, eventDigest(e))
	}
	n := r.journal.begin(w)
	made, err := do()
	o := stored
	switch {
	case errors.Is(err, sqlstore.ErrInDoubt):
		o = open
	case err != nil:
		o = refused
	case made.Version != version:
		return made, fmt.Errorf("version %d was to be written, and %d was", version, made.Version)
	}
	r.journal.end(n, o, made.Number)
	return made, err
}

// actions are the commands that the clerks give, by the kind of their events.
var actions = map[string]ticket.Action{
	"ticket.approved": ticket.Approve, "ticket.assigned": ticket.Assign, "ticket.begun": ticket.Begin, "ticket.diagnosed": ticket.Diagnose,
	"ticket.waiting": ticket.Wait, "ticket.resumed": ticket.Resume, "ticket.treated": ticket.Treat, "ticket.informed": ticket.Inform,
	"ticket.closed": ticket.Close, "ticket.reopened": ticket.Reopen, "ticket.work-written": ticket.Write, "ticket.followed-up": ticket.FollowUp,
}

// twin is a ticket made anew from what people did and when sweeps came by, in memory
// and by the policy alone, with the events that this makes.
type twin struct {
	policy *ticket.Policy
	t      ticket.Ticket
	events []string
}

// twins makes the twins of all tickets that events tell of.
func twins(p *ticket.Policy, events []townclerk.Event) (map[string]*twin, error) {
	all := map[string]*twin{}
	for _, e := range events {
		w := all[e.Aggregate]
		if w == nil {
			w = &twin{policy: p}
			all[e.Aggregate] = w
		}
		if err := w.follow(e); err != nil {
			return nil, fmt.Errorf("event %d, %s: %w", e.Seq, e.Kind, err)
		}
	}
	return all, nil
}

func (w *twin) follow(e townclerk.Event) error {
	data, err := ticket.ReadData(e)
	if err != nil {
		return err
	}
	var made []townclerk.Event
	action, ok := actions[e.Kind]
	switch {
	case e.Kind == "ticket.opened":
		r := *data.Request
		r.At, r.Recorded, r.Recorder = e.At, e.Recorded, e.Actor
		w.t, made, err = w.policy.Open(ticket.ID(e.Aggregate), r)
	case ok:
		c := *data.Command
		c.Do, c.Stage, c.At, c.Recorded, c.By = action, data.Stage, e.At, e.Recorded, e.Actor
		w.t, made, err = w.policy.Do(w.t, c)
	case data.Owed != nil:
		if len(w.events) == 0 {
			return errors.New("it is the first of its ticket")
		}
		if slices.Contains(w.t.Owed, *data.Owed) {
			return nil // of what was settled with the last command
		}
	default:
		return errors.New("the clerks do nothing of that kind")
	}
	if err != nil {
		return err
	}
	w.add(made)
	w.settle(e.Recorded)
	return nil
}

func (w *twin) settle(at time.Time) {
	var made []townclerk.Event
	w.t, made = w.policy.Settle(w.t, at)
	w.add(made)
}

func (w *twin) add(events []townclerk.Event) {
	for _, e := range events {
		w.events = append(w.events, eventDigest(e))
	}
}

// doubled names what is owed twice.
func doubled(owed []sla.Owed) (twice []string) {
	n := map[string]int{}
	for _, o := range owed {
		n[fmt.Sprintf("%d %s %d/%d/%d", o.Part, o.Target, o.Clock, o.Step, o.Repetition)]++
	}
	for _, key := range slices.Sorted(maps.Keys(n)) {
		if n[key] > 1 {
			twice = append(twice, key+" × "+strconv.Itoa(n[key]))
		}
	}
	return twice
}
