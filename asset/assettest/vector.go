package assettest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/asset"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/sla"
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
	Do       string          `toml:"do" required:"true" hint:"write sweep, look or an action such as \"hand over\""`
	At       slatest.Instant `toml:"at" required:"true" hint:"say when, with at = 2026-06-07T10:00:00"`
	Recorded slatest.Instant `toml:"recorded,omitempty"`
	Notice   slatest.Instant `toml:"notice,omitempty"`
	Asset    string          `toml:"asset,omitempty"`
	By       string          `toml:"by,omitempty"`
	Role     string          `toml:"role,omitempty"`

	Preset    string                    `toml:"preset,omitempty"`
	AsState   string                    `toml:"as_state,omitempty"`
	Set       map[string]tomldoc.Scalar `toml:"set,omitempty"`
	Reason    string                    `toml:"reason,omitempty"`
	Text      string                    `toml:"text,omitempty"`
	Reference string                    `toml:"reference,omitempty"`
	Ticket    string                    `toml:"ticket,omitempty"`
	Vendor    string                    `toml:"vendor,omitempty"`
	Checked   tomldoc.Strings           `toml:"checked,omitempty"`
	Signed    map[string]string         `toml:"signed,omitempty"`
	Repair    *rawRepair                `toml:"repair,omitempty"`
	Entries   []int                     `toml:"entries,omitempty"`
	Corrects  int                       `toml:"corrects,omitempty"`
	Void      bool                      `toml:"void,omitempty"`

	// What is expected.
	Refused   string                     `toml:"refused,omitempty"`
	Missing   tomldoc.Strings            `toml:"missing,omitempty"`
	Is        string                     `toml:"is,omitempty"`
	Has       map[string]tomldoc.Scalar  `toml:"has,omitempty"`
	AsOf      slatest.Instant            `toml:"as_of,omitempty"`
	Owing     int                        `toml:"owing,omitempty"`
	Due       map[string]slatest.Instant `toml:"due,omitempty"`
	Report    map[string]string          `toml:"report,omitempty"`
	Overdue   []int                      `toml:"overdue,omitempty"`
	Allowed   tomldoc.Strings            `toml:"allowed,omitempty"`
	Forbidden tomldoc.Strings            `toml:"forbidden,omitempty"`
}

type rawRepair struct {
	Fault       string          `toml:"fault,omitempty"`
	Parts       map[string]int  `toml:"parts,omitempty"`
	Reinstalled bool            `toml:"reinstalled,omitempty"`
	DownFrom    slatest.Instant `toml:"down_from,omitempty"`
	DownTo      slatest.Instant `toml:"down_to,omitempty"`
}

// What a step may do beside the actions.
const (
	sweep = "sweep"
	look  = "look"
)

// expecting is the keys that say what is expected.
var expecting = []string{"refused", "missing", "is", "has", "owing", "due", "report", "overdue", "allowed", "forbidden"}

const tenant townclerk.Tenant = "vector"

func checkVector(policy *asset.Policy, data []byte, name string) slatest.Vector {
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
	policy *asset.Policy
	doc    *tomldoc.Doc
	raw    *rawVector
	judge  *slatest.Judge
	steps  []step
}

// step is a step with what of it was read.
type step struct {
	*rawStep
	here                       tomldoc.Path
	at, recorded, notice, asOf time.Time
	repair                     *asset.RepairReport
}

// check finds the mistakes of the file.
func (v *vector) check() {
	expects := false
	var clock time.Time
	for i := range v.raw.Steps {
		raw, here := &v.raw.Steps[i], tomldoc.At("steps", i)
		s := step{
			rawStep: raw, here: here, at: v.judge.Time(here.Add("at"), raw.At), recorded: v.judge.Time(here.Add("recorded"), raw.Recorded),
			notice: v.judge.Time(here.Add("notice"), raw.Notice), asOf: v.judge.Time(here.Add("as_of"), raw.AsOf),
		}
		if s.recorded.IsZero() {
			s.recorded = s.at
			if s.notice.After(s.at) {
				s.recorded = s.notice
			}
		}
		if s.recorded.Before(clock) && !v.doc.Failed(here.Add("at")) {
			v.doc.Errorf(here.Add("at"), "the step before is written down later; put them in order, or say with recorded when this one is")
		}
		clock = s.recorded
		v.names(&s)
		v.read(&s)
		expects = expects || slices.ContainsFunc(expecting, func(key string) bool { return v.doc.Has(here.Add(key)) })
		v.steps = append(v.steps, s)
	}
	if !expects && !v.doc.Failed(nil) {
		v.doc.Errorf(nil, "it expects nothing; write what a step has to lead to, such as is = \"commissioned\"")
	}
}

