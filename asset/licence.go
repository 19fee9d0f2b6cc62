package asset

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Licence is a right to use software, with all that was bought of it and who uses it.
// It may have been bought several times, each time for a term of its own.
type Licence struct {
	ID      ID        `json:"id,omitzero"`
	Number  string    `json:"number,omitzero"`  // for people to quote; given by the store
	Series  string    `json:"series,omitzero"`  // that the Number counts in
	Version int64     `json:"version,omitzero"` // how often it was written; given by the store
	NextAt  time.Time `json:"next_at,omitzero"` // when a sweep has something to do about it; zero: never by itself
	Problem string    `json:"problem,omitzero"` // why its promises cannot be assessed; empty: they can

	State   State  `json:"state,omitzero"` // Held or Ended
	Name    string `json:"name,omitzero"`
	Product string `json:"product,omitzero"` // as assets have it installed, such as a preset of the policy
	Vendor  string `json:"vendor,omitzero"`  // an id of package vendors
	Unit    string `json:"unit,omitzero"`    // of the organisation that has it

	Began    time.Time `json:"began,omitzero"`
	Recorded time.Time `json:"recorded,omitzero"` // when it was last written about
	Owing    int       `json:"owing,omitzero"`    // how many reports of its changes are still owed
	Over     int       `json:"over,omitzero"`     // how many seats too many were used when that was recorded last

	Terms   []Term     `json:"terms,omitzero"`
	Seats   []Seat     `json:"seats,omitzero"`
	History []Entry    `json:"history,omitzero"` // all that was done, in the order of recording
	Owed    []sla.Owed `json:"owed,omitzero"`
}

// Term is one purchase of a licence.
type Term struct {
	Number   int             `json:"number,omitzero"` // within the licence, from 1; given by Buy
	Entry    int             `json:"entry,omitzero"`  // with which it was bought; given by Buy
	Seats    int             `json:"seats,omitempty"`
	Site     bool            `json:"site,omitempty"`  // for any number of seats
	Units    []string        `json:"units,omitempty"` // of Site: only in these units of the organisation; none: everywhere
	From     time.Time       `json:"from,omitzero"`   // default: when it was bought
	Until    time.Time       `json:"until,omitzero"`  // before which it ends; zero: perpetual
	Notice   time.Time       `json:"notice,omitzero"` // before which one has to say that it is not to be renewed; zero: never
	Price    townclerk.Money `json:"price,omitzero"`
	Supplier string          `json:"supplier,omitempty"`
	Renews   int             `json:"renews,omitempty"`  // the Number of the term that it follows; 0: none
	Decided  int             `json:"decided,omitempty"` // the entry that decided about its renewal; 0: none yet
	Expired  bool            `json:"expired,omitempty"` // a sweep has told that it ended
}

// Seat is a use of a licence.
type Seat struct {
	Number int             `json:"number,omitzero"`  // within the licence, from 1; given by Allot
	Entry  int             `json:"entry,omitzero"`   // with which it was allotted; given by Allot
	Asset  ID              `json:"asset,omitempty"`  // on which it is used
	Holder townclerk.Actor `json:"holder,omitempty"` // who uses it
	Unit   string          `json:"unit,omitempty"`
	Many   int             `json:"many,omitzero"` // seats; default 1
	From   time.Time       `json:"from,omitzero"`
	Freed  []Freed         `json:"freed,omitempty"` // when it was; of those that were struck out, none counts
}

// Freed says that a seat was freed.
type Freed struct {
	Entry int       `json:"entry,omitzero"` // with which it was
	At    time.Time `json:"at,omitzero"`
}

// Use is how a licence is used at an instant.
type Use struct {
	Site  bool // any number may be used everywhere
	Seats int  // that were bought for a term which includes the instant
	Used  int  // that are allotted, and not covered by a term for a site
	Over  int  // used beyond those bought; 0 for Site
}

// Clone returns a copy that shares no memory with l.
func (l Licence) Clone() Licence {
	l.Terms = slices.Clone(l.Terms)
	for i := range l.Terms {
		l.Terms[i].Units = slices.Clone(l.Terms[i].Units)
	}
	l.Seats = slices.Clone(l.Seats)
	for i := range l.Seats {
		l.Seats[i].Freed = slices.Clone(l.Seats[i].Freed)
	}
	l.History = cloneHistory(l.History)
	l.Owed = slices.Clone(l.Owed)
	return l
}

// Timelines returns what happened about each entry that owes something, as
// [Asset.Timelines] does.
func (l *Licence) Timelines() []sla.Timeline { return timelines(l.ID, l.Name, l.History) }

