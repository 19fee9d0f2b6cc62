package ticket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/sla"
)

// Desk does what people do with tickets: it loads a ticket, decides by the policy,
// and stores the ticket and its events in one call, again if somebody else was
// faster. After each action it records what is owed by then. It is safe for
// concurrent use, by many programs on one store.
//
// All its errors name the ticket. Another tenant's tickets are not found.
type Desk struct {
	store  Store
	policy *Policy
	cfg    Config
}

// Config is what a desk may be told besides.
type Config struct {
	Log       *slog.Logger     // default: discards
	Now       func() time.Time // default: time.Now
	NewID     func() ID        // default: a random UUID, version 7
	Contracts Contracts        // default: no contract is ever in force
}

// Contracts knows what vendors owe. Package vendors has one.
type Contracts interface {
	// InForce returns what the contract with a vendor that is in force at an instant
	// promises, a term for each metric; nothing if there is none.
	InForce(ctx context.Context, tenant townclerk.Tenant, vendor string, at time.Time) ([]sla.Terms, error)
}

// NewDesk returns a desk that keeps its tickets in the store.
func NewDesk(store Store, policy *Policy, cfg Config) *Desk {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = func() ID { return ID(uuid.Must(uuid.NewV7()).String()) }
	}
	return &Desk{store, policy, cfg}
}

// Who does something, in which role, and when.
type Who struct {
	Actor townclerk.Actor
	Role  string    // one of the policy's; empty: none
	At    time.Time // when it was done; zero: now. It may lie back, never ahead
}

// Ref is what something is done to: a ticket, or one of its stages.
type Ref struct {
	Ticket ID
	Stage  int // 0: the ticket itself
}

// Of refers to a ticket itself.
func Of(id ID) Ref { return Ref{Ticket: id} }

// StageOf refers to a stage of a ticket.
func StageOf(id ID, stage int) Ref { return Ref{id, stage} }

// now is the desk's clock in whole microseconds.
func (d *Desk) now() time.Time { return service.Micro(d.cfg.Now()) }

// Open opens a ticket. It was received at r.At, or now if that is zero; where
// nothing is known about the recorder, nobody took it down.
//
// If the request lacks something, the error joins a [*townclerk.FieldError] for each. If the
// unit has already what it may have one of, the error wraps [townclerk.ErrExists].
func (d *Desk) Open(ctx context.Context, tenant townclerk.Tenant, r Request) (Ticket, error) {
	r.Recorded = d.now()
	r.At = service.Micro(r.At)
	if r.At.IsZero() {
		r.At = r.Recorded
	}
	var err error
	if r.Contract, err = d.terms(ctx, tenant, d.policy.vendorOf(r), r.At, r.Contract); err != nil {
		return Ticket{}, err
	}
	t, events, err := d.policy.Open(d.cfg.NewID(), r)
	if err != nil {
		return Ticket{}, err
	}
	t, more := d.policy.Settle(t, r.Recorded)
	made, err := d.store.Tickets().Create(ctx, tenant, t, append(events, more...)...)
	if errors.Is(err, townclerk.ErrExists) && t.Holds != "" {
		err = fmt.Errorf("unit %q may have one %s at a time: %w", r.Unit, r.Item, err)
	}
	if err != nil {
		return Ticket{}, fmt.Errorf("a ticket cannot be opened: %w", err)
	}
	d.cfg.Log.InfoContext(ctx, "ticket opened", "tenant", string(tenant), "ticket", string(made.ID), "number", made.Number)
	return made, nil
}

// terms asks for the contract in force, unless the terms are given.
func (d *Desk) terms(ctx context.Context, tenant townclerk.Tenant, vendor string, at time.Time, given []sla.Terms) ([]sla.Terms, error) {
	if d.cfg.Contracts == nil || vendor == "" || len(given) > 0 {
		return given, nil
	}
	terms, err := d.cfg.Contracts.InForce(ctx, tenant, vendor, at)
	if err != nil {
		return nil, fmt.Errorf("the contract with %s: %w", vendor, err)
	}
	return terms, nil
}

// vendorOf returns the vendor to whom a request would go as it comes in, or "".
func (p *Policy) vendorOf(r Request) string {
	t := Ticket{Class: cmp.Or(r.Class, p.items[r.Item].class), Type: r.Type}
	if tiers := p.tiersFor(&t); len(tiers) > 0 {
		t.Tier = tiers[0]
	}
	return p.vendorFor(&t, r.Cause)
}

// Get returns a ticket. If there is none with this id, the error wraps [townclerk.ErrNotFound].
func (d *Desk) Get(ctx context.Context, tenant townclerk.Tenant, id ID) (Ticket, error) {
	return d.store.Tickets().Get(ctx, tenant, string(id))
}

// List returns a page of the tickets that q selects.
func (d *Desk) List(ctx context.Context, tenant townclerk.Tenant, q Query) (townclerk.Page[Ticket], error) {
	return d.store.Tickets().List(ctx, tenant, q)
}

