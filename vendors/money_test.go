package vendors

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
)

// invoice receives an invoice of March 2026.
func (tr *trial) invoice(c Contract, reference, amount string) Invoice {
	tr.t.Helper()
	v, err := tr.Receive(tr.ctx, town, administrator, Command{Contract: c.ID, Reference: reference, Amount: ils(tr.t, amount), Text: "שירות לחודש פברואר"})
	require.NoError(tr.t, err)
	return v
}

func (tr *trial) do(v Invoice, who Who, c Command) Invoice {
	tr.t.Helper()
	v, err := tr.DoInvoice(tr.ctx, town, v.ID, who, c)
	require.NoError(tr.t, err, c.Do)
	return v
}

func (tr *trial) frame(c Contract, year int) Frame {
	tr.t.Helper()
	f, err := tr.store.Frames().Get(tr.ctx, town, string(FrameID(c.ID, year)))
	require.NoError(tr.t, err)
	return f
}

func (tr *trial) committed(c Contract, year int) string {
	tr.t.Helper()
	f := tr.frame(c, year)
	m, err := f.Committed()
	require.NoError(tr.t, err)
	return m.String()
}

// framed is a contract whose frame of 2026 is set.
func (tr *trial) framed(amount string) Contract {
	tr.t.Helper()
	c := tr.concluded()
	_, err := tr.DoFrame(tr.ctx, town, c.ID, 2026, manager, Command{Do: SetFrame, Amount: ils(tr.t, amount)})
	require.NoError(tr.t, err)
	return c
}

// TE-09, TE-10, TE-11: from its receipt to its last payment, with every line in the ledger.
func TestInvoiceToItsLastPayment(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.framed("50000.00")
	v := tr.invoice(c, "INV-1", "12000.00")
	require.Equal(t, Received, v.State)
	v = tr.do(v, manager, Command{Do: Examine, Amount: ils(t, "11800.00"), Text: "two days without service"})
	require.Equal(t, Examined, v.State)
	v = tr.do(v, manager, Command{Do: Sign})
	require.Equal(t, Examined, v.State, "one of two signatures")
	require.Equal(t, "0.00", tr.committed(c, 2026)[:4], "nothing is committed before the last signature")
	v = tr.do(v, treasurer, Command{Do: Sign})
	require.Equal(t, Approved, v.State)
	require.Equal(t, "11800.00 ILS", tr.committed(c, 2026))
	v = tr.do(v, manager, Command{Do: Send})
	v = tr.do(v, treasurer, Command{Do: Pay, Amount: ils(t, "800.00"), Reference: "P-1"})
	require.Equal(t, Sent, v.State)
	require.Equal(t, "11000.00 ILS", v.Rest().String())
	v = tr.do(v, treasurer, Command{Do: Pay, Amount: ils(t, "11000.00"), Reference: "P-2"})
	require.Equal(t, Paid, v.State)
	require.Equal(t, "11800.00 ILS", v.Paid.String())
	var ledger []string
	for _, e := range v.Ledger {
		ledger = append(ledger, fmt.Sprint(e.Do, " ", e.By, " ", e.Amount, " ", e.Reference))
	}
	require.Equal(t, []string{
		"receive avi 12000.00 ILS INV-1", "examine dana 11800.00 ILS ", "sign dana 11800.00 ILS ", "sign רות 11800.00 ILS ",
		"send dana 11800.00 ILS ", "pay רות 800.00 ILS P-1", "pay רות 11000.00 ILS P-2",
	}, ledger)
	require.Contains(t, tr.kinds(), "vendors.invoice-sent", "the treasury is told through the outbox")
	f := tr.frame(c, 2026)
	require.False(t, f.Commitments[0].Tentative)
}

// An invoice in another currency than the contract's is refused, whichever way.
func TestInvoiceInAnotherCurrency(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.framed("50000.00")
	euros := townclerk.Money{Minor: 100, Currency: "EUR"}
	_, err := tr.Receive(tr.ctx, town, administrator, Command{Contract: c.ID, Reference: "INV-1", Amount: euros})
	require.ErrorContains(t, err, "amount: 1.00 EUR is not in the contract's currency, ILS")
	_, err = tr.Receive(tr.ctx, town, administrator, Command{Contract: c.ID, Reference: "INV-1", Amount: townclerk.Money{Minor: 1, Currency: "eur"}})
	require.ErrorContains(t, err, "is not an amount of money")
	v := tr.invoice(c, "INV-1", "100.00")
	_, err = tr.DoInvoice(tr.ctx, town, v.ID, manager, Command{Do: Examine, Amount: euros, Text: "why"})
	require.ErrorContains(t, err, "1.00 EUR is not in the contract's currency")
	tr.do(v, manager, Command{Do: Examine})
	tr.do(v, manager, Command{Do: Sign})
	tr.do(v, treasurer, Command{Do: Sign})
	tr.do(v, manager, Command{Do: Send})
	_, err = tr.DoInvoice(tr.ctx, town, v.ID, treasurer, Command{Do: Pay, Amount: euros})
	require.ErrorContains(t, err, "a payment is in the currency of the invoice")
	_, err = tr.DoFrame(tr.ctx, town, c.ID, 2026, manager, Command{Do: Commit, Reference: "O-1", Amount: euros})
	require.ErrorContains(t, err, "1.00 EUR is not in the contract's currency")
}

