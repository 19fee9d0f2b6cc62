package ticket

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// policyWith returns the test policy with another calendar of the desk and another [reports].
func policyWith(t testing.TB, zone, calendar, reports string) (*Policy, error) {
	t.Helper()
	text, err := os.ReadFile("testdata/sla.toml")
	require.NoError(t, err)
	made := strings.Replace(string(text), "week = { sun-thu = \"07:30-16:30\" }\ncover = { from = 2020, to = 2030 }", calendar, 1)
	made = strings.Replace(made, "Asia/Jerusalem", zone, 1)
	require.Contains(t, made, calendar)
	promises, err := sla.Parse([]byte(made), "sla.toml")
	require.NoError(t, err)
	text, err = os.ReadFile("testdata/ticket.toml")
	require.NoError(t, err)
	before, _, _ := strings.Cut(string(text), "\n[reports]\n")
	return Parse([]byte(before+"\n"+reports), "ticket.toml", promises)
}

func mustPolicyWith(t testing.TB, zone, calendar, reports string) *Policy {
	t.Helper()
	p, err := policyWith(t, zone, calendar, reports)
	require.NoError(t, err)
	return p
}

const thursdays = "[reports]\ncalendar = \"desk\"\nweek = \"thu\"\n"

// holidays is the desk's calendar with some closed days, of which 2 to 13 August are a vacation.
var holidays = func() string {
	days := `
    { date = 2026-04-02, hours = "closed", why = "Passover" },
    { date = 2026-05-20, hours = "closed", why = "closed" },
    { date = 2026-05-21, hours = "closed", why = "closed" },
    { date = 2026-12-31, hours = "07:30-12:00", why = "a short day" },
`
	for day := 2; day <= 13; day++ {
		days += fmt.Sprintf("    { date = 2026-08-%02d, hours = \"closed\", why = \"summer\" },\n", day)
	}
	return "week = { sun-thu = \"07:30-16:30\" }\ncover = { from = 2020, to = 2030 }\ndays = [" + days + "]"
}()

func TestParseSaysMistakesOfReports(t *testing.T) {
	for _, tt := range []struct{ name, reports, want string }{
		{"a calendar that is none", "[reports]\ncalendar = \"dask\"\nweek = \"thu\"", `reports.calendar: the promises have no calendar named "dask"; name one of theirs`},
		{"day and night", "[reports]\ncalendar = \"elapsed\"\nweek = \"thu\"", `reports.calendar: the promises have no calendar named "elapsed"`},
		{"no calendar", "[reports]\nweek = \"thu\"", "reports.calendar: missing"},
		{"no day", "[reports]\ncalendar = \"desk\"", "reports.week: missing"},
		{"a day that is none", "[reports]\ncalendar = \"desk\"\nweek = \"thursday\"", `reports.week: "thursday" is not known; known: sun, mon, tue, wed, thu, fri, sat`},
		{"no days", thursdays + "monthly_due = 0", "reports.monthly_due: 0 is not from 1 to 20 working days"},
		{"too many days", thursdays + "monthly_due = 21", "reports.monthly_due: 21 is not from 1 to 20"},
		{"a date that is none", thursdays + "yearly_due = \"02-30\"", `reports.yearly_due: "02-30" is not a day of each year`},
		{"a date of leap years", thursdays + "yearly_due = \"02-29\"", `reports.yearly_due: "02-29" is not a day of each year`},
		{"a year", thursdays + "yearly_due = \"2026-01-31\"", "reports.yearly_due: \"2026-01-31\" is not"},
	} {
		_, err := policyWith(t, "Asia/Jerusalem", holidays, tt.reports)
		require.ErrorContains(t, err, tt.want, tt.name)
		require.ErrorContains(t, err, "ticket.toml:", tt.name)
	}
}

