package kpi

import (
	"context"
	"testing"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storetest"
)

func openMem(context.Context) (Store, func() error, error) {
	return NewMemStore(), func() error { return nil }, nil
}

func TestMemStore(t *testing.T) {
	if err := CheckStore(t.Context(), openMem); err != nil {
		t.Error(err)
	}
}

// parts is a store made of its parts.
type parts struct {
	townclerk.Outbox
	measurements townclerk.Repo[Measurement, Query]
	occurrences  townclerk.Repo[Occurrence, Query]
	schedules    townclerk.Repo[Schedule, Query]
	cards        townclerk.Repo[Card, Query]
	remedies     townclerk.Repo[Remedy, Query]
}

func (p parts) Measurements() townclerk.Repo[Measurement, Query] { return p.measurements }
func (p parts) Occurrences() townclerk.Repo[Occurrence, Query]   { return p.occurrences }
func (p parts) Schedules() townclerk.Repo[Schedule, Query]       { return p.schedules }
func (p parts) Cards() townclerk.Repo[Card, Query]               { return p.cards }
func (p parts) Remedies() townclerk.Repo[Remedy, Query]          { return p.remedies }

func partsOf(s Store, outbox townclerk.Outbox) parts {
	return parts{outbox, s.Measurements(), s.Occurrences(), s.Schedules(), s.Cards(), s.Remedies()}
}

// Each mistake that a store may make is caught by its own rule and by no other.
func TestCheckStoreCatches(t *testing.T) {
	storetest.Faults(t, CheckStore, func() Store { return NewMemStore() },
		storetest.Repo(measurementKind, func(s Store, r townclerk.Repo[Measurement, Query], outbox townclerk.Outbox) Store {
			p := partsOf(s, outbox)
			p.measurements = r
			return p
		}),
		storetest.Repo(occurrenceKind, func(s Store, r townclerk.Repo[Occurrence, Query], outbox townclerk.Outbox) Store {
			p := partsOf(s, outbox)
			p.occurrences = r
			return p
		}),
		storetest.Repo(scheduleKind, func(s Store, r townclerk.Repo[Schedule, Query], outbox townclerk.Outbox) Store {
			p := partsOf(s, outbox)
			p.schedules = r
			return p
		}),
		storetest.Repo(cardKind, func(s Store, r townclerk.Repo[Card, Query], outbox townclerk.Outbox) Store {
			p := partsOf(s, outbox)
			p.cards = r
			return p
		}),
		storetest.Repo(remedyKind, func(s Store, r townclerk.Repo[Remedy, Query], outbox townclerk.Outbox) Store {
			p := partsOf(s, outbox)
			p.remedies = r
			return p
		}))
}

// The documents of every release are read and written.
func TestDocuments(t *testing.T) {
	storetest.Document[Measurement](t, "testdata/measurement.json")
	storetest.Document[Occurrence](t, "testdata/occurrence.json")
	storetest.Document[Schedule](t, "testdata/schedule.json")
	storetest.Document[Card](t, "testdata/card.json")
	storetest.Document[Remedy](t, "testdata/remedy.json")
}
