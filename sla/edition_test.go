package sla

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// strike closes the desk on Monday, which is known on Sunday at noon.
const strike = `
[[corrections]]
recorded = 2026-06-07T12:00:00
why = "strike"
source = "order 12"
[[corrections.days]]
calendar = "desk"
date = 2026-06-08
hours = "closed"
why = "strike"
`

// decree moves a day: Friday is open, as is known on Monday, and Tuesday closes at
// noon.
const decree = `
[[corrections]]
recorded = 2026-06-08T10:00:00+03:00
why = "decree"
[[corrections.days]]
calendar = "desk"
date = 2026-06-12
hours = "07:30-12:00"
why = "decree"
[[corrections.days]]
calendar = "desk"
from = 2026-06-09
to = 2026-06-09
hours = "07:30-12:00"
why = "decree"
`

// a closure that is declared later extends the clocks that still run, and
// nothing else. The target is 8 working hours, so Sunday 09:00 is due on Monday at
// 08:00 and, with Monday closed, on Tuesday at 08:00.
func TestCorrectionOfTheCalendar(t *testing.T) {
	tests := []struct {
		name        string
		corrections string
		events      string
		now         string
		want        string
	}{
		{"before it is known", strike, `
			Sun 2026-06-07 09:00: opened`, "Sun 2026-06-07 11:59:59.999999999", "t#1 running Mon 08:00:00"},
		{"from when it is known", strike, `
			Sun 2026-06-07 09:00: opened`, "Sun 2026-06-07 12:00", "t#1 running Tue 08:00:00"},
		{"at the new due time it can still be met", strike, `
			Sun 2026-06-07 09:00: opened`, "Tue 2026-06-09 08:00", "t#1 running Tue 08:00:00"},
		{"after it, it is breached", strike, `
			Sun 2026-06-07 09:00: opened`, "Tue 2026-06-09 08:00:00.000000001", "t#1 breached Tue 08:00:00"},
		{"met between the old and the new due time is met", strike, `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 12:00: closed`, "Tue 2026-06-09 12:00", "t#1 met Tue 08:00:00"},
		{"met before it was known keeps its due time", strike, `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 11:00: closed`, "Tue 2026-06-09 12:00", "t#1 met Mon 08:00:00"},
		{"met at the instant keeps it too", strike, `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 12:00: closed`, "Tue 2026-06-09 12:00", "t#1 met Mon 08:00:00"},
		{"reopened afterwards folds anew", strike, `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 11:00: closed
			Sun 2026-06-07 13:00: reopened`, "Tue 2026-06-09 09:00", "t#1 running Tue 10:00:00"},
		{"reopened and met again", strike, `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 11:00: closed
			Sun 2026-06-07 13:00: reopened
			Mon 2026-06-08 13:00: closed`, "Tue 2026-06-09 12:00", "t#1 met Tue 10:00:00"},
		{"called off before it keeps its due time", strike, `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 11:00: cancelled`, "Tue 2026-06-09 12:00", "t#1 cancelled Mon 08:00:00"},
		{"called off after it", strike, `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 13:00: cancelled`, "Tue 2026-06-09 12:00", "t#1 cancelled Tue 08:00:00"},
		{"waiting goes on by the new calendar", strike, `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 11:00: paused reason=user`, "Tue 2026-06-09 09:00", "t#1 paused Tue 15:00:00"},
		{"a pause over the closed day takes none of its time", strike, `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 16:00: paused reason=user
			Tue 2026-06-09 08:00: resumed`, "Tue 2026-06-09 08:30", "t#1 running Tue 09:00:00"},
		{"opened afterwards", strike, `
			Sun 2026-06-07 13:00: opened`, "Tue 2026-06-09 08:30", "t#1 running Tue 12:00:00"},

		{"due at the recorded instant, it is still open", strings.Replace(strike, "2026-06-07T12:00:00", "2026-06-08T08:00:00", 1), `
			Sun 2026-06-07 09:00: opened`, "Mon 2026-06-08 08:00", "t#1 running Tue 08:00:00"},
		{"due before it, it stays breached", strings.Replace(strike, "2026-06-07T12:00:00", "2026-06-08T08:00:00.000000001", 1), `
			Sun 2026-06-07 09:00: opened`, "Mon 2026-06-08 08:00:00.000000001", "t#1 breached Mon 08:00:00"},
		{"and is met late", strings.Replace(strike, "2026-06-07T12:00:00", "2026-06-08T08:00:00.000000001", 1), `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 09:00: closed`, "Mon 2026-06-08 12:00", "t#1 met late Mon 08:00:00"},
		{"also when it is reopened", strings.Replace(strike, "2026-06-07T12:00:00", "2026-06-08T08:00:00.000000001", 1), `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 09:00: closed
			Mon 2026-06-08 10:00: reopened`, "Mon 2026-06-08 12:00", "t#1 breached Mon 08:00:00"},
		{"a fact recorded late, by which it was met in time by the calendar of then", strings.Replace(strike, "2026-06-07T12:00:00", "2026-06-08T09:00:00", 1), `
			Sun 2026-06-07 09:00: opened
			Mon 2026-06-08 07:50: closed recorded=2026-06-08T11:00`, "Mon 2026-06-08 12:00", "t#1 met Mon 08:00:00"},
		{"a pause recorded late, by which it was not overdue then", strings.Replace(strike, "2026-06-07T12:00:00", "2026-06-08T09:00:00", 1), `
			Sun 2026-06-07 09:00: opened
			Sun 2026-06-07 10:00: paused reason=user recorded=2026-06-08T11:00
			Sun 2026-06-07 16:00: resumed recorded=2026-06-08T11:00`, "Mon 2026-06-08 12:00", "t#1 running Tue 14:00:00"},

		{"two: before the second", strike + decree, `
			Sun 2026-06-07 15:00: opened`, "Mon 2026-06-08 09:59", "t#1 running Tue 14:00:00"},
		{"two: after it", strike + decree, `
			Sun 2026-06-07 15:00: opened`, "Mon 2026-06-08 10:00", "t#1 running Wed 09:30:00"},
		{"two: decided between them", strike + decree, `
			Sun 2026-06-07 15:00: opened
			Mon 2026-06-08 09:00: closed`, "Wed 2026-06-10 10:00", "t#1 met Tue 14:00:00"},
		{"two: the first decides nothing, the second comes too late", strike + strings.Replace(decree, "2026-06-08T10", "2026-06-09T10", 1), `
			Sun 2026-06-07 09:00: opened`, "Tue 2026-06-09 10:00", "t#1 breached Tue 08:00:00"},
		{"the later entry of a date goes before the earlier", strike + strings.Replace(strike, "2026-06-07T12:00:00", "2026-06-07T13:00:00", 1)[:len(strike)-len("hours = \"closed\"\nwhy = \"strike\"\n")] + "hours = \"07:30-16:30\"\nwhy = \"strike is off\"\n", `
			Sun 2026-06-07 09:00: opened`, "Sun 2026-06-07 13:00", "t#1 running Mon 08:00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := policy(t, within8h+tt.corrections)
			tl, now := timeline(t, p, tt.events), local(t, p.Zone(), tt.now)
			a, err := p.Explain(tl, now)
			require.NoError(t, err)
			if got := brief(a); got != tt.want {
				t.Errorf("at %s:\n%s\nwant\n%s", tt.now, got, tt.want)
			}
			for i := range a.Clocks {
				checkSteps(t, &a.Clocks[i])
				require.Same(t, p.Target("t"), a.Clocks[i].Target)
			}
			plain, err := p.Assess(tl, now)
			require.NoError(t, err)
			require.True(t, plain.same(&a), "Assess says what Explain says")
			require.Nil(t, plain.Planned)
			require.Nil(t, plain.Clocks[0].Steps())
			into := a
			require.NoError(t, p.AssessInto(&into, tl, now))
			require.True(t, into.same(&a), "AssessInto says what Explain says")
		})
	}
}

