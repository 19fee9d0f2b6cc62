package vendors

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// A fiscal year that starts in April: to which year an instant belongs, on both sides
// of its beginning, in the policy's zone.
func TestFiscalYear(t *testing.T) {
	p, err := Parse([]byte(strings.Replace(text(t), "[roles.manager]", "fiscal_year = \"04-01\"\n\n[roles.manager]", 1)), "vendors.toml", promises(t))
	require.NoError(t, err)
	for _, tt := range []struct {
		at   string
		want int
	}{{"2026-03-31 23:59", 2025}, {"2026-04-01 00:00", 2026}, {"2026-12-31 23:59", 2026}, {"2027-01-01 00:00", 2026}, {"2027-04-01 00:00", 2027}} {
		if got := p.YearOf(local(t, tt.at)); got != tt.want {
			t.Errorf("YearOf(%s) = %d, want %d", tt.at, got, tt.want)
		}
	}
	from, to := p.Year(2026)
	require.Equal(t, local(t, "2026-04-01 00:00"), from)
	require.Equal(t, local(t, "2027-04-01 00:00"), to)

	tr := newTrial(t, p)
	tr.set("2026-05-01 10:00")
	c := tr.concluded()
	_, err = tr.DoFrame(tr.ctx, town, c.ID, 2026, manager, Command{Do: SetFrame, Amount: ils(t, "500.00")})
	require.NoError(t, err)
	for _, tt := range []struct {
		dated string
		want  int
	}{{"2026-03-31 12:00", 2025}, {"2026-04-01 00:00", 2026}} {
		v, err := tr.Receive(tr.ctx, town, manager, Command{Contract: c.ID, Reference: tt.dated, Amount: ils(t, "10.00"), Dated: local(t, tt.dated)})
		require.NoError(t, err)
		require.Equal(t, tt.want, v.Year, tt.dated)
		tr.do(v, manager, Command{Do: Examine})
		tr.do(v, manager, Command{Do: Sign})
		tr.do(v, treasurer, Command{Do: Sign})
		require.Equal(t, "10.00 ILS", tr.committed(c, tt.want))
	}
	tr.set("2027-03-31 23:59")
	_, err = tr.Sweep(tr.ctx, town, tr.now())
	require.NoError(t, err)
	_, err = tr.store.Frames().Get(tr.ctx, town, string(FrameID(c.ID, 2027)))
	require.ErrorIs(t, err, townclerk.ErrNotFound)
	tr.set("2027-04-01 00:00")
	_, err = tr.Sweep(tr.ctx, town, tr.now())
	require.NoError(t, err)
	require.Equal(t, Planned, tr.frame(c, 2027).State)
}

// TE-08, A-25: a year without a frame is owed one by 31 January, and a warning from then on.
func TestFrameIsDueAtTheStartOfTheYear(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	for _, tt := range []struct {
		at   string
		want []string
	}{
		{"2027-01-01 00:00", nil},
		{"2027-01-31 16:00", nil},
		{"2027-01-31 16:01", []string{"frame"}},
	} {
		tr.set(tt.at)
		_, err := tr.Sweep(tr.ctx, town, tr.now())
		require.NoError(t, err)
		var owed []string
		for _, o := range tr.frame(c, 2027).Owed {
			owed = append(owed, o.Target)
		}
		require.Equal(t, tt.want, owed, tt.at)
	}
	n := len(tr.kinds())
	_, err := tr.Sweep(tr.ctx, town, tr.now())
	require.NoError(t, err)
	require.Len(t, tr.kinds(), n, "once")
	f, err := tr.DoFrame(tr.ctx, town, c.ID, 2027, manager, Command{Do: SetFrame, Amount: ils(t, "500.00")})
	require.NoError(t, err)
	a, err := tr.policy.Assess(f.Timeline(), tr.now())
	require.NoError(t, err)
	require.Equal(t, sla.MetLate, a.Clock("frame").State)
}

