// Package project takes projects from the demand to the acceptance: their phases and
// gates, the plan and how far it drifts, what is ordered and tested, and the work plans of
// the years.
//
// A [Project] is something that a department develops or sets up. A [Policy] says how
// projects are run; [Parse] reads it from project.toml, to go with the promises of
// sla.toml. A [Portfolio] does what people do, and stores it:
//
//	portfolio := project.NewPortfolio(store, policy, project.Config{})
//	t, err := portfolio.Demand(ctx, "raanana", project.Request{Demander: "u-17", Class: "project-upgrade", Lead: "information-systems", Title: "Forms"})
//	t, err = portfolio.Do(ctx, "raanana", t.ID, project.Who{Actor: "u-3", Role: "is-manager"}, project.Command{Do: project.Admit})
//
// Beneath it are functions that read no clock and no disk: [Policy.Demand] and [Policy.Do]
// say what becomes of a project, [Policy.Settle] what is owed by then, [Policy.Deviations]
// how far it is from its plan. [Portfolio.Sweep], called every few minutes, records what
// is owed by the passing of time.
//
// # Workflow
//
// What may happen is one table, which [Workflow] returns, and one each for the
// deliverables and the changes of projects and for work plans: [DeliverableWorkflow],
// [ChangeWorkflow], [WorkPlanWorkflow]. [Policy.Allowed] says what somebody may do now, and
// a [townclerk.TransitionError] what may be done instead.
//
// Three things hold whatever the policy says: nothing is developed without an approved
// specification (RA-08), nothing closes without acceptance tests that passed (RA-09), and
// a work plan is active only when somebody approved it in a role that the policy names
// (RA-05). Gates ask for more: a role, a document, a result, a deliverable.
//
// # Plans
//
// A plan is milestones, each with its days and its cost. The one that is approved becomes
// a [Baseline], which never changes; another becomes the next one when its approval is
// recorded, and the former ones stay, to be compared with. A milestone that is reached
// keeps the days and the cost that it had, so that no delay can be planned away.
//
// [Policy.Deviations] returns how far the project is from a baseline, in working days and
// in money, for each milestone and in total, as exact shares; and what is forecast, so
// that there is a warning before it is too late.
//
// # Events
//
// Each action is one event of the kind "project.…", or "project.work-plan-…", whose Data
// holds [Data] in JSON.
//
// The kinds of event in the Log of a project, which targets of sla.toml start with and are
// met by, are demanded, approval-recorded, demand-approved, planned, plan-returned,
// project-approved, project-rejected, milestone-reached, milestone-undone,
// revision-proposed, revision-adopted, revision-declined, executed, reworked, tested,
// accepted, closed, reclassified, deviation-forecast and deviation-exceeded;
// deliverable-ordered, -delivered, -reviewed, -approved, -returned and -dropped;
// change-asked, -granted, -refused and -installed; and those that package sla names. While
// it rests, a project is paused for the reason "on-hold", and while a plan is made anew
// that was returned, for the reason "plan-returned"; what the plan met is owed again only by
// a target with reopens = "plan-returned". Those of a work plan are drafted, submitted,
// returned, approved-plan and closed.
//
// Attributes of a project's timeline are its department, which is the one that leads it,
// its partner and its class. A work plan has a department, a horizon, a plane, and the
// class "work-plan".
//
// Beside actions there are the kinds project.demanded, project.escalated and
// project.overdue, which hold what is owed, project.deviation-forecast and
// project.deviation-exceeded, which hold an [Alarm], project.unassessed, which says why
// something cannot be assessed, and project.assessed: it can again.
//
// # Time
//
// What happened is judged by when it happened, which may lie before it is written down:
// then it is a correction of the timeline. Nothing happened before that on which it rests:
// a project is not closed before the tests that it closes on. All instants are whole microseconds, in UTC.
// The days of plans are those of the promises' zone, and are counted in the working days
// of one calendar, with all its corrections.
//
// # Tickets
//
// A ticket that turns out to be development goes on as a project: [Portfolio.Develop]
// takes a [Development], which whoever reads the events of package ticket fills in.
//
// # Reports
//
// [Policy.Report] says how a project stands, on demand (RA-57): its promises, its plan
// with all deviations, deliverables, tests, changes and alarms. [Policy.Gantt] draws the
// plan and what became of it.
//
// # Lint
//
// [Policy.Lint] says what is odd about a project.toml that Parse accepts. [Findings] lists
// what it finds, with an example of each, by their codes:
//
//	error    invalid gate-powerless approvers-powerless project-never-begins
//	warning  project-never-met project-role-powerless project-may-empty project-pause-impossible
//	         project-title-missing
//	note     project-class-unpromised project-label-missing
//
// # project.toml
//
// [Schema] is its JSON Schema. All titles are written for each of the locales:
// title = { en = "…", he = "…" }; a source says from which requirement or clause something
// comes.
//
//	format = 1
//	name = "Ra'anana, IT division: projects"
//	locales = ["en", "he"]
//	calendar = "is-desk"             # of sla.toml: plans are counted in its working days
//
//	[deviation]
//	limit = "10%"                    # of the plan; exactly this passes
//	cost = true                      # whether it is a limit of the cost, too
//	source = ["RA-55", "RA-56"]
//
//	[intake]                         # what a ticket becomes that is development
//	class = "project-upgrade"
//	lead = "information-systems"
//
//	[work_plans]
//	approvers = "director-general"   # roles, any of which approves
//
//	[roles.director-general]         # those of sla.toml are known; one that stands there needs no title here
//	title = { en = "Director General", he = "מנכ\"ל" }
//	may = ["approve", "return"]      # actions; default all that the workflow allows
//
//	[departments.information-systems]
//	partner = "operations"           # with which it does its projects; default none
//
//	[classes.project-upgrade]        # classes of projects
//
//	[deliverables.specification]     # kinds of what is ordered
//	specification = true             # one of this kind has to be approved before anything is developed
//
//	[documents.charter]              # kinds of papers
//
//	[results.acceptance]             # kinds of tests
//	acceptance = true                # one of this kind has to pass before a project closes
//
//	[causes.law]                     # why a project or a change is wanted
//	reference = true                 # it says which law
//
//	[horizons.multi-year]            # of work plans
//	years = 5                        # for so many at most
//	[planes.application]
//
//	[[gates]]
//	at = "approve"                   # the action that it is before
//	classes = ["project-upgrade"]    # for these; default all
//	roles = ["director-general"]     # one of these acts; default any
//	documents = ["charter"]          # one of each kind is attached
//	results = ["security"]           # the last of each test of each kind passed
//	deliverables = ["specification"] # one of each kind is approved
//
//	[states."on hold"]               # what states and actions are called
//	en = "on hold"
//	[actions.admit]
//	en = "approve the demand"
package project
