package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// diary prints what happens, by the day and the time of day.
type diary struct {
	scene
	now   time.Time
	today string
}

// time reads "2026-06-07 10:00", or of the same day "10:05".
func (t *diary) time(at string, zone *time.Location) (time.Time, error) {
	if !strings.Contains(at, " ") {
		at = t.now.Format(time.DateOnly) + " " + at
	}
	return worktime.ParseTime(at, zone)
}

// line prints something at the present time.
func (t *diary) line(text string) {
	if date := t.now.Format("Monday 2006-01-02"); date != t.today {
		t.today = date
		fmt.Fprintf(t.out, "\n%s\n", t.bold(date))
	}
	begin := "  " + t.now.Format("15:04") + "  "
	for _, line := range wrap(text, pageWidth-len(begin)) {
		fmt.Fprintf(t.out, "%s%s\n", begin, line)
		begin = strings.Repeat(" ", len(begin))
	}
}

// below prints what belongs to the line above.
func (t *diary) below(state sla.State, text string) {
	indent := strings.Repeat(" ", 11)
	for _, line := range wrap(text, pageWidth-len(indent)) {
		if state == "" {
			line = t.faint(line)
		}
		fmt.Fprintf(t.out, "%s%s\n", indent, t.state(state, line))
	}
}