// A payment is never more than what is approved and not yet paid, on both sides of it.
func TestPaymentLargerThanApproved(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.framed("50000.00")
	v := tr.invoice(c, "INV-1", "100.00")
	tr.do(v, manager, Command{Do: Examine, Amount: ils(t, "90.00"), Text: "less"})
	tr.do(v, manager, Command{Do: Sign})
	tr.do(v, comptroller, Command{Do: Sign})
	tr.do(v, manager, Command{Do: Send})
	for _, amount := range []string{"90.01", "100.00", "0.00", "-1.00", "92233720368547758.07"} {
		_, err := tr.DoInvoice(tr.ctx, town, v.ID, treasurer, Command{Do: Pay, Amount: ils(t, amount)})
		require.ErrorContains(t, err, "neither nothing nor more than what is approved and not yet paid", amount)
	}
	tr.do(v, treasurer, Command{Do: Pay, Amount: ils(t, "89.99")})
	_, err := tr.DoInvoice(tr.ctx, town, v.ID, treasurer, Command{Do: Pay, Amount: ils(t, "0.02")})
	require.Error(t, err)
	v = tr.do(v, treasurer, Command{Do: Pay, Amount: ils(t, "0.01")})
	require.Equal(t, Paid, v.State)
	_, err = tr.DoInvoice(tr.ctx, town, v.ID, treasurer, Command{Do: Pay, Amount: ils(t, "0.01")})
	require.ErrorContains(t, err, "cannot pay while paid")
}

// TE-09, A-24: each role and each person signs once, and none but the roles that sign.
func TestSignatures(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.framed("50000.00")
	v := tr.invoice(c, "INV-1", "100.00")
	_, err := tr.DoInvoice(tr.ctx, town, v.ID, manager, Command{Do: Sign})
	require.ErrorContains(t, err, "cannot sign while received", "it is examined first")
	tr.do(v, manager, Command{Do: Examine})
	tr.do(v, manager, Command{Do: Sign})
	twoHats := treasurer
	twoHats.Actor = manager.Actor
	other := manager
	other.Actor = "ilan"
	nameless := treasurer
	nameless.Actor = ""
	for name, who := range map[string]Who{
		"the same again": manager, "the same person in another role": twoHats, "another person in the same role": other, "nobody": nameless, "a role that does not sign": administrator,
	} {
		_, err := tr.DoInvoice(tr.ctx, town, v.ID, who, Command{Do: Sign})
		require.ErrorIs(t, err, townclerk.ErrForbidden, name)
	}
	for _, do := range []Action{Send, Pay} {
		_, err = tr.DoInvoice(tr.ctx, town, v.ID, manager, Command{Do: do, Amount: ils(t, "100.00")})
		require.Error(t, err, "no way around the second signature")
	}
}

// A disputed invoice loses its signatures and its place in the frame; it is examined and
// signed anew. A rejected one can come again under its number.
func TestDisputeAndRejection(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.framed("50000.00")
	v := tr.invoice(c, "INV-1", "100.00")
	tr.do(v, manager, Command{Do: Examine})
	tr.do(v, manager, Command{Do: Sign})
	tr.do(v, treasurer, Command{Do: Sign})
	require.Equal(t, "100.00 ILS", tr.committed(c, 2026))
	v = tr.do(v, manager, Command{Do: Dispute, Reason: "כבר שולם"})
	require.Empty(t, v.Signatures)
	require.Equal(t, "0.00 ILS", tr.committed(c, 2026))
	v = tr.do(v, manager, Command{Do: Settle, Reason: "it was another month"})
	require.Equal(t, Received, v.State)
	_, err := tr.DoInvoice(tr.ctx, town, v.ID, manager, Command{Do: Send})
	require.Error(t, err)
	_, err = tr.Receive(tr.ctx, town, administrator, Command{Contract: c.ID, Reference: "INV-1", Amount: ils(t, "100.00")})
	require.ErrorIs(t, err, townclerk.ErrExists)
	require.ErrorContains(t, err, `invoice "INV-1" of exchange-vendor is entered already`)
	tr.do(v, manager, Command{Do: Reject, Reason: "wrong council"})
	again := tr.invoice(c, "INV-1", "100.00")
	require.NotEqual(t, v.ID, again.ID)

	// What is sent can be disputed until something of it is paid.
	tr.do(again, manager, Command{Do: Examine})
	tr.do(again, manager, Command{Do: Sign})
	tr.do(again, treasurer, Command{Do: Sign})
	tr.do(again, manager, Command{Do: Send})
	tr.do(again, treasurer, Command{Do: Pay, Amount: ils(t, "1.00")})
	_, err = tr.DoInvoice(tr.ctx, town, again.ID, manager, Command{Do: Dispute, Reason: "late"})
	require.ErrorContains(t, err, "nothing of it is paid")
	require.Equal(t, "100.00 ILS", tr.committed(c, 2026))
}

