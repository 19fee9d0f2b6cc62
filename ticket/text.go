package ticket

import (
	"reflect"
	"strings"
	"unicode/utf8"
)

// checkTexts notes a problem for each field of a request or a command that holds a
// text which cannot be stored everywhere: what is no UTF-8, or has a zero in it.
func (d *decision) checkTexts(v any) {
	s := reflect.ValueOf(v)
	for i := range s.NumField() {
		if !storable(s.Field(i)) {
			d.fail(strings.ToLower(s.Type().Field(i).Name), "it is no text in UTF-8, or has a zero character in it")
		}
	}
}

func storable(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return utf8.ValidString(v.String()) && !strings.ContainsRune(v.String(), 0)
	case reflect.Slice:
		for i := range v.Len() {
			if !storable(v.Index(i)) {
				return false
			}
		}
	case reflect.Map:
		for iter := v.MapRange(); iter.Next(); {
			if !storable(iter.Key()) || !storable(iter.Value()) {
				return false
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && !storable(v.Field(i)) {
				return false
			}
		}
	}
	return true
}
