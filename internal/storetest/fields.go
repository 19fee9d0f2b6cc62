package storetest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/storecheck"
)

// field is a place in an aggregate, at any depth.
type field struct {
	name string
	path []int // the index of a field of a struct, or element
	typ  reflect.Type
	many bool // within a slice or an array
}

// element stands in a path for each element of a slice or an array, and for what a
// pointer points to.
const element = -1

// walk lists the fields of a type. What is in a map is not among them.
func walk(f field) []field {
	list := []field{f}
	deeper := func(name string, index int, t reflect.Type, many bool) {
		list = append(list, walk(field{f.name + name, append(slices.Clone(f.path), index), t, f.many || many})...)
	}
	switch t := f.typ; {
	case t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[json.RawMessage]():
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			deeper("."+t.Field(i).Name, i, t.Field(i).Type, false)
		}
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		deeper("[]", element, t.Elem(), true)
	case t.Kind() == reflect.Pointer:
		deeper("", element, t.Elem(), true)
	}
	return list
}

// in returns the field wherever x, a pointer, has it.
func (f field) in(x any) []reflect.Value {
	found := []reflect.Value{reflect.ValueOf(x).Elem()}
	for _, index := range f.path {
		var deeper []reflect.Value
		for _, v := range found {
			switch {
			case index != element:
				deeper = append(deeper, v.Field(index))
			case v.Kind() == reflect.Pointer:
				if !v.IsNil() {
					deeper = append(deeper, v.Elem())
				}
			default:
				for i := range v.Len() {
					deeper = append(deeper, v.Index(i))
				}
			}
		}
		found = deeper
	}
	return found
}

// same says whether two aggregates, given as pointers, have the same in a field.
func (f field) same(x, y any) bool {
	a, b := f.in(x), f.in(y)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !reflect.DeepEqual(a[i].Interface(), b[i].Interface()) {
			return false
		}
	}
	return true
}

// fields are those of an aggregate, by what they are for.
type fields struct {
	plain []field // that no rule asks for
	place []field // by which a list is ordered
	key   []field // of the first unique key
}

func fieldsOf[S townclerk.Outbox, T, Q any](k storecheck.Kind[S, T, Q]) (fs fields) {
	base := k.Sample(1)
	touched := func(change ...func(*T)) (list []T) {
		for _, c := range change {
			t := storecheck.Copy(base)
			c(&t)
			list = append(list, t)
		}
		return list
	}
	placed := touched(func(t *T) { k.Place(t, 7) }, func(t *T) { k.Place(t, 8) })
	keyed := []T{}
	if len(k.Unique) > 0 {
		keyed = touched(func(t *T) { k.Unique[0].Set(t, "x") }, func(t *T) { k.Unique[0].Set(t, "y") })
	}
	named := append(touched(func(t *T) { k.SetID(t, "x") }, func(t *T) { *k.Version(t) = 99 }), append(placed, keyed...)...)
	for _, u := range k.Unique {
		named = append(named, touched(func(t *T) { u.Set(t, "x") })...)
	}
	if k.NextAt != nil {
		named = append(named, touched(func(t *T) { *k.NextAt(t) = time.Unix(1, 0) })...)
	}
	if k.Number != nil {
		named = append(named, touched(func(t *T) { *k.Number(t), *k.Series(t) = "x", "y" })...)
	}
	for n := range 24 {
		named = append(named, touched(func(t *T) { k.Vary(t, n) })...)
	}
	for _, f := range walk(field{typ: reflect.TypeFor[T]()})[1:] {
		f.name = strings.TrimPrefix(f.name, ".")
		if !slices.ContainsFunc(named, func(t T) bool { return !f.same(&t, &base) }) {
			fs.plain = append(fs.plain, f)
		}
		if leaf(f) && !f.same(&placed[0], &placed[1]) {
			fs.place = append(fs.place, f)
		}
		if leaf(f) && len(keyed) > 0 && !f.same(&keyed[0], &keyed[1]) {
			fs.key = append(fs.key, f)
		}
	}
	return fs
}

func leaf(f field) bool {
	return f.typ == reflect.TypeFor[time.Time]() || f.typ.Kind() != reflect.Struct && !refers(f)
}

// refers says whether copies of the field share memory.
func refers(f field) bool {
	return f.typ.Kind() == reflect.Map || f.typ.Kind() == reflect.Slice || f.typ.Kind() == reflect.Pointer
}

func text(f field) bool    { return f.typ.Kind() == reflect.String }
func instant(f field) bool { return f.typ == reflect.TypeFor[time.Time]() }
func mapping(f field) bool { return f.typ.Kind() == reflect.Map }
func single(f field) bool  { return !f.many }

// pick returns the plain field that has most of the qualities, of which it must have
// the first; nil if there is none.
func (fs *fields) pick(must func(field) bool, better ...func(field) bool) *field {
	var best *field
	most := -1
	for i, f := range fs.plain {
		if !must(f) {
			continue
		}
		n := 0
		for _, b := range better {
			if b(f) {
				n++
			}
		}
		if n > most {
			best, most = &fs.plain[i], n
		}
	}
	return best
}

// placeOf says in text where an aggregate comes in a list, the same for all of one place.
func (fs *fields) placeOf(x any) string {
	var parts []string
	for _, f := range fs.place {
		for _, v := range f.in(x) {
			parts = append(parts, fmt.Sprintf("%v", v))
		}
	}
	return strings.Join(parts, " ")
}
