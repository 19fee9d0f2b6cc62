package asset_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/sla"
)

// licenceOf is an action on a licence that says all that it needs to.
func licenceOf(do asset.Action, at time.Time) asset.Command {
	c := asset.Command{Do: do, At: at, By: "u-3", Role: "technician"}
	switch do {
	case asset.Begin:
		c.Name, c.Product, c.Vendor, c.Set = "אופיס", "office", "maker", map[string]string{"unit": "library"}
	case asset.Buy:
		c.Reference, c.Term = "מכרז 7", &asset.Term{Seats: 2}
	case asset.Allot:
		c.Seat = &asset.Seat{Asset: "a-1", Unit: "library"}
	case asset.Free, asset.Decide:
		c.Number, c.Reason = 1, "not needed"
	case asset.End:
		c.Reason = "replaced"
	case asset.Correct:
		c.At, c.Recorded, c.Reason, c.Void, c.Corrects = time.Time{}, at, "never happened", true, 2
	}
	return c
}

func licensing(t testing.TB, p *asset.Policy, l asset.Licence, c asset.Command) asset.Licence {
	t.Helper()
	before := l.Clone()
	next, events, err := p.DoLicence(l, c)
	require.NoError(t, err, c.Do)
	require.Equal(t, before, l)
	require.Len(t, events, 1)
	return next
}

func opened(t testing.TB, p *asset.Policy) asset.Licence {
	t.Helper()
	l, _, err := p.AddLicence("l-1", licenceOf(asset.Begin, start))
	require.NoError(t, err)
	return l
}

func bought(t testing.TB, p *asset.Policy, l asset.Licence, at time.Time, term asset.Term) asset.Licence {
	t.Helper()
	c := licenceOf(asset.Buy, at)
	c.Term = &term
	return licensing(t, p, l, c)
}

// All that the table of licences does not list is refused, in both states.
func TestEveryActionOnLicences(t *testing.T) {
	p := policy(t)
	held := licensing(t, p, licensing(t, p, opened(t, p), licenceOf(asset.Buy, start)), licenceOf(asset.Allot, start))
	ended := licensing(t, p, held, licenceOf(asset.End, start))
	for _, l := range []asset.Licence{held, ended} {
		for _, do := range asset.Actions {
			_, _, err := p.DoLicence(l, licenceOf(do, start.Add(time.Hour)))
			listed := false
			for _, r := range asset.LicenceWorkflow().Rows {
				listed = listed || r.From == l.State && r.Do == do
			}
			var refusal *townclerk.TransitionError
			switch {
			case !listed:
				require.ErrorAs(t, err, &refusal, "%s while %s", do, l.State)
				require.Empty(t, refusal.Rule)
			case do == asset.Correct:
				// What may be struck out is tried elsewhere.
			default:
				require.NoError(t, err, "%s while %s", do, l.State)
			}
			c := licenceOf(do, start.Add(time.Hour))
			c.Role = "nobody"
			if _, _, err := p.DoLicence(l, c); listed {
				require.ErrorIs(t, err, townclerk.ErrForbidden)
			}
		}
	}
	_, _, err := p.AddLicence("", licenceOf(asset.Begin, start))
	require.Equal(t, []string{"id"}, fields(err))
	_, _, err = p.AddLicence("l-1", licenceOf(asset.Buy, start))
	require.ErrorContains(t, err, "not there yet")
}

