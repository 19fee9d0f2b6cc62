package sla

import (
	"errors"
	"fmt"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk/sla/worktime"
)

// categories is what the plural rules of CLDR distinguish among whole numbers and
// fractions.
var categories = map[string][]category{
	"en": {pluralOne, pluralOther},
	"fa": {pluralOne, pluralOther},
	"he": {pluralOne, pluralTwo, pluralOther},
	"pl": {pluralOne, pluralFew, pluralMany, pluralOther},
	"sr": {pluralOne, pluralFew, pluralOther},
}

func TestMessageFilesAreThoseOfTheLanguages(t *testing.T) {
	names, err := fs.Glob(languageFiles, "languages/*")
	require.NoError(t, err)
	var want []string
	for _, tag := range Languages() {
		want = append(want, "languages/"+tag+".toml")
	}
	slices.Sort(want)
	require.Equal(t, want, names)
}

// A message that one language lacks, or that it says with other placeholders, fails.
func TestLanguagesHaveTheSameMessages(t *testing.T) {
	want := english.messages()
	for _, l := range languages {
		got := l.messages()
		for key := range got {
			if want[key] == nil {
				t.Errorf("%s.toml has %q, which en.toml has not", l.tag, key)
			}
		}
		for key := range want {
			if got[key] == nil {
				t.Errorf("%s.toml has no message %q", l.tag, key)
				continue
			}
			forms := []category{pluralOther}
			if len(want[key]) > 1 {
				forms = slices.Clone(categories[l.tag])
			}
			slices.Sort(forms)
			if have := slices.Sorted(maps.Keys(got[key])); !slices.Equal(have, forms) {
				t.Errorf("%s.toml: %q has the forms %v, want %v", l.tag, key, have, forms)
			}
			for c, form := range got[key] {
				checkForm(t, fmt.Sprintf("%s.toml: %q, %s", l.tag, key, c), c, form, placeholders(want[key][pluralOther]))
			}
		}
	}
}

func checkForm(t *testing.T, where string, c category, form template, want []string) {
	t.Helper()
	have := placeholders(form)
	if c == pluralOne || c == pluralTwo { // "the next day" says the number by itself
		want = slices.DeleteFunc(slices.Clone(want), func(s string) bool { return s == "n" })
		have = slices.DeleteFunc(slices.Clone(have), func(s string) bool { return s == "n" })
	}
	if !slices.Equal(have, want) {
		t.Errorf("%s names %v, want %v", where, have, want)
	}
	text := strings.Join(form, "")
	if text == "" || text != strings.TrimSpace(text) || strings.ContainsAny(text, "\n\u200e\u200f\u2066\u2067") {
		t.Errorf("%s: %q is empty, begins or ends with a space, or has line breaks or marks of direction other than isolates", where, text)
	}
}

// placeholders returns the names in a template, in order of the alphabet.
func placeholders(t template) []string {
	var names []string
	for i := 1; i < len(t); i += 2 {
		names = append(names, t[i])
	}
	slices.Sort(names)
	return names
}

func TestParseMessagesRefusesWhatIsNoMessage(t *testing.T) {
	for name, text := range map[string]string{
		"a brace too many":     `a = "from {from}}"`,
		"a brace too few":      `a = "from {from"`,
		"nothing between":      `a = "from {}"`,
		"a brace within":       `a = "{a{b}"`,
		"a number":             `a = 1`,
		"a number as a form":   `a = { one = 1 }`,
		"a key that is double": "a = \"1\"\na = \"2\"",
	} {
		if _, err := parseMessages([]byte(text)); err == nil {
			t.Errorf("%s: no error for %s", name, text)
		}
	}
}

