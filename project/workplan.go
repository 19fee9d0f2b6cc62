package project

import (
	"fmt"
	"slices"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
)

// WorkPlan is what a department sets out to do in one or several years, on the plane of
// the applications or on that of the infrastructure. It is active once those approve it
// whom the policy names: RA-05.
type WorkPlan struct {
	Header

	Department string `json:"department,omitzero"` // whose plan it is
	Content
	Approver townclerk.Actor `json:"approver,omitzero"` // who approved it, at Since while it is active; empty: nobody
}

// Content is what a work plan says.
type Content struct {
	Title   string `json:"title,omitzero"`
	Horizon string `json:"horizon,omitzero"` // one of the policy's, such as yearly
	Plane   string `json:"plane,omitzero"`   // one of the policy's, such as application
	First   int    `json:"first,omitzero"`   // the first year
	Last    int    `json:"last,omitzero"`    // the last year
	Lines   []Line `json:"lines,omitzero"`
}

// Line is one thing that is planned.
type Line struct {
	Title   string          `json:"title,omitzero"`
	Project ID              `json:"project,omitempty"` // empty: none yet
	Year    int             `json:"year,omitzero"`
	Cost    townclerk.Money `json:"cost,omitzero"` // the zero Money: none
}

// Clone returns a copy that shares no memory with w.
func (w WorkPlan) Clone() WorkPlan {
	w.Header = w.Header.clone()
	w.Lines = slices.Clone(w.Lines)
	return w
}

// Cost returns the sum of the lines in each currency, in the order in which these first
// stand. It is an error if a sum is too large.
func (c *Content) Cost() ([]townclerk.Money, error) {
	var sums []townclerk.Money
	for _, l := range c.Lines {
		if l.Cost == (townclerk.Money{}) {
			continue
		}
		i := slices.IndexFunc(sums, func(m townclerk.Money) bool { return m.Currency == l.Cost.Currency })
		if i < 0 {
			sums = append(sums, l.Cost)
			continue
		}
		sum, err := sums[i].Add(l.Cost)
		if err != nil {
			return nil, err
		}
		sums[i] = sum
	}
	return sums, nil
}

// edit sets what the work plan says.
func (d *decision) edit() {
	if d.c.Content == nil {
		d.fail("content", "missing; say what is planned")
		return
	}
	c := *d.c.Content
	c.Lines = slices.Clone(c.Lines)
	if c.Title == "" {
		d.fail("content.title", "missing")
	}
	years := 0
	if d.known("content.horizon", tableHorizons, c.Horizon) {
		years = d.p.horizons[c.Horizon]
	}
	d.known("content.plane", tablePlanes, c.Plane)
	switch {
	case c.First < 1 || c.First > 9999:
		d.fail("content.first", "%d is no year", c.First)
	case c.Last < c.First || c.Last > 9999:
		d.fail("content.last", "%d is no year from %d on", c.Last, c.First)
	case years > 0 && c.Last-c.First >= years:
		d.fail("content.last", "a plan of the horizon %s is for %d years at most, which %d to %d is not", c.Horizon, years, c.First, c.Last)
	}
	if len(c.Lines) == 0 {
		d.fail("content.lines", "missing; say what is planned")
	}
	for i, l := range c.Lines {
		here := fmt.Sprintf("content.lines[%d]", i+1)
		if l.Title == "" {
			d.fail(here+".title", "missing")
		}
		if l.Year < c.First || l.Year > c.Last {
			d.fail(here+".year", "%d is none of the years from %d to %d", l.Year, c.First, c.Last)
		}
	}
	if _, err := c.Cost(); err != nil {
		d.fail("content.lines", "%v", err)
	}
	d.work.Content = c
}

// approveWork notes who approved it.
func (d *decision) approveWork() { d.work.Approver = d.c.By }

// known notes a problem if the table does not have the id, and reports whether it does.
func (d *decision) known(field, table, id string) bool {
	if d.p.titles.Has(table, id) && id != "" {
		return true
	}
	if id == "" {
		d.fail(field, "missing%s", tomldoc.Suggest("", d.p.titles.IDs(table)))
		return false
	}
	d.fail(field, "%q is none of [%s]%s", id, table, tomldoc.Suggest(id, d.p.titles.IDs(table)))
	return false
}
