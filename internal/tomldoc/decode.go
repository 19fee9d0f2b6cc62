package tomldoc

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
)

// noun is what people call a kind.
var noun = map[kind]string{
	stringKind:   "string",
	integerKind:  "number",
	floatKind:    "number with a fraction",
	booleanKind:  "word without quotes",
	dateKind:     "date",
	timeKind:     "time of day",
	dateTimeKind: "date and time",
	instantKind:  "date and time with an offset",
	listKind:     "list",
	tableKind:    "table",
}

func (d *Doc) report(at *place, line int, format string, args ...any) {
	d.add(at.path(), line, fmt.Sprintf(format, args...))
}

// record decodes a table into a struct.
func (d *Doc) record(n *node, v reflect.Value, t *typeInfo, at *place) {
	for _, e := range n.entries {
		here := at.atKey(e.key)
		here.owner, here.table = t, n
		i, ok := t.byKey[e.key]
		if !ok {
			d.report(here, e.node.line, "%s", d.unknown(here))
			continue
		}
		f := &t.fields[i]
		if f.required && e.node.empty() {
			d.report(here, e.node.line, "is empty%s", f.cure())
			continue
		}
		d.value(e.node, v.FieldByIndex(f.index), f.info, here, f.hint)
	}
	for i := range t.fields {
		if f := &t.fields[i]; f.required && n.get(f.key) == nil {
			here := at.atKey(f.key)
			d.report(here, n.line, "missing%s", f.cure())
		}
	}
}

func (n *node) empty() bool {
	return n.kind == stringKind && n.text == "" || n.kind == listKind && len(n.elems) == 0
}

func (f *field) cure() string {
	if f.hint == "" {
		return "; this key is required"
	}
	return "; " + f.hint
}

// unknown says where a key that is unknown here belongs. In TOML all keys after
// a header are its own, so a key often ends up one table too deep.
func (d *Doc) unknown(here *place) string {
	for p := here.up; p != nil; p = p.up {
		if p.owner == nil || p.table.get(here.key) != nil {
			continue
		}
		if _, ok := p.owner.byKey[here.key]; !ok {
			continue
		}
		switch {
		case p.up == nil:
			return "unknown key here; it belongs at the top of the file, before the first table"
		case p.table.origin == headed:
			return fmt.Sprintf("unknown key here; it belongs to %s, right below line %d", d.show(p.up.path()), p.table.line)
		}
		return "unknown key here; it belongs to " + d.show(p.up.path())
	}
	return "unknown key" + suggest(here.key, here.owner.keys, "known here")
}

// value decodes any value. The hint is the field's, for what has the wrong type.
func (d *Doc) value(n *node, v reflect.Value, t *typeInfo, at *place, hint string) {
	switch {
	case n.kind == brokenKind:
	case t.shape == pointerShape:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), t.elem, at, hint)
	case t.shape == textShape && n.kind < listKind:
		d.text(n, v, at)
	case t.shape == stringShape && n.kind == stringKind:
		v.SetString(n.text)
	case t.shape == boolShape && n.kind == booleanKind:
		v.SetBool(n.text == "true")
	case t.shape == intShape && n.kind == integerKind:
		d.integer(n, v, at)
	case t.shape == listShape && n.kind == listKind:
		d.list(n, v, t, at)
	case t.oneOrMore:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		d.value(n, v.Index(0), t.elem, at, hint)
	case t.shape == dictShape && n.kind == tableKind:
		d.dict(n, v, t, at)
	case t.shape == recordShape && n.kind == tableKind:
		d.record(n, v, t, at)
	default:
		d.mismatch(n, t, at, hint)
	}
}

func (d *Doc) list(n *node, v reflect.Value, t *typeInfo, at *place) {
	v.Set(reflect.MakeSlice(v.Type(), len(n.elems), len(n.elems)))
	for i, elem := range n.elems {
		here := at.atIndex(i)
		d.value(elem, v.Index(i), t.elem, here, "")
	}
}

func (d *Doc) dict(n *node, v reflect.Value, t *typeInfo, at *place) {
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.entries)))
	for _, e := range n.entries {
		here := at.atKey(e.key)
		elem := reflect.New(v.Type().Elem()).Elem()
		d.value(e.node, elem, t.elem, here, "")
		v.SetMapIndex(reflect.ValueOf(e.key).Convert(v.Type().Key()), elem)
	}
}

func (d *Doc) integer(n *node, v reflect.Value, at *place) {
	i, err := strconv.ParseInt(n.text, 10, 64)
	if err != nil || v.OverflowInt(i) {
		d.report(at, n.line, "%s is too large; write a number that %d bits hold", n.text, v.Type().Bits())
		return
	}
	v.SetInt(i)
}

// text decodes what a TextUnmarshaler reads. The type is also shown values that
// it did not ask for, since it knows best how to write them.
func (d *Doc) text(n *node, v reflect.Value, at *place) {
	u := v.Addr().Interface().(encoding.TextUnmarshaler)
	a, ok := u.(Accepter)
	wanted := n.kind == stringKind || ok && a.AcceptsTOML(n.kind.String())
	err := u.UnmarshalText([]byte(n.text))
	switch {
	case err != nil:
		d.report(at, n.line, "%v", err)
	case !wanted:
		d.report(at, n.line, "is a %s; write it in quotes: %q", noun[n.kind], n.text)
	default:
		return
	}
	v.SetZero()
}

// mismatch reports a value of the wrong type.
func (d *Doc) mismatch(n *node, t *typeInfo, at *place, hint string) {
	if hint == "" {
		hint = t.cure(n, at)
	}
	what := noun[n.kind]
	if n.kind == listKind && n.origin == headed {
		what = "list of tables"
	}
	d.report(at, n.line, "is a %s; %s", what, hint)
}

// cure says how to write a t instead of n.
func (t *typeInfo) cure(n *node, at *place) string {
	_, err := strconv.ParseInt(n.text, 10, 64)
	switch {
	case t.shape == boolShape:
		return "write true or false, without quotes"
	case t.shape == intShape && err == nil:
		return "write it without quotes: " + n.text
	case t.shape == intShape:
		return "write a whole number"
	case t.shape == listShape && t.elem.shape == recordShape && !at.isElem:
		return fmt.Sprintf("write [[%s]] above each element", header(at.path()))
	case t.shape == listShape && n.kind == stringKind:
		return fmt.Sprintf("write a list: [%q]", n.text)
	case t.shape == listShape:
		return "write a list in brackets"
	case (t.shape == recordShape || t.shape == dictShape) && !at.isElem:
		return fmt.Sprintf("write one table: [%s]", header(at.path()))
	case t.shape == recordShape || t.shape == dictShape:
		return "write a table in braces: { key = value }"
	case n.kind < listKind:
		return fmt.Sprintf("write it in quotes: %q", n.text)
	}
	return "write one string"
}
