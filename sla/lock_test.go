package sla

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

// feasts is a calendar with a holiday of each kind, to be locked for two years.
const feasts = `format = 1
edition = 2
effective = 2026-01-01
name = "feasts"
zone = "Asia/Jerusalem"

[calendars.desk]
week = { sun-thu = "07:30-16:30" }
holidays = "feasts"
cover = { from = 2026, to = 2027 }

[calendars."by night"]
week = { sun-sat = "16:30-07:30" }

[[holidays.feasts]]
name = "Passover"
hebrew = "15 Nisan"

[[holidays.feasts]]
name = "Founders' \"Day\""
yearly = "06-09"
substitute = ["wed"]

[[targets]]
id = "t"
metric = "t"
kind = "commitment"
title = {}
source = "test"
start = "opened"
meets = "closed"
calendar = "desk"
due = { within = "8h" }
`

const feastsLock = `# On which dates the holidays of sla.toml fall, and which offsets its time zone has.
# "townclerk lock" writes this file: keep it beside sla.toml, and do not edit it.
# The dates hold until it is written anew, whatever the rules come to say.

format = 1
edition = 2
content = "CONTENT"
zone = "Asia/Jerusalem"
offsets = { from = 2021, to = 2050, hash = "OFFSETS" }

[calendars.desk]
years = { from = 2026, to = 2027 }

[calendars.desk.dates]
2026-04-02 = "Passover"
2026-06-09 = "Founders' \"Day\""
2027-04-22 = "Passover"
2027-06-09 = "Founders' \"Day\""
2027-06-10 = "Founders' \"Day\" (substitute)"
`

// locked reads a policy with a lock file.
func locked(t testing.TB, text, lock string) *Policy {
	t.Helper()
	p, err := ParseLocked([]byte(text), "sla.toml", []byte(lock), "sla.lock.toml")
	require.NoError(t, err)
	return p
}

// lockOf locks a policy's text.
func lockOf(t testing.TB, text string) string {
	t.Helper()
	p, err := Parse([]byte(text), "sla.toml")
	require.NoError(t, err)
	lock, err := p.Lock()
	require.NoError(t, err)
	return string(lock)
}

// drift writes what has drifted, one to a line.
func drift(p *Policy) string { return strings.TrimSuffix(lines(p.Drift()), "\n") }

func TestLock(t *testing.T) {
	p, err := Parse([]byte(feasts), "sla.toml")
	require.NoError(t, err)
	want := strings.NewReplacer("CONTENT", p.Edition().Hash, "OFFSETS", p.Offsets().Hash).Replace(feastsLock)
	require.Equal(t, want, lockOf(t, feasts))
	require.Equal(t, worktime.Fingerprint(p.Zone(), 2021, 2050), p.Offsets().Hash, "the years that are covered, and those of the calendar that covers none")

	q := locked(t, feasts, want)
	require.Empty(t, drift(q), "what has just been locked has not drifted")
	again, err := q.Lock()
	require.NoError(t, err)
	require.Equal(t, want, string(again))
	require.Equal(t, p.Edition(), q.Edition())
	require.Empty(t, drift(p), "without a lock there is no drift")
}

// A locked policy and its rules agree on every date, as long as nothing has drifted.
func TestLockedPolicyIsTheSame(t *testing.T) {
	data, err := os.ReadFile("../examples/policies/raanana/sla.toml")
	require.NoError(t, err)
	for name, text := range map[string]string{
		"raanana": string(data), "feasts": feasts,
		"without cover":         strings.Replace(feasts, "cover = { from = 2026, to = 2027 }\n", "", 1),
		"a country":             strings.Replace(feasts, `hebrew = "15 Nisan"`, `country = "rs"`, 1),
		"substitutes each year": strings.Replace(feasts, `hebrew = "15 Nisan"`, "yearly = \"12-31\"\nsubstitute = [\"fri\", \"thu\"]", 1),
	} {
		p, err := Parse([]byte(text), "sla.toml")
		require.NoError(t, err)
		q := locked(t, text, lockOf(t, text))
		for cal := range p.calendars {
			a, b := p.Calendar(cal), q.Calendar(cal)
			for d := (worktime.Date{Year: 2018, Month: time.January, Day: 1}); d.Year < 2060; d = d.AddDays(1) {
				dayA, okA, errA := a.Working(d)
				dayB, okB, errB := b.Working(d)
				if !dayA.First.Equal(dayB.First) || !dayA.Last.Equal(dayB.Last) || okA != okB || (errA == nil) != (errB == nil) || a.Note(d) != b.Note(d) {
					t.Fatalf("%s: %s on %s: %v %q by the rules, %v %q locked", name, cal, d, dayA, a.Note(d), dayB, b.Note(d))
				}
			}
		}
	}
}

