// Package vendors keeps what a municipality has agreed with its vendors, what it asks
// of them, and what it pays: contracts, calls, invoices, the budget of each year,
// reviews, and how much was used.
//
// A [Policy] says how people work with vendors; [Parse] reads it from vendors.toml, to go
// with the promises of sla.toml. An [Office] does what people do, and stores it:
//
//	office := vendors.NewOffice(store, policy, vendors.Config{})
//	contract, err := office.Conclude(ctx, "council", manager, policy.Contracts()[0])
//	call, err := office.Owe(ctx, "council", clerk, vendors.Command{Vendor: "exchange-vendor", Service: "exchange", Ticket: "2026-000123"})
//	call, err = office.DoCall(ctx, "council", call.ID, clerk, vendors.Command{Do: vendors.Open, Channel: "portal", Reference: "V-77"})
//
// Beneath it everything is decided by functions that read no clock and no disk.
// [Office.Sweep], called every few minutes, records what is owed by the passing of time
// and plans what comes round. To read, use the [Store].
//
// # Contracts
//
// A contract is one [Agreement] after another, each with all that is agreed from its
// instant on; an amendment adds one. [Contract.At] returns the one that counts.
// [Office.ContractFor] finds the contract in force for a service, and [Office.InForce]
// what it promises, which is what a desk asks when it hands a ticket over. Of several
// in force at once the highest rank counts, and two that rank alike are an error. None
// is none: then the defaults of the promises count. To find them costs the same however
// many contracts there are and were: BenchmarkContractFor.
//
// # Alignment
//
// Our own promises hang on what vendors promise. [Policy.Align] sets each beside what
// the contracts say, agreement by agreement; [Unkept] leaves those that nothing keeps.
// [Office.Lost] says which open tickets are lost already, by the contract in force with
// their vendors, and package [github.com/townclerk/townclerk/sla/align] writes it all
// down for people.
//
// # Workflows
//
// What may happen to each kind of aggregate is a table: [ContractWorkflow],
// [CallWorkflow], [InvoiceWorkflow], [FrameWorkflow], [ReviewWorkflow] and
// [UsageWorkflow] return them. What they do not list is refused with a
// [townclerk.TransitionError], which wraps [townclerk.ErrForbidden] if another person
// might. Whoever acts does so in a role, which may do what the policy names and nothing
// else; calls and dealings are besides a matter of some units.
//
// # Money
//
// Amounts are exact, in the currency of the contract. An invoice is paid only after it
// was examined, signed by so many roles as the policy asks for, and sent to the
// treasury. Its last signature commits what is due against the frame of its fiscal year;
// what exceeds the frame takes an exception by a role that may exceed it. Where no frame
// is set yet, that is a warning in the event.
//
// # Events
//
// Each action is one event of the kind "vendors.…", such as vendors.call-opened,
// vendors.invoice-sent or vendors.frame-set, whose Data holds [Data] in JSON. Beside
// actions, each kind of aggregate has -escalated and -overdue, which hold what is owed,
// -unassessed, which says why its promises cannot be assessed, and -assessed: they can
// again.
//
// # Promises
//
// What has a due time is a target of sla.toml, which counts on the Log of the aggregate.
// The attributes are class and vendor, and those named below; a call can have others,
// and a class that the policy or the command says; the kinds of event, in the
// order in which they come:
//
//	vendor-contract  concluded, amended; and on a timeline of its own for each date by which notice has
//	                 to be given: appointed, notice-decided, cancelled
//	vendor-call      call-owed, call-opened, call-acknowledged, call-arrived, call-done, call-disputed and
//	                 reopened, call-verified, cancelled; with service and severity
//	vendor-invoice   invoice-received, invoice-examined, invoice-approved, invoice-sent, invoice-paid, paused
//	                 and resumed for the reason disputed, reopened, cancelled
//	budget-frame     planned, frame-set
//	vendor-review    planned, reviewed; with review, its kind
//	usage-report     planned, reported
//
// A frame and a year's usage are planned as the fiscal year begins, reviews as their
// months are over. The terms of the contract in force stand in call-opened, so that a
// target of the kind contract counts by them until the call is over, also if the contract
// ends before.
//
// # vendors.toml
//
// [Schema] is its JSON Schema. All titles are written for each of the locales; a source
// says from which requirement or clause something comes. In the order in which the
// tables mostly stand:
//
//	format = 1
//	name = "Telephony: work with the vendors"
//	locales = ["en", "he"]
//	fiscal_year = "04-01"            # the day on which fiscal years begin; default 01-01
//
//	[roles.division-manager]         # those of sla.toml are known; one that stands there needs no title here
//	title = { en = "Manager", he = "מנהלת האגף" }
//	source = "TE-06"
//	may = ["conclude", "sign"]       # actions; what is not named, the role may not
//
//	[units.ict]
//	aliases = ["IT"]                 # other names of the unit
//
//	[services.exchange]              # that vendors render
//	[channels.portal]                # by which vendors are reached
//	[severities.high]                # of calls, on which contracts can promise different things
//	[measures.minutes]               # of usage
//
//	[vendors.exchange-vendor]
//	channels = ["portal"]            # by which calls to it are opened; default any
//	tickets = "exchange"             # the service that is meant where only the vendor is named, as by tickets; default any
//
//	[calls]
//	units = ["ict"]                  # that deal with vendors; default any
//	severity = "high"                # of calls of which nothing is said
//	class = "fault"                  # the attribute class of calls; default vendor-call
//
//	[invoices]
//	signers = ["division-manager", "treasurer"]   # roles that may sign
//	needed = 2                       # so many of them have to; default 1
//
//	[reviews.tender]                 # of each contract
//	months = 3                       # after which it comes round
//	terms = { access = "Nobody works unnamed" }   # to be judged; default the terms of the contract's tender
//
//	[usage]
//	addressee = "head-of-council"    # the role to which each year's summary goes; without it, none is owed
//
//	[contracts.exchange-2026]        # contracts may stand here, to be checked with the policy; see [Policy.Contracts]
//	vendor = "exchange-vendor"
//	subject = "Exchange and telephones"
//	reference = "tender 7/2025"      # of the paper
//	rank = 1                         # of several in force at once the highest counts; default 0
//	currency = "ILS"
//	from = 2026-01-01                # the first day
//	to = 2026-12-31                  # the last; without it the end is open
//	notice = 2026-09-30              # the last day on which notice can be given; default the end
//	services = ["exchange"]
//	official = "division-manager"    # the role that is the official contact
//	calendar = "desk"                # of sla.toml, in whose hours the vendor serves; or "elapsed"
//	fee = "12000.00 ILS"             # a month, of which credits are shares
//	most = "20000.00 ILS"            # of credits in a fiscal year; default any
//	terms = { "4.1" = "Answers at any hour" }     # of the tender
//
//	[[contracts.exchange-2026.targets]]
//	metric = "vendor-handling"       # of sla.toml
//	severity = "high"                # default: any of which nothing else is said
//	calendar = "elapsed"             # default: that of the contract
//	within = "4h"                    # or days = 1, at = "close", "same-time" or "12:00"
//	credit = { amount = "500.00 ILS", per = "1h", most = "2000.00 ILS" }   # or share = "2.5%" of the fee; without per, once
//
//	[[contracts.exchange-2026.amendments]]
//	from = 2026-07-01
//	reason = "an option was taken"
//	to = 2027-12-31                  # what is left out stays as it was; open_end = true takes an end away
//
//	[states."on site"]               # what states and actions are called
//	en = "on site"
//	[actions.sign]
//	en = "sign"
package vendors
