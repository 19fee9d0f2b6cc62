package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
)

// record writes the vectors of the policy's breakpoints into the folder, and says
// what came of each. Its error says which were written, if any.
func (p checker) record(policy *sla.Policy, folder string) error {
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
	p.println(p.say("recorded in %s; new: %s, written anew: %s, as they were: %s, reviewed or changed by somebody: %s", p.Isolate(shown),
		strconv.Itoa(created), strconv.Itoa(len(r.Write)-created), strconv.Itoa(len(r.Same)), strconv.Itoa(len(r.Kept))))
	for _, name := range r.Stale {
		p.println(p.say("note: %s", p.say("%s is of what the policy does not have any more; remove it", p.Isolate(shown+"/"+name))))
	}
	for _, what := range r.Skipped {
		p.println(p.say("note: %s", p.say("nothing was recorded of %s", p.Isolate(what))))
	}
	fmt.Fprintln(p.out)
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
	// What a crash leaves behind is no vector by its name.
	part := func(i int) string { return filepath.Join(temp, fmt.Sprintf("%d.part", i)) }
	for i, f := range files {
		if err := os.WriteFile(part(i), f.Data, 0o644); err != nil {
			return err
		}
	}
	for i, f := range files {
		name := filepath.Join(folder, filepath.FromSlash(f.Name))
		if err = os.MkdirAll(filepath.Dir(name), 0o755); err == nil {
			err = os.Rename(part(i), name)
		}
		if err != nil {
			return fmt.Errorf("%d of %d vectors were written%s: %w", i, len(files), names(files[:i]), err)
		}
	}
	return nil
}

// names lists files for an error, if there are any.
func names(files []slatest.File) string {
	list := make([]string, len(files))
	for i, f := range files {
		list[i] = f.Name
	}
	if len(list) == 0 {
		return ""
	}
	return " (" + strings.Join(list, ", ") + ")"
}
