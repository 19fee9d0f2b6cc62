package kpi

import (
	"slices"
	"time"

	"github.com/townclerk/townclerk"
)

// Store keeps the measurements, cards, occurrences of duties, their schedules and the
// remedies of many tenants. [NewMemStore] is one; [CheckStore] tries any other. Each
// repository keeps the whole contract of [townclerk.Repo], with ids that are the text of
// an [ID], and has no unique key.
type Store interface {
	Measurements() townclerk.Repo[Measurement, Query]
	Occurrences() townclerk.Repo[Occurrence, Query]
	Schedules() townclerk.Repo[Schedule, Query]
	Cards() townclerk.Repo[Card, Query]
	Remedies() townclerk.Repo[Remedy, Query]

	townclerk.Outbox
}

// Query selects aggregates of one kind. An empty field selects all; several must all
// hold. Where a kind has nothing of the sort, such as a card a Duty, a field that is not
// empty selects none. The order is by Began, then by the bytes of the ID.
type Query struct {
	States    []State // any of them
	Number    string
	Indicator string    // of measurements
	Duty      string    // of occurrences and schedules
	Unit      string    // of measurements: of the organisation
	Subject   ID        // of remedies
	From, To  time.Time // began at From or later, and before To

	After string // the Next of the page before
	Limit int    // at most so many; 0 leaves it to the store
}

// traits is what queries look at.
type traits struct {
	*Record
	indicator, duty, unit string
	subject               ID
}

func (m *Measurement) traits() traits {
	return traits{Record: &m.Record, indicator: m.Indicator, unit: m.Unit}
}
func (o *Occurrence) traits() traits { return traits{Record: &o.Record, duty: o.Duty} }
func (s *Schedule) traits() traits   { return traits{Record: &s.Record, duty: s.Duty} }
func (c *Card) traits() traits       { return traits{Record: &c.Record} }
func (r *Remedy) traits() traits     { return traits{Record: &r.Record, subject: r.Subject} }

// selects reports whether q selects an aggregate.
func (q *Query) selects(t traits) bool {
	return (len(q.States) == 0 || slices.Contains(q.States, t.State)) &&
		(q.Number == "" || q.Number == t.Number) &&
		(q.Indicator == "" || q.Indicator == t.indicator) &&
		(q.Duty == "" || q.Duty == t.duty) &&
		(q.Unit == "" || q.Unit == t.unit) &&
		(q.Subject == "" || q.Subject == t.subject) &&
		(q.From.IsZero() || !t.Began.Before(q.From)) &&
		(q.To.IsZero() || t.Began.Before(q.To))
}
