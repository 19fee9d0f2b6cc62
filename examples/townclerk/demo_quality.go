package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/sla/report"
	"github.com/townclerk/townclerk/sla/worktime"
)

const (
	aboutKalisz = "The three measures of the year, counted from an inventory and its repair protocols, and the process card as it is printed."
	aboutDuties = "What the procedure has done every day, in June 2026, and what was missed. Nobody looked after the servers on the 10th, and on the 16th only after one of them; no backup was made on the night of the 20th."
)

// kaliszYear measures the year 2026 and prints the card.
func kaliszYear(ctx context.Context, s scene) error {
	policy, err := openPolicy("kalisz", "kpi.toml", kpi.Parse)
	if err != nil {
		return err
	}
	s.headline(policy.Name(), aboutKalisz)
	inventory, err := kaliszInventory(ctx, s, policy.Promises().Zone())
	if err != nil {
		return err
	}
	register := kpi.NewRegister(s.stores.Indicators(), policy, kpi.Config{
		Now:     func() time.Time { return time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC) },
		Sources: kaliszSources(policy, inventory),
	})
	year := policy.Period("repairs", time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	owner := kpi.Who{Actor: "u-1", Role: "process-owner"}
	for _, id := range policy.IDs("indicators") {
		m, err := register.Measure(ctx, s.tenant, owner, id, year)
		if err != nil {
			return err
		}
		v := m.Value()
		n, d := fmt.Sprint(v.N), fmt.Sprint(v.D)
		if id == "availability" {
			n, d = time.Duration(v.N).String(), time.Duration(v.D).String()
		}
		fmt.Fprintf(s.out, "  %s %s%%: %s of %s, target %s %s%%: %s\n", pad(id, 13), v.Ratio().Percent(2), n, d,
			strings.ReplaceAll(string(v.Target.Compare), "-", " "), v.Target.Limit().Percent(0), s.bold(string(v.Verdict)))
		paragraph(s, "shown by "+strings.Join(v.Evidence, ", "))
	}
	return kaliszCard(ctx, s, policy, register, owner)
}

func kaliszCard(ctx context.Context, s scene, policy *kpi.Policy, register *kpi.Register, owner kpi.Who) error {
	enter, _ := policy.EnterCard("pr-10")
	card, err := register.AddCard(ctx, s.tenant, "pr-10", owner, enter)
	if err != nil {
		return err
	}
	d, err := policy.Document(&card, kpi.Export{At: time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)})
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out)
	return narrow(s.out, d)
}

// narrow prints a document, whose long lines go on in the next.
func narrow(out io.Writer, d *report.Document) error {
	var text strings.Builder
	if err := d.Text(&text); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		line = strings.TrimSuffix(line, "\n")
		if width(line) <= pageWidth {
			fmt.Fprintln(out, line)
			continue
		}
		begin := ""
		for _, part := range wrap(line, pageWidth-2) {
			fmt.Fprintln(out, begin+part)
			begin = "  "
		}
	}
	return nil
}

// kaliszSources counts what the three measures ask for. This is all that connects the
// inventory with them.
func kaliszSources(policy *kpi.Policy, inventory *asset.Inventory) map[string]kpi.Source {
	repaired := func(a *asset.Asset, in townclerk.Period) (n int64) {
		for _, e := range a.Standing(time.Time{}) {
			if e.Repair != nil && e.Repair.Replaced() && in.Contains(e.At) {
				n++
			}
		}
		return n
	}
	of := func(indicator string, kinds []string, counts func(a *asset.Asset, in townclerk.Period) (n, d int64)) kpi.Source {
		return func(ctx context.Context, tenant townclerk.Tenant, in townclerk.Period) (kpi.Count, error) {
			all, err := kpi.Tally(inventory.All(ctx, tenant, asset.Query{Kinds: kinds}), kpi.Counter[asset.Asset]{
				Indicator: indicator,
				Counts:    func(a *asset.Asset) (n, d int64) { return counts(a, in) },
				Evidence:  func(a *asset.Asset) string { return string(a.ID) },
			})
			return all[indicator], err
		}
	}
	return map[string]kpi.Source{
		"repairs": of("repairs", nil, func(a *asset.Asset, in townclerk.Period) (n, d int64) { return repaired(a, in), 1 }),
		"renewal": of("renewal", []string{"workstation"}, func(a *asset.Asset, in townclerk.Period) (n, d int64) {
			if in.Contains(a.Facts.Purchase.At) {
				return 1, 1
			}
			return 0, 1
		}),
		"availability": func(ctx context.Context, tenant townclerk.Tenant, in townclerk.Period) (kpi.Count, error) {
			var outages []kpi.Outage
			for a, err := range inventory.All(ctx, tenant, asset.Query{Kinds: []string{"server"}}) {
				if err != nil {
					return kpi.Count{}, err
				}
				for _, o := range a.Outages() {
					outages = append(outages, kpi.Outage{ID: fmt.Sprintf("%s/%d", a.ID, o.Entry), From: o.From, To: o.To})
				}
			}
			slices.SortFunc(outages, func(a, b kpi.Outage) int { return a.From.Compare(b.From) })
			return kpi.Availability(policy.Calendar("office"), in, each(outages))
		},
	}
}

func each[T any](all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, t := range all {
			if !yield(t, nil) {
				return
			}
		}
	}
}