// Use returns how the licence was used at an instant, as far as that was known by
// another; a known that is zero is today's knowledge.
func (l *Licence) Use(at, known time.Time) Use {
	counts := map[int]bool{}
	for _, e := range standing(l.History, latest, known) {
		counts[e.Number] = true
	}
	var u Use
	var units []string
	for i := range l.Terms {
		t := &l.Terms[i]
		switch {
		case !counts[t.Entry] || at.Before(t.From) || !t.Until.IsZero() && !at.Before(t.Until):
		case t.Site && len(t.Units) == 0:
			u.Site = true
		case t.Site:
			units = append(units, t.Units...)
		default:
			u.Seats = plus(u.Seats, t.Seats)
		}
	}
	for i := range l.Seats {
		s := &l.Seats[i]
		freed := slices.ContainsFunc(s.Freed, func(f Freed) bool { return counts[f.Entry] && !at.Before(f.At) })
		if counts[s.Entry] && !at.Before(s.From) && !freed && !slices.Contains(units, s.Unit) {
			u.Used = plus(u.Used, s.Many)
		}
	}
	if !u.Site {
		u.Over = max(0, u.Used-u.Seats)
	}
	return u
}

// plus returns the sum of two numbers above zero, or the highest that there is.
func plus(a, b int) int {
	if b > math.MaxInt-a {
		return math.MaxInt
	}
	return a + b
}

// turns returns the instants after one and until another at which its use changes.
func (l *Licence) turns(after, until time.Time) []time.Time {
	var all []time.Time
	for i := range l.Terms {
		all = append(all, l.Terms[i].From, l.Terms[i].Until)
	}
	for i := range l.Seats {
		all = append(all, l.Seats[i].From)
		for _, f := range l.Seats[i].Freed {
			all = append(all, f.At)
		}
	}
	return slices.DeleteFunc(all, func(t time.Time) bool { return !t.After(after) || t.After(until) })
}

// Runs reports whether the term includes an instant.
func (t *Term) Runs(at time.Time) bool {
	return !at.Before(t.From) && (t.Until.IsZero() || at.Before(t.Until))
}

// AddLicence returns a licence that was not there, and the event that this is. The
// command's Do is [Begin].
func (p *Policy) AddLicence(id ID, c Command) (Licence, []townclerk.Event, error) {
	if id == "" {
		return Licence{}, nil, fmt.Errorf("a licence cannot be opened: %w", &townclerk.FieldError{Field: "id", Problem: "missing"})
	}
	return p.DoLicence(Licence{ID: id}, c)
}

// DoLicence carries out a command on a licence, as [Policy.Do] does on an asset. What
// is allotted beyond what was bought is refused, or recorded as over-use, as the
// policy says.
func (p *Policy) DoLicence(l Licence, c Command) (Licence, []townclerk.Event, error) {
	l = l.Clone()
	d := &decision{
		p: p, c: &c, l: &l, thing: called("licence", l.ID, l.Number), state: l.State, now: Facts{Kind: licence, Unit: l.Unit}, history: &l.History,
		began: l.Began, last: l.Recorded,
	}
	if err := d.begin(); err != nil {
		return Licence{}, nil, err
	}
	data := Data{From: l.State, To: d.table().Next(d.state, c.Do, d).To}
	switch c.Do {
	case Report:
		data.Entries = d.report()
	case Correct:
		data.Entry = d.strike()
	default:
		d.licence(&data)
	}
	if err := d.errs(); err != nil {
		return Licence{}, nil, err
	}
	l.State, l.Recorded, l.Owing = data.To, d.Recorded, owed(l.History)
	data.Log = d.logged
	return l, []townclerk.Event{event(l.ID, happenedToLicence[c.Do], d.At, d.Recorded, c.By, data)}, nil
}

// licence is the kind by which promises match on changes of licences.
const licence = "licence"

// licence carries out what is done to a licence.
func (d *decision) licence(data *Data) {
	c, l := d.c, d.l
	e := Entry{
		Do: c.Do, From: data.From, To: data.To, Reason: c.Reason, Text: c.Text, Reference: c.Reference, Ticket: c.Ticket, Vendor: c.Vendor,
		Change: d.p.changes[c.Do], Notice: c.Notice,
	}
	number := len(l.History) + 1
	var appointed time.Time
	switch c.Do {
	case Begin:
		l.Name, l.Product, l.Vendor, l.Unit = c.Name, c.Product, c.Vendor, c.Set[keyUnit]
		l.Began, l.Series = d.At, d.p.year(d.At)
		d.now.Unit = l.Unit
		d.known("set.unit", tableUnits, l.Unit)
		data.Begun = &Begun{Name: l.Name, Product: l.Product, Vendor: l.Vendor, Unit: l.Unit}
	case Buy:
		data.Term, appointed = d.buy(number)
	case Decide:
		data.Term = d.decide(c.Number, number)
	case Allot:
		data.Seat = d.allot(number)
	case Free:
		data.Seat = d.free(number)
	case End:
		for i := range l.Terms {
			d.decided(&l.Terms[i], number)
		}
	}
	if d.errs() != nil {
		return
	}
	data.Entry = d.append(e)
	if !appointed.IsZero() {
		d.appoint(data.Entry, appointed)
	}
}

