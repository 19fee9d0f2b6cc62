package kpitest

import (
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/sla/slatest"
)

// The raw types are the shape of a vector. The package comment describes the keys.

type rawVector struct {
	Title     string                     `toml:"title" required:"true" hint:"say in a few words what it shows"`
	Source    tomldoc.Strings            `toml:"source,omitempty"`
	Note      string                     `toml:"note,omitempty"`
	Measured  []rawMeasured              `toml:"measured,omitempty"`
	Available []rawAvailable             `toml:"available,omitempty"`
	Falls     []rawFalls                 `toml:"falls,omitempty"`
	InForce   []rawInForce               `toml:"in_force,omitempty"`
	Items     map[string]tomldoc.Strings `toml:"items,omitempty"`
	Steps     []rawStep                  `toml:"steps,omitempty"`
}

type rawMeasured struct {
	Indicator string `toml:"indicator" required:"true" hint:"name one of [indicators]"`
	N         int    `toml:"n" required:"true" hint:"write what was counted"`
	D         int    `toml:"d" required:"true" hint:"write of how much"`
	Verdict   string `toml:"verdict" required:"true" hint:"write \"met\", \"missed\", \"no data\" or \"informed\""`
}

type rawAvailable struct {
	Calendar string      `toml:"calendar" required:"true" hint:"name a calendar of sla.toml"`
	From     slatest.Day `toml:"from" required:"true" hint:"write the first day"`
	To       slatest.Day `toml:"to" required:"true" hint:"write the day after the last"`
	Outages  []rawOutage `toml:"outages,omitempty"`
	Of       rawLength   `toml:"of" required:"true" hint:"write how much office time it is, such as \"2000h\""`
	Down     rawLength   `toml:"down" required:"true" hint:"write how much of it was lost, such as \"1h\""`
}

type rawOutage struct {
	From slatest.Instant `toml:"from" required:"true" hint:"write when it began"`
	To   slatest.Instant `toml:"to" required:"true" hint:"write when it ended"`
}

type rawFalls struct {
	Duty string        `toml:"duty" required:"true" hint:"name one of [duties] or [reports]"`
	From slatest.Day   `toml:"from" required:"true" hint:"write the first day"`
	To   slatest.Day   `toml:"to" required:"true" hint:"write the day after the last"`
	On   []slatest.Day `toml:"on,omitempty"`
}

type rawInForce struct {
	Card     string          `toml:"card" required:"true" hint:"name one of [cards]"`
	On       slatest.Day     `toml:"on" required:"true" hint:"write the day"`
	Known    slatest.Instant `toml:"known" required:"true" hint:"write as it was known when"`
	Revision int             `toml:"revision" required:"true" hint:"write its number, or 0 if none was in force"`
}

type rawStep struct {
	Do       string          `toml:"do" required:"true" hint:"write start, sweep, look or an action such as \"attest\""`
	At       slatest.Instant `toml:"at" required:"true" hint:"say when, with at = 2026-06-07T10:00:00"`
	Recorded slatest.Instant `toml:"recorded,omitempty"`
	By       string          `toml:"by,omitempty"`
	Role     string          `toml:"role,omitempty"`

	Duty      string      `toml:"duty,omitempty"`
	Indicator string      `toml:"indicator,omitempty"`
	On        slatest.Day `toml:"on,omitempty"`
	Card      string      `toml:"card,omitempty"`
	Of        string      `toml:"of,omitempty"`

	N         int             `toml:"n,omitempty"`
	D         int             `toml:"d,omitempty"`
	Reason    string          `toml:"reason,omitempty"`
	Text      string          `toml:"text,omitempty"`
	Reference string          `toml:"reference,omitempty"`
	Parts     tomldoc.Strings `toml:"parts,omitempty"`
	Entry     int             `toml:"entry,omitempty"`
	Cause     string          `toml:"cause,omitempty"`
	Until     slatest.Instant `toml:"until,omitempty"`
	Owner     string          `toml:"owner,omitempty"`

	Refused string          `toml:"refused,omitempty"`
	Is      string          `toml:"is,omitempty"`
	Missing tomldoc.Strings `toml:"missing,omitempty"`
	Overdue tomldoc.Strings `toml:"overdue,omitempty"`
	slatest.Clocks
}

// rawLength is a length of time, which may be none.
type rawLength time.Duration

// UnmarshalText reads a duration in Go's writing.
func (l *rawLength) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is not a length of time; write one such as \"4h\" or \"1h30m\"", text)
	}
	*l = rawLength(v)
	return nil
}

// What a step may do beside the actions.
const (
	start = "start"
	sweep = "sweep"
	look  = "look"
)

