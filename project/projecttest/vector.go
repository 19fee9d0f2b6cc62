package projecttest

import (
	"maps"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/project"
	"github.com/townclerk/townclerk/sla/slatest"
)

// The raw types are the shape of a vector. The package comment describes the keys.

type rawVector struct {
	Title  string          `toml:"title" required:"true" hint:"say in a few words what it shows"`
	Source tomldoc.Strings `toml:"source,omitempty"`
	Note   string          `toml:"note,omitempty"`
	Steps  []rawStep       `toml:"steps" required:"true" hint:"write [[steps]] above each thing that is done"`
}

type rawStep struct {
	Do       string          `toml:"do" required:"true" hint:"write demand, draft, sweep, look or an action such as \"admit\""`
	At       slatest.Instant `toml:"at" required:"true" hint:"say when, with at = 2026-06-07T10:00:00"`
	Recorded slatest.Instant `toml:"recorded,omitempty"`
	By       string          `toml:"by,omitempty"`
	Role     string          `toml:"role,omitempty"`
	Part     int             `toml:"part,omitempty"`

	Demander   string            `toml:"demander,omitempty"`
	Class      string            `toml:"class,omitempty"`
	Lead       string            `toml:"lead,omitempty"`
	Partner    string            `toml:"partner,omitempty"`
	Subject    string            `toml:"subject,omitempty"`
	Text       string            `toml:"text,omitempty"`
	Cause      string            `toml:"cause,omitempty"`
	Reference  string            `toml:"reference,omitempty"`
	Origin     string            `toml:"origin,omitempty"`
	Department string            `toml:"department,omitempty"`
	Content    *rawContent       `toml:"content,omitempty"`
	Reason     string            `toml:"reason,omitempty"`
	Milestones []rawMilestone    `toml:"milestones,omitempty"`
	Milestone  string            `toml:"milestone,omitempty"`
	Amount     rawMoney          `toml:"amount,omitempty"`
	Kind       string            `toml:"kind,omitempty"`
	Name       string            `toml:"name,omitempty"`
	Passed     bool              `toml:"passed,omitempty"`
	Set        map[string]string `toml:"set,omitempty"`

	Refused  string            `toml:"refused,omitempty"`
	Is       string            `toml:"is,omitempty"`
	Allowed  tomldoc.Strings   `toml:"allowed,omitempty"`
	Overdue  tomldoc.Strings   `toml:"overdue,omitempty"`
	Alarms   tomldoc.Strings   `toml:"alarms,omitempty"`
	Late     map[string]int    `toml:"late,omitempty"`
	Level    map[string]string `toml:"level,omitempty"`
	Expected map[string]string `toml:"expected,omitempty"`
	slatest.Clocks
}

type rawContent struct {
	Title   string    `toml:"title,omitempty"`
	Horizon string    `toml:"horizon,omitempty"`
	Plane   string    `toml:"plane,omitempty"`
	First   int       `toml:"first,omitempty"`
	Last    int       `toml:"last,omitempty"`
	Lines   []rawLine `toml:"lines,omitempty"`
}

type rawLine struct {
	Title string   `toml:"title,omitempty"`
	Year  int      `toml:"year,omitempty"`
	Cost  rawMoney `toml:"cost,omitempty"`
}

type rawMilestone struct {
	ID    string          `toml:"id,omitempty"`
	Title string          `toml:"title,omitempty"`
	Phase string          `toml:"phase,omitempty"`
	From  slatest.Day     `toml:"from,omitempty"`
	To    slatest.Day     `toml:"to,omitempty"`
	Cost  rawMoney        `toml:"cost,omitempty"`
	After tomldoc.Strings `toml:"after,omitempty"`
}

type rawMoney townclerk.Money

// UnmarshalText reads 1234.50 ILS.
func (m *rawMoney) UnmarshalText(text []byte) error {
	v, err := townclerk.ParseMoney(string(text))
	*m = rawMoney(v)
	return err
}

// What a step may do beside the actions.
const (
	demand = "demand"
	draft  = "draft"
	sweep  = "sweep"
	look   = "look"
)

