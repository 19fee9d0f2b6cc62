package sla

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla/worktime"
)

// local reads a time such as "Sun 2026-06-07 10:00:01" on the zone's clock; the
// day of the week must be right, so that a table can be checked on paper.
func local(t testing.TB, zone *time.Location, s string) time.Time {
	t.Helper()
	weekday, rest, ok := strings.Cut(s, " ")
	if !ok || len(weekday) != 3 {
		rest = s
	}
	at, err := worktime.ParseTime(rest, zone)
	require.NoError(t, err)
	if ok && len(weekday) == 3 {
		require.Equal(t, weekday, at.Format("Mon"), "the day of the week of %s", s)
	}
	return at
}

func raanana(t testing.TB) *Policy {
	t.Helper()
	data, err := os.ReadFile("../examples/policies/raanana/sla.toml")
	require.NoError(t, err)
	p, err := Parse(data, "raanana/sla.toml")
	require.NoError(t, err)
	return p
}

// incident are the attributes of the most ordinary ticket.
func incident(department string) map[string]string {
	return map[string]string{"department": department, "class": "incident"}
}

// The worked vectors of Ra'anana's charter (V1 to V9, V12), and the boundaries of
// its rules on both sides.
func TestRaananaVectors(t *testing.T) {
	account := map[string]string{"department": "operations", "class": "account"}
	with := func(class string) map[string]string {
		return map[string]string{"department": "operations", "class": class}
	}
	is := func(class string) map[string]string {
		return map[string]string{"department": "information-systems", "class": class}
	}
	tests := []struct {
		name   string
		with   map[string]string
		at     string
		target string
		want   string
	}{
		{"V1 RA-21 transfer in 20 minutes", incident("operations"), "Sun 2026-06-07 09:59:00", "ops-transfer", "Sun 2026-06-07 10:19:00"},
		{"V1 RA-20 before the cut-off", incident("operations"), "Sun 2026-06-07 09:59:00", "ops-handling", "Sun 2026-06-07 16:30"},
		{"V2 RA-20 at the cut-off", incident("operations"), "Sun 2026-06-07 10:00:00", "ops-handling", "Sun 2026-06-07 16:30"},
		{"RA-22 a nanosecond after the cut-off", incident("operations"), "Sun 2026-06-07 10:00:00.000000001", "ops-handling", "Mon 2026-06-08 12:00"},
		{"V3 RA-22 a second after the cut-off", incident("operations"), "Sun 2026-06-07 10:00:01", "ops-handling", "Mon 2026-06-08 12:00"},
		{"V4 RA-22 over the weekend", incident("operations"), "Thu 2026-06-11 10:30", "ops-handling", "Sun 2026-06-14 12:00"},
		{"V5 RA-18 the portal on Friday, transfer", incident("operations"), "Fri 2026-06-12 09:00", "ops-transfer", "Sun 2026-06-14 07:50"},
		{"V5 RA-18 the portal on Friday, diagnosis", incident("operations"), "Fri 2026-06-12 09:00", "ops-handling", "Sun 2026-06-14 16:30"},
		{"V6 RA-21 five minutes before closing", incident("operations"), "Sun 2026-06-07 16:25", "ops-transfer", "Mon 2026-06-08 07:45"},
		{"V6 RA-22 five minutes before closing", incident("operations"), "Sun 2026-06-07 16:25", "ops-handling", "Mon 2026-06-08 12:00"},
		{"RA-21 transfer ends exactly at closing", incident("operations"), "Sun 2026-06-07 16:10", "ops-transfer", "Sun 2026-06-07 16:30"},
		{"V7 RA-14 the night the clock goes back", incident("operations"), "Sun 2026-10-25 06:00", "ops-transfer", "Sun 2026-10-25 07:50"},
		{"A-5 before opening of a working day", incident("operations"), "Mon 2026-06-08 06:00", "ops-handling", "Mon 2026-06-08 16:30"},
		{"A-5 after closing of a working day", incident("operations"), "Sun 2026-06-07 18:00", "ops-handling", "Mon 2026-06-08 12:00"},
		{"RA-14 over Passover's first day", incident("operations"), "Wed 2026-04-01 11:00", "ops-handling", "Sun 2026-04-05 12:00"},
		{"RA-14 over Independence Day", incident("operations"), "Tue 2026-04-21 16:25", "ops-transfer", "Thu 2026-04-23 07:45"},
		{"RA-34 A-20 a user who cannot work: transfer", with("user-down"), "Sun 2026-06-07 09:59", "ops-user-down-transfer", "Sun 2026-06-07 10:19"},
		{"RA-34 a user who cannot work: at the cut-off", with("user-down"), "Sun 2026-06-07 10:00", "ops-user-down-handling", "Sun 2026-06-07 16:30"},
		{"RA-34 a user who cannot work: after the cut-off", with("user-down"), "Sun 2026-06-07 10:00:01", "ops-user-down-handling", "Mon 2026-06-08 12:00"},
		{"RA-24 RA-25 hand-over at once", incident("operations"), "Sun 2026-06-07 11:00", "ops-hand-over", "Sun 2026-06-07 11:00"},
		{"RA-25 hand-over at the next opening", incident("operations"), "Sun 2026-06-07 16:30", "ops-hand-over", "Mon 2026-06-08 07:30"},
		{"V10 RA-26 A-9 vendor, no contract", incident("operations"), "Thu 2026-06-11 15:00", "ops-vendor", "Fri 2026-06-12 15:00"},
		{"V8 RA-31 A-10 the age of 3 working days", incident("operations"), "Wed 2026-06-10 14:00", "ops-follow-up", "Mon 2026-06-15 14:00"},
		{"RA-36 accounts: close of the third working day", account, "Tue 2026-06-09 11:00", "account", "Sun 2026-06-14 16:30"},
		{"V12 RA-38 RA-39 inventory report", with("inventory-change"), "Thu 2026-06-11 15:00", "ops-inventory", "Fri 2026-06-12 15:00"},
		{"RA-35 A-56 the night before a closed day", with("backup"), "Fri 2026-06-12 16:30", "ops-backup", "Sat 2026-06-13 07:30"},
		{"RA-35 a night of a holiday", with("backup"), "Wed 2026-04-01 22:00", "ops-backup", "Thu 2026-04-02 07:30"},
		{"V9 RA-42 A-8 noon", is("incident"), "Sun 2026-06-07 12:00:00", "is-handling", "Sun 2026-06-07 16:30"},
		{"V9 RA-44 a second after noon", is("incident"), "Sun 2026-06-07 12:00:01", "is-handling", "Mon 2026-06-08 10:00"},
		{"RA-43 RA-40 a stage's transfer", is("incident"), "Sun 2026-06-07 16:20", "is-transfer", "Mon 2026-06-08 07:40"},
		{"RA-45 RA-46 IS hand-over at once", is("incident"), "Sun 2026-06-07 08:00", "is-hand-over", "Sun 2026-06-07 08:00"},
		{"RA-47 IS vendor, no contract", is("incident"), "Thu 2026-06-11 15:00", "is-vendor", "Fri 2026-06-12 15:00"},
		{"RA-51 the age of 2 working days", is("incident"), "Wed 2026-06-10 14:00", "is-follow-up", "Sun 2026-06-14 14:00"},
		{"RA-52 A-53 intake of an upgrade, 14 days", is("project-upgrade"), "Sun 2026-06-07 09:00", "is-intake-upgrade", "Thu 2026-06-25 16:30"},
		{"RA-30 RA-31 a watch is followed up by the end of the next working day", map[string]string{"department": "operations", "class": "network"}, "Sun 2026-06-07 09:00", "ops-watch", "Mon 2026-06-08 16:30"},
		{"RA-51 of Information Systems, after the weekend", incident("information-systems"), "Thu 2026-06-11 09:00", "is-watch", "Sun 2026-06-14 16:30"},
		{"RA-52 intake of a new one, 21 days", is("project-complex"), "Sun 2026-06-07 09:00", "is-intake-complex", "Mon 2026-07-06 16:30"},
		{"RA-52 intake of a system-wide one, 28 days", is("project-system-wide"), "Sun 2026-06-07 09:00", "is-intake-system-wide", "Wed 2026-07-15 16:30"},
		{"RA-53 planning of an upgrade, at most 21 days", is("project-upgrade"), "Sun 2026-06-07 09:00", "is-planning-upgrade", "Mon 2026-07-06 16:30"},
		{"RA-53 planning of a new one, at most 28 days", is("project-complex"), "Sun 2026-06-07 09:00", "is-planning-complex", "Wed 2026-07-15 16:30"},
		{"RA-53 A-16 planning of a system-wide one, at most 55 days", is("project-system-wide"), "Sun 2026-06-07 09:00", "is-planning-system-wide", "Sun 2026-08-23 16:30"},
		{"RA-54 approval of the project, 14 days", is("project-complex"), "Sun 2026-06-07 09:00", "is-project-approval", "Thu 2026-06-25 16:30"},
		{"RA-60 A-19 a critical site fault", map[string]string{"department": "website", "class": "incident", "critical": "true"}, "Thu 2026-06-11 23:30", "web-critical", "Fri 2026-06-12 01:30"},
		{"RA-61 a regular site fault, handling", incident("website"), "Thu 2026-06-11 23:30", "web-regular", "Fri 2026-06-12 03:30"},
		{"RA-61 a regular site fault, solved", incident("website"), "Thu 2026-06-11 23:30", "web-resolution", "Fri 2026-06-12 23:30"},
		{"RA-59 A-18 the daily check of the site", map[string]string{"department": "website", "class": "site-check"}, "Sun 2026-06-07 07:30", "web-daily-check", "Sun 2026-06-07 16:30"},
		{"RA-32 A-12 a critical system in desk hours", map[string]string{"department": "operations", "class": "incident", "critical": "true"}, "Sun 2026-06-07 11:00", "ops-critical", "Sun 2026-06-07 11:00"},
		{"RA-32 A-12 a critical system at night", map[string]string{"department": "operations", "class": "incident", "critical": "true"}, "Thu 2026-06-11 22:00", "ops-critical", "Sun 2026-06-14 07:30"},
	}
	p := raanana(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := p.Promise(local(t, p.Zone(), tt.at), tt.with)
			c := a.Clock(tt.target)
			require.NotNil(t, c, "no clock of %s among %d", tt.target, len(a.Clocks))
			if want := local(t, p.Zone(), tt.want); c.State != Running || !c.Due.Equal(want) {
				t.Errorf("%s at %s is %s, due %s, want %s", tt.target, tt.at, c.State, c.Due, want)
			}
			checkSteps(t, c)
		})
	}
}

