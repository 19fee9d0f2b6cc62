package kpi

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
)

func TestParse(t *testing.T) {
	p := policy(t)
	require.Equal(t, "Testville: quality", p.Name())
	require.Equal(t, 3, p.Edition())
	require.Equal(t, []string{"availability", "repairs", "renewal", "channel", "duties-done"}, p.IDs("indicators"))
	require.Equal(t, "תיקונים", p.Title("indicators", "repairs", "he"))
	require.Equal(t, "Repairs", p.Title("indicators", "repairs", "pl"), "English where there is none")
	require.Equal(t, "Equipment", p.Label("repairs", "denominator", "en"))
	require.Equal(t, "Head of IT", p.Title("roles", "head", "en"), "a role of the promises")
	require.Equal(t, "הורדה", p.StepTitle("antivirus", "fetch", "he"))
	require.Equal(t, []string{"KA-13"}, p.Source("indicators", "repairs"))
	in, ok := p.Indicator("duties-done")
	require.True(t, ok)
	require.Equal(t, Indicator{ID: "duties-done", Target: &Target{AtLeast, 9, 10}, Frequency: Quarterly, Unit: "it", In: Percent, Decimals: 1, Promise: "duty-done"}, in)
	d, ok := p.Duty("weekly")
	require.True(t, ok)
	require.True(t, d.Report)
	require.Equal(t, "head", d.Addressee)
	_, err := Parse(read(t, "kpi.toml"), "kpi.toml", nil)
	require.ErrorContains(t, err, "the promises of sla.toml are needed")
}

// A number without a sign is a share of 1, if it can be one: 15 for 15 % is a mistake, in
// an indicator that is measured in a percentage.
func TestLimitsWithoutSign(t *testing.T) {
	for target, ok := range map[string]bool{`1`: true, `0.15`: true, `1.01`: false, `15`: false, `"1500 %"`: true, "12\nin = \"number\"": true} {
		limit, in, _ := strings.Cut(target, "\n")
		_, err := Parse(read(t, "kpi.toml", `target = { less_than = "10 %" }`, "target = { less_than = "+limit+" }\n"+in), "kpi.toml", promises(t))
		require.Equal(t, ok, err == nil, "%s: %v", target, err)
	}
}