// RA-38 and the asks of row 18: seats come from several purchases, each with a term of
// its own; a perpetual one lasts, a subscription counts in [From, Until).
func TestUse(t *testing.T) {
	p := policy(t)
	day := func(n int) time.Time { return start.Add(time.Duration(n) * 24 * time.Hour) }
	l := bought(t, p, opened(t, p), start, asset.Term{Seats: 1})
	l = bought(t, p, l, start.Add(time.Hour), asset.Term{Seats: 2, From: day(10), Until: day(20)})
	for _, tt := range []struct {
		name  string
		at    time.Time
		seats int
	}{
		{"before anything was bought", start.Add(-time.Microsecond), 0},
		{"the perpetual one", start, 1},
		{"before the subscription", day(10).Add(-time.Microsecond), 1},
		{"as it begins", day(10), 3},
		{"just before it ends", day(20).Add(-time.Microsecond), 3},
		{"as it ends", day(20), 1},
	} {
		require.Equal(t, asset.Use{Seats: tt.seats}, l.Use(tt.at, time.Time{}), tt.name)
	}

	c := licenceOf(asset.Allot, day(11))
	c.Seat.Many = 3
	l = licensing(t, p, l, c)
	require.Equal(t, asset.Use{Seats: 3, Used: 3}, l.Use(day(11), time.Time{}))
	require.Equal(t, asset.Use{Seats: 1, Used: 3, Over: 2}, l.Use(day(20), time.Time{}), "over-use by the end of a term")
	l = licensing(t, p, l, licenceOf(asset.Free, day(21)))
	require.Equal(t, asset.Use{Seats: 1}, l.Use(day(21), time.Time{}))
	require.Equal(t, 3, l.Use(day(21).Add(-time.Microsecond), time.Time{}).Used)
	require.Equal(t, 3, l.Use(day(22), day(20)).Used, "as it was known before it was freed")
}

// A licence for a site has any number of seats, everywhere or in some units.
func TestSiteLicences(t *testing.T) {
	p := policy(t)
	l := bought(t, p, opened(t, p), start, asset.Term{Site: true, Units: []string{"library"}})
	for range 5 {
		l = licensing(t, p, l, licenceOf(asset.Allot, start.Add(time.Hour)))
	}
	require.Equal(t, asset.Use{}, l.Use(start.Add(time.Hour), time.Time{}), "none counts")
	c := licenceOf(asset.Allot, start.Add(2*time.Hour))
	c.Seat.Unit = "archive"
	_, _, err := p.DoLicence(l, c)
	require.Equal(t, []string{"seat"}, fields(err), "elsewhere it is not allowed")
	l = bought(t, p, l, start.Add(2*time.Hour), asset.Term{Site: true})
	l = licensing(t, p, l, c)
	require.Equal(t, asset.Use{Site: true, Used: 1}, l.Use(start.Add(2*time.Hour), time.Time{}))
}

// Over-use is refused, or recorded, as the policy says.
func TestOverUse(t *testing.T) {
	refusing := policy(t)
	l := bought(t, refusing, opened(t, refusing), start, asset.Term{Seats: 2})
	for range 2 {
		l = licensing(t, refusing, l, licenceOf(asset.Allot, start.Add(time.Hour)))
	}
	_, _, err := refusing.DoLicence(l, licenceOf(asset.Allot, start.Add(time.Hour)))
	require.Equal(t, []string{"seat"}, fields(err))
	require.ErrorContains(t, err, "2 seats were bought and 3 would be used")

	recording := policy(t, `over_use = "refuse"`, `over_use = "record"`)
	l = licensing(t, recording, l, licenceOf(asset.Allot, start.Add(time.Hour)))
	l, events := recording.SettleLicence(l, start.Add(time.Hour))
	require.Len(t, events, 1)
	require.Equal(t, "asset.licence-overused", events[0].Kind)
	data, err := asset.ReadData(events[0])
	require.NoError(t, err)
	require.Equal(t, 1, data.Over)
	require.Equal(t, 1, l.Over)
	l, events = recording.SettleLicence(l, start.Add(2*time.Hour))
	require.Empty(t, events, "once")
	l = bought(t, recording, l, start.Add(3*time.Hour), asset.Term{Seats: 1})
	l, events = recording.SettleLicence(l, start.Add(3*time.Hour))
	require.Len(t, events, 1, "and when it is over")
	require.Zero(t, l.Over)
}

