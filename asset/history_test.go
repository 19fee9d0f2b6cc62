package asset_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
)

// KA-13, KA-14, A-34: the state at any past date, on both sides of each change.
func TestAsOf(t *testing.T) {
	p := policy(t)
	a := in(t, p, asset.Disposed)
	for i, action := range path[asset.Disposed] {
		happened := start.Add(time.Duration(i) * time.Minute)
		before, ok := a.AsOf(happened.Add(-time.Microsecond), time.Time{})
		require.Equal(t, i > 0, ok)
		if i > 0 {
			require.Equal(t, a.History[i].From, before.State)
		}
		after, ok := a.AsOf(happened, time.Time{})
		require.True(t, ok)
		require.Equal(t, a.History[i].To, after.State, action)
	}
	facts, _ := a.AsOf(start.Add(3*time.Minute), time.Time{})
	require.Empty(t, facts.Holder, "nobody had it before it was commissioned")
	require.Equal(t, "S-1", facts.Serial)
}

// An asset that was changed twice in a second, and twice at one instant, keeps both in
// order.
func TestTwiceInASecond(t *testing.T) {
	p := policy(t)
	a := in(t, p, asset.Commissioned)
	when := start.Add(time.Hour)
	for _, unit := range []string{"archive", "library", "archive"} {
		c := command(asset.Place, when)
		c.Set = map[string]string{"unit": unit}
		a = doing(t, p, a, c)
	}
	c := command(asset.Place, when.Add(time.Microsecond))
	c.Set = map[string]string{"unit": "library"}
	a = doing(t, p, a, c)
	require.Len(t, a.History, 9)
	var units []string
	for _, e := range a.Standing(time.Time{})[5:] {
		require.Equal(t, "unit", e.Set[0].Key)
		units = append(units, e.Set[0].Was+" → "+e.Set[0].Is)
	}
	require.Equal(t, []string{"library → archive", "archive → library", "library → archive", "archive → library"}, units)
	at, _ := a.AsOf(when, time.Time{})
	require.Equal(t, "archive", at.Unit, "the last at that instant counts")
	require.Equal(t, "library", a.Facts.Unit)
	require.Equal(t, 5, a.Owing, "each is to be reported: it was received, and moved four times")
}

