package sla

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla/worktime"
)

// Language says in the language of a reader what the engine found out:
//
//	he := sla.LanguageFor("he-IL")
//	for _, step := range clock.Steps() {
//		fmt.Println(he.Why(step))
//	}
//	fmt.Println(he.State(clock.State))
//
// It is immutable and safe for concurrent use.
type Language struct {
	tag      string
	rtl      bool
	plural   func(n int) category
	messages func() messages // read at first use
}

// languages is the languages that there are, by tag, the fallback first.
var languages = []*Language{
	newLanguage("en", false, pluralEnglish),
	newLanguage("fa", true, pluralPersian),
	newLanguage("he", true, pluralHebrew),
	newLanguage("pl", false, pluralPolish),
	newLanguage("sr", false, pluralSerbian),
}

var english = languages[0]

// Languages returns the tags of the languages that there are, in order.
func Languages() []string {
	tags := make([]string, len(languages))
	for i, l := range languages {
		tags[i] = l.tag
	}
	return tags
}

// LanguageFor returns the language of a locale, written as in BCP 47: he, he-IL,
// sr-Latn-RS; he_IL is read as well, and the case does not matter. Of the locale
// only the language counts, so that sr-Latn gets Serbian in Cyrillic, the script
// that there is. A locale of any other language, or none, gets English: compare
// [Language.Tag] to notice it.
func LanguageFor(locale string) *Language {
	tag := base(locale)
	if tag == "iw" { // which Java and old browsers say
		tag = "he"
	}
	for _, l := range languages {
		if l.tag == tag {
			return l
		}
	}
	return english
}

// base returns the language of a locale.
func base(locale string) string {
	locale = strings.ToLower(strings.TrimSpace(locale))
	if i := strings.IndexAny(locale, "-_"); i >= 0 {
		locale = locale[:i]
	}
	return locale
}

// Tag returns the language's tag: one of [Languages].
func (l *Language) Tag() string { return l.tag }

// RightToLeft reports whether the language is written from right to left. What
// its sentences take over from a policy or write in digits is set apart by
// isolates (U+2068 and U+2069), so that each is shown in its own direction.
func (l *Language) RightToLeft() bool { return l.rtl }

// Why returns the step as a sentence without a full stop.
func (l *Language) Why(s Step) string {
	key := s.message()
	if !l.has(key) {
		return l.Isolate(s.Rule)
	}
	return l.say(key, s.words(l))
}

// State returns the word for a clock's state.
func (l *Language) State(s State) string {
	return l.word("state."+strings.ReplaceAll(string(s), " ", "-"), string(s))
}

// Kind returns the word for the kind of a target.
func (l *Language) Kind(k Kind) string { return l.word("kind."+string(k), string(k)) }

// Action says what somebody to whom is escalated is to do.
func (l *Language) Action(a Action) string { return l.word("action."+string(a), string(a)) }

// Finding says what is wrong with a policy and what to do, in a sentence without a
// full stop.
func (l *Language) Finding(f Finding) string {
	key := "finding." + f.Code
	if !l.has(key) {
		return l.Isolate(f.inEnglish())
	}
	words := maps.Clone(f.Args)
	if what, ok := words["what"].(string); ok {
		words["what"] = phrase(l.word("thing."+strings.ReplaceAll(what, " ", "-"), what))
	}
	if safe, ok := words["safe"].(time.Time); ok {
		start, _ := words["example"].(time.Time)
		words["safe"] = phrase(l.HandOver(start, safe))
	}
	return l.say(key, words)
}

// HandOver says by when what starts at an instant has to be handed over to a vendor;
// if latest is zero, that no hand-over is early enough.
func (l *Language) HandOver(start, latest time.Time) string {
	if latest.IsZero() {
		return l.say("hand-over.never", nil)
	}
	return l.say("hand-over.by", args{"start": start, "latest": latest})
}

// Fit returns the word for whether a vendor's promise can keep ours.
func (l *Language) Fit(f Fit) string { return l.word("fit."+string(f), string(f)) }

// Severity returns the word for how grave a finding is.
func (l *Language) Severity(s Severity) string { return l.word("severity."+string(s), string(s)) }

// word returns a message without placeholders, or the word itself if it is none of ours.
func (l *Language) word(key, word string) string {
	if !l.has(key) {
		return l.Isolate(word)
	}
	return l.say(key, nil)
}

// Err says why a clock is undetermined, as [Clock.Err] has it. Where the language
// has no sentence for the error, its own English text stands.
func (l *Language) Err(err error) string {
	switch {
	case errors.Is(err, errNoAppointment):
		return l.say("error.no-appointment", nil)
	case errors.Is(err, worktime.ErrNotCovered):
		return l.say("error.not-covered", args{"error": err.Error()})
	}
	return l.Isolate(err.Error())
}

