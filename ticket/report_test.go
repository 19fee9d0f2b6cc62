package ticket

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// story is a ticket to which things happen, at local times.
type story struct {
	t testing.TB
	p *Policy
	Ticket
}

func tell(t testing.TB, p *Policy, id ID, at string, r Request) *story {
	t.Helper()
	r.At = when(t, p, at)
	r.Channel, r.Opener = cmp.Or(r.Channel, "phone"), cmp.Or(r.Opener, "dana")
	if r.Item == "" {
		r.Department, r.Class = cmp.Or(r.Department, "operations"), cmp.Or(r.Class, "incident")
	}
	made, _, err := p.Open(id, r)
	require.NoError(t, err)
	made.Number = "2026-" + string(id)
	return &story{t, p, made}
}

func (s *story) do(at string, c Command) *story {
	s.t.Helper()
	c.At, c.By, c.Role = when(s.t, s.p, at), cmp.Or(c.By, "yossi"), cmp.Or(c.Role, "technician")
	var err error
	s.Ticket, _, err = s.p.Do(s.Ticket, c)
	require.NoError(s.t, err)
	return s
}

func (s *story) assign(at string, to townclerk.Actor) *story {
	s.t.Helper()
	return s.do(at, Command{Do: Assign, Handler: to, By: "tali", Role: "desk"})
}

// treat lets the ticket's handler diagnose and treat it.
func (s *story) treat(at string) *story {
	s.t.Helper()
	return s.do(at, Command{Do: Diagnose, By: s.Handler, Text: "a broken cable"}).do(at, Command{Do: Treat, By: s.Handler, Text: "replaced"})
}

func (s *story) close(at string) *story {
	s.t.Helper()
	return s.do(at, Command{Do: Inform, By: s.Handler, Channel: "phone"}).do(at, Command{Do: Close, By: s.Handler})
}

// stream gives the tickets one after the other.
func stream(stories ...*story) iter.Seq2[Ticket, error] {
	return func(yield func(Ticket, error) bool) {
		for _, s := range stories {
			if !yield(s.Ticket, nil) {
				return
			}
		}
	}
}

// june is some tickets around June 2026, when weeks are cut on the 4th, 11th, 18th and 25th.
func june(t testing.TB, p *Policy) []*story {
	note := func(minutes int) Command {
		return Command{Do: Write, Kind: "phone", Text: "talked", Took: time.Duration(minutes) * time.Minute}
	}
	return []*story{
		// Opened in May, treated in time in May, closed in June.
		tell(t, p, "001", "2026-05-28 16:00", Request{Subject: "no network"}).
			assign("2026-05-28 16:10", "yossi").treat("2026-05-31 10:00").close("2026-06-01 09:00"),
		// Passed on late and treated late, in June.
		tell(t, p, "002", "2026-06-04 16:29", Request{Channel: "walk-in", Subject: "the printer"}).
			assign("2026-06-07 08:30", "rivka").do("2026-06-08 08:00", note(25)).do("2026-06-08 09:00", note(20)).treat("2026-06-09 08:30").close("2026-06-09 08:40"),
		// Exactly at the cut. Waits for three working hours, and is treated in time thanks to that.
		tell(t, p, "003", "2026-06-04 16:30", Request{Subject: "a mouse"}).
			assign("2026-06-07 07:40", "yossi").do("2026-06-07 08:30", Command{Do: Wait, Reason: "awaiting-user"}).
			do("2026-06-07 11:30", Command{Do: Resume, Reason: "awaiting-user"}).treat("2026-06-08 08:30").close("2026-06-08 08:45"),
		// An account, for which nothing is promised before the approvals.
		tell(t, p, "004", "2026-06-10 10:00", Request{Class: "account", Subject: "an account"}),
		// Never passed on: overdue.
		tell(t, p, "005", "2026-06-11 16:20", Request{Subject: "a telephone"}),
		// A worklist, whose estimate of two hours is not kept.
		tell(t, p, "006", "2026-06-14 08:00", Request{
			Item: "worklist", Author: "unit-head", To: "head", Unit: "registry", Subject: "worklist",
			Fields: map[string]string{"position": "clerk"}, Requested: []Grant{{"letters", "read"}},
		}).
			do("2026-06-14 08:10", Command{Do: Approve, Role: "head", By: "h"}).do("2026-06-14 08:20", Command{Do: Approve, Role: "desk", By: "d"}).
			do("2026-06-14 08:30", Command{Do: Approve, Role: "manager", By: "m"}).assign("2026-06-14 09:00", "yossi").
			do("2026-06-14 13:00", Command{Do: Check, Todo: "training"}).do("2026-06-14 13:30", Command{Do: Diagnose, Role: "desk", Text: "wanted"}).
			do("2026-06-14 13:30", Command{Do: Treat, Text: "granted", Granted: []Grant{{"letters", "read"}}}).close("2026-06-14 13:40"),
		// Called off, and one that became a project.
		tell(t, p, "007", "2026-06-15 08:00", Request{Subject: "never mind"}).do("2026-06-15 08:05", Command{Do: Cancel, By: "dana", Role: "desk", Reason: "solved itself"}),
		tell(t, p, "008", "2026-06-16 08:00", Request{Subject: "a new system"}).assign("2026-06-16 08:05", "rivka").
			do("2026-06-17 08:00", Command{Do: Move, By: "rivka", Reason: "it is development", Project: "p-1"}),
		// Of July.
		tell(t, p, "009", "2026-07-01 08:00", Request{Subject: "July"}).assign("2026-07-01 08:05", "rivka"),
	}
}

