package asset

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
)

// Command is one action and what it needs to know. Who acts, when, and why can be
// said of all; the rest belongs to some, which are named.
type Command struct {
	Do       Action
	At       time.Time // when it happened; zero in a [Inventory]: now
	Recorded time.Time // when it was written down; zero: when it happened. An Inventory knows that itself
	By       townclerk.Actor
	Role     string // in which By acts; empty: in none

	// Notice is when notice came of what others had done, which is reported from then
	// on. Zero: we did it ourselves.
	Notice time.Time

	Reason    string // why: Repair, SendBack, Fail, Decommission, Withdraw, Correct, Decide, Count, End
	Text      string // in words: what was found, done or configured
	Reference string // the document about it, such as an order, or where it is kept
	Ticket    string // an id of package ticket
	Vendor    string // an id of package vendors

	// Of assets.
	Preset  string                     // Propose, Register: of the policy, where Set does not say otherwise
	State   State                      // Register: in which it is; default Commissioned
	Set     map[string]string          // the facts that are others from now on; empty: it has none. A date is written as 2026-06-07
	Checked []string                   // the lines of the checklists that are done, as in "hand-over/complete"
	Signed  map[string]townclerk.Actor // who signed the protocols, by role
	Repair  *RepairReport              // Restore
	Entries []int                      // Report: the Numbers of what is reported; none: all that is owed

	// Correct, of assets and licences: the Number of the entry that was wrong. It is
	// replaced by one with the At, the Set, the Text and so on that are given here,
	// and the rest of its own; Void strikes it out.
	Corrects int
	Void     bool

	// Of licences: see [Licence].
	Name    string // Begin
	Product string // Begin: as assets have it installed
	Term    *Term  // Buy
	Seat    *Seat  // Allot
	Number  int    // Decide: of a term; Free: of a seat

	// Of stocks: see [Stock].
	Part     string // Begin: one of the policy's
	Location string // Begin
	Minimum  int    // Begin: default that of the part
	Quantity int    // TakeIn, Issue; Count: what is there
	Asset    ID     // Issue: for which
}

// decision is a command that is being carried out.
type decision struct {
	p *Policy
	c *Command
	service.Moment
	thing   string // as messages call it
	state   State  // at At
	now     Facts  // of an asset, at At
	history *[]Entry
	began   time.Time
	last    time.Time // when anything was written about it last

	a *Asset // what is changed, a copy; the others are nil
	l *Licence
	s *Stock

	problems []error
	logged   []Logged
}

// table returns the workflow of what the command is about.
func (d *decision) table() *workflow.Table[State, Action, *decision] {
	switch {
	case d.l != nil:
		return licences
	case d.s != nil:
		return stocks
	}
	return assets
}

// fail notes what is wrong with a field.
func (d *decision) fail(field, format string, args ...any) {
	d.problem(field, fmt.Sprintf(format, args...))
}

func (d *decision) problem(field, problem string) {
	d.problems = append(d.problems, &townclerk.FieldError{Field: field, Problem: problem})
}

func (d *decision) errs() error {
	if len(d.problems) == 0 {
		return nil
	}
	return fmt.Errorf("%s: cannot %s: %w", d.thing, d.c.Do, errors.Join(d.problems...))
}

// known notes a problem if the table does not have the id.
func (d *decision) known(field, table, id string) {
	if id != "" && !d.p.titles.Has(table, id) {
		d.fail(field, "%q is none of [%s]%s", id, table, tomldoc.Suggest(id, d.p.titles.IDs(table)))
	}
}

// begin asks whether the command is allowed in the state in which it finds things.
func (d *decision) begin() error {
	at := d.c.At
	if d.c.Do == Correct {
		d.began = time.Time{}
		if at.IsZero() {
			at = d.c.Recorded
		}
	}
	d.Moment = service.When(at, d.c.Recorded, d.began, d.last, d.problem)
	service.CheckTexts(*d.c, d.problem)
	d.notice()
	if err := d.errs(); err != nil {
		return err
	}
	if d.a != nil && d.c.Do != Correct && len(d.a.History) > 0 {
		d.now, _ = d.a.AsOf(d.At, time.Time{})
		d.state = d.now.State
	}
	err := d.table().Refuse(d.thing, d.state, d.c.Do, d, d.allowed)
	var refused *townclerk.TransitionError
	if d.state == none && errors.As(err, &refused) {
		refused.State = "not there yet"
	}
	return err
}

