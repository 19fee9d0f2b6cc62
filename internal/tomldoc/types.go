package tomldoc

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// Strings is a list of strings, or one string that stands for a list of one.
type Strings = OneOrMore[string]

// Scalars is a list of scalars, or one scalar that stands for a list of one.
type Scalars = OneOrMore[Scalar]

// OneOrMore is a list whose brackets may be left out if it has one element:
//
//	category = "network"
//	category = ["network", "printer"]
type OneOrMore[T any] []T

func (OneOrMore[T]) oneOrMore() {}

// Scalar is the text of a string, a boolean or an integer, for attributes that
// are compared as text: critical = true gives "true", priority = 1 gives "1".
type Scalar string

// UnmarshalText keeps the text.
func (s *Scalar) UnmarshalText(text []byte) error {
	*s = Scalar(text)
	return nil
}

// AcceptsTOML makes Scalar an [Accepter] of integers and booleans.
func (*Scalar) AcceptsTOML(kind string) bool { return kind == "integer" || kind == "boolean" }

// An Accepter is an [encoding.TextUnmarshaler] that reads not only strings but
// also values written without quotes. It is given strings without being asked;
// the kinds it is asked about, and the text it is then given, are
//
//	integer    1000                       in decimal, also for 1_000 and 0x3e8
//	float      0.5
//	boolean    true
//	date       2026-06-07
//	time       10:00:00                   TOML 1.1 lets the seconds be left out
//	date-time  2026-06-07T10:00:00        T and Z are upper case, never a space
//	instant    2026-06-07T10:00:00+03:00
type Accepter interface {
	AcceptsTOML(kind string) bool
}

// A shape says what a Go type takes from a document.
type shape uint8

const (
	textShape shape = iota // an encoding.TextUnmarshaler
	stringShape
	boolShape
	intShape
	listShape
	dictShape // a map
	recordShape
	pointerShape
)

// typeInfo is what the decoder knows of a Go type.
type typeInfo struct {
	shape     shape
	oneOrMore bool
	elem      *typeInfo      // of lists, maps and pointers
	fields    []field        // of structs
	byKey     map[string]int // index into fields
	keys      []string       // in the order of fields
}

type field struct {
	key      string
	hint     string
	required bool
	index    []int // for reflect.Value.FieldByIndex
	info     *typeInfo
}

// known caches the *typeInfo of the structs given to Decode.
var known sync.Map

// typeOf panics if t holds a type that no document can be decoded into. It
// looks at all of t at once, so that the first test of a program finds it.
func typeOf(t reflect.Type) *typeInfo {
	if info, ok := known.Load(t); ok {
		return info.(*typeInfo)
	}
	info := study(t, make(map[reflect.Type]*typeInfo))
	known.Store(t, info)
	return info
}

var (
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	oneOrMore       = reflect.TypeFor[interface{ oneOrMore() }]()
)

// study fills seen before it descends, as types may be recursive.
func study(t reflect.Type, seen map[reflect.Type]*typeInfo) *typeInfo {
	if info := seen[t]; info != nil {
		return info
	}
	info := &typeInfo{oneOrMore: t.Implements(oneOrMore)}
	seen[t] = info
	switch kind := t.Kind(); {
	case kind == reflect.Pointer:
		info.shape, info.elem = pointerShape, study(t.Elem(), seen)
	case reflect.PointerTo(t).Implements(textUnmarshaler):
		info.shape = textShape
	case kind == reflect.String:
		info.shape = stringShape
	case kind == reflect.Bool:
		info.shape = boolShape
	case kind >= reflect.Int && kind <= reflect.Int64:
		info.shape = intShape
	case kind == reflect.Slice:
		info.shape, info.elem = listShape, study(t.Elem(), seen)
	case kind == reflect.Map && t.Key().Kind() == reflect.String:
		info.shape, info.elem = dictShape, study(t.Elem(), seen)
	case kind == reflect.Struct:
		info.shape = recordShape
		info.byKey = make(map[string]int)
		info.studyFields(t, nil, seen)
	default:
		panic(fmt.Sprintf("tomldoc: cannot decode into a %v", t))
	}
	return info
}

// studyFields adds the fields of t, which stands at the index in the struct
// that info describes: nil, or where t is embedded.
func (info *typeInfo) studyFields(t reflect.Type, index []int, seen map[reflect.Type]*typeInfo) {
	for i := range t.NumField() {
		f := t.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		here := append(index[:len(index):len(index)], i)
		switch {
		case key == "-":
		case key == "" && f.Anonymous && f.Type.Kind() == reflect.Struct:
			info.studyFields(f.Type, here, seen)
		case !f.IsExported():
		case key == "":
			panic(fmt.Sprintf("tomldoc: field %s of %v has no toml tag", f.Name, t))
		default:
			info.addField(field{
				key:      key,
				hint:     f.Tag.Get("hint"),
				required: f.Tag.Get("required") == "true",
				index:    here,
				info:     study(f.Type, seen),
			})
		}
	}
}

func (info *typeInfo) addField(f field) {
	if _, ok := info.byKey[f.key]; ok {
		panic(fmt.Sprintf("tomldoc: two fields have the key %q", f.key))
	}
	info.byKey[f.key] = len(info.fields)
	info.fields = append(info.fields, f)
	info.keys = append(info.keys, f.key)
}
