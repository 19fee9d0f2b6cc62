package tickettest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
	"github.com/townclerk/townclerk/sla/slatest"
	"github.com/townclerk/townclerk/ticket"
)

// The raw types are the shape of a vector. The package comment describes the keys.

type rawVector struct {
	Title  string          `toml:"title" required:"true" hint:"say in a few words what it shows"`
	Source tomldoc.Strings `toml:"source,omitempty"`
	Note   string          `toml:"note,omitempty"`
	Steps  []rawStep       `toml:"steps" required:"true" hint:"write [[steps]] above each thing that is done"`
}

type rawStep struct {
	Do       string          `toml:"do" required:"true" hint:"write open, sweep, look or an action such as \"hand over\""`
	At       slatest.Instant `toml:"at" required:"true" hint:"say when, with at = 2026-06-07T10:00:00"`
	Recorded slatest.Instant `toml:"recorded,omitempty"`
	Ticket   string          `toml:"ticket,omitempty"`
	Stage    int             `toml:"stage,omitempty"`
	By       string          `toml:"by,omitempty"`
	Role     string          `toml:"role,omitempty"`

	// What opening takes, and with it some of the actions.
	Channel    string                    `toml:"channel,omitempty"`
	Opener     string                    `toml:"opener,omitempty"`
	Unit       string                    `toml:"unit,omitempty"`
	Author     string                    `toml:"author,omitempty"`
	To         string                    `toml:"to,omitempty"`
	Department string                    `toml:"department,omitempty"`
	Class      string                    `toml:"class,omitempty"`
	Type       string                    `toml:"type,omitempty"`
	Item       string                    `toml:"item,omitempty"`
	Cause      string                    `toml:"cause,omitempty"`
	Impact     string                    `toml:"impact,omitempty"`
	Urgency    string                    `toml:"urgency,omitempty"`
	Priority   string                    `toml:"priority,omitempty"`
	Critical   bool                      `toml:"critical,omitempty"`
	With       map[string]tomldoc.Scalar `toml:"with,omitempty"`
	Fields     map[string]string         `toml:"fields,omitempty"`
	Requested  []rawGrant                `toml:"requested,omitempty"`
	Subject    string                    `toml:"subject,omitempty"`
	Text       string                    `toml:"text,omitempty"`
	Asset      string                    `toml:"asset,omitempty"`
	Contract   []sla.TermsTable          `toml:"contract,omitempty"`

	// What actions take alone.
	Reason      string                    `toml:"reason,omitempty"`
	Team        string                    `toml:"team,omitempty"`
	Handler     string                    `toml:"handler,omitempty"`
	Delegates   tomldoc.Strings           `toml:"delegates,omitempty"`
	Tier        string                    `toml:"tier,omitempty"`
	Kind        string                    `toml:"kind,omitempty"`
	NeedsVendor bool                      `toml:"needs_vendor,omitempty"`
	Call        int                       `toml:"call,omitempty"`
	Vendor      string                    `toml:"vendor,omitempty"`
	Reference   string                    `toml:"reference,omitempty"`
	Follower    string                    `toml:"follower,omitempty"`
	Name        string                    `toml:"name,omitempty"`
	Quantity    int                       `toml:"quantity,omitempty"`
	Part        int                       `toml:"part,omitempty"`
	Used        map[string]int            `toml:"used,omitempty"`
	Todo        string                    `toml:"todo,omitempty"`
	Granted     []rawGrant                `toml:"granted,omitempty"`
	Set         map[string]tomldoc.Scalar `toml:"set,omitempty"`
	Appointment slatest.Instant           `toml:"appointment,omitempty"`
	Took        string                    `toml:"took,omitempty"`
	Score       int                       `toml:"score,omitempty"`
	Project     string                    `toml:"project,omitempty"`

	// What is expected.
	Refused   string                    `toml:"refused,omitempty"`
	Missing   tomldoc.Strings           `toml:"missing,omitempty"`
	Is        string                    `toml:"is,omitempty"`
	Has       map[string]tomldoc.Scalar `toml:"has,omitempty"`
	Allowed   tomldoc.Strings           `toml:"allowed,omitempty"`
	Forbidden tomldoc.Strings           `toml:"forbidden,omitempty"`
	Overdue   tomldoc.Strings           `toml:"overdue,omitempty"`
	slatest.Clocks
	Owed []rawOwed `toml:"owed,omitempty" hint:"write [[steps.owed]] above each escalation, or owed = [] for none"`
}

type rawGrant struct {
	Part  string `toml:"part" required:"true" hint:"name the part of the systems"`
	Level string `toml:"level,omitempty"`
}

type rawOwed struct {
	Target string          `toml:"target" required:"true" hint:"name a target or its metric"`
	At     slatest.Instant `toml:"at" required:"true" hint:"say when it fell due"`
	Stage  int             `toml:"stage,omitempty"`
	To     string          `toml:"to,omitempty"`
	Do     string          `toml:"do,omitempty"`
	Reason string          `toml:"reason,omitempty"`
}

// What a step may do beside the actions.
const (
	open  = "open"
	sweep = "sweep"
	look  = "look"
)