// notice checks when notice of others' change came.
func (d *decision) notice() {
	if d.c.Notice.IsZero() {
		return
	}
	d.c.Notice = d.c.Notice.UTC()
	switch {
	case d.c.Do != Correct && d.c.Notice.Before(d.At): // of a correction, see instead
		d.fail("notice", "%s is before the change, at %s", service.Stamp(d.c.Notice), service.Stamp(d.At))
	case d.c.Notice.After(d.Recorded):
		d.fail("notice", "%s lies after it is written down, at %s", service.Stamp(d.c.Notice), service.Stamp(d.Recorded))
	}
}

// allowed returns what whoever asks may do, as far as that does not depend on what
// the command says.
func (d *decision) allowed() []Action {
	var allowed []Action
	for _, do := range Actions {
		c := *d.c
		c.Do = do
		other := *d
		other.c = &c
		if d.table().Allows(d.state, do, &other) {
			allowed = append(allowed, do)
		}
	}
	return allowed
}

// Allowed returns what may be done to the asset by somebody in a role. What a command
// has to say besides, such as a reason, is not looked at.
func (p *Policy) Allowed(a Asset, by townclerk.Actor, role string) []Action {
	return p.deciding(&a, &Command{By: by, Role: role}).allowed()
}

// deciding returns a decision about an asset, which it changes.
func (p *Policy) deciding(a *Asset, c *Command) *decision {
	d := &decision{
		p: p, c: c, a: a, thing: called("asset", a.ID, a.Number), state: a.Facts.State, now: a.Facts, history: &a.History, last: a.Recorded,
	}
	if first := standing(a.History, latest, time.Time{}); len(first) > 0 {
		d.began = first[0].At
	}
	return d
}

// Add returns an asset that was not there, proposed or registered under an id, and
// the event that this is. The error is as for [Policy.Do].
func (p *Policy) Add(id ID, c Command) (Asset, []townclerk.Event, error) {
	a := Asset{ID: id}
	if id == "" {
		return Asset{}, nil, fmt.Errorf("an asset cannot be added: %w", &townclerk.FieldError{Field: "id", Problem: "missing"})
	}
	return p.Do(a, c)
}

// Do carries out a command on an asset, and returns the asset as it is then and the
// event that this is. What is given stays as it is, also on an error.
//
// It is written down at c.Recorded, or at the last instant at which anything was
// written about the asset if that is later, as after a clock went back; and so is
// what happens as it is written. What happened earlier than something that is
// written already takes its place in the history, if everything after it may happen
// all the same.
//
// The error is a [*townclerk.TransitionError] if the workflow refuses the action, and
// one or more [*townclerk.FieldError], joined, if the command does not say what the
// action needs.
func (p *Policy) Do(a Asset, c Command) (Asset, []townclerk.Event, error) {
	a = a.Clone()
	d := p.deciding(&a, &c)
	if err := d.begin(); err != nil {
		return Asset{}, nil, err
	}
	before := Data{From: d.state}
	switch c.Do {
	case Report:
		before.Entries = d.report()
	case Correct:
		before.Entry = d.correct()
	default:
		before.Entry = d.enter()
	}
	if err := d.errs(); err != nil {
		return Asset{}, nil, err
	}
	return a, []townclerk.Event{d.finish(before)}, nil
}

// finish notes what the asset is now.
func (d *decision) finish(data Data) townclerk.Event {
	a := d.a
	a.Facts, _ = a.AsOf(latest, time.Time{})
	a.Recorded, a.Owing = d.Recorded, owed(a.History)
	if a.Began.IsZero() {
		a.Began, a.Series = d.At, d.p.year(d.At)
	}
	data.To, data.Log = a.Facts.State, d.logged
	return event(a.ID, happened[d.c.Do], d.At, d.Recorded, d.c.By, data)
}

