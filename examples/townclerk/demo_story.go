package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
	"github.com/townclerk/townclerk/ticket"
)

// office is whose story is told: by the policy in a folder, with the hours of one of its
// calendars.
type office struct {
	folder, hours, about string
	contracts            contracts
	steps                []step
}

// story is some days of an office. What happens is data, steps; a desk does it, with a
// clock that goes from step to step. What the story prints is read from the events that
// the desk stored.
type story struct {
	scene
	voice

	hours    *worktime.Calendar
	policy   *ticket.Policy
	store    ticket.Store
	desk     *ticket.Desk
	notifier *ticket.Notifier
	now      time.Time
	today    string // the date under which lines are printed

	ids    map[string]ticket.ID // by what the steps call the tickets
	clocks map[string]sla.Clock // as they were told last
	aside  int                  // messages that are no line of the story
}

// step is something that happens in a story: a ticket is opened, something is done to
// one, or the week is reported.
type step struct {
	at      string         // "2026-06-07 10:00", or of the same day "10:05"
	of      string         // the ticket
	by      ticket.Who     // who does it
	open    ticket.Request // if it has a channel
	do      ticket.Command // else
	refused bool           // the desk does not let it happen
	week    string         // instead, the week that ends now is reported; the calendar that says why it does
}

// every is how often an application has a desk look for what is owed.
const every = 5 * time.Minute

// tell lets the steps of an office's story happen.
func (o office) tell(ctx context.Context, s scene) error {
	t := story{
		scene: s, voice: newVoice("en"), store: s.stores.Tickets(),
		ids: map[string]ticket.ID{}, clocks: map[string]sla.Clock{},
	}
	var err error
	if t.policy, err = openPolicy(o.folder, "ticket.toml", ticket.Parse); err != nil {
		return err
	}
	t.hours = t.policy.Promises().Calendar(o.hours)
	t.desk = ticket.NewDesk(t.store, t.policy, ticket.Config{
		Now:       func() time.Time { return t.now },
		NewID:     func() ticket.ID { return ticket.ID(fmt.Sprintf("%s-%d", o.folder, len(t.ids)+1)) },
		Contracts: o.contracts,
	})
	t.headline(t.policy.Promises().Name(), o.about)
	t.notifier = ticket.NewNotifier(t.store, t.policy, "demo", t.told)
	for i, step := range o.steps {
		if err := t.step(ctx, step); err != nil {
			return fmt.Errorf("%s: step %d, at %s: %w", o.folder, i+1, step.at, err)
		}
	}
	t.end()
	return nil
}

// contracts is what vendors have promised: it stands for package vendors.
type contracts map[string][]sla.Terms

// InForce implements [ticket.Contracts].
func (c contracts) InForce(_ context.Context, _ townclerk.Tenant, vendor string, _ time.Time) ([]sla.Terms, error) {
	return c[vendor], nil
}

// step lets the time pass until a step, and then the step happen.
func (t *story) step(ctx context.Context, s step) error {
	at, err := t.parse(s.at)
	if err != nil {
		return err
	}
	if err := t.wait(ctx, at); err != nil {
		return err
	}
	switch {
	case s.week != "":
		return t.week(ctx, s.week)
	case s.open.Channel != "":
		s.open.Recorder = s.by.Actor
		var made ticket.Ticket
		if made, err = t.desk.Open(ctx, t.tenant, s.open); err == nil {
			t.ids[s.of] = made.ID
		}
	default:
		s.do.By, s.do.Role = s.by.Actor, s.by.Role
		_, err = t.desk.Do(ctx, t.tenant, t.ids[s.of], s.do)
	}
	switch {
	case err == nil && s.refused:
		return errors.New("it should have been refused")
	case err != nil && s.refused:
		t.line(t.ids[s.of], "refused: "+because(err))
	case err != nil:
		return err
	}
	return t.tellAll(ctx)
}

// because says why something was refused: the rule alone, where there is one.
func because(err error) string {
	var refused *townclerk.TransitionError
	if errors.As(err, &refused) && refused.Rule != "" {
		return fmt.Sprintf("cannot %s: %s", refused.Do, refused.Rule)
	}
	if errors.Is(err, townclerk.ErrExists) {
		rule, _, _ := strings.Cut(err.Error(), ": ticket ") // the store's words say it again
		return rule
	}
	return err.Error()
}

// parse reads the time of a step.
func (t *story) parse(at string) (time.Time, error) {
	if !strings.Contains(at, " ") {
		at = t.now.Format(time.DateOnly) + " " + at
	}
	return worktime.ParseTime(at, t.policy.Promises().Zone())
}