// A holiday that a decree moves is two dated entries: the day gets hours, another
// is closed.
func TestHolidayMovedByDecree(t *testing.T) {
	p, err := Parse([]byte(strings.Replace(jerusalem, `[calendars.desk]
`, `[[holidays.local]]
name = "Founders' Day"
yearly = "06-09"

[calendars.desk]
holidays = "local"
`, 1)+within8h+`
[[corrections]]
recorded = 2026-06-07T12:00:00
why = "decree 7"
[[corrections.days]]
calendar = "desk"
date = 2026-06-09
hours = "07:30-16:30"
why = "Founders' Day is kept on Monday"
[[corrections.days]]
calendar = "desk"
date = 2026-06-08
hours = "closed"
why = "Founders' Day, moved from Tuesday"
`), "test.toml")
	require.NoError(t, err)
	for _, tt := range []struct{ opened, now, want string }{
		{"Sun 2026-06-07 09:00", "Sun 2026-06-07 11:00", "t#1 running Mon 08:00:00"},
		{"Sun 2026-06-07 09:00", "Sun 2026-06-07 12:00", "t#1 running Tue 08:00:00"},
		{"Mon 2026-06-08 09:00", "Mon 2026-06-08 10:00", "t#1 running Tue 15:30:00"},
	} {
		a, err := p.Explain(timeline(t, p, tt.opened+": opened"), local(t, p.Zone(), tt.now))
		require.NoError(t, err)
		if got := brief(a); got != tt.want {
			t.Errorf("opened %s, at %s: %s, want %s", tt.opened, tt.now, got, tt.want)
		}
	}
}

