package kpi

import (
	"fmt"
	"time"

	"github.com/townclerk/townclerk"
	"github.com/townclerk/townclerk/internal/service"
)

// Schedule says up to when the occurrences of a duty are made. A register has one for
// each duty that comes round, and its sweep goes on with it.
type Schedule struct {
	Record
	Duty  string    `json:"duty,omitzero"`
	Until time.Time `json:"until,omitzero"` // occurrences whose window begins before it are made
	Cut   time.Time `json:"cut,omitzero"`   // up to when the last of its reports tells, from which the next goes on; zero: there is none yet
}

// ScheduleID returns the id of a duty's schedule.
func ScheduleID(duty string) ID { return ID("schedule/" + duty) }

// scheduleRows is what may happen to schedules. What it does not list is refused.
var scheduleRows = []row{
	{[]State{New}, schedule, Running, nil, nil, nil},
}

var schedules = newKind("schedule", scheduleRows, map[Action]func(*decision){
	schedule: func(d *decision) { d.r.Began, d.schedule.Until = d.At, d.At },
}, map[Action]string{schedule: "started"})

// ScheduleWorkflow returns what may happen to schedules. What it does not list is refused.
func ScheduleWorkflow() townclerk.Workflow[State, Action] {
	return townclerk.Workflow[State, Action]{States: []State{New, Running}, Starts: []State{New}, Rows: schedules.table.Transitions()}
}

// Start returns the schedule of a duty from an instant on, and the event that this is.
// It wants to be looked at when the duty first falls.
func (p *Policy) Start(duty string, from, recorded time.Time) (Schedule, []townclerk.Event, error) {
	s := Schedule{Record: Record{ID: ScheduleID(duty), State: New}, Duty: duty}
	if _, ok := p.duties[duty]; !ok {
		return Schedule{}, nil, fmt.Errorf("%q is no duty and no report%s", duty, p.suggest(tableDuties, duty))
	}
	d := &decision{p: p, k: schedules, r: &s.Record, c: &Command{Do: schedule, At: from, Recorded: later(recorded, from)}, schedule: &s}
	events, err := d.carryOut()
	if err != nil {
		return Schedule{}, nil, err
	}
	s.NextAt = s.Until
	return s, events, nil
}

// next returns the falls of a schedule that have come by an instant, at most so many,
// and the schedule as it is when they are made. What its calendar does not cover is its
// Problem; until then it goes on.
func (p *Policy) next(s Schedule, now time.Time, most int) ([]Fall, Schedule, []townclerk.Event) {
	s.Record = cloneRecord(s.Record)
	duty := p.duties[s.Duty]
	look := now.AddDate(0, 0, duty.longest())
	problem := ""
	falls, err := p.falls(&duty, townclerk.Period{From: s.Until, To: look})
	if err != nil {
		problem = fmt.Sprintf("duty %s: %v", s.Duty, err)
		look = now.AddDate(0, 0, 1)
	}
	var come []Fall
	s.NextAt = look
	for _, f := range falls {
		if f.Began.After(now) || len(come) == most {
			s.NextAt = f.Began
			break
		}
		if duty.Report && !s.Cut.IsZero() { // it goes on where the last one ended, also if the policy was another then
			f.Of.From = s.Cut
			f.Of.To = later(f.Of.To, s.Cut)
		}
		s.Cut, s.Until = f.Of.To, f.Began.Add(time.Microsecond)
		come = append(come, f)
	}
	if !service.Writable(s.NextAt) {
		s.NextAt = time.Time{} // it is beyond all time
	}
	events := p.problem(&s.Record, schedules, problem, now)
	if len(come) > 0 && s.Recorded.Before(now) {
		s.Recorded = now
	}
	return come, s, events
}

// stop has a schedule not come round whose duty the policy has no more.
func (p *Policy) stop(s Schedule, now time.Time) (Schedule, []townclerk.Event) {
	s.Record = cloneRecord(s.Record)
	s.NextAt = time.Time{}
	return s, p.problem(&s.Record, schedules, fmt.Sprintf("the policy has no duty %q any more", s.Duty), now)
}

// stopped reports whether a schedule waits for its duty to be there again.
func (s *Schedule) stopped() bool { return s.NextAt.IsZero() && s.Problem != "" }

// goOn has a schedule come round again from an instant on. What it did not make before,
// nobody had to do.
func (p *Policy) goOn(s Schedule, from, now time.Time) (Schedule, []townclerk.Event) {
	s.Record = cloneRecord(s.Record)
	s.Until = later(s.Until, from)
	s.NextAt = s.Until
	return s, p.problem(&s.Record, schedules, "", now)
}
