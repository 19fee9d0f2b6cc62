package align

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
)

// charter returns the alignments of Ra'anana's charter in 2026; each replacement is
// made in its text before.
func charter(t testing.TB, replace ...string) []*sla.Alignment {
	t.Helper()
	p := policyOf(t, replace...)
	year := func(n int) time.Time { return time.Date(n, 1, 1, 0, 0, 0, 0, p.Zone()) }
	all, err := p.Align(year(2026), year(2027))
	require.NoError(t, err)
	require.Len(t, all, 4)
	return all
}

func policyOf(t testing.TB, replace ...string) *sla.Policy {
	t.Helper()
	data, err := os.ReadFile("../../examples/policies/raanana/sla.toml")
	require.NoError(t, err)
	p, err := sla.Parse([]byte(strings.NewReplacer(replace...).Replace(string(data))), "raanana/sla.toml")
	require.NoError(t, err)
	return p
}

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func TestAllLanguagesHaveAllWords(t *testing.T) {
	placeholders := regexp.MustCompile(`\{[a-z]+\}`)
	require.ElementsMatch(t, sla.Languages(), slices.Collect(maps.Keys(words)))
	for tag, mine := range words {
		require.ElementsMatch(t, slices.Collect(maps.Keys(words["en"])), slices.Collect(maps.Keys(mine)), tag)
		for key, text := range mine {
			require.ElementsMatch(t, placeholders.FindAllString(words["en"][key], -1), placeholders.FindAllString(text, -1), "%s: %s", tag, key)
		}
	}
}

// RA-22, RA-26, A-9: what people read of the charter, with the latest safe hand-over.
func TestDocumentOfTheCharter(t *testing.T) {
	var b strings.Builder
	d := Document(sla.LanguageFor("en"), charter(t), noon)
	d.Width = 240
	require.NoError(t, d.Text(&b))
	for _, want := range []string{
		"kept: 29.5 %; kept without the vendor: 27.8 %; kept if handed over early: 3.7 %; cannot be kept: 39.1 % of the time on ops-desk",
		"what starts at Sun 2026-01-04 10:00:01 has to be handed over by Sun 2026-01-04 12:00",
		"the vendor is due at Mon 2026-01-05 12:00:01, which is 1s after Mon 2026-01-05 12:00",
		"after Sun 2026-01-04 10:00  until Sun 2026-01-04 11:40   kept                       2h to 20m         1h40m to 0s                  Sun 2026-01-04 12:00",
	} {
		require.Contains(t, b.String(), want)
	}
	var csv strings.Builder
	require.NoError(t, Document(sla.LanguageFor("en"), charter(t), noon).CSV(&csv, "targets"))
	require.Contains(t, csv.String(), "ops-handling,ops-vendor,none: the default,\"department = operations, class = incident | network\",29.5,27.8,3.7,39.1,0.0,-720\r\n")
}

// Every language says all of it, in the page, in the text and in Markdown.
func TestDocumentInAllLanguages(t *testing.T) {
	all := charter(t)
	for _, tag := range sla.Languages() {
		d := Document(sla.LanguageFor(tag), all, noon)
		var page, text bytes.Buffer
		require.NoError(t, errors.Join(d.HTML(&page), d.Text(&text), d.Markdown(io.Discard), d.CSV(io.Discard, "weeks")), tag)
		for _, got := range []string{page.String(), text.String()} {
			require.NotRegexp(t, `\{[a-z]+\}|<nil>|%!`, got, tag)
		}
		require.Equal(t, 4, strings.Count(page.String(), `<svg xmlns`), tag)
	}
	empty := Document(sla.LanguageFor("en"), nil, noon)
	require.NoError(t, empty.HTML(io.Discard), "a policy that hangs on no vendor")
}

// elements returns the names of the elements of an XML text, which has to be sound.
func elements(t testing.TB, text string) map[string]int {
	t.Helper()
	found := map[string]int{}
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err, text)
		if e, ok := token.(xml.StartElement); ok {
			found[e.Name.Local]++
			for _, a := range e.Attr {
				require.NotRegexp(t, `^(on|href|src)`, a.Name.Local)
			}
		}
	}
}

