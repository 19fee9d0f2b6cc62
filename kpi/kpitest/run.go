package kpitest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/tomldoc"
	"github.com/townclerk/townclerk/kpi"
	"github.com/townclerk/townclerk/sla/worktime"
)

// tenant is whose register a vector runs on.
const tenant townclerk.Tenant = "vector"

// run does the steps on a register of its own, whose clock they set.
func (v *vector) run() {
	store := kpi.NewMemStore()
	r := runner{vector: v, store: store, begun: map[string]kpi.ID{}}
	r.register = kpi.NewRegister(store, v.policy, kpi.Config{
		Now: func() time.Time { return r.now }, NewID: func() kpi.ID { r.last++; return kpi.ID(fmt.Sprint(r.last)) },
		Items: func(_ context.Context, _ townclerk.Tenant, kind string, _ time.Time) ([]string, error) {
			return v.raw.Items[kind], nil
		},
	})
	for i := range v.steps {
		s := &v.steps[i]
		r.now = s.recorded
		if !r.outcome(s, r.do(s)) {
			return
		}
		if v.expectsOf(s) {
			if err := r.expect(s); err != nil {
				v.doc.Errorf(s.here, "%v", err)
				return
			}
		}
	}
}

// runner runs the steps of a vector.
type runner struct {
	*vector
	store    *kpi.MemStore
	register *kpi.Register
	now      time.Time
	last     int               // of the ids that were given
	begun    map[string]kpi.ID // what demand and raise began, by the names of the vector
	remedies []kpi.ID          // those that raise did
}

// do does what the step says.
func (r *runner) do(s *step) error {
	ctx, who := context.Background(), kpi.Who{Actor: townclerk.Actor(s.By), Role: s.Role, At: s.at}
	var err error
	switch do := kpi.Action(s.Do); do {
	case look:
	case start:
		err = r.register.Start(ctx, tenant, s.at)
	case sweep:
		_, err = r.register.Sweep(ctx, tenant, s.at)
	case kpi.Measure:
		_, err = r.register.Enter(ctx, tenant, who, s.Indicator, r.policy.Period(s.Indicator, r.start(s.On)), s.count())
	case kpi.Correct:
		_, err = r.register.Correct(ctx, tenant, r.id(s), who, s.count(), s.Reason)
	case kpi.Demand:
		var o kpi.Occurrence
		if o, err = r.register.Demand(ctx, tenant, who, s.Duty, s.Text); err == nil {
			r.begun[s.Of] = o.ID
		}
	case kpi.Attest, kpi.Strike, kpi.Excuse:
		err = r.occurrence(ctx, s, who)
	case kpi.Enter, kpi.Draft, kpi.Sign, kpi.Withdraw:
		err = r.card(ctx, s, who)
	case kpi.Raise:
		var remedy kpi.Remedy
		if remedy, err = r.register.Raise(ctx, tenant, who, r.subject(s), s.Text); err == nil {
			r.begun[s.Of], r.remedies = remedy.ID, append(r.remedies, remedy.ID)
		}
	default: // plan, finish, verify and reopen
		_, err = r.register.DoRemedy(ctx, tenant, r.id(s), who, kpi.Command{
			Do: do, Reason: s.Reason, Text: s.Text, Reference: s.Reference, Cause: s.Cause, Due: r.judge.Time(s.here.Add("until"), s.Until), Owner: townclerk.Actor(s.Owner),
		})
	}
	return err
}

func (s *step) count() kpi.Count { return kpi.Count{N: int64(s.N), D: int64(s.D)} }

// occurrence does something to one time of a duty.
func (r *runner) occurrence(ctx context.Context, s *step, who kpi.Who) error {
	c := kpi.Command{Do: kpi.Action(s.Do), Reason: s.Reason, Text: s.Text, Reference: s.Reference, Entry: s.Entry}
	if len(s.Parts) > 0 {
		o, err := r.store.Occurrences().Get(ctx, tenant, string(r.id(s)))
		if err != nil {
			return err
		}
		for i, name := range s.Parts {
			at := slices.IndexFunc(o.Parts, func(p kpi.Part) bool { return called(p) == name })
			if at < 0 {
				return &townclerk.FieldError{Field: fmt.Sprintf("parts[%d]", i+1), Problem: fmt.Sprintf("no part is named %q%s", name, tomldoc.Suggest(name, parts(o.Parts)))}
			}
			c.Parts = append(c.Parts, o.Parts[at])
		}
	}
	_, err := r.register.DoOccurrence(ctx, tenant, r.id(s), who, c)
	return err
}