// enter writes an entry into the history.
func (d *decision) enter() *Entry {
	c := d.c
	e := Entry{
		Do: c.Do, From: d.state, Reason: c.Reason, Text: c.Text, Reference: c.Reference, Ticket: c.Ticket, Vendor: c.Vendor,
		Change: d.p.changes[c.Do], Notice: c.Notice,
	}
	e.To = d.table().Next(d.state, c.Do, d).To
	if c.Do == Register && c.State != "" && e.To != c.State {
		d.fail("state", "%q is no state%s", c.State, tomldoc.Suggest(string(c.State), texts(States)))
	}
	e.Set = d.facts(c.Do, d.now, d.setting())
	e.Protocols = d.papers()
	d.repair(&e)
	made := d.append(e)
	d.legal()
	return made
}

// append adds an entry to the history, with a timeline if it is to be reported. What
// it returns stays valid until the next one.
func (d *decision) append(e Entry) *Entry {
	e.Number, e.Recorded, e.By, e.Role = len(*d.history)+1, d.Recorded, d.c.By, d.c.Role
	if e.At.IsZero() {
		e.At = d.At
	}
	if e.Change != "" {
		d.owe(&e)
	}
	*d.history = append(*d.history, e)
	return &(*d.history)[len(*d.history)-1]
}

// The kinds of event on the timeline of a change. Targets start with the first two
// and are met by the third; those of a licence's term begin with [sla.Appointed],
// the date by which it has to be decided, and are met by the last.
const (
	changed  = "changed"  // we did it
	notified = "notified" // others did, and we were told
	reported = "reported"
	decided  = "renewal-decided"
)

// owe begins the timeline of a change that has to be reported (RA-39).
func (d *decision) owe(e *Entry) {
	kind, at := changed, e.At
	if !e.Notice.IsZero() {
		kind, at = notified, e.Notice
	}
	d.start(e, sla.Event{Kind: kind, At: at})
}

// start begins an entry's timeline, if promises were in force.
func (d *decision) start(e *Entry, first sla.Event) {
	in, err := d.p.book.InForce(first.At)
	if errors.Is(err, sla.ErrNotInForce) {
		return // nothing was promised then
	}
	if err != nil {
		d.fail("at", "%v", err)
		return
	}
	e.Edition = in.Edition().Number
	first.Attributes = d.attributes(e)
	e.Log = sla.Append(e.Log, first, d.Recorded)
	d.log(e)
}

// log notes what was added last to an entry's timeline.
func (d *decision) log(e *Entry) {
	d.logged = append(d.logged, Logged{e.Number, e.Log[len(e.Log)-1]})
}

// attributes returns what the promises match on.
func (d *decision) attributes(e *Entry) map[string]string {
	all := map[string]string{}
	facts := d.now.clone()
	for _, f := range e.Set {
		facts.put(f.Key, f.Is)
	}
	for key, value := range map[string]string{"change": e.Change, "kind": facts.Kind, "unit": facts.Unit} {
		if value != "" {
			all[key] = value
		}
	}
	if d.a != nil {
		all["critical"] = fmt.Sprint(facts.Critical)
	}
	for key, value := range d.p.reporting.attributes {
		all[key] = value
	}
	return all
}

// owes reports whether the entry is still to be reported.
func (e *Entry) owes() bool {
	return e.Change != "" && e.Report == nil && len(e.Log) > 0 &&
		!slices.ContainsFunc(e.Log, func(l sla.Event) bool { return l.Kind == sla.Cancelled })
}

// owed counts the entries that are still to be reported.
func owed(history []Entry) int {
	n := 0
	for i := range history {
		if history[i].owes() {
			n++
		}
	}
	return n
}