// TE-24, A-23: from the last cut to this cut; on a holiday the working day before.
func TestWeek(t *testing.T) {
	p := mustPolicyWith(t, "Asia/Jerusalem", holidays, thursdays)
	for _, tt := range []struct{ name, at, from, to string }{
		{"an ordinary week", "2026-06-09 10:00", "2026-06-04 16:30", "2026-06-11 16:30"},
		{"before the cut", "2026-06-11 16:29", "2026-06-04 16:30", "2026-06-11 16:30"},
		{"at the cut", "2026-06-11 16:30", "2026-06-11 16:30", "2026-06-18 16:30"},
		{"on a closed day", "2026-06-13 00:00", "2026-06-11 16:30", "2026-06-18 16:30"},
		{"before a holiday Thursday", "2026-04-01 16:29", "2026-03-26 16:30", "2026-04-01 16:30"},
		{"on a holiday Thursday", "2026-04-02 10:00", "2026-04-01 16:30", "2026-04-09 16:30"},
		{"Wednesday is closed, too", "2026-05-20 10:00", "2026-05-19 16:30", "2026-05-28 16:30"},
		{"two weeks are closed: one week of three", "2026-08-06 10:00", "2026-07-30 16:30", "2026-08-20 16:30"},
		{"on a short day", "2026-12-31 12:00", "2026-12-31 12:00", "2027-01-07 16:30"},
		{"over the end of the year", "2026-12-31 11:59", "2026-12-24 16:30", "2026-12-31 12:00"},
		{"the clock goes forward", "2026-03-27 12:00", "2026-03-26 16:30", "2026-04-01 16:30"},
		{"the clock goes back", "2026-10-25 01:30", "2026-10-22 16:30", "2026-10-29 16:30"},
	} {
		got, err := p.Week(when(t, p, tt.at))
		require.NoError(t, err, tt.name)
		require.Equal(t, tt.from+" to "+tt.to, got.From.Format(minutes)+" to "+got.To.Format(minutes), tt.name)
	}
}

const minutes = "2006-01-02 15:04"

// when returns the instant that is so called in the zone of the promises.
func when(t testing.TB, p *Policy, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(minutes, s, p.promises.Zone())
	require.NoError(t, err)
	return at
}

func TestWeekErrors(t *testing.T) {
	p := testPolicy(t)
	_, err := p.Week(time.Date(2031, 1, 5, 0, 0, 0, 0, time.UTC))
	require.ErrorIs(t, err, worktime.ErrNotCovered)
	require.ErrorContains(t, err, "the week of 2031-01-05")
	for _, at := range []time.Time{{}, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)} {
		_, err = p.Week(at)
		require.ErrorIs(t, err, worktime.ErrNotCovered, "%s", at)
	}
	p = mustPolicyWith(t, "Asia/Jerusalem", holidays, "")
	_, err = p.Week(sunday)
	require.EqualError(t, err, "ticket.toml does not say when reports are made; write [reports]")
	_, err = p.ReportDue(MonthlyReport, p.Month(sunday))
	require.ErrorContains(t, err, "write [reports]")
	_, err = p.ReportDue(YearlyReport, p.Year(sunday))
	require.ErrorContains(t, err, "write [reports]")
}

// zones change their clocks in different ways, some at midnight.
var zones = []string{"Asia/Jerusalem", "Europe/Warsaw", "Asia/Tehran", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia", "UTC"}

// slowCuts is the slow twin of Week: all cuts of some years, by stepping through
// dates one by one, and asking for each whether it is a working day.
func slowCuts(t *rapid.T, p *Policy, from, to int) []time.Time {
	cal := p.Promises().Calendar(p.reports.calendar)
	var last time.Time
	var cuts []time.Time
	for d := (worktime.Date{Year: from, Month: time.January, Day: 1}); d.Year <= to; d = d.AddDays(1) {
		day, ok, err := cal.Working(d)
		require.NoError(t, err)
		if ok {
			last = day.Last
		}
		if d.Weekday() == p.reports.day && !last.IsZero() && (len(cuts) == 0 || !cuts[len(cuts)-1].Equal(last)) {
			cuts = append(cuts, last)
		}
	}
	return cuts
}

// TE-24, A-23: every instant lies in exactly one week, whatever the calendar, through
// clock changes and the ends of years; and it is the week of the slow twin.
func TestWeeksAreContiguous(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		hours := rapid.SampledFrom([]string{"07:30-16:30", "22:00-06:00", "00:00-24:00", "08:00-12:00\", \"13:00-24:00"}).Draw(r, "hours")
		week := rapid.SampledFrom([]string{"sun-thu", "mon-fri", "sun-sat", "wed", "sat-thu"}).Draw(r, "week")
		calendar := fmt.Sprintf("week = { %s = [\"%s\"] }\ncover = { from = 2024, to = 2028 }\ndays = [\n", week, hours)
		first := worktime.Date{Year: 2025, Month: time.January, Day: 1}
		seen := map[worktime.Date]bool{}
		for range rapid.IntRange(0, 12).Draw(r, "closures") {
			from := first.AddDays(rapid.IntRange(0, 720).Draw(r, "closure"))
			for d := from; d.Compare(from.AddDays(rapid.SampledFrom([]int{0, 1, 3, 20}).Draw(r, "length"))) <= 0; d = d.AddDays(1) {
				if !seen[d] {
					calendar += fmt.Sprintf("    { date = %s, hours = \"closed\", why = \"closed\" },\n", d)
				}
				seen[d] = true
			}
		}
		day := rapid.SampledFrom(weekdays[:]).Draw(r, "day")
		p := mustPolicyWith(t, rapid.SampledFrom(zones).Draw(r, "zone"), calendar+"]", "[reports]\ncalendar = \"desk\"\nweek = \""+day+"\"\n")
		cuts := slowCuts(r, p, 2024, 2027)
		for i := 8; i+9 < len(cuts); i++ {
			want := span(cuts[i], cuts[i+1])
			inside := want.From.Add(time.Duration(rapid.Int64Range(0, int64(want.To.Sub(want.From)-1)).Draw(r, "inside")))
			for _, at := range []time.Time{want.From, inside, want.To.Add(-1)} {
				got, err := p.Week(at)
				require.NoError(r, err)
				require.True(r, got.From.Equal(want.From) && got.To.Equal(want.To), "the week of %s is %v, want %v", at, got, want)
				require.True(r, got.Contains(at))
			}
			next, err := p.Week(want.To)
			require.NoError(r, err)
			require.True(r, next.From.Equal(want.To), "the week after %v begins at %s", want, next.From)
		}
	})
}

