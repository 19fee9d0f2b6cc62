package policies

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/ticket/tickettest"
)

// Every desk keeps to its vectors, and lint warns of nothing.
func TestDeskVectors(t *testing.T) {
	for folder := range desks {
		t.Run(folder, func(t *testing.T) {
			tickettest.Run(t, os.DirFS(folder), tickettest.Config{Folder: folder + "/desk", Strict: true})
		})
	}
}

func deskFiles(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(folder + "/desk/*.toml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 10, folder)
	return files
}

// The vectors of desks are as their schema says, and name it in their first line.
func TestDeskVectorsFollowSchema(t *testing.T) {
	s := compile(t, tickettest.Schema())
	for folder := range desks {
		for _, file := range deskFiles(t, folder) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			if !strings.HasPrefix(string(data), "#:schema ../../../../ticket/tickettest/vector.schema.json\n") {
				t.Errorf("%s does not name its schema in the first line", file)
			}
			if err := validate(t, s, string(data)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			for _, wrong := range []string{"\n[[steps]]\ndo = \"opn\"\nat = 2026-06-07T09:00:00\n", "\n[[steps]]\ndo = \"open\"\n", "\n[[steps]]\ndo = \"look\"\nat = 2026-06-07\n", "\n[[steps]]\ndo = \"look\"\nat = 2026-06-07T09:00:00\ncolour = 1\n"} {
				require.Error(t, validate(t, s, string(data)+wrong), "%s with %s", file, wrong)
			}
		}
	}
}

// What no vector of a desk can show, and why.
var notAtTheDesk = map[string]string{
	"RA-13": "systems of the department are assets",
	"RA-62": "reports are tested with the reports",
	"TE-06": "the contact person stands in the contract",
	"TE-13": "a report to the head of the council",
	"TE-24": "a report to the manager",
	"IR-01": "it says that there is an office",
	"SG-25": "a report to the inspection",
	"SG-26": "a report on the clerks",
}

// The ids that the workflow keeps, so that no entry of ticket.toml cites them.
var byWorkflow = map[string]string{
	"raanana":    "RA-21 RA-25 RA-27 RA-32 RA-33 RA-42 RA-44 RA-48",
	"telephony":  "TE-18 TE-23",
	"stari-grad": "SG-36",
}

// Each requirement from which a desk's ticket.toml takes something, and each that
// the workflow keeps, has a vector; and what no vector can show, none cites.
func TestDeskVectorsCoverRequirements(t *testing.T) {
	for folder, want := range desks {
		cited := map[string][]string{}
		for _, file := range deskFiles(t, folder) {
			var raw struct {
				Source any `toml:"source"`
			}
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			require.NoError(t, toml.Unmarshal(data, &raw), file)
			for _, source := range strings.Fields(strings.Trim(fmt.Sprint(raw.Source), "[]")) {
				cited[source] = append(cited[source], filepath.Base(file))
			}
		}
		ids := append(strings.Fields(want.cites), strings.Fields(byWorkflow[folder])...)
		data, err := os.ReadFile(folder + "/ticket.toml")
		require.NoError(t, err)
		ids = append(ids, regexp.MustCompile(`\b(RA|TE|IR|SG)-[0-9]{2}\b`).FindAllString(string(data), -1)...)
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			switch why, files := notAtTheDesk[id], cited[id]; {
			case why != "" && len(files) > 0:
				t.Errorf("%s: %s is not to be shown (%s), but %s shows it", folder, id, why, files[0])
			case why == "" && len(files) == 0:
				t.Errorf("%s: no vector shows %s", folder, id)
			}
		}
	}
}
