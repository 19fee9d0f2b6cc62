package policies

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla/worktime"
)

// TE-24, A-23: the weeks of the procedure's reports end on the days that sla.toml
// names one by one, where Thursday is a holiday.
func TestWeeksEndOnReportDays(t *testing.T) {
	p := desk(t, "telephony")
	days := p.Promises().Calendar("report-day")
	at, err := days.NextClosing(worktime.Date{Year: 2020, Month: time.January, Day: 6}.Start(days.Zone()))
	require.NoError(t, err)
	for at.Year() < 2035 {
		week, err := p.Week(at)
		require.NoError(t, err)
		next, err := days.NextClosing(at)
		require.NoError(t, err)
		require.Equal(t, []time.Time{at, next}, []time.Time{week.From, week.To})
		at = next
	}
}
