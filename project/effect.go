package project

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

func (d *decision) end() { d.h.Ended = d.At }

// plan makes the plan, or makes it anew.
func (d *decision) plan() { d.project.Draft = d.planned() }

func (d *decision) submit() { d.event.Reason = madeAnew }

func (d *decision) giveBack() { d.event.Reason = madeAnew }

func (d *decision) approve() {
	d.project.Baselines = append(d.project.Baselines, *d.approved(d.project.Draft))
	d.project.Draft = nil
}

// approved returns a plan as the next baseline.
func (d *decision) approved(b *Baseline) *Baseline {
	next := b.clone()
	next.Number = len(d.project.Baselines) + 1
	next.At, next.By, next.Role = d.At, d.c.By, d.c.Role
	return next
}

func (d *decision) propose() {
	d.follows(d.project.Baseline(0).At)
	if d.project.Revision = d.planned(); d.project.Revision != nil {
		d.keepsDone(d.project.Revision)
	}
}

// adopt makes the revision the next baseline, unless work was done since it was proposed
// that is not in it as it was planned.
func (d *decision) adopt() {
	d.keepsDone(d.project.Revision)
	d.project.Baselines = append(d.project.Baselines, *d.approved(d.project.Revision))
	d.project.Revision = nil
}

func (d *decision) decline() { d.project.Revision = nil }

// The most of a plan.
const (
	mostMilestones = 1000
	mostYears      = 50 // from the first day to the last
)

// planned returns the plan of the command; nil if it is too large to be looked at.
func (d *decision) planned() *Baseline {
	if len(d.c.Milestones) == 0 {
		d.fail("milestones", "missing; a plan has one or more")
	}
	if len(d.c.Milestones) > mostMilestones {
		d.fail("milestones", "these are %d; a plan has at most %d, so plan larger pieces", len(d.c.Milestones), mostMilestones)
		return nil
	}
	b := &Baseline{At: d.At, By: d.c.By, Role: d.c.Role, Reason: d.c.Reason, Milestones: slices.Clone(d.c.Milestones), Days: map[State]int64{}}
	var total townclerk.Money
	places := map[string]int{}
	for i := range b.Milestones {
		here := fmt.Sprintf("milestones[%d]", i+1)
		d.milestone(here, b, i, places)
		if !d.inCurrency(here+".cost", b.Milestones[i].Cost) {
			continue
		}
		if err := add(&total, b.Milestones[i].Cost); err != nil {
			d.fail(here+".cost", "%v; a plan has one currency, and a cost that can be written", err)
		}
	}
	for _, phase := range []State{Execution, Acceptance} {
		if len(b.Milestones) > 0 && !slices.ContainsFunc(b.Milestones, func(m Milestone) bool { return m.Phase == phase }) {
			d.fail("milestones", "none is of the phase %s; each phase has one or more", phase)
		}
	}
	d.acceptsLast(b)
	if len(d.problems) == 0 {
		for _, phase := range totals {
			from, to := b.span(phase)
			b.Days[phase], _ = d.p.span(from, to) // that both are covered is asked above
		}
	}
	return b
}

// acceptsLast notes what is planned of the acceptance before all of the execution is to be
// done: there are no tests until then. What is reached was tested before more was planned.
func (d *decision) acceptsLast(b *Baseline) {
	var last Milestone
	for _, m := range b.Milestones {
		if m.Phase == Execution && m.To.Compare(last.To) > 0 {
			last = m
		}
	}
	for i, m := range b.Milestones {
		if m.Phase == Acceptance && m.From != (worktime.Date{}) && m.From.Compare(last.To) <= 0 && d.project.progress(m.ID).Reached.IsZero() {
			d.fail(fmt.Sprintf("milestones[%d].from", i+1), "the acceptance begins when the execution is finished, and %q is not to be done before %s", last.ID, last.To)
		}
	}
}