func span(from, to time.Time) townclerk.Period { return townclerk.Period{From: from, To: to} }

func reported(t testing.TB, p *Policy, kind ReportKind, period townclerk.Period, now string, stories []*story, targets ...string) *Report {
	t.Helper()
	r, err := p.Report(kind, period, stream(stories...), when(t, p, now), targets...)
	require.NoError(t, err)
	require.NoError(t, r.Err())
	return r
}

// TE-24, A-23: the calls that were opened since the last cut, with their status.
func TestWeeklyReport(t *testing.T) {
	p := testPolicy(t)
	for _, tt := range []struct{ in, want string }{
		{"2026-06-04 16:29", "002 closed, missed 2, due ; "},
		{"2026-06-04 16:30", "003 closed, missed 0, due ; 004 pending, missed 0, due ; 005 new, missed 2, due 2026-06-14 07:40; "},
		{"2026-06-18 16:29", "006 closed, missed 0, due ; 007 cancelled, missed 0, due ; 008 moved, missed 1, due ; "},
	} {
		week, err := p.Week(when(t, p, tt.in))
		require.NoError(t, err)
		r := reported(t, p, WeeklyReport, week, "2026-06-19 12:00", june(t, p)[:8])
		got := ""
		for _, c := range r.Calls {
			due := ""
			if !c.Due.IsZero() {
				due = c.Due.Format(minutes)
			}
			got += fmt.Sprintf("%s %s, missed %d, due %s; ", c.ID, c.State, c.Missed, due)
		}
		require.Equal(t, tt.want, got, tt.in)
		require.Equal(t, len(r.Calls), r.Total.Opened)
	}
}

// TE-23, TE-24: once the work on a ticket or a stage is over, nothing of it is next any
// more; that its opener was never told stays missed.
func TestNothingIsNextOnceTheWorkIsOver(t *testing.T) {
	p := testPolicy(t)
	s := tell(t, p, "001", "2026-06-07 08:00", Request{}).assign("2026-06-07 08:05", "yossi").treat("2026-06-07 09:00")
	done, err := s.p.Assess(s.Ticket, when(t, p, "2026-06-14 09:00"))
	require.NoError(t, err)
	told := done[0].Clock("informed")
	require.Equal(t, sla.Breached, told.State)

	call := func(now string) ReportedCall {
		week, err := p.Week(when(t, p, "2026-06-07 08:00"))
		require.NoError(t, err)
		return reported(t, p, WeeklyReport, week, now, []*story{s}).Calls[0]
	}
	require.Equal(t, told.Due, call("2026-06-14 09:00").Due, "treated, and still to be told")
	s.State, s.Closed = Closed, when(t, p, "2026-06-14 09:00") // as from another system, which tells nobody
	require.Equal(t, told.Due, call("2026-06-14 08:59").Due, "not closed yet")
	require.Zero(t, call("2026-06-14 09:00").Due)
	require.Equal(t, 1, call("2026-06-14 09:00").Missed)
}