func TestCorrectionIsExplained(t *testing.T) {
	p := policy(t, within8h+strike+decree)
	explained := func(opened, now string) (whys []string) {
		a, err := p.Explain(timeline(t, p, opened+": opened"), local(t, p.Zone(), now))
		require.NoError(t, err)
		for _, s := range a.Clock("t").Steps() {
			if s.Rule == "correction" {
				whys = append(whys, s.Why())
			}
		}
		return whys
	}
	first := "on Sun 2026-06-07 12:00 the calendar was corrected (strike), which moves the due time from Mon 2026-06-08 08:00 to Tue 2026-06-09 08:00"
	require.Empty(t, explained("Sun 2026-06-07 09:00", "Sun 2026-06-07 11:00"))
	require.Equal(t, []string{first}, explained("Sun 2026-06-07 09:00", "Sun 2026-06-07 12:00"))
	require.Equal(t, []string{first}, explained("Sun 2026-06-07 09:00", "Wed 2026-06-10 12:00"), "the second moves nothing of it")
	require.Equal(t, []string{
		"on Sun 2026-06-07 12:00 the calendar was corrected (strike), which moves the due time from Mon 2026-06-08 10:30 to Tue 2026-06-09 10:30",
	}, explained("Sun 2026-06-07 11:30", "Mon 2026-06-08 12:00"))
	require.Equal(t, []string{
		"on Mon 2026-06-08 10:00 the calendar was corrected (decree), which moves the due time from Tue 2026-06-09 14:00 to Wed 2026-06-10 09:30",
	}, explained("Sun 2026-06-07 15:00", "Mon 2026-06-08 12:00"), "opened when the first was known")
}

const escalating = within8h + `
[[targets.escalations]]
at = "50%"
to = "boss"
do = "watch"

[[targets.escalations]]
before = "1h"
to = "boss"
do = "watch"

[[targets.escalations]]
at = "due"
to = "deputy"
do = "take-over"
every = "4h"
times = 1
`