// takes is the keys that each thing takes, beside those of all steps.
var takes = map[string][]string{
	open: {
		"channel", "opener", "unit", "author", "to", "department", "class", "type", "item", "cause", "impact", "urgency", "priority", "critical",
		"with", "fields", "requested", "subject", "text", "asset", "contract",
	},
	sweep: nil, look: nil,
	string(ticket.Approve):   nil,
	string(ticket.Revoke):    {"reason"},
	string(ticket.Assign):    {"team", "handler", "delegates"},
	string(ticket.Refer):     {"tier"},
	string(ticket.Begin):     nil,
	string(ticket.Diagnose):  {"text", "cause", "kind", "needs_vendor", "vendor"},
	string(ticket.HandOver):  {"vendor", "channel", "reference", "follower", "contract"},
	string(ticket.TakeBack):  {"call"},
	string(ticket.Follow):    {"call", "follower"},
	string(ticket.Wait):      {"reason"},
	string(ticket.Resume):    {"reason"},
	string(ticket.Order):     {"name", "quantity", "reference"},
	string(ticket.Receive):   {"part"},
	string(ticket.Check):     {"todo"},
	string(ticket.Treat):     {"text", "granted", "used"},
	string(ticket.Inform):    {"channel"},
	string(ticket.Close):     nil,
	string(ticket.Reopen):    {"reason"},
	string(ticket.Cancel):    {"reason"},
	string(ticket.Move):      {"reason", "project"},
	string(ticket.Change):    {"set"},
	string(ticket.Appoint):   {"appointment"},
	string(ticket.Escalate):  {"to", "reason"},
	string(ticket.FollowUp):  {"text"},
	string(ticket.OpenStage): {"department", "class", "text"},
	string(ticket.Write):     {"kind", "took", "text"},
	string(ticket.Attach):    {"kind", "name", "reference"},
	string(ticket.Rate):      {"score", "text"},
	string(ticket.Link):      {"asset", "project"},
	string(ticket.Release):   {"reason"},
}

// The keys of all steps: who does it when, what is expected of it, and of that what
// is expected of a ticket.
var (
	ofAll     = slices.Concat([]string{"do", "at", "recorded", "ticket", "stage", "by", "role"}, expecting)
	expecting = slices.Concat([]string{"refused", "missing"}, ofTickets)
	ofTickets = []string{"is", "has", "allowed", "forbidden", "overdue", "due", "state", "paused", "former", "owed"}
)

// things returns all that a step may do.
func things() []string {
	all := []string{open, sweep, look}
	for _, a := range ticket.Actions {
		all = append(all, string(a))
	}
	return all
}

func checkVector(policy *ticket.Policy, data []byte, name string) slatest.Vector {
	var raw rawVector
	doc := tomldoc.Decode(data, name, &raw)
	v := &vector{policy: policy, doc: doc, raw: &raw, judge: slatest.NewJudge(policy.Promises(), doc)}
	v.check()
	// What a file with mistakes means is not known.
	if doc.Err() == nil {
		v.run()
	}
	return slatest.Vector{Name: name, Title: raw.Title, Source: raw.Source, Err: doc.Err()}
}

// vector is a file. Its mistakes, or else its failures, are added to the document.
type vector struct {
	policy *ticket.Policy
	doc    *tomldoc.Doc
	raw    *rawVector
	judge  *slatest.Judge
	steps  []step
}

// step is a step with what of it was read.
type step struct {
	*rawStep
	here         tomldoc.Path
	at, recorded time.Time
	appointment  time.Time
	took         time.Duration
	used         map[int]int
	contract     []sla.Terms
}

// check finds the mistakes of the file.
func (v *vector) check() {
	opened := map[string]bool{}
	var clock time.Time
	expects := false
	for i := range v.raw.Steps {
		raw, here := &v.raw.Steps[i], tomldoc.At("steps", i)
		s := step{rawStep: raw, here: here, at: v.judge.Time(here.Add("at"), raw.At), recorded: v.judge.Time(here.Add("recorded"), raw.Recorded)}
		if s.recorded.IsZero() {
			s.recorded = s.at
		}
		if s.recorded.Before(s.at) {
			v.doc.Errorf(here.Add("recorded"), "it is written down before it happens; make it later, or leave it out")
		}
		if s.recorded.Before(clock) && !v.doc.Failed(here.Add("at")) {
			v.doc.Errorf(here.Add("at"), "the step before is written down later; put them in order, or say with recorded when this one is")
		}
		clock = s.recorded
		v.keys(&s)
		v.named(&s, opened)
		v.values(&s)
		v.expected(&s)
		expects = expects || slices.ContainsFunc(expecting, func(key string) bool { return v.doc.Has(here.Add(key)) })
		v.steps = append(v.steps, s)
	}
	if !expects && !v.doc.Failed(nil) {
		v.doc.Errorf(nil, "it expects nothing; write what a step has to lead to, such as is = \"new\"")
	}
}

