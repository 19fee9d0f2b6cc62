package asset_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
)

// export returns what WriteCSV writes of all assets.
func export(t require.TestingT, v *asset.Inventory, tenant townclerk.Tenant) string {
	var b bytes.Buffer
	require.NoError(t, asset.WriteCSV(&b, v.All(bg, tenant, asset.Query{})))
	return b.String()
}

var importing = asset.Command{By: "u-3", Role: "technician", Reason: "stock-taking"}

// What was exported comes back as it was, whatever is in it: into an empty inventory,
// and over the one from which it came.
func TestCSVRoundTrip(t *testing.T) {
	p := policy(t, "[units.library]\ntitle = { en = \"Library\", he = \"ספרייה\" }\n[units.archive]\ntitle = { en = \"Archive\", he = \"ארכיון\" }", "", `unit = "archive"`, "")
	rapid.Check(t, func(t *rapid.T) {
		v, clock, _ := memory(p)
		text := rapid.OneOf(
			rapid.SampledFrom([]string{"=1+1", "'=1+1", "''x", "'x", "+972", "-5", "@a", "\ta", " =x", "\ufeff=x", "a,b", `say "x"`, "two\nlines", "a\rb", "\r\nx", "\r", "שלום", "Ћирилица кvara",
				"\ufeff", "", " ", "＝x", "٣۳"}),
			rapid.StringOfN(rapid.RuneFrom([]rune("=+-@'\", \t\r\nאЋa\ufeff")), 0, 6, -1),
		)
		n := rapid.IntRange(0, 4).Draw(t, "assets")
		for i := range n {
			c := command(asset.Register, time.Time{})
			c.State = rapid.SampledFrom(asset.States).Draw(t, "state")
			for _, key := range []string{"serial", "model", "unit", "location", "holder", "product", "release", "purchase.document", "purchase.supplier", "software/antivirus",
				"contract/=c", "field/'f\n"} {
				if rapid.Bool().Draw(t, key) {
					c.Set[key] = text.Draw(t, key)
				}
			}
			c.Set["name"] = "n" + text.Draw(t, "name")
			c.Set["critical"] = rapid.SampledFrom([]string{"", "true", "false"}).Draw(t, "critical")
			c.Set["purchase.at"] = rapid.SampledFrom([]string{"", "2026-06-07", "2026-06-07T10:00:00.123456+03:00"}).Draw(t, "bought")
			c.Set["purchase.price"] = rapid.SampledFrom([]string{"", "-0.05 ILS", "1200 JPY"}).Draw(t, "price")
			*clock = clock.Add(time.Duration(i) * time.Second)
			_, err := v.Add(bg, town, c)
			require.NoError(t, err)
		}
		file := export(t, v, town)
		got, err := v.ImportCSV(bg, town, strings.NewReader(file), "f.csv", importing)
		require.NoError(t, err, file)
		require.Equal(t, asset.Imported{Unchanged: n}, got, file)

		w, clock, _ := memory(p)
		*clock = start
		got, err = w.ImportCSV(bg, town, strings.NewReader("\ufeff"+file), "f.csv", importing)
		require.NoError(t, err, file)
		require.Equal(t, asset.Imported{Added: n}, got)
		require.Equal(t, file, export(t, w, town))
		for a, err := range v.All(bg, town, asset.Query{}) {
			require.NoError(t, err)
			page, err := w.List(bg, town, asset.Query{Number: a.Number})
			require.NoError(t, err)
			require.Len(t, page.Items, 1)
			require.Equal(t, a.Facts, page.Items[0].Facts)
		}
	})
}

// No cell of an export is a formula, and CSV's own signs are told apart.
func TestCSVOfFormulas(t *testing.T) {
	v, _ := inventory(t, policy(t))
	c := command(asset.Register, time.Time{})
	c.Set["name"], c.Set["model"], c.Set["holder"] = `=HYPERLINK("x","y")`, "-2", "'quoted"
	_, err := v.Add(t.Context(), town, c)
	require.NoError(t, err)
	lines := strings.Split(export(t, v, town), "\n")
	require.Equal(t, "number,state,kind,name,tag,serial,model,unit,location,holder,critical,down,product,release,purchase.at,purchase.document,purchase.supplier,purchase.price,purchase.warranty", lines[0])
	require.Equal(t, `2026-000001,commissioned,workstation,"'=HYPERLINK(""x"",""y"")",,,'-2,library,,''quoted,,,,,,,,,`, lines[1])
}