// stepsByKey is a step for each message that explains one, with all that it can name.
func stepsByKey() map[string]Step {
	from := time.Date(2026, 6, 7, 10, 0, 1, 0, time.UTC)
	to := from.Add(90 * time.Minute)
	date := worktime.Date{Year: 2026, Month: 6, Day: 5}
	ten, noon := worktime.TimeOfDay(10*time.Hour), worktime.TimeOfDay(12*time.Hour)
	closed := []string{"2026-04-02 Passover", "2026-04-08 שביעי של פסח"}
	step := func(rule string, a args) Step { return Step{rule, from, to, a} }
	day := func(n int, at string, closed []string) Step {
		return step("working-day", args{"n": n, "from": date, "date": date, "at": at, "calendar": "desk", "closed": closed})
	}
	cut := func(inclusive, minute bool, a args) Step {
		a["inclusive"], a["minute"] = inclusive, minute
		return step("cut-off", a)
	}
	return map[string]Step{
		"step.start":                   step("start", args{"event": "opened or transferred"}),
		"step.roll":                    step("roll", args{"calendar": "desk"}),
		"step.roll.why":                step("roll", args{"calendar": "desk", "date": date, "why": "Friday"}),
		"step.within":                  step("within", args{"d": 20 * time.Minute, "calendar": "desk", "closed": []string(nil)}),
		"step.within.closed":           step("within", args{"d": 90 * time.Minute, "calendar": "desk", "closed": closed}),
		"step.elapsed":                 step("elapsed", args{"d": 24 * time.Hour}),
		"step.immediate":               step("immediate", args{"grace": time.Duration(0)}),
		"step.immediate.grace":         step("immediate", args{"grace": 5 * time.Minute}),
		"step.working-day.same":        day(0, "close", closed),
		"step.working-day.next":        day(1, "12:00", nil),
		"step.working-day.next.closed": day(1, "12:00", closed),
		"step.working-day":             day(3, "same-time", nil),
		"step.working-day.closed":      day(22, "close", closed),
		"step.cut-off.until":           cut(true, false, args{"until": ten}),
		"step.cut-off.until.minute":    cut(true, true, args{"until": ten}),
		"step.cut-off.before":          cut(false, true, args{"until": ten}),
		"step.cut-off.between":         cut(true, false, args{"after": ten, "until": noon}),
		"step.cut-off.between.minute":  cut(true, true, args{"after": ten, "until": noon}),
		"step.cut-off.between.before":  cut(false, false, args{"after": ten, "until": noon}),
		"step.cut-off.after":           cut(true, false, args{"after": noon}),
		"step.cut-off.closing":         cut(true, false, args{"after": noon, "over": true}),
		"step.clip":                    step("clip", args{"first": from, "last": to}),
		"step.no-contract":             step("no-contract", nil),
		"step.contract":                step("contract", args{"contract": "C-7"}),
		"step.contract-cap":            step("contract-cap", args{"n": 1}),
		"step.appointment":             step("appointment", nil),
		"step.await":                   step("await", nil),
		"step.undetermined":            step("undetermined", args{"error": "calendar desk covers 2020–2035, and that is later: not covered"}),
		"step.minimum":                 step("minimum", nil),
		"step.maximum":                 step("maximum", args{"n": 2}),
		"step.earliest":                step("earliest", args{"n": 2}),
		"step.latest":                  step("latest", args{"n": 5}),
		"step.raised":                  step("raised", args{"old": to}),
		"step.pause":                   step("pause", args{"from": from, "to": to, "reopened": false, "elapsed": false}),
		"step.correction":              step("correction", args{"recorded": from, "why": "order 5", "source": []string{"order 5/2026"}}),
		"step.alone":                   step("alone", args{"vendor": "ops-vendor"}),
		"step.hand-over":               step("hand-over", args{"vendor": "ops-vendor"}),
		"step.own-time":                step("own-time", args{"targets": []string{"transfer", "hand-over"}}),
		"step.vendor-in-time":          step("vendor-in-time", args{"by": 90 * time.Minute}),
		"step.vendor-too-late":         step("vendor-too-late", args{"by": 90 * time.Minute}),
		"step.hand-over-by":            step("hand-over-by", nil),
		"step.hand-over-never":         step("hand-over-never", nil),
		"step.pause.reopened":          step("pause", args{"from": from, "to": to, "reopened": true, "elapsed": false}),
		"step.pause.elapsed":           step("pause", args{"from": from, "to": to, "reopened": false, "elapsed": true}),
		"step.pause.reopened.elapsed":  step("pause", args{"from": from, "to": to, "reopened": true, "elapsed": true}),
	}
}

// Each message that explains a step is one that a step gets, and the other way round.
func TestEveryStepHasItsMessage(t *testing.T) {
	steps := stepsByKey()
	for key := range english.messages() {
		if _, ok := steps[key]; !ok && strings.HasPrefix(key, "step.") {
			t.Errorf("no step gets the message %q", key)
		}
	}
	for key, step := range steps {
		require.Equal(t, key, step.message())
		for _, l := range languages {
			checkSentence(t, l, l.Why(step))
		}
	}
}