// TE-12, A-26, RA-11: reviews come round at their intervals while the contract is in
// force, with the terms that are in force then, and no more after its end.
func TestReviewsComeRound(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.policy.Contracts()[0]
	c.Agreed = c.Agreed[:1]
	c, err := tr.Conclude(tr.ctx, town, manager, c)
	require.NoError(t, err)
	for month := range 30 {
		tr.mu.Lock()
		tr.at = local(t, "2026-03-02 08:00").AddDate(0, month, 0)
		tr.mu.Unlock()
		_, err := tr.Sweep(tr.ctx, town, tr.now())
		require.NoError(t, err)
	}
	page, err := tr.store.Reviews().List(tr.ctx, town, Query{Contract: c.ID})
	require.NoError(t, err)
	var ids []string
	for _, r := range page.Items {
		ids = append(ids, string(r.ID))
	}
	require.Equal(t, []string{
		"exchange-2026/review/tender/2026-04-01", "exchange-2026/review/tender/2026-07-01", "exchange-2026/review/tender/2026-10-01",
	}, ids, "the fourth, and the yearly one, would come as the contract has ended")
	require.Equal(t, []Term{{"4.1", "Answers at any hour"}, {"4.2", "תיעוד כל תקלה"}}, page.Items[0].Terms)

	id := page.Items[0].ID
	_, err = tr.DoReview(tr.ctx, town, id, manager, Command{Do: Judge, Results: []Result{{Term: "4.1", Verdict: Kept}}})
	require.ErrorContains(t, err, "there is one result for each term")
	_, err = tr.DoReview(tr.ctx, town, id, manager, Command{Do: Judge, Results: []Result{{Term: "4.1", Verdict: Kept}, {Term: "4.2", Verdict: Broken}}})
	require.ErrorContains(t, err, "a text with each that is not kept")
	_, err = tr.DoReview(tr.ctx, town, id, manager, Command{Do: Judge, Results: []Result{{Term: "4.1", Verdict: "good"}, {Term: "4.2", Verdict: Kept}}})
	require.Error(t, err)
	r, err := tr.DoReview(tr.ctx, town, id, manager, Command{Do: Judge, Results: []Result{{Term: "4.1", Verdict: Kept}, {Term: "4.2", Verdict: Broken, Text: "חסר תיעוד"}}})
	require.NoError(t, err)
	require.Equal(t, Reviewed, r.State)
}

// The reviews and years of an open contract go on, also over a sweep that comes late.
func TestPlanningCatchesUp(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	tr.set("2027-06-01 10:00")
	_, err := tr.Sweep(tr.ctx, town, tr.now())
	require.NoError(t, err)
	page, err := tr.store.Reviews().List(tr.ctx, town, Query{})
	require.NoError(t, err)
	var planned []string
	for _, r := range page.Items {
		planned = append(planned, fmt.Sprint(r.Kind, " ", r.Due.In(tr.policy.zone()).Format("2006-01-02")))
	}
	require.Equal(t, []string{
		"tender 2026-04-01", "tender 2026-07-01", "tender 2026-10-01", "security 2027-01-01", "tender 2027-01-01", "tender 2027-04-01",
	}, planned)
	require.Equal(t, []Term{{"access", "Nobody works on a system without being named"}, {"backups", "Backups of our data are encrypted"}}, page.Items[3].Terms)
	got, err := tr.store.Contracts().Get(tr.ctx, town, string(c.ID))
	require.NoError(t, err)
	require.Equal(t, local(t, "2027-07-01 00:00"), got.NextAt)
}

// A contract that begins on the 31st is reviewed on the last day of shorter months.
func TestAddMonths(t *testing.T) {
	p := policy(t)
	for _, tt := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-01-31 00:00", 1, "2026-02-28 00:00"},
		{"2027-11-30 00:00", 3, "2028-02-29 00:00"},
		{"2026-01-31 00:00", 2, "2026-03-31 00:00"},
		{"2026-01-31 00:00", 12, "2027-01-31 00:00"},
		{"2025-12-15 00:00", 1, "2026-01-15 00:00"},
	} {
		require.Equal(t, local(t, tt.want), p.addMonths(local(t, tt.from), tt.months), "%s and %d months", tt.from, tt.months)
	}
}

// Notice: who decides is told two months before the date, once; an amendment moves it.
func TestNotice(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.policy.Contracts()[0]
	c.Agreed = c.Agreed[:1] // notice by the end of 2026-09-30
	c, err := tr.Conclude(tr.ctx, town, manager, c)
	require.NoError(t, err)
	owed := func(at string) []string {
		tr.set(at)
		_, err := tr.Sweep(tr.ctx, town, tr.now())
		require.NoError(t, err)
		c, err = tr.store.Contracts().Get(tr.ctx, town, string(c.ID))
		require.NoError(t, err)
		var all []string
		for _, o := range c.Owed {
			all = append(all, fmt.Sprintf("%s step %d to %q", o.Target, o.Step, o.To))
		}
		return all
	}
	require.Empty(t, owed("2026-08-01 23:59"))
	require.Equal(t, []string{`notice step 1 to "manager"`}, owed("2026-08-02 00:00"))
	c, err = tr.DoContract(tr.ctx, town, c.ID, manager, Command{Do: Decide, Reason: "extended: אופציה"})
	require.NoError(t, err)
	require.Len(t, owed("2026-10-01 00:01"), 1, "decided in time")

	second := c.Agreed[0]
	second.From, second.To, second.Notice = local(t, "2026-11-01 00:00"), local(t, "2028-01-01 00:00"), local(t, "2027-10-01 00:00")
	c, err = tr.DoContract(tr.ctx, town, c.ID, manager, Command{Do: Amend, Agreement: &second, Reason: "the option"})
	require.NoError(t, err)
	require.Equal(t, "extended: אופציה", c.Notices[0].Outcome)
	require.Len(t, owed("2027-08-01 23:00"), 1)
	require.Len(t, owed("2027-08-02 00:00"), 2, "the new date asks again")
	require.Len(t, owed("2027-10-01 00:01"), 3, "and goes overdue")
}