// What people wrote into a policy stands in the picture as text, whatever it is.
func TestPictureEscapesAllText(t *testing.T) {
	const evil = `</title><script>alert(1)</script><image href=x onerror=alert(1)>]]>&amp;`
	all := charter(t,
		`"Until 10:00: diagnosed the same day; after: handled by 12:00 of the next"`, `'''`+evil+`'''`,
		`"ops-vendor"`, `'''v"><script>`+evil+`'''`)
	for _, tag := range sla.Languages() {
		from, to := all[0].Week()
		svg := string(Picture(sla.LanguageFor(tag), all[0], from, to))
		for _, text := range []string{svg, string(Sheet(sla.LanguageFor(tag), all))} {
			found := elements(t, text)
			for name := range found {
				require.Contains(t, []string{"svg", "title", "desc", "style", "rect", "path", "text"}, name)
			}
			require.NotContains(t, text, "<script")
		}
		var page strings.Builder
		require.NoError(t, Document(sla.LanguageFor(tag), all, noon).HTML(&page))
		require.NotContains(t, page.String(), "<script")
	}
}

// The bar of what cannot be kept begins at noon of Sunday and lasts until midnight; from
// right to left it lies on the other side.
func TestPictureDrawsTheHours(t *testing.T) {
	a := charter(t)[0]
	from, to := a.Week()
	for tag, want := range map[string]string{
		"en": `<rect class="lost" x="141.4" y="34.0" width="71.4" height="50.0">`, // 70 + 1000 × 12 h / 168 h
		"he": `<rect class="lost" x="927.1" y="34.0" width="71.4" height="50.0">`, // 1140 - 141.4 - 71.4
	} {
		svg := string(Picture(sla.LanguageFor(tag), a, from, to))
		require.Contains(t, svg, want, tag)
		require.Equal(t, 4, strings.Count(svg, `class="lost" x`)-1, "four days and the legend")
		require.Contains(t, svg, ">12:00</text>")
	}
	// The night in which the clock goes back makes its week an hour longer.
	from = time.Date(2026, 10, 25, 0, 0, 0, 0, from.Location())
	svg := string(Picture(sla.LanguageFor("en"), a, from, from.AddDate(0, 0, 7)))
	require.Contains(t, svg, `<rect class="lost" x="146.9" y="34.0" width="71.0" height="50.0">`, "70 + 1000 × 13 h / 169 h")
}

// A week with one instant of its own, an uncovered one and one of nothing do not fail.
func TestPictureOfOddSpans(t *testing.T) {
	a := charter(t)[0]
	for _, to := range []time.Time{a.From, a.From.Add(1), a.From.Add(time.Hour), a.To.AddDate(1, 0, 0)} {
		elements(t, string(Picture(sla.LanguageFor("en"), a, a.From, to)))
	}
	elements(t, string(Sheet(sla.LanguageFor("en"), nil)))
}

// RA-22, RA-26: what is lost already, in a table beside the rest.
func TestLostTable(t *testing.T) {
	p := policyOf(t)
	at := func(hour, minute, second int) time.Time {
		return time.Date(2026, 6, 7, hour, minute, second, 0, p.Zone())
	}
	var tickets []Ticket
	for id, events := range map[string][]sla.Event{
		"2026-000001": {{Kind: "opened", At: at(10, 0, 1)}, {Kind: "handed-over", At: at(13, 20, 0)}},
		"2026-000002": {{Kind: "opened", At: at(12, 0, 1)}},
	} {
		events[0].Attributes = map[string]string{"department": "operations", "class": "incident"}
		open, err := p.Backings(sla.Timeline{ID: id, Events: events}, at(14, 0, 0))
		require.NoError(t, err)
		require.Len(t, open, 1)
		tickets = append(tickets, Ticket{id, open[0]})
	}
	slices.SortFunc(tickets, func(a, b Ticket) int { return strings.Compare(a.ID, b.ID) })
	d := report.Document{Tables: []report.Table{Lost(sla.LanguageFor("en"), tickets, p.Zone())}}
	var csv strings.Builder
	require.NoError(t, d.CSV(&csv, "lost"))
	require.Equal(t, "Ticket,Target,Due,Vendor's promise,The vendor is due,Handed over,Hand over by\r\n"+
		"2026-000001,ops-handling,2026-06-08 12:00:00,ops-vendor,2026-06-08 13:20:00,2026-06-07 13:20:00,2026-06-07 12:00:00\r\n"+
		"2026-000002,ops-handling,2026-06-08 12:00:00,ops-vendor,2026-06-08 14:00:00,,never\r\n", csv.String())
}
