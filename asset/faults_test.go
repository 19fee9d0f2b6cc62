package asset

import (
	"testing"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storetest"
)

// parts is a store made of its parts.
type parts struct {
	townclerk.Outbox
	assets   townclerk.Repo[Asset, Query]
	licences townclerk.Repo[Licence, LicenceQuery]
	stocks   townclerk.Repo[Stock, StockQuery]
}

func (p parts) Assets() townclerk.Repo[Asset, Query]            { return p.assets }
func (p parts) Licences() townclerk.Repo[Licence, LicenceQuery] { return p.licences }
func (p parts) Stocks() townclerk.Repo[Stock, StockQuery]       { return p.stocks }

// Each mistake that one of the Repos may make is caught by its own rule and by no other;
// so is each way of mixing up the Repos.
func TestCheckStoreCatches(t *testing.T) {
	storetest.Faults(t, CheckStore, func() Store { return NewMemStore() },
		storetest.Repo(assetKind, func(s Store, r townclerk.Repo[Asset, Query], outbox townclerk.Outbox) Store {
			return parts{outbox, r, s.Licences(), s.Stocks()}
		}),
		storetest.Repo(licenceKind, func(s Store, r townclerk.Repo[Licence, LicenceQuery], outbox townclerk.Outbox) Store {
			return parts{outbox, s.Assets(), r, s.Stocks()}
		}),
		storetest.Repo(stockKind, func(s Store, r townclerk.Repo[Stock, StockQuery], outbox townclerk.Outbox) Store {
			return parts{outbox, s.Assets(), s.Licences(), r}
		}))
}

// The documents of every release are read and written.
func TestDocuments(t *testing.T) {
	storetest.Document[Asset](t, "testdata/asset.json")
	storetest.Document[Licence](t, "testdata/licence.json")
	storetest.Document[Stock](t, "testdata/stock.json")
}
