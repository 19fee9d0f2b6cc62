package sla

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/sla/worktime"
)

// Fit says whether a vendor's promise can keep one of ours, for what starts at some
// instant.
type Fit string

const (
	FitKept    Fit = "kept"    // also where our own targets before the hand-over take all their time
	FitTight   Fit = "tight"   // only if it is handed over earlier than those allow
	FitLost    Fit = "lost"    // not even if it is handed over at once
	FitAlone   Fit = "alone"   // we keep it without the vendor: the cut-off names other events that meet it
	FitUnknown Fit = "unknown" // a calendar does not cover it
)

// Fits lists all fits, the best first.
func Fits() []Fit { return []Fit{FitKept, FitAlone, FitTight, FitLost, FitUnknown} }

// Alignment sets a target of ours beside the vendor's promise that stands behind it,
// for every instant of a span at which something may start. See [Policy.Align].
type Alignment struct {
	Target   *Target   // ours
	Vendor   *Target   // the vendor's promise
	Before   []*Target // our own targets before the hand-over
	For      string    // the attributes with which these come together, as in class = incident | network; * is any
	Terms    *Terms    // of the contract that promises it; nil: the default holds
	OurTerms *Terms    // of the contract that ours is subject to; nil: none
	From     time.Time // the first start
	To       time.Time // the first that is not looked at
	Through  []Segment // from From to To, without holes

	policy *Policy
	own    rule // with the terms in their places, as the other two
	vendor rule
	before []rule
	curves curves
}

// Segment is a stretch of starts of which the same holds, and over which each time
// stands or moves along with the start. First is what is said of From and Last of To:
// where these do not belong to it, what holds when one comes near.
type Segment struct {
	From, To     time.Time
	After, Until bool // From does not belong to it; To does
	Fit          Fit
	First, Last  Aligned
}

// Aligned is what is promised of a start, by us and by the vendor. Where we keep it
// alone, the vendor's times are zero; where it is unknown, all but Start are.
type Aligned struct {
	Start  time.Time
	Fit    Fit
	Due    time.Time     // ours
	AtOnce time.Time     // the vendor's, if it is handed over at Start
	Slack  time.Duration // from AtOnce to Due; negative: by how much the vendor's promise is too late

	HandOver time.Time     // to which our own targets before the hand-over allow it to wait; Start where there are none
	Then     time.Time     // the vendor's, if it is handed over then
	Reserve  time.Duration // from Then to Due
	Latest   time.Time     // the last hand-over, from Start on, for which the vendor's promise keeps ours; zero: none
}

