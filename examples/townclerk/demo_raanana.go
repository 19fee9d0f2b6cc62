package main

import (
	"context"
	"time"

	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/ticket"
)

const aboutRaanana = "A Sunday at the support desk of Ra'anana, open from 07:30 to 16:30, and the morning after."

// raananaContracts is with whom Ra'anana has an agreement, and what it says (RA-26).
var raananaContracts = contracts{
	"service-company": {{Contract: "network-2026", Metric: "vendor-handling", Calendar: sla.Elapsed, Within: 4 * time.Hour}},
}

// raananaSunday tells of a day at Ra'anana's support desk, and the morning after.
func raananaSunday(ctx context.Context, s scene) error {
	return office{folder: "raanana", hours: "ops-desk", about: aboutRaanana, contracts: raananaContracts, steps: raananaSteps()}.tell(ctx, s)
}

func raananaSteps() []step {
	clerk := ticket.Who{Actor: "a clerk", Role: "ops-desk"}
	technician := ticket.Who{Actor: "a technician", Role: "technician"}
	analyst := ticket.Who{Actor: "an analyst", Role: "systems-analyst"}
	manager := ticket.Who{Actor: "the manager", Role: "ops-manager"}
	return []step{
		// A network fault: the manager watches it, and the contract's hours hold.
		{at: "2026-06-07 09:00", of: "library", by: clerk, open: ticket.Request{
			Channel: "phone", Opener: "the library", Department: "operations", Class: "network", Subject: "the library is offline, all of it",
		}},
		{at: "09:05", of: "library", by: clerk, do: ticket.Command{Do: ticket.HandOver, Channel: "system"}, refused: true},
		{at: "09:12", of: "library", by: clerk, do: ticket.Command{Do: ticket.Assign, Handler: technician.Actor}},
		{at: "09:40", of: "library", by: technician, do: ticket.Command{Do: ticket.Diagnose, Kind: "on-site", Text: "the router is dead", NeedsVendor: true}},
		{at: "09:40", of: "library", by: technician, do: ticket.Command{Do: ticket.HandOver, Channel: "system", Reference: "7741"}},

		// A second too late for the cut-off at ten, and then passed on too late.
		{at: "10:00:01", of: "plotter", by: clerk, open: ticket.Request{
			Channel: "portal", Opener: "the planners", Department: "operations", Class: "incident", Subject: "the large plotter jams",
		}},
		{at: "10:31", of: "plotter", by: clerk, do: ticket.Command{Do: ticket.Assign, Handler: technician.Actor}},

		// What Information Systems does is a stage, with clocks of its own. It turns out to
		// be development, which is no matter of the desk.
		{at: "11:50", of: "permits", by: clerk, open: ticket.Request{
			Channel: "email", Opener: "the engineers", Department: "operations", Class: "incident", Subject: "a field is missing in the permits form",
		}},
		{at: "11:55", of: "permits", by: clerk, do: ticket.Command{Do: ticket.OpenStage, Department: "information-systems"}},
		{at: "12:10", of: "permits", by: clerk, do: ticket.Command{Do: ticket.Assign, Stage: 1, Handler: analyst.Actor}},
		{at: "12:30", of: "permits", by: analyst, do: ticket.Command{Do: ticket.Move, Stage: 1, Reason: "a new field is development", Project: "permits-2"}},
		{at: "12:35", of: "permits", by: clerk, do: ticket.Command{Do: ticket.Move, Reason: "nothing is left for the desk", Project: "permits-2"}},

		{at: "13:00", of: "library", by: manager, do: ticket.Command{Do: ticket.FollowUp, Text: "the new router is on its way"}},
		{at: "13:10", of: "library", by: technician, do: ticket.Command{Do: ticket.TakeBack}},
		{at: "13:20", of: "library", by: technician, do: ticket.Command{Do: ticket.Treat, Text: "the vendor replaced the router"}},
		{at: "13:20", of: "library", by: technician, do: ticket.Command{Do: ticket.Close}, refused: true},
		{at: "13:25", of: "library", by: technician, do: ticket.Command{Do: ticket.Inform, Channel: "phone"}},
		{at: "13:30", of: "library", by: technician, do: ticket.Command{Do: ticket.Close}},

		// The plotter waits for its users over night, and is due later by that.
		{at: "15:00", of: "plotter", by: technician, do: ticket.Command{Do: ticket.Wait, Reason: "awaiting-user"}},
		{at: "2026-06-08 08:30", of: "plotter", by: technician, do: ticket.Command{Do: ticket.Resume, Reason: "awaiting-user"}},
		{at: "14:15", of: "plotter", by: technician, do: ticket.Command{Do: ticket.Diagnose, Text: "the wrong paper"}},
		{at: "14:30", of: "plotter", by: technician, do: ticket.Command{Do: ticket.Treat, Text: "the paper is changed"}},
	}
}
