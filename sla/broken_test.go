package sla

import (
	"fmt"
	"strings"
	"testing"
)

// Policies with one mistake each, besides the examples of the kinds of finding:
// each comes back with its line, and with nothing that does not follow from it.
func TestBrokenPolicies(t *testing.T) {
	tests := []struct {
		name     string
		old, new string
		want     string // line and code of each finding
	}{
		// What Parse refuses.
		{"a bracket left open", `source = "1"`, `source = ["1"`, "47 invalid"},
		{"no name", "name = \"Testville\"\n", "", "1 invalid"},
		{"a zone of the past", "Europe/Warsaw", "Europe/Warszawa", "5 invalid"},
		{"a value twice", `["low", "normal", "high"]`, `["low", "normal", "high", "low"]`, "11 invalid"},
		{"a role's title in a list", `{ en = "Help desk", pl = "Dział pomocy" }`, `["Help desk"]`, "14 invalid"},
		{"hours in words", `"07:30-15:30"`, `"morning"`, "18 invalid"},
		{"hours backwards in one day", `"07:30-15:30"`, `["12:00-15:30", "07:30-12:30"]`, "18 invalid"},
		{"a set of holidays misspelt", `holidays = "local"`, `holidays = "locals"`, "19 invalid"},
		{"a cover backwards", "{ from = 2025, to = 2030 }", "{ from = 2030, to = 2025 }", "20 invalid"},
		{"a season without an end", "to = \"08-31\"\n", "", "22 invalid"},
		{"a day that does not exist", "2026-12-24", "2026-02-29", "29 invalid"},
		{"a closure without a reason", "why = \"Christmas eve\"\n", "", "28 invalid"},
		{"a holiday of no month", `"01-01"`, `"13-01"`, "35 invalid"},
		{"a holiday with two rules", `yearly = "01-01"`, "yearly = \"01-01\"\neaster = \"western\"", "33 invalid"},
		{"an id twice", `id = "fault-high"`, `id = "transfer"`, "53 invalid"},
		{"a kind of its own", "id = \"transfer\"\nmetric = \"transfer\"\nkind = \"commitment\"", "id = \"transfer\"\nmetric = \"transfer\"\nkind = \"promise\"", "44 invalid"},
		{"an attribute that is not declared", `match = { class = "request" }`, `match = { clas = "request" }`, "93 invalid"},
		{"a value that is not declared", `match = { class = "request" }`, `match = { class = "requests" }`, "93 invalid"},
		{"a condition without values", `match = { class = "request" }`, `match = { class = [] }`, "93 invalid"},
		{"a length in words", `"30m"`, `"half an hour"`, "50 invalid"},
		{"days without a time", `due = { days = 3, at = "12:00" }`, `due = { days = 3 }`, "112 invalid"},
		{"a time that is none", `days = 3, at = "12:00"`, `days = 3, at = "noon"`, "112 invalid"},
		{"two rules at once", `due = { within = "30m" }`, `due = { within = "30m", days = 1, at = "close" }`, "50 invalid"},
		{"a cut-off that goes back", `days = 1, at = "12:00" }`, `days = 0, at = "09:00" }`, "99 invalid,99 invalid"},
		{"a cut-off for ever", `    { days = 1, at = "12:00" },`, "", "97 invalid"},
		{"met by what starts it", `meets = "transferred"`, `meets = "opened"`, "48 invalid"},
		{"a role that nobody declared", "to = \"desk\"", "to = \"dask\"", "66 invalid"},
		{"an action of its own", "to = \"desk\"\ndo = \"watch\"", "to = \"desk\"\ndo = \"wait\"", "67 invalid"},
		{"a share without its sign", `at = "50%"`, `at = "50"`, "65 invalid"},
		{"an age of no days", "age = 3", "age = 0", "126 invalid"},
		{"two occasions", "age = 3", "age = 3\nat = \"due\"", "125 invalid"},
		{"a repetition without an end", "age = 3", "age = 3\nevery = \"4h\"", "127 invalid"},
		{"a key of another table", "[roles]\n", "[roles]\ncover = { from = 2025 }\n", "14 invalid"},
		{"an unknown key", `meets = "transferred"`, "meets = \"transferred\"\nmeet = \"x\"", "49 invalid"},
		{"approvals without their start", "source = \"1\"\n", "source = \"1\"\napprovals = \"desk\"\n", "48 invalid"},

		// Attributes.
		{"a target for no priority below all others", `match = { class = "fault" }`, `match = { class = "fault", priority = "high" }`, "80 never-matches"},
		{"a catch-all that stands too high", "id = \"fault-high\"\n", "id = \"any\"\nmetric = \"handling\"\nkind = \"commitment\"\ntitle = { en = \"Any\", pl = \"Dowolne\" }\nsource = \"9\"\nstart = \"opened\"\nmeets = \"treated\"\ncalendar = \"desk\"\ndue = { days = 3, at = \"12:00\" }\n\n[[targets]]\nid = \"fault-high\"\n",
			"69 never-matches,91 never-matches,104 never-matches,114 never-matches"},
		{"an escalation by a priority of another target", `at = "50%"`, "at = \"50%\"\nmatch = { priority = \"low\" }", "66 step-never-matches"},
		{"an escalation by one value too many", "age = 3", "age = 3\nmatch = { class = [\"fault\", \"request\"] }", ""},
		{"a priority left out", "id = \"follow-up\"\n", "id = \"follow-up\"\nmatch = { priority = [\"low\", \"high\", \"\"] }\n", "116 priority-gap"},
		{"a class forgotten", "id = \"follow-up\"\n", "id = \"follow-up\"\nmatch = { class = [\"fault\", \"visit\", \"\"] }\n", "117 metric-gap"},
		{"no ticket without a class", "id = \"follow-up\"\n", "id = \"follow-up\"\nmatch = { class = [\"fault\", \"visit\", \"request\"] }\n", "117 gap-unset"},
		{"two unused attributes", "[attributes]\n", "[attributes]\nplace = []\nfloor = [1, 2]\n", "10 attribute-unmatched,11 attribute-unmatched"},

		// Due times.
		{"slower with priority, on another calendar", `due = { within = "4h" }`, `due = { within = "48h", calendar = "elapsed" }`, "62 longer-with-priority"},
		{"slower with priority by a day", `due = { within = "4h" }`, `due = { days = 3, at = "close" }`, "62 longer-with-priority"},
		{"slower with priority by the hour", `due = { within = "4h" }`, `due = { days = 2, at = "same-time" }`, ""},
		{"slower with priority over a short day", `within = "4h"`, `within = "20h"`, "62 longer-with-priority"},
		{"a window the wrong way round", "kind = \"commitment\"\ntitle = { en = \"Anything else\"", "kind = \"window\"\ntitle = { en = \"Anything else\"", "106 window-without-minimum"},
		{"a week in hours", `within = "30m"`, `within = "168h"`, "50 days-in-hours"},
		{"a day and a bit", `within = "30m"`, `within = "25h"`, ""},
		{"an end of the day that is none", `days = 3, at = "12:00"`, `days = 3, at = "16:00"`, "112 due-after-closing"},
		{"a cut-off at night", `until = "10:00"`, `until = "02:00"`, "98 cutoff-before-opening"},
		{"a cut-off in the evening", `until = "10:00", days = 0, at = "close"`, `until = "18:00", days = 1, at = "12:00"`, "98 cutoff-after-closing,99 cutoff-without-effect"},
		{"the later of two that are always in order", `due = { within = "30m" }`, `due = { latest = [ { days = 1, at = "12:00" }, { days = 2, at = "12:00" } ] }`, "50 choice-without-effect"},
		{"the earlier of two that cross", `due = { within = "30m" }`, `due = { earliest = [ { within = "6h" }, { days = 0, at = "close" } ] }`, ""},
		{"the earlier of a rule and itself", `due = { within = "30m" }`, `due = { earliest = [ { within = "30m" }, { within = "30m" } ] }`, "50 choice-without-effect"},

		// Events and names.
		{"cancelled by what starts it", "source = \"1\"\n", "source = \"1\"\ncancels = \"opened\"\n", "47 event-contradicts"},
		{"reopened by what meets it", "source = \"1\"\n", "source = \"1\"\nreopens = \"transferred\"\n", "47 event-contradicts"},
		{"an event misspelt", "meets = \"treated\"\ncalendar = \"desk\"\ndue = { within = \"4h\" }", "meets = \"treatd\"\ncalendar = \"desk\"\ndue = { within = \"4h\" }", "60 misspelt"},
		{"a metric misspelt", "id = \"other\"\nmetric = \"handling\"", "id = \"other\"\nmetric = \"handlng\"", "54 metric-gap,105 misspelt,112 conflicting-targets,112 conflicting-targets,112 conflicting-targets"},
		{"a role with capitals", "[roles]\n", "[roles]\nHead = { en = \"Chief\", pl = \"Szef\" }\n", "14 role-unused,16 names-alike"},
		{"a metric with a hyphen", "id = \"follow-up\"\nmetric = \"duration\"", "id = \"follow-up\"\nmetric = \"hand-ling\"", "116 names-alike"},

		// Escalations.
		{"twice the whole", `at = "50%"`, `at = "200%"`, "65 share-over-whole"},
		{"exactly the whole", `at = "50%"`, `at = "100%"`, ""},
		{"before the start by a minute", `at = "50%"`, `before = "4h1m"`, "65 before-the-start"},
		{"just after the start", `at = "50%"`, `before = "3h59m"`, ""},
		{"told twice for one class", "age = 3\nto = \"head\"\ndo = \"watch\"\n", "age = 3\nto = \"head\"\ndo = \"watch\"\n\n[[targets.escalations]]\nage = 3\nmatch = { class = \"fault\" }\nto = \"head\"\ndo = \"watch\"\n", "130 step-twice"},
		{"told twice for different classes", "age = 3\nto = \"head\"\ndo = \"watch\"\n", "age = 3\nmatch = { class = \"visit\" }\nto = \"head\"\ndo = \"watch\"\n\n[[targets.escalations]]\nage = 3\nmatch = { class = \"fault\" }\nto = \"head\"\ndo = \"watch\"\n", ""},

		// Roles, titles.
		{"a title in one locale more", `head = { en = "Head of IT", pl = "Kierownik" }`, `head = { en = "Head of IT", pl = "Kierownik", fa = "رئیس" }`,
			"14 role-title-missing,45 target-title-missing,56 target-title-missing,78 target-title-missing,91 target-title-missing,107 target-title-missing,118 target-title-missing"},
		{"an empty title", `pl = "Kierownik"`, `pl = ""`, "15 role-title-missing"},
		{"nobody is told", "to = \"desk\"", "to = \"head\"", "14 role-unused"},

		// Calendars and holidays.
		{"closed from June to September", `from = "07-01"`, `from = "06-01"`, ""},
		{"closed every Monday", `mon-fri = "07:30-15:30"`, `tue-fri = "07:30-15:30"`, ""},
		{"a season of last century", "from = \"07-01\"\nto = \"08-31\"", "from = 1999-07-01\nto = 1999-08-31", "22 season-outside-cover"},
		{"closed on a Saturday", "date = 2026-12-24\nhours = \"07:30-11:00\"", "date = 2026-12-26\nhours = \"closed\"", "28 day-without-effect"},
		{"open on a Saturday", "date = 2026-12-24", "date = 2026-12-26", ""},
		{"closed on a holiday", "date = 2026-12-24\nhours = \"07:30-11:00\"", "date = 2027-01-01\nhours = \"closed\"", "28 day-without-effect"},
		{"a holiday until long ago", `yearly = "01-01"`, "yearly = \"01-01\"\nto = 1990", "33 holiday-never-falls"},
		{"a feast without two years", "2026-06-04, 2027-05-27, ", "", "39 holiday-year-missing"},
		{"a country besides its own New Year", "[[holidays.local]]\nname = \"New Year\"", "[[holidays.local]]\ncountry = \"pl\"\n\n[[holidays.local]]\nname = \"New Year\"", "36 holiday-twice"},
		{"a cover of one year too few", "to = 2030 }", "to = 2026 }", "20 cover-ends-soon"},
		{"a cover of half a year more", "to = 2030 }", "to = 2027 }", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			findings := lint(t, patched(t, soundPolicy(t), Patch{tt.old, tt.new}))
			for _, f := range findings {
				got = append(got, fmt.Sprintf("%d %s", f.Line, f.Code))
			}
			if strings.Join(got, ",") != tt.want {
				t.Errorf("got %s, want %s:\n%s", strings.Join(got, ","), tt.want, lines(findings))
			}
		})
	}
}
