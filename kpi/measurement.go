package kpi

import (
	"fmt"
	"slices"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/workflow"
)

// Measurement is what an indicator came to in a period. Its Began is where the period
// begins.
type Measurement struct {
	Record
	Indicator string           `json:"indicator,omitzero"`
	Unit      string           `json:"unit,omitzero"` // of the organisation
	Period    townclerk.Period `json:"period,omitzero"`

	// Values is what was measured. The last one counts; those before were corrected,
	// and stay.
	Values []Value `json:"values,omitzero"`
}

// Value is what was measured, and how it was judged.
type Value struct {
	Count
	Target   *Target         `json:"target,omitempty"` // as it was then; nil: the indicator only informed
	Verdict  State           `json:"verdict,omitzero"`
	At       time.Time       `json:"at,omitzero"`
	Recorded time.Time       `json:"recorded,omitzero"`
	By       townclerk.Actor `json:"by,omitempty"`
	Role     string          `json:"role,omitempty"`
	Reason   string          `json:"reason,omitempty"`  // why the one before was not so
	Edition  int             `json:"edition,omitempty"` // of kpi.toml, under which it was measured
}

// MeasurementID returns the id of an indicator's measurement of the period that begins
// on a date, so that there is one.
func (p *Policy) MeasurementID(indicator string, in townclerk.Period) ID {
	return ID("measurement/" + indicator + "/" + dateIn(in.From, p.zone()).String())
}

// Value returns what counts. The zero Value is that of a measurement without any.
func (m *Measurement) Value() Value {
	if len(m.Values) == 0 {
		return Value{}
	}
	return m.Values[len(m.Values)-1]
}

// verdict is a rule for how what is measured is judged.
func verdict(says string, s State) *rule {
	return &rule{Says: says, About: workflow.Command, Holds: func(d *decision) bool { return d.value != nil && d.value.Verdict == s }}
}

var (
	isMet    = verdict("the target is met", Met)
	isMissed = verdict("the target is missed", Missed)
	isNoData = verdict("the denominator is zero", NoData)

	periodOver = &rule{Says: "its period is over", About: workflow.Thing, Holds: func(d *decision) bool {
		return d.measurement.Period.To.IsZero() || !d.c.At.Before(d.measurement.Period.To)
	}}

	judged = []State{Met, Missed, NoData, Informed}
)

// measurementRows is what may happen to measurements. What it does not list is refused.
var measurementRows = []row{
	{[]State{New}, Measure, Met, isMet, []*rule{periodOver}, []string{measured}},
	{[]State{New}, Measure, Missed, isMissed, []*rule{periodOver}, []string{measured}},
	{[]State{New}, Measure, NoData, isNoData, []*rule{periodOver}, []string{measured}},
	{[]State{New}, Measure, Informed, nil, []*rule{periodOver}, []string{measured}},
	{judged, Correct, Met, isMet, []*rule{reasoned}, []string{measured}},
	{judged, Correct, Missed, isMissed, []*rule{reasoned}, []string{measured}},
	{judged, Correct, NoData, isNoData, []*rule{reasoned}, []string{measured}},
	{judged, Correct, Informed, nil, []*rule{reasoned}, []string{measured}},
}

var measurements = newKind("measurement", measurementRows, map[Action]func(*decision){
	Measure: (*decision).measure, Correct: (*decision).measure,
}, map[Action]string{Measure: "taken", Correct: "corrected"})

// MeasurementWorkflow returns what may happen to measurements. What it does not list is
// refused.
func MeasurementWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{
		States: append([]State{New}, judged...), Starts: []State{New}, Ends: judged, Rows: measurements.table.Transitions(),
	}
}

// Take returns the measurement of an indicator in one of its periods, and the event
// that this is: the command Measure on what was not there. The error is as for
// [Policy.DoMeasurement], and one or more [*townclerk.FieldError] if the indicator or
// its period is none.
func (p *Policy) Take(indicator string, in townclerk.Period, c Command) (Measurement, []townclerk.Event, error) {
	m := Measurement{Indicator: indicator, Period: in}
	known, ok := p.indicators[indicator]
	if !ok {
		return Measurement{}, nil, fmt.Errorf("an indicator cannot be measured: %w", &townclerk.FieldError{
			Field: "indicator", Problem: fmt.Sprintf("%q is none of [%s]%s", indicator, tableIndicators, p.suggest(tableIndicators, indicator)),
		})
	}
	if want := p.Period(indicator, in.From); !want.From.Equal(in.From) || !want.To.Equal(in.To) {
		return Measurement{}, nil, fmt.Errorf("indicator %s cannot be measured: %w", indicator, &townclerk.FieldError{
			Field: "period", Problem: fmt.Sprintf("it is measured each %s, such as from %s until before %s", known.Frequency, dateIn(want.From, p.zone()), dateIn(want.To, p.zone())),
		})
	}
	m.ID, m.State, m.Unit = p.MeasurementID(indicator, in), New, known.Unit
	m.Period = townclerk.Period{From: in.From.UTC(), To: in.To.UTC()}
	m.Began = m.Period.From
	c.Do = Measure
	return p.DoMeasurement(m, c)
}

// DoMeasurement carries out a command on a measurement, and returns it as it is then
// and the event that this is. What is given stays as it is, also on an error.
//
// The error is a [*townclerk.TransitionError] if the workflow refuses the action, and
// one or more [*townclerk.FieldError], joined, if the command does not say what the
// action needs.
func (p *Policy) DoMeasurement(m Measurement, c Command) (Measurement, []townclerk.Event, error) {
	m.Record, m.Values = cloneRecord(m.Record), slices.Clone(m.Values)
	d := &decision{p: p, k: measurements, r: &m.Record, c: &c, measurement: &m}
	events, err := d.carryOut()
	if err != nil {
		return Measurement{}, nil, err
	}
	return m, events, nil
}

// measure judges a count by the target that the policy has now.
func (d *decision) measure() {
	m, c := d.measurement, d.c
	in, ok := d.p.Indicator(m.Indicator)
	switch {
	case !ok:
		d.known("indicator", tableIndicators, m.Indicator)
		return
	case c.Count == nil:
		d.fail("count", "missing; say what was counted, of how much")
		return
	case c.Count.N < 0 || c.Count.D < 0:
		d.fail("count", "%d of %d is no count", c.Count.N, c.Count.D)
		return
	}
	v := Value{
		Count: *c.Count, Target: in.Target, At: d.At, Recorded: d.Recorded, By: c.By, Role: c.Role, Reason: c.Reason, Edition: d.p.edition,
	}
	v.Evidence = slices.Clone(v.Evidence)
	v.Verdict = in.Target.Verdict(v.Ratio())
	m.Values = append(m.Values, v)
	d.value = &v
	attributes := map[string]string{"class": classMeasurement, "indicator": m.Indicator, "verdict": string(v.Verdict), "unit": m.Unit}
	if len(m.Values) == 1 {
		d.begin(attributes)
	} else if len(m.Log) > 0 {
		d.event.Attributes = attributes
	}
}
