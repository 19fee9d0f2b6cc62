package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/townclerk/townclerk/examples/policies"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/vendors"
)

// unkept prints which promises no contract can keep in the year of the demo, and a
// ticket that is lost by that: what the command align does.
func unkept(_ context.Context, s scene) error {
	fmt.Fprintln(s.out, "\n"+s.bold("What no vendor's contract can keep, as \"townclerk align\" finds it"))
	for _, name := range []string{"raanana", "telephony"} {
		promises, work, err := workOf(name)
		if err != nil {
			return err
		}
		first := time.Date(demoNow.Year(), time.January, 1, 0, 0, 0, 0, promises.Zone())
		all, err := alignments(promises, work, first, first.AddDate(1, 0, 0))
		if err != nil {
			return err
		}
		best := vendors.Unkept(all)
		for _, a := range best {
			paragraph(s, name+": "+keeping(a))
		}
		if len(best) == 0 {
			paragraph(s, name+": nothing")
		}
	}
	return lostProjector(s)
}

// workOf reads an embedded policy, and how its office works with vendors; nil where it
// does not say.
func workOf(name string) (*sla.Policy, *vendors.Policy, error) {
	folder, err := fs.Sub(policies.Files, name)
	if err != nil {
		return nil, nil, err
	}
	promises, err := sla.Open(folder)
	if err != nil {
		return nil, nil, err
	}
	data, err := fs.ReadFile(folder, "vendors.toml")
	if errors.Is(err, fs.ErrNotExist) {
		return promises, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	work, err := vendors.Parse(data, name+"/vendors.toml", promises)
	return promises, work, err
}

// keeping says how much of the time a promise can be kept, and by when to hand over.
func keeping(a vendors.Alignment) string {
	english := sla.LanguageFor("en")
	by := "without a contract"
	if a.Contract != nil {
		by = "by the contract " + string(a.Contract.ID)
	}
	text := fmt.Sprintf("%s, which hangs on %s, %s: of the time on %s, %s %% cannot be kept and %s %% only if it is handed over early",
		a.Target.ID, a.Vendor.ID, by, a.Target.Calendar, a.Share(sla.FitLost).Percent(1), a.Share(sla.FitTight).Percent(1))
	if _, safe := a.Examples(); !safe.IsZero() {
		text += "; " + english.HandOver(safe, a.At(safe).Latest)
	}
	return text
}

// lostProjector prints a ticket of Ra'anana that is open and lost already.
func lostProjector(s scene) error {
	promises, _, err := workOf("raanana")
	if err != nil {
		return err
	}
	opened := time.Date(2026, time.June, 7, 10, 0, 1, 0, promises.Zone()) // Sunday
	now := opened.Add(2*time.Hour + 29*time.Minute + 59*time.Second)
	lost, err := promises.Backings(sla.Timeline{ID: "projector", Events: []sla.Event{
		{Kind: "opened", At: opened, Attributes: map[string]string{"department": "operations", "class": "incident"}},
	}}, now)
	for _, b := range lost {
		if b.Fit == sla.FitLost {
			paragraph(s, fmt.Sprintf("a projector of Ra'anana, reported %s and not handed over at %s, is lost already, though due %s: %s",
				stamp(opened), now.Format("15:04"), stamp(b.Clock.Due), reasons(b.Steps)))
		}
	}
	return err
}
