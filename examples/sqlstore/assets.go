package sqlstore

import "github.com/townclerk/townclerk/asset"

var assets = newKind(kind[asset.Asset, asset.Query]{
	thing: "asset", table: "assets", domain: assetDomain, order: "began", number: true, unique: "tag",
	clone: asset.Asset.Clone,
	header: func(a *asset.Asset) header {
		return header{string(a.ID), &a.Version, a.NextAt, a.Series, &a.Number, a.Began}
	},
	columns: []column[asset.Asset]{
		{"state", func(a *asset.Asset) any { return string(a.Facts.State) }},
		{"kind", func(a *asset.Asset) any { return a.Facts.Kind }},
		{"tag", func(a *asset.Asset) any { return a.Facts.Tag }},
		{"serial", func(a *asset.Asset) any { return a.Facts.Serial }},
		{"unit", func(a *asset.Asset) any { return a.Facts.Unit }},
		{"location", func(a *asset.Asset) any { return a.Facts.Location }},
		{"holder", func(a *asset.Asset) any { return string(a.Facts.Holder) }},
		{"product", func(a *asset.Asset) any { return a.Facts.Product }},
		{"critical", func(a *asset.Asset) any { return a.Facts.Critical }},
		{"owing", func(a *asset.Asset) any { return a.Owing }},
	},
	selects: func(q *asset.Query, w *where) (string, int) {
		equal(w, "number", q.Number)
		equal(w, "tag", q.Tag)
		equal(w, "serial", q.Serial)
		equal(w, "holder", q.Holder)
		equal(w, "unit", q.Unit)
		equal(w, "location", q.Location)
		equal(w, "product", q.Product)
		among(w, "kind", q.Kinds)
		among(w, "state", q.States)
		w.is("critical", q.Critical)
		w.is("owing > 0", q.Owing)
		w.between("began", q.From, q.To)
		return q.After, q.Limit
	},
})

var licences = newKind(kind[asset.Licence, asset.LicenceQuery]{
	thing: "licence", table: "licences", domain: assetDomain, order: "began", number: true,
	clone: asset.Licence.Clone,
	header: func(l *asset.Licence) header {
		return header{string(l.ID), &l.Version, l.NextAt, l.Series, &l.Number, l.Began}
	},
	columns: []column[asset.Licence]{
		{"state", func(l *asset.Licence) any { return string(l.State) }},
		{"product", func(l *asset.Licence) any { return l.Product }},
		{"unit", func(l *asset.Licence) any { return l.Unit }},
		{"owing", func(l *asset.Licence) any { return l.Owing }},
		{"seats_over", func(l *asset.Licence) any { return l.Over }},
	},
	selects: func(q *asset.LicenceQuery, w *where) (string, int) {
		equal(w, "number", q.Number)
		equal(w, "product", q.Product)
		equal(w, "unit", q.Unit)
		among(w, "state", q.States)
		w.is("owing > 0", q.Owing)
		w.is("seats_over > 0", q.Over)
		return q.After, q.Limit
	},
})

var stocks = newKind(kind[asset.Stock, asset.StockQuery]{
	thing: "stock", table: "stocks", domain: assetDomain, order: "began",
	clone: asset.Stock.Clone,
	header: func(s *asset.Stock) header {
		return header{id: string(s.ID), version: &s.Version, placed: s.Began}
	},
	columns: []column[asset.Stock]{
		{"state", func(s *asset.Stock) any { return string(s.State) }},
		{"part", func(s *asset.Stock) any { return s.Part }},
		{"location", func(s *asset.Stock) any { return s.Location }},
		{"low", func(s *asset.Stock) any { return s.Low() }},
	},
	selects: func(q *asset.StockQuery, w *where) (string, int) {
		equal(w, "part", q.Part)
		equal(w, "location", q.Location)
		among(w, "state", q.States)
		w.is("low", q.Low)
		return q.After, q.Limit
	},
})