// Opened on Sunday at 09:00, it escalates on Sunday at 13:00 and 16:00 (an hour
// before the due time), on Monday at 08:00 and 12:00. With Monday closed, an hour
// before is Sunday 16:00 as well.
func TestEscalationsAfterACorrection(t *testing.T) {
	afternoon := strings.Replace(strike, "2026-06-07T12", "2026-06-07T14", 1)
	earlier := `
[[corrections]]
recorded = 2026-06-07T15:30:00
why = "longer hours"
[[corrections.days]]
calendar = "desk"
date = 2026-06-07
hours = "07:30-20:00"
why = "longer hours"
`
	tests := []struct {
		name        string
		corrections string
		now         string
		want        string
	}{
		{"those that were not owed yet follow the new calendar", strike, "Mon 2026-06-08 16:00",
			"t#1.1.0 Sun 13:00:00 t#1.2.0 Sun 16:00:00"},
		{"at the new due time, and again", strike, "Tue 2026-06-09 12:00",
			"t#1.1.0 Sun 13:00:00 t#1.2.0 Sun 16:00:00 t#1.3.0 Tue 08:00:00 t#1.3.1 Tue 12:00:00"},
		{"what was owed stays owed, and is not owed twice", strings.Replace(strike, "2026-06-07T12", "2026-06-08T08", 1), "Tue 2026-06-09 16:00",
			"t#1.1.0 Sun 13:00:00 t#1.2.0 Sun 16:00:00 t#1.3.0 Mon 08:00:00 t#1.3.1 Tue 12:00:00"},
		{"a breach goes on by the calendar of then", strings.Replace(strike, "2026-06-07T12", "2026-06-08T09", 1), "Tue 2026-06-09 16:00",
			"t#1.1.0 Sun 13:00:00 t#1.2.0 Sun 16:00:00 t#1.3.0 Mon 08:00:00 t#1.3.1 Mon 12:00:00"},
		{"what the new calendar puts before it was known is owed when it is", afternoon + earlier, "Sun 2026-06-07 15:30",
			"t#1.1.0 Sun 13:00:00"},
		{"and follows the longer day", afternoon + earlier, "Sun 2026-06-07 17:00",
			"t#1.1.0 Sun 13:00:00 t#1.2.0 Sun 16:00:00 t#1.3.0 Sun 17:00:00"},
		{"overdue by the new calendar from when it is known", strings.Replace(earlier, "07T15:30", "07T18:00", 1), "Sun 2026-06-07 18:00",
			"t#1.1.0 Sun 13:00:00 t#1.2.0 Sun 16:00:00 t#1.3.0 Sun 18:00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := policy(t, escalating+tt.corrections)
			a, err := p.Assess(timeline(t, p, "Sun 2026-06-07 09:00: opened"), local(t, p.Zone(), tt.now))
			require.NoError(t, err)
			if got := owed(a.Escalations); got != tt.want {
				t.Errorf("at %s: owed\n%s, want\n%s", tt.now, got, tt.want)
			}
		})
	}
	t.Run("a clock that is overdue by the new calendar is so from when it is known", func(t *testing.T) {
		p := policy(t, escalating+strings.Replace(earlier, "07T15:30", "07T18:00", 1))
		a, err := p.Assess(timeline(t, p, "Sun 2026-06-07 09:00: opened"), local(t, p.Zone(), "Sun 2026-06-07 19:00"))
		require.NoError(t, err)
		c := a.Clock("t")
		if c.State != Breached || !c.Breached.Equal(local(t, p.Zone(), "Sun 2026-06-07 18:00")) || !c.Due.Equal(local(t, p.Zone(), "Sun 2026-06-07 17:00")) {
			t.Errorf("%s, due %s, breached %s", c.State, c.Due, c.Breached)
		}
	})
}

