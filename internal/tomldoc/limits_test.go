package tomldoc

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDecodeRefusesWhatIsTooLarge(t *testing.T) {
	comment := "#" + strings.Repeat("x", MaxSize-2) + "\n"
	for _, tt := range []struct {
		rule string
		doc  string
		read func([]byte, string, any) *Doc
		want string
	}{
		{"a file of the largest size is read", comment, Decode, ""},
		{"one byte more is refused", comment + "\n", Decode,
			"1: the file has 1048577 bytes; a file of this kind has at most 1 MiB, so split it, or take out what is not needed"},
		{"a program may write more", comment + "\n", DecodeWritten, ""},
		{"but not without end", strings.Repeat(comment, 16) + "\n", DecodeWritten,
			"1: the file has 16777217 bytes; a file of this kind has at most 16 MiB, so split it, or take out what is not needed"},
	} {
		var p struct {
			Name string `toml:"name"`
		}
		doc := tt.read([]byte(tt.doc), "sla.toml", &p)
		if got := text(doc.Err()); got != lines(tt.want) {
			t.Errorf("%s: got %q, want %q", tt.rule, got, tt.want)
		}
		if failed := doc.Failed(At("name")); failed != (tt.want != "") {
			t.Errorf("%s: Failed = %t", tt.rule, failed)
		}
	}
}

// What a message quotes of a hostile document is short, or a thousand mistakes would
// repeat a long name a thousand times.
func TestMessagesClipNames(t *testing.T) {
	long := strings.Repeat("x", 5000)
	var p policy
	doc := Decode([]byte("[calendars."+long+"]\nzone = \"UTC\"\n"), "sla.toml", &p)
	doc.Errorf(At("calendars", long, "days"), "no zone%s", Suggest("y", []string{long}))
	if got := doc.Err().Error(); len(got) > 300 {
		t.Errorf("the message has %d bytes: %s", len(got), got)
	}
}

func TestSuggestComparesSomeNamesOnly(t *testing.T) {
	names := make([]string, 101)
	for i := range names {
		names[i] = fmt.Sprintf("role-%04d", i)
	}
	names[99], names[100] = "desk-main", "head-main"
	for _, tt := range []struct {
		rule  string
		typed string
		known []string
		near  string
	}{
		{"the 100th", "desc-main", names, "desk-main"},
		{"not the 101st", "head-mian", names, ""},
		{"after any number of much longer ones", "dask", append(slices.Repeat([]string{"a-very-long-name"}, 1000), "desk"), "desk"},
		{"of a hundred letters", strings.Repeat("x", 99), []string{strings.Repeat("x", 100)}, strings.Repeat("x", 100)},
		{"not of more", strings.Repeat("x", 100), []string{strings.Repeat("x", 101)}, ""},
	} {
		if got := nearest(tt.typed, tt.known); got != tt.near {
			t.Errorf("%s: nearest(%q) = %q, want %q", tt.rule, tt.typed, got, tt.near)
		}
	}
}

// distance looks at a few letters around each; the twin looks at all.
func TestDistanceAgreesWithTheWholeTable(t *testing.T) {
	word := rapid.SliceOfN(rapid.SampledFrom([]rune("ab")), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		a, b, limit := word.Draw(t, "a"), word.Draw(t, "b"), rapid.IntRange(0, mostSlips).Draw(t, "limit")
		got, want := distance(a, b, limit), wholeDistance(a, b)
		if got != want && (got <= limit || want <= limit) {
			t.Fatalf("distance(%q, %q, %d) = %d, want %d", string(a), string(b), limit, got, want)
		}
	})
}

func wholeDistance(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
			default:
				d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+differ(a[i-1], b[j-1]))
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d[i][j] = min(d[i][j], d[i-2][j-2]+1)
				}
			}
		}
	}
	return d[len(a)][len(b)]
}
