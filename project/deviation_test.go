package project

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// RA-55, RA-56, A-17: exactly ten per cent passes, and one part in a thousand more does not.
func TestLimitIsExact(t *testing.T) {
	limit := townclerk.Ratio{N: 1, D: 10}
	for _, tt := range []struct {
		planned, over, expected int64
		want                    Level
	}{
		{1000, 100, 100, Fine},
		{1000, 101, 101, Exceeded},
		{1000, 0, 100, Fine},
		{1000, 0, 101, Warning},
		{1000, 101, 50, Exceeded},
		{1000, -200, -200, Fine},
		{9, 0, 0, Fine}, {9, 1, 1, Exceeded}, {10, 1, 1, Fine}, {19, 1, 1, Fine}, {19, 2, 2, Exceeded}, {20, 2, 2, Fine},
		{0, 0, 0, Fine}, {0, 1, 1, Exceeded}, {0, 0, 1, Warning},
		{1 << 62, 1 << 58, 1 << 58, Fine}, {1 << 62, 1 << 60, 1 << 60, Exceeded},
	} {
		m := Measure{Planned: tt.planned, Over: tt.over, Expected: tt.expected}
		m.judge(limit)
		require.Equal(t, tt.want, m.Level, "%d over %d, expected %d", tt.over, tt.planned, tt.expected)
	}
}