// The rules of which the engine's code adds steps are those that have a message.
func TestEveryRuleOfTheCodeHasAMessage(t *testing.T) {
	rules := map[string]bool{}
	for _, rule := range names {
		rules[rule] = true
	}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := goparser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if rule, ok := ruleAdded(n); ok {
				rules[rule] = true
			}
			return true
		})
	}
	want := map[string]bool{}
	for _, step := range stepsByKey() {
		want[step.Rule] = true
	}
	require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(rules)))
}

// ruleAdded returns the rule in trace.add("rule", …), and in add and step of a run.
func ruleAdded(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return "", false
	}
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || fun.Sel.Name != "add" && fun.Sel.Name != "step" {
		return "", false
	}
	if of := types.ExprString(fun.X); of != "r" && of != "t" && !strings.HasSuffix(of, "trace") {
		return "", false // the methods of others
	}
	for _, arg := range call.Args {
		if literal, ok := arg.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			rule, err := strconv.Unquote(literal.Value)
			return rule, err == nil
		}
	}
	return "", false
}

// checkSentence reports placeholders that are left, isolates that are not closed
// and, in a language that runs from right to left, Latin letters outside of them.
func checkSentence(t require.TestingT, l *Language, text string) {
	if text == "" || strings.ContainsAny(text, "{}") || strings.Contains(text, "%!") {
		t.Errorf("%s: %q has no text, or a placeholder without a value", l.tag, text)
	}
	depth, bare := 0, ""
	for _, r := range text {
		switch string(r) {
		case firstStrongIsolate:
			depth++
		case popDirectionalIsolate:
			depth--
		default:
			if depth == 0 {
				bare += string(r)
			}
		}
		if depth < 0 {
			break
		}
	}
	if depth != 0 {
		t.Errorf("%s: %q has isolates that are not closed", l.tag, text)
	}
	if l.rtl && latin.MatchString(bare) {
		t.Errorf("%s: %q has Latin letters, a date or a time outside of isolates", l.tag, text)
	}
	if !l.rtl && bare != text {
		t.Errorf("%s: %q has isolates", l.tag, text)
	}
}

var latin = regexp.MustCompile(`[A-Za-z]|[0-9][-:./][0-9]`)

func TestWords(t *testing.T) {
	for _, l := range languages {
		seen := map[string]bool{}
		for _, s := range []State{Running, Waiting, Met, Breached, MetLate, Stopped, Undetermined} {
			require.True(t, l.has("state."+strings.ReplaceAll(string(s), " ", "-")), "%s: %s", l.tag, s)
			seen[l.State(s)] = true
			if l == english {
				require.Equal(t, string(s), l.State(s))
			}
		}
		for _, k := range kinds {
			require.True(t, l.has("kind."+k), "%s: %s", l.tag, k)
			seen["kind "+l.Kind(Kind(k))] = true
		}
		for _, a := range actions {
			require.True(t, l.has("action."+a), "%s: %s", l.tag, a)
			seen["action "+l.Action(Action(a))] = true
		}
		require.Len(t, seen, 7+len(kinds)+len(actions), "%s says the same of two", l.tag)
		require.Equal(t, l.Isolate("x"), l.State("x"))
		require.Equal(t, l.Isolate("x"), l.Kind("x"))
		require.Equal(t, l.Isolate("x"), l.Action("x"))
		require.Equal(t, l.Isolate("x"), l.Why(Step{Rule: "x"}))
		checkSentence(t, l, l.Err(errNoAppointment))
		checkSentence(t, l, l.Err(fmt.Errorf("calendar desk: %w", worktime.ErrNotCovered)))
		checkSentence(t, l, l.Err(errors.New("contract C-7: no calendar")))
	}
}

// A step that came back from JSON, or that somebody made up, is said as well as
// may be, without a panic.
func TestStepsOfOthers(t *testing.T) {
	for _, s := range stepsByKey() {
		for name := range s.Args {
			for _, value := range []any{nil, 1.5, "x", []any{"a"}, true, time.Duration(-1), errors.New("x")} {
				s := Step{Rule: s.Rule, Args: maps.Clone(s.Args)}
				s.Args[name] = value
				for _, l := range languages {
					require.NotEmpty(t, l.Why(s))
				}
			}
		}
		require.NotEmpty(t, Step{Rule: s.Rule}.Why())
	}
}

