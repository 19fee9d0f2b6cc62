package sla

import (
	"math/bits"
	"slices"
	"strings"
)

// Which combinations of attribute values a target matches is computed on boxes: a
// box has a set of values for each attribute, and stands for all combinations of
// them. Taking one box out of another leaves a few boxes, so that no combination
// is looked at by itself, and none is left out.

// axis is an attribute with all the values that a timeline can have.
type axis struct {
	key      string
	values   []string // the first is "": the timeline does not have the attribute
	open     bool     // the last one stands for any other value
	declared valueSet // all but the first
}

// other is the value of an attribute that allows any, where nothing names it. No
// policy can name it, since TOML has no way to write it as a value.
const other = "\x00other"

// valueSet is some of an axis's values, by their place.
type valueSet []uint64

func fullSet(n int) valueSet {
	s := make(valueSet, (n+63)/64)
	for i := range n {
		s[i/64] |= 1 << (i % 64)
	}
	return s
}

func (s valueSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s valueSet) empty() bool {
	return !slices.ContainsFunc(s, func(w uint64) bool { return w != 0 })
}

// both returns the values that are in s and in o.
func (s valueSet) both(o valueSet) valueSet {
	r := slices.Clone(s)
	for i := range r {
		r[i] &= o[i]
	}
	return r
}

// without returns the values of s that are not in o.
func (s valueSet) without(o valueSet) valueSet {
	r := slices.Clone(s)
	for i := range r {
		r[i] &^= o[i]
	}
	return r
}

func (s valueSet) meets(o valueSet) bool {
	for i := range s {
		if s[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// least and most return the place of the first and the last value; the set is not empty.
func (s valueSet) least() int {
	for i, w := range s {
		if w != 0 {
			return i*64 + bits.TrailingZeros64(w)
		}
	}
	return -1
}

func (s valueSet) most() int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] != 0 {
			return i*64 + 63 - bits.LeadingZeros64(s[i])
		}
	}
	return -1
}

// box is a set of values for each axis.
type box []valueSet

func (b box) with(axis int, s valueSet) box {
	c := slices.Clone(b)
	c[axis] = s
	return c
}

func (b box) meets(o box) bool {
	for i := range b {
		if !b[i].meets(o[i]) {
			return false
		}
	}
	return true
}

// minus adds what is left of b without o to rest, as boxes that do not overlap,
// and returns what b and o have in common; nil for nothing.
func (b box) minus(o box, rest *[]box) box {
	if !b.meets(o) {
		*rest = append(*rest, b)
		return nil
	}
	for i := range b {
		if out := b[i].without(o[i]); !out.empty() {
			*rest = append(*rest, b.with(i, out))
			b = b.with(i, b[i].both(o[i]))
		}
	}
	return b
}

// minusAll returns what is left of b without any of the others.
func (b box) minusAll(others []box) []box {
	left := []box{b}
	for _, o := range others {
		var rest []box
		for _, b := range left {
			b.minus(o, &rest)
		}
		left = rest
	}
	return left
}

// merged puts together boxes that differ in one attribute alone.
func merged(boxes []box) []box {
	for again := true; again; {
		again = false
		for i := 0; i < len(boxes); i++ {
			for j := i + 1; j < len(boxes); j++ {
				if axis, ok := boxes[i].differ(boxes[j]); ok {
					union := slices.Clone(boxes[i][axis])
					for k := range union {
						union[k] |= boxes[j][axis][k]
					}
					boxes[i] = boxes[i].with(axis, union)
					boxes = slices.Delete(boxes, j, j+1)
					j, again = i, true
				}
			}
		}
	}
	return boxes
}

func (b box) differ(o box) (axis int, one bool) {
	axis = -1
	for i := range b {
		if slices.Equal(b[i], o[i]) {
			continue
		}
		if axis >= 0 {
			return 0, false
		}
		axis = i
	}
	return axis, axis >= 0
}

// area is a box in which one target of a metric counts, or none.
type area struct {
	box    box
	target *Target // nil: the metric promises nothing there
}

