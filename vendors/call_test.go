package vendors

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// fault owes a call about the exchange since an instant, local to the policy.
func (tr *trial) fault(since, severity string) Call {
	tr.t.Helper()
	who := administrator
	who.At = local(tr.t, since)
	call, err := tr.Owe(tr.ctx, town, who, Command{Vendor: "exchange-vendor", Service: "exchange", Severity: severity, Ticket: "T-1", Text: "אין צליל חיוג בקומה 2"})
	require.NoError(tr.t, err)
	return call
}

// call does something to a call at an instant.
func (tr *trial) call(id ID, at string, who Who, c Command) (Call, error) {
	tr.t.Helper()
	tr.set(at)
	return tr.DoCall(tr.ctx, town, id, who, c)
}

var openIt = Command{Do: Open, Channel: "portal", Reference: "V-77"}

// TE-18, TE-22: a call from the fault to its verification, with the channel, the
// vendor's reference and a follower; RA-26: judged by the contract in force.
func TestCallFromFaultToVerification(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	call := tr.fault("2026-03-01 09:30", "high")
	require.Equal(t, Owed, call.State)
	steps := []struct {
		at   string
		do   Command
		want State
	}{
		{"2026-03-01 10:15", openIt, Opened},
		{"2026-03-01 10:40", Command{Do: Acknowledge}, Acknowledged},
		{"2026-03-01 11:00", Command{Do: Follow, Follower: "yael"}, Acknowledged},
		{"2026-03-01 13:00", Command{Do: Arrive}, OnSite},
		{"2026-03-01 14:00", Command{Do: Finish, Text: "הוחלף כרטיס"}, Done},
		{"2026-03-01 14:30", Command{Do: Dispute, Reason: "still silent"}, Disputed},
		{"2026-03-01 15:00", Command{Do: Arrive}, OnSite},
		{"2026-03-01 15:30", Command{Do: Finish, Text: "הוחלף גם הכבל"}, Done},
		{"2026-03-01 16:00", Command{Do: Verify}, Verified},
	}
	for _, step := range steps {
		var err error
		call, err = tr.call(call.ID, step.at, administrator, step.do)
		require.NoError(t, err, step.do.Do)
		require.Equal(t, step.want, call.State, step.do.Do)
	}
	require.Equal(t, c.ID, call.Contract)
	require.Equal(t, "portal", call.Channel)
	require.Equal(t, "V-77", call.Reference)
	require.Equal(t, townclerk.Actor("yael"), call.Follower)
	require.Equal(t, "הוחלף גם הכבל", call.Outcome)
	require.Equal(t, []string{"still silent"}, call.Disputes)
	require.Equal(t, local(t, "2026-03-01 15:30"), call.Done)
	a, err := tr.policy.Assess(call.Timeline(), tr.now())
	require.NoError(t, err)
	for _, tt := range []struct {
		target, due string
		want        sla.State
	}{
		{"call-opened", "2026-03-01 12:30", sla.Met},
		{"vendor-response", "2026-03-01 11:15", sla.Met},
		{"vendor-arrival", "2026-03-01 22:15", sla.Met}, // the contract says nothing of it, so the default counts
		{"vendor-fix", "2026-03-01 20:45", sla.Met},     // half an hour later: from "done" to the dispute the clock stood
	} {
		clock := a.Clock(tt.target)
		require.NotNil(t, clock, tt.target)
		if !clock.Due.Equal(local(t, tt.due)) || clock.State != tt.want {
			t.Errorf("%s: %s, due %s; want %s, due %s", tt.target, clock.State, clock.Due, tt.want, tt.due)
		}
	}
}

