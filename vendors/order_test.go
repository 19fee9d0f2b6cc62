package vendors

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

// back is somebody who says that it was done at an instant that lies back.
func (w Who) back(t testing.TB, at string) Who {
	w.At = local(t, at)
	return w
}

// TE-09, TE-10: nothing is dated before that on which it rests, so that the ledger cannot
// show a payment before the signatures for it; at the same instant it may be.
func TestInvoiceHappensInOrder(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.framed("50000.00")
	tr.set("2026-03-01 09:00")
	v := tr.invoice(c, "INV-1", "100.00")
	tr.set("2026-03-01 18:00")
	steps := []struct {
		who  Who
		at   string
		do   Command
		soon string // is too early
	}{
		{manager, "2026-03-01 10:30", Command{Do: Examine}, "2026-03-01 08:59"},
		{manager, "2026-03-01 11:00", Command{Do: Sign}, "2026-03-01 10:29"},
		{treasurer, "2026-03-01 11:00", Command{Do: Sign}, "2026-03-01 10:59"},
		{manager, "2026-03-01 13:00", Command{Do: Send}, "2026-03-01 10:59"},
		{treasurer, "2026-03-01 16:00", Command{Do: Pay, Amount: ils(t, "30.00")}, "2026-03-01 12:59"},
		{treasurer, "2026-03-01 15:00", Command{Do: Pay, Amount: ils(t, "70.00")}, "2026-03-01 12:59"}, // two payments are told in any order
	}
	for _, step := range steps {
		_, err := tr.DoInvoice(tr.ctx, town, v.ID, step.who.back(t, step.soon), step.do)
		require.ErrorContains(t, err, "at: ", "%s at %s", step.do.Do, step.soon)
		v = tr.do(v, step.who.back(t, step.at), step.do)
	}
	require.Equal(t, Paid, v.State)
}

// A call is opened before the vendor answers it, whoever writes that down and when.
func TestCallHappensInOrder(t *testing.T) {
	tr := newTrial(t, policy(t))
	tr.concluded()
	call := tr.fault("2026-03-01 09:00", "high")
	call, err := tr.call(call.ID, "2026-03-01 18:00", administrator.back(t, "2026-03-01 10:15"), openIt)
	require.NoError(t, err)
	_, err = tr.DoCall(tr.ctx, town, call.ID, administrator.back(t, "2026-03-01 10:14"), Command{Do: Finish, Text: "תוקן"})
	require.ErrorContains(t, err, "at: 2026-03-01 08:14:00Z is before what it follows, at 2026-03-01 08:15:00Z")
	call, err = tr.DoCall(tr.ctx, town, call.ID, administrator.back(t, "2026-03-01 10:15"), Command{Do: Finish, Text: "תוקן"})
	require.NoError(t, err)
	_, err = tr.DoCall(tr.ctx, town, call.ID, administrator.back(t, "2026-03-01 10:00"), Command{Do: Deal, Level: Operational, Text: "asked before"})
	require.NoError(t, err, "what is said to a vendor is not a step of the call")
}

// An exception without a reason in words is none.
func TestExceptionWithoutAReason(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.framed("100.00")
	_, err := tr.DoFrame(tr.ctx, town, c.ID, 2026, manager, Command{Do: Commit, Reference: "O-1", Amount: ils(t, "100.01"), Excess: " \t"})
	require.ErrorContains(t, err, "the excess is an exception with its reason")
	_, err = tr.DoFrame(tr.ctx, town, c.ID, 2026, manager, Command{Do: SetFrame, Amount: ils(t, "0.01"), Reason: "cut"})
	require.NoError(t, err)
	v := tr.invoice(c, "INV-1", "0.02")
	_, err = tr.DoInvoice(tr.ctx, town, v.ID, manager, Command{Do: Examine, Amount: ils(t, "0.01"), Text: " "})
	require.ErrorContains(t, err, "it says why less is due")
	tr.do(v, manager, Command{Do: Examine})
	tr.do(v, manager, Command{Do: Sign, Excess: " "})
	_, err = tr.DoInvoice(tr.ctx, town, v.ID, treasurer, Command{Do: Sign})
	require.ErrorContains(t, err, "the excess is an exception with its reason")
}

