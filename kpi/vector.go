package kpi

import (
	"fmt"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

// rawVector is the shape of a situation that somebody worked out by hand.
type rawVector struct {
	Title  string          `toml:"title" required:"true" hint:"say what it shows"`
	Source tomldoc.Strings `toml:"source,omitempty"`

	Measured []struct {
		Indicator string `toml:"indicator" required:"true" hint:"name one of [indicators]"`
		N         int    `toml:"n"`
		D         int    `toml:"d"`
		Verdict   string `toml:"verdict" required:"true" hint:"write \"met\", \"missed\", \"no data\" or \"informed\""`
	} `toml:"measured,omitempty"`

	Available []struct {
		Calendar string        `toml:"calendar" required:"true" hint:"name a calendar of sla.toml"`
		From     rawDate       `toml:"from" required:"true" hint:"write the first day"`
		To       rawDate       `toml:"to" required:"true" hint:"write the day after the last"`
		Outages  []rawOutage   `toml:"outages,omitempty"`
		Of       rawTimeLength `toml:"of" required:"true" hint:"write how much office time it is, such as \"2000h\""`
		Down     rawTimeLength `toml:"down" required:"true" hint:"write how much of it was lost, such as \"1h\""`
	} `toml:"available,omitempty"`

	Falls []struct {
		Duty string    `toml:"duty" required:"true" hint:"name one of [duties] or [reports]"`
		From rawDate   `toml:"from" required:"true" hint:"write the first day"`
		To   rawDate   `toml:"to" required:"true" hint:"write the day after the last"`
		On   []rawDate `toml:"on,omitempty"`
	} `toml:"falls,omitempty"`

	InForce []struct {
		Card     string     `toml:"card" required:"true" hint:"name one of [cards]"`
		On       rawDate    `toml:"on" required:"true" hint:"write the day"`
		Known    rawInstant `toml:"known" required:"true" hint:"write as it was known when"`
		Revision int        `toml:"revision"`
	} `toml:"in_force,omitempty"`
}

type rawOutage struct {
	From rawInstant `toml:"from" required:"true" hint:"write when it began"`
	To   rawInstant `toml:"to" required:"true" hint:"write when it ended"`
}

// rawTimeLength is a length of time, which may be none.
type rawTimeLength time.Duration

// UnmarshalText reads a duration in Go's writing.
func (l *rawTimeLength) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is not a length of time; write one such as \"4h\" or \"1h30m\"", text)
	}
	*l = rawTimeLength(v)
	return nil
}

// CheckVector compares the policy with a situation that somebody worked out by hand: how
// counts are judged, how much of the office hours outages take, when duties fall, and
// which revision of a card was in force, as far as was known.
//
//	title = "less than 10 %"
//	source = "KA-13"
//	[[measured]]
//	indicator = "repairs"
//	n = 10
//	d = 100
//	verdict = "missed"
//	[[available]]
//	calendar = "office"
//	from = 2026-06-08
//	to = 2026-06-09
//	outages = [{ from = 2026-06-08T09:00:00, to = 2026-06-08T10:00:00 }]
//	of = "8h"
//	down = "1h"
//	[[falls]]
//	duty = "backup"
//	from = 2026-06-08
//	to = 2026-06-10
//	on = [2026-06-08, 2026-06-09]
//	[[in_force]]
//	card = "pr-10"
//	on = 2019-01-10
//	known = 2019-01-10T12:00:00
//	revision = 3                     # 0: none was
//
// All that is not so comes back joined, in the order of lines, each a
// [*townclerk.FileError] of the file with that name.
func (p *Policy) CheckVector(data []byte, name string) error {
	var raw rawVector
	doc := tomldoc.Decode(data, name, &raw)
	v := vector{p, doc, &raw}
	if len(raw.Measured)+len(raw.Available)+len(raw.Falls)+len(raw.InForce) == 0 && doc.Err() == nil {
		doc.Errorf(nil, "it expects nothing; write [[measured]], [[available]], [[falls]] or [[in_force]]")
	}
	if doc.Err() == nil {
		v.measured()
		v.available()
		v.falls()
		v.inForce()
	}
	return doc.Err()
}