// milestone checks one milestone of a plan, and counts its days. Places is where those
// before it stand.
func (d *decision) milestone(here string, b *Baseline, i int, places map[string]int) {
	m := &b.Milestones[i]
	m.After = slices.Clone(m.After)
	d.dates(here, m)
	if m.Title == "" {
		d.fail(here+".title", "missing")
	}
	if m.Phase != Execution && m.Phase != Acceptance {
		d.fail(here+".phase", "%q has no milestones; write %q or %q", m.Phase, Execution, Acceptance)
	}
	for n, id := range m.After[:min(len(m.After), i+1)] { // of more than stand before it, these are not all right
		j, ok := places[id]
		switch {
		case slices.Contains(m.After[:n], id):
			d.fail(here+".after", "%q stands here twice", id)
		case !ok:
			d.fail(here+".after", "no milestone %q stands before it", id)
		case m.Phase == Execution && b.Milestones[j].Phase == Acceptance:
			d.fail(here+".after", "%q is of the acceptance, which follows the execution", id)
		case m.From != (worktime.Date{}) && m.From.Compare(b.Milestones[j].To) <= 0:
			d.fail(here+".from", "it comes after %q, which is not to be done before %s", id, b.Milestones[j].To)
		}
	}
	if first, ok := places[m.ID]; m.ID == "" {
		d.fail(here+".id", "missing")
	} else if ok {
		d.fail(here+".id", "%q is that of milestone %d already", m.ID, first+1)
	} else {
		places[m.ID] = i
	}
}

// dates checks the first and the last day of a milestone, and counts its days.
func (d *decision) dates(here string, m *Milestone) {
	from, to := m.From, m.To
	m.Days = 0
	if from == (worktime.Date{}) || to == (worktime.Date{}) {
		d.fail(here, "from or to is missing; say on which days it begins and ends")
		return
	}
	if !from.Valid() || !to.Valid() {
		d.fail(here, "%s to %s: there are no such days", from, to)
		return
	}
	if to.Compare(from) < 0 {
		d.fail(here+".to", "%s is before %s, on which it begins", to, from)
		return
	}
	if to.Year-from.Year > mostYears {
		d.fail(here+".to", "%s is more than %d years after %s", to, mostYears, from)
		return
	}
	d.workingDay(here+".from", from)
	d.workingDay(here+".to", to)
	m.Days, _ = d.p.span(from, to) // that both are covered is asked above
}

// workingDay notes a day that is none, or of which the calendar says nothing.
func (d *decision) workingDay(field string, day worktime.Date) {
	_, working, err := d.p.calendar.Working(day)
	switch {
	case err != nil:
		d.fail(field, "%v", err)
	case !working:
		why, _ := d.p.calendar.Closed(day)
		d.fail(field, "%s is no working day of the calendar %s (%s)", day, d.p.calendar.Name(), why)
	}
}

// keepsDone notes what a revision does not have as it is planned, although work was done
// on it: so that no delay is planned away, and no cost.
func (d *decision) keepsDone(b *Baseline) {
	before := d.project.Baseline(0)
	for _, pr := range d.project.Progress {
		was, is := before.Milestone(pr.Milestone), b.Milestone(pr.Milestone)
		switch {
		case was == nil || pr.Reached.IsZero() && pr.Spent.Minor == 0:
		case is == nil:
			d.fail("milestones", "%q is missing, on which work was done; it stays in the plan", was.ID)
		case !pr.Reached.IsZero() && (is.Phase != was.Phase || is.From != was.From || is.To != was.To || is.Cost != was.Cost):
			d.fail("milestones", "%q is reached, and so keeps its phase, days and cost; take it over as it stands in baseline %d", was.ID, before.Number)
		}
	}
	if err := d.project.countable(b); err != nil && len(d.problems) == 0 {
		d.fail("milestones", "%v, with what is spent", err)
	}
}

// current returns the milestone that the command names, which is of the phase in which
// the project is; nil if it is not.
func (d *decision) current() *Milestone {
	b := d.project.Baseline(0)
	var ids []string
	for i := range b.Milestones {
		m := &b.Milestones[i]
		if m.ID != d.c.Milestone {
			ids = append(ids, m.ID)
			continue
		}
		if m.Phase != d.project.State && d.c.Do != Spend {
			d.fail("milestone", "%q is of the phase %s, and the project is in %s", m.ID, m.Phase, d.project.State)
			return nil
		}
		return m
	}
	d.fail("milestone", "%q is none of the plan%s", d.c.Milestone, tomldoc.Suggest(d.c.Milestone, ids))
	return nil
}

func (d *decision) reach() {
	m := d.current()
	if m == nil {
		return
	}
	pr := d.project.progress(m.ID)
	if !pr.Reached.IsZero() {
		d.fail("milestone", "%q is reached already", m.ID)
	}
	begun := d.h.last(approved)
	if m.Phase == Acceptance {
		begun = d.h.last(executed)
	}
	for _, id := range m.After {
		before := d.project.progress(id).Reached
		if before.IsZero() {
			d.fail("milestone", "%q comes after %q, which is not reached", m.ID, id)
		}
		begun = latest(begun, before)
	}
	d.follows(begun)
	pr.Reached, pr.By = d.At, d.c.By
	d.project.setProgress(pr)
	d.event.Reason = m.ID
}