// takes is the keys that each thing takes, beside those of all steps.
var takes = map[string][]string{
	start: nil, sweep: things, look: things,
	string(kpi.Measure): {"indicator", "on", "n", "d"}, string(kpi.Correct): {"indicator", "on", "n", "d", "reason"},
	string(kpi.Demand): {"duty", "of", "text"}, string(kpi.Attest): {"duty", "on", "of", "parts", "text", "reference"},
	string(kpi.Strike): {"duty", "on", "of", "entry", "reason"}, string(kpi.Excuse): {"duty", "on", "of", "reason"},
	string(kpi.Enter): {"card"}, string(kpi.Draft): {"card", "reason"}, string(kpi.Sign): {"card"}, string(kpi.Withdraw): {"card", "reason"},
	string(kpi.Raise): {"duty", "indicator", "on", "of", "text"}, string(kpi.Plan): {"of", "cause", "text", "until", "owner"},
	string(kpi.Finish): {"of", "text", "reference"}, string(kpi.Verify): {"of", "text", "reference"}, string(kpi.Reopen): {"of", "reason"},
}

// The keys by which a step says what it is about, those of all steps, and what is expected.
var (
	things    = []string{"duty", "indicator", "on", "card", "of"}
	ofAll     = slices.Concat([]string{"do", "at", "recorded", "by", "role"}, expecting)
	expecting = []string{"refused", "is", "missing", "overdue", "due", "state", "paused", "former"}
)

// known returns all that a step may do.
func known() []string { return append([]string{start, sweep, look}, texts(kpi.Actions)...) }

// states returns all states of what a step can be about.
func states() []string {
	var all []kpi.State
	for _, w := range [][]kpi.State{
		kpi.MeasurementWorkflow().States, kpi.OccurrenceWorkflow().States, kpi.CardWorkflow().States, kpi.RemedyWorkflow().States,
	} {
		for _, s := range w {
			if s != kpi.New && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return texts(all)
}

func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = string(value)
	}
	return all
}

func checkVector(policy *kpi.Policy, data []byte, name string) slatest.Vector {
	var raw rawVector
	doc := tomldoc.Decode(data, name, &raw)
	v := &vector{policy: policy, doc: doc, judge: slatest.NewJudge(policy.Promises(), doc), raw: &raw}
	v.check()
	// What a file with mistakes means is not known.
	if doc.Err() == nil {
		v.facts()
		v.run()
	}
	return slatest.Vector{Name: name, Title: raw.Title, Source: raw.Source, Err: doc.Err()}
}

// vector is a file. Its mistakes, or else its failures, are added to the document.
type vector struct {
	policy *kpi.Policy
	doc    *tomldoc.Doc
	judge  *slatest.Judge
	raw    *rawVector
	steps  []step
	begun  []string // the names of what steps begin, while mistakes are looked for
}

// step is a step with what of it was read.
type step struct {
	*rawStep
	here         tomldoc.Path
	at, recorded time.Time
}

// check finds the mistakes of the file.
func (v *vector) check() {
	for _, kind := range v.doc.Keys(tomldoc.At("items")) {
		v.known(tomldoc.At("items", kind), "kind of item", kind, v.policy.IDs("items"))
	}
	for i, m := range v.raw.Measured {
		v.known(tomldoc.At("measured", i, "indicator"), "indicator", m.Indicator, v.policy.IDs("indicators"))
		v.known(tomldoc.At("measured", i, "verdict"), "verdict", m.Verdict, []string{string(kpi.Met), string(kpi.Missed), string(kpi.NoData), string(kpi.Informed)})
	}
	for i, f := range v.raw.Falls {
		v.known(tomldoc.At("falls", i, "duty"), "duty or report", f.Duty, v.duties())
	}
	for i, f := range v.raw.InForce {
		v.known(tomldoc.At("in_force", i, "card"), "card", f.Card, v.policy.Cards())
	}
	expects := len(v.raw.Measured)+len(v.raw.Available)+len(v.raw.Falls)+len(v.raw.InForce) > 0
	var clock time.Time
	for i := range v.raw.Steps {
		s := step{rawStep: &v.raw.Steps[i], here: tomldoc.At("steps", i)}
		s.at, s.recorded = v.judge.Time(s.here.Add("at"), s.At), v.judge.Time(s.here.Add("recorded"), s.Recorded)
		if s.recorded.IsZero() {
			s.recorded = s.at
		}
		if s.recorded.Before(s.at) {
			v.doc.Errorf(s.here.Add("recorded"), "it is written down before it happens; make it later, or leave it out")
		}
		if s.recorded.Before(clock) && !v.doc.Failed(s.here.Add("at")) {
			v.doc.Errorf(s.here.Add("at"), "the step before is written down later; put them in order, or say with recorded when this one is")
		}
		clock = s.recorded
		v.keys(&s)
		v.expectations(&s)
		expects = expects || slices.ContainsFunc(expecting, func(key string) bool { return v.doc.Has(s.here.Add(key)) })
		v.steps = append(v.steps, s)
	}
	if !expects && !v.doc.Failed(nil) {
		v.doc.Errorf(nil, "it expects nothing; write [[measured]], [[available]], [[falls]] or [[in_force]], or [[steps]] with what they lead to, such as is = \"missed\"")
	}
}

