package tomldoc

import (
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/stretchr/testify/require"
)

// sum returns the hash of a document that has no mistakes in its syntax.
func sum(t *testing.T, text string, without ...string) [32]byte {
	t.Helper()
	var empty struct{}
	d := Decode([]byte(text), "test.toml", &empty)
	require.False(t, d.unread, text)
	return d.Sum(without...)
}

func TestSum(t *testing.T) {
	const content = "a = 1\nb = [\"x\", 2026-06-07]\n[c]\nd = true\ne.f = 'y'\n[[g]]\nh = 07:30:00\n[[g]]\n"
	tests := []struct {
		name, text string
		same       bool
	}{
		{"itself", content, true},
		{"comments and spacing", "# first\n  a=1 # one\n\nb = [\n\"x\",\n2026-06-07,\n]\n[c]\nd = true\ne.f = 'y'\n[[g]]\nh = 07:30:00\n[[g]]\n", true},
		{"the order of keys", "b = [\"x\", 2026-06-07]\na = 1\n[[g]]\nh = 07:30:00\n[[g]]\n[c]\ne.f = 'y'\nd = true\n", true},
		{"tables in braces", "a = 1\nb = [\"x\", 2026-06-07]\nc = { d = true, e = { f = \"y\" } }\ng = [{ h = 07:30:00 }, {}]\n", true},
		{"numbers and strings written otherwise", "a = 0x1\nb = ['''x''', 2026-06-07]\n[c]\nd = true\ne.f = \"\\u0079\"\n[[g]]\nh = 07:30:00\n[[g]]\n", true},
		{"another number", "a = 2\nb = [\"x\", 2026-06-07]\n[c]\nd = true\ne.f = 'y'\n[[g]]\nh = 07:30:00\n[[g]]\n", false},
		{"a number as text", "a = \"1\"\nb = [\"x\", 2026-06-07]\n[c]\nd = true\ne.f = 'y'\n[[g]]\nh = 07:30:00\n[[g]]\n", false},
		{"a date as text", "a = 1\nb = [\"x\", \"2026-06-07\"]\n[c]\nd = true\ne.f = 'y'\n[[g]]\nh = 07:30:00\n[[g]]\n", false},
		{"the order of a list", "a = 1\nb = [2026-06-07, \"x\"]\n[c]\nd = true\ne.f = 'y'\n[[g]]\nh = 07:30:00\n[[g]]\n", false},
		{"the order of tables in a list", "a = 1\nb = [\"x\", 2026-06-07]\n[c]\nd = true\ne.f = 'y'\n[[g]]\n[[g]]\nh = 07:30:00\n", false},
		{"an element more", "a = 1\nb = [\"x\", 2026-06-07]\n[c]\nd = true\ne.f = 'y'\n[[g]]\nh = 07:30:00\n[[g]]\n[[g]]\n", false},
		{"a key more", content + "i = 1\n", false},
	}
	for _, tt := range tests {
		if got := sum(t, tt.text) == sum(t, content); got != tt.same {
			t.Errorf("%s: the content is the same: %v, want %v", tt.name, got, tt.same)
		}
	}
}

func TestSumLeavesKeysOfTheTopOut(t *testing.T) {
	if got, want := sum(t, "a = 1\nb = 2\nc = { b = 3 }\n", "b"), sum(t, "a = 1\nc = { b = 3 }\n"); got != want {
		t.Errorf("without b it is %x, want %x", got, want)
	}
}

func TestQuoteAndKeyAreReadAsTheyWere(t *testing.T) {
	for _, text := range []string{"", "desk", "ops-desk_2", "two words", "מוקד", "a.b", `"`, `\`, "tab\tline\nend", "\x7f", "می\u200cشود"} {
		var got map[string]string
		doc := Key(text) + " = " + Quote(text) + "\n"
		if err := toml.Unmarshal([]byte(doc), &got); err != nil || got[text] != text {
			t.Errorf("%q is written %s, which is read as %v (%v)", text, doc, got, err)
		}
	}
	if got := Key("ops-desk"); got != "ops-desk" {
		t.Errorf("a key that needs no quotes is written %s", got)
	}
}
