package ticket

import (
	"maps"
	"slices"

	"github.com/townclerk/townclerk/sla"
)

// timeline is a sort of timelines that the desk writes: a ticket's own, or a
// stage's, of tickets of a class and an item.
type timeline struct {
	stage       bool
	class, item string // item: empty for none
}

// concern is a target, and the timelines that it is about.
type concern struct {
	target   *sla.Target
	traits   sla.Traits
	subjects []timeline
}

// subjects finds what each target is about.
func (l *linter) subjects() {
	for _, t := range l.p.promises.Targets() {
		c := concern{target: t, traits: t.Traits()}
		for _, class := range l.p.titles.IDs(tableClasses) {
			for _, item := range append([]string{""}, l.p.titles.IDs(tableItems)...) {
				if item != "" && l.p.items[item].class != class {
					continue // it can be asked for in another class, but is not meant to
				}
				for _, stage := range []bool{false, true} {
					if s := (timeline{stage, class, item}); l.matches(&c, s) {
						c.subjects = append(c.subjects, s)
					}
				}
			}
		}
		l.about = append(l.about, c)
	}
}

func (l *linter) matches(c *concern, s timeline) bool {
	for key, values := range c.traits.Match {
		if !slices.ContainsFunc(values, func(value string) bool { return l.possible(s, key, value) }) {
			return false
		}
	}
	return true
}

// tableOf is the tables whose ids are the values of an attribute.
var tableOf = map[string]string{
	"channel": tableChannels, "department": tableDepartments, "class": tableClasses, "type": tableTypes, "item": tableItems, "cause": tableCauses, "tier": tableTiers,
}

// possible reports whether such a timeline can have that value of an attribute; ""
// stands for none.
func (l *linter) possible(s timeline, key, value string) bool {
	table := tableOf[key]
	switch key {
	case "class":
		return value == s.class
	case "item":
		return value == s.item || s.item == "" && value != "" && len(l.p.titles.IDs(tableItems)) == 0
	case "department":
		// What a department gets through another is a stage of that other's ticket.
		return value != "" && l.p.titles.Has(table, value) && (s.stage || l.p.departments[value].intake == "")
	case "channel":
		return value != "" && l.p.titles.Has(table, value)
	case "tier":
		return slices.Contains(l.p.titles.IDs(table), value) || value == "" && len(l.p.titles.IDs(table)) == 0
	case "type", "cause":
		return value == "" || l.p.titles.Has(table, value)
	case "critical":
		return value == "true" || value == "false"
	}
	return true
}

// ever reports whether any timeline of the desk can have the value.
func (l *linter) ever(key, value string) bool {
	switch key {
	case "class", "item":
		return value == "" && key == "item" || l.p.titles.Has(tableOf[key], value)
	}
	return l.possible(timeline{stage: true}, key, value)
}

// kinds returns the kinds of event that the desk can write on such a timeline.
func (l *linter) kinds(s timeline) []string {
	kinds := []string{vendorNeeded, followUpOwed} // of a sweep
	rows := Workflow()
	if s.stage {
		rows = StageWorkflow()
		kinds = append(kinds, stageOpened, reclassified)
		kinds = append(kinds, l.p.treatedAs(s.class, "")...)
	} else {
		kinds = append(kinds, l.p.openedAs(&Ticket{Class: s.class, Item: s.item})...)
		kinds = append(kinds, l.p.treatedAs(s.class, s.item)...)
	}
	for _, r := range rows.Rows {
		kinds = append(kinds, r.Events...)
	}
	if len(l.approvers(s)) == 0 {
		kinds = slices.DeleteFunc(kinds, func(kind string) bool { return kind == sla.Approved || kind == sla.Revoked })
	}
	return kinds
}

// approvers returns the roles that have to approve such a ticket.
func (l *linter) approvers(s timeline) []string {
	if s.stage {
		return nil
	}
	return l.p.chainFor(&Ticket{Class: s.class, Item: s.item}).roles
}

// targets finds what a target promises and nobody at the desk can begin or meet.
func (l *linter) targets() {
	foreign := map[string][]string{} // by the attribute for which no ticket can have any of their values
	for i := range l.about {
		c := &l.about[i]
		if key := l.foreign(c); key != "" {
			foreign[key] = append(foreign[key], c.target.ID)
		}
		l.values(c)
		classes := map[string]*prospect{}
		for _, s := range c.subjects {
			if classes[s.class] == nil {
				classes[s.class] = &prospect{}
			}
			classes[s.class].see(l, c, s)
		}
		l.begins(c, classes)
	}
	for _, key := range slices.Sorted(maps.Keys(foreign)) {
		l.add("target-without-tickets", at(tableOf[key]), args{"targets": foreign[key], "key": key, "table": "[" + tableOf[key] + "]"})
	}
}

// foreign returns an attribute on which the target matches for values that no
// ticket can have, or "": then it is not about tickets.
func (l *linter) foreign(c *concern) string {
	for _, key := range slices.Sorted(maps.Keys(c.traits.Match)) {
		if tableOf[key] != "" && !slices.ContainsFunc(c.traits.Match[key], func(v string) bool { return l.ever(key, v) }) {
			return key
		}
	}
	return ""
}