// show writes deviations as a person would: what, planned, expected, days, cost.
func show(t *testing.T, p *Policy, project Project, now string) string {
	t.Helper()
	d, err := p.Deviations(project, 0, local(now))
	require.NoError(t, err)
	var lines []string
	for _, x := range d.Deviations {
		what := x.Milestone
		if what == "" {
			what = strings.TrimSpace("all " + string(x.Phase))
		}
		line := fmt.Sprintf("%s %s: %d/%d days", what, x.Expected.String()[5:], x.Time.Over, x.Time.Planned)
		if x.Time.Expected != x.Time.Over {
			line += fmt.Sprintf(" expected %d", x.Time.Expected)
		}
		if x.Time.Level != Fine {
			line += " " + string(x.Time.Level)
		}
		if x.HeldUp != "" {
			line += " by " + x.HeldUp
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// RA-55: a milestone of ten working days may be one day late; the next morning it is an
// alarm. The acceptance that waits for it is warned of before.
func TestDaysLate(t *testing.T) {
	p := policy(t)
	project := executing(t, p, plan()...)
	for _, tt := range []struct{ now, want string }{
		{"2026-06-18 23:59", "e1 06-18: 0/10 days; a1 06-25: 0/5 days; all execution 06-18: 0/10 days; all acceptance 06-25: 0/5 days; all 06-25: 0/15 days"},
		// Friday and the Sabbath are no working days.
		{"2026-06-20 12:00", "e1 06-18: 0/10 days; a1 06-25: 0/5 days; all execution 06-18: 0/10 days; all acceptance 06-25: 0/5 days; all 06-25: 0/15 days"},
		// Sunday: it is a day late, and so the tests begin a day late, which is 20 % of theirs.
		{"2026-06-21 00:00", "e1 06-21: 1/10 days; a1 06-28: 0/5 days expected 1 warning by e1; all execution 06-21: 1/10 days by e1; " +
			"all acceptance 06-28: 0/5 days expected 1 warning by a1; all 06-28: 0/15 days expected 1 by a1"},
		{"2026-06-21 23:59:59", "e1 06-21: 1/10 days; a1 06-28: 0/5 days expected 1 warning by e1; all execution 06-21: 1/10 days by e1; " +
			"all acceptance 06-28: 0/5 days expected 1 warning by a1; all 06-28: 0/15 days expected 1 by a1"},
		// Monday: two days of ten.
		{"2026-06-22 00:00", "e1 06-22: 2/10 days exceeded; a1 06-29: 0/5 days expected 2 warning by e1; all execution 06-22: 2/10 days exceeded by e1; " +
			"all acceptance 06-29: 0/5 days expected 2 warning by a1; all 06-29: 0/15 days expected 2 warning by a1"},
	} {
		require.Equal(t, tt.want, show(t, p, project, tt.now), tt.now)
	}

	// Reached on its last allowed day, it passes; the tests stay late.
	in := must(t, p, project, Command{Do: Reach, Milestone: "e1", At: local("2026-06-21 16:00")})
	require.Equal(t, "e1 06-21: 1/10 days; a1 06-28: 0/5 days expected 1 warning by e1; all execution 06-21: 1/10 days by e1; "+
		"all acceptance 06-28: 0/5 days expected 1 warning by a1; all 06-28: 0/15 days expected 1 by a1", show(t, p, in, "2026-06-23"))
	// Reached early, it is early, and nothing counts on that.
	early := must(t, p, project, Command{Do: Reach, Milestone: "e1", At: local("2026-06-15 16:00")})
	require.Equal(t, "e1 06-15: -3/10 days; a1 06-25: 0/5 days; all execution 06-15: -3/10 days; all acceptance 06-25: 0/5 days; all 06-25: 0/15 days", show(t, p, early, "2026-06-23"))
}

// A plan over the feasts of Tishri: neither they nor the days off between them count.
func TestDaysOverTishri(t *testing.T) {
	p := policy(t)
	// 2026: Rosh Hashana 12 and 13 September, Yom Kippur on Monday the 21st, Sukkot on
	// Saturday the 26th, Simchat Torah on Saturday, 3 October.
	project := executing(t, p, ms("e1", "2026-09-06", "2026-10-01", 0), ms("a1", "2026-10-04", "2026-10-08", 0, "e1"))
	require.EqualValues(t, 18, project.Baseline(0).Milestones[0].Days, "20 days from Sunday to Thursday, without 13 and 21 September")
	require.Contains(t, show(t, p, project, "2026-10-04"), "e1 10-04: 1/18 days;")
	require.Contains(t, show(t, p, project, "2026-10-05"), "e1 10-05: 2/18 days exceeded;")

	// Due on the eve of the new year, it is late only on the first working day after it.
	project = executing(t, p, ms("e1", "2026-08-27", "2026-09-10", 0), ms("a1", "2026-09-14", "2026-09-17", 0, "e1"))
	require.Contains(t, show(t, p, project, "2026-09-13 20:00"), "e1 09-10: 0/11 days;")
	require.Contains(t, show(t, p, project, "2026-09-14"), "e1 09-14: 1/11 days;")
}

// A closure that is declared later moves no baseline: ten planned days stay ten, of the
// milestone as of the total, so that one day late passes. What is late is counted without it.
func TestClosureDeclaredLater(t *testing.T) {
	before := policy(t)
	project := executing(t, before, ms("e1", "2026-06-07", "2026-06-18", 0), ms("a1", "2026-06-28", "2026-07-02", 0))
	data, err := os.ReadFile("testdata/sla.toml")
	require.NoError(t, err)
	closed := func(day string) *Policy {
		promises, err := sla.Parse([]byte(string(data)+"\n[[holidays.israel]]\nname = \"Closed\"\ndate = "+day+"\n"), "sla.toml")
		require.NoError(t, err)
		text, err := os.ReadFile("testdata/project.toml")
		require.NoError(t, err)
		p, err := Parse(text, "project.toml", promises)
		require.NoError(t, err)
		return p
	}
	want := "e1 06-21: 1/10 days; a1 07-02: 0/5 days; all execution 06-21: 1/10 days by e1; all acceptance 07-02: 0/5 days; all 07-02: 0/20 days"
	require.Equal(t, want, show(t, before, project, "2026-06-21"))
	require.Equal(t, want, show(t, closed("2026-06-10"), project, "2026-06-21"))
	require.Equal(t, want, show(t, closed("2026-06-07"), project, "2026-06-21"))
	require.Contains(t, show(t, before, project, "2026-06-22"), "e1 06-22: 2/10 days exceeded;")
	require.Contains(t, show(t, closed("2026-06-21"), project, "2026-06-22"), "e1 06-22: 1/10 days;")
}

// A total is of the days from the first to the last, and of all costs.
func TestTotals(t *testing.T) {
	p := policy(t)
	project := executing(t, p, ms("e1", "2026-06-07", "2026-06-11", 40_000), ms("e2", "2026-06-07", "2026-07-02", 60_000), ms("a1", "2026-07-05", "2026-07-16", 0, "e1", "e2"))
	// e1 is three days late of five, and delays nothing.
	project = must(t, p, project, Command{Do: Reach, Milestone: "e1", At: local("2026-06-16 10:00")})
	require.Equal(t, "e1 06-16: 3/5 days exceeded; e2 07-02: 0/20 days; a1 07-16: 0/10 days; all execution 07-02: 0/20 days; all acceptance 07-16: 0/10 days; all 07-16: 0/30 days",
		show(t, p, project, "2026-06-16 12:00"))
}

// RA-10, A-17: the cost counts as the time does; what is not spent yet is not saved.
func TestCost(t *testing.T) {
	p := policy(t)
	now := local("2026-06-10 10:00")
	cost := func(project Project, of string) Measure {
		t.Helper()
		d, err := p.Deviations(project, 0, now)
		require.NoError(t, err)
		for _, x := range d.Deviations {
			if x.Milestone+string(x.Phase) == of || x.Milestone == of && of != "" {
				return x.Cost
			}
		}
		t.Fatal(of)
		return Measure{}
	}
	project := executing(t, p, ms("e1", "2026-06-07", "2026-06-18", 1_000_000), ms("e2", "2026-06-07", "2026-06-18", 1_000_000), ms("a1", "2026-06-21", "2026-06-25", 0, "e1"))
	spend := func(project Project, id string, minor int64) Project {
		return must(t, p, project, Command{Do: Spend, Milestone: id, Amount: ils(minor), At: now})
	}
	require.Equal(t, Measure{1_000_000, 0, 0, Fine}, cost(spend(project, "e1", 999_999), "e1"))
	ten := spend(project, "e1", 1_100_000)
	require.Equal(t, Measure{1_000_000, 100_000, 100_000, Fine}, cost(ten, "e1"), "10 %")
	more := spend(ten, "e1", 1_000)
	require.Equal(t, Measure{1_000_000, 101_000, 101_000, Exceeded}, cost(more, "e1"), "10.1 %")
	require.Equal(t, Measure{2_000_000, 0, 101_000, Fine}, cost(more, string(Execution)), "the other half is not spent")
	// Of the total, 200,000 more is forecast before it is spent.
	warned := spend(project, "e1", 1_201_000)
	require.Equal(t, Measure{2_000_000, 0, 201_000, Warning}, cost(warned, string(Execution)))
	require.Equal(t, Measure{2_000_000, 0, 201_000, Warning}, cost(warned, ""))
	// Of the acceptance nothing is planned, so that any cost is too much.
	require.Equal(t, Measure{0, 1, 1, Exceeded}, cost(spend(project, "a1", 1), "a1"))
	// What came back is not spent; saved is only what is done.
	back := must(t, p, spend(more, "e1", -201_000), Command{Do: Reach, Milestone: "e1", At: now})
	require.Equal(t, Measure{1_000_000, -100_000, -100_000, Fine}, cost(back, "e1"))

	only := *p
	only.costCounts = false
	d, err := only.Deviations(more, 0, now)
	require.NoError(t, err)
	require.Equal(t, Measure{1_000_000, 101_000, 101_000, Fine}, d.Deviations[0].Cost, "where the policy has the time alone count")
}

func TestSpendMistakes(t *testing.T) {
	p := policy(t)
	project := executing(t, p, plan()...)
	for _, tt := range []struct {
		id     string
		amount townclerk.Money
		want   string
	}{
		{"e2", ils(1), `"e2" is none of the plan`},
		{"e1", townclerk.Money{}, "amount: missing"},
		{"e1", ils(-1), "cannot come back"},
		{"e1", townclerk.Money{Minor: 1, Currency: "USD"}, "not in the project's currency, ILS"},
		{"e1", ils(1<<63 - 1), "out of range"},
		{"e1", townclerk.Money{Minor: 1, Currency: "x"}, "amount"},
	} {
		_, _, err := p.Do(project, Command{Do: Spend, At: project.latest(), Milestone: tt.id, Amount: tt.amount})
		require.ErrorContains(t, err, tt.want)
	}
}

// A project has one currency from its first cost on, whether that was planned or spent,
// so that all baselines and all that is spent can be compared.
func TestOneCurrency(t *testing.T) {
	p := policy(t)
	priced := func(m townclerk.Money) []Milestone {
		milestones := []Milestone{ms("e1", "2026-06-07", "2026-06-18", 0), ms("a1", "2026-06-21", "2026-06-25", 0)}
		milestones[0].Cost = m
		return milestones
	}
	dollar, none := townclerk.Money{Minor: 100, Currency: "USD"}, townclerk.Money{}
	spend := func(m townclerk.Money) Command { return Command{Do: Spend, Milestone: "e1", Amount: m} }
	propose := func(m townclerk.Money) Command { return Command{Do: Propose, Reason: "r", Milestones: priced(m)} }
	for _, tt := range []struct {
		name   string
		before townclerk.Money
		did    []Command
		do     Command
		want   string
	}{
		{"planned in shekels, planned anew in dollars", ils(1), nil, propose(dollar), "milestones[1].cost: 1.00 USD is not in the project's currency, ILS"},
		{"planned in shekels, planned anew for nothing", ils(1), nil, propose(none), ""},
		{"planned in shekels, then for nothing, spent in dollars", ils(1), []Command{propose(none), {Do: Adopt}}, spend(dollar), "amount: 1.00 USD is not in the project's currency, ILS"},
		{"spent in shekels, planned anew in dollars", none, []Command{spend(ils(1))}, propose(dollar), "milestones[1].cost: 1.00 USD is not in the project's currency, ILS"},
		{"spent in shekels, all of which came back", none, []Command{spend(ils(1)), spend(ils(-1))}, propose(dollar), ""},
		{"proposed in dollars, and then spent in shekels", none, []Command{propose(dollar), spend(ils(1))}, Command{Do: Adopt}, "milestones: 1.00 USD + 0.01 ILS: the currencies differ, with what is spent"},
		{"proposed in dollars, and then spent in dollars", none, []Command{propose(dollar), spend(dollar)}, Command{Do: Adopt}, ""},
		{"the most that can be counted", none, []Command{spend(ils(1 << 62))}, propose(ils(1<<62 - 1)), ""},
		{"more than can be counted", none, []Command{spend(ils(1 << 62))}, propose(ils(1 << 62)), "is out of range, with what is spent"},
	} {
		project := must(t, p, executing(t, p, priced(tt.before)...), tt.did...)
		c := tt.do
		c.At, c.Role = project.latest(), "director-general"
		if _, _, err := p.Do(project, c); tt.want == "" {
			require.NoError(t, err, tt.name)
		} else {
			require.ErrorContains(t, err, tt.want, tt.name)
		}
	}
}

// A delay is handed on along the chain, as far as there is no room between.
func TestForecastFollowsTheChain(t *testing.T) {
	p := policy(t)
	project := executing(t, p,
		ms("e1", "2026-06-07", "2026-06-11", 0),
		ms("e2", "2026-06-16", "2026-06-25", 0, "e1"), // two days of room
		ms("e3", "2026-06-28", "2026-07-02", 0, "e2"),
		ms("e4", "2026-06-28", "2026-07-02", 0),
		ms("a1", "2026-07-05", "2026-07-16", 0, "e3", "e4"))
	require.Equal(t, "e1 06-15: 2/5 days exceeded; e2 06-25: 0/8 days; e3 07-02: 0/5 days; e4 07-02: 0/5 days; a1 07-16: 0/10 days; "+
		"all execution 07-02: 0/20 days; all acceptance 07-16: 0/10 days; all 07-16: 0/30 days", show(t, p, project, "2026-06-15"), "the room is used up")
	require.Equal(t, "e1 06-17: 4/5 days exceeded; e2 06-29: 0/8 days expected 2 warning by e1; e3 07-06: 0/5 days expected 2 warning by e2; e4 07-02: 0/5 days; "+
		"a1 07-20: 0/10 days expected 2 warning by e3; all execution 07-06: 0/20 days expected 2 by e3; all acceptance 07-20: 0/10 days expected 2 warning by a1; "+
		"all 07-20: 0/30 days expected 2 by a1", show(t, p, project, "2026-06-17"))
}

// RA-55, RA-56: the acceptance waits for the execution, whether its milestones name any of
// it or not; so there is a warning, before its own date is past.
func TestAcceptanceWaitsForExecution(t *testing.T) {
	p := policy(t)
	project := executing(t, p, ms("a1", "2026-06-23", "2026-06-29", 0), ms("e1", "2026-06-07", "2026-06-18", 0), ms("e2", "2026-06-07", "2026-06-11", 0))
	project = must(t, p, project, Command{Do: Reach, Milestone: "e2", At: local("2026-06-11 12:00")})
	require.Equal(t, "a1 06-29: 0/5 days; e1 06-22: 2/10 days exceeded; e2 06-11: 0/5 days; all execution 06-22: 2/10 days exceeded by e1; "+
		"all acceptance 06-29: 0/5 days; all 06-29: 0/17 days", show(t, p, project, "2026-06-22"), "Sunday and Monday lie between them")
	require.Contains(t, show(t, p, project, "2026-06-23"), "a1 06-30: 0/5 days expected 1 warning by e1;")
	done := must(t, p, project, Command{Do: Reach, Milestone: "e1", At: local("2026-06-24 12:00")})
	require.Contains(t, show(t, p, done, "2026-06-25"), "a1 07-01: 0/5 days expected 2 warning by e1;")
}

// The forecast is what walking day by day finds: each milestone is worked on for as many
// working days as it has, from the first on which it may, and not before it is planned.
func TestForecastAgainstWalking(t *testing.T) {
	p := policy(t)
	works := func(d worktime.Date) bool {
		_, working, err := p.calendar.Working(d)
		require.NoError(t, err)
		return working
	}
	walk := func(d worktime.Date, n int64) worktime.Date { // to the nth working day, d or one after it
		for {
			if works(d) {
				n--
			}
			if n <= 0 && works(d) {
				return d
			}
			d = d.AddDays(1)
		}
	}
	first := worktime.Date{Year: 2026, Month: time.August, Day: 2}
	rapid.Check(t, func(r *rapid.T) {
		var milestones []Milestone
		var last worktime.Date // of the execution
		n := rapid.IntRange(2, 6).Draw(r, "milestones")
		for i := range n {
			m := Milestone{ID: fmt.Sprint(i), Title: "x", Phase: Execution}
			from := walk(first.AddDays(rapid.IntRange(0, 30).Draw(r, "from")), 1)
			if i >= n/2 {
				m.Phase = Acceptance
				from = walk(last.AddDays(rapid.IntRange(1, 10).Draw(r, "room")), 1)
			}
			for j := range milestones {
				if o := &milestones[j]; o.To.Compare(from) < 0 && rapid.Bool().Draw(r, "waits") {
					m.After = append(m.After, o.ID)
				}
			}
			to := walk(from, int64(rapid.IntRange(1, 20).Draw(r, "days")))
			if m.From, m.To = from, to; m.Phase == Execution && to.Compare(last) > 0 {
				last = to
			}
			milestones = append(milestones, m)
		}
		project := executing(t, p, milestones...)
		now := walk(first.AddDays(rapid.IntRange(0, 90).Draw(r, "now")), 1)
		ends := map[string]worktime.Date{}
		for _, m := range project.Baseline(0).Milestones {
			begins := m.From
			for id, end := range ends {
				o := project.Baseline(0).Milestone(id)
				if (slices.Contains(m.After, id) || m.Phase == Acceptance && o.Phase == Execution) && end.Compare(begins) >= 0 {
					begins = walk(end.AddDays(1), 1)
				}
			}
			end := walk(begins, m.Days)
			if end.Compare(now) < 0 {
				end = now
			}
			ends[m.ID] = end
		}
		drift, err := p.Deviations(project, 0, now.Start(jerusalem).Add(12*time.Hour))
		require.NoError(t, err)
		for _, d := range drift.Deviations {
			if d.Milestone != "" && d.Expected != ends[d.Milestone] {
				r.Fatalf("%s: forecast for %s, by walking %s\n%v", d.Milestone, d.Expected, ends[d.Milestone], project.Baseline(0).Milestones)
			}
		}
	})
}

// Against a former baseline a total counts what the one in force has.
func TestAgainstFormerBaseline(t *testing.T) {
	p := policy(t)
	project := executing(t, p, ms("e1", "2026-06-07", "2026-06-18", 100), ms("e2", "2026-06-07", "2026-06-18", 100), ms("a1", "2026-06-21", "2026-06-25", 0, "e1"))
	project = must(t, p, project,
		Command{Do: Propose, Reason: "more", Milestones: []Milestone{ms("e1", "2026-06-07", "2026-06-25", 150), ms("e3", "2026-06-28", "2026-07-02", 50, "e1"), ms("a1", "2026-07-05", "2026-07-09", 0, "e3")}},
		Command{Do: Adopt})
	now := local("2026-06-15")
	d, err := p.Deviations(project, 1, now)
	require.NoError(t, err)
	require.Equal(t, 1, d.Baseline)
	require.Len(t, d.Deviations, 5, "e2 was taken out")
	all := d.Deviations[4]
	require.Equal(t, worktime.Date{Year: 2026, Month: time.June, Day: 25}, all.Planned)
	require.Equal(t, worktime.Date{Year: 2026, Month: time.July, Day: 9}, all.Expected)
	require.Equal(t, Measure{15, 0, 10, Warning}, all.Time)
	require.Equal(t, Measure{200, 0, 0, Fine}, all.Cost)
	d, err = p.Deviations(project, 0, now)
	require.NoError(t, err)
	require.Equal(t, 2, d.Baseline)
	for _, x := range d.Deviations {
		require.Equal(t, Fine, x.Time.Level)
	}
	_, err = p.Deviations(project, 3, now)
	require.EqualError(t, err, "project p-1: it has no baseline 3; there are 2")
	_, err = p.Deviations(project, 0, local("2040-01-01"))
	require.ErrorIs(t, err, worktime.ErrNotCovered)
}

// Days are counted as by walking from date to date, and Next is the first instant at which
// anything is another.
func TestDaysAgainstWalking(t *testing.T) {
	p := policy(t)
	start := worktime.Date{Year: 2026, Month: time.January, Day: 1}
	rapid.Check(t, func(t *rapid.T) {
		a, b := start.AddDays(rapid.IntRange(0, 700).Draw(t, "a")), start.AddDays(rapid.IntRange(0, 700).Draw(t, "b"))
		var want int64
		for d := a.AddDays(1); d.Compare(b) <= 0; d = d.AddDays(1) {
			if _, working, _ := p.calendar.Working(d); working {
				want++
			}
		}
		for d := b.AddDays(1); d.Compare(a) <= 0; d = d.AddDays(1) {
			if _, working, _ := p.calendar.Working(d); working {
				want--
			}
		}
		got, err := p.days(a, b)
		if err != nil || got != want {
			t.Fatalf("days(%s, %s) = %d, %v, want %d", a, b, got, err, want)
		}
	})
	// To the last covered day, and not beyond.
	last := worktime.Date{Year: 2035, Month: time.December, Day: 31}
	n, err := p.days(last.AddDays(-4), last)
	require.NoError(t, err)
	require.EqualValues(t, 2, n, "Sunday and Monday")
}

// bare is the policy with a calendar that has no holidays, and so covers all years.
func bare(t testing.TB) *Policy {
	t.Helper()
	data, err := os.ReadFile("testdata/sla.toml")
	require.NoError(t, err)
	text := strings.Replace(string(data), "holidays = \"israel\"\ncover = { from = 2020, to = 2035 }\n", "", 1)
	text = regexp.MustCompile(`(?s)(# The law.*?)?\[\[holidays\.israel\]\].*?\n\n`).ReplaceAllString(text, "")
	promises, err := sla.Parse([]byte(strings.Replace(text, "2020-01-01", "0001-01-02", 1)), "sla.toml")
	require.NoError(t, err)
	data, err = os.ReadFile("testdata/project.toml")
	require.NoError(t, err)
	p, err := Parse(data, "project.toml", promises)
	require.NoError(t, err)
	return p
}

// On the first and the last day that there is, and over thousands of years: each week has
// five working days.
func TestDaysAtTheEnds(t *testing.T) {
	p := policy(t)
	project := demand(t, p, "project-upgrade", "2020-01-01 09:00")
	project = must(t, p, project, Command{Do: Admit}, Command{Do: Plan, Milestones: []Milestone{ms("e1", "2020-01-01", "2020-01-02", 0), ms("a1", "2020-01-05", "2020-01-05", 0, "e1")}})
	require.EqualValues(t, 2, project.Draft.Milestones[0].Days, "Wednesday and Thursday, on the first of which the cover begins")
	project = must(t, p, project, specified()...)
	project = must(t, p, project, Command{Do: Submit}, Command{Do: Approve})
	require.Equal(t, "e1 01-05: 1/2 days exceeded; a1 01-06: 0/1 days expected 1 warning by e1; all execution 01-05: 1/2 days exceeded by e1; "+
		"all acceptance 01-06: 0/1 days expected 1 warning by a1; all 01-06: 0/3 days expected 1 warning by a1", show(t, p, project, "2020-01-05"))

	p = bare(t)
	first := worktime.Date{Year: 1700, Month: time.January, Day: 3}
	for _, weeks := range []int{0, 1, 52, 15_250, 15_251, 29_000} { // 15,250 weeks are as many as a time.Duration holds
		n, err := p.days(first, first.AddDays(7*weeks))
		require.NoError(t, err)
		require.EqualValues(t, 5*weeks, n)
	}
	last := executing(t, p, ms("e1", "2026-06-07", "2026-06-18", 0), ms("a1", "2026-06-21", "2026-06-25", 0))
	now := time.Date(9999, 12, 31, 12, 0, 0, 0, time.UTC)
	got, _ := p.Settle(last, now)
	require.Contains(t, got.Problem, "not covered")
	require.Zero(t, got.NextAt, "there is no next day that can be written")
	got, _ = p.Settle(last, now.AddDate(0, 0, -1))
	require.Equal(t, now, got.NextAt)
	late := local("2250-06-07")
	d, err := p.Deviations(last, 0, late)
	require.NoError(t, err)
	picture := drawing{p: p, t: &last, b: last.Baseline(0), drift: &d, l: sla.LanguageFor("he"), today: p.date(late)}
	picture.span()
	require.LessOrEqual(t, len(picture.picture().Ticks), 14)
}

func TestNextIsWhenSomethingChanges(t *testing.T) {
	p := policy(t)
	project := executing(t, p, plan()...)
	for _, tt := range []struct{ now, want string }{
		{"2026-06-08 10:00", "2026-06-21 00:00"}, // after Thursday, its last day, and the weekend
		{"2026-06-21 00:00", "2026-06-22 00:00"},
		{"2026-06-25 12:00", "2026-06-28 00:00"},
	} {
		d, err := p.Deviations(project, 0, local(tt.now))
		require.NoError(t, err)
		require.Equal(t, tt.want, d.Next.In(jerusalem).Format("2006-01-02 15:04"))
		before, err := p.Deviations(project, 0, d.Next.Add(-time.Microsecond))
		require.NoError(t, err)
		after, err := p.Deviations(project, 0, d.Next)
		require.NoError(t, err)
		require.Equal(t, d.Deviations, before.Deviations)
		require.NotEqual(t, d.Deviations, after.Deviations)
	}
}
