package sqlstore

import "github.com/townclerk/townclerk/kpi"

// kpiKind is a kind of package kpi. Its columns are, beside the state, what it has of:
// indicator, unit, duty, subject.
func kpiKind[T any](thing, table string, record func(*T) *kpi.Record, columns ...column[T]) *kind[T, kpi.Query] {
	has := map[string]bool{}
	for _, c := range columns {
		has[c.name] = true
	}
	return newKind(kind[T, kpi.Query]{
		thing: thing, table: table, domain: kpiDomain, order: "began", number: true,
		header: func(t *T) header {
			r := record(t)
			return header{string(r.ID), &r.Version, r.NextAt, r.Series, &r.Number, r.Began}
		},
		columns: append([]column[T]{{"state", func(t *T) any { return string(record(t).State) }}}, columns...),
		selects: func(q *kpi.Query, w *where) (string, int) {
			equal(w, "number", q.Number)
			among(w, "state", q.States)
			for _, c := range []struct{ name, asked string }{
				{"indicator", q.Indicator}, {"unit", q.Unit}, {"duty", q.Duty}, {"subject", string(q.Subject)},
			} {
				if has[c.name] {
					equal(w, c.name, c.asked)
				} else {
					w.none(c.asked != "")
				}
			}
			w.between("began", q.From, q.To)
			return q.After, q.Limit
		},
	})
}

var (
	measurements = kpiKind("measurement", "measurements", func(m *kpi.Measurement) *kpi.Record { return &m.Record },
		column[kpi.Measurement]{"indicator", func(m *kpi.Measurement) any { return m.Indicator }},
		column[kpi.Measurement]{"unit", func(m *kpi.Measurement) any { return m.Unit }})
	occurrences = kpiKind("occurrence", "occurrences", func(o *kpi.Occurrence) *kpi.Record { return &o.Record },
		column[kpi.Occurrence]{"duty", func(o *kpi.Occurrence) any { return o.Duty }})
	schedules = kpiKind("schedule", "schedules", func(s *kpi.Schedule) *kpi.Record { return &s.Record },
		column[kpi.Schedule]{"duty", func(s *kpi.Schedule) any { return s.Duty }})
	cards    = kpiKind("card", "cards", func(c *kpi.Card) *kpi.Record { return &c.Record })
	remedies = kpiKind("remedy", "remedies", func(r *kpi.Remedy) *kpi.Record { return &r.Record },
		column[kpi.Remedy]{"subject", func(r *kpi.Remedy) any { return string(r.Subject) }})
)
