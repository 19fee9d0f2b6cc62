package vendors

import (
	"context"
	"fmt"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storecheck"
)

// CheckStore tries whether a store keeps the contract of [Store] and
// [townclerk.Repo], for each of its repositories. It takes some seconds on a database.
//
// For each rule it has open make an empty store, and closes it with the function
// that comes with it. The error joins all failures, each of which begins with the name of
// the kind of aggregate and of the rule that was broken; it is nil if there are none.
func CheckStore(ctx context.Context, open func(context.Context) (Store, func() error, error)) error {
	return storecheck.Check(ctx, open, contractCheck, callCheck, invoiceCheck, frameCheck, reviewCheck, usageCheck)
}

// What the aggregates are to a store.
var (
	contractCheck = repoCheck("contract", Store.Contracts, func(c *Contract) *Record { return &c.Record }, varyContract, append(contractSelections, lacking[Contract](noContract, noYear, noTicket, noFollower, noKind)...))
	callCheck     = repoCheck("call", Store.Calls, func(c *Call) *Record { return &c.Record }, varyCall, append(callSelections, lacking[Call](noInForce, noYear, noKind)...))
	invoiceCheck  = repoCheck("invoice", Store.Invoices, func(v *Invoice) *Record { return &v.Record }, varyInvoice, append(invoiceSelections, lacking[Invoice](noService, noInForce, noTicket, noFollower, noKind)...),
		storecheck.Unique[Invoice]{Name: "Holds", Set: func(v *Invoice, key string) { v.Holds = key }})
	frameCheck  = repoCheck("frame", Store.Frames, func(f *Frame) *Record { return &f.Record }, varyFrame, append(frameSelections, lacking[Frame](noService, noInForce, noTicket, noFollower, noKind)...))
	reviewCheck = repoCheck("review", Store.Reviews, func(r *Review) *Record { return &r.Record }, varyReview, append(reviewSelections, lacking[Review](noService, noInForce, noYear, noTicket, noFollower)...))
	usageCheck  = repoCheck("usage", Store.Usages, func(u *Usage) *Record { return &u.Record }, varyUsage, append(usageSelections, lacking[Usage](noService, noInForce, noTicket, noFollower, noKind)...))
)

func repoCheck[T any](name string, repo func(Store) townclerk.Repo[T, Query], record func(*T) *Record, vary func(*T, int),
	selections []storecheck.Selection[T, Query], unique ...storecheck.Unique[T],
) storecheck.Kind[Store, T, Query] {
	return storecheck.Kind[Store, T, Query]{
		Name: name, Repo: repo, Vary: vary, Unique: unique,
		ID:      func(t *T) string { return string(record(t).ID) },
		SetID:   func(t *T, id string) { record(t).ID = ID(id) },
		Version: func(t *T) *int64 { return &record(t).Version },
		NextAt:  func(t *T) *time.Time { return &record(t).NextAt },
		Series:  func(t *T) *string { return &record(t).Series },
		Number:  func(t *T) *string { return &record(t).Number },
		Place:   func(t *T, place int) { record(t).Began = firstBegan.Add(time.Duration(place) * time.Minute) },
		Page:    func(q *Query, after string, limit int) { q.After, q.Limit = after, limit },
		Selections: append(selections,
			storecheck.Selection[T, Query]{Name: "by number", Query: Query{Number: "2026-000007"}, Wants: func(t *T) bool { return record(t).Number == "2026-000007" }},
			storecheck.Selection[T, Query]{Name: "from an instant", Query: Query{From: firstBegan.Add(5 * time.Minute)},
				Wants: func(t *T) bool { return !record(t).Began.Before(firstBegan.Add(5 * time.Minute)) }},
			storecheck.Selection[T, Query]{Name: "to an instant", Query: Query{To: firstBegan.Add(9 * time.Minute)},
				Wants: func(t *T) bool { return record(t).Began.Before(firstBegan.Add(9 * time.Minute)) }},
		),
	}
}

// lack is a query for what not all kinds of aggregates have, so that it selects none of
// the others.
type lack struct {
	what  string
	query Query
}

var (
	noService  = lack{"service", Query{Service: "exchange"}}
	noInForce  = lack{"instant in force", Query{InForce: firstBegan}}
	noContract = lack{"contract", Query{Contract: "C-1"}}
	noYear     = lack{"year", Query{Year: 2026}}
	noTicket   = lack{"ticket", Query{Ticket: "T-1"}}
	noFollower = lack{"follower", Query{Follower: "dana"}}
	noKind     = lack{"kind", Query{Kind: "tender"}}
)

