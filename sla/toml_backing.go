package sla

import "github.com/townclerk/townclerk/internal/tomldoc"

// backings checks which vendor's promise stands behind a target, once all are there.
func (p *parser) backings() {
	for i, t := range p.policy.targets {
		here := at("targets", i)
		switch {
		case t.BackedBy != "":
			p.backed(here.Add("backed_by"), t)
		case len(t.HandOverAfter) > 0:
			p.doc.Errorf(here.Add("hand_over_after"), "it says what comes before a vendor gets it; name the metric of the vendor's promise with backed_by = \"…\"")
			continue
		}
		p.handOverAfter(here.Add("hand_over_after"), t)
	}
}

// backed checks a target that hangs on a vendor.
func (p *parser) backed(here path, t *Target) {
	if t.Kind == Contract || t.Kind == Estimate {
		p.doc.Errorf(here, "it stands behind a promise, and this target is of the kind %s; take it out, or write kind = \"commitment\"", t.Kind)
		return
	}
	if t.due.op == appointment {
		p.doc.Errorf(here, "an appointment is agreed with the vendor as well; take it out")
		return
	}
	for _, v := range p.ofMetric(here, t.BackedBy) {
		switch {
		case p.doc.Failed(at("targets", v.place)):
		case v.Kind != Contract:
			p.doc.Errorf(here, "%s has the metric %q and is no vendor's promise; write kind = \"contract\" there, or name another metric", v.ID, t.BackedBy)
		case v.due.op == appointment:
			p.doc.Errorf(here, "%s is due at an appointment, so nothing can be said of it beforehand; name another metric", v.ID)
		}
	}
}

// handOverAfter checks the metrics of our own that come before the hand-over.
func (p *parser) handOverAfter(here path, t *Target) {
	if !p.atMost(here, len(t.HandOverAfter), mostNames, "metrics") {
		return
	}
	twice(t.HandOverAfter, func(metric string) { p.doc.Errorf(here, "%q stands twice", metric) })
	for _, metric := range t.HandOverAfter {
		for _, o := range p.ofMetric(here, metric) {
			if !p.doc.Failed(at("targets", o.place)) && (o.Kind == Contract || o.Kind == Estimate || o.due.op == appointment) {
				p.doc.Errorf(here, "%s has the metric %q and says nothing of when we are done with it; name metrics of commitments that have a due rule", o.ID, metric)
			}
		}
	}
}

// ofMetric returns the targets of a metric, and reports one that no target has.
func (p *parser) ofMetric(here path, name string) []*Target {
	var names []string
	for _, m := range p.policy.metrics {
		if m.name == name {
			return m.targets
		}
		names = append(names, m.name)
	}
	p.doc.Errorf(here, "no target has the metric %q%s", name, tomldoc.Suggest(name, names))
	return nil
}