// Do carries out a command as [Policy.Do] does, and stores what becomes of it. It
// happened at c.At, or now if that is zero; it is written down now. The methods
// below are the same with names.
func (d *Desk) Do(ctx context.Context, tenant townclerk.Tenant, id ID, c Command) (Ticket, error) {
	at := service.Micro(c.At)
	c.Appointment = service.Micro(c.Appointment)
	return d.change(ctx, tenant, id, nil, func(t Ticket) (Ticket, []townclerk.Event, error) {
		c := c
		c.At, c.Recorded = at, d.now()
		if at.IsZero() {
			c.At = c.Recorded
		}
		if c.Do == HandOver {
			var err error
			if c.Contract, err = d.terms(ctx, tenant, d.policy.handedTo(&t, c), c.At, c.Contract); err != nil {
				return Ticket{}, nil, err
			}
		}
		t, events, err := d.policy.Do(t, c)
		if err != nil {
			return Ticket{}, nil, err
		}
		t, more := d.policy.Settle(t, t.Recorded)
		return t, append(events, more...), nil
	})
}

// handedTo returns the vendor to whom a command hands a ticket over, or "".
func (p *Policy) handedTo(t *Ticket, c Command) string {
	for _, call := range t.Calls {
		if c.Vendor == "" && call.Stage == c.Stage && call.open() && call.Opened.IsZero() {
			return call.Vendor
		}
	}
	return cmp.Or(c.Vendor, p.vendorFor(t, cmp.Or(c.Cause, t.Cause)))
}

// change decides about a ticket and stores it, until nobody else was faster. It
// begins with the ticket that is given, if one is.
func (d *Desk) change(ctx context.Context, tenant townclerk.Tenant, id ID, known *Ticket,
	decide func(Ticket) (Ticket, []townclerk.Event, error),
) (Ticket, error) {
	t, events, err := service.Change(ctx, d.store.Tickets(), tenant, string(id), known, decide)
	if err != nil {
		return Ticket{}, err
	}
	for _, e := range events {
		d.cfg.Log.InfoContext(ctx, e.Kind, "tenant", string(tenant), "ticket", e.Aggregate, "number", t.Number, "actor", string(e.Actor))
	}
	return t, nil
}

func (d *Desk) do(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, c Command) (Ticket, error) {
	c.Stage, c.By, c.Role, c.At = of.Stage, who.Actor, who.Role, who.At
	return d.Do(ctx, tenant, of.Ticket, c)
}

// Approve gives the approval of who.Role, whose turn it must be.
func (d *Desk) Approve(ctx context.Context, tenant townclerk.Tenant, id ID, who Who) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Approve})
}

// Revoke takes back the approval of who.Role. Where approvals are given in order,
// those after it are taken back as well.
func (d *Desk) Revoke(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, reason string) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Revoke, Reason: reason})
}

// Assignment is to whom work is passed.
type Assignment struct {
	Team      string            // default: if there is no handler either, the team of the cause or of the department
	Handler   townclerk.Actor   // who treats and closes it; empty: nobody yet
	Delegates []townclerk.Actor // who may act for the handler
}

// Assign passes a ticket or a stage to a team, a handler, or both.
func (d *Desk) Assign(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, to Assignment) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Assign, Team: to.Team, Handler: to.Handler, Delegates: to.Delegates})
}

// Refer passes a ticket to another tier, up or down, and to its team.
func (d *Desk) Refer(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, tier string) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Refer, Tier: tier})
}

// Begin says that somebody has begun with it.
func (d *Desk) Begin(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Begin})
}

// Finding is a diagnosis.
type Finding struct {
	Text        string
	Cause       string // one of the policy's; empty: it stays as it is
	How         string // a kind of work, such as on-site
	NeedsVendor bool   // a vendor has to act, and owes nothing until it is handed over
	Vendor      string // default: that of the cause, of the tier, or the policy's
}

// Diagnose says what is the matter, in a role that may.
func (d *Desk) Diagnose(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, f Finding) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Diagnose, Text: f.Text, Cause: f.Cause, Kind: f.How, NeedsVendor: f.NeedsVendor, Vendor: f.Vendor})
}

// VendorCall is what is told to, and by, a vendor.
type VendorCall struct {
	Vendor    string          // default: as diagnosed
	Channel   string          // the vendor's, such as its web form
	Reference string          // the vendor's number of the call
	Follower  townclerk.Actor // who follows it until the end; default: who hands over
	Contract  []sla.Terms     // default: what Config.Contracts says
}

// HandOver opens a call at a vendor, after a diagnosis. From then on the contract
// in force counts.
func (d *Desk) HandOver(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, c VendorCall) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{
		Do: HandOver, Vendor: c.Vendor, Channel: c.Channel, Reference: c.Reference, Follower: c.Follower, Contract: c.Contract,
	})
}

// TakeBack says that a vendor is done with a call; 0 is the only one that is open.
func (d *Desk) TakeBack(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, call int) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: TakeBack, Call: call})
}