func lacking[T any](lacks ...lack) (all []storecheck.Selection[T, Query]) {
	for _, l := range lacks {
		all = append(all, storecheck.Selection[T, Query]{Name: "by a " + l.what + ", which these do not have", Query: l.query, Wants: func(*T) bool { return false }})
	}
	return all
}

// firstBegan is when the first of the aggregates began that CheckStore makes.
var firstBegan = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// either returns a value or another, by a bit of n.
func either(n, bit int, value, other string) string {
	if n>>bit&1 == 1 {
		return value
	}
	return other
}

func varyContract(c *Contract, n int) {
	c.State, c.Vendor = Concluded, either(n, 0, "exchange-vendor", "line-vendor")
	a := Agreement{From: firstBegan.AddDate(0, n%5, 0), To: firstBegan.AddDate(1, n%5, 0), Services: []string{either(n, 1, "exchange", "lines"), "devices"}}
	if n%3 == 0 {
		a.To = time.Time{}
	}
	c.Agreed = []Agreement{a}
	if n%4 == 1 {
		later := a
		later.From, later.Services = a.From.AddDate(0, 2, 0), []string{either(n, 2, "exchange", "lines")}
		c.Agreed = append(c.Agreed, later)
	}
}

var contractSelections = func() []storecheck.Selection[Contract, Query] {
	when := firstBegan.AddDate(0, 3, 0)
	all := []storecheck.Selection[Contract, Query]{
		{Name: "by state", Query: Query{States: []State{Planned, Concluded}}, Wants: func(*Contract) bool { return true }},
		{Name: "by a state that none has", Query: Query{States: []State{Planned}}, Wants: func(*Contract) bool { return false }},
		{Name: "by vendor", Query: Query{Vendor: "exchange-vendor"}, Wants: func(c *Contract) bool { return c.Vendor == "exchange-vendor" }},
		{Name: "by a service of any time", Alone: true, Query: Query{Service: "exchange"}, Wants: func(c *Contract) bool { return c.serves("exchange") }},
		{Name: "by a service that is in force", Query: Query{Service: "exchange", InForce: when}, Wants: func(c *Contract) bool { return c.Covers("exchange", when) }},
		{Name: "by a vendor whose contract is in force", Alone: true, Query: Query{Vendor: "line-vendor", InForce: when},
			Wants: func(c *Contract) bool { return c.Vendor == "line-vendor" && c.inForce(when, "") }},
		{Name: "by a vendor and a service in force", Query: Query{Vendor: "line-vendor", Service: "devices", InForce: when},
			Wants: func(c *Contract) bool { return c.Vendor == "line-vendor" && c.Covers("devices", when) }},
		{Name: "in force", Alone: true, Query: Query{InForce: when}, Wants: func(c *Contract) bool { return c.inForce(when, "") }},
	}
	for i, at := range []time.Time{firstBegan.Add(-time.Microsecond), firstBegan, firstBegan.AddDate(1, 0, 0).Add(-time.Microsecond), firstBegan.AddDate(1, 0, 0)} {
		all = append(all, storecheck.Selection[Contract, Query]{
			Name: fmt.Sprintf("in force at boundary %d", i+1), Query: Query{Service: "devices", InForce: at}, Wants: func(c *Contract) bool { return c.Covers("devices", at) },
		})
	}
	return all
}()

func varyCall(c *Call, n int) {
	c.State = []State{Owed, Opened, Verified}[n%3]
	c.Vendor, c.Service, c.Ticket = either(n, 0, "exchange-vendor", "line-vendor"), either(n, 1, "exchange", "lines"), either(n, 2, "T-1", "T-2")
	c.Contract, c.Follower = ID(either(n, 3, "C-1", "C-2")), townclerk.Actor(either(n, 1, "dana", "avi"))
}

