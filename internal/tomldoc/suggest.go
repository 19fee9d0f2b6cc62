package tomldoc

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// mostNames is how many known names a message lists before it says how many more there are.
const mostNames = 20

// Suggest returns how a message about an unknown name ends: `; did you mean
// "desk"?` if a known name is near what was typed, else `; known: desk, field`,
// else "" if none is known. Upper and lower case count as near.
func Suggest(typed string, known []string) string { return suggest(typed, known, "known") }

// suggest introduces the known names as the caller says.
func suggest(typed string, known []string, intro string) string {
	if near := nearest(typed, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	if len(known) == 0 {
		return ""
	}
	return "; " + intro + ": " + list(known)
}

func list(names []string) string {
	var shown []string
	for _, name := range names[:min(len(names), mostNames)] {
		var b strings.Builder
		writeKey(&b, name)
		shown = append(shown, b.String())
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - mostNames; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// nearest returns the known name that differs least from typed, if it is near
// enough to be a slip of the finger, else "".
func nearest(typed string, known []string) string {
	best, least := "", 3
	for _, name := range known {
		a, b := lower(typed), lower(name)
		limit := 2
		if min(len(a), len(b)) <= 3 {
			limit = 1 // two slips in three letters make any word of any other
		}
		if n := distance(a, b, limit); n <= limit && n < least {
			best, least = name, n
		}
	}
	return best
}

// Near reports whether so many slips of the finger lead from one name to the
// other: a letter inserted, left out, replaced, or swapped with its neighbour.
func Near(a, b string, slips int) bool {
	return distance(lower(a), lower(b), slips) <= slips
}

func lower(s string) []rune {
	r := []rune(s)
	for i := range r {
		r[i] = unicode.ToLower(r[i])
	}
	return r
}

// longestName bounds the time spent on a name that nobody typed.
const longestName = 100

// distance counts the letters inserted, left out, replaced, or swapped with
// their neighbour on the way from a to b. It stops counting beyond limit.
func distance(a, b []rune, limit int) int {
	if n := len(a) - len(b); n > limit || -n > limit || len(a) > longestName {
		return limit + 1
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+differ(a[i], b[j]))
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		if slices.Min(row) > limit {
			return limit + 1
		}
		before, last = last, row
	}
	return last[len(b)]
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