// buy adds a term, and returns it with the instant by which it has to be decided
// whether to renew it, if there is one.
func (d *decision) buy(entry int) (*Term, time.Time) {
	if d.c.Term == nil {
		d.fail("term", "missing; say how many seats were bought, and until when")
		return nil, time.Time{}
	}
	t := *d.c.Term
	t.Number, t.Entry, t.Decided, t.Expired = len(d.l.Terms)+1, entry, 0, false
	t.Units = slices.Clone(t.Units)
	if t.From.IsZero() {
		t.From = d.At
	}
	t.From, t.Until, t.Notice = t.From.UTC(), t.Until.UTC(), t.Notice.UTC()
	d.checkTerm(&t)
	if t.Renews != 0 && d.errs() == nil {
		d.decided(&d.l.Terms[t.Renews-1], entry)
	}
	d.l.Terms = append(d.l.Terms, t)
	by := t.Notice
	if by.IsZero() {
		by = t.Until
	}
	return &t, by
}

func (d *decision) checkTerm(t *Term) {
	switch {
	case t.Site && t.Seats != 0:
		d.fail("term.seats", "a term for a site has any number of seats; leave it out, or leave out site")
	case !t.Site && t.Seats < 1:
		d.fail("term.seats", "%d is not how many seats were bought; for a site write site", t.Seats)
	}
	if !t.Site && len(t.Units) > 0 {
		d.fail("term.units", "only a term for a site is for units of the organisation")
	}
	for _, unit := range t.Units {
		d.known("term.units", tableUnits, unit)
	}
	if !t.Until.IsZero() && !t.Until.After(t.From) {
		d.fail("term.until", "it ends before it begins")
	}
	if !t.Notice.IsZero() && (t.Until.IsZero() || t.Notice.After(t.Until)) {
		d.fail("term.notice", "notice is given before the term ends; a perpetual one has none")
	}
	if t.Renews < 0 || t.Renews > len(d.l.Terms) {
		d.fail("term.renews", "there is no term %d", t.Renews)
	} else if t.Renews > 0 && !d.l.counts(d.l.Terms[t.Renews-1].Entry) {
		d.fail("term.renews", "term %d was struck out", t.Renews)
	}
}

// decide notes that a term is not renewed, and returns it.
func (d *decision) decide(term, entry int) *Term {
	if term < 1 || term > len(d.l.Terms) {
		d.fail("number", "there is no term %d", term)
		return nil
	}
	switch t := &d.l.Terms[term-1]; {
	case !d.l.counts(t.Entry):
		d.fail("number", "term %d was struck out", term)
	case t.Decided != 0:
		d.fail("number", "it was decided about term %d already, in entry %d", term, t.Decided)
	default:
		d.decided(t, entry)
	}
	t := d.l.Terms[term-1]
	return &t
}

// decided meets the promise that somebody decides about a term in time.
func (d *decision) decided(t *Term, entry int) {
	if t.Decided != 0 {
		return
	}
	t.Decided = entry
	e := &d.l.History[t.Entry-1]
	if slices.ContainsFunc(e.Log, func(l sla.Event) bool { return l.Kind == sla.Appointed }) {
		e.Log = sla.Append(e.Log, sla.Event{Kind: decided, At: d.At}, d.Recorded)
		d.log(e)
	}
}

// appoint writes into an entry's timeline by when it has to be decided about its term.
func (d *decision) appoint(e *Entry, by time.Time) {
	appointment := sla.Event{Kind: sla.Appointed, At: e.At, Appointment: by}
	if len(e.Log) == 0 {
		d.start(e, appointment)
		return
	}
	e.Log = sla.Append(e.Log, appointment, d.Recorded)
	d.log(e)
}

func (d *decision) allot(entry int) *Seat {
	if d.c.Seat == nil || d.c.Seat.Asset == "" && d.c.Seat.Holder == "" {
		d.fail("seat", "missing; say which asset or who uses it")
		return nil
	}
	s := *d.c.Seat
	s.Number, s.Entry, s.Freed, s.From = len(d.l.Seats)+1, entry, nil, d.At
	if s.Many == 0 {
		s.Many = 1
	}
	if s.Many < 0 {
		d.fail("seat.many", "%d is not how many seats are used", s.Many)
	}
	d.known("seat.unit", tableUnits, s.Unit)
	d.l.Seats = append(d.l.Seats, s)
	if d.p.overUse {
		return &s
	}
	// The entry is yet to be written: it counts as if it were.
	with := *d.l
	with.History = append(slices.Clone(with.History), Entry{Number: entry, At: d.At, Recorded: d.Recorded})
	for _, at := range append([]time.Time{d.At}, d.l.turns(d.At, d.Recorded)...) {
		before, after := d.l.Use(at, time.Time{}), with.Use(at, time.Time{})
		if after.Over > before.Over {
			d.fail("seat", "%d seats were bought and %d would be used; buy more, or free others", after.Seats, after.Used)
			break
		}
	}
	return &s
}