func TestNextNamesACorrectionThatMakesADifference(t *testing.T) {
	p := policy(t, within8h+strike+decree)
	tests := []struct{ name, events, now, want string }{
		{"one to come that moves the due time", "Sun 2026-06-07 09:00: opened", "Sun 2026-06-07 10:00", "Sun 2026-06-07 12:00"},
		{"one to come that does not", "Sun 2026-06-07 07:30: opened", "Sun 2026-06-07 10:00", "Sun 2026-06-07 15:30:00.000000001"},
		{"one that has come", "Sun 2026-06-07 09:00: opened", "Sun 2026-06-07 12:00", "Tue 2026-06-09 08:00:00.000000001"},
		{"the second", "Sun 2026-06-07 15:00: opened", "Sun 2026-06-07 15:00", "Mon 2026-06-08 10:00"},
		{"none once it is met", "Sun 2026-06-07 09:00: opened\nSun 2026-06-07 10:00: closed", "Sun 2026-06-07 10:00", ""},
	}
	for _, tt := range tests {
		a, err := p.Assess(timeline(t, p, tt.events), local(t, p.Zone(), tt.now))
		require.NoError(t, err)
		var want time.Time
		if tt.want != "" {
			want = local(t, p.Zone(), tt.want)
		}
		if !a.Next.Equal(want) {
			t.Errorf("%s: Next is %s, want %s", tt.name, a.Next, want)
		}
	}
}

// A promise is made with what is known then.
func TestPromiseAfterACorrection(t *testing.T) {
	p := policy(t, within8h+strike)
	for at, want := range map[string]string{
		"Sun 2026-06-07 11:59": "Mon 2026-06-08 10:59",
		"Sun 2026-06-07 12:00": "Tue 2026-06-09 11:00",
	} {
		a := p.Promise(local(t, p.Zone(), at), nil)
		if c := a.Clock("t"); c.Target != p.Target("t") || !c.Due.Equal(local(t, p.Zone(), want)) {
			t.Errorf("promised at %s: due %s, want %s", at, c.Due, want)
		}
	}
	c := p.Corrected().Promise(local(t, p.Zone(), "Sun 2026-06-07 11:59"), nil)
	if due := c.Clock("t").Due; !due.Equal(local(t, p.Zone(), "Tue 2026-06-09 10:59")) {
		t.Errorf("had it been known, it would have been due %s", due)
	}
}