// A file that somebody changed: what is another is set by the action that sets it, so
// that a move is a move and is to be reported.
func TestImportChanges(t *testing.T) {
	v, clock := inventory(t, policy(t))
	for _, name := range []string{"one", "two"} {
		c := command(asset.Register, time.Time{})
		c.Set["name"], c.Set["tag"] = name, "T-"+name
		_, err := v.Add(t.Context(), town, c)
		require.NoError(t, err)
	}
	*clock = clock.Add(time.Hour)
	file := "tag,unit,holder,software/antivirus,model,name\n" +
		"T-one,archive,u-8,7.1,M-2,one\n" +
		"T-two,library,u-9,,,two\n" +
		"T-three,library,,,,three\n"
	_, err := v.ImportCSV(t.Context(), town, strings.NewReader(file), "f.csv", importing)
	require.ErrorContains(t, err, "f.csv:4: kind: ", "a new one has a kind")
	file = strings.Replace(strings.Replace(file, "name\n", "name,kind\n", 1), "three\n", "three,printer\n", 1)
	file = strings.Replace(strings.Replace(file, ",one\n", ",one,workstation\n", 1), ",two\n", ",two,workstation\n", 1)
	got, err := v.ImportCSV(t.Context(), town, strings.NewReader(file), "f.csv", importing)
	require.NoError(t, err)
	require.Equal(t, asset.Imported{Added: 1, Amended: 2}, got)
	page, err := v.List(t.Context(), town, asset.Query{Tag: "T-one"})
	require.NoError(t, err)
	var did []asset.Action
	for _, e := range page.Items[0].History {
		did = append(did, e.Do)
		require.Equal(t, clock.UTC(), page.Items[0].Recorded)
	}
	require.Equal(t, []asset.Action{asset.Register, asset.Place, asset.Install, asset.Amend}, did)
	require.Equal(t, 1, page.Items[0].Owing)
	page, err = v.List(t.Context(), town, asset.Query{Tag: "T-two"})
	require.NoError(t, err)
	require.Equal(t, asset.HandOver, page.Items[0].History[1].Do, "only who has it is another")
	got, err = v.ImportCSV(t.Context(), town, strings.NewReader(file), "f.csv", importing)
	require.NoError(t, err)
	require.Equal(t, asset.Imported{Unchanged: 3}, got, "twice does no more than once")
}

// All mistakes of a file come back together, with their lines, and nothing is stored.
func TestImportMistakes(t *testing.T) {
	v, _ := inventory(t, policy(t))
	c := command(asset.Register, time.Time{})
	c.Set["tag"] = "T-1"
	_, err := v.Add(t.Context(), town, c)
	require.NoError(t, err)
	_, err = v.ImportCSV(t.Context(), town, strings.NewReader("tag,colour,tag\n"), "f.csv", importing)
	require.EqualError(t, err, "f.csv:1: colour: no fact has this key; known: kind, name, tag, serial, model, unit, location, holder, critical, down, product, release, \"purchase.at\", "+
		"\"purchase.document\", \"purchase.supplier\", \"purchase.price\", \"purchase.warranty\", number, state\nf.csv:1: tag: the column stands twice")
	file := `tag,state,kind,name,unit,purchase.price,down
T-1,disposed,workstation,x,library,,
T-2,,teapot,w,libary,dear,
T-2,,printer,y,library,,
"T-3
x",asleep,printer,y,library,,
short,line
T-1,commissioned,workstation,x,library,dear,true
`
	got, err := v.ImportCSV(t.Context(), town, strings.NewReader(file), "f.csv", importing)
	require.Zero(t, got)
	for _, want := range []string{
		"f.csv:2: state: it is commissioned, and an import does not make it disposed",
		"f.csv:3: purchase.price:",
		`f.csv:3: kind: "teapot" is no kind of asset`,
		`f.csv:3: unit: "libary" is none of [units]; did you mean "library"?`,
		"f.csv:4: line 3 is about the same asset",
		`f.csv:5: state: "asleep" is no state`,
		"f.csv:7: it has 2 cells, and the first line 7",
		"f.csv:8: line 2 is about the same asset",
	} {
		require.ErrorContains(t, err, want)
	}
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		var mistake *townclerk.FileError
		require.ErrorAs(t, e, &mistake)
	}
	_, err = v.ImportCSV(t.Context(), town, strings.NewReader(""), "f.csv", importing)
	require.ErrorContains(t, err, "the file is empty")
	_, err = v.ImportCSV(t.Context(), town, strings.NewReader("tag,name\na\"b,c\n"), "f.csv", importing)
	require.ErrorContains(t, err, "f.csv:2: ")
	_, err = v.ImportCSV(t.Context(), town, strings.NewReader("tag,kind,name\nT-1,workstation,z\n"), "f.csv", asset.Command{Role: "supplier"})
	require.ErrorContains(t, err, "the role of who acts is one that may do this")
	page, err := v.List(t.Context(), town, asset.Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	require.Len(t, page.Items[0].History, 1)
}

// No file makes the import panic or hang.
func FuzzImportCSV(f *testing.F) {
	f.Add("number,state,kind,name\n2026-000001,commissioned,printer,'=x\n")
	f.Add("\ufefftag,name,kind\n\"a\",\"b\nc\",server\n")
	p := policy(f)
	f.Fuzz(func(t *testing.T, text string) {
		v, _, _ := memory(p)
		got, err := v.ImportCSV(bg, town, strings.NewReader(text), "f.csv", importing)
		if err != nil && got != (asset.Imported{}) {
			t.Errorf("%v was done before %v", got, err)
		}
	})
}
