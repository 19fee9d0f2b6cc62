package memtable

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"
)

// copier returns a function that copies a T all the way down: no slice, map or
// pointer of the copy is shared. Nil stays nil and empty stays empty.
//
// It panics if a T holds what has no obvious copy: a channel, a function, an
// interface, an unexported field or a T again. A time.Time is a value.
func copier[T any]() func(*T) *T {
	deepen := planFor(reflect.TypeFor[T](), nil)
	return func(t *T) *T {
		c := new(T)
		*c = *t
		if deepen != nil {
			deepen(reflect.ValueOf(c).Elem())
		}
		return c
	}
}

// A plan makes a shallow copy, which can be set, a deep one.
type plan func(shallow reflect.Value)

// planFor returns the plan for a type, worked out once, so that copying need not
// look at what holds no pointer; nil if nothing in it does.
func planFor(t reflect.Type, within []reflect.Type) plan {
	if slices.Contains(within, t) {
		panic(fmt.Sprintf("memtable: %v holds itself", t))
	}
	within = append(within, t)
	switch t.Kind() {
	case reflect.Struct:
		return planStruct(t, within)
	case reflect.Slice:
		return planSlice(t, within)
	case reflect.Map:
		return planMap(t, within)
	case reflect.Pointer:
		return planPointer(t, within)
	case reflect.Array:
		return planArray(t, within)
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.UnsafePointer:
		panic(fmt.Sprintf("memtable: %v has no obvious copy", t))
	}
	return nil
}

func planStruct(t reflect.Type, within []reflect.Type) plan {
	if t == reflect.TypeFor[time.Time]() {
		return nil
	}
	var fields []int
	var plans []plan
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() {
			panic(fmt.Sprintf("memtable: %v.%s is not exported", t, field.Name))
		}
		if p := planFor(field.Type, within); p != nil {
			fields, plans = append(fields, i), append(plans, p)
		}
	}
	if plans == nil {
		return nil
	}
	return func(v reflect.Value) {
		for i, field := range fields {
			plans[i](v.Field(field))
		}
	}
}

func planSlice(t reflect.Type, within []reflect.Type) plan {
	elem := planFor(t.Elem(), within)
	return func(v reflect.Value) {
		if v.IsNil() {
			return
		}
		n := v.Len()
		fresh := reflect.MakeSlice(t, n, n)
		reflect.Copy(fresh, v)
		if elem != nil {
			for i := range n {
				elem(fresh.Index(i))
			}
		}
		v.Set(fresh)
	}
}

func planMap(t reflect.Type, within []reflect.Type) plan {
	if t == reflect.TypeFor[map[string]string]() {
		return func(v reflect.Value) {
			m := v.Addr().Interface().(*map[string]string)
			*m = maps.Clone(*m)
		}
	}
	key, elem := planFor(t.Key(), within), planFor(t.Elem(), within)
	if key != nil {
		panic(fmt.Sprintf("memtable: the keys of %v hold pointers", t))
	}
	return func(v reflect.Value) {
		if v.IsNil() {
			return
		}
		fresh := reflect.MakeMapWithSize(t, v.Len())
		value := reflect.New(t.Elem()).Elem()
		for pair := v.MapRange(); pair.Next(); {
			value.SetIterValue(pair)
			if elem != nil {
				elem(value)
			}
			fresh.SetMapIndex(pair.Key(), value)
		}
		v.Set(fresh)
	}
}

func planPointer(t reflect.Type, within []reflect.Type) plan {
	elem := planFor(t.Elem(), within)
	return func(v reflect.Value) {
		if v.IsNil() {
			return
		}
		fresh := reflect.New(t.Elem())
		fresh.Elem().Set(v.Elem())
		if elem != nil {
			elem(fresh.Elem())
		}
		v.Set(fresh)
	}
}

func planArray(t reflect.Type, within []reflect.Type) plan {
	elem := planFor(t.Elem(), within)
	if elem == nil {
		return nil
	}
	return func(v reflect.Value) {
		for i := range t.Len() {
			elem(v.Index(i))
		}
	}
}
