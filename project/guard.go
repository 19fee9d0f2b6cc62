package project

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/townclerk/townclerk/internal/workflow"
	"github.com/townclerk/townclerk/sla"
)

type rule = workflow.Rule[*decision]

const (
	aboutThing   = workflow.Thing
	aboutPerson  = workflow.Person
	aboutCommand = workflow.Command
)

// Rules of who may act.
var (
	permitted = workflow.That("the role of who acts is one that may do this", aboutPerson, func(d *decision) bool {
		return d.p.may(d.c.Role, d.c.Do)
	})
	gateRoles = workflow.That("the role of who acts is one of those that the gate names", aboutPerson, func(d *decision) bool {
		return !slices.ContainsFunc(d.gates(), func(g gate) bool { return len(g.roles) > 0 && !slices.Contains(g.roles, d.c.Role) })
	})
	// RA-05
	approves = workflow.That("work plans are approved by a role that the policy names", aboutPerson, func(d *decision) bool {
		return slices.Contains(d.p.approvers, d.c.Role)
	})
)

// Rules of how the thing stands.
var (
	gatesHold = workflow.That("what the gate asks for is there", aboutThing, func(d *decision) bool { return len(d.lacking()) == 0 })
	hasPlan   = workflow.That("there is a plan", aboutThing, func(d *decision) bool { return d.project.Draft != nil })
	// RA-08
	isSpecified = workflow.That("a specification was ordered, delivered, reviewed and approved", aboutThing, func(d *decision) bool {
		return slices.ContainsFunc(d.project.Deliverables, func(v Deliverable) bool {
			return v.State == Approved && d.p.specifies[v.Kind]
		})
	})
	noRevision       = workflow.That("no revision of the plan waits for approval", aboutThing, func(d *decision) bool { return d.project.Revision == nil })
	hasRevision      = workflow.That("a revision of the plan waits for approval", aboutThing, func(d *decision) bool { return d.project.Revision != nil })
	executionReached = workflow.That("all milestones of the execution are reached", aboutThing, func(d *decision) bool {
		return d.project.allReached(Execution)
	})
	allReached = workflow.That("all milestones are reached", aboutThing, func(d *decision) bool {
		return d.project.allReached(Execution) && d.project.allReached(Acceptance)
	})
	// RA-09
	isAccepted = workflow.That("acceptance tests were held since it came to acceptance, and each passed the last time", aboutThing, func(d *decision) bool {
		return d.p.accepted(d.project)
	})
	deliverablesOver = workflow.That("each deliverable is approved or dropped", aboutThing, func(d *decision) bool {
		return !slices.ContainsFunc(d.project.Deliverables, func(v Deliverable) bool { return v.State != Approved && v.State != Cancelled })
	})
	changesOver = workflow.That("each change is installed or refused", aboutThing, func(d *decision) bool {
		return !slices.ContainsFunc(d.project.Changes, func(c Change) bool { return c.State != Installed && c.State != Rejected })
	})
	isOpen = workflow.That("its project is open, and does not rest", aboutThing, func(d *decision) bool { return slices.Contains(open, d.project.State) })
)

// Rules of what a command says.
var reasoned = workflow.That("a reason is given", aboutCommand, func(d *decision) bool { return strings.TrimSpace(d.c.Reason) != "" })

// What tells transitions apart. These are asked after the action was carried out.
var (
	wasReturned = workflow.That("it was returned before", aboutThing, func(d *decision) bool {
		return slices.ContainsFunc(d.project.Log, func(e sla.Event) bool { return e.Kind == planReturned })
	})
	concernsPromises = workflow.That("the promises match on what changes", aboutThing, func(d *decision) bool { return len(d.changed()) > 0 })
)

func restedIn(phase State) *rule {
	return workflow.That("it rested in "+string(phase), aboutThing, func(d *decision) bool { return d.project.Held == phase })
}

// gate is what has to be there before an action.
type gate struct {
	at                               Action
	classes                          []string // none: all
	roles                            []string // none: any
	documents, results, deliverables []string // kinds
}

// gates returns those that are before the command's action.
func (d *decision) gates() []gate {
	if d.project == nil {
		return nil // work plans have none
	}
	var all []gate
	for _, g := range d.p.gates {
		if g.at == d.c.Do && (len(g.classes) == 0 || slices.Contains(g.classes, d.project.Class)) {
			all = append(all, g)
		}
	}
	return all
}

// lacking returns what the gates ask for and the project does not have.
func (d *decision) lacking() []string {
	var all []string
	need := func(what string, kinds []string, has func(kind string) bool) {
		for _, kind := range kinds {
			if text := fmt.Sprintf("%s %q", what, kind); !has(kind) && !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	for _, g := range d.gates() {
		need("a document of the kind", g.documents, func(kind string) bool {
			return slices.ContainsFunc(d.project.Documents, func(x Document) bool { return x.Kind == kind })
		})
		need("a result that passed, of the kind", g.results, func(kind string) bool {
			results := d.project.last(func(x string) bool { return x == kind })
			return len(results) > 0 && !slices.ContainsFunc(results, failed)
		})
		need("an approved deliverable of the kind", g.deliverables, func(kind string) bool {
			return slices.ContainsFunc(d.project.Deliverables, func(v Deliverable) bool { return v.Kind == kind && v.State == Approved })
		})
	}
	return all
}

func failed(r Result) bool { return !r.Passed }

// test is what tells tests apart.
type test struct{ kind, name string }

// last returns what was found the last time that each test was held, of those that count:
// one may be written down later than another that was held after it.
func (t *Project) last(counts func(kind string) bool) []Result {
	last := map[test]Result{}
	for _, r := range t.Results {
		if was, held := last[test{r.Kind, r.Name}]; counts(r.Kind) && !(held && r.At.Before(was.At)) {
			last[test{r.Kind, r.Name}] = r
		}
	}
	return slices.Collect(maps.Values(last))
}

// accepted reports whether acceptance tests were held since the project last came to
// acceptance, and each that was ever held passed the last time.
func (p *Policy) accepted(t *Project) bool {
	results := t.last(func(kind string) bool { return p.accepts[kind] })
	return slices.ContainsFunc(results, func(r Result) bool { return r.Round == t.Round }) && !slices.ContainsFunc(results, failed)
}

// allReached reports whether all milestones of a phase are reached.
func (t *Project) allReached(phase State) bool {
	b := t.Baseline(0)
	return b != nil && !slices.ContainsFunc(b.Milestones, func(m Milestone) bool {
		return m.Phase == phase && t.progress(m.ID).Reached.IsZero()
	})
}
