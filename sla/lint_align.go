package sla

import (
	"fmt"
	"time"

	"github.com/townclerk/townclerk/sla/worktime"
)

// backings finds targets that the vendor's promise behind them cannot keep, where no
// contract is in force: the default is what the policy itself says.
func (l *linter) backings() {
	from, to := l.year()
	for _, t := range l.p.targets {
		all := l.alignments(t)
		if t.BackedBy != "" && len(all) == 0 {
			l.add("backed-by-nothing", l.at(t, "backed_by"), args{"target": t.ID, "metric": t.BackedBy})
		}
		told := map[*Target]bool{} // one finding for each promise of a vendor
		for _, a := range all {
			if told[a.Vendor] || a.agree(nil) != nil {
				continue
			}
			a.From, a.To = from, to
			l.align(a)
			told[a.Vendor] = l.unkept(a)
		}
	}
}

// year returns the first and the last instant of the year in which policies are
// looked at: that of now, or the present one, as far as the calendars go.
func (l *linter) year() (from, to time.Time) {
	year := lintYear
	if !l.now.IsZero() {
		year = l.now.In(l.p.zone).Year()
	}
	for _, spec := range l.p.source.specs {
		if spec.From != 0 {
			year = min(max(year, spec.From), spec.To)
		}
	}
	first := worktime.Date{Year: year, Month: time.January, Day: 1}
	next := first
	next.Year++
	return first.Start(l.p.zone), next.Start(l.p.zone)
}

// unkept reports that some starts of the year cannot be kept, or only if they are
// handed over before our own targets say so.
func (l *linter) unkept(a *Alignment) bool {
	by, all := a.Counted()
	for _, f := range []Fit{FitLost, FitTight} {
		s, start, ok := a.example(f)
		if !ok {
			continue
		}
		some := a.At(start)
		said := args{"target": a.Target.ID, "vendor": a.Vendor.ID, "share": ratio(by[f], all), "calendar": a.Target.Calendar, "start": some.Start, "due": some.Due}
		if f == FitLost {
			safe, _ := a.safeBefore(s)
			said["vendorDue"], said["example"], said["safe"] = some.AtOnce, safe.Start, safe.Latest
			l.add("vendor-too-late", l.at(a.Target, "backed_by"), said)
		} else {
			said["latest"], said["before"], said["handOver"], said["vendorDue"] = some.Latest, ids(a.Before), some.HandOver, some.Then
			l.add("hand-over-too-late", l.at(a.Target, "backed_by"), said)
		}
		return true
	}
	return false
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

// safeBefore returns the first start of those just before the segment that are due
// at the same time and can still be kept, or else the first that can be at all.
func (a *Alignment) safeBefore(lost Segment) (Aligned, bool) {
	var first, best *Segment
	for i := range a.Through {
		s := &a.Through[i]
		switch safe := s.Fit == FitKept || s.Fit == FitTight; {
		case !s.From.Before(lost.From) && best != nil:
			return a.At(best.Some()), true
		case !safe:
			best = nil
		case best == nil || !best.First.Due.Equal(s.First.Due):
			best = s
		}
		if best != nil && first == nil {
			first = best
		}
	}
	if first == nil {
		return Aligned{}, false
	}
	return a.At(first.Some()), true
}

// ratio writes a share with one decimal, rounded down but never to nothing.
func ratio(d, all time.Duration) string {
	n := int64(d/time.Second) * 1000 / max(int64(all/time.Second), 1)
	if n == 0 && d > 0 {
		return "0.1"
	}
	return fmt.Sprintf("%d.%d", n/10, n%10)
}
