package main

import (
	"context"

	"github.com/townclerk/townclerk/ticket"
)

const aboutIran = "A Monday of an Iranian office of information technology. Its times are estimates, which nobody can break."

// iranMonday tells of a day of an Iranian office of information technology. It promises
// nothing: its times are estimates, which are never breached (IR-17).
func iranMonday(ctx context.Context, s scene) error {
	return office{folder: "iran-office", hours: "office", about: aboutIran, steps: iranSteps()}.tell(ctx, s)
}

func iranSteps() []step {
	director := ticket.Who{Actor: "a director", Role: "unit-dg"}
	affairs := ticket.Who{Actor: "administrative affairs", Role: "administrative-affairs"}
	hr := ticket.Who{Actor: "the director of HR", Role: "hr-support-dg"}
	head := ticket.Who{Actor: "the head of the office", Role: "it-office-dg"}
	expert := ticket.Who{Actor: "an expert", Role: "it-expert"}
	unit := ticket.Who{Actor: "the unit's expert", Role: "unit-expert"}
	introduces := func(person string) ticket.Request {
		return ticket.Request{
			Channel: "ticket", Opener: "a director", Unit: "planning", Item: "site-username",
			Fields: map[string]string{"expert": person}, Subject: "planning introduces its site expert, " + person,
		}
	}
	return []step{
		// A worklist is asked for by letter, and needs three approvals in their order.
		{at: "2024-05-13 08:00", of: "worklist", by: director, open: ticket.Request{
			Channel: "ticket", Opener: director.Actor, Author: "unit-dg", To: "hr-support-dg", Unit: "registry", Item: "automation-worklist",
			Fields: map[string]string{"position": "registrar"}, Requested: []ticket.Grant{{Part: "letters", Level: "write"}},
			Subject: "a worklist for the new registrar",
		}},
		{at: "08:20", of: "worklist", by: head, do: ticket.Command{Do: ticket.Approve}, refused: true},
		{at: "08:30", of: "worklist", by: affairs, do: ticket.Command{Do: ticket.Approve}},
		{at: "08:40", of: "worklist", by: hr, do: ticket.Command{Do: ticket.Approve}},
		{at: "09:00", of: "worklist", by: head, do: ticket.Command{Do: ticket.Approve}},
		{at: "09:05", of: "worklist", by: head, do: ticket.Command{Do: ticket.Assign, Handler: expert.Actor}},

		// Defects are for the office's own experts or for the contractor's.
		{at: "09:30", of: "salaries", by: unit, open: ticket.Request{
			Channel: "phone", Opener: "a clerk", Unit: "finance", Item: "support", Type: "defect", Subject: "the sum of the salaries is wrong",
		}},
		{at: "09:40", of: "salaries", by: expert, do: ticket.Command{Do: ticket.Refer, Tier: "unit-experts"}, refused: true},
		{at: "09:45", of: "salaries", by: expert, do: ticket.Command{Do: ticket.Refer, Tier: "contractor-experts"}},
		{at: "09:50", of: "salaries", by: expert, do: ticket.Command{Do: ticket.Diagnose, Text: "a defect of rounding", NeedsVendor: true}},
		{at: "09:50", of: "salaries", by: expert, do: ticket.Command{Do: ticket.HandOver, Channel: "ticket", Reference: "310"}},

		{at: "10:30", of: "worklist", by: expert, do: ticket.Command{
			Do: ticket.Treat, Text: "the worklist is open", Granted: []ticket.Grant{{Part: "letters", Level: "approve"}},
		}, refused: true},
		{at: "10:30", of: "worklist", by: expert, do: ticket.Command{
			Do: ticket.Treat, Text: "the worklist is open", Granted: []ticket.Grant{{Part: "letters", Level: "write"}},
		}},
		{at: "10:30", of: "worklist", by: expert, do: ticket.Command{Do: ticket.Inform, Channel: "ticket"}},
		{at: "10:30", of: "worklist", by: expert, do: ticket.Command{Do: ticket.Close}},

		// A unit has one expert for its website at a time.
		{at: "11:00", of: "site", by: director, open: introduces("u-7")},
		{at: "11:10", of: "site-2", by: director, open: introduces("u-8"), refused: true},
	}
}