// coverage is a metric with all combinations, divided by the target that counts.
type coverage struct {
	name    string
	targets []*Target
	areas   []area
}

// space lays out the attributes, and who covers what.
func (l *linter) space() {
	for _, a := range l.p.attributes {
		values := append([]string{""}, l.p.Values(a.Key)...)
		if len(a.Values) == 0 {
			values = append(values, other)
		}
		all := fullSet(len(values))
		declared := slices.Clone(all)
		declared[0] &^= 1
		l.axes = append(l.axes, axis{a.Key, values, len(a.Values) == 0, declared})
	}
	for _, m := range l.p.metrics {
		l.places = append(l.places, coverage{m.name, m.targets, l.areas(m.targets)})
	}
}

// everything returns the box of all combinations; declared leaves out timelines
// that do not have some attribute.
func (l *linter) everything(declared bool) box {
	b := make(box, len(l.axes))
	for i := range b {
		b[i] = fullSet(len(l.axes[i].values))
		if declared {
			b[i] = l.axes[i].declared
		}
	}
	return b
}

// matching returns the box of the combinations for which the conditions hold.
func (l *linter) matching(conditions []condition) box {
	b := l.everything(false)
	for _, c := range conditions {
		for i, a := range l.axes {
			if a.key != c.key {
				continue
			}
			s := make(valueSet, len(b[i]))
			for k, v := range a.values {
				if slices.Contains(c.values, v) {
					s[k/64] |= 1 << (k % 64)
				}
			}
			b[i] = s
		}
	}
	return b
}

// areas divides all combinations by the first of the targets that matches.
func (l *linter) areas(targets []*Target) []area {
	var areas []area
	left := []box{l.everything(false)}
	for _, t := range targets {
		var rest []box
		matching := l.matching(t.match)
		for _, b := range left {
			if taken := b.minus(matching, &rest); taken != nil {
				areas = append(areas, area{taken, t})
			}
		}
		left = rest
	}
	for _, b := range left {
		areas = append(areas, area{b, nil})
	}
	return areas
}

// of returns the boxes in which the target counts; nil is none of the metric's.
func (p *coverage) of(t *Target) []box {
	var boxes []box
	for _, a := range p.areas {
		if a.target == t {
			boxes = append(boxes, a.box)
		}
	}
	return boxes
}

func meetsAny(boxes []box, b box) bool {
	return slices.ContainsFunc(boxes, func(o box) bool { return o.meets(b) })
}

// holds reports whether a value of an axis occurs in one of the boxes.
func holds(boxes []box, axis, value int) bool {
	return slices.ContainsFunc(boxes, func(b box) bool { return b[axis].has(value) })
}

// matches finds targets, conditions and steps that can never count.
func (l *linter) matches() {
	for _, p := range l.places {
		for i, t := range p.targets {
			boxes := p.of(t)
			here := l.at(t)
			if l.doc.Has(here.Add("match")) {
				here = here.Add("match")
			}
			if len(boxes) == 0 {
				l.add("never-matches", here, args{"target": t.ID, "by": l.shadows(t, p.targets[:i]), "metric": p.name})
				continue
			}
			l.dead(l.at(t, "match"), t.match, boxes)
			l.deadSteps(t, boxes)
		}
	}
}

// shadows names the earlier targets that take what t matches.
func (l *linter) shadows(t *Target, earlier []*Target) string {
	var ids []string
	left := []box{l.matching(t.match)}
	for _, e := range earlier {
		var rest []box
		taken := false
		for _, b := range left {
			taken = b.minus(l.matching(e.match), &rest) != nil || taken
		}
		if taken {
			ids = append(ids, e.ID)
		}
		left = rest
	}
	return strings.Join(ids, ", ")
}

// dead reports values of conditions that occur in none of the boxes.
func (l *linter) dead(here path, conditions []condition, boxes []box) {
	for _, c := range conditions {
		for i, a := range l.axes {
			for k, v := range a.values {
				if n := slices.Index(c.values, v); a.key == c.key && n >= 0 && !holds(boxes, i, k) {
					l.add("value-never-counts", here.Add(c.key, n), args{"attribute": c.key, "value": v})
				}
			}
		}
	}
}

