package worktime_test

import (
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/townclerk/townclerk/sla/worktime"
)

// must keeps the examples short.
func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// deskCalendar is open from Sunday to Thursday, 07:30 to 16:30.
func deskCalendar() *worktime.Calendar {
	hours := []worktime.Interval{must(worktime.ParseInterval("07:30-16:30"))}
	var week worktime.Week
	for day := time.Sunday; day <= time.Thursday; day++ {
		week[day] = hours
	}
	return must(worktime.New(worktime.Spec{
		Name: "desk",
		Zone: must(time.LoadLocation("Asia/Jerusalem")),
		Week: week,
		Days: []worktime.Exception{{
			Date:  worktime.Date{Year: 2026, Month: time.June, Day: 8},
			Hours: []worktime.Interval{must(worktime.ParseInterval("07:30-12:00"))},
			Why:   "staff meeting",
		}},
	}))
}

const layout = "Mon 2006-01-02 15:04"

// "The event is passed to handling within 20 minutes of the call."
func ExampleCalendar_Add() {
	desk := deskCalendar()
	call := time.Date(2026, 6, 7, 16, 25, 0, 0, desk.Zone())
	due, err := desk.Add(call, 20*time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(due.Format(layout))
	// Output: Mon 2026-06-08 07:45
}

func ExampleCalendar_Between() {
	desk := deskCalendar()
	opened := time.Date(2026, 6, 7, 16, 0, 0, 0, desk.Zone())
	solved := time.Date(2026, 6, 9, 8, 0, 0, 0, desk.Zone())
	used, err := desk.Between(opened, solved) // half an hour, a short day, half an hour
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(used)
	// Output: 5h30m0s
}

// "A fault that lasts beyond 3 working days": counted from the Wednesday on which
// it was reported, which is not counted itself.
func ExampleCalendar_Step() {
	desk := deskCalendar()
	reported, timeOfDay, err := desk.Read(time.Date(2026, 6, 10, 14, 0, 0, 0, desk.Zone()))
	if err != nil {
		log.Fatal(err)
	}
	day, err := desk.Step(reported, 3)
	if err != nil {
		log.Fatal(err)
	}
	due := must(desk.At(day.Date, timeOfDay))
	fmt.Println(due.Format(layout), "or at closing,", day.Last.Format("15:04"))
	// Output: Mon 2026-06-15 14:00 or at closing, 16:30
}

func ExampleCalendar_Periods() {
	desk := deskCalendar()
	from := time.Date(2026, 6, 7, 12, 0, 0, 0, desk.Zone())
	periods, err := desk.Periods(from, from.AddDate(0, 0, 3))
	if err != nil {
		log.Fatal(err)
	}
	for p := range periods {
		fmt.Println(p.Open.Format(layout), "to", p.Close.Format("15:04"))
	}
	// Output:
	// Sun 2026-06-07 12:00 to 16:30
	// Mon 2026-06-08 07:30 to 12:00
	// Tue 2026-06-09 07:30 to 16:30
	// Wed 2026-06-10 07:30 to 12:00
}

// A calendar whose holidays are known for some years only answers for these.
func ExampleNew() {
	hours := []worktime.Interval{must(worktime.ParseInterval("07:30-15:30"))}
	office, err := worktime.New(worktime.Spec{
		Name: "office",
		Zone: must(time.LoadLocation("Europe/Warsaw")),
		Week: worktime.Week{
			time.Monday: hours, time.Tuesday: hours, time.Wednesday: hours, time.Thursday: hours, time.Friday: hours,
		},
		Holidays: []worktime.Holiday{
			{On: worktime.Country("pl")},
			{Name: "for 15 August", On: worktime.OnDates{{Year: 2026, Month: time.August, Day: 14}}},
		},
		From: 2026, To: 2027,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, text := range []string{"2026-06-03", "2026-06-04", "2026-06-06", "2026-08-14"} {
		date := must(worktime.ParseDate(text))
		if why, closed := office.Closed(date); closed {
			fmt.Println(date, "closed:", why)
		} else {
			fmt.Println(date, "open")
		}
	}
	_, err = office.Add(time.Date(2027, 12, 30, 12, 0, 0, 0, office.Zone()), 40*time.Hour)
	fmt.Println(errors.Is(err, worktime.ErrNotCovered))
	// Output:
	// 2026-06-03 open
	// 2026-06-04 closed: dzień Bożego Ciała
	// 2026-06-06 closed: Saturday
	// 2026-08-14 closed: for 15 August
	// true
}

func ExampleParseTime() {
	zone := must(time.LoadLocation("Europe/Warsaw"))
	for _, s := range []string{"2026-06-07T10:00:01", "2026-10-25T02:30", "2026-10-25T02:30+01:00"} {
		t, err := worktime.ParseTime(s, zone)
		if errors.Is(err, worktime.ErrAmbiguous) {
			fmt.Println(err)
			continue
		}
		fmt.Println(t.Format(time.RFC3339), err)
	}
	// Output:
	// 2026-06-07T10:00:01+02:00 <nil>
	// 2026-10-25T02:30 occurs twice in Europe/Warsaw, with the offsets +02:00 and +01:00: write the time with its offset, such as +02:00
	// 2026-10-25T02:30:00+01:00 <nil>
}
