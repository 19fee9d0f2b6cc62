package titles

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/internal/tomldoc"
)

type file struct {
	Format int `toml:"format"`
	Kinds  map[string]struct {
		Title  map[string]string `toml:"title"`
		Source tomldoc.Strings   `toml:"source"`
		Like   tomldoc.Strings   `toml:"like"`
	} `toml:"kinds"`
}

func read(text string) (*Reader, error) {
	var f file
	doc := tomldoc.Decode([]byte(text), "x.toml", &f)
	r := NewReader(doc, []string{"en", "he"}, "kinds")
	r.Format(f.Format)
	for _, id := range r.IDs("kinds") {
		r.Entry("kinds", id, f.Kinds[id].Title, f.Kinds[id].Source)
		r.Refs(tomldoc.At("kinds", id, "like"), "kinds", f.Kinds[id].Like)
	}
	return r, doc.Err()
}

func TestReader(t *testing.T) {
	r, err := read("format = 1\n[kinds.server]\ntitle = { en = \"Server\", he = \"שרת\" }\nsource = \"SG-08\"\n[kinds.phone]\nlike = \"server\"\n")
	require.NoError(t, err)
	require.Equal(t, []string{"server", "phone"}, r.IDs("kinds"), "in the order of the file")
	require.Equal(t, []string{"SG-08"}, r.Source("kinds", "server"))
	require.Equal(t, "שרת", In(r.Of("kinds", "server"), "he", "server"))
	require.Equal(t, "Server", In(r.Of("kinds", "server"), "pl", "server"), "English where there is none")
	require.Equal(t, "phone", In(r.Of("kinds", "phone"), "he", "phone"), "the id where there is nothing")
	require.True(t, r.Has("kinds", "phone"))
	require.False(t, r.Has("kinds", "fax"))
	require.True(t, r.Has("rooms", "any"), "a table that names none knows all")
}

func TestReaderFindsAllMistakes(t *testing.T) {
	_, err := read("format = 2\n[kinds.server]\ntitle = { en = \"Server\", pl = \"Serwer\" }\nlike = [\"sever\", \"server\", \"server\"]\n")
	require.Equal(t, strings.Join([]string{
		`x.toml:1: format: 2 is not a format that is known here; write format = 1`,
		`x.toml:3: kinds.server.title: there is none in "he", which locales names; write he = "…"`,
		`x.toml:3: kinds.server.title.pl: "pl" is not one of the locales; known: en, he`,
		`x.toml:4: kinds.server.like: "sever" is none of [kinds]; did you mean "server"?`,
		`x.toml:4: kinds.server.like: "server" stands twice`,
	}, "\n"), err.Error())
}
