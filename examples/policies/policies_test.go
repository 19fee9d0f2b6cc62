package policies

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// read returns the text of every sla.toml, by its name.
func read(t *testing.T) map[string]string {
	t.Helper()
	names, err := fs.Glob(Files, "*/sla.toml")
	require.NoError(t, err)
	texts := map[string]string{}
	for _, name := range names {
		data, err := Files.ReadFile(name)
		require.NoError(t, err)
		texts[name] = string(data)
	}
	return texts
}

func parse(t *testing.T, name string) *sla.Policy {
	t.Helper()
	p, err := sla.Parse([]byte(read(t)[name]), name)
	require.NoError(t, err)
	return p
}

// local reads a time such as "Sun 2026-06-07 10:00:01"; the day of the week must
// be right, so that a table can be checked on paper.
func local(t *testing.T, p *sla.Policy, s string) time.Time {
	t.Helper()
	weekday, rest, _ := strings.Cut(s, " ")
	at, err := worktime.ParseTime(rest, p.Zone())
	require.NoError(t, err)
	require.Equal(t, weekday, at.Format("Mon"), "the day of the week of %s", s)
	return at
}

// The lock files say what the holidays resolve to with the library as it is. If an
// upgrade moves a date, see whether it is right, and run townclerk lock.
func TestPoliciesAreLocked(t *testing.T) {
	for name := range read(t) {
		dir := path.Dir(name)
		folder, err := fs.Sub(Files, dir)
		require.NoError(t, err)
		p, err := sla.Open(folder)
		require.NoError(t, err, dir)
		for _, d := range p.Drift() {
			t.Errorf("%s/%s", dir, d.Error())
		}
		want, err := p.Lock()
		require.NoError(t, err)
		got, err := fs.ReadFile(folder, sla.LockFile)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), dir)
		require.Equal(t, 1, p.Edition().Number, dir)
		require.False(t, p.Edition().Effective.IsZero(), dir)
	}
}

// Every target says where it stands and has a title in English and in the
// language of its document, and each requirement that sla can keep is there.
func TestTargets(t *testing.T) {
	tests := map[string]struct {
		locale  string
		sources []string // nil: Ra'anana's are tested in package sla
	}{
		"raanana/sla.toml":     {"he", nil},
		"telephony/sla.toml":   {"he", []string{"TE-08", "TE-13", "TE-19", "TE-22", "TE-23", "TE-24", "TE-25"}},
		"short-days/sla.toml":  {"en", []string{"RA-20", "RA-22", "RA-23", "RA-32", "RA-36", "RA-39", "TE-19"}},
		"stari-grad/sla.toml":  {"sr", []string{"A-48", "SG-06", "SG-11", "SG-17", "SG-18", "SG-20", "SG-22", "SG-25", "SG-26"}},
		"kalisz/sla.toml":      {"pl", []string{"A-55", "KA-01"}},
		"iran-office/sla.toml": {"fa", []string{"IR-02", "IR-05", "IR-06", "IR-07", "IR-10", "IR-14", "IR-15", "IR-16", "IR-17"}},
	}
	require.Len(t, read(t), len(tests), "each policy has its row")
	for name, tt := range tests {
		p := parse(t, name)
		var sources []string
		for _, target := range p.Targets() {
			for _, locale := range []string{"en", tt.locale} {
				require.NotEmpty(t, target.Titles[locale], "%s: %s has no title in %s", name, target.ID, locale)
			}
			require.NotEmpty(t, target.Source, "%s: %s", name, target.ID)
			sources = append(sources, target.Source...)
		}
		for _, role := range p.Roles() {
			for _, locale := range []string{"en", tt.locale} {
				require.NotEmpty(t, role.Titles[locale], "%s: %s has no title in %s", name, role.ID, locale)
			}
		}
		slices.Sort(sources)
		if got := slices.Compact(sources); tt.sources != nil && !slices.Equal(got, tt.sources) {
			t.Errorf("%s cites %v, want %v", name, got, tt.sources)
		}
	}
}

// vector is a row of a table of due times.
type vector struct {
	name   string
	with   map[string]string
	at     string
	target string
	want   string
}

