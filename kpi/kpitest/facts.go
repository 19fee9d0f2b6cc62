package kpitest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/sla/slatest"
	"github.com/townclerk/townclerk/sla/worktime"
)

// facts compares what follows from the policy alone with what is expected.
func (v *vector) facts() {
	for i := range v.raw.Measured {
		v.measured(tomldoc.At("measured", i), &v.raw.Measured[i])
	}
	for i := range v.raw.Available {
		v.available(tomldoc.At("available", i), &v.raw.Available[i])
	}
	for i := range v.raw.Falls {
		v.falls(tomldoc.At("falls", i), &v.raw.Falls[i])
	}
	for i := range v.raw.InForce {
		v.inForce(tomldoc.At("in_force", i), &v.raw.InForce[i])
	}
}

func (v *vector) measured(here tomldoc.Path, m *rawMeasured) {
	in, _ := v.policy.Indicator(m.Indicator) // checked before
	if got := in.Target.Verdict(townclerk.Ratio{N: int64(m.N), D: int64(m.D)}); string(got) != m.Verdict {
		v.doc.Errorf(here.Add("verdict"), "of %d of %d, got %s, want %s", m.N, m.D, got, m.Verdict)
	}
}

func (v *vector) available(here tomldoc.Path, a *rawAvailable) {
	cal := v.policy.Calendar(a.Calendar)
	if cal == nil {
		v.doc.Errorf(here.Add("calendar"), "sla.toml has no calendar named %q", a.Calendar)
		return
	}
	var outages []kpi.Outage
	for i, o := range a.Outages {
		place := here.Add("outages", i)
		outages = append(outages, kpi.Outage{ID: fmt.Sprint(i + 1), From: v.judge.Time(place.Add("from"), o.From), To: v.judge.Time(place.Add("to"), o.To)})
	}
	if v.doc.Failed(here.Add("outages")) {
		return
	}
	got, err := kpi.Availability(cal, v.period(a.From, a.To), func(yield func(kpi.Outage, error) bool) {
		for _, o := range outages {
			if !yield(o, nil) {
				return
			}
		}
	})
	if err != nil {
		v.doc.Errorf(here, "%v", err)
		return
	}
	for _, x := range []struct {
		key       string
		got, want time.Duration
	}{
		{"of", time.Duration(got.D), time.Duration(a.Of)}, {"down", time.Duration(got.D - got.N), time.Duration(a.Down)},
	} {
		if x.got != x.want {
			v.doc.Errorf(here.Add(x.key), "got %v, want %v", x.got, x.want)
		}
	}
}

func (v *vector) falls(here tomldoc.Path, f *rawFalls) {
	falls, err := v.policy.Falls(f.Duty, v.period(f.From, f.To))
	if err != nil {
		v.doc.Errorf(here, "%v", err)
		return
	}
	var got, want []string
	for _, one := range falls {
		got = append(got, one.Date.String())
	}
	for _, d := range f.On {
		want = append(want, worktime.Date(d).String())
	}
	if !slices.Equal(got, want) {
		v.doc.Errorf(here.Add("on"), "got %s, want %s", list(got), list(want))
	}
}

func (v *vector) inForce(here tomldoc.Path, f *rawInForce) {
	card, _ := v.policy.Card(f.Card) // checked before
	got := 0
	if version, ok := card.AsOf(worktime.Date(f.On), v.judge.Time(here.Add("known"), f.Known)); ok {
		got = card.Revision(version)
	}
	if got != f.Revision && !v.doc.Failed(here.Add("known")) {
		v.doc.Errorf(here.Add("revision"), "got %d, want %d", got, f.Revision)
	}
}

// period is from the beginning of one day to that of another.
func (v *vector) period(from, to slatest.Day) townclerk.Period {
	return townclerk.Period{From: v.start(from), To: v.start(to)}
}

// start is when a day begins.
func (v *vector) start(day slatest.Day) time.Time {
	return worktime.Date(day).Start(v.policy.Promises().Zone())
}

// list names what is in a list.
func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