// Where a term ends, somebody has to decide before the date of notice, or else before
// the end; they are told before, and it goes overdue by itself.
func TestNoticeAndExpiry(t *testing.T) {
	p := policy(t)
	day := func(n int) time.Time { return start.Add(time.Duration(n) * 24 * time.Hour) }
	for _, tt := range []struct {
		name string
		term asset.Term
		due  time.Time
	}{
		{"with notice", asset.Term{Seats: 1, Until: day(100), Notice: day(70)}, day(70)},
		{"without", asset.Term{Seats: 1, Until: day(100)}, day(100)},
	} {
		l := bought(t, p, opened(t, p), start, tt.term)
		l = licensing(t, p, l, asset.Command{Do: asset.Report, At: start.Add(time.Hour), Role: "technician"})
		l, events := p.SettleLicence(l, start.Add(time.Hour))
		require.Empty(t, events)
		require.Equal(t, tt.due.Add(-30*24*time.Hour), l.NextAt, tt.name)
		l, events = p.SettleLicence(l, l.NextAt)
		require.Len(t, events, 1)
		require.Equal(t, "asset.escalated", events[0].Kind, tt.name)

		renewed := bought(t, p, l, tt.due, asset.Term{Seats: 1, From: day(100), Renews: 1})
		require.Equal(t, sla.Met, renewal(t, p, renewed, day(200)))
		require.Equal(t, 4-1, renewed.Terms[0].Decided)
		dropped := licensing(t, p, l, licenceOf(asset.Decide, tt.due.Add(time.Microsecond)))
		require.Equal(t, sla.MetLate, renewal(t, p, dropped, day(200)))
		_, _, err := p.DoLicence(dropped, licenceOf(asset.Decide, day(99)))
		require.Equal(t, []string{"number"}, fields(err), "decided already")

		var kinds []string
		for at := l.NextAt; !at.IsZero(); at = l.NextAt {
			l, events = p.SettleLicence(l, at)
			for _, e := range events {
				kinds = append(kinds, e.Kind)
			}
		}
		want := []string{"asset.overdue", "asset.licence-expired"}
		if tt.term.Notice.IsZero() {
			want = []string{"asset.licence-expired", "asset.overdue"}
		}
		require.Equal(t, want, kinds, tt.name)
		require.True(t, l.Terms[0].Expired)
	}
}

func renewal(t *testing.T, p *asset.Policy, l asset.Licence, now time.Time) sla.State {
	t.Helper()
	for _, tl := range l.Timelines() {
		a, err := p.Promises().Assess(tl, now)
		require.NoError(t, err)
		if c := a.Clock("renewal"); c != nil {
			return c.State
		}
	}
	t.Fatal("there is no clock of the renewal")
	return ""
}

// What a command says wrongly of a licence comes back together.
func TestWhatATermHasToSay(t *testing.T) {
	p := policy(t)
	l := opened(t, p)
	for _, tt := range []struct {
		name string
		term *asset.Term
		want []string
	}{
		{"none", nil, []string{"term"}},
		{"no seats", &asset.Term{}, []string{"term.seats"}},
		{"seats of a site", &asset.Term{Site: true, Seats: 1}, []string{"term.seats"}},
		{"units without a site", &asset.Term{Seats: 1, Units: []string{"library"}}, []string{"term.units"}},
		{"a unit that is none", &asset.Term{Site: true, Units: []string{"ספרייה"}}, []string{"term.units"}},
		{"backwards", &asset.Term{Seats: -1, From: start, Until: start, Notice: start.Add(1), Renews: 1}, []string{"term.notice", "term.renews", "term.seats", "term.until"}},
		{"notice of what lasts", &asset.Term{Seats: 1, Notice: start}, []string{"term.notice"}},
	} {
		c := licenceOf(asset.Buy, start.Add(time.Hour))
		c.Term = tt.term
		_, _, err := p.DoLicence(l, c)
		require.Equal(t, tt.want, fields(err), tt.name)
	}
	for _, seat := range []*asset.Seat{nil, {Unit: "library"}} {
		c := licenceOf(asset.Allot, start.Add(time.Hour))
		c.Seat = seat
		_, _, err := p.DoLicence(l, c)
		require.Equal(t, []string{"seat"}, fields(err))
	}
	c := licenceOf(asset.Allot, start.Add(time.Hour))
	c.Seat = &asset.Seat{Holder: "u-1", Many: -1}
	_, _, err := p.DoLicence(l, c)
	require.Equal(t, []string{"seat.many"}, fields(err))
	_, _, err = p.DoLicence(l, licenceOf(asset.Free, start.Add(time.Hour)))
	require.Equal(t, []string{"number"}, fields(err))
	_, _, err = p.DoLicence(l, licenceOf(asset.Decide, start.Add(time.Hour)))
	require.Equal(t, []string{"number"}, fields(err))
}

