package asset

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla/worktime"
)

// The keys of facts.
const (
	keyKind     = "kind"
	keyName     = "name"
	keyTag      = "tag"
	keySerial   = "serial"
	keyModel    = "model"
	keyUnit     = "unit"
	keyLocation = "location"
	keyHolder   = "holder"
	keyCritical = "critical"
	keyDown     = "down"
	keyProduct  = "product"
	keyRelease  = "release"
	keyBought   = "purchase.at"
	keyDocument = "purchase.document"
	keySupplier = "purchase.supplier"
	keyPrice    = "purchase.price"
	keyWarranty = "purchase.warranty"

	ofSoftware = "software/"
	ofContract = "contract/"
	ofField    = "field/"
)

// factKeys is the keys that all assets have, in the order in which people read them.
var factKeys = []string{
	keyKind, keyName, keyTag, keySerial, keyModel, keyUnit, keyLocation, keyHolder, keyCritical, keyDown, keyProduct, keyRelease,
	keyBought, keyDocument, keySupplier, keyPrice, keyWarranty,
}

// FactKeys returns the keys of all facts that f has, in the order in which people
// read them: "kind", "name" and so on, and then "software/…", "contract/…" and
// "field/…", each sorted.
func (f *Facts) FactKeys() []string {
	var keys []string
	for _, key := range factKeys {
		if f.Get(key) != "" {
			keys = append(keys, key)
		}
	}
	for _, in := range []struct {
		prefix string
		values Values
	}{{ofSoftware, f.Software}, {ofContract, f.Contracts}, {ofField, f.Fields}} {
		for _, v := range in.values {
			keys = append(keys, in.prefix+v.Name)
		}
	}
	return keys
}

// Get returns the text of a name, or "".
func (vs Values) Get(name string) string {
	for i := range vs {
		if vs[i].Name == name {
			return vs[i].Text
		}
	}
	return ""
}

// set sets the text of a name, or takes it away if it is empty.
func (vs *Values) set(name, text string) {
	i, found := slices.BinarySearchFunc(*vs, name, func(v Value, name string) int { return strings.Compare(v.Name, name) })
	switch {
	case found && text == "":
		*vs = slices.Delete(*vs, i, i+1)
	case found:
		(*vs)[i].Text = text
	case text != "":
		*vs = slices.Insert(*vs, i, Value{name, text})
	}
}

// Get returns a fact as text; empty if there is none. Instants are as in RFC 3339.
func (f *Facts) Get(key string) string {
	switch key {
	case keyHolder:
		return string(f.Holder)
	case keyCritical:
		return yes(f.Critical)
	case keyDown:
		return yes(f.Down)
	case keyBought:
		return instant(f.Purchase.At)
	case keyWarranty:
		return instant(f.Purchase.Warranty)
	case keyPrice:
		if f.Purchase.Price == (townclerk.Money{}) {
			return ""
		}
		return f.Purchase.Price.String()
	}
	if text := f.text(key); text != nil {
		return *text
	}
	if values, name := f.values(key); values != nil {
		return values.Get(name)
	}
	return ""
}

// text returns the field that holds a key's text as it is, or nil.
func (f *Facts) text(key string) *string {
	switch key {
	case keyKind:
		return &f.Kind
	case keyName:
		return &f.Name
	case keyTag:
		return &f.Tag
	case keySerial:
		return &f.Serial
	case keyModel:
		return &f.Model
	case keyUnit:
		return &f.Unit
	case keyLocation:
		return &f.Location
	case keyProduct:
		return &f.Product
	case keyRelease:
		return &f.Release
	case keyDocument:
		return &f.Purchase.Document
	case keySupplier:
		return &f.Purchase.Supplier
	}
	return nil
}

// values returns what holds a key, and under which name.
func (f *Facts) values(key string) (*Values, string) {
	prefix, name, _ := strings.Cut(key, "/")
	switch prefix + "/" {
	case ofSoftware:
		return &f.Software, name
	case ofContract:
		return &f.Contracts, name
	case ofField:
		return &f.Fields, name
	}
	return nil, ""
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return ""
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// put sets a fact that [Policy.read] has read. What cannot be is left as it is.
func (f *Facts) put(key, value string) {
	switch key {
	case keyHolder:
		f.Holder = townclerk.Actor(value)
	case keyCritical:
		f.Critical = value != ""
	case keyDown:
		f.Down = value != ""
	case keyBought:
		f.Purchase.At, _ = time.Parse(time.RFC3339Nano, value)
	case keyWarranty:
		f.Purchase.Warranty, _ = time.Parse(time.RFC3339Nano, value)
	case keyPrice:
		f.Purchase.Price = townclerk.Money{}
		if value != "" {
			f.Purchase.Price, _ = townclerk.ParseMoney(value)
		}
	default:
		f.putText(key, value)
	}
}

func (f *Facts) putText(key, value string) {
	if text := f.text(key); text != nil {
		*text = value
		return
	}
	if values, name := f.values(key); values != nil {
		values.set(name, value)
	}
}

// parse returns the text of a fact as it is kept, from what a person wrote: a date is
// its first instant in the zone, and lines end in \n. An error says how to mend it.
func parse(key, value string, zone *time.Location) (string, error) {
	for strings.Contains(value, "\r\n") { // also of what was "\r\r\n"
		value = strings.ReplaceAll(value, "\r\n", "\n")
	}
	if value == "" {
		return "", nil
	}
	switch key {
	case keyCritical, keyDown:
		switch value {
		case "true":
			return value, nil
		case "false":
			return "", nil
		}
		return "", fmt.Errorf("%q is neither true nor false", value)
	case keyBought, keyWarranty:
		at, err := parseInstant(value, zone)
		return instant(at), err
	case keyPrice:
		price, err := townclerk.ParseMoney(value)
		if err != nil {
			return "", err
		}
		return price.String(), nil
	}
	return value, nil
}

func parseInstant(value string, zone *time.Location) (time.Time, error) {
	if date, err := worktime.ParseDate(value); err == nil {
		return date.Start(zone).UTC(), nil
	}
	at, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no date; write it as 2026-06-07, or as 2026-06-07T10:00:00+03:00", value)
	}
	return at.UTC().Truncate(time.Microsecond), nil
}

// knownKey reports whether a fact may have the key.
func knownKey(key string) bool {
	if slices.Contains(factKeys, key) {
		return true
	}
	values, name := (&Facts{}).values(key)
	return values != nil && name != ""
}