func checkVectors(t *testing.T, p *sla.Policy, tests []vector) {
	t.Helper()
	tried := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := p.Promise(local(t, p, tt.at), tt.with)
			c := a.Clock(tt.target)
			require.NotNil(t, c, "no clock of %s among %d", tt.target, len(a.Clocks))
			if want := local(t, p, tt.want); c.State != sla.Running || !c.Due.Equal(want) {
				t.Errorf("%s at %s is %s, due %s, want %s", tt.target, tt.at, c.State, c.Due, want)
			}
		})
		tried[tt.target] = true
	}
	for _, target := range p.Targets() {
		require.True(t, tried[target.ID], "no row tries %s", target.ID)
	}
}

func with(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func TestTelephonyVectors(t *testing.T) {
	fault := with("class", "fault")
	week, frame, usage := with("class", "weekly-report"), with("class", "budget-frame"), with("class", "usage-report")
	checkVectors(t, parse(t, "telephony/sla.toml"), []vector{
		{"V13 TE-19 A-22 three hours as printed", fault, "Sun 2026-06-07 14:00", "vendor-call", "Sun 2026-06-07 17:00"},
		{"TE-19 also at night", fault, "Thu 2026-06-11 23:30", "vendor-call", "Fri 2026-06-12 02:30"},
		{"TE-19 the night the clock goes back", fault, "Sun 2026-10-25 00:30", "vendor-call", "Sun 2026-10-25 02:30"},
		{"A-57 TE-21 a line as well as a device", with("class", "fault", "cause", "line-repair"), "Sun 2026-06-07 14:00", "vendor-call", "Sun 2026-06-07 17:00"},
		{"TE-22 no duration is promised", fault, "Sun 2026-06-07 14:00", "follow-up", "Sun 2026-06-07 14:00"},
		{"TE-22 followed up by the end of the next working day", fault, "Sun 2026-06-07 14:00", "watch", "Mon 2026-06-08 16:00"},
		{"TE-22 after the weekend", fault, "Thu 2026-06-11 14:00", "watch", "Sun 2026-06-14 16:00"},
		{"TE-23 told at once", fault, "Sun 2026-06-07 15:59", "opener-notified", "Sun 2026-06-07 15:59"},
		{"TE-23 told at the next opening", fault, "Thu 2026-06-11 16:00", "opener-notified", "Sun 2026-06-14 08:00"},
		{"TE-24 on Thursday", week, "Thu 2026-06-04 16:00", "weekly-report", "Thu 2026-06-11 16:00"},
		{"TE-24 A-23 Thursday is Passover", week, "Thu 2026-03-26 16:00", "weekly-report", "Wed 2026-04-01 16:00"},
		{"TE-24 A-23 the week after that", week, "Wed 2026-04-01 16:00", "weekly-report", "Thu 2026-04-09 16:00"},
		{"TE-08 A-25 with the year", frame, "Fri 2027-01-01 00:00", "budget-frame", "Sun 2027-01-31 16:00"},
		{"TE-08 A-25 on a Saturday, too", frame, "Wed 2025-01-01 00:00", "budget-frame", "Fri 2025-01-31 16:00"},
		{"TE-13 A-27 within the year", usage, "Thu 2026-01-01 00:00", "usage-report", "Thu 2026-12-31 16:00"},
		{"TE-13 A-27 on its last morning", usage, "Thu 2026-12-31 09:00", "usage-report", "Thu 2026-12-31 16:00"},
	})
}

// in business mode the three hours are those of the desk. It is a change of one word.
func TestTelephonyBusinessHours(t *testing.T) {
	text := read(t)["telephony/sla.toml"]
	changed := strings.Replace(text, `calendar = "elapsed"          # A-22`, `calendar = "desk"             # A-22`, 1)
	require.NotEqual(t, text, changed)
	p, err := sla.Parse([]byte(changed), "telephony/sla.toml")
	require.NoError(t, err)
	a := p.Promise(local(t, p, "Sun 2026-06-07 14:00"), with("class", "fault"))
	if got, want := a.Clock("vendor-call").Due, local(t, p, "Mon 2026-06-08 09:00"); !got.Equal(want) {
		t.Errorf("due %s, want %s", got, want)
	}
}

// through all years that are covered, the report is due on Thursday, or on
// the working day before a Thursday that is closed; no week is left out.
func TestTelephonyReportDays(t *testing.T) {
	p := parse(t, "telephony/sla.toml")
	desk := p.Calendar("desk")
	at := local(t, p, "Thu 2020-01-02 16:00")
	for thursday := at.AddDate(0, 0, 7); thursday.Year() < 2036; thursday = thursday.AddDate(0, 0, 7) {
		want := thursday
		for {
			open, err := desk.Open(want.Add(-time.Hour))
			require.NoError(t, err)
			if open {
				break
			}
			want = want.AddDate(0, 0, -1)
		}
		a := p.Promise(at, with("class", "weekly-report"))
		c := a.Clock("weekly-report")
		if !c.Due.Equal(want) {
			t.Errorf("planned %s, due %s, want %s", at, c.Due, want)
		}
		at = want
	}
}

// TE-22 and TE-25: the administrator follows a fault to its end, and at any time
// until then the manager may take over, for a reason. The duration is no promise.
func TestTelephonyFollowUp(t *testing.T) {
	p := parse(t, "telephony/sla.toml")
	opened := local(t, p, "Sun 2026-06-07 10:00")
	tl := sla.Timeline{Events: []sla.Event{
		{Kind: "opened", At: opened, Attributes: with("class", "fault")},
		{Kind: "handed-over", At: opened.Add(time.Hour)},
		{Kind: sla.Escalated, At: opened.Add(50 * time.Hour), Reason: "the vendors disagree"},
		{Kind: "treated", At: opened.Add(60 * time.Hour)},
		{Kind: "opener-notified", At: opened.Add(60 * time.Hour)},
		{Kind: "closed", At: opened.Add(61 * time.Hour)},
	}}
	a, err := p.Assess(tl, opened.Add(100*time.Hour))
	require.NoError(t, err)
	require.Len(t, a.Escalations, 2)
	require.Equal(t, "administrator", a.Escalations[0].To)
	takeOver := a.Escalations[1]
	require.Equal(t, "division-manager", takeOver.To)
	require.Equal(t, sla.TakeOver, takeOver.Do)
	require.Equal(t, "the vendors disagree", takeOver.Reason)
	for _, target := range []string{"vendor-call", "follow-up", "opener-notified"} {
		require.Equal(t, sla.Met, a.Clock(target).State, target)
	}
}

func TestIranOfficeVectors(t *testing.T) {
	automation, sajjad, site := with("item", "automation-worklist"), with("item", "sajjad-worklist"), with("item", "site-username")
	support := with("item", "support")
	of := func(typ string) map[string]string { return with("item", "support", "type", typ) }
	checkVectors(t, parse(t, "iran-office/sla.toml"), []vector{
		{"IR-02 two hours", automation, "Mon 2024-05-13 09:00", "automation-worklist", "Mon 2024-05-13 11:00"},
		{"IR-02 an hour before closing", automation, "Mon 2024-05-13 13:30", "automation-worklist", "Tue 2024-05-14 08:30"},
		{"IR-02 Thursday closes at 13:00, Friday is closed", automation, "Thu 2024-05-16 12:00", "automation-worklist", "Sat 2024-05-18 08:30"},
		{"IR-06 over 29 Esfand, 1 to 4 Farvardin and Friday", sajjad, "Tue 2024-03-19 10:00", "sajjad-worklist", "Sun 2024-03-24 09:30"},
		{"IR-06 over 14 and 15 Khordad", sajjad, "Sun 2024-06-02 13:30", "sajjad-worklist", "Wed 2024-06-05 08:30"},
		{"IR-06 over 22 Bahman", sajjad, "Sat 2024-02-10 13:30", "sajjad-worklist", "Mon 2024-02-12 08:30"},
		{"IR-07 ends exactly at closing", site, "Sat 2024-05-18 12:30", "site-username", "Sat 2024-05-18 14:30"},
		{"IR-07 over 12 and 13 Farvardin", site, "Sat 2024-03-30 14:00", "site-username", "Tue 2024-04-02 09:00"},
		{"IR-10 A-10 close of the fifth working day", support, "Sun 2024-05-05 10:00", "support", "Sat 2024-05-11 14:30"},
		{"IR-10 from Friday: received on Saturday, due on Thursday", support, "Fri 2024-05-10 10:00", "support", "Thu 2024-05-16 13:00"},
		{"IR-14 A-54 a few minutes go before the hour", of("guidance"), "Thu 2024-05-16 12:45", "support-guidance", "Sat 2024-05-18 07:45"},
		{"IR-15 a few hours", of("process"), "Mon 2024-05-13 10:00", "support-process", "Tue 2024-05-14 11:00"},
		{"IR-16 a few days, over Eid al-Fitr", of("defect"), "Sun 2024-04-07 10:00", "support-defect", "Mon 2024-04-15 14:30"},
	})
}

// IR-05 and A-41: the hours begin with the last approval, and begin anew after a
// revocation. IR-17: what takes longer is an overrun, never a breach; what takes
// less than the minimum is early.
func TestIranOfficeEstimates(t *testing.T) {
	p := parse(t, "iran-office/sla.toml")
	day := local(t, p, "Mon 2024-05-13 08:00")
	approved := func(role string, after time.Duration) sla.Event {
		return sla.Event{Kind: sla.Approved, Role: role, At: day.Add(after)}
	}
	assess := func(granted time.Duration) *sla.Clock {
		a, err := p.Assess(sla.Timeline{Events: []sla.Event{
			{Kind: "opened", At: day, Attributes: with("item", "automation-worklist")},
			approved("administrative-affairs", time.Hour),
			approved("it-office-dg", 2*time.Hour),
			{Kind: "granted", At: day.Add(granted)},
		}}, day.Add(24*time.Hour))
		require.NoError(t, err)
		return a.Clock("automation-worklist")
	}
	tests := []struct {
		name           string
		granted        time.Duration
		early, overrun bool
	}{
		{"before the minimum", 2*time.Hour + 30*time.Minute, true, false},
		{"at the minimum", 3 * time.Hour, false, false},
		{"at the maximum", 4 * time.Hour, false, false},
		{"after the maximum", 4*time.Hour + time.Second, false, true},
	}
	for _, tt := range tests {
		c := assess(tt.granted)
		if !c.Start.Equal(day.Add(2*time.Hour)) || c.State != sla.Met || c.Early != tt.early || c.Overrun != tt.overrun {
			t.Errorf("%s: from %s, %s, early %v, overrun %v", tt.name, c.Start, c.State, c.Early, c.Overrun)
		}
	}
}

// IR-10: nothing is estimated where a meeting or development is needed, and the
// contract in force replaces the days of IR-10, IR-15 and IR-16.
func TestIranOfficeSupport(t *testing.T) {
	p := parse(t, "iran-office/sla.toml")
	opened := local(t, p, "Sun 2024-05-05 10:00")
	two := []sla.Terms{{Contract: "C-1", Metric: "resolution", Calendar: "office", Days: 2, At: "close"}}
	tests := []struct {
		name   string
		with   map[string]string
		target string // "" for none
		want   string
	}{
		{"no type yet", with("item", "support"), "support", "Tue 2024-05-07 14:30"},
		{"guidance has no contract", with("item", "support", "type", "guidance"), "support-guidance", "Sun 2024-05-05 10:30"},
		{"a process", with("item", "support", "type", "process"), "support-process", "Tue 2024-05-07 14:30"},
		{"a defect", with("item", "support", "type", "defect"), "support-defect", "Tue 2024-05-07 14:30"},
		{"a meeting or development", with("item", "support", "type", "defect", "analysis-or-development", "true"), "", ""},
	}
	for _, tt := range tests {
		a, err := p.Assess(sla.Timeline{Events: []sla.Event{{Kind: "opened", At: opened, Attributes: tt.with, Contract: two}}}, opened)
		require.NoError(t, err)
		if tt.target == "" {
			require.Empty(t, a.Clocks, tt.name)
			continue
		}
		c := a.Clock(tt.target)
		require.NotNil(t, c, tt.name)
		if want := local(t, p, tt.want); !c.Due.Equal(want) {
			t.Errorf("%s: due %s, want %s", tt.name, c.Due, want)
		}
	}
}

// Beyond the years whose feasts were announced nothing is guessed.
func TestIranOfficeCover(t *testing.T) {
	p := parse(t, "iran-office/sla.toml")
	a := p.Promise(local(t, p, "Mon 2024-12-30 10:00"), with("item", "support"))
	c := a.Clock("support")
	require.Equal(t, sla.Undetermined, c.State)
	require.ErrorIs(t, c.Err(), worktime.ErrNotCovered)
}