// What was recorded wrongly is corrected by an entry that says so. What was known
// before stays what was known before.
func TestCorrection(t *testing.T) {
	p := policy(t)
	a := in(t, p, asset.Commissioned)
	moved, corrected := start.Add(time.Hour), start.Add(48*time.Hour)
	a = do(t, p, a, moved, asset.Place)
	c := command(asset.Amend, start.Add(2*time.Hour))
	a = doing(t, p, a, c)

	c = asset.Command{Do: asset.Correct, Corrects: 6, Recorded: corrected, By: "u-4", Role: "technician", Reason: "it went elsewhere", Set: map[string]string{"unit": "library", "location": "cellar"}}
	a = doing(t, p, a, c)
	require.Equal(t, "library", a.Facts.Unit)
	require.Equal(t, "cellar", a.Facts.Location)
	require.Equal(t, "M-2", a.Facts.Model, "what came after stays")
	old, _ := a.AsOf(start.Add(3*time.Hour), corrected.Add(-time.Microsecond))
	require.Equal(t, "archive", old.Unit, "as it was known until then")
	now, _ := a.AsOf(start.Add(3*time.Hour), corrected)
	require.Equal(t, "library", now.Unit)
	require.Equal(t, "archive", a.History[5].Set[0].Is, "nothing in the history is rewritten")
	require.Equal(t, moved, a.History[7].At, "it happened when it had happened")

	// The correction is corrected: it was earlier, and then it was not at all.
	c = asset.Command{Do: asset.Correct, Corrects: 8, At: moved.Add(-30 * time.Minute), Recorded: corrected.Add(time.Hour), Role: "technician", Reason: "earlier"}
	a = doing(t, p, a, c)
	then, _ := a.AsOf(moved.Add(-30*time.Minute), time.Time{})
	require.Equal(t, "cellar", then.Location)
	c = asset.Command{Do: asset.Correct, Corrects: 9, Void: true, Recorded: corrected.Add(2 * time.Hour), Role: "technician", Reason: "it never moved"}
	a = doing(t, p, a, c)
	require.Equal(t, []string{"library", ""}, []string{a.Facts.Unit, a.Facts.Location})
	require.Len(t, a.History, 10)
	require.Len(t, a.Standing(time.Time{}), 6)

	for _, tt := range []struct {
		name  string
		c     asset.Command
		field string
	}{
		{"an entry that is not there", asset.Command{Corrects: 11}, "corrects"},
		{"none", asset.Command{}, "corrects"},
		{"one that was corrected", asset.Command{Corrects: 6}, "corrects"},
		{"one that strikes another out", asset.Command{Corrects: 10}, "corrects"},
		{"the beginning, struck out", asset.Command{Corrects: 1, Void: true}, "at"},
		{"what others rest on", asset.Command{Corrects: 4, Void: true}, "at"},
		{"a time before what it rests on", asset.Command{Corrects: 5, At: start}, "at"},
		{"a time that is to come", asset.Command{Corrects: 7, At: start.Add(999 * time.Hour)}, "at"},
		{"a fact that the action does not set", asset.Command{Corrects: 7, Set: map[string]string{"unit": "archive"}}, "set.unit"},
		{"a protocol of a repair that was none", asset.Command{Corrects: 7, Repair: &asset.RepairReport{}}, "repair"},
	} {
		c := tt.c
		c.Do, c.Role, c.Reason, c.Recorded = asset.Correct, "technician", "x", corrected.Add(3*time.Hour)
		_, _, err := p.Do(a, c)
		require.Equal(t, []string{tt.field}, fields(err), tt.name)
	}
}

// What happened before something that is recorded already takes its place in the order
// of time, if everything after it may happen all the same.
func TestRecordedLate(t *testing.T) {
	p := policy(t)
	a := in(t, p, asset.Commissioned)
	a = do(t, p, a, start.Add(10*time.Hour), asset.Place)
	late := func(action asset.Action, happened time.Time) (asset.Asset, error) {
		c := command(action, happened)
		c.Recorded = start.Add(20 * time.Hour)
		next, _, err := p.Do(a, c)
		return next, err
	}
	b, err := late(asset.Upgrade, start.Add(5*time.Hour))
	require.NoError(t, err)
	require.Equal(t, asset.Upgrade, b.Standing(time.Time{})[5].Do)
	require.Equal(t, asset.Commissioned, b.Facts.State)

	_, err = late(asset.Repair, start.Add(5*time.Hour))
	require.Equal(t, []string{"at"}, fields(err), "it was moved afterwards, which nothing in repair is")
	require.ErrorContains(t, err, "entry 6, place at 2026-06-07 16:00:00Z, could not have happened then, as it was in repair")
	_, err = late(asset.Test, start.Add(5*time.Hour))
	var refusal *townclerk.TransitionError
	require.ErrorAs(t, err, &refusal, "the state at that time counts")
	_, err = late(asset.Amend, start.Add(-time.Hour))
	require.Equal(t, []string{"at"}, fields(err), "before it was there")
	_, err = late(asset.Amend, start.Add(21*time.Hour))
	require.Equal(t, []string{"at"}, fields(err), "before it happened")

	// What was known at noon does not change by what was recorded at midnight.
	facts, _ := b.AsOf(start.Add(6*time.Hour), start.Add(19*time.Hour))
	want, _ := a.AsOf(start.Add(6*time.Hour), time.Time{})
	require.Equal(t, want, facts)
}

// A clock that went back does not turn the order of entries around.
func TestClockThatGoesBack(t *testing.T) {
	p := policy(t)
	a := in(t, p, asset.Commissioned)
	c := command(asset.Place, start)
	c.Recorded = start
	a = doing(t, p, a, c)
	require.Equal(t, start.Add(4*time.Minute), a.History[5].At)
	require.Equal(t, "archive", a.Facts.Unit)
}