// TE-13, A-27: the year's usage is owed by 31 December; what is counted twice or outside
// the year is refused.
func TestUsage(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	month := func(m time.Month, quantity int64) Used {
		from := time.Date(2026, m, 1, 0, 0, 0, 0, tr.policy.zone())
		return Used{Measure: "minutes", From: from, To: from.AddDate(0, 1, 0), Quantity: quantity, Cost: ils(t, "12.00")}
	}
	u, err := tr.DoUsage(tr.ctx, town, c.ID, 2026, administrator, Command{Do: Count, Used: []Used{month(1, 100), month(2, 50)}})
	require.NoError(t, err)
	require.Equal(t, "head", u.Addressee)
	_, err = tr.DoUsage(tr.ctx, town, c.ID, 2026, administrator, Command{Do: Count, Used: []Used{month(2, 1), month(13, 1), {Measure: "calls", Quantity: -1}}})
	require.EqualError(t, err, `usage exchange-2026/usage/2026: cannot count: used[1].from: minutes is counted already for a part of that time; to put it right, count the same time anew, with a reason
used[2].from: it is not within the year, from 2025-12-31 22:00:00Z to 2026-12-31 22:00:00Z
used[3].measure: "calls" is none of [measures]; known: minutes, lines
used[3].to: 0001-01-01 00:00:00Z is not after 0001-01-01 00:00:00Z
used[3].quantity: -1 is less than nothing`)
	tr.set("2026-12-31 16:01")
	_, err = tr.Sweep(tr.ctx, town, tr.now())
	require.NoError(t, err)
	require.True(t, slices.Contains(tr.kinds(), "vendors.usage-overdue"))
	u, err = tr.DoUsage(tr.ctx, town, c.ID, 2026, manager, Command{Do: Present, Text: "פחות שיחות לחו\"ל"})
	require.NoError(t, err)
	require.Equal(t, Presented, u.State)
	_, err = tr.DoUsage(tr.ctx, town, c.ID, 2029, manager, Command{Do: Count})
	require.ErrorContains(t, err, "in no part of the fiscal year 2029")
}

// TE-06, TE-07, TE-15: only the official contact sets the rules and deals at management
// level; which role that is changes with an amendment, and there is always one.
func TestOfficialContact(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	rules := Command{Do: SetRules, Text: "פנייה רק דרך הפורטל"}
	_, err := tr.DoContract(tr.ctx, town, c.ID, administrator, rules)
	require.ErrorIs(t, err, townclerk.ErrForbidden)
	c, err = tr.DoContract(tr.ctx, town, c.ID, manager, rules)
	require.NoError(t, err)
	tr.set("2026-03-02 10:00")
	c, err = tr.DoContract(tr.ctx, town, c.ID, manager, Command{Do: SetRules, Text: "also the hotline", From: local(t, "2026-04-01 00:00")})
	require.NoError(t, err)
	for at, want := range map[string]int{"2026-03-01 09:59": 0, "2026-03-01 10:00": 1, "2026-03-31 23:59": 1, "2026-04-01 00:00": 2} {
		r, ok := c.RulesAt(local(t, at))
		require.Equal(t, want, r.Edition, at)
		require.Equal(t, want > 0, ok, at)
	}
	_, err = tr.DoContract(tr.ctx, town, c.ID, manager, Command{Do: SetRules, Text: "x", From: local(t, "2026-03-31 00:00")})
	require.ErrorContains(t, err, "before the rules that were set last")

	next := c.Agreed[1]
	next.From, next.Official = local(t, "2026-05-01 00:00"), ""
	_, err = tr.DoContract(tr.ctx, town, c.ID, manager, Command{Do: Amend, Agreement: &next, Reason: "reorganised"})
	require.ErrorContains(t, err, "agreement.official: missing; name the role that is the official contact")
	next.Official = "comptroller"
	_, err = tr.DoContract(tr.ctx, town, c.ID, manager, Command{Do: Amend, Agreement: &next, Reason: "reorganised"})
	require.NoError(t, err)
	deal := Command{Do: Deal, Level: Management, Channel: "hotline", Text: "prices"}
	for _, tt := range []struct {
		at string
		ok bool
	}{{"2026-04-30 23:59", true}, {"2026-05-01 00:00", false}} {
		tr.set(tt.at)
		_, err = tr.DoContract(tr.ctx, town, c.ID, manager, deal)
		require.Equal(t, tt.ok, err == nil, "%s: %v", tt.at, err)
	}
	_, err = tr.DoContract(tr.ctx, town, c.ID, administrator, Command{Do: Deal, Level: "chat", Text: "prices", Channel: "fax"})
	require.ErrorContains(t, err, `level: "chat" is no level`)
	require.ErrorContains(t, err, `channel: "fax" is none of [channels]`)
	elsewhere := administrator
	elsewhere.Unit = "welfare"
	_, err = tr.DoContract(tr.ctx, town, c.ID, elsewhere, Command{Do: Deal, Level: Operational, Text: "hello"})
	require.ErrorIs(t, err, townclerk.ErrForbidden)
}