// TE-08: over the frame nothing is approved but as an exception by a role that may,
// whose reason is recorded; exactly the frame is within it.
func TestExcessOverTheFrame(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.framed("100.00")
	signed := func(reference, amount string) Invoice {
		v := tr.invoice(c, reference, amount)
		tr.do(v, manager, Command{Do: Examine})
		return tr.do(v, manager, Command{Do: Sign})
	}
	first := signed("INV-1", "60.00")
	tr.do(first, treasurer, Command{Do: Sign})
	exactly := signed("INV-2", "40.00")
	tr.do(exactly, treasurer, Command{Do: Sign})
	over := signed("INV-3", "0.01")
	_, err := tr.DoInvoice(tr.ctx, town, over.ID, treasurer, Command{Do: Sign})
	require.ErrorContains(t, err, "what is committed stays within the frame, or the excess is an exception with its reason")
	over, err = tr.store.Invoices().Get(tr.ctx, town, string(over.ID))
	require.NoError(t, err)
	require.Equal(t, Examined, over.State)
	require.Len(t, over.Signatures, 1)
	_, err = tr.DoInvoice(tr.ctx, town, over.ID, treasurer, Command{Do: Sign, Excess: "חורף קשה"})
	require.ErrorIs(t, err, townclerk.ErrForbidden, "the treasurer may not exceed")
	over = tr.do(over, comptroller, Command{Do: Sign, Excess: "חורף קשה"})
	require.Equal(t, Approved, over.State)
	f := tr.frame(c, 2026)
	require.Nil(t, f.Commitments[1].Excess)
	require.Equal(t, "חורף קשה", f.Commitments[2].Excess.Reason)
	require.Equal(t, comptroller.Actor, f.Commitments[2].Excess.By)
	_, err = tr.DoFrame(tr.ctx, town, c.ID, 2026, manager, Command{Do: SetFrame, Amount: ils(t, "100.00"), Reason: "cut"})
	require.ErrorContains(t, err, "stays within the frame", "a frame is not set below what is committed")
	f, err = tr.DoFrame(tr.ctx, town, c.ID, 2026, manager, Command{Do: SetFrame, Amount: ils(t, "100.01"), Reason: "raised"})
	require.NoError(t, err)
	require.Nil(t, f.Excess)
}

// a commitment before a frame exists is a warning, not a refusal.
func TestCommitmentBeforeAFrame(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	f, err := tr.DoFrame(tr.ctx, town, c.ID, 2026, administrator, Command{Do: Commit, Reference: "O-1", Amount: ils(t, "70.00"), Text: "ten telephones"})
	require.NoError(t, err)
	require.True(t, f.Commitments[0].Unframed)
	events, err := tr.store.Events(tr.ctx, town, 0, 100)
	require.NoError(t, err)
	data, err := ReadData(events[len(events)-1])
	require.NoError(t, err)
	require.Equal(t, "no frame is set for 2026", data.Warning)
	_, err = tr.DoFrame(tr.ctx, town, c.ID, 2026, administrator, Command{Do: Commit, Reference: "O-1", Amount: ils(t, "1.00")})
	require.ErrorContains(t, err, "has money of this frame already")
	_, err = tr.DoFrame(tr.ctx, town, c.ID, 2026, manager, Command{Do: SetFrame, Amount: ils(t, "69.99")})
	require.ErrorContains(t, err, "stays within the frame")
	_, err = tr.DoFrame(tr.ctx, town, c.ID, 2026, manager, Command{Do: Release, Reference: "O-1", Reason: "not delivered"})
	require.NoError(t, err)
	require.Equal(t, "0.00", tr.committed(c, 2026)[:4])
	_, err = tr.DoFrame(tr.ctx, town, c.ID, 2024, manager, Command{Do: SetFrame, Amount: ils(t, "1.00")})
	require.ErrorContains(t, err, "in force in no part of the fiscal year 2024")
	next, err := tr.DoFrame(tr.ctx, town, c.ID, 2027, manager, Command{Do: SetFrame, Amount: ils(t, "1.00")})
	require.NoError(t, err, "the next year's frame can be set before it begins")
	require.Equal(t, Set, next.State)
}