// An upgrade that computes other dates moves nothing, and shows.
func TestLockedDatesHold(t *testing.T) {
	good := lockOf(t, feasts)
	tests := []struct {
		name, old, new string
		kinds          string
		opened, due    string
		says           string
	}{
		{"a feast a day later", `2026-04-02 = "Passover"`, `2026-04-01 = "Passover"`, "holiday-moved",
			"2026-03-31 12:00", "2026-04-02 11:00", `sla.lock.toml:15: error: calendars.desk.dates.2026-04-01: Passover falls on 2026-04-02 now, but the locked 2026-04-01 holds; run townclerk lock to accept the new date, or put the right one into sla.toml [holiday-moved]`},
		{"a feast that the library has lost", `2026-06-09 = "Founders' \"Day\""`, "2026-06-09 = \"Founders' \\\"Day\\\"\"\n2026-06-10 = \"Water Day\"", "holiday-missing",
			"2026-06-08 12:00", "2026-06-11 11:00", `sla.lock.toml:17: error: calendars.desk.dates.2026-06-10: Water Day does not fall on 2026-06-10 any more, but the locked date holds; run`},
		{"a feast that is new", "2026-06-09 = \"Founders' \\\"Day\\\"\"\n", "", "holiday-added",
			"2026-06-08 12:00", "2026-06-09 11:00", `sla.lock.toml:14: error: calendars.desk.dates.2026-06-09: Founders' "Day" falls on 2026-06-09 now, but is no holiday, because it was not locked; run townclerk lock to accept it`},
		{"a feast by another name", `2026-04-02 = "Passover"`, `2026-04-02 = "Pesach"`, "holiday-renamed",
			"2026-04-01 12:00", "2026-04-05 11:00", `sla.lock.toml:15: warning: calendars.desk.dates.2026-04-02: Pesach, locked on 2026-04-02, is called Passover now; run townclerk lock`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, good, tt.old)
			p := locked(t, feasts, strings.Replace(good, tt.old, tt.new, 1))
			var kinds []string
			for _, d := range p.Drift() {
				kinds = append(kinds, d.Code)
				require.Equal(t, "desk", d.Args["calendar"])
			}
			if got := strings.Join(kinds, " "); got != tt.kinds || !strings.HasPrefix(drift(p), tt.says) {
				t.Errorf("drift %s\n%s, want %s\n%s", got, drift(p), tt.kinds, tt.says)
			}
			a := p.Promise(local(t, p.Zone(), tt.opened), nil)
			if due := a.Clock("t").Due; !due.Equal(local(t, p.Zone(), tt.due)) {
				t.Errorf("opened %s: due %s, want %s, by the locked date", tt.opened, due, tt.due)
			}
			accepted, err := p.Lock()
			require.NoError(t, err)
			require.Equal(t, good, string(accepted), "to lock it anew accepts what the rules say")
		})
	}
}

