package asset

import (
	"time"

	"github.com/townclerk/townclerk"
)

// Store keeps the assets, licences and stocks of many tenants, and the events that
// happened to them. [NewMemStore] is one; [CheckStore] tries any other. Each
// repository keeps the whole contract of [townclerk.Repo], with ids that are the text
// of an [ID].
type Store interface {
	// Assets returns the repository of assets. Its unique key is Facts.Tag, where that
	// is not empty.
	Assets() townclerk.Repo[Asset, Query]

	// Licences returns the repository of licences. It has no unique key.
	Licences() townclerk.Repo[Licence, LicenceQuery]

	// Stocks returns the repository of stocks, which have no Number and are never due
	// by themselves. It has no unique key.
	Stocks() townclerk.Repo[Stock, StockQuery]

	townclerk.Outbox
}

// Query selects assets by what is known of them now. An empty field selects all;
// several must all hold. The order is by Began, then by the bytes of the ID.
type Query struct {
	States   []State  // any of them
	Kinds    []string // any of them
	Unit     string
	Location string
	Holder   townclerk.Actor
	Product  string
	Number   string
	Tag      string
	Serial   string
	Critical bool      // only critical systems
	Owing    bool      // only those of which reports are owed
	From, To time.Time // that began at From or later, and before To

	After string // the Next of the page before
	Limit int    // at most so many; 0 leaves it to the store
}

// LicenceQuery selects licences as [Query] does assets.
type LicenceQuery struct {
	States  []State
	Product string
	Unit    string
	Number  string
	Owing   bool // only those of which reports are owed
	Over    bool // only those of which more is used than was bought

	After string
	Limit int
}

// StockQuery selects stocks as [Query] does assets.
type StockQuery struct {
	States   []State
	Part     string
	Location string
	Low      bool // only those of which less is left than there should be

	After string
	Limit int
}
