package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/worktime"
)

// explain is the command that answers "why is this due then?".
type explain struct {
	PolicyDir string   `arg:"" name:"policydir" help:"Folder that holds the policy, sla.toml."`
	At        string   `xor:"when" placeholder:"TIME" help:"When it is reported: 2026-06-07T10:00:01 on the policy's clock, or with an offset, 2026-06-07T10:00:01+03:00."`
	With      []string `placeholder:"KEY=VALUE" help:"With --at: what it is, by attributes of the policy."`
	Events    string   `xor:"when" placeholder:"FILE" help:"Instead of --at: a TOML file with what happened."`
	Now       string   `placeholder:"TIME" help:"With --events: the time as of which to judge them. Default: the present."`
	Lang      voice    `default:"en" placeholder:"TAG" help:"Language of the explanation: en, fa, he, pl or sr."`
	JSON      bool     `name:"json" help:"Print JSON, one object to a line."`
}

// Validate refuses flags that do not go together; kong calls it.
func (c *explain) Validate() error {
	switch {
	case c.At == "" && c.Events == "":
		return errors.New("say when with --at=TIME, or what happened with --events=FILE")
	case c.Events != "" && len(c.With) > 0:
		return errors.New("--with goes with --at; the events of a file say themselves what they are about")
	case c.Events == "" && c.Now != "":
		return errors.New("--now goes with --events; with --at, that time is the present")
	}
	return nil
}

// Run prints one explanation for --at, or one for each timeline of --events.
func (c *explain) Run(out io.Writer, s style) error {
	policy, err := readPolicy(c.PolicyDir)
	if err != nil {
		return err
	}
	if c.Events != "" {
		return c.timelines(out, s, policy)
	}
	at, err := parseTime("--at", c.At, policy)
	attributes, err2 := parseAttributes(policy, c.With)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	a := policy.Promise(at, attributes)
	if c.JSON {
		return writeJSON(out, promised(policy, c.Lang, &a))
	}
	explainer{s, c.Lang, out, policy}.promise(at, attributes, &a)
	return nil
}

// timelines explains those of the file.
func (c *explain) timelines(out io.Writer, s style, policy *sla.Policy) error {
	now := time.Now().In(policy.Zone())
	var err error
	if c.Now != "" {
		now, err = parseTime("--now", c.Now, policy)
	}
	timelines, err2 := readTimelines(policy, c.Events)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	for i, tl := range timelines {
		a, err := policy.Explain(tl, now)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Events, err)
		}
		if tl.ID == "" {
			tl.ID = c.untitled(i)
		}
		if !c.JSON {
			if i > 0 {
				fmt.Fprintln(out)
			}
			explainer{s, c.Lang, out, policy}.timeline(&tl, now, &a)
			continue
		}
		r := assessed(policy, c.Lang, &a)
		if len(timelines) > 1 {
			r.Timeline = tl.ID
		}
		if err := writeJSON(out, r); err != nil {
			return err
		}
	}
	return nil
}

// untitled names the ith timeline; to programs in the same way whatever the language.
func (c *explain) untitled(i int) string {
	if c.JSON {
		return fmt.Sprintf("timeline %d", i+1)
	}
	return c.Lang.say("timeline %s", strconv.Itoa(i+1))
}

// readPolicy reads the policy of a folder with its lock file, if there is one, as
// sla.Open does, but with the folder's name in the errors.
func readPolicy(dir string) (*sla.Policy, error) {
	name, data, err := readCharter(dir)
	if err != nil {
		return nil, err
	}
	lockName := filepath.Join(dir, sla.LockFile)
	locked, err := os.ReadFile(lockName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return sla.Parse(data, name)
	case err != nil:
		return nil, unread(lockName, err)
	}
	return sla.ParseLocked(data, name, locked, lockName)
}

// readCharter reads sla.toml from a folder.
func readCharter(dir string) (name string, data []byte, err error) {
	name = filepath.Join(dir, sla.PolicyFile)
	data, err = os.ReadFile(name)
	if err != nil {
		if info, failed := os.Stat(dir); errors.Is(failed, fs.ErrNotExist) {
			return "", nil, fmt.Errorf("%s: there is no such folder", dir)
		} else if failed == nil && !info.IsDir() {
			return "", nil, fmt.Errorf("%s: this is a file; name the folder that holds sla.toml", dir)
		} else if below := policiesIn(dir); below != nil {
			return "", nil, fmt.Errorf("%s: the policies are in folders below it; name one of them: %s", dir, strings.Join(below, ", "))
		}
		return "", nil, unread(name, err)
	}
	return name, data, nil
}

// policiesIn returns the folders in dir that hold a policy, or an edition of one.
func policiesIn(dir string) []string {
	names, _ := fs.Glob(os.DirFS(dir), "*/"+sla.PolicyFile) // the pattern is sound
	for i, name := range names {
		names[i] = filepath.Join(dir, filepath.Dir(name))
	}
	return names
}

func readTimelines(policy *sla.Policy, name string) ([]sla.Timeline, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, unread(name, err)
	}
	return policy.ParseTimelines(data, name)
}

// unread says why a file could not be read, with its name first and once.
func unread(name string, err error) error {
	var cause *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no such file", name)
	case errors.As(err, &cause):
		return fmt.Errorf("%s: %w", name, cause.Err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

func parseTime(flag, typed string, policy *sla.Policy) (time.Time, error) {
	t, err := worktime.ParseTime(typed, policy.Zone())
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", flag, err)
	}
	return t, nil
}

// parseAttributes reads key=value pairs; the error joins all that is wrong with them.
func parseAttributes(policy *sla.Policy, pairs []string) (map[string]string, error) {
	attributes := map[string]string{}
	var wrong []error
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		before, twice := attributes[key]
		switch err := policy.CheckAttribute(key, value); {
		case !ok:
			wrong = append(wrong, fmt.Errorf("--with: %q is not a pair; write key=value", pair))
		case err != nil:
			wrong = append(wrong, fmt.Errorf("--with: %w", err))
		case twice:
			wrong = append(wrong, fmt.Errorf("--with: %s stands twice, as %q and as %q", key, before, value))
		default:
			attributes[key] = value
		}
	}
	return attributes, errors.Join(wrong...)
}
