package asset

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
	"github.com/townclerk/townclerk/internal/tomldoc"
)

// Stock is what there is of a part or a consumable at one place.
type Stock struct {
	ID      ID    `json:"id,omitzero"`
	Version int64 `json:"version,omitzero"` // how often it was written; given by the store

	State    State  `json:"state,omitzero"` // Held or Ended
	Part     string `json:"part,omitzero"`  // one of the policy's
	Name     string `json:"name,omitzero"`  // default: as the policy calls the part
	Location string `json:"location,omitzero"`
	Minimum  int    `json:"minimum,omitzero"`  // below which it is time to buy; 0: never
	Quantity int    `json:"quantity,omitzero"` // that is there now

	Began     time.Time  `json:"began,omitzero"`
	Recorded  time.Time  `json:"recorded,omitzero"`  // when it was last written about
	Movements []Movement `json:"movements,omitzero"` // all that came and went, in the order of recording
}

// Movement is something that came into a stock or went out of it.
type Movement struct {
	Number    int             `json:"number,omitzero"` // within the stock, from 1
	Do        Action          `json:"do,omitzero"`
	At        time.Time       `json:"at,omitzero"`
	Recorded  time.Time       `json:"recorded,omitzero"`
	By        townclerk.Actor `json:"by,omitempty"`
	Role      string          `json:"role,omitempty"`
	Quantity  int             `json:"quantity,omitzero"` // that came; below zero: that went
	Left      int             `json:"left,omitzero"`     // as it was known then
	Reason    string          `json:"reason,omitempty"`
	Reference string          `json:"reference,omitempty"` // the document about it
	Asset     ID              `json:"asset,omitempty"`     // for which it went out
	Ticket    string          `json:"ticket,omitempty"`    // likewise, an id of package ticket
}

// Clone returns a copy that shares no memory with s.
func (s Stock) Clone() Stock {
	s.Movements = slices.Clone(s.Movements)
	return s
}

// At returns how much there was at an instant, as far as that was known by another; a
// known that is zero is today's knowledge.
func (s *Stock) At(at, known time.Time) int {
	n := 0
	for i := range s.Movements {
		if m := &s.Movements[i]; !m.At.After(at) && (known.IsZero() || !m.Recorded.After(known)) {
			n += m.Quantity
		}
	}
	return n
}

// Low reports whether less is left than there should be.
func (s *Stock) Low() bool { return s.State == Held && s.Quantity < s.Minimum }

// AddStock returns a stock that was not there, and the event that this is. The
// command's Do is [Begin].
func (p *Policy) AddStock(id ID, c Command) (Stock, []townclerk.Event, error) {
	if id == "" {
		return Stock{}, nil, fmt.Errorf("a stock cannot be opened: %w", &townclerk.FieldError{Field: "id", Problem: "missing"})
	}
	return p.DoStock(Stock{ID: id}, c)
}

// DoStock carries out a command on a stock, as [Policy.Do] does on an asset. No more
// goes out than was there at that time and is there now. With the event of what falls
// below its minimum comes one of the kind asset.stock-low.
func (p *Policy) DoStock(s Stock, c Command) (Stock, []townclerk.Event, error) {
	s = s.Clone()
	d := &decision{
		p: p, c: &c, s: &s, thing: called("stock", s.ID, ""), state: s.State, history: &[]Entry{}, began: s.Began, last: s.Recorded,
	}
	if err := d.begin(); err != nil {
		return Stock{}, nil, err
	}
	low := s.Low()
	m := Movement{
		Number: len(s.Movements) + 1, Do: c.Do, At: d.At, Recorded: d.Recorded, By: c.By, Role: c.Role,
		Reason: c.Reason, Reference: c.Reference, Asset: c.Asset, Ticket: c.Ticket,
	}
	data := Data{From: s.State, To: d.table().Next(d.state, c.Do, d).To, Movement: &m}
	d.stock(&m, &data)
	d.countable(&m)
	if err := d.errs(); err != nil {
		return Stock{}, nil, err
	}
	m.Left = s.Quantity + m.Quantity
	s.Movements = append(s.Movements, m)
	s.State, s.Quantity, s.Recorded = data.To, m.Left, d.Recorded
	events := []townclerk.Event{event(s.ID, happenedToStock[c.Do], d.At, d.Recorded, c.By, data)}
	if s.Low() && !low {
		events = append(events, event(s.ID, eventLow, d.At, d.Recorded, c.By, Data{From: s.State, To: s.State, Movement: &m}))
	}
	return s, events, nil
}

// stock says what comes or goes.
func (d *decision) stock(m *Movement, data *Data) {
	c, s := d.c, d.s
	switch c.Do {
	case Begin:
		if _, ok := d.p.parts[c.Part]; !ok {
			d.fail("part", "%q is none of [parts]%s", c.Part, tomldoc.Suggest(c.Part, d.p.titles.IDs(tableParts)))
		}
		d.known("location", tableLocations, c.Location)
		s.Part, s.Name, s.Location, s.Minimum, s.Began = c.Part, c.Name, c.Location, c.Minimum, d.At
		if s.Name == "" {
			s.Name = d.p.Title(tableParts, c.Part, d.p.locale())
		}
		if s.Minimum == 0 {
			s.Minimum = d.p.parts[c.Part].minimum
		}
		if s.Minimum < 0 || c.Quantity < 0 {
			d.fail("quantity", "neither what is there nor the minimum is below zero")
		}
		m.Quantity = c.Quantity
		data.Begun = &Begun{Name: s.Name, Part: s.Part, Location: s.Location, Minimum: s.Minimum}
	case TakeIn:
		m.Quantity = c.Quantity
	case Issue:
		m.Quantity = -c.Quantity
		d.enough(c.Quantity)
	case Count:
		if c.Quantity < 0 {
			d.fail("quantity", "%d is not what can be there", c.Quantity)
			return
		}
		if m.Quantity = c.Quantity - s.At(d.At, time.Time{}); m.Quantity < 0 {
			d.enough(-m.Quantity)
		}
	}
}

// countable checks that what comes can be counted with all that ever came, and that no
// count since has what comes or goes in it already.
func (d *decision) countable(m *Movement) {
	room := math.MaxInt
	for i := range d.s.Movements {
		o := &d.s.Movements[i]
		room -= max(0, o.Quantity)
		if o.Do == Count && d.At.Before(o.At) {
			d.fail("at", "it was counted since, at %s, with what came and went before; say it in the reason of another count", service.Stamp(o.At))
			return
		}
	}
	if m.Quantity > room {
		d.fail("quantity", "%d are more than can be counted with what came before", m.Quantity)
	}
}

// enough checks that at no time since less was there than is to go out now.
func (d *decision) enough(n int) {
	least, at := d.s.At(d.At, time.Time{}), d.At
	for i := range d.s.Movements {
		if m := &d.s.Movements[i]; m.At.After(d.At) {
			if left := d.s.At(m.At, time.Time{}); left < least {
				least, at = left, m.At
			}
		}
	}
	if n > least {
		d.fail("quantity", "%d are to go out, and %d were there at %s", n, least, at.UTC().Format(time.RFC3339))
	}
}
