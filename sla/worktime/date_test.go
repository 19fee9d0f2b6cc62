package worktime

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A date is text in JSON, and comes back as it was; the zero one is empty.
func TestDateText(t *testing.T) {
	for text, date := range map[string]Date{
		`"2026-06-07"`: {2026, time.June, 7},
		`"0001-01-01"`: {1, time.January, 1},
		`"9999-12-31"`: {9999, time.December, 31},
		`""`:           {},
	} {
		got, err := json.Marshal(date)
		require.NoError(t, err)
		require.Equal(t, text, string(got))
		back := Date{1, 1, 1}
		require.NoError(t, json.Unmarshal(got, &back))
		require.Equal(t, date, back)
	}
	for _, date := range []Date{{2026, time.February, 29}, {10000, time.January, 1}, {2026, 13, 1}, {Day: 1}, {-1, time.May, 1}} {
		_, err := date.MarshalText()
		require.ErrorContains(t, err, "is not a date of the years 0 to 9999")
	}
	date := Date{2026, time.June, 7}
	require.ErrorContains(t, date.UnmarshalText([]byte("7.6.2026")), `"7.6.2026" is not a date; write it as 2026-06-07`)
	require.Equal(t, Date{2026, time.June, 7}, date, "it stays as it was")
}