// keys reports keys that the step's action does not take.
func (v *vector) keys(s *step) {
	if s.Do == "" {
		return
	}
	if !slices.Contains(things(), s.Do) {
		v.doc.Errorf(s.here.Add("do"), "%q is not known%s", s.Do, tomldoc.Suggest(s.Do, things()))
		return
	}
	for _, key := range v.doc.Keys(s.here) {
		if !slices.Contains(ofAll, key) && !slices.Contains(takes[s.Do], key) && !v.doc.Failed(s.here.Add(key)) {
			v.doc.Errorf(s.here.Add(key), "%q does not take it%s", s.Do, tomldoc.Suggest("", takes[s.Do]))
		}
	}
}

// named looks at the ticket that the step is about.
func (v *vector) named(s *step, opened map[string]bool) {
	fails := s.Refused != "" || len(s.Missing) > 0
	name := "ticket " + s.Ticket
	if s.Ticket == "" {
		name = "a ticket without a name"
	}
	about := v.about(s)
	switch {
	case s.Do == open && opened[s.Ticket]:
		v.doc.Errorf(s.here, "%s is open already; write ticket = \"second\" for another", name)
	case s.Do == open && fails && about:
		v.doc.Errorf(s.here, "no ticket is opened where that is refused, so nothing can be expected of it")
	case s.Do == open:
		opened[s.Ticket] = !fails
	case s.Do == sweep && !about && s.Ticket == "":
	case !opened[s.Ticket]:
		v.doc.Errorf(s.here, "no step before opens %s", name)
	}
	if (s.Do == sweep || s.Do == look) && fails {
		v.doc.Errorf(s.here, "nobody does anything that could be refused")
	}
	if s.Do == look && !about && !v.doc.Failed(s.here) {
		v.doc.Errorf(s.here, "it expects nothing")
	}
	if s.Stage < 0 || s.Do == open && s.Stage != 0 {
		v.doc.Errorf(s.here.Add("stage"), "%d is none; write the number of a stage, from 1, or leave it out for the ticket itself", s.Stage)
	}
}

// values reads what is not plain text.
func (v *vector) values(s *step) {
	s.appointment = v.judge.Time(s.here.Add("appointment"), s.Appointment)
	if s.Role != "" {
		v.known(s.here.Add("role"), "role", s.Role, v.roles())
	}
	if s.Took != "" {
		var err error
		if s.took, err = time.ParseDuration(s.Took); err != nil {
			v.doc.Errorf(s.here.Add("took"), "%q is not a duration; write one such as \"20m\"", s.Took)
		}
	}
	for _, key := range v.doc.Keys(s.here.Add("used")) {
		number, err := strconv.Atoi(key)
		if err != nil {
			v.doc.Errorf(s.here.Add("used", key), "it is not the number of a part; write 1 = 2 where two of the first were used")
		}
		if s.used == nil {
			s.used = map[int]int{}
		}
		s.used[number] = s.Used[key]
	}
	for i := range s.Contract {
		s.contract = append(s.contract, v.policy.Promises().TermsIn(v.doc, s.here.Add("contract", i), &s.Contract[i]))
	}
}

// expected finds the mistakes of what is expected.
func (v *vector) expected(s *step) {
	v.judge.Check(s.here, &s.Clocks)
	if s.Is != "" {
		v.known(s.here.Add("is"), "state", s.Is, texts(ticket.States))
	}
	properties := ofTicket
	if s.Stage != 0 {
		properties = ofStage
	}
	for _, key := range v.doc.Keys(s.here.Add("has")) {
		v.known(s.here.Add("has", key), "property", key, sorted(properties))
	}
	for _, list := range []struct {
		key   string
		names []string
	}{{"allowed", s.Allowed}, {"forbidden", s.Forbidden}} {
		for _, name := range list.names {
			v.known(s.here.Add(list.key), "action", name, texts(ticket.Actions))
		}
	}
	for _, name := range s.Overdue {
		v.judge.Name(s.here.Add("overdue"), name)
	}
	for i := range s.Owed {
		o, here := &s.Owed[i], s.here.Add("owed", i)
		if o.Target != "" {
			v.judge.Name(here.Add("target"), o.Target)
		}
		v.judge.Time(here.Add("at"), o.At)
		if o.To != "" {
			v.known(here.Add("to"), "role", o.To, v.roles())
		}
		if o.Do != "" {
			v.known(here.Add("do"), "thing to do", o.Do, []string{string(sla.Watch), string(sla.TakeOver), string(sla.ActivateVendor)})
		}
	}
}

func (v *vector) known(here tomldoc.Path, what, name string, all []string) {
	if !slices.Contains(all, name) && !v.doc.Failed(here) {
		v.doc.Errorf(here, "no %s is named %q%s", what, name, tomldoc.Suggest(name, all))
	}
}

// roles returns those of ticket.toml and of sla.toml.
func (v *vector) roles() []string {
	all := v.policy.IDs("roles")
	for _, r := range v.policy.Promises().Roles() {
		if !slices.Contains(all, r.ID) {
			all = append(all, r.ID)
		}
	}
	return all
}

func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = string(value)
	}
	return all
}

func sorted(m map[string]func(*ticket.Ticket, int) string) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// list writes names for a message.
func list(names []string) string { return cmp.Or(strings.Join(names, ", "), "nothing") }