// TE-19, A-22: exactly three hours after the report is in time, an instant later is not.
func TestCallIsOpenedWithinThreeHours(t *testing.T) {
	for _, tt := range []struct {
		name, opened string
		want         bool
	}{
		{"at the last instant", "2026-03-01 12:30", true},
		{"a minute later", "2026-03-01 12:31", false},
	} {
		tr := newTrial(t, policy(t))
		tr.concluded()
		call := tr.fault("2026-03-01 09:30", "")
		call, err := tr.call(call.ID, tt.opened, administrator, openIt)
		require.NoError(t, err)
		a, err := tr.policy.Assess(call.Timeline(), tr.now())
		require.NoError(t, err)
		if got := a.Clock("call-opened").State == sla.Met; got != tt.want {
			t.Errorf("%s: met is %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A contract that ends during a call counts until the call is done; what is opened
// after its end has no contract, which is recorded (RA-33).
func TestContractEndsDuringACall(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.policy.Contracts()[0]
	c.Agreed = c.Agreed[:1] // until the end of 2026
	c, err := tr.Conclude(tr.ctx, town, manager, c)
	require.NoError(t, err)
	tr.set("2026-12-31 23:00")
	call := tr.fault("2026-12-31 22:50", "high")
	call, err = tr.call(call.ID, "2026-12-31 23:59", administrator, openIt)
	require.NoError(t, err)
	require.Equal(t, c.ID, call.Contract)
	tr.set("2027-01-01 00:00")
	late := tr.fault("2027-01-01 00:00", "high")
	late, err = tr.call(late.ID, "2027-01-01 00:01", administrator, openIt)
	require.NoError(t, err)
	require.Empty(t, late.Contract)
	require.Equal(t, "no contract covers exchange then", late.Exception)
	for _, tt := range []struct {
		name string
		call Call
		due  string
	}{
		{"opened in time", call, "2027-01-01 09:59"},       // 10 hours of the contract
		{"opened after the end", late, "2027-01-02 00:01"}, // the default of 24 hours
	} {
		a, err := tr.policy.Assess(tt.call.Timeline(), tr.now())
		require.NoError(t, err)
		require.Equal(t, local(t, tt.due), a.Clock("vendor-fix").Due.UTC(), tt.name)
	}
	// TE-15: the contract's contact is that of the call until its end.
	for _, tt := range []struct {
		id  ID
		who Who
		ok  bool
	}{{call.ID, manager, true}, {call.ID, administrator, false}, {late.ID, manager, false}} {
		_, err := tr.call(tt.id, "2027-01-01 08:00", tt.who, Command{Do: Deal, Level: Management, Text: "הסלמה"})
		require.Equal(t, tt.ok, err == nil, err)
		require.Equal(t, !tt.ok, errors.Is(err, townclerk.ErrForbidden), err)
	}
}

// TE-05: another unit may not call, under none of its names; the permitted one may under all.
func TestOnlyThePermittedUnitCalls(t *testing.T) {
	for unit, want := range map[string]bool{"ict": true, "מידע ותקשוב": true, "igf-meyga": true, "welfare": false, "": false, "ICT": false} {
		tr := newTrial(t, policy(t))
		tr.concluded()
		call := tr.fault("2026-03-01 09:30", "")
		who := administrator
		who.Unit = unit
		_, err := tr.DoCall(tr.ctx, town, call.ID, who, openIt)
		if (err == nil) != want || errors.Is(err, townclerk.ErrForbidden) == want {
			t.Errorf("unit %q: %v", unit, err)
		}
	}
}

func TestCallRefusesWhatItLacks(t *testing.T) {
	tr := newTrial(t, policy(t))
	tr.concluded()
	_, err := tr.Owe(tr.ctx, town, administrator, Command{Vendor: "exchange-vendr", Severity: "hgh", Text: "a\x00b"})
	require.ErrorContains(t, err, "text: it is no text in UTF-8")
	_, err = tr.Owe(tr.ctx, town, administrator, Command{Vendor: "exchange-vendr", Severity: "hgh"})
	require.EqualError(t, err, `call id-2: cannot owe: vendor: "exchange-vendr" is none of [vendors]; did you mean "exchange-vendor"?
service: missing; name one of [services]
severity: "hgh" is none of [severities]; did you mean "high"?`)
	call := tr.fault("2026-03-01 09:30", "")
	_, err = tr.DoCall(tr.ctx, town, call.ID, administrator, Command{Do: Open})
	require.ErrorContains(t, err, "it says by which of the vendor's channels")
	_, err = tr.DoCall(tr.ctx, town, call.ID, administrator, Command{Do: Open, Channel: "hotline"})
	require.ErrorContains(t, err, `channel: "hotline" is none of exchange-vendor's; use portal`)
	nobody := administrator
	nobody.Actor = ""
	_, err = tr.DoCall(tr.ctx, town, call.ID, nobody, openIt)
	require.ErrorContains(t, err, "somebody follows the call until its end") // TE-22
	early := administrator
	early.At = local(t, "2026-03-01 09:29")
	_, err = tr.DoCall(tr.ctx, town, call.ID, early, openIt)
	require.ErrorContains(t, err, "is before it was opened")
	early.At = local(t, "2026-03-01 10:01")
	_, err = tr.DoCall(tr.ctx, town, call.ID, early, openIt)
	require.ErrorContains(t, err, "lies after it is written down")
	stored, err := tr.store.Calls().Get(tr.ctx, town, string(call.ID))
	require.NoError(t, err)
	require.Equal(t, call, stored, "what is refused changes nothing")
}

// Contracts that overlap stop a call from being opened until one ranks above the other.
func TestOverlappingContracts(t *testing.T) {
	tr := newTrial(t, policy(t))
	tr.concluded()
	second := tr.policy.Contracts()[0]
	second.ID, second.Agreed = "second", second.Agreed[:1]
	second, err := tr.Conclude(tr.ctx, town, manager, second)
	require.NoError(t, err)
	call := tr.fault("2026-03-01 09:30", "")
	_, err = tr.DoCall(tr.ctx, town, call.ID, administrator, openIt)
	var ambiguous *AmbiguousError
	require.ErrorAs(t, err, &ambiguous)
	require.Equal(t, []string{"2026-000001", "2026-000002"}, ambiguous.Contracts)
	_, err = tr.InForce(tr.ctx, town, "exchange-vendor", tr.now())
	require.ErrorAs(t, err, &ambiguous)

	third := tr.policy.Contracts()[0]
	third.ID, third.Rank = "third", 1
	_, err = tr.Conclude(tr.ctx, town, manager, third)
	require.NoError(t, err)
	call, err = tr.DoCall(tr.ctx, town, call.ID, administrator, openIt)
	require.NoError(t, err)
	require.Equal(t, ID("third"), call.Contract)
}

// RA-26, RA-33, RA-47, RA-61, A-9: none in force gives nothing, so that the default counts.
func TestInForce(t *testing.T) {
	tr := newTrial(t, policy(t))
	c := tr.concluded()
	for _, tt := range []struct {
		name, vendor, at string
		want             []sla.Terms
	}{
		{"before it begins", "exchange-vendor", "2025-12-31 23:59", nil},
		{"from its first instant", "exchange-vendor", "2026-01-01 00:00", []sla.Terms{
			{Contract: string(c.ID), Metric: "response", Calendar: "desk", Within: 4 * time.Hour},
			{Contract: string(c.ID), Metric: "fix", Calendar: "elapsed", Within: 10 * time.Hour},
		}},
		{"another vendor", "line-vendor", "2026-03-01 10:00", nil},
		{"a vendor that nobody knows", "nobody", "2026-03-01 10:00", nil},
		{"after its end", "exchange-vendor", "2028-01-01 00:00", nil},
	} {
		got, err := tr.InForce(tr.ctx, town, tt.vendor, local(t, tt.at))
		require.NoError(t, err, tt.name)
		require.Equal(t, tt.want, got, tt.name)
	}
	got, err := tr.InForce(tr.ctx, "another town", "exchange-vendor", local(t, "2026-03-01 10:00"))
	require.NoError(t, err)
	require.Empty(t, got, "another tenant's contract")
}