// Align compares each target that a vendor's promise stands behind (backed_by) with
// that promise, for all starts in [from, to). The terms are those of the contracts
// in force, one for each metric; where there are none, a target's default holds. They
// are taken to be in force at each start and each hand-over of the span.
//
// A target that comes together with several of the vendor's, or with several of our
// own before the hand-over, has an Alignment for each combination, with the attributes
// that lead to it. All corrections of the policy are taken as known. Segments are
// exact, to the nanosecond. A start is unknown where a calendar's cover leaves open when
// it is due, or until when it can be handed over; a calendar without cover is looked at
// from 2001 to 2058.
//
// The error says which terms cannot be, or that the span is no span.
func (p *Policy) Align(from, to time.Time, terms ...Terms) ([]*Alignment, error) {
	if !from.Before(to) {
		return nil, fmt.Errorf("a span from %s to %s holds no instant; give an end after its beginning", from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	l := &linter{p: p, raw: p.source.raw, doc: p.source.doc}
	l.space()
	var all []*Alignment
	for _, t := range p.targets {
		for _, a := range l.alignments(t) {
			if err := a.agree(terms); err != nil {
				return nil, err
			}
			a.From, a.To = from.In(p.zone), to.In(p.zone)
			l.align(a)
			all = append(all, a)
		}
	}
	return all, nil
}

// agree puts the terms in the place of the rules that ask for a contract.
func (a *Alignment) agree(terms []Terms) (err error) {
	if a.own, a.OurTerms, err = a.policy.agreed(a.Target, terms); err != nil {
		return err
	}
	if a.vendor, a.Terms, err = a.policy.agreed(a.Vendor, terms); err != nil {
		return err
	}
	for _, t := range a.Before {
		r, _, err := a.policy.agreed(t, terms)
		if err != nil {
			return err
		}
		a.before = append(a.before, r)
	}
	return nil
}

// agreed returns the target's rule with the terms of its metric, which asks for no
// contract any more, and the terms that count.
func (p *Policy) agreed(t *Target, terms []Terms) (rule, *Terms, error) {
	var mine *Terms
	if i := slices.IndexFunc(terms, func(o Terms) bool { return o.Metric == t.Metric }); i >= 0 && t.contract {
		mine = &terms[i]
	}
	r, err := p.settled(&t.due, mine)
	return r, mine, err
}

func (p *Policy) settled(r *rule, terms *Terms) (rule, error) {
	if r.op != contract {
		settled := *r
		settled.subs = nil
		for i := range r.subs {
			sub, err := p.settled(&r.subs[i], terms)
			if err != nil {
				return rule{}, err
			}
			settled.subs = append(settled.subs, sub)
		}
		return settled, nil
	}
	usual, err := p.settled(&r.subs[0], nil)
	if terms == nil || err != nil {
		return usual, err
	}
	agreed, err := p.rule(terms)
	if err != nil || !r.cap {
		return agreed, err
	}
	return rule{op: earliest, subs: []rule{agreed, usual}}, nil
}

// alignments returns the combinations of targets that stand behind t, each without
// its times.
func (l *linter) alignments(t *Target) []*Alignment {
	if t.BackedBy == "" {
		return nil
	}
	var all []*Alignment
	boxes := map[*Alignment][]box{}
	for _, b := range l.boxes(t) {
		for _, area := range l.areasOf(t.BackedBy) {
			if area.target != nil && area.box.meets(b) {
				l.before(&Alignment{Target: t, Vendor: area.target, policy: l.p}, 0, b.within(area.box), func(a *Alignment, b box) {
					i := slices.IndexFunc(all, a.alike)
					if i < 0 {
						i = len(all)
						all = append(all, a)
					}
					boxes[all[i]] = append(boxes[all[i]], b)
				})
			}
		}
	}
	for _, a := range all {
		var texts []string
		for _, b := range merged(boxes[a]) {
			texts = append(texts, l.describe(b, l.everything(false)))
		}
		a.For = joined(texts)
	}
	return all
}

// joined puts descriptions of boxes together.
func joined(texts []string) string {
	text := texts[0]
	for _, more := range texts[1:] {
		text += "; " + more
	}
	return text
}

// before goes through the targets of the nth metric before the hand-over, and of
// those after it.
func (l *linter) before(a *Alignment, n int, b box, found func(*Alignment, box)) {
	if n == len(a.Target.HandOverAfter) {
		found(a, b)
		return
	}
	for _, area := range l.areasOf(a.Target.HandOverAfter[n]) {
		if !area.box.meets(b) {
			continue
		}
		with := *a
		with.Before = slices.Clone(a.Before)
		if area.target != nil {
			with.Before = append(with.Before, area.target)
		}
		l.before(&with, n+1, b.within(area.box), found)
	}
}

func (a *Alignment) alike(o *Alignment) bool {
	return a.Vendor == o.Vendor && slices.Equal(a.Before, o.Before)
}

func (l *linter) areasOf(metric string) []area {
	for i := range l.places {
		if l.places[i].name == metric {
			return l.places[i].areas
		}
	}
	return nil
}

// curves is when everything is due that an alignment asks for.
type curves struct {
	own      curve // ours, by the start
	handOver curve // to when our own targets allow it to wait, by the start
	vendor   curve // the vendor's, by the hand-over
	then     curve // the vendor's, by the start, with that hand-over
}

// align finds the segments.
func (l *linter) align(a *Alignment) {
	last := a.To.Add(-1)
	c := &a.curves
	c.own = l.curve(&a.own, a.From, last)
	c.handOver = curve{{from: a.From, to: last, due: a.From, moves: true}}
	for i, t := range a.Before {
		if overlap(t.Start, a.Target.Start) {
			c.handOver = c.handOver.or(l.curve(&a.before[i], a.From, last))
		} else if until, ok := c.handOver.last(); ok {
			c.handOver = l.curve(&a.before[i], a.From, until).after(c.handOver)
		}
	}
	// Whatever is handed over later than all is due cannot be kept.
	until := last
	for _, c := range []curve{c.own, c.handOver} {
		if due, ok := c.last(); ok {
			until = later(until, due)
		}
	}
	c.vendor = l.curve(&a.vendor, a.From, until)
	c.then = c.vendor.after(c.handOver)
	a.segments(a.bends())
}

// last returns when the last start of all is due.
func (c curve) last() (due time.Time, ok bool) {
	if len(c) == 0 {
		return time.Time{}, false
	}
	p := &c[len(c)-1]
	return p.at(p.to), true
}

// bends returns all starts at which something may change its course.
func (a *Alignment) bends() []time.Time {
	c := &a.curves
	at := []time.Time{a.From, a.To.Add(-1)}
	for _, c := range []curve{c.own, c.handOver, c.vendor, c.then} {
		at = append(at, c.bends()...)
	}
	for i := range c.vendor { // at which another one becomes the latest hand-over
		p := &c.vendor[i]
		at = append(at, c.own.reaching(p.due)...)
		at = append(at, c.own.reaching(p.at(p.to))...)
	}
	at = beside(at, a.From, a.To)
	crossed := append(crossings(at, c.own, c.vendor), crossings(at, c.own, c.then)...)
	if len(crossed) == 0 {
		return at
	}
	return beside(append(at, crossed...), a.From, a.To)
}

// At returns what is promised of a start in [From, To); outside of them it is unknown.
func (a *Alignment) At(start time.Time) Aligned {
	c := &a.curves
	at := Aligned{Start: start.In(a.policy.zone), Fit: FitUnknown}
	own, vendor := c.own.find(start), c.vendor.find(start)
	if own == nil {
		return at
	}
	at.Due = a.in(own.at(start))
	if a.alone(own.branch) {
		at.Fit = FitAlone
		return at
	}
	handOver, then := c.handOver.find(start), c.then.find(start)
	if vendor == nil || handOver == nil || then == nil {
		return Aligned{Start: at.Start, Fit: FitUnknown}
	}
	at.AtOnce, at.HandOver, at.Then = a.in(vendor.at(start)), a.in(handOver.at(start)), a.in(then.at(start))
	at.Slack, at.Reserve = at.Due.Sub(at.AtOnce), at.Due.Sub(at.Then)
	if c.vendor[len(c.vendor)-1].to.Before(at.Due) && at.Slack >= 0 {
		return Aligned{Start: at.Start, Fit: FitUnknown} // a later hand-over might be early enough
	}
	switch latest, ok := c.vendor.latest(at.Due); {
	case at.Slack < 0 || !ok:
		at.Fit = FitLost
	case at.Reserve < 0:
		at.Fit, at.Latest = FitTight, a.in(latest)
	default:
		at.Fit, at.Latest = FitKept, a.in(latest)
	}
	return at
}

func (a *Alignment) in(t time.Time) time.Time { return t.In(a.policy.zone) }

// alone reports whether we keep what starts in that branch of the cut-offs without
// the vendor: it names an event that meets it and is none of the target's own.
func (a *Alignment) alone(branch int) bool { return a.Target.alone(branch) }

func (t *Target) alone(branch int) bool {
	return branch > 0 && slices.ContainsFunc(t.due.cutoffs[branch-1].meets, func(kind string) bool { return !slices.Contains(t.Meets, kind) })
}

// segments puts the starts together over which everything stands or moves.
func (a *Alignment) segments(starts []time.Time) {
	var runs []stretch
	for _, start := range starts {
		at := a.At(start)
		if len(runs) == 0 || !runs[len(runs)-1].extends(at) {
			runs = append(runs, stretch{first: at, last: at})
		}
	}
	for i := range runs {
		r := &runs[i]
		s := Segment{From: r.first.Start, To: a.To, Fit: r.first.Fit}
		if i > 0 {
			s.From, s.After = a.Through[i-1].To, a.Through[i-1].Until
		}
		if i+1 < len(runs) {
			// Of two neighbours a nanosecond apart, the rounder one is the limit.
			if s.To = runs[i+1].first.Start; rounder(r.last.Start, s.To) {
				s.To, s.Until = r.last.Start, true
			}
		}
		s.First, s.Last = r.shifted(r.first, s.From), r.shifted(r.last, s.To)
		a.Through = append(a.Through, s)
	}
}

// rounder reports whether people would rather name a than b.
func rounder(a, b time.Time) bool {
	for _, unit := range []time.Duration{time.Hour, time.Minute, time.Second, time.Millisecond, time.Microsecond} {
		_, offset := a.Zone()
		whole := func(t time.Time) bool { return (t.UnixNano()+int64(offset)*1e9)%int64(unit) == 0 }
		if whole(a) != whole(b) {
			return whole(a)
		}
	}
	return false
}

// stretch is a Segment in the making.
type stretch struct {
	first, last Aligned
	moves       [5]bool
	long        bool // there are two starts, so that it is known what moves
}

// times returns what may move along with the start.
func (at *Aligned) times() [5]*time.Time {
	return [5]*time.Time{&at.Due, &at.AtOnce, &at.HandOver, &at.Then, &at.Latest}
}

// extends lengthens the stretch to a start, if that lies on its lines.
func (r *stretch) extends(at Aligned) bool {
	if r.first.Fit != at.Fit {
		return false
	}
	moves := [5]bool{}
	by := at.Start.Sub(r.last.Start)
	next, last := at.times(), r.last.times()
	for i := range next {
		switch next[i].Sub(*last[i]) {
		case 0:
		case by:
			moves[i] = true
		default:
			return false
		}
	}
	if r.long && moves != r.moves {
		return false
	}
	r.last, r.moves, r.long = at, moves, true
	return true
}

// shifted returns what holds of a start on the lines of the stretch.
func (r *stretch) shifted(at Aligned, start time.Time) Aligned {
	by := start.Sub(at.Start)
	if by == 0 {
		return at
	}
	at.Start = start
	for i, t := range at.times() {
		if r.moves[i] {
			*t = t.Add(by)
		}
	}
	if !at.Then.IsZero() {
		at.Slack, at.Reserve = at.Due.Sub(at.AtOnce), at.Due.Sub(at.Then)
	}
	return at
}

// Has reports whether the start belongs to the segment.
func (s *Segment) Has(start time.Time) bool {
	if s.After && !start.After(s.From) || start.Before(s.From) {
		return false
	}
	return start.Before(s.To) || s.Until && start.Equal(s.To)
}

// Some returns a start of the segment that a person would name: its first whole
// minute or second, if it has one.
func (s *Segment) Some() time.Time {
	for _, unit := range []time.Duration{time.Minute, time.Second, time.Millisecond} {
		if t := s.From.Truncate(unit); s.Has(t) {
			return t
		} else if t = t.Add(unit); s.Has(t) && unit < time.Minute {
			return t
		}
	}
	if s.After {
		return s.From.Add(1)
	}
	return s.From
}

// Counted returns how much time the starts of each fit take up, and how much all of
// them do: working time of the target's calendar or, where that is elapsed time, day
// and night.
func (a *Alignment) Counted() (by map[Fit]time.Duration, all time.Duration) {
	m := a.policy.measure(a.policy.calendars[a.Target.Calendar])
	by = map[Fit]time.Duration{}
	for i := range a.Through {
		s := &a.Through[i]
		d, err := m.between(instantOf(s.From), instantOf(s.To))
		if err != nil {
			continue // before the cover or after it there are no hours to count
		}
		by[s.Fit] += d
		all += d
	}
	return by, all
}

// First returns the first segment of such a fit, or nil.
func (a *Alignment) First(f Fit) *Segment {
	for i := range a.Through {
		if a.Through[i].Fit == f {
			return &a.Through[i]
		}
	}
	return nil
}

// Worst returns what holds where the vendor's promise is latest beside ours if all
// is handed over at once: the start itself or, where a stretch ends before it, what
// holds when one comes near. ok is false where nothing depends on the vendor.
func (a *Alignment) Worst() (worst Aligned, ok bool) {
	for i := range a.Through {
		s := &a.Through[i]
		if s.Fit == FitAlone || s.Fit == FitUnknown {
			continue
		}
		for _, at := range []Aligned{s.First, s.Last} {
			if !ok || at.Slack < worst.Slack {
				worst, ok = at, true
			}
		}
	}
	return worst, ok
}

// Open returns the hours in a part of the span by which starts are counted; none where
// time runs day and night.
func (a *Alignment) Open(from, to time.Time) []worktime.Period {
	cal := a.policy.calendars[a.Target.Calendar]
	if cal == nil {
		return nil
	}
	periods, err := cal.Periods(from, to)
	if err != nil {
		return nil // beyond the cover
	}
	return slices.Collect(periods)
}

// Zone returns the policy's time zone.
func (a *Alignment) Zone() *time.Location { return a.policy.zone }

// Share returns how much of what is counted the starts of these fits take up.
func (a *Alignment) Share(fits ...Fit) townclerk.Ratio {
	by, all := a.Counted()
	var some time.Duration
	for _, f := range fits {
		some += by[f]
	}
	return townclerk.Ratio{N: int64(some), D: int64(all)}
}

// Examples returns two starts that show what is wrong: one that is lost or, if none
// is, tight, from the week of [Alignment.Week] and in working time if there is such a
// one; and of those just before it that are due at the same time the first that can be
// kept, or else the first of all that can be. One that is tight can be kept itself. A
// time is zero if there is no such start.
func (a *Alignment) Examples() (unsafe, safe time.Time) {
	for _, f := range []Fit{FitLost, FitTight} {
		switch s, start, ok := a.example(f); {
		case ok && f == FitTight:
			return start, start
		case ok:
			return start, a.safeBefore(s)
		}
	}
	return time.Time{}, time.Time{}
}

// example returns a segment of that fit from the week that shows it, and a start of
// it: one in working time, if there is one.
func (a *Alignment) example(f Fit) (s Segment, start time.Time, ok bool) {
	cal := a.policy.calendars[a.Target.Calendar]
	for _, o := range a.Part(a.Week()) {
		if o.Fit != f {
			continue
		}
		if !ok {
			s, start, ok = o, o.Some(), true
		}
		if cal == nil {
			break
		}
		if open, err := cal.Roll(o.Some()); err == nil && o.Has(open) {
			return o, open, true
		}
	}
	return s, start, ok
}

// safeBefore returns the first start of those just before the segment that are due at
// the same time and can still be kept, or else the first that can be at all; zero if
// none can.
func (a *Alignment) safeBefore(lost Segment) time.Time {
	var first, run *Segment // run is where those just before began
	for i := range a.Through {
		s := &a.Through[i]
		safe := s.Fit == FitKept || s.Fit == FitTight
		if !s.From.Before(lost.From) && run != nil {
			return run.Some()
		}
		if !safe {
			run = nil
		} else if run == nil || !run.First.Due.Equal(s.First.Due) {
			run = s
		}
		if first == nil {
			first = run
		}
	}
	if first == nil {
		return time.Time{}
	}
	return first.Some()
}

// Week returns a week of the span that shows what is worst about the alignment: the
// first one in which it is lost or, if it never is, tight, or else the first of all.
// It begins with the first day of the working week. A span of less than two weeks is
// itself returned.
func (a *Alignment) Week() (from, to time.Time) {
	first := a.week(a.From)
	if first.Before(a.From) {
		first = first.AddDate(0, 0, 7)
	}
	if first.AddDate(0, 0, 7).After(a.To) {
		return a.From, a.To
	}
	for _, f := range []Fit{FitLost, FitTight} {
		for i := range a.Through {
			s := &a.Through[i]
			if from = a.week(s.From); s.Fit == f && !from.Before(first) && !from.AddDate(0, 0, 7).After(a.To) {
				return from, from.AddDate(0, 0, 7)
			}
		}
	}
	return first, first.AddDate(0, 0, 7)
}

// week returns when the week of the instant begins.
func (a *Alignment) week(t time.Time) time.Time {
	first := a.policy.firstDay(slices.Concat([]*Target{a.Target, a.Vendor}, a.Before, a.policy.targets))
	d := dateOf(t.In(a.policy.zone))
	for d.Weekday() != first {
		d = d.AddDays(-1)
	}
	return d.Start(a.policy.zone)
}

// firstDay returns the day after the weekend of the first of the targets' calendars
// that has one; Monday where none has.
func (p *Policy) firstDay(targets []*Target) time.Weekday {
	for _, t := range targets {
		spec := p.source.specs[t.Calendar]
		if spec == nil {
			continue
		}
		for day := range spec.Week {
			if len(spec.Week[day]) > 0 && len(spec.Week[(day+6)%7]) == 0 {
				return time.Weekday(day)
			}
		}
	}
	return time.Monday
}

// Part returns the segments of a part of the span, the first and the last cut.
func (a *Alignment) Part(from, to time.Time) []Segment {
	var part []Segment
	for _, s := range a.Through {
		if !s.From.Before(to) || !s.To.After(from) {
			continue
		}
		if s.From.Before(from) {
			s.First, s.From, s.After = s.shifted(from), from.In(a.policy.zone), false
		}
		if s.To.After(to) {
			s.Last, s.To, s.Until = s.shifted(to), to.In(a.policy.zone), false
		}
		part = append(part, s)
	}
	return part
}

// shifted returns what holds of a start on the lines of the segment.
func (s *Segment) shifted(start time.Time) Aligned {
	r := stretch{first: s.First}
	if by := s.To.Sub(s.From); by > 0 {
		first, last := s.First, s.Last
		for i, t := range last.times() {
			r.moves[i] = !t.Equal(*first.times()[i])
		}
	}
	return r.shifted(s.First, start)
}

// Explain says of a start in the span, step by step, when ours is due and why, then
// when the vendor's is if it is handed over at once, and what follows. It is nil
// where that is unknown.
func (a *Alignment) Explain(start time.Time) []Step {
	at := a.At(start)
	if at.Fit == FitUnknown {
		return nil
	}
	t := &trace{zone: a.policy.zone}
	a.policy.why(t, a.Target, &a.Target.due, a.OurTerms, start)
	if at.Fit == FitAlone {
		t.add("alone", at.Start, at.Due, args{"vendor": a.Vendor.ID})
		return t.take()
	}
	t.add("hand-over", at.Start, at.Start, args{"vendor": a.Vendor.ID})
	a.policy.why(t, a.Vendor, &a.Vendor.due, a.Terms, start)
	t.compare(at.AtOnce, at.Due)
	t.safe(at.Latest)
	if at.Fit == FitTight {
		t.add("own-time", at.Start, at.HandOver, args{"targets": ids(a.Before)})
	}
	return t.take()
}

// why explains when a target is due.
func (p *Policy) why(trace *trace, of *Target, r *rule, terms *Terms, start time.Time) {
	trace.add("start", start, start, args{"event": strings.Join(of.Start, kindsOr)})
	// It is due, since the start is known to be covered.
	_, _ = r.due(&starting{policy: p, start: start, terms: terms, trace: trace})
}

// compare says whether the vendor's due time is not after ours.
func (t *trace) compare(vendor, ours time.Time) {
	if slack := ours.Sub(vendor); slack >= 0 {
		t.add("vendor-in-time", vendor, ours, args{"by": slack})
	} else {
		t.add("vendor-too-late", vendor, ours, args{"by": -slack})
	}
}

// safe says by when it has to be handed over; zero: no hand-over is early enough.
func (t *trace) safe(latest time.Time) {
	if latest.IsZero() {
		t.add("hand-over-never", time.Time{}, time.Time{}, nil)
		return
	}
	t.add("hand-over-by", latest, latest, nil)
}

func ids(targets []*Target) []string {
	var ids []string
	for _, t := range targets {
		ids = append(ids, t.ID)
	}
	return ids
}