// Follow says who follows a vendor's call from now on; 0 is the only one that is open.
func (d *Desk) Follow(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, call int, follower townclerk.Actor) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Follow, Call: call, Follower: follower})
}

// Wait says that it waits, for a reason of the policy's.
func (d *Desk) Wait(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, reason string) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Wait, Reason: reason})
}

// Resume says that it waits no more for a reason.
func (d *Desk) Resume(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, reason string) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Resume, Reason: reason})
}

// Order asks for a part, for which the ticket waits from then on. The reference is
// that of the procurement.
func (d *Desk) Order(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, part string, quantity int, reference string) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Order, Name: part, Quantity: quantity, Reference: reference})
}

// Receive says that a part has come, by its number in the ticket. With the last
// one, waiting for parts ends.
func (d *Desk) Receive(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, part int) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Receive, Part: part})
}

// Check says that a line of the checklist is done.
func (d *Desk) Check(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, todo string) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Check, Todo: todo})
}

// Treatment is what was done.
type Treatment struct {
	Text    string      // in words for the opener
	Granted []Grant     // of a ticket; not more than was requested
	Used    map[int]int // of a ticket: how many of the parts went into it, by their numbers
}

// Treat says what was done, by the handler or a delegate.
func (d *Desk) Treat(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, t Treatment) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Treat, Text: t.Text, Granted: t.Granted, Used: t.Used})
}

// Inform says that the opener was told what was done, by a channel.
func (d *Desk) Inform(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, channel string) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Inform, Channel: channel})
}

// Close closes a ticket or a stage, by the handler or a delegate.
func (d *Desk) Close(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Close})
}

// Reopen says that what was treated is not.
func (d *Desk) Reopen(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, reason string) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Reopen, Reason: reason})
}

// Cancel calls a ticket or a stage off.
func (d *Desk) Cancel(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, reason string) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Cancel, Reason: reason})
}

// Move lets a ticket or a stage go on as a project, as it is development. Its
// clocks stop. The project may be known later: see Link.
func (d *Desk) Move(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, reason, project string) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Move, Reason: reason, Project: project})
}

// Change sets class, type, cause, impact, urgency, priority or critical ("true",
// "false") of a ticket, or another attribute that the promises know; an empty value
// takes it away. The priority follows impact and urgency, unless it is set, too.
func (d *Desk) Change(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, set map[string]string) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Change, Set: set})
}

// Appoint says for when an appointment was agreed with the opener.
func (d *Desk) Appoint(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, at time.Time) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Appoint, Appointment: at})
}

// Escalate escalates by hand, for a reason: to a role, or to all whom the promises
// name if to is empty.
func (d *Desk) Escalate(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, to, reason string) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Escalate, To: to, Reason: reason})
}

// FollowUp says that whoever was asked to watch has done so.
func (d *Desk) FollowUp(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, text string) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: FollowUp, Text: text})
}

// OpenStage opens a stage for a department. Its class and subject are those of the
// ticket if they are empty.
func (d *Desk) OpenStage(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, department, class, subject string) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: OpenStage, Department: department, Class: class, Text: subject})
}

// Write enters work of a kind that the policy knows into the log of work.
func (d *Desk) Write(ctx context.Context, tenant townclerk.Tenant, of Ref, who Who, kind string, took time.Duration, text string) (Ticket, error) {
	return d.do(ctx, tenant, of, who, Command{Do: Write, Kind: kind, Took: took, Text: text})
}

// Attach files a document, such as a quote, with where it is kept.
func (d *Desk) Attach(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, kind, document, reference string) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Attach, Kind: kind, Name: document, Reference: reference})
}

// Rate says how content somebody is: from 1 to 5, or 0 and a text.
func (d *Desk) Rate(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, score int, text string) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Rate, Score: score, Text: text})
}

// Link names the asset and the project that a ticket is about; an empty one stays.
func (d *Desk) Link(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, asset, project string) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Link, Asset: asset, Project: project})
}

// Release gives up what only one ticket may hold, such as a unit's place of site
// expert, so that another may be introduced.
func (d *Desk) Release(ctx context.Context, tenant townclerk.Tenant, id ID, who Who, reason string) (Ticket, error) {
	return d.do(ctx, tenant, Of(id), who, Command{Do: Release, Reason: reason})
}

// Sweep records what the tenant's tickets owe at now: escalations that have fallen
// due and targets that went overdue, each once, also when many sweep at once. It
// returns how many tickets it looked at. One that cannot be stored does not keep
// it from the others, and is looked at again after five minutes.
func (d *Desk) Sweep(ctx context.Context, tenant townclerk.Tenant, now time.Time) (int, error) {
	now = service.Micro(now)
	return service.Sweep(ctx, d.store.Tickets(), tenant, now, func(t *Ticket) string { return name(t.ID, t.Number, 0) }, func(t *Ticket) error {
		_, err := d.change(ctx, tenant, t.ID, t, func(t Ticket) (Ticket, []townclerk.Event, error) {
			t, events := d.policy.Settle(t, now)
			return t, events, nil
		})
		return err
	})
}
