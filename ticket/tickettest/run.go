package tickettest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

// tenant is whose desk a vector runs at.
const tenant townclerk.Tenant = "vector"

// run does the steps at a desk of its own, whose clock they set.
func (v *vector) run() {
	var now time.Time
	var id ticket.ID
	desk := ticket.NewDesk(ticket.NewMemStore(), v.policy, ticket.Config{
		Now: func() time.Time { return now }, NewID: func() ticket.ID { return id },
	})
	for i := range v.steps {
		s := &v.steps[i]
		now, id = s.recorded, s.id()
		if !v.outcome(s, v.do(desk, s)) {
			return
		}
		if s.Refused != "" && s.Do == open || len(s.Missing) > 0 && s.Do == open || s.Do == sweep && !v.about(s) {
			continue
		}
		t, err := desk.Get(context.Background(), tenant, id)
		if err != nil {
			v.doc.Errorf(s.here, "%v", err)
			return
		}
		v.expect(s, &t)
	}
}

// id is that of the ticket which the step is about.
func (s *step) id() ticket.ID { return ticket.ID(cmp.Or(s.Ticket, "the ticket")) }

func (v *vector) about(s *step) bool {
	return slices.ContainsFunc(ofTickets, func(key string) bool { return v.doc.Has(s.here.Add(key)) })
}

// do does what the step says.
func (v *vector) do(desk *ticket.Desk, s *step) error {
	ctx := context.Background()
	var err error
	switch s.Do {
	case look:
	case sweep:
		_, err = desk.Sweep(ctx, tenant, s.at)
	case open:
		_, err = desk.Open(ctx, tenant, s.request())
	default:
		_, err = desk.Do(ctx, tenant, s.id(), s.command())
	}
	return err
}

func (s *step) request() ticket.Request {
	return ticket.Request{
		At: s.at, Recorder: townclerk.Actor(s.By), Channel: s.Channel, Opener: townclerk.Actor(s.Opener), Unit: s.Unit, Author: s.Author, To: s.To,
		Department: s.Department, Class: s.Class, Type: s.Type, Item: s.Item, Cause: s.Cause, Impact: s.Impact, Urgency: s.Urgency,
		Priority: s.Priority, Critical: s.Critical, Attributes: plain(s.With), Fields: s.Fields, Requested: grants(s.Requested),
		Subject: s.Subject, Text: s.Text, Asset: s.Asset, Contract: s.contract,
	}
}

func (s *step) command() ticket.Command {
	c := ticket.Command{
		Do: ticket.Action(s.Do), Stage: s.Stage, At: s.at, By: townclerk.Actor(s.By), Role: s.Role, Reason: s.Reason, Text: s.Text,
		Team: s.Team, Handler: townclerk.Actor(s.Handler), Tier: s.Tier, Cause: s.Cause, Kind: s.Kind, NeedsVendor: s.NeedsVendor,
		Call: s.Call, Vendor: s.Vendor, Channel: s.Channel, Reference: s.Reference, Follower: townclerk.Actor(s.Follower), Contract: s.contract,
		Name: s.Name, Quantity: s.Quantity, Part: s.Part, Used: s.used, Todo: s.Todo, Granted: grants(s.Granted), Set: plain(s.Set),
		Appointment: s.appointment, To: s.To, Department: s.Department, Class: s.Class, Took: s.took, Score: s.Score, Asset: s.Asset, Project: s.Project,
	}
	for _, d := range s.Delegates {
		c.Delegates = append(c.Delegates, townclerk.Actor(d))
	}
	return c
}

func plain(values map[string]tomldoc.Scalar) map[string]string {
	var all map[string]string
	for key, value := range values {
		if all == nil {
			all = map[string]string{}
		}
		all[key] = string(value)
	}
	return all
}

func grants(raw []rawGrant) []ticket.Grant {
	var all []ticket.Grant
	for _, g := range raw {
		all = append(all, ticket.Grant{Part: g.Part, Level: g.Level})
	}
	return all
}

// outcome compares whether the step was refused with what is expected. It is false
// if the rest of the file makes no sense any more.
func (v *vector) outcome(s *step, err error) bool {
	wanted := s.Refused != "" || len(s.Missing) > 0
	switch {
	case err == nil && !wanted:
		return true
	case err == nil:
		v.doc.Errorf(s.refusal(), "it was done, and should be refused: %s", cmp.Or(s.Refused, "for "+list(s.Missing)))
		return false
	case !wanted:
		v.doc.Errorf(s.here, "it was refused: %v", err)
		return false
	}
	// What is allowed instead is no reason.
	text, _, _ := strings.Cut(err.Error(), "; allowed now: ")
	if !strings.Contains(text, s.Refused) {
		v.doc.Errorf(s.here.Add("refused"), "it was refused, but for another reason\n  got  %s\n  want %s", err, s.Refused)
	}
	if got, want := fields(err), slices.Sorted(slices.Values(s.Missing)); len(want) > 0 && !slices.Equal(got, want) {
		v.doc.Errorf(s.here.Add("missing"), "other fields are wrong\n  got  %s\n  want %s\n  as   %s", list(got), list(want), strings.ReplaceAll(err.Error(), "\n", "\n       "))
	}
	return true
}