// Months and years begin with their first date, also where midnight does not exist.
func TestMonthsAndYears(t *testing.T) {
	for _, zone := range zones {
		p := mustPolicyWith(t, zone, holidays, thursdays)
		loc := p.Promises().Zone()
		month := p.Month(time.Date(2023, 1, 15, 0, 0, 0, 0, loc))
		for range 48 {
			require.Equal(t, 1, month.From.In(loc).Day())
			require.NotEqual(t, month.From.In(loc).Month(), month.From.Add(-1).In(loc).Month(), "%s: the month begins earlier", zone)
			for _, at := range []time.Time{month.From, month.From.Add(14 * 24 * time.Hour), month.To.Add(-1)} {
				require.Equal(t, month, p.Month(at), zone)
			}
			next := p.Month(month.To)
			require.Equal(t, month.To, next.From)
			month = next
		}
		year := p.Year(time.Date(2024, 2, 29, 12, 0, 0, 0, loc))
		require.Equal(t, "2024-01-01", year.From.In(loc).Format(time.DateOnly))
		require.Equal(t, "2025-01-01", year.To.In(loc).Format(time.DateOnly))
		require.Equal(t, year, p.Year(year.To.Add(-1)))
		require.Equal(t, year.To, p.Year(year.To).From)
		months := p.months(year)
		require.Len(t, months, 12)
		require.Equal(t, span(months[0].From, months[11].To), year)
		require.Equal(t, p.Year(year.From.Add(-1)), span(p.yearBefore(year.From), p.yearBefore(year.To)), zone)
	}
}

// the fifth working day after the month, and 31 January, unless the policy says otherwise.
func TestReportDue(t *testing.T) {
	p := mustPolicyWith(t, "Asia/Jerusalem", holidays, thursdays)
	other := mustPolicyWith(t, "Asia/Jerusalem", holidays, thursdays+"monthly_due = 1\nyearly_due = \"03-01\"\n")
	for _, tt := range []struct {
		name   string
		p      *Policy
		kind   ReportKind
		period townclerk.Period
		want   string
	}{
		{"fifth working day", p, MonthlyReport, p.Month(when(t, p, "2026-06-15 12:00")), "2026-07-07 16:30"},
		{"over a holiday", p, MonthlyReport, p.Month(when(t, p, "2026-03-15 12:00")), "2026-04-08 16:30"},
		{"over a vacation", p, MonthlyReport, p.Month(when(t, p, "2026-07-15 12:00")), "2026-08-20 16:30"},
		{"first working day", other, MonthlyReport, p.Month(when(t, p, "2026-03-15 12:00")), "2026-04-01 16:30"},
		{"31 January", p, YearlyReport, p.Year(when(t, p, "2026-03-15 12:00")), "2027-02-01 00:00"},
		{"1 March", other, YearlyReport, p.Year(when(t, p, "2023-03-15 12:00")), "2024-03-02 00:00"},
		{"a week", p, WeeklyReport, span(when(t, p, "2026-06-04 16:30"), when(t, p, "2026-06-11 16:30")), "2026-06-11 16:30"},
	} {
		got, err := tt.p.ReportDue(tt.kind, tt.period)
		require.NoError(t, err, tt.name)
		require.Equal(t, tt.want, got.Format(minutes), tt.name)
	}
	_, err := p.ReportDue("daily", p.Month(sunday))
	require.EqualError(t, err, `"daily" is no kind of report; known: weekly, monthly, yearly, targets, channels`)
	_, err = p.ReportDue(MonthlyReport, p.Month(time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC)))
	require.ErrorIs(t, err, worktime.ErrNotCovered)
}