func (l *linter) deadSteps(t *Target, boxes []box) {
	for j := range t.escalations {
		s := &t.escalations[j]
		here := l.at(t, "escalations", j, "match")
		matching := l.matching(s.match)
		var alive []box
		for _, b := range boxes {
			if b.meets(matching) {
				alive = append(alive, b.within(matching))
			}
		}
		if len(alive) == 0 {
			l.add("step-never-matches", here, args{"target": t.ID})
		} else {
			l.dead(here, s.match, alive)
		}
	}
}

// gaps finds combinations of attribute values that are promised nothing.
func (l *linter) gaps() {
	var covered []box
	matched := map[string]bool{}
	for _, t := range l.p.targets {
		covered = append(covered, l.matching(t.match))
		for _, c := range t.match {
			matched[c.key] = true
		}
		for _, s := range t.escalations {
			for _, c := range s.match {
				matched[c.key] = true
			}
		}
	}
	within := l.everything(true)
	for i, a := range l.axes {
		if !matched[a.key] {
			l.add("attribute-unmatched", at("attributes", a.key), args{"attribute": a.key})
		}
		for k, v := range a.values {
			if v == "" || v == other || holds(covered, i, k) {
				continue
			}
			l.add("value-not-covered", at("attributes", a.key, k-1), args{"attribute": a.key, "value": v})
			within[i] = within[i].without(single(len(a.values), k))
		}
	}
	for _, p := range l.places {
		l.gapsOf(&p, covered)
	}
	if slices.ContainsFunc(within, valueSet.empty) {
		return
	}
	for _, b := range merged(within.minusAll(covered)) {
		l.add("gap", at("attributes"), args{"attributes": l.describe(b, within)})
	}
}

func single(n, i int) valueSet {
	s := make(valueSet, (n+63)/64)
	s[i/64] |= 1 << (i % 64)
	return s
}

// gapsOf finds what a metric leaves out.
func (l *linter) gapsOf(p *coverage, covered []box) {
	var mine []box
	for _, a := range p.areas {
		if a.target != nil {
			mine = append(mine, a.box)
		}
	}
	free := p.of(nil)
	l.holes(p, mine, free)
	for i, a := range l.axes {
		if !slices.ContainsFunc(p.targets, func(t *Target) bool { return t.asks(a.key) }) {
			continue
		}
		if a.key == Priority {
			l.priorityGap(p, i)
		} else if !a.open {
			l.metricGap(p, i, mine, covered)
		}
		l.unset(p, i, free)
	}
}

// asks reports whether the target matches on the attribute.
func (t *Target) asks(key string) bool {
	return slices.ContainsFunc(t.match, func(c condition) bool { return c.key == key })
}

// holes finds combinations of values that the metric leaves out, though it covers
// each of the values in others; if it covers more of them than it leaves out, they
// may have been forgotten.
func (l *linter) holes(p *coverage, mine, free []box) {
	hull := l.everything(true)
	for i := range hull {
		some := make(valueSet, len(hull[i]))
		for _, b := range mine {
			for k := range some {
				some[k] |= b[i][k]
			}
		}
		if hull[i] = hull[i].both(some); hull[i].empty() {
			return
		}
	}
	var left []box
	missing := 0.0
	for _, b := range free {
		if b.meets(hull) {
			b = b.within(hull)
			left = append(left, b)
			missing += b.size()
		}
	}
	if 2*missing >= hull.size() {
		return
	}
	for _, b := range merged(left) {
		l.add("metric-hole", l.at(p.targets[0], "metric"), args{"metric": p.name, "attributes": l.describe(b, hull)})
	}
}

// within returns what two boxes that meet have in common.
func (b box) within(o box) box {
	both := slices.Clone(b)
	for i := range both {
		both[i] = b[i].both(o[i])
	}
	return both
}

