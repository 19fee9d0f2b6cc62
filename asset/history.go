package asset

import (
	"cmp"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
)

// AsOf returns what was so at an instant, as far as it was known by another: what had
// been recorded by then. A known that is zero is today's knowledge. ok is false if
// nothing was known of the asset at that time.
//
// What was known then does not change when something is corrected later, so that a
// report of last year can be made again as it was.
func (a *Asset) AsOf(at, known time.Time) (facts Facts, ok bool) {
	if plain(a.History) {
		n := visible(a.History, at, known)
		for i := range n {
			facts.fold(&a.History[i])
		}
		return facts, n > 0
	}
	return replay(standing(a.History, at, known))
}

// replay returns the facts after entries that stand in the order in which they happened.
func replay(entries []*Entry) (facts Facts, ok bool) {
	for _, e := range entries {
		facts.fold(e)
	}
	return facts, len(entries) > 0
}

// fold makes of facts what they are after an entry.
func (f *Facts) fold(e *Entry) {
	f.State = next(f.State, e)
	for i := range e.Set {
		f.put(e.Set[i].Key, e.Set[i].Is)
	}
}

// next returns the state to which an entry leads from another, which may not be the
// one in which it was recorded: something may have been recorded late.
func next(from State, e *Entry) State {
	if from == e.From || from == "" {
		return e.To
	}
	if e.From == e.To {
		return from
	}
	return e.To
}

// plain reports whether entries stand in the order in which they happened, and none
// corrects another.
func plain(history []Entry) bool {
	for i := range history {
		if e := &history[i]; e.Corrects != 0 || e.Void || i > 0 && e.At.Before(history[i-1].At) {
			return false
		}
	}
	return true
}

// visible returns how many of a plain history's entries count.
func visible(history []Entry, at, known time.Time) int {
	n := len(history)
	for n > 0 && (history[n-1].At.After(at) || !known.IsZero() && history[n-1].Recorded.After(known)) {
		n--
	}
	return n
}

// standing returns the entries that count, with corrections carried out, in the order
// in which they happened; of one instant, in that of recording, where a correction
// takes the place of what it replaces.
func standing(history []Entry, at, known time.Time) []*Entry {
	type placed struct {
		*Entry
		place int
	}
	all := make([]placed, 0, len(history))
	for i := range history {
		e := placed{&history[i], i}
		if !known.IsZero() && e.Recorded.After(known) {
			continue
		}
		if e.Corrects != 0 {
			if k := slices.IndexFunc(all, func(o placed) bool { return o.Number == e.Corrects }); k >= 0 {
				e.place = all[k].place
				all = slices.Delete(all, k, k+1)
			}
		}
		if !e.Void {
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(p, q placed) int { return cmp.Or(p.At.Compare(q.At), p.place-q.place) })
	entries := make([]*Entry, 0, len(all))
	for _, e := range all {
		if !e.At.After(at) {
			entries = append(entries, e.Entry)
		}
	}
	return entries
}

// Standing returns the entries that count by what was known at an instant, in the
// order in which they happened: without those that were struck out, and with those
// that replaced others in their place. A known that is zero is today's knowledge.
func (a *Asset) Standing(known time.Time) []Entry {
	var all []Entry
	for _, e := range standing(a.History, latest, known) {
		all = append(all, *e)
	}
	return all
}

// latest is after everything that is ever written down.
var latest = time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)

// Repairs returns the entries with the protocols of repairs that were finished in a
// period, as they are known now (KA-12, KA-13).
func (a *Asset) Repairs(in townclerk.Period) []Entry {
	return slices.DeleteFunc(a.Standing(time.Time{}), func(e Entry) bool { return e.Repair == nil || !in.Contains(e.At) })
}

// Outage is a time in which an asset did not serve.
type Outage struct {
	From  time.Time
	To    time.Time // zero: it lasts
	Entry int       // that says so: of Fail, or of the protocol of a repair
}

// Outages returns when the asset did not serve, as it is known now, in the order in
// which that began: from Fail to Recover, and what the protocols of repairs say. They
// may overlap.
func (a *Asset) Outages() []Outage {
	var all []Outage
	down := -1
	for _, e := range a.Standing(time.Time{}) {
		switch {
		case e.Do == Fail:
			down = len(all)
			all = append(all, Outage{From: e.At, Entry: e.Number})
		case down >= 0 && slices.ContainsFunc(e.Set, func(f Fact) bool { return f.Key == keyDown && f.Is == "" }):
			all[down].To, down = e.At, -1
		}
		if r := e.Repair; r != nil && !r.DownFrom.IsZero() {
			all = append(all, Outage{r.DownFrom, r.DownTo, e.Number})
		}
	}
	slices.SortStableFunc(all, func(p, q Outage) int { return p.From.Compare(q.From) })
	return all
}
