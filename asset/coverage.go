package asset

import (
	"fmt"
	"iter"
	"slices"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
)

// Coverage returns of how many assets in use a coverage of the policy's, such as
// "antivirus", has what it asks for installed, and which do not (SG-11, SG-19). It
// goes by their Facts, so that with [Inventory.AsOf] it is that of any day.
//
// Where the coverage asks for the newest release, that is the Release of the asset in
// use whose Product it is; a product that no asset is has none, and nothing has it
// installed then.
func (p *Policy) Coverage(id string, assets iter.Seq2[Asset, error]) (share townclerk.Ratio, missing []Asset, err error) {
	c, ok := p.coverages[id]
	if !ok {
		return share, nil, fmt.Errorf("%q is none of [coverage]%s", id, tomldoc.Suggest(id, p.titles.IDs(tableCoverage)))
	}
	releases := map[string]string{}
	var counted []Asset
	for a, err := range assets {
		if err != nil {
			return townclerk.Ratio{}, nil, err
		}
		f := &a.Facts
		if !f.State.InUse() {
			continue
		}
		if slices.Contains(c.with, f.Product) && f.Release != "" {
			releases[f.Product] = f.Release
		}
		if slices.ContainsFunc(c.of, func(of string) bool { return p.Is(f.Kind, of) }) {
			counted = append(counted, Asset{ID: a.ID, Number: a.Number, Facts: *f})
		}
	}
	for _, a := range counted {
		share.D++
		has := func(product string) bool {
			installed := a.Facts.Software.Get(product)
			return installed != "" && (!c.newest || installed == releases[product])
		}
		if slices.ContainsFunc(c.with, has) {
			share.N++
			continue
		}
		missing = append(missing, a)
	}
	return share, missing, nil
}