// Title returns the title in the language, of those by locale that a policy gives
// to a target or a role: if there is none, in English, else in the first locale in
// order of the alphabet; "" if there are none at all.
func (l *Language) Title(titles map[string]string) string {
	var first, fallback string
	for locale, title := range titles {
		switch tag := base(locale); {
		case title == "":
		case tag == l.tag && (first == "" || locale < first):
			first = locale
		case tag != l.tag && better(locale, fallback):
			fallback = locale
		}
	}
	if first != "" {
		return titles[first]
	}
	return titles[fallback]
}

// better reports whether a title in that locale is rather taken than in the other.
func better(locale, than string) bool {
	if a, b := base(locale) == english.tag, base(than) == english.tag; a != b {
		return a
	}
	return than == "" || locale < than
}

// Time returns the instant as it stands in sentences: the day of the week, the
// ISO date, and as much of the time of day as there is, in t's own zone. A local
// time that the zone's clock shows twice comes with its offset.
func (l *Language) Time(t time.Time) string {
	layout := "2006-01-02 15:04"
	if t.Second() != 0 || t.Nanosecond() != 0 {
		layout = "2006-01-02 15:04:05.999999999"
	}
	if shownTwice(t) {
		layout += "-07:00"
	}
	return l.say("time", args{"day": phrase(l.day("day", t.Weekday())), "at": t.Format(layout)})
}

// Day returns the day of the week and the ISO date, in t's own zone.
func (l *Language) Day(t time.Time) string {
	return l.say("time", args{"day": phrase(l.day("day", t.Weekday())), "at": t.Format(time.DateOnly)})
}

// shownTwice reports whether the zone's clock shows t's local time at another
// instant, too: before a change of its offset and after it.
func shownTwice(t time.Time) bool {
	_, offset := t.Zone()
	for _, beside := range []time.Duration{-25 * time.Hour, 25 * time.Hour} {
		_, other := t.Add(beside).Zone()
		again := t.Add(time.Duration(offset-other) * time.Second)
		if _, shown := again.Zone(); other != offset && shown == other {
			return true
		}
	}
	return false
}

// day returns the name of a day of the week: "weekday" in full, "day" abbreviated.
func (l *Language) day(form string, d time.Weekday) string {
	return l.say(form+"."+strings.ToLower(d.String()[:3]), nil)
}

// Duration returns a length of time in hours, minutes and seconds, without those
// at the end that are zero: in English 20m, 1h30m or 24h.
func (l *Language) Duration(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	h, m, s := int(d/time.Hour), int(d%time.Hour/time.Minute), d%time.Minute
	var parts []string
	if h > 0 {
		parts = append(parts, l.say("hours", args{"n": h}))
	}
	if m > 0 || h > 0 && s > 0 {
		parts = append(parts, l.say("minutes", args{"n": m}))
	}
	if s > 0 || len(parts) == 0 {
		parts = append(parts, l.seconds(s))
	}
	return sign + l.join("length", parts)
}

// seconds returns a length of less than a minute.
func (l *Language) seconds(s time.Duration) string {
	if s%time.Second == 0 {
		return l.say("seconds", args{"n": int(s / time.Second)})
	}
	// Not by a float, which is a nanosecond off at times.
	n := strings.TrimRight(fmt.Sprintf("%d.%09d", s/time.Second, s%time.Second), "0")
	return l.form("seconds", pluralOther, args{"n": phrase(n)})
}

// join puts parts together, two at a time, from the end.
func (l *Language) join(key string, parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	last := len(parts) - 1
	text := parts[last]
	for _, first := range slices.Backward(parts[:last]) {
		text = l.say(key, args{"first": phrase(first), "rest": phrase(text)})
	}
	return text
}

// phrase is a text of the language itself, to be put into a message as it is.
type phrase string

// text returns a value as it is put into a message.
func (l *Language) text(value any) string {
	switch v := value.(type) {
	case phrase:
		return string(v)
	case int:
		return strconv.Itoa(v)
	case time.Time:
		return l.Time(v)
	case time.Duration:
		return l.Duration(v)
	case []string:
		return l.list("list.and", v)
	}
	return l.Isolate(plain(value))
}

// list returns names as a list.
func (l *Language) list(key string, names []string) string {
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = l.Isolate(name)
	}
	return l.join(key, parts)
}

// The Unicode characters between which a text has a direction of its own, that of
// its first letter, and does not disturb what stands around it.
const (
	firstStrongIsolate    = "\u2068"
	popDirectionalIsolate = "\u2069"
)

// Isolate returns a text, such as an id, so that it can stand in or beside a
// sentence of the language: between isolates if that runs from right to left.
func (l *Language) Isolate(text string) string {
	if !l.rtl || text == "" {
		return text
	}
	return firstStrongIsolate + text + popDirectionalIsolate
}