// checkSteps holds an explanation to its word: it leads from the start to the due
// time, each step cites what it needs, and each has a sentence.
func checkSteps(t *testing.T, c *Clock) {
	t.Helper()
	require.NotEmpty(t, c.Steps())
	if first := c.Steps()[0]; first.Rule != "start" || !first.From.Equal(c.Start) {
		t.Errorf("the first step is %+v, the clock starts at %s", first, c.Start)
	}
	if last := c.Steps()[len(c.Steps())-1]; !last.To.Equal(c.Due) {
		t.Errorf("the last step leads to %s, the clock is due at %s", last.To, c.Due)
	}
	for _, s := range c.Steps() {
		if why := s.Why(); why == "" || why == s.Rule || strings.Contains(why, "%!") || strings.Contains(why, "<nil>") {
			t.Errorf("step %s says %q", s.Rule, why)
		}
	}
}

// RA-63: the rows of the charter are commitments; what a vendor owes is a
// contract's, a window informs below its minimum, and a forecast is no promise.
func TestRaananaKindsAndSources(t *testing.T) {
	p := raanana(t)
	kinds := map[string]Kind{
		"ops-vendor": Contract, "is-vendor": Contract, "web-vendor": Contract, "ops-follow-up": Estimate, "is-follow-up": Estimate,
		"is-planning-upgrade": Window, "is-planning-complex": Window, "is-planning-system-wide": Window,
	}
	for _, target := range p.Targets() {
		want, ok := kinds[target.ID]
		if !ok {
			want = Commitment
		}
		if target.Kind != want {
			t.Errorf("%s is of the kind %s, want %s", target.ID, target.Kind, want)
		}
		if len(target.Source) == 0 || !strings.HasPrefix(target.Source[0], "RA-") || target.Titles["en"] == "" || target.Titles["he"] == "" {
			t.Errorf("%s has source %v and titles %v", target.ID, target.Source, target.Titles)
		}
	}
}

