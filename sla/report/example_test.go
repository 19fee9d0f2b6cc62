package report_test

import (
	"bytes"
	"fmt"
	"html/template"
	"log"
	"os"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/report"
)

// Two vendors' work of June, in Polish: the decimal point is a comma, and a length of
// time is told in hours and minutes.
func ExampleDocument() {
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		log.Fatal(err)
	}
	june := townclerk.Period{
		From: time.Date(2026, time.June, 1, 0, 0, 0, 0, zone),
		To:   time.Date(2026, time.July, 1, 0, 0, 0, 0, zone),
	}
	polish := sla.LanguageFor("pl")
	d := report.Document{
		Language: polish,
		Title:    "Praca dostawców",
		Facts:    report.PeriodFacts(polish, june, time.Date(2026, time.July, 3, 9, 0, 0, 0, zone), zone),
		Tables: []report.Table{{
			Name: "vendors", Title: "Dostawcy",
			Columns: []report.Column{
				{Label: "Dostawca"}, {Label: "Zgłoszenia"},
				{Label: "Czas pracy", Unit: report.Minutes},
				{Label: "Dotrzymano", Unit: report.Percents},
				{Label: "Koszt", Unit: "PLN"},
			},
			Rows: [][]report.Cell{
				{
					report.Data("=Sieci+Spółka"), report.Number(12), report.Duration(31*time.Hour + 30*time.Minute),
					report.Percent(townclerk.Ratio{N: 11, D: 12}, 1), report.Money(townclerk.Money{Minor: 123450, Currency: "PLN"}),
				},
				{
					report.Data("Drukarki 24"), report.Number(0), report.Duration(0),
					report.Percent(townclerk.Ratio{N: 0, D: 0}, 1), report.Money(townclerk.Money{Minor: 0, Currency: "PLN"}),
				},
			},
		}},
	}
	must := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	must(d.Text(os.Stdout))
	var csv strings.Builder
	must(d.CSV(&csv, "vendors"))
	fmt.Println()
	fmt.Print(strings.ReplaceAll(csv.String(), "\r\n", "\n"))
	// Output:
	// Praca dostawców
	//
	// Od                  pon. 2026-06-01 00:00
	// Do, bez tej chwili  śr. 2026-07-01 00:00
	// Stan na             pt. 2026-07-03 09:00
	// Strefa czasowa      Europe/Warsaw
	//
	// Dostawcy
	// Dostawca       Zgłoszenia       Czas pracy  Dotrzymano        Koszt
	// -------------  ----------  ---------------  ----------  -----------
	// =Sieci+Spółka          12  31 godz. 30 min       91,7%  1234,50 PLN
	// Drukarki 24             0              0 s                 0,00 PLN
	//
	// Dostawca,Zgłoszenia,Czas pracy (minuty),Dotrzymano (%),Koszt (PLN)
	// '=Sieci+Spółka,12,1890,91.7,1234.50
	// Drukarki 24,0,0,,0.00
}

// The card of a process, with a drawing that only a browser can show.
func ExampleSection() {
	d := report.Document{
		Title: "Process card: incidents",
		Facts: []report.Fact{{Label: "Owner", Value: report.Data("head of IT")}},
		Sections: []report.Section{
			{Title: "Aim", Text: []report.Cell{report.Data("What is broken works again within the promised time.")}},
			{Title: "Inputs", List: []report.Cell{report.Data("a call by phone"), report.Data("an alarm of the monitoring")}},
			{Title: "Course", Picture: &report.Picture{Title: "from the call to the closing", SVG: drawn("Call → Desk")}},
		},
	}
	if err := d.Markdown(os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// # Process card: incidents
	//
	// - Owner: head of IT
	//
	// ## Aim
	//
	// What is broken works again within the promised time.
	//
	// ## Inputs
	//
	// - a call by phone
	// - an alarm of the monitoring
	//
	// ## Course
	//
	// Picture: from the call to the closing
}

var drawing = template.Must(template.New("drawing").Parse(`<svg viewBox="0 0 200 40"><text x="10" y="20">{{.}}</text></svg>`))

func drawn(text string) template.HTML {
	var b bytes.Buffer
	if err := drawing.Execute(&b, text); err != nil {
		log.Fatal(err)
	}
	return template.HTML(b.String())
}
