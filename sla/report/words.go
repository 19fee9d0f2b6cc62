package report

import (
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
)

// words is what documents of all kinds say, in the languages that there are, by their
// tags: see [sla.Languages]. {n} stands for a number that is put in.
var words = map[string]map[string]string{
	"en": {
		"from": "From", "until": "Until, not included", "as-of": "As of", "zone": "Times of",
		"left-out": "Left out: {n}", "more": "and {n} more", "minutes": "minutes", "point": ".", "picture": "Picture",
	},
	"fa": {
		"from": "از", "until": "تا (بدون خود آن)", "as-of": "وضعیت در", "zone": "منطقهٔ زمانی",
		"left-out": "کنار گذاشته\u200cشده: {n}", "more": "و {n} مورد دیگر", "minutes": "دقیقه", "point": ".", "picture": "تصویر",
	},
	"he": {
		"from": "מ־", "until": "עד (לא כולל)", "as-of": "נכון ל־", "zone": "אזור זמן",
		"left-out": "לא נכללו: {n}", "more": "ועוד {n}", "minutes": "דקות", "point": ".", "picture": "תרשים",
	},
	"pl": {
		"from": "Od", "until": "Do, bez tej chwili", "as-of": "Stan na", "zone": "Strefa czasowa",
		"left-out": "Pominięto: {n}", "more": "i jeszcze {n}", "minutes": "minuty", "point": ",", "picture": "Rysunek",
	},
	"sr": {
		"from": "Од", "until": "До, не укључујући", "as-of": "Стање на дан", "zone": "Временска зона",
		"left-out": "Изостављено: {n}", "more": "и још {n}", "minutes": "минути", "point": ",", "picture": "Слика",
	},
}

// say returns a word in the language.
func say(l *sla.Language, key string) string { return words[l.Tag()][key] }

// counted returns a word with a number put in.
func counted(l *sla.Language, key string, n int) string {
	return strings.ReplaceAll(say(l, key), "{n}", strconv.Itoa(n))
}

// PeriodFacts says of which time a report tells, as of when, and by which zone's
// clock; if it is nil, by that of UTC. The end of a period is not part of it, which
// the label says.
func PeriodFacts(l *sla.Language, period townclerk.Period, now time.Time, zone *time.Location) []Fact {
	l = spoken(l)
	if zone == nil {
		zone = time.UTC
	}
	return []Fact{
		{say(l, "from"), Time(period.From, zone)},
		{say(l, "until"), Time(period.To, zone)},
		{say(l, "as-of"), Time(now, zone)},
		{say(l, "zone"), Data(zone.String())},
	}
}

// LeftOut is the notes on what a report could not tell, in all n things, and why, as
// far as the mistakes are kept: they may be fewer than n. There are none if n is 0.
func LeftOut(l *sla.Language, n int, mistakes []error) []Cell {
	if n == 0 {
		return nil
	}
	l = spoken(l)
	notes := []Cell{Word(counted(l, "left-out", n))}
	for _, err := range mistakes {
		notes = append(notes, Data(err.Error()))
	}
	if more := n - len(mistakes); more > 0 {
		notes = append(notes, Data(counted(l, "more", more)))
	}
	return notes
}