// RA-14, RA-40: the desks' hours, on both sides of each edge.
func TestRaananaDeskHours(t *testing.T) {
	p := raanana(t)
	for _, desk := range []string{"ops-desk", "is-desk"} {
		for at, want := range map[string]bool{
			"Sun 2026-06-07 07:29:59.999999999": false, "Sun 2026-06-07 07:30": true,
			"Sun 2026-06-07 16:29:59.999999999": true, "Sun 2026-06-07 16:30": false,
			"Thu 2026-06-11 12:00": true, "Fri 2026-06-12 12:00": false, "Sat 2026-06-13 12:00": false,
		} {
			if open, err := p.Calendar(desk).Open(local(t, p.Zone(), at)); err != nil || open != want {
				t.Errorf("%s is open at %s: %v, %v, want %v", desk, at, open, err, want)
			}
		}
	}
}

// The feasts of 2026 as the calendar facts list them; RA-14 closes the desk on them.
func TestRaananaHolidays(t *testing.T) {
	p := raanana(t)
	want := "2026-04-02 2026-04-08 2026-04-22 2026-05-22 2026-09-12 2026-09-13 2026-09-21 2026-09-26 2026-10-03"
	var got []string
	for d := (worktime.Date{Year: 2026, Month: time.January, Day: 1}); d.Year == 2026; d = d.AddDays(1) {
		if p.Calendar("ops-desk").Note(d) != "" {
			got = append(got, d.String())
		}
	}
	if strings.Join(got, " ") != want {
		t.Errorf("the holidays of 2026 are\n%s, want\n%s", strings.Join(got, " "), want)
	}
}