// Concurrent approvals: whoever signs at once is counted once, no more than the needed
// signatures count, and the frame has the money exactly once.
func TestConcurrentApprovals(t *testing.T) {
	p, err := Parse([]byte(text(t)+"\n"), "vendors.toml", promises(t))
	require.NoError(t, err)
	for range 20 {
		tr := newTrial(t, p)
		c := tr.framed("100.00")
		var invoices []Invoice
		for i := range 3 { // of 60 each: one fits
			v := tr.invoice(c, fmt.Sprint("INV-", i), "60.00")
			invoices = append(invoices, tr.do(v, manager, Command{Do: Examine}))
		}
		var wg sync.WaitGroup
		for _, v := range invoices {
			for _, who := range []Who{manager, treasurer, comptroller, manager, treasurer} {
				wg.Go(func() {
					if _, err := tr.DoInvoice(tr.ctx, town, v.ID, who, Command{Do: Sign}); err != nil {
						var refused *townclerk.TransitionError
						if !errors.As(err, &refused) {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
		approvedOnes := 0
		for _, v := range invoices {
			v, err := tr.store.Invoices().Get(tr.ctx, town, string(v.ID))
			require.NoError(t, err)
			signs := 0
			for _, e := range v.Ledger {
				if e.Do == Sign {
					signs++
				}
			}
			require.Equal(t, signs, len(v.Signatures))
			if v.State == Approved {
				approvedOnes++
				require.Len(t, v.Signatures, 2)
			} else {
				require.Less(t, len(v.Signatures), 2)
			}
		}
		require.Equal(t, 1, approvedOnes)
		require.Equal(t, "60.00 ILS", tr.committed(c, 2026))
		for _, c := range tr.frame(c, 2026).Commitments {
			require.False(t, c.Tentative)
		}
	}
}

// Whatever is tried on an invoice in whatever order, its ledger only grows, what is paid
// is the sum of its payments, it is never more than was approved, and nothing is paid
// without the needed signatures.
func TestInvoiceKeepsItsLedger(t *testing.T) {
	p := policy(t)
	contract := p.Contracts()[0]
	people := []Who{manager, administrator, treasurer, comptroller, {Actor: "x"}}
	rapid.Check(t, func(rt *rapid.T) {
		at := local(t, "2026-03-01 10:00")
		amount := func(label string) townclerk.Money {
			return townclerk.Money{Minor: rapid.Int64Range(-1, 5).Draw(rt, label), Currency: rapid.SampledFrom([]string{"ILS", "ILS", "ILS", "EUR"}).Draw(rt, "currency")}
		}
		command := func(do Action) Command {
			who := rapid.SampledFrom(people).Draw(rt, "who")
			return Command{
				Do: do, At: at, By: who.Actor, Role: who.Role, Amount: amount("amount"), Reference: "INV", Contract: contract.ID,
				Reason: rapid.SampledFrom([]string{"", "because"}).Draw(rt, "reason"), Text: rapid.SampledFrom([]string{"", "so"}).Draw(rt, "text"),
			}
		}
		v, _, err := p.doInvoice(Invoice{Record: Record{ID: "I", State: New}}, &contract, Command{
			Do: Receive, At: at, By: "avi", Role: "administrator", Reference: "INV", Amount: townclerk.Money{Minor: 4, Currency: "ILS"},
		})
		require.NoError(rt, err)
		for range rapid.IntRange(0, 25).Draw(rt, "steps") {
			before := v
			next, _, err := p.doInvoice(v, &contract, command(rapid.SampledFrom(Actions).Draw(rt, "do")))
			if err != nil {
				continue
			}
			v = next
			require.Greater(rt, len(v.Ledger), len(before.Ledger))
			require.Equal(rt, before.Ledger, v.Ledger[:len(before.Ledger)])
			sum := int64(0)
			for _, e := range v.Ledger {
				if e.Do == Pay {
					sum += e.Amount.Minor
				}
			}
			require.Equal(rt, sum, v.Paid.Minor)
			require.LessOrEqual(rt, v.Paid.Minor, v.Due.Minor)
			require.LessOrEqual(rt, v.Due.Minor, v.Amount.Minor)
			if v.State == Approved || v.State == Sent || v.State == Paid {
				require.GreaterOrEqual(rt, len(v.Signatures), v.Needed)
			}
			if v.Paid.Minor > 0 {
				require.Contains(rt, []State{Sent, Paid}, v.State)
			}
		}
	})
}