// KA-09, KA-12, KA-13, KA-17: the protocol of a repair says what was replaced, and
// when it did not serve; it can be cited, and corrected.
func TestRepairs(t *testing.T) {
	p := policy(t)
	a := in(t, p, asset.InRepair)
	down := start.Add(2 * time.Minute)
	c := command(asset.Restore, start.Add(2*time.Hour))
	c.Set = map[string]string{"serial": "S-2"}
	c.Ticket, c.Vendor = "t-1", "service-company"
	c.Repair = &asset.RepairReport{Parts: []asset.Part{{Name: "disk", Quantity: 2, Stock: "s-1"}}, Reinstalled: true, DownFrom: down, DownTo: down.Add(time.Hour)}
	a = doing(t, p, a, c)
	a = do(t, p, a, start.Add(3*time.Hour), asset.Repair, asset.Restore)

	day := townclerk.Period{From: start, To: start.Add(24 * time.Hour)}
	repairs := a.Repairs(day)
	require.Len(t, repairs, 2)
	require.Equal(t, 7, repairs[0].Number, "by which an indicator cites it")
	require.Equal(t, "it is broken", repairs[0].Repair.Fault, "why it went to repair")
	require.Equal(t, "what was done", repairs[0].Text)
	require.True(t, repairs[0].Repair.Replaced())
	require.False(t, repairs[1].Repair.Replaced())
	require.Len(t, a.Repairs(townclerk.Period{From: start.Add(2 * time.Hour), To: start.Add(3*time.Hour + time.Minute)}), 1, "half-open")
	require.Equal(t, []asset.Outage{{From: down, To: down.Add(time.Hour), Entry: 7}}, a.Outages())

	a = doing(t, p, a, asset.Command{Do: asset.Correct, Corrects: 7, Recorded: start.Add(5 * time.Hour), Role: "technician", Reason: "one disk",
		Repair: &asset.RepairReport{Parts: []asset.Part{{Name: "disk", Quantity: 1}}}})
	require.Equal(t, 1, a.Repairs(day)[0].Repair.Parts[0].Quantity)
	require.Empty(t, a.Outages())
	a = doing(t, p, a, asset.Command{Do: asset.Correct, Corrects: 9, Void: true, Recorded: start.Add(6 * time.Hour), Role: "technician", Reason: "still there"})
	require.Equal(t, asset.InRepair, a.Facts.State)
	require.Len(t, a.Repairs(day), 1)

	c = command(asset.Restore, start.Add(7*time.Hour))
	c.Repair = &asset.RepairReport{Parts: []asset.Part{{}}, DownFrom: down}
	_, _, err := p.Do(a, c)
	require.Equal(t, []string{"repair.down_to", "repair.parts[1].name", "repair.parts[1].quantity"}, fields(err))
	c.Repair = &asset.RepairReport{DownFrom: down, DownTo: down.Add(-1)}
	_, _, err = p.Do(a, c)
	require.Equal(t, []string{"repair.down_to"}, fields(err))
	c.Repair = &asset.RepairReport{DownFrom: down, DownTo: down.Add(999 * time.Hour)}
	_, _, err = p.Do(a, c)
	require.Equal(t, []string{"repair.down_to"}, fields(err))
	c = command(asset.Amend, start.Add(7*time.Hour))
	c.Repair = &asset.RepairReport{}
	_, _, err = p.Do(a, c)
	require.Equal(t, []string{"repair"}, fields(err))
}