// TE-24, A-23: of the reports of consecutive weeks, each call is in exactly one.
func TestEachCallIsInOneWeeklyReport(t *testing.T) {
	p := mustPolicyWith(t, "Asia/Jerusalem", holidays, thursdays)
	base := tell(t, p, "x", "2026-01-05 08:00", Request{}).Ticket
	first, err := p.Week(when(t, p, "2026-01-01 08:00"))
	require.NoError(t, err)
	var weeks []townclerk.Period
	for week := first; week.From.Before(when(t, p, "2027-02-01 00:00")); {
		weeks = append(weeks, week)
		week, err = p.Week(week.To)
		require.NoError(t, err)
	}
	last := weeks[len(weeks)-1]
	rapid.Check(t, func(r *rapid.T) {
		var stories []*story
		for i := range 30 {
			at := rapid.SampledFrom(weeks).Draw(r, "week").To.Add(rapid.SampledFrom([]time.Duration{-time.Microsecond, 0, time.Microsecond}).Draw(r, "beside"))
			if rapid.Bool().Draw(r, "anywhere") || !at.Before(last.To) {
				at = first.From.Add(time.Duration(rapid.Int64Range(0, int64(last.To.Sub(first.From))-1).Draw(r, "at")))
			}
			made := base.Clone()
			made.ID, made.Opened, made.Log[0].At = ID(fmt.Sprint(i)), at, at
			stories = append(stories, &story{t, p, made})
		}
		seen := map[ID]int{}
		for _, week := range weeks {
			got, err := p.Report(WeeklyReport, week, stream(stories...), last.To)
			require.NoError(r, err)
			require.NoError(r, got.Err())
			for _, c := range got.Calls {
				seen[c.ID]++
			}
		}
		for _, s := range stories {
			require.Equal(r, 1, seen[s.ID], "the call of %s", s.Opened)
		}
	})
}

// SG-26: work and efficiency of each handler.
func TestMonthlyReport(t *testing.T) {
	p := testPolicy(t)
	r := reported(t, p, MonthlyReport, p.Month(when(t, p, "2026-06-15 00:00")), "2026-07-05 12:00", june(t, p))
	// 001 was told late, but in May. 008 was late before it became a project.
	want := []ReportedHandler{
		// Nobody has the account, what is overdue, and what was called off.
		{Handler: "", Volume: Volume{Opened: 3, Cancelled: 1, Open: 2}, Missed: 2},
		{Handler: "rivka", Volume: Volume{Opened: 2, Closed: 1, Moved: 1}, Met: 2, Missed: 3},
		{Handler: "yossi", Volume: Volume{Opened: 2, Closed: 3}, Entries: 2, Worked: sla.Span{Seconds: 45 * 60}, Met: 4},
	}
	require.Equal(t, want, r.Handlers)
	require.Equal(t, Volume{Opened: 7, Closed: 4, Cancelled: 1, Moved: 1, Open: 2}, r.Total)
	require.Equal(t, ratio(2, 5), r.Handlers[1].Share())
	require.NotEmpty(t, r.Targets)
}

func target(t testing.TB, r *Report, id string) ReportedTarget {
	t.Helper()
	i := slices.IndexFunc(r.Targets, func(x ReportedTarget) bool { return x.Target.ID == id })
	require.GreaterOrEqual(t, i, 0, id)
	return r.Targets[i]
}

func TestAttainment(t *testing.T) {
	p := testPolicy(t)
	r := reported(t, p, TargetReport, p.Month(when(t, p, "2026-06-15 00:00")), "2026-07-05 12:00", june(t, p))
	var ids []string
	for _, x := range r.Targets {
		ids = append(ids, x.Target.ID)
	}
	require.Equal(t, []string{"transfer", "handling", "hand-over", "vendor-call", "vendor", "informed", "follow-up", "account", "worklist"}, ids)

	transfer := target(t, r, "transfer")
	require.Equal(t, sla.Tally{Clocks: 5, Met: 2, Missed: 2, Cancelled: 1}, transfer.Tally)
	require.Equal(t, ratio(2, 4), transfer.Share())
	// 61, 10 and 5 minutes.
	require.Equal(t, []any{3, 10 * time.Minute, 61 * time.Minute}, []any{transfer.Timed, transfer.Median, transfer.P90})

	handling := target(t, r, "handling")
	require.Equal(t, 1, handling.Met)
	require.Equal(t, 3, handling.Missed, "one late, one never, and one that became a project")
	// 002: 1 minute, two days of 9 hours, and 1 hour. 003: 9 hours and 1 hour, but for 3 of waiting.
	require.Equal(t, []any{2, 7 * time.Hour, 19*time.Hour + time.Minute}, []any{handling.Timed, handling.Median, handling.P90})

	// IR-17: an estimate is never missed, however late.
	worklist := target(t, r, "worklist")
	require.Equal(t, sla.Tally{Clocks: 1, Met: 1, Overrun: 1}, worklist.Tally)
	require.Equal(t, townclerk.Ratio{}, worklist.Share())
	require.Equal(t, 5*time.Hour+20*time.Minute, worklist.Median, "from the first approval")

	r = reported(t, p, TargetReport, r.Period, "2026-07-05 12:00", june(t, p), "worklist", "transfer")
	require.Len(t, r.Targets, 2)
	r = reported(t, p, TargetReport, p.Month(when(t, p, "2026-06-15 00:00")), "2026-06-11 16:25", june(t, p)[:5])
	require.Equal(t, 1, target(t, r, "transfer").Open, "what runs as of then")
}

