package vendors

import (
	"iter"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// each is a sequence of what there is, without an error.
func each[T any](all ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, t := range all {
			if !yield(t, nil) {
				return
			}
		}
	}
}

func broken[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { var zero T; yield(zero, err) }
}

// What a credit comes to, by how late it is: once or for each time that was begun, on
// both sides of each, rounded down, and capped.
func TestCreditAmount(t *testing.T) {
	fee := ils(t, "12345.67")
	amount := func(s string) townclerk.Money { return ils(t, s) }
	for _, tt := range []struct {
		name   string
		credit Credit
		late   time.Duration
		want   string
		capped bool
	}{
		{"once, however late", Credit{Amount: amount("500.00")}, 90 * time.Hour, "500.00 ILS", false},
		{"a nanosecond late", Credit{Amount: amount("500.00"), Per: time.Hour}, 1, "500.00 ILS", false},
		{"late by no working time", Credit{Amount: amount("500.00"), Per: time.Hour}, 0, "500.00 ILS", false},
		{"exactly an hour", Credit{Amount: amount("500.00"), Per: time.Hour}, time.Hour, "500.00 ILS", false},
		{"an hour begun", Credit{Amount: amount("500.00"), Per: time.Hour}, time.Hour + 1, "1000.00 ILS", false},
		{"exactly the cap", Credit{Amount: amount("500.00"), Per: time.Hour, Most: amount("1000.00")}, 2 * time.Hour, "1000.00 ILS", false},
		{"above the cap", Credit{Amount: amount("500.00"), Per: time.Hour, Most: amount("999.99")}, 2 * time.Hour, "999.99 ILS", true},
		{"a share, rounded down", Credit{Share: 250}, time.Hour, "308.64 ILS", false}, // 308.64175
		{"rounded before it is multiplied", Credit{Share: 250, Per: time.Hour}, 3 * time.Hour, "925.92 ILS", false},
		{"the whole fee", Credit{Share: 10_000}, time.Hour, "12345.67 ILS", false},
		{"so much that only the cap can be paid", Credit{Amount: townclerk.Money{Minor: math.MaxInt64, Currency: "ILS"}, Per: 1, Most: amount("7.00")}, math.MaxInt64, "7.00 ILS", true},
	} {
		got, capped, err := tt.credit.amount(fee, tt.late)
		require.NoError(t, err, tt.name)
		if got.String() != tt.want || capped != tt.capped {
			t.Errorf("%s: %v, capped %v; want %s, %v", tt.name, got, capped, tt.want, tt.capped)
		}
	}
	_, _, err := (&Credit{Amount: townclerk.Money{Minor: math.MaxInt64, Currency: "ILS"}, Per: 1}).amount(fee, 2)
	require.ErrorContains(t, err, "out of range")
}

// opened is a call of the trial, opened at an instant and done at another, local to the policy.
func (tr *trial) opened(severity, opened, doneAt string) Call {
	tr.t.Helper()
	tr.set(opened)
	call := tr.fault(opened, severity)
	call, err := tr.call(call.ID, opened, administrator, openIt)
	require.NoError(tr.t, err)
	if doneAt != "" {
		call, err = tr.call(call.ID, doneAt, administrator, Command{Do: Finish, Text: "תוקן"})
		require.NoError(tr.t, err)
	}
	return call
}

