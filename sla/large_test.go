package sla

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/townclerk/townclerk/internal/tomldoc"
)

// large makes a policy of about so many bytes, most of them repetitions of one kind.
type large struct {
	name string
	make func(size int) string
	want string // of the error, for a file just below the largest size; "": it is accepted
}

// until repeats what line makes of 0, 1, 2, … up to so many bytes.
func until(size int, line func(i int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(line(i))
	}
	return b.String()
}

func numbered(size int, format string) string {
	return until(size, func(i int) string { return fmt.Sprintf(format, i) })
}

// inside replaces a text of the sound policy.
func inside(old string, replace func(size int) string) func(size int) string {
	return func(size int) string { return strings.Replace(sound, old, replace(size), 1) }
}

// appended appends to the sound policy.
func appended(more func(size int) string) func(size int) string {
	return func(size int) string { return sound + more(size) }
}

var oneTarget = sound[strings.Index(sound, "[[targets]]"):strings.Index(sound, "pauses = ")]

var largePolicies = []large{
	{"attribute values", inside(`"low", "normal", "high"`, func(n int) string { return numbered(n, `"p-%d", `) }), ""},
	{"attribute values twice", inside(`"low", "normal", "high"`, func(n int) string { return numbered(n/2, `"p-%d", `) + numbered(n/2, `"p-%d", `) }), "stands twice"},
	{"attributes", inside("note = []\n", func(n int) string { return numbered(n, "a-%d = []\n") }), "attributes are too many; 1000 at the most"},
	{"misspelt values in a match", func(n int) string {
		text := inside(`"low", "normal", "high"`, func(int) string { return numbered(n/4, `"class-%d", `) })(n)
		return strings.Replace(text, `department = "ops" }`, `priority = [`+numbered(3*n/4, `"clas-%d", `)+`] }`, 1)
	}, "priority has no value"},
	{"misspelt attributes in a match", inside(`department = "ops"`, func(n int) string { return strings.TrimSuffix(numbered(n, "departmen-%d = 1, "), ", ") }), "no attribute is named"},
	{"misspelt roles", func(n int) string {
		text := inside("manager = ", func(int) string { return numbered(n/2, "manager-%d = {}\n") + "manager = " })(n)
		steps := numbered(n/200, "[[targets.escalations]]\nat = \"80%%\"\nto = \"manage-x-%d\"\ndo = \"watch\"\n")
		return text + until(n/2, func(i int) string {
			return strings.ReplaceAll(oneTarget, `"transfer"`, fmt.Sprintf(`"t-%d"`, i)) + steps
		})
	}, "no role is named"},
	{"start", inside("start = \"opened\"\nmeets = \"transferred\"", func(n int) string {
		return "start = [" + numbered(n, `"opened-%d", `) + "]\nmeets = \"transferred\""
	}), "start: "},
	{"start and meets", inside("start = \"opened\"\nmeets = \"transferred\"", func(n int) string {
		return "start = [" + numbered(n/2, `"opened-%d", `) + "]\nmeets = [" + numbered(n/2, `"met-%d", `) + "]"
	}), "names are too many; 100 at the most"},
	{"approvals", inside(`pauses = ["user"]`, func(n int) string { return "approvals = [" + numbered(n, `"r-%d", `) + "]" }), "approvals: "},
	{"events of cut-offs", inside(`days = 0, at = "close" }`, func(n int) string {
		return `days = 0, at = "close", meets = [` + numbered(n, `"e-%d", `) + "] }"
	}), "names in meets are too many"},
	{"cut-offs", inside("    { days = 1, at = \"12:00\" },\n", func(n int) string {
		return until(n, func(i int) string { return "    { until = \"10:00\", days = 0, at = \"close\" },\n" })
	}), "cut-offs are too many; 100 at the most"},
	{"different events", appended(func(n int) string {
		return until(n, func(i int) string {
			return strings.ReplaceAll(oneTarget, `"transfer"`, fmt.Sprintf(`"t-%d"`, i)) + "reopens = [" +
				until(1000, func(j int) string { return fmt.Sprintf(`"e-%d-%d", `, i, j) }) + "]\n"
		})
	}), "they name more than 1000 different events; name fewer"},
	{"targets", appended(func(n int) string {
		return until(n, func(i int) string {
			return strings.ReplaceAll(oneTarget, `"transfer"`, fmt.Sprintf(`"t-%d"`, i))
		})
	}), "targets are too many; 1000 at the most"},
	{"targets of one id", appended(func(n int) string {
		return until(n/5, func(int) string { return oneTarget })
	}), "is taken by the target of line 34"},
	{"escalations", inside("[[targets.escalations]]\n", func(n int) string {
		return until(n, func(int) string { return "[[targets.escalations]]\nat = \"due\"\nto = \"manager\"\ndo = \"watch\"\n" }) + "[[targets.escalations]]\n"
	}), "escalations are too many; 100 at the most"},
	{"calendars without a cover", appended(func(n int) string { return numbered(n, "[calendars.c-%d]\nhours = \"24x7\"\n") }),
		"the calendars up to this one are too large: their years are more than 10000"},
	{"stretches of hours", inside(`"07:30-12:00", "12:30-15:30"`, func(n int) string {
		return until(n, func(i int) string {
			return fmt.Sprintf(`"%02d:%02d:%02d-%02d:%02d:%02d", `, i/3600%24, i/60%60, i%60, i/3600%24, i/60%60, i%60+1)
		})
	}), "stretches of hours are too many; 100 at the most"},
	{"seasons", appended(func(n int) string {
		return numbered(n, "[[calendars.desk.seasons]]\nname = \"s-%d\"\nfrom = \"01-01\"\nto = \"01-02\"\nweek = { sat = \"08:00-09:00\" }\n")
	}), "seasons are too many; 100 at the most"},
	{"dated ranges", appended(func(n int) string {
		return numbered(n, "[[calendars.desk.days]]\nfrom = 2026-01-01\nto = 2026-12-31\nhours = \"closed\"\nwhy = \"%d\"\n")
	}), "with this entry more than 20000 dates are entered"},
	{"corrections", appended(func(n int) string {
		return until(n, func(i int) string {
			return fmt.Sprintf("[[corrections]]\nrecorded = %04d-01-01T00:00:00\nwhy = \"x\"\n[[corrections.days]]\ncalendar = \"desk\"\ndate = 2026-03-08\nhours = \"closed\"\nwhy = \"x\"\n", 1+i)
		})
	}), "corrections of one edition are too many; 100 at the most"},
	{"dates of one holiday", inside("2026-12-25", func(n int) string {
		return until(n, func(i int) string { return fmt.Sprintf("%d-%02d-%02d, ", 1900+i%300, 1+i%12, 1+i%28) })
	}), ""},
	{"one set of holidays named again and again", inside(`holidays = "local"`, func(n int) string {
		return "holidays = [" + until(n, func(int) string { return `"local", ` }) + "]"
	}), `"local" stands twice`},
}