// refusal is the key that expects a refusal.
func (s *step) refusal() tomldoc.Path {
	if s.Refused != "" {
		return s.here.Add("refused")
	}
	return s.here.Add("missing")
}

// fields returns the fields that an error names, in order.
func fields(err error) []string {
	var all []string
	var visit func(error)
	visit = func(err error) {
		var field *townclerk.FieldError
		joined, many := err.(interface{ Unwrap() []error })
		switch {
		case err == nil:
		case many:
			for _, e := range joined.Unwrap() {
				visit(e)
			}
		case errors.As(err, &field) && errors.Unwrap(err) == nil:
			all = append(all, field.Field)
		default:
			visit(errors.Unwrap(err))
		}
	}
	visit(err)
	slices.Sort(all)
	return slices.Compact(all)
}

// expect compares the ticket with what is expected of it.
func (v *vector) expect(s *step, t *ticket.Ticket) {
	if s.Stage > len(t.Stages) {
		if v.about(s) {
			v.doc.Errorf(s.here.Add("stage"), "the ticket has %d stages, and no stage %d", len(t.Stages), s.Stage)
		}
		return
	}
	state, properties := t.State, ofTicket
	if s.Stage != 0 {
		state, properties = t.Stage(s.Stage).State, ofStage
	}
	if s.Is != "" && s.Is != string(state) {
		v.doc.Errorf(s.here.Add("is"), "got %s, want %s", state, s.Is)
	}
	for _, key := range v.doc.Keys(s.here.Add("has")) {
		if got, want := properties[key](t, s.Stage), string(s.Has[key]); got != want {
			v.doc.Errorf(s.here.Add("has", key), "got %q, want %q", got, want)
		}
	}
	v.allowed(s, t)
	if v.judge.Expects(s.here) {
		v.judge.Judge(s.here, &s.Clocks, t.Timelines()[s.Stage], s.recorded)
	}
	v.owed(s, t)
}

func (v *vector) allowed(s *step, t *ticket.Ticket) {
	allowed := texts(v.policy.Allowed(*t, s.Stage, townclerk.Actor(s.By), s.Role))
	if v.doc.Has(s.here.Add("allowed")) {
		got, want := slices.Sorted(slices.Values(allowed)), slices.Sorted(slices.Values(s.Allowed))
		if !slices.Equal(got, want) {
			v.doc.Errorf(s.here.Add("allowed"), "other actions are allowed\n  got  %s\n  want %s", list(got), list(want))
		}
	}
	for _, do := range s.Forbidden {
		if slices.Contains(allowed, do) {
			v.doc.Errorf(s.here.Add("forbidden"), "%s is allowed, and should not be", do)
		}
	}
}

// owed compares what is recorded as owed.
func (v *vector) owed(s *step, t *ticket.Ticket) {
	var overdue []string
	var told []sla.Owed
	for _, o := range t.Owed {
		if o.Step == 0 {
			overdue = append(overdue, o.Target)
		} else {
			told = append(told, o)
		}
	}
	if v.doc.Has(s.here.Add("overdue")) && !v.same(overdue, s.Overdue) {
		v.doc.Errorf(s.here.Add("overdue"), "others are overdue\n  got  %s\n  want %s", list(overdue), list(s.Overdue))
	}
	if !v.doc.Has(s.here.Add("owed")) {
		return
	}
	left, missing := slices.Clone(told), false
	for i := range s.Owed {
		n := slices.IndexFunc(left, func(o sla.Owed) bool { return v.is(&s.Owed[i], &o) })
		if n < 0 {
			missing = true
			continue
		}
		left = slices.Delete(left, n, n+1)
	}
	if !missing && len(left) == 0 {
		return
	}
	var got, want []string
	for _, o := range told {
		got = append(got, v.line(o))
	}
	for i := range s.Owed {
		o := &s.Owed[i]
		want = append(want, v.line(sla.Owed{Target: o.Target, At: v.judge.Time(nil, o.At), Part: o.Stage, To: o.To, Do: sla.Action(o.Do), Reason: o.Reason}))
	}
	v.doc.Errorf(s.here.Add("owed"), "other escalations are recorded; got\n    %s\n  want\n    %s",
		cmp.Or(strings.Join(got, "\n    "), "nothing"), cmp.Or(strings.Join(want, "\n    "), "nothing"))
}

