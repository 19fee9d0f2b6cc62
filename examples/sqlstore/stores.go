package sqlstore

import (
	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/ticket"
	"github.com/townclerk/townclerk/vendors"
)

// Stores is the stores of all domains in one database, or in one transaction.
type Stores struct{ *session }

// Tickets returns the store of tickets.
func (s Stores) Tickets() ticket.Store { return ticketStore{outbox{ticketDomain, s.session}} }

// Assets returns the store of assets, licences and stocks.
func (s Stores) Assets() asset.Store { return assetStore{outbox{assetDomain, s.session}} }

// Vendors returns the store of contracts and of what happens under them.
func (s Stores) Vendors() vendors.Store { return vendorStore{outbox{vendorsDomain, s.session}} }

// Projects returns the store of projects and work plans.
func (s Stores) Projects() project.Store { return projectStore{outbox{projectDomain, s.session}} }

// Indicators returns the store of measurements, duties, cards and remedies.
func (s Stores) Indicators() kpi.Store { return kpiStore{outbox{kpiDomain, s.session}} }

// repo returns a kind's table, as it is asked for within a session.
func repo[T, Q any](k *kind[T, Q], s *session) townclerk.Repo[T, Q] { return table[T, Q]{k, s} }

type ticketStore struct{ outbox }

func (s ticketStore) Tickets() townclerk.Repo[ticket.Ticket, ticket.Query] { return repo(tickets, s.s) }

type assetStore struct{ outbox }

func (s assetStore) Assets() townclerk.Repo[asset.Asset, asset.Query] { return repo(assets, s.s) }
func (s assetStore) Licences() townclerk.Repo[asset.Licence, asset.LicenceQuery] {
	return repo(licences, s.s)
}
func (s assetStore) Stocks() townclerk.Repo[asset.Stock, asset.StockQuery] { return repo(stocks, s.s) }

type vendorStore struct{ outbox }

func (s vendorStore) Contracts() townclerk.Repo[vendors.Contract, vendors.Query] {
	return repo(contracts, s.s)
}
func (s vendorStore) Calls() townclerk.Repo[vendors.Call, vendors.Query] { return repo(calls, s.s) }
func (s vendorStore) Invoices() townclerk.Repo[vendors.Invoice, vendors.Query] {
	return repo(invoices, s.s)
}
func (s vendorStore) Frames() townclerk.Repo[vendors.Frame, vendors.Query] { return repo(frames, s.s) }
func (s vendorStore) Reviews() townclerk.Repo[vendors.Review, vendors.Query] {
	return repo(reviews, s.s)
}
func (s vendorStore) Usages() townclerk.Repo[vendors.Usage, vendors.Query] { return repo(usages, s.s) }

type projectStore struct{ outbox }

func (s projectStore) Projects() townclerk.Repo[project.Project, project.Query] {
	return repo(projects, s.s)
}
func (s projectStore) WorkPlans() townclerk.Repo[project.WorkPlan, project.WorkQuery] {
	return repo(workPlans, s.s)
}

type kpiStore struct{ outbox }

func (s kpiStore) Measurements() townclerk.Repo[kpi.Measurement, kpi.Query] {
	return repo(measurements, s.s)
}
func (s kpiStore) Occurrences() townclerk.Repo[kpi.Occurrence, kpi.Query] {
	return repo(occurrences, s.s)
}
func (s kpiStore) Schedules() townclerk.Repo[kpi.Schedule, kpi.Query] { return repo(schedules, s.s) }
func (s kpiStore) Cards() townclerk.Repo[kpi.Card, kpi.Query]         { return repo(cards, s.s) }
func (s kpiStore) Remedies() townclerk.Repo[kpi.Remedy, kpi.Query]    { return repo(remedies, s.s) }
