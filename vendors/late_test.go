package vendors

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// From when a vendor says that it is done until we find that it is not, the vendor is
// not late: the credit is for the time in which it had to act, to the minute.
func TestCreditSkipsTheTimeUntilADispute(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	call := tr.opened("normal", "2026-03-02 08:00", "2026-03-02 18:30") // the fix is due at 18:00
	for _, step := range []struct {
		at string
		do Command
	}{
		{"2026-03-04 18:30", Command{Do: Dispute, Reason: "it fails again"}}, // two days later
		{"2026-03-04 19:00", Command{Do: Finish, Text: "הוחלף"}},
	} {
		var err error
		call, err = tr.call(call.ID, step.at, administrator, step.do)
		require.NoError(t, err)
	}
	credits := func() CreditLine {
		all, err := tr.policy.Credits(c, 2026, each(call), tr.now())
		require.NoError(t, err)
		require.Len(t, all.Lines, 1)
		return all.Lines[0]
	}
	line := credits()
	require.Equal(t, time.Hour, line.Late)
	require.Equal(t, "300.00 ILS", line.Amount.String())
	var err error
	call, err = tr.call(call.ID, "2026-03-04 19:30", administrator, Command{Do: Dispute, Reason: "and again"})
	require.NoError(t, err)
	tr.set("2026-03-04 19:31")
	line = credits()
	require.Equal(t, time.Hour+time.Minute, line.Late, "half an hour of waiting less")
	require.Equal(t, "600.00 ILS", line.Amount.String())
}