// Each language says each finding, with its own words for what it is about.
func TestEveryLanguageSaysEachFinding(t *testing.T) {
	for _, kind := range Findings() {
		for _, f := range lintExample(t, kind) {
			for _, l := range languages {
				checkSentence(t, l, l.Finding(f))
				checkSentence(t, l, l.Severity(f.Severity))
			}
		}
	}
	for _, what := range []string{"event", "reason", "metric", "target", "attribute", "role", "calendar", "set of holidays", "value"} {
		for _, l := range languages {
			require.True(t, l.has("thing."+strings.ReplaceAll(what, " ", "-")), "%s: %s", l.tag, what)
			checkSentence(t, l, l.Finding(Finding{Code: "names-alike", Args: args{"what": what, "name": "a", "other": "b"}}))
		}
	}
	require.Equal(t, "x", english.Finding(Finding{Code: "x"}))
	f := Finding{Code: "days-in-hours", Args: args{"within": 48 * time.Hour, "calendar": "desk", "working": 6, "longest": 8 * time.Hour, "days": 2}}
	for tag, want := range map[string]string{
		"en": "48h of working time are about 6 working days, because desk is open for 8h a day at the most; write days = 2 if days are meant, or calendar = \"elapsed\" for the clock",
		"fa": "48 ساعت زمان کاری حدود 6 روز کاری است، زیرا \u2068desk\u2069 در روز حداکثر 8 ساعت باز است؛ اگر منظور روز است بنویسید \u2068days = 2\u2069، و برای زمان پیوسته \u2068calendar = \"elapsed\"\u2069",
		"he": "48 שעות של זמן עבודה הם בערך 6 ימי עבודה, כי \u2068desk\u2069 פתוח לכל היותר 8 שעות ביום; יש לכתוב \u2068days = 2\u2069 אם הכוונה לימים, או \u2068calendar = \"elapsed\"\u2069 לזמן רציף",
		"pl": "48 godz. czasu pracy to około 6 dni roboczych, bo desk jest otwarty najwyżej 8 godz. dziennie; należy napisać days = 2, jeśli chodzi o dni, albo calendar = \"elapsed\", jeśli o czas zegarowy",
		"sr": "48 ч радног времена чини око 6 радних дана, јер desk ради највише 8 ч дневно; напишите days = 2 ако се мисли на дане, или calendar = \"elapsed\" за непрекидно време",
	} {
		require.Equal(t, want, LanguageFor(tag).Finding(f))
	}
}

func TestSentences(t *testing.T) {
	steps := stepsByKey()
	for _, tt := range []struct{ locale, key, want string }{
		{"en", "step.roll.why", "desk is closed on 2026-06-05 (Friday); counted from Sun 2026-06-07 11:30:01"},
		{"en", "step.working-day.closed", "22 working days later, not counting 2026-06-05, at closing; closed: 2026-04-02 Passover, 2026-04-08 שביעי של פסח"},
		{"pl", "step.roll.why", "według kalendarza desk dnia 2026-06-05 jest zamknięte (piątek); liczone od niedz. 2026-06-07 11:30:01"},
		{"pl", "step.working-day.closed", "22 dni robocze później, nie licząc 2026-06-05, w chwili zamknięcia; dni wolne: 2026-04-02 Passover, 2026-04-08 שביעי של פסח"},
		{"pl", "step.latest", "najpóźniejszy z 5 terminów"},
		{"sr", "step.working-day", "3 радна дана касније, не рачунајући 2026-06-05, у исто време"},
		{"sr", "step.within.closed", "1 ч 30 мин радног времена по календару desk; нерадни дани: 2026-04-02 Passover, 2026-04-08 שביעי של פסח"},
		{"sr", "step.cut-off.after", "нед. 2026-06-07 10:00:01 је прекасно за гранично време 12:00"},
		{"he", "step.cut-off.until", "יום א׳ \u20682026-06-07 10:00:01\u2069 אינו מאוחר משעת הסף \u206810:00\u2069"},
		{"he", "step.working-day.closed", "כעבור 22 ימי עבודה, לא כולל \u20682026-06-05\u2069, בשעת הסגירה; ימים סגורים: \u20682026-04-02 Passover\u2069, \u20682026-04-08 שביעי של פסח\u2069"},
		{"he", "step.earliest", "המוקדם מבין שני מועדים"},
		{"he", "step.start", "הספירה מתחילה באירוע \u2068opened\u2069 או \u2068transferred\u2069, יום א׳ \u20682026-06-07 10:00:01\u2069"},
		{"fa", "step.within", "20 دقیقه زمان کاری طبق تقویم \u2068desk\u2069"},
		{"fa", "step.roll.why", "طبق تقویم \u2068desk\u2069 در تاریخ \u20682026-06-05\u2069 تعطیل است (جمعه)؛ شمارش از یکشنبه \u20682026-06-07 11:30:01\u2069"},
	} {
		if got := LanguageFor(tt.locale).Why(steps[tt.key]); got != tt.want {
			t.Errorf("%s of %s\n got %s\nwant %s", tt.locale, tt.key, got, tt.want)
		}
	}
}

