package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/sla"
)

const aboutAssets = "What there is, what becomes of it, and the reports that this owes to Procurement and Logistics: within 24 hours, be it Friday or not."

// stocktaking is a week of the inventory. What it prints is read from the events that the
// inventory stored.
type stocktaking struct {
	diary

	policy    *asset.Policy
	store     asset.Store
	inventory *asset.Inventory
	ids       map[string]asset.ID // by what the chores call things
	names     map[asset.ID]string
}

// chore is something that is done to what it calls of.
type chore struct {
	at      string // "2026-06-07 10:00", or of the same day "10:05"
	of      string
	do      asset.Command
	licence bool
	notice  string // when notice came of what others had done
	refused bool   // the inventory does not let it happen
}

// opsWeek is what happens in it.
func opsWeek() []chore {
	by := func(role string, c asset.Command) asset.Command {
		c.By, c.Role = townclerk.Actor(role), role
		return c
	}
	technician := func(c asset.Command) asset.Command { return by("technician", c) }
	desk := func(c asset.Command) asset.Command { return by("ops-desk", c) }
	manager := func(c asset.Command) asset.Command { return by("ops-manager", c) }
	procurement := func(c asset.Command) asset.Command { return by("procurement", c) }
	facts := func(pairs ...string) map[string]string {
		set := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			set[pairs[i]] = pairs[i+1]
		}
		return set
	}
	installed := []string{"installation/planned", "installation/agreed"}
	return []chore{
		{at: "2026-06-07 08:00", of: "station", do: manager(asset.Command{Do: asset.Register, Set: facts("kind", "workstation", "name", "station of the archive", "unit", "archive")})},
		{at: "08:05", of: "printer", do: manager(asset.Command{Do: asset.Register, Set: facts("kind", "printer", "name", "printer of the library", "unit", "library")})},
		{at: "08:10", of: "website", do: manager(asset.Command{Do: asset.Register, Preset: "municipal-website"})},

		// New equipment, from the proposal to its user.
		{at: "09:00", of: "server", do: desk(asset.Command{Do: asset.Propose, Set: facts("kind", "server", "name", "file server", "unit", "computing")})},
		{at: "09:30", of: "server", do: technician(asset.Command{Do: asset.Order, Reference: "2026/31"}), refused: true},
		{at: "11:00", of: "server", do: procurement(asset.Command{Do: asset.Order, Reference: "2026/31", Set: facts("purchase.price", "18500.00 ILS")})},
		{at: "2026-06-09 10:00", of: "server", do: technician(asset.Command{Do: asset.Receive, Set: facts("serial", "S-4471", "purchase.at", "2026-06-09")})},
		{at: "10:30", of: "server", do: technician(asset.Command{Do: asset.Commission, Checked: installed}), refused: true},
		{at: "11:00", of: "server", do: technician(asset.Command{Do: asset.Test})},
		{at: "12:00", of: "server", do: technician(asset.Command{Do: asset.Commission, Checked: installed[:1]}), refused: true},
		{at: "12:15", of: "server", do: technician(asset.Command{Do: asset.Commission, Checked: installed, Set: facts("location", "machine room")})},
		{at: "14:00", of: "server", do: desk(asset.Command{Do: asset.Report, Reference: "letter 7"})},

		// A repair, with its protocol.
		{at: "2026-06-10 09:00", of: "station", do: technician(asset.Command{Do: asset.Repair, Reason: "it does not start"})},
		{at: "13:00", of: "station", do: technician(asset.Command{Do: asset.Restore, Text: "disk replaced, system installed anew", Repair: &asset.RepairReport{
			Parts: []asset.Part{{Name: "disk", Quantity: 1}}, Reinstalled: true,
		}})},

		// What others moved counts from the notice; what we moved on Thursday is due on Friday.
		{at: "2026-06-11 09:00", of: "website", do: technician(asset.Command{Do: asset.Upgrade, Text: "new release", Set: facts("release", "7")})},
		{at: "2026-06-09 12:00", of: "station", notice: "2026-06-11 11:00", do: desk(asset.Command{Do: asset.Place, Set: facts("unit", "registry")})},
		{at: "2026-06-11 15:00", of: "printer", do: technician(asset.Command{Do: asset.Place, Set: facts("unit", "school")})},
		{at: "16:00", of: "website", do: desk(asset.Command{Do: asset.Report, Reference: "letter 8"})},
		{at: "16:05", of: "station", do: desk(asset.Command{Do: asset.Report, Reference: "letter 8"})},
		{at: "2026-06-14 08:00", of: "printer", do: desk(asset.Command{Do: asset.Report, Reference: "letter 9"})},

		// What was recorded wrongly stays, and is corrected.
		{at: "2026-06-14 09:00", of: "printer", do: manager(asset.Command{Do: asset.Correct, Corrects: 2, Reason: "it went to the kindergarten", Set: facts("unit", "kindergarten")})},
		{at: "09:10", of: "printer", do: desk(asset.Command{Do: asset.Report, Reference: "letter 10"})},

		// The end of a station, and licences.
		{at: "10:00", of: "station", do: technician(asset.Command{Do: asset.Decommission, Reason: "it is eight years old"}), refused: true},
		{at: "10:05", of: "station", do: manager(asset.Command{Do: asset.Decommission, Reason: "it is eight years old"})},
		{at: "10:30", of: "station", do: desk(asset.Command{Do: asset.Report, Reference: "letter 11"})},
		{at: "11:00", of: "office", licence: true, do: manager(asset.Command{Do: asset.Begin, Name: "office programs", Product: "office"})},
		{at: "11:05", of: "office", licence: true, do: manager(asset.Command{Do: asset.Buy, Reference: "2026/44", Term: &asset.Term{Seats: 1}})},
		{at: "11:10", of: "office", licence: true, do: manager(asset.Command{Do: asset.Allot, Seat: &asset.Seat{Holder: "the archivist"}})},
		{at: "11:15", of: "office", licence: true, do: manager(asset.Command{Do: asset.Allot, Seat: &asset.Seat{Holder: "the librarian"}}), refused: true},
		{at: "2026-06-15 08:00", of: "station", do: procurement(asset.Command{Do: asset.Dispose, Reference: "2026/50"})},
	}
}