// report notes that changes were reported, and returns their Numbers.
func (d *decision) report() []int {
	numbers := slices.Clone(d.c.Entries)
	if len(numbers) == 0 {
		for i := range *d.history {
			if e := &(*d.history)[i]; e.owes() {
				numbers = append(numbers, e.Number)
			}
		}
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	for _, n := range numbers {
		if n < 1 || n > len(*d.history) || !(*d.history)[n-1].owes() {
			d.fail("entries", "no report of entry %d is owed", n)
			continue
		}
		e := &(*d.history)[n-1]
		if first := e.Log[0].At; d.At.Before(first) {
			d.fail("at", "%s is before entry %d, of %s", service.Stamp(d.At), n, service.Stamp(first))
			continue
		}
		e.Report = &Reported{d.At, d.Recorded, d.c.By, d.c.Reference}
		e.Log = sla.Append(e.Log, sla.Event{Kind: reported, At: d.At}, d.Recorded)
		d.log(e)
	}
	return numbers
}

// legal checks that what was recorded about an asset may have happened in the order in
// which it says that it did.
func (d *decision) legal() {
	if d.a == nil || plain(d.a.History) {
		return
	}
	state := none
	for _, e := range standing(d.a.History, latest, time.Time{}) {
		if len(assets.Rows(state, e.Do)) == 0 {
			where := "it was not there yet"
			if state != none {
				where = "it was " + string(state)
			}
			d.fail("at", "entry %d, %s at %s, could not have happened then, as %s; put that right first",
				e.Number, e.Do, service.Stamp(e.At), where)
			return
		}
		state = next(state, e)
	}
}

// correct writes an entry that replaces another, or strikes it out.
func (d *decision) correct() *Entry {
	c := d.c
	if c.Corrects < 1 || c.Corrects > len(*d.history) {
		d.fail("corrects", "there is no entry %d; the last is %d", c.Corrects, len(*d.history))
		return nil
	}
	old := &(*d.history)[c.Corrects-1]
	switch {
	case slices.ContainsFunc(*d.history, func(e Entry) bool { return e.Corrects == c.Corrects }):
		d.fail("corrects", "entry %d was corrected already; correct the entry that did so", c.Corrects)
	case old.Void:
		d.fail("corrects", "entry %d strikes another out; record anew what happened", c.Corrects)
	}
	if d.errs() != nil {
		return nil
	}
	e := d.instead(old)
	switch {
	case old.owes():
		// What replaces it is owed from the same instant; what is struck out is not.
		old.Log = sla.Append(old.Log, sla.Event{Kind: sla.Cancelled, Reason: "corrected"}, d.Recorded)
		d.log(old)
		if c.Void {
			e.Change = ""
		}
	case old.Report != nil:
		e.Notice = d.Recorded // what was reported was not so, and that is owed from now on
	default:
		e.Change = ""
	}
	made := d.append(e)
	d.legal()
	return made
}

// instead returns the entry that replaces an old one.
func (d *decision) instead(old *Entry) Entry {
	c := d.c
	e := Entry{
		Do: old.Do, From: old.From, To: old.To, Corrects: old.Number, Void: c.Void, Change: old.Change, Notice: old.Notice,
		At: old.At, Reason: c.Reason, Protocols: old.Protocols, Repair: old.Repair,
	}
	if !c.At.IsZero() {
		e.At = d.At
	}
	if !c.Notice.IsZero() {
		if e.Notice = c.Notice; c.Notice.Before(e.At) {
			d.fail("notice", "%s is before the change, at %s", service.Stamp(c.Notice), service.Stamp(e.At))
		}
	}
	for _, f := range []struct {
		to         *string
		given, had string
	}{
		{&e.Text, c.Text, old.Text}, {&e.Reference, c.Reference, old.Reference}, {&e.Ticket, c.Ticket, old.Ticket}, {&e.Vendor, c.Vendor, old.Vendor},
	} {
		if *f.to = f.given; f.given == "" {
			*f.to = f.had
		}
	}
	if c.Repair != nil {
		e.Repair = c.Repair
		d.checkRepair(&e)
	}
	if c.Void {
		return e
	}
	d.now, _ = d.before(old)
	set := map[string]string{}
	for _, f := range old.Set {
		set[f.Key] = f.Is
	}
	for key, value := range d.read(old.Do, c.Set) {
		set[key] = value
	}
	e.Set = d.facts(old.Do, d.now, set)
	return e
}

// before returns what was so just before an entry, as it is known now.
func (d *decision) before(e *Entry) (Facts, bool) {
	if d.a == nil {
		return Facts{}, false
	}
	all := standing(d.a.History, latest, time.Time{})
	i := slices.IndexFunc(all, func(o *Entry) bool { return o.Number == e.Number })
	return replay(all[:max(i, 0)])
}

// unchecked returns the lines of checklists that are not done.
func (d *decision) unchecked() []string {
	var missing []string
	for _, id := range d.p.papers(d.c.Do, d.kind()) {
		for _, line := range d.p.protocols[id].checklist {
			if !slices.Contains(d.c.Checked, id+"/"+line) {
				missing = append(missing, id+"/"+line)
			}
		}
	}
	return missing
}

// unsigned returns the roles whose signatures are missing.
func (d *decision) unsigned() []string {
	var missing []string
	for _, id := range d.p.papers(d.c.Do, d.kind()) {
		for _, role := range d.p.protocols[id].signed {
			if d.c.Signed[role] == "" {
				missing = append(missing, role)
			}
		}
	}
	return missing
}

// kind returns the kind of the asset.
func (d *decision) kind() string {
	if kind := d.c.Set[keyKind]; kind != "" {
		return kind
	}
	return d.now.Kind
}

// papers returns the protocols of the action as they were filled in.
func (d *decision) papers() []Protocol {
	var papers []Protocol
	left := slices.Clone(d.c.Checked)
	for _, id := range d.p.papers(d.c.Do, d.kind()) {
		paper := Protocol{ID: id}
		for _, line := range d.p.protocols[id].checklist {
			paper.Checked = append(paper.Checked, line)
			left = slices.DeleteFunc(left, func(l string) bool { return l == id+"/"+line })
		}
		for _, role := range d.p.protocols[id].signed {
			if paper.Signed == nil {
				paper.Signed = map[string]townclerk.Actor{}
			}
			paper.Signed[role] = d.c.Signed[role]
		}
		papers = append(papers, paper)
	}
	for _, line := range left {
		d.fail("checked", "%q is no line of a checklist of this", line)
	}
	for role := range d.c.Signed {
		if !slices.ContainsFunc(papers, func(p Protocol) bool { return p.Signed[role] != "" }) {
			d.fail("signed."+role, "no protocol of this is signed by the role")
		}
	}
	return papers
}

// repair notes the protocol of a repair.
func (d *decision) repair(e *Entry) {
	if e.Do != Restore {
		if d.c.Repair != nil {
			d.fail("repair", "only what is restored has the protocol of a repair")
		}
		return
	}
	r := RepairReport{}
	if d.c.Repair != nil {
		r = *d.c.Repair
		r.Parts = slices.Clone(r.Parts)
	}
	if r.Fault == "" {
		for _, o := range slices.Backward(d.a.Standing(time.Time{})) {
			if o.Do == Repair && !o.At.After(d.At) {
				r.Fault = o.Reason
				break
			}
		}
	}
	e.Repair = &r
	d.checkRepair(e)
}

func (d *decision) checkRepair(e *Entry) {
	if e.Do != Restore {
		d.fail("repair", "only what is restored has the protocol of a repair")
		return
	}
	r := e.Repair
	r.DownFrom, r.DownTo = r.DownFrom.UTC(), r.DownTo.UTC()
	for i, part := range r.Parts {
		if part.Name == "" {
			d.fail(fmt.Sprintf("repair.parts[%d].name", i+1), "missing; say which part was replaced")
		}
		if part.Quantity < 1 {
			d.fail(fmt.Sprintf("repair.parts[%d].quantity", i+1), "%d is not how many were replaced", part.Quantity)
		}
	}
	switch {
	case r.DownFrom.IsZero() != r.DownTo.IsZero():
		d.fail("repair.down_to", "an outage has a beginning and an end; give both or none")
	case r.DownTo.Before(r.DownFrom):
		d.fail("repair.down_to", "%s is before the outage began, at %s", service.Stamp(r.DownTo), service.Stamp(r.DownFrom))
	case r.DownTo.After(d.Recorded):
		d.fail("repair.down_to", "%s lies after it is written down, at %s", service.Stamp(r.DownTo), service.Stamp(d.Recorded))
	}
}

// sets says which facts an action sets; what is not here sets none.
var sets = map[Action][]string{
	Propose:      {"*"},
	Register:     {"*"},
	Order:        {keyModel, "purchase.*", "field/*"},
	Receive:      {keyTag, keySerial, keyModel, keyUnit, keyLocation, "purchase.*", "field/*"},
	Test:         {keyTag, keySerial, keyModel, "field/*"},
	Commission:   {keyTag, keyUnit, keyLocation, keyHolder, keyRelease, "field/*"},
	Place:        {keyUnit, keyLocation, keyHolder},
	HandOver:     {keyHolder, keyUnit},
	Upgrade:      {keyModel, keySerial, keyRelease, "software/*", "field/*"},
	Install:      {keyRelease, "software/*"},
	Configure:    {"field/*"},
	Restore:      {keySerial, "software/*", "field/*"},
	Decommission: {keyLocation, keyHolder},
	Amend:        {keyKind, keyName, keyTag, keySerial, keyModel, keyCritical, keyProduct, "purchase.*", "contract/*", "field/*"},
}

// setting returns the facts that the command sets, besides those that follow from it.
func (d *decision) setting() map[string]string {
	set := d.read(d.c.Do, d.c.Set)
	switch d.c.Do {
	case Propose, Register:
		d.preset(set)
	case Fail:
		set[keyDown] = "true"
	case Recover:
		set[keyDown] = ""
	case Restore, Decommission:
		if d.now.Down {
			set[keyDown] = ""
		}
	}
	return set
}

// read checks the facts that a command sets.
func (d *decision) read(do Action, given map[string]string) map[string]string {
	set := map[string]string{}
	for key, value := range given {
		field := "set." + key
		switch {
		case !knownKey(key):
			d.fail(field, "no fact has this key%s", tomldoc.Suggest(key, factKeys))
			continue
		case !slices.ContainsFunc(sets[do], func(pattern string) bool { return matches(pattern, key) }):
			d.fail(field, "%s does not set it; it sets %s", do, cmp.Or(strings.Join(sets[do], ", "), "nothing"))
			continue
		}
		text, err := parse(key, value, d.p.promises.Zone())
		if err != nil {
			d.problem(field, err.Error())
			continue
		}
		set[key] = text
	}
	return set
}

func matches(pattern, key string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(key, prefix) && key != keyDown
	}
	return pattern == key
}