// A cut-off's branch may name the events that meet it. Sunday 11:00 is after the
// cut-off, and on a Sunday that was closed before it.
func TestCorrectionThatChangesWhatMeets(t *testing.T) {
	p := policy(t, `calendar = "desk"
due.cutoffs = [
    { until = "10:00", days = 0, at = "close", meets = "diagnosed" },
    { days = 1, at = "12:00" },
]
[[corrections]]
recorded = 2026-06-07T14:00:00
why = "flood"
[[corrections.days]]
calendar = "desk"
date = 2026-06-07
hours = "closed"
why = "flood"
`)
	for _, tt := range []struct{ name, events, now, want string }{
		{"met by then", "Sun 2026-06-07 11:00: opened\nSun 2026-06-07 13:00: closed", "Mon 2026-06-08 18:00", "t#1 met Mon 12:00:00"},
		{"open", "Sun 2026-06-07 11:00: opened\nMon 2026-06-08 13:00: diagnosed", "Mon 2026-06-08 18:00", "t#1 met Mon 16:30:00"},
		{"diagnosed before that counted", "Sun 2026-06-07 11:00: opened\nSun 2026-06-07 13:00: diagnosed", "Sun 2026-06-07 18:00", "t#1 met Mon 16:30:00"},
	} {
		a, err := p.Assess(timeline(t, p, tt.events), local(t, p.Zone(), tt.now))
		require.NoError(t, err)
		if got := brief(a); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestParseReportsMistakesInCorrections(t *testing.T) {
	const frame = jerusalem + within8h
	lines := strings.Count(frame, "\n")
	tests := []struct{ name, old, new, want string }{
		{"edition 0", "format = 1", "format = 1\nedition = 0", "2: edition: 0 is no edition; number them from 1"},
		{"an edition in words", "format = 1", "format = 1\nedition = \"two\"", "2: edition: is a string; write a whole number"},
		{"effective in words", "format = 1", "format = 1\neffective = \"soon\"", `2: effective: "soon" is not a date; write it as 2026-06-07`},
		{"effective on no date", "format = 1", "format = 1\neffective = 2026-02-30", `2: effective: 2026-02-30 is not a date; write one such as 2026-06-07`},
		{"no time", "recorded = 2026-06-07T12:00:00\n", "", "+2: corrections[1].recorded: missing; write when it became known, such as 2026-03-05T10:00:00"},
		{"a date only", "recorded = 2026-06-07T12:00:00", "recorded = 2026-06-07", `+3: corrections[1].recorded: "2026-06-07" is not a time`},
		{"a time that is skipped", "recorded = 2026-06-07T12:00:00", "recorded = 2026-03-27T02:30:00", "+3: corrections[1].recorded: 2026-03-27T02:30:00 does not exist in Asia/Jerusalem"},
		{"not in order", "recorded = 2026-06-07T12:00:00", "recorded = 2026-06-09T12:00:00", "+13: corrections[2].recorded: 2026-06-08T10:00:00+03:00 does not follow 2026-06-09T12:00:00+03:00, of the correction before it"},
		{"at the same time", "recorded = 2026-06-07T12:00:00", "recorded = 2026-06-08T10:00:00", "+13: corrections[2].recorded: 2026-06-08T10:00:00+03:00 does not follow 2026-06-08T10:00:00+03:00"},
		{"no reason", "why = \"strike\"\nsource", "source", "+2: corrections[1].why: missing; say why, for the explanations"},
		{"no days", strike[strings.Index(strike, "[[corrections.days]]"):], "\n", "+2: corrections[1].days: missing; write [[corrections.days]] above each dated entry"},
		{"an unknown calendar", "calendar = \"desk\"\ndate = 2026-06-08", "calendar = \"dask\"\ndate = 2026-06-08", `+7: corrections[1].days[1].calendar: no calendar is named "dask"; did you mean "desk"?`},
		{"no calendar", "calendar = \"desk\"\ndate = 2026-06-08", "date = 2026-06-08", `+6: corrections[1].days[1].calendar: missing; name the calendar that it belongs to`},
		{"elapsed time", "calendar = \"desk\"\ndate = 2026-06-08", "calendar = \"elapsed\"\ndate = 2026-06-08", `+7: corrections[1].days[1].calendar: "elapsed" runs day and night, and has no closed days; name a calendar`},
		{"no date", "date = 2026-06-08\n", "", "+6: corrections[1].days[1]: it needs a date; write date = 2026-06-07, or from and to"},
		{"a date twice", "date = 2026-06-12", "date = 2026-06-09", "+20: corrections[2].days[2]: 2026-06-09 is entered twice for desk in this correction, first on line 45; keep one entry"},
		{"hours that overlap", `hours = "closed"`, `hours = ["07:30-12:00", "11:00-13:00"]`, "+9: corrections[1].days[1].hours: "},
		{"an unknown key", "source = \"order 12\"", "sauce = \"order 12\"", `+5: corrections[1].sauce: unknown key; did you mean "source"?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := frame + strike + decree
			require.Contains(t, text, tt.old)
			_, err := Parse([]byte(strings.Replace(text, tt.old, tt.new, 1)), "sla.toml")
			require.Error(t, err)
			want := tt.want
			var n int
			if _, err := fmt.Sscanf(want, "+%d:", &n); err == nil {
				want = fmt.Sprint(lines+n) + want[strings.Index(want, ":"):]
			}
			if !strings.Contains(err.Error(), "sla.toml:"+want) {
				t.Errorf("Parse said\n%v\nwant\n%s", err, want)
			}
		})
	}
}

func TestEdition(t *testing.T) {
	text := strings.Replace(jerusalem, "format = 1", "format = 1\nedition = 2\neffective = 2026-01-01", 1) + within8h
	read := func(text string) Edition {
		p, err := Parse([]byte(text), "sla.toml")
		require.NoError(t, err)
		return p.Edition()
	}
	e := read(text)
	require.Equal(t, 2, e.Number)
	require.Equal(t, "2026-01-01T00:00:00+02:00", e.Effective.Format(time.RFC3339))
	require.Regexp(t, `^sha256:[0-9a-f]{64}$`, e.Hash)
	require.Empty(t, e.Corrections)

	corrected := read(text + strike)
	require.Equal(t, e.Hash, corrected.Hash, "a correction is no part of the text")
	require.Equal(t, "2026-06-07T12:00:00+03:00", corrected.Corrections[0].Recorded.Format(time.RFC3339))
	require.Equal(t, []string{"order 12"}, corrected.Corrections[0].Source)
	require.Equal(t, e.Hash, read("# published in January\n"+text).Hash, "nor is a comment")
	require.NotEqual(t, e.Hash, read(strings.Replace(text, "8h", "7h", 1)).Hash)

	old := read(jerusalem + within8h)
	require.Zero(t, old.Number)
	require.True(t, old.Effective.IsZero())
}

// randomTimeline is a ticket of the week of the corrections, for any of them to
// come before, between or after its events.
func randomTimeline(t *rapid.T, zone *time.Location) Timeline {
	at := time.Date(2026, 6, 5, 0, 0, 0, 0, zone)
	step := rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.IntRange(0, 4*24*30).Draw(t, "minutes")) * 2 * time.Minute
	})
	tl := Timeline{ID: "T-1"}
	add := func(kind, reason string) {
		at = at.Add(step.Draw(t, "after"))
		tl.Events = append(tl.Events, Event{Kind: kind, Reason: reason, At: at})
	}
	add("opened", "")
	for range rapid.IntRange(0, 4).Draw(t, "events") {
		switch kind := rapid.SampledFrom([]string{Paused, Resumed, "closed", Reopened, Escalated}).Draw(t, "kind"); kind {
		case Paused, Escalated:
			add(kind, "user")
		default:
			add(kind, "")
		}
	}
	return tl
}

var looks = rapid.Custom(func(t *rapid.T) time.Duration {
	return time.Duration(rapid.IntRange(0, 12*24*60).Draw(t, "minutes"))*time.Minute + time.Duration(rapid.IntRange(0, 1).Draw(t, "ns"))
})

var manySteps = []string{
	within8h,
	"calendar = \"desk\"\ndue = { days = 2, at = \"same-time\" }\n",
	"calendar = \"desk\"\ndue.cutoffs = [ { until = \"10:00\", days = 0, at = \"close\" }, { days = 1, at = \"12:00\" } ]\n",
	"calendar = \"desk\"\ndue = { min = { within = \"2h\" }, max = { days = 1, at = \"close\" } }\n",
}

// Corrections that say of some dates what held of them anyway change nothing.
func TestCorrectionsWithoutEffectChangeNothing(t *testing.T) {
	steps := strings.TrimPrefix(escalating, within8h)
	same := strings.NewReplacer(`hours = "closed"`, `hours = "07:30-16:30"`,
		"date = 2026-06-12\nhours = \"07:30-12:00\"", "date = 2026-06-12\nhours = \"closed\"",
		"to = 2026-06-09\nhours = \"07:30-12:00\"", "to = 2026-06-09\nhours = \"07:30-16:30\"").Replace(strike + decree)
	require.NotEqual(t, strike+decree, same)
	for _, rest := range manySteps {
		plain, corrected := policy(t, rest+steps), policy(t, rest+steps+same)
		rapid.Check(t, func(t *rapid.T) {
			tl := randomTimeline(t, plain.Zone())
			now := tl.Events[0].At.Add(looks.Draw(t, "look"))
			want, err := plain.Assess(tl, now)
			require.NoError(t, err)
			got, err := corrected.Assess(tl, now)
			require.NoError(t, err)
			if brief(got) != brief(want) || owed(got.Escalations) != owed(want.Escalations) || !got.Next.Equal(want.Next) {
				t.Fatalf("at %s with corrections\n%s\n%s\n%s\nwithout\n%s\n%s\n%s", now, brief(got), owed(got.Escalations), got.Next, brief(want), owed(want.Escalations), want.Next)
			}
		})
	}
}

// What was decided stays decided, what was owed stays owed and is owed once, and
// nothing changes before Next.
func TestCorrectionsKeepWhatWasSaid(t *testing.T) {
	steps := strings.TrimPrefix(escalating, within8h) + "\n[[targets.escalations]]\nby_hand = true\nto = \"boss\"\ndo = \"watch\"\n"
	for _, rest := range manySteps {
		p := policy(t, rest+steps+strike+decree)
		rapid.Check(t, func(t *rapid.T) {
			tl := randomTimeline(t, p.Zone())
			first := tl.Events[0].At.Add(looks.Draw(t, "first look"))
			second := first.Add(looks.Draw(t, "second look"))
			a, err := p.Assess(tl, first)
			require.NoError(t, err)
			b, err := p.Assess(tl, second)
			require.NoError(t, err)
			reopened := slices.ContainsFunc(tl.Events, func(e Event) bool {
				return e.Kind == Reopened && e.At.After(first) && !e.At.After(second)
			})
			for i := range a.Clocks {
				x := &a.Clocks[i]
				y := b.find(x.key())
				switch {
				case y == nil:
					t.Fatalf("%s#%d is gone", x.Target.ID, x.Number)
				case !x.Breached.IsZero() && (!y.Breached.Equal(x.Breached) || !y.Due.Equal(x.Due)):
					t.Fatalf("breached %s, due %s; later %s and %s", x.Breached, x.Due, y.Breached, y.Due)
				case x.State == Met && !reopened && (y.State != Met || !y.Due.Equal(x.Due) || !y.Ended.Equal(x.Ended)):
					t.Fatalf("met %s, due %s; later %s, %s and %s", x.Ended, x.Due, y.State, y.Ended, y.Due)
				}
			}
			seen := map[stepKey]time.Time{}
			for _, e := range b.Escalations {
				if _, twice := seen[e.key()]; twice {
					t.Fatalf("owed twice: %s", owed(b.Escalations))
				}
				seen[e.key()] = e.At
			}
			for _, e := range a.Escalations {
				if at, ok := seen[e.key()]; !ok || !at.Equal(e.At) {
					t.Fatalf("owed %s; later %s", owed(a.Escalations), owed(b.Escalations))
				}
			}
			if a.Next.IsZero() || second.Before(a.Next) {
				if b.Next = a.Next; !settle(a).same(settle(b)) {
					t.Fatalf("at %s %s, Next %s, but at %s %s", first, brief(a), a.Next, second, brief(b))
				}
			}
		})
	}
}

// settle forgets the due time of what waits, which moves all the time.
func settle(a Assessment) *Assessment {
	for i := range a.Clocks {
		if c := &a.Clocks[i]; c.State == Waiting {
			c.Due = time.Time{}
		}
	}
	return &a
}

func TestCorrectionsOfATimelineThatCannotBe(t *testing.T) {
	p := policy(t, within8h+strike)
	var e *TimelineError
	_, err := p.Assess(Timeline{ID: "T-1", Events: []Event{{Kind: "opened"}}}, local(t, p.Zone(), "Sun 2026-06-07 13:00"))
	require.True(t, errors.As(err, &e), "%v", err)
}