// kaliszInventory makes a small inventory: 40 devices, six workstations of which were
// bought in 2026, and four repairs.
func kaliszInventory(ctx context.Context, s scene, zone *time.Location) (*asset.Inventory, error) {
	policy, err := openPolicy("kalisz", "asset.toml", asset.Parse)
	if err != nil {
		return nil, err
	}
	var now time.Time
	var id asset.ID
	inventory := asset.NewInventory(s.stores.Assets(), policy, asset.Config{
		Now: func() time.Time { return now }, NewID: func() asset.ID { return id },
	})
	local := func(text string) time.Time {
		at, wrong := time.ParseInLocation("2006-01-02 15:04", text, zone)
		err = errors.Join(err, wrong)
		return at.UTC()
	}
	n := 0
	add := func(kind string, many int, bought string) {
		now = local(bought + " 09:00")
		for range many {
			n++
			id = asset.ID(fmt.Sprintf("%s-%d", kind, n))
			_, wrong := inventory.Add(ctx, s.tenant, asset.Command{
				Do: asset.Register, By: "u-2", Role: "it-specialist", Set: map[string]string{"kind": kind, "name": kind, "unit": "wo", "purchase.at": bought},
			})
			err = errors.Join(err, wrong)
		}
	}
	do := func(id asset.ID, at string, c asset.Command) {
		now = local(at)
		c.By, c.Role = "u-2", "it-specialist"
		_, wrong := inventory.Do(ctx, s.tenant, id, c)
		err = errors.Join(err, wrong)
	}
	repair := func(id asset.ID, sent, back string, r asset.RepairReport) {
		do(id, sent, asset.Command{Do: asset.Repair, Reason: "it failed"})
		do(id, back, asset.Command{Do: asset.Restore, Text: "repaired", Checked: []string{"repair/works"}, Signed: map[string]townclerk.Actor{"it-specialist": "u-2"}, Repair: &r})
	}
	add("server", 2, "2024-03-04")
	add("workstation", 24, "2024-03-04")
	add("printer", 8, "2024-03-04")
	add("workstation", 6, "2026-04-13")
	disk := []asset.Part{{Name: "disk", Quantity: 1}}
	repair("server-1", "2026-06-08 09:00", "2026-06-08 10:30", asset.RepairReport{Parts: disk, DownFrom: local("2026-06-08 09:00"), DownTo: local("2026-06-08 10:00")})
	repair("server-2", "2026-06-08 09:30", "2026-06-09 09:00", asset.RepairReport{Reinstalled: true, DownFrom: local("2026-06-08 09:30"), DownTo: local("2026-06-09 08:00")})
	repair("workstation-6", "2026-09-01 10:00", "2026-09-02 10:00", asset.RepairReport{Parts: disk})
	repair("workstation-8", "2026-11-16 10:00", "2026-11-16 12:00", asset.RepairReport{})
	return inventory, err
}

// stariGradMonth lets June pass, and lists what was missed.
func stariGradMonth(ctx context.Context, s scene) error {
	policy, err := openPolicy("stari-grad", "kpi.toml", kpi.Parse)
	if err != nil {
		return err
	}
	s.headline(policy.Name(), aboutDuties)
	zone := policy.Promises().Zone()
	first, last := worktime.Date{Year: 2026, Month: time.June, Day: 1}, worktime.Date{Year: 2026, Month: time.July, Day: 1}
	june := townclerk.Period{From: first.Start(zone), To: last.Start(zone)}
	now := june.From
	register := kpi.NewRegister(s.stores.Indicators(), policy, kpi.Config{
		Now: func() time.Time { return now },
		Items: func(_ context.Context, _ townclerk.Tenant, kind string, _ time.Time) ([]string, error) {
			return []string{kind + "-1", kind + "-2"}, nil
		},
	})
	if err := register.Start(ctx, s.tenant, june.From); err != nil {
		return err
	}
	for day := first; day.Compare(last.AddDays(1)) < 0; day = day.AddDays(1) {
		for _, hour := range []time.Duration{8, 16} {
			now = day.Start(zone).Add(hour * time.Hour)
			if _, err := register.Sweep(ctx, s.tenant, now); err != nil {
				return err
			}
			if err := attested(ctx, s.tenant, register, june, now); err != nil {
				return err
			}
		}
	}
	told, err := register.Duties(ctx, s.tenant, june, now)
	if err != nil {
		return err
	}
	return narrow(s.out, told.In("sr"))
}

// attested has the executor do what is due, but for what the month is told to lack.
func attested(ctx context.Context, tenant townclerk.Tenant, register *kpi.Register, in townclerk.Period, now time.Time) error {
	for o, err := range register.Occurrences(ctx, tenant, kpi.Query{States: []kpi.State{kpi.Due}, From: in.From, To: in.To}) {
		if err != nil {
			return err
		}
		c := kpi.Command{Do: kpi.Attest, Text: "done"}
		switch day := o.Date.Day; {
		case o.Duty == "server-control" && day == 10, o.Duty == "backup" && day == 20:
			continue
		case o.Duty == "server-control" && day == 16:
			if len(o.Evidence) > 0 {
				continue
			}
			c.Parts = o.Parts[:1]
		}
		if _, err := register.DoOccurrence(ctx, tenant, o.ID, kpi.Who{Actor: "u-3", Role: "executor", At: now}, c); err != nil {
			return err
		}
	}
	return nil
}