var callSelections = []storecheck.Selection[Call, Query]{
	{Name: "by state", Query: Query{States: []State{Opened}}, Wants: func(c *Call) bool { return c.State == Opened }},
	{Name: "by any of two states", Query: Query{States: []State{Owed, Verified, Owed}}, Wants: func(c *Call) bool { return c.State == Owed || c.State == Verified }},
	{Name: "by a state that none has", Query: Query{States: []State{Disputed}}, Wants: func(*Call) bool { return false }},
	{Name: "by vendor", Query: Query{Vendor: "line-vendor"}, Wants: func(c *Call) bool { return c.Vendor == "line-vendor" }},
	{Name: "by service", Query: Query{Service: "exchange"}, Wants: func(c *Call) bool { return c.Service == "exchange" }},
	{Name: "by ticket", Query: Query{Ticket: "T-1"}, Wants: func(c *Call) bool { return c.Ticket == "T-1" }},
	{Name: "by contract", Query: Query{Contract: "C-1"}, Wants: func(c *Call) bool { return c.Contract == "C-1" }},
	{Name: "by follower", Query: Query{Follower: "dana"}, Wants: func(c *Call) bool { return c.Follower == "dana" }},
	{Name: "by everything at once", Query: Query{
		States: []State{Owed, Opened}, Vendor: "exchange-vendor", Service: "exchange", Ticket: "T-1", Contract: "C-1", Follower: "dana", To: firstBegan.Add(time.Hour),
	}, Wants: func(c *Call) bool {
		return (c.State == Owed || c.State == Opened) && c.Vendor == "exchange-vendor" && c.Service == "exchange" && c.Ticket == "T-1" &&
			c.Contract == "C-1" && c.Follower == "dana" && c.Began.Before(firstBegan.Add(time.Hour))
	}},
}

func varyInvoice(v *Invoice, n int) {
	v.State = []State{Received, Approved, Paid}[n%3]
	v.Vendor, v.Contract, v.Year = either(n, 0, "exchange-vendor", "line-vendor"), ID(either(n, 1, "C-1", "C-2")), 2025+n%2
}

var invoiceSelections = []storecheck.Selection[Invoice, Query]{
	{Name: "by state", Query: Query{States: []State{Approved}}, Wants: func(v *Invoice) bool { return v.State == Approved }},
	{Name: "by vendor", Query: Query{Vendor: "line-vendor"}, Wants: func(v *Invoice) bool { return v.Vendor == "line-vendor" }},
	{Name: "by contract and year", Query: Query{Contract: "C-1", Year: 2026}, Wants: func(v *Invoice) bool { return v.Contract == "C-1" && v.Year == 2026 }},
	{Name: "by year", Query: Query{Year: 2025}, Wants: func(v *Invoice) bool { return v.Year == 2025 }},
}

func varyFrame(f *Frame, n int) {
	f.State = []State{Planned, Set}[n%2]
	f.Vendor, f.Contract, f.Year = either(n, 0, "exchange-vendor", "line-vendor"), ID(either(n, 1, "C-1", "C-2")), 2025+n%3
}

var frameSelections = []storecheck.Selection[Frame, Query]{
	{Name: "by state", Query: Query{States: []State{Planned}}, Wants: func(f *Frame) bool { return f.State == Planned }},
	{Name: "by contract and year", Query: Query{Contract: "C-1", Year: 2026}, Wants: func(f *Frame) bool { return f.Contract == "C-1" && f.Year == 2026 }},
	{Name: "by vendor", Query: Query{Vendor: "line-vendor"}, Wants: func(f *Frame) bool { return f.Vendor == "line-vendor" }},
}

func varyReview(r *Review, n int) {
	r.State = []State{Planned, Reviewed}[n%2]
	r.Vendor, r.Contract, r.Kind = either(n, 0, "exchange-vendor", "line-vendor"), ID(either(n, 1, "C-1", "C-2")), either(n, 2, "tender", "security")
}

var reviewSelections = []storecheck.Selection[Review, Query]{
	{Name: "by state", Query: Query{States: []State{Reviewed}}, Wants: func(r *Review) bool { return r.State == Reviewed }},
	{Name: "by contract and kind", Query: Query{Contract: "C-1", Kind: "security"}, Wants: func(r *Review) bool { return r.Contract == "C-1" && r.Kind == "security" }},
	{Name: "by vendor", Query: Query{Vendor: "line-vendor"}, Wants: func(r *Review) bool { return r.Vendor == "line-vendor" }},
}

func varyUsage(u *Usage, n int) {
	u.State = []State{Planned, Presented}[n%2]
	u.Vendor, u.Contract, u.Year = either(n, 0, "exchange-vendor", "line-vendor"), ID(either(n, 1, "C-1", "C-2")), 2025+n%3
}

var usageSelections = []storecheck.Selection[Usage, Query]{
	{Name: "by state", Query: Query{States: []State{Presented}}, Wants: func(u *Usage) bool { return u.State == Presented }},
	{Name: "by contract and year", Query: Query{Contract: "C-2", Year: 2025}, Wants: func(u *Usage) bool { return u.Contract == "C-2" && u.Year == 2025 }},
	{Name: "by vendor", Query: Query{Vendor: "line-vendor"}, Wants: func(u *Usage) bool { return u.Vendor == "line-vendor" }},
}