// takes is the keys that each thing takes, beside those of all steps.
var takes = map[string][]string{
	demand: {"demander", "class", "lead", "partner", "subject", "text", "cause", "reference", "origin"},
	draft:  {"department", "content"}, sweep: nil, look: nil,
	string(project.Admit): nil, string(project.Reject): {"reason"}, string(project.Plan): {"milestones"}, string(project.Submit): nil,
	string(project.Return): {"reason"}, string(project.Approve): nil, string(project.Reach): {"milestone"}, string(project.Undo): {"milestone", "reason"},
	string(project.Spend): {"milestone", "amount", "reference"}, string(project.Propose): {"milestones", "reason"}, string(project.Adopt): nil,
	string(project.Decline): {"reason"}, string(project.Finish): nil, string(project.Record): {"kind", "name", "passed", "text", "reference"},
	string(project.Rework): {"reason"}, string(project.Close): nil, string(project.Hold): {"reason"}, string(project.Resume): nil,
	string(project.Cancel): {"reason"}, string(project.Alter): {"set"}, string(project.Attach): {"kind", "name", "reference"},
	string(project.Write): {"text"}, string(project.Order): {"kind", "name"}, string(project.Ask): {"cause", "reference", "text"},
	string(project.Deliver): {"part", "reference"}, string(project.Review): {"part", "text"}, string(project.Pass): {"part"},
	string(project.SendBack): {"part", "reason"}, string(project.Drop): {"part", "reason"}, string(project.Grant): {"part"},
	string(project.Refuse): {"part", "reason"}, string(project.Install): {"part"}, string(project.Edit): {"content"},
}

// The keys of all steps: who does it when, and what is expected.
var (
	ofAll     = slices.Concat([]string{"do", "at", "recorded", "by", "role"}, expecting)
	expecting = []string{"refused", "is", "allowed", "overdue", "alarms", "late", "level", "expected", "due", "state", "paused", "former"}
)

// things returns all that a step may do.
func things() []string {
	return slices.Concat([]string{demand, draft, sweep, look}, texts(project.Actions))
}

func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = string(value)
	}
	return all
}

func checkVector(policy *project.Policy, data []byte, name string) slatest.Vector {
	var raw rawVector
	doc := tomldoc.Decode(data, name, &raw)
	v := &vector{policy: policy, doc: doc, judge: slatest.NewJudge(policy.Promises(), doc)}
	v.check(&raw)
	// What a file with mistakes means is not known.
	if doc.Err() == nil {
		v.run()
	}
	return slatest.Vector{Name: name, Title: raw.Title, Source: raw.Source, Err: doc.Err()}
}

// vector is a file. Its mistakes, or else its failures, are added to the document.
type vector struct {
	policy *project.Policy
	doc    *tomldoc.Doc
	judge  *slatest.Judge
	steps  []step
}

// step is a step with what of it was read.
type step struct {
	*rawStep
	here         tomldoc.Path
	at, recorded time.Time
}

// check finds the mistakes of the file.
func (v *vector) check(raw *rawVector) {
	var clock time.Time
	expects := false
	for i := range raw.Steps {
		s := step{rawStep: &raw.Steps[i], here: tomldoc.At("steps", i)}
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
		if begins := s.Do == demand || s.Do == draft; begins != (i == 0) && !v.doc.Failed(s.here.Add("do")) {
			v.doc.Errorf(s.here.Add("do"), "the first step is demand or draft, and no other is")
		}
		v.expectations(&s)
		expects = expects || slices.ContainsFunc(expecting, func(key string) bool { return v.doc.Has(s.here.Add(key)) })
		v.steps = append(v.steps, s)
	}
	if !expects && !v.doc.Failed(nil) {
		v.doc.Errorf(nil, "it expects nothing; write what a step has to lead to, such as is = \"intake\"")
	}
}

// keys reports keys that the step's action does not take.
func (v *vector) keys(s *step) {
	if s.Do == "" {
		return
	}
	if v.known(s.here.Add("do"), "thing to do", s.Do, things()); v.doc.Failed(s.here.Add("do")) {
		return
	}
	for _, key := range v.doc.Keys(s.here) {
		if !slices.Contains(ofAll, key) && !slices.Contains(takes[s.Do], key) && !v.doc.Failed(s.here.Add(key)) {
			v.doc.Errorf(s.here.Add(key), "%q does not take it%s", s.Do, tomldoc.Suggest("", takes[s.Do]))
		}
	}
}

// expectations finds the mistakes of what is expected.
func (v *vector) expectations(s *step) {
	v.judge.Check(s.here, &s.Clocks)
	if s.Is != "" {
		v.known(s.here.Add("is"), "state", s.Is, texts(project.States))
	}
	for _, name := range s.Allowed {
		v.known(s.here.Add("allowed"), "action", name, texts(project.Actions))
	}
	for _, name := range s.Overdue {
		v.judge.Name(s.here.Add("overdue"), name)
	}
	for _, key := range slices.Sorted(maps.Keys(s.Level)) {
		v.known(s.here.Add("level", key), "level", s.Level[key], []string{fine, string(project.Warning), string(project.Exceeded)})
	}
	if refused := s.Refused != ""; refused && (s.Do == sweep || s.Do == look) {
		v.doc.Errorf(s.here.Add("refused"), "nobody does anything that could be refused")
	}
}

// fine is how the level is written that has no name.
const fine = "fine"

func (v *vector) known(here tomldoc.Path, what, name string, all []string) {
	if !slices.Contains(all, name) && !v.doc.Failed(here) {
		v.doc.Errorf(here, "no %s is named %q%s", what, name, tomldoc.Suggest(name, all))
	}
}
