package policies

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla/worktime"
	"github.com/townclerk/townclerk/ticket"
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

// the weeks of the other offices end with their Thursday, or with the working
// day before it. The charter and the page print no times: the reports are due
// when those of the procedure are.
func TestWeeksOfOtherOffices(t *testing.T) {
	for _, tt := range []struct{ folder, in, from, to string }{
		{"raanana", "Sun 2026-06-07 10:00", "Thu 2026-06-04 16:30", "Thu 2026-06-11 16:30"},
		{"raanana", "Wed 2026-04-01 16:29", "Thu 2026-03-26 16:30", "Wed 2026-04-01 16:30"},
		{"raanana", "Wed 2026-04-01 16:30", "Wed 2026-04-01 16:30", "Thu 2026-04-09 16:30"},
		{"iran-office", "Mon 2024-05-13 08:00", "Thu 2024-05-09 13:00", "Thu 2024-05-16 13:00"},
		{"iran-office", "Sun 2024-04-07 08:00", "Thu 2024-04-04 13:00", "Tue 2024-04-09 14:30"}, // Eid al-Fitr on Wednesday and Thursday
	} {
		p := desk(t, tt.folder)
		at := func(s string) time.Time { return local(t, p.Promises(), s) }
		week, err := p.Week(at(tt.in))
		require.NoError(t, err)
		if !week.From.Equal(at(tt.from)) || !week.To.Equal(at(tt.to)) {
			t.Errorf("%s: the week of %s is from %s to %s, want from %s to %s", tt.folder, tt.in, week.From, week.To, tt.from, tt.to)
		}
	}
	for folder, want := range map[string]string{"raanana": "Sun 2026-06-07 16:30", "telephony": "Sun 2026-06-07 16:00"} {
		p := desk(t, folder)
		due, err := p.ReportDue(ticket.MonthlyReport, p.Month(local(t, p.Promises(), "Sun 2026-05-10 10:00")))
		require.NoError(t, err)
		require.True(t, due.Equal(local(t, p.Promises(), want)), "%s: %s", folder, due)
	}
}
