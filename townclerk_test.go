package townclerk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
)

func ExampleMoney() {
	invoice, err := townclerk.ParseMoney("1234.50 ILS")
	if err != nil {
		fmt.Println(err)
		return
	}
	sum, err := invoice.Add(townclerk.Money{Minor: 80, Currency: "ILS"}) // 80 agorot
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sum)

	_, err = sum.Add(townclerk.Money{Minor: 500, Currency: "EUR"})
	fmt.Println(err)

	// Output:
	// 1235.30 ILS
	// 1235.30 ILS + 5.00 EUR: the currencies differ
}

// A program that edits policies takes the mistakes apart, to mark them where they are.
func ExampleFileError() {
	err := errors.Join(
		&townclerk.FileError{
			File:    "raanana/sla.toml",
			Line:    14,
			Key:     "targets.ops-transfer.calendar",
			Problem: `no calendar named "dask"; did you mean "desk"?`,
		},
		&townclerk.FileError{File: "raanana/kpi.toml", Problem: "the file is empty"},
	)
	fmt.Println(err)

	var first *townclerk.FileError
	if errors.As(err, &first) {
		fmt.Println("mark line", first.Line)
	}

	// Output:
	// raanana/sla.toml:14: targets.ops-transfer.calendar: no calendar named "dask"; did you mean "desk"?
	// raanana/kpi.toml: the file is empty
	// mark line 14
}

func ExampleAll() {
	pages := map[string]townclerk.Page[string]{
		"":       {Items: []string{"fax", "phone"}, Next: "phone"},
		"phone":  {Items: []string{"portal"}, Next: "portal"},
		"portal": {Items: []string{"walk-in"}},
	}
	for channel, err := range townclerk.All(func(after string) (townclerk.Page[string], error) {
		return pages[after], nil
	}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(channel)
	}

	// Output:
	// fax
	// phone
	// portal
	// walk-in
}

