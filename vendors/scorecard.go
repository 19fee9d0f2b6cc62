package vendors

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// Scorecard is how a vendor dealt with its calls (RA-06).
type Scorecard struct {
	Vendor     string
	Calls      int // that were opened
	Over       int // of them verified
	Withdrawn  int
	Disputed   int // at least once
	Uncovered  int // without a contract in force
	Scores     []Score
	Unassessed int // calls whose promises cannot be assessed, which have no scores
}

// Score is how often a vendor kept a target.
type Score struct {
	Target  *sla.Target
	Met     int
	Missed  int
	Running int // neither yet
}

// Kept returns the share of those that were kept, of those that are decided.
func (s Score) Kept() townclerk.Ratio {
	return townclerk.Ratio{N: int64(s.Met), D: int64(s.Met + s.Missed)}
}

// Scorecards returns a scorecard for each vendor that has calls, in the order of the
// policy: of those that were opened in a period, as of now. Only targets of the kind
// contract count, which are what vendors promise. It reads each call once; an error of
// the sequence comes back.
func (p *Policy) Scorecards(period townclerk.Period, calls iter.Seq2[Call, error], now time.Time) ([]Scorecard, error) {
	cards := map[string]*Scorecard{}
	for call, err := range calls {
		if err != nil {
			return nil, err
		}
		if call.Opened.IsZero() || !period.Contains(call.Opened) {
			continue
		}
		card := cards[call.Vendor]
		if card == nil {
			card = &Scorecard{Vendor: call.Vendor}
			cards[call.Vendor] = card
		}
		card.count(&call)
		if a, err := p.Assess(call.Timeline(), now); err != nil {
			card.Unassessed++
		} else {
			card.score(&a)
		}
	}
	var all []Scorecard
	for _, card := range cards {
		slices.SortFunc(card.Scores, func(a, b Score) int {
			return cmp.Compare(p.placeOf(a.Target), p.placeOf(b.Target))
		})
		all = append(all, *card)
	}
	known := p.titles.IDs(tableVendors)
	slices.SortFunc(all, func(a, b Scorecard) int {
		return cmp.Or(cmp.Compare(slices.Index(known, a.Vendor), slices.Index(known, b.Vendor)), cmp.Compare(a.Vendor, b.Vendor))
	})
	return all, nil
}

// placeOf returns where a target stands in the promises.
func (p *Policy) placeOf(t *sla.Target) int {
	return slices.IndexFunc(p.promises.Targets(), func(o *sla.Target) bool { return o.ID == t.ID })
}

func (s *Scorecard) count(c *Call) {
	s.Calls++
	switch c.State {
	case Verified:
		s.Over++
	case Withdrawn:
		s.Withdrawn++
	}
	if len(c.Disputes) > 0 {
		s.Disputed++
	}
	if c.Contract == "" {
		s.Uncovered++
	}
}

func (s *Scorecard) score(a *sla.Assessment) {
	for i := range a.Clocks {
		c := &a.Clocks[i]
		if c.Target.Kind != sla.Contract {
			continue
		}
		n := slices.IndexFunc(s.Scores, func(o Score) bool { return o.Target.ID == c.Target.ID })
		if n < 0 {
			n = len(s.Scores)
			s.Scores = append(s.Scores, Score{Target: c.Target})
		}
		switch {
		case !c.Breached.IsZero():
			s.Scores[n].Missed++
		case c.State == sla.Met:
			s.Scores[n].Met++
		case c.Open():
			s.Scores[n].Running++
		}
	}
}