// uncoveredDesk is the sound policy without a cover, which holidays of every year allow.
func uncoveredDesk(holidays func(size int) string) func(size int) string {
	return func(size int) string {
		text := strings.Replace(sound, "cover = { from = 2025, to = 2030 }\n", "", 1)
		return strings.Replace(text, "date = [2026-12-25]\n", "yearly = \"12-25\"\n"+holidays(size), 1)
	}
}

func init() {
	const tooMany = "the calendars up to this one have too many holidays: their years are more than 100000"
	largePolicies = append(largePolicies,
		large{"holidays with substitutes", uncoveredDesk(func(n int) string {
			return numbered(n, "[[holidays.local]]\nname = \"h-%d\"\nyearly = \"05-01\"\nsubstitute = [\"sun\"]\n")
		}), tooMany},
		large{"Hebrew holidays", uncoveredDesk(func(n int) string {
			return numbered(n, "[[holidays.local]]\nname = \"h-%d\"\nhebrew = \"15 Nisan\"\n")
		}), tooMany},
	)
}

// A file just below the largest size is parsed, or refused, with work in proportion
// to its size. Twice the text takes about twice the memory; what scans a list for
// each of its elements, and so allocates nothing, would run for minutes here.
func TestParseIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("files of a megabyte take long, and allocate the same in every zone and under the race detector")
	}
	for _, tt := range largePolicies {
		t.Run(tt.name, func(t *testing.T) {
			const margin = 20_000
			full := tt.make(tomldoc.MaxSize - margin)
			if len(full) > tomldoc.MaxSize || len(full) < tomldoc.MaxSize/6 {
				t.Fatalf("the file has %d bytes", len(full))
			}
			half := allocated(func() { Parse([]byte(tt.make((tomldoc.MaxSize-margin)/2)), "sla.toml") })
			var err error
			whole := allocated(func() { _, err = Parse([]byte(full), "sla.toml") })
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse said %.300v, want %q", err, tt.want)
			}
			// Compiling the calendars that there is room for costs the same each time.
			if most := 3*half + 200<<20; whole > most {
				t.Errorf("it allocated %d MB, and %d MB for half as much", whole>>20, half>>20)
			}
		})
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
