package kpi

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// dates returns when a duty falls, as in "06-04 06-05".
func dates(t testing.TB, p *Policy, duty, from, to string) string {
	t.Helper()
	falls, err := p.Falls(duty, between(t, from, to))
	require.NoError(t, err, duty)
	var all []string
	for _, f := range falls {
		all = append(all, f.Date.String()[5:])
	}
	return strings.Join(all, " ")
}

// RA-35, RA-59, SG-17, SG-22, A-48: what falls when, around holidays. 1 and 3 May 2026
// are a Friday and a Sunday, 4 June is Corpus Christi, a Thursday.
func TestFalls(t *testing.T) {
	for _, tt := range []struct{ name, every, from, to, want string }{
		{"every night, whatever the calendar", "every = \"night\"\nwindow = \"20:00-06:00\"", "2026-04-30", "2026-05-05", "04-30 05-01 05-02 05-03 05-04"},
		{"every day", `every = "day"`, "2026-04-30", "2026-05-05", "04-30 05-01 05-02 05-03 05-04"},
		{"every day that is open", "every = \"day\"\nclosed = \"skip\"", "2026-04-30", "2026-05-06", "04-30 05-04 05-05"},
		{"every day, moved before, is once a date", "every = \"day\"\nclosed = \"before\"", "2026-04-30", "2026-05-06", "04-30 05-04 05-05"},
		{"every day, moved after, is once a date", "every = \"day\"\nclosed = \"after\"", "2026-04-30", "2026-05-06", "04-30 05-04 05-05"},
		{"every working day", `every = "working-day"`, "2026-04-30", "2026-05-06", "04-30 05-04 05-05"},
		{"each Thursday, kept", "every = \"week\"\non = \"thu\"", "2026-05-28", "2026-06-19", "05-28 06-04 06-11 06-18"},
		{"each Thursday, skipped", "every = \"week\"\non = \"thu\"\nclosed = \"skip\"", "2026-05-28", "2026-06-19", "05-28 06-11 06-18"},
		{"each Thursday, before", "every = \"week\"\non = \"thu\"\nclosed = \"before\"", "2026-05-28", "2026-06-19", "05-28 06-03 06-11 06-18"},
		{"each Thursday, after", "every = \"week\"\non = \"thu\"\nclosed = \"after\"", "2026-05-28", "2026-06-19", "05-28 06-05 06-11 06-18"},
		{"moved into the period from after it", "every = \"week\"\non = \"thu\"\nclosed = \"before\"", "2026-06-01", "2026-06-04", "06-03"},
		{"moved into the period from before it", "every = \"week\"\non = \"thu\"\nclosed = \"after\"", "2026-06-05", "2026-06-06", "06-05"},
		{"moved out of the period", "every = \"week\"\non = \"thu\"\nclosed = \"after\"", "2026-06-01", "2026-06-05", ""},
		{"every second week from a date", "every = \"2 weeks\"\non = \"mon\"\nfirst = 2026-01-01", "2026-01-01", "2026-02-17", "01-05 01-19 02-02 02-16"},
		{"a month with five Thursdays", "every = \"week\"\non = \"thu\"", "2026-10-01", "2026-11-01", "10-01 10-08 10-15 10-22 10-29"},
		{"the 31st, or the last day", "every = \"month\"\non = \"31\"", "2026-01-01", "2026-06-01", "01-31 02-28 03-31 04-30 05-31"},
		{"the last day", "every = \"month\"\non = \"last\"", "2028-02-01", "2028-04-01", "02-29 03-31"},
		{"the fifth working day", "every = \"month\"\nworking_day = 5", "2026-01-01", "2026-06-01", "01-09 02-06 03-06 04-08 05-08"},
		{"the last working day", "every = \"month\"\nworking_day = -1", "2026-01-01", "2026-06-01", "01-30 02-27 03-31 04-30 05-29"},
		{"every three months from a date", "every = \"3 months\"\non = \"15\"\nfirst = 2026-02-01\nclosed = \"after\"", "2026-01-01", "2027-01-01", "02-16 05-15 08-17 11-16"},
		{"each year", "every = \"year\"\non = \"01-31\"", "2026-01-01", "2029-01-01", "01-31 01-31 01-31"},
		{"every second year", "every = \"2 years\"\non = \"12-31\"\nfirst = 2026-06-01", "2025-01-01", "2031-01-01", "12-31 12-31 12-31"},
		{"not before its first date", "every = \"day\"\nfirst = 2026-05-03", "2026-04-30", "2026-05-05", "05-03 05-04"},
		{"every tenth day from a date", "every = \"10 days\"\nfirst = 2026-01-05", "2026-01-01", "2026-02-01", "01-05 01-15 01-25"},
		{"every second year from its first", "every = \"2 years\"\non = \"03-01\"\nfirst = 2026-06-01", "2026-01-01", "2030-01-01", "03-01 03-01"},
		{"every third month from its first", "every = \"3 months\"\non = \"1\"\nfirst = 2026-01-02", "2026-01-01", "2026-09-01", "02-01 05-01 08-01"},
		{"the 20th working day, or the last: February has 20, May 20, November 20", "every = \"month\"\nworking_day = 20", "2026-01-01", "2026-06-01", "01-30 02-27 03-27 04-29 05-29"},
		{"as many from the end, or the first: January has 20", "every = \"month\"\nworking_day = -20", "2026-01-01", "2026-03-01", "01-02 02-02"},
		{"in a month that has fewer", "every = \"month\"\nworking_day = 20", "2024-11-01", "2025-01-01", "11-29 12-31"}, // 19 and 20
		{"from the first day that is covered", "every = \"month\"\nworking_day = 1", "2012-01-01", "2012-02-01", "01-02"},
		{"to the last day that is covered", "every = \"day\"\nclosed = \"skip\"\nwindow = \"08:00-12:00\"", "2035-12-29", "2036-01-01", "12-31"},
		{"a night whose window the clock skips", "every = \"night\"\nwindow = \"02:00-03:00\"", "2026-03-28", "2026-03-31", "03-28 03-29 03-30"},
		{"on demand never", `every = "demand"`, "2026-01-01", "2026-02-01", ""},
	} {
		p := policy(t, "every = \"night\"\ncalendar = \"office\"\nwindow = \"20:00-06:00\"", tt.every+"\ncalendar = \"office\"")
		if got := dates(t, p, "backup", tt.from, tt.to); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// Falls of two periods that follow one another are those of both: nothing is lost where
// dates move over the border, and nothing comes twice.
func TestFallsFollowOneAnother(t *testing.T) {
	for _, closed := range []Closed{Keep, Skip, Before, After} {
		for _, every := range []string{"every = \"day\"", "every = \"week\"\non = \"thu\"", "every = \"month\"\non = \"1\"", "every = \"month\"\non = \"last\""} {
			p := policy(t, "every = \"night\"\ncalendar = \"office\"\nwindow = \"20:00-06:00\"", every+"\ncalendar = \"office\"\nclosed = \""+string(closed)+"\"")
			want := dates(t, p, "backup", "2026-04-01", "2026-07-01")
			for cut := date(t, "2026-04-02"); cut.Compare(date(t, "2026-07-01")) < 0; cut = cut.AddDays(1) {
				got := strings.TrimSpace(dates(t, p, "backup", "2026-04-01", cut.String()) + " " + dates(t, p, "backup", cut.String(), "2026-07-01"))
				if got != want {
					t.Errorf("%s, closed %s, cut on %s: %s, want %s", every, closed, cut, got, want)
				}
			}
		}
	}
}

// a night belongs to the date of its evening, also on the night of a clock change.
func TestWindows(t *testing.T) {
	p := policy(t)
	falls, err := p.Falls("backup", between(t, "2026-10-24", "2026-10-25"))
	require.NoError(t, err)
	require.Len(t, falls, 1)
	require.Equal(t, local(t, "Sat 2026-10-24 20:00"), falls[0].Began)
	require.Equal(t, local(t, "Sun 2026-10-25 06:00"), falls[0].Due)
	require.Equal(t, 11*time.Hour, falls[0].Due.Sub(falls[0].Began))

	for at, want := range map[string]string{
		"2026-06-10 19:59": "2026-06-09", "2026-06-10 20:00": "2026-06-10", "2026-06-11 02:00": "2026-06-10", "2026-06-11 19:59": "2026-06-10",
	} {
		f, ok, err := p.Latest("backup", local(t, at))
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want, f.Date.String(), at)
	}
	_, ok, err := p.Latest("training", local(t, "2026-06-10 12:00"))
	require.NoError(t, err)
	require.False(t, ok, "what is on demand never falls")

	falls, err = p.Falls("control", between(t, "2026-06-05", "2026-06-06"))
	require.NoError(t, err)
	require.Equal(t, local(t, "2026-06-05 07:30"), falls[0].Began)
	require.Equal(t, local(t, "2026-06-05 15:30"), falls[0].Due)
}

// SG-25, SG-26: what reports cover follows one another without gap or overlap.
func TestReportsCoverEverything(t *testing.T) {
	p := policy(t)
	for _, tt := range []struct {
		report, from, to string
		want             int
	}{
		{"weekly", "2026-10-01", "2026-11-01", 5},
		{"weekly", "2026-05-01", "2027-05-01", 52},
		{"monthly", "2026-01-01", "2027-01-01", 12},
		{"yearly", "2024-01-01", "2030-01-01", 6},
	} {
		falls, err := p.Falls(tt.report, between(t, tt.from, tt.to))
		require.NoError(t, err)
		require.Len(t, falls, tt.want, tt.report)
		for i, f := range falls {
			require.True(t, f.Of.From.Before(f.Of.To))
			if i > 0 {
				require.Equal(t, falls[i-1].Of.To, f.Of.From, "%s of %s", tt.report, f.Date)
			}
			require.False(t, f.Of.To.After(f.Due), "nobody reports what is still to come")
		}
	}
	falls, err := p.Falls("monthly", between(t, "2026-02-01", "2026-03-01"))
	require.NoError(t, err)
	require.Equal(t, between(t, "2026-01-01", "2026-02-01"), falls[0].Of)
	require.Equal(t, local(t, "Fri 2026-02-06 15:30"), falls[0].Due)
	falls, err = p.Falls("yearly", between(t, "2026-01-01", "2027-01-01"))
	require.NoError(t, err)
	require.Equal(t, between(t, "2025-01-01", "2026-01-01"), falls[0].Of)
	falls, err = p.Falls("weekly", between(t, "2026-06-01", "2026-06-06"))
	require.NoError(t, err)
	require.Equal(t, townclerk.Period{From: local(t, "Thu 2026-05-28 15:30"), To: local(t, "Wed 2026-06-03 15:30")}, falls[0].Of, "Thursday is a holiday")
}

func TestFallsThatCannotBe(t *testing.T) {
	p := policy(t)
	_, err := p.Falls("bakup", between(t, "2026-01-01", "2026-02-01"))
	require.ErrorContains(t, err, `did you mean "backup"`)
	_, _, err = p.Latest("weeky", local(t, "2026-01-01 00:00"))
	require.ErrorContains(t, err, `did you mean "weekly"`)
	_, err = p.Falls("control", between(t, "2035-12-01", "2036-02-01"))
	require.ErrorIs(t, err, worktime.ErrNotCovered)
	_, err = p.Falls("monthly", between(t, "2035-12-01", "2036-02-01"))
	require.ErrorIs(t, err, worktime.ErrNotCovered)
	for _, text := range []string{"", "daily", "0 days", "-1 days", "+3 days", "three days", "2 working-days", "2 demands", "1001 days", "days"} {
		_, _, err := parseEvery(text)
		require.Error(t, err, text)
	}
}

// whatever the rule, no instant lies in two reports or in none: also where
// closed days move them into another month, and where two lists follow one another.
func TestReportsHaveNoGaps(t *testing.T) {
	const weekly = "every = \"week\"\non = \"thu\"\nclosed = \"before\"\ncalendar = \"office\"\nwindow = \"hours\""
	for _, rule := range []string{
		"every = \"month\"\non = \"1\"\ncovers = \"month\"", "every = \"month\"\non = \"last\"\ncovers = \"month\"", "every = \"month\"\non = \"31\"\ncovers = \"cut\"",
		"every = \"3 months\"\non = \"1\"\nfirst = 2024-02-01\ncovers = \"month\"", "every = \"month\"\nworking_day = 20\ncovers = \"month\"",
		"every = \"year\"\non = \"01-01\"\ncovers = \"year\"", "every = \"2 years\"\non = \"12-31\"\nfirst = 2022-01-01\ncovers = \"year\"",
		"every = \"week\"\non = \"mon\"", "every = \"day\"", "every = \"3 days\"\nfirst = 2024-01-03",
	} {
		for _, closed := range []Closed{Keep, Before, After} {
			p := policy(t, weekly, rule+"\nclosed = \""+string(closed)+"\"\ncalendar = \"office\"")
			from, to := date(t, "2024-12-15"), date(t, "2027-01-20")
			falls, err := p.Falls("weekly", between(t, from.String(), to.String()))
			require.NoError(t, err)
			require.NotEmpty(t, falls)
			for i, f := range falls[1:] {
				require.Equal(t, falls[i].Of.To, f.Of.From, "%s, closed %s: %s", rule, closed, f.Date)
			}
			for cut := from; cut.Compare(to) < 0; cut = cut.AddDays(37) {
				after, err := p.Falls("weekly", between(t, cut.String(), to.String()))
				require.NoError(t, err)
				require.Equal(t, falls[len(falls)-len(after):], append([]Fall{}, after...), "%s, closed %s, from %s", rule, closed, cut)
			}
		}
	}
}

// A report that is moved into another month tells of the months of its rule: that of
// 1 February 2026, a Sunday, of January; and the first of all of everything since its duty
// began.
func TestWhatReportsTell(t *testing.T) {
	const weekly = "every = \"week\"\non = \"thu\"\nclosed = \"before\"\ncalendar = \"office\"\nwindow = \"hours\""
	p := policy(t, weekly, "every = \"month\"\non = \"1\"\nclosed = \"before\"\ncovers = \"month\"\ncalendar = \"office\"")
	falls, err := p.Falls("weekly", between(t, "2026-01-01", "2026-04-02"))
	require.NoError(t, err)
	require.Len(t, falls, 3)
	require.Equal(t, "2026-01-30", falls[0].Date.String())
	require.Equal(t, between(t, "2026-01-01", "2026-02-01"), falls[0].Of)
	require.Equal(t, between(t, "2026-03-01", "2026-04-01"), falls[2].Of)

	p = policy(t, weekly, weekly+"\nfirst = 2026-06-01")
	falls, err = p.Falls("weekly", between(t, "2026-05-01", "2026-06-04"))
	require.NoError(t, err)
	require.Len(t, falls, 1)
	require.Equal(t, townclerk.Period{From: local(t, "Mon 2026-06-01 00:00"), To: local(t, "Wed 2026-06-03 15:30")}, falls[0].Of)
	p = policy(t, weekly, weekly+"\nfirst = 2026-06-04")
	falls, err = p.Falls("weekly", between(t, "2026-05-01", "2026-06-04"))
	require.NoError(t, err)
	require.Equal(t, townclerk.Period{From: local(t, "Wed 2026-06-03 00:00"), To: local(t, "Wed 2026-06-03 15:30")}, falls[0].Of)
}

// RA-35: where the clock skips all of a window, the night has one all the same; a date that
// the zone skipped has none.
func TestWindowThatTheClockSkips(t *testing.T) {
	const rule = "every = \"night\"\ncalendar = \"office\"\nwindow = \"20:00-06:00\""
	p := policy(t, rule, strings.Replace(rule, "20:00-06:00", "02:15-02:45", 1))
	falls, err := p.Falls("backup", between(t, "2026-03-29", "2026-03-30"))
	require.NoError(t, err)
	require.Len(t, falls, 1)
	require.Equal(t, []time.Time{local(t, "2026-03-29 03:00"), local(t, "2026-03-29 03:30")}, []time.Time{falls[0].Began, falls[0].Due})

	apia := []byte("format = 1\nname = \"Apia\"\nzone = \"Pacific/Apia\"\n[attributes]\nclass = []\n[roles]\nhead = { en = \"Head\" }\n[calendars.office]\nweek = { mon-fri = \"07:30-15:30\" }\n" +
		"[[targets]]\nid = \"done\"\nmetric = \"duty\"\nkind = \"commitment\"\ntitle = { en = \"Done\" }\nsource = \"RA-35\"\nstart = \"appointed\"\nmeets = \"duty-done\"\ncalendar = \"elapsed\"\ndue = { appointment = true }\n")
	promised, err := sla.Parse(apia, "sla.toml")
	require.NoError(t, err)
	p, err = Parse([]byte("format = 1\nname = \"Apia\"\nlocales = [\"en\"]\n[duties.backup]\ntitle = { en = \"Backup\" }\nevery = \"day\"\ncalendar = \"office\"\n"), "kpi.toml", promised)
	require.NoError(t, err)
	require.Equal(t, "12-28 12-29 12-31 01-01 01-02", dates(t, p, "backup", "2011-12-28", "2012-01-02"))
}