type vector struct {
	p   *Policy
	doc *tomldoc.Doc
	raw *rawVector
}

func (v *vector) measured() {
	for i, m := range v.raw.Measured {
		here := at("measured", i)
		in, ok := v.p.indicators[m.Indicator]
		if !ok {
			v.doc.Errorf(here.Add("indicator"), "%q is none of [indicators]%s", m.Indicator, v.p.suggest(tableIndicators, m.Indicator))
			continue
		}
		if got := in.Target.judge(townclerk.Ratio{N: int64(m.N), D: int64(m.D)}); string(got) != m.Verdict {
			v.doc.Errorf(here.Add("verdict"), "%d of %d is %q, and %q was expected", m.N, m.D, got, m.Verdict)
		}
	}
}

func (v *vector) available() {
	for i, a := range v.raw.Available {
		here := at("available", i)
		cal := v.p.calendar(a.Calendar)
		if cal == nil {
			v.doc.Errorf(here.Add("calendar"), "the promises have no calendar named %q", a.Calendar)
			continue
		}
		got, err := Availability(cal, v.period(a.From, a.To), func(yield func(Outage, error) bool) {
			for j, o := range a.Outages {
				place := here.Add("outages", j)
				if !yield(Outage{ID: fmt.Sprint(j + 1), From: v.instant(place.Add("from"), o.From), To: v.instant(place.Add("to"), o.To)}, nil) {
					return
				}
			}
		})
		switch {
		case err != nil:
			v.doc.Errorf(here, "%v", err)
		case got.D != int64(a.Of):
			v.doc.Errorf(here.Add("of"), "it is %v of office time, and %v was expected", time.Duration(got.D), time.Duration(a.Of))
		case got.D-got.N != int64(a.Down):
			v.doc.Errorf(here.Add("down"), "%v of it were lost, and %v was expected", time.Duration(got.D-got.N), time.Duration(a.Down))
		}
	}
}

func (v *vector) falls() {
	for i, f := range v.raw.Falls {
		here := at("falls", i)
		falls, err := v.p.Falls(f.Duty, v.period(f.From, f.To))
		if err != nil {
			v.doc.Errorf(here.Add("duty"), "%v", err)
			continue
		}
		var got, want []string
		for _, one := range falls {
			got = append(got, one.Date.String())
		}
		for _, d := range f.On {
			want = append(want, worktime.Date(d).String())
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			v.doc.Errorf(here.Add("on"), "it falls on %v, and %v was expected", got, want)
		}
	}
}

func (v *vector) inForce() {
	for i, f := range v.raw.InForce {
		here := at("in_force", i)
		enter, ok := v.p.EnterCard(f.Card)
		if !ok {
			v.doc.Errorf(here.Add("card"), "%q is none of [cards]%s", f.Card, v.p.suggest(tableCards, f.Card))
			continue
		}
		card := Card{Versions: versions(enter.Former, *enter.Card)}
		got := 0
		if version, ok := card.AsOf(worktime.Date(f.On), v.instant(here.Add("known"), f.Known)); ok {
			got = card.Revision(version)
		}
		if got != f.Revision {
			v.doc.Errorf(here.Add("revision"), "revision %d was in force, and %d was expected", got, f.Revision)
		}
	}
}

func (v *vector) period(from, to rawDate) townclerk.Period {
	return townclerk.Period{From: v.p.start(worktime.Date(from)), To: v.p.start(worktime.Date(to))}
}

func (v *vector) instant(here path, text rawInstant) time.Time {
	at, err := worktime.ParseTime(string(text), v.p.zone())
	if err != nil {
		v.doc.Errorf(here, "%v", err)
	}
	return at.UTC()
}
