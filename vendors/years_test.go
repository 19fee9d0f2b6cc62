package vendors

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
)

// A contract of which nothing is agreed is refused like any other that lacks something.
func TestConcludeWithoutAgreement(t *testing.T) {
	tr := newTrial(t, policy(t))
	_, err := tr.Conclude(tr.ctx, town, manager, Contract{Vendor: "exchange-vendor"})
	require.ErrorContains(t, err, "agreement: missing; say what is agreed, all of it")
	require.Empty(t, tr.kinds())
}

// ended is a contract of the year 2026.
func (tr *trial) ended() Contract {
	tr.t.Helper()
	c := tr.policy.Contracts()[0]
	c.Agreed = c.Agreed[:1]
	c, err := tr.Conclude(tr.ctx, town, manager, c)
	require.NoError(tr.t, err)
	return c
}

// TE-08: an invoice is paid by the frame of a year in which its contract is in force, as
// no other can be set: not of a year after its end, where nothing would hold it.
func TestInvoiceOfAYearWithoutTheContract(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.ended()
	tr.set("2027-01-10 10:00")
	bill := Command{Contract: c.ID, Reference: "INV-1", Amount: ils(t, "100.00"), Dated: local(t, "2027-01-05 00:00")}
	_, err := tr.Receive(tr.ctx, town, manager, bill)
	require.ErrorContains(t, err, "year: in 2027 the contract 2026-000001 is not in force; say for which fiscal year the invoice is")
	bill.Year = 2027
	_, err = tr.Receive(tr.ctx, town, manager, bill)
	require.ErrorContains(t, err, "year: in 2027")
	bill.Year = 2026
	v, err := tr.Receive(tr.ctx, town, manager, bill)
	require.NoError(t, err)
	require.Equal(t, 2026, v.Year)
	bill.Reference, bill.Year = "INV-2", 2025
	_, err = tr.Receive(tr.ctx, town, manager, bill)
	require.ErrorContains(t, err, "year: in 2025")
	for _, year := range []int{-1, 10_000, 1 << 40} {
		bill.Year = year
		_, err = tr.Receive(tr.ctx, town, manager, bill)
		require.Error(t, err)
		_, err = tr.DoFrame(tr.ctx, town, c.ID, year, manager, Command{Do: SetFrame, Amount: ils(t, "1.00")})
		require.ErrorContains(t, err, "in force in no part of the fiscal year")
	}
}

// An amendment that ends a contract earlier ends it for its years, too.
func TestYearsOfAContractThatWasCutShort(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.policy.Contracts()[0]
	c.Agreed[0].To, c.Agreed[0].Notice = time.Time{}, time.Time{}
	c.Agreed[1].To, c.Agreed[1].Notice = local(t, "2027-01-01 00:00"), time.Time{}
	c, err := tr.Conclude(tr.ctx, town, manager, c)
	require.NoError(t, err)
	_, err = tr.DoFrame(tr.ctx, town, c.ID, 2027, manager, Command{Do: SetFrame, Amount: ils(t, "1.00")})
	require.ErrorContains(t, err, "it is in force in no part of the fiscal year 2027")
	_, err = tr.DoFrame(tr.ctx, town, c.ID, 2026, manager, Command{Do: SetFrame, Amount: ils(t, "1.00")})
	require.NoError(t, err)
}

// TE-08, TE-13: a contract that was extended after it had ended owes the frame and the
// summary of its new year, also if a sweep had seen its end; and so does one that is in
// force again later in a year.
func TestYearsOfAContractThatWasExtendedLate(t *testing.T) {
	for _, from := range []string{"2027-01-01 00:00", "2027-05-01 00:00"} {
		tr := newTrial(t, policy(t))
		c := tr.ended()
		tr.set("2027-01-20 10:00")
		_, err := tr.Sweep(tr.ctx, town, tr.now())
		require.NoError(t, err)
		_, err = tr.store.Frames().Get(tr.ctx, town, string(FrameID(c.ID, 2027)))
		require.ErrorIs(t, err, townclerk.ErrNotFound)
		more := c.Agreed[0]
		more.From, more.To, more.Notice = local(t, from), local(t, "2028-01-01 00:00"), time.Time{}
		tr.set("2027-02-10 10:00")
		_, err = tr.DoContract(tr.ctx, town, c.ID, manager, Command{Do: Amend, Agreement: &more, Reason: "signed late"})
		require.NoError(t, err)
		tr.set("2027-05-01 00:00")
		_, err = tr.Sweep(tr.ctx, town, tr.now())
		require.NoError(t, err)
		f := tr.frame(c, 2027)
		require.Equal(t, local(t, from), f.Began, from)
		_, err = tr.store.Usages().Get(tr.ctx, town, string(UsageID(c.ID, 2027)))
		require.NoError(t, err, from)
	}
}

// An action that is refused leaves no year behind that nobody planned.
func TestRefusedFrameIsNotPlanned(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	before := len(tr.kinds())
	_, err := tr.DoFrame(tr.ctx, town, c.ID, 2027, treasurer, Command{Do: SetFrame, Amount: ils(t, "1.00")})
	require.ErrorIs(t, err, townclerk.ErrForbidden)
	_, err = tr.DoUsage(tr.ctx, town, c.ID, 2027, treasurer, Command{Do: Count})
	require.ErrorIs(t, err, townclerk.ErrForbidden)
	_, err = tr.DoFrame(tr.ctx, town, c.ID, 2027, manager, Command{Do: SetFrame})
	require.ErrorContains(t, err, "amount: missing")
	require.Len(t, tr.kinds(), before)
}