// inventoried tells the week, and what it has to report.
func inventoried(ctx context.Context, s scene) error {
	t := stocktaking{diary: diary{scene: s}, store: s.stores.Assets(), ids: map[string]asset.ID{}, names: map[asset.ID]string{}}
	var err error
	if t.policy, err = openPolicy("raanana", "asset.toml", asset.Parse); err != nil {
		return err
	}
	n := 0
	t.inventory = asset.NewInventory(t.store, t.policy, asset.Config{
		Now:   func() time.Time { return t.now },
		NewID: func() asset.ID { n++; return asset.ID(fmt.Sprint("A", n)) },
	})
	t.headline(t.policy.Name(), aboutAssets)
	for i, c := range opsWeek() {
		if err := t.chore(ctx, c); err != nil {
			return fmt.Errorf("inventory: chore %d, at %s: %w", i+1, c.at, err)
		}
	}
	return t.reported(ctx)
}

// chore lets the time pass until a chore is recorded, with all that falls due, and then
// the chore happen.
func (t *stocktaking) chore(ctx context.Context, c chore) error {
	zone := t.policy.Promises().Zone()
	at, err := t.time(c.at, zone)
	if err != nil {
		return err
	}
	recorded := at
	if c.notice != "" {
		if recorded, err = t.time(c.notice, zone); err != nil {
			return err
		}
		c.do.Notice, c.do.At = recorded, at
	}
	if err := t.pass(ctx, recorded); err != nil {
		return err
	}
	t.now = recorded
	id, known := t.ids[c.of]
	switch {
	case c.licence && !known:
		var l asset.Licence
		l, err = t.inventory.AddLicence(ctx, t.tenant, c.do)
		t.ids[c.of], t.names[l.ID] = l.ID, l.Name
	case c.licence:
		_, err = t.inventory.DoLicence(ctx, t.tenant, id, c.do)
	case !known:
		var a asset.Asset
		a, err = t.inventory.Add(ctx, t.tenant, c.do)
		t.ids[c.of], t.names[a.ID] = a.ID, a.Facts.Name
	default:
		_, err = t.inventory.Do(ctx, t.tenant, id, c.do)
	}
	switch {
	case err == nil && c.refused:
		return errors.New("it should have been refused")
	case err != nil && c.refused:
		t.line(fmt.Sprintf("%s: %s is refused: %s", c.of, c.do.By, because(err)))
	case err != nil:
		return err
	}
	return t.news(ctx, t.store, t.event)
}

// pass lets the time pass, and each thing that falls due be told when it does.
func (t *stocktaking) pass(ctx context.Context, until time.Time) error {
	for _, due := range t.due(ctx, until) {
		if _, err := t.inventory.Sweep(ctx, t.tenant, due); err != nil {
			return err
		}
		t.now = due.In(t.policy.Promises().Zone())
		if err := t.news(ctx, t.store, t.event); err != nil {
			return err
		}
	}
	return nil
}

// due returns when something falls due before an instant, in order.
func (t *stocktaking) due(ctx context.Context, until time.Time) []time.Time {
	var all []time.Time
	for a, err := range t.inventory.All(ctx, t.tenant, asset.Query{}) {
		if err == nil && !a.NextAt.IsZero() && a.NextAt.Before(until) {
			all = append(all, a.NextAt)
		}
	}
	return all
}