func TestLanguageFor(t *testing.T) {
	for locale, want := range map[string]string{
		"en": "en", "en-GB": "en", "he": "he", "he-IL": "he", "he_IL": "he", "HE": "he", " he ": "he", "iw": "he", "pl-PL": "pl",
		"fa-AF": "fa", "sr": "sr", "sr-Latn": "sr", "sr-Cyrl-RS": "sr", "": "en", "de": "en", "hebrew": "en", "-": "en", "pl.UTF-8": "en",
	} {
		if got := LanguageFor(locale).Tag(); got != want {
			t.Errorf("LanguageFor(%q) is %s, want %s", locale, got, want)
		}
	}
	require.Equal(t, []string{"en", "fa", "he", "pl", "sr"}, Languages())
	for _, tag := range Languages() {
		require.Equal(t, tag == "fa" || tag == "he", LanguageFor(tag).RightToLeft(), tag)
	}
}

func TestTitle(t *testing.T) {
	for _, tt := range []struct {
		locale, want string
		titles       map[string]string
	}{
		{"he", "", nil},
		{"he", "h", map[string]string{"en": "e", "he": "h", "ar": "a"}},
		{"he", "h", map[string]string{"en": "e", "he-IL": "h"}},
		{"he", "h", map[string]string{"he-IL": "i", "he": "h"}},
		{"he", "e", map[string]string{"en": "e", "ar": "a"}},
		{"he", "e", map[string]string{"en": "e", "he": ""}},
		{"he", "e", map[string]string{"en-GB": "e", "ar": "a"}},
		{"he", "a", map[string]string{"pl": "p", "ar": "a"}},
		{"en", "e", map[string]string{"en": "e", "en-US": "u", "he": "h"}},
		{"en", "h", map[string]string{"he": "h"}},
	} {
		if got := LanguageFor(tt.locale).Title(tt.titles); got != tt.want {
			t.Errorf("%s of %v is %q, want %q", tt.locale, tt.titles, got, tt.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for _, tt := range []struct {
		d                  time.Duration
		en, he, pl, fa, sr string
	}{
		{0, "0s", "0 שניות", "0 s", "0 ثانیه", "0 с"},
		{time.Minute, "1m", "דקה אחת", "1 min", "1 دقیقه", "1 мин"},
		{20 * time.Minute, "20m", "20 דקות", "20 min", "20 دقیقه", "20 мин"},
		{90 * time.Minute, "1h30m", "שעה ו-30 דקות", "1 godz. 30 min", "1 ساعت و 30 دقیقه", "1 ч 30 мин"},
		{2 * time.Hour, "2h", "שעתיים", "2 godz.", "2 ساعت", "2 ч"},
		{24 * time.Hour, "24h", "24 שעות", "24 godz.", "24 ساعت", "24 ч"},
		{time.Hour + 5*time.Second, "1h0m5s", "שעה ו-0 דקות ו-5 שניות", "1 godz. 0 min 5 s", "1 ساعت و 0 دقیقه و 5 ثانیه", "1 ч 0 мин 5 с"},
		{1500 * time.Millisecond, "1.5s", "1.5 שניות", "1.5 s", "1.5 ثانیه", "1.5 с"},
		{-2 * time.Minute, "-2m", "-2 דקות", "-2 min", "-2 دقیقه", "-2 мин"},
	} {
		for tag, want := range map[string]string{"en": tt.en, "he": tt.he, "pl": tt.pl, "fa": tt.fa, "sr": tt.sr} {
			if got := LanguageFor(tag).Duration(tt.d); got != want {
				t.Errorf("%v in %s is %q, want %q", tt.d, tag, got, want)
			}
		}
	}
}

// In English a policy can have it back as it wrote it.
func TestEnglishDurationIsGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64().Draw(t, "d"))
		if d < 0 || rapid.Bool().Draw(t, "whole") {
			d = d.Truncate(time.Second)
		}
		back, err := time.ParseDuration(english.Duration(d))
		if err != nil || back != d {
			t.Fatalf("%d is said as %q, which is %d, %v", d, english.Duration(d), back, err)
		}
	})
}