// wait lets the time pass until then. Whenever something may be owed, the desk looks for
// that, and people are told.
func (t *story) wait(ctx context.Context, until time.Time) error {
	if t.now.IsZero() {
		t.now = until
	}
	for {
		next, err := t.next(ctx)
		if err != nil {
			return err
		}
		if next.After(until) {
			t.now = until
			return nil
		}
		t.now = next
		if _, err := t.desk.Sweep(ctx, t.tenant, t.now); err != nil {
			return err
		}
		if err := t.tellAll(ctx); err != nil {
			return err
		}
	}
}

// next returns when, looking every few minutes, somebody would next find something: when
// a ticket is due, or the office opens and hears what has waited for that.
func (t *story) next(ctx context.Context) (time.Time, error) {
	next, err := t.hours.NextOpening(t.now)
	if err != nil {
		return next, err
	}
	for made, err := range t.all(ctx) {
		if err != nil {
			return next, err
		}
		if !made.NextAt.IsZero() && made.NextAt.Before(next) {
			next = made.NextAt
		}
	}
	soonest := t.now.Truncate(every).Add(every)
	if next = next.Add(every - 1).Truncate(every); next.Before(soonest) {
		next = soonest
	}
	return next.In(t.now.Location()), nil
}

// tellAll prints the events that are new, then has people told.
func (t *story) tellAll(ctx context.Context) error {
	if err := t.news(ctx, t.store, t.event); err != nil {
		return err
	}
	_, err := t.notifier.Run(ctx, t.tenant, t.now)
	return err
}

// event prints what happened, and which promises it began, kept or broke.
func (t *story) event(ctx context.Context, e townclerk.Event) error {
	data, err := ticket.ReadData(e)
	if err != nil {
		return err
	}
	made, err := t.desk.Get(ctx, t.tenant, ticket.ID(e.Aggregate))
	if err != nil {
		return err
	}
	if text := t.happened(e.Kind, &data); text != "" {
		if data.Stage > 0 {
			text = "its stage " + text
		}
		t.line(made.ID, text)
	}
	return t.promises(made)
}

// happened says in a few words what an event was. Whom somebody has to tell is said
// when they are told.
func (t *story) happened(kind string, d *ticket.Data) string {
	title := func(table, id string) string { return t.policy.Title(table, id, t.Tag()) }
	c, r := d.Command, d.Request
	switch kind {
	case "ticket.opened":
		return fmt.Sprintf("by %s: %s", r.Channel, r.Subject)
	case "ticket.overdue":
		return "overdue: " + t.metric(d.Owed.Target)
	case "ticket.approved":
		return "approved by " + title("roles", c.Role)
	case "ticket.assigned":
		return "passed to " + cmp.Or(string(c.Handler), title("teams", c.Team))
	case "ticket.referred":
		return "referred to " + title("tiers", c.Tier)
	case "ticket.diagnosed":
		return "diagnosed: " + c.Text
	case "ticket.handed-over":
		return fmt.Sprintf("handed to %s, whose number is %s", title("vendors", c.Vendor), c.Reference)
	case "ticket.taken-back":
		return "the vendor is done"
	case "ticket.waiting":
		return strings.ToLower(title("waits", c.Reason))
	case "ticket.resumed":
		return "waits no more"
	case "ticket.treated":
		return "treated: " + c.Text
	case "ticket.informed":
		return "whoever opened it is told"
	case "ticket.closed":
		return "closed"
	case "ticket.moved":
		return fmt.Sprintf("goes on as the project %s: %s", c.Project, c.Reason)
	case "ticket.escalated-by-hand":
		return "escalated: " + c.Reason
	case "ticket.followed-up":
		return "followed up: " + c.Text
	case "ticket.stage-opened":
		return "a stage for " + title("departments", c.Department)
	}
	return ""
}

func (t *story) metric(target string) string { return t.policy.Promises().Target(target).Metric }

// promises prints how the promises about a ticket stand, where that has changed.
func (t *story) promises(made ticket.Ticket) error {
	for _, tl := range made.Timelines() {
		a, err := t.policy.Promises().Explain(tl, t.now)
		if err != nil {
			return err
		}
		for i := range a.Clocks {
			c := &a.Clocks[i]
			key := fmt.Sprintf("%s %s %d", tl.ID, c.Target.ID, c.Number)
			known, told := t.clocks[key]
			if told && known.State == c.State && known.Due.Equal(c.Due) || c.Target.Metric == "duration" {
				continue // how long it took in all is for statistics
			}
			t.clocks[key] = *c
			t.promise(c)
		}
	}
	return nil
}

// promise prints a clock: by when it is due and why, or what came of it.
func (t *story) promise(c *sla.Clock) {
	what := c.Target.Metric
	switch c.State {
	case sla.Running:
		by := " by "
		if c.Target.Kind == sla.Estimate {
			by = ", about by "
		}
		t.below("", what+by+t.when(c.Due)+": "+reasons(c.Steps()))
	case sla.Waiting:
		t.below(c.State, what+" stands still")
	case sla.Met:
		if c.Overrun {
			what += ", though later than estimated"
		}
		t.below(c.State, "kept: "+what)
	case sla.MetLate:
		t.below(c.State, "late: "+what)
	case sla.Stopped:
		t.below("", "called off: "+what)
	case sla.Undetermined:
		t.below(c.State, fmt.Sprintf("%s: %v", what, c.Err()))
	case sla.Breached: // the event ticket.overdue has said it
	}
}

