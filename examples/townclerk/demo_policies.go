package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"time"

	"github.com/townclerk/townclerk/examples/data"
	"github.com/townclerk/townclerk/examples/policies"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
)

// paragraph prints a text within the page, its lines after the first indented.
func paragraph(s scene, text string) {
	begin := "  "
	for _, line := range wrap(text, pageWidth-4) {
		fmt.Fprintf(s.out, "%s%s\n", begin, s.faint(line))
		begin = "    "
	}
}

// demoNow is the time as of which policies are checked.
var demoNow = time.Date(2026, 6, 8, 12, 30, 0, 0, time.UTC)

// checked prints what the suite says of the policies: what the command check does.
func checked(_ context.Context, s scene) error {
	fmt.Fprintln(s.out, "\n"+s.bold("The policies, as \"townclerk check\" finds them"))
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
		inspected(s, name, slatest.Inspect(policy, vectors, slatest.Config{Now: demoNow}))
	}
	return nil
}

func inspected(s scene, name string, r *slatest.Report) {
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
	paragraph(s, fmt.Sprintf("%s: %s, %s, %s; %d of %s and %s passed", name, counted(r.Targets, "target"),
		counted(found[sla.SeverityError], "error"), counted(found[sla.SeverityWarning], "warning"),
		passed, counted(len(r.Vectors), "vector"), counted(checks, "other check")))
	for _, f := range r.Findings {
		if f.Severity != sla.SeverityNote {
			paragraph(s, name+"/"+f.Error())
		}
	}
}

// replayed prints what another cut-off would have made of a year: what the command
// replay does.
func replayed(_ context.Context, s scene) error {
	const name, tickets = "raanana/sla.toml", 2000
	charter, err := policies.Files.ReadFile(name)
	if err != nil {
		return err
	}
	later := bytes.ReplaceAll(charter, []byte(`until = "10:00"`), []byte(`until = "11:00"`))
	if bytes.Equal(charter, later) {
		return errors.New("the charter has no cut-off at ten")
	}
	old, err := sla.Parse(charter, name)
	if err != nil {
		return err
	}
	other, err := sla.Parse(later, name)
	if err != nil {
		return err
	}
	r := sla.Replay(old, other, sound(data.History(tickets)), demoNow)
	fmt.Fprintln(s.out, "\n"+s.bold("What if Ra'anana's cut-off were at eleven, not at ten?"))
	paragraph(s, "\"townclerk replay\" tells, of 2,000 invented tickets of 2025:")
	for i := range r.Targets {
		if t := &r.Targets[i]; t.All.Earlier.Count+t.All.Later.Count > 0 {
			paragraph(s, fmt.Sprintf("%s: of %d, %d would have been met instead of %d; %d would have been due earlier, half of them by %s or more",
				t.ID, t.All.Old.Clocks, t.All.New.Met, t.All.Old.Met, t.All.Earlier.Count, t.All.Earlier.Median))
		}
	}
	if len(r.Differences) > 0 {
		most := &r.Differences[0]
		paragraph(s, fmt.Sprintf("what moved most: %s, %s due %s", most.Timeline, most.Old.Target.ID, moved(most.By)))
		paragraph(s, fmt.Sprintf("until ten: %s; due %s", reasons(most.Old.Steps()), stamp(most.Old.Due)))
		paragraph(s, fmt.Sprintf("until eleven: %s; due %s", reasons(most.New.Steps()), stamp(most.New.Due)))
	}
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
