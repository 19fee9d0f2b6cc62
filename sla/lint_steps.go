package sla

import "slices"

// escalations looks at the steps of a target.
func (l *linter) escalations(i int) {
	t := l.p.targets[i]
	for j := range t.escalations {
		s := &t.escalations[j]
		here := l.at(t, "escalations", j)
		l.trigger(here, t, s)
		for k := range j {
			if o := &t.escalations[k]; l.coincide(s, o) {
				l.twice(here, s, o, k)
			}
		}
		if k := l.disorder(t, j); k >= 0 {
			l.add("steps-out-of-order", here, args{"step": j + 1, "other": k + 1})
		}
	}
}

func (l *linter) trigger(here path, t *Target, s *step) {
	switch {
	case s.trigger == atShare && s.share.num > s.share.den:
		l.add("share-over-whole", here.Add("at"), args{"target": t.ID})
	case s.trigger == before && s.d == 0:
		l.add("no-time-before", here.Add("before"), nil)
	case s.trigger == before && l.alwaysPassed(t, s):
		l.add("before-the-start", here.Add("before"), args{"target": t.ID, "before": s.d})
	case s.trigger == after && t.Kind == Estimate:
		l.add("estimate-escalates", here, args{"target": t.ID})
	}
}

// alwaysPassed reports whether a step before the due time lies before the start,
// whatever the start.
func (l *linter) alwaysPassed(t *Target, s *step) bool {
	r := &t.due
	switch {
	case r.asks(contract) || r.op == appointment:
		return false
	case r.op == within && r.m == s.m:
		return s.d >= r.d
	case r.op == within || r.op == immediate && r.d > 0:
		return false // on another calendar: not worth the search
	}
	_, sometimes := l.compare(r, r, func(c compared) bool {
		at, err := s.m.add(c.a, -s.d)
		return err != nil || at.After(c.start)
	})
	return !sometimes
}

// coincide reports whether two steps fire at the same occasion, for some ticket.
func (l *linter) coincide(s, o *step) bool {
	return s.trigger == o.trigger && s.share == o.share && s.d == o.d && s.days == o.days && s.m == o.m &&
		l.matching(s.match).meets(l.matching(o.match))
}

func (l *linter) twice(here path, s, o *step, k int) {
	switch {
	case s.to == o.to && s.do == o.do:
		l.add("step-twice", here, args{"other": k + 1, "role": s.to})
	case s.do == TakeOver && o.do == TakeOver && s.to != o.to && s.trigger != byHand:
		l.add("two-take-over", here, args{"role": s.to, "other": o.to})
	}
}

// disorder returns the first step before the jth that fires after it, or -1. Steps
// are compared where that is plain: before, at and after the due time, and by age.
func (l *linter) disorder(t *Target, j int) int {
	return slices.IndexFunc(t.escalations[:j], func(o step) bool {
		s := &t.escalations[j]
		if s.m != o.m {
			return false
		}
		a, ok := o.rank()
		b, ok2 := s.rank()
		if !ok || !ok2 || a != b {
			return ok && ok2 && a > b && (a != 2 || b != 1)
		}
		switch s.trigger {
		case atShare:
			return o.share.num*s.share.den > s.share.num*o.share.den
		case before:
			return o.d < s.d
		}
		return o.d > s.d
	})
}

// rank orders the occasions of a clock. A share comes at any time before the due
// time, so it is compared with others of its kind alone, or with what is later.
func (s *step) rank() (int, bool) {
	switch s.trigger {
	case atStart:
		return 0, true
	case atShare:
		return 1, s.share.num <= s.share.den
	case after:
		return 3, true
	}
	return 2, s.trigger == before
}
