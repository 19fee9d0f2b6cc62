package sla

import (
	"errors"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla/worktime"
)

type rawTimelines struct {
	rawTimeline
	Timelines []rawTimeline `toml:"timelines,omitempty" hint:"write [[timelines]] above each timeline"`
}

type rawTimeline struct {
	ID      string     `toml:"id,omitempty"`
	Note    string     `toml:"note,omitempty"`
	Edition int        `toml:"edition,omitempty"`
	Events  []rawEvent `toml:"events,omitempty" hint:"write [[events]] above each event"`
}

type rawEvent struct {
	Is          string                    `toml:"is,omitempty"`
	At          rawTime                   `toml:"at,omitempty"`
	Recorded    rawTime                   `toml:"recorded,omitempty"`
	Seq         int64                     `toml:"seq,omitempty"`
	With        map[string]tomldoc.Scalar `toml:"with,omitempty"`
	Reason      string                    `toml:"reason,omitempty"`
	Role        string                    `toml:"role,omitempty"`
	Appointment rawTime                   `toml:"appointment,omitempty"`
	Contract    []rawTerms                `toml:"contract,omitempty"`
	Correction  bool                      `toml:"correction,omitempty"`
	Corrects    int64                     `toml:"corrects,omitempty"`
	Void        bool                      `toml:"void,omitempty"`
}

type rawTerms struct {
	Contract string       `toml:"contract" required:"true" hint:"give the contract's id"`
	Metric   string       `toml:"metric" required:"true" hint:"say for which metric it promises"`
	Calendar string       `toml:"calendar" required:"true" hint:"name a calendar of the policy, or write \"elapsed\""`
	Within   *rawDuration `toml:"within,omitempty"`
	Days     int          `toml:"days,omitempty"`
	At       string       `toml:"at,omitempty"`
}

// rawTime is a time as written; the zone in which it is read is the policy's.
type rawTime string

// UnmarshalText keeps the text.
func (t *rawTime) UnmarshalText(text []byte) error {
	*t = rawTime(text)
	return nil
}

// AcceptsTOML lets times be written without quotes, and dates, which are refused
// with the advice to add the time.
func (*rawTime) AcceptsTOML(kind string) bool {
	return kind == "date-time" || kind == "instant" || kind == "date"
}

// ParseTimelines reads timelines from TOML: one in [[events]], or several in
// [[timelines]] with their [[timelines.events]]. Local times are on the policy's
// zone, and attributes are those that it declares. All mistakes come back as
// from [Parse].
func (p *Policy) ParseTimelines(data []byte, name string) ([]Timeline, error) {
	var raw rawTimelines
	t := timelineParser{policy: p, doc: tomldoc.Decode(data, name, &raw)}
	var all []Timeline
	if len(raw.Events) > 0 || len(raw.Timelines) == 0 {
		all = append(all, t.timeline(nil, &raw.rawTimeline))
	}
	if len(raw.Events) > 0 && len(raw.Timelines) > 0 {
		t.doc.Errorf(at("events"), "it stands beside [[timelines]]; write [[timelines]] with its [[timelines.events]] for this one, too")
	}
	for i := range raw.Timelines {
		all = append(all, t.timeline(at("timelines", i), &raw.Timelines[i]))
	}
	if err := t.doc.Err(); err != nil {
		return nil, err
	}
	return all, nil
}

type timelineParser struct {
	policy *Policy
	doc    *tomldoc.Doc
}

func (t *timelineParser) timeline(here path, raw *rawTimeline) Timeline {
	tl := Timeline{ID: raw.ID, Note: raw.Note, Edition: raw.Edition}
	if raw.Edition < 0 {
		t.doc.Errorf(here.Add("edition"), "%d is no edition; write its number, from 1", raw.Edition)
	}
	for i := range raw.Events {
		tl.Events = append(tl.Events, t.event(here.Add("events", i), i, &raw.Events[i]))
	}
	if len(tl.Events) == 0 && !t.doc.Failed(here) {
		t.doc.Errorf(here, "it has no events; write [[events]] with is = \"opened\" and at = 2026-06-07T10:00:00")
	}
	for i := range tl.Events {
		var e *TimelineError
		if at := here.Add("events", i); !t.doc.Failed(at) && errors.As(tl.check(i), &e) {
			t.doc.Errorf(at, "%s", e.Problem)
		}
	}
	return tl
}

func (t *timelineParser) event(here path, i int, raw *rawEvent) Event {
	e := Event{
		Seq: townclerk.Seq(raw.Seq), Kind: raw.Is, Reason: raw.Reason, Role: raw.Role,
		At: t.time(here.Add("at"), raw.At), Recorded: t.time(here.Add("recorded"), raw.Recorded),
		Appointment: t.time(here.Add("appointment"), raw.Appointment),
		Correction:  raw.Correction || raw.Void || raw.Corrects != 0,
		Corrects:    townclerk.Seq(raw.Corrects), Void: raw.Void,
	}
	if e.Seq == 0 {
		e.Seq = townclerk.Seq(i + 1)
	}
	for _, key := range t.doc.Keys(here.Add("with")) {
		if e.Attributes == nil {
			e.Attributes = map[string]string{}
		}
		e.Attributes[key] = string(raw.With[key])
		if err := t.policy.CheckAttribute(key, e.Attributes[key]); err != nil {
			t.doc.Errorf(here.Add("with", key), "%v", err)
		}
	}
	for j := range raw.Contract {
		e.Contract = append(e.Contract, t.terms(here.Add("contract", j), &raw.Contract[j]))
	}
	t.needs(here, "reason", raw.Is, raw.Reason, Paused, Escalated)
	t.needs(here, "role", raw.Is, raw.Role, Approved, Revoked)
	t.needs(here, "appointment", raw.Is, string(raw.Appointment), Appointed)
	if raw.Void && raw.Corrects == 0 {
		t.doc.Errorf(here.Add("void"), "it strikes out another event; say which with corrects = its seq")
	}
	return e
}

// needs reports a key that events of these kinds cannot do without.
func (t *timelineParser) needs(here path, key, kind, value string, kinds ...string) {
	if value == "" && slices.Contains(kinds, kind) && !t.doc.Failed(here.Add(key)) {
		t.doc.Errorf(here, "an event %q needs its %s", kind, key)
	}
}

func (t *timelineParser) time(here path, raw rawTime) time.Time {
	if raw == "" {
		return time.Time{}
	}
	at, err := worktime.ParseTime(string(raw), t.policy.zone)
	if err != nil {
		t.doc.Errorf(here, "%v", err)
	}
	return at
}

func (t *timelineParser) terms(here path, raw *rawTerms) Terms {
	terms := Terms{Contract: raw.Contract, Metric: raw.Metric, Calendar: raw.Calendar, Days: raw.Days, At: raw.At}
	if raw.Within != nil {
		terms.Within = time.Duration(*raw.Within)
	}
	if _, err := t.policy.rule(&terms); err != nil && !t.doc.Failed(here) {
		t.doc.Errorf(here, "%v", err)
	}
	return terms
}
