package storecheck

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

type everything struct {
	S    string
	B    bool
	I    int8
	U    uint16
	F    float32
	At   time.Time
	Took time.Duration
	Raw  json.RawMessage
	List []struct{ M map[string][]string }
	P    *struct{ At *time.Time }
	A    [2]map[int]string
	Paid townclerk.Money
}

func sample(from int) everything {
	f := plain()
	f.n = from
	var x everything
	f.fill(reflect.ValueOf(&x).Elem())
	return x
}

// Nothing that is filled is zero, at any depth, so that nothing can be forgotten unnoticed.
func TestFillLeavesNothingEmpty(t *testing.T) {
	var walk func(string, reflect.Value)
	walk = func(path string, v reflect.Value) {
		if v.IsZero() {
			t.Errorf("%s is zero", path)
		}
		switch v.Kind() {
		case reflect.Struct:
			if v.Type() != reflect.TypeFor[time.Time]() {
				for i := range v.NumField() {
					walk(path+"."+v.Type().Field(i).Name, v.Field(i))
				}
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				walk(path+"[]", v.Index(i))
			}
		case reflect.Pointer:
			walk("*"+path, v.Elem())
		case reflect.Map:
			for pair := v.MapRange(); pair.Next(); {
				walk(path+"[k]", pair.Value())
			}
		}
	}
	walk("x", reflect.ValueOf(sample(1)))
}

// What is there already stays, and the rest is filled in beside it.
func TestFillKeepsWhatIsThere(t *testing.T) {
	x := everything{S: "mine", A: [2]map[int]string{1: {7: "seven"}}, Paid: townclerk.Money{Minor: -1, Currency: "JPY"}}
	x.List = make([]struct{ M map[string][]string }, 3)
	Fill(&x)
	require.Equal(t, "mine", x.S)
	require.Equal(t, map[int]string{7: "seven"}, x.A[1])
	require.Equal(t, townclerk.Money{Minor: -1, Currency: "JPY"}, x.Paid)
	require.Len(t, x.List, 3)
	require.Len(t, x.List[2].M, 2)
	require.NotZero(t, x.I)
	require.NotZero(t, x.P.At)
}

// Money is filled with amounts that can be written down, in any text and all different.
func TestFillMakesAmounts(t *testing.T) {
	var list [3]townclerk.Money
	f := plain()
	f.text = func(int) string { return "текст" }
	f.fill(reflect.ValueOf(&list).Elem())
	require.NotEqual(t, list[0], list[1])
	for _, m := range list {
		text, err := m.MarshalText()
		require.NoError(t, err)
		require.Regexp(t, `^[0-9]+\.50 ILS$`, string(text))
	}
}

// A deep copy is equal; a scrambled value differs in all that lies behind a pointer,
// and its copy does not change.
func TestScrambleReachesEverythingShared(t *testing.T) {
	x := sample(1)
	same := deep(x)
	shallow := x
	require.Equal(t, x, same)
	scramble(reflect.ValueOf(&x).Elem(), false)
	require.Equal(t, sample(1), same)
	for i := range reflect.TypeFor[everything]().NumField() {
		name := reflect.TypeFor[everything]().Field(i).Name
		shared := reflect.ValueOf(shallow).Field(i)
		was := reflect.ValueOf(same).Field(i)
		changed := !reflect.DeepEqual(shared.Interface(), was.Interface())
		switch name {
		case "Raw", "List", "P", "A":
			require.True(t, changed, name)
		default:
			require.False(t, changed, name)
		}
	}
}

// What differs is named by its path; nil and empty do not differ, nor does one
// instant in two zones, nor JSON with other spaces.
func TestDifference(t *testing.T) {
	for _, tt := range []struct {
		change func(*everything)
		want   string
	}{
		{func(x *everything) {}, ""},
		{func(x *everything) { x.S = "y" }, `.S is "y", want "text 3"`},
		{func(x *everything) { x.B = false }, ".B is false, want true"},
		{func(x *everything) { x.At = x.At.In(time.FixedZone("", 3600)) }, ""},
		{func(x *everything) { x.At = x.At.Add(1) }, ".At is 2026-03-02 12:00:08.000000001 +0000 UTC, want 2026-03-02 12:00:08 +0000 UTC"},
		{func(x *everything) { x.Raw = json.RawMessage(` { "n" : 10 }`) }, ""},
		{func(x *everything) { x.Raw = nil }, `.Raw is "", want "{\"n\":10}"`},
		{func(x *everything) { x.List = x.List[:1] }, ".List has 1 elements, want 2"},
		{func(x *everything) { x.P.At = nil }, ".P.At is <nil>, want "},
		{func(x *everything) { x.A[1][0] = "" }, ".A[1] has 3 entries, want 2"},
	} {
		x := sample(1)
		tt.change(&x)
		got := difference(reflect.ValueOf(x), reflect.ValueOf(sample(1)))
		if tt.want == "" {
			require.Empty(t, got)
		}
		require.Contains(t, got, tt.want)
	}
	empty := everything{Raw: json.RawMessage{}, List: []struct{ M map[string][]string }{}}
	require.Empty(t, difference(reflect.ValueOf(empty), reflect.ValueOf(everything{})))
}
