package tomldoc

import (
	"fmt"
	"strings"
	"unicode"
)

// mostNames is how many known names a message lists before it says how many more there are.
const mostNames = 20

// Suggest returns how a message about an unknown name ends: `; did you mean
// "desk"?` if a known name is near what was typed, else `; known: desk, field`,
// else "" if none is known. Upper and lower case count as near. It looks at the
// first 100 names that are about as long, and at none of more than 100 letters.
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
	var typedLetters, letters [longestName]rune
	a, ok := lower(typed, &typedLetters)
	if !ok {
		return ""
	}
	best, least, compared := "", mostSlips+1, 0
	for _, name := range known {
		// A letter has one to four bytes.
		if len(name) > 4*(len(a)+mostSlips) || 4*len(name) < len(a)-mostSlips {
			continue
		}
		b, ok := lower(name, &letters)
		if n := len(a) - len(b); !ok || n > mostSlips || -n > mostSlips {
			continue
		}
		if compared++; compared > mostCompared {
			break
		}
		limit := mostSlips
		if min(len(a), len(b)) <= 3 {
			limit = 1 // two slips in three letters make any word of any other
		}
		if n := distance(a, b, limit); n <= limit && n < least {
			best, least = name, n
		}
	}
	return best
}

// Near reports whether so many slips of the finger, two at the most, lead from one
// name to the other: a letter inserted, left out, replaced, or swapped with its
// neighbour. A name of more than 100 letters is near none.
func Near(a, b string, slips int) bool {
	var aLetters, bLetters [longestName]rune
	slips = min(slips, mostSlips)
	x, ok := lower(a, &aLetters)
	y, ok2 := lower(b, &bLetters)
	return ok && ok2 && distance(x, y, slips) <= slips
}

// What bounds the time that is spent on names that nobody typed.
const (
	longestName  = 100
	mostSlips    = 2
	mostCompared = 100 // names with one that is unknown
)

// lower returns the letters of a name in lower case, in the memory of the array; ok
// is false if there are too many.
func lower(s string, letters *[longestName]rune) (r []rune, ok bool) {
	r = letters[:0]
	for _, c := range s {
		if len(r) == longestName {
			return nil, false
		}
		if c < unicode.MaxASCII {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
		} else {
			c = unicode.ToLower(c)
		}
		r = append(r, c)
	}
	return r, true
}

// distance counts the letters inserted, left out, replaced, or swapped with
// their neighbour on the way from a to b. It stops counting beyond limit, which is
// mostSlips at the most, and so has to look at no letters further apart than that.
func distance(a, b []rune, limit int) int {
	if n := len(a) - len(b); n > limit || -n > limit {
		return limit + 1
	}
	// What both begin or end with is no slip.
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	// Row i holds the distances from a[:i] to b[:i-reach] … b[:i+reach].
	const reach, far = mostSlips, mostSlips + 1
	type row [2*reach + 1]int
	at := func(r *row, i, j int) int {
		if k := j - i + reach; 0 <= k && k < len(r) && 0 <= j {
			return r[k]
		}
		return far
	}
	var before, last row
	for k := range last {
		last[k] = max(k-reach, 0)
		if k < reach {
			last[k] = far
		}
	}
	for i := range a {
		this := row{far, far, far, far, far}
		least := far
		for k := range this {
			j := i + 1 + k - reach // this[k] is for a[:i+1] and b[:j]
			switch {
			case j == 0:
				this[k] = min(i+1, far)
			case j > 0 && j <= len(b):
				n := min(at(&last, i, j)+1, at(&this, i+1, j-1)+1, at(&last, i, j-1)+differ(a[i], b[j-1]))
				if i > 0 && j > 1 && a[i] == b[j-2] && a[i-1] == b[j-1] {
					n = min(n, at(&before, i-1, j-2)+1)
				}
				this[k] = min(n, far)
			}
			least = min(least, this[k])
		}
		if least > limit {
			return limit + 1
		}
		before, last = last, this
	}
	return at(&last, len(a), len(b))
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