// size returns of how many combinations a box consists.
func (b box) size() float64 {
	n := 1.0
	for _, s := range b {
		values := 0
		for _, w := range s {
			values += bits.OnesCount64(w)
		}
		n *= float64(values)
	}
	return n
}

// metricGap names the values of an attribute for which the metric promises nothing
// while something else does, if it promises something for most of them.
func (l *linter) metricGap(p *coverage, axis int, mine, covered []box) {
	var never []string
	promised := 0
	for k, v := range l.axes[axis].values {
		switch {
		case v == "":
		case holds(mine, axis, k):
			promised++
		case holds(covered, axis, k):
			never = append(never, v)
		}
	}
	if len(never) > 0 && len(never) < promised {
		l.add("metric-gap", l.at(p.targets[0], "metric"), args{"metric": p.name, "attribute": l.axes[axis].key, "values": strings.Join(never, ", ")})
	}
}

// priorityGap finds a promise that is lost when the priority is raised.
func (l *linter) priorityGap(p *coverage, axis int) {
	for _, low := range p.areas {
		for _, high := range p.areas {
			if low.target == nil || high.target != nil {
				continue
			}
			if with, ok := l.raisable(axis, low.box, high.box); ok {
				l.add("priority-gap", l.at(low.target, "match"), args{
					"metric": p.name, "target": low.target.ID, "low": with.low, "high": with.high, "attributes": with.rest,
				})
				return
			}
		}
	}
}

// raised is two priorities under the same other attributes.
type raised struct{ low, high, rest string }

// raisable reports whether a ticket in one box can come into the other by a higher
// priority, and names such a ticket.
func (l *linter) raisable(axis int, from, to box) (raised, bool) {
	a := &l.axes[axis]
	low, high := from[axis].both(a.declared), to[axis].both(a.declared)
	if low.empty() || high.empty() || low.least() >= high.most() {
		return raised{}, false
	}
	rest := slices.Clone(from)
	for i := range rest {
		if i == axis {
			continue
		}
		if rest[i] = from[i].both(to[i]); rest[i].empty() {
			return raised{}, false
		}
	}
	i := low.least()
	j := i + 1
	for !high.has(j) {
		j++
	}
	whole := l.everything(false)
	rest[axis] = whole[axis]
	return raised{a.values[i], a.values[j], l.describe(rest, whole)}, true
}

// unset finds a metric that covers every value of an attribute, but not a timeline
// without it.
func (l *linter) unset(p *coverage, axis int, free []box) {
	within := l.everything(true)
	within[axis] = fullSet(len(l.axes[axis].values)) // any: the others are compared
	var taken []box
	for _, b := range free {
		if b[axis].meets(l.axes[axis].declared) {
			taken = append(taken, b.with(axis, within[axis]))
		}
	}
	for _, b := range free {
		if !b[axis].has(0) || !b.meets(within) {
			continue
		}
		rest := slices.Clone(within)
		for i := range rest {
			if i != axis {
				rest[i] = within[i].both(b[i])
			}
		}
		if left := rest.minusAll(taken); len(left) > 0 {
			l.add("gap-unset", l.at(p.targets[0], "metric"), args{
				"metric": p.name, "attribute": l.axes[axis].key, "attributes": l.describe(left[0], within),
			})
			return
		}
	}
}

// describe names the attributes in which a box is narrower than the whole, as in
// class = fault | network, priority = low; * if it is not.
func (l *linter) describe(b, whole box) string {
	var parts []string
	for i, a := range l.axes {
		if slices.Equal(b[i], whole[i]) {
			continue
		}
		var values []string
		for k, v := range a.values {
			if b[i].has(k) {
				values = append(values, called(v))
			}
		}
		parts = append(parts, a.key+" = "+strings.Join(values, " | "))
	}
	if len(parts) == 0 {
		return "*"
	}
	return strings.Join(parts, ", ")
}

func called(value string) string {
	switch value {
	case "":
		return `""`
	case other:
		return "…"
	}
	return value
}