func (d *decision) undo() {
	m := d.current()
	if m == nil {
		return
	}
	pr := d.project.progress(m.ID)
	if pr.Reached.IsZero() {
		d.fail("milestone", "%q is not reached", m.ID)
	}
	d.follows(pr.Reached)
	for _, x := range d.project.Baseline(0).Milestones {
		if slices.Contains(x.After, m.ID) && !d.project.progress(x.ID).Reached.IsZero() {
			d.fail("milestone", "%q comes after %q, and is reached; undo that first", x.ID, m.ID)
		}
	}
	pr.Reached, pr.By = time.Time{}, ""
	d.project.setProgress(pr)
	d.event.Reason = m.ID
}

func (d *decision) spend() {
	m := d.current()
	if m == nil {
		return
	}
	if d.c.Amount.Minor == 0 {
		d.fail("amount", "missing; say how much")
		return
	}
	pr := d.project.progress(m.ID)
	spent, err := cmp.Or(pr.Spent, townclerk.Money{Currency: d.c.Amount.Currency}).Add(d.c.Amount)
	switch {
	case err != nil:
		d.fail("amount", "%v", err)
		return
	case spent.Minor < 0:
		d.fail("amount", "%v cannot come back of %v", d.c.Amount, pr.Spent)
	case spent.Minor == 0:
		spent = townclerk.Money{}
	}
	if !d.inCurrency("amount", d.c.Amount) {
		return
	}
	pr.Spent = spent
	d.project.setProgress(pr)
	if err := d.project.countable(d.project.Baseline(0)); err != nil {
		d.fail("amount", "%v", err)
	}
}

// inCurrency reports whether an amount is in the project's currency, and else notes it.
func (d *decision) inCurrency(field string, m townclerk.Money) bool {
	currency := d.project.currency()
	if m.Currency == "" || currency == "" || m.Currency == currency {
		return true
	}
	d.fail(field, "%v is not in the project's currency, %s", m, currency)
	return false
}

// currency returns the currency of what was planned and spent until now; "" if there was
// no cost in any plan that was approved, and nothing is spent.
func (t *Project) currency() string {
	for _, b := range t.Baselines {
		for _, m := range b.Milestones {
			if m.Cost.Currency != "" {
				return m.Cost.Currency
			}
		}
	}
	for _, pr := range t.Progress {
		if pr.Spent.Currency != "" {
			return pr.Spent.Currency
		}
	}
	return ""
}

// countable returns an error if what a plan costs and what is spent is in several
// currencies, or in all more than can be counted.
func (t *Project) countable(b *Baseline) error {
	var sum townclerk.Money
	for _, m := range b.Milestones {
		if err := add(&sum, m.Cost); err != nil {
			return err
		}
	}
	for _, pr := range t.Progress {
		if err := add(&sum, pr.Spent); err != nil {
			return err
		}
	}
	return nil
}

// add adds an amount to a sum that may have no currency yet.
func add(sum *townclerk.Money, m townclerk.Money) error {
	if m == (townclerk.Money{}) {
		return nil
	}
	if sum.Currency == "" {
		sum.Currency = m.Currency
	}
	next, err := sum.Add(m)
	if err == nil {
		*sum = next
	}
	return err
}

func (d *decision) finish() { d.project.Round++ }

func (d *decision) record() {
	c := d.c
	if d.known("kind", tableResults, c.Kind) && d.p.accepts[c.Kind] {
		if d.project.State != Acceptance {
			d.fail("kind", "%s is a result of acceptance tests, which begin when the execution is finished", c.Kind)
		}
		d.follows(d.h.last(executed))
	}
	if c.Name == "" {
		d.fail("name", "missing; name the test")
	}
	if c.Text == "" && !c.Passed {
		d.fail("text", "missing; say why it did not pass")
	}
	d.project.Results = append(d.project.Results, Result{
		Number: len(d.project.Results) + 1, Kind: c.Kind, Name: c.Name, Passed: c.Passed, Round: d.project.Round,
		At: d.At, By: c.By, Role: c.Role, Text: c.Text, Reference: c.Reference,
	})
	d.event.Reason = c.Kind
}

func (d *decision) hold() {
	d.project.Held = d.project.State
	d.event.Reason = rests
}

func (d *decision) resume() { d.event.Reason = rests }

