package storecheck

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// filler puts something into every field that is zero, something else each time.
type filler struct {
	n    int
	text func(n int) string
	at   func(n int) time.Time
}

// Fill puts something into every field of *x that is zero, at any depth, something
// else into each. What is in a map stays as it is.
func Fill(x any) {
	f := plain()
	f.fill(reflect.ValueOf(x).Elem())
}

// plain fills in short texts, and instants a second apart.
func plain() filler {
	return filler{
		text: func(i int) string { return fmt.Sprintf("text %d", i) },
		at:   func(i int) time.Time { return noon.Add(time.Duration(i) * time.Second) },
	}
}

func (f *filler) fill(v reflect.Value) {
	f.n++
	if isLeaf(v.Type()) {
		if v.IsZero() {
			f.set(v)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		}
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		f.fill(v.Elem())
	case reflect.Map:
		if v.Len() > 0 {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key)
			f.fill(value)
			v.SetMapIndex(key, value)
		}
	default:
		panic(fmt.Sprintf("storecheck: cannot fill a %v", v.Type()))
	}
}

// isLeaf says whether a value is filled as a whole.
func isLeaf(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Array, reflect.Pointer, reflect.Map:
		return t == reflect.TypeFor[json.RawMessage]() || reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
	}
	return t.Kind() < reflect.Complex64 || t.Kind() == reflect.String
}

func (f *filler) set(v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = f.at(f.n)
		return
	case *time.Duration:
		*x = time.Duration(f.n) * time.Second
		return
	case *json.RawMessage:
		*x = fmt.Appendf(nil, `{"n":%d}`, f.n)
		return
	case encoding.TextUnmarshaler:
		f.read(x)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text(f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(uint64(f.n))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.n) + 0.5)
	}
}

// read fills in what has a text form of its own, such as an amount of money or a
// date: any other value might be one that it cannot be written as.
func (f *filler) read(x encoding.TextUnmarshaler) {
	for _, text := range []string{
		fmt.Sprintf("%d.50 ILS", f.n),
		noon.AddDate(0, 0, f.n).Format(time.DateOnly),
		fmt.Sprint(f.n),
	} {
		if x.UnmarshalText([]byte(text)) == nil {
			return
		}
	}
	panic(fmt.Sprintf("storecheck: no known text can be read as a %T", x))
}

// copyInto copies from into the zero value to, all the way down.
func copyInto(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.Struct:
		to.Set(from)
		if from.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range from.NumField() {
			copyInto(to.Field(i), from.Field(i))
		}
	case reflect.Array:
		for i := range from.Len() {
			copyInto(to.Index(i), from.Index(i))
		}
	case reflect.Slice:
		if !from.IsNil() {
			to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
			for i := range from.Len() {
				copyInto(to.Index(i), from.Index(i))
			}
		}
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(reflect.New(from.Type().Elem()))
			copyInto(to.Elem(), from.Elem())
		}
	case reflect.Map:
		if !from.IsNil() {
			to.Set(reflect.MakeMap(from.Type()))
			for pair := from.MapRange(); pair.Next(); {
				value := reflect.New(from.Type().Elem()).Elem()
				copyInto(value, pair.Value())
				to.SetMapIndex(pair.Key(), value)
			}
		}
	default:
		to.Set(from)
	}
}

// scramble changes whatever v shares with its copies: all that lies behind a
// slice, a map or a pointer. It leaves v's own fields.
func scramble(v reflect.Value, behind bool) {
	if x, ok := v.Addr().Interface().(*time.Time); ok {
		if behind {
			*x = x.Add(time.Hour)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			scramble(v.Field(i), behind)
		}
	case reflect.Array:
		for i := range v.Len() {
			scramble(v.Index(i), behind)
		}
	case reflect.Slice:
		for i := range v.Len() {
			scramble(v.Index(i), true)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			scramble(v.Elem(), true)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			scramble(value, true)
			v.SetMapIndex(key, value)
		}
	default:
		if behind {
			change(v)
		}
	}
}