// The credits of a year: by the agreement in force when the call was opened, for what was
// missed and nothing else, capped for the year.
func TestCreditsOfAYear(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	calls := []Call{
		tr.opened("high", "2026-03-01 08:00", "2026-03-01 09:00"),   // both in time, to the instant
		tr.opened("high", "2026-03-02 08:00", "2026-03-02 09:01"),   // response missed: 500
		tr.opened("normal", "2026-03-03 08:00", "2026-03-03 19:30"), // fix missed by 1.5 hours: 2 × 300; its response carries no credit
		tr.opened("normal", "2026-07-01 08:00", "2026-07-05 08:00"), // after the amendment: 325 an hour, capped at 1000
		tr.opened("normal", "2027-01-01 00:00", "2027-01-05 08:00"), // another year
	}
	other := calls[2]
	other.Contract = "another"
	credits, err := tr.policy.Credits(c, 2026, each(append(calls, other)...), tr.now())
	require.NoError(t, err)
	var lines []string
	for _, l := range credits.Lines {
		lines = append(lines, strings.Join([]string{l.Number, l.Target, l.Late.String(), l.Amount.String()}, " "))
	}
	require.Equal(t, []string{
		"2026-000002 vendor-response 1m0s 500.00 ILS",
		"2026-000003 vendor-fix 1h30m0s 600.00 ILS",
		"2026-000004 vendor-fix 86h0m0s 1000.00 ILS",
	}, lines)
	require.True(t, credits.Lines[2].Capped)
	require.Equal(t, "2100.00 ILS", credits.Sum.String())
	require.Equal(t, credits.Sum, credits.Total)
	c.Agreed[1].Most = ils(t, "2099.99")
	credits, err = tr.policy.Credits(c, 2026, each(calls...), tr.now())
	require.NoError(t, err)
	require.Equal(t, "2099.99 ILS", credits.Total.String())

	// One that is not done yet is late until now.
	running := tr.opened("normal", "2027-01-10 08:00", "")
	credits, err = tr.policy.Credits(c, 2027, each(running), local(t, "2027-01-10 18:00"))
	require.NoError(t, err)
	require.Empty(t, credits.Lines)
	credits, err = tr.policy.Credits(c, 2027, each(running), local(t, "2027-01-10 18:01"))
	require.NoError(t, err)
	require.Equal(t, "325.00 ILS", credits.Total.String())
	require.True(t, credits.Lines[0].Ended.IsZero())
	_, err = tr.policy.Credits(c, 2026, broken[Call](errDisk), tr.now())
	require.ErrorIs(t, err, errDisk)
}

// RA-06: each vendor's calls, and how often it kept what it promised; ours, such as that
// the call is opened in time, is not its.
func TestScorecards(t *testing.T) {
	tr := newTrial(t, policy(t))
	tr.concluded()
	calls := []Call{
		tr.opened("high", "2026-03-01 08:00", "2026-03-01 09:00"),
		tr.opened("high", "2026-03-02 08:00", "2026-03-02 09:01"),
		tr.opened("high", "2026-03-03 08:00", ""),
		tr.opened("high", "2026-04-01 08:00", "2026-04-03 08:00"), // not in the period
	}
	calls[0].State, calls[1].Disputes, calls[2].Contract = Verified, []string{"not so"}, ""
	stranger := calls[0]
	stranger.Vendor = "line-vendor"
	period := townclerk.Period{From: local(t, "2026-03-01 00:00"), To: local(t, "2026-04-01 00:00")}
	cards, err := tr.policy.Scorecards(period, each(append(calls, stranger)...), local(t, "2026-03-03 08:30"))
	require.NoError(t, err)
	require.Len(t, cards, 2)
	card := cards[0]
	require.Equal(t, "exchange-vendor", card.Vendor)
	require.Equal(t, []int{3, 1, 0, 1, 1, 0}, []int{card.Calls, card.Over, card.Withdrawn, card.Disputed, card.Uncovered, card.Unassessed})
	var scores []any
	for _, s := range card.Scores {
		scores = append(scores, s.Target.ID, s.Met, s.Missed, s.Running, s.Kept().Percent(1))
	}
	require.Equal(t, []any{"vendor-response", 1, 1, 1, "50.0", "vendor-arrival", 2, 0, 1, "100.0", "vendor-fix", 2, 0, 1, "100.0"}, scores)
	_, err = tr.policy.Scorecards(period, broken[Call](errDisk), tr.now())
	require.ErrorIs(t, err, errDisk)
	var b strings.Builder
	require.NoError(t, tr.policy.Scores("he", period, tr.now(), cards).Text(&b))
	require.Contains(t, b.String(), "ספק המרכזייה")
}