// told is what the notifier calls for each message.
func (t *story) told(_ context.Context, m ticket.Message) error {
	if !m.Due() {
		t.aside++
		return nil
	}
	owed := m.Data.Owed
	to := cmp.Or(m.To, m.Team, string(m.Actor))
	switch {
	case m.To != "":
		to = t.policy.Title("roles", m.To, t.Tag())
	case m.Team != "":
		to = t.policy.Title("teams", m.Team, t.Tag())
	}
	text := "overdue: " + t.metric(owed.Target)
	if owed.Do != "" {
		text = t.Action(owed.Do)
		if owed.Reason != "" {
			text += " (" + owed.Reason + ")"
		}
	}
	if t.now.Sub(owed.At) > every {
		text += ", since " + t.when(owed.At)
	}
	t.line(m.Ticket.ID, fmt.Sprintf("» %s: %s", to, text))
	return nil
}

// The columns of a story's lines.
const (
	timeColumn = 12
	textColumn = pageWidth - timeColumn
)

// line prints something about a ticket at the present time.
func (t *story) line(id ticket.ID, text string) {
	if date := t.now.Format("Monday 2006-01-02"); date != t.today {
		t.today = date
		fmt.Fprintf(t.out, "\n%s\n", t.bold(date))
	}
	number := string(id[strings.LastIndex(string(id), "-")+1:])
	begin := fmt.Sprintf("  %s  %s  ", t.now.Format(clock(t.now)), pad(number, 1))
	for _, line := range wrap(text, textColumn) {
		fmt.Fprintf(t.out, "%s%s\n", begin, line)
		begin = strings.Repeat(" ", timeColumn)
	}
}

// below prints what belongs to the line above, and perhaps says how a promise stands.
func (t *story) below(state sla.State, text string) {
	indent := strings.Repeat(" ", timeColumn+2)
	for _, line := range wrap(text, textColumn-2) {
		if state == "" {
			line = t.faint(line)
		}
		fmt.Fprintf(t.out, "%s%s\n", indent, t.state(state, line))
	}
}

// when prints an instant by its time, its weekday too if that is another day, and its
// date if it is not within the week.
func (t *story) when(at time.Time) string {
	at = at.In(t.policy.Promises().Zone())
	switch {
	case at.Format(time.DateOnly) == t.now.Format(time.DateOnly):
		return at.Format(clock(at))
	case at.Sub(t.now).Abs() < 6*24*time.Hour:
		return at.Format("Mon " + clock(at))
	}
	return stamp(at)
}

// week prints the weekly report, as far as a page has room for it.
func (t *story) week(ctx context.Context, calendar string) error {
	period, err := t.policy.Week(t.now.Add(-1))
	if err != nil {
		return err
	}
	r, err := t.policy.Report(ticket.WeeklyReport, period, t.all(ctx), t.now)
	if err != nil {
		return err
	}
	t.line("", "weekly report of "+stamp(period.From)+" to "+stamp(period.To))
	year, month, day := period.To.Date()
	next := worktime.Date{Year: year, Month: month, Day: day}.AddDays(1)
	if feast := t.policy.Promises().Calendar(calendar).Note(next); feast != "" {
		t.below("", fmt.Sprintf("it is made today, since %s is %s", next, feast))
	}
	for i := range r.Calls {
		c := &r.Calls[i]
		state := string(c.State)
		if !c.Due.IsZero() {
			state += ", due " + t.when(c.Due)
		}
		t.below("", fmt.Sprintf("%s %s: %s", c.Number, c.Subject, state))
	}
	return r.Err()
}

// all reads the office's tickets page by page.
func (t *story) all(ctx context.Context) iter.Seq2[ticket.Ticket, error] {
	return townclerk.All(func(after string) (townclerk.Page[ticket.Ticket], error) {
		return t.desk.List(ctx, t.tenant, ticket.Query{After: after})
	})
}

func (t *story) end() {
	fmt.Fprintf(t.out, "\n  %s more went out at once, about what was passed on or treated.\n", counted(t.aside, "message"))
}

// reasons says in one sentence what led to a due time. The line above has said when the
// clock started.
func reasons(steps []sla.Step) string {
	var all []string
	for _, s := range steps {
		why := s.Why()
		switch s.Rule {
		case "start":
			continue
		case "cut-off":
			_, why, _ = strings.Cut(why, " is ")
		}
		all = append(all, why)
	}
	return strings.Join(all, "; ")
}
