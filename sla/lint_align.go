package sla

import (
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
	start, before := a.Examples()
	if start.IsZero() {
		return false
	}
	here, some := l.at(a.Target, "backed_by"), a.At(start)
	said := args{
		"target": a.Target.ID, "vendor": a.Vendor.ID, "share": a.Share(some.Fit).Percent(1), "calendar": a.Target.Calendar,
		"start": some.Start, "due": some.Due,
	}
	if some.Fit == FitTight {
		said["latest"], said["before"], said["handOver"], said["vendorDue"] = some.Latest, ids(a.Before), some.HandOver, some.Then
		l.add("hand-over-too-late", here, said)
		return true
	}
	safe := a.At(before)
	said["vendorDue"], said["example"], said["safe"] = some.AtOnce, safe.Start, safe.Latest
	l.add("vendor-too-late", here, said)
	return true
}
