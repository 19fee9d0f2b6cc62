package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What is printed is the instant itself, also before standard time, when offsets had
// seconds (Moscow: +02:31:19 until 1918).
func TestJSONTimesReadBackExactly(t *testing.T) {
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	for _, at := range []time.Time{
		time.Date(1917, 12, 31, 10, 0, 0, 0, moscow), time.Date(1890, 1, 1, 0, 0, 0, 0, moscow), time.Date(2026, 6, 7, 10, 0, 0, 1, moscow),
	} {
		text, err := json.Marshal(local{zone: moscow}.time(at))
		require.NoError(t, err)
		var back time.Time
		require.NoError(t, json.Unmarshal(text, &back))
		if !back.Equal(at) {
			t.Errorf("%v is printed as %s, which is %v", at, text, back)
		}
	}
}