func TestDrift(t *testing.T) {
	good := lockOf(t, feasts)
	hash := good[strings.Index(good, `content = "`)+len(`content = "`):][:71]
	offsets := good[strings.Index(good, `hash = "`)+len(`hash = "`):][:71]
	tests := []struct {
		name       string
		text, lock []string // old and new
		want       string
	}{
		{"a text that was edited", []string{`"8h"`, `"9h"`}, nil,
			"sla.lock.toml:7: error: content: sla.toml does not say any more what it said when it was locked; publish another edition or a correction, or run townclerk lock if it is not in force yet [edition-edited]"},
		{"a correction is no edit", []string{"due = { within = \"8h\" }\n", "due = { within = \"8h\" }\n" + strike}, nil, ""},
		{"nor is a comment", []string{"[calendars.desk]", "[calendars.desk] # ours"}, nil, ""},
		{"a new edition", []string{"edition = 2", "edition = 3"}, nil,
			"sla.lock.toml:6: error: edition: edition 2 was locked, and sla.toml is edition 3; run townclerk lock [locked-other-edition]"},
		{"a text that has no edition any more", []string{"edition = 2\n", ""}, nil,
			"sla.lock.toml:6: error: edition: edition 2 was locked, and sla.toml is edition —; run townclerk lock [locked-other-edition]"},
		{"a text without editions that was edited", []string{"edition = 2\n", ""}, []string{"edition = 2\n", ""},
			"sla.lock.toml:6: error: content: sla.toml does not say any more what it said when it was locked; publish another edition or a correction, or run townclerk lock if it is not in force yet [edition-edited]"},
		{"another zone", nil, []string{"Asia/Jerusalem", "Asia/Tehran"},
			"sla.lock.toml:8: error: zone: Asia/Tehran was locked, and sla.toml is in Asia/Jerusalem; run townclerk lock [locked-other-zone]"},
		{"other rules of the zone", nil, []string{offsets, hash},
			"sla.lock.toml:9: warning: offsets: the clock changes of Asia/Jerusalem from 2021 to 2050 are not those that were locked, so that due times may have moved; see which of them are new, and run townclerk lock to accept them [offsets-changed]"},
		{"a calendar that is not locked", nil, []string{good[strings.Index(good, "[calendars.desk]"):], ""},
			"sla.lock.toml:1: error: calendars.desk: the holidays of desk are not locked, so that an upgrade can move them; run townclerk lock [calendar-unlocked]"},
		{"a calendar that is gone", nil, []string{"[calendars.desk]\n", "[calendars.\"old desk\"]\nyears = { from = 2026, to = 2026 }\n[calendars.desk]\n"},
			"sla.lock.toml:11: error: calendars.\"old desk\": old desk is locked, but sla.toml has no calendar of that name with holidays; run townclerk lock [locked-calendar-unknown]"},
		{"a locked year that is not covered", nil, []string{"years = { from = 2026, to = 2027 }", "years = { from = 2025, to = 2027 }"},
			"sla.lock.toml:12: error: calendars.desk.years: desk is locked from 2025 to 2027, and there is need for 2026 to 2027; run townclerk lock [locked-years-differ]"},
		{"years that are all covered no more", nil, []string{good[strings.Index(good, "years = { from = 2026"):], "years = { from = 2019, to = 2019 }\n"},
			"sla.lock.toml:12: error: calendars.desk.years: desk is locked from 2019 to 2019, and there is need for 2026 to 2027; run townclerk lock [locked-years-differ]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, lock := feasts, good
			if tt.text != nil {
				require.Contains(t, text, tt.text[0])
				text = strings.Replace(text, tt.text[0], tt.text[1], 1)
			}
			if tt.lock != nil {
				require.Contains(t, lock, tt.lock[0])
				lock = strings.Replace(lock, tt.lock[0], tt.lock[1], 1)
			}
			if got := drift(locked(t, text, lock)); got != tt.want {
				t.Errorf("drift\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// A holiday that is moved by a decree is a correction, and no drift: the locked
// rules still give the old date. Lint looks at what each correction changed.
func TestLintOfCorrections(t *testing.T) {
	const decree = `
[[corrections]]
recorded = 2026-05-20T10:00:00
why = "decree of the council"

[[corrections.days]]
calendar = "desk"
date = 2026-06-04
hours = "07:30-15:30"
why = "Town day was moved"

[[corrections.days]]
calendar = "desk"
date = 2026-06-05
hours = "closed"
why = "Town day"
`
	entry := func(recorded, date, hours string) string {
		return "\n[[corrections]]\nrecorded = " + recorded + "\nwhy = \"order\"\n\n[[corrections.days]]\ncalendar = \"desk\"\ndate = " + date + "\nhours = \"" + hours + "\"\nwhy = \"order\"\n"
	}
	tests := []struct{ name, more, want string }{
		{"a holiday moved by decree", decree, ""},
		{"moved by decree, and back", decree + entry("2026-05-21T10:00:00", "2026-06-04", "closed") + entry("2026-05-22T10:00:00", "2026-06-05", "07:30-15:30"), ""},
		{"moved by decree, twice the same", decree + entry("2026-05-21T10:00:00", "2026-06-05", "closed"), "correction-without-effect"},
		{"a dated entry that is taken back had its effect", entry("2026-12-01T10:00:00", "2026-12-24", "07:30-15:30"), ""},
		{"beyond the cover", entry("2026-12-01T10:00:00", "2036-12-24", "closed"), "day-outside-cover"},
		{"closed on a holiday", entry("2026-12-01T10:00:00", "2027-01-01", "closed"), "correction-without-effect"},
	}
	sound := soundPolicy(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := locked(t, sound+tt.more, lockOf(t, sound))
			require.Empty(t, drift(p))
			var codes []string
			for _, f := range p.Lint(lintNow) {
				codes = append(codes, f.Code)
			}
			if got := strings.Join(codes, " "); got != tt.want {
				t.Errorf("Lint finds %q, want %q:\n%s", got, tt.want, lines(p.Lint(lintNow)))
			}
			require.NotPanics(t, func() { p.Corrected().Lint(lintNow) })
		})
	}
}

// What is drift is an error, but for names, and for clock changes: the databases of
// two machines may differ in these.
func TestLintTellsDrift(t *testing.T) {
	sound := soundPolicy(t)
	lock := lockOf(t, sound)
	p := locked(t, sound, strings.Replace(lock, `2026-06-04 = "Town day"`, `2026-06-05 = "Town day"`, 1))
	require.Equal(t, p.Drift(), p.Lint(lintNow))
	require.Len(t, p.Drift(), 1)
	require.Equal(t, SeverityError, p.Drift()[0].Severity)
	for _, kind := range Findings() {
		found := lintExample(t, kind)
		if found[0].File == "sla.lock.toml" {
			require.Equal(t, kind.Code != "holiday-renamed" && kind.Code != "offsets-changed", kind.Severity == SeverityError, kind.Code)
		}
	}
	// What is wrong with the policy itself comes first, whatever its line.
	p = locked(t, patched(t, sound, Patch{`at = "50%"`, `at = "150%"`}), lock)
	var codes []string
	for _, f := range p.Lint(lintNow) {
		codes = append(codes, f.Code)
	}
	require.Equal(t, []string{"share-over-whole", "edition-edited"}, codes)
}

// Rules that do not know the locked years any more are no obstacle to the dates.
func TestLockedDatesOutliveTheirRules(t *testing.T) {
	text := strings.NewReplacer(`hebrew = "15 Nisan"`, `islamic = "1 Shawwal"`, "from = 2026, to = 2027", "from = 2200, to = 2200").Replace(feasts)
	_, err := Parse([]byte(text), "sla.toml")
	require.ErrorContains(t, err, "not in the table")
	lock := strings.NewReplacer("from = 2026, to = 2027", "from = 2200, to = 2200", "2026-04-02", "2200-04-02").Replace(lockOf(t, feasts))
	lock = lock[:strings.Index(lock, "2026-06-09")]
	p := locked(t, text, lock)
	why, closed := p.Calendar("desk").Closed(worktime.Date{Year: 2200, Month: time.April, Day: 2})
	require.True(t, closed)
	require.Equal(t, "Passover", why)
	require.Contains(t, drift(p), "sla.lock.toml:11: error: calendars.desk: the locked dates of desk hold, but their rules cannot be followed any more (")
	_, err = p.Lock()
	require.ErrorContains(t, err, "not in the table")
}

func TestParseLockedReportsMistakes(t *testing.T) {
	good := lockOf(t, feasts)
	tests := []struct{ name, old, new, want string }{
		{"a conflict of two branches", "[calendars.desk]", "<<<<<<< HEAD\n[calendars.desk]", "sla.lock.toml:11: "},
		{"format of the future", "format = 1", "format = 2", "sla.lock.toml:5: format: 2 is not a format that is known here; run townclerk lock, or a newer release"},
		{"no format", "format = 1\n", "", "sla.lock.toml:1: format: missing; run townclerk lock"},
		{"no content", "content = ", "contents = ", "sla.lock.toml:7: contents: unknown key; did you mean \"content\"?"},
		{"no offsets", "offsets = {", "# {", "sla.lock.toml:1: offsets: missing; run townclerk lock"},
		{"no years", "years = { from = 2026, to = 2027 }\n", "", "sla.lock.toml:11: calendars.desk.years: missing; run townclerk lock"},
		{"years that are too many", "{ from = 2021, to = 2050", "{ from = 1, to = 999999999", "sla.lock.toml:9: offsets: 1 to 999999999 are no years from 1678 to 2261; run townclerk lock"},
		{"years backwards", "{ from = 2026, to = 2027 }", "{ from = 2027, to = 2026 }", "sla.lock.toml:12: calendars.desk.years: 2027 to 2026 are no years from 1678 to 2261; run townclerk lock"},
		{"no date", "2026-04-02", "2026-04-31", "sla.lock.toml:15: calendars.desk.dates.2026-04-31: \"2026-04-31\" is not a date; write it as 2026-06-07"},
		{"a date of another year", "2026-04-02", "2028-04-02", "sla.lock.toml:15: calendars.desk.dates.2028-04-02: it is none of the years 2026–2027; run townclerk lock"},
		{"a date twice", "2026-06-09", "2026-04-02", "sla.lock.toml:16: calendars.desk.dates.2026-04-02: is set twice, first on line 15; remove one of them"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, good, tt.old)
			_, err := ParseLocked([]byte(feasts), "sla.toml", []byte(strings.Replace(good, tt.old, tt.new, 1)), "sla.lock.toml")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseLocked said\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
	t.Run("mistakes of both files", func(t *testing.T) {
		_, err := ParseLocked([]byte(strings.Replace(feasts, `"8h"`, `"8 hours"`, 1)), "sla.toml", []byte(strings.Replace(good, "format = 1", "format = 2", 1)), "sla.lock.toml")
		var files []string
		for _, err := range tomldoc.Unjoin(err) {
			var mistake *townclerk.FileError
			require.True(t, errors.As(err, &mistake))
			files = append(files, mistake.File)
		}
		require.Equal(t, []string{"sla.toml", "sla.lock.toml"}, files)
	})
}

func TestOpen(t *testing.T) {
	p, err := Open(fstest.MapFS{"sla.toml": {Data: []byte(feasts)}})
	require.NoError(t, err)
	require.Equal(t, 2, p.Edition().Number)

	lock := strings.Replace(lockOf(t, feasts), "2026-04-02", "2026-04-01", 1)
	p, err = Open(fstest.MapFS{"sla.toml": {Data: []byte(feasts)}, "sla.lock.toml": {Data: []byte(lock)}})
	require.NoError(t, err)
	require.Len(t, p.Drift(), 1)

	_, err = Open(fstest.MapFS{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Open(fstest.MapFS{"sla.toml": {Data: []byte(feasts)}, "sla.lock.toml/x": {}})
	require.ErrorContains(t, err, "sla.lock.toml")
}

// With any dates locked, the calendar has these within the locked years, and those
// of the rules beyond.
func TestLockedWithinTheirYears(t *testing.T) {
	text := strings.Replace(feasts, "cover = { from = 2026, to = 2027 }\n", "", 1)
	p, err := Parse([]byte(text), "sla.toml")
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(2001, 2058).Draw(t, "from")
		to := rapid.IntRange(from, 2058).Draw(t, "to")
		l := &lock{places: map[string]int{"desk": 0}, calendars: []lockedCalendar{{name: "desk", dates: worktime.Locked{From: from, To: to, Dates: map[worktime.Date]string{}}}}}
		first := worktime.Date{Year: from, Month: time.January, Day: 1}
		for range rapid.IntRange(0, 5).Draw(t, "dates") {
			if d := first.AddDays(rapid.IntRange(0, 365*(to-from+1)-1).Draw(t, "day")); d.Year <= to {
				l.calendars[0].dates.Dates[d] = "locked"
			}
		}
		q, err := parse([]byte(text), "sla.toml", l)
		require.NoError(t, err)
		for d := (worktime.Date{Year: 2000, Month: time.January, Day: 1}); d.Year < 2060; d = d.AddDays(1) {
			want := p.Calendar("desk").Note(d)
			if from <= d.Year && d.Year <= to {
				want = l.calendars[0].dates.Dates[d]
			}
			if got := q.Calendar("desk").Note(d); got != want {
				t.Fatalf("locked %d–%d: %s is %q, want %q", from, to, d, got, want)
			}
		}
	})
}

// FuzzParseLocked looks for a panic, a hang, and for a lock file that is accepted
// and cannot be compared.
func FuzzParseLocked(f *testing.F) {
	f.Add([]byte(feastsLock))
	f.Add([]byte("format = 1\n[calendars.desk]\nyears = { from = 2026 }\n"))
	f.Fuzz(func(t *testing.T, lock []byte) {
		p, err := ParseLocked([]byte(feasts), "sla.toml", lock, "sla.lock.toml")
		if (p == nil) == (err == nil) {
			t.Fatalf("ParseLocked gave %v and %v", p, err)
		}
		if err != nil {
			return
		}
		lines := strings.Count(string(lock), "\n") + 1
		if slices.ContainsFunc(p.Drift(), func(d Finding) bool { return d.Line < 1 || d.Line > lines || d.Message() == "" }) {
			t.Fatalf("drift of %q: %v", lock, p.Drift())
		}
	})
}
