package main

import (
	"os"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"github.com/townclerk/townclerk/sla"
)

// style prints in colour, or does not.
type style struct {
	colour bool
}

// wantsColour reports whether f is a terminal whose user has not asked for plain
// text (https://no-color.org).
func wantsColour(f *os.File) bool {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (s style) bold(text string) string  { return s.paint("1", text) }
func (s style) faint(text string) string { return s.paint("2", text) }

// state colours a text by what it says of a promise.
func (s style) state(state sla.State, text string) string {
	switch state {
	case sla.Met:
		return s.paint("32", text) // green
	case sla.Breached, sla.MetLate, sla.Undetermined:
		return s.paint("31", text) // red
	case sla.Waiting:
		return s.paint("33", text) // yellow
	}
	return text
}

func (s style) paint(code, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// width returns how many columns of a terminal a text takes up: marks of direction
// take none.
func width(text string) int { return uniseg.StringWidth(text) }

// pad fills the text up to that many columns. Pad first, then colour.
func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-width(text)))
}

// wrap breaks a text between words into lines of at most that many columns.
func wrap(text string, columns int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && width(line+" "+word) > columns {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// stamp prints an instant with its date, and as much of its time as there is.
func stamp(t time.Time) string {
	return sla.LanguageFor("en").Time(t)
}

// clock is the layout that shows the time of day of t, without zeros that say nothing.
func clock(t time.Time) string {
	if t.Second() != 0 || t.Nanosecond() != 0 {
		return "15:04:05.999999999"
	}
	return "15:04"
}