const jerusalem = `format = 1
name = "vectors"
zone = "Asia/Jerusalem"

[roles]
boss = {}
deputy = {}

[calendars.desk]
week = { sun-thu = "07:30-16:30" }

[calendars.council]
week = { sun-thu = "08:00-16:00" }

[calendars.short]
week = { sun-tue = "07:30-16:30", wed = "07:30-11:30", thu = "07:30-16:30" }

[[targets]]
id = "t"
metric = "t"
kind = "commitment"
title = {}
source = "test"
start = "opened"
meets = "closed"
pauses = ["user", "part"]
`

// policy parses the frame above with the rest of its one target.
func policy(t testing.TB, rest string) *Policy {
	t.Helper()
	return policyFrom(t, "opened", rest)
}

// policyFrom is policy with another event that starts the target.
func policyFrom(t testing.TB, start, rest string) *Policy {
	t.Helper()
	frame := strings.Replace(jerusalem, `start = "opened"`, `start = "`+start+`"`, 1)
	p, err := Parse([]byte(frame+rest), "test.toml")
	require.NoError(t, err)
	return p
}

// V13 to V15, and the readings of the ambiguities that a policy chooses.
func TestVectorsOfRules(t *testing.T) {
	const cutoffs = "due.cutoffs = [ { until = \"10:00\", days = 0, at = \"close\" }, { days = 1, at = \"12:00\" } ]\n"
	tests := []struct{ name, rest, at, want string }{
		{"V13 TE-19 A-22 three hours as printed", `calendar = "elapsed"` + "\n" + `due = { within = "3h" }`, "Sun 2026-06-07 14:00", "Sun 2026-06-07 17:00"},
		{"V13 TE-19 A-22 three hours of business, opening at 08:00", `calendar = "council"` + "\n" + `due = { within = "3h" }`, "Sun 2026-06-07 14:00", "Mon 2026-06-08 09:00"},
		{"V13 A-22 the next morning", `calendar = "desk"` + "\n" + `due = { within = "3h" }`, "Sun 2026-06-07 14:00", "Mon 2026-06-08 08:00"},
		{"V14 a short day closes before the promised time", `calendar = "short"` + "\n" + cutoffs, "Tue 2026-06-09 10:30", "Wed 2026-06-10 11:30"},
		{"V14 a start after a short day's closing is not the same day's", `calendar = "short"` + "\n" + `due.cutoffs = [ { until = "12:00", days = 0, at = "close" }, { days = 1, at = "10:00" } ]`, "Wed 2026-06-10 11:30", "Thu 2026-06-11 10:00"},
		{"V14 a nanosecond before a short day's closing", `calendar = "short"` + "\n" + `due.cutoffs = [ { until = "12:00", days = 0, at = "close" }, { days = 1, at = "10:00" } ]`, "Wed 2026-06-10 11:29:59.999999999", "Wed 2026-06-10 11:30"},
		{"V15 A-10 the same time three working days later", `calendar = "desk"` + "\n" + `due = { days = 3, at = "same-time" }`, "Thu 2026-06-11 16:00", "Tue 2026-06-16 16:00"},
		{"V15 A-10 a start in closed time rolls", `calendar = "desk"` + "\n" + `due = { days = 3, at = "same-time" }`, "Fri 2026-06-12 09:00", "Wed 2026-06-17 07:30"},
		{"V11 RA-36 the close of the third working day", `calendar = "desk"` + "\n" + `due = { days = 3, at = "close" }`, "Tue 2026-06-09 11:00", "Sun 2026-06-14 16:30"},
		{"V11 RA-36 in clock mode", `calendar = "desk"` + "\n" + `due = { days = 3, at = "same-time" }`, "Tue 2026-06-09 11:00", "Sun 2026-06-14 11:00"},
		{"V12 RA-39 A-15 the next working day", `calendar = "desk"` + "\n" + `due = { days = 1, at = "same-time" }`, "Thu 2026-06-11 15:00", "Sun 2026-06-14 15:00"},
		{"A-1 exclusive: 10:00 is after", `calendar = "desk"` + "\n" + cutoffs + "due.inclusive = false", "Sun 2026-06-07 10:00", "Mon 2026-06-08 12:00"},
		{"A-1 exclusive: a nanosecond before", `calendar = "desk"` + "\n" + cutoffs + "due.inclusive = false", "Sun 2026-06-07 09:59:59.999999999", "Sun 2026-06-07 16:30"},
		{"A-1 by the minute: 10:00:59 is before", `calendar = "desk"` + "\n" + cutoffs + "due.granularity = \"minute\"", "Sun 2026-06-07 10:00:59.999999999", "Sun 2026-06-07 16:30"},
		{"A-1 by the minute: 10:01 is after", `calendar = "desk"` + "\n" + cutoffs + "due.granularity = \"minute\"", "Sun 2026-06-07 10:01", "Mon 2026-06-08 12:00"},
		{"A-1 by the minute, exclusive: 10:00 is after", `calendar = "desk"` + "\n" + cutoffs + "due.granularity = \"minute\"\ndue.inclusive = false", "Sun 2026-06-07 10:00", "Mon 2026-06-08 12:00"},
		{"RA-25 immediate with a grace", `calendar = "desk"` + "\n" + `due = { immediate = true, grace = "5m" }`, "Sun 2026-06-07 16:28", "Mon 2026-06-08 07:33"},
		{"RA-23 the earliest of several", `calendar = "desk"` + "\n" + `due = { earliest = [ { within = "3h" }, { days = 1, at = "08:00" } ] }`, "Sun 2026-06-07 15:00", "Mon 2026-06-08 08:00"},
		{"RA-23 the latest of several", `calendar = "desk"` + "\n" + `due = { latest = [ { within = "3h" }, { days = 1, at = "08:00" } ] }`, "Sun 2026-06-07 15:00", "Mon 2026-06-08 09:00"},
		{"IR-10 A-42 a range of mixed units", `calendar = "desk"` + "\n" + `due = { min = { within = "1h", calendar = "elapsed" }, max = { days = 5, at = "close" } }`, "Sun 2026-06-07 15:00", "Sun 2026-06-14 16:30"},
		{"a day of 24 h over the spring change", `calendar = "elapsed"` + "\n" + `due = { within = "24h" }`, "Thu 2026-03-26 15:00", "Fri 2026-03-27 16:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := policy(t, tt.rest)
			a := p.Promise(local(t, p.Zone(), tt.at), nil)
			c := a.Clock("t")
			require.NotNil(t, c)
			if want := local(t, p.Zone(), tt.want); !c.Due.Equal(want) {
				t.Errorf("opened %s: due %s, want %s", tt.at, c.Due, want)
			}
			checkSteps(t, c)
		})
	}
}
