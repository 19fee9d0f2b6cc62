package examples_test

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/sla"
)

// Example is the code of the README.
func Example() {
	charter, err := os.ReadFile("policies/raanana/sla.toml")
	if err != nil {
		log.Fatal(err)
	}
	policy, err := sla.Parse(charter, "raanana/sla.toml")
	if err != nil {
		log.Fatal(err) // every mistake in the file, with its line
	}
	called := time.Date(2026, 6, 11, 16, 25, 0, 0, policy.Zone()) // Thursday, five minutes before closing
	ticket := sla.Timeline{ID: "2026-000123", Events: []sla.Event{
		{Kind: "opened", At: called, Attributes: map[string]string{"department": "operations", "class": "incident"}},
	}}
	a, err := policy.Explain(ticket, called.Add(time.Hour))
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range a.Clocks {
		fmt.Printf("%s is %s, due %s\n", c.Target.ID, c.State, c.Due.Format("Mon 15:04"))
	}
	// Output:
	// ops-transfer is running, due Sun 07:45
	// ops-handling is running, due Sun 12:00
	// ops-follow-up is running, due Tue 16:25
}

// TestReadme holds the README to its word: its code is the example above, its
// policy parses, and what it says is printed is printed.
func TestReadme(t *testing.T) {
	readme := read(t, "../README.md")

	code := blocks(readme, "go")
	require.Len(t, code, 1)
	require.Contains(t, unindented(strings.Replace(read(t, "readme_test.go"), "// Output:\n", "", 1)), unindented(code[0]))

	policy := blocks(readme, "toml")
	require.Len(t, policy, 1)
	_, err := sla.Parse([]byte(policy[0]), "README.md")
	require.NoError(t, err)

	printed := read(t, "townclerk/testdata/demo.golden") +
		read(t, "townclerk/testdata/script/explain.txtar") + read(t, "townclerk/testdata/script/mistakes.txtar")
	excerpts := blocks(readme, "text")
	require.NotEmpty(t, excerpts)
	for _, excerpt := range excerpts {
		require.Contains(t, printed, excerpt)
	}
}

// blocks returns the fenced blocks in that language.
func blocks(markdown, language string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(markdown, -1) {
		found = append(found, m[1])
	}
	return found
}

func unindented(code string) string {
	return regexp.MustCompile(`(?m)^\t+`).ReplaceAllString(code, "")
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}