// KA-11: each of the five is required; A-35: a limit alone is refused. Each mistake comes
// with its line and its cure, and all come back together.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ old, new, want string }{
		{"format = 1", "format = 2", "2 is not a format"},
		{"edition = 3", "edition = -3", "they count from 1"},
		{"target = { at_least = \"100 %\" }\n", "target = \"100 %\"\n", "a limit alone does not say which side of it is good; write target = { at_least"},
		{"target = { at_least = \"100 %\" }\n", "target = 100\n", "a limit alone does not say which side of it is good"},
		{"target = { at_least = \"100 %\" }\n", "", "write target = { at_least = \"15 %\" }, or informational = true"},
		{"target = { at_least = \"100 %\" }\n", "target = { at_least = \"1 %\", at_most = \"2 %\" }\n", "it has 2 limits"},
		{"target = { at_least = \"100 %\" }\n", "target = {}\n", "it has 0 limits"},
		{"target = { at_least = \"100 %\" }\n", "target = { at_least = \"much\" }\n", "is not a limit"},
		{"target = { at_least = \"100 %\" }\n", "target = { at_least = 10.5 }\n", `as a number it is 1050 %; write it with the sign, such as "10.5 %", or as a share of 1`},
		{"informational = true", "informational = true\ntarget = { at_least = 1 }", "leave one of them out"},
		{"record = { en = \"Tenders\", he = \"מכרזים\" }\n", "", "say from which records it is measured"},
		{"frequency = \"quarter\"\n", "", `write "month", "quarter" or "year"`},
		{"frequency = \"quarter\"\n", "frequency = \"week\"\n", `"week" is not known`},
		{"unit = \"it\"\ncalendar", "unit = \"ti\"\ncalendar", `"ti" is none of [units]; did you mean "it"?`},
		{"unit = \"it\"\ncalendar", "calendar", "name the unit of the organisation"},
		{"[indicators.renewal]\ntitle = { en = \"Renewal\", he = \"חידוש\" }", "[indicators.renewal]", `write title =`},
		{"title = { en = \"Renewal\", he = \"חידוש\" }", "title = { en = \"Renewal\" }", `there is none in "he"`},
		{"decimals = 1", "decimals = 7", "7 is not from 0 to 6"},
		{"decimals = 1", "in = \"hours\"", `"hours" is not known`},
		{"promise = \"duty-done\"", "promise = \"duty-don\"", `did you mean "duty-done"?`},
		{"unit = \"it\"\ncalendar = \"office\"", "unit = \"it\"\ncalendar = \"ofice\"", `no calendar named "ofice"`},
		{"may = [\"attest\"", "may = [\"atest\"", `did you mean "attest"?`},
		{"every = \"night\"", "every = \"nights\"", "is no interval"},
		{"window = \"20:00-06:00\"\n", "", "it belongs to the date of its evening"},
		{"window = \"20:00-06:00\"\n", "window = \"hours\"\n", "a closed day has no hours"},
		{"window = \"20:00-06:00\"\n", "window = \"8-10\"\n", `or write "hours"`},
		{"every = \"working-day\"", "every = \"working-day\"\nclosed = \"after\"", "never falls on a closed one"},
		{"every = \"working-day\"", "every = \"working-day\"\non = \"thu\"", "has no other day"},
		{"every = \"demand\"", "every = \"demand\"\nclosed = \"skip\"", "falls on no day by itself"},
		{"every = \"demand\"", "every = \"demand\"\nfirst = 2026-01-01", "falls on no day by itself"},
		{"fetch = { en = \"Fetch\"", "\"\" = { en = \"Fetch\"", "a step has no id"},
		{"{ as = \"prepared\", role = \"administrator\" }", "{ as = \"approved\", role = \"head\" }", `"head" signs as "approved" twice`},
		{"annex = ", "revision = 4\nannex = ", "it has 4 former versions, so this is revision 5"},
		{"annex = ", "revision = 0\nannex = ", "it has 4 former versions, so this is revision 5"},
		{"every = \"demand\"", "every = \"demand\"\nwindow = \"08:00-09:00\"", "has no window"},
		{"first = 2026-01-15\n", "", "are counted, such as first ="},
		{"first = 2026-01-15\n", "first = 2026-02-30\n", "2026-02-30"},
		{"on = \"15\"", "on = \"32\"", "is no day of a month"},
		{"on = \"thu\"", "on = \"thursday\"", `known: sun, mon`},
		{"on = \"01-31\"", "on = \"02-29\"", "is not a day of each year"},
		{"working_day = 5", "working_day = 21", "none that every month has"},
		{"on = \"01-31\"", "on = \"01-31\"\nworking_day = 5", "only what comes round by months"},
		{"closed = \"after\"", "closed = \"later\"", `"later" is not known`},
		{"window = \"hours\"\nper = \"server\"", "window = \"hours\"\nper = \"servers\"", `did you mean "server"?`},
		{"per_step = \"distribute\"", "per_step = \"distribut\"", `did you mean "distribute"?`},
		{"per = \"server\"\nper_step", "per_step", "nothing says for each of what"},
		{"role = \"administrator\"\nprocedure", "role = \"admin\"\nprocedure", `no role is named "admin"`},
		{"covers = \"month\"", "covers = \"year\"", "between two of them lie no whole years"},
		{"covers = \"month\"", "covers = \"day\"", `"day" is not known`},
		{"[reports.weekly]", "[reports.backup]", `a duty is called "backup" as well`},
		{"duties = [\"backup\"]", "duties = [\"bakup\"]", `did you mean "backup"?`},
		{"promises = [\"duty-done\"]", "promises = [\"duty\"]", "no target of the id"},
		{"area = \"operations\"\nsubject = \"backup\"\npromises", "area = \"operation\"\nsubject = \"backup\"\npromises", `did you mean "operations"?`},
		{"language = \"he\"", "language = \"pl\"", `"pl" is not known`},
		{"category = \"supporting\"", "category = \"suporting\"", `did you mean "supporting"?`},
		{"owner = \"owner\"", "owner = \"boss\"", `no role is named "boss"`},
		{"units = [\"it\"]", "units = []", "name at least one of [units]"},
		{"no_records = true", "no_records = true\nrecords = [\"x\"]", "or no_records = true"},
		{"no_records = true\n", "", "or no_records = true"},
		{"releasers = [\"head\"]\n", "", "nobody may release its copies"},
		{"as = \"approved\"", "as = \"aproved\"", `did you mean "approved"?`},
		{"replaced = 2016-10-28T11:10:48", "replaced = 2014-10-02T12:42:09", "write the oldest first"},
		{"replaced = 2016-10-28T11:10:48", "replaced = \"2016-10-30T02:30:00\"", "twice"},
		{"[areas.operations]", "[states.meet]\nen = \"x\"\nhe = \"x\"\n[areas.operations]", `did you mean "met"?`},
		{"[areas.operations]", "[actions.mesure]\nen = \"x\"\nhe = \"x\"\n[areas.operations]", `did you mean "measure"?`},
	} {
		_, err := Parse(read(t, "kpi.toml", tt.old, tt.new), "kpi.toml", promises(t))
		require.ErrorContains(t, err, tt.want, "%q instead of %q", tt.new, tt.old)
		for _, one := range tomldoc.Unjoin(err) {
			require.Positive(t, fileError(t, one).Line, "%v", one)
		}
	}
	_, err := Parse(read(t, "kpi.toml", `target = { less_than = "10 %" }`, `target = "10 %"`, `every = "night"`, `every = "nightly"`, `owner = "owner"`, `owner = "boss"`), "kpi.toml", promises(t))
	require.Len(t, tomldoc.Unjoin(err), 3, "%v", err)
	require.True(t, strings.HasPrefix(err.Error(), "kpi.toml:39: indicators.repairs.target: "), "%v", err)
}

func fileError(t *testing.T, err error) *townclerk.FileError {
	t.Helper()
	var mistake *townclerk.FileError
	require.ErrorAs(t, err, &mistake)
	return mistake
}

func FuzzParse(f *testing.F) {
	f.Add(string(read(f, "kpi.toml")))
	p := promises(f)
	f.Fuzz(func(t *testing.T, text string) {
		policy, err := Parse([]byte(text), "kpi.toml", p)
		if (policy == nil) == (err == nil) {
			t.Errorf("%v, %v", policy, err)
		}
	})
}
