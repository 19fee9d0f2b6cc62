package asset_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
)

// A stock holds no more than can be counted, and is never below zero.
func TestStockBeyondWhatCanBeCounted(t *testing.T) {
	p := policy(t)
	s := opening(t, p, 1)
	_, _, err := p.DoStock(s, stockOf(asset.TakeIn, start.Add(time.Hour), math.MaxInt))
	require.Equal(t, []string{"quantity"}, fields(err))
	s = stocking(t, p, s, stockOf(asset.TakeIn, start.Add(time.Hour), math.MaxInt-1))
	require.Equal(t, math.MaxInt, s.Quantity)
	s = stocking(t, p, s, stockOf(asset.Issue, start.Add(3*time.Hour), math.MaxInt))
	late := stockOf(asset.TakeIn, start.Add(2*time.Hour), 1)
	late.Recorded = start.Add(4 * time.Hour)
	_, _, err = p.DoStock(s, late)
	require.Equal(t, []string{"quantity"}, fields(err), "it was full then")
}

// A count has in it all that came and went before: what is recorded late from before it
// would be taken out twice.
func TestStockRecordedLateBeforeACount(t *testing.T) {
	p := policy(t)
	s := opening(t, p, 5)
	s = stocking(t, p, s, stockOf(asset.Count, start.Add(2*time.Hour), 3)) // two went out, which nobody wrote down
	for _, do := range []asset.Action{asset.Issue, asset.TakeIn, asset.Count} {
		late := stockOf(do, start.Add(2*time.Hour-time.Microsecond), 2)
		late.Recorded = start.Add(3 * time.Hour)
		_, _, err := p.DoStock(s, late)
		require.Equal(t, []string{"at"}, fields(err), do)
		require.ErrorContains(t, err, "it was counted since, at 2026-06-07 08:00:00Z")
	}
	late := stockOf(asset.Issue, start.Add(2*time.Hour), 2)
	late.Recorded = start.Add(3 * time.Hour)
	s = stocking(t, p, s, late)
	require.Equal(t, 1, s.Quantity)
}

// What is allotted late may not have been over at any time since, also where there was
// place when it began; and so many seats that they wrap around are too many.
func TestOverUseRecordedLate(t *testing.T) {
	p := policy(t)
	l := bought(t, p, opened(t, p), start, asset.Term{Seats: 2})
	l = licensing(t, p, l, licenceOf(asset.Allot, start.Add(time.Hour)))
	l = licensing(t, p, l, licenceOf(asset.Allot, start.Add(3*time.Hour)))
	late := licenceOf(asset.Allot, start.Add(2*time.Hour))
	late.Recorded = start.Add(4 * time.Hour)
	_, _, err := p.DoLicence(l, late)
	require.Equal(t, []string{"seat"}, fields(err))
	require.ErrorContains(t, err, "2 seats were bought and 3 would be used")
	l = licensing(t, p, l, licenceOf(asset.Free, start.Add(3*time.Hour)))
	late.Recorded = start.Add(5 * time.Hour)
	l = licensing(t, p, l, late)
	require.Equal(t, 2, l.Use(start.Add(5*time.Hour), time.Time{}).Used)

	l = bought(t, p, l, start.Add(6*time.Hour), asset.Term{Seats: math.MaxInt})
	many := licenceOf(asset.Allot, start.Add(7*time.Hour))
	many.Seat.Many = math.MaxInt - 2
	l = licensing(t, p, l, many)
	require.Equal(t, asset.Use{Seats: math.MaxInt, Used: math.MaxInt}, l.Use(start.Add(7*time.Hour), time.Time{}))
	l = bought(t, p, opened(t, p), start, asset.Term{Seats: 2})
	l = licensing(t, p, l, licenceOf(asset.Allot, start.Add(time.Hour)))
	many.Seat.Many = math.MaxInt
	_, _, err = p.DoLicence(l, many)
	require.Equal(t, []string{"seat"}, fields(err))
}

// A reason that is blank is none.
func TestBlankReasons(t *testing.T) {
	p := policy(t)
	a := in(t, p, asset.Commissioned)
	c := command(asset.Repair, start.Add(time.Hour))
	c.Reason = " \n"
	_, _, err := p.Do(a, c)
	require.ErrorContains(t, err, "a reason is given")
	c = command(asset.Upgrade, start.Add(time.Hour))
	c.Text = "\t"
	_, _, err = p.Do(a, c)
	require.ErrorContains(t, err, "it says in words what was done")
}

// when notice came is corrected like the rest of an entry, and moves what is owed.
func TestCorrectionOfANotice(t *testing.T) {
	p := policy(t)
	a := owing(t, p)
	c := command(asset.Place, at(t, "Mon 2026-06-08 09:00"))
	c.Notice, c.Recorded = at(t, "Mon 2026-06-08 10:00"), at(t, "Tue 2026-06-09 12:00")
	a = doing(t, p, a, c)
	c = asset.Command{
		Do: asset.Correct, Corrects: 2, Notice: at(t, "Mon 2026-06-08 11:00"), Recorded: at(t, "Tue 2026-06-09 13:00"), By: "u-4", Role: "technician", Reason: "an hour later",
	}
	b := doing(t, p, a, c)
	all := changes(t, p, b, at(t, "Tue 2026-06-09 13:00"))
	require.Len(t, all, 1)
	require.Equal(t, at(t, "Tue 2026-06-09 11:00"), all[0].Due)
	c.Notice = at(t, "Mon 2026-06-08 08:59")
	_, _, err := p.Do(a, c)
	require.Equal(t, []string{"notice"}, fields(err), "before the change")
}

// A tag that another asset has is a mistake of its line, and nothing is stored.
func TestImportOfATagThatIsTaken(t *testing.T) {
	v, _ := inventory(t, policy(t))
	ctx := t.Context()
	first := command(asset.Register, time.Time{})
	first.Set["tag"] = "T-1"
	_, err := v.Add(ctx, town, first)
	require.NoError(t, err)
	b, err := v.Add(ctx, town, command(asset.Register, time.Time{}))
	require.NoError(t, err)
	file := "number,tag,kind,name\n,T-9,printer,another\n" + b.Number + ",T-1,," + b.Facts.Name + "\n"
	file = strings.Replace(file, ",,", ","+b.Facts.Kind+",", 1)
	done, err := v.ImportCSV(ctx, town, strings.NewReader(file), "in.csv", asset.Command{By: "u-3", Role: "technician"})
	var wrong *townclerk.FileError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "in.csv:3: tag: the asset 2026-000001 has \"T-1\"; take it away there first, in an import of its own", wrong.Error())
	require.Zero(t, done)
	page, err := v.List(ctx, town, asset.Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
}

// The event of a decision says about which term it is, also where nothing is owed about it.
func TestEventOfADecisionNamesTheTerm(t *testing.T) {
	p := policy(t)
	l := bought(t, p, opened(t, p), start, asset.Term{Seats: 1})
	l = bought(t, p, l, start, asset.Term{Seats: 2})
	c := licenceOf(asset.Decide, start.Add(time.Hour))
	c.Number = 2
	_, events, err := p.DoLicence(l, c)
	require.NoError(t, err)
	data, err := asset.ReadData(events[0])
	require.NoError(t, err)
	require.NotNil(t, data.Term)
	require.Equal(t, []int{2, 4}, []int{data.Term.Number, data.Term.Decided})
}
