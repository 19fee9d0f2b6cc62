package worktime

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones below, on a host without them

	"github.com/rickar/cal/v2"
	"github.com/stretchr/testify/require"
)

func TestCountry(t *testing.T) {
	tests := []struct {
		name string
		code Country
		year int
		want string
	}{
		{"Poland before Christmas Eve was a holiday (KA)", "pl", 2024,
			"Mon 2024-01-01, Sat 2024-01-06, Mon 2024-04-01, Wed 2024-05-01, Fri 2024-05-03, Thu 2024-05-30, " +
				"Thu 2024-08-15, Fri 2024-11-01, Mon 2024-11-11, Wed 2024-12-25, Thu 2024-12-26"},
		{"the United States: 1 January 2022, a Saturday, is kept in 2021", "us", 2021,
			"Fri 2021-01-01, Mon 2021-01-18, Mon 2021-02-15, Mon 2021-05-31, Fri 2021-06-18, Mon 2021-07-05, " +
				"Mon 2021-09-06, Mon 2021-10-11, Thu 2021-11-11, Thu 2021-11-25, Fri 2021-12-24, Fri 2021-12-31"},
		{"England: Christmas on a Sunday, Boxing Day after it", "gb", 2022,
			"Mon 2022-01-03, Fri 2022-04-15, Mon 2022-04-18, Mon 2022-05-02, Thu 2022-06-02, Fri 2022-06-03, " +
				"Mon 2022-08-29, Mon 2022-12-26, Tue 2022-12-27"},
		{"Bavaria, whose Assumption Day is not everywhere kept", "de-by", 2026,
			"Thu 2026-01-01, Tue 2026-01-06, Fri 2026-04-03, Mon 2026-04-06, Fri 2026-05-01, Thu 2026-05-14, Mon 2026-05-25, " +
				"Thu 2026-06-04, Sat 2026-10-03, Sun 2026-11-01, Fri 2026-12-25, Sat 2026-12-26"},
	}
	for _, tt := range tests {
		on, err := tt.code.in(tt.year)
		if got := occurrences(on); err != nil || got != tt.want {
			t.Errorf("%s: closed on\n%s, %v; want\n%s", tt.name, got, err, tt.want)
		}
	}
}

func TestUnknownCountry(t *testing.T) {
	err := Holiday{On: Country("il")}.Check()
	require.ErrorContains(t, err, `holiday "il": there is no set of holidays for "il"; there are ar, at, au-act, `)
}

// The doc comment of Country names every set.
func TestCountriesAreDocumented(t *testing.T) {
	source, err := os.ReadFile("country.go")
	require.NoError(t, err)
	doc, _, _ := strings.Cut(string(source), "type Country")
	words := strings.Fields(doc)
	for code := range countries {
		if !slices.Contains(words, code) {
			t.Errorf("%s is not in the doc comment", code)
		}
	}
}

// Japan's spring equinox writes the day into the library's variable, which two
// calendars must not do at once.
func TestCountryChangesNothingInCal(t *testing.T) {
	for code, set := range countries {
		for _, h := range set {
			before := h.Day
			_, _ = keptOn(h, 2026)
			if h.Day != before {
				t.Errorf("%s: the day of %q was %d and is %d", code, h.Name, before, h.Day)
			}
		}
	}
}

// The library's dates depend on the host's zone; ours must not. Each of these
// zones has changed its clocks at midnight, on Easter Sunday among other days.
func TestCountryInAnyHostZone(t *testing.T) {
	want := closures()
	require.NotEmpty(t, want)
	for _, zone := range []string{"Atlantic/Azores", "America/Santiago", "America/Havana", "Asia/Tehran", "Africa/Cairo"} {
		got := inHostZone(t, zone, closures)
		if got != want {
			t.Errorf("TZ=%s changes the closed days, first to %s", zone, firstNewLine(got, want))
		}
	}
}

// closures lists all closed dates of all countries for some decades.
func closures() string {
	var list strings.Builder
	for _, code := range slices.Sorted(maps.Keys(countries)) {
		for year := 2000; year <= 2030; year++ {
			on, err := Country(code).in(year)
			fmt.Fprintln(&list, code, year, occurrences(on), err)
		}
	}
	return list.String()
}

func firstNewLine(got, want string) string {
	for line := range strings.Lines(got) {
		if !strings.Contains(want, line) {
			return line
		}
	}
	return "fewer lines"
}

// On the days from Monday to Friday the library's own calendar is closed on the
// same dates; in UTC it is right.
func TestCountryAgainstCal(t *testing.T) {
	want := inHostZone(t, "UTC", func() string {
		return weekdayClosures(func(code string) func(day int) bool {
			c := cal.NewBusinessCalendar()
			c.AddHoliday(countries[code]...)
			return func(day int) bool { return !c.IsWorkday(time.Unix(int64(day)*secondsPerDay, 0).UTC()) }
		})
	})
	got := weekdayClosures(func(code string) func(day int) bool {
		closed, err := resolve([]Holiday{{On: Country(code)}}, 2024, 2028, weekdaysOnly)
		require.NoError(t, err)
		return func(day int) bool { return closed[day] != "" }
	})
	if got != want {
		t.Errorf("closed, but not by the library: %s", firstNewLine(got, want))
		t.Errorf("closed by the library only: %s", firstNewLine(want, got))
	}
}

func weekdayClosures(closed func(code string) func(day int) bool) string {
	var list strings.Builder
	for _, code := range slices.Sorted(maps.Keys(countries)) {
		isClosed := closed(code)
		for day := (Date{2024, 1, 1}).number(); day <= (Date{2028, 12, 31}).number(); day++ {
			if weekdaysOnly(day) && isClosed(day) {
				fmt.Fprintln(&list, code, dateOf(day))
			}
		}
	}
	return list.String()
}

// inHostZone returns what answer says in a process whose host zone is zone: the
// test binary runs the calling test again, up to here.
func inHostZone(t *testing.T, zone string, answer func() string) string {
	t.Helper()
	const variable = "WORKTIME_TEST_ANSWER"
	if path := os.Getenv(variable); path != "" {
		require.NoError(t, os.WriteFile(path, []byte(answer()), 0o600))
		t.SkipNow()
	}
	path := filepath.Join(t.TempDir(), "answer")
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "TZ="+zone, variable+"="+path)
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, string(output))
	said, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(said)
}
