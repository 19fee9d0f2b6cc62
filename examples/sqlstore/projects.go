package sqlstore

import "github.com/townclerk/townclerk/project"

var projects = newKind(kind[project.Project, project.Query]{
	thing: "project", table: "projects", domain: projectDomain, order: "began", number: true, unique: "origin",
	clone:  project.Project.Clone,
	header: func(p *project.Project) header { return projectHeader(&p.Header) },
	columns: []column[project.Project]{
		{"state", func(p *project.Project) any { return string(p.State) }},
		{"class", func(p *project.Project) any { return p.Class }},
		{"lead_department", func(p *project.Project) any { return p.Lead }},
		{"demander", func(p *project.Project) any { return string(p.Demander) }},
		{"origin", func(p *project.Project) any { return p.Origin }},
	},
	selects: func(q *project.Query, w *where) (string, int) {
		equal(w, "number", q.Number)
		equal(w, "origin", q.Origin)
		equal(w, "demander", q.Demander)
		equal(w, "class", q.Class)
		equal(w, "lead_department", q.Lead)
		among(w, "state", q.States)
		w.between("began", q.From, q.To)
		return q.After, q.Limit
	},
})

var workPlans = newKind(kind[project.WorkPlan, project.WorkQuery]{
	thing: "work plan", table: "work_plans", domain: projectDomain, order: "began", number: true,
	clone:  project.WorkPlan.Clone,
	header: func(p *project.WorkPlan) header { return projectHeader(&p.Header) },
	columns: []column[project.WorkPlan]{
		{"state", func(p *project.WorkPlan) any { return string(p.State) }},
		{"department", func(p *project.WorkPlan) any { return p.Department }},
		{"horizon", func(p *project.WorkPlan) any { return p.Horizon }},
		{"plane", func(p *project.WorkPlan) any { return p.Plane }},
		{"first_year", func(p *project.WorkPlan) any { return p.First }},
		{"last_year", func(p *project.WorkPlan) any { return p.Last }},
	},
	selects: func(q *project.WorkQuery, w *where) (string, int) {
		equal(w, "number", q.Number)
		equal(w, "department", q.Department)
		equal(w, "horizon", q.Horizon)
		equal(w, "plane", q.Plane)
		among(w, "state", q.States)
		w.is("first_year <= ? AND last_year >= ?", q.Year != 0, q.Year, q.Year)
		return q.After, q.Limit
	},
})

func projectHeader(h *project.Header) header {
	return header{string(h.ID), &h.Version, h.NextAt, h.Series, &h.Number, h.Began}
}