// preset fills in what the policy says of an asset.
func (d *decision) preset(set map[string]string) {
	if d.c.Preset == "" {
		return
	}
	preset, ok := d.p.presets[d.c.Preset]
	if !ok {
		d.fail("preset", "%q is none of [presets]%s", d.c.Preset, tomldoc.Suggest(d.c.Preset, d.p.titles.IDs(tablePresets)))
		return
	}
	fill := map[string]string{
		keyKind: preset.Kind, keyUnit: preset.Unit, keyCritical: yes(preset.Critical), keySupplier: preset.Vendor, keyProduct: preset.ID,
		keyName: d.p.Title(tablePresets, preset.ID, d.p.locale()),
	}
	for key, value := range fill {
		if _, given := set[key]; !given && value != "" {
			set[key] = value
		}
	}
}

// facts returns what is others from now on, sorted by key, and checks that it may be.
func (d *decision) facts(do Action, was Facts, set map[string]string) []Fact {
	is := was.clone()
	var facts []Fact
	for _, key := range slices.Sorted(maps.Keys(set)) {
		is.put(key, set[key])
		facts = append(facts, Fact{key, was.Get(key), set[key]})
		d.check(&is, key)
	}
	if do == Commission || do == Amend || do == Register && (d.c.State == "" || d.c.State.InUse()) {
		for _, field := range d.p.kinds[is.Kind].fields {
			if is.Fields.Get(field) == "" {
				d.fail("set."+ofField+field, "missing; %s needs it", is.Kind)
			}
		}
	}
	return facts
}

// check notes why a fact that is set cannot be so.
func (d *decision) check(f *Facts, key string) {
	field := "set." + key
	switch {
	case key == keyKind && d.p.base(f.Kind) == "":
		d.fail(field, "%q is no kind of asset%s", f.Kind, tomldoc.Suggest(f.Kind, d.p.kindIDs()))
	case key == keyName && f.Name == "":
		d.fail(field, "missing; an asset keeps a name")
	case key == keyUnit:
		d.known(field, tableUnits, f.Unit)
	case key == keyLocation:
		d.known(field, tableLocations, f.Location)
	case strings.HasPrefix(key, ofSoftware) && !d.p.Is(f.Kind, Hardware):
		d.fail(field, "software is installed on devices; of %s, set the release", f.Kind)
	case key == keyWarranty && !f.Purchase.Warranty.IsZero() && f.Purchase.Warranty.Before(f.Purchase.At):
		d.fail(field, "the warranty ends before it was bought")
	}
}
