package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
)

// record writes the vectors of the policy's breakpoints into the folder, and says
// what came of each. On an error all of them are written or none, or the error
// says which are.
func record(out io.Writer, policy *sla.Policy, folder string) error {
	r, err := slatest.Record(policy, os.DirFS(folder), slatest.Config{})
	if err != nil {
		return fmt.Errorf("%s: %w", folder, err)
	}
	if err := writeAll(folder, r.Write); err != nil {
		return err
	}
	created := 0
	for _, f := range r.Write {
		if f.New {
			created++
		}
	}
	shown := filepath.ToSlash(folder)
	fmt.Fprintf(out, "recorded in %s: %d new, %d written anew, %d as they were, %d that somebody reviewed or changed\n",
		shown, created, len(r.Write)-created, len(r.Same), len(r.Kept))
	for _, name := range r.Stale {
		fmt.Fprintf(out, "note: %s/%s is of what the policy does not have any more; remove it\n", shown, name)
	}
	for _, what := range r.Skipped {
		fmt.Fprintf(out, "note: nothing was recorded of %s\n", what)
	}
	fmt.Fprintln(out)
	return nil
}

// writeAll writes the files beside their places first, so that a full disk or a
// folder that nobody may write to leaves everything as it was.
func writeAll(folder string, files []slatest.File) (err error) {
	if len(files) == 0 {
		return nil
	}
	parent := filepath.Dir(folder)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	// Beside the folder and not in the system's own, since only then a rename moves.
	temp, err := os.MkdirTemp(parent, ".recording-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	for _, f := range files {
		if err := writeFile(filepath.Join(temp, filepath.FromSlash(f.Name)), f.Data); err != nil {
			return err
		}
	}
	for i, f := range files {
		name := filepath.Join(folder, filepath.FromSlash(f.Name))
		if err = os.MkdirAll(filepath.Dir(name), 0o755); err == nil {
			err = os.Rename(filepath.Join(temp, filepath.FromSlash(f.Name)), name)
		}
		if err != nil {
			return fmt.Errorf("only %s written, not the other %d: %w", names(files[:i]), len(files)-i, err)
		}
	}
	return nil
}

func writeFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o644)
}

func names(files []slatest.File) string {
	if len(files) == 0 {
		return "nothing was"
	}
	list := make([]string, len(files))
	for i, f := range files {
		list[i] = f.Name
	}
	return strings.Join(list, ", ") + " was"
}
