package main

import (
	"encoding/json"
	"io"
	"time"

	"github.com/townclerk/townclerk/sla"
)

// explanation is what explain --json prints. Times are in the policy's zone;
// those that are absent are null. Only why is in the language of --lang.
type explanation struct {
	Timeline    string           `json:"timeline,omitempty"` // of several
	Targets     []targetJSON     `json:"targets"`
	Escalations []escalationJSON `json:"escalations"`
	Edition     int              `json:"edition,omitempty"`
	Offsets     offsetsJSON      `json:"offsets"`
}

// offsetsJSON is what the zone was taken to be.
type offsetsJSON struct {
	Zone string `json:"zone"`
	From int    `json:"from"` // the first year
	To   int    `json:"to"`
	Hash string `json:"hash"`
}

type targetJSON struct {
	ID       string     `json:"id"`
	Metric   string     `json:"metric"`
	Kind     sla.Kind   `json:"kind"`
	Start    *time.Time `json:"start"`
	Due      *time.Time `json:"due"`
	State    sla.State  `json:"state"`
	Calendar string     `json:"calendar"`
	Source   []string   `json:"source"`
	Steps    []stepJSON `json:"steps"`
	Error    string     `json:"error,omitempty"`
	*clockJSON
}

// clockJSON is what a target has besides once things have happened.
type clockJSON struct {
	Number   int           `json:"number"`
	Met      *time.Time    `json:"met,omitempty"`
	Breached *time.Time    `json:"breached,omitempty"`
	Ended    *time.Time    `json:"ended,omitempty"`
	Early    bool          `json:"early,omitempty"`
	Overrun  bool          `json:"overrun,omitempty"`
	Former   []verdictJSON `json:"former,omitempty"`
}

type verdictJSON struct {
	State sla.State  `json:"state"`
	Due   *time.Time `json:"due"`
	Until *time.Time `json:"until"`
}

type stepJSON struct {
	Rule string     `json:"rule"`
	From *time.Time `json:"from"`
	To   *time.Time `json:"to"`
	Why  string     `json:"why"`
}

type escalationJSON struct {
	Target     string     `json:"target"`
	Clock      int        `json:"clock"`
	Step       int        `json:"step"`
	Repetition int        `json:"repetition"`
	At         *time.Time `json:"at"`
	To         string     `json:"to"`
	Do         sla.Action `json:"do"`
	Reason     string     `json:"reason"`
	Owed       bool       `json:"owed"` // by now; else it follows if nothing happens
}

func writeJSON(out io.Writer, e explanation) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false) // it is not put into a page
	return encoder.Encode(e)
}

// promised explains what [sla.Policy.Promise] said.
func promised(policy *sla.Policy, lang voice, a *sla.Assessment) explanation {
	in := local{policy.Zone(), lang}
	e := explanation{
		Targets: []targetJSON{}, Escalations: []escalationJSON{},
		Edition: policy.Edition().Number, Offsets: offsetsJSON(policy.Offsets()),
	}
	for i := range a.Clocks {
		e.Targets = append(e.Targets, in.target(&a.Clocks[i]))
	}
	for i := range a.Escalations {
		e.Escalations = append(e.Escalations, in.escalation(&a.Escalations[i], true))
	}
	for i := range a.Planned {
		if !a.Planned[i].At.IsZero() { // what may be done by hand at any time does not follow by itself
			e.Escalations = append(e.Escalations, in.escalation(&a.Planned[i], false))
		}
	}
	return e
}

// assessed explains what [sla.Policy.Explain] said, with what has happened.
func assessed(policy *sla.Policy, lang voice, a *sla.Assessment) explanation {
	in := local{policy.Zone(), lang}
	e := promised(policy, lang, a)
	for i := range a.Clocks {
		e.Targets[i].clockJSON = in.clock(&a.Clocks[i])
	}
	return e
}

// local puts instants into the policy's zone, and reasons into a language.
type local struct {
	zone *time.Location
	lang voice
}

func (in local) time(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	if t = t.In(in.zone); hasSeconds(t) {
		t = t.UTC()
	}
	return &t
}

// hasSeconds reports whether the offset has seconds, as those of local mean time do,
// before standard time. RFC 3339 has none, so such an instant is printed with Z.
func hasSeconds(t time.Time) bool {
	_, offset := t.Zone()
	return offset%60 != 0
}

func (in local) target(c *sla.Clock) targetJSON {
	t := targetJSON{
		ID: c.Target.ID, Metric: c.Target.Metric, Kind: c.Target.Kind,
		Start: in.time(c.Start), Due: in.time(c.Due), State: c.State,
		Calendar: c.Target.Calendar, Source: c.Target.Source, Steps: []stepJSON{},
	}
	for _, s := range c.Steps() {
		t.Steps = append(t.Steps, stepJSON{s.Rule, in.time(s.From), in.time(s.To), in.lang.Why(s)})
	}
	if c.Err() != nil {
		t.Error = c.Err().Error()
	}
	return t
}

func (in local) clock(c *sla.Clock) *clockJSON {
	j := &clockJSON{
		Number: c.Number, Breached: in.time(c.Breached), Ended: in.time(c.Ended),
		Early: c.Early, Overrun: c.Overrun,
	}
	if c.State == sla.Met || c.State == sla.MetLate {
		j.Met = j.Ended
	}
	for _, v := range c.Former() {
		j.Former = append(j.Former, verdictJSON{v.State, in.time(v.Due), in.time(v.Until)})
	}
	return j
}

func (in local) escalation(e *sla.Escalation, owed bool) escalationJSON {
	return escalationJSON{
		Target: e.Target.ID, Clock: e.Clock, Step: e.Step, Repetition: e.Repetition,
		At: in.time(e.At), To: e.To, Do: e.Do, Reason: e.Reason, Owed: owed,
	}
}
