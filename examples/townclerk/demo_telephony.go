package main

import (
	"context"

	"github.com/townclerk/townclerk/ticket"
)

const aboutTelephony = "Two weeks of a council's procedure for its telephones, each up to the report that its manager gets on Thursdays."

// telephonyWeeks tells of two weeks of a council's procedure for its telephones. The first
// ends with Thursday; the second with Wednesday, since Thursday is Passover (TE-24).
func telephonyWeeks(ctx context.Context, s scene) error {
	return office{folder: "telephony", hours: "desk", about: aboutTelephony, steps: telephonySteps()}.tell(ctx, s)
}

func telephonySteps() []step {
	administrator := ticket.Who{Actor: "the administrator", Role: "administrator"}
	manager := ticket.Who{Actor: "the manager", Role: "division-manager"}
	fault := func(channel, unit, subject string) ticket.Request {
		return ticket.Request{Channel: channel, Opener: "an employee", Unit: unit, Class: "fault", Subject: subject}
	}
	return []step{
		// A device goes to its vendor within three hours.
		{at: "2026-03-25 10:00", of: "handset", by: administrator, open: fault("phone", "welfare", "a handset shows nothing")},
		{at: "10:30", of: "handset", by: administrator, do: ticket.Command{Do: ticket.Diagnose, Cause: "device", Text: "the display is broken", NeedsVendor: true}},
		{at: "10:35", of: "handset", by: administrator, do: ticket.Command{Do: ticket.HandOver, Channel: "web form", Reference: "E-881"}},
		{at: "10:35", of: "handset", by: administrator, do: ticket.Command{Do: ticket.Assign, Handler: administrator.Actor}},
		{at: "2026-03-26 09:00", of: "handset", by: administrator, do: ticket.Command{Do: ticket.TakeBack}},
		{at: "09:10", of: "handset", by: administrator, do: ticket.Command{Do: ticket.Treat, Text: "the vendor replaced the handset"}},
		{at: "09:10", of: "handset", by: administrator, do: ticket.Command{Do: ticket.Inform, Channel: "phone"}},
		{at: "09:15", of: "handset", by: administrator, do: ticket.Command{Do: ticket.Close}},

		// A line is reported as the office closes for the weekend, and forgotten. The
		// division is told that when it opens again.
		{at: "15:30", of: "line", by: administrator, open: fault("email", "registry", "noise on the line")},
		{at: "15:40", of: "line", by: administrator, do: ticket.Command{Do: ticket.Assign, Team: "ict"}},
		{at: "16:00", week: "desk"},
		{at: "2026-03-29 08:40", of: "line", by: administrator, do: ticket.Command{Do: ticket.Diagnose, Cause: "line-repair", Text: "the line is wet", NeedsVendor: true}},
		{at: "08:45", of: "line", by: administrator, do: ticket.Command{Do: ticket.HandOver, Channel: "fault line", Reference: "L-17"}},
		{at: "15:00", of: "line", by: administrator, do: ticket.Command{Do: ticket.FollowUp, Text: "the vendor comes on Monday"}},

		// The manager takes over what needs a decision.
		{at: "2026-03-30 11:00", of: "exchange", by: administrator, open: fault("task-system", "the council", "no call gets through to the council")},
		{at: "11:20", of: "exchange", by: administrator, do: ticket.Command{Do: ticket.Escalate, To: "division-manager", Reason: "the two vendors blame each other"}},
		{at: "11:40", of: "exchange", by: manager, do: ticket.Command{Do: ticket.Diagnose, Cause: "device", Text: "a card of the exchange", NeedsVendor: true}},
		{at: "11:45", of: "exchange", by: manager, do: ticket.Command{Do: ticket.HandOver, Channel: "phone", Reference: "E-884"}},
		{at: "15:00", of: "exchange", by: administrator, do: ticket.Command{Do: ticket.FollowUp, Text: "the card is ordered"}},

		{at: "2026-04-01 15:50", of: "move", by: administrator, open: fault("email", "the archive", "a line is to move to the new archive")},
		{at: "16:00", week: "desk"},
	}
}