// names finds actions, states and roles that there are not.
func (v *vector) names(s *step) {
	actions := []string{sweep, look}
	for _, a := range asset.Actions {
		actions = append(actions, string(a))
	}
	var states []string
	for _, st := range asset.States {
		states = append(states, string(st))
	}
	for _, n := range []struct {
		key   string
		names []string
		all   []string
	}{
		{"do", []string{s.Do}, actions}, {"is", []string{s.Is}, states}, {"as_state", []string{s.AsState}, states}, {"role", []string{s.Role}, v.roles()},
		{"allowed", s.Allowed, actions[2:]}, {"forbidden", s.Forbidden, actions[2:]},
	} {
		for _, name := range n.names {
			if name != "" && !slices.Contains(n.all, name) {
				v.doc.Errorf(s.here.Add(n.key), "%q is not known%s", name, tomldoc.Suggest(name, n.all))
			}
		}
	}
}

// roles returns those of asset.toml and of sla.toml.
func (v *vector) roles() []string {
	all := v.policy.IDs("roles")
	for _, r := range v.policy.Promises().Roles() {
		if !slices.Contains(all, r.ID) {
			all = append(all, r.ID)
		}
	}
	return all
}

// read reads what is not plain text.
func (v *vector) read(s *step) {
	if r := s.Repair; r != nil {
		here := s.here.Add("repair")
		s.repair = &asset.RepairReport{
			Fault: r.Fault, Reinstalled: r.Reinstalled, DownFrom: v.judge.Time(here.Add("down_from"), r.DownFrom), DownTo: v.judge.Time(here.Add("down_to"), r.DownTo),
		}
		for _, name := range v.doc.Keys(here.Add("parts")) {
			s.repair.Parts = append(s.repair.Parts, asset.Part{Name: name, Quantity: r.Parts[name]})
		}
	}
	for _, key := range []string{"due", "report"} {
		for _, number := range v.doc.Keys(s.here.Add(key)) {
			if n, err := strconv.Atoi(number); err != nil || n < 1 {
				v.doc.Errorf(s.here.Add(key, number), "it is not the number of an entry; write 2 = … for the second")
			}
		}
	}
	for number, raw := range s.Due {
		v.judge.Time(s.here.Add("due", number), raw)
	}
}

// run does the steps in an inventory of its own, whose clock they set.
func (v *vector) run() {
	var now time.Time
	var id asset.ID
	inventory := asset.NewInventory(asset.NewMemStore(), v.policy, asset.Config{
		Now: func() time.Time { return now }, NewID: func() asset.ID { return id },
	})
	for i := range v.steps {
		s := &v.steps[i]
		now, id = s.recorded, asset.ID(cmp.Or(s.Asset, "the asset"))
		if !v.outcome(s, v.do(inventory, s, id)) {
			return
		}
		a, err := inventory.Get(context.Background(), tenant, id)
		switch {
		case err == nil:
			v.expect(s, &a)
		case s.Refused == "" && len(s.Missing) == 0 && s.Do != sweep:
			v.doc.Errorf(s.here, "%v", err)
			return
		}
	}
}

// do does what the step says.
func (v *vector) do(inventory *asset.Inventory, s *step, id asset.ID) error {
	ctx := context.Background()
	c := asset.Command{
		Do: asset.Action(s.Do), At: s.at, Notice: s.notice, By: townclerk.Actor(s.By), Role: s.Role, Preset: s.Preset, State: asset.State(s.AsState),
		Reason: s.Reason, Text: s.Text, Reference: s.Reference, Ticket: s.Ticket, Vendor: s.Vendor, Checked: s.Checked, Repair: s.repair,
		Entries: s.Entries, Corrects: s.Corrects, Void: s.Void,
	}
	for key, value := range s.Set {
		if c.Set == nil {
			c.Set = map[string]string{}
		}
		c.Set[key] = string(value)
	}
	for role, who := range s.Signed {
		if c.Signed == nil {
			c.Signed = map[string]townclerk.Actor{}
		}
		c.Signed[role] = townclerk.Actor(who)
	}
	if c.Do == asset.Correct && s.at.Equal(s.recorded) {
		c.At = time.Time{} // it keeps the time of what it corrects
	}
	var err error
	switch s.Do {
	case look:
	case sweep:
		_, err = inventory.Sweep(ctx, tenant, s.at)
	case string(asset.Propose), string(asset.Register):
		_, err = inventory.Add(ctx, tenant, c)
	default:
		_, err = inventory.Do(ctx, tenant, id, c)
	}
	return err
}

