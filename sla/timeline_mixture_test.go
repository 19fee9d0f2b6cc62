package sla

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTimelinesAreOneOrSeveral(t *testing.T) {
	p, err := Parse([]byte(sound), "sla.toml")
	require.NoError(t, err)
	const event = "is = \"opened\"\nat = 2026-06-08T10:00:00\n"
	_, err = p.ParseTimelines([]byte("[[events]]\n"+event+"[[timelines]]\n[[timelines.events]]\n"+event), "t.toml")
	const want = "t.toml:1: events: it stands beside [[timelines]]"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("ParseTimelines said %v, want %s", err, want)
	}
}