func (v *vector) duties() []string { return append(v.policy.IDs("duties"), v.policy.IDs("reports")...) }

// keys finds the mistakes of what a step does, and of what it is about.
func (v *vector) keys(s *step) {
	if s.Do == "" {
		return
	}
	if v.known(s.here.Add("do"), "thing to do", s.Do, known()); v.doc.Failed(s.here.Add("do")) {
		return
	}
	for _, key := range v.doc.Keys(s.here) {
		if !slices.Contains(ofAll, key) && !slices.Contains(takes[s.Do], key) && !v.doc.Failed(s.here.Add(key)) {
			v.doc.Errorf(s.here.Add(key), "%q does not take it%s", s.Do, tomldoc.Suggest("", takes[s.Do]))
		}
	}
	if s.Duty != "" {
		v.known(s.here.Add("duty"), "duty or report", s.Duty, v.duties())
	}
	if s.Indicator != "" {
		v.known(s.here.Add("indicator"), "indicator", s.Indicator, v.policy.IDs("indicators"))
	}
	if s.Card != "" {
		v.known(s.here.Add("card"), "card", s.Card, v.policy.Cards())
	}
	v.about(s)
}

// about finds a step that is about nothing, or about several things.
func (v *vector) about(s *step) {
	begins := s.begins()
	dated := s.On != slatest.Day{}
	var named []string
	for _, key := range []string{"duty", "indicator", "card", "of"} {
		if v.doc.Has(s.here.Add(key)) && !(begins && key == "of") {
			named = append(named, key)
		}
	}
	nothing := s.Do == start || (s.Do == sweep || s.Do == look) && len(named) == 0 && !dated
	switch {
	case v.doc.Failed(s.here), nothing && s.Do != start:
	case s.Do == start:
		if v.expectsOf(s) {
			v.doc.Errorf(s.here, "start is about nothing of which something could be expected; write a step with do = \"look\"")
		}
	case len(named) != 1:
		v.doc.Errorf(s.here, "a step is about one thing, and this about %d; name a duty or an indicator and a day with on, a card, or with of what began before", len(named))
	case (named[0] == "duty" && s.Do != string(kpi.Demand) || named[0] == "indicator") && !dated:
		v.doc.Errorf(s.here, "say of which day the %s is meant, with on = 2026-06-07", named[0])
	case named[0] == "of" && !slices.Contains(v.begun, s.Of):
		v.doc.Errorf(s.here.Add("of"), "no step before begins %q%s", s.Of, tomldoc.Suggest(s.Of, v.begun))
	case begins && s.Of == "" && s.Refused == "":
		v.doc.Errorf(s.here, "what begins needs a name, by which later steps are about it; write of = \"…\"")
	}
	if begins {
		v.begun = append(v.begun, s.Of)
	}
	if nothing && s.Do != start && v.expectsOf(s) && !v.doc.Failed(s.here) {
		v.doc.Errorf(s.here, "say of what something is expected: name a duty or an indicator and a day with on, a card, or with of what began before")
	}
}

// begins reports whether the step begins what it names with of.
func (s *step) begins() bool { return s.Do == string(kpi.Demand) || s.Do == string(kpi.Raise) }

// expectsOf reports whether the step expects something of what it is about.
func (v *vector) expectsOf(s *step) bool {
	return v.doc.Has(s.here.Add("is")) || v.doc.Has(s.here.Add("missing")) || v.doc.Has(s.here.Add("overdue")) || v.judge.Expects(s.here)
}

// expectations finds the mistakes of what is expected.
func (v *vector) expectations(s *step) {
	v.judge.Check(s.here, &s.Clocks)
	if s.Is != "" {
		v.known(s.here.Add("is"), "state", s.Is, states())
	}
	for _, name := range s.Overdue {
		v.judge.Name(s.here.Add("overdue"), name)
	}
	if s.Refused != "" && (s.Do == start || s.Do == sweep || s.Do == look) {
		v.doc.Errorf(s.here.Add("refused"), "nobody does anything that could be refused")
	}
}

func (v *vector) known(here tomldoc.Path, what, name string, all []string) {
	if !slices.Contains(all, name) && !v.doc.Failed(here) {
		v.doc.Errorf(here, "no %s is named %q%s", what, name, tomldoc.Suggest(name, all))
	}
}