// What was recorded wrongly of a licence is struck out, and what was known before
// stays what was known before.
func TestStrikeOutOfLicences(t *testing.T) {
	p := policy(t)
	day := func(n int) time.Time { return start.Add(time.Duration(n) * 24 * time.Hour) }
	l := bought(t, p, opened(t, p), start, asset.Term{Seats: 5, Until: day(90)})
	l = licensing(t, p, l, licenceOf(asset.Allot, start.Add(time.Hour)))
	l = licensing(t, p, l, licenceOf(asset.Free, start.Add(2*time.Hour)))
	strike := func(l asset.Licence, n int) (asset.Licence, error) {
		c := licenceOf(asset.Correct, day(1))
		c.Corrects = n
		l, _, err := p.DoLicence(l, c)
		return l, err
	}
	_, err := strike(l, 3)
	require.Equal(t, []string{"corrects"}, fields(err), "the seat was freed")
	l, err = strike(l, 4)
	require.NoError(t, err)
	require.Equal(t, 1, l.Use(day(1), time.Time{}).Used, "it was not freed after all")
	require.Equal(t, 0, l.Use(day(1), day(1).Add(-1)).Used, "as it was known")
	l, err = strike(l, 3)
	require.NoError(t, err)
	l, err = strike(l, 2)
	require.NoError(t, err)
	require.Equal(t, asset.Use{}, l.Use(day(1), time.Time{}))
	require.Equal(t, asset.Use{Seats: 5, Used: 1}, l.Use(start.Add(time.Hour), start.Add(time.Hour)))
	require.Zero(t, l.Owing)
	l, events := p.SettleLicence(l, day(100))
	require.Empty(t, events, "what was not bought does not end")
	for _, n := range []int{0, 1, 2, 99} {
		_, err = strike(l, n)
		require.Equal(t, []string{"corrects"}, fields(err), n)
	}
	c := licenceOf(asset.Correct, day(1))
	c.Void = false
	_, _, err = p.DoLicence(l, c)
	require.Equal(t, []string{"void"}, fields(err))

	// A decision that is struck out is owed again.
	l = bought(t, p, opened(t, p), start, asset.Term{Seats: 5, Until: day(90)})
	l = licensing(t, p, l, licenceOf(asset.Decide, start.Add(time.Hour)))
	_, err = strike(l, 2)
	require.Equal(t, []string{"corrects"}, fields(err), "it was decided about")
	l, err = strike(l, 3)
	require.NoError(t, err)
	require.Zero(t, l.Terms[0].Decided)
	require.Equal(t, sla.Running, renewal(t, p, l, day(2)))
	ended := licensing(t, p, l, licenceOf(asset.End, day(3)))
	_, err = strike(ended, 2)
	require.Equal(t, []string{"corrects"}, fields(err))
	require.Equal(t, sla.Met, renewal(t, p, ended, day(100)), "what is ended is not to be renewed")
}