func change(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "!")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(v.Uint() + 1)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(v.Float() + 1)
	}
}

// difference says where two values differ; empty if they do not. Instants are
// equal wherever they are read, JSON is however it is spaced, and a slice or a map
// that is nil equals an empty one.
func difference(got, want reflect.Value) string {
	if got.Type() == reflect.TypeFor[time.Time]() {
		g, w := got.Interface().(time.Time), want.Interface().(time.Time)
		if !g.Equal(w) {
			return fmt.Sprintf(" is %v, want %v", g, w)
		}
		return ""
	}
	if g, ok := got.Interface().(json.RawMessage); ok {
		return differentJSON(g, want.Interface().(json.RawMessage))
	}
	switch got.Kind() {
	case reflect.Struct:
		for i := range got.NumField() {
			if d := difference(got.Field(i), want.Field(i)); d != "" {
				return "." + got.Type().Field(i).Name + d
			}
		}
	case reflect.Slice, reflect.Array:
		if got.Len() != want.Len() {
			return fmt.Sprintf(" has %d elements, want %d", got.Len(), want.Len())
		}
		for i := range got.Len() {
			if d := difference(got.Index(i), want.Index(i)); d != "" {
				return fmt.Sprintf("[%d]%s", i, d)
			}
		}
	case reflect.Pointer:
		if got.IsNil() || want.IsNil() {
			if got.IsNil() != want.IsNil() {
				return fmt.Sprintf(" is %v, want %v", got, want)
			}
			return ""
		}
		return difference(got.Elem(), want.Elem())
	case reflect.Map:
		return differentMaps(got, want)
	default:
		if !got.Equal(want) {
			return fmt.Sprintf(" is %s, want %s", short(got), short(want))
		}
	}
	return ""
}

func equal[X any](got, want X) bool {
	return difference(reflect.ValueOf(got), reflect.ValueOf(want)) == ""
}

func differentMaps(got, want reflect.Value) string {
	if got.Len() != want.Len() {
		return fmt.Sprintf(" has %d entries, want %d", got.Len(), want.Len())
	}
	for _, key := range want.MapKeys() {
		g := got.MapIndex(key)
		if !g.IsValid() {
			return fmt.Sprintf("[%v] is missing", key)
		}
		if d := difference(g, want.MapIndex(key)); d != "" {
			return fmt.Sprintf("[%v]%s", key, d)
		}
	}
	return ""
}

func differentJSON(got, want json.RawMessage) string {
	if len(got) == 0 && len(want) == 0 || bytes.Equal(got, want) {
		return ""
	}
	var g, w any
	if json.Unmarshal(got, &g) == nil && json.Unmarshal(want, &w) == nil && reflect.DeepEqual(g, w) {
		return ""
	}
	return fmt.Sprintf(" is %.100q, want %.100q", got, want)
}

func short(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return fmt.Sprintf("%.100q", v.String())
	}
	return fmt.Sprint(v)
}

// elsewhere says which instant is not in UTC; empty if all are.
func elsewhere(v reflect.Value) string {
	if t, ok := v.Interface().(time.Time); ok {
		if t.Location() != time.UTC {
			return fmt.Sprintf(" is in %v, want UTC", t.Location())
		}
		return ""
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if d := elsewhere(v.Field(i)); d != "" {
				return "." + v.Type().Field(i).Name + d
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if d := elsewhere(v.Index(i)); d != "" {
				return fmt.Sprintf("[%d]%s", i, d)
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return elsewhere(v.Elem())
		}
	case reflect.Map:
		for pair := v.MapRange(); pair.Next(); {
			if d := elsewhere(pair.Value()); d != "" {
				return fmt.Sprintf("[%v]%s", pair.Key(), d)
			}
		}
	}
	return ""
}