// event prints what happened, and what that owes or has kept.
func (t *stocktaking) event(ctx context.Context, e townclerk.Event) error {
	data, err := asset.ReadData(e)
	if err != nil {
		return err
	}
	name := t.names[asset.ID(e.Aggregate)]
	switch {
	case e.Kind == "asset.overdue":
		t.line(name + ": overdue, the report of entry " + fmt.Sprint(data.Owed.Part))
		return nil
	case data.Entry != nil:
		t.line(name + ": " + t.happened(e.Kind, data.Entry))
	case len(data.Entries) > 0:
		t.line(name + ": reported to " + t.policy.Title("roles", "procurement", "en"))
	}
	return t.owed(ctx, asset.ID(e.Aggregate), data)
}

// happened says in a few words what was done.
func (t *stocktaking) happened(kind string, e *asset.Entry) string {
	kind = strings.TrimPrefix(strings.TrimPrefix(kind, "asset."), "licence-")
	words := []string{strings.ReplaceAll(kind, "-", " ")}
	if e.Corrects != 0 {
		words = []string{fmt.Sprintf("entry %d is corrected", e.Corrects)}
	}
	for _, f := range e.Set {
		if f.Was != f.Is && (f.Key == "unit" || f.Key == "location" || f.Key == "release" || f.Key == "purchase.price") {
			words = append(words, strings.TrimPrefix(f.Was+" → ", " → ")+f.Is)
		}
	}
	for _, text := range []string{e.Reference, e.Reason, e.Text} {
		if text != "" {
			words = append(words, text)
		}
	}
	if e.Repair != nil && len(e.Repair.Parts) > 0 {
		words = append(words, fmt.Sprintf("%d %s", e.Repair.Parts[0].Quantity, e.Repair.Parts[0].Name))
	}
	return strings.Join(words, ", ")
}

// owed prints by when what happened is to be reported, or whether that was kept.
func (t *stocktaking) owed(ctx context.Context, id asset.ID, data asset.Data) error {
	changes, err := t.changes(ctx, id)
	if err != nil {
		return err
	}
	for _, c := range changes {
		title := t.policy.Title("changes", c.Entry.Change, "en")
		switch {
		case data.Entry != nil && data.Entry.Number == c.Entry.Number && !c.Due.IsZero():
			t.below("", fmt.Sprintf("%s: to be reported by %s", title, stamp(c.Due.In(t.policy.Promises().Zone()))))
		case c.Entry.Report != nil && c.Entry.Report.At.Equal(t.now.UTC()):
			kept := "kept"
			if c.State != sla.Met {
				kept = "late"
			}
			t.below(c.State, fmt.Sprintf("%s: %s, due by %s", kept, title, stamp(c.Due.In(t.policy.Promises().Zone()))))
		}
	}
	return nil
}

func (t *stocktaking) changes(ctx context.Context, id asset.ID) ([]asset.Changed, error) {
	a, err := t.inventory.Get(ctx, t.tenant, id)
	if errors.Is(err, townclerk.ErrNotFound) {
		l, err := t.store.Licences().Get(ctx, t.tenant, string(id))
		if err != nil {
			return nil, err
		}
		return t.policy.LicenceChanges(l, t.now)
	}
	if err != nil {
		return nil, err
	}
	return t.policy.Changes(a, t.now)
}

// reported prints what is still to be reported, and how many computers there were on
// two days, as that was known then and as it is known now.
func (t *stocktaking) reported(ctx context.Context) error {
	r, err := t.inventory.Report(ctx, t.tenant, townclerk.Period{})
	if err != nil {
		return err
	}
	zone := t.policy.Promises().Zone()
	t.line("what is still to be reported to " + t.policy.Title("roles", r.To, "en"))
	for _, c := range r.Changes {
		t.below("", fmt.Sprintf("%s: %s, by %s", c.Name, t.policy.Title("changes", c.Entry.Change, "en"), stamp(c.Due.In(zone))))
	}
	for _, day := range []string{"2026-06-08 12:00", "2026-06-10 12:00", "2026-06-15 12:00"} {
		at, err := t.time(day, zone)
		if err != nil {
			return err
		}
		n := 0
		for a, err := range t.inventory.AsOf(ctx, t.tenant, at, time.Time{}) {
			if err != nil {
				return err
			}
			if a.Facts.State.InUse() && t.policy.Is(a.Facts.Kind, "computers") {
				n++
			}
		}
		t.below("", fmt.Sprintf("computers in use on %s: %d", at.Format(time.DateOnly), n))
	}
	return nil
}
