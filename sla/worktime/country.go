package worktime

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cy"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/ee"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fi"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/hu"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/is"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/ke"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lu"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mt"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/mx"
	"github.com/rickar/cal/v2/nc"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/pt"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/rs"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/th"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// Country is a set of public holidays of the library [cal], by the lower-case
// ISO 3166 code of the country or, where the library has them, of its part:
//
//	ar at be bg br ca ch cy cz de dk ee es fi fr gb gr hr hu ie is it jp ke lt lu
//	lv mt mw mx nc nl no nz pl pt ro rs ru se si sk th ua us za
//
//	au-act au-nsw au-nt au-qld au-sa au-tas au-vic au-wa (there is no "au")
//	ch-ag ch-ai ch-ar ch-be ch-bl ch-bs ch-fr ch-ge ch-gl ch-gr ch-ju ch-lu ch-ne
//	ch-nw ch-ow ch-sg ch-sh ch-so ch-sz ch-tg ch-ti ch-ur ch-vd ch-vs ch-zg ch-zh
//	de-bb de-be de-bw de-by de-hb de-he de-hh de-mv de-ni de-nw de-rp de-sh de-sl
//	de-sn de-st de-th
//
// A holiday that the country keeps on another day when it falls on a weekend is
// closed on that day, and not on its own.
//
// A set is the law of today with some history, and only as good as the library:
// feasts by the moon are missing, as is Serbia's rule for Sundays. Compare the
// years you need with the official list, and mend by holidays of your own. Sets
// are known for the years 1900 to 2099; after them the library's Orthodox Easter
// is a day early.
//
// [cal]: https://pkg.go.dev/github.com/rickar/cal/v2
type Country string

func (c Country) check() error {
	if _, known := countries[string(c)]; known {
		return nil
	}
	codes := slices.Sorted(maps.Keys(countries))
	code := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(string(c))), "_", "-")
	if _, known := countries[code]; known {
		return fmt.Errorf("there is no set of holidays for %q; did you mean %q?", string(c), code)
	}
	if parts := slices.DeleteFunc(slices.Clone(codes), func(part string) bool { return !strings.HasPrefix(part, code+"-") }); len(parts) > 0 {
		codes = parts
	}
	return fmt.Errorf("there is no set of holidays for %q; there are %s", string(c), strings.Join(codes, ", "))
}

func (c Country) in(year int) ([]occurrence, error) {
	if year < 1900 || year > 2099 {
		return nil, fmt.Errorf("the sets of countries are known for 1900 to 2099, not for %d: %w", year, errNoTable)
	}
	var on []occurrence
	for y := year - 1; y <= year+1; y++ { // New Year may be kept in the old one
		for _, h := range countries[string(c)] {
			if day, ok := keptOn(h, y); ok && dateOf(day).Year == year {
				on = append(on, occurrence{day, h.Name})
			}
		}
	}
	return on, nil
}

// keptOn returns the day on which the country keeps the year's holiday.
func keptOn(h *cal.Holiday, year int) (day int, ok bool) {
	own := *h // Japan's equinox writes to the Holiday that it is given
	date, _ := own.Calc(year)
	if date.IsZero() {
		return 0, false
	}
	// Calc returns midnight in the host's zone. Where clocks change at midnight
	// that is an hour of the day before, and so is the weekday by which it moves
	// the holiday: take the date at noon, and move it here.
	day = civil(date.Add(12 * time.Hour)).number()
	for _, alt := range h.Observed {
		if alt.Day == weekdayOf(day) {
			return day + alt.Offset, true
		}
	}
	return day, true
}