// KA-12: outages are from Fail to Recover, to a repair that ends, or last.
func TestOutages(t *testing.T) {
	p := policy(t)
	hour := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
	a := in(t, p, asset.Commissioned)
	for h, action := range []asset.Action{asset.Fail, asset.Recover, asset.Fail, asset.Repair, asset.Restore, asset.Fail} {
		a = do(t, p, a, hour(h+1), action)
	}
	require.Equal(t, []asset.Outage{{hour(1), hour(2), 6}, {hour(3), hour(5), 8}, {From: hour(6), Entry: 11}}, a.Outages())
	require.True(t, a.Facts.Down)
	at, _ := a.AsOf(hour(5), time.Time{})
	require.False(t, at.Down)
	_, _, err := p.Do(a, command(asset.Fail, hour(7)))
	require.ErrorContains(t, err, "it is in service")
	a = do(t, p, a, hour(7), asset.Decommission)
	require.Equal(t, hour(7), a.Outages()[2].To, "what is out of use for good has no outage")
}

// The fold of the history is compared with the slow and obvious one, over random
// histories with corrections.
func TestAsOfIsTheSlowFold(t *testing.T) {
	p := policy(t)
	rapid.Check(t, func(t *rapid.T) {
		a := asset.Asset{ID: "a-1"}
		now := start
		a, _, err := p.Do(a, command(asset.Register, now))
		require.NoError(t, err)
		for range rapid.IntRange(0, 12).Draw(t, "commands") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "pause")) * time.Minute)
			c := command(rapid.SampledFrom([]asset.Action{
				asset.Place, asset.Repair, asset.Restore, asset.Relocate, asset.Upgrade, asset.HandOver, asset.Correct, asset.Correct, asset.Fail, asset.Recover,
			}).Draw(t, "do"), now.Add(-time.Duration(rapid.IntRange(0, 5).Draw(t, "late"))*time.Minute))
			c.Recorded = now
			if c.Do == asset.Place {
				c.Set = map[string]string{"unit": rapid.SampledFrom([]string{"library", "archive"}).Draw(t, "unit")}
			}
			if c.Do == asset.Correct {
				c.Corrects, c.Void = rapid.IntRange(1, 8).Draw(t, "corrects"), rapid.Bool().Draw(t, "void")
				c.Set = nil
			}
			if next, _, err := p.Do(a, c); err == nil {
				a = next
			}
		}
		at := start.Add(time.Duration(rapid.IntRange(-1, 40).Draw(t, "at")) * time.Minute)
		known := start.Add(time.Duration(rapid.IntRange(-1, 40).Draw(t, "known")) * time.Minute)
		got, ok := a.AsOf(at, known)
		want, there := slowly(a, at, known)
		require.Equal(t, there, ok)
		require.Equal(t, want, maps.Collect(pairs(got)))
		if ok {
			require.Contains(t, asset.States, got.State)
		}
		today, _ := a.AsOf(at.Add(1000*time.Hour), time.Time{})
		require.Equal(t, a.Facts, today)
	})
}

func pairs(f asset.Facts) func(func(string, string) bool) {
	return func(yield func(string, string) bool) {
		for _, key := range f.FactKeys() {
			if !yield(key, f.Get(key)) {
				return
			}
		}
	}
}

// slowly returns the facts at an instant as known by another, looking for each entry
// at all others.
func slowly(a asset.Asset, at, known time.Time) (map[string]string, bool) {
	// place follows a correction to the entry whose place it takes.
	place := func(e asset.Entry) int {
		for e.Corrects != 0 {
			e = a.History[e.Corrects-1]
		}
		return e.Number
	}
	var counts []asset.Entry
	for _, e := range a.History {
		replaced := slices.ContainsFunc(a.History, func(o asset.Entry) bool { return o.Corrects == e.Number && !o.Recorded.After(known) })
		if !e.Recorded.After(known) && !e.At.After(at) && !e.Void && !replaced {
			counts = append(counts, e)
		}
	}
	facts, there := map[string]string{}, len(counts) > 0
	for len(counts) > 0 {
		first := 0
		for i := range counts {
			if c := counts[i].At.Compare(counts[first].At); c < 0 || c == 0 && place(counts[i]) < place(counts[first]) {
				first = i
			}
		}
		for _, f := range counts[first].Set {
			facts[f.Key] = f.Is
			if f.Is == "" {
				delete(facts, f.Key)
			}
		}
		counts = slices.Delete(counts, first, first+1)
	}
	return facts, there
}