// Samples of CLDR; package examples compares all with golang.org/x/text.
func TestPlurals(t *testing.T) {
	for _, tt := range []struct {
		locale string
		want   map[category][]int
	}{
		{"en", map[category][]int{pluralOne: {1, -1}, pluralOther: {0, 2, 11, 21, 101}}},
		{"fa", map[category][]int{pluralOne: {0, 1}, pluralOther: {2, 10, 11, 101}}},
		{"he", map[category][]int{pluralOne: {1}, pluralTwo: {2, -2}, pluralOther: {0, 3, 10, 12, 20, 22, 102}}},
		{"pl", map[category][]int{pluralOne: {1}, pluralFew: {2, 3, 4, 22, 24, 102, 1003}, pluralMany: {0, 5, 11, 12, 14, 19, 21, 25, 101, 112}}},
		{"sr", map[category][]int{pluralOne: {1, 21, 101, -31}, pluralFew: {2, 4, 22, 34, 102}, pluralOther: {0, 5, 11, 12, 14, 19, 20, 111, 113}}},
	} {
		l := LanguageFor(tt.locale)
		for want, numbers := range tt.want {
			for _, n := range numbers {
				if got := l.plural(n); got != want {
					t.Errorf("%s: %d is %s, want %s", tt.locale, n, got, want)
				}
			}
		}
	}
}

// A local time that autumn shows twice is told with its offset, and no other.
func TestTimesShownTwice(t *testing.T) {
	for _, tt := range []struct{ zone, at, want string }{
		{"Asia/Jerusalem", "2026-10-24T22:30:00Z", "Sun 2026-10-25 01:30+03:00"},
		{"Asia/Jerusalem", "2026-10-24T23:30:00Z", "Sun 2026-10-25 01:30+02:00"},
		{"Asia/Jerusalem", "2026-10-24T21:59:59Z", "Sun 2026-10-25 00:59:59"},
		{"Asia/Jerusalem", "2026-10-25T00:00:00Z", "Sun 2026-10-25 02:00"},
		{"Asia/Jerusalem", "2026-03-26T23:59:59Z", "Fri 2026-03-27 01:59:59"},
		{"Asia/Jerusalem", "2026-03-27T00:00:00Z", "Fri 2026-03-27 03:00"},
		{"Australia/Lord_Howe", "2026-04-04T14:45:00Z", "Sun 2026-04-05 01:45+11:00"},
		{"Australia/Lord_Howe", "2026-04-04T15:15:00Z", "Sun 2026-04-05 01:45+10:30"},
		{"Australia/Lord_Howe", "2026-04-04T15:30:00Z", "Sun 2026-04-05 02:00"},
		{"UTC", "2026-10-25T01:30:00Z", "Sun 2026-10-25 01:30"},
	} {
		loc, err := time.LoadLocation(tt.zone)
		require.NoError(t, err)
		at, err := time.Parse(time.RFC3339, tt.at)
		require.NoError(t, err)
		if got := english.Time(at.In(loc)); got != tt.want {
			t.Errorf("in %s, %s is %s, want %s", tt.zone, tt.at, got, tt.want)
		}
	}
}

// What another package finds is said by its own sentence, with values as the
// language of the sentence writes them, and set apart in one that runs from right to left.
func TestFindingOfAnotherPackage(t *testing.T) {
	f := Finding{Code: "x", Sentence: "{role} waits {wait} for {all}", Args: args{"role": "clerk", "wait": 90 * time.Minute, "all": []string{"a", "b", "c"}}}
	require.Equal(t, "clerk waits 1h30m for a, b, c", f.Message())
	require.Equal(t, "\u2068clerk waits 1h30m for a, b, c\u2069", LanguageFor("he").Finding(f))
	require.Equal(t, "{left open", Finding{Code: "x", Sentence: "{left open"}.Message())
	require.Equal(t, "x", Finding{Code: "x"}.Message())
}