// same reports whether the targets are those that are named, each by its id or metric.
func (v *vector) same(targets, names []string) bool {
	left := slices.Clone(targets)
	for _, name := range names {
		n := slices.IndexFunc(left, func(id string) bool { return v.called(id, name) })
		if n < 0 {
			return false
		}
		left = slices.Delete(left, n, n+1)
	}
	return len(left) == 0
}

func (v *vector) called(id, name string) bool {
	t := v.policy.Promises().Target(id)
	return id == name || t != nil && t.Metric == name
}

func (v *vector) is(want *rawOwed, o *sla.Owed) bool {
	return v.called(o.Target, want.Target) && want.Stage == o.Part && v.judge.Time(nil, want.At).Equal(o.At) &&
		(want.To == "" || want.To == o.To) && (want.Do == "" || want.Do == string(o.Do)) && (want.Reason == "" || want.Reason == o.Reason)
}

func (v *vector) line(o sla.Owed) string {
	text := o.Target + ": " + sla.LanguageFor("en").Time(o.At.In(v.policy.Promises().Zone()))
	if o.Part != 0 {
		text += fmt.Sprintf(", stage %d", o.Part)
	}
	for _, more := range []string{prefixed("to ", o.To), string(o.Do), prefixed("for ", o.Reason)} {
		if more != "" {
			text += ", " + more
		}
	}
	return text
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// ofTicket is what a ticket can be expected to have.
var ofTicket = map[string]func(t *ticket.Ticket, stage int) string{
	"number":     func(t *ticket.Ticket, _ int) string { return t.Number },
	"channel":    func(t *ticket.Ticket, _ int) string { return t.Channel },
	"unit":       func(t *ticket.Ticket, _ int) string { return t.Unit },
	"department": func(t *ticket.Ticket, _ int) string { return t.Department },
	"class":      func(t *ticket.Ticket, _ int) string { return t.Class },
	"type":       func(t *ticket.Ticket, _ int) string { return t.Type },
	"item":       func(t *ticket.Ticket, _ int) string { return t.Item },
	"cause":      func(t *ticket.Ticket, _ int) string { return t.Cause },
	"impact":     func(t *ticket.Ticket, _ int) string { return t.Impact },
	"urgency":    func(t *ticket.Ticket, _ int) string { return t.Urgency },
	"priority":   func(t *ticket.Ticket, _ int) string { return t.Priority },
	"critical":   func(t *ticket.Ticket, _ int) string { return strconv.FormatBool(t.Critical) },
	"tier":       func(t *ticket.Ticket, _ int) string { return t.Tier },
	"team":       func(t *ticket.Ticket, _ int) string { return t.Team },
	"handler":    func(t *ticket.Ticket, _ int) string { return string(t.Handler) },
	"vendor":     vendors,
	"waits":      func(t *ticket.Ticket, _ int) string { return strings.Join(t.Waits, ", ") },
	"holds":      func(t *ticket.Ticket, _ int) string { return t.Holds },
	"treatment":  func(t *ticket.Ticket, _ int) string { return t.Treatment },
	"project":    func(t *ticket.Ticket, _ int) string { return t.Project },
	"asset":      func(t *ticket.Ticket, _ int) string { return t.Asset },
	"stages":     func(t *ticket.Ticket, _ int) string { return strconv.Itoa(len(t.Stages)) },
	"informed":   func(t *ticket.Ticket, _ int) string { return strconv.FormatBool(!t.Informed.IsZero()) },
	"approvals": func(t *ticket.Ticket, _ int) string {
		var roles []string
		for _, a := range t.Approvals {
			if a.Revoked.IsZero() {
				roles = append(roles, a.Role)
			}
		}
		return strings.Join(roles, ", ")
	},
}

// ofStage is what a stage of a ticket can be expected to have.
var ofStage = map[string]func(t *ticket.Ticket, stage int) string{
	"department": func(t *ticket.Ticket, n int) string { return t.Stage(n).Department },
	"class":      func(t *ticket.Ticket, n int) string { return t.Stage(n).Class },
	"team":       func(t *ticket.Ticket, n int) string { return t.Stage(n).Team },
	"handler":    func(t *ticket.Ticket, n int) string { return string(t.Stage(n).Handler) },
	"vendor":     vendors,
	"waits":      func(t *ticket.Ticket, n int) string { return strings.Join(t.Stage(n).Waits, ", ") },
	"treatment":  func(t *ticket.Ticket, n int) string { return t.Stage(n).Treatment },
	"project":    func(t *ticket.Ticket, n int) string { return t.Stage(n).Project },
}

// vendors returns those whose calls about the ticket or the stage are open, or owed.
func vendors(t *ticket.Ticket, stage int) string {
	var all []string
	for _, c := range t.Calls {
		if c.Stage == stage && c.Done.IsZero() {
			all = append(all, c.Vendor)
		}
	}
	return strings.Join(all, ", ")
}