func (d *decision) free(entry int) *Seat {
	n := d.c.Number
	if n < 1 || n > len(d.l.Seats) {
		d.fail("number", "there is no seat %d", n)
		return nil
	}
	s := &d.l.Seats[n-1]
	switch {
	case d.l.freed(s) != 0:
		d.fail("number", "seat %d was freed already, in entry %d", n, d.l.freed(s))
	case !d.l.counts(s.Entry):
		d.fail("number", "seat %d was struck out", n)
	case d.At.Before(s.From):
		d.fail("at", "seat %d is used only since a later time", n)
	default:
		s.Freed = append(s.Freed, Freed{entry, d.At})
	}
	freed := *s
	freed.Freed = slices.Clone(s.Freed)
	return &freed
}

// freed returns the entry with which a seat was freed, or 0.
func (l *Licence) freed(s *Seat) int {
	for _, f := range s.Freed {
		if l.counts(f.Entry) {
			return f.Entry
		}
	}
	return 0
}

// strike strikes an entry of a licence out, with what it did.
func (d *decision) strike() *Entry {
	if !d.c.Void {
		d.fail("void", "what is wrong about a licence is struck out; then record it anew")
		return nil
	}
	n := d.c.Corrects
	if n > 1 && n <= len(d.l.History) {
		d.unravel(n)
	} else {
		d.fail("corrects", "there is no entry %d that could be struck out; an opened licence is ended", n)
	}
	if d.errs() != nil {
		return nil
	}
	return d.correct()
}

// unravel takes back what an entry did to terms and seats.
func (d *decision) unravel(n int) {
	l := d.l
	if l.History[n-1].Do == End || l.State == Ended {
		d.fail("corrects", "the licence was ended; open another")
		return
	}
	for i := range l.Terms {
		t := &l.Terms[i]
		if t.Entry == n && t.Decided != 0 {
			d.fail("corrects", "term %d was decided about in entry %d; strike that out first", t.Number, t.Decided)
		}
		if t.Decided == n && l.History[t.Entry-1].Log != nil {
			e := &l.History[t.Entry-1]
			e.Log = sla.Append(e.Log, sla.Event{Kind: sla.Reopened, At: d.Recorded}, d.Recorded)
			d.log(e)
		}
		if t.Decided == n {
			t.Decided = 0
		}
		if t.Entry == n && l.History[n-1].Report != nil {
			d.decided(t, len(l.History)+1)
		}
	}
	for i := range l.Seats {
		if s := &l.Seats[i]; s.Entry == n && l.freed(s) != 0 {
			d.fail("corrects", "seat %d was freed in entry %d; strike that out first", s.Number, l.freed(s))
		}
	}
}

// SettleLicence records in a licence what is owed at now, as [Policy.Settle] does in an
// asset; and which terms have ended, and how many seats too many are used if that is
// others than were recorded.
func (p *Policy) SettleLicence(l Licence, now time.Time) (Licence, []townclerk.Event) {
	l = l.Clone()
	now = now.UTC()
	s := settlement{p: p, id: l.ID, state: l.State, history: l.History, owed: &l.Owed, problem: &l.Problem, recorded: &l.Recorded}
	l.NextAt = s.settle(now)
	again := func(at time.Time) {
		if at.After(now) && (l.NextAt.IsZero() || at.Before(l.NextAt)) {
			l.NextAt = at
		}
	}
	for i := range l.Terms {
		t := &l.Terms[i]
		again(t.From)
		again(t.Until)
		if !t.Until.IsZero() && !t.Expired && !now.Before(t.Until) {
			t.Expired = true
			if l.counts(t.Entry) {
				l.write(&s, now, eventExpired, t.Until, Data{Term: &l.Terms[i]})
			}
		}
	}
	if over := l.Use(now, time.Time{}).Over; over != l.Over {
		l.Over = over
		l.write(&s, now, eventOverused, now, Data{Over: over})
	}
	return l, s.events
}

// counts reports whether an entry was not struck out.
func (l *Licence) counts(entry int) bool {
	return !slices.ContainsFunc(l.History, func(e Entry) bool { return e.Corrects == entry })
}

func (l *Licence) write(s *settlement, now time.Time, kind string, at time.Time, data Data) {
	if l.Recorded.Before(now) {
		l.Recorded = now
	}
	data.From, data.To = l.State, l.State
	s.event(kind, at, data)
}