// The median of waiting tickets counts no waiting: that of one that is reopened
// counts no time in which it was treated.
func TestAttainmentCountsNoWaiting(t *testing.T) {
	p := testPolicy(t)
	reopened := tell(t, p, "1", "2026-06-07 08:00", Request{}).assign("2026-06-07 08:10", "yossi").treat("2026-06-07 10:00").
		do("2026-06-08 10:00", Command{Do: Reopen, By: "dana", Reason: "it is back"}).treat("2026-06-08 11:00")
	waits := tell(t, p, "2", "2026-06-07 08:00", Request{}).assign("2026-06-07 08:10", "yossi").
		do("2026-06-07 09:00", Command{Do: Wait, Reason: "awaiting-user"}).do("2026-06-07 10:00", Command{Do: Wait, Reason: "awaiting-part"}).
		do("2026-06-07 11:00", Command{Do: Resume, Reason: "awaiting-user"}).do("2026-06-07 12:00", Command{Do: Resume, Reason: "awaiting-part"}).
		do("2026-06-11 16:00", Command{Do: Wait, Reason: "awaiting-part"}).do("2026-06-14 08:00", Command{Do: Resume, Reason: "awaiting-part"}).treat("2026-06-14 09:00")
	period := p.Month(sunday)
	for _, tt := range []struct {
		name string
		s    *story
		want time.Duration
	}{
		{"reopened", reopened, 3 * time.Hour},
		// 8 to 9, 12 to 16:30, and four days; a wait after the due time does not count.
		{"waits", waits, 5*time.Hour + 30*time.Minute + 4*9*time.Hour + 90*time.Minute},
	} {
		got := target(t, reported(t, p, TargetReport, period, "2026-06-20 00:00", []*story{tt.s}), "handling")
		require.Equal(t, 1, got.Timed, tt.name)
		require.Equal(t, tt.want, got.Median, tt.name)
	}
}

// TE-13, SG-25: the year beside the year before.
func TestYearlyReport(t *testing.T) {
	p := testPolicy(t)
	stories := append(june(t, p), tell(t, p, "100", "2025-12-31 23:59", Request{}), tell(t, p, "101", "2025-01-01 00:00", Request{Channel: "walk-in"}),
		tell(t, p, "102", "2024-12-31 23:59", Request{}), tell(t, p, "103", "2026-01-01 00:00", Request{Class: "network"}), tell(t, p, "104", "2027-01-01 00:00", Request{}))
	r := reported(t, p, YearlyReport, p.Year(when(t, p, "2026-06-15 00:00")), "2027-01-01 08:00", stories)
	require.Equal(t, Volume{Opened: 10, Closed: 4, Cancelled: 1, Moved: 1, Open: 7}, r.Total)
	require.Equal(t, Volume{Opened: 2, Open: 3}, r.Before)
	require.Equal(t, p.Year(when(t, p, "2025-06-15 00:00")), r.Former)
	require.Len(t, r.Months, 12)
	require.Equal(t, ReportedGroup{ID: "2026-06", Volume: Volume{Opened: 7, Closed: 4, Cancelled: 1, Moved: 1, Open: 6}}, r.Months[5])
	require.Equal(t, []ReportedGroup{
		{ID: "phone", Volume: Volume{Opened: 9, Closed: 3, Cancelled: 1, Moved: 1, Open: 6}, Before: Volume{Opened: 1, Open: 2}},
		{ID: "walk-in", Volume: Volume{Opened: 1, Closed: 1, Open: 1}, Before: Volume{Opened: 1, Open: 1}},
	}, r.Channels)
	require.Equal(t, "incident", r.Classes[0].ID)
	require.Equal(t, 7, r.Classes[0].Opened)
	require.Equal(t, []string{"operations", "information-systems"}, []string{r.Departments[0].ID, r.Departments[1].ID})
	require.NotEmpty(t, r.Targets)
}