// values finds single values, of those on which a target matches, that no ticket can have.
func (l *linter) values(c *concern) {
	if len(c.subjects) == 0 {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(c.traits.Match)) {
		for _, value := range c.traits.Match[key] {
			if table := tableOf[key]; table != "" && value != "" && !l.ever(key, value) {
				l.add("value-without-entry", at(table), args{"target": c.target.ID, "key": key, "value": value, "table": "[" + table + "]"})
			}
		}
	}
}

// prospect is what can become of a target for the tickets of a class.
type prospect struct {
	begun, met bool
	lacking    []string // approvals, if they are all that keeps it from beginning
}

func (p *prospect) see(l *linter, c *concern, s timeline) {
	kinds := l.kinds(s)
	writes := func(wanted []string) bool {
		return slices.ContainsFunc(wanted, func(kind string) bool { return slices.Contains(kinds, kind) })
	}
	approvers := l.approvers(s)
	var lacking []string
	for _, role := range c.target.Approvals {
		if !slices.Contains(approvers, role) {
			lacking = append(lacking, role)
		}
	}
	switch {
	case len(lacking) > 0:
		if !s.stage && (p.lacking == nil || len(lacking) < len(p.lacking)) {
			p.lacking = lacking
		}
	case writes(c.target.Start):
		p.begun = true
		p.met = p.met || writes(c.traits.Meets)
	}
}

// begins reports the classes for whose tickets the target does not begin, or cannot be met.
func (l *linter) begins(c *concern, classes map[string]*prospect) {
	var idle, unmet, unasked, lacking []string
	for _, class := range l.p.titles.IDs(tableClasses) {
		switch p := classes[class]; {
		case p == nil:
		case !p.begun && p.lacking != nil:
			unasked, lacking = append(unasked, class), p.lacking
		case !p.begun:
			idle = append(idle, class)
		case !p.met:
			unmet = append(unmet, class)
		}
	}
	if len(idle) > 0 {
		l.add("ticket-never-begins", at(tableClasses, idle[0]), args{"target": c.target.ID, "classes": idle, "events": c.target.Start})
	}
	if len(unasked) > 0 {
		l.add("approval-never-asked", at(tableClasses, unasked[0]), args{"target": c.target.ID, "classes": unasked, "roles": lacking})
	}
	if len(unmet) > 0 {
		l.add("ticket-never-met", at(tableClasses, unmet[0]), args{"target": c.target.ID, "classes": unmet, "events": c.traits.Meets})
	}
}

// entries finds classes and items that the promises do not know of, and what these
// say to no effect.
func (l *linter) entries() {
	for _, id := range l.p.titles.IDs(tableClasses) {
		class, here := l.p.classes[id], at(tableClasses, id)
		about := l.aboutClass(id)
		if len(about) == 0 {
			l.add("ticket-class-unpromised", here, args{"class": id})
		}
		l.entry(here, about, class.chain, class.opened, class.treated)
	}
	for _, id := range l.p.titles.IDs(tableItems) {
		item, here := l.p.items[id], at(tableItems, id)
		about := l.aboutItem(id)
		if len(about) == 0 && len(l.aboutClass(item.class)) > 0 {
			l.add("item-unpromised", here, args{"item": id, "class": item.class})
		}
		if item.estimate != "" && !slices.ContainsFunc(about, func(c *concern) bool { return c.target.ID == item.estimate }) {
			l.add("estimate-elsewhere", here.Add("estimate"), args{"item": id, "target": item.estimate})
		}
		l.entry(here, about, item.chain, item.opened, item.treated)
	}
	contracts := slices.ContainsFunc(l.about, func(c concern) bool {
		return len(c.subjects) > 0 && (c.target.Kind == sla.Contract || c.traits.Contract)
	})
	if len(l.p.titles.IDs(tableVendors)) > 0 && !contracts {
		l.add("vendors-unpromised", at(tableVendors), nil)
	}
}

// entry looks at what a class or an item says of events and approvals.
func (l *linter) entry(here path, about []*concern, chain chain, opened, treated []string) {
	if len(about) == 0 {
		return // which was said, and explains the rest
	}
	awaited := slices.ContainsFunc(about, func(c *concern) bool { return slices.Contains(c.target.Start, sla.Approved) })
	if len(chain.roles) > 0 && !awaited {
		l.add("approvals-unawaited", here.Add("approvals"), nil)
	}
	for _, list := range []struct {
		key   string
		kinds []string
	}{{"opened_as", opened}, {"treated_as", treated}} {
		for _, kind := range list.kinds {
			heard := slices.ContainsFunc(about, func(c *concern) bool {
				return slices.Contains(c.target.Start, kind) || slices.Contains(c.traits.Meets, kind)
			})
			if !heard {
				l.add("event-unheard", here.Add(list.key), args{"event": kind})
			}
		}
	}
}

// aboutClass returns the targets that are about tickets of the class, with any item.
func (l *linter) aboutClass(class string) []*concern {
	return l.aboutAny(func(s timeline) bool { return s.class == class })
}

// aboutItem returns the targets that are about tickets that ask for the item.
func (l *linter) aboutItem(item string) []*concern {
	return l.aboutAny(func(s timeline) bool { return s.item == item })
}

func (l *linter) aboutAny(is func(timeline) bool) []*concern {
	var all []*concern
	for i := range l.about {
		if slices.ContainsFunc(l.about[i].subjects, is) {
			all = append(all, &l.about[i])
		}
	}
	return all
}
