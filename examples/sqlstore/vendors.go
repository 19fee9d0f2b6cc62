package sqlstore

import (
	"context"
	"time"

	"github.com/townclerk/townclerk/vendors"
)

// vendorKind is a kind of package vendors. Its columns are, beside the state, what it has
// of: vendor, service, contract, year, ticket, follower, kind.
func vendorKind[T any](thing, table string, record func(*T) *vendors.Record, columns ...column[T]) kind[T, vendors.Query] {
	has := map[string]bool{}
	for _, c := range columns {
		has[c.name] = true
	}
	return kind[T, vendors.Query]{
		thing: thing, table: table, domain: vendorsDomain, order: "began", number: true,
		header: func(t *T) header {
			r := record(t)
			return header{string(r.ID), &r.Version, r.NextAt, r.Series, &r.Number, r.Began}
		},
		columns: append([]column[T]{{"state", func(t *T) any { return string(record(t).State) }}}, columns...),
		selects: func(q *vendors.Query, w *where) (string, int) {
			equal(w, "number", q.Number)
			among(w, "state", q.States)
			for _, c := range []struct{ name, asked string }{
				{"vendor", q.Vendor},
				{"service", q.Service},
				{"contract", string(q.Contract)},
				{"ticket", q.Ticket},
				{"follower", string(q.Follower)},
				{"kind", q.Kind},
			} {
				if has[c.name] {
					equal(w, c.name, c.asked)
				} else if c.name != "service" || table != "contracts" {
					w.none(c.asked != "")
				}
			}
			w.is("year = ?", q.Year != 0 && has["year"], q.Year)
			w.none(q.Year != 0 && !has["year"])
			if table == "contracts" {
				inForce(q, w)
			} else {
				w.none(!q.InForce.IsZero())
			}
			w.between("began", q.From, q.To)
			return q.After, q.Limit
		},
	}
}

var contracts = func() *kind[vendors.Contract, vendors.Query] {
	k := vendorKind("contract", "contracts", func(c *vendors.Contract) *vendors.Record { return &c.Record },
		column[vendors.Contract]{"vendor", func(c *vendors.Contract) any { return c.Vendor }})
	k.parts = writeTerms
	return newKind(k)
}()

var calls = newKind(vendorKind("call", "vendor_calls", func(c *vendors.Call) *vendors.Record { return &c.Record },
	column[vendors.Call]{"vendor", func(c *vendors.Call) any { return c.Vendor }},
	column[vendors.Call]{"service", func(c *vendors.Call) any { return c.Service }},
	column[vendors.Call]{"contract", func(c *vendors.Call) any { return string(c.Contract) }},
	column[vendors.Call]{"ticket", func(c *vendors.Call) any { return c.Ticket }},
	column[vendors.Call]{"follower", func(c *vendors.Call) any { return string(c.Follower) }},
))

var invoices = func() *kind[vendors.Invoice, vendors.Query] {
	k := vendorKind("invoice", "invoices", func(v *vendors.Invoice) *vendors.Record { return &v.Record },
		column[vendors.Invoice]{"vendor", func(v *vendors.Invoice) any { return v.Vendor }},
		column[vendors.Invoice]{"contract", func(v *vendors.Invoice) any { return string(v.Contract) }},
		column[vendors.Invoice]{"year", func(v *vendors.Invoice) any { return v.Year }},
		column[vendors.Invoice]{"holds", func(v *vendors.Invoice) any { return v.Holds }},
	)
	k.unique = "holds"
	return newKind(k)
}()

var frames = newKind(vendorKind("frame", "budget_frames", func(f *vendors.Frame) *vendors.Record { return &f.Record },
	column[vendors.Frame]{"vendor", func(f *vendors.Frame) any { return f.Vendor }},
	column[vendors.Frame]{"contract", func(f *vendors.Frame) any { return string(f.Contract) }},
	column[vendors.Frame]{"year", func(f *vendors.Frame) any { return f.Year }},
))

var reviews = newKind(vendorKind("review", "vendor_reviews", func(r *vendors.Review) *vendors.Record { return &r.Record },
	column[vendors.Review]{"vendor", func(r *vendors.Review) any { return r.Vendor }},
	column[vendors.Review]{"contract", func(r *vendors.Review) any { return string(r.Contract) }},
	column[vendors.Review]{"kind", func(r *vendors.Review) any { return r.Kind }},
))

var usages = newKind(vendorKind("usage", "vendor_usages", func(u *vendors.Usage) *vendors.Record { return &u.Record },
	column[vendors.Usage]{"vendor", func(u *vendors.Usage) any { return u.Vendor }},
	column[vendors.Usage]{"contract", func(u *vendors.Usage) any { return string(u.Contract) }},
	column[vendors.Usage]{"year", func(u *vendors.Usage) any { return u.Year }},
))

// openEnd is when an agreement ends whose end is open.
var openEnd = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// writeTerms writes when a contract is in force, and for what: a row for each agreement
// with no service, and one for each of its services. An agreement counts until the next
// takes its place.
func writeTerms(ctx context.Context, q querier, d dialect, tenant string, c *vendors.Contract) error {
	if _, err := q.ExecContext(ctx, d.bind(`DELETE FROM contract_terms WHERE tenant = ? AND contract = ?`), tenant, string(c.ID)); err != nil {
		return err
	}
	until := openEnd
	for i := len(c.Agreed) - 1; i >= 0; i-- {
		a := &c.Agreed[i]
		to := until
		if !a.To.IsZero() && a.To.Before(to) {
			to = a.To
		}
		if a.From.Before(until) {
			until = a.From
		}
		for service := range services(a) {
			_, err := q.ExecContext(ctx, d.bind(`INSERT INTO contract_terms (tenant, contract, agreement, service, from_at, to_at) VALUES (?, ?, ?, ?, ?, ?)`),
				tenant, string(c.ID), i+1, service, d.instant(a.From), d.instant(to))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// services returns those of an agreement as they stand in columns, and none, which is
// "".
func services(a *vendors.Agreement) map[string]bool {
	all := map[string]bool{"": true}
	for _, s := range a.Services {
		all[key(s)] = true
	}
	return all
}

// inForce is the conditions that the agreements of contracts are asked about.
func inForce(q *vendors.Query, w *where) {
	const of = "id IN (SELECT contract FROM contract_terms WHERE tenant = ? AND service = ?"
	tenant := w.args[0] // which every query begins with
	switch {
	case !q.InForce.IsZero():
		at := w.d.instant(q.InForce)
		w.add(of+" AND to_at > ? AND from_at <= ?)", tenant, key(q.Service), at, at)
	case q.Service != "":
		w.add(of+")", tenant, key(q.Service))
	}
}