// IR-13: the share of each channel, also of those that the policy does not know or
// that nobody used.
func TestChannelReport(t *testing.T) {
	p := testPolicy(t)
	stories := june(t, p)
	stories[2].Channel, stories[3].Channel = "fax", ""
	r := reported(t, p, ChannelReport, p.Month(when(t, p, "2026-06-15 00:00")), "2026-07-05 12:00", stories)
	got := ""
	for _, c := range r.Channels {
		got += fmt.Sprintf("%q %d, ", c.ID, c.Opened)
	}
	require.Equal(t, `"phone" 4, "walk-in" 1, "" 1, "fax" 1, `, got)
	require.Equal(t, 7, r.Total.Opened)
	require.Empty(t, r.Targets)
	r = reported(t, p, ChannelReport, p.Month(when(t, p, "2026-08-15 00:00")), "2026-08-05 12:00", nil)
	require.Len(t, r.Channels, 2)
}

// What is open at the end of a month is what was open before, and came, and did not
// go; and each promise is decided in one month. So a year is the sum of its months.
func TestMonthsAddUp(t *testing.T) {
	p := testPolicy(t)
	for seed := range uint64(20) {
		tickets := slices.Collect(generate(p, 40, rand.New(rand.NewPCG(seed, 1))))
		all := func(yield func(Ticket, error) bool) {
			for _, made := range tickets {
				if !yield(made, nil) {
					return
				}
			}
		}
		now := when(t, p, "2027-03-01 00:00")
		one := func(kind ReportKind, period townclerk.Period) *Report {
			r, err := p.Report(kind, period, all, now)
			require.NoError(t, err)
			require.NoError(t, r.Err())
			return r
		}
		year := p.Year(when(t, p, "2026-06-01 00:00"))
		whole := one(MonthlyReport, year)
		var sum Volume
		byHandler := map[townclerk.Actor]ReportedHandler{}
		clocks := map[string]int{}
		open := 0
		for i, month := range p.months(year) {
			r := one(MonthlyReport, month)
			v := r.Total
			if i > 0 {
				require.Equal(t, open+v.Opened-v.Closed-v.Cancelled-v.Moved, v.Open)
			}
			open = v.Open
			sum.Opened, sum.Closed, sum.Cancelled, sum.Moved, sum.Open = sum.Opened+v.Opened, sum.Closed+v.Closed, sum.Cancelled+v.Cancelled, sum.Moved+v.Moved, v.Open
			for _, h := range r.Handlers {
				s := byHandler[h.Handler]
				s.Met, s.Missed, s.Opened, s.Entries = s.Met+h.Met, s.Missed+h.Missed, s.Opened+h.Opened, s.Entries+h.Entries
				byHandler[h.Handler] = s
			}
			for _, x := range r.Targets {
				clocks[x.Target.ID] += x.Clocks
			}
		}
		require.Equal(t, sum, whole.Total)
		for _, h := range whole.Handlers {
			s := byHandler[h.Handler]
			require.Equal(t, []int{h.Met, h.Missed, h.Opened, h.Entries}, []int{s.Met, s.Missed, s.Opened, s.Entries}, h.Handler)
		}
		for _, x := range whole.Targets {
			require.Equal(t, x.Clocks, clocks[x.Target.ID], x.Target.ID)
		}
	}
}