// TE-13, A-27: the year before stands beside the year; what is not known of it is left
// open, and nothing is divided by nothing.
func TestSummary(t *testing.T) {
	p := policy(t)
	c := p.Contracts()[0]
	now := Usage{Year: 2026, Addressee: "head", Presented: local(t, "2026-12-30 10:00"), Text: "פחות שיחות לחו\"ל", Used: []Used{
		{Measure: "minutes", Quantity: 900, Cost: ils(t, "90.50")}, {Measure: "minutes", Quantity: 600, Cost: ils(t, "60.50")}, {Measure: "lines", Quantity: 40},
		{Measure: "minutes", Quantity: 7777, Struck: local(t, "2026-05-01 10:00")},
	}}
	before := Usage{Year: 2025, Used: []Used{{Measure: "minutes", Quantity: 2000, Cost: ils(t, "200.00")}}}
	var b strings.Builder
	require.NoError(t, p.Summary("en", c, now, &before).CSV(&b, "usage"))
	require.Equal(t, "Measure,This year,Year before,Change,Change in per cent (%),Cost (ILS),\"Cost, year before (ILS)\"\r\nMinutes,1500,2000,-500,-25.0,151.00,200.00\r\nLines,40,,,,,\r\n",
		b.String())
	b.Reset()
	require.NoError(t, p.Summary("he", c, now, nil).Text(&b))
	for _, want := range []string{"היקף השימוש בשנת 2026", "ראש המועצה", "פחות שיחות"} {
		require.Contains(t, b.String(), want)
	}
}

// TE-11: the ledger of a contract's year adds up.
func TestLedger(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.framed("1000.00")
	v := tr.invoice(c, "=INV-1", "600.00")
	tr.do(v, manager, Command{Do: Examine, Amount: ils(t, "500.00"), Text: "less"})
	tr.do(v, manager, Command{Do: Sign})
	tr.do(v, treasurer, Command{Do: Sign})
	tr.do(v, manager, Command{Do: Send})
	v = tr.do(v, treasurer, Command{Do: Pay, Amount: ils(t, "100.00")})
	second := tr.invoice(c, "INV-2", "70.00")
	other := second
	other.Year = 2025
	d, err := tr.policy.Ledger("en", c, tr.frame(c, 2026), each(v, second, other))
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, d.CSV(&b, "invoices"))
	require.Equal(t, "Number,Vendor's number,Dated,State,Asked (ILS),Approved (ILS),Paid (ILS)\r\n"+
		"2026-000001,'=INV-1,2026-03-01 10:00:00,sent to the treasury,600.00,500.00,100.00\r\n"+
		"2026-000002,INV-2,2026-03-01 10:00:00,received,70.00,,0.00\r\n", b.String())
	b.Reset()
	require.NoError(t, d.Text(&b))
	for _, want := range []string{"1000.00 ILS", "500.00 ILS", "100.00 ILS"} {
		require.Contains(t, b.String(), want)
	}
	unset := Frame{Contract: c.ID, Year: 2026, Record: Record{State: Planned}}
	d, err = tr.policy.Ledger("he", c, unset, each[Invoice]())
	require.NoError(t, err)
	b.Reset()
	require.NoError(t, d.HTML(&b))
	require.Contains(t, b.String(), "לא הוגדרה מסגרת תקציב")
	_, err = tr.policy.Ledger("en", c, unset, broken[Invoice](errDisk))
	require.ErrorIs(t, err, errDisk)
}

// Documents speak every language of package sla, with the same words in each.
func TestDocumentWords(t *testing.T) {
	for _, tag := range sla.Languages() {
		for word := range documentWords["en"] {
			require.NotEmpty(t, documentWords[tag][word], "%s: %s", tag, word)
		}
		require.Len(t, documentWords[tag], len(documentWords["en"]), tag)
	}
	require.Len(t, documentWords, len(sla.Languages()))
}