// alter sets what a project is.
func (d *decision) alter() {
	if len(d.c.Set) == 0 {
		d.fail("set", "missing; say what is to be different")
	}
	t := d.project
	was := [...]string{t.Class, t.Lead, t.Partner, t.Title, t.Text}
	for key, value := range d.c.Set {
		switch key {
		case "class":
			t.Class = value
		case "lead":
			t.Lead = value
		case "partner":
			t.Partner = value
		case "title":
			t.Title = value
		case "text":
			t.Text = value
		default:
			d.fail("set."+key, "this is not changed%s", tomldoc.Suggest(key, []string{"class", "lead", "partner", "title", "text"}))
		}
	}
	d.checkProject("set.")
	if len(d.problems) == 0 && was == [...]string{t.Class, t.Lead, t.Partner, t.Title, t.Text} {
		d.fail("set", "nothing would change")
	}
}

// checkProject checks what a project is. RA-04: it has a lead department and, where the
// policy says so, a partner.
func (d *decision) checkProject(field string) {
	t := d.project
	d.known(field+"class", tableClasses, t.Class)
	if d.known(field+"lead", tableDepartments, t.Lead) && t.Partner == "" && d.p.partners[t.Lead] != "" {
		d.fail(field+"partner", "missing; %s does its projects with another department", t.Lead)
	}
	if t.Partner != "" && d.known(field+"partner", tableDepartments, t.Partner) && t.Partner == t.Lead {
		d.fail(field+"partner", "%q leads the project; name another department", t.Partner)
	}
	if t.Title == "" {
		d.fail(field+"title", "missing")
	}
}

func (d *decision) attach() {
	c := d.c
	if c.Name == "" {
		d.fail("name", "missing; name the document")
	}
	d.known("kind", tableDocuments, c.Kind)
	d.project.Documents = append(d.project.Documents, Document{At: d.At, By: c.By, Kind: c.Kind, Name: c.Name, Reference: c.Reference})
}

func (d *decision) write() {
	if d.c.Text == "" {
		d.fail("text", "missing; say how it stands")
	}
	d.project.Notes = append(d.project.Notes, Note{At: d.At, By: d.c.By, Text: d.c.Text})
}

func (d *decision) order() {
	c := d.c
	d.known("kind", tableDeliverables, c.Kind)
	if c.Name == "" {
		d.fail("name", "missing; name the deliverable")
	}
	d.project.Deliverables = append(d.project.Deliverables, Deliverable{
		Number: len(d.project.Deliverables) + 1, Kind: c.Kind, Name: c.Name, State: Ordered, Ordered: d.At, By: c.By,
	})
	d.event.Reason = c.Kind
}

// deliverable returns the one that the command names.
func (d *decision) deliverable() *Deliverable {
	v := d.project.Deliverable(d.c.Part)
	d.event.Reason = v.Kind
	return v
}

func (d *decision) deliver() {
	v := d.deliverable()
	if d.c.Reference == "" {
		d.fail("reference", "missing; say where it is kept")
	}
	v.Delivered, v.Reference, v.Reviewed, v.Decided = d.At, d.c.Reference, time.Time{}, time.Time{}
}

func (d *decision) review() {
	v := d.deliverable()
	if d.c.Text == "" {
		d.fail("text", "missing; say what was found")
	}
	v.Reviewed, v.Text = d.At, d.c.Text
}

// decide approves, returns or drops a deliverable.
func (d *decision) decide() {
	v := d.deliverable()
	v.Decided = d.At
	if d.c.Reason != "" {
		v.Text = d.c.Reason
	}
}

// ask notes a change that is wanted: SG-16.
func (d *decision) ask() {
	c := d.c
	d.cause("", c.Cause, c.Reference, true)
	if c.Text == "" {
		d.fail("text", "missing; say what is to be different")
	}
	d.project.Changes = append(d.project.Changes, Change{
		Number: len(d.project.Changes) + 1, State: Asked, Cause: c.Cause, Reference: c.Reference, Text: c.Text, By: c.By, Asked: d.At,
	})
	d.event.Reason = c.Cause
}

// cause checks a cause, and that it comes with the reference that it asks for.
func (d *decision) cause(field, cause, reference string, required bool) {
	if cause == "" && !required {
		return
	}
	if d.known(field+"cause", tableCauses, cause) && d.p.referenced[cause] && reference == "" {
		d.fail(field+"reference", "missing; the cause %s comes with one", cause)
	}
}

// judge grants or refuses a change.
func (d *decision) judge() {
	v := d.project.Change(d.c.Part)
	v.Decided, d.event.Reason = d.At, v.Cause
}

func (d *decision) install() {
	v := d.project.Change(d.c.Part)
	v.Installed, d.event.Reason = d.At, v.Cause
}