// Tickets that cannot be are left out as a whole, and named.
func TestReportLeavesOutWhatCannotBe(t *testing.T) {
	p := testPolicy(t)
	at := func(s string) time.Time { return when(t, p, s) }
	for _, tt := range []struct {
		name  string
		spoil func(*Ticket)
		want  string
	}{
		{"no Opened", func(t *Ticket) { t.Opened = time.Time{} }, "it does not say when it was opened"},
		{"opened after now", func(t *Ticket) { t.Opened = at("2026-06-28 00:00") }, "it was opened at 2026-06-27 21:00:00Z, after now, 2026-06-25 09:00:00Z"},
		{"no state", func(t *Ticket) { t.State = "" }, `its state "" is none`},
		{"a state that is none", func(t *Ticket) { t.State = "lost" }, `its state "lost" is none`},
		{"closed at no time", func(t *Ticket) { t.State = Closed }, "it is closed, and does not say since when"},
		{"closed before", func(t *Ticket) { t.State, t.Closed = Closed, at("2026-06-01 00:00") }, "it was closed at 2026-05-31 21:00:00Z, before it was opened"},
		{"another edition", func(t *Ticket) { t.Edition = 7 }, "timeline bad: it is pinned to edition 7, which is not here"},
		{"a log out of order", func(t *Ticket) { t.Log = append(t.Log, sla.Event{Kind: treated, At: at("2020-01-01 00:00")}) }, "timeline bad: event 2 (seq 0): at 2020-01-01T00:00:00+02:00 it precedes"},
		{"an event without a time", func(t *Ticket) { t.Log = []sla.Event{{Kind: opened}} }, "timeline bad: event 1 (seq 0): it has no time"},
		{"a stage without Opened", func(t *Ticket) { t.Stages = []Stage{{Number: 1, State: New}} }, "stage 1: it does not say when it was opened"},
		{"a stage's log", func(t *Ticket) {
			t.Stages = []Stage{{Number: 1, State: New, Opened: t.Opened, Log: []sla.Event{{Kind: stageOpened}}}}
		}, "stage 1: timeline bad: event 1 (seq 0): it has no time"},
		{"work of less than nothing", func(t *Ticket) { t.Work = []Work{{At: t.Opened, Took: -1}} }, "its work of 2026-06-10 05:00:00Z took less than nothing"},
	} {
		bad := tell(t, p, "bad", "2026-06-10 08:00", Request{})
		tt.spoil(&bad.Ticket)
		for _, kind := range ReportKinds {
			if kind == ChannelReport && (strings.Contains(tt.want, "timeline") || strings.Contains(tt.want, "edition")) {
				continue // it looks at no promises
			}
			r, err := p.Report(kind, p.Month(sunday), stream(june(t, p)[3], bad, june(t, p)[3]), at("2026-06-25 12:00"))
			require.NoError(t, err, tt.name)
			require.ErrorContains(t, r.Err(), "ticket 2026-bad: "+tt.want, "%s, %s", tt.name, kind)
			require.Equal(t, 1, r.Failed)
			require.Equal(t, 2, r.Total.Opened, "%s, %s", tt.name, kind)
		}
	}
	// What is empty but sound.
	empty := Ticket{ID: "e", State: New, Opened: sunday}
	for _, kind := range ReportKinds {
		r, err := p.Report(kind, p.Month(sunday), stream(&story{Ticket: empty}), at("2026-06-25 12:00"))
		require.NoError(t, err)
		require.NoError(t, r.Err())
		require.Equal(t, 1, r.Total.Opened)
	}
}

func TestReportKeepsAHundredMistakes(t *testing.T) {
	p := testPolicy(t)
	broken := errors.New("the disk is full")
	r, err := p.Report(YearlyReport, p.Year(sunday), func(yield func(Ticket, error) bool) {
		for range 103 {
			if !yield(Ticket{}, broken) {
				return
			}
		}
	}, sunday)
	require.NoError(t, err)
	require.Len(t, r.Mistakes, 100)
	require.Equal(t, 103, r.Failed)
	require.ErrorIs(t, r.Err(), broken)
	require.ErrorContains(t, r.Err(), "and 3 more")
}

func TestReportErrors(t *testing.T) {
	p := testPolicy(t)
	month := p.Month(sunday)
	for _, tt := range []struct {
		name    string
		kind    ReportKind
		period  townclerk.Period
		now     time.Time
		targets []string
		want    string
	}{
		{"a kind that is none", "week", month, sunday, nil, `"week" is no kind of report`},
		{"an empty period", WeeklyReport, span(sunday, sunday), sunday, nil, "is empty"},
		{"one that runs back", WeeklyReport, span(month.To, month.From), sunday, nil, "is empty"},
		{"no period", WeeklyReport, townclerk.Period{}, sunday, nil, "is empty"},
		{"now before it", WeeklyReport, month, month.From.Add(-1), nil, "begins at 2026-05-31 21:00:00Z, after now"},
		{"a target that is none", TargetReport, month, sunday, []string{"transfer", "transfre", "x"}, `no target of the id "transfre"; did you mean "transfer"?`},
	} {
		r, err := p.Report(tt.kind, tt.period, stream(), tt.now, tt.targets...)
		require.ErrorContains(t, err, tt.want, tt.name)
		require.Nil(t, r, tt.name)
	}
}

// slowPercentile is the slow twin of a histogram: it keeps and sorts everything.
func slowPercentile(all []time.Duration, percent int) time.Duration {
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	for i, d := range sorted {
		if 100*(i+1) >= percent*len(sorted) {
			return d
		}
	}
	return 0
}

func TestPercentiles(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		longest := rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 100 * time.Hour, 20_000 * time.Hour, 1<<63 - 1}).Draw(r, "longest")
		var h histogram
		var all []time.Duration
		for range rapid.IntRange(1, 200).Draw(r, "n") {
			d := time.Duration(rapid.Int64Range(0, int64(longest)).Draw(r, "d"))
			h.add(d)
			all = append(all, d)
		}
		for _, percent := range []int{1, 50, 90, 100} {
			want, got := slowPercentile(all, percent).Truncate(time.Minute), h.percentile(percent)
			if want < 1<<exactBits*time.Minute {
				require.Equal(r, want, got, "the percentile %d of %v", percent, all)
			}
			require.LessOrEqual(r, got, want)
			require.LessOrEqual(r, want-got, want/4096)
		}
	})
	require.Zero(t, new(histogram).percentile(50))
}