// called is what a vector calls a part, and a duty that has none.
func called(p kpi.Part) string { return cmp.Or(strings.Trim(p.Step+"/"+p.Item, "/"), "all") }

func parts(all []kpi.Part) []string {
	var names []string
	for _, p := range all {
		names = append(names, called(p))
	}
	return names
}

// card enters a card as kpi.toml has it, drafts it, or does something to it.
func (r *runner) card(ctx context.Context, s *step, who kpi.Who) error {
	c := kpi.Command{Reason: s.Reason}
	if s.Do == string(kpi.Enter) || s.Do == string(kpi.Draft) {
		c, _ = r.policy.EnterCard(s.Card) // checked before
		c.Reason = s.Reason
	}
	if c.Do = kpi.Action(s.Do); c.Do == kpi.Draft {
		c.Former = nil
	}
	_, err := r.store.Cards().Get(ctx, tenant, string(r.id(s)))
	if there := err == nil; there && c.Do != kpi.Enter || c.Do != kpi.Enter && c.Do != kpi.Draft {
		_, err = r.register.DoCard(ctx, tenant, s.Card, who, c)
	} else {
		_, err = r.register.AddCard(ctx, tenant, s.Card, who, c)
	}
	return err
}

// id returns the id of what a step is about.
func (r *runner) id(s *step) kpi.ID {
	if s.Of != "" {
		return r.begun[s.Of]
	}
	return r.subject(s)
}

// subject returns the id of what a step names otherwise than with of.
func (r *runner) subject(s *step) kpi.ID {
	switch {
	case s.Card != "":
		return kpi.CardID(s.Card)
	case s.Indicator != "":
		return r.policy.MeasurementID(s.Indicator, r.policy.Period(s.Indicator, r.start(s.On)))
	}
	return kpi.OccurrenceID(s.Duty, worktime.Date(s.On))
}

// outcome compares whether the step was refused with what is expected. It is false if the
// rest of the steps makes no sense any more.
func (r *runner) outcome(s *step, err error) bool {
	switch {
	case err == nil && s.Refused == "":
		return true
	case err == nil:
		r.doc.Errorf(s.here.Add("refused"), "it was done, and should be refused: %s", s.Refused)
		return false
	case s.Refused == "":
		r.doc.Errorf(s.here, "it was refused: %v", err)
		return false
	}
	// What is allowed instead is no reason.
	if text, _, _ := strings.Cut(err.Error(), "; allowed now: "); !strings.Contains(text, s.Refused) {
		r.doc.Errorf(s.here.Add("refused"), "it was refused, but for another reason\n  got  %s\n  want %s", err, s.Refused)
	}
	return true
}

// find returns the record of what a step is about, and of a duty the parts that are
// missing.
func (r *runner) find(s *step) (record kpi.Record, missing []string, err error) {
	ctx, id := context.Background(), string(r.id(s))
	switch {
	case s.Card != "":
		card, err := r.store.Cards().Get(ctx, tenant, id)
		return card.Record, nil, err
	case s.Of != "" && slices.Contains(r.remedies, r.begun[s.Of]):
		remedy, err := r.store.Remedies().Get(ctx, tenant, id)
		return remedy.Record, nil, err
	case s.Indicator != "":
		m, err := r.store.Measurements().Get(ctx, tenant, id)
		return m.Record, nil, err
	}
	o, err := r.store.Occurrences().Get(ctx, tenant, id)
	return o.Record, parts(o.Missing()), err
}

// expect compares what the step is about with what is expected of it. The error is that
// it cannot be looked at.
func (r *runner) expect(s *step) error {
	record, missing, err := r.find(s)
	if err != nil {
		return err
	}
	if s.Is != "" && s.Is != string(record.State) {
		r.doc.Errorf(s.here.Add("is"), "got %s, want %s", record.State, s.Is)
	}
	r.same(s, "missing", missing, s.Missing)
	var overdue []string
	for _, o := range record.Owed {
		if o.Step == 0 {
			overdue = append(overdue, o.Target)
		}
	}
	r.same(s, "overdue", overdue, s.Overdue)
	if r.judge.Expects(s.here) {
		r.judge.Judge(s.here, &s.Clocks, record.Timeline(), s.recorded)
	}
	return nil
}

// same compares a list with what is expected of it, in any order.
func (r *runner) same(s *step, key string, got, want []string) {
	if !r.doc.Has(s.here.Add(key)) {
		return
	}
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		r.doc.Errorf(s.here.Add(key), "got %s, want %s", list(got), list(want))
	}
}
