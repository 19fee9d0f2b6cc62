package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/townclerk/townclerk/sla"
)

// lock is the command that writes down what the rules of a policy's holidays
// resolve to, as one keeps go.sum.
type lock struct {
	PolicyDir string `arg:"" name:"policydir" help:"Folder that holds the policy, sla.toml."`
	Check     bool   `help:"Write nothing; fail if sla.lock.toml would change."`
}

// Run writes the file if it is not what it should be, and prints what changes.
func (c *lock) Run(out io.Writer) error {
	name, data, err := readCharter(c.PolicyDir)
	if err != nil {
		return err
	}
	policy, err := sla.Parse(data, name) // without the old lock, which may be broken
	if err != nil {
		return err
	}
	text, err := policy.Lock()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	lockName := filepath.Join(c.PolicyDir, sla.LockFile)
	old, err := os.ReadFile(lockName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		old = nil
	case err != nil:
		return unread(lockName, err)
	}
	if bytes.Equal(old, text) {
		fmt.Fprintf(out, "%s: nothing has changed\n", lockName)
		return nil
	}
	drift, err := driftOf(name, data, lockName, old)
	if c.Check {
		return c.stale(lockName, old, drift, err)
	}
	for _, f := range drift {
		change, _, _ := strings.Cut(f.Message(), "; ") // what stands behind is what to do
		fmt.Fprintf(out, "%s: %s\n", f.Path, change)
	}
	if err := replaceFile(lockName, text); err != nil {
		return unread(lockName, err)
	}
	fmt.Fprintf(out, "%s: written\n", lockName)
	return nil
}

// driftOf compares the policy with its old lock file. The error is what is wrong
// with that.
func driftOf(name string, data []byte, lockName string, old []byte) ([]sla.Finding, error) {
	if old == nil {
		return nil, nil
	}
	policy, err := sla.ParseLocked(data, name, old, lockName)
	if err != nil {
		return nil, err
	}
	return policy.Drift(), nil
}

// stale says in what the file is not what lock would write.
func (c *lock) stale(lockName string, old []byte, drift []sla.Finding, broken error) error {
	if old == nil {
		return fmt.Errorf("%s: there is no such file; run townclerk lock %s", lockName, c.PolicyDir)
	}
	errs := []error{broken}
	for _, f := range drift {
		errs = append(errs, f)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return fmt.Errorf("%s: it says the same in other words than townclerk lock; run it", lockName)
}

// replaceFile puts a file in the place of another at once, so that who reads it
// finds one or the other.
func replaceFile(name string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".sla.lock-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil { // a temporary file is its owner's alone
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