// However many different lengths there are, a histogram keeps few counts.
func TestHistogramIsSmall(t *testing.T) {
	var h histogram
	r := rand.New(rand.NewPCG(1, 2))
	for range 1_000_000 {
		h.add(time.Duration(r.Int64N(int64(2 * 365 * 24 * time.Hour))))
	}
	require.Less(t, len(h.counts), 1<<exactBits+8<<(exactBits-1))
}

func TestSumsOfWorkDoNotOverflow(t *testing.T) {
	var sum sla.Span
	for range 4 {
		sum = plus(sum, 1<<63-1)
	}
	want := new(big.Int).Mul(big.NewInt(1<<63-1), big.NewInt(4))
	got := new(big.Int).Add(new(big.Int).Mul(big.NewInt(sum.Seconds), big.NewInt(1e9)), big.NewInt(sum.Nanos))
	require.Equal(t, want, got)
	require.Less(t, sum.Nanos, int64(1e9))
}

// generate makes tickets of the years 2025 and 2026, sound ones of all states. It
// allocates for each little more than the ticket itself.
func generate(p *Policy, n int, random *rand.Rand) iter.Seq[Ticket] {
	handlers := []townclerk.Actor{"", "yossi", "rivka", "tali"}
	channels, classes := p.IDs(tableChannels), p.IDs(tableClasses)
	return func(yield func(Ticket) bool) {
		start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		for i := range n {
			at := start.Add(time.Duration(random.Int64N(int64(2*365*24*time.Hour)) / 1000 * 1000))
			later := func() time.Time {
				at = at.Add(time.Duration(random.ExpFloat64() * float64(8*time.Hour))).Truncate(time.Microsecond)
				return at
			}
			t := Ticket{
				ID: ID(fmt.Sprint("t-", i)), Opened: at, State: States[random.IntN(len(States))], Department: "operations",
				Channel: channels[random.IntN(len(channels))], Class: classes[random.IntN(len(classes))], Handler: handlers[random.IntN(len(handlers))],
			}
			t.Log = []sla.Event{
				{Kind: opened, At: at, Seq: 1, Attributes: map[string]string{"class": t.Class, "department": t.Department}},
				{Kind: transferred, At: later(), Seq: 2},
			}
			if random.IntN(8) == 0 {
				t.Log = append(t.Log, sla.Event{Kind: sla.Paused, At: later(), Seq: 3, Reason: "awaiting-user"}, sla.Event{Kind: sla.Resumed, At: later(), Seq: 4})
			}
			if t.State == Treated || t.State == Closed {
				t.Log = append(t.Log, sla.Event{Kind: treated, At: later(), Seq: 5}, sla.Event{Kind: notified, At: later(), Seq: 6})
			}
			if t.State == Cancelled || t.State == Moved {
				t.Log = append(t.Log, sla.Event{Kind: sla.Cancelled, At: later(), Seq: 7})
			}
			if t.State.Final() {
				t.Closed = later()
			}
			t.Work = []Work{{At: later(), By: handlers[1], Took: 20 * time.Minute}}
			if !yield(t) {
				return
			}
		}
	}
}