var countries = map[string][]*cal.Holiday{
	"ar":     ar.Holidays,
	"at":     at.Holidays,
	"au-act": au.HolidaysACT,
	"au-nsw": au.HolidaysNSW,
	"au-nt":  au.HolidaysNT,
	"au-qld": au.HolidaysQLD,
	"au-sa":  au.HolidaysSA,
	"au-tas": au.HolidaysTAS,
	"au-vic": au.HolidaysVIC,
	"au-wa":  au.HolidaysWA,
	"be":     be.Holidays,
	"bg":     bg.Holidays,
	"br":     br.Holidays,
	"ca":     ca.Holidays,
	"ch":     ch.Holidays,
	"ch-ag":  ch.HolidaysAG,
	"ch-ai":  ch.HolidaysAI,
	"ch-ar":  ch.HolidaysAR,
	"ch-be":  ch.HolidaysBE,
	"ch-bl":  ch.HolidaysBL,
	"ch-bs":  ch.HolidaysBS,
	"ch-fr":  ch.HolidaysFR,
	"ch-ge":  ch.HolidaysGE,
	"ch-gl":  ch.HolidaysGL,
	"ch-gr":  ch.HolidaysGR,
	"ch-ju":  ch.HolidaysJU,
	"ch-lu":  ch.HolidaysLU,
	"ch-ne":  ch.HolidaysNE,
	"ch-nw":  ch.HolidaysNW,
	"ch-ow":  ch.HolidaysOW,
	"ch-sg":  ch.HolidaysSG,
	"ch-sh":  ch.HolidaysSH,
	"ch-so":  ch.HolidaysSO,
	"ch-sz":  ch.HolidaysSZ,
	"ch-tg":  ch.HolidaysTG,
	"ch-ti":  ch.HolidaysTI,
	"ch-ur":  ch.HolidaysUR,
	"ch-vd":  ch.HolidaysVD,
	"ch-vs":  ch.HolidaysVS,
	"ch-zg":  ch.HolidaysZG,
	"ch-zh":  ch.HolidaysZH,
	"cy":     cy.Holidays,
	"cz":     cz.Holidays,
	"de":     de.Holidays,
	"de-bb":  de.HolidaysBB,
	"de-be":  de.HolidaysBE,
	"de-bw":  de.HolidaysBW,
	"de-by":  de.HolidaysBY,
	"de-hb":  de.HolidaysHB,
	"de-he":  de.HolidaysHE,
	"de-hh":  de.HolidaysHH,
	"de-mv":  de.HolidaysMV,
	"de-ni":  de.HolidaysNI,
	"de-nw":  de.HolidaysNW,
	"de-rp":  de.HolidaysRP,
	"de-sh":  de.HolidaysSH,
	"de-sl":  de.HolidaysSL,
	"de-sn":  de.HolidaysSN,
	"de-st":  de.HolidaysST,
	"de-th":  de.HolidaysTH,
	"dk":     dk.Holidays,
	"ee":     ee.Holidays,
	"es":     es.Holidays,
	"fi":     fi.Holidays,
	"fr":     fr.Holidays,
	"gb":     gb.Holidays,
	"gr":     gr.Holidays,
	"hr":     hr.Holidays,
	"hu":     hu.Holidays,
	"ie":     ie.Holidays,
	"is":     is.Holidays,
	"it":     it.Holidays,
	"jp":     jp.Holidays,
	"ke":     ke.Holidays,
	"lt":     lt.Holidays,
	"lu":     lu.Holidays,
	"lv":     lv.Holidays,
	"mt":     mt.Holidays,
	"mw":     mw.Holidays,
	"mx":     mx.Holidays,
	"nc":     nc.Holidays,
	"nl":     nl.Holidays,
	"no":     no.Holidays,
	"nz":     nz.Holidays,
	"pl":     pl.Holidays,
	"pt":     pt.Holidays,
	"ro":     ro.Holidays,
	"rs":     rs.Holidays,
	"ru":     ru.Holidays,
	"se":     se.Holidays,
	"si":     si.Holidays,
	"sk":     sk.Holidays,
	"th":     th.Holidays,
	"ua":     ua.Holidays,
	"us":     us.Holidays,
	"za":     za.Holidays,
}