func TestFileErrorLeavesOutWhatItDoesNotKnow(t *testing.T) {
	tests := []struct {
		name string
		err  townclerk.FileError
		want string
	}{
		{"all known", townclerk.FileError{File: "sla.toml", Line: 21, Key: "targets.x.within", Problem: "unknown key"}, "sla.toml:21: targets.x.within: unknown key"},
		{"no key", townclerk.FileError{File: "sla.toml", Line: 3, Problem: "expected ="}, "sla.toml:3: expected ="},
		{"no line", townclerk.FileError{File: "sla.toml", Key: "format", Problem: "missing"}, "sla.toml: format: missing"},
		{"neither", townclerk.FileError{File: "sla.toml", Problem: "the file is empty"}, "sla.toml: the file is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.err.Error(); got != tt.want {
				t.Errorf("Error() = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestConflictErrorSaysWhichAndIsFound(t *testing.T) {
	err := fmt.Errorf("ticket %w", &townclerk.ConflictError{ID: "T-1042", Have: 5, Want: 3})

	if got, want := err.Error(), "ticket T-1042: version 3 was read, version 5 is stored: changed since it was read"; got != want {
		t.Errorf("Error() = %s, want %s", got, want)
	}
	if !errors.Is(err, townclerk.ErrConflict) {
		t.Error("errors.Is(err, ErrConflict) = false, want true")
	}
	for _, other := range []error{townclerk.ErrNotFound, townclerk.ErrExists, townclerk.ErrForbidden} {
		if errors.Is(err, other) {
			t.Errorf("errors.Is(err, %q) = true, want false", other)
		}
	}
	var conflict *townclerk.ConflictError
	require.ErrorAs(t, err, &conflict)
	if conflict.ID != "T-1042" || conflict.Have != 5 || conflict.Want != 3 {
		t.Errorf("errors.As found %+v, want ID T-1042, Have 5, Want 3", conflict)
	}
}

// Events of any release keep folding, so neither their JSON names nor the form of
// their instants may change.
func TestEventKeepsItsFormInJSON(t *testing.T) {
	event := townclerk.Event{
		Seq:       12,
		Aggregate: "0198f4a0-6d3e-7b2c-9f00-1c2d3e4f5a6b",
		Kind:      "ticket.opened",
		At:        time.Date(2026, 10, 25, 4, 0, 0, 123456000, time.UTC),
		Recorded:  time.Date(2026, 10, 25, 5, 30, 0, 0, time.UTC),
		Actor:     "desk-7",
		Data:      json.RawMessage(`{"channel":"phone","subject":"אין רשת, кvara"}`),
	}
	const want = `{"seq":12,"aggregate":"0198f4a0-6d3e-7b2c-9f00-1c2d3e4f5a6b","kind":"ticket.opened",` +
		`"at":"2026-10-25T04:00:00.123456Z","recorded":"2026-10-25T05:30:00Z","actor":"desk-7",` +
		`"data":{"channel":"phone","subject":"אין רשת, кvara"}}`

	got, err := json.Marshal(event)
	require.NoError(t, err)
	if string(got) != want {
		t.Errorf("Marshal = %s, want %s", got, want)
	}
	var back townclerk.Event
	require.NoError(t, json.Unmarshal(got, &back))
	require.Equal(t, event, back)

	got, err = json.Marshal(townclerk.Event{Seq: 1, Aggregate: "a", Kind: "ticket.swept"})
	require.NoError(t, err)
	const bare = `{"seq":1,"aggregate":"a","kind":"ticket.swept","at":"0001-01-01T00:00:00Z","recorded":"0001-01-01T00:00:00Z"}`
	if string(got) != bare {
		t.Errorf("Marshal of a bare event = %s, want %s", got, bare)
	}
}

// list serves pages of two, and records where it was asked to go on.
type list struct {
	items []string
	fails error // returned instead of the last page
	asked []string
}

func (l *list) page(after string) (townclerk.Page[string], error) {
	l.asked = append(l.asked, after)
	start := slices.Index(l.items, after) + 1
	end := min(start+2, len(l.items))
	if end < len(l.items) {
		return townclerk.Page[string]{Items: l.items[start:end], Next: l.items[end-1]}, nil
	}
	return townclerk.Page[string]{Items: l.items[start:end]}, l.fails
}

func TestAll(t *testing.T) {
	unreachable := errors.New("database unreachable")
	tests := []struct {
		name  string
		list  list
		stop  string // the loop breaks here
		want  []string
		err   error
		asked []string
	}{
		{"nothing at all", list{}, "", nil, nil, []string{""}},
		{"one page", list{items: []string{"a", "b"}}, "", []string{"a", "b"}, nil, []string{""}},
		{"each page goes on after the one before", list{items: []string{"a", "b", "c", "d", "e"}}, "",
			[]string{"a", "b", "c", "d", "e"}, nil, []string{"", "b", "d"}},
		{"a loop that breaks turns no further page", list{items: []string{"a", "b", "c", "d", "e"}}, "b",
			[]string{"a", "b"}, nil, []string{""}},
		{"an error comes last, in place of its page", list{items: []string{"a", "b", "c"}, fails: unreachable}, "",
			[]string{"a", "b"}, unreachable, []string{"", "b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			var failed error
			for item, err := range townclerk.All(tt.list.page) {
				if err != nil {
					failed = err
					continue // an error has to end the sequence, not the loop
				}
				got = append(got, item)
				if item == tt.stop {
					break
				}
			}
			if !slices.Equal(got, tt.want) || !errors.Is(failed, tt.err) {
				t.Errorf("All = %v, %v, want %v, %v", got, failed, tt.want, tt.err)
			}
			if !slices.Equal(tt.list.asked, tt.asked) {
				t.Errorf("asked for the pages after %q, want %q", tt.list.asked, tt.asked)
			}
		})
	}
}

// A sequence is a recipe, not a cursor: ranging over it again begins anew.
func TestAllCanBeRangedOverAgain(t *testing.T) {
	l := list{items: []string{"a", "b", "c"}}
	all := townclerk.All(l.page)
	for range 2 {
		var got []string
		for item, err := range all {
			require.NoError(t, err)
			got = append(got, item)
		}
		if want := []string{"a", "b", "c"}; !slices.Equal(got, want) {
			t.Errorf("All = %v, want %v", got, want)
		}
	}
}

func TestAllStopsAtAPageThatLeadsToItself(t *testing.T) {
	const want = `page after "7" names itself as the next`
	var last error
	turned := 0
	for _, err := range townclerk.All(func(string) (townclerk.Page[int], error) {
		turned++
		require.Less(t, turned, 10, "All goes round in circles")
		return townclerk.Page[int]{Items: []int{7}, Next: "7"}, nil
	}) {
		last = err
	}
	if last == nil || last.Error() != want {
		t.Errorf("All ended with %v, want %s", last, want)
	}
}

func money(minor int64, currency string) townclerk.Money {
	return townclerk.Money{Minor: minor, Currency: currency}
}

func TestMoneyAsText(t *testing.T) {
	tests := []struct {
		name  string
		money townclerk.Money
		text  string
	}{
		{"agorot", money(123450, "ILS"), "1234.50 ILS"},
		{"nothing", money(0, "PLN"), "0.00 PLN"},
		{"less than one", money(5, "EUR"), "0.05 EUR"},
		{"less than nothing", money(-5, "EUR"), "-0.05 EUR"},
		{"a credit note", money(-123450, "RSD"), "-1234.50 RSD"},
		{"no decimals", money(1200, "JPY"), "1200 JPY"},
		{"no decimals, nothing", money(0, "ISK"), "0 ISK"},
		{"three decimals", money(1200, "KWD"), "1.200 KWD"},
		{"three decimals, less than nothing", money(-1, "JOD"), "-0.001 JOD"},
		{"four decimals", money(12345, "CLF"), "1.2345 CLF"},
		{"a currency that is new to us", money(100, "XCG"), "1.00 XCG"},
		{"the most", money(math.MaxInt64, "ILS"), "92233720368547758.07 ILS"},
		{"the least", money(math.MinInt64, "ILS"), "-92233720368547758.08 ILS"},
		{"the least, no decimals", money(math.MinInt64, "JPY"), "-9223372036854775808 JPY"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.money.String(); got != tt.text {
				t.Errorf("String() = %s, want %s", got, tt.text)
			}
			got, err := townclerk.ParseMoney(tt.text)
			if err != nil || got != tt.money {
				t.Errorf("ParseMoney(%q) = %+v, %v, want %+v", tt.text, got, err, tt.money)
			}
		})
	}
}

func TestParseMoneyTakesFewerDecimalsAndNeverMore(t *testing.T) {
	const form = ` is not an amount of money; write it as "1234.50 ILS"`
	tests := []struct {
		name string
		text string
		want townclerk.Money
		err  string // empty if there is none
	}{
		{"no decimals", "1234 ILS", money(123400, "ILS"), ""},
		{"one of two", "1234.5 ILS", money(123450, "ILS"), ""},
		{"two of three", "1.25 KWD", money(1250, "KWD"), ""},
		{"zeros in front", "007.00 ILS", money(700, "ILS"), ""},
		{"no less than nothing", "-0.00 ILS", money(0, "ILS"), ""},

		{"a thousand, or one and a bit?", "1.234 ILS", townclerk.Money{}, `"1.234 ILS" has more decimals than ILS, which has 2`},
		{"decimals of yen", "12.0 JPY", townclerk.Money{}, `"12.0 JPY" has more decimals than JPY, which has 0`},
		{"one too many", "92233720368547758.08 ILS", townclerk.Money{}, `"92233720368547758.08 ILS" is out of range`},
		{"one too few", "-92233720368547758.09 ILS", townclerk.Money{}, `"-92233720368547758.09 ILS" is out of range`},

		{"empty", "", townclerk.Money{}, `""` + form},
		{"no currency", "12.50", townclerk.Money{}, `"12.50"` + form},
		{"no amount", "ILS", townclerk.Money{}, `"ILS"` + form},
		{"no amount before the space", " ILS", townclerk.Money{}, `" ILS"` + form},
		{"the currency first", "ILS 12.50", townclerk.Money{}, `"ILS 12.50"` + form},
		{"no space", "12.50ILS", townclerk.Money{}, `"12.50ILS"` + form},
		{"two spaces", "12.50  ILS", townclerk.Money{}, `"12.50  ILS"` + form},
		{"small letters", "12.50 ils", townclerk.Money{}, `"12.50 ils"` + form},
		{"a symbol", "12.50 ₪", townclerk.Money{}, `"12.50 ₪"` + form},
		{"a comma", "12,50 ILS", townclerk.Money{}, `"12,50 ILS"` + form},
		{"thousands apart", "1,234.50 ILS", townclerk.Money{}, `"1,234.50 ILS"` + form},
		{"two points", "1.2.3 ILS", townclerk.Money{}, `"1.2.3 ILS"` + form},
		{"nothing before the point", ".50 ILS", townclerk.Money{}, `".50 ILS"` + form},
		{"nothing after the point", "12. ILS", townclerk.Money{}, `"12. ILS"` + form},
		{"a plus", "+12.50 ILS", townclerk.Money{}, `"+12.50 ILS"` + form},
		{"two signs", "--12.50 ILS", townclerk.Money{}, `"--12.50 ILS"` + form},
		{"a sign alone", "- ILS", townclerk.Money{}, `"- ILS"` + form},
		{"a power of ten", "1e3 ILS", townclerk.Money{}, `"1e3 ILS"` + form},
		{"Persian digits", "۱۲ IRR", townclerk.Money{}, `"۱۲ IRR"` + form},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := townclerk.ParseMoney(tt.text)
			if got != tt.want || text(err) != tt.err {
				t.Errorf("ParseMoney(%q) = %+v, %q, want %+v, %q", tt.text, got, text(err), tt.want, tt.err)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestMoneyInJSON(t *testing.T) {
	type contract struct {
		Frame townclerk.Money `json:"frame"`
	}
	tests := []struct {
		name  string
		frame townclerk.Money
		json  string
	}{
		{"an amount", money(123450, "ILS"), `{"frame":"1234.50 ILS"}`},
		{"none given", townclerk.Money{}, `{"frame":""}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data, err := json.Marshal(contract{tt.frame})
			if err != nil || string(data) != tt.json {
				t.Errorf("Marshal = %s, %v, want %s", data, err, tt.json)
			}
			back := contract{money(1, "EUR")} // must be overwritten
			if err := json.Unmarshal([]byte(tt.json), &back); err != nil || back.Frame != tt.frame {
				t.Errorf("Unmarshal(%s) = %+v, %v, want %+v", tt.json, back.Frame, err, tt.frame)
			}
		})
	}

	t.Run("a currency that nobody could read back", func(t *testing.T) {
		for _, m := range []townclerk.Money{money(1, ""), money(0, "ils"), money(0, "ILSX"), money(0, "A C")} {
			if data, err := m.MarshalText(); err == nil {
				t.Errorf("MarshalText of %d in %q = %q, want an error", m.Minor, m.Currency, data)
			}
		}
	})
	t.Run("a mistake leaves the old amount", func(t *testing.T) {
		kept := money(700, "ILS")
		if err := kept.UnmarshalText([]byte("7 shekel")); err == nil || kept != (money(700, "ILS")) {
			t.Errorf("UnmarshalText = %v and left %v, want an error and 7.00 ILS", err, kept)
		}
	})
}

func TestMoneyArithmeticAtItsLimits(t *testing.T) {
	most, least := money(math.MaxInt64, "JPY"), money(math.MinInt64, "JPY")
	yen := func(n int64) townclerk.Money { return money(n, "JPY") }
	add, sub := townclerk.Money.Add, townclerk.Money.Sub
	tests := []struct {
		name string
		op   func(m, n townclerk.Money) (townclerk.Money, error)
		m, n townclerk.Money
		want townclerk.Money
		err  string // empty if there is none
	}{
		{"up to the most", add, yen(math.MaxInt64 - 1), yen(1), most, ""},
		{"beyond the most", add, most, yen(1), townclerk.Money{}, "9223372036854775807 JPY + 1 JPY is out of range"},
		{"down to the least", sub, yen(math.MinInt64 + 1), yen(1), least, ""},
		{"beyond the least", sub, least, yen(1), townclerk.Money{}, "-9223372036854775808 JPY - 1 JPY is out of range"},
		{"twice the least", add, least, least, townclerk.Money{}, "-9223372036854775808 JPY + -9223372036854775808 JPY is out of range"},
		{"the most and the least", add, most, least, yen(-1), ""},
		{"less the least, from below nothing", sub, yen(-1), least, most, ""},
		{"less the least, from nothing", sub, yen(0), least, townclerk.Money{}, "0 JPY - -9223372036854775808 JPY is out of range"},
		{"the least less itself", sub, least, least, yen(0), ""},
		{"a sum of two currencies", add, yen(1), money(1, "ILS"), townclerk.Money{}, "1 JPY + 0.01 ILS: the currencies differ"},
		{"a difference of two currencies", sub, yen(1), money(1, "ILS"), townclerk.Money{}, "1 JPY - 0.01 ILS: the currencies differ"},
		{"no currency is none of them", add, townclerk.Money{}, yen(1), townclerk.Money{}, "0.00 + 1 JPY: the currencies differ"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.op(tt.m, tt.n)
			if got != tt.want || text(err) != tt.err {
				t.Errorf("got %+v, %q, want %+v, %q", got, text(err), tt.want, tt.err)
			}
		})
	}

	if got, err := yen(-7).Neg(); got != yen(7) || err != nil {
		t.Errorf("Neg of -7 = %v, %v, want 7 JPY", got, err)
	}
	if got, err := least.Neg(); err == nil {
		t.Errorf("Neg of the least = %v, want an error", got)
	}
	if got, err := yen(1).Cmp(money(1, "ILS")); err == nil {
		t.Errorf("Cmp of two currencies = %d, want an error", got)
	}
}

// amounts draws some of every size, and often those at which int64 gives out.
func amounts(currency string) *rapid.Generator[townclerk.Money] {
	return rapid.Custom(func(t *rapid.T) townclerk.Money {
		minor := rapid.OneOf(
			rapid.Int64(),
			rapid.Int64Range(-1000, 1000),
			rapid.Int64Range(math.MaxInt64-10, math.MaxInt64),
			rapid.Int64Range(math.MinInt64, math.MinInt64+10),
		).Draw(t, "minor")
		return money(minor, currency)
	})
}

var exponents = map[string]int{"ILS": 2, "PLN": 2, "RSD": 2, "IRR": 2, "JPY": 0, "KWD": 3, "CLF": 4}

// Money reckons as integers without limit do, and refuses just where int64 cannot
// hold what they say.
func TestMoneyReckonsLikeBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"ILS", "JPY", "KWD"}).Draw(t, "currency")
		m, n := amounts(currency).Draw(t, "m"), amounts(currency).Draw(t, "n")
		a, b := big.NewInt(m.Minor), big.NewInt(n.Minor)

		check := func(what string, got townclerk.Money, err error, want *big.Int) {
			t.Helper()
			switch {
			case (err == nil) != want.IsInt64():
				t.Errorf("%s: error %v, but the result is %d", what, err, want)
			case err == nil && (got.Minor != want.Int64() || got.Currency != currency):
				t.Errorf("%s = %+v, want %d %s", what, got, want, currency)
			}
		}
		sum, err := m.Add(n)
		check(fmt.Sprintf("%v + %v", m, n), sum, err, new(big.Int).Add(a, b))
		difference, err := m.Sub(n)
		check(fmt.Sprintf("%v - %v", m, n), difference, err, new(big.Int).Sub(a, b))
		opposite, err := m.Neg()
		check(fmt.Sprintf("-(%v)", m), opposite, err, new(big.Int).Neg(a))

		order, err := m.Cmp(n)
		if err != nil || order != a.Cmp(b) {
			t.Errorf("Cmp(%v, %v) = %d, %v, want %d", m, n, order, err, a.Cmp(b))
		}
	})
}

// String writes the decimal fraction that Money stands for, and ParseMoney reads
// it back.
func TestMoneyIsWrittenAsTheFractionItIs(t *testing.T) {
	currencies := make([]string, 0, len(exponents))
	for c := range exponents {
		currencies = append(currencies, c)
	}
	slices.Sort(currencies)

	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom(currencies).Draw(t, "currency")
		m := amounts(currency).Draw(t, "m")

		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exponents[currency])), nil)
		want := new(big.Rat).SetFrac(big.NewInt(m.Minor), unit).FloatString(exponents[currency]) + " " + currency
		if got := m.String(); got != want {
			t.Fatalf("String() of %d %s = %s, want %s", m.Minor, currency, got, want)
		}
		if back, err := townclerk.ParseMoney(want); err != nil || back != m {
			t.Fatalf("ParseMoney(%q) = %+v, %v, want %+v", want, back, err, m)
		}
	})
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{
		"1234.50 ILS", "-0.05 EUR", "1200 JPY", "1.2 KWD", "1.2345 CLF", "007 PLN", "-0 ILS", "", " ", "-. ILS",
		"92233720368547758.07 ILS", "-92233720368547758.08 ILS", "92233720368547758.08 ILS",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := townclerk.ParseMoney(s)
		if err != nil {
			if m != (townclerk.Money{}) {
				t.Errorf("ParseMoney(%q) = %+v beside the error %v", s, m, err)
			}
			return
		}

		number, currency, _ := strings.Cut(s, " ")
		want, ok := new(big.Rat).SetString(number)
		got, _ := new(big.Rat).SetString(strings.TrimSuffix(m.String(), " "+currency))
		if !ok || got == nil || got.Cmp(want) != 0 {
			t.Errorf("ParseMoney(%q) = %v", s, m)
		}

		data, err := m.MarshalText()
		require.NoError(t, err)
		var back townclerk.Money
		if err := back.UnmarshalText(data); err != nil || back != m {
			t.Errorf("%q read back = %+v, %v, want %+v", data, back, err, m)
		}
	})
}

func share(n, d int64) townclerk.Ratio { return townclerk.Ratio{N: n, D: d} }

// Of three calls, two were passed on in time; the promise is 65 % of them.
func ExampleRatio() {
	kept := townclerk.Ratio{N: 2, D: 3}
	promised := townclerk.Ratio{N: 65, D: 100}
	fmt.Println(kept.Percent(1)+"%", kept.Cmp(promised) >= 0)
	// Output: 66.7% true
}

func TestRatioInPercent(t *testing.T) {
	for _, tt := range []struct {
		name     string
		r        townclerk.Ratio
		decimals int
		want     string
	}{
		{"half up", share(1, 16), 1, "6.3"},
		{"exactly", share(1, 16), 2, "6.25"},
		{"without decimals", share(1, 16), 0, "6"},
		{"less than no decimals", share(1, 8), -1, "13"},
		{"down", share(1, 3), 1, "33.3"},
		{"up", share(2, 3), 1, "66.7"},
		{"all", share(1, 1), 1, "100.0"},
		{"none", share(0, 7), 1, "0.0"},
		{"none of nothing", share(0, 0), 1, ""},
		{"something of nothing", share(5, 0), 1, ""},
		{"more than all", share(3, 2), 1, "150.0"},
		{"half of the last decimal", share(1, 2000), 1, "0.1"},
		{"just below it", share(1, 2001), 1, "0.0"},
		{"negative, away from zero", share(-1, 16), 1, "-6.3"},
		{"of less than nothing", share(1, -16), 1, "-6.3"},
		{"large", share(1<<62, 1<<62+1), 1, "100.0"},
		{"the lowest", share(math.MinInt64, math.MinInt64), 1, "100.0"},
	} {
		if got := tt.r.Percent(tt.decimals); got != tt.want {
			t.Errorf("%s: Percent(%d) of %d/%d = %q, want %q", tt.name, tt.decimals, tt.r.N, tt.r.D, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.Int64Range(1, 1_000_000).Draw(t, "d")
		n := rapid.Int64Range(0, 2*d).Draw(t, "n")
		tenths := (2000*n + d) / (2 * d) // half up
		if got, want := share(n, d).Percent(1), fmt.Sprintf("%d.%d", tenths/10, tenths%10); got != want {
			t.Errorf("Percent(1) of %d/%d = %s, want %s", n, d, got, want)
		}
	})
}

func TestRatiosCompare(t *testing.T) {
	for _, tt := range []struct {
		name string
		r, s townclerk.Ratio
		want int
	}{
		{"the same share of more", share(1, 2), share(2, 4), 0},
		{"just less", share(9499, 10000), share(95, 100), -1},
		{"just more", share(9501, 10000), share(95, 100), +1},
		{"apart by less than a float tells", share(math.MaxInt64-1, math.MaxInt64), share(math.MaxInt64-2, math.MaxInt64-1), +1},
		{"negative", share(-1, 2), share(1, -3), -1},
		{"the lowest", share(math.MinInt64, 1), share(1, math.MinInt64), -1},
		{"nothing beside none", share(0, 0), share(0, 1), -1},
		{"nothing beside less than none", share(0, 0), share(-1, 1), -1},
		{"none beside nothing", share(0, 1), share(5, 0), +1},
		{"nothing beside nothing", share(0, 0), share(5, 0), 0},
	} {
		if got := tt.r.Cmp(tt.s); got != tt.want {
			t.Errorf("%s: %d/%d Cmp %d/%d = %d, want %d", tt.name, tt.r.N, tt.r.D, tt.s.N, tt.s.D, got, tt.want)
		}
		if got := tt.s.Cmp(tt.r); got != -tt.want {
			t.Errorf("%s, the other way: %d, want %d", tt.name, got, -tt.want)
		}
	}
}

// Percent and Cmp agree: what is more is not printed as less.
func TestRatiosAreInOrderWhenPrinted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) townclerk.Ratio {
			return share(rapid.Int64().Draw(t, name+".n"), rapid.Int64Range(1, math.MaxInt64).Draw(t, name+".d"))
		}
		printed := func(r townclerk.Ratio) *big.Rat {
			f, ok := new(big.Rat).SetString(r.Percent(3))
			require.True(t, ok)
			return f
		}
		r, s := draw("r"), draw("s")
		if r.Cmp(s) <= 0 && printed(r).Cmp(printed(s)) > 0 {
			t.Errorf("%v is not more than %v, but %s%% and %s%%", r, s, r.Percent(3), s.Percent(3))
		}
	})
}

// What happens at the end of a period belongs to the next alone.
func TestPeriodHoldsItsStartAndNotItsEnd(t *testing.T) {
	from := time.Date(2026, time.June, 4, 16, 30, 0, 0, time.UTC)
	to := from.AddDate(0, 0, 7)
	week, next := townclerk.Period{From: from, To: to}, townclerk.Period{From: to, To: to.AddDate(0, 0, 7)}
	for _, tt := range []struct {
		name     string
		at       time.Time
		in, then bool
	}{
		{"just before the start", from.Add(-1), false, false},
		{"at the start", from, true, false},
		{"at the start, read in another zone", from.In(time.FixedZone("", 3*60*60)), true, false},
		{"just before the end", to.Add(-1), true, false},
		{"at the end", to, false, true},
	} {
		if got := week.Contains(tt.at); got != tt.in {
			t.Errorf("%s: in the week: %t", tt.name, got)
		}
		if got := next.Contains(tt.at); got != tt.then {
			t.Errorf("%s: in the next week: %t", tt.name, got)
		}
	}
	if (townclerk.Period{From: from, To: from}).Contains(from) {
		t.Error("an empty period has its start")
	}
}
