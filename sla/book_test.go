package sla

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// bookOf makes a folder of policies from "folder: edition effective due" lines;
// what is "-" is left out.
func bookOf(lines ...string) fstest.MapFS {
	folder := fstest.MapFS{}
	for _, line := range lines {
		var dir, edition, effective, due string
		fmt.Sscan(line, &dir, &edition, &effective, &due)
		head := "format = 1\n"
		if edition != "-" {
			head += "edition = " + edition + "\n"
		}
		if effective != "-" {
			head += "effective = " + effective + "\n"
		}
		text := strings.Replace(jerusalem, "format = 1\n", head, 1) + "calendar = \"desk\"\ndue = { within = \"" + due + "\" }\n"
		folder[strings.TrimPrefix(dir+"/sla.toml", "./")] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder
}

func TestBook(t *testing.T) {
	b, err := OpenBook(bookOf("next 3 2027-01-01 2h", "2025 1 2025-01-01 8h", ". 2 2026-01-01 4h"))
	require.NoError(t, err)
	var numbers []int
	for _, p := range b.Editions() {
		numbers = append(numbers, p.Edition().Number)
	}
	require.Equal(t, []int{1, 2, 3}, numbers)

	zone := b.Editions()[0].Zone()
	tests := []struct {
		name   string
		opened string
		pin    int
		want   int
		due    string
	}{
		{"in force from its first instant", "2026-01-01 00:00", 0, 2, "Thu 11:30:00"},
		{"until the next one's", "2025-12-31 23:59:59.999999999", 0, 1, "Thu 15:30:00"},
		{"for good", "2030-01-01 08:00", 0, 3, "Tue 10:00:00"},
		{"pinned to a former one", "2026-01-01 00:00", 1, 1, "Thu 15:30:00"},
		{"pinned to one that was not in force yet", "2024-01-01 08:00", 3, 3, "Mon 10:00:00"},
	}
	for _, tt := range tests {
		tl := Timeline{ID: "T-1", Edition: tt.pin, Events: []Event{{Kind: "opened", At: local(t, zone, tt.opened)}}}
		p, err := b.For(tl)
		require.NoError(t, err, tt.name)
		if p.Edition().Number != tt.want {
			t.Errorf("%s: opened %s it is judged by edition %d, want %d", tt.name, tt.opened, p.Edition().Number, tt.want)
		}
		for what, ask := range map[string]func() (Assessment, error){
			"Assess":  func() (Assessment, error) { return b.Assess(tl, tl.Events[0].At) },
			"Explain": func() (Assessment, error) { return b.Explain(tl, tl.Events[0].At) },
		} {
			a, err := ask()
			require.NoError(t, err)
			if got := a.Clock("t").Due.Format("Mon 15:04:05"); got != tt.due {
				t.Errorf("%s: %s says it is due %s, want %s", tt.name, what, got, tt.due)
			}
		}
	}

	before := Timeline{ID: "T-1", Events: []Event{{Kind: "opened", At: local(t, zone, "2024-12-31 23:59")}}}
	_, err = b.Assess(before, before.Events[0].At)
	require.ErrorIs(t, err, ErrNotInForce)
	require.EqualError(t, err, "timeline T-1: 2024-12-31T23:59:00+02:00 is before 2025-01-01, when the first edition came into force: no edition was in force")
	_, err = b.Explain(Timeline{ID: "T-1", Edition: 7}, before.Events[0].At)
	require.EqualError(t, err, "timeline T-1: it is pinned to edition 7, which is not here; there are 1, 2, 3")
	_, err = b.For(Timeline{ID: "T-1"})
	require.EqualError(t, err, "timeline T-1: it has no events, and is pinned to no edition")
}

// A folder with one policy is a book of one edition, which always was in force.
func TestBookOfOne(t *testing.T) {
	b, err := OpenBook(bookOf(". - - 8h"))
	require.NoError(t, err)
	p, err := b.InForce(local(t, b.Editions()[0].Zone(), "1970-01-01 00:00"))
	require.NoError(t, err)
	require.Zero(t, p.Edition().Number)
	_, err = b.For(Timeline{ID: "T-1", Edition: 1})
	require.EqualError(t, err, "timeline T-1: it is pinned to edition 1, which is not here; the only one has no number")
}

func TestOpenBookReportsMistakes(t *testing.T) {
	tests := []struct {
		name   string
		folder fstest.MapFS
		want   string
	}{
		{"editions without numbers", bookOf("2025 - 2025-01-01 8h", "2026 2 - 4h"),
			"2025/sla.toml:1: edition: missing; there are other editions beside it, so write its number: edition = 1\n" +
				"2026/sla.toml:1: effective: missing; there are other editions beside it, so write the date from which it is in force: effective = 2026-01-01"},
		{"a number twice", bookOf("2025 2 2025-01-01 8h", "2026 2 2026-01-01 4h"),
			"2026/sla.toml:2: edition: 2 is the number of 2025/sla.toml as well; give each edition its own"},
		{"out of order", bookOf("2025 2 2025-01-01 8h", "2026 1 2026-01-01 4h"),
			"2025/sla.toml:3: effective: edition 2 does not come into force after edition 1, which does on 2026-01-01; number them in that order"},
		{"on the same date", bookOf("2025 1 2025-01-01 8h", "2026 2 2025-01-01 4h"),
			"2026/sla.toml:3: effective: edition 2 does not come into force after edition 1, which does on 2025-01-01; number them in that order"},
		{"mistakes of several files, and between them", bookOf("a 1 2025-01-01 8_hours", "b 2 2026-01-01 four", "c 3 - 2h"),
			"a/sla.toml:30: targets.t.due.within: \"8_hours\" is not a duration; write one such as \"20m\" or \"1h30m\"\n" +
				"b/sla.toml:30: targets.t.due.within: \"four\" is not a duration; write one such as \"20m\" or \"1h30m\"\n" +
				"c/sla.toml:1: effective: missing; there are other editions beside it, so write the date from which it is in force: effective = 2026-01-01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := OpenBook(tt.folder)
			require.Nil(t, b)
			if err == nil || err.Error() != tt.want {
				t.Errorf("OpenBook said\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
	_, err := OpenBook(fstest.MapFS{"2026/readme.md": {}})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, "sla.toml, here or in a folder directly inside: file does not exist")
}

// The editions of a book may have lock files, each its own.
func TestBookReadsLockFiles(t *testing.T) {
	lock := strings.Replace(lockOf(t, feasts), "2026-04-02", "2026-04-01", 1)
	folder := fstest.MapFS{
		"2025/sla.toml":      {Data: []byte(strings.Replace(strings.Replace(feasts, "edition = 2", "edition = 1", 1), "2026-01-01", "2025-01-01", 1))},
		"2026/sla.toml":      {Data: []byte(feasts)},
		"2026/sla.lock.toml": {Data: []byte(lock)},
	}
	b, err := OpenBook(folder)
	require.NoError(t, err)
	require.Empty(t, b.Editions()[0].Drift())
	require.Equal(t, "2026/sla.lock.toml", b.Editions()[1].Drift()[0].File)

	folder["2026/sla.lock.toml"].Data = []byte("format = 7")
	_, err = OpenBook(folder)
	require.ErrorContains(t, err, "2026/sla.lock.toml:1: format: 7 is not a format that is known here")
}

// Two editions that differ in one number differ in just what follows from it.
func TestEditionsThatDifferInOneNumber(t *testing.T) {
	b, err := OpenBook(os.DirFS("testdata/book"))
	require.NoError(t, err)
	require.Len(t, b.Editions(), 2)
	old, anew := b.Editions()[0], b.Editions()[1]
	require.NotEqual(t, old.Edition().Hash, anew.Edition().Hash)
	require.Empty(t, drift(old)+drift(anew), "run go run . lock in examples/townclerk for sla/testdata/book/2025 and 2026")
	for _, opened := range []string{"2026-03-02 09:00", "2026-03-06 15:00", "2026-10-25 02:00+02:00"} {
		at := local(t, old.Zone(), opened)
		a, c := old.Promise(at, nil), anew.Promise(at, nil)
		require.Len(t, c.Clocks, len(a.Clocks))
		for i := range a.Clocks {
			id := a.Clocks[i].Target.ID
			if moved := !a.Clocks[i].Due.Equal(c.Clocks[i].Due); moved != (id == "fault-handling") {
				t.Errorf("%s, opened %s: due %s, in the next edition %s", id, opened, a.Clocks[i].Due, c.Clocks[i].Due)
			}
		}
	}
}

func TestTimelineOfAnEdition(t *testing.T) {
	p := policy(t, within8h)
	tls, err := p.ParseTimelines([]byte("edition = 2\n[[events]]\nis = \"opened\"\nat = 2026-06-07T09:00:00\n"), "t.toml")
	require.NoError(t, err)
	require.Equal(t, 2, tls[0].Edition)
	_, err = p.ParseTimelines([]byte("edition = -2\n[[events]]\nis = \"opened\"\nat = 2026-06-07T09:00:00\n"), "t.toml")
	require.EqualError(t, err, "t.toml:1: edition: -2 is no edition; write its number, from 1")
}