// An exception is made by somebody: who exceeds a frame, pays or signs is named.
func TestMoneyIsSpentBySomebody(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.framed("100.00")
	nobody := manager
	nobody.Actor = ""
	_, err := tr.DoFrame(tr.ctx, town, c.ID, 2026, nobody, Command{Do: Commit, Reference: "O-1", Amount: ils(t, "100.01"), Excess: "why"})
	require.ErrorIs(t, err, townclerk.ErrForbidden)
	v := tr.invoice(c, "INV-1", "1.00")
	_, err = tr.DoInvoice(tr.ctx, town, v.ID, nobody, Command{Do: Examine})
	require.ErrorIs(t, err, townclerk.ErrForbidden)
	nobody.Role = "treasurer"
	tr.do(v, manager, Command{Do: Examine})
	tr.do(v, manager, Command{Do: Sign})
	tr.do(v, treasurer, Command{Do: Sign})
	tr.do(v, manager, Command{Do: Send})
	_, err = tr.DoInvoice(tr.ctx, town, v.ID, nobody, Command{Do: Pay, Amount: ils(t, "1.00")})
	require.ErrorIs(t, err, townclerk.ErrForbidden)
}

// One invoice is entered once, however somebody spaces its number.
func TestInvoiceNumberIsEnteredOnce(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.framed("100.00")
	v := tr.invoice(c, "INV  7", "1.00")
	require.Equal(t, "INV  7", v.Reference)
	for _, again := range []string{"INV  7", " INV 7", "inv 7\t"} {
		_, err := tr.Receive(tr.ctx, town, administrator, Command{Contract: c.ID, Reference: again, Amount: ils(t, "1.00")})
		require.ErrorIs(t, err, townclerk.ErrExists, "%q", again)
	}
	_, err := tr.Receive(tr.ctx, town, administrator, Command{Contract: c.ID, Reference: "  ", Amount: ils(t, "1.00")})
	require.ErrorContains(t, err, "reference: missing")
	tr.invoice(c, "INV 77", "1.00")
}

// The contracts that a policy returns are copies, to the last credit.
func TestPolicyContractsAreCopies(t *testing.T) {
	p := policy(t)
	c := p.Contracts()[0]
	c.Agreed[0].Services[0], c.Agreed[0].Terms[0].Text = "x", "x"
	c.Agreed[0].Targets[0].Credit.Amount.Minor = 1
	c.Agreed[0].Targets[0].Metric = "x"
	require.NotEqual(t, c, p.Contracts()[0])
	a := p.Contracts()[0].Agreed[0]
	require.Equal(t, []any{"exchange", "Answers at any hour", int64(50_000), "response"}, []any{a.Services[0], a.Terms[0].Text, a.Targets[0].Credit.Amount.Minor, a.Targets[0].Metric})
}

// TE-03, TE-22, A-31: a ticket may have several calls, with several vendors; the list of
// what is open at a vendor, and who follows it, is what the administrator works from.
func TestCallsOfOneTicketAreListed(t *testing.T) {
	tr := newTrial(t, policy(t))
	tr.concluded()
	first := tr.fault("2026-03-01 09:30", "")
	second, err := tr.Owe(tr.ctx, town, administrator, Command{Vendor: "line-vendor", Service: "lines", Ticket: "T-1", Text: "the line"})
	require.NoError(t, err)
	other, err := tr.Owe(tr.ctx, town, administrator, Command{Vendor: "line-vendor", Service: "lines", Ticket: "T-2"})
	require.NoError(t, err)
	_, err = tr.DoCall(tr.ctx, town, first.ID, administrator, openIt)
	require.NoError(t, err)
	_, err = tr.DoCall(tr.ctx, town, second.ID, administrator, Command{Do: Open, Channel: "hotline", Follower: "yael"})
	require.NoError(t, err)
	_, err = tr.DoCall(tr.ctx, town, other.ID, administrator, Command{Do: Withdraw, Reason: "twice"})
	require.NoError(t, err)
	for _, tt := range []struct {
		name string
		q    Query
		want []ID
	}{
		{"of the ticket, with both vendors", Query{Ticket: "T-1"}, []ID{first.ID, second.ID}},
		{"open at the lines' vendor", Query{Vendor: "line-vendor", States: openCall}, []ID{second.ID}},
		{"that yael follows until the end", Query{Follower: "yael"}, []ID{second.ID}},
		{"all that ever were at it", Query{Vendor: "line-vendor"}, []ID{second.ID, other.ID}},
	} {
		page, err := tr.store.Calls().List(tr.ctx, town, tt.q)
		require.NoError(t, err)
		var got []ID
		for _, c := range page.Items {
			got = append(got, c.ID)
		}
		require.ElementsMatch(t, tt.want, got, tt.name)
	}
}