// Each ticket is judged by its own edition, and targets that only an older one has
// come after those of the newest.
func TestReportJudgesByEditions(t *testing.T) {
	text, err := os.ReadFile("testdata/sla.toml")
	require.NoError(t, err)
	edition := func(number int, effective, within, id string) *fstest.MapFile {
		made := strings.Replace(string(text), "format = 1\n", fmt.Sprintf("format = 1\nedition = %d\neffective = %s\n", number, effective), 1)
		made = strings.Replace(made, `within = "20m"`, `within = "`+within+`"`, 1)
		made = strings.Replace(made, `id = "transfer"`, `id = "`+id+`"`, 1)
		return &fstest.MapFile{Data: []byte(made)}
	}
	book, err := sla.OpenBook(fstest.MapFS{
		"1/sla.toml": edition(1, "2026-01-01", "20m", "passing-on"), "2/sla.toml": edition(2, "2026-06-10", "20m", "transfer"),
		"3/sla.toml": edition(3, "2026-06-15", "40m", "transfer"),
	})
	require.NoError(t, err)
	p := testPolicy(t).WithBook(book)
	var stories []*story
	for i, at := range []string{"2026-06-09 08:00", "2026-06-10 08:00", "2026-06-15 08:00"} {
		s := tell(t, p, ID(fmt.Sprint(i)), at, Request{}).assign(strings.Replace(at, "08:00", "08:30", 1), "yossi")
		require.Equal(t, i+1, s.Edition)
		stories = append(stories, s)
	}
	r := reported(t, p, TargetReport, p.Month(sunday), "2026-06-20 00:00", stories)
	require.Equal(t, "transfer", r.Targets[0].Target.ID)
	require.Equal(t, sla.Tally{Clocks: 2, Met: 1, Missed: 1}, r.Targets[0].Tally)
	require.Same(t, book.Editions()[2].Target("transfer"), r.Targets[0].Target)
	last := r.Targets[len(r.Targets)-1]
	require.Equal(t, "passing-on", last.Target.ID)
	require.Equal(t, sla.Tally{Clocks: 1, Missed: 1}, last.Tally)

	early := &story{Ticket: Ticket{ID: "e", State: New, Opened: when(t, p, "2025-01-01 00:00")}}
	early.Log = []sla.Event{{Kind: opened, At: early.Opened}}
	r, err = p.Report(TargetReport, p.Month(sunday), stream(early), when(t, p, "2026-06-20 00:00"))
	require.NoError(t, err)
	require.ErrorIs(t, r.Err(), sla.ErrNotInForce)
	require.ErrorContains(t, r.Err(), "ticket e: ")
}

// A slow twin of the report: it keeps all clocks, and counts them afterwards.
func TestReportTwin(t *testing.T) {
	p := testPolicy(t)
	period, now := p.Month(sunday), when(t, p, "2026-08-01 00:00")
	for seed := range uint64(10) {
		tickets := slices.Collect(generate(p, 300, rand.New(rand.NewPCG(seed, 2))))
		var clocks []sla.Clock
		took := map[string][]time.Duration{}
		tickets = slices.DeleteFunc(tickets, func(made Ticket) bool { return made.Opened.After(period.To) })
		var stories []*story
		for _, made := range tickets {
			stories = append(stories, &story{Ticket: made})
			for _, tl := range made.Timelines() {
				a, err := p.Promises().Assess(tl, now)
				require.NoError(t, err)
				for _, c := range a.Clocks {
					if !period.Contains(c.Start) {
						continue
					}
					clocks = append(clocks, c)
					if c.State == sla.Met || c.State == sla.MetLate {
						took[c.Target.ID] = append(took[c.Target.ID], slowTook(t, p, &c, tl))
					}
				}
			}
		}
		r, err := p.Report(TargetReport, period, stream(stories...), now)
		require.NoError(t, err)
		require.NoError(t, r.Err())
		for _, got := range r.Targets {
			var want sla.Tally
			for i := range clocks {
				if clocks[i].Target == got.Target {
					tally(&want, &clocks[i])
				}
			}
			require.Equal(t, want, got.Tally, got.Target.ID)
			all := took[got.Target.ID]
			require.Equal(t, len(all), got.Timed)
			require.Equal(t, slowPercentile(all, 50).Truncate(time.Minute), got.Median, got.Target.ID)
			require.Equal(t, slowPercentile(all, 90).Truncate(time.Minute), got.P90, got.Target.ID)
		}
	}
}

// slowTook adds up the stretches of a clock's run in which it did not wait, by the
// one wait that generated tickets may have.
func slowTook(t *testing.T, p *Policy, c *sla.Clock, tl sla.Timeline) time.Duration {
	t.Helper()
	from, to := c.Ended, c.Ended
	for _, e := range tl.Events {
		switch {
		case !slices.Contains(c.Target.Pauses, "awaiting-user"):
		case e.Kind == sla.Paused:
			from = e.At
		case e.Kind == sla.Resumed:
			to = e.At
		}
	}
	between := func(a, b time.Time) time.Duration {
		if !a.Before(b) {
			return 0
		}
		cal := p.Promises().Calendar(c.Target.Calendar)
		if cal == nil {
			return b.Sub(a)
		}
		d, err := cal.Between(a, b)
		require.NoError(t, err)
		return d
	}
	whole := between(c.Start, c.Ended)
	// It counts if it began while the clock ran, and before the due time then in force.
	unmoved, err := p.Promises().Calendar("desk").Add(c.Start, 8*time.Hour)
	require.NoError(t, err)
	if from.Before(c.Ended) && (c.Target.ID != "handling" || from.Before(unmoved)) {
		if from.Before(c.Start) {
			from = c.Start
		}
		whole -= between(from, to)
	}
	return whole
}
