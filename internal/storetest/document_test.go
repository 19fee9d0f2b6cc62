package storetest

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

type inner struct {
	ID   string    `json:"id,omitzero"`
	When time.Time `json:"when,omitzero"`
}

// Each mistake in the keys of a type is found, at any depth, and nothing else.
func TestKeyMistakes(t *testing.T) {
	type deep struct {
		List []map[string]*struct{ Name string }
	}
	for _, tt := range []struct {
		name string
		of   any
		want []string
	}{
		{"none", struct {
			inner
			NextAt time.Time       `json:"next_at,omitzero"`
			Paid   townclerk.Money `json:"paid,omitempty"`
		}{}, nil},
		{"no key, at any depth", deep{}, []string{
			`storetest.deep.List has the key ""; write small letters, with underscores between words`,
			`struct { Name string }.Name has the key ""; write small letters, with underscores between words`,
		}},
		{"in capitals", struct {
			A int `json:"nextAt,omitzero"`
		}{}, []string{`has the key "nextAt"; write small letters`}},
		{"left out", struct {
			A int `json:"-"`
		}{}, []string{`has the key "-"; write small letters`}},
		{"written though zero", struct {
			A int `json:"a"`
		}{}, []string{"would be written though it is zero"}},
		{"not exported", struct {
			a int
		}{}, []string{"is not exported, so it would be lost"}},
		{"one key twice", struct {
			inner
			Other string `json:"id,omitzero"`
		}{}, []string{`.Other has the key "id", as has storetest.inner.ID`}},
		{"one name twice", struct {
			inner
			ID string `json:"id,omitzero"`
		}{}, []string{`.ID has the key "id", as has storetest.inner.ID`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := keyMistakes(reflect.TypeOf(tt.of))
			require.Len(t, got, len(tt.want))
			for i := range got {
				require.Contains(t, got[i], tt.want[i])
			}
		})
	}
}