// TE-19, RA-26: three hours and 24 hours are as long over a change of the clock; on
// 27 March 2026 it goes from 02:00 to 03:00, on 25 October from 02:00 back to 01:00.
func TestHoursOverAClockChange(t *testing.T) {
	for _, tt := range []struct{ reported, call, fix string }{
		{"2026-03-27 00:30", "2026-03-27 04:30", "2026-03-28 04:30"},
		{"2026-10-24 23:30", "2026-10-25 01:30", "2026-10-26 01:30"},
	} {
		due := map[string]string{"call-opened": tt.call, "vendor-fix": tt.fix}
		for _, minutes := range []int{0, 1} {
			tr := newTrial(t, policy(t))
			tr.set(tt.reported)
			call := tr.fault(tt.reported, "") // without a contract
			want := map[string]time.Time{"call-opened": call.Began.Add(3 * time.Hour), "vendor-fix": call.Began.Add(27*time.Hour + time.Duration(minutes)*time.Minute)}
			tr.at = want["call-opened"].Add(time.Duration(minutes) * time.Minute)
			call, err := tr.DoCall(tr.ctx, town, call.ID, administrator, openIt)
			require.NoError(t, err)
			a, err := tr.policy.Assess(call.Timeline(), tr.now())
			require.NoError(t, err)
			for target, at := range want {
				require.Equal(t, at, a.Clock(target).Due.UTC(), "%s of %s", target, tt.reported)
				if minutes == 0 {
					require.Equal(t, due[target], at.In(tr.policy.zone()).Format("2006-01-02 15:04"))
				}
			}
			require.Equal(t, minutes > 0, !a.Clock("call-opened").Breached.IsZero())
		}
	}
}

// SG-13: faults of software are removed with its authors, and updates are made: they are
// a vendor, to whom a call is opened, with a contract or, as recorded, without.
func TestCallToTheAuthorsOfSoftware(t *testing.T) {
	const authors = "[services.payroll]\ntitle = { en = \"Payroll\", he = \"שכר\" }\n\n[vendors.author]\ntitle = { en = \"Authors of the payroll\", he = \"יצרן השכר\" }\n\n[vendors.line-vendor]"
	p, err := Parse([]byte(strings.Replace(text(t), "[vendors.line-vendor]", authors, 1)), "vendors.toml", promises(t))
	require.NoError(t, err)
	tr := newTrial(t, p)
	call, err := tr.Owe(tr.ctx, town, administrator, Command{Vendor: "author", Service: "payroll", Ticket: "T-9", Text: "a wrong sum"})
	require.NoError(t, err)
	for _, c := range []Command{{Do: Open, Channel: "hotline"}, {Do: Finish, Text: "release 4.2 mends it"}, {Do: Verify}} {
		call, err = tr.DoCall(tr.ctx, town, call.ID, administrator, c)
		require.NoError(t, err, c.Do)
	}
	require.Equal(t, Verified, call.State)
	require.Equal(t, "release 4.2 mends it", call.Outcome)
	require.Equal(t, "no contract covers payroll then", call.Exception)
}

// The events say what was decided by what the policy and the contracts were then: the
// year of an invoice, and the contract of a call, also of one that promises nothing.
func TestEventsSayWhatWasDecided(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.policy.Contracts()[0]
	c.Agreed[0].Targets, c.Agreed[1].Targets = nil, nil
	c, err := tr.Conclude(tr.ctx, town, manager, c)
	require.NoError(t, err)
	tr.invoice(c, "INV-1", "1.00")
	call := tr.fault("2026-03-01 09:30", "")
	_, err = tr.DoCall(tr.ctx, town, call.ID, administrator, openIt)
	require.NoError(t, err)
	events, err := tr.store.Events(tr.ctx, town, 0, 100)
	require.NoError(t, err)
	said := map[string]*Command{}
	for _, e := range events {
		data, err := ReadData(e)
		require.NoError(t, err)
		said[e.Kind] = data.Command
	}
	require.Equal(t, 2026, said["vendors.invoice-received"].Year)
	require.Equal(t, c.ID, said["vendors.call-opened"].Contract)
}

// At no time at all, no contract is in force.
func TestNoContractAtNoTime(t *testing.T) {
	tr := newTrial(t, policy(t))
	tr.concluded()
	_, ok, err := tr.ContractFor(tr.ctx, town, "exchange-vendor", "exchange", time.Time{})
	require.NoError(t, err)
	require.False(t, ok)
}