// outcome compares whether the step was refused with what is expected. It is false if
// the rest of the file makes no sense any more.
func (v *vector) outcome(s *step, err error) bool {
	key := s.here.Add("refused")
	if s.Refused == "" {
		key = s.here.Add("missing")
	}
	wanted := s.Refused != "" || len(s.Missing) > 0
	switch {
	case err == nil && !wanted:
		return true
	case err == nil:
		v.doc.Errorf(key, "it was done, and should be refused")
		return false
	case !wanted:
		v.doc.Errorf(s.here, "it was refused: %v", err)
		return false
	}
	// What is allowed instead is no reason.
	text, _, _ := strings.Cut(err.Error(), "; allowed now: ")
	if !strings.Contains(text, s.Refused) {
		v.doc.Errorf(key, "it was refused, but for another reason\n  got  %s\n  want %s", err, s.Refused)
	}
	if got, want := fields(err), slices.Sorted(slices.Values(s.Missing)); len(want) > 0 && !slices.Equal(got, want) {
		v.doc.Errorf(key, "other fields are wrong\n  got  %s\n  want %s", strings.Join(got, ", "), strings.Join(want, ", "))
	}
	return true
}

// fields returns the fields that an error names, in order.
func fields(err error) []string {
	var all []string
	for err != nil {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range joined.Unwrap() {
				all = append(all, fields(e)...)
			}
			break
		}
		if field, ok := err.(*townclerk.FieldError); ok {
			all = append(all, field.Field)
		}
		err = errors.Unwrap(err)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// expect compares the asset with what is expected of it.
func (v *vector) expect(s *step, a *asset.Asset) {
	facts := a.Facts
	if !s.asOf.IsZero() {
		facts, _ = a.AsOf(s.asOf, time.Time{})
	}
	if s.Is != "" && s.Is != string(facts.State) {
		v.doc.Errorf(s.here.Add("is"), "got %q, want %q", facts.State, s.Is)
	}
	for _, key := range v.doc.Keys(s.here.Add("has")) {
		want := string(s.Has[key])
		if got := facts.Get(key); got != want && (got != "" || want != "false") {
			v.doc.Errorf(s.here.Add("has", key), "got %q, want %q", got, want)
		}
	}
	if v.doc.Has(s.here.Add("owing")) && a.Owing != s.Owing {
		v.doc.Errorf(s.here.Add("owing"), "got %d, want %d", a.Owing, s.Owing)
	}
	v.reports(s, a)
	allowed := v.policy.Allowed(*a, townclerk.Actor(s.By), s.Role)
	var got []string
	for _, do := range allowed {
		got = append(got, string(do))
		if slices.Contains(s.Forbidden, string(do)) {
			v.doc.Errorf(s.here.Add("forbidden"), "%s is allowed", do)
		}
	}
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(s.Allowed)); v.doc.Has(s.here.Add("allowed")) && !slices.Equal(got, want) {
		v.doc.Errorf(s.here.Add("allowed"), "got  %s\n  want %s", strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

// reports compares what is to be reported, and what was recorded as overdue.
func (v *vector) reports(s *step, a *asset.Asset) {
	changes, err := v.policy.Changes(*a, s.recorded)
	if err != nil {
		v.doc.Errorf(s.here, "%v", err)
		return
	}
	of := func(number string) asset.Changed {
		for _, c := range changes {
			if strconv.Itoa(c.Entry.Number) == number {
				return c
			}
		}
		return asset.Changed{}
	}
	for _, number := range v.doc.Keys(s.here.Add("due")) {
		here := s.here.Add("due", number)
		if got, want := of(number).Due, v.judge.Time(here, s.Due[number]); !got.Equal(want) {
			v.doc.Errorf(here, "got %s, want %s", got.In(v.policy.Promises().Zone()).Format(time.RFC3339Nano), want.Format(time.RFC3339Nano))
		}
	}
	for _, number := range v.doc.Keys(s.here.Add("report")) {
		if got, want := of(number).State, sla.State(s.Report[number]); got != want {
			v.doc.Errorf(s.here.Add("report", number), "got %q, want %q", got, want)
		}
	}
	if !v.doc.Has(s.here.Add("overdue")) {
		return
	}
	var got []int
	for _, o := range a.Owed {
		if o.Step == 0 {
			got = append(got, o.Part)
		}
	}
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(s.Overdue)); !slices.Equal(got, want) {
		v.doc.Errorf(s.here.Add("overdue"), "got %v, want %v", got, want)
	}
}
