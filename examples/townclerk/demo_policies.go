package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"iter"

	"github.com/townclerk/townclerk/examples/data"
	"github.com/townclerk/townclerk/examples/policies"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
)

// checked prints what the suite says of the policies: what the command check does.
func (d *day) checked() error {
	fmt.Fprintln(d.out, "\n"+d.bold("  The policies, as \"townclerk check\" finds them"))
	fmt.Fprintln(d.out, d.faint("  targets  errors  warnings  vectors  passed  other checks  POLICY"))
	for _, name := range []string{"raanana", "telephony", "iran-office"} {
		folder, err := fs.Sub(policies.Files, name)
		if err != nil {
			return err
		}
		policy, err := sla.Open(folder)
		if err != nil {
			return err
		}
		vectors, err := slatest.Vectors(folder)
		if err != nil {
			return err
		}
		d.report(policy, slatest.Inspect(policy, vectors, slatest.Config{Now: d.now}))
	}
	return nil
}

func (d *day) report(policy *sla.Policy, r *slatest.Report) {
	found := map[sla.Severity]int{}
	for _, f := range r.Findings {
		found[f.Severity]++
	}
	passed, checks := 0, 0
	for i := range r.Vectors {
		if r.Vectors[i].Err == nil {
			passed++
		}
	}
	for i := range r.Invariants {
		checks += r.Invariants[i].Checks
	}
	fmt.Fprintf(d.out, "  %7d%8d%10d%9d%8d%14d  %s\n", r.Targets,
		found[sla.SeverityError], found[sla.SeverityWarning], len(r.Vectors), passed, checks, policy.Name())
	for _, f := range r.Findings {
		if f.Severity != sla.SeverityNote {
			for _, line := range wrap(f.Error(), pageWidth-2) {
				fmt.Fprintf(d.out, "  %s\n", d.faint(line))
			}
		}
	}
}

// replayed prints what another cut-off would have made of a year: what the command
// replay does.
func (d *day) replayed() error {
	const name, tickets = "raanana/sla.toml", 2000
	charter, err := policies.Files.ReadFile(name)
	if err != nil {
		return err
	}
	later := bytes.ReplaceAll(charter, []byte(`until = "10:00"`), []byte(`until = "11:00"`))
	if bytes.Equal(charter, later) {
		return errors.New("the charter has no cut-off at ten")
	}
	other, err := sla.Parse(later, name)
	if err != nil {
		return err
	}
	r := sla.Replay(d.policy, other, sound(data.History(tickets)), d.now)
	for i := range r.Targets {
		r.Targets[i].Months = nil
	}
	r.Differences = r.Differences[:min(len(r.Differences), 1)]
	fmt.Fprintln(d.out, "\n"+d.bold("  What if the cut-off were at eleven, as \"townclerk replay\" tells of 2,000 invented tickets of 2025"))
	p := replayer{style: d.style, out: d.out, before: "until 10:00", after: "until 11:00", old: d.policy, new: other}
	p.table(r)
	p.differences(r)
	return r.Err()
}

// sound pairs the timelines with the errors that reading might have given.
func sound(timelines iter.Seq[sla.Timeline]) iter.Seq2[sla.Timeline, error] {
	return func(yield func(sla.Timeline, error) bool) {
		for tl := range timelines {
			if !yield(tl, nil) {
				return
			}
		}
	}
}
